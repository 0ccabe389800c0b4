//! The courier door, walked claim by claim along the published page of "submit": both types of declaration, what is needed of each
//! member, what is answered, and how a change of status is learned.

use entrepost::domain::Scope;
use entrepost::service::courier::settings::CourierChanges;
use entrepost::service::oauth::{ClientChanges, NewClient};
use serde_json::{Value, json};

use crate::harness::data::{fresh_id, respond};
use crate::harness::{Answer, Server};
use crate::oauth::{basic, client_like, new_client};
use crate::{on_both_engines, on_servers};

/// A courier that declares as the post of Australia, by one of its clients.
pub struct Courier<'s> {
    pub server: &'s Server,
    pub client: String,
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
        Self { server, authorization: basic(&id, &secret), client: id }
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
        assert_eq!(data["SenderAddressLine1"], "Level 7 North Tower 1 Martin Place Sydney NSW 2000 next to the");
        assert_eq!(data["SenderAddressLine2"], "General Post Office of former days");
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
            let mut refusals: Vec<String> = ["/api/declaration/submit", "/api/declaration/query"].iter().map(|path| {
                let answer = server.post_bytes(path, body.as_bytes(), &headers);
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
