//! Notifications: events are sent to those who subscribed, signed, in order, until they were taken; and to nobody else.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entrepost::contract::subscription::NewSubscription;
use entrepost::domain::{Role, Scope};
use entrepost::error::Error;
use entrepost::notify::SubscriptionId;
use entrepost::service::Actor;
use entrepost::service::auth::Credential;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::harness::data::{declaration, fresh_id, mail_object, mail_state, respond};
use crate::harness::raw::Raw;
use crate::harness::receiver::{Received, Receiver, Reply};
use crate::harness::server::token_of;
use crate::harness::{Answer, Engine, Server};
use crate::oauth::{client_like, new_client, token};
use crate::outside::webhook;
use crate::{on_both_engines, on_both_engines_with};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

fn ask(server: &Server, token: &str, verb: &str, path: &str, body: &Value) -> Answer {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let request = format!(
        "{verb} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    server.raw(request.as_bytes())
}

fn as_org(server: &Server, org: &str, verb: &str, path: &str, body: Value) -> Answer {
    ask(server, token_of(org), verb, path, &body)
}

fn get(server: &Server, org: &str, path: &str) -> Value {
    as_org(server, org, "GET", path, Value::Null).ok().json()
}

/// A subscription of an organization whose receiver has answered the challenge.
struct Subscribed {
    id: String,
    secret: String,
    org: &'static str,
}

impl Subscribed {
    fn make(server: &Server, org: &'static str, receiver: &Receiver, more: Value) -> Self {
        let mut body = json!({ "url": receiver.url });
        for (name, value) in more.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        let made = as_org(server, org, "POST", "/v1/subscriptions", body).is(201).json();
        server.notify();
        let text = |name: &str| made[name].as_str().expect("a text").to_owned();
        let one = Self { id: text("id"), secret: text("secret"), org };
        assert_eq!(one.view(server)["state"], "active");
        one
    }

    fn path(&self, rest: &str) -> String {
        format!("/v1/subscriptions/{}{rest}", self.id)
    }

    fn view(&self, server: &Server) -> Value {
        get(server, self.org, &self.path(""))
    }

    fn post(&self, server: &Server, rest: &str, body: Value) -> Answer {
        as_org(server, self.org, "POST", &self.path(rest), body)
    }

    fn deliveries(&self, server: &Server) -> Vec<Value> {
        get(server, self.org, &self.path("/deliveries?limit=500"))["deliveries"].as_array().expect("a list").clone()
    }
}

fn declare(server: &Server, id: &str, amount: &str) {
    declare_as(server, id, "DEA", amount, 2);
}

fn declare_as(server: &Server, id: &str, destination: &str, amount: &str, event: i32) {
    let body =
        json!({ "mailObject": mail_object(id, "AUA", destination), "decl": declaration(amount), "evtCd": event });
    server.call_as("AUA", "StoreDeclaration", body).ok();
}

fn move_at(server: &Server, id: &str, office: Option<&str>) {
    let mut body = mail_state(id, "DEA", "AUA", "I", 30);
    if let Some(office) = office {
        body["officeCd"] = json!(office);
    }
    server.call_as("DEA", "UpdateMailState", body).ok();
}

fn sequences(received: &[Received]) -> Vec<i64> {
    received.iter().map(|one| one.json()["sequence"].as_i64().expect("a number")).collect()
}

fn items(received: &[Received]) -> Vec<String> {
    received.iter().map(|one| one.json()["data"]["itemId"].as_str().unwrap_or_default().to_owned()).collect()
}

/// Signature by hand, as the scheme describes it.
pub fn signature(secret: &str, one: &Received) -> String {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").expect("a key")).expect("base64");
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&key).expect("a key");
    mac.update(format!("{}.{}.", one.header("webhook-id"), one.header("webhook-timestamp")).as_bytes());
    mac.update(&one.body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

on_both_engines_with! {
    [("notify-allow-nets", "127.0.0.0/8")];
    fn an_event_is_sent_signed_to_who_answered_the_challenge(server) {
        let receiver = Receiver::start();
        let made = as_org(server, "DEA", "POST", "/v1/subscriptions", json!({ "url": receiver.url, "label": "ERP" }));
        let location = made.header("location").expect("a location").to_owned();
        let made = made.is(201).json();
        assert!(made["secret"].as_str().expect("a secret").starts_with("whsec_"));
        receiver.until(|seen| !seen.is_empty());
        let challenge = &receiver.all()[0];
        assert_eq!(challenge.json()["type"], "endpoint.verification");
        assert_eq!(challenge.header("webhook-signature"), signature(made["secret"].as_str().expect("a text"), challenge));
        server.notify();
        let view = get(server, "DEA", &location);
        assert_eq!((&view["state"], &view["reason"], &view["label"]), (&json!("active"), &json!(null), &json!("ERP")));
        assert!(!view.to_string().contains("whsec_"), "{view}");

        let id = fresh_id("AU");
        declare(server, &id, "7.00");
        server.notify();
        let events = receiver.events();
        let of_item: Vec<_> = events.iter().filter(|one| one.json()["data"]["itemId"] == id.as_str()).collect();
        assert_eq!(of_item.len(), 1, "{events:?}");
        let body = of_item[0].json();
        assert_eq!(body["type"], "declaration.stored");
        assert_eq!((&body["organization"], &body["replay"]), (&json!("DEA"), &json!(false)));
        assert_eq!(body["subscription"], view["id"]);
        assert_eq!(of_item[0].header("webhook-id"), body["id"].as_str().expect("an id"));
        assert_eq!(of_item[0].header("content-type"), "application/json");
        assert_eq!(of_item[0].header("webhook-signature"), signature(made["secret"].as_str().expect("a text"), of_item[0]));
        // What is read under the same id is the same.
        let read = get(server, "DEA", &format!("/v1/events/{}", body["id"].as_str().expect("an id")));
        assert_eq!(read["data"], body["data"]);
    }

    fn who_does_not_answer_the_challenge_is_sent_nothing(server) {
        let receiver = Receiver::start();
        receiver.repeat_challenges(false);
        receiver.answer(|_| Reply::Full(200, String::new(), br#"{"challenge":"another"}"#.to_vec()));
        let made = as_org(server, "DEA", "POST", "/v1/subscriptions", json!({ "url": receiver.url, "filter": { "types": ["declaration.stored"] } })).is(201).json();
        server.notify();
        declare(server, &fresh_id("AU"), "7.00");
        server.notify();
        assert_eq!(receiver.all().len(), 1, "the challenge alone");
        let path = format!("/v1/subscriptions/{}", made["id"].as_str().expect("an id"));
        let view = get(server, "DEA", &path);
        assert_eq!(view["state"], "unverified");
        assert!(view["reason"].as_str().expect("a reason").contains("not repeated"), "{view}");
        for rest in ["/enable", "/test", "/replays"] {
            let body = if rest == "/replays" { json!({ "state": "failed" }) } else { json!({}) };
            as_org(server, "DEA", "POST", &format!("{path}{rest}"), body).is(409);
        }
        receiver.repeat_challenges(true);
        receiver.answer_always(200);
        as_org(server, "DEA", "POST", &format!("{path}/verify"), Value::Null).is(200);
        server.notify();
        assert_eq!(get(server, "DEA", &path)["state"], "active");
        // What happened since it was made is not lost.
        assert_eq!(sequences(&receiver.events()), [1], "{:?}", receiver.events());
        as_org(server, "DEA", "POST", &format!("{path}/verify"), Value::Null).is(409);
    }

    fn an_item_waits_for_its_own_and_for_no_other(server) {
        let receiver = Receiver::start();
        let (a, b) = (fresh_id("AU"), fresh_id("AU"));
        let one = Subscribed::make(server, "DEA", &receiver, json!({ "filter": { "types": ["declaration.*"] } }));
        let failing = a.clone();
        receiver.answer(move |one| Reply::Status(if one.json()["data"]["itemId"] == failing.as_str() { 500 } else { 200 }));
        for amount in ["1.00", "2.00", "3.00"] {
            declare(server, &a, amount);
            declare(server, &b, amount);
            server.notify();
        }
        let mut sent = sequences(&receiver.events());
        sent.sort_unstable();
        assert_eq!(sent, [1, 2, 4, 6], "the first of A, and all of B");
        receiver.answer_always(200);
        receiver.forget();
        server.clock.advance(Duration::from_secs(6));
        server.notify();
        assert_eq!(sequences(&receiver.events()), [1, 3, 5]);
        assert_eq!(items(&receiver.events()), [a.clone(), a.clone(), a]);
        let states: BTreeSet<String> = one.deliveries(server).iter().map(|row| row["state"].to_string()).collect();
        assert_eq!(states, BTreeSet::from(["\"delivered\"".to_owned()]));
        let log = get(server, "DEA", &one.path("/deliveries/1"))["log"].clone();
        let brief: Vec<_> = log.as_array().expect("a log").iter().map(|one| (one["cause"].clone(), one["status"].clone(), one["error"].clone())).collect();
        assert_eq!(brief, [(json!("new"), json!(500), json!("status")), (json!("retry"), json!(200), json!(null))]);
    }

    fn in_one_row_or_in_none(server) {
        let (all, none) = (Receiver::start(), Receiver::start());
        for (receiver, ordering) in [(&all, "all"), (&none, "none")] {
            Subscribed::make(server, "DEA", receiver, json!({ "ordering": ordering, "filter": { "types": ["declaration.stored"] } }));
            receiver.answer(|one| Reply::Status(if one.json()["sequence"] == 1 { 500 } else { 200 }));
        }
        let a = fresh_id("AU");
        for amount in ["1.00", "2.00"] {
            declare(server, &a, amount);
        }
        server.notify();
        assert_eq!(sequences(&all.events()), [1]);
        let mut sent = sequences(&none.events());
        sent.sort_unstable();
        assert_eq!(sent, [1, 2]);
    }

    fn what_cannot_be_delivered_is_tried_for_days_and_given_up(server) {
        let receiver = Receiver::start();
        let one = Subscribed::make(server, "DEA", &receiver, json!({ "filter": { "types": ["declaration.stored"] } }));
        let bad = fresh_id("AU");
        let failing = bad.clone();
        receiver.answer(move |one| Reply::Status(if one.json()["data"]["itemId"] == failing.as_str() { 500 } else { 200 }));
        declare(server, &bad, "1.00");
        server.notify();
        for pause in [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400] {
            // Others are well taken, so it is this one that cannot be delivered.
            declare(server, &fresh_id("AU"), "1.00");
            server.notify();
            let tries = || items(&receiver.events()).iter().filter(|item| **item == bad).count();
            let before = tries();
            server.clock.advance(Duration::from_secs(pause * 9 / 10 - 1));
            server.notify();
            assert_eq!(tries(), before, "not before {pause} s");
            server.clock.advance(Duration::from_secs(pause / 5 + 2));
            server.notify();
            assert_eq!(tries(), before + 1, "after {pause} s");
        }
        let row = &one.deliveries(server)[0];
        assert_eq!((&row["state"], &row["attempts"]), (&json!("given-up"), &json!(10)));
        server.clock.advance(HOUR * 100);
        server.notify();
        assert_eq!(items(&receiver.events()).iter().filter(|item| **item == bad).count(), 10);
        // The next of the item goes, and what was given up can be replayed.
        receiver.answer_always(200);
        receiver.forget();
        declare(server, &bad, "2.00");
        one.post(server, "/replays", json!({ "state": "failed" })).is(202);
        server.notify();
        let mut sent: Vec<_> = receiver.events().iter().map(|one| (one.json()["sequence"].as_i64(), one.json()["replay"].clone())).collect();
        sent.sort_by_key(|(sequence, _)| *sequence);
        assert_eq!(sent, [(Some(1), json!(true)), (Some(11), json!(false))]);
        let log = get(server, "DEA", &one.path("/deliveries/1"))["log"].as_array().expect("a log").clone();
        assert_eq!(log.len(), 11);
        assert_eq!((&log[10]["run"], &log[10]["attempt"], &log[10]["cause"]), (&json!(1), &json!(1), &json!("replay")));
    }

    fn what_a_receiver_says_is_heeded(server) {
        let receiver = Receiver::start();
        let one = Subscribed::make(server, "DEA", &receiver, json!({ "filter": { "types": ["declaration.stored"] } }));
        receiver.answer(|_| Reply::Full(429, "retry-after: 120\r\n".into(), Vec::new()));
        declare(server, &fresh_id("AU"), "1.00");
        server.notify();
        declare(server, &fresh_id("AU"), "1.00");
        server.clock.advance(Duration::from_secs(119));
        server.notify();
        assert_eq!(receiver.events().len(), 1, "the whole receiver rests");
        receiver.answer(|_| Reply::Full(302, "location: /elsewhere\r\n".into(), Vec::new()));
        server.clock.advance(Duration::from_secs(20));
        server.notify();
        let paths: BTreeSet<String> = receiver.events().iter().map(|one| one.path.clone()).collect();
        assert_eq!(paths, BTreeSet::from(["/hook".to_owned()]), "no redirect is followed");
        let log = get(server, "DEA", &one.path("/deliveries/1"))["log"].clone();
        assert_eq!((&log[0]["error"], &log[1]["error"]), (&json!("slow"), &json!("redirect")), "{log}");
        receiver.answer_always(410);
        server.clock.advance(HOUR);
        server.notify();
        let view = one.view(server);
        assert_eq!(view["state"], "disabled", "{view}");
        receiver.forget();
        receiver.answer_always(200);
        server.clock.advance(HOUR * 24);
        server.notify();
        assert!(receiver.events().is_empty());
        one.post(server, "/enable", json!({})).is(200);
        server.notify();
        assert_eq!(sequences(&receiver.events()).len(), 2, "nothing that waited is lost");
    }

    fn one_that_hangs_holds_up_no_other(server) {
        let (hangs, well) = (Receiver::start(), Receiver::start());
        let one = Subscribed::make(server, "DEA", &hangs, json!({ "filter": { "types": ["declaration.stored"] } }));
        Subscribed::make(server, "DEA", &well, json!({ "filter": { "types": ["declaration.stored"] } }));
        hangs.answer(|_| Reply::Hang);
        let began = Instant::now();
        for _ in 0..20 {
            declare(server, &fresh_id("AU"), "1.00");
        }
        // By the server's own jobs: nobody waits for the one that hangs.
        well.until(|seen| seen.len() == 21);
        assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
        assert!(hangs.most_at_once() <= 8);
        server.notify();
        let log = get(server, "DEA", &one.path("/deliveries/1"))["log"].clone();
        let took = log[0]["milliseconds"].as_i64().expect("a number");
        assert!(log[0]["error"] == "timeout" && (19_000..24_000).contains(&took), "{log}");
        assert!(one.view(server)["restsUntil"].is_string());
    }

    fn an_endless_answer_is_cut_off(server) {
        let receiver = Receiver::start();
        let one = Subscribed::make(server, "DEA", &receiver, json!({ "filter": { "types": ["declaration.stored"] } }));
        receiver.answer(|_| Reply::Endless);
        declare(server, &fresh_id("AU"), "1.00");
        server.notify();
        assert_eq!(one.deliveries(server)[0]["state"], "delivered", "its status says so");
        // What the kernel buffers of it is the kernel's.
        assert!(receiver.written() < 16 << 20, "{}", receiver.written());
    }

    fn who_takes_nothing_is_tried_with_one_now_and_then(server) {
        let receiver = Receiver::start();
        let one = Subscribed::make(server, "DEA", &receiver, json!({ "filter": { "types": ["declaration.stored"] } }));
        receiver.answer_always(500);
        for _ in 0..30 {
            declare(server, &fresh_id("AU"), "1.00");
        }
        server.notify();
        server.clock.advance(MINUTE * 2);
        server.notify();
        assert_eq!(one.view(server)["state"], "blocked");
        receiver.forget();
        // Every five seconds somebody looks.
        for _ in 0..120 {
            server.clock.advance(Duration::from_secs(5));
            server.notify();
        }
        let pilots = receiver.events();
        assert!((15..=23).contains(&pilots.len()), "about one in thirty seconds: {}", pilots.len());
        assert_eq!(BTreeSet::from_iter(sequences(&pilots)), BTreeSet::from([1]), "the oldest");
        // What follows a recovery is no herd.
        receiver.forget();
        receiver.answer(|_| {
            std::thread::sleep(Duration::from_millis(3));
            Reply::Status(200)
        });
        server.clock.advance(MINUTE);
        server.notify();
        let view = one.view(server);
        assert_eq!((&view["state"], &view["waiting"]), (&json!("active"), &json!(0)), "{view}");
        assert_eq!(receiver.events().len(), 30);
        assert!(receiver.most_at_once() <= 8, "{}", receiver.most_at_once());
        let states: BTreeSet<String> = one.deliveries(server).iter().map(|row| row["state"].to_string()).collect();
        assert_eq!(states.len(), 1, "nothing was given up: {states:?}");
    }

    fn who_fails_for_days_is_warned_of_and_disabled(server) {
        let (failing, other) = (Receiver::start(), Receiver::start());
        let one = Subscribed::make(server, "DEA", &failing, json!({ "label": "old", "filter": { "types": ["declaration.stored"] } }));
        Subscribed::make(server, "DEA", &other, json!({ "filter": { "types": ["subscription.*"] } }));
        other.forget();
        failing.answer_always(500);
        for _ in 0..6 {
            declare(server, &fresh_id("AU"), "1.00");
        }
        for _ in 0..122 {
            server.notify();
            server.clock.advance(HOUR);
        }
        server.notify();
        assert_eq!(one.view(server)["state"], "disabled");
        let told = |received: Vec<Value>| -> Vec<String> {
            let about = received.into_iter().filter(|event| event["data"]["subscription"] == one.id.as_str());
            about.filter(|event| event["type"] != "subscription.verified").map(|event| format!("{} {}", event["type"], event["subtype"]).replace('"', "")).collect()
        };
        let expected = ["subscription.blocked null", "subscription.failing first", "subscription.failing last", "subscription.disabled failing"];
        assert_eq!(told(other.events().iter().map(Received::json).collect()), expected);
        let feed = get(server, "DEA", "/v1/events?type=subscription.*&limit=500")["events"].as_array().expect("a list").clone();
        let last = feed.last().expect("an event").clone();
        assert_eq!((&last["data"]["label"], last["data"]["until"].is_string()), (&json!("old"), true), "{last}");
        assert_eq!(told(feed), expected);
        // A post sees no other's.
        assert_eq!(get(server, "AUA", "/v1/events?type=subscription.*")["events"], json!([]));
        failing.forget();
        failing.answer_always(200);
        one.post(server, "/enable", json!({ "from": "waiting" })).is(200);
        server.notify();
        assert_eq!(BTreeSet::from_iter(sequences(&failing.events())), BTreeSet::from([1, 2, 3, 4, 5, 6]));
    }

    fn keys_are_changed_without_a_gap(server) {
        let receiver = Receiver::start();
        let one = Subscribed::make(server, "DEA", &receiver, json!({ "filter": { "types": ["declaration.stored"] } }));
        let new = one.post(server, "/secrets", json!({ "graceHours": 2 })).is(201).json();
        let new_secret = new["secret"].as_str().expect("a secret");
        let sent = || {
            receiver.forget();
            declare(server, &fresh_id("AU"), "1.00");
            server.notify();
            receiver.events().remove(0)
        };
        let both = sent();
        let by_new = signature(new_secret, &both);
        assert_eq!(both.header("webhook-signature"), format!("{by_new} {}", signature(&one.secret, &both)));
        one.post(server, "/secrets", json!({})).is(409);
        server.clock.advance(HOUR * 2 + MINUTE);
        let one_alone = sent();
        assert_eq!(one_alone.header("webhook-signature"), signature(new_secret, &one_alone));
        // A third one that is not of both sides.
        let own = one.post(server, "/secrets", json!({ "signature": "v1a", "graceHours": 1 })).is(201).json();
        assert!(own["secret"].as_str().expect("a key").starts_with("whpk_"));
        let header = sent().header("webhook-signature").to_owned();
        let kinds: Vec<&str> = header.split(' ').map(|one| one.split(',').next().unwrap_or_default()).collect();
        assert_eq!(kinds, ["v1a", "v1"]);
        let shared = one.view(server)["keys"][1]["id"].as_str().expect("an id").to_owned();
        as_org(server, "DEA", "DELETE", &one.path(&format!("/secrets/{shared}")), Value::Null).is(204);
        assert!(!sent().header("webhook-signature").contains("v1,"));
        let own = own["id"].as_str().expect("an id");
        as_org(server, "DEA", "DELETE", &one.path(&format!("/secrets/{own}")), Value::Null).is(409);
        as_org(server, "DEA", "DELETE", &one.path(&format!("/secrets/{shared}")), Value::Null).is(404);
        for grace in [-1, 169] {
            one.post(server, "/secrets", json!({ "graceHours": grace })).is(400);
        }
    }

    fn one_or_many_are_sent_once_more(server) {
        let receiver = Receiver::start();
        let one = Subscribed::make(server, "DEA", &receiver, json!({ "filter": { "types": ["declaration.stored"] } }));
        let ids: Vec<String> = (0..5).map(|_| fresh_id("AU")).collect();
        ids.iter().for_each(|id| declare(server, id, "1.00"));
        server.notify();
        let first: BTreeMap<i64, String> = receiver.events().iter().map(|one| (one.json()["sequence"].as_i64().expect("a number"), one.json()["id"].as_str().expect("an id").to_owned())).collect();
        let replayed = |body: Value, status: u16| -> Vec<(i64, String)> {
            receiver.forget();
            one.post(server, "/replays", body).is(status);
            server.notify();
            let mut sent: Vec<_> = receiver.events().iter().map(|one| {
                assert_eq!(one.json()["replay"], true);
                (one.json()["sequence"].as_i64().expect("a number"), one.json()["id"].as_str().expect("an id").to_owned())
            }).collect();
            sent.sort_unstable();
            sent
        };
        assert_eq!(replayed(json!({ "events": [first[&3]] }), 202), [(3, first[&3].clone())]);
        let all: Vec<_> = first.clone().into_iter().collect();
        assert_eq!(replayed(json!({ "from": "2000-01-01T00:00:00Z", "to": "2000-01-30T00:00:00Z" }), 202), []);
        let now = chrono::Utc::now();
        let span = json!({ "from": (now - chrono::TimeDelta::days(1)).to_rfc3339(), "to": (now + chrono::TimeDelta::days(1)).to_rfc3339() });
        assert_eq!(replayed(span, 202), all);
        assert_eq!(replayed(json!({ "state": "failed" }), 202), []);
        assert_eq!(replayed(json!({ "from": "2000-01-01T00:00:00Z", "to": "2000-02-01T00:00:00Z" }), 400), []);
        for wrong in [json!({}), json!({ "state": "x" }), json!({ "events": [first[&1]], "state": "failed" }), json!({ "from": "2000-01-01" })] {
            assert_eq!(replayed(wrong, 400), []);
        }
        // Another's event is as one that is not there; one that its filter left out has the next number.
        declare(server, &ids[0], "2.00");
        server.notify();
        get(server, "AUA", "/v1/events");
        declare(server, &fresh_id("AU"), "1.00");
        server.notify();
        let foreign = get(server, "AUA", "/v1/events")["events"][0]["id"].as_str().expect("an id").to_owned();
        assert_eq!(replayed(json!({ "events": [foreign] }), 404), []);
        assert_eq!(replayed(json!({ "events": ["evt_nonsense"] }), 404), []);
        let log = get(server, "DEA", &one.path("/deliveries/3"))["log"].as_array().expect("a log").clone();
        let causes: Vec<_> = log.iter().map(|one| one["cause"].as_str().expect("a word")).collect();
        assert_eq!(causes, ["new", "replay", "replay"]);
        let replays = get(server, "DEA", &one.path("/replays"))["replays"].clone();
        assert!(replays.as_array().expect("a list").iter().all(|one| one["state"] == "done"), "{replays}");
    }

    fn what_is_read_equals_what_is_sent(server) {
        let (receiver, id) = (Receiver::start(), fresh_id("AU"));
        let one = Subscribed::make(server, "DEA", &receiver, json!({}));
        receiver.forget();
        declare(server, &id, "1.00");
        server.call_as("DE", "StoreResponse", respond(&id, "AUA", "DEA", "2", 2)).ok();
        move_at(server, &id, None);
        for _ in 0..12 {
            declare(server, &fresh_id("AU"), "1.00");
        }
        server.notify();
        let mut sent: Vec<Value> = receiver.events().iter().map(Received::json).collect();
        sent.sort_by_key(|event| event["sequence"].as_i64());
        let (mut read, mut after) = (Vec::new(), String::from("0"));
        loop {
            let page = get(server, "DEA", &format!("/v1/events?subscription={}&limit=4&after={after}", one.id));
            read.extend(page["events"].as_array().expect("a list").clone());
            after = page["next"].as_str().expect("a cursor").to_owned();
            if page["more"] == false {
                break;
            }
        }
        let plain = |mut event: Value| {
            event.as_object_mut().expect("an object").remove("replay");
            event
        };
        let read: Vec<Value> = read.into_iter().filter(|event| event["type"] != "subscription.verified").collect();
        assert_eq!(sent.into_iter().map(plain).collect::<Vec<_>>(), read);
        // In the feed of the post the same events are in the same order.
        let ids = |events: &[Value]| events.iter().map(|event| event["id"].clone()).collect::<Vec<_>>();
        let feed = get(server, "DEA", "/v1/events?limit=500")["events"].as_array().expect("a list").clone();
        let feed: Vec<Value> = feed.into_iter().filter(|event| event["type"] != "subscription.verified").collect();
        assert_eq!(ids(&feed), ids(&read));
        for wrong in ["&type=light.*", "&item=X", "&after=x"] {
            as_org(server, "DEA", "GET", &format!("/v1/events?subscription={}{wrong}", one.id), Value::Null).is(400);
        }
    }

    fn each_hears_of_its_own_alone(server) {
        let (post, customs, australia, office) = (Receiver::start(), Receiver::start(), Receiver::start(), Receiver::start());
        let of_post = Subscribed::make(server, "DEA", &post, json!({}));
        let of_customs = Subscribed::make(server, "DE", &customs, json!({}));
        Subscribed::make(server, "AUA", &australia, json!({}));
        let scopes = [Scope::CreateSubscriptions, Scope::ReadSubscriptions, Scope::ReadEvents];
        let mut new = new_client("DEA", &scopes);
        new.only_offices = vec!["DEAAAA".into()];
        let (client, secret) = client_like(server, new);
        let bound = token(server, &client, &secret);
        let made = ask(server, &bound, "POST", "/v1/subscriptions", &json!({ "url": office.url })).is(201).json();
        server.notify();
        let made = made["id"].as_str().expect("an id").to_owned();
        [&post, &customs, &australia, &office].into_iter().for_each(Receiver::forget);

        let (id, draft, unseen) = (fresh_id("AU"), fresh_id("AU"), fresh_id("AU"));
        declare(server, &id, "1.00");
        declare_as(server, &draft, "DEA", "1.00", 1);
        declare_as(server, &unseen, "NZA", "1.00", 2);
        move_at(server, &id, Some("DEAAAA"));
        server.notify();
        let heard = |receiver: &Receiver| BTreeSet::from_iter(items(&receiver.events()).into_iter().filter(|id| !id.is_empty()));
        assert_eq!(heard(&post), BTreeSet::from([id.clone()]));
        assert_eq!(heard(&customs), BTreeSet::from([id.clone()]));
        assert_eq!(heard(&australia), BTreeSet::from([id.clone(), draft, unseen]));
        assert!(office.events().iter().all(|one| one.json()["data"]["office"] == "DEAAAA") && !office.events().is_empty(), "{:?}", office.events());
        assert!(post.events().iter().any(|one| one.json()["data"]["office"].is_null()));

        // Of another organization, or of more offices than its own: as if it were not there.
        for (token, subscription) in [(token_of("DE"), &of_post.id), (token_of("AUA"), &of_post.id), (token_of("DEA"), &of_customs.id), (bound.as_str(), &of_post.id)] {
            for (verb, rest) in [("GET", ""), ("GET", "/deliveries"), ("GET", "/deliveries/1"), ("GET", "/replays"), ("POST", "/test"), ("POST", "/pause")] {
                let absent = ask(server, token, verb, &format!("/v1/subscriptions/sub_{}{rest}", "0".repeat(32)), &Value::Null);
                let foreign = ask(server, token, verb, &format!("/v1/subscriptions/{subscription}{rest}"), &Value::Null);
                assert_eq!((foreign.status, absent.status), (404, 404), "{verb} {rest}");
                let plain = |answer: &Answer| { let mut said = answer.json(); said.as_object_mut().expect("an object").remove("instance"); said };
                assert_eq!(plain(&foreign), plain(&absent));
            }
        }
        let listed = |token: &str| -> Vec<Value> {
            let list = ask(server, token, "GET", "/v1/subscriptions", &Value::Null).ok().json();
            list["subscriptions"].as_array().expect("a list").iter().map(|one| one["id"].clone()).collect()
        };
        assert_eq!(listed(&bound), [json!(made)]);
        assert_eq!(listed(token_of("DE")), [json!(of_customs.id)]);
        assert_eq!(listed(token_of("DEA")), [json!(of_post.id), json!(made)]);
    }

    fn a_sample_is_sent_and_what_came_of_it_is_said(server) {
        let receiver = Receiver::start();
        let one = Subscribed::make(server, "DEA", &receiver, json!({}));
        receiver.forget();
        let result = one.post(server, "/test", json!({})).is(200).json();
        assert_eq!((&result["delivered"], &result["status"]), (&json!(true), &json!(200)));
        let sent = receiver.events().remove(0);
        assert_eq!((sent.json()["test"].clone(), sent.json()["type"].clone()), (json!(true), json!("light.changed")));
        assert_eq!(sent.header("webhook-signature"), signature(&one.secret, &sent));
        receiver.answer_always(500);
        let result = one.post(server, "/test", json!({ "type": "declaration.stored" })).is(200).json();
        assert_eq!((&result["delivered"], &result["error"]), (&json!(false), &json!("status")));
        assert_eq!(one.view(server)["failures"], 0, "a sample says nothing of the receiver");
        one.post(server, "/test", json!({ "type": "nothing" })).is(400);
        for _ in 0..8 {
            one.post(server, "/test", json!({})).is(200);
        }
        one.post(server, "/test", json!({})).is(429);
    }

    fn it_is_changed_paused_and_ended(server) {
        let (receiver, other) = (Receiver::start(), Receiver::start());
        let one = Subscribed::make(server, "DEA", &receiver, json!({ "filter": { "types": ["declaration.stored"] }, "headers": { "X-Key": "s3cret-value" } }));
        declare(server, &fresh_id("AU"), "1.00");
        server.notify();
        assert_eq!(receiver.events()[0].header("x-key"), "s3cret-value");
        assert!(!one.view(server).to_string().contains("s3cret") && one.view(server)["headers"] == json!(["X-Key"]));
        one.post(server, "/pause", Value::Null).is(200);
        receiver.forget();
        declare(server, &fresh_id("AU"), "1.00");
        server.notify();
        assert!(receiver.events().is_empty());
        one.post(server, "/enable", json!({ "from": "now" })).is(200);
        server.notify();
        assert!(receiver.events().is_empty(), "what happened meanwhile is left out");
        let changed = json!({ "url": other.url, "label": "new", "concurrency": 2, "filter": { "lights": ["Red"] }, "headers": {} });
        let changed = as_org(server, "DEA", "PATCH", &one.path(""), changed).is(200).json();
        assert_eq!((&changed["state"], &changed["label"], &changed["headers"]), (&json!("unverified"), &json!("new"), &json!([])));
        server.notify();
        assert_eq!(one.view(server)["state"], "active");
        assert_eq!(other.all().len(), 1);
        for wrong in [json!({ "concurrency": 0 }), json!({ "concurrency": 33 }), json!({ "ordering": "x" }), json!({ "mode": "x" }), json!({ "filter": { "types": ["nothing.*"] } }), json!({ "filter": { "lights": ["Blue"] } }), json!({ "filter": { "flows": ["X"] } }), json!({ "unknown": 1 }), json!({ "label": "x".repeat(101) })] {
            as_org(server, "DEA", "PATCH", &one.path(""), wrong.clone()).is(400);
        }
        let auth = json!({ "headers": { "X-Key": "a" }, "oauth": { "tokenUrl": other.url, "clientId": "us", "clientSecret": "s" }, "label": "x" });
        as_org(server, "DEA", "PATCH", &one.path(""), auth).is(200);
        let view = as_org(server, "DEA", "PATCH", &one.path(""), json!({ "headers": null, "filter": null, "label": null })).is(200).json();
        assert_eq!((&view["headers"], &view["filter"], &view["label"], &view["oauth"]), (&json!([]), &json!({}), &json!(""), &json!(true)));
        let view = as_org(server, "DEA", "PATCH", &one.path(""), json!({ "oauth": null })).is(200).json();
        assert_eq!(view["oauth"], false);
        for wrong in [json!({ "url": null }), json!({ "filter": [] }), json!({ "filter": [["light.*"]] }), json!({ "oauth": 1 })] {
            as_org(server, "DEA", "PATCH", &one.path(""), wrong).is(400);
        }
        let keyed = |path: &str| server.rest("DEA", "POST", path, Some(&json!({ "url": other.url })), &[("idempotency-key", "k1")]);
        assert_eq!(keyed("/v1/subscriptions").refused(400).faults()[0].1, "/Idempotency-Key");
        as_org(server, "DEA", "DELETE", &one.path(""), Value::Null).is(204);
        as_org(server, "DEA", "GET", &one.path(""), Value::Null).is(404);
        as_org(server, "DEA", "DELETE", &one.path(""), Value::Null).is(404);
        other.forget();
        declare(server, &fresh_id("AU"), "1.00");
        server.notify();
        assert!(other.all().is_empty());
        // Everything of it is gone by and by.
        let notifier = server.notifier().clone();
        server.block_on(|_| async move { notifier.drop_old_deliveries().await }).expect("drops");
        let mut raw = Raw::open(&server.database_url);
        for table in ["subscription", "subscription_secret", "subscription_cursor", "delivery", "delivery_attempt", "replay"] {
            assert_eq!(raw.number(&format!("SELECT COUNT(*) AS n FROM {table}")), 0, "{table}");
        }
    }

    fn a_secret_that_ends_is_told_of_in_time(server) {
        let (id, _) = client_like(server, new_client("DEA", &[Scope::ReadEvents]));
        get(server, "DEA", "/v1/events");
        let added = id.clone();
        server.block_on(|services| async move { services.add_client_secret(&added, None).await }).expect("adds"); // the first one ends in 30 days
        let told = |days: u64| -> Vec<Value> {
            server.clock.advance(HOUR * 24 * u32::try_from(days).expect("few"));
            for _ in 0..2 {
                server.block_on(|services| async move { services.warn_of_ending_secrets().await }).expect("warns");
            }
            get(server, "DEA", "/v1/events?type=secret.*")["events"].as_array().expect("a list").clone()
        };
        assert_eq!(told(15).len(), 0);
        let first = told(2);
        assert_eq!((first.len(), &first[0]["data"]["client"]), (1, &json!(id)));
        assert!(first[0]["data"]["until"].is_string() && first[0]["data"]["reason"].as_str().is_some_and(|why| why.contains("secret")));
        assert_eq!((told(10).len(), told(2).len(), told(1).len(), told(5).len()), (1, 2, 2, 2));
        assert_eq!(get(server, "AUA", "/v1/events?type=secret.*")["events"], json!([]));
    }

    fn a_declaration_names_an_address_of_its_own(server) {
        let receiver = Receiver::start();
        let prefix = receiver.url.replace("/hook", "/back/");
        let new = |id: &str, amount: &str, url: Option<&str>| {
            let mut body = json!({ "mailObject": mail_object(id, "AUA", "DEA"), "declaration": declaration(amount) });
            if let Some(url) = url {
                body["callbackUrl"] = json!(url);
            }
            server.rest("AUA", "POST", "/v1/declarations", Some(&body), &[])
        };
        let (mine, other) = (fresh_id("AU"), fresh_id("AU"));
        let mine_url = format!("{prefix}orders/7?x=1");
        assert_eq!(new(&mine, "1.00", Some(&mine_url)).refused(400).faults(), [("callback_host".to_owned(), "/callbackUrl".to_owned())]);
        as_org(server, "AUA", "POST", "/v1/callback-hosts", json!({ "url": prefix.trim_end_matches('/') })).is(400);
        let made = as_org(server, "AUA", "POST", "/v1/callback-hosts", json!({ "url": prefix, "filter": { "types": ["response.stored", "light.changed"] } })).is(201).json();
        server.notify();
        assert_eq!(get(server, "AUA", "/v1/callback-hosts")["subscriptions"][0]["state"], "active");
        as_org(server, "AUA", "POST", "/v1/callback-hosts", json!({ "url": format!("{prefix}../") })).is(400);
        for wrong in [prefix.replace("127.0.0.1", "127.0.0.2") + "x", format!("{prefix}..;/x"), format!("{prefix}../hook"), receiver.url.clone(), prefix.replace("http:", "https:") + "x"] {
            assert_eq!(new(&mine, "1.00", Some(&wrong)).refused(400).faults()[0].0, "callback_host", "{wrong}");
        }
        assert_eq!(server.rest("AUA", "GET", &format!("/v1/declarations/{mine}"), None, &[]).status, 404, "nothing was stored");
        new(&mine, "1.00", Some(&mine_url)).is(201);
        new(&other, "1.00", None).is(201);
        receiver.forget();
        for id in [&mine, &other] {
            server.call_as("DE", "StoreResponse", respond(id, "AUA", "DEA", "2", 2)).ok();
        }
        server.deliver();
        server.notify();
        let sent = receiver.events();
        assert!(!sent.is_empty() && sent.iter().all(|one| one.path == "/back/orders/7?x=1"), "{sent:?}");
        assert_eq!(BTreeSet::from_iter(items(&sent)), BTreeSet::from([mine.clone()]));
        assert_eq!(sent[0].header("webhook-signature"), signature(made["secret"].as_str().expect("a secret"), &sent[0]));
        // Declared again without one it stays.
        new(&mine, "2.00", None).is(200);
        receiver.forget();
        server.call_as("DE", "StoreResponse", respond(&mine, "AUA", "DEA", "4", 2)).ok();
        server.deliver();
        server.notify();
        assert!(receiver.events().iter().all(|one| one.path == "/back/orders/7?x=1") && !receiver.events().is_empty());
        let batch = json!({ "declarations": [
            { "mailObject": mail_object(&fresh_id("AU"), "AUA", "DEA"), "declaration": declaration("1.00"), "callbackUrl": mine_url },
            { "mailObject": mail_object(&fresh_id("AU"), "AUA", "DEA"), "declaration": declaration("1.00"), "callbackUrl": "https://evil.example/" },
        ] });
        let outcomes = server.rest("AUA", "POST", "/v1/declarations/batch", Some(&batch), &[]).ok().json()["outcomes"].clone();
        assert_eq!((&outcomes[0]["outcome"], &outcomes[1]["errors"][0]["code"]), (&json!("stored"), &json!("callback_host")), "{outcomes}");
    }

    fn a_courier_s_receiver_has_to_say_ok(server) {
        let receiver = Receiver::start();
        let one = Subscribed::make(server, "DEA", &receiver, json!({ "mode": "xpress", "filter": { "types": ["declaration.stored"] } }));
        declare(server, &fresh_id("AU"), "1.00");
        server.notify();
        for (wait, attempts) in [(20, 1), (14, 2), (20, 2), (14, 3)] {
            server.clock.advance(Duration::from_secs(wait));
            server.notify();
            assert_eq!(receiver.events().len(), attempts);
        }
        receiver.answer(|_| Reply::Full(200, String::new(), br#"{"status":"OK"}"#.to_vec()));
        server.clock.advance(MINUTE * 6);
        server.notify();
        assert_eq!(one.deliveries(server)[0]["state"], "delivered");
    }

    fn a_receiver_may_want_a_token_of_its_own(server) {
        let receiver = Receiver::start();
        let tokens = receiver.url.replace("/hook", "/token");
        receiver.answer(|one| match one.path.as_str() {
            "/token" => Reply::Full(200, String::new(), br#"{"access_token":"given-out","token_type":"Bearer"}"#.to_vec()),
            _ if one.header("authorization") == "Bearer given-out" => Reply::Status(200),
            _ => Reply::Status(401),
        });
        let oauth = json!({ "tokenUrl": tokens, "clientId": "us", "clientSecret": "their secret" });
        let one = Subscribed::make(server, "DEA", &receiver, json!({ "oauth": oauth, "filter": { "types": ["declaration.stored"] } }));
        declare(server, &fresh_id("AU"), "1.00");
        declare(server, &fresh_id("AU"), "1.00");
        server.notify();
        let asked: Vec<_> = receiver.all().into_iter().filter(|one| one.path == "/token").collect();
        assert_eq!(asked.len(), 1, "the token is kept for a while");
        assert_eq!(String::from_utf8_lossy(&asked[0].body), "grant_type=client_credentials&client_id=us&client_secret=their+secret");
        assert!(one.deliveries(server).iter().all(|row| row["state"] == "delivered"));
        assert!(!one.view(server).to_string().contains("their secret"));
    }
}

on_both_engines! {
    fn who_is_notified_is_a_matter_of_administrators(server) {
        let notifier = server.notifier().clone();
        server.block_on(|services| async move {
            let token = Credential::parse(token_of("AUA")).expect("a token");
            let system = services.authenticate(token).await.expect("known");
            let nobody = SubscriptionId::parse(&format!("sub_{}", "0".repeat(32))).expect("an id");
            let with = |role: Role| Actor { roles: Some([role].into_iter().collect()), ..(*system).clone() };
            for role in Role::ALL.into_iter().filter(|role| *role != Role::Admin) {
                let person = with(role);
                let refused = [
                    notifier.list(&person).await.err(),
                    notifier.callback_hosts(&person).await.err(),
                    notifier.create(&person, NewSubscription::default()).await.err(),
                    notifier.show(&person, nobody).await.err(),
                ];
                assert!(refused.iter().all(|error| matches!(error, Some(Error::MissingRole { .. }))), "{role}: {refused:?}");
            }
            notifier.list(&with(Role::Admin)).await.expect("lists");
            notifier.list(&system).await.expect("a system has scopes instead");
        });
    }

    fn nothing_is_sent_inside(server) {
        let receiver = Receiver::start();
        let port = receiver.url.split([':', '/']).nth(4).expect("a port").to_owned();
        let mut refusals = BTreeSet::new();
        for host in ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1", "169.254.169.254", "100.64.0.1", "[fe80::1]", "[64:ff9b::7f00:1]", "user@127.0.0.1", "nobody.invalid"] {
            for url in [format!("https://{host}/hook"), format!("https://{host}:{port}/hook"), format!("http://{host}:{port}/hook")] {
                let refused = as_org(server, "DEA", "POST", "/v1/subscriptions", json!({ "url": url })).is(400).json();
                refusals.insert(refused["errors"].to_string());
            }
        }
        assert_eq!(refusals.len(), 1, "one and the same: {refusals:?}");
        for url in ["", "https://", "nonsense", "https://a b/", "https://x.example/#f", "ftp://x.example/", "https://exämple.example/"] {
            as_org(server, "DEA", "POST", "/v1/subscriptions", json!({ "url": url })).is(400);
        }
        let oauth = json!({ "tokenUrl": receiver.url, "clientId": "a", "clientSecret": "b" });
        as_org(server, "DEA", "POST", "/v1/subscriptions", json!({ "url": "https://93.184.216.34/", "oauth": oauth })).is(400);
        assert_eq!(receiver.connections(), 0);
        for headers in [json!({ "Host": "x" }), json!({ "webhook-id": "x" }), json!({ "a b": "x" }), json!({ "x": "a\r\nb" }), json!({ "a": "", "b": "", "c": "", "d": "", "e": "", "f": "" })] {
            as_org(server, "DEA", "POST", "/v1/subscriptions", json!({ "url": "https://93.184.216.34/", "headers": headers })).is(400);
        }
    }
}

#[test]
fn the_library_of_the_scheme_and_another_verify_what_is_sent() {
    let server = Server::start_with(Engine::Sqlite, &[("notify-allow-nets", "127.0.0.0/8")]);
    for kind in ["v1", "v1a"] {
        let receiver = Receiver::start();
        let one = Subscribed::make(
            &server,
            "DEA",
            &receiver,
            json!({ "signature": kind, "filter": { "types": ["declaration.stored"] } }),
        );
        let other = Subscribed::make(&server, "DEA", &Receiver::start(), json!({ "signature": kind }));
        declare(&server, &fresh_id("AU"), "1.00");
        server.notify();
        let sent = receiver.events().remove(0);
        let timestamp: i64 = sent.header("webhook-timestamp").parse().expect("a number");
        let given = |key: &str, id: &str, timestamp: i64, body: &str| {
            let input = json!({ "key": key, "id": id, "timestamp": timestamp, "body": body, "signature": sent.header("webhook-signature") });
            webhook(&input)
        };
        let (id, body) = (sent.header("webhook-id"), String::from_utf8(sent.body.clone()).expect("text"));
        let Some(verdict) = given(&one.secret, id, timestamp, &body) else { return };
        assert_eq!(verdict, "right", "{kind}");
        let altered = body.replace("DEA", "DEB");
        for (key, id, timestamp, body) in [
            (&one.secret, id, timestamp, &altered),
            (&one.secret, "evt_other", timestamp, &body),
            (&one.secret, id, timestamp + 301, &body),
            (&one.secret, id, timestamp - 301, &body),
            (&other.secret, id, timestamp, &body),
        ] {
            assert_eq!(given(key, id, timestamp, body).as_deref(), Some("wrong"), "{kind} {id} {timestamp}");
        }
    }
}
