//! Items: the list with its filter, one item with everything there is to read of it, and its forms as PDF.
//!
//! What is shown is what the use cases answer to the actor of who visits; nothing is decided here.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use chrono::{DateTime, Utc};
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::declared::label_of;
use super::field::{Line, Problems, choice, line, send, table};
use super::layout::{form_again, page, see_other, token};
use super::light;
use super::papers::{form_options, pdf};
use super::visit::Visit;
use crate::contract::item_status::CheckItemStatusRequest;
use crate::contract::own::HistoryEntry;
use crate::contract::{Declaration, DeclarationData, MailObject, Response, WcfDate};
use crate::domain::{Flow, Light};
use crate::error::{Error, Findings, Result};
use crate::exchange::operate::{ItemInRow, MessageRow};
use crate::limits;
use crate::refdata::lists::lists;
use crate::rules::forms;
use crate::rules::words::whole_id;
use crate::service::history_view::Change;
use crate::service::load::{Count, ItemFilter, Query, ViewForm, bound};
use crate::service::one::Named;
use crate::service::rights::UseCase;
use crate::service::search::searched;
use crate::sheet::keys::column_of_path;

/// Items of a page of the list.
const ROWS: i32 = 50;

/// An item as the own surface shows it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    p_id: Uuid,
    item_id: String,
    post: String,
    mail_object: MailObject,
    declaration: Option<Declaration>,
    response: Option<Response>,
    dc_response: Option<Response>,
    #[serde(default)]
    light: light::ShownLight,
    referrals: Option<Dialogue>,
}

/// The questions about an item and the answers to them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Dialogue {
    referrals: Vec<Asked>,
    referral_responses: Vec<Answered>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[derive(Default)]
struct Asked {
    referral_cd: Option<String>,
    referral_id: Option<String>,
    remarks: Option<String>,
    event_dt: Option<WcfDate>,
    due_dt: Option<WcfDate>,
    raised_by_org_cd: Option<String>,
    response_pending: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[derive(Default)]
struct Answered {
    referral_response_cd: Option<String>,
    referral_id: Option<String>,
    action_taken: Option<String>,
    information: Option<String>,
    event_dt: Option<WcfDate>,
    answered_by_org_cd: Option<String>,
}

impl Item {
    fn read(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|error| Error::Internal(format!("an item cannot be shown: {error}")))
    }

    fn address(&self) -> String {
        format!("/console/items/{}/{}", self.post, self.p_id)
    }

    fn data(&self) -> Option<&DeclarationData> {
        self.declaration.as_ref()?.data.as_ref()
    }
}

fn text(value: &Option<String>) -> &str {
    value.as_deref().unwrap_or("–")
}

fn date(visit: &Visit<'_>, at: Option<WcfDate>) -> Markup {
    html! { @if let Some(at) = at { (moment(visit, at.instant())) } @else { "–" } }
}

fn moment(visit: &Visit<'_>, at: DateTime<Utc>) -> Markup {
    html! { time datetime=(at.to_rfc3339()) { (visit.time(at)) } }
}

