//! What a request authorizes itself with, and where that stands.
//!
//! Does not know what a credential stands for: the services say that.

use std::ops::Range;

use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::{Error, Result};
use crate::service::auth::Credential;

/// The text of a bearer's Authorization header. Other schemes are not ours: proxies use them for themselves.
pub(in crate::http) fn bearer(request: &HttpRequest) -> Option<&str> {
    let (scheme, token) = request.headers().get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The credential in the Authorization header, if there is one.
///
/// # Errors
/// 401 for one that cannot be any caller's.
pub(super) fn of_header(request: &HttpRequest) -> Result<Option<Credential>> {
    bearer(request).map(Credential::parse).transpose()
}

/// The credential of a client that says its id and secret in the Authorization header.
///
/// # Errors
/// 401 for none, and for what cannot be any client's.
pub(super) fn of_client(request: &HttpRequest) -> Result<Credential> {
    let (id, secret) = basic(request).ok_or(Error::Unauthorized)?;
    Credential::of_client(&id, &secret)
}

/// Id and secret of a Basic Authorization header. Both are URL-safe as they are, so that form encoding changes nothing.
pub(in crate::http) fn basic(request: &HttpRequest) -> Option<(String, String)> {
    let (scheme, encoded) = request.headers().get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let encoded = encoded.trim();
    let decoded = scheme.eq_ignore_ascii_case("basic").then(|| STANDARD.decode(encoded).ok())??;
    let text = String::from_utf8(decoded).ok()?;
    text.split_once(':').map(|(id, secret)| (id.to_owned(), secret.to_owned()))
}

/// The members of a JSON object that authorize, under either name.
#[derive(Deserialize)]
pub(in crate::http) struct Members<'a> {
    #[serde(borrow)]
    token: Option<&'a RawValue>,
    #[serde(borrow, rename = "securityToken")]
    security_token: Option<&'a RawValue>,
}

impl<'a> Members<'a> {
    /// # Errors
    /// 400 when the text is no JSON object.
    pub(super) fn read(text: &'a str) -> Result<Self> {
        // The parser would take a list as members by place.
        if !text.trim_start().starts_with('{') {
            return Err(not_an_object(""));
        }
        serde_json::from_str(text).map_err(|error| not_an_object(&format!(": {error}")))
    }

    fn all(&self) -> impl Iterator<Item = &'a RawValue> {
        [self.token, self.security_token].into_iter().flatten()
    }

    /// Where the members' values stand in the text they were read from, in order.
    pub(super) fn places(&self, text: &str) -> Vec<Range<usize>> {
        let start = |raw: &RawValue| raw.get().as_ptr().addr() - text.as_ptr().addr();
        let mut places: Vec<_> = self.all().map(|raw| start(raw)..start(raw) + raw.get().len()).collect();
        places.sort_unstable_by_key(|place| place.start);
        places
    }

    /// The credential in the members, if there is one.
    ///
    /// # Errors
    /// 401 for one that cannot be any caller's.
    pub(super) fn credential(&self) -> Result<Option<Credential>> {
        let text = self.all().find_map(|raw| serde_json::from_str::<String>(raw.get()).ok());
        text.map(|text| Credential::parse(&text)).transpose()
    }
}

fn not_an_object(reason: &str) -> Error {
    Error::invalid("json", "", format!("the body must be one JSON object with the method's parameters{reason}"))
}
