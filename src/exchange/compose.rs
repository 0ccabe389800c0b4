//! From waiting messages to an interchange: what each says is read from the item as it is now, put together by type,
//! and written in the partner's form.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::partner::Partner;
use crate::contract::{Declaration, MailObject, Referral, ReferralResponse, Response, ResponseData, WcfDate};
use crate::domain::{MessageKind, OrganizationKind, Side};
use crate::edi::profile::value::date_text;
use crate::edi::{
    self, Findings, Function, Interchange, Item as MessageItem, ItemMessage, Mailbox, Message, Organization,
};
use crate::limits;
use crate::rules::reserved;
use crate::service::incoming::REPLY_BY;
use crate::service::{
    Provenance, Services, current_version, provenance_of_decision, provenance_of_referral, shown_version,
};
use crate::store::item::{Detail, Document, Item, MessageRow, Recorded};
use crate::store::outbox::MessageKey;
use crate::store::text::StoredText;
use crate::store::types::Id;
use crate::store::{Fault, Tx};

/// What can be said of a waiting message.
enum Content {
    Say(Box<MessageItem>),
    /// Something newer says it better, or there is nothing left to say.
    Overtaken,
    /// Cannot be said; why.
    CannotCompose(String),
}

/// One waiting message and what it says.
struct Entry {
    row: MessageRow,
    content: Content,
    /// The message that said it before.
    previous: Option<String>,
}

/// Waiting messages of one sender to one partner, read from the database.
pub(super) struct Batch {
    sender_is_customs: bool,
    entries: Vec<Entry>,
    /// More wait than go into one interchange.
    pub more: bool,
}

/// An interchange ready to be sent, and the messages it leaves out.
pub(super) struct Composed {
    pub sender: String,
    pub reference: String,
    pub bytes: Vec<u8>,
    pub items: usize,
    /// Message reference and the waiting messages in it.
    pub messages: Vec<(String, Vec<MessageKey>)>,
    pub overtaken: Vec<MessageKey>,
    pub undeliverable: Vec<(MessageKey, String)>,
}

/// Reads what the longest waiting messages to a partner say; those of the first one's sender.
pub(super) fn load(tx: &mut Tx<'_>, services: &Services, partner: &Partner) -> Result<Option<Batch>, Fault> {
    let mut rows = tx.waiting_messages(&partner.code, limits::EXCHANGE_ITEMS)?;
    let mut more = rows.len() == limits::EXCHANGE_ITEMS;
    let Some(sender) = rows.first().map(|row| row.sender.clone()) else { return Ok(None) };
    rows.retain(|row| row.sender == sender);
    let sender_is_customs = tx.organization(&sender)?.is_some_and(|org| org.kind == OrganizationKind::Customs);
    let mut items: HashMap<Id, Item> = HashMap::new();
    let mut pids: Vec<(String, Id)> = rows.iter().map(|row| (row.post_org.clone(), row.object_pid)).collect();
    pids.sort_unstable();
    pids.dedup();
    for of_post in pids.chunk_by(|a, b| a.0 == b.0) {
        let ids: Vec<Id> = of_post.iter().map(|(_, pid)| *pid).filter(|pid| *pid != Id(Uuid::nil())).collect();
        items.extend(tx.items_by_pids(&of_post[0].0, &ids)?.into_iter().map(|item| (item.object.pid, item)));
    }
    let mut entries = Vec::with_capacity(rows.len());
    let mut bytes = 0;
    for row in &rows {
        let repeated = row.item_seq > 1 && row.object_pid != Id(Uuid::nil());
        let said = if repeated { tx.messages_about(&row.post_org, row.object_pid)? } else { Vec::new() };
        let same = || said.iter().filter(|other| other.partner == row.partner && other.kind == row.kind);
        let newer = |other: &MessageRow| (other.item_seq, other.id) > (row.item_seq, row.id);
        // Item data is as it is now; decisions and referrals are told one by one.
        let is_state = row.kind != MessageKind::Cusrsp && (row.version_no.is_some() || row.withdraws);
        let content = if is_state && same().any(newer) {
            Content::Overtaken
        } else {
            content(tx, services, row, items.get(&row.object_pid))?
        };
        let mut previous =
            same().filter(|other| is_state && !newer(other)).filter_map(|other| other.message_ref.clone());
        let previous = previous.next_back();
        if let Content::Say(message_item) = &content {
            bytes += size(message_item);
        }
        if bytes > limits::EXCHANGE_BYTES && !entries.is_empty() {
            more = true; // the rest goes with the next one
            break;
        }
        entries.push(Entry { row: row.clone(), content, previous });
    }
    Ok(Some(Batch { sender_is_customs, entries, more }))
}

