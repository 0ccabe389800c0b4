//! Declarations under `/v1`: created, read, found, changed, passed on, taken back, copied, printed.

use std::collections::BTreeSet;
use std::thread;

use serde_json::{Value, json};

use crate::harness::data::{declaration, fresh_id, mail_object, mail_state, respond, store};
use crate::harness::server::token_of;
use crate::harness::{Answer, Engine, Server};
use crate::on_both_engines;

/// The body of POST /v1/declarations.
fn new(id: &str, origin: &str, destination: &str, event: &str) -> Value {
    json!({ "mailObject": mail_object(id, origin, destination), "declaration": declaration("38.50"), "event": event })
}

fn create(server: &Server, id: &str, event: &str) -> Answer {
    server.rest("AUA", "POST", "/v1/declarations", Some(&new(id, "AUA", "DEA", event)), &[])
}

fn read(server: &Server, org: &str, id: &str) -> Answer {
    server.rest(org, "GET", &format!("/v1/declarations/{id}"), None, &[])
}

fn etag(answer: &Answer) -> String {
    answer.header("etag").unwrap_or_else(|| panic!("no ETag: {}", answer.text)).to_owned()
}

/// The same text in the dates of the CDS surface.
fn as_methods_say(text: &str) -> Value {
    fn walk(value: &Value) -> Value {
        match value {
            Value::Array(list) => list.iter().map(walk).collect(),
            Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), walk(value))).collect(),
            Value::String(text) => match chrono::DateTime::parse_from_rfc3339(text) {
                Ok(date) if text.ends_with('Z') => json!(format!("/Date({}+0000)/", date.timestamp_millis())),
                _ => value.clone(),
            },
            other => other.clone(),
        }
    }
    walk(&serde_json::from_str(text).expect("JSON"))
}

