//! The endpoints of OAuth2, one row each.

use super::{AboutFields, IntrospectionAnswer, Metadata, TokenAnswer, TokenFields};
use crate::http::error::ErrorForm;
use crate::http::operation::{Answer, Content, Door, Operation, Refusals, inline};

const REFUSALS: Refusals = &[
    ("400", "The request has a fault: invalid_request, unsupported_grant_type or invalid_scope."),
    ("401", "Not a client, or the secret is not its: invalid_client, always the same body."),
    ("408", "The body did not arrive in time."),
    ("413", "The body is too large."),
    ("415", "The body is no form."),
    ("429", "Too many requests; Retry-After says how long to wait."),
    ("500", "A fault of the server."),
    ("503", "Not now. Retry-After says how long to wait."),
];

/// Those of an endpoint that asks for a scope.
const SCOPED_REFUSALS: Refusals = &[
    ("400", "The request has a fault: invalid_request."),
    ("401", "Not a client, or the secret is not its: invalid_client, always the same body."),
    ("403", "The client lacks introspect:tokens."),
    ("408", "The body did not arrive in time."),
    ("413", "The body is too large."),
    ("415", "The body is no form."),
    ("429", "Too many requests; Retry-After says how long to wait."),
    ("500", "A fault of the server."),
    ("503", "Not now. Retry-After says how long to wait."),
];

const FAMILY: &str = "OAuth2";

pub(in crate::http) static OPERATIONS: &[Operation] = &[
    Operation {
        path: "/oauth2/token",
        name: "token",
        family: FAMILY,
        summary: "Gives a client an access token.",
        remarks: "Keep it while it lives: a client has at most 100, and asks at most 30 times a minute.",
        door: Door::Form {
            params: inline::<TokenFields>,
            required: &["grant_type"],
            run: |request, shared, payload| Box::pin(super::token(request, shared, payload)),
        },
        errors: ErrorForm::OAuth,
        headers: &[],
        answers: &[Answer {
            status: "200",
            says: "The token",
            content: Content::Json(inline::<TokenAnswer>),
            headers: &[],
            or_error: false,
        }],
        refusals: REFUSALS,
    },
    Operation {
        path: "/oauth2/revoke",
        name: "revokeToken",
        family: FAMILY,
        summary: "Ends an access token of the client.",
        remarks: "Of a token that is none, or another client's, the answer is the same.",
        door: Door::Form {
            params: inline::<AboutFields>,
            required: &["token"],
            run: |request, shared, payload| Box::pin(super::revoke(request, shared, payload)),
        },
        errors: ErrorForm::OAuth,
        headers: &[],
        answers: &[Answer {
            status: "200",
            says: "It is no token now",
            content: Content::Nothing,
            headers: &[],
            or_error: false,
        }],
        refusals: REFUSALS,
    },
    Operation {
        path: "/oauth2/introspect",
        name: "introspectToken",
        family: FAMILY,
        summary: "Tells what an access token of the own organization stands for.",
        remarks: "Needs the scope introspect:tokens.",
        door: Door::Form {
            params: inline::<AboutFields>,
            required: &["token"],
            run: |request, shared, payload| Box::pin(super::introspect(request, shared, payload)),
        },
        errors: ErrorForm::OAuth,
        headers: &[],
        answers: &[Answer {
            status: "200",
            says: "What it stands for",
            content: Content::Json(inline::<IntrospectionAnswer>),
            headers: &[],
            or_error: false,
        }],
        refusals: SCOPED_REFUSALS,
    },
    Operation {
        path: "/.well-known/oauth-authorization-server",
        name: "authorizationServer",
        family: FAMILY,
        summary: "Where the endpoints are, and what they take (RFC 8414).",
        remarks: "",
        door: Door::Open { run: |request, shared| Box::pin(async { Ok(super::metadata(request, shared)) }) },
        errors: ErrorForm::OAuth,
        headers: &[],
        answers: &[Answer {
            status: "200",
            says: "The metadata",
            content: Content::Json(inline::<Metadata>),
            headers: &[],
            or_error: false,
        }],
        refusals: &[
            ("405", "It is called with GET."),
            ("500", "A fault of the server."),
            ("503", "Not now. Retry-After says how long to wait."),
        ],
    },
];
