//! Subscriptions, their keys, deliveries and replays.

use serde_json::{Value, json};

use super::ask::Ask;
use super::reply::Reply;
use crate::contract::canonical::to_canonical;
use crate::contract::subscription::{
    GoOn, NewKey, NewReplay, NewSubscription, ReplayList, SubscriptionChanges, SubscriptionList, TestCall,
};
use crate::error::{Error, Result};
use crate::limits;
use crate::notify::{DeliveryFilter, SubscriptionId};
use crate::service::Actor;

/// The states of a delivery that a list can be of.
pub(super) const DELIVERY_STATES: &[&str] = &["waiting", "delivered", "given-up", "skipped"];

fn id(ask: &Ask<'_>) -> Result<SubscriptionId> {
    SubscriptionId::parse(ask.path("id"))
}

/// The caller with user and office as far as they are stated.
fn who(ask: &Ask<'_>) -> Actor {
    ask.stated()
}

/// # Errors
/// 400 for a member that has to be an object and is none: the reader would take a list as members by place.
fn check_objects(ask: &Ask<'_>) -> Result<()> {
    let body: Value = serde_json::from_str(ask.body_text()).unwrap_or_default();
    for name in ["filter", "headers", "oauth"] {
        if !matches!(body.get(name), None | Some(Value::Null | Value::Object(_))) {
            return Err(Error::invalid("type", name, "write an object"));
        }
    }
    Ok(())
}

/// # Errors
/// 400: what is answered holds a secret, which is kept nowhere, so a repeat cannot be answered alike.
fn check_no_key(ask: &Ask<'_>) -> Result<()> {
    match ask.key()? {
        None => Ok(()),
        Some(_) => {
            let message = "not taken here, for the answer holds a secret that is kept nowhere; where an answer was lost, look at \
                           /v1/subscriptions and end what you do not know";
            Err(Error::invalid("unknown_parameter", "Idempotency-Key", message))
        }
    }
}

/// The changes, with null for what is usual, or for nothing (RFC 7396).
///
/// # Errors
/// 400 naming what cannot be read.
fn changes_of(ask: &Ask<'_>) -> Result<SubscriptionChanges> {
    check_objects(ask)?;
    let mut body: Value = serde_json::from_str(ask.body_text()).unwrap_or_default();
    let usual = json!({ "label": "", "filter": {}, "headers": {}, "ordering": "item", "mode": "standard", "concurrency": limits::HOOK_CONCURRENCY });
    for (name, value) in body.as_object_mut().into_iter().flatten() {
        match (value.is_null(), name.as_str()) {
            (true, "url") => return Err(Error::invalid("required", "url", "a subscription has an address")),
            (true, "oauth") => *value = json!({ "tokenUrl": "", "clientId": "", "clientSecret": "" }),
            (true, known) if usual.get(known).is_some() => *value = usual[known].clone(),
            _ => {}
        }
    }
    ask.parsed(&body.to_string())
}

pub(super) async fn create(ask: Ask<'_>) -> Result<Reply> {
    check_objects(&ask)?;
    check_no_key(&ask)?;
    let new: NewSubscription = ask.body()?;
    let made = ask.shared.notifier.create(&who(&ask), new).await?;
    let location = format!("/v1/subscriptions/{}", made.subscription.id);
    Ok(Reply::created(to_canonical(&made), &location))
}

pub(super) async fn create_callback_host(ask: Ask<'_>) -> Result<Reply> {
    check_objects(&ask)?;
    check_no_key(&ask)?;
    let new: NewSubscription = ask.body()?;
    let made = ask.shared.notifier.create_callback_host(&who(&ask), new).await?;
    let location = format!("/v1/subscriptions/{}", made.subscription.id);
    Ok(Reply::created(to_canonical(&made), &location))
}

pub(super) async fn callback_hosts(ask: Ask<'_>) -> Result<Reply> {
    let subscriptions = ask.shared.notifier.callback_hosts(&ask.actor).await?;
    Ok(Reply::ok(to_canonical(&SubscriptionList { subscriptions })))
}

