//! Partners of the exchange: how they are set and listed, folders, messages without a way, and the demo's pair.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::exchange::{TOKEN, admin, set};
use crate::harness::data::{fresh_id, mail_object, response, store};
use crate::harness::process::{Process, entrepost, poll, run};
use crate::harness::server::{agent, fresh_database};
use crate::harness::{Engine, Server};

#[test]
fn folders_carry_messages_both_ways() {
    let servers = Server::pair([Engine::Sqlite, Engine::Sqlite]);
    let [australia, germany] = &servers;
    let folder = tempfile::tempdir().expect("folder");
    let (one, other) = (folder.path().join("au"), folder.path().join("de"));
    let through = |server: &Server, partners: [&str; 2], path: &Path| {
        for code in partners {
            set(server, code, |partner| {
                partner.transport = Some("directory".into());
                partner.endpoint = Some(path.join(code).display().to_string());
            });
        }
    };
    through(australia, ["DEA", "DE"], &one);
    through(germany, ["AUA", "AU"], &other);
    // What a mailbox program does: files out of one folder appear in the other.
    let carry = |from: &Path, to: &Path| {
        fs::create_dir_all(to.join("in")).expect("folder");
        let Ok(files) = fs::read_dir(from.join("out")) else { return };
        for file in files.map(|file| file.expect("a file").path()) {
            fs::rename(&file, to.join("in").join(file.file_name().expect("a name"))).expect("moves");
        }
    };
    let round = || {
        servers.iter().for_each(Server::deliver);
        carry(&one.join("DEA"), &other.join("AUA"));
        carry(&other.join("AUA"), &one.join("DEA"));
    };
    let id = fresh_id("AU");
    australia.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
    assert!(admin(australia, &["exchange", "log", "AUA", &id]).contains("under way"));
    (0..3).for_each(|_| round());
    assert!(germany.status("DEA", "DEA", &id, "I")["Declaration"].is_object());
    assert!(admin(australia, &["exchange", "log", "AUA", &id]).contains("accepted"), "the CONTRL came back as a file");
    let done = fs::read_dir(other.join("AUA/in/done")).expect("folder").count();
    assert_eq!(done, 1);
    germany
        .call_as(
            "DE",
            "StoreResponse",
            json!({ "mailObject": mail_object(&id, "AUA", "DEA"), "resp": response("2", 0), "evtCd": 2 }),
        )
        .ok();
    (0..3).for_each(|_| round());
    assert_eq!(australia.status("AUA", "AUA", &id, "O")["DCResponse"]["Data"]["DecisionCd"], "2");
    // A file that is no message is put aside.
    fs::write(other.join("AUA/in/readme.txt"), "hello").expect("writes");
    germany.deliver();
    assert!(other.join("AUA/in/refused/readme.txt").exists());
}

