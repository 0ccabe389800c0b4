//! Signing in, step by step, and out; and what a form becomes that is sent after its session has ended: everything typed is
//! kept through the steps, and sent on at their end.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue, WWW_AUTHENTICATE};
use maud::{Markup, html};
use uuid::Uuid;

use super::factor;
use super::field::{Line, Problems, line, send};
use super::layout::{form, form_again, page, see_other};
use super::security::{ORGANIZATION, cookie, drop_key, hold_key, keep_word};
use super::sent::Form;
use super::visit::{Access, Visit};
use crate::domain::SessionKind;
use crate::error::{Error, Result};
use crate::http::options::Console;
use crate::service::Part;
use crate::service::person::INSTANCE;
use crate::service::sign_in::{Opened, SignIn};

/// Where somebody goes who is signed in.
const HOME: &str = "/console";
/// Begins the names of members that are kept through signing in.
const KEPT: &str = "kept.";
/// Members that are never sent back to a browser.
const SECRET: [&str; 5] = ["password", "old", "new", "again", "code"];

/// The page of the step that somebody has come to.
pub(super) fn step_of(kind: SessionKind) -> &'static str {
    match kind {
        SessionKind::Factor => "/console/login/code",
        SessionKind::Enrol => "/console/login/enrol",
        SessionKind::Office => "/console/login/office",
        SessionKind::Web => HOME,
    }
}

/// An address of the console, and nothing else, where somebody wanted to go.
fn destination(text: &str) -> Option<&str> {
    let is_ours = text == HOME || text.starts_with("/console/") || text.starts_with("/console?");
    let is_plain = text.chars().all(|c| c.is_ascii_graphic() && c != '\\') && !text.contains("//");
    (is_ours && is_plain && !text.starts_with("/console/login")).then_some(text)
}

/// Where a form or an address says that somebody wanted to go.
fn wanted<'v>(visit: &'v Visit<'_>) -> Option<&'v str> {
    destination(visit.form.get("to")).or_else(|| destination(visit.query.get("to")))
}

/// Members that go along through the steps: where to, who it was, and what was typed.
fn carried(visit: &Visit<'_>) -> Markup {
    html! {
        @if let Some(to) = wanted(visit) { input type="hidden" name="to" value=(to); }
        @if visit.form.has("was") { input type="hidden" name="was" value=(visit.form.get("was")); }
        @for (name, value) in visit.form.members().filter(|(name, _)| name.starts_with(KEPT)) {
            input type="hidden" name=(name) value=(value);
        }
    }
}

/// A form that was sent without a session: everything typed is kept, and goes on after signing in.
///
/// # Errors
/// When the system gives no random bytes.
pub(super) fn signed_out(mut visit: Visit<'_>) -> Result<HttpResponse> {
    let is_own = |name: &str| name == "csrf" || name == "who";
    let kept = visit.form.members().filter(|(name, _)| !is_own(name) && !SECRET.contains(name));
    let mut members: Vec<(String, String)> =
        kept.map(|(name, value)| (format!("{KEPT}{name}"), value.to_owned())).collect();
    members.push(("to".into(), visit.request.path().to_owned()));
    members.push(("was".into(), visit.form.get("who").to_owned()));
    visit.form = members.into_iter().collect();
    visit.person = None;
    visit.key = None;
    let texts = visit.texts;
    let content = html! {
        div.note { p { (texts.get("login.nothing-lost")) } }
        (login_form(&visit, &Problems::default(), "")?)
    };
    let title = texts.get("login.signed-out");
    refused(super::layout::framed(&visit, StatusCode::UNAUTHORIZED, title, title, content)?)
}

/// The status of who is nobody needs a header that says how to be somebody.
fn refused(mut response: HttpResponse) -> Result<HttpResponse> {
    if response.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Form realm=\"/console/login\""));
    }
    Ok(response)
}

