//! The exchange between two servers, what the inbox makes of good and bad interchanges, and what an operator sees of it.

mod customs;

use std::time::Duration;

use entrepost::contract::{Declaration, MailObject, ReferralResponse, WcfDate};
use entrepost::edi::{self, Action, Message};
use entrepost::exchange::partner::NewPartner;
use entrepost::service::import::{Import, ListKind};
use serde_json::{Value, json};

use crate::harness::data::{declaration, fresh_id, mail_object, response, store};
use crate::harness::process::run;
use crate::harness::raw::Raw;
use crate::harness::server::Answer;
use crate::harness::{Engine, Server, postgres};

/// Lets both servers send until nothing is under way.
pub fn settle(servers: &[Server; 2]) {
    for _ in 0..3 {
        servers.iter().for_each(Server::deliver);
    }
}

fn referral(id: &str, kind: &str) -> Value {
    json!({ "id": id, "postalOrgCd": "DEA", "partnerPostalOrgCd": "AUA",
        "referral": { "ReferralCd": kind, "Remarks": "Please send the invoice", "Urgency": 1.50 } })
}

fn dialogue(server: &Server, org: &str, post: &str, id: &str, flow: &str) -> Value {
    let body = json!({ "postalOrgCd": post, "id": id, "flow": flow });
    let answer = server.call_as(org, "GetReferralAndReferralResponse", body).ok().json();
    answer["GetReferralAndReferralResponseResult"][0].clone()
}

/// The parts that a server says were used, of those about messages.
fn used(server: &Server, org: &str) -> Vec<&'static str> {
    let heartbeat = server.call_as(org, "GetHeartbeat", json!({})).ok().json()["GetHeartbeatResult"].clone();
    let parts = ["LastItmattSentDt", "LastItmattReceivedDt", "LastCusitmSentDt", "LastCusrspReceivedDt"];
    parts.into_iter().filter(|part| !heartbeat[*part].is_null()).collect()
}

/// The story of one item, from declaration to clearance, across two servers.
fn main_job(servers: &[Server; 2]) {
    let [australia, germany] = servers;
    let id = fresh_id("AU");
    assert_eq!((used(australia, "AUA"), used(germany, "DEA")), (vec![], vec![]));
    australia.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
    settle(servers);
    assert_eq!(
        (used(australia, "AUA"), used(germany, "DEA")),
        (vec!["LastItmattSentDt"], vec!["LastItmattReceivedDt"])
    );
    let here = australia.status("AU", "AUA", &id, "O");
    let there = germany.status("DE", "DEA", &id, "I");
    assert_eq!(here["Declaration"]["Data"], there["Declaration"]["Data"]);
    assert_eq!(there["Declaration"]["CustOrganizationCd"], "DE");
    assert_eq!(there["MailObject"]["OrigPostOrgCd"], "AUA");

    germany.call_as("DE", "CreateReferral", referral(&id, "RFI")).ok();
    settle(servers);
    let asked = dialogue(australia, "AUA", "AUA", &id, "O");
    assert_eq!(asked["SecurityState"], "REFERRED_DATA");
    assert_eq!(asked["Referrals"][0]["Remarks"], "Please send the invoice");
    assert_eq!(asked["Referrals"][0]["Urgency"].to_string(), "1.5", "members without a name here travel too");
    assert_eq!(asked["Referrals"][0]["DueDt"], dialogue(germany, "DEA", "DEA", &id, "I")["Referrals"][0]["DueDt"]);
    let answer = json!({ "id": id, "postalOrgCd": "AUA", "partnerPostalOrgCd": "DEA",
        "referralResponse": { "ReferralResponseCd": "R12", "Information": "Checked, all is right" } });
    australia.call_as("AUA", "CreateReferralResp", answer).ok();
    settle(servers);
    let answered = dialogue(germany, "DE", "DEA", &id, "I");
    assert_eq!(answered["ReferralResponses"][0]["Information"], "Checked, all is right");
    assert_eq!((&answered["SecurityState"], &answered["HasPendingReferral"]), (&json!("ASSESSING"), &json!(false)));

    let mut cleared = json!({ "mailObject": mail_object(&id, "AUA", "DEA"), "resp": response("4", 0), "evtCd": 2 });
    cleared["resp"]["Data"]["Taxes"] = json!([{ "Type": "CUD", "Amount": 7.20, "CurrencyCd": "EUR" }]);
    cleared["resp"]["Data"]["Dutiable"] = json!(true);
    germany.call_as("DE", "StoreResponse", cleared).ok();
    settle(servers);
    let outcome = australia.status("AUA", "AUA", &id, "O");
    assert_eq!(outcome["DCResponse"]["Data"], germany.status("DEA", "DEA", &id, "I")["Response"]["Data"]);
    assert_eq!(outcome["DCResponse"]["Data"]["Taxes"][0]["Amount"].to_string(), "7.2");
    assert_eq!(outcome["DCResponse"]["CustOrganizationCd"], "DE");
    assert_eq!(used(australia, "AUA"), ["LastItmattSentDt", "LastCusrspReceivedDt"]);
    assert!(outcome["Response"].is_null(), "Australian customs has not answered");
}

