//! What is said twice: what is said first stands; the same again is harmless; anything else is a finding, and nothing of
//! it is taken over.
//!
//! Knows which segments state something that can be stated once only. Free texts go on and lists grow: they have no place
//! here.

use std::collections::HashMap;

use super::lexer::{Lexer, Segment};
use super::values::date_in;
use crate::edi::profile::value::parse_number;

/// A segment, or only some of its elements.
#[derive(Clone, Copy, Debug)]
pub struct Statement {
    segment: usize,
    from: usize,
    to: usize,
}

impl Statement {
    /// All of a segment. A place is the same place under either of its qualifiers.
    pub fn whole(segment: &Segment<'_>) -> Self {
        let from = if segment.tag() == b"LOC" { 2 } else { 0 };
        Self { segment: segment.number(), from, to: usize::MAX }
    }

    /// Elements of a segment, repetitions counted.
    pub fn part(segment: &Segment<'_>, from: usize, to: usize) -> Self {
        Self { segment: segment.number(), from, to }
    }

    /// What is said, whatever way it is written: components without blanks around them, numbers and dates by value.
    fn content(self, lexer: &Lexer<'_>) -> String {
        let Some(segment) = lexer.segment(self.segment) else { return String::new() };
        if segment.tag() == b"DTM"
            && let Some(date) = date_in(&segment)
        {
            return format!("DTM\u{1D}{}\u{1D}{date:?}", segment.text(1, 0));
        }
        let counts = matches!(segment.tag(), b"MEA" | b"MOA" | b"QTY");
        let mut content = String::new();
        for element in segment.places(self.from, self.to) {
            for at in 0..element.component_count() {
                let text = element.text(at);
                match parse_number(&text).ok().filter(|_| counts) {
                    Some(number) => content.push_str(&number.value().normalize().to_string()),
                    None => content.push_str(text.trim()),
                }
                content.push('\u{1F}');
            }
            content.truncate(content.trim_end_matches('\u{1F}').len());
            content.push('\u{1D}');
        }
        content.truncate(content.trim_end_matches('\u{1D}').len());
        content
    }
}

/// What one object has stated so far, by what it is about.
#[derive(Debug, Default)]
pub struct Once(HashMap<Vec<u8>, First>);

#[derive(Debug)]
struct First {
    statement: Statement,
    /// Taken when it is first compared: however often something is said again, the first is read once.
    content: Option<String>,
}

impl Once {
    /// Whether a statement says the same as the first one about its subject; `None` when it is the first.
    pub fn agrees(&mut self, subject: &[u8], statement: Statement, lexer: &Lexer<'_>) -> Option<bool> {
        let first = self.0.get_mut(subject)?;
        let said = first.statement;
        Some(*first.content.get_or_insert_with(|| said.content(lexer)) == statement.content(lexer))
    }

    /// Notes what is said first about a subject.
    pub fn note(&mut self, subject: Vec<u8>, statement: Statement) {
        self.0.insert(subject, First { statement, content: None });
    }

    /// Forgets everything: another object begins.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// Whether two groups of segments say the same, in whatever order.
pub fn agree(lexer: &Lexer<'_>, one: &[usize], other: &[usize]) -> bool {
    let contents = |segments: &[usize]| {
        let of = |segment: &usize| Statement { segment: *segment, from: 0, to: usize::MAX }.content(lexer);
        segments.iter().map(of).collect::<std::collections::BTreeSet<String>>()
    };
    contents(one) == contents(other)
}

/// What a segment is about: its tag and whatever tells it from others of that tag. `None` for entries of lists and for
/// segments whose elements are statements of their own.
pub fn subject(segment: &Segment<'_>) -> Option<Vec<u8>> {
    let told_apart_by: &[(usize, usize)] = match segment.tag() {
        b"BGM" | b"TSR" | b"ERC" | b"UCI" => &[],
        // Both sides of a message may be customs.
        b"NAD" if segment.is(1, 0, "CM") => &[(1, 0), (2, 0)],
        b"DTM" | b"LOC" | b"TDT" | b"QTY" | b"CTA" | b"NAD" => &[(1, 0)],
        b"RFF" => &[(1, 0), (1, 2)],
        b"MEA" => &[(1, 0), (2, 0)],
        b"MOA" if segment.is(1, 0, "43") => &[(1, 0), (1, 2)],
        b"MOA" => &[(1, 0)],
        b"STS" if segment.is(1, 0, "FLW") || segment.is(1, 0, "RSP") => &[(1, 0)],
        b"FTX" if segment.is(1, 0, "DEL") => &[(1, 0)],
        // The same text, or the same decision with the same reasons, need not be taken twice.
        b"FTX" => return Some(segment.source().to_vec()),
        b"STS" if segment.is(1, 0, "DEC") || segment.is(1, 0, "REF") => return Some(segment.source().to_vec()),
        _ => return None,
    };
    let mut subject = segment.tag().to_vec();
    for (element, component) in told_apart_by {
        subject.push(b'+');
        // The customs office has two qualifiers.
        let raw = segment.raw(*element, *component);
        subject.extend_from_slice(if segment.tag() == b"LOC" && raw == b"41" { b"22" } else { raw });
    }
    Some(subject)
}
