//! Marks on items: which item is meant, names and numbers, expiry, and what the light makes of them.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::data::{declaration, fresh_id, store};
use crate::harness::{Answer, Server};
use crate::on_both_engines;

const HOUR: Duration = Duration::from_secs(3600);

fn set(server: &Server, org: &str, id: &str, info: Value) -> Answer {
    server.call_as(org, "SetWatchdogItemInfo", json!({ "itemId": id, "watchdogInfo": info }))
}

#[track_caller]
fn get(server: &Server, org: &str, id: &str) -> Value {
    let answer = server.call_as(org, "GetWatchdogItemInfo", json!({ "itemId": id })).ok();
    answer.json()["GetWatchdogItemInfoResult"].clone()
}

/// The entry of CheckItemStatus.
fn status(server: &Server, org: &str, id: &str) -> Value {
    let answer = server.call_as(org, "CheckItemStatus", json!({ "Items": [{ "ItemId": id }] })).ok();
    answer.json()["CheckItemStatusResult"][0].clone()
}

fn first_reason(entry: &Value) -> (&str, &str) {
    (entry["Light"].as_str().expect("a colour"), entry["Reasons"][0]["Code"].as_str().expect("a code"))
}

fn declare(server: &Server, id: &str, origin: &str, destination: &str, posted: &str) {
    let object = json!({ "Id": id, "OrigPostOrgCd": origin, "DestPostOrgCd": destination, "PostingDt": posted });
    let body = json!({ "mailObject": object, "decl": declaration("5"), "evtCd": 2 });
    server.call_as(origin, "StoreDeclaration", body).ok();
}

