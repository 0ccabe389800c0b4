//! The stored light of each item: it is what a scan shows, changes with an event that records it, and is proven.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::data::{fresh_id, mail_object, response, store};
use crate::harness::raw::Raw;
use crate::harness::{Server, postgres};
use crate::on_both_engines;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// How the lights of a post's item changed, as its history tells: `event: was > is (why)`.
fn told(server: &Server, post: &str, id: &str) -> Vec<String> {
    let tell = |event: &str, detail: &str| {
        let detail: Value = serde_json::from_str(detail).expect("JSON");
        let light = detail.get("Light")?;
        let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let why: Vec<String> = light["Why"].as_array().expect("a list").iter().map(word).collect();
        Some(format!("{event}: {} > {} ({})", word(&light["Was"]), word(&light["Is"]), why.join(" ")))
    };
    server.history(post, id).iter().filter_map(|row| tell(&row.event, &row.detail)).collect()
}

fn declare(server: &Server, id: &str) {
    server.call_as("AUA", "StoreDeclaration", store(id, "AUA", "DEA", 2)).ok();
    server.settle();
}

fn decide(server: &Server, id: &str, decision: &str, seconds: i64) {
    let resp = response(decision, seconds);
    let body = json!({ "mailObject": mail_object(id, "AUA", "DEA"), "resp": resp, "evtCd": 2 });
    server.call_as("DE", "StoreResponse", body).ok();
    server.settle();
}

fn mark(server: &Server, org: &str, id: &str, info: Value) {
    server.call_as(org, "SetWatchdogItemInfo", json!({ "itemId": id, "watchdogInfo": info })).ok();
    server.settle();
}

fn shown(server: &Server, org: &str, id: &str) -> String {
    let answer = server.call_as(org, "CheckItemStatus", json!({ "Items": [{ "ItemId": id }] })).ok();
    let entry = &answer.json()["CheckItemStatusResult"][0];
    let codes: Vec<&str> =
        entry["Reasons"].as_array().expect("a list").iter().filter_map(|r| r["Code"].as_str()).collect();
    format!("{} ({})", entry["Light"].as_str().expect("a colour"), codes.join(" "))
}

/// How many lights turn out to be others than those that are kept, once all are judged anew.
pub fn stale_lights(server: &Server) -> usize {
    // By then transactions that did not see each other are made up for.
    server.clock.advance(Duration::from_secs(11));
    server.block_on(|services| async move { services.judge_due().await }).expect("judges");
    Raw::open(&server.database_url).run("DELETE FROM light_walk");
    server.block_on(|services| async move { services.judge_by_lists().await }).expect("judges")
}

fn verified(server: &Server) -> Option<String> {
    server.block_on(|services| async move { services.verify_history().await }).expect("verifies").fault
}

