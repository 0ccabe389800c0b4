//! The SOAP door: the methods of the CDS surface under the contract that clients of the service were made from.
//!
//! A request becomes the JSON call of the same name and its reply becomes XML, both by one table (`types`, `contract`); limits,
//! credentials, permission, findings and repeats are those of that call. There is no code for a type or an operation. The
//! classic address has the published operations and never an element newer than they are; the full one has everything.
//! No decision about an item is made here, and nothing here knows what a member means.

mod contract;
mod envelope;
mod json;
mod model;
mod read;
mod types;
pub(super) mod write;
mod wsdl;
pub(super) mod xml;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use actix_web::http::header::{CONTENT_TYPE, HOST};
use actix_web::http::{Method as Verb, StatusCode};
use actix_web::web::{Data, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, guard, web};
use chrono_tz::Tz;

use super::cds::call_of;
use super::cds::registry::Registry;
use super::cds::reply::Reply;
use super::error::cds::ErrorBody;
use super::error::{ErrorForm, head};
use super::pipeline::admission;
use super::pipeline::permission::{Callers, Permission};
use super::pipeline::request_log::{note_method, note_outcome, note_surface};
use super::pipeline::{self, body};
use super::shared::Shared;
use crate::error::{Error, Finding, Result};
use crate::limits;
use crate::service::BatchMode;
use envelope::{Code, END, Talk, Version};
use json::BadJson;
use model::{Contract, Ns, Operation};
use write::{INSTANCE, Writer};
use xml::Xml;

/// Adds the routes of both addresses; an empty one is not served.
pub(super) fn routes(app: &mut ServiceConfig, classic: &str, full: &str) {
    for (path, contract) in [(classic, Contract::Classic), (full, Contract::Full)] {
        if path.is_empty() {
            continue;
        }
        let place = Place { path: path.to_owned(), contract };
        let here = path.to_owned();
        let resource =
            web::resource("/{soap:.*}").guard(guard::fn_guard(move |request| is_at(request.head().uri.path(), &here)));
        let serve = move |request: HttpRequest, shared: Data<Shared>, methods: Data<Registry>, payload: Payload| {
            serve(place.clone(), request, shared, methods, payload)
        };
        app.service(resource.to(serve));
    }
}

/// An address and what it serves.
#[derive(Clone)]
struct Place {
    path: String,
    contract: Contract,
}

/// Whether a path leads to an address. The servers that clients knew before took any case, and names of bindings after the file.
fn is_at(path: &str, address: &str) -> bool {
    let Some((start, rest)) = path.split_at_checked(address.len()) else { return false };
    let is_file = address.to_ascii_lowercase().ends_with(".svc");
    let rest = rest.to_ascii_lowercase();
    start.eq_ignore_ascii_case(address)
        && (matches!(rest.as_str(), "" | "/") || is_file && rest.starts_with('/') && rest != "/mex")
}

async fn serve(
    place: Place,
    request: HttpRequest,
    shared: Data<Shared>,
    methods: Data<Registry>,
    payload: Payload,
) -> HttpResponse {
    if request.method() == Verb::GET || request.method() == Verb::HEAD {
        return described(&place, &request, &shared, &methods);
    }
    note_surface(&request, "soap");
    note_method(&request, UNREAD);
    let mut talk = Talk::new(stated_version(&request), stated_actions(&request));
    let served = pipeline::guarded(&shared, answer(&place, &request, &shared, &methods, payload, &mut talk)).await;
    pipeline::answered(&request, served.unwrap_or_else(|error| fault(&request, &talk, &error)))
}

/// Who may send an envelope, before it is known what it calls.
const ANY_CALLER: Permission = Permission { callers: Callers::PostsAndCustoms, scopes: &[] };

/// What measures call a request that did not get as far as naming an operation.
const UNREAD: &str = "-";

/// Serves one call.
async fn answer(
    place: &Place,
    request: &HttpRequest,
    shared: &Shared,
    methods: &Registry,
    payload: Payload,
    talk: &mut Talk,
) -> Result<HttpResponse> {
    if request.method() != Verb::POST {
        return Err(Error::VerbNotAllowed { allowed: "GET, POST".into() });
    }
    check_media_type(request)?;
    let received = admission::receive(request, shared, payload, ANY_CALLER).await?;
    let contract = place.contract;
    let version = talk.version;
    let (bytes, mut said) = (received.bytes().clone(), std::mem::replace(talk, Talk::new(version, Vec::new())));
    let reading = aside(shared, bytes.len(), move || {
        let understood = utf8(&bytes).and_then(|text| understand(contract, text, &mut said));
        (said, understood)
    });
    let (said, understood) = reading.await?;
    *talk = said;
    let (operation, parameters) = understood?;
    let method = methods.find(operation.name)?;
    note_method(request, method.name);
    let admitted = admission::admit(request, shared, received.read_as(parameters), method.permission).await?;
    let mut call = call_of(request, shared, admitted, method)?;
    let zone = call.actor.zone;
    call.default_limit = shared.services.catalogue().settings(&call.actor.org).soap_load_limit;
    if contract == Contract::Classic {
        // It has no place for outcomes, and an entry must not be refused unsaid.
        call.mode = BatchMode::AllOrNothing;
    }
    let reply = method.run(call).await?;
    let (size, kind, beginning) =
        (reply.size(), content_type(talk.version), talk.begin(Some(&reply_action(operation))));
    let writing = aside(shared, size, move || {
        let text = written(contract, operation, beginning, zone, &reply);
        (reply, text)
    });
    let (reply, text) = writing.await?;
    let text = text.map_err(|BadJson| {
        Error::Internal(format!("the answer of {} is not as the table of types says", operation.name))
    })?;
    Ok(reply.respond(kind, text))
}

