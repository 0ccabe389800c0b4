//! What posts offer: marketed goods and postal services, with every member, validity, buyers and restrictions.

use serde_json::{Value, json};

use crate::harness::server::token_of;
use crate::harness::{Answer, Server};
use crate::on_both_engines;
use crate::samples;
use entrepost::domain::RecordKind;

fn store_good(server: &Server, org: &str, good: Value) -> Answer {
    server.call_as(org, "StoreMarketedGood", json!({ "marketedGood": good }))
}

/// The goods of a seller, or offered to a buyer, as an organization sees them.
fn goods(server: &Server, org: &str, filters: Value) -> Vec<Value> {
    let answer = server.call_as(org, "LoadMarketedGood", filters).ok();
    answer.json()["LoadMarketedGoodResult"].as_array().expect("a list").clone()
}

fn descriptions(goods: &[Value]) -> Vec<&str> {
    goods.iter().map(|good| good["Description"].as_str().expect("a text")).collect()
}

fn store_service(server: &Server, org: &str, service: Value) -> Answer {
    server.call_as(org, "StorePostalService", json!({ "postalService": service }))
}

fn services(server: &Server, org: &str, origin: &str, destination: &str) -> Vec<Value> {
    let body = json!({ "origOrganizationCd": origin, "destOrganizationCd": destination });
    let answer = server.call_as(org, "LoadPostalServices", body).ok();
    answer.json()["LoadPostalServicesResult"].as_array().expect("a list").clone()
}

fn names(services: &[Value]) -> Vec<&str> {
    services.iter().map(|service| service["ServiceNm"].as_str().expect("a text")).collect()
}

/// `sent` with what the server gives: dates as it writes them, and what was left out.
fn as_stored(sent: &Value, added: Value) -> Value {
    let mut stored = sent.clone();
    stored["ValidFrom"] = json!("/Date(1562748420000+0000)/");
    stored["ValidTo"] = Value::Null;
    stored["entityState"] = json!(1);
    for (name, value) in added.as_object().expect("an object") {
        stored[name] = value.clone();
    }
    stored
}

