//! What a request authorizes itself with, and where that stands.
//!
//! Does not know what a credential stands for: the services say that.

use std::ops::Range;

use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;
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
