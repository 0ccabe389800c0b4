//! OAuth2 clients: tokens by client credentials, what they may be used for, how they end; and tokens with scopes.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use entrepost::domain::{RecordKind, Scope, Scopes};
use entrepost::http::methods;
use entrepost::limits;
use entrepost::service::CourierTerms;
use entrepost::service::oauth::{ClientChanges, NewClient};
use entrepost::store::item::HistoryRow;
use serde_json::{Value, json};

use crate::harness::data::{fresh_id, store};
use crate::harness::outside::python;
use crate::harness::process::{admin, poll, refused};
use crate::harness::server::{filled_database, on_each_engine, token_of};
use crate::harness::{Answer, Engine, Server, postgres};
use crate::samples;
use crate::{on_both_engines, on_both_engines_with};

const ALL_SCOPES: &[Scope] = &Scope::ALL;

fn scopes(of: &[Scope]) -> Scopes {
    of.iter().copied().collect()
}

/// A client of an organization: id and secret.
fn client(server: &Server, org: &str, of: &[Scope]) -> (String, String) {
    client_like(server, new_client(org, of))
}

pub fn client_like(server: &Server, new: NewClient) -> (String, String) {
    let added = server.block_on(|services| async move { services.add_client(new).await });
    let (id, secret) = added.expect("adds");
    (id, secret.expose().to_owned())
}

pub fn new_client(org: &str, of: &[Scope]) -> NewClient {
    NewClient {
        org: org.into(),
        label: "counter system".into(),
        source_system: Some("COUNTER-7".into()),
        scopes: scopes(of),
        user_cd: None,
        office_cd: None,
        only_offices: Vec::new(),
        token_seconds: None,
        expires_at: None,
        courier: CourierTerms::default(),
    }
}

