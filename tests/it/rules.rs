//! Rules of organizations from the command line: automatic answers, and how strict the quality rules are.

use serde_json::{Value, json};

use crate::harness::data::{fresh_id, status, store};
use crate::harness::process::{Ran, run};
use crate::harness::{Engine, Server};
use crate::{on_both_engines, on_engines};

/// Runs `entrepost admin …` on the database of a running server.
fn admin(server: &Server, arguments: &[&str]) -> Ran {
    run(&[&["admin"], arguments, &["--database-url", &server.database_url]].concat())
}

fn rule(server: &Server, verb: &str, text: &str, switches: &[&str]) -> Ran {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rules.toml");
    std::fs::write(&path, text).expect("writes");
    admin(server, &[&["rule", verb, "DE", path.to_str().expect("a path")], switches].concat())
}

fn refresh(server: &Server) {
    server.block_on(|services| async move { services.refresh_catalogue().await }).expect("reads");
}

/// An item from AUA to DEA of this nature.
fn declared(server: &Server, nature: &str) -> String {
    let id = fresh_id("AU");
    let mut body = store(&id, "AUA", "DEA", 2);
    body["decl"]["Data"]["NatureTypeCd"] = json!(nature);
    server.call_as("AUA", "StoreDeclaration", body).ok();
    id
}

/// The decision after a status that may be made by rule.
fn decided(server: &Server, id: &str) -> Value {
    let mut body = status("DEA", id, "I");
    body["forceCreateResponseIfNotAvailable"] = json!(true);
    let view = server.call_as("DEA", "GetCustomsStatus", body).ok().json();
    view["GetCustomsStatusResult"]["Response"]["Data"]["DecisionCd"].clone()
}

const RULES: &str = r#"
[[rule]]
name = "samples"
[rule.when]
nature = ["32"]
[rule.then]
decision = "2"

[[rule]]
name = "gifts"
[rule.when]
nature = ["31"]
[rule.then]
decision = "1"
"#;

on_both_engines! {
    fn rules_are_tried_set_shown_and_dropped(server) {
        let (gift, sample, sale) = (declared(server, "31"), declared(server, "32"), declared(server, "11"));
        // German customs sees four gifts of the demo as well.
        let tried = rule(server, "set", RULES, &["--dry-run"]).ok();
        assert!(tried.contains("samples\twould have answered 1 items\ngifts\twould have answered 5 items\n"), "{tried}");
        assert!(tried.ends_with("1 items would have had no answer\n"), "{tried}");
        refresh(server);
        assert_eq!(decided(server, &gift), Value::Null, "a dry run sets nothing");

        assert_eq!(rule(server, "set", RULES, &[]).ok(), "2 rules in force\n");
        refresh(server);
        assert_eq!([decided(server, &gift), decided(server, &sample), decided(server, &sale)], [json!("1"), json!("2"), Value::Null]);
        let listed = admin(server, &["rule", "list", "DE"]).ok();
        assert!(listed.find("samples") < listed.find("gifts"), "{listed}");
        assert_eq!(admin(server, &["rule", "list", "FR"]).ok().trim(), "");

        assert_eq!(admin(server, &["rule", "drop", "DE", "gifts"]).ok(), "dropped\n");
        refresh(server);
        assert_eq!(decided(server, &declared(server, "31")), Value::Null);
        assert_eq!(decided(server, &declared(server, "32")), "2");
        let gone = admin(server, &["rule", "drop", "DE", "gifts"]).fails(1);
        assert!(gone.contains("no such rule"), "{gone}");
    }

    fn faulty_rules_are_refused_with_every_mistake(server) {
        let faulty = "[[rule]]\n[rule.when]\nnature = [\"77\"]\ncolour = \"red\"\n[rule.then]\ndecision = \"never\"\n";
        for switches in [&[][..], &["--dry-run"]] {
            let told = rule(server, "set", faulty, switches).fails(1);
            for key in ["name", "when.nature", "when.colour", "then.decision"] {
                assert!(told.contains(key), "{key}: {told}");
            }
        }
        let unreadable = rule(server, "set", "[[rule]\n", &[]).fails(1);
        assert!(unreadable.contains("line 1"), "{unreadable}");
        let nobody = admin(server, &["rule", "set", "DEA", "/dev/null"]).fails(1);
        assert!(nobody.contains("no such customs administration"), "{nobody}");
        assert_eq!(admin(server, &["rule", "list", "DE"]).ok().trim(), "");
    }
}

