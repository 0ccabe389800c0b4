//! A row of a table: its cells read under their columns, and what is found in them.

use std::collections::{HashMap, HashSet};

use super::cell::{Cell, Place};
use super::finding::SheetFinding;
use super::keys::{Home, VERSION};
use super::table::Column;
use super::values;

/// What a row says.
pub(super) struct Row {
    /// By column, as JSON.
    pub said: Vec<(usize, String)>,
    pub findings: Vec<SheetFinding>,
}

/// Reads rows; notes what is about all of them.
pub(super) struct RowReader<'r> {
    columns: &'r [Column],
    by_place: HashMap<u32, usize>,
    /// A comma may be the decimal sign.
    comma: bool,
    /// Columns whose formulas were noted.
    formulas: HashSet<u32>,
    /// Rows that say something.
    pub rows: usize,
    /// Those of them that are hidden.
    hidden: usize,
    notes: Vec<SheetFinding>,
}

impl<'r> RowReader<'r> {
    pub fn new(columns: &'r [Column], comma: bool) -> Self {
        let by_place = columns.iter().enumerate().map(|(at, column)| (column.place, at)).collect();
        Self { columns, by_place, comma, formulas: HashSet::new(), rows: 0, hidden: 0, notes: Vec::new() }
    }

    /// What a row says; none where it says nothing.
    pub fn read(&mut self, place: Place, cells: &[Cell]) -> Option<Row> {
        let mut row = Row { said: Vec::with_capacity(cells.len()), findings: Vec::new() };
        for cell in cells {
            let Some(at) = self.by_place.get(&cell.column).copied() else { continue };
            let column = &self.columns[at];
            if column.head.home() == Home::Shown && !column.head.is(VERSION) {
                continue;
            }
            let located = |finding: SheetFinding| {
                let (key, name) = column.at(place.row);
                finding.at(place.row, Some((&key, name)))
            };
            if cell.has_formula && cell.value.is_some() && self.formulas.insert(cell.column) {
                let message = "the column has formulas; their values were taken";
                self.notes.push(located(SheetFinding::warning("formula", message)));
            }
            let read = values::read(cell, column.head.kind(), self.comma);
            row.findings.extend(read.findings.into_iter().map(located));
            row.said.extend(read.json.map(|json| (at, json)));
        }
        if row.said.is_empty() && row.findings.is_empty() {
            return None;
        }
        self.rows += 1;
        self.hidden += usize::from(place.hidden);
        Some(row)
    }

    /// What is about the whole file, when its rows were read.
    pub fn notes(&mut self) -> Vec<SheetFinding> {
        if self.hidden > 0 {
            let message = format!("{} rows are hidden or filtered out; they were read like the others", self.hidden);
            self.notes.push(SheetFinding::note("hidden_rows", message));
        }
        std::mem::take(&mut self.notes)
    }
}

/// What is wrong with a cell that is merged with others and hidden by them.
pub(super) fn merged(column: &Column, row: u32) -> SheetFinding {
    let (key, name) = column.at(row);
    let message = "the cell is merged with others, of which only the first has the value; take the merge apart";
    SheetFinding::error("merged", message).at(row, Some((&key, name)))
}
