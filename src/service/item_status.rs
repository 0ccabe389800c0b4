//! The status of many items scanned at an office of exchange: CheckItemStatus.
//!
//! Four indexed queries at most for some hundred items; two, items and marks, for an item that customs has not answered and
//! about which nothing was asked.

use std::collections::HashMap;

use futures_util::future::try_join_all;

use super::catalogue::Catalogue;
use super::item::light::{Facts, Seen, security_of};
use super::item::visible;
use super::item::which::{Candidates, Row};
use super::marks::Marks;
use super::rights::UseCase;
use super::{Actor, Services, marks};
use crate::contract::WcfDate;
use crate::contract::item_status::{CheckItemStatusRequest, CheckItemStatusResult, StatusReason, StatusReferral};
use crate::error::Result;
use crate::rules::item_facts::{self, Fact};
use crate::rules::light::{self, Light, Reason};
use crate::rules::security::{self, Asks};
use crate::rules::structure::{UNKNOWN_POST, given};
use crate::rules::which::{self, Candidate, Purpose};
use crate::store::item::Item;
use crate::store::item_status::{DecisionFact, ReferralFact, StatusRow};
use crate::store::types::Id;
use crate::store::{Fault, Tx};

/// Items that one connection looks up; more are looked up by several at once, since somebody waits at the scanner.
const ITEMS_PER_READING: usize = 250;

impl Services {
    /// The status of each item asked about, in the order asked.
    ///
    /// # Errors
    /// When the database cannot be read. What the caller has no item for is answered as unknown.
    pub async fn item_status(
        &self,
        actor: &Actor,
        asked: Vec<CheckItemStatusRequest>,
    ) -> Result<Vec<CheckItemStatusResult>> {
        actor.check(UseCase::SeeItems)?;
        let parts = self.answers(actor, asked, |_, _| Ok(())).await?;
        Ok(parts.into_iter().flat_map(|(answers, ())| answers).map(|answer| answer.status).collect())
    }

    /// The same with the item that each answer is about, in parts, each with what is read `beside` it at the same time.
    pub(super) async fn answers<T: Send + 'static>(
        &self,
        actor: &Actor,
        asked: Vec<CheckItemStatusRequest>,
        beside: impl Fn(&mut Tx<'_>, &[Answer]) -> Result<T, Fault> + Copy + Send + Sync + 'static,
    ) -> Result<Vec<(Vec<Answer>, T)>> {
        let parts = asked.chunks(ITEMS_PER_READING).map(|part| {
            let (actor, catalogue, part) = (actor.clone(), self.catalogue(), part.to_vec());
            self.store.read(move |tx| {
                let answers = status(tx, &catalogue, &actor, &part)?;
                let beside = beside(tx, &answers)?;
                Ok((answers, beside))
            })
        });
        try_join_all(parts).await
    }
}

/// The status of an id.
pub(super) struct Answer {
    pub status: CheckItemStatusResult,
    /// The row whose light is shown, by its post; none where the caller has none.
    pub row: Option<(String, Id)>,
}

fn status(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    actor: &Actor,
    asked: &[CheckItemStatusRequest],
) -> Result<Vec<Answer>, Fault> {
    let mut ids: Vec<&str> = asked.iter().filter_map(|item| given(&item.item_id)).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut known: HashMap<String, Vec<StatusRow>> = HashMap::with_capacity(ids.len());
    for row in tx.status_rows(&actor.posts, &ids)? {
        if visible::sees_row(actor, &row) {
            known.entry(row.item_id.clone()).or_default().push(row);
        }
    }
    let mut countries = Countries { catalogue, known: HashMap::new() };
    let mut meant = Vec::with_capacity(asked.len());
    for item in asked {
        meant.push(meaning_of(tx, item, &known, &mut countries)?);
    }
    let marks = marks::marks(tx, actor, &ids)?;
    let facts = Facts::load(tx, catalogue, &actor.posts, meant.iter().flat_map(Meant::rows))?;
    let each = asked.iter().zip(&meant).map(|(item, meant)| {
        let answer = facts.answer(item, meant, &mut countries, &marks);
        answer.unwrap_or_else(|| Answer { status: without_item(item, &marks), row: None })
    });
    Ok(each.collect())
}