#[test]
fn an_item_s_story_crosses_two_servers_on_sqlite() {
    main_job(&Server::pair([Engine::Sqlite, Engine::Sqlite]));
}

#[test]
fn an_item_s_story_crosses_from_sqlite_to_postgres_and_back() {
    if postgres::is_there() {
        main_job(&Server::pair([Engine::Sqlite, Engine::Postgres]));
        main_job(&Server::pair([Engine::Postgres, Engine::Sqlite]));
    }
}

#[test]
fn a_changed_declaration_replaces_and_a_changed_destination_withdraws() {
    let servers = Server::pair([Engine::Sqlite, Engine::Sqlite]);
    let [australia, germany] = &servers;
    let id = fresh_id("AU");
    australia.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
    settle(&servers);
    let mut changed = store(&id, "AUA", "DEA", 2);
    changed["decl"] = declaration("99.00");
    australia.call_as("AUA", "StoreDeclaration", changed.clone()).ok();
    settle(&servers);
    let amount = |view: &Value| view["Declaration"]["Data"]["ContentPieces"][0]["Amount"].to_string();
    assert_eq!(amount(&germany.status("DEA", "DEA", &id, "I")), "99.0");
    // The same again says nothing.
    australia.call_as("AUA", "StoreDeclaration", changed).ok();
    settle(&servers);
    let sent = || sendings(australia);
    assert_eq!(sent().len(), 2);
    let functions: Vec<&str> = sent().iter().map(function).collect();
    assert_eq!(functions, ["9", "5"]);
    // The item goes to another post after all.
    australia.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "FRA", 2)).ok();
    settle(&servers);
    assert_eq!(sent().last().map(function), Some("1"));
    assert!(
        germany.status("DEA", "DEA", &id, "I")["Declaration"].is_null(),
        "the destination that was, has it no more"
    );
}

/// The interchanges that a server sent, oldest first.
fn sendings(server: &Server) -> Vec<edi::Interchange> {
    let mut raw = Raw::open(&server.database_url);
    let hex = raw.texts("SELECT hex(bytes) AS t FROM interchange_out ORDER BY created_at");
    let bytes = |hex: &String| -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex")).collect()
    };
    hex.iter().map(|hex| edi::read(&bytes(hex)).interchange).collect()
}

fn function(interchange: &edi::Interchange) -> &'static str {
    match &interchange.messages[0] {
        Message::Items(message) => message.function.code(),
        Message::Control(_) => "",
    }
}

