//! Several servers on one PostgreSQL database at once.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::data::{declaration, fresh_id, mail_object, store};
use crate::harness::process::poll;
use crate::harness::raw::Raw;
use crate::harness::server::{filled_database, token_of};
use crate::harness::{Answer, Engine, Server, postgres};

/// Two servers on a fresh database with demo data.
fn two_servers() -> Option<(Server, Server)> {
    if !postgres::is_there() {
        return None;
    }
    let (url, _) = filled_database(Engine::Postgres);
    Some((Server::on(&url, &[]), Server::on(&url, &[])))
}

/// Sends until the server is free to do it; anything but 200 and 503 is a failure.
fn persistently(server: &Server, body: &Value) {
    let done = poll(Duration::from_secs(30), || {
        let answer = server.call_as("AUA", "StoreDeclaration", body.clone());
        assert!(matches!(answer.status, 200 | 503), "{}", answer.text);
        (answer.status == 200).then_some(())
    });
    done.expect("stored in the end");
}

#[test]
fn concurrent_stores_of_the_same_items_end_in_one_row_each_with_a_whole_history() {
    let Some((one, two)) = two_servers() else { return };
    let ids: Vec<String> = (0..3).map(|_| fresh_id("AU")).collect();
    let content = |id: &str, no: usize| json!({ "mailObject": mail_object(id, "AUA", "DEA"), "decl": declaration(&format!("{no}.25")), "evtCd": 2 });
    std::thread::scope(|scope| {
        for client in 0..6 {
            let (server, ids) = (if client % 2 == 0 { &one } else { &two }, &ids);
            scope.spawn(move || {
                for step in 0..4 {
                    // Each client walks the items in an order of its own.
                    for at in 0..ids.len() {
                        persistently(server, &content(&ids[(at + client) % ids.len()], client * 10 + step + 1));
                    }
                }
            });
        }
    });
    let verdict = two.block_on(|services| async move { services.verify_history().await }).expect("verifies");
    assert_eq!(verdict.fault, None);
    let mut raw = Raw::open(&one.database_url);
    for id in &ids {
        for post in ["AUA", "DEA"] {
            let rows = raw.number(&format!(
                "SELECT count(*) AS n FROM mail_object WHERE post_org = '{post}' AND item_id = '{id}'"
            ));
            assert_eq!(rows, 1, "{id} at {post}");
        }
        let of_item = |kind: &str| {
            format!(
                "FROM {kind} JOIN mail_object o ON o.post_org = x.post_org AND o.pid = x.object_pid WHERE o.post_org = 'AUA' AND o.item_id = '{id}'"
            )
        };
        let events = raw.number(&format!("SELECT count(*) AS n {}", of_item("item_history x")));
        let current = raw.number(&format!("SELECT version_no::bigint AS n {}", of_item("declaration x")));
        let archived = raw.number(&format!("SELECT count(*) AS n {}", of_item("document_version x")));
        assert_eq!(events, current, "each change is one event and one version");
        assert_eq!(archived, current - 1, "every version but the current one is in the archive");
        assert_eq!(events, 24, "24 different contents were sent, each stored once");
    }
}

#[test]
fn the_same_idempotency_key_at_both_servers_works_once() {
    let Some((one, two)) = two_servers() else { return };
    let id = fresh_id("AU");
    let view = json!({ "MailObject": mail_object(&id, "AUA", "DEA"), "Declaration": declaration("1.50") });
    let body = json!({ "cdsViews": [view] });
    let headers = [("idempotency-key", "the-one-key"), ("prefer", "outcome=per-item")];
    let send = &|server: &Server| server.call_with("AUA", "CreateOrUpdateDeclarations", body.clone(), &headers);
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let servers = [&one, &two].into_iter().cycle().take(8);
        let sending: Vec<_> = servers.map(|server| scope.spawn(move || send(server))).collect();
        sending.into_iter().map(|sent| sent.join().expect("answers")).collect()
    });
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 409 | 503)), "{answers:?}");
    let whole: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 200).collect();
    // Done again it would answer "unchanged".
    assert!(whole.len() > 1 && whole.iter().all(|answer| answer.text.contains("\"stored\"")), "{answers:?}");
    let events = one.block_on(|services| async move { services.item_history("AUA", &id).await }).expect("a history");
    assert_eq!(events.len(), 1);
    let other = json!({ "cdsViews": [] });
    assert_eq!(two.call_with("AUA", "CreateOrUpdateDeclarations", other, &headers).status, 422);
}

/// A reader of AUA's change feed.
struct Feed {
    cursor: Option<String>,
}