pub(super) async fn list(ask: Ask<'_>) -> Result<Reply> {
    let subscriptions = ask.shared.notifier.list(&ask.actor).await?;
    Ok(Reply::ok(to_canonical(&SubscriptionList { subscriptions })))
}

pub(super) async fn one(ask: Ask<'_>) -> Result<Reply> {
    Ok(Reply::ok(to_canonical(&ask.shared.notifier.show(&ask.actor, id(&ask)?).await?)))
}

pub(super) async fn change(ask: Ask<'_>) -> Result<Reply> {
    let changes = changes_of(&ask)?;
    Ok(Reply::ok(to_canonical(&ask.shared.notifier.change(&who(&ask), id(&ask)?, changes).await?)))
}

pub(super) async fn remove(ask: Ask<'_>) -> Result<Reply> {
    ask.shared.notifier.remove(&who(&ask), id(&ask)?).await?;
    Ok(Reply::nothing())
}

pub(super) async fn verify(ask: Ask<'_>) -> Result<Reply> {
    Ok(Reply::ok(to_canonical(&ask.shared.notifier.verify(&who(&ask), id(&ask)?).await?)))
}

pub(super) async fn pause(ask: Ask<'_>) -> Result<Reply> {
    Ok(Reply::ok(to_canonical(&ask.shared.notifier.pause(&who(&ask), id(&ask)?).await?)))
}

pub(super) async fn enable(ask: Ask<'_>) -> Result<Reply> {
    let go_on: GoOn = ask.body()?;
    Ok(Reply::ok(to_canonical(&ask.shared.notifier.enable(&who(&ask), id(&ask)?, go_on).await?)))
}

pub(super) async fn test(ask: Ask<'_>) -> Result<Reply> {
    let TestCall { r#type } = ask.body()?;
    let result = ask.shared.notifier.test(&ask.actor, id(&ask)?, r#type.as_deref()).await?;
    Ok(Reply::ok(to_canonical(&result)))
}

pub(super) async fn add_key(ask: Ask<'_>) -> Result<Reply> {
    check_no_key(&ask)?;
    let new: NewKey = ask.body()?;
    let made = ask.shared.notifier.add_key(&who(&ask), id(&ask)?, new).await?;
    let location = format!("/v1/subscriptions/{}/secrets/{}", ask.path("id"), made.id);
    Ok(Reply::created(to_canonical(&made), &location))
}

pub(super) async fn end_key(ask: Ask<'_>) -> Result<Reply> {
    ask.shared.notifier.end_key(&who(&ask), id(&ask)?, ask.path("key")).await?;
    Ok(Reply::nothing())
}

pub(super) async fn deliveries(ask: Ask<'_>) -> Result<Reply> {
    let filter = DeliveryFilter {
        state: ask.own("state"),
        item_id: ask.own("item"),
        event: ask.own("event"),
        since: ask.from("since"),
        after: ask.number("after").map_or(0, i64::from),
        limit: ask.number("limit").map_or(100, i64::from).min(limits::EVENTS_MOST as i64),
    };
    let list = ask.shared.notifier.deliveries(&ask.actor, id(&ask)?, filter).await?;
    Ok(Reply::ok(to_canonical(&list)))
}

pub(super) async fn delivery(ask: Ask<'_>) -> Result<Reply> {
    let absent = Error::Absent { what: "delivery" };
    let sequence = ask.path("sequence").parse().map_err(|_| absent)?;
    Ok(Reply::ok(to_canonical(&ask.shared.notifier.delivery(&ask.actor, id(&ask)?, sequence).await?)))
}

pub(super) async fn replay(ask: Ask<'_>) -> Result<Reply> {
    let new: NewReplay = ask.body()?;
    let replay = ask.shared.notifier.replay(&who(&ask), id(&ask)?, new).await?;
    Ok(Reply::accepted(to_canonical(&replay), &format!("/v1/subscriptions/{}/replays", ask.path("id"))))
}

pub(super) async fn replays(ask: Ask<'_>) -> Result<Reply> {
    let replays = ask.shared.notifier.replays(&ask.actor, id(&ask)?).await?;
    Ok(Reply::ok(to_canonical(&ReplayList { replays })))
}
