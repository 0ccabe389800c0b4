//! Setting and clearing a mark: on whose items it stands, and whose it is to clear.

use std::collections::BTreeSet;

use crate::contract::WcfDate;
use crate::domain::{MarkOperation, RecordEventKind, RecordKind};
use crate::error::{Error, Result};
use crate::rules::mark::{is_renewed, is_same_use};
use crate::rules::structure::{UNKNOWN_POST, given};
use crate::service::Actor;
use crate::service::catalogue::Catalogue;
use crate::service::item::stored_light::{self, Cause};
use crate::service::item::which::Row;
use crate::service::marks::{SetMark, marks, seen, usage, word};
use crate::store::item_status::StatusRow;
use crate::store::mark::MarkRow;
use crate::store::record_history::RecordEvent;
use crate::store::types::At;
use crate::store::{Fault, Tx};

/// Does what was asked for; what its author has said already changes nothing.
pub(super) fn set(tx: &mut Tx<'_>, catalogue: &Catalogue, actor: &Actor, sent: &SetMark) -> Result<(), Fault> {
    let known = marks(tx, actor, &[&sent.item_id])?;
    let items = seen(tx, actor, &sent.item_id)?;
    let meant = || match &sent.origin {
        Some(origin) => Ok(Some(origin.clone())),
        None => origin_meant(catalogue, &items, sent),
    };
    let (own, others): (Vec<&MarkRow>, Vec<&MarkRow>) =
        known.rows(&sent.item_id).iter().partition(|row| row.author_org == actor.org);
    let origin = match sent.info.operation {
        Some(MarkOperation::MarkAsBlocked) => sent.origin.clone(),
        Some(MarkOperation::MarkWithWarning) => meant()?,
        Some(MarkOperation::Clear) | None => {
            let stands = |row: &&MarkRow| word(row).is_some_and(|word| word.is_in_force(tx.now));
            let (own, others) = (own.iter().copied().filter(stands), others.into_iter().filter(stands));
            cleared(sent, own.collect(), others.collect(), meant)?
        }
    };
    let row = row(tx, actor, sent, origin.as_deref().unwrap_or(UNKNOWN_POST));
    let old = own.into_iter().find(|old| old.orig_post == row.orig_post);
    put(tx, catalogue, actor, old, &row)
}

/// The origin of the mark to clear, out of those in force; nothing when there is none to clear.
fn cleared(
    sent: &SetMark,
    mut own: Vec<&MarkRow>,
    mut others: Vec<&MarkRow>,
    meant: impl Fn() -> Result<Option<String>>,
) -> Result<Option<String>> {
    if let Some(origin) = &sent.origin {
        own.retain(|row| row.orig_post == *origin);
        others.retain(|row| {
            row.orig_post == *origin || [&row.orig_post, origin].iter().any(|post| *post == UNKNOWN_POST)
        });
    }
    if own.is_empty() {
        return if others.is_empty() { Ok(sent.origin.clone()) } else { Err(not_yours(&others)) };
    }
    let origin = meant()?;
    match own.as_slice() {
        [only] => Ok(Some(only.orig_post.clone())),
        several if several.iter().any(|row| Some(&row.orig_post) == origin.as_ref()) => Ok(origin),
        several => Err(ambiguous("marks of yours stand on items", several.iter().map(|row| row.orig_post.as_str()))),
    }
}

/// Which of several origins is meant, of items that the caller sees and that fit their id, by destination and posting date;
/// nothing when there are not several, or none is meant: an item to come.
fn origin_meant(catalogue: &Catalogue, items: &[StatusRow], sent: &SetMark) -> Result<Option<String>> {
    let is_known = |row: &&StatusRow| row.orig_post != UNKNOWN_POST && Row::from(*row).fits(catalogue);
    let mut items: Vec<&StatusRow> = items.iter().filter(is_known).collect();
    if origins(&items).len() < 2 {
        return Ok(None);
    }
    items.retain(|row| may_be_meant(row, sent));
    let is_dated = |row: &&StatusRow| row.posting_dt == sent.posting.map(|date| At(date.instant()));
    if sent.posting.is_some() && items.iter().any(is_dated) {
        items.retain(is_dated);
    }
    match origins(&items) {
        several if several.len() > 1 => Err(ambiguous("there are items", several.into_iter())),
        one => Ok(one.first().map(|origin| (*origin).to_owned())),
    }
}

