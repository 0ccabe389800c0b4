//! The own account: what others see, language and look, password, office, sessions; and the page that everybody starts from.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use maud::{Markup, html};

use super::attention;
use super::factor::{limit, wrong_password};
use super::field::{Line, Problems, choice, line, send, table};
use super::layout::{form, form_again, name_of, page, see_other, token};
use super::security::hold_key;
use super::texts::{Texts, code};
use super::visit::Visit;
use crate::domain::Roles;
use crate::error::{Error, Result};
use crate::refdata::lists::Language;
use crate::service::account::{Preferences, SessionView};

/// Names of roles in the language of the page.
pub(super) fn roles_text(texts: Texts, roles: Roles) -> String {
    let names = roles.each().map(|role| texts.find(&format!("role.{role}")).unwrap_or_default());
    names.collect::<Vec<_>>().join(", ")
}

/// What can be done from here.
pub(super) async fn home(visit: Visit<'_>) -> Result<HttpResponse> {
    let (texts, person) = (visit.texts, visit.person()?);
    let open = visit.pages.iter().filter(|page| page.path != "/console" && page.is_in_menu_of(person));
    let waiting = attention::waiting(&visit).await?;
    let content = html! {
        @if person.roles.is_empty() { div.note { p { (texts.get("home.no-role")) } } }
        @else { p { (texts.with("home.roles", &[("roles", &roles_text(texts, person.roles))])) } }
        (waiting)
        ul {
            @for (page, text) in open.filter_map(|page| Some((page, page.menu?))) {
                li { a href=(page.path) { (texts.get(text)) } }
            }
        }
    };
    page(&visit, texts.get("home.title"), content)
}

/// The own account.
pub(super) async fn show(visit: Visit<'_>) -> Result<HttpResponse> {
    let content = account(&visit, &Problems::default()).await?;
    page(&visit, visit.texts.get("me.title"), content)
}

fn said<'v>(visit: &'v Visit<'_>, name: &str, stored: &'v str) -> &'v str {
    if visit.form.has(name) { visit.form.get(name) } else { stored }
}

async fn account(visit: &Visit<'_>, problems: &Problems) -> Result<Markup> {
    let (texts, person) = (visit.texts, visit.person()?);
    let languages: Vec<(&str, String)> = std::iter::once(("", texts.get("me.as-browser").to_owned()))
        .chain(Language::ALL.map(|tongue| (code(tongue), name_of(tongue).to_owned())))
        .collect();
    let themes = [("", "me.as-browser"), ("light", "me.light"), ("dark", "me.dark")]
        .map(|(value, key)| (value, texts.get(key).to_owned()));
    let look = html! {
        (line(problems, Line { name: "display-name", label: texts.get("me.name"), hint: Some(texts.get("me.name-hint")),
            value: said(visit, "display-name", &person.display_name), autocomplete: Some("name"), ..Line::default() }))
        (choice(problems, "language", texts.get("frame.language"), None, &languages, said(visit, "language", person.language.as_deref().unwrap_or_default())))
        (choice(problems, "theme", texts.get("me.theme"), None, &themes, said(visit, "theme", person.theme.as_deref().unwrap_or_default())))
        (send(texts.get("me.save")))
    };
    let factor = texts.get(if person.has_factor { "me.factor-on" } else { "me.factor-off" });
    Ok(html! {
        @if visit.query.has("done") { div.note.good role="status" { p { (texts.get("me.done")) } } }
        dl {
            dt { (texts.get("login.user")) } dd.id { (person.user_cd) }
            dt { (texts.get("login.organization")) } dd.id { (person.org) }
            dt { (texts.get("me.roles")) } dd { @if person.roles.is_empty() { "–" } @else { (roles_text(texts, person.roles)) } }
            @if let Some(office) = &person.office { dt { (texts.get("me.office")) } dd.id { (office) } }
            dt { (texts.get("login.password")) }
            dd {
                @if let Some(at) = person.password_changed_at { (texts.with("me.changed", &[("at", &visit.time(at))])) " · " }
                a href="/console/me/password" { (texts.get("password.title")) }
            }
            dt { (texts.get("factor.title")) } dd { (factor) " · " a href="/console/me/factor" { (texts.get("me.factor-go")) } }
            dt { (texts.get("sessions.title")) } dd { a href="/console/me/sessions" { (texts.get("sessions.own")) } }
        }
        @if person.offices.len() > 1 {
            h2 { (texts.get("office.other")) }
            (form(visit, "/console/me/office", html! {
                p.actions {
                    @for office in person.offices.iter().filter(|office| Some(*office) != person.office.as_ref()) {
                        button type="submit" name="office" value=(office) { (office) }
                    }
                }
            })?)
        }
        h2 { (texts.get("me.look")) }
        (form(visit, "/console/me", look)?)
    })
}

