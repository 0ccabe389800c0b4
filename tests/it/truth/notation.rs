//! The notation of the courses. A course is about one item id; its steps stand between `;`, `,`, `→` and line ends.
//!
//! Acts, `ORGANIZATION:VERB …`; a minute passes before each, or as many seconds as `pause N` says:
//!
//! | Verb | What is called |
//! |---|---|
//! | `D [FROM>TO] VERSION [PD±DAYSd] [Member=value]` | StoreDeclaration 2 (`D1`, `D7`: that event) |
//! | `L`, `L window`, `L open` | Load by id, by date, by `onlyWithoutResponse` |
//! | `LM STATE`, `S` | LoadByMailState; GetCustomsStatus of inbound mail |
//! | `R CODE[@TIME] [FROM>TO] [PD±DAYSd]` | StoreResponse 2; `Rde`: for customs DE |
//! | `RFI`, `DNL`, `ASC [Lifts=DNL]` … | CreateReferral |
//! | `R10`, `R12` … | CreateReferralResp to the last referral |
//! | `M FLOW STATE PARTNER` | UpdateMailState; `scan` is the same with an answer by rule, where none is there |
//! | `block`, `warn`, `clear [member=value]` | SetWatchdogItemInfo |
//!
//! An act that ends with `!400 code` is refused with that finding; one that ends with `?` may be refused. `TIME` is `none`, minutes from now (`-360`), or from
//! the step `t` (`t+4`, `t+1s`). In values `_` is a blank. `EP.Version=DEA` is the one that DEA's view shows.
//!
//! What else happens: `t`, `days N`, `set ORG OPTION VALUE`, `foreign-ids ORG COUNTRY`, `quality ORG RULE LEVEL`, `count`.
//!
//! What is seen, `ORGANIZATION …`: the colour of CheckItemStatus, reasons that are among its own, `!REASON` that is not,
//! `Member=value` of the view or of the status; `rows=N` history rows of its items since `count`; `lives=N` items.
//! `ORG(DE)` and `ORG(DEA)` name the origin, `ORG.O` the flow of the view. `WL(DE)+` the item is in that customs'
//! worklist, `WL(AU,I)-` not in that of its inbound mail. `sent=N` messages since `count`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::scene::{PARTIES, Place, Scene, party_of, token_of};
use crate::harness::Answer;
use crate::harness::data::{declaration, fresh_id};
use crate::harness::raw::Raw;

/// Short names of reasons.
const SHORT: [(&str, &str); 1] = [("CHANGED", "CHANGED_SINCE_DECISION")];

/// What is declared under each name: changes of the first.
const VERSIONS: [(&str, &str); 7] = [
    ("v1", ""),
    ("v1t", "RecipientTelephone=+49695550199"),
    ("v1b", "Number=3"),
    ("v1c", "Amount=55.00"),
    ("v1two", "lines=2"),
    ("v1owt", "lines=2,turned_round"),
    ("v2", "Description=Parts_of_a_hunting_rifle HS=930690 Amount=2500.00"),
];

const LINE_MEMBERS: [&str; 8] =
    ["Amount", "CurrencyCd", "Description", "HS", "NetWeight", "Number", "RevisedHS", "RevisedDescription"];
const OBJECT_MEMBERS: [&str; 2] = ["MailStateCd", "MailClassCd"];
const NUMBERS: [&str; 6] = ["Amount", "GrossWeight", "InsuredValue", "MailStateCd", "NetWeight", "Number"];

/// Days before the course at which the item is posted, unless said otherwise.
const POSTED_DAYS_AGO: i64 = 10;
const DAY_S: i64 = 86_400;

