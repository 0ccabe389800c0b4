//! What cannot be served now is answered 503 at once, never left hanging; when the cause is gone, so is the effect.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::data::{fresh_id, status, store};
use crate::harness::postgres::{self, Cluster};
use crate::harness::process::{Wire, poll};
use crate::harness::raw::Raw;
use crate::harness::server::{filled_database, token_of};
use crate::harness::{Answer, Engine, Server};
use crate::on_both_engines;

/// A 503 as clients are promised it.
#[track_caller]
fn assert_unavailable(answer: &Answer) {
    assert_eq!(answer.status, 503, "{}", answer.text);
    let wait: u64 = answer.header("retry-after").expect("Retry-After").parse().expect("seconds");
    assert!((1..=60).contains(&wait), "{wait}");
    let body = answer.json();
    assert_eq!(body["ExceptionType"], "UnavailableException", "{body}");
    assert!(!body["Message"].as_str().expect("a text").is_empty() && body["StackTrace"].is_null(), "{body}");
}

fn is_ready(server: &Server) -> bool {
    let answer = server.get("/readyz");
    assert!(matches!(answer.status, 200 | 503), "{}", answer.text);
    assert_eq!(answer.status == 503, answer.header("retry-after").is_some());
    answer.status == 200
}

fn stores(server: &Server, id: &str) -> Answer {
    server.call_as("AUA", "StoreDeclaration", store(id, "AUA", "DEA", 2))
}

/// Whether AUA has an item.
fn has(server: &Server, id: &str) -> bool {
    let answer = server.call_as("AUA", "GetCustomsStatus", status("AUA", id, "O")).ok().json();
    !answer["GetCustomsStatusResult"].is_null()
}

#[test]
fn a_full_write_queue_turns_writes_away_and_keeps_those_it_took() {
    let (url, _folder) = filled_database(Engine::Sqlite);
    let server = Server::on_adjusted(&url, |config| {
        config.store.write_queue = 1;
        config.store.group.jobs = 1;
        config.store.group.commit_delay = Duration::from_millis(100);
    });
    assert!(is_ready(&server));
    let (stop, taken, turned_away) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for client in 0..8 {
            let (server, stop, taken, turned_away) = (&server, &stop, &taken, &turned_away);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let id = fresh_id("AU");
                    // Stores of one user would be gathered.
                    let mut body = store(&id, "AUA", "DEA", 2);
                    body["userCd"] = json!(format!("clerk {client}"));
                    let answer = server.call_as("AUA", "StoreDeclaration", body);
                    if answer.status == 200 {
                        taken.fetch_add(1, Ordering::Relaxed);
                        assert!(has(server, &id), "acknowledged and not there");
                    } else {
                        assert_unavailable(&answer);
                        turned_away.fetch_add(1, Ordering::Relaxed);
                        assert!(!has(server, &id), "turned away and stored all the same");
                    }
                }
            });
        }
        let not_ready = poll(Duration::from_secs(10), || (!is_ready(&server)).then_some(()));
        let enough = poll(Duration::from_secs(10), || (taken.load(Ordering::Relaxed) >= 3).then_some(()));
        stop.store(true, Ordering::Relaxed);
        not_ready.expect("a server that takes no writes is not ready");
        enough.expect("what fits is taken");
    });
    assert!(turned_away.load(Ordering::Relaxed) > 0);
    assert!(is_ready(&server), "ready again without a restart");
    stores(&server, &fresh_id("AU")).ok();
}

#[test]
fn another_writer_on_the_file_delays_writes_for_a_while_only() {
    let server = Server::start(Engine::Sqlite);
    let mut raw = Raw::open(&server.database_url);
    raw.run("BEGIN IMMEDIATE");
    let id = fresh_id("AU");
    let began = Instant::now();
    let answer = std::thread::scope(|scope| {
        let writing = scope.spawn(|| stores(&server, &id));
        assert!(!has(&server, &id), "reads go on");
        writing.join().expect("answers")
    });
    assert_unavailable(&answer);
    assert!(began.elapsed() < Duration::from_secs(12), "{:?}", began.elapsed());
    raw.run("ROLLBACK");
    stores(&server, &id).ok();
}

