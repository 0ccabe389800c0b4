//! What posts offer: goods and postal services.

use uuid::Uuid;

use super::ask::Ask;
use super::reply::Reply;
use crate::contract::canonical::to_canonical;
use crate::contract::own::OfferReceipt;
use crate::contract::{MarketedGood, PostalService};
use crate::error::{Error, Result};
use crate::service::Answer;
use crate::service::trade::{GoodQuery, Offer};

/// A page of texts under a name, with where the next one begins.
fn page(ask: &Ask<'_>, name: &str, entries: &[String], cursor: Option<&str>) -> Reply {
    let text = format!(r#"{{"{name}":[{}],"nextCursor":{}}}"#, entries.join(","), to_canonical(&cursor));
    Reply::ok(text).next(cursor.map(|cursor| ask.next_page(cursor)))
}

pub(super) async fn goods(ask: Ask<'_>) -> Result<Reply> {
    let query = GoodQuery {
        seller: ask.own("seller").or_else(|| ask.text("buyer").is_none().then(|| ask.actor.org.clone())),
        buyer: ask.own("buyer"),
        with_invalid: ask.flag("withInvalid"),
        with_restrictions: ask.flag("withRestrictions"),
        limit: Some(ask.number("limit").unwrap_or(USUAL_PAGE)),
        cursor: ask.own("cursor"),
    };
    let found = ask.services.goods(&ask.actor, query).await?;
    Ok(page(&ask, "goods", &found.goods, found.next_cursor.as_deref()))
}

/// Offers of a page where the request does not say how many.
const USUAL_PAGE: i32 = 100;

/// What an address under `/v1/goods` names.
fn number_of(ask: &Ask<'_>) -> Result<i32> {
    ask.path("number").parse().map_err(|_| ABSENT)
}

const ABSENT: Error = Error::Absent { what: "offer" };

pub(super) async fn good(ask: Ask<'_>) -> Result<Reply> {
    shown(&ask, ask.services.good(&ask.actor, number_of(&ask)?).await?)
}

fn shown(ask: &Ask<'_>, offer: Offer) -> Result<Reply> {
    let is_known = ask.has_version(&format!("\"{}\"", offer.tag));
    Ok(Reply::ok(offer.text).tagged(&offer.tag).unless_known(is_known))
}

/// The answer about an entry of the catalogue that was stored.
pub(super) fn stored(answer: &Answer, family: &str) -> Result<Reply> {
    let receipt: OfferReceipt = serde_json::from_str(&answer.value)
        .map_err(|error| Error::Internal(format!("the answer of a store cannot be read: {error}")))?;
    let location = format!("/v1/{family}/{}", receipt.id);
    let (tag, text) = (receipt.tag.clone(), to_canonical(&receipt));
    let reply = if receipt.outcome == "created" { Reply::created(text, &location) } else { Reply::ok(text) };
    Ok(reply.tagged(&tag))
}

pub(super) async fn add_good(ask: Ask<'_>) -> Result<Reply> {
    let good: MarketedGood = ask.body()?;
    let (actor, key) = (ask.acting()?, ask.key()?);
    if good.reference_id.is_some_and(|number| number != 0) {
        return Err(Error::invalid("read_only", "ReferenceId", "the server numbers new goods; change those with PUT"));
    }
    stored(&ask.services.store_good(&actor, good, key).await?, "goods")
}

pub(super) async fn put_good(ask: Ask<'_>) -> Result<Reply> {
    let if_version = ask.if_match()?;
    let good: MarketedGood = ask.body()?;
    let (actor, key, number) = (ask.acting()?, ask.key()?, number_of(&ask)?);
    stored(&ask.services.change_good(&actor, number, good, if_version, key).await?, "goods")
}

pub(super) async fn end_good(ask: Ask<'_>) -> Result<Reply> {
    let (actor, number) = (ask.acting()?, number_of(&ask)?);
    ask.services.end_good(&actor, number, ask.if_match_given()).await?;
    Ok(Reply::nothing())
}

pub(super) async fn services(ask: Ask<'_>) -> Result<Reply> {
    let origin = ask.own("origin").unwrap_or_else(|| ask.actor.org.clone());
    let Some(destination) = ask.text("destination") else {
        return Err(Error::invalid("required", "destination", "give the post the service goes to"));
    };
    let found = ask.services.services_between(&origin, destination).await?;
    Ok(page(&ask, "services", &found, None))
}

fn id_of(ask: &Ask<'_>) -> Result<Uuid> {
    Uuid::parse_str(ask.path("service")).map_err(|_| ABSENT)
}

pub(super) async fn service(ask: Ask<'_>) -> Result<Reply> {
    shown(&ask, ask.services.postal_service(&ask.actor, id_of(&ask)?).await?)
}

pub(super) async fn add_service(ask: Ask<'_>) -> Result<Reply> {
    let service: PostalService = ask.body()?;
    let (actor, key) = (ask.acting()?, ask.key()?);
    if service.service_id.is_some_and(|id| !id.is_nil()) {
        return Err(Error::invalid("read_only", "ServiceId", "the server names new services; change those with PUT"));
    }
    stored(&ask.services.store_service(&actor, service, key).await?, "services")
}

pub(super) async fn put_service(ask: Ask<'_>) -> Result<Reply> {
    let if_version = ask.if_match()?;
    let service: PostalService = ask.body()?;
    let (actor, key, id) = (ask.acting()?, ask.key()?, id_of(&ask)?);
    stored(&ask.services.change_service(&actor, id, service, if_version, key).await?, "services")
}

pub(super) async fn end_service(ask: Ask<'_>) -> Result<Reply> {
    let (actor, id) = (ask.acting()?, id_of(&ask)?);
    ask.services.end_service(&actor, id, ask.if_match_given()).await?;
    Ok(Reply::nothing())
}
