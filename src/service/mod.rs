//! Use cases: each one transaction. Knows organizations, rules and the store; nothing of HTTP, EDI or delivery.

pub mod actor;
pub mod admin;
pub mod anonymous;
pub mod auth;
mod automatic;
mod batch;
pub mod catalogue;
mod cursor;
pub mod declare;
mod handing;
mod health;
pub mod heartbeat;
pub mod idempotency;
pub mod import;
pub mod incoming;
pub mod item;
pub mod item_status;
pub mod load;
pub mod lookup;
pub mod mail_state;
pub mod maintenance;
mod placing;
pub mod printing;
pub mod quality;
pub mod refer;
pub mod referrals;
pub mod report;
pub mod respond;
pub mod settings;
pub mod status;
pub mod trade;
mod upgrade;
mod views;
pub mod watchdog;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use moka::sync::Cache;
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::contract::{DeclarationData, MailObject};
use crate::error::Finding;
use crate::limits;
use crate::store::Store;

pub use actor::Actor;
pub use batch::{Answer, BatchMode, Entry};
pub use health::Health;
pub use heartbeat::Part;
pub use idempotency::RequestKey;
pub use item::judging::{Told, told_of_decision, told_of_referral};
pub use item::version::{current_name as current_version, shown as shown_version};

/// What every use case works with. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    pub store: Store,
    pub clock: Clock,
    pub terms: Terms,
    shelf: catalogue::Shelf,
    actors: Cache<[u8; 32], Arc<Actor>>,
    known_users: Cache<(String, String), ()>,
    beats: heartbeat::Beats,
    outbox: Arc<Notify>,
    notes: handing::Notes,
    proofreader: Arc<OnceLock<Proofreader>>,
}

/// Finds what a form cannot show of a declaration; which characters the fonts have is known to who prints.
pub type Proofreader = Box<dyn Fn(&MailObject, &DeclarationData) -> Vec<Finding> + Send + Sync>;

/// How long things last.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// A session ends after this long without a call.
    pub session_idle: Duration,
    /// A session ends this long after Login, whatever happens.
    pub session: Duration,
    /// Data of an anonymous declaration is erased this long after it was last changed.
    pub anonymous: Duration,
}

impl Services {
    pub fn new(store: Store, clock: Clock, terms: Terms) -> Self {
        let actors = Cache::builder()
            .max_capacity(limits::TOKEN_CACHE_ENTRIES)
            .time_to_live(Duration::from_millis(limits::TOKEN_CACHE_MS))
            .build();
        let known_users = Cache::builder().max_capacity(limits::TOKEN_CACHE_ENTRIES).build();
        let shelf = catalogue::Shelf::default();
        Self {
            store,
            clock,
            terms,
            shelf,
            actors,
            known_users,
            beats: heartbeat::Beats::default(),
            outbox: Arc::default(),
            notes: handing::Notes::default(),
            proofreader: Arc::default(),
        }
    }

    /// Has every declaration that comes in looked through by `proofreader`; the first one given stays.
    pub fn read_proofs_by(&self, proofreader: Proofreader) {
        let _ = self.proofreader.set(proofreader);
    }

    /// What a form cannot show of a declaration; nothing where nobody prints.
    fn proofread(&self, object: &MailObject, data: &DeclarationData) -> Vec<Finding> {
        self.proofreader.get().map(|read| read(object, data)).unwrap_or_default()
    }

    /// Rings when something may have been put into the outbox.
    pub fn outbox_bell(&self) -> Arc<Notify> {
        Arc::clone(&self.outbox)
    }

    /// Says that something may have been put into the outbox. To be called after the commit; a bell not rung only
    /// costs time.
    pub fn ring(&self) {
        self.outbox.notify_one();
    }
}
