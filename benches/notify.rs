//! What notifications cost and how quick they are: stores with a receiver that takes everything, deliveries alone against the same
//! POSTs by a load generator, from an acknowledged store to the receiver, one event to a thousand receivers, and one that hangs.
//!
//! Server, clients and receiver share the machine. Settings: EPBENCH_ROUNDS, EPBENCH_SECONDS, EPBENCH_CLIENTS, EPBENCH_ENGINES, EPBENCH_DIR.

mod common;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use common::client::{Seen, drive, paced, post_as};
use common::postgres::Server;
use common::server::{TOKEN, Wish, config, sqlite_url, start_logging, start_on, wait};
use common::{Outcome, folder, median, payload, percentile, setting, verdict, wants};
use entrepost::app::Running;
use entrepost::contract::subscription::{GoOn, NewSubscription};
use entrepost::notify::SubscriptionId;
use entrepost::service::Actor;
use entrepost::service::auth::Credential;
use entrepost::store::types::{At, Id};
use entrepost::vault::{Place, Vault, seal};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

/// Not counted.
const WARM_UP: Duration = Duration::from_secs(1);
/// Receivers of one event.
const MANY: usize = 1_000;

fn main() -> Outcome {
    println!(
        "notify: StoreDeclaration with a receiver that takes everything, deliveries, latency, many receivers; {} clients",
        clients()
    );
    start_logging()?;
    let folder = folder()?;
    if wants("sqlite") {
        measure("SQLite", |name| Ok(sqlite_url(folder.path(), name)), 250.0)?;
    }
    if wants("postgres") {
        match Server::start()? {
            Some(server) => measure("PostgreSQL", |name| server.database(name), 1_000.0)?,
            None => println!("PostgreSQL is not installed here; left out"),
        }
    }
    Ok(())
}

fn clients() -> usize {
    setting("CLIENTS", 64) as usize
}

fn time() -> Duration {
    Duration::from_secs(setting("SECONDS", 4))
}

/// A receiver that takes everything at once, on a thread of its own.
#[derive(Clone)]
struct Receiver {
    address: SocketAddr,
    taken: Arc<AtomicU64>,
    /// When each item came first, by its number.
    came: Arc<Mutex<Vec<(u64, Instant)>>>,
    hangs: Arc<AtomicBool>,
}

