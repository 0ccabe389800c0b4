//! A database that the version before these rules wrote: it migrates, its history is whole, and its lights change only
//! where a rule says so (`tests/campaign/old_database.py` made it and the listing of the old lights).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use entrepost::clock::Clock;
use serde_json::{Value, json};

use crate::harness::data::{declaration, fresh_id, mail_object, respond, store};
use crate::harness::process::run;
use crate::harness::raw::Raw;
use crate::harness::server::filled_database;
use crate::harness::{Engine, Server, postgres};
use crate::on_engines;

const ORGANIZATIONS: [&str; 4] = ["AUA", "DEA", "AU", "DE"];

/// Lights that are not what they were: the item's story, who asks, the light now, and why.
const CHANGED: &[(&str, &[&str], &str, &str)] = &[
    ("cleared_then_other_goods", &["AUA", "DEA", "AU", "DE"], "Amber", "the goods are not those that were cleared"),
    (
        "cleared_on_both_sides_then_other_goods",
        &["AUA", "DEA", "AU", "DE"],
        "Amber",
        "the goods are not those that were cleared",
    ),
    (
        "left_cleared_then_other_goods",
        &["AUA", "DEA", "AU", "DE"],
        "Amber",
        "the goods are not those that were cleared",
    ),
    ("assessed_then_other_goods", &["AUA", "AU"], "Amber", "the goods are not those that were assessed"),
    ("prohibited_by_customs_cleared_by_post", &["AUA", "DEA", "AU", "DE"], "Red", "customs outranks the post"),
    ("redirected", &["DEA", "DE"], "Amber", "it goes elsewhere, it is not called off"),
    ("redirected_and_decided_there", &["DEA", "DE"], "Amber", "it goes elsewhere, it is not called off"),
    ("mark_of_an_unknown_id", &["DE"], "Red", "a mark is answered without an item"),
    ("used_twice", &["AUA", "DEA", "AU", "DE"], "Red", "a prohibition of the use before counts for twelve months"),
    ("under_another_country_s_id", &["DEA", "DE"], "Amber", "the id belongs to another country's posts"),
    ("declared_by_two_origins", &["DEA", "DE"], "Amber", "only the item of the post whose id it is counts"),
];

/// Story of each item of the old database, its id, and its light by organization.
struct Listed {
    name: String,
    id: String,
    lights: BTreeMap<&'static str, String>,
}

fn listing() -> Vec<Listed> {
    let listing: Vec<Value> = serde_json::from_str(include_str!("data/08d316b.json")).expect("JSON");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let each = |entry: &Value| Listed {
        name: text(&entry["name"]),
        id: text(&entry["id"]),
        lights: ORGANIZATIONS.map(|org| (org, text(&entry[org]["Light"]))).into(),
    };
    listing.iter().map(each).collect()
}

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/data").join(name)
}

fn unpacked(name: &str) -> Vec<u8> {
    let unpacked = Command::new("gzip").arg("-dc").arg(data(name)).output().expect("gzip");
    assert!(unpacked.status.success(), "{name}");
    unpacked.stdout
}

/// A copy of the old database, and the folder that holds it.
pub(crate) fn old_database(engine: Engine) -> (String, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = match engine {
        Engine::Sqlite => {
            let file = folder.path().join("old.db");
            std::fs::write(&file, unpacked("08d316b.db.gz")).expect("writes");
            format!("sqlite:{}", file.display())
        }
        Engine::Postgres => {
            let url = postgres::fresh_database();
            let dump = String::from_utf8(unpacked("08d316b.sql.gz")).expect("text");
            // Lines with a backslash are for psql.
            let sql: String = dump.split_inclusive('\n').filter(|line| !line.starts_with('\\')).collect();
            Raw::open(&url).run(&sql);
            url
        }
    };
    (url, folder)
}

