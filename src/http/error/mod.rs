//! How a door tells an error: one error of the catalogue, in the form its clients read.
//!
//! Knows status lines and headers that mean the same at every door. What stands in a body is the form's own business; what
//! went wrong is `crate::error`'s.

pub(super) mod cds;
pub(super) mod courier;
mod head;
pub(super) mod oauth;
pub(super) mod problem;

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_TYPE;

pub(super) use head::head;

use crate::contract::canonical::to_canonical;
use crate::error::Error;

/// The form in which a door tells errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorForm {
    /// The exception of the CDS surface.
    Cds,
    /// Problem details (RFC 9457).
    Problem,
    /// The same in XML.
    ProblemXml,
    /// The errors of OAuth2.
    OAuth,
    /// What couriers are told: 200 for whatever an application decides.
    Courier,
}

impl ErrorForm {
    /// The form for what no door serves, by its path.
    pub(super) fn of_path(path: &str) -> Self {
        match path.split('/').nth(1) {
            Some("v1") => Self::Problem,
            Some("oauth2") => Self::OAuth,
            _ if path.starts_with("/api/declaration/") => Self::Courier,
            _ => Self::Cds,
        }
    }

    /// The error as clients of this form are told it: one body for whoever is not entitled, whatever it is that is missing.
    pub(super) fn as_shown(self, error: &Error) -> &Error {
        if self == Self::Cds && matches!(error, Error::MissingScope { .. } | Error::MissingRole { .. }) {
            &Error::Unauthorized
        } else {
            error
        }
    }

    /// The answer that tells of `error`. `request_id` is the one the answer carries in `X-Request-Id`.
    pub(super) fn answer(self, error: &Error, request_id: &str) -> HttpResponse {
        let error = self.as_shown(error);
        match self {
            Self::Courier => courier::answer(error, false, None),
            Self::Cds => head(error)
                .insert_header((CONTENT_TYPE, "application/json; charset=utf-8"))
                .body(to_canonical(&cds::ErrorBody::from(error))),
            Self::OAuth => head(error)
                .insert_header((CONTENT_TYPE, "application/json"))
                .body(to_canonical(&oauth::OAuthError::from(error))),
            Self::Problem => head(error)
                .insert_header((CONTENT_TYPE, "application/problem+json"))
                .body(to_canonical(&problem::Problem::of(error, request_id))),
            Self::ProblemXml => head(error)
                .insert_header((CONTENT_TYPE, "application/problem+xml"))
                .body(problem::Problem::of(error, request_id).to_xml()),
        }
    }
}
