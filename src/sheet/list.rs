//! The first sheet of a workbook as CSV: lists of operators come in workbooks as well.

use std::ops::ControlFlow;

use super::cell::Value;
use super::refusal::Refusal;
use super::values::{date, shortest};
use super::xlsx::Workbook;

/// Whether bytes are a workbook.
pub fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// The first visible sheet of a workbook as CSV, row by row: numbers by their shortest digits, dates as 2026-11-26.
///
/// # Errors
/// Why the workbook cannot be read; a formula that was never calculated and a cell that shows an error are no values.
pub fn as_csv(bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut book = Workbook::open(bytes)?;
    let (mut rows, mut wrong): (Vec<Vec<String>>, Option<Refusal>) = (Vec::new(), None);
    book.rows(0, &mut |place, cells| {
        let mut row = Vec::with_capacity(cells.len());
        for cell in cells {
            let text = match cell.value {
                Some(Value::Text(text)) => text,
                Some(Value::Number(number)) => shortest(number),
                Some(Value::Date(days)) => date(days).map(|(day, _)| day.to_string()).unwrap_or_default(),
                Some(Value::Flag(flag)) => flag.to_string(),
                Some(Value::Fault(_)) | None => {
                    wrong = Some(Refusal::broken("a cell without a value; write the value that is meant"));
                    return ControlFlow::Break(());
                }
            };
            row.resize(cell.column as usize, String::new());
            row.push(text);
        }
        // Lines are those of the sheet, so that faults name its rows.
        rows.resize((place.row as usize).saturating_sub(1), Vec::new());
        rows.push(row);
        ControlFlow::Continue(())
    })?;
    if let Some(refusal) = wrong {
        return Err(refusal);
    }
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| quoted(cell)).collect();
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    Ok(text.into_bytes())
}

fn quoted(cell: &str) -> String {
    // A line is a row: what is broken over lines is put into one.
    let cell = cell.replace(['\r', '\n'], " ");
    if cell.contains(['"', ',']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}
