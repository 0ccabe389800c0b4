//! The courier door, walked claim by claim along the published page of "submit": both types of declaration, what is needed of each
//! member, what is answered, and how a change of status is learned.

use std::time::Duration;

use entrepost::contract::subscription::NewSubscription;
use entrepost::domain::Scope;
use entrepost::http::{Audience, operations};
use entrepost::service::courier::settings::CourierChanges;
use entrepost::service::oauth::{ClientChanges, NewClient};
use serde_json::{Value, json};

use crate::harness::data::{fresh_id, respond};
use crate::harness::process::{admin, run};
use crate::harness::receiver::{Received, Receiver, Reply};
use crate::harness::server::filled_database;
use crate::harness::{Answer, Engine, Server};
use crate::notify::signature;
use crate::oauth::{basic, client_like, new_client};
use crate::{on_both_engines, on_both_engines_with, on_engines, on_servers};

/// A courier that declares as the post of Australia, by one of its clients.
pub struct Courier<'s> {
    pub server: &'s Server,
    pub client: String,
    secret: String,
    authorization: String,
}

impl<'s> Courier<'s> {
    pub fn new(server: &'s Server) -> Self {
        let changes = CourierChanges {
            currency: Some("AUD".into()),
            commodities: Some(vec![("1002".into(), "851713".into())]),
            ..CourierChanges::default()
        };
        server.block_on(|services| async move { services.set_courier("AUA", changes).await }).expect("sets");
        Self::of(server, new_client("AUA", &[Scope::SubmitCourier]))
    }

    pub fn of(server: &'s Server, new: NewClient) -> Self {
        let (id, secret) = client_like(server, new);
        Self::known(server, &id, &secret)
    }

    fn known(server: &'s Server, id: &str, secret: &str) -> Self {
        Self { server, authorization: basic(id, secret), client: id.to_owned(), secret: secret.to_owned() }
    }

    /// Id and secret as variables of a shell.
    pub fn variables(&self) -> String {
        format!("CLIENT={}\nSECRET={}", self.client, self.secret)
    }

    pub fn post(&self, path: &str, body: &str) -> Answer {
        let headers = [("authorization", self.authorization.as_str()), ("content-type", "application/json")];
        self.server.post_bytes(path, body.as_bytes(), &headers)
    }

    pub fn submit(&self, body: &Value) -> Answer {
        let answer = self.post("/api/declaration/submit", &body.to_string());
        self.server.deliver();
        answer
    }

    pub fn query(&self, id: &Value) -> Answer {
        self.post("/api/declaration/query", &json!({ "id": id }).to_string())
    }

    /// The declaration of a call that went well.
    #[track_caller]
    pub fn submitted(&self, body: &Value) -> Value {
        succeeded(&self.submit(body))
    }
}

#[track_caller]
pub fn succeeded(answer: &Answer) -> Value {
    assert_eq!((answer.status, answer.header("x-entrepost-status")), (200, Some("200")), "{}", answer.text);
    let told = answer.json();
    assert_eq!(told["status"], "SUCCESS", "{told}");
    told["declaration"].clone()
}

/// The faults of a refusal with a status, as (code, path); both spellings say the same.
#[track_caller]
fn failed(answer: &Answer, status: u16) -> Vec<(String, String)> {
    let real = status.to_string();
    assert_eq!((answer.status, answer.header("x-entrepost-status")), (200, Some(real.as_str())), "{}", answer.text);
    let told = answer.json();
    assert_eq!(told["status"], "ERROR", "{told}");
    assert_eq!((&told["error_code"], &told["err_code"]), (&json!(status), &json!(real)), "{told}");
    assert!(told["error_msg"].as_str().is_some_and(|message| !message.is_empty()), "{told}");
    assert_eq!(told["error_msg"], told["err_msg"]);
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let errors = told["errors"].as_array().expect("a list");
    errors.iter().map(|error| (text(&error["code"]), text(&error["path"]))).collect()
}

pub fn normal(note: &str) -> Value {
    json!({
        "type": "N", "user": "frontdesk", "consignment_note": note, "cover_date": "20261126",
        "from_country": "AUS", "to_country": "DEU", "remark": "handle with care", "courier_code": "DHL",
        "from_city": "Sydney", "to_city": "Frankfurt",
        "items": [
            { "descriptions": "smartphone", "quantity": 2, "price": 349.5, "commodity_code": "1002" },
            { "descriptions": "cotton shirt, knitted", "price": "19.90", "commodity_code": "77" },
        ],
    })
}

pub fn vip(note: &str) -> Value {
    json!({
        "type": "C", "user": "frontdesk", "consignment_note": note, "cover_date": "20261126",
        "from_country": "AUS", "to_country": "DEU", "courier_code": "OTHERS", "courier_others": "Pigeon Post",
        "from_address": "Level 7 North Tower 1 Martin Place Sydney NSW 2000 next to the General Post Office of former days",
        "to_address": "Hauptstrasse 1\n60311 Frankfurt", "goods_description": "two cotton shirts, knitted",
        "total_value": "1250.5",
    })
}

fn with(mut body: Value, more: Value) -> Value {
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    body
}

/// What the post has of an item.
fn view(server: &Server, id: &str) -> Value {
    server.rest("AUA", "GET", &format!("/v1/declarations/{id}"), None, &[]).ok().json()
}

