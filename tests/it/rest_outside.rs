//! What is published of the own surface, looked at with programs that are not ours.

use entrepost::http::{Audience, operations};
use serde_json::{Map, Value, json};

use crate::courier::Courier;
use crate::harness::data::{declaration, fresh_id, mail_object, response};
use crate::harness::outside::{program, python, python_program};
use crate::harness::receiver::Receiver;
use crate::harness::server::token_of;
use crate::harness::{Answer, Engine, Server};
use crate::on_both_engines_with;

/// Calls as the validators get them.
#[derive(Default)]
struct Calls(Vec<Value>);

impl Calls {
    /// Calls a path of the document, whose names are filled in.
    fn call(&mut self, server: &Server, org: &str, called: (&str, &str), body: Value, more: &[(&str, &str)]) -> Answer {
        let (verb, template) = called;
        let (values, headers): (Vec<_>, Vec<_>) = more.iter().partition(|(name, _)| name.starts_with(['{', '?']));
        let path = values.iter().fold(template.to_owned(), |path, (name, value)| match name.strip_prefix('?') {
            Some(query) => format!("{path}{}{query}={value}", if path.contains('?') { "&" } else { "?" }),
            None => path.replace(name, value),
        });
        let sent = (!body.is_null()).then_some(&body);
        let answer = server.rest(org, verb, &path, sent, &headers);
        let headers: Map<String, Value> =
            answer.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        let text: Value = serde_json::from_str(&answer.text).unwrap_or_default();
        self.0.push(json!({ "path": template, "verb": verb.to_lowercase(), "request": body, "status": answer.status, "headers": headers, "answer": text }));
        answer
    }
}

const DECLARATIONS: &str = "/v1/declarations";
const ONE: &str = "/v1/declarations/{id}";

fn below(what: &str) -> String {
    format!("{ONE}/{what}")
}

/// Everything that is done with a subscription.
fn subscribe(server: &Server, calls: &mut Calls, item: &str) {
    let receiver = Receiver::start();
    let all = "/v1/subscriptions";
    let one = |rest: &str| format!("/v1/subscriptions/{{id}}{rest}");
    let auth = json!({ "tokenUrl": receiver.url, "clientId": "us", "clientSecret": "secret" });
    let filter = json!({ "types": ["light.*"], "flows": ["O"], "lights": ["Red"], "posts": ["AUA"] });
    calls
        .call(server, "AUA", ("POST", all), json!({ "url": receiver.url, "oauth": auth, "filter": filter }), &[])
        .is(201);
    calls.call(server, "AUA", ("POST", all), json!({ "url": "https://127.0.0.1.example.invalid/" }), &[]).is(400);
    let new = json!({ "url": receiver.url, "label": "ERP", "signature": "v1a", "ordering": "all", "mode": "standard", "concurrency": 4, "headers": { "X-Key": "k" } });
    let made = calls.call(server, "AUA", ("POST", all), new, &[]).is(201).json();
    let at = ("{id}", made["id"].as_str().expect("an id"));
    server.notify();
    calls.call(server, "AUA", ("GET", all), Value::Null, &[]).ok();
    let host = json!({ "url": receiver.url.replace("/hook", "/back/"), "mode": "xpress" });
    calls.call(server, "AUA", ("POST", "/v1/callback-hosts"), host, &[]).is(201);
    calls.call(server, "AUA", ("GET", "/v1/callback-hosts"), Value::Null, &[]).ok();
    calls.call(server, "AUA", ("GET", &one("")), Value::Null, &[at]).ok();
    calls.call(server, "DEA", ("GET", &one("")), Value::Null, &[at]).is(404);
    calls.call(server, "AUA", ("POST", &one("/test")), json!({ "type": "item.moved" }), &[at]).ok();
    let store = json!({ "mailObject": mail_object(item, "AUA", "DEA"), "declaration": declaration("40.00") });
    calls.call(server, "AUA", ("POST", DECLARATIONS), store, &[]);
    server.notify();
    let sent = calls.call(server, "AUA", ("GET", &one("/deliveries")), Value::Null, &[at]).ok().json();
    let event = sent["deliveries"][0]["event"].clone();
    calls.call(server, "AUA", ("GET", &one("/deliveries/{sequence}")), Value::Null, &[at, ("{sequence}", "1")]).ok();
    calls.call(server, "AUA", ("GET", "/v1/events"), Value::Null, &[("?subscription", at.1)]).ok();
    calls.call(server, "AUA", ("POST", &one("/replays")), json!({ "events": [event] }), &[at]).is(202);
    calls.call(server, "AUA", ("GET", &one("/replays")), Value::Null, &[at]).ok();
    let key = calls.call(server, "AUA", ("POST", &one("/secrets")), json!({ "graceHours": 0 }), &[at]).is(201).json();
    calls.call(server, "AUA", ("POST", &one("/secrets")), json!({ "signature": "v1" }), &[at]).is(201);
    let key = ("{key}", key["id"].as_str().expect("an id"));
    calls.call(server, "AUA", ("DELETE", &one("/secrets/{key}")), Value::Null, &[at, key]).is(204);
    calls.call(server, "AUA", ("POST", &one("/pause")), Value::Null, &[at]).ok();
    calls.call(server, "AUA", ("POST", &one("/verify")), Value::Null, &[at]).is(409);
    calls.call(server, "AUA", ("POST", &one("/enable")), json!({ "from": "now" }), &[at]).ok();
    receiver.repeat_challenges(false);
    let elsewhere = json!({ "url": receiver.url.replace("/hook", "/other") });
    calls.call(server, "AUA", ("PATCH", &one("")), elsewhere, &[at]).ok();
    server.notify();
    calls.call(server, "AUA", ("POST", &one("/verify")), Value::Null, &[at]).ok();
    calls.call(server, "AUA", ("DELETE", &one("")), Value::Null, &[at]).is(204);
}