#[test]
fn an_unreachable_partner_loses_nothing_and_is_tried_again() {
    let [australia, germany] = Server::pair([Engine::Sqlite, Engine::Sqlite]);
    let url = germany.database_url.clone();
    let address = germany.address().to_owned();
    let folder = germany.keep_folder();
    germany.stop();
    let ids: Vec<String> = (0..5).map(|_| fresh_id("AU")).collect();
    for id in &ids {
        australia.call_as("AUA", "StoreDeclaration", store(id, "AUA", "DEA", 2)).ok();
    }
    let status = australia.block_on(|_| {
        let exchange = australia.exchange().clone();
        async move { exchange.status().await }
    });
    let link = status.expect("status").into_iter().find(|link| link.partner == "DEA").expect("a link");
    assert!(link.failures > 0 && link.next_attempt_at.is_some() && link.last_error.is_some(), "{link:?}");

    let germany = Server::on_adjusted(&url, |config| config.listen = address.parse().expect("an address"));
    australia.clock.advance(Duration::from_secs(3600));
    australia.deliver();
    for id in &ids {
        assert!(germany.status("DEA", "DEA", id, "I")["Declaration"].is_object(), "{id}");
    }
    drop(folder);
}

#[test]
fn what_cannot_be_delivered_for_three_days_goes_to_quarantine_and_comes_back() {
    let [australia, germany] = Server::pair([Engine::Sqlite, Engine::Sqlite]);
    let id = fresh_id("AU");
    set(&australia, "DEA", |partner| partner.endpoint = Some("http://127.0.0.1:1/exchange/inbox".into()));
    australia.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
    for _ in 0..74 {
        australia.clock.advance(Duration::from_secs(3600));
        australia.deliver();
    }
    let log = admin(&australia, &["exchange", "log", "AUA", &id]);
    assert!(log.contains("quarantined"), "{log}");
    let status = admin(&australia, &["exchange", "status"]);
    assert!(status.contains("ALARM") && status.contains("quarantine"), "{status}");
    set(&australia, "DEA", |partner| partner.endpoint = Some(format!("{}/exchange/inbox", germany.base)));
    // The signature's time must be near the receiver's.
    germany.clock.advance(Duration::from_secs(74 * 3600));
    assert!(admin(&australia, &["exchange", "retry", "DEA"]).contains("1 messages"));
    australia.deliver();
    assert!(germany.status("DEA", "DEA", &id, "I")["Declaration"].is_object());
}

pub fn set(server: &Server, code: &str, change: impl FnOnce(&mut NewPartner)) {
    let mut partner = NewPartner { code: code.into(), ..NewPartner::default() };
    change(&mut partner);
    let exchange = server.exchange().clone();
    server.block_on(|_| async move { exchange.put_partner(partner).await }).expect("a partner");
}

/// Output of an admin command on the server's database.
pub fn admin(server: &Server, arguments: &[&str]) -> String {
    let url = server.database_url.clone();
    let whole: Vec<&str> = ["admin"].iter().chain(arguments).copied().chain(["--database-url", &url]).collect();
    run(&whole).ok()
}

/// An ITMATT of AUA to DEA about items with these ids.
pub fn itmatt(reference: &str, ids: &[&str], text: &str) -> Vec<u8> {
    let mut lines = vec![
        format!("UNB+UNOC:3+AUA:58+DEA:58+261101:0930+{reference}++ITMATT++1'"),
        "UNH+1+ITMATT:D:00A:UP:PCX100'".into(),
        format!("BGM+936:::ITMATT+{reference}-1+9'"),
        "DTM+137:20261101093000:204'".into(),
        "NAD+MS+AUA:206:139'NAD+MR+DEA:206:139'".into(),
    ];
    for (at, id) in ids.iter().enumerate() {
        lines.push(format!(
            "CNI+{}+{id}'DTM+143:20261101081500:204'LOC+35+AU:162:5'LOC+28+DE:162:5'TSR+N:121:139+E:ZMC:ZZZ:EX:117:139+A:115:139+31:136:139'\
             MEA+WT+AAD+KGM:0.620'MOA+43:12.50:EUR'MOA+64:9.75:EUR'NAD+CZ+++Harbour Toys+1 Example Street+Sydney++2000+AU'\
             NAD+CN+++Beispielempfang+Probestrasse 5+Frankfurt++60594+DE'COM+?+49695550102:TE'\
             GID+1'FTX+AAA+++{text}'PIA+5+950300:HS'LOC+27+AU:162:5'QTY+1:1'MEA+WT+AAL+KGM:0.400'MOA+40:12.50:EUR'",
            at + 1
        ));
    }
    lines.push(format!("CNT+10:{}'CNT+2:{}'", ids.len(), ids.len()));
    let segments = lines.concat().matches('\'').count();
    // UNH to UNT: without UNB, with UNT itself.
    lines.push(format!("UNT+{segments}+1'UNZ+1+{reference}'"));
    lines.concat().into_bytes()
}

