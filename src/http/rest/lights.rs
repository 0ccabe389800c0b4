//! The light of items: one, with its past, or many at once.

use std::time::Duration;

use serde::Deserialize;
use utoipa::ToSchema;

use super::ask::Ask;
use super::items::{AskedItem, AskedItems, check_count};
use super::reply::Reply;
use crate::contract::canonical::to_canonical;
use crate::error::{Error, Result};
use crate::limits;
use crate::service::containers::ContainerQuery;
use crate::service::one::Named;

pub(super) async fn one(ask: Ask<'_>) -> Result<Reply> {
    let asked = AskedItem::of_query(&ask, ask.path("id")).checked(&ask)?;
    let known = |tag: &str| ask.has_version(&format!("\"{tag}\""));
    let found = ask.services.light(&ask.actor, asked, (ask.wait()?, known)).await?;
    let is_known = known(&found.tag);
    let light = found.light.in_vocabulary(ask.vocabulary());
    Ok(Reply::ok(to_canonical(&light)).tagged(&found.tag).unless_known(is_known))
}

pub(super) async fn many(ask: Ask<'_>) -> Result<Reply> {
    let asked = ask.body::<AskedItems>()?.checked(&ask)?;
    let lights = ask.services.lights(&ask.actor, asked).await?;
    Ok(Reply::ok(to_canonical(&lights.in_vocabulary(ask.vocabulary()))))
}

pub(super) async fn history(ask: Ask<'_>) -> Result<Reply> {
    let history = ask.services.light_history(&ask.actor, Named::read(ask.path("id")), ask.text("post")).await?;
    Ok(Reply::ok(to_canonical(&history)))
}

/// Items put into a receptacle or despatch.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Contents {
    /// Item ids or persistent ids, at most 1,000.
    items: Vec<String>,
}

pub(super) async fn fill(ask: Ask<'_>) -> Result<Reply> {
    let Contents { items } = ask.body()?;
    check_count(items.len())?;
    let items = items.iter().map(|id| Named::read(id)).collect();
    ask.services.put_into_container(&ask.actor, ask.path("id"), items).await?;
    Ok(Reply::nothing())
}

pub(super) async fn of_container(ask: Ask<'_>) -> Result<Reply> {
    let (id, light, cursor) = (ask.path("id").to_owned(), ask.own("light"), ask.own("cursor"));
    let found = ask.services.container_lights(&ask.actor, ContainerQuery { id, light, cursor }).await?;
    let next = found.next_cursor.as_deref().map(|cursor| ask.next_page(cursor));
    Ok(Reply::ok(to_canonical(&found.lights.in_vocabulary(ask.vocabulary()))).next(next))
}

impl Ask<'_> {
    /// The vocabulary in which lights are told besides their own.
    fn vocabulary(&self) -> Option<&str> {
        self.text("vocabulary")
    }

    /// How long the caller waits for a change: `Prefer: wait=20`; not longer than is waited for anything.
    pub(super) fn wait(&self) -> Result<Duration> {
        let Some(wanted) = self.prefers("wait") else { return Ok(Duration::ZERO) };
        let seconds: usize = wanted.parse().map_err(|_| {
            Error::invalid("format", "Prefer", "write wait and whole seconds, for example Prefer: wait=20")
        })?;
        Ok(Duration::from_secs(seconds.min(limits::EVENT_WAIT_S) as u64))
    }
}