on_both_engines_with! {
    [("notify-allow-nets", "127.0.0.0/8")];
    fn the_document_is_valid_and_says_what_is_taken_and_answered(server) {
        let document = server.get("/v1/openapi.json").ok().json();
        let mut calls = Calls::default();
        let (id, other) = (fresh_id("AU"), fresh_id("AU"));
        let at = ("{id}", id.as_str());
        let new = |id: &str| json!({ "mailObject": mail_object(id, "AUA", "DEA"), "declaration": declaration("38.50") });
        calls.call(server, "AUA", ("POST", DECLARATIONS), new(&id), &[]).refused(201);
        calls.call(server, "AUA", ("POST", DECLARATIONS), new(&id), &[]).ok();
        calls.call(server, "AUA", ("POST", DECLARATIONS), json!({ "event": 7 }), &[]).refused(400);
        calls.call(server, "AUA", ("POST", DECLARATIONS), new(&id), &[("content-type", "text/plain")]).refused(415);
        calls.call(server, "AU", ("POST", DECLARATIONS), new(&id), &[]).refused(401);
        let batch = json!({ "declarations": [new(&other), {}, 7] });
        calls.call(server, "AUA", ("POST", "/v1/declarations/batch"), batch, &[]).ok();
        calls.0.last_mut().expect("a call")["request"] = Value::Null;
        let page = calls.call(server, "AUA", ("GET", DECLARATIONS), Value::Null, &[("?limit", "1"), ("?count", "true"), ("?changedSince", "2020-01-01")]).ok();
        assert!(page.header("link").is_some() && page.header("x-more").is_some());
        calls.call(server, "AUA", ("GET", DECLARATIONS), Value::Null, &[("?limit", "0")]).refused(400);
        calls.call(server, "AUA", ("GET", DECLARATIONS), Value::Null, &[("accept", "image/png")]).refused(406);
        let shown = calls.call(server, "AUA", ("GET", ONE), Value::Null, &[at]).ok();
        let tag = shown.header("etag").expect("a tag").to_owned();
        calls.call(server, "AUA", ("GET", ONE), Value::Null, &[at, ("if-none-match", &tag)]).refused(304);
        calls.call(server, "FRA", ("GET", ONE), Value::Null, &[at]).refused(404);
        calls.call(server, "AUA", ("PUT", ONE), new(&id), &[at]).refused(428);
        calls.call(server, "AUA", ("PUT", ONE), new(&id), &[at, ("if-match", "\"1\"")]).refused(412);
        calls.call(server, "AUA", ("PUT", ONE), shown.json(), &[at, ("if-match", &tag)]).ok();
        calls.call(server, "AUA", ("PATCH", ONE), json!({ "mailObject": { "LocalId": "L1" } }), &[at, ("if-match", "*"), ("idempotency-key", "k")]).ok();
        calls.call(server, "AUA", ("PATCH", ONE), json!({}), &[at, ("if-match", "*"), ("idempotency-key", "k")]).refused(422);
        calls.call(server, "AUA", ("POST", &below("submit")), json!({ "event": "draft" }), &[at]).refused(409);
        calls.call(server, "AUA", ("POST", &below("submit")), json!({}), &[at]).ok();
        calls.call(server, "AUA", ("POST", &below("validate")), json!({}), &[at]).ok();
        calls.call(server, "AUA", ("GET", &below("history")), Value::Null, &[at]).ok();
        calls.call(server, "AUA", ("GET", &below("versions/{version}")), Value::Null, &[at, ("{version}", "1")]).ok();
        calls.call(server, "AUA", ("GET", &below("documents")), Value::Null, &[at]).ok();
        calls.call(server, "AUA", ("GET", &below("documents/{document}")), Value::Null, &[at, ("{document}", "cn22")]).ok();
        calls.call(server, "AUA", ("POST", &below("copies")), json!({ "itemId": fresh_id("AU") }), &[at]).refused(201);
        calls.call(server, "AUA", ("POST", &below("copies")), json!({}), &[at]).refused(201);
        calls.call(server, "DEA", ("POST", &below("referrals")), json!({ "referral": { "ReferralCd": "RFI", "ReferralId": "Q1" } }), &[at]).refused(201);
        let answers = below("referrals/{reference}/answers");
        calls.call(server, "AUA", ("POST", &answers), json!({ "answer": { "ReferralResponseCd": "R20" } }), &[at, ("{reference}", "Q1")]).refused(201);
        calls.call(server, "DE", ("POST", &below("responses")), json!({ "response": response("2", 0) }), &[at]).refused(201);
        calls.call(server, "DE", ("GET", ONE), Value::Null, &[at]).ok();
        calls.call(server, "AUA", ("GET", "/v1/items/{id}"), Value::Null, &[at]).ok();
        calls.call(server, "AUA", ("POST", "/v1/items/status"), json!({ "items": [{ "itemId": id }] }), &[]).ok();
        let mark = json!({ "watchdog": { "Operation": 4, "Remarks": "look", "ExpiryDt": "2099-01-01T00:00:00Z" } });
        calls.call(server, "AUA", ("PUT", "/v1/items/{id}/watchdog"), mark, &[at]).ok();
        calls.call(server, "AUA", ("GET", "/v1/items/{id}/watchdog"), Value::Null, &[at]).ok();
        let light = "/v1/items/{id}/light";
        let shown = calls.call(server, "AUA", ("GET", light), Value::Null, &[at]).ok();
        let known = shown.header("etag").expect("a tag").to_owned();
        calls.call(server, "AUA", ("GET", light), Value::Null, &[at, ("if-none-match", &known)]).refused(304);
        calls.call(server, "AUA", ("GET", "/v1/items/{id}/light/history"), Value::Null, &[at]).ok();
        calls.call(server, "AUA", ("POST", "/v1/items/lights"), json!({ "items": [{ "itemId": id, "origin": "AUA" }] }), &[]).ok();
        let inside = ("{id}", "AUSYDADEFRAACUN60001");
        calls.call(server, "AUA", ("PUT", "/v1/containers/{id}/items"), json!({ "items": [id] }), &[inside]).refused(204);
        calls.call(server, "AUA", ("GET", "/v1/containers/{id}/lights"), Value::Null, &[inside]).ok();
        calls.call(server, "AUA", ("GET", "/v1/events"), Value::Null, &[]).ok();
        calls.call(server, "AUA", ("PUT", "/v1/readers/{name}"), json!({}), &[("{name}", "stock")]).refused(204);
        calls.call(server, "AUA", ("GET", "/v1/readers"), Value::Null, &[]).ok();
        calls.call(server, "AUA", ("POST", &below("withdrawal")), json!({ "reason": "a test" }), &[at]).ok();
        server.settle();
        server.block_on(|services| async move { services.derive_events().await }).expect("derives");
        let told = calls.call(server, "AUA", ("GET", "/v1/events"), Value::Null, &[("?reader", "stock")]).ok().json();
        let event = ("{id}", told["events"][0]["id"].as_str().expect("an event"));
        calls.call(server, "AUA", ("GET", "/v1/events/{id}"), Value::Null, &[event]).ok();
        calls.call(server, "AUA", ("GET", "/v1/events"), Value::Null, &[("?after", "x")]).refused(400);
        calls.call(server, "AUA", ("DELETE", "/v1/readers/{name}"), Value::Null, &[("{name}", "stock")]).refused(204);
        calls.call(server, "AUA", ("POST", "/v1/movements"), json!({ "itemId": other, "flow": "outbound", "partner": "DEA", "mailState": 10 }), &[]).ok();
        let good = json!({ "Description": "Wooden train", "ValidFrom": "2020-01-01T00:00:00Z", "Details": { "HSCode": "950300" } });
        let made = calls.call(server, "AUA", ("POST", "/v1/goods"), good.clone(), &[]).refused(201).json();
        let number = ("{number}", made["id"].as_str().expect("a number"));
        calls.call(server, "AUA", ("GET", "/v1/goods"), Value::Null, &[("?limit", "1"), ("?withRestrictions", "true")]).ok();
        calls.call(server, "AUA", ("GET", "/v1/goods/{number}"), Value::Null, &[number]).ok();
        calls.call(server, "AUA", ("PUT", "/v1/goods/{number}"), good, &[number, ("if-match", "*")]).ok();
        calls.call(server, "AUA", ("DELETE", "/v1/goods/{number}"), Value::Null, &[number]).refused(204);
        let service = json!({ "ServiceNm": "Parcel by air", "DestOrganizationCd": "DEA", "MailClassCd": "C", "MailCategoryCd": "A", "ValidFrom": "2020-01-01T00:00:00Z", "Details": {} });
        let made = calls.call(server, "AUA", ("POST", "/v1/services"), service.clone(), &[]).refused(201).json();
        let named = ("{service}", made["id"].as_str().expect("an id"));
        calls.call(server, "AUA", ("GET", "/v1/services"), Value::Null, &[("?destination", "DEA")]).ok();
        calls.call(server, "AUA", ("GET", "/v1/services/{service}"), Value::Null, &[named]).ok();
        calls.call(server, "AUA", ("PUT", "/v1/services/{service}"), service, &[named, ("if-match", "*")]).ok();
        calls.call(server, "AUA", ("DELETE", "/v1/services/{service}"), Value::Null, &[named]).refused(204);
        let sender = json!({ "reference": "outside", "sender": { "SenderName": "Harbour Toys" } });
        calls.call(server, "AUA", ("POST", "/v1/senders"), sender.clone(), &[]).refused(201);
        let named = ("{reference}", "outside");
        calls.call(server, "AUA", ("GET", "/v1/senders"), Value::Null, &[("?limit", "1")]).ok();
        calls.call(server, "AUA", ("GET", "/v1/senders/{reference}"), Value::Null, &[named]).ok();
        calls.call(server, "AUA", ("PUT", "/v1/senders/{reference}"), sender, &[named, ("if-match", "*")]).ok();
        calls.call(server, "AUA", ("DELETE", "/v1/senders/{reference}"), Value::Null, &[named]).refused(204);
        let sent = json!({ "declarations": [new(&fresh_id("AU")), {}] });
        let taken = calls.call(server, "AUA", ("POST", "/v1/ingestions"), sent.clone(), &[("?dryRun", "true")]).refused(202).json();
        server.block_on(|services| async move { services.take_in_ingestions().await }).expect("works off");
        let ingestion = ("{ingestion}", taken["referenceId"].as_str().expect("a reference"));
        calls.call(server, "AUA", ("GET", "/v1/ingestions"), Value::Null, &[]).ok();
        calls.call(server, "AUA", ("GET", "/v1/ingestions/{ingestion}"), Value::Null, &[ingestion]).ok();
        calls.call(server, "AUA", ("GET", "/v1/ingestions/{ingestion}/findings"), Value::Null, &[ingestion]).ok();
        calls.call(server, "AUA", ("POST", "/v1/imports"), sent, &[]).ok();
        let sheet = crate::ingestions::send(server, "/v1/imports", "text/csv", b"item_id,destination\nno id,DE\n").ok().json();
        let import = ("{ingestion}", sheet["referenceId"].as_str().expect("a reference"));
        calls.call(server, "AUA", ("GET", "/v1/imports/{ingestion}"), Value::Null, &[import]).ok();
        for (path, more) in [("/v1/imports/{ingestion}/refused.xlsx", vec![import]), ("/v1/exports/declarations.xlsx", vec![("?flow", "outbound")]),
            ("/v1/exports/declarations.csv", vec![]), ("/v1/exports/declarations.json", vec![]), ("/v1/sheets/declarations.xlsx", vec![("?lang", "FR")]),
            ("/v1/sheets/goods.xlsx", vec![]), ("/v1/sheets/senders.xlsx", vec![]), ("/v1/sheets/movements.xlsx", vec![("?lang", "PT")])] {
            calls.call(server, "AUA", ("GET", path), Value::Null, &more).ok();
        }
        calls.call(server, "AUA", ("GET", "/v1/reference"), Value::Null, &[]).ok();
        calls.call(server, "AUA", ("GET", "/v1/reference/{list}"), Value::Null, &[("{list}", "decisions")]).ok();
        calls.call(server, "AUA", ("GET", "/v1/reference/{list}"), Value::Null, &[("{list}", "countries")]).ok();
        calls.call(server, "AUA", ("GET", "/v1/hs-codes"), Value::Null, &[("?q", "toys")]).ok();
        calls.call(server, "AUA", ("GET", "/v1/restrictions"), Value::Null, &[("?from", "AU"), ("?to", "US"), ("?description", "weapons")]).ok();
        calls.call(server, "AUA", ("GET", "/v1/requirements"), Value::Null, &[("?from", "AU"), ("?to", "US"), ("?class", "C")]).ok();
        calls.call(server, "AUA", ("GET", "/v1/authorizationStatus"), Value::Null, &[]).ok();
        calls.call(server, "AUA", ("GET", "/v1/limits"), Value::Null, &[]).ok();

        subscribe(server, &mut calls, &other);

        // A row that no call of this test answers is not looked at.
        for operation in operations().filter(|operation| operation.is_own() && operation.audience() != Audience::Anybody) {
            let is_it = |call: &&Value| call["path"] == operation.path && call["verb"] == operation.verb().to_lowercase();
            let well = |call: &&Value| call["status"].as_u64().is_some_and(|status| status < 300);
            assert!(calls.0.iter().filter(is_it).any(|call| well(&call)), "{} {}", operation.verb(), operation.path);
        }
        let input = json!({ "document": document, "calls": calls.0 });
        let Some(found) = python("contract.py", &["jsonschema", "openapi_spec_validator"], &input) else { return };
        assert_eq!(found, "");
    }
}