/// Hands an interchange to the inbox with a token.
pub fn hand_in(server: &Server, token: &str, bytes: &[u8]) -> Answer {
    server.post_bytes("/exchange/inbox", bytes, &[("authorization", &format!("Bearer {token}"))])
}

pub fn control(answer: &Answer) -> edi::Control {
    match edi::read(answer.text.as_bytes()).interchange.messages.remove(0) {
        Message::Control(control) => control,
        Message::Items(_) => panic!("not a CONTRL"),
    }
}

/// A token that only the tests of the exchange use.
pub const TOKEN: &str = "7f0b6a52-5f3c-4d9e-8a61-0c8f5f0f7a01";

/// A German server whose partner AUA is an unsigned system that calls with [`TOKEN`].
fn with_plain_partner() -> Server {
    let [_, germany] = Server::pair([Engine::Sqlite, Engine::Sqlite]);
    set(&germany, "AUA", |partner| {
        partner.token_in = Some(TOKEN.into());
        partner.sign_key = Some(String::new());
        partner.endpoint = Some("http://127.0.0.1:1/".into());
    });
    germany
}

#[test]
fn a_repeat_is_recognised_for_ever_and_answered_alike() {
    let germany = with_plain_partner();
    let id = fresh_id("AU");
    let bytes = itmatt("REF00000000001", &[&id], "Wooden toy train for children");
    let first = hand_in(&germany, TOKEN, &bytes).ok();
    assert_eq!(control(&first).action, Action::Acknowledged);
    let history = germany.history("DEA", &id).len();
    assert_eq!(history, 1);
    germany.clock.advance(Duration::from_secs(366 * 24 * 3600));
    for _ in 0..3 {
        let again = hand_in(&germany, TOKEN, &bytes).ok();
        assert_eq!(again.text, first.text, "the same answer, byte for byte");
    }
    assert_eq!(germany.history("DEA", &id).len(), history);
    // Another interchange under the same reference is put aside, with an alarm.
    let other = itmatt("REF00000000001", &[&id], "Something else altogether");
    let conflict = hand_in(&germany, TOKEN, &other).refused(409);
    let refused = control(&conflict);
    assert_eq!((refused.action, refused.error.as_deref()), (Action::Rejected, Some("26")));
    assert_eq!(germany.history("DEA", &id).len(), history);
    let listed = admin(&germany, &["exchange", "quarantine"]);
    assert!(listed.contains("REF00000000001#"), "{listed}");
    assert!(admin(&germany, &["exchange", "status"]).contains("quarantine"));
}