/// About how large an item is when written.
fn size(message_item: &MessageItem) -> usize {
    let pieces =
        message_item.declaration.as_ref().and_then(|d| d.data.as_ref()).map_or(0, |data| data.content_pieces.len());
    1_000 + 250 * pieces
}

fn content(tx: &mut Tx<'_>, services: &Services, row: &MessageRow, item: Option<&Item>) -> Result<Content, Fault> {
    if let Some(body) = &row.body {
        let referral: Referral = match serde_json::from_str(body) {
            Ok(referral) => referral,
            Err(error) => return Ok(Content::CannotCompose(format!("the stored referral cannot be read: {error}"))),
        };
        let mail_object = MailObject { id: Some(row.item_id.clone()), ..MailObject::default() };
        return Ok(Content::Say(Box::new(MessageItem {
            mail_object,
            referral: Some(Box::new(referral)),
            ..MessageItem::default()
        })));
    }
    let Some(item) = item else { return Ok(Content::Overtaken) };
    let mut message_item = MessageItem { mail_object: travelling(item), ..MessageItem::default() };
    let unreadable =
        |error: serde_json::Error| Content::CannotCompose(format!("the stored text cannot be read: {error}"));
    match row.kind {
        _ if row.withdraws => {}
        MessageKind::Itmatt | MessageKind::Cusitm => match declared(item, row.version_no) {
            None => return Ok(Content::Overtaken),
            Some(Err(error)) => return Ok(unreadable(error)),
            Some(Ok(mut declaration)) => {
                name_version(&mut declaration, &row.digest);
                if row.kind == MessageKind::Cusitm {
                    name_declarer(&mut declaration, item);
                }
                message_item.declaration = Some(Box::new(declaration));
            }
        },
        MessageKind::Cusrsp => {
            let Some(decision) = Decision::find(tx, item, row.version_no)? else { return Ok(Content::Overtaken) };
            match decision.dated() {
                Err(error) => return Ok(unreadable(error)),
                Ok(mut data) => {
                    let told = match row.version_no {
                        Some(version_no) => provenance_of_decision(tx, item, version_no, &row.partner)?,
                        None => Provenance::default(),
                    };
                    add(&mut data.extra_field_names, &mut data.extra_field_values, &told);
                    let cust_organization_cd = decision.customs;
                    let response = Response { cust_organization_cd, data: Some(data), ..Response::default() };
                    message_item.response = Some(Box::new(response));
                }
            }
        }
        MessageKind::Itmref => {
            let asked = tx.referrals_of(item)?;
            let Some(asked) = asked.into_iter().find(|asked| Some(&asked.reference) == row.reference.as_ref()) else {
                return Ok(Content::Overtaken);
            };
            let Some(body) = asked.body.as_deref() else { return Ok(Content::Overtaken) };
            match serde_json::from_str::<Referral>(body) {
                Err(error) => return Ok(unreadable(error)),
                Ok(mut referral) => {
                    if let Some(due) = asked.due_at {
                        add_reply_by(&mut referral, due.0);
                    }
                    let told = provenance_of_referral(tx, &services.catalogue(), item, &asked, &row.partner)?;
                    let known = &mut referral.known;
                    reserved::take(&mut known.extra_field_names, &mut known.extra_field_values);
                    add(&mut known.extra_field_names, &mut known.extra_field_values, &told);
                    message_item.referral = Some(Box::new(referral));
                }
            }
        }
        MessageKind::Refrsp => {
            let given = tx.answers_of(item)?;
            let wanted = row.reference.as_deref().and_then(|text| Uuid::try_parse(text).ok());
            let Some(given) = given.into_iter().find(|given| Some(given.pid.0) == wanted) else {
                return Ok(Content::Overtaken);
            };
            let Some(body) = given.body.as_deref() else { return Ok(Content::Overtaken) };
            match serde_json::from_str::<ReferralResponse>(body) {
                Err(error) => return Ok(unreadable(error)),
                Ok(answer) => message_item.referral_response = Some(Box::new(answer)),
            }
            if given.code == DATA_IN_MESSAGE {
                let version = item.declaration().map(|row| row.version_no);
                message_item.declaration = declared(item, version).and_then(Result::ok).map(Box::new);
                if let (Some(declaration), Some(name)) = (&mut message_item.declaration, current_version(item)) {
                    name_version(declaration, &name);
                }
            }
        }
    }
    Ok(Content::Say(Box::new(message_item)))
}

