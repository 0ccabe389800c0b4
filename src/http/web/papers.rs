//! Many forms in one file: ids that are scanned or pasted, printed as PDF.

use std::collections::HashSet;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use maud::{Markup, html};

use super::field::{Line, Problems, area, choice, line};
use super::layout::{form_again, name_of, page, token};
use super::visit::Visit;
use crate::error::{Error, Result};
use crate::http::printing::{PrintOptions, file_name};
use crate::limits;
use crate::refdata::lists::Language;
use crate::service::rights::UseCase;

/// Members of the use case, and the fields that they are typed into.
const FIELDS: &[(&str, &str)] =
    &[("form", "form"), ("paper", "paper"), ("copies", "copies"), ("languageCd", "language"), ("items", "ids")];

/// The form that asks what to print.
pub(super) async fn show(visit: Visit<'_>) -> Result<HttpResponse> {
    let content = print_form(&visit, &Problems::default())?;
    page(&visit, visit.texts.get("print.title"), content)
}

fn print_form(visit: &Visit<'_>, problems: &Problems) -> Result<Markup> {
    let (texts, form) = (visit.texts, &visit.form);
    let forms =
        [("", texts.get("print.by-rules").to_owned()), ("CN22", "CN22".to_owned()), ("CN23", "CN23".to_owned())];
    let papers = [
        ("", texts.get("print.own-size").to_owned()),
        ("A4", "A4".to_owned()),
        ("A5", "A5".to_owned()),
        ("label", texts.get("print.label").to_owned()),
    ];
    let languages =
        [Language::Fr, Language::Es, Language::Pt].map(|tongue| (tongue.code(), name_of(tongue).to_owned()));
    let chosen = if form.has("language") { form.get("language") } else { texts.0.code() };
    let copies = if form.has("copies") { form.get("copies") } else { "1" };
    Ok(html! {
        form method="post" action="/console/print" novalidate data-again {
            (token(visit)?)
            (area(problems, "ids", texts.get("print.ids"), Some(texts.get("print.ids-hint")), form.get("ids")))
            (choice(problems, "form", texts.get("print.form"), None, &forms, form.get("form")))
            (choice(problems, "paper", texts.get("print.paper"), None, &papers, form.get("paper")))
            (choice(problems, "language", texts.get("print.language"), None, &languages, chosen))
            (line(problems, Line { name: "copies", label: texts.get("print.copies"), value: copies, inputmode: Some("numeric"), autocomplete: Some("off"), is_short: true, ..Line::default() }))
            p.actions { button.main type="submit" { (texts.get("print.do")) } }
            p.hint { (texts.get("items.print-hint")) }
        }
    })
}

/// The forms as one file; that they were printed is noted in their histories.
pub(super) async fn print(visit: Visit<'_>) -> Result<HttpResponse> {
    let (texts, actor) = (visit.texts, visit.person()?.actor(UseCase::Print)?);
    let again = |problems: Problems| {
        let content = print_form(&visit, &problems)?;
        form_again(&visit, StatusCode::UNPROCESSABLE_ENTITY, texts.get("print.title"), &problems, content)
    };
    let mut seen = HashSet::new();
    let typed = visit.form.get("ids").split(|c: char| c.is_whitespace() || c == ',' || c == ';');
    let ids: Vec<String> =
        typed.filter(|id| !id.is_empty()).map(str::to_uppercase).filter(|id| seen.insert(id.clone())).collect();
    if ids.is_empty() || ids.len() > limits::PRINT_ITEMS {
        let most = limits::PRINT_ITEMS.to_string();
        return again(Problems::one(Some("ids"), texts.with("print.ids-wanted", &[("most", &most)])));
    }
    let services = &visit.shared.services;
    let given = |name: &str| Some(visit.form.trimmed(name).to_owned()).filter(|text| !text.is_empty());
    let copies = given("copies").map(|text| text.parse().unwrap_or(0));
    let options = PrintOptions { form: given("form"), language_cd: given("language"), copies, paper: given("paper") };
    let options = match options.checked(actor.zone, &services.catalogue()) {
        Ok(options) => options,
        Err(error) => return again(Problems::of(error, texts, FIELDS)?),
    };
    let printed = async {
        let items = services.printable(actor, "items", &ids).await?;
        let today = services.clock.now().with_timezone(&actor.zone).date_naive();
        visit.shared.printer.print(services, items, options, today).await
    };
    let bytes = match printed.await {
        Ok(bytes) => bytes,
        Err(Error::Invalid(found)) if found.iter().all(|found| found.code == "absent") => {
            return again(Problems::one(
                Some("ids"),
                texts.with("print.absent", &[("ids", &absent(&visit, &ids).await?)]),
            ));
        }
        Err(error) => return again(Problems::of(error, texts, FIELDS)?),
    };
    services.note_printed(actor, "items", &ids).await?;
    Ok(pdf("forms", bytes))
}

/// How one form is printed: in the language of the page beside English.
pub(super) fn form_options(language: Language, form: Option<String>) -> PrintOptions {
    let language_cd = Some(language.code().to_owned()).filter(|_| language != Language::En);
    PrintOptions { form, language_cd, ..PrintOptions::default() }
}

/// A file to keep.
pub(super) fn pdf(name: &str, bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/pdf"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file_name(name, None))))
        .body(bytes)
}

/// Those of some ids of which nothing can be printed.
async fn absent(visit: &Visit<'_>, ids: &[String]) -> Result<String> {
    let actor = visit.person()?.actor(UseCase::Print)?;
    let mut absent = Vec::new();
    for id in ids {
        if visit.shared.services.printable(actor, "items", std::slice::from_ref(id)).await.is_err() {
            absent.push(id.as_str());
        }
    }
    Ok(absent.join(", "))
}
