//! The courier door: declarations as couriers submit them, in the form that their systems know (XpressConnect).
//!
//! A client says its id and secret with each call. What an application decides is answered with 200; what it decided stands in the
//! body and in `X-Entrepost-Status`.

pub(super) mod registry;

use std::future::Future;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::error::courier::{REAL_STATUS, answer};
use super::pipeline::admission::{self, Admitted};
use super::pipeline::permission::Permission;
use super::pipeline::request_log::note_outcome;
use super::printing::PrintOptions;
use super::reading;
use super::shared::Shared;
use crate::contract::canonical::to_canonical;
use crate::contract::courier::{CourierAnswer, CourierFault};
use crate::domain::ReceiverMode;
use crate::error::{Error, Finding, Result};
use crate::limits;
use crate::rules::courier::Shipment;
use crate::service::Actor;
use crate::service::courier::Submitted;
use crate::service::declare::Callback;
use crate::service::one::Named;

/// What came of a call that was understood.
enum Outcome {
    Done(Box<CourierAnswer>),
    /// Refused, since another declaration is in its place.
    Taken(Error, i64),
}

/// Serves a call of a client by its handler, in the form that the client reads.
///
/// # Errors
/// Those before it is known who calls; all others are answered here.
async fn serve<'a, F>(
    request: &'a HttpRequest,
    shared: &'a Shared,
    payload: Payload,
    permission: Permission,
    handler: impl FnOnce(&'a HttpRequest, &'a Shared, Admitted) -> F,
) -> Result<HttpResponse>
where
    F: Future<Output = Result<Outcome>>,
{
    let caller = admission::client(request, shared, permission).await?;
    let is_real = caller.courier.real_status;
    let served = async {
        let admitted = admission::client_body(request, shared, payload, caller).await?;
        handler(request, shared, admitted).await
    };
    let (error, id) = match served.await {
        Ok(Outcome::Done(done)) => {
            let mut response = HttpResponse::build(StatusCode::OK);
            response.insert_header((CONTENT_TYPE, "application/json; charset=utf-8"));
            return Ok(response.insert_header((REAL_STATUS, "200")).body(to_canonical(&done)));
        }
        Ok(Outcome::Taken(error, id)) => (error, Some(id)),
        Err(error) => (error, None),
    };
    note_outcome(request, error.status());
    Ok(answer(&error, is_real, id))
}

/// What links in answers begin with.
fn base(request: &HttpRequest, shared: &Shared) -> String {
    shared.public_url.clone().unwrap_or_else(|| format!("{}://{}", shared.scheme, request.connection_info().host()))
}

async fn submit(request: &HttpRequest, shared: &Shared, admitted: Admitted) -> Result<Outcome> {
    let shipment = Shipment::read(admitted.text(), |code| shared.services.is_alpha3(code));
    let callback = callback_of(shared, &admitted.actor, admitted.text()).await?;
    let (shipment, callback) = match (shipment, callback) {
        (Ok(shipment), Ok(callback)) => (shipment, callback),
        (Err(Error::Invalid(mut findings)), Err(finding)) => {
            findings.push(finding);
            return Err(Error::Invalid(findings));
        }
        (Err(error), _) => return Err(error),
        (_, Err(finding)) => return Err(Error::Invalid(finding.into())),
    };
    let (user, warnings) = user_of(&shipment);
    let (actor, findings) = reading::acting(&admitted.actor, ("user", Some(&user)), ("office", None));
    findings.into_result()?;
    let note = shipment.consignment_note.clone();
    let base = base(request, shared);
    match shared.services.submit_shipment(&actor, shipment, callback, &base).await? {
        Submitted::Stored(declaration) => Ok(Outcome::Done(Box::new(CourierAnswer::of(*declaration, warnings)))),
        Submitted::Taken(id) => {
            let message = format!(
                "{note} was submitted before with other content, as declaration {id}; use another note, or amend that one"
            );
            Ok(Outcome::Taken(Error::Conflict(Finding::new("taken", "consignment_note", message).into()), id))
        }
    }
}

/// The code of the user who submits; a longer name is cut, and that is told.
fn user_of(shipment: &Shipment) -> (String, Vec<CourierFault>) {
    let most = limits::USER_CD_CHARS;
    if shipment.user.chars().count() <= most {
        return (shipment.user.clone(), Vec::new());
    }
    let message = format!("the code of a user has at most {most} characters; the first of these are taken for it");
    let warning = CourierFault { code: "too_long", path: "user".into(), message };
    (shipment.user.chars().take(most).collect(), vec![warning])
}

