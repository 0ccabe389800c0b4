//! Customs answers: drafts, transfer to the origin, which of several counts, and answers before the data.

use entrepost::service::import::{Import, ListKind};
use serde_json::{Value, json};

use crate::harness::data::{fresh_id, respond, response, store};
use crate::harness::{Answer, Server};
use crate::on_both_engines;

/// Events stored before by the destination's customs, the event, and then: state, sent to the origin post.
type Move = (&'static [i32], i32, Option<(i32, bool)>);

const MOVES: &[Move] = &[
    (&[], 1, Some((50, false))),
    (&[1], 1, Some((50, false))),
    (&[], 2, Some((55, true))),
    (&[1], 2, Some((55, true))),
    (&[], 6, Some((55, false))),
    (&[1], 6, Some((55, false))),
    (&[6], 2, Some((55, true))),
    (&[2], 6, Some((55, true))),
    (&[], 7, Some((57, true))),
    (&[1], 7, Some((57, true))),
    (&[6], 7, Some((57, true))),
    (&[2], 7, Some((57, true))),
    (&[7], 2, Some((55, true))),
    (&[2], 1, None),
    (&[6], 1, None),
    (&[7], 1, None),
];

/// An item from AUA to DEA that both posts have.
fn item(server: &Server) -> String {
    let id = fresh_id("AU");
    server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
    id
}

/// German customs says `decision`, made `seconds` after the others' zero.
fn decide(server: &Server, id: &str, decision: &str, seconds: i64, event: i32) -> Answer {
    let mut body = respond(id, "AUA", "DEA", decision, event);
    body["resp"] = response(decision, seconds);
    server.call_as("DE", "StoreResponse", body)
}

/// Decision that counts at the destination and at the origin.
fn current(server: &Server, id: &str) -> (Value, Value) {
    let own = server.status("DEA", "DEA", id, "I")["Response"]["Data"]["DecisionCd"].clone();
    let dc = server.status("AUA", "AUA", id, "O")["DCResponse"]["Data"]["DecisionCd"].clone();
    (own, dc)
}

fn both(decision: &str) -> (Value, Value) {
    (json!(decision), json!(decision))
}

on_both_engines! {
    fn every_event_in_every_state(server) {
        for (before, event, expected) in MOVES {
            let id = item(server);
            let case = format!("{before:?} then {event}");
            for event in *before {
                decide(server, &id, "2", 0, *event).ok();
            }
            let answer = decide(server, &id, "2", 0, *event);
            let Some((state, sent)) = expected else {
                assert_eq!(answer.findings(), [("state".to_owned(), "evtCd".to_owned())], "{case}");
                assert!(answer.text.contains("allowed here: 2, 6 or 7"), "{}", answer.text);
                continue;
            };
            answer.ok();
            assert_eq!(server.status("DE", "DEA", &id, "I")["Response"]["CDSStateCd"], *state, "{case}");
            let at_post = server.status("DEA", "DEA", &id, "I");
            assert_eq!(at_post["Response"].is_object(), *state != 50, "{case}: a draft is its author's alone");
            let at_origin = server.status("AUA", "AUA", &id, "O");
            assert_eq!(at_origin["DCResponse"].is_object(), *sent, "{case}: {at_origin}");
            assert!(at_origin["Response"].is_null(), "{case}: Australian customs said nothing");
        }
        // Own customs of the origin: seen at the origin, nothing to transfer.
        let id = item(server);
        let answer = server.call_as("AU", "StoreResponse", respond(&id, "AUA", "DEA", "2", 7));
        assert_eq!(answer.findings(), [("state".to_owned(), "evtCd".to_owned())]);
        assert!(answer.text.contains("allowed here: 1, 2 or 6"), "{}", answer.text);
        server.call_as("AU", "StoreResponse", respond(&id, "AUA", "DEA", "2", 2)).ok();
        assert_eq!(server.status("AUA", "AUA", &id, "O")["Response"]["CustOrganizationCd"], "AU");
        let inbound = server.status("DEA", "DEA", &id, "I");
        assert!(inbound["Response"].is_null() && inbound["DCResponse"].is_null(), "{inbound}");
    }

    fn drafts_go_back_and_forth_until_one_is_final(server) {
        let id = item(server);
        let draft = |server: &Server| server.status("DE", "DEA", &id, "I")["Response"]["Data"]["DecisionCd"].clone();
        for decision in ["1", "2", "1"] {
            decide(server, &id, decision, 0, 1).ok();
            assert_eq!(draft(server), decision);
        }
        // What was considered and put aside before can still become the decision.
        decide(server, &id, "2", 0, 2).ok();
        assert_eq!(current(server, &id), both("2"));

        let id = item(server);
        let delete = || {
            let mut body = respond(&id, "AUA", "DEA", "1", 1);
            body["resp"] = json!({ "entityState": 3 });
            server.call_as("DE", "StoreResponse", body)
        };
        assert_eq!(delete().findings(), [("state".to_owned(), "resp.entityState".to_owned())]);
        decide(server, &id, "1", 0, 1).ok();
        delete().ok();
        assert!(server.status("DE", "DEA", &id, "I")["Response"].is_null());
        decide(server, &id, "1", 0, 2).ok();
        assert_eq!(current(server, &id), both("1"));
        assert_eq!(delete().findings(), [("state".to_owned(), "resp.entityState".to_owned())]);
    }

    fn the_newest_decision_counts_whatever_the_order_of_arrival(server) {
        let decisions = [("1", 0), ("2", 60), ("7", 120)];
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let id = item(server);
            for at in order {
                decide(server, &id, decisions[at].0, decisions[at].1, 2).ok();
            }
            assert_eq!(current(server, &id), both("7"), "{order:?}");
            // Every one is in the history, in the order it came; a repeat of any changes nothing.
            let rows = server.history("DEA", &id);
            assert_eq!(rows.iter().filter_map(|row| row.doc_version).collect::<Vec<_>>(), [1, 1, 2, 3], "{order:?}");
            for at in order {
                decide(server, &id, decisions[at].0, decisions[at].1, 2).ok();
            }
            assert_eq!(current(server, &id), both("7"), "{order:?}");
            assert_eq!(server.history("DEA", &id).len(), rows.len(), "{order:?}");
        }
        // A decision withdrawn: the older one repeated does not bring it back, the same said anew does.
        let id = item(server);
        for (decision, seconds, counts) in [("2", 0, "2"), ("3", 60, "3"), ("2", 0, "3"), ("2", 120, "2")] {
            decide(server, &id, decision, seconds, 2).ok();
            assert_eq!(current(server, &id), both(counts), "{decision} at {seconds}");
        }
    }

    fn an_acknowledgement_decides_nothing_whoever_sends_it(server) {
        let named = |org: &str| {
            let body = json!({ "decisionCode": "99" });
            let answer = server.call_as(org, "GetDecisionNameAndCategoryFromCode", body).ok().json();
            answer["GetDecisionNameAndCategoryFromCodeResult"].clone()
        };
        for org in ["AUA", "DE", "FR"] {
            assert_eq!(named(org), json!(["Acknowledged", "Information"]), "{org}");
        }
        let id = item(server);
        let state = || {
            let answer = server.call_as("DEA", "CheckItemStatus", json!({ "Items": [{ "ItemId": id }] })).ok().json();
            let entry = &answer["CheckItemStatusResult"][0];
            (entry["FiscalState"].clone(), entry["Light"].clone())
        };
        decide(server, &id, "99", 0, 2).ok();
        assert_eq!(state(), (json!("ACKED"), json!("Amber")));
        decide(server, &id, "2", 60, 2).ok();
        decide(server, &id, "99", 120, 2).ok();
        assert_eq!(state().0, "CLEARED", "and undoes nothing");
        // It may be named otherwise, and nothing else.
        let import = |row: &str| {
            let bytes = format!("customs,code,name_en,name_fr,name_es,name_pt,category,final,opens_hold\n{row}\n");
            let import = Import {
                kind: ListKind::Decisions,
                org: String::new(),
                bytes: bytes.into_bytes(),
                translations: None,
                dry_run: false,
                skip_bad: false,
            };
            server.block_on(|services| async move { services.import_list(import).await }).expect("reads")
        };
        let refused = import("DE,99,Cleared,,,,Clearance,1,0");
        assert!(!refused.stored && refused.faults[0].column == "category", "{:?}", refused.faults);
        assert!(import("DE,99,Eingegangen,,,,Information,0,0").stored);
        assert_eq!((named("DE"), named("FR")[0].clone()), (json!(["Eingegangen", "Information"]), json!("Acknowledged")));
    }

    fn within_a_second_the_later_said_counts_but_nothing_milder_after_a_prohibition(server) {
        let pairs = [("2", "1", "1", "2"), ("2", "99", "99", "2"), ("2", "4", "4", "2"), ("1", "7", "7", "7"), ("2", "7", "7", "7")];
        for (one, other, forth, back) in pairs {
            for (order, counts) in [([one, other], forth), ([other, one], back)] {
                let id = item(server);
                for decision in order {
                    decide(server, &id, decision, 0, 2).ok();
                }
                assert_eq!(current(server, &id), both(counts), "{order:?}");
            }
        }

        // Without a time of its own a decision counts from its receipt.
        let id = item(server);
        let undated = |decision: &str| {
            let mut body = respond(&id, "AUA", "DEA", decision, 2);
            body["resp"]["Data"]["ClearanceDt"] = Value::Null;
            server.call_as("DE", "StoreResponse", body).ok();
        };
        undated("7");
        server.clock.advance(std::time::Duration::from_secs(1));
        undated("2");
        assert_eq!(current(server, &id), both("2"));
    }

    fn own_and_destination_customs_are_told_apart(server) {
        let enter = |post: &str, id: &str, customs: Option<&str>, decision: &str| {
            let mut body = respond(id, "AUA", "DEA", decision, 2);
            body["resp"]["CustOrganizationCd"] = json!(customs);
            server.call_as(post, "StoreResponse", body)
        };
        let id = item(server);
        // The origin post enters what it was told: the destination's unless it names its own.
        enter("AUA", &id, None, "1").ok();
        enter("AUA", &id, Some("AU"), "2").ok();
        let view = server.status("AUA", "AUA", &id, "O");
        assert_eq!(
            (&view["DCResponse"]["Data"]["DecisionCd"], &view["DCResponse"]["CustOrganizationCd"]),
            (&json!("1"), &json!("DE"))
        );
        assert_eq!(
            (&view["Response"]["Data"]["DecisionCd"], &view["Response"]["CustOrganizationCd"]),
            (&json!("2"), &json!("AU"))
        );
        assert!(server.status("DEA", "DEA", &id, "I")["Response"].is_null(), "nobody decides for German customs");
        // The destination post enters its own customs' answer, which goes to the origin as that of German customs.
        enter("DEA", &id, Some("DE"), "7").ok();
        assert_eq!(server.status("AUA", "AUA", &id, "O")["DCResponse"]["Data"]["DecisionCd"], "7");
        for other in ["AU", "FR"] {
            let findings = enter("DEA", &id, Some(other), "2").findings();
            assert_eq!(findings, [("unknown_code".to_owned(), "resp.CustOrganizationCd".to_owned())], "{other}");
        }
        assert_eq!(current(server, &id), both("7"));
        // A draft of one is not there for the other.
        let id = item(server);
        let mut draft = respond(&id, "AUA", "DEA", "2", 1);
        draft["resp"]["CustOrganizationCd"] = json!("DE");
        server.call_as("DEA", "StoreResponse", draft).ok();
        assert!(server.status("DE", "DEA", &id, "I")["Response"].is_null());
        assert!(server.status("DEA", "DEA", &id, "I")["Response"].is_object());
    }

    fn customs_may_answer_before_the_data_arrives(server) {
        let id = fresh_id("AU");
        let mut unknown = respond(&id, "AUA", "DEA", "1", 2);
        unknown["mailObject"] = json!({ "Id": id, "PId": uuid::Uuid::new_v4() });
        assert_eq!(server.call_as("DE", "StoreResponse", unknown).findings()[0].0, "absent");
        decide(server, &id, "1", 0, 2).ok();
        let view = server.status("DEA", "DEA", &id, "I");
        assert!(view["Declaration"].is_null() && view["Response"].is_object(), "{view}");
        assert_eq!(server.load("DEA", json!({ "id": id, "partCountryCd": "AU" })).len(), 1);
        assert!(server.status("AUA", "AUA", &id, "O").is_null(), "the origin makes no item of an answer alone");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
        let answered = server.status("AUA", "AUA", &id, "O")["DCResponse"]["Data"]["DecisionCd"].clone();
        assert_eq!(answered, "1", "the answer waited for its item");
        for (org, flow) in [("AUA", "O"), ("DEA", "I")] {
            let items = server.load(org, json!({ "id": id, "flow": flow }));
            assert_eq!(items.len(), 1, "one item, not two");
            assert!(items[0]["Declaration"].is_object());
        }
        assert_eq!(current(server, &id), both("1"));
        // An unknown code is kept and shown, and is no clearance; a malformed one is refused.
        decide(server, &id, "98", 60, 2).ok();
        assert_eq!(current(server, &id), both("98"));
        for malformed in ["2a", "1234", "-1"] {
            let findings = decide(server, &id, malformed, 120, 2).findings();
            assert_eq!(findings, [("format".to_owned(), "resp.Data.DecisionCd".to_owned())], "{malformed}");
        }
        let findings = decide(server, &id, "", 120, 2).findings();
        assert_eq!(findings, [("required".to_owned(), "resp.Data.DecisionCd".to_owned())]);
    }
}
