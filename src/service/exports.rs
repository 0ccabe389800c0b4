//! Items written as sheets: what a filter lets through, item by item, page by page, so that memory follows the page.

use std::collections::HashMap;

use chrono::SecondsFormat;

use super::catalogue::Catalogue;
use super::item::handed::Reading;
use super::item::visible::{declaration_for, response_for};
use super::load::ItemFilter;
use super::one::{in_list, version_tag};
use super::rights::UseCase;
use super::views::mail_object;
use super::{Actor, Services};
use crate::contract::DeclarationData;
use crate::domain::{OrganizationKind, PackedLight, Side};
use crate::error::{Error, Result};
use crate::limits;
use crate::refdata::lists::Language;
use crate::sheet::keys::Head;
use crate::sheet::out::{Exported, OutRow, columns, rows_of};
use crate::sheet::write::{BookWriter, CsvWriter};
use crate::store::item::{Item, ItemReference};
use crate::store::types::Id;

/// How items are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportForm {
    Xlsx,
    Csv {
        separator: u8,
    },
    /// The entries of a list of the own surface, as a JSON list.
    Json,
}

/// Items as a file.
#[derive(Debug)]
pub struct Export {
    pub bytes: Vec<u8>,
    pub items: usize,
}

/// Called with how many items were written.
pub type Progress<'t> = &'t dyn Fn(usize);

/// Items of a page.
const PAGE: usize = 500;

impl Services {
    /// Writes the items of the caller that a filter lets through.
    ///
    /// # Errors
    /// 400 for more than [`limits::EXPORT_ROWS`] rows, 401 for a post that is not the caller's.
    pub async fn export(
        &self,
        actor: &Actor,
        (post, mut filter): (Option<&str>, ItemFilter),
        (form, language): (ExportForm, Language),
        progress: Progress<'_>,
    ) -> Result<Export> {
        actor.check(UseCase::SeeItems)?;
        let posts = actor.posts_meant(post)?;
        filter.as_customs = actor.kind == OrganizationKind::Customs;
        if form == ExportForm::Json {
            return self.export_list(actor, &posts, &filter, progress).await;
        }
        // Once to see which columns there are, once to write them.
        let (mut heads, mut rows) = (Vec::<Head>::new(), 0);
        self.each_page(actor, &posts, &filter, |page| {
            for row in page.rows(language) {
                rows += 1;
                for (head, _) in row {
                    if !heads.contains(&head) {
                        heads.push(head);
                    }
                }
            }
            check_rows(rows)
        })
        .await?;
        let mut writer = Writer::new(form, &columns(&heads), language)?;
        let mut items = 0;
        self.each_page(actor, &posts, &filter, |page| {
            for row in page.rows(language) {
                writer.put(&row)?;
            }
            items += page.items.len();
            progress(items);
            Ok(())
        })
        .await?;
        Ok(Export { bytes: writer.finish()?, items })
    }

    async fn export_list(
        &self,
        actor: &Actor,
        posts: &[String],
        filter: &ItemFilter,
        progress: Progress<'_>,
    ) -> Result<Export> {
        let (mut text, mut items) = (String::from("["), 0);
        self.each_page(actor, posts, filter, |page| {
            for item in &page.items {
                text.push_str(if text.len() > 1 { ",\n" } else { "" });
                text.push_str(&in_list(item, actor, page.references.get(&item.object.pid)));
            }
            items += page.items.len();
            progress(items);
            check_rows(items)
        })
        .await?;
        text.push(']');
        Ok(Export { bytes: text.into_bytes(), items })
    }

