//! The one form every list of ours is kept in, and its reader.
//!
//! A list is UTF-8 CSV: comment lines `# key: value` (list, source, version, valid-from), a header, then one row a
//! line. The reader takes any bytes, never stops at the first fault and says for each fault which line and column it
//! stands in. What the columns mean is the business of the row types.

use std::collections::HashMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::sheet::{Sheet, plain};
use crate::limits;

pub use super::fault::{Fault, shown};
pub use super::sheet::Meta;

/// A file read to its end: the rows that are right and the faults of the others.
#[derive(Clone, Debug)]
pub struct Parsed<R> {
    pub meta: Meta,
    pub rows: Vec<R>,
    /// At most [`limits::IMPORT_FAULTS`], in the order of the file.
    pub faults: Vec<Fault>,
}

impl<R> Default for Parsed<R> {
    fn default() -> Self {
        Self { meta: Meta::default(), rows: Vec::new(), faults: Vec::new() }
    }
}

impl<R> Parsed<R> {
    /// Notes a fault; beyond the limit they are dropped, the last one kept says so.
    pub fn fault(&mut self, line: u64, column: &str, problem: impl Into<String>) {
        match self.faults.len() {
            n if n + 1 < limits::IMPORT_FAULTS => {
                self.faults.push(Fault { line, column: column.to_owned(), problem: problem.into() });
            }
            n if n + 1 == limits::IMPORT_FAULTS => {
                self.faults.push(Fault { line, column: String::new(), problem: "more faults from here on".into() });
            }
            _ => {}
        }
    }
}

/// A row type: how it is made from the cells of a line.
pub trait FromRow: Sized {
    /// Columns that the header must have.
    const COLUMNS: &'static [&'static str];

    /// # Errors
    /// Column and problem of the first cell that does not fit.
    fn from_row(row: &Row<'_>) -> Result<Self, (&'static str, String)>;
}

/// The cells of one line, by column name.
pub struct Row<'a> {
    columns: &'a HashMap<String, usize>,
    record: &'a csv::StringRecord,
    line: u64,
}

/// What a cell reader answers: the value, or column and problem.
pub type Cell<T> = Result<T, (&'static str, String)>;

impl<'a> Row<'a> {
    /// The line in the file, counted from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The trimmed cell, empty when the column is not there.
    pub fn text(&self, column: &str) -> &'a str {
        self.columns.get(column).and_then(|at| self.record.get(*at)).unwrap_or_default().trim()
    }

    /// A cell that must not be empty.
    pub fn needed(&self, column: &'static str) -> Cell<&'a str> {
        match self.text(column) {
            "" => Err((column, "empty, but a value is needed".into())),
            text => Ok(text),
        }
    }

    /// `1` or `0`; empty means no.
    pub fn flag(&self, column: &'static str) -> Cell<bool> {
        match self.text(column).to_lowercase().as_str() {
            "1" | "true" | "yes" => Ok(true),
            "0" | "" | "false" | "no" => Ok(false),
            other => Err((column, format!("`{}` is neither 1 nor 0", shown(other)))),
        }
    }

    /// A whole number; empty is `None`.
    pub fn whole(&self, column: &'static str) -> Cell<Option<u32>> {
        match self.text(column) {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| (column, format!("`{}` is not a whole number", shown(text)))),
        }
    }

    /// A decimal number greater than zero; empty is `None`.
    pub fn optional_positive(&self, column: &'static str) -> Cell<Option<Decimal>> {
        if self.text(column).is_empty() { Ok(None) } else { self.positive(column).map(Some) }
    }

    /// A decimal number greater than zero.
    pub fn positive(&self, column: &'static str) -> Cell<Decimal> {
        let text = self.needed(column)?;
        match Decimal::from_str_exact(text) {
            Ok(value) if value > Decimal::ZERO => Ok(value),
            _ => Err((column, format!("`{}` is not a number above 0, like 1.1172", shown(text)))),
        }
    }

    /// A date as `2026-10-30`; empty is `None`.
    pub fn date(&self, column: &'static str) -> Cell<Option<NaiveDate>> {
        match self.text(column) {
            "" => Ok(None),
            text => NaiveDate::parse_from_str(text, "%Y-%m-%d")
                .map(Some)
                .map_err(|_| (column, format!("`{}` is not a date like 2026-10-30", shown(text)))),
        }
    }

    /// A code of `length` upper-case letters.
    pub fn letters(&self, column: &'static str, length: usize) -> Cell<String> {
        let text = self.needed(column)?;
        if text.len() == length && text.bytes().all(|b| b.is_ascii_uppercase()) {
            return Ok(text.to_owned());
        }
        Err((column, format!("`{}` is not {length} capital letters", shown(text))))
    }
}

