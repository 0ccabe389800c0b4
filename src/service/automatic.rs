//! Automatic answers: what a customs administration's rules say about an item that has no response yet.

use std::slice;

use super::batch::Outcome;
use super::catalogue::{Catalogue, day};
use super::item::judging::Judging;
use super::item::save;
use super::marks::{self, Marks};
use super::placing::{self, Incoming, Placing};
use super::refer;
use super::views::mail_object;
use crate::contract::{DeclarationData, WcfDate};
use crate::domain::{Author, EventKind, Side};
use crate::refdata::search::restriction::Route;
use crate::rules::auto_response::{Facts, Watchdog};
use crate::rules::life_cycle::StoreEvent;
use crate::rules::light::Mark;
use crate::rules::overlay;
use crate::store::item::{Detail, Item, Stamp};
use crate::store::{Fault, Tx};

/// Lets the first rule that fits answer for the own customs of `item`; says whether one did. Needs a declaration that
/// customs may see, no decision that stands, and none by anybody but rules.
pub(super) fn answer(tx: &mut Tx<'_>, catalogue: &Catalogue, item: &mut Item, stamp: &Stamp) -> Result<bool, Fault> {
    if item.object.has_response {
        return Ok(false);
    }
    let Some(customs) = tx.own_customs(&item.object.post_org)? else { return Ok(false) };
    let Some(rules) = catalogue.rules(&customs) else { return Ok(false) };
    let marks = Marks::of(tx, slice::from_ref(&item.object.post_org), Some(&customs), &[&item.object.item_id])?;
    let Some(facts) = facts(catalogue, item, &marks, WcfDate::new(tx.now)) else { return Ok(false) };
    if !Judging::of(tx, catalogue, item, stamp)?.is_open_to_rules(tx, item)? {
        return Ok(false);
    }
    let Some((rule, data)) = rules.first_match(&facts, &catalogue.rates(&customs)) else { return Ok(false) };
    let incoming =
        Incoming { customs: Some(customs.clone()), ..Incoming::of(data, StoreEvent::Final, &customs, Author::Rule) };
    let detail = Detail { rule: Some(rule.to_owned()), ..Detail::default() };
    let (side, event) = (Side::Own, EventKind::ResponseAutomatic);
    let placing = Placing { catalogue, stamp, side, event, detail, path: "" };
    let outcome = placing::place(tx, item, &placing, &incoming)?;
    refer::automatic(tx, catalogue, item, outcome)?;
    save::save(tx, catalogue, std::slice::from_mut(item), stamp)?;
    Ok(outcome == Outcome::Stored)
}

/// The mark in force on an item.
fn mark_of(item: &Item, marks: &Marks) -> Option<Watchdog> {
    match marks::meaning(marks.on_object(&item.object).as_ref()) {
        Mark::Blocked => Some(Watchdog::Blocked),
        Mark::Warning => Some(Watchdog::Warning),
        Mark::None => None,
    }
}

/// What the rules judge by; nothing without a declaration that customs may see.
pub(super) fn facts(catalogue: &Catalogue, item: &Item, marks: &Marks, now: WcfDate) -> Option<Facts> {
    let row = item.declaration().filter(|row| row.seen)?;
    let data: DeclarationData = serde_json::from_str(row.body.as_deref()?).ok()?;
    let mut facts = Facts::of(&mail_object(&item.object), &data, item.object.flow.stored());
    let country = |post: &str| catalogue.country_of_post(post).map(str::to_owned);
    if let Some(origin) = country(&item.object.orig_post).filter(|_| facts.origin.is_empty()) {
        facts.origin = origin;
    }
    let is_unknown = !catalogue.countries().contains(&facts.destination);
    if let Some(destination) = country(&item.object.dest_post).filter(|_| is_unknown) {
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
    (facts.quality_rules, facts.quality_rejected) = super::judgement::rules_in(row.quality_findings.as_deref());
    facts.watchdog = mark_of(item, marks);
    facts.now = Some(now);
    Some(facts)
}
