//! What events cost: stores of a post that is followed against one that is not, the deriver against the stores, and the light of an
//! item against CheckItemStatus.
//!
//! Runs take turns. The deriver runs beside the stores as in operation; alone it is measured over items that were stored before.
//! Settings: EPBENCH_ROUNDS, EPBENCH_SECONDS, EPBENCH_CLIENTS, EPBENCH_ENGINES, EPBENCH_DIR.

mod common;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use common::client::{Seen, drive};
use common::postgres::Server;
use common::server::{TOKEN, Wish, sqlite_url, start, wait};
use common::{Outcome, folder, median, payload, setting, verdict, wants};
use entrepost::app::Running;
use entrepost::service::auth::Credential;
use entrepost::service::events::EventQuery;

/// Not counted.
const WARM_UP: Duration = Duration::from_secs(1);

fn main() -> Outcome {
    println!("events: StoreDeclaration of a post that is followed, the deriver, the light; {} clients", clients());
    let folder = folder()?;
    if wants("sqlite") {
        compare("SQLite", |name| Ok(sqlite_url(folder.path(), name)))?;
    }
    if wants("postgres") {
        match Server::start()? {
            Some(server) => compare("PostgreSQL", |name| server.database(name))?,
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

fn compare(engine: &str, url: impl Fn(&str) -> Outcome<String>) -> Outcome {
    let (mut plain, mut followed, mut derived) = (Vec::new(), Vec::new(), Vec::new());
    let (mut p99s, mut ratios, mut of_stores) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..setting("ROUNDS", 5) {
        let (seen, _) = stores(&url(&format!("plain{round}"))?, false)?;
        let (told, rate) = stores(&url(&format!("told{round}"))?, true)?;
        ratios.push(told.rate() / seen.rate());
        p99s.push(told.latency(99.0) / seen.latency(99.0));
        of_stores.push(rate / told.rate());
        plain.push(seen.rate());
        followed.push(told.rate());
        derived.push(rate);
    }
    println!("\n{engine}, a second:");
    println!("stores, not followed   {:9.0}", median(&plain));
    println!("stores, followed       {:9.0}", median(&followed));
    println!("items derived, alone   {:9.0}", median(&derived));
    let (ratio, p99, deriver) = (median(&ratios), median(&p99s), median(&of_stores));
    verdict(&format!("{engine}, stores followed / not"), ratio, ratio >= 0.85, "0.85 or more");
    verdict(&format!("{engine}, their 99 % latency"), p99, p99 <= 1.5, "1.5 or less");
    verdict(&format!("{engine}, deriver / stores followed"), deriver, deriver >= 1.2, "1.2 or more");
    lights(engine, &url("lights")?)
}

async fn follow(running: &Running) -> Outcome {
    let actor = running.services.authenticate(Credential::parse(TOKEN)?).await?;
    running.services.events(&actor, EventQuery::default()).await?;
    Ok(())
}

/// Stores for a while on a fresh database; then the rate at which everything stored is derived again, alone.
fn stores(url: &str, followed: bool) -> Outcome<(Seen, f64)> {
    let running = start(url, &Wish::default())?;
    if followed {
        wait(follow(&running))??;
    }
    let numbers = AtomicU64::new(0);
    drive(running.address, clients(), WARM_UP, &numbers, payload::store_declaration)?;
    let seen = drive(running.address, clients(), time(), &numbers, payload::store_declaration)?;
    let mut rate = 0.0;
    if followed {
        wait(running.services.number_changes())??;
        wait(running.services.derive_events())??;
        let began = Instant::now();
        // Everything is looked at again; what is there is not put in twice.
        wait(running.services.rebuild_events("AUA", DateTime::<Utc>::UNIX_EPOCH))??;
        rate = numbers.load(Ordering::Relaxed) as f64 / began.elapsed().as_secs_f64();
    }
    running.stop()?;
    Ok((seen, rate))
}

/// The light of one item, and that it has not changed, against CheckItemStatus of one.
fn lights(engine: &str, url: &str) -> Outcome {
    let running = start(url, &Wish::default())?;
    let numbers = AtomicU64::new(0);
    drive(running.address, clients(), WARM_UP, &numbers, payload::store_declaration)?;
    let size = numbers.load(Ordering::Relaxed);
    let get = |number: u64, more: &str, buffer: &mut Vec<u8>| {
        let id = payload::item_id(number % size);
        buffer.extend(
            format!("GET /v1/items/{id}/light HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {TOKEN}\r\n{more}\r\n")
                .into_bytes(),
        );
    };
    let (mut light, mut status) = (Vec::new(), Vec::new());
    for _ in 0..=setting("ROUNDS", 5) {
        let asked = |number, buffer: &mut Vec<u8>| get(number, "", buffer);
        let checked = |number: u64, buffer: &mut Vec<u8>| {
            buffer.extend(payload::check_status(std::iter::once(number % size)));
        };
        let calls = AtomicU64::new(0);
        light.push(drive(running.address, 16, time(), &calls, asked)?.rate());
        status.push(drive(running.address, 16, time(), &calls, checked)?.rate());
    }
    let (light, status) = (median(&light[1..]), median(&status[1..]));
    println!("\n{engine}, calls a second:");
    println!("light of one item           {light:9.0}");
    println!("CheckItemStatus of one item {status:9.0}");
    let ratio = light / status;
    verdict(&format!("{engine}, light / CheckItemStatus"), ratio, ratio >= 0.9, "0.9 or more");
    Ok(running.stop()?)
}