/// Colour of each listed item as an organization sees it, in the order listed.
fn lights(server: &Server, org: &str, listed: &[Listed]) -> Vec<(String, Value)> {
    let items: Vec<Value> = listed.iter().map(|item| json!({ "ItemId": item.id })).collect();
    let answer = server.call_as(org, "CheckItemStatus", json!({ "Items": items })).ok().json();
    let entries = answer["CheckItemStatusResult"].as_array().expect("a list").clone();
    assert_eq!(entries.len(), listed.len(), "every item answers");
    entries.into_iter().map(|entry| (entry["Light"].as_str().expect("a colour").to_owned(), entry)).collect()
}

fn the_old_database_goes_on(engine: Engine) {
    let (url, folder) = old_database(engine);
    // Soon after it was written: some grounds count for twelve months only.
    let server = Server::on_at(&url, Clock::standing_at("2026-11-27T12:00:00Z".parse().expect("a time")));
    let verdict = server.block_on(|services| async move { services.verify_history().await }).expect("verifies");
    assert_eq!(verdict.fault, None, "the history is whole");
    assert!(verdict.seals > 0, "and was sealed");
    let listed = listing();
    let mut wrong = Vec::new();
    for org in ORGANIZATIONS {
        for (item, (light, entry)) in listed.iter().zip(lights(&server, org, &listed)) {
            let exception = CHANGED.iter().find(|(name, orgs, ..)| *name == item.name && orgs.contains(&org));
            let expected = exception.map_or(item.lights[org].as_str(), |(_, _, now, _)| now);
            if light != expected {
                let why = exception.map_or("as it was", |(.., why)| why);
                wrong.push(format!("{} for {org}: {light}, not {expected} ({why}): {}", item.name, entry["Reasons"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    server.stop();
    drop(folder);
}

on_engines! { lights_of_the_old_database_change_only_by_rule => the_old_database_goes_on }

/// The migration before which there are no packed texts.
const PACKED_TEXTS: &str = "20261127000300";

fn texts_go_back_to_the_version_before(engine: Engine) {
    let (url, _folder) = filled_database(engine);
    let server = Server::on(&url, &[]);
    let id = fresh_id("AU");
    server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
    server
        .call_as(
            "AUA",
            "StoreDeclaration",
            json!({ "decl": declaration("40.50"), "mailObject": mail_object(&id, "AUA", "DEA"), "evtCd": 2 }),
        )
        .ok();
    server.call_as("AU", "StoreResponse", respond(&id, "AUA", "DEA", "1", 2)).ok();
    let before = server.status("AUA", "AUA", &id, "O");
    server.stop();
    let columns = [
        ("declaration", "body"),
        ("declaration", "quality_findings"),
        ("response", "body"),
        ("document_version", "body"),
        ("referral", "body"),
    ];
    let plain = |raw: &mut Raw, (table, column): (&str, &str)| {
        raw.number(&format!("SELECT count(*) AS n FROM {table} WHERE CAST({column} AS TEXT) LIKE '%\":%'"))
    };
    let mut raw = Raw::open(&url);
    for column in columns {
        assert!(plain(&mut raw, column) == 0, "{column:?}: stored packed");
    }
    while !run(&["migrate", "--down", "--database-url", &url]).ok().contains(PACKED_TEXTS) {}
    for column in columns {
        assert!(plain(&mut raw, column) > 0, "{column:?}: stored as they are");
    }
    drop(raw);
    let server = Server::on(&url, &[]);
    assert_eq!(server.status("AUA", "AUA", &id, "O"), before);
    let verdict = server.block_on(|services| async move { services.verify_history().await }).expect("verifies");
    assert_eq!(verdict.fault, None, "the history is whole");
}

on_engines! { packed_texts_go_back_to_the_version_before => texts_go_back_to_the_version_before }

#[test]
fn every_exception_is_about_an_item_of_the_old_database() {
    let listed = listing();
    for (name, orgs, _, why) in CHANGED {
        assert!(listed.iter().any(|item| item.name == *name), "{name}");
        assert!(orgs.iter().all(|org| ORGANIZATIONS.contains(org)) && why.contains(' '), "{name}");
    }
}
