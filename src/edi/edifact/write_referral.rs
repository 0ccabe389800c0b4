//! Contracts → EDIFACT: referrals and the answers to them (ITMREF, REFRSP).

use super::lists::{self, List, coded};
use super::name_value::{NameValue, Topic};
use super::writer::{Writer, text};
use crate::contract::open::OtherMembers;
use crate::edi::finding::Finding;
use crate::edi::message::Item;
use crate::edi::profile::extras::Extras;
use crate::edi::profile::table::Home;

/// Of a method and of its result.
const SCREENING: [List; 2] = [lists::SCREENING, lists::SCREENING_RESULT];

impl Writer<'_> {
    /// ITMREF.
    pub(super) fn referred(&mut self, sequence: usize, item: &Item) {
        const HOME: Home = Home::Referral;
        let Some(referral) = &item.referral else { return };
        let known = &referral.known;
        let extras = Extras::split(HOME, &known.extra_field_names, &known.extra_field_values);
        self.reference_member("ABO", HOME, "ReferralId", text(&known.referral_id));
        let names = [
            ("AAE", "EP.DeclarationId"),
            ("ABT", "EP.Mrn"),
            ("AES", "EP.CaseReference"),
            ("ACD", "EP.RelayedReference"),
        ];
        self.reference_extras(HOME, &extras, &names);
        if let Some(issued) = known.event_dt {
            self.date("9", issued);
        }
        self.date_extras(&extras, &[("317", "EP.ReplyBy")]);
        self.mail_object(item);
        let code = self.member(HOME, 0, "ReferralCd", text(&known.referral_cd), 35).into_owned();
        let mut reasons = Vec::new();
        self.more_reasons(HOME, &extras, &mut reasons);
        for (reason, _) in &mut reasons {
            super::pointer::shorten(reason);
            if reason.chars().count() > 3 {
                let path = HOME.member_path(0, "EP.Reasons");
                self.found(Finding::error("too_long", path, "a reason is E and three digits, or three characters"));
            }
        }
        self.status("REF", [lists::REFERRAL, lists::DATA_ERROR], status_code(&code), &reasons);
        for (at, entry) in extras.entries("Methods").iter().enumerate() {
            let method = self.field(HOME, "Methods", at, "Code", &entry[0], 3);
            self.status("SCM", SCREENING, (&method, ""), &[]);
        }
        self.text_member("AAI", HOME, "Remarks", text(&known.remarks));
        self.text_extras(HOME, &extras, &[("SIN", "EP.Instruction"), ("REG", "EP.Legal")]);
        self.note_mail_object(&item.mail_object);
        self.note_members(HOME, 0, known);
        self.note_extras(HOME, &extras);
        self.note_others(&referral.other);
        self.flush_notes();
        for (at, entry) in extras.entries("Pointers").iter().enumerate() {
            self.pointer(HOME, "Pointers", at, sequence, entry);
        }
    }

    fn note_others(&mut self, others: &OtherMembers) {
        for (name, value) in others {
            let (name, value) = (name.clone(), value.get().to_owned());
            self.notes.push(NameValue { topic: Topic::OtherMember, name, value });
        }
    }

    /// REFRSP.
    pub(super) fn answered(&mut self, item: &Item) {
        const HOME: Home = Home::Answer;
        let Some(answer) = &item.referral_response else { return };
        let known = &answer.known;
        let extras = Extras::split(HOME, &known.extra_field_names, &known.extra_field_values);
        self.reference_extras(HOME, &extras, &[("ABO", "EP.Reference")]);
        self.reference_member("AGO", HOME, "ReferralId", text(&known.referral_id));
        self.reference_extras(HOME, &extras, &[("ACD", "EP.RelayedReference")]);
        if let Some(answered) = known.event_dt {
            self.date("9", answered);
        }
        let code = self.member(HOME, 0, "ReferralResponseCd", text(&known.referral_response_cd), 35).into_owned();
        self.status("RSP", [lists::ANSWER; 2], status_code(&code), &[]);
        for (at, entry) in extras.entries("Screenings").iter().enumerate() {
            let method = self.field(HOME, "Screenings", at, "Method", &entry[0], 3);
            let result = self.field(HOME, "Screenings", at, "Result", &entry[1], 3);
            let results = if result.is_empty() { vec![] } else { vec![(result, String::new())] };
            self.status("SCM", SCREENING, (&method, ""), &results);
        }
        if let Some(facility) = extras.get("EP.Facility") {
            let facility = self.member(HOME, 0, "EP.Facility", facility, 25);
            self.segments.segment("LOC", &[&["14"], &coded(&facility, lists::OFFICE)]);
        }
        if let Some(person) = extras.get("EP.Person") {
            let person = self.member(HOME, 0, "EP.Person", person, 35);
            self.segments.segment("NAD", &[&["AG"]]);
            self.segments.segment("CTA", &[&["IC"], &["", &person]]);
        }
        self.text_member("AAI", HOME, "Information", text(&known.information));
        for (at, entry) in extras.entries("Attachments").iter().enumerate() {
            let id = self.field(HOME, "Attachments", at, "Id", &entry[0], 35);
            self.segments.segment("DOC", &[&coded("916", lists::ATTACHMENT), &[&id]]);
        }
        self.note_members(HOME, 0, known);
        self.note_extras(HOME, &extras);
        self.note_others(&answer.other);
        if item.declaration.is_some() {
            self.declared(item);
        } else {
            self.mail_object(item);
            self.note_mail_object(&item.mail_object);
            self.flush_notes();
        }
    }
}

/// A status of more than three characters stands in the name.
fn status_code(code: &str) -> (&str, &str) {
    if code.chars().count() <= 3 { (code, "") } else { ("", code) }
}
