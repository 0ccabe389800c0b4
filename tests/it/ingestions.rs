//! Many declarations at once: ingestions, imports of sheets, exports, and what is told of them.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::data::{declaration, fresh_id, mail_object, respond};
use crate::harness::process::{Process, poll};
use crate::harness::raw::Raw;
use crate::harness::server::{agent, filled_database, token_of};
use crate::harness::{Answer, Engine, Server};
use crate::{on_both_engines, on_engines};

pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Sends a file as AUA.
pub fn send(server: &Server, path: &str, kind: &str, bytes: &[u8]) -> Answer {
    send_as(server, "AUA", path, kind, bytes)
}

pub fn send_as(server: &Server, org: &str, path: &str, kind: &str, bytes: &[u8]) -> Answer {
    let bearer = format!("Bearer {}", token_of(org));
    let headers = [("authorization", bearer.as_str()), ("x-entrepost-user", "tester"), ("content-type", kind)];
    server.ask("POST", path, Some(bytes), &headers)
}

/// What is fetched as bytes.
pub fn fetch(server: &Server, org: &str, path: &str) -> Vec<u8> {
    let request =
        agent().get(format!("{}{path}", server.base)).header("authorization", format!("Bearer {}", token_of(org)));
    let mut answer = request.call().expect("answers");
    assert_eq!(answer.status().as_u16(), 200, "{path}");
    answer.body_mut().with_config().limit(64 << 20).read_to_vec().expect("bytes")
}

/// Works everything off that waits.
pub fn work_off(server: &Server) {
    server.block_on(|services| async move { services.take_in_ingestions().await }).expect("works off");
}

/// The report of an ingestion once it is over.
pub fn report(server: &Server, answer: &Answer) -> Value {
    let id = answer.json()["referenceId"].as_str().expect("a reference").to_owned();
    work_off(server);
    let read = || {
        let view = server.rest("AUA", "GET", &format!("/v1/ingestions/{id}"), None, &[]).ok().json();
        (view["state"] == "done" || view["state"] == "failed").then_some(view)
    };
    poll(Duration::from_secs(60), read).expect("it ends")
}

pub fn counts(view: &Value) -> [u64; 4] {
    ["new", "changed", "unchanged", "refused"].map(|name| view["counts"][name].as_u64().expect("a number"))
}

const KEYS: &str = "item_id;destination;posted_on;mail_class;mail_category;gross_kg;nature;handling;postage;postage_currency;sender_name;sender_address1;sender_city;sender_zip;sender_country;recipient_name;recipient_address1;recipient_city;recipient_zip;recipient_country;recipient_phone;piece_index;piece_description;piece_quantity;piece_net_kg;piece_value;piece_currency;piece_hs;piece_origin";

/// The row that says what `mail_object` and `declaration` of the harness say.
pub fn row(id: &str, amount: &str) -> String {
    format!(
        "{id};DEA;2026-11-01T08:00:00Z;E;A;1,5;31;N;14,50;EUR;Harbour Toys Pty;1 Example Street;Sydney;2000;AU;Beispielempfang;Probestrasse 5;Frankfurt;60594;DE;'+49695550102;1;Wooden toy train for children;2;0,8;{amount};EUR;950300;AU"
    )
}

pub fn csv(rows: &[String]) -> String {
    format!("{KEYS}\r\n{}\r\n", rows.join("\r\n"))
}

pub fn entry(id: &str) -> Value {
    json!({ "mailObject": mail_object(id, "AUA", "DEA"), "declaration": declaration("38.50"), "event": "final" })
}

fn is_declared(server: &Server, id: &str) -> bool {
    server.rest("AUA", "GET", &format!("/v1/declarations/{id}"), None, &[]).status == 200
}

/// Declaration and mail object of an item, without what is the server's own.
fn document(server: &Server, id: &str) -> Value {
    let mut view = server.rest("AUA", "GET", &format!("/v1/declarations/{id}"), None, &[]).ok().json();
    let mut object = view["mailObject"].take();
    let mut data = view["declaration"]["Data"].take();
    object["PId"] = Value::Null;
    object["Id"] = Value::Null;
    data["ExtraFieldNames"] = Value::Null;
    data["ExtraFieldValues"] = Value::Null;
    json!({ "object": object, "data": data })
}

