//! Rules of organizations from the command line: automatic answers, and how strict the quality rules are.

use serde_json::{Value, json};

use crate::harness::data::{fresh_id, status, store};
use crate::harness::process::{Ran, run};
use crate::harness::{Engine, Server};
use crate::on_both_engines;

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
        // German customs sees three gifts of the demo as well.
        let tried = rule(server, "set", RULES, &["--dry-run"]).ok();
        assert!(tried.contains("samples\twould have answered 1 items\ngifts\twould have answered 4 items\n"), "{tried}");
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

#[test]
fn strictness_on_sqlite() {
    strictness(Engine::Sqlite);
}

#[test]
fn strictness_on_postgres() {
    if crate::harness::postgres::is_there() {
        strictness(Engine::Postgres);
    }
}
