//! CSV as spreadsheets write it: which mark divides the cells, what stands around the table, which rows are empty.
//!
//! Takes off what a spreadsheet adds (byte order mark, `sep=` line, marks behind a comment, empty rows and columns, padding
//! at the end) and gives the cells of each row with its line. What the columns mean is not known here.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::fault::{Fault, shown};
use crate::limits;

/// Marks that divide cells. Of two that stand in the header equally often the earlier counts.
const MARKS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The bytes of a text file as UTF-8: without byte order mark, from UTF-16 where the mark says so, with line feeds, without
/// the padding (U+0000, Ctrl-Z) that follows the text.
pub fn plain(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut text = match bytes {
        [0xFF, 0xFE, rest @ ..] => Cow::Owned(utf16(rest, u16::from_le_bytes)),
        [0xFE, 0xFF, rest @ ..] => Cow::Owned(utf16(rest, u16::from_be_bytes)),
        _ => Cow::Borrowed(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)),
    };
    if text.contains(&b'\r') && !text.contains(&b'\n') {
        text.to_mut().iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
    }
    let padding = text.iter().rev().take_while(|byte| matches!(byte, 0 | 0x1A)).count();
    let end = text.len() - padding;
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.get(..end).unwrap_or(text)),
        Cow::Owned(mut text) => {
            text.truncate(end);
            Cow::Owned(text)
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Vec<u8> {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>().into_bytes()
}

/// Where a list comes from and since when it counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meta {
    /// What the list holds.
    pub list: String,
    pub source: String,
    /// Edition, a date as a rule.
    pub version: String,
    pub valid_from: Option<NaiveDate>,
}

/// A table opened at its header.
pub struct Sheet<'b> {
    pub meta: Meta,
    /// Trimmed names of the columns, up to the last that has one.
    pub header: Vec<String>,
    /// Line of the header, counted from 1.
    pub header_line: u64,
    /// From the header on.
    body: &'b [u8],
    reader: csv::Reader<&'b [u8]>,
}

impl<'b> Sheet<'b> {
    /// Opens the bytes that [`plain`] gave.
    ///
    /// # Errors
    /// The file is too large, is no text, or has no header that can be read.
    pub fn open(bytes: &'b [u8]) -> Result<Self, Fault> {
        check(bytes)?;
        let Preamble { meta, mark, body, lines } = preamble(bytes);
        let header_line = lines + 1;
        let mark = mark.unwrap_or_else(|| most_frequent(first_line(body).0));
        let mut reader = csv::ReaderBuilder::new().flexible(true).delimiter(mark).from_reader(body);
        match reader.headers() {
            Ok(header) => {
                let header = named(header).map_err(|problem| at(header_line, problem))?;
                Ok(Self { meta, header, header_line, body, reader })
            }
            Err(error) => Err(at(header_line, format!("the header cannot be read: {}", reason(&error)))),
        }
    }

    /// The next row that is not empty, with its line and as wide as the header; `None` at the end.
    pub fn next_row(&mut self) -> Option<Result<(u64, csv::StringRecord), Fault>> {
        let mut record = csv::StringRecord::new();
        loop {
            match self.reader.read_record(&mut record) {
                Ok(false) => return None,
                Ok(true) if record.iter().all(is_blank) => {}
                Ok(true) => return Some(self.fitted(record)),
                Err(error) => return Some(Err(at(self.line(error.position()), reason(&error)))),
            }
        }
    }

    fn fitted(&self, mut record: csv::StringRecord) -> Result<(u64, csv::StringRecord), Fault> {
        let (line, width) = (self.line(record.position()), self.header.len());
        if record.len() < width || !record.iter().skip(width).all(is_blank) {
            return Err(at(line, format!("{} cells where the header has {width}", record.len())));
        }
        record.truncate(width);
        Ok((line, record))
    }

    /// The line in which a record begins; the empty lines before it are not its own.
    fn line(&self, position: Option<&csv::Position>) -> u64 {
        let Some(position) = position else { return 0 };
        let before = usize::try_from(position.byte()).ok().and_then(|byte| self.body.get(byte..)).unwrap_or_default();
        let breaks = before.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
        self.header_line - 1 + position.line() + breaks.filter(|byte| **byte == b'\n').count() as u64
    }
}

/// Whether the bytes can be a table at all.
fn check(bytes: &[u8]) -> Result<(), Fault> {
    if bytes.len() > limits::IMPORT_BYTES {
        return Err(at(0, format!("the file exceeds {} bytes; split it", limits::IMPORT_BYTES)));
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Err(at(0, "the file is a workbook; save the sheet as CSV UTF-8"));
    }
    if bytes.contains(&0) {
        return Err(at(0, "the file holds U+0000, which no text in UTF-8 needs; save it as CSV UTF-8"));
    }
    Ok(())
}

/// The names of the columns, without empty ones at the end.
fn named(header: &csv::StringRecord) -> Result<Vec<String>, String> {
    let mut names: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    let width = names.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
    names.truncate(width);
    let twice = (1..width).find(|place| !names[*place].is_empty() && names[..*place].contains(&names[*place]));
    twice.map_or(Ok(()), |place| Err(format!("the header names `{}` twice", shown(&names[place]))))?;
    Ok(names)
}

/// What stands before the header.
struct Preamble<'b> {
    meta: Meta,
    /// Of a `sep=` line.
    mark: Option<u8>,
    body: &'b [u8],
    lines: u64,
}

