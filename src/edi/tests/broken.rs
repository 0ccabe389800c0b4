//! Anything may come in: broken messages from real bug reports, mutations of good ones, hostile XML.

use proptest::prelude::*;

use super::samples::ITMATT;
use crate::edi::{Form, Profile, read, tool};
use crate::limits;

/// Reads, checks, shows and converts; nothing of it may panic.
fn survive(bytes: &[u8]) {
    let profile = Profile::default();
    let _ = tool::check(bytes, &profile);
    let _ = tool::show(bytes);
    for form in [Form::Edifact, Form::Xml] {
        if let Ok(written) = tool::convert(bytes, form, &profile) {
            let again = read(&written.bytes);
            assert!(!again.findings.has_errors(), "what was written reads: {}", again.findings);
        }
    }
}

fn corpus(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(folder);
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn the_corpus_is_survived() {
    let files: Vec<_> = corpus("edifact").into_iter().chain(corpus("xml")).collect();
    assert!(files.len() > 20);
    for (name, bytes) in files {
        let errors = read(&bytes).findings.has_errors();
        assert_eq!(errors, !name.starts_with("good-"), "{name}: {}", read(&bytes).findings);
        survive(&bytes);
    }
}

/// What the bug reports were about is read right, not only survived.
#[test]
fn old_bugs_stay_away() {
    let file =
        |name: &str| std::fs::read(format!("{}/fuzz/corpus/edifact/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let first = |bytes: &[u8]| read(bytes).interchange;
    assert_eq!(first(&file("good-reference-like-a-header.edi")).reference, "UNB+UNH'UNA");
    let released = tool::show(&file("good-release-before-terminator.edi")).text;
    assert!(released.contains("ends with a question mark?\n"), "{released}");
    let doubled = tool::show(&file("good-doubled-release.edi")).text;
    assert!(doubled.contains("one ? two ?? done"), "{doubled}");
    assert!(first(&file("good-own-service-characters.edi")).messages.len() == 1);
    assert!(first(&file("good-test-flag.edi")).test);
}

#[test]
fn hostile_xml_is_refused_at_once() {
    for (name, bytes) in corpus("xml").into_iter().filter(|(name, _)| name.starts_with("dtd-")) {
        let began = std::time::Instant::now();
        let read = read(&bytes);
        assert!(read.findings.has_errors() && read.interchange.messages.is_empty(), "{name}");
        assert!(began.elapsed().as_millis() < 500, "{name}");
    }
    let nested = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    assert!(read(nested.as_bytes()).findings.has_errors());
    let attributes: String = (0..100_000).map(|at| format!(" a{at}='x'")).collect();
    assert!(read(format!("<a{attributes}/>").as_bytes()).findings.has_errors());
}

#[test]
fn limits_stop_the_reading() {
    let many = "X'".repeat(limits::EDI_SEGMENTS + 10);
    assert!(read(many.as_bytes()).findings.list().iter().any(|finding| finding.fault.code == "limit"));
    let long = vec![b'A'; limits::EDI_BYTES + 1];
    assert_eq!(read(&long).findings.list()[0].fault.code, "limit");
    let findings = read("X'".repeat(5_000).as_bytes()).findings;
    assert_eq!(findings.list().len(), limits::EDI_FINDINGS);
    assert!(findings.more() > 3_000);
}

/// A step of a seeded random walk.
fn next(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    usize::try_from(*state >> 11).unwrap()
}

/// Mutations of good messages: bytes changed, taken out, doubled, pieces swapped. `EDI_MUTATIONS` asks for more.
#[test]
fn mutations_are_survived() {
    let rounds: usize = std::env::var("EDI_MUTATIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(1_500);
    let profile = Profile::default();
    let xml = tool::convert(ITMATT.as_bytes(), Form::Xml, &profile).unwrap().bytes;
    let mut seeds = vec![ITMATT.as_bytes().to_vec(), xml];
    seeds.extend(corpus("edifact").into_iter().map(|(_, bytes)| bytes));
    let mut state = 0x5EED_u64;
    for _ in 0..rounds {
        let mut bytes = seeds[next(&mut state) % seeds.len()].clone();
        for _ in 0..=next(&mut state) % 4 {
            let at = next(&mut state) % bytes.len().max(1);
            match next(&mut state) % 5 {
                0 if !bytes.is_empty() => bytes[at] = b"'+:?*<>&\"\0\xFF0A"[next(&mut state) % 13],
                1 if !bytes.is_empty() => drop(bytes.remove(at)),
                2 => bytes.truncate(at),
                3 => {
                    let end = (at + next(&mut state) % 60).min(bytes.len());
                    let piece = bytes[at.min(end)..end].to_vec();
                    let to = next(&mut state) % (bytes.len() + 1);
                    bytes.splice(to..to, piece);
                }
                _ if !bytes.is_empty() => bytes[at] = u8::try_from(next(&mut state) % 256).unwrap(),
                _ => {}
            }
        }
        survive(&bytes);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        survive(&bytes);
    }

    #[test]
    fn any_segments_are_survived(
        segments in proptest::collection::vec("(NAD|RFF|DTM|CNI|GID|FTX|TAX|ERP|STS|MOA|CNT|LOC|DOC|UNT|UNH)[+:A-Z0-9?]{0,30}'", 0..40),
        kind in "(ITMATT|CUSRSP|ITMREF|REFRSP|CONTRL)",
    ) {
        let text = format!("UNB+UNOC:3+A+B+260101:0000+1'UNH+1+{kind}:D:00A:UP:PCX100'{}", segments.concat());
        survive(text.as_bytes());
    }
}
