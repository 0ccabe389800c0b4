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
pub(super) mod printing;
mod referrals;
pub mod registry;
pub(super) mod request;
mod responses;
mod trade;
mod watchdog;

use std::ops::Range;

use actix_web::http::Method as Verb;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::guard::guarded;
use super::request_log::{note_method, note_organization};
use super::shared::Shared;
use super::{body, json_scan};
use crate::error::{Error, Result};
use crate::service::Part;
use names::Named;
use registry::{Method, Registry, Who};
use request::Call;

/// Serves one method call.
pub(super) async fn call(
    request: HttpRequest,
    shared: web::Data<Shared>,
    methods: web::Data<Registry>,
    payload: web::Payload,
) -> Result<HttpResponse> {
    guarded(serve(request, shared, methods, payload)).await
}

async fn serve(
    request: HttpRequest,
    shared: web::Data<Shared>,
    methods: web::Data<Registry>,
    payload: web::Payload,
) -> Result<HttpResponse> {
    let name = request.match_info().get("method").unwrap_or_default();
    let method = methods.find(name)?;
    note_method(&request, method.name);
    if request.method() != Verb::POST {
        return Err(Error::VerbNotAllowed);
    }
    let call = admit(&request, &shared, payload, Asked::of(method)).await?;
    Ok(method.run(call).await?.into_response())
}

/// What is asked of a call before its method is.
pub(super) struct Asked<'m> {
    who: Who,
    /// Members that name the caller.
    named: Named,
    /// The method whose repeats an idempotency key may stop.
    keyed: Option<&'m str>,
}

impl<'m> Asked<'m> {
    /// What is asked of a caller who names nobody and whose repeats no key stops.
    pub(super) fn by(who: Who) -> Self {
        Self { who, named: &[], keyed: None }
    }

    pub(super) fn of(method: &'m Method) -> Self {
        Self { who: method.who, named: method.named, keyed: method.writes.then_some(method.name) }
    }
}

/// Reads the request and finds out who calls, and for whom.
pub(super) async fn admit<'a>(
    request: &HttpRequest,
    shared: &'a Shared,
    payload: web::Payload,
    asked: Asked<'_>,
) -> Result<Call<'a>> {
    let bytes = receive(request, shared, payload).await?;
    admit_text(request, shared, bytes, asked).await
}

/// Reads the body of a request.
pub(super) async fn receive(request: &HttpRequest, shared: &Shared, payload: web::Payload) -> Result<Bytes> {
    if shared.is_stopping() {
        return Err(Error::unavailable("The server is stopping"));
    }
    body::read(request, payload, shared.request_read).await
}

/// The same for a request whose JSON text is there.
pub(super) async fn admit_text<'a>(
    request: &HttpRequest,
    shared: &'a Shared,
    bytes: Bytes,
    asked: Asked<'_>,
) -> Result<Call<'a>> {
    json_scan::check(&bytes)?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|error| Error::invalid("json", "", format!("the body is not UTF-8 (byte {})", error.valid_up_to())))?;
    let credentials = Credentials::read(text)?;
    let secrets = credentials.places(text);
    let actor = shared.services.authenticate(&credentials.token(request)?).await?;
    note_organization(request, &actor.org);
    shared.rate_limits.request(&actor.org)?;
    if !asked.who.admits(actor.kind) {
        return Err(Error::Unauthorized);
    }
    names::check(&actor, text, asked.named)?;
    shared.services.note_activity(Part::ApiCall);
    Call::new(request, shared, actor, asked.keyed, bytes, &secrets)
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

impl<'a> Credentials<'a> {
    /// # Errors
    /// 400 when the body is no JSON object.
    fn read(text: &'a str) -> Result<Self> {
        // The parser would take a list as members by place.
        if !text.trim_start().starts_with('{') {
            return Err(not_an_object(""));
        }
        serde_json::from_str(text).map_err(|error| not_an_object(&format!(": {error}")))
    }

    fn members(&self) -> impl Iterator<Item = &'a RawValue> {
        [self.token, self.security_token].into_iter().flatten()
    }

    /// Where the members' values stand in the text they were read from, in order.
    fn places(&self, text: &str) -> Vec<Range<usize>> {
        let start = |raw: &RawValue| raw.get().as_ptr().addr() - text.as_ptr().addr();
        let mut places: Vec<_> = self.members().map(|raw| start(raw)..start(raw) + raw.get().len()).collect();
        places.sort_unstable_by_key(|place| place.start);
        places
    }

    /// The token or session key of a call: member `token`, member `securityToken` or the Authorization header.
    ///
    /// # Errors
    /// 401 for anything that is not a GUID, and for the all-zero GUID.
    fn token(&self, request: &HttpRequest) -> Result<Uuid> {
        let member = self.members().find_map(|raw| serde_json::from_str::<String>(raw.get()).ok());
        let bearer = || {
            let header = request.headers().get("authorization")?.to_str().ok()?;
            let (scheme, token) = header.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
        };
        let token = member.or_else(bearer).and_then(|text| Uuid::try_parse(text.trim()).ok());
        token.filter(|token| !token.is_nil()).ok_or(Error::Unauthorized)
    }
}

fn not_an_object(reason: &str) -> Error {
    Error::invalid("json", "", format!("the body must be one JSON object with the method's parameters{reason}"))
}