pub fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// The client that a row of a history names.
fn client_in(row: &HistoryRow) -> Option<String> {
    row.clone().read().expect("reads").event.detail.client
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

fn ask(server: &Server, path: &str, form: &str, authorization: Option<&str>) -> Answer {
    let mut headers = vec![FORM];
    headers.extend(authorization.map(|value| ("authorization", value)));
    server.post_bytes(path, form.as_bytes(), &headers)
}

fn token_answer(server: &Server, id: &str, secret: &str, more: &str) -> Answer {
    ask(server, "/oauth2/token", &format!("grant_type=client_credentials{more}"), Some(&basic(id, secret)))
}

pub fn token(server: &Server, id: &str, secret: &str) -> String {
    let answer = token_answer(server, id, secret, "").ok().json();
    answer["access_token"].as_str().expect("a token").to_owned()
}

fn beat(server: &Server, token: &str) -> u16 {
    server.call("GetHeartbeat", &json!({ "token": token })).status
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

fn status(server: &Server, token: &str) -> Answer {
    server.get_with("/v1/authorizationStatus", &[("authorization", &bearer(token))])
}

on_both_engines! {
    fn a_client_gets_a_token_by_basic_or_by_the_form(server) {
        let (id, secret) = client(server, "AUA", &[Scope::ReadReference, Scope::ReadItems]);
        let by_form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        for answer in [token_answer(server, &id, &secret, ""), ask(server, "/oauth2/token", &by_form, None)] {
            let answer = answer.ok();
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            assert_eq!(answer.header("pragma"), Some("no-cache"));
            let told = answer.json();
            assert_eq!((&told["token_type"], &told["expires_in"]), (&json!("Bearer"), &json!(3600)));
            assert_eq!(told["scope"], "read:items read:reference");
            let token = told["access_token"].as_str().expect("a token");
            assert!(token.starts_with("epa_") && token.len() == 53, "{token}");
            assert_eq!(beat(server, token), 200);
            server.post("GetHeartbeat", "{}", &[("authorization", &bearer(token))]).ok();
            server.post("GetHeartbeat", &json!({ "securityToken": token }).to_string(), &[]).ok();
        }
    }

    fn what_is_wrong_with_a_request_for_a_token_is_told_by_the_standards_words(server) {
        let (id, secret) = client(server, "AUA", &[Scope::ReadItems]);
        let (other, _) = client(server, "DEA", &[Scope::ReadItems]);
        let near = secret.replace(&secret[10..11], if &secret[10..11] == "A" { "B" } else { "A" });
        let strangers = [
            token_answer(server, &id, &near, ""),
            token_answer(server, "epc_AAAAAAAAAAAAAAAAAAAAAA", &secret, ""),
            token_answer(server, &other, &secret, ""),
            token_answer(server, &id, "", ""),
            ask(server, "/oauth2/token", "grant_type=client_credentials", Some("Basic ???")),
            ask(server, "/oauth2/token", "grant_type=client_credentials", None),
        ];
        let bodies: BTreeSet<&str> = strangers.iter().map(|answer| answer.text.as_str()).collect();
        assert_eq!(bodies.len(), 1, "{bodies:?}");
        for answer in &strangers {
            assert_eq!((answer.status, &answer.json()["error"]), (401, &json!("invalid_client")));
            assert!(answer.header("www-authenticate").is_some_and(|asked| asked.starts_with("Basic")), "{}", answer.text);
        }
        let by_form = format!("grant_type=client_credentials&client_id={id}&client_secret={near}");
        assert_eq!(ask(server, "/oauth2/token", &by_form, None).refused(401).header("www-authenticate"), None);
    }

    fn other_faults_of_such_a_request_have_words_of_their_own(server) {
        let (id, secret) = client(server, "AUA", &[Scope::ReadItems]);
        let known = basic(&id, &secret);
        for (form, error) in [
            (format!("grant_type=client_credentials&client_id={id}&client_secret={secret}"), "invalid_request"),
            ("grant_type=client_credentials&client_id=epc_other".into(), "invalid_request"),
            ("grant_type=client_credentials&scope=read:items&scope=read:items".into(), "invalid_request"),
            ("scope=read:items".into(), "invalid_request"),
            ("grant_type=password&username=x&password=y".into(), "unsupported_grant_type"),
            ("grant_type=authorization_code&code=x".into(), "unsupported_grant_type"),
            ("grant_type=client_credentials&scope=read:everything".into(), "invalid_scope"),
            ("grant_type=client_credentials&scope=read:items+create:messages".into(), "invalid_scope"),
        ] {
            let answer = ask(server, "/oauth2/token", &form, Some(&known)).refused(400);
            assert_eq!(answer.json()["error"], error, "{form}");
        }
        let as_json = server.post_bytes("/oauth2/token", b"{}", &[("content-type", "application/json")]).refused(415);
        assert_eq!(as_json.json()["error"], "invalid_request");
        let get = server.get("/oauth2/token").refused(405);
        assert_eq!(get.header("allow"), Some("POST"));
        let large = format!("grant_type=client_credentials&x={}", "y".repeat(limits::TOKEN_REQUEST_BYTES));
        ask(server, "/oauth2/token", &large, Some(&known)).refused(413);
    }

    fn a_token_does_what_its_scopes_say_and_nothing_else(server) {
        for method in methods() {
            let needed: Vec<Scope> = method.permission.scopes.to_vec();
            assert!(!needed.is_empty(), "{} has a scope", method.name);
            let body = |token: &str| {
                let mut body = samples::body(method.name);
                body[method.token_member] = json!(token);
                // To have an answer made needs more, which has a test of its own.
                body["forceCreateResponseIfNotAvailable"] = json!(false);
                body
            };
            let org = if samples::body(method.name)[method.token_member] == json!(token_of("AUA")) { "AUA" } else { "DEA" };
            let with = |of: &[Scope]| {
                let (id, secret) = client(server, org, of);
                server.call(method.name, &body(&mint(server, &id, &secret))).status
            };
            assert_ne!(with(&needed), 401, "{} with {needed:?}", method.name);
            for lacking in &needed {
                let others: Vec<Scope> = ALL_SCOPES.iter().copied().filter(|scope| scope != lacking).collect();
                assert_eq!(with(&others), 401, "{} without {lacking}", method.name);
            }
        }
    }

    fn a_missing_scope_is_told_as_the_door_tells_it(server) {
        let (id, secret) = client(server, "AUA", &[Scope::ReadItems]);
        let granted = token(server, &id, &secret);
        let body = json!({ "token": granted }).to_string();
        let cds = server.post("StoreDeclaration", &body, &[]).refused(401);
        assert_eq!(cds.json()["ExceptionType"], "UnauthorizedException");
        let force = |of: &[Scope]| {
            let (id, secret) = client(server, "DEA", of);
            let token = token(server, &id, &secret);
            let body = json!({ "token": token, "id": fresh_id("AU"), "forceCreateResponseIfNotAvailable": true });
            server.call("GetCustomsStatus", &body).status
        };
        assert_eq!(force(&[Scope::ReadItems]), 401);
        assert_ne!(force(&[Scope::ReadItems, Scope::CreateMessages]), 401);
    }

    fn a_client_is_another_organizations_stranger(server) {
        let id = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 1)).ok();
        let (client_id, secret) = client(server, "FRA", ALL_SCOPES);
        let granted = token(server, &client_id, &secret);
        let found = server.call("Load", &json!({ "token": granted, "id": id })).ok().json();
        assert_eq!(found["LoadResult"], json!([]));
        let foreign = server.call("Load", &json!({ "token": granted, "postalOrgCd": "AUA" })).refused(401);
        let nobody = server.call("Load", &json!({ "token": uuid::Uuid::new_v4() })).refused(401);
        assert_eq!(foreign.text, nobody.text);
    }

    fn two_secrets_work_and_each_ends_by_itself(server) {
        let (id, first) = client(server, "AUA", &[Scope::ReadReference]);
        let of = id.clone();
        let add = |of: String| server.block_on(|services| async move { services.add_client_secret(&of, None).await });
        let second = add(of).expect("a second").expose().to_owned();
        let refused = add(id.clone()).expect_err("a third");
        let until = server.clock.now() + TimeDelta::days(limits::OLD_SECRET_DAYS);
        assert!(refused.to_string().contains(&until.format("%Y-%m-%d").to_string()), "{refused}");
        for secret in [&first, &second] {
            token(server, &id, secret);
        }
        let granted = token(server, &id, &second);
        let listed = server.block_on(|services| async move { services.clients("AUA").await }).expect("lists");
        let (_, secrets) = listed.into_iter().find(|(client, _)| client.id == id).expect("listed");
        assert!(secrets.iter().all(|secret| secret.last_used_at.is_some()));
        let name = secrets.iter().find(|secret| secret.expires_at.is_none()).expect("the new one").name();
        let of = id.clone();
        server.block_on(|services| async move { services.revoke_client_secret(&of, &name).await }).expect("revokes");
        token_answer(server, &id, &second, "").refused(401);
        // What was given out lives on; the client's end ends it.
        assert_eq!(beat(server, &granted), 200);
        server.clock.advance(Duration::from_secs(30 * 86_400 + 1));
        token_answer(server, &id, &first, "").refused(401);
    }

    fn a_token_ends_at_its_time_and_not_before(server) {
        let short = NewClient { token_seconds: Some(300), ..new_client("AUA", &[Scope::ReadReference]) };
        let (id, secret) = client_like(server, short);
        let granted = token(server, &id, &secret);
        server.clock.advance(Duration::from_secs(300 - 5));
        assert_eq!(beat(server, &granted), 200);
        server.clock.advance(Duration::from_secs(6));
        assert_eq!(beat(server, &granted), 401, "also where it is remembered");
    }

    fn revoking_ends_a_token_and_introspection_tells_the_own_ones(server) {
        let (id, secret) = client(server, "AUA", &[Scope::ReadReference, Scope::IntrospectTokens]);
        let (other, other_secret) = client(server, "DEA", &[Scope::ReadReference, Scope::IntrospectTokens]);
        let (without, without_secret) = client(server, "AUA", &[Scope::ReadReference]);
        let granted = token(server, &id, &secret);
        let about = |id: &str, secret: &str, path: &str, token: &str| ask(server, path, &format!("token={token}"), Some(&basic(id, secret)));
        let told = about(&id, &secret, "/oauth2/introspect", &granted).ok().json();
        assert_eq!((&told["active"], &told["client_id"], &told["sub"]), (&json!(true), &json!(id), &json!("AUA")));
        assert_eq!(told["scope"], "read:reference introspect:tokens");
        assert_eq!(told["exp"].as_i64().zip(told["iat"].as_i64()).map(|(exp, iat)| exp - iat), Some(3600));
        assert_eq!(about(&other, &other_secret, "/oauth2/introspect", &granted).ok().json(), json!({ "active": false }));
        let lacking = about(&without, &without_secret, "/oauth2/introspect", &granted).refused(403);
        assert_eq!(lacking.json()["error"], "insufficient_scope");

        about(&other, &other_secret, "/oauth2/revoke", &granted).ok();
        assert_eq!(beat(server, &granted), 200, "another client's");
        about(&id, &secret, "/oauth2/revoke", "epa_none").ok();
        about(&id, &secret, "/oauth2/revoke", &granted).ok();
        assert_eq!(beat(server, &granted), 401);
        assert_eq!(about(&id, &secret, "/oauth2/introspect", &granted).ok().json(), json!({ "active": false }));
    }

    fn the_status_tells_what_a_credential_stands_for_and_what_is_left(server) {
        let (id, secret) = client(server, "AUA", &[Scope::ReadItems]);
        let answer = status(server, &token(server, &id, &secret)).ok();
        let told = answer.json();
        assert_eq!(told["organization"], "AUA");
        assert_eq!((&told["client"], &told["sourceSysRef"]), (&json!(id), &json!("COUNTER-7")));
        assert_eq!((&told["scopes"], &told["tenantIds"]), (&json!("read:items"), &json!(["AUA"])));
        let policy = answer.header("ratelimit-policy").expect("a policy");
        assert_eq!(policy, format!("\"org\";q={};w=1", limits::REQUESTS_PER_ORG_S));
        assert!(answer.header("ratelimit").is_some_and(|left| left.starts_with("\"org\";r=") && left.contains(";t=")));
        let own = status(server, token_of("DE")).ok().json();
        assert_eq!((&own["kind"], &own["client"], &own["tenantIds"]), (&json!("customs"), &Value::Null, &json!(["DEA"])));
        for wrong in ["epa_", "let me in", ""] {
            let problem = status(server, wrong).refused(401);
            assert_eq!(problem.header("content-type"), Some("application/problem+json"));
        }
    }

    fn who_acts_for_a_client_stands_in_the_history(server) {
        let (id, secret) = client(server, "AUA", &[Scope::CreateMessages]);
        let granted = token(server, &id, &secret);
        let item = fresh_id("AU");
        let mut body = store(&item, "AUA", "DEA", 2);
        body["token"] = json!(granted);
        body.as_object_mut().expect("an object").remove("userCd");
        server.call("StoreDeclaration", &body).ok();
        let history = server.history("AUA", &item);
        let first = history.first().expect("a row");
        assert_eq!(first.user_cd.as_deref(), Some("client:counter system"));
        assert_eq!(client_in(first), Some(id.clone()));
        // Who is stated stands there, and the client beside.
        body["userCd"] = json!("clerk");
        body["decl"]["Data"]["ContentPieces"][0]["Amount"] = json!(77.5);
        server.call("StoreDeclaration", &body).ok();
        let history = server.history("AUA", &item);
        let last = history.last().expect("a row");
        assert_eq!(last.user_cd.as_deref(), Some("clerk"));
        assert_eq!(client_in(last), Some(id.clone()));
        let verdict = server.block_on(|services| async move { services.verify_history().await }).expect("verifies");
        assert_eq!(verdict.fault, None);
    }

    fn a_client_acts_for_its_offices_only(server) {
        let few = NewClient {
            only_offices: vec!["AUSYDA".into()],
            office_cd: Some("AUSYDA".into()),
            ..new_client("AUA", &[Scope::CreateMessages])
        };
        let (id, secret) = client_like(server, few);
        let granted = token(server, &id, &secret);
        let send = |office: Option<&str>| {
            let mut body = store(&fresh_id("AU"), "AUA", "DEA", 1);
            body["token"] = json!(granted);
            body["officeCd"] = json!(office);
            server.call("StoreDeclaration", &body)
        };
        send(None).ok();
        send(Some("AUSYDA")).ok();
        let refused = send(Some("AUMELA")).refused(400);
        assert_eq!(refused.findings(), [("unknown_code".to_owned(), "officeCd".to_owned())]);
    }

    fn garbage_is_refused_without_asking_the_database(server) {
        let reads = |server: &Server| {
            let measures = server.get("/metrics").ok().text;
            let of = |name: &str| measures.lines().filter(|line| line.starts_with(name)).filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum::<f64>();
            of("entrepost_authentications_looked_up_total")
        };
        let before = reads(server);
        let (id, secret) = client(server, "AUA", &[Scope::ReadReference]);
        let valid = token(server, &id, &secret);
        for number in 0..200 {
            let garbage = format!("epa_{number:049}");
            assert_eq!(beat(server, &garbage), 401);
        }
        let mut spoilt = valid.clone();
        spoilt.replace_range(52.., if valid.ends_with('A') { "B" } else { "A" });
        assert_eq!(beat(server, &spoilt), 401);
        // Other tests' calls may be counted, but not these 201.
        assert!(reads(server) - before < 100.0);
    }

    fn clients_are_records_of_the_access_history(server) {
        let (id, _) = client(server, "AUA", &[Scope::ReadReference]);
        let of = id.clone();
        let changes = ClientChanges { is_disabled: Some(true), ..ClientChanges::default() };
        server.block_on(|services| async move { services.change_client(&of, changes).await }).expect("ends");
        let of = id.clone();
        let rows = server.block_on(|services| async move { services.record_history("AUA", RecordKind::Client, &of).await });
        let events: Vec<String> = rows.expect("rows").iter().map(|row| row.event.to_string()).collect();
        assert_eq!(events, ["stored", "issued", "changed"]);
        let verdict = server.block_on(|services| async move { services.verify_history().await }).expect("verifies");
        assert_eq!(verdict.fault, None);
    }

    fn a_token_of_the_organization_may_have_scopes_and_says_when_it_was_used(server) {
        let issued = server.block_on(|services| async move {
            services.issue_token("AUA", "reader", None, None, Some(scopes(&[Scope::ReadReference]))).await
        });
        let issued = issued.expect("issues").to_string();
        assert_eq!(beat(server, &issued), 200);
        server.call("StoreDeclaration", &json!({ "token": issued })).refused(401);
        let used = |server: &Server| {
            let tokens = server.block_on(|services| async move {
                services.keep_activity().await.expect("keeps");
                services.tokens("AUA").await
            });
            tokens.expect("lists").into_iter().find(|token| token.label == "reader").expect("listed").last_used_at
        };
        let first = used(server).expect("used");
        server.clock.advance(Duration::from_secs(limits::USE_NOTED_S.unsigned_abs() + 2));
        // Remembered for a second of the system's own time.
        let again = poll(Duration::from_secs(10), || {
            beat(server, &issued);
            used(server).filter(|at| *at > first)
        });
        assert!(again.is_some());
    }

    fn the_metadata_name_the_endpoints(server) {
        let told = server.get("/.well-known/oauth-authorization-server").ok().json();
        assert_eq!(told["token_endpoint"], json!(format!("http://{}/oauth2/token", server.address())));
        assert_eq!(told["grant_types_supported"], json!(["client_credentials"]));
        assert_eq!(told["scopes_supported"].as_array().map(Vec::len), Some(ALL_SCOPES.len()));
    }
}

