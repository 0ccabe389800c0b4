//! Marks on item ids: whose they are, which items they count for and how long, names and numbers, and what the light makes
//! of them.

use std::time::Duration;

use entrepost::domain::{OrganizationKind, RecordKind};
use entrepost::service::admin::NewOrganization;
use entrepost::store::record_history::RecordRow;
use serde_json::{Value, json};

use crate::harness::data::{declaration, fresh_id, store};
use crate::harness::process::run;
use crate::harness::raw::Raw;
use crate::harness::server::fresh_database;
use crate::harness::{Answer, Engine, Server, postgres};
use crate::on_both_engines;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

const CLEAR: i32 = 2;
const BLOCK: i32 = 4;
const WARN: i32 = 5;

/// Sets a mark as `said`, the rest of the body aside.
fn set_as(server: &Server, org: &str, id: &str, said: Value) -> Answer {
    let mut body = said;
    body["itemId"] = json!(id);
    server.call_as(org, "SetWatchdogItemInfo", body)
}

fn set(server: &Server, org: &str, id: &str, info: Value) -> Answer {
    set_as(server, org, id, json!({ "watchdogInfo": info }))
}

fn block(server: &Server, org: &str, id: &str) {
    set(server, org, id, json!({ "Operation": BLOCK, "Remarks": format!("by {org}") })).ok();
}

fn clear(server: &Server, org: &str, id: &str) -> Answer {
    set(server, org, id, json!({ "Operation": CLEAR }))
}

/// The code of the one finding about the item id.
#[track_caller]
fn refusal(answer: Answer) -> String {
    let findings = answer.findings();
    assert_eq!((findings.len(), findings[0].1.as_str()), (1, "itemId"), "{findings:?}");
    findings[0].0.clone()
}

#[track_caller]
fn get(server: &Server, org: &str, id: &str) -> Value {
    let answer = server.call_as(org, "GetWatchdogItemInfo", json!({ "itemId": id })).ok();
    answer.json()["GetWatchdogItemInfoResult"].clone()
}

#[track_caller]
fn is_absent(server: &Server, org: &str, id: &str) {
    let refused = server.call_as(org, "GetWatchdogItemInfo", json!({ "itemId": id }));
    assert_eq!(refusal(refused), "absent", "{org}");
}

/// The entry of CheckItemStatus.
fn status(server: &Server, org: &str, id: &str) -> Value {
    let answer = server.call_as(org, "CheckItemStatus", json!({ "Items": [{ "ItemId": id }] })).ok();
    answer.json()["CheckItemStatusResult"][0].clone()
}

fn first_reason(entry: &Value) -> (&str, &str) {
    (entry["Light"].as_str().expect("a colour"), entry["Reasons"][0]["Code"].as_str().expect("a code"))
}

/// Whose mark the item's light shows; nothing when none counts.
fn marked_by(server: &Server, org: &str, id: &str) -> Option<String> {
    let remarks = status(server, org, id)["Watchdog"]["Remarks"].as_str().map(str::to_owned);
    remarks.map(|remarks| remarks.trim_start_matches("by ").to_owned())
}

fn declare(server: &Server, id: &str, origin: &str, destination: &str, posted: &str) {
    let object = json!({ "Id": id, "OrigPostOrgCd": origin, "DestPostOrgCd": destination, "PostingDt": posted });
    let body = json!({ "mailObject": object, "decl": declaration("5"), "evtCd": 2 });
    server.call_as(origin, "StoreDeclaration", body).ok();
}

fn nothing() -> Value {
    json!({ "ExpiryDt": null, "Operation": CLEAR, "Remarks": null })
}

/// What the history keeps of an author's mark on items of `origin`.
fn history(server: &Server, author: &str, id: &str, origin: &str) -> Vec<RecordRow> {
    let (author, mark) = (author.to_owned(), format!("{id}/{origin}"));
    let rows =
        server.block_on(|services| async move { services.record_history(&author, RecordKind::Mark, &mark).await });
    rows.unwrap_or_default()
}