/// Says which version of the item data this is.
fn name_version(declaration: &mut Declaration, name: &[u8]) {
    let Some(data) = &mut declaration.data else { return };
    let told = Provenance { version: Some(shown_version(name)), order: None };
    add(&mut data.extra_field_names, &mut data.extra_field_values, &told);
}

/// Says to customs elsewhere whose the item data is, which it cannot see by who sends it.
fn name_declarer(declaration: &mut Declaration, item: &Item) {
    let declarer = item.declaration().and_then(|row| row.declared_by.as_deref());
    if let (Some(data), Some(post)) = (&mut declaration.data, declarer) {
        reserved::put(&mut data.extra_field_names, &mut data.extra_field_values, reserved::DECLARED_BY, post);
    }
}

/// Adds what a partner is sent besides the content.
fn add(names: &mut Vec<Option<String>>, values: &mut Vec<Option<String>>, told: &Provenance) {
    if let Some(version) = &told.version {
        reserved::put(names, values, reserved::VERSION, version);
    }
    if let Some(order) = told.order {
        reserved::put(names, values, reserved::ORDER, order.to_string());
    }
}

/// A version of the own customs' response.
struct Decision {
    body: StoredText,
    /// What the history notes of it, and since when it stands there.
    noted: (Detail, DateTime<Utc>),
    customs: Option<String>,
}

impl Decision {
    /// The current one, or one that came before or was older when it came.
    fn find(tx: &mut Tx<'_>, item: &Item, version_no: Option<i32>) -> Result<Option<Self>, Fault> {
        let Some(current) = item.response(Side::Own) else { return Ok(None) };
        let customs = current.customs_org.clone();
        if Some(current.version_no) == version_no {
            let noted = (Detail::issued(current.decided_at.0), current.decided_at.0);
            return Ok(current.body.clone().map(|body| Self { body, noted, customs }));
        }
        let kind = Side::Own.document();
        let archived = tx.archived(item, kind)?.into_iter().find(|version| Some(version.0) == version_no);
        let Some((_, _, Some(body))) = archived else { return Ok(None) };
        let is_it = |made: &Document| made.kind == kind && Some(made.version_no) == version_no;
        let decided = |row: &Recorded| row.event.kind.decides() && row.event.document.as_ref().is_some_and(is_it);
        let first = tx.recorded(&item.object)?.into_iter().find(decided);
        Ok(first.map(|row| Self { body, noted: (row.event.detail, row.at.0), customs }))
    }

    /// What was decided. One without a date, or dated ahead, counts from its receipt here; the partner is to know when
    /// that was.
    fn dated(&self) -> serde_json::Result<ResponseData> {
        let mut data: ResponseData = serde_json::from_str(&self.body)?;
        data.clearance_dt = Some(self.noted.0.counts_from(data.clearance_dt, self.noted.1));
        Ok(data)
    }
}

/// The answer that brings changed data along (`R11`).
const DATA_IN_MESSAGE: &str = "R11";

fn declared(item: &Item, version_no: Option<i32>) -> Option<serde_json::Result<Declaration>> {
    let row = item.declaration().filter(|row| Some(row.version_no) == version_no)?;
    Some(
        serde_json::from_str(row.body.as_deref()?)
            .map(|data| Declaration { data: Some(data), ..Declaration::default() }),
    )
}

