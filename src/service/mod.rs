//! Use cases: each one transaction. Knows organizations, rules and the store; nothing of HTTP, EDI or delivery.

pub mod actor;
pub mod admin;
pub mod auth;
mod automatic;
pub mod catalogue;
mod cursor;
pub mod declare;
mod desk;
mod entry;
pub mod heartbeat;
mod identity;
pub mod import;
pub mod load;
pub mod lookup;
pub mod mail_state;
mod neighbour;
pub mod once;
pub mod printing;
mod quality;
pub mod respond;
pub mod status;
pub mod upkeep;
mod views;

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;

use crate::clock::Clock;
use crate::limits;
use crate::store::Store;

pub use actor::{Actor, Kind};
pub use entry::{Answer, BatchMode, Entry};
pub use once::RequestKey;

/// What every use case works with. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    pub store: Store,
    pub clock: Clock,
    pub sessions: SessionRules,
    shelf: catalogue::Shelf,
    actors: Cache<[u8; 32], Arc<Actor>>,
    known_users: Cache<(String, String), ()>,
    beats: heartbeat::Beats,
}

/// How long sessions last.
#[derive(Clone, Copy, Debug)]
pub struct SessionRules {
    /// Ends after this long without a call.
    pub idle: Duration,
    /// Ends this long after Login, whatever happens.
    pub absolute: Duration,
}

impl Services {
    pub fn new(store: Store, clock: Clock, sessions: SessionRules) -> Self {
        let actors = Cache::builder()
            .max_capacity(limits::TOKEN_CACHE_ENTRIES)
            .time_to_live(Duration::from_millis(limits::TOKEN_CACHE_MS))
            .build();
        let known_users = Cache::builder().max_capacity(limits::TOKEN_CACHE_ENTRIES).build();
        let shelf = catalogue::Shelf::default();
        Self { store, clock, sessions, shelf, actors, known_users, beats: heartbeat::Beats::default() }
    }
}
