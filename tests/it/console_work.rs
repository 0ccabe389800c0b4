//! What people of a post work off at a browser: what waits, questions of customs, what is to be put right; and what an item tells of
//! itself.

use std::time::Duration;

use entrepost::domain::Role;
use serde_json::json;

use crate::harness::Server;
use crate::harness::data::{declaration, fresh_id, mail_object, store};
use crate::harness::visitor::Visitor;
use crate::on_both_engines;

fn clerk(server: &Server) -> Visitor<'_> {
    server.add_person("AUA", "clerk", &[Role::Clerk], &["AUSYDA"]);
    Visitor::signed_in(server, "AUA", "clerk")
}

fn declared(server: &Server) -> (String, String) {
    let id = fresh_id("AU");
    server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
    let view = server.load("AUA", json!({ "id": id, "postalOrgCd": "AUA" })).remove(0);
    (id, view["MailObject"]["PId"].as_str().expect("an id").to_owned())
}

fn ask(server: &Server, id: &str, referral: serde_json::Value) {
    let body = json!({ "id": id, "postOrgCd": "DEA", "partnerPostOrgCd": "AUA", "referral": referral });
    server.call_as("DEA", "CreateReferral", body).ok();
}

on_both_engines! {
    fn a_question_waits_with_its_time_and_is_answered(server) {
        let visitor = clerk(server);
        let (id, pid) = declared(server);
        let (second, _) = declared(server);
        ask(server, &second, json!({ "ReferralCd": "RFI", "ReferralId": "R-LATER", "Remarks": "Which material?" }));
        server.clock.advance(Duration::from_secs(60));
        ask(server, &id, json!({ "ReferralCd": "RFI", "ReferralId": "R/1 %?&".replace(' ', "_"), "Remarks": "What is <it>?" }));
        let reference = "R/1_%?&";
        let home = visitor.get("/console").is(200).says("Questions to answer: ");
        assert!(home.text.contains("href=\"/console/referrals\""));
        let listed = visitor.get("/console/referrals").is(200).says("What is &lt;it&gt;?").says(" h left");
        let at = |text: &str| listed.text.find(text).unwrap_or_else(|| panic!("{text} in {}", listed.text));
        assert!(at(&second) < at(&id), "due first");
        let address = listed.text.split("href=\"/console/referral?").find(|part| part.starts_with(&format!("item={pid}"))).expect("a link");
        let address = format!("/console/referral?{}", address.split('"').next().expect("its end").replace("&amp;", "&"));
        let form = visitor.get(&address).is(200).says("What is &lt;it&gt;?");
        // Answers that fit this kind of question alone.
        assert!(form.text.contains("value=\"R11\"") && !form.text.contains("value=\"R20\""), "{}", form.text);
        let (key, item) = (form.value("key"), form.value("item"));
        let base = [("item", item.as_str()), ("reference", reference), ("key", key.as_str())];
        let with = |more: &[(&'static str, &'static str)]| {
            let all: Vec<(&str, &str)> = base.iter().copied().chain(more.iter().copied()).collect();
            visitor.post("/console/referral", &all)
        };
        with(&[("code", "")]).is(422).says("href=\"#code\"").says("Choose an answer");
        // Sent is what was sent: not an answer to a question that there is not, and that nobody answered.
        let elsewhere = [("item", item.as_str()), ("reference", "R-NONE"), ("key", key.as_str()), ("code", "R11")];
        visitor.post("/console/referral", &elsewhere).is(404);
        let long: &'static str = "x".repeat(entrepost::limits::TEXT_CHARS + 1).leak();
        with(&[("code", "R11"), ("action", long)]).is(422).says("href=\"#action\"");
        let answer = [("code", "R11"), ("action", "declaration <b>amended</b>")];
        assert_eq!(with(&answer).leads_to(), "/console/referrals?done");
        assert_eq!(with(&answer).leads_to(), "/console/referrals?done", "sent twice it is one answer");
        assert!(!visitor.get("/console/referrals?done").is(200).says("The answer is sent").text.contains(&id));
        visitor.get(&address).is(404);
        let shown = visitor.get(&format!("/console/items/AUA/{pid}")).is(200).says("declaration &lt;b&gt;amended");
        assert!(shown.text.matches("R11").count() == 1, "{}", shown.text);
        // Who asked reads the answer.
        server.deliver();
        let told = server.call_as("DEA", "GetReferralAndReferralResponse", json!({ "postalOrgCd": "DEA", "flow": "I", "id": id })).ok();
        assert!(told.text.contains("declaration <b>amended</b>"), "{}", told.text);
        server.clock.advance(Duration::from_secs(30 * 86_400));
        let late = Visitor::signed_in(server, "AUA", "clerk");
        late.get("/console/referrals").is(200).says("late");
        late.get("/console").is(200).says("of these late: ");
    }

    fn questions_of_others_are_not_there(server) {
        let (id, pid) = declared(server);
        ask(server, &id, json!({ "ReferralCd": "RFI", "ReferralId": "MINE" }));
        server.add_person("PTA", "clerk", &[Role::Clerk], &[]);
        server.add_person("AUA", "reader", &[Role::Reader], &[]);
        let stranger = Visitor::signed_in(server, "PTA", "clerk");
        assert!(!stranger.get("/console/referrals").is(200).text.contains(&id));
        stranger.get(&format!("/console/referral?item={pid}&reference=MINE")).is(404);
        stranger.post("/console/referral", &[("item", &pid), ("reference", "MINE"), ("code", "R11")]).is(404);
        let reader = Visitor::signed_in(server, "AUA", "reader");
        assert!(!reader.get("/console/referrals").is(200).says(&id).text.contains("/console/referral?"));
        reader.get(&format!("/console/referral?item={pid}&reference=MINE")).is(403);
        // The post that asked sees that it waits, and answers nothing.
        server.add_person("DEA", "clerk", &[Role::Clerk], &["DEAAAA"]);
        let asking = Visitor::signed_in(server, "DEA", "clerk");
        asking.get("/console/referrals").is(200).says("Asked by us").says(&id);
    }

    fn an_item_tells_what_changed_and_what_was_said(server) {
        let visitor = clerk(server);
        let (id, pid) = declared(server);
        let mut second = declaration("38.50");
        second["Data"]["GrossWeight"] = json!(1.7);
        second["Data"]["ContentPieces"][0]["Description"] = json!("Wooden <i>train</i>");
        server.call_as("AUA", "StoreDeclaration", json!({ "mailObject": mail_object(&id, "AUA", "DEA"), "decl": second, "evtCd": 2 })).ok();
        let shown = visitor.get(&format!("/console/items/AUA/{pid}")).is(200);
        for text in ["Gross weight, kg: ", ">1.5</span> → <span dir=\"auto\">1.7</span>", "Line 1, Goods: description: ", "Wooden &lt;i&gt;train", "ITMATT", "AUA → DEA", "accepted"] {
            assert!(shown.text.contains(text), "{text} in {}", shown.text);
        }
        // Customs of the destination sees what changed, and nothing of messages.
        server.add_person("DE", "officer", &[Role::Officer], &[]);
        let there = server.load("DEA", json!({ "id": id, "postalOrgCd": "DEA" })).remove(0);
        let there = format!("/console/items/DEA/{}", there["MailObject"]["PId"].as_str().expect("an id"));
        let seen = Visitor::signed_in(server, "DE", "officer").get(&there).is(200);
        assert!(!seen.text.contains("What was said to others") && !seen.text.contains("/amend"), "{}", seen.text);
    }

    fn drafts_are_listed_with_what_they_lack_until_they_are_declared(server) {
        let visitor = clerk(server);
        let id = fresh_id("AU");
        let object = mail_object(&id, "AUA", "DEA");
        server.call_as("AUA", "StoreDeclaration", json!({ "mailObject": object, "decl": { "Data": { "SenderName": "Harbour Toys Pty" } }, "evtCd": 1 })).ok();
        visitor.get("/console").is(200).says("Drafts: ");
        let listed = visitor.get("/console/attention").is(200).says(&id).says("fill this in").says("and ");
        assert!(listed.text.contains("/amend\""), "{}", listed.text);
        server.add_person("PTA", "clerk", &[Role::Clerk], &[]);
        assert!(!Visitor::signed_in(server, "PTA", "clerk").get("/console/attention").is(200).text.contains(&id));
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
        assert!(!visitor.get("/console/attention").is(200).text.contains(&id));
    }

    fn the_first_page_says_what_runs_here(server) {
        let stranger = Visitor::new(server);
        let first = stranger.get("/").is(200).says("Entrepost").says("href=\"/console\"").says("href=\"/docs/\"");
        assert!(first.header("content-security-policy").is_some_and(|policy| policy.starts_with("default-src 'none'")));
        stranger.get("/?lang=pt").is(200).says("Documentação dos métodos");
        stranger.send("POST", "/", Some(&[]), &[("origin", &server.base.clone())]).is(405);
        for (address, status) in [("/docs/", 200), ("/openapi.json", 200), ("/v1/openapi.json", 200), ("/readyz", 200)] {
            assert_eq!(server.get(address).status, status, "{address}");
        }
    }
}