fn add_reply_by(referral: &mut Referral, due: DateTime<Utc>) {
    let known = &mut referral.known;
    if !known.extra_field_names.iter().any(|name| name.as_deref() == Some(REPLY_BY)) {
        known.extra_field_names.push(Some(REPLY_BY.into()));
        known.extra_field_values.push(Some(date_text(WcfDate::new(due))));
    }
}

/// What of a mail object partners are told.
fn travelling(item: &Item) -> MailObject {
    let object = &item.object;
    MailObject {
        id: Some(object.item_id.clone()),
        orig_post_org_cd: Some(object.orig_post.clone()),
        dest_post_org_cd: Some(object.dest_post.clone()),
        mail_class_cd: object.mail_class.clone(),
        mail_category_cd: object.mail_category.clone(),
        type_cd: object.type_cd.clone(),
        posting_dt: object.posting_dt.map(|at| WcfDate::new(at.0)),
        ..MailObject::default()
    }
}

/// A message under construction and the rows whose items it has.
struct PendingMessage {
    message: ItemMessage,
    rows: Vec<MessageKey>,
}

impl PendingMessage {
    /// The message, taken out for writing; an empty one stays.
    fn take(&mut self) -> ItemMessage {
        let nobody = || Organization::Operator(String::new());
        std::mem::replace(&mut self.message, ItemMessage::new(MessageKind::Itmatt, "", nobody(), nobody()))
    }
}

/// Puts what was read together and writes it. No bytes: nothing was left to say.
pub(super) fn compose(batch: Batch, partner: &Partner, reference: String, now: DateTime<Utc>) -> Composed {
    let sender = batch.entries.first().map(|entry| entry.row.sender.clone()).unwrap_or_default();
    let mut composed = Composed {
        sender: sender.clone(),
        reference,
        bytes: Vec::new(),
        items: 0,
        messages: Vec::new(),
        overtaken: Vec::new(),
        undeliverable: Vec::new(),
    };
    let mut builder =
        MessageBuilder { partner, sender, sender_is_customs: batch.sender_is_customs, now, pending: Vec::new() };
    let mut last_of_item: HashMap<String, usize> = HashMap::new();
    for entry in batch.entries {
        let key = (entry.row.post_org.clone(), entry.row.id);
        match entry.content {
            Content::Overtaken => composed.overtaken.push(key),
            Content::CannotCompose(why) => composed.undeliverable.push((key, why)),
            Content::Say(_) if entry.row.withdraws && entry.previous.is_none() => composed.overtaken.push(key),
            Content::Say(message_item) => match builder.refuses(&entry.row) {
                Some(why) => composed.undeliverable.push((key, why)),
                None => {
                    let after = last_of_item.get(&entry.row.item_id).copied();
                    let at = builder.add(&entry.row, *message_item, entry.previous, after, &composed.reference);
                    last_of_item.insert(entry.row.item_id, at);
                }
            },
        }
    }
    builder.write(&mut composed);
    composed
}

/// The messages of one interchange while they are put together.
struct MessageBuilder<'p> {
    partner: &'p Partner,
    sender: String,
    sender_is_customs: bool,
    now: DateTime<Utc>,
    pending: Vec<PendingMessage>,
}

