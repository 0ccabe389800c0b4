//! The process dies or stops in the middle of work: nothing acknowledged is lost, nothing is applied twice.

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;
use std::sync::Mutex;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::Engine;
use crate::harness::data::{declaration, fresh_id, mail_object};
use crate::harness::outside::program;
use crate::harness::process::{Client, Process, Wire, entrepost, finish, poll, run};
use crate::harness::raw::{Raw, first_amount};
use crate::harness::server::{filled_database, token_of};

const CLIENTS: usize = 4;

/// What the clients know: per item the number of the last content sent and of the last one acknowledged.
#[derive(Default)]
struct Journal(Mutex<BTreeMap<String, Known>>);

#[derive(Clone, Copy, Default)]
struct Known {
    sent: u32,
    acknowledged: u32,
}

impl Journal {
    fn note(&self, id: &str, change: impl FnOnce(&mut Known)) {
        change(self.0.lock().expect("lock").entry(id.to_owned()).or_default());
    }
}

/// StoreDeclaration of an item of AUA; `version` makes its content.
fn store(id: &str, version: u32) -> Value {
    json!({
        "token": token_of("AUA"), "userCd": "tester", "evtCd": 2,
        "mailObject": mail_object(id, "AUA", "DEA"), "decl": declaration(&format!("{version}.50")),
    })
}

/// Stores items, each with a first and a second content, until the server is gone. Reports each acknowledgement.
fn client(client: &Client, journal: &Journal, acknowledged: &Sender<()>) {
    loop {
        let id = fresh_id("AU");
        for version in 1..=2 {
            journal.note(&id, |known| known.sent = version);
            match client.call("StoreDeclaration", &store(&id, version)) {
                Some((200, _)) => journal.note(&id, |known| known.acknowledged = version),
                Some((status, text)) => panic!("{status} {text}"),
                None => return,
            }
            if acknowledged.send(()).is_err() {
                return;
            }
        }
    }
}

/// Kills the server after `acks` acknowledgements, with clients at work.
fn kill_at_work(process: Process, journal: &Journal, acks: usize) {
    let (acknowledged, count) = channel();
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            let (http, acknowledged) = (process.client(), acknowledged.clone());
            scope.spawn(move || client(&http, journal, &acknowledged));
        }
        drop(acknowledged);
        let seen = count.iter().take(acks).count();
        assert_eq!(seen, acks, "the clients must get on");
        process.kill();
    });
}

/// Compares the database with what the clients know.
fn compare(raw: &mut Raw, journal: &Journal) {
    let journal = journal.0.lock().expect("lock");
    for post in ["AUA", "DEA"] {
        let stored = raw.texts(&format!(
            "SELECT item_id || ' ' || (SELECT count(*) FROM item_history h WHERE h.post_org = o.post_org AND
                 h.object_pid = o.pid) || ' ' || (SELECT version_no FROM declaration d WHERE d.post_org = o.post_org
                 AND d.object_pid = o.pid) || ' ' || (SELECT hex(body) FROM declaration d WHERE d.post_org = o.post_org
                 AND d.object_pid = o.pid) AS t
             FROM mail_object o WHERE post_org = '{post}' AND item_id LIKE 'EE1%' AND item_id <> 'EE123456785AU'"
        ));
        let mut found = BTreeMap::new();
        for line in &stored {
            let mut parts = line.splitn(4, ' ');
            let mut next = || parts.next().expect("four parts");
            let (id, rows, version, body) = (next(), next(), next(), next());
            assert!(found.insert(id, ()).is_none(), "{post} has {id} twice");
            assert!(journal.contains_key(id), "{post} has {id}, which nobody sent");
            let known = journal[id];
            assert_eq!(rows, version, "{id} at {post}: each version is one event");
            let content = first_amount(body);
            assert!(
                (known.acknowledged..=known.sent).contains(&content),
                "{id} at {post}: content {content}, acknowledged {}, sent {}",
                known.acknowledged,
                known.sent
            );
            if post == "AUA" {
                assert_eq!(version, content.to_string(), "{id}: each content is one version");
            }
        }
        let lost: Vec<&String> = journal
            .iter()
            .filter(|(id, known)| known.acknowledged > 0 && !found.contains_key(id.as_str()))
            .map(|(id, _)| id)
            .collect();
        assert!(lost.is_empty(), "{post} has lost {lost:?}");
    }
}

