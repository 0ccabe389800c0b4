//! Customs data views as JSON: stored texts spliced into place, nothing parsed.

use std::fmt::Write;

use uuid::Uuid;

use super::{Actor, Kind};
use crate::contract::canonical::to_canonical;
use crate::contract::{Entity, MailObject, WcfDate};
use crate::rules::life_cycle::RESPONSE_DRAFT;
use crate::store::items::{DeclarationRow, Item, ObjectRow, ResponseRow, Side};

/// The view of `item` that `viewer` may have. Drafts of others are not there.
pub(super) fn view(item: &Item, viewer: &Actor) -> String {
    let is_customs = viewer.kind == Kind::Customs;
    let declaration = item.declaration().filter(|row| row.seen || !is_customs);
    let visible =
        |side| item.response(side).filter(|row| row.state_cd != RESPONSE_DRAFT || row.author_org == viewer.org);
    let mut out = String::with_capacity(1024 + declaration.map_or(0, |row| row.body.len()));
    out.push_str(r#"{"entityState":1,"DCResponse":"#);
    push_or_null(&mut out, visible(Side::Destination), push_response);
    out.push_str(r#","Declaration":"#);
    push_or_null(&mut out, declaration, push_declaration);
    out.push_str(r#","MailObject":"#);
    out.push_str(&to_canonical(&mail_object(&item.object)));
    out.push_str(r#","Response":"#);
    push_or_null(&mut out, visible(Side::Own), push_response);
    out.push('}');
    out
}

fn push_or_null<T>(out: &mut String, row: Option<&T>, push: impl Fn(&mut String, &T)) {
    match row {
        Some(row) => push(out, row),
        None => out.push_str("null"),
    }
}

fn push_declaration(out: &mut String, row: &DeclarationRow) {
    push_document(out, row.state_cd, row.customs_org.as_deref(), row.object_pid.0, row.pid.0, &row.post_org, &row.body);
}

fn push_response(out: &mut String, row: &ResponseRow) {
    push_document(out, row.state_cd, row.customs_org.as_deref(), row.object_pid.0, row.pid.0, &row.post_org, &row.body);
}

/// The members that declarations and responses share, in the order of the contract, around the stored text.
fn push_document(out: &mut String, state: i32, customs: Option<&str>, object: Uuid, pid: Uuid, post: &str, body: &str) {
    let customs = to_canonical(&customs);
    let post = to_canonical(&post);
    // Writing into a string cannot fail.
    let _ = write!(
        out,
        r#"{{"entityState":1,"CDSStateCd":{state},"CustOrganizationCd":{customs},"MailObjectPId":"{object}","PId":"{pid}","PostOrganizationCd":{post},"XMLData":null,"Data":{body}}}"#
    );
}

/// The contract of a stored mail object.
pub(super) fn mail_object(row: &ObjectRow) -> MailObject {
    MailObject {
        entity_state: Entity::STORE,
        dest_post_org_cd: Some(row.dest_post.clone()),
        id: Some(row.item_id.clone()),
        local_id: row.local_id.clone(),
        local_id2: row.local_id2.clone(),
        mail_category_cd: row.mail_category.clone(),
        mail_class_cd: row.mail_class.clone(),
        mail_state_cd: row.mail_state,
        mail_state_remarks: row.mail_state_remarks.clone(),
        orig_post_org_cd: Some(row.orig_post.clone()),
        p_id: Some(row.pid.0),
        posting_dt: row.posting_dt.map(|at| WcfDate::new(at.0)),
        type_cd: row.type_cd.clone(),
    }
}

/// Names of the top-level members in which two canonical documents differ.
pub(super) fn changed_members(old: &str, new: &str) -> Vec<String> {
    use serde_json::value::RawValue;
    use std::collections::BTreeMap;
    type Members<'a> = BTreeMap<String, &'a RawValue>;
    let read = |text| serde_json::from_str::<Members<'_>>(text).unwrap_or_default();
    let (old, new) = (read(old), read(new));
    let differs = |(name, value): &(&String, &&RawValue)| old.get(*name).is_none_or(|old| old.get() != value.get());
    new.iter().filter(differs).map(|(name, _)| name.clone()).collect()
}
