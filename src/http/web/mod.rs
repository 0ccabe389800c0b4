//! The console: pages for people. Each has a row in one table (`routes`), which gives path, who may open it, and its place in the
//! menu; a visit passes the same gate whatever the page: origin, session, role, token of the form, limits.
//!
//! Knows pages and use cases. No page decides who may do what: the table names a use case, and the use case asks again.

mod assets;
mod attention;
mod declare;
mod declared;
mod factor;
mod field;
mod goods;
mod import;
mod items;
mod layout;
mod light;
mod lodge;
mod me;
mod papers;
mod referrals;
mod reset;
mod routes;
mod scan;
mod security;
mod sent;
mod sign_in;
mod start;
mod status;
mod symbols;
mod templates;
mod texts;
mod users;
mod visit;

use actix_web::http::Method;
use actix_web::http::header::ACCEPT_LANGUAGE;
use actix_web::web::{Data, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, web};

use super::pipeline::request_log::{note_method, note_organization};
use super::pipeline::{self, admission, body};
use super::shared::Shared;
use super::upload;
use crate::domain::SessionKind;
use crate::error::{Error, Result};
use crate::refdata::lists::Language;
use crate::service::person::INSTANCE;
use security::{LANGUAGE, check_origin, check_token, cookie, keep_word, protect, session_key};
use sent::{File, Form};
use texts::{Texts, accepted, code, language};
use visit::Visit;

pub use routes::PAGES;
pub use visit::{Access, Page};

/// What stands in the log for a path that is no page's.
const NO_PAGE: &str = "console";
/// Where files of pages are.
const ASSETS: &str = "/console/assets/";

/// Adds what everybody may look at, whether there is a console or not.
pub(super) fn status(app: &mut ServiceConfig) {
    for path in ["/status", "/status.json"] {
        app.route(path, web::route().to(serve));
    }
}

/// Adds the routes.
pub(super) fn routes(app: &mut ServiceConfig) {
    for path in ["/", "/console", "/console/{rest:.*}", "/declare", "/declare/{rest:.*}"] {
        app.route(path, web::route().to(serve));
    }
}

async fn serve(request: HttpRequest, shared: Data<Shared>, payload: Payload) -> HttpResponse {
    note_method(&request, NO_PAGE);
    let mut visit = Visit {
        request: &request,
        shared: &shared,
        pages: PAGES,
        texts: Texts(asked_language(&request)),
        person: None,
        key: None,
        query: Form::read(request.query_string().as_bytes()).unwrap_or_default(),
        form: Form::default(),
        file: File::default(),
        parts: Vec::new(),
    };
    let chosen = language(visit.query.get("lang"));
    let served = match request.path().strip_prefix(ASSETS).filter(|_| request.method() != Method::POST) {
        Some(name) => assets::serve(name),
        None => served(&mut visit, payload).await,
    };
    let mut response = served.unwrap_or_else(|error| layout::error_page(&visit, &error));
    if let Some(tongue) = chosen {
        keep_word(&mut response, shared.console, LANGUAGE, code(tongue));
    }
    protect(&mut response, shared.console);
    pipeline::answered(&request, response)
}