#[test]
fn only_the_partner_itself_is_heard() {
    let [australia, germany] = Server::pair([Engine::Sqlite, Engine::Sqlite]);
    let id = fresh_id("AU");
    let bytes = itmatt("REF00000000002", &[&id], "Wooden toy train for children");
    for token in ["", "no guid", "7f0b6a52-5f3c-4d9e-8a61-0c8f5f0f7aff"] {
        hand_in(&germany, token, &bytes).refused(401);
    }
    // The right token without signature: the link is signed.
    hand_in(&germany, "0a3c1f6e-7f5b-4f0e-9d57-2d1f7a6b9c11", &bytes).refused(401);
    assert!(germany.history("DEA", &id).is_empty());
    // A partner that speaks for another post.
    set(&germany, "AU", |partner| {
        partner.token_in = Some(TOKEN.into());
        partner.sign_key = Some(String::new());
    });
    let refused = hand_in(&germany, TOKEN, &bytes).refused(400);
    assert_eq!(control(&refused).action, Action::Rejected);
    assert!(germany.history("DEA", &id).is_empty());
    // The right partner is not kept out by what was said in its name.
    set(&germany, "AUA", |partner| {
        partner.token_in = Some("7f0b6a52-5f3c-4d9e-8a61-0c8f5f0f7a02".into());
        partner.sign_key = Some(String::new());
    });
    hand_in(&germany, "7f0b6a52-5f3c-4d9e-8a61-0c8f5f0f7a02", &bytes).ok();
    assert_eq!(germany.history("DEA", &id).len(), 1);
    drop(australia);
}

/// The id with another check digit.
fn off_by_one(id: &str) -> String {
    let (digits, country) = id.split_at(id.len() - 2);
    let (rest, check) = digits.split_at(digits.len() - 1);
    format!("{rest}{}{country}", (check.parse::<u32>().expect("a digit") + 1) % 10)
}

#[test]
fn a_faulty_item_goes_back_as_a_referral_and_the_others_are_applied() {
    let servers = Server::pair([Engine::Sqlite, Engine::Sqlite]);
    let [australia, germany] = &servers;
    let good = fresh_id("AU");
    set(germany, "AUA", |partner| partner.level = Some(entrepost::domain::Level::Reject));
    // The sending side only warns about what the receiving side refuses.
    for rule in ["description_vague", "net_over_gross", "country_known", "item_id_check_digit"] {
        admin(germany, &["quality", "set", "DEA", rule, "reject"]);
    }
    germany.block_on(|services| async move { services.refresh_catalogue().await }).expect("the new levels");
    // Known to the sending side only.
    let (org, bytes) = (String::new(), "code,name_en,eu\nQQ,Island of Q,0\n".into());
    let country = Import { kind: ListKind::Countries, org, bytes, translations: None, dry_run: false, skip_bad: false };
    australia.block_on(|services| async move { services.import_list(country).await }).expect("imports");
    australia.call_as("AUA", "StoreDeclaration", store(&good, "AUA", "DEA", 2)).ok();
    let faults = [
        ("/decl/Data/RecipientName", Value::Null, "E001"),
        ("/mailObject/Id", json!(off_by_one(&fresh_id("AU"))), "E002"),
        ("/decl/Data/RecipientCountryCd", json!("QQ"), "E003"),
        ("/decl/Data/ContentPieces/0/Description", json!("xx"), "E004"),
        ("/decl/Data/GrossWeight", json!(0.1), "E005"),
    ];
    let bad = faults.map(|(member, wrong, code)| {
        let mut sent = store(&fresh_id("AU"), "AUA", "DEA", 2);
        *sent.pointer_mut(member).expect("a member") = wrong;
        australia.call_as("AUA", "StoreDeclaration", sent.clone()).ok();
        let id = sent["mailObject"]["Id"].as_str().expect("an id").to_owned();
        (id, member.rsplit('/').next().unwrap_or_default().to_owned(), code)
    });
    settle(&servers);
    assert!(germany.status("DEA", "DEA", &good, "I")["Declaration"].is_object());
    assert!(dialogue(australia, "AUA", "AUA", &good, "O").is_null());
    for (id, member, code) in bad {
        assert!(germany.status("DEA", "DEA", &id, "I").is_null(), "{member}");
        let asked = dialogue(australia, "AUA", "AUA", &id, "O");
        assert_eq!(asked["Referrals"][0]["ReferralCd"], "ERR", "{member}");
        let fields = asked["Referrals"][0]["ExtraFieldValues"].as_array().expect("values");
        let (pointed, coded) = (|text: &str| text.ends_with(&member), |text: &str| text.starts_with("E00"));
        let values = || fields.iter().filter_map(Value::as_str);
        assert!(values().any(pointed) && values().filter(|text| coded(text)).all(|text| text == code), "{fields:?}");
        assert!(values().any(|text| text == code), "{fields:?}");
    }
}

