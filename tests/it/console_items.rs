//! Items in the console: list, one item, its forms, and the light beside a scanner.

use entrepost::domain::Role;
use serde_json::json;

use crate::harness::Server;
use crate::harness::data::{fresh_id, store};
use crate::harness::visitor::Visitor;
use crate::on_both_engines;

/// Address of an item of a post.
fn address(server: &Server, org: &str, post: &str, id: &str) -> String {
    let view = server.load(org, json!({ "id": id, "postalOrgCd": post })).remove(0);
    format!("/console/items/{post}/{}", view["MailObject"]["PId"].as_str().expect("an id"))
}

on_both_engines! {
    fn the_list_is_what_load_gives_and_an_id_leads_to_its_item(server) {
        server.add_person("AUA", "reader", &[Role::Reader], &[]);
        let visitor = Visitor::signed_in(server, "AUA", "reader");
        for _ in 0..60 {
            server.call_as("AUA", "StoreDeclaration", store(&fresh_id("AU"), "AUA", "FRA", 2)).ok();
        }
        let all = server.load("AUA", json!({ "postalOrgCd": "AUA" })).len();
        let mut path = "/console/items".to_owned();
        let mut seen = std::collections::BTreeSet::new();
        loop {
            let shown = visitor.get(&path).is(200).says(&format!("{all} items"));
            let rows = shown.text.split("<a class=\"id\" href=\"").skip(1);
            seen.extend(rows.map(|row| row.split('"').next().expect("an address").to_owned()));
            let Some(next) = shown.text.split("\" rel=\"next\"").next().filter(|text| text.len() < shown.text.len()) else { break };
            path = next.rsplit("href=\"").next().expect("an address").replace("&amp;", "&");
        }
        assert_eq!(seen.len(), all, "every item once");
        let inbound = server.load("AUA", json!({ "postalOrgCd": "AUA", "flow": "I" })).len();
        visitor.get("/console/items?flow=I").is(200).says(&format!("{inbound} items"));
        let to_france = server.load("AUA", json!({ "postalOrgCd": "AUA", "flow": "O", "partnerPostalOrgCd": "FRA" })).len();
        visitor.get("/console/items?flow=O&partner=fra&class=&q=&light=").is(200).says(&format!("{to_france} items"));
        visitor.get("/console/items?from=2019-07-10&to=2019-07-10").is(200).says("EE123456785AU");
        visitor.get("/console/items?from=2019-07-11").is(200).says("items");
        assert!(!visitor.get("/console/items?to=2019-07-09").is(200).text.contains("EE123456785AU"));
        visitor.get("/console/items?q=RR000000005AU").is(200).says("No item fits");
        let one = address(server, "AUA", "AUA", "EE123456785AU");
        assert_eq!(visitor.get("/console/items?q=ee123456785au").leads_to(), one);
        for (wrong, field) in [("q=--", "q"), ("q=a+b+c+d+e", "q"), ("partner=D", "partner"), ("from=26/11/2026", "from"), ("to=x", "to")] {
            visitor.get(&format!("/console/items?{wrong}")).is(422).says(&format!("href=\"#{field}\""));
        }
        assert_eq!(visitor.get("/console/items?cursor=nonsense").leads_to(), "/console/items");
    }

    fn pages_hold_each_item_once_while_others_are_stored(server) {
        server.add_person("AUA", "reader", &[Role::Reader], &[]);
        let visitor = Visitor::signed_in(server, "AUA", "reader");
        let declared = |count: usize| -> Vec<String> {
            (0..count)
                .map(|_| {
                    let id = fresh_id("AU");
                    server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "FRA", 2)).ok();
                    id
                })
                .collect()
        };
        let (before, mut seen) = (declared(120), Vec::new());
        let mut path = "/console/items?partner=FRA".to_owned();
        loop {
            let shown = visitor.get(&path).is(200);
            let table = shown.between("<tbody>", "</tbody>").to_owned();
            seen.extend(table.split("<a class=\"id\"").skip(1).map(|row| row.split(['>', '<']).nth(1).expect("an id").to_owned()));
            let Some(next) = shown.text.split("\" rel=\"next\"").next().filter(|text| text.len() < shown.text.len()) else { break };
            path = next.rsplit("href=\"").next().expect("an address").replace("&amp;", "&");
            if seen.len() < 120 {
                declared(25);
            }
        }
        let once = |id: &String| seen.iter().filter(|known| *known == id).count() == 1;
        assert!(before.iter().all(once), "each that was there is listed once");
        assert!(seen.iter().all(once), "nothing is listed twice");
    }

    fn an_item_is_shown_with_light_decisions_and_history_to_who_may_see_it(server) {
        server.add_person("AUA", "clerk", &[Role::Clerk], &["AUSYDA"]);
        server.add_person("DE", "officer", &[Role::Officer], &[]);
        server.add_person("PTA", "clerk", &[Role::Clerk], &[]);
        server.add_person("AUA", "admin", &[Role::Admin], &[]);
        let one = address(server, "AUA", "AUA", "EE123456785AU");
        let clerk = Visitor::signed_in(server, "AUA", "clerk");
        let shown = clerk.get(&one).is(200).says("Green – may go on").says("CLEARED").says("7.20 EUR").says("Declared");
        assert!(shown.text.contains("Decision at the destination") && shown.text.contains("AUA → DEA"), "{}", shown.text);
        clerk.get(&format!("{one}?lang=fr")).is(200).says("Vert – peut continuer").says("Décision à destination");
        // Nobody else's, and no administrator's.
        Visitor::signed_in(server, "PTA", "clerk").get(&one).is(404);
        Visitor::signed_in(server, "AUA", "admin").get(&one).is(403);
        let there = address(server, "DEA", "DEA", "EE123456785AU");
        clerk.get(&there).is(404);
        clerk.get(&there.replace("/DEA/", "/AUA/")).is(404);
        clerk.get("/console/items/AUA/nonsense").is(404);
        let officer = Visitor::signed_in(server, "DE", "officer");
        officer.get(&there).is(200).says("Decision of the own customs");
        // What somebody else wrote is text.
        let id = fresh_id("AU");
        let mut body = store(&id, "AUA", "DEA", 2);
        body["decl"]["Data"]["RecipientName"] = json!("<script>alert(1)</script>\" onx=");
        body["decl"]["Data"]["ContentPieces"][0]["Description"] = json!("<img src=x onerror=alert(1)>");
        server.call_as("AUA", "StoreDeclaration", body).ok();
        for path in [address(server, "AUA", "AUA", &id), "/console/items?flow=O".into()] {
            let shown = clerk.get(&path).is(200);
            assert!(shown.text.contains("&lt;script&gt;alert") && !shown.text.contains("<script>alert") && !shown.text.contains("<img"));
        }
    }

    fn a_form_is_printed_and_that_is_noted_with_who_did_it(server) {
        server.add_person("AUA", "clerk", &[Role::Clerk], &["AUSYDA"]);
        let one = address(server, "AUA", "AUA", "EE123456785AU");
        let clerk = Visitor::signed_in(server, "AUA", "clerk");
        clerk.get(&one).is(200);
        let printed = clerk.post_for_bytes(&format!("{one}/print"), &[("form", "CN23")]);
        assert!(printed.starts_with(b"%PDF"), "{:?}", &printed[..printed.len().min(40)]);
        let last = server.history("AUA", "EE123456785AU").pop().expect("a row");
        assert_eq!((last.event.as_str(), last.user_cd.as_deref(), last.office_cd.as_deref()), ("declaration.printed", Some("clerk"), Some("AUSYDA")));
        clerk.get(&one).is(200).says("Form printed").says("AUA clerk AUSYDA");
        clerk.post(&format!("{one}/print"), &[("form", "CN99")]).is(400);
        clerk.post(&format!("{}/print", one.replace("/AUA/", "/DEA/")), &[("form", "CN23")]).is(404);
    }

    fn a_scan_is_answered_with_the_light_that_the_status_has(server) {
        server.add_person("AUA", "reader", &[Role::Reader], &[]);
        let visitor = Visitor::signed_in(server, "AUA", "reader");
        let shown = visitor.get("/console/scan").is(200);
        assert!(!shown.text.contains("class=\"light"), "nothing is known before something is asked");
        for id in ["EE123456785AU", "EE23050001XDE", "RR000000005AU", "EE23050001XAU"] {
            let asked = json!({ "Items": [{ "ItemId": id }] });
            let status = server.call_as("AUA", "CheckItemStatus", asked).ok().json()["CheckItemStatusResult"][0].clone();
            let shown = visitor.get(&format!("/console/scan?id={}", id.to_lowercase())).is(200);
            let word = match status["Light"].as_str().expect("a light") {
                "Green" => "Green – may go on",
                "Amber" => "Amber – look first",
                _ => "Red – stop",
            };
            let shown = shown.says(word).says(id);
            for reason in status["Reasons"].as_array().expect("reasons") {
                assert!(shown.text.contains(reason["Code"].as_str().expect("a code")), "{id}: {reason}");
            }
        }
        visitor.get("/console/scan?id=%3Cscript%3E").is(200).says("&lt;SCRIPT&gt;").says("UNKNOWN_ITEM");
        visitor.get(&format!("/console/scan?id={}", "X".repeat(36))).is(422).says("href=\"#id\"");
    }
}
