//! From what was sent to declarations, each with where it stood.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use serde_json::value::RawValue;

use super::options::IngestOptions;
use crate::contract::ingestion::{ColumnsView, NewDeclaration, Source};
use crate::contract::{Declaration, MailObject, reading};
use crate::domain::IngestionMedia;
use crate::error::{Error, Finding, Findings, Result};
use crate::limits;
use crate::rules::forms::given;
use crate::service::Actor;
use crate::service::catalogue::Catalogue;
use crate::service::declare::Declared;
use crate::sheet::cell::letters;
use crate::sheet::keys::column_of_path;
use crate::sheet::out::template_columns;
use crate::sheet::{Reading, Refusal, SheetFile, SheetFinding, SheetItem, is_refused};

/// One declaration that was sent.
#[derive(Debug)]
pub(super) struct Sent {
    /// Its number, from 0.
    pub number: usize,
    pub item_id: Option<String>,
    pub place: SentPlace,
    /// What was found in the file itself.
    pub findings: Vec<SheetFinding>,
    /// None where these refuse it.
    pub declared: Option<Declared>,
    /// Of the export that it comes from.
    pub version: Option<String>,
}

/// Where a declaration stood.
#[derive(Clone, Debug)]
pub(super) enum SentPlace {
    Rows { rows: Vec<u32>, pieces: Vec<u32>, columns: Arc<HashMap<String, u32>> },
    Index(usize),
}

impl SentPlace {
    /// Its first and its last row.
    pub fn rows(&self) -> Option<(u32, u32)> {
        match self {
            Self::Rows { rows, .. } => Some((*rows.first()?, *rows.last()?)),
            Self::Index(_) => None,
        }
    }

    /// How many rows it has.
    pub fn row_count(&self) -> usize {
        match self {
            Self::Rows { rows, .. } => rows.len(),
            Self::Index(_) => 0,
        }
    }

    /// A finding about a member of the declaration, at the cell or the member as it was sent.
    pub fn locate(&self, finding: SheetFinding, path: &str, item: Option<&String>) -> SheetFinding {
        let finding = SheetFinding { item: item.cloned(), ..finding };
        match self {
            Self::Index(index) => {
                SheetFinding { index: Some(*index), path: Some(crate::error::pointer(path)), ..finding }
            }
            Self::Rows { rows, pieces, columns } => {
                let first = rows.first().copied().unwrap_or_default();
                let Some((key, piece)) = column_of_path(path) else { return finding.at(first, None) };
                let row = piece.and_then(|piece| pieces.get(piece)).copied().unwrap_or(first);
                match columns.get(&key) {
                    Some(column) => finding.at(row, Some((&key, format!("{}{row}", letters(*column))))),
                    None => SheetFinding { column: Some(key), ..finding.at(row, None) },
                }
            }
        }
    }
}

/// What a file turned out to be.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub(super) struct About {
    pub source: Source,
    pub columns: Option<ColumnsView>,
}

/// By what declarations are read.
pub(super) struct Reader<'r> {
    pub actor: &'r Actor,
    pub catalogue: &'r Catalogue,
    pub options: &'r IngestOptions,
    /// Of the ingestion, where there is one.
    pub ingestion: Option<uuid::Uuid>,
}

/// What stops the reading.
#[derive(Debug)]
pub(super) enum Stop {
    Refused(Refusal),
    Fault(Error),
}

