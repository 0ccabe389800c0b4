//! Where items stand: their security and fiscal state, brought up to date whenever an item is saved.
//!
//! Collects the events of an item (history, referrals, answers, versions of responses) for the pure machines in `rules`,
//! and keeps what comes out in columns, so that the belt need not ask for events.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::identity::REDIRECTED;
use super::outgoing;
use super::respond;
use crate::contract::canonical::to_canonical;
use crate::contract::{WcfDate, date};
use crate::rules::decision::DecisionTable;
use crate::rules::fiscal::{self, Decided, FiscalState};
use crate::rules::life_cycle::RESPONSE_DRAFT;
use crate::rules::precedence::Rank;
use crate::rules::security::{self, Act, Asks, Effect, SecurityState};
use crate::rules::structure::UNKNOWN_POST;
use crate::store::history::{HistoryRow, RESPONSE_DRAFT_EVENT, Stamp};
use crate::store::items::{Item, ObjectRow, ResponseRow, Side};
use crate::store::referral::{AnswerRow, ReferralRow};
use crate::store::types::At;
use crate::store::{Fault, Tx};

/// Saves items, their states brought up to date, and puts what partners are to be told of into the outbox.
pub(super) fn save(tx: &mut Tx<'_>, items: &mut [Item], stamp: &Stamp) -> Result<(), Fault> {
    for item in items.iter_mut().filter(|item| !item.events().is_empty()) {
        note_declaration(item, At(tx.now));
        if item.events().iter().any(|event| event.name == REDIRECTED) {
            item.object.has_dc_response = respond::is_from_destination(tx, &item.object)?;
        }
        let withdrawn = item.events().iter().any(|event| event.name == WITHDRAWN);
        if withdrawn || item.object.security_state.is_some() {
            item.object.security_state = kept_state(tx, item)?.map(|state| state.code().to_owned());
        }
    }
    let tellings = outgoing::follow(tx, items)?;
    tx.save_items(items, stamp)?;
    outgoing::put(tx, items, tellings)
}

/// Keeps in columns whether item data was sent or received, and whether customs may see it.
fn note_declaration(item: &mut Item, now: At) {
    let Some(row) = item.declaration() else {
        item.object.declared_at = None;
        item.object.declaration_seen = false;
        return;
    };
    let sent = if item.object.flow == "I" { row.seen } else { row.sent && item.object.dest_post != UNKNOWN_POST };
    let received = item.events().iter().any(|event| event.name == RECEIVED);
    item.object.declaration_seen = row.seen;
    if sent || received {
        item.object.declared_at.get_or_insert(now);
    }
}

/// The security state of a stored item, leaving departure aside. `sent`: its declaration was sent or received; `seen`:
/// customs may see it.
pub(super) fn security_state(sent: bool, seen: bool, stored: Option<&str>) -> SecurityState {
    let stored = stored.and_then(SecurityState::parse);
    stored.unwrap_or_else(|| security::unquestioned(sent, seen))
}

/// The security state to show for an item.
pub(super) fn shown_state(object: &ObjectRow) -> SecurityState {
    let sent = object.declared_at.is_some();
    let state = security_state(sent, object.declaration_seen, object.security_state.as_deref());
    if security::has_departed(object.mail_state) { security::departed(state) } else { state }
}

/// The state of an item with referrals or withdrawn, from everything that happened to it; of others it follows from their
/// columns. Notes which referrals still wait.
fn kept_state(tx: &mut Tx<'_>, item: &Item) -> Result<Option<SecurityState>, Fault> {
    let referrals = tx.referrals_of(&item.object)?;
    let answers = tx.answers_of(&item.object)?;
    for referral in &referrals {
        let pending = waits(referral, &answers);
        if pending != referral.pending {
            tx.set_pending(referral, pending)?;
        }
    }
    let mut events = declared_events(tx, item)?;
    events.extend(referrals.iter().map(|row| security::Event {
        at: row.event_at.0,
        reference: row.reference.clone(),
        act: Act::Raised(Asks::of(&row.code)),
    }));
    let asked: HashMap<&str, &str> = referrals.iter().map(|row| (row.reference.as_str(), row.code.as_str())).collect();
    events.extend(answers.iter().map(|row| security::Event {
        at: row.event_at.0,
        reference: row.reference.clone(),
        act: Act::Answered(Effect::of(&row.code, asked.get(row.reference.as_str()).copied().unwrap_or_default())),
    }));
    let state = security::state(&events);
    Ok((!referrals.is_empty() || state == SecurityState::Cancelled).then_some(state))
}

