//! Status and headers of an error: what means the same at every door that uses HTTP's own words.

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_ENCODING, ALLOW, CONNECTION, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, HttpResponseBuilder};

use crate::error::Error;

/// Status and headers of an error where HTTP's own words are used. What is our fault goes to the log.
pub(in crate::http) fn head(error: &Error) -> HttpResponseBuilder {
    if let Error::Internal(reason) = error {
        tracing::error!(%reason, "internal fault");
    }
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    if let Some(seconds) = error.retry_after_s() {
        response.insert_header((RETRY_AFTER, seconds.to_string()));
    }
    match error {
        Error::VerbNotAllowed { allowed } => {
            response.insert_header((ALLOW, allowed.as_str()));
        }
        Error::MissingScope { needed } => {
            let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{needed}\"");
            response.insert_header((WWW_AUTHENTICATE, challenge));
        }
        Error::EncodedBody => {
            response.insert_header((ACCEPT_ENCODING, "identity")).insert_header((CONNECTION, "close"));
        }
        // What is left of the body is not read: the connection cannot be used again.
        Error::BodyTooLarge { .. } | Error::RequestTimeout | Error::UnknownMediaType { .. } => {
            response.insert_header((CONNECTION, "close"));
        }
        _ => {}
    }
    response
}