impl Reader<'_> {
    /// Hands out the declarations one by one, after what the file is; gives what is about the whole file.
    ///
    /// # Errors
    /// What cannot be read, or is too much.
    pub fn read(
        &self,
        media: IngestionMedia,
        bytes: &[u8],
        about: &mut dyn FnMut(About),
        each: &mut dyn FnMut(Sent) -> ControlFlow<()>,
    ) -> Result<Vec<SheetFinding>, Stop> {
        match media {
            IngestionMedia::Sheet => self.sheet(bytes, about, each).map_err(Stop::Refused),
            IngestionMedia::Json | IngestionMedia::Lines => {
                let source = Source { format: media.stored().to_owned(), ..Source::default() };
                about(About { source, columns: None });
                self.list(media, bytes, each).map_err(Stop::Fault)
            }
        }
    }

    fn sheet(
        &self,
        bytes: &[u8],
        about: &mut dyn FnMut(About),
        each: &mut dyn FnMut(Sent) -> ControlFlow<()>,
    ) -> Result<Vec<SheetFinding>, Refusal> {
        let mut file = SheetFile::open(bytes, self.options.sheet.as_deref())?;
        let columns = file.columns();
        let keys = template_columns().into_iter().map(|head| head.text().into_owned());
        let missing = keys.filter(|key| !columns.places.contains_key(key)).collect();
        let view = ColumnsView { known: columns.known, ignored: columns.ignored, missing };
        about(About { source: file.source().clone(), columns: Some(view) });
        let places = Arc::new(columns.places);
        let posts_of = |country: &str| self.catalogue.posts_of(country);
        let reading = Reading {
            sheet: self.options.sheet.as_deref(),
            post: &self.actor.org,
            zone: self.actor.zone,
            posts_of: &posts_of,
        };
        let outline = file.items(reading, &mut |item| each(self.sent(item, &places)))?;
        Ok(outline.findings)
    }

    fn sent(&self, item: SheetItem, columns: &Arc<HashMap<String, u32>>) -> Sent {
        let declared = (!is_refused(&item.findings)).then(|| Declared {
            object: Some(item.object),
            declaration: Some(Declaration { data: Some(item.data), ..Declaration::default() }),
            event: self.options.event.into(),
            object_path: "mailObject".into(),
            declaration_path: "declaration".into(),
            external_reference: item.external_reference,
            ingestion: self.ingestion,
            callback: None,
            found: Findings::default(),
        });
        Sent {
            number: item.index,
            item_id: item.item_id,
            place: SentPlace::Rows { rows: item.rows, pieces: item.piece_rows, columns: Arc::clone(columns) },
            findings: item.findings,
            declared,
            version: item.version,
        }
    }

    fn list(
        &self,
        media: IngestionMedia,
        bytes: &[u8],
        each: &mut dyn FnMut(Sent) -> ControlFlow<()>,
    ) -> Result<Vec<SheetFinding>> {
        let text = std::str::from_utf8(bytes).map_err(|_| Error::invalid("json", "", "the body is not UTF-8"))?;
        for (number, entry) in entries(media, text)?.into_iter().enumerate() {
            if each(self.entry(number, entry)).is_break() {
                break;
            }
        }
        Ok(Vec::new())
    }

    fn entry(&self, number: usize, entry: &str) -> Sent {
        let place = SentPlace::Index(number);
        match reading::parse::<NewDeclaration>(self.actor.zone, entry) {
            Ok(new) => {
                let item_id = new.mail_object.as_ref().and_then(item_id);
                let mut found = Findings::default();
                if new.callback_url.is_some() {
                    let message =
                        "an ingestion takes none; declare the item at /v1/declarations, or subscribe to events";
                    found.add("callback_host", "callbackUrl", message);
                }
                let declared = Declared {
                    object: new.mail_object,
                    declaration: new.declaration,
                    event: new.event.unwrap_or(self.options.event).into(),
                    object_path: "mailObject".into(),
                    declaration_path: "declaration".into(),
                    external_reference: new.external_reference,
                    ingestion: self.ingestion,
                    callback: None,
                    found,
                };
                Sent { number, item_id, place, findings: Vec::new(), declared: Some(declared), version: None }
            }
            Err(Finding { code, path, message, .. }) => {
                let finding = place.locate(SheetFinding::error(code, message), &path, None);
                Sent { number, item_id: None, place, findings: vec![finding], declared: None, version: None }
            }
        }
    }
}

fn item_id(object: &MailObject) -> Option<String> {
    given(&object.id).filter(|id| id.chars().count() <= limits::ITEM_ID_CHARS).map(str::to_owned)
}

/// The entries of a list, or the lines with one each.
///
/// # Errors
/// 400 for what is no list, or too long.
fn entries(media: IngestionMedia, text: &str) -> Result<Vec<&str>> {
    let entries: Vec<&str> = match media {
        IngestionMedia::Lines => text.lines().filter(|line| !line.trim().is_empty()).collect(),
        _ => {
            #[derive(serde::Deserialize)]
            struct Listed<'l> {
                #[serde(borrow)]
                declarations: Vec<&'l RawValue>,
            }
            let list = match text.trim_start().starts_with('[') {
                true => serde_json::from_str(text),
                false => serde_json::from_str(text).map(|listed: Listed<'_>| listed.declarations),
            };
            let list: Vec<&RawValue> = list.map_err(|_| {
                Error::invalid("json", "", "send a list of declarations, or an object with `declarations`")
            })?;
            list.into_iter().map(RawValue::get).collect()
        }
    };
    if entries.len() > limits::INGESTION_ROWS {
        let message = format!("at most {} declarations fit; split the list", limits::INGESTION_ROWS);
        return Err(Error::invalid("too_long", "", message));
    }
    Ok(entries)
}

/// How many entries there are.
///
/// # Errors
/// Like reading them.
pub(super) fn count(media: IngestionMedia, text: &str) -> Result<usize> {
    entries(media, text).map(|entries| entries.len())
}
