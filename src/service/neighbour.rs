//! Posts that live on the same server: what one sends, the other has, in the same transaction.
//!
//! This is the one place that moves data between hosted posts; the exchange with its hosted transport takes it over.
//! What is sent to a post that is remote or unknown stays with the sender, marked as sent, until there is a route.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::desk::Desk;
use super::entry::Outcome;
use super::identity::{self, Key};
use super::refer;
use super::respond::{self, Incoming};
use crate::contract::{DeclarationData, MailObject, WcfDate};
use crate::rules::decision::DecisionTable;
use crate::rules::flow::Flow;
use crate::rules::item_id::S10;
use crate::rules::life_cycle::{self, Standing, StoreEvent};
use crate::rules::structure::{UNKNOWN_POST, given};
use crate::store::history::{Event, Stamp};
use crate::store::items::{DeclarationRow, Item, ObjectRow, Parts, Side};
use crate::store::referral::{AnswerRow, ReferralRow};
use crate::store::types::{At, Id};
use crate::store::{Fault, Tx};

/// A declaration on its way to the destination post.
pub(super) struct Parcel {
    destination: String,
    key: Key,
    object: MailObject,
    body: String,
    digest: Vec<u8>,
    ends: Ends,
    quality_score: Option<i32>,
    quality_findings: Option<String>,
}

/// What the destination's rows keep of sender and recipient.
#[derive(Clone, Debug, Default)]
pub(super) struct Ends {
    pub recipient_zip: Option<String>,
    pub sender_country: Option<String>,
}

impl Ends {
    /// Out of a stored declaration.
    fn of(body: &str) -> Self {
        let data: DeclarationData = serde_json::from_str(body).unwrap_or_default();
        Self {
            recipient_zip: given(&data.recipient_zip).map(identity::comparable_zip),
            sender_country: given(&data.sender_country_cd).map(str::to_owned),
        }
    }
}

/// What goes to the destination post after `item` was stored, if anything. `ends` are those of the declaration when
/// the caller has them at hand.
pub(super) fn parcel_for(item: &Item, ends: Option<Ends>, outcome: Outcome) -> Option<Parcel> {
    let row = item.declaration()?;
    let object = &item.object;
    let goes = outcome == Outcome::Stored && row.sent && object.dest_post != UNKNOWN_POST && object.flow != "I";
    goes.then(|| Parcel {
        destination: object.dest_post.clone(),
        key: travelling_key(object),
        object: travelling(object),
        body: row.body.clone(),
        digest: row.digest.clone(),
        ends: ends.unwrap_or_else(|| Ends::of(&row.body)),
        quality_score: row.quality_score,
        quality_findings: row.quality_findings.clone(),
    })
}

fn travelling_key(object: &ObjectRow) -> Key {
    Key {
        pid: None,
        item_id: object.item_id.clone(),
        origin: object.orig_post.clone(),
        posting: object.posting_dt.map(|at| at.0),
    }
}

