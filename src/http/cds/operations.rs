//! What belongs to the CDS surface and is no method of it: printing of lists.

use super::printing::{self, PrintListParams};
use super::request::Call;
use crate::domain::Scope;
use crate::http::error::ErrorForm;
use crate::http::operation::{Answer, Content, Door, Operation, REFUSALS, inline};
use crate::http::pipeline::permission::{Callers, Permission};

pub(in crate::http) static OPERATIONS: &[Operation] = &[Operation {
    path: "/print",
    name: "print",
    family: "Printing",
    summary: "Prints up to 500 stored items into one PDF/A, answered as it is.",
    remarks: "",
    door: Door::Members {
        permission: Permission { callers: Callers::PostsAndCustoms, scopes: &[Scope::ReadDocuments] },
        params: inline::<PrintListParams>,
        required: &["mailItemIds"],
        run: |request, shared, admitted| {
            Box::pin(async move {
                let call = Call::new(request, shared, admitted, None)?;
                let params = call.params()?;
                printing::list(call, params).await
            })
        },
    },
    errors: ErrorForm::Cds,
    headers: &[],
    answers: &[Answer {
        status: "200",
        says: "The file",
        content: Content::File(&["application/pdf"]),
        headers: &[("Content-Disposition", "A name for the file")],
        or_error: false,
    }],
    refusals: REFUSALS,
}];
