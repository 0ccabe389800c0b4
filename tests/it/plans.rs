//! Every query of the house uses an index: the server remembers what it runs, the engine is asked how it would.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::DateTime;
use entrepost::domain::{RecordKind, Role};
use entrepost::http::{Callers, methods};
use entrepost::service::users::Administrator;
use serde_json::{Value, json};

use crate::courier::{Courier, callback_host, normal, refer, says_ok, succeeded};
use crate::harness::data::{declaration, fresh_id, mail_object, response, s10, store};
use crate::harness::process::run;
use crate::harness::raw::Raw;
use crate::harness::receiver::Receiver;
use crate::harness::server::{filled_database, fresh_database, token_of};
use crate::harness::visitor::Visitor;
use crate::harness::{Answer, Engine, Server, postgres};

/// Tables that stay small however much mail there is: reading them whole is fine.
const TINY: &[&str] = &[
    "organization",
    "organization_setting",
    "office",
    "change_counter",
    "event_follow",
    "subscription",
    "subscription_cursor",
    "subscription_secret",
    "oauth_secret",
    "replay",
    "feed_epoch",
    "feed_timeline",
    "heartbeat",
    "reference_list",
    "partner",
    "link",
    // Rows of a walk through an index, one a partner.
    "jump",
    // What was asked for, as a list.
    "json_each",
    "unjudged_post",
    "__diesel_schema_migrations",
];

/// A server that remembers its queries.
fn remembering(url: &str) -> Server {
    Server::on_adjusted(url, |config| {
        config.store.remember_queries = true;
        config.guard.allowed.add([127, 0, 0, 1].into());
    })
}

/// Bodies for a method that make it take each of its ways: (organization, body).
fn bodies(method: &str, id: &str) -> Vec<(&'static str, Value)> {
    let view = |id: &str| json!({ "MailObject": mail_object(id, "AUA", "DEA"), "Declaration": declaration("7.00"), "Response": response("6", 5) });
    let views = || json!([view(id), view(&fresh_id("AU")), view(&fresh_id("AU"))]);
    let moved = |flow: &str, partner: &str| {
        json!({ "id": fresh_id("AU"), "postalOrgCd": "AUA", "partnerPostalOrgCd": partner, "flow": flow,
            "mailState": 1, "itemDestPostalOrgCd": "FRA", "forceCreateResponseIfNotAvailable": false })
    };
    match method {
        "Login" => vec![("DEA", json!({ "userCd": "depost", "password": "xxxxxx" }))],
        "Logout" => vec![("DEA", json!({ "userCd": "depost" }))],
        "StoreDeclaration" => (0..2)
            .flat_map(|round| [1, 2, 6, 7].map(|event| (round, event)))
            .map(|(round, event)| {
                let amount = format!("{round}.{event}");
                ("AUA", json!({ "mailObject": mail_object(id, "AUA", "DEA"), "decl": declaration(&amount), "evtCd": event }))
            })
            .collect(),
        "CreateOrUpdateDeclarations" => vec![("AUA", json!({ "cdsViews": views() }))],
        "StoreResponse" => [("2", 0), ("6", 60), ("3", 30), ("2", 0)]
            .into_iter()
            .map(|(decision, at)| {
                ("DE", json!({ "mailObject": mail_object(id, "AUA", "DEA"), "resp": response(decision, at), "evtCd": 2 }))
            })
            .collect(),
        "CreateOrUpdateResponses" => vec![("DE", json!({ "cdsViews": views() }))],
        "Load" => loads(id),
        "LoadByMailState" => ["AUA", "AU", "DEA"]
            .into_iter()
            .flat_map(|org| [json!({ "mailStateCd": "1" }), json!({ "mailStateCd": "1", "flow": "I", "modifiedSince": "2020-01-01" })].map(|body| (org, body)))
            .collect(),
        "GetCustomsStatus" => vec![("AUA", json!({ "id": id, "flow": "O" })), ("DE", json!({ "id": id }))],
        _ if method.starts_with("UpdateMailState") => {
            vec![("AUA", moved("O", "DEA")), ("AUA", moved("I", "DEA")), ("AUA", moved("T", "DEA"))]
        }
        "CreateReferral" => ["RFI", "RFS"]
            .into_iter()
            .map(|code| {
                ("DEA", json!({ "id": id, "postOrgCd": "DEA", "partnerPostOrgCd": "AUA", "referral": { "ReferralCd": code } }))
            })
            .collect(),
        "CreateReferralResp" => vec![(
            "AUA",
            json!({ "id": id, "postOrgCd": "AUA", "partnerPostOrgCd": "DEA",
                "referralResponse": { "ReferralResponseCd": "R20" } }),
        )],
        "GetReferralAndReferralResponse" => referrals(id),
        "CheckItemStatus" => ["AUA", "DE"]
            .into_iter()
            .map(|org| (org, json!({ "Items": [{ "ItemId": id }, { "ItemId": "EE123456785AU" }, { "ItemId": "EE1" }] })))
            .collect(),
        "CreateOrUpdateAnonymousDeclaration" => [json!(null), json!("9384748AU")]
            .into_iter()
            .map(|id| ("AUA", json!({ "anonymousDeclaration": { "Id": id, "Data": declaration("1.00")["Data"] } })))
            .collect(),
        "GetAnonymousDeclaration" => criteria(),
        "GetFinalDeclarationIdFromAnonymousDeclarationId" => vec![("AUA", json!({ "anonymousDeclId": "9384748AU" }))],
        "ConvertAnonymousToCDSDeclaration" => vec![(
            "AUA",
            json!({ "anonymousDeclarationId": "9384748AU", "internationalItemId": fresh_id("AU") }),
        )],
        "SetWatchdogItemInfo" => [id.to_owned(), fresh_id("AU")]
            .into_iter()
            .flat_map(|id| ["AUA", "DE"].map(|org| (org, id.clone())))
            .flat_map(|(org, id)| [4, 5, 2].map(|operation| (org, json!({ "itemId": id, "watchdogInfo": { "Operation": operation } }))))
            .collect(),
        "StoreMarketedGood" => [0, 1]
            .into_iter()
            .map(|number| {
                ("AUA", json!({ "marketedGood": { "Description": "boomerang", "ReferenceId": number,
                    "Details": { "BuyerOrganizations": ["FRA", "DEA"], "Stock": number } } }))
            })
            .collect(),
        "LoadMarketedGood" => goods(),
        "StorePostalService" => [None, Some("00000000-0000-4000-8000-000000000001")]
            .into_iter()
            .map(|id| ("AUA", json!({ "postalService": { "ServiceId": id, "DestOrganizationCd": "FRA" } })))
            .collect(),
        "LoadPostalServices" => vec![("DE", json!({ "origOrganizationCd": "AUA", "destOrganizationCd": "FRA" }))],
        "IsItemRestrictedProhibited" => vec![("AUA", json!({ "mailItemID": id })), ("DE", json!({ "mailItemID": id }))],
        // A method without a body of its own here still runs, as far as these get it.
        _ => vec![("AUA", json!({ "id": id, "itemId": id, "postalOrgCd": "AUA" })), ("DE", json!({ "id": id }))],
    }
}

