//! Who may call what, for every method of the registry; sessions; how often.

use std::collections::BTreeSet;
use std::time::Duration;

use entrepost::http::{Audience, Callers, Method, Names, Operation, Permission, methods, operations};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::data::{fresh_id, mail_state, respond, status, store};
use crate::harness::process::run;
use crate::harness::server::token_of;
use crate::harness::{Answer, Engine, Server};
use crate::samples;
use crate::{on_both_engines, on_both_engines_with};

const MINUTE: Duration = Duration::from_secs(60);

/// Members that name an organization, wherever they stand, with one that is not the caller's.
const FOREIGN: &[(&str, &str)] = &[
    ("postalOrgCd", "FRA"),
    ("postOrgCd", "FRA"),
    ("PostOrganizationCd", "FRA"),
    ("PostalOrgCd", "FRA"),
    ("SellerOrganizationCd", "FRA"),
    ("OrigOrganizationCd", "FRA"),
    ("organizationTypeCd", "C"),
];

/// Members that samples leave out, put in so that the above is tried on them.
fn with_optional_organizations(method: &str, mut body: Value) -> Value {
    let own = if body["securityToken"] == json!(token_of("DEA")) { "DEA" } else { "AUA" };
    match method {
        "CreateOrUpdateAnonymousDeclaration" => body["anonymousDeclaration"]["PostalOrgCd"] = json!(own),
        "GetAnonymousDeclaration" => body["searchCriteria"]["PostalOrgCd"] = json!(own),
        _ => {}
    }
    body
}

/// The bodies of all refusals of one test, which must all be the same.
#[derive(Default)]
struct Refusals(BTreeSet<String>);

impl Refusals {
    #[track_caller]
    fn note(&mut self, what: &str, method: &str, answer: Answer) {
        assert_eq!(answer.status, 401, "{method} with {what}: {}", answer.text);
        self.0.insert(answer.text);
    }

    fn are_one(&self) {
        assert_eq!(self.0.len(), 1, "refusals differ: {:?}", self.0);
    }
}

/// The sample of a method with this under both names of the token.
fn with_token(method: &Method, token: Value) -> Value {
    let mut body = samples::body(method.name);
    let members = body.as_object_mut().expect("an object");
    members.remove("token");
    members.remove("securityToken");
    members.insert(method.token_member.to_owned(), token);
    body
}

/// Copies of `value`, each with one organization named in it replaced by a foreign one.
fn with_foreign_organizations(value: &Value) -> Vec<(String, Value)> {
    let mut copies = Vec::new();
    for (path, name, foreign) in places(value, "") {
        let mut copy = value.clone();
        *copy.pointer_mut(&format!("{path}/{name}")).expect("there") = json!(foreign);
        copies.push((format!("{path}/{name}"), copy));
    }
    copies
}

/// Where organizations stand in `value`: path of the object, member, a foreign organization for it.
fn places(value: &Value, path: &str) -> Vec<(String, &'static str, &'static str)> {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, value)| (format!("{path}/{name}"), value)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(at, value)| (format!("{path}/{at}"), value)).collect(),
        _ => return Vec::new(),
    };
    let here = FOREIGN.iter().filter(|(name, _)| value.get(name).is_some_and(Value::is_string));
    let mut found: Vec<_> = here.map(|(name, foreign)| (path.to_owned(), *name, *foreign)).collect();
    for (path, value) in inner {
        found.extend(places(value, &path));
    }
    found
}

/// Sets the member at `path` (`a.b` or `list[].a.b`), making the objects on the way; `null` takes it out.
fn put(body: &mut Value, path: &str, value: Value) {
    match (path.split_once("[]."), path.split_once('.')) {
        (Some((list, rest)), _) => {
            if !body[list].is_array() {
                body[list] = json!([{}]);
            }
            for entry in body[list].as_array_mut().expect("a list") {
                put(entry, rest, value.clone());
            }
        }
        (None, Some((name, rest))) => put(&mut body[name], rest, value),
        (None, None) if value.is_null() => {
            body.as_object_mut().map(|members| members.remove(path));
        }
        (None, None) => body[path] = value,
    }
}

