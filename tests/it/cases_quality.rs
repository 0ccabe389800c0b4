//! Declarations that cannot be right, destinations that nobody knows, and what forms show of what was stored;
//! `docs/cases.md` lists the kinds.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::harness::Server;
use crate::harness::data::{fresh_id, respond, s10, store};
use crate::harness::outside::program;
use crate::harness::process::run;
use crate::on_both_engines;

const DESCRIPTION: &str = "/decl/Data/ContentPieces/0/Description";

/// A good declaration with `changes`: pointers and values.
fn changed(changes: &[(&str, Value)]) -> Value {
    let mut body = store(&fresh_id("AU"), "AUA", "DEA", 2);
    let data = &mut body["decl"]["Data"];
    (data["NatureTypeCd"], data["SenderZIP"]) = (json!("11"), json!("NSW 2000"));
    for (pointer, value) in changes {
        let (parent, member) = pointer.rsplit_once('/').expect("a pointer");
        match body.pointer_mut(parent).expect("a parent") {
            Value::Array(list) => list[member.parse::<usize>().expect("a place")] = value.clone(),
            object => object[member] = value.clone(),
        }
    }
    body
}

/// What the quality rules said of a stored declaration: rule and path, in the order found.
fn judged(server: &Server, id: &str) -> Vec<(String, String)> {
    let data = server.status("AUA", "AUA", id, "O")["Declaration"]["Data"].clone();
    let texts = |member: &str| data[member].as_array().cloned().unwrap_or_default();
    let names = texts("ExtraFieldNames").into_iter().zip(texts("ExtraFieldValues"));
    let findings = names.into_iter().find(|(name, _)| name == "Quality.Findings").map(|(_, value)| value);
    let findings: Value =
        serde_json::from_str(findings.as_ref().and_then(Value::as_str).unwrap_or("[]")).expect("a list");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    findings.as_array().expect("a list").iter().map(|one| (text(&one["Rule"]), text(&one["Path"]))).collect()
}

/// Stores a good declaration with `changes`, and gives what was found wrong with it.
fn found(server: &Server, changes: &[(&str, Value)]) -> Vec<(String, String)> {
    let body = changed(changes);
    let id = body["mailObject"]["Id"].as_str().expect("an id").to_owned();
    let stored = server.call_as("AUA", "StoreDeclaration", body).ok();
    let found = judged(server, &id);
    assert_eq!(stored.header("x-entrepost-warnings"), Some(found.len().to_string().as_str()), "{found:?}");
    found
}

fn one(rule: &str, path: &str) -> Vec<(String, String)> {
    vec![(rule.to_owned(), path.to_owned())]
}

/// Stores a good declaration with `changes`, and gives the text of its form.
fn printed(server: &Server, changes: &[(&str, Value)]) -> Option<String> {
    let body = changed(changes);
    server.call_as("AUA", "StoreDeclaration", body.clone()).ok();
    let asked = json!({ "mailItemId": body["mailObject"]["Id"] });
    let answer = server.call_as("AUA", "PrintCustomsDeclaration", asked).ok().json();
    let pdf = STANDARD.decode(answer["PrintCustomsDeclarationResult"].as_str().expect("a form")).expect("base64");
    text_of(&pdf)
}

/// What another program reads on the pages; `None` where it is not installed.
fn text_of(pdf: &[u8]) -> Option<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("form.pdf");
    std::fs::write(&path, pdf).expect("writes");
    let path = path.to_str().expect("a path");
    program("pdftotext", &["-layout", path, "-"]).map(|(_, text)| text)
}

