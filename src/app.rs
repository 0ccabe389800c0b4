//! Wires everything: configuration → store, workers, HTTP server; and stops it in order.

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::sync::{oneshot, watch};

use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::exchange::Exchange;
use crate::http::{self, Listeners, RateLimits};
use crate::limits;
use crate::net::Http;
use crate::service::Services;
use crate::service::sharing::Sharing;
use crate::store::{Migrations, Store};

/// A server that is listening.
pub struct Running {
    pub address: SocketAddr,
    pub services: Services,
    pub exchange: Exchange,
    stop: Option<oneshot::Sender<()>>,
    /// Says how serving ended, once everything has come to rest; locked so that a server can be shared.
    ended: Mutex<Receiver<std::io::Result<()>>>,
}

/// Opens the database, binds the address and starts serving on threads of its own.
///
/// # Errors
/// When the database cannot be opened or migrated, or the address cannot be bound.
pub fn start(config: Config, clock: Clock) -> Result<Running> {
    let services = open(&config, clock)?;
    let first = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let first = first.map_err(|error| Error::Internal(format!("cannot start the runtime: {error}")))?;
    first.block_on(services.refresh_catalogue())?;
    first.block_on(services.judge_old_decisions())?;
    let listeners = Listeners { main: bind(config.listen)?, ops: config.ops_listen.map(bind).transpose()? };
    let address = listeners.main.local_addr().map_err(|error| Error::Internal(error.to_string()))?;
    let metrics = metrics_recorder()?;
    let (stop, stopped) = oneshot::channel();
    let exchange = Exchange::new(services.clone(), Arc::new(Http::default()));
    let shared = exchange.clone();
    let work = services.clone();
    let (end, ended) = channel();
    let thread = std::thread::Builder::new().name("entrepost".into()).spawn(move || {
        // Dropped before the word is given: that waits for what runs on other threads.
        let outcome = actix_web::rt::System::new().block_on(serve(listeners, config, work, shared, metrics, stopped));
        let _ = end.send(outcome);
    });
    thread.map_err(|error| Error::Internal(format!("cannot start a thread: {error}")))?;
    Ok(Running { address, services, exchange, stop: Some(stop), ended: Mutex::new(ended) })
}

fn bind(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).map_err(|error| Error::Internal(format!("cannot listen on {address}: {error}")))
}

/// Opens the database, brought up to date if the configuration says so, and what works on it.
///
/// # Errors
/// When it cannot be opened, or its schema is not current.
pub fn open(config: &Config, clock: Clock) -> Result<Services> {
    let mut migrations = Migrations::open(&config.store.database)?;
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
    services: Services,
    exchange: Exchange,
    metrics: PrometheusHandle,
    stopped: oneshot::Receiver<()>,
) -> std::io::Result<()> {
    let stopping = Arc::new(AtomicBool::new(false));
    let rate_limits = Arc::new(RateLimits::new(&config.http));
    let server = http::server(
        listeners,
        &config.http,
        services.clone(),
        exchange.clone(),
        Arc::clone(&rate_limits),
        metrics,
        Arc::clone(&stopping),
    )?;
    let handle = server.handle();
    let (quit, workers) = start_workers(&services, &exchange, &rate_limits, &config);
    let serving = actix_web::rt::spawn(server);
    // Fails when the sender is dropped: either way it is time to stop.
    let _ = stopped.await;
    tracing::info!("stopping");
    stopping.store(true, Ordering::Relaxed);
    handle.stop(true).await;
    let outcome = serving.await.unwrap_or(Ok(()));
    let _ = quit.send(true);
    if let Err(error) = services.keep_activity().await {
        tracing::warn!(%error, "last uses were not written down");
    }
    if let Err(error) = services.write_notes().await {
        tracing::warn!(%error, "what customs was handed last was not written down");
    }
    for worker in workers {
        let _ = worker.await;
    }
    outcome
}

type Worker = actix_web::rt::task::JoinHandle<()>;

