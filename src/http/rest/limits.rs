//! GET /v1/limits.

use actix_web::HttpResponse;
use serde::Serialize;
use utoipa::ToSchema;

use crate::limits;

/// One limit.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Limit {
    name: &'static str,
    value: u64,
    unit: &'static str,
    /// Why it exists, and what happens beyond it.
    reason: &'static str,
}

pub(super) fn list() -> HttpResponse {
    let limit = |limit: &limits::Limit| {
        let limits::Limit { name, value, unit, reason } = *limit;
        Limit { name, value, unit, reason }
    };
    HttpResponse::Ok().json(limits::ALL.iter().map(limit).collect::<Vec<_>>())
}