#[test]
fn redocly_finds_no_fault_in_the_document() {
    let server = Server::start(Engine::Sqlite);
    let (_folder, file) = document(&server);
    let Some((clean, told)) = program("redocly", &["lint", "--extends", "recommended", &file]) else { return };
    assert!(clean && !told.contains("was generated by"), "{told}");
}

/// The document in a file.
fn document(server: &Server) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("openapi.json");
    std::fs::write(&file, server.get("/v1/openapi.json").ok().text).expect("writes");
    let file = file.to_str().expect("a path").to_owned();
    (folder, file)
}

#[test]
fn a_client_made_from_the_document_creates_reads_amends_and_prints() {
    let server = Server::start(Engine::Sqlite);
    let (folder, file) = document(&server);
    let config = folder.path().join("config.yml");
    std::fs::write(&config, "content_type_overrides:\n  application/pdf: application/octet-stream\n  application/xml: application/octet-stream\n  application/problem+xml: application/octet-stream\n  application/vnd.openxmlformats-officedocument.spreadsheetml.sheet: application/octet-stream\n  application/x-ndjson: application/octet-stream\n  text/csv: application/octet-stream\n").expect("writes");
    let path = |name: &str| folder.path().join(name).to_str().expect("a path").to_owned();
    let arguments = [
        "generate",
        "--path",
        &file,
        "--output-path",
        &path("own"),
        "--meta",
        "none",
        "--config",
        &path("config.yml"),
        "--fail-on-warning",
    ];
    let Some((made, told)) = program("openapi-python-client", &arguments) else { return };
    assert!(made, "{told}");
    let script = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/outside/rest_client.py"));
    let argument =
        format!("{}|http://{}|{}|{}", folder.path().display(), server.address(), token_of("AUA"), fresh_id("AU"));
    let Some((done, told)) = python_program(&script.expect("a script"), &argument, "") else { return };
    assert!(done, "{told}");
}