impl MessageBuilder<'_> {
    /// Why the partner is not to get this item, if so.
    fn refuses(&self, row: &MessageRow) -> Option<String> {
        let agreement = &self.partner.agreement;
        if !agreement.takes(row.kind) {
            return Some(format!("{} is not agreed with {}", row.kind, self.partner.code));
        }
        if !agreement.serves(&row.sender) {
            return Some(format!("{} does not use the link to {}", row.sender, self.partner.code));
        }
        None
    }

    /// Adds an item to the first message that fits behind message `after`; gives its place.
    fn add(
        &mut self,
        row: &MessageRow,
        message_item: MessageItem,
        previous: Option<String>,
        after: Option<usize>,
        reference: &str,
    ) -> usize {
        let kind = row.kind;
        let function = match (&previous, row.withdraws) {
            (_, true) => Function::Cancellation,
            (Some(_), false) => Function::Replacement,
            (None, false) => Function::New,
        };
        let created = Some(self.made_at(kind, row));
        let fits = |(at, waiting): &(usize, &PendingMessage)| {
            let message = &waiting.message;
            after.is_none_or(|after| *at > after)
                && (message.kind, message.function, &message.previous_reference) == (kind, function, &previous)
                && message.created == created
                && message.items.len() < limits::EDI_ITEMS
        };
        let at = match self.pending.iter().enumerate().find(fits) {
            Some((at, _)) => at,
            None => {
                let number = self.pending.len() + 1;
                let party = |code: &str, customs: bool| match customs {
                    true => Organization::Customs(code.to_owned()),
                    false => Organization::Operator(code.to_owned()),
                };
                let sender = party(&self.sender, self.sender_is_customs);
                let recipient = party(&self.partner.code, self.partner.customs);
                let mut message = ItemMessage::new(kind, message_ref(reference, number), sender, recipient);
                message.function = function;
                message.previous_reference = previous;
                message.created = created;
                self.pending.push(PendingMessage { message, rows: Vec::new() });
                self.pending.len() - 1
            }
        };
        self.pending[at].message.items.push(message_item);
        self.pending[at].rows.push((row.post_org.clone(), row.id));
        at
    }

    /// The date of the message that an item goes into. Item data is dated as it was declared, however long it had to
    /// wait: its order among referrals is to be the same on both sides.
    fn made_at(&self, kind: MessageKind, row: &MessageRow) -> WcfDate {
        WcfDate::new(if kind.declares() { row.created_at.0 } else { self.now })
    }

    /// Writes everything; items that cannot be carried are taken out and named as such.
    fn write(mut self, composed: &mut Composed) {
        loop {
            self.pending.retain(|waiting| !waiting.message.items.is_empty());
            if self.pending.is_empty() {
                return;
            }
            for (at, waiting) in self.pending.iter_mut().enumerate() {
                waiting.message.reference = message_ref(&composed.reference, at + 1);
            }
            // What the profile asks of an item is checked while it is written.
            match self.written(&composed.reference) {
                Ok(bytes) => {
                    composed.bytes = bytes;
                    composed.items = self.pending.iter().map(|waiting| waiting.message.items.len()).sum();
                    let named = |waiting: PendingMessage| (waiting.message.reference, waiting.rows);
                    composed.messages = self.pending.into_iter().map(named).collect();
                    return;
                }
                Err(findings) => self.take_out(&findings, composed),
            }
        }
    }

    fn written(&mut self, reference: &str) -> Result<Vec<u8>, Findings> {
        let messages = self.pending.iter_mut().map(|waiting| Message::Items(waiting.take()));
        let interchange = Interchange {
            sender: Mailbox::upu(&self.sender),
            recipient: Mailbox::upu(&self.partner.code),
            reference: reference.to_owned(),
            test: false,
            ack_wanted: self.partner.agreement.control,
            created: Some(WcfDate::new(self.now)),
            messages: messages.collect(),
        };
        let agreement = &self.partner.agreement;
        let written = edi::write(&interchange, agreement.form(), &agreement.edi_profile());
        for (waiting, message) in self.pending.iter_mut().zip(interchange.messages) {
            if let Message::Items(message) = message {
                waiting.message = message;
            }
        }
        written.map(|written| written.bytes)
    }

    /// Takes out the items that findings name; when they name none, the first item.
    fn take_out(&mut self, findings: &Findings, composed: &mut Composed) {
        let errors = findings.list().iter().filter(|finding| finding.severity == edi::Severity::Error);
        let mut named: Vec<(usize, usize, String)> = errors
            .filter_map(|finding| Some((finding.message?, finding.fault.index?, finding.to_string())))
            .filter(|(message, item, _)| self.pending.get(*message).is_some_and(|d| *item < d.message.items.len()))
            .collect();
        if named.is_empty() {
            named.push((0, 0, findings.to_string()));
        }
        named.sort();
        named.dedup_by_key(|(message, item, _)| (*message, *item));
        for (message, item, why) in named.into_iter().rev() {
            let waiting = &mut self.pending[message];
            waiting.message.items.remove(item);
            composed.undeliverable.push((waiting.rows.remove(item), why));
        }
    }
}

/// Reference of the message with this number in an interchange.
pub(super) fn message_ref(interchange: &str, number: usize) -> String {
    format!("{interchange}-{number}")
}
