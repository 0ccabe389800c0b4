//! Referrals: what waits for an answer of the own post, those due first first, and the form that answers.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use maud::{Markup, html};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::field::{Line, Problems, choice, line, send, table};
use super::items::{answer_address, left};
use super::layout::{form, form_again, page, see_other};
use super::visit::Visit;
use crate::contract::ReferralResponse;
use crate::contract::referral::ReferralResponseMembers;
use crate::domain::Flow;
use crate::error::{Error, Result};
use crate::limits;
use crate::refdata::lists::lists;
use crate::service::RequestKey;
use crate::service::refer::About;
use crate::service::referrals::WaitingReferral;
use crate::service::rights::UseCase;

/// Members of an answer, and the fields that they are typed into.
const FIELDS: &[(&str, &str)] = &[
    ("referralResponse.ReferralResponseCd", "code"),
    ("referralResponse.ActionTaken", "action"),
    ("referralResponse.Information", "information"),
];

/// What waits for an answer: of the own post, and of others.
pub(super) async fn list(visit: Visit<'_>) -> Result<HttpResponse> {
    let (texts, person) = (visit.texts, visit.person()?);
    let waiting = visit.shared.services.waiting_referrals(person.actor(UseCase::SeeItems)?).await?;
    let (ours, others): (Vec<_>, Vec<_>) = waiting.iter().partition(|waiting| waiting.flow == Flow::Outbound);
    let may = person.may(UseCase::AnswerReferrals);
    let row = |waiting: &&WaitingReferral, may: bool| {
        let name = lists().referral_codes.name(&waiting.code, texts.0).unwrap_or(&waiting.code);
        html! {
            tr {
                td { @if let Some(due) = waiting.due_at { (left(&visit, due)) } }
                th scope="row" { a.id href=(format!("/console/items/{}/{}", person.org, waiting.pid)) { (waiting.item_id) } }
                td { (name) " " code { (waiting.code) } }
                td dir="auto" { (waiting.remarks.as_deref().unwrap_or("–")) }
                td.id { (waiting.raised_by) }
                td {
                    @if may {
                        a href=(answer_address(waiting.pid, &waiting.reference)) aria-label=(texts.with("referrals.answer-that", &[("item", &waiting.item_id)])) { (texts.get("referrals.answer")) }
                    }
                }
            }
        }
    };
    let rows = |some: &[&WaitingReferral], may: bool| some.iter().map(|waiting| row(waiting, may)).collect::<Vec<_>>();
    let heads = ["referrals.due", "items.id", "referrals.kind", "referrals.remarks", "items.by", "sessions.what"];
    let heads = heads.map(|key| texts.get(key));
    let count = ours.len().to_string();
    let content = html! {
        @if visit.query.has("done") { div.note.good role="status" { p { (texts.get("referrals.done")) } } }
        @if waiting.len() == limits::WAITING_LISTED { div.note { p { (texts.get("referrals.cut")) } } }
        @if ours.is_empty() { p { (texts.get("referrals.none")) } }
        @else { (table(&texts.with("referrals.caption", &[("count", &count)]), &heads, &rows(&ours, may))) }
        @if !others.is_empty() {
            h2 { (texts.get("referrals.asked")) }
            (table(texts.get("referrals.asked-caption"), &heads[..5], &rows(&others, false)))
        }
    };
    page(&visit, texts.get("referrals.title"), content)
}

/// The referral that an address or a form names.
///
/// # Errors
/// 404 where none of the own post waits under this name.
async fn meant(visit: &Visit<'_>) -> Result<WaitingReferral> {
    let actor = visit.person()?.actor(UseCase::AnswerReferrals)?;
    let given = |name: &str| {
        Some(visit.form.get(name)).filter(|text| !text.is_empty()).unwrap_or_else(|| visit.query.get(name)).to_owned()
    };
    let (item, reference) = (Uuid::try_parse(&given("item")).ok(), given("reference"));
    let waiting = visit.shared.services.waiting_referrals(actor).await?;
    let is_meant = |waiting: &WaitingReferral| {
        Some(waiting.pid) == item && waiting.reference == reference && waiting.flow == Flow::Outbound
    };
    waiting.into_iter().find(is_meant).ok_or(Error::Absent { what: "referral" })
}

/// The form that answers a referral.
pub(super) async fn show(visit: Visit<'_>) -> Result<HttpResponse> {
    let meant = meant(&visit).await?;
    let content = answer_form(&visit, &meant, &Problems::default())?;
    page(&visit, visit.texts.get("referrals.answer-title"), content)
}

