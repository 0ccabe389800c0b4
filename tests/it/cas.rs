//! A published description of a customs automation system, walked claim by claim: tokens, ingestion of limited data and of data of
//! reference, workbooks, declarations made by hand, notifications without sensitive data, and whole declarations to fetch.

use std::time::Duration;

use entrepost::domain::{Role, Scope};
use serde_json::{Value, json};

use crate::console_declare::{fields, send};
use crate::harness::data::{declaration, fresh_id, mail_object, mail_state, respond};
use crate::harness::outside::python;
use crate::harness::process::poll;
use crate::harness::receiver::Receiver;
use crate::harness::visitor::Visitor;
use crate::harness::{Answer, Server};
use crate::ingestions::{XLSX, fetch};
use crate::oauth::{client_like, new_client, token};
use crate::sheets::filled;
use crate::{on_both_engines, on_both_engines_with};

/// The system of a warehouse: a client with a token of its own.
struct Warehouse<'s> {
    server: &'s Server,
    bearer: String,
}

impl<'s> Warehouse<'s> {
    /// "The Authorization API provides you with a token": by client credentials.
    fn new(server: &'s Server) -> Self {
        let (id, secret) = client_like(server, new_client("AUA", &Scope::ALL));
        Self { server, bearer: format!("Bearer {}", token(server, &id, &secret)) }
    }

    fn get(&self, path: &str) -> Answer {
        self.server.get_with(path, &[("authorization", &self.bearer)])
    }

    fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_with(path, body, &[])
    }

    fn post_with(&self, path: &str, body: &Value, more: &[(&str, &str)]) -> Answer {
        let headers = [("authorization", self.bearer.as_str()), ("content-type", "application/json")];
        self.server.post_bytes(path, body.to_string().as_bytes(), &[&headers[..], more].concat())
    }

    fn view(&self, id: &str) -> Value {
        self.get(&format!("/v1/declarations/{id}")).ok().json()
    }
}

fn whole(id: &str) -> Value {
    json!({ "mailObject": mail_object(id, "AUA", "DEA"), "declaration": declaration("38.50") })
}

/// Customs there releases what it was told of.
fn clear(server: &Server, id: &str) {
    server.deliver();
    let mut cleared = respond(id, "AUA", "DEA", "4", 2);
    cleared["resp"]["Data"]["Taxes"] = json!([{ "Type": "CUD", "Amount": 7.2, "CurrencyCd": "EUR" }]);
    cleared["resp"]["Data"]["Dutiable"] = json!(true);
    server.call_as("DE", "StoreResponse", cleared).ok();
}

/// The report of an ingestion once it is over; another job of the server may be at it.
fn report(warehouse: &Warehouse<'_>, place: &str) -> Value {
    warehouse.server.block_on(|services| async move { services.take_in_ingestions().await }).expect("works off");
    let over = || {
        Some(warehouse.get(place).ok().json()).filter(|view| view["state"] != "running" && view["state"] != "waiting")
    };
    poll(Duration::from_secs(60), over).expect("it ends")
}