impl Feed {
    /// The item ids that are new since the last reading.
    fn read(&mut self, server: &Server) -> Vec<String> {
        let mut ids = Vec::new();
        loop {
            let body = match &self.cursor {
                None => json!({ "postalOrgCd": "AUA", "modifiedSince": "2020-01-01T00:00:00Z" }),
                Some(cursor) => json!({ "postalOrgCd": "AUA", "cursor": cursor }),
            };
            let answer = server.call_as("AUA", "Load", body).ok();
            self.cursor = Some(answer.header("x-next-cursor").expect("always").to_owned());
            let views = answer.json()["LoadResult"].as_array().cloned().unwrap_or_default();
            ids.extend(views.iter().map(|view| view["MailObject"]["Id"].as_str().expect("an id").to_owned()));
            if answer.header("x-more") == Some("false") {
                return ids;
            }
        }
    }

    /// Reads until `id` comes; everything else that comes meanwhile is dropped.
    fn read_until(&mut self, server: &Server, id: &str) {
        let found = poll(Duration::from_secs(10), || self.read(server).iter().any(|found| found == id).then_some(()));
        found.unwrap_or_else(|| panic!("{id} never came"));
    }
}

/// Numbers rows the way a plain sequence would, and makes writers of `late` wait before their commit for as long as
/// somebody holds the row of `gate`.
fn with_sequence_and_gate(raw: &mut Raw, late: &str) {
    raw.run(&format!(
        "CREATE TABLE gate (id INTEGER PRIMARY KEY); INSERT INTO gate VALUES (1);
         CREATE SEQUENCE plain; ALTER TABLE mail_object ADD COLUMN plain_no BIGINT;
         CREATE FUNCTION take_number() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN NEW.plain_no := nextval('plain'); RETURN NEW; END $$;
         CREATE TRIGGER take_number BEFORE INSERT OR UPDATE ON mail_object FOR EACH ROW
           EXECUTE FUNCTION take_number();
         CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN PERFORM 1 FROM gate FOR SHARE; RETURN NULL; END $$;
         CREATE TRIGGER wait_at_gate AFTER INSERT OR UPDATE ON mail_object FOR EACH ROW
           WHEN (NEW.item_id = '{late}' AND NEW.post_org = 'AUA')
           EXECUTE FUNCTION wait_at_gate();"
    ));
}

#[test]
fn a_change_that_commits_late_is_not_lost_to_the_feed() {
    let Some((one, two)) = two_servers() else { return };
    let (late, quick) = (fresh_id("AU"), fresh_id("AU"));
    let mut raw = Raw::open(&one.database_url);
    with_sequence_and_gate(&mut raw, &late);
    let mut feeds = [Feed { cursor: None }, Feed { cursor: None }];
    // The first call of a user makes the user, which would be one more thing to wait for.
    one.call_as("AUA", "StoreDeclaration", store(&fresh_id("AU"), "AUA", "DEA", 2)).ok();
    feeds[0].read(&one);
    feeds[1].read(&two);

    let mut gate = Raw::open(&one.database_url);
    gate.run("BEGIN; SELECT 1 FROM gate FOR UPDATE");
    let (seen_no, seen_at) = std::thread::scope(|scope| {
        let writing = scope.spawn(|| one.call_as("AUA", "StoreDeclaration", store(&late, "AUA", "DEA", 2)));
        let waits = poll(Duration::from_secs(10), || {
            let waiting = raw.number(
                "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND
                 wait_event_type = 'Lock' AND state = 'active'",
            );
            (waiting > 0).then_some(())
        });
        waits.expect("the late writer waits at the gate");
        two.call_as("AUA", "StoreDeclaration", store(&quick, "AUA", "DEA", 2)).ok();
        feeds[0].read_until(&one, &quick);
        feeds[1].read_until(&two, &quick);
        // How far a reader by number or by time would have come.
        let seen_no = raw.number("SELECT max(plain_no) AS n FROM mail_object WHERE post_org = 'AUA'");
        let seen_at = raw.texts("SELECT max(changed_at)::text AS t FROM mail_object WHERE post_org = 'AUA'").remove(0);
        gate.run("COMMIT");
        writing.join().expect("answers").ok();
        (seen_no, seen_at)
    });
    let later = |condition: &str| {
        format!("SELECT count(*) AS n FROM mail_object WHERE post_org = 'AUA' AND item_id = '{late}' AND {condition}")
    };
    assert_eq!(raw.number(&later("true")), 1, "the late change is committed");
    assert_eq!(raw.number(&later(&format!("plain_no > {seen_no}"))), 0, "a sequence would have lost it");
    assert_eq!(raw.number(&later(&format!("changed_at > '{seen_at}'"))), 0, "a time stamp would have lost it");
    feeds[0].read_until(&one, &late);
    feeds[1].read_until(&two, &late);
}

