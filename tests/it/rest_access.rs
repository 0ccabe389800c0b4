//! Who may call what under `/v1`, by its rows.

use entrepost::domain::{Scope, Scopes};
use entrepost::http::{Audience, Callers, Operation, Permission, operations};
use entrepost::service::CourierTerms;
use entrepost::service::oauth::NewClient;
use serde_json::{Value, json};

use crate::harness::data::{declaration, fresh_id, mail_object, response};
use crate::harness::server::token_of;
use crate::harness::{Answer, Server};
use crate::on_both_engines;

/// The rows that organizations call.
fn rows() -> impl Iterator<Item = (&'static Operation, Permission)> {
    operations().filter(|operation| operation.is_own()).filter_map(|operation| match operation.audience() {
        Audience::Organizations(permission) => Some((operation, permission)),
        _ => None,
    })
}

/// The address of a row about `id`.
fn address(operation: &Operation, id: &str) -> String {
    let fixed = [
        ("{version}", "1"),
        ("{document}", "cn22"),
        ("{reference}", "R1"),
        ("{number}", "1"),
        ("{list}", "countries"),
        ("{sequence}", "1"),
        ("{key}", "00000000000000000000000000000001"),
    ];
    let id = match operation.name {
        "readEvent" => "evt_00000000000000000000000000000001_1c",
        _ if operation.path.starts_with("/v1/subscriptions") => "sub_00000000000000000000000000000001",
        "fillContainer" | "readContainerLights" => "AUSYDADEFRAACUN60001",
        _ => id,
    };
    let path = operation
        .path
        .replace("{name}", "stock")
        .replace("{id}", id)
        .replace("{service}", &uuid::Uuid::nil().to_string())
        .replace("{ingestion}", &uuid::Uuid::nil().to_string());
    fixed.iter().fold(path, |path, (name, value)| path.replace(name, value))
}

/// A body that the row reads.
fn body(operation: &Operation, id: &str) -> Option<Value> {
    let whole = json!({ "mailObject": mail_object(id, "AUA", "DEA"), "declaration": declaration("38.50") });
    match operation.name {
        "createDeclaration" | "replaceDeclaration" => Some(whole),
        "createIngestion" | "createImport" => Some(json!({ "declarations": [] })),
        "createDeclarations" => Some(json!({ "declarations": [whole] })),
        "patchDeclaration" | "submitDeclaration" | "validateDeclaration" | "copyDeclaration" => Some(json!({})),
        "withdrawDeclaration" => Some(json!({ "reason": "a test" })),
        "createResponse" => Some(json!({ "response": response("2", 0) })),
        "createReferral" => Some(json!({ "referral": { "ReferralCd": "RFI" } })),
        "answerReferral" => Some(json!({ "answer": { "ReferralResponseCd": "R20" } })),
        "acknowledgeEvents" => Some(json!({})),
        "readLights" => Some(json!({ "items": [{ "itemId": id }] })),
        "fillContainer" => Some(json!({ "items": [id] })),
        "readItems" => Some(json!({ "items": [{ "itemId": id }] })),
        "setWatchdog" => Some(json!({ "watchdog": { "Operation": 4, "Remarks": "look" } })),
        "createMovement" => Some(json!({ "itemId": id, "flow": "outbound", "partner": "DEA", "mailState": 1 })),
        "createSubscription" | "createCallbackHost" => Some(json!({ "url": "https://hooks.example/" })),
        "verifySubscription" | "pauseSubscription" => None,
        "changeSubscription" | "enableSubscription" | "testSubscription" | "addSubscriptionKey" => Some(json!({})),
        "replayEvents" => Some(json!({ "state": "failed" })),
        "createGood" | "replaceGood" | "createService" | "replaceService" => Some(json!({})),
        "createSender" | "replaceSender" => Some(json!({})),
        _ if matches!(operation.verb(), "GET" | "DELETE") => None,
        other => panic!("{other} needs a body here, so that it is tried"),
    }
}

fn call(server: &Server, operation: &Operation, id: &str, authorization: Option<&str>) -> Answer {
    let text = body(operation, id).map(|body| body.to_string());
    let mut headers = vec![("x-entrepost-user", "tester"), ("if-match", "*")];
    headers.extend(authorization.map(|value| ("authorization", value)));
    server.ask(operation.verb(), &address(operation, id), text.as_deref().map(str::as_bytes), &headers)
}

