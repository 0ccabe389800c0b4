//! The own surface in XML: by its XML Schema, and equal by value to what it says in JSON.

use serde_json::{Value, json};

use crate::harness::data::{declaration, fresh_id, mail_object};
use crate::harness::outside::program;
use crate::harness::server::token_of;
use crate::harness::{Answer, Server};
use crate::on_both_engines;

const XML: (&str, &str) = ("accept", "application/xml");

fn get(server: &Server, path: &str) -> Answer {
    server.rest("AUA", "GET", path, None, &[XML])
}

fn post_xml(server: &Server, path: &str, body: &str, kind: &str) -> Answer {
    let bearer = format!("Bearer {}", token_of("AUA"));
    let headers = [("authorization", bearer.as_str()), ("x-entrepost-user", "tester"), ("content-type", kind)];
    server.ask("POST", path, Some(body.as_bytes()), &headers)
}

/// What xmllint says of a text by the schema of the server; nothing where there is none.
fn judged(server: &Server, text: &str) -> Option<(bool, String)> {
    let folder = tempfile::tempdir().expect("folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("a path").to_owned();
    std::fs::write(path("entrepost.xsd"), server.get("/v1/schemas/entrepost.xsd").ok().text).expect("writes");
    std::fs::write(path("text.xml"), text).expect("writes");
    program("xmllint", &["--noout", "--nonet", "--schema", &path("entrepost.xsd"), &path("text.xml")])
}

#[track_caller]
fn is_valid(server: &Server, text: &str) {
    if let Some((valid, told)) = judged(server, text) {
        assert!(valid, "{told}\n{text}");
    }
}

/// An element with everything in it.
fn element<'t>(text: &'t str, name: &str) -> &'t str {
    let (start, end) = (format!("<{name}>"), format!("</{name}>"));
    let from = text.find(&start).unwrap_or_else(|| panic!("no {name} in {text}"));
    &text[from..from + text[from..].find(&end).expect("an end") + end.len()]
}

