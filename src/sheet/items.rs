//! Rows to declarations: the rows of an item are put together, each member is taken once, each content piece has a row.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;

use chrono_tz::Tz;

use super::cell::{Cell, Place};
use super::finding::SheetFinding;
use super::keys::{Head, Home, Kind, VERSION, first_key};
use super::refusal::Refusal;
use super::row::{Row, RowReader, merged};
use super::table::{Column, Table};
use super::values;
use crate::contract::date::with_zone;
use crate::contract::ingestion::Source;
use crate::contract::{DeclarationData, MailObject};
use crate::domain::IngestionKind;
use crate::limits;

/// By what a file is read.
#[derive(Clone, Copy)]
pub struct Reading<'r> {
    /// The sheet that is meant; the first visible one with keys when absent.
    pub sheet: Option<&'r str>,
    /// The post whose items they are.
    pub post: &'r str,
    /// What days are days of.
    pub zone: Tz,
    /// The posts of a country.
    pub posts_of: &'r dyn Fn(&str) -> Vec<String>,
}

impl Reading<'_> {
    /// The post that a cell means: of a country that has one its post.
    ///
    /// # Errors
    /// Which posts may be meant.
    pub(super) fn post_meant(&self, json: &str) -> Result<String, String> {
        let code: String = serde_json::from_str(json).unwrap_or_default();
        if code.chars().count() != COUNTRY_CHARS {
            return Ok(json.to_owned());
        }
        match (self.posts_of)(&code).as_slice() {
            [post] => Ok(values::quoted(post)),
            [] => Err("no post of this country is known; write the three characters of the post".into()),
            several => Err(format!("the country has several posts; write one of {}", several.join(", "))),
        }
    }
}

/// An item of a file.
#[derive(Clone, Debug)]
pub struct SheetItem {
    /// Its number in the file, from 0.
    pub index: usize,
    pub item_id: Option<String>,
    /// All its rows.
    pub rows: Vec<u32>,
    /// Of each content piece.
    pub piece_rows: Vec<u32>,
    pub object: MailObject,
    pub data: DeclarationData,
    pub external_reference: Option<String>,
    /// Of the export that the rows come from.
    pub version: Option<String>,
    pub findings: Vec<SheetFinding>,
}

impl SheetItem {
    /// An item of no rows.
    pub fn nothing() -> Self {
        Self {
            index: 0,
            item_id: None,
            rows: Vec::new(),
            piece_rows: Vec::new(),
            object: MailObject::default(),
            data: DeclarationData::default(),
            external_reference: None,
            version: None,
            findings: Vec::new(),
        }
    }
}

/// What a file turned out to be, apart from its items.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// Rows of data.
    pub rows: usize,
    pub items: usize,
    /// What is about the whole file.
    pub findings: Vec<SheetFinding>,
}

/// The columns of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// How many are known.
    pub known: usize,
    /// Keys that are none.
    pub ignored: Vec<String>,
    /// The place of each key, from 0.
    pub places: HashMap<String, u32>,
}

/// A file that is open.
pub struct SheetFile<'b> {
    pub(super) table: Table<'b>,
}

