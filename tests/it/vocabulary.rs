//! The vocabulary as it is stored: every kind of event happens and says what it says, and a value that nobody knows is a
//! fault, never another one.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use entrepost::clock::Clock;
use entrepost::domain::{
    Author, Category, CourierKind, DeclarationState, DocumentKind, EventAudience, EventKind, EventPart, FiscalState,
    Flow, InterchangeState, ItemOutcome, MarkOperation, MessageKind, MessageState, Notification, OrganizationKind,
    ReceivedState, RecordEventKind, RecordKind, ResponseState, Role, SecurityState, SessionKind, Side, TransportKind,
};
use entrepost::exchange::partner::NewPartner;
use entrepost::service::admin::NewOrganization;
use entrepost::service::settings::{Reads, SettingChanges};
use serde_json::{Map, Value, json};

use crate::harness::data::{declaration, fresh_id, mail_object, mail_state, respond, response, status, store};
use crate::harness::raw::Raw;
use crate::harness::{Engine, Server};
use crate::upgrade::old_database;
use crate::{on_both_engines, on_engines};

/// Members of the details in a database, by kind of event.
type Members = BTreeMap<String, BTreeSet<String>>;

fn note_members(url: &str, members: &mut Members) {
    for line in Raw::open(url).texts("SELECT event || ' ' || detail AS t FROM item_history") {
        let (event, detail) = line.split_once(' ').expect("both");
        let detail: Map<String, Value> = serde_json::from_str(detail).expect("an object");
        members.entry(event.to_owned()).or_default().extend(detail.into_iter().map(|(member, _)| member));
    }
}

fn declare(server: &Server, id: &str, amount: &str, destination: &str, event: i32) {
    let object = mail_object(id, "AUA", destination);
    let body = json!({ "mailObject": object, "decl": declaration(amount), "evtCd": event });
    server.call_as("AUA", "StoreDeclaration", body).ok();
    server.settle();
}

fn delete_draft(server: &Server, org: &str, method: &str, mut body: Value) {
    server.call_as(org, method, body.clone()).ok();
    let document = if method == "StoreDeclaration" { "decl" } else { "resp" };
    body[document]["entityState"] = json!(3);
    server.call_as(org, method, body).ok();
}

/// Declarations of every kind, sent on, redirected and printed.
fn declarations(server: &Server) {
    delete_draft(server, "AUA", "StoreDeclaration", store(&fresh_id("AU"), "AUA", "DEA", 1));
    let id = fresh_id("AU");
    let mut first = store(&id, "AUA", "DEA", 6);
    first["userCd"] = json!("vocabulary");
    server.call_as("AUA", "StoreDeclaration", first).ok();
    declare(server, &id, "38.50", "DEA", 7);
    declare(server, &id, "40.00", "DEA", 2);
    declare(server, &id, "40.00", "FRA", 2);
    server.call_as("AUA", "PrintCustomsDeclaration", json!({ "mailItemId": id })).ok();
}

/// Moves: of a partner's own item, of one that another post handed over, of one whose origin comes to be known.
fn moves(server: &Server) {
    let id = fresh_id("AU");
    declare(server, &id, "1.00", "DEA", 2);
    server.call_as("DEA", "UpdateMailState", mail_state(&id, "DEA", "FRA", "I", 50)).ok();
    let unknown = fresh_id("AU");
    server.call_as("DEA", "UpdateMailState", mail_state(&unknown, "DEA", "ZZZ", "I", 50)).ok();
    declare(server, &unknown, "1.00", "DEA", 2);
}

/// Responses of every kind, by customs, by its post and by a rule.
fn responses(server: &Server) {
    let id = fresh_id("AU");
    declare(server, &id, "1.00", "DEA", 2);
    delete_draft(server, "DE", "StoreResponse", respond(&id, "AUA", "DEA", "1", 1));
    for (decision, seconds, event) in [("1", 0, 6), ("8", 90, 7), ("3", 120, 2), ("2", 60, 2)] {
        let resp = response(decision, seconds);
        let body = json!({ "mailObject": mail_object(&id, "AUA", "DEA"), "resp": resp, "evtCd": event });
        server.call_as("DE", "StoreResponse", body).ok();
    }
    let undated = fresh_id("AU");
    declare(server, &undated, "1.00", "DEA", 2);
    let mut body = respond(&undated, "AUA", "DEA", "2", 2);
    body["resp"]["Data"]["ClearanceDt"] = Value::Null;
    body["userCd"] = json!("vocabulary");
    server.call_as("DEA", "StoreResponse", body).ok();
    let gift = fresh_id("AU");
    declare(server, &gift, "1.00", "DEA", 2);
    let rules = "[[rule]]\nname = \"gifts\"\n[rule.when]\nflow = \"I\"\n[rule.then]\ndecision = \"2\"\n";
    server.block_on(|services| async move { services.set_rules("DE", rules).await }).expect("rules");
    let mut asked = status("DEA", &gift, "I");
    asked["forceCreateResponseIfNotAvailable"] = json!(true);
    server.call_as("DEA", "GetCustomsStatus", asked).ok();
    server.settle();
}

