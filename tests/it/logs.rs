//! What the log of a server says, and what it never says.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;
use std::time::Duration;

use serde_json::json;

use crate::harness::Engine;
use crate::harness::data::{fresh_id, respond, status, store};
use crate::harness::process::{Process, entrepost, run};
use crate::harness::raw::Raw;
use crate::harness::server::{filled_database, token_of};
use crate::on_engines;

/// A server whose log goes to `file`.
fn serve(url: &str, file: &Path) -> Process {
    let serve = ["serve", "--listen", "127.0.0.1:0", "--log-level", "debug", "--database-url", url];
    Process::start(entrepost(&serve).stderr(File::create(file).expect("a file")))
}

/// The log, once the server has stopped.
fn log(mut process: Process, file: &Path) -> String {
    process.terminate();
    process.wait(Duration::from_secs(10));
    fs::read_to_string(file).expect("a log")
}

/// The id of the request that a line belongs to.
fn request_of(line: &str) -> Option<&str> {
    line.split_once("request{id=")?.1.split_once('}').map(|(id, _)| id)
}

/// A write that the database does not take in time, and a read where the engine lets reads be kept waiting: what is
/// logged about them on other threads has the id of their requests.
fn every_line_has_the_id(engine: Engine) {
    let (url, _folder) = filled_database(engine);
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("log");
    let process = serve(&url, &file);
    let id = fresh_id("AU");
    let mut raw = Raw::open(&url);
    let mut held_up = store(&id, "AUA", "DEA", 2);
    held_up["token"] = json!(token_of("AUA"));
    held_up["userCd"] = json!("depost");
    raw.run(match engine {
        Engine::Sqlite => "BEGIN IMMEDIATE",
        Engine::Postgres => "BEGIN; LOCK TABLE mail_object IN ACCESS EXCLUSIVE MODE",
    });
    let (code, answer) = process.client().call("StoreDeclaration", &held_up).expect("answers");
    assert_eq!(code, 503, "{answer}");
    if engine == Engine::Postgres {
        let mut read = status("AUA", &id, "O");
        read["token"] = json!(token_of("AUA"));
        read["userCd"] = json!("depost");
        assert_eq!(process.client().call("GetCustomsStatus", &read).map(|(code, _)| code), Some(503));
    }
    raw.run("ROLLBACK");
    let text = log(process, &file);
    let refused = text.lines().filter(|line| line.contains("answered") && line.contains("status=503"));
    let requests: BTreeSet<&str> = refused.map(|line| request_of(line).expect("an id")).collect();
    assert_eq!(requests.len(), if engine == Engine::Postgres { 2 } else { 1 }, "{text}");
    for request in requests {
        let of_request = |line: &&str| line.contains("database unavailable") && request_of(line) == Some(request);
        assert!(text.lines().any(|line| of_request(&line)), "{request} has no reason in\n{text}");
    }
}

on_engines! { every_line_has_the_id_of_its_request => every_line_has_the_id }

#[test]
fn no_token_and_nothing_about_persons_is_logged() {
    let (url, _folder) = filled_database(Engine::Sqlite);
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("log");
    run(&[
        "admin",
        "user",
        "add",
        "jane.doe",
        "--org",
        "AUA",
        "--office",
        "AUSYDA",
        "--password",
        "a sw0rdfish in the harbour",
        "--database-url",
        &url,
    ])
    .ok();
    let process = serve(&url, &file);
    let client = process.client();
    let unknown = "99999999-9999-4999-8999-999999999999";
    let call = |method: &str, token: &str, mut body: serde_json::Value, expected: u16| {
        body["token"] = json!(token);
        body["userCd"] = body.get("userCd").cloned().unwrap_or_else(|| json!("jane.doe"));
        let (status, answer) = client.call(method, &body).expect("answers");
        assert_eq!(status, expected, "{method}: {answer}");
    };
    let (id, australia) = (fresh_id("AU"), token_of("AUA"));
    let mut declared = store(&id, "AUA", "DEA", 2);
    declared["decl"]["Data"]["SenderEmail"] = json!("sender@example.com");
    call("StoreDeclaration", australia, declared.clone(), 200);
    call("StoreDeclaration", unknown, declared.clone(), 401);
    let mut faulty = declared.clone();
    faulty["decl"]["Data"]["RecipientName"] = json!({ "first": "Beispielempfang" });
    faulty["decl"]["Data"]["RecipientCountryCd"] = json!("Probestrasse 5");
    call("StoreDeclaration", australia, faulty, 400);
    call("StoreResponse", token_of("DE"), respond(&id, "AUA", "DEA", "2", 2), 200);
    let question = json!({ "id": id, "postOrgCd": "DEA", "partnerPostOrgCd": "AUA",
        "referral": { "ReferralCd": "RFI", "Remarks": "Ask Harbour Toys Pty" } });
    call("CreateReferral", token_of("DEA"), question, 200);
    call("Login", australia, json!({ "password": "a sw0rdfish in the harbour" }), 200);
    call("Login", australia, json!({ "password": "n0t-it" }), 401);
    call("Load", australia, json!({ "postalOrgCd": "AUA", "zipFrom": "2000" }), 200);
    call("HarbourToys", australia, json!({}), 404);
    // A fault of the server is told in full, but holds no value.
    Raw::open(&url).run("ALTER TABLE response RENAME TO response_gone");
    call("StoreResponse", token_of("DE"), respond(&id, "AUA", "DEA", "6", 2), 500);
    let text = log(process, &file);
    assert!(text.contains("answered") && text.contains("internal fault"), "{text}");
    for line in text.lines().filter(|line| line.contains("answered") || line.contains("fault")) {
        assert!(request_of(line).is_some(), "{line}");
    }
    let persons =
        ["Harbour", "Example Street", "Beispielempfang", "Probestrasse", "60594", "55501", "sender@", "jane.doe"];
    let secrets = [australia, token_of("DE"), token_of("DEA"), unknown, "a sw0rdfish in the harbour", "n0t-it"];
    for word in persons.iter().chain(&secrets) {
        assert!(!text.contains(word), "`{word}` is in the log:\n{text}");
    }
}
