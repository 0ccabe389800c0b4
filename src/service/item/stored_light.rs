//! The light that is stored with an item: judged whenever the item is saved, and recorded with the event that changed it.
//!
//! Saving an item may change the light of others with its id at the same post (a later use of it, a way back): these are judged
//! in the same transaction. What time will change is noted, to be judged then.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};

use super::light::{Facts, Seen};
use super::which::{Candidates, Row};
use crate::domain::{EventKind, Light, PackedLight};
use crate::rules::light::Reason;
use crate::rules::which;
use crate::service::catalogue::Catalogue;
use crate::service::marks::{Marks, usage, word};
use crate::store::item::{Detail, Event, Item, LightChange, Overdue, Parts, Stamp};
use crate::store::item_status::StatusRow;
use crate::store::light::DueRow;
use crate::store::mark::MarkRow;
use crate::store::types::At;
use crate::store::{Fault, Tx};

/// What a post's items are judged with.
struct Judge<'c> {
    catalogue: &'c Catalogue,
    marks: Marks,
}

/// The light of an item, and when time will change it.
struct Judged {
    light: Light,
    reasons: Vec<Reason>,
    next: Option<DateTime<Utc>>,
    /// It goes by other items with the id.
    goes_by_others: bool,
}

impl Judged {
    fn packed(&self) -> PackedLight {
        PackedLight::new(self.light, self.reasons.iter().map(|reason| reason.code))
    }

    fn change(&self, was: Option<PackedLight>) -> LightChange {
        let mut why: Vec<String> = Vec::with_capacity(self.reasons.len());
        for reason in &self.reasons {
            if !why.iter().any(|known| known == reason.code) {
                why.push(reason.code.to_owned());
            }
        }
        LightChange { was: was.map(|was| was.light().name().to_owned()), is: self.light.name().to_owned(), why }
    }
}

impl<'c> Judge<'c> {
    fn of(tx: &mut Tx<'_>, catalogue: &'c Catalogue, post: &str, ids: &[&str]) -> Result<Self, Fault> {
        let customs = catalogue.own_customs(tx, post)?;
        let marks = Marks::of(tx, &[post.to_owned()], customs.as_deref(), ids)?;
        Ok(Self { catalogue, marks })
    }

    /// `at_hand`: other items with the id as this transaction has made them.
    fn judge(&self, tx: &mut Tx<'_>, item: &mut Item, at_hand: &[StatusRow]) -> Result<Judged, Fault> {
        let row = StatusRow::from(&item.object);
        let facts = Facts::of_item(tx, self.catalogue, item, &row)?;
        let goes_by_others = self.goes_by_others(item, &row);
        let (is_foreign, earlier_until) = match goes_by_others {
            true => self.among_others(tx, &row, at_hand)?,
            false => (false, None),
        };
        let seen = Seen { row: &row, mark: self.marks.on(&row), earlier_use: earlier_until.is_some(), is_foreign };
        let (light, reasons) = facts.light(&seen);
        let after_earlier = earlier_until.map(|until| until + TimeDelta::microseconds(1));
        let next_overdue = match row.security_state {
            Some(_) => overdue(tx, item, tx.now, DateTime::<Utc>::MAX_UTC)?.into_iter().map(|(at, _)| at).min(),
            None => None,
        };
        let next = [after_earlier, self.marks.next_end(&row), next_overdue].into_iter().flatten().min();
        Ok(Judged { light, reasons, next, goes_by_others })
    }

    /// Whether other items with the id have to be looked at: hardly any item's.
    fn goes_by_others(&self, item: &Item, row: &StatusRow) -> bool {
        let had_earlier = light_of(item).is_some_and(|light| light.has("EARLIER_USE"));
        row.life_no > 1 || had_earlier || !Row::from(row).fits(self.catalogue)
    }

    /// Whether an item may not rightly have its id, and until when an earlier use of it counts against it.
    fn among_others(
        &self,
        tx: &mut Tx<'_>,
        row: &StatusRow,
        at_hand: &[StatusRow],
    ) -> Result<(bool, Option<DateTime<Utc>>), Fault> {
        let posts = [row.post_org.clone()];
        let stored = tx.status_rows(&posts, &[&row.item_id])?;
        let mut rows = at_hand.to_vec();
        if rows.iter().all(|known| known.pid != row.pid) {
            rows.push(row.clone());
        }
        let is_new = |other: &StatusRow| rows.iter().all(|known| known.pid != other.pid);
        let new: Vec<StatusRow> = stored.into_iter().filter(is_new).collect();
        rows.extend(new);
        let candidates = Candidates::of(tx, rows.iter().map(Row::from))?;
        let seen = candidates.see(self.catalogue);
        let Some(at) = rows.iter().position(|other| other.pid == row.pid) else { return Ok((false, None)) };
        let is_foreign = !which::fits_among(&seen, at);
        let earlier: Vec<&StatusRow> = which::earlier_uses(&seen, at).into_iter().map(|at| &rows[at]).collect();
        let past = Facts::load(tx, self.catalogue, &posts, earlier.iter().copied())?;
        let until = earlier.into_iter().filter_map(|row| past.stops_until(row, tx.now)).max();
        Ok((is_foreign, until))
    }
}