/// Something of this kind that is not the caller's; nothing where the caller may name whom it likes.
fn foreign(names: Names, is_customs: bool) -> Option<Value> {
    match names {
        Names::Post | Names::Related => Some(json!("FRA")),
        Names::Customs => Some(json!("FR")),
        Names::Kind => Some(json!(if is_customs { "P" } else { "C" })),
        Names::Answering => is_customs.then(|| json!("FR")),
        Names::End => is_customs.then(|| json!("FRA")),
    }
}

/// Members of an object but those named, each broken in some way.
fn broken(value: &Value, but: &[&str], with: &Value) -> Value {
    let members = value.as_object().expect("an object").iter();
    members.map(|(name, value)| (name.clone(), if but.contains(&&**name) { value } else { with }.clone())).collect()
}

/// The request, otherwise broken: other members of the wrong type, or absent, or beside the one at `path`.
fn breaks(body: &Value, path: &str) -> Vec<Value> {
    let top = path.split(['.', '[']).next().unwrap_or(path);
    let kept = ["token", "securityToken", top];
    let mut all = vec![
        broken(body, &kept, &json!({ "x": [] })),
        broken(body, &kept, &json!("?")),
        broken(body, &kept, &Value::Null),
    ];
    let mut beside = body.clone();
    match path.rsplit_once('.') {
        Some((object, name)) => {
            for wrong in
                ["Data", "entityState", "Description", "ServiceNm", "Cursor"].iter().filter(|one| **one != name)
            {
                put(&mut beside, &format!("{object}.{wrong}"), json!([["?"]]));
            }
        }
        None => beside["recordsLimit"] = json!("many"),
    }
    all.push(beside);
    all
}

/// A token of DEA that was used and then revoked, and one that has expired.
fn dead_tokens(server: &Server) -> [Uuid; 2] {
    let yesterday = server.clock.now() - chrono::TimeDelta::days(1);
    let [revoked, expired] = server.block_on(|services| async move {
        let revoked = services.issue_token("DEA", "to be revoked", None, None, None).await.expect("issues");
        let expired = services.issue_token("DEA", "old", None, Some(yesterday), None).await.expect("issues");
        [revoked, expired]
    });
    server.call("GetHeartbeat", &json!({ "token": revoked })).ok();
    server.block_on(|services| async move { services.revoke_token(revoked).await }).expect("revokes");
    [revoked, expired]
}

/// Operations that are sent something by an organization or a partner.
fn sent_as_callers() -> impl Iterator<Item = &'static Operation> {
    operations().filter(|operation| {
        let by_callers = matches!(operation.audience(), Audience::Organizations(_) | Audience::Partners);
        by_callers && operation.verb() == "POST" && !operation.is_own()
    })
}

/// What an operation beside the methods is sent: about an item, where it is about any.
fn sample(operation: &Operation, item: &str) -> String {
    match operation.path {
        "/print" => json!({ "mailItemIds": [item], "userCd": "clerk" }).to_string(),
        "/exchange/inbox" => "UNB+UNOC:3+FRA:58+DEA:58+261126:1200+1'UNZ+0+1'".to_owned(),
        other => panic!("{other} needs a sample here, so that it is tried with strangers"),
    }
}

fn post_as(server: &Server, operation: &Operation, authorization: &str, body: &str) -> Answer {
    server.post_bytes(operation.path, body.as_bytes(), &[("authorization", authorization)])
}

/// The registry knows every member that names the caller's own, where samples show one.
#[test]
fn members_that_name_the_caller_are_known_as_such() {
    for method in methods() {
        let sample = with_optional_organizations(method.name, samples::body(method.name));
        for (place, _) in with_foreign_organizations(&sample) {
            let path = place.trim_start_matches('/').replace("/0/", "[].").replace('/', ".");
            assert!(method.named.iter().any(|(_, named)| *named == path), "{}: {path}", method.name);
        }
    }
}