/// A course being played.
pub struct Course {
    pub scene: Scene,
    pub id: String,
    /// Origin and destination as declared last.
    route: (String, String),
    /// Posting date unless said otherwise, in seconds since 1970.
    posted_s: i64,
    /// The time of the step `t`, in seconds since 1970.
    t_s: i64,
    /// Passes before each act.
    pub pause: Duration,
    /// Referrals raised: code and reference.
    asked: Vec<(String, String)>,
    /// Counts taken by `count`.
    counted: BTreeMap<String, i64>,
    /// What was seen of worklists since the last act; customs itself is asked at the end, since what it loads is handed
    /// to it.
    worklists: Vec<(String, bool)>,
    played: Vec<String>,
    /// What was not as expected: the step, and what was seen.
    wrong: Vec<String>,
}

/// Plays a course on fresh servers, about a fresh id of Australia.
#[track_caller]
pub fn play(place: Place, text: &str) -> Course {
    play_id(place, &fresh_id("AU"), text)
}

/// The same about this id.
#[track_caller]
pub fn play_id(place: Place, id: &str, text: &str) -> Course {
    let mut course = Course::new(Scene::at(place), id);
    course.go(text);
    course
}

/// The words of an act after its verb.
#[derive(Default)]
struct Words<'t> {
    route: Option<(&'t str, &'t str)>,
    posted_days: Option<i64>,
    refused: Option<u16>,
    /// The answer may be a refusal or not.
    may_be_refused: bool,
    members: Vec<(&'t str, String)>,
    plain: Vec<&'t str>,
}

impl<'t> Words<'t> {
    fn of(words: &[&'t str]) -> Self {
        let mut found = Self::default();
        for word in words {
            if let Some(status) = word.strip_prefix('!') {
                found.refused = Some(status.parse().expect("a status"));
            } else if *word == "?" {
                found.may_be_refused = true;
            } else if let Some((from, to)) = word.split_once('>') {
                found.route = Some((from, to));
            } else if let Some(days) = posted_days(word) {
                found.posted_days = Some(days);
            } else if let Some((name, value)) = word.split_once('=') {
                found.members.push((name, value.replace('_', " ")));
            } else {
                found.plain.push(word);
            }
        }
        found
    }

    fn plain(&self, at: usize) -> &'t str {
        self.plain.get(at).copied().unwrap_or_else(|| panic!("a word is missing after {:?}", self.plain))
    }

    fn member(&self, name: &str) -> Option<&str> {
        self.members.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }
}

/// `PD`, `PD+399d`, `PD-400d`.
fn posted_days(word: &str) -> Option<i64> {
    let days = word.strip_prefix("PD")?;
    if days.is_empty() { Some(0) } else { days.strip_suffix('d')?.parse().ok() }
}

impl Course {
    pub fn new(scene: Scene, id: &str) -> Self {
        let now = scene.server("AUA").clock.now().timestamp();
        Self {
            scene,
            id: id.to_owned(),
            route: ("AUA".into(), "DEA".into()),
            posted_s: now - POSTED_DAYS_AGO * DAY_S,
            t_s: now,
            pause: Duration::from_secs(60),
            asked: Vec::new(),
            counted: BTreeMap::new(),
            worklists: Vec::new(),
            played: Vec::new(),
            wrong: Vec::new(),
        }
    }

    /// Plays on. All that is not as expected is told together.
    #[track_caller]
    pub fn go(&mut self, text: &str) -> &mut Self {
        let steps = text.replace(['→', '\n'], ";").replace(", ", ";");
        for step in steps.split(';').map(str::trim).filter(|step| !step.is_empty()) {
            self.played.push(step.to_owned());
            let words: Vec<&str> = step.split_whitespace().collect();
            self.step(words[0], &words[1..]);
        }
        for (worklist, expected) in std::mem::take(&mut self.worklists) {
            let (customs, flow) = customs_and_flow(&worklist);
            self.is_in_worklist(customs, customs, flow, expected);
        }
        assert!(self.wrong.is_empty(), "{}\n  {}", self.played.join("; "), self.wrong.join("\n  "));
        self
    }

