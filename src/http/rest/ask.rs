//! One call of a resource on its way to its use case: who asks, what stands in path, query, headers and body.
//!
//! Knows HTTP and the row it came by. What the values mean is the handlers' business; what may be asked for stands in rows.

use std::sync::Arc;

use actix_web::http::header::{ACCEPT, CONTENT_TYPE};
use actix_web::web::{Bytes, Payload};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;

use super::reply::{Reply, Written};
use super::xml;
use crate::contract::WcfDate;
use crate::contract::date::with_zone;
use crate::error::{Error, Findings, Result};
use crate::http::error::ErrorForm;
use crate::http::operation::{ParameterKind, Resource};
use crate::http::pipeline::admission::{self, Asked};
use crate::http::pipeline::{body, idempotency, json_scan, request_log};
use crate::http::reading;
use crate::http::shared::Shared;
use crate::http::upload::{self, FORM_DATA, Sent};
use crate::limits;
use crate::service::{Actor, BatchMode, IfVersion, RequestKey, Services};

/// A call whose caller is known and entitled, and whose query has only parameters of its row.
pub(super) struct Ask<'a> {
    pub services: &'a Services,
    pub shared: &'a Shared,
    pub actor: Arc<Actor>,
    request: &'a HttpRequest,
    /// The parts of the path that have names.
    path: Vec<(String, String)>,
    query: Vec<(String, String)>,
    /// The body, where it came as XML.
    from_xml: Option<String>,
    /// The body, where it is a file.
    file: Option<Attached>,
    asked: Asked,
}

/// A file in a body, or as one.
struct Attached {
    /// Its media type, or that of the form that holds it.
    kind: &'static str,
    /// What it is called, where its sender says so.
    name: Option<String>,
    bytes: Bytes,
}

/// Serves a call of a resource by its handler, in the form that is asked for.
///
/// # Errors
/// Those of the pipeline and of the handler, as this surface answers it.
pub(super) async fn serve<'a, F>(
    request: &'a HttpRequest,
    shared: &'a Shared,
    payload: Payload,
    resource: &'static Resource,
    handler: impl FnOnce(Ask<'a>) -> F,
) -> Result<HttpResponse>
where
    F: Future<Output = Result<Reply>>,
{
    let serving = async {
        let ask = read(request, shared, payload, resource).await?;
        handler(ask).await.map_err(as_own_error)
    };
    match serving.await {
        Ok(reply) => Ok(reply.into_response(Written::of(request, shared, resource))),
        Err(error) if reads_xml_alone(request) => {
            Ok(ErrorForm::ProblemXml.answer(&error, &request_log::request_id(request)))
        }
        Err(error) => Err(error),
    }
}

impl<'a> Written<'a> {
    /// The form that a request prefers among those of its resource.
    fn of(request: &HttpRequest, shared: &'a Shared, resource: &Resource) -> Self {
        match preferred(request, resource.offers) {
            Some(XML) => {
                let path = request.match_pattern().unwrap_or_default();
                Self::Xml { shapes: &shared.shapes, path, verb: resource.verb }
            }
            _ => Self::Json,
        }
    }
}

/// XML, as it is offered.
pub(in crate::http) const XML: &str = "application/xml";

/// Whether a request takes its answers in XML and in no form of JSON.
fn reads_xml_alone(request: &HttpRequest) -> bool {
    let accepted = accepted(request);
    let json = ["application/json", "application/problem+json"].iter().any(|kind| weight(accepted, kind) > 0.0);
    let xml = [XML, "application/problem+xml"].iter().any(|kind| weight(accepted, kind) > 0.0);
    xml && !json
}

/// What a use case refused, as this surface tells it: another's is not there, and what the state forbids is no fault of the
/// request.
fn as_own_error(error: Error) -> Error {
    let all = |findings: &Findings, code: &str| !findings.is_empty() && findings.iter().all(|one| one.code == code);
    match error {
        Error::Unauthorized => Error::Absent { what: "item or organization" },
        Error::Invalid(findings) if all(&findings, "state") || all(&findings, "ambiguous") => Error::Conflict(findings),
        Error::Invalid(findings) if all(&findings, "absent") => Error::Absent { what: "item" },
        error => error,
    }
}

