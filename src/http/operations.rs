//! What is called beside the methods, one row each: path, caller, content and answers. The single source for its route, its
//! part of the OpenAPI document and its access tests, as the registry is for the methods.

use std::future::Future;
use std::pin::Pin;

use actix_web::http::Method;
use actix_web::web::{Data, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, web};

use super::cds::printing::{self, PrintListParams};
use super::cds::registry::{REFUSALS, Refusals, SchemaOf, Who, inline};
use super::cds::request::Call;
use super::cds::{Asked, admit};
use super::exchange;
use super::guard::guarded;
use super::request_log::note_method;
use super::shared::Shared;
use crate::error::{Error, Result};
use crate::exchange::transport::signature;

type Serving<'a> = Pin<Box<dyn Future<Output = Result<HttpResponse>> + 'a>>;

/// An operation with a path of its own, called with POST.
pub struct Operation {
    pub path: &'static str,
    /// Its id in the OpenAPI document.
    pub name: &'static str,
    pub family: &'static str,
    pub summary: &'static str,
    /// What a caller has to know beyond the summary; may be empty.
    pub(super) remarks: &'static str,
    pub(super) door: Door,
    /// Headers of the request, and what they mean.
    pub(super) headers: &'static [(&'static str, &'static str)],
    pub(super) answers: &'static [Answer],
    pub(super) refusals: Refusals,
}

/// Who calls, what is sent, and who serves it.
pub(super) enum Door {
    /// An organization with a JSON object. The token stands in the Authorization header or in the object.
    Members {
        who: Who,
        params: SchemaOf,
        /// Members without which every call is refused.
        required: &'static [&'static str],
        run: for<'a> fn(Call<'a>) -> Serving<'a>,
    },
    /// A partner of the exchange with an interchange. The token stands in the Authorization header.
    Interchange { run: for<'a> fn(&'a HttpRequest, &'a Shared, Payload) -> Serving<'a> },
}

/// An answer that is no refusal by the catalogue of errors: a file, or a message.
pub(super) struct Answer {
    pub status: &'static str,
    pub says: &'static str,
    /// Media types it may have.
    pub content: &'static [&'static str],
    /// Headers and what they mean, all of them texts.
    pub headers: &'static [(&'static str, &'static str)],
    /// An error may come in its place.
    pub or_error: bool,
}

/// The media types of an interchange.
pub(super) const INTERCHANGE: &[&str] = &["application/edifact", "application/xml"];

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

static OPERATIONS: &[Operation] = &[
    Operation {
        path: "/print",
        name: "print",
        family: "Printing",
        summary: "Prints up to 500 stored items into one PDF/A, answered as it is.",
        remarks: "",
        door: Door::Members {
            who: Who::PostsAndCustoms,
            params: inline::<PrintListParams>,
            required: &["mailItemIds"],
            run: |call| {
                Box::pin(async move {
                    let params = call.params()?;
                    printing::list(call, params).await
                })
            },
        },
        headers: &[],
        answers: &[Answer {
            status: "200",
            says: "The file",
            content: &["application/pdf"],
            headers: &[("Content-Disposition", "A name for the file")],
            or_error: false,
        }],
        refusals: REFUSALS,
    },
    Operation {
        path: "/exchange/inbox",
        name: "exchangeInbox",
        family: "Exchange",
        summary: "Takes an interchange of a partner (ITMATT, CUSITM, CUSRSP, ITMREF, REFRSP, CONTRL) and answers with a CONTRL.",
        remarks: "The same bytes again get the same answer and have no effect.",
        door: Door::Interchange { run: |request, shared, payload| Box::pin(exchange::inbox(request, shared, payload)) },
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
                content: INTERCHANGE,
                headers: &[],
                or_error: false,
            },
            Answer {
                status: "400",
                says: "It cannot be read or is not for an organization here; it waits in quarantine. Without a body: an error.",
                content: INTERCHANGE,
                headers: &[],
                or_error: true,
            },
            Answer {
                status: "409",
                says: "Another interchange came under this reference; this one had no effect.",
                content: INTERCHANGE,
                headers: &[],
                or_error: false,
            },
        ],
        refusals: INBOX_REFUSALS,
    },
];

/// Every operation beside the methods.
pub fn operations() -> &'static [Operation] {
    OPERATIONS
}

impl Operation {
    /// The organizations that may call it; `None`: partners of the exchange only, each with the token agreed.
    pub fn who(&self) -> Option<Who> {
        match self.door {
            Door::Members { who, .. } => Some(who),
            Door::Interchange { .. } => None,
        }
    }

    async fn serve(&self, request: HttpRequest, shared: Data<Shared>, payload: Payload) -> Result<HttpResponse> {
        if request.method() != Method::POST {
            return Err(Error::VerbNotAllowed);
        }
        match self.door {
            Door::Members { who, run, .. } => run(admit(&request, &shared, payload, Asked::by(who)).await?).await,
            Door::Interchange { run } => run(&request, &shared, payload).await,
        }
    }
}

/// Adds the route of every operation.
pub(super) fn routes(app: &mut ServiceConfig) {
    for operation in OPERATIONS {
        let serve = move |request: HttpRequest, shared: Data<Shared>, payload: Payload| {
            note_method(&request, operation.path.trim_start_matches('/'));
            guarded(operation.serve(request, shared, payload))
        };
        app.route(operation.path, web::route().to(serve));
    }
}