/// The filter of a list, as its form is filled in.
fn filter(visit: &Visit<'_>) -> Result<ItemFilter, Problems> {
    let (texts, query) = (visit.texts, &visit.query);
    let given = |name: &'static str| Some(query.trimmed(name).to_uppercase()).filter(|text| !text.is_empty());
    let mut findings = Findings::default();
    let typed = query.trimmed("q");
    let item_id = whole_id(typed);
    let words = match typed {
        "" => Vec::new(),
        _ if item_id.is_some() => Vec::new(),
        text => searched(text).map_err(|_| Problems::one(Some("q"), texts.get("items.search-form")))?,
    };
    // A list that looks filtered is not all there is.
    let light = match query.trimmed("light") {
        "" => None,
        name => Some(Light::named(name).ok_or_else(|| Problems::one(Some("light"), texts.get("found.code_known")))?),
    };
    let partner = given("partner");
    forms::check_post(&mut findings, "partner", partner.as_deref());
    if !findings.is_empty() {
        return Err(Problems::one(Some("partner"), texts.get("items.partner-form")));
    }
    // A date alone is the whole day by the clock of the organization.
    let zone = visit.person.as_ref().map_or(chrono_tz::Tz::UTC, |person| person.zone);
    let day = |name: &'static str| match query.trimmed(name) {
        "" => Ok(None),
        text => chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .map(Some)
            .map_err(|_| Problems::one(Some(name), texts.get("items.date-form"))),
    };
    let start = |day: chrono::NaiveDate| {
        let local = day.and_time(chrono::NaiveTime::MIN).and_local_timezone(zone);
        local.earliest().map(|at| WcfDate::new(at.with_timezone(&Utc)))
    };
    let (from, to) = (day("from")?.and_then(start), day("to")?.and_then(|day| day.succ_opt()).and_then(start));
    let to = to.map(|end| WcfDate::new(end.instant() - chrono::TimeDelta::seconds(1)));
    Ok(ItemFilter {
        item_id,
        words,
        light,
        flow: given("flow").and_then(|flow| Flow::from_stored(&flow).ok()),
        partner_post: partner,
        mail_class: given("class"),
        posting_from: bound(from),
        posting_to: bound(to),
        ..ItemFilter::default()
    })
}

fn filter_form(visit: &Visit<'_>, problems: &Problems) -> Markup {
    let (texts, query) = (visit.texts, &visit.query);
    let any = texts.get("items.any").to_owned();
    let flows = [
        ("", any.clone()),
        ("I", texts.get("items.inbound").to_owned()),
        ("O", texts.get("items.outbound").to_owned()),
        ("T", texts.get("items.transit").to_owned()),
    ];
    let lights = [
        ("", any.clone()),
        ("Green", texts.get("light.green").to_owned()),
        ("Amber", texts.get("light.amber").to_owned()),
        ("Red", texts.get("light.red").to_owned()),
    ];
    let classes = [
        ("", any),
        ("U", texts.get("items.letters").to_owned()),
        ("C", texts.get("items.parcels").to_owned()),
        ("E", "EMS".to_owned()),
    ];
    let hint = Some(texts.get("items.date-hint"));
    html! {
        form.filter method="get" action="/console/items" novalidate data-again {
            (line(problems, Line { name: "q", label: texts.get("items.search"), hint: Some(texts.get("items.search-hint")), value: query.trimmed("q"), autocomplete: Some("off"), ..Line::default() }))
            (choice(problems, "light", texts.get("items.light"), None, &lights, query.trimmed("light")))
            (choice(problems, "flow", texts.get("items.flow"), None, &flows, query.trimmed("flow")))
            (line(problems, Line { name: "partner", label: texts.get("items.partner"), value: query.trimmed("partner"), autocomplete: Some("off"), is_short: true, ..Line::default() }))
            (choice(problems, "class", texts.get("items.class"), None, &classes, query.trimmed("class")))
            (line(problems, Line { name: "from", label: texts.get("items.from"), hint, value: query.trimmed("from"), autocomplete: Some("off"), is_short: true, ..Line::default() }))
            (line(problems, Line { name: "to", label: texts.get("items.to"), hint, value: query.trimmed("to"), autocomplete: Some("off"), is_short: true, ..Line::default() }))
            (send(texts.get("items.show")))
        }
    }
}

