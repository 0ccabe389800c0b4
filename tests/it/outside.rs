//! What the server publishes, looked at with programs that are not ours.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use entrepost::http::methods;
use serde_json::{Map, Value, json};

use crate::exchange::{TOKEN, set};
use crate::harness::data::{fresh_id, status, store};
use crate::harness::outside::{program, python};
use crate::harness::server::token_of;
use crate::harness::{Answer, Engine, Server};
use crate::on_both_engines;
use crate::samples::{SAMPLES, referred};

/// Calls as the validators get them.
#[derive(Default)]
struct Calls(Vec<Value>);

impl Calls {
    fn note(&mut self, path: &str, request: Value, answer: &Answer) {
        let mut headers: Map<String, Value> =
            answer.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        if answer.text.is_empty() {
            headers.remove("content-type");
        }
        let body: Value = serde_json::from_str(&answer.text).unwrap_or_default();
        self.0.push(
            json!({ "path": path, "request": request, "status": answer.status, "headers": headers, "answer": body }),
        );
    }

    fn call(&mut self, server: &Server, method: &str, body: Value, headers: &[(&str, &str)]) -> Answer {
        let answer = server.post(method, &body.to_string(), headers);
        self.note(&format!("/{method}"), body, &answer);
        answer
    }

    /// The same as AUA.
    fn own(&mut self, server: &Server, method: &str, mut body: Value, headers: &[(&str, &str)]) -> Answer {
        body["token"] = json!(token_of("AUA"));
        body["userCd"] = json!("tester");
        self.call(server, method, body, headers)
    }
}

/// The faults that the validators find; `None` where they are not installed.
fn faults(document: &Value, calls: &Calls) -> Option<String> {
    let modules = ["jsonschema", "openapi_spec_validator"];
    python("contract.py", &modules, &json!({ "document": document, "calls": calls.0 }))
}

fn document(server: &Server) -> Value {
    server.get("/openapi.json").ok().json()
}

/// A sample as text without one of its members.
fn without(sample: &str, member: &str) -> Value {
    let mut body: Value = serde_json::from_str(sample).expect("a sample is JSON");
    body.as_object_mut().expect("members").remove(member);
    body
}

on_both_engines! {
    fn the_document_is_valid_and_says_what_is_taken_and_answered(server) {
        let document = document(server);
        let mut calls = Calls::default();
        referred(server);
        for (method, sample) in SAMPLES {
            calls.call(server, method, serde_json::from_str(sample).expect("a sample is JSON"), &[]).ok();
        }
        beyond_the_samples(server, &mut calls);
        for method in methods() {
            calls.call(server, method.name, json!({}), &[]).refused(401);
            calls.own(server, method.name, json!({ "cdsViews": 7, "Items": 7, "copies": "x", "flow": 7 }), &[]);
        }
        let Some(found) = faults(&document, &calls) else { return };
        assert_eq!(found, "");

        // The validators do look.
        let mut spoiled = document.clone();
        spoiled["paths"]["/Load"]["post"]["parameters"] = Value::Null;
        spoiled["components"]["schemas"]["CdsView"]["properties"]["MailObject"] = json!({ "type": "integer" });
        spoiled["paths"]["/Load"]["post"]["responses"]["200"]["headers"] = json!({});
        let found = faults(&spoiled, &calls).expect("installed");
        for fault in ["document: paths/Load/post/parameters".replace("/Load", "//Load"), "/Load 200: answer: LoadResult/0/MailObject".into()] {
            assert!(found.contains(&fault), "{fault} in {found}");
        }
        assert!(found.contains("/Load 200: the header x-"), "{found}");
    }

    fn what_the_document_allows_can_be_read(server) {
        let document = document(server);
        let mut calls = Calls::default();
        for method in methods() {
            let schema = &document["paths"][format!("/{}", method.name)]["post"]["requestBody"]["content"]["application/json"]["schema"];
            for how in [Made::Least, Made::Plain, Made::Decimals] {
                let body = made(&document, schema, how);
                let mut token = body.clone();
                token.as_object_mut().expect("members").retain(|name, _| name != "token" && name != "securityToken");
                let answer = calls.own(server, method.name, token, &[]);
                if answer.status == 400 {
                    let unread = answer.findings().into_iter().find(|(code, _)| code == "type" || code == "json");
                    assert_eq!(unread, None, "{} {how:?}: {body}", method.name);
                }
                assert!(answer.status < 500, "{} {how:?}: {}", method.name, answer.text);
            }
        }
        assert_eq!(faults(&document, &calls).unwrap_or_default(), "");
    }

    fn required_is_what_the_server_refuses_to_do_without(server) {
        let mut wrong = Vec::new();
        let document = document(server);
        referred(server);
        for (method, sample) in SAMPLES {
            let schema = &document["paths"][format!("/{method}")]["post"]["requestBody"]["content"]["application/json"]["schema"];
            let required: Vec<&str> =
                schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let sent: Value = serde_json::from_str(sample).expect("a sample is JSON");
            for member in schema["properties"].as_object().expect("members").keys() {
                if matches!(member.as_str(), "token" | "securityToken" | "userCd") || sent.get(member).is_none() {
                    continue;
                }
                let answer = server.call(method, &without(sample, member));
                let needed = answer.status == 400 && answer.findings().iter().any(|(_, path)| path == member);
                if needed != required.contains(&member.as_str()) {
                    wrong.push(format!("{method} {member}: {}", answer.text));
                }
            }
        }
        assert_eq!(wrong, [""; 0]);
    }
}