async fn read<'a>(
    request: &'a HttpRequest,
    shared: &'a Shared,
    payload: Payload,
    resource: &'static Resource,
) -> Result<Ask<'a>> {
    let reads = resource.body.is_some();
    let asked = admission::resource(request, shared, reads.then_some(payload), resource.permission).await?;
    if preferred(request, resource.offers).is_none() {
        return Err(Error::NotAcceptable { offered: resource.offers.join(", ") });
    }
    let file_kind = resource.files.iter().copied().find(|kind| *kind == said_kind(request));
    let mut file = None;
    let from_xml = match (&asked.body, file_kind) {
        (Some(body), Some(kind)) => {
            body::check_plain(request)?;
            file = Some(attached(request, kind, &body.bytes)?);
            None
        }
        (Some(body), None) if says_xml(request) => Some(transcribed(request, shared, resource, &body.bytes)?),
        (Some(body), None) => {
            body::check_json(request).map_err(|error| match error {
                Error::UnknownMediaType { .. } => not_taken(resource),
                error => error,
            })?;
            match resource.files {
                [] => json_scan::check(&body.bytes)?,
                _ => json_scan::check_within(&body.bytes, limits::INGESTION_ROWS, limits::INGESTION_ROWS)?,
            }
            None
        }
        (None, _) => None,
    };
    let query = pairs(request, resource)?;
    let path = request.match_info().iter().map(|(name, value)| (name.to_owned(), plain(value))).collect();
    let actor = Arc::clone(&asked.actor);
    Ok(Ask { services: &shared.services, shared, actor, request, path, query, from_xml, file, asked })
}

/// A part of the path as it is meant: the HTTP library leaves these three as they are encoded, so that paths stay apart.
fn plain(part: &str) -> String {
    let mut text = String::with_capacity(part.len());
    let mut rest = part;
    while let Some(at) = rest.find('%') {
        let (before, encoded) = rest.split_at(at);
        text.push_str(before);
        let known = [("%25", '%'), ("%2F", '/'), ("%2B", '+')];
        let begins = |code: &str| encoded.get(..3).is_some_and(|begin| begin.eq_ignore_ascii_case(code));
        let found = known.into_iter().find(|(code, _)| begins(code));
        text.push(found.map_or('%', |(_, sign)| sign));
        rest = &encoded[if found.is_some() { 3 } else { 1 }..];
    }
    text + rest
}

/// The refusal of a body of another kind than those that are read.
fn not_taken(resource: &Resource) -> Error {
    let kinds: Vec<&str> = ["application/json", XML].into_iter().chain(resource.files.iter().copied()).collect();
    let (last, others) = kinds.split_last().unwrap_or((&XML, &[]));
    Error::UnknownMediaType { taken: format!("{} or {last}, texts in UTF-8", others.join(", ")).into() }
}

/// The file that a body is, or holds as the part `file` of a form.
///
/// # Errors
/// 400 for a form that holds anything else, 415 for a part that is said to be no sheet.
fn attached(request: &HttpRequest, kind: &'static str, body: &Bytes) -> Result<Attached> {
    if kind != FORM_DATA {
        return Ok(Attached { kind, name: upload::file_name(request), bytes: body.clone() });
    }
    let wrong = |message: &str| Error::invalid("json", "file", message);
    let boundary = upload::boundary(request).ok_or_else(|| wrong("Content-Type names no boundary of the form"))?;
    let Sent { members, file } = upload::read(body, &boundary)?;
    if let Some((name, _)) = members.first() {
        let message = "a form holds the part `file` alone; what is asked for stands in the query";
        return Err(Error::invalid("unknown_parameter", shown(name), message));
    }
    let file = file.filter(|file| file.name == "file");
    let file = file.ok_or_else(|| wrong("send the workbook or CSV as the part `file`, with a file name"))?;
    if !SHEETS.contains(&file.kind.as_str()) {
        let taken = "the part `file` as a workbook (.xlsx) or text/csv".into();
        return Err(Error::UnknownMediaType { taken });
    }
    Ok(Attached { kind, name: Some(file.file_name), bytes: file.bytes })
}