/// What stands before a page: that it opens, or what is answered instead.
enum Gate {
    Open(&'static Page),
    Elsewhere(HttpResponse),
    /// The form of a session that has ended.
    SignedOut,
}

/// Serves a visit. What is left of it is who visits, for pages of errors.
async fn served(visit: &mut Visit<'_>, payload: Payload) -> Result<HttpResponse> {
    let shared = visit.shared;
    pipeline::guarded(shared, async {
        let gate = open(visit, payload).await?;
        let asked = visit.take_forms();
        match gate {
            Gate::Open(page) => (page.run)(asked).await,
            Gate::Elsewhere(response) => Ok(response),
            Gate::SignedOut => sign_in::signed_out(asked),
        }
    })
    .await
}

/// The gate that every visit passes.
async fn open(visit: &mut Visit<'_>, payload: Payload) -> Result<Gate> {
    let (request, shared) = (visit.request, visit.shared);
    let is_post = request.method() == Method::POST;
    if is_post {
        // Before anything is looked at.
        check_origin(request, shared)?;
    }
    let verb = if request.method() == Method::HEAD { "GET" } else { request.method().as_str() };
    let found = visit.page(verb, request.path()).map(|(page, parts)| {
        visit.parts = parts.into_iter().map(str::to_owned).collect();
        page
    });
    if found.is_none() {
        let others = visit.pages.iter().filter(|page| page.fits(request.path()).is_some());
        let allowed: Vec<&str> = others.map(|page| page.verb).collect();
        if !allowed.is_empty() {
            return Err(Error::VerbNotAllowed { allowed: allowed.join(", ") });
        }
    }
    who(visit).await?;
    let page = found.ok_or(Error::Absent { what: "page" })?;
    note_method(request, page.path);
    if let (true, Some(boundary)) = (is_post && page.takes_file, upload::boundary(request)) {
        // Of who may not send it no file is read.
        if visit.person.is_none() {
            return Ok(Gate::Elsewhere(sign_in::lead_to_login(visit)));
        }
        body::check_plain(request)?;
        let sent = admission::file(request, shared, payload).await?;
        let upload::Sent { members, file } = upload::read(&sent.bytes, &boundary)?;
        visit.form = members.into_iter().collect();
        let upload::SentFile { file_name, bytes, .. } = file.unwrap_or_default();
        visit.file = File { name: file_name, bytes };
    } else if is_post {
        body::check_form(request)?;
        let sent = admission::sent_form(request, shared, payload, visit.person.is_some()).await?;
        visit.form = Form::read(&sent.bytes)?;
    }
    let Some(person) = &visit.person else {
        return Ok(match page.access {
            Access::Anybody => Gate::Open(page),
            _ if is_post && page.access != Access::Begun && !matches!(page.access, Access::Step(_)) => Gate::SignedOut,
            _ => Gate::Elsewhere(sign_in::lead_to_login(visit)),
        });
    };
    match page.access {
        Access::Step(kind) if kind != person.kind => return Ok(Gate::Elsewhere(to_step(person.kind))),
        Access::SignedIn | Access::May(_) | Access::AtPost(_) if person.kind != SessionKind::Web => {
            return Ok(Gate::Elsewhere(to_step(person.kind)));
        }
        Access::May(case) => case.check(person.roles)?,
        Access::AtPost(case) if !person.may_at_post(case) => {
            return Err(Error::MissingRole { needed: case.roles().to_string() });
        }
        _ => {}
    }
    if is_post && page.access != Access::Anybody {
        check_token(visit)?;
    }
    Ok(Gate::Open(page))
}

fn to_step(kind: SessionKind) -> HttpResponse {
    layout::see_other(sign_in::step_of(kind))
}

/// Finds out who visits, within the limits of a session and of its organization. Tried out keys are counted like unknown tokens.
async fn who(visit: &mut Visit<'_>) -> Result<()> {
    let Some(key) = session_key(visit.request, visit.shared) else { return Ok(()) };
    let (services, limits) = (&visit.shared.services, &visit.shared.rate_limits);
    let address = visit.address();
    if !services.has_met_session(&key) {
        limits.may_try(address)?;
    }
    let Some(person) = services.person(&key).await? else {
        if !services.has_met_session(&key) {
            limits.note_failure(address, &Error::Unauthorized);
        }
        return Ok(());
    };
    limits.page(&person.session)?;
    if person.org != INSTANCE {
        limits.request(&person.org)?;
    }
    note_organization(visit.request, &person.org);
    let own = person.language.as_deref().and_then(language);
    if let (Some(tongue), false) = (own, visit.query.has("lang")) {
        visit.texts = Texts(tongue);
    }
    visit.key = Some(key);
    visit.person = Some(person);
    Ok(())
}

/// The language of a page: asked for in the address, chosen before, or what the browser asks for.
fn asked_language(request: &HttpRequest) -> Language {
    let query = Form::read(request.query_string().as_bytes()).unwrap_or_default();
    let asked = language(query.get("lang"));
    let chosen = || cookie(request, LANGUAGE).and_then(language);
    let browser = || request.headers().get(ACCEPT_LANGUAGE).and_then(|value| accepted(value.to_str().ok()?));
    asked.or_else(chosen).or_else(browser).unwrap_or_default()
}
