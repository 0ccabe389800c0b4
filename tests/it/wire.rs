//! JSON as it travels: wrappers, nulls, dates, decimals, what is tolerated and what is refused, and how.

use entrepost::http::operations;
use entrepost::limits;
use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::harness::data::{declaration, fresh_id, mail_object, redacted, respond, status, store};
use crate::harness::server::token_of;
use crate::harness::{Answer, Server};
use crate::on_both_engines;

/// StoreDeclaration of AUA to DEA with this text as `decl.Data`.
fn store_text(id: &str, data: &str) -> String {
    let (token, object) = (token_of("AUA"), mail_object(id, "AUA", "DEA"));
    format!(r#"{{"token":"{token}","mailObject":{object},"decl":{{"Data":{data}}},"evtCd":2,"userCd":"tester"}}"#)
}

/// Stores a declaration with this text as `Data` and gives the text of the view that comes back.
#[track_caller]
fn round_trip(server: &Server, data: &str) -> String {
    let id = fresh_id("AU");
    server.post("StoreDeclaration", &store_text(&id, data), &[]).ok();
    server.call_as("AU", "Load", json!({ "id": id })).ok().text
}

/// A harmless call with members of its own, as text.
fn beat(members: &str) -> String {
    format!(r#"{{"token":"{}"{members}}}"#, token_of("AUA"))
}

fn http(verb: &str, path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("{verb} /{path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

on_both_engines! {
    fn an_encoded_body_is_refused_at_every_door_with_what_is_taken(server) {
        let bearer = format!("Bearer {}", token_of("AUA"));
        let send = |path: &str, encoding: &str| {
            let headers = [("authorization", bearer.as_str()), ("content-encoding", encoding)];
            server.post_bytes(path, b"{}", &headers)
        };
        for path in ["/GetHeartbeat", "/StoreDeclaration", "/print", "/exchange/inbox"] {
            for encoding in ["gzip", "GZIP", "br", "deflate", "zstd", "x-gzip", "gzip, identity", "unheard-of"] {
                let answer = send(path, encoding).refused(415);
                assert_eq!(answer.header("accept-encoding"), Some("identity"), "{path} {encoding}");
                let told = answer.json()["Message"].as_str().expect("a message").to_owned();
                assert!(told.contains("Content-Encoding") && told.contains("identity"), "{told}");
            }
            for encoding in ["identity", "Identity", "identity, identity", ""] {
                assert_ne!(send(path, encoding).status, 415, "{path} {encoding:?}");
            }
        }
        send("/GetHeartbeat", "identity").ok();
    }

    fn a_whole_number_may_be_written_with_decimals(server) {
        for (written, number) in [("2.0", 2), ("2.000", 2), ("2e0", 2), (r#""2""#, 2), (r#""2.0""#, 2)] {
            let data = format!(r#"{{"ContentPieces":[{{"Index":1.0,"Description":"Cup","Number":{written}}}]}}"#);
            let text = round_trip(server, &data);
            assert!(text.contains(&format!(r#""Number":{number},"#)), "{written}: {text}");
        }
        for refused in ["2.5", "2147483648.0", "1e99"] {
            let data = format!(r#"{{"ContentPieces":[{{"Number":{refused}}}]}}"#);
            let answer = server.post("StoreDeclaration", &store_text(&fresh_id("AU"), &data), &[]);
            assert_eq!(answer.findings(), [("type".into(), "decl.Data.ContentPieces[0].Number".into())], "{refused}");
        }
    }

    fn findings_are_told_in_english_whatever_the_goods_are_described_in(server) {
        for description in ["Machine", "6 CARTONS", "vêtements", "ropa", "articles de bureau"] {
            let id = fresh_id("AU");
            let mut body = store(&id, "AUA", "DEA", 2);
            body["decl"]["Data"]["ContentPieces"][0]["Description"] = json!(description);
            server.call_as("AUA", "StoreDeclaration", body).ok();
            let view = server.status("AUA", "AUA", &id, "O");
            let told = view["Declaration"]["Data"]["ExtraFieldValues"].to_string();
            assert!(told.contains("a class of goods, not the goods"), "{description}: {told}");
            for foreign in ["ce qu", "agrafeuse", "lo que", " de algod", " pour "] {
                assert!(!told.contains(foreign), "{description}: {told}");
            }
        }
    }

    fn a_rule_in_another_language_is_told_in_english(server) {
        let id = fresh_id("AU");
        let mut body = store(&id, "AUA", "FRA", 2);
        let piece = &mut body["decl"]["Data"]["ContentPieces"][0];
        (piece["Description"], piece["HS"]) = (json!("Cigarettes with filter, ten packets"), json!("240220"));
        body["decl"]["Data"]["RecipientCountryCd"] = json!("FR");
        server.call_as("AUA", "StoreDeclaration", body).ok();
        let view = server.status("AUA", "AUA", &id, "O");
        let told = view["Declaration"]["Data"]["ExtraFieldValues"].to_string();
        assert!(told.contains("forbidden in the country of destination: a rule of FR on HS 2402-2403"), "{told}");
        assert!(!told.contains("rouler"), "{told}");
    }

    fn results_are_wrapped_and_every_member_is_written(server) {
        let id = "EE000000062AU";
        let object = json!({ "Id": id, "OrigPostOrgCd": "AUA", "DestPostOrgCd": "DEA" });
        let least = json!({ "mailObject": object, "decl": { "Data": {} }, "evtCd": 2 });
        assert_eq!(server.call_as("AUA", "StoreDeclaration", least).ok().text, "{}");
        let data = json!({ "DecisionCd": "1", "ClearanceDt": "/Date(1562748420000)/", "Taxes": [{}] });
        let response = json!({ "mailObject": object, "resp": { "Data": data }, "evtCd": 2 });
        assert_eq!(server.call_as("DE", "StoreResponse", response).ok().text, "{}");
        let data = json!({ "ContentPieces": [{}], "Documents": [{}], "CommercialTransactions": [{}] });
        let lines = json!({ "mailObject": object, "decl": { "Data": data }, "evtCd": 2 });
        server.call_as("AUA", "StoreDeclaration", lines).ok();

        let answer = server.call_as("AUA", "Load", json!({ "id": id })).ok();
        assert_json_snapshot!("least_view", redacted(&answer.json()));
        assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
        // Members of the base class come first, the rest by name.
        let order = [
            r#"{"LoadResult":[{"entityState":1,"DCResponse":{"entityState":1,"CDSStateCd":55,"Cust"#,
            r#""XMLData":null,"Data":{"ClearanceDt":"/Date(1562748420000+0000)/","DecisionCd":"1","Decision"#,
            r#""Declaration":{"entityState":1,"CDSStateCd":2,"#,
            r#""MailObject":{"entityState":1,"DestPostOrgCd":"DEA","Id":"#,
        ];
        for part in order {
            assert!(answer.text.contains(part), "{part} in {}", answer.text);
        }
        let nothing = server.call_as("AUA", "GetCustomsStatus", status("AUA", "EE999999990AU", "O"));
        assert_eq!(nothing.ok().text, r#"{"GetCustomsStatusResult":null}"#);
        assert_eq!(server.call_as("PTA", "Load", json!({})).ok().text, r#"{"LoadResult":[]}"#);
    }

    fn dates(server) {
        // Sydney is eleven hours ahead in November.
        let same_instant = [
            "/Date(1793563200000)/",
            "/Date(1793563200000+0000)/",
            "/Date(1793563200000+0200)/",
            "/Date(1793563200000-0500)/",
            r"\/Date(1793563200999)\/",
            "2026-11-01T20:00:00Z",
            "2026-11-01T21:00:00+01:00",
            "2026-11-01T20:00:00.5Z",
            "2026-11-02T07:00:00",
            "2026-11-02T07:00",
            "2026-11-02 07:00:00",
        ];
        for text in same_instant {
            let view = round_trip(server, &format!(r#"{{"TransportDate":"{text}"}}"#));
            assert!(view.contains(r#""TransportDate":"/Date(1793563200000+0000)/""#), "{text} came back as {view}");
        }
        for (text, written) in [("2026-11-02", "/Date(1793538000000+0000)/"), ("/Date(-1000)/", "/Date(-1000+0000)/")] {
            let view = round_trip(server, &format!(r#"{{"TransportDate":"{text}"}}"#));
            assert!(view.contains(&format!(r#""TransportDate":"{written}""#)), "{text} came back as {view}");
        }
        for unset in [r#""/Date(-62135596800000)/""#, r#""""#, "null"] {
            assert!(round_trip(server, &format!(r#"{{"TransportDate":{unset}}}"#)).contains(r#""TransportDate":null"#));
        }
        let refused = [
            "1793563200000",
            r#""1793563200""#,
            r#""/Date()/""#,
            r#""/Date(1e3)/""#,
            r#""/Date(1+1)/""#,
            r#""/Date(253402300800000)/""#,
            r#""/Date(-62135596800001)/""#,
            r#""02.11.2026""#,
            r#""2026-13-01""#,
        ];
        for text in refused {
            let answer =
                server.post("StoreDeclaration", &store_text("X", &format!(r#"{{"TransportDate":{text}}}"#)), &[]);
            assert_eq!(answer.findings(), [("type".to_owned(), "decl.Data.TransportDate".to_owned())], "{text}");
            assert!(answer.text.contains("/Date(1562748420000+0000)/"), "the form is named: {}", answer.text);
        }
    }

    fn decimals_keep_their_digits(server) {
        let kept = [
            "10.10",
            "0",
            "0.000",
            "38",
            "1234567890123456789012345678",
            "0.1234567890123456789012345678",
            "12345678901234.5678901234567",
            "79228162514264337593543950335",
        ];
        let rewritten =
            [("\"12.30\"", "12.30"), ("\" 7 \"", "7"), ("1.5e2", "150"), ("25E-1", "2.5"), ("-0.0", "-0.0")];
        let cases = kept.into_iter().map(|digits| (digits, digits)).chain(rewritten);
        let cases: Vec<(&str, &str)> = cases.collect();
        let pieces: Vec<String> = cases.iter().map(|(sent, _)| format!(r#"{{"Amount":{sent}}}"#)).collect();
        let view = round_trip(server, &format!(r#"{{"ContentPieces":[{}]}}"#, pieces.join(",")));
        for (at, (sent, written)) in cases.iter().enumerate() {
            let amount = view.split(r#"{"Amount":"#).nth(at + 1).and_then(|rest| rest.split(',').next());
            assert_eq!(amount, Some(*written), "sent as {sent}");
        }
        let refused = [
            "79228162514264337593543950336",
            "123456789012345678901234567890",
            "0.12345678901234567890123456789",
            "1e400",
            "1e-400",
            "true",
            "[1]",
            r#""12,5""#,
            r#""1_000""#,
            r#""NaN""#,
            r#""""#,
            r#""0x10""#,
        ];
        for text in refused {
            let answer =
                server.post("StoreDeclaration", &store_text("X", &format!(r#"{{"GrossWeight":{text}}}"#)), &[]);
            assert_eq!(answer.status, 400, "{text}");
            assert_eq!(answer.findings(), [("type".to_owned(), "decl.Data.GrossWeight".to_owned())], "{text}");
        }
    }

    fn what_other_clients_write_is_read(server) {
        let id = fresh_id("AU");
        let mut body = store(&id, "AUA", "DEA", 2);
        body["evtCd"] = json!("2");
        body["whatever"] = json!({ "deep": [1, { "er": null }] });
        body["mailObject"]["__type"] = json!("MailObject:#CDS");
        body["mailObject"]["entityState"] = json!("1");
        body["mailObject"]["PId"] = json!("00000000-0000-0000-0000-000000000000");
        body["mailObject"]["MailStateCd"] = json!("");
        body["decl"]["MailObjectPId"] = json!("");
        body["decl"]["XMLData"] = json!("<ignored/>");
        body["decl"]["Data"]["MaxIndex"] = json!("1");
        body["decl"]["Data"]["Documents"] = Value::Null;
        body["decl"]["Data"]["ExtraFieldNames"] = Value::Null;
        body["decl"]["Data"]["Unknown"] = json!(true);
        body["decl"]["Data"]["ContentPieces"][0]["Number"] = json!("2");
        body["decl"]["Data"]["ContentPieces"][0]["ExtraFieldValues"] = Value::Null;
        server.call_as("AUA", "StoreDeclaration", body).ok();
        let mut answer = respond(&id, "AUA", "DEA", "2", 2);
        answer["resp"]["Data"]["Dutiable"] = json!("True");
        answer["resp"]["Data"]["Taxes"] = Value::Null;
        server.call_as("DE", "StoreResponse", answer).ok();

        let filters = json!({ "id": id, "onlyWithDeclarationOrResponse": "true", "onlyWithoutResponse": "False",
            "recordsLimit": "7", "zipFrom": null, "flow": " " });
        let answer = server.call_as("DEA", "Load", filters).ok();
        assert!(
            !answer.text.contains("Unknown") && !answer.text.contains("ignored") && !answer.text.contains("__type")
        );
        let view = &answer.json()["LoadResult"][0];
        assert_eq!(view["Response"]["Data"]["Dutiable"], true);
        let data = &view["Declaration"]["Data"];
        assert_eq!(
            (&data["MaxIndex"], &data["Documents"], &data["ContentPieces"][0]["ExtraFieldValues"]),
            (&json!(1), &json!([]), &json!([]))
        );
        assert_eq!(data["ContentPieces"][0]["Number"], 2);

        // Numbers, not names, for what is an enumeration; ids in lower case whatever case they came in.
        let pid = view["MailObject"]["PId"].as_str().expect("an id").to_owned();
        assert_eq!(pid, pid.to_lowercase());
        assert_eq!((&view["entityState"], &view["Declaration"]["CDSStateCd"]), (&json!(1), &json!(2)));
        let by_pid = json!({ "mailObject": { "PId": pid.to_uppercase() }, "resp": { "Data": { "DecisionCd": "4",
            "ClearanceDt": "2026-11-12T00:00:00Z" } }, "evtCd": 2 });
        server.call_as("DE", "StoreResponse", by_pid).ok();
        assert_eq!(server.status("DEA", "DEA", &id, "I")["Response"]["Data"]["DecisionCd"], "4");

        for (member, value) in [("evtCd", json!("two")), ("evtCd", json!(2.5)), ("evtCd", json!("99999999999"))] {
            let mut body = store(&id, "AUA", "DEA", 2);
            body[member] = value;
            let findings = server.call_as("AUA", "StoreDeclaration", body).findings();
            assert_eq!(findings, [("type".to_owned(), member.to_owned())]);
        }
    }

    fn what_is_not_a_request_is_refused(server) {
        let code = |answer: Answer| answer.findings()[0].0.clone();
        for body in ["", "{", "null", "7", "\"text\"", "[]", "[\"a\",\"b\"]", "{} {}", "{'token':1}", "{\"token\":1,}"]
        {
            assert_eq!(code(server.post("GetHeartbeat", body, &[])), "json", "{body}");
        }
        let as_list = format!(r#"["{}",null]"#, token_of("AUA"));
        assert_eq!(code(server.post("GetHeartbeat", &as_list, &[])), "json", "members by place are no members");
        let latin1 = http("POST", "GetHeartbeat", "content-length: 13\r\n", b"{\"token\":\"\xe4\"}");
        assert_eq!(code(server.raw(&latin1)), "json");

        let answer = server.post("StoreDeclarations", "{}", &[]).refused(404);
        assert!(answer.json()["Message"].as_str().expect("a text").contains("did you mean StoreDeclaration?"));
        server.post("storedeclaration", "{}", &[]).refused(404);
        server.post("Nothing/At/All", "{}", &[]).refused(404);
        for verb in ["GET", "PUT", "DELETE", "OPTIONS", "PATCH"] {
            let single = operations().filter(|operation| !operation.is_own());
            let operations = single.map(|operation| (operation.path.trim_start_matches('/'), operation.verb()));
            for (path, allowed) in operations.chain([("Load", "POST")]).filter(|(_, allowed)| *allowed != verb) {
                let answer = server.raw(&http(verb, path, "", b""));
                // Couriers are told so with 200, like all that is wrong with what they ask.
                let told = answer.header("x-entrepost-status").and_then(|status| status.parse().ok());
                assert_eq!(told.unwrap_or(answer.status), 405, "{verb} {path}");
                assert_eq!(answer.header("allow"), Some(allowed), "{verb} {path}");
            }
        }
    }

    fn limits_hold_at_their_edge(server) {
        let padded = |len: usize| {
            let call = beat("");
            let body = call.clone() + &" ".repeat(len - call.len());
            server.raw(&http("POST", "GetHeartbeat", &format!("content-length: {len}\r\n"), body.as_bytes()))
        };
        padded(limits::BODY_BYTES).ok();
        padded(limits::BODY_BYTES + 1).refused(413);
        let chunked = |len: usize| {
            let call = beat("");
            let body = format!("{len:x}\r\n{call}{}\r\n0\r\n\r\n", " ".repeat(len - call.len()));
            server.raw(&http("POST", "GetHeartbeat", "transfer-encoding: chunked\r\n", body.as_bytes()))
        };
        chunked(limits::BODY_BYTES).ok();
        chunked(limits::BODY_BYTES + 1).refused(413);

        let refused = |members: String| {
            let answer = server.post("GetHeartbeat", &beat(&members), &[]);
            assert_eq!(answer.findings(), [("limit".to_owned(), String::new())]);
        };
        let allowed = |members: String| server.post("GetHeartbeat", &beat(&members), &[]).ok();
        let nested = |depth: usize| format!(r#","x":{}{}"#, "[".repeat(depth), "]".repeat(depth));
        allowed(nested(limits::JSON_DEPTH - 1));
        refused(nested(limits::JSON_DEPTH));
        refused(nested(100_000));
        let text = |len: usize| format!(r#","x":"{}""#, "x".repeat(len));
        allowed(text(limits::JSON_STRING_BYTES));
        refused(text(limits::JSON_STRING_BYTES + 1));
        let list = |len: usize| format!(r#","x":[{}]"#, vec!["{}"; len].join(","));
        allowed(list(limits::JSON_LIST_ITEMS));
        refused(list(limits::JSON_LIST_ITEMS + 1));
    }

    fn errors_say_everything_at_once_and_repeat_no_value(server) {
        let mut body = store("EE 1", "AUA", "AUA", 3);
        body["officeCd"] = json!("x");
        body["decl"]["Data"]["RecipientCountryCd"] = json!("Germany");
        body["decl"]["Data"]["ContentPieces"][0]["Amount"] = json!(-1);
        let answer = server.call_as("AUA", "StoreDeclaration", body).refused(400);
        assert_json_snapshot!("error", answer.json());
        assert_json_snapshot!("unauthorized", server.call("Load", &json!({})).refused(401).json());
        assert_json_snapshot!("not_found", server.post("Laod", "{}", &[]).refused(404).json());

        let mut body = store(&fresh_id("AU"), "AUA", "DEA", 2);
        body["decl"]["Data"]["ContentPieces"] = (0..60).map(|_| json!({ "CurrencyCd": "euro" })).collect();
        let many = server.call_as("AUA", "StoreDeclaration", body).refused(400).json();
        let errors = many["Errors"].as_array().expect("a list");
        assert_eq!((errors.len(), many["Details"].as_array().map(Vec::len)), (51, Some(50)));
        assert_eq!(errors[50], "… and 10 more");

        for (place, answer) in secrets_in_wrong_places(server) {
            assert!(answer.status == 400 || answer.status == 401, "{place}: {} {}", answer.status, answer.text);
            for secret in ["Erika", "Mustermann", "4711"] {
                assert!(!answer.text.contains(secret), "{place} is repeated: {}", answer.text);
            }
        }
    }

    fn every_answer_has_an_id_of_its_own(server) {
        let answers = [
            server.call_as("AUA", "GetHeartbeat", json!({})).ok(),
            server.call("GetHeartbeat", &json!({})).refused(401),
            server.post("GetHeartbeat", "{", &[]).refused(400),
            server.post("Nothing", "{}", &[]).refused(404),
            server.post("a/b/c", "{}", &[]).refused(404),
            server.get("/Load").refused(405),
            server.raw(&http("POST", "Load", "content-length: 99999999\r\n", b"")).refused(413),
            server.get("/healthz").ok(),
            server.get("/docs/").ok(),
        ];
        let mut ids: Vec<&str> = answers.iter().map(|answer| answer.header("x-request-id").expect("an id")).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), answers.len());
        // One answer for all who are not let in: with the header alone telling them apart.
        assert!(!answers[1].text.contains(answers[1].header("x-request-id").expect("an id")));
    }
}

/// Answers to requests with somebody's name or number where something else belongs.
fn secrets_in_wrong_places(server: &Server) -> Vec<(String, Answer)> {
    let name = json!("Erika Mustermann");
    let mut answers = Vec::new();
    let mut send = |place: &str, method: &str, body: Value| {
        answers.push((format!("{method} {place}"), server.call_as("AUA", method, body)));
    };
    let data_places = [
        "GrossWeight",
        "MaxIndex",
        "TransportDate",
        "ContentPieces",
        "ContentPieces/0",
        "Documents",
        "ContentPieces/0/Amount",
        "ContentPieces/0/Number",
        "ContentPieces/0/ExtraFieldNames",
    ];
    for place in [
        "mailObject",
        "mailObject/PId",
        "mailObject/PostingDt",
        "mailObject/entityState",
        "decl",
        "decl/Data",
        "decl/PId",
        "decl/CDSStateCd",
        "evtCd",
    ]
    .map(str::to_owned)
    .into_iter()
    .chain(data_places.map(|place| format!("decl/Data/{place}")))
    {
        let mut body = store("X", "AUA", "DEA", 2);
        body["decl"]["Data"]["MaxIndex"] = json!(1);
        let pointer = format!("/{place}");
        let (parent, member) = pointer.rsplit_once('/').expect("a path");
        match body.pointer_mut(parent).expect("there") {
            Value::Array(list) => list[0] = name.clone(),
            object => object[member] = name.clone(),
        }
        send(&place, "StoreDeclaration", body);
    }
    for wrong in [json!(4711), json!(4711.5), json!(-4711), json!(["Erika"]), json!({ "Erika": "Mustermann" })] {
        let mut body = store("X", "AUA", "DEA", 2);
        body["decl"]["Data"]["SenderName"] = wrong.clone();
        send("SenderName", "StoreDeclaration", body);
        send("officeCd", "StoreDeclaration", json!({ "officeCd": wrong }));
        send("id", "Load", json!({ "id": wrong }));
        if !wrong.is_number() {
            let mut body = store("X", "AUA", "DEA", 2);
            body["evtCd"] = wrong.clone();
            send("evtCd", "StoreDeclaration", body);
        }
        send("cdsViews", "CreateOrUpdateDeclarations", json!({ "cdsViews": [wrong.clone(), { "MailObject": wrong }] }));
    }
    send("dtFrom", "Load", json!({ "dtFrom": name }));
    send("flow", "Load", json!({ "flow": name }));
    send("recordsLimit", "Load", json!({ "recordsLimit": name }));
    send("onlyWithoutResponse", "Load", json!({ "onlyWithoutResponse": name }));
    send("cursor", "Load", json!({ "cursor": name }));
    send("mailStateCd", "LoadByMailState", json!({ "mailStateCd": name }));
    send("cdsViews", "CreateOrUpdateResponses", json!({ "cdsViews": name }));
    send("token", "Load", json!({ "token": name }));
    for text in [r#""Erika Mustermann""#, "4711", r#"["Erika", "Mustermann"]"#, r#"{"userCd":"Erika" "Mustermann"}"#] {
        answers.push((text.to_owned(), server.post("StoreDeclaration", text, &[])));
    }
    let mut codes = store("X", "AUA", "DEA", 2);
    codes["decl"] = declaration("1");
    codes["decl"]["Data"]["RecipientCountryCd"] = name.clone();
    codes["decl"]["Data"]["PostageCurrencyCd"] = name;
    answers.push(("codes".to_owned(), server.call_as("AUA", "StoreDeclaration", codes)));
    answers
}
