//! Events: the feed, one of them, and readers.

use std::time::Duration;

use chrono::SecondsFormat;
use serde::Deserialize;
use utoipa::ToSchema;

use super::ask::Ask;
use super::reply::Reply;
use crate::contract::canonical::to_canonical;
use crate::contract::event::{EventList, ReaderList, ReaderView};
use crate::error::{Error, Result};
use crate::notify::SubscriptionId;
use crate::service::events::EventQuery;

/// What a reader has done with.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Acknowledgement {
    /// `next` of the last page that is done with; the oldest event kept where absent.
    #[serde(default)]
    through: Option<String>,
}

pub(super) async fn list(ask: Ask<'_>) -> Result<Reply> {
    if let Some(subscription) = ask.text("subscription") {
        return of_subscription(&ask, SubscriptionId::parse(subscription)?).await;
    }
    let query = EventQuery {
        after: ask.own("after"),
        reader: ask.own("reader"),
        types: ask
            .text("type")
            .map(|types| types.split(',').map(|one| one.trim().to_owned()).collect())
            .unwrap_or_default(),
        item_id: ask.own("item"),
        limit: ask.number("limit"),
        wait: Duration::from_secs(ask.number("wait").map_or(0, i32::unsigned_abs).into()),
        base: base(&ask).to_owned(),
    };
    let page = ask.services.events(&ask.actor, query).await?;
    Ok(Reply::ok(to_canonical(&EventList { events: page.events, next: page.next, more: page.more })))
}

/// What a receiver is sent, to be read in its place.
async fn of_subscription(ask: &Ask<'_>, id: SubscriptionId) -> Result<Reply> {
    if ["reader", "type", "item"].into_iter().any(|name| ask.text(name).is_some()) {
        let message = "the filter is the subscription's own; leave out reader, type and item";
        return Err(Error::invalid("unknown_parameter", "subscription", message));
    }
    let after = ask.text("after").unwrap_or("0");
    let after: i64 = after
        .parse()
        .map_err(|_| Error::invalid("cursor", "after", "of a subscription it is the number of the last event read"))?;
    let limit = ask.number("limit").map_or(100, i64::from);
    let mut events = ask.shared.notifier.sent_events(&ask.actor, id, (after, limit + 1), base(ask)).await?;
    let more = events.len() as i64 > limit;
    events.truncate(usize::try_from(limit).unwrap_or(0));
    let next = events.last().and_then(|event| event.sequence).unwrap_or(after).to_string();
    Ok(Reply::ok(to_canonical(&EventList { events, next, more })))
}

pub(super) async fn one(ask: Ask<'_>) -> Result<Reply> {
    Ok(Reply::ok(to_canonical(&ask.services.event(&ask.actor, ask.path("id"), base(&ask)).await?)))
}

/// What links begin with.
fn base<'a>(ask: &'a Ask<'_>) -> &'a str {
    ask.shared.public_url.as_deref().map_or("", |url| url.trim_end_matches('/'))
}

pub(super) async fn readers(ask: Ask<'_>) -> Result<Reply> {
    let readers = ask.services.event_readers(&ask.actor).await?.into_iter();
    let view = |(name, at): (String, chrono::DateTime<chrono::Utc>)| ReaderView {
        name,
        updated_at: at.to_rfc3339_opts(SecondsFormat::Secs, true),
    };
    Ok(Reply::ok(to_canonical(&ReaderList { readers: readers.map(view).collect() })))
}

pub(super) async fn acknowledge(ask: Ask<'_>) -> Result<Reply> {
    let Acknowledgement { through } = ask.body()?;
    ask.services.acknowledge(&ask.actor, ask.path("name"), through.as_deref()).await?;
    Ok(Reply::nothing())
}

pub(super) async fn forget(ask: Ask<'_>) -> Result<Reply> {
    ask.services.drop_event_reader(&ask.actor, ask.path("name")).await?;
    Ok(Reply::nothing())
}
