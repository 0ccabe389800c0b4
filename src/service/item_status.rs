//! The status of many items at the belt: CheckItemStatus.
//!
//! Four indexed queries at most for some hundred items; two, items and marks, for an item that customs has not answered and
//! about which nothing was asked.

use std::collections::HashMap;

use futures_util::future::try_join_all;

use super::catalogue::Catalogue;
use super::watchdog::Marks;
use super::{Actor, Kind, Services, standing, watchdog};
use crate::contract::item_status::{CheckItemStatusRequest, CheckItemStatusResult, StatusReason, StatusReferral};
use crate::contract::{WatchdogInfo, WcfDate};
use crate::error::Result;
use crate::rules::fiscal::FiscalState;
use crate::rules::flow::Flow;
use crate::rules::life_cycle::RESPONSE_DRAFT;
use crate::rules::light::{self, Light, Picture, Reason};
use crate::rules::security;
use crate::rules::structure::{UNKNOWN_POST, given};
use crate::store::item_status::{DecisionFact, ReferralFact, StatusRow};
use crate::store::types::Id;
use crate::store::{Fault, Tx};

/// Items that one connection looks up; more are looked up by several at once, since somebody waits at the belt.
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
        let parts = asked.chunks(ITEMS_PER_READING).map(|part| {
            let (actor, catalogue, part) = (actor.clone(), self.catalogue(), part.to_vec());
            self.store.read(move |tx| status(tx, &catalogue, &actor, &part))
        });
        Ok(try_join_all(parts).await?.into_iter().flatten().collect())
    }
}

fn status(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    actor: &Actor,
    asked: &[CheckItemStatusRequest],
) -> Result<Vec<CheckItemStatusResult>, Fault> {
    let mut ids: Vec<&str> = asked.iter().filter_map(|item| given(&item.item_id)).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut known: HashMap<String, Vec<StatusRow>> = HashMap::with_capacity(ids.len());
    for row in tx.status_rows(&actor.posts, &ids)? {
        if actor.kind == Kind::Post || row.customs_visible {
            known.entry(row.item_id.clone()).or_default().push(row);
        }
    }
    let mut countries = Countries { catalogue, known: HashMap::new() };
    let chosen: Vec<Option<&StatusRow>> = asked.iter().map(|item| choose(item, &known, &mut countries)).collect();
    let marks = watchdog::marks(tx, actor, &ids)?;
    let facts = Facts::load(tx, catalogue, &actor.posts, chosen.iter().flatten().copied())?;
    let each = asked.iter().zip(chosen).map(|(item, row)| match row {
        None => without_item(item, &marks),
        Some(row) => facts.result(item, row, &mut countries, marks.on(row)),
    });
    Ok(each.collect())
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

/// The newest item with this id that goes the way asked for.
fn choose<'r>(
    asked: &CheckItemStatusRequest,
    known: &'r HashMap<String, Vec<StatusRow>>,
    countries: &mut Countries<'_>,
) -> Option<&'r StatusRow> {
    let rows = known.get(given(&asked.item_id)?)?;
    let (from, to) = (given(&asked.origin_country_cd), given(&asked.destination_country_cd));
    let fitting = rows.iter().filter(|row| countries.fits(&row.orig_post, from) && countries.fits(&row.dest_post, to));
    fitting.max_by_key(|row| (row.posting_dt, row.life_no, row.pid))
}

fn without_item(asked: &CheckItemStatusRequest, marks: &Marks) -> CheckItemStatusResult {
    let mark = given(&asked.item_id).and_then(|id| marks.without_item(id));
    let remarks = mark.as_ref().and_then(|mark| mark.remarks.as_deref());
    let (light, reasons) = light::without_item(watchdog::meaning(mark.as_ref()), remarks);
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

/// Responses and referrals of the items asked about.
struct Facts<'c> {
    catalogue: &'c Catalogue,
    decisions: HashMap<Id, Vec<DecisionFact>>,
    referrals: HashMap<Id, Vec<ReferralFact>>,
}