impl<'b> SheetFile<'b> {
    /// Opens a sheet of a kind.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn open(bytes: &'b [u8], sheet: Option<&str>, kind: IngestionKind) -> Result<Self, Refusal> {
        let (table, needed) = (Table::open(bytes, sheet, kind)?, first_key(kind));
        if !table.columns.iter().any(|column| column.head.is(needed)) {
            return Err(Refusal::NoKeys { sheet: table.source.sheet, needed });
        }
        Ok(Self { table })
    }

    pub fn source(&self) -> &Source {
        &self.table.source
    }

    pub fn columns(&self) -> Columns {
        let places = self.table.columns.iter().map(|column| (column.head.text().into_owned(), column.place));
        Columns { known: self.table.columns.len(), ignored: self.table.unknown.clone(), places: places.collect() }
    }

    /// How many rows of data there are, as far as `most`.
    ///
    /// # Errors
    /// Like [`Self::items`].
    pub fn count(&mut self, most: usize) -> Result<usize, Refusal> {
        let mut rows = 0;
        self.table.rows(&mut |_, _| {
            rows += 1;
            if rows < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        Ok(rows)
    }

    /// Whether a comma may be the decimal sign: a workbook's numbers are no texts; in CSV a comma that separates columns is
    /// none.
    pub(super) fn has_decimal_comma(&self) -> bool {
        self.table.source.separator.as_deref() != Some(",")
    }

    /// What is found in the columns.
    pub(super) fn about_columns(&self) -> Option<SheetFinding> {
        let unknown = Some(&self.table.unknown).filter(|unknown| !unknown.is_empty())?;
        let message = format!("these keys are not known and were passed over: {}", unknown.join(", "));
        Some(SheetFinding::note("columns_ignored", message))
    }

    /// Hands out the items of a sheet of declarations one by one, until `each` breaks off.
    ///
    /// # Errors
    /// What is damaged or beyond a limit; items handed out before stay as they were.
    pub fn items(
        &mut self,
        reading: Reading<'_>,
        each: &mut dyn FnMut(SheetItem) -> ControlFlow<()>,
    ) -> Result<Outline, Refusal> {
        let columns = self.table.columns.clone();
        let merges = std::mem::take(&mut self.table.merges);
        let mut gathering = Gathering::of(&columns, self.has_decimal_comma(), reading);
        let result = self.table.rows(&mut |place, cells| {
            let hidden =
                columns.iter().filter(|column| merges.iter().any(|merge| merge.hides(place.row, column.place)));
            gathering.row(place, &cells, hidden.collect(), each)
        });
        self.table.merges = merges;
        result?;
        gathering.end(each);
        let mut findings = gathering.reader.notes();
        findings.extend(self.about_columns());
        Ok(Outline { rows: gathering.reader.rows, items: gathering.items, findings })
    }
}

/// Findings of one item beyond these say nothing new.
const FINDINGS_PER_ITEM: usize = 100;

/// Rows on their way to items.
pub(super) struct Gathering<'g> {
    columns: &'g [Column],
    reader: RowReader<'g>,
    reading: Reading<'g>,
    open: Option<Open>,
    /// Each item met, with its first row.
    seen: HashMap<String, u32>,
    /// How many were handed out.
    items: usize,
}

/// An item whose rows are being read.
#[derive(Default)]
struct Open {
    item_id: Option<String>,
    rows: Vec<u32>,
    /// Members of the item: by column, with the row that said them first.
    members: BTreeMap<usize, (u32, String)>,
    pieces: Vec<Piece>,
    findings: Vec<SheetFinding>,
}

struct Piece {
    row: u32,
    /// By column.
    members: Vec<(usize, String)>,
}

impl Open {
    fn add(&mut self, finding: SheetFinding) {
        if self.findings.len() < FINDINGS_PER_ITEM {
            self.findings.push(finding);
        }
    }
}

impl<'g> Gathering<'g> {
    /// For rows of one post that were not read from a file.
    pub fn new(columns: &'g [Column], comma: bool, post: &'g str, zone: Tz) -> Self {
        Self::of(columns, comma, Reading { sheet: None, post, zone, posts_of: &|_| Vec::new() })
    }

    pub fn of(columns: &'g [Column], comma: bool, reading: Reading<'g>) -> Self {
        let reader = RowReader::new(columns, comma);
        Self { columns, reader, reading, open: None, seen: HashMap::new(), items: 0 }
    }

    /// Takes a row without merged cells.
    pub fn take_row(&mut self, place: Place, cells: &[Cell], each: &mut dyn FnMut(SheetItem) -> ControlFlow<()>) {
        let _ = self.row(place, cells, Vec::new(), each);
    }

    /// Hands out the last item.
    pub fn end(&mut self, each: &mut dyn FnMut(SheetItem) -> ControlFlow<()>) {
        let _ = self.close(each);
    }
}