    fn step(&mut self, first: &str, words: &[&str]) {
        if let Some((org, verb)) = first.split_once(':') {
            self.scene.turn(self.pause);
            self.worklists.clear();
            return self.act(org, verb, words);
        }
        if let Some(worklist) = first.strip_prefix("WL(") {
            return self.worklist(worklist);
        }
        match first {
            "t" => {
                self.t_s = self.now_s();
                self.scene.turn(Duration::from_secs(600));
            }
            "pause" => self.pause = Duration::from_secs(words[0].parse().expect("seconds")),
            "days" => self.scene.turn(Duration::from_secs(words[0].parse::<u64>().expect("days") * 86_400)),
            "set" => {
                self.scene.admin(words[0], &["organization", "set", words[0], &format!("--{}", words[1]), words[2]])
            }
            "quality" => self.scene.admin(words[0], &["quality", "set", words[0], words[1], words[2]]),
            "foreign-ids" => self.allow_foreign_ids(words[0], words[1]),
            "count" => self.count(),
            sent if sent.starts_with("sent=") => {
                self.saw("sent", &sent["sent=".len()..], &self.since("sent").to_string())
            }
            _ => self.look(first, words),
        }
    }

    fn now_s(&self) -> i64 {
        self.scene.server("AUA").clock.now().timestamp()
    }

    fn saw(&mut self, what: &str, expected: &str, found: &str) {
        self.expect(found == expected, || format!("{what} is {found}, not {expected}"));
    }

    fn expect(&mut self, holds: bool, told: impl FnOnce() -> String) {
        if !holds {
            let step = self.played.last().map_or("", String::as_str);
            self.wrong.push(format!("{}. {step}: {}", self.played.len(), told()));
        }
    }
}

// What organizations do.
impl Course {
    fn act(&mut self, org: &str, verb: &str, words: &[&str]) {
        let (words, code) = match words.iter().position(|word| word.starts_with('!')) {
            Some(at) => (&words[..=at], words.get(at + 1).copied()),
            None => (words, None),
        };
        let words = Words::of(words);
        let answer = match verb {
            "D" | "D1" | "D7" => self.declare(org, &verb[1..], &words),
            "L" => self.load(org, &words),
            "LM" => self.scene.call(org, "LoadByMailState", &json!({ "flow": "I", "mailStateCd": words.plain(0) })),
            "S" => self.ask(org, &self.route.1, "I"),
            "R" => self.respond(org, None, &words),
            "M" => self.moves(org, "UpdateMailState", &words),
            "scan" => self.moves(org, "UpdateMailStateAndGetCustomsStatus", &words),
            "block" => self.mark(org, "MarkAsBlocked", &words),
            "warn" => self.mark(org, "MarkWithWarning", &words),
            "clear" => self.mark(org, "Clear", &words),
            answer if answer.starts_with('R') && answer[1..].bytes().all(|b| b.is_ascii_digit()) => {
                self.answer(org, answer)
            }
            _ if verb.starts_with('R') && verb[1..].bytes().all(|b| b.is_ascii_lowercase()) => {
                self.respond(org, Some(&verb[1..].to_uppercase()), &words)
            }
            code => self.refer(org, code, &words),
        };
        if words.may_be_refused && matches!(answer.status, 400 | 401) {
            return;
        }
        let status = words.refused.unwrap_or(200);
        self.expect(answer.status == status, || format!("{}, not {status}: {}", answer.status, answer.text));
        if let (Some(code), 400) = (code, answer.status) {
            let findings = answer.findings();
            self.expect(findings.iter().any(|(found, _)| found == code), || format!("no {code}: {findings:?}"));
        }
    }

    /// The mail object as `org` names it, with the posting date meant.
    fn object(&self, posts: (&str, &str), posted_days: Option<i64>) -> Value {
        let mut object =
            json!({ "Id": self.id, "OrigPostOrgCd": posts.0, "DestPostOrgCd": posts.1, "MailClassCd": "E" });
        if let Some(days) = posted_days {
            object["PostingDt"] = json!(self.posting_date(days));
        }
        object
    }