/// The list. An id that one item has leads to it at once.
pub(super) async fn list(visit: Visit<'_>) -> Result<HttpResponse> {
    let (texts, person) = (visit.texts, visit.person()?);
    let actor = person.actor(UseCase::SeeItems)?;
    let filter = match filter(&visit) {
        Ok(filter) => filter,
        Err(problems) => {
            let content = filter_form(&visit, &problems);
            return form_again(&visit, StatusCode::UNPROCESSABLE_ENTITY, texts.get("items.title"), &problems, content);
        }
    };
    let has_id = filter.item_id.is_some();
    let cursor = Some(visit.query.get("cursor").to_owned()).filter(|cursor| !cursor.is_empty());
    let count = Count::Most(limits::LIST_COUNTED + 1);
    let query = Query { filter, limit: Some(ROWS), cursor, count, form: ViewForm::Listed, ..Query::default() };
    let found = match visit.shared.services.load(actor, query).await {
        Ok(found) => found,
        // A cursor of another filter: the list begins anew.
        Err(Error::Invalid(_)) => return Ok(see_other("/console/items")),
        Err(error) => return Err(error),
    };
    let items: Vec<Item> = found.views.iter().map(|view| Item::read(view)).collect::<Result<_>>()?;
    if let ([item], true) = (items.as_slice(), has_id) {
        return Ok(see_other(&item.address()));
    }
    let asked = items.iter().map(|item| CheckItemStatusRequest {
        item_id: Some(item.item_id.clone()),
        origin_postal_org_cd: item.mail_object.orig_post_org_cd.clone(),
        ..CheckItemStatusRequest::default()
    });
    let lights = visit.shared.services.lights(actor, asked.collect()).await?.items;
    let row = |(item, shown): (&Item, &crate::contract::own::ItemLight)| {
        let (object, data) = (&item.mail_object, item.data());
        html! {
            tr {
                th scope="row" { a.id href=(item.address()) { (item.item_id) } }
                td { (light::word(texts, shown.light.light)) }
                td.id { (text(&object.orig_post_org_cd)) " → " (text(&object.dest_post_org_cd)) }
                td.id { (text(&object.mail_class_cd)) }
                td { (date(&visit, object.posting_dt)) }
                td.number { @if let Some(weight) = data.and_then(|data| data.gross_weight.as_ref()) { (weight.to_string()) } @else { "–" } }
                td dir="auto" { (data.map_or("–", |data| text(&data.recipient_name))) }
            }
        }
    };
    let rows: Vec<Markup> = items.iter().zip(&lights).map(row).collect();
    let heads =
        ["items.id", "items.light", "items.lane", "items.class", "items.posted", "items.weight", "items.recipient"];
    let total = found.total.unwrap_or_default();
    let caption = if total > limits::LIST_COUNTED { "items.caption-many" } else { "items.caption" };
    let count = total.min(limits::LIST_COUNTED).to_string();
    let caption = texts.with(caption, &[("count", &count), ("zone", person.zone.name())]);
    let next = found.next_cursor.as_deref().map(|cursor| {
        let known = visit.query.members().filter(|(name, _)| *name != "cursor").chain([("cursor", cursor)]);
        format!("/console/items?{}", serde_urlencoded::to_string(known.collect::<Vec<_>>()).unwrap_or_default())
    });
    let content = html! {
        @if person.may_at_post(UseCase::Declare) {
            p.actions { a.button href="/console/items/new" { (texts.get("declare.title")) } }
        }
        (filter_form(&visit, &Problems::default()))
        @if items.is_empty() { div.note { p { (texts.get("items.none")) } } }
        @else { (table(&caption, &heads.map(|key| texts.get(key)), &rows)) }
        @if let Some(next) = next { p { a href=(next) rel="next" { (texts.get("items.next")) } } }
    };
    page(&visit, texts.get("items.title"), content)
}

/// Post and item that the address names.
///
/// # Errors
/// 404 for what names none.
pub(super) fn named<'v>(visit: &'v Visit<'_>) -> Result<(&'v str, Named)> {
    let [post, pid] = visit.parts.as_slice() else { return Err(Error::Absent { what: "item" }) };
    let pid = Uuid::try_parse(pid).map_err(|_| Error::Absent { what: "item" })?;
    Ok((post, Named::Pid(pid)))
}

/// A post that is another's looks like one without the item.
pub(super) fn absent(error: Error) -> Error {
    if matches!(error, Error::Unauthorized) { Error::Absent { what: "item" } } else { error }
}