impl Gathering<'_> {
    fn row(
        &mut self,
        place: Place,
        cells: &[Cell],
        hidden: Vec<&Column>,
        each: &mut dyn FnMut(SheetItem) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let Some(Row { said, mut findings }) = self.reader.read(place, cells) else {
            return ControlFlow::Continue(());
        };
        let flow = self.open_for(place.row, &said, &findings, each);
        findings.extend(hidden.into_iter().map(|column| merged(column, place.row)));
        self.take(place.row, said, findings);
        flow
    }

    /// Makes sure that the item of a row is open.
    fn open_for(
        &mut self,
        row: u32,
        said: &[(usize, String)],
        findings: &[SheetFinding],
        each: &mut dyn FnMut(SheetItem) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let id = said.iter().find(|(at, _)| self.columns[*at].head.is("item_id"));
        let id = id.and_then(|(_, json)| serde_json::from_str::<String>(json).ok());
        let is_unreadable = findings.iter().any(|finding| finding.column.as_deref() == Some("item_id"));
        let goes_on = match (&id, &self.open) {
            (Some(id), Some(open)) => open.item_id.as_ref() == Some(id),
            (None, Some(open)) => open.item_id.is_some() && !is_unreadable,
            (_, None) => false,
        };
        if goes_on {
            return ControlFlow::Continue(());
        }
        let flow = self.close(each);
        let mut open = Open::default();
        match &id {
            None if !is_unreadable => {
                let message = "the row belongs to no item; give the item id";
                open.add(SheetFinding::error("required", message).at(row, self.cell_of("item_id", row)));
            }
            None => {}
            Some(id) => match self.seen.get(id) {
                Some(first) => {
                    let message = format!("the item stands in row {first} already; put all its rows together");
                    open.add(SheetFinding::error("twice", message).at(row, self.cell_of("item_id", row)));
                }
                None => drop(self.seen.insert(id.clone(), row)),
            },
        }
        open.item_id = id;
        self.open = Some(open);
        flow
    }

    fn cell_of(&self, key: &str, row: u32) -> Option<(&'static str, String)> {
        let column = self.columns.iter().find(|column| column.head.is(key))?;
        let Head::Key(known) = &column.head else { return None };
        Some((known.key, column.at(row).1))
    }

    /// Takes what a row says of its item and its content piece.
    fn take(&mut self, row: u32, said: Vec<(usize, String)>, findings: Vec<SheetFinding>) {
        let Some(open) = &mut self.open else { return };
        open.rows.push(row);
        findings.into_iter().for_each(|finding| open.add(finding));
        let (of_piece, of_item): (Vec<_>, Vec<_>) =
            said.into_iter().partition(|(at, _)| self.columns[*at].head.is_of_piece());
        for (at, json) in of_item {
            match open.members.get(&at) {
                Some((first, known)) if *known != json => {
                    let (key, name) = self.columns[at].at(row);
                    let message = format!(
                        "row {first} of the same item says otherwise; make them equal, or leave this one empty"
                    );
                    open.add(SheetFinding::error("sheet_conflict", message).at(row, Some((&key, name))));
                }
                Some(_) => {}
                None => drop(open.members.insert(at, (row, json))),
            }
        }
        if !of_piece.is_empty() {
            open.pieces.push(Piece { row, members: of_piece });
        }
    }

    /// Hands out the item that is open.
    fn close(&mut self, each: &mut dyn FnMut(SheetItem) -> ControlFlow<()>) -> ControlFlow<()> {
        let Some(open) = self.open.take() else { return ControlFlow::Continue(()) };
        let index = self.items;
        self.items += 1;
        each(self.item(index, open))
    }

    fn item(&self, index: usize, mut open: Open) -> SheetItem {
        let first = open.rows.first().copied().unwrap_or_default();
        let object = self.object(&mut open, first);
        let data = self.data(&open);
        let text = |key: &str| {
            let (_, (_, json)) = open.members.iter().find(|(at, _)| self.columns[**at].head.is(key))?;
            serde_json::from_str::<String>(json).ok()
        };
        let (external_reference, version) = (text("external_reference"), text(VERSION));
        let (object, data) = with_zone(self.reading.zone, || (parsed::<MailObject>(&object), parsed(&data)));
        let mut findings = std::mem::take(&mut open.findings);
        let mut taken = |message: String| findings.push(SheetFinding::error("type", message).at(first, None));
        let object = object.unwrap_or_else(|message| {
            taken(message);
            MailObject::default()
        });
        let data = data.unwrap_or_else(|message| {
            taken(message);
            DeclarationData::default()
        });
        for finding in &mut findings {
            finding.item = open.item_id.clone();
        }
        SheetItem {
            index,
            item_id: open.item_id,
            piece_rows: open.pieces.iter().map(|piece| piece.row).collect(),
            rows: open.rows,
            object,
            data,
            external_reference,
            version,
            findings,
        }
    }

    /// The mail object as JSON.
    fn object(&self, open: &mut Open, first: u32) -> String {
        let mut members = Members::default();
        let mut refused = Vec::new();
        for (at, (row, json)) in &open.members {
            let head = &self.columns[*at].head;
            if head.home() != Home::Object {
                continue;
            }
            if head.kind() == Kind::Post {
                match self.reading.post_meant(json) {
                    Ok(post) => members.put(head.member(), &post),
                    Err(message) => {
                        let (key, name) = self.columns[*at].at(*row);
                        refused.push(SheetFinding::error("unknown_code", message).at(*row, Some((&key, name))));
                    }
                }
            } else {
                members.put(head.member(), json);
            }
        }
        let has = |key: &str| open.members.keys().any(|at| self.columns[*at].head.is(key));
        if !has("origin") {
            members.put("OrigPostOrgCd", &values::quoted(self.reading.post));
        }
        if !has("destination") {
            let message = "give the destination: a post such as DEA, or a country with one post such as DE";
            refused.push(SheetFinding::error("required", message).at(first, self.cell_of("destination", first)));
        }
        refused.into_iter().for_each(|finding| open.add(finding));
        members.close()
    }

    /// The data of the declaration as JSON.
    fn data(&self, open: &Open) -> String {
        let mut members = Members::default();
        let (mut names, mut texts): (Vec<String>, Vec<&str>) = (Vec::new(), Vec::new());
        let mut documents: BTreeMap<usize, Members> = BTreeMap::new();
        for (at, (_, json)) in &open.members {
            let head = &self.columns[*at].head;
            match head.home() {
                Home::Data => members.put(head.member(), json),
                Home::Extra => {
                    names.push(values::quoted(head.member()));
                    texts.push(json);
                }
                Home::Document => documents.entry(document_of(head)).or_default().put(head.member(), json),
                _ => {}
            }
        }
        let indexes = self.indexes(&open.pieces);
        let pieces = open.pieces.iter().zip(&indexes).map(|(piece, index)| {
            let mut of_piece = Members::default();
            of_piece.put("Index", index);
            for (at, json) in &piece.members {
                let head = &self.columns[*at].head;
                if head.home() == Home::Piece && head.member() != "Index" {
                    of_piece.put(head.member(), json);
                }
            }
            of_piece.close()
        });
        let list = |all: Vec<String>| format!("[{}]", all.join(","));
        members.put("ContentPieces", &list(pieces.collect()));
        members.put("Documents", &list(documents.into_values().map(Members::close).collect()));
        members.put("CommercialTransactions", &list(self.sales(&open.pieces, &indexes)));
        members.put("ExtraFieldNames", &list(names));
        members.put("ExtraFieldValues", &list(texts.into_iter().map(str::to_owned).collect()));
        members.close()
    }

    /// The index of each content piece: as given, else in the order of the rows.
    fn indexes(&self, pieces: &[Piece]) -> Vec<String> {
        let given = |piece: &Piece| {
            piece.members.iter().find(|(at, _)| self.columns[*at].head.is("piece_index")).map(|(_, json)| json.clone())
        };
        pieces.iter().zip(1..).map(|(piece, place)| given(piece).unwrap_or_else(|| place.to_string())).collect()
    }

    /// The sales: rows that say the same of theirs are one.
    fn sales(&self, pieces: &[Piece], indexes: &[String]) -> Vec<String> {
        let mut sales: Vec<(Saying<'_>, Vec<&str>)> = Vec::new();
        for (piece, index) in pieces.iter().zip(indexes) {
            let of_sale = piece.members.iter().filter(|(at, _)| self.columns[*at].head.home() == Home::Sale);
            let said: Saying<'_> = of_sale.map(|(at, json)| (self.columns[*at].head.member(), json.as_str())).collect();
            if said.is_empty() {
                continue;
            }
            match sales.iter_mut().find(|(known, _)| *known == said) {
                Some((_, of_pieces)) => of_pieces.push(index),
                None => sales.push((said, vec![index])),
            }
        }
        let written = sales.into_iter().map(|(said, of_pieces)| {
            let mut members = Members::default();
            members.put("ContentPiecesIndexes", &format!("[{}]", of_pieces.join(",")));
            said.into_iter().for_each(|(member, json)| members.put(member, json));
            members.close()
        });
        written.collect()
    }
}