on_both_engines! {
    fn a_normal_declaration_is_answered_with_all_members_of_the_model(server) {
        let (courier, note) = (Courier::new(server), fresh_id("AU"));
        let told = courier.submitted(&normal(&note));
        let created_at = told["created_at"].as_i64().expect("seconds");
        assert!((server.clock.now().timestamp() - created_at).abs() < 60);
        let line = |no: i64, text: &str, quantity: i64, price: &str, subtotal: &str, code: &str| {
            format!(
                r#"{{"no":{no},"descriptions":"{text}","desciptions":"{text}","quantity":{quantity},"price":{price},"subtotal":{subtotal},"commodity_code":"{code}","rate":0.00,"surcharge":0.00}}"#
            )
        };
        let expected = format!(
            r#"{{"id":{},"type":"N","user":"frontdesk","consignment_note":"{note}","status":"S","status_text":"SAVED","cover_date":"20261126","from_country":"AUS","to_country":"DEU","remark":"handle with care","courier_code":"DHL","courier_others":null,"callback_url":null,"total_value":718.90,"total_surcharge":0.00,"tax":0.00,"total_charge":0.00,"cover_note_url":"","created_at":{created_at},"from_city":"Sydney","to_city":"Frankfurt","items":[{},{}]}}"#,
            told["id"],
            line(1, "smartphone", 2, "349.50", "699.00", "1002"),
            line(2, "cotton shirt, knitted", 1, "19.90", "19.90", "77"),
        );
        let asked = courier.query(&told["id"]);
        // Amounts keep their two decimals: the texts are compared.
        assert_eq!(asked.text, format!(r#"{{"status":"SUCCESS","declaration":{expected}}}"#));
        assert_eq!(succeeded(&asked), told);
        assert!(told["id"].as_i64().is_some_and(|id| (1..=1_000).contains(&id)), "a small number: {told}");
    }

    fn a_vip_declaration_is_answered_with_all_members_of_the_model(server) {
        let (courier, note) = (Courier::new(server), fresh_id("AU"));
        let told = courier.submitted(&vip(&note));
        for (member, value) in [
            ("type", json!("C")), ("courier_code", json!("OTHERS")), ("courier_others", json!("Pigeon Post")),
            ("total_value", json!(1250.5)), ("total_charge", json!(0.0)), ("rate", json!(0.0)),
            ("goods_description", json!("two cotton shirts, knitted")), ("to_address", json!("Hauptstrasse 1\n60311 Frankfurt")),
        ] {
            assert_eq!(told[member], value, "{member}");
        }
        for other in ["items", "from_city", "to_city"] {
            assert!(told.get(other).is_none(), "{other} is a member of the other type");
        }
    }

    fn a_declaration_is_one_of_ours(server) {
        let (courier, note, other) = (Courier::new(server), fresh_id("AU"), fresh_id("AU"));
        courier.submitted(&normal(&note));
        let seen = view(server, &note);
        let (object, data) = (&seen["mailObject"], &seen["declaration"]["Data"]);
        for (member, value) in [
            ("Id", note.as_str()), ("LocalId", &note), ("OrigPostOrgCd", "AUA"), ("DestPostOrgCd", "DEA"), ("MailClassCd", "C"),
            // Midnight in Sydney.
            ("PostingDt", "2026-11-25T13:00:00Z"),
        ] {
            assert_eq!(object[member], value, "{member}");
        }
        assert_eq!((&data["NatureTypeCd"], &data["SenderCity"], &data["RecipientCountryCd"]), (&json!("991"), &json!("Sydney"), &json!("DE")));
        let pieces = data["ContentPieces"].as_array().expect("lines");
        assert_eq!(
            (&pieces[0]["Amount"], &pieces[0]["Number"], &pieces[0]["CurrencyCd"], &pieces[0]["HS"]),
            (&json!(699.0), &json!(2), &json!("AUD"), &json!("851713")),
        );
        // A code that is in no table is no HS code: 77 is copper there.
        assert_eq!((&pieces[1]["HS"], &pieces[1]["ExtraFieldNames"], &pieces[1]["ExtraFieldValues"]), (&json!(null), &json!(["Courier.CommodityCode"]), &json!(["77"])));
        let names = data["ExtraFieldNames"].as_array().expect("names");
        let values = &data["ExtraFieldValues"];
        let value = |name: &str| names.iter().position(|known| known == name).map(|at| values[at].clone());
        assert_eq!((value("Courier.Code"), value("Courier.Remark")), (Some(json!("DHL")), Some(json!("handle with care"))));
        assert_eq!(server.history("AUA", &note)[0].user_cd.as_deref(), Some("frontdesk"));
        // The destination has it, like any declaration.
        let there = server.rest("DEA", "GET", &format!("/v1/declarations/{note}"), None, &[]).ok().json();
        assert_eq!(there["declaration"]["Data"]["ContentPieces"][0]["Description"], "smartphone");

        courier.submitted(&vip(&other));
        let data = view(server, &other)["declaration"]["Data"].clone();
        assert_eq!(data["SenderAddressLine1"], "Level 7 North Tower 1 Martin Place Sydney NSW 2000 next to the General");
        assert_eq!(data["SenderAddressLine2"], "Post Office of former days");
        assert_eq!((&data["RecipientAddressLine1"], &data["ContentPieces"][0]["Amount"]), (&json!("Hauptstrasse 1 60311 Frankfurt"), &json!(1250.5)));
        assert_eq!(data["ContentPieces"].as_array().map(Vec::len), Some(1));
    }

    fn each_member_is_as_the_page_says(server) {
        let courier = Courier::new(server);
        // (member, a value that is wrong, the code of what is found); of both types.
        for (member, wrong, code) in [
            ("type", json!("X"), "unknown_code"),
            ("type", json!("NN"), "too_long"),
            ("user", json!("x".repeat(256)), "too_long"),
            ("user", json!(null), "required"),
            ("consignment_note", json!(""), "required"),
            ("consignment_note", json!("X".repeat(36)), "format"),
            ("consignment_note", json!("CN 1"), "format"),
            ("cover_date", json!("2026-11-26"), "format"),
            ("cover_date", json!("20261301"), "format"),
            ("from_country", json!("AU"), "unknown_code"),
            ("to_country", json!("XXX"), "unknown_code"),
            ("to_country", json!(null), "required"),
            ("remark", json!("x".repeat(256)), "too_long"),
            ("remark", json!(7), "type"),
            ("courier_code", json!("x".repeat(101)), "too_long"),
            ("courier_code", json!(" "), "required"),
            ("courier_others", json!("x".repeat(256)), "too_long"),
            ("callback_url", json!("x".repeat(256)), "too_long"),
        ] {
            for body in [normal(&fresh_id("AU")), vip(&fresh_id("AU"))] {
                let mut body = with(body, json!({ member: wrong }));
                if member == "courier_others" {
                    body["courier_code"] = json!("DHL");
                }
                let found = failed(&courier.submit(&body), 400);
                assert!(found.contains(&(code.to_owned(), member.to_owned())), "{member}: {found:?}");
            }
        }
        for (member, wrong, code) in [
            ("from_address", json!("x".repeat(256)), "too_long"),
            ("to_address", json!(null), "required"),
            ("goods_description", json!("x".repeat(256)), "too_long"),
            ("total_value", json!(1.005), "out_of_range"),
            ("total_value", json!(1_000_000_000), "out_of_range"),
            ("total_value", json!("much"), "type"),
        ] {
            let found = failed(&courier.submit(&with(vip(&fresh_id("AU")), json!({ member: wrong }))), 400);
            assert_eq!(found, [(code.to_owned(), member.to_owned())]);
            // What the other type has no use for is passed over.
            if member != "to_address" {
                courier.submitted(&with(normal(&fresh_id("AU")), json!({ member: wrong })));
            }
        }
        for (member, wrong, code) in [("from_city", json!(""), "required"), ("to_city", json!("x".repeat(256)), "too_long"), ("items", json!([]), "required"), ("items", json!("none"), "type")] {
            let found = failed(&courier.submit(&with(normal(&fresh_id("AU")), json!({ member: wrong }))), 400);
            assert_eq!(found, [(code.to_owned(), member.to_owned())]);
        }
        for (member, wrong, code) in [
            ("descriptions", json!("x".repeat(256)), "too_long"), ("quantity", json!(0), "out_of_range"), ("quantity", json!(1.5), "out_of_range"),
            ("price", json!(-1), "out_of_range"), ("price", json!(null), "required"), ("commodity_code", json!("12345678901"), "too_long"),
        ] {
            let mut body = normal(&fresh_id("AU"));
            body["items"][1][member] = wrong;
            assert_eq!(failed(&courier.submit(&body), 400), [(code.to_owned(), format!("items[1].{member}"))]);
        }
        // At the limits.
        let most = json!({ "user": "u".repeat(255), "remark": "r".repeat(255), "courier_code": "c".repeat(100), "cover_date": 20_261_126, "unknown": [] });
        let answer = courier.submit(&with(normal(&"9".repeat(35)), most));
        assert_eq!(succeeded(&answer)["user"], "u".repeat(255));
        let warnings = answer.json()["warnings"].clone();
        assert_eq!((&warnings[0]["code"], &warnings[0]["path"]), (&json!("too_long"), &json!("user")), "a user's code has 64 characters");
    }

    fn everything_wrong_is_told_at_once(server) {
        let courier = Courier::new(server);
        // As the issue has it: two letters for a country, and OTHERS without a name.
        let wrong = json!({ "from_country": "MY", "courier_code": "OTHERS", "callback_url": "https://elsewhere.example/x" });
        let note = fresh_id("AU");
        let found = failed(&courier.submit(&with(normal(&note), wrong)), 400);
        let expected = [("unknown_code", "from_country"), ("required", "courier_others"), ("callback_host", "callback_url")];
        assert_eq!(found, expected.map(|(code, path)| (code.to_owned(), path.to_owned())));
        server.rest("AUA", "GET", &format!("/v1/declarations/{note}"), None, &[]).refused(404);
        let needed = ["type", "user", "consignment_note", "cover_date", "from_country", "to_country", "courier_code"];
        assert_eq!(failed(&courier.submit(&json!({})), 400), needed.map(|name| ("required".to_owned(), name.to_owned())));
        for (body, status) in [("", 400), ("[]", 400), ("{", 400), ("\"x\"", 400)] {
            assert_eq!(failed(&courier.post("/api/declaration/submit", body), status), [("json".to_owned(), String::new())], "{body}");
        }
    }

    fn what_is_sent_again_is_the_same_and_what_differs_is_refused(server) {
        let (courier, note) = (Courier::new(server), fresh_id("AU"));
        let first = courier.submitted(&normal(&note));
        let mut again = normal(&note);
        // The same by value.
        again["items"][0]["price"] = json!("349.50");
        again["items"][1]["quantity"] = json!(1);
        assert_eq!(courier.submitted(&again), first);
        assert_eq!(server.history("AUA", &note).len(), 1);
        let other = with(normal(&note), json!({ "to_city": "Berlin" }));
        let answer = courier.submit(&other);
        assert_eq!(failed(&answer, 409), [("taken".to_owned(), "consignment_note".to_owned())]);
        assert_eq!(answer.json()["id"], first["id"]);
        assert!(answer.json()["error_msg"].as_str().expect("a text").contains(&first["id"].to_string()));
        assert_eq!(view(server, &note)["declaration"]["Data"]["RecipientCity"], "Frankfurt");
        // What was declared by other means is not taken over.
        let elsewhere = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", crate::harness::data::store(&elsewhere, "AUA", "DEA", 2)).ok();
        assert_eq!(failed(&courier.submit(&normal(&elsewhere)), 409), [("taken".to_owned(), "consignment_note".to_owned())]);
        // Many at once are one.
        let note = fresh_id("AU");
        let told: Vec<Value> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| succeeded(&courier.post("/api/declaration/submit", &normal(&note).to_string()))["id"].clone())).collect();
            threads.into_iter().map(|thread| thread.join().expect("answers")).collect()
        });
        assert!(told.iter().all(|id| *id == told[0]), "{told:?}");
        assert_eq!(server.history("AUA", &note).len(), 1);
    }

    fn what_stays_within_a_country_goes_to_no_customs(server) {
        // As in the published samples, whose countries are one.
        let (courier, note) = (Courier::new(server), fresh_id("AU"));
        for body in [normal(&note), vip(&fresh_id("AU"))] {
            let body = with(body, json!({ "from_country": "MYS", "to_country": "MYS" }));
            let told = courier.submitted(&body);
            assert_eq!((&told["status"], &told["status_text"]), (&json!("A"), &json!("NOT_REQUIRED")));
            assert_eq!(succeeded(&courier.query(&told["id"])), told);
            assert_eq!(courier.submitted(&body), told);
        }
        server.rest("AUA", "GET", &format!("/v1/declarations/{note}"), None, &[]).refused(404);
    }

    fn who_calls_says_id_and_secret(server) {
        let (courier, note) = (Courier::new(server), fresh_id("AU"));
        let body = normal(&note).to_string();
        let ask = |authorization: Option<&str>| {
            let headers: Vec<_> = authorization.map(|value| ("authorization", value)).into_iter().collect();
            let rows = operations().filter(|row| matches!(row.audience(), Audience::Couriers(_)));
            let mut refusals: Vec<String> = rows.map(|row| {
                let answer = server.post_bytes(row.path, body.as_bytes(), &headers);
                failed(&answer, 401);
                answer.text
            }).collect();
            refusals.dedup();
            assert_eq!(refusals.len(), 1);
            refusals.remove(0)
        };
        let token = format!("Bearer {}", crate::harness::server::token_of("AUA"));
        let (id, secret) = client_like(server, new_client("AUA", &[Scope::SubmitCourier]));
        let last = if secret.ends_with('A') { 'B' } else { 'A' };
        let altered = format!("{}{last}", &secret[..secret.len() - 1]);
        let strangers = [
            None,
            Some("Basic".to_owned()),
            Some("Basic ????".to_owned()),
            Some(token),
            Some(basic(&id, &altered)),
            Some(basic(&courier.client, &secret)),
            Some(basic("epc_nobody", &secret)),
            Some(basic(&id, "")),
        ];
        let mut told: Vec<String> = strangers.iter().map(|authorization| ask(authorization.as_deref())).collect();
        told.dedup();
        assert_eq!(told.len(), 1, "all strangers are told the same: {told:?}");
        // Customs declares nothing, and a scope is needed.
        let customs = Courier::of(server, new_client("AU", &[Scope::SubmitCourier]));
        assert_eq!(customs.submit(&normal(&note)).text, told[0]);
        let others = Scope::ALL.into_iter().filter(|scope| *scope != Scope::SubmitCourier).collect::<Vec<_>>();
        failed(&Courier::of(server, new_client("AUA", &others)).submit(&normal(&note)), 403);
        // A client that ends, ends within a second.
        courier.submitted(&normal(&note));
        let ended = courier.client.clone();
        let changes = ClientChanges { is_disabled: Some(true), ..ClientChanges::default() };
        server.block_on(|services| async move { services.change_client(&ended, changes).await }).expect("ends");
        let began = std::time::Instant::now();
        while courier.query(&json!(1)).header("x-entrepost-status") != Some("401") {
            assert!(began.elapsed().as_millis() < 3_000);
        }
    }

    fn a_foreign_declaration_is_like_none(server) {
        let courier = Courier::new(server);
        let told = courier.submitted(&normal(&fresh_id("AU")));
        let changes = CourierChanges { currency: Some("EUR".into()), ..CourierChanges::default() };
        server.block_on(|services| async move { services.set_courier("FRA", changes).await }).expect("sets");
        let other = Courier::of(server, new_client("FRA", &[Scope::SubmitCourier]));
        let theirs = other.query(&told["id"]);
        failed(&theirs, 404);
        assert_eq!(theirs.text, other.query(&json!(999_999)).text);
        // Each organization counts for itself.
        let own = other.submitted(&with(normal(&fresh_id("FR")), json!({ "from_country": "FRA" })));
        assert_eq!(own["id"], 1);
        assert_eq!(view(server, told["consignment_note"].as_str().expect("a note"))["post"], "AUA");
        for (id, code) in [(json!(null), "required"), (json!("x"), "type"), (json!(1.5), "type"), (json!([]), "type")] {
            assert_eq!(failed(&courier.query(&id), 400), [(code.to_owned(), "id".to_owned())], "{id}");
        }
        assert_eq!(succeeded(&courier.query(&json!(told["id"].to_string()))), told, "a number as a text will do");
    }

    fn statuses_are_real_for_who_wants_them_and_for_proxies(server) {
        let courier = Courier::new(server);
        let (id, changes) = (courier.client.clone(), ClientChanges { real_status: Some(true), ..ClientChanges::default() });
        server.block_on(|services| async move { services.change_client(&id, changes).await }).expect("changes");
        let began = std::time::Instant::now();
        while courier.query(&json!(999_999)).status == 200 {
            assert!(began.elapsed().as_millis() < 3_000, "in force within a second");
        }
        for (answer, status) in [(courier.submit(&json!({})), 400), (courier.query(&json!(999_999)), 404)] {
            assert_eq!((answer.status, answer.header("x-entrepost-status")), (status, Some(status.to_string().as_str())));
            assert_eq!(answer.json()["status"], "ERROR");
        }
        // Too large is too large for everybody.
        let usual = Courier::of(server, new_client("AUA", &[Scope::SubmitCourier]));
        let large = usual.post("/api/declaration/submit", &format!("{{\"x\":\"{}\"}}", "x".repeat(1_100_000)));
        assert_eq!((large.status, large.header("x-entrepost-status")), (413, Some("413")));
        assert_eq!(large.json()["error_code"], 413);
        // What of the published form is not served, and other verbs.
        for path in ["/api/declaration/list", "/api/declaration/attach", "/api/declaration/claims"] {
            failed(&usual.post(path, "{}"), 404);
        }
        failed(&server.get("/api/declaration/submit"), 405);
    }

    fn without_settings_the_operator_is_named(server) {
        let courier = Courier::of(server, new_client("DEA", &[Scope::SubmitCourier]));
        let answer = courier.submit(&with(normal(&fresh_id("DE")), json!({ "from_country": "DEU", "to_country": "AUS" })));
        assert_eq!(failed(&answer, 400), [("unconfigured".to_owned(), String::new())]);
        assert!(answer.json()["error_msg"].as_str().expect("a text").contains("admin courier set"));
    }

    fn what_comes_in_is_bound_for_the_courier(server) {
        let (courier, note) = (Courier::new(server), fresh_id("DE"));
        courier.submitted(&with(normal(&note), json!({ "from_country": "DEU", "to_country": "AUS" })));
        let object = view(server, &note)["mailObject"].clone();
        assert_eq!((&object["OrigPostOrgCd"], &object["DestPostOrgCd"]), (&json!("DEA"), &json!("AUA")));
        // A country without a listed post, or with several: the post is not known.
        let note = fresh_id("AU");
        courier.submitted(&with(normal(&note), json!({ "to_country": "ATA" })));
        assert_eq!(view(server, &note)["mailObject"]["DestPostOrgCd"], "ZZZ");
    }

    fn a_letter_says_how_it_stands(server) {
        let (courier, note) = (Courier::new(server), fresh_id("AU"));
        let id = courier.submitted(&normal(&note))["id"].clone();
        let letter = || {
            let told = succeeded(&courier.query(&id));
            (told["status"].as_str().expect("a letter").to_owned(), told["status_text"].as_str().expect("a word").to_owned(), told["tax"].clone(), told["total_charge"].clone())
        };
        let says = |letter: &str, word: &str, tax: f64| (letter.to_owned(), word.to_owned(), json!(tax), json!(tax));
        assert_eq!(letter(), says("S", "SAVED", 0.0));
        let referral = json!({ "id": note, "postOrgCd": "DEA", "partnerPostOrgCd": "AUA", "referral": { "ReferralCd": "RFI" } });
        server.call_as("DEA", "CreateReferral", referral).ok();
        assert_eq!(letter(), says("F", "REFERRED", 0.0));
        let answer = json!({ "id": note, "postOrgCd": "AUA", "partnerPostOrgCd": "DEA", "referralResponse": { "ReferralResponseCd": "R20" } });
        server.call_as("AUA", "CreateReferralResp", answer).ok();
        server.call_as("AU", "StoreResponse", respond(&note, "AUA", "DEA", "2", 2)).ok();
        let mut cleared = respond(&note, "AUA", "DEA", "2", 2);
        cleared["resp"]["Data"]["TotalFee"] = json!(7.2);
        cleared["resp"]["Data"]["TotalFeeCurrencyCd"] = json!("EUR");
        server.call_as("DE", "StoreResponse", cleared).ok();
        let asc = json!({ "id": note, "postOrgCd": "DEA", "partnerPostOrgCd": "AUA", "referral": { "ReferralCd": "ASC" } });
        server.call_as("DEA", "CreateReferral", asc).ok();
        assert_eq!(letter(), says("A", "APPROVED", 7.2), "{}", view(server, &note)["light"]);
        server.call_as("DE", "StoreResponse", respond(&note, "AUA", "DEA", "6", 2)).ok();
        assert_eq!(letter().0, "R", "{}", view(server, &note)["light"]);
        let withdrawn = fresh_id("AU");
        let other = courier.submitted(&vip(&withdrawn));
        server.rest("AUA", "POST", &format!("/v1/declarations/{withdrawn}/withdrawal"), Some(&json!({ "reason": "not sent" })), &[]).ok();
        assert_eq!(succeeded(&courier.query(&other["id"]))["status"], "C");
    }

    fn what_is_amended_by_other_means_is_shown(server) {
        let (courier, note) = (Courier::new(server), fresh_id("AU"));
        let id = courier.submitted(&normal(&note))["id"].clone();
        let patch = json!({ "declaration": { "Data": { "RecipientCity": "Berlin", "ContentPieces": [
            { "Index": 1, "Number": 3, "Amount": 100, "CurrencyCd": "AUD", "Description": "old smartphone", "HS": "851713" },
        ] } } });
        server.rest("AUA", "PATCH", &format!("/v1/declarations/{note}"), Some(&patch), &[("if-match", "*")]).ok();
        let told = succeeded(&courier.query(&id));
        assert_eq!((&told["to_city"], &told["from_city"], &told["total_value"]), (&json!("Berlin"), &json!("Sydney"), &json!(100.0)));
        let line = &told["items"][0];
        assert_eq!(
            (&line["descriptions"], &line["quantity"], &line["price"], &line["subtotal"], &line["commodity_code"]),
            (&json!("old smartphone"), &json!(3), &json!(33.33), &json!(100.0), &json!("1002")),
        );
    }
}