/// Each member of `filters` alone, and all of them together, as bodies beside `fixed`.
fn alone_and_together(fixed: &Value, filters: &Value) -> Vec<Value> {
    let filters = filters.as_object().expect("an object");
    let with = |some: &mut dyn Iterator<Item = (&String, &Value)>| {
        let mut body = fixed.clone();
        some.for_each(|(name, value)| body[name] = value.clone());
        body
    };
    let mut all: Vec<Value> = filters.iter().map(|filter| with(&mut std::iter::once(filter))).collect();
    all.push(with(&mut filters.iter()));
    all
}

/// GetReferralAndReferralResponse with each filter.
fn referrals(id: &str) -> Vec<(&'static str, Value)> {
    let filters = json!({
        "id": id, "partnerPostalOrgCd": "DEA", "postingDtFrom": "2026-01-01", "postingDtTo": "2026-12-31",
        "eventDtFrom": "2026-01-01", "eventDtTo": "2099-12-31", "mailClassCd": "E", "hasPendingReferral": true,
        "referralType": "RFI,RFS", "referralResponseType": "R20", "overdue": true, "reminderDue": true,
    });
    let bodies = alone_and_together(&json!({ "postalOrgCd": "AUA", "flow": "O", "recordsLimit": 1 }), &filters);
    bodies.into_iter().flat_map(|body| ["AUA", "AU"].map(|org| (org, body.clone()))).collect()
}

/// GetAnonymousDeclaration with each criterion.
fn criteria() -> Vec<(&'static str, Value)> {
    let criteria = json!({
        "Id": "9384748AU", "CreatedFrom": "2026-01-01", "CreatedTo": "2099-12-31", "OfficeCd": "AUSYDA", "UserCd": "x",
        "SenderName": "Harbour", "SenderEmail": "post@example.com", "SenderTelephone": "1", "RecipientName": "Beispiel",
        "RecipientCountryCd": "DE", "RecipientZIP": "60594",
    });
    let all = alone_and_together(&json!({ "RecordsLimit": 1 }), &criteria);
    all.into_iter().map(|criteria| ("AUA", json!({ "searchCriteria": criteria }))).collect()
}

