//! Putting responses of customs into items: drafts, and decisions with what they judged.
//!
//! The same whoever decides and by whatever way it comes. Which of several decisions is shown follows from whose they are
//! and from their places, never from their arrival; what they amount to is settled when the item is saved.

use chrono::TimeDelta;
use uuid::Uuid;

use super::batch::Outcome;
use super::catalogue::Catalogue;
use super::item::judging::{self, By, Judged, Judging, Question};
use crate::contract::canonical::{digest, to_canonical};
use crate::contract::{ResponseData, WcfDate};
use crate::domain::{Author, EventKind, FiscalState, ResponseState, Side};
use crate::error::Error;
use crate::limits;
use crate::rules::authority::{self};
use crate::rules::decision::Decision;
use crate::rules::fiscal::{self};
use crate::rules::item_facts::{Fact, Facts};
use crate::rules::life_cycle::{self, Standing, StoreEvent};
use crate::rules::precedence;
use crate::rules::reserved::{self, Stated};
use crate::rules::structure::given;
use crate::store::item::{DecisionRow, Detail, Document, Event, Item, ResponseRow, Stamp};
use crate::store::text::StoredText;
use crate::store::types::{At, Id};
use crate::store::{Fault, Tx};

/// A response as it is put into an item.
#[derive(Clone, Debug)]
pub(super) struct Incoming {
    pub event: StoreEvent,
    /// The customs administration named.
    pub customs: Option<String>,
    /// The organization that entered or sent it.
    pub author: String,
    /// Whose word it is.
    pub rank: Author,
    /// It came in a message of its author, which goes by what it acknowledged.
    pub from_partner: bool,
    pub decision_cd: Option<String>,
    pub dutiable: bool,
    /// `ClearanceDt`; absent: the time of receipt.
    pub decided_at: Option<At>,
    /// What it says under names of the server: the version it is about, its place among the author's decisions.
    pub stated: Stated,
    pub digest: Vec<u8>,
    pub body: StoredText,
}

impl Incoming {
    /// What `data` says, written canonically; what is stated under names of the server is no part of it.
    pub(super) fn of(mut data: ResponseData, event: StoreEvent, author: &str, rank: Author) -> Self {
        let stated = reserved::take(&mut data.extra_field_names, &mut data.extra_field_values);
        let body = to_canonical(&data);
        Self {
            event,
            customs: None,
            author: author.to_owned(),
            rank,
            from_partner: false,
            decision_cd: given(&data.decision_cd).map(str::to_owned),
            dutiable: data.dutiable,
            decided_at: data.clearance_dt.map(|date| At(date.instant())),
            stated,
            digest: digest(&body),
            body: body.into(),
        }
    }
}

/// Where and how a response is put into an item.
pub(super) struct Placing<'p> {
    pub catalogue: &'p Catalogue,
    pub stamp: &'p Stamp,
    pub side: Side,
    /// The event that records it.
    pub event: EventKind,
    pub detail: Detail,
    /// Path of the response in the request, for findings.
    pub path: &'p str,
}

/// When a decision counts from, and whether it said so itself.
#[derive(Clone, Copy)]
struct Dated {
    at: At,
    by_itself: bool,
}

/// Puts a response on one side of an item. A repeat changes nothing: the same of the same author about the same version.
///
/// # Errors
/// When the event may not follow the state, or the response names a version that there is none of.
pub(super) fn place(
    tx: &mut Tx<'_>,
    item: &mut Item,
    placing: &Placing<'_>,
    incoming: &Incoming,
) -> Result<Outcome, Fault> {
    let flow = item.object.flow;
    tx.complete(item)?;
    // What another author drafted is as if it were not there; and what it decided is no bar to a draft.
    let is_draft = incoming.event == StoreEvent::Draft;
    let own =
        |old: &&ResponseRow| old.author_org == incoming.author || (old.state_cd != ResponseState::Draft && !is_draft);
    let visible = item.response(placing.side).filter(own).map(standing_of);
    let standing = life_cycle::response(visible, incoming.event, flow)
        .map_err(|illegal| Error::invalid("state", "evtCd", illegal.0))?;
    if standing.state == ResponseState::Draft {
        return draft(tx, item, placing, incoming, standing);
    }
    if let Some(repeated) = said_again(tx, item, placing.side, incoming)? {
        return Ok(promote(item, placing, repeated, standing));
    }
    let dated = dated(tx, item, placing.side, incoming);
    let judged = judged(tx, item, placing, incoming, dated)?;
    let mut decision = decision(tx, item, placing, incoming, (dated, standing))?;
    judged.keep(&mut decision);
    match repeated(item, placing.side, incoming, &decision) {
        Some(repeated) => Ok(promote(item, placing, repeated, standing)),
        None => record(tx, item, placing, incoming, decision, dated),
    }
}

