//! Look-ups, data quality at the door, automatic answers.

use entrepost::rules::quality::rule;
use serde_json::{Value, json};

use crate::harness::data::{fresh_id, mail_object, status, store};
use crate::harness::{Engine, Server};
use crate::on_both_engines;

on_both_engines! {
    fn goods_currencies_and_decisions_are_found(server) {
        let codes = server.call_as("AUA", "GetHSCodes", json!({ "goodDescription": "mens coton t-shirt" })).ok().json();
        let codes = codes["GetHSCodesResult"].as_array().expect("a list").clone();
        assert!((1..=10).contains(&codes.len()));
        assert!(codes.iter().take(5).any(|code| code["HSCode"] == "610910"), "{codes:?}");
        assert!(codes.iter().all(|code| !code["Observations"].as_str().unwrap_or_default().is_empty()));

        let euro = json!({ "fromCurrencyCd": "USD", "toCurrencyCd": "EUR", "amount": 100 });
        let euro = server.call_as("AUA", "ConvertCurrency", euro).ok().json()["ConvertCurrencyResult"].as_f64();
        assert!(euro.is_some_and(|euro| (50.0..150.0).contains(&euro)));
        let unknown = json!({ "fromCurrencyCd": "QQQ", "toCurrencyCd": "EUR", "amount": 1 });
        let refused = server.call_as("AUA", "ConvertCurrency", unknown).findings();
        assert_eq!(refused, [("unknown_code".into(), "fromCurrencyCd".into())]);

        let decision = |code: &str| {
            let answer = server.call_as("AUA", "GetDecisionNameAndCategoryFromCode", json!({ "decisionCode": code }));
            answer.ok().json()["GetDecisionNameAndCategoryFromCodeResult"].clone()
        };
        assert_eq!(decision("2"), json!(["Cleared", "Clearance"]));
        assert_eq!(decision("888")[1], "Hold", "an unknown code is never clearance");
    }

    fn the_lists_have_a_version(server) {
        let first = server.call_as("AUA", "LoadRefDataCocktail", json!({ "languageCd": "FR" })).ok();
        let lists = first.json()["LoadRefDataCocktailResult"].clone();
        assert_eq!(lists["LanguageCd"], "FR");
        assert!(lists["Countries"].as_array().is_some_and(|countries| countries.len() > 240));
        let tag = first.header("etag").expect("a version").to_owned();
        let again = server.call_with("AUA", "LoadRefDataCocktail", json!({ "languageCd": "FR" }), &[("if-none-match", &tag)]);
        assert_eq!((again.status, again.text.as_str()), (304, ""));
    }

    fn restrictions_agree_by_post_and_by_country(server) {
        let by_post = json!({ "destinationPostalOrgCd": "AUA", "sendingCountryCd": "DE", "goodHSCode": "240220" });
        let by_country = json!({ "destinationCountryCd": "AU", "sendingCountryCd": "DE", "goodHSCode": "240220" });
        let by_post = server.call_as("DEA", "GetRestrictionProhibitionByHS", by_post).ok().json();
        let by_country = server.call_as("DEA", "GetRestrictionProhibitionByHSByCountry", by_country).ok().json();
        let found = by_post["GetRestrictionProhibitionByHSResult"].clone();
        assert!(found.as_array().is_some_and(|found| !found.is_empty()), "cigarettes to Australia");
        assert_eq!(found, by_country["GetRestrictionProhibitionByHSByCountryResult"]);

        let words = json!({ "destinationCountryCd": "AU", "sendingCountryCd": "DE", "goodDescription": "cigarettes" });
        let words = server.call_as("DEA", "GetRestrictionProhibitionByDescriptionByCountry", words).ok().json();
        let words = words["GetRestrictionProhibitionByDescriptionByCountryResult"].clone();
        assert!(words.as_array().is_some_and(|found| !found.is_empty()));

        let id = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
        let screened = json!({ "mailItemID": id, "returnRestrictionsProhibitions": true });
        let screened = server.call_as("AUA", "IsItemRestrictedProhibited", screened).ok().json();
        let listed = screened["restrictionsProhibitions"].as_array().expect("a list").len();
        assert_eq!(screened["IsItemRestrictedProhibitedResult"], listed > 0);
        let absent = server.call_as("DEA", "IsItemRestrictedProhibited", json!({ "mailItemID": "EE000000000XX" }));
        assert_eq!(absent.findings(), [("absent".into(), "mailItemID".into())]);
    }

    fn reported_descriptions_get_their_codes_or_none(server) {
        let codes = |text: &str| -> Vec<Value> {
            let answer = server.call_as("AUA", "GetHSCodes", json!({ "goodDescription": text })).ok().json();
            answer["GetHSCodesResult"].as_array().expect("a list").clone()
        };
        for (text, right) in [
            ("airpods", &["851830", "851762"][..]),
            ("Lego Technic", &["950300"]),
            ("iphone 15 pro max 256gb", &["851713"]),
            ("funko pop vinyl figure", &["950300"]),
            ("Honig", &["040900"]),
            ("手机壳", &["392690"]),
            ("moteur diesel", &["840810", "840820", "840890"]),
            ("isqueiro", &["961310"]),
            ("mens jaket waterproof", &["620140", "620130", "621040"]),
        ] {
            let found = codes(text);
            let first = found.first().unwrap_or_else(|| panic!("{text}: nothing"));
            assert!(right.iter().any(|code| first["HSCode"] == *code), "{text}: {found:?}");
            let certainty = first["Certainty"].as_f64().expect("a number");
            assert!((0.3..=1.0).contains(&certainty), "{text}: {certainty}");
            assert!(first["FoundBy"].as_str().is_some_and(|words| !words.is_empty()));
            let code = first["HSCode"].as_str().expect("a code");
            assert!(first["Heading"].as_str().is_some_and(|heading| heading.starts_with(&code[..4])));
            assert!(found.iter().all(|code| code["HSCode"].as_str().is_some_and(|code| code.len() >= 6)), "{found:?}");
        }
        for text in ["zyxwvu qrtplk", "sample", "made in China", "keep upright"] {
            assert_eq!(codes(text), Vec::<Value>::new(), "{text}: says nothing of goods");
        }
    }

    fn a_proposed_code_is_taken_by_the_store(server) {
        let answer = server.call_as("AUA", "GetHSCodes", json!({ "goodDescription": "moteur diesel" })).ok().json();
        for proposed in answer["GetHSCodesResult"].as_array().expect("a list") {
            let mut body = store(&fresh_id("AU"), "AUA", "DEA", 2);
            body["decl"]["Data"]["ContentPieces"][0]["HS"] = proposed["HSCode"].clone();
            server.call_as("AUA", "StoreDeclaration", body).ok();
        }
        let mut body = store(&fresh_id("AU"), "AUA", "DEA", 2);
        body["decl"]["Data"]["ContentPieces"][0]["HS"] = json!("8408");
        server.call_as("AUA", "StoreDeclaration", body).ok();
    }

    fn a_rule_follows_the_goods_and_not_a_word_beside_them(server) {
        let described = |to: &str, text: &str| -> Vec<Value> {
            let body = json!({ "destinationCountryCd": to, "sendingCountryCd": "CN", "goodDescription": text });
            let answer = server.call_as("DEA", "GetRestrictionProhibitionByDescriptionByCountry", body).ok().json();
            answer["GetRestrictionProhibitionByDescriptionByCountryResult"].as_array().expect("a list").clone()
        };
        for (to, text) in [("DE", "gunpowder green tea"), ("DE", "ink cartridge"), ("IN", "used books"), ("AU", "meat thermometer")] {
            let found = described(to, text);
            assert!(found.iter().all(|rule| rule["PCategory"] != "P"), "{text}: {found:?}");
        }
        let lighters = described("PT", "isqueiro");
        let note = lighters.first().and_then(|rule| rule["RestrictionNote"].as_str()).expect("a rule with a note");
        assert!(note.contains("Source: ") && note.contains("; holds from 20"), "{note}");
        for (text, code, met) in [
            ("Aerosol deodorant spray", "330720", true),
            ("Replica grenade paperweight", "830629", true),
            ("Toy car remote controlled with lithium battery", "950300", true),
            ("Camera lens", "900211", false),
            ("Film poster", "491191", false),
        ] {
            let id = fresh_id("AU");
            let mut body = store(&id, "AUA", "DEA", 2);
            let pieces = &mut body["decl"]["Data"]["ContentPieces"];
            let mut piece = pieces[0].clone();
            piece["Description"] = json!(text);
            piece["HS"] = json!(code);
            *pieces = json!([piece]);
            server.call_as("AUA", "StoreDeclaration", body).ok();
            let screened = json!({ "mailItemID": id, "returnRestrictionsProhibitions": true });
            let screened = server.call_as("AUA", "IsItemRestrictedProhibited", screened).ok().json();
            assert_eq!(screened["IsItemRestrictedProhibitedResult"], met, "{text}: {screened}");
        }
    }

    fn rules_answer_only_when_asked_and_only_when_one_fits(server) {
        let asked = |id: &str| {
            let mut body = status("DEA", id, "I");
            body["forceCreateResponseIfNotAvailable"] = json!(true);
            server.call_as("DEA", "GetCustomsStatus", body).ok().json()["GetCustomsStatusResult"].clone()
        };
        let gift = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&gift, "AUA", "DEA", 2)).ok();
        assert!(asked(&gift)["Response"].is_null(), "no rule, no response");
        let rules = "[[rule]]\nname = \"gifts\"\n[rule.when]\nflow = \"I\"\nnature = [\"31\"]\n[rule.then]\ndecision = \"2\"\n";
        let count = server.block_on(|services| async move { services.set_rules("DE", rules).await }).expect("rules");
        assert_eq!(count, 1);
        assert_eq!(asked(&gift)["Response"]["Data"]["DecisionCd"], "2");
        let origin = server.call_as("AUA", "GetCustomsStatus", status("AUA", &gift, "O")).ok().json();
        assert_eq!(origin["GetCustomsStatusResult"]["DCResponse"]["Data"]["DecisionCd"], "2");
        let history = server.block_on(|services| async move { services.item_history("DEA", &gift).await }).expect("rows");
        assert!(history.iter().any(|row| row.event == "response.automatic" && row.detail.contains("gifts")));
    }

    fn rules_of_one_priority_are_tried_in_the_order_of_the_file(server) {
        let rule = |name: &str, more: &str| format!("[[rule]]\nname = \"{name}\"\n{more}[rule.then]\ndecision = \"1\"\n");
        let names = ["zebra", "mule", "ant", "horse", "bee"];
        let text: String = names.iter().map(|name| rule(name, "")).collect();
        let text = format!("{text}{}", rule("late but urgent", "priority = -1\nenabled = false\n"));
        let (set, listed) = server
            .block_on(|services| async move {
                services.set_rules("DE", &text).await?;
                Ok::<_, entrepost::error::Error>((services.catalogue(), services.rules_text("DE").await?))
            })
            .expect("rules");
        let tried: Vec<&str> = set.rules("DE").expect("rules").rules().iter().map(|rule| rule.name.as_str()).collect();
        assert_eq!(tried, [&["late but urgent"][..], &names].concat());
        let places: Vec<Option<usize>> = names.iter().map(|name| listed.find(&format!("\"{name}\""))).collect();
        assert!(places.is_sorted() && places[0].is_some(), "shown in the order of the file: {listed}");
        let id = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
        let mut body = status("DEA", &id, "I");
        body["forceCreateResponseIfNotAvailable"] = json!(true);
        server.call_as("DEA", "GetCustomsStatus", body).ok();
        let answered = server.history("DEA", &id).into_iter().find(|row| row.event == "response.automatic");
        assert!(answered.is_some_and(|row| row.detail.contains("zebra")));
    }

    fn rules_know_the_watchdog_and_never_clear_what_it_blocks(server) {
        let rules = "[[rule]]\nname = \"doubtful\"\n[rule.when]\nwatchdog = \"warning\"\n[rule.then]\ndecision = \"1\"\n\
                     [[rule]]\nname = \"everything\"\n[rule.then]\ndecision = \"2\"\n";
        server.block_on(|services| async move { services.set_rules("DE", rules).await }).expect("rules");
        let decided = |mark: i32| {
            let id = fresh_id("AU");
            server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
            let mark = json!({ "itemId": id, "watchdogInfo": { "Operation": mark, "Remarks": "look inside" } });
            server.call_as("DEA", "SetWatchdogItemInfo", mark).ok();
            let mut body = status("DEA", &id, "I");
            body["forceCreateResponseIfNotAvailable"] = json!(true);
            let view = server.call_as("DEA", "GetCustomsStatus", body).ok().json()["GetCustomsStatusResult"].clone();
            view["Response"]["Data"]["DecisionCd"].clone()
        };
        assert_eq!(decided(2), "2");
        assert_eq!(decided(5), "1");
        assert!(decided(4).is_null(), "blocked");
    }
}

