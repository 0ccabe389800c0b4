//! Whatever can be found wrong with an item has a data error for partners.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use entrepost::error::{FINDING_CODES, Finding};
use entrepost::rules::data_error::{DataError, TABLE};
use entrepost::rules::quality::RULES;

/// Names of findings that neither the codes nor the rules list: of what only the stored item tells.
const NOTED: &[&str] = &["version_name_reused", "older_version"];

/// How findings are made; their code is the first text that follows.
const MAKERS: &[&str] = &[
    "Finding::new(",
    "Finding::error(",
    "Finding::warning(",
    "Error::invalid(",
    ".add(",
    "refused(",
    "checks.data(",
    ".found(",
];

/// Codes and rules named by the source, each with a place that names it.
fn named_in_source() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut |path, text| {
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for maker in MAKERS {
            for (at, _) in code.match_indices(maker) {
                let rest = &code[at + maker.len()..];
                let Some((before, rest)) = rest.split_once('"') else { continue };
                let name = rest.split('"').next().unwrap_or_default();
                let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
                if is_name && !before.contains(['(', ')', '{', '}', ';', '|']) {
                    found.insert(name.to_owned(), path.display().to_string());
                }
            }
        }
    });
    found
}

fn walk(folder: &Path, see: &mut impl FnMut(&Path, &str)) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let is_test = path.ends_with("tests.rs") || path.ends_with("tests");
        if path.is_dir() && !is_test {
            walk(&path, see);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test {
            see(&path, &fs::read_to_string(&path).expect("text"));
        }
    }
}

#[test]
fn everything_that_can_be_found_has_one_data_error() {
    let source = named_in_source();
    assert!(source.len() > 40, "the sources were not read: {source:?}");
    let lacking: Vec<_> = source.iter().filter(|(name, _)| is_unknown(name)).collect();
    assert!(lacking.is_empty(), "without a data error: {lacking:?}");
    let listed = FINDING_CODES.iter().map(|(code, _)| *code).chain(RULES.iter().map(|rule| rule.id));
    let lacking: Vec<_> = listed.clone().filter(|name| is_unknown(name)).collect();
    assert!(lacking.is_empty(), "without a data error: {lacking:?}");
    let known: BTreeSet<&str> = listed.chain(source.keys().map(String::as_str)).collect();
    let mut seen = BTreeSet::new();
    for name in TABLE.iter().flat_map(|(_, names)| *names) {
        assert!(seen.insert(name), "{name} stands there twice");
        assert!(known.contains(name) || NOTED.contains(name), "nothing is called {name}");
    }
}

fn is_unknown(name: &str) -> bool {
    DataError::named(name).is_none()
}

#[test]
fn a_finding_is_told_by_its_code() {
    let plain = Finding::new("format", "", "");
    let code = |code: &'static str| DataError::of(&Finding { code, ..plain.clone() }).code();
    assert_eq!([code("description_vague"), code("net_over_gross"), code("hs_unknown")], ["E004", "E005", "E003"]);
    assert_eq!(DataError::of(&Finding::new("absent", "", "")).code(), "E008");
    let codes: Vec<&str> = TABLE.iter().map(|(error, _)| error.code()).collect();
    assert_eq!(codes, ["E001", "E002", "E003", "E004", "E005", "E006", "E007", "E008"]);
}
