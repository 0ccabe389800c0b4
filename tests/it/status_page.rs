//! The status page: what works, since when, what was seen on the days before, and what the operator tells.

use serde_json::{Value, json};

use crate::browser::every_rule;
use crate::harness::browser::{Browser, axe};
use crate::harness::process::{admin, refused};
use crate::harness::raw::Raw;
use crate::harness::visitor::Visitor;
use crate::harness::{Engine, Server};
use crate::on_engines;

fn twin(server: &Server) -> Value {
    let shown = Visitor::new(server).get("/status.json").is(200);
    assert_eq!(shown.header("content-type"), Some("application/json"));
    serde_json::from_str(&shown.text).expect("JSON")
}

fn everybody_reads_what_works(engine: Engine) {
    let server = Server::start(engine);
    let status = twin(&server);
    assert_eq!(status["works"], true, "{status}");
    let names: Vec<&str> =
        status["components"].as_array().expect("a list").iter().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(names, ["items", "exchange", "events", "files"]);
    assert!(status["components"].as_array().expect("a list").iter().all(|one| one["works"] == true), "{status}");
    let page = Visitor::new(&server).get("/status").is(200).says("Everything works.").says("None was told.");
    assert_eq!(page.text.matches("<rect").count(), 4 * 90);
    Visitor::new(&server).get("/status?lang=fr").is(200).says("Tout fonctionne.");
    // Nothing of anybody's items or organizations.
    assert!(!page.text.contains("AUA") && !page.text.contains("DEA"));
    Visitor::new(&server).send("POST", "/status", Some(&[]), &[("origin", &server.base)]).is(405);
}

fn what_was_seen_is_counted_day_by_day(engine: Engine) {
    let server = Server::start(engine);
    let probes = |times: usize| {
        for _ in 0..times {
            server.block_on(|services| async move { services.probe().await }).expect("looks");
        }
    };
    probes(3);
    let days = twin(&server)["components"][0]["days"].clone();
    let today = chrono::Utc::now().date_naive().to_string();
    let of_today = days.as_array().expect("days").iter().find(|day| day["day"] == today).expect("today").clone();
    assert!(of_today["probes"].as_i64() >= Some(3) && of_today["failed"] == 0, "{days}");
    // A day on which it failed is told, one before the last ninety is not, and is forgotten.
    let mut raw = Raw::open(&server.database_url);
    let day = i64::from(chrono::Datelike::num_days_from_ce(&chrono::Utc::now().date_naive())) - 719_163;
    raw.run(&format!("INSERT INTO probe_day (component, day, probes, failed) VALUES ('items', {}, 1440, 7)", day - 89));
    raw.run(&format!("INSERT INTO probe_day (component, day, probes, failed) VALUES ('items', {}, 1440, 9)", day - 90));
    let days = twin(&server)["components"][0]["days"].clone();
    assert_eq!((&days[0]["failed"], &days[0]["probes"]), (&json!(7), &json!(1440)), "{days}");
    let page = Visitor::new(&server).get("/status").is(200).says("<td class=\"number\">7</td>");
    assert!(!page.text.contains("<td class=\"number\">9</td>"));
    probes(1);
    let left = raw.number(&format!("SELECT count(*) AS n FROM probe_day WHERE day < {}", day - 90));
    assert_eq!(left, 0);
}

