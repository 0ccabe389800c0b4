//! Referrals: who raises and answers them, filters and pages, deadlines, what decisions raise by themselves, the order
//! of events.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use entrepost::limits;
use entrepost::service::import::{Import, ListKind};
use serde_json::{Value, json};

use crate::harness::data::{declaration, fresh_id, mail_state, respond, response, store};
use crate::harness::{Answer, Server};
use crate::on_both_engines;

const HOUR: Duration = Duration::from_secs(3600);

/// An inbound or outbound item of one post, as referrals name it.
struct Item<'s> {
    server: &'s Server,
    id: String,
    origin: &'static str,
    destination: &'static str,
}

impl<'s> Item<'s> {
    /// Declared and sent, posted on this day.
    fn declared(
        server: &'s Server,
        origin: &'static str,
        destination: &'static str,
        class: &str,
        posted: &str,
    ) -> Self {
        let id = fresh_id(&origin[..2]);
        let object = json!({ "Id": id, "OrigPostOrgCd": origin, "DestPostOrgCd": destination, "MailClassCd": class,
            "PostingDt": posted });
        let body = json!({ "mailObject": object, "decl": declaration("5"), "evtCd": 2 });
        server.call_as(origin, "StoreDeclaration", body).ok();
        Self { server, id, origin, destination }
    }

    /// From AUA to DEA.
    fn on_its_way(server: &'s Server) -> Self {
        Self::declared(server, "AUA", "DEA", "E", "2026-11-01T10:00:00Z")
    }

    /// CreateReferral of the destination.
    fn asks(&self, referral: Value) -> Answer {
        let body = json!({ "id": self.id, "postOrgCd": self.destination, "partnerPostOrgCd": self.origin,
            "referral": referral });
        self.server.call_as(self.destination, "CreateReferral", body)
    }

    /// CreateReferralResp of the origin.
    fn answers(&self, answer: Value) -> Answer {
        let body = json!({ "id": self.id, "postOrgCd": self.origin, "partnerPostOrgCd": self.destination,
            "referralResponse": answer });
        self.server.call_as(self.origin, "CreateReferralResp", body)
    }

    fn asked(&self, code: &str, reference: &str, at: &str) {
        self.asks(json!({ "ReferralCd": code, "ReferralId": reference, "EventDt": at })).ok();
    }

    fn answered(&self, code: &str, reference: &str, at: &str) {
        self.answers(json!({ "ReferralResponseCd": code, "ReferralId": reference, "EventDt": at })).ok();
    }

    /// The one dialogue about this item as an organization of `post` sees it; null when there is none.
    fn dialogue(&self, org: &str, post: &str) -> Value {
        let flow = if post == self.origin { "O" } else { "I" };
        let body = json!({ "postalOrgCd": post, "flow": flow, "id": self.id });
        let found = dialogues(&self.server.call_as(org, "GetReferralAndReferralResponse", body).ok());
        assert!(found.len() <= 1);
        found.into_iter().next().unwrap_or_default()
    }

    fn security_state(&self) -> Value {
        let [origin, destination] =
            [self.origin, self.destination].map(|post| self.dialogue(post, post)["SecurityState"].clone());
        assert_eq!(origin, destination, "both sides come to the same end");
        origin
    }
}

/// Ten o'clock on a day of 2026, before anything was declared here.
fn on(day: &str) -> String {
    format!("2026-{day}T10:00:00Z")
}

/// So many minutes from now.
fn ahead(server: &Server, minutes: i64) -> String {
    (server.clock.now() + chrono::TimeDelta::minutes(minutes)).to_rfc3339()
}

fn dialogues(answer: &Answer) -> Vec<Value> {
    answer.json()["GetReferralAndReferralResponseResult"].as_array().expect("a list").clone()
}

/// Codes of a list of referrals or answers.
fn codes<'v>(list: &'v Value, member: &str) -> Vec<&'v str> {
    list.as_array().expect("a list").iter().filter_map(|entry| entry[member].as_str()).collect()
}