#[test]
fn what_cannot_be_read_waits_in_quarantine_and_is_applied_after_a_fix() {
    let germany = with_plain_partner();
    let answer = hand_in(&germany, TOKEN, b"UNB+UNOC:3+AUA:58+DEA:58+261101:0930+REF00000000003'UNH+1");
    assert_eq!(control(&answer.refused(400)).action, Action::Rejected);
    hand_in(&germany, TOKEN, b"").refused(400);
    hand_in(&germany, TOKEN, b"not a message at all").refused(400);
    // An agreement that leaves ITMATT out, corrected later.
    let id = fresh_id("AU");
    set(&germany, "AUA", |partner| partner.messages = Some(["CUSRSP".to_owned()].into()));
    let bytes = itmatt("REF00000000004", &[&id], "Wooden toy train for children");
    let answer = hand_in(&germany, TOKEN, &bytes).refused(400);
    assert!(control(&answer).is_rejection());
    set(&germany, "AUA", |partner| partner.messages = Some([].into()));
    assert_eq!(admin(&germany, &["exchange", "rerun", "AUA", "REF00000000004"]).trim(), "applied");
    assert_eq!(germany.history("DEA", &id).len(), 1);
    let again = hand_in(&germany, TOKEN, &bytes).ok();
    assert!(!control(&again).is_rejection(), "a repeat is told how it ended");
    assert_eq!(germany.history("DEA", &id).len(), 1, "and never twice");
    let url = germany.database_url.clone();
    let twice = run(&["admin", "exchange", "rerun", "AUA", "REF00000000004", "--database-url", &url]);
    assert!(twice.fails(1).contains("no such interchange"), "what was applied is not in quarantine any more");
}

#[test]
fn an_older_message_never_overwrites_a_newer_one() {
    let germany = with_plain_partner();
    let id = fresh_id("AU");
    let newer = itmatt("REF00000000005", &[&id], "Wooden toy train, painted");
    let older = itmatt("REF00000000006", &[&id], "Wooden toy train").iter().map(|b| *b as char).collect::<String>();
    let older = older.replace("20261101093000", "20261101092959");
    hand_in(&germany, TOKEN, &newer).ok();
    hand_in(&germany, TOKEN, older.as_bytes()).ok();
    let view = germany.status("DEA", "DEA", &id, "I");
    assert_eq!(view["Declaration"]["Data"]["ContentPieces"][0]["Description"], "Wooden toy train, painted");
    assert!(admin(&germany, &["exchange", "log", "DEA", &id]).contains("overtaken"));
}

#[test]
fn a_test_interchange_has_no_effect() {
    let germany = with_plain_partner();
    let id = fresh_id("AU");
    let bytes = String::from_utf8(itmatt("REF00000000007", &[&id], "Wooden toy train for children")).expect("text");
    let test = bytes.replace("++ITMATT++1'", "++ITMATT++1++1'");
    assert_ne!(test, bytes);
    let answer = hand_in(&germany, TOKEN, test.as_bytes()).ok();
    assert_eq!(control(&answer).action, Action::Acknowledged);
    assert!(germany.history("DEA", &id).is_empty());
}

