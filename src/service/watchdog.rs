//! Marks on item ids: GetWatchdogItemInfo, SetWatchdogItemInfo.
//!
//! A mark is its author's word about an id. It makes no item and changes none: it counts for the items that have the id, at
//! every post of the author, those that come later included. So customs may mark what it does not see, and learns
//! nothing by it.

mod setting;

use super::idempotency::once;
use super::marks::{SetMark, marks, seen, usage};
use super::rights::UseCase;
use super::{Actor, Answer, RequestKey, Services};
use crate::contract::WatchdogInfo;
use crate::contract::watchdog::OPERATIONS;
use crate::domain::MarkOperation;
use crate::error::{Error, Findings, Result};
use crate::limits;
use crate::rules::mark::Usage;
use crate::rules::structure::{self, UNKNOWN_POST, given};
use crate::store::item_status::StatusRow;

impl Services {
    /// The gravest mark in force on an item id (on items of one origin when that is named), of the authors the caller knows
    /// of: itself, its customs, the posts whose customs it is.
    ///
    /// # Errors
    /// 400 when the caller has neither such an item nor such a mark.
    pub async fn watchdog(&self, actor: &Actor, item_id: &str, origin: Option<&str>) -> Result<WatchdogInfo> {
        actor.check(UseCase::SeeItems)?;
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
        actor.check(match sent.info.operation {
            Some(MarkOperation::Clear) | None => UseCase::Clear,
            Some(MarkOperation::MarkAsBlocked) => UseCase::Block,
            Some(MarkOperation::MarkWithWarning) => UseCase::Warn,
        })?;
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