/// The members that travel between posts: not the persistent id, local ids or state, which are each post's own.
fn travelling(object: &ObjectRow) -> MailObject {
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

/// Gives each parcel to its destination, if that post lives here.
pub(super) fn deliver_declarations(tx: &mut Tx<'_>, from: &str, parcels: Vec<Parcel>) -> Result<(), Fault> {
    let mut by_post: BTreeMap<String, Vec<Parcel>> = BTreeMap::new();
    for parcel in parcels {
        by_post.entry(parcel.destination.clone()).or_default().push(parcel);
    }
    for (post, parcels) in by_post {
        let Some(org) = tx.organization(&post)?.filter(|org| org.kind == "P" && !org.remote) else { continue };
        let customs = tx.customs_of(&org)?;
        let mut desk = Desk::open(tx, &post, parcels.iter().map(|parcel| &parcel.key), Parts::Declaration)?;
        for parcel in &parcels {
            desk.work_on(tx, &parcel.key, |tx, item| receive(tx, item, parcel, customs.as_deref()))?;
        }
        desk.save(tx, &sender_stamp(from))?;
        for parcel in &parcels {
            let referred = desk.item(&parcel.key).filter(|item| item.object.security_state.is_some());
            if let Some(item) = referred {
                // The origin may not have known the item when these were raised.
                let waiting = tx.referrals_of(&item.object)?;
                deliver_referrals(tx, item, &waiting)?;
            }
        }
    }
    Ok(())
}

fn sender_stamp(from: &str) -> Stamp {
    Stamp { actor_org: from.to_owned(), user_cd: None, office_cd: None }
}

/// Puts a declaration into the destination's own item: final there, and visible to its customs.
fn receive(tx: &mut Tx<'_>, item: &mut Item, parcel: &Parcel, customs: Option<&str>) -> Result<Outcome, Fault> {
    let changed = identity::merge(&mut item.object, &parcel.object);
    let old = item.declaration().cloned();
    let same_text = old.as_ref().is_some_and(|old| old.digest == parcel.digest);
    if same_text && changed.is_empty() {
        return Ok(Outcome::Unchanged);
    }
    let now = old.as_ref().map(|old| Standing { state_cd: old.state_cd, seen: old.seen, sent: old.sent });
    let flow = Flow::parse(&item.object.flow).unwrap_or(Flow::Inbound);
    // A final declaration is allowed in every state.
    let Ok(standing) = life_cycle::declaration(now, StoreEvent::Final, flow) else { return Ok(Outcome::Unchanged) };
    let version_no = match &old {
        Some(old) if same_text => old.version_no,
        Some(old) => old.version_no + 1,
        None => tx.last_version(item, "D", None)? + 1,
    };
    item.object.customs_visible = true;
    item.object.zip.clone_from(&parcel.ends.recipient_zip);
    item.object.partner_country = identity::partner_country(&item.object, parcel.ends.sender_country.as_deref());
    item.put_declaration(DeclarationRow {
        post_org: item.object.post_org.clone(),
        object_pid: item.object.pid,
        pid: old.map_or_else(|| Id(Uuid::now_v7()), |old| old.pid),
        state_cd: standing.state_cd,
        customs_org: customs.map(str::to_owned),
        seen: standing.seen,
        sent: standing.sent,
        version_no,
        digest: parcel.digest.clone(),
        body: parcel.body.clone(),
        quality_score: parcel.quality_score,
        quality_findings: parcel.quality_findings.clone(),
    });
    let document = (!same_text).then(|| ("D", version_no, parcel.digest.clone()));
    item.record(Event { name: "declaration.received", detail: "{}".into(), document });
    Ok(Outcome::Stored)
}

/// A response on its way to the origin post, where it is the destination customs' response.
pub(super) struct Verdict {
    origin: String,
    key: Key,
    object: MailObject,
    incoming: Incoming,
}

/// What goes to the origin post after a response was stored on `item`, if anything.
pub(super) fn verdict_for(item: &Item, outcome: Outcome) -> Option<Verdict> {
    let row = item.response(Side::Own)?;
    let object = &item.object;
    let goes = outcome == Outcome::Stored && row.sent && object.flow == "I" && object.orig_post != UNKNOWN_POST;
    goes.then(|| Verdict {
        origin: object.orig_post.clone(),
        key: travelling_key(object),
        object: travelling(object),
        incoming: Incoming {
            event: StoreEvent::Final,
            customs: row.customs_org.clone(),
            author: object.post_org.clone(),
            decision_cd: row.decision_cd.clone(),
            decided_at: Some(row.decided_at),
            digest: row.digest.clone(),
            body: row.body.clone(),
        },
    })
}

/// Gives each response to its origin post, if that post lives here.
pub(super) fn deliver_responses(
    tx: &mut Tx<'_>,
    decisions: &DecisionTable,
    from: &str,
    verdicts: Vec<Verdict>,
) -> Result<(), Fault> {
    let mut by_post: BTreeMap<String, Vec<Verdict>> = BTreeMap::new();
    for verdict in verdicts {
        by_post.entry(verdict.origin.clone()).or_default().push(verdict);
    }
    for (post, verdicts) in by_post {
        if tx.organization(&post)?.is_none_or(|org| org.kind != "P" || org.remote) {
            continue;
        }
        let mut desk = Desk::open(tx, &post, verdicts.iter().map(|verdict| &verdict.key), Parts::All)?;
        for verdict in &verdicts {
            desk.work_on(tx, &verdict.key, |tx, item| {
                if item.is_new() {
                    identity::merge(&mut item.object, &verdict.object);
                }
                respond::place(tx, decisions, item, Side::Destination, &verdict.incoming, "response.received", "{}")
            })?;
        }
        desk.save(tx, &sender_stamp(from))?;
    }
    Ok(())
}

/// Gives referrals on `item`, raised at its destination, to its origin post, if that post lives here. Those it has are
/// left alone; an id that another country issued is not made up at the origin, which gets them when it declares the item.
pub(super) fn deliver_referrals(tx: &mut Tx<'_>, item: &Item, rows: &[ReferralRow]) -> Result<(), Fault> {
    let object = &item.object;
    if object.flow != "I" || object.orig_post == UNKNOWN_POST || rows.is_empty() {
        return Ok(());
    }
    let hosted = tx.organization(&object.orig_post)?.filter(|org| org.kind == "P" && !org.remote);
    let Some(origin) = hosted else { return Ok(()) };
    let issued_elsewhere = S10::parse(&object.item_id).is_some_and(|id| id.country() != origin.country);
    let key = travelling_key(object);
    let mut desk = Desk::open(tx, &origin.code, std::iter::once(&key), Parts::Declaration)?;
    desk.work_on(tx, &key, |tx, theirs| {
        if theirs.is_new() {
            if issued_elsewhere {
                return Ok(Outcome::Unchanged);
            }
            identity::merge(&mut theirs.object, &travelling(object));
        }
        let known = tx.referrals_of(&theirs.object)?;
        for row in rows.iter().filter(|row| known.iter().all(|known| known.reference != row.reference)) {
            let row = ReferralRow {
                post_org: theirs.object.post_org.clone(),
                object_pid: theirs.object.pid,
                created_at: At(tx.now),
                ..row.clone()
            };
            refer::put_referral(tx, theirs, &row, "referral.received")?;
        }
        Ok(Outcome::Stored)
    })?;
    desk.save(tx, &sender_stamp(&object.post_org))
}

/// Gives an answer on `item`, given at its origin, to the destination post, if that post lives here and has the referral.
pub(super) fn deliver_answer(tx: &mut Tx<'_>, item: &Item, row: &AnswerRow) -> Result<(), Fault> {
    let object = &item.object;
    let hosted = tx.organization(&object.dest_post)?.filter(|org| org.kind == "P" && !org.remote);
    let Some(destination) = hosted else { return Ok(()) };
    let key = travelling_key(object);
    let mut desk = Desk::open(tx, &destination.code, std::iter::once(&key), Parts::Declaration)?;
    desk.work_on(tx, &key, |tx, theirs| {
        let known = tx.referrals_of(&theirs.object)?;
        if theirs.is_new() || known.iter().all(|known| known.reference != row.reference) {
            return Ok(Outcome::Unchanged);
        }
        let row = AnswerRow {
            post_org: theirs.object.post_org.clone(),
            object_pid: theirs.object.pid,
            created_at: At(tx.now),
            ..row.clone()
        };
        refer::put_answer(tx, theirs, &row, "referral.response-received")?;
        Ok(Outcome::Stored)
    })?;
    desk.save(tx, &sender_stamp(&object.post_org))
}
