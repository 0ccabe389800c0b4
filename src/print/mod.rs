//! Customs forms on paper: CN22 and CN23 as PDF from customs data views.
//!
//! Contracts in, PDF bytes or findings out. Knows the boxes, their words in four languages and the sizes of paper; does
//! not know where views come from, what an amount is worth in SDR, or what the time is. The arrangement follows the
//! public reproductions of the UPU forms; wording of statement and notes is ours.

mod codes;
mod duty_note;
mod faces;
mod fonts;
mod form_content;
mod forms;
mod labels;
mod names;
mod pdf;
mod sheet;
mod table;
mod text;

#[cfg(test)]
mod tests;

use std::io::{self, Write};
use std::sync::Arc;

use chrono::NaiveDate;
use chrono_tz::Tz;
use rust_decimal::Decimal;
use serde::Serialize;

pub use codes::{Bars, QUIET_BARS, code128, digest};
pub use fonts::{FontFile, Fonts};
pub use labels::Languages;
pub use pdf::Paper;

use self::duty_note::Duty;
use self::form_content::{FormContent, Notes, Setting};
use self::forms::cn23::Arrangement;
use self::forms::{Content, cn22, cn23};
use self::sheet::{Composer, Sheet};
use self::text::Bench;
use crate::contract::{CdsView, DeclarationData, MailObject};
use crate::error::{Error, Finding, Findings, Result};
use crate::limits;
use crate::refdata::lists::LocalNames;

/// One of the two forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    Cn22,
    Cn23,
}

impl Form {
    /// Reads `CN22` or `CN23`, also in small letters and with a blank; `None` for anything else.
    pub fn from_code(code: &str) -> Option<Self> {
        match code.replace(' ', "").to_ascii_uppercase().as_str() {
            "CN22" => Some(Self::Cn22),
            "CN23" => Some(Self::Cn23),
            _ => None,
        }
    }

    /// The form that the rules ask for: CN22 for a letter worth up to 300 SDR, CN23 above, for parcels, EMS and
    /// whenever class or value is not known (a CN23 is never too little).
    pub fn by_rule(mail: Option<&MailObject>, sdr_value: Option<Decimal>) -> Self {
        let small = sdr_value.is_some_and(|value| value <= Decimal::from(CN22_SDR));
        if small && mail.is_some_and(is_letter) { Self::Cn22 } else { Self::Cn23 }
    }
}

/// Up to this value in special drawing rights a letter takes a CN22 (Universal Postal Convention, regulations).
const CN22_SDR: u32 = 300;

/// A letter by its mail class, or without one by the service indicator of its S10 id.
fn is_letter(mail: &MailObject) -> bool {
    let letters = |code: &Option<String>| code.as_deref().unwrap_or_default().trim().to_ascii_uppercase();
    match letters(&mail.mail_class_cd).as_str() {
        "" => letters(&mail.id).starts_with(['L', 'M', 'Q', 'R', 'U', 'V']),
        class => class == "U",
    }
}

/// What is printed of an item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extent {
    /// The form, and the note about what customs answered, if it did.
    #[default]
    Whole,
    /// The note alone.
    DutyNote,
}

/// How to print.
#[derive(Clone, Debug)]
pub struct Options {
    pub extent: Extent,
    /// The form; without it [`Form::by_rule`] decides for each item.
    pub form: Option<Form>,
    pub languages: Languages,
    /// What operators and decisions are called here.
    pub names: Arc<LocalNames>,
    /// How often each item's pages are printed, 1 to [`limits::PRINT_COPIES`]. The duty note comes once.
    pub copies: usize,
    pub paper: Paper,
    /// The zone in which instants become days.
    pub zone: Tz,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            extent: Extent::Whole,
            form: None,
            languages: Languages::default(),
            names: LocalNames::built_in(),
            copies: 1,
            paper: Paper::Form,
            zone: Tz::UTC,
        }
    }
}

/// An item to print.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    pub view: &'a CdsView,
    /// Value of the contents in special drawing rights, where a rate is known.
    pub sdr_value: Option<Decimal>,
}

