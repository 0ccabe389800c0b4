//! The delivered program: time until it serves an existing database, and its memory when idle.
//!
//! Settings: EPBENCH_ITEMS (in the database), EPBENCH_ROUNDS, EPBENCH_DIR.

mod common;

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use common::client::{drive, one_by_one};
use common::server::{Wish, sqlite_url, start};
use common::{Outcome, folder, median, payload, setting, verdict};

fn main() -> Outcome {
    let folder = folder()?;
    let url = sqlite_url(folder.path(), "start");
    let items = setting("ITEMS", 50_000);
    fill(&url, items)?;
    println!("start: the program on a SQLite database with {items} items");
    let (mut ready, mut first, mut idle, mut worked) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..setting("ROUNDS", 5) {
        let began = Instant::now();
        let program = Program::start(&url)?;
        healthy(program.address)?;
        ready.push(began.elapsed().as_secs_f64());
        let began = Instant::now();
        one_by_one(program.address, &[payload::hs_codes("leather wallet")])?;
        first.push(began.elapsed().as_secs_f64() * 1e3);
        std::thread::sleep(Duration::from_secs(2));
        idle.push(program.resident_mebibytes()?);
        work(program.address)?;
        std::thread::sleep(Duration::from_secs(2));
        worked.push(program.resident_mebibytes()?);
    }
    println!(
        "ready after {:.3} s; idle {:.1} MiB; after work {:.1} MiB",
        median(&ready),
        median(&idle),
        median(&worked)
    );
    verdict("seconds until the first answer", median(&ready), median(&ready) <= 1.0, "1 or less");
    verdict("ms for the first GetHSCodes", median(&first), median(&first) <= 10.0, "10 or less");
    verdict("MiB resident when idle after start", median(&idle), median(&idle) <= 64.0, "64 or less");
    verdict("MiB resident when idle after work", median(&worked), median(&worked) <= 64.0, "64 or less");
    Ok(())
}

fn fill(url: &str, items: u64) -> Outcome {
    let running = start(url, &Wish::default())?;
    let views = 500;
    let numbers: Vec<u64> = (0..items.div_ceil(views)).collect();
    for number in numbers {
        let mut request = Vec::new();
        payload::store_views(number, views, &mut request);
        one_by_one(running.address, &[request])?;
    }
    Ok(running.stop()?)
}

/// A second of stores from 64 clients, then a few loads of 1000 items.
fn work(address: SocketAddr) -> Outcome {
    let began = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs();
    let numbers = AtomicU64::new(10_000_000 + began % 9_000 * 10_000);
    drive(address, 64, Duration::from_secs(1), &numbers, payload::store_declaration)?;
    one_by_one(address, &vec![payload::load(0, u64::MAX / 1_000_000, 1000); 5])?;
    Ok(())
}

/// Asks until the program says that it is ready for work.
fn healthy(address: SocketAddr) -> Outcome {
    one_by_one(address, &[b"GET /readyz HTTP/1.1\r\nhost: bench\r\n\r\n".to_vec()]).map(|_| ())
}

/// The program, killed at the end.
struct Program {
    child: Child,
    address: SocketAddr,
}

impl Program {
    fn start(url: &str) -> Outcome<Self> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_entrepost"))
            .args(["serve", "--listen", "127.0.0.1:0", "--database-url", url, "--requests-per-org", "1000000"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("no standard output")?);
        let mut line = String::new();
        lines.read_line(&mut line)?;
        let address = line.trim().strip_prefix("listening on http://").ok_or("the program did not start")?.parse()?;
        Ok(Self { child, address })
    }

    fn resident_mebibytes(&self) -> Outcome<f64> {
        let mut status = String::new();
        std::fs::File::open(format!("/proc/{}/status", self.child.id()))?.read_to_string(&mut status)?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
