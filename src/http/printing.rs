//! Printing: options as they are sent, fonts, pages off the request threads.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::contract::{DeclarationData, MailObject, lenient};
use crate::error::{Finding, Findings, Result};
use crate::print::{Fonts, Form, Item, Languages, Options, Paper, is_plain, proofread, render};
use crate::refdata::lists::Language;
use crate::rules::forms::given;
use crate::service::Services;
use crate::service::catalogue::Catalogue;
use crate::service::printing::Printable;

/// The name of a printed file: what it is of, which may be any text, and where it says more, what it is.
pub(super) fn file_name(of: &str, what: Option<&str>) -> String {
    let of: String = of.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    what.map_or_else(|| format!("{of}.pdf"), |what| format!("{of}-{what}.pdf"))
}

/// How to print. Members of our own beside those of the published methods.
#[derive(Clone, Debug, Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PrintOptions {
    /// CN22 or CN23; by the rules when absent: CN22 for letters up to 300 SDR, CN23 otherwise.
    pub form: Option<String>,
    /// Second language beside English: FR (default), ES, PT.
    pub language_cd: Option<String>,
    /// Copies of each item, 1 when absent.
    #[serde(deserialize_with = "lenient::optional_int")]
    pub copies: Option<i32>,
    /// form (the form's own size, default), A4, A5 or label (100 × 150 mm).
    pub paper: Option<String>,
}

impl PrintOptions {
    /// # Errors
    /// 400 naming what is not known.
    pub(super) fn checked(&self, zone: Tz, catalogue: &Catalogue) -> Result<Options> {
        let mut findings = Findings::default();
        let mut options = Options { zone, names: Arc::clone(&catalogue.names), ..Options::default() };
        if let Some(code) = given(&self.form) {
            options.form = Form::from_code(code);
            if options.form.is_none() {
                findings.add("unknown_code", "form", "the forms are CN22 and CN23");
            }
        }
        if let Some(code) = given(&self.language_cd) {
            match Language::parse(code) {
                Some(language) => options.languages = Languages::with_second(language),
                None => findings.add("unknown_code", "languageCd", "the languages are EN, FR, ES and PT"),
            }
        }
        if let Some(code) = given(&self.paper) {
            match Paper::from_code(code) {
                Some(paper) => options.paper = paper,
                None => findings.add("unknown_code", "paper", "the papers are form, A4, A5 and label"),
            }
        }
        match self.copies {
            None => {}
            Some(copies) if copies >= 1 => options.copies = usize::try_from(copies).unwrap_or(1),
            Some(_) => findings.add("out_of_range", "copies", "ask for one copy or more"),
        }
        findings.into_result()?;
        Ok(options)
    }
}

/// The fonts of a server, loaded when they are needed first.
#[derive(Default)]
pub(super) struct Printer {
    font_folder: Option<PathBuf>,
    fonts: OnceLock<Arc<Fonts>>,
}

impl Printer {
    pub(super) fn new(font_folder: Option<PathBuf>) -> Self {
        Self { font_folder, fonts: OnceLock::new() }
    }

    /// # Errors
    /// When the configured folder cannot be read.
    fn fonts(&self) -> Result<Arc<Fonts>> {
        if let Some(fonts) = self.fonts.get() {
            return Ok(Arc::clone(fonts));
        }
        let fonts = match &self.font_folder {
            Some(folder) => Fonts::from_folder(folder)?,
            None => Fonts::embedded()?,
        };
        Ok(Arc::clone(self.fonts.get_or_init(|| Arc::new(fonts))))
    }

    /// What a form cannot show of a declaration. A font folder that cannot be read is told when something is printed.
    pub(super) fn proofread(&self, object: &MailObject, data: &DeclarationData) -> Vec<Finding> {
        if is_plain(object) && is_plain(data) {
            return Vec::new();
        }
        self.fonts().map(|fonts| proofread(object, data, &fonts)).unwrap_or_default()
    }

    /// Prints off the request threads.
    ///
    /// # Errors
    /// 400 with every fault of every item, 503 while too much is being printed.
    pub(super) async fn print(
        &self,
        services: &Services,
        items: Vec<Printable>,
        options: Options,
        on: NaiveDate,
    ) -> Result<Vec<u8>> {
        let fonts = self.fonts()?;
        let printing = services.offload(move || {
            let items: Vec<Item<'_>> =
                items.iter().map(|item| Item { view: &item.view, sdr_value: item.sdr_value }).collect();
            render(&items, &options, &fonts, on)
        });
        Ok(printing.await??.bytes)
    }
}