/// How values of a schema are made.
#[derive(Clone, Copy, Debug)]
enum Made {
    /// Null where that is allowed, lists empty.
    Least,
    Plain,
    /// Numbers with a decimal point, whole ones too.
    Decimals,
}

/// A value that `schema`, a part of `document`, allows.
fn made(document: &Value, schema: &Value, how: Made) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return made(document, document.pointer(&reference[1..]).expect("a reference that leads somewhere"), how);
    }
    let kinds = |list: &Value| list.as_array().cloned().unwrap_or_default();
    let one_of = kinds(&schema["oneOf"]);
    let is_null = |kind: &Value| kind == "null" || kind["type"] == "null";
    if matches!(how, Made::Least) && (one_of.iter().any(is_null) || kinds(&schema["type"]).iter().any(is_null)) {
        return Value::Null;
    }
    if let Some(kind) = one_of.first() {
        return made(document, kind, how);
    }
    let number = |number: &Value| if matches!(how, Made::Decimals) { json!(number.as_f64()) } else { number.clone() };
    if let Some(known) = schema["enum"].get(0).or(schema["examples"].get(0)) {
        return if known.is_number() { number(known) } else { known.clone() };
    }
    match schema["type"].as_str().or(schema["type"][0].as_str()).unwrap_or_default() {
        "string" if schema["format"] == "uuid" => json!("0d4cbd73-4b2c-4bf3-9f3e-0f54cd83b1a9"),
        "string" => json!("A"),
        "integer" | "number" => number(&json!(2)),
        "boolean" => json!(true),
        "array" if matches!(how, Made::Least) => json!([]),
        "array" => json!([made(document, &schema["items"], how)]),
        _ => {
            let members = schema["properties"].as_object().into_iter().flatten();
            members.map(|(name, schema)| (name.clone(), made(document, schema, how))).collect()
        }
    }
}

/// Answers that no sample brings about: refusals, outcomes, nothing, pages, files.
fn beyond_the_samples(server: &Server, calls: &mut Calls) {
    let id = fresh_id("AU");
    calls.own(server, "StoreDeclaration", store(&id, "AUA", "DEA", 2), &[("idempotency-key", "one")]).ok();
    calls.own(server, "StoreDeclaration", store(&id, "AUA", "DEA", 1), &[("idempotency-key", "one")]).refused(422);
    calls.own(server, "StoreDeclaration", store(&id, "AUA", "DEA", 99), &[]).refused(400);
    calls.own(server, "GetCustomsStatus", status("AUA", &id, "O"), &[]).ok();
    let nothing = calls.own(server, "GetCustomsStatus", status("AUA", &fresh_id("AU"), "O"), &[]).ok();
    assert_eq!(nothing.json()["GetCustomsStatusResult"], Value::Null);
    let view = |id: &str| json!({ "MailObject": { "Id": id, "OrigPostOrgCd": "AUA", "DestPostOrgCd": "DEA" }, "Declaration": {} });
    let views = json!({ "cdsViews": [view(&id), view("?"), 7] });
    let each = calls.own(server, "CreateOrUpdateDeclarations", views, &[("prefer", "outcome=per-item")]).ok();
    assert_eq!(each.json()["Outcomes"].as_array().map(Vec::len), Some(3));
    calls.0.last_mut().expect("a call")["request"] = Value::Null;
    let page = json!({ "recordsLimit": 1, "countTotal": true, "modifiedSince": "2019-01-01T00:00:00Z" });
    assert!(calls.own(server, "Load", page, &[]).ok().header("x-next-cursor").is_some());
    let lists = calls.own(server, "LoadRefDataCocktail", json!({}), &[]).ok();
    let tag = lists.header("etag").expect("a tag").to_owned();
    calls.own(server, "LoadRefDataCocktail", json!({}), &[("if-none-match", &tag)]).refused(304);
    let unknown = json!({ "Items": [{ "ItemId": fresh_id("FR") }, { "ItemId": id }] });
    calls.own(server, "CheckItemStatus", unknown, &[]).ok();
    calls.own(server, "GetWatchdogItemInfo", json!({ "itemId": id }), &[]).ok();
    calls.own(server, "PrintCustomsDeclaration", json!({ "mailItemId": id }), &[]).ok();
    calls.own(server, "Load", json!({}), &[("content-encoding", "gzip")]).refused(415);
    let file = server.call_as("AUA", "print", json!({ "mailItemIds": [id] })).ok();
    calls.note("/print", Value::Null, &file);
    calls.note("/print", Value::Null, &server.call_as("AUA", "print", json!({})).refused(400));
    calls.note("/exchange/inbox", Value::Null, &server.post_bytes("/exchange/inbox", b"UNB", &[]).refused(401));
}

