//! The frame of every page: title, menu, who is signed in, footer.

use actix_web::http::header::LOCATION;
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, HttpResponseBuilder};
use maud::{DOCTYPE, Markup, html};

use super::assets;
use super::field::Problems;
use super::security::masked_token;
use super::texts::code;
use super::visit::Visit;
use crate::domain::SessionKind;
use crate::error::{Error, Result};
use crate::limits;
use crate::refdata::lists::Language;
use crate::service::person::INSTANCE;

/// A page that was asked for.
///
/// # Errors
/// When the system gives no random bytes.
pub(super) fn page(visit: &Visit<'_>, title: &str, content: Markup) -> Result<HttpResponse> {
    framed(visit, StatusCode::OK, title, title, content)
}

/// A form again, with what is wrong with it.
///
/// # Errors
/// When the system gives no random bytes.
pub(super) fn form_again(
    visit: &Visit<'_>,
    status: StatusCode,
    title: &str,
    problems: &Problems,
    content: Markup,
) -> Result<HttpResponse> {
    let shown = visit.texts.with("error.title", &[("title", title)]);
    let content = html! { (problems.summary(visit.texts)) (content) };
    framed(visit, status, &shown, title, content)
}

/// What went wrong, as a page: what is not there and what is another's look alike.
pub(super) fn error_page(visit: &Visit<'_>, error: &Error) -> HttpResponse {
    let texts = visit.texts;
    let (title, message) = match error {
        Error::MissingRole { needed } => {
            let roles: Vec<&str> =
                needed.split(' ').map(|role| texts.find(&format!("role.{role}")).unwrap_or_default()).collect();
            (texts.get("error.role"), texts.with("error.role-what", &[("roles", &roles.join(", "))]))
        }
        Error::ForeignForm => (texts.get("error.foreign"), texts.get("error.foreign-what").to_owned()),
        Error::TooManyRequests { retry_after_s, .. } => {
            (texts.get("error.often"), texts.with("error.often-what", &[("seconds", &retry_after_s.to_string())]))
        }
        Error::Absent { .. } | Error::NoSuchMethod { .. } | Error::VerbNotAllowed { .. } => {
            (texts.get("error.absent"), texts.get("error.absent-what").to_owned())
        }
        Error::BodyTooLarge { .. } | Error::RequestTimeout | Error::UnknownMediaType { .. } | Error::EncodedBody => {
            (texts.get("error.body"), texts.get("error.body-what").to_owned())
        }
        Error::Unavailable { .. } => (texts.get("error.away"), texts.get("error.away-what").to_owned()),
        Error::Invalid(_) | Error::Conflict(_) => (texts.get("error.wrong"), error.to_string()),
        _ => (texts.get("error.fault"), texts.get("error.fault-what").to_owned()),
    };
    let is_english = matches!(error, Error::Invalid(_) | Error::Conflict(_));
    let content = html! {
        p lang=[is_english.then_some("en")] { (message) }
        @if visit.person.is_some() { p { a href="/console" { (texts.get("error.home")) } } }
        @else { p { a href="/console/login" { (texts.get("login.title")) } } }
    };
    let mut head = crate::http::error::head(error);
    match document(visit, title, title, content) {
        Ok(document) => head.body(document.into_string()),
        Err(_) => head.finish(),
    }
}

/// Leads to another address with a GET.
pub(super) fn see_other(address: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, address)).finish()
}

pub(super) fn framed(
    visit: &Visit<'_>,
    status: StatusCode,
    title: &str,
    heading: &str,
    content: Markup,
) -> Result<HttpResponse> {
    Ok(HttpResponseBuilder::new(status).body(document(visit, title, heading, content)?.into_string()))
}

fn document(visit: &Visit<'_>, title: &str, heading: &str, content: Markup) -> Result<Markup> {
    let texts = visit.texts;
    let theme = visit.person.as_ref().and_then(|person| person.theme.as_deref());
    Ok(html! {
        (DOCTYPE)
        html lang=(code(texts.0)) data-theme=[theme] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · Entrepost" }
                link rel="stylesheet" href=(assets::address("console.css"));
                link rel="icon" type="image/svg+xml" href=(assets::address("icon.svg"));
                script src=(assets::address("console.js")) defer {}
            }
            body {
                a.skip href="#main" { (texts.get("frame.skip")) }
                (header(visit)?)
                main #main tabindex="-1" {
                    h1 { (heading) }
                    (content)
                }
                (footer(visit))
            }
        }
    })
}

