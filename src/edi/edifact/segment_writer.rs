//! Segments out: separators, release characters, trailing empties left off, segments counted.

use super::super::profile::Charset;
use super::lexer::Service;

/// Writes segments into a growing buffer. Values must already fit the character set.
#[derive(Clone, Debug)]
pub struct SegmentWriter {
    out: Vec<u8>,
    charset: Charset,
    service: Service,
    special: [bool; 256],
    line_breaks: bool,
    segments: usize,
}

impl SegmentWriter {
    pub fn new(charset: Charset, line_breaks: bool) -> Self {
        let service = Service::standard(charset.syntax_version());
        let mut special = [false; 256];
        for (byte, special) in (0..=255).zip(&mut special) {
            *special = service.is_special(byte);
        }
        Self { out: Vec::new(), charset, service, special, line_breaks, segments: 0 }
    }

    /// The service string advice, which stands before everything and counts as no segment.
    pub fn advice(&mut self) {
        let Service { component, element, decimal, release, repetition, terminator } = self.service;
        self.out.extend_from_slice(b"UNA");
        self.out.extend_from_slice(&[component, element, decimal, release, repetition, terminator]);
        self.end_line();
    }

    /// One segment; each inner slice is an element with its components.
    pub fn segment(&mut self, tag: &str, elements: &[&[&str]]) {
        self.out.extend_from_slice(tag.as_bytes());
        let mut owed_elements = 0;
        for components in elements {
            owed_elements += 1;
            let mut owed_components = 0;
            for (at, value) in components.iter().enumerate() {
                owed_components += usize::from(at > 0);
                if value.is_empty() {
                    continue;
                }
                self.out.extend(std::iter::repeat_n(self.service.element, owed_elements));
                self.out.extend(std::iter::repeat_n(self.service.component, owed_components));
                (owed_elements, owed_components) = (0, 0);
                self.value(value);
            }
        }
        self.out.push(self.service.terminator);
        self.segments += 1;
        self.end_line();
    }

    fn end_line(&mut self) {
        if self.line_breaks {
            self.out.extend_from_slice(b"\r\n");
        }
    }

    fn value(&mut self, value: &str) {
        if self.charset == Charset::Unow || value.is_ascii() {
            for byte in value.bytes() {
                if self.special[usize::from(byte)] {
                    self.out.push(self.service.release);
                }
                self.out.push(byte);
            }
            return;
        }
        for c in value.chars() {
            if c.is_ascii() && self.special[c as usize] {
                self.out.push(self.service.release);
            }
            self.charset.push(&mut self.out, c);
        }
    }

    /// Segments written so far.
    pub fn segments(&self) -> usize {
        self.segments
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(charset: Charset, elements: &[&[&str]]) -> String {
        let mut emitter = SegmentWriter::new(charset, false);
        emitter.segment("XYZ", elements);
        emitter.into_bytes().iter().map(|byte| char::from(*byte)).collect()
    }

    #[test]
    fn trailing_empties_are_left_off_and_separators_released() {
        assert_eq!(written(Charset::Unoc, &[&["a", "", "b", ""], &[""], &["", "c"], &["", ""]]), "XYZ+a::b++:c'");
        assert_eq!(written(Charset::Unoc, &[]), "XYZ'");
        assert_eq!(written(Charset::Unoc, &[&["a+b:c'd?e*f"]]), "XYZ+a?+b?:c?'d??e*f'");
        assert_eq!(written(Charset::Unow, &[&["*"]]), "XYZ+?*'");
        assert_eq!(written(Charset::Unoc, &[&["é?"]]), "XYZ+\u{e9}??'");
    }
}
