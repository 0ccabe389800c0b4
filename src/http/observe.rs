//! Around every request: its id, its log line, its measures; a panic becomes a 500 and the process lives.
//!
//! Logs carry method, outcome, organization and time; never tokens, bodies or personal data.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error as HttpError, HttpMessage, ResponseError};
use futures_util::FutureExt;
use tracing::Instrument;
use uuid::Uuid;

use crate::error::Error;

/// Name of the header that carries the request id.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a request turned out to be, filled in as it is understood.
#[derive(Clone, Debug, Default)]
pub(super) struct Understood {
    /// Name of a method that exists.
    pub method: Option<&'static str>,
    pub org: Option<String>,
}

pub(super) async fn request(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, HttpError> {
    let id = Uuid::now_v7().to_string();
    let began = Instant::now();
    let span = tracing::info_span!("request", id = %id);
    let http_request = request.request().clone();
    let outcome = AssertUnwindSafe(next.call(request)).catch_unwind().instrument(span.clone()).await;
    let mut response = match outcome {
        Ok(Ok(response)) => response.map_into_boxed_body(),
        Ok(Err(error)) => ServiceResponse::new(http_request.clone(), error.error_response()),
        Err(_) => {
            let fault = Error::Internal("a request handler panicked".into());
            ServiceResponse::new(http_request.clone(), fault.error_response())
        }
    };
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let understood = http_request.extensions().get::<Understood>().cloned().unwrap_or_default();
    if let Some(method) = understood.method {
        let (status, seconds) = (response.status().as_u16(), began.elapsed().as_secs_f64());
        metrics::counter!("entrepost_requests_total", "method" => method, "outcome" => outcome_label(status))
            .increment(1);
        metrics::histogram!("entrepost_request_seconds", "method" => method).record(seconds);
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
