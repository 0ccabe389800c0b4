//! Wires everything: configuration → store, workers, HTTP server; and stops it in order.

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::sync::oneshot;

use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::exchange::Exchange;
use crate::http::{self, Listeners, RateLimits, Tls};
use crate::jobs::{self, Job, Schedule};
use crate::limits;
use crate::net::{Http, Net};
use crate::notify::Notifier;
use crate::service::Services;
use crate::service::sharing::Sharing;
use crate::store::{FileLock, Migrations, Store};

/// A server that is listening.
pub struct Running {
    pub address: SocketAddr,
    /// `http` or `https`.
    scheme: &'static str,
    pub services: Services,
    pub exchange: Exchange,
    pub notifier: Notifier,
    stop: Option<oneshot::Sender<()>>,
    /// Says how serving ended, once everything has come to rest; locked so that a server can be shared.
    ended: Mutex<Receiver<std::io::Result<()>>>,
}

/// Opens the database, binds the address and starts serving on threads of its own.
///
/// # Errors
/// When the database cannot be opened or migrated, or the address cannot be bound.
pub fn start(config: Config, clock: Clock) -> Result<Running> {
    let lock = FileLock::take(&config.store.database)?;
    let services = open(&config, clock)?;
    let first = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let first = first.map_err(|error| Error::Internal(format!("cannot start the runtime: {error}")))?;
    first.block_on(services.refresh_catalogue())?;
    first.block_on(services.judge_old_decisions())?;
    let metrics = metrics_recorder()?;
    let listeners = Listeners {
        main: bind(config.listen)?,
        tls: config.http.tls.as_ref().map(Tls::open).transpose()?,
        ops: config.ops_listen.map(bind).transpose()?,
    };
    let scheme = listeners.scheme();
    let address = listeners.main.local_addr().map_err(|error| Error::Internal(error.to_string()))?;
    let (stop, stopped) = oneshot::channel();
    let mut guard = config.guard.clone();
    guard.own.push(address);
    let net: Arc<dyn Net> = Arc::new(Http::open(guard, config.ca_file.as_deref()).map_err(Error::Internal)?);
    let exchange = Exchange::new(services.clone(), Arc::clone(&net));
    let notifier = Notifier::new(services.clone(), net, config.http.public_url.as_deref());
    let notifier = notifier.with_time_scale(config.notify_time_scale);
    first.block_on(exchange.seal_secrets())?;
    first.block_on(notifier.seal_secrets())?;
    let shared = (services.clone(), exchange.clone(), notifier.clone());
    let (end, ended) = channel();
    let thread = std::thread::Builder::new().name("entrepost".into()).spawn(move || {
        // Dropped before the word is given: that waits for what runs on other threads.
        let outcome = actix_web::rt::System::new().block_on(serve(listeners, config, shared, metrics, stopped));
        drop(lock);
        let _ = end.send(outcome);
    });
    thread.map_err(|error| Error::Internal(format!("cannot start a thread: {error}")))?;
    Ok(Running { address, scheme, services, exchange, notifier, stop: Some(stop), ended: Mutex::new(ended) })
}

fn bind(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).map_err(|error| Error::Internal(format!("cannot listen on {address}: {error}")))
}

/// Opens the database, brought up to date if the configuration says so, and what works on it.
///
/// # Errors
/// When it cannot be opened, or its schema is not current.
pub fn open(config: &Config, clock: Clock) -> Result<Services> {
    let mut migrations = Migrations::open(&config.store)?;
    if config.migrate_at_start {
        for name in migrations.up()? {
            tracing::info!(name, "migration applied");
        }
    } else {
        let pending = migrations.pending()?;
        if !pending.is_empty() {
            return Err(Error::Internal(format!(
                "the schema is not current: run `entrepost migrate` ({})",
                pending.join(", ")
            )));
        }
    }
    drop(migrations);
    let store = Store::open(config.store.clone(), clock.clone())?;
    Ok(Services::new(store, clock, config.terms).with_vault(config.vault.clone()))
}

