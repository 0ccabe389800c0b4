//! POST /exchange/inbox: an interchange of a partner in, its CONTRL out.

pub(super) mod registry;

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};

use super::pipeline::request_log::note_organization;
use super::pipeline::{admission, client, credentials};
use super::shared::Shared;
use crate::error::{Error, Result};
use crate::exchange::{Receipt, ReceiveOutcome};
use crate::vault::signature::{self, Signed};

/// Serves one call of the inbox.
///
/// # Errors
/// 401 for who is no partner, 400 without a body, and what stands in the way of reading it. What is wrong with an
/// interchange is told in the answer.
pub(super) async fn inbox(request: &HttpRequest, shared: &Shared, payload: Payload) -> Result<HttpResponse> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = credentials::bearer(request).ok_or(Error::Unauthorized)?.to_owned();
    let signed = Signed {
        id: header(signature::ID).to_owned(),
        timestamp: header(signature::TIMESTAMP).to_owned(),
        signature: header(signature::SIGNATURE).to_owned(),
    };
    let address = client::of(request, &shared.trusted_proxies);
    shared.rate_limits.may_try(address)?;
    shared.exchange.expects(&token).await.inspect_err(|error| shared.rate_limits.note_failure(address, error))?;
    let body = admission::file(request, shared, payload).await?;
    let bytes = &body.bytes;
    let partner = shared.exchange.caller(&token, signed, bytes).await?;
    note_organization(request, &partner);
    shared.rate_limits.request(&partner)?;
    if bytes.is_empty() {
        return Err(Error::invalid("required", "", "the body is an interchange, EDIFACT or XML"));
    }
    Ok(answer(shared.exchange.receive(&partner, bytes.clone()).await?))
}

fn answer(receipt: Receipt) -> HttpResponse {
    let status = match receipt.outcome {
        ReceiveOutcome::Taken | ReceiveOutcome::Repeated => StatusCode::OK,
        ReceiveOutcome::Conflict => StatusCode::CONFLICT,
        ReceiveOutcome::Unreadable => StatusCode::BAD_REQUEST,
    };
    let content_type = if receipt.control.starts_with(b"<") { "application/xml" } else { "application/edifact" };
    HttpResponse::build(status).insert_header((CONTENT_TYPE, content_type)).body(receipt.control)
}