/// Whether a referral waits for its answer. "More time wanted" is no answer.
pub(super) fn waits(referral: &ReferralRow, answers: &[AnswerRow]) -> bool {
    let answered = answers
        .iter()
        .any(|row| row.reference == referral.reference && Effect::of(&row.code, &referral.code) != Effect::Waits);
    security::needs_answer(&referral.code) && !answered
}

/// The event of item data that came from a partner.
pub(super) const RECEIVED: &str = "declaration.received";

/// The event of item data that was taken back.
pub(super) const WITHDRAWN: &str = "declaration.withdrawn";

/// The detail of an event about something that counts from another time than its receipt.
pub fn issued_at(at: DateTime<Utc>) -> String {
    to_canonical(&Issued { issued_at: Some(WcfDate::new(at)) })
}

#[derive(Default, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default)]
struct Issued {
    #[serde(deserialize_with = "date::optional")]
    issued_at: Option<WcfDate>,
}

/// When something counts from that stands in the history at `at`, with this detail: what is noted there, else its own
/// date, else its receipt.
pub fn said_at(detail: &str, dated: Option<WcfDate>, at: DateTime<Utc>) -> WcfDate {
    let issued = serde_json::from_str::<Issued>(detail).ok().and_then(|detail| detail.issued_at);
    issued.or(dated).unwrap_or_else(|| WcfDate::new(at))
}

/// When declarations were passed on: the first time, each new version since, and each new destination; and their
/// withdrawal, unless one came afterwards. Whole seconds, as referrals have.
fn declared_events(tx: &mut Tx<'_>, item: &Item) -> Result<Vec<security::Event>, Fault> {
    let stored = if item.is_new() { Vec::new() } else { tx.history_of(&item.object)? };
    let stored = stored.into_iter().map(|row| (said_at(&row.detail, None, row.at.0), row.event, row.doc_version));
    let now = tx.now;
    let pending = item.events().iter().map(|event| {
        let version = event.document.as_ref().map(|document| document.1);
        (said_at(&event.detail, None, now), event.name.to_owned(), version)
    });
    let mut events: Vec<security::Event> = Vec::new();
    for (at, name, version) in stored.chain(pending) {
        if name == REDIRECTED && !events.is_empty() {
            // What was assessed was assessed for another destination.
            let act = Act::Declared { to_customs: false };
            events.push(security::Event { at: at.instant(), reference: name, act });
            continue;
        }
        if name == WITHDRAWN {
            events.push(security::Event { at: at.instant(), reference: name, act: Act::Cancelled });
            continue;
        }
        let Some(to_customs) = passes_on(&name) else { continue };
        events.retain(|event| event.act != Act::Cancelled);
        if version.is_none() && !events.is_empty() {
            // The same content again: nothing new was said, but customs may see it now.
            if let Some(security::Event { act: Act::Declared { to_customs: seen }, .. }) = events.last_mut() {
                *seen |= to_customs;
            }
            continue;
        }
        let reference = version.unwrap_or_default().to_string();
        events.push(security::Event { at: at.instant(), reference, act: Act::Declared { to_customs } });
    }
    Ok(events)
}

/// Whether an event of the history passed a declaration on; then, whether to customs.
fn passes_on(event: &str) -> Option<bool> {
    match event {
        "declaration.final" | "declaration.to-customs" | RECEIVED => Some(true),
        "declaration.to-post" => Some(false),
        _ => None,
    }
}

