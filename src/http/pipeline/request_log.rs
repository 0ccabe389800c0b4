//! Around every request: its id, its log line, its measures, and the headers that every answer has.
//!
//! Logs carry method, outcome, organization and time; never tokens, bodies or personal data.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY,
    TRANSFER_ENCODING, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::{Error as HttpError, HttpMessage, HttpRequest};
use metrics::Label;
use tracing::Instrument;
use uuid::Uuid;

use super::rate_limit::Left;
use crate::limits;

/// Name of the header that carries the request id.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// What browsers are told of every answer that does not say otherwise: it is what it says it is, belongs into no frame and no
/// cache, and fetches nothing.
const PROTECTION: [(HeaderName, HeaderValue); 5] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
];

/// What a request turned out to be, filled in as it is understood.
#[derive(Debug, Default)]
struct Understood {
    /// Name of a method that exists.
    method: Option<&'static str>,
    org: Option<String>,
    /// Where it came in, unless as JSON.
    surface: Option<&'static str>,
    /// What it came to, where the answer has another status.
    outcome: Option<u16>,
    /// The request's id.
    id: String,
    /// Its body was read to the end.
    has_body: bool,
    /// What its organization has left, where the answer tells it.
    left: Option<Left>,
}

/// Shared between this and the handler through the request's extensions.
#[derive(Clone, Debug, Default)]
struct Notes(Rc<RefCell<Understood>>);

/// Notes which method a request calls.
pub(in crate::http) fn note_method(request: &HttpRequest, method: &'static str) {
    if let Some(notes) = request.extensions().get::<Notes>() {
        notes.0.borrow_mut().method = Some(method);
    }
}

/// Notes who calls.
pub(in crate::http) fn note_organization(request: &HttpRequest, org: &str) {
    if let Some(notes) = request.extensions().get::<Notes>() {
        notes.0.borrow_mut().org = Some(org.to_owned());
    }
}

/// Notes the surface that a request came in by.
pub(in crate::http) fn note_surface(request: &HttpRequest, surface: &'static str) {
    if let Some(notes) = request.extensions().get::<Notes>() {
        notes.0.borrow_mut().surface = Some(surface);
    }
}

/// Notes the status that says what a request came to, where its surface answers with another.
pub(in crate::http) fn note_outcome(request: &HttpRequest, status: u16) {
    if let Some(notes) = request.extensions().get::<Notes>() {
        notes.0.borrow_mut().outcome = Some(status);
    }
}

/// Notes that the body of a request was read to its end.
pub(super) fn note_body(request: &HttpRequest) {
    if let Some(notes) = request.extensions().get::<Notes>() {
        notes.0.borrow_mut().has_body = true;
    }
}

/// Whether more of a request's body may come than is worth reading for the sake of the next request.
pub(super) fn leaves_body(request: &HttpRequest) -> bool {
    let has_body = request.extensions().get::<Notes>().is_some_and(|notes| notes.0.borrow().has_body);
    let headers = request.headers();
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    !has_body && (headers.contains_key(TRANSFER_ENCODING) || announced.is_some_and(|len| len > limits::FREE_BODY_BYTES))
}

/// Notes what the caller's organization has left, to be told with the answer.
pub(super) fn note_limit(request: &HttpRequest, left: Left) {
    if let Some(notes) = request.extensions().get::<Notes>() {
        notes.0.borrow_mut().left = Some(left);
    }
}

/// The id that the answer to a request carries.
pub(in crate::http) fn request_id(request: &HttpRequest) -> String {
    request.extensions().get::<Notes>().map(|notes| notes.0.borrow().id.clone()).unwrap_or_default()
}

/// Around a request.
pub(in crate::http) async fn request(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, HttpError> {
    let id = Uuid::now_v7().to_string();
    let began = Instant::now();
    let span = tracing::info_span!("request", id = %id);
    let notes = Notes::default();
    notes.0.borrow_mut().id.clone_from(&id);
    request.extensions_mut().insert(notes.clone());
    let mut response = next.call(request).instrument(span.clone()).await?;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    for (name, value) in PROTECTION {
        if !response.headers().contains_key(&name) {
            response.headers_mut().insert(name, value);
        }
    }
    let understood = notes.0.take();
    if let Some(left) = understood.left {
        for (name, value) in [(RATE_LIMIT_POLICY, left.policy()), (RATE_LIMIT, left.told())] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
    }
    if let Some(method) = understood.method {
        let status = understood.outcome.unwrap_or(response.status().as_u16());
        let seconds = began.elapsed().as_secs_f64();
        let mut labels = vec![Label::new("method", method)];
        labels.extend(understood.surface.map(|surface| Label::new("surface", surface)));
        metrics::histogram!("entrepost_request_seconds", labels.clone()).record(seconds);
        labels.push(Label::new("outcome", outcome_label(status)));
        metrics::counter!("entrepost_requests_total", labels).increment(1);
        let org = understood.org.as_deref().unwrap_or("-");
        span.in_scope(|| tracing::info!(method, status, org, ms = (seconds * 1000.0) as u64, "answered"));
    }
    Ok(response)
}

fn outcome_label(status: u16) -> &'static str {
    match status {
        200..=299 => "ok",
        401 => "unauthorized",
        429 => "throttled",
        400..=499 => "refused",
        503 => "unavailable",
        _ => "failed",
    }
}
