//! A file as a table: which sheet, which row has the keys, what stands above each column.

use std::ops::ControlFlow;

use super::cell::{Cell, Place, Value, letters};
use super::csv_text::CsvText;
use super::harmless::taken_back;
use super::keys::{Head, first_key, label};
use super::refusal::Refusal;
use super::xlsx::{Merge, Workbook};
use crate::contract::ingestion::Source;
use crate::domain::IngestionKind;

/// A column that is read.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// From 0.
    pub place: u32,
    pub head: Head,
}

impl Column {
    /// Its key, and the name of its cell in a row.
    pub fn at(&self, row: u32) -> (String, String) {
        (self.head.text().into_owned(), format!("{}{row}", letters(self.place)))
    }
}

/// A table whose columns are known.
pub(super) struct Table<'b> {
    file: File<'b>,
    pub source: Source,
    pub columns: Vec<Column>,
    /// Keys that are none.
    pub unknown: Vec<String>,
    head_row: u32,
    pub merges: Vec<Merge>,
    pub kind: IngestionKind,
}

enum File<'b> {
    Workbook(Box<Workbook<'b>>, usize),
    Csv(CsvText),
}

impl File<'_> {
    fn rows(&mut self, each: &mut dyn FnMut(Place, Vec<Cell>) -> ControlFlow<()>) -> Result<(), Refusal> {
        match self {
            Self::Workbook(book, sheet) => book.rows(*sheet, &mut |place, mut cells| {
                cells.iter_mut().for_each(take_back);
                each(place, cells)
            }),
            Self::Csv(text) => text.rows(each),
        }
    }
}

/// Takes off what keeps the text of a cell from being a formula.
fn take_back(cell: &mut Cell) {
    if let Some(Value::Text(text)) = &mut cell.value
        && taken_back(text) != text.as_str()
    {
        *text = taken_back(text).to_owned();
    }
}

/// The row with the keys is one of the first.
const FIRST_ROWS: u32 = 10;

impl<'b> Table<'b> {
    /// Opens a file by what it is, at the sheet named or the first visible one with keys of its kind.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn open(bytes: &'b [u8], sheet: Option<&str>, kind: IngestionKind) -> Result<Self, Refusal> {
        if bytes.starts_with(b"PK\x03\x04") {
            return Self::of_workbook(Workbook::open(bytes)?, sheet, kind);
        }
        if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
            return Err(Refusal::OtherKind { kind: "an old Excel workbook (.xls), or encrypted" });
        }
        let text = CsvText::open(bytes)?;
        let source = Source {
            format: "csv".into(),
            sheet: None,
            encoding: Some(text.encoding.to_owned()),
            separator: Some(char::from(text.separator).to_string()),
        };
        let mut file = File::Csv(text);
        let head = keys_in(&mut file, kind)?.ok_or(Refusal::NoKeys { sheet: None, needed: first_key(kind) })?;
        Self::new(file, source, (head, kind), Vec::new())
    }

    fn of_workbook(book: Workbook<'b>, wanted: Option<&str>, kind: IngestionKind) -> Result<Self, Refusal> {
        let names: Vec<String> = book.sheets().map(str::to_owned).collect();
        let is_wanted = |name: &str| wanted.is_none_or(|wanted| name.eq_ignore_ascii_case(wanted));
        let sheets: Vec<usize> = (0..names.len()).filter(|at| is_wanted(&names[*at])).collect();
        let mut file = File::Workbook(Box::new(book), 0);
        for sheet in sheets {
            if let File::Workbook(_, at) = &mut file {
                *at = sheet;
            }
            let Some(head) = keys_in(&mut file, kind)? else { continue };
            let File::Workbook(mut of, at) = file else { break };
            let merges = of.merges(sheet)?;
            let name = names.get(sheet).cloned();
            let source = Source { format: "xlsx".into(), sheet: name, encoding: None, separator: None };
            return Self::new(File::Workbook(of, at), source, (head, kind), merges);
        }
        Err(Refusal::NoKeys { sheet: wanted.map(str::to_owned), needed: first_key(kind) })
    }

    fn new(
        file: File<'b>,
        source: Source,
        (head, kind): (HeadRow, IngestionKind),
        merges: Vec<Merge>,
    ) -> Result<Self, Refusal> {
        let (mut columns, mut unknown): (Vec<Column>, Vec<String>) = (Vec::new(), Vec::new());
        for (place, text) in head.texts {
            match Head::read_in(kind, &text) {
                Some(head) if columns.iter().any(|known| known.head == head) => {
                    return Err(Refusal::KeyTwice { key: head.text().into_owned() });
                }
                Some(head) => columns.push(Column { place, head }),
                None => unknown.push(text.chars().filter(|c| !c.is_control()).take(NAME_CHARS).collect()),
            }
        }
        Ok(Self { file, source, columns, unknown, head_row: head.row, merges, kind })
    }

    /// Hands out the rows of data, until `each` breaks off: the names of the columns below the keys are none.
    ///
    /// # Errors
    /// What is damaged or beyond a limit.
    pub fn rows(&mut self, each: &mut dyn FnMut(Place, Vec<Cell>) -> ControlFlow<()>) -> Result<(), Refusal> {
        let (head_row, columns) = (self.head_row, &self.columns);
        self.file.rows(&mut |place, cells| {
            let is_head = place.row <= head_row || place.row == head_row + 1 && are_names(columns, &cells);
            if is_head || cells.is_empty() { ControlFlow::Continue(()) } else { each(place, cells) }
        })
    }
}

/// Of an unknown key so much is shown.
const NAME_CHARS: usize = 60;

struct HeadRow {
    row: u32,
    texts: Vec<(u32, String)>,
}

/// The row that has most keys of a kind among the first ones, if there are any.
fn keys_in(file: &mut File<'_>, kind: IngestionKind) -> Result<Option<HeadRow>, Refusal> {
    let (mut best, mut most) = (None, 0);
    file.rows(&mut |place, cells| {
        let texts = cells.into_iter().filter_map(|cell| match cell.value {
            Some(Value::Text(text)) if !text.trim().is_empty() => Some((cell.column, text.trim().to_owned())),
            _ => None,
        });
        let texts: Vec<(u32, String)> = texts.collect();
        let keys = texts.iter().filter(|(_, text)| Head::read_in(kind, text).is_some()).count();
        if keys > most {
            (best, most) = (Some(HeadRow { row: place.row, texts }), keys);
        }
        if place.row < FIRST_ROWS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    Ok(best.filter(|_| most >= FEWEST_KEYS))
}

/// One word may be a key by chance.
const FEWEST_KEYS: usize = 2;

/// Whether a row holds the names of the columns.
fn are_names(columns: &[Column], cells: &[Cell]) -> bool {
    let is_name = |cell: &&Cell| {
        let Some(Value::Text(text)) = &cell.value else { return false };
        let column = columns.iter().find(|column| column.place == cell.column);
        column.is_some_and(|column| label(&column.head).is(text))
    };
    let names = cells.iter().filter(is_name).count();
    names > 0 && names * 2 >= cells.len()
}