on_both_engines! {
    fn every_method_refuses_strangers_alike(server) {
        let mut refusals = Refusals::default();
        let [revoked, expired] = dead_tokens(server);
        let customs_of = |token: &Value| if *token == json!(token_of("AUA")) { token_of("AU") } else { token_of("DE") };
        for method in methods() {
            let sample = samples::body(method.name);
            let strangers = [
                ("a null token", Value::Null),
                ("an empty token", json!("")),
                ("no GUID", json!("let me in")),
                ("a number", json!(7)),
                ("the zero token", json!(Uuid::nil())),
                ("an unknown token", json!(Uuid::new_v4())),
                ("a revoked token", json!(revoked)),
                ("an expired token", json!(expired)),
            ];
            for (what, token) in strangers {
                refusals.note(what, method.name, server.call(method.name, &with_token(&method, token)));
            }
            let mut without = sample.clone();
            without.as_object_mut().expect("an object").retain(|name, _| name != "token" && name != "securityToken");
            refusals.note("no token", method.name, server.call(method.name, &without));
            refusals.note("an empty body", method.name, server.call(method.name, &json!({})));
            for (place, body) in with_foreign_organizations(&with_optional_organizations(method.name, sample.clone())) {
                refusals.note(&place, method.name, server.call(method.name, &body));
            }
            if method.permission.callers == Callers::Posts {
                let token = json!(customs_of(&sample[method.token_member]));
                refusals.note("customs", method.name, server.call(method.name, &with_token(&method, token)));
            }
        }
        let wrong_password = json!({ "securityToken": token_of("DEA"), "userCd": "depost", "password": "guess" });
        refusals.note("a wrong password", "Login", server.call("Login", &wrong_password));
        let nobody = json!({ "securityToken": token_of("DEA"), "userCd": "nobody", "password": "xxxxxx" });
        refusals.note("an unknown user", "Login", server.call("Login", &nobody));
        let elsewhere = json!({ "securityToken": token_of("AUA"), "userCd": "depost", "password": "xxxxxx" });
        refusals.note("a user of another organization", "Login", server.call("Login", &elsewhere));
        let nobody = json!({ "securityToken": token_of("DEA"), "userCd": "nobody" });
        refusals.note("a user there is none of", "Logout", server.call("Logout", &nobody));
        refusals.are_one();
    }

    fn every_operation_beside_the_methods_refuses_strangers_like_a_method(server) {
        let mut refusals = Refusals::default();
        refusals.note("an unknown token", "Load", server.call("Load", &json!({ "token": Uuid::new_v4() })));
        let [revoked, expired] = dead_tokens(server);
        let bearer = |token: &dyn std::fmt::Display| format!("Bearer {token}");
        for operation in sent_as_callers() {
            let body = sample(operation, &fresh_id("AU"));
            refusals.note("no token", operation.path, server.post_bytes(operation.path, body.as_bytes(), &[]));
            for authorization in [
                String::new(),
                "Bearer".to_owned(),
                bearer(&""),
                bearer(&"let me in"),
                bearer(&Uuid::nil()),
                bearer(&Uuid::new_v4()),
                bearer(&revoked),
                bearer(&expired),
                format!("Basic {}", token_of("AUA")),
            ] {
                refusals.note(&authorization, operation.path, post_as(server, operation, &authorization, &body));
            }
            // Partners have tokens of their own: that of an organization here is none.
            let strangers: &[&str] = match operation.audience() {
                Audience::Organizations(Permission { callers: Callers::PostsAndCustoms, .. }) => &[],
                Audience::Organizations(Permission { callers: Callers::Posts, .. }) => &["AU", "DE"],
                _ => &["AUA", "AU", "FRA", "FR"],
            };
            for org in strangers {
                refusals.note(org, operation.path, post_as(server, operation, &bearer(&token_of(org)), &body));
            }
        }
        refusals.are_one();
    }

    fn to_a_foreign_organization_an_item_is_like_none(server) {
        let (theirs, none) = (fresh_id("AU"), fresh_id("AU"));
        server.call_as("AUA", "StoreDeclaration", store(&theirs, "AUA", "DEA", 2)).ok();
        for operation in sent_as_callers().filter(|operation| operation.audience() != Audience::Partners) {
            for org in ["FRA", "FR", "PTA"] {
                let authorization = format!("Bearer {}", token_of(org));
                let ask = |item: &str| {
                    let answer = post_as(server, operation, &authorization, &sample(operation, item));
                    (answer.status, answer.text.replace(item, "…"))
                };
                let (status, told) = ask(&theirs);
                assert_eq!((status, &told), (400, &ask(&none).1), "{} as {org}", operation.path);
            }
        }
    }

    fn a_foreign_organization_is_refused_whatever_else_is_wrong(server) {
        let mut refusals = Refusals::default();
        let mut tried = 0;
        for method in methods() {
            for (names, path) in method.named {
                let callers: &[&str] = if method.permission.callers == Callers::Posts { &["AUA"] } else { &["AUA", "DE"] };
                for caller in callers {
                    let Some(value) = foreign(*names, *caller == "DE") else { continue };
                    let mut plain = with_token(&method, json!(token_of(caller)));
                    for (_, named) in method.named {
                        put(&mut plain, named, Value::Null);
                    }
                    put(&mut plain, path, value);
                    let what = format!("{path} of {caller}");
                    refusals.note(&what, method.name, server.call(method.name, &plain));
                    for body in breaks(&plain, path) {
                        refusals.note(&format!("{what}: {body}"), method.name, server.call(method.name, &body));
                        let mut own = body.clone();
                        put(&mut own, path, Value::Null);
                        let answer = server.call(method.name, &own);
                        assert_ne!(answer.status, 401, "{} without a foreign name: {own}", method.name);
                        tried += usize::from(answer.status == 400);
                    }
                    let odd_key = [("idempotency-key", "two words")];
                    refusals.note(&what, method.name, server.post(method.name, &plain.to_string(), &odd_key));
                }
            }
        }
        refusals.are_one();
        assert!(tried > 100, "{tried} requests were broken");
    }

    fn customs_names_no_other_customs_and_no_post_but_its_own(server) {
        let mut refusals = Refusals::default();
        let id = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
        let asked = |members: Value| {
            let mut body = json!({ "postalOrgCd": "DEA", "customsOrgCd": "DE", "organizationTypeCd": "C", "flow": "I",
                "mailStateCd": "1", "id": id, "itemId": id, "mailFlow": "I" });
            body.as_object_mut().expect("an object").extend(members.as_object().expect("an object").clone());
            body
        };
        for method in ["Load", "LoadByMailState"] {
            let foreign = asked(json!({ "customsOrgCd": "FR" }));
            refusals.note("a foreign customs", method, server.call_as("DE", method, foreign));
        }
        for method in [
            "Load",
            "LoadByMailState",
            "CreateNewDeclaration",
            "CreateNewResponse",
            "GetCustomsStatus",
            "GetReferralAndReferralResponse",
        ] {
            server.call_as("DE", method, asked(json!({}))).ok();
            let foreign = asked(json!({ "postalOrgCd": "FRA" }));
            refusals.note("a foreign post", method, server.call_as("DE", method, foreign));
        }
        let answered = |members: Value| {
            let mut body = respond(&id, "AUA", "DEA", "2", 2);
            body["resp"].as_object_mut().expect("an object").extend(members.as_object().expect("an object").clone());
            body
        };
        for foreign in [json!({ "CustOrganizationCd": "FR" }), json!({ "PostOrganizationCd": "FRA" })] {
            let body = answered(foreign.clone());
            let view = json!({ "MailObject": body["mailObject"], "Response": body["resp"] });
            refusals.note(&foreign.to_string(), "StoreResponse", server.call_as("DE", "StoreResponse", body));
            let views = json!({ "cdsViews": [view] });
            let answer = server.call_as("DE", "CreateOrUpdateResponses", views);
            refusals.note(&foreign.to_string(), "CreateOrUpdateResponses", answer);
        }
        let between_others = respond(&fresh_id("FR"), "FRA", "PTA", "2", 2);
        refusals.note("posts of others", "StoreResponse", server.call_as("DE", "StoreResponse", between_others));
        let raised = json!({ "id": id, "postOrgCd": "FRA", "partnerPostOrgCd": "AUA", "referral": { "ReferralCd": "RFI" } });
        refusals.note("a foreign post", "CreateReferral", server.call_as("DE", "CreateReferral", raised));
        refusals.are_one();
        assert!(server.status("DE", "DEA", &id, "I")["Response"].is_null(), "nothing was stored");
        let own = answered(json!({ "CustOrganizationCd": "DE", "PostOrganizationCd": "DEA" }));
        server.call_as("DE", "StoreResponse", own).ok();
    }

    fn rows_of_others_never_show(server) {
        let id = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
        server.call_as("DE", "StoreResponse", respond(&id, "AUA", "DEA", "2", 2)).ok();
        let move_it = mail_state(&id, "AUA", "DEA", "O", 2);
        server.call_as("AUA", "UpdateMailState", move_it).ok();
        let seen = server.status("AUA", "AUA", &id, "O");
        let pid = &seen["MailObject"]["PId"];
        for (org, post) in [("FRA", "FRA"), ("FR", "FRA"), ("PTA", "PTA"), ("PT", "PTA")] {
            for flow in ["I", "O", "T"] {
                let all = server.call_as(org, "Load", json!({ "flow": flow, "countTotal": true })).ok();
                assert!(!all.text.contains(&id), "{org} sees it");
                assert_eq!(server.load(org, json!({ "flow": flow, "id": id })), Vec::<Value>::new());
                assert!(server.status(org, post, &id, flow).is_null(), "{org} sees it");
                let by_state = json!({ "flow": flow, "mailStateCd": "2" });
                assert!(!server.call_as(org, "LoadByMailState", by_state).ok().text.contains(&id));
            }
            for foreign in ["AUA", "DEA"] {
                server.call_as(org, "Load", json!({ "postalOrgCd": foreign, "id": id })).refused(401);
                server.call_as(org, "GetCustomsStatus", status(foreign, &id, "O")).refused(401);
            }
        }
        // Customs answers within its posts' rows only.
        server.call_as("FR", "StoreResponse", respond(&id, "AUA", "DEA", "6", 2)).refused(401);
        let mut as_others = respond(&id, "AUA", "DEA", "6", 2);
        as_others["resp"]["CustOrganizationCd"] = json!("DE");
        server.call_as("FR", "StoreResponse", as_others).refused(401);
        // The persistent id of another's row is as good as any invented one.
        for guid in [pid.clone(), json!(Uuid::new_v4())] {
            let mut by_pid = store(&id, "AUA", "DEA", 2);
            by_pid["mailObject"] = json!({ "PId": guid });
            let findings = server.call_as("FRA", "StoreDeclaration", by_pid).findings();
            assert_eq!(findings, [("absent".to_owned(), "PId".to_owned())]);
        }
        assert_eq!(server.status("AUA", "AUA", &id, "O"), seen, "nobody changed it");
    }

    fn a_token_is_taken_in_three_places(server) {
        let token = token_of("AUA");
        server.call("GetHeartbeat", &json!({ "token": token })).ok();
        server.call("GetHeartbeat", &json!({ "securityToken": token.to_uppercase() })).ok();
        for bearer in [format!("Bearer {token}"), format!("bearer  {token}")] {
            server.post("GetHeartbeat", "{}", &[("authorization", &bearer)]).ok();
        }
        server.post("GetHeartbeat", "{}", &[("authorization", &format!("Basic {token}"))]).refused(401);
        // The body goes before the header.
        let unknown = json!({ "token": Uuid::new_v4() }).to_string();
        server.post("GetHeartbeat", &unknown, &[("authorization", &format!("Bearer {token}"))]).refused(401);
    }

    fn sessions_open_bind_and_end(server) {
        let login = |extra: Value| {
            let mut body = json!({ "securityToken": token_of("DEA"), "userCd": "depost", "password": "xxxxxx" });
            body.as_object_mut().expect("an object").extend(extra.as_object().expect("an object").clone());
            server.call("Login", &body)
        };
        let open = || login(json!({})).ok().json()["SecurityKey"].clone();
        let alive = |key: &Value| server.call("GetHeartbeat", &json!({ "securityToken": key })).status == 200;

        let chosen = login(json!({ "officeCd": "PTLISA" })).ok().json();
        assert_eq!((&chosen["Office"], &chosen["AllowedOffices"]), (&json!("PTLISA"), &json!(["DEAAAA", "PTLISA"])));
        let foreign = login(json!({ "officeCd": "FRCDGA" }));
        assert_eq!(foreign.findings(), [("unknown_code".to_owned(), "officeCd".to_owned())]);
        assert_eq!(login(json!({ "password": null })).findings(), [("required".to_owned(), "password".to_owned())]);
        let long = "u".repeat(entrepost::limits::USER_CD_CHARS + 1);
        assert_eq!(login(json!({ "userCd": long })).findings(), [("too_long".to_owned(), "userCd".to_owned())]);

        // User and office are the session's; stating others is refused, leaving them out is not.
        let key = &chosen["SecurityKey"];
        let id = fresh_id("DE");
        let mut body = store(&id, "DEA", "AUA", 1);
        body["token"] = key.clone();
        for (member, other) in [("userCd", "user_cd"), ("officeCd", "DEAAAA")] {
            let mut as_other = body.clone();
            as_other[member] = json!(other);
            let findings = server.call("StoreDeclaration", &as_other).findings();
            assert_eq!(findings, [("unknown_code".to_owned(), member.to_owned())]);
        }
        server.call("StoreDeclaration", &body).ok();
        let history = server.history("DEA", &id);
        assert_eq!((history[0].user_cd.as_deref(), history[0].office_cd.as_deref()), (Some("depost"), Some("PTLISA")));

        // Logout works at once: with the key for this session, with the token for all of the user's.
        let other = open();
        server.call("Logout", &json!({ "securityToken": key, "userCd": "user_cd" })).refused(401);
        server.call("Logout", &json!({ "securityToken": key, "userCd": "depost" })).ok();
        assert!(!alive(key) && alive(&other));
        server.call("Logout", &json!({ "securityToken": token_of("DEA"), "userCd": "depost" })).ok();
        assert!(!alive(&other));

        // What the administrator changes about a user ends its sessions; what stays as it is does not.
        let change = |offices: &'static [&'static str]| {
            let offices = Some(offices.iter().map(|office| (*office).to_owned()).collect());
            server.block_on(|services| async move { services.put_user("DEA", "depost", None, offices).await })
        };
        let kept = open();
        change(&["PTLISA", "DEAAAA", "PTLISA"]).expect("the same offices");
        assert!(alive(&kept));
        change(&["DEAAAA"]).expect("one office less");
        assert!(!alive(&kept), "it might be of the office taken away");
        let last = open();
        change(&[]).expect("no office");
        assert!(!alive(&last));
        change(&["DEAAAA", "PTLISA"]).expect("as before");

        // Half an hour without a call ends a session; calls keep it alive, but not beyond twelve hours.
        let (idle, busy) = (open(), open());
        for _ in 0..3 {
            server.clock.advance(14 * MINUTE);
            assert!(alive(&busy), "used a moment ago");
        }
        assert!(!alive(&idle), "not used for 42 minutes");
        for _ in 0..((12 * 60 - 43) / 25) {
            server.clock.advance(25 * MINUTE);
            assert!(alive(&busy));
        }
        server.clock.advance(25 * MINUTE);
        assert!(!alive(&busy), "older than twelve hours");
    }
}

