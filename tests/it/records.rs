//! What has a history besides items: each change is told once, with who did it, and whoever alters what is told or what it is
//! told of behind the server's back is found out.

use std::collections::BTreeSet;
use std::time::Duration;

use entrepost::{demo, limits};
use serde_json::{Value, json};

use crate::harness::data::{declaration, fresh_id, store};
use crate::harness::process::{admin, refused, run};
use crate::harness::raw::Raw;
use crate::harness::server::{filled_database, fresh_database, on_each_schema};
use crate::harness::{Engine, Server, postgres};
use crate::{on_both_engines, on_engines};

const TOKEN: &str = "11111111-2222-4333-8444-555555555555";
/// The first digits of the digest of that token.
const TOKEN_NAME: &str = "cf4c4732";
const PASSWORD: &str = "correct horse";
const SIGN_KEY: &str = "a battery staple, well horsed";

/// Every row there is: kind, organization, id, number, event and who did it.
fn rows(url: &str) -> BTreeSet<String> {
    let sql = "SELECT kind || ' ' || org || ' ' || id || ' ' || seq || ' ' || event || ' by ' || actor_org || '/' ||
        coalesce(user_cd, '') AS t FROM record_history";
    Raw::open(url).texts(sql).into_iter().collect()
}

/// What `work` adds to the rows.
fn told_by(url: &str, work: impl FnOnce()) -> Vec<String> {
    let before = rows(url);
    work();
    rows(url).difference(&before).cloned().collect()
}

/// A command of an administrator must tell of `row` and nothing else.
#[track_caller]
fn tells(url: &str, arguments: &[&str], row: &str) {
    let told = told_by(url, || drop(admin(url, arguments)));
    assert_eq!(told, [format!("{row} by -/admin")], "{arguments:?}");
}

/// The same, and nothing when it is said again.
#[track_caller]
fn tells_once(url: &str, arguments: &[&str], row: &str) {
    tells(url, arguments, row);
    silent(url, arguments);
}

#[track_caller]
fn silent(url: &str, arguments: &[&str]) {
    assert_eq!(told_by(url, || drop(admin(url, arguments))), [""; 0], "{arguments:?}");
}

#[track_caller]
fn refused_silently(url: &str, arguments: &[&str]) {
    assert_eq!(told_by(url, || drop(refused(url, arguments))), [""; 0], "{arguments:?}");
}

fn organization<'a>(code: &'a str, kind: &'a str, name: &'a str) -> [&'a str; 9] {
    ["organization", "add", code, "--kind", kind, "--country", "DE", "--name", name]
}

/// Organizations, their settings and tokens.
fn organizations(url: &str) {
    tells_once(url, &organization("DE", "customs", "German customs"), "organization DE DE 1 stored");
    tells_once(url, &organization("DEA", "post", "Post"), "organization DEA DEA 1 stored");
    tells_once(url, &organization("DEA", "post", "German post"), "organization DEA DEA 2 changed");
    refused_silently(url, &organization("DEA", "customs", "German post"));
    tells_once(url, &["organization", "set", "DE", "--reads", "first"], "setting DE reads 1 stored");
    tells_once(url, &["organization", "set", "DE", "--reads", "latest"], "setting DE reads 2 changed");
    tells_once(url, &["organization", "set", "DEA", "--speaks-for", "AUA"], "setting DEA speaks_for 1 stored");
    let issue = ["token", "issue", "DEA", "--token", TOKEN, "--label", "the sorting centre"];
    tells(url, &issue, &format!("token DEA {TOKEN_NAME} 1 issued"));
    refused_silently(url, &issue);
    tells(url, &["token", "revoke", TOKEN], &format!("token DEA {TOKEN_NAME} 2 revoked"));
    refused_silently(url, &["token", "revoke", TOKEN]);
}