/// Takes comments, `sep=` and empty rows off.
fn preamble(bytes: &[u8]) -> Preamble<'_> {
    let mut before = Preamble { meta: Meta::default(), mark: None, body: bytes, lines: 0 };
    while !before.body.is_empty() {
        let (line, rest) = first_line(before.body);
        let text = String::from_utf8_lossy(line);
        let text = text.trim_matches(|c: char| c.is_whitespace() || c.is_ascii() && MARKS.contains(&(c as u8)));
        if let Some(comment) = text.trim_start_matches('"').strip_prefix('#') {
            note(&mut before.meta, comment.trim_start_matches('#').trim_end_matches('"'));
        } else if let [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', mark] = *line.trim_ascii_end() {
            before.mark = Some(mark);
        } else if line.trim_ascii() == b"sep=" {
            before.mark = Some(b'\t');
        } else if !text.is_empty() {
            break;
        }
        before.body = rest;
        before.lines += 1;
    }
    before
}

/// Keeps what a comment `key: value` says of the list.
fn note(meta: &mut Meta, comment: &str) {
    let Some((key, value)) = comment.split_once(':') else { return };
    let value = value.trim();
    match key.trim() {
        "list" => meta.list = value.to_owned(),
        "source" => meta.source = value.to_owned(),
        "version" => meta.version = value.to_owned(),
        "valid-from" => meta.valid_from = NaiveDate::parse_from_str(value, "%Y-%m-%d").ok(),
        _ => {}
    }
}

/// The first line without its end, and what follows it.
fn first_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (line, rest) = bytes.split_at(end);
    (line, rest.get(1..).unwrap_or_default())
}

/// The mark that stands most often in a line, outside quotes.
fn most_frequent(line: &[u8]) -> u8 {
    let mut counts = [0; MARKS.len()];
    let mut quoted = false;
    for byte in line {
        quoted ^= *byte == b'"';
        if let Some(place) = MARKS.iter().position(|mark| mark == byte).filter(|_| !quoted) {
            counts[place] += 1;
        }
    }
    let most = (0..MARKS.len()).rev().max_by_key(|place| counts[*place]);
    most.map_or(b',', |place| MARKS[place])
}

fn is_blank(cell: &str) -> bool {
    cell.trim().is_empty()
}

fn at(line: u64, problem: impl Into<String>) -> Fault {
    Fault { line, column: String::new(), problem: problem.into() }
}

fn reason(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "not UTF-8 text; save the file as CSV UTF-8".into(),
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Header and rows, each with its line.
    fn cut(bytes: &[u8]) -> (Vec<String>, Vec<(u64, Vec<String>)>) {
        let bytes = plain(bytes);
        let mut sheet = Sheet::open(&bytes).map_err(|fault| fault.to_string()).unwrap();
        let mut rows = Vec::new();
        while let Some(row) = sheet.next_row() {
            let (line, cells) = row.map_err(|fault| fault.to_string()).unwrap();
            rows.push((line, cells.iter().map(str::to_owned).collect()));
        }
        (sheet.header, rows)
    }

    fn utf16(text: &str, mark: [u8; 2], unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        mark.into_iter().chain(text.encode_utf16().flat_map(unit)).collect()
    }

    #[test]
    fn what_spreadsheets_write_is_one_and_the_same_table() {
        let expected = (
            vec!["code".to_owned(), "name".into()],
            vec![(2, vec!["A".into(), "Zürich, x".into()]), (3, vec!["B".into(), String::new()])],
        );
        let forms = [
            "code,name\nA,\"Zürich, x\"\nB,\n",
            "\u{FEFF}code,name\r\nA,\"Zürich, x\"\r\nB,\r\n",
            "code;name\r\nA;Zürich, x\r\nB;\r\n",
            "code\tname\nA\tZürich, x\nB\t\n",
            "code|name\nA|Zürich, x\nB|",
            "\"code\";\"name\"\n\"A\";\"Zürich, x\"\n\"B\";\"\"\n;\n;\n",
            "code,name,,\nA,\"Zürich, x\",,\nB,,,\n,,,\n , ,,\n",
            "code,name\rA,\"Zürich, x\"\rB,\r",
            "code,name\nA,\"Zürich, x\"\nB,\n\x1A\0\0",
        ];
        for form in forms {
            assert_eq!(cut(form.as_bytes()), expected, "{form:?}");
        }
        let tabs = "code\tname\r\nA\tZürich, x\r\nB\t\r\n";
        assert_eq!(cut(&utf16(tabs, [0xFF, 0xFE], u16::to_le_bytes)), expected);
        assert_eq!(cut(&utf16(tabs, [0xFE, 0xFF], u16::to_be_bytes)), expected);
    }

    #[test]
    fn lines_are_those_of_the_file() {
        let text = "# list: x,,\n\"# source: a, b\",,\nsep=;\n;;\ncode;name\n\n\nA;1\n;\n\"B\nb\";2\nC;3\n";
        let (header, rows) = cut(text.as_bytes());
        assert_eq!(header, ["code", "name"]);
        assert_eq!(rows.iter().map(|row| row.0).collect::<Vec<_>>(), [8, 10, 12]);
        let sheet = Sheet::open(text.as_bytes()).map_err(|fault| fault.to_string()).unwrap();
        assert_eq!((sheet.meta.list.as_str(), sheet.meta.source.as_str()), ("x", "a, b"));
    }

    #[test]
    fn what_is_no_table_is_told_with_the_remedy() {
        let fault = |bytes: &[u8]| Sheet::open(bytes).err().map(|fault| fault.to_string()).unwrap_or_default();
        assert!(fault(b"PK\x03\x04rest").contains("CSV UTF-8"));
        assert!(fault(b"c\0o\0d\0e\0").contains("U+0000"));
        assert!(fault(b"code,name,code\n").contains("line 1: the header names `code` twice"));
        assert!(fault(b"# x\nc\xF6de,name\n").contains("line 2: the header cannot be read: not UTF-8"));
    }
}
