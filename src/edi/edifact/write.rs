//! Contracts → EDIFACT: the envelope, the head of a message and what all items have in common.
//!
//! `write_item.rs` has the bodies. Findings of this room are about carrying: a text beyond its place, a character
//! outside the set. What the profile wants to be there is asked first (`check.rs`).

use std::borrow::Cow;

use chrono::{DateTime, Datelike, Utc};

use super::charset::transliterate;
use super::emit::Emitter;
use super::lists::{self, coded};
use super::notes::{self, Note, Topic};
use crate::contract::{Number, WcfDate};
use crate::edi::check;
use crate::edi::contrl::Control;
use crate::edi::draft::name_value_rows;
use crate::edi::profile::Charset;
use crate::edi::profile::extras::Extras;
use crate::edi::profile::table::{Home, NAME_VALUE};
use crate::edi::profile::value::Members;
use crate::edi::{
    Finding, Findings, Function, Interchange, ItemMessage, Kind, Message, Organization, Profile, Written,
};

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
    writer.emit.segment("UNZ", &[&[&interchange.messages.len().to_string()], &[&interchange.reference]]);
    if writer.findings.has_errors() {
        return Err(writer.findings);
    }
    Ok(Written { bytes: writer.emit.into_bytes(), findings: writer.findings })
}

/// The date of `UNB`: six digits in syntax version 3, eight in version 4.
fn two_digit_year(at: DateTime<Utc>, charset: Charset) -> Option<String> {
    if charset.syntax_version() >= 4 {
        return Some(at.format("%Y%m%d").to_string());
    }
    (1970..2070).contains(&at.year()).then(|| at.format("%y%m%d").to_string())
}

/// `CCYYMMDDHHMMSS`, format 204.
pub(super) fn date_204(date: WcfDate) -> String {
    date.instant().format("%Y%m%d%H%M%S").to_string()
}

/// The state of writing one interchange.
pub(super) struct Writer<'p> {
    pub emit: Emitter,
    pub profile: &'p Profile,
    pub findings: Findings,
    pub kind: Kind,
    pub message: Option<usize>,
    pub item: Option<(usize, Option<String>)>,
    /// Names and values waiting for the place of their group.
    pub notes: Vec<Note>,
}

/// The text of a member, empty when unset.
pub(super) fn text(member: &Option<String>) -> &str {
    member.as_deref().unwrap_or_default()
}

impl<'p> Writer<'p> {
    /// A writer with nothing written; what it finds is added to `findings`.
    pub fn new(profile: &'p Profile, findings: Findings) -> Self {
        let emit = Emitter::new(profile.charset, profile.line_breaks);
        Self { emit, profile, findings, kind: Kind::Itmatt, message: None, item: None, notes: Vec::new() }
    }

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
        self.emit.advice();
        self.emit.segment(
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
        let start = self.emit.segments();
        let profile = self.profile;
        let identifier = [message.kind.stored(), "D", "00A", &profile.agency, &profile.association];
        self.emit.segment("UNH", &[&[number], &identifier]);
        self.head(message);
        for (at, item) in message.items.iter().enumerate() {
            self.item = Some((at, item.mail_object.id.clone()));
            self.item(at + 1, item, message.function);
        }
        self.item = None;
        self.emit.segment("CNT", &[&["10", &message.items.len().to_string()]]);
        if message.kind.declares() {
            let pieces = |item: &crate::edi::Item| {
                let data = item.declaration.as_ref().and_then(|declaration| declaration.data.as_ref());
                data.map_or(0, |data| data.content_pieces.len())
            };
            let cancelled = message.function == Function::Cancellation;
            let lines: usize = if cancelled { 0 } else { message.items.iter().map(pieces).sum() };
            self.emit.segment("CNT", &[&["2", &lines.to_string()]]);
        }
        self.end_message(number, start);
    }

