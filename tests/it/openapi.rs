//! The documentation and what operators look at.

use std::collections::BTreeSet;

use entrepost::http::{Audience, methods, operations};
use serde_json::{Value, json};

use crate::harness::data::{fresh_id, store};
use crate::harness::{Engine, Server};
use crate::on_both_engines;

/// The methods of the published page, in its order.
pub const PUBLISHED: [&str; 42] = [
    "Login",
    "Logout",
    "ConvertAnonymousToCDSDeclaration",
    "CreateOrUpdateAnonymousDeclaration",
    "GetAnonymousDeclaration",
    "GetFinalDeclarationIdFromAnonymousDeclarationId",
    "CheckItemStatus",
    "GetCustomsStatus",
    "GetReferralAndReferralResponse",
    "Load",
    "LoadByMailState",
    "CreateOrUpdateDeclarations",
    "CreateOrUpdateResponses",
    "CreateReferral",
    "CreateReferralResp",
    "StoreDeclaration",
    "StoreResponse",
    "UpdateMailState",
    "UpdateMailState_ForTransitItems",
    "UpdateMailStateAndGetCustomsStatus",
    "ConvertCurrency",
    "CreateNewDeclaration",
    "CreateNewResponse",
    "GetDecisionNameAndCategoryFromCode",
    "GetHeartbeat",
    "LoadRefDataCocktail",
    "GetHSCodes",
    "GetRestrictionProhibitionByDescription",
    "GetRestrictionProhibitionByDescriptionByCountry",
    "GetRestrictionProhibitionsByDescriptions",
    "GetRestrictionProhibitionsByDescriptionsByCountry",
    "GetRestrictionProhibitionByHS",
    "GetRestrictionProhibitionByHSByCountry",
    "IsItemRestrictedProhibited",
    "GetWatchdogItemInfo",
    "SetWatchdogItemInfo",
    "LoadMarketedGood",
    "StoreMarketedGood",
    "LoadPostalServices",
    "StorePostalService",
    "PrintCustomsDeclaration",
    "PrintDoc",
];

/// Names that follow `reference` in a page, up to the closing quote.
fn references<'a>(page: &'a str, reference: &str) -> Vec<&'a str> {
    page.split(reference).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// What every call of a caller may be answered with.
const STATUSES: &[&str] = &["200", "400", "401", "408", "413", "415", "429", "500", "503"];

