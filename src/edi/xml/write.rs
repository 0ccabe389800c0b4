//! Contracts → XML.

use std::borrow::Cow;
use std::io;

use quick_xml::Writer;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use quick_xml::name::QName;

use super::document::{NAMESPACE, VERSION, carries};
use crate::contract::open::OtherMembers;
use crate::edi::edifact::charset::percent_encode;
use crate::edi::finding::Findings;
use crate::edi::item_builder::{ItemBuilder, line_totals};
use crate::edi::message::{
    Control, Function, Interchange, Item, ItemMessage, Kind, Mailbox, Message, Organization, Written,
};
use crate::edi::profile::Profile;
use crate::edi::profile::extras::{Entry, amounts};
use crate::edi::profile::table::{self, FAMILIES, Family, Home, Parent, Role, Row, Xml};
use crate::edi::profile::value::date_text;
use crate::edi::{check, normalize};

/// Writes an interchange.
///
/// # Errors
/// Everything that keeps it from being sent.
pub fn write(interchange: &Interchange, profile: &Profile) -> Result<Written, Findings> {
    let findings = check::interchange(interchange, profile);
    if findings.has_errors() {
        return Err(findings);
    }
    let inner = match profile.line_breaks {
        true => Writer::new_with_indent(Vec::new(), b' ', 2),
        false => Writer::new(Vec::new()),
    };
    let mut out = Out { writer: inner, originals: Vec::new() };
    let bytes = out.interchange(interchange).map(|()| out.writer.into_inner());
    // Writing into memory cannot fail.
    Ok(Written { bytes: bytes.unwrap_or_default(), findings })
}

struct Out {
    writer: Writer<Vec<u8>>,
    /// Texts with characters XML cannot carry: path and original.
    originals: Vec<(String, String)>,
}

type Attributes<'a> = &'a [(&'a str, &'a str)];

/// References for what XML gives a meaning, and for white space it would change.
fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(['<', '>', '&', '"', '\t', '\n', '\r']) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

fn start<'a>(name: &'a str, attributes: Attributes<'_>) -> BytesStart<'a> {
    let mut start = BytesStart::new(name);
    for (key, value) in attributes {
        start.push_attribute(Attribute { key: QName(key), value: escape(value) });
    }
    start
}

impl Out {
    fn open(&mut self, name: &str, attributes: Attributes<'_>) -> io::Result<()> {
        self.writer.write_event(Event::Start(start(name, attributes)))
    }

    fn close(&mut self, name: &str) -> io::Result<()> {
        self.writer.write_event(Event::End(BytesEnd::new(name)))
    }

