//! What operators and developers look at: health, readiness, metrics, documentation. Open to anybody; metrics and
//! documentation may be had at another socket alone.

mod docs;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, web};
use serde_json::json;

use super::shared::Shared;
use crate::service::Health;

/// Whether the server is well, for those who send it requests.
pub(super) fn health(app: &mut ServiceConfig) {
    app.route("/healthz", web::get().to(healthz)).route("/readyz", web::get().to(readyz));
}

/// What it does, for those who run it or write programs for it; `has_doors`: at the socket that serves requests.
pub(super) fn insight(app: &mut ServiceConfig, has_doors: bool) {
    app.route("/metrics", web::get().to(metrics)).route("/openapi.json", web::get().to(openapi));
    docs::routes(app, has_doors);
}

/// The process lives.
async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

/// Whether requests can be served now: the database answers and writes are taken.
async fn readyz(shared: web::Data<Shared>) -> HttpResponse {
    let health = shared.services.health().await;
    let (ready, stopping) = (health.is_ready(), shared.is_stopping());
    let Health { database, fault, write_queue, writes_waiting, jobs } = health;
    let jobs: Vec<_> = jobs
        .iter()
        .map(|job| json!({ "name": job.name, "age_s": job.age.as_secs(), "late": job.late, "panics": job.panics }))
        .collect();
    let body = json!({
        "database": database, "fault": fault, "write_queue": write_queue, "writes_waiting": writes_waiting,
        "stopping": stopping, "jobs": jobs,
    });
    if ready && !stopping {
        HttpResponse::Ok().json(body)
    } else {
        HttpResponse::ServiceUnavailable().insert_header(("retry-after", "1")).json(body)
    }
}

async fn metrics(shared: web::Data<Shared>) -> HttpResponse {
    let (used, size) = shared.services.connections();
    metrics::gauge!("entrepost_pool_connections_used").set(used as f64);
    metrics::gauge!("entrepost_pool_connections_allowed").set(size as f64);
    metrics::gauge!("entrepost_write_queue_depth").set(shared.services.writes_waiting() as f64);
    metrics::gauge!("entrepost_connections").set(shared.connections.open() as f64);
    let fault = shared.services.store_fault().is_some();
    metrics::gauge!("entrepost_database_fault").set(if fault { 1.0 } else { 0.0 });
    for job in shared.services.jobs().states() {
        metrics::gauge!("entrepost_job_age_seconds", "job" => job.name).set(job.age.as_secs_f64());
    }
    shared.metrics.run_upkeep();
    HttpResponse::Ok().insert_header((CONTENT_TYPE, "text/plain; version=0.0.4")).body(shared.metrics.render())
}

async fn openapi(shared: web::Data<Shared>) -> HttpResponse {
    HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/json")).body(shared.openapi.clone())
}
