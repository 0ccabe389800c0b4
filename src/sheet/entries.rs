//! Rows to entries: each row of such a sheet is one by itself, goods, a sender or a move, written as lists have it.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;

use super::finding::SheetFinding;
use super::items::{Outline, Reading, SheetFile};
use super::keys::{Kind, own_key};
use super::refusal::Refusal;
use super::row::{Row, RowReader, merged};
use super::table::Column;
use super::values::quoted;
use crate::domain::IngestionKind;

/// An entry of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetEntry {
    /// Its number in the file, from 0.
    pub index: usize,
    pub row: u32,
    /// What it is called: by the number of goods, the reference of a sender, the id of an item.
    pub name: Option<String>,
    /// As an entry of a list.
    pub json: String,
    pub findings: Vec<SheetFinding>,
}

impl SheetFile<'_> {
    /// Hands out the entries of a sheet of any kind but declarations one by one, until `each` breaks off.
    ///
    /// # Errors
    /// What is damaged or beyond a limit; entries handed out before stay as they were.
    pub fn entries(
        &mut self,
        reading: Reading<'_>,
        each: &mut dyn FnMut(SheetEntry) -> ControlFlow<()>,
    ) -> Result<Outline, Refusal> {
        let (columns, kind) = (self.table.columns.clone(), self.table.kind);
        let merges = std::mem::take(&mut self.table.merges);
        let mut reader = RowReader::new(&columns, self.has_decimal_comma());
        let mut entries = Entries { columns: &columns, kind, reading, seen: HashMap::new(), count: 0 };
        let result = self.table.rows(&mut |place, cells| {
            let Some(mut row) = reader.read(place, &cells) else { return ControlFlow::Continue(()) };
            let is_hidden = |column: &&Column| merges.iter().any(|merge| merge.hides(place.row, column.place));
            row.findings.extend(columns.iter().filter(is_hidden).map(|column| merged(column, place.row)));
            each(entries.entry(place.row, row))
        });
        self.table.merges = merges;
        result?;
        let items = entries.count;
        let mut findings = reader.notes();
        findings.extend(self.about_columns());
        Ok(Outline { rows: reader.rows, items, findings })
    }
}

/// Rows on their way to entries.
struct Entries<'e> {
    columns: &'e [Column],
    kind: IngestionKind,
    reading: Reading<'e>,
    /// What was met, with its row.
    seen: HashMap<String, u32>,
    count: usize,
}

impl Entries<'_> {
    fn entry(&mut self, row: u32, Row { said, mut findings }: Row) -> SheetEntry {
        let (mut members, mut name) = (Members::default(), None);
        for (at, json) in said {
            let column = &self.columns[at];
            let json = match column.head.kind() {
                Kind::Post => self.reading.post_meant(&json),
                _ => Ok(json),
            };
            match json {
                Ok(json) => {
                    if column.head.is(own_key(self.kind)) {
                        name = Some(plain(&json));
                        findings.extend(self.met_before(plain(&json), row, column));
                    }
                    members.put(column.head.member(), json);
                }
                Err(message) => {
                    let (key, cell) = column.at(row);
                    findings.push(SheetFinding::error("unknown_code", message).at(row, Some((&key, cell))));
                }
            }
        }
        for finding in &mut findings {
            finding.item.clone_from(&name);
        }
        let index = self.count;
        self.count += 1;
        SheetEntry { index, row, name, json: members.close(), findings }
    }

    /// What is wrong with a name that stands in the file before. An item may be moved several times.
    fn met_before(&mut self, name: String, row: u32, column: &Column) -> Option<SheetFinding> {
        if self.kind == IngestionKind::Movements {
            return None;
        }
        let first = *self.seen.entry(name).or_insert(row);
        let (key, cell) = column.at(row);
        let message = format!("it stands in row {first} already; take one of the two away");
        (first != row).then(|| SheetFinding::error("twice", message).at(row, Some((&key, cell))))
    }
}

/// The text of a JSON value.
fn plain(json: &str) -> String {
    serde_json::from_str(json).unwrap_or_else(|_| json.to_owned())
}

/// The members of an object, some of them in objects of their own.
#[derive(Default)]
struct Members(BTreeMap<String, Member>);

enum Member {
    Value(String),
    Inner(Members),
}

impl Members {
    /// Puts a value under a path.
    fn put(&mut self, path: &str, json: String) {
        match path.split_once('.') {
            None => drop(self.0.insert(path.to_owned(), Member::Value(json))),
            Some((outer, rest)) => {
                let inner = self.0.entry(outer.to_owned()).or_insert_with(|| Member::Inner(Self::default()));
                if let Member::Inner(inner) = inner {
                    inner.put(rest, json);
                }
            }
        }
    }

    fn close(self) -> String {
        let members = self.0.into_iter().map(|(name, member)| match member {
            Member::Value(json) => format!("{}:{json}", quoted(&name)),
            Member::Inner(inner) => format!("{}:{}", quoted(&name), inner.close()),
        });
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    }
}
