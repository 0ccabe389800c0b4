//! Marks on items: GetWatchdogItemInfo, SetWatchdogItemInfo.
//!
//! A mark makes no item visible. Customs may set one on an id that it sees no item of: it is put on what there is, the
//! drafts of the post included, as if there were nothing, and counts once the item is seen. Until then customs is shown
//! its own marks only.

use chrono::{DateTime, Months, Utc};

use super::catalogue::Catalogue;
use super::entry::Outcome;
use super::identity::{self, Key};
use super::once::once;
use super::standing;
use super::{Actor, Answer, Kind, RequestKey, Services};
use crate::contract::watchdog::Operation;
use crate::contract::{MailObject, WatchdogInfo, WcfDate};
use crate::error::{Error, Findings, Result};
use crate::limits;
use crate::rules::flow::Flow;
use crate::rules::item_id;
use crate::rules::light::Mark;
use crate::rules::structure::{self, UNKNOWN_POST, given};
use crate::store::history::Event;
use crate::store::items::{Item, ObjectRow, Parts};
use crate::store::types::{At, Id};
use crate::store::{Fault, Tx};

/// A mark to set, with what is said of the item.
#[derive(Clone, Debug, Default)]
pub struct SetMark {
    pub item_id: String,
    pub destination: Option<String>,
    pub mail_class: Option<String>,
    pub posting: Option<WcfDate>,
    pub info: WatchdogInfo,
}

impl Services {
    /// The mark of the newest item with this id that the caller sees, or has marked.
    ///
    /// # Errors
    /// 400 when the caller has no such item.
    pub async fn watchdog(&self, actor: &Actor, item_id: &str) -> Result<WatchdogInfo> {
        let (actor, id) = (actor.clone(), item_id.to_owned());
        self.store
            .read(move |tx| {
                let mut rows = Vec::new();
                for row in tx.status_rows(&actor.posts, &[id.as_str()])? {
                    if sees(&actor, row.customs_visible) || is_own_mark(tx, &actor, &row.post_org, row.pid)? {
                        rows.push(row);
                    }
                }
                let newest = rows.into_iter().max_by_key(|row| (row.posting_dt, row.life_no, row.pid));
                let Some(row) = newest else { return Err(absent().into()) };
                Ok(in_force(row.watchdog, row.watchdog_remarks, row.watchdog_until, tx.now)
                    .unwrap_or(WatchdogInfo { operation: Some(Operation::Clear), ..WatchdogInfo::default() }))
            })
            .await
    }

    /// Sets the mark of the one item with this id, creating it when it is new.
    ///
    /// # Errors
    /// 400 with findings, or when several items have this id.
    pub async fn set_watchdog(&self, actor: &Actor, sent: SetMark, key: Option<RequestKey>) -> Result<Answer> {
        check(&sent).into_result()?;
        let (actor, catalogue) = (actor.clone(), self.catalogue());
        self.store
            .write(move |tx| {
                once(tx, &actor, key.as_ref(), |tx| {
                    let mut items = find_or_create(tx, &actor, &sent)?;
                    for item in &mut items {
                        mark(tx, &catalogue, item, &actor, &sent)?;
                    }
                    standing::save(tx, &mut items, &actor.stamp())?;
                    Ok(Answer::void())
                })
            })
            .await
    }
}

fn absent() -> Error {
    Error::invalid("absent", "itemId", "there is no such item of yours")
}

/// The mark, unless there is none or it has ended.
pub(super) fn in_force(
    number: Option<i32>,
    remarks: Option<String>,
    until: Option<At>,
    now: DateTime<Utc>,
) -> Option<WatchdogInfo> {
    let operation = number.and_then(Operation::from_number)?;
    let ended = until.is_some_and(|until| until.0 <= now);
    (!ended).then(|| WatchdogInfo {
        expiry_dt: until.map(|until| WcfDate::new(until.0)),
        operation: Some(operation),
        remarks,
    })
}

/// What a mark means to the light.
pub(super) fn meaning(info: Option<&WatchdogInfo>) -> Mark {
    match info.and_then(|info| info.operation) {
        Some(Operation::MarkAsBlocked) => Mark::Blocked,
        Some(Operation::MarkWithWarning) => Mark::Warning,
        Some(Operation::Clear) | None => Mark::None,
    }
}

fn check(sent: &SetMark) -> Findings {
    let mut findings = Findings::default();
    structure::check_item_id(&mut findings, "itemId", Some(&sent.item_id));
    structure::check_post(&mut findings, "destinationPostalOrgCd", sent.destination.as_deref());
    structure::check_mail_class(&mut findings, "mailClassCd", sent.mail_class.as_deref());
    if sent.info.operation.is_none() {
        let message = "say what to do: 0 (Clear), 1 (MarkAsBlocked) or 2 (MarkWithWarning)";
        findings.add("required", "watchdogInfo.Operation", message);
    }
    if given(&sent.info.remarks).is_some_and(|text| text.chars().count() > limits::TEXT_CHARS) {
        let message = format!("at most {} characters fit here", limits::TEXT_CHARS);
        findings.add("too_long", "watchdogInfo.Remarks", message);
    }
    findings
}

fn sees(actor: &Actor, customs_visible: bool) -> bool {
    actor.kind == Kind::Post || customs_visible
}

/// Whether the caller was the last to set a mark on an item.
fn is_own_mark(tx: &mut Tx<'_>, actor: &Actor, post: &str, pid: Id) -> Result<bool, Fault> {
    Ok(tx.last_actor(post, pid, MARKED)?.as_ref() == Some(&actor.org))
}