/// Members with their values.
type Saying<'s> = Vec<(&'s str, &'s str)>;

/// Characters of the code of a country; of a post there are three.
const COUNTRY_CHARS: usize = 2;

fn document_of(head: &Head) -> usize {
    match head {
        Head::Document(number, _) => *number,
        _ => 0,
    }
}

fn parsed<T: serde::de::DeserializeOwned>(json: &str) -> Result<T, String> {
    serde_json::from_str(json).map_err(|_| "the rows of this item cannot be read as a declaration".to_owned())
}

/// A JSON object that is being written.
#[derive(Default)]
struct Members(String);

impl Members {
    fn put(&mut self, name: &str, json: &str) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        self.0.push_str(&values::quoted(name));
        self.0.push(':');
        self.0.push_str(json);
    }

    fn close(self) -> String {
        if self.0.is_empty() { "{}".into() } else { self.0 + "}" }
    }
}

/// Whether an item is refused for what was found in its rows.
pub fn is_refused(findings: &[SheetFinding]) -> bool {
    findings.iter().any(|finding| finding.level == super::finding::Weight::Error)
}

/// Findings kept of a file, and how many there are beyond them.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    pub findings: Vec<SheetFinding>,
    pub more: usize,
}

impl Kept {
    pub fn add(&mut self, finding: SheetFinding) {
        if self.findings.len() < limits::SHEET_FINDINGS {
            self.findings.push(finding);
        } else {
            self.more += 1;
        }
    }
}
