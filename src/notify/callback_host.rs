//! Callback hosts: addresses under which declarations may name one of their own.

use super::notifier::Notifier;
use crate::contract::subscription::{NewSubscription, SubscriptionMade, SubscriptionView};
use crate::domain::{ReceiverMode, SubscriptionKind};
use crate::error::{Error, Result};
use crate::limits;
use crate::net::is_under;
use crate::service::Actor;
use crate::store::item::Callback;
use crate::store::types::Id;

/// Under which addresses declarations of an organization may name one of their own.
#[derive(Clone, Debug, Default)]
pub struct CallbackHosts(Vec<(Id, ReceiverMode, String)>);

impl CallbackHosts {
    /// Those whose receivers are of one mode.
    #[must_use]
    pub fn of_mode(mut self, mode: ReceiverMode) -> Self {
        self.0.retain(|(_, known, _)| *known == mode);
        self
    }

    /// The callback that an address stands for; none where it lies under no host.
    pub fn callback(&self, url: &str) -> Option<Callback> {
        if url.len() > limits::HOOK_URL_CHARS {
            return None;
        }
        let (host, ..) = self.0.iter().find(|(.., prefix)| is_under(url, prefix))?;
        Some(Callback { host: *host, url: url.to_owned() })
    }
}

impl Notifier {
    /// Makes a callback host: declarations may name addresses under its own, to which the events of their items are sent. One that the
    /// operator makes is taken for verified, for not every receiver can answer a challenge.
    ///
    /// # Errors
    /// As of a subscription; 400 for an address that does not end with a slash.
    pub async fn create_callback_host(&self, actor: &Actor, new: NewSubscription) -> Result<SubscriptionMade> {
        if !is_under(&new.url, &new.url) || new.url.contains('?') {
            let message = "write a prefix that ends with a slash and has no dot segments, for example https://hooks.example/entrepost/";
            return Err(Error::invalid("format", "url", message));
        }
        self.make(actor, SubscriptionKind::CallbackHost, new).await
    }

    /// The callback hosts of the caller's organization that were verified.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn verified_callback_hosts(&self, actor: &Actor) -> Result<CallbackHosts> {
        let org = actor.org.clone();
        let mut rows = self.store.read(move |tx| tx.subscriptions_of(&org)).await?;
        rows.retain(|row| row.kind == SubscriptionKind::CallbackHost && row.verified_at.is_some());
        Ok(CallbackHosts(rows.into_iter().map(|row| (row.id, row.mode, row.url)).collect()))
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