fn referral(server: &Server) {
    let id = fresh_id("AU");
    declare(server, &id, "1.00", "DEA", 2);
    let question = json!({
        "id": id, "postOrgCd": "DEA", "partnerPostOrgCd": "AUA",
        "referral": { "ReferralCd": "RFI", "ReferralId": "Q1", "Remarks": "What is it made of?" },
    });
    server.call_as("DEA", "CreateReferral", question).ok();
    server.settle();
    let answer = json!({
        "id": id, "postOrgCd": "AUA", "partnerPostOrgCd": "DEA",
        "referralResponse": { "ReferralResponseCd": "R12", "ReferralId": "Q1", "Remarks": "Of wood" },
    });
    server.call_as("AUA", "CreateReferralResp", answer).ok();
    server.settle();
}

/// A decision that turns out to be about what customs loaded first.
fn judged_anew(server: &Server) {
    let id = fresh_id("AU");
    for amount in ["1.00", "900.00"] {
        declare(server, &id, amount, "DEA", 2);
        server.load("DE", json!({}));
        server.settle();
    }
    let mut body = respond(&id, "AUA", "DEA", "2", 2);
    body["resp"]["Data"]["ClearanceDt"] = Value::Null;
    server.call_as("DE", "StoreResponse", body).ok();
    let changes = SettingChanges { reads: Some(Reads::First), ..SettingChanges::default() };
    server.block_on(|services| async move { services.set_organization("DE", changes).await }).expect("set");
    server.settle();
}

/// A mark that ends, a setting that changes lights, and a question that nobody answers.
fn lights(server: &Server) {
    let (marked, asked, foreign) = (fresh_id("AU"), fresh_id("AU"), fresh_id("FR"));
    [&marked, &asked, &foreign].into_iter().for_each(|id| declare(server, id, "1.00", "DEA", 2));
    let until = format!("/Date({}+0000)/", server.clock.now().timestamp_millis() + 3_600_000);
    let mark = json!({ "itemId": marked, "watchdogInfo": { "Operation": 4, "ExpiryDt": until } });
    server.call_as("DEA", "SetWatchdogItemInfo", mark).ok();
    let question = json!({
        "id": asked, "postOrgCd": "DEA", "partnerPostOrgCd": "AUA",
        "referral": { "ReferralCd": "RFI", "ReferralId": "Q2", "Remarks": "What is it made of?" },
    });
    server.call_as("DEA", "CreateReferral", question).ok();
    server.clock.advance(Duration::from_secs(60 * 24 * 3_600));
    server.block_on(|services| async move {
        services.judge_due().await.expect("judges");
        services.set_quality("DEA", "foreign_id", "amber", None).await.expect("sets");
        services.judge_by_lists().await.expect("judges");
        services.set_quality("DEA", "foreign_id", "off", None).await.expect("sets");
        services.refresh_catalogue().await.expect("looks");
        services.judge_by_lists().await.expect("judges");
    });
}

/// Messages that a partner refuses, and such as cannot be sent.
fn messages(server: &Server) {
    let mut raw = Raw::open(&server.database_url);
    let sent =
        raw.texts("SELECT sender || ' ' || interchange AS t FROM message_out WHERE interchange IS NOT NULL LIMIT 1");
    let (sender, interchange) = sent[0].split_once(' ').expect("both");
    for state in [MessageState::Refused, MessageState::Quarantined] {
        let (sender, interchange) = (sender.to_owned(), interchange.to_owned());
        let settled = server
            .services()
            .store
            .write(move |tx| tx.settle_messages(&sender, &interchange, None, state, Some("a test")));
        server.block_on(|_| settled).expect("settles");
    }
}

