//! The status page: open to everybody, truthful for each component, with what the operator tells; and the same for programs.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use maud::{Markup, html};
use serde_json::{Value, json};

use super::field::table;
use super::layout::page;
use super::visit::Visit;
use crate::domain::Component;
use crate::error::Result;
use crate::limits;
use crate::service::availability::{Availability, ComponentStatus, Incident, ProbeDay};

/// The page.
pub(super) async fn show(visit: Visit<'_>) -> Result<HttpResponse> {
    let (texts, status) = (visit.texts, visit.shared.services.availability().await);
    let is_well = status.all_is_well();
    let all_work = status.components.iter().all(|component| component.works);
    let headline = match (is_well, all_work) {
        (true, _) => "status.all-work",
        (false, true) => "status.reported",
        (false, false) => "status.not-all",
    };
    let content = html! {
        div class=(if is_well { "note good" } else { "note" }) role="status" { p { (texts.get(headline)) } }
        p { (texts.with("status.at", &[("time", &visit.time(status.at))])) }
        (planned(&visit, &status))
        @for component in &status.components { (shown(&visit, component, status.at)) }
        (past(&visit, &status))
        p { a href="/status.json" { (texts.get("status.json")) } }
    };
    page(&visit, texts.get("status.title"), content)
}

fn name_of(visit: &Visit<'_>, component: Option<Component>) -> &'static str {
    let key = match component {
        Some(Component::Items) => "status.items",
        Some(Component::Exchange) => "status.exchange",
        Some(Component::Events) => "status.events",
        Some(Component::Files) => "status.files",
        None => "status.everything",
    };
    visit.texts.get(key)
}

fn shown(visit: &Visit<'_>, component: &ComponentStatus, now: DateTime<Utc>) -> Markup {
    let texts = visit.texts;
    let (probes, failed) = component
        .days
        .iter()
        .fold((0_i64, 0_i64), |(probes, failed), day| (probes + i64::from(day.probes), failed + i64::from(day.failed)));
    let says = texts.get(if component.works { "status.works" } else { "status.fails" });
    let share = (probes > 0).then(|| format!("{:.2}", 100.0 * (probes - failed) as f64 / probes as f64));
    html! {
        h2 { (name_of(visit, Some(component.component))) }
        p { strong { (says) } " " (texts.with("status.since", &[("time", &visit.time(component.since))])) }
        (bars(visit, component, now))
        p.hint {
            @match share {
                Some(share) => (texts.with("status.share", &[("share", &share), ("days", &component.days.len().to_string())])),
                None => (texts.get("status.no-figures")),
            }
        }
        (bad_days(visit, component))
    }
}

/// A bar for each day; days that nobody looked at are empty.
fn bars(visit: &Visit<'_>, component: &ComponentStatus, now: DateTime<Utc>) -> Markup {
    let days = i64::from(limits::STATUS_DAYS);
    let first = now.date_naive() - TimeDelta::days(days - 1);
    let of_day = |at: i64| {
        let date = first + TimeDelta::days(at);
        component.days.iter().find(|day| date_of(day) == date)
    };
    let bar = |at: i64| {
        let class = match of_day(at) {
            None => "unknown",
            Some(day) if day.failed == 0 => "good",
            Some(_) => "bad",
        };
        let high = if class == "unknown" { 4 } else { 28 };
        html! { rect class=(class) x=(at * 6) y=(28 - high) width="4" height=(high) {} }
    };
    let title = visit.texts.with("status.bars", &[("name", name_of(visit, Some(component.component)))]);
    html! {
        svg.days viewBox=(format!("0 0 {} 28", days * 6)) role="img" aria-label=(title) preserveAspectRatio="none" {
            @for at in 0..days { (bar(at)) }
        }
    }
}

fn date_of(day: &ProbeDay) -> NaiveDate {
    NaiveDate::default() + TimeDelta::days(i64::from(day.day))
}

/// The days on which something was seen not to work: the same as the bars, to be read.
fn bad_days(visit: &Visit<'_>, component: &ComponentStatus) -> Markup {
    let texts = visit.texts;
    let rows: Vec<Markup> = component
        .days
        .iter()
        .rev()
        .filter(|day| day.failed > 0)
        .map(|day| {
            html! { tr { th scope="row" { (date_of(day)) } td.number { (day.failed) } td.number { (day.probes) } } }
        })
        .collect();
    let heads = ["status.day", "status.failed", "status.probes"];
    let caption = texts.with("status.bad-days", &[("name", name_of(visit, Some(component.component)))]);
    html! { @if !rows.is_empty() { (table(&caption, &heads.map(|key| texts.get(key)), &rows)) } }
}

/// Maintenance that is going on or to come.
fn planned(visit: &Visit<'_>, status: &Availability) -> Markup {
    let is_ahead =
        |incident: &&Incident| incident.row.is_planned && incident.row.ends_at.is_none_or(|end| end.0 > status.at);
    let ahead: Vec<&Incident> = status.incidents.iter().flatten().filter(is_ahead).collect();
    html! {
        @for incident in ahead.iter().rev() {
            div.note {
                h2 { (visit.texts.get("status.planned")) }
                (story(visit, incident))
            }
        }
    }
}

/// What the operator told, the newest first.
fn past(visit: &Visit<'_>, status: &Availability) -> Markup {
    let texts = visit.texts;
    let is_past =
        |incident: &&Incident| !incident.row.is_planned || incident.row.ends_at.is_some_and(|end| end.0 <= status.at);
    html! {
        h2 { (texts.get("status.incidents")) }
        @match &status.incidents {
            None => p { (texts.get("status.unknown")) },
            Some(all) if !all.iter().any(|incident| is_past(&incident)) => p { (texts.get("status.none")) },
            Some(all) => @for incident in all.iter().filter(is_past) { (story(visit, incident)) },
        }
    }
}

fn story(visit: &Visit<'_>, incident: &Incident) -> Markup {
    let (texts, row) = (visit.texts, &incident.row);
    let from = visit.time(row.starts_at.0);
    html! {
        h3 dir="auto" { (row.title) }
        p {
            (name_of(visit, row.component)) ": "
            @match row.ends_at {
                Some(_) if incident.is_called_off() => (texts.with("status.called-off", &[("from", &from)])),
                Some(end) => (texts.with("status.from-to", &[("from", &from), ("to", &visit.time(end.0))])),
                None => (texts.with("status.still", &[("from", &from)])),
            }
        }
        @if !incident.notes.is_empty() {
            ul { @for note in &incident.notes { li { (visit.time(note.at.0)) ": " span dir="auto" { (note.text) } } } }
        }
    }
}

/// The same for programs.
pub(super) async fn twin(visit: Visit<'_>) -> Result<HttpResponse> {
    let status = visit.shared.services.availability().await;
    let components: Vec<Value> = status
        .components
        .iter()
        .map(|component| {
            let days = component.days.iter();
            let days = days.map(|day| json!({ "day": date_of(day), "probes": day.probes, "failed": day.failed }));
            json!({
                "name": component.component.stored(), "works": component.works, "since": component.since,
                "days": days.collect::<Vec<_>>(),
            })
        })
        .collect();
    let incidents = status.incidents.as_ref().map(|all| {
        let incident = |incident: &Incident| {
            let notes = incident.notes.iter().map(|note| json!({ "at": note.at.0, "text": note.text }));
            json!({
                "number": incident.row.id, "component": incident.row.component.map(Component::stored),
                "planned": incident.row.is_planned, "title": incident.row.title, "from": incident.row.starts_at.0,
                "to": incident.row.ends_at.filter(|_| !incident.is_called_off()).map(|end| end.0),
                "calledOff": incident.is_called_off(), "notes": notes.collect::<Vec<_>>(),
            })
        };
        all.iter().map(incident).collect::<Vec<_>>()
    });
    let body =
        json!({ "at": status.at, "works": status.all_is_well(), "components": components, "incidents": incidents });
    let mut response = HttpResponse::Ok().body(body.to_string());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}