/// A token that no limit of the token endpoint stands in the way of.
fn mint(server: &Server, id: &str, secret: &str) -> String {
    let (id, secret) = (id.to_owned(), secret.to_owned());
    let granted = server.block_on(|services| async move {
        let client = services.client_by_secret(&id, &secret).await.expect("known");
        services.grant(&client, None).await.expect("granted")
    });
    granted.token.expose().to_owned()
}

on_both_engines_with! {
    [("public-url", "https://entrepost.example")];
    fn who_asks_for_tokens_too_often_waits(server) {
        let told = server.get("/.well-known/oauth-authorization-server").ok().json();
        assert_eq!(told["issuer"], "https://entrepost.example");
        let (id, secret) = client(server, "AUA", &[Scope::ReadReference]);
        let first = token(server, &id, &secret);
        let tried = (1..=limits::TOKENS_PER_CLIENT_MIN).find(|_| token_answer(server, &id, &secret, "").status == 429);
        assert_eq!(tried, Some(limits::TOKENS_PER_CLIENT_MIN));
        let (other, other_secret) = client(server, "DEA", &[Scope::ReadReference]);
        let failures = (0..20).find(|_| token_answer(server, &other, "wrong", "").status == 429);
        assert!(failures.is_some_and(|failures| failures < 10), "failures cost more: {failures:?}");
        let answer = token_answer(server, &other, &other_secret, "").refused(429);
        assert!(answer.header("retry-after").is_some());
        assert_eq!(beat(server, &first), 200);
    }

    fn a_client_that_keeps_no_token_ends_its_own(server) {
        let (id, secret) = client(server, "AUA", &[Scope::ReadReference]);
        let first = mint(server, &id, &secret);
        let second = mint(server, &id, &secret);
        for _ in 0..limits::ACCESS_TOKENS - 2 {
            mint(server, &id, &secret);
        }
        assert_eq!((beat(server, &first), beat(server, &second)), (200, 200));
        mint(server, &id, &secret);
        let over = poll(Duration::from_secs(5), || (beat(server, &first) == 401).then_some(()));
        assert!(over.is_some());
        assert_eq!(beat(server, &second), 200);
    }
}