const QUALITY_RULES: &str = r#"
[[rule]]
name = "poor data is presented"
[rule.when]
quality = "rejected"
[rule.then]
decision = "1"

[[rule]]
name = "good data is cleared"
[rule.when]
quality = "accepted"
[rule.then]
decision = "2"
"#;

on_both_engines! {
    fn data_against_the_destinations_rules_is_told_from_other_data(server) {
        assert_eq!(rule(server, "set", QUALITY_RULES, &[]).ok(), "2 rules in force\n");
        admin(server, &["quality", "set", "DEA", "description_vague", "reject"]).ok();
        refresh(server);
        // What the origin is only warned about may be refused at the destination, where it came in by message.
        let described = |description: &str| {
            let id = fresh_id("AU");
            let mut body = store(&id, "AUA", "DEA", 2);
            body["decl"]["Data"]["ContentPieces"][0]["Description"] = json!(description);
            server.call_as("AUA", "StoreDeclaration", body).ok();
            id
        };
        let (poor, good) = (described("gift"), described("Wooden toy train for children"));
        let levels = |post: &str, flow: &str| {
            let data = server.status(post, post, &poor, flow)["Declaration"]["Data"].clone();
            let found = data["ExtraFieldValues"][1].as_str().expect("findings").to_owned();
            let found: Value = serde_json::from_str(&found).expect("a list");
            let vague = found.as_array().expect("a list").iter().find(|one| one["Rule"] == "description_vague");
            vague.expect("found")["Level"].clone()
        };
        assert_eq!((levels("AUA", "O"), levels("DEA", "I")), (json!("warn"), json!("reject")));
        assert_eq!((decided(server, &poor), decided(server, &good)), (json!("1"), json!("2")));
    }
}

/// Rules and levels found in an item as its post stored it.
fn findings(server: &Server, post: &str, id: &str, flow: &str) -> Vec<(String, String)> {
    let data = server.status(post, post, id, flow)["Declaration"]["Data"].clone();
    let names = data["ExtraFieldNames"].as_array().expect("a list");
    let Some(at) = names.iter().position(|name| name == "Quality.Findings") else { return Vec::new() };
    let found: Value = serde_json::from_str(data["ExtraFieldValues"][at].as_str().expect("a text")).expect("a list");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    found.as_array().expect("a list").iter().map(|one| (text(&one["Rule"]), text(&one["Level"]))).collect()
}

/// What DEA finds in an item that it captures itself, as coming from `origin`.
fn captured(server: &Server, letters: &str, origin: &str) -> Vec<(String, String)> {
    let id = fresh_id(letters);
    server.call_as("DEA", "StoreDeclaration", store(&id, origin, "DEA", 2)).ok();
    findings(server, "DEA", &id, "I").into_iter().filter(|(rule, _)| ID_RULES.contains(&rule.as_str())).collect()
}

const ID_RULES: [&str; 2] = ["foreign_id", "unknown_post"];

fn pair(rule: &str, level: &str) -> (String, String) {
    (rule.to_owned(), level.to_owned())
}

