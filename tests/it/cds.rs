//! Referrals, item status, anonymous declarations, watchdog: one journey each, and who may not.

use serde_json::{Value, json};

use crate::harness::data::{declaration, fresh_id, store};
use crate::on_both_engines;

on_both_engines! {
    fn a_referral_reaches_the_origin_and_its_answer_comes_back(server) {
        let id = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
        let light = |org: &str| {
            let answer = server.call_as(org, "CheckItemStatus", json!({ "Items": [{ "ItemId": id }] })).ok().json();
            answer["CheckItemStatusResult"][0].clone()
        };
        assert_eq!(light("AUA")["HasITMATT"], true);
        assert_ne!(light("AUA")["Light"], "Green", "nobody has said yes yet");

        let asked = json!({ "id": id, "postOrgCd": "DEA", "partnerPostOrgCd": "AUA",
            "referral": { "ReferralCd": "RFI", "ReferralId": "Q1", "Remarks": "invoice wanted", "Urgency": { "Level": [2] } } });
        server.call_as("DEA", "CreateReferral", asked.clone()).ok();
        server.call_as("DEA", "CreateReferral", asked).ok();
        let seen = light("AUA");
        assert_eq!(seen["Referrals"][0]["Code"], "RFI");
        assert_eq!(seen["Referrals"][0]["ResponsePending"], true);
        assert_eq!(seen["Referrals"].as_array().map(Vec::len), Some(1), "a repeat is no second referral");

        let answered = json!({ "id": id, "postOrgCd": "AUA", "partnerPostOrgCd": "DEA",
            "referralResponse": { "ReferralResponseCd": "R12", "ReferralId": "Q1", "Information": "checked" } });
        assert_eq!(server.call_as("FRA", "CreateReferralResp", answered.clone()).status, 401);
        server.call_as("AUA", "CreateReferralResp", answered).ok();
        assert_eq!(light("DEA")["Referrals"][0]["ResponsePending"], false);
        let listed = json!({ "postalOrgCd": "DEA", "flow": "I", "id": id });
        let listed = server.call_as("DEA", "GetReferralAndReferralResponse", listed).ok();
        assert!(listed.text.contains(r#""Urgency":{"Level":[2]}"#), "members we do not know come back: {}", listed.text);
    }

    fn an_unknown_item_is_never_green(server) {
        let answer = server.call_as("AUA", "CheckItemStatus", json!({ "Items": [{ "ItemId": "EE000000000XX" }] })).ok();
        let entry = &answer.json()["CheckItemStatusResult"][0];
        assert_eq!(entry["HasITMATT"], false);
        assert_ne!(entry["Light"], "Green");
    }

    fn an_anonymous_declaration_becomes_a_real_one_once(server) {
        let lodged = json!({ "anonymousDeclaration": { "Data": declaration("12.00")["Data"] } });
        let lodged = server.call_as("AUA", "CreateOrUpdateAnonymousDeclaration", lodged).ok().json();
        let anonymous = lodged["CreateOrUpdateAnonymousDeclarationResult"].as_str().expect("an id").to_owned();
        assert!(anonymous.ends_with("AU"));
        let id = fresh_id("AU");
        let convert = |item: &str| {
            let body = json!({ "anonymousDeclarationId": anonymous, "internationalItemId": item });
            server.call_as("AUA", "ConvertAnonymousToCDSDeclaration", body)
        };
        convert(&id).ok();
        convert(&id).ok();
        assert_eq!(convert(&fresh_id("AU")).status, 400, "another item id");
        let finally = json!({ "anonymousDeclId": anonymous });
        let found = server.call_as("AUA", "GetFinalDeclarationIdFromAnonymousDeclarationId", finally.clone()).ok().json();
        assert_eq!(found["GetFinalDeclarationIdFromAnonymousDeclarationIdResult"], Value::String(id));
        let foreign = server.call_as("DEA", "GetFinalDeclarationIdFromAnonymousDeclarationId", finally);
        assert_eq!(foreign.status, 400, "a person's data is found only by the post that owns it");
    }

    fn a_blocked_item_turns_the_light_red(server) {
        let id = fresh_id("AU");
        let mark = json!({ "itemId": id, "watchdogInfo": { "Operation": 1, "Remarks": "look inside" } });
        server.call_as("AUA", "SetWatchdogItemInfo", mark).ok();
        let mark = server.call_as("AUA", "GetWatchdogItemInfo", json!({ "itemId": id })).ok().json();
        assert_eq!(mark["GetWatchdogItemInfoResult"]["Operation"], 1);
        let status = server.call_as("AUA", "CheckItemStatus", json!({ "Items": [{ "ItemId": id }] })).ok();
        assert_eq!(status.json()["CheckItemStatusResult"][0]["Light"], "Red");
        assert_eq!(server.call_as("DEA", "GetWatchdogItemInfo", json!({ "itemId": id })).status, 400);
    }
}
