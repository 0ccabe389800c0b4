//! XML → contracts.

use std::collections::HashSet;

use super::document::{NAMESPACE, VERSION, carries};
use super::tree::{Element, parse};
use super::valid;
use crate::contract::WcfDate;
use crate::edi::amount::{Amount, Counted};
use crate::edi::edifact::charset::percent_decode;
use crate::edi::finding::{Finding, Findings};
use crate::edi::item_builder::ItemBuilder;
use crate::edi::message::{
    Action, Control, Form, Function, Interchange, ItemMessage, Kind, Mailbox, Message, MessageControl, Organization,
    Outline, Read, SegmentControl,
};
use crate::edi::profile::table::{self, FAMILIES, Home, Parent, Role, Row, Xml};
use crate::edi::profile::value::parse_number;
use crate::edi::{names, normalize};
use crate::limits;

/// Reads a document: a `p:Interchange`, or one `p:Message` alone. What is wrong stands in the findings.
pub fn read(bytes: &[u8]) -> Read {
    let mut reader = Reader {
        findings: Findings::default(),
        message: None,
        item: None,
        outline: Vec::new(),
        amount: Amount::default(),
    };
    let interchange = match parse(bytes, &mut reader.findings) {
        Some(root) => {
            let interchange = reader.document(&root);
            if !reader.amount.stopped() {
                valid::judge(&root, &mut reader.findings);
            }
            interchange
        }
        None => Interchange::default(),
    };
    Read { form: Form::Xml, interchange, findings: reader.findings, outline: reader.outline, charset: None }
}

struct Reader {
    findings: Findings,
    message: Option<usize>,
    item: Option<(usize, Option<String>)>,
    outline: Vec<Outline>,
    amount: Amount,
}

