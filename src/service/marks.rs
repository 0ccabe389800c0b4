//! The marks that a caller knows of, and which of them counts for an item.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::Actor;
use super::item::visible;
use super::item::which::Row;
use crate::contract::{WatchdogInfo, WcfDate};
use crate::domain::MarkOperation;
use crate::rules::light;
use crate::rules::mark::{self, Usage};
use crate::rules::structure::UNKNOWN_POST;
use crate::store::item::ObjectRow;
use crate::store::item_status::StatusRow;
use crate::store::mark::MarkRow;
use crate::store::types::At;
use crate::store::{Fault, Tx};

/// A mark to set, with what is said of the items meant.
#[derive(Clone, Debug, Default)]
pub struct SetMark {
    pub item_id: String,
    /// Whose items are meant; `ZZZ`: those of any post.
    pub origin: Option<String>,
    pub destination: Option<String>,
    pub mail_class: Option<String>,
    pub posting: Option<WcfDate>,
    pub info: WatchdogInfo,
}

/// Every life of the items with this id that the caller sees.
pub(super) fn seen(tx: &mut Tx<'_>, actor: &Actor, item_id: &str) -> Result<Vec<StatusRow>, Fault> {
    let mut rows = tx.status_rows(&actor.posts, &[item_id])?;
    rows.retain(|row| visible::sees_row(actor, row));
    Ok(rows)
}

/// The marks on some item ids that the caller knows of: its own, those of its customs, those of the posts whose customs it
/// is. One query.
pub(super) fn marks(tx: &mut Tx<'_>, actor: &Actor, item_ids: &[&str]) -> Result<Marks, Fault> {
    Marks::of(tx, &actor.posts, actor.customs.as_deref(), item_ids)
}

/// Marks on item ids, by some posts and their customs.
pub(super) struct Marks {
    by_id: HashMap<String, Vec<MarkRow>>,
    customs: Option<String>,
    now: DateTime<Utc>,
}

impl Marks {
    /// The marks that posts and the customs administration they share have set on some item ids.
    pub(super) fn of(
        tx: &mut Tx<'_>,
        posts: &[String],
        customs: Option<&str>,
        item_ids: &[&str],
    ) -> Result<Self, Fault> {
        let authors: Vec<&str> = posts.iter().map(String::as_str).chain(customs).collect();
        let mut by_id: HashMap<String, Vec<MarkRow>> = HashMap::new();
        for row in tx.marks(&authors, item_ids)? {
            by_id.entry(row.item_id.clone()).or_default().push(row);
        }
        Ok(Self { by_id, customs: customs.map(str::to_owned), now: tx.now })
    }

    /// When they were read.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The gravest mark in force for an item: of its post, or of that post's customs.
    pub(super) fn on(&self, row: &StatusRow) -> Option<WatchdogInfo> {
        self.on_item(&row.post_org, &row.item_id, usage(row))
    }

    /// The same for an item that was loaded.
    pub(super) fn on_object(&self, object: &ObjectRow) -> Option<WatchdogInfo> {
        let usage = Usage { origin: &object.orig_post, effective: Row::from(object).effective() };
        self.on_item(&object.post_org, &object.item_id, usage)
    }

    /// The gravest mark in force for an item with this id that were posted now, whatever its post and origin.
    pub(super) fn without_item(&self, item_id: &str) -> Option<WatchdogInfo> {
        self.gravest(item_id, &[Usage { origin: UNKNOWN_POST, effective: self.now }], |_| true)
    }

    fn on_item(&self, post: &str, item_id: &str, usage: Usage<'_>) -> Option<WatchdogInfo> {
        self.gravest(item_id, &[usage], |author| author == post || Some(author) == self.customs.as_deref())
    }

    pub(super) fn gravest(
        &self,
        item_id: &str,
        uses: &[Usage<'_>],
        has_say: impl Fn(&str) -> bool,
    ) -> Option<WatchdogInfo> {
        let heard = self.rows(item_id).iter().filter(|row| has_say(&row.author_org));
        let marks = heard.filter_map(|row| Some((word(row)?, row)));
        mark::gravest(marks, uses, self.now).map(|(_, row)| info(row))
    }

    /// When the first of the marks that count for an item ends by itself.
    pub(super) fn next_end(&self, row: &StatusRow) -> Option<DateTime<Utc>> {
        let has_say = |author: &str| author == row.post_org || Some(author) == self.customs.as_deref();
        let marks = self.rows(&row.item_id).iter().filter(|mark| has_say(&mark.author_org)).filter_map(word);
        let counting = marks.filter(|mark| mark.is_in_force(self.now) && mark.counts_for(&usage(row)));
        counting.filter_map(|mark| mark.until).min()
    }

    pub(super) fn rows(&self, item_id: &str) -> &[MarkRow] {
        self.by_id.get(item_id).map_or(&[], Vec::as_slice)
    }
}

pub(super) fn usage(row: &StatusRow) -> Usage<'_> {
    Usage { origin: &row.orig_post, effective: Row::from(row).effective() }
}

/// A stored mark as the rules know it.
pub(super) fn word(row: &MarkRow) -> Option<mark::Mark<'_>> {
    Some(mark::Mark {
        origin: &row.orig_post,
        operation: row.operation,
        until: row.until.map(|At(until)| until),
        set_at: row.set_at.0,
        posted_at: row.posted_at.map(|At(posted)| posted),
    })
}

fn info(row: &MarkRow) -> WatchdogInfo {
    WatchdogInfo {
        expiry_dt: row.until.map(|until| WcfDate::new(until.0)),
        operation: Some(row.operation),
        remarks: row.remarks.clone(),
    }
}

/// What a mark means to the light.
pub(super) fn meaning(info: Option<&WatchdogInfo>) -> light::Mark {
    match info.and_then(|info| info.operation) {
        Some(MarkOperation::MarkAsBlocked) => light::Mark::Blocked,
        Some(MarkOperation::MarkWithWarning) => light::Mark::Warning,
        Some(MarkOperation::Clear) | None => light::Mark::None,
    }
}
