//! Which stored item of one post a mail object means, by its persistent id or by `which`; and what storing it changes.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::which::{Candidates, Row};
use crate::contract::MailObject;
use crate::domain::{EventKind, Flow};
use crate::error::{Error, Finding};
use crate::rules::mail_state;
use crate::rules::structure::{UNKNOWN_POST, given};
use crate::rules::which::{self, Purpose};
use crate::service::catalogue::Catalogue;
use crate::store::item::{Detail, Event, Item, ObjectRow};
use crate::store::types::{At, Id};
use crate::store::{Fault, Tx};

/// `TypeCd` of an item that is stored without one: mail item, the constant that clients send.
const MAIL_ITEM: &str = "MI";

/// What identifies an item within one post.
#[derive(Clone, Debug, Default)]
pub(in crate::service) struct Key {
    pub pid: Option<Uuid>,
    pub item_id: String,
    pub origin: String,
    pub posting: Option<DateTime<Utc>>,
    /// Where several items have the id, the origin has to be named: it is not guessed whose item is decided about.
    pub must_name: bool,
}

impl Key {
    /// Of an id alone.
    pub(in crate::service) fn about(item_id: &Option<String>) -> Self {
        let item_id = given(item_id).unwrap_or_default().to_owned();
        Self { item_id, origin: UNKNOWN_POST.to_owned(), ..Self::default() }
    }

    pub(in crate::service) fn of(object: &MailObject) -> Self {
        Self {
            pid: object.p_id,
            item_id: given(&object.id).unwrap_or_default().to_owned(),
            origin: given(&object.orig_post_org_cd).unwrap_or(UNKNOWN_POST).to_owned(),
            posting: object.posting_dt.map(|date| date.instant()),
            must_name: false,
        }
    }
}

/// What a key means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::service) enum Found {
    At(usize),
    /// No item that is there; the life number of a new one.
    New(i32),
    /// Several, none of which is named.
    Several(Vec<usize>),
}

/// The item meant by `key` among those with its item id in one post, each with its place. A named origin is meant, fitting
/// or not; an item whose origin was not known yet is completed only by an origin that may use the id.
pub(in crate::service) fn find(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    same_id: &[(usize, &Item)],
    key: &Key,
) -> Result<Found, Fault> {
    if key.origin == UNKNOWN_POST {
        return unnamed(tx, catalogue, same_id, key);
    }
    let mut known: Vec<(usize, &Item)> = of_origin(same_id, &key.origin);
    if let Some(at) = same_life(&known, key, tx.now) {
        return Ok(Found::At(at));
    }
    if catalogue.fits(&key.item_id, &key.origin) {
        let unknown: Vec<(usize, &Item)> = of_origin(same_id, UNKNOWN_POST);
        if let Some(at) = same_life(&unknown, key, tx.now) {
            return Ok(Found::At(at));
        }
        known.extend(unknown);
    }
    Ok(Found::New(next_life(&known)))
}

fn of_origin<'i>(same_id: &[(usize, &'i Item)], origin: &str) -> Vec<(usize, &'i Item)> {
    same_id.iter().filter(|(_, item)| item.object.orig_post == origin).copied().collect()
}

/// The item meant by an id alone.
fn unnamed(tx: &mut Tx<'_>, catalogue: &Catalogue, same_id: &[(usize, &Item)], key: &Key) -> Result<Found, Fault> {
    // Of what a caller has to name it is told; what it does not see is no candidate.
    let is_candidate = |item: &Item| !key.must_name || item.object.customs_visible;
    let same_life = |item: &Item| is_same_life(&item.object, item.declaration().is_some(), key, tx.now);
    let of_life: Vec<(usize, &Item)> =
        same_id.iter().filter(|(_, item)| is_candidate(item) && same_life(item)).copied().collect();
    let candidates = Candidates::of(tx, of_life.iter().map(|(_, item)| Row::from(&item.object)))?;
    let rows = candidates.see(catalogue);
    let counting = which::choose(&rows, None, Purpose::Naming).counting;
    if key.must_name && which::several(&rows, &counting) {
        return Ok(Found::Several(counting.into_iter().map(|at| of_life[at].0).collect()));
    }
    let newest = counting.into_iter().max_by_key(|at| rows[*at].age());
    Ok(newest.map_or_else(|| Found::New(next_life(same_id)), |at| Found::At(of_life[at].0)))
}

/// The latest of these that is the use of the id which the key speaks of.
fn same_life(items: &[(usize, &Item)], key: &Key, now: DateTime<Utc>) -> Option<usize> {
    let mut items = items.to_vec();
    items.sort_by_key(|(_, item)| std::cmp::Reverse(item.object.life_no));
    let is_it = |item: &Item| is_same_life(&item.object, item.declaration().is_some(), key, now);
    items.into_iter().find(|(_, item)| is_it(item)).map(|(at, _)| at)
}

fn is_same_life(object: &ObjectRow, declared: bool, key: &Key, now: DateTime<Utc>) -> bool {
    let Some(posting) = key.posting else { return true };
    // Of what was only moved or decided about, nothing says when it was posted.
    let unknown = object.posting_dt.is_none() && !declared;
    unknown || which::is_same_life(Row::from(object).effective(), which::effective(Some(posting), now))
}

fn next_life(items: &[(usize, &Item)]) -> i32 {
    items.iter().map(|(_, item)| item.object.life_no).max().unwrap_or(0) + 1
}

/// Several items have the id, and the origin of none is named.
pub(in crate::service) fn ambiguous<'i>(path: &str, items: impl Iterator<Item = &'i Item>) -> Error {
    let each = items.map(|item| format!("{} to {}", item.object.orig_post, item.object.dest_post));
    let candidates: Vec<String> = each.collect();
    let message = format!(
        "several items have this id: {}; name the origin (OrigPostOrgCd) of the one that is meant",
        candidates.join(", ")
    );
    Error::invalid("ambiguous", path, message)
}

