//! StoreDeclaration under 64 concurrent clients: group commit against one commit a request, and against bare SQLite.
//!
//! Every item is new, has three content pieces and is durable when it is answered. On PostgreSQL the pool is compared
//! with a single connection. Settings: EPBENCH_ROUNDS, EPBENCH_SECONDS (of each run), EPBENCH_CLIENTS,
//! EPBENCH_SLOW_SYNC_US, EPBENCH_POOL, EPBENCH_ENGINES, EPBENCH_DIR.

mod common;

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use common::bare::{ItemRows, postgres_rate, sqlite_rate, stored};
use common::client::{Seen, drive};
use common::postgres::Server;
use common::server::{Wish, sqlite_url, start};
use common::{Outcome, disk_sync, folder, median, payload, setting, verdict, wants};

fn main() -> Outcome {
    println!("store: StoreDeclaration, {} clients, new items with three content pieces", clients());
    if wants("sqlite") {
        sqlite()?;
    }
    if wants("postgres") {
        match Server::start()? {
            Some(server) => postgres(&server)?,
            None => println!("PostgreSQL is not installed here; left out"),
        }
    }
    Ok(())
}

fn clients() -> usize {
    setting("CLIENTS", 64) as usize
}

/// What a slow disk adds to each commit.
fn slow_sync() -> Duration {
    Duration::from_micros(setting("SLOW_SYNC_US", 3_000))
}

/// Stores for a while on a fresh database; also reads everything back when asked to, which proves that it is there.
fn run(url: &str, wish: &Wish, read_back: bool) -> Outcome<(Seen, Vec<ItemRows>)> {
    let running = start(url, wish)?;
    let numbers = AtomicU64::new(0);
    payload::warm_up(running.address, clients(), &numbers)?;
    let time = Duration::from_secs(setting("SECONDS", 4));
    let seen = drive(running.address, clients(), time, &numbers, payload::store_declaration)?;
    let sent = numbers.load(Ordering::Relaxed);
    let rows = if read_back { stored(&running.services, 0..sent)? } else { Vec::new() };
    running.stop()?;
    Ok((seen, rows))
}

fn show(what: &str, rates: &[f64], seen: Option<&Seen>) {
    let latency =
        seen.map(|seen| format!("{:8.1} {:8.1} {:8.0}", seen.latency(50.0), seen.latency(99.0), seen.cpu_us()));
    println!("{what:44} {:9.0} {}", median(rates), latency.unwrap_or_default());
}

fn heading(engine: &str) {
    println!("\n{engine:44} {:>9} {:>8} {:>8} {:>8}", "items/s", "p50 ms", "p99 ms", "CPU µs");
}

/// Rates of one kind of run, round by round, with the latencies of the last.
#[derive(Default)]
struct Kept {
    rates: Vec<f64>,
    last: Seen,
}

impl Kept {
    fn add(&mut self, seen: Seen) {
        self.rates.push(seen.rate());
        self.last = seen;
    }
}

fn ratios(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a / b).collect()
}

fn sqlite() -> Outcome {
    let grouped = Wish::default();
    let single = Wish { group_jobs: Some(1), ..Wish::default() };
    let slow = |wish: &Wish| Wish { commit_delay: slow_sync(), ..wish.clone() };
    let wishes = [slow(&grouped), slow(&single), grouped, single];
    let mut kept: [Kept; 4] = Default::default();
    let (mut bare, mut bare_slow) = (Vec::new(), Vec::new());
    let mut syncs = Vec::new();
    for _ in 0..setting("ROUNDS", 3) {
        let folder = folder()?;
        syncs.push(disk_sync(folder.path())?);
        for (at, wish) in wishes.iter().enumerate() {
            let url = sqlite_url(folder.path(), &format!("run{at}"));
            let (seen, rows) = run(&url, wish, at == 2)?;
            kept[at].add(seen);
            if at == 2 {
                bare.push(bare_rate(folder.path(), "bare", &rows, Duration::ZERO)?);
                bare_slow.push(bare_rate(folder.path(), "bare-slow", &rows, slow_sync())?);
            }
        }
    }
    let [slow_group, slow_single, group, single] = kept;
    heading(&format!("SQLite (a sync of this disk takes {:.2} ms)", 1000.0 * median(&syncs)));
    show("slow disk, group commit", &slow_group.rates, Some(&slow_group.last));
    show("slow disk, one commit a request", &slow_single.rates, Some(&slow_single.last));
    show("slow disk, bare batches of 64", &bare_slow, None);
    show("this disk, group commit", &group.rates, Some(&group.last));
    show("this disk, one commit a request", &single.rates, Some(&single.last));
    show("this disk, bare batches of 64", &bare, None);
    let ratio = median(&ratios(&slow_group.rates, &slow_single.rates));
    verdict("slow disk, group commit / one commit a request", ratio, ratio >= 10.0, "10 or more");
    let ratio = median(&ratios(&group.rates, &single.rates));
    verdict("this disk, group commit / one commit a request", ratio, ratio >= 1.0, "1 or more");
    let ratio = median(&ratios(&group.rates, &bare));
    verdict("this disk, group commit / bare batches", ratio, ratio >= 0.5, "0.5 or more");
    let ratio = median(&ratios(&slow_group.rates, &bare_slow));
    verdict("slow disk, group commit / bare batches", ratio, ratio >= 0.5, "0.5 or more");
    Ok(())
}

fn bare_rate(folder: &Path, name: &str, rows: &[ItemRows], delay: Duration) -> Outcome<f64> {
    sqlite_rate(&folder.join(name).with_extension("db"), rows, 64, delay)
}

fn postgres(server: &Server) -> Outcome {
    let pool = Wish { pool_size: Some(setting("POOL", 32) as u32), ..Wish::default() };
    let single = Wish { pool_size: Some(1), ..Wish::default() };
    let mut kept: [Kept; 4] = Default::default();
    let mut bare = Vec::new();
    for _ in 0..setting("ROUNDS", 3) {
        for (at, (wish, delay)) in
            [(&pool, slow_sync()), (&single, slow_sync()), (&pool, Duration::ZERO), (&single, Duration::ZERO)]
                .into_iter()
                .enumerate()
        {
            server.delay_commits(delay.as_micros() as u64)?;
            let (seen, rows) = run(&server.database("run")?, wish, at == 2)?;
            kept[at].add(seen);
            if at == 2 {
                bare.push(postgres_rate(&server.database("bare")?, &rows, 64)?);
            }
        }
    }
    let [slow_pool, slow_single, pool, single] = kept;
    heading("PostgreSQL");
    show("slow disk, pool", &slow_pool.rates, Some(&slow_pool.last));
    show("slow disk, one connection", &slow_single.rates, Some(&slow_single.last));
    show("this disk, pool", &pool.rates, Some(&pool.last));
    show("this disk, one connection", &single.rates, Some(&single.last));
    show("this disk, bare batches of 64", &bare, None);
    let ratio = median(&ratios(&slow_pool.rates, &slow_single.rates));
    verdict("slow disk, pool / one connection", ratio, ratio >= 10.0, "10 or more");
    let ratio = median(&ratios(&pool.rates, &single.rates));
    verdict("this disk, pool / one connection", ratio, ratio >= 1.0, "1 or more");
    println!("         this disk, pool / bare batches: {:.2}", median(&ratios(&pool.rates, &bare)));
    Ok(())
}