/// One item: light with every reason, declaration, decisions, history, forms.
pub(super) async fn show(visit: Visit<'_>) -> Result<HttpResponse> {
    let (texts, actor) = (visit.texts, visit.person()?.actor(UseCase::SeeItems)?);
    let (post, one) = named(&visit)?;
    let services = &visit.shared.services;
    let shown = services.view_one(actor, one.clone(), Some(post)).await.map_err(absent)?;
    let item = Item::read(&shown.text)?;
    let history = services.history_view(actor, one.clone()).await?.events;
    let changes = services.changes_view(actor, one).await?;
    let log = if actor.org == post { Some(visit.shared.exchange.item_log(post, &item.item_id).await?) } else { None };
    let object = &item.mail_object;
    let content = html! {
        (done(&visit))
        div.note { p { (light::word(texts, &item.light.light)) } (light::reasons(texts, &item.light)) }
        dl {
            dt { (texts.get("items.lane")) } dd.id { (text(&object.orig_post_org_cd)) " → " (text(&object.dest_post_org_cd)) }
            dt { (texts.get("items.class")) } dd.id { (text(&object.mail_class_cd)) }
            dt { (texts.get("items.posted")) } dd { (date(&visit, object.posting_dt)) }
        }
        @match item.data() {
            Some(data) => { (declared(&visit, data)) (changing(&visit, &item)?) (print_form(&visit, &item)?) }
            None => { p { (texts.get("items.undeclared")) } }
        }
        (decision(&visit, texts.get("items.own-decision"), item.response.as_ref())?)
        (decision(&visit, texts.get("items.dc-decision"), item.dc_response.as_ref())?)
        @if let Some(dialogue) = &item.referrals { (asked(&visit, &item, dialogue)) }
        @if let Some((sent, received)) = &log { (messages(&visit, item.p_id, sent, received)) }
        h2 { (texts.get("items.history")) }
        (past(&visit, &history, &changes))
    };
    page(&visit, &item.item_id, content)
}

/// What was just done.
fn done(visit: &Visit<'_>) -> Markup {
    let key = match visit.query.get("done") {
        "stored" => Some("declare.stored"),
        "withdrawn" => Some("withdraw.done"),
        _ => None,
    };
    html! { @if let Some(key) = key { div.note.good role="status" { p { (visit.texts.get(key)) } } } }
}

/// What can be made of an item by who declares.
fn changing(visit: &Visit<'_>, item: &Item) -> Result<Markup> {
    let (texts, person) = (visit.texts, visit.person()?);
    let may = person.may_at_post(UseCase::Declare) && item.post == person.org;
    Ok(html! {
        @if may {
            p.actions {
                a.button href=(format!("{}/amend", item.address())) { (texts.get("amend.title")) }
                a.button href=(format!("/console/items/new/form?copy={}", item.p_id)) { (texts.get("declare.copy")) }
                a.button href=(format!("{}/withdraw", item.address())) { (texts.get("withdraw.title")) }
            }
        }
    })
}

fn party(lines: &[&Option<String>]) -> Markup {
    html! { @for line in lines.iter().filter_map(|line| line.as_deref()).filter(|line| !line.is_empty()) { span dir="auto" { (line) } br; } }
}

