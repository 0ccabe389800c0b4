//! What partners are sent: every change of an item that is saved is looked at here, and the messages that follow
//! from it are put into the outbox in the same transaction.
//!
//! This is the one place that decides who hears of what; it makes no difference whether the partner lives on this
//! server or elsewhere. Knows no bytes, no transport and no route: a message for which there is none waits.

use std::collections::HashMap;

use uuid::Uuid;

use super::version;
use crate::contract::Referral;
use crate::contract::canonical::{digest, to_canonical};
use crate::domain::{EventKind, Flow, MessageKind, MessageState, ResponseState, Side};
use crate::rules::structure::UNKNOWN_POST;
use crate::store::item::{AnswerRow, Item, MessageRow, ObjectRow, ReferralRow, ResponseRow};
use crate::store::types::{At, Id};
use crate::store::who::OrganizationRow;
use crate::store::{Fault, Tx};

/// Organizations asked for in one transaction.
#[derive(Default)]
struct Organizations(HashMap<String, Option<OrganizationRow>>);

impl Organizations {
    fn is_remote(&mut self, tx: &mut Tx<'_>, code: &str) -> Result<bool, Fault> {
        if !self.0.contains_key(code) {
            let found = tx.organization(code)?;
            self.0.insert(code.to_owned(), found);
        }
        Ok(self.0.get(code).and_then(Option::as_ref).is_some_and(|org| org.remote))
    }
}

/// Puts on `items` the messages that follow from the events recorded on them; they are saved with them.
pub(in crate::service) fn notify_partners(tx: &mut Tx<'_>, items: &mut [Item]) -> Result<(), Fault> {
    let mut organizations = Organizations::default();
    for item in items.iter_mut() {
        let mut about = declarations(tx, &mut organizations, item)?;
        about.extend(responses(tx, &mut organizations, item)?);
        if item.has_event(|kind| kind == EventKind::ObjectOriginKnown) {
            about.extend(held_back(tx, &mut organizations, item)?);
        }
        if !item.is_new() && (!about.is_empty() || is_withdrawn(item)) {
            let mut said = tx.messages_about(&item.object.post_org, item.object.pid)?;
            said.extend_from_slice(item.messages());
            about.retain(|message| !is_said(&said, message));
            about.extend(withdrawals(&said, item, &about, At(tx.now)));
        }
        about.extend(judged_anew(tx, &mut organizations, item)?);
        about.into_iter().for_each(|message| item.add_message(message));
    }
    Ok(())
}

/// A waiting message about an item, with nothing in it.
fn blank(kind: MessageKind, object: &ObjectRow, now: At) -> MessageRow {
    let item = blank_about(kind, &object.post_org, &object.item_id, now);
    MessageRow { object_pid: object.pid, ..item }
}

/// The same about an item that is not stored here.
fn blank_about(kind: MessageKind, org: &str, item_id: &str, now: At) -> MessageRow {
    MessageRow {
        post_org: org.to_owned(),
        id: Id(Uuid::now_v7()),
        partner: String::new(),
        sender: org.to_owned(),
        kind,
        withdraws: false,
        item_id: item_id.to_owned(),
        object_pid: Id(Uuid::nil()),
        item_seq: 0,
        version_no: None,
        reference: None,
        digest: Vec::new(),
        body: None,
        state: MessageState::Waiting,
        interchange: None,
        message_ref: None,
        note: None,
        created_at: now,
        sent_at: None,
    }
}

/// The same was said to the same partner last; of decisions and referrals, which never come back, ever.
fn is_said(said: &[MessageRow], message: &MessageRow) -> bool {
    let mut to_partner = said.iter().filter(|row| row.partner == message.partner && row.kind == message.kind);
    match message.kind {
        MessageKind::Cusrsp => return to_partner.any(|row| row.version_no == message.version_no),
        MessageKind::Itmref => return to_partner.any(|row| row.reference == message.reference),
        _ => {}
    }
    to_partner.next_back().is_some_and(|last| !last.withdraws && last.digest == message.digest)
}

/// Takes back item data: from posts that the item does not go to any more, and from posts and customs elsewhere what was
/// taken back here.
fn withdrawals(said: &[MessageRow], item: &Item, about: &[MessageRow], now: At) -> Vec<MessageRow> {
    if is_withdrawn(item) {
        let everybody = |kind| taken_back(said, item, kind, now, |_| true);
        return [MessageKind::Itmatt, MessageKind::Cusitm].into_iter().flat_map(everybody).collect();
    }
    if about.iter().any(|message| message.kind == MessageKind::Itmatt) {
        return taken_back(said, item, MessageKind::Itmatt, now, |partner| partner != item.object.dest_post);
    }
    Vec::new()
}

