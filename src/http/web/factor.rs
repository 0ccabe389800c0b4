//! The second factor: setting it up, the codes that stand in for it, taking it away.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use maud::{Markup, html};

use super::field::{Line, Problems, line, send};
use super::layout::{form, form_again, page, see_other};
use super::security::hold_key;
use super::symbols::qr;
use super::visit::Visit;
use crate::error::{Error, Result};
use crate::service::account::Enrolled;

/// Members of the use cases, and the fields that they are typed into.
pub(super) const FIELDS: &[(&str, &str)] = &[("code", "code"), ("password", "password"), ("factor", "code")];

/// The form that sets it up: the secret as picture and text, and the first code.
pub(super) fn enrol_form(visit: &Visit<'_>, problems: &Problems, carried: Markup) -> Result<(&'static str, Markup)> {
    let (texts, services, person) = (visit.texts, &visit.shared.services, visit.person()?);
    // The same secret again after a mistake: it is in the device by then.
    let given = visit.form.get("secret");
    let (secret, address) = if given.is_empty() {
        services.new_factor(person)?
    } else {
        (given.to_owned(), services.factor_address(person, given))
    };
    let groups: Vec<&str> = secret.as_bytes().chunks(4).filter_map(|group| std::str::from_utf8(group).ok()).collect();
    let to =
        if person.kind == crate::domain::SessionKind::Enrol { "/console/login/enrol" } else { "/console/me/factor" };
    let content = html! {
        (carried)
        input type="hidden" name="secret" value=(secret);
        p { (texts.get("factor.scan")) }
        (qr(&address)?)
        p { (texts.get("factor.type")) " " code { (groups.join(" ")) } }
        (line(problems, Line { name: "code", label: texts.get("code.label"), hint: Some(texts.get("factor.first")), autocomplete: Some("one-time-code"),
            inputmode: Some("numeric"), is_short: true, ..Line::default() }))
        (send(texts.get("factor.on")))
    };
    let intro = html! {
        @if person.kind == crate::domain::SessionKind::Enrol { div.note { p { (texts.get("factor.demanded")) } } }
        (form(visit, to, content)?)
    };
    Ok((texts.get("factor.title"), intro))
}

/// # Errors
/// Those of the use case.
pub(super) async fn set_up(visit: &Visit<'_>) -> Result<Enrolled> {
    let (secret, code) = (visit.form.get("secret").to_owned(), visit.form.get("code"));
    visit.shared.services.set_factor(visit.person()?, secret, code, visit.browser()).await
}

/// The codes that stand in for the device, shown once.
pub(super) fn codes_page(visit: &Visit<'_>, codes: &[String], next: Markup) -> Result<HttpResponse> {
    let texts = visit.texts;
    let content = html! {
        div.note { p { (texts.get("codes.what")) } }
        ul.codes #codes { @for code in codes { li { code { (code) } } } }
        p.actions {
            button type="button" data-copy="codes" data-done=(texts.get("codes.copied")) hidden { (texts.get("codes.copy")) " " span role="status" {} }
        }
        (next)
    };
    page(visit, texts.get("codes.title"), content)
}

/// Back to the own page.
fn back(visit: &Visit<'_>) -> Markup {
    html! { p.actions { a.button.main href="/console/me" { (visit.texts.get("codes.kept")) } } }
}

fn password_form(visit: &Visit<'_>, problems: &Problems, action: &str, button: &str) -> Result<Markup> {
    let texts = visit.texts;
    form(
        visit,
        action,
        html! {
            (line(problems, Line { name: "password", label: texts.get("login.password"), kind: Some("password"), autocomplete: Some("current-password"), ..Line::default() }))
            (send(button))
        },
    )
}

/// How it stands, and what can be done.
pub(super) async fn show(visit: Visit<'_>) -> Result<HttpResponse> {
    let texts = visit.texts;
    if !visit.person()?.has_factor {
        let (title, content) = enrol_form(&visit, &Problems::default(), html! {})?;
        return page(&visit, title, content);
    }
    let content = state_of_factor(&visit, &Problems::default()).await?;
    page(&visit, texts.get("factor.title"), content)
}

