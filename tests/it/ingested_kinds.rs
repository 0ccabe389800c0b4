//! Goods, senders and moves of items at once: the same ingestion as declarations, as lists and as sheets; and sheets as parts of forms.

use std::time::Duration;

use serde_json::{Value, json};

use entrepost::domain::{RecordKind, Scope};

use crate::harness::data::{declaration, fresh_id, mail_object, respond};
use crate::harness::process::{Process, poll};
use crate::harness::raw::Raw;
use crate::harness::server::{agent, filled_database, token_of};
use crate::harness::{Answer, Engine, Server};
use crate::ingestions::{XLSX, counts, csv, fetch, report, row, send, send_as, work_off};
use crate::oauth::{client_like, new_client};
use crate::{on_both_engines, on_engines};

const JSON: &str = "application/json";

fn get(server: &Server, path: &str) -> Value {
    server.rest("AUA", "GET", path, None, &[]).ok().json()
}

fn ingest(server: &Server, kind: &str, entries: &Value) -> Value {
    let path = format!("/v1/ingestions?kind={kind}");
    report(server, &send(server, &path, JSON, entries.to_string().as_bytes()).refused(202))
}

/// Codes and places of what refuses entries.
fn errors(view: &Value) -> Vec<(String, String)> {
    let found = view["findings"].as_array().expect("findings").iter().filter(|found| found["level"] == "error");
    let text = |value: &Value| value.as_str().map(str::to_owned);
    found
        .map(|found| {
            (text(&found["code"]).expect("a code"), text(&found["cell"]).or(text(&found["path"])).unwrap_or_default())
        })
        .collect()
}

fn good(text: &str) -> Value {
    json!({ "Description": text, "Details": { "HSCode": "910529", "WeightKg": 0.35, "OrigCountryCd": "CH", "Price": { "Amount": 12.50, "Currency": "EUR" } } })
}

/// Goods of AUA by what they are called.
fn goods_called(server: &Server, text: &str) -> Vec<Value> {
    let (mut found, mut next) = (Vec::new(), Some("/v1/goods?seller=AUA&withInvalid=true&limit=1000".to_owned()));
    while let Some(path) = next {
        let page = get(server, &path);
        found.extend(
            page["goods"].as_array().expect("goods").iter().filter(|good| good["Description"] == text).cloned(),
        );
        next = page["nextCursor"]
            .as_str()
            .map(|cursor| format!("/v1/goods?seller=AUA&withInvalid=true&limit=1000&cursor={cursor}"));
    }
    found
}

/// An item that AUA declared.
fn declared(server: &Server) -> String {
    let id = fresh_id("AU");
    let file = csv(&[row(&id, "38,50")]);
    assert_eq!(counts(&send(server, "/v1/imports", "text/csv", file.as_bytes()).ok().json()), [1, 0, 0, 0]);
    id
}

fn outbound(id: &str, state: i32) -> Value {
    json!({ "itemId": id, "flow": "outbound", "partner": "DEA", "mailState": state })
}

fn mail_state(server: &Server, id: &str) -> Value {
    get(server, &format!("/v1/declarations/{id}"))["mailObject"]["MailStateCd"].clone()
}

/// A form with one file, as curl sends it.
fn form(name: &str, kind: &str, bytes: &[u8], more: &str) -> Vec<u8> {
    let head = format!(
        "{more}--b0undary\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"posting.csv\"\r\nContent-Type: {kind}\r\n\r\n"
    );
    [head.as_bytes(), bytes, b"\r\n--b0undary--\r\n"].concat()
}

const FORM: &str = "multipart/form-data; boundary=b0undary";

fn sent_as_form(server: &Server, path: &str, body: &[u8]) -> Answer {
    send(server, path, FORM, body)
}