#[test]
fn a_killed_server_has_every_acknowledged_write_exactly_once() {
    let rounds: usize = std::env::var("EPTEST_CRASH_ROUNDS").map_or(20, |rounds| rounds.parse().expect("a number"));
    let (url, _folder) = filled_database(Engine::Sqlite);
    let journal = Journal::default();
    for round in 0..rounds {
        let process = Process::serve(&url, &["--seal-seconds", "1"]);
        kill_at_work(process, &journal, 3 + round * 7 % 40);
        let verdict = run(&["admin", "history", "verify", "--database-url", &url]).ok();
        assert!(verdict.contains("the history is whole"), "{verdict}");
        // What was acknowledged and had not travelled yet does so now.
        run(&["admin", "exchange", "run", "--database-url", &url]).ok();
        compare(&mut Raw::open(&url), &journal);
    }
    let again = Process::serve(&url, &[]);
    let (id, _) = journal.0.lock().expect("lock").iter().next().map(|(id, known)| (id.clone(), *known)).expect("items");
    assert_eq!(again.client().call("StoreDeclaration", &store(&id, 9)).map(|(status, _)| status), Some(200));
}

#[test]
fn sigterm_lets_requests_in_flight_finish_and_ends_with_0() {
    let (url, _folder) = filled_database(Engine::Sqlite);
    let mut process = Process::serve(&url, &[]);
    let (id, late) = (fresh_id("AU"), fresh_id("AU"));
    let body = store(&id, 1).to_string();
    let mut idle = Wire::connect(process.address());
    let mut in_flight = Wire::connect(process.address());
    in_flight.announce("StoreDeclaration", body.len());
    in_flight.send(&body.as_bytes()[..100]);

    let journal = Journal::default();
    let (acknowledged, count) = channel();
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            let (http, acknowledged, journal) = (process.client(), acknowledged.clone(), &journal);
            scope.spawn(move || {
                loop {
                    let id = fresh_id("AU");
                    journal.note(&id, |known| known.sent = 1);
                    let Some((status, answer)) = http.call("StoreDeclaration", &store(&id, 1)) else { return };
                    assert!(status == 200 || status == 503, "{status} {answer}");
                    if status == 200 {
                        journal.note(&id, |known| known.acknowledged = 1);
                    }
                    let _ = acknowledged.send(());
                }
            });
        }
        count.recv().expect("the clients get on");
        process.terminate();
        // A connection that was open before: refused politely or closed, once the server is stopping.
        let refused = poll(Duration::from_secs(5), || {
            let body = store(&late, 1).to_string();
            let head =
                format!("POST /StoreDeclaration HTTP/1.1\r\nHost: test\r\nContent-Length: {}\r\n\r\n", body.len());
            if !idle.send(head.as_bytes()) || !idle.send(body.as_bytes()) {
                return Some(());
            }
            match idle.answer() {
                Some((200, ..)) => None,
                Some((status, head, text)) => {
                    assert_eq!(status, 503, "{text}");
                    assert!(
                        head.contains("\r\nretry-after: ") && text.contains("UnavailableException"),
                        "{head}{text}"
                    );
                    Some(())
                }
                None => Some(()),
            }
        });
        refused.expect("a stopping server takes no new requests");
        in_flight.send(&body.as_bytes()[100..]);
        let (status, _, text) = in_flight.answer().expect("a request in flight is answered");
        assert!(status == 200 || status == 503, "{status} {text}");
        journal.note(&id, |known| *known = Known { sent: 1, acknowledged: u32::from(status == 200) });
        journal.note(&late, |known| known.sent = 1);
    });
    let status = process.wait(Duration::from_secs(10));
    assert_eq!(status.code(), Some(0), "{status:?}");
    compare(&mut Raw::open(&url), &journal);
}

#[test]
fn sigterm_at_the_first_moment_is_a_stop_too() {
    let (url, _folder) = filled_database(Engine::Sqlite);
    for _ in 0..5 {
        let mut process = Process::serve(&url, &[]);
        process.terminate();
        assert_eq!(process.wait(Duration::from_secs(10)).code(), Some(0));
    }
}

