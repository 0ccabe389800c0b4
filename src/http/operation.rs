//! A row for what is called beside the methods of the CDS surface: path, caller, content and answers.
//!
//! Each door has rows of its own; `operations` puts them together.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

use super::error::ErrorForm;
use super::pipeline::admission::{self, Admitted};
use super::pipeline::body;
use super::pipeline::permission::Permission;
use super::shared::Shared;
use crate::error::Result;
use crate::service::Actor;

/// Gives a schema and collects the ones it refers to.
pub type SchemaOf = fn(&mut Schemas) -> RefOr<Schema>;
/// Named schemas.
pub type Schemas = Vec<(String, RefOr<Schema>)>;

/// Statuses of refusals, and what they say.
pub(super) type Refusals = &'static [(&'static str, &'static str)];

/// What any call of an organization may be refused with.
pub(super) const REFUSALS: Refusals = &[
    ("400", "The request has faults; all of them are listed."),
    ("401", "No valid token or session, or not entitled. Always the same body."),
    ("408", "The body did not arrive in time."),
    ("413", "The body is too large."),
    ("415", "The body is not JSON in UTF-8, or compressed; Accept-Encoding says what is taken."),
    ("429", "Too many requests; Retry-After says how long to wait."),
    ("500", "A fault of the server; nothing was stored."),
    ("503", "Not now; nothing was stored. Retry-After says how long to wait."),
];

/// The schema of `T` in place, with what it refers to.
pub(super) fn inline<T: ToSchema + PartialSchema>(schemas: &mut Schemas) -> RefOr<Schema> {
    T::schemas(schemas);
    T::schema()
}

/// A reference to the schema of `T`.
pub(super) fn named<T: ToSchema + PartialSchema>(schemas: &mut Schemas) -> RefOr<Schema> {
    let name = T::name().into_owned();
    T::schemas(schemas);
    schemas.push((name.clone(), T::schema()));
    RefOr::Ref(utoipa::openapi::Ref::from_schema_name(name))
}

pub(super) type Serving<'a> = Pin<Box<dyn Future<Output = Result<HttpResponse>> + 'a>>;

/// An operation with a path of its own.
pub struct Operation {
    pub path: &'static str,
    /// Its id in the OpenAPI document.
    pub name: &'static str,
    pub family: &'static str,
    pub summary: &'static str,
    /// What a caller has to know beyond the summary; may be empty.
    pub(super) remarks: &'static str,
    pub(super) door: Door,
    /// The form of its errors.
    pub(super) errors: ErrorForm,
    /// Headers of the request, and what they mean.
    pub(super) headers: &'static [(&'static str, &'static str)],
    pub(super) answers: &'static [Answer],
    pub(super) refusals: Refusals,
}

/// Who calls, what is sent, and who serves it.
pub(super) enum Door {
    /// Anybody, with a GET.
    Open { run: for<'a> fn(&'a HttpRequest, &'a Shared) -> Serving<'a> },
    /// An organization with a GET. The token stands in the Authorization header.
    Caller { permission: Permission, run: for<'a> fn(&'a HttpRequest, &'a Shared, Arc<Actor>) -> Serving<'a> },
    /// An OAuth2 client with a POST of a form; who it is says the handler.
    Form {
        params: SchemaOf,
        required: &'static [&'static str],
        run: for<'a> fn(&'a HttpRequest, &'a Shared, Payload) -> Serving<'a>,
    },
    /// An OAuth2 client with a POST of a JSON object, who says id and secret in the Authorization header.
    Client {
        permission: Permission,
        params: SchemaOf,
        run: for<'a> fn(&'a HttpRequest, &'a Shared, Payload, Permission) -> Serving<'a>,
    },
    /// An organization with a POST of a JSON object. The token stands in the Authorization header or in the object.
    Members {
        permission: Permission,
        params: SchemaOf,
        /// Members without which every call is refused.
        required: &'static [&'static str],
        run: for<'a> fn(&'a HttpRequest, &'a Shared, Admitted) -> Serving<'a>,
    },
    /// An organization with a resource of the own surface. The token stands in the Authorization header.
    Resource(Resource),
    /// A partner of the exchange with a POST of an interchange. The token stands in the Authorization header.
    Interchange { run: for<'a> fn(&'a HttpRequest, &'a Shared, Payload) -> Serving<'a> },
}

