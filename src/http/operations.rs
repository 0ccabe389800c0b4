//! What is called beside the methods, at every door: the single source for routes, its part of the OpenAPI document and its
//! access tests, as the registry is for the methods.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::http::Method;
use actix_web::web::{Data, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, web};

use super::operation::Operation;
use super::pipeline;
use super::pipeline::request_log::note_method;
use super::shared::Shared;
use super::{cds, courier, exchange, oauth, rest};
use crate::error::Error;

/// Every operation beside the methods, door by door.
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    [
        cds::operations::OPERATIONS,
        courier::registry::OPERATIONS,
        exchange::registry::OPERATIONS,
        oauth::registry::OPERATIONS,
        rest::registry::OPERATIONS,
        rest::resources::RESOURCES,
    ]
    .into_iter()
    .flatten()
}

/// Adds the routes. Paths whose parts are fixed come before those with a name in the same place.
pub(super) fn routes(app: &mut ServiceConfig) {
    let mut by_path: BTreeMap<&str, Vec<&'static Operation>> = BTreeMap::new();
    for operation in operations() {
        by_path.entry(operation.path).or_default().push(operation);
    }
    for (path, verbs) in by_path {
        let verbs: Arc<[&'static Operation]> = verbs.into();
        let serve = move |request: HttpRequest, shared: Data<Shared>, payload: Payload| {
            let verbs = Arc::clone(&verbs);
            async move { serve(&verbs, &request, &shared, payload).await }
        };
        app.route(path, web::route().to(serve));
    }
}

/// Serves a call of a path by the operation that has its verb.
async fn serve(verbs: &[&'static Operation], request: &HttpRequest, shared: &Shared, payload: Payload) -> HttpResponse {
    let verb = if request.method() == Method::HEAD { "GET" } else { request.method().as_str() };
    let asked = verbs.iter().find(|operation| operation.verb() == verb);
    let Some(any) = asked.or(verbs.first()) else { return HttpResponse::NotFound().finish() };
    note_method(request, any.path.trim_start_matches('/'));
    let serving = async {
        match asked {
            Some(operation) => operation.serve(request, shared, payload).await,
            None => {
                let allowed: Vec<&str> = verbs.iter().map(|operation| operation.verb()).collect();
                Err(Error::VerbNotAllowed { allowed: allowed.join(", ") })
            }
        }
    };
    pipeline::serve(request, shared, any.errors, serving).await
}