/// The light of an item as it was stored last.
fn light_of(item: &Item) -> Option<PackedLight> {
    item.object.light.map(PackedLight::from_stored)
}

/// The light that the history of an item recorded last: it is not stored where an earlier version ran meanwhile.
fn recorded_light(tx: &mut Tx<'_>, item: &Item) -> Result<Option<PackedLight>, Fault> {
    let told = tx.recorded(&item.object)?.into_iter().rev().find_map(|row| row.event.detail.light);
    Ok(told.and_then(|change| change.packed()))
}

/// The referrals of an item that wait, by the times within these two (the first not included) at which their answer is to be
/// reminded of or due.
fn overdue(
    tx: &mut Tx<'_>,
    item: &mut Item,
    after: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<(DateTime<Utc>, Overdue)>, Fault> {
    tx.complete_referrals(item)?;
    let mut found = Vec::new();
    for row in tx.referrals_of(item)?.into_iter().filter(|row| row.pending) {
        for At(at) in [row.remind_at, row.due_at].into_iter().flatten().filter(|At(at)| *at > after && *at <= until) {
            let (referral_id, referral_cd) = (row.reference.clone(), row.code.clone());
            found.push((at, Overdue { referral_id, referral_cd }));
        }
    }
    Ok(found)
}

/// Brings the lights of the items about to be saved, those with events, up to date. Gives posts and ids of items that are to be judged once
/// these are saved.
pub(in crate::service) fn update(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    items: &mut [Item],
) -> Result<BTreeSet<(String, String)>, Fault> {
    let mut posts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for item in items.iter().filter(|item| !item.events().is_empty()) {
        posts.entry(item.object.post_org.clone()).or_default().push(item.object.item_id.clone());
    }
    let mut others = BTreeSet::new();
    for (post, ids) in posts {
        let judge = Judge::of(tx, catalogue, &post, &ids.iter().map(String::as_str).collect::<Vec<_>>())?;
        let alike = alike(items, &post);
        for item in items.iter_mut().filter(|item| item.object.post_org == post && !item.events().is_empty()) {
            let at_hand = alike.get(&item.object.item_id).map_or(&[][..], Vec::as_slice);
            let judged = judge.judge(tx, item, at_hand)?;
            let moves_others = moves_others(item, &judged, at_hand);
            if moves_others {
                others.insert((post.clone(), item.object.item_id.clone()));
            }
            if moves_others || judged.goes_by_others {
                tx.judge_soon(&post, &item.object.item_id)?;
            }
            put(tx, item, &judged)?;
        }
    }
    Ok(others)
}

/// Of the items of a post at hand, those whose id several of them have; by id.
fn alike(items: &[Item], post: &str) -> HashMap<String, Vec<StatusRow>> {
    let of_post = || items.iter().map(|item| &item.object).filter(|object| object.post_org == post);
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for object in of_post() {
        *counts.entry(&object.item_id).or_default() += 1;
    }
    let mut alike: HashMap<String, Vec<StatusRow>> = HashMap::new();
    for object in of_post().filter(|object| counts.get(object.item_id.as_str()).is_some_and(|count| *count > 1)) {
        alike.entry(object.item_id.clone()).or_default().push(object.into());
    }
    alike
}

/// Whether the light of other items with the id goes by what this one becomes.
fn moves_others(item: &Item, judged: &Judged, at_hand: &[StatusRow]) -> bool {
    const STOPS: [&str; 6] = ["REFUSED", "DETAINED", "DC_REFUSED", "DC_DETAINED", "STOPPED", "DEPARTED_AFTER_DNL"];
    let (was, is) = (light_of(item), judged.packed());
    let others = at_hand.iter().filter(|other| other.pid != item.object.pid);
    let goes_elsewhere = |kind| matches!(kind, EventKind::ObjectRedirected | EventKind::ObjectOriginKnown);
    if others.count() > 0 || item.has_event(goes_elsewhere) {
        return true;
    }
    STOPS.iter().any(|code| was.is_some_and(|was| was.has(code)) != is.has(code))
}

/// Stores a light; where it changed, the last event records it.
fn put(tx: &mut Tx<'_>, item: &mut Item, judged: &Judged) -> Result<(), Fault> {
    if let Some(next) = judged.next {
        tx.judge_at(&item.object.post_org, &item.object.item_id, At(next))?;
    }
    let (was, is) = (light_of(item), judged.packed());
    if was == Some(is) {
        return Ok(());
    }
    let change = judged.change(was);
    match item.last_event(|_| true) {
        Some(event) => event.detail.light = Some(change),
        // Of an earlier version, and not judged before: nothing changed.
        None => tx.put_first_light(&item.object.post_org, item.object.pid, is.stored())?,
    }
    item.object.light = Some(is.stored());
    Ok(())
}

/// Why items are judged that nobody wrote to.
pub(in crate::service) enum Cause<'c> {
    /// Another item, a list or a setting.
    Others,
    /// A mark that was set or cleared.
    Mark(&'c MarkRow),
    /// Time has come.
    Time(&'c DueRow),
}

impl Cause<'_> {
    /// Puts into the history what happened.
    fn record(&self, tx: &mut Tx<'_>, item: &mut Item, judged: &Judged) -> Result<(), Fault> {
        if let Self::Mark(mark) = self {
            let row = StatusRow::from(&item.object);
            if word(mark).is_some_and(|mark| mark.counts_for(&usage(&row))) {
                let detail = Detail { operation: Some(mark.operation.to_string()), ..Detail::default() };
                item.record(Event { detail, ..Event::of(EventKind::MarkSet) });
            }
        }
        if let Self::Time(due) = self {
            let before = due.at.0 - TimeDelta::microseconds(1);
            for (_, overdue) in overdue(tx, item, before, tx.now)? {
                let detail = Detail { overdue: Some(overdue), ..Detail::default() };
                item.record(Event { detail, ..Event::of(EventKind::ReferralOverdue) });
            }
        }
        let was = match light_of(item) {
            Some(was) => Some(was),
            None => recorded_light(tx, item)?,
        };
        let Some(was) = was.filter(|was| *was != judged.packed()) else { return Ok(()) };
        let is_marked = |light: PackedLight| light.has("WATCHDOG_BLOCKED") || light.has("WATCHDOG_WARNING");
        let has_ended = matches!(self, Self::Time(_)) && is_marked(was) && !is_marked(judged.packed());
        if has_ended {
            item.record(Event::of(EventKind::MarkExpired));
        } else if item.events().is_empty() {
            item.record(Event::of(EventKind::LightJudged));
        }
        Ok(())
    }
}

/// Judges the items of a post that have an id; gives how many were saved, since their light changed or something happened to
/// them.
pub(in crate::service) fn judge_id(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    post: &str,
    item_id: &str,
    (cause, stamp): (&Cause<'_>, &Stamp),
) -> Result<usize, Fault> {
    let mut items = tx.items_by_id(post, &[item_id], Parts::All)?;
    judge_items(tx, catalogue, &mut items, (cause, stamp))
}

/// The same for items at hand, all of one post.
pub(in crate::service) fn judge_items(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    items: &mut [Item],
    (cause, stamp): (&Cause<'_>, &Stamp),
) -> Result<usize, Fault> {
    let Some(post) = items.first().map(|item| item.object.post_org.clone()) else { return Ok(0) };
    let ids: Vec<String> = items.iter().map(|item| item.object.item_id.clone()).collect();
    let judge = Judge::of(tx, catalogue, &post, &ids.iter().map(String::as_str).collect::<Vec<_>>())?;
    let mut saved = 0;
    for item in items.iter_mut() {
        let judged = judge.judge(tx, item, &[])?;
        cause.record(tx, item, &judged)?;
        put(tx, item, &judged)?;
        saved += usize::from(!item.events().is_empty());
    }
    tx.save_items(items, stamp)?;
    Ok(saved)
}

/// Of each of some items of a post, whether its light is another than is stored.
pub(in crate::service) fn differ(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    items: &mut [Item],
) -> Result<Vec<bool>, Fault> {
    let Some(post) = items.first().map(|item| item.object.post_org.clone()) else { return Ok(Vec::new()) };
    let ids: Vec<String> = items.iter().map(|item| item.object.item_id.clone()).collect();
    let judge = Judge::of(tx, catalogue, &post, &ids.iter().map(String::as_str).collect::<Vec<_>>())?;
    items.iter_mut().map(|item| Ok(Some(judge.judge(tx, item, &[])?.packed()) != light_of(item))).collect()
}