    /// `UNT`: how many segments the message has since `start`, its own included.
    pub fn end_message(&mut self, number: &str, start: usize) {
        let count = self.emit.segments() - start + 1;
        self.emit.segment("UNT", &[&[&count.to_string()], &[number]]);
    }

    fn head(&mut self, message: &ItemMessage) {
        let code = match message.kind {
            Kind::Itmatt | Kind::Cusitm => "936",
            Kind::Cusrsp => "961",
            Kind::Itmref | Kind::Refrsp => "",
        };
        let reference = self.fit("Header.Reference", &message.reference, 35);
        self.emit.segment("BGM", &[&[code, "", "", message.kind.stored()], &[&reference], &[message.function.code()]]);
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
            Organization::Operator(_) => self.emit.segment("NAD", &[&[operator_role], &coded(&code, lists::OPERATOR)]),
            Organization::Customs(_) => {
                self.emit.segment("NAD", &[&["CM"], &coded(&code, lists::CUSTOMS)]);
            }
        }
    }

    fn control(&mut self, number: &str, control: &Control) {
        let start = self.emit.segments();
        self.emit.segment("UNH", &[&[number], &["CONTRL", "D", "3", "UN", &self.profile.association]]);
        super::contrl::write(self, control);
        self.end_message(number, start);
    }

    /// A finding about the item being written.
    pub fn found(&mut self, mut finding: Finding) {
        finding.message = self.message;
        if let Some((index, id)) = &self.item {
            finding.fault.index = Some(*index);
            finding.fault.item_id.clone_from(id);
        }
        self.findings.push(finding);
    }

    /// A text of the head: in the character set and not longer than `size`.
    fn fit<'t>(&mut self, member: &str, value: &'t str, size: usize) -> Cow<'t, str> {
        if value.chars().any(|c| !self.profile.charset.holds(c)) {
            let name = self.profile.charset.name();
            self.found(Finding::error("charset", member, format!("{name} cannot carry all of it")));
            return Cow::Borrowed("");
        }
        self.sized(size, || member.to_owned(), Cow::Borrowed(value))
    }

    /// A member's text as the partner's set can carry it. What had to be changed is noted in full beside it.
    pub fn member<'t>(&mut self, home: Home, index: usize, member: &str, value: &'t str, size: usize) -> Cow<'t, str> {
        let fitting = transliterate(self.profile.charset, value);
        if let Cow::Owned(changed) = &fitting {
            let path = home.member_path(index, member);
            self.transliterated(&path, changed, check::is_required(self.kind, home, member));
            self.notes.push(Note { topic: Topic::Member, name: path, value: value.to_owned() });
        }
        self.sized(size, || home.member_path(index, member), fitting)
    }

    fn transliterated(&mut self, path: &str, changed: &str, required: bool) {
        let name = self.profile.charset.name();
        let finding = match (changed.trim().is_empty(), required) {
            (true, true) => Finding::error("charset", path, format!("nothing of it can be written in {name}")),
            (true, false) => Finding::warning("charset", path, format!("sent encoded only: {name} holds none of it")),
            (false, _) => Finding::warning("charset", path, format!("transliterated for {name}, original sent along")),
        };
        self.found(finding);
    }

    fn sized<'t>(&mut self, size: usize, path: impl FnOnce() -> String, value: Cow<'t, str>) -> Cow<'t, str> {
        // A text of at most so many bytes has at most so many characters.
        if value.len() > size && value.chars().count() > size {
            self.found(Finding::error("too_long", path(), format!("its place holds {size} characters")));
            return Cow::Borrowed("");
        }
        value
    }

    /// Whether a text fits its place as the partner's character set carries it.
    pub fn fits(&self, value: &str, size: usize) -> bool {
        transliterate(self.profile.charset, value).chars().count() <= size
    }

    /// Writes the waiting names and values.
    pub fn flush_notes(&mut self) {
        for note in std::mem::take(&mut self.notes) {
            if !notes::write(&mut self.emit, self.profile.charset, &note) {
                let text = format!("a name of at most {} characters can be sent", notes::TEXT);
                self.found(Finding::error("too_long", "ExtraFieldNames", text));
            }
        }
    }

    /// Notes the members of an object that have no segment.
    pub fn note_members(&mut self, home: Home, index: usize, object: &dyn Members) {
        for row in name_value_rows(home).filter(|row| row.member != "Dutiable") {
            if let Some(value) = object.text(row.member) {
                self.note_member(home, index, row.member, &value);
            }
        }
    }

    /// Notes a member that has no segment of its own, for the name/value segments.
    pub fn note_member(&mut self, home: Home, index: usize, member: &str, value: &str) {
        if !value.is_empty() {
            let name = home.member_path(index, member);
            self.notes.push(Note { topic: Topic::Member, name, value: value.to_owned() });
        }
    }

    /// Notes the extra fields without a segment.
    pub fn note_extras(&mut self, home: Home, extras: &Extras) {
        let in_answer = self.kind == Kind::Refrsp && home == Home::DeclarationData;
        let topic = if in_answer { Topic::DeclarationField } else { Topic::ExtraField };
        for (name, value) in &extras.rest {
            let (name, value) = (text(name).to_owned(), text(value).to_owned());
            self.notes.push(Note { topic, name, value });
        }
        for (name, value) in extras.placed(home, NAME_VALUE) {
            self.notes.push(Note { topic, name: name.to_owned(), value: value.to_owned() });
        }
    }

    /// `RFF`, unless there is nothing to refer to.
    pub fn reference(&mut self, qualifier: &str, value: &str) {
        if !value.is_empty() {
            self.emit.segment("RFF", &[&[qualifier, value]]);
        }
    }

    /// `DTM`, to the second.
    pub fn date(&mut self, qualifier: &str, date: WcfDate) {
        self.emit.segment("DTM", &[&[qualifier, &date_204(date), "204"]]);
    }

    /// `MEA`; a number that its place does not hold is an error.
    pub fn measure(&mut self, codes: [&str; 3], number: Option<&Number>, decimals: u32, path: impl FnOnce() -> String) {
        if let Some(number) = number {
            let digits = digits(number, decimals);
            let value = self.sized(18, path, Cow::Borrowed(digits));
            let [purpose, attribute, unit] = codes;
            self.emit.segment("MEA", &[&[purpose], &[attribute], &[unit, &value]]);
        }
    }

    /// `MOA`, unless there is neither amount nor currency.
    pub fn amount(&mut self, qualifier: &str, number: Option<&Number>, currency: &str) {
        let most = crate::edi::profile::currency_decimals(currency).unwrap_or(2);
        let digits = number.map_or("", |number| digits(number, most));
        if !(digits.is_empty() && currency.is_empty()) {
            self.emit.segment("MOA", &[&[qualifier, digits, currency]]);
        }
    }

    /// `FTX` with a text of up to five components.
    pub fn free_text(&mut self, subject: &str, value: &str) {
        if let Some(pieces) = notes::split::<5>(value, notes::TEXT).filter(|_| !value.is_empty()) {
            self.emit.segment("FTX", &[&[subject], &[], &[], &pieces]);
        }
    }
}

/// The digits as sent; zeros beyond the decimals allowed are left off.
fn digits(number: &Number, most_decimals: u32) -> &str {
    let digits = number.digits();
    match digits.split_once('.') {
        Some((whole, fraction)) if fraction.len() > most_decimals as usize => {
            let kept = fraction[..most_decimals as usize].len();
            let spare_zeros = fraction[kept..].bytes().all(|byte| byte == b'0');
            match (spare_zeros, kept) {
                (true, 0) => whole,
                (true, kept) => &digits[..whole.len() + 1 + kept],
                (false, _) => digits,
            }
        }
        _ => digits,
    }
}
