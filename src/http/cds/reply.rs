//! Results of the CDS surface on their way out.

use std::borrow::Cow;

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};

use crate::contract::canonical::to_canonical;

/// What headers say, under the names of members.
pub(in crate::http) const HEADERS_AS_MEMBERS: [(&str, &str); 3] =
    [("NextCursor", "x-next-cursor"), ("More", "x-more"), ("TotalCount", "x-total-count")];

/// A result on its way out: members of the answer object, as JSON texts.
#[derive(Debug, Default)]
pub struct Reply {
    /// The client has this version already: 304.
    not_modified: bool,
    members: Vec<(String, String)>,
    headers: Vec<(&'static str, String)>,
}

impl Reply {
    /// A method without result: `{}`.
    pub fn void() -> Self {
        Self::default()
    }

    /// 304: the client has what it asks for.
    pub fn not_modified() -> Self {
        Self { not_modified: true, ..Self::default() }
    }

    /// `{"<method>Result": value}`.
    pub fn result(method: &str, value: String) -> Self {
        Self::void().with(&format!("{method}Result"), value)
    }

    /// `{"<method>Result": [entries]}`, and the cursor of the next page.
    pub fn list(method: &str, entries: &[String], next_cursor: Option<String>) -> Self {
        let reply = Self::result(method, format!("[{}]", entries.join(",")));
        match next_cursor {
            Some(cursor) => reply.header("x-next-cursor", cursor),
            None => reply,
        }
    }

    /// Adds a member.
    #[must_use]
    pub fn with(mut self, name: &str, value: String) -> Self {
        self.members.push((name.to_owned(), value));
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The JSON text of a member, for surfaces that write members in another form; of one of [`HEADERS_AS_MEMBERS`], what
    /// the header says.
    pub(in crate::http) fn member(&self, name: &str) -> Option<Cow<'_, str>> {
        if let Some((_, value)) = self.members.iter().find(|(known, _)| known == name) {
            return Some(Cow::Borrowed(value));
        }
        let (_, header) = HEADERS_AS_MEMBERS.iter().find(|(member, _)| *member == name)?;
        let (_, value) = self.headers.iter().find(|(known, _)| known == header)?;
        Some(Cow::Owned(to_canonical(value)))
    }

    /// Bytes of its members.
    pub(in crate::http) fn size(&self) -> usize {
        self.members.iter().map(|(name, value)| name.len() + value.len() + 4).sum()
    }

    pub(super) fn into_response(self) -> HttpResponse {
        let mut body = String::with_capacity(32 + self.size());
        body.push('{');
        for (at, (name, value)) in self.members.iter().enumerate() {
            if at > 0 {
                body.push(',');
            }
            body.push('"');
            body.push_str(name);
            body.push_str("\":");
            body.push_str(value);
        }
        body.push('}');
        self.respond("application/json; charset=utf-8", body)
    }

    /// The reply with its headers, its members written as `body`.
    pub(in crate::http) fn respond(self, content_type: &'static str, body: String) -> HttpResponse {
        let mut response = if self.not_modified { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        response.insert_header((CONTENT_TYPE, content_type));
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.insert_header((HeaderName::from_static(name), value));
            }
        }
        if self.not_modified { response.finish() } else { response.body(body) }
    }
}
