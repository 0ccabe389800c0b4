//! Reading a request body: of a kind that is read, within its size, its time and the budget of all bodies.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::{Bytes, BytesMut, Payload};
use futures_util::StreamExt;

use super::budget::{Budget, Held};
use crate::error::{Error, Result};
use crate::limits;

/// A body, and its part of the budget.
#[derive(Debug)]
pub(in crate::http) struct Body {
    pub bytes: Bytes,
    held: Held,
}

impl Body {
    /// The same body, its caller now known.
    ///
    /// # Errors
    /// 503 when there is no room for long.
    pub(super) async fn of_known(self, budget: &Budget) -> Result<Self> {
        let held = budget.of_known(self.held, self.bytes.len()).await?;
        Ok(Self { bytes: self.bytes, held })
    }
}

/// What is taken for JSON. A request that does not say is taken at its word, that of another kind is not.
pub(in crate::http) const JSON: &str = "application/json";

/// # Errors
/// 415 for a body that is said to be no JSON, in another character set, or encoded.
pub(in crate::http) fn check_json(request: &HttpRequest) -> Result<()> {
    check_plain(request)?;
    let Some(said) = request.headers().get(CONTENT_TYPE) else { return Ok(()) };
    let said = said.to_str().unwrap_or("?").to_ascii_lowercase();
    let mut parts = said.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default();
    let is_json = kind.is_empty() || kind == JSON || kind == "text/json" || kind.ends_with("+json");
    let is_utf8 = parts.filter_map(|part| part.strip_prefix("charset=")).all(|set| {
        let set = set.trim_matches('"');
        set == "utf-8" || set == "utf8" || set == "us-ascii"
    });
    if is_json && is_utf8 { Ok(()) } else { Err(Error::UnknownMediaType { taken: "application/json in UTF-8" }) }
}

/// # Errors
/// 415 when a Content-Encoding other than `identity` is named.
pub(in crate::http) fn check_plain(request: &HttpRequest) -> Result<()> {
    let plain = |coding: &str| coding.trim().is_empty() || coding.trim().eq_ignore_ascii_case("identity");
    let mut named = request.headers().get_all(CONTENT_ENCODING);
    let encoded = named.any(|codings| codings.to_str().map_or(true, |codings| !codings.split(',').all(plain)));
    if encoded { Err(Error::EncodedBody) } else { Ok(()) }
}

/// The whole body.
///
/// # Errors
/// 413 beyond [`limits::BODY_BYTES`], 408 beyond `time`, 503 when there is no room in the budget, 400 when the
/// connection breaks off.
pub(super) async fn read(
    request: &HttpRequest,
    payload: Payload,
    time: Duration,
    budget: &Budget,
    is_known: bool,
) -> Result<Body> {
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|len| len > limits::BODY_BYTES) {
        return Err(Error::BodyTooLarge { limit_bytes: limits::BODY_BYTES });
    }
    // actix's own timer ends with the headers.
    let collecting = tokio::time::timeout(time, collect(payload, announced, budget, is_known));
    collecting.await.unwrap_or(Err(Error::RequestTimeout))
}

/// The room for a body grows with the bytes that come: announcing many costs nothing here.
async fn collect(mut payload: Payload, announced: Option<usize>, budget: &Budget, is_known: bool) -> Result<Body> {
    let first = announced.unwrap_or(limits::FREE_BODY_BYTES).min(limits::FREE_BODY_BYTES);
    let (mut body, mut held) = (BytesMut::with_capacity(first), Held::default());
    while let Some(chunk) = payload.next().await {
        let Ok(chunk) = chunk else {
            return Err(Error::invalid("json", "", "the connection broke off within the body"));
        };
        let len = body.len() + chunk.len();
        if len > limits::BODY_BYTES {
            return Err(Error::BodyTooLarge { limit_bytes: limits::BODY_BYTES });
        }
        if len > body.capacity() {
            let room = (2 * body.capacity()).max(len).min(announced.unwrap_or(limits::BODY_BYTES).max(len));
            budget.cover(&mut held, room, is_known).await?;
            // `reserve` may take twice what is asked.
            let mut larger = BytesMut::with_capacity(room);
            larger.extend_from_slice(&body);
            body = larger;
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Body { bytes: body.freeze(), held })
}
