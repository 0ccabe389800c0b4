//! Results of the CDS surface on their way out.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};

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

    pub(super) fn into_response(self) -> HttpResponse {
        let mut body = String::with_capacity(
            32 + self.members.iter().map(|(name, value)| name.len() + value.len() + 4).sum::<usize>(),
        );
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
        let mut response = if self.not_modified { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        response.insert_header((CONTENT_TYPE, "application/json; charset=utf-8"));
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.insert_header((HeaderName::from_static(name), value));
            }
        }
        if self.not_modified { response.finish() } else { response.body(body) }
    }
}
