//! Declarations: created, read, found, changed, submitted, judged, withdrawn, copied.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::ask::Ask;
use super::ingestions;
use super::item_filter::filter;
use super::merge;
use super::reply::Reply;
use crate::contract::anonymous::AnonymousMembers;
use crate::contract::canonical::to_canonical;
use crate::contract::ingestion::{DeclarationEvent, NewDeclaration};
use crate::contract::outcome::Outcome;
use crate::contract::own::{BatchView, CopyView, FaultView, JudgedView, ListedLinks, OutcomeView, Receipt, StoredView};
use crate::contract::{AnonymousDeclaration, Declaration, MailObject};
use crate::error::{Error, Finding, Findings, Result};
use crate::http::error::problem::pointer;
use crate::http::reading;
use crate::limits;
use crate::notify::CallbackHosts;
use crate::rules::forms::given;
use crate::rules::life_cycle::StoreEvent;
use crate::service::amend::{Amendment, Changeable, NewItem};
use crate::service::declare::Declared;
use crate::service::load::{Count, Query, ViewForm};
use crate::service::one::Named;
use crate::service::{Answer, BatchMode, Entry};

/// The item id of a declaration to store, where it is short enough to be repeated.
fn item_id(new: &NewDeclaration) -> Option<String> {
    let id = new.mail_object.as_ref().and_then(|object| given(&object.id));
    id.filter(|id| id.chars().count() <= limits::ITEM_ID_CHARS).map(str::to_owned)
}

fn declared(new: NewDeclaration, at: &str, hosts: &CallbackHosts) -> Declared {
    let path = |member: &str| if at.is_empty() { member.to_owned() } else { format!("{at}.{member}") };
    let mut found = Findings::default();
    let callback = new.callback_url.as_deref().and_then(|url| hosts.callback(url));
    if new.callback_url.is_some() && callback.is_none() {
        let message =
            "it lies under no callback host of yours; add one at /v1/callback-hosts, or have the operator do so";
        found.add("callback_host", path("callbackUrl"), message);
    }
    Declared {
        object: new.mail_object,
        declaration: new.declaration,
        event: new.event.unwrap_or(DeclarationEvent::Final).into(),
        object_path: path("mailObject"),
        declaration_path: path("declaration"),
        external_reference: new.external_reference,
        ingestion: None,
        callback,
        found,
    }
}

/// The callback hosts of the caller, where a body names an address.
async fn hosts(ask: &Ask<'_>) -> Result<CallbackHosts> {
    match ask.body_text().contains("\"callbackUrl\"") {
        true => ask.shared.notifier.verified_callback_hosts(&ask.actor).await,
        false => Ok(CallbackHosts::default()),
    }
}

pub(super) async fn create(ask: Ask<'_>) -> Result<Reply> {
    let new: NewDeclaration = ask.body()?;
    if ask.prefers("respond-async").is_some() {
        return ingestions::create_one(&ask).await;
    }
    let (actor, key) = (ask.acting()?, ask.key()?);
    let entry =
        Entry { list: "", index: None, item_id: item_id(&new), content: Ok(declared(new, "", &hosts(&ask).await?)) };
    let answer = ask.services.store_limited_declarations(&actor, vec![entry], BatchMode::AllOrNothing, key).await?;
    stored(&answer)
}

/// The answer about something that was stored: 201 where it was not there before.
pub(super) fn stored(answer: &Answer) -> Result<Reply> {
    let (view, is_new) = stored_view(answer)?;
    let (location, tag) = (view.links.itself.clone(), view.receipt.tag.clone());
    let text = to_canonical(&view);
    let reply = if is_new { Reply::created(text, &location) } else { Reply::ok(text) };
    Ok(reply.tagged(&tag))
}

fn stored_view(answer: &Answer) -> Result<(StoredView, bool)> {
    let receipt: Receipt = serde_json::from_str(&answer.value)
        .map_err(|error| Error::Internal(format!("the answer of a store cannot be read: {error}")))?;
    let (is_new, itself) = (receipt.outcome == "created", format!("/v1/declarations/{}", receipt.p_id));
    Ok((StoredView { receipt, warnings: answer.warnings, links: ListedLinks { itself } }, is_new))
}

/// Declarations to store at once.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewDeclarations {
    /// At most 1,000.
    #[schema(value_type = Vec<NewDeclaration>)]
    declarations: Vec<Box<RawValue>>,
}

