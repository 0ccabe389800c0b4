//! From what was sent to entries of its kind, each with where it stood.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::sync::Arc;

use serde_json::value::RawValue;

use super::options::IngestOptions;
use crate::contract::ingestion::{ColumnsView, Movement, NewDeclaration, Source};
use crate::contract::{Declaration, MarketedGood, SenderProfile, reading};
use crate::domain::{IngestionKind, IngestionMedia};
use crate::error::{Error, Finding, Findings, Result};
use crate::limits;
use crate::rules::forms::given;
use crate::service::Actor;
use crate::service::catalogue::Catalogue;
use crate::service::declare::Declared;
use crate::sheet::cell::letters;
use crate::sheet::keys::{column_of_member, column_of_path};
use crate::sheet::out::template_columns;
use crate::sheet::{Reading, Refusal, SheetEntry, SheetFile, SheetFinding, SheetItem, is_refused};

/// One entry that was sent.
#[derive(Debug)]
pub(super) struct Sent {
    /// Its number, from 0.
    pub number: usize,
    /// Id of the item, number of the goods, reference of the sender.
    pub name: Option<String>,
    pub place: SentPlace,
    /// What was found in the file itself.
    pub findings: Vec<SheetFinding>,
    /// None where these refuse it.
    pub entry: Option<Entry>,
    /// Of the export that it comes from.
    pub version: Option<String>,
}

/// What an entry says.
#[derive(Debug)]
pub(super) enum Entry {
    Declaration(Box<Declared>),
    Good(Box<MarketedGood>),
    Sender(Box<SenderProfile>),
    Movement(Movement),
}

/// The places of columns, by their keys.
type Places = Arc<HashMap<String, u32>>;

/// Where an entry stood.
#[derive(Clone, Debug)]
pub(super) enum SentPlace {
    /// Of a declaration.
    Rows {
        rows: Vec<u32>,
        pieces: Vec<u32>,
        columns: Places,
    },
    /// Of an entry of another kind.
    Row {
        row: u32,
        kind: IngestionKind,
        columns: Places,
    },
    Index(usize),
}

impl SentPlace {
    /// Its first and its last row.
    pub fn rows(&self) -> Option<(u32, u32)> {
        match self {
            Self::Rows { rows, .. } => Some((*rows.first()?, *rows.last()?)),
            Self::Row { row, .. } => Some((*row, *row)),
            Self::Index(_) => None,
        }
    }

    /// How many rows it has.
    pub fn row_count(&self) -> usize {
        match self {
            Self::Rows { rows, .. } => rows.len(),
            Self::Row { .. } => 1,
            Self::Index(_) => 0,
        }
    }

    /// A finding about a member of the entry, at the cell or the member as it was sent.
    pub fn locate(&self, finding: SheetFinding, path: &str, name: Option<&String>) -> SheetFinding {
        let finding = SheetFinding { item: name.cloned(), ..finding };
        match self {
            Self::Index(index) => {
                SheetFinding { index: Some(*index), path: Some(crate::error::pointer(path)), ..finding }
            }
            Self::Rows { rows, pieces, columns } => {
                let first = rows.first().copied().unwrap_or_default();
                let Some((key, piece)) = column_of_path(path) else { return finding.at(first, None) };
                let row = piece.and_then(|piece| pieces.get(piece)).copied().unwrap_or(first);
                at_cell(finding, row, &key, columns)
            }
            Self::Row { row, kind, columns } => match column_of_member(*kind, path) {
                Some(key) => at_cell(finding, *row, key, columns),
                None => finding.at(*row, None),
            },
        }
    }
}

/// A finding in a row under a key, which the file need not have.
fn at_cell(finding: SheetFinding, row: u32, key: &str, columns: &Places) -> SheetFinding {
    match columns.get(key) {
        Some(column) => finding.at(row, Some((key, format!("{}{row}", letters(*column))))),
        None => SheetFinding { column: Some(key.to_owned()), ..finding.at(row, None) },
    }
}

/// What a file turned out to be.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub(super) struct About {
    pub source: Source,
    pub columns: Option<ColumnsView>,
}