/// LoadMarketedGood in each of its ways.
fn goods() -> Vec<(&'static str, Value)> {
    let filters = json!({ "sellerOrganizationCd": "AUA", "buyerOrganizationCd": "FRA" });
    let ways = alone_and_together(&json!({ "recordsLimit": 1 }), &filters);
    let with_more = json!({ "sellerOrganizationCd": "AUA", "withInvalid": true, "withRestrictions": true });
    ways.into_iter().chain([with_more]).flat_map(|body| ["AUA", "DE"].map(|org| (org, body.clone()))).collect()
}

/// Load with each filter alone, with all of them, as a page, as the feed, as post and as customs.
fn loads(id: &str) -> Vec<(&'static str, Value)> {
    let filters = json!({
        "id": id, "flow": "O", "partnerPostalOrgCd": "DEA", "partCountryCd": "DE", "dtFrom": "2026-01-01",
        "dtTo": "2026-12-31", "zipFrom": "1", "zipTo": "9", "mailClassCd": "E", "onlyWithoutResponse": true,
        "onlyWithDeclarationOrResponse": true, "countTotal": true, "modifiedSince": "2020-01-01",
    });
    let filters = filters.as_object().expect("an object").clone();
    let mut all = vec![json!({}), Value::Object(filters.clone())];
    all.extend(filters.iter().map(|(name, value)| json!({ name: value, "recordsLimit": 1 })));
    all.push(json!({ "dtFrom": "2026-01-01", "dtTo": "2026-12-31", "recordsLimit": 1 }));
    all.into_iter().flat_map(|body| ["AUA", "AU"].map(|org| (org, body.clone()))).collect()
}

fn follow_cursor(server: &Server, org: &str, method: &str, body: &Value, answer: &Answer) {
    if let Some(cursor) = answer.header("x-next-cursor") {
        let mut next = body.clone();
        next["cursor"] = json!(cursor);
        server.call_as(org, method, next).ok();
    }
}

/// Every method of the registry, upkeep and administration.
fn use_everything(server: &Server) {
    let id = fresh_id("AU");
    for method in methods() {
        assert!(matches!(method.permission.callers, Callers::Posts | Callers::PostsAndCustoms));
        for (org, body) in bodies(method.name, &id) {
            let key = fresh_id("AU");
            let answer = server.call_with(org, method.name, body.clone(), &[("idempotency-key", &key)]);
            // 401: methods whose body here names no post of the caller; their own tests call them in full.
            assert!(matches!(answer.status, 200 | 400 | 401), "{}: {} {}", method.name, answer.status, answer.text);
            follow_cursor(server, org, method.name, &body, &answer);
        }
    }
    with_a_session(server);
    in_bulk(server);
    with_a_subscription(server, &id);
    with_a_clerk(server, &id);
    with_a_courier(server);
    with_a_sender(server);
    server.block_on(|services| async move {
        services.number_changes().await.expect("numbers");
        services.seal().await.expect("seals");
        services.keep_activity().await.expect("notes");
        services.drop_expired().await.expect("drops");
        services.warn_of_ending_secrets().await.expect("warns");
        let token = services.issue_token("AUA", "x", None, None, None).await.expect("issues");
        services.revoke_token(token).await.expect("revokes");
        services.tokens("AUA").await.expect("lists");
        services.accounts(&Administrator::command_line(), "AUA").await.expect("lists");
        services.organizations().await.expect("lists");
        services.offices().await.expect("lists");
        services.put_office("AUSYDA", "AUA", "Sydney").await.expect("renames");
        services.put_user("DEA", "depost", Some("yyyyyy".into()), Some(vec!["DEAAAA".into()])).await.expect("changes");
        services.item_history("AUA", &id).await.expect("shows");
        services.record_history("AUA", RecordKind::Office, "AUSYDA").await.expect("shows");
        services.access_history(DateTime::UNIX_EPOCH).await.expect("lists");
    });
}

/// What is kept of senders, and what one of them lodges at home; what everybody reads of the server.
fn with_a_sender(server: &Server) {
    let profile = json!({ "reference": "shop", "sender": { "SenderName": "Harbour Toys" }, "isDefault": true });
    server.rest("AUA", "POST", "/v1/senders", Some(&profile), &[]).refused(201);
    let mut changed = profile.clone();
    changed["clients"] = json!([]);
    changed["sender"]["SenderCity"] = json!("Hobart");
    server.rest("AUA", "PUT", "/v1/senders/shop", Some(&changed), &[("if-match", "*")]).ok();
    server.rest("AUA", "GET", "/v1/senders?limit=1", None, &[]).ok();
    let mut new =
        json!({ "mailObject": mail_object(&fresh_id("AU"), "AUA", "DEA"), "declaration": declaration("1.00") });
    new["declaration"]["Data"].as_object_mut().expect("data").retain(|name, _| !name.starts_with("Sender"));
    server.rest("AUA", "POST", "/v1/declarations", Some(&new), &[]);
    server.rest("AUA", "DELETE", "/v1/senders/shop", None, &[]).refused(204);
    let visitor = Visitor::new(server);
    visitor.get("/declare").is(200);
    visitor.post("/declare/AUA/mine", &[("number", "9384748AU"), ("secret", "WRONG"), ("do", "show")]).is(422);
    server.block_on(|services| async move { services.probe().await }).expect("looks");
    visitor.get("/status").is(200);
}

