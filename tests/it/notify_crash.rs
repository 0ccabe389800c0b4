//! A server that notifies is killed again and again while its receiver fails: every event arrives, and none more often than failures
//! and kills explain. `EPTEST_NOTIFY_EVENTS` and `EPTEST_NOTIFY_KILLS` say how many.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::data::{declaration, fresh_id, mail_object};
use crate::harness::process::{Process, admin, poll, run};
use crate::harness::receiver::{Receiver, Reply};
use crate::harness::server::{agent, fresh_database, token_of};
use crate::harness::{Engine, postgres};
use crate::on_engines;

/// Calls at once to the receiver: as many are repeated at most after a kill.
const CONCURRENCY: usize = 4;

fn count_of(variable: &str, usual: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Asks with the token of an organization; `None` while the server is away.
fn ask(process: &Process, org: &str, verb: &str, path: &str, body: &Value) -> Option<(u16, Value)> {
    let url = format!("{}{path}", process.base);
    let bearer = format!("Bearer {}", token_of(org));
    let mut response = match verb {
        "GET" => agent().get(&url).header("authorization", bearer).call().ok()?,
        _ => {
            let post = agent().post(&url).header("authorization", bearer).header("content-type", "application/json");
            post.send(body.to_string()).ok()?
        }
    };
    let text = response.body_mut().read_to_string().ok()?;
    Some((response.status().as_u16(), serde_json::from_str(&text).ok()?))
}

fn set_up(url: &str) {
    run(&["migrate", "--database-url", url]).ok();
    for (code, kind, country) in [("AUA", "post", "AU"), ("DEA", "post", "DE"), ("DE", "customs", "DE")] {
        admin(url, &["organization", "add", code, "--kind", kind, "--country", country, "--name", code]);
        admin(url, &["token", "issue", code, "--token", token_of(code)]);
    }
    for rule in ["required", "contact_absent"] {
        admin(url, &["quality", "set", "AUA", rule, "warn"]);
    }
}

fn serve(url: &str) -> Process {
    Process::serve(url, &["--notify-allow-nets", "127.0.0.0/8"])
}

/// A receiver that fails at three of ten events, the first time.
fn failing_at_times(receiver: &Receiver) -> Arc<AtomicUsize> {
    let (failed, failures) = (Mutex::new(BTreeSet::new()), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&failures);
    receiver.answer(move |one| {
        let event = one.json();
        let is_bad = event["sequence"].as_i64().is_some_and(|sequence| sequence % 10 < 3);
        if is_bad && failed.lock().expect("no panic").insert(event["id"].to_string()) {
            counted.fetch_add(1, Ordering::SeqCst);
            return Reply::Status(500);
        }
        Reply::Status(200)
    });
    failures
}

fn nothing_is_lost(engine: Engine) {
    let (events, kills) = (count_of("EPTEST_NOTIFY_EVENTS", 300), count_of("EPTEST_NOTIFY_KILLS", 4));
    let (url, _folder) = fresh_database(engine);
    set_up(&url);
    let receiver = Receiver::start();
    let failures = failing_at_times(&receiver);
    let mut process = serve(&url);
    let new = json!({ "url": receiver.url, "concurrency": CONCURRENCY, "filter": { "types": ["declaration.stored"] } });
    let (status, made) = ask(&process, "DEA", "POST", "/v1/subscriptions", &new).expect("answers");
    assert_eq!(status, 201, "{made}");
    let path = format!("/v1/subscriptions/{}", made["id"].as_str().expect("an id"));
    let is_active = |process: &Process| {
        ask(process, "DEA", "GET", &path, &Value::Null).filter(|(_, view)| view["state"] == "active").map(drop)
    };
    poll(Duration::from_secs(10), || is_active(&process)).expect("the challenge is answered");

    let (mut ids, mut killed, began) = (Vec::new(), 0, Instant::now());
    while ids.len() < events {
        let id = fresh_id("AU");
        let body = json!({ "token": token_of("AUA"), "userCd": "tester", "evtCd": 2,
            "mailObject": mail_object(&id, "AUA", "DEA"), "decl": declaration("1.50") });
        let (status, answer) = process.client().call("StoreDeclaration", &body).expect("answers");
        assert_eq!(status, 200, "{answer}");
        ids.push(id);
        if ids.len() * (kills + 1) / events > killed && killed < kills {
            process.kill();
            killed += 1;
            process = serve(&url);
        }
    }
    let arrived = || -> BTreeSet<String> {
        let taken = receiver.events();
        taken.iter().map(|one| one.json()["data"]["itemId"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let is_done = || {
        let view = ask(&process, "DEA", "GET", &path, &Value::Null)?.1;
        (view["waiting"] == 0 && arrived().len() >= events).then_some(view)
    };
    poll(Duration::from_secs(120), is_done).unwrap_or_else(|| panic!("{} of {events} arrived", arrived().len()));
    assert_eq!(arrived(), BTreeSet::from_iter(ids));

    let received = receiver.events();
    let mut numbers: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
    for one in &received {
        let event = one.json();
        numbers.entry(event["sequence"].as_i64().expect("a number")).or_default().insert(event["id"].to_string());
    }
    assert!(numbers.values().all(|ids| ids.len() == 1), "a number is that of one event");
    assert_eq!(numbers.keys().copied().collect::<Vec<_>>(), (1..=events as i64).collect::<Vec<_>>(), "without gaps");
    let (repeats, failures) = (received.len() - events, failures.load(Ordering::SeqCst));
    println!("{events} events, {failures} failures, {killed} kills: {repeats} repeats, {:?}", began.elapsed());
    assert!(
        failures > events / 5 && repeats <= failures + killed * CONCURRENCY,
        "{repeats} of {failures} and {killed}"
    );
}

on_engines! { every_event_arrives_though_servers_die => nothing_is_lost }

/// Several servers on one database: each event is sent by one of them.
#[test]
fn two_servers_send_each_event_once() {
    if !postgres::is_there() {
        return;
    }
    let (url, _folder) = fresh_database(Engine::Postgres);
    set_up(&url);
    let receiver = Receiver::start();
    let servers = [serve(&url), serve(&url)];
    let new = json!({ "url": receiver.url, "filter": { "types": ["declaration.stored"] } });
    let (_, made) = ask(&servers[0], "DEA", "POST", "/v1/subscriptions", &new).expect("answers");
    let path = format!("/v1/subscriptions/{}", made["id"].as_str().expect("an id"));
    let view = || ask(&servers[1], "DEA", "GET", &path, &Value::Null).expect("answers").1;
    poll(Duration::from_secs(10), || (view()["state"] == "active").then_some(())).expect("active");
    for at in 0..60 {
        let body = json!({ "token": token_of("AUA"), "userCd": "tester", "evtCd": 2,
            "mailObject": mail_object(&fresh_id("AU"), "AUA", "DEA"), "decl": declaration("1.50") });
        assert_eq!(servers[at % 2].client().call("StoreDeclaration", &body).expect("answers").0, 200);
    }
    poll(Duration::from_secs(30), || (receiver.events().len() >= 60).then_some(())).expect("all arrive");
    poll(Duration::from_secs(10), || (view()["waiting"] == 0).then_some(())).expect("and are noted");
    let mut sequences: Vec<i64> =
        receiver.events().iter().map(|one| one.json()["sequence"].as_i64().expect("a number")).collect();
    sequences.sort_unstable();
    assert_eq!(sequences, (1..=60).collect::<Vec<_>>());
}