/// A PDF file.
#[derive(Clone, Debug)]
pub struct Pdf {
    pub bytes: Vec<u8>,
    pub pages: usize,
    /// The form of each item.
    pub forms: Vec<Form>,
    /// What was printed although it may not be what was meant.
    pub advice: Vec<Finding>,
}

/// Whether there is a note about what customs answered to print.
pub fn has_duty_note(view: &CdsView) -> bool {
    duty_note::has_any(view)
}

/// What the forms cannot show of a declaration, with paths that begin at the view.
pub fn proofread(mail: &MailObject, data: &DeclarationData, fonts: &Fonts) -> Vec<Finding> {
    let (languages, names) = (Languages::default(), LocalNames::built_in());
    let setting = Setting { fonts, languages, names: &names, zone: Tz::UTC, printed_on: NaiveDate::MIN };
    form_content::proofread(mail, data, setting).into_vec()
}

/// Whether a document holds plain letters only, which every font has: most do, and need no proofreading.
pub fn is_plain(document: &impl Serialize) -> bool {
    struct AsciiOnly;

    impl Write for AsciiOnly {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if bytes.is_ascii() { Ok(bytes.len()) } else { Err(io::ErrorKind::InvalidData.into()) }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    serde_json::to_writer(AsciiOnly, document).is_ok()
}

/// Prints `items` into one PDF/A-2b file, in their order. Equal input gives equal bytes.
///
/// # Errors
/// [`Error::Invalid`] with every fault of every item: no declaration data, a text that is too long, too many items or
/// copies. A character that no font has is printed as a mark and told as advice. Paths begin at the view
/// (`Declaration.Data.SenderName`); `index` is set when several items are printed.
pub fn render(items: &[Item<'_>], options: &Options, fonts: &Fonts, printed_on: NaiveDate) -> Result<Pdf> {
    check_limits(items, options)?;
    let (languages, names, zone) = (options.languages, options.names.as_ref(), options.zone);
    let setting = Setting { fonts, languages, names, zone, printed_on };
    let mut findings = Findings::default();
    let read: Vec<Printable> = items
        .iter()
        .enumerate()
        .map(|(at, item)| Printable::read(at, items.len(), item, setting, &mut findings))
        .collect();
    findings.into_result()?;
    let mut bench = fonts.bench();
    let mut advice = Vec::new();
    let mut sheets = Vec::new();
    let mut forms = Vec::with_capacity(items.len());
    for (item, printable) in items.iter().zip(&read) {
        advice.extend(printable.advice.iter().cloned());
        let form = options.form.unwrap_or_else(|| Form::by_rule(item.view.mail_object.as_ref(), item.sdr_value));
        advice.extend(printable.form_advice(form, item).map(|finding| printable.marked(finding)));
        let drawn = printable.draw(form, options, fonts, &mut bench);
        advice.extend(drawn.advice.map(|finding| printable.marked(finding)));
        sheets.extend(drawn.sheets);
        forms.push(form);
        if sheets.len() > limits::PRINT_PAGES {
            return Err(Error::invalid("limit", "", format!("one file has at most {} pages", limits::PRINT_PAGES)));
        }
    }
    fonts.put_back(bench);
    let file = pdf::write(&sheets, options.paper, pdf::Heading { title: title(&read, &forms), printed_on })?;
    Ok(Pdf { bytes: file.bytes, pages: file.pages, forms, advice })
}

fn check_limits(items: &[Item<'_>], options: &Options) -> Result<()> {
    if items.is_empty() || items.len() > limits::PRINT_ITEMS {
        let message = format!("one file takes 1 to {} items", limits::PRINT_ITEMS);
        return Err(Error::invalid("limit", "", message));
    }
    if options.copies == 0 || options.copies > limits::PRINT_COPIES {
        let message = format!("ask for 1 to {} copies", limits::PRINT_COPIES);
        return Err(Error::invalid("out_of_range", "copies", message));
    }
    Ok(())
}

fn title(items: &[Printable<'_>], forms: &[Form]) -> String {
    match (items, forms) {
        ([item], [form]) => {
            let form = if *form == Form::Cn22 { "CN 22" } else { "CN 23" };
            format!("{form} {}", item.facts.item_id).trim_end().to_owned()
        }
        _ => format!("Customs declarations of {} items", items.len()),
    }
}

/// An item read and found printable.
struct Printable<'a> {
    view: &'a CdsView,
    index: Option<usize>,
    facts: FormContent,
    duties: Vec<Duty>,
    /// What was read otherwise than declared.
    advice: Vec<Finding>,
}

/// The pages of an item.
struct Drawn {
    sheets: Vec<Sheet>,
    advice: Option<Finding>,
}

impl<'a> Printable<'a> {
    fn read(at: usize, count: usize, item: &Item<'a>, setting: Setting<'_>, findings: &mut Findings) -> Self {
        let mut own = Notes::default();
        let facts = form_content::read(item.view, setting, &mut own);
        let duties = duty_note::read(item.view, setting, &mut own);
        let mut printable =
            Self { view: item.view, index: (count > 1).then_some(at), facts, duties, advice: Vec::new() };
        own.faults.into_vec().into_iter().for_each(|finding| findings.push(printable.marked(finding)));
        printable.advice = own.advice.into_vec().into_iter().map(|finding| printable.marked(finding)).collect();
        printable
    }

    /// `finding` with the place of this item.
    fn marked(&self, finding: Finding) -> Finding {
        let item_id = self.view.mail_object.as_ref().and_then(|mail| mail.id.clone());
        Finding { index: self.index, item_id, ..finding }
    }

    fn form_advice(&self, form: Form, item: &Item<'_>) -> Option<Finding> {
        let asked_for = Form::by_rule(item.view.mail_object.as_ref(), item.sdr_value.or(Some(Decimal::ZERO)));
        (form == Form::Cn22 && asked_for == Form::Cn23).then(|| {
            let message = "a CN22 is for letters of up to 300 SDR; the rules ask for a CN23 here";
            Finding::new("out_of_range", "form", message)
        })
    }

    fn draw(&self, form: Form, options: &Options, fonts: &Fonts, bench: &mut Bench) -> Drawn {
        let arrangement = if options.paper == Paper::Label { Arrangement::Label } else { Arrangement::Landscape };
        let ((width, height), (small, data)) = match form {
            Form::Cn22 => (cn22::SIZE, cn22::TYPE),
            Form::Cn23 => (arrangement.size(), arrangement.style()),
        };
        let sheet = Sheet::new(width, height);
        let mut composer =
            Composer { fonts, bench, languages: options.languages, sheet, overflow: Vec::new(), small, data };
        if options.extent == Extent::DutyNote {
            let sheets = duty_note::draw(&mut composer, &self.facts.item_id, &self.duties);
            return Drawn { sheets, advice: None };
        }
        let content = self.content();
        let pages = match form {
            Form::Cn22 => cn22::draw(&mut composer, &content),
            Form::Cn23 => cn23::draw(&mut composer, &content, arrangement),
        };
        let copies = std::iter::repeat_n(pages.sheets, options.copies).flatten();
        let mut sheets: Vec<Sheet> = copies.collect();
        if !self.duties.is_empty() {
            sheets.extend(duty_note::draw(&mut composer, &self.facts.item_id, &self.duties));
        }
        let no_bars = !pages.bars_drawn && !self.facts.item_id.is_empty();
        let advice = no_bars.then(|| {
            let message = "this id is too long for bars of a readable width, or not ASCII; it was printed in letters";
            Finding::new("format", "MailObject.Id", message)
        });
        Drawn { sheets, advice }
    }

    fn content(&self) -> Content<'_> {
        let id = &self.facts.item_id;
        let data = self.view.declaration.as_ref().and_then(|declaration| declaration.data.as_ref());
        let matrix = data.filter(|_| !id.is_empty()).and_then(|data| codes::qr(&codes::qr_text(id, data)));
        Content { facts: &self.facts, bars: codes::code128(id), matrix }
    }
}