    /// The posting date of the item, so many days later, as it travels.
    pub fn posting_date(&self, days: i64) -> String {
        format!("/Date({}000+0000)/", self.posted_s + days * DAY_S)
    }

    fn declare(&mut self, org: &str, event: &str, words: &Words<'_>) -> Answer {
        if let Some((from, to)) = words.route {
            self.route = (from.to_owned(), to.to_owned());
        }
        let mut object = self.object((&self.route.0, &self.route.1), Some(words.posted_days.unwrap_or(0)));
        object["MailCategoryCd"] = json!("A");
        let mut data = content(words.plain(0));
        for (name, value) in &words.members {
            let whole = if OBJECT_MEMBERS.contains(name) { &mut object } else { &mut data };
            put(whole, name, value);
        }
        let event: i32 = if event.is_empty() { 2 } else { event.parse().expect("an event") };
        let body = json!({ "mailObject": object, "decl": { "Data": data }, "evtCd": event });
        self.scene.call(org, "StoreDeclaration", &body)
    }

    fn load(&self, org: &str, words: &Words<'_>) -> Answer {
        let day = |days: i64| self.posting_date(days);
        let body = match words.plain.first() {
            None => json!({ "id": self.id }),
            Some(&"open") => json!({ "onlyWithoutResponse": true }),
            Some(_) => json!({ "dtFrom": day(-1), "dtTo": day(1) }),
        };
        self.scene.call(org, "Load", &body)
    }

    fn respond(&self, org: &str, customs: Option<&str>, words: &Words<'_>) -> Answer {
        let (decision, at) = match words.plain(0).split_once('@') {
            Some((decision, at)) => (decision, self.time(at)),
            None => (words.plain(0), Some(self.now_s())),
        };
        let posts = words.route.unwrap_or((&self.route.0, &self.route.1));
        let mut data = json!({ "DecisionCd": decision, "Dutiable": false });
        if let Some(at) = at {
            data["ClearanceDt"] = json!(format!("/Date({at}000+0000)/"));
        }
        if let Some(version) = words.member("EP.Version") {
            data["ExtraFieldNames"] = json!(["EP.Version"]);
            data["ExtraFieldValues"] = json!([self.version(version)]);
        }
        let body = json!({ "mailObject": self.object(posts, words.posted_days), "evtCd": 2,
            "resp": { "Data": data, "CustOrganizationCd": customs } });
        self.scene.call(org, "StoreResponse", &body)
    }

    /// The name of a version: as a post's view shows it, or as it stands.
    fn version(&self, said: &str) -> String {
        match PARTIES.iter().find(|party| party.code == said) {
            Some(party) => self.member(party.code, "EP.Version"),
            None => said.to_owned(),
        }
    }

    /// Seconds since 1970 of `none`, `-360`, `t+4`, `t+1s`.
    fn time(&self, said: &str) -> Option<i64> {
        let Some(said) = said.strip_prefix('t') else {
            return said.parse::<i64>().ok().map(|minutes| self.now_s() + minutes * 60);
        };
        Some(
            self.t_s
                + match said.strip_suffix('s') {
                    Some(seconds) => seconds.parse::<i64>().expect("seconds"),
                    None if said.is_empty() => 0,
                    None => said.parse::<i64>().expect("minutes") * 60,
                },
        )
    }

    fn refer(&mut self, org: &str, code: &str, words: &Words<'_>) -> Answer {
        let posts = words.route.unwrap_or((&self.route.0, &self.route.1));
        let post = if is_post(org) { org } else { posts.1 };
        let reference = format!("{code}-{}", self.asked.len());
        let mut referral = json!({ "ReferralCd": code, "ReferralId": reference });
        if let Some(lifted) = words.member("Lifts") {
            let found = self.asked.iter().rev().find(|(code, _)| code == lifted);
            referral["Lifts"] = json!(found.map_or(lifted, |(_, reference)| reference));
        }
        let body = json!({ "id": self.id, "postOrgCd": post, "partnerPostOrgCd": posts.0, "referral": referral });
        self.asked.push((code.to_owned(), reference));
        self.scene.call(org, "CreateReferral", &body)
    }

