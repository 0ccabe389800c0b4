//! A database that the version before these rules wrote: it migrates, its history is whole, and its lights change only
//! where a rule says so (`tests/campaign/old_database.py` made it and the listing of the old lights).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use entrepost::clock::Clock;
use entrepost::contract::canonical::hex;
use entrepost::domain::Notification;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::harness::data::{declaration, fresh_id, mail_object, respond, store};
use crate::harness::process::run;
use crate::harness::raw::Raw;
use crate::harness::server::{filled_database, fresh_database};
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

/// The migrations that databases elsewhere have applied, with the digests of their texts. A release adds those that are new; a line
/// never changes.
const RELEASED: &str = include_str!("data/migrations.sha256");

/// Version and text of each released migration of an engine, in order.
fn released(engine: Engine) -> Vec<(String, String)> {
    let folder = format!("migrations/{}/", if engine == Engine::Sqlite { "sqlite" } else { "postgres" });
    let of_engine =
        RELEASED.lines().filter_map(|line| line.split_once("  ")).filter(|(_, path)| path.starts_with(&folder));
    let read = |(digest, path): (&str, &str)| {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("it is there");
        assert_eq!(
            hex(&Sha256::digest(text.as_bytes())),
            digest,
            "{path} was released and must stay as it was: add another migration"
        );
        let name = path.strip_prefix(&folder).and_then(|rest| rest.split('/').next()).expect("a name");
        (name.split('_').next().expect("a version").replace('-', ""), text)
    };
    of_engine.map(read).collect()
}

/// What the tables and indexes of a database look like.
fn schema(url: &str, engine: Engine) -> Vec<String> {
    let mut raw = Raw::open(url);
    let mut lines = match engine {
        Engine::Sqlite => raw.texts(
            "SELECT type || ' ' || name || ' ' || sql AS t FROM sqlite_master
                WHERE sql IS NOT NULL AND name <> '__diesel_schema_migrations'",
        ),
        Engine::Postgres => {
            let columns = "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable AS t
                FROM information_schema.columns WHERE table_schema = 'public'";
            let indexes = "SELECT indexdef AS t FROM pg_indexes WHERE schemaname = 'public'";
            [raw.texts(columns), raw.texts(indexes)].concat()
        }
    };
    lines.sort();
    lines
}

fn a_database_of_the_release_before_is_brought_up(engine: Engine) {
    let (url, folder) = fresh_database(engine);
    let mut raw = Raw::open(&url);
    raw.run("CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)");
    for (version, text) in released(engine) {
        raw.run(&text);
        raw.run(&format!("INSERT INTO __diesel_schema_migrations (version) VALUES ('{version}')"));
    }
    let (pid, at) = match engine {
        Engine::Sqlite => ("x'000102030405060708090a0b0c0d0e0f'", "1764230400000000"),
        Engine::Postgres => ("'00010203-0405-0607-0809-0a0b0c0d0e0f'", "'2026-11-27'"),
    };
    raw.run(&format!(
        "INSERT INTO event (post_org, event_no, object_pid, seq, part, at, event_type, item_id, flow, orig_post, dest_post, audience)
         VALUES ('DEA', 1, {pid}, 1, 'c', {at}, 'declaration.stored', 'EE123456785AU', 'I', 'AUA', 'DEA', 'A');
         INSERT INTO event_follow (post_org, change_no, last_event_no, since_at) VALUES ('DEA', 0, 1, {at});
         INSERT INTO organization (code, kind, country, name, remote, time_zone, creates_users, created_at)
         VALUES ('DEA', 'P', 'DE', 'Germany', FALSE, 'UTC', TRUE, {at});
         INSERT INTO user_account (org, user_cd, created_by, created_at) VALUES ('DEA', 'depost', 'admin', {at});
         INSERT INTO office (code, org, name) VALUES ('DEAAAA', 'DEA', 'x');
         INSERT INTO user_office (org, user_cd, office) VALUES ('DEA', 'depost', 'DEAAAA')"
    ));
    run(&["migrate", "--database-url", &url]).ok();
    assert_eq!(raw.texts("SELECT item_id AS t FROM event WHERE event_no = 1"), ["EE123456785AU"]);
    assert_eq!(raw.texts("SELECT office AS t FROM user_office"), ["DEAAAA"]);
    let (new, new_folder) = fresh_database(engine);
    run(&["migrate", "--database-url", &new]).ok();
    assert_eq!(schema(&url, engine), schema(&new, engine));
    // What is about no item can be stored, by a server that starts there.
    let server = Server::on(&url, &[]);
    server
        .block_on(|services| async move {
            services
                .store
                .write(|tx| {
                    tx.begin_to_follow("DEA")?;
                    tx.add_notice("DEA", Notification::SecretExpiring, None, "{}".into())
                })
                .await
        })
        .expect("stores");
    server.stop();
    assert_eq!(raw.number("SELECT COUNT(*) AS n FROM event WHERE detail IS NOT NULL"), 1);
    drop((folder, new_folder));
}

on_engines! { a_database_of_the_release_before_gets_the_tables_of_a_new_one => a_database_of_the_release_before_is_brought_up }

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
