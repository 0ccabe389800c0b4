//! What a new version of the program makes of data that older ones stored.
//!
//! Decisions made before it was kept what they judged: taken to be about the newest version that customs could see when they
//! were made. Goes on where it was interrupted, and is done before anything is served.

use serde::Deserialize;

use super::Services;
use super::catalogue::Catalogue;
use super::item::judging::{self, Judged};
use super::item::save;
use super::item::version::Timeline;
use crate::contract::{WcfDate, date};
use crate::domain::{Author, Category, EventKind, FiscalState, ResponseState, SecurityState, Side};
use crate::error::Result;
use crate::limits;
use crate::rules::authority::{self};
use crate::rules::fiscal::{self};
use crate::rules::item_facts::{Fact, Facts};
use crate::rules::light::LEFT_INWARD_OFFICE;
use crate::store::item::{DecisionRow, DeclarationRow, Event, Item, Parts, Recorded, ResponseRow, Stamp};
use crate::store::text::StoredText;
use crate::store::types::At;
use crate::store::{Fault, Tx};

/// The members of a response that its decision needs.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Essence {
    #[serde(deserialize_with = "date::optional")]
    clearance_dt: Option<WcfDate>,
    decision_cd: Option<String>,
    dutiable: bool,
}

/// A response that was final once, with what the history has of it.
struct Old<'o> {
    side: Side,
    row: &'o ResponseRow,
    recorded: &'o Recorded,
    version_no: i32,
    body: StoredText,
    /// Whose word it is at the post it came from, where that is hosted here as well.
    at_destination: Option<Author>,
}

impl Services {
    /// Gives the decisions of before what they judged; says about how many items there were any.
    ///
    /// # Errors
    /// When the database is away. What was done stays done.
    pub async fn judge_old_decisions(&self) -> Result<usize> {
        let mut judged = 0;
        for post in self.store.read(|tx| tx.unjudged_posts()).await? {
            loop {
                let (services, of_post) = (self.clone(), post.clone());
                let some = self.store.write(move |tx| judge_some(tx, &services.catalogue(), &of_post)).await?;
                judged += some;
                if some == 0 {
                    break;
                }
            }
            tracing::info!(post, judged, "decisions of before are judged");
        }
        Ok(judged)
    }
}

fn judge_some(tx: &mut Tx<'_>, catalogue: &Catalogue, post: &str) -> Result<usize, Fault> {
    let pids = tx.unjudged_items(post, limits::JUDGED_PER_WRITE)?;
    let stamp = Stamp::of_organization(post);
    for pid in &pids {
        if let Some(item) = tx.item_by_pid(post, pid.0, Parts::All)? {
            judge(tx, catalogue, item, &stamp)?;
        }
    }
    tx.note_judged(post, pids.last().copied())?;
    Ok(pids.len())
}

fn judge(tx: &mut Tx<'_>, catalogue: &Catalogue, mut item: Item, stamp: &Stamp) -> Result<(), Fault> {
    tx.complete(&mut item)?;
    let timeline = Timeline::of(tx, &item, stamp)?;
    let history = tx.recorded(&item.object)?;
    let rows: Vec<ResponseRow> =
        [Side::Own, Side::Destination].into_iter().filter_map(|side| item.response(side).cloned()).collect();
    for row in rows.iter().filter(|row| row.state_cd != ResponseState::Draft) {
        let side = row.side;
        for (version_no, recorded) in finals(&history, side) {
            let body = match version_no == row.version_no {
                true => row.body.clone(),
                false => tx.archived_text(&item.object, side.document(), version_no)?,
            };
            let Some(body) = body else { continue };
            let mut old = Old { side, row, recorded, version_no, body, at_destination: None };
            old.at_destination = rank_at_destination(tx, &item, &old)?;
            item.put_decision(decision(catalogue, &old, &timeline));
        }
    }
    if let Some(row) = item.declaration().filter(|row| row.declared_by.is_none()).cloned() {
        let declared_by = timeline.author_of(row.version_no).map(str::to_owned);
        item.put_declaration(DeclarationRow { declared_by, ..row });
    }
    let mut facts = Facts(item.object.facts);
    facts.set(Fact::Decided, item.decisions(Side::Own).chain(item.decisions(Side::Destination)).next().is_some());
    let own: Vec<_> = item.decisions(Side::Own).map(|row| judging::decided(row, true)).collect();
    let cleared = authority::effective(&own).is_some_and(|last| last.category == Some(Category::Clearance));
    facts.set(Fact::LeftCleared, cleared && item.object.mail_state == Some(LEFT_INWARD_OFFICE));
    facts.set(Fact::Redirected, goes_elsewhere(tx, &item)?);
    item.object.facts = facts.0;
    item.record(Event::of(EventKind::Judged));
    save::save(tx, catalogue, std::slice::from_mut(&mut item), stamp)
}

