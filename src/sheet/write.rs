//! Rows to files: workbooks by `rust_xlsxwriter`, and CSV. Texts that a spreadsheet program would take for formulas are made
//! harmless.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io::Write;
use std::ops::ControlFlow;

use rust_xlsxwriter::{ExcelDateTime, Format, Note, Workbook, Worksheet, XlsxError};

use super::cell::{Value, column_of};
use super::finding::{SheetFinding, Weight};
use super::harmless::{harmless, taken_back};
use super::keys::{Head, Kind};
use super::looks::{HEAD_ROWS, Looks};
use super::out::{Out, OutRow, exact};
use super::refusal::Refusal;
use super::table::Table;
use super::template;
use crate::domain::IngestionKind;
use crate::error::{Error, Result};
use crate::refdata::lists::Language;

fn failed(error: XlsxError) -> Error {
    Error::Internal(format!("a workbook cannot be written: {error}"))
}

/// A workbook of declarations that is being written, row by row.
pub struct BookWriter {
    book: Workbook,
    places: HashMap<Head, u16>,
    looks: Looks,
    next_row: u32,
}

impl BookWriter {
    /// Begins a workbook with these columns, their names in a language.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn new(heads: &[Head], language: Language) -> Result<Self> {
        let (mut book, looks) = (Workbook::new(), Looks::new());
        let sheet = book.add_worksheet_with_constant_memory().map_err(failed)?;
        let heads_of = (IngestionKind::Declarations, heads);
        template::begin(sheet, heads_of, language, &looks, &HashSet::new()).map_err(failed)?;
        let places = heads.iter().cloned().zip(0..).collect();
        Ok(Self { book, places, looks, next_row: HEAD_ROWS })
    }

    /// Writes a row; cells of columns that the workbook does not have are left out.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put(&mut self, row: &OutRow) -> Result<()> {
        let (Self { book, places, looks, next_row }, at) = (self, 0);
        let sheet = book.worksheet_from_index(at).map_err(failed)?;
        let mut cells: Vec<(u16, &Head, &Out)> =
            row.iter().filter_map(|(head, out)| Some((*places.get(head)?, head, out))).collect();
        cells.sort_by_key(|cell| cell.0);
        for (column, head, out) in cells {
            write(sheet, (*next_row, column), out, looks.of(head.kind()), &looks.text).map_err(failed)?;
        }
        *next_row += 1;
        Ok(())
    }

    /// Writes the file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish<W: Write + Send>(mut self, mut out: W) -> Result<W> {
        self.book.save_to_writer(&mut out).map_err(failed)?;
        Ok(out)
    }
}

fn write(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    out: &Out,
    look: &Format,
    text: &Format,
) -> Result<(), XlsxError> {
    match out {
        Out::Number(digits) => match exact(digits) {
            Some(number) => sheet.write_number_with_format(row, column, number, look)?,
            None => sheet.write_string_with_format(row, column, digits, text)?,
        },
        Out::Day(day) => match ExcelDateTime::parse_from_str(day) {
            Ok(date) => sheet.write_datetime_with_format(row, column, &date, look)?,
            Err(_) => sheet.write_string_with_format(row, column, day, text)?,
        },
        Out::Text(said) => {
            // A text in a workbook is no formula; only what would be taken back is guarded.
            let guarded = if taken_back(said) == said { Cow::Borrowed(said.as_str()) } else { harmless(said) };
            sheet.write_string_with_format(row, column, guarded, text)?
        }
    };
    Ok(())
}

/// CSV of declarations, in UTF-8 with its mark.
pub struct CsvWriter<W: Write> {
    writer: csv::Writer<W>,
    places: HashMap<Head, usize>,
}

/// By it spreadsheet programs know that a text is UTF-8.
const MARK: &[u8] = b"\xEF\xBB\xBF";

