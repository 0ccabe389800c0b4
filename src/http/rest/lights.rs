//! The light of items: one, with its past, or many at once.

use std::time::Duration;

use serde::Deserialize;
use utoipa::ToSchema;

use super::ask::Ask;
use super::reply::Reply;
use crate::contract::canonical::to_canonical;
use crate::contract::item_status::CheckItemStatusRequest;
use crate::error::{Error, Findings, Result};
use crate::limits;
use crate::rules::forms;
use crate::rules::places;
use crate::service::containers::ContainerQuery;
use crate::service::one::Named;

/// An id asked about.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AskedLight {
    item_id: String,
    /// Origin post (three characters) or country (two); only an item from there is meant.
    #[serde(default)]
    origin: Option<String>,
    /// Country that it is bound for; only an item to there is meant.
    #[serde(default)]
    destination: Option<String>,
}

/// Ids asked about.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AskedLights {
    /// At most 1,000.
    items: Vec<AskedLight>,
}

impl AskedLight {
    fn check(self, ask: &Ask<'_>, at: &str, findings: &mut Findings) -> CheckItemStatusRequest {
        let (catalogue, origin) = (ask.services.catalogue(), self.origin.as_deref());
        forms::check_item_id(findings, &format!("{at}itemId"), Some(&self.item_id));
        let is_post = origin.is_some_and(|origin| origin.len() == 3);
        if is_post {
            forms::check_post(findings, &format!("{at}origin"), origin);
        } else {
            places::check_country(findings, &format!("{at}origin"), origin, catalogue.countries());
        }
        let destination = self.destination.as_deref();
        places::check_country(findings, &format!("{at}destination"), destination, catalogue.countries());
        CheckItemStatusRequest {
            item_id: Some(self.item_id),
            origin_country_cd: self.origin.clone().filter(|_| !is_post),
            origin_postal_org_cd: self.origin.filter(|_| is_post),
            destination_country_cd: self.destination,
        }
    }
}

pub(super) async fn one(ask: Ask<'_>) -> Result<Reply> {
    let asked = AskedLight {
        item_id: ask.path("id").to_owned(),
        origin: ask.own("origin"),
        destination: ask.own("destination"),
    };
    let mut findings = Findings::default();
    let asked = asked.check(&ask, "", &mut findings);
    findings.into_result()?;
    let known = |tag: &str| ask.has_version(&format!("\"{tag}\""));
    let found = ask.services.light(&ask.actor, asked, (ask.wait()?, known)).await?;
    let is_known = ask.has_version(&format!("\"{}\"", found.tag));
    Ok(Reply::ok(to_canonical(&found.light)).tagged(&found.tag).unless_known(is_known))
}

pub(super) async fn many(ask: Ask<'_>) -> Result<Reply> {
    let AskedLights { items } = ask.body()?;
    if items.len() > limits::STATUS_ITEMS {
        let message = format!("at most {} items fit in one call; split the list", limits::STATUS_ITEMS);
        return Err(Error::invalid("too_long", "items", message));
    }
    let mut findings = Findings::default();
    let each = items.into_iter().enumerate();
    let asked = each.map(|(at, item)| item.check(&ask, &format!("items[{at}]."), &mut findings)).collect();
    findings.into_result()?;
    Ok(Reply::ok(to_canonical(&ask.services.lights(&ask.actor, asked).await?)))
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
    if items.len() > limits::STATUS_ITEMS {
        let message = format!("at most {} items fit in one call; split the list", limits::STATUS_ITEMS);
        return Err(Error::invalid("too_long", "items", message));
    }
    let items = items.iter().map(|id| Named::read(id)).collect();
    ask.services.put_into_container(&ask.actor, ask.path("id"), items).await?;
    Ok(Reply::nothing())
}

pub(super) async fn of_container(ask: Ask<'_>) -> Result<Reply> {
    let (id, light, cursor) = (ask.path("id").to_owned(), ask.own("light"), ask.own("cursor"));
    let found = ask.services.container_lights(&ask.actor, ContainerQuery { id, light, cursor }).await?;
    let next = found.next_cursor.as_deref().map(|cursor| ask.next_page(cursor));
    Ok(Reply::ok(to_canonical(&found.lights)).next(next))
}

impl Ask<'_> {
    /// How long the caller waits for a change: `Prefer: wait=20`; not longer than is waited for anything.
    pub(super) fn wait(&self) -> Result<Duration> {
        let Some(wanted) = self.prefers("wait") else { return Ok(Duration::ZERO) };
        let seconds: usize = wanted.parse().map_err(|_| {
            Error::invalid("format", "Prefer", "write wait and whole seconds, for example Prefer: wait=20")
        })?;
        Ok(Duration::from_secs(seconds.min(limits::EVENT_WAIT_S) as u64))
    }
}