async fn state_of_factor(visit: &Visit<'_>, problems: &Problems) -> Result<Markup> {
    let texts = visit.texts;
    let state = visit.shared.services.factor_state(visit.person()?).await?;
    Ok(html! {
        dl {
            dt { (texts.get("factor.since")) } dd { (state.set_up_at.map(|at| visit.time(at)).unwrap_or_default()) }
            dt { (texts.get("factor.codes-left")) } dd { (state.recovery_codes_left) }
        }
        p { a href="/console/me/codes" { (texts.get("codes.new")) } }
        @if state.is_demanded { p { (texts.get("factor.stays")) } }
        @else {
            h2 { (texts.get("factor.off")) }
            (password_form(visit, problems, "/console/me/factor/off", texts.get("factor.off"))?)
        }
    })
}

/// Sets it up from the own page.
pub(super) async fn turn_on(visit: Visit<'_>) -> Result<HttpResponse> {
    match set_up(&visit).await {
        Ok(enrolled) => {
            let console = visit.shared.console;
            let visit = visit.with_key(enrolled.opened.key).await?;
            let mut response = codes_page(&visit, &enrolled.recovery_codes, back(&visit))?;
            hold_key(&mut response, console, &enrolled.opened.key);
            Ok(response)
        }
        Err(Error::Unauthorized) => Ok(see_other("/console/me/factor")),
        Err(error) => {
            let problems = Problems::of(error, visit.texts, FIELDS)?;
            let (title, content) = enrol_form(&visit, &problems, html! {})?;
            form_again(&visit, StatusCode::UNPROCESSABLE_ENTITY, title, &problems, content)
        }
    }
}

/// Takes it away.
pub(super) async fn turn_off(visit: Visit<'_>) -> Result<HttpResponse> {
    limit(&visit)?;
    match visit.shared.services.drop_factor(visit.person()?, visit.form.get("password").to_owned()).await {
        Ok(()) => Ok(see_other("/console/me?done")),
        Err(error) => {
            let problems = wrong_password(&visit, error)?;
            let content = state_of_factor(&visit, &problems).await?;
            form_again(&visit, StatusCode::UNPROCESSABLE_ENTITY, visit.texts.get("factor.title"), &problems, content)
        }
    }
}

/// Asks for the password before other codes are made.
pub(super) async fn ask_codes(visit: Visit<'_>) -> Result<HttpResponse> {
    let texts = visit.texts;
    if !visit.person()?.has_factor {
        return Ok(see_other("/console/me/factor"));
    }
    let content = codes_form(&visit, &Problems::default())?;
    page(&visit, texts.get("codes.new"), content)
}

fn codes_form(visit: &Visit<'_>, problems: &Problems) -> Result<Markup> {
    let texts = visit.texts;
    Ok(html! {
        p { (texts.get("codes.new-what")) }
        (password_form(visit, problems, "/console/me/codes", texts.get("codes.new"))?)
    })
}

/// Makes other codes and shows them.
pub(super) async fn new_codes(visit: Visit<'_>) -> Result<HttpResponse> {
    limit(&visit)?;
    match visit.shared.services.new_recovery_codes(visit.person()?, visit.form.get("password").to_owned()).await {
        Ok(codes) => codes_page(&visit, &codes, back(&visit)),
        Err(Error::Unauthorized) => Ok(see_other("/console/me/factor")),
        Err(error) => {
            let problems = wrong_password(&visit, error)?;
            let content = codes_form(&visit, &problems)?;
            form_again(&visit, StatusCode::UNPROCESSABLE_ENTITY, visit.texts.get("codes.new"), &problems, content)
        }
    }
}

/// # Errors
/// 429 when passwords are tried out.
pub(super) fn limit(visit: &Visit<'_>) -> Result<()> {
    let person = visit.person()?;
    visit.shared.rate_limits.sign_in(&person.org, &person.user_cd, visit.address())
}

/// What was found, and that a password was tried where it was wrong.
///
/// # Errors
/// Every other error.
pub(super) fn wrong_password(visit: &Visit<'_>, error: Error) -> Result<Problems> {
    let person = visit.person()?;
    if let Error::Invalid(findings) = &error
        && findings.iter().any(|finding| finding.code == "password_wrong")
    {
        visit.shared.rate_limits.note_failed_sign_in(&person.org, &person.user_cd, visit.address());
    }
    Problems::of(error, visit.texts, &[("password", "password"), ("old", "old"), ("new", "new")])
}
