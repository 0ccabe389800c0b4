//! Values of this surface as XML: an element for each member under its own name, lists as repeated elements, what is null
//! left out, in lists said to be nil. What a value looks like say the schemas of the document, and so does the XML Schema made of them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;

use quick_xml::escape::escape;
use serde_json::Value;
use serde_json::value::RawValue;

use super::shapes::{Shape, Shapes, name_of};
use crate::contract::Number;
use crate::contract::canonical::to_canonical;
use crate::error::Finding;
use crate::http::soap::write::{INSTANCE, is_char};
use crate::http::soap::xml::Xml;

/// The namespace of everything here.
pub(super) const NAMESPACE: &str = "urn:entrepost:v1";

/// The JSON text that an XML document says.
///
/// # Errors
/// For what is not well-formed, has a document type or elements that are not known here.
pub(super) fn to_json(shapes: &Shapes, schema: &Value, text: &str) -> Result<String, Finding> {
    let mut reader = Reader { shapes, xml: Xml::new(text) };
    if reader.xml.child()?.is_none() {
        return Err(reader.xml.refused("syntax", "there is no element"));
    }
    let json = reader.value(schema)?;
    match reader.xml.child()? {
        None => Ok(json),
        Some(_) => Err(reader.xml.refused("syntax", "one element holds everything; a second one follows")),
    }
}

struct Reader<'s, 'x> {
    shapes: &'s Shapes,
    xml: Xml<'x>,
}

impl Reader<'_, '_> {
    /// The value of the element just opened.
    fn value(&mut self, schema: &Value) -> Result<String, Finding> {
        match self.shapes.shape(schema) {
            Shape::Object(schema) => self.object(schema),
            Shape::List(items) => self.value(items),
            Shape::Text(_) => Ok(to_canonical(&self.xml.text()?)),
            Shape::Number { .. } => {
                let text = self.xml.text()?;
                let read = Number::parse(text.trim());
                Ok(read.map_or_else(|_| to_canonical(&text.trim()), |number| number.digits().to_owned()))
            }
            Shape::Flag => {
                let text = self.xml.text()?;
                Ok(match text.trim() {
                    "true" | "1" => "true".into(),
                    "false" | "0" => "false".into(),
                    other => to_canonical(&other),
                })
            }
            Shape::Free => self.xml.skip().map(|_| "null".into()),
        }
    }

    fn object(&mut self, schema: &Value) -> Result<String, Finding> {
        let members: BTreeMap<&str, &Value> = self.shapes.members(schema).into_iter().collect();
        let mut read: BTreeMap<String, Vec<String>> = BTreeMap::new();
        while let Some(start) = self.xml.child()? {
            let name = start.local_name().as_ref().to_owned();
            let Some(schema) = members.get(name.as_str()) else {
                let known: Vec<&str> = members.keys().copied().collect();
                return Err(self
                    .xml
                    .refused("type", &format!("not known here; known are {}", known.join(", ")))
                    .under(&name));
            };
            let value = if self.xml.is_nil(&start) {
                self.xml.skip()?;
                "null".to_owned()
            } else {
                self.value(schema).map_err(|finding| finding.under(&name))?
            };
            let values = read.entry(name.clone()).or_default();
            if !values.is_empty() && !matches!(self.shapes.shape(schema), Shape::List(_)) {
                return Err(self.xml.refused("syntax", "the element stands here twice").under(&name));
            }
            values.push(value);
        }
        let written = read.iter().map(|(name, values)| match self.shapes.shape(members[name.as_str()]) {
            Shape::List(_) => format!("\"{name}\":[{}]", values.join(",")),
            _ => format!("\"{name}\":{}", values.concat()),
        });
        Ok(format!("{{{}}}", written.collect::<Vec<_>>().join(",")))
    }
}

/// The XML document of a JSON text.
pub(super) fn of_json(shapes: &Shapes, schema: &Value, json: &str) -> String {
    let root = name_of(schema).unwrap_or("value");
    let mut out = String::with_capacity(json.len() * 2);
    out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    write_element(&mut out, shapes, schema, (root, true), json);
    out
}