on_both_engines! {
    fn the_event_that_changes_the_light_tells_of_it(server) {
        let id = fresh_id("AU");
        declare(server, &id);
        decide(server, &id, "2", 0);
        decide(server, &id, "6", 60);
        assert_eq!(told(server, "DEA", &id), [
            "declaration.received: - > Amber (NO_DECISION)",
            "response.final: Amber > Green (CLEARED)",
            "response.final: Green > Red (REFUSED)",
        ]);
        assert_eq!(told(server, "AUA", &id), [
            "declaration.final: - > Amber (NOT_ASSESSED)",
            "response.received: Amber > Green (DC_CLEARED)",
            "response.received: Green > Red (DC_REFUSED NOT_ASSESSED)",
        ]);
        // Said again, nothing changes and nothing is told.
        decide(server, &id, "6", 60);
        assert_eq!(told(server, "DEA", &id).len(), 3);
        assert_eq!(shown(server, "DEA", &id), "Red (REFUSED)");
        assert_eq!((stale_lights(server), verified(server)), (0, None));
    }

    fn a_mark_changes_the_light_of_what_is_there_and_of_what_comes_until_it_ends(server) {
        let (here, coming, other) = (fresh_id("AU"), fresh_id("AU"), fresh_id("AU"));
        declare(server, &here);
        declare(server, &other);
        decide(server, &here, "2", 0);
        let until = format!("/Date({}+0000)/", (server.clock.now() + MINUTE).timestamp_millis());
        for id in [&here, &coming] {
            mark(server, "DE", id, json!({ "Operation": 4, "Remarks": "weigh", "ExpiryDt": until }));
        }
        declare(server, &coming);
        assert_eq!(told(server, "DEA", &here)[2], "watchdog.set: Green > Red (WATCHDOG_BLOCKED CLEARED)");
        assert_eq!(told(server, "DEA", &coming), ["declaration.received: - > Red (WATCHDOG_BLOCKED NO_DECISION)"]);
        assert_eq!(told(server, "AUA", &here).len(), 2, "the mark of another customs is nothing to them");
        server.clock.advance(MINUTE - Duration::from_secs(1));
        assert_eq!(server.block_on(|services| async move { services.judge_due().await }).expect("judges"), 0);
        assert_eq!(shown(server, "DEA", &here), "Red (WATCHDOG_BLOCKED CLEARED)");
        server.clock.advance(Duration::from_secs(2));
        assert_eq!(server.block_on(|services| async move { services.judge_due().await }).expect("judges"), 2);
        assert_eq!(told(server, "DEA", &here)[3], "watchdog.expired: Red > Green (CLEARED)");
        assert_eq!(told(server, "DEA", &coming)[1], "watchdog.expired: Red > Amber (NO_DECISION)");
        assert_eq!(server.history("DEA", &here).last().expect("a row").user_cd.as_deref(), Some("server"));
        assert_eq!(server.block_on(|services| async move { services.judge_due().await }).expect("judges"), 0);
        mark(server, "DEA", &here, json!({ "Operation": 5 }));
        mark(server, "DEA", &here, json!({ "Operation": 2 }));
        assert_eq!(told(server, "DEA", &here)[4..], [
            "watchdog.set: Green > Amber (WATCHDOG_WARNING CLEARED)",
            "watchdog.set: Amber > Green (CLEARED)",
        ]);
        assert_eq!((stale_lights(server), verified(server)), (0, None));
    }

    fn an_earlier_use_that_was_refused_stands_against_the_later_one_until_its_year_is_over(server) {
        let id = fresh_id("AU");
        declare(server, &id);
        server.clock.advance(DAY * 300);
        let refused_at = server.clock.now();
        let mut refused = json!({ "mailObject": mail_object(&id, "AUA", "DEA"), "resp": response("6", 0), "evtCd": 2 });
        refused["resp"]["Data"]["ClearanceDt"] = json!(format!("/Date({}+0000)/", refused_at.timestamp_millis()));
        server.call_as("DE", "StoreResponse", refused).ok();
        // The same id again, posted more than twelve months after the first.
        server.clock.advance(DAY * 100);
        let mut again = store(&id, "AUA", "DEA", 2);
        again["mailObject"]["PostingDt"] = json!(format!("/Date({}+0000)/", server.clock.now().timestamp_millis()));
        server.call_as("AUA", "StoreDeclaration", again).ok();
        server.settle();
        let later_light = || {
            let mut raw = Raw::open(&server.database_url);
            let rows = raw.texts(&format!(
                "SELECT detail AS t FROM item_history WHERE post_org = 'DEA' AND detail LIKE '%Light%' AND object_pid = \
                 (SELECT pid FROM mail_object WHERE post_org = 'DEA' AND item_id = '{id}' AND life_no = 2) ORDER BY seq"
            ));
            let light = |row: &String| serde_json::from_str::<Value>(row).expect("JSON")["Light"].clone();
            rows.iter().map(|row| (light(row)["Is"].clone(), light(row)["Why"].clone())).collect::<Vec<_>>()
        };
        let red = (json!("Red"), json!(["EARLIER_USE", "NO_DECISION"]));
        assert_eq!(later_light(), std::slice::from_ref(&red));
        assert_eq!(shown(server, "DEA", &id), "Red (EARLIER_USE NO_DECISION)");
        server.clock.advance(DAY * 264);
        assert_eq!(server.block_on(|services| async move { services.judge_due().await }).expect("judges"), 0);
        server.clock.advance(DAY * 3);
        assert_eq!(server.block_on(|services| async move { services.judge_due().await }).expect("judges"), 2, "at both posts");
        assert_eq!(later_light(), [red, (json!("Amber"), json!(["NO_DECISION"]))]);
        assert_eq!(shown(server, "DEA", &id), "Amber (NO_DECISION)");
        assert_eq!((stale_lights(server), verified(server)), (0, None));
    }

    fn a_refusal_of_an_earlier_use_changes_the_later_one(server) {
        let id = fresh_id("AU");
        declare(server, &id);
        server.clock.advance(DAY * 400);
        let mut again = store(&id, "AUA", "DEA", 2);
        again["mailObject"]["PostingDt"] = json!(format!("/Date({}+0000)/", server.clock.now().timestamp_millis()));
        server.call_as("AUA", "StoreDeclaration", again).ok();
        server.settle();
        assert_eq!(shown(server, "DEA", &id), "Amber (NO_DECISION)");
        let mut refused = json!({ "mailObject": mail_object(&id, "AUA", "DEA"), "resp": response("6", 0), "evtCd": 2 });
        refused["resp"]["Data"]["ClearanceDt"] = Value::Null;
        server.call_as("DE", "StoreResponse", refused).ok();
        assert_eq!(shown(server, "DEA", &id), "Red (EARLIER_USE NO_DECISION)");
        let light = format!("SELECT light / 72057594037927936 AS n FROM mail_object WHERE post_org = 'DEA' AND item_id = '{id}'");
        let mut raw = Raw::open(&server.database_url);
        for life_no in [1, 2] {
            assert_eq!(raw.number(&format!("{light} AND life_no = {life_no}")), 2, "use {life_no} is red");
        }
        assert_eq!((stale_lights(server), verified(server)), (0, None));
    }

    fn a_question_that_nobody_answers_is_told_when_it_is_due(server) {
        let id = fresh_id("AU");
        declare(server, &id);
        let question = json!({
            "id": id, "postOrgCd": "DEA", "partnerPostOrgCd": "AUA",
            "referral": { "ReferralCd": "RFI", "ReferralId": "Q1", "Remarks": "What is it made of?" },
        });
        server.call_as("DEA", "CreateReferral", question).ok();
        server.settle();
        assert_eq!(told(server, "DEA", &id)[1], "referral.raised: Amber > Amber (REFERRAL_OPEN NO_DECISION)");
        server.clock.advance(DAY * 30);
        let judge = || server.block_on(|services| async move { services.judge_due().await }).expect("judges");
        assert!(judge() > 0);
        let overdue = |post: &str| {
            let rows = server.history(post, &id);
            rows.into_iter().filter(|row| row.event == "referral.overdue").map(|row| row.detail).collect::<Vec<_>>()
        };
        let times = overdue("DEA");
        assert!(!times.is_empty() && times[0].contains(r#""Overdue":{"ReferralId":"Q1","ReferralCd":"RFI"}"#), "{times:?}");
        assert_eq!(judge(), 0, "told once");
        assert_eq!(overdue("DEA"), times);
        assert_eq!((stale_lights(server), verified(server)), (0, None));
    }

    fn lists_and_settings_change_lights_with_an_event(server) {
        let id = fresh_id("FR");
        declare(server, &id);
        assert!(told(server, "DEA", &id)[0].contains("FOREIGN_ID"), "{:?}", told(server, "DEA", &id));
        let set = |level: &'static str| {
            server.block_on(|services| async move {
                services.judge_by_lists().await.expect("judges");
                services.set_quality("DEA", "foreign_id", level, None).await.expect("sets");
                services.refresh_catalogue().await.expect("looks");
                services.judge_by_lists().await.expect("judges")
            })
        };
        assert!(set("warn") > 0);
        assert_eq!(told(server, "DEA", &id)[1], "light.judged: Amber > Amber (NO_DECISION)");
        assert_eq!(told(server, "AUA", &id).len(), 1, "others set their own");
        assert!(set("amber") > 0);
        assert_eq!(told(server, "DEA", &id)[2], "light.judged: Amber > Amber (FOREIGN_ID NO_DECISION)");
        assert_eq!((stale_lights(server), verified(server)), (0, None));
    }

    fn a_light_altered_behind_the_servers_back_is_found(server) {
        let id = fresh_id("AU");
        declare(server, &id);
        decide(server, &id, "6", 0);
        let mut raw = Raw::open(&server.database_url);
        let own = format!("post_org = 'DEA' AND item_id = '{id}'");
        raw.run(&format!("UPDATE mail_object SET light = light - 72057594037927936 WHERE {own}"));
        let fault = verified(server).expect("a fault");
        assert!(fault.contains("the light of item") && fault.contains("altered"), "{fault}");
        raw.run(&format!("UPDATE mail_object SET light = light + 72057594037927936 WHERE {own}"));
        assert_eq!(verified(server), None);
        raw.run("UPDATE item_history SET detail = replace(detail, '\"REFUSED\"', '\"CLEARED\"') WHERE post_org = 'DEA'");
        assert!(verified(server).is_some_and(|fault| fault.contains("altered")));
    }

    fn items_of_earlier_versions_get_their_light_without_an_event(server) {
        let id = fresh_id("AU");
        declare(server, &id);
        decide(server, &id, "2", 0);
        let mut raw = Raw::open(&server.database_url);
        let before = raw.number(&format!("SELECT light AS n FROM mail_object WHERE post_org = 'DEA' AND item_id = '{id}'"));
        let rows = server.history("DEA", &id).len();
        raw.run("UPDATE mail_object SET light = NULL");
        raw.run("DELETE FROM light_walk");
        assert_eq!(server.block_on(|services| async move { services.judge_by_lists().await }).expect("judges"), 0);
        let after = raw.number(&format!("SELECT light AS n FROM mail_object WHERE post_org = 'DEA' AND item_id = '{id}'"));
        assert_eq!((after, server.history("DEA", &id).len()), (before, rows));
        assert_eq!(raw.number("SELECT count(*) AS n FROM mail_object WHERE light IS NULL"), 0);
    }
}

#[test]
fn a_mark_and_an_item_that_do_not_see_each_other_are_judged_again() {
    if !postgres::is_there() {
        return;
    }
    let server = Server::start(crate::harness::Engine::Postgres);
    let id = fresh_id("AU");
    declare(&server, &id);
    mark(&server, "DEA", &id, json!({ "Operation": 4 }));
    // As if the item had been stored without the mark being seen.
    let mut raw = Raw::open(&server.database_url);
    raw.run(&format!("UPDATE mail_object SET light = 72057594038976512 WHERE post_org = 'DEA' AND item_id = '{id}'"));
    server.clock.advance(Duration::from_secs(11));
    assert_eq!(server.block_on(|services| async move { services.judge_due().await }).expect("judges"), 1);
    assert!(
        told(&server, "DEA", &id).last().expect("a change").contains("Red (WATCHDOG_BLOCKED"),
        "{:?}",
        told(&server, "DEA", &id)
    );
}

#[test]
fn items_with_one_id_that_do_not_see_each_other_are_judged_again() {
    if !postgres::is_there() {
        return;
    }
    let server = Server::start(crate::harness::Engine::Postgres);
    let id = fresh_id("FR");
    declare(&server, &id);
    // What may not have its id by itself may be the way back of an item that is being stored at the same time.
    let mut raw = Raw::open(&server.database_url);
    let due = format!("SELECT count(*) AS n FROM light_due WHERE item_id = '{id}' AND post_org = 'DEA'");
    assert_eq!(raw.number(&due), 1);
    server.clock.advance(Duration::from_secs(11));
    server.block_on(|services| async move { services.judge_due().await }).expect("judges");
    assert_eq!(raw.number(&due), 0, "once is enough");
    let usual = fresh_id("AU");
    declare(&server, &usual);
    assert_eq!(raw.number(&due.replace(&id, &usual)), 0);
}