/// Puts a table of an organization in force.
fn import(server: &Server, kind: ListKind, org: &str, table: &str) {
    let import =
        Import { kind, org: org.to_owned(), bytes: table.into(), translations: None, dry_run: false, skip_bad: false };
    let report = server.block_on(|services| async move { services.import_list(import).await }).expect("imports");
    assert!(report.stored && report.faults.is_empty(), "{report:?}");
}

/// The Portuguese post's items with referrals, by id.
fn four(server: &Server) -> BTreeMap<String, &'static str> {
    let asked = Item::declared(server, "FRA", "PTA", "U", "2026-10-03T10:00:00Z");
    asked.asked("RFI", "1", &on("10-10"));
    let answered = Item::declared(server, "AUA", "PTA", "E", "2026-10-05T10:00:00Z");
    answered.asked("RFS", "1", &on("10-11"));
    answered.answered("R20", "1", &on("10-12"));
    let both = Item::declared(server, "FRA", "PTA", "E", "2026-10-07T10:00:00Z");
    both.asked("RFI", "1", &on("10-13"));
    both.answered("R12", "1", &on("10-14"));
    both.asked("RFS", "2", &on("11-02"));
    let away = Item::declared(server, "PTA", "DEA", "C", "2026-10-02T10:00:00Z");
    away.asked("INC", "1", &on("10-15"));
    Item::declared(server, "FRA", "PTA", "E", "2026-10-07T10:00:00Z");
    let names = [(asked, "asked"), (answered, "answered"), (both, "both"), (away, "away")];
    names.into_iter().map(|(item, name)| (item.id, name)).collect()
}

