//! What all writers of segments share: members in the partner's character set, and what was found on the way.

use std::borrow::Cow;

use super::charset::transliterate;
use super::name_value::{self, NameValue, Topic};
use super::segment_writer::SegmentWriter;
use crate::contract::{Number, WcfDate};
use crate::edi::check;
use crate::edi::finding::{Finding, Findings};
use crate::edi::item_builder::name_value_rows;
use crate::edi::message::Kind;
use crate::edi::profile::extras::Extras;
use crate::edi::profile::table::{Home, NAME_VALUE};
use crate::edi::profile::value::Members;
use crate::edi::profile::{Profile, currency_decimals};

/// `CCYYMMDDHHMMSS`, format 204.
pub(super) fn date_204(date: WcfDate) -> String {
    date.instant().format("%Y%m%d%H%M%S").to_string()
}

/// The state of writing one interchange.
pub(super) struct Writer<'p> {
    pub segments: SegmentWriter,
    pub profile: &'p Profile,
    pub findings: Findings,
    pub kind: Kind,
    pub message: Option<usize>,
    pub item: Option<(usize, Option<String>)>,
    /// Names and values waiting for the place of their group.
    pub notes: Vec<NameValue>,
}

/// The text of a member, empty when unset.
pub(super) fn text(member: &Option<String>) -> &str {
    member.as_deref().unwrap_or_default()
}

impl<'p> Writer<'p> {
    /// A writer with nothing written; what it finds is added to `findings`.
    pub fn new(profile: &'p Profile, findings: Findings) -> Self {
        let segments = SegmentWriter::new(profile.charset, profile.line_breaks);
        Self { segments, profile, findings, kind: Kind::Itmatt, message: None, item: None, notes: Vec::new() }
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
    pub fn fit<'t>(&mut self, member: &str, value: &'t str, size: usize) -> Cow<'t, str> {
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
            self.notes.push(NameValue { topic: Topic::Member, name: path, value: value.to_owned() });
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
            if !name_value::write(&mut self.segments, self.profile.charset, &note) {
                let text = format!("a name of at most {} characters can be sent", name_value::TEXT);
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
            self.notes.push(NameValue { topic: Topic::Member, name, value: value.to_owned() });
        }
    }

    /// Notes the extra fields without a segment.
    pub fn note_extras(&mut self, home: Home, extras: &Extras) {
        let in_answer = self.kind == Kind::Refrsp && home == Home::DeclarationData;
        let topic = if in_answer { Topic::DeclarationField } else { Topic::ExtraField };
        for (name, value) in &extras.rest {
            let (name, value) = (text(name).to_owned(), text(value).to_owned());
            self.notes.push(NameValue { topic, name, value });
        }
        for (name, value) in extras.placed(home, NAME_VALUE) {
            self.notes.push(NameValue { topic, name: name.to_owned(), value: value.to_owned() });
        }
    }

    /// `RFF`, unless there is nothing to refer to.
    pub fn reference(&mut self, qualifier: &str, value: &str) {
        if !value.is_empty() {
            self.segments.segment("RFF", &[&[qualifier, value]]);
        }
    }

    /// `DTM`, to the second.
    pub fn date(&mut self, qualifier: &str, date: WcfDate) {
        self.segments.segment("DTM", &[&[qualifier, &date_204(date), "204"]]);
    }

    /// `MEA`; a number that its place does not hold is an error.
    pub fn measure(&mut self, codes: [&str; 3], number: Option<&Number>, decimals: u32, path: impl FnOnce() -> String) {
        if let Some(number) = number {
            let digits = digits(number, decimals);
            let value = self.sized(18, path, Cow::Borrowed(digits));
            let [purpose, attribute, unit] = codes;
            self.segments.segment("MEA", &[&[purpose], &[attribute], &[unit, &value]]);
        }
    }

    /// `MOA`, unless there is neither amount nor currency.
    pub fn amount(&mut self, qualifier: &str, number: Option<&Number>, currency: &str) {
        let most = currency_decimals(currency).unwrap_or(2);
        let digits = number.map_or("", |number| digits(number, most));
        if !(digits.is_empty() && currency.is_empty()) {
            self.segments.segment("MOA", &[&[qualifier, digits, currency]]);
        }
    }

    /// `FTX` with a text of up to five components.
    pub fn free_text(&mut self, subject: &str, value: &str) {
        if let Some(pieces) = name_value::split::<5>(value, name_value::TEXT).filter(|_| !value.is_empty()) {
            self.segments.segment("FTX", &[&[subject], &[], &[], &pieces]);
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
