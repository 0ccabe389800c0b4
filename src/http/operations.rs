//! What is called beside the methods, at every door: the single source for routes, its part of the OpenAPI document and its
//! access tests, as the registry is for the methods.

use actix_web::web::{Data, Payload, ServiceConfig};
use actix_web::{HttpRequest, web};

use super::operation::Operation;
use super::pipeline;
use super::pipeline::request_log::note_method;
use super::shared::Shared;
use super::{cds, exchange, oauth, rest};

/// Every operation beside the methods, door by door.
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    [
        cds::operations::OPERATIONS,
        exchange::registry::OPERATIONS,
        oauth::registry::OPERATIONS,
        rest::registry::OPERATIONS,
    ]
    .into_iter()
    .flatten()
}

/// Adds the route of every operation.
pub(super) fn routes(app: &mut ServiceConfig) {
    for operation in operations() {
        let serve = move |request: HttpRequest, shared: Data<Shared>, payload: Payload| async move {
            note_method(&request, operation.path.trim_start_matches('/'));
            let serving = operation.serve(&request, &shared, payload);
            pipeline::serve(&request, &shared, operation.errors, serving).await
        };
        app.route(operation.path, web::route().to(serve));
    }
}