fn the_operator_tells_of_incidents_and_maintenance(engine: Engine) {
    let server = Server::start(engine);
    let url = server.database_url.clone();
    let run = |arguments: &[&str]| admin(&url, arguments);
    let out = run(&["incident", "open", "Scans are <slow>", "--component", "items", "--note", "We look into it"]);
    assert_eq!(out.trim(), "incident 1");
    let page = Visitor::new(&server).get("/status").is(200).says("Scans are &lt;slow&gt;").says("We look into it");
    assert!(page.text.contains("not over yet"));
    run(&["incident", "note", "1", "A disk was full"]);
    run(&["incident", "close", "1", "--note", "More room was made"]);
    let told = twin(&server)["incidents"][0].clone();
    assert_eq!(told["notes"].as_array().map(Vec::len), Some(3), "{told}");
    let end = told["to"].clone();
    assert!(end.is_string());
    // It is over once.
    run(&["incident", "close", "1"]);
    assert_eq!(twin(&server)["incidents"][0]["to"], end);
    run(&["incident", "plan", "A new version", "--from", "2030-01-01T22:00:00Z", "--to", "2030-01-01T23:00:00Z"]);
    Visitor::new(&server).get("/status").is(200).says("Maintenance").says("A new version");
    assert!(run(&["incident", "list"]).lines().count() == 2);
    // What was called off takes place at no time.
    run(&["incident", "close", "2", "--note", "Not needed"]);
    let told = twin(&server)["incidents"][0].clone();
    assert_eq!((&told["calledOff"], &told["to"]), (&json!(true), &Value::Null), "{told}");
    Visitor::new(&server).get("/status").is(200).says("called off").says("Not needed");
    for wrong in [
        &["incident", "open", " "][..],
        &["incident", "note", "99", "x"],
        &["incident", "plan", "x", "--from", "2027-01-02T00:00:00Z", "--to", "2027-01-01T00:00:00Z"],
        &["incident", "plan", "x", "--from", "2099-01-01T00:00:00Z", "--to", "2099-01-02T00:00:00Z"],
        &["incident", "open", "two\nlines"],
    ] {
        refused(&url, wrong);
    }
    let long = "x".repeat(1_001);
    refused(&url, &["incident", "open", &long]);
    run(&["incident", "open", &long[1..]]);
}

/// However many came after it, and however well the server finds itself.
fn what_is_on_is_shown(engine: Engine) {
    let server = Server::start(engine);
    let url = server.database_url.clone();
    admin(&url, &["incident", "open", "Letters are delayed", "--component", "exchange"]);
    for number in 2..=60 {
        admin(&url, &["incident", "open", &format!("Short one {number}")]);
        admin(&url, &["incident", "close", &number.to_string()]);
    }
    let status = twin(&server);
    assert_eq!(status["works"], false, "{status}");
    let page = Visitor::new(&server).get("/status").is(200).says("Letters are delayed");
    assert!(!page.text.contains("Everything works."));
    admin(&url, &["incident", "close", "1"]);
    assert_eq!(twin(&server)["works"], true);
}

on_engines! { an_incident_is_shown_while_it_is_on => what_is_on_is_shown }
on_engines! { what_works_is_open_to_everybody => everybody_reads_what_works }
on_engines! { days_are_counted => what_was_seen_is_counted_day_by_day }
on_engines! { incidents_are_told => the_operator_tells_of_incidents_and_maintenance }

#[test]
fn the_page_is_there_without_a_console() {
    let server = Server::start_with(Engine::Sqlite, &[("console", "off")]);
    Visitor::new(&server).get("/status").is(200).says("Everything works.");
    Visitor::new(&server).get("/console").is(404);
}

#[test]
fn the_page_can_be_read_by_everybody() {
    let Some(axe) = axe() else { return };
    let server = Server::start(Engine::Sqlite);
    let browser = Browser::start(true);
    browser.resize(320, 900);
    let mut faults = Vec::new();
    for (language, heading) in
        [("en", "Status"), ("fr", "État du service"), ("es", "Estado del servicio"), ("pt", "Estado do serviço")]
    {
        browser.go(&format!("{}/status?lang={language}", server.base));
        browser.arrives_at(heading);
        faults.extend(browser.violations(&axe, &every_rule()));
        let wide = browser.script("return document.documentElement.scrollWidth > document.documentElement.clientWidth");
        assert_eq!(wide, false, "scrolls sideways in {language}");
    }
    browser.picture("status");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
