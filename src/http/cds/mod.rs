//! The CDS surface: POST `/{Method}`, a JSON object of parameters in, a wrapped result out.

mod access;
mod anonymous;
mod blank;
mod declarations;
mod item_status;
mod loading;
mod lookup;
mod movement;
pub mod names;
pub(super) mod operations;
pub(super) mod printing;
mod referrals;
pub mod registry;
pub(super) mod reply;
pub(super) mod request;
mod responses;
mod trade;
mod watchdog;

use actix_web::http::Method as Verb;
use actix_web::{HttpRequest, HttpResponse, web};

use super::error::ErrorForm;
use super::pipeline::admission::{self, Admitted};
use super::pipeline::{self, request_log};
use super::shared::Shared;
use crate::error::{Error, Result};
use registry::{Method, Registry};
use request::Call;

/// Serves one method call.
pub(super) async fn call(
    request: HttpRequest,
    shared: web::Data<Shared>,
    methods: web::Data<Registry>,
    payload: web::Payload,
) -> HttpResponse {
    pipeline::serve(&request, &shared, ErrorForm::Cds, serve(&request, &shared, &methods, payload)).await
}

async fn serve(
    request: &HttpRequest,
    shared: &Shared,
    methods: &Registry,
    payload: web::Payload,
) -> Result<HttpResponse> {
    let name = request.match_info().get("method").unwrap_or_default();
    let method = methods.find(name)?;
    request_log::note_method(request, method.name);
    if request.method() != Verb::POST {
        return Err(Error::VerbNotAllowed { allowed: "POST".into() });
    }
    let admitted = admission::json(request, shared, payload, method.permission).await?;
    let call = call_of(request, shared, admitted, method)?;
    Ok(method.run(call).await?.into_response())
}

/// The call of a method by a caller who was admitted: finds out for whom.
pub(super) fn call_of<'a>(
    request: &HttpRequest,
    shared: &'a Shared,
    admitted: Admitted,
    method: &Method,
) -> Result<Call<'a>> {
    names::check(&admitted.actor, admitted.text(), method.named)?;
    Call::new(request, shared, admitted, method.writes.then_some(method.name))
}