/// What a clerk does at a browser.
fn with_a_clerk(server: &Server, id: &str) {
    server.add_person("AUA", "clerk", &[Role::Clerk], &[]);
    let visitor = Visitor::signed_in(server, "AUA", "clerk");
    let view = server.load("AUA", json!({ "id": id, "postalOrgCd": "AUA", "flow": "O" })).remove(0);
    let item = format!("/console/items/AUA/{}", view["MailObject"]["PId"].as_str().expect("an id"));
    let form = "/console/items/new/form";
    let draft = fresh_id("AU");
    for path in ["/", form, &item, &format!("{item}/amend")] {
        visitor.get(path).is(200);
    }
    visitor.post(form, &[("template", "mine"), ("do", "template")]).is(200);
    visitor.post(form, &[("item_id", &draft), ("destination", "DEA"), ("do", "draft")]).leads_to();
    for path in [
        "/console",
        "/console/referrals",
        "/console/attention",
        "/console/templates",
        "/console/items/new",
        "/console/import",
        &format!("{form}?template=mine&owner=clerk"),
        &format!("{form}?lodged=9384748AU"),
    ] {
        visitor.get(path);
    }
    visitor.post("/console/templates", &[("name", "mine"), ("do", "share")]).leads_to();
    visitor.post("/console/templates", &[("name", "mine"), ("do", "drop")]).leads_to();
}

/// A courier's declaration, asked for and told.
fn with_a_courier(server: &Server) {
    let (courier, receiver) = (Courier::new(server), Receiver::start());
    receiver.answer(says_ok);
    callback_host(server, &receiver.url.replace("/hook", "/back/"), "xpress");
    let mut shipment = normal(&fresh_id("AU"));
    shipment["callback_url"] = json!(receiver.url.replace("/hook", "/back/x"));
    let told = courier.submitted(&shipment);
    courier.submitted(&shipment);
    succeeded(&courier.query(&told["id"]));
    refer(server, told["consignment_note"].as_str().expect("a note"), "RFI");
    server.notify();
    assert_eq!(receiver.all().len(), 1);
}

/// Imports, exports and what is told of them.
fn in_bulk(server: &Server) {
    let new = json!({ "mailObject": mail_object(&fresh_id("AU"), "AUA", "DEA"), "declaration": declaration("1.00"), "externalReference": "R1" });
    let sent = json!([new, new, {}]).to_string();
    let taken =
        crate::ingestions::send(server, "/v1/ingestions", "application/json", sent.as_bytes()).refused(202).json();
    crate::ingestions::send(server, "/v1/ingestions", "application/json", sent.as_bytes()).refused(202);
    server.block_on(|services| async move { services.take_in_ingestions().await }).expect("works off");
    let sheet = b"item_id,destination,external_reference\nEE1,DE,R2\n";
    let import = crate::ingestions::send(server, "/v1/imports", "text/csv", sheet).ok().json();
    let id = |view: &Value| view["referenceId"].as_str().expect("a reference").to_owned();
    server
        .rest(
            "AUA",
            "PATCH",
            &format!("/v1/declarations/{}", new["mailObject"]["Id"].as_str().expect("an id")),
            Some(&json!({ "externalReference": null })),
            &[("if-match", "*")],
        )
        .ok();
    for path in [
        "/v1/ingestions".to_owned(),
        format!("/v1/ingestions/{}/findings", id(&taken)),
        format!("/v1/imports/{}/refused.xlsx", id(&import)),
        "/v1/declarations?externalReference=R1".to_owned(),
        "/v1/exports/declarations.csv?externalReference=R1".to_owned(),
    ] {
        server.rest("AUA", "GET", &path, None, &[]).ok();
    }
}