/// A new item of `post` with nothing but its identity.
pub(in crate::service) fn new_object(post: &str, key: &Key, life_no: i32, now: DateTime<Utc>) -> ObjectRow {
    ObjectRow {
        post_org: post.to_owned(),
        pid: Id(Uuid::now_v7()),
        item_id: key.item_id.clone(),
        orig_post: key.origin.clone(),
        dest_post: UNKNOWN_POST.to_owned(),
        life_no,
        flow: Flow::derive(post, &key.origin, UNKNOWN_POST),
        partner_country: None,
        mail_class: None,
        mail_category: None,
        type_cd: Some(MAIL_ITEM.into()),
        local_id: None,
        local_id2: None,
        mail_state: None,
        mail_state_remarks: None,
        posting_dt: None,
        zip: None,
        customs_visible: false,
        has_response: false,
        has_dc_response: false,
        head_seq: 0,
        head_hash: Vec::new(),
        created_at: At(now),
        changed_at: At(now),
        declared_at: None,
        security_state: None,
        declaration_seen: false,
        facts: 0,
        light: None,
    }
}

/// Puts the members that `sent` gives into `item`; what it leaves out stays. Gives the names of those that changed.
/// Learning the origin is an event of its own: it is to be told what was decided and asked before. So is another
/// destination than the known one: what was decided and assessed was about the old one.
pub(in crate::service) fn merge(catalogue: &Catalogue, item: &mut Item, sent: &MailObject) -> Vec<&'static str> {
    let (was_from, was_bound_for) = (item.object.orig_post.clone(), item.object.dest_post.clone());
    let changed = merge_row(catalogue, &mut item.object, sent);
    if was_from == UNKNOWN_POST && was_from != item.object.orig_post && !item.is_new() {
        item.record(Event::of(EventKind::ObjectOriginKnown));
    }
    if was_bound_for != UNKNOWN_POST && was_bound_for != item.object.dest_post {
        let to = Some(item.object.dest_post.clone());
        let detail = Detail { from: Some(was_bound_for), to, ..Detail::default() };
        item.record(Event { detail, ..Event::of(EventKind::ObjectRedirected) });
    }
    changed
}

fn merge_row(catalogue: &Catalogue, row: &mut ObjectRow, sent: &MailObject) -> Vec<&'static str> {
    let mut changed = Vec::new();
    let mut text = |name: &'static str, kept: &mut Option<String>, sent: &Option<String>| {
        if let Some(sent) = given(sent).filter(|sent| kept.as_deref() != Some(*sent)) {
            *kept = Some(sent.to_owned());
            changed.push(name);
        }
    };
    text("LocalId", &mut row.local_id, &sent.local_id);
    text("LocalId2", &mut row.local_id2, &sent.local_id2);
    text("MailCategoryCd", &mut row.mail_category, &sent.mail_category_cd);
    text("MailClassCd", &mut row.mail_class, &sent.mail_class_cd);
    text("MailStateRemarks", &mut row.mail_state_remarks, &sent.mail_state_remarks);
    text("TypeCd", &mut row.type_cd, &sent.type_cd);
    let posts = [
        ("OrigPostOrgCd", &mut row.orig_post, &sent.orig_post_org_cd),
        ("DestPostOrgCd", &mut row.dest_post, &sent.dest_post_org_cd),
    ];
    for (name, kept, sent) in posts {
        if let Some(sent) = given(sent).filter(|sent| *sent != UNKNOWN_POST && sent != kept) {
            *kept = sent.to_owned();
            changed.push(name);
        }
    }
    let state = sent.mail_state_cd.map(|said| mail_state::declared(row.mail_state, said));
    if let Some(state) = state.filter(|state| row.mail_state != Some(*state)) {
        row.mail_state = Some(state);
        changed.push("MailStateCd");
    }
    if let Some(posting) = sent.posting_dt.map(|date| At(date.instant())).filter(|at| row.posting_dt != Some(*at)) {
        row.posting_dt = Some(posting);
        changed.push("PostingDt");
    }
    row.flow = Flow::derive(&row.post_org, &row.orig_post, &row.dest_post);
    if row.partner_country.is_none() || changed.iter().any(|name| posts_change(name)) {
        row.partner_country = partner_country(catalogue, row, None);
    }
    changed
}

/// Whether the member says where the item comes from or goes to.
pub(in crate::service) fn posts_change(member: &str) -> bool {
    member == "OrigPostOrgCd" || member == "DestPostOrgCd"
}

/// Country of the partner post: from the operators' list, else the address given by the declaration.
pub(in crate::service) fn partner_country(
    catalogue: &Catalogue,
    row: &ObjectRow,
    address: Option<&str>,
) -> Option<String> {
    let partner = if row.flow == Flow::Outbound { &row.dest_post } else { &row.orig_post };
    catalogue.country_of_post(partner).or(address).map(str::to_owned)
}

/// A postal code as Load compares it: capitals, no blanks.
pub(in crate::service) fn comparable_zip(zip: &str) -> String {
    zip.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect()
}

/// Origin and destination of a stored item differ, unless one is not known yet.
pub(in crate::service) fn check_posts(row: &ObjectRow) -> Result<(), Finding> {
    if row.orig_post == row.dest_post && row.orig_post != UNKNOWN_POST {
        let message = "origin and destination would be the same post; give the post the item travels to";
        return Err(Finding::new("posts", "DestPostOrgCd", message));
    }
    Ok(())
}