#[test]
fn partners_are_checked_and_listed_without_secrets() {
    let (url, _folder) = fresh_database(Engine::Sqlite);
    let admin = |arguments: &[&str]| {
        let whole: Vec<&str> = ["admin"].iter().chain(arguments).copied().chain(["--database-url", &url]).collect();
        run(&whole)
    };
    assert!(admin(&["partner", "set", "NZA"]).fails(1).contains("add it with --remote first"));
    admin(&["organization", "add", "NZA", "--kind", "post", "--country", "NZ", "--name", "New Zealand", "--remote"])
        .ok();
    admin(&["organization", "add", "AUA", "--kind", "post", "--country", "AU", "--name", "Australia"]).ok();
    assert!(
        admin(&["partner", "set", "AUA", "--transport", "directory", "--endpoint", "/x"])
            .fails(1)
            .contains("lives on this server")
    );
    let wrong = admin(&[
        "partner",
        "set",
        "NZA",
        "--transport",
        "http",
        "--endpoint",
        "ftp://x",
        "--charset",
        "UNOZ",
        "--agency",
        "XX",
        "--profile",
        "toolong",
        "--messages",
        "ITMATT,PREDES",
        "--token-in",
        "guess",
        "--sign-key",
        "short",
    ]);
    let told = wrong.fails(1);
    for field in ["endpoint:", "charset:", "agency:", "profile:", "messages:", "token-in:", "sign-key:"] {
        assert!(told.contains(field), "{field} {told}");
    }
    let secret = "a key that nobody shall see";
    admin(&[
        "partner",
        "set",
        "NZA",
        "--transport",
        "http",
        "--endpoint",
        "https://nz.example/exchange/inbox",
        "--token-out",
        "outbound-secret",
        "--token-in",
        TOKEN,
        "--sign-key",
        secret,
        "--syntax",
        "xml",
        "--control",
        "no",
        "--messages",
        "ITMATT,CUSRSP",
        "--serves",
        "AUA",
        "--level",
        "reject",
    ])
    .ok();
    // What is not given stays.
    admin(&["partner", "set", "NZA", "--agency", "AD"]).ok();
    let list = admin(&["partner", "list"]).ok();
    for expected in [
        "NZA",
        "https://nz.example/exchange/inbox",
        "xml",
        "AD",
        "CONTRL not wanted",
        "ITMATT,CUSRSP",
        "signed",
        "for AUA",
    ] {
        assert!(list.contains(expected), "{expected}: {list}");
    }
    assert!(!list.contains(secret) && !list.contains("outbound-secret") && !list.contains(TOKEN), "{list}");
    assert!(admin(&["exchange", "status"]).ok().contains("NZA"));
    admin(&["partner", "drop", "NZA"]).ok();
    assert!(admin(&["partner", "drop", "NZA"]).fails(1).contains("no such partner"));
}

#[test]
fn without_a_route_messages_wait_and_go_when_there_is_one() {
    let server = Server::start(Engine::Sqlite);
    let id = fresh_id("AU");
    server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "NZA", 2)).ok();
    assert!(admin(&server, &["exchange", "log", "AUA", &id]).contains("waiting"));
    assert!(admin(&server, &["exchange", "status"]).contains("no route"));
    let folder = tempfile::tempdir().expect("folder");
    admin(
        &server,
        &["organization", "add", "NZA", "--kind", "post", "--country", "NZ", "--name", "New Zealand", "--remote"],
    );
    admin(
        &server,
        &["partner", "set", "NZA", "--transport", "directory", "--endpoint", &folder.path().display().to_string()],
    );
    server.deliver();
    let files: Vec<_> = fs::read_dir(folder.path().join("out")).expect("folder").collect();
    assert_eq!(files.len(), 1);
    let bytes = fs::read(files[0].as_ref().expect("a file").path()).expect("reads");
    assert!(String::from_utf8_lossy(&bytes).contains(&id));
}

#[test]
fn a_pair_of_demo_servers_does_what_it_prints() {
    let mut pair =
        Process::start(&mut entrepost(&["demo", "--pair", "--listen", "127.0.0.1:0", "--log-level", "error"]));
    let second = pair.line();
    assert!(second.starts_with("listening on http://127.0.0.1:"), "{second}");
    let mut calls = Vec::new();
    while calls.len() < 5 {
        let line = pair.line();
        calls.extend(line.starts_with("curl ").then_some(line));
    }
    let post = |line: &str| {
        let mut parts = line.trim_start_matches("curl -s ").splitn(2, " -d '");
        let (url, body) = (parts.next().expect("a URL").to_owned(), parts.next().expect("a body").trim_end());
        let request = agent().post(url).header("content-type", "application/json");
        let mut response = request.send(body.trim_end_matches('\'')).expect("answers");
        let text = response.body_mut().read_to_string().expect("text");
        assert_eq!(response.status(), 200, "{line}: {text}");
        serde_json::from_str::<Value>(&text).expect("JSON")
    };
    let until = |line: &str, found: &dyn Fn(&Value) -> bool| {
        poll(Duration::from_secs(10), || Some(post(line)).filter(|answer| found(answer))).expect(line)
    };
    post(&calls[0]);
    until(&calls[1], &|answer| answer["LoadResult"][0]["Declaration"].is_object());
    post(&calls[2]);
    until(&calls[3], &|answer| answer["GetCustomsStatusResult"]["DCResponse"]["Data"]["DecisionCd"] == "4");
    post(&calls[4]);
    pair.terminate();
    assert!(pair.wait(Duration::from_secs(12)).success());
}