#[test]
fn a_change_in_progress_does_not_hold_up_the_others() {
    let Some((one, two)) = two_servers() else { return };
    let held = fresh_id("AU");
    one.call_as("AUA", "StoreDeclaration", store(&held, "AUA", "DEA", 2)).ok();
    let mut feed = Feed { cursor: None };
    feed.read_until(&one, &held);
    let (mut writer, mut numbering) = (Raw::open(&one.database_url), Raw::open(&one.database_url));
    let place = format!(
        "post_org = 'AUA' AND pid = (SELECT pid FROM mail_object WHERE post_org = 'AUA' AND item_id = '{held}')"
    );
    let touch = format!("UPDATE change SET number = NULL WHERE {place}");
    let passes = |feed: &mut Feed| {
        let quick = fresh_id("AU");
        two.call_as("AUA", "StoreDeclaration", store(&quick, "AUA", "DEA", 2)).ok();
        let began = Instant::now();
        feed.read_until(&two, &quick);
        assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    };
    // A writer holds an item whose last change has its number.
    writer.run("BEGIN");
    writer.run(&touch);
    passes(&mut feed);
    writer.run("ROLLBACK");
    // A writer holds an item whose last change waits for its number; numbering stands still while that is set up.
    numbering.run("BEGIN; SELECT 1 FROM change_counter WHERE post_org = 'AUA' FOR UPDATE");
    writer.run(&touch);
    writer.run("BEGIN");
    writer.run(&touch);
    numbering.run("ROLLBACK");
    passes(&mut feed);
    writer.run("ROLLBACK");
    feed.read_until(&one, &held);
}

#[test]
fn numbers_given_out_by_several_servers_have_no_twins_and_no_gaps() {
    let Some((one, two)) = two_servers() else { return };
    std::thread::scope(|scope| {
        for server in [&one, &two] {
            scope.spawn(move || {
                for _ in 0..15 {
                    persistently(server, &store(&fresh_id("AU"), "AUA", "DEA", 2));
                    server.settle();
                }
            });
        }
    });
    one.settle();
    let mut raw = Raw::open(&one.database_url);
    assert_eq!(raw.number("SELECT count(*) AS n FROM change WHERE number IS NULL"), 0);
    let twins = "SELECT count(*) - count(DISTINCT (post_org, number)) AS n FROM change";
    assert_eq!(raw.number(twins), 0, "each change has a number of its own");
    let beyond = "SELECT count(*) AS n FROM change JOIN change_counter USING (post_org) WHERE number > last_no";
    assert_eq!(raw.number(beyond), 0, "the counter covers every number");
}

#[test]
fn a_revoked_token_stops_on_both_within_a_second() {
    let Some((one, two)) = two_servers() else { return };
    let token = one.block_on(|services| async move { services.issue_token("AUA", "to go", None, None, None).await });
    let token = token.expect("issues");
    let heartbeat = |server: &Server| server.call("GetHeartbeat", &json!({ "securityToken": token })).status;
    assert_eq!((heartbeat(&one), heartbeat(&two)), (200, 200));
    one.block_on(|services| async move { services.revoke_token(token).await }).expect("revokes");
    let revoked = Instant::now();
    assert_eq!(heartbeat(&one), 401, "at once where it was revoked");
    poll(Duration::from_secs(5), || (heartbeat(&two) == 401).then_some(())).expect("stops at the other server");
    assert!(revoked.elapsed() < Duration::from_millis(1_500), "{:?}", revoked.elapsed());
    assert_eq!(two.call("GetHeartbeat", &json!({ "securityToken": token_of("AUA") })).status, 200, "others go on");
}

#[test]
fn two_servers_that_seal_at_once_make_one_chain() {
    let Some((one, two)) = two_servers() else { return };
    for _ in 0..5 {
        one.call_as("AUA", "StoreDeclaration", store(&fresh_id("AU"), "AUA", "DEA", 2)).ok();
        one.settle();
        std::thread::scope(|scope| {
            for server in [&one, &two] {
                scope.spawn(move || {
                    server.block_on(|services| async move { services.seal().await }).expect("seals");
                });
            }
        });
    }
    let verdict = two.block_on(|services| async move { services.verify_history().await }).expect("verifies");
    assert_eq!(verdict.fault, None);
    assert!(verdict.seals >= 5, "{verdict:?}");
}

#[test]
fn the_limit_of_an_organization_holds_over_both() {
    if !postgres::is_there() {
        return;
    }
    let (url, _) = filled_database(Engine::Postgres);
    let settings = [("requests-per-org", "1"), ("requests-burst", "200")];
    let (one, two) = (Server::on(&url, &settings), Server::on(&url, &settings));
    let beat = |server: &Server, org: &str| server.call_as(org, "GetHeartbeat", json!({})).status;
    let taken = (0..).take_while(|_| beat(&one, "AUA") == 200).count();
    assert!(taken >= 200, "{taken}");
    // Half of the limit at most, so never too much by itself.
    let (mut beats, mut asked) = (0, Instant::now());
    let throttled = poll(Duration::from_secs(30), || {
        if asked.elapsed() < Duration::from_millis(200) || beats == 100 {
            return None;
        }
        (beats, asked) = (beats + 1, Instant::now());
        (beat(&two, "AUA") == 429).then_some(())
    });
    assert!(throttled.is_some(), "what one let through counts at the other, {beats} beats");
    assert_eq!(beat(&two, "DEA"), 200, "others are left alone");
}
