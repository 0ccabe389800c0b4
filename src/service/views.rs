//! Customs data views as JSON: stored texts spliced into place, nothing parsed.

use std::borrow::Cow;
use std::fmt::Write;

use uuid::Uuid;

use super::Actor;
use super::item::version;
use super::item::visible::{declaration_for, response_for};
use crate::contract::canonical::{hex, to_canonical};
use crate::contract::{Entity, MailObject, WcfDate};
use crate::domain::{ResponseState, Side};
use crate::rules::reserved;
use crate::store::item::{DeclarationRow, Item, ObjectRow, ResponseRow};

/// The contract's documents of an item as JSON, each `null` where there is none to be seen.
pub(super) struct Documents {
    pub mail_object: String,
    pub declaration: String,
    pub response: String,
    pub dc_response: String,
}

/// The documents of `item` that `viewer` may have. Drafts of others are not there, nor is a clearance of something else than
/// what is declared now, nor what was decided where the item does not go any more.
pub(super) fn documents(item: &Item, viewer: &Actor) -> Documents {
    let declaration = declaration_for(viewer, item);
    let visible = |side| response_for(viewer, item, side).filter(|row| row.lapsed.is_none());
    let there =
        visible(Side::Destination).filter(|row| row.state_cd == ResponseState::Draft || item.object.has_dc_response);
    let mut text = String::with_capacity(512 + declaration.and_then(|row| row.body.as_deref()).map_or(0, str::len));
    push_or_null(&mut text, declaration, |out, row| push_declaration(out, item, row));
    let (mut response, mut dc_response) = (String::new(), String::new());
    push_or_null(&mut response, visible(Side::Own), push_response);
    push_or_null(&mut dc_response, there, push_response);
    Documents { mail_object: to_canonical(&mail_object(&item.object)), declaration: text, response, dc_response }
}

/// The customs data view of `item` that `viewer` may have.
pub(super) fn view(item: &Item, viewer: &Actor) -> String {
    let Documents { mail_object, declaration, response, dc_response } = documents(item, viewer);
    format!(
        r#"{{"entityState":1,"DCResponse":{dc_response},"Declaration":{declaration},"MailObject":{mail_object},"Response":{response}}}"#
    )
}

fn push_or_null<T>(out: &mut String, row: Option<&T>, push: impl Fn(&mut String, &T)) {
    match row {
        Some(row) => push(out, row),
        None => out.push_str("null"),
    }
}

fn push_declaration(out: &mut String, item: &Item, row: &DeclarationRow) {
    let body = row.body.as_deref().map(|body| with_own_fields(item, row, body));
    let (state, body) = (row.state_cd.stored(), body.as_deref());
    push_document(out, state, row.customs_org.as_deref(), row.object_pid.0, row.pid.0, &row.post_org, body);
}

/// The stored text with the server's own fields put first among the extra fields.
fn with_own_fields(item: &Item, row: &DeclarationRow, body: &str) -> String {
    let (names, values): (Vec<&str>, Vec<Cow<'_, str>>) = own_fields(item, row).into_iter().unzip();
    let body = put_first(body, "ExtraFieldNames", &to_canonical(&names));
    put_first(&body, "ExtraFieldValues", &to_canonical(&values))
}

/// What the server adds: how good the data is, which version it is and whose, and which clearances were about another.
fn own_fields<'r>(item: &Item, row: &'r DeclarationRow) -> Vec<(&'static str, Cow<'r, str>)> {
    let mut fields: Vec<(&'static str, Cow<'r, str>)> = Vec::with_capacity(8);
    if let Some(score) = row.quality_score {
        fields.push(("Quality.Score", score.to_string().into()));
        fields.extend(row.quality_findings.as_deref().map(|findings| ("Quality.Findings", findings.into())));
    }
    fields.push((reserved::VERSION, version::shown(&version::name(&item.object, &row.digest)).into()));
    fields.extend(row.declared_by.as_deref().map(|post| (reserved::DECLARED_BY, post.into())));
    fields.extend(row.handed_over_by.as_deref().map(|post| (reserved::HANDED_OVER_BY, post.into())));
    fields.extend(lapsed(item, Side::Own).map(|text| (reserved::LAPSED, text.into())));
    let there = lapsed(item, Side::Destination).filter(|_| item.object.has_dc_response);
    fields.extend(there.map(|text| (reserved::DC_LAPSED, text.into())));
    fields
}

/// A clearance of another version: its code, its time, and the version it was about.
fn lapsed(item: &Item, side: Side) -> Option<String> {
    let row = item.response(side)?;
    let name = row.lapsed.as_deref()?;
    let time = row.decided_at.0.format("%Y-%m-%dT%H:%M:%SZ");
    Some(format!("{};{time};{}", row.decision_cd.as_deref().unwrap_or_default(), hex(name)))
}

/// Puts the entries of the JSON list `entries` before those of the list `member` of the document itself. It is the last
/// list of that name: those of the content pieces stand before it, and no text can hold the unescaped quotes.
fn put_first(body: &str, member: &str, entries: &str) -> String {
    let start = format!("\"{member}\":[");
    let Some(at) = body.rfind(&start).map(|at| at + start.len()) else { return body.to_owned() };
    let entries = entries.trim_start_matches('[').trim_end_matches(']');
    let comma = if body[at..].starts_with(']') { "" } else { "," };
    format!("{}{entries}{comma}{}", &body[..at], &body[at..])
}

fn push_response(out: &mut String, row: &ResponseRow) {
    let (state, body) = (row.state_cd.stored(), row.body.as_deref());
    push_document(out, state, row.customs_org.as_deref(), row.object_pid.0, row.pid.0, &row.post_org, body);
}

/// The members that declarations and responses share, in the order of the contract, around the stored text; `null` is what is
/// left of one that was erased.
fn push_document(
    out: &mut String,
    state: i32,
    customs: Option<&str>,
    object: Uuid,
    pid: Uuid,
    post: &str,
    body: Option<&str>,
) {
    let body = body.unwrap_or("null");
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
