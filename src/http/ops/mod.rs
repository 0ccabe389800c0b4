//! What operators and developers look at: health, readiness, metrics, documentation.

use actix_web::http::header::{CONTENT_TYPE, LOCATION};
use actix_web::{HttpResponse, web};
use serde_json::json;
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::shared::Shared;
use crate::service::Health;

/// The process lives.
pub(super) async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

/// Whether requests can be served now: the database answers and writes are taken.
pub(super) async fn readyz(shared: web::Data<Shared>) -> HttpResponse {
    let Health { database, write_queue, writes_waiting } = shared.services.health().await;
    let stopping = shared.is_stopping();
    let body = json!({
        "database": database, "write_queue": write_queue, "writes_waiting": writes_waiting, "stopping": stopping,
    });
    if database && write_queue && !stopping {
        HttpResponse::Ok().json(body)
    } else {
        HttpResponse::ServiceUnavailable().insert_header(("retry-after", "1")).json(body)
    }
}

pub(super) async fn metrics(shared: web::Data<Shared>) -> HttpResponse {
    let (used, size) = shared.services.connections();
    metrics::gauge!("entrepost_pool_connections_used").set(used as f64);
    metrics::gauge!("entrepost_pool_connections_allowed").set(size as f64);
    metrics::gauge!("entrepost_write_queue_depth").set(shared.services.writes_waiting() as f64);
    shared.metrics.run_upkeep();
    HttpResponse::Ok().insert_header((CONTENT_TYPE, "text/plain; version=0.0.4")).body(shared.metrics.render())
}

pub(super) async fn openapi(shared: web::Data<Shared>) -> HttpResponse {
    HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/json")).body(shared.openapi.clone())
}

pub(super) async fn docs() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((LOCATION, "/docs/")).finish()
}

/// The documentation page; its files are in the binary.
pub(super) fn documentation_page() -> SwaggerUi {
    SwaggerUi::new("/docs/{_:.*}").config(Config::from("/openapi.json").doc_expansion("none").validator_url("none"))
}