/// What the responses of one side amount to: `current` are the ones at hand, the archive is asked where it matters.
/// `None` while there are only drafts.
pub(super) fn fiscal(
    tx: &mut Tx<'_>,
    decisions: &DecisionTable,
    item: &Item,
    side: Side,
    current: &[Option<&ResponseRow>],
) -> Result<Option<String>, Fault> {
    let finals = || current.iter().flatten().filter(|row| row.state_cd != RESPONSE_DRAFT);
    let mut decided: Vec<Decided> = finals().map(|row| decided(decisions, row)).collect();
    let Some(customs) = finals().next().map(|row| row.customs_org.clone().unwrap_or_default()) else {
        return Ok(None);
    };
    let newest = decided.iter().max_by(|a, b| a.rank.cmp(&b.rank));
    if newest.is_some_and(|newest| !newest.decides()) {
        decided.extend(archived(tx, decisions, item, side, &customs)?);
    }
    Ok(Some(fiscal::state(&decided, true).code().to_owned()))
}

/// The state that a stored response alone leads to, for rows written before states were kept.
pub(super) fn fiscal_of(decisions: &DecisionTable, customs: Option<&str>, decision_cd: Option<&str>) -> FiscalState {
    let decision = decision_cd.and_then(|code| decisions.decide(customs.unwrap_or_default(), code).ok());
    decision.map_or(FiscalState::Sent, |decision| fiscal::after(&decision, false))
}

fn decided(decisions: &DecisionTable, row: &ResponseRow) -> Decided {
    let customs = row.customs_org.as_deref().unwrap_or_default();
    let read = serde_json::from_str::<Essence>(&row.body).unwrap_or_default();
    Decided {
        rank: respond::rank(decisions, row),
        state: state_after(decisions, customs, row.decision_cd.as_deref(), read.dutiable),
    }
}

fn state_after(decisions: &DecisionTable, customs: &str, decision_cd: Option<&str>, dutiable: bool) -> FiscalState {
    let decision = decision_cd.and_then(|code| decisions.decide(customs, code).ok());
    decision.map_or(FiscalState::Sent, |decision| fiscal::after(&decision, dutiable))
}

/// The members of a response that its ranking needs.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Essence {
    #[serde(deserialize_with = "date::optional")]
    clearance_dt: Option<WcfDate>,
    decision_cd: Option<String>,
    dutiable: bool,
}

/// The decisions in the archive of one side, drafts left out.
fn archived(
    tx: &mut Tx<'_>,
    decisions: &DecisionTable,
    item: &Item,
    side: Side,
    customs: &str,
) -> Result<Vec<Decided>, Fault> {
    let kind = side.version_kind();
    let versions = tx.archived(item, kind)?;
    if versions.is_empty() {
        return Ok(Vec::new());
    }
    let mut history = tx.history_of(&item.object)?;
    if side == Side::Destination {
        // What other posts decided, that the item went to before, does not count.
        let redirected = history.iter().rposition(|row| row.event == REDIRECTED).unwrap_or(0);
        history.drain(..redirected);
        history.retain(|row| row.actor_org == item.object.dest_post || row.actor_org == item.object.post_org);
    }
    let mut decided = Vec::new();
    for (version_no, digest, body) in versions {
        let of_version =
            |row: &&HistoryRow| row.doc_kind.as_deref() == Some(kind) && row.doc_version == Some(version_no);
        let Some(recorded) = history.iter().filter(of_version).find(|row| row.event != RESPONSE_DRAFT_EVENT) else {
            continue;
        };
        let Some(read) = body.and_then(|body| serde_json::from_str::<Essence>(&body).ok()) else { continue };
        let decision = read.decision_cd.as_deref().and_then(|code| decisions.decide(customs, code).ok());
        decided.push(Decided {
            rank: Rank {
                decided_at: said_at(&recorded.detail, read.clearance_dt, recorded.at.0).instant(),
                category: decision.as_ref().map(|decision| decision.category),
                digest,
            },
            state: state_after(decisions, customs, read.decision_cd.as_deref(), read.dutiable),
        });
    }
    Ok(decided)
}