fn header(visit: &Visit<'_>) -> Result<Markup> {
    let texts = visit.texts;
    let path = visit.request.path();
    let signed_in = visit.person.as_ref().filter(|person| person.kind == SessionKind::Web);
    Ok(html! {
        header.top {
            p.brand { @if signed_in.is_some() { a href="/console" { "Entrepost" } } @else { "Entrepost" } }
            @if let Some(person) = signed_in {
                nav aria-label=(texts.get("frame.menu")) {
                    ul {
                        @for (page, text) in visit.pages.iter().filter_map(|page| Some((page, page.menu?))) {
                            @if page.is_in_menu_of(person) {
                                li { a href=(page.path) data-go=[key_of(page.path)] aria-current=[(page.path == path).then_some("page")] { (texts.get(text)) } }
                            }
                        }
                    }
                }
                div.place {
                    span { (if person.display_name.is_empty() { &person.user_cd } else { &person.display_name }) }
                    @if person.org != INSTANCE { " · " span { (person.org) } }
                    @if let Some(office) = &person.office { " · " span { (office) } }
                    " · " span { (person.zone.name()) }
                }
            }
            @if visit.person.is_some() {
                form.out method="post" action="/console/logout" {
                    (token(visit)?)
                    button.quiet type="submit" { (texts.get("frame.out")) }
                }
            }
        }
    })
}

/// Keys that lead to pages from everywhere.
const KEYS: [(&str, &str); 4] =
    [("/", "/console/items"), ("n", "/console/items/new"), ("s", "/console/scan"), ("?", "/console/keys")];

/// The key that leads to a page.
pub(super) fn key_of(path: &str) -> Option<&'static str> {
    KEYS.iter().find(|(_, of)| *of == path).map(|(key, _)| *key)
}

fn footer(visit: &Visit<'_>) -> Markup {
    let texts = visit.texts;
    let chosen = visit.person.as_ref().is_some_and(|person| person.language.is_some());
    // The answer to a form is at no address: a link would lose what was typed.
    let is_form = visit.request.method() == Method::POST;
    html! {
        footer {
            @if !chosen && !is_form {
                nav aria-label=(texts.get("frame.language")) {
                    ul {
                        @for tongue in Language::ALL {
                            li {
                                @if tongue == texts.0 { span lang=(code(tongue)) aria-current="true" { (name_of(tongue)) } }
                                @else { a href=(format!("?lang={}", code(tongue))) lang=(code(tongue)) hreflang=(code(tongue)) { (name_of(tongue)) } }
                            }
                        }
                    }
                }
            }
            @if visit.person.as_ref().is_some_and(|person| person.kind == SessionKind::Web) {
                p { a href="/console/keys" data-go=[key_of("/console/keys")] { (texts.get("keys.title")) } }
            }
            p { "Entrepost " (env!("CARGO_PKG_VERSION")) @if !is_public(visit) { " · " (texts.with("frame.session", &[("hours", &visit_hours(visit)), ("minutes", &visit_minutes(visit))])) } }
        }
    }
}

/// Whether a page is for people who have no session and need none.
fn is_public(visit: &Visit<'_>) -> bool {
    visit.person.is_none() && !visit.request.path().starts_with("/console")
}

fn visit_hours(visit: &Visit<'_>) -> String {
    (visit.shared.services.terms.session.as_secs() / 3_600).to_string()
}

fn visit_minutes(visit: &Visit<'_>) -> String {
    (visit.shared.services.terms.session_idle.as_secs() / 60).to_string()
}

/// A language in itself.
pub(super) fn name_of(tongue: Language) -> &'static str {
    match tongue {
        Language::En => "English",
        Language::Fr => "Français",
        Language::Es => "Español",
        Language::Pt => "Português",
    }
}

/// The member that shows a form to be ours; nothing where there is no session yet.
///
/// # Errors
/// When the system gives no random bytes.
pub(super) fn token(visit: &Visit<'_>) -> Result<Markup> {
    let token = visit.key.as_ref().map(masked_token).transpose()?;
    Ok(html! { @if let Some(token) = token { input type="hidden" name="csrf" value=(token); } })
}

/// A form that is sent with a POST.
///
/// # Errors
/// When the system gives no random bytes.
pub(super) fn form(visit: &Visit<'_>, action: &str, content: Markup) -> Result<Markup> {
    let who = visit.person.as_ref().map(|person| format!("{}/{}", person.org, person.user_cd));
    Ok(html! {
        form method="post" action=(action) novalidate {
            (token(visit)?)
            @if let Some(who) = who { input type="hidden" name="who" value=(who); }
            (content)
        }
    })
}

const _: () = assert!(limits::PASSWORD_LEAST_CHARS == 12 && limits::PASSWORD_CHARS == 256, "as texts.csv says");
