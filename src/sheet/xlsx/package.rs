//! The archive that a workbook is: its parts, opened one at a time, and the markup in them.
//!
//! Nothing that a file says of itself is believed: bytes are counted as they come out, and no room is made for what is only
//! announced. What a part means is not known here.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::io::{self, BufReader, Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use zip::ZipArchive;
use zip::read::ZipFile;

use crate::limits;
use crate::sheet::refusal::Refusal;

/// A workbook's archive.
pub(super) struct Package<'b> {
    archive: ZipArchive<Cursor<&'b [u8]>>,
    /// Bytes that may still come out of its parts.
    left: u64,
}

impl<'b> Package<'b> {
    /// # Errors
    /// It is no archive, or has too many parts.
    pub fn open(bytes: &'b [u8]) -> Result<Self, Refusal> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Refusal::broken("its directory of parts"))?;
        if archive.len() > limits::SHEET_PARTS {
            return Err(Refusal::limit("parts", limits::SHEET_PARTS));
        }
        Ok(Self { archive, left: limits::SHEET_BYTES })
    }

    /// Reads the markup of a part; nothing where there is no such part.
    ///
    /// # Errors
    /// What `read` refuses, and what comes out of the part beyond the limits.
    pub fn part<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Markup<'_>) -> Result<T, Refusal>,
    ) -> Result<Option<T>, Refusal> {
        let most = self.left.min(limits::SHEET_PART_BYTES);
        let Some(inner) = self.file(name)? else { return Ok(None) };
        let mut bytes = Counted { inner, left: most, without_markup: 0 };
        let result = read(&mut Markup::new(&mut bytes));
        let rest = bytes.left;
        drop(bytes);
        self.left -= most - rest;
        result.map(Some)
    }

    /// Looks through the bytes of a part, which count again when it is read.
    ///
    /// # Errors
    /// Like [`Self::part`].
    pub fn look_through(&mut self, name: &str, mut look: impl FnMut(&[u8])) -> Result<(), Refusal> {
        let Some(file) = self.file(name)? else { return Ok(()) };
        let mut bytes = Counted { inner: file, left: limits::SHEET_PART_BYTES, without_markup: 0 };
        let mut piece = vec![0; PIECE_BYTES];
        loop {
            match bytes.read(&mut piece) {
                Ok(0) => return Ok(()),
                Ok(count) => look(piece.get(..count).unwrap_or_default()),
                Err(error) => return Err(refusal_of(&error)),
            }
        }
    }

    fn file(&mut self, name: &str) -> Result<Option<ZipFile<'_, Cursor<&'b [u8]>>>, Refusal> {
        match self.archive.by_name(name) {
            Ok(file) => Ok(Some(file)),
            Err(zip::result::ZipError::FileNotFound) => Ok(None),
            Err(_) => Err(Refusal::broken("a part that cannot be unpacked")),
        }
    }
}

const PIECE_BYTES: usize = 64 * 1024;

/// Bytes of a part, counted as they come out.
struct Counted<R> {
    inner: R,
    left: u64,
    /// Bytes since the last `<`: a text or tag of that length would be gathered in memory.
    without_markup: usize,
}

/// Why no more is read.
#[derive(Debug)]
struct Over(&'static str, u64);

impl fmt::Display for Over {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "more than {} {}", self.1, self.0)
    }
}

impl Error for Over {}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        let read = into.get(..count).unwrap_or_default();
        self.left = match self.left.checked_sub(count as u64) {
            Some(left) => left,
            None => return Err(io::Error::other(Over("unpacked bytes", limits::SHEET_PART_BYTES))),
        };
        self.without_markup = match read.iter().rposition(|byte| *byte == b'<') {
            Some(last) => count - last,
            None => self.without_markup + count,
        };
        if self.without_markup > limits::SHEET_TEXT_BYTES {
            return Err(io::Error::other(Over("bytes of one text", limits::SHEET_TEXT_BYTES as u64)));
        }
        Ok(count)
    }
}