fn origins<'r>(items: &[&'r StatusRow]) -> BTreeSet<&'r str> {
    items.iter().map(|row| row.orig_post.as_str()).collect()
}

/// Whether an item is what is said of it: destination, and posting date as that of one use.
fn may_be_meant(row: &StatusRow, sent: &SetMark) -> bool {
    let is_bound = |post: &str| [UNKNOWN_POST, row.dest_post.as_str()].contains(&post);
    sent.destination.as_deref().is_none_or(is_bound)
        && sent.posting.is_none_or(|date| is_same_use(date.instant(), usage(row).effective))
}

fn ambiguous<'o>(what: &str, origins: impl Iterator<Item = &'o str>) -> Error {
    let origins = origins.collect::<Vec<_>>().join(", ");
    let message = format!(
        "{what} of several posts ({origins}) with this id; name one as originPostalOrgCd, or ZZZ for the mark on those of any"
    );
    Error::invalid("ambiguous", "itemId", message)
}

fn not_yours(others: &[&MarkRow]) -> Error {
    let authors: BTreeSet<&str> = others.iter().map(|row| row.author_org.as_str()).collect();
    let authors = authors.into_iter().collect::<Vec<_>>().join(", ");
    let message = format!("the mark is that of {authors}, who alone may clear it; there is none of yours");
    Error::invalid("not_yours", "itemId", message)
}

fn row(tx: &Tx<'_>, actor: &Actor, sent: &SetMark, origin: &str) -> MarkRow {
    let operation = sent.info.operation.unwrap_or(MarkOperation::Clear);
    let marks = operation != MarkOperation::Clear;
    let at = |date: Option<WcfDate>| date.filter(|_| marks).map(|date| At(date.instant()));
    let remarks = given(&sent.info.remarks).filter(|_| marks).map(str::to_owned);
    MarkRow {
        author_org: actor.org.clone(),
        item_id: sent.item_id.clone(),
        orig_post: origin.to_owned(),
        operation,
        until: at(sent.info.expiry_dt),
        posted_at: at(sent.posting),
        set_at: At(tx.now),
        user_cd: actor.user_cd.clone(),
        office_cd: actor.office_cd.clone(),
        remarks_digest: MarkRow::digest_of_remarks(remarks.as_deref()),
        remarks,
    }
}

fn put(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    actor: &Actor,
    old: Option<&MarkRow>,
    row: &MarkRow,
) -> Result<(), Fault> {
    if old.is_some_and(|old| is_repeat(old, row)) {
        return Ok(());
    }
    let event = RecordEvent {
        org: &row.author_org,
        kind: RecordKind::Mark,
        id: &row.record_id(),
        event: match (old, row.operation) {
            (_, MarkOperation::Clear) => RecordEventKind::Cleared,
            (None, _) => RecordEventKind::Stored,
            (Some(_), _) => RecordEventKind::Changed,
        },
        detail: None,
        digest: Some(row.digest()),
        replaced: old.map(MarkRow::content),
    };
    tx.record(event, &actor.stamp())?;
    tx.put_mark(row)?;
    for post in &actor.posts {
        stored_light::judge_id(tx, catalogue, post, &row.item_id, (&Cause::Mark(row), &actor.stamp()))?;
        tx.judge_soon(post, &row.item_id)?;
    }
    Ok(())
}

fn is_repeat(old: &MarkRow, new: &MarkRow) -> bool {
    let said = |row: &MarkRow| (row.operation, row.remarks.clone(), row.until, row.posted_at);
    said(old) == said(new) && !is_renewed(old.set_at.0, new.set_at.0)
}