on_both_engines! {
    fn what_is_created_is_what_the_methods_load(server) {
        let id = fresh_id("AU");
        let mut body = new(&id, "AUA", "DEA", "final");
        body["mailObject"]["PostingDt"] = json!("2026-11-01T00:00:00Z");
        body["mailObject"]["MailStateRemarks"] = json!("/Date(0)/");
        let created = server.rest("AUA", "POST", "/v1/declarations", Some(&body), &[]).refused(201);
        let receipt = created.json();
        let address = format!("/v1/declarations/{}", receipt["pId"].as_str().expect("an id"));
        assert_eq!(created.header("location"), Some(address.as_str()));
        assert_eq!((&receipt["outcome"], &receipt["version"], &receipt["state"]), (&json!("created"), &json!(1), &json!(2)));
        assert_eq!(etag(&created), format!("\"{}\"", receipt["tag"].as_str().expect("a tag")));
        assert!(created.header("ratelimit").is_some());

        let shown = server.rest("AUA", "GET", &address, None, &[]).ok();
        let document = shown.json();
        assert_eq!(document["mailObject"]["PostingDt"], "2026-11-01T00:00:00Z");
        assert_eq!(document["mailObject"]["MailStateRemarks"], "/Date(0)/", "a text that looks like a date");
        assert_eq!(shown.text.matches("/Date(").count(), 1, "{}", shown.text);
        assert_eq!((&document["light"]["light"], &document["light"]["mayProceed"]), (&json!("Amber"), &json!(false)));
        assert_eq!((&document["states"]["declaration"], &document["states"]["fiscal"]), (&json!(2), &json!("SENT")));
        let loaded = server.load("AUA", json!({ "id": id })).remove(0);
        let same = as_methods_say(&shown.text);
        for (own, theirs) in [("mailObject", "MailObject"), ("declaration", "Declaration"), ("response", "Response"), ("dcResponse", "DCResponse")] {
            assert_eq!(same[own], loaded[theirs], "{own}");
        }
        assert_eq!(read(server, "AUA", &id).ok().text, shown.text, "by its item id");

        let again = server.rest("AUA", "POST", "/v1/declarations", Some(&body), &[]).ok().json();
        assert_eq!((&again["outcome"], &again["version"]), (&json!("unchanged"), &json!(1)));
        body["declaration"]["Data"]["GrossWeight"] = json!(2);
        let changed = server.rest("AUA", "POST", "/v1/declarations", Some(&body), &[]).ok().json();
        assert_eq!((&changed["outcome"], &changed["version"]), (&json!("changed"), &json!(2)));
    }

    fn who_has_a_version_is_not_sent_it_again(server) {
        let id = fresh_id("AU");
        create(server, &id, "final").refused(201);
        let tag = etag(&read(server, "AUA", &id).ok());
        let path = format!("/v1/declarations/{id}");
        let known = |tag: &str| server.rest("AUA", "GET", &path, None, &[("if-none-match", tag)]);
        for list in [tag.clone(), format!("\"x\", {tag}"), format!("W/{tag}"), "*".to_owned()] {
            let answer = known(&list).refused(304);
            assert_eq!((answer.text.as_str(), etag(&answer)), ("", tag.clone()), "{list}");
        }
        known("\"1.2.00000000\"").ok();
        // What customs says is part of what is shown.
        server.call_as("DE", "StoreResponse", respond(&id, "AUA", "DEA", "2", 2)).ok();
        let decided = known(&tag).ok();
        assert_eq!(decided.json()["dcResponse"]["Data"]["DecisionCd"], "2");
        assert_eq!(decided.json()["dcResponse"]["Data"]["ClearanceDt"], "2026-11-10T08:00:00Z");
        // A mark changes no row of the item, but its light.
        let tag = etag(&decided);
        server.call_as("AUA", "SetWatchdogItemInfo", json!({ "itemId": id, "watchdogInfo": { "Operation": 4, "Remarks": "look" } })).ok();
        let marked = known(&tag).ok();
        assert_eq!(marked.json()["light"]["light"], "Red", "{}", marked.text);
    }

    fn a_change_names_the_version_it_is_of(server) {
        let id = fresh_id("AU");
        let created = create(server, &id, "final").refused(201);
        let path = format!("/v1/declarations/{id}");
        let document = read(server, "AUA", &id).ok();
        let mut body = document.json();
        body["declaration"]["Data"]["GrossWeight"] = json!(3);
        let put = |body: &Value, tag: &str| server.rest("AUA", "PUT", &path, Some(body), &[("if-match", tag)]);
        let without = server.rest("AUA", "PUT", &path, Some(&body), &[]).refused(428);
        assert_eq!(without.json()["code"], "precondition_required");
        for old in ["\"1.2.00000000\"", &format!("W/{}", etag(&document)), "nonsense", "\"\""] {
            assert_eq!(put(&body, old).refused(412).json()["code"], "precondition");
        }
        let changed = put(&body, &etag(&document)).ok();
        assert_eq!(changed.json()["version"], 2);
        put(&body, &etag(&document)).refused(412);
        put(&body, &etag(&created)).refused(412);
        // What a change is answered with can be changed further.
        body["declaration"]["Data"]["GrossWeight"] = json!(4);
        put(&body, &etag(&changed)).ok();
        put(&body, "*").ok();
        let now = read(server, "AUA", &id).ok().json();
        assert_eq!((&now["declaration"]["Data"]["GrossWeight"], &now["version"]), (&json!(4), &json!(3)));
        // The mail object counts as well, and a decision in between does not stand in the way.
        let tag = etag(&read(server, "AUA", &id).ok());
        server.call_as("DE", "StoreResponse", respond(&id, "AUA", "DEA", "13", 2)).ok();
        body["mailObject"]["MailClassCd"] = json!("C");
        put(&body, &tag).ok();
        put(&body, &tag).refused(412);
        body["light"] = json!("what was read");
        body["lihgt"] = json!(1);
        assert_eq!(put(&body, "*").refused(400).faults(), [("type".to_owned(), "/lihgt".to_owned())]);
    }

    fn of_twenty_changes_at_once_one_is_made(server) {
        let id = fresh_id("AU");
        let tag = etag(&create(server, &id, "final").refused(201));
        let path = format!("/v1/declarations/{id}");
        let change = |number: usize| {
            let mut body = new(&id, "AUA", "DEA", "final");
            body["declaration"]["Data"]["GrossWeight"] = json!(number + 2);
            let bearer = format!("Bearer {}", token_of("AUA"));
            let headers = [("authorization", bearer.as_str()), ("x-entrepost-user", "tester"), ("if-match", &tag)];
            server.ask("PUT", &path, Some(body.to_string().as_bytes()), &headers).status
        };
        let statuses: Vec<u16> = thread::scope(|scope| {
            let all: Vec<_> = (0..20).map(|number| scope.spawn(move || change(number))).collect();
            all.into_iter().map(|one| one.join().expect("a status")).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 412).count(), 19, "{statuses:?}");
        assert_eq!(read(server, "AUA", &id).ok().json()["version"], 2);
    }

    fn a_patch_changes_what_it_names(server) {
        let id = fresh_id("AU");
        let mut first = new(&id, "AUA", "DEA", "draft");
        first["declaration"]["Data"]["InsuredValue"] = json!(7);
        let mut tag = etag(&server.rest("AUA", "POST", "/v1/declarations", Some(&first), &[]).refused(201));
        let path = format!("/v1/declarations/{id}");
        let patch = |text: &str, tag: &str| {
            let bearer = format!("Bearer {}", token_of("AUA"));
            let headers = [
                ("authorization", bearer.as_str()), ("x-entrepost-user", "tester"), ("if-match", tag),
                ("content-type", "application/merge-patch+json"),
            ];
            server.ask("PATCH", &path, Some(text.as_bytes()), &headers)
        };
        let changed = patch(r#"{"declaration":{"Data":{"GrossWeight":1.2345678901234567890,"InsuredValue":null}},"mailObject":{"LocalId":"X1"}}"#, &tag).ok();
        tag = etag(&changed);
        let now = read(server, "AUA", &id).ok();
        assert!(now.text.contains(r#""GrossWeight":1.2345678901234567890"#), "{}", now.text);
        let document = now.json();
        let data = &document["declaration"]["Data"];
        assert_eq!((&data["InsuredValue"], &data["SenderName"]), (&Value::Null, &json!("Harbour Toys Pty")));
        assert_eq!((&document["mailObject"]["LocalId"], &document["states"]["declaration"]), (&json!("X1"), &json!(1)), "still a draft");
        let read_only = patch(r#"{"light":{"light":"Green"},"version":9}"#, &tag).refused(400).faults();
        assert_eq!(read_only, [("read_only".to_owned(), "/light".to_owned()), ("read_only".to_owned(), "/version".to_owned())]);
        assert_eq!(patch(r#"{"declaration":null}"#, &tag).refused(400).faults(), [("required".to_owned(), "/declaration".to_owned())]);
        assert_eq!(patch("[1]", &tag).refused(400).faults(), [("json".to_owned(), String::new())]);
        let wrong = patch(r#"{"declaration":{"Data":{"ContentPieces":[{"Amount":[]}]}}}"#, &tag).refused(400).faults();
        assert_eq!(wrong, [("type".to_owned(), "/declaration/Data/ContentPieces/0/Amount".to_owned())]);
        // Passed on, it is no draft any more.
        let passed_on = patch(r#"{"event":"final"}"#, &tag).ok();
        assert_eq!(passed_on.json()["state"], 2);
        let back = patch(r#"{"event":"draft"}"#, &etag(&passed_on)).refused(409);
        assert_eq!((back.json()["code"].as_str(), back.faults()), (Some("state"), vec![("state".to_owned(), "/evtCd".to_owned())]));
        let other = patch(r#"{"mailObject":{"Id":"EE000000000AU"}}"#, &etag(&passed_on)).refused(409);
        assert_eq!(other.json()["code"], "ambiguous");
        // A change of nothing is none.
        assert_eq!(patch("{}", &etag(&passed_on)).ok().json()["outcome"], "unchanged");
    }

    fn a_key_makes_repeats_harmless(server) {
        let id = fresh_id("AU");
        let body = new(&id, "AUA", "DEA", "final").to_string();
        let send = |verb: &str, path: &str, body: &str, key: &str| {
            let bearer = format!("Bearer {}", token_of("AUA"));
            let headers = [
                ("authorization", bearer.as_str()), ("x-entrepost-user", "tester"), ("idempotency-key", key), ("if-match", "*"),
            ];
            server.ask(verb, path, Some(body.as_bytes()), &headers)
        };
        let answers: Vec<(u16, String)> = thread::scope(|scope| {
            let send = || { let answer = send("POST", "/v1/declarations", &body, &id); (answer.status, answer.text) };
            let all: Vec<_> = (0..30).map(|_| scope.spawn(send)).collect();
            all.into_iter().map(|one| one.join().expect("an answer")).collect()
        });
        assert_eq!(answers.iter().collect::<BTreeSet<_>>().len(), 1, "{answers:?}");
        assert_eq!(answers[0].0, 201);
        assert_eq!(read(server, "AUA", &id).ok().json()["version"], 1);
        for (verb, path, other) in [
            ("POST", "/v1/declarations", body.replace("38.5", "39.5")),
            ("PUT", &*format!("/v1/declarations/{id}"), body.clone()),
            ("POST", "/v1/declarations/batch", format!("{{\"declarations\":[{body}]}}")),
        ] {
            assert_eq!(send(verb, path, &other, &id).refused(422).json()["code"], "key_reused", "{verb} {path}");
        }
        assert_eq!(send("POST", "/v1/declarations", &body, "two words").refused(400).faults()[0].1, "/Idempotency-Key");
    }

    fn a_change_that_was_made_is_answered_again_by_its_key(server) {
        let id = fresh_id("AU");
        let tag = etag(&create(server, &id, "final").refused(201));
        let mut body = new(&id, "AUA", "DEA", "final");
        body["declaration"]["Data"]["GrossWeight"] = json!(9);
        let headers = [("if-match", tag.as_str()), ("idempotency-key", id.as_str())];
        let change = || server.rest("AUA", "PUT", &format!("/v1/declarations/{id}"), Some(&body), &headers);
        let (first, again) = (change().ok(), change().ok());
        assert_eq!(first.text, again.text, "the version it names has passed, but it was made");
    }

    fn a_batch_says_what_became_of_each(server) {
        let (good, draft, other) = (fresh_id("AU"), fresh_id("AU"), fresh_id("AU"));
        create(server, &draft, "final").refused(201);
        let mut foreign = new(&other, "AUA", "DEA", "final");
        foreign["declaration"]["PostOrganizationCd"] = json!("FRA");
        let body = json!({ "declarations": [
            new(&good, "AUA", "DEA", "final"),
            new(&draft, "AUA", "DEA", "final"),
            { "mailObject": { "Id": other, "PostingDt": "yesterday" } },
            foreign,
            new(&draft, "AUA", "DEA", "draft"),
            { "mailObject": mail_object(&other, "AUA", "DEA") },
        ] });
        let outcomes = server.rest("AUA", "POST", "/v1/declarations/batch", Some(&body), &[]).ok().json();
        let each: Vec<(&str, &str)> = outcomes["outcomes"].as_array().expect("a list").iter()
            .map(|one| (one["outcome"].as_str().expect("a word"), one["errors"][0]["path"].as_str().unwrap_or("-")))
            .collect();
        assert_eq!(each, [
            ("stored", "-"),
            ("unchanged", "-"),
            ("refused", "/declarations/2/mailObject/PostingDt"),
            ("refused", "/declarations/3"),
            ("refused", "/evtCd"),
            ("refused", "/declarations/5/declaration"),
        ]);
        let (a, b) = (fresh_id("AU"), fresh_id("AU"));
        let mut bad = new(&b, "AUA", "DEA", "final");
        bad["mailObject"]["DestPostOrgCd"] = json!("D");
        let both = json!({ "declarations": [new(&a, "AUA", "DEA", "final"), bad] });
        let atomic = |body: &Value| server.rest("AUA", "POST", "/v1/declarations/batch?atomic=true", Some(body), &[]);
        let refused = atomic(&both).refused(400);
        assert_eq!(refused.json()["errors"][0]["index"], 1, "{}", refused.text);
        read(server, "AUA", &a).refused(404);
        let stored = atomic(&json!({ "declarations": [new(&a, "AUA", "DEA", "final"), new(&b, "AUA", "DEA", "final")] })).ok();
        assert_eq!(stored.json()["outcomes"][1], json!({ "index": 1, "itemId": b, "outcome": "stored", "errors": [], "more": 0 }));
        let one = atomic(&json!({ "declarations": [new(&a, "AUA", "DEA", "final")] })).ok().json();
        assert_eq!(one["outcomes"][0]["outcome"], "unchanged");
        let many = json!({ "declarations": vec![json!({}); 1001] });
        server.rest("AUA", "POST", "/v1/declarations/batch", Some(&many), &[]).refused(400);
        assert_eq!(server.rest("AUA", "POST", "/v1/declarations/batch", Some(&json!({ "declarations": [] })), &[]).ok().json(), json!({ "outcomes": [] }));
    }

    fn pages_hold_each_item_once_while_others_are_added(server) {
        let ids: BTreeSet<String> = (0..23).map(|_| fresh_id("AU")).collect();
        for id in &ids {
            create(server, id, "final").refused(201);
        }
        let mut path = "/v1/declarations?flow=outbound&origPost=AUA&limit=4&count=true".to_owned();
        let mut met = Vec::new();
        for round in 0.. {
            assert!(round < 200, "the pages end");
            let page = server.rest("AUA", "GET", &path, None, &[]).ok();
            let items = page.json()["items"].as_array().expect("a list").clone();
            assert!(page.header("x-total-count").is_some() && items.len() <= 4);
            met.extend(items.iter().map(|item| item["itemId"].as_str().expect("an id").to_owned()));
            create(server, &fresh_id("AU"), "draft").refused(201);
            let Some(next) = page.header("link") else { break };
            path = next.strip_prefix('<').and_then(|next| next.strip_suffix(">; rel=\"next\"")).expect("a link").to_owned();
            if ids.iter().all(|id| met.contains(id)) { break }
        }
        for id in &ids {
            assert_eq!(met.iter().filter(|one| *one == id).count(), 1, "{id}");
        }
        let cursor = path.split("cursor=").nth(1).expect("a cursor");
        let altered = path.replace(cursor, &cursor.replace(&cursor[..4], "AAAA"));
        assert_eq!(server.rest("AUA", "GET", &altered, None, &[]).refused(400).json()["code"], "cursor");
        let foreign = server.rest("FRA", "GET", &path, None, &[]).refused(400);
        assert_eq!(foreign.json()["code"], "cursor");
    }

    fn lists_are_narrowed_by_what_is_asked(server) {
        let (a, b) = (fresh_id("AU"), fresh_id("AU"));
        create(server, &a, "draft").refused(201);
        let mut to_france = new(&b, "AUA", "FRA", "final");
        to_france["mailObject"]["MailClassCd"] = json!("C");
        to_france["mailObject"]["PostingDt"] = json!("2026-10-01T10:00:00Z");
        server.rest("AUA", "POST", "/v1/declarations", Some(&to_france), &[]).refused(201);
        server.call_as("AU", "StoreResponse", respond(&b, "AUA", "FRA", "13", 6)).ok();
        server.settle();
        let found = |org: &str, query: &str| -> BTreeSet<String> {
            let page = server.rest(org, "GET", &format!("/v1/declarations?limit=1000&{query}"), None, &[]).ok().json();
            let items = page["items"].as_array().expect("a list").clone();
            items.iter().map(|item| item["itemId"].as_str().expect("an id").to_owned()).filter(|id| *id == a || *id == b).collect()
        };
        let (only_a, only_b): (BTreeSet<String>, BTreeSet<String>) = ([a.clone()].into(), [b.clone()].into());
        for (query, expected) in [
            ("", [a.clone(), b.clone()].into()),
            (&*format!("itemId={a}"), only_a.clone()),
            ("destPost=FRA", only_b.clone()),
            ("destPost=DEA&origPost=AUA", only_a.clone()),
            ("mailClass=C", only_b.clone()),
            ("state=draft", only_a.clone()),
            ("state=final", only_b.clone()),
            ("decision=13", only_b.clone()),
            ("decision=1", BTreeSet::new()),
            ("postedTo=2026-10-01", only_b.clone()),
            ("postedFrom=2026-10-02", only_a.clone()),
            ("flow=inbound", BTreeSet::new()),
            ("changedSince=2020-01-01", [a.clone(), b.clone()].into()),
        ] {
            assert_eq!(found("AUA", query), expected, "{query}");
        }
        // Customs sees no draft, nor that there is one.
        assert_eq!((found("AU", "state=draft"), found("AU", "")), (BTreeSet::new(), only_b));
        let wrong = |query: &str| server.rest("AUA", "GET", &format!("/v1/declarations?{query}"), None, &[]).refused(400).faults();
        for (query, code, path) in [
            ("fow=inbound", "unknown_parameter", "/fow"),
            ("offset=100", "unknown_parameter", "/offset"),
            ("flow=I", "format", "/flow"),
            ("limit=0", "format", "/limit"),
            ("limit=1001", "format", "/limit"),
            ("limit=5&limit=6", "unknown_parameter", "/limit"),
            ("postedFrom=yesterday", "format", "/postedFrom"),
            ("count=yes", "format", "/count"),
        ] {
            assert_eq!(wrong(query), [(code.to_owned(), path.to_owned())], "{query}");
        }
    }

    fn a_draft_is_judged_and_submitted(server) {
        let id = fresh_id("AU");
        create(server, &id, "draft").refused(201);
        let post = |what: &str, body: Value| server.rest("AUA", "POST", &format!("/v1/declarations/{id}/{what}"), Some(&body), &[]);
        let before = read(server, "AUA", &id).ok().text;
        let judged = post("validate", json!({})).ok().json();
        assert_eq!((&judged["valid"], judged["score"].is_i64()), (&json!(true), true), "{judged}");
        assert_eq!(read(server, "AUA", &id).ok().text, before, "nothing is stored");
        let submitted = post("submit", json!({ "event": "toPost" })).ok();
        assert_eq!(submitted.json()["state"], 7);
        let judged = post("validate", json!({ "event": "draft" })).ok().json();
        assert_eq!((&judged["valid"], &judged["findings"][0]["code"], &judged["findings"][0]["level"]), (&json!(false), &json!("state"), &json!("reject")));
        assert_eq!(post("submit", json!({})).ok().json()["state"], 2);
        let path = format!("/v1/declarations/{id}/submit");
        server.rest("AUA", "POST", &path, Some(&json!({})), &[("if-match", "\"1.1.00000000\"")]).refused(412);
        assert_eq!(server.rest("AUA", "POST", &path, None, &[("if-match", "*")]).ok().json()["outcome"], "unchanged");
    }

    fn a_declaration_is_withdrawn_until_the_item_leaves(server) {
        let id = fresh_id("AU");
        create(server, &id, "final").refused(201);
        let withdraw = |org: &str, id: &str, body: Value| server.rest(org, "POST", &format!("/v1/declarations/{id}/withdrawal"), Some(&body), &[]);
        assert_eq!(withdraw("AUA", &id, json!({})).refused(400).faults(), [("required".to_owned(), "/reason".to_owned())]);
        withdraw("AUA", &id, json!({ "reason": "x".repeat(201) })).refused(400);
        assert_eq!(read(server, "DEA", &id).ok().json()["declaration"]["Data"]["SenderName"], "Harbour Toys Pty");
        // The destination takes nothing back.
        let not_theirs = withdraw("DEA", &id, json!({ "reason": "no" })).refused(409);
        assert_eq!(not_theirs.json()["code"], "state");
        let gone = withdraw("AUA", &id, json!({ "reason": "sender changed their mind" })).ok();
        assert_eq!((&gone.json()["outcome"], &gone.json()["version"]), (&json!("withdrawn"), &json!(0)));
        for org in ["AUA", "AU", "DEA", "DE"] {
            let told = read(server, org, &id).ok().json();
            assert_eq!((&told["declaration"], &told["light"]["light"]), (&Value::Null, &json!("Red")), "{org}: {told}");
            assert_eq!((&told["light"]["reasons"][0]["code"], &told["states"]["security"]), (&json!("CANCELLED"), &json!("CANCELLED")), "{org}");
        }
        assert_eq!(withdraw("AUA", &id, json!({ "reason": "again" })).refused(409).json()["code"], "state");
        let history = server.rest("AUA", "GET", &format!("/v1/declarations/{id}/history"), None, &[]).ok().json();
        let last = history["events"].as_array().expect("events").last().expect("one").clone();
        assert_eq!((&last["event"], &last["reason"]), (&json!("declaration.withdrawn"), &json!("sender changed their mind")));
        // Declared again it is as if nothing had been.
        assert_eq!(create(server, &id, "final").refused(201).json()["version"], 2);
        for org in ["AUA", "DEA"] {
            let told = read(server, org, &id).ok().json();
            assert!(told["declaration"].is_object() && told["light"]["light"] == "Amber", "{org}: {told}");
        }
        // A draft is deleted, nobody heard of it.
        let draft = fresh_id("AU");
        create(server, &draft, "draft").refused(201);
        assert_eq!(withdraw("AUA", &draft, json!({ "reason": "typo" })).ok().json()["outcome"], "deleted");
        for state in [10, 50, 52] {
            let left = fresh_id("AU");
            create(server, &left, "final").refused(201);
            server.call_as("AUA", "UpdateMailState", mail_state(&left, "AUA", "DEA", "O", state)).ok();
            let refused = withdraw("AUA", &left, json!({ "reason": "too late" })).refused(409);
            assert_eq!(refused.json()["code"], "state");
            assert!(read(server, "AUA", &left).ok().json()["declaration"].is_object());
        }
    }

    fn a_copy_is_a_draft_of_another_item_or_has_no_item(server) {
        let (id, other) = (fresh_id("AU"), fresh_id("AU"));
        create(server, &id, "final").refused(201);
        let copy = |body: Value| server.rest("AUA", "POST", &format!("/v1/declarations/{id}/copies"), Some(&body), &[]);
        let copied = copy(json!({ "itemId": other })).refused(201);
        assert_eq!(copied.json()["declaration"]["state"], 1);
        let [from, to] = [&id, &other].map(|id| read(server, "AUA", id).ok().json());
        assert_eq!(copied.header("location"), to["links"]["self"].as_str());
        let (mut from, mut to) = (from["declaration"]["Data"].clone(), to["declaration"]["Data"].clone());
        for data in [&mut from, &mut to] {
            (data["ExtraFieldNames"], data["ExtraFieldValues"]) = (Value::Null, Value::Null);
        }
        assert_eq!(from, to);
        assert_eq!(copy(json!({ "itemId": other })).refused(409).faults(), [("state".to_owned(), "/itemId".to_owned())]);
        copy(json!({ "itemId": "a b" })).refused(400);
        let anonymous = copy(json!({})).refused(201).json();
        let found = json!({ "searchCriteria": { "Id": anonymous["anonymousId"] } });
        let found = server.call_as("AUA", "GetAnonymousDeclaration", found).ok().json();
        assert_eq!(found["GetAnonymousDeclarationResult"][0]["Data"]["SenderName"], "Harbour Toys Pty");
    }

    fn versions_tell_what_was_said_before(server) {
        let id = fresh_id("AU");
        create(server, &id, "draft").refused(201);
        let mut body = new(&id, "AUA", "DEA", "final");
        body["declaration"]["Data"]["GrossWeight"] = json!(5);
        server.rest("AUA", "POST", "/v1/declarations", Some(&body), &[]).ok();
        let version = |org: &str, number: &str| server.rest(org, "GET", &format!("/v1/declarations/{id}/versions/{number}"), None, &[]);
        let (first, second) = (version("AUA", "1").ok().json(), version("AUA", "2").ok().json());
        assert_eq!((&first["data"]["GrossWeight"], &first["current"]), (&json!(1.5), &json!(false)));
        assert_eq!((&second["data"]["GrossWeight"], &second["current"]), (&json!(5), &json!(true)));
        for none in ["3", "0", "-1", "x", "99999999999"] {
            version("AUA", none).refused(404);
        }
        // Customs may know what was passed on to it.
        version("AU", "1").refused(404);
        version("AU", "2").ok();
        version("FRA", "2").refused(404);
        let events = |org: &str| -> Vec<(String, Value)> {
            let history = server.rest(org, "GET", &format!("/v1/declarations/{id}/history"), None, &[]).ok().json();
            let events = history["events"].as_array().expect("events").clone();
            assert!(events.iter().all(|event| event["document"] == "declaration"), "{history}");
            events.iter().map(|event| (event["event"].as_str().expect("a kind").to_owned(), event["user"].clone())).collect()
        };
        assert_eq!(events("AUA"), [("declaration.draft".into(), json!("tester")), ("declaration.final".into(), json!("tester"))]);
        assert_eq!(events("AU"), [("declaration.final".to_owned(), Value::Null)]);
    }

    fn forms_are_printed_of_a_version(server) {
        let id = fresh_id("AU");
        create(server, &id, "final").refused(201);
        let path = format!("/v1/declarations/{id}/documents");
        let listed = server.rest("AUA", "GET", &path, None, &[]).ok().json();
        let addresses: Vec<String> = listed["documents"].as_array().expect("a list").iter()
            .map(|document| document["href"].as_str().expect("an address").to_owned()).collect();
        assert_eq!(addresses.len(), 3);
        for address in &addresses {
            let file = server.rest("AUA", "GET", address, None, &[]).ok();
            assert_eq!(file.header("content-type"), Some("application/pdf"));
            assert!(file.text.starts_with("%PDF-"));
            let tag = etag(&file);
            server.rest("AUA", "GET", address, None, &[("if-none-match", &tag)]).refused(304);
            server.rest("AUA", "GET", &format!("{address}?copies=2"), None, &[("if-none-match", &tag)]).ok();
        }
        let printed = server.history("AUA", &id).into_iter().filter(|row| row.event == "declaration.printed").count();
        assert_eq!(printed, 6);
        server.rest("AUA", "GET", &format!("{path}/cn99"), None, &[]).refused(404);
        server.rest("AUA", "GET", &format!("{path}/cn22?language=XX"), None, &[]).refused(400);
        server.rest("AUA", "GET", &format!("{path}/cn22"), None, &[("accept", "image/png")]).refused(406);
        let nothing = fresh_id("AU");
        server.rest("AUA", "GET", &format!("/v1/declarations/{nothing}/documents/cn22"), None, &[]).refused(404);
    }

    fn an_id_of_several_items_is_answered_with_each(server) {
        // Two uses of an id that nothing tells apart: from Australia, and from Germany, both to France.
        let id = fresh_id("AU");
        for origin in ["AUA", "DEA"] {
            server.call_as("FRA", "StoreDeclaration", store(&id, origin, "FRA", 2)).ok();
        }
        let answer = read(server, "FRA", &id);
        if answer.status == 409 {
            let links = answer.json()["links"].as_array().expect("links").clone();
            assert_eq!((answer.json()["code"].as_str(), links.len()), (Some("ambiguous"), 2));
            for link in links {
                server.rest("FRA", "GET", link.as_str().expect("an address"), None, &[]).ok();
            }
        } else {
            assert_eq!(answer.ok().json()["mailObject"]["OrigPostOrgCd"], "AUA", "the one that may use the id");
        }
    }
}

#[test]
fn a_withdrawal_reaches_a_partner_elsewhere() {
    let [australia, germany] = Server::pair([Engine::Sqlite, Engine::Sqlite]);
    let id = fresh_id("AU");
    create(&australia, &id, "final").refused(201);
    assert!(read(&germany, "DEA", &id).ok().json()["declaration"].is_object());
    let reason = json!({ "reason": "the sender keeps the item" });
    australia.rest("AUA", "POST", &format!("/v1/declarations/{id}/withdrawal"), Some(&reason), &[]).ok();
    for org in ["DEA", "DE"] {
        let told = read(&germany, org, &id).ok().json();
        assert_eq!((&told["declaration"], &told["states"]["security"]), (&Value::Null, &json!("CANCELLED")), "{org}");
    }
    create(&australia, &id, "final").refused(201);
    assert!(read(&germany, "DEA", &id).ok().json()["declaration"].is_object());
}

#[test]
fn what_a_change_leaves_out_of_the_mail_object_is_checked_as_it_was() {
    let server = Server::start_strict(Engine::Sqlite);
    let id = fresh_id("AU");
    let created = create(&server, &id, "final").refused(201);
    let mut changed = json!({ "declaration": declaration("38.50") });
    changed["declaration"]["Data"]["GrossWeight"] = json!(2);
    let path = format!("/v1/declarations/{id}");
    let answer = server.rest("AUA", "PUT", &path, Some(&changed), &[("if-match", &etag(&created))]).ok();
    assert_eq!(answer.json()["version"], 2);
    assert_eq!(read(&server, "AUA", &id).ok().json()["mailObject"]["MailClassCd"], "E");
}