on_both_engines! {
    fn goods_come_back_with_every_member(server) {
        let sent = samples::body("StoreMarketedGood")["marketedGood"].clone();
        let as_published = include_str!("samples/StoreMarketedGood.json");
        server.post("StoreMarketedGood", as_published, &[]).ok();
        let stored = goods(server, "AUA", json!({ "sellerOrganizationCd": "AUA" }));
        assert_eq!(stored, [as_stored(&sent, json!({ "ReferenceId": 1 }))]);
        let text = server.call_as("FRA", "LoadMarketedGood", json!({ "buyerOrganizationCd": "FRA" })).ok().text;
        assert!(text.contains(r#""Amount":29.90"#), "digits as sent: {text}");

        store_good(server, "AUA", sent.clone()).ok();
        assert_eq!(goods(server, "AUA", json!({ "sellerOrganizationCd": "AUA" })).len(), 1, "the same goods once");
        let mut changed = sent;
        changed["ReferenceId"] = json!(1);
        changed["Details"]["Stock"] = json!(3);
        store_good(server, "AUA", changed.clone()).ok();
        changed["Description"] = json!("Wooden boomerang, plain");
        changed["ReferenceId"] = json!(0);
        store_good(server, "AUA", changed).ok();
        let stored = goods(server, "AUA", json!({ "sellerOrganizationCd": "AUA" }));
        assert_eq!(stored.iter().map(|good| good["ReferenceId"].clone()).collect::<Vec<_>>(), [json!(1), json!(2)]);
        assert_eq!(stored[0]["Details"]["Stock"], 3);
    }

    fn goods_are_shown_to_those_they_are_offered_to(server) {
        let offer = |seller: &str, description: &str, buyers: Value| {
            let good = json!({ "Description": description, "Details": { "BuyerOrganizations": buyers } });
            store_good(server, seller, good).ok();
        };
        offer("AUA", "for all", json!(null));
        offer("AUA", "for France", json!(["FRA", "FRA"]));
        offer("AUA", "for Germany and Portugal", json!(["DEA", "PTA"]));
        offer("DEA", "from Germany", json!([]));
        let seen = |org: &str, filters: Value| {
            let found = goods(server, org, filters);
            descriptions(&found).join("; ")
        };
        let of_aua = || json!({ "sellerOrganizationCd": "AUA" });
        assert_eq!(seen("AUA", of_aua()), "for all; for France; for Germany and Portugal", "the seller sees its own");
        assert_eq!(seen("FRA", of_aua()), "for all; for France");
        assert_eq!(seen("PT", of_aua()), "for all; for Germany and Portugal", "customs sees what its post does");
        let to = |buyer: &str| json!({ "buyerOrganizationCd": buyer });
        assert_eq!(seen("FRA", to("FRA")), "for all; for France; from Germany");
        assert_eq!(seen("AUA", to("DEA")), "for all; for Germany and Portugal; from Germany");
        assert_eq!(seen("FRA", to("DEA")), "for all; from Germany", "not what is offered to others");
        assert_eq!(seen("AUA", json!({ "sellerOrganizationCd": "AUA", "buyerOrganizationCd": "FRA" })), "for all; for France");
        assert_eq!(seen("FRA", json!({ "sellerOrganizationCd": "PTA" })), "");
        let neither = server.call_as("FRA", "LoadMarketedGood", json!({})).findings();
        assert_eq!(neither, [("required".into(), "sellerOrganizationCd".into())]);

        let mut paged = Vec::new();
        let mut body = json!({ "buyerOrganizationCd": "DEA", "recordsLimit": 1 });
        loop {
            let page = server.call_as("DEA", "LoadMarketedGood", body.clone()).ok();
            paged.extend(page.json()["LoadMarketedGoodResult"].as_array().expect("a list").clone());
            let Some(cursor) = page.header("x-next-cursor") else { break };
            body["cursor"] = json!(cursor);
        }
        assert_eq!(descriptions(&paged).join("; "), "for all; for Germany and Portugal; from Germany");

        let page = server.call_as("AUA", "LoadMarketedGood", json!({ "sellerOrganizationCd": "AUA", "recordsLimit": 2 })).ok();
        let cursor = page.header("x-next-cursor").expect("one more").to_owned();
        let rest = json!({ "sellerOrganizationCd": "AUA", "recordsLimit": 2, "cursor": cursor });
        assert_eq!(seen("AUA", rest), "for Germany and Portugal");
        server.call_as("AUA", "LoadMarketedGood", json!({ "sellerOrganizationCd": "DEA", "cursor": cursor })).refused(400);
    }

    fn goods_and_services_hold_in_their_time(server) {
        let day = |days: i64| json!((server.clock.now() + chrono::TimeDelta::days(days)).to_rfc3339());
        for (name, from, to) in [("past", -9, -1), ("present", -1, 1), ("to come", 5, 9)] {
            store_good(server, "AUA", json!({ "Description": name, "ValidFrom": day(from), "ValidTo": day(to) })).ok();
            store_service(server, "AUA", json!({ "ServiceNm": name, "DestOrganizationCd": "FRA", "ValidFrom": day(from),
                "ValidTo": day(to) })).ok();
        }
        let shown = |org: &str, with_invalid: bool| {
            let found = goods(server, org, json!({ "sellerOrganizationCd": "AUA", "withInvalid": with_invalid }));
            (descriptions(&found).join("; "), names(&services(server, org, "AUA", "FRA")).join("; "))
        };
        assert_eq!(shown("FRA", false), ("present".into(), "present".into()));
        assert_eq!(shown("FRA", true).0, "present", "for the seller only");
        assert_eq!(shown("AUA", false).0, "present");
        assert_eq!(shown("AUA", true).0, "past; present; to come");
        server.clock.advance(std::time::Duration::from_secs(6 * 86_400));
        assert_eq!(shown("FRA", false), ("to come".into(), "to come".into()));
        let turned = json!({ "Description": "x", "ValidFrom": day(2), "ValidTo": day(1) });
        assert_eq!(store_good(server, "AUA", turned).findings().len(), 1);
    }

    fn who_changed_an_offer_is_kept(server) {
        let login = json!({ "securityToken": token_of("DEA"), "userCd": "depost", "password": "xxxxxx" });
        let session = server.call("Login", &login).ok().json()["SecurityKey"].clone();
        let sell = |description: &str| {
            let good = json!({ "ReferenceId": 7, "Description": description });
            server.call("StoreMarketedGood", &json!({ "token": session, "marketedGood": good })).ok();
        };
        for description in ["cuckoo clock", "cuckoo clock", "clock", "cuckoo clock"] {
            sell(description);
        }
        let service = "00000000-0000-4000-8000-000000000007";
        for name in ["letters", "parcels", "parcels"] {
            store_service(server, "DEA", json!({ "ServiceId": service, "ServiceNm": name })).ok();
        }
        let history = |kind: RecordKind, id: &'static str| {
            server.block_on(|services| async move { services.record_history("DEA", kind, id).await }).expect("rows")
        };
        let goods = history(RecordKind::Good, "7");
        let events: Vec<_> = goods.iter().map(|row| (row.seq, row.event.stored())).collect();
        assert_eq!(events, [(1, "stored"), (2, "changed"), (3, "changed")], "a repeat is no change");
        assert!(goods.iter().all(|row| row.actor_org == "DEA" && row.user_cd.as_deref() == Some("depost")));
        let replaced = |at: usize| goods[at].replaced.clone().unwrap_or_default();
        assert_eq!((replaced(0).as_str(), goods[0].digest == goods[2].digest), ("", true));
        assert!(replaced(1).contains(r#""Description":"cuckoo clock""#) && replaced(2).contains(r#""clock""#));
        let services = history(RecordKind::Service, service);
        assert_eq!(services.iter().map(|row| row.event.stored()).collect::<Vec<_>>(), ["stored", "changed"]);
        assert!(services[1].replaced.as_ref().is_some_and(|text| text.contains("letters")));
    }

    fn an_offer_is_stored_and_never_deleted(server) {
        let good = |state: i32| json!({ "Description": "boomerang", "ReferenceId": 1, "entityState": state });
        let service = |state: i32, name: &str| json!({ "ServiceNm": name, "DestOrganizationCd": "FRA", "entityState": state });
        store_good(server, "AUA", good(0)).ok();
        store_service(server, "AUA", service(0, "letters")).ok();
        store_good(server, "AUA", json!({ "ReferenceId": 1, "Description": "spear", "entityState": 0 })).ok();
        assert_eq!(descriptions(&goods(server, "AUA", json!({ "sellerOrganizationCd": "AUA" }))), ["spear"]);
        let empty = store_good(server, "AUA", json!({ "ReferenceId": 1, "entityState": 0 }));
        assert_eq!(empty.findings()[0], ("required".to_owned(), "marketedGood.Description".to_owned()));
        store_good(server, "AUA", good(2)).ok();
        store_service(server, "AUA", service(2, "letters")).ok();
        for state in [3, 4, -1] {
            let answers = [
                (store_good(server, "AUA", good(state)), "marketedGood.entityState"),
                (store_service(server, "AUA", service(state, "letters")), "postalService.entityState"),
            ];
            for (answer, path) in answers {
                assert_eq!(answer.findings(), [("out_of_range".to_owned(), path.to_owned())]);
                assert!(answer.text.contains("ValidTo"), "{}", answer.text);
            }
        }
        assert_eq!(descriptions(&goods(server, "AUA", json!({ "sellerOrganizationCd": "AUA" }))), ["boomerang"]);
        assert_eq!(names(&services(server, "AUA", "AUA", "FRA")), ["letters"]);
    }

    fn only_the_owner_stores(server) {
        let good = json!({ "Description": "boomerang", "SellerOrganizationCd": "AUA" });
        let service = json!({ "ServiceNm": "letters", "OrigOrganizationCd": "AUA", "DestOrganizationCd": "FRA" });
        for stranger in ["FRA", "DEA", "AU", "FR"] {
            store_good(server, stranger, good.clone()).refused(401);
            store_service(server, stranger, service.clone()).refused(401);
        }
        store_good(server, "AUA", good).ok();
        store_service(server, "AUA", service).ok();
        // A number or an id of somebody else is no key to it.
        store_good(server, "FRA", json!({ "Description": "mine", "ReferenceId": 1 })).ok();
        assert_eq!(descriptions(&goods(server, "AUA", json!({ "sellerOrganizationCd": "AUA" }))), ["boomerang"]);
        let theirs = services(server, "FRA", "AUA", "FRA")[0]["ServiceId"].clone();
        let taken = json!({ "ServiceNm": "taken", "ServiceId": theirs, "DestOrganizationCd": "PTA" });
        store_service(server, "FRA", taken).ok();
        assert_eq!(names(&services(server, "FRA", "AUA", "FRA")), ["letters"]);
    }

    fn goods_are_checked(server) {
        let wrong = json!({ "Description": " ", "ReferenceId": -1, "Details": { "HSCode": "abc", "SellerCountry": "Australia",
            "WeightKg": -1, "Stock": -1, "Price": { "Amount": -1, "Currency": "dollars" }, "BuyerOrganizations": ["?"] } });
        let mut paths: Vec<String> = store_good(server, "AUA", wrong)
            .findings()
            .into_iter()
            .map(|(_, path)| path.replacen("marketedGood.", "", 1))
            .collect();
        paths.sort();
        assert_eq!(paths, [
            "Description", "Details.BuyerOrganizations[0]", "Details.HSCode", "Details.Price.Amount",
            "Details.Price.Currency", "Details.SellerCountry", "Details.Stock", "Details.WeightKg", "ReferenceId",
        ]);
        let warned = |code: &str| {
            let good = json!({ "Description": format!("goods {code}"), "Details": { "HSCode": code } });
            store_good(server, "AUA", good).ok().header("x-entrepost-warnings").map(str::to_owned)
        };
        assert_eq!(warned("9503.00"), Some("0".into()));
        assert_eq!(warned("95030099"), Some("0".into()));
        assert_eq!(warned("987654"), Some("1".into()), "no such code");
    }

    fn restrictions_of_goods_are_those_of_the_buyers_country(server) {
        let good = json!({ "Description": "Cigarettes, twenty packs", "Details": { "HSCode": "240220", "BuyerOrganizations": ["AUA", "PTA"] } });
        store_good(server, "DEA", good).ok();
        let found = |org: &str, filters: Value| goods(server, org, filters).remove(0);
        let plain = found("AUA", json!({ "buyerOrganizationCd": "AUA" }));
        assert!(plain.get("RestrictionsProhibitions").is_none(), "only when asked for");
        let restricted = |org: &str, buyer: Value| {
            let body = json!({ "sellerOrganizationCd": "DEA", "buyerOrganizationCd": buyer, "withRestrictions": true });
            found(org, body)["RestrictionsProhibitions"].as_array().expect("a list").clone()
        };
        let by_hs = json!({ "destinationPostalOrgCd": "AUA", "sendingCountryCd": "DE", "goodHSCode": "240220" });
        let by_hs = server.call_as("DEA", "GetRestrictionProhibitionByHS", by_hs).ok().json();
        let into_australia = restricted("DEA", json!("AUA"));
        assert!(!into_australia.is_empty());
        for rule in by_hs["GetRestrictionProhibitionByHSResult"].as_array().expect("a list") {
            assert!(into_australia.iter().any(|known| known["Description"] == rule["Description"]), "{rule}");
        }
        assert_eq!(restricted("AUA", Value::Null), into_australia, "the caller's country where no buyer is named");
        let of = |rules: &[Value], post: &str| rules.iter().any(|rule| rule["OrganizationCd"] == post);
        assert!(of(&into_australia, "AUA") && !of(&restricted("DEA", json!("PTA")), "AUA"));
    }

    fn services_come_back_with_every_member(server) {
        let sent = samples::body("StorePostalService")["postalService"].clone();
        store_service(server, "AUA", sent.clone()).ok();
        let stored = services(server, "FRA", "AUA", "FRA");
        let id = stored[0]["ServiceId"].clone();
        assert!(id.is_string());
        assert_eq!(stored, [as_stored(&sent, json!({ "ServiceId": id }))]);
        for member in ["MaxLenght", "MinLenght"] {
            assert!(stored[0]["Details"]["PhysicalLimits"][member].is_number(), "{member}");
        }
        assert_eq!(stored[0]["Details"]["Rates"][0]["RatePeKg"]["Currency"], "AUD");

        store_service(server, "AUA", sent.clone()).ok();
        let mut changed = sent;
        changed["ServiceId"] = id.clone();
        changed["ServiceNm"] = json!("Registered letter to Europe");
        store_service(server, "AUA", changed).ok();
        let stored = services(server, "FRA", "AUA", "FRA");
        assert_eq!(names(&stored), ["Registered letter to Europe"]);
        assert_eq!(stored[0]["ServiceId"], id);
    }

    fn services_are_found_by_their_way(server) {
        let offer = |org: &str, name: &str, destination: Value| {
            store_service(server, org, json!({ "ServiceNm": name, "DestOrganizationCd": destination })).ok();
        };
        offer("AUA", "to France", json!("FRA"));
        offer("AUA", "anywhere", json!(null));
        offer("AUA", "also anywhere", json!("ZZZ"));
        offer("FRA", "from France", json!("AUA"));
        let found = |origin: &str, destination: &str| {
            let mut found: Vec<String> =
                names(&services(server, "DEA", origin, destination)).iter().map(|name| (*name).to_owned()).collect();
            found.sort();
            found.join("; ")
        };
        assert_eq!(found("AUA", "FRA"), "also anywhere; anywhere; to France");
        assert_eq!(found("AUA", "PTA"), "also anywhere; anywhere");
        assert_eq!(found("FRA", "AUA"), "from France");
        let faults = server.call_as("DEA", "LoadPostalServices", json!({})).findings();
        assert_eq!(faults.len(), 2);
        let wrong = json!({ "DestOrganizationCd": "france", "MailClassCd": "letters", "Details": { "OrigCountry": "A",
            "PhysicalLimits": { "MaxLenght": -1 }, "Rates": [{ "RatePeKg":  { "Amount": -1, "Currency": "AUD" } }],
            "Standards": [{ "CutoffHour": 24, "CutoffMin": 0, "MaxDays": 1, "MinDays": 0 }] } });
        let faults = store_service(server, "AUA", wrong).findings();
        let paths: Vec<&str> = faults.iter().filter_map(|(_, path)| path.strip_prefix("postalService.")).collect();
        assert_eq!(paths, [
            "DestOrganizationCd", "MailClassCd", "Details.OrigCountry", "Details.Rates[0].RatePeKg.Amount",
            "Details.Standards[0]", "Details.PhysicalLimits.MaxLenght",
        ]);
    }
}