on_servers! {
    Server::start_strict;
    fn what_the_published_form_cannot_say_is_let_off(server) {
        // The rules that the form cannot keep refuse it, as long as nobody has let them off.
        let note = "CN-2026/17";
        let strict = ["item_id_form", "required", "contact_absent"];
        let changes = CourierChanges { currency: Some("AUD".into()), ..CourierChanges::default() };
        let let_off = server.block_on(|services| async move { services.set_courier("AUA", changes).await }).expect("sets");
        assert_eq!(let_off, strict);
        let courier = Courier::new(server);
        let told = courier.submitted(&normal(note));
        assert_eq!(told["consignment_note"], note);
        for rule in strict {
            server.block_on(|services| async move { services.set_quality("AUA", rule, "reject", None).await }).expect("sets");
        }
        let found = failed(&courier.submit(&normal("CN-2026/18")), 400);
        assert!(found.contains(&("item_id_form".to_owned(), "consignment_note".to_owned())), "{found:?}");
        let vague = with(vip("CN-2026/19"), json!({ "goods_description": "goods" }));
        let found = failed(&courier.submit(&vague), 400);
        assert!(found.iter().any(|(_, path)| path == "goods_description"), "{found:?}");
    }
}

/// A receiver as the page describes it: 200, and a body that says so.
fn well() -> Receiver {
    let receiver = Receiver::start();
    receiver.answer(says_ok);
    receiver
}

