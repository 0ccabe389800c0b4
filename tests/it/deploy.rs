//! What stands in `deploy/` does what it says: names of metrics and settings are the program's, and a lost database comes back.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;

use entrepost::http::{Tls, TlsFiles};
use serde_json::Value;

use crate::harness::data::{fresh_id, store};
use crate::harness::process::run;
use crate::harness::server::fresh_database;
use crate::harness::tls::{Authority, can_be_made};
use crate::harness::{Engine, Server, postgres};
use crate::on_engines;

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("deploy").join(name)
}

fn text(name: &str) -> String {
    std::fs::read_to_string(file(name)).expect("reads")
}

/// Metrics that servers give, with the labels of each.
fn measured() -> BTreeMap<String, BTreeSet<String>> {
    let engines: &[Engine] = if postgres::is_there() { &[Engine::Sqlite, Engine::Postgres] } else { &[Engine::Sqlite] };
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for engine in engines {
        let [sqlite, server] = Server::pair([Engine::Sqlite, *engine]);
        let authority = Authority::new();
        let issued = authority.issue("measured", 1);
        Tls::open(&TlsFiles { certificate: issued.certificate, key: issued.key }).expect("a certificate");
        server.call_as("DEA", "StoreDeclaration", store(&fresh_id("DE"), "DEA", "AUA", 2)).ok();
        let exchange = server.exchange().clone();
        server.block_on(|_| async move { exchange.observe().await }).expect("observes");
        for line in server.get("/metrics").ok().text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let (name, rest) = line.split_at(line.find(['{', ' ']).expect("a metric"));
            let labels = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')).map_or("", |(labels, _)| labels);
            let names = labels.split(',').filter_map(|label| label.split_once("=\"")).map(|(name, _)| name.to_owned());
            found.entry(name.to_owned()).or_default().extend(names);
        }
        drop(sqlite);
    }
    found
}

/// The metrics that an expression names, each with the labels it asks of them.
fn named(expression: &str) -> Vec<(String, Vec<String>)> {
    let starts = expression.match_indices("entrepost_").map(|(at, _)| at);
    let one = |at: usize| {
        let rest = &expression[at..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        let selector =
            rest[end..].strip_prefix('{').and_then(|rest| rest.split_once('}')).map_or("", |(inner, _)| inner);
        let labels =
            selector.split(',').filter_map(|part| part.split_once(['=', '!']).map(|(name, _)| name.trim().to_owned()));
        (rest[..end].to_owned(), labels.collect())
    };
    starts.map(one).collect()
}

#[test]
fn alerts_and_dashboard_ask_for_what_is_measured() {
    if !can_be_made() {
        return;
    }
    let measured = measured();
    let alerts = text("alerts.yml");
    let mut expressions: Vec<String> =
        alerts.lines().filter_map(|line| line.trim().strip_prefix("expr: ")).map(str::to_owned).collect();
    assert!(expressions.len() > 10, "{expressions:?}");
    let dashboard: Value = serde_json::from_str(&text("grafana/entrepost.json")).expect("JSON");
    for panel in dashboard["panels"].as_array().expect("panels") {
        for target in panel["targets"].as_array().expect("targets") {
            expressions.push(target["expr"].as_str().expect("a query").to_owned());
        }
    }
    let of_prometheus = ["instance", "job", "le"];
    for expression in &expressions {
        let names = named(expression);
        assert!(!names.is_empty() || expression.starts_with("up{"), "{expression}");
        for (name, labels) in names {
            let known = measured.get(&name).unwrap_or_else(|| panic!("{name} is not measured: {expression}"));
            for label in labels {
                assert!(known.contains(&label) || of_prometheus.contains(&label.as_str()), "{label} in {expression}");
            }
        }
    }
    let all: BTreeSet<&String> = measured.values().flatten().collect();
    for label in alerts.match_indices("$labels.").map(|(at, start)| &alerts[at + start.len()..]) {
        let name: String = label.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        assert!(all.contains(&name) || of_prometheus.contains(&name.as_str()), "{name}");
    }
    assert!(
        named("rate(entrepost_x_total{a=\"b\", c=~\"d\"}[5m])")
            == [("entrepost_x_total".into(), vec!["a".into(), "c".into()])]
    );
}

#[test]
fn the_example_of_settings_is_one() {
    let (folder, example) = (tempfile::tempdir().expect("a folder"), text("entrepost.toml"));
    let there = folder.path().join("entrepost.toml");
    std::fs::write(&there, example.replace("/var/lib/entrepost/", &format!("{}/", folder.path().display())))
        .expect("writes");
    let shown = run(&["check", "--config", there.to_str().expect("text")]).ok();
    assert!(shown.contains("https://entrepost.example") && !shown.contains("warning"), "{shown}");
    // Lines that are to be uncommented are settings as well.
    for line in example.lines().filter_map(|line| line.strip_prefix("# ")).filter(|line| line.contains(" = \"")) {
        let name = line.split(' ').next().expect("a name");
        assert!(entrepost::config::SETTINGS.iter().any(|setting| setting.name == name), "{line}");
    }
    for (place, pattern) in [("entrepost.service", "ENTREPOST_"), ("Containerfile", "ENTREPOST_")] {
        let text = text(place);
        for variable in text.match_indices(pattern).map(|(at, start)| &text[at + start.len()..]) {
            let name: String = variable.chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect();
            let name = name.to_lowercase().replace('_', "-");
            let is_one = name.is_empty() || entrepost::config::SETTINGS.iter().any(|setting| setting.name == name);
            assert!(is_one, "{place}: {name}");
        }
    }
}

fn comes_back(engine: Engine) {
    let curl = Command::new("curl").arg("--version").output().is_ok_and(|done| done.status.success());
    if !curl {
        assert!(std::env::var_os("CI").is_none(), "curl is not installed, but CI must rehearse a restore");
        return eprintln!("SKIPPED: no curl");
    }
    let databases: Vec<_> = (0..3).map(|_| fresh_database(engine)).collect();
    let urls: Vec<&str> = databases.iter().map(|(url, _)| url.as_str()).collect();
    let mut drill = Command::new(file("drill"));
    drill.arg(env!("CARGO_BIN_EXE_entrepost")).args(if engine == Engine::Sqlite { &urls[..2] } else { &urls[..] });
    if let Some(bin) = postgres::binaries() {
        let path = std::env::var("PATH").unwrap_or_default();
        drill.env("PATH", format!("{}:{path}", bin.display()));
    }
    let ran = drill.output().expect("runs");
    let told = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(
        ran.status.success() && told.contains("missing after the restore: 0") && told.contains("drill: done"),
        "{told}"
    );
    // What a backup says of itself was proven.
    assert!(!told.contains("not proven"), "{told}");
}

on_engines! { a_lost_database_comes_back => comes_back }

#[test]
fn what_was_spoilt_is_no_backup() {
    let server = Server::start(Engine::Sqlite);
    let id = fresh_id("AU");
    server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
    let mut raw = crate::harness::raw::Raw::open(&server.database_url);
    raw.run(&format!("UPDATE mail_object SET dest_post = 'FRA' WHERE item_id = '{id}'"));
    let folder = tempfile::tempdir().expect("a folder");
    let mut backup = Command::new(file("backup"));
    backup.arg(&server.database_url).arg(folder.path()).env("ENTREPOST", env!("CARGO_BIN_EXE_entrepost"));
    let ran = backup.output().expect("runs");
    let told = String::from_utf8_lossy(&ran.stderr);
    assert!(!ran.status.success() && told.contains("not whole"), "{told}");
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0, "nothing that looks like one is left");
}
