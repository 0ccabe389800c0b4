//! The first page: what runs here, and where to go from here.

use actix_web::HttpResponse;
use maud::html;

use super::layout::page;
use super::visit::Visit;
use crate::error::Result;

/// Open to everybody; says nothing of whose items are here.
pub(super) async fn show(visit: Visit<'_>) -> Result<HttpResponse> {
    let texts = visit.texts;
    let content = html! {
        p { (texts.get("start.what")) }
        p.actions { a.button.main href="/console" { (texts.get(if visit.person.is_some() { "start.go-on" } else { "login.title" })) } }
        h2 { (texts.get("start.programs")) }
        ul {
            @if visit.shared.has_docs {
                li { a href="/docs/" { (texts.get("start.docs")) } }
                li { a href="/openapi.json" { (texts.get("start.openapi")) } }
                li { a href="/v1/openapi.json" { (texts.get("start.own")) } }
            }
            li { a href="/status" { (texts.get("status.title")) } }
            li { a href="/readyz" { (texts.get("start.ready")) } }
        }
    };
    page(&visit, texts.get("start.title"), content)
}