/// The rows that an id asked about means.
#[derive(Default)]
struct Meant<'r> {
    counting: Vec<&'r StatusRow>,
    /// Ways out that are done, whose way back counts.
    done: Vec<&'r StatusRow>,
    /// Ways out that are not done yet, whose way back counts as well.
    returning: Vec<&'r StatusRow>,
    /// Earlier uses of the id.
    earlier: Vec<&'r StatusRow>,
    /// Of what counts, those whose origin may use the id, or that are a way back.
    fitting: Vec<&'r StatusRow>,
    /// Several different items.
    several: bool,
}

impl<'r> Meant<'r> {
    fn rows(&self) -> impl Iterator<Item = &'r StatusRow> {
        self.counting.iter().chain(&self.done).chain(&self.earlier).copied()
    }
}

/// What an id means: with what is asked of origin and destination, and of the rest what may rightly have the id.
fn meaning_of<'r>(
    tx: &mut Tx<'_>,
    asked: &CheckItemStatusRequest,
    known: &'r HashMap<String, Vec<StatusRow>>,
    countries: &mut Countries<'_>,
) -> Result<Meant<'r>, Fault> {
    let Some(rows) = given(&asked.item_id).and_then(|id| known.get(id)) else { return Ok(Meant::default()) };
    let (from, to) = (given(&asked.origin_country_cd), given(&asked.destination_country_cd));
    let from_post = given(&asked.origin_postal_org_cd);
    let towards: Vec<&StatusRow> = rows.iter().filter(|row| countries.fits(&row.dest_post, to)).collect();
    if let ([only], None, None) = (towards.as_slice(), from, from_post) {
        // Most ids: there is nothing to choose.
        let fitting = if Row::from(*only).fits(countries.catalogue) { vec![*only] } else { Vec::new() };
        return Ok(Meant { counting: vec![*only], fitting, ..Meant::default() });
    }
    let candidates = Candidates::of(tx, towards.iter().map(|row| Row::from(*row)))?;
    let seen = candidates.see(countries.catalogue);
    let is_named: Vec<bool> = seen
        .iter()
        .map(|row| from_post.is_none_or(|post| post == row.origin) && countries.fits(row.origin, from))
        .collect();
    let place = |row: &Candidate<'_>| seen.iter().position(|other| other.pid == row.pid);
    let named = |row: &Candidate<'_>| place(row).is_some_and(|at| is_named[at]);
    let named: Option<&dyn Fn(&Candidate<'_>) -> bool> =
        if from.is_some() || from_post.is_some() { Some(&named) } else { None };
    let chosen = which::choose(&seen, named, Purpose::Status);
    let rows = |places: &[usize]| places.iter().map(|at| towards[*at]).collect();
    Ok(Meant {
        several: which::several(&seen, &chosen.counting),
        counting: rows(&chosen.counting),
        done: rows(&chosen.done),
        returning: rows(&chosen.returning),
        earlier: rows(&chosen.earlier),
        fitting: rows(&chosen.fitting),
    })
}