on_both_engines! {
    fn goods_come_in_as_a_list_and_are_replaced_by_number(server) {
        let name = format!("Wall clock {}", fresh_id("AU"));
        let entries = json!([good(&name), good(&name), { "Description": " " }, { "Description": "x", "Details": { "Stock": -1 } }, [1], { "Description": "x", "SellerOrganizationCd": "DEA" }]);
        let dry = report(server, &send(server, "/v1/ingestions?kind=goods&dryRun=true", JSON, entries.to_string().as_bytes()).refused(202));
        let faults = [("required", "/Description"), ("out_of_range", "/Details/Stock"), ("type", ""), ("absent", "")];
        let faults: Vec<(String, String)> = faults.map(|(code, path)| (code.to_owned(), path.to_owned())).into();
        // The same content twice is the same goods, also of those that a dry run does not store.
        assert_eq!((counts(&dry), errors(&dry)), ([1, 0, 1, 4], faults.clone()), "{dry}");
        assert_eq!((goods_called(server, &name).len(), &dry["kind"]), (0, &json!("goods")));
        let view = ingest(server, "goods", &entries);
        assert_eq!((counts(&view), errors(&view)), ([1, 0, 1, 4], faults), "{view}");
        let stored = goods_called(server, &name);
        assert_eq!(stored.len(), 1);
        let number = stored[0]["ReferenceId"].as_i64().expect("a number");
        let mut dearer = stored[0].clone();
        dearer["Details"]["Price"]["Amount"] = json!(15);
        let view = ingest(server, "goods", &json!({ "goods": [dearer.clone()] }));
        assert_eq!((counts(&view), &view["itemsDetail"][0]["item"]), ([0, 1, 0, 0], &json!(number.to_string())), "{view}");
        assert_eq!(get(server, &format!("/v1/goods/{number}"))["Details"]["Price"]["Amount"], 15);
        dearer["Details"]["HSCode"] = json!("999999");
        let view = ingest(server, "goods", &json!([dearer]));
        assert_eq!((counts(&view), &view["findings"][0]["level"], &view["findings"][0]["path"]), ([0, 1, 0, 0], &json!("warning"), &json!("/Details/HSCode")), "{view}");
        // What happened stands in the history of the goods, once for each change.
        let record = number.to_string();
        let lines = server.block_on(|services| async move { services.record_history("AUA", RecordKind::Good, &record).await });
        assert_eq!(lines.expect("a history").len(), 3);
        // Where goods of a number are there for one post, they are not for another.
        let foreign = json!([{ "ReferenceId": number, "Description": format!("{name} of another") }]);
        send_as(server, "DEA", "/v1/ingestions?kind=goods", JSON, foreign.to_string().as_bytes()).refused(202);
        work_off(server);
        assert_eq!(get(server, &format!("/v1/goods/{number}"))["Description"], json!(name));
    }

    fn goods_come_in_as_a_sheet(server) {
        let name = format!("Sheet goods {}", fresh_id("AU"));
        let file = format!(
            "number;description;hs;made_in;weight_kg;price;price_currency;stock;buyers;valid_to;free_return;my_note\n\
             ;{name};910529;CH;0,35;12,50;EUR;0;FRA, DEA;2099-12-31;true;x\n\
             ;{name} II;40900;CH;a lot;12,50;EUR;;;31/12/2099;perhaps;x\n\
             ;{name} III;910529;CH;0,35;-1;EUR;;;;;x\n"
        );
        let dry = send(server, "/v1/imports?kind=goods&dryRun=true", "text/csv", file.as_bytes()).ok().json();
        let faults = [("number_form", "E3"), ("date_form", "J3"), ("format", "K3"), ("out_of_range", "F4")];
        let faults: Vec<(String, String)> = faults.map(|(code, cell)| (code.to_owned(), cell.to_owned())).into();
        assert_eq!((counts(&dry), errors(&dry)), ([1, 0, 0, 2], faults.clone()), "{dry}");
        assert_eq!(goods_called(server, &name).len(), 0);
        let view = send(server, "/v1/imports?kind=goods", "text/csv", file.as_bytes()).ok().json();
        assert_eq!((counts(&view), errors(&view), &view["rows"], &view["columns"]["ignored"]), ([1, 0, 0, 2], faults, &json!(3), &json!(["my_note"])), "{view}");
        let stored = goods_called(server, &name).remove(0);
        assert_eq!((&stored["Details"]["BuyerOrganizations"], &stored["Details"]["FreeOfChargeReturn"], &stored["Details"]["Stock"]), (&json!(["FRA", "DEA"]), &json!(true), &json!(0)), "{stored}");
        // The day is the last one, in the zone of the post.
        assert_eq!(stored["ValidTo"], "2099-12-31T12:59:59Z");
        let again = send(server, "/v1/imports?kind=goods&again=true", "text/csv", file.as_bytes()).ok().json();
        assert_eq!(counts(&again), [0, 0, 1, 2]);
        // The refused rows come back, and are found faulty again; a number may stand in a sheet once.
        let workbook = fetch(server, "AUA", view["links"]["refused"].as_str().expect("a link"));
        let again = send(server, "/v1/imports?kind=goods&dryRun=true", XLSX, &workbook).ok().json();
        assert_eq!((counts(&again), &again["rows"], &again["file"]["sheet"]), ([0, 0, 0, 2], &json!(2), &json!("Goods")), "{again}");
        let number = &stored["ReferenceId"];
        let twice = format!("number,description\n{number},{name} A\n{number},{name} B\n");
        let view = send(server, "/v1/imports?kind=goods", "text/csv", twice.as_bytes()).ok().json();
        assert_eq!((counts(&view), errors(&view)), ([0, 1, 0, 1], vec![("twice".into(), "A3".into())]), "{view}");
        let all = format!("description;price;price_currency\n{name} all;1;EUR\n{name} all too;-1;EUR\n");
        let view = send(server, "/v1/imports?kind=goods&mode=all", "text/csv", all.as_bytes()).ok().json();
        assert_eq!((counts(&view), goods_called(server, &format!("{name} all")).len()), ([0, 0, 0, 1], 0));
        // A sheet of another kind is none of this one.
        let other = send(server, "/v1/imports?kind=goods", "text/csv", csv(&[row(&fresh_id("AU"), "1")]).as_bytes()).refused(422).json();
        assert!(other["detail"].as_str().expect("a text").contains("such as description"), "{other}");
    }

    fn senders_come_in_as_list_and_sheet(server) {
        let reference = format!("shop.{}", fresh_id("AU"));
        let profile = json!({ "reference": reference, "sender": { "SenderName": "Harbour Books Pty", "SenderZIP": "02000", "SenderCountryCd": "AU" } });
        let entries = json!([profile, { "reference": "no / reference", "sender": { "SenderName": "x" } }, { "reference": format!("{reference}.2"), "sender": {}, "clients": ["epc_unknown"] }]);
        let view = ingest(server, "senders", &entries);
        assert_eq!(counts(&view), [1, 0, 0, 2], "{view}");
        assert_eq!(errors(&view), [("format".into(), "/reference".into()), ("required".into(), "/sender/SenderName".to_owned())]);
        assert_eq!(get(server, &format!("/v1/senders/{reference}"))["sender"]["SenderZIP"], "02000");
        let file = format!(
            "reference,sender_name,sender_zip,sender_country,is_default,clients\n\
             {reference},Harbour Books Pty,02000,AU,,\n{reference}.b,Harbour Toys,03000,AU,false,epc_unknown\n{reference}.c,Harbour Toys,03000,AU,FALSE,\n"
        );
        let view = send(server, "/v1/imports?kind=senders", "text/csv", file.as_bytes()).ok().json();
        assert_eq!((counts(&view), errors(&view)), ([1, 0, 1, 1], vec![("unknown_code".into(), "F3".into())]), "{view}");
        assert_eq!((&view["itemsDetail"][0]["item"], &view["itemsDetail"][0]["rows"]), (&json!(format!("{reference}.b")), &json!([3, 3])));
        let moved = file.replace("02000", "02001");
        let dry = send(server, "/v1/imports?kind=senders&dryRun=true", "text/csv", moved.as_bytes()).ok().json();
        let done = send(server, "/v1/imports?kind=senders", "text/csv", moved.as_bytes()).ok().json();
        assert_eq!((counts(&dry), counts(&done)), ([0, 1, 1, 1], [0, 1, 1, 1]));
        assert_eq!(get(server, &format!("/v1/senders/{reference}"))["sender"]["SenderZIP"], "02001");
    }

    fn moves_come_in_and_every_event_names_their_ingestion(server) {
        server.rest("AUA", "GET", "/v1/events", None, &[]).ok();
        let (one, other, unknown) = (declared(server), declared(server), fresh_id("AU"));
        let entries = json!([outbound(&one, 1), outbound(&other, 2), outbound(&unknown, 1), { "itemId": one, "flow": "away" }, outbound(&one, 10), outbound("no id", 1), { "itemId": fresh_id("DE"), "flow": "transit", "partner": "DEA", "mailState": 10 }]);
        let dry = report(server, &send(server, "/v1/ingestions?kind=movements&dryRun=true", JSON, entries.to_string().as_bytes()).refused(202));
        assert_eq!(mail_state(server, &one), Value::Null);
        let view = ingest(server, "movements", &entries);
        let faults = [("required", "/flow"), ("required", "/partner"), ("format", "/itemId"), ("required", "/destination")];
        let faults: Vec<(String, String)> = faults.map(|(code, path)| (code.to_owned(), path.to_owned())).into();
        assert_eq!((counts(&dry), errors(&dry)), ([1, 3, 0, 3], faults.clone()), "{dry}");
        assert_eq!((counts(&view), errors(&view)), ([1, 3, 0, 3], faults), "{view}");
        assert_eq!((mail_state(server, &one), mail_state(server, &other)), (json!(10), json!(2)));
        assert_eq!(server.history("AUA", &one).len(), 3, "declared, moved, moved");
        assert_eq!(server.history("AUA", &one)[2].user_cd.as_deref(), Some("tester"));
        // Said again each is where it was; the one that was moved twice goes back and forth.
        let again = report(server, &send(server, "/v1/ingestions?kind=movements", JSON, json!([outbound(&other, 2)]).to_string().as_bytes()).refused(202));
        assert_eq!(counts(&again), [0, 0, 1, 0]);
        server.call_as("DE", "StoreResponse", respond(&one, "AUA", "DEA", "2", 2)).ok();
        server.settle();
        server.block_on(|services| async move { services.derive_events().await }).expect("derives");
        let events = get(server, &format!("/v1/events?item={one}"));
        let events = events["events"].as_array().expect("events");
        let of = |kind: &str| events.iter().filter(|event| event["type"].as_str().is_some_and(|known| known.starts_with(kind))).collect::<Vec<_>>();
        for kind in ["item.moved", "response."] {
            let told = of(kind);
            assert!(!told.is_empty() && told.iter().all(|event| event["data"]["ingestionReference"] == view["referenceId"]), "{kind}: {events:?}");
        }
        let notice = get(server, "/v1/events?type=ingestion.*");
        let told = notice["events"].as_array().expect("events").iter().find(|event| event["data"]["ingestionReference"] == view["referenceId"]);
        assert_eq!(told.map(|event| (&event["subtype"], &event["data"]["counts"]["changed"])), Some((&json!("partial"), &json!(3))));
    }

    fn moves_there_and_back_are_all_taken(server) {
        let one = declared(server);
        let moved = |state: i32| {
            let sent = send(server, "/v1/ingestions?kind=movements", JSON, json!([outbound(&one, state)]).to_string().as_bytes()).refused(202);
            let repeated = sent.json()["repeated"] == true;
            (counts(&report(server, &sent)), mail_state(server, &one), repeated)
        };
        assert_eq!(moved(1), ([0, 1, 0, 0], json!(1), false));
        // The same once more is a repeat, as long as nothing else came.
        assert_eq!(moved(1), ([0, 1, 0, 0], json!(1), true));
        assert_eq!(moved(2), ([0, 1, 0, 0], json!(2), false));
        assert_eq!(moved(1), ([0, 1, 0, 0], json!(1), false));
    }

    fn a_declaration_that_nobody_waits_for_is_stored_whenever_it_is_sent(server) {
        let id = fresh_id("AU");
        let whole = |city: &str| {
            let mut body = json!({ "mailObject": mail_object(&id, "AUA", "DEA"), "declaration": declaration("38.50") });
            body["declaration"]["Data"]["RecipientCity"] = json!(city);
            body
        };
        let post = |city: &str, headers: &[(&str, &str)]| server.rest("AUA", "POST", "/v1/declarations", Some(&whole(city)), headers);
        let later = |city: &str| {
            let sent = post(city, &[("prefer", "respond-async")]).refused(202);
            assert_eq!(sent.json()["repeated"], false);
            report(server, &sent);
        };
        let city = || get(server, &format!("/v1/declarations/{id}"))["declaration"]["Data"]["RecipientCity"].clone();
        later("Köln");
        post("Bonn", &[]).ok();
        assert_eq!(city(), "Bonn");
        later("Köln");
        assert_eq!(city(), "Köln", "what was declared last counts, though it was declared before");
        server.rest("AUA", "POST", &format!("/v1/declarations/{id}/withdrawal"), Some(&json!({ "reason": "not sent" })), &[("if-match", "*")]).ok();
        later("Köln");
        assert_ne!(get(server, &format!("/v1/items/{id}/light"))["light"], "Red", "declared again it is no withdrawn item");
        // A key is of one kind of answer.
        let key = fresh_id("AU");
        post("Köln", &[("prefer", "respond-async"), ("idempotency-key", &key)]).refused(202);
        let sent = post("Köln", &[("prefer", "respond-async"), ("idempotency-key", &key)]).refused(202);
        report(server, &sent);
        assert_eq!(post("Köln", &[("idempotency-key", &key)]).refused(422).json()["code"], "key_reused");
        let key = fresh_id("AU");
        post("Köln", &[("idempotency-key", &key)]).ok();
        assert_eq!(post("Köln", &[("prefer", "respond-async"), ("idempotency-key", &key)]).refused(422).json()["code"], "key_reused");
    }

    fn moves_come_in_as_a_sheet(server) {
        let (one, other) = (declared(server), declared(server));
        let file = format!("item_id;flow;partner;mail_state\n{one};outbound;DE;1\n{other};outbound;DEA;two\n{one};outbound;AUA;10\n{other};outbound;DEA;2\n");
        let view = send(server, "/v1/imports?kind=MovementOrder", "text/csv", file.as_bytes()).ok().json();
        assert_eq!((counts(&view), errors(&view)), ([0, 2, 0, 2], vec![("whole_number_form".into(), "D3".into()), ("posts".into(), "C4".into())]), "{view}");
        assert_eq!((mail_state(server, &one), mail_state(server, &other)), (json!(1), json!(2)));
        let all = format!("item_id;flow;partner;mail_state\n{one};outbound;DEA;2\n{other};outbound;DEA;\n");
        let view = send(server, "/v1/imports?kind=movements&mode=all", "text/csv", all.as_bytes()).ok().json();
        assert_eq!((counts(&view), mail_state(server, &one)), ([0, 0, 0, 1], json!(1)), "{view}");
    }

    fn kinds_are_called_as_elsewhere_and_others_are_refused_with_the_reason(server) {
        for (kind, taken) in [("CustomsShipment", "declarations"), ("articledataitem", "goods"), ("BusinessPartners", "senders"), ("MovementOrder", "movements")] {
            let sent = send(server, &format!("/v1/ingestions?kind={kind}"), JSON, b"[]").refused(202);
            assert_eq!(report(server, &sent)["kind"], taken);
        }
        for (kind, says) in [("Formula", "postal"), ("MaterialList", "postal"), ("CertificateOfOrigin", "Documents"), ("parcels", "write one of declarations, goods, senders, movements")] {
            let refused = send(server, &format!("/v1/ingestions?kind={kind}"), JSON, b"[]").refused(400).json();
            assert_eq!((&refused["errors"][0]["code"], &refused["errors"][0]["path"]), (&json!("kind"), &json!("/kind")), "{refused}");
            assert!(refused["errors"][0]["message"].as_str().expect("a text").contains(says), "{refused}");
        }
        // A list of one kind is none of another.
        for body in ["{\"declarations\":[]}", "{\"goods\":[],\"senders\":[]}", "{}", "[", "7"] {
            let refused = send(server, "/v1/ingestions?kind=goods", JSON, body.as_bytes()).refused(400).json();
            assert!(refused["errors"][0]["message"].as_str().expect("a text").contains("`goods`"), "{body}: {refused}");
        }
        let xml = b"<NewEntries xmlns=\"urn:entrepost:v1\"><senders><reference>x.y</reference><sender><SenderName>Shop</SenderName></sender></senders></NewEntries>";
        let view = report(server, &send(server, "/v1/ingestions?kind=senders", "application/xml", xml).refused(202));
        assert_eq!(view["counts"]["refused"], 0, "{view}");
    }

    fn each_kind_needs_its_scope(server) {
        let bearer = |more: &[Scope]| {
            let scopes: Vec<Scope> = [Scope::CreateMessages].into_iter().chain(more.iter().copied()).collect();
            let (id, secret) = client_like(server, new_client("AUA", &scopes));
            let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
            let kind = [("content-type", "application/x-www-form-urlencoded")];
            let told = server.post_bytes("/oauth2/token", form.as_bytes(), &kind).ok().json();
            format!("Bearer {}", told["access_token"].as_str().expect("a token"))
        };
        let asked = |bearer: &str, kind: &str| server.ask("POST", &format!("/v1/ingestions?kind={kind}"), Some(b"[]"), &[("authorization", bearer), ("content-type", JSON)]);
        let (bare, catalogue, moves) = (bearer(&[]), bearer(&[Scope::WriteCatalogue]), bearer(&[Scope::WriteMovements]));
        for (kind, may, scope) in [("goods", &catalogue, "write:catalogue"), ("senders", &catalogue, "write:catalogue"), ("movements", &moves, "write:movements")] {
            for other in [&bare, &catalogue, &moves].into_iter().filter(|other| *other != may) {
                let refused = asked(other, kind).refused(403);
                assert!(refused.header("www-authenticate").is_some_and(|told| told.contains(scope)), "{kind}");
            }
            asked(may, kind).refused(202);
        }
        asked(&bare, "declarations").refused(202);
        send_as(server, "DE", "/v1/ingestions?kind=movements", JSON, b"[]").refused(401);
    }

    fn a_sheet_comes_as_the_part_of_a_form(server) {
        let id = fresh_id("AU");
        let file = csv(&[row(&id, "38,50")]);
        let body = form("file", "text/csv", file.as_bytes(), "");
        let view = sent_as_form(server, "/v1/imports", &body).ok().json();
        assert_eq!((counts(&view), &view["file"]["format"], &view["file"]["name"]), ([1, 0, 0, 0], &json!("csv"), &json!("posting.csv")), "{view}");
        // The same file as a body is the same import, whatever the program called it in the form.
        let plain = send(server, "/v1/imports", "text/csv", file.as_bytes()).ok().json();
        assert_eq!(plain["referenceId"], view["referenceId"]);
        // A name is that of the last part of a path; of a body it stands in a header.
        let bearer = format!("Bearer {}", token_of("AUA"));
        for (said, name) in [
            ("attachment; filename=\"C:\\\\post\\\\may; june.csv\"", json!("may; june.csv")),
            ("attachment; filename*=UTF-8''../J%C3%A4nner%00.csv", json!("Jänner.csv")),
            ("attachment", json!(null)),
            ("inline; filename=\"..//\"", json!(null)),
            ("nonsense", json!(null)),
        ] {
            let headers = [("authorization", bearer.as_str()), ("content-type", "text/csv"), ("content-disposition", said), ("x-entrepost-user", "tester")];
            let named = server.ask("POST", "/v1/imports?again=true&dryRun=true", Some(file.as_bytes()), &headers).ok().json();
            assert_eq!(named["file"]["name"], name, "{said}");
        }
        let blank = fetch(server, "AUA", "/v1/sheets/movements.xlsx?lang=FR");
        let view = sent_as_form(server, "/v1/imports?kind=movements", &form("file", "application/octet-stream", &blank, "")).ok().json();
        assert_eq!((counts(&view), &view["file"]["sheet"]), ([0, 0, 0, 0], &json!("Mouvements")), "{view}");
        // A repeat with the same key is one, though its boundary is another each time.
        let ids = [fresh_id("AU"), fresh_id("AU")];
        let keyed = |boundary: &str, id: &str| {
            let body = String::from_utf8(form("file", "text/csv", csv(&[row(id, "38,50")]).as_bytes(), "")).expect("text").replace("b0undary", boundary);
            let bearer = format!("Bearer {}", token_of("AUA"));
            let kind = format!("multipart/form-data; boundary={boundary}");
            let headers = [("authorization", bearer.as_str()), ("x-entrepost-user", "tester"), ("content-type", kind.as_str()), ("idempotency-key", ids[0].as_str())];
            server.ask("POST", "/v1/imports", Some(body.as_bytes()), &headers)
        };
        assert_eq!(keyed("one", &ids[0]).ok().json()["referenceId"], keyed("two", &ids[0]).ok().json()["referenceId"]);
        keyed("three", &ids[1]).refused(422);
    }

    fn forms_of_another_kind_are_refused_clearly(server) {
        let file = csv(&[row(&fresh_id("AU"), "38,50")]);
        let bytes = file.as_bytes();
        let member = "--b0undary\r\nContent-Disposition: form-data; name=\"dryRun\"\r\n\r\ntrue\r\n";
        for (body, says) in [
            (form("file", "text/csv", bytes, member), "the part `file` alone"),
            (form("upload", "text/csv", bytes, ""), "as the part `file`"),
            (b"--b0undary--\r\n".to_vec(), "as the part `file`"),
            (form("file", "text/csv", bytes, &String::from_utf8(form("file", "text/csv", b"x", "")).expect("text").replace("--b0undary--\r\n", "")), "cannot be read"),
            (form("file", "text/csv", bytes, "")[..200].to_vec(), "cannot be read"),
        ] {
            let refused = sent_as_form(server, "/v1/imports", &body).refused(400).json();
            assert!(refused["errors"][0]["message"].as_str().expect("a text").contains(says), "{says}: {refused}");
        }
        let unnamed = send(server, "/v1/imports", "multipart/form-data", &form("file", "text/csv", bytes, "")).refused(400).json();
        assert!(unnamed["errors"][0]["message"].as_str().expect("a text").contains("boundary"), "{unnamed}");
        let picture = sent_as_form(server, "/v1/imports", &form("file", "image/png", bytes, "")).refused(415).json();
        assert!(picture["detail"].as_str().expect("a text").contains("text/csv"), "{picture}");
        // What is taken stands in the answer.
        let other = send(server, "/v1/imports", "image/png", bytes).refused(415).json();
        assert!(["application/json", XLSX, "text/csv", "multipart/form-data"].iter().all(|kind| other["detail"].as_str().expect("a text").contains(kind)), "{other}");
        send(server, "/v1/ingestions", FORM, &form("file", "text/csv", bytes, "")).refused(415);
        let large = form("file", "text/csv", &vec![b'x'; entrepost::limits::BODY_BYTES], "");
        assert_eq!(sent_as_form(server, "/v1/imports", &large).refused(413).json()["code"], "too_large");
    }
}

