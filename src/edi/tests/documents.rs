//! The schema and the profile's page are made of the table, and generated XML is valid by the schema.
//!
//! With `ENTREPOST_BLESS=1` the files are written anew.

use std::path::Path;
use std::process::Command;

use proptest::strategy::{Strategy, ValueTree};

use super::generate;
use crate::edi::profile::docs;
use crate::edi::xml::tree::{Element, parse};
use crate::edi::xml::valid;
use crate::edi::{Finding, Findings, Form, Profile, read, write};

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

/// Whether documents can be validated; where they cannot this says so loudly, and fails in CI.
fn has_xmllint() -> bool {
    let there = Command::new("xmllint").arg("--version").output().is_ok();
    if !there {
        assert!(std::env::var_os("CI").is_none(), "xmllint is not installed, but CI must test with it");
        eprintln!("SKIPPED: xmllint is not installed (Debian package libxml2-utils); XML was not validated");
    }
    there
}

#[test]
fn generated_xml_is_valid() {
    if !has_xmllint() {
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

/// Texts that are right in one place and wrong in others.
const TEXTS: [&str; 26] = [
    "",
    " ",
    "x",
    "0",
    "1",
    "-1",
    " 7 ",
    "+7",
    "2.0",
    "0.50",
    "0,5",
    ".5",
    "5.",
    "1e3",
    "true",
    "yes",
    "9",
    "CZ",
    "KGM",
    "2026-01-10",
    "2026-01-10T09:30:00Z",
    "2026-01-10T09:30:00",
    "2026-02-30T09:30:00Z",
    "99999999999",
    "1 2  3",
    "12345678901234567890123456789",
];
const NAMES: [&str; 12] = [
    "Header",
    "Item",
    "Control",
    "Reference",
    "Description",
    "Amount",
    "Party",
    "AddressLine",
    "TotalValue",
    "Function",
    "Stranger",
    "Test",
];

/// Random choices from a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % limit.max(1)
    }

    fn of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len())]
    }
}

/// The `nth` element of a tree, its root being number 0.
fn nth<'e>(element: &'e mut Element, nth: &mut usize) -> Option<&'e mut Element> {
    if *nth == 0 {
        return Some(element);
    }
    *nth -= 1;
    element.children.iter_mut().find_map(|child| self::nth(child, nth))
}

fn size(element: &Element) -> usize {
    1 + element.children.iter().map(size).sum::<usize>()
}

fn named(name: &str, text: &str) -> Element {
    let mut element = Element::default();
    (element.name, element.text) = (name.into(), text.into());
    element
}

/// Spoils one place of a document, or changes nothing of consequence.
fn spoil(root: &mut Element, dice: &mut Dice) {
    let mut at = dice.below(size(root));
    let Some(element) = nth(root, &mut at) else { return };
    let (children, attributes) = (element.children.len(), element.attributes().len());
    let child = dice.below(children);
    match dice.below(11) {
        0 if children > 0 => element.children.insert(child, element.children[child].clone()),
        1 if children > 0 => drop(element.children.remove(child)),
        2 if children > 1 => element.children.swap(child, (child + 1) % children),
        3 => dice.of(&NAMES).clone_into(&mut element.name),
        4 => dice.of(&TEXTS).clone_into(&mut element.text),
        5 => element.attributes_mut().push((dice.of(&["unit", "odd", "name", "x:odd"]).into(), dice.of(&TEXTS).into())),
        6 if attributes > 0 => drop(element.attributes_mut().remove(dice.below(attributes))),
        // xmllint leaves white space in attributes, where the standard takes it off.
        7 if attributes > 0 => {
            dice.of(&TEXTS).trim().clone_into(&mut element.attributes_mut()[dice.below(attributes)].1)
        }
        8 if children > 0 => {
            let mut again = element.children[child].clone();
            dice.of(&TEXTS).clone_into(&mut again.text);
            element.children.insert(child + 1, again);
        }
        9 => {
            let named = named(dice.of(&NAMES), dice.of(&TEXTS));
            element.children.insert(child, named);
        }
        10 => element.children.insert(child, named("x:Description", "")),
        _ => {}
    }
}

fn xml(element: &Element, out: &mut String) {
    let escaped = |text: &str| {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('"', "&quot;")
            .replace('\n', "&#10;")
            .replace('\t', "&#9;")
            .replace('\r', "&#13;")
    };
    let prefix = if element.name.contains(':') { "" } else { "p:" };
    let name = format!("{prefix}{}", element.name);
    out.push_str(&format!("<{name}"));
    let mut seen = std::collections::HashSet::new();
    for (attribute, value) in element.attributes().iter().filter(|(attribute, _)| seen.insert(attribute)) {
        out.push_str(&format!(" {attribute}=\"{}\"", escaped(value)));
    }
    out.push('>');
    out.push_str(&escaped(&element.text));
    element.children.iter().for_each(|child| xml(child, out));
    out.push_str(&format!("</{name}>"));
}

/// What the schema refuses is found, and what is found against the schema is refused by it.
#[test]
fn the_schema_and_the_reader_agree() {
    if !has_xmllint() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let schema = folder.path().join("schema.xsd");
    std::fs::write(&schema, docs::schema()).unwrap();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = generate::interchange();
    let seed = std::env::var("EDI_XML_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0x5EED_u64);
    let mut dice = Dice(seed);
    let mut command = Command::new("xmllint");
    command.args(["--noout", "--nonet", "--schema"]).arg(&schema);
    let mut judged = Vec::new();
    for at in 0..400 {
        let interchange = strategy.new_tree(&mut runner).unwrap().current();
        let written =
            write(&interchange, Form::Xml, &Profile::default()).unwrap_or_else(|findings| panic!("{findings}"));
        let mut root = parse(&written.bytes, &mut Findings::default()).unwrap();
        for _ in 0..dice.below(3) {
            spoil(&mut root, &mut dice);
        }
        let mut text = String::new();
        root.attributes_mut().retain(|(name, _)| !name.starts_with("xmlns"));
        xml(&root, &mut text);
        let spaces = " xmlns:p=\"urn:x-pcx:postal-customs:1\" xmlns:x=\"urn:other\"";
        let end = text.find(['>', ' ']).unwrap();
        text.insert_str(end, spaces);
        let mut findings = Findings::default();
        if let Some(root) = parse(text.as_bytes(), &mut findings) {
            valid::judge(&root, &mut findings);
        }
        let read = read(text.as_bytes()).findings;
        let file = folder.path().join(format!("{at}.xml"));
        std::fs::write(&file, &text).unwrap();
        command.arg(&file);
        judged.push((format!("{at}.xml validates"), findings, read, text));
    }
    let said = String::from_utf8_lossy(&command.output().unwrap().stderr).into_owned();
    let mut valid = 0;
    for (verdict, findings, read, text) in judged {
        let is_valid = said.contains(&format!("/{verdict}"));
        valid += usize::from(is_valid);
        let file = verdict.split(' ').next().unwrap_or_default();
        let said = said.lines().find(|line| line.contains(&format!("/{file}"))).unwrap_or_default();
        assert_eq!(findings.is_empty(), is_valid, "{said}\n{findings}\n{text}");
        assert!(is_valid || !read.is_empty(), "{text}");
        // What is well-formed by the schema can be read.
        let unread = |finding: &Finding| matches!(finding.fault.code, "type" | "segment" | "syntax");
        assert!(!is_valid || !read.list().iter().any(unread), "{read}\n{text}");
    }
    assert!((60..390).contains(&valid), "{valid} of the documents are valid");
}