fn bearer(org: &str) -> String {
    format!("Bearer {}", token_of(org))
}

/// A bearer of a client of AUA with every scope but some.
fn client_without(server: &Server, missing: &[Scope]) -> String {
    let scopes: Scopes = Scope::ALL.into_iter().filter(|scope| !missing.contains(scope)).collect();
    let new = NewClient {
        org: "AUA".into(),
        label: "rows".into(),
        source_system: None,
        scopes,
        user_cd: None,
        office_cd: None,
        only_offices: Vec::new(),
        token_seconds: None,
        expires_at: None,
        courier: CourierTerms::default(),
    };
    let (id, secret) = server.block_on(|services| async move { services.add_client(new).await }).expect("adds");
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={}", secret.expose());
    let told =
        server.post_bytes("/oauth2/token", form.as_bytes(), &[("content-type", "application/x-www-form-urlencoded")]);
    format!("Bearer {}", told.ok().json()["access_token"].as_str().expect("a token"))
}

/// The text of a problem but for the id of its request.
fn but_instance(answer: &Answer) -> Value {
    let mut problem = answer.json();
    problem["instance"] = Value::Null;
    problem
}

on_both_engines! {
    fn every_row_refuses_strangers_alike(server) {
        let mut told = Vec::new();
        for (operation, permission) in rows() {
            let id = fresh_id("AU");
            let nobody = format!("Bearer {}", uuid::Uuid::new_v4());
            for authorization in [None, Some("Bearer"), Some("Bearer let me in"), Some(nobody.as_str())] {
                let answer = call(server, operation, &id, authorization).refused(401);
                told.push(but_instance(&answer).to_string());
            }
            if permission.callers == Callers::Posts {
                told.push(but_instance(&call(server, operation, &id, Some(&bearer("AU"))).refused(401)).to_string());
            }
        }
        told.sort();
        told.dedup();
        assert_eq!(told.len(), 1, "{told:?}");
    }

    fn every_row_needs_its_scopes(server) {
        let mut without = std::collections::HashMap::new();
        for (operation, permission) in rows() {
            for scope in permission.scopes {
                let client = without.entry(*scope as u32).or_insert_with(|| client_without(server, &[*scope]));
                let answer = call(server, operation, &fresh_id("AU"), Some(client)).refused(403);
                let challenge = answer.header("www-authenticate").expect("a challenge");
                assert!(challenge.contains("insufficient_scope") && challenge.contains(&scope.to_string()), "{challenge}");
                assert_eq!(answer.json()["code"], "scope", "{}", operation.name);
            }
        }
    }

    fn to_a_foreign_organization_an_item_is_like_none(server) {
        let (theirs, none) = (fresh_id("AU"), fresh_id("AU"));
        let new = json!({ "mailObject": mail_object(&theirs, "AUA", "DEA"), "declaration": declaration("38.50") });
        let pid = server.rest("AUA", "POST", "/v1/declarations", Some(&new), &[]).refused(201).json()["pId"].clone();
        let pid = pid.as_str().expect("an id");
        // Events, subscriptions and containers have ids of their own, and tests of their own.
        let of_item = |operation: &Operation| {
            operation.path.contains("{id}") && !["/v1/events", "/v1/subscriptions", "/v1/containers"].iter().any(|other| operation.path.starts_with(other))
        };
        for (operation, permission) in rows().filter(|(operation, _)| of_item(operation)) {
            let strangers: &[&str] = if permission.callers == Callers::Posts { &["FRA"] } else { &["FRA", "FR", "PTA"] };
            for org in strangers {
                let ask = |id: &str| {
                    let answer = call(server, operation, id, Some(&bearer(org)));
                    (answer.status, but_instance(&answer).to_string().replace(id, "…"))
                };
                let absent = ask(&none);
                // Of an id that nobody knows there is a status, and it may be marked.
                if !operation.path.starts_with("/v1/items") || operation.name == "readLightHistory" {
                    assert_eq!(absent.0, 404, "{} as {org}: {}", operation.name, absent.1);
                }
                assert_eq!(ask(&theirs), absent, "{} as {org}", operation.name);
                assert_eq!(ask(pid), ask(&uuid::Uuid::new_v4().to_string()), "{} as {org}", operation.name);
            }
            // Referrals go to the origin, and come from the destination.
            let by = if operation.path.contains("/referrals") { "DEA" } else { "AUA" };
            let own = call(server, operation, &theirs, Some(&bearer(by)));
            assert!(own.status < 300 || operation.name == "answerReferral", "{}: {}", operation.name, own.text);
            if operation.name == "withdrawDeclaration" {
                server.rest("AUA", "POST", "/v1/declarations", Some(&new), &[]).refused(201);
            }
        }
    }

    fn a_foreign_name_in_a_document_is_like_none(server) {
        for (member, value) in [("PostOrganizationCd", "FRA"), ("CustOrganizationCd", "FR")] {
            let mut new = json!({ "mailObject": mail_object(&fresh_id("AU"), "AUA", "DEA"), "declaration": declaration("38.50") });
            new["declaration"][member] = json!(value);
            server.rest("AUA", "POST", "/v1/declarations", Some(&new), &[]).refused(404);
        }
        server.rest("AUA", "GET", "/v1/declarations?post=FRA", None, &[]).refused(404);
        server.rest("DE", "GET", "/v1/declarations?post=AUA", None, &[]).refused(404);
    }

    fn a_path_says_which_verbs_it_has(server) {
        let allowed = |verb: &str, path: &str| {
            let answer = server.rest("AUA", verb, path, Some(&json!({})), &[]).refused(405);
            assert_eq!(answer.json()["code"], "verb");
            answer.header("allow").expect("verbs").to_owned()
        };
        assert_eq!(allowed("DELETE", "/v1/declarations/x"), "GET, PUT, PATCH");
        assert_eq!(allowed("PUT", "/v1/declarations"), "POST, GET");
        assert_eq!(allowed("PUT", "/v1/limits"), "GET");
        server.rest("AUA", "GET", "/v1/nothing", None, &[]).refused(404);
    }

    fn other_kinds_of_content_are_refused(server) {
        let path = "/v1/declarations";
        let taken = server.rest("AUA", "GET", path, None, &[("accept", "text/html, application/json;q=0.2")]).ok();
        assert_eq!(taken.header("content-type"), Some("application/json"));
        let refused = server.rest("AUA", "GET", path, None, &[("accept", "image/png")]).refused(406);
        assert_eq!(refused.json()["code"], "not_acceptable");
        let text = server.rest("AUA", "POST", path, Some(&json!({})), &[("content-type", "text/plain")]).refused(415);
        assert_eq!(text.json()["code"], "media_type");
        let encoded = server.rest("AUA", "POST", path, Some(&json!({})), &[("content-encoding", "gzip")]).refused(415);
        assert_eq!(encoded.header("accept-encoding"), Some("identity"));
        // Who is nobody is not read.
        server.ask("POST", path, Some(b"{"), &[("content-type", "text/plain")]).refused(401);
        for wrong in ["[]", "7", "{", "\"x\"", "{\"mailObject\":[]}", "{\"mailObject\":{},\"externalReferenze\":1}"] {
            let authorization = bearer("AUA");
            server.ask("POST", path, Some(wrong.as_bytes()), &[("authorization", &authorization), ("x-entrepost-user", "t")]).refused(400);
        }
    }

    fn who_acts_is_stated_in_headers(server) {
        let new = |id: &str| json!({ "mailObject": mail_object(id, "AUA", "DEA"), "declaration": declaration("38.50") }).to_string();
        let post = |id: &str, headers: &[(&str, &str)]| server.ask("POST", "/v1/declarations", Some(new(id).as_bytes()), headers);
        let (token, client) = (bearer("AUA"), client_without(server, &[]));
        let nobody = post(&fresh_id("AU"), &[("authorization", &token)]).refused(400);
        assert_eq!(nobody.faults(), [("required".to_owned(), "/X-Entrepost-User".to_owned())]);
        let stated = fresh_id("AU");
        post(&stated, &[("authorization", &token), ("x-entrepost-user", "clerk"), ("x-entrepost-office", "AUSYDA")]).refused(201);
        let row = server.history("AUA", &stated).remove(0);
        assert_eq!((row.user_cd.as_deref(), row.office_cd.as_deref()), (Some("clerk"), Some("AUSYDA")));
        let by_client = fresh_id("AU");
        post(&by_client, &[("authorization", &client)]).refused(201);
        assert_eq!(server.history("AUA", &by_client)[0].user_cd.as_deref(), Some("client:rows"));
        post(&fresh_id("AU"), &[("authorization", &client), ("x-entrepost-office", "nowhere")]).refused(400);
    }
}
