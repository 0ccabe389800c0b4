//! Whatever is posted to whatever method, the answer is a considered one: never a 500, never the same call answered
//! differently by the two engines.

use std::sync::OnceLock;

use entrepost::http::methods;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::harness::data::{declaration, fresh_id, mail_object, response};
use crate::harness::server::token_of;
use crate::harness::{Engine, Server, postgres};
use crate::{on_both_engines, samples};

/// Cases per method and test. `EPTEST_FUZZ_CASES` for more.
fn cases() -> u32 {
    std::env::var("EPTEST_FUZZ_CASES").map_or(12, |cases| cases.parse().expect("a number"))
}

fn runner() -> TestRunner {
    // Found cases are asserted with their input; no file of regressions is kept beside the sources.
    TestRunner::new(Config { cases: cases(), failure_persistence: None, ..Config::default() })
}

/// An answer that the catalogue knows, and no fault of ours.
fn considered(server: &Server, method: &str, body: &str) -> Result<u16, TestCaseError> {
    let answer = server.post(method, body, &[]);
    let known = matches!(answer.status, 200 | 400 | 401 | 413) || (answer.status == 429 && method == "Login");
    prop_assert!(known, "{} from {method}: {}\n{body}", answer.status, answer.text);
    let is_json = serde_json::from_str::<Value>(&answer.text).is_ok();
    prop_assert!(is_json, "{method} answers no JSON: {}\n{body}", answer.text);
    Ok(answer.status)
}

/// The members that a method reads, by the OpenAPI document.
fn members(method: &str) -> Vec<String> {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    let document = DOCUMENT.get_or_init(|| serde_json::from_str(&entrepost::http::openapi_document("")).expect("JSON"));
    let schema =
        &document["paths"][format!("/{method}")]["post"]["requestBody"]["content"]["application/json"]["schema"];
    let mut found = Vec::new();
    names_of(document, schema, &mut found);
    assert!(!found.is_empty(), "{method} reads nothing: {schema}");
    found
}

fn names_of(document: &Value, schema: &Value, found: &mut Vec<String>) {
    if let Some(path) = schema["$ref"].as_str() {
        names_of(document, document.pointer(path.trim_start_matches('#')).expect("a schema"), found);
    }
    found.extend(schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()));
    for part in schema["allOf"].as_array().into_iter().flatten() {
        names_of(document, part, found);
    }
}

/// JSON texts that have hurt somebody before.
fn nasty() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "null",
        "true",
        "\"true\"",
        "0",
        "-1",
        "2147483647",
        "2147483648",
        "-9223372036854775809",
        "1e400",
        "-0.0",
        "0.1e-300",
        "\"\"",
        "\" \"",
        "\"\\u0000\"",
        "\"A\\u0000B\"",
        "\"\\ud83d\\ude00\"",
        "\"\\ud800\"",
        "\"\u{202e}\u{feff}\"",
        "\"AUA\"",
        "\"DEA\"",
        "\"ZZZ\"",
        "\"I\"",
        "\"O\"",
        "\"T\"",
        "\"EE123456785AU\"",
        "\"/Date(0)/\"",
        "\"/Date(-62135596799999+0000)/\"",
        "\"/Date(253402300799999+1400)/\"",
        "\"/Date(9999999999999999999)/\"",
        "\"0001-01-01T00:00:00+14:00\"",
        "\"9999-12-31T23:59:59-14:00\"",
        "\"262142-12-31T00:00:00Z\"",
        "\"2026-03-29T02:30:00\"",
        "\"00000000-0000-0000-0000-000000000000\"",
        "\"'; DROP TABLE seal; --\"",
        "\"%\"",
        "[]",
        "{}",
        "[null]",
        "[[]]",
        "[{}]",
        "{\"\":0}",
        "{\"Data\":null}",
        "{\"Data\":{}}",
        "{\"Data\":{\"ContentPieces\":[null]}}",
        "{\"Id\":\"x\",\"PId\":\"0\"}",
    ]);
    prop_oneof![6 => known.prop_map(str::to_owned), 1 => ".{0,40}".prop_map(|text| json!(text).to_string()),
        1 => any::<f64>().prop_map(|number| json!(number).to_string()), 1 => Just("\"x\"".replace('x', &"x".repeat(3000)))]
}