/// What programs call workbooks and CSV in forms; what they are is told by their bytes.
const SHEETS: [&str; 7] = [
    "",
    "application/octet-stream",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.ms-excel",
    "text/csv",
    "text/plain",
    "text/tab-separated-values",
];

/// The media type that a body is said to be of.
fn said_kind(request: &HttpRequest) -> String {
    let said = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether a body is said to be XML.
fn says_xml(request: &HttpRequest) -> bool {
    let kind = said_kind(request);
    kind == XML || kind == "text/xml"
}

/// The JSON text that an XML body says.
fn transcribed(request: &HttpRequest, shared: &Shared, resource: &Resource, bytes: &[u8]) -> Result<String> {
    body::check_plain(request)?;
    let text = std::str::from_utf8(bytes).map_err(|_| not_taken(resource))?;
    let path = request.match_pattern().unwrap_or_default();
    let schema = shared.shapes.body(&path, resource.verb);
    let schema = schema.ok_or_else(|| Error::Internal(format!("no body is described at {path}")))?;
    let json = xml::to_json(&shared.shapes, schema, text).map_err(|finding| Error::Invalid(finding.into()))?;
    json_scan::check(json.as_bytes())?;
    Ok(json)
}

/// What a request accepts.
fn accepted(request: &HttpRequest) -> &str {
    let said = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if said.trim().is_empty() { "*/*" } else { said }
}

/// The media type that a request prefers among those offered, of which the first goes before the others.
fn preferred(request: &HttpRequest, offered: &[&'static str]) -> Option<&'static str> {
    let accepted = accepted(request);
    let weighed = offered.iter().map(|kind| (weight(accepted, kind), *kind));
    let best =
        weighed.fold((0.0, None), |best, (weight, kind)| if weight > best.0 { (weight, Some(kind)) } else { best });
    best.1
}

/// How much a list of media ranges wants a media type: the weight of the range that names it most closely.
fn weight(ranges: &str, kind: &str) -> f32 {
    let family = kind.split('/').next().unwrap_or_default();
    let mut closest = (0, 0.0);
    for range in ranges.to_ascii_lowercase().split(',') {
        let mut parts = range.split(';').map(str::trim);
        let closeness = match parts.next().unwrap_or_default() {
            name if name == kind => 3,
            name if name.strip_suffix("/*") == Some(family) => 2,
            "*/*" => 1,
            _ => continue,
        };
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse().ok()).unwrap_or(1.0_f32);
        if closeness > closest.0 {
            closest = (closeness, weight);
        }
    }
    closest.1
}

/// The parameters of the query.
///
/// # Errors
/// 400 naming each that the row does not have, that is there twice, or that is not of its kind.
fn pairs(request: &HttpRequest, resource: &Resource) -> Result<Vec<(String, String)>> {
    let mut pairs: Vec<(String, String)> = serde_urlencoded::from_str(request.query_string())
        .map_err(|_| Error::invalid("format", "", "the query cannot be read; write name=value, joined by &"))?;
    let mut findings = Findings::default();
    for (at, (name, value)) in pairs.iter().enumerate() {
        let Some(known) = resource.query.iter().find(|known| known.name == name) else {
            let names: Vec<&str> = resource.query.iter().map(|known| known.name).collect();
            let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            findings.add("unknown_parameter", shown(name), format!("not known here; known are: {known}"));
            continue;
        };
        if pairs[..at].iter().any(|(before, _)| before == name) {
            findings.add("unknown_parameter", known.name, "it is there twice; give it once");
        } else if let Some(wrong) = fault(known.kind, value.trim()) {
            findings.add("format", known.name, wrong);
        }
    }
    findings.into_result()?;
    pairs.retain(|(_, value)| !value.trim().is_empty());
    Ok(pairs)
}

/// A name as it is repeated to the caller: short.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(40).collect()
}

/// What is wrong with the value of a parameter.
fn fault(kind: ParameterKind, value: &str) -> Option<String> {
    if value.is_empty() {
        return None;
    }
    match kind {
        ParameterKind::Text | ParameterKind::Word(_) if value.chars().any(char::is_control) => {
            Some("write it without control characters".into())
        }
        ParameterKind::Text | ParameterKind::Word(_) => None,
        ParameterKind::Flag => (!matches!(value, "true" | "false")).then(|| "write true or false".to_owned()),
        ParameterKind::Number { most } => {
            let fits = value.bytes().all(|digit| digit.is_ascii_digit())
                && value.parse().is_ok_and(|number: usize| (1..=most).contains(&number));
            (!fits).then(|| format!("write a whole number from 1 to {most}"))
        }
        ParameterKind::Date => {
            let fits = WcfDate::parse(value).is_ok_and(|date| date.is_some());
            (!fits).then(|| "write a date or a time, for example 2026-11-27 or 2026-11-27T08:30:00Z".to_owned())
        }
        ParameterKind::OneOf(words) => (!words.contains(&value)).then(|| format!("write one of {}", words.join(", "))),
    }
}

impl Ask<'_> {
    /// A part of the path.
    pub fn path(&self, name: &str) -> &str {
        self.path.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// A parameter of the query.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim())
    }

    /// The same, owned.
    pub fn own(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    /// A whole number of the query.
    pub fn number(&self, name: &str) -> Option<i32> {
        self.text(name)?.parse().ok()
    }

    /// Whether a flag of the query is set.
    pub fn flag(&self, name: &str) -> bool {
        self.text(name) == Some("true")
    }

    /// A time of the query: of a date alone its first second.
    pub fn from(&self, name: &str) -> Option<DateTime<Utc>> {
        self.date(name, WcfDate::parse)
    }

    /// A time of the query: of a date alone its last second.
    pub fn to(&self, name: &str) -> Option<DateTime<Utc>> {
        self.date(name, WcfDate::parse_end)
    }

    fn date(&self, name: &str, parse: fn(&str) -> Result<Option<WcfDate>, String>) -> Option<DateTime<Utc>> {
        let text = self.text(name)?;
        with_zone(self.actor.zone, || parse(text)).ok().flatten().map(WcfDate::instant)
    }

    /// The address of the page of the same list that begins at a cursor.
    pub fn next_page(&self, cursor: &str) -> String {
        let others = self.query.iter().filter(|(name, _)| name != "cursor").map(|(name, value)| (&**name, &**value));
        let query: Vec<(&str, &str)> = others.chain([("cursor", cursor)]).collect();
        format!("{}?{}", self.request.path(), serde_urlencoded::to_string(query).unwrap_or_default())
    }

    fn header(&self, name: &str) -> Option<&str> {
        let value = self.request.headers().get(name)?.to_str().ok()?.trim();
        Some(value).filter(|value| !value.is_empty())
    }

    /// The value of a preference of the Prefer header (RFC 7240): empty where it stands alone.
    pub fn prefers(&self, name: &str) -> Option<&str> {
        let preferences = self.header("prefer")?.split(',').filter_map(|one| one.split(';').next());
        let mut each = preferences.map(|one| one.split_once('=').unwrap_or((one, "")));
        each.find(|(known, _)| known.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().trim_matches('"'))
    }

    /// The bytes of a file, with its media type or that of the form that holds it; none where the body is JSON or XML.
    pub fn file(&self) -> Option<(&str, &[u8])> {
        self.file.as_ref().map(|file| (file.kind, &file.bytes[..]))
    }

    /// What the file is called, where its sender says so.
    pub fn file_name(&self) -> Option<&str> {
        self.file.as_ref().and_then(|file| file.name.as_deref())
    }

    /// The JSON text of the body; an object without members where none was sent.
    pub fn body_text(&self) -> &str {
        if let Some(text) = &self.from_xml {
            return text;
        }
        let bytes = self.asked.body.as_ref().map_or(&b""[..], |body| &body.bytes);
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        if text.trim().is_empty() { "{}" } else { text }
    }

    /// The body.
    ///
    /// # Errors
    /// 400 naming the member that cannot be read.
    pub fn body<T: DeserializeOwned>(&self) -> Result<T> {
        self.parsed(self.body_text())
    }

    /// Reads JSON text by the caller's zone.
    ///
    /// # Errors
    /// 400 naming the member that cannot be read.
    pub fn parsed<T: DeserializeOwned>(&self, text: &str) -> Result<T> {
        // The parser would take a list as members by place.
        if !text.trim_start().starts_with('{') {
            return Err(Error::invalid("json", "", "the body must be one JSON object"));
        }
        reading::parse(self.actor.zone, text).map_err(|finding| Error::Invalid(finding.into()))
    }

    /// The caller with user and office as the headers state them.
    ///
    /// # Errors
    /// 400 for a user that is needed and absent, or that does not fit.
    pub fn acting(&self) -> Result<Actor> {
        let user = ("X-Entrepost-User", self.header("x-entrepost-user"));
        let (actor, findings) =
            reading::acting(&self.actor, user, ("X-Entrepost-Office", self.header("x-entrepost-office")));
        findings.into_result()?;
        Ok(actor)
    }

    /// The same where nobody need be stated: for what only notes who it was.
    pub fn stated(&self) -> Actor {
        self.acting().unwrap_or_else(|_| (*self.actor).clone())
    }

    /// The key that makes repeats harmless. It stands for verb, path, query, kind of content and body; of a form for its file,
    /// since its boundary is another each time.
    ///
    /// # Errors
    /// 400 for a key that is none.
    pub fn key(&self) -> Result<Option<RequestKey>> {
        self.key_for("")
    }

    /// The same for an answer of another kind than the resource gives otherwise: a key stands for one kind alone.
    ///
    /// # Errors
    /// Like [`Self::key`].
    pub fn key_for(&self, answer: &str) -> Result<Option<RequestKey>> {
        let said = self.request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let body = self.asked.body.as_ref().map_or(&b""[..], |body| &body.bytes);
        let (kind, bytes) = self.file().filter(|(kind, _)| *kind == FORM_DATA).unwrap_or((said, body));
        let called = format!("{} {} {kind}{answer}", self.request.method(), self.request.uri());
        idempotency::key(self.request, &called, BatchMode::AllOrNothing, bytes, &[])
    }

    /// The versions that a change may be of.
    ///
    /// # Errors
    /// 428 when the request does not say.
    pub fn if_match(&self) -> Result<IfVersion> {
        self.header("if-match").map(IfVersion::of_header).ok_or(Error::VersionNeeded)
    }

    /// The same where it need not be said.
    pub fn if_match_given(&self) -> IfVersion {
        self.header("if-match").map_or(IfVersion::Any, IfVersion::of_header)
    }

    /// Whether the caller has what has this entity tag.
    pub fn has_version(&self, tag: &str) -> bool {
        let same = |known: &str| known.trim().trim_start_matches("W/") == tag || known.trim() == "*";
        self.header("if-none-match").is_some_and(|list| list.split(',').any(same))
    }
}

#[cfg(test)]
mod tests {
    use super::{plain, weight};

    #[test]
    fn what_is_encoded_in_a_path_is_read_once() {
        for (part, meant) in [
            ("EE1AU", "EE1AU"),
            ("A%2fB%2BC", "A/B+C"),
            ("100%25", "100%"),
            ("%252F", "%2F"),
            ("%", "%"),
            ("a%4é", "a%4é"),
        ] {
            assert_eq!(plain(part), meant);
        }
    }

    #[test]
    fn the_closest_media_range_weighs() {
        for (ranges, kind, expected) in [
            ("*/*", "application/json", 1.0),
            ("application/*;q=0.4, */*;q=0.1", "application/json", 0.4),
            ("application/json;q=0", "application/json", 0.0),
            ("*/*, application/json;q=0", "application/json", 0.0),
            ("image/png, text/html;q=0.9", "application/json", 0.0),
            ("image/png, */*;q=0.1", "application/json", 0.1),
            ("APPLICATION/JSON; charset=utf-8", "application/json", 1.0),
            ("application/xml", "application/json", 0.0),
            ("application/xml;q=x", "application/xml", 1.0),
        ] {
            assert!((weight(ranges, kind) - expected).abs() < f32::EPSILON, "{ranges} {kind}");
        }
    }
}