fn declared(visit: &Visit<'_>, data: &DeclarationData) -> Markup {
    let texts = visit.texts;
    let rows: Vec<Markup> = data
        .content_pieces
        .iter()
        .map(|piece| {
            html! {
                tr {
                    td dir="auto" { (text(&piece.description)) }
                    td.id { (text(&piece.hs)) }
                    td.id { (text(&piece.orig_country_cd)) }
                    td.number { @if let Some(number) = piece.number { (number) } @else { "–" } }
                    td.number { @if let Some(weight) = &piece.net_weight { (weight.to_string()) } @else { "–" } }
                    td.number { @if let Some(amount) = &piece.amount { (amount.to_string()) " " (piece.currency_cd.as_deref().unwrap_or_default()) } @else { "–" } }
                }
            }
        })
        .collect();
    let heads = ["items.goods", "items.hs", "items.made-in", "items.number", "items.net", "items.value"];
    html! {
        h2 { (texts.get("items.declaration")) }
        dl {
            dt { (texts.get("items.sender")) }
            dd { (party(&[&data.sender_name, &data.sender_address_line1, &data.sender_address_line2, &data.sender_zip, &data.sender_city, &data.sender_country_cd])) }
            dt { (texts.get("items.recipient")) }
            dd { (party(&[&data.recipient_name, &data.recipient_address_line1, &data.recipient_address_line2, &data.recipient_zip, &data.recipient_city, &data.recipient_country_cd])) }
            dt { (texts.get("items.nature")) } dd.id { (text(&data.nature_type_cd)) }
            dt { (texts.get("items.weight")) } dd { @if let Some(weight) = &data.gross_weight { (weight.to_string()) } @else { "–" } }
        }
        (table(texts.get("items.goods"), &heads.map(|key| texts.get(key)), &rows))
    }
}

fn decision(visit: &Visit<'_>, heading: &str, response: Option<&Response>) -> Result<Markup> {
    let Some((response, data)) = response.and_then(|response| Some((response, response.data.as_ref()?))) else {
        return Ok(html! {});
    };
    let (texts, customs) = (visit.texts, response.cust_organization_cd.as_deref().unwrap_or_default());
    let code = data.decision_cd.as_deref().unwrap_or_default();
    let decided = visit.shared.services.catalogue().decisions.decide(customs, code);
    let name = decided.map(|decided| decided.name(texts.0).to_owned()).unwrap_or_else(|_| code.to_owned());
    Ok(html! {
        h2 { (heading) }
        dl {
            dt { (texts.get("items.decision")) } dd { (name) " " code { (code) } }
            dt { (texts.get("items.by")) } dd.id { (customs) }
            dt { (texts.get("items.at")) } dd { (date(visit, data.clearance_dt)) }
            @for tax in &data.taxes {
                dt { (texts.get("items.tax")) " " (tax.tax_type.as_deref().unwrap_or_default()) }
                dd { @if let Some(amount) = &tax.amount { (amount.to_string()) " " (tax.currency_cd.as_deref().unwrap_or_default()) } @else { "–" } }
            }
        }
    })
}

/// Questions and answers, each with who said it and when; what waits for an answer leads to its form.
fn asked(visit: &Visit<'_>, item: &Item, dialogue: &Dialogue) -> Markup {
    let (texts, tongue) = (visit.texts, visit.texts.0);
    let may = visit
        .person
        .as_ref()
        .is_some_and(|person| person.may_at_post(UseCase::AnswerReferrals) && item.post == person.org);
    let may = may && item.mail_object.orig_post_org_cd.as_deref() == Some(&item.post);
    let named = |code: &str, name: Option<&str>| html! { (name.unwrap_or(code)) " " code { (code) } };
    let mut rows = Vec::new();
    for referral in &dialogue.referrals {
        let (code, reference) = (text(&referral.referral_cd), referral.referral_id.as_deref().unwrap_or_default());
        rows.push(html! {
            tr {
                td { (date(visit, referral.event_dt)) }
                td.id { (text(&referral.raised_by_org_cd)) }
                td { (named(code, lists().referral_codes.name(code, tongue))) " " span.id { (reference) } }
                td dir="auto" { (text(&referral.remarks)) }
                td {
                    @if referral.response_pending {
                        @if let Some(due) = referral.due_dt { (left(visit, due.instant())) }
                        @if may { " " a href=(answer_address(item.p_id, reference)) { (texts.get("referrals.answer")) } }
                    }
                }
            }
        });
        for answer in dialogue.referral_responses.iter().filter(|answer| answer.referral_id == referral.referral_id) {
            let code = text(&answer.referral_response_cd);
            rows.push(html! {
                tr {
                    td { (date(visit, answer.event_dt)) }
                    td.id { (text(&answer.answered_by_org_cd)) }
                    td { (named(code, lists().referral_response_codes.name(code, tongue))) " " span.id { (reference) } }
                    td dir="auto" { (answer.action_taken.as_deref().unwrap_or_default()) " " (answer.information.as_deref().unwrap_or_default()) }
                    td {}
                }
            });
        }
    }
    let heads = ["items.at", "items.by", "referrals.kind", "referrals.remarks", "referrals.due"];
    html! { h2 { (texts.get("referrals.title")) } (table(texts.get("referrals.said"), &heads.map(|key| texts.get(key)), &rows)) }
}

