//! What every request passes, whatever door it came to: it gets an id, a log line and measures, is answered while the server
//! stops and when its handler panics, is read within bounds, and its caller is found and limited.
//!
//! Knows HTTP, callers and limits. Knows no door: a door asks for what it needs (`admission`), and says in which form
//! it tells errors.

pub(super) mod admission;
pub(super) mod body;
pub(super) mod budget;
pub(super) mod client;
pub(super) mod connection;
pub(super) mod connections;
pub(super) mod credentials;
pub(super) mod idempotency;
pub(super) mod json_scan;
pub(super) mod permission;
pub(super) mod rate_limit;
mod refusal;
pub(super) mod request_log;
mod stream;

use std::future::Future;
use std::panic::AssertUnwindSafe;

use actix_web::http::header::{CONNECTION, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::FutureExt;

use super::error::ErrorForm;
use super::shared::Shared;
use crate::error::{Error, Result};

/// Serves a request of a door to its end. While the server stops it is answered 503; a panic in `serving` becomes a 500.
pub(super) async fn serve(
    request: &HttpRequest,
    shared: &Shared,
    errors: ErrorForm,
    serving: impl Future<Output = Result<HttpResponse>>,
) -> HttpResponse {
    let served = guarded(shared, serving).await;
    answered(
        request,
        served.unwrap_or_else(|error| {
            // Some forms tell what it came to in the body.
            request_log::note_outcome(request, errors.as_shown(&error).status());
            errors.answer(&error, &request_log::request_id(request))
        }),
    )
}

/// The first half of [`serve`], for a door that tells errors in a form of the request.
///
/// # Errors
/// Those of `serving`, and the two above.
pub(super) async fn guarded(
    shared: &Shared,
    serving: impl Future<Output = Result<HttpResponse>>,
) -> Result<HttpResponse> {
    if shared.is_stopping() {
        return Err(Error::unavailable("The server is stopping"));
    }
    let served = AssertUnwindSafe(serving).catch_unwind().await;
    served.unwrap_or_else(|_| Err(Error::Internal("a request handler panicked".into())))
}

/// The second half: the answer to a request. A connection on which more of the body may come than is worth reading is closed.
pub(super) fn answered(request: &HttpRequest, mut answer: HttpResponse) -> HttpResponse {
    if request_log::leaves_body(request) {
        connections::note_unread(request);
        answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}