#[test]
fn xml_travels_like_edifact() {
    let servers = Server::pair([Engine::Sqlite, Engine::Sqlite]);
    let [australia, germany] = &servers;
    set(australia, "DEA", |partner| partner.syntax = Some("xml".into()));
    let id = fresh_id("AU");
    australia.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
    settle(&servers);
    assert_eq!(
        australia.status("AUA", "AUA", &id, "O")["Declaration"]["Data"],
        germany.status("DEA", "DEA", &id, "I")["Declaration"]["Data"]
    );
    let log = admin(australia, &["exchange", "log", "AUA", &id]);
    let reference = log.split_whitespace().last().and_then(|word| word.split('-').next()).expect("a reference");
    let bytes = admin(australia, &["exchange", "show", reference, "--bytes"]);
    assert!(bytes.starts_with("<?xml"), "{bytes}");
    assert!(admin(australia, &["exchange", "show", reference, "--answer"]).contains("CONTRL"));
    let shown = admin(australia, &["exchange", "show", reference]);
    assert!(shown.contains("accepted") && shown.contains(&id) && shown.contains("SHA-256"), "{shown}");
}

#[test]
fn a_message_dated_ahead_overtakes_nothing() {
    let germany = with_plain_partner();
    let id = fresh_id("AU");
    let now = germany.clock.now();
    let shown = || {
        let view = germany.status("DEA", "DEA", &id, "I");
        view["Declaration"]["Data"]["ContentPieces"][0]["Description"].as_str().map(str::to_owned)
    };
    let send = |reference: &str, text: &str, made: chrono::DateTime<chrono::Utc>| {
        let bytes = String::from_utf8(itmatt(reference, &[&id], text)).expect("text");
        let dated = bytes.replace("20261101093000", &made.format("%Y%m%d%H%M%S").to_string());
        hand_in(&germany, TOKEN, dated.as_bytes()).ok();
        shown()
    };
    // References as ours would be, of clocks that are right, a year ahead, and right again.
    let said = |text: &str| Some(text.to_owned());
    assert_eq!(send("00000000000005", "Wooden train", now), said("Wooden train"));
    let next_year = now + chrono::TimeDelta::days(365);
    assert_eq!(send("0000000000000X", "Steel train", next_year), said("Steel train"));
    assert_eq!(
        send("00000000000006", "Wooden toy train", now + chrono::TimeDelta::seconds(1)),
        said("Wooden toy train")
    );
    assert_eq!(send("00000000000007", "Old train", now - chrono::TimeDelta::hours(1)), said("Wooden toy train"));
    // What two clocks may differ by is no such date: order is as it says.
    let soon = |seconds: i64| now + chrono::TimeDelta::seconds(seconds);
    assert_eq!(send("00000000000008", "Painted train", soon(200)), said("Painted train"));
    assert_eq!(send("00000000000009", "Unpainted train", soon(100)), said("Painted train"));
    let log = admin(&germany, &["exchange", "log", "DEA", &id]);
    assert_eq!(log.matches("overtaken").count(), 2, "{log}");
}

/// An interchange of AUA to DEA with an answer to a referral.
fn refrsp(reference: &str, id: &str, referral: &str) -> Vec<u8> {
    refrsp_with(reference, id, referral, "R12", None)
}

/// The same with a code of its own, and item data.
fn refrsp_with(reference: &str, id: &str, referral: &str, code: &str, data: Option<Declaration>) -> Vec<u8> {
    let date = || WcfDate::parse("2026-11-01T09:30:00Z").expect("a date");
    let operator = |code: &str| edi::Organization::Operator(code.into());
    let mut answer = ReferralResponse::default();
    answer.known.referral_id = Some(referral.into());
    answer.known.referral_response_cd = Some(code.into());
    answer.known.event_dt = date();
    let mut message =
        edi::ItemMessage::new(edi::Kind::Refrsp, format!("{reference}-1"), operator("AUA"), operator("DEA"));
    message.created = date();
    let mail_object = MailObject { id: Some(id.into()), ..MailObject::default() };
    let referral_response = Some(answer);
    message.items.push(edi::Item {
        mail_object,
        referral_response: referral_response.map(Box::new),
        declaration: data.map(Box::new),
        ..edi::Item::default()
    });
    let interchange = edi::Interchange {
        sender: edi::Mailbox::upu("AUA"),
        recipient: edi::Mailbox::upu("DEA"),
        reference: reference.into(),
        created: date(),
        messages: vec![Message::Items(message)],
        ..edi::Interchange::default()
    };
    edi::write(&interchange, edi::Form::Edifact, &edi::Profile::default()).expect("can be written").bytes
}