pub(super) async fn create_many(ask: Ask<'_>) -> Result<Reply> {
    let NewDeclarations { declarations } = ask.body()?;
    if declarations.len() > limits::REST_BATCH {
        let message = format!("at most {} declarations fit in one call; split the list", limits::REST_BATCH);
        return Err(Error::invalid("too_long", "declarations", message));
    }
    let (actor, key) = (ask.acting()?, ask.key()?);
    let mode = if ask.flag("atomic") { BatchMode::AllOrNothing } else { BatchMode::PerItem };
    let zone = actor.zone;
    let hosts = hosts(&ask).await?;
    let read = move || declarations.iter().enumerate().map(|(index, raw)| entry(zone, index, raw, &hosts)).collect();
    let entries = ask.services.offload(read).await?;
    let answer = ask.services.store_limited_declarations(&actor, entries, mode, key).await?;
    Ok(Reply::ok(to_canonical(&outcomes(&answer)?)))
}

fn entry(zone: chrono_tz::Tz, index: usize, raw: &RawValue, hosts: &CallbackHosts) -> Entry<Declared> {
    let at = format!("declarations[{index}]");
    let read: Result<NewDeclaration, Finding> = reading::parse(zone, raw.get());
    let item_id = read.as_ref().ok().and_then(item_id);
    let content = read.map(|new| declared(new, &at, hosts)).map_err(|finding| finding.under(&at).into());
    Entry { list: "declarations", index: Some(index), item_id, content }
}

fn outcomes(answer: &Answer) -> Result<BatchView> {
    // Of no entries there is no list.
    let outcomes: Option<Vec<Outcome>> = serde_json::from_str(&answer.value)
        .map_err(|error| Error::Internal(format!("the outcomes of a batch cannot be read: {error}")))?;
    let outcomes = outcomes.into_iter().flatten().map(|outcome| OutcomeView {
        index: outcome.index,
        item_id: outcome.item_id,
        outcome: outcome.outcome,
        errors: outcome.errors.into_iter().map(|error| refusal(error.code, &error.path, error.message)).collect(),
        more: outcome.more_errors.unwrap_or(0),
    });
    Ok(BatchView { outcomes: outcomes.collect() })
}

fn refusal(code: String, path: &str, message: String) -> FaultView {
    FaultView { code, path: pointer(path), message, level: "reject".into() }
}

pub(super) async fn read(ask: Ask<'_>) -> Result<Reply> {
    let shown = ask.services.view_one(&ask.actor, Named::read(ask.path("id")), ask.text("post")).await?;
    let is_known = ask.has_version(&format!("\"{}\"", shown.tag));
    Ok(Reply::ok(shown.text).tagged(&shown.tag).unless_known(is_known))
}

pub(super) async fn list(ask: Ask<'_>) -> Result<Reply> {
    let filter = filter(&ask)?;
    let query = Query {
        post: ask.own("post"),
        filter,
        limit: Some(ask.number("limit").unwrap_or(USUAL_PAGE)),
        cursor: ask.own("cursor"),
        modified_since: ask.from("changedSince"),
        count: Count::all_if(ask.flag("count")),
        form: ViewForm::Listed,
    };
    let page = ask.services.load(&ask.actor, query).await?;
    let next = page.next_cursor.as_deref();
    let text = format!(r#"{{"items":[{}],"nextCursor":{}}}"#, page.views.join(","), to_canonical(&next));
    Ok(Reply::ok(text).next(next.map(|cursor| ask.next_page(cursor))).counted(page.total, page.more))
}

/// Items of a page where the request does not say how many.
const USUAL_PAGE: i32 = 100;

/// An item as it is to be. What is shown of it beside mail object and declaration may stand here as it was read.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Replacement {
    /// Members that are left out stay as they are.
    mail_object: Option<MailObject>,
    /// Takes the place of the declaration as a whole.
    declaration: Option<Declaration>,
    /// What is to be done with it; as before when absent.
    event: Option<DeclarationEvent>,
    /// What the item is called in the sender's own house; none when absent.
    external_reference: Option<String>,
    #[serde(default, rename = "pId")]
    #[schema(value_type = Option<String>)]
    _p_id: Option<IgnoredAny>,
    #[serde(default, rename = "itemId")]
    #[schema(value_type = Option<String>)]
    _item_id: Option<IgnoredAny>,
    #[serde(default, rename = "post")]
    #[schema(value_type = Option<String>)]
    _post: Option<IgnoredAny>,
    #[serde(default, rename = "version")]
    #[schema(value_type = Option<i32>)]
    _version: Option<IgnoredAny>,
    #[serde(default, rename = "response")]
    #[schema(value_type = Option<Object>)]
    _response: Option<IgnoredAny>,
    #[serde(default, rename = "dcResponse")]
    #[schema(value_type = Option<Object>)]
    _dc_response: Option<IgnoredAny>,
    #[serde(default, rename = "states")]
    #[schema(value_type = Option<Object>)]
    _states: Option<IgnoredAny>,
    #[serde(default, rename = "light")]
    #[schema(value_type = Option<Object>)]
    _light: Option<IgnoredAny>,
    #[serde(default, rename = "referrals")]
    #[schema(value_type = Option<Object>)]
    _referrals: Option<IgnoredAny>,
    #[serde(default, rename = "links")]
    #[schema(value_type = Option<Object>)]
    _links: Option<IgnoredAny>,
}