/// Everything that is done with a subscription.
fn with_a_subscription(server: &Server, id: &str) {
    let receiver = Receiver::start();
    let ask = |verb: &str, path: &str, body: Option<Value>| server.rest("DEA", verb, path, body.as_ref(), &[]);
    let made = ask("POST", "/v1/subscriptions", Some(json!({ "url": receiver.url }))).is(201).json();
    let path = |rest: &str| format!("/v1/subscriptions/{}{rest}", made["id"].as_str().expect("an id"));
    server.notify();
    server.call_as("AUA", "StoreDeclaration", store(&fresh_id("AU"), "AUA", "DEA", 2)).ok();
    receiver.answer_always(500);
    server.notify();
    receiver.answer_always(200);
    server.clock.advance(Duration::from_secs(10));
    server.notify();
    let event = receiver.events()[0].json()["id"].clone();
    let event = event.as_str().expect("an id");
    for rest in [
        "",
        "?state=waiting",
        "?state=given-up",
        "?since=2026-01-01",
        "?after=1",
        &format!("?item={id}"),
        &format!("?event={event}"),
    ] {
        ask("GET", &path(&format!("/deliveries{rest}")), None).ok();
    }
    ask("GET", &path("/deliveries/1"), None).ok();
    ask("GET", &format!("/v1/events?subscription={}", made["id"].as_str().expect("an id")), None).ok();
    let now = chrono::Utc::now();
    let day = chrono::TimeDelta::days(1);
    let span = json!({ "from": (now - day).to_rfc3339(), "to": (now + day).to_rfc3339() });
    for selection in [json!({ "events": [event] }), span, json!({ "state": "failed" })] {
        ask("POST", &path("/replays"), Some(selection)).is(202);
        server.notify();
    }
    ask("POST", &path("/pause"), None).is(200);
    for from in ["waiting", "now", event] {
        ask("POST", &path("/enable"), Some(json!({ "from": from }))).is(200);
    }
    ask("POST", &path("/secrets"), Some(json!({}))).is(201);
    ask("PATCH", &path(""), Some(json!({ "label": "x" }))).is(200);
    ask("DELETE", &path(""), None).is(204);
    let notifier = server.notifier().clone();
    server.block_on(|_| async move {
        notifier.seal_secrets().await.expect("seals");
        notifier.drop_old_deliveries().await.expect("drops");
    });
}

fn with_a_session(server: &Server) {
    let body = json!({ "token": token_of("DEA"), "userCd": "depost", "password": "xxxxxx", "officeCd": "DEAAAA" });
    let session = server.call("Login", &body).ok().json()["SecurityKey"].clone();
    server.clock.advance(Duration::from_secs(600));
    server.call("GetHeartbeat", &json!({ "token": session })).ok();
    server.call("Logout", &json!({ "token": session, "userCd": "depost" })).ok();
}

/// The queries remembered, without the values bound.
fn queries(server: &Server) -> BTreeSet<String> {
    let seen = server.services().store.queries_seen();
    let sql = |query: &String| query.split(" -- binds:").next().unwrap_or_default().trim().to_owned();
    let plannable = |sql: &String| ["SELECT", "UPDATE", "DELETE", "WITH"].iter().any(|verb| sql.starts_with(verb));
    seen.iter().map(sql).filter(plannable).filter(|sql| sql != "SELECT 1").collect()
}

/// Lines of a SQLite plan that read a table or a whole index from end to end.
fn scans(raw: &mut Raw, query: &str) -> Vec<String> {
    let table = |detail: &str| detail.split(' ').nth(1).unwrap_or_default().to_owned();
    plan(raw, query)
        .into_iter()
        .filter(|detail| detail.starts_with("SCAN ") && detail != "SCAN CONSTANT ROW")
        .filter(|detail| !TINY.contains(&table(detail).as_str()))
        // Indexes of nothing but what waits.
        .filter(|detail| !detail.ends_with("USING INDEX item_in_parked"))
        .filter(|detail| !detail.ends_with("USING INDEX record_head_open"))
        .collect()
}

/// Columns that a query names rows by, while SQLite would look for them through all that a post has.
fn passed_over(raw: &mut Raw, query: &str) -> Vec<&'static str> {
    let plan = plan(raw, query);
    let wanted = query.split_once(" WHERE ").map_or("", |(_, wanted)| wanted);
    let is_named = |column: &str| ["= ?", "IN (?"].iter().any(|by| wanted.contains(&format!("`{column}` {by}")));
    let is_used = |column: &str| plan.iter().any(|detail| detail.contains(&format!("{column}=?")));
    ["item_id", "object_pid", "pid"].into_iter().filter(|column| is_named(column) && !is_used(column)).collect()
}

/// The lines of a SQLite plan.
fn plan(raw: &mut Raw, query: &str) -> Vec<String> {
    let Raw::Sqlite(conn) = raw else { panic!("SQLite") };
    use diesel::RunQueryDsl;
    #[derive(diesel::QueryableByName)]
    struct Step {
        #[diesel(sql_type = diesel::sql_types::Text)]
        detail: String,
    }
    let steps: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {query}"))
        .load(conn)
        .unwrap_or_else(|error| panic!("{error}: {query}"));
    steps.into_iter().map(|step| step.detail).collect()
}

