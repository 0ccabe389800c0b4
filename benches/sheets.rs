//! Sheets: reading beside openpyxl, writing, and imports and ingestions beside CreateOrUpdateDeclarations of the same items.
//!
//! Settings: EPBENCH_ROUNDS, EPBENCH_ITEMS (with three rows each). `python3` with openpyxl has to be on the path, or that figure is left out.

mod common;

use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use common::client::one_by_one;
use common::server::{Wish, sqlite_url, start, wait};
use common::{Failure, Outcome, folder, median, payload, setting, timed, verdict};
use entrepost::contract::ingestion::DeclarationEvent;
use entrepost::contract::{DeclarationData, MailObject};
use entrepost::domain::{IngestionKind, IngestionMedia};
use entrepost::refdata::lists::Language;
use entrepost::service::Actor;
use entrepost::service::ingest::{IngestOptions, NewIngestion};
use entrepost::sheet::out::{Exported, columns, rows_of};
use entrepost::sheet::write::BookWriter;
use entrepost::sheet::{Reading, SheetFile};

/// Of one call; the methods take more, but not with content pieces of this size.
const VIEWS: u64 = 500;

fn main() -> Outcome {
    let items = setting("ITEMS", 3_500).max(1);
    let views = VIEWS.min(items);
    // Calls have as many items each.
    let items = items - items % views;
    let folder = folder()?;
    let file = folder.path().join("items.xlsx");
    let (mut writing, mut reading, mut memory, mut ratios) = (vec![], vec![], vec![], vec![]);
    let (mut imports, mut lists) = (vec![], vec![]);
    for round in 0..setting("ROUNDS", 3) {
        let exported = exported(items)?;
        let (bytes, took) = timed(|| workbook(&exported));
        let bytes = bytes?;
        writing.push(took.as_secs_f64());
        drop(exported);
        std::fs::write(&file, &bytes)?;
        let idle = memory_from_now()?;
        let (read, took) = timed(|| read(&bytes));
        memory.push(most_memory()? - idle);
        assert_eq!(read?, items as usize, "all items are read");
        reading.push(took.as_secs_f64());
        ratios.extend(openpyxl(&file).map(|theirs| theirs / took.as_secs_f64()));
        let calls = calls(&sqlite_url(folder.path(), &format!("calls{round}")), items, views)?;
        let import = ingest(&sqlite_url(folder.path(), &format!("sheet{round}")), IngestionMedia::Sheet, bytes)?;
        imports.push(calls / import);
        let list: Vec<String> = (0..items).map(entry).collect();
        let list = format!("[{}]", list.join(",")).into_bytes();
        lists.push(calls / ingest(&sqlite_url(folder.path(), &format!("list{round}")), IngestionMedia::Json, list)?);
    }
    println!("sheets: {items} items, {} rows; read in {:.3} s", 3 * items, median(&reading));
    let (writing, memory) = (median(&writing), median(&memory));
    verdict("writing, s", writing, writing <= 1.0, "1 or less");
    verdict("memory of reading above idle, MiB", memory, memory <= 10.0, "10 or less");
    if ratios.is_empty() {
        println!("python3 with openpyxl is not installed here; left out");
    } else {
        verdict("openpyxl read-only / ours", median(&ratios), median(&ratios) >= 8.0, "8 or more");
    }
    verdict("import / CreateOrUpdateDeclarations", median(&imports), median(&imports) >= 0.7, "0.7 or more");
    verdict("ingestion / CreateOrUpdateDeclarations", median(&lists), median(&lists) >= 0.9, "0.9 or more");
    Ok(())
}