/// Leads who is nobody to the first step, and remembers where it was to go.
pub(super) fn lead_to_login(visit: &Visit<'_>) -> HttpResponse {
    let path = visit.request.uri().path_and_query().map_or(HOME, |whole| whole.as_str());
    match destination(path).filter(|path| *path != HOME) {
        Some(path) => {
            let to = serde_urlencoded::to_string([("to", path)]).unwrap_or_default();
            see_other(&format!("/console/login?{to}"))
        }
        None => see_other("/console/login"),
    }
}

fn login_form(visit: &Visit<'_>, problems: &Problems, user: &str) -> Result<Markup> {
    let texts = visit.texts;
    let was = visit.form.get("was").split_once('/');
    let known = cookie(visit.request, ORGANIZATION).unwrap_or_default();
    let typed = visit.form.get("organization");
    let organization = if typed.is_empty() { was.map_or(known, |(org, _)| org) } else { typed };
    let user = if user.is_empty() { was.map_or("", |(_, user)| user) } else { user };
    let content = html! {
        (carried(visit))
        (line(problems, Line { name: "organization", label: texts.get("login.organization"), hint: Some(texts.get("login.organization-hint")),
            value: organization, autocomplete: Some("organization"), is_short: true, has_focus: organization.is_empty(), ..Line::default() }))
        (line(problems, Line { name: "user", label: texts.get("login.user"), value: user, autocomplete: Some("username"),
            has_focus: !organization.is_empty() && user.is_empty(), ..Line::default() }))
        (line(problems, Line { name: "password", label: texts.get("login.password"), kind: Some("password"),
            autocomplete: Some("current-password"), has_focus: !organization.is_empty() && !user.is_empty(), ..Line::default() }))
        (send(texts.get("login.title")))
    };
    form(visit, "/console/login", content)
}

/// The first step.
pub(super) async fn show(visit: Visit<'_>) -> Result<HttpResponse> {
    if let Some(person) = &visit.person {
        return Ok(see_other(step_of(person.kind)));
    }
    let texts = visit.texts;
    let content = html! {
        @if visit.query.has("out") { div.note.good role="status" { p { (texts.get("login.out")) } } }
        @if visit.query.has("set") { div.note.good role="status" { p { (texts.get("login.set")) } } }
        (login_form(&visit, &Problems::default(), "")?)
        p { (texts.get("login.lost")) }
    };
    page(&visit, texts.get("login.title"), content)
}

/// Password and organization.
pub(super) async fn enter(mut visit: Visit<'_>) -> Result<HttpResponse> {
    // Who signs in is nobody until then, whatever the browser held before.
    visit.person = None;
    visit.key = None;
    let org = visit.form.trimmed("organization").to_uppercase();
    let user = visit.form.trimmed("user").to_owned();
    let password = visit.form.get("password").to_owned();
    let texts = visit.texts;
    if org.is_empty() || user.is_empty() || password.is_empty() {
        return login_again(&visit, Problems::one(Some("organization"), texts.get("login.all")), &user, 422);
    }
    let address = visit.address();
    if let Err(Error::TooManyRequests { retry_after_s, .. }) = visit.shared.rate_limits.sign_in(&org, &user, address) {
        let text = texts.with("error.often-what", &[("seconds", &retry_after_s.to_string())]);
        let mut response = login_again(&visit, Problems::one(None, text), &user, 429)?;
        response.headers_mut().insert(HeaderName::from_static("retry-after"), retry_after_s.into());
        return Ok(response);
    }
    let office = Some(visit.form.get("office").to_owned()).filter(|office| !office.is_empty());
    let sign_in = SignIn { org: org.clone(), user_cd: user.clone(), password, office, browser: visit.browser() };
    match visit.shared.services.login_web(sign_in).await {
        Ok(opened) => {
            visit.shared.rate_limits.note_sign_in(&org, &user, address);
            let mut response = arrive(visit, opened).await?;
            if org != INSTANCE {
                // Kept so that it need not be typed every morning.
                keep_word(&mut response.0, response.1, ORGANIZATION, &org);
            }
            Ok(response.0)
        }
        Err(Error::Unauthorized) => {
            visit.shared.rate_limits.note_failed_sign_in(&org, &user, address);
            metrics::counter!("entrepost_sign_ins_failed_total").increment(1);
            login_again(&visit, Problems::one(Some("organization"), texts.get("login.wrong")), &user, 401)
        }
        Err(error) => login_again(&visit, Problems::of(error, texts, &[])?, &user, 422),
    }
}

