//! What couriers call, one row each.

use super::{Question, Submission};
use crate::contract::courier::CourierAnswer;
use crate::domain::Scope;
use crate::http::error::ErrorForm;
use crate::http::operation::{Answer, Content, Door, Operation, Refusals, named};
use crate::http::pipeline::permission::{Callers, Permission};

const PERMISSION: Permission = Permission { callers: Callers::Posts, scopes: &[Scope::SubmitCourier] };

const REFUSALS: Refusals = &[
    (
        "400",
        "The request has faults; all of them are listed. For clients that are told real statuses, like the next five.",
    ),
    ("401", "No client, or the secret is not its."),
    ("403", "The client lacks submit:courier."),
    ("404", "There is no such declaration of the caller's."),
    ("409", "The consignment note stands for other content already."),
    ("415", "The body is not JSON in UTF-8, or compressed."),
    ("408", "The body did not arrive in time."),
    ("413", "The body is too large."),
    ("429", "Too many requests; Retry-After says how long to wait."),
    ("500", "A fault of the server; nothing was stored."),
    ("503", "Not now; nothing was stored. Retry-After says how long to wait."),
];

const ANSWERS: &[Answer] = &[Answer {
    status: "200",
    says: "The declaration, or with status ERROR what is wrong",
    content: Content::Json(named::<CourierAnswer>),
    headers: &[("X-Entrepost-Status", "The HTTP status that means what the answer says")],
    or_error: true,
}];

const FAMILY: &str = "Couriers";

pub(in crate::http) static OPERATIONS: &[Operation] = &[
    Operation {
        path: "/api/declaration/submit",
        name: "submitShipment",
        family: FAMILY,
        summary: "Submits a declaration.",
        remarks: "The same consignment note with the same content is the same declaration. docs/couriers.md says what a \
                  declaration becomes, and how changes are told.",
        door: Door::Client {
            permission: PERMISSION,
            params: named::<Submission>,
            run: |request, shared, payload, permission| {
                Box::pin(super::serve(request, shared, payload, permission, super::submit))
            },
        },
        errors: ErrorForm::Courier,
        headers: &[],
        answers: ANSWERS,
        refusals: REFUSALS,
    },
    Operation {
        path: "/api/declaration/query",
        name: "queryShipment",
        family: FAMILY,
        summary: "Tells how a declaration stands.",
        remarks: "A callback tells the same without being asked.",
        door: Door::Client {
            permission: PERMISSION,
            params: named::<Question>,
            run: |request, shared, payload, permission| {
                Box::pin(super::serve(request, shared, payload, permission, super::query))
            },
        },
        errors: ErrorForm::Courier,
        headers: &[],
        answers: ANSWERS,
        refusals: REFUSALS,
    },
    Operation {
        path: "/api/declaration/documents/{link}",
        name: "linkedDocument",
        family: FAMILY,
        summary: "The document that a link of an answer leads to: a CN23.",
        remarks: "The address is the permission, for a day.",
        door: Door::Open { run: |request, shared| Box::pin(super::document(request, shared)) },
        errors: ErrorForm::Problem,
        headers: &[],
        answers: &[Answer {
            status: "200",
            says: "The form.",
            content: Content::File(&["application/pdf"]),
            headers: &[],
            or_error: false,
        }],
        refusals: &[
            ("400", "The declaration cannot be printed as it is."),
            ("404", "The link leads nowhere, or does so no longer."),
            ("405", "It is called with GET."),
            ("500", "A fault of the server."),
            ("503", "Not now. Retry-After says how long to wait."),
        ],
    },
];
