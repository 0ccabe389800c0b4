//! The exchange: what waits in the outbox goes to its partners, what partners send is taken in.
//!
//! `courier` takes waiting messages, makes interchanges of them and sends them over a [`transport`]; `inbox` reads
//! what arrives and has the services apply it. An organization that lives on this server gets the same bytes through
//! the same inbox. `examine` asks what an inbox asks of a file. Knows message types and links; what a message means for an item is the services' business.

mod compose;
mod courier;
pub mod examine;
pub mod inbox;
pub mod monitor;
pub mod operate;
pub mod partner;
mod reading;
mod reference;
mod refusal;
pub mod transport;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;
use uuid::Uuid;

use crate::clock::Clock;
use crate::net::Net;
use crate::service::Services;
use crate::store::Store;
use crate::store::types::Id;

pub use inbox::{Receipt, Verdict};

/// The exchange of one server process. Cheap to clone.
#[derive(Clone)]
pub struct Exchange {
    services: Services,
    store: Store,
    clock: Clock,
    net: Arc<dyn Net>,
    /// This process, as owner of leases.
    owner: Id,
    /// One worker a partner within this process.
    desks: Arc<Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>>,
}

impl Exchange {
    /// The exchange working on the same database as `services`.
    pub fn new(services: Services, net: Arc<dyn Net>) -> Self {
        let (store, clock) = (services.store.clone(), services.clock.clone());
        // A SQLite file has one server: what a dead one left behind is its successor's at once.
        let owner = if store.numbers_changes_later() { Uuid::now_v7() } else { Uuid::nil() };
        Self { services, store, clock, net, owner: Id(owner), desks: Arc::default() }
    }

    /// Rings when something may wait in the outbox.
    pub fn bell(&self) -> Arc<Notify> {
        self.services.outbox_signal()
    }

    /// The place at which one worker at a time serves a partner.
    fn desk(&self, partner: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut desks = self.desks.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Arc::clone(desks.entry(partner.to_owned()).or_default())
    }
}