/// Where a referral is answered.
pub(super) fn answer_address(pid: Uuid, reference: &str) -> String {
    let query = serde_urlencoded::to_string([("item", pid.to_string().as_str()), ("reference", reference)]);
    format!("/console/referral?{}", query.unwrap_or_default())
}

/// How long there is until something is due, or how long it is late.
pub(super) fn left(visit: &Visit<'_>, due: DateTime<Utc>) -> Markup {
    let left = due.signed_duration_since(visit.shared.services.clock.now());
    let in_words = |time: chrono::TimeDelta| match time.num_hours() {
        0 => format!("{} min", time.num_minutes()),
        hours @ 1..=47 => format!("{hours} h"),
        hours => visit.texts.with("referrals.days", &[("days", &(hours / 24).to_string())]),
    };
    let is_late = left < chrono::TimeDelta::zero();
    let key = if is_late { "referrals.late" } else { "referrals.left" };
    html! { time.late[is_late] datetime=(due.to_rfc3339()) title=(visit.time(due)) { (visit.texts.with(key, &[("time", &in_words(left.abs()))])) } }
}

/// What was said to others about the item, and what came from them, newest first.
fn messages(visit: &Visit<'_>, pid: Uuid, sent: &[MessageRow], received: &[ItemInRow]) -> Markup {
    let texts = visit.texts;
    let mut lines: Vec<(DateTime<Utc>, Markup)> = Vec::new();
    let line = |at: DateTime<Utc>, from: &str, to: &str, what: &str, state: String, reference: Option<&str>| {
        let shown = html! {
            tr {
                td { (moment(visit, at)) }
                td.id { (from) " → " (to) }
                td.id { (what) }
                td lang="en" { (state) }
                td.id { (reference.unwrap_or("–")) }
            }
        };
        (at, shown)
    };
    for row in sent.iter().filter(|row| row.object_pid.0 == pid) {
        let what = if row.withdraws { format!("{} −", row.kind) } else { row.kind.to_string() };
        lines.push(line(
            row.created_at.0,
            &row.sender,
            &row.partner,
            &what,
            row.state.to_string(),
            row.interchange.as_deref(),
        ));
    }
    for row in received {
        lines.push(line(
            row.made_at.0,
            &row.sender,
            &row.recipient,
            &row.kind.to_string(),
            row.fate.to_string(),
            Some(&row.reference),
        ));
    }
    lines.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let rows: Vec<Markup> = lines.into_iter().take(MESSAGES).map(|(_, line)| line).collect();
    let heads = ["items.at", "items.way", "items.what", "items.answer", "items.interchange"];
    html! { @if !rows.is_empty() { h2 { (texts.get("items.messages")) } (table(texts.get("items.messages-caption"), &heads.map(|key| texts.get(key)), &rows)) } }
}

/// Messages about an item that are listed.
const MESSAGES: usize = 50;

