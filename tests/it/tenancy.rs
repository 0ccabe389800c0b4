//! Whose word counts: decisions, referrals, answers and withdrawals of posts that have no say in an item are refused.

use entrepost::domain::{ItemOutcome, MessageKind};
use entrepost::limits;
use entrepost::service::import::{Import, ListKind};
use serde_json::{Value, json};

use crate::harness::Server;
use crate::harness::data::{declaration, fresh_id, mail_object, respond, response, store};
use crate::on_both_engines;

/// An item from AUA to DEA that both have, declared and told.
fn item(server: &Server) -> String {
    let id = fresh_id("AU");
    server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
    id
}

/// The entry of CheckItemStatus.
fn status(server: &Server, org: &str, id: &str) -> Value {
    let answer = server.call_as(org, "CheckItemStatus", json!({ "Items": [{ "ItemId": id }] })).ok();
    answer.json()["CheckItemStatusResult"][0].clone()
}

fn refer(server: &Server, post: &str, id: &str, code: &str, reference: &str) {
    let body = json!({ "id": id, "postOrgCd": post, "partnerPostOrgCd": "AUA",
        "referral": { "ReferralCd": code, "ReferralId": reference } });
    server.call_as(post, "CreateReferral", body).ok();
}

/// German customs wants documents whenever it decides 5.
fn raises_by_itself(server: &Server) {
    let table = "decision,reason,referral,remarks\n5,,RFI,Send the documents\n";
    let (org, bytes) = ("DE".to_owned(), table.into());
    let import = Import { kind: ListKind::Referrals, org, bytes, translations: None, dry_run: false, skip_bad: false };
    server.block_on(|services| async move { services.import_list(import).await }).expect("imports");
}

/// What became of everything that `from` sent to AUA about an item.
fn fates(server: &Server, from: &str, id: &str) -> Vec<(MessageKind, ItemOutcome)> {
    let exchange = server.exchange().clone();
    let (_, received) = server.block_on(|_| async move { exchange.item_log("AUA", id).await }).expect("a log");
    received.iter().filter(|row| row.sender == from).map(|row| (row.kind, row.fate)).collect()
}

