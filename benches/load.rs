//! Reading at two sizes of the base: Load of 100 items by date window, and GetCustomsStatus by id.
//!
//! Settings: EPBENCH_SMALL, EPBENCH_LARGE (items), EPBENCH_CALLS, EPBENCH_ENGINES, EPBENCH_DIR.

mod common;

use std::path::Path;

use common::base::{filled, somewhere};
use common::client::one_by_one;
use common::payload::{self, POSTING_STEP_MS, posting};
use common::postgres::Server;
use common::server::sqlite_url;
use common::{Outcome, folder, median, percentile, setting, verdict, wants};

fn main() -> Outcome {
    let sizes = [setting("SMALL", 10_000), setting("LARGE", 1_000_000)];
    println!("load: {} calls of each kind at {} and {} items", calls(), sizes[0], sizes[1]);
    let folder = folder()?;
    if wants("sqlite") {
        compare("SQLite", sizes, |size| Ok(sqlite_url(folder.path(), &format!("items{size}"))))?;
        for size in sizes {
            let file = folder.path().join(format!("items{size}.db"));
            println!("{size} items: {:.0} MiB", megabytes(&file));
        }
    }
    if wants("postgres") {
        match Server::start()? {
            Some(server) => compare("PostgreSQL", sizes, |size| server.database(&format!("items{size}")))?,
            None => println!("PostgreSQL is not installed here; left out"),
        }
    }
    Ok(())
}

fn calls() -> u64 {
    setting("CALLS", 300)
}

fn megabytes(file: &Path) -> f64 {
    std::fs::metadata(file).map_or(0.0, |metadata| metadata.len() as f64 / 1_048_576.0)
}

/// One kind of call: its name, and the request for items around a number, in a base of a size.
type Kind = (&'static str, fn(u64, u64) -> Vec<u8>);

const KINDS: [Kind; 3] = [
    ("Load, window of 100 items", |number, _| {
        payload::load(posting(number), posting(number) + 99 * POSTING_STEP_MS, 100)
    }),
    // The same share of the base at both sizes: the window grows with it.
    ("Load, first 100 of 1 % of all", |number, size| {
        payload::load(posting(number), posting(number) + (size / 100 - 1) * POSTING_STEP_MS, 100)
    }),
    ("GetCustomsStatus by id", |number, _| payload::customs_status(number)),
];

fn compare(engine: &str, sizes: [u64; 2], url: impl Fn(u64) -> Outcome<String>) -> Outcome {
    let servers = [filled(engine, &url(sizes[0])?, sizes[0])?, filled(engine, &url(sizes[1])?, sizes[1])?];
    println!("\n{engine:32} {:>10} {:>10} {:>10} {:>10}", "small p50", "p99", "large p50", "p99 (ms)");
    let mut verdicts = Vec::new();
    for (name, request) in KINDS {
        // Both sizes in turns, so that noise meets both.
        let mut took: [Vec<f64>; 2] = Default::default();
        for round in 0..10 {
            for at in 0..2 {
                let requests: Vec<Vec<u8>> = (0..calls() / 10)
                    .map(|call| request(somewhere(round * calls() + call, sizes[at]), sizes[at]))
                    .collect();
                let (seconds, last) = one_by_one(servers[at].address, &requests)?;
                check(name, &last)?;
                took[at].extend(seconds);
            }
        }
        let ms = |at: usize, percent: f64| 1000.0 * percentile(&took[at], percent);
        println!("{name:32} {:10.2} {:10.2} {:10.2} {:10.2}", ms(0, 50.0), ms(0, 99.0), ms(1, 50.0), ms(1, 99.0));
        verdicts.push((name, median(&took[1]) / median(&took[0])));
    }
    for (name, ratio) in verdicts {
        verdict(&format!("{engine}, {name}: large / small"), ratio, ratio <= 1.5, "1.5 or less");
    }
    Ok(())
}

/// The answer holds what was asked for: 100 items, or one.
fn check(name: &str, body: &[u8]) -> Outcome {
    let items = String::from_utf8_lossy(body).matches(r#""MailObject":{"#).count();
    let wanted = if name.starts_with("Load") { 100 } else { 1 };
    if items == wanted { Ok(()) } else { Err(format!("{name}: {items} items instead of {wanted}").into()) }
}