impl Running {
    /// Where it is reached.
    pub fn base(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// Lets requests in flight finish (new ones are answered 503) and stops; at most ten seconds. What still waits then,
    /// for a partner or the database, is left where it is: bytes are stored before they are sent, so the next start sends
    /// them again, and a transaction that does not end is undone.
    ///
    /// # Errors
    /// When the server had failed before.
    pub fn stop(mut self) -> Result<()> {
        self.stop_and_join()
    }

    fn stop_and_join(&mut self) -> Result<()> {
        if self.stop.take().is_none() {
            return Ok(());
        }
        let ended = self.ended.get_mut().unwrap_or_else(PoisonError::into_inner);
        match ended.recv_timeout(Duration::from_millis(limits::STOP_MS)) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Error::Internal(format!("the server failed: {error}"))),
            Err(RecvTimeoutError::Disconnected) => Err(Error::Internal("the server thread panicked".into())),
            Err(RecvTimeoutError::Timeout) => {
                tracing::warn!("stopped while something waited for a partner or the database; it will be done again");
                Ok(())
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.stop_and_join();
    }
}

async fn serve(
    listeners: Listeners,
    config: Config,
    (services, exchange, notifier): (Services, Exchange, Notifier),
    metrics: PrometheusHandle,
    stopped: oneshot::Receiver<()>,
) -> std::io::Result<()> {
    let stopping = Arc::new(AtomicBool::new(false));
    let rate_limits = Arc::new(RateLimits::new(&config.http));
    let tls = listeners.tls.clone();
    let server = http::server(
        listeners,
        &config.http,
        (services.clone(), exchange.clone(), notifier.clone()),
        Arc::clone(&rate_limits),
        metrics,
        Arc::clone(&stopping),
    )?;
    let handle = server.handle();
    let jobs = jobs::start(jobs((&services, &exchange, &notifier), &rate_limits, tls, &config), services.jobs());
    let serving = actix_web::rt::spawn(server);
    // Fails when the sender is dropped: either way it is time to stop.
    let _ = stopped.await;
    tracing::info!("stopping");
    stopping.store(true, Ordering::Relaxed);
    handle.stop(true).await;
    let outcome = serving.await.unwrap_or(Ok(()));
    jobs.stop().await;
    outcome
}

/// What runs beside the requests.
fn jobs(
    (services, exchange, notifier): (&Services, &Exchange, &Notifier),
    rate_limits: &Arc<RateLimits>,
    tls: Option<Arc<Tls>>,
    config: &Config,
) -> Vec<Job> {
    let ms = |ms| Schedule::Every(Duration::from_millis(ms));
    let sending = Schedule::OnSignal {
        signal: exchange.outbox_signal(),
        gather: GATHERING,
        at_latest: Duration::from_millis(500),
    };
    let ingesting = Schedule::OnSignal {
        signal: services.ingestion_signal(),
        gather: INGESTING_AFTER,
        at_latest: Duration::from_secs(1),
    };
    let deriving = Schedule::OnSignal {
        signal: services.history_signal(),
        gather: GATHERING_OF_EVENTS,
        at_latest: Duration::from_millis(100),
    };
    let notifying =
        Schedule::OnSignal { signal: notifier.signal(), gather: Duration::ZERO, at_latest: Duration::from_millis(500) };
    let sharing = (services.clone(), Arc::clone(rate_limits), Arc::<Sharing>::default());
    let mut jobs = vec![
        Job::new("sealing", Schedule::Every(config.seal_every), services, async |work| work.seal().await.map(drop)),
        Job::new("reading imported lists", ms(3_000), services, async |work| {
            work.refresh_catalogue().await?;
            work.prepare_goods().await
        }),
        Job::new("probing", ms(1_000 * limits::STATUS_PROBE_S), services, async |work| work.probe().await),
        Job::new("dropping what expired", ms(600_000), services, async |work| work.drop_expired().await),
        Job::new("warning of secrets", ms(600_000), services, async |work| work.warn_of_ending_secrets().await),
        Job::new("noting what customs was handed", ms(500), services, async |work| work.write_notes().await.map(drop))
            .drained(),
        Job::new("writing down last uses", ms(5_000), services, async |work| work.keep_activity().await).drained(),
        Job::new("looking at the disk", ms(2_000), services, async |work| work.store.look_at_disk().await),
        Job::new("deriving events", deriving, services, async |work| work.derive_events().await.map(drop)),
        Job::new("keeping words", ms(1_000), services, async |work| work.keep_words().await.map(drop)),
        Job::new("judging what time changes", ms(10_000), services, async |work| work.judge_due().await.map(drop)),
        Job::new("judging by new lists", ms(2_000), services, async |work| work.judge_by_lists().await.map(drop)),
        Job::new("taking in ingestions", ingesting, services, async |work| work.take_in_ingestions().await.map(drop)),
        Job::new("sweeping the limiters", ms(60_000), rate_limits, async |rate_limits| {
            rate_limits.sweep();
            Ok(())
        }),
        Job::new("sharing limits", ms(1_000), &sharing, share_limits),
        // What other processes put into the outbox, and partners whose rest has ended, are looked for without a signal.
        Job::new("sending", sending, exchange, async |work| work.dispatch().await),
        Job::new("notifying", notifying, notifier, async |work| work.dispatch().await),
        Job::new("dropping old deliveries", ms(600_000), notifier, async |work| work.drop_old_deliveries().await),
        Job::new("taking in", ms(1_000), exchange, async |work| work.take_in().await.map(drop)),
        Job::new("observing the exchange", ms(30_000), exchange, async |work| work.observe().await),
    ];
    if let Some(tls) = tls {
        jobs.push(Job::new("looking at the certificate", ms(1_000 * limits::TLS_LOOK_S), &tls, look_at_certificate));
    }
    if services.store.numbers_changes_later() {
        jobs.push(Job::new("numbering", ms(100), services, async |work| work.number_changes().await.map(drop)));
    }
    jobs
}

/// On a thread: the files may lie on a drive that does not answer.
async fn look_at_certificate(tls: Arc<Tls>) -> Result<()> {
    let looking = tokio::task::spawn_blocking(move || tls.look_again()).await;
    looking.map_err(|error| Error::Internal(format!("looking at the certificate: {error}")))
}

/// Tells other processes what was let through here, and counts what they let through.
async fn share_limits((services, rate_limits, sharing): (Services, Arc<RateLimits>, Arc<Sharing>)) -> Result<()> {
    for (org, count) in sharing.share(&services, rate_limits.taken()).await? {
        rate_limits.take_away(&org, count);
    }
    Ok(())
}

/// How long a signal is not acted upon once it came, so that what is stored in quick succession is looked for once.
const GATHERING: Duration = Duration::from_millis(5);
/// The same of what happened to items, from which events are derived in one transaction.
const GATHERING_OF_EVENTS: Duration = Duration::from_millis(20);

/// An import that is answered at once is begun by who asked, before the job looks.
const INGESTING_AFTER: Duration = Duration::from_millis(20);

/// Counters that are there from the start, so that their first rise is seen as one.
const COUNTERS: [&str; 8] = [
    "entrepost_connections_closed_for_others_total",
    "entrepost_connections_refused_total",
    "entrepost_database_given_up_total",
    "entrepost_malformed_requests_total",
    "entrepost_slow_readers_total",
    "entrepost_tls_handshakes_failed_total",
    "entrepost_transaction_repeats_total",
    "entrepost_authentications_looked_up_total",
];

/// The process-wide recorder; several servers in one process share it.
fn metrics_recorder() -> Result<PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    let handle = HANDLE.get_or_init(|| {
        let seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
        let writes = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];
        PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &seconds)
            .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("_writes".into()), &writes))
            .ok()?
            .install_recorder()
            .ok()
    });
    for name in COUNTERS {
        metrics::counter!(name).increment(0);
    }
    handle.clone().ok_or_else(|| Error::Internal("the metrics recorder cannot be installed".into()))
}