/// The event of a mark set.
const MARKED: &str = "watchdog.set";

/// The one item with this id that the caller sees, else those it does not see, else a new one; an item posted more than
/// a year apart from the date given is another use of the id.
fn find_or_create(tx: &mut Tx<'_>, actor: &Actor, sent: &SetMark) -> Result<Vec<Item>, Fault> {
    let mut items = Vec::new();
    for post in &actor.posts {
        items.extend(tx.items_by_id(post, &[sent.item_id.as_str()], Parts::Declaration)?);
    }
    let last_life = items.iter().map(|item| item.object.life_no).max().unwrap_or(0);
    items.retain(|item| is_same_life(item.object.posting_dt, sent.posting));
    let (seen, mut unseen): (Vec<Item>, Vec<Item>) =
        items.into_iter().partition(|item| sees(actor, item.object.customs_visible));
    if seen.len() > 1 {
        let message = "several items have this id; a mark is set on one item only";
        return Err(Error::invalid("ambiguous", "itemId", message).into());
    }
    if !seen.is_empty() {
        return Ok(seen);
    }
    let post = post_for(actor, sent.destination.as_deref())?;
    unseen.retain(|item| item.object.post_org == post);
    if !unseen.is_empty() {
        return Ok(unseen);
    }
    let key = Key { item_id: sent.item_id.clone(), origin: UNKNOWN_POST.into(), ..Key::default() };
    let mut item = Item::new(identity::new_object(&post, &key, last_life + 1, tx.now));
    item.object.mail_class = Some(item_id::class_from_id(&sent.item_id).to_owned());
    Ok(vec![item])
}

fn is_same_life(stored: Option<At>, sent: Option<WcfDate>) -> bool {
    let (Some(At(stored)), Some(sent)) = (stored, sent.map(WcfDate::instant)) else { return true };
    let (earlier, later) = if stored <= sent { (stored, sent) } else { (sent, stored) };
    earlier + Months::new(identity::LIFE_MONTHS) >= later
}

/// The post that a new item is kept by: the caller; for customs the destination, or its only post.
fn post_for(actor: &Actor, destination: Option<&str>) -> Result<String> {
    let is_named = |post: &&String| Some(post.as_str()) == destination;
    match (actor.posts.as_slice(), actor.posts.iter().find(is_named)) {
        (_, Some(post)) => Ok(post.clone()),
        ([only], None) => Ok(only.clone()),
        _ => {
            let message = "name the destination, one of the posts whose customs you are";
            Err(Error::invalid("required", "destinationPostalOrgCd", message))
        }
    }
}

/// Sets the mark, and what is said of an item that no declaration describes yet. Nothing is said of an item that the
/// caller does not see: whether it fits would show what there is.
fn mark(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    item: &mut Item,
    actor: &Actor,
    sent: &SetMark,
) -> Result<Outcome, Fault> {
    let seen = sees(actor, item.object.customs_visible);
    let mut changed = if seen || item.is_new() { complete(catalogue, item, sent)? } else { Vec::new() };
    let operation = sent.info.operation.unwrap_or(Operation::Clear);
    let wanted = (operation != Operation::Clear).then_some(operation);
    let remarks = wanted.and(given(&sent.info.remarks)).map(str::to_owned);
    let until = wanted.and(sent.info.expiry_dt).map(|date| At(date.instant()));
    let object = &item.object;
    let same = object.watchdog == wanted.map(Operation::number)
        && object.watchdog_remarks == remarks
        && object.watchdog_until == until;
    let is_known = seen || is_own_mark(tx, actor, &object.post_org, object.pid)?;
    if same && changed.is_empty() && !item.is_new() && is_known {
        return Ok(Outcome::Unchanged);
    }
    let object = &mut item.object;
    object.watchdog = wanted.map(Operation::number);
    object.watchdog_remarks = remarks;
    object.watchdog_until = until;
    changed.sort_unstable();
    let detail = serde_json::json!({
        "Operation": operation.name(),
        "Remarks": given(&sent.info.remarks),
        "ExpiryDt": sent.info.expiry_dt,
        "MailObject": changed,
    });
    item.record(Event { name: MARKED, detail: detail.to_string(), document: None });
    Ok(Outcome::Stored)
}

/// Destination, class and posting date: a declared item knows its own, and only what it lacks is taken.
fn complete(catalogue: &Catalogue, item: &mut Item, sent: &SetMark) -> Result<Vec<&'static str>, Fault> {
    let declared = item.declaration().is_some();
    let free = |known: bool| !declared || !known;
    let object: &ObjectRow = &item.object;
    let said = MailObject {
        dest_post_org_cd: sent.destination.clone().filter(|_| free(object.dest_post != UNKNOWN_POST)),
        mail_class_cd: sent.mail_class.clone().filter(|_| free(object.mail_class.is_some())),
        posting_dt: sent.posting.filter(|_| free(object.posting_dt.is_some())),
        ..MailObject::default()
    };
    let changed = identity::merge(catalogue, item, &said);
    let object = &mut item.object;
    if Flow::parse(&object.flow) == Some(Flow::Outbound) || object.partner_country.is_none() {
        object.partner_country =
            identity::partner_country(catalogue, object, object.partner_country.clone().as_deref());
    }
    identity::check_posts(object).map_err(|mut finding| {
        finding.path = "destinationPostalOrgCd".into();
        Fault::from(vec![finding])
    })?;
    Ok(changed)
}
