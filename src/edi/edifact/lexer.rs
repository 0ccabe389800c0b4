//! The lexer: an interchange cut into segments, elements and components, without copying a byte.
//!
//! Knows the service string advice, the release character and the repetition separator, and nothing of messages.
//! The result is a flat list of offsets, so reading costs three growing lists, however many segments there are. Of a
//! component only the end is kept: it begins where the one before it ended.

use std::borrow::Cow;
use std::ops::Range;

use super::super::profile::Charset;
use crate::edi::finding::{Finding, Findings, Position};
use crate::limits;

/// The characters with a meaning in an interchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    pub component: u8,
    pub element: u8,
    /// `.` or `,`; both are understood when reading.
    pub decimal: u8,
    /// Blank when there is none.
    pub release: u8,
    /// Blank when there is none.
    pub repetition: u8,
    pub terminator: u8,
}

impl Service {
    /// What counts without a service string advice.
    pub fn standard(syntax_version: u8) -> Self {
        let repetition = if syntax_version >= 4 { b'*' } else { b' ' };
        Self { component: b':', element: b'+', decimal: b'.', release: b'?', repetition, terminator: b'\'' }
    }

    /// Reads the six characters after `UNA`; `None` when they cannot be told apart or are letters or digits.
    pub fn from_advice(text: &[u8]) -> Option<Self> {
        let [component, element, decimal, release, repetition, terminator] = *text.first_chunk::<6>()?;
        let service = Self { component, element, decimal, release, repetition, terminator };
        let mut used: Vec<u8> = vec![component, element, terminator];
        used.extend([release, repetition].into_iter().filter(|byte| *byte != b' '));
        let usable = |byte: &u8| byte.is_ascii() && !byte.is_ascii_alphanumeric() && *byte != b' ' && *byte != 0;
        let distinct = used.iter().enumerate().all(|(at, byte)| !used[..at].contains(byte));
        (used.iter().all(usable) && distinct).then_some(service)
    }

    /// Whether a byte of a value needs the release character before it.
    pub fn is_special(&self, byte: u8) -> bool {
        byte == self.component
            || byte == self.element
            || byte == self.terminator
            || (byte != b' ' && (byte == self.release || byte == self.repetition))
    }

    fn classes(&self) -> [u8; 256] {
        let mut classes = [DATA; 256];
        for (byte, class) in [(self.release, RELEASE), (self.repetition, REPETITION)] {
            if byte != b' ' {
                classes[usize::from(byte)] = class;
            }
        }
        classes[usize::from(self.component)] = COMPONENT;
        classes[usize::from(self.element)] = ELEMENT;
        classes[usize::from(self.terminator)] = TERMINATOR;
        classes
    }
}

const DATA: u8 = 0;
const COMPONENT: u8 = 1;
const ELEMENT: u8 = 2;
const REPETITION: u8 = 3;
const TERMINATOR: u8 = 4;
const RELEASE: u8 = 5;

/// Marks a component that holds a release character.
const RELEASED: u32 = 1 << 31;
/// Marks an element that repeats the one before it.
const REPEATED: u32 = 1 << 31;
/// Marks a segment that has such an element.
const REPEATS: u32 = 1 << 31;

#[derive(Clone, Copy, Debug)]
struct SegmentSpan {
    /// With [`REPEATS`].
    start: u32,
    first_element: u32,
}

impl SegmentSpan {
    fn byte(self) -> usize {
        (self.start & !REPEATS) as usize
    }
}

/// A lexed interchange.
#[derive(Clone, Debug)]
pub struct Lexer<'b> {
    bytes: &'b [u8],
    pub charset: Charset,
    pub service: Service,
    segments: Vec<SegmentSpan>,
    /// First component of each element, with [`REPEATED`]. The tag is element 0.
    elements: Vec<u32>,
    /// Where each component ends, with [`RELEASED`].
    ends: Vec<u32>,
}

