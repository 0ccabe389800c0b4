//! Declarations from draft to dispatch: what each event leads to, who then has it, and which item is meant.

use entrepost::service::users::Administrator;
use serde_json::{Value, json};

use crate::harness::Server;
use crate::harness::data::{declaration, fresh_id, mail_object, mail_state, respond, status, store};
use crate::harness::server::token_of;
use crate::on_both_engines;

/// Flow of the item at the post that stores.
#[derive(Clone, Copy, Debug, PartialEq)]
enum At {
    Origin,
    Destination,
    Between,
}

impl At {
    /// Post, its customs, flow.
    fn who(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Origin => ("AUA", "AU", "O"),
            Self::Destination => ("DEA", "DE", "I"),
            Self::Between => ("FRA", "FR", "T"),
        }
    }
}

/// Events stored before, the event, and then: state, seen by own customs, sent to the destination post.
type Move = (At, &'static [i32], i32, Option<(i32, bool, bool)>);

const MOVES: &[Move] = &[
    (At::Origin, &[], 1, Some((1, false, false))),
    (At::Origin, &[1], 1, Some((1, false, false))),
    (At::Origin, &[], 2, Some((2, true, true))),
    (At::Origin, &[1], 2, Some((2, true, true))),
    (At::Origin, &[2], 2, Some((2, true, true))),
    (At::Origin, &[], 6, Some((6, true, false))),
    (At::Origin, &[1], 6, Some((6, true, false))),
    (At::Origin, &[7], 6, Some((6, true, true))),
    (At::Origin, &[2], 6, Some((6, true, true))),
    (At::Origin, &[], 7, Some((7, false, true))),
    (At::Origin, &[1], 7, Some((7, false, true))),
    (At::Origin, &[6], 7, Some((7, true, true))),
    (At::Origin, &[7], 2, Some((2, true, true))),
    (At::Origin, &[2], 1, None),
    (At::Origin, &[6], 1, None),
    (At::Origin, &[7], 1, None),
    (At::Destination, &[], 1, Some((1, false, false))),
    (At::Destination, &[], 2, Some((2, true, false))),
    (At::Destination, &[], 6, Some((6, true, false))),
    (At::Destination, &[], 7, None),
    (At::Destination, &[2], 7, None),
    (At::Between, &[], 1, Some((1, false, false))),
    (At::Between, &[], 2, Some((2, true, true))),
    (At::Between, &[], 6, Some((6, true, false))),
    (At::Between, &[], 7, Some((7, false, true))),
];

/// Stores the same declaration of an item from AUA to DEA with one event after the other; gives the last answer.
fn store_each(server: &Server, post: &str, id: &str, events: &[i32]) -> crate::harness::Answer {
    let send = |event: &i32| server.call_as(post, "StoreDeclaration", store(id, "AUA", "DEA", *event));
    let (last, before) = events.split_last().expect("an event");
    for event in before {
        send(event).ok();
    }
    send(last)
}

fn amount(view: &Value) -> &Value {
    &view["Declaration"]["Data"]["ContentPieces"][0]["Amount"]
}

/// StoreDeclaration with another amount and posting date.
fn with(id: &str, value: &str, posting: &str) -> Value {
    let mut body = store(id, "AUA", "DEA", 2);
    body["decl"] = declaration(value);
    body["mailObject"]["PostingDt"] = json!(posting);
    body
}

on_both_engines! {
    fn every_event_in_every_state(server) {
        for (at, before, event, expected) in MOVES {
            let (post, customs, flow) = at.who();
            let id = fresh_id("AU");
            let case = format!("{at:?} {before:?} then {event}");
            let answer = store_each(server, post, &id, &[before, &[*event][..]].concat());
            let Some((state, seen, sent)) = expected else {
                assert_eq!(answer.findings(), [("state".to_owned(), "evtCd".to_owned())], "{case}");
                let message = answer.json()["Message"].to_string();
                let states = before.last().map(|state| format!("state {state}"));
                let named = [Some(format!("event {event}")), Some("allowed here: ".into()), states];
                for part in named.into_iter().flatten() {
                    assert!(message.contains(&part), "{case}: {part} is not in {message}");
                }
                continue;
            };
            answer.ok();
            assert_eq!(server.status(post, post, &id, flow)["Declaration"]["CDSStateCd"], *state, "{case}");
            let by_customs = server.status(customs, post, &id, flow);
            assert_eq!(by_customs["Declaration"].is_object(), *seen, "{case}: {by_customs}");
            if *at != At::Destination {
                let inbound = server.status("DEA", "DEA", &id, "I");
                let arrived = (&inbound["Declaration"]["CDSStateCd"], &inbound["Declaration"]["CustOrganizationCd"]);
                assert_eq!(arrived == (&json!(2), &json!("DE")), *sent, "{case}: {inbound}");
                let their_customs = server.status("DE", "DEA", &id, "I");
                assert_eq!(their_customs["Declaration"].is_object(), *sent, "{case}");
            }
            if *at == At::Destination {
                assert!(server.status("AUA", "AUA", &id, "O").is_null(), "nothing goes back to the origin");
            }
        }
    }

    fn drafts_can_be_deleted_and_nothing_else(server) {
        let delete = |id: &str| {
            let mut body = store(id, "AUA", "DEA", 1);
            body["decl"] = json!({ "entityState": 3 });
            server.call_as("AUA", "StoreDeclaration", body)
        };
        let id = fresh_id("AU");
        assert_eq!(delete(&id).findings(), [("absent".to_owned(), "mailObject".to_owned())]);
        store_each(server, "AUA", &id, &[1]).ok();
        delete(&id).ok();
        let view = server.status("AUA", "AUA", &id, "O");
        assert!(view["Declaration"].is_null() && view["MailObject"].is_object());
        assert!(server.load("AUA", json!({ "id": id, "onlyWithDeclarationOrResponse": true })).is_empty());
        assert_eq!(delete(&id).findings()[0].0, "absent");

        // What comes after is a version of its own; what was passed on stays.
        for event in [2, 6, 7] {
            store_each(server, "AUA", &id, &[event]).ok();
            let refused = delete(&id);
            assert_eq!(refused.findings(), [("state".to_owned(), "decl.entityState".to_owned())]);
        }
        let versions: Vec<_> = server.history("AUA", &id).iter().filter_map(|row| row.doc_version).collect();
        assert_eq!(versions, [1, 2]);
        for (place, state) in [("mailObject", 3), ("mailObject", 4), ("decl", -1), ("decl", 4)] {
            let mut body = store(&id, "AUA", "DEA", 2);
            body[place]["entityState"] = json!(state);
            let findings = server.call_as("AUA", "StoreDeclaration", body).findings();
            assert_eq!(findings, [("out_of_range".to_owned(), format!("{place}.entityState"))]);
        }
    }

    fn only_what_changed_is_a_new_version(server) {
        let id = fresh_id("AU");
        let posted = "/Date(1793520000000+0000)/";
        let send = |digits: &str| {
            let mut body = with(&id, "77777", posted);
            body["token"] = json!(token_of("AUA"));
            body["userCd"] = json!("tester");
            server.post("StoreDeclaration", &body.to_string().replace("77777", digits), &[]).ok();
        };
        let counts = || (server.history("AUA", &id).len(), server.history("DEA", &id).len());
        send("10.10");
        assert_eq!(counts(), (1, 1));
        let first = server.status("DEA", "DEA", &id, "I");
        for same in ["10.10", "10.1", "10.100", "1.01e1"] {
            send(same);
            assert_eq!(counts(), (1, 1), "{same}");
        }
        assert!(server.call_as("DEA", "Load", json!({ "id": id })).ok().text.contains("\"Amount\":10.10,"));
        send("10.11");
        assert_eq!(counts(), (2, 2), "a replacement reached the neighbour");
        let second = server.status("DEA", "DEA", &id, "I");
        assert_eq!(second["Declaration"]["PId"], first["Declaration"]["PId"], "the same declaration");
        assert_ne!(amount(&second), amount(&first));
        send("10.10");
        let versions: Vec<_> = server.history("AUA", &id).iter().filter_map(|row| row.doc_version).collect();
        assert_eq!(versions, [1, 2, 3], "going back is a change too");
        assert_eq!(amount(&server.status("DEA", "DEA", &id, "I")), amount(&first));

        // A member of the mail object alone: no version, but history here and there.
        let mut object_only = with(&id, "10.10", posted);
        object_only["mailObject"]["MailClassCd"] = json!("C");
        server.call_as("AUA", "StoreDeclaration", object_only.clone()).ok();
        server.call_as("AUA", "StoreDeclaration", object_only).ok();
        assert_eq!(counts(), (4, 4));
        assert_eq!(server.status("DEA", "DEA", &id, "I")["MailObject"]["MailClassCd"], "C");
        assert_eq!(server.load("DEA", json!({ "id": id, "zipFrom": "60594", "zipTo": "60594" })).len(), 1);
        let history = server.history("AUA", &id);
        let actors: Vec<_> = history.iter().map(|row| (row.actor_org.as_str(), row.user_cd.as_deref())).collect();
        assert_eq!(actors, [("AUA", Some("tester")); 4]);
        assert!(server.history("DEA", &id).iter().all(|row| row.actor_org == "AUA" && row.user_cd.is_none()));
    }

    fn an_earlier_version_again_is_stored_and_told(server) {
        let id = fresh_id("AU");
        let warned = |value: &str, local: &str| -> (u32, bool, String) {
            let mut body = store(&id, "AUA", "DEA", 2);
            body["decl"] = declaration(value);
            body["mailObject"]["LocalId"] = json!(local);
            let answer = server.call_as("AUA", "StoreDeclaration", body).ok();
            let count = answer.header("x-entrepost-warnings").and_then(|text| text.parse().ok()).expect("a count");
            let view = server.status("AUA", "AUA", &id, "O");
            let found = view["Declaration"]["Data"]["ExtraFieldValues"].to_string().contains("older_version");
            (count, found, amount(&view).to_string())
        };
        let (usual, found, _) = warned("10", "one");
        assert!(!found);
        assert_eq!(warned("20", "one"), (usual, false, "20".into()));
        assert_eq!(warned("10.0", "one"), (usual + 1, true, "10.0".into()), "stored all the same");
        assert_eq!(warned("10", "one"), (usual, true, "10.0".into()), "a repeat changes nothing");
        assert!(warned("10", "two").1, "it still is");
        assert_eq!(warned("30", "two"), (usual, false, "30".into()));
        let there = server.status("DEA", "DEA", &id, "I");
        assert_eq!(amount(&there), 30);
        // In one call as well, and counted for each.
        let view = |amount: &str| json!({ "MailObject": mail_object(&id, "AUA", "DEA"), "Declaration": declaration(amount) });
        let body = json!({ "cdsViews": [view("20"), view("40"), view("20"), view("50")] });
        let answer = server.call_as("AUA", "CreateOrUpdateDeclarations", body).ok();
        assert_eq!(answer.header("x-entrepost-warnings"), Some(&*(4 * usual + 2).to_string()));
    }

    fn a_view_brings_an_item_further_and_never_back(server) {
        let id = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
        let state = || server.status("DEA", "DEA", &id, "I")["MailObject"]["MailStateCd"].clone();
        let light = || {
            let answer = server.call_as("DEA", "CheckItemStatus", json!({ "Items": [{ "ItemId": id }] })).ok().json();
            answer["CheckItemStatusResult"][0].to_string()
        };
        let move_to = |to: usize| server.call_as("DEA", "UpdateMailState", mail_state(&id, "DEA", "AUA", "I", to)).ok();
        let view = |said: i32, amount: &str| {
            let mut body = store(&id, "AUA", "DEA", 2);
            body["mailObject"]["MailStateCd"] = json!(said);
            body["decl"] = declaration(amount);
            server.call_as("DEA", "StoreDeclaration", body).ok();
        };
        move_to(52);
        for (said, declared) in [(5, "39"), (50, "40"), (1, "41"), (0, "42"), (999, "43")] {
            view(said, declared);
            assert_eq!((state(), amount(&server.status("DEA", "DEA", &id, "I")).to_string()), (json!(52), declared.to_owned()));
            assert!(light().contains("LEFT_UNCLEARED"), "{said}: {}", light());
        }
        move_to(5);
        assert_eq!(state(), 52, "a note");
        move_to(50);
        assert_eq!(state(), 50, "a correction");
        view(52, "44");
        assert_eq!(state(), 52);
        // Where nothing moved yet the note is kept, listed and named, and shows the item to nobody.
        let noted = fresh_id("AU");
        server.call_as("AUA", "UpdateMailState", mail_state(&noted, "AUA", "DEA", "O", 5)).ok();
        let with_five = |org: &str| {
            let answer = server.call_as(org, "LoadByMailState", json!({ "flow": "O", "mailStateCd": "5" })).ok();
            answer.text.contains(&noted)
        };
        assert!(with_five("AUA") && !with_five("AU"));
        assert_eq!(server.status("AUA", "AUA", &noted, "O")["MailObject"]["TypeCd"], "MI");
        server.call_as("AUA", "UpdateMailState", mail_state(&noted, "AUA", "DEA", "O", 2)).ok();
        assert!(!with_five("AUA") && server.status("AU", "AUA", &noted, "O").is_object());
        let lists = server.call_as("AUA", "LoadRefDataCocktail", json!({})).ok().json();
        let states = lists["LoadRefDataCocktailResult"]["MailStates"].as_array().expect("a list").clone();
        let codes: Vec<&str> = states.iter().filter_map(|state| state["Code"].as_str()).collect();
        assert_eq!(codes, ["1", "2", "5", "10", "50", "52"]);
    }

    fn a_pid_and_an_id_name_one_item(server) {
        let (one, other) = (fresh_id("AU"), fresh_id("AU"));
        for id in [&one, &other] {
            store_each(server, "AUA", id, &[2]).ok();
        }
        let pid = server.status("AUA", "AUA", &one, "O")["MailObject"]["PId"].clone();
        let send = |object: Value| {
            let mut body = store(&one, "AUA", "DEA", 2);
            body["mailObject"] = object;
            body["mailObject"]["PId"] = pid.clone();
            server.call_as("AUA", "StoreDeclaration", body)
        };
        for contradicting in [
            json!({ "Id": other, "OrigPostOrgCd": "AUA", "DestPostOrgCd": "DEA" }),
            json!({ "Id": other }),
            json!({ "Id": one, "OrigPostOrgCd": "FRA", "DestPostOrgCd": "DEA" }),
            json!({ "OrigPostOrgCd": "FRA" }),
        ] {
            assert_eq!(send(contradicting).findings(), [("ambiguous".to_owned(), "PId".to_owned())]);
        }
        for agreeing in [
            json!({ "Id": one, "OrigPostOrgCd": "AUA", "DestPostOrgCd": "FRA" }),
            json!({ "Id": one, "OrigPostOrgCd": "ZZZ" }),
            json!({ "DestPostOrgCd": "DEA" }),
        ] {
            send(agreeing).ok();
        }
        assert_eq!(server.load("AUA", json!({ "id": other }))[0]["MailObject"]["DestPostOrgCd"], "DEA");
        // A response's PId likewise.
        let mut answer = respond(&other, "AUA", "DEA", "2", 2);
        answer["mailObject"]["PId"] = server.status("DE", "DEA", &one, "I")["MailObject"]["PId"].clone();
        let refused = server.call_as("DE", "StoreResponse", answer).findings();
        assert_eq!(refused, [("ambiguous".to_owned(), "PId".to_owned())]);
        assert!(server.status("DEA", "DEA", &one, "I")["Response"].is_null());
    }

    fn an_origin_is_completed_once(server) {
        let id = fresh_id("AU");
        let posted = |origin: &str, date: &str| {
            let mut body = store(&id, origin, "DEA", 1);
            body["mailObject"]["PostingDt"] = json!(date);
            body
        };
        // An item of an earlier life of the id, and one without origin.
        for (origin, date) in [("AUA", "2024-01-01T10:00:00Z"), ("ZZZ", "2026-11-01T10:00:00Z")] {
            server.call_as("AUA", "StoreDeclaration", posted(origin, date)).ok();
        }
        let views = server.load("AUA", json!({ "id": id }));
        assert_eq!(views.len(), 2);
        let unknown = views.iter().find(|view| view["MailObject"]["OrigPostOrgCd"] == "ZZZ").expect("one");
        let complete = |origin: &str| {
            let mut body = store(&id, origin, "DEA", 1);
            body["mailObject"] = json!({ "PId": unknown["MailObject"]["PId"], "OrigPostOrgCd": origin });
            server.call_as("AUA", "StoreDeclaration", body)
        };
        complete("FRA").ok();
        complete("FRA").ok();
        assert_eq!(complete("PTA").findings(), [("ambiguous".to_owned(), "PId".to_owned())]);
    }

    fn the_flow_follows_from_the_posts(server) {
        let id = fresh_id("AU");
        store_each(server, "AUA", &id, &[2]).ok();
        let found = |org: &str, flow: &str| server.load(org, json!({ "id": id, "flow": flow })).len();
        assert_eq!((found("AUA", "O"), found("AUA", "I"), found("DEA", "I"), found("DEA", "O")), (1, 0, 1, 0));
        let contradicting = [
            server.call_as("AUA", "GetCustomsStatus", status("AUA", &id, "I")),
            server.call_as("DEA", "GetCustomsStatus", status("DEA", &id, "O")),
            server.call_as("DE", "GetCustomsStatus", status("DEA", &id, "T")),
        ];
        for answer in contradicting {
            assert_eq!(answer.findings(), [("flow".to_owned(), "flow".to_owned())]);
        }
        assert_eq!(server.status("AUA", "AUA", &id, "")["MailObject"]["Id"], id.as_str(), "derived when not given");

        let same = server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "AUA", 2));
        assert_eq!(same.findings(), [("posts".to_owned(), "mailObject.DestPostOrgCd".to_owned())]);
        let mut only_one = store(&id, "AUA", "DEA", 2);
        only_one["mailObject"]["DestPostOrgCd"] = Value::Null;
        assert_eq!(server.call_as("AUA", "StoreDeclaration", only_one).findings()[0].0, "required");
        let moved = mail_state(&id, "AUA", "AUA", "O", 2);
        assert_eq!(server.call_as("AUA", "UpdateMailState", moved).findings()[0].0, "posts");
        for method in ["UpdateMailState_ForTransitItems", "UpdateMailStateAndGetCustomsStatus"] {
            let transit = mail_state(&id, "FRA", "AUA", "T", 50);
            let findings = server.call_as("FRA", method, transit.clone()).findings();
            assert_eq!(findings, [("required".to_owned(), "itemDestPostalOrgCd".to_owned())], "{method}");
            let mut complete = transit;
            complete["itemDestPostalOrgCd"] = json!("DEA");
            server.call_as("FRA", method, complete).ok();
            assert_eq!(server.status("FRA", "FRA", &id, "T")["MailObject"]["MailStateCd"], 50);
        }
    }

    fn a_post_not_known_yet_is_completed_later(server) {
        // The destination, by the next declaration or by a move; the declaration then goes there.
        let by_declaration = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&by_declaration, "AUA", "ZZZ", 2)).ok();
        assert!(server.status("DEA", "DEA", &by_declaration, "I").is_null());
        server.call_as("AUA", "StoreDeclaration", store(&by_declaration, "AUA", "DEA", 2)).ok();
        let by_move = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&by_move, "AUA", "ZZZ", 2)).ok();
        let moved = mail_state(&by_move, "AUA", "DEA", "O", 10);
        server.call_as("AUA", "UpdateMailState", moved).ok();
        for id in [&by_declaration, &by_move] {
            let inbound = server.status("DEA", "DEA", id, "I");
            assert_eq!(inbound["Declaration"]["CustOrganizationCd"], "DE", "{inbound}");
            assert!(inbound["MailObject"]["MailStateCd"].is_null(), "the state is each post's own");
            assert_eq!(server.load("AUA", json!({ "id": id, "partCountryCd": "DE" })).len(), 1);
            assert_eq!(server.load("DEA", json!({ "id": id, "partCountryCd": "AU" })).len(), 1);
        }
        // What is known does not become unknown again.
        server.call_as("AUA", "StoreDeclaration", store(&by_move, "AUA", "ZZZ", 2)).ok();
        assert_eq!(server.status("AUA", "AUA", &by_move, "O")["MailObject"]["DestPostOrgCd"], "DEA");

        // The origin, by the data that arrives: the same item, with what was known of it.
        let id = fresh_id("AU");
        let arrived = mail_state(&id, "DEA", "ZZZ", "I", 50);
        server.call_as("DEA", "UpdateMailState", arrived).ok();
        store_each(server, "AUA", &id, &[2]).ok();
        let items = server.load("DEA", json!({ "id": id }));
        assert_eq!(items.len(), 1);
        assert_eq!(
            (&items[0]["MailObject"]["OrigPostOrgCd"], &items[0]["MailObject"]["MailStateCd"]),
            (&json!("AUA"), &json!(50))
        );

        // Sent on to somebody else: the partner's country goes along.
        let redirected = mail_state(&by_move, "AUA", "FRA", "O", 10);
        server.call_as("AUA", "UpdateMailState", redirected).ok();
        assert_eq!(server.load("AUA", json!({ "id": by_move, "partCountryCd": "FR" })).len(), 1);
        assert!(server.status("FRA", "FRA", &by_move, "I")["Declaration"].is_object());
    }

    fn an_id_used_again_is_another_item(server) {
        let id = fresh_id("AU");
        let send = |value: &str, posting: &str| {
            server.call_as("AUA", "StoreDeclaration", with(&id, value, posting)).ok();
            (server.load("AUA", json!({ "id": id })).len(), server.load("DEA", json!({ "id": id })).len())
        };
        assert_eq!(send("1", "2024-03-01T12:00:00Z"), (1, 1));
        assert_eq!(send("2", "2025-03-01T12:00:00Z"), (1, 1), "twelve months later to the second: the same");
        assert_eq!(send("3", "2026-03-01T12:00:01Z"), (2, 2), "and a second more: another");
        assert_eq!(amount(&server.status("DEA", "DEA", &id, "I")), &json!(3), "the newest life is meant");
        assert_eq!(send("4", "2026-03-02T00:00:00Z"), (2, 2));
        assert_eq!(send("5", "2025-02-01T00:00:00Z"), (2, 2), "the older life is still there");
        assert_eq!(amount(&server.status("AUA", "AUA", &id, "O")), &json!(4));
        let mut amounts: Vec<_> =
            server.load("DEA", json!({ "id": id })).iter().map(|view| amount(view).clone()).collect();
        amounts.sort_by_key(Value::to_string);
        assert_eq!(amounts, [4, 5]);
        // Without a posting date the newest is meant; the other post's item with this id is its own.
        let mut undated = store(&id, "AUA", "DEA", 2);
        undated["mailObject"]["PostingDt"] = Value::Null;
        server.call_as("AUA", "StoreDeclaration", undated).ok();
        assert_eq!(server.load("AUA", json!({ "id": id })).len(), 2);
        server.call_as("FRA", "StoreDeclaration", store(&id, "FRA", "DEA", 2)).ok();
        assert_eq!(server.load("DEA", json!({ "id": id })).len(), 3);
    }

    fn unknown_users_are_created_where_the_organization_wants_that(server) {
        use entrepost::domain::OrganizationKind;
        use entrepost::service::admin::NewOrganization;
        let strict = NewOrganization {
            code: "USA".into(),
            kind: OrganizationKind::Post,
            country: "US".into(),
            name: "Strict post".into(),
            customs: None,
            remote: false,
            time_zone: "America/New_York".into(),
            creates_users: false,
        };
        let token = server
            .block_on(|services| async move {
                services.put_organization(strict).await?;
                services.put_user("USA", "clerk", None, None).await?;
                services.issue_token("USA", "test", None, None, None).await
            })
            .expect("a strict post");
        let send = |user: &str| {
            let body = json!({ "token": token, "userCd": user, "mailObject": mail_object("EE000000059US", "USA", "DEA"),
                "decl": declaration("1"), "evtCd": 1 });
            server.call("StoreDeclaration", &body)
        };
        assert_eq!(send("stranger").findings(), [("absent".to_owned(), "userCd".to_owned())]);
        assert!(server.history("USA", "EE000000059US").is_empty());
        send("clerk").ok();

        let id = fresh_id("AU");
        let mut body = store(&id, "AUA", "DEA", 1);
        body["userCd"] = json!("new.colleague@example.com");
        server.call_as("AUA", "StoreDeclaration", body).ok();
        let users = server.block_on(|services| async move { services.accounts(&Administrator::command_line(), "AUA").await }).expect("users");
        let created = users.iter().find(|user| user.user_cd == "new.colleague@example.com").expect("created");
        assert_eq!((created.created_by.as_str(), created.has_password), ("call", false));
        assert!(server.history("AUA", &id)[0].detail.contains("UserCreated"));
        let login = json!({ "securityToken": token_of("AUA"), "userCd": "new.colleague@example.com", "password": "x" });
        server.call("Login", &login).refused(401);
    }
}
