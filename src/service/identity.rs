//! Which stored item a mail object means: that with its persistent id, else the newest life of its item id with the same
//! origin (or one not known yet) at the same post; and what storing it changes.

use chrono::{DateTime, Months, Utc};
use uuid::Uuid;

use super::catalogue::Catalogue;
use crate::contract::MailObject;
use crate::error::Finding;
use crate::rules::flow::Flow;
use crate::rules::mail_state;
use crate::rules::structure::{UNKNOWN_POST, given};
use crate::store::history::Event;
use crate::store::items::{Item, ObjectRow};
use crate::store::types::{At, Id};

/// S10 ids may be used again after this long: then it is another life of the id.
pub(super) const LIFE_MONTHS: u32 = 12;

/// `TypeCd` of an item that is stored without one: mail item, the constant that clients send.
const MAIL_ITEM: &str = "MI";

/// What identifies an item within one post.
#[derive(Clone, Debug, Default)]
pub(super) struct Key {
    pub pid: Option<Uuid>,
    pub item_id: String,
    pub origin: String,
    pub posting: Option<DateTime<Utc>>,
}

impl Key {
    pub(super) fn of(object: &MailObject) -> Self {
        Self {
            pid: object.p_id,
            item_id: given(&object.id).unwrap_or_default().to_owned(),
            origin: given(&object.orig_post_org_cd).unwrap_or(UNKNOWN_POST).to_owned(),
            posting: object.posting_dt.map(|date| date.instant()),
        }
    }
}

/// The item meant by `key` among those with its item id in one post, each with its place; or the life number of a new
/// one. An item of the same life is meant: of the same origin, else one whose origin was not known yet.
pub(super) fn find(same_id: &[(usize, &Item)], key: &Key) -> Result<usize, i32> {
    let those = |wanted: &dyn Fn(&str) -> bool| {
        let mut found: Vec<(usize, &Item)> =
            same_id.iter().filter(|(_, item)| wanted(&item.object.orig_post)).copied().collect();
        found.sort_by_key(|(_, item)| std::cmp::Reverse(item.object.life_no));
        found
    };
    let mut candidates = those(&|origin| origin == key.origin);
    candidates.extend(those(&|origin| origin != key.origin && (origin == UNKNOWN_POST || key.origin == UNKNOWN_POST)));
    let same_life = candidates.iter().find(|(_, item)| {
        let (Some(At(stored)), Some(sent)) = (item.object.posting_dt, key.posting) else { return true };
        let (earlier, later) = if stored <= sent { (stored, sent) } else { (sent, stored) };
        earlier + Months::new(LIFE_MONTHS) >= later
    });
    match same_life {
        Some((at, _)) => Ok(*at),
        None => Err(candidates.iter().map(|(_, item)| item.object.life_no).max().unwrap_or(0) + 1),
    }
}

/// A new item of `post` with nothing but its identity.
pub(super) fn new_object(post: &str, key: &Key, life_no: i32, now: DateTime<Utc>) -> ObjectRow {
    ObjectRow {
        post_org: post.to_owned(),
        pid: Id(Uuid::now_v7()),
        item_id: key.item_id.clone(),
        orig_post: key.origin.clone(),
        dest_post: UNKNOWN_POST.to_owned(),
        life_no,
        flow: Flow::derive(post, &key.origin, UNKNOWN_POST).code().to_owned(),
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
        change_no: None,
        created_at: At(now),
        changed_at: At(now),
        declared_at: None,
        security_state: None,
        watchdog: None,
        watchdog_remarks: None,
        watchdog_until: None,
        declaration_seen: false,
    }
}

/// The event of an item that goes to another post than was known before.
pub(super) const REDIRECTED: &str = "object.redirected";

/// The event of an item whose origin was not known before.
pub(super) const ORIGIN_KNOWN: &str = "object.origin-known";

/// Puts the members that `sent` gives into `item`; what it leaves out stays. Gives the names of those that changed.
/// Learning the origin is an event of its own: it is to be told what was decided and asked before. So is another
/// destination than the known one: what was decided and assessed was about the old one.
pub(super) fn merge(catalogue: &Catalogue, item: &mut Item, sent: &MailObject) -> Vec<&'static str> {
    let (was_from, was_bound_for) = (item.object.orig_post.clone(), item.object.dest_post.clone());
    let changed = merge_row(catalogue, &mut item.object, sent);
    if was_from == UNKNOWN_POST && was_from != item.object.orig_post && !item.is_new() {
        item.record(Event { name: ORIGIN_KNOWN, detail: "{}".into(), document: None });
    }
    if was_bound_for != UNKNOWN_POST && was_bound_for != item.object.dest_post {
        item.object.has_dc_response = false;
        let detail = serde_json::json!({ "From": was_bound_for, "To": item.object.dest_post }).to_string();
        item.record(Event { name: REDIRECTED, detail, document: None });
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
    row.flow = Flow::derive(&row.post_org, &row.orig_post, &row.dest_post).code().to_owned();
    if row.partner_country.is_none() || changed.iter().any(|name| posts_change(name)) {
        row.partner_country = partner_country(catalogue, row, None);
    }
    changed
}

/// Whether the member says where the item comes from or goes to.
pub(super) fn posts_change(member: &str) -> bool {
    member == "OrigPostOrgCd" || member == "DestPostOrgCd"
}

/// Country of the partner post: from the operators' list, else the address given by the declaration.
pub(super) fn partner_country(catalogue: &Catalogue, row: &ObjectRow, address: Option<&str>) -> Option<String> {
    let partner = if row.flow == "O" { &row.dest_post } else { &row.orig_post };
    catalogue.country_of_post(partner).or(address).map(str::to_owned)
}

/// A postal code as Load compares it: capitals, no blanks.
pub(super) fn comparable_zip(zip: &str) -> String {
    zip.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect()
}

/// Origin and destination of a stored item differ, unless one is not known yet.
pub(super) fn check_posts(row: &ObjectRow) -> Result<(), Finding> {
    if row.orig_post == row.dest_post && row.orig_post != UNKNOWN_POST {
        let message = "origin and destination would be the same post; give the post the item travels to";
        return Err(Finding::new("posts", "DestPostOrgCd", message));
    }
    Ok(())
}