    async fn each_page(
        &self,
        actor: &Actor,
        posts: &[String],
        filter: &ItemFilter,
        mut each: impl FnMut(&Page<'_>) -> Result<()>,
    ) -> Result<()> {
        let catalogue = self.catalogue();
        for post in posts {
            let mut after = None;
            loop {
                let (of_post, filter) = (post.clone(), filter.clone());
                let read = self.store.read(move |tx| {
                    let items = tx.page_by_pid(&of_post, &filter, after, PAGE)?;
                    let pids: Vec<Id> = items.iter().map(|item| item.object.pid).collect();
                    Ok((tx.references(&of_post, &pids)?, items))
                });
                let (references, items) = read.await?;
                self.note_handed(actor, &items, Reading::Passing);
                let is_last = items.len() < PAGE;
                after = items.last().map(|item| item.object.pid.0);
                each(&Page { actor, catalogue: &catalogue, items, references: references.into_iter().collect() })?;
                if is_last {
                    break;
                }
            }
        }
        Ok(())
    }
}

fn check_rows(rows: usize) -> Result<()> {
    if rows <= limits::EXPORT_ROWS {
        return Ok(());
    }
    let message = format!("an export has at most {} rows; narrow the filter", limits::EXPORT_ROWS);
    Err(Error::invalid("limit", "", message))
}

enum Writer {
    Book(Box<BookWriter>),
    Csv(Box<CsvWriter>),
}

impl Writer {
    fn new(form: ExportForm, heads: &[Head], language: Language) -> Result<Self> {
        match form {
            ExportForm::Csv { separator } => Ok(Self::Csv(Box::new(CsvWriter::new(heads, separator)?))),
            _ => Ok(Self::Book(Box::new(BookWriter::new(heads, language)?))),
        }
    }

    fn put(&mut self, row: &OutRow) -> Result<()> {
        match self {
            Self::Book(book) => book.put(row),
            Self::Csv(csv) => csv.put(row),
        }
    }

    fn finish(self) -> Result<Vec<u8>> {
        match self {
            Self::Book(book) => book.finish(),
            Self::Csv(csv) => csv.finish(),
        }
    }
}

struct Page<'p> {
    actor: &'p Actor,
    catalogue: &'p Catalogue,
    items: Vec<Item>,
    references: HashMap<Id, ItemReference>,
}

impl Page<'_> {
    fn rows(&self, language: Language) -> impl Iterator<Item = OutRow> {
        self.items.iter().flat_map(move |item| self.rows_of(item, language))
    }

    fn rows_of(&self, item: &Item, language: Language) -> Vec<OutRow> {
        let declared = declaration_for(self.actor, item);
        let data: Option<DeclarationData> =
            declared.and_then(|row| row.body.as_deref()).and_then(|body| serde_json::from_str(body).ok());
        let own = self.actor.org == item.object.post_org;
        let reference = self.references.get(&item.object.pid).filter(|_| own);
        rows_of(&Exported {
            object: &mail_object(&item.object),
            data: data.as_ref(),
            external_reference: reference.and_then(|known| known.external.as_deref()),
            shown: &self.shown(item, language),
            zone: self.actor.zone,
        })
    }

    /// What is shown beside the declaration, by key.
    fn shown(&self, item: &Item, language: Language) -> Vec<(&'static str, String)> {
        let declared = declaration_for(self.actor, item);
        let stands = |side| response_for(self.actor, item, side).filter(|row| row.lapsed.is_none());
        let decided = stands(Side::Own).or_else(|| stands(Side::Destination));
        let code = decided.and_then(|row| row.decision_cd.clone());
        let customs = decided.and_then(|row| row.customs_org.as_deref()).unwrap_or_default();
        let name = code.as_deref().and_then(|code| self.catalogue.names.decision(customs, code));
        let name = name.map(|name| name.in_language(language).to_owned());
        let time = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let texts = [
            ("light", item.object.light.map(|light| PackedLight::from_stored(light).light().name().to_owned())),
            ("state", declared.map(|row| row.state_cd.stored().to_string())),
            ("decision", code),
            ("decision_name", name),
            ("decided_at", decided.map(|row| time(row.decided_at.0))),
            ("mail_state", item.object.mail_state.map(|state| state.to_string())),
            ("changed_at", Some(time(item.object.changed_at.0))),
            ("version", Some(version_tag(&item.object, declared))),
        ];
        texts.into_iter().filter_map(|(key, text)| Some((key, text?))).collect()
    }
}
