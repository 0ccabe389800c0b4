//! CheckItemStatus: how many items, in which order, and the colour of each light with its reasons.

use entrepost::limits;
use serde_json::{Value, json};

use crate::harness::Server;
use crate::harness::data::{fresh_id, mail_state, respond, response, store};
use crate::on_both_engines;

/// The entries of CheckItemStatus for these ids, as an organization sees them.
fn check(server: &Server, org: &str, ids: &[&str]) -> Vec<Value> {
    let items: Vec<Value> = ids.iter().map(|id| json!({ "ItemId": id })).collect();
    let answer = server.call_as(org, "CheckItemStatus", json!({ "Items": items })).ok().json();
    answer["CheckItemStatusResult"].as_array().expect("a list").clone()
}

/// Colour and codes of the reasons.
fn light(server: &Server, org: &str, id: &str) -> (String, Vec<String>) {
    let entry = check(server, org, &[id]).remove(0);
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let reasons = entry["Reasons"].as_array().expect("a list");
    assert!(reasons.iter().all(|reason| reason["Text"].as_str().is_some_and(|words| words.contains(' '))), "{entry}");
    (text(&entry["Light"]), reasons.iter().map(|reason| text(&reason["Code"])).collect())
}

/// An item from AUA to DEA.
fn declared(server: &Server) -> String {
    let id = fresh_id("AU");
    server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
    id
}

fn decide(server: &Server, customs: &str, id: &str, decision: &str) {
    server.call_as(customs, "StoreResponse", respond(id, "AUA", "DEA", decision, 2)).ok();
}

fn refer(server: &Server, id: &str, code: &str) {
    let body = json!({ "id": id, "postOrgCd": "DEA", "partnerPostOrgCd": "AUA",
        "referral": { "ReferralCd": code, "ReferralId": code } });
    server.call_as("DEA", "CreateReferral", body).ok();
}

fn answer(server: &Server, id: &str, referral: &str, code: &str) {
    let body = json!({ "id": id, "postOrgCd": "AUA", "partnerPostOrgCd": "DEA",
        "referralResponse": { "ReferralResponseCd": code, "ReferralId": referral } });
    server.call_as("AUA", "CreateReferralResp", body).ok();
}

#[track_caller]
fn is(found: (String, Vec<String>), colour: &str, codes: &[&str]) {
    assert_eq!((found.0.as_str(), found.1.iter().map(String::as_str).collect::<Vec<_>>().as_slice()), (colour, codes));
}

