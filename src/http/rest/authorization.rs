//! GET /v1/authorizationStatus: what the credential of a call stands for.

use actix_web::HttpResponse;
use chrono::SecondsFormat;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{Scope, Scopes};
use crate::service::Actor;

/// What a credential stands for.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AuthorizationStatus {
    organization: String,
    /// post or customs.
    kind: &'static str,
    /// The posts whose items it may see.
    tenant_ids: Vec<String>,
    /// The OAuth2 client; null for a token of the organization and a session.
    client: Option<String>,
    /// What the client's own house calls it.
    source_sys_ref: Option<String>,
    /// Names of scopes, separated by blanks.
    scopes: String,
    /// The offices it may act for; null for all.
    offices: Option<Vec<String>>,
    /// RFC 3339; null for what does not end by itself.
    expires_at: Option<String>,
}

pub(super) fn status(actor: &Actor) -> HttpResponse {
    let scopes = actor.scopes.unwrap_or_else(|| Scope::ALL.into_iter().collect::<Scopes>());
    HttpResponse::Ok().json(AuthorizationStatus {
        organization: actor.org.clone(),
        kind: actor.kind.name(),
        tenant_ids: actor.posts.clone(),
        client: actor.client.clone(),
        source_sys_ref: actor.source_system.clone(),
        scopes: scopes.to_string(),
        offices: actor.offices.clone(),
        expires_at: actor.ends_at.map(|end| end.to_rfc3339_opts(SecondsFormat::Secs, true)),
    })
}