/// What is refused and what is warned of when the rules are as strict as they come.
fn quality(server: &Server) {
    let id = fresh_id("AU");
    let good = server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
    assert!(good.header("x-entrepost-warnings").is_some());
    let view = server.call_as("AUA", "GetCustomsStatus", status("AUA", &id, "O")).ok().json();
    let data = &view["GetCustomsStatusResult"]["Declaration"]["Data"];
    assert_eq!(data["ExtraFieldNames"][0], "Quality.Score");

    let mut bad = json!({ "mailObject": mail_object(&fresh_id("AU"), "AUA", "DEA"), "decl": { "Data": {
        "ContentPieces": [{ "Index": 1, "Description": "gift", "Number": 1, "NetWeight": 0, "Amount": 0 }] } }, "evtCd": 2 });
    let findings = server.call_as("AUA", "StoreDeclaration", bad.clone()).findings();
    assert!(findings.len() > 5 && findings.iter().all(|(code, _)| rule(code).is_some()), "{findings:?}");
    let amount = ("value_zero".to_owned(), "decl.Data.ContentPieces[0].Amount".to_owned());
    assert!(findings.contains(&amount), "{findings:?}");
    assert!(findings.iter().any(|(_, path)| path == "decl.Data.ContentPieces[0].Description"), "{findings:?}");
    bad["evtCd"] = json!(1);
    let draft = server.call_as("AUA", "StoreDeclaration", bad).ok();
    assert_ne!(draft.header("x-entrepost-warnings"), Some("0"), "drafts are warned about only");
}

#[test]
fn faulty_declarations_are_refused_with_every_finding_on_sqlite() {
    quality(&Server::start_strict(Engine::Sqlite));
}

#[test]
fn faulty_declarations_are_refused_with_every_finding_on_postgres() {
    if crate::harness::postgres::is_there() {
        quality(&Server::start_strict(Engine::Postgres));
    }
}