/// On every server within a second and what a machine takes.
#[test]
fn what_is_ended_on_one_server_is_ended_on_the_other() {
    if !postgres::is_there() {
        return;
    }
    let (url, _) = filled_database(Engine::Postgres);
    let (one, two) = (Server::on(&url, &[]), Server::on(&url, &[]));
    let (id, secret) = client(&one, "AUA", &[Scope::ReadReference]);
    let [by_client, by_token] = [0, 1].map(|_| token(&one, &id, &secret));
    for server in [&one, &two] {
        assert_eq!((beat(server, &by_client), beat(server, &by_token)), (200, 200));
    }
    let began = Instant::now();
    ask(&one, "/oauth2/revoke", &format!("token={by_token}"), Some(&basic(&id, &secret))).ok();
    assert!(poll(Duration::from_secs(5), || (beat(&two, &by_token) == 401).then_some(())).is_some());
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    let of = id.clone();
    let changes = ClientChanges { is_disabled: Some(true), ..ClientChanges::default() };
    one.block_on(|services| async move { services.change_client(&of, changes).await }).expect("ends");
    assert!(poll(Duration::from_secs(5), || (beat(&two, &by_client) == 401).then_some(())).is_some());
    token_answer(&two, &id, &secret, "").refused(401);
}

#[test]
fn the_command_line_makes_and_ends_clients() {
    on_each_engine(|url| {
        admin(url, &["organization", "add", "AUA", "--kind", "post", "--country", "AU", "--name", "Australia"]);
        let made = admin(
            url,
            &[
                "client",
                "add",
                "AUA",
                "--label",
                "counter",
                "--scope",
                "read:items",
                "--scope",
                "read:reference",
                "--only-office",
                "AUSYDA",
            ],
        );
        let (id, secret) = made.trim().split_once('\n').expect("id and secret");
        assert!(id.starts_with("epc_") && id.len() == 26 && secret.starts_with("eps_") && secret.len() == 53, "{made}");
        let listed = admin(url, &["client", "list", "AUA"]);
        assert!(
            listed.contains(id) && listed.contains("read:items read:reference") && listed.contains("only AUSYDA"),
            "{listed}"
        );
        assert!(listed.contains("never used") && !listed.contains(secret), "{listed}");
        let second = admin(url, &["client", "secret", "add", id]);
        assert!(second.starts_with("eps_"));
        let told = refused(url, &["client", "secret", "add", id]);
        assert!(told.contains("two secrets"), "{told}");
        let name = admin(url, &["client", "list", "AUA"])
            .lines()
            .find(|line| line.contains("in force") && line.starts_with("  "))
            .map(|line| line.trim()[..8].to_owned());
        assert_eq!(admin(url, &["client", "secret", "revoke", id, &name.expect("a secret")]).trim(), "revoked");
        admin(url, &["client", "set", id, "--scope", "read:light", "--token-seconds", "600"]);
        assert!(admin(url, &["client", "list", "AUA"]).contains("read:light"));
        assert!(refused(url, &["client", "set", id, "--token-seconds", "5"]).contains("300"));
        assert!(refused(url, &["client", "add", "AUA", "--label", "x", "--scope", "read:all"]).contains("read:all"));
        assert!(
            refused(url, &["client", "add", "QQQ", "--label", "x", "--scope", "read:items"])
                .contains("no such organization")
        );
        admin(url, &["client", "disable", id]);
        assert!(admin(url, &["client", "list", "AUA"]).contains("disabled"));
        assert!(refused(url, &["client", "disable", "epc_none"]).contains("no such client"));
        let issued = admin(url, &["token", "issue", "AUA", "--label", "narrow", "--scope", "read:items"]);
        assert_eq!(issued.trim().len(), 36);
        assert!(admin(url, &["token", "list", "AUA"]).contains("read:items"));
    });
}