on_both_engines! {
    fn the_document_lists_every_method_with_its_members(server) {
        let answer = server.get("/openapi.json").ok();
        assert_eq!(answer.header("content-type"), Some("application/json"));
        let document = answer.json();
        assert_eq!(document["openapi"], "3.1.0");
        let paths = document["paths"].as_object().expect("paths");
        assert_eq!(paths.len(), methods().len() + operations().filter(|operation| !operation.is_own()).count());
        for operation in operations().filter(|operation| !operation.is_own()) {
            let described = &paths[operation.path][operation.verb().to_ascii_lowercase()];
            assert_eq!(described["operationId"], operation.name);
            let (security, statuses) = match operation.audience() {
                Audience::Anybody => (json!([{}]), &["200", "500", "503"][..]),
                Audience::Organizations(_) if operation.verb() == "GET" => {
                    (json!([{ "bearer": [] }]), &["200", "401", "403", "429", "500", "503"][..])
                }
                Audience::Organizations(_) => (json!([{ "bearer": [] }, {}]), STATUSES),
                Audience::Couriers(_) => (json!([{ "client": [] }]), STATUSES),
                Audience::Clients => (json!([{ "client": [] }, {}]), STATUSES),
                // They send a file, which has no member for the token.
                Audience::Partners => (json!([{ "bearer": [] }]), STATUSES),
            };
            assert_eq!(described["security"], security, "{}", operation.path);
            for status in statuses {
                assert!(described["responses"][status].is_object(), "{} {status}", operation.path);
            }
        }

        let mut listed = Vec::new();
        for method in methods() {
            let operation = &paths[&format!("/{}", method.name)]["post"];
            let body = &operation["requestBody"]["content"]["application/json"]["schema"];
            let members: BTreeSet<&str> =
                body["properties"].as_object().expect("members").keys().map(String::as_str).collect();
            let required: BTreeSet<&str> =
                body["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            assert!(required.is_subset(&members), "{}: {required:?} but only {members:?}", method.name);
            // One of two members or a header: none of them alone is needed.
            assert!(members.contains(method.token_member) && !required.contains(method.token_member), "{}", method.name);
            assert_eq!(operation["security"], json!([{ "bearer": [] }, {}]), "{}", method.name);
            for status in STATUSES {
                assert!(operation["responses"][status].is_object(), "{} {status}", method.name);
            }
            listed.push(format!("{}: {}", method.name, Vec::from_iter(members).join(" ")));
        }
        listed.sort();
        insta::assert_snapshot!("methods", listed.join("\n"));
        every_reference_leads_somewhere(&document, &document);
    }

    fn every_published_method_answers_and_no_other(server) {
        let published = BTreeSet::from(PUBLISHED);
        assert_eq!(published.len(), PUBLISHED.len(), "the list of this test");
        let ours: BTreeSet<&str> = methods().iter().map(|method| method.name).collect();
        assert_eq!(ours, published);
        for name in PUBLISHED {
            let answer = server.call_as("AUA", name, json!({}));
            assert!(matches!(answer.status, 200 | 400 | 401), "{name}: {} {}", answer.status, answer.text);
            server.call(name, &json!({})).refused(401);
        }
        server.call_as("AUA", "StoreDeclarations", json!({})).refused(404);
    }

    fn the_page_needs_nothing_from_outside(server) {
        let moved = server.get("/docs").ok();
        assert!(moved.text.contains("swagger-ui"), "a redirection to /docs/ was followed");
        let page = server.get("/docs/").ok().text;
        let files = [references(&page, "src=\""), references(&page, "href=\"")].concat();
        assert!(files.len() >= 3, "{page}");
        for file in files {
            assert!(!file.contains("//"), "{file} is fetched from elsewhere");
            let address = if file.starts_with('/') { file.to_owned() } else { format!("/docs/{file}") };
            server.get(&address).ok();
        }
        let start = server.get("/docs/swagger-initializer.js").ok().text;
        for document in ["\"/openapi.json\"", "\"/v1/openapi.json\""] {
            assert!(start.contains(document), "{start}");
        }
        assert!(!start.contains("://"), "{start}");
        // Unless told otherwise the page has its document checked by a public service.
        assert!(start.contains(r#""validatorUrl": "none""#), "{start}");
    }

    fn health_and_measures(server) {
        assert_eq!(server.get("/healthz").ok().json()["status"], "ok");
        let ready = server.get("/readyz").ok().json();
        assert_eq!(
            (&ready["database"], &ready["write_queue"], &ready["stopping"]),
            (&Value::Bool(true), &Value::Bool(true), &Value::Bool(false))
        );

        server.call_as("AUA", "GetHeartbeat", serde_json::json!({})).ok();
        server.call("GetHeartbeat", &serde_json::json!({})).refused(401);
        let text = server.get("/metrics").ok().text;
        for name in [
            r#"entrepost_requests_total{method="GetHeartbeat",outcome="ok"}"#,
            r#"entrepost_requests_total{method="GetHeartbeat",outcome="unauthorized"}"#,
            r#"entrepost_request_seconds_bucket{method="GetHeartbeat",le="0.001"}"#,
            "entrepost_pool_connections_used",
            "entrepost_pool_connections_allowed",
            "entrepost_write_queue_depth",
        ] {
            assert!(text.contains(name), "{name} is missing in\n{text}");
        }
        // Links are measured by partner; nothing says which organization calls what.
        let mut of_calls = text.lines().filter(|line| !line.contains("entrepost_exchange_"));
        assert!(!of_calls.any(|line| line.contains("AUA")), "measures of calls name no organization");
    }
}

/// What waits for a partner, how old it is, and what is wrong with the link can be watched. The measures of all servers of
/// this process are one, so that only what this test does last is certain.
#[test]
fn the_links_are_measured() {
    let [here, there] = Server::pair([Engine::Sqlite, Engine::Sqlite]);
    there.stop();
    here.call_as("AUA", "StoreDeclaration", store(&fresh_id("AU"), "AUA", "DEA", 2)).ok();
    here.deliver();
    let exchange = here.exchange().clone();
    here.block_on(|_| async move { exchange.observe().await }).expect("looks at the links");
    let text = here.get("/metrics").ok().text;
    for name in [
        "entrepost_exchange_waiting",
        "entrepost_exchange_waiting_oldest_seconds",
        "entrepost_exchange_unanswered",
        "entrepost_exchange_unanswered_oldest_seconds",
        "entrepost_exchange_parked",
        "entrepost_exchange_quarantined",
        "entrepost_exchange_failures_total",
    ] {
        assert!(text.contains(&format!("{name}{{partner=\"DEA\"}} ")), "{name} is missing in\n{text}");
    }
    assert!(text.contains(r#"entrepost_exchange_alarm{partner="DEA",alarm=""#), "{text}");
}

/// Every `$ref` of `part` must lead to something in `document`.
fn every_reference_leads_somewhere(part: &Value, document: &Value) {
    match part {
        Value::Object(members) => {
            if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                let there = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
                assert!(there.is_some(), "{reference} leads nowhere");
            }
            members.values().for_each(|value| every_reference_leads_somewhere(value, document));
        }
        Value::Array(list) => list.iter().for_each(|value| every_reference_leads_somewhere(value, document)),
        _ => {}
    }
}