    fn leaf(&mut self, name: &str, attributes: Attributes<'_>, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return self.writer.write_event(Event::Empty(start(name, attributes)));
        }
        self.open(name, attributes)?;
        self.writer.write_event(Event::Text(BytesText::from_escaped(escape(text))))?;
        self.close(name)
    }

    /// A leaf that is left out when empty.
    fn some(&mut self, name: &str, text: &str) -> io::Result<()> {
        if text.is_empty() { Ok(()) } else { self.leaf(name, &[], text) }
    }

    fn interchange(&mut self, interchange: &Interchange) -> io::Result<()> {
        self.writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        self.open("p:Interchange", &[("xmlns:p", NAMESPACE), ("version", VERSION)])?;
        self.open("p:Envelope", &[])?;
        self.leaf("p:Reference", &[], &interchange.reference)?;
        self.mailbox("p:Sender", &interchange.sender)?;
        self.mailbox("p:Recipient", &interchange.recipient)?;
        if let Some(created) = normalize::minutes_of(interchange.created) {
            self.leaf("p:Created", &[], &date_text(created))?;
        }
        self.leaf("p:Test", &[], flag(interchange.test))?;
        self.leaf("p:AckWanted", &[], flag(interchange.ack_wanted))?;
        self.close("p:Envelope")?;
        for message in &interchange.messages {
            let attributes = [("version", VERSION), ("type", message.type_name())];
            self.open("p:Message", &attributes)?;
            match message {
                Message::Items(message) => self.items(message, interchange.test)?,
                Message::Control(control) => self.control(control)?,
            }
            self.close("p:Message")?;
        }
        self.close("p:Interchange")
    }

    fn mailbox(&mut self, name: &str, mailbox: &Mailbox) -> io::Result<()> {
        let qualifier = [("qualifier", mailbox.qualifier.as_str())];
        self.leaf(name, if mailbox.qualifier.is_empty() { &[] } else { &qualifier }, &mailbox.id)
    }

    fn control(&mut self, control: &Control) -> io::Result<()> {
        self.open("p:Acknowledgement", &[])?;
        self.leaf("p:Reference", &[], &control.reference)?;
        self.mailbox("p:Sender", &control.sender)?;
        self.mailbox("p:Recipient", &control.recipient)?;
        self.leaf("p:Action", &[], control.action.code())?;
        self.some("p:Error", control.error.as_deref().unwrap_or_default())?;
        for message in &control.messages {
            let [kind, version, release, agency, association] = message.identifier.each_ref().map(String::as_str);
            let attributes = [
                ("number", message.number.as_str()),
                ("type", kind),
                ("version", version),
                ("release", release),
                ("agency", agency),
                ("association", association),
            ];
            self.open("p:MessageStatus", &attributes)?;
            self.leaf("p:Action", &[], message.action.code())?;
            self.some("p:Error", message.error.as_deref().unwrap_or_default())?;
            for segment in &message.segments {
                self.leaf("p:Segment", &[("position", &segment.position.to_string())], &segment.error)?;
            }
            self.close("p:MessageStatus")?;
        }
        self.close("p:Acknowledgement")
    }

    fn items(&mut self, message: &ItemMessage, test: bool) -> io::Result<()> {
        self.open("p:Header", &[])?;
        self.leaf("p:Reference", &[], &message.reference)?;
        self.leaf("p:Function", &[], message.function.code())?;
        self.some("p:PreviousReference", message.previous_reference.as_deref().unwrap_or_default())?;
        if let Some(created) = message.created {
            self.leaf("p:Created", &[], &date_text(created))?;
        }
        self.organization("p:Sender", &message.sender)?;
        self.organization("p:Recipient", &message.recipient)?;
        self.leaf("p:Test", &[], flag(test))?;
        self.close("p:Header")?;
        let mut pieces = 0;
        for (at, item) in message.items.iter().enumerate() {
            pieces += self.item(at + 1, message, item)?;
        }
        let (items, pieces) = (message.items.len().to_string(), pieces.to_string());
        self.leaf("p:Control", &[("items", &items), ("pieces", &pieces)], "")
    }

    fn organization(&mut self, name: &str, organization: &Organization) -> io::Result<()> {
        self.leaf(name, &[("scheme", organization.scheme())], organization.code())
    }

    /// One item; gives the number of its content pieces.
    fn item(&mut self, sequence: usize, message: &ItemMessage, item: &Item) -> io::Result<usize> {
        let (kind, function) = (message.kind, message.function);
        let builder = ItemBuilder::from_item(normalize::item(kind, function, item.clone()));
        let pieces = builder.data.content_pieces.len();
        self.open("p:Item", &[("seq", &sequence.to_string())])?;
        self.open("p:MailObject", &[])?;
        self.rows(Parent::MailObject, 0, &builder, kind)?;
        self.close("p:MailObject")?;
        let current = function != Function::Cancellation;
        match kind {
            Kind::Itmatt | Kind::Cusitm if current => self.declaration(&builder, kind)?,
            Kind::Cusrsp if current => self.response(&builder)?,
            Kind::Itmref => {
                self.open("p:Referral", &[])?;
                self.rows(Parent::Referral, 0, &builder, kind)?;
                self.families(Parent::Referral, &builder)?;
                self.extra_fields(Home::Referral, 0, &builder)?;
                self.others(&builder.referral.other)?;
                self.close("p:Referral")?;
            }
            Kind::Refrsp => {
                self.open("p:ReferralResponse", &[])?;
                self.rows(Parent::Answer, 0, &builder, kind)?;
                self.families(Parent::Answer, &builder)?;
                self.extra_fields(Home::Answer, 0, &builder)?;
                self.others(&builder.answer.other)?;
                if current && item.declaration.is_some() {
                    self.declaration(&builder, kind)?;
                }
                self.close("p:ReferralResponse")?;
            }
            Kind::Itmatt | Kind::Cusitm | Kind::Cusrsp => {}
        }
        for (path, original) in std::mem::take(&mut self.originals) {
            self.leaf("p:Original", &[("member", &path)], &percent_encode(&original))?;
        }
        self.close("p:Item")?;
        Ok(pieces)
    }

    fn declaration(&mut self, builder: &ItemBuilder, kind: Kind) -> io::Result<()> {
        self.open("p:Declaration", &[])?;
        self.rows(Parent::Declaration, 0, builder, kind)?;
        for at in 0..builder.data.documents.len() {
            self.document(at, builder)?;
        }
        for role in Role::ALL {
            let rows = role.rows();
            if rows.iter().any(|row| value(row, 0, builder, kind).is_some()) {
                self.open("p:Party", &[("role", role.code())])?;
                self.rows(role.parent(), 0, builder, kind)?;
                self.close("p:Party")?;
            }
        }
        for (at, piece) in builder.data.content_pieces.iter().enumerate() {
            let index = piece.index.unwrap_or_default().to_string();
            self.open("p:ContentPiece", &[("index", &index)])?;
            self.rows(Parent::Piece, at, builder, kind)?;
            self.extra_fields(Home::Piece, at, builder)?;
            self.close("p:ContentPiece")?;
        }
        for at in 0..builder.data.commercial_transactions.len() {
            self.open("p:Transaction", &[])?;
            self.rows(Parent::Transaction, at, builder, kind)?;
            self.close("p:Transaction")?;
        }
        self.extra_fields(Home::DeclarationData, 0, builder)?;
        self.close("p:Declaration")?;
        if table::rows_in(Parent::Customs).any(|row| value(row, 0, builder, kind).is_some()) {
            self.open("p:Customs", &[])?;
            self.rows(Parent::Customs, 0, builder, kind)?;
            self.close("p:Customs")?;
        }
        Ok(())
    }

    fn document(&mut self, at: usize, builder: &ItemBuilder) -> io::Result<()> {
        let mut attributes = Vec::new();
        let mut content = String::new();
        for row in table::rows_in(Parent::Document) {
            let Some(text) = value(row, at, builder, Kind::Itmatt) else { continue };
            let text = self.carried(row, at, &text);
            match row.xml {
                Xml::Attribute(name) => attributes.push((name, text)),
                _ => content = text,
            }
        }
        let attributes: Vec<_> = attributes.iter().map(|(name, text)| (*name, text.as_str())).collect();
        self.leaf("p:Document", &attributes, &content)
    }

    fn response(&mut self, builder: &ItemBuilder) -> io::Result<()> {
        self.open("p:Response", &[])?;
        self.rows(Parent::Response, 0, builder, Kind::Cusrsp)?;
        self.families(Parent::Response, builder)?;
        for at in 0..builder.response_data.taxes.len() {
            self.open("p:Tax", &[])?;
            self.rows(Parent::Tax, at, builder, Kind::Cusrsp)?;
            self.extra_fields(Home::Tax, at, builder)?;
            self.close("p:Tax")?;
        }
        self.extra_fields(Home::ResponseData, 0, builder)?;
        self.close("p:Response")
    }

    /// The text XML can carry; the original of a text that had to be changed is noted.
    fn carried(&mut self, row: &Row, index: usize, text: &str) -> String {
        self.carried_at(|| row.home.member_path(index, row.member), text)
    }

    fn carried_at(&mut self, path: impl FnOnce() -> String, text: &str) -> String {
        if text.chars().all(carries) {
            return text.to_owned();
        }
        self.originals.push((path(), text.to_owned()));
        text.chars().map(|c| if carries(c) { c } else { ' ' }).collect()
    }

    /// The members that stand in one element, in the order of the table.
    fn rows(&mut self, parent: Parent, index: usize, builder: &ItemBuilder, kind: Kind) -> io::Result<()> {
        for row in table::rows_in(parent) {
            let text = value(row, index, builder, kind);
            match row.xml {
                Xml::Special(name) => self.special(name, builder)?,
                // An empty first line keeps the place of the second.
                Xml::Nth(name, at) => {
                    let later = table::rows_in(parent).any(|other| {
                        matches!(other.xml, Xml::Nth(same, place) if same == name && place > at)
                            && value(other, index, builder, kind).is_some()
                    });
                    if text.is_some() || later {
                        let text = self.carried(row, index, &text.unwrap_or_default());
                        self.leaf(&format!("p:{name}"), &[], &text)?;
                    }
                }
                Xml::Amount(name, member) => {
                    let currency = builder.object(row.home, index).and_then(|object| object.text(member));
                    if text.is_some() || currency.is_some() {
                        let currency =
                            self.carried_at(|| row.home.member_path(index, member), &currency.unwrap_or_default());
                        let attributes = [("currency", currency.as_str())];
                        let attributes: Attributes<'_> = if currency.is_empty() { &[] } else { &attributes };
                        self.leaf(&format!("p:{name}"), attributes, &text.unwrap_or_default())?;
                    }
                }
                Xml::Currency(_) | Xml::Attribute(_) | Xml::Content => {}
                Xml::Element(_) | Xml::Unit(..) | Xml::Typed(..) | Xml::Named(_) => {
                    if let Some(text) = text {
                        let text = self.carried(row, index, &text);
                        self.simple(row, &text)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn simple(&mut self, row: &Row, text: &str) -> io::Result<()> {
        match row.xml {
            Xml::Unit(name, unit) => self.leaf(&format!("p:{name}"), &[("unit", unit)], text),
            Xml::Typed(name, kind) => self.leaf(&format!("p:{name}"), &[("type", kind)], text),
            Xml::Named(name) => self.leaf(&format!("p:{name}"), &[("name", text)], ""),
            Xml::Element(name) => self.leaf(&format!("p:{name}"), &[], text),
            _ => Ok(()),
        }
    }

    fn special(&mut self, name: &str, builder: &ItemBuilder) -> io::Result<()> {
        if name != "TotalValue" {
            return Ok(()); // reasons are written with their family
        }
        match builder.extras[0].get("EP.TotalValue").and_then(amounts) {
            Some(declared) => {
                for (number, currency) in declared {
                    self.leaf("p:TotalValue", &[("currency", currency)], number)?;
                }
            }
            None => {
                for (sum, currency) in line_totals(&builder.data) {
                    self.leaf("p:TotalValue", &[("currency", currency)], &sum.to_string())?;
                }
            }
        }
        Ok(())
    }

    fn families(&mut self, parent: Parent, builder: &ItemBuilder) -> io::Result<()> {
        for family in FAMILIES.iter().filter(|family| family.parent == parent) {
            if parent == Parent::Response && family.list == "Reasons" {
                let data = &builder.response_data;
                let first = [
                    ("Code", &data.decision_reason_cd, "DecisionReasonCd"),
                    ("Text", &data.decision_reason_nm, "DecisionReasonNm"),
                ];
                if first.iter().any(|(_, value, _)| value.is_some()) {
                    self.open("p:Reason", &[])?;
                    for (field, value, member) in first {
                        let path = || Home::ResponseData.member_path(0, member);
                        let text = self.carried_at(path, value.as_deref().unwrap_or_default());
                        self.some(&format!("p:{field}"), &text)?;
                    }
                    self.close("p:Reason")?;
                }
            }
            let slot = match family.home {
                Home::Referral => 2,
                Home::Answer => 3,
                _ => 1,
            };
            for (at, entry) in builder.extras[slot].entries(family.list).iter().enumerate() {
                self.entry(family, at, entry)?;
            }
        }
        Ok(())
    }

    fn entry(&mut self, family: &Family, at: usize, entry: &Entry) -> io::Result<()> {
        let name = format!("p:{}", family.element);
        self.open(&name, &[])?;
        for (field, value) in family.fields.iter().zip(entry) {
            let path = || family.home.member_path(0, &format!("EP.{}[{}].{field}", family.list, at + 1));
            let text = self.carried_at(path, value.as_deref().unwrap_or_default());
            self.some(&format!("p:{field}"), &text)?;
        }
        self.close(&name)
    }

    /// Extra fields without an element of their own.
    fn extra_fields(&mut self, home: Home, index: usize, builder: &ItemBuilder) -> io::Result<()> {
        for (name, value) in &builder.extras_of(home, index).rest {
            let (name, value) = (name.as_deref().unwrap_or_default(), value.as_deref().unwrap_or_default());
            self.pair("p:ExtraField", name, value)?;
        }
        Ok(())
    }

    fn others(&mut self, others: &OtherMembers) -> io::Result<()> {
        others.iter().try_for_each(|(name, value)| self.pair("p:Other", name, value.get()))
    }

    fn pair(&mut self, element: &str, name: &str, value: &str) -> io::Result<()> {
        if name.chars().chain(value.chars()).all(carries) {
            return self.leaf(element, &[("name", name)], value);
        }
        self.leaf(element, &[("name", &percent_encode(name)), ("encoded", "true")], &percent_encode(value))
    }
}

fn flag(set: bool) -> &'static str {
    if set { "true" } else { "false" }
}

/// The text of a row's member; some extra fields have a value to derive where none is given.
fn value<'d>(row: &Row, index: usize, builder: &'d ItemBuilder, kind: Kind) -> Option<Cow<'d, str>> {
    if !row.is_extra() {
        if row.member == "Dutiable" {
            return Some(Cow::Borrowed(flag(builder.response_data.dutiable)));
        }
        return builder.object(row.home, index)?.text(row.member);
    }
    let given = builder.extras_of(row.home, index).get(row.member).map(Cow::Borrowed);
    given.or_else(|| {
        let derived = match (row.member, row.home, kind) {
            ("EP.ExportCountryCd", ..) => builder.data.sender_country_cd.as_deref(),
            ("EP.DestCountryCd", ..) => builder.data.recipient_country_cd.as_deref(),
            ("EP.DeclarationId", Home::DeclarationData, Kind::Cusitm)
            | ("EP.DeclarationId", Home::ResponseData, Kind::Cusrsp) => builder.mail_object.id.as_deref(),
            _ => None,
        };
        derived.map(Cow::Borrowed)
    })
}