on_both_engines! {
    fn a_sheet_is_tried_stored_and_unchanged_when_it_comes_again(server) {
        let ids = [fresh_id("AU"), fresh_id("AU")];
        let mut lines = vec![row(&ids[0], "38,50")];
        lines.push(format!("{}2;Wooden blocks;1;0,1;5;EUR;950300;AU", ";".repeat(21)));
        lines.push(row(&ids[1], "38,50"));
        let file = csv(&lines);
        let dry = send(server, "/v1/imports?dryRun=true", "text/csv", file.as_bytes()).ok().json();
        assert_eq!((counts(&dry), &dry["state"], &dry["rows"]), ([2, 0, 0, 0], &json!("done"), &json!(3)), "{dry}");
        assert_eq!((&dry["file"]["format"], &dry["file"]["separator"], &dry["file"]["encoding"]), (&json!("csv"), &json!(";"), &json!("UTF-8")));
        assert!(!is_declared(server, &ids[0]));
        let stored = send(server, "/v1/imports", "text/csv", file.as_bytes()).ok().json();
        assert_eq!(counts(&stored), [2, 0, 0, 0], "{stored}");
        // Equal by value to the same sent otherwise.
        let other = fresh_id("AU");
        server.rest("AUA", "POST", "/v1/declarations", Some(&entry(&other)), &[]).refused(201);
        assert_eq!(document(server, &ids[1]), document(server, &other));
        let pieces = document(server, &ids[0])["data"]["ContentPieces"].as_array().expect("pieces").len();
        assert_eq!(pieces, 2);
        // The same bytes are the same import; taken again they change nothing.
        let repeated = send(server, "/v1/imports", "text/csv", file.as_bytes()).ok().json();
        assert_eq!(repeated["referenceId"], stored["referenceId"]);
        let again = send(server, "/v1/imports?again=true", "text/csv", file.as_bytes()).ok().json();
        assert_eq!(counts(&again), [0, 0, 2, 0]);
        assert_eq!(server.history("AUA", &ids[0]).len(), 1);
        let changed = file.replace("38,50", "40,00");
        let changed = send(server, "/v1/imports", "text/csv", changed.as_bytes()).ok().json();
        assert_eq!(counts(&changed), [0, 2, 0, 0]);
        assert_eq!(changed["itemsDetail"][1], json!({ "index": 1, "item": ids[1], "rows": [4, 4], "outcome": "changed", "changed": ["declaration.ContentPieces"] }));
        // Who did it stands in the history.
        assert_eq!(server.history("AUA", &ids[0])[1].user_cd.as_deref(), Some("tester"));
    }

    fn each_form_of_the_same_is_stored_alike(server) {
        let mut documents = Vec::new();
        let list = |ids: &[String]| json!(ids.iter().map(|id| entry(id)).collect::<Vec<_>>());
        let lines = |ids: &[String]| ids.iter().map(|id| entry(id).to_string()).collect::<Vec<_>>().join("\n");
        let xml = |ids: &[String]| {
            let object = "<OrigPostOrgCd>AUA</OrigPostOrgCd><DestPostOrgCd>DEA</DestPostOrgCd><MailClassCd>E</MailClassCd><MailCategoryCd>A</MailCategoryCd><PostingDt>2026-11-01T08:00:00Z</PostingDt>";
            let data = "<SenderName>Harbour Toys Pty</SenderName><SenderAddressLine1>1 Example Street</SenderAddressLine1><SenderCity>Sydney</SenderCity><SenderZIP>2000</SenderZIP><SenderCountryCd>AU</SenderCountryCd><RecipientName>Beispielempfang</RecipientName><RecipientAddressLine1>Probestrasse 5</RecipientAddressLine1><RecipientCity>Frankfurt</RecipientCity><RecipientZIP>60594</RecipientZIP><RecipientCountryCd>DE</RecipientCountryCd><RecipientTelephone>+49695550102</RecipientTelephone><GrossWeight>1.5</GrossWeight><NatureTypeCd>31</NatureTypeCd><HandlingClassCd>N</HandlingClassCd><Postage>14.5</Postage><PostageCurrencyCd>EUR</PostageCurrencyCd><ContentPieces><Index>1</Index><Description>Wooden toy train for children</Description><Number>2</Number><NetWeight>0.8</NetWeight><Amount>38.5</Amount><CurrencyCd>EUR</CurrencyCd><HS>950300</HS><OrigCountryCd>AU</OrigCountryCd></ContentPieces>";
            let one = |id: &String| format!("<declarations><mailObject><Id>{id}</Id>{object}</mailObject><declaration><Data>{data}</Data></declaration></declarations>");
            format!("<NewDeclarations xmlns=\"urn:entrepost:v1\">{}</NewDeclarations>", ids.iter().map(one).collect::<String>())
        };
        let rows = |ids: &[String]| csv(&ids.iter().map(|id| row(id, "38,50")).collect::<Vec<_>>());
        for form in ["list", "object", "lines", "csv", "xml"] {
            let ids = [fresh_id("AU"), fresh_id("AU")];
            let (kind, body) = match form {
                "list" => ("application/json", list(&ids).to_string()),
                "object" => ("application/json", json!({ "declarations": list(&ids) }).to_string()),
                "lines" => ("application/x-ndjson", lines(&ids)),
                "csv" => ("text/csv", rows(&ids)),
                _ => ("application/xml", xml(&ids)),
            };
            let taken = send(server, "/v1/ingestions", kind, body.as_bytes()).refused(202);
            let view = report(server, &taken);
            assert_eq!(counts(&view), [2, 0, 0, 0], "{form}: {view}");
            let location = taken.header("location").expect("a location").to_owned();
            assert_eq!(location, format!("/v1/ingestions/{}", view["referenceId"].as_str().expect("a reference")));
            let mut document = document(server, &ids[1]);
            document["object"]["PostingDt"] = Value::Null;
            documents.push(document);
        }
        assert!(documents.windows(2).all(|pair| pair[0] == pair[1]), "{documents:#?}");
    }

    fn what_is_wrong_is_reported_and_the_rest_is_stored(server) {
        let entries: Vec<Value> = (0..130)
            .map(|number| {
                let mut entry = entry(&fresh_id("AU"));
                match number % 40 {
                    7 => entry["mailObject"]["Id"] = json!("no id"),
                    8 => entry["declaration"]["Data"]["ContentPieces"][0]["Amount"] = json!(-1),
                    9 => entry["mailObjectX"] = json!({}),
                    10 => entry["declaration"]["PostOrganizationCd"] = json!("FRA"),
                    _ => {}
                }
                entry
            })
            .collect();
        let body = json!(entries).to_string();
        let dry = report(server, &send(server, "/v1/ingestions?dryRun=true", "application/json", body.as_bytes()).refused(202));
        assert_eq!(counts(&dry), [115, 0, 0, 15], "{dry}");
        assert!(!is_declared(server, entries[0]["mailObject"]["Id"].as_str().expect("an id")));
        let taken = send(server, "/v1/ingestions", "application/json", body.as_bytes()).refused(202);
        assert_eq!(taken.json()["repeated"], false, "a dry run is another");
        let view = report(server, &taken);
        assert_eq!((counts(&view), &view["items"]), ([115, 0, 0, 15], &json!(130)));
        let errors = |view: &Value| {
            let found = view["findings"].as_array().expect("findings").iter().filter(|found| found["level"] == "error");
            found.map(|found| (found["index"].as_u64().expect("an index"), found["code"].as_str().expect("a code").to_owned(), found["path"].as_str().expect("a path").to_owned())).collect::<Vec<_>>()
        };
        assert_eq!(errors(&dry), errors(&view), "a dry run finds the same");
        let errors = errors(&view);
        assert_eq!(errors.len(), 15);
        assert!(errors.contains(&(7, "format".into(), "/mailObject/Id".into())), "{errors:?}");
        assert!(errors.contains(&(48, "out_of_range".into(), "/declaration/Data/ContentPieces/0/Amount".into())), "{errors:?}");
        assert!(errors.contains(&(89, "type".into(), "/mailObjectX".into())) && errors.contains(&(10, "absent".into(), String::new())), "{errors:?}");
        let again = send(server, "/v1/ingestions", "application/json", body.as_bytes()).refused(202).json();
        assert_eq!((&again["repeated"], &again["referenceId"]), (&json!(true), &view["referenceId"]));
        let path = format!("/v1/ingestions/{}/findings", view["referenceId"].as_str().expect("a reference"));
        let page = server.rest("AUA", "GET", &path, None, &[]).ok().json();
        assert_eq!(page["findings"], view["findings"]);
        let listed = server.rest("AUA", "GET", "/v1/ingestions", None, &[]).ok().json();
        assert_eq!(listed["ingestions"][0]["referenceId"], view["referenceId"]);
        // Another's is like none.
        for org in ["DEA", "FRA"] {
            server.rest(org, "GET", &path, None, &[]).refused(404);
        }
        assert_eq!(server.rest("DEA", "GET", "/v1/ingestions", None, &[]).ok().json()["ingestions"], json!([]));
    }

    fn all_or_none_is_stored(server) {
        let ids = [fresh_id("AU"), fresh_id("AU"), fresh_id("AU")];
        let mut rows: Vec<String> = ids.iter().map(|id| row(id, "38,50")).collect();
        rows[1] = rows[1].replace("38,50", "a lot");
        let refused = send(server, "/v1/imports?mode=all", "text/csv", csv(&rows).as_bytes()).ok().json();
        assert_eq!(counts(&refused), [0, 0, 0, 1], "{refused}");
        assert!(ids.iter().all(|id| !is_declared(server, id)));
        rows[1] = row(&ids[1], "1");
        let stored = send(server, "/v1/imports?mode=all", "text/csv", csv(&rows).as_bytes()).ok().json();
        assert_eq!(counts(&stored), [3, 0, 0, 0]);
        assert!(ids.iter().all(|id| is_declared(server, id)));
    }

    fn refused_rows_come_back_to_be_corrected(server) {
        let ids = [fresh_id("AU"), fresh_id("AU"), fresh_id("AU")];
        let mut rows: Vec<String> = ids.iter().map(|id| row(id, "38,50")).collect();
        rows[1] = rows[1].replace(";950300;", ";1.23457E+12;").replace("2026-11-01T08:00:00Z", "01/11/2026");
        let view = send(server, "/v1/imports", "text/csv", csv(&rows).as_bytes()).ok().json();
        assert_eq!(counts(&view), [2, 0, 0, 1]);
        let found: Vec<(String, String)> = view["findings"].as_array().expect("findings").iter().filter(|found| found["level"] == "error")
            .map(|found| (found["code"].as_str().expect("a code").to_owned(), found["cell"].as_str().expect("a cell").to_owned())).collect();
        assert_eq!(found, [("date_form".to_owned(), "C3".to_owned()), ("digits_lost".to_owned(), "AB3".to_owned())]);
        let path = view["links"]["refused"].as_str().expect("a link");
        let workbook = fetch(server, "AUA", path);
        let again = send(server, "/v1/imports?dryRun=true", XLSX, &workbook).ok().json();
        assert_eq!((counts(&again), &again["rows"]), ([0, 0, 0, 1], &json!(1)), "{again}");
        assert_eq!(again["file"]["format"], "xlsx");
        server.rest("DEA", "GET", path, None, &[]).refused(404);
    }

    fn what_is_exported_changes_nothing_when_it_is_imported(server) {
        let ids: Vec<String> = (0..40).map(|_| fresh_id("AU")).collect();
        for (number, id) in ids.iter().enumerate() {
            let mut new = entry(id);
            let data = &mut new["declaration"]["Data"];
            data["ExtraFieldNames"] = json!(["Zeta", "EP.Comments", "Alpha"]);
            data["ExtraFieldValues"] = json!(["=1+1", " two\nlines ", "3"]);
            data["SenderZIP"] = json!(format!("0{number:04}"));
            data["TransportDate"] = json!("2026-11-02T10:20:30Z");
            data["CommercialTransactions"] = json!([{ "ContentPiecesIndexes": [1], "MarketPlaceId": "M1" }]);
            new["externalReference"] = json!(format!("ORD-{number}"));
            server.rest("AUA", "POST", "/v1/declarations", Some(&new), &[]).refused(201);
        }
        server.call_as("DE", "StoreResponse", respond(&ids[0], "AUA", "DEA", "2", 2)).ok();
        let histories = |server: &Server| ids.iter().map(|id| server.history("AUA", id).len()).collect::<Vec<_>>();
        let before = histories(server);
        for (path, kind) in [("declarations.xlsx", XLSX), ("declarations.csv", "text/csv"), ("declarations.csv?lang=FR", "text/csv")] {
            let join = if path.contains('?') { "&" } else { "?" };
            let file = fetch(server, "AUA", &format!("/v1/exports/{path}{join}flow=outbound&origPost=AUA"));
            let view = send(server, "/v1/imports?again=true", kind, &file).ok().json();
            let [new, changed, unchanged, refused] = counts(&view);
            assert_eq!((new, changed, refused), (0, 0, 0), "{path}: {view}");
            assert!(unchanged >= 40, "{view}");
        }
        assert_eq!(histories(server), before);
        let one = server.rest("AUA", "GET", "/v1/exports/declarations.json?externalReference=ORD-7", None, &[]).ok();
        assert_eq!((one.header("x-total-count"), &one.json()[0]["itemId"]), (Some("1"), &json!(ids[7])));
        // What was changed since is not overwritten.
        let file = fetch(server, "AUA", &format!("/v1/exports/declarations.csv?itemId={}", ids[3]));
        let mut newer = entry(&ids[3]);
        newer["declaration"]["Data"]["GrossWeight"] = json!(9);
        server.rest("AUA", "POST", "/v1/declarations", Some(&newer), &[]).ok();
        let view = send(server, "/v1/imports", "text/csv", &file).ok().json();
        let refusing = view["findings"].as_array().expect("findings").iter().find(|found| found["level"] == "error").expect("an error");
        assert_eq!((counts(&view), &refusing["code"]), ([0, 0, 0, 1], &json!("changed_since")), "{view}");
        // Customs sees what it may, and imports nothing.
        assert!(!fetch(server, "DE", "/v1/exports/declarations.csv").is_empty());
        send_as(server, "DE", "/v1/imports", "text/csv", &file).refused(401);
    }

    fn an_item_is_found_by_what_its_declarer_calls_it(server) {
        let (one, other) = (fresh_id("AU"), fresh_id("AU"));
        let shown = |id: &str| server.rest("AUA", "GET", &format!("/v1/declarations/{id}"), None, &[]).ok();
        let found = |reference: &str| {
            let list = server.rest("AUA", "GET", &format!("/v1/declarations?externalReference={reference}"), None, &[]).ok().json();
            list["items"].as_array().expect("items").iter().map(|item| item["itemId"].as_str().expect("an id").to_owned()).collect::<Vec<_>>()
        };
        server.rest("AUA", "GET", "/v1/events", None, &[]).ok();
        let mut new = entry(&one);
        new["externalReference"] = json!(format!("{one}-A"));
        server.rest("AUA", "POST", "/v1/declarations", Some(&new), &[]).refused(201);
        server.rest("AUA", "POST", "/v1/declarations", Some(&entry(&other)), &[]).refused(201);
        assert_eq!((found(&format!("{one}-A")), found("nobody")), (vec![one.clone()], vec![]));
        assert_eq!((&shown(&one).json()["externalReference"], &shown(&other).json()["externalReference"]), (&json!(format!("{one}-A")), &Value::Null));
        // It is its post's own.
        assert_eq!(server.rest("DEA", "GET", &format!("/v1/declarations/{one}"), None, &[]).ok().json()["externalReference"], Value::Null);
        // What does not say it leaves it, in whatever way the item changes.
        new.as_object_mut().expect("an object").remove("externalReference");
        new["declaration"]["Data"]["GrossWeight"] = json!(3);
        server.rest("AUA", "POST", "/v1/declarations", Some(&new), &[]).ok();
        assert_eq!(found(&format!("{one}-A")), [one.as_str()]);
        let patch = |body: Value| server.rest("AUA", "PATCH", &format!("/v1/declarations/{one}"), Some(&body), &[("if-match", "*")]);
        patch(json!({ "externalReference": format!("{one}-B") })).ok();
        assert_eq!((found(&format!("{one}-A")), found(&format!("{one}-B"))), (vec![], vec![one.clone()]));
        patch(json!({ "externalReference": "x".repeat(65) })).refused(400);
        // What was read can be sent back as it is.
        let whole = shown(&one).json();
        server.rest("AUA", "PUT", &format!("/v1/declarations/{one}"), Some(&whole), &[("if-match", "*")]).ok();
        assert_eq!(found(&format!("{one}-B")), [one.as_str()]);
        server.settle();
        server.block_on(|services| async move { services.derive_events().await }).expect("derives");
        let events = server.rest("AUA", "GET", &format!("/v1/events?item={one}"), None, &[]).ok().json();
        assert!(events["events"].as_array().expect("events").iter().all(|event| event["data"]["externalReference"].as_str().is_some_and(|reference| reference.starts_with(&one))), "{events}");
        patch(json!({ "externalReference": null })).ok();
        assert_eq!(found(&format!("{one}-B")), Vec::<String>::new());
        // A new name alone is a change; said again it is none.
        new["externalReference"] = json!(format!("{one}-C"));
        let renaming = json!([new]).to_string();
        let renamed = report(server, &send(server, "/v1/imports", "application/json", renaming.as_bytes()).ok());
        assert_eq!(counts(&renamed), [0, 1, 0, 0], "{renamed}");
        assert_eq!(renamed["itemsDetail"][0]["changed"], json!(["externalReference"]));
        let again = report(server, &send(server, "/v1/imports?again=true", "application/json", renaming.as_bytes()).ok());
        assert_eq!((counts(&again), found(&format!("{one}-C"))), ([0, 0, 1, 0], vec![one.clone()]), "{again}");
    }

    fn every_later_event_names_the_ingestion(server) {
        server.rest("AUA", "GET", "/v1/events", None, &[]).ok();
        let id = fresh_id("AU");
        let view = report(server, &send(server, "/v1/ingestions", "application/json", json!([entry(&id)]).to_string().as_bytes()).refused(202));
        server.call_as("DE", "StoreResponse", respond(&id, "AUA", "DEA", "2", 2)).ok();
        server.settle();
        server.block_on(|services| async move { services.derive_events().await }).expect("derives");
        let events = server.rest("AUA", "GET", &format!("/v1/events?item={id}"), None, &[]).ok().json();
        let events = events["events"].as_array().expect("events").clone();
        let told = server.rest("AUA", "GET", "/v1/events?type=ingestion.*", None, &[]).ok().json();
        let told = told["events"].as_array().expect("events").last().expect("a notice").clone();
        assert_eq!((&told["type"], &told["subtype"], &told["data"]["ingestionReference"], &told["data"]["counts"]["new"]), (&json!("ingestion.completed"), &json!("all"), &view["referenceId"], &json!(1)), "{told}");
        let failed = report(server, &send(server, "/v1/ingestions", "application/json", json!([{}]).to_string().as_bytes()).refused(202));
        let told = server.rest("AUA", "GET", "/v1/events?type=ingestion.failed", None, &[]).ok().json();
        assert_eq!((&told["events"][0]["subtype"], &told["events"][0]["data"]["ingestionReference"]), (&json!("business"), &failed["referenceId"]));
        assert!(events.len() >= 2 && events.iter().all(|event| event["data"]["ingestionReference"] == view["referenceId"]), "{events:?}");
    }

    fn what_cannot_be_read_at_all_is_refused_with_the_remedy(server) {
        for (kind, bytes, says) in [
            ("text/csv", b"a;b;c\n1;2;3\n".to_vec(), "item_id"),
            (XLSX, [vec![0xD0, 0xCF, 0x11, 0xE0], vec![0; 99]].concat(), ".xls"),
            (XLSX, b"PK\x03\x04rest".to_vec(), "damaged"),
            ("text/csv", b"item_id;destination;item_id\n".to_vec(), "two columns"),
        ] {
            let refused = send(server, "/v1/imports", kind, &bytes).refused(422).json();
            assert_eq!(refused["code"], "unreadable");
            assert!(refused["detail"].as_str().expect("a text").contains(says), "{refused}");
        }
        send(server, "/v1/imports", "image/png", b"x").refused(415);
        send(server, "/v1/ingestions", "application/json", b"{\"x\":1}").refused(400);
        send(server, "/v1/ingestions", "application/json", b"[1,").refused(400);
        send(server, "/v1/ingestions?kind=formula", "application/json", b"[]").refused(400);
        let empty = report(server, &send(server, "/v1/ingestions", "application/json", b"[]").refused(202));
        assert_eq!((counts(&empty), &empty["state"]), ([0, 0, 0, 0], &json!("done")));
    }

    fn reports_are_dropped_when_their_time_is_over(server) {
        let mut rows = vec![row(&fresh_id("AU"), "1"), row("nothing", "1")];
        rows[1] = rows[1].replace(";DEA;", ";;");
        let view = send(server, "/v1/imports", "text/csv", csv(&rows).as_bytes()).ok().json();
        let id = view["referenceId"].as_str().expect("a reference");
        let drop = || server.block_on(|services| async move { services.drop_expired().await }).expect("drops");
        server.clock.advance(Duration::from_secs(8 * 86_400));
        drop();
        assert_eq!(server.rest("AUA", "GET", &format!("/v1/imports/{id}"), None, &[]).ok().json()["counts"], view["counts"]);
        server.rest("AUA", "GET", &format!("/v1/imports/{id}/refused.xlsx"), None, &[]).refused(410);
        server.clock.advance(Duration::from_secs(23 * 86_400));
        drop();
        server.rest("AUA", "GET", &format!("/v1/imports/{id}"), None, &[]).refused(404);
    }
}

