//! Callback hosts: addresses under which declarations may name one of their own.

use super::notifier::Notifier;
use crate::contract::subscription::{NewSubscription, SubscriptionMade, SubscriptionView};
use crate::domain::SubscriptionKind;
use crate::error::{Error, Result};
use crate::limits;
use crate::net::is_under;
use crate::service::Actor;
use crate::store::item::Callback;
use crate::store::subscription::SubscriptionRow;
impl Notifier {
    /// Makes a callback host: declarations may name addresses under its own, to which the events of their items are sent. One that the
    /// operator makes is taken for verified, for not every receiver can answer a challenge.
    ///
    /// # Errors
    /// As of a subscription; 400 for an address that does not end with a slash.
    pub async fn create_callback_host(&self, actor: &Actor, new: NewSubscription) -> Result<SubscriptionMade> {
        if !new.url.ends_with('/') || new.url.contains('?') {
            let message = "write a prefix that ends with a slash, for example https://hooks.example/entrepost/";
            return Err(Error::invalid("format", "url", message));
        }
        self.make(actor, SubscriptionKind::CallbackHost, new).await
    }

    /// The callback host that an address lies under.
    ///
    /// # Errors
    /// 400 where it lies under none of the caller's organization.
    pub async fn callback(&self, actor: &Actor, url: &str) -> Result<Callback> {
        let org = actor.org.clone();
        let rows = self.store.read(move |tx| tx.subscriptions_of(&org)).await?;
        let is_host = |row: &&SubscriptionRow| {
            row.kind == SubscriptionKind::CallbackHost && row.verified_at.is_some() && is_under(url, &row.url)
        };
        match rows.iter().find(is_host).filter(|_| url.len() <= limits::HOOK_URL_CHARS) {
            Some(row) => Ok(Callback { host: row.id, url: url.to_owned() }),
            None => {
                let message = "it lies under no callback host of yours; add one at /v1/callback-hosts, or have the operator do so";
                Err(Error::invalid("callback_host", "callbackUrl", message))
            }
        }
    }

    /// The callback hosts of the caller's organization, the oldest first.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn callback_hosts(&self, actor: &Actor) -> Result<Vec<SubscriptionView>> {
        let all = self.list(actor).await?;
        Ok(all.into_iter().filter(|one| one.kind == SubscriptionKind::CallbackHost.stored()).collect())
    }
}
