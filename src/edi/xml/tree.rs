//! XML in: a small tree of elements with their places, within limits.

use std::borrow::Cow;

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::{NsReader, XmlVersion};

use super::document::{NAMESPACE, is_char};
use crate::edi::edifact::charset::{Likeness, is_c1, likeness_to_utf8, without_c1};
use crate::edi::finding::{Finding, Findings, Position};
use crate::limits;

/// One element.
#[derive(Clone, Debug, Default)]
pub struct Element {
    /// Local name.
    pub name: String,
    /// Text directly inside, references resolved, white space kept.
    pub text: String,
    pub children: Vec<Self>,
    /// Most elements have nothing of it, and there may be many elements.
    beside: Option<Box<Beside>>,
    /// Offset of the tag.
    byte: u32,
    /// Number of the element in the document, from 1.
    number: u32,
    /// Whether it is in our namespace.
    pub ours: bool,
}

/// What else an element may have.
#[derive(Clone, Debug, Default)]
struct Beside {
    attributes: Vec<(String, String)>,
    strangers: Vec<String>,
}

impl Element {
    pub fn attributes(&self) -> &[(String, String)] {
        self.beside.as_ref().map_or(&[], |beside| &beside.attributes)
    }

    /// Names of elements and attributes of other namespaces, which are left out.
    pub fn strangers(&self) -> &[String] {
        self.beside.as_ref().map_or(&[], |beside| &beside.strangers)
    }

    pub fn attributes_mut(&mut self) -> &mut Vec<(String, String)> {
        &mut self.beside.get_or_insert_default().attributes
    }

    fn strangers_mut(&mut self) -> &mut Vec<String> {
        &mut self.beside.get_or_insert_default().strangers
    }

    /// Offset of the tag.
    pub fn byte(&self) -> usize {
        self.byte as usize
    }

    /// Value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes().iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The first child of that name.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// All children of that name.
    pub fn children_named<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// Text of the first child of that name, empty when there is none.
    pub fn text_of(&self, name: &str) -> &str {
        self.child(name).map_or("", |child| child.text.as_str())
    }

    /// Whether another element has the same text, attributes and children.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let same_attributes = self.attributes().len() == other.attributes().len()
            && self.attributes().iter().all(|attribute| other.attributes().contains(attribute));
        self.name == other.name
            && self.text.trim() == other.text.trim()
            && same_attributes
            && self.children.len() == other.children.len()
            && self.children.iter().zip(&other.children).all(|(one, other)| one.says_the_same(other))
    }

    /// Where it stands.
    pub fn position(&self) -> Position {
        Position { byte: self.byte(), tag: self.name.clone(), number: self.number as usize, in_message: 0 }
    }
}

/// Longest name of an element; each finding about it repeats it.
const NAME_BYTES: usize = 128;
/// Most attributes of one element; ours have at most six.
const ATTRIBUTES: usize = 32;
/// Strangers of one element that are reported by name.
const STRANGERS: usize = 64;
/// What an attribute with a prefix may say of the schema.
const SCHEMA_HINTS: [&str; 2] = ["schemaLocation", "noNamespaceSchemaLocation"];

/// Reads a document. `None` when it is not well-formed, has a document type declaration or exceeds a limit; the
/// findings say what and where. Elements of other namespaces are left out.
pub fn parse(bytes: &[u8], findings: &mut Findings) -> Option<Element> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let padding = bytes.iter().rev().take_while(|byte| **byte <= b' ').count();
    let bytes = bytes.get(..bytes.len() - padding).unwrap_or(bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let at = Position { byte: error.valid_up_to(), ..Position::default() };
            findings.push(Finding::error("charset", "", "the document is not UTF-8").at(at));
            return None;
        }
    };
    if text.contains('\0') {
        findings.push(Finding::error(
            "charset",
            "",
            "the document holds U+0000, which cannot be kept; send it without",
        ));
        return None;
    }
    let most = limits::EDI_FEW_ELEMENTS.max(text.len() / limits::EDI_ELEMENT_BYTES).min(limits::EDI_SEGMENTS);
    let mut builder =
        Builder { open: Vec::new(), root: None, number: 0, most, is_utf8: is_utf8(text), told: Vec::new() };
    let mut reader = NsReader::from_str(text);
    loop {
        let byte = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let result = match reader.read_resolved_event() {
            Ok((_, Event::Eof)) => builder.end_of_document(),
            Ok((namespace, event)) => {
                let ours = matches!(namespace, ResolveResult::Bound(bound) if bound.as_ref() == NAMESPACE);
                builder.event(event, ours, byte).map(|()| false)
            }
            Err(_) => Err(("syntax", "the document is not well-formed XML")),
        };
        match result {
            Ok(false) => {}
            Ok(true) => {
                builder.told.into_iter().for_each(|told| findings.push(told));
                return builder.root;
            }
            Err((code, message)) => {
                let tag = builder.open.last().map(|element| element.name.clone()).unwrap_or_default();
                let at = Position { byte, tag, number: builder.number, in_message: 0 };
                findings.push(Finding::error(code, "", message).at(at));
                return None;
            }
        }
    }
}

type Fault = (&'static str, &'static str);

struct Builder {
    open: Vec<Element>,
    root: Option<Element>,
    number: usize,
    /// Elements that may be met.
    most: usize,
    /// The text is UTF-8, and not so by chance.
    is_utf8: bool,
    /// Warnings.
    told: Vec<Finding>,
}