on_both_engines! {
    /// "Authentication is a first and mandatory step."
    fn nothing_is_answered_without_a_token(server) {
        for path in ["/v1/declarations", "/v1/ingestions", "/v1/events", "/v1/goods", "/v1/senders"] {
            server.get_with(path, &[]).refused(401);
            server.get_with(path, &[("authorization", "Bearer epa_none")]).refused(401);
        }
        let warehouse = Warehouse::new(server);
        assert_eq!(warehouse.get("/v1/authorizationStatus").ok().json()["organization"], "AUA");
    }

    /// "Upload a customs shipment containing a limited set of data in order to create the customs declaration", with data of
    /// reference and certificates of origin.
    fn limited_data_become_a_declaration(server) {
        let warehouse = Warehouse::new(server);
        let good = json!({
            "Description": format!("Wall clock {}", fresh_id("AU")),
            "Details": { "HSCode": "910529", "WeightKg": 0.35, "OrigCountryCd": "CH", "Price": { "Amount": 12.5, "Currency": "EUR" } },
        });
        let number: i64 = warehouse.post("/v1/goods", &good).refused(201).json()["id"].as_str().expect("a number").parse().expect("a number");
        let sender = json!({ "reference": "WAREHOUSE-9", "sender": { "SenderName": "Harbour Toys Pty", "SenderCity": "Hobart", "SenderCountryCd": "AU" } });
        warehouse.post("/v1/senders", &sender);
        let id = fresh_id("AU");
        let mut shipment = whole(&id);
        let line = json!({ "Index": 1, "goodsReference": number, "Number": 2 });
        shipment["declaration"]["Data"]["ContentPieces"] = json!([line]);
        shipment["declaration"]["Data"]["Documents"] = json!([{ "DocumentType": "861", "DocumentId": "CO-2026-17", "DocumentName": "Certificate of origin" }]);
        shipment["externalReference"] = json!("ORDER-4711");
        let taken = warehouse.post("/v1/ingestions", &json!([shipment])).refused(202).json();
        let told = report(&warehouse, &format!("/v1/ingestions/{}", taken["referenceId"].as_str().expect("a reference")));
        assert_eq!((&told["state"], &told["counts"]["new"]), (&json!("done"), &json!(1)), "{told}");
        let data = warehouse.view(&id)["declaration"]["Data"].clone();
        let line = &data["ContentPieces"][0];
        assert_eq!((&line["HS"], line["Amount"].as_f64(), line["NetWeight"].as_f64()), (&json!("910529"), Some(25.0), Some(0.7)));
        assert_eq!(data["Documents"][0]["DocumentId"], "CO-2026-17");
        // What a post has no use for is refused by name, and not taken for something else.
        warehouse.post("/v1/ingestions?kind=formulas", &json!([{}])).refused(400);
    }

    /// "A client-side action triggers the sending": at once, without waiting for the declaration.
    fn a_shipment_is_handed_in_without_waiting(server) {
        let warehouse = Warehouse::new(server);
        let id = fresh_id("AU");
        let sent = || warehouse.post_with("/v1/declarations", &whole(&id), &[("prefer", "respond-async")]).refused(202);
        let taken = sent();
        assert_eq!(taken.header("preference-applied"), Some("respond-async"));
        let place = taken.header("location").expect("a place").to_owned();
        // Handed in twice it is stored twice, and the second time nothing is new: only a key makes a repeat of it.
        assert_eq!(sent().json()["repeated"], false);
        let told = report(&warehouse, &place);
        assert_eq!((&told["state"], &told["counts"]["new"]), (&json!("done"), &json!(1)), "{told}");
        assert_eq!(warehouse.view(&id)["itemId"], id);
        // What is wrong with it is told there.
        let mut wrong = whole(&fresh_id("AU"));
        wrong["declaration"]["Data"]["ContentPieces"][0]["CurrencyCd"] = json!("EURO");
        let place = warehouse.post_with("/v1/declarations", &wrong, &[("prefer", "wait=1, respond-async")]).refused(202).header("location").expect("a place").to_owned();
        let told = report(&warehouse, &place);
        assert_eq!(told["counts"]["refused"], 1, "{told}");
        // Who waits is answered about the declaration itself.
        warehouse.post_with("/v1/declarations", &whole(&fresh_id("AU")), &[("prefer", "wait=5")]).refused(201);
    }

    /// "From scratch, by a template, or from an existing declaration", in a browser.
    fn declarations_are_made_by_hand_in_three_ways(server) {
        server.add_person("AUA", "clerk", &[Role::Clerk], &["AUSYDA"]);
        let clerk = Visitor::signed_in(server, "AUA", "clerk");
        let (form, existing) = ("/console/items/new/form", fresh_id("AU"));
        Warehouse::new(server).post("/v1/declarations", &whole(&existing)).refused(201);
        clerk.get("/console/items/new").is(200).says("Begin from scratch");
        let copied = clerk.get(&format!("{form}?copy={existing}")).is(200);
        let named = [("template", "Toys of ours")];
        send(&clerk, form, &fields(&copied), &named, "template");
        for begun in [form.to_owned(), format!("{form}?copy={existing}"), format!("{form}?template=Toys+of+ours&owner=clerk")] {
            let shown = clerk.get(&begun).is(200);
            assert_eq!(shown.text.contains("Harbour Toys Pty"), begun != form, "{begun}");
        }
    }

    /// "PDFs and a full data set of the released declaration, including taxes."
    fn a_released_declaration_is_fetched_whole(server) {
        let (warehouse, id) = (Warehouse::new(server), fresh_id("AU"));
        warehouse.post("/v1/declarations", &whole(&id)).refused(201);
        let documents = |server: &Server| {
            let listed = server.rest("AUA", "GET", &format!("/v1/declarations/{id}/documents"), None, &[]).ok().json();
            listed["documents"].as_array().expect("a list").iter().map(|one| one["name"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(documents(server), ["cn22", "cn23", "label"]);
        warehouse.get(&format!("/v1/declarations/{id}/documents/dutynote")).refused(404);
        clear(server, &id);
        server.deliver();
        let view = warehouse.view(&id);
        let taxes = [&view["response"], &view["dcResponse"]].map(|answer| answer["Data"]["Taxes"][0]["Amount"].as_f64());
        assert!(taxes.contains(&Some(7.2)), "{view}");
        assert_eq!(documents(server), ["cn22", "cn23", "label", "dutynote"]);
        for document in documents(server) {
            let pdf = warehouse.get(&format!("/v1/declarations/{id}/documents/{document}")).ok();
            assert!(pdf.text.starts_with("%PDF") && pdf.header("etag").is_some(), "{document}");
        }
        // Of strangers it is neither listed nor printed.
        server.rest("PTA", "GET", &format!("/v1/declarations/{id}/documents/dutynote"), None, &[]).refused(404);
        // Its correction is a version; the invalid one is put right.
        let patch = json!({ "declaration": { "Data": { "RecipientCity": "Bonn" } } });
        server.rest("AUA", "PATCH", &format!("/v1/declarations/{id}"), Some(&patch), &[("if-match", "*")]).ok();
        assert_eq!(warehouse.view(&id)["version"], 2);
        // "Stock movements": where the item is.
        server.call_as("AUA", "UpdateMailState", mail_state(&id, "AUA", "DEA", "O", 10)).ok();
        assert_eq!(warehouse.view(&id)["states"]["mail"], 10);
    }
}

on_both_engines_with! {
    [("notify-allow-nets", "127.0.0.0/8")];
    /// "Notifications contain limited, non-sensitive data, and links to the declaration and its PDFs."
    fn what_happens_is_told_without_what_is_sensitive(server) {
        let (warehouse, receiver, id) = (Warehouse::new(server), Receiver::start(), fresh_id("AU"));
        warehouse.post("/v1/subscriptions", &json!({ "url": receiver.url })).refused(201);
        server.notify();
        let mut canary = whole(&id);
        canary["declaration"]["Data"]["RecipientName"] = json!("Canary Recipient");
        canary["declaration"]["Data"]["RecipientCity"] = json!("Canarytown");
        canary["declaration"]["Data"]["ContentPieces"][0]["Description"] = json!("canary cage of wire");
        canary["externalReference"] = json!("ORDER-9");
        warehouse.post("/v1/declarations", &canary).refused(201);
        clear(server, &id);
        server.deliver();
        server.notify();
        let events = receiver.events();
        let types: Vec<String> = events.iter().map(|one| one.json()["type"].as_str().expect("a type").to_owned()).collect();
        for wanted in ["declaration.stored", "light.changed"] {
            assert!(types.iter().any(|known| known == wanted), "{wanted} in {types:?}");
        }
        for event in &events {
            let text = event.json().to_string();
            assert!(!text.to_lowercase().contains("canary") && !text.contains("38.5") && !text.contains("7.2"), "{text}");
            assert!(!event.header("webhook-signature").is_empty());
        }
        // The reference of the order comes along, and the links lead to the declaration and to what can be printed of it.
        let told = events.iter().map(|one| one.json()).find(|told| told["data"]["itemId"] == id.as_str()).expect("an event");
        assert_eq!(told["data"]["externalReference"], "ORDER-9", "{told}");
        let links = &told["data"]["links"];
        for link in [&links["declaration"], &links["light"]] {
            warehouse.get(link.as_str().unwrap_or_else(|| panic!("a link in {told}"))).ok();
        }
        let printed = format!("{}/documents/cn23", links["declaration"].as_str().expect("a link"));
        assert!(warehouse.get(&printed).ok().text.starts_with("%PDF"));
    }
}

/// "Download the template, fill it in, import it: the declaration is made, and its status followed."
#[test]
fn a_workbook_is_filled_in_and_imported() {
    let server = Server::start(crate::harness::Engine::Sqlite);
    let (warehouse, id) = (Warehouse::new(&server), fresh_id("AU"));
    let folder = tempfile::tempdir().expect("folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("a path").to_owned();
    std::fs::write(path("template.xlsx"), fetch(&server, "AUA", "/v1/sheets/declarations.xlsx?lang=FR"))
        .expect("writes");
    let input = json!({ "do": "fill", "template": path("template.xlsx"), "out": path("full.xlsx"), "rows": [filled(&id, &[])] });
    if python("sheets.py", &["openpyxl", "xlsxwriter"], &input).is_none() {
        return;
    }
    let headers = [("authorization", warehouse.bearer.as_str()), ("content-type", XLSX)];
    let report =
        server.post_bytes("/v1/imports", &std::fs::read(path("full.xlsx")).expect("reads"), &headers).ok().json();
    assert_eq!(report["counts"]["new"], 1, "{report}");
    assert_eq!(warehouse.view(&id)["light"]["light"], "Amber");
    clear(&server, &id);
    assert_eq!(warehouse.view(&id)["light"]["light"], "Green");
}