on_both_engines! {
    fn of_several_items_the_newest_is_shown_and_none_is_marked(server) {
        let id = fresh_id("AU");
        declare(server, &id, "FRA", "AUA", "2026-10-01T10:00:00Z");
        set(server, "AUA", &id, json!({ "Operation": 1, "Remarks": "the older one" })).ok();
        assert_eq!(get(server, "AUA", &id)["Remarks"], "the older one");
        declare(server, &id, "AUA", "DEA", "2026-11-01T10:00:00Z");
        assert_eq!(get(server, "AUA", &id), json!({ "ExpiryDt": null, "Operation": 0, "Remarks": null }));
        let refused = set(server, "AUA", &id, json!({ "Operation": 2 })).findings();
        assert_eq!(refused, [("ambiguous".into(), "itemId".into())]);
        assert_eq!(get(server, "FRA", &id)["Operation"], 0, "the mark is the post's own");
        set(server, "FRA", &id, json!({ "Operation": 2 })).ok();
        assert_eq!(get(server, "FRA", &id)["Operation"], 2, "one item there");
    }

    fn numbers_and_names_are_read_and_numbers_written(server) {
        let id = fresh_id("AU");
        for (sent, number) in [
            (json!(1), 1), (json!("MarkWithWarning"), 2), (json!("1"), 1), (json!("Clear"), 0), (json!("MarkAsBlocked"), 1),
            (json!(0), 0),
        ] {
            set(server, "AUA", &id, json!({ "Operation": sent })).ok();
            assert_eq!(get(server, "AUA", &id)["Operation"], json!(number), "{sent}");
        }
        for bad in [json!(3), json!("Blocked"), json!(true), json!(-1)] {
            let refused = set(server, "AUA", &id, json!({ "Operation": bad })).findings();
            assert_eq!(refused, [("type".into(), "watchdogInfo.Operation".into())], "{bad}");
        }
        let nothing = set(server, "AUA", &id, json!({ "Remarks": "no operation" })).findings();
        assert_eq!(nothing, [("required".into(), "watchdogInfo.Operation".into())]);
        let faults = server.call_as("AUA", "SetWatchdogItemInfo", json!({})).findings();
        let paths: Vec<&str> = faults.iter().map(|(_, path)| path.as_str()).collect();
        assert_eq!(paths, ["itemId", "watchdogInfo"]);
    }

    fn a_new_item_is_created_and_completed_by_whoever_knows_better(server) {
        let serial = fresh_id("AU");
        for (id, said, class) in [
            (serial.replacen("EE", "EM", 1), json!({}), "E"),
            (serial.replacen("EE", "CP", 1), json!({}), "C"),
            (serial.replacen("EE", "RR", 1), json!({}), "U"),
            (serial.replacen("EE", "LX", 1), json!({ "mailClassCd": "C" }), "C"),
            (serial.replacen("EE", "LY", 1), json!({ "mailClass": "E" }), "E"),
        ] {
            let mut body = said;
            body["itemId"] = json!(id);
            body["watchdogInfo"] = json!({ "Operation": 2, "Remarks": "look" });
            server.call_as("AUA", "SetWatchdogItemInfo", body).ok();
            let views = server.load("AUA", json!({ "postalOrgCd": "AUA", "id": id }));
            let object = &views[0]["MailObject"];
            assert_eq!((&object["MailClassCd"], &object["DestPostOrgCd"]), (&json!(class), &json!("ZZZ")), "{id}");
        }
        let body = json!({ "itemId": serial, "destinationPostalOrgCd": "DEA", "postingDate": "2026-11-01T10:00:00Z",
            "watchdogInfo": { "Operation": 1, "Remarks": "stop it" } });
        server.call_as("AUA", "SetWatchdogItemInfo", body).ok();
        server.call_as("AUA", "StoreDeclaration", store(&serial, "AUA", "DEA", 2)).ok();
        let views = server.load("AUA", json!({ "postalOrgCd": "AUA", "id": serial }));
        assert_eq!(views.len(), 1, "the declaration completes the item");
        assert_eq!(views[0]["MailObject"]["OrigPostOrgCd"], "AUA");
        assert_eq!(get(server, "AUA", &serial)["Remarks"], "stop it", "and the mark is kept");
    }

    fn marks_colour_the_light(server) {
        let id = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
        let body = json!({ "id": id, "postOrgCd": "DEA", "partnerPostOrgCd": "AUA", "referral": { "ReferralCd": "ASC" } });
        server.call_as("DEA", "CreateReferral", body).ok();
        assert_eq!(first_reason(&status(server, "AUA", &id)), ("Green", "OK_TO_LOAD"));
        set(server, "AUA", &id, json!({ "Operation": 2, "Remarks": "weigh again" })).ok();
        let warned = status(server, "AUA", &id);
        assert_eq!(first_reason(&warned), ("Amber", "WATCHDOG_WARNING"));
        assert_eq!(warned["Reasons"][0]["Text"], "Marked with a warning: weigh again");
        set(server, "AUA", &id, json!({ "Operation": 1, "Remarks": "lithium cells" })).ok();
        let blocked = status(server, "AUA", &id);
        assert_eq!(first_reason(&blocked), ("Red", "WATCHDOG_BLOCKED"));
        assert_eq!(blocked["Watchdog"]["Remarks"], "lithium cells");
        assert!(blocked["Reasons"][0]["Text"].as_str().is_some_and(|text| text.ends_with("lithium cells")));
        assert_eq!(status(server, "DEA", &id)["Watchdog"], Value::Null, "the other post has marks of its own");
        set(server, "AUA", &id, json!({ "Operation": "Clear" })).ok();
        assert_eq!(first_reason(&status(server, "AUA", &id)), ("Green", "OK_TO_LOAD"));
    }

    fn a_mark_ends_by_itself(server) {
        let id = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
        let until = (server.clock.now() + chrono::TimeDelta::hours(2)).to_rfc3339();
        set(server, "AUA", &id, json!({ "Operation": 1, "ExpiryDt": until })).ok();
        assert_eq!(status(server, "AUA", &id)["Light"], "Red");
        assert!(get(server, "AUA", &id)["ExpiryDt"].is_string());
        server.clock.advance(3 * HOUR);
        assert_eq!(get(server, "AUA", &id), json!({ "ExpiryDt": null, "Operation": 0, "Remarks": null }));
        let after = status(server, "AUA", &id);
        assert_eq!((&after["Light"], &after["Watchdog"]), (&json!("Amber"), &Value::Null));
    }

    fn history_says_who_set_a_mark_and_why(server) {
        let id = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
        set(server, "AU", &id, json!({ "Operation": 1, "Remarks": "ask the sender" })).ok();
        let rows = server.history("AUA", &id).len();
        set(server, "AU", &id, json!({ "Operation": 1, "Remarks": "ask the sender" })).ok();
        let history = server.history("AUA", &id);
        assert_eq!(history.len(), rows, "a repeat says nothing new");
        let row = history.iter().find(|row| row.event == "watchdog.set").expect("a row");
        assert_eq!(row.actor_org, "AU");
        assert!(row.detail.contains("ask the sender") && row.detail.contains("MarkAsBlocked"), "{}", row.detail);
    }

    fn customs_marks_items_that_nobody_knows_yet(server) {
        let id = fresh_id("AU");
        set(server, "DE", &id, json!({ "Operation": 1, "Remarks": "expected" })).ok();
        assert_eq!(get(server, "DE", &id)["Remarks"], "expected");
        assert_eq!(get(server, "DEA", &id)["Remarks"], "expected", "kept by its post");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
        let marked = status(server, "DEA", &id);
        assert_eq!((&marked["Light"], &marked["HasITMATT"]), (&json!("Red"), &json!(true)));
    }

    fn customs_marks_what_it_does_not_see_without_uncovering_it(server) {
        // A draft of the post, and an id that nobody knows: to customs they are alike.
        let (draft, nothing) = (fresh_id("AU"), fresh_id("AU"));
        let drafted = |event: i32| {
            let mut body = store(&draft, "AUA", "DEA", event);
            body["mailObject"]["MailClassCd"] = json!("C");
            server.call_as("AUA", "StoreDeclaration", body).ok();
        };
        drafted(1);
        // The post's own mark on its draft is nobody else's business.
        set(server, "AUA", &draft, json!({ "Operation": 1, "Remarks": "expected" })).ok();
        server.call_as("AU", "GetWatchdogItemInfo", json!({ "itemId": draft })).refused(400);
        for id in [&draft, &nothing] {
            // The draft's destination is not said, nor found to contradict.
            let body = json!({ "itemId": id, "destinationPostalOrgCd": "DEA", "mailClassCd": "E",
                "watchdogInfo": { "Operation": 1, "Remarks": "expected" } });
            server.call_as("AU", "SetWatchdogItemInfo", body).ok();
            assert_eq!(get(server, "AU", id)["Remarks"], "expected", "its own mark");
            assert!(server.load("AU", json!({ "id": id })).is_empty());
            assert!(server.status("AU", "AUA", id, "O").is_null());
            let entry = status(server, "AU", id);
            assert_eq!((&entry["Watchdog"], first_reason(&entry).1), (&Value::Null, "UNKNOWN_ITEM"), "{entry}");
            assert_eq!(get(server, "AUA", id)["Remarks"], "expected", "kept by its post");
            set(server, "AU", id, json!({ "Operation": 0 })).ok();
            assert_eq!(get(server, "AU", id)["Operation"], 0);
            set(server, "AU", id, json!({ "Operation": 1, "Remarks": "lithium cells" })).ok();
        }
        let views = server.load("AUA", json!({ "id": draft }));
        assert_eq!((views.len(), &views[0]["MailObject"]["MailClassCd"]), (1, &json!("C")), "nothing else of it changed");
        drafted(2);
        server.call_as("AUA", "StoreDeclaration", store(&nothing, "AUA", "DEA", 2)).ok();
        for id in [&draft, &nothing] {
            assert_eq!(server.load("AU", json!({ "id": id })).len(), 1);
            assert_eq!(first_reason(&status(server, "AU", id)), ("Red", "WATCHDOG_BLOCKED"));
        }
    }

    fn strangers_see_and_mark_nothing(server) {
        let id = fresh_id("AU");
        set(server, "AUA", &id, json!({ "Operation": 1, "Remarks": "mine" })).ok();
        for stranger in ["DEA", "FRA", "DE"] {
            let refused = server.call_as(stranger, "GetWatchdogItemInfo", json!({ "itemId": id })).findings();
            assert_eq!(refused, [("absent".into(), "itemId".into())]);
        }
        set(server, "FRA", &id, json!({ "Operation": 2, "Remarks": "theirs" })).ok();
        assert_eq!(get(server, "AUA", &id)["Remarks"], "mine");
        assert_eq!(get(server, "FRA", &id)["Remarks"], "theirs");
        let unseen = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&unseen, "AUA", "DEA", 1)).ok();
        let hidden = server.call_as("AU", "GetWatchdogItemInfo", json!({ "itemId": unseen })).findings();
        assert_eq!(hidden, [("absent".into(), "itemId".into())], "a draft is the post's own");
    }

    fn a_mark_set_early_is_kept_when_an_id_is_used_again(server) {
        let id = fresh_id("AU");
        declare(server, &id, "AUA", "DEA", "2025-01-10T10:00:00Z");
        // For the item that is to come, over a year later.
        let body = json!({ "itemId": id, "postingDate": "2026-11-01T10:00:00Z", "destinationPostalOrgCd": "DEA",
            "watchdogInfo": { "Operation": 1, "Remarks": "lithium cells" } });
        server.call_as("AUA", "SetWatchdogItemInfo", body).ok();
        declare(server, &id, "AUA", "DEA", "2026-11-01T10:00:00Z");
        assert_eq!(server.load("AUA", json!({ "id": id })).len(), 2, "the item that was and the one that is");
        assert_eq!(first_reason(&status(server, "AUA", &id)), ("Red", "WATCHDOG_BLOCKED"));
    }
}
