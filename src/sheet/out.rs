//! Declarations to rows: what an export writes of an item, and whether a sheet can carry all of it.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use chrono::{NaiveTime, SecondsFormat};
use chrono_tz::Tz;
use serde_json::value::RawValue;

use super::cell::{Cell, Place, Value};
use super::items::{Gathering, SheetItem};
use super::keys::{Head, Home, KEYS, Key, Kind, Use, VERSION, keys_of};
use super::table::Column;
use crate::contract::canonical::{to_canonical, value_form};
use crate::contract::{DeclarationData, MailObject, WcfDate};
use crate::domain::IngestionKind;

/// What is written into a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Out {
    Text(String),
    /// With the digits it was sent with.
    Number(String),
    /// `2026-11-26`.
    Day(String),
}

/// A row, by the keys of its cells.
pub type OutRow = Vec<(Head, Out)>;

/// An item to be written.
pub struct Exported<'e> {
    pub object: &'e MailObject,
    /// None where nothing is declared.
    pub data: Option<&'e DeclarationData>,
    pub external_reference: Option<&'e str>,
    /// What is shown beside, by key.
    pub shown: &'e [(&'static str, String)],
    /// What its days are days of.
    pub zone: Tz,
}

/// What a version is written as that a sheet cannot carry the whole of.
pub const PARTIAL: &str = "partial:";

/// The rows of an item, each with everything that is said of the item. Where a sheet cannot carry all of it, the version
/// says so, and the rows change nothing when they are read.
pub fn rows_of(item: &Exported<'_>) -> Vec<OutRow> {
    let mut rows = written(item);
    if !is_carried(item, &rows) {
        for (head, out) in rows.iter_mut().flatten() {
            if head.is(VERSION)
                && let Out::Text(version) = out
            {
                *version = format!("{PARTIAL}{version}");
            }
        }
    }
    rows
}

fn written(item: &Exported<'_>) -> Vec<OutRow> {
    let (object, data) = (to_canonical(item.object), to_canonical(&item.data));
    let (object, data) = (members(&object), members(&data));
    let mut of_item = OutRow::new();
    for key in KEYS {
        let found = match key.home {
            Home::Object => object.get(key.member),
            Home::Data => data.get(key.member),
            _ => None,
        };
        of_item.extend(found.and_then(|value| out(value, key.kind, item.zone)).map(|out| (Head::Key(key), out)));
    }
    of_item.extend(extras(&data));
    for (number, document) in list(&data, "Documents").iter().enumerate() {
        for key in of_home(Home::Document).take(DOCUMENT_MEMBERS) {
            let value = document.get(key.member).and_then(|value| out(value, key.kind, item.zone));
            of_item.extend(value.map(|out| (Head::Document(number, key), out)));
        }
    }
    let reference = item.external_reference.map(|text| ("external_reference", text.to_owned()));
    for (name, text) in reference.into_iter().chain(item.shown.iter().cloned()) {
        if let Some(head) = Head::read(name).filter(|_| !text.is_empty()) {
            of_item.push((head, Out::Text(text)));
        }
    }
    let pieces = list(&data, "ContentPieces");
    if pieces.is_empty() {
        return vec![of_item];
    }
    let sales = list(&data, "CommercialTransactions");
    let rows = pieces.iter().zip(1..).map(|(piece, place)| {
        let mut row = of_item.clone();
        for key in of_home(Home::Piece) {
            let value = piece.get(key.member).and_then(|value| out(value, key.kind, item.zone));
            row.extend(value.map(|out| (Head::Key(key), out)));
        }
        for (name, member) in [("revised_hs", "RevisedHS"), ("revised_description", "RevisedDescription")] {
            let value = piece.get(member).and_then(|value| out(value, Kind::Text, item.zone));
            row.extend(Head::read(name).zip(value));
        }
        let index = piece.get("Index").and_then(|index| index.get().parse().ok()).unwrap_or(place);
        let of_piece = |sale: &&Members<'_>| {
            let indexes = sale.get("ContentPiecesIndexes").and_then(|list| serde_json::from_str(list.get()).ok());
            indexes.is_some_and(|indexes: Vec<i32>| indexes.contains(&index))
        };
        if let Some(sale) = sales.iter().find(of_piece) {
            for key in of_home(Home::Sale) {
                let value = sale.get(key.member).and_then(|value| out(value, key.kind, item.zone));
                row.extend(value.map(|out| (Head::Key(key), out)));
            }
        }
        row
    });
    rows.collect()
}