pub fn says_ok(_: &Received) -> Reply {
    Reply::Full(200, "content-type: application/json\r\n".into(), br#"{"status":"OK"}"#.to_vec())
}

/// Has the operator add a callback host; gives its id and secret.
pub fn callback_host(server: &Server, url: &str, mode: &str) -> (String, String) {
    let new = NewSubscription { url: url.to_owned(), mode: Some(mode.to_owned()), ..NewSubscription::default() };
    let notifier = server.notifier().clone().for_command_line();
    let made = server.block_on(|services| async move {
        let actor = services.actor_for("AUA").await?;
        notifier.create_callback_host(&actor, new).await
    });
    let made = made.expect("adds");
    (made.subscription.id, made.secret)
}

pub fn refer(server: &Server, id: &str, code: &str) {
    let referral =
        json!({ "id": id, "postOrgCd": "DEA", "partnerPostOrgCd": "AUA", "referral": { "ReferralCd": code } });
    server.call_as("DEA", "CreateReferral", referral).ok();
}

/// Has both customs clear the item while the question is open, and answers it: so there is one change.
fn clear(server: &Server, id: &str) {
    server.call_as("AU", "StoreResponse", respond(id, "AUA", "DEA", "2", 2)).ok();
    server.call_as("DE", "StoreResponse", respond(id, "AUA", "DEA", "2", 2)).ok();
    let answer = json!({
        "id": id, "postOrgCd": "AUA", "partnerPostOrgCd": "DEA", "referralResponse": { "ReferralResponseCd": "R20" },
    });
    server.call_as("AUA", "CreateReferralResp", answer).ok();
}

fn letters(sent: &[Received]) -> Vec<String> {
    sent.iter().map(|one| one.json()["status"].as_str().expect("a letter").to_owned()).collect()
}

on_both_engines_with! {
    [("notify-allow-nets", "127.0.0.0/8")];
    fn a_change_is_told_by_the_model_and_ends_with_ok(server) {
        let (courier, receiver, note) = (Courier::new(server), well(), fresh_id("AU"));
        let (host, secret) = callback_host(server, &receiver.url.replace("/hook", "/back/"), "xpress");
        let url = receiver.url.replace("/hook", "/back/orders/17?x=1");
        let id = courier.submitted(&with(normal(&note), json!({ "callback_url": url })))["id"].clone();
        server.notify();
        assert!(receiver.all().is_empty(), "what submit answered is no news: {:?}", receiver.all());

        refer(server, &note, "RFI");
        server.notify();
        let sent = receiver.all();
        assert_eq!((letters(&sent), sent[0].path.as_str()), (vec!["F".to_owned()], "/back/orders/17?x=1"));
        // The bare model, as query answers it, signed like everything that is sent.
        assert_eq!(sent[0].json(), succeeded(&courier.query(&id)));
        assert_eq!(sent[0].header("webhook-signature"), signature(&secret, &sent[0]));
        assert_eq!(sent[0].header("content-type"), "application/json");
        clear(server, &note);
        server.notify();
        assert_eq!(letters(&receiver.all()), ["F", "A"], "{:?}", receiver.all());
        server.clock.advance(Duration::from_secs(24 * 3600));
        server.notify();
        assert_eq!(receiver.all().len(), 2, "OK ends it");

        // A tax and other content are told, too; what changes nothing is not.
        let mut dear = respond(&note, "AUA", "DEA", "2", 2);
        dear["resp"]["Data"]["TotalFee"] = json!(7.2);
        dear["resp"]["Data"]["TotalFeeCurrencyCd"] = json!("EUR");
        dear["resp"]["Data"]["ClearanceDt"] = json!(server.clock.now().to_rfc3339());
        server.call_as("DE", "StoreResponse", dear.clone()).ok();
        server.call_as("DE", "StoreResponse", dear).ok();
        server.notify();
        let taxed: Vec<_> = receiver.all().iter().skip(2).map(|one| one.json()["tax"].clone()).collect();
        assert_eq!(taxed, [json!(7.2)]);
        let patch = json!({ "declaration": { "Data": { "RecipientCity": "Berlin" } } });
        server.rest("AUA", "PATCH", &format!("/v1/declarations/{note}"), Some(&patch), &[("if-match", "*")]).ok();
        server.notify();
        assert_eq!(receiver.all().last().expect("some").json()["to_city"], "Berlin");

        // The log has it all, and a replay sends how it stands now.
        let log = || server.rest("AUA", "GET", &format!("/v1/subscriptions/{host}/deliveries?item={note}&limit=500"), None, &[]).ok().json();
        let states = |state: &str| log()["deliveries"].as_array().expect("a list").iter().filter(|one| one["state"] == state).count();
        let told = receiver.all().len();
        assert_eq!(states("delivered"), told);
        assert!(states("skipped") > 0 && states("waiting") == 0, "{}", log());
        receiver.forget();
        let first = log()["deliveries"].as_array().expect("a list").iter().find(|one| one["state"] == "delivered").expect("one")["event"].clone();
        server.rest("AUA", "POST", &format!("/v1/subscriptions/{host}/replays"), Some(&json!({ "events": [first] })), &[]).is(202);
        server.notify();
        assert_eq!(receiver.all().len(), 1);
        assert_eq!(receiver.all()[0].json(), succeeded(&courier.query(&id)));
    }

    fn a_vip_declaration_is_told_alike_and_others_hear_nothing(server) {
        let (courier, receiver, note) = (Courier::new(server), well(), fresh_id("AU"));
        callback_host(server, &receiver.url.replace("/hook", "/back/"), "xpress");
        let url = receiver.url.replace("/hook", "/back/vip");
        courier.submitted(&with(vip(&note), json!({ "callback_url": url })));
        // No address, and one that was declared by other means under the same host: its events.
        let (quiet, other) = (fresh_id("AU"), fresh_id("AU"));
        courier.submitted(&normal(&quiet));
        let body = json!({ "mailObject": crate::harness::data::mail_object(&other, "AUA", "DEA"), "declaration": crate::harness::data::declaration("1.00"), "callbackUrl": url });
        server.rest("AUA", "POST", "/v1/declarations", Some(&body), &[]).is(201);
        server.notify();
        receiver.forget();
        for id in [&note, &quiet, &other] {
            refer(server, id, "RFI");
        }
        server.notify();
        let (models, events): (Vec<_>, Vec<_>) = receiver.all().into_iter().partition(|one| one.json().get("consignment_note").is_some());
        assert_eq!((models.len(), &models[0].json()["consignment_note"], &models[0].json()["type"]), (1, &json!(note), &json!("C")));
        assert!(!events.is_empty() && events.iter().all(|one| one.json()["data"]["itemId"] == other.as_str()), "{events:?}");
    }

    fn one_that_cannot_be_told_stops_no_other(server) {
        let (courier, receiver) = (Courier::new(server), well());
        let (host, _) = callback_host(server, &receiver.url.replace("/hook", "/back/"), "xpress");
        let url = receiver.url.replace("/hook", "/back/huge");
        let (huge, usual) = (fresh_id("AU"), fresh_id("AU"));
        let id = courier.submitted(&with(normal(&huge), json!({ "callback_url": url })))["id"].clone();
        courier.submitted(&with(normal(&usual), json!({ "callback_url": url })));
        // More than any number can hold, which the published form has no place for.
        let piece = |index: i32| json!({ "Index": index, "Number": 2_147_483_647, "Amount": 9.0e27, "CurrencyCd": "AUD", "Description": "old smartphone", "HS": "851713" });
        let pieces: Vec<Value> = (1..=20).map(piece).collect();
        let patch = json!({ "declaration": { "Data": { "ContentPieces": pieces } } });
        let patched = server.rest("AUA", "PATCH", &format!("/v1/declarations/{huge}"), Some(&patch), &[("if-match", "*")]);
        assert!([200, 400].contains(&patched.status), "{}", patched.text);
        assert!(courier.query(&id).status < 500);
        server.notify();
        receiver.forget();
        refer(server, &huge, "RFI");
        refer(server, &usual, "RFI");
        server.notify();
        let told: Vec<Value> = receiver.all().iter().map(|one| one.json()["consignment_note"].clone()).collect();
        assert!(told.contains(&json!(usual)), "{told:?}");
        let log = server.rest("AUA", "GET", &format!("/v1/subscriptions/{host}"), None, &[]).ok().json();
        assert_eq!(log["state"], "active", "{log}");
    }

    fn who_does_not_say_ok_is_told_again_after_thirty_and_sixty_seconds(server) {
        let (courier, receiver, note) = (Courier::new(server), Receiver::start(), fresh_id("AU"));
        let (host, _) = callback_host(server, &receiver.url.replace("/hook", "/back/"), "xpress");
        let url = receiver.url.replace("/hook", "/back/x");
        courier.submitted(&with(normal(&note), json!({ "callback_url": url })));
        refer(server, &note, "RFI");
        server.notify();
        // A 200 without a body is no receipt: tried at 0, 30 and 60 seconds, then after five minutes and on.
        for (wait, attempts) in [(26, 1), (8, 2), (19, 2), (15, 3), (269, 3), (62, 4), (1_600, 4), (400, 5)] {
            server.clock.advance(Duration::from_secs(wait));
            server.notify();
            assert_eq!(receiver.all().len(), attempts, "after {wait} s more");
        }
        // It was cleared meanwhile: what comes at last is how it stands, once.
        clear(server, &note);
        receiver.forget();
        receiver.answer(says_ok);
        server.clock.advance(Duration::from_secs(8 * 3600));
        server.notify();
        server.clock.advance(Duration::from_secs(60));
        server.notify();
        assert_eq!(letters(&receiver.all()), ["A"]);
        let log = server.rest("AUA", "GET", &format!("/v1/subscriptions/{host}/deliveries?state=waiting"), None, &[]).ok().json();
        assert_eq!(log["deliveries"], json!([]));
    }

    fn an_address_lies_under_a_host_of_the_courier_s(server) {
        let (courier, receiver) = (Courier::new(server), well());
        let prefix = receiver.url.replace("/hook", "/prefix/");
        callback_host(server, &prefix, "xpress");
        callback_host(server, &receiver.url.replace("/hook", "/standard/"), "standard");
        let host = receiver.url.strip_suffix("/hook").expect("a host");
        for wrong in [
            "https://elsewhere.example/prefix/x",
            &format!("{host}@evil.example/prefix/x"),
            &format!("{}/prefix/x", host.replace("127.0.0.1", "127.0.0.1.evil.example")),
            &format!("{prefix}../x"),
            &format!("{prefix}%2e%2e/x"),
            &format!("{host}/other/x"),
            &prefix.replace("http:", "https:"),
            &format!("{host}1/prefix/x"),
            "nonsense",
            &receiver.url.replace("/hook", "/standard/x"),
        ] {
            let note = fresh_id("AU");
            let answer = courier.submit(&with(normal(&note), json!({ "callback_url": wrong })));
            assert_eq!(failed(&answer, 400), [("callback_host".to_owned(), "callback_url".to_owned())], "{wrong}");
            server.rest("AUA", "GET", &format!("/v1/declarations/{note}"), None, &[]).refused(404);
        }
        let right = courier.submitted(&with(normal(&fresh_id("AU")), json!({ "callback_url": format!("{prefix}x") })));
        assert_eq!(right["callback_url"], format!("{prefix}x"));
        // Another organization's host is none.
        let changes = CourierChanges { currency: Some("EUR".into()), ..CourierChanges::default() };
        server.block_on(|services| async move { services.set_courier("FRA", changes).await }).expect("sets");
        let other = Courier::of(server, new_client("FRA", &[Scope::SubmitCourier]));
        let theirs = json!({ "from_country": "FRA", "callback_url": format!("{prefix}x") });
        failed(&other.submit(&with(normal(&fresh_id("FR")), theirs)), 400);
    }

    fn a_link_leads_to_the_form_for_a_day(server) {
        let mut new = new_client("AUA", &[Scope::SubmitCourier]);
        Courier::new(server);
        new.courier.document_links = true;
        let (courier, plain) = (Courier::of(server, new), Courier::new(server));
        let told = courier.submitted(&vip(&fresh_id("AU")));
        let url = told["cover_note_url"].as_str().expect("a text").to_owned();
        let path = url.strip_prefix(&server.base).expect("an address of this server").to_owned();
        let form = server.get(&path).ok();
        assert!(form.text.starts_with("%PDF-") && form.header("content-type") == Some("application/pdf"));
        assert_eq!(succeeded(&plain.query(&told["id"]))["cover_note_url"], "", "a client without links");
        let event = server.history("AUA", told["consignment_note"].as_str().expect("a note")).last().expect("rows").event.clone();
        assert_eq!(event, "declaration.printed");
        // The link says whose it is and until when, and cannot be made to say anything else.
        let (text, signature) = path.rsplit_once('.').expect("a signature");
        let other = courier.submitted(&vip(&fresh_id("AU")));
        let absent = server.get("/api/declaration/documents/AUA.1.1.x").refused(404);
        let but_instance = |answer: &Answer| { let mut told = answer.json(); told["instance"] = json!(null); told };
        for wrong in [
            path.replace(&format!(".{}.", told["id"]), &format!(".{}.", other["id"])),
            format!("{text}0.{signature}"),
            path.replace("AUA", "DEA"),
            text.to_owned(),
            format!("{text}.{}", &signature[..40]),
        ] {
            assert_eq!(but_instance(&server.get(&wrong).refused(404)), but_instance(&absent), "{wrong}");
        }
        server.clock.advance(Duration::from_secs(24 * 3600 - 60));
        server.get(&path).ok();
        server.clock.advance(Duration::from_secs(120));
        server.get(&path).refused(404);
        // What has no item has no form.
        let domestic = courier.submitted(&with(vip(&fresh_id("AU")), json!({ "from_country": "MYS", "to_country": "MYS" })));
        assert_eq!(domestic["cover_note_url"], "");
    }
}

/// A courier from the operator's first command to the callback that says that its shipment may go.
fn story(engine: Engine) {
    let (url, folder) = filled_database(engine);
    let receiver = well();
    let prefix = receiver.url.replace("/hook", "/back/");
    let files = tempfile::tempdir().expect("folder");
    let commodities = files.path().join("codes.csv");
    std::fs::write(&commodities, "code,hs\n1002,8517.13\n").expect("writes");
    let wrong = run(&["admin", "courier", "set", "AUA", "--currency", "XX", "--database-url", &url]);
    assert!(wrong.fails(1).contains("ISO 4217"));
    run(&["admin", "courier", "set", "AU", "--currency", "AUD", "--database-url", &url]).fails(1);
    admin(&url, &["quality", "set", "AUA", "required", "reject"]);
    let file = commodities.to_str().expect("a path");
    let set = admin(&url, &["courier", "set", "AUA", "--currency", "AUD", "--commodities", file]);
    assert!(set.starts_with("set to warn") && set.contains("have no members for what they ask: required\n"), "{set}");
    assert!(set.ends_with("AUA\tAUD\tmail class C\tnature 991\n1002\t851713\n"), "{set}");
    assert_eq!(
        admin(&url, &["courier", "set", "AUA", "--nature", "11"]),
        "AUA\tAUD\tmail class C\tnature 11\n1002\t851713\n"
    );
    let added = admin(
        &url,
        &["client", "add", "AUA", "--label", "front desk", "--scope", "submit:courier", "--document-links"],
    );
    let (id, secret) = added.trim().split_once('\n').expect("id and secret");
    assert!(admin(&url, &["client", "list", "AUA"]).contains("front desk\tdocument-links"));
    let add = ["admin", "callback-host", "add", "AUA", &prefix, "--mode", "xpress", "--database-url", &url];
    run(&[&add[..], &["--notify-allow-nets", "127.0.0.0/8"]].concat()).ok();

    let server = Server::on(&url, &[("notify-allow-nets", "127.0.0.0/8"), ("public-url", "https://customs.example")]);
    let courier = Courier::known(&server, id, secret);
    let note = fresh_id("AU");
    let first = courier.submitted(&with(normal(&note), json!({ "callback_url": format!("{prefix}17") })));
    assert_eq!((&first["status"], &first["id"]), (&json!("S"), &json!(1)));
    let link = first["cover_note_url"].as_str().expect("a link");
    assert!(link.starts_with("https://customs.example/api/declaration/documents/AUA.1."), "{link}");
    refer(&server, &note, "RFI");
    server.notify();
    clear(&server, &note);
    server.notify();
    let sent = receiver.all();
    assert_eq!(letters(&sent), ["F", "A"]);
    assert_eq!(sent[1].json()["status_text"], "APPROVED");
    assert!(sent[1].json()["cover_note_url"].as_str().expect("a link").starts_with("https://customs.example/"));
    assert_eq!(succeeded(&courier.query(&json!(1)))["status"], "A");
    // Numbers go on after a restart, and nothing is told twice.
    server.stop();
    let server = Server::on(&url, &[("notify-allow-nets", "127.0.0.0/8")]);
    let courier = Courier::known(&server, id, secret);
    server.notify();
    assert_eq!(receiver.all().len(), 2);
    assert_eq!(courier.submitted(&normal(&fresh_id("AU")))["id"], 1_001);
    let verdict = server.block_on(|services| async move { services.verify_history().await }).expect("verifies");
    assert_eq!(verdict.fault, None);
    drop(folder);
}

on_engines! { from_submit_to_callback => story }
