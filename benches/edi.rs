//! How fast messages are read and written, beside other readers on the same bytes in the same run.
//!
//! Asked for: reading segments at least 2 × edifact-rs; bytes to contracts at least 30 × the segment reading of
//! pydifact. Prints the ratios; exit code 1 when one is missed.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use entrepost::edi::edifact::lexer::Lexer;
use entrepost::edi::{Findings, Form, Item, Message, Profile, read, write};

const ITMATT: &[u8] = include_bytes!("../fuzz/corpus/edifact/good-itmatt.edi");
const ITEMS: usize = 999;

fn main() -> ExitCode {
    let mut interchange = read(ITMATT).interchange;
    let Some(Message::Items(message)) = interchange.messages.first_mut() else {
        eprintln!("the sample is not an ITMATT");
        return ExitCode::FAILURE;
    };
    let item = message.items[0].clone();
    message.items = (0..ITEMS).map(|number| varied(&item, number)).collect();
    let profile = Profile::default();
    let Ok(edifact) = write(&interchange, Form::Edifact, &profile) else { return ExitCode::FAILURE };
    let Ok(xml) = write(&interchange, Form::Xml, &profile) else { return ExitCode::FAILURE };
    let (edifact, xml) = (edifact.bytes, xml.bytes);
    println!("one ITMATT of {ITEMS} items: EDIFACT {} bytes, XML {} bytes", edifact.len(), xml.len());

    // Taken in turns, so that a busy machine slows both.
    let (mut ours, mut theirs) = (f64::MAX, f64::MAX);
    for _ in 0..5 {
        ours = ours.min(seconds(|| Lexer::read(&edifact, &mut Findings::default()).len()));
        theirs = theirs.min(seconds(|| edifact_rs::from_bytes(&edifact).filter(Result::is_ok).count()));
    }
    rate("EDIFACT to segments", &edifact, ours);
    rate("EDIFACT to segments, edifact-rs", &edifact, theirs);
    let to_contracts = seconds(|| read(&edifact).interchange.messages.len());
    rate("EDIFACT to contracts", &edifact, to_contracts);
    let written = |form| seconds(|| write(&interchange, form, &profile).map_or(0, |written| written.bytes.len()));
    rate("contracts to EDIFACT", &edifact, written(Form::Edifact));
    rate("XML to contracts", &xml, seconds(|| read(&xml).interchange.messages.len()));
    rate("contracts to XML", &xml, written(Form::Xml));

    let mut met = ratio("reading segments, times edifact-rs", theirs / ours, 2.0);
    match pydifact(&edifact) {
        Some(theirs) => {
            rate("EDIFACT to segments, pydifact", &edifact, theirs);
            met &= ratio("bytes to contracts, times pydifact's segments", theirs / to_contracts, 30.0);
        }
        None => println!("SKIPPED: pydifact 0.2.3 is not to be had (python3, pip and a package index are needed)"),
    }
    if met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Another id, other texts and numbers, so that no item is like the one before.
fn varied(item: &Item, number: usize) -> Item {
    let mut item = item.clone();
    item.mail_object.id = Some(format!("LA{:08}5NL", number));
    if let Some(data) = item.declaration.as_mut().and_then(|declaration| declaration.data.as_mut()) {
        data.recipient_name = Some(format!("Alex Example {number}"));
        data.recipient_address_line1 = Some(format!("{number} Main Street: rear building + garden"));
        for piece in &mut data.content_pieces {
            piece.description = Some(format!("{}, lot {number}", piece.description.as_deref().unwrap_or_default()));
        }
    }
    item
}

/// The shortest time of one call among those of half a second.
fn seconds<T>(mut work: impl FnMut() -> T) -> f64 {
    let (begin, mut best) = (Instant::now(), f64::MAX);
    while begin.elapsed() < Duration::from_millis(500) {
        let start = Instant::now();
        std::hint::black_box(work());
        best = best.min(start.elapsed().as_secs_f64());
    }
    best
}

fn rate(what: &str, bytes: &[u8], seconds: f64) {
    let megabytes = bytes.len() as f64 / seconds / 1e6;
    println!(
        "{what:<34} {megabytes:>9.2} MB/s {:>9.1} messages/s {:>10.0} items/s",
        1.0 / seconds,
        ITEMS as f64 / seconds
    );
}

fn ratio(what: &str, ratio: f64, least: f64) -> bool {
    let verdict = if ratio >= least { "met" } else { "MISSED" };
    println!("{what}: {ratio:.1}, at least {least:.0} asked for: {verdict}");
    ratio >= least
}

/// Seconds pydifact takes to read the segments once, without starting Python.
fn pydifact(bytes: &[u8]) -> Option<f64> {
    const SCRIPT: &str = "
import sys, time, warnings
warnings.simplefilter('ignore')
from pydifact.parser import Parser
text = sys.stdin.buffer.read().decode('latin-1')
start = time.perf_counter()
count = len(list(Parser().parse(text)))
print(time.perf_counter() - start)
";
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/edi-peers");
    let python = folder.join("bin/python");
    if !python.exists() {
        Command::new("python3").args(["-m", "venv"]).arg(&folder).status().ok()?;
        Command::new(&python).args(["-m", "pip", "install", "-q", "pydifact==0.2.3"]).status().ok()?;
    }
    let mut child =
        Command::new(python).args(["-c", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    child.stdin.take()?.write_all(bytes).ok()?;
    let output = child.wait_with_output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