on_both_engines! {
    fn a_thousand_items_are_answered_in_the_order_asked_and_not_one_more(server) {
        let known = [declared(server), declared(server)];
        let mut ids: Vec<String> = (0..limits::STATUS_ITEMS).map(|number| format!("UNKNOWN{number}")).collect();
        ids[7].clone_from(&known[0]);
        ids[998].clone_from(&known[1]);
        ids[999].clone_from(&known[0]);
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let found = check(server, "DEA", &ids);
        let answered: Vec<&str> = found.iter().map(|entry| entry["ItemId"].as_str().expect("an id")).collect();
        assert_eq!(answered, ids);
        let with_data: Vec<usize> = (0..1000).filter(|at| found[*at]["HasITMATT"] == true).collect();
        assert_eq!(with_data, [7, 998, 999]);
        assert_eq!(found[7], found[999], "asked twice, answered twice");

        let mut more: Vec<Value> = ids.iter().map(|id| json!({ "ItemId": id })).collect();
        more.push(json!({ "ItemId": "UNKNOWN" }));
        let refused = server.call_as("DEA", "CheckItemStatus", json!({ "Items": more })).findings();
        assert_eq!(refused, [("too_long".into(), "Items".into())]);
        assert_eq!(check(server, "DEA", &[]), [] as [Value; 0]);
    }

    fn faulty_entries_are_named_by_their_place(server) {
        let items = json!([{ "Id": "EE1" }, { "ItemId": "a b" }, { "ItemId": "EE1", "OriginCountryCd": "au" }, {},
            { "ItemId": 7 }]);
        let refused = server.call_as("DEA", "CheckItemStatus", json!({ "Items": items })).findings();
        let paths: Vec<&str> = refused.iter().map(|(_, path)| path.as_str()).collect();
        assert_eq!(paths, ["Items[1].ItemId", "Items[2].OriginCountryCd", "Items[3].ItemId", "Items[4].ItemId"]);
        server.call_as("DEA", "CheckItemStatus", json!({})).refused(400);
        server.call_as("DEA", "CheckItemStatus", json!({ "items": [{ "id": "EE1" }] })).ok();
    }

    fn what_is_not_known_is_amber_and_has_no_data(server) {
        let drafted = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&drafted, "AUA", "DEA", 1)).ok();
        is(light(server, "DEA", "EE000000000XX"), "Amber", &["UNKNOWN_ITEM"]);
        is(light(server, "DEA", &drafted), "Amber", &["UNKNOWN_ITEM"]);
        is(light(server, "AU", &drafted), "Amber", &["UNKNOWN_ITEM"]);
        let id = declared(server);
        is(light(server, "FRA", &id), "Amber", &["UNKNOWN_ITEM"]);
        let entry = check(server, "FRA", &[&id]).remove(0);
        assert_eq!((&entry["HasITMATT"], &entry["Referrals"]), (&json!(false), &json!([])));
        assert_eq!((&entry["EarliestEventDT"], &entry["SecurityState"]), (&Value::Null, &Value::Null));
    }

    fn only_an_item_that_goes_the_way_asked_for_is_meant(server) {
        let id = declared(server);
        let has_data = |from: &str, to: &str| {
            let item = json!({ "ItemId": id, "OriginCountryCd": from, "DestinationCountryCd": to });
            let answer = server.call_as("DEA", "CheckItemStatus", json!({ "Items": [item] })).ok().json();
            answer["CheckItemStatusResult"][0]["HasITMATT"].clone()
        };
        // What is asked of the origin hides nothing that may rightly have the id.
        assert_eq!([has_data("AU", "DE"), has_data("FR", "DE"), has_data("AU", "PT")], [true, true, false]);
    }

    fn the_light_of_an_inbound_item(server) {
        let id = declared(server);
        is(light(server, "DEA", &id), "Amber", &["NO_DECISION"]);
        decide(server, "DE", &id, "2");
        is(light(server, "DEA", &id), "Green", &["CLEARED"]);
        refer(server, &id, "RFI");
        is(light(server, "DEA", &id), "Amber", &["REFERRAL_OPEN", "CLEARED"]);
        answer(server, &id, "RFI", "R12");
        is(light(server, "DEA", &id), "Green", &["CLEARED"]);
        refer(server, &id, "DNL");
        let (colour, codes) = light(server, "DEA", &id);
        assert_eq!((colour.as_str(), codes[0].as_str()), ("Red", "STOPPED"));

        for (decision, colour, first) in [
            ("4", "Green", "CLEARED_DUE"),
            ("1", "Amber", "HOLD"),
            ("8", "Amber", "NO_DECISION"),
            ("888", "Amber", "HOLD"),
            ("6", "Red", "REFUSED"),
            ("7", "Red", "DETAINED"),
        ] {
            let id = declared(server);
            decide(server, "DE", &id, decision);
            let found = light(server, "DEA", &id);
            assert_eq!((found.0.as_str(), found.1[0].as_str()), (colour, first), "{decision}");
            assert_eq!(found.1.iter().any(|code| code == "DECISION_UNKNOWN"), decision == "888");
            assert_eq!(check(server, "DE", &[&id])[0]["DecisionCd"], *decision, "customs sees the same");
        }
    }

    fn the_light_of_an_outbound_item(server) {
        let id = declared(server);
        is(light(server, "AUA", &id), "Amber", &["NOT_ASSESSED"]);
        decide(server, "AU", &id, "2");
        is(light(server, "AUA", &id), "Amber", &["NOT_ASSESSED"]);
        decide(server, "DE", &id, "2");
        is(light(server, "AUA", &id), "Green", &["DC_CLEARED"]);
        assert_eq!(check(server, "AUA", &[&id])[0]["DCDecisionCd"], "2");

        let assessed = declared(server);
        refer(server, &assessed, "ASC");
        is(light(server, "AUA", &assessed), "Green", &["OK_TO_LOAD"]);
        assert_eq!(check(server, "AUA", &[&assessed])[0]["SecurityState"], "OK_TO_LOAD");
        refer(server, &assessed, "RFS");
        assert_eq!(light(server, "AUA", &assessed).0, "Amber");
        answer(server, &assessed, "RFS", "R33");
        let (colour, codes) = light(server, "AUA", &assessed);
        assert_eq!((colour.as_str(), codes.contains(&"NOT_SETTLED".to_owned())), ("Amber", true), "{codes:?}");
        refer(server, &assessed, "DNL");
        assert_eq!(light(server, "AUA", &assessed).1[0], "STOPPED");
        server.call_as("AUA", "UpdateMailState", mail_state(&assessed, "AUA", "DEA", "O", 10)).ok();
        assert_eq!(light(server, "AUA", &assessed).1[0], "DEPARTED_AFTER_DNL");

        for (decision, colour, code) in [("6", "Red", "DC_REFUSED"), ("7", "Red", "DC_DETAINED"), ("1", "Amber", "DC_HOLD")] {
            let id = declared(server);
            refer(server, &id, "ASC");
            decide(server, "DE", &id, decision);
            let found = light(server, "AUA", &id);
            assert_eq!((found.0.as_str(), found.1[0].as_str()), (colour, code));
        }
    }

    fn an_item_that_leaves_uncleared_or_without_data_is_told(server) {
        let id = declared(server);
        server.call_as("DEA", "UpdateMailState", mail_state(&id, "DEA", "AUA", "I", 52)).ok();
        let (colour, codes) = light(server, "DEA", &id);
        assert_eq!((colour.as_str(), codes[0].as_str()), ("Red", "LEFT_UNCLEARED"));
        decide(server, "DE", &id, "2");
        assert_eq!(light(server, "DEA", &id).0, "Green");

        let bare = fresh_id("AU");
        server.call_as("DEA", "UpdateMailState", mail_state(&bare, "DEA", "AUA", "I", 50)).ok();
        is(light(server, "DEA", &bare), "Amber", &["NO_DATA", "NO_DECISION"]);
        decide(server, "DE", &bare, "2");
        is(light(server, "DEA", &bare), "Amber", &["NO_DATA", "CLEARED"]);
    }

    fn a_redirected_item_has_to_be_cleared_where_it_goes_now(server) {
        let send_to = |id: &str, post: &str| {
            server.clock.advance(std::time::Duration::from_secs(60));
            server.call_as("AUA", "StoreDeclaration", store(id, "AUA", post, 2)).ok();
        };
        let decide_at = |customs: &str, id: &str, post: &str, decision: &str, seconds: i64| {
            let mut body = respond(id, "AUA", post, decision, 2);
            body["resp"] = response(decision, seconds);
            server.call_as(customs, "StoreResponse", body).ok();
        };
        let id = declared(server);
        refer(server, &id, "ASC");
        decide(server, "DE", &id, "2");
        is(light(server, "AUA", &id), "Green", &["OK_TO_LOAD", "DC_CLEARED"]);
        send_to(&id, "FRA");
        is(light(server, "AUA", &id), "Amber", &["NOT_ASSESSED"]);
        let entry = check(server, "AUA", &[&id]).remove(0);
        assert_eq!((&entry["SecurityState"], &entry["DCDecisionCd"]), (&json!("ASSESSING"), &Value::Null));
        // What Germany says now is kept, but does not count.
        decide_at("DE", &id, "DEA", "7", 60);
        is(light(server, "AUA", &id), "Amber", &["NOT_ASSESSED"]);
        // France says what Germany said first, word for word; it counts although it is older than the last.
        decide_at("FR", &id, "FRA", "2", 0);
        is(light(server, "AUA", &id), "Green", &["DC_CLEARED"]);
        assert_eq!(server.status("AUA", "AUA", &id, "O")["DCResponse"]["CustOrganizationCd"], "FR");
        decide_at("DE", &id, "DEA", "6", 120);
        is(light(server, "AUA", &id), "Green", &["DC_CLEARED"]);
        // Bound for Germany again, everything it said counts again.
        send_to(&id, "DEA");
        is(light(server, "AUA", &id), "Red", &["DC_REFUSED", "OK_TO_LOAD"]);
        decide_at("DE", &id, "DEA", "2", 180);
        is(light(server, "AUA", &id), "Green", &["OK_TO_LOAD", "DC_CLEARED"]);

        // There and back, and nobody else has answered: what the destination decided stands.
        let id = declared(server);
        decide(server, "DE", &id, "2");
        send_to(&id, "FRA");
        assert_eq!(light(server, "AUA", &id).0, "Amber");
        send_to(&id, "DEA");
        is(light(server, "AUA", &id), "Green", &["DC_CLEARED"]);

        // The origin's own customs has answered as well: it cleared an item to somewhere else.
        let id = declared(server);
        decide(server, "DE", &id, "2");
        decide_at("AU", &id, "DEA", "2", 0);
        send_to(&id, "FRA");
        is(light(server, "AUA", &id), "Amber", &["CHANGED_SINCE_DECISION", "NOT_ASSESSED"]);
        let entry = check(server, "AUA", &[&id]).remove(0);
        assert_eq!((&entry["DecisionCd"], &entry["DCDecisionCd"]), (&Value::Null, &Value::Null));
    }

    fn a_withdrawn_item_is_cancelled_until_it_is_declared_again(server) {
        let id = declared(server);
        decide(server, "DE", &id, "2");
        is(light(server, "DEA", &id), "Green", &["CLEARED"]);
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "FRA", 2)).ok();
        let state = |org: &str| {
            let entry = check(server, org, &[&id]).remove(0);
            (entry["SecurityState"].clone(), entry["HasITMATT"].clone())
        };
        is(light(server, "DEA", &id), "Amber", &["REDIRECTED", "NO_DATA", "CLEARED"]);
        assert_eq!(state("DEA"), (json!("CANCELLED"), json!(false)));
        assert_eq!(state("FRA"), (json!("ASSESSING"), json!(true)));
        let asked = json!({ "postalOrgCd": "DEA", "id": id, "flow": "I" });
        let dialogues = server.call_as("DEA", "GetReferralAndReferralResponse", asked).ok().json();
        assert_eq!(dialogues["GetReferralAndReferralResponseResult"], json!([]), "nobody asked anything");

        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
        is(light(server, "DEA", &id), "Green", &["CLEARED"]);
        assert_eq!(state("DEA"), (json!("ASSESSING"), json!(true)));
        assert_eq!(state("FRA").0, "CANCELLED");

        // The same with a question that was open: it stays so.
        refer(server, &id, "RFI");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "FRA", 2)).ok();
        assert_eq!(state("DEA").0, "CANCELLED");
    }

    fn what_went_to_one_side_only_is_told_apart(server) {
        // Event, destination, whether the item was moved; then HasITMATT, SecurityState, FiscalState.
        let cases = [
            (6, "DEA", false, false, "ASSESSING", "SENT"),
            (7, "DEA", false, true, "DECLARED", "NOT_SENT"),
            (7, "DEA", true, true, "DECLARED", "NOT_SENT"),
            (2, "DEA", false, true, "ASSESSING", "SENT"),
            (2, "ZZZ", false, false, "ASSESSING", "SENT"),
            (1, "DEA", true, false, "NONE", "NOT_SENT"),
        ];
        for (event, destination, moved, sent, security, fiscal) in cases {
            let id = fresh_id("AU");
            server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", destination, event)).ok();
            if moved {
                server.call_as("AUA", "UpdateMailState", mail_state(&id, "AUA", "DEA", "O", 1)).ok();
            }
            let entry = check(server, "AUA", &[&id]).remove(0);
            let found = (&entry["HasITMATT"], &entry["SecurityState"], &entry["FiscalState"]);
            assert_eq!(found, (&json!(sent), &json!(security), &json!(fiscal)), "{event} {destination} {moved}");
            let lacks_data = entry["Reasons"].as_array().expect("a list").iter().any(|why| why["Code"] == "NO_DATA");
            assert_eq!(lacks_data, !sent, "{entry}");
            assert_eq!(check(server, "DEA", &[&id])[0]["HasITMATT"], sent, "the destination knows it alike");
        }
        // Sent once its destination is known.
        let id = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "ZZZ", 2)).ok();
        server.call_as("AUA", "UpdateMailState", mail_state(&id, "AUA", "DEA", "O", 1)).ok();
        assert_eq!(check(server, "AUA", &[&id])[0]["HasITMATT"], true);
        assert_eq!(check(server, "DEA", &[&id])[0]["HasITMATT"], true);
    }
}
