//! CSV as spreadsheet programs write it: which characters, which separator, which row.

use std::ops::ControlFlow;

use super::cell::{Cell, Place, Value};
use super::harmless::taken_back;
use super::refusal::Refusal;
use crate::limits;

/// A table of texts.
#[derive(Debug)]
pub(super) struct CsvText {
    text: String,
    pub encoding: &'static str,
    pub separator: u8,
}

/// Separators; of two that stand in the first line equally often the earlier counts.
const SEPARATORS: [u8; 3] = [b';', b',', b'\t'];

impl CsvText {
    /// # Errors
    /// It is too large, or no text.
    pub fn open(bytes: &[u8]) -> Result<Self, Refusal> {
        if bytes.len() > limits::BODY_BYTES {
            return Err(Refusal::limit("bytes", limits::BODY_BYTES));
        }
        let (text, encoding) = decoded(bytes)?;
        if text.contains('\0') {
            return Err(Refusal::NoText);
        }
        let text = text.replace("\r\n", "\n");
        let text = if text.contains('\n') { text } else { text.replace('\r', "\n") };
        let head = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let count = |separator: &u8| head.bytes().filter(|byte| byte == separator).count();
        let separator = SEPARATORS.into_iter().rev().max_by_key(count).unwrap_or(b',');
        match open_quote(&text, separator) {
            Some(row) => Err(Refusal::OpenQuote { row }),
            None => Ok(Self { text, encoding, separator }),
        }
    }

    /// Hands out the rows that are not empty, until `each` breaks off.
    ///
    /// # Errors
    /// What is beyond a limit.
    pub fn rows(&self, each: &mut dyn FnMut(Place, Vec<Cell>) -> ControlFlow<()>) -> Result<(), Refusal> {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(self.separator)
            .flexible(true)
            .has_headers(false)
            .from_reader(self.text.as_bytes());
        let (mut record, mut row) = (csv::StringRecord::new(), 0_usize);
        while reader.read_record(&mut record).map_err(|_| Refusal::broken("a row that cannot be read"))? {
            let begin = record.position().and_then(|place| usize::try_from(place.byte()).ok()).unwrap_or_default();
            let before = self.text.as_bytes().get(begin..).unwrap_or_default();
            row += 1 + before.iter().take_while(|byte| **byte == b'\n').count();
            if row > limits::SHEET_ROWS {
                return Err(Refusal::limit("rows", limits::SHEET_ROWS));
            }
            if record.len() > limits::SHEET_COLUMNS {
                return Err(Refusal::limit("columns", limits::SHEET_COLUMNS));
            }
            let cells = record.iter().zip(0_u32..).filter(|(text, _)| !text.trim().is_empty());
            let cells =
                cells.map(|(text, column)| Cell { column, value: Some(Value::Text(kept(text))), has_formula: false });
            let place = Place { row: u32::try_from(row).unwrap_or(u32::MAX), hidden: false };
            if each(place, cells.collect()).is_break() {
                return Ok(());
            }
        }
        Ok(())
    }
}

/// A text without the sign that keeps it from being a formula, no longer than a cell may be.
fn kept(text: &str) -> String {
    let text = taken_back(text);
    if text.len() <= limits::SHEET_CELL_CHARS {
        text.to_owned()
    } else {
        text.chars().take(limits::SHEET_CELL_CHARS).collect()
    }
}

/// The row with a quotation mark that is never closed, if there is one: everything behind it would be one text.
fn open_quote(text: &str, separator: u8) -> Option<usize> {
    let (mut row, mut opened, mut begins) = (1, None, true);
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        row += usize::from(byte == b'\n');
        match (byte, opened) {
            (b'"', Some(_)) if bytes.peek() == Some(&b'"') => drop(bytes.next()),
            (b'"', Some(_)) => opened = None,
            (b'"', None) if begins => opened = Some(row),
            _ => {}
        }
        begins = opened.is_none() && (byte == separator || byte == b'\n');
    }
    opened
}