on_both_engines! {
    fn a_question_reaches_the_origin_and_its_answer_comes_back(server) {
        let item = Item::on_its_way(server);
        let asked = json!({ "ReferralCd": "RFI", "ReferralId": "Q1", "Remarks": "invoice wanted",
            "ContentPiecesIndexes": [1], "Urgency": { "Level": [2] } });
        item.asks(asked.clone()).ok();
        item.asks(asked).ok();
        for (org, post) in [("AUA", "AUA"), ("AU", "AUA"), ("DEA", "DEA"), ("DE", "DEA")] {
            let dialogue = item.dialogue(org, post);
            let referrals = dialogue["Referrals"].as_array().expect("a list");
            assert_eq!(referrals.len(), 1, "a repeat is no second referral");
            assert_eq!(referrals[0]["Remarks"], "invoice wanted");
            assert_eq!(referrals[0]["Urgency"]["Level"], json!([2]), "members we do not know come back");
            assert_eq!(dialogue["HasPendingReferral"], true);
        }
        let answer = json!({ "Code": "R12", "ReferralId": "Q1", "Information": "checked", "Desk": 7.50 });
        item.answers(answer.clone()).ok();
        item.answers(answer).ok();
        for (org, post) in [("AUA", "AUA"), ("DE", "DEA")] {
            let dialogue = item.dialogue(org, post);
            let answers = dialogue["ReferralResponses"].as_array().expect("a list");
            assert_eq!(answers.len(), 1, "a repeat is no second answer");
            assert_eq!((&answers[0]["ReferralResponseCd"], &answers[0]["Desk"]), (&json!("R12"), &json!(7.50)));
            assert_eq!((&dialogue["HasPendingReferral"], &dialogue["SecurityState"]), (&json!(false), &json!("ASSESSING")));
        }
        let history: Vec<String> = server.history("AUA", &item.id).into_iter().map(|row| row.event).collect();
        assert!(history.ends_with(&["referral.received".into(), "referral.answered".into()]), "{history:?}");
    }

    fn every_filter_is_heard(server) {
        let names = four(server);
        let found = |org: &str, filters: &Value| -> BTreeSet<&'static str> {
            let mut body = json!({ "postalOrgCd": "PTA", "flow": "I" });
            for (name, value) in filters.as_object().expect("an object") {
                body[name] = value.clone();
            }
            let found = dialogues(&server.call_as(org, "GetReferralAndReferralResponse", body).ok());
            found.iter().map(|found| names[found["MailObject"]["Id"].as_str().expect("an id")]).collect()
        };
        let asked = names.iter().find(|(_, name)| **name == "asked").map(|(id, _)| id.clone());
        let cases: &[(Value, &[&str])] = &[
            (json!({}), &["answered", "asked", "both"]),
            (json!({ "flow": "O" }), &["away"]),
            (json!({ "flow": "T" }), &[]),
            (json!({ "id": asked }), &["asked"]),
            (json!({ "partnerPostalOrgCd": "FRA" }), &["asked", "both"]),
            (json!({ "flow": "O", "partnerPostalOrgCd": "DEA" }), &["away"]),
            (json!({ "postingDtFrom": "2026-10-05T10:00:00Z" }), &["answered", "both"]),
            (json!({ "postingDtTo": "2026-10-05T10:00:00Z" }), &["answered", "asked"]),
            (json!({ "eventDtFrom": "2026-10-12T00:00:00Z" }), &["answered", "both"]),
            (json!({ "eventDtTo": "2026-10-11T10:00:00Z" }), &["answered", "asked"]),
            (json!({ "eventDtFrom": "2026-10-14T00:00:00Z", "eventDtTo": "2026-10-14T23:00:00Z" }), &["both"]),
            (json!({ "mailClassCd": "E" }), &["answered", "both"]),
            (json!({ "officeCd": "PTLISA" }), &["answered", "asked", "both"]),
            (json!({ "hasPendingReferral": true }), &["asked", "both"]),
            (json!({ "hasPendingReferral": false }), &["answered", "asked", "both"]),
            (json!({ "referralType": "RFS" }), &["answered", "both"]),
            (json!({ "referralType": "RFI, RFS" }), &["answered", "asked", "both"]),
            (json!({ "referralType": "ERR" }), &[]),
            (json!({ "referralResponseType": "R20, R30" }), &["answered"]),
            (json!({ "referralResponseType": "R12,R20" }), &["answered", "both"]),
            (json!({ "overdue": true }), &["asked", "both"]),
            (json!({ "reminderDue": true, "partnerPostalOrgCd": "AUA" }), &[]),
            // One referral has to fit them all.
            (json!({ "referralType": "RFS", "referralResponseType": "R12" }), &[]),
            (json!({ "referralType": "RFI", "eventDtFrom": "2026-11-01T00:00:00Z" }), &[]),
            (json!({ "referralType": "RFI", "hasPendingReferral": true, "mailClassCd": "U" }), &["asked"]),
        ];
        for (filters, expected) in cases {
            let expected: BTreeSet<&str> = expected.iter().copied().collect();
            assert_eq!(found("PTA", filters), expected, "{filters}");
            assert_eq!(found("PT", filters), expected, "customs sees what its post sees: {filters}");
        }
    }

    fn a_dialogue_lists_what_was_asked_for(server) {
        let names = four(server);
        let both = names.iter().find(|(_, name)| **name == "both").map(|(id, _)| id.clone());
        let dialogue = |filters: Value| {
            let mut body = filters;
            body["postalOrgCd"] = json!("PTA");
            body["flow"] = json!("I");
            body["id"] = json!(both);
            let answer = server.call_as("PTA", "GetReferralAndReferralResponse", body).ok();
            dialogues(&answer).first().cloned().unwrap_or_default()
        };
        let whole = dialogue(json!({}));
        assert_eq!(codes(&whole["Referrals"], "ReferralCd"), ["RFI", "RFS"]);
        assert_eq!(codes(&whole["ReferralResponses"], "ReferralResponseCd"), ["R12"]);
        assert_eq!(whole["HasPendingReferral"], true);
        assert_eq!(whole["SecurityState"], "REFERRED_SCREEN");
        assert!(whole["DeclarationPId"].is_string());
        let screening = dialogue(json!({ "referralType": "RFS" }));
        assert_eq!(codes(&screening["Referrals"], "ReferralCd"), ["RFS"]);
        assert_eq!(screening["ReferralResponses"], json!([]));
        let answered = dialogue(json!({ "referralResponseType": "R12" }));
        assert_eq!(codes(&answered["Referrals"], "ReferralCd"), ["RFI"]);
        assert_eq!(answered["HasPendingReferral"], true, "though not listed");
    }

    fn faulty_questions_are_refused_with_every_fault(server) {
        let ask = |body: Value| server.call_as("PTA", "GetReferralAndReferralResponse", body);
        let faults = ask(json!({ "flow": "X", "officeCd": "?", "referralType": "RFI;RFS", "referralResponseType": "20" }));
        let paths: BTreeSet<String> = faults.refused(400).findings().into_iter().map(|(_, path)| path).collect();
        assert_eq!(Vec::from_iter(paths), ["flow", "officeCd", "postalOrgCd", "referralResponseType", "referralType"]);
        assert_eq!(ask(json!({ "postalOrgCd": "PTA" })).findings(), [("required".into(), "flow".into())]);
        ask(json!({ "postalOrgCd": "FRA", "flow": "I" })).refused(401);
        server.call_as("DE", "GetReferralAndReferralResponse", json!({ "postalOrgCd": "PTA", "flow": "I" })).refused(401);
    }

    fn pages_follow_each_other_without_loss(server) {
        let items: Vec<Item> =
            (0..5).map(|_| Item::declared(server, "FRA", "PTA", "E", "2026-10-07T10:00:00Z")).collect();
        for item in &items {
            item.asked("RFI", "1", &on("10-13"));
        }
        let mut body = json!({ "postalOrgCd": "PTA", "flow": "I", "recordsLimit": 2 });
        let mut sizes = Vec::new();
        let mut seen = BTreeSet::new();
        loop {
            let page = server.call_as("PTA", "GetReferralAndReferralResponse", body.clone()).ok();
            let found = dialogues(&page);
            sizes.push(found.len());
            seen.extend(found.iter().map(|found| found["MailObject"]["Id"].as_str().expect("an id").to_owned()));
            let Some(cursor) = page.header("x-next-cursor") else { break };
            body["cursor"] = json!(cursor);
            let mut other = body.clone();
            other["mailClassCd"] = json!("U");
            let refused = server.call_as("PTA", "GetReferralAndReferralResponse", other).findings();
            assert_eq!(refused, [("cursor".into(), "cursor".into())]);
        }
        assert_eq!(sizes, [2, 2, 1]);
        assert_eq!(seen, items.iter().map(|item| item.id.clone()).collect());
        let feed = json!({ "postalOrgCd": "PTA", "modifiedSince": "2020-01-01T00:00:00Z" });
        let feed = server.call_as("PTA", "Load", feed).ok().header("x-next-cursor").expect("always").to_owned();
        let mixed = json!({ "postalOrgCd": "PTA", "flow": "I", "cursor": feed });
        server.call_as("PTA", "GetReferralAndReferralResponse", mixed).refused(400);
    }

    fn reminders_and_deadlines_come_with_time(server) {
        let item = Item::on_its_way(server);
        item.asks(json!({ "ReferralCd": "RFI", "ReferralId": "1" })).ok();
        let referral = || item.dialogue("DEA", "DEA")["Referrals"][0].clone();
        let ms = |date: &Value| {
            let text = date.as_str().expect("a date").trim_start_matches("/Date(").trim_end_matches("+0000)/");
            text.parse::<i64>().expect("milliseconds")
        };
        let raised = referral();
        assert_eq!(ms(&raised["DueDt"]) - ms(&raised["EventDt"]), 24 * 3_600_000);
        assert_eq!(ms(&raised["ReminderDt"]) - ms(&raised["EventDt"]), 12 * 3_600_000);
        let flags = || {
            let referral = referral();
            ["ResponsePending", "ReminderDue", "Overdue"].map(|flag| referral[flag].as_bool().expect("a flag"))
        };
        let listed = |filter: &str| {
            let body = json!({ "postalOrgCd": "AUA", "flow": "O", "id": item.id, filter: true });
            dialogues(&server.call_as("AUA", "GetReferralAndReferralResponse", body).ok()).len()
        };
        assert_eq!((flags(), listed("reminderDue"), listed("overdue")), ([true, false, false], 0, 0));
        server.clock.advance(12 * HOUR + HOUR / 60);
        assert_eq!((flags(), listed("reminderDue"), listed("overdue")), ([true, true, false], 1, 0));
        item.answers(json!({ "ReferralResponseCd": "R42", "ReferralId": "1" })).ok();
        assert_eq!(flags(), [true, true, false], "more time is wanted, but nothing was said");
        server.clock.advance(12 * HOUR);
        assert_eq!((flags(), listed("reminderDue"), listed("overdue")), ([true, true, true], 1, 1));
        assert_eq!(item.security_state(), "REFERRED_DATA", "silence is no consent");
        item.answers(json!({ "ReferralResponseCd": "R12", "ReferralId": "1" })).ok();
        assert_eq!((flags(), listed("reminderDue"), listed("overdue")), ([false, false, false], 0, 0));
    }

    fn a_post_has_deadlines_of_its_own(server) {
        import(server, ListKind::Deadlines, "DEA", "referral,hours\nRFI,6\n");
        let hours = |origin: &'static str, destination: &'static str, code: &str| {
            let item = Item::declared(server, origin, destination, "E", "2026-11-01T10:00:00Z");
            item.asked(code, "1", &on("11-10"));
            item.dialogue(destination, destination)["Referrals"][0]["DueDt"].clone()
        };
        let at = |hour: i64| json!(format!("/Date({}+0000)/", 1_794_304_800_000i64 + hour * 3_600_000));
        assert_eq!(hours("AUA", "DEA", "RFI"), at(6));
        assert_eq!(hours("AUA", "DEA", "DNL"), at(1));
        assert_eq!(hours("AUA", "PTA", "RFI"), at(24));
        assert_eq!(hours("AUA", "PTA", "RFS"), at(12));
        assert_eq!(hours("AUA", "PTA", "ASC"), Value::Null, "no answer is expected");
    }

    fn decisions_raise_referrals_once_told_to(server) {
        let decide = |decision: &str, reason: Option<&str>, seconds: i64| {
            let item = Item::on_its_way(server);
            let mut body = respond(&item.id, "AUA", "DEA", decision, 2);
            body["resp"] = response(decision, seconds);
            body["resp"]["Data"]["DecisionReasonCd"] = json!(reason);
            server.call_as("DE", "StoreResponse", body.clone()).ok();
            server.call_as("DE", "StoreResponse", body).ok();
            item
        };
        assert!(decide("5", None, 0).dialogue("DEA", "DEA").is_null(), "off unless told to");

        let table = "decision,reason,referral,remarks\n5,,RFI,Send the documents\n5,112,AMD,Send the invoice\n7,,DNL,\n";
        import(server, ListKind::Referrals, "DE", table);
        let item = decide("5", None, 1);
        let asked = item.dialogue("DEA", "DEA");
        assert_eq!(codes(&asked["Referrals"], "ReferralCd"), ["RFI"], "once, though the response came twice");
        let referral = &asked["Referrals"][0];
        assert_eq!(referral["Remarks"], "Send the documents");
        assert_eq!((&referral["RaisedByOrgCd"], &referral["ResponsePending"]), (&json!("DE"), &json!(true)));
        assert_eq!(item.dialogue("AUA", "AUA")["Referrals"][0]["ReferralId"], referral["ReferralId"], "at the origin too");
        item.answers(json!({ "ReferralResponseCd": "R11" })).ok();
        assert_eq!(item.dialogue("DE", "DEA")["HasPendingReferral"], false);

        let with_reason = decide("5", Some("112"), 2).dialogue("DEA", "DEA");
        assert_eq!(codes(&with_reason["Referrals"], "ReferralCd"), ["AMD"]);
        assert_eq!(decide("7", None, 3).security_state(), "STOPPED");
        assert!(decide("2", None, 4).dialogue("DEA", "DEA").is_null(), "not in the table");

        import(server, ListKind::Referrals, "DE", "decision,reason,referral,remarks\n");
        assert!(decide("5", None, 5).dialogue("DEA", "DEA").is_null(), "an empty table turns them off");
    }

    fn automatic_answers_raise_referrals_like_those_of_people(server) {
        import(server, ListKind::Referrals, "DE", "decision,reason,referral,remarks\n5,,RFI,Send the documents\n");
        let rule = "[[rule]]\nname = \"documents\"\n[rule.then]\ndecision = \"5\"\n";
        server.block_on(|services| async move { services.set_rules("DE", rule).await }).expect("rules");
        let item = Item::on_its_way(server);
        let mut moved = mail_state(&item.id, "DEA", "AUA", "I", 50);
        moved["forceCreateResponseIfNotAvailable"] = json!(true);
        for _ in 0..2 {
            let view = server.call_as("DEA", "UpdateMailStateAndGetCustomsStatus", moved.clone()).ok().json();
            let view = &view["UpdateMailStateAndGetCustomsStatusResult"];
            assert_eq!(view["Response"]["Data"]["DecisionCd"], "5");
            assert_eq!(view["MailObject"]["MailStateCd"], 50);
        }
        assert_eq!(codes(&item.dialogue("AUA", "AUA")["Referrals"], "ReferralCd"), ["RFI"]);
        assert_eq!(item.dialogue("DEA", "DEA")["Referrals"].as_array().map(Vec::len), Some(1));
    }

    fn the_order_of_arrival_decides_nothing(server) {
        let end = |steps: &[(&str, &str, i64)]| {
            let item = Item::on_its_way(server);
            // All of it is said long after it was declared; nothing may be dated ahead.
            server.clock.advance(HOUR);
            for (code, reference, minutes) in steps {
                let at = ahead(server, *minutes - 60);
                match code.as_bytes()[1].is_ascii_digit() {
                    true => item.answered(code, reference, &at),
                    false => item.asked(code, reference, &at),
                }
            }
            item.security_state()
        };
        let (asc, dnl) = (("ASC", "A", 30), ("DNL", "D", 40));
        assert_eq!(end(&[asc]), "OK_TO_LOAD");
        assert_eq!(end(&[asc, dnl]), "STOPPED");
        assert_eq!(end(&[dnl, asc]), "STOPPED", "a consent that comes late");
        assert_eq!(end(&[("DNL", "D", 20), asc]), "STOPPED", "a consent given later does not load it either");
        let (question, answer) = (("RFI", "Q", 10), ("R12", "Q", 20));
        assert_eq!(end(&[question, answer, asc]), "OK_TO_LOAD");
        assert_eq!(end(&[asc, question, answer]), "OK_TO_LOAD", "consent overtook question and answer");
        assert_eq!(end(&[question, asc]), "REFERRED_DATA", "what is open must be closed first");
        assert_eq!(end(&[asc, ("RFS", "S", 50)]), "REFERRED_SCREEN", "a question after the consent");
        assert_eq!(end(&[("RFS", "S", 10), ("R21", "S", 20), asc]), "STOPPED", "an alarm at screening");
        assert_eq!(end(&[question, ("R40", "Q", 20), asc]), "CANCELLED");
        assert_eq!(end(&[("ASC", "A", -60)]), "ASSESSING", "what was assessed is not what was declared since");
    }

    fn departure_hides_nothing_that_is_open(server) {
        let departed = |code: Option<&str>| {
            let item = Item::on_its_way(server);
            server.clock.advance(HOUR);
            item.asked(code.unwrap_or("ASC"), "1", &ahead(server, 0));
            server.call_as("AUA", "UpdateMailState", mail_state(&item.id, "AUA", "DEA", "O", 10)).ok();
            item.dialogue("AUA", "AUA")["SecurityState"].clone()
        };
        assert_eq!(departed(None), "DESPATCHED");
        assert_eq!(departed(Some("DNL")), "STOPPED");
        assert_eq!(departed(Some("RFI")), "REFERRED_DATA");
    }

    fn an_item_has_so_many_referrals_and_no_more(server) {
        let item = Item::on_its_way(server);
        for number in 0..limits::REFERRALS_PER_ITEM {
            item.asks(json!({ "ReferralCd": "INC", "ReferralId": format!("{number}") })).ok();
        }
        let more = item.asks(json!({ "ReferralCd": "INC", "ReferralId": "more" })).findings();
        assert_eq!(more, [("limit".into(), "referral".into())]);
        item.asks(json!({ "ReferralCd": "INC", "ReferralId": "0" })).ok();
        assert_eq!(item.dialogue("DEA", "DEA")["Referrals"].as_array().map(Vec::len), Some(limits::REFERRALS_PER_ITEM));
    }

    fn referrals_and_answers_are_checked(server) {
        let item = Item::on_its_way(server);
        let paths = |answer: Answer| -> Vec<String> {
            answer.findings().into_iter().map(|(code, path)| format!("{code} {path}")).collect()
        };
        let wrong = item.asks(json!({ "ReferralCd": "XXX", "ReferralId": "a b", "ContentPiecesIndexes": [0],
            "ExtraFieldNames": ["only a name"], "Remarks": "x".repeat(limits::TEXT_CHARS + 1) }));
        assert_eq!(paths(wrong).len(), 5);
        assert_eq!(paths(item.asks(json!(null))), ["required referral"]);
        let heavy = json!({ "ReferralCd": "RFI", "Kiosk": "x".repeat(limits::OTHER_MEMBERS_BYTES) });
        assert_eq!(paths(item.asks(heavy)), ["too_long referral"]);

        let answer = |code: &str| json!({ "ReferralResponseCd": code });
        assert_eq!(paths(item.answers(answer("R12"))), ["absent referralResponse.ReferralId"], "nothing was asked");
        item.asked("RFI", "1", &on("11-10"));
        item.asked("INC", "2", &on("11-10"));
        item.asked("RFS", "3", &on("11-10"));
        assert_eq!(paths(item.answers(answer("R12"))), ["ambiguous referralResponse.ReferralId"]);
        item.answers(answer("R20")).ok();
        let pending = item.dialogue("AUA", "AUA");
        let waits = pending["Referrals"].as_array().expect("a list").iter().map(|row| row["ResponsePending"].clone());
        assert_eq!(Vec::from_iter(waits), [true, true, false], "only screening can be answered by R20");
        assert_eq!(paths(item.answers(answer("12"))), ["format referralResponse.ReferralResponseCd"]);
        let other = json!({ "ReferralCd": "RFI", "ReferralId": "1", "Remarks": "something else" });
        assert_eq!(paths(item.asks(other)), ["state referral.ReferralId"], "one id, two contents");
    }

    fn only_the_two_posts_and_the_destinations_customs_take_part(server) {
        let item = Item::on_its_way(server);
        let referral = json!({ "ReferralCd": "RFI", "ReferralId": "1" });
        let ask = |org: &str, post: &str, partner: &str| {
            let body = json!({ "id": item.id, "postOrgCd": post, "partnerPostOrgCd": partner, "referral": referral });
            server.call_as(org, "CreateReferral", body)
        };
        for org in ["FRA", "FR", "AUA", "AU"] {
            ask(org, "DEA", "AUA").refused(401);
        }
        assert_eq!(ask("FRA", "FRA", "AUA").findings(), [("absent".into(), "id".into())]);
        assert_eq!(ask("AUA", "AUA", "DEA").findings(), [("flow".into(), "id".into())], "outbound");
        assert_eq!(ask("DEA", "DEA", "FRA").findings(), [("absent".into(), "id".into())], "not from there");
        assert_eq!(ask("DEA", "DEA", "DEA").findings(), [("posts".into(), "partnerPostOrgCd".into())]);
        ask("DE", "DEA", "AUA").ok();
        assert_eq!(item.dialogue("DEA", "DEA")["Referrals"][0]["RaisedByOrgCd"], "DE");

        let answer = |org: &str, post: &str, partner: &str| {
            let body = json!({ "id": item.id, "postOrgCd": post, "partnerPostOrgCd": partner,
                "referralResponse": { "ReferralResponseCd": "R12", "ReferralId": "1" } });
            server.call_as(org, "CreateReferralResp", body)
        };
        for org in ["FRA", "AU", "DE", "DEA"] {
            answer(org, "AUA", "DEA").refused(401);
        }
        assert_eq!(answer("DEA", "DEA", "AUA").findings(), [("flow".into(), "id".into())], "inbound");
        answer("AUA", "AUA", "DEA").ok();
        assert_eq!(item.dialogue("DEA", "DEA")["ReferralResponses"][0]["AnsweredByOrgCd"], "AUA");
        assert!(item.dialogue("FRA", "FRA").is_null());

        let draft = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&draft, "AUA", "DEA", 1)).ok();
        let body = json!({ "id": draft, "postOrgCd": "DEA", "partnerPostOrgCd": "AUA", "referral": referral });
        assert_eq!(server.call_as("DEA", "CreateReferral", body).findings(), [("absent".into(), "id".into())]);
    }

    fn what_is_dated_ahead_counts_from_its_receipt_and_far_ahead_is_refused(server) {
        let item = Item::on_its_way(server);
        server.clock.advance(HOUR);
        let far = || ahead(server, 25 * 60);
        let asked = item.asks(json!({ "ReferralCd": "ASC", "ReferralId": "F", "EventDt": far() })).findings();
        assert_eq!(asked, [("out_of_range".into(), "referral.EventDt".into())]);
        item.asked("ASC", "A", &ahead(server, 20 * 60));
        assert_eq!(item.security_state(), "OK_TO_LOAD");
        server.clock.advance(HOUR);
        item.asked("RFI", "Q", &ahead(server, 0));
        let late = json!({ "ReferralResponseCd": "R12", "ReferralId": "Q", "EventDt": far() });
        let answered = item.answers(late).findings();
        assert_eq!(answered, [("out_of_range".into(), "referralResponse.EventDt".into())]);
        item.answered("R12", "Q", &ahead(server, 20 * 60));
        assert_eq!(item.security_state(), "ASSESSING", "the consent came before the question");
        server.clock.advance(HOUR);
        item.asked("ASC", "B", &ahead(server, 0));
        assert_eq!(item.security_state(), "OK_TO_LOAD", "and another one after the answer");

        // Decisions alike, on both sides.
        let decide = |decision: &str, minutes: i64| {
            let mut body = respond(&item.id, "AUA", "DEA", decision, 2);
            body["resp"]["Data"]["ClearanceDt"] = json!(ahead(server, minutes));
            server.call_as("DE", "StoreResponse", body)
        };
        let counts = || {
            let own = server.status("DEA", "DEA", &item.id, "I")["Response"]["Data"]["DecisionCd"].clone();
            let there = server.status("AUA", "AUA", &item.id, "O")["DCResponse"]["Data"]["DecisionCd"].clone();
            assert_eq!(own, there);
            own
        };
        let refused = decide("2", 25 * 60).findings();
        assert_eq!(refused, [("out_of_range".into(), "resp.Data.ClearanceDt".into())]);
        decide("2", 20 * 60).ok();
        assert_eq!(counts(), "2");
        server.clock.advance(HOUR);
        decide("1", 0).ok();
        assert_eq!(counts(), "1", "what was dated ahead is older");
        decide("4", 10 * 60).ok();
        decide("7", 9 * 60).ok();
        assert_eq!(counts(), "7", "of two dated ahead the one that came last");
    }
}