/// Does `work` on something of `size` bytes, where that takes long on a thread that serves no other requests.
async fn aside<T: Send + 'static>(
    shared: &Shared,
    size: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    if size <= limits::SOAP_ASIDE_BYTES { Ok(work()) } else { shared.services.offload(work).await }
}

fn reply_action(operation: &Operation) -> String {
    format!("{}{}Response", wsdl::ACTION, operation.name)
}

/// The operation that a request calls, and its parameters as JSON.
fn understand(contract: Contract, text: &str, talk: &mut Talk) -> Result<(&'static Operation, String)> {
    let invalid = |finding: Finding| Error::Invalid(finding.into());
    let mut xml = Xml::new(text);
    let content = talk.open(&mut xml).map_err(invalid)?;
    let Some(operation) = contract.operation(&content.name) else {
        return Err(no_such_operation(contract, &content.name));
    };
    if content.namespace != Ns::Service.uri() {
        let message = format!("{} stands in another namespace than {}", operation.name, Ns::Service.uri());
        return Err(Error::invalid("syntax", "", message));
    }
    if talk.actions.iter().any(|action| action.rsplit('/').next() != Some(operation.name)) {
        let message = format!("the action and the Body, which holds {}, name different operations", operation.name);
        return Err(Error::invalid("syntax", "", message));
    }
    let parameters = read::parameters(&mut xml, operation).map_err(invalid)?;
    talk.close(&mut xml).map_err(invalid)?;
    Ok((operation, parameters))
}

fn no_such_operation(contract: Contract, name: &str) -> Error {
    if contract == Contract::Classic && Contract::Full.operation(name).is_some() {
        let message = format!("{name} is newer than the contract of this address; the other SOAP address has it");
        return Error::invalid("syntax", "", message);
    }
    Error::NoSuchMethod { suggestion: None }
}

/// The envelope with the reply of an operation, of which `out` has the beginning.
fn written(
    contract: Contract,
    operation: &Operation,
    mut out: String,
    zone: Tz,
    reply: &Reply,
) -> Result<String, BadJson> {
    // In XML members are named twice.
    out.reserve(2 * reply.size());
    let (service, name) = (Ns::Service.prefix(), operation.name);
    out.push_str(&format!("<{service}:{name}Response xmlns:i=\"{INSTANCE}\""));
    for ns in Ns::ALL {
        out.push_str(&format!(" xmlns:{}=\"{}\"", ns.prefix(), ns.uri()));
    }
    out.push('>');
    let mut writer = Writer::new(contract, zone, &mut out);
    for member in operation.response.iter().filter(|member| contract.has(member)) {
        writer.result(member, reply.member(member.name).as_deref())?;
    }
    out.push_str(&format!("</{service}:{name}Response>{END}"));
    Ok(out)
}

/// The fault that an error is. Clients read a fault from 500 alone; what is about the connection keeps its status.
fn fault(request: &HttpRequest, talk: &Talk, error: &Error) -> HttpResponse {
    let error = ErrorForm::Cds.as_shown(error);
    let status = error.status();
    note_outcome(request, status);
    let body = ErrorBody::from(error);
    let code = if status < 500 { Code::Sender } else { Code::Receiver };
    let text = talk.fault(code, &body.errors.join("\n"), body.exception_type);
    let mut response = head(error);
    if !matches!(status, 405 | 408 | 413 | 415 | 429 | 503) {
        response.status(StatusCode::INTERNAL_SERVER_ERROR);
    }
    response.insert_header((CONTENT_TYPE, content_type(talk.version))).body(text)
}

const fn content_type(version: Version) -> &'static str {
    match version {
        Version::Soap11 => "text/xml; charset=utf-8",
        Version::Soap12 => "application/soap+xml; charset=utf-8",
    }
}

