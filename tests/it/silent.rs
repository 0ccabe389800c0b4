//! A PostgreSQL that says nothing any more, loses its connections or speaks another language: everybody is answered in time,
//! what was not acknowledged is not stored, and the server goes on by itself when it can.

use std::time::{Duration, Instant};

use entrepost::store::{Database, StoreOptions, advice};

use crate::harness::data::{fresh_id, status, store};
use crate::harness::postgres::{self, Cluster};
use crate::harness::process::{poll, run};
use crate::harness::proxy::Proxy;
use crate::harness::raw::Raw;
use crate::harness::server::filled_database;
use crate::harness::{Answer, Engine, Server};

/// As many as the pool has connections, and some that wait.
const CLIENTS: usize = 12;

/// The answers to requests made at once, each with how long it took.
fn at_once(server: &Server, ask: impl Fn(usize) -> Answer + Sync) -> Vec<(Answer, Duration)> {
    let _ = server;
    std::thread::scope(|scope| {
        let asking: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let ask = &ask;
                scope.spawn(move || {
                    let began = Instant::now();
                    (ask(client), began.elapsed())
                })
            })
            .collect();
        asking.into_iter().map(|asked| asked.join().expect("answers")).collect()
    })
}

fn reads(server: &Server) -> Answer {
    server.call_as("AUA", "GetCustomsStatus", status("AUA", "EE000000016AU", "O"))
}

fn stores(server: &Server, id: &str) -> Answer {
    server.call_as("AUA", "StoreDeclaration", store(id, "AUA", "DEA", 2))
}

fn has(server: &Server, id: &str) -> bool {
    !server.status("AUA", "AUA", id, "O").is_null()
}

/// Two seconds are promised; the machine that tests may be slow.
#[track_caller]
fn assert_in_time(answers: &[(Answer, Duration)]) {
    for (answer, took) in answers {
        assert!(matches!(answer.status, 200 | 503), "{}", answer.text);
        assert!(*took < Duration::from_millis(4_500), "{took:?}: {}", answer.text);
        assert_eq!(answer.status == 503, answer.header("retry-after").is_some());
    }
}

/// A server behind a network, all its connections open.
fn behind_a_network() -> (Server, Proxy) {
    let (url, _) = filled_database(Engine::Postgres);
    let (proxy, url) = Proxy::url(&url);
    let server = Server::on(&url, &[]);
    for (answer, _) in at_once(&server, |_| reads(&server)) {
        answer.ok();
    }
    assert!(proxy.connections() > 4, "{}", proxy.connections());
    (server, proxy)
}

#[test]
fn connections_that_swallow_everything_are_replaced() {
    if !postgres::is_there() {
        return;
    }
    let (server, proxy) = behind_a_network();
    proxy.silence_present();
    let began = Instant::now();
    assert_in_time(&at_once(&server, |_| reads(&server)));
    poll(Duration::from_secs(10), || (reads(&server).status == 200).then_some(())).expect("new connections are well");
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    for (answer, _) in at_once(&server, |_| stores(&server, &fresh_id("AU"))) {
        answer.ok();
    }
    assert_eq!(server.get("/readyz").status, 200);
}

#[test]
fn a_network_that_is_silent_altogether_keeps_nobody_waiting() {
    if !postgres::is_there() {
        return;
    }
    let (server, proxy) = behind_a_network();
    proxy.silence_all(true);
    let ids: Vec<String> = (0..CLIENTS).map(|_| fresh_id("AU")).collect();
    for _ in 0..2 {
        let answers = at_once(&server, |client| stores(&server, &ids[client]));
        assert_in_time(&answers);
        assert!(answers.iter().all(|(answer, _)| answer.status == 503));
    }
    assert_eq!(server.get("/readyz").status, 503);
    assert_eq!(server.get("/healthz").status, 200);
    proxy.silence_all(false);
    poll(Duration::from_secs(10), || (reads(&server).status == 200).then_some(())).expect("recovers");
    assert!(ids.iter().all(|id| !has(&server, id)), "nothing went through");
}

#[test]
fn a_server_that_stands_still_stores_nothing_of_what_was_refused() {
    let Some(cluster) = Cluster::start() else { return assert!(!postgres::is_there()) };
    let server = Server::on(&cluster.url("postgres"), &[]);
    server.fill();
    for (answer, _) in at_once(&server, |_| stores(&server, &fresh_id("AU"))) {
        answer.ok();
    }
    cluster.still(true);
    let ids: Vec<String> = (0..CLIENTS).map(|_| fresh_id("AU")).collect();
    let answers = at_once(&server, |client| stores(&server, &ids[client]));
    let reading = at_once(&server, |_| reads(&server));
    let ready = server.get("/readyz").status;
    cluster.still(false);
    assert_in_time(&answers);
    assert_in_time(&reading);
    assert_eq!(ready, 503);
    poll(Duration::from_secs(10), || (reads(&server).status == 200).then_some(())).expect("recovers");
    for (id, (answer, _)) in ids.iter().zip(&answers) {
        if answer.status == 200 || answer.text.contains("may be repeated safely") {
            stores(&server, id).ok();
        } else {
            assert!(!has(&server, id), "stored, though refused: {}", answer.text);
        }
    }
    let verdict = server.block_on(|services| async move { services.verify_history().await }).expect("verifies");
    assert_eq!(verdict.fault, None);
}