/// Kind, number and name.
const DOCUMENT_MEMBERS: usize = 3;

fn of_home(home: Home) -> impl Iterator<Item = &'static Key> {
    KEYS.iter().filter(move |key| key.home == home)
}

type Members<'j> = BTreeMap<String, &'j RawValue>;

fn members(json: &str) -> Members<'_> {
    serde_json::from_str(json).unwrap_or_default()
}

fn list<'j>(of: &Members<'j>, name: &str) -> Vec<Members<'j>> {
    let list: Vec<&'j RawValue> =
        of.get(name).and_then(|list| serde_json::from_str(list.get()).ok()).unwrap_or_default();
    list.into_iter().map(|entry| members(entry.get())).collect()
}

fn extras(data: &Members<'_>) -> OutRow {
    let texts = |name: &str| -> Vec<Option<String>> {
        data.get(name).and_then(|list| serde_json::from_str(list.get()).ok()).unwrap_or_default()
    };
    let pairs = texts("ExtraFieldNames").into_iter().zip(texts("ExtraFieldValues"));
    let cells = pairs.filter_map(|(name, value)| {
        let (name, value) = (name?, value.filter(|value| !value.is_empty())?);
        let known = of_home(Home::Extra).find(|key| key.member == name);
        Some((known.map_or(Head::Extra(name), Head::Key), Out::Text(value)))
    });
    cells.collect()
}

fn out(value: &RawValue, kind: Kind, zone: Tz) -> Option<Out> {
    let json = value.get();
    if json == "null" {
        return None;
    }
    match kind {
        Kind::Kilograms | Kind::Centimetres | Kind::Money | Kind::Whole => Some(Out::Number(json.to_owned())),
        _ => {
            let text: String = serde_json::from_str(json).ok()?;
            match kind {
                _ if text.is_empty() => None,
                Kind::Day => day(&text, zone),
                _ => Some(Out::Text(text)),
            }
        }
    }
}

/// A day where it begins then, else the time with its zone.
fn day(text: &str, zone: Tz) -> Option<Out> {
    let instant = WcfDate::parse(text).ok()??.instant();
    let local = instant.with_timezone(&zone);
    Some(match local.time() == NaiveTime::MIN {
        true => Out::Day(local.date_naive().to_string()),
        false => Out::Text(instant.to_rfc3339_opts(SecondsFormat::Secs, true)),
    })
}

/// The number that a spreadsheet program keeps of digits without changing them.
pub(super) fn exact(digits: &str) -> Option<f64> {
    let number = digits.parse::<f64>().ok().filter(|number| number.abs() < 1e15)?;
    (value_form(&format!("{number}")) == value_form(digits)).then_some(number)
}

