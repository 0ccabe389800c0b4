//! What the decisions about an item amount to, kept in columns whenever it is saved.

use chrono::{DateTime, Utc};

use super::{By, Judged, Judging, Question};
use crate::domain::{Author, EventKind, FiscalState, ResponseState, Side};
use crate::rules::authority::{self, DataRank, Decided};
use crate::rules::item_facts::{Fact, Facts};
use crate::rules::light::LEFT_INWARD_OFFICE;
use crate::service::catalogue::Catalogue;
use crate::service::item::version::{Timeline, Version};
use crate::store::item::{DecisionRow, Detail, Event, Item, ResponseRow, Stamp};
use crate::store::{Fault, Tx};

/// The newest version that customs could see by a time, in whole seconds; the last one of all, when it could see none.
pub(in crate::service) fn newest_visible(timeline: &Timeline, by: DateTime<Utc>) -> Option<Judged> {
    let seen = |version: &&Version| version.visible && version.received.timestamp() <= by.timestamp();
    timeline.iter().rev().find(seen).or(timeline.last()).map(Judged::of)
}

/// Finds anew what the decisions of an item judged, by what is noted and set now; says whether the item is to be saved.
pub(in crate::service) fn judge_again(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    item: &mut Item,
    stamp: &Stamp,
) -> Result<bool, Fault> {
    let mut judging = Judging::of(tx, catalogue, item, stamp)?;
    let before = item.clone();
    let handed_to =
        |row: &&DecisionRow| row.author_rank == Author::Customs && Some(&row.author_org) == judging.customs.as_ref();
    let lives_elsewhere = match &judging.customs {
        Some(customs) => tx.organization(customs)?.is_some_and(|customs| customs.remote),
        None => true,
    };
    let handed_to = |row: &&DecisionRow| !lives_elsewhere && handed_to(row);
    let by_customs: Vec<DecisionRow> = item.decisions(Side::Own).filter(handed_to).cloned().collect();
    let mut otherwise = Vec::new();
    for mut row in by_customs {
        let question = Question {
            stated: row.stated_version.as_deref(),
            among: judging.timeline.before_decision(Side::Own, row.version_no),
            by: By::OwnCustoms(&row.author_org),
            dated: row.decided_at.0,
            received: row.received_at.0,
        };
        let judged = judging.judged(tx, item, &question)?;
        if judged != Judged::of_row(&row) {
            otherwise.push(row.version_no);
        }
        judged.keep(&mut row);
        item.put_decision(row);
    }
    let mut facts = Facts(item.object.facts);
    note_whose_data(catalogue, item, &mut facts);
    if facts.has(Fact::Decided) {
        judging.settle_decisions(tx, item, &mut facts)?;
    }
    item.object.facts = facts.0;
    let changed = !item.is_like(&before);
    if changed {
        let detail = Detail { decisions: Some(otherwise), ..Detail::default() };
        item.record(Event { detail, ..Event::of(EventKind::JudgedAnew) });
    }
    Ok(changed)
}

/// Brings the columns that follow from others up to date on an item about to be saved.
pub(in crate::service) fn settle(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    item: &mut Item,
    stamp: &Stamp,
) -> Result<(), Fault> {
    let mut facts = Facts(item.object.facts);
    note_whose_data(catalogue, item, &mut facts);
    let withdrawn = item.has_event(|kind| kind == EventKind::DeclarationWithdrawn);
    let referred = withdrawn || item.object.security_state.is_some();
    if !item.has_event(EventKind::says_anything) {
        note_left_cleared(item, &mut facts);
    } else if referred || facts.has(Fact::Decided) {
        let mut judging = Judging::of(tx, catalogue, item, stamp)?;
        if facts.has(Fact::Decided) {
            judging.settle_decisions(tx, item, &mut facts)?;
        }
        if referred {
            item.object.security_state = judging.security_state(tx, item, &mut facts)?;
        }
    }
    item.object.facts = facts.0;
    Ok(())
}