/// Where a shipment wants to be told of, as far as that may be; a finding where it may not.
async fn callback_of(shared: &Shared, actor: &Actor, text: &str) -> Result<Result<Option<Callback>, Finding>> {
    #[derive(Deserialize)]
    struct Asked {
        callback_url: Option<String>,
    }
    let asked = serde_json::from_str::<Asked>(text).ok().and_then(|asked| asked.callback_url);
    let Some(url) = asked.map(|url| url.trim().to_owned()).filter(|url| !url.is_empty()) else { return Ok(Ok(None)) };
    let hosts = shared.notifier.verified_callback_hosts(actor).await?;
    let callback = hosts.of_mode(ReceiverMode::Xpress).callback(&url);
    Ok(callback.map(Some).ok_or_else(|| {
        let message = "it lies under no callback host of yours of mode xpress; have the operator add one: \
                       `admin callback-host add ORG https://HOST/PREFIX/ --mode xpress`";
        Finding::new("callback_host", "callback_url", message)
    }))
}

async fn query(request: &HttpRequest, shared: &Shared, admitted: Admitted) -> Result<Outcome> {
    #[derive(Deserialize)]
    struct Asked<'t> {
        #[serde(borrow)]
        id: Option<&'t RawValue>,
    }
    let asked: Asked<'_> = serde_json::from_str(admitted.text())
        .map_err(|_| Error::invalid("json", "", "the body must be one JSON object, for example {\"id\":123}"))?;
    let id = asked.id.map(RawValue::get).filter(|id| *id != "null");
    let id = id.ok_or_else(|| Error::invalid("required", "id", "say the id that submit answered"))?;
    let id = id.trim_matches('"').parse::<i64>();
    let id = id.map_err(|_| Error::invalid("type", "id", "write the whole number that submit answered"))?;
    let declaration = shared.services.shipment(&admitted.actor, id, &base(request, shared)).await?;
    Ok(Outcome::Done(Box::new(CourierAnswer::of(declaration, Vec::new()))))
}

/// The document that a signed link leads to: a CN23.
async fn document(request: &HttpRequest, shared: &Shared) -> Result<HttpResponse> {
    let (actor, pid) = shared.services.linked_item(request.match_info().query("link")).await?;
    let options = PrintOptions { form: Some("CN23".into()), ..PrintOptions::default() };
    let options = options.checked(actor.zone, &shared.services.catalogue())?;
    let (item, _, pid) = shared.services.printable_one(&actor, Named::Pid(pid.0)).await?;
    let today = shared.services.clock.now().with_timezone(&actor.zone).date_naive();
    let bytes = shared.printer.print(&shared.services, vec![item], options, today).await?;
    shared.services.note_one_printed(&actor, pid).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/pdf"))
        .insert_header((CONTENT_DISPOSITION, "inline; filename=\"cn23.pdf\""))
        .body(bytes))
}

/// A declaration to submit. For the description only: it is read member by member.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the body")]
struct Submission {
    /// N normal, C VIP.
    r#type: String,
    /// At most 255 characters, of which the first 64 are the code of the user who acts.
    user: String,
    /// The id of the item: 1 to 35 characters without blanks.
    consignment_note: String,
    /// YYYYMMDD
    cover_date: String,
    /// ISO 3166-1 alpha-3.
    from_country: String,
    /// ISO 3166-1 alpha-3.
    to_country: String,
    remark: Option<String>,
    courier_code: String,
    /// Needed where courier_code is OTHERS.
    courier_others: Option<String>,
    /// Under a callback host of mode xpress.
    callback_url: Option<String>,
    /// Needed for type C, like the next three.
    from_address: Option<String>,
    to_address: Option<String>,
    goods_description: Option<String>,
    #[schema(value_type = Option<f64>)]
    total_value: Option<String>,
    /// Needed for type N, like the next two.
    from_city: Option<String>,
    to_city: Option<String>,
    items: Option<Vec<SubmittedItem>>,
}

/// A line of a declaration of type N.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the body")]
struct SubmittedItem {
    descriptions: String,
    /// 1 where it is left out.
    quantity: Option<i32>,
    /// Of one unit.
    #[schema(value_type = f64)]
    price: String,
    /// The courier's own code.
    commodity_code: String,
}

/// Which declaration is asked for.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the body")]
struct Question {
    id: i64,
}