/// A body with the caller's token and any of the method's members.
fn body_of(method: &str) -> impl Strategy<Value = String> + use<> {
    let names = members(method);
    let orgs = prop::sample::select(vec!["AUA", "DEA", "DE"]);
    let given = prop::collection::vec((prop::sample::select(names), nasty()), 0..8);
    (orgs, given, any::<bool>()).prop_map(|(org, given, with_user)| {
        let mut text = format!("{{\"token\":\"{}\"", token_of(org));
        if with_user {
            text.push_str(",\"userCd\":\"tester\"");
        }
        for (name, value) in given.into_iter().filter(|(name, _)| name != "token" && name != "securityToken") {
            text.push_str(&format!(",\"{name}\":{value}"));
        }
        text.push('}');
        text
    })
}

/// Bodies that are right, as a start for going wrong.
fn right_bodies() -> Vec<(&'static str, &'static str, Value)> {
    let id = fresh_id("AU");
    let view = json!({ "MailObject": mail_object(&id, "AUA", "DEA"), "Declaration": declaration("1.00"), "Response": response("2", 0) });
    let moved = json!({
        "id": id, "postalOrgCd": "AUA", "partnerPostalOrgCd": "DEA", "flow": "O", "mailState": 1, "officeCd": "AUSYDA",
        "itemDestPostalOrgCd": "FRA", "forceCreateResponseIfNotAvailable": false,
    });
    let loaded = json!({
        "postalOrgCd": "AUA", "customsOrgCd": "AU", "organizationTypeCd": "P", "id": id, "flow": "O",
        "partnerPostalOrgCd": "DEA", "partCountryCd": "DE", "dtFrom": "2026-01-01T00:00:00Z",
        "dtTo": "2026-12-31T00:00:00Z", "zipFrom": "1", "zipTo": "9", "mailClassCd": "E", "recordsLimit": 10,
        "mailStateCd": "1", "countTotal": true,
    });
    let mut object = mail_object(&id, "AUA", "DEA");
    object["LocalId"] = json!("L1");
    object["LocalId2"] = json!("L2");
    object["MailStateRemarks"] = json!("none");
    object["TypeCd"] = json!("MI");
    let stored = json!({ "mailObject": object, "decl": declaration("1.00"), "evtCd": 2, "officeCd": "AUSYDA" });
    let responded = json!({ "mailObject": mail_object(&id, "AUA", "DEA"), "resp": response("2", 0), "evtCd": 2 });
    let samples = samples::SAMPLES.iter().map(|(method, _)| (*method, samples::body(method)));
    let published = samples.filter(|(method, _)| !SENT_ABOVE.contains(method)).map(|(method, mut body)| {
        let token = [body["token"].take(), body["securityToken"].take()].into_iter().find(Value::is_string);
        let org = if token == Some(json!(token_of("AUA"))) { "AUA" } else { "DEA" };
        let members = body.as_object_mut().expect("an object");
        members.retain(|name, _| name != "token" && name != "securityToken");
        (org, method, body)
    });
    let own = vec![
        ("AUA", "StoreDeclaration", stored),
        ("DE", "StoreResponse", responded),
        ("AUA", "CreateOrUpdateDeclarations", json!({ "cdsViews": [view] })),
        ("DE", "CreateOrUpdateResponses", json!({ "cdsViews": [view] })),
        ("AUA", "UpdateMailState", moved.clone()),
        ("AUA", "UpdateMailState_ForTransitItems", moved.clone()),
        ("AUA", "UpdateMailStateAndGetCustomsStatus", moved.clone()),
        ("AUA", "GetCustomsStatus", moved),
        ("AUA", "Load", loaded.clone()),
        ("AUA", "LoadByMailState", loaded),
        ("DEA", "Login", json!({ "userCd": "depost", "password": "xxxxxx", "officeCd": "DEAAAA" })),
    ];
    own.into_iter().chain(published).collect()
}

/// Methods with a body of their own, fuller than the published sample; and those that end sessions.
const SENT_ABOVE: &[&str] = &[
    "StoreDeclaration",
    "StoreResponse",
    "CreateOrUpdateDeclarations",
    "CreateOrUpdateResponses",
    "UpdateMailState",
    "UpdateMailState_ForTransitItems",
    "UpdateMailStateAndGetCustomsStatus",
    "GetCustomsStatus",
    "Load",
    "LoadByMailState",
    "Login",
    "Logout",
];