/// Offices and users.
fn people(url: &str) {
    tells_once(url, &["office", "add", "DEFRAA", "--org", "DEA", "--name", "Main"], "office DEA DEFRAA 1 stored");
    tells_once(url, &["office", "add", "DEFRAA", "--org", "DEA", "--name", "Frankfurt"], "office DEA DEFRAA 2 changed");
    refused_silently(url, &["office", "add", "DEFRAA", "--org", "DE"]);
    let clerk = ["user", "add", "clerk", "--org", "DEA"];
    tells_once(url, &clerk, "user DEA clerk 1 stored");
    tells_once(url, &[&clerk[..], &["--office", "DEFRAA"]].concat(), "user DEA clerk 2 changed");
    // The same password again is a change: its hash is another one, and the user's sessions end.
    tells(url, &[&clerk[..], &["--password", PASSWORD]].concat(), "user DEA clerk 3 changed");
    tells(url, &[&clerk[..], &["--password", PASSWORD, "--no-office"]].concat(), "user DEA clerk 4 changed");
    let shown = admin(url, &["history", "record", "user", "DEA", "clerk"]);
    assert!(
        shown.lines().nth(2).is_some_and(|line| line.ends_with(r#"{"Changed":["password"],"Offices":["DEFRAA"]}"#))
    );
    assert!(shown.contains(r#"{"Changed":["password","offices"],"Offices":[]}"#), "{shown}");
}

fn partners(url: &str) {
    admin(url, &[&organization("USA", "post", "American post")[..], &["--remote"]].concat());
    let set = |arguments: &[&'static str]| [&["partner", "set", "USA"], arguments].concat();
    let at = set(&["--transport", "http", "--endpoint", "https://usa.example/exchange/inbox"]);
    tells_once(url, &at, "partner USA USA 1 stored");
    tells_once(url, &set(&["--sign-key", SIGN_KEY, "--token-out", SIGN_KEY]), "partner USA USA 2 changed");
    tells_once(url, &set(&["--charset", "UNOW"]), "partner USA USA 3 changed");
    let shown = admin(url, &["history", "record", "partner", "USA", "USA"]);
    assert!(shown.contains(r#"{"Changed":["token-out","sign-key"]}"#), "{shown}");
    tells(url, &["partner", "drop", "USA"], "partner USA USA 4 removed");
    refused_silently(url, &["partner", "drop", "USA"]);
    tells_once(url, &at, "partner USA USA 5 stored");
}

/// Lists of everyone and of one organization, automatic answers, levels of quality rules.
fn lists(url: &str) {
    let folder = tempfile::tempdir().expect("folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("writes");
        path.to_str().expect("text").to_owned()
    };
    let words = |text: &str| file("words.csv", &format!("language,word,kind,use_instead\n{text}"));
    let import = |list: &'static str, path: String| ["refdata".into(), "import".into(), list.to_owned(), path];
    let run = |arguments: &[String], row: &str| {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        tells_once(url, &arguments, row);
    };
    run(&import("stop_words", words("EN,goodies,nothing,\n")), "list - stop_words 1 stored");
    run(&import("stop_words", words("EN,goodies,nothing,\nEN,thingy,nothing,\n")), "list - stop_words 2 changed");
    let shown = admin(url, &["history", "record", "list", "-", "stop_words", "--texts"]);
    assert!(shown.contains("{\"Rows\":2}") && !shown.contains("goodies"), "the text of a list is not kept: {shown}");

    let rate = |name: &str, value: &str| file(name, &format!("date,base,quote,rate\n2026-11-01,EUR,USD,{value}\n"));
    let (one, two) = (rate("one.csv", "1"), rate("two.csv", "2"));
    let editions = |path: &str| {
        let path = path.to_owned();
        told_by(url, || drop(admin(url, &["refdata", "import", "rates", &path])))
    };
    assert!(editions(&one)[0].starts_with("list - rates/") && editions(&one).is_empty());
    assert!(editions(&two)[0].ends_with(" 1 stored by -/admin") && editions(&two).is_empty());
    let again = editions(&one);
    assert!(again[0].ends_with(" 2 changed by -/admin"), "the older rates count again: {again:?}");

    let rules = |text: &str| ["rule".into(), "set".into(), "DE".into(), file("rules.toml", text)];
    let rule = |name: &str, decision: &str| {
        format!("[[rule]]\nname = \"{name}\"\n[rule.when]\nflow = \"I\"\n[rule.then]\ndecision = \"{decision}\"\n")
    };
    let (first, second) = (rule("gifts", "2"), rule("the rest", "3"));
    run(&rules(&first), "rule DE rule/gifts 1 stored");
    run(&rules(&(first.clone() + &second)), "rule DE rule/the rest 1 stored");
    let swapped = rules(&(second.clone() + &first));
    let swapped: Vec<&str> = swapped.iter().map(String::as_str).collect();
    let told = told_by(url, || drop(admin(url, &swapped)));
    assert_eq!(told, ["rule DE rule/gifts 2 changed by -/admin", "rule DE rule/the rest 2 changed by -/admin"]);
    run(&rules(&(second.clone() + &rule("gifts", "3"))), "rule DE rule/gifts 3 changed");
    run(&rules(&second), "rule DE rule/gifts 4 removed");
    tells(url, &["rule", "drop", "DE", "the rest"], "rule DE rule/the rest 3 removed");
    refused_silently(url, &["rule", "drop", "DE", "the rest"]);
    let quality = ["quality", "set", "DEA", "total_differs", "warn"];
    tells_once(url, &quality, "rule DEA quality/total_differs 1 stored");
    tells_once(url, &[&quality[..], &["--destination", "FR"]].concat(), "rule DEA quality/total_differs@FR 1 stored");
    tells_once(url, &["quality", "set", "DEA", "total_differs", "off"], "rule DEA quality/total_differs 2 changed");
}

#[track_caller]
fn is_whole(url: &str) -> String {
    let out = admin(url, &["history", "verify"]);
    assert!(out.contains("the history is whole"), "{out}");
    out
}

#[test]
fn each_change_by_an_administrator_is_told_once() {
    on_each_schema(|url| {
        organizations(url);
        people(url);
        partners(url);
        lists(url);
        let out = is_whole(url);
        assert!(out.contains(&format!(" {} history rows", rows(url).len())), "{out}");
        let everything = "SELECT coalesce(detail, '') || coalesce(replaced, '') AS t FROM record_history";
        let everything = Raw::open(url).texts(everything).concat();
        for secret in [TOKEN, PASSWORD, SIGN_KEY, "argon2"] {
            assert!(!everything.contains(secret), "{secret}");
        }
        listed(url);
    });
}

/// What the command line shows of it.
fn listed(url: &str) {
    let list = admin(url, &["history", "access"]);
    assert_eq!(list.lines().count(), rows(url).len(), "{list}");
    assert!(list.lines().is_sorted(), "newest last: {list}");
    let revoked = format!("\ttoken\tDEA\t{TOKEN_NAME}\trevoked\t-/admin\t");
    let line = list.lines().find(|line| line.contains(&revoked)).expect("the revocation");
    assert!(line.ends_with(r#"{"ExpiresAt":null,"Label":"the sorting centre"}"#), "{line}");
    assert_eq!(admin(url, &["history", "access", "--since", "2999-01-01"]), "");
    let wrong = refused(url, &["history", "access", "--since", "yesterday"]);
    assert!(wrong.contains("since: "), "{wrong}");
    let shown = admin(url, &["history", "record", "organization", "DEA", "DEA", "--texts"]);
    assert!(shown.contains(r#"{"Changed":["Name"]}"#) && shown.contains(r#""Name":"Post""#), "{shown}");
    let none = refused(url, &["history", "record", "organization", "XXX", "XXX"]);
    assert!(none.contains("nothing of this kind"), "{none}");
    run(&["admin", "history", "trade", "DEA", "token", TOKEN_NAME, "--database-url", url]).fails(2);
}

fn mark(server: &Server, org: &str, id: &str, operation: i32, remarks: &str) {
    let info = json!({ "Operation": operation, "Remarks": remarks, "ExpiryDt": "2099-01-01" });
    server.call_as(org, "SetWatchdogItemInfo", json!({ "itemId": id, "watchdogInfo": info })).ok();
}

fn offer(server: &Server, number: i32, description: &str) {
    let good = json!({ "Description": description, "ReferenceId": number });
    server.call_as("AUA", "StoreMarketedGood", json!({ "marketedGood": good })).ok();
}

fn keep_sender(server: &Server) {
    let sender = json!({ "SenderName": "Harbour Toys", "SenderCity": "Sydney" });
    let profile = json!({ "reference": "shop", "sender": sender, "isDefault": true });
    server.rest("AUA", "POST", "/v1/senders", Some(&profile), &[]).refused(201);
}

const SERVICE: &str = "00000000-0000-4000-8000-000000000001";

fn serve(server: &Server, name: &str) {
    let service = json!({ "ServiceId": SERVICE, "DestOrganizationCd": "FRA", "ServiceNm": name });
    server.call_as("AUA", "StorePostalService", json!({ "postalService": service })).ok();
}

fn lodge(server: &Server, id: &Value, amount: &str) -> String {
    let sent = json!({ "Id": id, "Data": declaration(amount)["Data"] });
    let answer =
        server.call_as("AUA", "CreateOrUpdateAnonymousDeclaration", json!({ "anonymousDeclaration": sent })).ok();
    let answer = answer.json();
    let answered = answer.as_object().and_then(|answer| answer.values().next()).and_then(Value::as_str);
    answered.expect("an id").to_owned()
}

on_both_engines! {
    fn each_change_by_a_call_is_told_once(server) {
        let url = server.database_url.as_str();
        let told = |work: &dyn Fn()| told_by(url, work);
        let nothing: [String; 0] = [];
        assert_eq!(told(&|| offer(server, 7, "kite")), ["good AUA 7 1 stored by AUA/"]);
        assert_eq!(told(&|| offer(server, 7, "kite")), nothing);
        assert_eq!(told(&|| offer(server, 7, "clock")), ["good AUA 7 2 changed by AUA/"]);
        assert_eq!(told(&|| serve(server, "parcels")), [format!("service AUA {SERVICE} 1 stored by AUA/")]);
        assert_eq!(told(&|| serve(server, "parcels")), nothing);
        assert_eq!(told(&|| serve(server, "letters")), [format!("service AUA {SERVICE} 2 changed by AUA/")]);
        let (id, of_mark) = (fresh_id("AU"), |id: &str, event: &str| format!("mark AUA {id}/ZZZ {event} by AUA/"));
        assert_eq!(told(&|| mark(server, "AUA", &id, 4, "ask")), [of_mark(&id, "1 stored")]);
        assert_eq!(told(&|| mark(server, "AUA", &id, 4, "ask")), nothing);
        assert_eq!(told(&|| mark(server, "AUA", &id, 2, "")), [of_mark(&id, "2 cleared")]);
        let anonymous = lodge(server, &Value::Null, "1.00");
        assert_eq!(told(&|| drop(lodge(server, &json!(anonymous), "1.00"))), nothing);
        let changed = [format!("anonymous AUA {anonymous} 2 changed by AUA/")];
        assert_eq!(told(&|| drop(lodge(server, &json!(anonymous), "2.00"))), changed);
        // A user that is not known is made by its first call.
        let declares = || drop(server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 1)).ok());
        assert_eq!(told(&declares), ["user AUA tester 1 stored by AUA/tester"]);
        assert_eq!(told(&declares), nothing);
        server.call_as("AUA", "SetWatchdogItemInfo", json!({ "itemId": "wrong" })).refused(400);
        is_whole(url);
        // Kept for its time, and what ends is told as well.
        server.clock.advance(Duration::from_secs(86_400 * (limits::ANONYMOUS_DAYS as u64 + 1)));
        let ended = told(&|| server.block_on(|services| async move { services.drop_expired().await }).expect("drops"));
        assert!(ended.contains(&format!("anonymous AUA {anonymous} 3 removed by -/server")), "{ended:?}");
        is_whole(url);
    }

    fn what_is_erased_stays_proven(server) {
        let id = fresh_id("AU");
        mark(server, "AUA", &id, 4, "ask the sender");
        mark(server, "AUA", &id, 5, "ask the receiver");
        offer(server, 7, "kite");
        offer(server, 7, "clock");
        let mut raw = Raw::open(&server.database_url);
        raw.run("UPDATE record_history SET replaced = NULL; UPDATE mark SET remarks = NULL");
        is_whole(&server.database_url);
        // The history goes on over what was erased.
        mark(server, "AUA", &id, 4, "let it go");
        offer(server, 7, "kite");
        is_whole(&server.database_url);
        raw.run("UPDATE mark SET remarks_digest = NULL, remarks = NULL");
        let fault = refused(&server.database_url, &["history", "verify"]);
        assert!(fault.contains(&format!("mark {id}/ZZZ of AUA was altered")), "{fault}");
    }
}

/// A database with records of all kinds, to be tampered with: sealed once, and some changed since.
struct Scene {
    url: String,
    _folder: Option<tempfile::TempDir>,
    anonymous: String,
}

/// The item whose mark is sealed.
const MARKED: &str = "EE123456785AU";

impl Scene {
    fn build(engine: Engine) -> Self {
        let (url, folder) = filled_database(engine);
        let server = Server::on(&url, &[("seal-seconds", "86400")]);
        mark(&server, "AUA", MARKED, 4, "ask the sender");
        mark(&server, "AUA", MARKED, 5, "ask the receiver");
        serve(&server, "parcels");
        offer(&server, 7, "kite");
        keep_sender(&server);
        let anonymous = lodge(&server, &Value::Null, "1.00");
        server.block_on(|services| async move {
            services.set_quality("AUA", "total_differs", "off", None).await.expect("sets");
            services.issue_token("AUA", "old", TOKEN.parse().ok(), None, None).await.expect("issues");
            services.seal().await.expect("seals");
            assert_eq!(services.seal().await.expect("seals"), 0, "nothing changed since");
        });
        offer(&server, 7, "clock");
        offer(&server, 8, "drum");
        server.block_on(|services| async move {
            services.revoke_token(TOKEN.parse().expect("a GUID")).await.expect("revokes");
            services.put_office("AUSYDA", "AUA", "Sydney Gateway").await.expect("renames");
        });
        server.stop();
        Self { url, _folder: folder, anonymous }
    }

    fn copy(&self) -> (String, Option<tempfile::TempDir>) {
        if !self.url.starts_with("sqlite:") {
            return (postgres::copy_of(&self.url), None);
        }
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("copy.db");
        Raw::open(&self.url).run(&format!("VACUUM INTO '{}'", file.display()));
        (format!("sqlite:{}", file.display()), Some(folder))
    }

    /// Runs `tampering` on a copy: the check must end with 1 and say `told`.
    #[track_caller]
    fn found_out(&self, tampering: &str, told: &str) {
        let (url, _folder) = self.copy();
        let mut raw = Raw::open(&url);
        raw.without_foreign_keys();
        raw.run(tampering);
        drop(raw);
        let err = refused(&url, &["history", "verify"]);
        assert!(err.contains(told), "`{told}` is not told after `{tampering}`, but: {err}");
    }
}

/// The rows of a record's history.
fn of(kind: &str, id: &str) -> String {
    format!("org = 'AUA' AND kind = '{kind}' AND id = '{id}'")
}

fn altered_rows(scene: &Scene) {
    let token = of("token", TOKEN_NAME);
    for change in ["user_cd = 'x'", "detail = '{}'", "event = 'changed'", "digest = hash", "actor_org = 'FRA'"] {
        let told = format!("record history row 1 of token {TOKEN_NAME} of AUA was altered");
        scene.found_out(&format!("UPDATE record_history SET {change} WHERE {token} AND seq = 1"), &told);
    }
    let sql = format!("UPDATE record_history SET event = 'stored' WHERE {token} AND seq = 2");
    scene.found_out(&sql, &format!("record history row 2 of token {TOKEN_NAME} of AUA was altered"));
    let mark = of("mark", &format!("{MARKED}/ZZZ"));
    let sql = format!("UPDATE record_history SET replaced = replace(replaced, 'sender', 'customs') WHERE {mark}");
    scene.found_out(&sql, &format!("record history row 2 of mark {MARKED}/ZZZ of AUA was altered: what it replaced"));
    let sql =
        format!("UPDATE record_history SET replaced = replace(replaced, 'kite', 'gold') WHERE {}", of("good", "7"));
    scene.found_out(&sql, "record history row 2 of good 7 of AUA was altered: what it replaced");
    scene.found_out("UPDATE record_history SET event = 'forged' WHERE kind = 'token'", "record_history.event holds");
    let sql = "UPDATE record_history SET hash = NULL; DELETE FROM record_head; DELETE FROM record_seal_entry; DELETE FROM seal";
    scene.found_out(sql, "seal 1 was removed");
    let sql = format!("UPDATE record_history SET hash = NULL WHERE {}", of("good", "7"));
    scene.found_out(&sql, "record history row 1 of good 7 of AUA was altered");
}

fn removed_and_inserted_rows(scene: &Scene) {
    let (good, fresh, token) = (of("good", "7"), of("good", "8"), of("token", TOKEN_NAME));
    let delete = |rows: &str| format!("DELETE FROM record_history WHERE {rows}");
    scene.found_out(&delete(&format!("{good} AND seq = 1")), "record history row 1 of good 7 of AUA was");
    scene.found_out(&delete(&format!("{good} AND seq = 2")), "record history row 2 of good 7 of AUA was removed");
    scene.found_out(&delete(&fresh), "record history row 1 of good 8 of AUA was removed");
    // With everything that points to them: what was sealed is missed.
    let set_back = format!(
        "UPDATE record_head SET seq = 1, seal_no = NULL,
         hash = (SELECT hash FROM record_history WHERE {token} AND seq = 1) WHERE {token};
         {}",
        delete(&format!("{token} AND seq = 2"))
    );
    scene.found_out(&set_back, &format!("token {TOKEN_NAME} of AUA was altered"));
    let gone = |rows: &str| format!("{}; DELETE FROM record_head WHERE {rows}", delete(rows));
    let told = format!("the history of token {TOKEN_NAME} of AUA was removed (sealed in seal 1)");
    scene.found_out(&gone(&token), &told);
    let service = of("service", SERVICE);
    let whole = format!("{}; DELETE FROM postal_service", gone(&service));
    scene.found_out(&whole, &format!("the history of service {SERVICE} of AUA was removed (sealed in seal 1)"));
    let unsealed = format!("{whole}; DELETE FROM record_seal_entry WHERE {service}");
    scene.found_out(&unsealed, "seal 1 or one of its entries was altered");
    scene.found_out(&format!("DELETE FROM record_head WHERE {fresh}"), "row 1 of good 8 of AUA was inserted");
    let copied = |seq: i32, hash: &str| {
        format!(
            "INSERT INTO record_history SELECT org, kind, id, {seq}, at, actor_org, user_cd, office_cd, event, detail, digest,
             replaced, {hash} FROM record_history WHERE {good} AND seq = 2"
        )
    };
    scene.found_out(&copied(3, "hash"), "record history row 3 of good 7 of AUA was altered or inserted");
    let other = copied(3, "NULL").replace("SELECT org, kind, id, 3", "SELECT org, 'office', 'AUMELA', 1");
    scene.found_out(&other, "record history row 1 of office AUMELA of AUA was inserted");
    let sealed = format!("UPDATE record_head SET seal_no = 1 WHERE {good}");
    scene.found_out(&sealed, "record history row 2 of good 7 of AUA was inserted behind a seal");
}

/// The rows that the histories are about.
fn what_is_told_of(scene: &Scene) {
    let anonymous = format!("anonymous {} of AUA", scene.anonymous);
    let mark = format!("mark {MARKED}/ZZZ of AUA");
    let token = format!("token {TOKEN_NAME} of AUA");
    for (tampering, told) in [
        ("UPDATE organization SET remote = NOT remote WHERE code = 'AUA'", "organization AUA was altered"),
        ("UPDATE organization SET country = 'NZ' WHERE code = 'AUA'", "organization AUA was altered"),
        ("UPDATE security_token SET revoked_at = NULL WHERE label = 'old'", &format!("{token} was altered")),
        ("UPDATE security_token SET org = 'FRA' WHERE label = 'old'", &format!("{token} was removed")),
        ("DELETE FROM security_token WHERE label = 'old'", &format!("{token} was removed")),
        ("UPDATE office SET org = 'FRA' WHERE code = 'AUSYDA'", "office AUSYDA of AUA was altered"),
        ("DELETE FROM user_office WHERE org = 'DEA'", "user depost of DEA was altered"),
        (
            "UPDATE user_account SET password_hash = 'x' WHERE org = 'DEA' AND user_cd = 'depost'",
            "user depost of DEA was altered",
        ),
        (
            "UPDATE reference_list SET body = 'reject' WHERE org = 'AUA' AND edition = 'total_differs'",
            "rule quality/total_differs of AUA was altered",
        ),
        ("DELETE FROM reference_list WHERE org = 'AUA'", "of AUA was removed"),
        ("UPDATE mark SET operation = 2", &format!("{mark} was altered")),
        ("UPDATE mark SET until = NULL", &format!("{mark} was altered")),
        ("UPDATE mark SET remarks = 'let it go'", &format!("{mark} was altered")),
        ("DELETE FROM mark", &format!("{mark} was removed")),
        ("UPDATE marketed_good SET body = replace(body, 'clock', 'gold')", "good 7 of AUA was altered"),
        ("UPDATE marketed_good SET digest = hash FROM record_head", "good 7 of AUA was altered"),
        ("DELETE FROM marketed_good WHERE reference_id = 8", "good 8 of AUA was removed"),
        ("UPDATE postal_service SET body = replace(body, 'parcels', 'x')", &format!("service {SERVICE} of AUA")),
        (
            "UPDATE anonymous_declaration SET body = replace(body, 'Wooden', 'Golden')",
            &format!("{anonymous} was altered"),
        ),
        ("DELETE FROM anonymous_declaration", "of AUA was removed"),
        ("UPDATE sender_profile SET sender = replace(sender, 'Sydney', 'Perth')", "sender shop of AUA was altered"),
        ("DELETE FROM default_sender", "sender shop of AUA was altered"),
        ("DELETE FROM sender_profile", "sender shop of AUA was removed"),
    ] {
        scene.found_out(tampering, told);
    }
}

fn tampering(engine: Engine) {
    let scene = Scene::build(engine);
    let out = is_whole(&scene.url);
    assert!(out.contains(" records, ") && out.contains("\nlast seal: 1:"), "{out}");
    altered_rows(&scene);
    removed_and_inserted_rows(&scene);
    what_is_told_of(&scene);
}

on_engines! { whoever_tampers_is_found_out => tampering }

/// A history as earlier versions kept it is read, goes on in a chain, and goes back with the schema of before.
fn of_before(engine: Engine) {
    // Without items: what is kept to prove their texts by goes with the schema of after.
    let (url, _folder) = fresh_database(engine);
    let server = Server::on(&url, &[]);
    let exchange = server.exchange().clone();
    server
        .block_on(|services| async move { demo::fill_half(&services, &exchange, 0, "http://127.0.0.1:9").await })
        .expect("organizations");
    offer(&server, 7, "kite");
    offer(&server, 7, "clock");
    server.stop();
    let old = "SELECT org || kind || id || seq || event || coalesce(replaced, '') AS t FROM";
    let before = Raw::open(&url).texts(&format!("{old} record_history WHERE kind = 'good' ORDER BY seq"));
    assert_eq!(before.len(), 2, "{before:?}");
    while !run(&["migrate", "--down", "--database-url", &url]).ok().contains("20261127000110") {}
    // What was sealed then is not what this schema holds.
    Raw::open(&url).run("DELETE FROM seal_entry; DELETE FROM seal");
    assert_eq!(Raw::open(&url).texts(&format!("{old} trade_history WHERE kind = 'good' ORDER BY seq")), before);

    let server = Server::on(&url, &[]);
    let hashes = "SELECT count(hash) AS n FROM record_history";
    assert_eq!(Raw::open(&url).number(hashes), 0, "what was before is in no chain");
    is_whole(&url);
    offer(&server, 7, "kite");
    let told = told_by(&url, || offer(&server, 7, "drum"));
    assert_eq!(told, ["good AUA 7 4 changed by AUA/"]);
    assert_eq!(Raw::open(&url).number(hashes), 2);
    is_whole(&url);
    server.stop();
    Raw::open(&url).run(&format!("DELETE FROM record_history WHERE {} AND seq = 2", of("good", "7")));
    let fault = refused(&url, &["history", "verify"]);
    assert!(fault.contains("record history row 2 of good 7 of AUA was removed"), "{fault}");
}

on_engines! { what_earlier_versions_told_goes_on => of_before }