/// Name, language and look.
pub(super) async fn save(visit: Visit<'_>) -> Result<HttpResponse> {
    let chosen = |name: &str, known: &[&str]| {
        Some(visit.form.get(name)).filter(|value| known.contains(value)).map(str::to_owned)
    };
    let wanted = Preferences {
        display_name: visit.form.trimmed("display-name").to_owned(),
        language: chosen("language", &Language::ALL.map(code)),
        theme: chosen("theme", &["light", "dark"]),
    };
    match visit.shared.services.set_preferences(visit.person()?, wanted).await {
        Ok(()) => Ok(see_other("/console/me?done")),
        Err(error) => {
            let problems = Problems::of(error, visit.texts, &[("display-name", "display-name")])?;
            let content = account(&visit, &problems).await?;
            form_again(&visit, StatusCode::UNPROCESSABLE_ENTITY, visit.texts.get("me.title"), &problems, content)
        }
    }
}

/// Another office from now on.
pub(super) async fn change_office(visit: Visit<'_>) -> Result<HttpResponse> {
    let chosen =
        visit.shared.services.choose_office(visit.person()?, visit.form.get("office"), visit.browser()).await?;
    let mut response = see_other("/console/me?done");
    hold_key(&mut response, visit.shared.console, &chosen.key);
    Ok(response)
}

/// The two lines of a new password.
pub(super) fn new_password_lines(texts: Texts, problems: &Problems) -> Markup {
    let hint = texts.get("password.hint");
    let kind = (Some("password"), Some("new-password"));
    html! {
        (line(problems, Line { name: "new", label: texts.get("password.new"), hint: Some(hint), kind: kind.0, autocomplete: kind.1, ..Line::default() }))
        (line(problems, Line { name: "again", label: texts.get("password.again"), kind: kind.0, autocomplete: kind.1, ..Line::default() }))
    }
}

/// The new password of a form, typed twice.
///
/// # Errors
/// What is wrong with it.
pub(super) fn new_password(visit: &Visit<'_>) -> Result<String, Problems> {
    let new = visit.form.get("new");
    if new == visit.form.get("again") {
        Ok(new.to_owned())
    } else {
        Err(Problems::one(Some("again"), visit.texts.get("password.differ")))
    }
}

fn password_form(visit: &Visit<'_>, problems: &Problems) -> Result<Markup> {
    let (texts, person) = (visit.texts, visit.person()?);
    form(
        visit,
        "/console/me/password",
        html! {
            // For programs that keep passwords.
            input type="hidden" name="username" autocomplete="username" value=(person.user_cd);
            (line(problems, Line { name: "old", label: texts.get("password.old"), kind: Some("password"), autocomplete: Some("current-password"), ..Line::default() }))
            (new_password_lines(texts, problems))
            (send(texts.get("password.title")))
        },
    )
}

pub(super) async fn ask_password(visit: Visit<'_>) -> Result<HttpResponse> {
    let content = html! { p { (visit.texts.get("password.what")) } (password_form(&visit, &Problems::default())?) };
    page(&visit, visit.texts.get("password.title"), content)
}

/// Another password: every other session ends.
pub(super) async fn change_password(visit: Visit<'_>) -> Result<HttpResponse> {
    limit(&visit)?;
    let problems = match new_password(&visit) {
        Ok(new) => {
            let (person, old) = (visit.person()?, visit.form.get("old").to_owned());
            match visit.shared.services.change_password(person, old, new, visit.browser()).await {
                Ok(opened) => {
                    let mut response = see_other("/console/me?done");
                    hold_key(&mut response, visit.shared.console, &opened.key);
                    return Ok(response);
                }
                Err(error) => wrong_password(&visit, error)?,
            }
        }
        Err(problems) => problems,
    };
    let content = password_form(&visit, &problems)?;
    form_again(&visit, StatusCode::UNPROCESSABLE_ENTITY, visit.texts.get("password.title"), &problems, content)
}

