//! Published events: everything that happens is told once to those who may know, in order, under names that last; and the light
//! under `/v1`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use entrepost::domain::Scope;
use entrepost::service::settings::SettingChanges;
use serde_json::{Value, json};

use crate::harness::data::{declaration, fresh_id, mail_object, mail_state, response, store};
use crate::harness::process::run;
use crate::harness::raw::Raw;
use crate::harness::server::token_of;
use crate::harness::{Answer, Server};
use crate::oauth::{client_like, new_client, token};
use crate::watchdog::second_german_post;
use crate::{on_both_engines, on_both_engines_with};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn get_as(server: &Server, org: &str, path: &str) -> Answer {
    get_with(server, token_of(org), path, &[])
}

fn get_with(server: &Server, token: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let bearer = format!("Bearer {token}");
    let mut all = vec![("authorization", bearer.as_str())];
    all.extend_from_slice(headers);
    server.get_with(path, &all)
}

fn send(server: &Server, org: &str, verb: &str, path: &str, body: &Value) -> Answer {
    let body = body.to_string();
    let request = format!(
        "{verb} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        token_of(org),
        body.len()
    );
    server.raw(request.as_bytes())
}

/// Begins the feed of an organization.
fn begin(server: &Server, org: &str) {
    let page = get_as(server, org, "/v1/events").ok().json();
    assert_eq!(page["events"], json!([]));
}

fn derive(server: &Server) {
    server.settle();
    server.block_on(|services| async move { services.derive_events().await }).expect("derives");
}

/// The whole feed of an organization from a cursor on, and the cursor after it.
fn feed_from(server: &Server, org: &str, query: &str, after: Option<String>) -> (Vec<Value>, String) {
    let (mut events, mut after) = (Vec::new(), after);
    loop {
        let from = after.as_deref().map(|after| format!("&after={after}")).unwrap_or_default();
        let page = get_as(server, org, &format!("/v1/events?{query}{from}")).ok().json();
        events.extend(page["events"].as_array().expect("a list").iter().cloned());
        after = page["next"].as_str().map(str::to_owned);
        if page["more"] == false {
            return (events, after.expect("a cursor"));
        }
    }
}

fn feed(server: &Server, org: &str) -> Vec<Value> {
    derive(server);
    feed_from(server, org, "limit=7", None).0
}

/// Type and subtype of events.
fn names(events: &[Value]) -> Vec<String> {
    let name = |event: &Value| {
        let subtype = event["subtype"].as_str().map(|subtype| format!(" {subtype}")).unwrap_or_default();
        format!("{}{subtype}", event["type"].as_str().expect("a type"))
    };
    events.iter().map(name).collect()
}

fn declare(server: &Server, id: &str, event: i32) {
    server.call_as("AUA", "StoreDeclaration", store(id, "AUA", "DEA", event)).ok();
    server.settle();
}

fn decide(server: &Server, id: &str, decision: &str) {
    let resp = response(decision, 0);
    let body = json!({ "mailObject": mail_object(id, "AUA", "DEA"), "resp": resp, "evtCd": 2 });
    server.call_as("DE", "StoreResponse", body).ok();
    server.settle();
}

/// Something of everything.
fn story(server: &Server) -> String {
    let id = fresh_id("AU");
    declare(server, &id, 1);
    declare(server, &id, 2);
    let question = json!({
        "id": id, "postOrgCd": "DEA", "partnerPostOrgCd": "AUA",
        "referral": { "ReferralCd": "RFI", "ReferralId": "Q1", "Remarks": "CANARY material?" },
    });
    server.call_as("DEA", "CreateReferral", question).ok();
    let answer = json!({
        "id": id, "postOrgCd": "AUA", "partnerPostOrgCd": "DEA",
        "referralResponse": { "ReferralResponseCd": "R12", "ReferralId": "Q1", "Remarks": "CANARY wood" },
    });
    server.call_as("AUA", "CreateReferralResp", answer).ok();
    server.call_as("DEA", "UpdateMailState", mail_state(&id, "DEA", "AUA", "I", 50)).ok();
    decide(server, &id, "2");
    let mark = json!({ "itemId": id, "watchdogInfo": { "Operation": 4, "Remarks": "CANARY weigh" } });
    server.call_as("DE", "SetWatchdogItemInfo", mark).ok();
    server.call_as("DE", "SetWatchdogItemInfo", json!({ "itemId": id, "watchdogInfo": { "Operation": 2 } })).ok();
    server.call_as("AUA", "PrintCustomsDeclaration", json!({ "mailItemId": id })).ok();
    server.settle();
    id
}

