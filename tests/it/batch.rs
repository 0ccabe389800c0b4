//! Many entries in one call, and requests that are sent twice.

use std::collections::BTreeSet;
use std::time::Duration;

use entrepost::http::methods;
use entrepost::limits;
use entrepost::service::users::Administrator;
use serde_json::{Value, json};

use crate::harness::data::{declaration, fresh_id, mail_object, response, store};
use crate::harness::server::token_of;
use crate::harness::{Answer, Server};
use crate::on_both_engines;
use crate::samples::{self, SAMPLES};

/// A view with a declaration from AUA to DEA.
fn declared(id: &str, amount: &str) -> Value {
    json!({ "MailObject": mail_object(id, "AUA", "DEA"), "Declaration": declaration(amount) })
}

fn responded(id: &str, decision: &str) -> Value {
    json!({ "MailObject": mail_object(id, "AUA", "DEA"), "Response": response(decision, 0) })
}

fn views(views: &[Value]) -> Value {
    json!({ "cdsViews": views })
}

/// An item that was sent.
const SENT: &str = "EE100000014AU";

const PER_ITEM: (&str, &str) = ("prefer", "outcome=per-item");

/// Index, item id, code and path of every finding.
fn located(answer: &Answer) -> Vec<(u64, String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let details = answer.json()["Details"].as_array().cloned().unwrap_or_default();
    let one = |detail: &Value| {
        let index = detail["Index"].as_u64().expect("an index");
        (index, text(&detail["ItemId"]), text(&detail["Code"]), text(&detail["Path"]))
    };
    details.iter().map(one).collect()
}

/// Sends as long as the answer is that nothing was stored and the same may be tried again.
#[track_caller]
fn until_taken(send: impl Fn() -> Answer) {
    for _ in 0..50 {
        let answer = send();
        if answer.status != 503 {
            answer.ok();
            return;
        }
        assert_eq!(answer.header("retry-after"), Some("1"));
    }
    panic!("refused fifty times");
}

fn amount(server: &Server, id: &str) -> Value {
    server.status("DEA", "DEA", id, "I")["Declaration"]["Data"]["ContentPieces"][0]["Amount"].clone()
}