/// Writes an element for a value; none for null, one for each entry of a list.
fn write_element(out: &mut String, shapes: &Shapes, schema: &Value, (name, is_root): (&str, bool), json: &str) {
    let json = json.trim();
    if json == "null" {
        return;
    }
    let shape = shapes.shape(schema);
    if let Shape::List(items) = shape {
        for entry in serde_json::from_str::<Vec<&RawValue>>(json).unwrap_or_default() {
            if entry.get() == "null" {
                // Lists go by places, so that a null is not left out.
                let _ = write!(out, "<{name} xmlns:xsi=\"{INSTANCE}\" xsi:nil=\"true\"/>");
            } else {
                write_element(out, shapes, items, (name, false), entry.get());
            }
        }
        return;
    }
    let namespace = if is_root { format!(" xmlns=\"{NAMESPACE}\"") } else { String::new() };
    // Writing into a string cannot fail.
    let _ = write!(out, "<{name}{namespace}>");
    match shape {
        Shape::Object(schema) => {
            let values: BTreeMap<String, &RawValue> = serde_json::from_str(json).unwrap_or_default();
            for (member, schema) in shapes.members(schema) {
                if let Some(value) = values.get(member) {
                    write_element(out, shapes, schema, (member, false), value.get());
                }
            }
        }
        _ => out.push_str(&escape(scalar(json))),
    }
    let _ = write!(out, "</{name}>");
}

/// The text of a scalar. Characters that XML cannot hold are U+FFFD.
fn scalar(json: &str) -> Cow<'_, str> {
    if !json.starts_with('"') {
        return Cow::Borrowed(json);
    }
    let text: String = serde_json::from_str(json).unwrap_or_default();
    let held = |c: char| if is_char(c) { c } else { '\u{FFFD}' };
    Cow::Owned(text.chars().map(held).collect())
}

/// The XML Schema of everything that is sent and answered.
pub(in crate::http) fn schema(shapes: &Shapes) -> String {
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns=\"{NAMESPACE}\" targetNamespace=\"{NAMESPACE}\" elementFormDefault=\"qualified\">\n"
    );
    for root in shapes.roots() {
        let _ = writeln!(out, "<xs:element name=\"{root}\" type=\"{root}\"/>");
    }
    for (name, schema) in shapes.named() {
        if let Shape::Object(schema) = shapes.shape(schema) {
            let _ = write!(out, "<xs:complexType name=\"{name}\">");
            write_members(&mut out, shapes, schema);
            out.push_str("</xs:complexType>\n");
        }
    }
    out.push_str("</xs:schema>\n");
    out
}

fn write_members(out: &mut String, shapes: &Shapes, schema: &Value) {
    out.push_str("<xs:sequence>");
    for (name, schema) in shapes.members(schema) {
        let (schema, times) = match shapes.shape(schema) {
            Shape::List(items) => (items, "minOccurs=\"0\" maxOccurs=\"unbounded\" nillable=\"true\""),
            _ => (schema, "minOccurs=\"0\""),
        };
        let head = format!("<xs:element name=\"{name}\" {times}");
        let simple = match shapes.shape(schema) {
            Shape::Text(Some("date-time")) => "xs:dateTime",
            Shape::Text(_) => "xs:string",
            Shape::Number { whole: true } => "xs:long",
            Shape::Number { whole: false } => "xs:double",
            Shape::Flag => "xs:boolean",
            Shape::Object(inline) => {
                match referred(schema) {
                    Some(name) => {
                        let _ = write!(out, "{head} type=\"{name}\"/>");
                    }
                    None => {
                        let _ = write!(out, "{head}><xs:complexType>");
                        write_members(out, shapes, inline);
                        out.push_str("</xs:complexType></xs:element>");
                    }
                }
                continue;
            }
            Shape::List(_) | Shape::Free => "xs:anyType",
        };
        let _ = write!(out, "{head} type=\"{simple}\"/>");
    }
    out.push_str("</xs:sequence>");
}

/// The name of a schema, or of the one it is where it is not null.
fn referred(schema: &Value) -> Option<&str> {
    name_of(schema).or_else(|| schema["oneOf"].as_array()?.iter().find_map(name_of))
}