impl<'b> Lexer<'b> {
    /// Cuts `bytes` up. What stands before `UNA` or `UNB` may only be white space.
    pub fn read(bytes: &'b [u8], findings: &mut Findings) -> Self {
        let start = bytes.strip_prefix(b"\xEF\xBB\xBF").map_or(0, |_| 3);
        let start = start + bytes[start..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let (service, body) = service_of(bytes, start, findings);
        let mut lexer = Self {
            bytes,
            charset: Charset::Unoc,
            service,
            // Room that is not used takes no memory; growing would take it twice.
            segments: Vec::with_capacity(bytes.len() / 12),
            elements: Vec::with_capacity(bytes.len() / limits::EDI_COMPONENT_BYTES),
            ends: Vec::with_capacity(bytes.len() / limits::EDI_COMPONENT_BYTES),
        };
        let most = limits::EDI_FEW_COMPONENTS.max(bytes.len() / limits::EDI_COMPONENT_BYTES);
        lexer.lex(body, most, findings);
        lexer
    }

    /// `most` bounds the components: their places take more memory than the bytes.
    fn lex(&mut self, start: usize, most: usize, findings: &mut Findings) {
        let classes = self.service.classes();
        let mut at = skip_space(self.bytes, start);
        while at < self.bytes.len() {
            if self.segments.len() >= limits::EDI_SEGMENTS {
                let text = format!("reading stops after {} segments", limits::EDI_SEGMENTS);
                return findings.push(Finding::error("limit", "", text).at(self.place(at)));
            }
            match self.segment_from(at, most, &classes) {
                Some(end) => at = skip_space(self.bytes, end),
                None if self.ends.len() >= most => {
                    let text = format!("reading stops after {most} data elements: hardly any of them holds something");
                    return findings.push(Finding::error("limit", "", text).at(self.place(at)));
                }
                None => {
                    let text = "the last segment has no terminator: the interchange is cut off";
                    return findings.push(Finding::error("syntax", "", text).at(self.place(at)));
                }
            }
        }
    }

    fn place(&self, byte: usize) -> Position {
        let tag = self.bytes[byte..].iter().take(3).take_while(|byte| byte.is_ascii_alphanumeric());
        let tag = tag.map(|byte| char::from(*byte)).collect();
        Position { byte, tag, number: self.segments.len() + 1, in_message: 0 }
    }

    /// Lexes the segment at `start`; gives the offset after its terminator, or `None` (and no segment added) when there
    /// is none, or there are too many components.
    fn segment_from(&mut self, start: usize, most: usize, classes: &[u8; 256]) -> Option<usize> {
        let (elements, components) = (self.elements.len(), self.ends.len());
        self.elements.push(count(components));
        let mut released = 0;
        let mut at = start;
        loop {
            let Some(byte) = self.bytes.get(at) else {
                self.elements.truncate(elements);
                self.ends.truncate(components);
                return None;
            };
            let class = classes[usize::from(*byte)];
            if class == DATA {
                at += 1;
                continue;
            }
            if class == RELEASE {
                released = RELEASED;
                at += 2;
                continue;
            }
            if self.ends.len() >= most {
                self.elements.truncate(elements);
                return None;
            }
            self.ends.push(count(at) | released);
            released = 0;
            at += 1;
            match class {
                ELEMENT => self.elements.push(count(self.ends.len())),
                REPETITION => self.elements.push(count(self.ends.len()) | REPEATED),
                TERMINATOR => break,
                _ => {}
            }
        }
        let repeats = self.elements[elements..].iter().any(|element| element & REPEATED != 0);
        let start = count(start) | if repeats { REPEATS } else { 0 };
        self.segments.push(SegmentSpan { start, first_element: count(elements) });
        Some(at)
    }

    /// How many segments there are.
    pub fn len(&self) -> usize {
        self.segments.len()
    }

    pub fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// The segment with that number, from 0.
    pub fn segment(&self, at: usize) -> Option<Segment<'_>> {
        let span = self.segments.get(at)?;
        let end = self.segments.get(at + 1).map_or(self.elements.len(), |next| next.first_element as usize);
        let elements = &self.elements[span.first_element as usize..end];
        Some(Segment { lexer: self, number: at, elements, repeats: span.start & REPEATS != 0 })
    }

    /// All segments.
    pub fn segments(&self) -> impl Iterator<Item = Segment<'_>> {
        (0..self.len()).filter_map(|at| self.segment(at))
    }

    /// The segment in which a byte stands.
    pub fn segment_at_byte(&self, byte: usize) -> usize {
        self.segments.partition_point(|span| span.byte() <= byte).saturating_sub(1)
    }

    pub fn bytes(&self) -> &'b [u8] {
        self.bytes
    }
}

/// Offsets fit: an interchange is at most [`limits::EDI_BYTES`] long, far below two to the 31st.
fn count(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX) & !RELEASED
}

