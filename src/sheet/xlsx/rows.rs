//! The rows of one sheet, handed out one by one in the order of the file.

use std::ops::ControlFlow;

use quick_xml::events::{BytesStart, Event};

use super::book::Book;
use super::package::{Markup, add_reference, add_text, attribute, plain};
use crate::limits;
use crate::sheet::cell::{Cell, Place, Value, column_of};
use crate::sheet::refusal::Refusal;

/// Takes a row; breaks off where no more is wanted.
pub(super) type Each<'e> = dyn FnMut(Place, Vec<Cell>) -> ControlFlow<()> + 'e;

/// # Errors
/// What is beyond the limits, or not well-formed.
pub(super) fn read(book: &Book, markup: &mut Markup<'_>, each: &mut Each<'_>) -> Result<(), Refusal> {
    let mut sheet = Sheet { book, cells: 0, place: Place { row: 0, hidden: false }, row: Vec::new(), next: 0 };
    let mut open = Open::default();
    let (mut is_data, mut is_text) = (false, false);
    loop {
        match markup.next()? {
            Event::Start(element) => match element.local_name().as_ref() {
                "sheetData" => is_data = true,
                "row" if is_data => sheet.begin_row(&element)?,
                "c" if is_data => open = sheet.begin_cell(&element)?,
                "v" | "t" if is_data => is_text = true,
                "f" if is_data => open.has_formula = true,
                _ => {}
            },
            Event::Empty(element) if is_data => match element.local_name().as_ref() {
                "c" => drop(sheet.begin_cell(&element)?),
                "f" => open.has_formula = true,
                "row" => sheet.begin_row(&element)?,
                _ => {}
            },
            Event::Text(part) if is_text => add_text(&mut open.raw, &part.xml10_content()),
            Event::CData(part) if is_text => add_text(&mut open.raw, &part.xml10_content()),
            Event::GeneralRef(reference) if is_text => add_reference(&mut open.raw, &reference),
            Event::End(element) => match element.local_name().as_ref() {
                "v" | "t" => is_text = false,
                "c" if is_data => sheet.end_cell(std::mem::take(&mut open))?,
                "row" if is_data => {
                    let row = std::mem::take(&mut sheet.row);
                    if each(sheet.place, row).is_break() {
                        return Ok(());
                    }
                }
                "sheetData" => is_data = false,
                _ => {}
            },
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// A sheet as far as it was read.
struct Sheet<'b> {
    book: &'b Book,
    /// All so far.
    cells: usize,
    place: Place,
    row: Vec<Cell>,
    /// The column of the next cell that does not say where it stands.
    next: u32,
}

/// The cell that is being read.
#[derive(Default)]
struct Open {
    column: u32,
    kind: Kind,
    style: usize,
    raw: String,
    has_formula: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Number,
    Shared,
    Text,
    Flag,
    Fault,
}

impl Sheet<'_> {
    fn begin_row(&mut self, element: &BytesStart<'_>) -> Result<(), Refusal> {
        let said = attribute(element, "r").and_then(|row| row.parse().ok());
        let row = said.unwrap_or(self.place.row.saturating_add(1));
        if row as usize > limits::SHEET_ROWS {
            return Err(Refusal::limit("rows", limits::SHEET_ROWS));
        }
        self.place = Place { row, hidden: matches!(attribute(element, "hidden").as_deref(), Some("1" | "true")) };
        self.row.clear();
        self.next = 0;
        Ok(())
    }

    fn begin_cell(&mut self, element: &BytesStart<'_>) -> Result<Open, Refusal> {
        let mut open = Open { column: self.next, ..Open::default() };
        for one in element.attributes().with_checks(false).flatten() {
            match one.key.as_ref() {
                "r" => open.column = column_of(&one.value).unwrap_or(self.next),
                "s" => open.style = one.value.parse().unwrap_or_default(),
                "t" => {
                    open.kind = match &*one.value {
                        "s" => Kind::Shared,
                        "str" | "inlineStr" | "d" => Kind::Text,
                        "b" => Kind::Flag,
                        "e" => Kind::Fault,
                        _ => Kind::Number,
                    }
                }
                _ => {}
            }
        }
        if open.column as usize >= limits::SHEET_COLUMNS {
            return Err(Refusal::limit("columns", limits::SHEET_COLUMNS));
        }
        self.cells += 1;
        if self.cells > limits::SHEET_CELLS {
            return Err(Refusal::limit("cells", limits::SHEET_CELLS));
        }
        self.next = open.column + 1;
        Ok(open)
    }

    fn end_cell(&mut self, open: Open) -> Result<(), Refusal> {
        let Open { column, kind, style, raw, has_formula } = open;
        let value = match kind {
            Kind::Shared => Some(Value::Text(self.shared(&raw)?.to_owned())),
            _ if raw.is_empty() => None,
            Kind::Text => Some(Value::Text(plain(&raw).into_owned())),
            Kind::Flag => Some(Value::Flag(raw == "1" || raw == "true")),
            Kind::Fault => Some(Value::Fault(raw)),
            Kind::Number => Some(self.number(&raw, style)?),
        };
        if value.is_some() || has_formula {
            self.row.push(Cell { column, value, has_formula });
        }
        Ok(())
    }

    /// A text that a cell shares. What is not there is an error, never an empty cell.
    fn shared(&self, raw: &str) -> Result<&str, Refusal> {
        let found = raw.parse::<usize>().ok().and_then(|number| self.book.texts.get(number));
        found.map(|text| &**text).ok_or_else(|| Refusal::broken("a cell whose text is missing"))
    }

    fn number(&self, raw: &str, style: usize) -> Result<Value, Refusal> {
        let number = raw.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        let number = number.ok_or_else(|| Refusal::broken("a number that is none"))?;
        Ok(match self.book.date_formats.get(style) {
            Some(true) => Value::Date(if self.book.from_1904 { number + DAYS_TO_1904 } else { number }),
            _ => Value::Number(number),
        })
    }
}

/// Days from the beginning of one way of counting to that of the other.
const DAYS_TO_1904: f64 = 1_462.0;
