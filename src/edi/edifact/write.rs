//! Contracts → EDIFACT: the envelope, the head of a message and what all items have in common.
//!
//! `write_item.rs` has the bodies. Findings of this room are about carrying: a text beyond its place, a character
//! outside the set. What the profile wants to be there is asked first (`check.rs`).

use chrono::{DateTime, Datelike, Utc};

use super::charset::{Likeness, likeness_to_utf8};
use super::contrl;
use super::lists::{self, coded};
use super::writer::{Writer, text};
use crate::contract::WcfDate;
use crate::edi::check;
use crate::edi::finding::{Finding, Findings};
use crate::edi::message::{Control, Function, Interchange, Item, ItemMessage, Kind, Message, Organization, Written};
use crate::edi::profile::{Charset, Profile};

/// Writes an interchange.
///
/// # Errors
/// Everything that keeps it from being sent.
pub fn write(interchange: &Interchange, profile: &Profile) -> Result<Written, Findings> {
    let mut findings = check::interchange(interchange, profile);
    if interchange.created.is_some_and(|created| two_digit_year(created.instant(), profile.charset).is_none()) {
        let text = "syntax version 3 writes years with two digits: 1970 to 2069";
        findings.push(Finding::error("out_of_range", "Created", text));
    }
    if findings.has_errors() {
        return Err(findings);
    }
    let written = write_in(interchange, profile, findings.clone())?;
    if profile.charset == Charset::Unoc && likeness_to_utf8(&written.bytes) != Likeness::None {
        // Letters such as `Ä¾` are the bytes of another one in UTF-8, and would be taken for it.
        let plain = Profile { charset: Charset::Unob, ..profile.clone() };
        return write_in(interchange, &plain, findings);
    }
    Ok(written)
}

/// Writes an interchange in the character set of the profile.
fn write_in(interchange: &Interchange, profile: &Profile, findings: Findings) -> Result<Written, Findings> {
    let mut writer = Writer::new(profile, findings);
    writer.envelope_head(interchange);
    for (at, message) in interchange.messages.iter().enumerate() {
        writer.message = Some(at);
        let number = (at + 1).to_string();
        match message {
            Message::Items(message) => writer.items(&number, message),
            Message::Control(control) => writer.control(&number, control),
        }
    }
    writer.segments.segment("UNZ", &[&[&interchange.messages.len().to_string()], &[&interchange.reference]]);
    if writer.findings.has_errors() {
        return Err(writer.findings);
    }
    Ok(Written { bytes: writer.segments.into_bytes(), findings: writer.findings })
}

/// The date of `UNB`: six digits in syntax version 3, eight in version 4.
fn two_digit_year(at: DateTime<Utc>, charset: Charset) -> Option<String> {
    if charset.syntax_version() >= 4 {
        return Some(at.format("%Y%m%d").to_string());
    }
    (1970..2070).contains(&at.year()).then(|| at.format("%y%m%d").to_string())
}

impl Writer<'_> {
    fn envelope_head(&mut self, interchange: &Interchange) {
        let charset = self.profile.charset;
        let created = interchange.created.map_or(DateTime::UNIX_EPOCH, WcfDate::instant);
        let date = two_digit_year(created, charset).unwrap_or_default();
        let mut names = interchange.messages.iter().map(Message::type_name);
        let application = names.next().filter(|first| names.all(|name| name == *first)).unwrap_or_default();
        let flag = |set: bool| if set { "1" } else { "" };
        let (sender, recipient) = (&interchange.sender, &interchange.recipient);
        let sender_id = self.fit("Sender", &sender.id, 35);
        let recipient_id = self.fit("Recipient", &recipient.id, 35);
        let sender_qualifier = self.fit("Sender.Qualifier", &sender.qualifier, 4);
        let recipient_qualifier = self.fit("Recipient.Qualifier", &recipient.qualifier, 4);
        let reference = self.fit("Reference", &interchange.reference, 14);
        self.segments.advice();
        self.segments.segment(
            "UNB",
            &[
                &[charset.name(), &charset.syntax_version().to_string()],
                &[&sender_id, &sender_qualifier],
                &[&recipient_id, &recipient_qualifier],
                &[&date, &created.format("%H%M").to_string()],
                &[&reference],
                &[],
                &[application],
                &[],
                &[flag(interchange.ack_wanted)],
                &[],
                &[flag(interchange.test)],
            ],
        );
    }

    fn items(&mut self, number: &str, message: &ItemMessage) {
        self.kind = message.kind;
        let start = self.segments.segments();
        let profile = self.profile;
        let identifier = [message.kind.stored(), "D", "00A", &profile.agency, &profile.association];
        self.segments.segment("UNH", &[&[number], &identifier]);
        self.head(message);
        for (at, item) in message.items.iter().enumerate() {
            self.item = Some((at, item.mail_object.id.clone()));
            self.item(at + 1, item, message.function);
        }
        self.item = None;
        self.segments.segment("CNT", &[&["10", &message.items.len().to_string()]]);
        if message.kind.declares() {
            let pieces = |item: &Item| {
                let data = item.declaration.as_ref().and_then(|declaration| declaration.data.as_ref());
                data.map_or(0, |data| data.content_pieces.len())
            };
            let cancelled = message.function == Function::Cancellation;
            let lines: usize = if cancelled { 0 } else { message.items.iter().map(pieces).sum() };
            self.segments.segment("CNT", &[&["2", &lines.to_string()]]);
        }
        self.end_message(number, start);
    }

    /// `UNT`: how many segments the message has since `start`, its own included.
    pub fn end_message(&mut self, number: &str, start: usize) {
        let count = self.segments.segments() - start + 1;
        self.segments.segment("UNT", &[&[&count.to_string()], &[number]]);
    }

    fn head(&mut self, message: &ItemMessage) {
        let code = match message.kind {
            Kind::Itmatt | Kind::Cusitm => "936",
            Kind::Cusrsp => "961",
            Kind::Itmref | Kind::Refrsp => "",
        };
        let reference = self.fit("Header.Reference", &message.reference, 35);
        self.segments
            .segment("BGM", &[&[code, "", "", message.kind.stored()], &[&reference], &[message.function.code()]]);
        if let Some(created) = message.created {
            self.date("137", created);
        }
        let previous = text(&message.previous_reference);
        let previous = self.fit("Header.PreviousReference", previous, 35);
        self.reference("ACW", &previous);
        self.organization(&message.sender, "MS", "Header.Sender");
        self.organization(&message.recipient, "MR", "Header.Recipient");
    }

    /// A customs organization is `CM` whichever side it is on: it is the side that no operator is named for.
    fn organization(&mut self, organization: &Organization, operator_role: &str, member: &str) {
        let code = self.fit(member, organization.code(), 35);
        match organization {
            Organization::Operator(_) => {
                self.segments.segment("NAD", &[&[operator_role], &coded(&code, lists::OPERATOR)])
            }
            Organization::Customs(_) => {
                self.segments.segment("NAD", &[&["CM"], &coded(&code, lists::CUSTOMS)]);
            }
        }
    }

    fn control(&mut self, number: &str, control: &Control) {
        let start = self.segments.segments();
        self.segments.segment("UNH", &[&[number], &["CONTRL", "D", "3", "UN", &self.profile.association]]);
        contrl::write(self, control);
        self.end_message(number, start);
    }
}
