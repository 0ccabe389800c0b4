//! The exchange as one server process has it: what it works with, and who serves which partner.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;
use uuid::Uuid;

use crate::clock::Clock;
use crate::delivery::Turns;
use crate::net::Net;
use crate::service::Services;
use crate::store::Store;
use crate::store::types::Id;

/// The exchange of one server process. Cheap to clone.
#[derive(Clone)]
pub struct Exchange {
    pub(super) services: Services,
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) net: Arc<dyn Net>,
    /// This process, as owner of leases.
    pub(super) owner: Id,
    /// Partners whose folders do not answer.
    pub(super) stuck_folders: Arc<Mutex<HashSet<String>>>,
    pub(super) turns: Turns<String>,
}

impl Exchange {
    /// The exchange working on the same database as `services`.
    pub fn new(services: Services, net: Arc<dyn Net>) -> Self {
        let (store, clock) = (services.store.clone(), services.clock.clone());
        // A SQLite file has one server: what a dead one left behind is its successor's at once.
        let owner = if store.numbers_changes_later() { Uuid::now_v7() } else { Uuid::nil() };
        Self { services, store, clock, net, owner: Id(owner), stuck_folders: Arc::default(), turns: Turns::default() }
    }

    /// Wakes when something may wait in the outbox.
    pub fn outbox_signal(&self) -> Arc<Notify> {
        self.services.outbox_signal()
    }
}
