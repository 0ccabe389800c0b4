//! CheckItemStatus at the belt, on a base of many items that is being written to.
//!
//! One item a call against a handler that does one indexed read through the same pool; many items in one call against
//! one; a large base against a small one. Settings: EPBENCH_SMALL, EPBENCH_LARGE (items), EPBENCH_ITEMS (in one call),
//! EPBENCH_CALLS, EPBENCH_ROUNDS, EPBENCH_SECONDS, EPBENCH_CLIENTS, EPBENCH_WRITES (a second), EPBENCH_ENGINES,
//! EPBENCH_DIR.

mod common;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use common::base::{filled, somewhere};
use common::client::{drive, one_by_one, paced};
use common::plain::{Plain, empty, read_one};
use common::postgres::Server;
use common::server::sqlite_url;
use common::{Outcome, folder, median, payload, setting, verdict, wants};

fn main() -> Outcome {
    let sizes = [setting("SMALL", 10_000), setting("LARGE", 1_000_000)];
    println!("status: CheckItemStatus at {} and {} items, {} writes a second", sizes[0], sizes[1], writes());
    let folder = folder()?;
    if wants("sqlite") {
        compare("SQLite", sizes, |size| Ok(sqlite_url(folder.path(), &format!("items{size}"))))?;
    }
    if wants("postgres") {
        match Server::start()? {
            Some(server) => compare("PostgreSQL", sizes, |size| server.database(&format!("items{size}")))?,
            None => println!("PostgreSQL is not installed here; left out"),
        }
    }
    Ok(())
}

fn writes() -> u64 {
    setting("WRITES", 200)
}

fn items() -> u64 {
    setting("ITEMS", 500)
}

fn compare(engine: &str, sizes: [u64; 2], url: impl Fn(u64) -> Outcome<String>) -> Outcome {
    let [small, large] = [filled(engine, &url(sizes[0])?, sizes[0])?, filled(engine, &url(sizes[1])?, sizes[1])?];
    let plain = Plain::start(&large.services, WORKERS)?;
    rates(engine, large.address, &plain, sizes[1])?;
    plain.stop()?;
    sizes_compared(engine, [small.address, large.address], sizes)?;
    small.stop()?;
    Ok(large.stop()?)
}

/// As many as the server has by default.
const WORKERS: usize = 2;

/// Single items: our rate beside those of the plain handlers, in turns.
fn rates(engine: &str, address: SocketAddr, plain: &Plain, size: u64) -> Outcome {
    let writer = Writer::start(address);
    let clients = setting("CLIENTS", 16) as usize;
    let time = Duration::from_secs(setting("SECONDS", 3));
    let (mut ours, mut reads, mut empties, mut ratios) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let numbers = AtomicU64::new(0);
    for _ in 0..=setting("ROUNDS", 5) {
        let status = |call, buffer: &mut Vec<u8>| {
            buffer.extend(payload::check_status(std::iter::once(somewhere(call, size))));
        };
        let read = |call, buffer: &mut Vec<u8>| buffer.extend(read_one(&payload::item_id(somewhere(call, size))));
        let our = drive(address, clients, time, &numbers, status)?.rate();
        let read = drive(plain.address, clients, time, &numbers, read)?.rate();
        let empty = drive(plain.address, clients, time, &numbers, |_, buffer: &mut Vec<u8>| buffer.extend(empty()))?;
        ours.push(our);
        reads.push(read);
        empties.push(empty.rate());
        ratios.push(our / read);
    }
    // The first round warms up.
    let of = |values: &[f64]| median(&values[1..]);
    println!("\n{engine}, {size} items, {} written meanwhile, calls a second:", writer.stop()?);
    println!("CheckItemStatus of one item {:9.0}", of(&ours));
    println!("one indexed read            {:9.0}", of(&reads));
    println!("empty handler               {:9.0}", of(&empties));
    let ratio = of(&ratios);
    verdict(&format!("{engine}, CheckItemStatus / one indexed read"), ratio, ratio >= 0.6, "0.6 or more");
    Ok(())
}

/// Median times of one item and of many, at both sizes in turns.
fn sizes_compared(engine: &str, addresses: [SocketAddr; 2], sizes: [u64; 2]) -> Outcome {
    let writers = addresses.map(Writer::start);
    let (mut one, mut many): ([Vec<f64>; 2], [Vec<f64>; 2]) = Default::default();
    let calls = setting("CALLS", 300) / 10;
    for round in 0..10 {
        for at in 0..2 {
            let number = |call: u64| somewhere(round * calls * items() + call, sizes[at]);
            let single: Vec<Vec<u8>> =
                (0..calls).map(|call| payload::check_status([number(call)].into_iter())).collect();
            let lists: Vec<Vec<u8>> = (0..calls.div_ceil(3))
                .map(|call| payload::check_status((0..items()).map(|item| number(call * items() + item))))
                .collect();
            one[at].extend(one_by_one(addresses[at], &single)?.0);
            let (took, last) = one_by_one(addresses[at], &lists)?;
            check(&last)?;
            many[at].extend(took);
        }
    }
    for writer in writers {
        writer.stop()?;
    }
    let ms = |took: &[f64]| 1000.0 * median(took);
    println!("\n{engine:30} {:>12} {:>12}", "small, ms", "large, ms");
    println!("{:30} {:12.2} {:12.2}", "one item", ms(&one[0]), ms(&one[1]));
    println!("{:30} {:12.2} {:12.2}", format!("{} items in one call", items()), ms(&many[0]), ms(&many[1]));
    let ratio = median(&many[1]) / median(&one[1]);
    verdict(&format!("{engine}, {} items / one", items()), ratio, ratio <= 30.0, "30 or less");
    for (what, took) in [("one item", one), ("many items", many)] {
        let ratio = median(&took[1]) / median(&took[0]);
        verdict(&format!("{engine}, {what}: large / small"), ratio, ratio <= 1.5, "1.5 or less");
    }
    Ok(())
}

/// Every item is known.
fn check(body: &[u8]) -> Outcome {
    let known = String::from_utf8_lossy(body).matches(r#""HasITMATT":true"#).count() as u64;
    if known == items() { Ok(()) } else { Err(format!("{known} items are known instead of {}", items()).into()) }
}

/// Stores new declarations at a steady pace.
struct Writer {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Result<u64, String>>,
}

impl Writer {
    fn start(address: SocketAddr) -> Self {
        // Above every number of the bases, and different for each writer.
        static NEXT: AtomicU64 = AtomicU64::new(50_000_000);
        let first = NEXT.fetch_add(1_000_000, Ordering::Relaxed);
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let pause = Duration::from_micros(1_000_000 / writes().max(1));
        let thread = std::thread::spawn(move || {
            paced(address, first, pause, &stopped, payload::store_declaration).map_err(|error| error.to_string())
        });
        Self { stop, thread }
    }

    /// How many were stored.
    fn stop(self) -> Outcome<u64> {
        self.stop.store(true, Ordering::Relaxed);
        Ok(self.thread.join().map_err(|_| "the writer panicked")??)
    }
}