on_both_engines! {
    fn all_or_nothing_names_every_entry_at_fault(server) {
        let ids: Vec<String> = (0..5).map(|_| fresh_id("AU")).collect();
        let mut wrong_type = declared(&ids[1], "1");
        wrong_type["Declaration"]["Data"]["GrossWeight"] = json!("heavy");
        let mut two_faults = declared(&ids[2], "1");
        two_faults["MailObject"]["DestPostOrgCd"] = json!("AUA");
        two_faults["Declaration"]["Data"]["SenderCountryCd"] = json!("x");
        let list = [declared(&ids[0], "1"), wrong_type, two_faults, json!({}), json!(null), declared(&ids[4], "1")];
        let answer = server.call_as("AUA", "CreateOrUpdateDeclarations", views(&list)).refused(400);
        let expected = [
            (1, &*ids[1], "type", "cdsViews[1].Declaration.Data.GrossWeight"),
            (2, &*ids[2], "posts", "cdsViews[2].MailObject.DestPostOrgCd"),
            (2, &*ids[2], "format", "cdsViews[2].Declaration.Data.SenderCountryCd"),
            (3, "-", "required", "cdsViews[3].MailObject"),
            (3, "-", "required", "cdsViews[3].Declaration"),
            (4, "-", "type", "cdsViews[4]"),
        ]
        .map(|(index, id, code, path)| (index, id.to_owned(), code.to_owned(), path.to_owned()));
        assert_eq!(located(&answer), expected);
        for id in &ids {
            assert!(server.load("AUA", json!({ "id": id })).is_empty(), "nothing was stored");
            assert!(server.status("DEA", "DEA", id, "I").is_null(), "nothing went out");
        }
        // What is only found while storing refuses the whole call too.
        let final_one = fresh_id("AU");
        server.call_as("DE", "CreateOrUpdateResponses", views(&[responded(&final_one, "2")])).ok();
        let mut unknown = responded(&ids[0], "2");
        unknown["MailObject"] = json!({ "Id": ids[0], "PId": uuid::Uuid::new_v4() });
        let mut undeletable = responded(&final_one, "2");
        undeletable["Response"]["entityState"] = json!(3);
        let list = [responded(&ids[1], "2"), unknown, undeletable];
        let answer = server.call_as("DE", "CreateOrUpdateResponses", views(&list));
        let codes: Vec<_> = located(&answer).into_iter().map(|(index, id, code, _)| (index, id, code)).collect();
        assert_eq!(codes, [(1, ids[0].clone(), "absent".into()), (2, final_one, "state".into())]);
        assert!(server.load("DE", json!({ "id": ids[1] })).is_empty());
    }

    fn per_item_stores_what_can_be_stored(server) {
        let ids: Vec<String> = (0..4).map(|_| fresh_id("AU")).collect();
        let send =
            |list: &[Value]| server.call_with("AUA", "CreateOrUpdateDeclarations", views(list), &[PER_ITEM]).ok();
        send(&[declared(&ids[0], "1")]);
        let mut faulty = declared(&ids[2], "1");
        faulty["MailObject"]["OrigPostOrgCd"] = json!("?");
        let answer =
            send(&[declared(&ids[0], "1.0"), declared(&ids[1], "1"), faulty, json!({}), declared(&ids[3], "1")]);
        assert_eq!(answer.header("preference-applied"), Some("outcome=per-item"));
        let outcomes = answer.json()["Outcomes"].clone();
        let words: Vec<&str> =
            outcomes.as_array().expect("a list").iter().filter_map(|one| one["Outcome"].as_str()).collect();
        assert_eq!(words, ["unchanged", "stored", "refused", "refused", "stored"]);
        assert_eq!((&outcomes[1]["Index"], &outcomes[1]["ItemId"]), (&json!(1), &json!(ids[1])));
        assert_eq!(outcomes[1]["Errors"], json!([]));
        assert_eq!(outcomes[2]["Errors"][0]["Path"], "cdsViews[2].MailObject.OrigPostOrgCd");
        for (id, there) in ids.iter().zip([true, true, false, true]) {
            assert_eq!(amount(server, id) == 1, there, "{id}");
        }
        let answer = server.call_with(
            "DE",
            "CreateOrUpdateResponses",
            views(&[responded(&ids[0], "2"), responded(&ids[0], "no code")]),
            &[("prefer", "respond-async, outcome=per-item")],
        );
        let outcomes = answer.ok().json()["Outcomes"].clone();
        assert_eq!((&outcomes[0]["Outcome"], &outcomes[1]["Outcome"]), (&json!("stored"), &json!("refused")));
        assert_eq!(server.status("AUA", "AUA", &ids[0], "O")["DCResponse"]["Data"]["DecisionCd"], "2");
    }

    fn an_entry_about_others_stands_alone(server) {
        let ids: Vec<String> = (0..2).map(|_| fresh_id("AU")).collect();
        let foreign = |document: &str, member: &str, code: &str| {
            let mut view = json!({ "MailObject": mail_object(&ids[1], "AUA", "DEA"), "Declaration": declaration("1"),
                "Response": response("2", 0) });
            view[document][member] = json!(code);
            view
        };
        let elsewhere = json!({ "MailObject": mail_object(&ids[1], "FRA", "PTA"), "Response": response("2", 0) });
        let cases = [
            ("AUA", "CreateOrUpdateDeclarations", foreign("Declaration", "PostOrganizationCd", "FRA")),
            ("AUA", "CreateOrUpdateDeclarations", foreign("Declaration", "CustOrganizationCd", "DE")),
            ("DE", "CreateOrUpdateResponses", foreign("Response", "PostOrganizationCd", "FRA")),
            ("DE", "CreateOrUpdateResponses", foreign("Response", "CustOrganizationCd", "FR")),
            ("DE", "CreateOrUpdateResponses", elsewhere),
        ];
        let mut said = std::collections::BTreeSet::new();
        for (org, method, theirs) in cases {
            let own = json!({ "MailObject": mail_object(&ids[0], "AUA", "DEA"), "Declaration": declaration("1"),
                "Response": response("2", 0) });
            let mixed = views(&[own.clone(), theirs.clone()]);
            let answer = server.call_as(org, method, mixed.clone()).refused(400);
            assert_eq!(located(&answer), [(1, ids[1].clone(), "absent".into(), "cdsViews[1]".into())]);
            said.insert(answer.json()["Details"][0]["Message"].to_string());
            let outcomes = server.call_with(org, method, mixed, &[PER_ITEM]).ok().json()["Outcomes"].clone();
            assert_eq!((&outcomes[1]["Outcome"], &outcomes[1]["Errors"][0]["Code"]), (&json!("refused"), &json!("absent")));
            assert_ne!(outcomes[0]["Outcome"], "refused", "{outcomes}");
            // Nothing of the caller's among them: not entitled, as in a single call.
            for headers in [&[][..], &[PER_ITEM]] {
                server.call_with(org, method, views(&[theirs.clone(), theirs.clone()]), headers).refused(401);
            }
        }
        assert_eq!(said.len(), 1, "{said:?}");
        assert_eq!(amount(server, &ids[0]), 1);
        assert!(server.load("DE", json!({ "id": ids[1] })).is_empty() && server.load("AUA", json!({ "id": ids[1] })).is_empty());
    }

    fn the_state_of_a_view_goes_for_what_it_holds(server) {
        let id = fresh_id("AU");
        let send = |org: &str, method: &str, view: Value, state: i32| {
            let mut view = view;
            view["entityState"] = json!(state);
            server.call_as(org, method, views(&[view]))
        };
        let declare = |amount: &str, state: i32| send("AUA", "CreateOrUpdateDeclarations", declared(&id, amount), state);
        let decide = |decision: &str, state: i32| send("DE", "CreateOrUpdateResponses", responded(&id, decision), state);
        for (stored, state) in [(1, 0), (2, 0), (3, 2), (4, 1)] {
            declare(&stored.to_string(), state).ok();
            assert_eq!(amount(server, &id), stored, "state {state}");
        }
        let empty = send("AUA", "CreateOrUpdateDeclarations", json!({ "MailObject": mail_object(&id, "AUA", "DEA") }), 0);
        assert_eq!(empty.findings(), [("required".to_owned(), "cdsViews[0].Declaration".to_owned())]);
        // What is decided is what customs has seen.
        server.status("DE", "DEA", &id, "I");
        decide("2", 0).ok();
        assert_eq!(server.status("DEA", "DEA", &id, "I")["Response"]["Data"]["DecisionCd"], "2");
        let state = |path: &str| vec![("state".to_owned(), path.to_owned())];
        assert_eq!(declare("3", 3).findings(), state("cdsViews[0].Declaration.entityState"), "no draft");
        assert_eq!(decide("2", 3).findings(), state("cdsViews[0].Response.entityState"));
        for unknown in [4, -1] {
            let expected = [("out_of_range".to_owned(), "cdsViews[0].entityState".to_owned())];
            assert_eq!(declare("3", unknown).findings(), expected);
            assert_eq!(decide("2", unknown).findings(), expected);
        }
        let draft = fresh_id("AU");
        let body = json!({ "mailObject": mail_object(&draft, "AUA", "DEA"), "decl": declaration("1"), "evtCd": 1 });
        server.call_as("AUA", "StoreDeclaration", body).ok();
        send("AUA", "CreateOrUpdateDeclarations", declared(&draft, "1"), 3).ok();
        assert!(server.status("AUA", "AUA", &draft, "O")["Declaration"].is_null(), "the draft is deleted");
    }

    fn odd_batches(server) {
        // The same item twice: one after the other, as in two calls.
        let id = fresh_id("AU");
        server.call_as("AUA", "CreateOrUpdateDeclarations", views(&[declared(&id, "1"), declared(&id, "2")])).ok();
        assert_eq!(server.load("AUA", json!({ "id": id })).len(), 1);
        assert_eq!(amount(server, &id), 2);
        // Both versions are in the history of the post; its partner is told the newest.
        for (post, expected) in [("AUA", &[1, 2][..]), ("DEA", &[1])] {
            let versions: Vec<_> = server.history(post, &id).iter().filter_map(|row| row.doc_version).collect();
            assert_eq!(versions, expected, "{post}");
        }
        let amount = |org: &str, flow: &str| server.status(org, org, &id, flow)["Declaration"]["Data"].clone();
        assert_eq!(amount("DEA", "I"), amount("AUA", "O"));
        let twice = [responded(&id, "2"), responded(&id, "7"), responded(&id, "2")];
        server.call_as("DE", "CreateOrUpdateResponses", views(&twice)).ok();
        assert_eq!(server.status("AUA", "AUA", &id, "O")["DCResponse"]["Data"]["DecisionCd"], "7");

        for method in ["CreateOrUpdateDeclarations", "CreateOrUpdateResponses"] {
            for empty in [json!({ "cdsViews": [] }), json!({ "cdsViews": null }), json!({})] {
                assert_eq!(server.call_as("AUA", method, empty).ok().text, "{}");
            }
            let no_user = json!({ "token": token_of("AUA"), "cdsViews": [] });
            assert_eq!(server.call(method, &no_user).findings(), [("required".to_owned(), "userCd".to_owned())]);
            assert_eq!(server.call_as("AUA", method, json!({ "cdsViews": {} })).findings()[0].0, "type");

            let full = vec![json!({}); limits::BATCH_VIEWS];
            let errors = server.call_as("AUA", method, views(&full)).refused(400).json()["Errors"].clone();
            let rest = 2 * limits::BATCH_VIEWS - limits::FINDINGS_SHOWN;
            assert_eq!(errors[limits::FINDINGS_SHOWN], format!("… and {rest} more"));
            let over = vec![json!({}); limits::BATCH_VIEWS + 1];
            assert_eq!(server.call_as("AUA", method, views(&over)).findings()[0].0, "limit");
        }
    }

    fn a_key_makes_a_request_happen_once(server) {
        let (id, key) = (fresh_id("AU"), fresh_id("KEY"));
        let send = |amount: &str, headers: &[(&str, &str)]| {
            server.call_with("AUA", "CreateOrUpdateDeclarations", views(&[declared(&id, amount)]), headers)
        };
        let keyed = |amount: &str| send(amount, &[PER_ITEM, ("idempotency-key", &key)]);
        let first = keyed("1").ok().text;
        send("2", &[]).ok();
        assert_eq!(keyed("1").ok().text, first, "the answer of the first time");
        assert_eq!(amount(server, &id), 2, "and nothing done again");
        let reused = keyed("3").refused(422);
        assert_eq!(reused.json()["ExceptionType"], "IdempotencyKeyReusedException");
        let other_answer = send("1", &[("idempotency-key", &key)]);
        assert_eq!(other_answer.status, 422, "the same body, but another answer is wanted: {}", other_answer.text);
        let body = json!({ "mailObject": mail_object(&id, "AUA", "DEA"), "decl": declaration("1"), "evtCd": 2 });
        server.call_with("AUA", "StoreDeclaration", body, &[("idempotency-key", &key)]).refused(422);

        // Keys are each organization's own, and only writing methods look at them.
        let theirs =
            json!({ "cdsViews": [{ "MailObject": mail_object(&id, "FRA", "PTA"), "Declaration": declaration("1") }] });
        server.call_with("FRA", "CreateOrUpdateDeclarations", theirs, &[("idempotency-key", &key)]).ok();
        server.call_with("AUA", "GetHeartbeat", json!({}), &[("idempotency-key", &key)]).ok();

        // A refusal does not use up the key.
        let fresh = fresh_id("KEY");
        let fault = json!({ "cdsViews": [{}] });
        server.call_with("AUA", "CreateOrUpdateDeclarations", fault, &[("idempotency-key", &fresh)]).refused(400);
        send("4", &[("idempotency-key", &fresh)]).ok();

        for bad in ["", "two words", &"x".repeat(limits::IDEMPOTENCY_KEY_CHARS + 1)] {
            let findings = send("1", &[("idempotency-key", bad)]).findings();
            assert_eq!(findings, [("format".to_owned(), "Idempotency-Key".to_owned())], "{bad:?}");
        }
        send("4", &[("idempotency-key", &"x".repeat(limits::IDEMPOTENCY_KEY_CHARS))]).ok();

        server.clock.advance(Duration::from_secs(24 * 3600 - 60));
        assert_eq!(keyed("1").ok().text, first);
        assert_eq!(amount(server, &id), 4);
        server.clock.advance(Duration::from_secs(120));
        keyed("1").ok();
        assert_eq!(amount(server, &id), 1, "after a day the key is forgotten and the request is new");
    }

    fn a_key_holds_beyond_the_session(server) {
        let log_in = || {
            let body = json!({ "securityToken": token_of("DEA"), "userCd": "depost", "password": "xxxxxx" });
            server.call("Login", &body).ok().json()["SecurityKey"].as_str().expect("a key").to_owned()
        };
        let (id, key) = (fresh_id("DE"), fresh_id("KEY"));
        let send = |session: &str, amount: &str| {
            let view = json!({ "MailObject": mail_object(&id, "DEA", "AUA"), "Declaration": declaration(amount) });
            let mut body = views(&[view]);
            body["token"] = json!(session);
            server.post("CreateOrUpdateDeclarations", &body.to_string(), &[PER_ITEM, ("idempotency-key", &key)])
        };
        let first = log_in();
        let answer = send(&first, "1").ok().text;
        server.call("Logout", &json!({ "token": first, "userCd": "depost" })).ok();
        let second = log_in();
        assert_eq!(send(&second, "1").ok().text, answer);
        assert!(answer.contains("\"stored\""), "not done again, which would be unchanged: {answer}");
        send(&second, "2").refused(422);
        // The same text elsewhere is not the token.
        let fresh = fresh_id("KEY");
        let remarked = |remark: &str| {
            let body = format!(r#"{{"cdsViews":[],"token":"{second}","remark":"{remark}"}}"#);
            server.post("CreateOrUpdateDeclarations", &body, &[("idempotency-key", &fresh)])
        };
        remarked(&first).ok();
        remarked(&second).refused(422);
    }

    fn every_writing_method_looks_at_its_key(server) {
        samples::referred(server);
        let writing: BTreeSet<&str> =
            methods().iter().filter(|method| method.writes).map(|method| method.name).collect();
        let mut tried = BTreeSet::new();
        // In the order of the samples, of which later ones need earlier ones.
        for (method, body) in SAMPLES.iter().filter(|(method, _)| writing.contains(method)) {
            let key = fresh_id("KEY");
            let send = |body: &str| server.post(method, body, &[("idempotency-key", &key)]);
            let first = send(body).ok().text;
            assert_eq!(send(body).ok().text, first, "{method}: the answer of the first time");
            let other = body.replacen('{', r#"{"another": true,"#, 1);
            assert_eq!(send(&other).status, 422, "{method}: the key belongs to the first request");
            tried.insert(*method);
        }
        assert_eq!(tried, writing, "each writing method has a sample");
    }

    fn stores_at_the_same_time_keep_their_own_outcomes(server) {
        let clients = 12;
        let shared = fresh_id("AU");
        let tried = |client: usize| {
            let mut stored = Vec::new();
            for round in 0..6 {
                let id = fresh_id("AU");
                let amount = format!("{}", 1 + client * 10 + round);
                let key = format!("K{id}");
                let body = |amount: &str| json!({ "mailObject": mail_object(&id, "AUA", "DEA"),
                    "decl": declaration(amount), "evtCd": 2, "userCd": "tester" });
                server.call_with("AUA", "StoreDeclaration", body(&amount), &[("idempotency-key", &key)]).ok();
                // Said again by its key, refused by its key, and refused by what it says.
                server.call_with("AUA", "StoreDeclaration", body(&amount), &[("idempotency-key", &key)]).ok();
                server.call_with("AUA", "StoreDeclaration", body("9999"), &[("idempotency-key", &key)]).refused(422);
                let mut wrong = body(&amount);
                wrong["mailObject"]["DestPostOrgCd"] = json!("AUA");
                let found = server.call_as("AUA", "StoreDeclaration", wrong).refused(400).findings();
                assert!(!found.is_empty());
                let mut illegal = body("7.77");
                illegal["evtCd"] = json!(1);
                let found = server.call_as("AUA", "StoreDeclaration", illegal).refused(400).findings();
                assert_eq!(found[0].0, "state", "{found:?}");
                // And all the others store this one as well.
                let body = json!({ "mailObject": mail_object(&shared, "AUA", "DEA"), "decl": declaration(&amount),
                    "evtCd": 2 });
                server.call_as("AUA", "StoreDeclaration", body).ok();
                stored.push((id, amount));
            }
            stored
        };
        let stored: Vec<(String, String)> = std::thread::scope(|scope| {
            let running: Vec<_> = (0..clients).map(|client| scope.spawn(move || tried(client))).collect();
            running.into_iter().flat_map(|client| client.join().expect("stores")).collect()
        });
        for (id, amount) in &stored {
            let view = server.load("AUA", json!({ "id": id }))[0].clone();
            let piece = &view["Declaration"]["Data"]["ContentPieces"][0];
            assert_eq!(piece["Amount"].to_string().trim_end_matches(".0"), amount.as_str(), "{id}");
            assert_eq!(server.history("AUA", id).len(), 1, "{id}: stored once");
        }
        assert_eq!(server.history("AUA", &shared).len(), clients * 6, "each of them is a version");
        let verdict = server.block_on(|services| async move { services.verify_history().await }).expect("verifies");
        assert_eq!(verdict.fault, None);
    }

    fn stores_that_are_all_refused_make_no_user(server) {
        let refused = |client: usize| {
            for _ in 0..10 {
                let mut body = store(&fresh_id("AU"), "AUA", "DEA", 2);
                body["decl"]["Data"]["GrossWeight"] = json!(-1);
                body["userCd"] = json!("nobody");
                server.call_as("AUA", "StoreDeclaration", body).refused(400);
                // Refused by the state of the item: only a transaction finds that.
                let mut draft = store(SENT, "AUA", "DEA", 1);
                draft["decl"] = declaration(&format!("7.{client:02}"));
                draft["userCd"] = json!("nobody");
                server.call_as("AUA", "StoreDeclaration", draft).refused(400);
            }
        };
        server.call_as("AUA", "StoreDeclaration", store(SENT, "AUA", "DEA", 2)).ok();
        std::thread::scope(|scope| (0..24).for_each(|client| drop(scope.spawn(move || refused(client)))));
        let users = server.block_on(|services| async move { services.accounts(&Administrator::command_line(), "AUA").await }).expect("lists");
        assert!(users.iter().all(|user| user.user_cd != "nobody"), "{users:?}");
    }

    fn concurrent_twins_do_the_work_once(server) {
        for _ in 0..3 {
            let (id, key) = (fresh_id("AU"), fresh_id("KEY"));
            let send = || {
                let headers = [PER_ITEM, ("idempotency-key", key.as_str())];
                server.call_with("AUA", "CreateOrUpdateDeclarations", views(&[declared(&id, "1")]), &headers).ok().text
            };
            let answers: Vec<String> = std::thread::scope(|scope| {
                let twins: Vec<_> = (0..8).map(|_| scope.spawn(send)).collect();
                twins.into_iter().map(|twin| twin.join().expect("answers")).collect()
            });
            assert!(answers.iter().all(|answer| answer == &answers[0] && answer.contains("\"stored\"")), "{answers:?}");
            assert_eq!((server.history("AUA", &id).len(), server.history("DEA", &id).len()), (1, 1));
        }
    }

    fn writers_at_the_same_item_wait_for_each_other(server) {
        let id = fresh_id("AU");
        std::thread::scope(|scope| {
            for writer in 0..6 {
                let id = &id;
                scope.spawn(move || {
                    for round in 0..4 {
                        let turn = writer * 10 + round;
                        let declared = views(&[declared(id, &format!("{}", turn + 1))]);
                        until_taken(|| server.call_as("AUA", "CreateOrUpdateDeclarations", declared.clone()));
                        let mut decided = views(&[responded(id, "2")]);
                        decided["cdsViews"][0]["Response"] = response("2", turn);
                        until_taken(|| server.call_as("DE", "CreateOrUpdateResponses", decided.clone()));
                    }
                });
            }
        });
        assert_eq!(
            (server.load("AUA", json!({ "id": id })).len(), server.load("DEA", json!({ "id": id })).len()),
            (1, 1)
        );
        // What was decided last is what was declared last, once customs has seen that.
        server.status("DE", "DEA", &id, "I");
        let mut decided = views(&[responded(&id, "2")]);
        decided["cdsViews"][0]["Response"] = response("2", 60);
        server.call_as("DE", "CreateOrUpdateResponses", decided).ok();
        server.settle();
        let (here, there) = (server.status("AUA", "AUA", &id, "O"), server.status("DEA", "DEA", &id, "I"));
        assert_eq!(here["Declaration"]["Data"], there["Declaration"]["Data"]);
        assert_eq!(here["DCResponse"]["Data"], there["Response"]["Data"]);
        assert_eq!(here["DCResponse"]["Data"]["ClearanceDt"], response("2", 60)["Data"]["ClearanceDt"]);
        // Each post has its own writes, all of them, and was told of the other's at least the last.
        for (post, own, told) in [("AUA", "declaration.", "response."), ("DEA", "response.", "declaration.")] {
            let history = server.history(post, &id);
            let count = |family: &str| history.iter().filter(|row| row.event.starts_with(family)).count();
            let written = if own == "response." { 25 } else { 24 };
            assert_eq!((count(own), (1..=25).contains(&count(told))), (written, true), "{post}: {history:?}");
            let whole: Vec<_> = (1..=history.len() as i32).collect();
            assert_eq!(history.iter().map(|row| row.seq).collect::<Vec<_>>(), whole);
        }
        let verdict = server.block_on(|services| async move {
            services.seal().await?;
            services.verify_history().await
        });
        assert_eq!(verdict.expect("verifies").fault, None, "the chains hold");
    }
}
