//! Messages that are handed to an inbox by hand: said again, said late, or as no server of ours would write them.

use std::sync::atomic::{AtomicU32, Ordering};

use chrono::TimeDelta;
use entrepost::contract::{Declaration, MailObject, Referral, Response, WcfDate};
use entrepost::edi::{self, Function, Interchange, ItemMessage, Message};
use serde_json::{Value, json};

use super::notation::{Course, content, extra};
use crate::harness::raw::Raw;

/// The token of a partner while messages are handed in by hand.
const BY_HAND: &str = "7f0b6a52-5f3c-4d9e-8a61-0c8f5f0f7b03";

static REFERENCES: AtomicU32 = AtomicU32::new(1);

fn fresh_reference() -> String {
    format!("HAND{:010}", REFERENCES.fetch_add(1, Ordering::Relaxed))
}

/// Item data of AUA for DEA.
pub struct Itmatt {
    object: Value,
    data: Value,
    function: Function,
    days_ahead: i64,
}

/// An ITMATT of this version, made now.
pub fn itmatt(course: &Course, version: &str) -> Itmatt {
    let object = json!({ "Id": course.id, "OrigPostOrgCd": "AUA", "DestPostOrgCd": "DEA", "MailClassCd": "E",
        "MailCategoryCd": "A", "PostingDt": course.posting_date(0) });
    Itmatt { object, data: content(version), function: Function::New, days_ahead: 0 }
}

impl Itmatt {
    /// Dated so many days from now.
    pub fn dated(mut self, days_ahead: i64) -> Self {
        self.days_ahead = days_ahead;
        self
    }

    /// Takes the item data back.
    pub fn deleting(mut self) -> Self {
        self.function = Function::Cancellation;
        self
    }

    /// Under this name of a version.
    pub fn version(mut self, name: &str) -> Self {
        self.data["ExtraFieldNames"] = json!(["EP.Version"]);
        self.data["ExtraFieldValues"] = json!([name]);
        self
    }

    fn bytes(&self, course: &Course) -> Vec<u8> {
        let mail_object: MailObject = serde_json::from_value(self.object.clone()).expect("a mail object");
        let declaration: Declaration =
            serde_json::from_str(&json!({ "Data": self.data }).to_string()).expect("a declaration");
        let declaration = (self.function != Function::Cancellation).then_some(declaration);
        let item = edi::Item { mail_object, declaration: declaration.map(Box::new), ..edi::Item::default() };
        one_item(course, edi::Kind::Itmatt, ["AUA", "DEA"], item, |message| {
            let now = course.scene.server("DEA").clock.now();
            message.created = Some(WcfDate::new(now + TimeDelta::days(self.days_ahead)));
            message.function = self.function;
            message.previous_reference = (self.function == Function::Cancellation).then(|| "EARLIER".into());
        })
    }
}

/// An interchange with one message about one item, made now unless changed.
fn one_item(
    course: &Course,
    kind: edi::Kind,
    [from, to]: [&str; 2],
    item: edi::Item,
    change: impl FnOnce(&mut ItemMessage),
) -> Vec<u8> {
    let operator = |code: &str| edi::Organization::Operator(code.into());
    let reference = fresh_reference();
    let created = Some(WcfDate::new(course.scene.server(to).clock.now()));
    let mut message = ItemMessage::new(kind, format!("{reference}-1"), operator(from), operator(to));
    message.created = created;
    message.items.push(item);
    change(&mut message);
    write(&Interchange {
        sender: edi::Mailbox::upu(from),
        recipient: edi::Mailbox::upu(to),
        reference,
        created,
        messages: vec![Message::Items(message)],
        ..Interchange::default()
    })
}

/// What a post without a say tells the origin of an item: that customs of the destination cleared it.
pub fn clears(course: &Course, from: &str) -> Vec<u8> {
    let date = course.posting_date(1);
    let told =
        json!({ "CustOrganizationCd": "DE", "Data": { "DecisionCd": "2", "ClearanceDt": date, "Dutiable": false } });
    let response: Response = serde_json::from_str(&told.to_string()).expect("a response");
    let item = edi::Item { mail_object: to_dea(course), response: Some(Box::new(response)), ..edi::Item::default() };
    one_item(course, edi::Kind::Cusrsp, [from, "AUA"], item, |_| {})
}