fn standing_of(row: &ResponseRow) -> Standing<ResponseState> {
    Standing { state: row.state_cd, seen: row.state_cd != ResponseState::Draft, sent: row.sent }
}

/// What is dated ahead of its receipt counts from there, like what has no date; that is taken to be made after what the
/// same author said last, in whole seconds as dates travel.
fn dated(tx: &Tx<'_>, item: &Item, side: Side, incoming: &Incoming) -> Dated {
    if let Some(at) = incoming.decided_at.filter(|at| !precedence::is_ahead(at.0, tx.now)) {
        return Dated { at, by_itself: true };
    }
    let second = WcfDate::new(tx.now).instant();
    let of_author = item.decisions(side).filter(|row| row.author_org == incoming.author);
    let last = of_author.filter(|row| row.digest != incoming.digest).map(|row| row.decided_at.0).max();
    let after = last.map(|last| WcfDate::new(last).instant() + TimeDelta::seconds(1));
    Dated { at: At(after.map_or(second, |after| after.max(second))), by_itself: false }
}

/// What the decision is about.
fn judged(
    tx: &mut Tx<'_>,
    item: &mut Item,
    placing: &Placing<'_>,
    incoming: &Incoming,
    dated: Dated,
) -> Result<Judged, Fault> {
    let by = match incoming.rank {
        _ if incoming.from_partner => By::Partner(&incoming.author),
        Author::Customs => By::OwnCustoms(&incoming.author),
        Author::Rule | Author::Post => By::Onlooker,
    };
    let judging = Judging::of(tx, placing.catalogue, item, placing.stamp)?;
    let stated = incoming.stated.version.as_deref();
    let judged = judging.judged(
        tx,
        item,
        &Question { stated, among: &judging.timeline.versions, by, dated: dated.at.0, received: tx.now },
    )?;
    if matches!(judged, Judged::Unknown { .. }) && !incoming.from_partner {
        let path = format!("{}.Data.ExtraFieldValues", placing.path);
        let message = "EP.Version names no version of this declaration; repeat what the view shows, say item when the goods \
                       themselves were examined, or leave it out";
        return Err(Error::invalid("unknown_version", path, message).into());
    }
    Ok(judged)
}

/// The row of a decision, but for its number and what it judged.
fn decision(
    tx: &mut Tx<'_>,
    item: &Item,
    placing: &Placing<'_>,
    incoming: &Incoming,
    (dated, standing): (Dated, Standing<ResponseState>),
) -> Result<DecisionRow, Fault> {
    let customs = incoming.customs.as_deref().unwrap_or_default();
    let meaning =
        incoming.decision_cd.as_deref().and_then(|code| placing.catalogue.decisions.decide(customs, code).ok());
    let state = meaning.as_ref().map_or(FiscalState::Sent, |meaning| fiscal::after(meaning, incoming.dutiable));
    Ok(DecisionRow {
        post_org: item.object.post_org.clone(),
        object_pid: item.object.pid,
        side: placing.side,
        version_no: 0,
        author_org: incoming.author.clone(),
        author_rank: incoming.rank,
        customs_org: incoming.customs.clone(),
        decision_cd: incoming.decision_cd.clone(),
        category: meaning.as_ref().map(|meaning| meaning.category),
        fiscal_state: state,
        place: place_of(tx, item, placing.side, incoming, dated, meaning.as_ref()),
        decided_at: dated.at,
        received_at: At(tx.now),
        digest: incoming.digest.clone(),
        stated_version: incoming.stated.version.clone(),
        judged_no: None,
        judged_dest: None,
        judged_name: None,
        beside_customs: incoming.rank == Author::Post && works_here(tx, customs)?,
        state_cd: standing.state,
        sent: standing.sent,
    })
}

/// Its place among the decisions of its author: given here for what is said here, taken over from a message.
fn place_of(
    tx: &Tx<'_>,
    item: &Item,
    side: Side,
    incoming: &Incoming,
    dated: Dated,
    meaning: Option<&Decision>,
) -> i64 {
    let category = meaning.map(|meaning| meaning.category);
    if !incoming.from_partner {
        let of_author = item.decisions(side).filter(|row| row.author_org == incoming.author);
        let before: Vec<_> = of_author.map(|row| (row.place, judging::decided(row, true).category)).collect();
        return authority::place(dated.at.0, category, &before);
    }
    let latest = (tx.now.timestamp() + limits::CLOCK_SKEW_S + 1) * authority::PLACES_PER_SECOND;
    let stated = incoming.stated.order.and_then(|order| Some((order, authority::placed(order)?.1)));
    match stated.filter(|(_, place)| (0..latest).contains(place)) {
        // Of what a destination tells, its customs' word goes before what was entered for it.
        Some((order, _)) if side == Side::Destination => order,
        Some((_, place)) => place,
        None => authority::unplaced(dated.at.0, category),
    }
}

