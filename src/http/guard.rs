//! What keeps a fault in one request from ending the process.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use actix_web::HttpResponse;
use futures_util::FutureExt;

use crate::error::{Error, Result};

/// Serves a request to its end.
///
/// # Errors
/// Those of `serving`; a panic in it becomes a 500.
pub(super) async fn guarded(serving: impl Future<Output = Result<HttpResponse>>) -> Result<HttpResponse> {
    let served = AssertUnwindSafe(serving).catch_unwind().await;
    served.unwrap_or_else(|_| Err(Error::Internal("a request handler panicked".into())))
}
