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

/// The body of UpdateMailState.
pub fn mail_state(id: &str, post: &str, partner: &str, flow: &str, state: usize) -> Value {
    json!({ "id": id, "postalOrgCd": post, "partnerPostalOrgCd": partner, "flow": flow, "mailState": state })
}

/// The JSON with what the server makes up put out of sight: persistent ids, session keys, the present time, the version.
pub fn redacted(value: &Value) -> Value {
    match value {
        Value::Array(list) => list.iter().map(redacted).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), redacted(value))).collect(),
        Value::String(text) if text == env!("CARGO_PKG_VERSION") => json!("[version]"),
        Value::String(text) if is_made_up_guid(text) => json!("[guid]"),
        Value::String(text) if is_ahead(text, 0) => json!("[now]"),
        Value::String(text) if is_ahead(text, 90) => json!("[in 90 days]"),
        Value::String(text) if is_anonymous_id(text) => json!("[anonymous id]"),
        other => other.clone(),
    }
}

fn is_made_up_guid(text: &str) -> bool {
    uuid::Uuid::parse_str(text).is_ok_and(|guid| !guid.is_nil())
}

/// Whether the date lies so many days ahead, within an hour.
fn is_ahead(text: &str, days: i64) -> bool {
    let ms = text.strip_prefix("/Date(").and_then(|rest| rest.strip_suffix("+0000)/")).map(str::parse::<i64>);
    let meant = entrepost::clock::Clock::default().now().timestamp_millis() + days * 86_400_000;
    matches!(ms, Some(Ok(ms)) if (ms - meant).abs() < 3_600_000)
}

/// Nine digits and a country.
fn is_anonymous_id(text: &str) -> bool {
    let (digits, country) = text.split_at_checked(9).unwrap_or_default();
    country.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit()) && country.bytes().all(|b| b.is_ascii_uppercase())
}
