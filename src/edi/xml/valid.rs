//! Judges a document by the schema: whatever the XSD refuses is found here, and nothing else.
//!
//! What is known is read all the same, so most findings are warnings; what is given twice with different content is an
//! error. Whether a value makes sense is the reader's business.

use std::collections::HashMap;

use super::schema::{self, Attribute, Child, Content, Of, Text, Type};
use super::tree::Element;
use crate::edi::finding::{Finding, Findings};
use crate::edi::names;

/// Findings of the whole document; the text of an element that was reported before is not reported again.
pub fn judge(root: &Element, findings: &mut Findings) {
    let reported = findings.list().iter().filter_map(|finding| finding.position.as_ref()).map(|at| at.byte).collect();
    let mut judge = Judge { findings, reported, message: None, messages: 0, item: None };
    match schema::ROOTS.iter().find(|name| root.name == **name).and_then(|name| schema::named(name)) {
        Some(kind) => judge.element(root, kind),
        None => judge.found(root, Finding::error("profile", "", "Interchange or Message is expected as root")),
    }
}

struct Judge<'f> {
    findings: &'f mut Findings,
    /// Where the reader found something, by offset.
    reported: std::collections::HashSet<usize>,
    message: Option<usize>,
    /// Messages met.
    messages: usize,
    item: Option<(usize, Option<String>)>,
}

impl Judge<'_> {
    fn found(&mut self, element: &Element, mut finding: Finding) {
        finding.message = self.message;
        if let Some((index, id)) = &self.item {
            finding.fault.index = Some(*index);
            finding.fault.item_id.clone_from(id);
        }
        self.findings.push(finding.at(element.position()));
    }

    fn warn(&mut self, element: &Element, code: &'static str, text: impl Into<String>) {
        self.found(element, Finding::warning(code, "", text));
    }

    fn element(&mut self, element: &Element, kind: &Type) {
        let is_message = kind.name == "Message";
        if is_message {
            self.message = Some(self.messages);
            self.messages += 1;
        }
        self.attributes(element, &kind.attributes);
        match &kind.content {
            Content::Text(text) => {
                self.no_children(element);
                self.text(element, *text);
            }
            Content::Nothing => {
                self.no_children(element);
                self.no_text(element, !element.text.is_empty());
            }
            Content::Elements(sequences) => {
                let has = |sequence: &[Child], child: &Element| sequence.iter().any(|known| known.name == child.name);
                let fitting = |child| sequences.iter().find(|sequence| has(sequence, child));
                let sequence = element.children.iter().find_map(fitting);
                self.no_text(element, !element.text.trim().is_empty());
                self.children(element, sequence.unwrap_or(&sequences[0]));
            }
        }
        if is_message {
            self.message = None;
        }
    }

    fn no_children(&mut self, element: &Element) {
        for child in &element.children {
            self.unknown(child);
        }
    }

    fn no_text(&mut self, element: &Element, has_text: bool) {
        if has_text {
            self.warn(element, "segment", "there is no place for text here; it is not taken over");
        }
    }

    fn unknown(&mut self, element: &Element) {
        self.warn(element, "segment", "the element is not known in this place; it is not taken over");
    }

    fn attributes(&mut self, element: &Element, known: &[Attribute]) {
        for name in element.strangers() {
            self.warn(element, "segment", format!("`{name}` is of another namespace; it is not taken over"));
        }
        for (name, value) in element.attributes() {
            match known.iter().find(|attribute| attribute.name == name) {
                None => self.warn(element, "segment", format!("the attribute `{name}` is not known here")),
                Some(attribute) => {
                    let fits = attribute.text.fits(value) && attribute.fixed.is_none_or(|fixed| fixed == value);
                    if !fits && !self.reported.contains(&element.byte()) {
                        let form = attribute.fixed.map_or_else(|| attribute.text.form(), str::to_owned);
                        self.warn(element, "format", format!("the attribute `{name}` is {form}"));
                    }
                }
            }
        }
        for attribute in known.iter().filter(|attribute| attribute.required) {
            if element.attribute(attribute.name).is_none() {
                self.warn(element, "required", format!("the attribute `{}` is missing", attribute.name));
            }
        }
    }

    fn text(&mut self, element: &Element, text: Text) {
        if !text.fits(&element.text) && !self.reported.contains(&element.byte()) {
            self.warn(element, "format", format!("{} is expected", text.form()));
        }
    }

    fn children(&mut self, element: &Element, sequence: &[Child]) {
        let mut counts = vec![0; sequence.len()];
        let mut first: HashMap<(usize, &str), &Element> = HashMap::new();
        let (mut reached, mut items) = (0, 0);
        for child in &element.children {
            let Some(place) = sequence.iter().position(|known| known.name == child.name) else {
                self.unknown(child);
                continue;
            };
            if place < reached {
                self.warn(
                    child,
                    "segment",
                    "the element stands behind others that follow it; the order is that of the schema",
                );
            }
            reached = reached.max(place);
            counts[place] += 1;
            if child.name == "Item" {
                let id = child.child("MailObject").map_or("", |mail| mail.text_of("Id"));
                self.item = Some((items, names::shown(id)));
                items += 1;
            }
            self.child(child, &sequence[place], place, counts[place], &mut first);
            if child.name == "Item" {
                self.item = None;
            }
        }
        for (known, _) in sequence.iter().zip(counts).filter(|(known, count)| *count < known.least) {
            self.warn(element, "required", format!("the element {} is missing", known.name));
        }
    }

    /// One element, the `count`-th of its name.
    fn child<'e>(
        &mut self,
        child: &'e Element,
        known: &Child,
        place: usize,
        count: usize,
        first: &mut HashMap<(usize, &'e str), &'e Element>,
    ) {
        let told_apart = known.by.map(|by| child.attribute(by).unwrap_or_default());
        if known.most == 1 || told_apart.is_some() {
            let before = *first.entry((place, told_apart.unwrap_or_default())).or_insert(child);
            if !std::ptr::eq(before, child) {
                match before.says_the_same(child) {
                    true => self.warn(child, "segment", "the element is given twice"),
                    false => self.found(child, Finding::twice(child.name.as_str())),
                }
                return;
            }
        }
        if count > known.most {
            let text = format!("there are at most {} of them; it is not taken over", known.most);
            return self.found(child, Finding::error("segment", "", text));
        }
        match &known.of {
            Of::Text(text) => {
                self.attributes(child, &[]);
                self.no_children(child);
                self.text(child, *text);
            }
            Of::Type(name) => {
                if let Some(kind) = schema::named(name) {
                    self.element(child, kind);
                }
            }
        }
    }
}