on_engines! { moves_and_goods_go_on_after_a_kill => go_on_after_a_kill }

/// Nothing is taken twice and nothing is left out, wherever the server dies.
fn go_on_after_a_kill(engine: Engine) {
    const COUNT: usize = 1_600;
    let (url, _folder) = filled_database(engine);
    let bearer = format!("Bearer {}", token_of("AUA"));
    let ids: Vec<String> = (0..COUNT).map(|_| fresh_id("AU")).collect();
    let is_bad = |number: usize| number % 43 == 7;
    let bad = (0..COUNT).filter(|number| is_bad(*number)).count() as i64;
    let entry = |kind: &str, number: usize| match kind {
        "movements" if is_bad(number) => json!({ "itemId": ids[number] }),
        "movements" => outbound(&ids[number], 1),
        _ if is_bad(number) => json!({ "Description": "" }),
        _ => good(&format!("Goods {number}")),
    };
    for (kind, counted) in [
        (
            "movements",
            "SELECT count(*) AS n FROM item_history WHERE post_org = 'AUA' AND object_pid IN (SELECT object_pid FROM item_place WHERE ingestion IS NOT NULL)",
        ),
        ("goods", "SELECT count(*) AS n FROM record_history WHERE org = 'AUA' AND kind = 'good'"),
    ] {
        let entries: Vec<Value> = (0..COUNT).map(|number| entry(kind, number)).collect();
        let before = Raw::open(&url).number(counted);
        let process = Process::serve(&url, &[]);
        let request =
            agent().post(format!("{}/v1/ingestions?kind={kind}", process.base)).header("authorization", &bearer);
        let request = request.header("x-entrepost-user", "t").header("content-type", JSON);
        let mut answer = request.send(json!(entries).to_string()).expect("answers");
        let taken: Value = serde_json::from_str(&answer.body_mut().read_to_string().expect("text")).expect("JSON");
        let id = taken["referenceId"].as_str().unwrap_or_else(|| panic!("{taken}")).to_owned();
        let read = |base: &str| -> Value {
            let request = agent().get(format!("{base}/v1/ingestions/{id}")).header("authorization", &bearer);
            let text = request.call().expect("answers").body_mut().read_to_string().expect("text");
            serde_json::from_str(&text).expect("JSON")
        };
        poll(Duration::from_secs(60), || (read(&process.base)["items"].as_u64() > Some(0)).then_some(()))
            .expect("begins");
        process.kill();
        // Its lease ends before another takes it over.
        Raw::open(&url).run("UPDATE ingestion SET lease_owner = NULL, lease_until = NULL WHERE state < 2");
        let process = Process::serve(&url, &[]);
        let view = poll(Duration::from_secs(90), || Some(read(&process.base)).filter(|view| view["state"] == "done"));
        let view = view.expect("ends");
        assert_eq!(counts(&view), [COUNT as u64 - bad as u64, 0, 0, bad as u64], "{kind}");
        process.kill();
        assert_eq!(Raw::open(&url).number(counted) - before, COUNT as i64 - bad, "each of the {kind} once");
    }
}
