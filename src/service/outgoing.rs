//! What partners are to be told: every change of an item that is saved is looked at here, and the messages that follow
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
use crate::store::items::{Item, ObjectRow, ResponseRow};
use crate::store::outbox::MessageRow;
use crate::store::referral::{AnswerRow, ReferralRow};
use crate::store::types::{At, Id};
use crate::store::who::OrganizationRow;
use crate::store::{Fault, Tx};

/// What a partner is to be told about an item that is about to be saved.
pub(super) struct Telling {
    /// Place of the item among those saved.
    at: usize,
    partner: String,
    sender: String,
    kind: MessageKind,
    withdraws: bool,
    version_no: Option<i32>,
    /// Reference of a referral.
    reference: Option<String>,
    digest: Vec<u8>,
    /// To be told although it was told before.
    again: bool,
}

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

/// What follows for partners from the events recorded on `items`. To be asked before they are saved.
pub(super) fn follow(tx: &mut Tx<'_>, items: &[Item]) -> Result<Vec<Telling>, Fault> {
    let mut organizations = Organizations::default();
    let mut tellings = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let mut about = declarations(tx, &mut organizations, at, item)?;
        about.extend(responses(tx, &mut organizations, at, item)?);
        if item.has_event(|kind| kind == EventKind::ObjectOriginKnown) {
            about.extend(untold(tx, &mut organizations, at, item)?);
        }
        if !item.is_new() && (!about.is_empty() || is_withdrawn(item)) {
            let said = tx.messages_about(&item.object.post_org, item.object.pid)?;
            about.retain(|telling| telling.again || !is_said(&said, telling));
            about.extend(withdrawals(&said, at, item, &about));
        }
        tellings.append(&mut about);
    }
    Ok(tellings)
}

/// Puts what follows into the outbox, once the items are saved.
pub(super) fn put(tx: &mut Tx<'_>, items: &[Item], tellings: Vec<Telling>) -> Result<(), Fault> {
    let now = At(tx.now);
    let rows: Vec<MessageRow> = tellings
        .into_iter()
        .map(|telling| {
            let object = &items[telling.at].object;
            MessageRow {
                partner: telling.partner,
                sender: telling.sender,
                withdraws: telling.withdraws,
                version_no: telling.version_no,
                reference: telling.reference,
                digest: telling.digest,
                ..blank(telling.kind, object, now)
            }
        })
        .collect();
    tx.add_messages(&rows)
}