impl<W: Write> CsvWriter<W> {
    /// Begins with the keys of these columns.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn new(heads: &[Head], separator: u8, mut out: W) -> Result<Self> {
        out.write_all(MARK).map_err(unwritable)?;
        let mut writer =
            csv::WriterBuilder::new().delimiter(separator).terminator(csv::Terminator::CRLF).from_writer(out);
        let keys = heads.iter().map(|head| harmless(&head.text()).into_owned());
        writer.write_record(keys).map_err(unwritable)?;
        Ok(Self { writer, places: heads.iter().cloned().zip(0..).collect() })
    }

    /// Writes a row; cells of columns that the file does not have are left out.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put(&mut self, row: &OutRow) -> Result<()> {
        let mut cells = vec![Cow::Borrowed(""); self.places.len()];
        for (head, out) in row {
            let Some(cell) = self.places.get(head).and_then(|place| cells.get_mut(*place)) else { continue };
            *cell = match out {
                Out::Text(text) => harmless(text),
                Out::Number(text) | Out::Day(text) => Cow::Borrowed(text),
            };
        }
        self.writer.write_record(cells.iter().map(|cell| cell.as_bytes())).map_err(unwritable)
    }

    /// Where it was written.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(self) -> Result<W> {
        self.writer.into_inner().map_err(|error| unwritable(error.error()))
    }
}

fn unwritable(error: impl fmt::Display) -> Error {
    Error::unavailable(format!("A file cannot be written: {error}"))
}

/// The rows of a file that were refused, as a workbook with the same columns: to be corrected and sent again.
///
/// # Errors
/// Why the file cannot be read any more, or the workbook not be written.
pub fn refused_rows(
    bytes: &[u8],
    (sheet, kind): (Option<&str>, IngestionKind),
    rows: &HashSet<u32>,
    findings: &[SheetFinding],
) -> Result<Result<Vec<u8>, Refusal>> {
    let mut table = match Table::open(bytes, sheet, kind) {
        Ok(table) => table,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let faults: HashMap<(u32, u32), &SheetFinding> = findings
        .iter()
        .filter(|found| found.level == Weight::Error)
        .filter_map(|found| Some(((found.row?, column_of(found.cell.as_deref()?)?), found)))
        .collect();
    let (mut book, looks) = (Workbook::new(), Looks::new());
    let page = book.add_worksheet();
    let columns: Vec<(u32, Head)> = table.columns.iter().map(|column| (column.place, column.head.clone())).collect();
    let places: HashMap<u32, (u16, Kind)> =
        columns.iter().zip(0..).map(|((place, head), at)| (*place, (at, head.kind()))).collect();
    let heads: Vec<Head> = columns.into_iter().map(|(_, head)| head).collect();
    template::begin(page, (kind, &heads), Language::En, &looks, &HashSet::new()).map_err(failed)?;
    let (mut at, mut wrong) = (HEAD_ROWS, None);
    let read = table.rows(&mut |place, cells| {
        if !rows.contains(&place.row) {
            return ControlFlow::Continue(());
        }
        for cell in &cells {
            let Some((column, kind)) = places.get(&cell.column) else { continue };
            let fault = faults.get(&(place.row, cell.column));
            let look = if fault.is_some() { &looks.fault } else { looks.of(*kind) };
            let result = put_back(page, (at, *column), cell.value.as_ref(), look, &looks);
            wrong = wrong.take().or(result.err());
        }
        for ((_, column), fault) in faults.iter().filter(|((row, _), _)| *row == place.row) {
            let Some((column, _)) = places.get(column) else { continue };
            let note = Note::new(&fault.message).add_author_prefix(false);
            wrong = wrong.take().or(page.insert_note(at, *column, &note).err());
        }
        at += 1;
        ControlFlow::Continue(())
    });
    if let Err(refusal) = read {
        return Ok(Err(refusal));
    }
    match wrong {
        Some(error) => Err(failed(error)),
        None => book.save_to_buffer().map_err(failed).map(Ok),
    }
}

fn put_back(
    page: &mut Worksheet,
    (row, column): (u32, u16),
    value: Option<&Value>,
    look: &Format,
    looks: &Looks,
) -> Result<(), XlsxError> {
    match value {
        Some(Value::Text(text) | Value::Fault(text)) => {
            let guarded = if taken_back(text) == text { Cow::Borrowed(text.as_str()) } else { harmless(text) };
            page.write_string_with_format(row, column, guarded, look)?
        }
        Some(Value::Number(number)) => page.write_number_with_format(row, column, *number, look)?,
        Some(Value::Date(days)) => page.write_number_with_format(row, column, *days, looks.of(Kind::Day))?,
        Some(Value::Flag(flag)) => page.write_boolean_with_format(row, column, *flag, look)?,
        None => page.write_blank(row, column, look)?,
    };
    Ok(())
}