fn login_again(visit: &Visit<'_>, problems: Problems, user: &str, status: u16) -> Result<HttpResponse> {
    let content = login_form(visit, &problems, user)?;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    refused(form_again(visit, status, visit.texts.get("login.title"), &problems, content)?)
}

/// Goes on with a session that was just made: to the next step, or to where somebody wanted to go, with what was typed.
async fn arrive(visit: Visit<'_>, opened: Opened) -> Result<(HttpResponse, Console)> {
    let console = visit.shared.console;
    let mut response = if opened.kind == SessionKind::Web {
        visit.shared.services.note_activity(Part::Login);
        go_on(visit, opened.key).await?
    } else if visit.form.members().any(|(name, _)| name.starts_with(KEPT)) {
        // What was typed goes along within the page.
        let visit = visit.with_key(opened.key).await?;
        show_step(visit, &Problems::default(), StatusCode::OK)?
    } else {
        let to = wanted(&visit).map(|to| serde_urlencoded::to_string([("to", to)]).unwrap_or_default());
        let step = step_of(opened.kind);
        see_other(&to.map_or(step.to_owned(), |to| format!("{step}?{to}")))
    };
    hold_key(&mut response, console, &opened.key);
    Ok((response, console))
}

/// At the end of signing in: sends on what was typed before, or leads to where somebody wanted to go.
async fn go_on(visit: Visit<'_>, key: Uuid) -> Result<HttpResponse> {
    let to = wanted(&visit).unwrap_or(HOME).to_owned();
    let kept: Form = visit
        .form
        .members()
        .filter_map(|(name, value)| Some((name.strip_prefix(KEPT)?.to_owned(), value.to_owned())))
        .collect();
    let was = visit.form.get("was").to_owned();
    let (page, parts) = visit.page("POST", &to).map_or((None, Vec::new()), |(page, parts)| (Some(page), parts));
    let parts: Vec<String> = parts.into_iter().map(str::to_owned).collect();
    let is_kept = visit.form.has("was") && page.is_some();
    if !is_kept {
        // What was a form's address need not be a page's.
        let is_page = visit.page("GET", to.split('?').next().unwrap_or_default()).is_some();
        return Ok(see_other(if is_page { &to } else { HOME }));
    }
    let visit = visit.with_key(key).await?;
    let person = visit.person()?;
    // What one has typed is not another's to send.
    let is_same = was == format!("{}/{}", person.org, person.user_cd);
    let may = |access| match access {
        Access::SignedIn => true,
        Access::May(case) => person.may(case),
        Access::AtPost(case) => person.may_at_post(case),
        Access::Anybody | Access::Begun | Access::Step(_) => false,
    };
    match page.filter(|page| is_same && may(page.access)) {
        Some(page) => (page.run)(Visit { form: kept, query: Form::default(), parts, ..visit }).await,
        None => Ok(see_other(HOME)),
    }
}

/// The page of the step that who visits has come to.
fn show_step(visit: Visit<'_>, problems: &Problems, status: StatusCode) -> Result<HttpResponse> {
    let person = visit.person()?;
    let carried = carried(&visit);
    let (title, content) = match person.kind {
        SessionKind::Office => office_form(&visit, carried)?,
        SessionKind::Enrol => factor::enrol_form(&visit, problems, carried)?,
        _ => code_form(&visit, problems, carried)?,
    };
    form_again_or_first(&visit, status, title, problems, content)
}

fn form_again_or_first(
    visit: &Visit<'_>,
    status: StatusCode,
    title: &str,
    problems: &Problems,
    content: Markup,
) -> Result<HttpResponse> {
    if status == StatusCode::OK {
        page(visit, title, content)
    } else {
        form_again(visit, status, title, problems, content)
    }
}