impl Receiver {
    fn start() -> Outcome<Self> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let receiver = Self {
            address: listener.local_addr()?,
            taken: Arc::default(),
            came: Arc::default(),
            hangs: Arc::default(),
        };
        let serving = receiver.clone();
        std::thread::spawn(move || serving.listen(listener));
        Ok(receiver)
    }

    fn listen(self, listener: std::net::TcpListener) -> std::io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener)?;
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(self.clone().serve(stream));
            }
            Ok(())
        })
    }

    fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    async fn serve(self, mut stream: TcpStream) {
        let mut buffer: Vec<u8> = Vec::with_capacity(4096);
        loop {
            let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else {
                if stream.read_buf(&mut buffer).await.unwrap_or(0) == 0 {
                    return;
                }
                continue;
            };
            let head = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
            while buffer.len() < end + 4 + length {
                if stream.read_buf(&mut buffer).await.unwrap_or(0) == 0 {
                    return;
                }
            }
            let answer = self.take(&buffer[end + 4..end + 4 + length]);
            buffer.drain(..end + 4 + length);
            let Some(answer) = answer else { std::future::pending().await };
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{answer}", answer.len());
            if stream.write_all(head.as_bytes()).await.is_err() {
                return;
            }
        }
    }

    fn take(&self, body: &[u8]) -> Option<String> {
        let text = String::from_utf8_lossy(body);
        if let Some((_, rest)) = text.split_once("\"challenge\":\"") {
            return Some(format!("{{\"challenge\":\"{}\"}}", rest.split('"').next().unwrap_or_default()));
        }
        if self.hangs.load(Ordering::Relaxed) {
            return None;
        }
        self.taken.fetch_add(1, Ordering::Relaxed);
        let number = text.split_once("\"itemId\":\"CP").and_then(|(_, rest)| rest.get(..8)?.parse().ok());
        if let (Some(number), Ok(mut came)) = (number, self.came.lock()) {
            came.push((number, Instant::now()));
        }
        Some(String::new())
    }

    /// Waits until an item came, and everything before it with it.
    fn until_came(&self, number: u64) -> Outcome {
        let began = Instant::now();
        while !self.came.lock().is_ok_and(|came| came.iter().any(|(known, _)| *known == number)) {
            if began.elapsed() > Duration::from_secs(30) {
                return Err(format!("item {number} did not come").into());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    fn until(&self, count: u64, patience: Duration) -> Outcome<Duration> {
        let began = Instant::now();
        while self.taken.load(Ordering::Relaxed) < count {
            if began.elapsed() > patience {
                return Err(format!("{} of {count} came", self.taken.load(Ordering::Relaxed)).into());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(began.elapsed())
    }
}

/// A server that may send to loopback, and seals.
fn start(url: &str) -> Outcome<Running> {
    let mut config = config(url, &Wish::default())?;
    config.guard.allowed.add([127, 0, 0, 1].into());
    config.vault = Vault::new(Some(&seal::new_key()?), None)?;
    start_on(config)
}

async fn actor(running: &Running) -> Outcome<Actor> {
    Ok((*running.services.authenticate(Credential::parse(TOKEN)?).await?).clone())
}

/// Subscribes a receiver to everything that is declared, and waits until it was challenged.
fn subscribe(running: &Running, receiver: &Receiver) -> Outcome<SubscriptionId> {
    let new = NewSubscription {
        url: receiver.url(),
        filter: serde_json::from_str(r#"{"types":["declaration.stored"]}"#)?,
        concurrency: Some(16),
        ..NewSubscription::default()
    };
    wait(async {
        let actor = actor(running).await?;
        let made = running.notifier.create(&actor, new).await?;
        let id = SubscriptionId::parse(&made.subscription.id)?;
        while running.notifier.show(&actor, id).await?.state != "active" {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(id)
    })?
}

fn measure(engine: &str, url: impl Fn(&str) -> Outcome<String>, slowest_ms: f64) -> Outcome {
    let (mut ratios, mut p99s) = (Vec::new(), Vec::new());
    for round in 0..setting("ROUNDS", 5) {
        let alone = stores(&url(&format!("alone{round}"))?, false)?;
        let beside = stores(&url(&format!("beside{round}"))?, true)?;
        ratios.push(beside.rate() / alone.rate());
        p99s.push(beside.latency(99.0) / alone.latency(99.0));
    }
    println!();
    let (ratio, p99) = (median(&ratios), median(&p99s));
    verdict(&format!("{engine}, stores with a receiver / not followed"), ratio, ratio >= 0.70, "0.70 or more");
    verdict(&format!("{engine}, their 99 % latency"), p99, p99 <= 2.0, "2.0 or less");
    deliveries(engine, &url("deliveries")?)?;
    latency(engine, &url("latency")?, slowest_ms)?;
    many(engine, &url("many")?)
}

/// Stores for a while; with a receiver everything stored has come to it in the end.
fn stores(url: &str, notified: bool) -> Outcome<Seen> {
    let (running, receiver) = (start(url)?, Receiver::start()?);
    if notified {
        subscribe(&running, &receiver)?;
    }
    let numbers = AtomicU64::new(0);
    drive(running.address, clients(), WARM_UP, &numbers, payload::store_declaration)?;
    let seen = drive(running.address, clients(), time(), &numbers, payload::store_declaration)?;
    if notified {
        receiver.until(numbers.load(Ordering::Relaxed), Duration::from_secs(120))?;
    }
    running.stop()?;
    Ok(seen)
}

/// Deliveries of what waits, alone, against the same POSTs by a load generator.
fn deliveries(engine: &str, url: &str) -> Outcome {
    let (running, receiver) = (start(url)?, Receiver::start()?);
    let id = subscribe(&running, &receiver)?;
    let numbers = AtomicU64::new(0);
    let mut rates = Vec::new();
    for _ in 0..setting("ROUNDS", 5) {
        wait(async { Outcome::Ok(running.notifier.pause(&actor(&running).await?, id).await?) })??;
        let before = receiver.taken.load(Ordering::Relaxed);
        drive(running.address, clients(), time(), &numbers, payload::store_declaration)?;
        wait(running.services.number_changes())??;
        wait(running.services.derive_events())??;
        wait(async { Outcome::Ok(running.notifier.enable(&actor(&running).await?, id, GoOn::default()).await?) })??;
        let took = receiver.until(numbers.load(Ordering::Relaxed), Duration::from_secs(120))?;
        rates.push((receiver.taken.load(Ordering::Relaxed) - before) as f64 / took.as_secs_f64());
    }
    let body = "x".repeat(700);
    let request = post_as("application/json", "/", &body);
    let calls = AtomicU64::new(0);
    let generated = drive(receiver.address, 16, time(), &calls, |_, buffer| buffer.extend(&request))?.rate();
    let rate = median(&rates);
    println!("{engine}, deliveries a second {rate:9.0}, POSTs by a load generator {generated:9.0}");
    let fits = rate >= 3_000.0 || rate >= 0.5 * generated;
    verdict(&format!("{engine}, deliveries / generated"), rate / generated, fits, "0.5 or more, or 3,000 a second");
    running.stop()?;
    Ok(())
}

/// From the acknowledged store to the receiver, at 200 a second and ten receivers; then with one more that hangs.
fn latency(engine: &str, url: &str, slowest_ms: f64) -> Outcome {
    let running = start(url)?;
    let receivers: Vec<Receiver> = (0..10).map(|_| Receiver::start()).collect::<Outcome<_>>()?;
    for receiver in &receivers {
        subscribe(&running, receiver)?;
    }
    let first = run_paced(&running, &receivers, 0)?;
    let hanging = Receiver::start()?;
    subscribe(&running, &hanging)?;
    hanging.hangs.store(true, Ordering::Relaxed);
    let second = run_paced(&running, &receivers, 1_000_000)?;
    let p = |seen: &[f64], percent| 1_000.0 * percentile(seen, percent);
    println!(
        "{engine}, store to receiver: 50 % {:.0} ms, 99 % {:.0} ms; with one that hangs 99 % {:.0} ms",
        p(&first, 50.0),
        p(&first, 99.0),
        p(&second, 99.0)
    );
    verdict(
        &format!("{engine}, 99 % from store to receiver, ms"),
        p(&first, 99.0),
        p(&first, 99.0) <= slowest_ms,
        &format!("{slowest_ms} or less"),
    );
    let ratio = p(&second, 99.0) / p(&first, 99.0);
    verdict(&format!("{engine}, the same beside one that hangs"), ratio, ratio <= 1.5, "1.5 or less");
    running.stop()?;
    Ok(())
}

fn run_paced(running: &Running, receivers: &[Receiver], first: u64) -> Outcome<Vec<f64>> {
    let stored: Mutex<Vec<(u64, Instant)>> = Mutex::default();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(time());
            stop.store(true, Ordering::Relaxed);
        });
        // Sent a little before it is acknowledged: what is measured is rather too long.
        paced(running.address, first, Duration::from_millis(5), &stop, |number, buffer| {
            if let Ok(mut stored) = stored.lock() {
                stored.push((number, Instant::now()));
            }
            payload::store_declaration(number, buffer);
        })
    })?;
    let stored = stored.into_inner().map_err(|_| "no panic")?;
    for receiver in receivers {
        receiver.until_came(stored.iter().map(|(number, _)| *number).max().unwrap_or_default())?;
    }
    let mut latencies = Vec::new();
    for receiver in receivers {
        let came = receiver.came.lock().map_err(|_| "no panic")?;
        let came: std::collections::HashMap<u64, Instant> = came.iter().copied().collect();
        for (number, at) in &stored {
            let came = came.get(number).ok_or_else(|| format!("item {number} did not come"))?;
            latencies.push(came.saturating_duration_since(*at).as_secs_f64());
        }
    }
    Ok(latencies)
}

/// One event to a thousand receivers.
fn many(engine: &str, url: &str) -> Outcome {
    let (running, receiver) = (start(url)?, Receiver::start()?);
    let id = subscribe(&running, &receiver)?;
    wait(multiply(&running, id))??;
    let numbers = AtomicU64::new(0);
    let mut request = Vec::new();
    payload::store_declaration(numbers.fetch_add(1, Ordering::Relaxed), &mut request);
    let began = Instant::now();
    common::client::one_by_one(running.address, &[request])?;
    receiver.until(MANY as u64, Duration::from_secs(60))?;
    let took = began.elapsed().as_secs_f64();
    verdict(&format!("{engine}, one event to {MANY} receivers, s"), took, took <= 10.0, "10 or less");
    running.stop()?;
    Ok(())
}

/// As many subscriptions as one organization could not have, each with a key of its own.
async fn multiply(running: &Running, _: SubscriptionId) -> Outcome {
    let vault = running.services.vault.clone();
    let copied = running.services.store.write(move |tx| {
        let Some(one) = tx.subscriptions_of("AUA")?.into_iter().next() else { return Ok(()) };
        let Some(secret) = tx.subscription_secrets("AUA", one.id)?.into_iter().next() else { return Ok(()) };
        let cursors = tx.subscription_cursors("AUA", one.id)?;
        for _ in 1..MANY {
            let id = Id(Uuid::now_v7());
            let (row, key) = (id.0.to_string(), Id(Uuid::now_v7()));
            let column = key.0.to_string();
            let place = Place { table: "subscription", row: &row, column: &column };
            let sealed = vault.seal(place, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
            let mut new = one.clone();
            (new.id, new.created_at) = (id, At(tx.now));
            let mut of_it = secret.clone();
            (of_it.subscription, of_it.key_id, of_it.sealed) = (id, key, sealed);
            tx.add_subscription_secret(&of_it)?;
            tx.put_subscription(
                &new,
                entrepost::domain::RecordEventKind::Stored,
                &entrepost::store::item::Stamp::command_line(),
            )?;
            for (stream, number) in &cursors {
                tx.put_subscription_cursor("AUA", id, stream, *number)?;
            }
        }
        Ok(())
    });
    Ok(copied.await?)
}