impl<'c> Facts<'c> {
    fn load<'r>(
        tx: &mut Tx<'_>,
        catalogue: &'c Catalogue,
        posts: &[String],
        rows: impl Iterator<Item = &'r StatusRow>,
    ) -> Result<Self, Fault> {
        let (mut answered, mut referred) = (Vec::new(), Vec::new());
        for row in rows {
            if row.has_response || row.has_dc_response {
                answered.push(row.pid);
            }
            if row.security_state.is_some() {
                referred.push(row.pid);
            }
        }
        let mut facts = Self { catalogue, decisions: HashMap::new(), referrals: HashMap::new() };
        for fact in tx.decision_facts(posts, &answered)? {
            if fact.state_cd != RESPONSE_DRAFT {
                facts.decisions.entry(fact.object_pid).or_default().push(fact);
            }
        }
        for fact in tx.referral_facts(posts, &referred)? {
            facts.referrals.entry(fact.object_pid).or_default().push(fact);
        }
        Ok(facts)
    }

    fn result(
        &self,
        asked: &CheckItemStatusRequest,
        row: &StatusRow,
        countries: &mut Countries<'_>,
        mark: Option<WatchdogInfo>,
    ) -> CheckItemStatusResult {
        let decisions = self.decisions.get(&row.pid).map_or(&[][..], Vec::as_slice);
        let referrals = self.referrals.get(&row.pid).map_or(&[][..], Vec::as_slice);
        let side = |code: &str| decisions.iter().find(|fact| fact.side == code);
        // A response of the destination's customs counts while the item goes there.
        let (own, destination) = (side("O"), side("D").filter(|_| row.has_dc_response));
        let untold = if row.declaration_seen { FiscalState::Sent } else { FiscalState::NotSent };
        let fiscal = own.map_or(untold, |fact| self.fiscal(fact));
        let sent = row.declared_at.is_some();
        let security = standing::security_state(sent, row.declaration_seen, row.security_state.as_deref());
        let (light, reasons) = self.light(row, (own, destination), referrals, fiscal, security, mark.as_ref());
        let shown = if security::has_departed(row.mail_state) { security::departed(security) } else { security };
        let country = |known: Option<String>, asked: &Option<String>| known.or_else(|| asked.clone());
        CheckItemStatusResult {
            dc_decision_cd: destination.and_then(|fact| fact.decision_cd.clone()),
            decision_cd: own.and_then(|fact| fact.decision_cd.clone()),
            destination_country_cd: country(countries.of(&row.dest_post), &asked.destination_country_cd),
            earliest_event_dt: row.declared_at.map(|at| WcfDate::new(at.0)),
            fiscal_state: Some(fiscal.code()),
            has_itmatt: sent,
            item_id: row.item_id.clone(),
            light: light.name(),
            mail_state_cd: row.mail_state,
            origin_country_cd: country(countries.of(&row.orig_post), &asked.origin_country_cd),
            reasons: reasons.into_iter().map(reason).collect(),
            referrals: referrals.iter().map(referral).collect(),
            security_state: Some(shown.code()),
            watchdog: mark,
        }
    }

    fn light(
        &self,
        row: &StatusRow,
        (own, destination): (Option<&DecisionFact>, Option<&DecisionFact>),
        referrals: &[ReferralFact],
        fiscal: FiscalState,
        security: security::SecurityState,
        mark: Option<&WatchdogInfo>,
    ) -> (Light, Vec<Reason>) {
        let open: Vec<&str> = referrals.iter().filter(|fact| fact.pending).map(|fact| fact.code.as_str()).collect();
        light::judge(&Picture {
            flow: Flow::parse(&row.flow).unwrap_or(Flow::Transit),
            has_data: row.declared_at.is_some(),
            security,
            fiscal,
            destination: destination.map(|fact| self.fiscal(fact)),
            unknown_decision: [own, destination].into_iter().flatten().find_map(|fact| self.unlisted(fact)),
            open_referrals: &open,
            mark: watchdog::meaning(mark),
            remarks: mark.and_then(|mark| mark.remarks.as_deref()),
            mail_state: row.mail_state,
        })
    }

    fn fiscal(&self, fact: &DecisionFact) -> FiscalState {
        fact.fiscal_state.as_deref().and_then(FiscalState::parse).unwrap_or_else(|| {
            standing::fiscal_of(&self.catalogue.decisions, fact.customs_org.as_deref(), fact.decision_cd.as_deref())
        })
    }

    /// The decision, when its code is in no list.
    fn unlisted<'f>(&self, fact: &'f DecisionFact) -> Option<&'f str> {
        let code = fact.decision_cd.as_deref()?;
        let customs = fact.customs_org.as_deref().unwrap_or_default();
        let decision = self.catalogue.decisions.decide(customs, code).ok()?;
        (!decision.known).then_some(code)
    }
}

fn referral(fact: &ReferralFact) -> StatusReferral {
    StatusReferral { code: fact.code.clone(), event_dt: WcfDate::new(fact.event_at.0), response_pending: fact.pending }
}