fn code_form(visit: &Visit<'_>, problems: &Problems, carried: Markup) -> Result<(&'static str, Markup)> {
    let texts = visit.texts;
    let content = html! {
        (carried)
        (line(problems, Line { name: "code", label: texts.get("code.label"), hint: Some(texts.get("code.hint")), autocomplete: Some("one-time-code"),
            is_short: true, has_focus: true, ..Line::default() }))
        (send(texts.get("login.next")))
    };
    Ok((texts.get("code.title"), form(visit, "/console/login/code", content)?))
}

fn office_form(visit: &Visit<'_>, carried: Markup) -> Result<(&'static str, Markup)> {
    let texts = visit.texts;
    let content = html! {
        (carried)
        p { (texts.get("office.what")) }
        p.actions {
            @for office in &visit.person()?.offices { button type="submit" name="office" value=(office) { (office) } }
        }
    };
    Ok((texts.get("office.title"), form(visit, "/console/login/office", content)?))
}

/// Any step but the first, as it is asked for.
pub(super) async fn step(visit: Visit<'_>) -> Result<HttpResponse> {
    show_step(visit, &Problems::default(), StatusCode::OK)
}

/// A code of the second factor.
pub(super) async fn enter_code(visit: Visit<'_>) -> Result<HttpResponse> {
    let person = visit.person()?.clone();
    let (address, limits) = (visit.address(), &visit.shared.rate_limits);
    limits.sign_in(&person.org, &person.user_cd, address)?;
    let entered = visit.shared.services.enter_code(&person, visit.form.get("code"), visit.browser()).await;
    match entered {
        Ok(opened) => {
            limits.note_sign_in(&person.org, &person.user_cd, address);
            arrive(visit, opened).await.map(|(response, _)| response)
        }
        Err(Error::Unauthorized) => {
            limits.note_failed_sign_in(&person.org, &person.user_cd, address);
            let problems = Problems::one(Some("code"), visit.texts.get("code.wrong"));
            show_step(visit, &problems, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(error) => Err(error),
    }
}

/// Sets up a second factor that is demanded, and shows what stands in for it, once.
pub(super) async fn enrol(visit: Visit<'_>) -> Result<HttpResponse> {
    match factor::set_up(&visit).await {
        Ok(enrolled) => {
            let console = visit.shared.console;
            let visit = visit.with_key(enrolled.opened.key).await?;
            let next = html! { (carried(&visit)) (send(visit.texts.get("codes.kept"))) };
            let next = form(&visit, "/console/login/next", next)?;
            let mut response = factor::codes_page(&visit, &enrolled.recovery_codes, next)?;
            hold_key(&mut response, console, &enrolled.opened.key);
            Ok(response)
        }
        Err(error) => {
            let problems = Problems::of(error, visit.texts, factor::FIELDS)?;
            show_step(visit, &problems, StatusCode::UNPROCESSABLE_ENTITY)
        }
    }
}

/// Goes on to the step that comes next, or to the end.
pub(super) async fn next(visit: Visit<'_>) -> Result<HttpResponse> {
    match (visit.person()?.kind, visit.key) {
        (SessionKind::Web, Some(key)) => go_on(visit, key).await,
        _ => show_step(visit, &Problems::default(), StatusCode::OK),
    }
}

/// Chooses one of several offices: the last step.
pub(super) async fn choose_office(visit: Visit<'_>) -> Result<HttpResponse> {
    let person = visit.person()?;
    let chosen = visit.shared.services.choose_office(person, visit.form.get("office"), visit.browser()).await;
    match chosen {
        Ok(opened) => arrive(visit, opened).await.map(|(response, _)| response),
        Err(error) => {
            let problems = Problems::of(error, visit.texts, &[])?;
            show_step(visit, &problems, StatusCode::UNPROCESSABLE_ENTITY)
        }
    }
}

/// Ends the session, and has the browser forget its pages.
pub(super) async fn leave(visit: Visit<'_>) -> Result<HttpResponse> {
    visit.shared.services.sign_out(visit.person()?).await?;
    let mut response = see_other("/console/login?out");
    drop_key(&mut response, visit.shared.console);
    let (name, what) = (HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\", \"storage\""));
    response.headers_mut().insert(name, what);
    Ok(response)
}