#[test]
fn bad_configuration_is_listed_whole_and_ends_with_2() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("entrepost.toml");
    std::fs::write(&file, "workers = \"none\"\nlisten-on = \"x\"\n").expect("writes");
    let mut command = entrepost(&["serve", "--database-url", "mysql://host/db", "--pool-size", "0"]);
    command.arg("--config").arg(&file).env("ENTREPOST_SEAL_SECONDS", "-1").env("ENTREPOST_LISTN", "here");
    let err = finish(&mut command).fails(2);
    for told in [
        "option --database-url: database-url: the scheme must be sqlite: or postgres:",
        "option --pool-size: pool-size: `0` is not a whole number from 1 to 256",
        "workers: `none` is not a whole number",
        "there is no setting listen-on; did you mean listen?",
        "variable ENTREPOST_SEAL_SECONDS: seal-seconds: `-1` is not",
        "variable ENTREPOST_LISTN: there is no setting listn; did you mean listen?",
    ] {
        assert!(err.contains(told), "`{told}` is missing in\n{err}");
    }
    assert_eq!(err.lines().count(), 6, "{err}");

    let missing = run(&["serve", "--config", "/nowhere/entrepost.toml"]).fails(2);
    assert!(missing.contains("/nowhere/entrepost.toml"), "{missing}");
    run(&["serve", "--no-such-option"]).fails(2);
}

#[test]
fn a_variable_that_is_no_text_does_not_matter() {
    let mut command = entrepost(&["check", "--database-url", "mysql://host/db"]);
    command.env("SOMETHING_ELSE", std::ffi::OsStr::from_bytes(b"\xff\xfe"));
    let err = finish(&mut command).fails(2);
    assert!(err.contains("the scheme must be"), "{err}");
}

#[test]
fn what_cannot_be_opened_or_bound_ends_with_1_and_a_reason() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("binds");
    let address = taken.local_addr().expect("address").to_string();
    let folder = tempfile::tempdir().expect("folder");
    let url = format!("sqlite:{}", folder.path().join("a.db").display());
    let err = run(&["serve", "--listen", &address, "--database-url", &url]).fails(1);
    assert!(err.contains(&format!("cannot listen on {address}")), "{err}");
    let err = run(&["serve", "--database-url", "sqlite:/nowhere/a.db"]).fails(1);
    assert!(err.contains("/nowhere/a.db"), "the file must be named: {err}");
    let err = run(&["serve", "--database-url", "postgres://u:s3cr3t@127.0.0.1:1/db"]).fails(1);
    assert!(!err.contains("s3cr3t"), "{err}");
}

#[test]
fn the_demo_says_where_it_listens_and_its_hints_work_as_printed() {
    let folder = tempfile::tempdir().expect("folder");
    let mut command =
        entrepost(&["demo", "--listen", "127.0.0.1:0", "--log-level", "error", "--listen-hooks", "127.0.0.1:0"]);
    command.env("TMPDIR", folder.path());
    if program("curl", &["--version"]).is_none() {
        return;
    }
    let mut process = Process::start(&mut command);
    let mut tried = 0;
    while tried < 5 {
        let line = process.line();
        assert!(!line.is_empty(), "the hints end too early");
        if !line.starts_with("curl -s ") {
            continue;
        }
        assert!(line.contains(&process.base), "its own address: {line}");
        // Pasted as it stands, but that curl says by its exit whether it was well.
        let pasted = line.replacen("curl -s", "curl -sS --fail-with-body", 1);
        let Some((done, told)) = program("sh", &["-c", pasted.trim_end()]) else { return };
        assert!(done, "{line}{told}");
        tried += 1;
    }
    // The last one had events sent to the demo's own receiver.
    while !process.line().starts_with("hook: answered the challenge") {}
    assert_eq!(std::fs::read_dir(folder.path()).expect("reads").count(), 1, "a folder for the demo database");
    process.terminate();
    assert_eq!(process.wait(Duration::from_secs(10)).code(), Some(0));
    assert_eq!(std::fs::read_dir(folder.path()).expect("reads").count(), 0, "the demo database goes with the demo");
}

#[test]
fn the_demo_listens_on_loopback_only() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"] {
        let err = run(&["demo", "--listen", address]).fails(2);
        assert!(err.contains("loopback"), "{err}");
    }
}
