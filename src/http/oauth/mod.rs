//! OAuth2 for systems: client credentials, opaque tokens (RFC 6749, 7009, 7662, 8414).
//!
//! Knows how a client says who it is and how it is told what is wrong. What a client may have is the services' business.

pub(super) mod registry;

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, PRAGMA, WWW_AUTHENTICATE};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::error::oauth::OAuthError;
use super::pipeline::request_log::note_organization;
use super::pipeline::{admission, client, credentials};
use super::shared::Shared;
use crate::contract::canonical::to_canonical;
use crate::domain::{Scope, Scopes};
use crate::error::{Error, Result};
use crate::service::oauth::{GrantError, KnownClient};

/// The fields of a form. A field that comes twice is a fault by the standard.
struct Form(HashMap<String, String>);

/// What a client is refused with.
enum Refusal {
    Invalid(&'static str),
    Client { by_basic: bool },
    Grant,
    Scope,
    Other(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl Form {
    fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        let fields: Vec<(String, String)> =
            serde_urlencoded::from_bytes(bytes).map_err(|_| Refusal::Invalid("the form cannot be read"))?;
        let mut form = HashMap::new();
        for (name, value) in fields {
            if form.insert(name, value).is_some() {
                return Err(Refusal::Invalid("a field comes twice"));
            }
        }
        Ok(Self(form))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

impl Refusal {
    /// # Errors
    /// What no word of the standard is for.
    fn into_response(self) -> Result<HttpResponse> {
        let (status, error, description) = match &self {
            Self::Invalid(how) => (StatusCode::BAD_REQUEST, "invalid_request", *how),
            Self::Client { .. } => (StatusCode::UNAUTHORIZED, "invalid_client", "Client authentication failed."),
            Self::Grant => (StatusCode::BAD_REQUEST, "unsupported_grant_type", "The only grant is client_credentials."),
            Self::Scope => {
                (StatusCode::BAD_REQUEST, "invalid_scope", "The client may not have this scope, or there is none such.")
            }
            Self::Other(error) => return Err(error.clone()),
        };
        let mut response = HttpResponse::build(status);
        if matches!(self, Self::Client { by_basic: true }) {
            response.insert_header((WWW_AUTHENTICATE, "Basic realm=\"oauth2\""));
        }
        Ok(answer(&mut response, &OAuthError { error, error_description: description.to_owned() }))
    }
}

fn answer(response: &mut actix_web::HttpResponseBuilder, body: &impl Serialize) -> HttpResponse {
    response.insert_header((CONTENT_TYPE, "application/json")).insert_header((PRAGMA, "no-cache"));
    response.body(to_canonical(body))
}

/// An access token, as it is given out.
#[derive(Serialize, ToSchema)]
struct TokenAnswer {
    access_token: String,
    /// Bearer.
    token_type: &'static str,
    /// Seconds.
    expires_in: u32,
    /// Names of scopes, separated by blanks.
    scope: String,
}

/// Fields of a request for a token.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the form; it is read field by field")]
struct TokenFields {
    /// client_credentials
    grant_type: String,
    /// Some of the client's scopes, separated by blanks; all of them when absent.
    scope: Option<String>,
    /// Instead of Authorization: Basic.
    client_id: Option<String>,
    client_secret: Option<String>,
}

/// Fields of a request about a token.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the form; it is read field by field")]
struct AboutFields {
    token: String,
    token_type_hint: Option<String>,
    /// Instead of Authorization: Basic.
    client_id: Option<String>,
    client_secret: Option<String>,
}

/// What a token stands for. Only `active` of one that is none, or another organization's.
#[derive(Serialize, ToSchema)]
struct IntrospectionAnswer {
    active: bool,
    client_id: Option<String>,
    scope: Option<String>,
    token_type: Option<&'static str>,
    /// The organization.
    sub: Option<String>,
    /// Seconds since 1970.
    iat: Option<i64>,
    exp: Option<i64>,
}

/// Where the endpoints are, and what they take.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the answer")]
struct Metadata {
    issuer: String,
    token_endpoint: String,
    revocation_endpoint: String,
    introspection_endpoint: String,
    grant_types_supported: Vec<String>,
    scopes_supported: Vec<String>,
    token_endpoint_auth_methods_supported: Vec<String>,
}

async fn token(request: &HttpRequest, shared: &Shared, payload: Payload) -> Result<HttpResponse> {
    granted(request, shared, payload).await.or_else(Refusal::into_response)
}

async fn granted(request: &HttpRequest, shared: &Shared, payload: Payload) -> Result<HttpResponse, Refusal> {
    let body = admission::form(request, shared, payload).await?;
    let form = Form::read(&body.bytes)?;
    let client = known_client(request, shared, &form).await?;
    match form.get("grant_type") {
        Some("client_credentials") => {}
        Some(_) => return Err(Refusal::Grant),
        None => return Err(Refusal::Invalid("grant_type is missing")),
    }
    let grant = shared.services.grant(&client, form.get("scope")).await.map_err(|error| match error {
        GrantError::InvalidScope => Refusal::Scope,
        GrantError::InvalidClient => Refusal::Client { by_basic: false },
        GrantError::Other(error) => Refusal::Other(error),
    })?;
    let told = TokenAnswer {
        access_token: grant.token.expose().to_owned(),
        token_type: "Bearer",
        expires_in: grant.seconds,
        scope: grant.scopes.to_string(),
    };
    Ok(answer(&mut HttpResponse::Ok(), &told))
}

async fn revoke(request: &HttpRequest, shared: &Shared, payload: Payload) -> Result<HttpResponse> {
    let revoked = async {
        let body = admission::form(request, shared, payload).await?;
        let form = Form::read(&body.bytes)?;
        let client = known_client(request, shared, &form).await?;
        let token = form.get("token").ok_or(Refusal::Invalid("token is missing"))?;
        shared.services.revoke_access_token(&client, token).await?;
        Ok(HttpResponse::Ok().finish())
    };
    revoked.await.or_else(Refusal::into_response)
}

async fn introspect(request: &HttpRequest, shared: &Shared, payload: Payload) -> Result<HttpResponse> {
    let told = async {
        let body = admission::form(request, shared, payload).await?;
        let form = Form::read(&body.bytes)?;
        let client = known_client(request, shared, &form).await?;
        let needed: Scopes = [Scope::IntrospectTokens].into_iter().collect();
        if !client.may(needed)? {
            return Err(Refusal::Other(Error::MissingScope { needed: needed.to_string() }));
        }
        let token = form.get("token").ok_or(Refusal::Invalid("token is missing"))?;
        let found = shared.services.introspect(client.org(), token).await?;
        let told = match found {
            None => json!({ "active": false }),
            Some(found) => json!(IntrospectionAnswer {
                active: true,
                client_id: Some(found.client),
                scope: Some(found.scopes.to_string()),
                token_type: Some("Bearer"),
                sub: Some(found.org),
                iat: Some(found.issued_at.timestamp()),
                exp: Some(found.expires_at.timestamp()),
            }),
        };
        Ok(answer(&mut HttpResponse::Ok(), &told))
    };
    told.await.or_else(Refusal::into_response)
}

/// The client that a request says it comes from: by Basic, or in the form, not by both.
async fn known_client(request: &HttpRequest, shared: &Shared, form: &Form) -> Result<KnownClient, Refusal> {
    let basic = basic(request)?;
    let by_basic = basic.is_some();
    let in_form = form.get("client_secret").is_some();
    let (id, secret) = match (&basic, form.get("client_id"), form.get("client_secret")) {
        (Some(_), _, Some(_)) => return Err(Refusal::Invalid("the client authenticates twice")),
        (Some((id, _)), Some(other), None) if id != other => {
            return Err(Refusal::Invalid("the client names itself twice, differently"));
        }
        (Some((id, secret)), _, None) => (id.as_str(), secret.as_str()),
        (None, Some(id), Some(secret)) => (id, secret),
        (None, _, _) => return Err(Refusal::Client { by_basic: !in_form }),
    };
    let address = client::of(request, &shared.trusted_proxies);
    shared.rate_limits.token(id, address)?;
    match shared.services.client_by_secret(id, secret).await {
        Ok(client) => {
            note_organization(request, client.org());
            Ok(client)
        }
        Err(GrantError::Other(error)) => Err(Refusal::Other(error)),
        Err(_) => {
            shared.rate_limits.note_failed_token(address);
            Err(Refusal::Client { by_basic })
        }
    }
}

/// Id and secret in an Authorization header.
fn basic(request: &HttpRequest) -> Result<Option<(String, String)>, Refusal> {
    if !request.headers().contains_key(AUTHORIZATION) {
        return Ok(None);
    }
    credentials::basic(request).map(Some).ok_or(Refusal::Client { by_basic: true })
}

fn metadata(request: &HttpRequest, shared: &Shared) -> HttpResponse {
    let issuer = shared.public_url.clone().unwrap_or_else(|| {
        let info = request.connection_info();
        format!("{}://{}", shared.scheme, info.host())
    });
    let at = |path: &str| format!("{issuer}{path}");
    let methods = ["client_secret_basic", "client_secret_post"];
    HttpResponse::Ok().json(json!({
        "issuer": issuer,
        "token_endpoint": at("/oauth2/token"),
        "revocation_endpoint": at("/oauth2/revoke"),
        "introspection_endpoint": at("/oauth2/introspect"),
        "response_types_supported": [],
        "grant_types_supported": ["client_credentials"],
        "scopes_supported": Scope::ALL,
        "token_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_methods_supported": methods,
        "introspection_endpoint_auth_methods_supported": methods,
        "service_documentation": at("/docs/"),
    }))
}