on_both_engines! {
    fn what_is_sent_in_xml_is_read_in_json_and_the_other_way_round(server) {
        let (id, other) = (fresh_id("AU"), fresh_id("AU"));
        let mut new = json!({ "mailObject": mail_object(&id, "AUA", "DEA"), "declaration": declaration("38.50") });
        let data = &mut new["declaration"]["Data"];
        data["SenderName"] = json!("<Müller> & \"Söhne\" 'Ltd' \u{1F381}");
        data["ExtraFieldNames"] = json!(["A", "B"]);
        data["ExtraFieldValues"] = json!([null, "2"]);
        let second = json!({ "Index": 2, "Description": "Cotton shirts", "Number": 1, "NetWeight": 0.2, "Amount": 1.5, "CurrencyCd": "EUR" });
        data["ContentPieces"].as_array_mut().expect("a list").push(second);
        server.rest("AUA", "POST", "/v1/declarations", Some(&new), &[]).refused(201);

        let shown = get(server, &format!("/v1/declarations/{id}")).ok();
        assert_eq!(shown.header("content-type"), Some("application/xml; charset=utf-8"));
        assert!(shown.text.contains("<ItemDocument xmlns=\"urn:entrepost:v1\">"), "{}", shown.text);
        assert_eq!(shown.text.matches("<ContentPieces>").count(), 2);
        assert!(!shown.text.contains("/Date("));
        is_valid(server, &shown.text);

        let (object, declared) = (element(&shown.text, "mailObject"), element(&shown.text, "declaration"));
        let object = object.replace(&id, &other).replace(element(object, "PId"), "");
        let sent = format!("<NewDeclaration xmlns=\"urn:entrepost:v1\">{declared}<event>final</event>{object}</NewDeclaration>");
        is_valid(server, &sent);
        let answer = post_xml(server, "/v1/declarations", &sent, "application/xml");
        assert_eq!(answer.status, 201, "{}", answer.text);
        let [first, second] = [&id, &other].map(|id| {
            let mut data = server.rest("AUA", "GET", &format!("/v1/declarations/{id}"), None, &[]).ok().json()["declaration"]["Data"].clone();
            // The name of the version.
            let names = data["ExtraFieldNames"].as_array().expect("names").clone();
            let place = names.iter().position(|name| name == "EP.Version").expect("a version");
            data["ExtraFieldValues"][place] = Value::Null;
            data
        });
        assert_eq!(first, second);
        assert_eq!(first["SenderName"], new["declaration"]["Data"]["SenderName"]);

        for path in [
            "/v1/declarations?limit=2".to_owned(),
            format!("/v1/declarations/{id}/history"),
            format!("/v1/declarations/{id}/versions/1"),
            format!("/v1/declarations/{id}/documents"),
            format!("/v1/items/{id}"),
            "/v1/reference".to_owned(),
            "/v1/reference/decisions".to_owned(),
            "/v1/requirements?from=AU&to=DE&class=U".to_owned(),
            "/v1/hs-codes?q=toys".to_owned(),
            "/v1/restrictions?from=AU&to=DE&description=tobacco".to_owned(),
            "/v1/goods".to_owned(),
        ] {
            is_valid(server, &get(server, &path).ok().text);
        }
        // The schema does refuse.
        if let Some((valid, _)) = judged(server, &shown.text.replace("<itemId>", "<itemIt>").replace("</itemId>", "</itemIt>")) {
            assert!(!valid);
        }
    }

    fn what_is_no_xml_of_ours_is_refused(server) {
        let start = "<NewDeclaration xmlns=\"urn:entrepost:v1\">";
        for (body, code, path) in [
            ("<!DOCTYPE x [<!ENTITY e \"v\">]><NewDeclaration/>".to_owned(), "syntax", ""),
            ("<NewDeclaration>".to_owned(), "syntax", ""),
            ("nothing".to_owned(), "type", ""),
            (String::new(), "syntax", ""),
            (format!("{start}<mailThing/></NewDeclaration>"), "type", "/mailThing"),
            (format!("{start}<mailObject><Id>A</Id><Id>B</Id></mailObject></NewDeclaration>"), "syntax", "/mailObject/Id"),
            (format!("{start}<mailObject><PostingDt>soon</PostingDt></mailObject></NewDeclaration>"), "type", "/mailObject/PostingDt"),
            (format!("{start}</NewDeclaration><NewDeclaration/>"), "syntax", ""),
        ] {
            let answer = post_xml(server, "/v1/declarations", &body, "text/xml; charset=utf-8").refused(400);
            assert_eq!(answer.faults()[0], (code.to_owned(), path.to_owned()), "{body}");
        }
        let deep = format!("{}{}", "<a>".repeat(5000), "</a>".repeat(5000));
        post_xml(server, "/v1/declarations", &deep, "application/xml").refused(400);
        assert_eq!(post_xml(server, "/v1/declarations", "<a/>", "application/yaml").refused(415).json()["code"], "media_type");
    }

    fn faults_are_told_in_xml_to_who_reads_nothing_else(server) {
        let path = format!("/v1/declarations/{}", fresh_id("AU"));
        let told = get(server, &path).refused(404);
        assert_eq!(told.header("content-type"), Some("application/problem+xml"));
        assert!(told.text.contains("<code>absent</code>") && told.text.contains("<problem xmlns=\"urn:ietf:rfc:7807\">"), "{}", told.text);
        let both = server.rest("AUA", "GET", &path, None, &[("accept", "application/xml, application/json;q=0.1")]).refused(404);
        assert_eq!(both.header("content-type"), Some("application/problem+json"));
        let faults = server.rest("AUA", "GET", "/v1/declarations?limit=0&x=1", None, &[XML]).refused(400);
        assert_eq!(faults.text.matches("<i>").count(), 2, "{}", faults.text);
        // JSON goes first where both are wanted alike.
        let any = server.rest("AUA", "GET", "/v1/declarations", None, &[("accept", "application/xml, application/json")]).ok();
        assert_eq!(any.header("content-type"), Some("application/json"));
    }
}