/// What is wrong with the events of a post that is followed since its first item: what its histories have to tell is to be told,
/// each once, numbered without a gap.
pub fn faults_of_feed(database_url: &str, post: &str) -> Vec<String> {
    let mut raw = Raw::open(database_url);
    let tells = |kind: &str| {
        let silent = ["response.draft", "response.deleted", "item.judged", "item.judged-anew", "light.judged"];
        !silent.contains(&kind)
    };
    let hex =
        if database_url.starts_with("sqlite:") { "hex(object_pid)" } else { "replace(object_pid::text, '-', '')" };
    let rows = raw.texts(&format!(
        "SELECT lower({hex}) || '|' || seq || '|' || event || '|' || coalesce(office_cd, '') || '|' || detail AS t \
         FROM item_history WHERE post_org = '{post}' ORDER BY object_pid, seq"
    ));
    let mut expected = BTreeSet::new();
    let mut offices: BTreeMap<String, String> = BTreeMap::new();
    for row in rows {
        let parts: Vec<&str> = row.splitn(5, '|').collect();
        let [pid, seq, kind, office, detail] = parts[..] else { panic!("{row}") };
        if tells(kind) {
            expected.insert(format!("evt_{pid}_{seq}c"));
        }
        let detail: Value = serde_json::from_str(detail).expect("JSON");
        let comes_to_office = kind == "object.moved"
            && !office.is_empty()
            && offices.insert(pid.to_owned(), office.to_owned()).as_deref() != Some(office);
        if detail["Light"]["Was"].is_string() || detail["Light"]["Is"] == "Red" || comes_to_office {
            expected.insert(format!("evt_{pid}_{seq}l"));
        }
    }
    let told =
        // Of what is told besides items no history of items knows.
        raw.texts(&format!("SELECT lower({hex}) || '_' || seq || part AS t FROM event WHERE post_org = '{post}' AND part <> 'n'"));
    let count = told.len();
    let told: BTreeSet<String> = told.into_iter().map(|id| format!("evt_{id}")).collect();
    let mut faults: Vec<String> = told.symmetric_difference(&expected).map(|id| format!("{post}: {id}")).collect();
    faults.extend((told.len() != count).then(|| format!("{post}: an event is told twice")));
    let numbers = format!(
        "SELECT coalesce(max(event_no) - count(*) + min(event_no) - 1, 0) AS n FROM event WHERE post_org = '{post}'"
    );
    faults.extend((raw.number(&numbers) != 0).then(|| format!("{post}: the numbers have gaps")));
    faults
}

