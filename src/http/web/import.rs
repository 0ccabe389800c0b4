//! Importing: a sheet of declarations, goods, senders or moves is checked first, reported with rows and columns, and taken in at one more click.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use maud::{Markup, html};
use uuid::Uuid;

use super::declared::label_of;
use super::field::{Problems, choice, table};
use super::layout::{form_again, page, see_other, token};
use super::visit::Visit;
use crate::contract::ingestion::{DeclarationEvent, FileFinding, IngestionView, Weight};
use crate::domain::{IngestionKind, IngestionMedia};
use crate::error::{Error, Result};
use crate::service::Actor;
use crate::service::ingest::{IngestOptions, Ingestion, NewIngestion, use_case};
use crate::service::rights::UseCase;

/// The media type of workbooks.
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// Findings of a report that are shown; the rest is in the workbook of refused rows.
const SHOWN: usize = 200;

fn actor_of<'v>(visit: &'v Visit<'_>) -> Result<&'v Actor> {
    visit.person()?.actor(UseCase::Declare)
}

/// The key of the text that says what the rows of a file are.
fn named(kind: IngestionKind) -> &'static str {
    match kind {
        IngestionKind::Declarations => "import.declarations",
        IngestionKind::Goods => "goods.title",
        IngestionKind::Senders => "import.senders",
        IngestionKind::Movements => "import.movements",
    }
}

/// The kinds that who visits may send.
fn kinds_of(visit: &Visit<'_>) -> Result<Vec<IngestionKind>> {
    let person = visit.person()?;
    Ok(IngestionKind::ALL.into_iter().filter(|kind| person.may_at_post(use_case(*kind))).collect())
}

/// The kind that a member names; declarations where it names none.
fn kind_asked(said: &str) -> Result<IngestionKind> {
    match said {
        "" => Ok(IngestionKind::Declarations),
        said => IngestionKind::ALL
            .into_iter()
            .find(|kind| kind.stored() == said)
            .ok_or(Error::Absent { what: "kind of import" }),
    }
}

fn address(id: Uuid) -> String {
    format!("/console/imports/{id}")
}

/// The form that takes a file, and what was imported lately.
pub(super) async fn show(visit: Visit<'_>) -> Result<HttpResponse> {
    let content = import_form(&visit, &Problems::default()).await?;
    page(&visit, visit.texts.get("import.title"), content)
}

async fn import_form(visit: &Visit<'_>, problems: &Problems) -> Result<Markup> {
    let texts = visit.texts;
    let events = [("final", "declare.declare"), ("draft", "declare.draft"), ("customs", "declare.customs")];
    let events = events.map(|(value, key)| (value, texts.get(key).to_owned()));
    let modes = [("", "import.each"), ("all", "import.all")].map(|(value, key)| (value, texts.get(key).to_owned()));
    let kinds = kinds_of(visit)?;
    let choices: Vec<(&str, String)> =
        kinds.iter().map(|kind| (kind.stored(), texts.get(named(*kind)).to_owned())).collect();
    let lately = visit.shared.services.ingestions(actor_of(visit)?).await?;
    let row = |view: &IngestionView| {
        let at = chrono::DateTime::parse_from_rfc3339(&view.received_at).map(|at| at.to_utc());
        html! {
            tr {
                th scope="row" { a href=(address(view.reference_id)) { @if let Ok(at) = at { (visit.time(at)) } } }
                td dir="auto" { (view.file.name.as_deref().unwrap_or("–")) }
                td { @if view.dry_run { (texts.get("import.dry")) } @else { (texts.get("import.real")) } }
                td.number { (view.items) }
                td.number { (view.counts.refused) }
                td { (state(visit, view)) }
            }
        }
    };
    let rows: Vec<Markup> = lately.iter().map(row).collect();
    let heads = ["items.at", "import.file", "items.what", "items.title", "import.refused", "users.state"];
    let problem = problems.text_at("file");
    Ok(html! {
        p { (texts.get("import.what")) }
        p { (texts.get("import.template")) ": "
            @for (at, kind) in kinds.iter().enumerate() {
                @if at > 0 { " · " }
                a href=(format!("/console/import/template?kind={}", kind.stored())) { (texts.get(named(*kind))) }
            }
        }
        form method="post" action="/console/import" enctype="multipart/form-data" novalidate {
            (token(visit)?)
            div.field {
                label for="file" { (texts.get("import.file")) }
                p.hint id="file-hint" { (texts.get("import.file-hint")) }
                @if let Some(text) = problem { p.error id="file-error" { (text) } }
                input type="file" id="file" name="file" accept=".xlsx,.csv,text/csv" aria-invalid=[problem.map(|_| "true")]
                    aria-describedby=(if problem.is_some() { "file-hint file-error" } else { "file-hint" });
            }
            (choice(problems, "kind", texts.get("import.kind"), None, &choices, visit.form.get("kind")))
            (choice(problems, "event", texts.get("import.event"), None, &events, visit.form.get("event")))
            (choice(problems, "mode", texts.get("import.mode"), None, &modes, visit.form.get("mode")))
            p.actions {
                button.main type="submit" name="do" value="check" { (texts.get("import.check")) }
                button type="submit" name="do" value="import" { (texts.get("import.do")) }
            }
        }
        @if !rows.is_empty() { (table(texts.get("import.lately"), &heads.map(|key| texts.get(key)), &rows)) }
    })
}

