//! The key with which a client makes its repeats harmless.

use std::ops::Range;

use actix_web::HttpRequest;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::limits;
use crate::service::{BatchMode, RequestKey};

/// The key of a request, if it has one. It stands for method, kind of answer wanted and body. What authorizes it
/// (`secrets`, places in the body) is left out: a request repeated in a new session is the same.
///
/// # Errors
/// 400 for a key that is none.
pub(in crate::http) fn key(
    request: &HttpRequest,
    method: &str,
    mode: BatchMode,
    body: &[u8],
    secrets: &[Range<usize>],
) -> Result<Option<RequestKey>> {
    let header = request.headers().get("idempotency-key").and_then(|value| value.to_str().ok());
    let Some(key) = header else { return Ok(None) };
    let fits = (1..=limits::IDEMPOTENCY_KEY_CHARS).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
    if !fits {
        let most = limits::IDEMPOTENCY_KEY_CHARS;
        let message = format!("a key has 1 to {most} visible ASCII characters without blanks, for example a GUID");
        return Err(Error::invalid("format", "Idempotency-Key", message));
    }
    let mut hasher = Sha256::new();
    hasher.update(method.as_bytes());
    hasher.update([0, u8::from(mode == BatchMode::PerItem)]);
    let mut at = 0;
    for secret in secrets {
        hasher.update(&body[at..secret.start]);
        // No JSON text holds this byte, so that a gap is like nothing else.
        hasher.update([0]);
        at = secret.end;
    }
    hasher.update(&body[at..]);
    Ok(Some(RequestKey { key: key.to_owned(), fingerprint: hasher.finalize().to_vec() }))
}