on_engines! { a_killed_server_goes_on_where_it_was => goes_on_after_a_kill }

/// Nothing is taken twice and nothing is left out, wherever the server dies.
fn goes_on_after_a_kill(engine: Engine) {
    let (url, _folder) = filled_database(engine);
    let ids: Vec<String> = (0..1_600).map(|_| fresh_id("AU")).collect();
    let entries: Vec<Value> = ids
        .iter()
        .enumerate()
        .map(|(number, id)| {
            let mut entry = entry(id);
            if number % 43 == 7 {
                entry["declaration"]["Data"]["ContentPieces"][0]["Amount"] = json!(-1);
            }
            entry
        })
        .collect();
    let bad = (0..1_600).filter(|number| number % 43 == 7).count();
    let bearer = format!("Bearer {}", token_of("AUA"));
    let process = Process::serve(&url, &[]);
    let request = agent().post(format!("{}/v1/ingestions", process.base));
    let request = request
        .header("authorization", &bearer)
        .header("x-entrepost-user", "t")
        .header("content-type", "application/json");
    let mut answer = request.send(json!(entries).to_string()).expect("answers");
    let taken: Value = serde_json::from_str(&answer.body_mut().read_to_string().expect("text")).expect("JSON");
    let id = taken["referenceId"].as_str().unwrap_or_else(|| panic!("{taken}")).to_owned();
    let read = |base: &str| -> Value {
        let request = agent().get(format!("{base}/v1/ingestions/{id}")).header("authorization", &bearer);
        let text = request.call().expect("answers").body_mut().read_to_string().expect("text");
        serde_json::from_str(&text).expect("JSON")
    };
    poll(Duration::from_secs(60), || (read(&process.base)["items"].as_u64() > Some(0)).then_some(())).expect("begins");
    process.kill();
    // Its lease ends before another takes it over.
    let mut raw = Raw::open(&url);
    let done: i64 = raw.number("SELECT CAST(next_index AS BIGINT) AS n FROM ingestion");
    assert!(done >= 500, "{done}");
    raw.run("UPDATE ingestion SET lease_owner = NULL, lease_until = NULL WHERE state < 2");
    drop(raw);
    let process = Process::serve(&url, &[]);
    let view = poll(Duration::from_secs(90), || Some(read(&process.base)).filter(|view| view["state"] == "done"));
    let view = view.expect("ends");
    assert_eq!((counts(&view), &view["items"]), ([1_600 - bad as u64, 0, 0, bad as u64], &json!(1_600)));
    let mut errors: BTreeMap<u64, usize> = BTreeMap::new();
    for found in view["findings"].as_array().expect("findings").iter().filter(|found| found["level"] == "error") {
        *errors.entry(found["index"].as_u64().expect("an index")).or_default() += 1;
    }
    assert!(errors.len() == bad && errors.values().all(|count| *count == 1), "{errors:?}");
    process.kill();
    let mut raw = Raw::open(&url);
    let stored = raw.number("SELECT count(*) AS n FROM item_history WHERE post_org = 'AUA' AND object_pid IN (SELECT object_pid FROM item_place WHERE ingestion IS NOT NULL)");
    assert_eq!(stored, 1_600 - bad as i64, "each item once");
}
