//! Name/value segments: what has no segment of its own, and the originals of transliterated texts.
//!
//! `FTX+ZZZ++<list>:ZXF:ZZZ+<name>:<value>…`, the value going on in further components and in `FTX` segments marked
//! `CON`. Lists: `MEM` a contract member by its path, `EXF` an extra field (`EXD` one of
//! the declaration in a REFRSP), `OTH` a member of a referral we do not
//! know (its JSON text), `PTH` the path an error points to. A `P` after it says that name and value are
//! percent-encoded UTF-8.

use std::borrow::Cow;

use super::charset::{percent_decode, percent_encode};
use super::lexer::Segment;
use super::lists::{self, coded};
use super::segment_writer::SegmentWriter;
use crate::edi::profile::Charset;

/// What a note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    Member,
    /// Of the object whose group it stands in.
    ExtraField,
    /// Of the declaration in an answer.
    DeclarationField,
    OtherMember,
    Path,
}

impl Topic {
    const ALL: [Self; 5] = [Self::Member, Self::ExtraField, Self::DeclarationField, Self::OtherMember, Self::Path];

    fn code(self) -> &'static str {
        match self {
            Self::Member => "MEM",
            Self::ExtraField => "EXF",
            Self::DeclarationField => "EXD",
            Self::OtherMember => "OTH",
            Self::Path => "PTH",
        }
    }
}

/// One name with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameValue {
    pub topic: Topic,
    pub name: String,
    pub value: String,
}

/// Characters of one free text component (data element 4440).
pub const TEXT: usize = 512;

/// Characters of a reason text (data element 9012).
pub const STATUS_TEXT: usize = 256;

/// Cuts a text into pieces of `size` characters, at most `N`; `None` when it is longer.
pub fn split<const N: usize>(text: &str, size: usize) -> Option<[&str; N]> {
    let mut pieces = [""; N];
    let mut rest = text;
    for piece in &mut pieces {
        let end = if rest.len() <= size { rest.len() } else { end_of(rest, size) };
        (*piece, rest) = rest.split_at(end);
    }
    rest.is_empty().then_some(pieces)
}

fn end_of(text: &str, chars: usize) -> usize {
    text.char_indices().nth(chars).map_or(text.len(), |(at, _)| at)
}

/// Puts the components of a text together again: a full component flows on, any other is followed by a blank.
pub fn join<'t>(segment: &Segment<'t>, element: usize, from: usize, to: usize, size: usize) -> Cow<'t, str> {
    let first = segment.text(element, from);
    if (from + 1..to).all(|component| segment.raw(element, component).is_empty()) {
        return first;
    }
    let mut text = String::new();
    let mut last_is_full = true;
    for component in from..to {
        let piece = segment.text(element, component);
        if !last_is_full && !piece.is_empty() && !text.is_empty() {
            text.push(' ');
        }
        last_is_full = piece.chars().count() == size;
        text.push_str(&piece);
    }
    Cow::Owned(text)
}

/// Writes a note. `false` when its name is longer than a component.
pub fn write(segments: &mut SegmentWriter, charset: Charset, note: &NameValue) -> bool {
    let plain = note.name.chars().chain(note.value.chars()).all(|c| charset.holds(c));
    let list = if plain { note.topic.code().to_owned() } else { format!("{}P", note.topic.code()) };
    let encoded = |text: &str| if plain { text.to_owned() } else { percent_encode(text) };
    let (name, value) = (encoded(&note.name), encoded(&note.value));
    if name.chars().count() > TEXT {
        return false;
    }
    let mut rest = value.as_str();
    let mut piece = || {
        let (piece, after) = rest.split_at(end_of(rest, TEXT));
        rest = after;
        piece.to_owned()
    };
    let first = [name, piece(), piece(), piece(), piece()];
    put(segments, &list, &first);
    loop {
        let more = [piece(), piece(), piece(), piece(), piece()];
        if more[0].is_empty() {
            return true;
        }
        put(segments, "CON", &more);
    }
}

fn put(segments: &mut SegmentWriter, list: &str, texts: &[String; 5]) {
    let texts: [&str; 5] = std::array::from_fn(|at| texts[at].as_str());
    segments.segment("FTX", &[&["ZZZ"], &[], &coded(list, lists::NOTE), &texts]);
}

/// A note that is being read; further `CON` segments may follow.
#[derive(Clone, Debug)]
pub struct Reading {
    note: NameValue,
    encoded: bool,
}

impl Reading {
    /// Begins with an `FTX+ZZZ` segment; `None` when its list is not ours.
    pub fn begin(segment: &Segment<'_>) -> Option<Self> {
        let fits = |part: usize, own: &str| segment.raw(3, part).is_empty() || segment.is(3, part, own);
        if !fits(1, lists::NOTE[0]) || !fits(2, lists::NOTE[1]) {
            return None;
        }
        let list = segment.text(3, 0);
        let (list, encoded) = match list.strip_suffix('P') {
            Some(list) if list.len() == 3 => (list, true),
            _ => (&*list, false),
        };
        let topic = Topic::ALL.into_iter().find(|topic| topic.code() == list)?;
        let value: String = (1..5).map(|component| segment.text(4, component)).collect();
        Some(Self { note: NameValue { topic, name: segment.text(4, 0).into_owned(), value }, encoded })
    }

    /// Takes over a `CON` segment.
    pub fn go_on(&mut self, segment: &Segment<'_>) {
        self.note.value.extend((0..5).map(|component| segment.text(4, component)));
    }

    /// The note; `None` when its encoding is broken.
    pub fn finish(self) -> Option<NameValue> {
        if !self.encoded {
            return Some(self.note);
        }
        let name = percent_decode(&self.note.name)?;
        let value = percent_decode(&self.note.value)?;
        Some(NameValue { topic: self.note.topic, name, value })
    }
}
