//! What happens to items under `/v1` besides their declarations: decisions, referrals, marks, moves; offers, and what is
//! looked up.

use serde_json::{Value, json};

use crate::harness::data::{declaration, fresh_id, mail_object, response};
use crate::harness::{Answer, Server};
use crate::on_both_engines;

fn declared(server: &Server) -> String {
    let id = fresh_id("AU");
    let new = json!({ "mailObject": mail_object(&id, "AUA", "DEA"), "declaration": declaration("38.50") });
    server.rest("AUA", "POST", "/v1/declarations", Some(&new), &[]).refused(201);
    id
}

fn get(server: &Server, org: &str, path: &str) -> Answer {
    server.rest(org, "GET", path, None, &[])
}

fn post(server: &Server, org: &str, path: &str, body: Value) -> Answer {
    server.rest(org, "POST", path, Some(&body), &[])
}

on_both_engines! {
    fn customs_decides_and_the_origin_hears_of_it(server) {
        let id = declared(server);
        let path = format!("/v1/declarations/{id}/responses");
        let made = post(server, "DE", &path, json!({ "response": response("2", 0) })).refused(201);
        assert_eq!(made.json()["itemId"], json!(id));
        let seen = get(server, "DE", made.header("location").expect("an address")).ok().json();
        assert_eq!(seen["response"]["Data"]["DecisionCd"], "2");
        let origin = get(server, "AUA", &format!("/v1/declarations/{id}")).ok().json();
        assert_eq!((&origin["dcResponse"]["Data"]["DecisionCd"], &origin["light"]["light"]), (&json!("2"), &json!("Green")));
        assert_eq!(origin["light"]["mayProceed"], true);
        let wrong = post(server, "DE", &path, json!({ "response": { "Data": {} } })).refused(400);
        assert_eq!(wrong.faults(), [("required".to_owned(), "/response/Data/DecisionCd".to_owned())]);
        assert_eq!(post(server, "DE", &path, json!({})).refused(400).faults()[0].1, "/response");
        assert_eq!(post(server, "DE", &path, json!({ "response": response("2", 0), "event": "draft" })).refused(409).json()["code"], "state");
    }

    fn what_is_asked_is_answered(server) {
        let id = declared(server);
        let path = format!("/v1/declarations/{id}/referrals");
        let referral = json!({ "referral": { "ReferralCd": "RFI", "ReferralId": "Q1", "Remarks": "what is in it?" } });
        post(server, "DEA", &path, referral.clone()).refused(201);
        let asked = get(server, "AUA", &format!("/v1/declarations/{id}")).ok().json();
        assert_eq!(asked["referrals"]["Referrals"][0]["ReferralId"], "Q1", "{asked}");
        assert_eq!(asked["referrals"]["HasPendingReferral"], true);
        let answer = json!({ "answer": { "ReferralResponseCd": "R20", "Information": "toys" } });
        post(server, "AUA", &format!("{path}/Q1/answers"), answer.clone()).refused(201);
        let answered = get(server, "DEA", &format!("/v1/declarations/{id}")).ok().json();
        assert_eq!(answered["referrals"]["ReferralResponses"][0]["Information"], "toys", "{answered}");
        assert_eq!(answered["referrals"]["HasPendingReferral"], false);
        post(server, "AUA", &format!("{path}/Q2/answers"), answer).refused(404);
        assert_eq!(post(server, "DEA", &path, json!({ "referral": {} })).refused(400).faults()[0].1, "/referral/ReferralCd");
        // The origin asks nothing about what it sends.
        post(server, "AUA", &path, referral).refused(400);
    }

    fn items_have_a_status_and_marks(server) {
        let id = declared(server);
        let status = get(server, "AUA", &format!("/v1/items/{id}")).ok();
        let by_method = server.call_as("AUA", "CheckItemStatus", json!({ "Items": [{ "ItemId": id }] })).ok().json();
        let method = &by_method["CheckItemStatusResult"][0];
        assert_eq!((&status.json()["Light"], &status.json()["Reasons"]), (&method["Light"], &method["Reasons"]));
        assert!(!status.text.contains("/Date("), "{}", status.text);
        let pid = get(server, "AUA", &format!("/v1/declarations/{id}")).ok().json()["pId"].clone();
        assert_eq!(get(server, "AUA", &format!("/v1/items/{}", pid.as_str().expect("an id"))).ok().text, status.text);
        let unknown = fresh_id("AU");
        assert_eq!(get(server, "AUA", &format!("/v1/items/{unknown}")).ok().json()["Reasons"][0]["Code"], "UNKNOWN_ITEM");
        let both = json!({ "items": [{ "itemId": id }, { "itemId": unknown, "destination": "DE" }] });
        let both = post(server, "AUA", "/v1/items/status", both).ok().json();
        assert_eq!((&both["summary"]["amber"], &both["items"][0]["ItemId"]), (&json!(2), &json!(id)));
        let wrong = post(server, "AUA", "/v1/items/status", json!({ "items": [{ "itemId": id }, { "origin": "XX" }] })).refused(400);
        let paths: Vec<String> = wrong.faults().into_iter().map(|(_, path)| path).collect();
        assert_eq!(paths, ["/items/1/itemId", "/items/1/origin"]);
        post(server, "AUA", "/v1/items/status", json!({ "items": vec![json!({ "itemId": id }); 1001] })).refused(400);

        let mark = format!("/v1/items/{id}/watchdog");
        assert_eq!(get(server, "AUA", &mark).ok().json()["Operation"], 2);
        let body = json!({ "watchdog": { "Operation": 4, "Remarks": "look", "ExpiryDt": "2099-01-01T00:00:00Z" } });
        let marked = server.rest("AUA", "PUT", &mark, Some(&body), &[]).ok().json();
        assert_eq!((&marked["Operation"], &marked["ExpiryDt"]), (&json!(4), &json!("2099-01-01T00:00:00Z")));
        assert_eq!(get(server, "AUA", &format!("/v1/items/{id}")).ok().json()["Light"], "Red");
        let clear = json!({ "watchdog": { "Operation": 2 } });
        assert_eq!(server.rest("AUA", "PUT", &mark, Some(&clear), &[]).ok().json()["Operation"], 2);
    }

    fn items_are_moved(server) {
        let id = declared(server);
        let body = json!({ "itemId": id, "flow": "outbound", "partner": "DEA", "mailState": 10 });
        let moved = post(server, "AUA", "/v1/movements", body.clone()).ok().json();
        assert_eq!((&moved["outcome"], &moved["itemId"]), (&json!("moved"), &json!(id)));
        assert_eq!(get(server, "AUA", &format!("/v1/declarations/{id}")).ok().json()["states"]["mail"], 10);
        let faults = |body: Value| -> Vec<String> {
            post(server, "AUA", "/v1/movements", body).refused(400).faults().into_iter().map(|(_, path)| path).collect()
        };
        assert_eq!(faults(json!({})), ["/flow", "/itemId", "/partner"]);
        assert_eq!(faults(json!({ "itemId": id, "flow": "transit", "partner": "DEA", "mailState": 1 })), ["/destination"]);
        assert_eq!(faults(json!({ "itemId": id, "flow": "outbound", "partner": "de" })), ["/partner", "/mailState"]);
    }

    fn goods_are_offered_changed_and_ended(server) {
        let good = json!({ "Description": "Wooden train", "Details": { "HSCode": "950300", "WeightKg": 0.8, "SellerName": "Harbour Toys", "Stock": 3, "Price": { "Amount": 20, "Currency": "EUR" } }, "ValidFrom": "2020-01-01T00:00:00Z", "ValidTo": "2099-01-01T00:00:00Z" });
        let made = post(server, "AUA", "/v1/goods", good.clone()).refused(201);
        let path = made.header("location").expect("an address").to_owned();
        assert_eq!(post(server, "AUA", "/v1/goods", good.clone()).ok().json()["outcome"], "unchanged");
        let shown = get(server, "AUA", &path).ok();
        assert_eq!((&shown.json()["Description"], &shown.json()["ValidFrom"]), (&json!("Wooden train"), &json!("2020-01-01T00:00:00Z")));
        let tag = shown.header("etag").expect("a tag").to_owned();
        assert_eq!(made.header("etag"), Some(tag.as_str()));
        server.rest("AUA", "GET", &path, None, &[("if-none-match", &tag)]).refused(304);
        let mut changed = shown.json();
        changed["Description"] = json!("Wooden ship");
        server.rest("AUA", "PUT", &path, Some(&changed), &[]).refused(428);
        server.rest("AUA", "PUT", &path, Some(&changed), &[("if-match", &tag)]).ok();
        server.rest("AUA", "PUT", &path, Some(&good), &[("if-match", &tag)]).refused(412);
        server.rest("DEA", "PUT", &path, Some(&json!({ "Description": "Mine" })), &[("if-match", "*")]).refused(404);
        let listed = |org: &str, query: &str| get(server, org, &format!("/v1/goods?{query}")).ok().json()["goods"].to_string();
        assert!(listed("AUA", "").contains("Wooden ship") && listed("DEA", "seller=AUA").contains("Wooden ship"));
        server.rest("AUA", "DELETE", &path, None, &[("if-match", &tag)]).refused(412);
        assert_eq!(server.rest("AUA", "DELETE", &path, None, &[]).refused(204).text, "");
        assert!(!listed("DEA", "seller=AUA").contains("Wooden ship"));
        assert!(get(server, "AUA", &path).ok().json()["ValidTo"].as_str().expect("a date") < "2098");
        server.rest("AUA", "DELETE", "/v1/goods/999999", None, &[]).refused(404);
        get(server, "AUA", "/v1/goods/x").refused(404);
    }

    fn services_are_offered_changed_and_ended(server) {
        let service = json!({ "ServiceNm": "Parcel by air", "DestOrganizationCd": "DEA", "MailClassCd": "C", "MailCategoryCd": "A", "ValidFrom": "2020-01-01T00:00:00Z", "ValidTo": "2099-01-01T00:00:00Z", "Details": {} });
        let made = post(server, "AUA", "/v1/services", service);
        assert_eq!(made.status, 201, "{}", made.text);
        let path = made.header("location").expect("an address").to_owned();
        let shown = get(server, "AUA", &path).ok();
        let tag = shown.header("etag").expect("a tag").to_owned();
        let mut changed = shown.json();
        changed["ServiceNm"] = json!("Parcel by sea");
        server.rest("AUA", "PUT", &path, Some(&changed), &[("if-match", &tag)]).ok();
        server.rest("AUA", "PUT", &path, Some(&changed), &[("if-match", "\"0\"")]).refused(412);
        let listed = || get(server, "DEA", "/v1/services?origin=AUA&destination=DEA").ok().json()["services"].to_string();
        assert!(listed().contains("Parcel by sea"));
        server.rest("AUA", "DELETE", &path, None, &[]).refused(204);
        assert!(!listed().contains("Parcel by sea"));
        assert_eq!(get(server, "AUA", "/v1/services").refused(400).faults()[0].1, "/destination");
    }

    fn lists_and_lanes_are_looked_up(server) {
        let lists = get(server, "DE", "/v1/reference").ok().json()["lists"].as_array().expect("a list").clone();
        assert_eq!(lists.len(), 17);
        for list in lists {
            let path = list["href"].as_str().expect("an address");
            let shown = get(server, "DE", path).ok();
            assert!(!shown.json()["entries"].as_array().expect("entries").is_empty(), "{path}");
            let tag = shown.header("etag").expect("a tag").to_owned();
            server.rest("DE", "GET", path, None, &[("if-none-match", &tag)]).refused(304);
        }
        let french = get(server, "AUA", "/v1/reference/countries?language=FR").ok().text;
        assert!(french.contains("Allemagne"), "{french}");
        get(server, "AUA", "/v1/reference/planets").refused(404);
        let codes = get(server, "AUA", "/v1/hs-codes?q=wooden%20toy%20train").ok().json();
        assert!(codes["codes"][0]["HSCode"].as_str().is_some_and(|code| code.starts_with("9503")), "{codes}");
        let found = get(server, "AUA", "/v1/restrictions?from=AU&to=DE&hs=240210").ok().json();
        assert!(found["restrictions"].is_array());
        let missing: Vec<String> = get(server, "AUA", "/v1/restrictions?to=QQ").refused(400).faults().into_iter().map(|(_, path)| path).collect();
        assert_eq!(missing, ["/from", "/to", "/hs"]);
        let level = |to: &str, rule: &str| {
            let lane = get(server, "PTA", &format!("/v1/requirements?from=PT&to={to}&class=U")).ok().json();
            assert_eq!((&lane["class"], &lane["maxWeightKg"]), (&json!("U"), &json!("7")), "{lane}");
            let rules = lane["rules"].as_array().expect("rules").clone();
            rules.iter().find(|one| one["rule"] == rule).map(|one| one["level"].as_str().expect("a level").to_owned())
        };
        // The rules of this server warn only; those nobody set are as strict as the table says.
        assert_eq!(level("DE", "required"), level("US", "required"));
        get(server, "AUA", "/v1/requirements?from=AU&to=DE&class=Q").refused(400);
    }
}

#[test]
fn a_lane_is_as_strict_as_the_table_says() {
    let server = Server::start_strict(crate::harness::Engine::Sqlite);
    let level = |to: &str, rule: &str| {
        let lane = get(&server, "AUA", &format!("/v1/requirements?from=AU&to={to}")).ok().json();
        assert_eq!(lane["maxWeightKg"], Value::Null);
        let rules = lane["rules"].as_array().expect("rules").clone();
        rules.iter().find(|one| one["rule"] == rule).map(|one| one["level"].as_str().expect("a level").to_owned())
    };
    for (to, rule, expected) in [
        ("DE", "hs_absent", Some("reject")),
        ("US", "hs_absent", Some("warn")),
        ("US", "origin_absent", Some("reject")),
        ("IN", "name_short", Some("reject")),
        ("DE", "name_short", None),
        ("DE", "foreign_id", Some("amber")),
    ] {
        assert_eq!(level(to, rule).as_deref(), expected, "{to} {rule}");
    }
}