/// Every place in `value` with each of `substitutes` put there.
fn bent(value: &Value, substitutes: &[Value]) -> Vec<Value> {
    let mut all = Vec::new();
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let within = |changed: Value| {
                    let mut whole = members.clone();
                    whole.insert(name.clone(), changed);
                    Value::Object(whole)
                };
                all.extend(substitutes.iter().cloned().chain(bent(member, substitutes)).map(within));
            }
        }
        Value::Array(entries) => {
            for (at, entry) in entries.iter().enumerate() {
                let within = |changed: Value| {
                    let mut whole = entries.clone();
                    whole[at] = changed;
                    Value::Array(whole)
                };
                all.extend(substitutes.iter().cloned().chain(bent(entry, substitutes)).map(within));
            }
        }
        _ => {}
    }
    all
}

fn whole(org: &str, body: &Value) -> Value {
    let mut body = body.clone();
    body["token"] = json!(token_of(org));
    if body.get("userCd").is_none() {
        body["userCd"] = json!("tester");
    }
    body
}

#[test]
fn any_bytes_to_any_method() {
    let server = Server::start(Engine::Sqlite);
    for method in methods() {
        let bytes =
            prop::collection::vec(any::<u8>(), 0..300).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let text = prop_oneof![
            bytes,
            "[\\{\\}\\[\\]\",:0-9a-z\\\\u]{0,200}",
            body_of(method.name).prop_map(|body| body.chars().take(body.len() / 2).collect())
        ];
        runner().run(&text, |body| considered(&server, method.name, &body).map(|_| ())).expect(method.name);
    }
}

on_both_engines! {
    fn any_members_in_any_method(server) {
        for method in methods() {
            runner().run(&body_of(method.name), |body| considered(server, method.name, &body).map(|_| ())).expect(method.name);
        }
    }

    fn a_cursor_that_was_tampered_with_is_refused_or_harmless(server) {
        use base64::Engine as _;
        let base64 = base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let body = |cursor: &str| json!({ "postalOrgCd": "AUA", "recordsLimit": 1, "cursor": cursor });
        let feed = json!({ "postalOrgCd": "AUA", "recordsLimit": 1, "modifiedSince": "2020-01-01T00:00:00Z" });
        for first in [json!({ "postalOrgCd": "AUA", "recordsLimit": 1 }), feed] {
            let answer = server.call_as("AUA", "Load", first).ok();
            let cursor = base64.decode(answer.header("x-next-cursor").expect("a cursor")).expect("base64");
            for tail in [[0xff; 8], [0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0x80, 0, 0, 0, 0, 0, 0, 0], [0; 8]] {
                let mut forged = cursor.clone();
                let at = forged.len() - 8;
                forged[at..].copy_from_slice(&tail);
                let answer = server.call_as("AUA", "Load", body(&base64.encode(&forged)));
                assert!(matches!(answer.status, 200 | 400), "{tail:?}: {} {}", answer.status, answer.text);
            }
            for cut in 0..cursor.len() {
                let answer = server.call_as("AUA", "Load", body(&base64.encode(&cursor[..cut])));
                assert!(matches!(answer.status, 200 | 400), "{cut}: {} {}", answer.status, answer.text);
            }
        }
    }
}

on_both_engines! {
    fn the_null_character_is_refused_by_name(server) {
        let refused = server.call_as("AUA", "GetCustomsStatus", json!({ "id": "EE\u{0}1", "postalOrgCd": "AUA" }));
        assert_eq!(refused.findings(), [("format".to_owned(), String::new())]);
        assert!(refused.text.contains("U+0000"), "{}", refused.text);
    }
}

#[test]
fn each_member_of_a_right_body_bent_gets_the_same_answer_from_both_engines() {
    let many_logins = [("logins-per-account", "10000"), ("logins-per-address", "10000")];
    let sqlite = Server::start_with(Engine::Sqlite, &many_logins);
    let postgres = postgres::is_there().then(|| Server::start_with(Engine::Postgres, &many_logins));
    let substitutes = [json!("\0"), json!("x\0y"), json!(-1), json!("\u{1F4E6}".repeat(600))];
    for (org, method, body) in right_bodies() {
        let mut bodies = bent(&body, &substitutes);
        bodies.push(body);
        for body in bodies {
            let text = whole(org, &body).to_string();
            let status = considered(&sqlite, method, &text).expect(method);
            if let Some(postgres) = &postgres {
                assert_eq!(considered(postgres, method, &text).expect(method), status, "{method} {text}");
            }
        }
    }
}