/// A client library that is not ours.
#[test]
fn authlib_gets_a_token_and_calls_with_it() {
    let server = Server::start(Engine::Sqlite);
    let (id, secret) = client(&server, "AUA", &[Scope::ReadReference, Scope::ReadItems]);
    let base = format!("http://{}", server.address());
    let given = json!({ "id": id, "secret": secret, "base": base });
    let Some(told) = python("oauth_client.py", &["authlib", "requests"], &given) else { return };
    let told: Value = serde_json::from_str(&told).expect("JSON");
    let expected = json!(["Bearer", 200, "read:reference", 200, 401]);
    assert_eq!(told, json!({ "client_secret_basic": expected, "client_secret_post": expected }));
}

/// No secret that was shown is in a file of the database.
#[test]
fn secrets_are_kept_as_digests_only() {
    let server = Server::start(Engine::Sqlite);
    let (id, secret) = client(&server, "AUA", &[Scope::ReadReference]);
    let granted = token(&server, &id, &secret);
    let file = server.sqlite_file();
    let folder = server.keep_folder();
    server.stop();
    let wal = file.with_extension("db-wal");
    let mut bytes = std::fs::read(&file).expect("the file");
    bytes.extend(std::fs::read(wal).unwrap_or_default());
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds(&id), "the test looks where the rows are");
    for shown in [&secret, &granted] {
        assert!(!holds(shown) && !holds(&shown[4..]));
    }
    drop(folder);
}