on_both_engines! {
    fn an_unknown_destination_is_no_answer(server) {
        let listed = |answer: Value, method: &str| answer[format!("{method}Result")].as_array().map(Vec::len);
        let about = [("goodDescription", json!("meat")), ("goodDescriptions", json!(["meat"])), ("goodHSCode", json!("0201"))];
        let methods = [
            "GetRestrictionProhibitionByDescription",
            "GetRestrictionProhibitionsByDescriptions",
            "GetRestrictionProhibitionByHS",
        ];
        for ((goods, value), method) in about.into_iter().zip(methods) {
            let by_country = format!("{method}ByCountry");
            let ask = |method: &str, member: &str, to: &str, from: &str| {
                let mut body = json!({ "sendingCountryCd": from });
                (body[goods], body[member]) = (value.clone(), json!(to));
                server.call_as("AUA", method, body)
            };
            for (to, code, advice) in [
                ("UK", "unknown_code", "write GB (United Kingdom)"),
                ("EU", "unknown_code", "name the member state"),
                ("QQ", "unknown_code", "two-letter code of ISO 3166-1"),
                ("gb", "format", "write GB (United Kingdom)"),
                ("GBR", "format", "write GB (United Kingdom)"),
            ] {
                let answer = ask(&by_country, "destinationCountryCd", to, "DE").refused(400);
                assert_eq!(answer.findings(), [(code.into(), "destinationCountryCd".into())], "{to}");
                assert!(answer.text.contains(advice), "{to}: {}", answer.text);
                let answer = ask(&by_country, "destinationCountryCd", "GB", to);
                assert_eq!(answer.findings(), [(code.into(), "sendingCountryCd".into())], "{to}");
            }
            for to in ["GB", " GB "] {
                assert!(listed(ask(&by_country, "destinationCountryCd", to, "DE").ok().json(), &by_country).is_some());
            }
            for (to, advice) in [("gba", "write GBA"), ("UK", "a post there is GBA"), ("QQQ", "imported"), ("ZZZ", "imported")] {
                let answer = ask(method, "destinationPostalOrgCd", to, "DE").refused(400);
                assert_eq!(answer.findings(), [("unknown_code".into(), "destinationPostalOrgCd".into())], "{to}");
                assert!(answer.text.contains(advice), "{to}: {}", answer.text);
            }
            ask(method, "destinationPostalOrgCd", "GBA", "DE").ok();
        }
        let meat = json!({ "destinationCountryCd": "GB", "sendingCountryCd": "DE", "goodDescription": "meat" });
        let meat = server.call_as("AUA", "GetRestrictionProhibitionByDescriptionByCountry", meat).ok().json();
        assert_eq!(listed(meat, "GetRestrictionProhibitionByDescriptionByCountry"), Some(2));
    }

    fn every_method_that_takes_a_country_knows_the_same_ones(server) {
        let id = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
        let good = |seller: &str| json!({ "marketedGood": { "entityState": 1, "Description": "Toy",
            "Details": { "SellerCountry": seller } } });
        let service = |to: &str, from: &str| json!({ "postalService": { "entityState": 1, "OrigOrganizationCd": "AUA",
            "DestOrganizationCd": "DEA", "Details": { "DestCountry": to, "OrigCountry": from } } });
        for (method, body, path) in [
            ("Load", json!({ "postalOrgCd": "AUA", "flow": "O", "partCountryCd": "UK" }), "partCountryCd"),
            ("CheckItemStatus", json!({ "Items": [{ "ItemId": id, "DestinationCountryCd": "UK" }] }), "Items[0].DestinationCountryCd"),
            ("CheckItemStatus", json!({ "Items": [{ "ItemId": id, "OriginCountryCd": "EU" }] }), "Items[0].OriginCountryCd"),
            ("IsItemRestrictedProhibited", json!({ "mailItemID": id, "destinationCountryCd": "UK" }), "destinationCountryCd"),
            ("IsItemRestrictedProhibited", json!({ "mailItemID": id, "originCountryCd": "UK" }), "originCountryCd"),
            ("GetAnonymousDeclaration", json!({ "searchCriteria": { "RecipientCountryCd": "UK" } }), "searchCriteria.RecipientCountryCd"),
            ("StoreMarketedGood", good("UK"), "marketedGood.Details.SellerCountry"),
            ("StorePostalService", service("UK", "AU"), "postalService.Details.DestCountry"),
            ("StorePostalService", service("DE", "EU"), "postalService.Details.OrigCountry"),
            ("LoadPostalServices", json!({ "origOrganizationCd": "AUA", "destOrganizationCd": "UK" }), "destOrganizationCd"),
            ("LoadPostalServices", json!({ "origOrganizationCd": "QQQ", "destOrganizationCd": "DEA" }), "origOrganizationCd"),
            ("LoadMarketedGood", json!({ "buyerOrganizationCd": "QQQ", "withRestrictions": true }), "buyerOrganizationCd"),
            ("CreateOrUpdateAnonymousDeclaration", json!({ "anonymousDeclaration": { "Data": { "RecipientCountryCd": "UK" } } }),
                "anonymousDeclaration.Data.RecipientCountryCd"),
        ] {
            let answer = server.call_as("AUA", method, body);
            assert_eq!(answer.findings(), [("unknown_code".into(), path.into())], "{method}: {}", answer.text);
        }
        for event in [1, 2] {
            let mut body = store(&fresh_id("AU"), "AUA", "GBA", event);
            body["decl"]["Data"]["RecipientCountryCd"] = json!("UK");
            body["decl"]["Data"]["SenderCountryCd"] = json!("AUS");
            body["decl"]["Data"]["ContentPieces"][0]["OrigCountryCd"] = json!("EU");
            let mut refused = server.call_as("AUA", "StoreDeclaration", body).findings();
            refused.sort();
            let data = |member: &str| format!("decl.Data.{member}");
            assert_eq!(refused, [
                ("format".into(), data("SenderCountryCd")),
                ("unknown_code".into(), data("ContentPieces[0].OrigCountryCd")),
                ("unknown_code".into(), data("RecipientCountryCd")),
            ]);
        }
        let level = ["admin", "quality", "set", "AUA", "hs_absent", "reject", "--destination", "UK"];
        run(&[&level[..], &["--database-url", &server.database_url]].concat()).fails(1);
    }

    fn a_post_that_is_not_listed_is_told_and_kept(server) {
        let changes = [("/mailObject/DestPostOrgCd", json!("QQQ"))];
        assert_eq!(found(server, &changes), one("unknown_post", "MailObject.DestPostOrgCd"));
    }

    fn data_that_cannot_be_right_is_told(server) {
        assert_eq!(found(server, &[]), [], "a good declaration");
        let dates = ["/Date(1795168800)/", "1970-01-21", "/Date(17951688000000)/", "2062-11-20T10:00:00Z"];
        for date in dates {
            let posted = [("/mailObject/PostingDt", json!(date))];
            assert_eq!(found(server, &posted), one("posting_date", "MailObject.PostingDt"), "{date}");
            let carried = [("/decl/Data/TransportDate", json!(date))];
            assert_eq!(found(server, &carried), one("transport_date", "TransportDate"), "{date}");
        }
        let heavy = [("/decl/Data/GrossWeight", json!(1250)), ("/decl/Data/ContentPieces/0/NetWeight", json!(600))];
        assert_eq!(found(server, &heavy), one("weight_over_limit", "GrossWeight"));
        for (country, fits) in [("US", false), ("AT", false), ("DE", true)] {
            let expected = if fits { vec![] } else { one("recipient_country", "RecipientCountryCd") };
            assert_eq!(found(server, &[("/decl/Data/RecipientCountryCd", json!(country))]), expected, "{country}");
        }
        for (post, country, fits) in
            [("USA", "PR", true), ("GBA", "JE", true), ("FRA", "MC", true), ("FRA", "BE", false), ("ZZZ", "BE", true)]
        {
            let to = [("/mailObject/DestPostOrgCd", json!(post)), ("/decl/Data/RecipientCountryCd", json!(country))];
            let rules: Vec<String> = found(server, &to).into_iter().map(|(rule, _)| rule).collect();
            assert_eq!(rules.contains(&"recipient_country".to_owned()), !fits, "{post} {country}: {rules:?}");
        }
        let own = [
            ("/decl/Data/RecipientName", json!("HARBOUR Toys, Pty")),
            ("/decl/Data/RecipientAddressLine1", json!("1 Example Street")),
        ];
        assert_eq!(found(server, &own), one("sender_is_recipient", "RecipientName"));
        let elsewhere = [("/decl/Data/SenderCountryCd", json!("NZ"))];
        assert_eq!(found(server, &elsewhere), [], "mail is posted by people from anywhere");
        let id = s10("EE", 20_000_001, "UK");
        let rules: Vec<String> =
            found(server, &[("/mailObject/Id", json!(id))]).into_iter().map(|(rule, _)| rule).collect();
        assert_eq!(rules, ["item_id_country", "foreign_id"]);
    }

    fn what_cannot_be_right_has_a_level_like_any_rule(server) {
        let level = |level: &str| {
            let words = ["admin", "quality", "set", "AUA", "weight_over_limit", level, "--database-url", &server.database_url];
            run(&words).ok();
            server.block_on(|services| async move { services.refresh_catalogue().await }).expect("reads");
        };
        let body = changed(&[("/decl/Data/GrossWeight", json!(1250))]);
        level("reject");
        let refused = server.call_as("AUA", "StoreDeclaration", body.clone()).refused(400);
        assert_eq!(refused.findings(), [("weight_over_limit".into(), "decl.Data.GrossWeight".into())]);
        let many = json!({ "cdsViews": [{ "MailObject": body["mailObject"], "Declaration": body["decl"] }] });
        let answer = server.call_with("AUA", "CreateOrUpdateDeclarations", many, &[("prefer", "outcome=per-item")]).ok();
        assert!(answer.text.contains(r#""Code":"weight_over_limit""#), "{}", answer.text);
        level("off");
        let stored = server.call_as("AUA", "StoreDeclaration", body).ok();
        assert_eq!(stored.header("x-entrepost-warnings"), Some("0"));
    }

    fn dates_of_answers_lie_in_this_century(server) {
        let id = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 7)).ok();
        server.settle();
        let mut body = respond(&id, "AUA", "DEA", "2", 2);
        body["resp"]["Data"]["ClearanceDt"] = json!("/Date(1795168800)/");
        let answer = server.call_as("DE", "StoreResponse", body);
        assert_eq!(answer.findings(), [("out_of_range".into(), "resp.Data.ClearanceDt".into())]);
        assert!(answer.text.contains("milliseconds"), "{}", answer.text);
    }

    fn what_a_form_cannot_show_is_told_when_it_is_stored_and_printed_as_a_mark(server) {
        for (text, shown, is_told) in [
            ("\u{2605}NEW\u{2605} Cotton T-shirt \u{2665}", "\u{FFFD}NEW\u{FFFD} Cotton T-shirt \u{FFFD}", true),
            ("Cotton T-shirt \u{1F600}", "Cotton T-shirt \u{FFFD}", true),
            ("Cotton T-shirt \u{8336}\u{58F6}", "Cotton T-shirt \u{FFFD}\u{FFFD}", true),
            ("Cotton T-shirt \u{E000}", "Cotton T-shirt \u{FFFD}", true),
            ("Cotton T-shirt \u{05D0}", "Cotton T-shirt", true),
            ("Cotton T-shirt \u{10FFFF}", "Cotton T-shirt \u{FFFD}", true),
            ("Cotton\u{7} T-shirt\t\u{202E}blue", "Cotton T-shirt blue", false),
            ("Baumwollhemd f\u{fc}r M\u{e4}nner", "Baumwollhemd f\u{fc}r M\u{e4}nner", false),
            ("Cotton T-shirt Zoe\u{308}", "Cotton T-shirt Zo", false),
            ("\u{425}\u{43B}\u{43E}\u{43F}\u{43A}\u{43E}\u{432}\u{430}\u{44F} shirt", "shirt", false),
            ("\u{642}\u{645}\u{64A}\u{635} shirt", "shirt", false),
        ] {
            let changes = [(DESCRIPTION, json!(text))];
            let told = found(server, &changes).iter().any(|(rule, path)| {
                rule == "not_printable" && path == "ContentPieces[0].Description"
            });
            assert_eq!(told, is_told, "{text:?}");
            let form = printed(server, &changes);
            assert!(form.as_ref().is_none_or(|form| form.contains(shown)), "{text:?}: {form:?}");
        }
        let name = [("/decl/Data/RecipientName", json!("\u{738B} Wang"))];
        assert_eq!(found(server, &name), one("not_printable", "RecipientName"));
        printed(server, &name);
    }

    fn amounts_have_the_decimals_of_their_currency(server) {
        for (amount, currency, shown) in [
            ("5.5", "AUD", "5.50 AUD"),
            ("5", "AUD", "5.00 AUD"),
            ("5.500", "AUD", "5.50 AUD"),
            ("1234.00", "JPY", "1234 JPY"),
            ("1234", "JPY", "1234 JPY"),
            ("12.5", "KWD", "12.500 KWD"),
            // Never rounded: the form says what was declared.
            ("5.505", "AUD", "5.505 AUD"),
            ("1234.5", "JPY", "1234.5 JPY"),
            ("1234567.8", "EUR", "1234567.80 EUR"),
        ] {
            let number: Value = serde_json::from_str(amount).expect("a number");
            let second = json!({ "Index": 2, "Description": "Wooden blocks for children", "Number": 1, "NetWeight": 0.1,
                "Amount": 1, "CurrencyCd": currency, "HS": "950300", "OrigCountryCd": "AU" });
            let first = store("x", "AUA", "DEA", 2)["decl"]["Data"]["ContentPieces"][0].clone();
            let mut pieces = json!([first, second]);
            (pieces[0]["Amount"], pieces[0]["CurrencyCd"]) = (number.clone(), json!(currency));
            let changes = [
                ("/decl/Data/ContentPieces", pieces),
                ("/decl/Data/Postage", number),
                ("/decl/Data/PostageCurrencyCd", json!(currency)),
            ];
            let Some(form) = printed(server, &changes) else { return };
            assert!(form.matches(shown).count() >= 2, "{shown}: {form}");
            let total: rust_decimal::Decimal = amount.parse().expect("a number");
            let total = (total + rust_decimal::Decimal::ONE).normalize().to_string();
            assert!(form.contains(&total), "the total {total}: {form}");
        }
    }
}
