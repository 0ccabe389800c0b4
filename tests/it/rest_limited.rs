//! Limited data under `/v1`: sender profiles, and declarations completed by them and by the own goods.

use serde_json::{Value, json};

use entrepost::domain::Scope;

use crate::harness::data::{declaration, fresh_id, mail_object, store};
use crate::harness::server::token_of;
use crate::harness::{Answer, Server};
use crate::oauth::{client_like, new_client};
use crate::on_both_engines;

fn profile(reference: &str, name: &str) -> Value {
    json!({ "reference": reference, "sender": { "SenderName": name, "SenderCity": "Hobart", "SenderCountryCd": "AU" } })
}

fn post(server: &Server, org: &str, path: &str, body: &Value) -> Answer {
    server.rest(org, "POST", path, Some(body), &[])
}

fn get(server: &Server, org: &str, path: &str) -> Answer {
    server.rest(org, "GET", path, None, &[])
}

/// A reference that no other test has.
fn fresh_reference() -> String {
    format!("shop.{}", fresh_id("AU"))
}

/// A declaration without sender and destination, and what its only line says.
fn limited(id: &str, line: &Value) -> Value {
    let mut declared = declaration("38.50");
    let data = declared["Data"].as_object_mut().expect("data");
    data.retain(|name, _| !name.starts_with("Sender"));
    data.insert("ContentPieces".into(), json!([line]));
    let mut object = mail_object(id, "AUA", "FRA");
    object.as_object_mut().expect("an object").remove("DestPostOrgCd");
    declared["Data"]["RecipientCountryCd"] = json!("FR");
    json!({ "mailObject": object, "declaration": declared })
}

/// The value of an extra field beside a declaration or a line.
fn extra(of: &Value, name: &str) -> Value {
    let names = of["ExtraFieldNames"].as_array().expect("names");
    let at = names.iter().position(|known| known == name);
    at.map_or(Value::Null, |at| of["ExtraFieldValues"][at].clone())
}

/// Goods of AUA that are offered now: their number.
fn offer(server: &Server) -> i64 {
    let good = json!({
        "Description": format!("Wall clock {}", fresh_id("AU")),
        "Details": { "HSCode": "910529", "WeightKg": 0.35, "OrigCountryCd": "CH", "Price": { "Amount": 12.5, "Currency": "EUR" } },
    });
    let made = post(server, "AUA", "/v1/goods", &good).refused(201).json();
    made["id"].as_str().and_then(|id| id.parse().ok()).expect("a number")
}

/// The stored data of an item.
fn data(server: &Server, id: &str) -> Value {
    get(server, "AUA", &format!("/v1/declarations/{id}")).ok().json()["declaration"]["Data"].clone()
}

/// Calls with the token of a new client of AUA; gives its id and the header.
fn client(server: &Server) -> (String, String) {
    let (id, secret) = client_like(server, new_client("AUA", &Scope::ALL));
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    let told = server.post_bytes("/oauth2/token", form.as_bytes(), &kind).ok().json();
    (id, format!("Bearer {}", told["access_token"].as_str().expect("a token")))
}

fn create_as(server: &Server, bearer: &str, body: &Value) -> Answer {
    let headers = [("authorization", bearer), ("content-type", "application/json")];
    server.ask("POST", "/v1/declarations", Some(body.to_string().as_bytes()), &headers)
}