/// A waiting message about an item, with nothing in it.
fn blank(kind: MessageKind, object: &ObjectRow, now: At) -> MessageRow {
    let item = blank_about(kind, &object.post_org, &object.item_id, now);
    MessageRow { object_pid: object.pid, item_seq: object.head_seq, ..item }
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
fn is_said(said: &[MessageRow], telling: &Telling) -> bool {
    let mut to_partner = said.iter().filter(|row| row.partner == telling.partner && row.kind == telling.kind);
    match telling.kind {
        MessageKind::Cusrsp => return to_partner.any(|row| row.version_no == telling.version_no),
        MessageKind::Itmref => return to_partner.any(|row| row.reference == telling.reference),
        _ => {}
    }
    to_partner.next_back().is_some_and(|last| !last.withdraws && last.digest == telling.digest)
}

/// Takes back item data: from posts that the item does not go to any more, and from customs elsewhere what was taken
/// back here.
fn withdrawals(said: &[MessageRow], at: usize, item: &Item, about: &[Telling]) -> Vec<Telling> {
    let kind = match is_withdrawn(item) {
        true => MessageKind::Cusitm,
        false if about.iter().any(|telling| telling.kind == MessageKind::Itmatt) => MessageKind::Itmatt,
        false => return Vec::new(),
    };
    let dest_post = &item.object.dest_post;
    let mut last: HashMap<&str, &MessageRow> = HashMap::new();
    for row in said.iter().filter(|row| row.kind == kind && (kind == MessageKind::Cusitm || row.partner != *dest_post))
    {
        last.insert(&row.partner, row);
    }
    let mut told: Vec<&MessageRow> = last.into_values().filter(|row| !row.withdraws).collect();
    told.sort_by_key(|row| row.id);
    let withdrawal = |row: &MessageRow| Telling {
        at,
        partner: row.partner.clone(),
        sender: row.sender.clone(),
        kind,
        withdraws: true,
        version_no: None,
        reference: None,
        digest: Vec::new(),
        again: false,
    };
    told.into_iter().map(withdrawal).collect()
}

fn is_withdrawn(item: &Item) -> bool {
    item.has_event(|kind| kind == EventKind::DeclarationWithdrawn)
}

/// Declarations go to the destination post once sent, and to an own customs that lives elsewhere once it may see them.
fn declarations(
    tx: &mut Tx<'_>,
    organizations: &mut Organizations,
    at: usize,
    item: &Item,
) -> Result<Vec<Telling>, Fault> {
    let object = &item.object;
    let Some(row) = item.declaration().filter(|_| item.has_event(EventKind::is_about_versions)) else {
        return Ok(Vec::new());
    };
    let mut tellings = Vec::new();
    let mut tell = |kind, partner: &str| {
        tellings.push(Telling {
            at,
            partner: partner.to_owned(),
            sender: object.post_org.clone(),
            kind,
            withdraws: false,
            version_no: Some(row.version_no),
            reference: None,
            digest: version::name(object, &row.digest),
            again: false,
        });
    };
    if row.sent && object.flow != Flow::Inbound && object.dest_post != UNKNOWN_POST {
        tell(MessageKind::Itmatt, &object.dest_post);
    }
    if let Some(customs) = row.customs_org.as_deref().filter(|_| row.seen)
        && organizations.is_remote(tx, customs)?
    {
        tell(MessageKind::Cusitm, customs);
    }
    Ok(tellings)
}

/// Final responses go from a customs here to a post elsewhere, and from the destination post to the origin: each of
/// them, for what an item amounts to follows from all its decisions. One that turns out to be about another version than
/// was thought is told again.
fn responses(
    tx: &mut Tx<'_>,
    organizations: &mut Organizations,
    at: usize,
    item: &Item,
) -> Result<Vec<Telling>, Fault> {
    let row = item.response(Side::Own).filter(|row| row.state_cd != ResponseState::Draft);
    let said = item.has_event(|kind| kind.is_about_response() || kind == EventKind::JudgedAnew);
    let Some(row) = row.filter(|_| said) else { return Ok(Vec::new()) };
    let Some((partner, sender)) = told_of_decisions(tx, organizations, &item.object, row)? else {
        return Ok(Vec::new());
    };
    let telling = |version_no: i32, digest: &[u8], again: bool| Telling {
        at,
        partner: partner.clone(),
        sender: sender.clone(),
        kind: MessageKind::Cusrsp,
        withdraws: false,
        version_no: Some(version_no),
        reference: None,
        digest: digest.to_vec(),
        again,
    };
    let decided = item.events().iter().filter(|event| event.kind.decides());
    let versions = decided.filter_map(|event| event.document.as_ref());
    let versions = versions.filter(|made| made.kind == Side::Own.document());
    let mut versions: Vec<(i32, &[u8])> = versions.map(|made| (made.version_no, made.digest.as_slice())).collect();
    versions.push((row.version_no, &row.digest));
    versions.sort_unstable();
    versions.dedup();
    let anew = item.events().iter().filter(|event| event.kind == EventKind::JudgedAnew);
    let otherwise = anew.flat_map(|event| event.detail.decisions.iter().flatten());
    let anew = otherwise.map(|version_no| telling(*version_no, &row.digest, true));
    Ok(versions.into_iter().map(|(version_no, digest)| telling(version_no, digest, false)).chain(anew).collect())
}

/// Who is told of the decisions about an item, and by whom.
fn told_of_decisions(
    tx: &mut Tx<'_>,
    organizations: &mut Organizations,
    object: &ObjectRow,
    row: &ResponseRow,
) -> Result<Option<(String, String)>, Fault> {
    if organizations.is_remote(tx, &object.post_org)? {
        let sender = row.customs_org.as_ref().unwrap_or(&row.author_org);
        return Ok(Some((object.post_org.clone(), sender.clone())));
    }
    let goes_on = row.sent && object.flow == Flow::Inbound && object.orig_post != UNKNOWN_POST;
    Ok(goes_on.then(|| (object.orig_post.clone(), object.post_org.clone())))
}

/// What the destination decided and asked while it did not know the origin.
fn untold(tx: &mut Tx<'_>, organizations: &mut Organizations, at: usize, item: &Item) -> Result<Vec<Telling>, Fault> {
    let object = &item.object;
    if object.flow != Flow::Inbound || organizations.is_remote(tx, &object.post_org)? {
        return Ok(Vec::new());
    }
    let telling = |kind, version_no, reference, digest| Telling {
        at,
        partner: object.orig_post.clone(),
        sender: object.post_org.clone(),
        kind,
        withdraws: false,
        version_no,
        reference,
        digest,
        again: false,
    };
    let mut tellings = Vec::new();
    let decided = tx.response_of(object, Side::Own)?.filter(|row| row.sent && row.state_cd != ResponseState::Draft);
    if let Some(current) = decided {
        let is_final = |kind: EventKind| kind.decides() && kind != EventKind::ResponseToCustoms;
        let passed_on = tx.recorded(object)?.into_iter().filter(|row| is_final(row.event.kind));
        let of_side = passed_on.filter_map(|row| row.event.document.filter(|made| made.kind == Side::Own.document()));
        let mut versions: Vec<(i32, Vec<u8>)> = of_side.map(|made| (made.version_no, made.digest)).collect();
        versions.push((current.version_no, current.digest));
        versions.sort_unstable();
        versions.dedup();
        tellings.extend(versions.into_iter().map(|(no, digest)| telling(MessageKind::Cusrsp, Some(no), None, digest)));
    }
    let asked = tx.referrals_of(object)?.into_iter().filter(|row| row.raised_by != object.orig_post);
    tellings.extend(asked.map(|row| telling(MessageKind::Itmref, None, Some(row.reference), row.digest)));
    Ok(tellings)
}

/// A referral on an inbound item goes to the origin post, unless it is from there; one raised by a customs here on the
/// item of a post elsewhere goes to that post.
pub(super) fn referral(tx: &mut Tx<'_>, item: &Item, row: &ReferralRow) -> Result<(), Fault> {
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
    tx.add_messages(&[MessageRow {
        partner: partner.clone(),
        sender: sender.clone(),
        reference: Some(row.reference.clone()),
        digest: row.digest.clone(),
        ..blank(MessageKind::Itmref, object, At(tx.now))
    }])
}

/// An answer goes to whoever asked, unless the question was raised here.
pub(super) fn answer(tx: &mut Tx<'_>, item: &Item, row: &AnswerRow) -> Result<(), Fault> {
    let object = &item.object;
    let asked = tx.referrals_of(object)?.into_iter().find(|asked| asked.reference == row.reference);
    let Some(partner) = asked.map(|asked| asked.raised_by).filter(|asked| *asked != row.answered_by) else {
        return Ok(());
    };
    if object.flow == Flow::Inbound && !Organizations::default().is_remote(tx, &partner)? {
        return Ok(());
    }
    tx.add_messages(&[MessageRow {
        partner,
        reference: Some(row.pid.0.to_string()),
        digest: row.digest.clone(),
        ..blank(MessageKind::Refrsp, object, At(tx.now))
    }])
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
    tx.add_messages(&[MessageRow {
        partner: to.to_owned(),
        reference: Some(reference.to_owned()),
        digest: digest(&body),
        body: Some(body),
        ..blank_about(MessageKind::Itmref, from, item_id, At(tx.now))
    }])
}