/// Whether what is read from these rows is the item.
fn is_carried(item: &Exported<'_>, rows: &[OutRow]) -> bool {
    let Some(data) = item.data else { return true };
    let mut heads: Vec<Head> = Vec::new();
    for (head, _) in rows.iter().flatten() {
        if !heads.contains(head) {
            heads.push(head.clone());
        }
    }
    let columns: Vec<Column> = heads.into_iter().zip(0..).map(|(head, place)| Column { place, head }).collect();
    let cells = |row: &OutRow| -> Option<Vec<Cell>> {
        let mut cells: Vec<Cell> = Vec::with_capacity(row.len());
        for (head, out) in row {
            let column = columns.iter().find(|column| column.head == *head)?.place;
            if cells.iter().any(|cell| cell.column == column) {
                return None;
            }
            cells.push(Cell { column, value: Some(value_of(out)), has_formula: false });
        }
        Some(cells)
    };
    let post = item.object.orig_post_org_cd.as_deref().unwrap_or_default();
    let mut read: Vec<SheetItem> = Vec::new();
    let mut gathering = Gathering::new(&columns, true, post, item.zone);
    for (row, number) in rows.iter().zip(1..) {
        let Some(cells) = cells(row) else { return false };
        gathering.take_row(Place { row: number, hidden: false }, &cells, &mut |item| {
            read.push(item);
            ControlFlow::Continue(())
        });
    }
    gathering.end(&mut |item| {
        read.push(item);
        ControlFlow::Continue(())
    });
    match read.as_slice() {
        [one] => one.findings.is_empty() && settled(&one.data) == settled(data),
        _ => false,
    }
}

fn value_of(out: &Out) -> Value {
    match out {
        Out::Text(text) | Out::Day(text) => Value::Text(text.clone()),
        Out::Number(digits) => exact(digits).map_or_else(|| Value::Text(digits.clone()), Value::Number),
    }
}

/// A declaration without what a sheet has no words for: blanks around texts, the order of extra fields, documents without any
/// member, indexes that follow from the order of the lines. Two that are alike then are the same to who wrote the sheet.
pub fn settled(data: &DeclarationData) -> String {
    let mut data = data.clone();
    // What the destination revised is not the declarer's to say.
    for (piece, place) in data.content_pieces.iter_mut().zip(1..) {
        (piece.revised_hs, piece.revised_description) = (None, None);
        piece.index = piece.index.or(Some(place));
        sort(&mut piece.extra_field_names, &mut piece.extra_field_values);
    }
    sort(&mut data.extra_field_names, &mut data.extra_field_values);
    let says_something = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
    data.documents.retain(|document| {
        [&document.document_type, &document.document_id, &document.document_name].into_iter().any(says_something)
    });
    let mut value: serde_json::Value = serde_json::from_str(&value_form(&to_canonical(&data))).unwrap_or_default();
    trim(&mut value);
    value.to_string()
}

fn sort(names: &mut Vec<Option<String>>, values: &mut Vec<Option<String>>) {
    if names.len() != values.len() {
        return;
    }
    let pairs = std::mem::take(names).into_iter().zip(std::mem::take(values));
    let mut pairs: Vec<_> =
        pairs.filter(|(_, value)| value.as_deref().is_some_and(|text| !text.trim().is_empty())).collect();
    pairs.sort();
    (*names, *values) = pairs.into_iter().unzip();
}

fn trim(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(text) => {
            let trimmed = text.trim().replace('\u{A0}', " ").replace("\r\n", "\n");
            *value = if trimmed.is_empty() { serde_json::Value::Null } else { trimmed.into() };
        }
        serde_json::Value::Array(list) => list.iter_mut().for_each(trim),
        serde_json::Value::Object(members) => members.values_mut().for_each(trim),
        _ => {}
    }
}

/// The columns of an export: the usual ones, and of the rare ones those that are needed.
pub fn columns<'r>(needed: impl IntoIterator<Item = &'r Head>) -> Vec<Head> {
    let usual = |key: &&Key| key.usage == Use::Usual;
    let mut heads: Vec<Head> = KEYS.iter().filter(usual).filter_map(|key| Head::read(key.key)).collect();
    for head in needed {
        if !heads.contains(head) {
            heads.push(head.clone());
        }
    }
    heads
}

/// The columns of a template.
pub fn template_columns(kind: IngestionKind) -> Vec<Head> {
    let filled_in = |key: &&Key| key.usage == Use::Usual && key.home != Home::Shown;
    keys_of(kind).iter().filter(filled_in).filter_map(|key| Head::read_in(kind, key.key)).collect()
}