/// What a version says otherwise than the one before.
fn changed(visit: &Visit<'_>, changes: &[Change]) -> Markup {
    let texts = visit.texts;
    let place = |change: &Change| match column_of_path(&change.path) {
        Some((key, line)) => label_of(texts, &key, line),
        None => change.path.clone(),
    };
    let shown = |text: &str| if text.is_empty() { "–".to_owned() } else { text.to_owned() };
    html! {
        ul.changes {
            @for change in changes.iter().take(CHANGES) {
                li { (place(change)) ": " span dir="auto" { (shown(&change.old)) } " → " span dir="auto" { (shown(&change.new)) } }
            }
            @if changes.len() > CHANGES { li { (texts.with("items.more-changes", &[("count", &(changes.len() - CHANGES).to_string())])) } }
        }
    }
}

/// Changes of one version that are listed.
const CHANGES: usize = 30;

fn past(visit: &Visit<'_>, history: &[HistoryEntry], changes: &BTreeMap<i32, Vec<Change>>) -> Markup {
    let texts = visit.texts;
    let row = |entry: &HistoryEntry| {
        let at = DateTime::parse_from_rfc3339(&entry.at).map(|at| at.with_timezone(&Utc));
        let what = texts.find(&format!("event.{}", entry.event)).unwrap_or(&entry.event).to_owned();
        html! {
            tr {
                td { @if let Ok(at) = at { (moment(visit, at)) } }
                td { (what) @if let Some(version) = entry.version { " (" (texts.with("items.version", &[("number", &version.to_string())])) ")" } }
                td.id { (entry.organization) @if let Some(user) = &entry.user { " " (user) } @if let Some(office) = &entry.office { " " (office) } }
                td {
                    @if let Some(reason) = &entry.reason { p dir="auto" { (reason) } }
                    @match version_changes(entry, changes) {
                        Some(changes) => { (changed(visit, changes)) }
                        None => { span.id { (entry.changed.iter().map(|name| name.rsplit('.').next().unwrap_or(name)).collect::<Vec<_>>().join(", ")) } }
                    }
                }
            }
        }
    };
    let rows: Vec<Markup> = history.iter().rev().map(row).collect();
    let heads = ["items.at", "items.what", "items.by", "items.changed"];
    table(texts.get("items.history-caption"), &heads.map(|key| texts.get(key)), &rows)
}

fn print_form(visit: &Visit<'_>, item: &Item) -> Result<Markup> {
    let texts = visit.texts;
    let token = token(visit)?;
    Ok(html! {
        form method="post" action=(format!("{}/print", item.address())) data-again {
            (token)
            p.actions {
                button type="submit" name="form" value="CN22" { "CN22 (PDF)" }
                button type="submit" name="form" value="CN23" { "CN23 (PDF)" }
            }
            p.hint { (texts.get("items.print-hint")) }
        }
    })
}

/// What an event changed of the declaration, where it made a version of it.
fn version_changes<'c>(entry: &HistoryEntry, changes: &'c BTreeMap<i32, Vec<Change>>) -> Option<&'c [Change]> {
    let number = entry.version.filter(|_| entry.document.as_deref() == Some("declaration"))?;
    changes.get(&number).map(Vec::as_slice).filter(|changes| !changes.is_empty())
}

/// The customs form of an item; that it was printed is noted in its history.
pub(super) async fn print(visit: Visit<'_>) -> Result<HttpResponse> {
    let actor = visit.person()?.actor(UseCase::Print)?;
    let (post, one) = named(&visit)?;
    actor.posts_meant(Some(post)).map_err(absent)?;
    let services = &visit.shared.services;
    let form = Some(visit.form.get("form").to_owned()).filter(|form| !form.is_empty());
    let options = form_options(visit.texts.0, form).checked(actor.zone, &services.catalogue())?;
    let (item, _, pid) = services.printable_one(actor, one).await?;
    let id = item.view.mail_object.as_ref().and_then(|object| object.id.clone()).unwrap_or_default();
    let today = services.clock.now().with_timezone(&actor.zone).date_naive();
    let bytes = visit.shared.printer.print(services, vec![item], options, today).await?;
    services.note_one_printed(actor, pid).await?;
    Ok(pdf(&id, bytes))
}