    fn answer(&self, org: &str, code: &str) -> Answer {
        let (_, reference) = self.asked.iter().rev().find(|(code, _)| code != "ASC").expect("something was asked");
        let body = json!({ "id": self.id, "postOrgCd": org, "partnerPostOrgCd": self.route.1,
            "referralResponse": { "ReferralResponseCd": code, "ReferralId": reference } });
        self.scene.call(org, "CreateReferralResp", &body)
    }

    fn moves(&self, org: &str, method: &str, words: &Words<'_>) -> Answer {
        let state: i32 = words.plain(1).parse().expect("a mail state");
        let body = json!({ "id": self.id, "postalOrgCd": org, "flow": words.plain(0), "mailState": state,
            "partnerPostalOrgCd": words.plain(2), "forceCreateResponseIfNotAvailable": true });
        self.scene.call(org, method, &body)
    }

    fn mark(&self, org: &str, operation: &str, words: &Words<'_>) -> Answer {
        let mut body = Map::new();
        body.insert("itemId".into(), json!(self.id));
        body.insert("watchdogInfo".into(), json!({ "Operation": operation, "Remarks": "by the course" }));
        body.extend(words.members.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
        self.scene.call(org, "SetWatchdogItemInfo", &Value::Object(body))
    }

    fn allow_foreign_ids(&self, org: &str, country: &str) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("foreign_ids.csv");
        std::fs::write(&file, format!("country\n{country}\n")).expect("writes");
        let file = file.to_str().expect("a path");
        self.scene.admin("DEA", &["refdata", "import", "foreign_ids", file, "--org", org]);
    }
}

fn is_post(org: &str) -> bool {
    org.len() == 3
}

/// The data of a version.
pub fn content(version: &str) -> Value {
    let (_, changes) = VERSIONS.iter().find(|(name, _)| *name == version).unwrap_or_else(|| panic!("no {version}"));
    let mut data = declaration("38.50")["Data"].clone();
    for change in changes.split_whitespace() {
        let (name, value) = change.split_once('=').expect("a change");
        put(&mut data, name, &value.replace('_', " "));
    }
    data
}

/// Puts the value of a member, as the notation writes it, into declaration data or a mail object.
fn put(data: &mut Value, name: &str, value: &str) {
    let sent = match value {
        "null" => Value::Null,
        _ if NUMBERS.contains(&name) => serde_json::from_str(value).expect("a number"),
        _ => json!(value),
    };
    match name {
        "lines" => data["ContentPieces"] = two_lines(&data["ContentPieces"][0], value.ends_with("round")),
        "Document" => {
            data["Documents"] = json!([{ "DocumentId": value, "DocumentType": "INV", "DocumentName": "Invoice" }])
        }
        _ if name.starts_with("EP.") => {
            data["ExtraFieldNames"] = json!([name]);
            data["ExtraFieldValues"] = json!([value]);
        }
        _ if LINE_MEMBERS.contains(&name) => data["ContentPieces"][0][name] = sent,
        _ => data[name] = sent,
    }
}

/// The line and another one; turned round they stand the other way round and have no index.
fn two_lines(line: &Value, turned_round: bool) -> Value {
    let mut other = line.clone();
    other["Index"] = json!(2);
    other["Description"] = json!("Paperback novel in English");
    other["HS"] = json!("490199");
    other["NetWeight"] = serde_json::from_str("0.200").expect("a number");
    let mut lines = vec![line.clone(), other];
    if turned_round {
        lines.reverse();
        lines.iter_mut().for_each(|line| line["Index"] = Value::Null);
    }
    json!(lines)
}