/// Runs `entrepost admin …` on the database of a running server.
fn admin(server: &Server, arguments: &[&str]) {
    run(&[&["admin"], arguments, &["--database-url", &server.database_url]].concat()).ok();
}

on_both_engines! {
    fn a_session_ends_with_what_it_stands_on(server) {
        let login = |key: &Value| {
            let body = json!({ "securityToken": key, "userCd": "depost", "password": "xxxxxx" });
            server.call("Login", &body).ok().json()["SecurityKey"].clone()
        };
        let alive = |key: &Value| server.call("GetHeartbeat", &json!({ "securityToken": key })).status == 200;
        let issue = |more: &[&str]| {
            let token = Uuid::new_v4().to_string();
            admin(server, &[&["token", "issue", "DEA", "--token", &token], more].concat());
            token
        };
        // With the token that opened it, and that alone; a session opened by a session has its token.
        let (revoked, kept) = (issue(&[]), issue(&[]));
        let (first, other) = (login(&json!(revoked)), login(&json!(kept)));
        let second = login(&first);
        assert!(alive(&first) && alive(&second) && alive(&other));
        admin(server, &["token", "revoke", &revoked]);
        assert!(!alive(&first) && !alive(&second), "at once");
        assert!(alive(&other), "another token's");

        let end = (server.clock.now() + 10 * MINUTE).format("%Y-%m-%dT%H:%M:%SZ").to_string();
        let passing = login(&json!(issue(&["--expires", &end])));
        assert!(alive(&passing));
        server.clock.advance(11 * MINUTE);
        assert!(!alive(&passing) && alive(&other));

        // With its user's offices.
        let offices = ["user", "add", "depost", "--org", "DEA", "--office", "PTLISA"];
        admin(server, &offices);
        assert!(!alive(&other));

        // With the organization: it does not come back with it.
        let last = login(&json!(kept));
        let hosted = ["organization", "add", "DEA", "--kind", "post", "--country", "DE", "--name", "Post"];
        admin(server, &[&hosted[..], &["--remote"]].concat());
        assert!(!alive(&last));
        admin(server, &hosted);
        std::thread::sleep(Duration::from_millis(entrepost::limits::TOKEN_CACHE_MS + 100));
        assert!(alive(&json!(kept)) && !alive(&last));
    }
}