#[test]
fn an_exhausted_pool_turns_away_what_would_wait_too_long() {
    if !postgres::is_there() {
        return;
    }
    let (url, _folder) = filled_database(Engine::Postgres);
    let server = Server::on(&url, &[("pool-size", "2")]);
    let id = fresh_id("AU");
    stores(&server, &id).ok();
    let mut raw = Raw::open(&url);
    // Every query on items now waits for this, and takes its connection along.
    raw.run("BEGIN; LOCK TABLE mail_object IN ACCESS EXCLUSIVE MODE");
    std::thread::scope(|scope| {
        let asking: Vec<_> = (0..6)
            .map(|_| {
                scope.spawn(|| {
                    let began = Instant::now();
                    let answer = server.call_as("AUA", "GetCustomsStatus", status("AUA", &id, "O"));
                    (answer, began.elapsed())
                })
            })
            .collect();
        let unready = poll(Duration::from_secs(5), || (!is_ready(&server)).then_some(()));
        let began = Instant::now();
        assert_eq!(server.get("/healthz").status, 200);
        assert!(began.elapsed() < Duration::from_secs(1), "health needs no database: {:?}", began.elapsed());
        for asked in asking {
            let (answer, took) = asked.join().expect("answers");
            assert_unavailable(&answer);
            assert!(took < Duration::from_secs(10), "nobody waits for ever: {took:?}");
        }
        unready.expect("a server without connections is not ready");
    });
    raw.run("ROLLBACK");
    let back = poll(Duration::from_secs(10), || {
        let answer = server.call_as("AUA", "GetCustomsStatus", status("AUA", &id, "O"));
        (answer.status == 200).then_some(())
    });
    back.expect("recovers without a restart");
    assert!(is_ready(&server));
}

#[test]
fn a_database_server_that_goes_and_comes_back() {
    if !postgres::is_there() {
        return;
    }
    let cluster = Cluster::start().expect("binaries are there");
    let url = cluster.url("postgres");
    let server = Server::on(&url, &[]);
    server.fill();
    let (before, during, after) = (fresh_id("AU"), fresh_id("AU"), fresh_id("AU"));
    stores(&server, &before).ok();
    assert!(is_ready(&server));

    cluster.down();
    for _ in 0..3 {
        let began = Instant::now();
        assert_unavailable(&stores(&server, &during));
        assert_unavailable(&server.call_as("AUA", "GetCustomsStatus", status("AUA", &before, "O")));
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    }
    assert!(!is_ready(&server));
    assert_eq!(server.get("/healthz").status, 200, "the process itself is well");

    cluster.up();
    poll(Duration::from_secs(10), || (stores(&server, &after).status == 200).then_some(())).expect("recovers");
    assert!(is_ready(&server));
    assert!(has(&server, &before) && has(&server, &after) && !has(&server, &during));
    stores(&server, &during).ok();
    let verdict = server.block_on(|services| async move { services.verify_history().await }).expect("verifies");
    assert_eq!(verdict.fault, None);
}

on_both_engines! {
    fn a_client_that_goes_away_leaves_nothing_half_done(server) {
        let (half, whole) = (fresh_id("AU"), fresh_id("AU"));
        let body = |id: &str| {
            let mut body = store(id, "AUA", "DEA", 2);
            body["token"] = json!(token_of("AUA"));
            body["userCd"] = json!("tester");
            body.to_string()
        };
        let mut wire = Wire::connect(server.address());
        wire.announce("StoreDeclaration", body(&half).len());
        wire.send(&body(&half).as_bytes()[..body(&half).len() - 1]);
        drop(wire);
        for _ in 0..10 {
            let mut wire = Wire::connect(server.address());
            wire.announce("StoreDeclaration", body(&whole).len());
            wire.send(body(&whole).as_bytes());
            drop(wire);
        }
        // Nobody was told anything, so the client sends again.
        stores(server, &whole).ok();
        assert!(has(server, &whole), "stored at the latest by the repetition");
        assert!(!has(server, &half), "half a request is no request");
        let history = |post: &'static str| {
            let id = whole.clone();
            server.block_on(|services| async move { services.item_history(post, &id).await }).expect("a history")
        };
        assert_eq!((history("AUA").len(), history("DEA").len()), (1, 1), "one event however often it was sent");
        let verdict = server.block_on(|services| async move { services.verify_history().await }).expect("verifies");
        assert_eq!(verdict.fault, None);
    }
}

#[test]
fn a_body_that_trickles_in_is_cut_off() {
    let (url, _folder) = filled_database(Engine::Sqlite);
    let server = Server::on(&url, &[("request-read-seconds", "1")]);
    let began = Instant::now();
    let mut slow_body = Wire::connect(server.address());
    slow_body.announce("StoreDeclaration", 1_000);
    slow_body.send(b"{\"token\":");
    let mut slow_head = Wire::connect(server.address());
    slow_head.send(b"POST /StoreDeclaration HTTP/1.1\r\nHost: te");
    let (status, head, text) = slow_body.answer().expect("an answer");
    assert_eq!(status, 408, "{text}");
    assert!(text.contains("RequestTimeoutException"), "{text}");
    assert!(head.contains("\r\nconnection: close"), "{head}");
    assert!(slow_body.is_closed());
    // The server's own answer, without a body of ours: the request was not understood yet.
    assert_eq!(slow_head.answer().map(|(status, ..)| status), Some(408));
    assert!(began.elapsed() >= Duration::from_millis(900) && began.elapsed() < Duration::from_secs(10));
    stores(&server, &fresh_id("AU")).ok();
}
