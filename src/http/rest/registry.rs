//! What is served under `/v1`, one row each.

use super::limits;
use crate::http::error::ErrorForm;
use crate::http::operation::{Answer, Content, Door, Operation, inline};

pub(in crate::http) static OPERATIONS: &[Operation] = &[Operation {
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
    refusals: &[("500", "A fault of the server."), ("503", "Not now. Retry-After says how long to wait.")],
}];