/// By what entries are read.
pub(super) struct Reader<'r> {
    pub actor: &'r Actor,
    pub catalogue: &'r Catalogue,
    pub kind: IngestionKind,
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
    /// Hands out the entries one by one, after what the file is; gives what is about the whole file.
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
        let mut file = SheetFile::open(bytes, self.options.sheet.as_deref(), self.kind)?;
        let columns = file.columns();
        let keys = template_columns(self.kind).into_iter().map(|head| head.text().into_owned());
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
        let outline = match self.kind {
            IngestionKind::Declarations => file.items(reading, &mut |item| each(self.of_rows(item, &places))),
            _ => file.entries(reading, &mut |entry| each(self.of_row(entry, &places))),
        };
        Ok(outline?.findings)
    }

    /// What a row says that is an entry by itself.
    fn of_row(&self, of: SheetEntry, columns: &Places) -> Sent {
        let place = SentPlace::Row { row: of.row, kind: self.kind, columns: Arc::clone(columns) };
        let refused =
            Sent { number: of.index, name: of.name, place, findings: of.findings, entry: None, version: None };
        if is_refused(&refused.findings) {
            return refused;
        }
        let read = self.entry(of.index, refused.place.clone(), &of.json);
        let findings = [refused.findings, read.findings].concat();
        Sent { findings, name: refused.name, ..read }
    }

    fn of_rows(&self, item: SheetItem, columns: &Places) -> Sent {
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
            name: item.item_id,
            place: SentPlace::Rows { rows: item.rows, pieces: item.piece_rows, columns: Arc::clone(columns) },
            findings: item.findings,
            entry: declared.map(|declared| Entry::Declaration(Box::new(declared))),
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
        for (number, entry) in entries((self.kind, media), text)?.into_iter().enumerate() {
            if each(self.entry(number, SentPlace::Index(number), entry)).is_break() {
                break;
            }
        }
        Ok(Vec::new())
    }

    /// An entry of a list.
    fn entry(&self, number: usize, place: SentPlace, entry: &str) -> Sent {
        match self.parsed(entry) {
            Ok((name, entry)) => Sent { number, name, place, findings: Vec::new(), entry: Some(entry), version: None },
            Err(Finding { code, path, message, .. }) => {
                let finding = place.locate(SheetFinding::error(code, message), &path, None);
                Sent { number, name: None, place, findings: vec![finding], entry: None, version: None }
            }
        }
    }

    /// What an entry says, and what it is called.
    fn parsed(&self, text: &str) -> Result<(Option<String>, Entry), Finding> {
        let zone = self.actor.zone;
        // The parser would take a list as members by place.
        if !text.trim_start().starts_with('{') {
            return Err(Finding::new("type", "", "each entry is a JSON object"));
        }
        Ok(match self.kind {
            IngestionKind::Declarations => {
                let new: NewDeclaration = reading::parse(zone, text)?;
                let id = new.mail_object.as_ref().and_then(|object| given(&object.id));
                (short(id), Entry::Declaration(Box::new(self.declared(new))))
            }
            IngestionKind::Goods => {
                let good: MarketedGood = reading::parse(zone, text)?;
                let number = good.reference_id.filter(|number| *number != 0);
                (number.map(|number| number.to_string()), Entry::Good(Box::new(good)))
            }
            IngestionKind::Senders => {
                let profile: SenderProfile = reading::parse(zone, text)?;
                (short(Some(&profile.reference)), Entry::Sender(Box::new(profile)))
            }
            IngestionKind::Movements => {
                let moved: Movement = reading::parse(zone, text)?;
                (short(given(&moved.item_id)), Entry::Movement(moved))
            }
        })
    }

    fn declared(&self, new: NewDeclaration) -> Declared {
        let mut found = Findings::default();
        if new.callback_url.is_some() {
            let message = "an ingestion takes none; declare the item at /v1/declarations, or subscribe to events";
            found.add("callback_host", "callbackUrl", message);
        }
        Declared {
            object: new.mail_object,
            declaration: new.declaration,
            event: new.event.unwrap_or(self.options.event).into(),
            object_path: "mailObject".into(),
            declaration_path: "declaration".into(),
            external_reference: new.external_reference,
            ingestion: self.ingestion,
            callback: None,
            found,
        }
    }
}

/// A name that is short enough to be repeated.
fn short(name: Option<&str>) -> Option<String> {
    let fits =
        |name: &&str| (1..=limits::ITEM_ID_CHARS.max(limits::SENDER_REFERENCE_CHARS)).contains(&name.chars().count());
    name.filter(fits).map(str::to_owned)
}

/// The entries of a list of a kind, or the lines with one each.
///
/// # Errors
/// 400 for what is no list, or too long.
fn entries((kind, media): (IngestionKind, IngestionMedia), text: &str) -> Result<Vec<&str>> {
    let entries: Vec<&str> = match media {
        IngestionMedia::Lines => text.lines().filter(|line| !line.trim().is_empty()).collect(),
        _ => {
            let wrong = || {
                let kind = kind.stored();
                Error::invalid("json", "", format!("send a list of {kind}, or an object with `{kind}` alone"))
            };
            let list: Vec<&RawValue> = if text.trim_start().starts_with('[') {
                serde_json::from_str(text).map_err(|_| wrong())?
            } else {
                let lists: BTreeMap<&str, Option<Vec<&RawValue>>> = serde_json::from_str(text).map_err(|_| wrong())?;
                let mut lists = lists.into_iter().filter_map(|(name, list)| Some((name, list?)));
                match (lists.next(), lists.next()) {
                    (Some((name, list)), None) if name == kind.stored() => list,
                    _ => return Err(wrong()),
                }
            };
            list.into_iter().map(RawValue::get).collect()
        }
    };
    if entries.len() > limits::INGESTION_ROWS {
        let message = format!("at most {} {} fit; split the list", limits::INGESTION_ROWS, kind.stored());
        return Err(Error::invalid("too_long", "", message));
    }
    Ok(entries)
}

/// How many entries there are.
///
/// # Errors
/// Like reading them.
pub(super) fn count(form: (IngestionKind, IngestionMedia), text: &str) -> Result<usize> {
    entries(form, text).map(|entries| entries.len())
}