/// Of several items with one id at hand, that which the id means: the gravest, then the newest.
pub(super) fn gravest_of(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    actor: &Actor,
    items: &[Item],
) -> Result<Option<Id>, Fault> {
    let Some(id) = items.first().map(|item| item.object.item_id.clone()) else { return Ok(None) };
    let pids: Vec<Id> = items.iter().map(|item| item.object.pid).collect();
    let mut rows = tx.status_rows(&actor.posts, &[id.as_str()])?;
    rows.retain(|row| pids.contains(&row.pid));
    let asked = CheckItemStatusRequest { item_id: Some(id.clone()), ..CheckItemStatusRequest::default() };
    let known = HashMap::from([(id.clone(), rows)]);
    let mut countries = Countries { catalogue, known: HashMap::new() };
    let meant = meaning_of(tx, &asked, &known, &mut countries)?;
    let marks = marks::marks(tx, actor, &[&id])?;
    let facts = Facts::load(tx, catalogue, &actor.posts, meant.rows())?;
    Ok(facts.shown(&meant, &marks).map(|(_, seen)| seen.row.pid))
}

/// The status of one item at hand, whatever else has its id.
pub(super) fn status_of(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    actor: &Actor,
    item: &Item,
) -> Result<CheckItemStatusResult, Fault> {
    let id = item.object.item_id.clone();
    let mut rows = tx.status_rows(std::slice::from_ref(&item.object.post_org), &[id.as_str()])?;
    rows.retain(|row| row.pid == item.object.pid);
    let asked = CheckItemStatusRequest { item_id: Some(id.clone()), ..CheckItemStatusRequest::default() };
    let known = HashMap::from([(id.clone(), rows)]);
    let mut countries = Countries { catalogue, known: HashMap::new() };
    let meant = meaning_of(tx, &asked, &known, &mut countries)?;
    let marks = marks::marks(tx, actor, &[&id])?;
    let facts = Facts::load(tx, catalogue, &actor.posts, meant.rows())?;
    let answer = facts.answer(&asked, &meant, &mut countries, &marks);
    Ok(answer.map_or_else(|| without_item(&asked, &marks), |answer| answer.status))
}

/// Countries of posts, each looked up once.
struct Countries<'c> {
    catalogue: &'c Catalogue,
    known: HashMap<String, Option<String>>,
}

impl Countries<'_> {
    fn of(&mut self, post: &str) -> Option<String> {
        if let Some(country) = self.known.get(post) {
            return country.clone();
        }
        let country = self.catalogue.country_of_post(post).map(str::to_owned);
        self.known.insert(post.to_owned(), country.clone());
        country
    }

    /// Whether a post may be of the country asked for; one that is not known may be of any.
    fn fits(&mut self, post: &str, asked: Option<&str>) -> bool {
        post == UNKNOWN_POST || asked.is_none_or(|asked| self.of(post).is_none_or(|country| country == asked))
    }
}

fn without_item(asked: &CheckItemStatusRequest, marks: &Marks) -> CheckItemStatusResult {
    let mark = given(&asked.item_id).and_then(|id| marks.without_item(id));
    let remarks = mark.as_ref().and_then(|mark| mark.remarks.as_deref());
    let (light, reasons) = light::without_item(marks::meaning(mark.as_ref()), remarks);
    CheckItemStatusResult {
        dc_decision_cd: None,
        decision_cd: None,
        destination_country_cd: asked.destination_country_cd.clone(),
        earliest_event_dt: None,
        fiscal_state: None,
        has_itmatt: false,
        item_id: given(&asked.item_id).unwrap_or_default().to_owned(),
        light: light.name(),
        mail_state_cd: None,
        origin_country_cd: asked.origin_country_cd.clone(),
        reasons: reasons.into_iter().map(reason).collect(),
        referrals: Vec::new(),
        security_state: None,
        watchdog: mark,
    }
}

fn reason(reason: Reason) -> StatusReason {
    StatusReason { code: reason.code, light: reason.light.name(), text: reason.text }
}