#[test]
fn every_query_uses_an_index_on_sqlite() {
    let (url, _folder) = filled_database(Engine::Sqlite);
    let server = remembering(&url);
    use_everything(&server);
    let queries = queries(&server);
    assert!(queries.len() > 50, "the server remembers what it runs: {queries:#?}");
    let mut raw = Raw::open(&url);
    let mut bad = Vec::new();
    for query in &queries {
        let scans = scans(&mut raw, query);
        // The oldest and newest row of an index, whatever its size.
        let one_end =
            query.ends_with("LIMIT ?") && query.contains("ORDER BY `seal`.`seal_no`") && !query.contains("WHERE");
        if !scans.is_empty() && !one_end {
            bad.push(format!("{scans:?}\n    {query}"));
        }
        let passed_over = passed_over(&mut raw, query);
        if !passed_over.is_empty() {
            bad.push(format!("{passed_over:?} not used\n    {query}"));
        }
    }
    assert!(bad.is_empty(), "\n{}", bad.join("\n"));
}

/// Verification reads everything there is, but once: page by page along the primary key.
#[test]
fn verifying_walks_along_the_primary_key_on_sqlite() {
    let (url, _folder) = filled_database(Engine::Sqlite);
    let server = remembering(&url);
    let views: Vec<Value> = (0..1_100)
        .map(|no| json!({ "MailObject": mail_object(&s10("RR", no, "AU"), "AUA", "DEA"), "Declaration": declaration("1.00") }))
        .collect();
    server.call_as("AUA", "CreateOrUpdateDeclarations", json!({ "cdsViews": views })).ok();
    let before = queries(&server);
    let verdict = server.block_on(|services| async move { services.verify_history().await }).expect("verifies");
    assert!(verdict.fault.is_none() && verdict.items > 2_200, "{verdict:?}");
    let mut raw = Raw::open(&url);
    for query in queries(&server).difference(&before) {
        for scan in scans(&mut raw, query) {
            let of_history = query.contains("item_history") || query.contains("record_history");
            let once = of_history && query.contains("LEFT OUTER JOIN") || scan.starts_with("SCAN seal");
            assert!(once, "{scan}\n    {query}");
        }
    }
}

/// Places of a PostgreSQL plan that read a whole table although an index would be preferred at any price.
fn whole_tables(plan: &[String]) -> Vec<String> {
    let table = |line: &str| line.split(" on ").nth(1)?.split(' ').next().map(str::to_owned);
    let whole = |line: &&String| {
        line.contains("Seq Scan on") && table(line).is_none_or(|table| !TINY.contains(&table.as_str()))
    };
    plan.iter().filter(whole).cloned().collect()
}

fn explain(raw: &mut Raw, sql: &str) -> Vec<String> {
    let Raw::Postgres(conn) = raw else { panic!("PostgreSQL") };
    use diesel::RunQueryDsl;
    #[derive(diesel::QueryableByName)]
    struct Step {
        #[diesel(sql_type = diesel::sql_types::Text, column_name = "QUERY PLAN")]
        line: String,
    }
    let steps: Vec<Step> = diesel::sql_query(sql).load(conn).unwrap_or_else(|error| panic!("{error}: {sql}"));
    steps.into_iter().map(|step| step.line).collect()
}

/// Every query that the house runs on PostgreSQL; none where that is not installed.
fn queries_on_postgres() -> Option<BTreeSet<String>> {
    if !postgres::is_there() {
        return None;
    }
    let (url, _folder) = filled_database(Engine::Postgres);
    let server = remembering(&url);
    use_everything(&server);
    let queries = queries(&server);
    assert!(queries.len() > 50, "the server remembers what it runs: {queries:#?}");
    Some(queries)
}

/// Whether a query names rows by their ids, while PostgreSQL would look for them through all that a post has.
fn passes_ids_over(query: &str, plan: &[String]) -> bool {
    let wanted = query.split_once(" WHERE ").map_or("", |(_, wanted)| wanted);
    let is_named = |column: &&str| ["= $", "= ANY($"].iter().any(|by| wanted.contains(&format!("\"{column}\" {by}")));
    let named: Vec<&str> =
        ["item_id", "object_pid", "pid", "seq_no", "event_no"].into_iter().filter(is_named).collect();
    let conditions = || plan.iter().filter(|line| line.contains("Index Cond:"));
    let is_used = |column: &&str| conditions().any(|line| line.contains(&format!("({column} = ")));
    !named.is_empty() && !named.iter().any(is_used)
}

/// The plan of a query whatever the values are, as a connection of the server would have it.
fn generic_plan(raw: &mut Raw, query: &str) -> Vec<String> {
    let parameters = (1..).take_while(|no| query.contains(&format!("${no}"))).count();
    let nulls = vec!["NULL"; parameters];
    let arguments = if parameters == 0 { String::new() } else { format!("({})", nulls.join(", ")) };
    raw.run(&format!("PREPARE remembered AS {query}"));
    let plan = explain(raw, &format!("EXPLAIN EXECUTE remembered{arguments}"));
    raw.run("DEALLOCATE remembered");
    plan
}