/// The media type of a request, in small letters, and its parameters.
fn media_type(request: &HttpRequest) -> (String, Vec<(String, String)>) {
    let stated = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = stated.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
    let parameter = |part: &str| {
        let (name, value) = part.split_once('=')?;
        Some((name.trim().to_ascii_lowercase(), value.trim().trim_matches('"').to_owned()))
    };
    (kind, parts.filter_map(parameter).collect())
}

/// The version that a request is answered in as long as its envelope has not said another.
fn stated_version(request: &HttpRequest) -> Version {
    let is_older = media_type(request).0 == "text/xml";
    if is_older { Version::Soap11 } else { Version::Soap12 }
}

/// What the headers of HTTP call the request.
fn stated_actions(request: &HttpRequest) -> Vec<String> {
    let header = request.headers().get("soapaction").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let parameter = media_type(request).1.into_iter().find_map(|(name, value)| (name == "action").then_some(value));
    let stated = header.into_iter().chain(parameter).map(|action| action.trim().trim_matches('"').to_owned());
    stated.filter(|action| !action.is_empty()).collect()
}

/// # Errors
/// 415 for what is encoded, or not stated to be XML in UTF-8.
fn check_media_type(request: &HttpRequest) -> Result<()> {
    body::check_plain(request)?;
    let (kind, parameters) = media_type(request);
    if !matches!(kind.as_str(), "" | "text/xml" | "application/soap+xml" | "application/xml") {
        return Err(NOT_TAKEN);
    }
    let charset = parameters.iter().find(|(name, _)| name == "charset").map(|(_, value)| value.to_ascii_lowercase());
    match charset.as_deref() {
        None | Some("utf-8" | "utf8" | "us-ascii") => Ok(()),
        Some(_) => Err(NOT_TAKEN),
    }
}

const NOT_TAKEN: Error = Error::UnknownMediaType {
    taken: Cow::Borrowed("application/soap+xml (SOAP 1.2) or text/xml (1.1) in UTF-8, without attachments"),
};

/// The text of a body.
///
/// # Errors
/// 415 for another character set, a finding for characters that no XML document may hold.
fn utf8(bytes: &[u8]) -> Result<&str> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| NOT_TAKEN)?;
    let declared =
        text.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")).map(|(declaration, _)| declaration);
    let encoding = declared.and_then(|text| text.split_once("encoding")).map(|(_, rest)| rest);
    let encoding = encoding.and_then(|rest| rest.split(['"', '\'']).nth(1));
    if encoding.is_some_and(|name| !name.eq_ignore_ascii_case("utf-8") && !name.eq_ignore_ascii_case("us-ascii")) {
        return Err(NOT_TAKEN);
    }
    match text.char_indices().find(|(_, c)| !write::is_char(*c)) {
        None => Ok(text),
        Some((at, c)) => {
            let message = format!(
                "the document holds the character U+{:04X} (at byte {at}), which XML does not allow",
                u32::from(c)
            );
            Err(Error::invalid("syntax", "", message))
        }
    }
}

/// Answers a GET: the description, or a page that says where it is.
fn described(place: &Place, request: &HttpRequest, shared: &Shared, methods: &Registry) -> HttpResponse {
    let address = address(place, request, shared);
    let asked = request.query_string().split(['=', '&']).next().unwrap_or_default().to_ascii_lowercase();
    if matches!(asked.as_str(), "wsdl" | "singlewsdl") {
        let summary = |name: &str| methods.find(name).ok().map(|method| format!("{}{}", method.summary, remark(name)));
        let text = wsdl::document(place.contract, &address, summary);
        return HttpResponse::Ok().content_type("text/xml; charset=utf-8").body(text);
    }
    let mut shown = String::new();
    write::escape(&address, &mut shown);
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header(("content-security-policy", "default-src 'none'"))
        .body(format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>CDSAPIService</title></head><body>\
             <h1>CDSAPIService</h1><p>This address takes SOAP 1.1 and 1.2 with POST. Its description: \
             <a href=\"{shown}?wsdl\">{shown}?wsdl</a></p></body></html>"
        ))
}

/// The address by which the client came; a proxy says how, if it is one of those that are trusted.
fn address(place: &Place, request: &HttpRequest, shared: &Shared) -> String {
    let peer = request.peer_addr().map(|peer| peer.ip());
    if peer.is_some_and(|peer| shared.trusted_proxies.hold(peer)) {
        let told = request.connection_info();
        return format!("{}://{}{}", told.scheme(), told.host(), place.path);
    }
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    format!("{}://{host}{}", shared.scheme, place.path)
}

/// What a client of this door has to know beyond what the method says of itself.
fn remark(operation: &str) -> &'static str {
    match operation {
        "Load" | "LoadByMailState" => {
            " On this door: many clients read 64 KiB of a reply and no more, some 14 views. Ask for as many as fit with \
             recordsLimit and for what was not answered yet, or by dates; an organization can have a default of its own. \
             The header X-Next-Cursor, and at the full address the element NextCursor, says where the next page begins."
        }
        _ => "",
    }
}