/// A second post of Germany, whose customs is DE, with its token.
pub fn second_german_post(server: &Server) {
    let second = NewOrganization {
        code: "DEB".into(),
        kind: OrganizationKind::Post,
        country: "DE".into(),
        name: "another German post".into(),
        customs: None,
        remote: false,
        time_zone: "UTC".into(),
        creates_users: true,
    };
    server.block_on(|services| async move { services.put_organization(second).await }).expect("a post");
    // What the server knows of a caller is a second old at most.
    std::thread::sleep(Duration::from_millis(1_100));
}

on_both_engines! {
    fn numbers_and_names_are_read_and_numbers_written(server) {
        let id = fresh_id("AU");
        for (sent, number) in [
            (json!(4), BLOCK), (json!("MarkWithWarning"), WARN), (json!("4"), BLOCK), (json!("Clear"), CLEAR),
            (json!("MarkAsBlocked"), BLOCK), (json!(5), WARN), (json!(2), CLEAR),
        ] {
            set(server, "AUA", &id, json!({ "Operation": sent })).ok();
            assert_eq!(get(server, "AUA", &id)["Operation"], json!(number), "{sent}");
        }
        for bad in [json!(0), json!(1), json!(3), json!("Blocked"), json!(true), json!(-4)] {
            let refused = set(server, "AUA", &id, json!({ "Operation": bad }));
            assert!(refused.text.contains("2 (Clear), 4 (MarkAsBlocked) or 5 (MarkWithWarning)"), "{}", refused.text);
            assert_eq!(refused.findings(), [("type".into(), "watchdogInfo.Operation".into())], "{bad}");
        }
        let nothing = set(server, "AUA", &id, json!({ "Remarks": "no operation" })).findings();
        assert_eq!(nothing, [("required".into(), "watchdogInfo.Operation".into())]);
        let faults = server.call_as("AUA", "SetWatchdogItemInfo", json!({})).findings();
        let paths: Vec<&str> = faults.iter().map(|(_, path)| path.as_str()).collect();
        assert_eq!(paths, ["itemId", "watchdogInfo"]);
    }

    fn members_of_either_name_are_read_and_checked(server) {
        let id = fresh_id("AU");
        for (member, value, path) in [
            ("mailClassCd", "EE", "mailClassCd"),
            ("mailClass", "EE", "mailClassCd"),
            ("destinationPostalOrgCd", "de", "destinationPostalOrgCd"),
            ("originPostalOrgCd", "au", "originPostalOrgCd"),
        ] {
            let mut body = json!({ "watchdogInfo": { "Operation": BLOCK } });
            body[member] = json!(value);
            assert_eq!(set_as(server, "AUA", &id, body).findings(), [("format".into(), path.into())], "{member}");
        }
        for member in ["mailClassCd", "mailClass"] {
            let mut body = json!({ "watchdogInfo": { "Operation": BLOCK } });
            body[member] = json!("E");
            set_as(server, "AUA", &id, body).ok();
        }
        let body = json!({ "itemId": id, "originPostalOrgCd": "au" });
        let refused = server.call_as("AUA", "GetWatchdogItemInfo", body).findings();
        assert_eq!(refused, [("format".into(), "originPostalOrgCd".into())]);
    }

    fn a_mark_makes_no_item(server) {
        let id = fresh_id("AU");
        for (org, sees_it) in [("AUA", ["AUA", "AU"]), ("DE", ["DE", "DEA"])] {
            let body = json!({ "destinationPostalOrgCd": "DEA", "mailClassCd": "E", "postingDate": "2026-11-01T10:00:00Z",
                "watchdogInfo": { "Operation": BLOCK, "Remarks": "expected" } });
            set_as(server, org, &id, body).ok();
            for org in sees_it {
                assert!(server.load(org, json!({ "id": id })).is_empty());
                assert_eq!(get(server, org, &id)["Remarks"], "expected");
                let entry = status(server, org, &id);
                assert_eq!((first_reason(&entry), &entry["HasITMATT"]), (("Red", "WATCHDOG_BLOCKED"), &json!(false)));
                assert_eq!(entry["Watchdog"]["Operation"], BLOCK);
            }
            set(server, org, &id, json!({ "Operation": WARN, "Remarks": "look" })).ok();
            assert_eq!(first_reason(&status(server, org, &id)), ("Amber", "WATCHDOG_WARNING"));
            clear(server, org, &id).ok();
            assert_eq!(first_reason(&status(server, org, &id)), ("Amber", "UNKNOWN_ITEM"));
            assert_eq!(get(server, org, &id), nothing(), "said by its author");
        }
    }

    fn a_mark_counts_for_items_that_come_later_at_every_post_of_its_author(server) {
        second_german_post(server);
        for comes_first in [true, false] {
            let id = fresh_id("AU");
            let declare_both = || {
                declare(server, &id, "AUA", "DEB", "2026-11-01T10:00:00Z");
                declare(server, &id, "AUA", "DEA", "2026-11-01T10:00:00Z");
            };
            if comes_first {
                declare_both();
            }
            set(server, "DE", &id, json!({ "Operation": BLOCK, "Remarks": "by DE" })).ok();
            if !comes_first {
                declare_both();
            }
            assert_eq!(first_reason(&status(server, "DEA", &id)), ("Red", "WATCHDOG_BLOCKED"), "{comes_first}");
            assert_eq!(marked_by(server, "DE", &id).as_deref(), Some("DE"));
            let token = server.block_on(|services| async move { services.issue_token("DEB", "test", None, None, None).await });
            let body = json!({ "token": token.expect("a token"), "Items": [{ "ItemId": id }] });
            let entry = server.call_as("DEB", "CheckItemStatus", body).ok().json()["CheckItemStatusResult"][0].clone();
            assert_eq!(first_reason(&entry), ("Red", "WATCHDOG_BLOCKED"), "{comes_first}");
        }
    }

    fn a_post_s_mark_is_not_one_on_another_post_s_item(server) {
        second_german_post(server);
        let id = fresh_id("AU");
        declare(server, &id, "AUA", "DEB", "2026-11-01T10:00:00Z");
        block(server, "DEA", &id);
        assert_eq!(marked_by(server, "DEA", &id).as_deref(), Some("DEA"), "it has no item, but a mark");
        assert_eq!(marked_by(server, "DE", &id), None, "the item is the other post's");
        assert_eq!(get(server, "DE", &id)["Remarks"], "by DEA", "its customs knows of the mark");
        assert_eq!(marked_by(server, "AUA", &id), None, "abroad nobody does");
        is_absent(server, "FRA", &id);
    }

    fn marks_colour_the_light(server) {
        let id = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
        let body = json!({ "id": id, "postOrgCd": "DEA", "partnerPostOrgCd": "AUA", "referral": { "ReferralCd": "ASC" } });
        server.call_as("DEA", "CreateReferral", body).ok();
        assert_eq!(first_reason(&status(server, "AUA", &id)), ("Green", "OK_TO_LOAD"));
        set(server, "AUA", &id, json!({ "Operation": WARN, "Remarks": "weigh again" })).ok();
        let warned = status(server, "AUA", &id);
        assert_eq!(first_reason(&warned), ("Amber", "WATCHDOG_WARNING"));
        assert_eq!(warned["Reasons"][0]["Text"], "Marked with a warning: weigh again");
        set(server, "AUA", &id, json!({ "Operation": BLOCK, "Remarks": "lithium cells" })).ok();
        let blocked = status(server, "AUA", &id);
        assert_eq!(first_reason(&blocked), ("Red", "WATCHDOG_BLOCKED"));
        assert_eq!(blocked["Watchdog"]["Remarks"], "lithium cells");
        assert!(blocked["Reasons"][0]["Text"].as_str().is_some_and(|text| text.ends_with("lithium cells")));
        assert_eq!(status(server, "DEA", &id)["Watchdog"], Value::Null, "the other post has marks of its own");
        clear(server, "AUA", &id).ok();
        assert_eq!(first_reason(&status(server, "AUA", &id)), ("Green", "OK_TO_LOAD"));
    }

    fn the_gravest_of_an_item_s_authors_counts(server) {
        let id = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
        block(server, "AU", &id);
        set(server, "AUA", &id, json!({ "Operation": WARN, "Remarks": "by AUA" })).ok();
        for org in ["AUA", "AU"] {
            assert_eq!(marked_by(server, org, &id).as_deref(), Some("AU"), "{org}");
            assert_eq!(get(server, org, &id)["Remarks"], "by AU");
        }
        clear(server, "AU", &id).ok();
        for org in ["AUA", "AU"] {
            assert_eq!(marked_by(server, org, &id).as_deref(), Some("AUA"), "the other one is left");
        }
    }

    fn only_its_author_clears_a_mark(server) {
        let id = fresh_id("AU");
        block(server, "DE", &id);
        // A stranger's item with Australia's id, and Australia's own.
        declare(server, &id, "FRA", "DEA", "2026-11-01T10:00:00Z");
        declare(server, &id, "AUA", "DEA", "2026-11-01T10:00:00Z");
        for origin in [json!(null), json!("ZZZ"), json!("AUA")] {
            let body = json!({ "originPostalOrgCd": origin, "watchdogInfo": { "Operation": CLEAR } });
            assert_eq!(refusal(set_as(server, "DEA", &id, body)), "not_yours");
            for org in ["DEA", "DE"] {
                assert_eq!(first_reason(&status(server, org, &id)), ("Red", "WATCHDOG_BLOCKED"), "{org}");
            }
        }
        block(server, "DEA", &id);
        clear(server, "DEA", &id).ok();
        assert_eq!(marked_by(server, "DEA", &id).as_deref(), Some("DE"), "its own is gone, the other stays");
        clear(server, "DE", &id).ok();
        assert_eq!(status(server, "DEA", &id)["Light"], "Amber");
        assert_eq!(status(server, "DE", &id)["Light"], "Amber");
        clear(server, "DEA", &id).ok();
        clear(server, "DE", &id).ok();
        assert_eq!(get(server, "DEA", &id), nothing());
    }

    fn clearing_where_no_mark_is_is_no_fault(server) {
        let id = fresh_id("AU");
        is_absent(server, "AUA", &id);
        clear(server, "AUA", &id).ok();
        assert_eq!(get(server, "AUA", &id), nothing());
        let known = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&known, "AUA", "DEA", 2)).ok();
        assert_eq!(get(server, "DEA", &known), nothing(), "an item without a mark");
        clear(server, "DEA", &known).ok();
        assert_eq!(get(server, "DEA", &known), nothing());
    }

    fn a_block_is_put_on_all_of_several_items_and_the_rest_asks_which(server) {
        // Not of S10 form, so that it may be anybody's.
        let id = format!("X{}", fresh_id("AU"));
        declare(server, &id, "FRA", "DEA", "2026-10-01T10:00:00Z");
        declare(server, &id, "AUA", "DEA", "2026-11-01T10:00:00Z");
        for operation in [WARN, CLEAR] {
            if operation == CLEAR {
                block(server, "DEA", &id);
            }
            let refused = set(server, "DEA", &id, json!({ "Operation": operation }));
            assert!(refused.text.contains("AUA, FRA") && refused.text.contains("originPostalOrgCd"), "{}", refused.text);
            assert_eq!(refusal(refused), "ambiguous", "{operation}");
        }
        assert_eq!(first_reason(&status(server, "DEA", &id)), ("Red", "WATCHDOG_BLOCKED"));
        let clear_of = |origin: &str| {
            let body = json!({ "originPostalOrgCd": origin, "watchdogInfo": { "Operation": CLEAR } });
            set_as(server, "DEA", &id, body).ok();
        };
        clear_of("FRA");
        assert_eq!(status(server, "DEA", &id)["Light"], "Red", "that was not the one that stands");
        clear_of("ZZZ");
        assert_eq!(status(server, "DEA", &id)["Watchdog"], Value::Null);
        // Of two marks the one named is cleared.
        for origin in ["AUA", "FRA"] {
            let info = json!({ "Operation": BLOCK, "Remarks": origin });
            set_as(server, "DEA", &id, json!({ "originPostalOrgCd": origin, "watchdogInfo": info })).ok();
        }
        clear_of("AUA");
        assert_eq!(get(server, "DEA", &id)["Remarks"], "FRA");
    }

    fn destination_and_posting_date_tell_items_apart(server) {
        let id = format!("X{}", fresh_id("AU"));
        declare(server, &id, "FRA", "PTA", "2026-10-01T10:00:00Z");
        declare(server, &id, "AUA", "PTA", "2026-11-01T10:00:00Z");
        let marked = |said: Value, operation: i32| {
            let mut body = said;
            body["watchdogInfo"] = json!({ "Operation": operation, "Remarks": "look" });
            set_as(server, "PTA", &id, body)
        };
        assert_eq!(refusal(marked(json!({ "destinationPostalOrgCd": "PTA" }), WARN)), "ambiguous", "both go there");
        let date = json!({ "postingDate": "2026-11-01T10:00:00Z" });
        marked(date.clone(), WARN).ok();
        let of = |origin: &str| {
            let body = json!({ "itemId": id, "originPostalOrgCd": origin });
            let answer = server.call_as("PTA", "GetWatchdogItemInfo", body).ok();
            answer.json()["GetWatchdogItemInfoResult"]["Operation"].clone()
        };
        assert_eq!((of("AUA"), of("FRA"), of("ZZZ")), (json!(WARN), json!(CLEAR), json!(WARN)));
        assert_eq!(refusal(marked(json!({}), CLEAR)), "ambiguous");
        marked(date, CLEAR).ok();
        assert_eq!(of("AUA"), CLEAR);
        // The destination tells a transit post which of its two items is meant.
        declare(server, &id, "FRA", "DEA", "2026-10-01T10:00:00Z");
        let outbound = format!("X{}", fresh_id("AU"));
        declare(server, &outbound, "FRA", "PTA", "2026-11-01T10:00:00Z");
        declare(server, &outbound, "PTA", "DEA", "2026-11-01T10:00:00Z");
        assert_eq!(refusal(set(server, "PTA", &outbound, json!({ "Operation": WARN }))), "ambiguous");
        let body = json!({ "destinationPostalOrgCd": "DEA", "watchdogInfo": { "Operation": WARN, "Remarks": "out" } });
        set_as(server, "PTA", &outbound, body).ok();
        assert_eq!(history(server, "PTA", &outbound, "PTA").len(), 1);
    }

    fn a_stranger_s_item_makes_nothing_ambiguous(server) {
        let id = fresh_id("AU");
        declare(server, &id, "AUA", "DEA", "2026-11-01T10:00:00Z");
        declare(server, &id, "FRA", "DEA", "2026-11-01T10:00:00Z");
        set(server, "DEA", &id, json!({ "Operation": WARN, "Remarks": "look" })).ok();
        assert_eq!(history(server, "DEA", &id, "ZZZ").len(), 1, "only Australia's fits its id");
        clear(server, "DEA", &id).ok();
        assert_eq!(get(server, "DEA", &id), nothing());
    }

    fn a_mark_lasts_for_uses_posted_within_twelve_months(server) {
        let (id, dated) = (fresh_id("AU"), fresh_id("AU"));
        let now = server.clock.now();
        let month = |months: i64| (now + chrono::TimeDelta::days(months * 30)).to_rfc3339();
        declare(server, &id, "AUA", "DEA", &month(0));
        block(server, "DE", &id);
        let body = json!({ "postingDate": month(14), "watchdogInfo": { "Operation": BLOCK, "Remarks": "by DE" } });
        set_as(server, "DE", &dated, body).ok();
        server.clock.advance(400 * DAY);
        assert_eq!(marked_by(server, "DE", &id).as_deref(), Some("DE"), "the item of then stays marked");
        for id in [&id, &dated] {
            declare(server, id, "AUA", "DEA", &month(13));
        }
        assert_eq!(server.load("DEA", json!({ "id": id })).len(), 2, "another use of the id");
        assert_eq!(first_reason(&status(server, "DEA", &id)), ("Amber", "NO_DECISION"));
        assert_eq!(first_reason(&status(server, "DEA", &dated)), ("Red", "WATCHDOG_BLOCKED"), "meant for then");
        let unused = fresh_id("AU");
        block(server, "DE", &unused);
        server.clock.advance(400 * DAY);
        assert_eq!(first_reason(&status(server, "DE", &unused)), ("Amber", "UNKNOWN_ITEM"));
    }

    fn the_same_mark_again_lasts_from_then_on(server) {
        let id = fresh_id("AU");
        block(server, "DE", &id);
        block(server, "DE", &id);
        assert_eq!(history(server, "DE", &id, "ZZZ").len(), 1, "a repeat says nothing new");
        server.clock.advance(300 * DAY);
        block(server, "DE", &id);
        assert_eq!(history(server, "DE", &id, "ZZZ").len(), 2);
        server.clock.advance(100 * DAY);
        declare(server, &id, "AUA", "DEA", &server.clock.now().to_rfc3339());
        assert_eq!(first_reason(&status(server, "DEA", &id)), ("Red", "WATCHDOG_BLOCKED"));
    }

    fn a_mark_ends_by_itself(server) {
        let id = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
        let until = (server.clock.now() + chrono::TimeDelta::hours(2)).to_rfc3339();
        set(server, "AUA", &id, json!({ "Operation": BLOCK, "ExpiryDt": until })).ok();
        assert_eq!(status(server, "AUA", &id)["Light"], "Red");
        assert!(get(server, "AUA", &id)["ExpiryDt"].is_string());
        server.clock.advance(3 * HOUR);
        assert_eq!(get(server, "AUA", &id), nothing());
        let after = status(server, "AUA", &id);
        assert_eq!((&after["Light"], &after["Watchdog"]), (&json!("Amber"), &Value::Null));
        clear(server, "AU", &id).ok();
    }

    fn history_says_who_set_a_mark_and_what_it_was(server) {
        let id = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
        let seen = || server.load("AUA", json!({ "id": id }));
        let before = seen();
        for remarks in ["ask the sender", "ask the sender", "weigh again"] {
            set(server, "AU", &id, json!({ "Operation": BLOCK, "Remarks": remarks })).ok();
        }
        clear(server, "AU", &id).ok();
        clear(server, "AU", &id).ok();
        let rows = history(server, "AU", &id, "ZZZ");
        let events: Vec<(&str, &str)> = rows.iter().map(|row| (row.event.stored(), row.actor_org.as_str())).collect();
        assert_eq!(events, [("stored", "AU"), ("changed", "AU"), ("cleared", "AU")], "repeats say nothing new");
        let replaced = |at: usize| rows[at].replaced.as_deref().unwrap_or_default();
        assert!(replaced(1).contains("ask the sender") && replaced(1).contains("MarkAsBlocked"), "{}", replaced(1));
        assert!(replaced(2).contains("weigh again"), "{}", replaced(2));
        assert_eq!(seen(), before, "the item is none the wiser");
        let of_item = server.history("AUA", &id);
        let told: Vec<_> = of_item.iter().map(|row| (row.event.as_str(), row.actor_org.as_str())).skip(1).collect();
        assert_eq!(told, [("watchdog.set", "AU"); 3], "its history tells of what counts for it");
        assert!(of_item.iter().all(|row| !row.detail.contains("sender")), "and holds no remark");
    }

    fn customs_marks_what_it_does_not_see_without_uncovering_it(server) {
        // A draft of the post, and an id that nobody knows: to customs they are alike.
        let (draft, nobody) = (fresh_id("AU"), fresh_id("AU"));
        let drafted = |event: i32| server.call_as("AUA", "StoreDeclaration", store(&draft, "AUA", "DEA", event)).ok();
        drafted(1);
        let [of_draft, of_nobody] = [&draft, &nobody].map(|id| {
            is_absent(server, "AU", id);
            let said = |operation: i32| {
                let body = json!({ "destinationPostalOrgCd": "DEA", "mailClassCd": "E",
                    "watchdogInfo": { "Operation": operation, "Remarks": "by AU" } });
                let answer = set_as(server, "AU", id, body);
                (answer.status, answer.text, get(server, "AU", id), status(server, "AU", id).to_string().replace(id, ""))
            };
            let seen = [WARN, CLEAR, BLOCK].map(said);
            assert!(server.load("AU", json!({ "id": id })).is_empty());
            assert!(server.status("AU", "AUA", id, "O").is_null());
            assert_eq!(marked_by(server, "AUA", id).as_deref(), Some("AU"), "the post is told");
            seen
        });
        assert_eq!(of_draft, of_nobody);
        assert_eq!(of_draft[2].0, 200);
        drafted(2);
        server.call_as("AUA", "StoreDeclaration", store(&nobody, "AUA", "DEA", 2)).ok();
        for id in [&draft, &nobody] {
            assert_eq!(server.load("AU", json!({ "id": id })).len(), 1);
            assert_eq!(first_reason(&status(server, "AU", id)), ("Red", "WATCHDOG_BLOCKED"));
        }
    }

    fn strangers_see_and_mark_nothing(server) {
        let id = fresh_id("AU");
        block(server, "AUA", &id);
        for stranger in ["DEA", "FRA", "DE"] {
            is_absent(server, stranger, &id);
            assert_eq!(first_reason(&status(server, stranger, &id)), ("Amber", "UNKNOWN_ITEM"));
        }
        set(server, "FRA", &id, json!({ "Operation": WARN, "Remarks": "theirs" })).ok();
        clear(server, "DEA", &id).ok();
        assert_eq!(get(server, "AUA", &id)["Remarks"], "by AUA");
        assert_eq!(get(server, "FRA", &id)["Remarks"], "theirs");
        let unseen = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&unseen, "AUA", "DEA", 1)).ok();
        is_absent(server, "AU", &unseen);
    }
}