fn skip_space(bytes: &[u8], from: usize) -> usize {
    from + bytes[from.min(bytes.len())..].iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// The service characters and where the first segment begins.
fn service_of(bytes: &[u8], start: usize, findings: &mut Findings) -> (Service, usize) {
    let at = Position { byte: start, tag: "UNA".into(), number: 1, in_message: 0 };
    let body = &bytes[start..];
    if let Some(advice) = body.strip_prefix(b"UNA") {
        if let Some(service) = Service::from_advice(advice) {
            return (service, start + 9);
        }
        let text = "the service string advice needs six characters that differ, none of them a letter or digit";
        findings.push(Finding::error("syntax", "", text).at(at));
        return (Service::standard(3), start + 9.min(body.len()));
    }
    // Without UNA the separators are the standard ones; the repetition separator came with syntax version 4.
    let version = body.get(..12).and_then(|head| head.strip_prefix(b"UNB+UNO")).and_then(|rest| rest.get(2..3));
    (Service::standard(if version >= Some(b"4") { 4 } else { 3 }), start)
}

/// One segment of an interchange.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'t> {
    lexer: &'t Lexer<'t>,
    number: usize,
    elements: &'t [u32],
    /// An element is repeated.
    repeats: bool,
}

impl<'t> Segment<'t> {
    /// The tag, whatever it is.
    pub fn tag(&self) -> &'t [u8] {
        self.raw(0, 0)
    }

    /// Number of the segment in the interchange, from 0.
    pub fn number(&self) -> usize {
        self.number
    }

    /// Offset of its first byte.
    pub fn byte(&self) -> usize {
        self.lexer.segments[self.number].byte()
    }

    /// The bytes of the whole segment, without its terminator.
    pub fn source(&self) -> &'t [u8] {
        let last = self.components(self.elements.len() - 1).last().map_or(0, |last| self.span(last).end);
        &self.lexer.bytes[self.byte()..last.max(self.byte())]
    }

    /// Whether any element is repeated.
    pub fn has_repetitions(&self) -> bool {
        self.repeats
    }

    /// Every element from that one on, repetitions included.
    pub fn elements_from(self, element: usize) -> impl Iterator<Item = Element<'t>> {
        self.places(self.place(element), usize::MAX)
    }

    /// The elements from one place to another, repetitions counted.
    pub fn places(self, from: usize, to: usize) -> impl Iterator<Item = Element<'t>> {
        (from..to.min(self.elements.len())).map(move |place| Element { segment: self, place })
    }

    /// Where an element stands in the list of offsets: a repetition has no number of its own.
    fn place(&self, element: usize) -> usize {
        if !self.repeats {
            return element;
        }
        let own = self.elements.iter().enumerate().filter(|(_, first)| **first & REPEATED == 0);
        own.map(|(place, _)| place).nth(element).unwrap_or(self.elements.len())
    }

    /// The numbers of an element's components among all of the interchange.
    fn components(&self, place: usize) -> Range<usize> {
        let Some(first) = self.elements.get(place) else { return 0..0 };
        let end = match self.elements.get(place + 1) {
            Some(next) => (next & !REPEATED) as usize,
            None => {
                let next = self.lexer.segments.get(self.number + 1);
                let next = next.map(|next| self.lexer.elements[next.first_element as usize] & !REPEATED);
                next.map_or(self.lexer.ends.len(), |next| next as usize)
            }
        };
        (first & !REPEATED) as usize..end
    }

    /// The bytes that a component takes, behind the separator that ended the one before it.
    fn span(&self, component: usize) -> Range<usize> {
        let end = |component: usize| (self.lexer.ends[component] & !RELEASED) as usize;
        let is_first = component == self.components(0).start;
        let start = if is_first { self.byte() } else { end(component - 1) + 1 };
        start..end(component)
    }

    /// An element; one that is not there has no components.
    pub fn element(&self, element: usize) -> Element<'t> {
        Element { segment: *self, place: self.place(element) }
    }

    /// The bytes of a component as they stand, release characters included; empty when it is not there. Element 0
    /// is the tag.
    pub fn raw(&self, element: usize, component: usize) -> &'t [u8] {
        self.element(element).raw(component)
    }

    /// The text of a component, empty when it is not there.
    pub fn text(&self, element: usize, component: usize) -> Cow<'t, str> {
        self.element(element).text(component)
    }

    /// Whether a component is exactly this.
    pub fn is(&self, element: usize, component: usize, text: &str) -> bool {
        self.raw(element, component) == text.as_bytes()
    }
}