on_both_engines! {
    fn every_kind_of_event_happens_and_says_what_it_says(server) {
        declarations(server);
        moves(server);
        responses(server);
        referral(server);
        judged_anew(server);
        lights(server);
        messages(server);
        let engine = if server.database_url.starts_with("sqlite:") { Engine::Sqlite } else { Engine::Postgres };
        let mut members = Members::new();
        note_members(&server.database_url, &mut members);
        let (old, _folder) = old_database(engine);
        Server::on_at(&old, Clock::standing_at("2026-11-27T12:00:00Z".parse().expect("a time"))).stop();
        note_members(&old, &mut members);
        let listed: Vec<String> = EventKind::ALL.into_iter().map(|kind| {
            let said = members.remove(kind.stored());
            assert!(said.is_some() || kind.is_retired(), "{kind} never happened");
            let said: Vec<String> = said.into_iter().flatten().collect();
            format!("{kind}: {}", if said.is_empty() { "(earlier versions)".to_owned() } else { said.join(", ") })
        }).collect();
        assert_eq!(members, Members::new(), "kinds that have no name");
        insta::assert_snapshot!("events", listed.join("\n"));
    }

    fn a_stored_value_that_nobody_knows_is_a_fault(server) {
        let id = fresh_id("AU");
        declare(server, &id, "1.00", "DEA", 2);
        server.call_as("DE", "StoreResponse", respond(&id, "AUA", "DEA", "2", 2)).ok();
        server.settle();
        let mut raw = Raw::open(&server.database_url);
        let status_of = || server.call_as("DEA", "GetCustomsStatus", status("DEA", &id, "I"));
        let verified = || server.block_on(|services| async move { services.verify_history().await });
        for (table, column, wrong, right) in [
            ("mail_object", "security_state", "'OKAY'", "NULL"),
            ("declaration", "state_cd", "3", "2"),
            ("response", "state_cd", "0", "55"),
            ("response", "fiscal_state", "'CLEAR'", "'CLEARED'"),
        ] {
            let own = format!("post_org = 'DEA' AND {}", match table {
                "mail_object" => format!("item_id = '{id}'"),
                _ => format!("object_pid = (SELECT pid FROM mail_object WHERE post_org = 'DEA' AND item_id = '{id}')"),
            });
            raw.run(&format!("UPDATE {table} SET {column} = {wrong} WHERE {own}"));
            let answer = status_of();
            assert_eq!(answer.status, 500, "{table}.{column}: {}", answer.text);
            let fault = verified().expect("verifies").fault.expect("a fault");
            assert!(fault.contains(&format!("{table}.{column}")) && fault.contains("altered"), "{fault}");
            raw.run(&format!("UPDATE {table} SET {column} = {right} WHERE {own}"));
            status_of().ok();
            assert_eq!(verified().expect("verifies").fault, None, "{table}.{column}");
        }
    }

    fn an_event_that_nobody_knows_is_a_fault_where_it_is_read(server) {
        let id = fresh_id("AU");
        declare(server, &id, "1.00", "DEA", 2);
        server.call_as("DE", "StoreResponse", respond(&id, "AUA", "DEA", "2", 2)).ok();
        server.settle();
        let of_item = format!("post_org = 'DEA' AND object_pid = (SELECT pid FROM mail_object WHERE post_org = 'DEA' AND \
                               item_id = '{id}') AND seq = 1");
        let mut raw = Raw::open(&server.database_url);
        for change in ["event = 'declaration.forged'", "detail = 'nothing'", "detail = '{\"Version\":5}'"] {
            let before = raw.texts(&format!("SELECT event || ' ' || detail AS t FROM item_history WHERE {of_item}"));
            let (event, detail) = before[0].split_once(' ').expect("both");
            raw.run(&format!("UPDATE item_history SET {change} WHERE {of_item}"));
            let again = server.call_as("DE", "StoreResponse", respond(&id, "AUA", "DEA", "7", 2));
            assert_eq!(again.status, 500, "{change}: {}", again.text);
            let shown = server.history("DEA", &id);
            assert!(shown[0].event.contains("declaration"), "what is stored is shown as it is");
            raw.run(&format!("UPDATE item_history SET event = '{event}', detail = '{detail}' WHERE {of_item}"));
        }
        server.call_as("DE", "StoreResponse", respond(&id, "AUA", "DEA", "7", 2)).ok();
    }

    fn what_cannot_be_read_of_one_partner_keeps_no_other_waiting(server) {
        let folders = [tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder")];
        for (code, folder) in ["XXA", "XXB"].into_iter().zip(&folders) {
            let exchange = server.exchange().clone();
            let partner = NewPartner {
                code: code.into(),
                transport: Some("directory".into()),
                endpoint: Some(folder.path().display().to_string()),
                ..NewPartner::default()
            };
            server.block_on(|services| async move {
                services.put_organization(elsewhere(code)).await?;
                exchange.put_partner(partner).await
            }).expect("a partner");
        }
        Raw::open(&server.database_url).run("UPDATE partner SET agreement = '{\"level\":\"strict\"}' WHERE code = 'XXA'");
        for code in ["XXA", "XXB"] {
            declare(server, &fresh_id("AU"), "1.00", code, 2);
        }
        server.deliver();
        let sent = |folder: &tempfile::TempDir| {
            let files = std::fs::read_dir(folder.path().join("out")).into_iter().flatten();
            files.count()
        };
        assert_eq!((sent(&folders[0]), sent(&folders[1])), (0, 1), "nothing is sent by an agreement that nobody made");
        let exchange = server.exchange().clone();
        let links = server.block_on(|_| async move { exchange.status().await }).expect("links");
        let link = links.iter().find(|link| link.partner == "XXA").expect("a link");
        let why = link.last_error.as_deref().unwrap_or_default();
        assert!(why.contains("partner.agreement of XXA cannot be read") && why.contains("strict"), "{why}");
        assert_eq!(link.waiting.count, 1);
    }
}

fn elsewhere(code: &str) -> NewOrganization {
    NewOrganization {
        code: code.into(),
        kind: OrganizationKind::Post,
        country: "FR".into(),
        name: "A post elsewhere".into(),
        customs: None,
        remote: true,
        time_zone: "Europe/Paris".into(),
        creates_users: false,
    }
}

#[test]
fn the_migrations_say_the_same_of_stored_values() {
    let one_of = |column: &str, words: &[&str]| format!("CHECK ({column} IN ('{}'))", words.join("', '"));
    let checks = [
        one_of("kind", &OrganizationKind::ALL.map(OrganizationKind::stored)),
        one_of("flow", &Flow::ALL.map(Flow::stored)),
        one_of("side", &Side::ALL.map(Side::stored)),
        one_of("kind", &DocumentKind::ALL.map(DocumentKind::stored)),
        one_of("transport", &TransportKind::ALL.map(TransportKind::stored)),
    ];
    let (waits, refused) = (MessageState::Waiting.stored(), MessageState::Refused.stored());
    let (to_send, unanswered) = (InterchangeState::ToSend.stored(), InterchangeState::Unanswered.stored());
    let indexes = [
        format!("ON message_out (partner, id) WHERE state = {waits};"),
        format!("WHERE state IN ({refused}, {});", MessageState::Quarantined.stored()),
        format!("WHERE state IN ({to_send}, {unanswered}, {});", InterchangeState::Quarantined.stored()),
        format!("(partner, received_at) WHERE state = {};", ReceivedState::Quarantined.stored()),
        format!("WHERE fate = {};", ItemOutcome::Parked.stored()),
    ];
    for engine in ["sqlite", "postgres"] {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(engine);
        let steps = std::fs::read_dir(folder).expect("migrations").flatten();
        let text: String =
            steps.map(|step| std::fs::read_to_string(step.path().join("up.sql")).expect("a step")).collect();
        for said in checks.iter().chain(&indexes) {
            assert!(text.to_lowercase().contains(&said.to_lowercase()), "{engine} does not say {said}");
        }
    }
}

/// Every column that is said to hold the vocabulary is there, on both engines.
fn columns_are_there(engine: Engine) {
    let server = Server::start(engine);
    let mut raw = Raw::open(&server.database_url);
    let all = [
        Author::COLUMNS,
        CourierKind::COLUMNS,
        Category::COLUMNS,
        DeclarationState::COLUMNS,
        DocumentKind::COLUMNS,
        EventAudience::COLUMNS,
        EventKind::COLUMNS,
        EventPart::COLUMNS,
        Notification::COLUMNS,
        FiscalState::COLUMNS,
        Flow::COLUMNS,
        InterchangeState::COLUMNS,
        ItemOutcome::COLUMNS,
        MarkOperation::COLUMNS,
        MessageKind::COLUMNS,
        MessageState::COLUMNS,
        OrganizationKind::COLUMNS,
        ReceivedState::COLUMNS,
        ResponseState::COLUMNS,
        SecurityState::COLUMNS,
        SessionKind::COLUMNS,
        Role::COLUMNS,
        Side::COLUMNS,
        RecordEventKind::COLUMNS,
        RecordKind::COLUMNS,
        TransportKind::COLUMNS,
    ];
    for place in all.iter().flat_map(|columns| columns.split(", ")) {
        let (table, column) = place.split_once('.').expect("table.column");
        raw.number(&format!("SELECT count({column}) AS n FROM {table}"));
    }
}

on_engines! { the_columns_of_the_vocabulary_are_there => columns_are_there }
