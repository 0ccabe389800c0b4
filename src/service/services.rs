//! What every use case works with: the store, the time, what is looked up and what is noted in memory.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::NaiveDate;
use moka::sync::Cache;
use tokio::sync::Notify;

use super::activity::{Activity, TokensUsed};
use super::actor::Actor;
use super::catalogue::{Catalogue, CatalogueHandle, day};
use super::courier::ids::CourierIds;
use super::events::LongPolls;
use super::groups::Groups;
use super::item::handed::HandedNotes;
use super::offload::Places;
use super::probe_log::ProbeLog;
use crate::clock::Clock;
use crate::contract::{DeclarationData, MailObject};
use crate::domain::Roles;
use crate::error::{Error, Finding, Result};
use crate::jobs::Board;
use crate::limits;
use crate::store::Store;
use crate::vault::Vault;

/// What every use case works with. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    pub store: Store,
    pub clock: Clock,
    pub terms: Terms,
    pub vault: Vault,
    catalogue: CatalogueHandle,
    pub(super) actors: Cache<[u8; 32], Arc<Actor>>,
    /// Digests of tokens and session keys that somebody came with lately.
    pub(super) met: Cache<[u8; 32], ()>,
    pub(super) known_users: Cache<(String, String), ()>,
    pub(super) activity: Activity,
    pub(super) tokens_used: TokensUsed,
    outbox_signal: Arc<Notify>,
    pub(super) ingestion_signal: Arc<Notify>,
    history_signal: Arc<Notify>,
    events_signal: Arc<Notify>,
    pub(super) handed: HandedNotes,
    pub(super) groups: Groups,
    pub(super) places: Places,
    pub(super) export_places: Places,
    proofreader: Arc<OnceLock<Proofreader>>,
    jobs: Board,
    pub(super) long_polls: LongPolls,
    pub(super) courier_ids: Arc<CourierIds>,
    pub(super) probe_log: Arc<ProbeLog>,
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
    /// Events are kept this long.
    pub events: Duration,
    /// Which of those who run the server need a second factor.
    pub operator_factor_for: Roles,
}

impl Services {
    pub fn new(store: Store, clock: Clock, terms: Terms) -> Self {
        let actors = Cache::builder()
            .max_capacity(limits::TOKEN_CACHE_ENTRIES)
            .time_to_live(Duration::from_millis(limits::TOKEN_CACHE_MS))
            .build();
        let met = Cache::builder()
            .max_capacity(limits::TOKEN_CACHE_ENTRIES)
            .time_to_idle(Duration::from_secs(limits::TOKEN_MET_S))
            .build();
        let known_users = Cache::builder().max_capacity(limits::TOKEN_CACHE_ENTRIES).build();
        Self {
            store,
            clock,
            terms,
            vault: Vault::default(),
            catalogue: CatalogueHandle::default(),
            actors,
            met,
            known_users,
            activity: Activity::default(),
            tokens_used: TokensUsed::default(),
            outbox_signal: Arc::default(),
            ingestion_signal: Arc::default(),
            history_signal: Arc::default(),
            events_signal: Arc::default(),
            handed: HandedNotes::default(),
            groups: Groups::default(),
            places: Places::of_cores("batches and print jobs"),
            export_places: Places::of(limits::EXPORTS_AT_ONCE, "exports"),
            proofreader: Arc::default(),
            jobs: Board::default(),
            long_polls: LongPolls::default(),
            courier_ids: Arc::default(),
            probe_log: Arc::default(),
        }
    }

    /// How background work fares.
    pub fn jobs(&self) -> &Board {
        &self.jobs
    }

    /// The same, with the keys that secrets are kept under.
    #[must_use]
    pub fn with_vault(mut self, vault: Vault) -> Self {
        self.vault = vault;
        self
    }

    /// Has every declaration that comes in looked through by `proofreader`; the first one given stays.
    pub fn read_proofs_by(&self, proofreader: Proofreader) {
        let _ = self.proofreader.set(proofreader);
    }

    /// What a form cannot show of a declaration; nothing where nobody prints.
    pub(super) fn proofread(&self, object: &MailObject, data: &DeclarationData) -> Vec<Finding> {
        self.proofreader.get().map(|read| read(object, data)).unwrap_or_default()
    }

    /// Wakes when something may have been put into the outbox.
    pub fn outbox_signal(&self) -> Arc<Notify> {
        Arc::clone(&self.outbox_signal)
    }

    /// Wakes when something was taken in that is to be worked off.
    pub fn ingestion_signal(&self) -> Arc<Notify> {
        Arc::clone(&self.ingestion_signal)
    }

    /// Says that something may have been put into the outbox. To be called after the commit; a signal not given only
    /// costs time.
    pub fn notify_outbox(&self) {
        self.outbox_signal.notify_one();
        self.history_signal.notify_one();
    }

    /// Wakes when something may have happened to an item.
    pub fn history_signal(&self) -> Arc<Notify> {
        Arc::clone(&self.history_signal)
    }

    /// Wakes when there may be an event, or something else to do for a subscription.
    pub fn events_signal(&self) -> Arc<Notify> {
        Arc::clone(&self.events_signal)
    }

    /// Says that there may be an event. To be called after the commit; a signal not given only costs time.
    pub fn notify_events(&self) {
        self.long_polls.wake();
        self.events_signal.notify_one();
    }

    /// The catalogue as it is now.
    pub fn catalogue(&self) -> Arc<Catalogue> {
        self.catalogue.current()
    }

    /// Builds the catalogue anew when lists or rules have changed since; says whether it did.
    pub async fn refresh_catalogue(&self) -> Result<bool> {
        let before = self.catalogue();
        let known = before.version_no();
        let read = self.store.read(move |tx| {
            let version_no = tx.reference_version()?;
            if version_no == known {
                return Ok(None);
            }
            Ok(Some((version_no, tx.reference_lists()?, tx.settings()?)))
        });
        let Some((version_no, imported, settings)) = read.await? else { return Ok(false) };
        let build =
            tokio::task::spawn_blocking(move || Catalogue::new(version_no, &imported, &settings, Some(&before)));
        let built = build.await.map_err(|error| Error::Internal(format!("catalogue: {error}")))?;
        self.catalogue.put(built);
        tracing::info!(version_no, "lists and rules changed");
        Ok(true)
    }

    /// Builds the search over an imported nomenclature, so that no caller waits for it.
    pub async fn prepare_goods(&self) -> Result<()> {
        let catalogue = self.catalogue();
        if catalogue.has_goods() {
            return Ok(());
        }
        let build = tokio::task::spawn_blocking(move || _ = catalogue.goods());
        build.await.map_err(|error| Error::Internal(format!("search over goods: {error}")))
    }

    /// Does work that holds a core for long on another thread, once there is a place.
    ///
    /// # Errors
    /// 503 when there is none for long.
    pub async fn offload<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        self.places.run(work).await
    }

    /// Today, for rates and restrictions.
    pub(super) fn today(&self) -> NaiveDate {
        day(self.clock.now())
    }
}