#[test]
fn schemathesis_finds_no_answer_that_the_document_does_not_describe() {
    let server = Server::start(Engine::Sqlite);
    let (folder, file) = document(&server);
    let Some(_) = program("schemathesis", &["--version"]) else { return };
    let authorization = format!("Authorization: Bearer {}", token_of("AUA"));
    let address = format!("http://{}", server.address());
    let arguments = [
        // It leaves what it remembers where it runs.
        ["-c", "cd \"$0\" && exec schemathesis run \"$@\"", folder.path().to_str().expect("a path"), &file],
        ["--url", &address, "--header", &authorization],
        ["--header", "X-Entrepost-User: tester", "--checks", CHECKS],
        ["--max-examples", "5", "--seed", "1"],
        ["--phases", "examples,fuzzing", "--generation-database", "none"],
        ["--no-color", "--suppress-health-check", "all", "--continue-on-failure"],
    ];
    let Some((clean, told)) = program("bash", &arguments.concat()) else { return };
    assert!(clean, "{told}");
}

const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";

/// Runs the examples of a page in one shell, as an organization that may be notified; gives what they print.
fn run_examples(server: &Server, page: &str, org: &str, more: &str) -> Option<(bool, String)> {
    let text = std::fs::read_to_string(format!("{}/docs/{page}", env!("CARGO_MANIFEST_DIR"))).expect("a page");
    let blocks: Vec<&str> = text.split("```bash\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(blocks.len() > 1);
    let folder = tempfile::tempdir().expect("folder");
    let head = format!(
        "set -euo pipefail\ncd '{}'\nURL=http://{}\nTOKEN={}\nHOOK={}\n{more}\n",
        folder.path().display(),
        server.address(),
        token_of(org),
        Receiver::start().url
    );
    program("curl", &["--version"])?;
    program("bash", &["-c", &(head + &blocks.concat())])
}

#[test]
fn the_examples_of_the_documentation_run() {
    let server = Server::start_with(Engine::Sqlite, &[("notify-allow-nets", "127.0.0.0/8")]);
    if let Some((done, told)) = run_examples(&server, "rest.md", "AUA", "") {
        assert!(done && told.contains("withdrawn") && told.contains("%PDF-"), "{told}");
    }
    if let Some((done, told)) = run_examples(&server, "sheets.md", "AUA", "") {
        assert!(done && told.contains("\"date_form\"") && told.contains("EE410000301AU"), "{told}");
    }
    if let Some((done, told)) = run_examples(&server, "events.md", "DEA", "") {
        assert!(done && told.contains("mayProceed") && told.contains("\"changes\""), "{told}");
    }
    if let Some((done, told)) = run_examples(&server, "terminals.md", "DEA", "") {
        assert!(done && told.contains("released") && told.contains("whsec_"), "{told}");
    }
    let courier = Courier::new(&server);
    if let Some((done, told)) = run_examples(&server, "couriers.md", "AUA", &courier.variables()) {
        assert!(done && told.contains("SUCCESS") && told.contains("\"errors\":[]"), "{told}");
    }
    if let Some((done, told)) = run_examples(&server, "webhooks.md", "DEA", "") {
        assert!(done && told.contains("\"delivered\":true") && told.contains("rep_"), "{told}");
    }
}