// What is seen.
impl Course {
    /// `DEA Amber HOLD !CHANGED Response=null`, `DEA(FR) Red`, `AUA.I Response=2`.
    fn look(&mut self, subject: &str, words: &[&str]) {
        let who = subject.split(['(', '.']).next().expect("an organization");
        party_of(who);
        let entry = self.entry(subject);
        let reasons = reasons(&entry);
        let told = |wanted: &str| format!("{subject}, wanted {wanted}: {} {}", entry["Light"], reasons.join(" "));
        for word in words {
            if ["Green", "Amber", "Red"].contains(word) {
                self.expect(entry["Light"] == *word, || told(word));
            } else if let Some((name, value)) = word.split_once('=') {
                self.look_at_member(subject, name, value);
            } else if let Some(absent) = word.strip_prefix('!') {
                self.expect(!reasons.iter().any(|found| found == long(absent)), || told(word));
            } else {
                self.expect(reasons.iter().any(|found| found == long(word)), || told(word));
            }
        }
    }

    fn look_at_member(&mut self, subject: &str, name: &str, expected: &str) {
        let what = format!("{subject} {name}");
        let (expected, found) = match name {
            "rows" => (expected.to_owned(), self.since(subject).to_string()),
            "lives" => (expected.to_owned(), self.rows(subject).len().to_string()),
            "finding" => {
                let found = self.member(subject, "Quality.Findings");
                let holds = found.contains(&format!("\"{expected}\""));
                return self.expect(holds, || format!("{subject} has no finding {expected}: {found}"));
            }
            "PD" => {
                let days = posted_days(&format!("PD{expected}")).expect("days");
                (self.posting_date(days), self.member(subject, "PostingDt"))
            }
            "SecurityState" | "FiscalState" => (expected.to_owned(), self.member(subject, name)),
            _ => (expected.replace('_', " "), self.member(subject, name)),
        };
        self.saw(&what, &expected, &found);
    }

    /// The entry of CheckItemStatus: as an organization, or as one that names the origin (`DEA(FR)`, `DEA(FRA)`).
    pub fn entry(&self, subject: &str) -> Value {
        let who = subject.split(['(', '.']).next().expect("an organization");
        let mut item = json!({ "ItemId": self.id });
        if let Some((_, origin)) = subject.trim_end_matches(')').split_once('(') {
            item[if is_post(origin) { "OriginPostalOrgCd" } else { "OriginCountryCd" }] = json!(origin);
        }
        let answer = self.scene.call(who, "CheckItemStatus", &json!({ "Items": [item] })).ok().json();
        answer["CheckItemStatusResult"][0].clone()
    }

    /// The colour that an organization is shown.
    pub fn light(&self, org: &str) -> String {
        self.entry(org)["Light"].as_str().expect("a colour").to_owned()
    }

    /// GetCustomsStatus as a post asks it: of the flow named, else of that which the item has there.
    pub fn view(&self, subject: &str) -> Value {
        let (post, flow) = subject.split_once('.').unwrap_or_else(|| (subject, self.flow_at(subject)));
        self.ask(post, post, flow).ok().json()["GetCustomsStatusResult"].clone()
    }

    fn ask(&self, org: &str, post: &str, flow: &str) -> Answer {
        let body =
            json!({ "postalOrgCd": post, "id": self.id, "flow": flow, "forceCreateResponseIfNotAvailable": false });
        self.scene.call(org, "GetCustomsStatus", &body)
    }

