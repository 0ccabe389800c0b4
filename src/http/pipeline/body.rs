//! Reading a request body: of a kind that is read, within its size, its time and the budget of all bodies.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::{Bytes, BytesMut, Payload};
use futures_util::StreamExt;

use super::budget::{Held, Room};
use super::request_log;
use crate::error::{Error, Result};
use crate::limits;

/// A body, and its part of the budget.
#[derive(Debug)]
pub(in crate::http) struct Body {
    pub bytes: Bytes,
    _place: Held,
}

impl Body {
    /// The same body in another room: its caller is known now.
    ///
    /// # Errors
    /// 503 when there is no room for long.
    pub(super) async fn moved_to(self, room: &Room<'_>) -> Result<Self> {
        let place = room.hold(self.bytes.len()).await?;
        Ok(Self { bytes: self.bytes, _place: place })
    }
}

/// What is taken for JSON. A request that does not say is taken at its word, that of another kind is not.
pub(in crate::http) const JSON: &str = "application/json";

const FORM: &str = "application/x-www-form-urlencoded";

/// # Errors
/// 415 for a body that is said to be no JSON, in another character set, or encoded. A form is what curl takes any body for unless it is
/// told otherwise, so that says nothing.
pub(in crate::http) fn check_json(request: &HttpRequest) -> Result<()> {
    check_plain(request)?;
    let Some(said) = request.headers().get(CONTENT_TYPE) else { return Ok(()) };
    let said = said.to_str().unwrap_or("?").to_ascii_lowercase();
    let mut parts = said.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default();
    let is_json = ["", JSON, "text/json", FORM].contains(&kind) || kind.ends_with("+json");
    let is_utf8 = parts.filter_map(|part| part.strip_prefix("charset=")).all(|set| {
        let set = set.trim_matches('"');
        set == "utf-8" || set == "utf8" || set == "us-ascii"
    });
    if is_json && is_utf8 { Ok(()) } else { Err(Error::UnknownMediaType { taken: "application/json in UTF-8".into() }) }
}

/// # Errors
/// 415 for a body that is said to be no form, or encoded.
pub(in crate::http) fn check_form(request: &HttpRequest) -> Result<()> {
    check_plain(request)?;
    let said = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = said.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case(FORM) { Ok(()) } else { Err(Error::UnknownMediaType { taken: FORM.into() }) }
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
pub(super) async fn read(request: &HttpRequest, payload: Payload, time: Duration, room: &Room<'_>) -> Result<Body> {
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|len| len > limits::BODY_BYTES) {
        return Err(Error::BodyTooLarge { limit_bytes: limits::BODY_BYTES });
    }
    // actix's own timer ends with the headers.
    let collecting = tokio::time::timeout(time, collect(payload, room, announced));
    let body = collecting.await.unwrap_or(Err(Error::RequestTimeout))?;
    request_log::note_body(request);
    Ok(body)
}

/// Room for a body to begin with; most bodies of the CDS surface need little more.
const FIRST_BYTES: usize = 2 * 1024;
/// Room added to a large body at a time. Pieces of one size leave no gaps in memory when they go.
const PIECE_BYTES: usize = 64 * 1024;

/// A body as it comes. Its room grows with the bytes that come: announcing many costs nothing here.
#[derive(Default)]
struct Pieces {
    full: Vec<BytesMut>,
    last: BytesMut,
    places: Vec<Held>,
    len: usize,
}

impl Pieces {
    /// # Errors
    /// 503 when there is no room for long.
    async fn add(&mut self, mut bytes: Bytes, room: &Room<'_>) -> Result<()> {
        self.len += bytes.len();
        while !bytes.is_empty() {
            let left = self.last.capacity() - self.last.len();
            if left == 0 {
                self.grow(room).await?;
                continue;
            }
            self.last.extend_from_slice(&bytes.split_to(left.min(bytes.len())));
        }
        Ok(())
    }

    async fn grow(&mut self, room: &Room<'_>) -> Result<()> {
        let more = match self.places.len() {
            0 => FIRST_BYTES,
            1 => limits::FREE_BODY_BYTES - FIRST_BYTES,
            _ => PIECE_BYTES,
        };
        self.places.push(room.hold(more).await?);
        let full = std::mem::replace(&mut self.last, BytesMut::with_capacity(more));
        if !full.is_empty() {
            self.full.push(full);
        }
        Ok(())
    }

    /// The whole body in one piece.
    ///
    /// # Errors
    /// 503 when there is no room for long.
    async fn together(mut self, room: &Room<'_>) -> Result<Body> {
        if self.full.is_empty() {
            return Ok(Body { bytes: self.last.freeze(), _place: self.places.pop().flatten() });
        }
        // While it is put together there are two.
        let place = room.hold(self.len).await?;
        let mut whole = BytesMut::with_capacity(self.len);
        for piece in self.full.iter().chain([&self.last]) {
            whole.extend_from_slice(piece);
        }
        Ok(Body { bytes: whole.freeze(), _place: place })
    }
}

async fn collect(mut payload: Payload, room: &Room<'_>, announced: Option<usize>) -> Result<Body> {
    let mut pieces = Pieces::default();
    if let Some(len) = announced.filter(|_| room.is_known()) {
        // Whom we know is taken at its word: a body in one piece needs no second copy.
        pieces.places.push(room.hold(len).await?);
        pieces.last = BytesMut::with_capacity(len);
    }
    while let Some(chunk) = payload.next().await {
        let Ok(chunk) = chunk else {
            return Err(Error::invalid("json", "", "the connection broke off within the body"));
        };
        if pieces.len + chunk.len() > limits::BODY_BYTES {
            return Err(Error::BodyTooLarge { limit_bytes: limits::BODY_BYTES });
        }
        pieces.add(chunk, room).await?;
    }
    pieces.together(room).await
}