/// One element of a segment, or a repetition of one.
#[derive(Clone, Copy, Debug)]
pub struct Element<'t> {
    segment: Segment<'t>,
    place: usize,
}

impl<'t> Element<'t> {
    /// How many components it has.
    pub fn component_count(&self) -> usize {
        self.segment.components(self.place).len()
    }

    /// See [`Segment::raw`].
    pub fn raw(&self, component: usize) -> &'t [u8] {
        match self.segment.components(self.place).nth(component) {
            Some(component) => &self.segment.lexer.bytes[self.segment.span(component)],
            None => &[],
        }
    }

    /// See [`Segment::text`].
    pub fn text(&self, component: usize) -> Cow<'t, str> {
        let Some(component) = self.segment.components(self.place).nth(component) else { return Cow::Borrowed("") };
        let lexer = self.segment.lexer;
        let bytes = &lexer.bytes[self.segment.span(component)];
        if lexer.ends[component] & RELEASED == 0 {
            return lexer.charset.decode(bytes);
        }
        let plain = unreleased(bytes, lexer.service.release);
        Cow::Owned(lexer.charset.decode(&plain).into_owned())
    }
}

fn unreleased(bytes: &[u8], release: u8) -> Vec<u8> {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next() {
        plain.extend(if *byte == release { rest.next() } else { Some(byte) });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All components of all segments, elements separated by `|`.
    fn cut(bytes: &[u8]) -> (Vec<String>, Findings) {
        let mut findings = Findings::default();
        let lexer = Lexer::read(bytes, &mut findings);
        let segments = lexer.segments().map(|segment| {
            let elements = segment.elements_from(0).map(|element| {
                let components = (0..element.component_count()).map(|at| element.text(at).into_owned());
                components.collect::<Vec<_>>().join("/")
            });
            elements.collect::<Vec<_>>().join("|")
        });
        (segments.collect(), findings)
    }

    #[test]
    fn released_separators_are_data() {
        let (segments, findings) = cut(b"FTX+AAI+++a?+b?:c??'DTM+1??'X+?'''");
        assert_eq!(segments, ["FTX|AAI|||a+b:c?", "DTM|1?", "X|'", ""]);
        assert!(findings.is_empty());
    }

    #[test]
    fn own_service_characters() {
        let (segments, findings) = cut(b"UNA|^,! ~\r\nUNB^UNOC|3^A!^B~\nFTX^AAI^^^a+b:c'?d~");
        assert_eq!(segments, ["UNB|UNOC/3|A^B", "FTX|AAI|||a+b:c'?d"]);
        assert!(findings.is_empty(), "{findings}");
    }

    #[test]
    fn an_advice_that_cannot_work_is_reported() {
        for advice in [&b"UNA++.? 'UNB+x'"[..], b"UNAa+.? '", b"UNA", b"UNA:+.?"] {
            assert!(cut(advice).1.has_errors(), "{advice:?}");
        }
    }

    #[test]
    fn repetitions_exist_from_version_four_on() {
        let four = cut(b"UNB+UNOW:4+A'RFF+1*2'").0;
        assert_eq!(four[1], "RFF|1|2");
        let three = cut(b"UNB+UNOC:3+A'RFF+1*2'").0;
        assert_eq!(three[1], "RFF|1*2");
    }

    #[test]
    fn repetitions_do_not_move_what_follows() {
        let lexer = Lexer::read(b"UNB+UNOW:4+A'NAD+CN+a*b*c+d'", &mut Findings::default());
        let segment = lexer.segment(1).unwrap();
        assert!(segment.has_repetitions());
        assert_eq!((&*segment.text(2, 0), &*segment.text(3, 0), &*segment.text(4, 0)), ("a", "d", ""));
        let all: Vec<_> = segment.elements_from(2).map(|element| element.text(0).into_owned()).collect();
        assert_eq!(all, ["a", "b", "c", "d"]);
    }

    #[test]
    fn a_cut_off_segment_is_reported_where_it_begins() {
        for bytes in [&b"UNB+UNOC:3'NAD+CZ+++Ex"[..], b"UNB+UNOC:3'NAD+CZ+++Ex?", b"UNB+UNOC:3'NAD+CZ+++Ex?'"] {
            let (segments, findings) = cut(bytes);
            assert_eq!(segments.len(), 1);
            let at = findings.list()[0].position.clone().unwrap();
            assert_eq!((at.byte, at.tag.as_str(), at.number), (11, "NAD", 2));
        }
    }
}
