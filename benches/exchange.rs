//! Post to post over HTTP on one machine: how many items a second go through both servers' durable storage, against
//! the rate at which one server stores in bulk, and how soon an item stored is there for the partner.
//!
//! Settings: EPBENCH_ROUNDS, EPBENCH_SECONDS, EPBENCH_VIEWS, EPBENCH_PACE, EPBENCH_DIR.

mod common;

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use common::client::{self, drive, paced};
use common::payload;
use common::server::{Wish, config, sqlite_url, start_logging, wait};
use common::{Outcome, disk_sync, folder, median, percentile, setting, verdict};
use entrepost::app::{self, Running};
use entrepost::clock::Clock;
use entrepost::demo;
use entrepost::domain::OrganizationKind;
use entrepost::exchange::partner::NewPartner;
use entrepost::service::admin::NewOrganization;
use entrepost::vault::{Vault, seal};
use rusqlite::Connection;
use uuid::Uuid;

fn main() -> Outcome {
    start_logging()?;
    let folder = folder()?;
    println!("exchange: AUA on one server, USA on another, SQLite with FULL sync, signed HTTP between them");
    println!("sync of the disk: {:.2} ms", 1000.0 * disk_sync(folder.path())?);
    let mut ratios = Vec::new();
    println!("{:>6} {:>16} {:>18} {:>8}", "round", "store items/s", "exchange items/s", "ratio");
    for round in 0..setting("ROUNDS", 3) {
        let alone = bulk_alone(folder.path(), round)?;
        let through = bulk_through(folder.path(), round)?;
        ratios.push(through / alone);
        println!("{round:>6} {alone:>16.0} {through:>18.0} {:>8.2}", through / alone);
    }
    let ratio = median(&ratios);
    verdict("exchange against one server's own bulk store", ratio, ratio >= 0.4, ">= 0.4");
    let pace = setting("PACE", 200);
    let waits = visible_after(folder.path(), pace)?;
    let (p50, p99) = (percentile(&waits, 50.0), percentile(&waits, 99.0));
    println!(
        "{} probes beside {pace} items a second: visible at the partner after p50 {p50:.3} s, p99 {p99:.3} s",
        waits.len()
    );
    verdict("p99 from acknowledged store to visible at the partner, s", p99, p99 <= 2.0, "<= 2");
    Ok(())
}

fn seconds() -> Duration {
    Duration::from_secs(setting("SECONDS", 8))
}

/// Token of the post USA on the second server.
const USA: &str = "0a3c1f6e-7f5b-4f0e-9d57-2d1f7a6b9c21";

/// Two servers on fresh databases that know each other by address only: AUA lives on one, USA on the other.
fn pair(folder: &Path, name: &str) -> Outcome<[Running; 2]> {
    let server = |side: &str| -> Outcome<Running> {
        let url = sqlite_url(folder, &format!("{name}-{side}"));
        let mut config = config(&url, &Wish::default())?;
        config.vault = Vault::new(Some(&seal::new_key()?), None)?;
        Ok(app::start(config, Clock::default())?)
    };
    let servers = [server("australia")?, server("america")?];
    for (which, server) in servers.iter().enumerate() {
        let other = format!("http://{}", servers[1 - which].address);
        wait(demo::fill_half(&server.services, &server.exchange, which, &other))??;
        wait(host_usa(server, which, &other))??;
    }
    Ok(servers)
}

/// The post that the items of the benches go to takes the German post's place in the pair.
async fn host_usa(server: &Running, which: usize, other: &str) -> Outcome {
    let row = NewOrganization {
        code: "USA".into(),
        kind: OrganizationKind::Post,
        country: "US".into(),
        name: "American post (bench)".into(),
        customs: None,
        remote: which == 0,
        time_zone: "UTC".into(),
        creates_users: true,
    };
    server.services.put_organization(row).await?;
    if which == 1 {
        server.services.issue_token("USA", "bench", Some(Uuid::parse_str(USA)?), None, None).await?;
        return Ok(());
    }
    let german = server.exchange.partners().await?.into_iter().find(|row| row.code == "DEA").ok_or("a partner")?;
    let partner = NewPartner {
        code: "USA".into(),
        transport: Some("http".into()),
        endpoint: Some(format!("{other}/exchange/inbox")),
        token_out: german.token_out,
        sign_key: german.sign_key,
        ..NewPartner::default()
    };
    Ok(server.exchange.put_partner(partner).await?)
}