/// Withdrawals of what was last said in messages of a kind to those of the partners that are `meant`.
fn taken_back(
    said: &[MessageRow],
    item: &Item,
    kind: MessageKind,
    now: At,
    meant: impl Fn(&str) -> bool,
) -> Vec<MessageRow> {
    let mut last: HashMap<&str, &MessageRow> = HashMap::new();
    for row in said.iter().filter(|row| row.kind == kind && meant(&row.partner)) {
        last.insert(&row.partner, row);
    }
    let mut to_take_back: Vec<&MessageRow> = last.into_values().filter(|row| !row.withdraws).collect();
    to_take_back.sort_by_key(|row| row.id);
    let withdrawal = |row: &MessageRow| MessageRow {
        partner: row.partner.clone(),
        sender: row.sender.clone(),
        withdraws: true,
        ..blank(kind, &item.object, now)
    };
    to_take_back.into_iter().map(withdrawal).collect()
}

fn is_withdrawn(item: &Item) -> bool {
    item.has_event(|kind| kind == EventKind::DeclarationWithdrawn)
}

/// Declarations go to the destination post once sent, and to an own customs that lives elsewhere once it may see them.
fn declarations(tx: &mut Tx<'_>, organizations: &mut Organizations, item: &Item) -> Result<Vec<MessageRow>, Fault> {
    let (object, now) = (&item.object, At(tx.now));
    let Some(row) = item.declaration().filter(|_| item.has_event(EventKind::is_about_versions)) else {
        return Ok(Vec::new());
    };
    let message = |kind, partner: &str| MessageRow {
        partner: partner.to_owned(),
        version_no: Some(row.version_no),
        digest: version::name(object, &row.digest),
        ..blank(kind, object, now)
    };
    let mut messages = Vec::new();
    if row.sent && object.flow != Flow::Inbound && object.dest_post != UNKNOWN_POST {
        messages.push(message(MessageKind::Itmatt, &object.dest_post));
    }
    if let Some(customs) = row.customs_org.as_deref().filter(|_| row.seen)
        && organizations.is_remote(tx, customs)?
    {
        messages.push(message(MessageKind::Cusitm, customs));
    }
    Ok(messages)
}

/// Final responses go from a customs here to a post elsewhere, and from the destination post to the origin: each of
/// them, for what an item amounts to follows from all its decisions.
fn responses(tx: &mut Tx<'_>, organizations: &mut Organizations, item: &Item) -> Result<Vec<MessageRow>, Fault> {
    let says_something = item.has_event(|kind| kind.is_about_response() || kind == EventKind::JudgedAnew);
    let Some(row) = final_response(item).filter(|_| says_something) else { return Ok(Vec::new()) };
    let Some(blank) = about_decision(tx, organizations, item, row)? else { return Ok(Vec::new()) };
    let decided = item.events().iter().filter(|event| event.kind.decides());
    let versions = decided.filter_map(|event| event.document.as_ref());
    let versions = versions.filter(|made| made.kind == Side::Own.document());
    let mut versions: Vec<(i32, &[u8])> = versions.map(|made| (made.version_no, made.digest.as_slice())).collect();
    versions.push((row.version_no, &row.digest));
    versions.sort_unstable();
    versions.dedup();
    Ok(versions.into_iter().map(|(version_no, digest)| decision(&blank, version_no, digest)).collect())
}

/// A decision that turns out to be about another version than was thought is sent again.
fn judged_anew(tx: &mut Tx<'_>, organizations: &mut Organizations, item: &Item) -> Result<Vec<MessageRow>, Fault> {
    let anew = item.events().iter().filter(|event| event.kind == EventKind::JudgedAnew);
    let otherwise: Vec<i32> = anew.flat_map(|event| event.detail.decisions.iter().flatten()).copied().collect();
    let Some(row) = final_response(item).filter(|_| !otherwise.is_empty()) else { return Ok(Vec::new()) };
    let Some(blank) = about_decision(tx, organizations, item, row)? else { return Ok(Vec::new()) };
    Ok(otherwise.into_iter().map(|version_no| decision(&blank, version_no, &row.digest)).collect())
}

fn final_response(item: &Item) -> Option<&ResponseRow> {
    item.response(Side::Own).filter(|row| row.state_cd != ResponseState::Draft)
}

/// A message that tells of the decision with this number, made from one that tells of none.
fn decision(blank: &MessageRow, version_no: i32, digest: &[u8]) -> MessageRow {
    MessageRow { id: Id(Uuid::now_v7()), version_no: Some(version_no), digest: digest.to_vec(), ..blank.clone() }
}