/// A resource of the own surface with one of its verbs.
pub(super) struct Resource {
    pub verb: &'static str,
    pub permission: Permission,
    /// Whether a call changes anything, or may.
    pub writes: bool,
    /// What may stand in the query.
    pub query: &'static [Parameter],
    /// The schema of the body; none where none is read.
    pub body: Option<SchemaOf>,
    /// Media types of files that are taken beside it, as they are.
    pub files: &'static [&'static str],
    /// Media types it can answer in, the usual one first.
    pub offers: &'static [&'static str],
    pub run: for<'a> fn(&'a HttpRequest, &'a Shared, Payload, &'static Resource) -> Serving<'a>,
}

/// One parameter of a query.
pub(super) struct Parameter {
    pub name: &'static str,
    pub kind: ParameterKind,
    pub says: &'static str,
}

/// What a parameter of a query holds.
#[derive(Clone, Copy)]
pub(super) enum ParameterKind {
    Text,
    /// `true` or `false`.
    Flag,
    /// A whole number from 1.
    Number {
        most: usize,
    },
    /// RFC 3339; a date alone is the whole day.
    Date,
    OneOf(&'static [&'static str]),
    /// One of these words as a rule: the handler knows others, and says why it refuses some.
    Word(&'static [&'static str]),
}

/// An answer that is no refusal by the catalogue of errors.
pub(super) struct Answer {
    pub status: &'static str,
    pub says: &'static str,
    pub content: Content,
    /// Headers and what they mean, all of them texts.
    pub headers: &'static [(&'static str, &'static str)],
    /// An error may come in its place.
    pub or_error: bool,
}

/// What an answer holds.
pub(super) enum Content {
    /// A file or message of one of these media types.
    File(&'static [&'static str]),
    /// JSON of this schema.
    Json(SchemaOf),
    Nothing,
}

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Anybody, without a token.
    Anybody,
    Organizations(Permission),
    /// OAuth2 clients, with id and secret.
    Clients,
    /// Those of organizations, which act by these.
    Couriers(Permission),
    /// Partners of the exchange, each with the token agreed.
    Partners,
}

impl Operation {
    pub fn audience(&self) -> Audience {
        match self.door {
            Door::Open { .. } => Audience::Anybody,
            Door::Form { .. } => Audience::Clients,
            Door::Client { permission, .. } => Audience::Couriers(permission),
            Door::Caller { permission, .. }
            | Door::Members { permission, .. }
            | Door::Resource(Resource { permission, .. }) => Audience::Organizations(permission),
            Door::Interchange { .. } => Audience::Partners,
        }
    }

    /// The verb it is called with.
    pub fn verb(&self) -> &'static str {
        match self.door {
            Door::Open { .. } | Door::Caller { .. } => "GET",
            Door::Resource(Resource { verb, .. }) => verb,
            Door::Members { .. } | Door::Form { .. } | Door::Client { .. } | Door::Interchange { .. } => "POST",
        }
    }

    /// Whether it is described in the document of the own surface alone: its resources, that document and its XML Schema.
    pub fn is_own(&self) -> bool {
        matches!(self.door, Door::Resource(_)) || ["ownDocument", "ownXmlSchema"].contains(&self.name)
    }

    pub(super) async fn serve(
        &'static self,
        request: &HttpRequest,
        shared: &Shared,
        payload: Payload,
    ) -> Result<HttpResponse> {
        match &self.door {
            Door::Open { run } => run(request, shared).await,
            Door::Resource(resource) => (resource.run)(request, shared, payload, resource).await,
            Door::Caller { permission, run } => {
                let caller = admission::caller_by_header(request, shared, *permission).await?;
                run(request, shared, caller).await
            }
            Door::Form { run, .. } => {
                body::check_form(request)?;
                run(request, shared, payload).await
            }
            Door::Client { permission, run, .. } => run(request, shared, payload, *permission).await,
            Door::Members { permission, run, .. } => {
                let admitted = admission::json(request, shared, payload, *permission).await?;
                run(request, shared, admitted).await
            }
            Door::Interchange { run } => {
                body::check_plain(request)?;
                run(request, shared, payload).await
            }
        }
    }
}