#[test]
fn a_statement_that_the_server_works_on_is_waited_for() {
    if !postgres::is_there() {
        return;
    }
    let (url, _) = filled_database(Engine::Postgres);
    let server = Server::on(&url, &[]);
    let mut raw = Raw::open(&url);
    raw.run("BEGIN; LOCK TABLE mail_object IN ACCESS EXCLUSIVE MODE");
    let began = Instant::now();
    let answer = std::thread::scope(|scope| {
        let asking = scope.spawn(|| reads(&server));
        raw.run("SELECT pg_sleep(3.5); ROLLBACK");
        asking.join().expect("answers")
    });
    answer.ok();
    assert!(began.elapsed() > Duration::from_secs(3), "{:?}", began.elapsed());
}

#[test]
fn nobody_meets_a_connection_that_the_server_has_ended() {
    if !postgres::is_there() {
        return;
    }
    let (url, _) = filled_database(Engine::Postgres);
    let server = Server::on(&url, &[]);
    for _ in 0..3 {
        for (answer, _) in at_once(&server, |_| reads(&server)) {
            answer.ok();
        }
        end_all(&url);
        for (answer, _) in at_once(&server, |_| reads(&server)) {
            answer.ok();
        }
        end_all(&url);
        stores(&server, &fresh_id("AU")).ok();
    }
}

/// Ends all connections to a database but the one that says so.
fn end_all(url: &str) {
    Raw::open(url).run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
}

#[test]
fn a_server_that_speaks_german_is_understood() {
    if !postgres::is_there() {
        return;
    }
    let Some(cluster) = Cluster::german() else {
        return eprintln!("SKIPPED: no German locale can be made here (install the package locales)");
    };
    Raw::open(&cluster.url("postgres")).run("CREATE ROLE plain LOGIN");
    Raw::open(&cluster.url("postgres")).run("CREATE DATABASE plain OWNER plain");
    let administrator = cluster.url("plain");
    let refused = std::panic::catch_unwind(|| Raw::open(&administrator).run("SELECT 1/0"));
    let refused = refused.expect_err("divides by zero").downcast::<String>().expect("a text");
    assert!(refused.contains("Division durch Null"), "the server does speak German: {refused}");

    for (url, understood) in [(administrator.clone(), true), (administrator.replace("test@", "plain@"), false)] {
        let server = Server::on(&url, &[]);
        server.fill();
        let mut raw = Raw::open(&administrator);
        raw.run("BEGIN; LOCK TABLE mail_object IN ACCESS EXCLUSIVE MODE");
        let answer = reads(&server);
        raw.run("ROLLBACK");
        assert_eq!(answer.status, 503, "a lock that is not given: {}", answer.text);
        end_all(&administrator);
        reads(&server).ok();
        end_all(&administrator);
        stores(&server, &fresh_id("AU")).ok();
        server.stop();
        let told = advice(&StoreOptions::new(Database::Postgres(url.clone()))).expect("asks").join("\n");
        assert_eq!(told.contains("lc_messages"), !understood, "{told}");
        run(&["migrate", "--database-url", &url, "--down"]).ok();
        Raw::open(&administrator).run("DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION plain");
    }
}

#[test]
fn bounds_and_prepared_statements_are_a_poolers_too() {
    if !postgres::is_there() {
        return;
    }
    let (proxy, url) = Proxy::url(&postgres::fresh_database());
    run(&["migrate", "--database-url", &url, "--statement-cache", "false"]).ok();
    let server = Server::on(&url, &[("statement-cache", "false")]);
    server.fill();
    stores(&server, &fresh_id("AU")).ok();
    reads(&server).ok();
    assert!(!proxy.was_said("__diesel_stmt"), "nothing is prepared by name, not even by migrations");
    for mode in ["BEGIN ISOLATION LEVEL REPEATABLE READ", "BEGIN READ ONLY"] {
        assert!(
            proxy.was_said(&format!("{mode}; SET LOCAL lock_timeout = '5s'; SET LOCAL statement_timeout")),
            "{mode}"
        );
    }
}

#[test]
fn a_check_warns_of_what_may_lose_data() {
    if !postgres::is_there() {
        return;
    }
    let url = postgres::fresh_database();
    let shown = run(&["check", "--database-url", &url]).ok();
    assert!(
        shown.contains("warning: fsync is off: ") && shown.contains("warning: full_page_writes is off: "),
        "{shown}"
    );
    assert!(shown.contains("warning: database-url names one host"), "{shown}");
    let several = url.replace("127.0.0.1:", "localhost,127.0.0.1:");
    let told = advice(&StoreOptions::new(Database::Postgres(several))).expect("asks").join("\n");
    assert!(!told.contains("names one host"), "{told}");
    let folder = tempfile::tempdir().expect("a folder");
    let file = format!("sqlite:{}", folder.path().join("test.db").display());
    let shown = run(&["check", "--database-url", &file]).ok();
    assert!(!shown.contains("warning"), "{shown}");
}
