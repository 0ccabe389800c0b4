//! The schema and the profile's page are made of the table, and generated XML is valid by the schema.
//!
//! With `ENTREPOST_BLESS=1` the files are written anew.

use std::path::Path;
use std::process::Command;

use proptest::strategy::{Strategy, ValueTree};

use super::generate;
use crate::edi::profile::docs;
use crate::edi::{Form, Profile, write};

/// The file says what the code says; `between` are the marks around the generated part.
fn same(file: &str, generated: &str, between: Option<(&str, &str)>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let now = std::fs::read_to_string(&path).unwrap_or_default();
    let wanted = match between {
        None => generated.to_owned(),
        Some((begin, end)) => {
            let (before, rest) = now.split_once(begin).expect("the begin mark");
            let (_, after) = rest.split_once(end).expect("the end mark");
            format!("{before}{begin}\n{generated}{end}{after}")
        }
    };
    if now == wanted {
        return;
    }
    assert!(std::env::var_os("ENTREPOST_BLESS").is_some(), "{file} is stale; run the tests with ENTREPOST_BLESS=1");
    std::fs::write(&path, wanted).unwrap();
}

#[test]
fn the_schema_is_that_of_the_table() {
    same("refdata/xsd/postal-customs-1.xsd", &docs::schema(), None);
}

#[test]
fn the_page_is_that_of_the_table() {
    let marks = ("<!-- table: generated -->", "<!-- /table -->");
    same("docs/edi-profile.md", &docs::tables(), Some(marks));
}

#[test]
fn generated_xml_is_valid() {
    if Command::new("xmllint").arg("--version").output().is_err() {
        eprintln!("SKIPPED: xmllint is not installed (Debian package libxml2-utils); generated XML was not validated");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let schema = folder.path().join("schema.xsd");
    std::fs::write(&schema, docs::schema()).unwrap();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = generate::interchange();
    let mut command = Command::new("xmllint");
    command.args(["--noout", "--nonet", "--schema"]).arg(&schema);
    for at in 0..60 {
        let interchange = strategy.new_tree(&mut runner).unwrap().current();
        let profile = Profile { line_breaks: at % 2 == 0, ..Profile::default() };
        let written = write(&interchange, Form::Xml, &profile).unwrap_or_else(|findings| panic!("{findings}"));
        let file = folder.path().join(format!("{at}.xml"));
        std::fs::write(&file, written.bytes).unwrap();
        command.arg(&file);
    }
    let output = command.output().unwrap();
    let said: String = String::from_utf8_lossy(&output.stderr).chars().take(4_000).collect();
    assert!(output.status.success(), "{said}");
}
