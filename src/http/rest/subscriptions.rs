//! Subscriptions, their keys, deliveries and replays.

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

pub(super) async fn create(ask: Ask<'_>) -> Result<Reply> {
    let new: NewSubscription = ask.body()?;
    let made = ask.shared.notifier.create(&who(&ask), new).await?;
    let location = format!("/v1/subscriptions/{}", made.subscription.id);
    Ok(Reply::created(to_canonical(&made), &location))
}

pub(super) async fn create_callback_host(ask: Ask<'_>) -> Result<Reply> {
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
    let changes: SubscriptionChanges = ask.body()?;
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
