//! Who calls, and may they: from a credential to a caller within its limits.
//!
//! The Authorization header is looked at before the body is read; only what authenticates by the body is read first, within
//! a smaller budget.

use std::ops::Range;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::web::{Bytes, Payload};

use super::body::{self, Body};
use super::client;
use super::connections::Served;
use super::credentials::{self, Members};
use super::json_scan;
use super::permission::Permission;
use super::request_log::{note_limit, note_organization};
use crate::error::{Error, Result};
use crate::http::shared::Shared;
use crate::limits;
use crate::service::auth::Credential;
use crate::service::{Actor, Part};

/// A request with a JSON object whose caller is known, within its limits and entitled.
pub(in crate::http) struct Admitted {
    pub actor: Arc<Actor>,
    body: Body,
    _served: Served,
    /// Where the body says what authorizes it.
    pub secrets: Vec<Range<usize>>,
}

impl Admitted {
    /// The JSON object.
    pub fn text(&self) -> &str {
        // Checked when it was read.
        std::str::from_utf8(&self.body.bytes).unwrap_or_default()
    }

    pub fn bytes(&self) -> &Bytes {
        &self.body.bytes
    }
}

/// Reads a JSON object and finds out who sends it.
///
/// # Errors
/// 415 for what is not JSON, 401 for who is nobody or not entitled, 429 for who calls too often, 408, 413 and 503
/// for what does not fit, 400 for what is no JSON object.
pub(in crate::http) async fn json(
    request: &HttpRequest,
    shared: &Shared,
    payload: Payload,
    permission: Permission,
) -> Result<Admitted> {
    body::check_json(request)?;
    let received = receive(request, shared, payload, permission).await?;
    admit(request, shared, received, permission).await
}

/// A body, and the caller where the headers say who it is.
pub(in crate::http) struct Received {
    known: Option<(Arc<Actor>, Served)>,
    body: Body,
}

impl Received {
    /// The body as it came.
    pub fn bytes(&self) -> &Bytes {
        &self.body.bytes
    }

    /// The same request with the JSON object that its body says in another form.
    #[must_use]
    pub fn read_as(mut self, json: String) -> Self {
        self.body.bytes = json.into();
        self
    }
}

/// Reads a body. `permission` is what is asked of the caller, as far as it is known what is called.
///
/// # Errors
/// Like [`json`], but for what the body says.
pub(in crate::http) async fn receive(
    request: &HttpRequest,
    shared: &Shared,
    payload: Payload,
    permission: Permission,
) -> Result<Received> {
    let known = match credentials::of_header(request)? {
        Some(credential) => {
            let actor = caller(request, shared, credential, permission).await?;
            Some((actor, Served::new(request)))
        }
        None => None,
    };
    let body = body::read(request, payload, shared.request_read, &shared.budget.of(request, known.is_some())).await?;
    Ok(Received { known, body })
}

/// Finds out who sends the JSON object received.
///
/// # Errors
/// Like [`json`].
pub(in crate::http) async fn admit(
    request: &HttpRequest,
    shared: &Shared,
    received: Received,
    permission: Permission,
) -> Result<Admitted> {
    let Received { known, body } = received;
    json_scan::check(&body.bytes)?;
    let text = std::str::from_utf8(&body.bytes)
        .map_err(|error| Error::invalid("json", "", format!("the body is not UTF-8 (byte {})", error.valid_up_to())))?;
    let members = Members::read(text)?;
    let secrets = members.places(text);
    let was_known = known.is_some();
    let (actor, served) = match (members.credential()?, known) {
        (Some(credential), _) => (caller(request, shared, credential, permission).await?, Served::new(request)),
        (None, Some(known)) => {
            permission.check(&known.0)?;
            known
        }
        (None, None) => return Err(Error::Unauthorized),
    };
    note_organization(request, &actor.org);
    shared.rate_limits.request(&actor.org)?;
    shared.services.note_activity(Part::ApiCall);
    let body = if was_known { body } else { body.moved_to(&shared.budget.of(request, true)).await? };
    Ok(Admitted { actor, body, _served: served, secrets })
}

/// The client that says its id and secret with the call.
///
/// # Errors
/// 401 for who is none, 403 for a missing scope, 429 for who calls too often.
pub(in crate::http) async fn client(
    request: &HttpRequest,
    shared: &Shared,
    permission: Permission,
) -> Result<Arc<Actor>> {
    let actor = caller(request, shared, credentials::of_client(request)?, permission).await?;
    note_organization(request, &actor.org);
    note_limit(request, shared.rate_limits.request(&actor.org)?);
    shared.services.note_activity(Part::ApiCall);
    Ok(actor)
}

