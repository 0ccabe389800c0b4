//! Declarations lodged before an item id is known: changed, found, converted once, dropped.

use std::collections::BTreeSet;
use std::time::Duration;

use entrepost::domain::RecordKind;
use entrepost::limits;
use entrepost::store::record_history::RecordRow;
use serde_json::{Value, json};

use crate::harness::data::{declaration, fresh_id};
use crate::harness::{Answer, Engine, Server};
use crate::on_engines;
use crate::{on_both_engines, on_both_engines_with};

const DAY: Duration = Duration::from_secs(86_400);

fn put(server: &Server, org: &str, declaration: Value) -> Answer {
    server.call_as(org, "CreateOrUpdateAnonymousDeclaration", json!({ "anonymousDeclaration": declaration }))
}

/// Lodges a declaration; its id.
#[track_caller]
fn lodged(server: &Server, org: &str, declaration: Value) -> String {
    let answer = put(server, org, declaration).ok().json();
    answer["CreateOrUpdateAnonymousDeclarationResult"].as_str().expect("an id").to_owned()
}

fn find(server: &Server, org: &str, criteria: Value) -> Answer {
    server.call_as(org, "GetAnonymousDeclaration", json!({ "searchCriteria": criteria }))
}

/// The declarations found.
#[track_caller]
fn found(server: &Server, org: &str, criteria: Value) -> Vec<Value> {
    let answer = find(server, org, criteria).ok();
    answer.json()["GetAnonymousDeclarationResult"].as_array().expect("a list").clone()
}

fn convert(server: &Server, org: &str, id: &str, item: Option<&str>) -> Answer {
    let body = json!({ "anonymousDeclarationId": id, "internationalItemId": item });
    server.call_as(org, "ConvertAnonymousToCDSDeclaration", body)
}

/// GetFinalDeclarationIdFromAnonymousDeclarationId.
fn final_id(server: &Server, org: &str, id: &str) -> Answer {
    server.call_as(org, "GetFinalDeclarationIdFromAnonymousDeclarationId", json!({ "anonymousDeclId": id }))
}

/// What happened to a declaration of AUA.
fn history(server: &Server, id: &str) -> Vec<RecordRow> {
    let id = id.to_owned();
    let rows =
        server.block_on(|services| async move { services.record_history("AUA", RecordKind::Anonymous, &id).await });
    rows.expect("rows")
}

/// The content of a declaration with other members.
fn data(members: Value) -> Value {
    let mut data = declaration("12.00")["Data"].clone();
    for (name, value) in members.as_object().expect("an object") {
        data[name] = value.clone();
    }
    data
}

