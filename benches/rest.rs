//! POST /v1/declarations against StoreDeclaration of the same items, run after run in turns.
//!
//! Settings: EPBENCH_ROUNDS, EPBENCH_SECONDS, EPBENCH_CLIENTS, EPBENCH_ENGINES, EPBENCH_DIR.

mod common;

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use common::client::{Seen, drive};
use common::postgres::Server;
use common::server::{TOKEN, Wish, sqlite_url, start};
use common::{Outcome, folder, median, payload, setting, verdict, wants};

fn main() -> Outcome {
    println!("rest: POST /v1/declarations and StoreDeclaration, {} clients", clients());
    let folder = folder()?;
    if wants("sqlite") {
        measure("SQLite", |name| Ok(sqlite_url(folder.path(), name)))?;
    }
    if wants("postgres") {
        match Server::start()? {
            Some(server) => measure("PostgreSQL", |name| server.database(name))?,
            None => println!("PostgreSQL is not installed here; left out"),
        }
    }
    Ok(())
}

fn clients() -> usize {
    setting("CLIENTS", 64) as usize
}

fn measure(engine: &str, url: impl Fn(&str) -> Outcome<String>) -> Outcome {
    let (mut ratios, mut rates) = (Vec::new(), (Vec::new(), Vec::new()));
    for round in 0..setting("ROUNDS", 3) {
        let rpc = run(&url(&format!("rpc{round}"))?, payload::store_declaration)?.rate();
        let rest = run(&url(&format!("rest{round}"))?, post)?.rate();
        rates.0.push(rpc);
        rates.1.push(rest);
        ratios.push(rest / rpc);
    }
    println!(
        "{engine}, a second: StoreDeclaration {:.0}, POST /v1/declarations {:.0}",
        median(&rates.0),
        median(&rates.1)
    );
    let ratio = median(&ratios);
    verdict(&format!("{engine}, POST /v1/declarations / StoreDeclaration"), ratio, ratio >= 0.95, "0.95 or more");
    Ok(())
}

/// Stores for a while, after each kind of goods was stored once.
fn run(url: &str, request: impl Fn(u64, &mut Vec<u8>)) -> Outcome<Seen> {
    let running = start(url, &Wish::default())?;
    let numbers = AtomicU64::new(0);
    payload::warm_up(running.address, clients(), &numbers)?;
    let seen = drive(running.address, clients(), Duration::from_secs(setting("SECONDS", 4)), &numbers, request)?;
    running.stop()?;
    Ok(seen)
}

/// POST of a new item, written into `request`.
fn post(number: u64, request: &mut Vec<u8>) {
    let (object, data) = (payload::object(number), payload::data(number));
    let body = format!(r#"{{"mailObject":{object},"declaration":{{"Data":{data}}}}}"#);
    let head = format!(
        "POST /v1/declarations HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {TOKEN}\r\nx-entrepost-user: clerk\r\n\
         x-entrepost-office: AUSYDA\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    request.extend_from_slice(head.as_bytes());
    request.extend_from_slice(body.as_bytes());
}
