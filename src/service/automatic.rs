//! Automatic answers: what a customs administration's rules say about an item that has no response yet.

use super::catalogue::{Catalogue, day};
use super::refer;
use super::respond::{self, Incoming};
use super::standing;
use super::views::mail_object;
use super::watchdog;
use crate::contract::canonical::{digest, to_canonical};
use crate::contract::{DeclarationData, ResponseData, WcfDate};
use crate::refdata::search::restriction::Route;
use crate::rules::auto_response::{Facts, Watchdog};
use crate::rules::life_cycle::StoreEvent;
use crate::rules::light::Mark;
use crate::rules::overlay;
use crate::rules::structure::given;
use crate::store::history::Stamp;
use crate::store::items::{Item, Side};
use crate::store::types::At;
use crate::store::{Fault, Tx};

/// Lets the first rule that fits answer for the own customs of `item`; says whether one did. Needs a declaration that
/// customs may see and no final response.
pub(super) fn answer(tx: &mut Tx<'_>, catalogue: &Catalogue, item: &mut Item, stamp: &Stamp) -> Result<bool, Fault> {
    if item.object.has_response {
        return Ok(false);
    }
    let Some(customs) = respond::own_customs(tx, &item.object.post_org)? else { return Ok(false) };
    let Some(facts) = facts(catalogue, item, WcfDate::new(tx.now)) else { return Ok(false) };
    let Some(rules) = catalogue.rules(&customs) else { return Ok(false) };
    let Some((rule, data)) = rules.first_match(&facts, &catalogue.rates(&customs)) else { return Ok(false) };
    let incoming = incoming(&customs, data);
    let detail = serde_json::json!({ "Rule": rule }).to_string();
    let event = "response.automatic";
    let outcome = respond::place(tx, &catalogue.decisions, item, Side::Own, &incoming, event, &detail)?;
    refer::automatic(tx, catalogue, item, outcome)?;
    standing::save(tx, std::slice::from_mut(item), stamp)?;
    Ok(true)
}

fn incoming(customs: &str, data: ResponseData) -> Incoming {
    let body = to_canonical(&data);
    Incoming {
        event: StoreEvent::Final,
        customs: Some(customs.to_owned()),
        author: customs.to_owned(),
        counts: true,
        decision_cd: given(&data.decision_cd).map(str::to_owned),
        decided_at: data.clearance_dt.map(|date| At(date.instant())),
        digest: digest(&body),
        body,
    }
}

/// The mark in force on an item.
fn mark_of(item: &Item, now: WcfDate) -> Option<Watchdog> {
    let object = &item.object;
    let info =
        watchdog::in_force(object.watchdog, object.watchdog_remarks.clone(), object.watchdog_until, now.instant());
    match watchdog::meaning(info.as_ref()) {
        Mark::Blocked => Some(Watchdog::Blocked),
        Mark::Warning => Some(Watchdog::Warning),
        Mark::None => None,
    }
}

/// What the rules judge by; nothing without a declaration that customs may see.
pub(super) fn facts(catalogue: &Catalogue, item: &Item, now: WcfDate) -> Option<Facts> {
    let row = item.declaration().filter(|row| row.seen)?;
    let data: DeclarationData = serde_json::from_str(&row.body).ok()?;
    let mut facts = Facts::of(&mail_object(&item.object), &data, &item.object.flow);
    let country = |post: &str| catalogue.country_of_post(post).map(str::to_owned);
    if let Some(origin) = country(&item.object.orig_post).filter(|_| facts.origin.is_empty()) {
        facts.origin = origin;
    }
    if let Some(destination) = country(&item.object.dest_post).filter(|_| facts.destination.is_empty()) {
        facts.destination = destination;
    }
    let route = Route { destination: &facts.destination, sending: &facts.origin, on: day(now.instant()) };
    for piece in &data.content_pieces {
        for (code, text) in overlay::readings(piece) {
            let screened = catalogue.screened(code, text, route);
            facts.prohibited |= screened.prohibited.any;
            facts.restricted |= screened.restricted.any;
        }
    }
    facts.quality_score = row.quality_score.and_then(|score| u8::try_from(score).ok()).unwrap_or(100);
    (facts.quality_rules, facts.quality_rejected) = super::quality::rules_in(row.quality_findings.as_deref());
    facts.watchdog = mark_of(item, now);
    facts.now = Some(now);
    Some(facts)
}