on_both_engines! {
    fn ids_are_those_of_the_countries_posts(server) {
        for (letters, origin) in [("GG", "GBA"), ("RE", "FRA"), ("PR", "USA"), ("AE", "AEA"), ("GB", "NPT"), ("AU", "ZZZ")] {
            assert_eq!(captured(server, letters, origin), [], "{letters} {origin}");
        }
        assert_eq!(captured(server, "HK", "CNA"), [pair("foreign_id", "amber")]);
        assert_eq!(captured(server, "AU", "FRA"), [pair("foreign_id", "amber")]);
        assert_eq!(captured(server, "AU", "QQQ"), [pair("unknown_post", "warn"), pair("foreign_id", "amber")]);
    }

    fn an_operator_may_let_an_origin_use_foreign_ids(server) {
        let import = |arguments: &[&str], text: &str| {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("list.csv");
            std::fs::write(&path, text).expect("writes");
            let begin = ["refdata", "import", arguments[0], path.to_str().expect("a path")];
            admin(server, &[&begin, &arguments[1..]].concat()).ok();
            refresh(server);
        };
        let is_foreign = |letters: &str, origin: &str| !captured(server, letters, origin).is_empty();
        import(&["foreign_ids", "--org", "FRA"], "country\nAU\n");
        assert!(!is_foreign("AU", "FRA") && !is_foreign("FR", "FRA") && is_foreign("NZ", "FRA") && is_foreign("AU", "CNA"));
        import(&["foreign_ids", "--org", "FRA"], "country\n");
        assert!(is_foreign("AU", "FRA"));
        import(&["id_countries"], "letters,countries\nHK,HK CN\n");
        assert!(!is_foreign("HK", "CNA") && is_foreign("HK", "FRA") && !is_foreign("RE", "FRA"), "others as before");
        import(&["operators"], "code,country,name\nQQQ,AU,Island post\n");
        assert!(!is_foreign("AU", "QQQ"), "the list says which country a post is of");
    }

    fn the_owner_says_how_strict_it_is_about_foreign_ids(server) {
        let set = |arguments: &[&str]| {
            admin(server, &[&["quality", "set"], arguments].concat()).ok();
            refresh(server);
        };
        let stored = |post: &str, origin: &str, destination: &str| {
            server.call_as(post, "StoreDeclaration", store(&fresh_id("AU"), origin, destination, 2)).status
        };
        set(&["DEA", "foreign_id", "reject"]);
        assert_eq!(stored("DEA", "FRA", "DEA"), 400);
        assert_eq!(stored("FRA", "FRA", "DEA"), 200, "the sender's own item is under its own level");
        assert_eq!(stored("DEA", "DEA", "AUA"), 200, "it may be a return");
        set(&["DEA", "foreign_id", "warn"]);
        assert_eq!(captured(server, "AU", "FRA"), [pair("foreign_id", "warn")]);
        set(&["DEA", "foreign_id", "off"]);
        assert_eq!(captured(server, "AU", "FRA"), []);
        set(&["DEA", "foreign_id", "amber"]);
        assert_eq!(captured(server, "AU", "FRA"), [pair("foreign_id", "amber")]);
        let refused = |arguments: &[&str]| admin(server, &[&["quality", "set", "DEA"], arguments].concat()).fails(1);
        assert!(refused(&["late", "amber"]).contains("the levels are reject, warn, off"));
        assert!(refused(&["foreign_id", "red"]).contains("the levels are reject, amber, warn, off"));
        assert!(refused(&["foreign_id", "warn", "--destination", "DE"]).contains("one level for all destinations"));
    }

    fn foreign_ids_are_reported_by_lane(server) {
        let today = entrepost::clock::Clock::default().now().format("%Y-%m-%d").to_string();
        for (letters, origin, destination) in
            [("AU", "FRA", "DEA"), ("AU", "FRA", "DEA"), ("AU", "DEA", "AUA"), ("AU", "AUA", "DEA"), ("AU", "ZZZ", "DEA")]
        {
            server.call_as("DEA", "StoreDeclaration", store(&fresh_id(letters), origin, destination, 1)).ok();
        }
        let told = admin(server, &["report", "foreign-ids"]).ok();
        assert!(told.starts_with("owner\torigin\tletters\titems\tgoing back\tnewest\n"), "{told}");
        let lanes: Vec<&str> = told.lines().filter(|line| line.starts_with("DEA")).collect();
        // The demo has one more on its way back.
        assert_eq!(lanes, [format!("DEA\tDEA\tAU\t2\t2\t{today}"), format!("DEA\tFRA\tAU\t2\t0\t{today}")]);
    }

    fn dates_that_no_item_was_posted_on_are_found(server) {
        for (date, is_found) in [("1999-12-31", true), ("2000-01-02", false), ("2099-01-01", true)] {
            let id = fresh_id("AU");
            let mut body = store(&id, "AUA", "DEA", 2);
            body["mailObject"]["PostingDt"] = json!(format!("{date}T10:00:00Z"));
            server.call_as("AUA", "StoreDeclaration", body).ok();
            let found = findings(server, "AUA", &id, "O");
            assert_eq!(found.contains(&pair("posting_date", "warn")), is_found, "{date}: {found:?}");
        }
    }

    fn an_origin_cannot_revise_what_it_declared(server) {
        let rules = "[[rule]]\nname = \"toys\"\n[rule.when]\nhs_all = [\"9503\"]\n[rule.then]\ndecision = \"2\"\n";
        rule(server, "set", rules, &[]).ok();
        refresh(server);
        let sent = |post: &str, hs: &str, revised: Value| {
            let id = fresh_id("AU");
            let mut body = store(&id, "AUA", "DEA", 2);
            body["decl"]["Data"]["ContentPieces"][0]["HS"] = json!(hs);
            body["decl"]["Data"]["ContentPieces"][0]["RevisedHS"] = revised;
            server.call_as(post, "StoreDeclaration", body).ok();
            id
        };
        let revised = |post: &str, id: &str, flow: &str| {
            server.status(post, post, id, flow)["Declaration"]["Data"]["ContentPieces"][0]["RevisedHS"].clone()
        };
        let id = sent("AUA", "930690", json!("950300"));
        assert_eq!(revised("AUA", &id, "O"), Value::Null);
        assert!(findings(server, "AUA", &id, "O").contains(&pair("reserved_member", "warn")));
        let plain = sent("AUA", "950300", Value::Null);
        assert!(!findings(server, "AUA", &plain, "O").iter().any(|(rule, _)| rule == "reserved_member"));

        let own = sent("DEA", "930690", json!("950300"));
        assert_eq!(revised("DEA", &own, "I"), json!("950300"), "the owner may revise");
        assert_eq!(decided(server, &own), Value::Null, "declared as rifle parts, whatever it was revised to");
        let toy = sent("DEA", "950300", json!("950450"));
        assert_eq!(decided(server, &toy), Value::Null, "revised to something else");
        assert_eq!(decided(server, &sent("DEA", "950300", Value::Null)), json!("2"));
        let body = json!({ "mailItemID": own });
        let asked = server.call_as("DEA", "IsItemRestrictedProhibited", body).ok().json();
        assert_eq!(asked["IsItemRestrictedProhibitedResult"], json!(true), "{asked}");
    }
}

