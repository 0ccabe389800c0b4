//! Errors of the OAuth2 endpoints (RFC 6749, section 5.2).

use serde::Serialize;

use crate::error::Error;

/// What is wrong with a request of a client.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = OAuthError)]
pub struct OAuthError {
    /// One of the standard's words, for example `invalid_client`.
    pub error: &'static str,
    /// The same for people.
    pub error_description: String,
}

impl From<&Error> for OAuthError {
    fn from(error: &Error) -> Self {
        let word = match error {
            Error::Unauthorized => "invalid_client",
            Error::MissingScope { .. } => "insufficient_scope",
            Error::TooManyRequests { .. } | Error::Unavailable { .. } => "temporarily_unavailable",
            Error::Internal(_) => "server_error",
            _ => "invalid_request",
        };
        Self { error: word, error_description: error.to_string() }
    }
}
