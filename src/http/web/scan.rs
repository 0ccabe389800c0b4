//! The page beside a scanner: one box that is always ready, and the answer in large letters. It says what it knows and never what it
//! knew: an answer names its id, and who waits for one sees none.

use actix_web::HttpResponse;
use maud::html;

use super::field::{Line, Problems, line, send};
use super::layout::{form_again, page};
use super::light;
use super::visit::Visit;
use crate::contract::item_status::CheckItemStatusRequest;
use crate::error::{Findings, Result};
use crate::rules::forms;
use crate::service::rights::UseCase;

/// What a scanner reads of an id: without blanks, in capital letters.
fn typed_id(visit: &Visit<'_>) -> String {
    visit.query.get("id").chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect()
}

pub(super) async fn show(visit: Visit<'_>) -> Result<HttpResponse> {
    let (texts, actor) = (visit.texts, visit.person()?.actor(UseCase::SeeItems)?);
    let id = typed_id(&visit);
    let mut findings = Findings::default();
    forms::check_item_id(&mut findings, "id", Some(id.as_str()).filter(|id| !id.is_empty()));
    let problems =
        if findings.is_empty() { Problems::default() } else { Problems::one(Some("id"), texts.get("scan.form")) };
    let shown = if id.is_empty() || !findings.is_empty() {
        None
    } else {
        let asked = CheckItemStatusRequest { item_id: Some(id.clone()), ..CheckItemStatusRequest::default() };
        visit.shared.services.lights(actor, vec![asked]).await?.items.pop()
    };
    let content = html! {
        form method="get" action="/console/scan" novalidate data-again data-scan=(texts.get("scan.none")) {
            (line(&problems, Line { name: "id", label: texts.get("items.id"), hint: Some(texts.get("scan.hint")), autocomplete: Some("off"),
                has_focus: true, ..Line::default() }))
            (send(texts.get("scan.ask")))
        }
        div.answer #answer role="status" {
            @if let Some(shown) = &shown {
                p.id { (shown.item_id) }
                p.huge { (light::word(texts, shown.light.light)) }
                (light::reasons(texts, &light::ShownLight::from(&shown.light)))
                @if shown.p_id.is_some() { p { a href=(format!("/console/items?q={}", shown.item_id)) { (texts.get("scan.open")) } } }
            }
        }
    };
    if findings.is_empty() {
        page(&visit, texts.get("scan.title"), content)
    } else {
        form_again(
            &visit,
            actix_web::http::StatusCode::UNPROCESSABLE_ENTITY,
            texts.get("scan.title"),
            &problems,
            content,
        )
    }
}
