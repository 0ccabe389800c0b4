//! What referrals and answers amount to: those of whom they are heard from, about what is declared now.

use chrono::{DateTime, Utc};

use super::{By, Judged, Judging, Question};
use crate::contract::Referral;
use crate::domain::SecurityState;
use crate::rules::item_facts::{Fact, Facts};
use crate::rules::referral as referral_rules;
use crate::rules::security::{self, Act, Asks, Effect};
use crate::rules::structure::given;
use crate::service::item::state;
use crate::service::item::version::Version;
use crate::store::item::{AnswerRow, Item, ReferralRow};
use crate::store::{Fault, Tx};

impl Judging<'_> {
    /// The security state of an item with referrals, or withdrawn; of others it follows from their columns. Notes which
    /// referrals still wait.
    pub(super) fn security_state(
        &mut self,
        tx: &mut Tx<'_>,
        item: &mut Item,
        facts: &mut Facts,
    ) -> Result<Option<SecurityState>, Fault> {
        let referrals = tx.referrals_of(item)?;
        let answers = tx.answers_of(item)?;
        for referral in &referrals {
            item.set_pending(&referral.reference, state::waits(referral, &answers));
        }
        let mut events = self.timeline.passed_on.clone();
        let (mut completed, mut stand) = (false, false);
        for referral in self.heard(item, &referrals) {
            let said = self.referral_events(tx, item, referral)?;
            if Asks::of(&referral.code) == Asks::Nothing {
                (completed, stand) = (true, stand || !said.is_empty());
            }
            events.extend(said);
            events.extend(
                answers.iter().filter(|row| row.reference == referral.reference).map(|row| answered(row, referral)),
            );
        }
        facts.set(Fact::AssessmentLapsed, completed && !stand);
        let state = security::state(&events);
        Ok((!referrals.is_empty() || state == SecurityState::Cancelled).then_some(state))
    }

    /// The referrals of those who have a say, but for stops that were lifted and what lifted them. Of what a post asked
    /// that the item went to before, only a stop goes on.
    fn heard<'r>(&self, item: &Item, referrals: &'r [ReferralRow]) -> Vec<&'r ReferralRow> {
        let object = &item.object;
        let has_say = |row: &ReferralRow| {
            let from_there = row.raised_by == object.dest_post || row.raised_by == object.orig_post;
            let own = row.raised_by == object.post_org || self.customs.as_ref() == Some(&row.raised_by);
            own || from_there
        };
        let stopped_before = |row: &ReferralRow| {
            let left = |(post, at): &(String, DateTime<Utc>)| *post == row.raised_by && *at >= row.created_at.0;
            Asks::of(&row.code) == Asks::Stop && self.timeline.bound_before.iter().any(left)
        };
        let lifted: Vec<(&str, String)> = referrals
            .iter()
            .filter(|row| Asks::of(&row.code) == Asks::Nothing && has_say(row))
            .filter_map(|row| Some((row.raised_by.as_str(), lifts(row)?)))
            .collect();
        let is_lifted = |row: &ReferralRow| {
            Asks::of(&row.code) == Asks::Stop
                && lifted.iter().any(|(by, reference)| *by == row.raised_by && *reference == row.reference)
        };
        let lifts_one = |row: &ReferralRow| {
            Asks::of(&row.code) == Asks::Nothing
                && lifts(row).is_some_and(|lifted| {
                    referrals
                        .iter()
                        .any(|stop| is_lifted(stop) && stop.reference == lifted && stop.raised_by == row.raised_by)
                })
        };
        referrals
            .iter()
            .filter(|row| (has_say(row) || stopped_before(row)) && !is_lifted(row) && !lifts_one(row))
            .collect()
    }

    /// A referral as events: as raised, unless it completes the assessment of something else; and, where it asks about the
    /// data, when that changed.
    fn referral_events(
        &mut self,
        tx: &mut Tx<'_>,
        item: &Item,
        referral: &ReferralRow,
    ) -> Result<Vec<security::Event>, Fault> {
        let asks = Asks::of(&referral.code);
        let event = |at, act| security::Event { at, reference: referral.reference.clone(), act };
        let raised = event(referral.event_at.0, Act::Raised(asks));
        if matches!(asks, Asks::Stop | Asks::Screening) {
            return Ok(vec![raised]);
        }
        let judged = self.referred(tx, item, referral)?;
        if asks == Asks::Nothing {
            return Ok(if self.stands(tx, item, &judged)? { vec![raised] } else { Vec::new() });
        }
        let changed = self.changed_after(tx, item, referral, &judged)?;
        Ok([Some(raised), changed.map(|at| event(at, Act::Changed))].into_iter().flatten().collect())
    }

    /// When something was declared that differs from what a question was about, or brought a document more.
    fn changed_after(
        &mut self,
        tx: &mut Tx<'_>,
        item: &Item,
        referral: &ReferralRow,
        judged: &Judged,
    ) -> Result<Option<DateTime<Utc>>, Fault> {
        let later: Vec<Version> =
            self.timeline.iter().filter(|version| version.at > referral.event_at.0).cloned().collect();
        for version in later {
            let moves_on = match judged {
                Judged::Version { no, dest, .. } => {
                    let now = (version.no, version.dest.as_str());
                    let found = self.difference(tx, item, (*no, dest), now)?;
                    found.is_material || found.document_added
                }
                Judged::Goods { dest } => *dest != version.dest,
                Judged::Nothing | Judged::Unknown { .. } => true,
            };
            if moves_on {
                return Ok(Some(version.at));
            }
        }
        Ok(None)
    }

    /// What a referral was about.
    pub(super) fn referred(&self, tx: &mut Tx<'_>, item: &Item, referral: &ReferralRow) -> Result<Judged, Fault> {
        let stated = stated_version(referral);
        let by = if self.customs.as_ref() == Some(&referral.raised_by) {
            By::OwnCustoms(&referral.raised_by)
        } else if referral.raised_by == item.object.post_org {
            By::Onlooker
        } else {
            By::Partner(&referral.raised_by)
        };
        let among = self.timeline.before_referral(&referral.reference);
        if by == By::Onlooker && stated.is_none() {
            let by = referral.event_at.0.min(referral.created_at.0).timestamp();
            let seen = among.iter().rev().find(|version| version.received.timestamp() <= by);
            return Ok(seen.map_or(Judged::Nothing, Judged::of));
        }
        let (dated, received) = (referral.event_at.0, referral.created_at.0);
        self.judged(tx, item, &Question { stated: stated.as_deref(), among, by, dated, received })
    }
}

fn answered(row: &AnswerRow, referral: &ReferralRow) -> security::Event {
    let act = Act::Answered(Effect::of(&row.code, &referral.code));
    security::Event { at: row.event_at.0, reference: row.reference.clone(), act }
}

/// What was stored before it had columns of its own is read in the text.
fn known(referral: &ReferralRow) -> Option<Referral> {
    let text = referral.body.as_deref().filter(|_| referral.text_digest.is_none())?;
    serde_json::from_str(text).ok()
}

/// The version that the author of a referral named.
fn stated_version(referral: &ReferralRow) -> Option<String> {
    referral.stated_version.clone().or_else(|| referral_rules::stated_version(&known(referral)?))
}

/// The reference of the stop that an ASC lifts.
fn lifts(referral: &ReferralRow) -> Option<String> {
    referral.lifts.clone().or_else(|| given(&known(referral)?.known.lifts).map(str::to_owned))
}