    fn flow_at(&self, post: &str) -> &'static str {
        match post {
            _ if post == self.route.0 => "O",
            _ if post == self.route.1 => "I",
            _ => "T",
        }
    }

    /// A member of a post's view, or of its status, as text.
    pub fn member(&self, subject: &str, name: &str) -> String {
        if let "SecurityState" | "FiscalState" = name {
            return text(&self.entry(subject)[name]);
        }
        let view = self.view(subject);
        let data = &view["Declaration"]["Data"];
        match name {
            "Response" | "DCResponse" => text(&view[name]["Data"]["DecisionCd"]),
            "MailStateCd" | "PostingDt" => text(&view["MailObject"][name]),
            "DeclaredBy" => extra(data, "EP.DeclaredBy"),
            _ if name.contains('.') => extra(data, name),
            _ if LINE_MEMBERS.contains(&name) => text(&data["ContentPieces"][0][name]),
            _ => text(&data[name]),
        }
    }

    /// The items with this id as an organization loads them.
    pub fn rows(&self, org: &str) -> Vec<Value> {
        let body = json!({ "postalOrgCd": is_post(org).then_some(org), "id": self.id });
        self.scene.call(org, "Load", &body).ok().json()["LoadResult"].as_array().expect("a list").clone()
    }

    /// `DE)+`, `AU,I)-`: first the post of that customs is asked, to which nothing is handed by that.
    fn worklist(&mut self, said: &str) {
        let (worklist, sign) = said.split_once(')').expect("a sign");
        let expected = sign == "+";
        let (customs, flow) = customs_and_flow(worklist);
        let post = PARTIES.iter().find(|party| is_post(party.code) && party.country == customs).expect("a post");
        self.is_in_worklist(customs, post.code, flow, expected);
        self.worklists.push((worklist.to_owned(), expected));
    }

    fn is_in_worklist(&mut self, customs: &str, asked_by: &str, flow: Option<&str>, expected: bool) {
        let mut body = json!({ "id": self.id, "onlyWithoutResponse": true, "token": token_of(asked_by) });
        if let Some(flow) = flow {
            body["flow"] = json!(flow);
        }
        let found = !self.scene.server(asked_by).load(asked_by, body).is_empty();
        let is = |there: bool| if there { "in" } else { "not in" };
        self.expect(found == expected, || format!("{} the worklist of {customs} as {asked_by} sees it", is(found)));
    }

    fn count(&mut self) {
        let posts = PARTIES.iter().filter(|party| is_post(party.code)).map(|party| party.code);
        let counts = posts.chain(["sent"]).map(|what| (what.to_owned(), self.total(what)));
        self.counted = counts.collect();
    }

    /// What came since `count`: history rows of a post's items with this id, or messages under `sent`.
    pub fn since(&self, what: &str) -> i64 {
        self.total(what) - self.counted.get(what).expect("`count` stands before")
    }

    fn total(&self, what: &str) -> i64 {
        let count = |org: &str, sql: &str| Raw::open(&self.scene.server(org).database_url).number(sql);
        if what == "sent" {
            let homes = if self.scene.is_two() { vec!["AUA", "DEA"] } else { vec!["AUA"] };
            return homes.into_iter().map(|org| count(org, "SELECT count(*) AS n FROM message_out")).sum();
        }
        let id = &self.id;
        count(what, &format!(
            "SELECT count(*) AS n FROM item_history h JOIN mail_object o ON o.post_org = h.post_org AND o.pid = h.object_pid
             WHERE o.item_id = '{id}' AND o.post_org = '{what}'"
        ))
    }
}

fn customs_and_flow(worklist: &str) -> (&str, Option<&str>) {
    match worklist.split_once(',') {
        Some((customs, flow)) => (customs, Some(flow)),
        None => (worklist, None),
    }
}

fn reasons(entry: &Value) -> Vec<String> {
    entry["Reasons"].as_array().expect("a list").iter().map(|reason| text(&reason["Code"])).collect()
}

fn long(reason: &str) -> &str {
    SHORT.iter().find(|(short, _)| *short == reason).map_or(reason, |(_, long)| long)
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// An extra field of declaration data; `null` where it is not.
pub fn extra(data: &Value, name: &str) -> String {
    let names = data["ExtraFieldNames"].as_array().cloned().unwrap_or_default();
    let at = names.iter().position(|known| known == name);
    at.map_or_else(|| "null".into(), |at| text(&data["ExtraFieldValues"][at]))
}