on_both_engines! {
    fn an_id_used_again_can_be_converted_into(server) {
        let id = fresh_id("PT");
        let declare = |posted: &str| {
            let object = json!({ "Id": id, "OrigPostOrgCd": "PTA", "DestPostOrgCd": "DEA", "PostingDt": posted });
            let body = json!({ "mailObject": object, "decl": declaration("5"), "evtCd": 2 });
            server.call_as("PTA", "StoreDeclaration", body).ok();
        };
        let lodge = || lodged(server, "PTA", json!({ "Data": data(json!({})), "DestPostOrgCd": "DEA" }));
        declare("2025-01-10T10:00:00Z");
        convert(server, "PTA", &lodge(), Some(&id)).ok();
        assert_eq!(server.load("PTA", json!({ "id": id })).len(), 2);
        let refused = convert(server, "PTA", &lodge(), Some(&id)).findings();
        assert_eq!(refused, [("state".into(), "internationalItemId".into())], "this life has its declaration");
    }

    fn ids_are_short_and_do_not_lead_to_each_other(server) {
        let ids: BTreeSet<String> =
            (0..20).map(|_| lodged(server, "PTA", json!({ "Data": data(json!({})) }))).collect();
        assert_eq!(ids.len(), 20);
        let numbers: Vec<u64> = ids
            .iter()
            .map(|id| id.strip_suffix("PT").and_then(|digits| digits.parse().ok()).expect("digits and country"))
            .collect();
        assert!(numbers.windows(2).all(|pair| pair[1] - pair[0] > 1), "{numbers:?}");
        assert!(ids.iter().all(|id| id.len() <= 11));
    }

    fn what_was_lodged_can_be_changed_until_it_is_converted(server) {
        let email = "wool@example.com";
        let sent = json!({ "MailClassCd": "U", "DestPostOrgCd": "DEA", "Kiosk": { "No": 7.0 },
            "Data": data(json!({ "SenderEmail": email })) });
        let id = lodged(server, "AUA", sent);
        let changed = json!({ "AnonymousDeclarationId": id, "Data": data(json!({ "SenderEmail": email, "SenderCity": "Perth" })) });
        let first = found(server, "AUA", json!({ "Id": id })).remove(0);
        assert_eq!(first["Kiosk"]["No"].to_string(), "7.0", "members we do not know come back");
        assert_eq!((&first["DestPostOrgCd"], &first["PostalOrgCd"]), (&json!("DEA"), &json!("AUA")));
        assert_eq!(lodged(server, "AUA", changed), id);
        let second = found(server, "AUA", json!({ "Id": id }));
        assert_eq!(second.len(), 1);
        assert_eq!(second[0]["Data"]["SenderCity"], "Perth");
        assert_eq!(second[0]["Kiosk"], Value::Null, "replaced as a whole");
        assert_eq!(second[0]["CreatedDt"], first["CreatedDt"]);

        convert(server, "AUA", &id, Some(&fresh_id("AU"))).ok();
        let late = put(server, "AUA", json!({ "Id": id, "Data": data(json!({})) })).findings();
        assert_eq!(late, [("state".into(), "anonymousDeclaration.Id".into())]);
        assert_eq!(found(server, "AUA", json!({ "Id": id })), [] as [Value; 0], "converted ones are found no more");
        let absent = put(server, "AUA", json!({ "Id": "1AU", "Data": data(json!({})) })).findings();
        assert_eq!(absent, [("absent".into(), "anonymousDeclaration.Id".into())]);
    }

    fn every_criterion_finds_and_all_must_hold(server) {
        let one = lodged(server, "PTA", json!({ "OfficeCd": "PTLISA", "UserCd": "kiosk-1", "Data": data(json!({
            "SenderName": "Zoë  van Damme", "SenderEmail": "Zoe@Example.com", "SenderTelephone": "+351 (2) 55-00",
            "RecipientName": "Beispiel GmbH", "RecipientCountryCd": "DE", "RecipientZIP": "60 594" })) }));
        let other = lodged(server, "PTA", json!({ "OfficeCd": "PTOPOA", "UserCd": "kiosk-2", "Data": data(json!({
            "SenderName": null, "SenderFirstName": "Ann", "SenderLastName": "Lee", "SenderEmail": "ann@example.com",
            "SenderTelephone": "1", "RecipientName": "Maison Modèle", "RecipientCountryCd": "FR", "RecipientZIP": "75001" })) }));
        let ids = |criteria: Value| -> Vec<String> {
            let found = found(server, "PTA", criteria);
            found.iter().map(|entry| entry["Id"].as_str().expect("an id").to_owned()).collect()
        };
        for (name, value) in [
            ("Id", json!(one)), ("AnonymousDeclId", json!(one)), ("OfficeCd", json!("PTLISA")), ("UserCd", json!("kiosk-1")),
            ("SenderName", json!("zoë VAN")), ("SenderEmail", json!("ZOE@example.COM")),
            ("SenderTelephone", json!("35125500")), ("RecipientName", json!("beispiel")),
            ("RecipientCountryCd", json!("DE")), ("RecipientZIP", json!("60594")),
        ] {
            assert_eq!(ids(json!({ name: value })), [one.as_str()], "{name}");
        }
        assert_eq!(ids(json!({ "SenderName": "ann lee" })), [other.as_str()]);
        assert_eq!(ids(json!({ "SenderName": "%" })), [] as [String; 0], "no pattern");
        assert_eq!(ids(json!({ "SenderName": "zoë", "RecipientCountryCd": "FR" })), [] as [String; 0]);
        let now = server.clock.now();
        let hour = |hours: i64| (now + chrono::TimeDelta::hours(hours)).to_rfc3339();
        assert_eq!(ids(json!({ "CreatedFrom": hour(-1), "CreatedTo": hour(1) })).len(), 2);
        assert_eq!(ids(json!({ "CreatedFrom": hour(1) })).len(), 0);
        assert_eq!(ids(json!({ "CreatedTo": hour(-1) })).len(), 0);
        assert_eq!(ids(json!({ "PostalOrgCd": "PTA" })).len(), 2);

        let page = find(server, "PTA", json!({ "PostalOrgCd": "PTA", "RecordsLimit": 1 })).ok();
        let cursor = page.header("x-next-cursor").expect("one more").to_owned();
        let next = find(server, "PTA", json!({ "PostalOrgCd": "PTA", "RecordsLimit": 1, "Cursor": cursor })).ok();
        assert!(next.header("x-next-cursor").is_none() && next.text != page.text);
        let other = find(server, "PTA", json!({ "SenderName": "ann", "Cursor": cursor })).findings();
        assert_eq!(other, [("cursor".into(), "searchCriteria.Cursor".into())]);
    }

    fn at_least_one_criterion_is_needed(server) {
        for criteria in [json!({}), json!({ "SenderEmail": " ", "Id": null }), json!({ "Nonsense": "x" }), json!({ "RecordsLimit": 5 })] {
            let refused = find(server, "AUA", criteria.clone()).findings();
            assert_eq!(refused, [("required".into(), "searchCriteria".into())], "{criteria}");
        }
        let nothing = server.call_as("AUA", "GetAnonymousDeclaration", json!({})).findings();
        assert_eq!(nothing, [("required".into(), "searchCriteria".into())]);
    }

    fn it_becomes_one_item_and_no_other(server) {
        let id = lodged(server, "AUA", json!({ "Data": data(json!({})) }));
        assert_eq!(final_id(server, "AUA", &id).ok().json()["GetFinalDeclarationIdFromAnonymousDeclarationIdResult"], "");
        let item = fresh_id("AU");
        convert(server, "AUA", &id, Some(&item)).ok();
        let rows = server.history("AUA", &item).len();
        convert(server, "AUA", &id, Some(&item)).ok();
        assert_eq!(server.history("AUA", &item).len(), rows, "twice is once");
        let other = convert(server, "AUA", &id, Some(&fresh_id("AU"))).findings();
        assert_eq!(other, [("state".into(), "internationalItemId".into())]);
        assert_eq!(final_id(server, "AUA", &id).ok().json()["GetFinalDeclarationIdFromAnonymousDeclarationIdResult"], *item);

        let view = server.status("AUA", "AUA", &item, "O");
        assert_eq!(view["Declaration"]["CDSStateCd"], 2);
        assert_eq!(view["Declaration"]["Data"]["ContentPieces"][0]["Description"], "Wooden toy train for children");
        assert_eq!(view["MailObject"]["DestPostOrgCd"], "DEA", "the post of the recipient's country");
        let posted = view["MailObject"]["PostingDt"].as_str().expect("a date").to_owned();
        let now = server.clock.now().timestamp_millis();
        let posted: i64 = posted.trim_start_matches("/Date(").trim_end_matches("+0000)/").parse().expect("milliseconds");
        assert!((now - posted).abs() < 60_000, "posted now");
        assert_eq!(server.status("DE", "DEA", &item, "I")["Declaration"]["PostOrganizationCd"], "DEA", "sent");

        let second = lodged(server, "AUA", json!({ "Data": data(json!({})) }));
        let taken = convert(server, "AUA", &second, Some(&item)).findings();
        assert_eq!(taken, [("state".into(), "internationalItemId".into())], "the item has a declaration");
    }

    fn conversion_counts_what_the_quality_rules_remark(server) {
        let counts = [json!({}), json!({ "RecipientName": null })].map(|members| {
            let id = lodged(server, "AUA", json!({ "Data": data(members) }));
            let item = fresh_id("AU");
            let body = json!({ "anonymousDeclarationId": id, "internationalItemId": item });
            let keyed = || {
                let headers = [("idempotency-key", id.as_str())];
                server.call_with("AUA", "ConvertAnonymousToCDSDeclaration", body.clone(), &headers).ok()
            };
            let told = keyed().header("x-entrepost-warnings").expect("a count").to_owned();
            let again = convert(server, "AUA", &id, Some(&item)).ok();
            assert_eq!(again.header("x-entrepost-warnings"), Some("0"), "nothing was declared");
            assert_eq!(keyed().header("x-entrepost-warnings"), Some(told.as_str()), "the answer of the first time");
            told.parse::<u32>().expect("a number")
        });
        assert!(counts[0] < counts[1], "{counts:?}");
    }

    fn without_an_item_id_the_anonymous_one_is_taken(server) {
        let id = lodged(server, "AUA", json!({ "DestPostOrgCd": "FRA", "MailClassCd": "C", "Data": data(json!({})) }));
        convert(server, "AUA", &id, None).ok();
        convert(server, "AUA", &id, Some(&id)).ok();
        let object = server.status("AUA", "AUA", &id, "O")["MailObject"].clone();
        assert_eq!((&object["DestPostOrgCd"], &object["MailClassCd"]), (&json!("FRA"), &json!("C")));
    }

    fn what_does_not_suffice_is_not_converted(server) {
        let nowhere = lodged(server, "AUA", json!({ "Data": data(json!({ "RecipientCountryCd": null })) }));
        let refused = convert(server, "AUA", &nowhere, Some(&fresh_id("AU"))).findings();
        assert_eq!(refused, [("required".into(), "anonymousDeclaration.DestPostOrgCd".into())]);
        let absent = convert(server, "AUA", "1AU", None).findings();
        assert_eq!(absent, [("absent".into(), "anonymousDeclarationId".into())]);
        let wrong = convert(server, "AUA", &nowhere, Some("a b")).findings();
        assert_eq!(wrong, [("format".into(), "internationalItemId".into())]);
        let empty = put(server, "AUA", json!({ "MailClassCd": "parcel", "DestPostOrgCd": "x", "OfficeCd": "y" })).findings();
        let paths: BTreeSet<String> =
            empty.into_iter().map(|(_, path)| path.replacen("anonymousDeclaration.", "", 1)).collect();
        assert_eq!(Vec::from_iter(paths), ["Data", "DestPostOrgCd", "MailClassCd", "OfficeCd"]);
        assert_eq!(final_id(server, "AUA", &nowhere).ok().json().as_object().map(serde_json::Map::len), Some(1));
    }

    fn it_is_erased_after_its_time(server) {
        let days = u32::try_from(limits::ANONYMOUS_DAYS).expect("days");
        let (old, converted) =
            (lodged(server, "AUA", json!({ "Data": data(json!({})) })), lodged(server, "AUA", json!({ "Data": data(json!({})) })));
        let item = fresh_id("AU");
        let changed = json!({ "Id": converted, "UserCd": "kiosk-1", "Data": data(json!({ "SenderCity": "Perth" })) });
        put(server, "AUA", changed.clone()).ok();
        put(server, "AUA", changed).ok();
        let change = history(server, &converted).remove(1);
        assert_eq!((change.event.stored(), change.user_cd.as_deref()), ("changed", Some("kiosk-1")));
        assert!(change.replaced.is_some_and(|text| text.contains("Sydney")));
        convert(server, "AUA", &converted, Some(&item)).ok();
        server.clock.advance(DAY * (days - 1));
        let young = lodged(server, "AUA", json!({ "Data": data(json!({})) }));
        assert_eq!(found(server, "AUA", json!({ "Id": old })).len(), 1);
        server.clock.advance(DAY * 2);
        assert_eq!(found(server, "AUA", json!({ "Id": old })).len(), 0);
        let gone = convert(server, "AUA", &old, Some(&fresh_id("AU"))).findings();
        assert_eq!(gone, [("absent".into(), "anonymousDeclarationId".into())]);
        server.block_on(|services| async move { services.drop_expired().await }).expect("drops");
        final_id(server, "AUA", &old).refused(400);
        // Converted, with everything that is of a person gone, it is answered about as ever.
        let events = history(server, &converted);
        assert_eq!(events.iter().map(|row| row.event.stored()).collect::<Vec<_>>(), ["stored", "changed", "converted"]);
        for id in [&old, &converted] {
            assert!(history(server, id).iter().all(|row| row.replaced.is_none()), "no text of a person");
        }
        let id = converted.clone();
        let kept = server.block_on(|services| async move { services.store.read(move |tx| tx.anonymous("AUA", &id)).await });
        let kept = kept.expect("reads").expect("a row");
        assert_eq!((kept.body.as_str(), kept.other.as_str(), &kept.sender_name_key, &kept.recipient_zip_key), ("", "{}", &None, &None));
        let became = final_id(server, "AUA", &converted).ok().json();
        assert_eq!(became["GetFinalDeclarationIdFromAnonymousDeclarationIdResult"], *item);
        convert(server, "AUA", &converted, Some(&item)).ok();
        convert(server, "AUA", &converted, Some(&fresh_id("AU"))).refused(400);
        put(server, "AUA", json!({ "Id": converted, "Data": data(json!({})) })).refused(400);
        server.block_on(|services| async move { services.drop_expired().await }).expect("nothing more to erase");
        assert!(server.status("AUA", "AUA", &item, "O")["Declaration"].is_object(), "the item lives on");
        assert_eq!(found(server, "AUA", json!({ "Id": young })).len(), 1);
    }

    fn nobody_else_finds_a_persons_data(server) {
        let email = json!({ "SenderEmail": "private@example.com" });
        let id = lodged(server, "AUA", json!({ "Data": data(email.clone()) }));
        assert_eq!(found(server, "AUA", email.clone()).len(), 1);
        for stranger in ["DEA", "FRA"] {
            assert_eq!(found(server, stranger, email.clone()).len(), 0);
            assert_eq!(found(server, stranger, json!({ "Id": id })).len(), 0);
            final_id(server, stranger, &id).refused(400);
            convert(server, stranger, &id, None).refused(400);
            put(server, stranger, json!({ "Id": id, "Data": data(json!({})) })).refused(400);
            find(server, stranger, json!({ "PostalOrgCd": "AUA", "Id": id })).refused(401);
            put(server, stranger, json!({ "PostalOrgCd": "AUA", "Data": data(json!({})) })).refused(401);
        }
        for customs in ["AU", "DE"] {
            find(server, customs, email.clone()).refused(401);
            final_id(server, customs, &id).refused(401);
            convert(server, customs, &id, None).refused(401);
            put(server, customs, json!({ "Data": data(json!({})) })).refused(401);
        }
    }
}