#[test]
fn redocly_finds_no_fault_in_the_document() {
    let server = Server::start(Engine::Sqlite);
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("openapi.json");
    std::fs::write(&file, server.get("/openapi.json").ok().text).expect("writes");
    let file = file.to_str().expect("a path");
    let Some((clean, told)) = program("redocly", &["lint", "--extends", "recommended", file]) else { return };
    // Errors fail; of warnings there are none either.
    assert!(clean && !told.contains("was generated by"), "{told}");
}

const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

pub fn webhook(input: &Value) -> Option<String> {
    Some(python("webhook.py", &["standardwebhooks", "nacl"], input)?.trim().to_owned())
}

#[test]
fn the_library_of_the_scheme_signs_what_the_inbox_takes() {
    let [_, germany] = Server::pair([Engine::Sqlite, Engine::Sqlite]);
    set(&germany, "AUA", |partner| {
        partner.token_in = Some(TOKEN.into());
        partner.sign_key = Some(KEY.into());
    });
    // What is no interchange is refused with 400, once its signature is right.
    let now = germany.clock.now().timestamp();
    let mut signed = json!({ "key": KEY, "id": "msg_1", "timestamp": now, "body": "no interchange" });
    let Some(signature) = webhook(&signed) else { return };
    let hand_in = |signature: &str, body: &str| {
        let bearer = format!("Bearer {TOKEN}");
        let headers = [
            ("authorization", bearer.as_str()),
            ("webhook-id", "msg_1"),
            ("webhook-timestamp", &now.to_string()),
            ("webhook-signature", signature),
        ];
        germany.post_bytes("/exchange/inbox", body.as_bytes(), &headers)
    };
    hand_in(&signature, "no interchange").refused(400);
    hand_in(&signature, "another body").refused(401);
    // The text of the key in place of what it stands for.
    signed["key"] = json!("whsec_d2hzZWNfTWZLUTlyOEdLWXFyVHdqVVBEOElMUFpJbzJMYUxhU3c=");
    hand_in(&webhook(&signed).expect("installed"), "no interchange").refused(401);
}

#[test]
fn the_library_of_the_scheme_verifies_what_is_sent() {
    let [australia, _] = Server::pair([Engine::Sqlite, Engine::Sqlite]);
    let partner = TcpListener::bind("127.0.0.1:0").expect("binds");
    let address = partner.local_addr().expect("an address");
    set(&australia, "DEA", |partner| {
        partner.endpoint = Some(format!("http://{address}/inbox"));
        partner.sign_key = Some(KEY.into());
    });
    let taken = std::thread::spawn(move || take(&partner));
    australia.call_as("AUA", "StoreDeclaration", store(&fresh_id("AU"), "AUA", "DEA", 2)).ok();
    australia.deliver();
    let mut received = taken.join().expect("a request");
    received["key"] = json!(KEY);
    let Some(judged) = webhook(&received) else { return };
    assert_eq!(judged, "right", "{received}");
    received["body"] = json!("another body");
    assert_eq!(webhook(&received).as_deref(), Some("wrong"));
}

/// Takes one request: its signature headers and its body.
fn take(partner: &TcpListener) -> Value {
    let (mut stream, _) = partner.accept().expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout");
    let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
    let mut headers = Map::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a head");
        let Some((name, value)) = line.trim().split_once(": ") else {
            if line.trim().is_empty() {
                break;
            }
            continue;
        };
        headers.insert(name.to_lowercase().replace("webhook-", ""), json!(value));
    }
    let length = headers["content-length"].as_str().and_then(|text| text.parse().ok()).expect("a length");
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    stream.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").expect("answers");
    headers.insert("body".into(), json!(String::from_utf8(body).expect("plain text")));
    Value::Object(headers)
}