/// What left the inward office while a clearance stood is never held against it later.
fn note_left_cleared(item: &Item, facts: &mut Facts) {
    let state = item.response(Side::Own).and_then(|row| row.fiscal_state);
    let cleared = matches!(state, Some(FiscalState::Cleared | FiscalState::ClearedDue));
    if cleared && item.object.mail_state == Some(LEFT_INWARD_OFFICE) {
        facts.set(Fact::LeftCleared, true);
    }
}

/// Whose data the declaration is.
fn note_whose_data(catalogue: &Catalogue, item: &Item, facts: &mut Facts) {
    let declarer = item.declaration().and_then(|row| row.declared_by.as_deref());
    let rank = declarer.map(|declarer| data_rank(catalogue, item, declarer));
    if item.declaration().is_some() {
        facts.set(Fact::Redirected, false);
    }
    facts.set(Fact::DataNotOfOrigin, rank == Some(DataRank::Stranger));
    facts.set(Fact::OwnCapture, declarer == Some(item.object.post_org.as_str()));
    if item.has_event(|kind| kind == EventKind::ObjectRedirected) {
        facts.set(Fact::WasBoundElsewhere, true);
    }
}

/// The rank of what `declarer` says about an item.
pub(in crate::service) fn data_rank(catalogue: &Catalogue, item: &Item, declarer: &str) -> DataRank {
    let speaks_for = |by: &str, origin: &str| catalogue.settings(by).speaks_for.iter().any(|post| post == origin);
    DataRank::of(declarer, &item.object.orig_post, &item.object.post_org, speaks_for)
}

/// What the decisions of one side amount to.
struct Outcome {
    fiscal: FiscalState,
    changed: bool,
    by_post: bool,
    answers: bool,
    /// Number of the decision to show.
    current: i32,
    lapsed: Option<Vec<u8>>,
}