/// Reads the JSON object that such a client sends.
///
/// # Errors
/// 415 for what is not JSON, 408, 413 and 503 for what does not fit, 400 for what is no text, or exceeds a limit within.
pub(in crate::http) async fn client_body(
    request: &HttpRequest,
    shared: &Shared,
    payload: Payload,
    actor: Arc<Actor>,
) -> Result<Admitted> {
    body::check_json(request)?;
    let served = Served::new(request);
    let body = file(request, shared, payload).await?;
    let limit_bytes = limits::COURIER_BODY_BYTES;
    if body.bytes.len() > limit_bytes {
        return Err(Error::BodyTooLarge { limit_bytes });
    }
    json_scan::check(&body.bytes)?;
    if std::str::from_utf8(&body.bytes).is_err() {
        return Err(Error::invalid("json", "", "the body is not UTF-8"));
    }
    Ok(Admitted { actor, body, _served: served, secrets: Vec::new() })
}

async fn caller(
    request: &HttpRequest,
    shared: &Shared,
    credential: Credential,
    permission: Permission,
) -> Result<Arc<Actor>> {
    let address = client::of(request, &shared.trusted_proxies);
    if !shared.services.has_met(&credential) {
        shared.rate_limits.may_try(address)?;
    }
    let actor = shared.services.authenticate(credential).await;
    let actor = actor.inspect_err(|error| shared.rate_limits.note_failure(address, error))?;
    permission.check(&actor)?;
    Ok(actor)
}

/// The caller of a request without a body.
///
/// # Errors
/// 401 for who is nobody, 403 for a missing scope, 429 for who calls too often.
pub(in crate::http) async fn caller_by_header(
    request: &HttpRequest,
    shared: &Shared,
    permission: Permission,
) -> Result<Arc<Actor>> {
    let credential = credentials::of_header(request)?.ok_or(Error::Unauthorized)?;
    let actor = caller(request, shared, credential, permission).await?;
    note_organization(request, &actor.org);
    note_limit(request, shared.rate_limits.request(&actor.org)?);
    shared.services.note_activity(Part::ApiCall);
    Ok(actor)
}

/// What a resource is asked with: who asks, and the body where one is read.
pub(in crate::http) struct Asked {
    pub actor: Arc<Actor>,
    pub body: Option<Body>,
    _served: Served,
}

/// Finds out by the headers who asks for a resource, and reads the body after that.
///
/// # Errors
/// Those of [`caller_by_header`] and [`file`].
pub(in crate::http) async fn resource(
    request: &HttpRequest,
    shared: &Shared,
    payload: Option<Payload>,
    permission: Permission,
) -> Result<Asked> {
    let actor = caller_by_header(request, shared, permission).await?;
    let _served = Served::new(request);
    let body = match payload {
        Some(payload) => Some(file(request, shared, payload).await?),
        None => None,
    };
    Ok(Asked { actor, body, _served })
}

/// Reads a form, which is short.
///
/// # Errors
/// 408, 413 and 503 for what does not fit.
pub(in crate::http) async fn form(request: &HttpRequest, shared: &Shared, payload: Payload) -> Result<Body> {
    let body = body::read(request, payload, shared.request_read, &shared.budget.of(request, false)).await?;
    let limit_bytes = limits::TOKEN_REQUEST_BYTES;
    if body.bytes.len() > limit_bytes { Err(Error::BodyTooLarge { limit_bytes }) } else { Ok(body) }
}

/// Reads a form that a browser sends.
///
/// # Errors
/// 408, 413 and 503 for what does not fit.
pub(in crate::http) async fn sent_form(
    request: &HttpRequest,
    shared: &Shared,
    payload: Payload,
    is_known: bool,
) -> Result<Body> {
    let body = body::read(request, payload, shared.request_read, &shared.budget.of(request, is_known)).await?;
    let limit_bytes = limits::FORM_BYTES;
    if body.bytes.len() > limit_bytes { Err(Error::BodyTooLarge { limit_bytes }) } else { Ok(body) }
}

/// Reads a file of a caller who is known by the headers.
///
/// # Errors
/// 408, 413 and 503 for what does not fit.
pub(in crate::http) async fn file(request: &HttpRequest, shared: &Shared, payload: Payload) -> Result<Body> {
    body::read(request, payload, shared.request_read, &shared.budget.of(request, true)).await
}