/// Sends batches to AUA for a while; gives how many items were stored.
fn store_in_bulk(server: &Running) -> Outcome<u64> {
    let (views, numbers) = (setting("VIEWS", 500), AtomicU64::new(0));
    let seen = drive(server.address, 2, seconds(), &numbers, |number, buffer| {
        payload::store_views(number, views, buffer);
    })?;
    Ok(seen.answers * views)
}

/// Items a second that one server stores, its partner out of reach: they only wait in the outbox.
fn bulk_alone(folder: &Path, round: u64) -> Outcome<f64> {
    let [australia, america] = pair(folder, &format!("alone{round}"))?;
    wait(australia.exchange.drop_partner("USA"))??;
    let began = Instant::now();
    let stored = store_in_bulk(&australia)?;
    let rate = stored as f64 / began.elapsed().as_secs_f64();
    drop(america);
    Ok(rate)
}

/// Items a second from the first store until the last one is there at the partner and acknowledged.
fn bulk_through(folder: &Path, round: u64) -> Outcome<f64> {
    let name = format!("through{round}");
    let [australia, america] = pair(folder, &name)?;
    let began = Instant::now();
    let stored = store_in_bulk(&australia)?;
    let there = Connection::open(folder.join(format!("{name}-america.db")))?;
    let limit = Instant::now() + 20 * seconds();
    loop {
        let arrived: i64 = there.query_row("SELECT count(*) FROM item_in WHERE fate = 0", [], |row| row.get(0))?;
        if arrived.unsigned_abs() == stored {
            break;
        }
        if Instant::now() > limit {
            return Err(format!("{arrived} of {stored} items arrived").into());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let took = began.elapsed().as_secs_f64();
    drop(america);
    Ok(stored as f64 / took)
}

/// Seconds from the acknowledgement of a store to its item being there for the partner, as the partner's own calls see
/// it, while others store at a steady pace.
fn visible_after(folder: &Path, pace: u64) -> Outcome<Vec<f64>> {
    let [australia, america] = pair(folder, "paced")?;
    let stop = AtomicBool::new(false);
    let waits = std::thread::scope(|scope| {
        let others: Vec<_> = (1..=CLIENTS)
            .map(|client| {
                let (stop, address) = (&stop, australia.address);
                let pause = Duration::from_secs_f64(CLIENTS as f64 / pace as f64);
                scope.spawn(move || {
                    let done = paced(address, client * 1_000_000, pause, stop, payload::store_declaration);
                    done.map_err(|error| error.to_string())
                })
            })
            .collect();
        let waits = probe(&australia, &america);
        stop.store(true, Ordering::Relaxed);
        for other in others {
            other.join().map_err(|_| "a client panicked")??;
        }
        waits
    })?;
    drop(america);
    Ok(waits)
}

/// Clients that keep the pace.
const CLIENTS: u64 = 4;

/// Stores an item and asks at the partner until it is there; again and again.
fn probe(australia: &Running, america: &Running) -> Outcome<Vec<f64>> {
    wait(async {
        let mut here = client::Connection::open(australia.address).await?;
        let mut there = client::Connection::open(america.address).await?;
        let (mut waits, mut request) = (Vec::new(), Vec::new());
        let began = Instant::now();
        for number in 0.. {
            if began.elapsed() > seconds() {
                break;
            }
            request.clear();
            payload::store_declaration(number, &mut request);
            here.call(&request).await?;
            let acknowledged = Instant::now();
            let asking = client::post("GetCustomsStatus", &asking(number));
            while there.call(&asking).await?.ends_with(br#"{"GetCustomsStatusResult":null}"#) {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            waits.push(acknowledged.elapsed().as_secs_f64());
        }
        Outcome::Ok(waits)
    })?
}

fn asking(number: u64) -> String {
    let id = payload::item_id(number);
    format!(r#"{{"token":"{USA}","postalOrgCd":"USA","id":"{id}","flow":"I"}}"#)
}
