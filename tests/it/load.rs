//! Load and LoadByMailState: filters, pages, the change feed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entrepost::limits;
use entrepost::service::import::{Import, ListKind};
use serde_json::{Value, json};

use crate::harness::Server;
use crate::harness::data::{declaration, fresh_id, mail_state, response};
use crate::harness::process::admin;
use crate::harness::raw::Raw;
use crate::harness::server::token_of;
use crate::on_both_engines;

/// An item of the filter tests: name, origin, destination, class, posting date, postal code that counts.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

const DECLARED: &[Row] = &[
    ("to France", "PTA", "FRA", "E", "2026-10-01T10:00:00Z", "1000-001"),
    ("to Germany", "PTA", "DEA", "C", "2026-10-02T10:00:00Z", "2000 100"),
    ("from France", "FRA", "PTA", "U", "2026-10-03T10:00:00Z", "3000-300"),
    ("draft", "PTA", "FRA", "E", "2026-10-04T10:00:00Z", "ab1 2cd"),
];

/// Names by item id.
type Names = BTreeMap<String, &'static str>;

/// Items of the Portuguese post, of which the demo has none.
fn items(server: &Server) -> Names {
    let mut names = Names::new();
    for (name, from, to, class, posting, zip) in DECLARED {
        let id = fresh_id(if *from == "PTA" { "PT" } else { "FR" });
        let object = json!({ "Id": id, "OrigPostOrgCd": from, "DestPostOrgCd": to, "MailClassCd": class,
            "PostingDt": posting });
        let event = if *name == "draft" { 1 } else { 2 };
        let mut body = json!({ "mailObject": object, "decl": declaration("5"), "evtCd": event });
        let member = if *from == "PTA" { "SenderZIP" } else { "RecipientZIP" };
        body["decl"]["Data"][member] = json!(zip);
        server.call_as(from, "StoreDeclaration", body).ok();
        if *name == "to Germany" {
            let object = json!({ "Id": id, "OrigPostOrgCd": from, "DestPostOrgCd": to });
            server
                .call_as("PT", "StoreResponse", json!({ "mailObject": object, "resp": response("2", 0), "evtCd": 2 }))
                .ok();
        }
        names.insert(id, name);
    }
    for (name, partner, flow, destination) in [("moved", "AUA", "I", None), ("through", "FRA", "T", Some("DEA"))] {
        let id = fresh_id("AU");
        let body = json!({ "id": id, "postalOrgCd": "PTA", "partnerPostalOrgCd": partner, "flow": flow, "mailState": 50,
            "itemDestPostalOrgCd": destination });
        server.call_as("PTA", "UpdateMailState_ForTransitItems", body).ok();
        names.insert(id, name);
    }
    names
}

/// What a call of the Portuguese post finds, and the cursor to what comes after.
fn feed_from(server: &Server, body: Value) -> (Vec<String>, String) {
    server.settle();
    let answer = server.call_as("PTA", "Load", body).ok();
    assert_eq!(answer.header("x-more"), Some("false"));
    (ids(&answer.json()["LoadResult"]), answer.header("x-next-cursor").expect("a cursor").to_owned())
}

/// The number of the last change at the Portuguese post.
fn last_number(url: &str) -> i64 {
    Raw::open(url).number("SELECT last_no AS n FROM change_counter WHERE post_org = 'PTA'")
}

/// Names of the items found.
fn found(names: &Names, views: &[Value]) -> BTreeSet<&'static str> {
    let name = |view: &Value| names[view["MailObject"]["Id"].as_str().expect("an id")];
    let set: BTreeSet<_> = views.iter().map(name).collect();
    assert_eq!(set.len(), views.len(), "no item twice");
    set
}

fn ids(views: &Value) -> Vec<String> {
    let views = views.as_array().expect("a list");
    views.iter().map(|view| view["MailObject"]["Id"].as_str().expect("an id").to_owned()).collect()
}

/// A batch of declarations from PTA to a post that is not here.
fn fill(server: &Server, count: usize) -> Vec<String> {
    fill_in_state(server, count, None)
}

/// The same in a mail state.
fn fill_in_state(server: &Server, count: usize, state: Option<i32>) -> Vec<String> {
    let ids: Vec<String> = (0..count).map(|_| fresh_id("PT")).collect();
    let view = |id: &String| {
        let object = json!({ "Id": id, "OrigPostOrgCd": "PTA", "DestPostOrgCd": "BRA", "MailStateCd": state,
            "PostingDt": "2026-10-01T10:00:00Z" });
        json!({ "MailObject": object, "Declaration": { "Data": { "GrossWeight": 1 } } })
    };
    for part in ids.chunks(2_000) {
        let views: Vec<Value> = part.iter().map(view).collect();
        server.call_as("PTA", "CreateOrUpdateDeclarations", json!({ "cdsViews": views })).ok();
    }
    ids
}

