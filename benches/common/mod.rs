//! What the benches share: settings from the environment, statistics, output.
//!
//! Figures of a busy machine are noisy, so every bench compares with something measured in the same run, takes turns
//! between the two, and reports the median of the ratios.

// Each bench uses a part of it.
#![allow(dead_code)]

pub mod bare;
pub mod base;
pub mod client;
pub mod payload;
pub mod plain;
pub mod postgres;
pub mod server;

use std::path::Path;
use std::time::{Duration, Instant};

/// What ends a bench early.
pub type Failure = Box<dyn std::error::Error>;
pub type Outcome<T = ()> = Result<T, Failure>;

/// A number from the environment variable `EPBENCH_<name>`, or `default`.
pub fn setting(name: &str, default: u64) -> u64 {
    let variable = format!("EPBENCH_{name}");
    std::env::var(&variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Whether the engine takes part; `EPBENCH_ENGINES=sqlite` leaves PostgreSQL out.
pub fn wants(engine: &str) -> bool {
    std::env::var("EPBENCH_ENGINES").map_or(true, |engines| engines.split(',').any(|one| one == engine))
}

/// A folder of its own, dropped at the end, under `EPBENCH_DIR` or the system's place for temporary files.
pub fn folder() -> Outcome<tempfile::TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("epbench-");
    Ok(match std::env::var_os("EPBENCH_DIR") {
        Some(dir) => builder.tempdir_in(dir)?,
        None => builder.tempdir()?,
    })
}

/// The middle of `values`; the lower one of two. 0 when there is none.
pub fn median(values: &[f64]) -> f64 {
    percentile(values, 50.0)
}

/// The value that `percent` of `values` do not exceed.
pub fn percentile(values: &[f64], percent: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (percent / 100.0 * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0.0)
}

/// Median seconds that a sync of a small append takes in `folder`.
pub fn disk_sync(folder: &Path) -> Outcome<f64> {
    use std::io::Write;
    let mut file = std::fs::File::create(folder.join("sync"))?;
    let mut took = Vec::new();
    for _ in 0..200 {
        file.write_all(&[0; 4096])?;
        let began = Instant::now();
        file.sync_data()?;
        took.push(began.elapsed().as_secs_f64());
    }
    Ok(median(&took))
}

/// Seconds of processor time that this process has used, all threads together: what noise of others hardly touches.
pub fn cpu_seconds() -> Outcome<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit_once(')').ok_or("unexpected form of /proc/self/stat")?.1;
    let ticks = after_name.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    Ok(ticks.sum::<Result<f64, _>>()? / 100.0)
}

/// One line of the verdict: what was measured, the target, and whether it holds.
pub fn verdict(what: &str, measured: f64, holds: bool, target: &str) {
    let mark = if holds { "reached" } else { "MISSED" };
    println!("{mark:8} {what}: {measured:.2} (target {target})");
}

/// `f` with its duration.
pub fn timed<T>(f: impl FnOnce() -> T) -> (T, Duration) {
    let began = Instant::now();
    let value = f();
    (value, began.elapsed())
}