/// What runs beside the requests: numbering changes, sealing, the exchange, dropping what expired, writing down last
/// uses.
fn start_workers(
    services: &Services,
    exchange: &Exchange,
    rate_limits: &Arc<RateLimits>,
    config: &Config,
) -> (watch::Sender<bool>, Vec<Worker>) {
    let (quit, quitting) = watch::channel(false);
    let quitting = &quitting;
    let second = Duration::from_secs(1);
    let mut workers = vec![
        every(config.seal_every, quitting, "sealing", services, async |work| work.seal().await.map(drop)),
        every(3 * second, quitting, "reading imported lists", services, async |work| {
            work.refresh_catalogue().await.map(drop)
        }),
        every(600 * second, quitting, "dropping what expired", services, async |work| work.drop_expired().await),
        every(second / 2, quitting, "noting what customs was handed", services, async |work| {
            work.write_notes().await.map(drop)
        }),
        every(5 * second, quitting, "writing down last uses", services, async |work| work.keep_activity().await),
        every(60 * second, quitting, "sweeping the limiters", rate_limits, async |rate_limits| {
            rate_limits.sweep();
            Ok(())
        }),
        every(
            second,
            quitting,
            "sharing limits",
            &(services.clone(), Arc::clone(rate_limits)),
            share_limits(Sharing::default()),
        ),
        send(exchange, quitting),
        every(second, quitting, "taking in", exchange, async |work| work.take_in().await.map(drop)),
        every(30 * second, quitting, "observing the exchange", exchange, async |work| work.observe().await),
    ];
    if services.store.numbers_changes_later() {
        let pause = Duration::from_millis(100);
        let number = async |work: Services| work.number_changes().await.map(drop);
        workers.push(every(pause, quitting, "numbering", services, number));
    }
    (quit, workers)
}

/// Tells other processes what was let through here, and counts what they let through.
fn share_limits(sharing: Sharing) -> impl AsyncFn((Services, Arc<RateLimits>)) -> Result<()> {
    async move |(services, rate_limits): (Services, Arc<RateLimits>)| {
        for (org, count) in sharing.share(&services, rate_limits.taken()).await? {
            rate_limits.take_away(&org, count);
        }
        Ok(())
    }
}

/// How long a signal is not acted upon once it came, so that what is stored in quick succession is looked for once.
const GATHERING: Duration = Duration::from_millis(5);

/// Sends what waits, as soon as it is signalled; looks by itself for what other processes put into the outbox, and
/// for partners whose rest has ended.
fn send(exchange: &Exchange, quitting: &watch::Receiver<bool>) -> Worker {
    let (exchange, mut quitting) = (exchange.clone(), quitting.clone());
    actix_web::rt::spawn(async move {
        let signal = exchange.outbox_signal();
        loop {
            tokio::select! {
                () = signal.notified() => tokio::time::sleep(GATHERING).await,
                () = tokio::time::sleep(Duration::from_millis(500)) => {}
                _ = quitting.changed() => return,
            }
            if let Err(error) = exchange.dispatch().await {
                tracing::warn!(%error, "the outbox could not be read; it will be tried again");
            }
        }
    })
}

/// Does `work` with `on` again and again, with pauses.
fn every<S: Clone + 'static>(
    pause: Duration,
    quitting: &watch::Receiver<bool>,
    what: &'static str,
    on: &S,
    work: impl AsyncFn(S) -> Result<()> + 'static,
) -> Worker {
    let (on, mut quitting) = (on.clone(), quitting.clone());
    actix_web::rt::spawn(async move {
        loop {
            tokio::select! {
                () = tokio::time::sleep(pause) => {
                    if let Err(error) = work(on.clone()).await {
                        tracing::warn!(%error, what, "background work failed; it will be tried again");
                    }
                }
                _ = quitting.changed() => return,
            }
        }
    })
}

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
    handle.clone().ok_or_else(|| Error::Internal("the metrics recorder cannot be installed".into()))
}