pub(super) async fn replace(ask: Ask<'_>) -> Result<Reply> {
    let if_version = ask.if_match()?;
    let as_it_is = ask.services.changeable(&ask.actor, Named::read(ask.path("id"))).await?;
    let Replacement { mail_object, declaration, event, external_reference, .. } = ask.body()?;
    let own: MailObject = ask.parsed(&as_it_is.mail_object)?;
    let object = filled(mail_object.unwrap_or_default(), own);
    let Some(declaration) = declaration else {
        return Err(Error::invalid("required", "declaration", "give the declaration as it is to be"));
    };
    let event = event.map_or(as_it_is.event, StoreEvent::from);
    let external_reference = Some(external_reference.unwrap_or_default());
    amend(&ask, Amendment { object, declaration, event, external_reference, if_version }).await
}

/// A mail object as sent, with what it leaves out as it was: the checks look at the whole.
fn filled(sent: MailObject, own: MailObject) -> MailObject {
    MailObject {
        entity_state: own.entity_state,
        dest_post_org_cd: sent.dest_post_org_cd.or(own.dest_post_org_cd),
        id: sent.id.or(own.id),
        local_id: sent.local_id.or(own.local_id),
        local_id2: sent.local_id2.or(own.local_id2),
        mail_category_cd: sent.mail_category_cd.or(own.mail_category_cd),
        mail_class_cd: sent.mail_class_cd.or(own.mail_class_cd),
        mail_state_cd: sent.mail_state_cd.or(own.mail_state_cd),
        mail_state_remarks: sent.mail_state_remarks.or(own.mail_state_remarks),
        orig_post_org_cd: sent.orig_post_org_cd.or(own.orig_post_org_cd),
        p_id: own.p_id,
        posting_dt: sent.posting_dt.or(own.posting_dt),
        type_cd: sent.type_cd.or(own.type_cd),
    }
}

/// A change of an item (RFC 7396): members named are set, those that are null are taken out.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Patch {
    #[serde(rename = "mailObject")]
    #[schema(value_type = Option<MailObject>)]
    _mail_object: Option<IgnoredAny>,
    #[serde(rename = "declaration")]
    #[schema(value_type = Option<Declaration>)]
    _declaration: Option<IgnoredAny>,
    event: Option<DeclarationEvent>,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<String>)]
    external_reference: Option<String>,
}

/// A member that takes something away where it is null.
fn named<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Some(Option::<String>::deserialize(deserializer)?.unwrap_or_default()))
}

pub(super) async fn patch(ask: Ask<'_>) -> Result<Reply> {
    let if_version = ask.if_match()?;
    let as_it_is = ask.services.changeable(&ask.actor, Named::read(ask.path("id"))).await?;
    let mut findings = Findings::default();
    for name in merge::members(ask.body_text())?.keys() {
        if !matches!(name.as_str(), "mailObject" | "declaration" | "event" | "externalReference") {
            findings.add(
                "read_only",
                shown(name),
                "this cannot be changed; mailObject, declaration, event and externalReference can",
            );
        }
    }
    findings.into_result()?;
    let Patch { event, external_reference, .. } = ask.body()?;
    let (object, declaration) = parts(&ask, &as_it_is, ask.body_text())?;
    let event = event.map_or(as_it_is.event, StoreEvent::from);
    amend(&ask, Amendment { object, declaration, event, external_reference, if_version }).await
}

/// A name as it is repeated to the caller: short.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(40).collect()
}

/// Mail object and declaration of an item after a patch.
fn parts(ask: &Ask<'_>, as_it_is: &Changeable, patch: &str) -> Result<(MailObject, Declaration)> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Parts {
        mail_object: Option<MailObject>,
        declaration: Option<Declaration>,
    }
    let Changeable { mail_object, declaration, .. } = as_it_is;
    let whole = format!(r#"{{"mailObject":{mail_object},"declaration":{declaration}}}"#);
    let parts: Parts = ask.parsed(&merge::merged(&whole, patch))?;
    let own: MailObject = ask.parsed(mail_object)?;
    let Some(declaration) = parts.declaration else {
        return Err(Error::invalid("required", "declaration", "there is no declaration yet; give one"));
    };
    Ok((MailObject { p_id: own.p_id, ..parts.mail_object.unwrap_or_default() }, declaration))
}

async fn amend(ask: &Ask<'_>, change: Amendment) -> Result<Reply> {
    let answer = ask.services.amend(&ask.acting()?, change, ask.key()?).await?;
    stored(&answer)
}

/// What is to be done with a declaration that is there.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Submission {
    /// Final when absent.
    event: Option<DeclarationEvent>,
}

