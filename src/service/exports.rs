//! Items written as sheets: what a filter lets through, item by item, page by page, so that memory follows the page.

use std::collections::HashMap;
use std::io::{BufWriter, Write};
use std::sync::Arc;

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
use crate::contract::dates::in_rfc3339;
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
#[derive(Clone, Copy, Debug)]
pub enum ExportForm {
    Xlsx,
    Csv {
        separator: u8,
    },
    /// The entries of a list of the own surface, as a JSON list.
    Json,
}

/// Called with how many items were written.
pub type Progress<'t> = &'t dyn Fn(usize);

/// Items of a page.
const PAGE: usize = 500;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct ExportQuery {
    /// Of customs that has several posts, the one that is meant.
    pub post: Option<String>,
    pub filter: ItemFilter,
    pub form: ExportForm,
    /// Of the names of columns.
    pub language: Language,
}

impl Services {
    /// Writes the items of the caller that a filter lets through into a file; gives it back with how many they are. What is kept
    /// in memory is a page of them.
    ///
    /// # Errors
    /// 400 for more than [`limits::EXPORT_ROWS`] rows, 401 for a post that is not the caller's; 503 when the file takes no
    /// more, and when too many others export.
    pub async fn export<W: Write + Send + 'static>(
        &self,
        actor: &Actor,
        query: ExportQuery,
        progress: Progress<'_>,
        out: W,
    ) -> Result<(W, usize)> {
        actor.check(UseCase::SeeItems)?;
        let ExportQuery { post, mut filter, form, language } = query;
        let posts = actor.posts_meant(post.as_deref())?;
        filter.as_customs = actor.kind == OrganizationKind::Customs;
        let _place = self.export_places.take().await?;
        let reading = (actor, &posts[..], &filter);
        let heads = match form {
            ExportForm::Json => Vec::new(),
            // Once to see which columns there are, once to write them.
            _ => {
                self.each_page(reading, &|_| (), Columns::default(), move |columns, page| columns.note(page, language))
                    .await?
                    .heads
            }
        };
        let writer = Writer::new(form, &columns(&heads), language, out)?;
        let writing = Writing { writer, items: 0 };
        let writing =
            self.each_page(reading, progress, writing, move |writing, page| writing.put(page, language)).await?;
        let items = writing.items;
        let out = self.offload(move || writing.writer.finish()).await??;
        Ok((out, items))
    }

    /// Goes through the items page by page, with what becomes of each done off the threads that serve requests.
    async fn each_page<S: Send + 'static>(
        &self,
        (actor, posts, filter): (&Actor, &[String], &ItemFilter),
        progress: Progress<'_>,
        mut state: S,
        each: impl Fn(&mut S, &Page) -> Result<()> + Copy + Send + 'static,
    ) -> Result<S> {
        let (catalogue, actor, mut done) = (self.catalogue(), Arc::new(actor.clone()), 0);
        for post in posts {
            let mut after = None;
            loop {
                let (of_post, filter) = (post.clone(), filter.clone());
                let read = self.store.read(move |tx| {
                    let mut filter = filter.clone();
                    tx.note_common_words(std::slice::from_ref(&of_post), &mut filter)?;
                    let items = tx.page_by_pid(&of_post, &filter, after, PAGE)?;
                    let pids: Vec<Id> = items.iter().map(|item| item.object.pid).collect();
                    Ok((tx.references(&of_post, &pids)?, items))
                });
                let (references, items) = read.await?;
                self.note_handed(&actor, &items, Reading::Passing);
                let is_last = items.len() < PAGE;
                after = items.last().map(|item| item.object.pid.0);
                done += items.len();
                let (actor, catalogue) = (Arc::clone(&actor), Arc::clone(&catalogue));
                let page = Page { actor, catalogue, items, references: references.into_iter().collect() };
                state = self.offload(move || each(&mut state, &page).map(|()| state)).await??;
                progress(done);
                if is_last {
                    break;
                }
            }
        }
        Ok(state)
    }
}

/// The columns that items need.
#[derive(Default)]
struct Columns {
    heads: Vec<Head>,
    rows: usize,
}

impl Columns {
    fn note(&mut self, page: &Page, language: Language) -> Result<()> {
        for row in page.rows(language) {
            self.rows += 1;
            for (head, _) in row {
                if !head.is_usual() && !self.heads.contains(&head) {
                    self.heads.push(head);
                }
            }
        }
        check_rows(self.rows)
    }
}

fn check_rows(rows: usize) -> Result<()> {
    if rows <= limits::EXPORT_ROWS {
        return Ok(());
    }
    let message = format!("an export has at most {} rows; narrow the filter", limits::EXPORT_ROWS);
    Err(Error::invalid("limit", "", message))
}

/// Items on their way into a file.
struct Writing<W: Write> {
    writer: Writer<W>,
    items: usize,
}

impl<W: Write + Send> Writing<W> {
    fn put(&mut self, page: &Page, language: Language) -> Result<()> {
        match &mut self.writer {
            Writer::Book(book, _) => page.rows(language).try_for_each(|row| book.put(&row))?,
            Writer::Csv(csv) => page.rows(language).try_for_each(|row| csv.put(&row))?,
            Writer::List(out) => {
                for (item, number) in page.items.iter().zip(self.items..) {
                    let entry = in_rfc3339(in_list(item, &page.actor, page.references.get(&item.object.pid)));
                    write!(out, "{}{entry}", if number > 0 { ",\n" } else { "" }).map_err(full)?;
                }
                check_rows(self.items + page.items.len())?;
            }
        }
        self.items += page.items.len();
        Ok(())
    }
}

enum Writer<W: Write> {
    Book(Box<BookWriter>, W),
    Csv(Box<CsvWriter<W>>),
    List(BufWriter<W>),
}

fn full(error: std::io::Error) -> Error {
    Error::unavailable(format!("A file cannot be written: {error}"))
}

impl<W: Write + Send> Writer<W> {
    fn new(form: ExportForm, heads: &[Head], language: Language, out: W) -> Result<Self> {
        match form {
            ExportForm::Csv { separator } => Ok(Self::Csv(Box::new(CsvWriter::new(heads, separator, out)?))),
            ExportForm::Xlsx => Ok(Self::Book(Box::new(BookWriter::new(heads, language)?), out)),
            ExportForm::Json => {
                let mut out = BufWriter::new(out);
                out.write_all(b"[").map_err(full)?;
                Ok(Self::List(out))
            }
        }
    }

    fn finish(self) -> Result<W> {
        match self {
            Self::Book(book, out) => book.finish(out),
            Self::Csv(csv) => csv.finish(),
            Self::List(mut out) => {
                out.write_all(b"]").map_err(full)?;
                out.into_inner().map_err(|error| full(error.into_error()))
            }
        }
    }
}

struct Page {
    actor: Arc<Actor>,
    catalogue: Arc<Catalogue>,
    items: Vec<Item>,
    references: HashMap<Id, ItemReference>,
}

impl Page {
    fn rows(&self, language: Language) -> impl Iterator<Item = OutRow> {
        self.items.iter().flat_map(move |item| self.rows_of(item, language))
    }

    fn rows_of(&self, item: &Item, language: Language) -> Vec<OutRow> {
        let declared = declaration_for(&self.actor, item);
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
        let declared = declaration_for(&self.actor, item);
        let stands = |side| response_for(&self.actor, item, side).filter(|row| row.lapsed.is_none());
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