/// What does not suffice for a declaration is found when it becomes one, not before.
fn quality_is_asked_for_at_conversion(engine: Engine) {
    let server = Server::start_strict(engine);
    let poor = data(json!({ "GrossWeight": null, "RecipientName": null }));
    let id = lodged(&server, "AUA", json!({ "Data": poor }));
    let item = fresh_id("AU");
    let findings = convert(&server, "AUA", &id, Some(&item)).findings();
    assert!(findings.iter().all(|(code, _)| code == "required"), "{findings:?}");
    let paths: Vec<&str> = findings.iter().map(|(_, path)| path.as_str()).collect();
    for path in ["anonymousDeclaration.Data.GrossWeight", "anonymousDeclaration.Data.RecipientName"] {
        assert!(paths.contains(&path), "{paths:?}");
    }
    assert!(server.status("AUA", "AUA", &item, "O").is_null());
    put(&server, "AUA", json!({ "Id": id, "Data": data(json!({})) })).ok();
    convert(&server, "AUA", &id, Some(&item)).ok();
}

on_engines! { quality_is_asked_for_at_conversion => quality_is_asked_for_at_conversion }

on_both_engines_with! {
    [("anonymous-days", "7")];

    fn how_long_it_lasts_can_be_set(server) {
        let id = lodged(server, "AUA", json!({ "Data": data(json!({})) }));
        server.clock.advance(DAY * 6);
        assert_eq!(found(server, "AUA", json!({ "Id": id })).len(), 1);
        server.clock.advance(DAY * 2);
        assert_eq!(found(server, "AUA", json!({ "Id": id })).len(), 0);
    }
}

on_both_engines_with! {
    [("anonymous-per-org", "5")];

    fn ids_cannot_be_tried_out(server) {
        let answers: Vec<Answer> = (0..6).map(|number| final_id(server, "FRA", &format!("{number}FR"))).collect();
        let refused: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(refused, [400, 400, 400, 400, 400, 429]);
        assert!(answers[5].header("retry-after").is_some());
        convert(server, "FRA", "1FR", None).refused(429);
        find(server, "FRA", json!({ "Id": "1FR" })).refused(429);
        put(server, "FRA", json!({ "Data": data(json!({})) })).refused(429);
        found(server, "DEA", json!({ "Id": "1DE" }));
        server.call_as("FRA", "GetHeartbeat", json!({})).ok();
    }
}