/// Whether an administration was handed a declaration or has decided itself, at any of its posts.
fn works_here(tx: &mut Tx<'_>, customs: &str) -> Result<bool, Fault> {
    let Some(organization) = tx.organization(customs)? else { return Ok(false) };
    for post in tx.posts_of_customs(&organization)? {
        if tx.has_decided(&post, customs)? || tx.was_handed_any(&post, customs)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The decision that this one says again, date and all, where nothing tells that its author has seen anything since.
fn said_again(tx: &mut Tx<'_>, item: &Item, side: Side, incoming: &Incoming) -> Result<Option<DecisionRow>, Fault> {
    let is_same = |row: &&DecisionRow| {
        row.author_org == incoming.author && row.digest == incoming.digest && row.stated_version.is_none()
    };
    let Some(said) = item.decisions(side).find(is_same).cloned() else { return Ok(None) };
    if incoming.decided_at.is_none() || incoming.stated.version.is_some() {
        return Ok(None);
    }
    let mut has_seen = || tx.handed(&item.object.post_org, item.object.pid, &incoming.author);
    let nothing_seen = incoming.from_partner || (incoming.rank == Author::Customs && has_seen()?.is_empty());
    Ok(nothing_seen.then_some(said))
}

/// The decision that this one repeats.
fn repeated(item: &Item, side: Side, incoming: &Incoming, new: &DecisionRow) -> Option<DecisionRow> {
    let about = |row: &DecisionRow| (row.judged_no, row.judged_dest.clone(), row.judged_name.clone());
    let is_same =
        |row: &&DecisionRow| row.author_org == incoming.author && row.digest == new.digest && about(row) == about(new);
    item.decisions(side).find(is_same).cloned()
}

/// What is said again may be passed on further than before.
fn promote(
    item: &mut Item,
    placing: &Placing<'_>,
    repeated: DecisionRow,
    standing: Standing<ResponseState>,
) -> Outcome {
    let shown = item.response(placing.side).filter(|row| row.version_no == repeated.version_no).cloned();
    let Some(shown) = shown.filter(|row| standing_of(row) != standing) else { return Outcome::Unchanged };
    let (state_cd, sent) = (standing.state, standing.sent);
    item.put_response(placing.side, ResponseRow { state_cd, sent, ..shown });
    item.put_decision(DecisionRow { state_cd, sent, ..repeated });
    item.record(Event { detail: placing.detail.clone(), ..Event::of(placing.event) });
    Outcome::Stored
}

/// Adds a decision to those there are; shown is the one that counts.
fn record(
    tx: &mut Tx<'_>,
    item: &mut Item,
    placing: &Placing<'_>,
    incoming: &Incoming,
    decision: DecisionRow,
    dated: Dated,
) -> Result<Outcome, Fault> {
    let old = item.response(placing.side).cloned();
    let draft = old.as_ref().filter(|old| old.state_cd == ResponseState::Draft && old.digest == incoming.digest);
    let kind = placing.side.document();
    let version_no = match draft {
        Some(draft) => draft.version_no,
        None => tx.last_version(item, kind, old.as_ref().map(|old| old.version_no))? + 1,
    };
    let decision = DecisionRow { version_no, ..decision };
    item.put_decision(decision.clone());
    let mut facts = Facts(item.object.facts);
    facts.set(Fact::Decided, true);
    item.object.facts = facts.0;
    item.object.customs_visible = true;
    let is_shown = shown(tx, item, placing.side)?.is_none_or(|shown| shown == version_no);
    let was_decided = old.as_ref().is_some_and(|old| old.state_cd != ResponseState::Draft);
    let document = Some(Document { kind, version_no, digest: incoming.digest.clone() });
    // When one counts from that does not say so itself.
    let issued_at = (!dated.by_itself).then(|| WcfDate::new(dated.at.0));
    let detail = Detail { issued_at, ..placing.detail.clone() };
    if was_decided && !is_shown {
        item.archive(kind, version_no, incoming.digest.clone(), Some(incoming.body.clone()));
        item.record(Event { kind: EventKind::ResponseOvertaken, detail, document });
        return Ok(Outcome::Stored);
    }
    item.put_response(placing.side, response_row(&decision, old.as_ref(), &incoming.body));
    item.record(Event { kind: placing.event, detail, document });
    Ok(Outcome::Stored)
}

/// Number of the decision to show on a side.
fn shown(tx: &mut Tx<'_>, item: &Item, side: Side) -> Result<Option<i32>, Fault> {
    let mut counting = Vec::new();
    for row in item.decisions(side).cloned().collect::<Vec<_>>() {
        if judging::counts(tx, item, &row)? {
            counting.push(row);
        }
    }
    let said: Vec<_> = counting.iter().map(|row| judging::decided(row, true)).collect();
    let current = authority::current(&said);
    let place = current.and_then(|current| said.iter().position(|other| std::ptr::eq(other, current)));
    Ok(place.map(|place| counting[place].version_no))
}

fn response_row(decision: &DecisionRow, old: Option<&ResponseRow>, body: &StoredText) -> ResponseRow {
    ResponseRow {
        post_org: decision.post_org.clone(),
        object_pid: decision.object_pid,
        side: decision.side,
        pid: old.map_or_else(|| Id(Uuid::now_v7()), |old| old.pid),
        state_cd: decision.state_cd,
        customs_org: decision.customs_org.clone(),
        author_org: decision.author_org.clone(),
        sent: decision.sent,
        decision_cd: decision.decision_cd.clone(),
        decided_at: decision.decided_at,
        version_no: decision.version_no,
        digest: decision.digest.clone(),
        body: Some(body.clone()),
        fiscal_state: Some(decision.fiscal_state),
        lapsed: None,
    }
}

/// Puts a draft in the place of what there was: nothing, or a draft.
fn draft(
    tx: &mut Tx<'_>,
    item: &mut Item,
    placing: &Placing<'_>,
    incoming: &Incoming,
    standing: Standing<ResponseState>,
) -> Result<Outcome, Fault> {
    let old = item.response(placing.side).cloned();
    if old.as_ref().is_some_and(|old| old.state_cd != ResponseState::Draft) {
        return shelve(tx, item, placing, incoming);
    }
    let same_text = old.as_ref().is_some_and(|old| old.digest == incoming.digest);
    if same_text && old.as_ref().is_some_and(|old| old.author_org == incoming.author) {
        return Ok(Outcome::Unchanged);
    }
    let kind = placing.side.document();
    let version_no = match old.as_ref().filter(|_| same_text) {
        Some(old) => old.version_no,
        None => tx.last_version(item, kind, old.as_ref().map(|old| old.version_no))? + 1,
    };
    let row = ResponseRow {
        post_org: item.object.post_org.clone(),
        object_pid: item.object.pid,
        side: placing.side,
        pid: old.map_or_else(|| Id(Uuid::now_v7()), |old| old.pid),
        state_cd: standing.state,
        customs_org: incoming.customs.clone(),
        author_org: incoming.author.clone(),
        sent: standing.sent,
        decision_cd: incoming.decision_cd.clone(),
        decided_at: incoming.decided_at.unwrap_or(At(WcfDate::new(tx.now).instant())),
        version_no,
        digest: incoming.digest.clone(),
        body: Some(incoming.body.clone()),
        fiscal_state: None,
        lapsed: None,
    };
    item.put_response(placing.side, row);
    let document = (!same_text).then(|| Document { kind, version_no, digest: incoming.digest.clone() });
    item.record(Event { kind: placing.event, detail: placing.detail.clone(), document });
    Ok(Outcome::Stored)
}

/// Keeps a draft beside what another author has decided: among the versions, as a decision of less weight would be.
fn shelve(tx: &mut Tx<'_>, item: &mut Item, placing: &Placing<'_>, incoming: &Incoming) -> Result<Outcome, Fault> {
    let kind = placing.side.document();
    if tx.archived(item, kind)?.iter().any(|(_, digest, _)| *digest == incoming.digest) {
        return Ok(Outcome::Unchanged);
    }
    let current = item.response(placing.side).map(|row| row.version_no);
    let version_no = tx.last_version(item, kind, current)? + 1;
    item.archive(kind, version_no, incoming.digest.clone(), Some(incoming.body.clone()));
    let document = Some(Document { kind, version_no, digest: incoming.digest.clone() });
    item.record(Event { kind: placing.event, detail: placing.detail.clone(), document });
    Ok(Outcome::Stored)
}

/// The administration that a response on a side is of, when it names none.
pub(super) fn customs_of_side(tx: &mut Tx<'_>, item: &Item, side: Side) -> Result<Option<String>, Fault> {
    tx.own_customs(if side == Side::Own { &item.object.post_org } else { &item.object.dest_post })
}
