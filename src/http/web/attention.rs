//! What is to be put right, each with why and the way to it; and how much of it there is, for the page that everybody starts from.

use actix_web::HttpResponse;
use maud::{Markup, html};

use super::declared::beside;
use super::field::table;
use super::layout::page;
use super::visit::Visit;
use crate::domain::Flow;
use crate::error::Result;
use crate::limits;
use crate::service::attention::{Draft, Refused};
use crate::service::rights::UseCase;
use crate::sheet::SheetItem;
use crate::sheet::filled::Filled;

/// What is told of a draft; the rest is at its form.
const REASONS: usize = 3;

/// The list.
pub(super) async fn list(visit: Visit<'_>) -> Result<HttpResponse> {
    let (texts, person) = (visit.texts, visit.person()?);
    let attention = visit.shared.services.attention(person.actor(UseCase::SeeItems)?).await?;
    let may = person.may(UseCase::Declare);
    let item = |pid: uuid::Uuid| format!("/console/items/{}/{pid}", person.org);
    let correct = |pid: uuid::Uuid, id: &str| {
        html! {
            @if may { a href=(format!("{}/amend", item(pid))) aria-label=(texts.with("attention.correct-that", &[("item", id)])) { (texts.get("attention.correct")) } }
        }
    };
    let draft = |draft: &Draft| {
        html! {
            tr {
                th scope="row" { a.id href=(item(draft.pid)) { (draft.item_id) } }
                td.id { (draft.dest_post) }
                td { time datetime=(draft.changed_at.to_rfc3339()) { (visit.time(draft.changed_at)) } }
                td { (reasons(&visit, draft)) }
                td { (correct(draft.pid, &draft.item_id)) }
            }
        }
    };
    let refused = |refused: &Refused| {
        html! {
            tr {
                th scope="row" { a.id href=(item(refused.pid)) { (refused.item_id) } }
                td.id { (refused.kind) " → " (refused.partner) }
                td { time datetime=(refused.at.to_rfc3339()) { (visit.time(refused.at)) } }
                td lang="en" dir="auto" { (refused.state) @if !refused.note.is_empty() { ": " (refused.note) } }
                td { (correct(refused.pid, &refused.item_id)) }
            }
        }
    };
    let drafts: Vec<Markup> = attention.drafts.iter().map(draft).collect();
    let messages: Vec<Markup> = attention.refused.iter().map(refused).collect();
    let heads = |second: &'static str| {
        ["items.id", second, "items.at", "attention.why", "sessions.what"].map(|key| texts.get(key))
    };
    let content = html! {
        @if drafts.is_empty() && messages.is_empty() { p { (texts.get("attention.none")) } }
        @if !messages.is_empty() {
            h2 { (texts.get("attention.refused")) }
            (table(texts.get("attention.refused-caption"), &heads("items.messages"), &messages))
        }
        @if !drafts.is_empty() {
            h2 { (texts.get("attention.drafts")) }
            (table(texts.get("attention.drafts-caption"), &heads("attention.to"), &drafts))
        }
    };
    page(&visit, texts.get("attention.title"), content)
}

/// What was found in a draft, in words.
fn reasons(visit: &Visit<'_>, draft: &Draft) -> Markup {
    let (filled, item) = (Filled::default(), SheetItem::nothing());
    let reasons = draft.found.iter().take(REASONS).map(|found| beside(visit.texts, &filled, &item, found));
    html! {
        ul.changes {
            @for (text, is_english) in reasons { li lang=[is_english.then_some("en")] { (text) } }
            @if draft.found.len() > REASONS {
                li { (visit.texts.with("items.more-changes", &[("count", &(draft.found.len() - REASONS).to_string())])) }
            }
        }
    }
}

/// A number, or that there are more.
fn counted(count: usize, most: usize) -> String {
    if count < most { count.to_string() } else { format!("{most}+") }
}

/// How much waits for who visits, as links; nothing for who does not work at a post.
///
/// # Errors
/// 503 when the database is away.
pub(super) async fn waiting(visit: &Visit<'_>) -> Result<Markup> {
    let (texts, person) = (visit.texts, visit.person()?);
    if !person.may_at_post(UseCase::SeeItems) {
        return Ok(html! {});
    }
    let (actor, services) = (person.actor(UseCase::SeeItems)?, &visit.shared.services);
    let referrals = services.waiting_referrals(actor).await?;
    let now = services.clock.now();
    let ours = || referrals.iter().filter(|waiting| waiting.flow == Flow::Outbound);
    let late = ours().filter(|waiting| waiting.due_at.is_some_and(|due| due <= now)).count();
    let attention = services.attention(actor).await?;
    let rows = [
        (ours().count(), limits::WAITING_LISTED, "/console/referrals", "home.referrals"),
        (late, limits::WAITING_LISTED, "/console/referrals", "home.late"),
        (attention.refused.len(), limits::ATTENTION_LISTED, "/console/attention", "home.refused"),
        (attention.drafts.len(), limits::ATTENTION_LISTED, "/console/attention", "home.drafts"),
    ];
    let some: Vec<_> = rows.into_iter().filter(|(count, ..)| *count > 0).collect();
    Ok(html! {
        h2 { (texts.get("home.waits")) }
        @if some.is_empty() { p { (texts.get("home.nothing")) } }
        @else { ul.waits { @for (count, most, address, key) in some { li { a href=(address) { (texts.with(key, &[("count", &counted(count, most))])) } } } } }
    })
}