fn refusal_of(error: &io::Error) -> Refusal {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Over>()) {
        Some(Over(what, most)) => Refusal::limit(what, usize::try_from(*most).unwrap_or(usize::MAX)),
        None => Refusal::broken("a part that cannot be unpacked"),
    }
}

/// Markup, element by element.
pub(super) struct Markup<'r> {
    reader: Reader<BufReader<&'r mut dyn Read>>,
    buffer: Vec<u8>,
    depth: usize,
}

impl<'r> Markup<'r> {
    fn new(bytes: &'r mut dyn Read) -> Self {
        let reader = Reader::from_reader(BufReader::with_capacity(PIECE_BYTES, bytes));
        Self { reader, buffer: Vec::new(), depth: 0 }
    }

    /// The next event; [`Event::Eof`] when everything that was opened is closed.
    ///
    /// # Errors
    /// What is not well-formed, nested too deep, cut off, or has a document type.
    pub fn next(&mut self) -> Result<Event<'_>, Refusal> {
        self.buffer.clear();
        let event = self.reader.read_event_into(&mut self.buffer).map_err(|error| match &error {
            quick_xml::Error::Io(error) => refusal_of(error),
            _ => Refusal::broken("markup that is not well-formed"),
        })?;
        match &event {
            Event::DocType(_) => return Err(Refusal::DocumentType),
            Event::Start(_) if self.depth == limits::SHEET_DEPTH => {
                return Err(Refusal::limit("levels of markup", limits::SHEET_DEPTH));
            }
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::Eof if self.depth > 0 => return Err(Refusal::broken("a part that is cut off")),
            _ => {}
        }
        Ok(event)
    }
}

/// The value of an attribute, whatever its prefix.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.attributes().with_checks(false).flatten().find(|one| one.key.local_name().as_ref() == name)?;
    let value = found.normalized_value(quick_xml::XmlVersion::Explicit1_0).ok()?;
    Some(value.into_owned())
}

/// Adds text, up to the longest a cell may have: what is longer than that is too long for every member.
pub(super) fn add_text(to: &mut String, text: &str) {
    if to.len() + text.len() <= limits::SHEET_CELL_CHARS {
        to.push_str(text);
        return;
    }
    let room = limits::SHEET_CELL_CHARS.saturating_sub(to.chars().count());
    to.extend(text.chars().take(room));
}

/// What a text of a workbook says: characters that XML cannot hold stand there as `_xHHHH_`, and an underline that would begin such a
/// sequence as `_x005F_` (ISO/IEC 29500, ST_Xstring). Others are left as they are: not every program writes them so.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains("_x") {
        return Cow::Borrowed(text);
    }
    let (mut plain, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find("_x") {
        let (before, sequence) = rest.split_at(at);
        plain.push_str(before);
        let digits = sequence.get(2..6).filter(|_| sequence.as_bytes().get(6) == Some(&b'_'));
        let meant = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32);
        let (said, taken) = match meant.filter(|meant| *meant == '_' || meant.is_control()) {
            Some(meant) => (meant, 7),
            None => ('_', 1),
        };
        plain.push(said);
        rest = &sequence[taken..];
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// Adds the character that a reference means.
pub(super) fn add_reference(to: &mut String, reference: &BytesRef<'_>) {
    let named = || match reference.xml10_content().as_ref() {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => char::REPLACEMENT_CHARACTER,
    };
    let meant = reference.resolve_char_ref().ok().flatten().unwrap_or_else(named);
    add_text(to, meant.encode_utf8(&mut [0; 4]));
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn what_xml_cannot_hold_is_read_and_what_looks_like_it_stays() {
        for (text, meant) in [
            ("_x005F_x0041_", "_x0041_"),
            ("a_x000D_b", "a\rb"),
            ("_x0041_", "_x0041_"),
            ("_x00", "_x00"),
            ("_x005F_", "_"),
            ("_xéé_x000a_", "_xéé\n"),
            ("plain", "plain"),
        ] {
            assert_eq!(plain(text), meant, "{text}");
        }
    }
}