pub(super) async fn submit(ask: Ask<'_>) -> Result<Reply> {
    let Submission { event } = ask.body()?;
    let as_it_is = ask.services.changeable(&ask.actor, Named::read(ask.path("id"))).await?;
    let (object, declaration) = parts(&ask, &as_it_is, "{}")?;
    let event = event.unwrap_or(DeclarationEvent::Final).into();
    let if_version = ask.if_match_given();
    amend(&ask, Amendment { object, declaration, event, external_reference: None, if_version }).await
}

pub(super) async fn validate(ask: Ask<'_>) -> Result<Reply> {
    let Submission { event } = ask.body()?;
    let as_it_is = ask.services.changeable(&ask.actor, Named::read(ask.path("id"))).await?;
    let (object, declaration) = parts(&ask, &as_it_is, "{}")?;
    let change = (object, declaration, event.unwrap_or(DeclarationEvent::Final).into());
    let judged = ask.services.judge_only(&ask.actor, Some(&as_it_is), change)?;
    let more = judged.refused.more();
    let refused = judged.refused.into_vec().into_iter();
    let refused = refused.map(|found| refusal(found.code.to_owned(), &found.path, found.message));
    let beside = judged.found.into_iter().map(|found| {
        let in_object = found.path.strip_prefix("MailObject.").map(|path| format!("mailObject.{path}"));
        let path = in_object.unwrap_or_else(|| format!("declaration.Data.{}", found.path));
        FaultView { code: found.rule, path: pointer(&path), message: found.message, level: found.level }
    });
    let view = JudgedView {
        valid: judged.score.is_some(),
        score: judged.score,
        findings: refused.chain(beside).collect(),
        more,
    };
    Ok(Reply::ok(to_canonical(&view)))
}

/// Why a declaration is withdrawn.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WithdrawalRequest {
    /// For the history, which keeps it: write nothing personal. At most 200 characters.
    #[schema(max_length = 200)]
    reason: Option<String>,
}

pub(super) async fn withdraw(ask: Ask<'_>) -> Result<Reply> {
    let WithdrawalRequest { reason } = ask.body()?;
    let reason = given(&reason).unwrap_or_default().to_owned();
    let mut findings = Findings::default();
    if reason.is_empty() {
        findings.add("required", "reason", "say why it is withdrawn; the history keeps it");
    }
    if reason.chars().count() > limits::REASON_CHARS {
        findings.add("too_long", "reason", format!("at most {} characters fit here", limits::REASON_CHARS));
    }
    findings.into_result()?;
    let named = Named::read(ask.path("id"));
    let answer = ask.services.withdraw(&ask.acting()?, named, reason, ask.if_match_given(), ask.key()?).await?;
    stored(&answer)
}

/// Under which id a copy is kept.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CopyRequest {
    /// Of the new draft; an anonymous declaration is made when absent.
    item_id: Option<String>,
}

pub(super) async fn copy(ask: Ask<'_>) -> Result<Reply> {
    let CopyRequest { item_id } = ask.body()?;
    let (actor, key) = (ask.acting()?, ask.key()?);
    let as_it_is = ask.services.changeable(&actor, Named::read(ask.path("id"))).await?;
    let (object, declaration) = parts(&ask, &as_it_is, "{}")?;
    let Some(item_id) = given(&item_id) else {
        let anonymous = AnonymousDeclaration { known: anonymous(object, declaration), ..Default::default() };
        let answer = ask.services.put_anonymous(&actor, anonymous, key).await?;
        let id = serde_json::from_str(&answer.value).ok();
        return Ok(Reply::created(to_canonical(&CopyView { declaration: None, anonymous_id: id }), "/v1/declarations"));
    };
    let object = MailObject {
        id: Some(item_id.to_owned()),
        orig_post_org_cd: object.orig_post_org_cd,
        dest_post_org_cd: object.dest_post_org_cd,
        mail_class_cd: object.mail_class_cd,
        mail_category_cd: object.mail_category_cd,
        type_cd: object.type_cd,
        ..MailObject::default()
    };
    let new = NewItem { object, declaration, event: StoreEvent::Draft, external_reference: None, lodged: None };
    let answer = ask.services.declare_new(&actor, new, key).await?;
    let (view, _) = stored_view(&answer)?;
    let (location, tag) = (view.links.itself.clone(), view.receipt.tag.clone());
    let copied = CopyView { declaration: Some(view), anonymous_id: None };
    Ok(Reply::created(to_canonical(&copied), &location).tagged(&tag))
}

fn anonymous(object: MailObject, declaration: Declaration) -> AnonymousMembers {
    AnonymousMembers {
        data: declaration.data,
        dest_post_org_cd: object.dest_post_org_cd,
        mail_class_cd: object.mail_class_cd,
        ..AnonymousMembers::default()
    }
}