impl Judging<'_> {
    fn settle_decisions(&mut self, tx: &mut Tx<'_>, item: &mut Item, facts: &mut Facts) -> Result<(), Fault> {
        let own = self.outcome(tx, item, Side::Own)?;
        let there = self.outcome(tx, item, Side::Destination)?;
        let is = |outcome: &Option<Outcome>, what: fn(&Outcome) -> bool| outcome.as_ref().is_some_and(what);
        facts.set(Fact::ChangedSinceDecision, is(&own, |own| own.changed));
        facts.set(Fact::ChangedSinceDestinationDecision, is(&there, |there| there.changed));
        facts.set(Fact::DecisionByPost, is(&own, |own| own.by_post));
        facts.set(Fact::DestinationDecisionByPost, is(&there, |there| there.by_post));
        let cleared = |own: &Outcome| matches!(own.fiscal, FiscalState::Cleared | FiscalState::ClearedDue);
        if item.object.mail_state == Some(LEFT_INWARD_OFFICE) && is(&own, cleared) {
            facts.set(Fact::LeftCleared, true);
        }
        item.object.has_response = is(&own, |own| own.answers);
        item.object.has_dc_response = there.is_some();
        for (side, outcome) in [(Side::Own, own), (Side::Destination, there)] {
            if let Some(outcome) = outcome {
                show(tx, item, side, &outcome)?;
            }
        }
        Ok(())
    }

    fn outcome(&mut self, tx: &mut Tx<'_>, item: &Item, side: Side) -> Result<Option<Outcome>, Fault> {
        let mut decisions = Vec::new();
        for row in item.decisions(side).cloned().collect::<Vec<_>>() {
            if !counts(tx, item, &row)? {
                continue;
            }
            let stands = self.stands(tx, item, &Judged::of_row(&row))?;
            decisions.push((self.decided(&row, stands), row));
        }
        let (said, rows): (Vec<Decided>, Vec<DecisionRow>) = decisions.into_iter().unzip();
        let row_of = |decided: &Decided| said.iter().position(|other| std::ptr::eq(other, decided)).map(|at| &rows[at]);
        let (Some(effective), Some(current)) = (authority::effective(&said), authority::current(&said)) else {
            return Ok(None);
        };
        let Some(shown) = row_of(current) else { return Ok(None) };
        Ok(Some(Outcome {
            fiscal: if effective.is_lapsed_clearance() { FiscalState::Sent } else { effective.state },
            changed: effective.decides() && !effective.stands,
            by_post: effective.decides() && effective.beside_customs,
            answers: effective.answers(),
            current: shown.version_no,
            lapsed: current.is_lapsed_clearance().then(|| Judged::of_row(shown).shown_name()),
        }))
    }

    fn decided(&self, row: &DecisionRow, stands: bool) -> Decided {
        let agreed =
            row.customs_org.as_deref().is_some_and(|customs| self.catalogue.settings(customs).answered_by_post);
        Decided { beside_customs: row.beside_customs && !agreed, ..decided(row, stands) }
    }

    /// Whether the newest decision of the own customs side leaves room for a rule to answer: nothing stands, and nobody
    /// but rules has decided.
    pub(in crate::service) fn is_open_to_rules(&mut self, tx: &mut Tx<'_>, item: &Item) -> Result<bool, Fault> {
        for row in item.decisions(Side::Own).cloned().collect::<Vec<_>>() {
            let by_person = row.author_rank != Author::Rule;
            if by_person && decided(&row, true).decides() {
                return Ok(false);
            }
            if self.stands(tx, item, &Judged::of_row(&row))? && decided(&row, true).decides() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// A stored decision as the rules of authority see it.
pub(in crate::service) fn decided(row: &DecisionRow, stands: bool) -> Decided {
    Decided {
        author: row.author_rank,
        org: row.author_org.clone(),
        place: row.place,
        category: row.category,
        state: row.fiscal_state,
        digest: row.digest.clone(),
        stands,
        beside_customs: row.beside_customs,
    }
}

/// Whether its author has a say in the item now. On the side of the destination it has while the item goes there.
pub(in crate::service) fn counts(tx: &mut Tx<'_>, item: &Item, row: &DecisionRow) -> Result<bool, Fault> {
    if row.side == Side::Own || row.author_org == item.object.dest_post {
        return Ok(true);
    }
    if row.author_org != item.object.post_org {
        return Ok(false);
    }
    let there = tx.own_customs(&item.object.dest_post)?;
    Ok(there.is_none() || there == row.customs_org)
}

/// Keeps what a side amounts to with the response to show, which comes out of the archive where another one was shown.
fn show(tx: &mut Tx<'_>, item: &mut Item, side: Side, outcome: &Outcome) -> Result<(), Fault> {
    let fiscal_state = Some(outcome.fiscal);
    let shown = item.response(side).filter(|row| row.state_cd != ResponseState::Draft).cloned();
    if let Some(row) = shown.as_ref().filter(|row| row.version_no == outcome.current) {
        if (&row.fiscal_state, &row.lapsed) != (&fiscal_state, &outcome.lapsed) {
            item.put_response(side, ResponseRow { fiscal_state, lapsed: outcome.lapsed.clone(), ..row.clone() });
        }
        return Ok(());
    }
    let decision = item.decisions(side).find(|row| row.version_no == outcome.current).cloned();
    let (Some(decision), Some(shown)) = (decision, shown) else { return Ok(()) };
    let Some(body) = tx.archived_text(&item.object, side.document(), decision.version_no)? else { return Ok(()) };
    let row = ResponseRow {
        state_cd: decision.state_cd,
        customs_org: decision.customs_org,
        author_org: decision.author_org,
        sent: decision.sent,
        decision_cd: decision.decision_cd,
        decided_at: decision.decided_at,
        version_no: decision.version_no,
        digest: decision.digest,
        body: Some(body),
        fiscal_state,
        lapsed: outcome.lapsed.clone(),
        ..shown
    };
    item.restore_response(side, row);
    Ok(())
}