fn owned(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

impl Reader {
    fn found(&mut self, element: &Element, mut finding: Finding) {
        finding.message = self.message;
        if let Some((index, id)) = &self.item {
            finding.fault.index = Some(*index);
            finding.fault.item_id.clone_from(id);
        }
        self.findings.push(finding.at(element.position()));
    }

    /// Counts one more; whether it may be read.
    fn one_more(&mut self, of: Counted, element: &Element) -> bool {
        if let Some(finding) = self.amount.one_more(of) {
            self.findings.push(finding.at(element.position()));
        }
        !self.amount.stopped()
    }

    /// The children of a name of which there may be many: as many as may be read.
    fn parts<'e>(&mut self, element: &'e Element, name: &'e str, most: usize) -> Vec<&'e Element> {
        if let Some(beyond) = element.children_named(name).nth(most) {
            self.found(beyond, Finding::error("limit", name, format!("at most {most} of them in one place")));
        }
        let mut parts: Vec<_> = element.children_named(name).take(most).collect();
        parts.retain(|part| self.one_more(Counted::Part, part));
        parts
    }

    fn document(&mut self, root: &Element) -> Interchange {
        let version = root.attribute("version").unwrap_or(VERSION);
        if version.split('.').next() != VERSION.split('.').next() {
            self.found(root, Finding::error("profile", "", format!("another version of {NAMESPACE} than {VERSION}")));
        }
        let mut interchange = Interchange::default();
        match root.name.as_str() {
            "Interchange" => self.interchange(root, &mut interchange),
            "Message" => self.lone_message(root, &mut interchange),
            // What is wrong with it says the schema.
            _ => {}
        }
        interchange
    }

    fn interchange(&mut self, root: &Element, interchange: &mut Interchange) {
        if let Some(envelope) = root.child("Envelope") {
            interchange.reference = envelope.text_of("Reference").trim().to_owned();
            interchange.sender = mailbox(envelope.child("Sender"));
            interchange.recipient = mailbox(envelope.child("Recipient"));
            let created = self.date_of(envelope, "Created");
            interchange.created = normalize::minutes_of(created);
            interchange.test = self.flag_of(envelope, "Test");
            interchange.ack_wanted = self.flag_of(envelope, "AckWanted");
        }
        for message in root.children_named("Message") {
            if self.one_more(Counted::Message, message) {
                self.message(message, interchange);
            }
        }
        for (member, missing) in [
            ("Reference", interchange.reference.is_empty()),
            ("Sender", interchange.sender.id.is_empty()),
            ("Recipient", interchange.recipient.id.is_empty()),
        ] {
            if missing {
                self.found(root, Finding::error("required", member, "the envelope does not name it"));
            }
        }
    }

    /// A message without envelope: its header stands in for one.
    fn lone_message(&mut self, root: &Element, interchange: &mut Interchange) {
        self.message(root, interchange);
        if let Some(Message::Items(message)) = interchange.messages.first() {
            interchange.sender = Mailbox { id: message.sender.code().to_owned(), qualifier: String::new() };
            interchange.recipient = Mailbox { id: message.recipient.code().to_owned(), qualifier: String::new() };
            interchange.created = normalize::minutes_of(message.created);
            interchange.reference = message.reference.chars().take(14).collect();
            interchange.test = root.child("Header").is_some_and(|header| self.flag_of(header, "Test"));
        }
    }

    fn message(&mut self, element: &Element, interchange: &mut Interchange) {
        self.message = Some(self.outline.len());
        let name = element.attribute("type").unwrap_or_default();
        let message = match Kind::from_stored(name).ok() {
            Some(kind) => Some(Message::Items(self.items(kind, element))),
            None if name == "CONTRL" => Some(Message::Control(self.control(element))),
            None => {
                self.found(element, Finding::error("profile", "", "the message type is not known here"));
                None
            }
        };
        let mut identifier: [String; 5] = Default::default();
        name.clone_into(&mut identifier[0]);
        element.attribute("version").unwrap_or_default().clone_into(&mut identifier[1]);
        let number = (self.outline.len() + 1).to_string();
        let at = message.is_some().then_some(interchange.messages.len());
        interchange.messages.extend(message);
        self.outline.push(Outline { number, identifier, message: at });
        self.message = None;
    }

    fn date_of(&mut self, element: &Element, name: &str) -> Option<WcfDate> {
        let child = element.child(name)?;
        WcfDate::parse(&child.text).unwrap_or_else(|_| {
            self.found(child, Finding::error("format", name, "a date is 2026-01-10T09:30:00Z"));
            None
        })
    }

    /// Whether something is said to be so. What cannot be read is an error: a test must not be taken for real.
    fn flag_of(&mut self, element: &Element, name: &str) -> bool {
        let Some(child) = element.child(name) else { return false };
        match child.text.trim() {
            "true" | "1" => true,
            "false" | "0" | "" => false,
            _ => {
                self.found(child, Finding::error("type", name, "true or false is expected"));
                false
            }
        }
    }

    fn control(&mut self, element: &Element) -> Control {
        let Some(body) = element.child("Acknowledgement") else {
            self.found(element, Finding::error("required", "", "Acknowledgement is missing"));
            return Control::default();
        };
        let mut control = Control {
            reference: body.text_of("Reference").to_owned(),
            sender: mailbox(body.child("Sender")),
            recipient: mailbox(body.child("Recipient")),
            action: self.action(body),
            error: owned(body.text_of("Error")),
            messages: Vec::new(),
        };
        for status in first_by("number", self.parts(body, "MessageStatus", limits::EDI_MESSAGES).into_iter()) {
            let attribute = |name: &str| status.attribute(name).unwrap_or_default().to_owned();
            let segments = status.children_named("Segment").map(|segment| SegmentControl {
                position: segment.attribute("position").and_then(|text| text.parse().ok()).unwrap_or(0),
                error: segment.text.clone(),
            });
            control.messages.push(MessageControl {
                number: attribute("number"),
                identifier: ["type", "version", "release", "agency", "association"].map(attribute),
                action: self.action(status),
                error: owned(status.text_of("Error")),
                segments: segments.collect(),
            });
        }
        control
    }

    fn action(&mut self, element: &Element) -> Action {
        Action::from_code(element.text_of("Action")).unwrap_or_else(|| {
            self.found(element, Finding::error("unknown_code", "Action", "4, 7 or 8 is expected"));
            Action::Received
        })
    }

    fn items(&mut self, kind: Kind, element: &Element) -> ItemMessage {
        let nobody = || Organization::Operator(String::new());
        let mut message = ItemMessage::new(kind, "", nobody(), nobody());
        if let Some(header) = element.child("Header") {
            self.header(header, &mut message);
        }
        // More are refused by the schema.
        for item in element.children_named("Item").take(limits::EDI_ITEMS) {
            if self.one_more(Counted::Item, item) {
                self.item(item, &mut message);
            }
        }
        let items: Vec<_> = element.children_named("Item").collect();
        for index in message.said_twice() {
            self.item = Some((index, message.items[index].mail_object.id.clone()));
            self.found(items[index], Finding::twice("MailObject.Id"));
        }
        self.item = None;
        if let Some(control) = element.child("Control") {
            self.totals(control, &message);
        }
        for (member, missing) in [
            ("Header.Reference", message.reference.is_empty()),
            ("Header.Created", message.created.is_none()),
            ("Header.Sender", message.sender.code().is_empty()),
            ("Header.Recipient", message.recipient.code().is_empty()),
        ] {
            if missing {
                self.found(element, Finding::error("required", member, "the header does not name it"));
            }
        }
        message
    }

    fn header(&mut self, header: &Element, message: &mut ItemMessage) {
        header.text_of("Reference").clone_into(&mut message.reference);
        message.previous_reference = owned(header.text_of("PreviousReference"));
        message.created = self.date_of(header, "Created");
        match Function::from_code(header.text_of("Function")) {
            Some(function) => message.function = function,
            None => self.found(header, Finding::error("unknown_code", "Function", "9, 5 or 1 is expected")),
        }
        let organization = |name: &str| {
            let child = header.child(name)?;
            let code = child.text.clone();
            let customs = child.attribute("scheme") == Some("customs");
            Some(if customs { Organization::Customs(code) } else { Organization::Operator(code) })
        };
        if let Some(sender) = organization("Sender") {
            message.sender = sender;
        }
        if let Some(recipient) = organization("Recipient") {
            message.recipient = recipient;
        }
    }

    fn totals(&mut self, control: &Element, message: &ItemMessage) {
        let pieces = message.items.iter().filter_map(|item| item.declaration.as_ref()?.data.as_ref());
        let pieces: usize = pieces.map(|data| data.content_pieces.len()).sum();
        for (name, counted) in [("items", message.items.len()), ("pieces", pieces)] {
            if control.attribute(name).is_some_and(|text| text.parse() != Ok(counted)) {
                let text = format!("the control total of {name} does not agree with the {counted} there are");
                self.found(control, Finding::error("count", "", text));
            }
        }
    }

    fn item(&mut self, element: &Element, message: &mut ItemMessage) {
        let id = element.child("MailObject").map_or("", |mail| mail.text_of("Id"));
        self.item = Some((message.items.len(), names::shown(id)));
        let mut builder = ItemBuilder::default();
        let mut dutiable_said = false;
        if let Some(mail) = element.child("MailObject") {
            self.rows(Parent::MailObject, 0, mail, &mut builder);
        }
        if let Some(declaration) = element.child("Declaration") {
            self.declaration(declaration, &mut builder);
        }
        if let Some(customs) = element.child("Customs") {
            self.rows(Parent::Customs, 0, customs, &mut builder);
        }
        if let Some(response) = element.child("Response") {
            dutiable_said = response.child("Dutiable").is_some();
            self.response(response, &mut builder);
        }
        if let Some(referral) = element.child("Referral") {
            self.rows(Parent::Referral, 0, referral, &mut builder);
            self.entries(Parent::Referral, referral, &mut builder);
            self.extra_fields(Home::Referral, 0, referral, &mut builder);
            self.others(Kind::Itmref, referral, &mut builder);
        }
        if let Some(answer) = element.child("ReferralResponse") {
            self.answer(answer, &mut builder);
        }
        for original in element.children_named("Original") {
            self.original(original, &mut builder);
        }
        self.misplaced(element, message.kind);
        for path in builder.contradicted(|text| text.chars().all(carries)) {
            self.found(element, Finding::twice(path));
        }
        if !dutiable_said {
            builder.response_data.dutiable = !builder.response_data.taxes.is_empty();
        }
        let mut item = builder.finish(message.kind, message.function);
        normalize::complete(&mut item, message);
        message.items.push(item);
        self.item = None;
    }

    /// The original of a text that XML cannot carry.
    fn original(&mut self, element: &Element, builder: &mut ItemBuilder) {
        let place = Home::parse(element.attribute("member").unwrap_or_default());
        match place.zip(percent_decode(&element.text)) {
            // Another original of the same member is the schema's business.
            Some((place, original)) => drop(builder.note(place, original)),
            None => self.found(element, Finding::error("format", "", "an original could not be read")),
        }
    }

    /// Reports what messages of this kind have no place for.
    fn misplaced(&mut self, element: &Element, kind: Kind) {
        for (name, fits) in [
            ("Declaration", kind.declares()),
            ("Customs", kind.declares()),
            ("Response", kind == Kind::Cusrsp),
            ("Referral", kind == Kind::Itmref),
            ("ReferralResponse", kind == Kind::Refrsp),
        ] {
            if let Some(child) = element.child(name).filter(|_| !fits) {
                let text = format!("{name} has no place in {kind}; it is not taken over");
                self.found(child, Finding::warning("segment", name, text));
            }
        }
    }

    fn answer(&mut self, element: &Element, builder: &mut ItemBuilder) {
        self.rows(Parent::Answer, 0, element, builder);
        self.entries(Parent::Answer, element, builder);
        self.extra_fields(Home::Answer, 0, element, builder);
        self.others(Kind::Refrsp, element, builder);
        if let Some(declaration) = element.child("Declaration") {
            self.declaration(declaration, builder);
        }
        if let Some(customs) = element.child("Customs") {
            self.rows(Parent::Customs, 0, customs, builder);
        }
    }

    fn declaration(&mut self, element: &Element, builder: &mut ItemBuilder) {
        self.rows(Parent::Declaration, 0, element, builder);
        for total in first_by("currency", element.children_named("TotalValue")) {
            let currency = total.attribute("currency").unwrap_or_default().to_owned();
            match parse_number(&total.text) {
                Ok(number) => builder.totals.push((number.digits().to_owned(), currency)),
                Err(form) => self.found(total, Finding::error("type", "EP.TotalValue", format!("{form} is expected"))),
            }
        }
        for (at, document) in self.parts(element, "Document", limits::CONTENT_PIECES).into_iter().enumerate() {
            for row in table::rows_in(Parent::Document) {
                let text = match row.xml {
                    Xml::Attribute(name) => document.attribute(name).unwrap_or_default(),
                    _ => document.text.as_str(),
                };
                self.set(row, at, document, text, builder);
            }
        }
        for party in first_by("role", element.children_named("Party")) {
            match Role::from_code(party.attribute("role").unwrap_or_default()) {
                Some(role) => self.rows(role.parent(), 0, party, builder),
                None => self.found(party, Finding::warning("unknown_code", "", "a party is CZ, CN or IM")),
            }
        }
        for piece in self.parts(element, "ContentPiece", limits::CONTENT_PIECES) {
            let at = builder.add_piece();
            let index = piece.attribute("index").unwrap_or_default();
            if let Some(row) = table::row(Home::Piece, "Index") {
                self.set(row, at, piece, index, builder);
            }
            self.rows(Parent::Piece, at, piece, builder);
            self.extra_fields(Home::Piece, at, piece, builder);
        }
        for (at, sale) in element.children_named("Transaction").enumerate() {
            self.rows(Parent::Transaction, at, sale, builder);
        }
        self.extra_fields(Home::DeclarationData, 0, element, builder);
    }

    fn response(&mut self, element: &Element, builder: &mut ItemBuilder) {
        self.rows(Parent::Response, 0, element, builder);
        self.entries(Parent::Response, element, builder);
        for tax in self.parts(element, "Tax", limits::CONTENT_PIECES) {
            let at = builder.add_tax();
            self.rows(Parent::Tax, at, tax, builder);
            self.extra_fields(Home::Tax, at, tax, builder);
        }
        self.extra_fields(Home::ResponseData, 0, element, builder);
    }

    /// Sets the members that stand in one element; of several elements of a name the first counts.
    fn rows(&mut self, parent: Parent, index: usize, element: &Element, builder: &mut ItemBuilder) {
        for row in table::rows_in(parent) {
            let child = match row.xml {
                Xml::Element(name) | Xml::Unit(name, _) | Xml::Amount(name, _) | Xml::Named(name) => {
                    element.child(name)
                }
                Xml::Nth(name, place) => element.children_named(name).nth(place - 1),
                Xml::Typed(name, kind) => {
                    element.children_named(name).find(|child| child.attribute("type") == Some(kind))
                }
                Xml::Currency(_) | Xml::Attribute(_) | Xml::Content | Xml::Special(_) => None,
            };
            if let Some(child) = child {
                self.child(row, index, child, builder);
            }
        }
    }

    fn child(&mut self, row: &'static Row, index: usize, child: &Element, builder: &mut ItemBuilder) {
        match row.xml {
            Xml::Unit(_, unit) if child.attribute("unit").is_some_and(|given| given != unit) => {
                let path = row.home.member_path(index, row.member);
                return self.found(child, Finding::error("unknown_code", path, format!("the unit is {unit}")));
            }
            Xml::Amount(_, member) => {
                let currency = child.attribute("currency").unwrap_or_default();
                if let Some(row) = table::row(row.home, member) {
                    self.set(row, index, child, currency, builder);
                }
            }
            Xml::Named(_) => return self.set(row, index, child, child.attribute("name").unwrap_or_default(), builder),
            _ => {}
        }
        self.set(row, index, child, &child.text, builder);
    }

    fn set(&mut self, row: &Row, index: usize, element: &Element, text: &str, builder: &mut ItemBuilder) {
        if text.is_empty() {
            return;
        }
        let path = || row.home.member_path(index, row.member);
        if let Err(form) = builder.set(row.home, index, row.member, text) {
            self.found(element, Finding::error("type", path(), format!("{form} is expected")));
        }
    }

    fn entries(&mut self, parent: Parent, element: &Element, builder: &mut ItemBuilder) {
        for family in FAMILIES.iter().filter(|family| family.parent == parent) {
            for (at, child) in self.parts(element, family.element, limits::EDI_ITEM_SEGMENTS).into_iter().enumerate() {
                let field = |name: &&str| owned(child.text_of(name));
                let entry: Vec<_> = family.fields.iter().map(field).collect();
                if parent == Parent::Response && family.list == "Reasons" && at == 0 {
                    let mut fields = entry.into_iter();
                    builder.response_data.decision_reason_cd = fields.next().flatten();
                    builder.response_data.decision_reason_nm = fields.next().flatten();
                } else {
                    builder.extras_mut(family.home, 0).push_entry(family.list, entry);
                }
            }
        }
    }

    /// Name and value of an `ExtraField` or `Other`.
    fn pair(&mut self, child: &Element) -> Option<(String, String)> {
        let (name, value) = (child.attribute("name").unwrap_or_default(), child.text.as_str());
        if child.attribute("encoded") != Some("true") {
            return Some((name.to_owned(), value.to_owned()));
        }
        let pair = percent_decode(name).zip(percent_decode(value));
        if pair.is_none() {
            self.found(child, Finding::error("format", "", "name and value should be percent-encoded UTF-8"));
        }
        pair
    }

    fn extra_fields(&mut self, home: Home, index: usize, element: &Element, builder: &mut ItemBuilder) {
        for child in element.children_named("ExtraField") {
            if let Some((name, value)) = self.pair(child) {
                builder.extras_mut(home, index).add(&name, &value);
            }
        }
    }

    fn others(&mut self, kind: Kind, element: &Element, builder: &mut ItemBuilder) {
        for child in first_by("name", element.children_named("Other")) {
            let Some((name, value)) = self.pair(child) else { continue };
            let json = serde_json::value::RawValue::from_string(value);
            match json.map(|json| builder.note_other(kind, &name, json)) {
                Ok(true) => {}
                Ok(false) => self.found(child, Finding::twice(name)),
                Err(_) => self.found(child, Finding::error("format", "", "JSON is expected")),
            }
        }
    }
}

/// The first element for each value of an attribute.
fn first_by<'e>(attribute: &'e str, elements: impl Iterator<Item = &'e Element>) -> impl Iterator<Item = &'e Element> {
    let mut seen = HashSet::new();
    elements.filter(move |element| seen.insert(element.attribute(attribute).unwrap_or_default()))
}

fn mailbox(element: Option<&Element>) -> Mailbox {
    element.map_or_else(Mailbox::default, |element| Mailbox {
        id: element.text.trim().to_owned(),
        qualifier: element.attribute("qualifier").unwrap_or_default().to_owned(),
    })
}
