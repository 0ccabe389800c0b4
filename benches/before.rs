//! This program against another build of it, run after run in turns: stores, status checks, reads.
//!
//! `EPBENCH_BEFORE=FILE` names the other program; without it nothing is measured. Settings: EPBENCH_ROUNDS, EPBENCH_SECONDS,
//! EPBENCH_ENGINES, EPBENCH_DIR.

mod common;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use common::client::{drive, one_by_one};
use common::postgres::Server;
use common::server::{TOKEN, sqlite_url};
use common::{Outcome, folder, median, payload, setting, wants};

/// Calls of each kind of read.
const READS: u64 = 2_000;

fn main() -> Outcome {
    let Some(before) = std::env::var_os("EPBENCH_BEFORE").map(PathBuf::from) else {
        println!("before: EPBENCH_BEFORE names no other program; left out");
        return Ok(());
    };
    let folder = folder()?;
    if wants("sqlite") {
        measure("SQLite", &before, &[64, 256], |name| Ok(sqlite_url(folder.path(), name)))?;
    }
    if wants("postgres") {
        match Server::start()? {
            Some(server) => measure("PostgreSQL", &before, &[64], |name| server.database(name))?,
            None => println!("PostgreSQL is not installed here; left out"),
        }
    }
    Ok(())
}

/// Prints for each figure both medians, and the median of the ratios.
fn measure(engine: &str, before: &Path, clients: &[usize], url: impl Fn(&str) -> Outcome<String>) -> Outcome {
    let now = PathBuf::from(env!("CARGO_BIN_EXE_entrepost"));
    let mut figures: BTreeMap<String, Vec<(f64, f64)>> = BTreeMap::new();
    for round in 0..setting("ROUNDS", 3) {
        for clients in clients {
            let then = run(before, &url(&format!("before{clients}_{round}"))?, *clients)?;
            let today = run(&now, &url(&format!("now{clients}_{round}"))?, *clients)?;
            for ((name, then), (_, today)) in then.into_iter().zip(today) {
                figures.entry(format!("{engine}, {clients} clients, {name}")).or_default().push((then, today));
            }
        }
    }
    for (name, rounds) in figures {
        let of = |pick: fn(&(f64, f64)) -> f64| median(&rounds.iter().map(pick).collect::<Vec<_>>());
        println!("{name}: {:.0} a second before, {:.0} now, ratio {:.2}", of(|r| r.0), of(|r| r.1), of(|r| r.1 / r.0));
    }
    Ok(())
}

/// Rates of a program on a new database, each with its name.
fn run(program: &Path, url: &str, clients: usize) -> Outcome<Vec<(&'static str, f64)>> {
    prepare(program, url)?;
    let program = Program::start(program, url)?;
    let (numbers, time) = (AtomicU64::new(0), Duration::from_secs(setting("SECONDS", 4)));
    payload::warm_up(program.address, clients, &numbers)?;
    let stored = drive(program.address, clients, time, &numbers, payload::store_declaration)?;
    let stored_items = numbers.load(Ordering::Relaxed);
    let read = |request: &dyn Fn(u64) -> Vec<u8>| -> Outcome<f64> {
        let requests: Vec<Vec<u8>> = (0..READS).map(|call| request(call * 7_919 % stored_items)).collect();
        let (took, _) = one_by_one(program.address, &requests)?;
        Ok(1.0 / median(&took))
    };
    Ok(vec![
        ("StoreDeclaration", stored.rate()),
        ("CheckItemStatus of one", read(&|number| payload::check_status([number].into_iter()))?),
        ("GetCustomsStatus", read(&payload::customs_status)?),
    ])
}

/// Adds the organizations and the token that the payloads have.
fn prepare(program: &Path, url: &str) -> Outcome {
    let admin = |arguments: &[&str]| -> Outcome {
        let done = Command::new(program).arg("admin").args(arguments).args(["--database-url", url]).output()?;
        if done.status.success() {
            return Ok(());
        }
        Err(format!("{arguments:?}: {}", String::from_utf8_lossy(&done.stderr)).into())
    };
    let organization = |code, kind| {
        admin(&[
            "organization",
            "add",
            code,
            "--kind",
            kind,
            "--country",
            "AU",
            "--name",
            code,
            "--time-zone",
            "Australia/Sydney",
        ])
    };
    organization("AU", "customs")?;
    organization("AUA", "post")?;
    admin(&["office", "add", "AUSYDA", "--org", "AUA", "--name", "Sydney"])?;
    admin(&["token", "issue", "AUA", "--label", "bench", "--token", TOKEN])
}

/// A program that serves, killed at the end.
struct Program {
    child: Child,
    address: SocketAddr,
}

impl Program {
    fn start(program: &Path, url: &str) -> Outcome<Self> {
        let mut child = Command::new(program)
            .args(["serve", "--listen", "127.0.0.1:0", "--database-url", url, "--requests-per-org", "1000000"])
            .args(["--requests-burst", "10000000"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("no standard output")?).read_line(&mut line)?;
        let address = line.trim().strip_prefix("listening on http://").ok_or("the program did not start")?.parse()?;
        Ok(Self { child, address })
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
