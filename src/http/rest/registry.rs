//! What is served under `/v1`, one row each.

use actix_web::HttpResponse;

use super::{authorization, limits};
use crate::http::error::ErrorForm;
use crate::http::operation::{Answer, Content, Door, Operation, Refusals, inline};
use crate::http::pipeline::permission::{Callers, Permission};

/// What an answer tells of the limits.
const LEFT: &[(&str, &str)] = &[
    ("RateLimit-Policy", "The limit of the organization: q requests in w seconds"),
    ("RateLimit", "What is left of it: r requests now, the whole again in t seconds"),
];

/// What any call of an organization without a body may be refused with.
const REFUSALS: Refusals = &[
    ("401", "No valid credential."),
    ("403", "A scope is missing; WWW-Authenticate names it."),
    ("429", "Too many requests; Retry-After says how long to wait."),
    ("500", "A fault of the server."),
    ("503", "Not now. Retry-After says how long to wait."),
];

pub(in crate::http) static OPERATIONS: &[Operation] = &[
    Operation {
        path: "/v1/authorizationStatus",
        name: "authorizationStatus",
        family: "Access",
        summary: "What the credential of the call stands for.",
        remarks: "",
        door: Door::Caller {
            permission: Permission { callers: Callers::PostsAndCustoms, scopes: &[] },
            run: |_, _, actor| Box::pin(async move { Ok(authorization::status(&actor)) }),
        },
        errors: ErrorForm::Problem,
        headers: &[],
        answers: &[Answer {
            status: "200",
            says: "Organization, client, scopes.",
            content: Content::Json(inline::<authorization::AuthorizationStatus>),
            headers: LEFT,
            or_error: false,
        }],
        refusals: REFUSALS,
    },
    Operation {
        path: "/v1/limits",
        name: "limits",
        family: "Reference",
        summary: "Every limit of this server, with its reason.",
        remarks: "",
        door: Door::Open { run: |_, _| Box::pin(async { Ok(limits::list()) }) },
        errors: ErrorForm::Problem,
        headers: &[],
        answers: &[Answer {
            status: "200",
            says: "The limits; settings of the server may change some of them.",
            content: Content::Json(inline::<Vec<limits::Limit>>),
            headers: &[],
            or_error: false,
        }],
        refusals: &[
            ("405", "It is called with GET."),
            ("500", "A fault of the server."),
            ("503", "Not now. Retry-After says how long to wait."),
        ],
    },
    Operation {
        path: "/v1/openapi.json",
        name: "ownDocument",
        family: "Reference",
        summary: "This surface as an OpenAPI 3.1 document.",
        remarks: "",
        door: Door::Open {
            run: |_, shared| {
                Box::pin(async {
                    Ok(HttpResponse::Ok().content_type("application/json").body(shared.own_openapi.clone()))
                })
            },
        },
        errors: ErrorForm::Problem,
        headers: &[],
        answers: &[Answer {
            status: "200",
            says: "The document.",
            content: Content::Json(inline::<serde_json::Value>),
            headers: &[],
            or_error: false,
        }],
        refusals: &[
            ("405", "It is called with GET."),
            ("500", "A fault of the server."),
            ("503", "Not now. Retry-After says how long to wait."),
        ],
    },
    Operation {
        path: "/v1/schemas/entrepost.xsd",
        name: "ownXmlSchema",
        family: "Reference",
        summary: "What is sent and answered in XML, as an XML Schema.",
        remarks: "",
        door: Door::Open {
            run: |_, shared| {
                Box::pin(async {
                    Ok(HttpResponse::Ok().content_type("application/xml; charset=utf-8").body(shared.own_xsd.clone()))
                })
            },
        },
        errors: ErrorForm::Problem,
        headers: &[],
        answers: &[Answer {
            status: "200",
            says: "The schema.",
            content: Content::File(&["application/xml"]),
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