/// A row of a table of sessions; a button ends it unless it is this one.
pub(super) fn session_row(
    visit: &Visit<'_>,
    session: &SessionView,
    is_this: bool,
    with_user: bool,
    action: &str,
) -> Result<Markup> {
    let texts = visit.texts;
    let from = session.agent.as_deref().unwrap_or_else(|| texts.get("sessions.system"));
    let token = token(visit)?;
    Ok(html! {
        tr {
            @if with_user { th scope="row" { span.id { (session.user_cd) } } }
            td { time datetime=(session.created_at.to_rfc3339()) { (visit.time(session.created_at)) } }
            td { time datetime=(session.seen_at.to_rfc3339()) { (visit.time(session.seen_at)) } }
            td { (from) }
            td.id { (session.address.as_deref().unwrap_or("–")) }
            td.id { (session.office.as_deref().unwrap_or("–")) }
            td {
                @if is_this { strong { (texts.get("sessions.this")) } }
                @else {
                    form method="post" action=(action) {
                        (token)
                        button type="submit" name="session" value=(session.name)
                            aria-label=(texts.with("sessions.end-that", &[("at", &visit.time(session.created_at)), ("user", &session.user_cd)])) {
                            (texts.get("sessions.end"))
                        }
                    }
                }
            }
        }
    })
}

/// Heads of a table of sessions.
pub(super) fn session_heads(texts: Texts, with_user: bool) -> Vec<&'static str> {
    let heads =
        ["sessions.began", "sessions.seen", "sessions.browser", "sessions.address", "me.office", "sessions.what"];
    let user = with_user.then_some("login.user");
    user.into_iter().chain(heads).map(|key| texts.get(key)).collect()
}

pub(super) async fn sessions(visit: Visit<'_>) -> Result<HttpResponse> {
    let texts = visit.texts;
    let all = visit.shared.services.own_sessions(visit.person()?).await?;
    let action = "/console/me/sessions";
    let rows = all.iter().map(|(session, is_this)| session_row(&visit, session, *is_this, false, action));
    let rows: Vec<Markup> = rows.collect::<Result<_>>()?;
    let caption = texts.with("sessions.caption", &[("zone", visit.person()?.zone.name())]);
    let content = html! {
        @if visit.query.has("done") { div.note.good role="status" { p { (texts.get("sessions.ended")) } } }
        (table(&caption, &session_heads(texts, false), &rows))
        @if all.len() > 1 {
            (form(&visit, action, html! { p.actions { button.grave type="submit" name="others" value="yes" { (texts.get("sessions.others")) } } })?)
        }
    };
    page(&visit, texts.get("sessions.own"), content)
}

/// Ends one of the own sessions, or all but this one.
pub(super) async fn end_sessions(visit: Visit<'_>) -> Result<HttpResponse> {
    let (services, person) = (&visit.shared.services, visit.person()?);
    if visit.form.get("others") == "yes" {
        services.end_other_sessions(person).await?;
    } else {
        match services.end_own_session(person, visit.form.get("session")).await {
            // It has ended by itself meanwhile.
            Ok(()) | Err(Error::Absent { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(see_other("/console/me/sessions?done"))
}

/// What each key does; a browser turns the single ones off.
pub(super) async fn keys(visit: Visit<'_>) -> Result<HttpResponse> {
    let texts = visit.texts;
    let shown = [
        ("/", "keys.search"),
        ("n", "declare.title"),
        ("s", "scan.title"),
        ("j k", "keys.rows"),
        ("o", "keys.open"),
        ("?", "keys.title"),
        ("Alt + ↓", "keys.line"),
        ("Ctrl + Enter", "keys.send"),
    ];
    let rows: Vec<Markup> = shown
        .iter()
        .map(|(key, text)| html! { tr { th scope="row" { kbd { (key) } } td { (texts.get(text)) } } })
        .collect();
    let content = html! {
        p { (texts.get("keys.what")) }
        (table(texts.get("keys.title"), &["keys.key", "sessions.what"].map(|key| texts.get(key)), &rows))
        p.actions { button type="button" hidden data-keys data-on=(texts.get("keys.on")) data-off=(texts.get("keys.off")) {} }
    };
    page(&visit, texts.get("keys.title"), content)
}
