//! Reading a request body: within its size, within its time.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use actix_web::web::{Bytes, BytesMut, Payload};
use futures_util::StreamExt;

use crate::error::{Error, Result};
use crate::limits;

/// The whole body.
///
/// # Errors
/// 415 for an encoded body, 413 beyond [`limits::BODY_BYTES`], 408 beyond `time`, 400 when the connection breaks off.
pub(super) async fn read(request: &HttpRequest, payload: Payload, time: Duration) -> Result<Bytes> {
    if is_encoded(request) {
        return Err(Error::EncodedBody);
    }
    let too_large = Error::BodyTooLarge { limit_bytes: limits::BODY_BYTES };
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|len| len > limits::BODY_BYTES) {
        return Err(too_large);
    }
    // actix's own timer ends with the headers.
    match tokio::time::timeout(time, collect(payload, announced.unwrap_or(0))).await {
        Ok(Some(Ok(bytes))) => Ok(bytes),
        Ok(Some(Err(error))) => Err(error),
        Ok(None) => Err(too_large),
        Err(_) => Err(Error::RequestTimeout),
    }
}

/// Whether a Content-Encoding other than `identity` is named.
fn is_encoded(request: &HttpRequest) -> bool {
    let plain = |coding: &str| coding.trim().is_empty() || coding.trim().eq_ignore_ascii_case("identity");
    let mut named = request.headers().get_all(CONTENT_ENCODING);
    named.any(|codings| codings.to_str().map_or(true, |codings| !codings.split(',').all(plain)))
}

/// `None` when there is more than fits.
async fn collect(mut payload: Payload, announced: usize) -> Option<Result<Bytes>> {
    let mut body = BytesMut::with_capacity(announced);
    while let Some(chunk) = payload.next().await {
        let Ok(chunk) = chunk else {
            return Some(Err(Error::invalid("json", "", "the connection broke off within the body")));
        };
        if body.len() + chunk.len() > limits::BODY_BYTES {
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    Some(Ok(body.freeze()))
}
