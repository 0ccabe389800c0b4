//! Declarations, responses and ids to test with.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

static SERIAL: AtomicU32 = AtomicU32::new(10_000_000);

/// An S10 id that no other test uses, with its check digit.
pub fn fresh_id(country: &str) -> String {
    s10("EE", SERIAL.fetch_add(1, Ordering::Relaxed), country)
}

/// The S10 id with this serial number.
pub fn s10(service: &str, serial: u32, country: &str) -> String {
    let digits = format!("{serial:08}");
    let sum: u32 = digits.bytes().zip([8, 6, 4, 2, 3, 5, 9, 7]).map(|(d, w)| u32::from(d - b'0') * w).sum();
    let check = match 11 - sum % 11 {
        10 => 0,
        11 => 5,
        digit => digit,
    };
    format!("{service}{digits}{check}{country}")
}

/// A mail object from `origin` to `destination`, posted on 2026-11-01.
pub fn mail_object(id: &str, origin: &str, destination: &str) -> Value {
    json!({
        "Id": id,
        "OrigPostOrgCd": origin,
        "DestPostOrgCd": destination,
        "MailClassCd": "E",
        "MailCategoryCd": "A",
        "PostingDt": "/Date(1793520000000+0000)/",
    })
}

/// A declaration with `amount` as the value of its one line.
pub fn declaration(amount: &str) -> Value {
    let text = format!(
        r#"{{"Data":{{
            "SenderName":"Harbour Toys Pty","SenderAddressLine1":"1 Example Street","SenderCity":"Sydney","SenderZIP":"2000",
            "SenderCountryCd":"AU","RecipientName":"Beispielempfang","RecipientAddressLine1":"Probestrasse 5",
            "RecipientCity":"Frankfurt","RecipientZIP":"60594","RecipientCountryCd":"DE","RecipientTelephone":"+49695550102",
            "GrossWeight":1.500,"NatureTypeCd":"31","HandlingClassCd":"N","Postage":14.50,"PostageCurrencyCd":"EUR",
            "ContentPieces":[{{"Index":1,"Description":"Wooden toy train for children","Number":2,"NetWeight":0.800,
            "Amount":{amount},"CurrencyCd":"EUR","HS":"950300","OrigCountryCd":"AU"}}]}}}}"#
    );
    serde_json::from_str(&text).expect("valid")
}

/// The body of StoreDeclaration.
pub fn store(id: &str, origin: &str, destination: &str, event: i32) -> Value {
    json!({ "mailObject": mail_object(id, origin, destination), "decl": declaration("38.50"), "evtCd": event })
}

/// A response with a decision, made at a time given in seconds after 2026-11-10.
pub fn response(decision: &str, seconds: i64) -> Value {
    let at = 1_794_297_600_000i64 + seconds * 1000;
    json!({ "Data": { "DecisionCd": decision, "ClearanceDt": format!("/Date({at}+0000)/"), "Dutiable": false } })
}

/// The body of StoreResponse.
pub fn respond(id: &str, origin: &str, destination: &str, decision: &str, event: i32) -> Value {
    json!({ "mailObject": mail_object(id, origin, destination), "resp": response(decision, 0), "evtCd": event })
}

/// The body of GetCustomsStatus.
pub fn status(post: &str, id: &str, flow: &str) -> Value {
    json!({ "postalOrgCd": post, "id": id, "flow": flow, "forceCreateResponseIfNotAvailable": false })
}