fn answer_form(visit: &Visit<'_>, meant: &WaitingReferral, problems: &Problems) -> Result<Markup> {
    let (texts, tongue) = (visit.texts, visit.texts.0);
    let fits = lists()
        .referral_response_codes
        .rows()
        .iter()
        .filter(|row| row.for_codes.iter().any(|code| code == &meant.code || code == "any"));
    let codes = fits.map(|row| (row.code.as_str(), format!("{} {}", row.code, row.names.in_language(tongue))));
    let codes: Vec<(&str, String)> = [("", String::new())].into_iter().chain(codes).collect();
    let kind = lists().referral_codes.name(&meant.code, tongue).unwrap_or(&meant.code);
    let key = Some(visit.form.get("key").to_owned())
        .filter(|key| !key.is_empty())
        .unwrap_or_else(|| Uuid::now_v7().to_string());
    let body = html! {
        input type="hidden" name="item" value=(meant.pid);
        input type="hidden" name="reference" value=(meant.reference);
        input type="hidden" name="key" value=(key);
        (choice(problems, "code", texts.get("referrals.code"), None, &codes, visit.form.get("code")))
        (line(problems, Line { name: "action", label: texts.get("referrals.action"), hint: Some(texts.get("referrals.action-hint")), value: visit.form.get("action"), autocomplete: Some("off"), ..Line::default() }))
        (line(problems, Line { name: "information", label: texts.get("referrals.information"), value: visit.form.get("information"), autocomplete: Some("off"), ..Line::default() }))
        (send(texts.get("referrals.send")))
    };
    Ok(html! {
        dl {
            dt { (texts.get("items.id")) } dd.id { a href=(format!("/console/items/{}/{}", visit.person()?.org, meant.pid)) { (meant.item_id) } }
            dt { (texts.get("referrals.kind")) } dd { (kind) " " code { (meant.code) } }
            dt { (texts.get("items.by")) } dd.id { (meant.raised_by) }
            dt { (texts.get("referrals.remarks")) } dd dir="auto" { (meant.remarks.as_deref().unwrap_or("–")) }
            dt { (texts.get("referrals.due")) } dd { @if let Some(due) = meant.due_at { (left(visit, due)) } @else { "–" } }
        }
        (form(visit, "/console/referral", body)?)
    })
}

/// Answers a referral, once for a form.
pub(super) async fn answer(visit: Visit<'_>) -> Result<HttpResponse> {
    let (texts, actor) = (visit.texts, visit.person()?.actor(UseCase::AnswerReferrals)?);
    let done = || see_other("/console/referrals?done");
    let (key, form) = (visit.form.get("key").to_owned(), &visit.form);
    let request_key = Uuid::try_parse(&key).ok().map(|key| format!("form-{key}"));
    let meant = match (meant(&visit).await, &request_key) {
        // It does not wait any more: sent twice, or answered by somebody else.
        (Err(Error::Absent { .. }), Some(key)) if visit.shared.services.was_answered(actor, key).await? => {
            return Ok(done());
        }
        (meant, _) => meant?,
    };
    let given = |name: &str| Some(form.trimmed(name).to_owned()).filter(|text| !text.is_empty());
    let again = |problems: Problems| {
        let content = answer_form(&visit, &meant, &problems)?;
        form_again(&visit, StatusCode::UNPROCESSABLE_ENTITY, texts.get("referrals.answer-title"), &problems, content)
    };
    if given("code").is_none() {
        return again(Problems::one(Some("code"), texts.get("referrals.code-wanted")));
    }
    let known = ReferralResponseMembers {
        referral_response_cd: given("code"),
        action_taken: given("action"),
        information: given("information"),
        referral_id: Some(meant.reference.clone()),
        ..ReferralResponseMembers::default()
    };
    let about = About { item_id: meant.item_id.clone(), post: actor.org.clone(), partner: meant.dest_post.clone() };
    let fingerprint = Sha256::digest(format!("{} {known:?}", meant.pid)).to_vec();
    let key = request_key.map(|key| RequestKey { key, fingerprint });
    let response = ReferralResponse { known, ..ReferralResponse::default() };
    match visit.shared.services.answer_referral(actor, about, response, key).await {
        Ok(_) => Ok(done()),
        Err(error) => again(Problems::of(error, texts, FIELDS)?),
    }
}