on_both_engines_with! {
    [("logins-per-account", "3"), ("logins-per-address", "6"), ("requests-per-org", "1"), ("requests-burst", "40")];

    fn too_often_is_told_when_to_come_back(server) {
        let guess = |user: &str| {
            let body = json!({ "securityToken": token_of("DEA"), "userCd": user, "password": "guess" });
            server.call("Login", &body)
        };
        for _ in 0..3 {
            guess("depost").refused(401);
        }
        come_back_later(guess("depost"));
        let right = json!({ "securityToken": token_of("DEA"), "userCd": "depost", "password": "xxxxxx" });
        come_back_later(server.call("Login", &right));
        // Another account of the same address, until the address has had enough too.
        guess("user_cd").refused(401);
        let refused = (0..20).map(|n| guess(&format!("user-{n}"))).find(|answer| answer.status == 429);
        come_back_later(refused.expect("the address is held up"));

        let beat = |org: &str| server.call_as(org, "GetHeartbeat", json!({}));
        let mut answers = (0..400).map(|_| beat("FRA"));
        let refused = answers.find(|answer| answer.status == 429).expect("a limit per organization");
        come_back_later(refused);
        beat("PTA").ok();
    }
}

fn come_back_later(answer: Answer) {
    let answer = answer.refused(429);
    let seconds: u64 = answer.header("retry-after").and_then(|text| text.parse().ok()).expect("a number of seconds");
    assert!((1..=60).contains(&seconds), "{seconds}");
    assert_eq!(answer.json()["ExceptionType"], "TooManyRequestsException");
}

/// A token stops working within a second on another server too, which may have it in its cache.
#[test]
fn a_revoked_token_stops_on_every_server() {
    if !crate::harness::postgres::is_there() {
        return;
    }
    let one = Server::start(Engine::Postgres);
    let other = Server::on(&one.database_url, &[]);
    let token = one.block_on(|services| async move { services.issue_token("AUA", "short", None, None, None).await });
    let token = token.expect("issues");
    let alive = |server: &Server| server.call("GetHeartbeat", &json!({ "token": token })).status == 200;
    assert!(alive(&one) && alive(&other));
    one.block_on(|services| async move { services.revoke_token(token).await }).expect("revokes");
    assert!(!alive(&one), "at once on the server that revoked it");
    let began = std::time::Instant::now();
    while alive(&other) {
        assert!(began.elapsed() < Duration::from_secs(10), "a revoked token still works on the other server");
        std::thread::sleep(Duration::from_millis(50));
    }
}
