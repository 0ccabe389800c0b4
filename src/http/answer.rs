//! How results and errors are written on the CDS surface.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_ENCODING, CONNECTION, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;

use crate::contract::canonical::to_canonical;
use crate::error::{Error, Finding};
use crate::limits;

/// The body of every error: readable by the habits of WCF clients and of the sister API.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = Error)]
pub struct ErrorBody {
    /// The first error.
    pub message: String,
    /// For example `ValidationException` or `UnauthorizedException`.
    pub exception_type: &'static str,
    pub stack_trace: Option<String>,
    /// Every error as text, at most 50, then a count.
    pub errors: Vec<String>,
    /// Every error in parts.
    pub details: Vec<ErrorDetail>,
}

/// One error in parts.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct ErrorDetail {
    pub code: &'static str,
    /// Path of the member, as sent.
    pub path: String,
    /// Position in the list sent, in batch calls.
    pub index: Option<usize>,
    pub item_id: Option<String>,
    pub message: String,
}

impl From<&Error> for ErrorBody {
    fn from(error: &Error) -> Self {
        let message = error.to_string();
        let findings: &[Finding] = if let Error::Invalid(findings) = error { findings } else { &[] };
        let shown = &findings[..findings.len().min(limits::FINDINGS_SHOWN)];
        let mut errors: Vec<String> = shown.iter().map(text).collect();
        if findings.is_empty() {
            errors.push(message.clone());
        }
        if findings.len() > shown.len() {
            errors.push(format!("… and {} more", findings.len() - shown.len()));
        }
        let details = shown.iter().map(detail).collect();
        Self { message, exception_type: error.kind(), stack_trace: None, errors, details }
    }
}

fn text(finding: &Finding) -> String {
    let item = finding.item_id.as_ref().map(|id| format!("{id}: ")).unwrap_or_default();
    let separator = if finding.path.is_empty() { "" } else { ": " };
    format!("{item}{}{separator}{}", finding.path, finding.message)
}

fn detail(finding: &Finding) -> ErrorDetail {
    ErrorDetail {
        code: finding.code,
        path: finding.path.clone(),
        index: finding.index,
        item_id: finding.item_id.clone(),
        message: finding.message.clone(),
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        if let Self::Internal(reason) = self {
            tracing::error!(%reason, "internal fault");
        }
        let mut response = HttpResponse::build(self.status_code());
        response.insert_header((CONTENT_TYPE, "application/json; charset=utf-8"));
        if let Some(seconds) = self.retry_after_s() {
            response.insert_header((RETRY_AFTER, seconds.to_string()));
        }
        match self {
            Self::VerbNotAllowed => {
                response.insert_header(("allow", "POST"));
            }
            Self::EncodedBody => {
                response.insert_header((ACCEPT_ENCODING, "identity")).insert_header((CONNECTION, "close"));
            }
            // What is left of the body is not read: the connection cannot be used again.
            Self::BodyTooLarge { .. } | Self::RequestTimeout => {
                response.insert_header((CONNECTION, "close"));
            }
            _ => {}
        }
        response.body(to_canonical(&ErrorBody::from(self)))
    }
}

/// Members that say what a header says.
pub(super) const HEADERS_AS_MEMBERS: [(&str, &str); 3] =
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

    /// The JSON text of a member; one that says what a header says, for readers of members alone.
    pub(super) fn member(&self, name: &str) -> Option<Cow<'_, str>> {
        if let Some((_, value)) = self.members.iter().find(|(known, _)| known == name) {
            return Some(Cow::Borrowed(value));
        }
        let (_, header) = HEADERS_AS_MEMBERS.iter().find(|(member, _)| *member == name)?;
        let (_, value) = self.headers.iter().find(|(known, _)| known == header)?;
        Some(Cow::Owned(to_canonical(value)))
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
        self.respond(HeaderValue::from_static("application/json; charset=utf-8"), body)
    }

    /// The reply with its headers, its members written as `body`.
    pub(super) fn respond(self, content_type: HeaderValue, body: String) -> HttpResponse {
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
