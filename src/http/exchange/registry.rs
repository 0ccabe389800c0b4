//! The door of partners: one operation.

use crate::http::error::ErrorForm;
use crate::http::operation::{Answer, Content, Door, Operation, Refusals};
use crate::vault::signature;

/// The media types of an interchange.
pub(in crate::http) const INTERCHANGE: &[&str] = &["application/edifact", "application/xml"];

/// What the inbox refuses with, besides its own answers.
const INBOX_REFUSALS: Refusals = &[
    ("401", "Not a partner, or the signature does not fit."),
    ("408", "The body did not arrive in time."),
    ("413", "The body is too large."),
    ("415", "The body is compressed or otherwise encoded; Accept-Encoding says what is taken."),
    ("429", "Too many requests; Retry-After says how long to wait."),
    ("500", "A fault of the server; nothing happened."),
    ("503", "Not now; nothing happened. Retry-After says how long to wait."),
];

pub(in crate::http) static OPERATIONS: &[Operation] = &[Operation {
    path: "/exchange/inbox",
    name: "exchangeInbox",
    family: "Exchange",
    summary: "Takes an interchange of a partner (ITMATT, CUSITM, CUSRSP, ITMREF, REFRSP, CONTRL) and answers with a CONTRL.",
    remarks: "The same bytes again get the same answer and have no effect.",
    door: Door::Interchange { run: |request, shared, payload| Box::pin(super::inbox(request, shared, payload)) },
    errors: ErrorForm::Cds,
    headers: &[
        (signature::ID, "Where a key was agreed: the interchange reference"),
        (signature::TIMESTAMP, "Where a key was agreed: seconds since 1970"),
        (
            signature::SIGNATURE,
            "Where a key was agreed: v1, and the base64 of HMAC-SHA256 over id.timestamp.body; a key that begins with whsec_ is base64 after it",
        ),
    ],
    answers: &[
        Answer {
            status: "200",
            says: "Taken, or taken before.",
            content: Content::File(INTERCHANGE),
            headers: &[],
            or_error: false,
        },
        Answer {
            status: "400",
            says: "It cannot be read or is not for an organization here; it waits in quarantine. Without a body: an error.",
            content: Content::File(INTERCHANGE),
            headers: &[],
            or_error: true,
        },
        Answer {
            status: "409",
            says: "Another interchange came under this reference; this one had no effect.",
            content: Content::File(INTERCHANGE),
            headers: &[],
            or_error: false,
        },
    ],
    refusals: INBOX_REFUSALS,
}];
