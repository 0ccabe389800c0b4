//! What is said about a declaration: decisions of customs, referrals and answers.

use serde::Deserialize;
use utoipa::ToSchema;

use super::ask::Ask;
use super::reply::Reply;
use crate::contract::canonical::to_canonical;
use crate::contract::ingestion::DeclarationEvent;
use crate::contract::own::{ListedLinks, MadeView};
use crate::contract::referral::{ReferralMembers, ReferralResponseMembers};
use crate::contract::{MailObject, Referral, ReferralResponse, Response};
use crate::error::{Error, Findings, Result};
use crate::service::one::{End, Named};
use crate::service::refer::About;
use crate::service::respond::Responded;
use crate::service::{BatchMode, Entry};

/// A decision of customs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewResponse {
    response: Option<Response>,
    /// Final when absent; `toCustoms` keeps it from the origin, `toPost` passes it on to it.
    event: Option<DeclarationEvent>,
}

pub(super) async fn respond(ask: Ask<'_>) -> Result<Reply> {
    let NewResponse { response, event } = ask.body()?;
    let (actor, key) = (ask.acting()?, ask.key()?);
    let end = ask.services.end_of(&actor, Named::read(ask.path("id"))).await?;
    let object = MailObject {
        p_id: Some(end.pid),
        id: Some(end.item_id.clone()),
        orig_post_org_cd: Some(end.origin.clone()),
        dest_post_org_cd: Some(end.destination.clone()),
        ..MailObject::default()
    };
    let response = response.map(|response| Response { post_organization_cd: Some(end.post.clone()), ..response });
    let sent = Responded {
        object: Some(object),
        response,
        event: event.unwrap_or(DeclarationEvent::Final).into(),
        object_path: "mailObject".into(),
        response_path: "response".into(),
        found: Findings::default(),
    };
    let entry = Entry { list: "", index: None, item_id: Some(end.item_id.clone()), content: Ok(sent) };
    ask.services.store_responses(&actor, vec![entry], BatchMode::AllOrNothing, key).await?;
    Ok(made(&end))
}

/// The answer about something that was put on an item.
fn made(end: &End) -> Reply {
    let itself = format!("/v1/declarations/{}", end.pid);
    let view = MadeView { p_id: end.pid, item_id: end.item_id.clone(), links: ListedLinks { itself: itself.clone() } };
    Reply::created(to_canonical(&view), &itself)
}

/// A question about an item.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewReferral {
    #[schema(value_type = ReferralMembers)]
    referral: Option<Referral>,
}

pub(super) async fn refer(ask: Ask<'_>) -> Result<Reply> {
    let NewReferral { referral } = ask.body()?;
    let (actor, key) = (ask.acting()?, ask.key()?);
    let Some(referral) = referral else {
        return Err(Error::invalid("required", "referral", "give the referral"));
    };
    let end = ask.services.end_of(&actor, Named::read(ask.path("id"))).await?;
    let about = About { item_id: end.item_id.clone(), post: end.post.clone(), partner: end.origin.clone() };
    ask.services.create_referral(&actor, about, referral, key).await?;
    Ok(made(&end))
}

/// An answer to a question.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAnswer {
    #[schema(value_type = ReferralResponseMembers)]
    answer: Option<ReferralResponse>,
}

pub(super) async fn answer(ask: Ask<'_>) -> Result<Reply> {
    let NewAnswer { answer } = ask.body()?;
    let (actor, key) = (ask.acting()?, ask.key()?);
    let Some(mut answer) = answer else {
        return Err(Error::invalid("required", "answer", "give the answer"));
    };
    let end = ask.services.end_of(&actor, Named::read(ask.path("id"))).await?;
    answer.known.referral_id = Some(ask.path("reference").to_owned());
    let about = About { item_id: end.item_id.clone(), post: end.post.clone(), partner: end.destination.clone() };
    ask.services.answer_referral(&actor, about, answer, key).await.map_err(in_own_words)?;
    Ok(made(&end))
}

/// Findings of the use case under the names that members have here.
fn in_own_words(error: Error) -> Error {
    let Error::Invalid(findings) = error else { return error };
    if findings.iter().all(|finding| finding.code == "absent") {
        return Error::Absent { what: "item or referral" };
    }
    Error::Invalid(findings.each(|mut finding| {
        if let Some(rest) = finding.path.strip_prefix("referralResponse") {
            finding.path = format!("answer{rest}");
        }
        finding
    }))
}