/// What the engine asks when a row refers to another, for each of the references there are.
fn reference_checks(raw: &mut Raw) -> Vec<String> {
    let sql = "SELECT 'SELECT 1 FROM ONLY ' || c.confrelid::regclass || ' x WHERE ' || string_agg(quote_ident(a.attname) || ' = $' ||
             k.place, ' AND ' ORDER BY k.place) || ' FOR KEY SHARE OF x' AS t
         FROM pg_constraint c, unnest(c.confkey) WITH ORDINALITY AS k (attnum, place), pg_attribute a
         WHERE c.contype = 'f' AND a.attrelid = c.confrelid AND a.attnum = k.attnum GROUP BY c.oid, c.confrelid";
    raw.texts(sql)
}

/// Items of one post with everything that belongs to them, which nothing analyses.
fn fill_unanalysed(raw: &mut Raw, items: usize) {
    raw.run(&format!(
        "CREATE TEMPORARY TABLE shape AS SELECT n, gen_random_uuid() AS pid, 'CP' || lpad(n::text, 9, '0') || 'AU' AS item,
             decode(md5(n::text) || md5(n::text), 'hex') AS hash, now() - n * interval '1 minute' AS at
             FROM generate_series(1, {items}) AS n;
         INSERT INTO mail_object (post_org, pid, item_id, orig_post, dest_post, life_no, flow, mail_state, posting_dt,
                 customs_visible, has_response, has_dc_response, head_seq, head_hash, created_at, changed_at)
             SELECT 'AUA', pid, item, 'AUA', 'USA', 1, 'O', 1, at, TRUE, FALSE, FALSE, 1, hash, at, at FROM shape;
         INSERT INTO change (post_org, pid, number) SELECT 'AUA', pid, n FROM shape;
         INSERT INTO declaration (post_org, object_pid, pid, state_cd, seen, sent, version_no, digest)
             SELECT 'AUA', pid, pid, 2, TRUE, TRUE, 1, hash FROM shape;
         INSERT INTO response (post_org, object_pid, side, pid, state_cd, author_org, sent, decided_at, version_no, digest)
             SELECT 'AUA', pid, 'O', pid, 55, 'AU', TRUE, at, 1, hash FROM shape;
         INSERT INTO decision (post_org, object_pid, side, version_no, author_org, author_rank, fiscal_state, place,
                 decided_at, received_at, digest, beside_customs, state_cd, sent)
             SELECT 'AUA', pid, 'O', 1, 'AU', 3, 'CLEARED', n, at, at, hash, FALSE, 55, TRUE FROM shape;
         INSERT INTO item_history (post_org, object_pid, seq, at, actor_org, event, detail, hash)
             SELECT 'AUA', pid, 1, at, 'AUA', 'declaration.final', '{{}}', hash FROM shape;
         INSERT INTO referral (post_org, object_pid, reference, code, raised_by, event_at, pending, created_at, digest)
             SELECT 'AUA', pid, 'R1', 'RFI', 'USA', at, FALSE, at, hash FROM shape;
         INSERT INTO message_out (post_org, id, partner, sender, kind, withdraws, item_id, object_pid, item_seq, digest,
                 state, created_at)
             SELECT 'AUA', pid, 'USA', 'AUA', 'ITMATT', FALSE, item, pid, 1, hash, 0, at FROM shape;
         INSERT INTO delivery (org, subscription, seq_no, post_org, event_no, object_pid, item_id, state, is_replay, run, attempts, tries,
                 next_at, lined_up_at)
             SELECT 'AUA', md5('one')::uuid, n, 'AUA', n, pid, item, 'delivered', FALSE, 0, 0, 1, at, at FROM shape;"
    ));
}