impl Facts<'_> {
    /// The answer about what an id means. Nothing where it means nothing.
    fn answer(
        &self,
        asked: &CheckItemStatusRequest,
        meant: &Meant<'_>,
        countries: &mut Countries<'_>,
        marks: &Marks,
    ) -> Option<Answer> {
        let (reasons, seen) = self.shown(meant, marks)?;
        let fulfilled = meant.returning.iter().filter(|row| self.is_refused(row));
        let outlasting = meant.done.iter().chain(fulfilled).flat_map(|row| {
            let seen = Seen { row, mark: marks.on(row), earlier_use: false, is_foreign: false };
            self.light(&seen).1.into_iter().filter(light::outlasts)
        });
        let (light, mut reasons) = light::together(reasons.into_iter().chain(outlasting).collect());
        if meant.several {
            reasons.push(light::several(light));
        }
        let row = Some((seen.row.post_org.clone(), seen.row.pid));
        Some(Answer { status: self.result(asked, seen, (light, reasons), countries), row })
    }

    /// The gravest row of what counts, and why it is so grave; of several alike, the latest.
    fn shown<'r>(&self, meant: &Meant<'r>, marks: &Marks) -> Option<(Vec<Reason>, Seen<'r>)> {
        let earlier_use = meant.earlier.iter().any(|row| self.stops_until(row, marks.now()).is_some());
        let age = |row: &StatusRow| (Row::from(row).effective(), row.life_no, row.pid);
        // A refusal is fulfilled by the way back.
        let fulfilled = |row: &StatusRow| meant.returning.iter().any(|out| out.pid == row.pid) && self.is_refused(row);
        let judged = meant.counting.iter().filter(|row| !fulfilled(row)).map(|row| {
            let is_foreign = !meant.fitting.iter().any(|fitting| fitting.pid == row.pid);
            let seen = Seen { row, mark: marks.on(row), earlier_use, is_foreign };
            (self.light(&seen), age(row), seen)
        });
        let ((_, reasons), _, seen) = judged.max_by(|a, b| (a.0.0, a.1).cmp(&(b.0.0, b.1)))?;
        Some((reasons, seen))
    }

    fn result(
        &self,
        asked: &CheckItemStatusRequest,
        seen: Seen<'_>,
        (light, reasons): (Light, Vec<Reason>),
        countries: &mut Countries<'_>,
    ) -> CheckItemStatusResult {
        let Seen { row, mark, .. } = seen;
        let (own, destination) = self.sides(row);
        let security = security_of(row);
        let shown = if security::has_departed(row.mail_state) { security::departed(security) } else { security };
        let country = |known: Option<String>, asked: &Option<String>| known.or_else(|| asked.clone());
        // A clearance of something else than what is declared now is gone from every view.
        let decision = |fact: Option<&DecisionFact>| {
            fact.filter(|fact| fact.lapsed.is_none()).and_then(|fact| fact.decision_cd.clone())
        };
        CheckItemStatusResult {
            dc_decision_cd: decision(destination),
            decision_cd: decision(own),
            destination_country_cd: country(countries.of(&row.dest_post), &asked.destination_country_cd),
            earliest_event_dt: row.declared_at.map(|at| WcfDate::new(at.0)),
            fiscal_state: Some(self.fiscal_of(row, own).stored()),
            has_itmatt: row.declared_at.is_some(),
            item_id: row.item_id.clone(),
            light: light.name(),
            mail_state_cd: row.mail_state,
            origin_country_cd: country(countries.of(&row.orig_post), &asked.origin_country_cd),
            reasons: reasons.into_iter().map(reason).collect(),
            referrals: self.referrals(row).iter().filter(|fact| !lapsed(row, fact)).map(referral).collect(),
            security_state: Some(shown.stored()),
            watchdog: mark,
        }
    }
}

/// A completed assessment of something else than what is declared now is not listed.
fn lapsed(row: &StatusRow, fact: &ReferralFact) -> bool {
    item_facts::Facts(row.facts).has(Fact::AssessmentLapsed) && Asks::of(&fact.code) == Asks::Nothing
}

fn referral(fact: &ReferralFact) -> StatusReferral {
    StatusReferral { code: fact.code.clone(), event_dt: WcfDate::new(fact.event_at.0), response_pending: fact.pending }
}