#[test]
fn an_answer_waits_for_its_item_and_for_its_referral() {
    let germany = with_plain_partner();
    let id = fresh_id("AU");
    hand_in(&germany, TOKEN, &refrsp("REF00000000008", &id, "R-1")).ok();
    let log = || admin(&germany, &["exchange", "log", "DEA", &id]);
    assert!(log().contains("parked"));
    hand_in(&germany, TOKEN, &itmatt("REF00000000009", &[&id], "Wooden toy train for children")).ok();
    germany.deliver();
    assert!(log().contains("parked"), "the item is here, the referral is not");
    let mut asked = referral(&id, "RFI");
    asked["referral"]["ReferralId"] = json!("R-1");
    germany.call_as("DEA", "CreateReferral", asked).ok();
    assert!(admin(&germany, &["exchange", "parked"]).contains(&id), "made long ago, so it is listed");
    germany.clock.advance(Duration::from_secs(61));
    germany.deliver();
    assert!(!log().contains("parked"));
    let answered = dialogue(&germany, "DEA", "DEA", &id, "I");
    assert_eq!(answered["ReferralResponses"][0]["ReferralResponseCd"], "R12");
    assert_eq!(answered["HasPendingReferral"], false);
}

#[test]
fn data_that_comes_with_an_answer_is_checked_like_any_other() {
    let germany = with_plain_partner();
    let id = fresh_id("AU");
    hand_in(&germany, TOKEN, &itmatt("REF00000000010", &[&id], "Wooden toy train for children")).ok();
    let mut asked = referral(&id, "RFI");
    asked["referral"]["ReferralId"] = json!("R-1");
    germany.call_as("DEA", "CreateReferral", asked).ok();
    let data: Declaration = serde_json::from_str(&declaration("41.50").to_string()).expect("a declaration");
    let sent = refrsp_with("REF00000000011", &id, "R-1", "R11", Some(data));

    // A code that names nothing: neither data nor answer count, and the sender is told.
    let faulty = String::from_utf8(sent.clone()).expect("text").replace("950300:HS", "95X300:HS");
    hand_in(&germany, TOKEN, faulty.replace("REF00000000011", "REF00000000012").as_bytes()).ok();
    let view = || germany.status("DEA", "DEA", &id, "I")["Declaration"]["Data"].clone();
    let amount = || view()["ContentPieces"][0]["Amount"].to_string();
    assert_eq!(amount(), "12.5");
    assert_eq!(dialogue(&germany, "DEA", "DEA", &id, "I")["HasPendingReferral"], true);
    assert!(admin(&germany, &["exchange", "log", "DEA", &id]).contains("refused"));
    let told = "SELECT count(*) AS n FROM message_out WHERE kind = 'ITMREF' AND partner = 'AUA' AND body IS NOT NULL";
    assert_eq!(Raw::open(&germany.database_url).number(told), 1);

    hand_in(&germany, TOKEN, &sent).ok();
    assert_eq!(amount(), "41.5");
    assert_eq!(dialogue(&germany, "DEA", "DEA", &id, "I")["HasPendingReferral"], false);
    let names = view()["ExtraFieldNames"].as_array().cloned().unwrap_or_default();
    let score = names.iter().position(|name| name == "Quality.Score").expect("a score");
    assert_ne!(view()["ExtraFieldValues"][score], "0", "the data was judged");
}