#[test]
fn plans_are_right_on_postgres_before_anything_is_analysed() {
    let Some(queries) = queries_on_postgres() else { return };
    let mut bad = Vec::new();
    for items in [0, 200, 200_000] {
        let (url, _folder) = fresh_database(Engine::Postgres);
        run(&["migrate", "--database-url", &url]).ok();
        let mut raw = Raw::open(&url);
        raw.run("SET enable_seqscan = off; SET jit = off; SET plan_cache_mode = force_generic_plan");
        fill_unanalysed(&mut raw, items);
        if items > 0 {
            // As after a restore, which brings rows and no figures: the next start gives them, and leaves no row behind.
            raw.run(
                "DELETE FROM pg_statistic WHERE starelid IN (SELECT oid FROM pg_class
                 WHERE relnamespace = 'public'::regnamespace)",
            );
            run(&["migrate", "--database-url", &url]).ok();
            assert_eq!(raw.number("SELECT count(*) AS n FROM mail_object WHERE post_org <> 'AUA'"), 0);
            assert_eq!(raw.number("SELECT count(*) AS n FROM mail_object"), items as i64);
        }
        for table in ["mail_object", "change", "declaration", "response", "item_history", "message_out"] {
            // A post that nothing is known of is not taken to have nothing.
            let plan = explain(&mut raw, &format!("EXPLAIN SELECT 1 FROM {table} WHERE post_org = 'AUA'"));
            let rows = plan[0].split("rows=").nth(1).and_then(|rest| rest.split(' ').next()).expect("an estimate");
            let rows: usize = rows.parse().expect("a number");
            assert!(rows >= items / 10, "{items} items: {plan:?}");
        }
        // Nor is a subscription that nothing is known of: its deliveries are looked for by their numbers.
        let taken = "EXPLAIN UPDATE delivery SET state = 'delivered' WHERE org = 'AUA' AND subscription = md5('one')::uuid AND seq_no = ANY('{7,8}')";
        let plan = explain(&mut raw, taken);
        assert!(
            plan.iter().any(|line| line.contains("seq_no = ANY") && line.contains("Index Cond")),
            "{items} items: {plan:?}"
        );
        for query in reference_checks(&mut raw).iter().chain(&queries) {
            let plan = generic_plan(&mut raw, query);
            let whole = whole_tables(&plan);
            if !whole.is_empty() || passes_ids_over(query, &plan) {
                bad.push(format!("{items} items: {whole:?}\n    {query}\n{}", plan.join("\n")));
            }
        }
    }
    assert!(bad.is_empty(), "\n{}", bad.join("\n"));
}

/// Tables of which every row belongs to one organization, and the column that names it.
const OWNED: &[(&str, &str)] = &[
    ("mail_object", "post_org"),
    ("change", "post_org"),
    ("change_counter", "post_org"),
    ("declaration", "post_org"),
    ("response", "post_org"),
    ("document_version", "post_org"),
    ("decision", "post_org"),
    ("handed", "post_org"),
    ("item_history", "post_org"),
    ("seal_entry", "post_org"),
    ("post_seal", "post_org"),
    ("referral", "post_org"),
    ("referral_response", "post_org"),
    ("message_out", "post_org"),
    ("anonymous_declaration", "post_org"),
    ("retired_mark", "post_org"),
    ("light_due", "post_org"),
    ("light_walk", "post_org"),
    ("event", "post_org"),
    ("item_place", "post_org"),
    ("ingestion", "org"),
    ("ingestion_bytes", "org"),
    ("ingestion_finding", "org"),
    ("ingestion_item", "org"),
    ("delivery", "org"),
    ("delivery_attempt", "org"),
    ("courier_declaration", "org"),
    ("courier_block", "org"),
    ("item_in", "recipient"),
    ("interchange_out", "sender"),
    ("interchange_in", "sender"),
    ("idempotency", "org"),
];

/// Tables that a query goes to without naming by value whose rows it means.
fn without_owner(query: &str) -> Vec<&'static str> {
    let plain = query.replace('"', "");
    let words = |table: &str| format!(" {plain} ").contains(&format!(" {table} "));
    let named = |table: &str, column: &str| {
        ["= $", "= ANY(", "IN ($"]
            .iter()
            .any(|by| plain.contains(&format!("{table}.{column} {by}")) || plain.contains(&format!(" {column} {by}")))
    };
    OWNED.iter().filter(|(table, column)| words(table) && !named(table, column)).map(|(table, _)| *table).collect()
}

/// What looks for rows of all posts at once: the exchange, which serves its partners one by one.
const OF_ALL_POSTS: &[&str] = &[
    // Partners that something waits for.
    "WITH RECURSIVE jump(partner)",
    // What waits for a partner, and what one of its interchanges holds.
    "FROM message_out WHERE ((message_out.partner = $1)",
    "message_out WHERE ((message_out.interchange = $1)",
    "message_out SET state = $1, note = $2 WHERE ((message_out.interchange = $3)",
    "FROM interchange_out WHERE (((interchange_out.partner = $1)",
    // What was parked at anybody and may be applied by now.
    "FROM item_in WHERE ((item_in.fate = 3 AND EXISTS",
];

/// A database that is divided by organization finds each row where its organization's are.
#[test]
fn every_query_names_whose_rows_it_means() {
    let Some(queries) = queries_on_postgres() else { return };
    let mut bad = Vec::new();
    for query in &queries {
        let tables = without_owner(query);
        let is_allowed = OF_ALL_POSTS.iter().any(|part| query.replace('"', "").contains(part));
        if !tables.is_empty() && !is_allowed {
            bad.push(format!("{tables:?}\n    {query}"));
        }
    }
    assert!(bad.is_empty(), "\n{}", bad.join("\n"));
}