fn state(visit: &Visit<'_>, view: &IngestionView) -> &'static str {
    visit.texts.get(match view.state.as_str() {
        "done" => "import.done",
        "failed" => "import.failed",
        _ => "import.running",
    })
}

/// Takes a file: checked alone unless it is said otherwise.
pub(super) async fn take(visit: Visit<'_>) -> Result<HttpResponse> {
    let (texts, kind) = (visit.texts, kind_asked(visit.form.get("kind"))?);
    let actor = visit.person()?.actor(use_case(kind))?;
    let new = NewIngestion {
        kind,
        media: IngestionMedia::Sheet,
        file_name: Some(visit.file.name.clone()),
        bytes: visit.file.bytes.to_vec(),
        dry_run: visit.form.get("do") != "import",
        options: IngestOptions {
            all: visit.form.get("mode") == "all",
            event: match visit.form.get("event") {
                "draft" => DeclarationEvent::Draft,
                "customs" => DeclarationEvent::ToCustoms,
                _ => DeclarationEvent::Final,
            },
            sheet: None,
        },
        waits: true,
        again: false,
    };
    let taken = if new.bytes.is_empty() {
        Err(Problems::one(Some("file"), texts.get("import.file-wanted")))
    } else {
        match visit.shared.services.ingest(actor, new, None).await {
            Ok(taken) => Ok(taken),
            Err(Error::Unreadable { reason, .. }) => {
                let mut problems = Problems::default();
                problems.add(Some("file".to_owned()), reason, true);
                Err(problems)
            }
            Err(error) => Err(Problems::of(error, texts, &[])?),
        }
    };
    match taken {
        Ok(taken) => finish(&visit, actor, taken).await,
        Err(problems) => {
            let content = import_form(&visit, &problems).await?;
            form_again(&visit, StatusCode::UNPROCESSABLE_ENTITY, texts.get("import.title"), &problems, content)
        }
    }
}

/// Works a short file off at once, and leads to its report.
async fn finish(visit: &Visit<'_>, actor: &Actor, taken: Ingestion) -> Result<HttpResponse> {
    if taken.is_short {
        visit.shared.services.finish_ingestion(&actor.org, taken.id, None).await?;
    }
    let repeated = if taken.repeated { "?repeated" } else { "" };
    Ok(see_other(&format!("{}{repeated}", address(taken.id))))
}

/// The import that an address names.
fn meant(visit: &Visit<'_>) -> Result<Uuid> {
    let id = visit.parts.first().and_then(|part| Uuid::try_parse(part).ok());
    id.ok_or(Error::Absent { what: "ingestion" })
}

/// What came of a file.
pub(super) async fn report(visit: Visit<'_>) -> Result<HttpResponse> {
    let (texts, id) = (visit.texts, meant(&visit)?);
    let taken = visit.shared.services.ingestion(actor_of(&visit)?, id).await?;
    let view = &taken.view;
    let counts = [
        ("import.new", view.counts.new),
        ("import.changed", view.counts.changed),
        ("import.unchanged", view.counts.unchanged),
        ("import.refused", view.counts.refused),
        ("import.warnings", view.counts.warnings),
    ];
    let rows: Vec<Markup> = view.findings.iter().take(SHOWN).map(|found| finding(&visit, found)).collect();
    let heads = ["import.row", "import.column", "items.id", "import.level", "items.what", "import.meant"];
    let is_checked = view.dry_run && taken.is_over && !taken.is_failed;
    let content = html! {
        @if visit.query.has("repeated") { div.note { p { (texts.get("import.repeated")) } } }
        div.note.good[taken.is_over && !taken.is_failed] role="status" {
            p { (texts.get(if view.dry_run { "import.dry-note" } else { "import.real-note" })) " " (state(&visit, view)) }
        }
        @if let Some(name) = &view.file.name { p dir="auto" { (name) } }
        dl { @for (key, count) in counts { dt { (texts.get(key)) } dd { (count) } } }
        @if !taken.is_over { p { a href=(address(id)) { (texts.get("import.look")) } } }
        @if is_checked && view.counts.refused < view.items {
            form method="post" action=(format!("{}/take", address(id))) { (token(&visit)?) p.actions { button.main type="submit" { (texts.get("import.take")) } } }
        }
        @if view.counts.refused > 0 && view.links.refused.is_some() {
            p { a href=(format!("{}/refused", address(id))) { (texts.get("import.refused-rows")) } }
        }
        @if !rows.is_empty() { (table(texts.get("import.findings"), &heads.map(|key| texts.get(key)), &rows)) }
        p { a href="/console/import" { (texts.get("import.another")) } }
    };
    page(&visit, texts.get("import.report"), content)
}

fn finding(visit: &Visit<'_>, found: &FileFinding) -> Markup {
    let texts = visit.texts;
    let level = match found.level {
        Weight::Error => "import.error",
        Weight::Warning => "import.warning",
        Weight::Note => "import.note",
    };
    let known = texts.find(&format!("found.{}", found.code)).filter(|text| !text.contains('{'));
    let is_english = known.is_none() || texts.0 == crate::refdata::lists::Language::En;
    let said = if is_english { found.message.as_str() } else { known.unwrap_or_default() };
    html! {
        tr {
            td.number { @if let Some(row) = found.row { (row) } @else { "–" } }
            td { @if let Some(key) = &found.column { (label_of(texts, key, None)) " " } span.id { (found.cell.as_deref().unwrap_or_default()) } }
            td.id { (found.item.as_deref().unwrap_or("–")) }
            td { (texts.get(level)) }
            td lang=[is_english.then_some("en")] dir="auto" { (said) }
            td.id { (found.proposal.as_deref().unwrap_or("–")) }
        }
    }
}

/// Takes in what was checked.
pub(super) async fn take_checked(visit: Visit<'_>) -> Result<HttpResponse> {
    let (actor, id) = (actor_of(&visit)?, meant(&visit)?);
    let taken = visit.shared.services.ingest_checked(actor, id).await?;
    finish(&visit, actor, taken).await
}

fn workbook(bytes: Vec<u8>, name: &str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, XLSX))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(bytes)
}

/// The rows that were refused, with what is wrong in them.
pub(super) async fn refused(visit: Visit<'_>) -> Result<HttpResponse> {
    let bytes = visit.shared.services.refused_workbook(actor_of(&visit)?, meant(&visit)?).await?;
    Ok(workbook(bytes, "refused.xlsx"))
}

/// The workbook to begin with.
pub(super) async fn template(visit: Visit<'_>) -> Result<HttpResponse> {
    let kind = kind_asked(visit.query.get("kind"))?;
    let actor = visit.person()?.actor(use_case(kind))?;
    let bytes = visit.shared.services.sheet_template(actor, kind, visit.texts.0, None)?;
    Ok(workbook(bytes, &format!("{}.xlsx", kind.stored())))
}