/// By its mark, else UTF-8 where it is that, else what Windows wrote in western Europe.
///
/// # Errors
/// It is UTF-8 with a fault: read as anything else, every letter beyond ASCII in it would be two wrong ones.
fn decoded(bytes: &[u8]) -> Result<(String, &'static str), Refusal> {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        let text = encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default()).0;
        return Ok((text.into_owned(), encoding.name()));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok((text.to_owned(), "UTF-8"));
    }
    let (mut right, mut wrong, mut row, mut first) = (0, 0, 1, None);
    for part in bytes.utf8_chunks() {
        right += part.valid().chars().filter(|sign| !sign.is_ascii()).count();
        row += part.valid().matches('\n').count();
        if !part.invalid().is_empty() {
            wrong += 1;
            first.get_or_insert(row);
        }
    }
    match first {
        // Two letters of western Europe hardly ever look like one of UTF-8.
        Some(row) if right >= wrong => Err(Refusal::DamagedText { row }),
        _ => {
            let text = encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0;
            Ok((text.into_owned(), encoding_rs::WINDOWS_1252.name()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> (CsvText, Vec<(u32, Vec<String>)>) {
        let text = CsvText::open(bytes).expect("a text");
        let mut rows = Vec::new();
        let each = &mut |place: Place, cells: Vec<Cell>| {
            let texts = cells.into_iter().map(|cell| match cell.value {
                Some(Value::Text(text)) => text,
                other => panic!("{other:?}"),
            });
            rows.push((place.row, texts.collect()));
            ControlFlow::Continue(())
        };
        text.rows(each).expect("reads");
        (text, rows)
    }

    #[test]
    fn the_same_table_comes_in_many_forms() {
        let expected =
            vec![(1, vec!["item_id".to_owned(), "sender_name".into()]), (2, vec!["A".into(), "Müller, x".into()])];
        let utf16 = |text: &str, unit: fn(u16) -> [u8; 2], mark: [u8; 2]| {
            mark.into_iter().chain(text.encode_utf16().flat_map(unit)).collect::<Vec<u8>>()
        };
        let tabs = "item_id\tsender_name\r\nA\tMüller, x\r\n";
        for (bytes, encoding) in [
            ("item_id;sender_name\nA;Müller, x\n".as_bytes().to_vec(), "UTF-8"),
            ("\u{FEFF}item_id,sender_name\r\nA,\"Müller, x\"\r\n".as_bytes().to_vec(), "UTF-8"),
            (b"item_id;sender_name\r\nA;M\xFCller, x\r\n".to_vec(), "windows-1252"),
            (b"item_id;sender_name\rA;M\xFCller, x".to_vec(), "windows-1252"),
            (utf16(tabs, u16::to_le_bytes, [0xFF, 0xFE]), "UTF-16LE"),
            (utf16(tabs, u16::to_be_bytes, [0xFE, 0xFF]), "UTF-16BE"),
        ] {
            let (text, rows) = read(&bytes);
            assert_eq!((text.encoding, rows), (encoding, expected.clone()));
        }
    }

    #[test]
    fn rows_are_counted_as_a_spreadsheet_program_does() {
        let (_, rows) = read(b"\nitem_id;comments\r\n\r\nA;\"one\r\ntwo\"\r\n\r\n\r\nB;x\r\n;\r\nC;y");
        let numbers: Vec<u32> = rows.iter().map(|row| row.0).collect();
        assert_eq!(numbers, [2, 4, 7, 8, 9]);
        assert_eq!(rows[1].1, ["A", "one\ntwo"]);
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert_eq!(CsvText::open(b"a\0b").unwrap_err(), Refusal::NoText);
        let many = "a;".repeat(limits::SHEET_COLUMNS + 1);
        let text = CsvText::open(many.as_bytes()).expect("a text");
        assert_eq!(text.rows(&mut |_, _| ControlFlow::Continue(())).unwrap_err().code(), "limit");
    }

    #[test]
    fn what_would_swallow_or_spoil_the_rest_is_refused_with_its_row() {
        let cut = "item_id;x\nA;Müller Bücher\nB;cut é".as_bytes();
        for (bytes, refused) in [
            (&b"item_id;comments\nA;\"wide\nB;x\n"[..], Refusal::OpenQuote { row: 2 }),
            (b"item_id;comments\nA;\"a \"\"b\"\" c\nB;\n", Refusal::OpenQuote { row: 2 }),
            (&cut[..cut.len() - 1], Refusal::DamagedText { row: 3 }),
        ] {
            assert_eq!(CsvText::open(bytes).expect_err("refused"), refused);
        }
        for well in ["a;b\n1;\"two\nlines\"\n", "a;b\n1;5\" pipe\n", "a;b\n\"x\";\"\"\"y\"\"\"\n"] {
            assert!(CsvText::open(well.as_bytes()).is_ok(), "{well}");
        }
    }
}
