//! Other readers see the same segments in what we write: edifact-rs in process, pydifact as a program.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use proptest::strategy::{Strategy, ValueTree};

use super::generate;
use crate::edi::edifact::lexer::{Element, Lexer};
use crate::edi::profile::Charset;
use crate::edi::{Findings, Form, Profile, write};

/// A segment: tag, then elements with their components; empty ends left off.
type Segments = Vec<Vec<Vec<String>>>;

fn trimmed(mut segment: Vec<Vec<String>>) -> Vec<Vec<String>> {
    for element in &mut segment {
        while element.last().is_some_and(String::is_empty) {
            element.pop();
        }
    }
    while segment.last().is_some_and(Vec::is_empty) {
        segment.pop();
    }
    segment
}

fn ours(bytes: &[u8], charset: Charset) -> Segments {
    let mut findings = Findings::default();
    let mut lexer = Lexer::read(bytes, &mut findings);
    lexer.charset = charset;
    assert!(findings.is_empty(), "{findings}");
    let segments = lexer.segments().map(|segment| {
        let element =
            |element: Element<'_>| (0..element.component_count()).map(|part| element.text(part).into_owned()).collect();
        trimmed(segment.elements_from(0).map(element).collect())
    });
    segments.collect()
}

fn interchanges(count: usize) -> Vec<(Vec<u8>, Charset)> {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = generate::interchange();
    let make = |at: usize| {
        let charset = if at.is_multiple_of(2) { Charset::Unoc } else { Charset::Unow };
        let interchange = strategy.new_tree(&mut runner).unwrap().current();
        let profile = Profile { charset, line_breaks: at.is_multiple_of(3), ..Profile::default() };
        let written = write(&interchange, Form::Edifact, &profile).unwrap_or_else(|findings| panic!("{findings}"));
        (written.bytes, charset)
    };
    (0..count).map(make).collect()
}

/// What the bytes say, as UTF-8.
fn decoded(bytes: &[u8], charset: Charset) -> String {
    charset.decode(bytes).into_owned()
}

#[test]
fn edifact_rs_reads_the_same_segments() {
    for (bytes, charset) in interchanges(60) {
        let text = decoded(&bytes, charset);
        let theirs: Segments = edifact_rs::from_bytes(text.as_bytes())
            .map(|segment| {
                let segment = segment.unwrap_or_else(|error| panic!("{error}\n{text}"));
                let mut elements = vec![vec![segment.tag().to_owned()]];
                elements
                    .extend(segment.elements.iter().map(|element| element.components().map(str::to_owned).collect()));
                trimmed(elements)
            })
            .collect();
        assert_eq!(ours(&bytes, charset), theirs);
    }
}

const SCRIPT: &str = "
import json, sys, warnings
warnings.simplefilter('ignore')
from pydifact.parser import Parser
flat = lambda e: [str(c) for c in e] if isinstance(e, (list, tuple)) else [str(e)]
for line in sys.stdin:
    segments = Parser().parse(json.loads(line))
    print(json.dumps([[[s.tag]] + [flat(e) for e in s.elements] for s in segments if s.tag != 'UNA']))
";

/// A Python with pydifact in an environment of its own; `None`, said loudly, where that cannot be had.
fn python() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/edi-peers");
    let python = folder.join("bin/python");
    let works = |python: &PathBuf| {
        Command::new(python).args(["-c", "import pydifact"]).stderr(Stdio::null()).status().is_ok_and(|s| s.success())
    };
    if !works(&python) {
        let made = Command::new("python3").args(["-m", "venv"]).arg(&folder).status().is_ok_and(|s| s.success());
        let install = || Command::new(&python).args(["-m", "pip", "install", "-q", "pydifact==0.2.3"]).status();
        if !made || !install().is_ok_and(|status| status.success()) || !works(&python) {
            eprintln!("SKIPPED: pydifact 0.2.3 could not be installed (python3, pip and a package index are needed)");
            return None;
        }
    }
    Some(python)
}

#[test]
fn pydifact_reads_the_same_segments() {
    let Some(python) = python() else { return };
    let interchanges = interchanges(20);
    let lines: String = (interchanges.iter())
        .map(|(bytes, charset)| serde_json::to_string(&decoded(bytes, *charset)).unwrap() + "\n")
        .collect();
    let mut child =
        Command::new(python).args(["-c", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(said.lines().count(), interchanges.len());
    for ((bytes, charset), line) in interchanges.iter().zip(said.lines()) {
        let theirs: Segments = serde_json::from_str(line).unwrap();
        let theirs: Segments = theirs.into_iter().map(trimmed).collect();
        for (ours, theirs) in ours(bytes, *charset).iter().zip(&theirs) {
            assert_eq!(ours, theirs);
        }
        assert_eq!(ours(bytes, *charset).len(), theirs.len());
    }
}