/// A rule is as strict as an organization has it: for one destination, for all, or as listed.
fn strictness(engine: Engine) {
    let server = Server::start_strict(engine);
    let stored = |destination: &str| {
        let mut body = store(&fresh_id("AU"), "AUA", destination, 2);
        body["decl"]["Data"]["ContentPieces"][0]["Description"] = json!("gift");
        let answer = server.call_as("AUA", "StoreDeclaration", body);
        (answer.status, answer.header("x-entrepost-warnings").map(str::to_owned))
    };
    let set = |arguments: &[&str]| {
        admin(&server, &[&["quality", "set", "AUA"], arguments].concat()).ok();
        refresh(&server);
    };
    assert_eq!(stored("DEA").0, 400);
    set(&["description_vague", "warn"]);
    set(&["stop_word_alone", "warn"]);
    let (status, warnings) = stored("DEA");
    assert_eq!(status, 200);
    set(&["description_vague", "off"]);
    assert!(stored("DEA").1 < warnings, "fewer");
    set(&["description_vague", "reject", "--destination", "FR"]);
    assert_eq!((stored("DEA").0, stored("FRA").0), (200, 400));
    for (arguments, told) in [
        (["AUA", "tidiness", "warn"], "the rules are"),
        (["AUA", "late", "maybe"], "the levels are"),
        (["XXX", "late", "warn"], "no such organization"),
    ] {
        let refused = admin(&server, &[&["quality", "set"][..], &arguments].concat()).fails(1);
        assert!(refused.contains(told), "{refused}");
    }
}

on_engines! { strictness => strictness }