/// The same: that its security assessment is complete.
pub fn assesses(course: &Course, from: &str) -> Vec<u8> {
    let told = json!({ "ReferralCd": "ASC", "ReferralId": fresh_reference(), "EventDt": course.posting_date(1) });
    let referral: Referral = serde_json::from_str(&told.to_string()).expect("a referral");
    let item = edi::Item { mail_object: to_dea(course), referral: Some(Box::new(referral)), ..edi::Item::default() };
    one_item(course, edi::Kind::Itmref, [from, "AUA"], item, |_| {})
}

fn to_dea(course: &Course) -> MailObject {
    let object = json!({ "Id": course.id, "OrigPostOrgCd": "AUA", "DestPostOrgCd": "DEA" });
    serde_json::from_value(object).expect("a mail object")
}

fn write(interchange: &Interchange) -> Vec<u8> {
    edi::write(interchange, edi::Form::Edifact, &edi::Profile::default()).expect("can be written").bytes
}

/// Hands item data to DEA's inbox; what it brings about has happened when this returns.
#[track_caller]
pub fn hand_in(course: &Course, itmatt: &Itmatt) {
    hand_in_bytes(course, &itmatt.bytes(course));
}

/// Hands an interchange to the inbox of the post it is for, as its sender.
#[track_caller]
pub fn hand_in_bytes(course: &Course, bytes: &[u8]) {
    let interchange = edi::read(bytes).interchange;
    let (from, to) = (&interchange.sender.id, &interchange.recipient.id);
    course.scene.by_hand(to, from, BY_HAND, |server| {
        let answer = server.post_bytes("/exchange/inbox", bytes, &[("authorization", &format!("Bearer {BY_HAND}"))]);
        answer.ok();
    });
}

/// The interchanges with messages of this kind that the server of `org` has written, oldest first.
pub fn sent(course: &Course, org: &str, kind: &str) -> Vec<Vec<u8>> {
    let mut raw = Raw::open(&course.scene.server(org).database_url);
    let hex = if matches!(raw, Raw::Sqlite(_)) { "hex(bytes)" } else { "encode(bytes, 'hex')" };
    let hex = raw.texts(&format!("SELECT {hex} AS t FROM interchange_out ORDER BY created_at, reference"));
    let bytes = |hex: String| -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex")).collect()
    };
    let is_of_kind = |bytes: &Vec<u8>| {
        let messages = edi::read(bytes).interchange.messages;
        messages.iter().any(|message| message.type_name() == kind)
    };
    hex.into_iter().map(bytes).filter(is_of_kind).collect()
}

/// The same said once more, in another interchange.
pub fn under_another_reference(bytes: &[u8]) -> Vec<u8> {
    changed(bytes, |_| {})
}

/// An answer that names another version.
pub fn naming(bytes: &[u8], version: &str) -> Vec<u8> {
    changed(bytes, |message| {
        let responses = message.items.iter_mut().filter_map(|item| item.response.as_mut());
        responses.for_each(|response| name(response, version));
    })
}

/// The version that an answer names.
pub fn named(bytes: &[u8]) -> String {
    let interchange = edi::read(bytes).interchange;
    let Some(Message::Items(message)) = interchange.messages.first() else { panic!("no items") };
    let response = message.items[0].response.as_ref().expect("a response");
    extra(&serde_json::to_value(response).expect("JSON")["Data"], "EP.Version")
}

fn name(response: &mut Response, version: &str) {
    let mut whole = serde_json::to_value(&*response).expect("JSON");
    let data = &mut whole["Data"];
    let lists = [("ExtraFieldNames", "EP.Version"), ("ExtraFieldValues", version)];
    let at = data["ExtraFieldNames"].as_array().and_then(|names| names.iter().position(|known| known == "EP.Version"));
    for (list, entry) in lists {
        match (at, data[list].as_array_mut()) {
            (Some(at), Some(entries)) => entries[at] = json!(entry),
            (None, Some(entries)) => entries.push(json!(entry)),
            (_, None) => data[list] = json!([entry]),
        }
    }
    *response = serde_json::from_str(&whole.to_string()).expect("a response");
}

fn changed(bytes: &[u8], change: impl Fn(&mut ItemMessage)) -> Vec<u8> {
    let mut interchange = edi::read(bytes).interchange;
    interchange.reference = fresh_reference();
    for message in &mut interchange.messages {
        if let Message::Items(message) = message {
            message.reference = format!("{}-1", interchange.reference);
            change(message);
        }
    }
    write(&interchange)
}