/// An item as POST /v1/declarations has it.
fn entry(number: u64) -> String {
    let (object, data) = (payload::object(number), payload::data(number));
    format!(r#"{{"mailObject":{object},"declaration":{{"Data":{data}}}}}"#)
}

/// What is written: the reading of stored texts is no part of it.
fn exported(items: u64) -> Outcome<Vec<(MailObject, DeclarationData)>> {
    let one =
        |number| Ok((serde_json::from_str(&payload::object(number))?, serde_json::from_str(&payload::data(number))?));
    (0..items).map(one).collect()
}

fn workbook(items: &[(MailObject, DeclarationData)]) -> Outcome<Vec<u8>> {
    let heads = columns([&entrepost::sheet::keys::Head::read("max_index").ok_or("a key")?]);
    let mut book = BookWriter::new(&heads, Language::En)?;
    for (object, data) in items {
        let exported =
            Exported { object, data: Some(data), external_reference: None, shown: &[], zone: chrono_tz::Tz::UTC };
        for row in rows_of(&exported) {
            book.put(&row)?;
        }
    }
    Ok(book.finish(Vec::new())?)
}

fn read(bytes: &[u8]) -> Outcome<usize> {
    let mut items = 0;
    let reading = Reading { sheet: None, post: "AUA", zone: chrono_tz::Tz::UTC, posts_of: &|_| Vec::new() };
    let mut file = SheetFile::open(bytes, None, IngestionKind::Declarations)?;
    file.items(reading, &mut |_| {
        items += 1;
        ControlFlow::Continue(())
    })?;
    Ok(items)
}

/// MiB that this process holds now; from now on its peak counts anew.
fn memory_from_now() -> Outcome<f64> {
    std::fs::write("/proc/self/clear_refs", "5")?;
    memory("VmRSS:")
}

/// The most MiB that it held since.
fn most_memory() -> Outcome<f64> {
    memory("VmHWM:")
}

fn memory(name: &str) -> Outcome<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("unexpected form of /proc/self/status")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
}

/// Seconds that openpyxl takes to read every cell.
fn openpyxl(file: &Path) -> Option<f64> {
    let script = "import sys, time, openpyxl\nbegan = time.monotonic()\nbook = openpyxl.load_workbook(sys.argv[1], read_only=True)\n\
                  for row in book.worksheets[0].iter_rows(values_only=True): pass\nprint(time.monotonic() - began)";
    let ran = Command::new("python3").args(["-c", script]).arg(file).output().ok()?;
    String::from_utf8(ran.stdout).ok()?.trim().parse().ok()
}

/// Seconds that the method takes for so many items.
fn calls(url: &str, items: u64, views: u64) -> Outcome<f64> {
    let running = start(url, &Wish::default())?;
    let requests: Vec<Vec<u8>> = (0..items / views)
        .map(|number| {
            let mut request = Vec::new();
            payload::store_views(number, views, &mut request);
            request
        })
        .collect();
    let (done, took) = timed(|| one_by_one(running.address, &requests));
    done?;
    running.stop()?;
    Ok(took.as_secs_f64())
}

/// Seconds that an ingestion takes.
fn ingest(url: &str, media: IngestionMedia, bytes: Vec<u8>) -> Outcome<f64> {
    let running = start(url, &Wish::default())?;
    let services = running.services.clone();
    let new = NewIngestion {
        kind: IngestionKind::Declarations,
        media,
        file_name: None,
        bytes,
        dry_run: false,
        options: IngestOptions { all: false, event: DeclarationEvent::Final, sheet: None },
        waits: true,
        again: true,
    };
    let (done, took) = timed(|| {
        wait(async {
            let actor = Actor { user_cd: Some("clerk".into()), ..services.actor_for("AUA").await? };
            let taken = services.ingest(&actor, new, None).await?;
            loop {
                // The job may have been faster.
                services.finish_ingestion("AUA", taken.id, None).await?;
                tokio::time::sleep(Duration::from_millis(2)).await;
                let taken = services.ingestion(&actor, taken.id).await?;
                if taken.is_over {
                    return Ok::<_, entrepost::error::Error>(taken.view.counts);
                }
            }
        })
    });
    let counts = done??;
    if counts.refused > 0 {
        return Err(Failure::from(format!("refused: {counts:?}")));
    }
    running.stop()?;
    Ok(took.as_secs_f64())
}