on_both_engines! {
    fn senders_are_kept_changed_and_taken_away(server) {
        let reference = fresh_reference();
        let path = format!("/v1/senders/{reference}");
        let made = post(server, "AUA", "/v1/senders", &profile(&reference, "Harbour Toys")).refused(201);
        assert_eq!(made.header("location"), Some(path.as_str()));
        assert_eq!(post(server, "AUA", "/v1/senders", &profile(&reference, "Harbour Toys")).ok().json()["outcome"], "unchanged");
        let other = post(server, "AUA", "/v1/senders", &profile(&reference, "Others")).refused(409);
        assert_eq!(other.faults(), [("state".to_owned(), "/reference".to_owned())]);

        let shown = get(server, "AUA", &path).ok();
        assert_eq!(shown.header("etag"), made.header("etag"));
        let tag = shown.header("etag").expect("a tag").to_owned();
        server.rest("AUA", "GET", &path, None, &[("if-none-match", &tag)]).refused(304);
        assert_eq!((&shown.json()["sender"]["SenderCity"], &shown.json()["isDefault"]), (&json!("Hobart"), &json!(false)));

        let mut changed = shown.json();
        changed["sender"]["SenderCity"] = json!("Launceston");
        server.rest("AUA", "PUT", &path, Some(&changed), &[]).refused(428);
        server.rest("AUA", "PUT", &path, Some(&changed), &[("if-match", &tag)]).ok();
        server.rest("AUA", "PUT", &path, Some(&changed), &[("if-match", &tag)]).ok();
        changed["sender"]["SenderCity"] = json!("Burnie");
        server.rest("AUA", "PUT", &path, Some(&changed), &[("if-match", &tag)]).refused(412);
        changed["reference"] = json!("another");
        let moved = server.rest("AUA", "PUT", &path, Some(&changed), &[("if-match", "*")]).refused(400);
        assert_eq!(moved.faults(), [("read_only".to_owned(), "/reference".to_owned())]);

        assert!(get(server, "AUA", "/v1/senders?limit=1000").ok().text.contains(&reference));
        server.rest("AUA", "DELETE", &path, None, &[("if-match", &tag)]).refused(412);
        server.rest("AUA", "DELETE", &path, None, &[]).refused(204);
        get(server, "AUA", &path).refused(404);
        server.rest("AUA", "DELETE", &path, None, &[]).refused(404);
    }

    fn a_sender_is_its_own_organizations(server) {
        let reference = fresh_reference();
        let path = format!("/v1/senders/{reference}");
        post(server, "AUA", "/v1/senders", &profile(&reference, "Harbour Toys")).refused(201);
        let but_instance = |answer: &Answer| {
            let mut problem = answer.json();
            problem["instance"] = Value::Null;
            problem
        };
        for (verb, body) in [("GET", None), ("DELETE", None), ("PUT", Some(profile("", "Mine")))] {
            let foreign = server.rest("DEA", verb, &path, body.as_ref(), &[("if-match", "*")]).refused(404);
            let absent = server.rest("DEA", verb, "/v1/senders/nobody", body.as_ref(), &[("if-match", "*")]).refused(404);
            assert_eq!(but_instance(&foreign), but_instance(&absent));
        }
        assert!(!get(server, "DEA", "/v1/senders?limit=1000").ok().text.contains(&reference));
        // The same reference is free elsewhere.
        post(server, "DEA", "/v1/senders", &profile(&reference, "Hafenspielwaren")).refused(201);
        assert_eq!(get(server, "AUA", &path).ok().json()["sender"]["SenderName"], "Harbour Toys");
    }

    fn every_fault_of_a_sender_is_told(server) {
        let mut body = profile("a/b", " ");
        body["sender"]["SenderCountryCd"] = json!("XX");
        body["sender"]["SenderZIP"] = json!("9".repeat(2_000));
        let faults = post(server, "AUA", "/v1/senders", &body).refused(400).faults();
        let paths: Vec<&str> = faults.iter().map(|(_, path)| path.as_str()).collect();
        assert_eq!(paths, ["/reference", "/sender/SenderName", "/sender/SenderZIP", "/sender/SenderCountryCd"]);
        for reference in ["", "..", &"a".repeat(65)] {
            let faults = post(server, "AUA", "/v1/senders", &profile(reference, "Harbour Toys")).refused(400).faults();
            assert_eq!(faults, [("format".to_owned(), "/reference".to_owned())], "{reference}");
        }
        post(server, "AUA", "/v1/senders", &profile(&format!("{:a<64}", fresh_reference()), "Harbour Toys")).refused(201);
        let (foreign, _) = client_like(server, new_client("DEA", &[Scope::ReadReference]));
        let mut body = profile(&fresh_reference(), "Harbour Toys");
        body["clients"] = json!([foreign, "epc_unknown"]);
        let faults = post(server, "AUA", "/v1/senders", &body).refused(400).faults();
        assert_eq!(faults, ["/clients/0", "/clients/1"].map(|path| ("unknown_code".to_owned(), path.to_owned())));
    }

    fn limited_data_is_completed_and_said_to_be(server) {
        let (client_id, bearer) = client(server);
        let mut sender = profile(&fresh_reference(), "Harbour Toys");
        sender["clients"] = json!([client_id]);
        post(server, "AUA", "/v1/senders", &sender).refused(201);
        let (id, number) = (fresh_id("AU"), offer(server));
        let line = json!({ "Index": 1, "goodsReference": number, "Number": 3 });
        create_as(server, &bearer, &limited(&id, &line)).refused(201);

        let stored = data(server, &id);
        assert_eq!((&stored["SenderName"], &stored["SenderCity"]), (&json!("Harbour Toys"), &json!("Hobart")));
        assert_eq!(extra(&stored, "EP.Enriched"), "SenderCity, SenderCountryCd, SenderName, DestPostOrgCd");
        let line = &stored["ContentPieces"][0];
        assert_eq!((&line["HS"], &line["OrigCountryCd"], &line["CurrencyCd"]), (&json!("910529"), &json!("CH"), &json!("EUR")));
        assert_eq!((line["Amount"].as_f64(), line["NetWeight"].as_f64()), (Some(37.5), Some(1.05)));
        assert_eq!(extra(line, "EP.GoodsReference"), number.to_string());
        assert_eq!(extra(line, "EP.Enriched"), "Description, HS, OrigCountryCd, NetWeight, Amount, CurrencyCd");
        assert_eq!(line.get("goodsReference"), None);
        let object = &get(server, "AUA", &format!("/v1/declarations/{id}")).ok().json()["mailObject"];
        assert_eq!(object["DestPostOrgCd"], "FRA");
        // The same again changes nothing.
        let again = create_as(server, &bearer, &limited(&id, &json!({ "Index": 1, "goodsReference": number, "Number": 3 })));
        assert_eq!(again.ok().json()["outcome"], "unchanged");
    }

    fn nothing_is_made_up(server) {
        let unknown = limited(&fresh_id("AU"), &json!({ "Index": 1, "goodsReference": 999_999, "Number": 3 }));
        let faults = post(server, "AUA", "/v1/declarations", &unknown).refused(400).faults();
        assert!(faults.contains(&("unknown_code".into(), "/declaration/Data/ContentPieces/0/goodsReference".into())), "{faults:?}");
        // Another's goods are no goods of the caller.
        let number = offer(server);
        let mut foreign = limited(&fresh_id("DE"), &json!({ "Index": 1, "goodsReference": number, "Number": 3 }));
        foreign["mailObject"]["OrigPostOrgCd"] = json!("DEA");
        let faults = post(server, "DEA", "/v1/declarations", &foreign).refused(400).faults();
        assert!(faults.iter().any(|(code, path)| code == "unknown_code" && path.ends_with("goodsReference")), "{faults:?}");
        // Nor are goods that are not offered any more.
        server.rest("AUA", "DELETE", &format!("/v1/goods/{number}"), None, &[]).refused(204);
        let ended = limited(&fresh_id("AU"), &json!({ "Index": 1, "goodsReference": number, "Number": 3 }));
        let faults = post(server, "AUA", "/v1/declarations", &ended).refused(400).faults();
        assert!(faults.iter().any(|(code, _)| code == "unknown_code"), "{faults:?}");
    }

    fn a_draft_without_goods_and_senders_stays_as_it_is(server) {
        let (_, bearer) = client(server);
        let id = fresh_id("AU");
        let mut draft = limited(&id, &json!({ "Index": 1, "Number": 3 }));
        draft["event"] = json!("draft");
        draft["mailObject"]["DestPostOrgCd"] = json!("USA");
        create_as(server, &bearer, &draft).refused(201);
        let stored = data(server, &id);
        assert_eq!((&stored["SenderName"], &stored["ContentPieces"][0]["HS"]), (&Value::Null, &Value::Null));
        assert_eq!((extra(&stored, "EP.Enriched"), extra(&stored["ContentPieces"][0], "EP.Enriched")), (Value::Null, Value::Null));
    }

    fn lines_are_completed_when_a_declaration_is_changed(server) {
        let (id, number) = (fresh_id("AU"), offer(server));
        let body = json!({ "mailObject": mail_object(&id, "AUA", "DEA"), "declaration": declaration("38.50") });
        post(server, "AUA", "/v1/declarations", &body).refused(201);
        let path = format!("/v1/declarations/{id}");
        let patch = json!({ "declaration": { "Data": { "ContentPieces": [{ "Index": 1, "goodsReference": number, "Number": 2 }] } } });
        server.rest("AUA", "PATCH", &path, Some(&patch), &[("if-match", "*")]).ok();
        let stored = data(server, &id);
        assert_eq!(stored["ContentPieces"][0]["Amount"].as_f64(), Some(25.0));
        assert_eq!(stored["SenderName"], "Harbour Toys Pty");
        // What was read is sent back: nothing changes, and what was filled in is still said to be.
        let shown = get(server, "AUA", &path).ok();
        let tag = shown.header("etag").expect("a tag").to_owned();
        let put = server.rest("AUA", "PUT", &path, Some(&shown.json()), &[("if-match", &tag)]).ok();
        assert_eq!(put.json()["outcome"], "unchanged");
        assert!(extra(&data(server, &id)["ContentPieces"][0], "EP.Enriched").as_str().is_some_and(|text| text.contains("Amount")));
    }

    fn what_was_filled_in_is_said_by_nobody_else(server) {
        let number = offer(server);
        let claims = |of: &Value| json!({ "ExtraFieldNames": ["EP.Enriched", "EP.GoodsReference", "Colour"], "ExtraFieldValues": ["HS, Amount", of, "red"] });
        let mut line = claims(&json!(number.to_string()));
        line.as_object_mut().expect("an object").extend(json!({ "Index": 1, "Number": 1, "Description": "A clock of nobody", "Amount": 5, "CurrencyCd": "EUR", "HS": "910529", "NetWeight": 0.1, "OrigCountryCd": "AU" }).as_object().cloned().expect("one"));
        let id = fresh_id("AU");
        let mut body = json!({ "mailObject": mail_object(&id, "AUA", "DEA"), "declaration": declaration("5.00") });
        body["declaration"]["Data"]["ContentPieces"] = json!([line]);
        body["declaration"]["Data"]["ExtraFieldNames"] = json!(["EP.Enriched", "Season"]);
        body["declaration"]["Data"]["ExtraFieldValues"] = json!(["SenderName", "winter"]);
        post(server, "AUA", "/v1/declarations", &body).refused(201);
        let stored = data(server, &id);
        let line = &stored["ContentPieces"][0];
        // Only what the goods really say is taken for said by them: the code, and neither text nor price.
        assert_eq!((extra(&stored, "Season"), extra(line, "Colour")), (json!("winter"), json!("red")), "{stored}");
        assert_eq!(extra(&stored, "EP.Enriched"), Value::Null, "{stored}");
        let said = extra(line, "EP.Enriched");
        assert!(!said.as_str().unwrap_or_default().contains("Amount"), "{stored}");
    }

    fn many_at_once_are_completed_too(server) {
        let number = offer(server);
        let ids = [fresh_id("AU"), fresh_id("AU"), fresh_id("AU")];
        let sent = |id: &str, goods: i64| {
            let mut body = limited(id, &json!({ "Index": 1, "goodsReference": goods, "Number": 2 }));
            body["declaration"]["Data"]["SenderName"] = json!("Harbour Toys");
            body["declaration"]["Data"]["SenderCity"] = json!("Hobart");
            body["declaration"]["Data"]["SenderCountryCd"] = json!("AU");
            body["declaration"]["Data"]["SenderAddressLine1"] = json!("1 Example Street");
            body
        };
        let batch = json!({ "declarations": [sent(&ids[0], number), sent(&fresh_id("AU"), 999_999)] });
        let outcomes = post(server, "AUA", "/v1/declarations/batch", &batch).ok().json()["outcomes"].clone();
        assert_eq!((&outcomes[0]["outcome"], &outcomes[1]["outcome"]), (&json!("stored"), &json!("refused")), "{outcomes}");

        let lines = json!({ "declarations": [sent(&ids[1], number), sent(&fresh_id("AU"), 999_999)] });
        let report = post(server, "AUA", "/v1/imports", &lines).ok().json();
        assert_eq!((&report["counts"]["new"], &report["counts"]["refused"]), (&json!(1), &json!(1)), "{report}");
        assert!(report["findings"].to_string().contains("/declaration/Data/ContentPieces/0/goodsReference"), "{report}");

        let csv = format!(
            "item_id,origin,destination,mail_class,nature,handling,gross_kg,sender_name,sender_address1,sender_city,sender_country,recipient_name,\
             recipient_address1,recipient_city,recipient_zip,recipient_country,piece_goods_reference,piece_quantity\n\
             {},AUA,FR,C,31,N,1.5,Harbour Toys,1 Example Street,Hobart,AU,Exemple,1 rue Exemple,Paris,75001,FR,{number},2\n",
            ids[2]
        );
        let sent = server.ask("POST", "/v1/imports", Some(csv.as_bytes()), &[("authorization", &format!("Bearer {}", token_of("AUA"))), ("content-type", "text/csv"), ("x-entrepost-user", "tester")]);
        let report = sent.ok().json();
        assert_eq!(report["counts"]["new"], 1, "{report}");
        for id in &ids {
            let line = data(server, id)["ContentPieces"][0].clone();
            assert_eq!((&line["HS"], line["Amount"].as_f64()), (&json!("910529"), Some(25.0)), "{line}");
        }
    }

    fn xml_names_goods_as_well_and_both_documents_say_so(server) {
        let (id, number) = (fresh_id("AU"), offer(server));
        let xml = format!(
            "<NewDeclaration xmlns=\"urn:entrepost:v1\"><declaration><Data><ContentPieces><goodsReference>{number}</goodsReference>\
             <Number>2</Number></ContentPieces></Data></declaration><event>draft</event><mailObject><Id>{id}</Id>\
             <OrigPostOrgCd>AUA</OrigPostOrgCd><DestPostOrgCd>DEA</DestPostOrgCd></mailObject></NewDeclaration>"
        );
        let headers = [("authorization", &*format!("Bearer {}", token_of("AUA"))), ("content-type", "application/xml"), ("x-entrepost-user", "tester")];
        server.ask("POST", "/v1/declarations", Some(xml.as_bytes()), &headers).refused(201);
        assert_eq!(data(server, &id)["ContentPieces"][0]["HS"], "910529");
        let document = server.ask("GET", "/v1/openapi.json", None, &[]).ok().json();
        let line = &document["components"]["schemas"]["ContentPiece"]["properties"];
        assert!(line["goodsReference"]["description"].as_str().is_some_and(|text| text.contains("marketed goods")), "{line}");
    }

    fn whoever_a_sender_becomes_the_default_of_has_no_other(server) {
        let (client_id, bearer) = client(server);
        let (first, second) = (fresh_reference(), fresh_reference());
        for (reference, name) in [(&first, "First"), (&second, "Second")] {
            let mut body = profile(reference, name);
            body["clients"] = json!([client_id]);
            post(server, "AUA", "/v1/senders", &body).refused(201);
        }
        let shown = get(server, "AUA", &format!("/v1/senders/{first}")).ok();
        assert_eq!(shown.json()["clients"], json!([]));
        let id = fresh_id("AU");
        let line = declaration("38.50")["Data"]["ContentPieces"][0].clone();
        create_as(server, &bearer, &limited(&id, &line)).refused(201);
        assert_eq!(data(server, &id)["SenderName"], "Second");
        // Without a default of its own a client has everybody's, if there is one.
        server.rest("AUA", "DELETE", &format!("/v1/senders/{second}"), None, &[]).refused(204);
        let mut everybody = profile(&fresh_reference(), "Everybody");
        everybody["isDefault"] = json!(true);
        let made = post(server, "AUA", "/v1/senders", &everybody).refused(201);
        let id = fresh_id("AU");
        create_as(server, &bearer, &limited(&id, &line)).refused(201);
        assert_eq!(data(server, &id)["SenderName"], "Everybody");
        server.rest("AUA", "DELETE", made.header("location").expect("an address"), None, &[]).refused(204);
    }

    fn the_methods_store_what_they_are_sent(server) {
        let (id, number) = (fresh_id("AU"), offer(server));
        let mut body = store(&id, "AUA", "DEA", 1);
        body["decl"]["Data"]["ContentPieces"][0] = json!({ "Index": 1, "goodsReference": number, "Number": 2 });
        server.call_as("AUA", "StoreDeclaration", body).ok();
        let line = data(server, &id)["ContentPieces"][0].clone();
        assert_eq!((&line["HS"], &line["Amount"], &line["ExtraFieldNames"]), (&Value::Null, &Value::Null, &json!([])));
    }
}
