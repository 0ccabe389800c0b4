//! Wires everything: configuration → store, workers, HTTP server; and stops it in order.

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::sync::{oneshot, watch};

use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::exchange::Exchange;
use crate::http;
use crate::net::Http;
use crate::service::Services;
use crate::store::{Migrations, Store};

/// A server that is listening.
pub struct Running {
    pub address: SocketAddr,
    pub services: Services,
    pub exchange: Exchange,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<std::io::Result<()>>>,
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
    let listener = TcpListener::bind(config.listen)
        .map_err(|error| Error::Internal(format!("cannot listen on {}: {error}", config.listen)))?;
    let address = listener.local_addr().map_err(|error| Error::Internal(error.to_string()))?;
    let metrics = metrics_recorder()?;
    let (stop, stopped) = oneshot::channel();
    let exchange = Exchange::new(services.clone(), Arc::new(Http::default()));
    let shared = exchange.clone();
    let work = services.clone();
    let thread = std::thread::Builder::new()
        .name("entrepost".into())
        .spawn(move || actix_web::rt::System::new().block_on(serve(listener, config, work, shared, metrics, stopped)));
    let thread = thread.map_err(|error| Error::Internal(format!("cannot start a thread: {error}")))?;
    Ok(Running { address, services, exchange, stop: Some(stop), thread: Some(thread) })
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
    Ok(Services::new(store, clock, config.terms))
}

impl Running {
    /// Lets requests in flight finish (new ones are answered 503) and stops; at most ten seconds.
    ///
    /// # Errors
    /// When the server had failed before.
    pub fn stop(mut self) -> Result<()> {
        self.stop_and_join()
    }

    fn stop_and_join(&mut self) -> Result<()> {
        drop(self.stop.take());
        match self.thread.take().map(JoinHandle::join) {
            None | Some(Ok(Ok(()))) => Ok(()),
            Some(Ok(Err(error))) => Err(Error::Internal(format!("the server failed: {error}"))),
            Some(Err(_)) => Err(Error::Internal("the server thread panicked".into())),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.stop_and_join();
    }
}

async fn serve(
    listener: TcpListener,
    config: Config,
    services: Services,
    exchange: Exchange,
    metrics: PrometheusHandle,
    stopped: oneshot::Receiver<()>,
) -> std::io::Result<()> {
    let stopping = Arc::new(AtomicBool::new(false));
    let server =
        http::server(listener, &config.http, services.clone(), exchange.clone(), metrics, Arc::clone(&stopping))?;
    let handle = server.handle();
    let (quit, workers) = start_workers(&services, &exchange, &config);
    let serving = actix_web::rt::spawn(server);
    // Fails when the sender is dropped: either way it is time to stop.
    let _ = stopped.await;
    tracing::info!("stopping");
    stopping.store(true, Ordering::Relaxed);
    handle.stop(true).await;
    let outcome = serving.await.unwrap_or(Ok(()));
    let _ = quit.send(true);
    for worker in workers {
        let _ = worker.await;
    }
    if let Err(error) = services.keep_beats().await {
        tracing::warn!(%error, "last uses were not written down");
    }
    outcome
}

type Worker = actix_web::rt::task::JoinHandle<()>;

/// What runs beside the requests: numbering changes, sealing, the exchange, dropping what expired, writing down last
/// uses.
fn start_workers(services: &Services, exchange: &Exchange, config: &Config) -> (watch::Sender<bool>, Vec<Worker>) {
    let (quit, quitting) = watch::channel(false);
    let second = Duration::from_secs(1);
    let mut workers = Vec::new();
    if services.store.numbers_changes_later() {
        let work = services.clone();
        workers.push(every(Duration::from_millis(100), &quitting, "numbering", move || {
            let work = work.clone();
            async move { work.number_changes().await.map(|_| ()) }
        }));
    }
    let work = services.clone();
    workers.push(every(config.seal_every, &quitting, "sealing", move || {
        let work = work.clone();
        async move { work.seal().await.map(|_| ()) }
    }));
    let work = services.clone();
    workers.push(every(3 * second, &quitting, "reading imported lists", move || {
        let work = work.clone();
        async move { work.refresh_catalogue().await.map(|_| ()) }
    }));
    let work = services.clone();
    workers.push(every(600 * second, &quitting, "dropping what expired", move || {
        let work = work.clone();
        async move { work.drop_expired().await }
    }));
    let work = services.clone();
    workers.push(every(5 * second, &quitting, "writing down last uses", move || {
        let work = work.clone();
        async move { work.keep_beats().await }
    }));
    workers.push(send(exchange, &quitting));
    let work = exchange.clone();
    workers.push(every(second, &quitting, "taking in", move || {
        let work = work.clone();
        async move { work.take_in().await.map(|_| ()) }
    }));
    let work = exchange.clone();
    workers.push(every(30 * second, &quitting, "observing the exchange", move || {
        let work = work.clone();
        async move { work.observe().await }
    }));
    (quit, workers)
}

/// How long the bell goes unheard once it rang, so that what is stored in quick succession is looked for once.
const GATHERING: Duration = Duration::from_millis(5);

/// Sends what waits, as soon as the bell says so; looks by itself for what other processes put into the outbox, and
/// for partners whose rest has ended.
fn send(exchange: &Exchange, quitting: &watch::Receiver<bool>) -> Worker {
    let (exchange, mut quitting) = (exchange.clone(), quitting.clone());
    actix_web::rt::spawn(async move {
        let bell = exchange.bell();
        loop {
            tokio::select! {
                () = bell.notified() => tokio::time::sleep(GATHERING).await,
                () = tokio::time::sleep(Duration::from_millis(500)) => {}
                _ = quitting.changed() => return,
            }
            if let Err(error) = exchange.dispatch().await {
                tracing::warn!(%error, "the outbox could not be read; it will be tried again");
            }
        }
    })
}

fn every<F>(
    pause: Duration,
    quitting: &watch::Receiver<bool>,
    what: &'static str,
    work: impl Fn() -> F + 'static,
) -> Worker
where
    F: Future<Output = Result<()>> + 'static,
{
    let mut quitting = quitting.clone();
    actix_web::rt::spawn(async move {
        loop {
            tokio::select! {
                () = tokio::time::sleep(pause) => {
                    if let Err(error) = work().await {
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
