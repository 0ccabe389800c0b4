//! Templates: the own ones, to be shared or removed, and those that others share.

use actix_web::HttpResponse;
use maud::{Markup, html};

use super::declared::NEW;
use super::field::table;
use super::layout::{page, see_other, token};
use super::visit::Visit;
use crate::error::Result;
use crate::service::rights::UseCase;
use crate::service::templates::TemplateView;

/// Where a declaration begins with a template.
pub(super) fn address(template: &TemplateView) -> String {
    let query = serde_urlencoded::to_string([("template", &template.name), ("owner", &template.owner)]);
    format!("{NEW}?{}", query.unwrap_or_default())
}

/// The list.
pub(super) async fn list(visit: Visit<'_>) -> Result<HttpResponse> {
    let (texts, person) = (visit.texts, visit.person()?);
    let templates = visit.shared.services.templates(person.actor(UseCase::Declare)?).await?;
    let token = token(&visit)?;
    let row = |template: &TemplateView| {
        let (action, key) = if template.shared { ("keep", "templates.keep") } else { ("share", "templates.share") };
        let button = |action: &str, key: &'static str| {
            html! {
                button type="submit" name="do" value=(action) aria-label=(format!("{}: {}", texts.get(key), template.name)) { (texts.get(key)) }
            }
        };
        html! {
            tr {
                th scope="row" dir="auto" { a href=(address(template)) { (template.name) } }
                td.id { (template.owner) }
                td { (texts.get(if template.shared { "templates.shared" } else { "templates.own" })) }
                td { time datetime=(template.changed_at.to_rfc3339()) { (visit.time(template.changed_at)) } }
                td {
                    @if template.is_own {
                        form method="post" action="/console/templates" data-again {
                            (token)
                            input type="hidden" name="name" value=(template.name);
                            (button(action, key)) " " (button("drop", "templates.drop"))
                        }
                    }
                }
            }
        }
    };
    let rows: Vec<Markup> = templates.iter().map(row).collect();
    let heads = ["me.name", "templates.owner", "templates.who", "items.at", "sessions.what"];
    let content = html! {
        @if visit.query.has("done") { div.note.good role="status" { p { (texts.get("me.done")) } } }
        p { (texts.get("templates.what")) }
        @if !rows.is_empty() { (table(texts.get("templates.title"), &heads.map(|key| texts.get(key)), &rows)) }
    };
    page(&visit, texts.get("templates.title"), content)
}

/// Shares one, takes it back, or removes it.
pub(super) async fn change(visit: Visit<'_>) -> Result<HttpResponse> {
    let actor = visit.person()?.actor(UseCase::Declare)?;
    let (services, name) = (&visit.shared.services, visit.form.get("name"));
    match visit.form.get("do") {
        "drop" => services.drop_template(actor, name).await?,
        "share" => services.share_template(actor, name, true).await?,
        _ => services.share_template(actor, name, false).await?,
    }
    Ok(see_other("/console/templates?done"))
}