on_both_engines! {
    fn a_post_that_the_item_does_not_go_to_has_no_say(server) {
        let id = item(server);
        // French customs answers for an item of its own making.
        server.call_as("FR", "StoreResponse", respond(&id, "AUA", "FRA", "2", 2)).ok();
        assert!(server.status("FRA", "FRA", &id, "I")["Response"].is_object(), "in its own rows it may");
        assert!(server.status("AUA", "AUA", &id, "O")["DCResponse"].is_null());
        for (code, reference) in [("ASC", "F1"), ("DNL", "F2"), ("RFI", "F3")] {
            refer(server, "FRA", &id, code, reference);
        }
        let seen = status(server, "AUA", &id);
        assert_eq!((&seen["Light"], &seen["SecurityState"]), (&json!("Amber"), &json!("ASSESSING")), "{seen}");
        assert_eq!(seen["Referrals"], json!([]));
        let refused = fates(server, "FRA", &id);
        assert!(refused.len() == 4 && refused.iter().all(|(_, state)| *state == ItemOutcome::Refused), "{refused:?}");
        // The sender is told, as a referral on its own item, and that is the end of it.
        server.deliver();
        let told = server.call_as("FRA", "GetReferralAndReferralResponse",
            json!({ "postalOrgCd": "FRA", "id": id, "flow": "I", "referralType": "ERR" })).ok().json();
        let told = &told["GetReferralAndReferralResponseResult"][0]["Referrals"];
        assert_eq!(told.as_array().map(Vec::len), Some(4), "{told}");
        assert_eq!(told[0]["RaisedByOrgCd"], "AUA");

        // The destination has its say.
        server.call_as("DE", "StoreResponse", respond(&id, "AUA", "DEA", "2", 2)).ok();
        assert_eq!(status(server, "AUA", &id)["Light"], "Green");
        refer(server, "DEA", &id, "DNL", "D1");
        assert_eq!(status(server, "AUA", &id)["SecurityState"], "STOPPED");
    }

    fn only_who_declared_an_item_takes_it_back(server) {
        let id = item(server);
        // In French rows the item passes through, to Germany and then elsewhere after all.
        server.call_as("FRA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
        server.call_as("FRA", "StoreDeclaration", store(&id, "AUA", "PTA", 2)).ok();
        assert!(server.status("DEA", "DEA", &id, "I")["Declaration"].is_object(), "it is Australia's, not France's");
        // Nor does other data take the place of the origin's own.
        let other = json!({ "mailObject": mail_object(&id, "AUA", "DEA"), "decl": declaration("1.00"), "evtCd": 2 });
        server.call_as("FRA", "StoreDeclaration", other).ok();
        let view = server.status("DEA", "DEA", &id, "I");
        assert_eq!(view["Declaration"]["Data"]["ContentPieces"][0]["Amount"].to_string(), "38.5");
        // What a post in between declared on its own, it may take back, and the origin may.
        for (who, to) in [("FRA", "PTA"), ("AUA", "FRA")] {
            let id = fresh_id("AU");
            server.call_as("FRA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
            assert!(server.status("DEA", "DEA", &id, "I")["Declaration"].is_object());
            if who == "AUA" {
                server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
            }
            server.call_as(who, "StoreDeclaration", store(&id, "AUA", to, 2)).ok();
            assert!(server.status("DEA", "DEA", &id, "I")["Declaration"].is_null(), "{who}");
        }
    }

    fn a_post_that_was_told_before_a_redirect_is_still_heard(server) {
        let id = item(server);
        refer(server, "DEA", &id, "RFI", "Q1");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "FRA", 2)).ok();
        let mut late = respond(&id, "AUA", "DEA", "7", 2);
        late["resp"] = response("7", 60);
        server.call_as("DE", "StoreResponse", late).ok();
        // It is kept, but of an item that goes elsewhere it decides nothing, and stops nothing.
        assert_eq!(server.status("AUA", "AUA", &id, "O")["DCResponse"], Value::Null);
        refer(server, "DEA", &id, "DNL", "Q2");
        assert_eq!(status(server, "AUA", &id)["SecurityState"], "ASSESSING");
        // Its question is answered to itself, not to where the item goes now.
        let answer = json!({ "id": id, "postOrgCd": "AUA", "partnerPostOrgCd": "FRA",
            "referralResponse": { "ReferralResponseCd": "R12", "ReferralId": "Q1" } });
        server.call_as("AUA", "CreateReferralResp", answer).ok();
        let dialogue = server.call_as("DEA", "GetReferralAndReferralResponse",
            json!({ "postalOrgCd": "DEA", "id": id, "flow": "I" })).ok().json();
        let answers = &dialogue["GetReferralAndReferralResponseResult"][0]["ReferralResponses"];
        assert_eq!(answers[0]["ReferralResponseCd"], "R12");
    }

    fn an_origin_that_becomes_known_is_told_what_was_decided_and_asked_before(server) {
        raises_by_itself(server);
        let id = fresh_id("AU");
        for (decision, seconds) in [("5", 0), ("1", 60)] {
            let mut early = respond(&id, "ZZZ", "DEA", decision, 2);
            early["resp"] = response(decision, seconds);
            server.call_as("DE", "StoreResponse", early).ok();
        }
        assert!(server.status("AUA", "AUA", &id, "O").is_null());
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
        server.deliver();
        let view = server.status("AUA", "AUA", &id, "O");
        assert_eq!(view["DCResponse"]["Data"]["DecisionCd"], "1");
        let entry = status(server, "AUA", &id);
        assert_eq!(entry["Referrals"][0]["Code"], "RFI");
        // Once: what comes later says nothing again.
        let told = fates(server, "DEA", &id).len();
        assert_eq!(told, 3, "two decisions and a question");
        server.call_as("DE", "StoreResponse", respond(&id, "AUA", "DEA", "2", 2)).ok();
        refer(server, "DEA", &id, "AMD", "Q1");
        assert_eq!(fates(server, "DEA", &id).len(), told + 2);

        // The same when a question makes it known.
        let id = fresh_id("AU");
        server.call_as("DE", "StoreResponse", respond(&id, "ZZZ", "DEA", "1", 2)).ok();
        refer(server, "DEA", &id, "AMD", "Q1");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
        server.deliver();
        assert_eq!(server.status("AUA", "AUA", &id, "O")["DCResponse"]["Data"]["DecisionCd"], "1");
        assert_eq!(fates(server, "DEA", &id).len(), 2);
    }

    fn an_item_full_of_referrals_is_still_decided_and_takes_no_more(server) {
        let id = item(server);
        for number in 0..limits::REFERRALS_PER_ITEM {
            refer(server, "DEA", &id, "INC", &format!("{number}"));
        }
        raises_by_itself(server);
        server.call_as("DE", "StoreResponse", respond(&id, "AUA", "DEA", "5", 2)).ok();
        let view = server.status("AUA", "AUA", &id, "O");
        assert_eq!(view["DCResponse"]["Data"]["DecisionCd"], "5", "the decision is not refused");
        // At the origin the limit holds for all who ask together.
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "FRA", 2)).ok();
        refer(server, "FRA", &id, "RFI", "F1");
        assert_eq!(fates(server, "FRA", &id), [(MessageKind::Itmref, ItemOutcome::Refused)]);
        assert_eq!(status(server, "AUA", &id)["Referrals"].as_array().map(Vec::len), Some(limits::REFERRALS_PER_ITEM));
    }
}