on_both_engines! {
    fn everything_that_happens_is_told_to_those_who_may_know(server) {
        for org in ["AUA", "DEA", "DE", "AU", "FRA"] {
            begin(server, org);
        }
        story(server);
        assert_eq!(names(&feed(server, "DEA")), [
            "declaration.stored received", "referral.raised RFI", "light.changed amber", "referral.answered R12",
            "light.changed amber", "item.moved 50", "response.stored final", "light.changed green", "watchdog.changed blocked",
            "light.changed red", "watchdog.changed cleared", "light.changed green",
        ]);
        assert_eq!(names(&feed(server, "DE")), names(&feed(server, "DEA")), "its customs sees all of it");
        let of_origin = names(&feed(server, "AUA"));
        assert_eq!(&of_origin[..2], ["declaration.stored draft", "declaration.stored final"]);
        assert!(of_origin.contains(&"document.printed".to_owned()) && of_origin.contains(&"response.stored received".to_owned()));
        let of_its_customs = names(&feed(server, "AU"));
        let hidden = ["declaration.stored draft", "document.printed"];
        let open: Vec<_> = of_origin.iter().filter(|name| !hidden.contains(&name.as_str())).cloned().collect();
        assert_eq!(of_its_customs, open, "drafts and forms are the post's alone");
        assert!(feed(server, "FRA").is_empty());
        ["AUA", "DEA"].into_iter().for_each(|post| assert_whole_since_begin(server, post));
    }

    fn an_event_holds_codes_and_no_data_and_keeps_its_name(server) {
        begin(server, "DEA");
        let id = story(server);
        let events = feed(server, "DEA");
        let text = serde_json::to_string(&events).expect("JSON");
        for canary in ["CANARY", "Harbour", "Beispielempfang", "38.5", "Probestrasse", "Wooden"] {
            assert!(!text.contains(canary), "{canary}");
        }
        let changed = events.iter().find(|event| names(std::slice::from_ref(event))[0] == "light.changed green").expect("green");
        assert_eq!(changed["organization"], "DEA");
        let data = &changed["data"];
        assert_eq!((&data["itemId"], &data["flow"], &data["origPost"]), (&json!(id), &json!("I"), &json!("AUA")));
        assert_eq!(data["light"], json!({ "is": "Green", "was": "Amber", "reasons": ["CLEARED"], "mayProceed": true, "binding": false }));
        let own = changed["id"].as_str().expect("an id").to_owned();
        let again = get_as(server, "DEA", &format!("/v1/events/{own}")).ok().json();
        assert_eq!(&again, changed);
        assert_eq!(get_as(server, "AUA", &format!("/v1/events/{own}")).status, 404);
        for nonsense in ["evt_", "evt_1_1c", "x", "evt_00000000000000000000000000000000_1c", &own.replace('l', "x")] {
            assert_eq!(get_as(server, "DEA", &format!("/v1/events/{nonsense}")).status, 404, "{nonsense}");
        }
        // Derived anew under the same names; numbers are only added.
        let ids = |events: &[Value]| events.iter().map(|event| event["id"].to_string()).collect::<Vec<_>>();
        let mut raw = Raw::open(&server.database_url);
        raw.run("DELETE FROM event WHERE seq = 2");
        let since = server.clock.now() - DAY;
        server.block_on(|services| async move { services.rebuild_events("DEA", since).await }).expect("rebuilds");
        let rebuilt = feed(server, "DEA");
        let sorted = |mut ids: Vec<String>| { ids.sort(); ids };
        // The demo's own items are told now, too.
        let rebuilt: Vec<Value> = rebuilt.into_iter().filter(|event| event["data"]["itemId"] == json!(id)).collect();
        assert_eq!(sorted(ids(&rebuilt)), sorted(ids(&events)));
    }

    fn pages_follow_each_other_and_filters_hold(server) {
        begin(server, "DEA");
        let first = story(server);
        let (all, end) = { derive(server); feed_from(server, "DEA", "limit=500", None) };
        for limit in [1, 2, 5] {
            assert_eq!(feed_from(server, "DEA", &format!("limit={limit}"), None).0, all, "{limit}");
        }
        assert!(feed_from(server, "DEA", "limit=500", Some(end.clone())).0.is_empty());
        let second = story(server);
        derive(server);
        let (new, _) = feed_from(server, "DEA", "limit=3", Some(end.clone()));
        assert!(!new.is_empty() && new.iter().all(|event| event["data"]["itemId"] == json!(second)));
        let lights = feed_from(server, "DEA", "type=light.*", None).0;
        assert!(lights.len() > 4 && lights.iter().all(|event| event["type"] == "light.changed"));
        let of_one = feed_from(server, "DEA", &format!("item={first}&type=response.stored,item.moved"), None).0;
        assert_eq!(names(&of_one), ["item.moved 50", "response.stored final"]);
        for (query, code) in [
            (format!("type=light.*&after={end}"), "cursor"), ("after=nonsense".into(), "cursor"), ("type=light.off".into(), "unknown_code"),
            ("limit=501".into(), "format"), ("wait=26".into(), "format"), ("colour=red".into(), "unknown_parameter"),
        ] {
            let refused = get_as(server, "DEA", &format!("/v1/events?{query}")).refused(400).json();
            assert_eq!(refused["errors"][0]["code"], code, "{query}: {refused}");
        }
        let of_another = get_as(server, "AUA", &format!("/v1/events?after={end}"));
        assert_eq!(of_another.status, 400);
    }

    fn a_reader_goes_on_where_it_acknowledged(server) {
        begin(server, "DEA");
        story(server);
        derive(server);
        assert_eq!(get_as(server, "DEA", "/v1/events?reader=stock").status, 404);
        assert_eq!(send(server, "DEA", "PUT", "/v1/readers/stock", &json!({})).status, 204);
        let read = |limit: usize| get_as(server, "DEA", &format!("/v1/events?reader=stock&limit={limit}")).ok().json();
        let page = read(4);
        assert_eq!(read(4), page, "what is not acknowledged comes again");
        let through = |cursor: &Value| send(server, "DEA", "PUT", "/v1/readers/stock", &json!({ "through": cursor })).status;
        assert_eq!(through(&page["next"]), 204);
        let rest = read(500);
        let all = feed_from(server, "DEA", "limit=500", None).0;
        let got: Vec<Value> =
            [&page, &rest].iter().flat_map(|page| page["events"].as_array().expect("a list").clone()).collect();
        assert_eq!(got, all);
        let listed = get_as(server, "DEA", "/v1/readers").ok().json()["readers"].clone();
        assert_eq!(listed.as_array().map(|list| list.iter().map(|one| one["name"].clone()).collect()), Some(vec![json!("stock")]));
        assert_eq!(get_as(server, "AUA", "/v1/readers").ok().json(), json!({ "readers": [] }));
        assert_eq!((through(&json!("x")), send(server, "AUA", "PUT", "/v1/readers/own", &json!({ "through": page["next"] })).status), (400, 400));
        for name in ["a%20b", &"n".repeat(65)] {
            assert_eq!(send(server, "DEA", "PUT", &format!("/v1/readers/{name}"), &json!({})).status, 400, "{name}");
        }
        for number in 0..19 {
            assert_eq!(send(server, "DEA", "PUT", &format!("/v1/readers/r{number}"), &json!({})).status, 204);
        }
        assert_eq!(send(server, "DEA", "PUT", "/v1/readers/one-too-many", &json!({})).status, 400);
        assert_eq!(send(server, "DEA", "DELETE", "/v1/readers/stock", &json!({})).status, 204);
        assert_eq!(send(server, "DEA", "DELETE", "/v1/readers/stock", &json!({})).status, 404);
    }

    fn old_events_go_and_their_cursors_say_so(server) {
        begin(server, "DEA");
        let start = get_as(server, "DEA", "/v1/events").ok().json()["next"].as_str().expect("a cursor").to_owned();
        let old = story(server);
        let (events, end) = { derive(server); feed_from(server, "DEA", "limit=500", None) };
        server.clock.advance(DAY * 31);
        server.block_on(|services| async move { services.drop_expired().await }).expect("drops");
        let gone = get_as(server, "DEA", &format!("/v1/events?after={start}"));
        assert_eq!((gone.status, gone.json()["code"].clone()), (410, json!("cursor_expired")), "{}", gone.text);
        assert!(gone.text.contains("modifiedSince"));
        assert!(feed_from(server, "DEA", "limit=500", Some(end.clone())).0.is_empty(), "who has read all has lost nothing");
        assert!(feed_from(server, "DEA", "limit=500", None).0.is_empty());
        // What happens to the item later is told, what was dropped is not told again.
        decide(server, &old, "6");
        let new = { derive(server); feed_from(server, "DEA", "limit=500", Some(end)).0 };
        assert_eq!(names(&new), ["response.stored final", "light.changed red"]);
        assert!(new.iter().all(|event| !events.contains(event)));
    }

    fn who_waits_is_answered_when_something_happens(server) {
        begin(server, "DEA");
        let began = Instant::now();
        let none = get_as(server, "DEA", "/v1/events?wait=1").ok().json();
        assert!(none["events"] == json!([]) && began.elapsed() >= Duration::from_millis(950));
        let after = none["next"].as_str().expect("a cursor").to_owned();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                let page = get_as(server, "DEA", &format!("/v1/events?wait=25&after={after}")).ok().json();
                (page, Instant::now())
            });
            let id = fresh_id("AU");
            server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
            let stored = Instant::now();
            let (page, answered) = waiting.join().expect("answers");
            assert_eq!(page["events"][0]["data"]["itemId"], json!(id));
            assert!(answered.duration_since(stored) < Duration::from_secs(5), "{:?}", answered.duration_since(stored));
        });
    }

    fn the_light_of_one_item_many_items_and_its_past(server) {
        let id = fresh_id("AU");
        declare(server, &id, 2);
        let light = |headers: &[(&str, &str)]| get_with(server, token_of("DEA"), &format!("/v1/items/{id}/light"), headers);
        let first = light(&[]).ok();
        let shown = first.json();
        assert_eq!((&shown["light"], &shown["mayProceed"], &shown["binding"]), (&json!("Amber"), &json!(false), &json!(false)));
        assert!(shown["notice"].as_str().is_some_and(|text| text.contains("Information only")));
        let tag = first.header("etag").expect("a tag").to_owned();
        let known = light(&[("if-none-match", &tag)]);
        assert_eq!((known.status, known.text.as_str()), (304, ""));
        let began = Instant::now();
        assert_eq!(light(&[("if-none-match", &tag), ("prefer", "wait=1")]).status, 304);
        assert!(began.elapsed() >= Duration::from_millis(950));
        std::thread::scope(|scope| {
            // Other news of the item may come first.
            let waiting = scope.spawn(|| {
                let mut tag = tag.clone();
                loop {
                    let answer = light(&[("if-none-match", &tag), ("prefer", "wait=20")]).ok();
                    if answer.json()["light"] != "Amber" {
                        return answer;
                    }
                    answer.header("etag").expect("a tag").clone_into(&mut tag);
                }
            });
            decide(server, &id, "4");
            let changed = waiting.join().expect("answers").json();
            assert_eq!((&changed["light"], &changed["mayProceed"]), (&json!("Green"), &json!(true)));
            assert_eq!(changed["conditions"], json!(["DUE_ON_DELIVERY"]), "may go, with an amount due");
        });
        assert_eq!(light(&[("prefer", "wait=soon")]).status, 400);
        let nobody = fresh_id("AU");
        let asked = json!({ "items": [
            { "itemId": nobody }, { "itemId": id }, { "itemId": id, "origin": "AUA", "destination": "DE" }, { "itemId": id, "destination": "FR" },
        ] });
        let many = send(server, "DEA", "POST", "/v1/items/lights", &asked).ok().json();
        assert_eq!(many["summary"], json!({ "green": 2, "amber": 2, "red": 0 }));
        let of: Vec<_> = many["items"].as_array().expect("a list").iter().map(|one| one["reasons"][0]["code"].clone()).collect();
        assert_eq!(of, [json!("UNKNOWN_ITEM"), json!("CLEARED_DUE"), json!("CLEARED_DUE"), json!("UNKNOWN_ITEM")]);
        let stranger = get_as(server, "FRA", &format!("/v1/items/{id}/light")).ok().json();
        let unknown = get_as(server, "FRA", &format!("/v1/items/{nobody}/light")).ok().json();
        assert_eq!(stranger.to_string().replace(&id, ""), unknown.to_string().replace(&nobody, ""), "as if it were not there");
        let past = get_as(server, "DEA", &format!("/v1/items/{id}/light/history")).ok().json();
        let changes: Vec<_> = past["changes"].as_array().expect("a list").iter().map(|one| (one["was"].clone(), one["is"].clone(), one["by"].clone())).collect();
        assert_eq!(changes, [(json!(null), json!("Amber"), json!("AUA")), (json!("Amber"), json!("Green"), json!("DE"))]);
        assert_eq!(get_as(server, "FRA", &format!("/v1/items/{id}/light/history")).status, 404);
        for (body, code) in [
            (json!({ "items": [{ "itemId": "x y" }] }), "format"), (json!({ "items": [{}] }), "json"), (json!({}), "json"),
            (json!({ "items": vec![json!({ "itemId": id }); 1_001] }), "too_long"), (json!({ "items": [{ "itemId": id, "origin": "XX" }] }), "unknown_code"),
        ] {
            let refused = send(server, "DEA", "POST", "/v1/items/lights", &body);
            assert_eq!(refused.status, 400, "{code}: {}", refused.text);
        }
    }

    fn an_id_of_any_form_is_found_by_its_link(server) {
        let id = format!("R/{}+1%20", &fresh_id("AU")[2..10]);
        let light = |path: &str| get_as(server, "AUA", path).ok().json();
        let unknown = light(&format!("/v1/items/{}/light", id.replace('%', "%25").replace('/', "%2F").replace('+', "%2B")));
        assert_eq!((&unknown["itemId"], unknown["pId"].is_null()), (&json!(id), true));
        declare(server, &id, 2);
        let known = light(unknown["links"]["self"].as_str().expect("a link"));
        assert_eq!((&known["itemId"], known["pId"].is_null()), (&json!(id), false));
    }

    fn a_client_of_an_office_sees_what_was_moved_there(server) {
        let (here, there) = (fresh_id("AU"), fresh_id("AU"));
        begin(server, "DEA");
        let moved = |id: &str, office: &str, state: usize| {
            let mut body = mail_state(id, "DEA", "AUA", "I", state);
            body["officeCd"] = json!(office);
            server.call_as("DEA", "UpdateMailState", body).ok();
        };
        for (id, office) in [(&here, "DEAAAA"), (&there, "PTLISA")] {
            declare(server, id, 2);
            moved(id, office, 50);
            decide(server, id, "2");
        }
        let mut new = new_client("DEA", &[Scope::ReadLight, Scope::ReadEvents]);
        new.only_offices = vec!["DEAAAA".into()];
        let (client, secret) = client_like(server, new);
        let token = token(server, &client, &secret);
        let read = |path: &str| get_with(server, &token, path, &[]);
        let code = |id: &str| read(&format!("/v1/items/{id}/light")).ok().json()["reasons"][0]["code"].clone();
        assert_eq!((code(&here), code(&there)), (json!("CLEARED"), json!("UNKNOWN_ITEM")));
        assert_eq!(read(&format!("/v1/items/{here}/light/history")).status, 200);
        assert_eq!(read(&format!("/v1/items/{there}/light/history")).status, 404);
        assert_eq!(read(&format!("/v1/declarations/{here}")).status, 403, "nothing else of the item");
        let events = || {
            derive(server);
            read("/v1/events").ok().json()["events"].as_array().expect("a list").clone()
        };
        // It hears of what comes to its office, and of what customs decides afterwards.
        let heard = events();
        assert!(heard.iter().all(|event| event["data"]["itemId"] == json!(here)), "{heard:?}");
        assert_eq!(names(&heard), ["item.moved 50", "light.changed amber", "response.stored final", "light.changed green"]);
        assert_eq!(heard[1]["data"]["light"]["was"], json!(null), "its light when it came");
        let whole = feed(server, "DEA");
        let own = whole.iter().find(|event| event["id"] == heard[0]["id"]).expect("the post hears of it, too");
        assert_eq!(get_with(server, &token, own["data"]["links"]["self"].as_str().expect("a link"), &[]).status, 200);
        let other = whole.iter().find(|event| event["data"]["itemId"] == json!(there)).expect("an event");
        assert_eq!(get_with(server, &token, other["data"]["links"]["self"].as_str().expect("a link"), &[]).status, 404);
        // The other comes here, the first one leaves.
        moved(&there, "DEAAAA", 51);
        moved(&here, "PTLISA", 51);
        assert_eq!((code(&here), code(&there)), (json!("UNKNOWN_ITEM"), json!("CLEARED")));
        let new = events().split_off(heard.len());
        assert!(new.iter().all(|event| event["data"]["itemId"] == json!(there)), "{new:?}");
        assert_eq!(names(&new), ["item.moved 51", "light.changed green"]);
        // In a receptacle the other's items are neither shown nor counted.
        let receptacle = "AUSYDADEFRAACUN60002001900015";
        let path = format!("/v1/containers/{receptacle}/items");
        assert_eq!(send(server, "DEA", "PUT", &path, &json!({ "items": [here, there] })).status, 204);
        let lights = read(&format!("/v1/containers/{receptacle}/lights")).ok().json();
        assert_eq!(lights["summary"], json!({ "green": 1, "amber": 0, "red": 0 }));
        assert_eq!(lights["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(send(server, "DEA", "PUT", &path, &json!({ "items": [here] })).status, 204);
        let mut elsewhere = new_client("DEA", &[Scope::ReadLight]);
        elsewhere.only_offices = vec!["DEBBBB".into()];
        let (client, secret) = client_like(server, elsewhere);
        let token = self::token(server, &client, &secret);
        assert_eq!(get_with(server, &token, &format!("/v1/containers/{receptacle}/lights"), &[]).status, 404);
    }

    fn a_busy_post_keeps_no_other_waiting(server) {
        // Two posts of one customs administration.
        second_german_post(server);
        begin(server, "DE");
        let ids: Vec<String> = (0..6).map(|_| fresh_id("AU")).collect();
        for (at, id) in ids.iter().enumerate() {
            server.call_as("AUA", "StoreDeclaration", store(id, "AUA", if at < 5 { "DEA" } else { "DEB" }, 2)).ok();
        }
        derive(server);
        let (mut after, mut posts) = (String::new(), Vec::new());
        for _ in 0..6 {
            let page = get_as(server, "DE", &format!("/v1/events?limit=1{after}")).ok().json();
            posts.push(page["events"][0]["organization"].as_str().expect("a post").to_owned());
            after = format!("&after={}", page["next"].as_str().expect("a cursor"));
        }
        assert!(posts[..2].contains(&"DEB".to_owned()), "{posts:?}");
        assert_eq!(posts.iter().filter(|post| *post == "DEA").count(), 5);
    }

    fn receptacles_and_despatches_are_asked_about_as_a_whole(server) {
        let receptacle = |number: u32| format!("AUSYDADEFRAACUN60001{number:03}900015");
        let ids: Vec<String> = (0..5).map(|_| fresh_id("AU")).collect();
        for (at, id) in ids.iter().enumerate() {
            let mut body = store(id, "AUA", "DEA", 2);
            // Three in the first receptacle, two in the second; the last is put there by hand.
            if at < 4 {
                body["decl"]["Data"]["ExtraFieldNames"] = json!(["EP.ReceptacleId"]);
                body["decl"]["Data"]["ExtraFieldValues"] = json!([receptacle(if at < 3 { 1 } else { 2 })]);
            }
            server.call_as("AUA", "StoreDeclaration", body).ok();
        }
        let into = |org: &str, items: Value| {
            send(server, org, "PUT", &format!("/v1/containers/{}/items", receptacle(2)), &json!({ "items": items })).status
        };
        assert_eq!(into("DEA", json!([ids[4]])), 204);
        decide(server, &ids[0], "2");
        decide(server, &ids[3], "6");
        let lights = |org: &str, container: &str, query: &str| {
            get_as(server, org, &format!("/v1/containers/{container}/lights{query}"))
        };
        let items = |answer: &Answer| {
            let listed = answer.json()["items"].as_array().expect("a list").clone();
            listed.into_iter().map(|one| one["itemId"].as_str().expect("an id").to_owned()).collect::<BTreeSet<_>>()
        };
        let set = |ids: &[String]| ids.iter().cloned().collect::<BTreeSet<_>>();
        let first = lights("DEA", &receptacle(1), "").ok();
        assert_eq!((items(&first), first.json()["summary"].clone()), (set(&ids[..3]), json!({ "green": 1, "amber": 2, "red": 0 })));
        let despatch = lights("DEA", "AUSYDADEFRAACUN60001", "").ok();
        assert_eq!((items(&despatch), despatch.json()["summary"].clone()), (set(&ids), json!({ "green": 1, "amber": 3, "red": 1 })));
        assert_eq!(items(&lights("DEA", "AUSYDADEFRAACUN60001", "?light=Red").ok()), set(&ids[3..4]));
        assert_eq!(items(&lights("DE", &receptacle(2), "").ok()), set(&ids[3..]), "its customs asks as well");
        // By list and by container the same is said.
        let asked: Vec<Value> = ids[..3].iter().map(|id| json!({ "itemId": id })).collect();
        let listed = send(server, "DEA", "POST", "/v1/items/lights", &json!({ "items": asked })).ok().json();
        assert_eq!(listed["summary"], first.json()["summary"]);
        assert_eq!((lights("FRA", &receptacle(1), "").status, lights("DEA", &receptacle(9), "").status), (404, 404));
        assert_eq!((into("FRA", json!([ids[0]])), into("DEA", json!([fresh_id("AU")]))), (404, 404));
        assert_eq!((lights("DEA", &"x".repeat(36), "").status, lights("DEA", &receptacle(1), "?light=Blue").status), (400, 400));
        // The last word counts: declared again without it, it lies nowhere.
        server.call_as("AUA", "StoreDeclaration", json!({
            "mailObject": mail_object(&ids[1], "AUA", "DEA"), "decl": declaration("39.00"), "evtCd": 2,
        })).ok();
        server.settle();
        assert_eq!(items(&lights("DEA", &receptacle(1), "").ok()), set(&[ids[0].clone(), ids[2].clone()]));
    }

    fn a_large_receptacle_is_read_page_by_page_past_what_is_not_seen(server) {
        let receptacle = "AUSYDADEFRAACUN60003001900015";
        let entry = |event: &str| {
            let mut declared = declaration("38.50");
            declared["Data"]["ExtraFieldNames"] = json!(["EP.ReceptacleId"]);
            declared["Data"]["ExtraFieldValues"] = json!([receptacle]);
            json!({ "mailObject": mail_object(&fresh_id("AU"), "AUA", "DEA"), "declaration": declared, "event": event })
        };
        let batch = |count: usize, event: &str| {
            let entries: Vec<Value> = (0..count).map(|_| entry(event)).collect();
            server.rest("AUA", "POST", "/v1/declarations/batch", Some(&json!({ "declarations": entries })), &[]).ok();
        };
        // More drafts than a page has; customs does not see these.
        batch(501, "draft");
        batch(2, "final");
        let pages = |org: &str| {
            let (mut path, mut pages) = (format!("/v1/containers/{receptacle}/lights"), Vec::new());
            loop {
                let page = get_as(server, org, &path).ok();
                let items = page.json()["items"].as_array().expect("a list").clone();
                pages.push(items.into_iter().map(|one| one["itemId"].to_string()).collect::<Vec<_>>());
                let Some(link) = page.header("link") else { return pages };
                path = link[1..link.find('>').expect("a link")].to_owned();
            }
        };
        let of_post = pages("AUA");
        assert_eq!(of_post.iter().map(Vec::len).collect::<Vec<_>>(), [500, 3]);
        assert_eq!(of_post.concat().into_iter().collect::<BTreeSet<_>>().len(), 503, "each once");
        assert_eq!(pages("AU").iter().map(Vec::len).collect::<Vec<_>>(), [2]);
    }

    fn whether_a_light_binds_is_the_posts_to_say(server) {
        let id = fresh_id("AU");
        declare(server, &id, 2);
        let binding = |org: &str| get_as(server, org, &format!("/v1/items/{id}/light")).ok().json()["binding"].clone();
        assert_eq!((binding("DEA"), binding("AUA")), (json!(false), json!(false)));
        let changes = SettingChanges { light_binding: Some(true), ..SettingChanges::default() };
        server.block_on(|services| async move {
            services.set_organization("DEA", changes.clone()).await.expect("sets");
            services.refresh_catalogue().await.expect("looks");
            assert!(services.set_organization("DE", changes).await.is_err(), "customs has no items of its own");
        });
        assert_eq!((binding("DEA"), binding("AUA")), (json!(true), json!(false)));
    }
}

/// All posts of the tests began when there were the demo's items only: these have nothing new to tell.
#[track_caller]
fn assert_whole_since_begin(server: &Server, post: &str) {
    let since = server.clock.now() - DAY;
    server.block_on(|services| async move { services.rebuild_events(post, since).await }).expect("rebuilds");
    derive(server);
    assert_eq!(faults_of_feed(&server.database_url, post), Vec::<String>::new());
}

on_both_engines_with! {
    [("event-days", "1")];
    fn how_long_events_are_kept_can_be_set(server) {
        begin(server, "DEA");
        story(server);
        assert!(!feed(server, "DEA").is_empty());
        server.clock.advance(DAY + Duration::from_secs(60));
        server.block_on(|services| async move { services.drop_expired().await }).expect("drops");
        assert!(feed(server, "DEA").is_empty());
    }
}

#[test]
fn an_administrator_sees_and_rebuilds_the_events_of_a_post() {
    let server = Server::start(crate::harness::Engine::Sqlite);
    begin(&server, "DEA");
    let id = story(&server);
    derive(&server);
    let url = server.database_url.clone();
    let folder = server.keep_folder();
    server.stop();
    let admin = |arguments: &[&str]| {
        let all: Vec<&str> =
            ["admin", "events"].iter().chain(arguments).copied().chain(["--database-url", &url]).collect();
        run(&all)
    };
    let shown = admin(&["show", "DEA"]).ok();
    let last = shown.lines().last().expect("a line").to_owned();
    assert_eq!(shown.lines().count(), 12);
    assert!(last.starts_with("12\t{\"id\":\"evt_") && last.contains(&id), "{last}");
    assert_eq!(admin(&["show", "DEA", "--after", "11"]).ok().trim_end(), last);
    assert_eq!(admin(&["rebuild", "DEA", "--since", "2026-01-01"]).ok().lines().count(), 1);
    assert!(admin(&["show", "DEA"]).ok().lines().count() >= 12);
    assert!(admin(&["show", "XXX"]).fails(1).contains("no such post"));
    drop(folder);
}