/// A database as it was when marks stood on items: item 18 is blocked by AUA, 21 was marked by AU until 2099 and declared
/// anew, 35 is nothing but a mark, that on 49 was cleared, 52 never had one, that of DE on 66 ended in 2020; DE blocks 70 at
/// DEA, AU warns of it at AUA, in place of AUA.
fn marked_items(engine: Engine) -> (String, Option<tempfile::TempDir>) {
    let (url, folder) = fresh_database(engine);
    let mut raw = Raw::open(&url);
    raw.run(match engine {
        Engine::Sqlite => include_str!("old/marks.sqlite.sql"),
        Engine::Postgres => include_str!("old/marks.postgres.sql"),
    });
    (url, folder)
}

fn old_id(number: &str) -> String {
    format!("EE1000000{number}AU")
}

fn found_at_fault(server: &Server) -> Option<String> {
    server.block_on(|services| async move { services.verify_history().await }).expect("verifies").fault
}

fn marks_of_before(engine: Engine) {
    let (url, _folder) = marked_items(engine);
    let server = Server::on(&url, &[("seal-seconds", "86400")]);
    assert_eq!(found_at_fault(&server), None, "what the marks were is kept");

    for (org, number, light, remarks) in [
        ("AUA", "18", ("Red", "WATCHDOG_BLOCKED"), json!("ask the sender")),
        ("AU", "18", ("Red", "WATCHDOG_BLOCKED"), json!("ask the sender")),
        ("DEA", "18", ("Amber", "NO_DECISION"), Value::Null),
        ("AUA", "21", ("Amber", "WATCHDOG_WARNING"), json!("weigh again")),
        ("AUA", "35", ("Red", "WATCHDOG_BLOCKED"), json!("nobody knows it yet")),
        ("AUA", "49", ("Amber", "NOT_ASSESSED"), Value::Null),
        ("AUA", "52", ("Amber", "NOT_ASSESSED"), Value::Null),
        ("DEA", "66", ("Amber", "NO_DECISION"), Value::Null),
        ("DEA", "70", ("Red", "WATCHDOG_BLOCKED"), json!("seize it")),
        ("AUA", "70", ("Amber", "WATCHDOG_WARNING"), json!("call the sender first")),
    ] {
        let id = old_id(number);
        let entry = status(&server, org, &id);
        assert_eq!((first_reason(&entry), &entry["Watchdog"]["Remarks"]), (light, &remarks), "{org} {id}");
    }
    assert_eq!(get(&server, "AUA", &old_id("21"))["ExpiryDt"], "/Date(4102358400000+0000)/");
    assert_eq!(refusal(clear(&server, "AUA", &old_id("70"))), "not_yours", "AU was the last to say something");
    clear(&server, "AU", &old_id("70")).ok();
    // The history goes on without them.
    for number in ["18", "52"] {
        server.call_as("AUA", "StoreDeclaration", store(&old_id(number), "AUA", "DEA", 2)).ok();
    }
    assert_eq!(found_at_fault(&server), None);
    let mut raw = Raw::open(&url);
    raw.run("UPDATE retired_mark SET remarks = 'let it go' WHERE post_org = 'AUA' AND remarks = 'ask the sender'");
    assert_eq!(found_at_fault(&server), None, "the item has changed since");
    raw.run("UPDATE retired_mark SET remarks = 'let it go' WHERE post_org = 'DEA' AND remarks = 'seize it'");
    let fault = found_at_fault(&server).expect("a fault");
    assert!(fault.contains("the mail object of item") && fault.contains("altered"), "{fault}");
}

/// What stood on the items comes back with the schema of before.
fn marks_go_back(engine: Engine) {
    let (url, _folder) = marked_items(engine);
    let marks = "SELECT item_id || ' ' || post_org || ' ' || watchdog || ' ' || watchdog_remarks AS t FROM mail_object
        WHERE watchdog IS NOT NULL ORDER BY item_id, post_org";
    let before = Raw::open(&url).texts(marks);
    assert_eq!(before.len(), 6, "{before:?}");
    run(&["migrate", "--database-url", &url]).ok();
    while !run(&["migrate", "--down", "--database-url", &url]).ok().contains("20261126000100") {}
    assert_eq!(Raw::open(&url).texts(marks), before);
}

#[test]
fn marks_of_before_count_and_verify_on_sqlite() {
    marks_of_before(Engine::Sqlite);
    marks_go_back(Engine::Sqlite);
}

#[test]
fn marks_of_before_count_and_verify_on_postgres() {
    if postgres::is_there() {
        marks_of_before(Engine::Postgres);
        marks_go_back(Engine::Postgres);
    }
}
