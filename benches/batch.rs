//! CreateOrUpdateDeclarations with 500 views against bare inserts of the same rows in batches of 500, on both engines.
//!
//! Settings: EPBENCH_ROUNDS, EPBENCH_SECONDS, EPBENCH_VIEWS, EPBENCH_BATCH_CLIENTS, EPBENCH_ENGINES, EPBENCH_DIR.

mod common;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use common::bare::{ItemRows, postgres_rate, sqlite_rate, stored};
use common::client::{Seen, drive};
use common::postgres::Server;
use common::server::{Wish, sqlite_url, start};
use common::{Outcome, folder, median, payload, setting, verdict, wants};

/// Not counted: by then the goods of the bench were screened once and are remembered.
const WARM_UP: Duration = Duration::from_secs(2);

fn main() -> Outcome {
    println!("batch: CreateOrUpdateDeclarations with {} new items, {} clients", views(), clients());
    println!("{:12} {:>14} {:>14} {:>8} {:>10}", "", "server items/s", "bare items/s", "ratio", "p50 ms");
    if wants("sqlite") {
        compare("SQLite", |_| {
            let folder = folder()?;
            let (seen, rows) = run(&sqlite_url(folder.path(), "run"))?;
            let bare = sqlite_rate(&folder.path().join("bare.db"), &rows, views() as usize, Duration::ZERO)?;
            Ok((seen, bare))
        })?;
    }
    if wants("postgres") {
        let Some(server) = Server::start()? else {
            println!("PostgreSQL is not installed here; left out");
            return Ok(());
        };
        compare("PostgreSQL", |_| {
            let (seen, rows) = run(&server.database("run")?)?;
            Ok((seen, postgres_rate(&server.database("bare")?, &rows, views() as usize)?))
        })?;
    }
    Ok(())
}

fn views() -> u64 {
    setting("VIEWS", 500)
}

fn clients() -> usize {
    setting("BATCH_CLIENTS", 4) as usize
}

/// Sends batches for a while to a server on a fresh database, and reads everything back.
fn run(url: &str) -> Outcome<(Seen, Vec<ItemRows>)> {
    let running = start(url, &Wish::default())?;
    let numbers = AtomicU64::new(0);
    let request = |number, buffer: &mut Vec<u8>| payload::store_views(number, views(), buffer);
    drive(running.address, clients(), WARM_UP, &numbers, request)?;
    let seen = drive(running.address, clients(), Duration::from_secs(setting("SECONDS", 4)), &numbers, request)?;
    let rows = stored(&running.services, 0..numbers.load(Ordering::Relaxed) * views())?;
    running.stop()?;
    Ok((seen, rows))
}

fn compare(engine: &str, round: impl Fn(u64) -> Outcome<(Seen, f64)>) -> Outcome {
    let (mut rates, mut bares, mut ratios, mut latency) = (Vec::new(), Vec::new(), Vec::new(), 0.0);
    for at in 0..setting("ROUNDS", 3) {
        let (seen, bare) = round(at)?;
        let rate = seen.rate() * views() as f64;
        rates.push(rate);
        bares.push(bare);
        ratios.push(rate / bare);
        latency = seen.latency(50.0);
    }
    let ratio = median(&ratios);
    println!("{engine:12} {:14.0} {:14.0} {ratio:8.2} {latency:10.1}", median(&rates), median(&bares));
    verdict(&format!("{engine}, server / bare"), ratio, ratio >= 0.6, "0.6 or more");
    Ok(())
}