/// Whether a text is UTF-8 whatever its document says: there is nothing in it that another set has otherwise, or the
/// characters tell.
fn is_utf8(text: &str) -> bool {
    text.is_ascii() || likeness_to_utf8(text.as_bytes()) == Likeness::Utf8
}

/// Places with odd characters that are reported one by one.
const CHARACTERS_TOLD: usize = 20;

impl Builder {
    fn event(&mut self, event: Event<'_>, ours: bool, byte: usize) -> Result<(), Fault> {
        match event {
            Event::Start(start) => self.start(&start, ours, byte),
            Event::Empty(start) => {
                self.start(&start, ours, byte)?;
                self.end()
            }
            Event::End(_) => self.end(),
            Event::Text(text) => self.text(&text.xml10_content()),
            Event::CData(text) => self.text(&text.xml10_content()),
            Event::GeneralRef(reference) => self.text(resolve(&reference)?.encode_utf8(&mut [0; 4])),
            Event::DocType(_) => Err(("syntax", "a document type declaration is refused")),
            Event::Decl(declaration) => match declaration.encoding() {
                Some(Ok(name)) if !name.eq_ignore_ascii_case("UTF-8") => {
                    if !self.is_utf8 {
                        return Err(("charset", "the document must be in UTF-8 and say so"));
                    }
                    let text = "another encoding is declared, but the document is in UTF-8; it is read as UTF-8";
                    self.told.push(Finding::warning("charset", "", text).at(Position::default()));
                    Ok(())
                }
                _ => Ok(()),
            },
            Event::Comment(_) | Event::PI(_) | Event::Eof => Ok(()),
        }
    }

    fn start(&mut self, start: &BytesStart<'_>, ours: bool, byte: usize) -> Result<(), Fault> {
        self.number += 1;
        if self.number > self.most {
            return Err(("limit", "too many elements for the length of the document; send it in several"));
        }
        if self.open.len() >= limits::EDI_XML_DEPTH {
            return Err(("limit", "elements are nested too deeply"));
        }
        if self.root.is_some() {
            return Err(("syntax", "a second root element"));
        }
        let name = start.local_name().as_ref().to_owned();
        if name.len() > NAME_BYTES {
            return Err(("limit", "the name of an element is too long"));
        }
        // Offsets and numbers fit: a document is at most [`limits::EDI_BYTES`] long.
        let fit = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let (byte, number) = (fit(byte), fit(self.number));
        let mut element = Element { name, byte, number, ours, ..Element::default() };
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|_| ("syntax", "an attribute is not well-formed"))?;
            if element.attributes().len() + element.strangers().len() >= ATTRIBUTES {
                return Err(("limit", "too many attributes"));
            }
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            let value = value.ok().filter(|value| value.chars().all(is_char));
            let value = value.ok_or(("syntax", "an attribute holds an unknown reference"))?;
            let name = attribute.key.local_name().as_ref().to_owned();
            match attribute.key.prefix() {
                _ if attribute.key.as_namespace_binding().is_some() => {}
                Some(_) if SCHEMA_HINTS.contains(&name.as_str()) => {}
                Some(_) => element.strangers_mut().push(name),
                None => {
                    let value = self.plain(value, |_| element.position()).into_owned();
                    element.attributes_mut().push((name, value));
                }
            }
        }
        self.open.push(element);
        Ok(())
    }

    fn end(&mut self) -> Result<(), Fault> {
        let element = self.open.pop().ok_or(("syntax", "an end tag without its start"))?;
        match self.open.last_mut() {
            Some(parent) if element.ours => parent.children.push(element),
            Some(parent) if parent.strangers().len() < STRANGERS => parent.strangers_mut().push(element.name),
            Some(_) => {}
            None => self.root = Some(element),
        }
        Ok(())
    }

    /// A text without control characters beyond ASCII; says where there were some.
    fn plain<'t>(&mut self, text: Cow<'t, str>, position: impl Fn(&Self) -> Position) -> Cow<'t, str> {
        if !text.chars().any(is_c1) {
            return text;
        }
        if self.told.len() < CHARACTERS_TOLD {
            let found = "control characters (U+0080 to U+009F), read as Windows-1252";
            self.told.push(Finding::warning("charset", "", found).at(position(self)));
        }
        without_c1(text)
    }

    fn text(&mut self, text: &str) -> Result<(), Fault> {
        let position = |tree: &Self| tree.open.last().map(Element::position).unwrap_or_default();
        let text = self.plain(Cow::Borrowed(text), position);
        match self.open.last_mut() {
            Some(element) => element.text.push_str(&text),
            None if text.trim().is_empty() => {}
            None => return Err(("syntax", "text outside the root element")),
        }
        Ok(())
    }

    fn end_of_document(&self) -> Result<bool, Fault> {
        match (&self.root, self.open.is_empty()) {
            (Some(root), true) if root.ours => Ok(true),
            (Some(_), true) => Err(("profile", "the root element is not in our namespace")),
            (None, true) => Err(("syntax", "there is no element")),
            (_, false) => Err(("syntax", "an element is not closed: the document is cut off")),
        }
    }
}

/// A character reference or one of the five predefined entities; there are no others without a DTD.
fn resolve(reference: &BytesRef<'_>) -> Result<char, Fault> {
    const UNKNOWN: Fault = ("syntax", "an unknown reference");
    if let Some(c) = reference.resolve_char_ref().map_err(|_| UNKNOWN)? {
        return if is_char(c) { Ok(c) } else { Err(UNKNOWN) };
    }
    match &*reference.xml10_content() {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "apos" => Ok('\''),
        "quot" => Ok('"'),
        _ => Err(UNKNOWN),
    }
}