/// The versions of a side that were more than drafts, each with the event that made it so.
fn finals(history: &[Recorded], side: Side) -> Vec<(i32, &Recorded)> {
    let mut found: Vec<(i32, &Recorded)> = Vec::new();
    for row in history.iter().filter(|row| row.event.kind.decides()) {
        let Some(made) = row.event.document.as_ref().filter(|made| made.kind == side.document()) else { continue };
        if found.iter().all(|(known, _)| *known != made.version_no) {
            found.push((made.version_no, row));
        }
    }
    found
}

fn decision(catalogue: &Catalogue, old: &Old<'_>, timeline: &Timeline) -> DecisionRow {
    let Old { side, row, recorded, version_no, body, .. } = old;
    let read: Essence = serde_json::from_str(body).unwrap_or_default();
    let customs = row.customs_org.as_deref().unwrap_or_default();
    let meaning = read.decision_cd.as_deref().and_then(|code| catalogue.decisions.decide(customs, code).ok());
    let is_current = *version_no == row.version_no;
    let said = recorded.event.detail.counts_from(read.clearance_dt, recorded.at.0).instant();
    let decided_at = if is_current { row.decided_at } else { At(said) };
    let category = meaning.as_ref().map(|meaning| meaning.category);
    let author_org = if is_current { row.author_org.clone() } else { recorded.actor_org.clone() };
    let mut decision = DecisionRow {
        post_org: row.post_org.clone(),
        object_pid: row.object_pid,
        side: *side,
        version_no: *version_no,
        author_rank: rank(old, &author_org),
        author_org,
        customs_org: row.customs_org.clone(),
        decision_cd: read.decision_cd.clone(),
        category,
        fiscal_state: meaning.as_ref().map_or(FiscalState::Sent, |meaning| fiscal::after(meaning, read.dutiable)),
        place: match old.at_destination {
            Some(author) => authority::order(author, authority::unplaced(decided_at.0, category)),
            None => authority::unplaced(decided_at.0, category),
        },
        decided_at,
        received_at: recorded.at,
        digest: recorded.event.document.as_ref().map(|made| made.digest.clone()).unwrap_or_default(),
        stated_version: None,
        judged_no: None,
        judged_dest: None,
        judged_name: None,
        beside_customs: false,
        state_cd: if is_current { row.state_cd } else { ResponseState::Final },
        sent: row.sent,
    };
    judging::newest_visible(timeline, decided_at.0.min(recorded.at.0)).unwrap_or(Judged::Nothing).keep(&mut decision);
    decision
}

fn rank(old: &Old<'_>, author: &str) -> Author {
    let by_rule = old.recorded.event.kind == EventKind::ResponseAutomatic;
    match old.side {
        Side::Own if by_rule => Author::Rule,
        Side::Own if Some(author) == old.row.customs_org.as_deref() => Author::Customs,
        Side::Destination if author != old.row.post_org => Author::Customs,
        Side::Own | Side::Destination => Author::Post,
    }
}

/// Whose word a decision of the destination is there, as its own history tells where it lives on this server.
fn rank_at_destination(tx: &mut Tx<'_>, item: &Item, old: &Old<'_>) -> Result<Option<Author>, Fault> {
    if old.side == Side::Own {
        return Ok(None);
    }
    let post = &old.recorded.actor_org;
    for there in tx.items_by_id(post, &[&item.object.item_id], Parts::Declaration)? {
        if there.object.orig_post != item.object.orig_post {
            continue;
        }
        let digest = |row: &Recorded| row.event.document.as_ref().map(|made| made.digest.clone());
        let is_it = |row: &Recorded| {
            let of_side = row.event.document.as_ref().is_some_and(|made| made.kind == Side::Own.document());
            of_side && digest(row) == digest(old.recorded)
        };
        let Some(row) = tx.recorded(&there.object)?.into_iter().rfind(is_it) else { continue };
        return Ok(Some(match row.event.kind {
            EventKind::ResponseAutomatic => Author::Rule,
            _ if row.actor_org == *post => Author::Post,
            _ => Author::Customs,
        }));
    }
    Ok(None)
}

/// Whether the data of an item was taken back because it goes elsewhere, as its origin has it where that is hosted here.
fn goes_elsewhere(tx: &mut Tx<'_>, item: &Item) -> Result<bool, Fault> {
    let object = &item.object;
    let withdrawn = object.security_state == Some(SecurityState::Cancelled);
    if !withdrawn || item.declaration().is_some() || object.orig_post == object.post_org {
        return Ok(false);
    }
    let there = tx.items_by_id(&object.orig_post, &[&object.item_id], Parts::Declaration)?;
    let goes_on = |origin: &Item| origin.object.dest_post != object.dest_post && origin.declaration().is_some();
    Ok(there.iter().any(|origin| origin.object.orig_post == object.orig_post && goes_on(origin)))
}
