//! What the light of a row is made of: its columns, responses and referrals, the mark on it, other uses of its id.
//!
//! Asked at a scan, for what is stored, and when an item is saved, for what it becomes: one judgement for both. Which rows an
//! id means, and whose light answers for it, is for the asker.

use std::collections::HashMap;

use chrono::{DateTime, Months, Utc};

use super::state;
use crate::contract::WatchdogInfo;
use crate::domain::{FiscalState, ResponseState, SecurityState, Side};
use crate::rules::item_facts::{self, Fact};
use crate::rules::light::{self, Light, Picture, Reason};
use crate::rules::which::{self, LIFE_MONTHS};
use crate::service::catalogue::Catalogue;
use crate::service::marks;
use crate::store::item::Item;
use crate::store::item_status::{DecisionFact, ReferralFact, StatusRow};
use crate::store::types::Id;
use crate::store::{Fault, Tx};

/// One row with what is looked at besides.
pub(in crate::service) struct Seen<'r> {
    pub row: &'r StatusRow,
    pub mark: Option<WatchdogInfo>,
    pub earlier_use: bool,
    /// Its origin may not use the id, nor is it a way back.
    pub is_foreign: bool,
}

/// Leaving departure aside.
pub(in crate::service) fn security_of(row: &StatusRow) -> SecurityState {
    state::security_state(row.declared_at.is_some(), row.declaration_seen, row.security_state)
}

/// Responses and referrals of some items.
pub(in crate::service) struct Facts<'c> {
    catalogue: &'c Catalogue,
    decisions: HashMap<Id, Vec<DecisionFact>>,
    referrals: HashMap<Id, Vec<ReferralFact>>,
}

/// Whether there may be responses about an item.
fn may_be_answered(row: &StatusRow) -> bool {
    item_facts::Facts(row.facts).has(Fact::Decided) || row.has_response || row.has_dc_response
}

impl<'c> Facts<'c> {
    fn none(catalogue: &'c Catalogue) -> Self {
        Self { catalogue, decisions: HashMap::new(), referrals: HashMap::new() }
    }

    /// Reads those of stored items.
    pub(in crate::service) fn load<'r>(
        tx: &mut Tx<'_>,
        catalogue: &'c Catalogue,
        posts: &[String],
        rows: impl Iterator<Item = &'r StatusRow>,
    ) -> Result<Self, Fault> {
        let (mut answered, mut referred) = (Vec::new(), Vec::new());
        for row in rows {
            if may_be_answered(row) {
                answered.push(row.pid);
            }
            if row.security_state.is_some() {
                referred.push(row.pid);
            }
        }
        let mut facts = Self::none(catalogue);
        tx.decision_facts(posts, &answered)?.into_iter().for_each(|fact| facts.add_decision(fact));
        for fact in tx.referral_facts(posts, &referred)? {
            facts.referrals.entry(fact.object_pid).or_default().push(fact);
        }
        Ok(facts)
    }

    /// Those of an item in memory, what is not at hand being loaded.
    pub(in crate::service) fn of_item(
        tx: &mut Tx<'_>,
        catalogue: &'c Catalogue,
        item: &mut Item,
        row: &StatusRow,
    ) -> Result<Self, Fault> {
        let mut facts = Self::none(catalogue);
        if may_be_answered(row) {
            tx.complete_responses(item)?;
            let responses = [Side::Own, Side::Destination].into_iter().filter_map(|side| item.response(side));
            responses.for_each(|response| facts.add_decision(response.into()));
        }
        if row.security_state.is_some() {
            tx.complete_referrals(item)?;
            let referrals = tx.referrals_of(item)?.iter().map(ReferralFact::from).collect();
            facts.referrals.insert(row.pid, referrals);
        }
        Ok(facts)
    }

    fn add_decision(&mut self, fact: DecisionFact) {
        if fact.state_cd != ResponseState::Draft {
            self.decisions.entry(fact.object_pid).or_default().push(fact);
        }
    }

    /// The referrals of an item.
    pub(in crate::service) fn referrals(&self, row: &StatusRow) -> &[ReferralFact] {
        self.referrals.get(&row.pid).map_or(&[], Vec::as_slice)
    }

    /// Until when what stopped or refused an earlier use of an id still counts, if it does: for twelve months from its receipt.
    pub(in crate::service) fn stops_until(&self, row: &StatusRow, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let (own, destination) = self.sides(row);
        let is_bad = |fact: &&DecisionFact| matches!(self.fiscal(fact), FiscalState::Refused | FiscalState::Detained);
        let refused = [own, destination].into_iter().flatten().filter(is_bad).map(|fact| fact.decided_at.0);
        let is_stopped = row.security_state == Some(SecurityState::Stopped);
        let stopped = self.referrals(row).iter().filter(|_| is_stopped).map(|fact| fact.created_at.0);
        let recent = refused.chain(stopped).filter(|at| which::is_same_life(*at, now));
        recent.map(|at| at + Months::new(LIFE_MONTHS)).max()
    }

    pub(in crate::service) fn is_refused(&self, row: &StatusRow) -> bool {
        let (own, destination) = self.sides(row);
        [own, destination].into_iter().flatten().any(|fact| self.fiscal(fact) == FiscalState::Refused)
    }

    /// What was decided by the own customs, and by the destination's while the item goes there.
    pub(in crate::service) fn sides(&self, row: &StatusRow) -> (Option<&DecisionFact>, Option<&DecisionFact>) {
        let decisions = self.decisions.get(&row.pid).map_or(&[][..], Vec::as_slice);
        let side = |side: Side| decisions.iter().find(|fact| fact.side == side);
        (side(Side::Own), side(Side::Destination).filter(|_| row.has_dc_response))
    }

    /// Where the item stands with its own customs.
    pub(in crate::service) fn fiscal_of(&self, row: &StatusRow, own: Option<&DecisionFact>) -> FiscalState {
        let untold = if row.declaration_seen { FiscalState::Sent } else { FiscalState::NotSent };
        own.map_or(untold, |fact| self.fiscal(fact))
    }

    /// The light of one row, and its reasons.
    pub(in crate::service) fn light(&self, seen: &Seen<'_>) -> (Light, Vec<Reason>) {
        let row = seen.row;
        let (own, destination) = self.sides(row);
        let open: Vec<&str> =
            self.referrals(row).iter().filter(|fact| fact.pending).map(|fact| fact.code.as_str()).collect();
        light::judge(&Picture {
            flow: row.flow,
            has_data: row.declared_at.is_some(),
            security: security_of(row),
            fiscal: self.fiscal_of(row, own),
            destination: destination.map(|fact| self.fiscal(fact)),
            unknown_decision: [own, destination].into_iter().flatten().find_map(|fact| self.unlisted(fact)),
            open_referrals: &open,
            mark: marks::meaning(seen.mark.as_ref()),
            remarks: seen.mark.as_ref().and_then(|mark| mark.remarks.as_deref()),
            mail_state: row.mail_state,
            facts: item_facts::Facts(row.facts),
            foreign_id: seen.is_foreign && self.catalogue.foreign_id_is_amber(&row.post_org),
            earlier_use: seen.earlier_use,
        })
    }

    fn fiscal(&self, fact: &DecisionFact) -> FiscalState {
        fact.fiscal_state.unwrap_or_else(|| {
            state::fiscal_of(&self.catalogue.decisions, fact.customs_org.as_deref(), fact.decision_cd.as_deref())
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
