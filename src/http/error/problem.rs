//! Errors as problem details (RFC 9457), for our own surfaces.

use quick_xml::escape::escape;
use serde::Serialize;
use serde_json::Value;

pub(in crate::http) use crate::error::pointer;
use crate::error::{Error, Finding};

/// A problem. `type` and `title` are the same for all problems of a kind.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Where the kind of problem is described.
    pub r#type: String,
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong here and how to correct it.
    pub detail: String,
    /// `urn:uuid:` and the request id.
    pub instance: String,
    /// The kind of problem in one word.
    pub code: &'static str,
    /// Every fault in parts, at most 50; absent where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Fault>,
    /// Faults beyond those listed.
    #[serde(skip_serializing_if = "is_zero")]
    pub more: usize,
    /// Where each of several things is that may be meant; absent where that is not the problem.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
}

/// One fault of a request.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    pub code: &'static str,
    /// JSON Pointer to the member.
    pub path: String,
    /// Position in the list sent, of several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item_id: Option<String>,
    pub message: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl Problem {
    pub(super) fn of(error: &Error, request_id: &str) -> Self {
        let (code, title) = kind(error);
        let (errors, more) = match error {
            Error::Invalid(findings) | Error::Conflict(findings) => {
                (findings.iter().map(fault).collect(), findings.more())
            }
            _ => (Vec::new(), 0),
        };
        let links = if let Error::Ambiguous { candidates } = error { candidates.clone() } else { Vec::new() };
        Self {
            r#type: format!("/docs/problems#{code}"),
            title,
            status: error.status(),
            detail: error.to_string(),
            instance: format!("urn:uuid:{request_id}"),
            code,
            errors,
            more,
            links,
        }
    }
}

impl Problem {
    /// The problem in XML, as the standard has it: entries of lists are called `i`.
    pub(super) fn to_xml(&self) -> String {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<problem xmlns=\"urn:ietf:rfc:7807\">");
        write_members(&mut out, &serde_json::to_value(self).unwrap_or_default());
        out.push_str("</problem>");
        out
    }
}

fn write_members(out: &mut String, value: &Value) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| write_element(out, name, value)),
        Value::Array(list) => list.iter().for_each(|value| write_element(out, "i", value)),
        Value::String(text) => out.push_str(&escape(text.as_str())),
        other => out.push_str(&other.to_string()),
    }
}

fn write_element(out: &mut String, name: &str, value: &Value) {
    out.push_str(&format!("<{name}>"));
    write_members(out, value);
    out.push_str(&format!("</{name}>"));
}

/// Code and title of the problem.
fn kind(error: &Error) -> (&'static str, &'static str) {
    match error {
        Error::Invalid(findings) if findings.iter().any(|found| found.code == "cursor") => {
            ("cursor", "The cursor does not fit")
        }
        Error::Invalid(_) => ("validation", "The request has faults"),
        Error::Unauthorized => ("unauthorized", "Not authenticated"),
        Error::MissingScope { .. } => ("scope", "Not entitled to this"),
        Error::MissingRole { .. } => ("role", "Not entitled to this"),
        Error::ForeignForm => ("foreign_form", "The form is not ours"),
        Error::NoSuchMethod { .. } => ("absent", "There is nothing at this path"),
        Error::Absent { .. } => ("absent", "It is not there"),
        Error::NotAcceptable { .. } => ("not_acceptable", "It cannot be answered in that form"),
        Error::Conflict(findings) if findings.iter().all(|found| found.code == "state") => {
            ("state", "The present state does not allow it")
        }
        Error::Conflict(_) | Error::Ambiguous { .. } => ("ambiguous", "Several items fit"),
        Error::Erased => ("erased", "The text was erased"),
        Error::CursorExpired => ("cursor_expired", "The events are not kept any more"),
        Error::Changed => ("precondition", "It was changed in between"),
        Error::VersionNeeded => ("precondition_required", "The version is not named"),
        Error::VerbNotAllowed { .. } => ("verb", "Another verb is needed"),
        Error::RequestTimeout => ("timeout", "The request did not arrive in time"),
        Error::BodyTooLarge { .. } => ("too_large", "The body is too large"),
        Error::EncodedBody | Error::UnknownMediaType { .. } => {
            ("media_type", "The body is of no kind that is read here")
        }
        Error::Unreadable { .. } => ("unreadable", "The file cannot be read"),
        Error::KeyReused => ("key_reused", "The idempotency key belongs to another request"),
        Error::TooManyRequests { .. } => ("rate", "Too many requests"),
        Error::Unavailable { .. } => ("unavailable", "Not now"),
        Error::Internal(_) => ("internal", "A fault of the server"),
    }
}

fn fault(finding: &Finding) -> Fault {
    Fault {
        code: finding.code,
        path: pointer(&finding.path),
        index: finding.index,
        item_id: finding.item_id.clone(),
        message: finding.message.clone(),
    }
}
