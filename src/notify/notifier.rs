//! Notifications as one server process has them: what it works with, and how many calls it makes at once.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use moka::sync::Cache;
use tokio::sync::{Notify, Semaphore};
use uuid::Uuid;

use crate::clock::Clock;
use crate::delivery::{self, Deliverer, Turns};
use crate::error::Result;
use crate::limits;
use crate::net::Net;
use crate::service::{Actor, Services};
use crate::store::Store;
use crate::store::item::Stamp;
use crate::store::types::Id;

/// Organization and id of a subscription.
pub(super) type Key = (String, Id);

/// The notifications of one server process. Cheap to clone.
#[derive(Clone)]
pub struct Notifier {
    pub(super) services: Services,
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) net: Arc<dyn Net>,
    /// What links in events begin with.
    pub(super) base: Arc<str>,
    /// Pauses are divided by it.
    pub(super) time_scale: i32,
    /// This process, as owner of leases.
    pub(super) owner: Id,
    pub(super) turns: Turns<Key>,
    /// Calls to receivers whose last answer was well, and to others.
    pub(super) calls: Arc<Semaphore>,
    pub(super) calls_in_trouble: Arc<Semaphore>,
    /// Access tokens that receivers gave out.
    pub(super) tokens: Cache<Key, String>,
    /// Challenges by host, and tests by subscription.
    pub(super) challenges: Cache<String, Arc<AtomicU32>>,
    pub(super) tests: Cache<Key, Arc<AtomicU32>>,
    pub(super) signal: Arc<Notify>,
    /// Who acts, if not whose subscriptions they are.
    by: Option<Stamp>,
}

impl Notifier {
    /// Notifications from the database of `services`; links in them begin with `base`.
    pub fn new(services: Services, net: Arc<dyn Net>, base: Option<&str>) -> Self {
        let (store, clock) = (services.store.clone(), services.clock.clone());
        // A SQLite file has one server: what a dead one left behind is its successor's at once.
        let owner = if store.numbers_changes_later() { Uuid::now_v7() } else { Uuid::nil() };
        let counts = |seconds| Cache::builder().max_capacity(10_000).time_to_live(Duration::from_secs(seconds)).build();
        Self {
            signal: services.events_signal(),
            store,
            clock,
            net,
            base: base.unwrap_or_default().trim_end_matches('/').into(),
            time_scale: 1,
            owner: Id(owner),
            turns: Turns::default(),
            calls: Arc::new(Semaphore::new(limits::HOOK_CALLS)),
            calls_in_trouble: Arc::new(Semaphore::new(limits::HOOK_CALLS_IN_TROUBLE)),
            tokens: Cache::builder().max_capacity(10_000).time_to_live(Duration::from_secs(TOKEN_S)).build(),
            challenges: counts(3_600),
            tests: Cache::builder().max_capacity(10_000).time_to_live(Duration::from_secs(60)).build(),
            services,
            by: None,
        }
    }

    /// The same for an operator, who acts for any organization.
    #[must_use]
    pub fn for_command_line(self) -> Self {
        Self { by: Some(Stamp::command_line()), ..self }
    }

    /// Whether the operator acts.
    pub(super) fn is_operator(&self) -> bool {
        self.by.is_some()
    }

    /// Who goes into the history.
    pub(super) fn stamp(&self, actor: &Actor) -> Stamp {
        self.by.clone().unwrap_or_else(|| actor.stamp())
    }

    /// The same with all pauses divided by a number, for demonstrations.
    #[must_use]
    pub fn with_time_scale(mut self, scale: i32) -> Self {
        self.time_scale = scale.max(1);
        self
    }

    /// Wakes when there may be something to send.
    pub fn signal(&self) -> Arc<Notify> {
        Arc::clone(&self.signal)
    }

    /// Sets a worker to work for each subscription that something can be done for now and that has none; waits for none.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn dispatch(&self) -> Result<()> {
        delivery::dispatch(self).await
    }

    /// Works off everything that can be done now, one subscription after the other.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn drain(&self) -> Result<()> {
        loop {
            let mut done = 0;
            for key in self.due().await? {
                done += delivery::serve(self, &key).await?;
            }
            if done == 0 {
                return Ok(());
            }
        }
    }
}

/// A receiver's access token is had anew after this long.
const TOKEN_S: u64 = 240;