/// A message about decisions on an item, to whom they are sent; nothing when to nobody.
fn about_decision(
    tx: &mut Tx<'_>,
    organizations: &mut Organizations,
    item: &Item,
    row: &ResponseRow,
) -> Result<Option<MessageRow>, Fault> {
    let object = &item.object;
    let blank = blank(MessageKind::Cusrsp, object, At(tx.now));
    if organizations.is_remote(tx, &object.post_org)? {
        let sender = row.customs_org.as_ref().unwrap_or(&row.author_org).clone();
        return Ok(Some(MessageRow { partner: object.post_org.clone(), sender, ..blank }));
    }
    let goes_on = row.sent && object.flow == Flow::Inbound && object.orig_post != UNKNOWN_POST;
    Ok(goes_on.then(|| MessageRow { partner: object.orig_post.clone(), ..blank }))
}

/// What the destination decided and asked while it did not know the origin.
fn held_back(tx: &mut Tx<'_>, organizations: &mut Organizations, item: &Item) -> Result<Vec<MessageRow>, Fault> {
    let object = &item.object;
    if object.flow != Flow::Inbound || organizations.is_remote(tx, &object.post_org)? {
        return Ok(Vec::new());
    }
    let now = At(tx.now);
    let to_origin = |kind| MessageRow { partner: object.orig_post.clone(), ..blank(kind, object, now) };
    let mut messages = Vec::new();
    let decided = tx.response_of(object, Side::Own)?.filter(|row| row.sent && row.state_cd != ResponseState::Draft);
    if let Some(current) = decided {
        let is_final = |kind: EventKind| kind.decides() && kind != EventKind::ResponseToCustoms;
        let passed_on = tx.recorded(object)?.into_iter().filter(|row| is_final(row.event.kind));
        let of_side = passed_on.filter_map(|row| row.event.document.filter(|made| made.kind == Side::Own.document()));
        let mut versions: Vec<(i32, Vec<u8>)> = of_side.map(|made| (made.version_no, made.digest)).collect();
        versions.push((current.version_no, current.digest));
        versions.sort_unstable();
        versions.dedup();
        let message = |(no, digest): (i32, Vec<u8>)| decision(&to_origin(MessageKind::Cusrsp), no, &digest);
        messages.extend(versions.into_iter().map(message));
    }
    let asked = tx.referrals_of(item)?.into_iter().filter(|row| row.raised_by != object.orig_post);
    messages.extend(asked.map(|row| MessageRow {
        reference: Some(row.reference),
        digest: row.digest,
        ..to_origin(MessageKind::Itmref)
    }));
    Ok(messages)
}

/// A referral on an inbound item goes to the origin post, unless it is from there; one raised by a customs here on the
/// item of a post elsewhere goes to that post.
pub(in crate::service) fn notify_of_referral(tx: &mut Tx<'_>, item: &mut Item, row: &ReferralRow) -> Result<(), Fault> {
    let object = &item.object;
    let remote_post = Organizations::default().is_remote(tx, &object.post_org)?;
    let (partner, sender) = if remote_post {
        (&object.post_org, &row.raised_by)
    } else if object.flow == Flow::Inbound
        && ![UNKNOWN_POST, row.raised_by.as_str()].contains(&object.orig_post.as_str())
    {
        (&object.orig_post, &object.post_org)
    } else {
        return Ok(());
    };
    item.add_message(MessageRow {
        partner: partner.clone(),
        sender: sender.clone(),
        reference: Some(row.reference.clone()),
        digest: row.digest.clone(),
        ..blank(MessageKind::Itmref, object, At(tx.now))
    });
    Ok(())
}

/// An answer goes to whoever asked, unless the question was raised here.
pub(in crate::service) fn notify_of_answer(tx: &mut Tx<'_>, item: &mut Item, row: &AnswerRow) -> Result<(), Fault> {
    let asked = tx.referrals_of(item)?.into_iter().find(|asked| asked.reference == row.reference);
    let Some(partner) = asked.map(|asked| asked.raised_by).filter(|asked| *asked != row.answered_by) else {
        return Ok(());
    };
    let object = &item.object;
    if object.flow == Flow::Inbound && !Organizations::default().is_remote(tx, &partner)? {
        return Ok(());
    }
    item.add_message(MessageRow {
        partner,
        reference: Some(row.pid.0.to_string()),
        digest: row.digest.clone(),
        ..blank(MessageKind::Refrsp, object, At(tx.now))
    });
    Ok(())
}

/// Tells the sender of a message that one of its items was refused, as a referral of kind ERR. The item is not stored
/// here, so the message carries its content.
pub fn refusal(
    tx: &mut Tx<'_>,
    from: &str,
    to: &str,
    item_id: &str,
    reference: &str,
    referral: &Referral,
) -> Result<(), Fault> {
    let body = to_canonical(referral);
    tx.add_message_without_item(&MessageRow {
        partner: to.to_owned(),
        reference: Some(reference.to_owned()),
        digest: digest(&body),
        body: Some(body),
        ..blank_about(MessageKind::Itmref, from, item_id, At(tx.now))
    })
}
