//! XML in, piece by piece: what is well-formed, within limits and without a document type, with references resolved.
//!
//! Knows no envelope and no contract.

use std::borrow::Cow;

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{QName, ResolveResult};
use quick_xml::{NsReader, XmlVersion};

use super::write::{INSTANCE, is_char};
use crate::error::Finding;
use crate::limits;

/// What comes next. Comments and processing instructions are passed over.
pub enum Piece<'x> {
    Open(BytesStart<'x>),
    Close,
    Text(Cow<'x, str>),
    End,
}

/// A place in a document.
pub struct Xml<'x> {
    reader: NsReader<&'x [u8]>,
    /// Elements open.
    depth: usize,
}

impl<'x> Xml<'x> {
    pub fn new(text: &'x str) -> Self {
        let mut reader = NsReader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Self { reader, depth: 0 }
    }

    /// The next piece.
    ///
    /// # Errors
    /// For what is not well-formed, for a document type, and beyond the limits.
    pub fn next(&mut self) -> Result<Piece<'x>, Finding> {
        loop {
            let event = self.reader.read_event().map_err(|error| self.refused("syntax", &not_well_formed(&error)))?;
            return match event {
                Event::Start(start) => {
                    self.opened(&start)?;
                    Ok(Piece::Open(start))
                }
                Event::End(_) => {
                    self.depth -= 1;
                    Ok(Piece::Close)
                }
                Event::Text(text) => Ok(Piece::Text(text.xml10_content())),
                Event::CData(text) => Ok(Piece::Text(text.xml10_content())),
                Event::GeneralRef(reference) => self.resolved(&reference).map(|c| Piece::Text(c.to_string().into())),
                Event::DocType(_) => Err(self.refused("syntax", "a document type declaration is not taken")),
                Event::Eof if self.depth > 0 => {
                    Err(self.refused("syntax", "the document ends within an element: it was cut off"))
                }
                Event::Eof => Ok(Piece::End),
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) => continue,
                // Made a start and an end.
                Event::Empty(_) => continue,
            };
        }
    }

    fn opened(&mut self, start: &BytesStart<'_>) -> Result<(), Finding> {
        self.depth += 1;
        if self.depth > limits::JSON_DEPTH {
            return Err(self.refused("limit", &format!("nested deeper than {} levels", limits::JSON_DEPTH)));
        }
        let mut count = 0;
        for attribute in start.attributes() {
            count += 1;
            if attribute.is_err() {
                return Err(self.refused("syntax", "an attribute is not well-formed"));
            }
            if count > limits::XML_ATTRIBUTES {
                let message = format!("an element has more than {} attributes", limits::XML_ATTRIBUTES);
                return Err(self.refused("limit", &message));
            }
        }
        Ok(())
    }

    /// A character reference or one of the five names that need no document type.
    fn resolved(&self, reference: &BytesRef<'_>) -> Result<char, Finding> {
        let unknown = || self.refused("syntax", "a reference that means no character");
        if let Some(c) = reference.resolve_char_ref().map_err(|_| unknown())? {
            return if is_char(c) { Ok(c) } else { Err(unknown()) };
        }
        match &*reference.xml10_content() {
            "lt" => Ok('<'),
            "gt" => Ok('>'),
            "amp" => Ok('&'),
            "apos" => Ok('\''),
            "quot" => Ok('"'),
            _ => Err(unknown()),
        }
    }

    /// The text of the element just opened, up to its end.
    ///
    /// # Errors
    /// When it holds elements.
    pub fn text(&mut self) -> Result<Cow<'x, str>, Finding> {
        let mut text = Cow::Borrowed("");
        loop {
            match self.next()? {
                Piece::Text(part) if text.is_empty() => text = part,
                Piece::Text(part) => text.to_mut().push_str(&part),
                Piece::Open(_) => return Err(self.refused("type", "an element stands where text is expected")),
                Piece::Close | Piece::End => return Ok(text),
            }
        }
    }

    /// Passes over the element just opened; whether there was anything in it.
    ///
    /// # Errors
    /// Like [`Self::next`].
    pub fn skip(&mut self) -> Result<bool, Finding> {
        let outside = self.depth - 1;
        let mut held = false;
        while self.depth > outside {
            match self.next()? {
                Piece::Open(_) => held = true,
                Piece::Text(text) => held |= !is_blank(&text),
                Piece::Close | Piece::End => {}
            }
        }
        Ok(held)
    }

    /// The next element within the one that is open, or `None` at its end.
    ///
    /// # Errors
    /// When text stands between the elements.
    pub fn child(&mut self) -> Result<Option<BytesStart<'x>>, Finding> {
        loop {
            match self.next()? {
                Piece::Open(start) => return Ok(Some(start)),
                Piece::Close | Piece::End => return Ok(None),
                Piece::Text(text) if is_blank(&text) => {}
                Piece::Text(_) => return Err(self.refused("type", "text stands where elements are expected")),
            }
        }
    }

    /// The namespace of the element just opened; empty where it has none.
    pub fn namespace(&self, start: &BytesStart<'_>) -> String {
        bound(&self.reader.resolver().resolve_element(start.name()).0)
    }

    /// An attribute of the element just opened.
    pub fn attribute(&self, start: &BytesStart<'_>, namespace: &str, name: &str) -> Option<String> {
        let is_it = |key: QName<'_>| {
            key.local_name().as_ref() == name && bound(&self.reader.resolver().resolve_attribute(key).0) == namespace
        };
        let found = start.attributes().flatten().find(|attribute| is_it(attribute.key))?;
        Some(found.normalized_value(XmlVersion::Implicit1_0).ok()?.trim().to_owned())
    }

    /// Whether the element just opened says that it has no value.
    pub fn is_nil(&self, start: &BytesStart<'_>) -> bool {
        !start.attributes_raw().is_empty()
            && self.attribute(start, INSTANCE, "nil").is_some_and(|nil| matches!(nil.as_str(), "true" | "1"))
    }

    /// A finding at the place reached.
    pub fn refused(&self, code: &'static str, message: &str) -> Finding {
        Finding::new(code, "", format!("{message} (at byte {})", self.reader.buffer_position()))
    }
}

fn bound(resolved: &ResolveResult<'_>) -> String {
    match resolved {
        ResolveResult::Bound(namespace) => namespace.as_ref().to_owned(),
        ResolveResult::Unbound | ResolveResult::Unknown(_) => String::new(),
    }
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_whitespace())
}

fn not_well_formed(error: &quick_xml::Error) -> String {
    match error {
        quick_xml::Error::Namespace(_) => "too many namespaces, or one that cannot be declared so".into(),
        quick_xml::Error::IllFormed(quick_xml::errors::IllFormedError::MismatchedEndTag { .. }) => {
            "an end tag does not fit what is open".into()
        }
        _ => "the document is not well-formed XML".into(),
    }
}