/// An item of the feed tests; its amount counts its changes.
fn change(server: &Server, id: &str, amount: usize) {
    let body = json!({ "decl": declaration(&amount.to_string()), "evtCd": 2,
        "mailObject": { "Id": id, "OrigPostOrgCd": "PTA", "DestPostOrgCd": "FRA" } });
    server.call_as("PTA", "StoreDeclaration", body).ok();
}

fn amount(view: &Value) -> u64 {
    view["Declaration"]["Data"]["ContentPieces"][0]["Amount"].as_u64().expect("a whole amount")
}

on_both_engines! {
    fn every_filter_lets_through_what_it_says(server) {
        let names = items(server);
        let all = ["draft", "from France", "moved", "through", "to France", "to Germany"];
        let visible = ["from France", "moved", "through", "to France", "to Germany"];
        // Filters, what the post finds, what customs finds.
        let cases: &[(Value, &[&str], &[&str])] = &[
            (json!({}), &all, &visible),
            (json!({ "organizationTypeCd": null, "customsOrgCd": "PT", "postalOrgCd": "PTA" }), &all, &visible),
            (json!({ "flow": "O" }), &["draft", "to France", "to Germany"], &["to France", "to Germany"]),
            (json!({ "flow": "I" }), &["from France", "moved"], &["from France", "moved"]),
            (json!({ "flow": "T" }), &["through"], &["through"]),
            (
                json!({ "partnerPostalOrgCd": "FRA" }),
                &["draft", "from France", "through", "to France"],
                &["from France", "through", "to France"],
            ),
            (json!({ "partnerPostalOrgCd": "FRA", "flow": "I" }), &["from France"], &["from France"]),
            (json!({ "partnerPostalOrgCd": "DEA" }), &["through", "to Germany"], &["through", "to Germany"]),
            (json!({ "partnerPostalOrgCd": "PTA" }), &[], &[]),
            (json!({ "partCountryCd": "DE" }), &["to Germany"], &["to Germany"]),
            (json!({ "partCountryCd": "AU" }), &["moved"], &["moved"]),
            (json!({ "mailClassCd": "E" }), &["draft", "to France"], &["to France"]),
            (json!({ "mailClassCd": "T" }), &[], &[]),
            (
                json!({ "dtFrom": "2026-10-02T10:00:00Z" }),
                &["draft", "from France", "to Germany"],
                &["from France", "to Germany"],
            ),
            (json!({ "dtTo": "2026-10-02T10:00:00Z" }), &["to France", "to Germany"], &["to France", "to Germany"]),
            (
                json!({ "dtFrom": "2026-10-02T10:00:00Z", "dtTo": "2026-10-02T10:00:00Z" }),
                &["to Germany"],
                &["to Germany"],
            ),
            (json!({ "dtFrom": "2026-10-02T10:00:01Z", "dtTo": "2026-10-03T09:59:59Z" }), &[], &[]),
            // The sender's postal code outbound, the recipient's inbound; capitals and blanks do not matter.
            (
                json!({ "zipFrom": "1000-001", "zipTo": "2000100" }),
                &["to France", "to Germany"],
                &["to France", "to Germany"],
            ),
            (json!({ "zipFrom": "1000-002" }), &["draft", "from France", "to Germany"], &["from France", "to Germany"]),
            (json!({ "zipTo": "2000 099" }), &["to France"], &["to France"]),
            (json!({ "zipFrom": "AB12CD", "zipTo": "ab1 2cd" }), &["draft"], &[]),
            (json!({ "zipFrom": "3000-300", "zipTo": "3000-300" }), &["from France"], &["from France"]),
            (
                json!({ "onlyWithoutResponse": true }),
                &["draft", "from France", "moved", "through", "to France"],
                &["from France", "moved", "through", "to France"],
            ),
            (
                json!({ "onlyWithDeclarationOrResponse": true }),
                &["draft", "from France", "to France", "to Germany"],
                &["from France", "to France", "to Germany"],
            ),
            (
                json!({ "flow": "O", "mailClassCd": "C", "partCountryCd": "DE", "dtFrom": "2026-10-01T00:00:00Z" }),
                &["to Germany"],
                &["to Germany"],
            ),
        ];
        for (filters, by_post, by_customs) in cases {
            for (org, expected) in [("PTA", by_post), ("PT", by_customs)] {
                let expected: BTreeSet<&str> = expected.iter().copied().collect();
                assert_eq!(found(&names, &server.load(org, filters.clone())), expected, "{org} {filters}");
                let mut counted = filters.clone();
                counted["countTotal"] = json!(true);
                counted["recordsLimit"] = json!(1);
                let answer = server.call_as(org, "Load", counted).ok();
                assert_eq!(
                    answer.header("x-total-count"),
                    Some(expected.len().to_string().as_str()),
                    "{org} {filters}"
                );
                assert_eq!(answer.header("x-next-cursor").is_some(), expected.len() > 1);
            }
        }
        for (id, name) in &names {
            let with_id = |org: &str| found(&names, &server.load(org, json!({ "id": id })));
            assert_eq!(with_id("PTA"), BTreeSet::from([*name]));
            assert_eq!(with_id("PT").len(), usize::from(*name != "draft"));
        }
        let by_state = |org: &str, flow: &str, state: &str| {
            let answer =
                server.call_as(org, "LoadByMailState", json!({ "flow": flow, "mailStateCd": state })).ok().json();
            found(&names, answer["LoadByMailStateResult"].as_array().expect("a list"))
        };
        assert_eq!(by_state("PTA", "I", "50"), BTreeSet::from(["moved"]));
        assert_eq!(by_state("PT", "T", " 50 "), BTreeSet::from(["through"]));
        assert!(by_state("PTA", "I", "52").is_empty());

        let refusals = [
            ("Load", json!({ "flow": "X" }), "flow"),
            ("LoadByMailState", json!({ "flow": "I", "mailStateCd": "arrived" }), "mailStateCd"),
            ("LoadByMailState", json!({ "flow": "I" }), "mailStateCd"),
        ];
        for (method, filters, path) in refusals {
            assert_eq!(server.call_as("PTA", method, filters.clone()).findings()[0].1, path, "{filters}");
        }
    }

    fn customs_of_several_posts_sees_them_together_or_one(server) {
        use entrepost::domain::OrganizationKind;
        use entrepost::service::admin::NewOrganization;
        let second = NewOrganization {
            code: "PTB".into(),
            kind: OrganizationKind::Post,
            country: "PT".into(),
            name: "Second post".into(),
            customs: None,
            remote: false,
            time_zone: "Europe/Lisbon".into(),
            creates_users: true,
        };
        let token = server
            .block_on(|services| async move {
                services.put_organization(second).await?;
                services.issue_token("PTB", "test", None, None, None).await
            })
            .expect("a second post");
        let mut all = Vec::new();
        for at in 0..6 {
            let id = fresh_id("PT");
            let (post, token) = if at % 2 == 0 { ("PTA", json!(token_of("PTA"))) } else { ("PTB", json!(token)) };
            let body = json!({ "token": token, "userCd": "tester", "decl": declaration("1"), "evtCd": 2,
                "mailObject": { "Id": id, "OrigPostOrgCd": post, "DestPostOrgCd": "FRA", "MailClassCd": "E",
                    "PostingDt": "/Date(1793520000000+0000)/" } });
            server.call("StoreDeclaration", &body).ok();
            all.push(id);
        }
        server.settle();
        let pages = |filters: Value| -> Vec<String> { ids(&Value::Array(server.load("PT", filters))) };
        assert_eq!(pages(json!({ "recordsLimit": 2 })), all, "both posts, in the order made, page by page");
        assert_eq!(pages(json!({ "recordsLimit": 2, "postalOrgCd": "PTB" })), [&*all[1], &*all[3], &*all[5]]);
        let total = server.call_as("PT", "Load", json!({ "countTotal": true, "recordsLimit": 1 })).ok();
        assert_eq!(total.header("x-total-count"), Some("6"));
        let by_post = |all: &[String]| -> Vec<String> {
            let of_post = |first| all.iter().skip(first).step_by(2).cloned().collect::<Vec<_>>();
            [of_post(0), of_post(1)].concat()
        };
        let feed = server.call_as("PT", "Load", json!({ "modifiedSince": "2020-01-01T00:00:00Z" })).ok();
        assert_eq!(ids(&feed.json()["LoadResult"]), by_post(&all), "each post's in their order");
        // A page that ends within a post goes on there; the next one begins with the other post.
        let mut body = json!({ "modifiedSince": "2020-01-01T00:00:00Z", "recordsLimit": 2 });
        let mut turns = Vec::new();
        loop {
            let answer = server.call_as("PT", "Load", body.clone()).ok();
            turns.push(ids(&answer.json()["LoadResult"]));
            body = json!({ "recordsLimit": 2, "cursor": answer.header("x-next-cursor") });
            if answer.header("x-more") == Some("false") {
                break;
            }
        }
        assert_eq!(turns, [[&*all[0], &*all[2]], [&*all[1], &*all[3]], [&*all[4], &*all[5]]]);
        server.call_as("PTA", "Load", json!({ "postalOrgCd": "PTB" })).refused(401);
    }

    fn a_cursor_of_the_version_that_numbered_all_together_goes_on(server) {
        fill(server, 3);
        let (_, cursor) = feed_from(server, json!({ "modifiedSince": "2020-01-01T00:00:00Z" }));
        let bytes = URL_SAFE_NO_PAD.decode(cursor).expect("base64");
        let number = last_number(&server.database_url);
        let old = URL_SAFE_NO_PAD.encode([&bytes[..8], b"f", &number.to_be_bytes()].concat());
        let later = fill(server, 2);
        let (found, cursor) = feed_from(server, json!({ "cursor": old }));
        assert_eq!(found, later);
        assert_eq!(feed_from(server, json!({ "cursor": cursor })).0, Vec::<String>::new());
    }

    fn after_a_restore_a_new_epoch_loses_no_change(server) {
        fill(server, 3);
        let (_, cursor) = feed_from(server, json!({ "modifiedSince": "2020-01-01T00:00:00Z" }));
        // As if the database had been put back to where it was two changes ago.
        Raw::open(&server.database_url).run(
            "UPDATE change SET number = number - 2 WHERE post_org = 'PTA';
             UPDATE change_counter SET last_no = last_no - 2 WHERE post_org = 'PTA'");
        let out = admin(&server.database_url, &["feed", "new-epoch"]);
        assert!(out.starts_with("epoch 1 of the feeds begins"), "{out}");
        let later = fill(server, 2);
        let (found, cursor) = feed_from(server, json!({ "cursor": cursor }));
        assert_eq!(found, later, "numbers that the reader has seen before");
        assert_eq!(feed_from(server, json!({ "cursor": cursor })).0, Vec::<String>::new());
    }

    fn answers_are_cut_at_the_limit_and_say_so(server) {
        let stored = fill(server, limits::LOAD_MAX + 1);
        let page = |limit: Value, cursor: Option<&str>| {
            let answer = server.call_as("PTA", "Load", json!({ "recordsLimit": limit, "cursor": cursor })).ok();
            let next = answer.header("x-next-cursor").map(str::to_owned);
            (ids(&answer.json()["LoadResult"]), next)
        };
        for limit in [json!(null), json!(0), json!(-5), json!(limits::LOAD_DEFAULT)] {
            let (found, next) = page(limit, None);
            assert_eq!((found.len(), next.is_some()), (limits::LOAD_DEFAULT, true));
        }
        let (mut found, next) = page(json!(999_999), None);
        assert_eq!(found.len(), limits::LOAD_MAX);
        let (last, end) = page(json!(7), next.as_deref());
        assert_eq!((last.len(), end), (1, None));
        found.extend(last);
        assert_eq!(found, stored, "in the order made");
    }

    fn items_in_a_state_come_in_pages_too(server) {
        let stored = fill_in_state(server, limits::LOAD_MAX + 1, Some(10));
        let page = |limit: Value, cursor: Option<&str>| {
            let filters = json!({ "flow": "O", "mailStateCd": "10", "recordsLimit": limit, "cursor": cursor });
            let answer = server.call_as("PTA", "LoadByMailState", filters).ok();
            let next = answer.header("x-next-cursor").map(str::to_owned);
            (ids(&answer.json()["LoadByMailStateResult"]), next)
        };
        let (found, next) = page(json!(null), None);
        assert_eq!((found.len(), next.is_some()), (limits::LOAD_DEFAULT, true));
        let (first, next) = page(json!(999_999), None);
        assert_eq!(first.len(), limits::LOAD_MAX);
        let (last, end) = page(json!(7), next.as_deref());
        assert_eq!((last.len(), end), (1, None));
        assert_eq!([first, last].concat(), stored, "in the order made");

        // To the end while others write: what stays in the state is met once.
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let (done, stored) = (&done, &stored);
            scope.spawn(move || {
                for round in 0..2_000 {
                    if done.load(Ordering::Relaxed) {
                        return;
                    }
                    change(server, &stored[round * 37 % stored.len()], round + 2);
                    let moved = mail_state(&fresh_id("PT"), "PTA", "BRA", "O", 10 + round % 2);
                    server.call_as("PTA", "UpdateMailState", moved).ok();
                }
            });
            let (mut found, mut cursor) = (Vec::new(), None);
            loop {
                let (some, next) = page(json!(500), cursor.as_deref());
                found.extend(some);
                cursor = next;
                if cursor.is_none() {
                    break;
                }
            }
            done.store(true, Ordering::Relaxed);
            let unique: BTreeSet<&String> = found.iter().collect();
            assert_eq!(unique.len(), found.len(), "no row twice");
            assert!(stored.iter().all(|id| unique.contains(id)), "no row lost");
        });
    }

    fn cursors_belong_to_their_filters_and_caller(server) {
        items(server);
        let first = |org: &str, method: &str, filters: Value| {
            let answer = server.call_as(org, method, filters).ok();
            answer.header("x-next-cursor").expect("more").to_owned()
        };
        let query = first("PTA", "Load", json!({ "flow": "O", "recordsLimit": 1 }));
        let feed = first("PTA", "Load", json!({ "flow": "O", "modifiedSince": "2020-01-01T00:00:00Z" }));
        let by_state = first(
            "PTA",
            "LoadByMailState",
            json!({ "flow": "I", "mailStateCd": "50", "modifiedSince": "2020-01-01T00:00:00Z" }),
        );
        for cursor in [&query, &feed] {
            server.call_as("PTA", "Load", json!({ "flow": "O", "cursor": cursor, "recordsLimit": 3 })).ok();
            let refusals = [
                ("PTA", json!({ "flow": "I", "cursor": cursor })),
                ("PTA", json!({ "cursor": cursor })),
                ("PTA", json!({ "flow": "O", "mailClassCd": "E", "cursor": cursor })),
                ("PTA", json!({ "flow": "O", "onlyWithoutResponse": true, "cursor": cursor })),
                ("PT", json!({ "flow": "O", "cursor": cursor })),
                ("FRA", json!({ "flow": "O", "cursor": cursor })),
                ("PTA", json!({ "flow": "O", "cursor": format!("{cursor}A") })),
                ("PTA", json!({ "flow": "O", "cursor": "somewhere" })),
                ("PTA", json!({ "flow": "O", "cursor": by_state })),
            ];
            for (org, filters) in refusals {
                let findings = server.call_as(org, "Load", filters.clone()).findings();
                assert_eq!(findings, [("cursor".to_owned(), "cursor".to_owned())], "{org} {filters}");
            }
            let elsewhere = json!({ "flow": "O", "mailStateCd": "50", "cursor": cursor });
            assert_eq!(server.call_as("PTA", "LoadByMailState", elsewhere).findings()[0].0, "cursor");
        }
    }

    fn pages_meet_every_row_exactly_once_while_others_write(server) {
        let stored = fill(server, 120);
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let (done, stored) = (&done, &stored);
            scope.spawn(move || {
                // Changes to what is there, and new items, until the reader is through.
                for round in 0..2_000 {
                    if done.load(Ordering::Relaxed) {
                        return;
                    }
                    let old = &stored[round * 37 % stored.len()];
                    let moved = mail_state(old, "PTA", "BRA", "O", round % 100);
                    server.call_as("PTA", "UpdateMailState", moved).ok();
                    change(server, &fresh_id("PT"), 1);
                }
            });
            for filters in
                [json!({ "recordsLimit": 7 }), json!({ "recordsLimit": 7, "dtFrom": "2026-10-01T00:00:00Z" })]
            {
                let found = ids(&Value::Array(server.load("PTA", filters)));
                let unique: BTreeSet<&String> = found.iter().collect();
                assert_eq!(unique.len(), found.len(), "no row twice");
                assert!(stored.iter().all(|id| unique.contains(id)), "no row lost");
            }
            done.store(true, Ordering::Relaxed);
        });
    }

    fn the_feed_has_every_change_in_the_end(server) {
        let ids: Vec<String> = (0..12).map(|_| fresh_id("PT")).collect();
        let since = "2020-01-01T00:00:00Z";
        let read = |cursor: &Option<String>| {
            let filters = match cursor {
                Some(cursor) => json!({ "flow": "O", "recordsLimit": 5, "cursor": cursor }),
                None => json!({ "flow": "O", "recordsLimit": 5, "modifiedSince": since }),
            };
            let answer = server.call_as("PTA", "Load", filters).ok();
            let more = answer.header("x-more") == Some("true");
            let next = answer.header("x-next-cursor").expect("always").to_owned();
            (answer.json()["LoadResult"].as_array().expect("a list").clone(), next, more)
        };
        let writers = AtomicBool::new(true);
        let mut seen: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        let mut cursor = None;
        std::thread::scope(|scope| {
            let ids = &ids;
            let writing: Vec<_> = (0..3)
                .map(|writer| {
                    scope.spawn(move || {
                        for round in 1..=10 {
                            for id in ids.iter().skip(writer).step_by(3) {
                                change(server, id, round);
                            }
                        }
                    })
                })
                .collect();
            let writers = &writers;
            scope.spawn(move || {
                for writer in writing {
                    writer.join().expect("writes");
                }
                server.settle();
                writers.store(false, Ordering::SeqCst);
            });
            loop {
                let ended = !writers.load(Ordering::SeqCst);
                let (views, next, more) = read(&cursor);
                for view in &views {
                    let id = view["MailObject"]["Id"].as_str().expect("an id").to_owned();
                    seen.entry(id).or_default().push(amount(view));
                }
                cursor = Some(next);
                if ended && !more {
                    break;
                }
            }
        });
        assert_eq!(seen.len(), ids.len());
        for (id, amounts) in &seen {
            assert_eq!(amounts.last(), Some(&10), "{id}: the last change is seen last");
            assert!(amounts.is_sorted(), "{id}: {amounts:?}");
        }
        assert_eq!(read(&cursor).0, Vec::<Value>::new(), "nothing new, nothing again");
        change(server, &ids[3], 11);
        server.settle();
        let (views, next, more) = read(&cursor);
        assert_eq!((views.len(), amount(&views[0]), more), (1, 11, false));
        assert_eq!(read(&Some(next)).0, Vec::<Value>::new());

        // From the start each item comes once, as it is now; from now on, nothing.
        let mut again: Vec<u64> = Vec::new();
        let (mut views, mut next, mut more) = read(&None);
        again.extend(views.iter().map(amount));
        while more {
            (views, next, more) = read(&Some(next));
            again.extend(views.iter().map(amount));
        }
        again.sort_unstable();
        assert_eq!(again, [vec![10; 11], vec![11]].concat());
        let later = server.clock.now() + chrono::TimeDelta::hours(1);
        let from_now = json!({ "flow": "O", "modifiedSince": later.to_rfc3339() });
        assert_eq!(server.call_as("PTA", "Load", from_now).ok().text, r#"{"LoadResult":[]}"#);

        // The other methods and customs read the same feed.
        let moved = mail_state(&ids[0], "PTA", "FRA", "O", 2);
        server.call_as("PTA", "UpdateMailState", moved).ok();
        server.settle();
        for org in ["PTA", "PT"] {
            let filters = json!({ "flow": "O", "mailStateCd": "2", "modifiedSince": since });
            let answer = server.call_as(org, "LoadByMailState", filters).ok();
            assert_eq!(answer.header("x-more"), Some("false"));
            assert_eq!(self::ids(&answer.json()["LoadByMailStateResult"]), [ids[0].as_str()], "{org}");
        }
    }

    fn the_country_of_a_partner_is_that_of_the_operators_as_imported(server) {
        let (org, bytes) = (String::new(), "code,country,name\nQPF,FR,Post of an island\n".into());
        let import = Import { kind: ListKind::Operators, org, bytes, translations: None, dry_run: false, skip_bad: false };
        server.block_on(|services| async move { services.import_list(import).await }).expect("imports");
        let id = fresh_id("PT");
        // Addressed to Germany, by way of a post that only the import knows.
        let object = json!({ "Id": id, "OrigPostOrgCd": "PTA", "DestPostOrgCd": "QPF", "MailClassCd": "E" });
        let body = json!({ "mailObject": object, "decl": declaration("5"), "evtCd": 2 });
        server.call_as("PTA", "StoreDeclaration", body).ok();
        let found = |country: &str| server.load("PTA", json!({ "id": id, "partCountryCd": country })).len();
        assert_eq!((found("FR"), found("DE")), (1, 0));
    }
}
