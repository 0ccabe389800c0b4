//! Errors on the CDS surface.

use serde::Serialize;

use crate::error::{Error, Finding};

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
        let (mut errors, mut details) = (Vec::new(), Vec::new());
        match error {
            Error::Invalid(findings) => {
                errors.extend(findings.iter().map(text));
                details.extend(findings.iter().map(detail));
                if findings.more() > 0 {
                    errors.push(format!("… and {} more", findings.more()));
                }
            }
            _ => errors.push(message.clone()),
        }
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
