//! The link that sets a password once.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use maud::{Markup, html};

use super::field::{Problems, send};
use super::layout::{form_again, page, see_other};
use super::me::{new_password, new_password_lines};
use super::visit::Visit;
use crate::error::{Error, Result};

/// The form has no token: whoever has the link may set the password, and nobody else can send it.
fn form(visit: &Visit<'_>, problems: &Problems, link: &str, user: &str) -> Markup {
    let texts = visit.texts;
    html! {
        p { (texts.with("reset.whose", &[("user", user)])) }
        form method="post" action="/console/reset" novalidate {
            input type="hidden" name="link" value=(link);
            input type="hidden" name="username" autocomplete="username" value=(user);
            (new_password_lines(texts, problems))
            (send(texts.get("reset.set")))
        }
    }
}

/// Whose password a link sets. Tried out links are counted like unknown tokens.
async fn whose(visit: &Visit<'_>, link: &str) -> Result<Option<String>> {
    let (address, limits) = (visit.address(), &visit.shared.rate_limits);
    limits.may_try(address)?;
    match visit.shared.services.reset_link(link).await {
        Ok((_, user_cd)) => Ok(Some(user_cd)),
        Err(error @ Error::Unauthorized) => {
            limits.note_failure(address, &error);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn over(visit: &Visit<'_>) -> Result<HttpResponse> {
    let texts = visit.texts;
    let title = texts.get("reset.over");
    super::layout::framed(visit, StatusCode::NOT_FOUND, title, title, html! { p { (texts.get("reset.over-what")) } })
}

pub(super) async fn show(visit: Visit<'_>) -> Result<HttpResponse> {
    let link = visit.query.get("link");
    match whose(&visit, link).await? {
        Some(user) => page(&visit, visit.texts.get("reset.title"), form(&visit, &Problems::default(), link, &user)),
        None => over(&visit),
    }
}

pub(super) async fn set(visit: Visit<'_>) -> Result<HttpResponse> {
    let link = visit.form.get("link");
    let Some(user) = whose(&visit, link).await? else { return over(&visit) };
    let problems = match new_password(&visit) {
        Ok(new) => match visit.shared.services.reset_password(link, new).await {
            Ok(()) => return Ok(see_other("/console/login?set")),
            Err(Error::Unauthorized) => return over(&visit),
            Err(error) => Problems::of(error, visit.texts, &[("new", "new")])?,
        },
        Err(problems) => problems,
    };
    let content = form(&visit, &problems, link, &user);
    form_again(&visit, StatusCode::UNPROCESSABLE_ENTITY, visit.texts.get("reset.title"), &problems, content)
}