/// Reads a file in our form, however a spreadsheet has saved it.
pub fn read<R: FromRow>(bytes: &[u8]) -> Parsed<R> {
    let mut parsed = Parsed::default();
    match Sheet::open(&plain(bytes)) {
        Ok(sheet) => read_rows(sheet, &mut parsed),
        Err(fault) => parsed.fault(fault.line, &fault.column, fault.problem),
    }
    parsed
}

fn read_rows<R: FromRow>(mut sheet: Sheet<'_>, parsed: &mut Parsed<R>) {
    parsed.meta = std::mem::take(&mut sheet.meta);
    let columns = (0..).zip(&sheet.header).map(|(at, name)| (name.to_lowercase(), at)).collect::<HashMap<_, usize>>();
    let missing: Vec<&str> = R::COLUMNS.iter().copied().filter(|name| !columns.contains_key(*name)).collect();
    if !missing.is_empty() {
        return parsed.fault(sheet.header_line, "", format!("the header lacks: {}", missing.join(", ")));
    }
    while let Some(row) = sheet.next_row() {
        match row.map(|(line, record)| (line, R::from_row(&Row { columns: &columns, record: &record, line }))) {
            Err(fault) => parsed.fault(fault.line, &fault.column, fault.problem),
            Ok((line, _)) if parsed.rows.len() >= limits::IMPORT_ROWS => {
                return parsed.fault(line, "", format!("more than {} rows; split the file", limits::IMPORT_ROWS));
            }
            Ok((_, Ok(row))) => parsed.rows.push(row),
            Ok((line, Err((column, problem)))) => parsed.fault(line, column, problem),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, PartialEq)]
    struct Pair(String, u32);

    impl FromRow for Pair {
        const COLUMNS: &'static [&'static str] = &["code", "hours"];
        fn from_row(row: &Row<'_>) -> Cell<Self> {
            Ok(Self(row.needed("code")?.to_owned(), row.whole("hours")?.unwrap_or_default()))
        }
    }

    #[test]
    fn rows_and_meta_are_read_and_columns_may_stand_in_any_order() {
        let text = "# list: pairs\n# valid-from: 2026-01-01\nhours,extra,code\n3,x,\"a,b\"\n,,c\n";
        let parsed = read::<Pair>(text.as_bytes());
        assert_eq!(parsed.rows, [Pair("a,b".into(), 3), Pair("c".into(), 0)]);
        assert_eq!(parsed.meta.list, "pairs");
        assert_eq!(parsed.meta.valid_from, NaiveDate::from_ymd_opt(2026, 1, 1));
        assert!(parsed.faults.is_empty());
    }

    #[test]
    fn each_fault_names_line_and_column_and_the_good_rows_remain() {
        let parsed = read::<Pair>(b"# list: x\ncode,hours\na,1\n,2\nb,soon\nc\n\xff,1\nd,4\n");
        let shown: Vec<String> = parsed.faults.iter().map(Fault::to_string).collect();
        assert_eq!(shown[0], "line 4, column code: empty, but a value is needed");
        assert_eq!(shown[1], "line 5, column hours: `soon` is not a whole number");
        assert!(shown[2].starts_with("line 6: 1 cells"));
        assert!(shown[3].starts_with("line 7: not UTF-8"), "{}", shown[3]);
        assert_eq!(parsed.rows.len(), 2);
    }

    #[test]
    fn a_missing_column_is_said_once() {
        let parsed = read::<Pair>(b"code,days\na,1\nb,2\n");
        assert_eq!(parsed.faults.len(), 1);
        assert!(parsed.faults[0].problem.contains("hours"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read::<Pair>(&bytes);
            let _ = read::<Pair>(&[b"code,hours\n".as_slice(), &bytes].concat());
        }
    }
}
