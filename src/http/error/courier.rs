//! Errors at the courier door: 200 for whatever an application decides, with both spellings of their members.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use serde::Serialize;

use super::head::head;
use crate::contract::canonical::to_canonical;
use crate::contract::courier::CourierFault;
use crate::error::{Error, Finding};

/// The header that says the status that means what an answer says.
pub(in crate::http) const REAL_STATUS: &str = "X-Entrepost-Status";

/// What a courier is told when a call did not go well.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = CourierError)]
pub struct CourierError {
    /// ERROR
    pub status: &'static str,
    /// The HTTP status that means it.
    pub error_code: u16,
    /// What is wrong first, and how to correct it.
    pub error_msg: String,
    /// The same as error_code, as a text.
    pub err_code: String,
    /// The same as error_msg.
    pub err_msg: String,
    /// Every fault, at most 50.
    pub errors: Vec<CourierFault>,
    /// Of a consignment note that is taken: the declaration that has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
}

impl CourierError {
    fn of(error: &Error, id: Option<i64>) -> Self {
        let (code, message) = (error.status(), error.to_string());
        let errors = match error {
            Error::Invalid(findings) | Error::Conflict(findings) => findings.iter().map(fault).collect(),
            _ => Vec::new(),
        };
        Self {
            status: "ERROR",
            error_code: code,
            error_msg: message.clone(),
            err_code: code.to_string(),
            err_msg: message,
            errors,
            id,
        }
    }
}

pub(in crate::http) fn fault(finding: &Finding) -> CourierFault {
    CourierFault { code: finding.code, path: finding.path.clone(), message: finding.message.clone() }
}

/// Whether proxies and clients that try again have to see the status: it is about the call and not about what it says.
fn is_about_the_call(error: &Error) -> bool {
    matches!(
        error,
        Error::BodyTooLarge { .. }
            | Error::RequestTimeout
            | Error::TooManyRequests { .. }
            | Error::Unavailable { .. }
            | Error::Internal(_)
    )
}

/// The answer that tells of `error`; `is_real`: with its status. `id` is the declaration that it is about.
pub(in crate::http) fn answer(error: &Error, is_real: bool, id: Option<i64>) -> HttpResponse {
    let mut response = head(error);
    if !is_real && !is_about_the_call(error) {
        response.status(StatusCode::OK);
    }
    response
        .insert_header((CONTENT_TYPE, "application/json; charset=utf-8"))
        .insert_header((REAL_STATUS, error.status().to_string()))
        .body(to_canonical(&CourierError::of(error, id)))
}
