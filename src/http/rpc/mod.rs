//! The CDS surface: POST `/{Method}`, a JSON object of parameters in, a wrapped result out.

mod access;
mod blank;
mod declarations;
mod loading;
mod movement;
pub mod registry;
mod request;
mod responses;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use actix_web::http::Method as Verb;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::FutureExt;
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::answer::Reply;
use super::observe::{note_method, note_organization};
use super::{Shared, body, json_scan};
use crate::error::{Error, Result};
use registry::Method;
use request::Call;

/// Serves one method call. A panic becomes a 500 and the process lives.
pub(super) async fn call(
    request: HttpRequest,
    shared: web::Data<Shared>,
    payload: web::Payload,
) -> Result<HttpResponse> {
    let served = AssertUnwindSafe(serve(request, shared, payload)).catch_unwind().await;
    served.unwrap_or_else(|_| Err(Error::Internal("a request handler panicked".into())))
}

async fn serve(request: HttpRequest, shared: web::Data<Shared>, payload: web::Payload) -> Result<HttpResponse> {
    let name = request.match_info().get("method").unwrap_or_default();
    let method = shared.methods.find(name)?;
    note_method(&request, method.name);
    if request.method() != Verb::POST {
        return Err(Error::VerbNotAllowed);
    }
    if shared.is_stopping() {
        return Err(Error::unavailable("The server is stopping"));
    }
    let bytes = body::read(&request, payload, shared.request_read).await?;
    json_scan::check(&bytes)?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|error| Error::invalid("json", "", format!("the body is not UTF-8 (byte {})", error.valid_up_to())))?;
    let reply = run(&request, &shared, method, text, &bytes).await?;
    Ok(reply.into_response())
}

async fn run(request: &HttpRequest, shared: &Shared, method: &Method, text: &str, bytes: &web::Bytes) -> Result<Reply> {
    let token = token(request, text)?;
    let actor = shared.services.authenticate(&token).await?;
    note_organization(request, &actor.org);
    shared.gate.request(&actor.org)?;
    if !method.who.admits(actor.kind) {
        return Err(Error::Unauthorized);
    }
    shared.services.beat("LastApiCallDt");
    let call = Call::new(request, shared, Arc::clone(&actor), method, bytes.clone())?;
    method.run(call).await
}

/// What lies beside the methods.
pub(super) async fn nowhere() -> Result<HttpResponse> {
    Err(Error::NoSuchMethod { suggestion: None })
}

/// The members that authorize, under either name.
#[derive(Deserialize)]
struct Credentials<'a> {
    #[serde(borrow)]
    token: Option<&'a RawValue>,
    #[serde(borrow, rename = "securityToken")]
    security_token: Option<&'a RawValue>,
}

/// The token or session key of a call: member `token`, member `securityToken` or the Authorization header.
///
/// # Errors
/// 400 when the body is no JSON object; 401 for anything that is not a GUID, and for the all-zero GUID.
fn token(request: &HttpRequest, text: &str) -> Result<Uuid> {
    let credentials: Credentials<'_> = serde_json::from_str(text).map_err(|error| not_an_object(&error))?;
    let members = [credentials.token, credentials.security_token];
    let member = members.into_iter().flatten().find_map(|raw| serde_json::from_str::<String>(raw.get()).ok());
    let bearer = || {
        let header = request.headers().get("authorization")?.to_str().ok()?;
        let (scheme, token) = header.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
    };
    let token = member.or_else(bearer).and_then(|text| Uuid::try_parse(text.trim()).ok());
    token.filter(|token| !token.is_nil()).ok_or(Error::Unauthorized)
}

fn not_an_object(error: &serde_json::Error) -> Error {
    Error::invalid("json", "", format!("the body must be one JSON object with the method's parameters: {error}"))
}
