//! Marks on item ids: GetWatchdogItemInfo, SetWatchdogItemInfo.
//!
//! A mark is its author's word about an id. It makes no item and changes none: it counts for the items that have the id, at
//! every post of the author, those that come later included. So customs may mark what it does not see, and learns
//! nothing by it.

mod setting;

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::idempotency::once;
use super::item::visible;
use super::item::which::Row;
use super::{Actor, Answer, RequestKey, Services};
use crate::contract::watchdog::OPERATIONS;
use crate::contract::{WatchdogInfo, WcfDate};
use crate::domain::MarkOperation;
use crate::error::{Error, Findings, Result};
use crate::limits;
use crate::rules::light;
use crate::rules::mark::{self, Usage};
use crate::rules::structure::{self, UNKNOWN_POST, given};
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

impl Services {
    /// The gravest mark in force on an item id (on items of one origin when that is named), of the authors the caller knows
    /// of: itself, its customs, the posts whose customs it is.
    ///
    /// # Errors
    /// 400 when the caller has neither such an item nor such a mark.
    pub async fn watchdog(&self, actor: &Actor, item_id: &str, origin: Option<&str>) -> Result<WatchdogInfo> {
        let mut findings = Findings::default();
        structure::check_post(&mut findings, ORIGIN, origin);
        findings.into_result()?;
        let origin = origin.unwrap_or(UNKNOWN_POST).to_owned();
        let (actor, id) = (actor.clone(), item_id.to_owned());
        self.store
            .read(move |tx| {
                let (marks, rows) = (marks(tx, &actor, &[&id])?, seen(tx, &actor, &id)?);
                if rows.is_empty() && marks.rows(&id).is_empty() {
                    return Err(
                        Error::invalid("absent", "itemId", "there is no such item of yours, and no mark").into()
                    );
                }
                let is_meant = |row: &&StatusRow| [UNKNOWN_POST, row.orig_post.as_str()].contains(&origin.as_str());
                let coming = Usage { origin: &origin, effective: tx.now };
                let uses: Vec<Usage<'_>> = rows.iter().filter(is_meant).map(usage).chain([coming]).collect();
                let none = || WatchdogInfo { operation: Some(MarkOperation::Clear), ..WatchdogInfo::default() };
                Ok(marks.gravest(&id, &uses, |_| true).unwrap_or_else(none))
            })
            .await
    }

    /// Sets or clears the caller's mark on an item id.
    ///
    /// # Errors
    /// 400 with findings; `ambiguous` when several items may be meant (a block is put on all of them), `not_yours` for
    /// clearing what only others have set.
    pub async fn set_watchdog(&self, actor: &Actor, sent: SetMark, key: Option<RequestKey>) -> Result<Answer> {
        check(&sent).into_result()?;
        let (actor, catalogue) = (actor.clone(), self.catalogue());
        self.store
            .write(move |tx| {
                once(tx, &actor, key.as_ref(), |tx| {
                    setting::set(tx, &catalogue, &actor, &sent)?;
                    Ok(Answer::void())
                })
            })
            .await
    }
}

/// The member of both methods that names the origin.
const ORIGIN: &str = "originPostalOrgCd";

fn check(sent: &SetMark) -> Findings {
    let mut findings = Findings::default();
    structure::check_item_id(&mut findings, "itemId", Some(&sent.item_id));
    structure::check_post(&mut findings, ORIGIN, sent.origin.as_deref());
    structure::check_post(&mut findings, "destinationPostalOrgCd", sent.destination.as_deref());
    structure::check_mail_class(&mut findings, "mailClassCd", sent.mail_class.as_deref());
    if sent.info.operation.is_none() {
        let message = format!("say what to do: {OPERATIONS}");
        findings.add("required", "watchdogInfo.Operation", message);
    }
    if given(&sent.info.remarks).is_some_and(|text| text.chars().count() > limits::TEXT_CHARS) {
        let message = format!("at most {} characters fit here", limits::TEXT_CHARS);
        findings.add("too_long", "watchdogInfo.Remarks", message);
    }
    findings
}

/// Every life of the items with this id that the caller sees.
fn seen(tx: &mut Tx<'_>, actor: &Actor, item_id: &str) -> Result<Vec<StatusRow>, Fault> {
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

    fn gravest(&self, item_id: &str, uses: &[Usage<'_>], has_say: impl Fn(&str) -> bool) -> Option<WatchdogInfo> {
        let heard = self.rows(item_id).iter().filter(|row| has_say(&row.author_org));
        let marks = heard.filter_map(|row| Some((word(row)?, row)));
        mark::gravest(marks, uses, self.now).map(|(_, row)| info(row))
    }

    fn rows(&self, item_id: &str) -> &[MarkRow] {
        self.by_id.get(item_id).map_or(&[], Vec::as_slice)
    }
}

fn usage(row: &StatusRow) -> Usage<'_> {
    Usage { origin: &row.orig_post, effective: Row::from(row).effective() }
}

/// A stored mark as the rules know it.
fn word(row: &MarkRow) -> Option<mark::Mark<'_>> {
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
