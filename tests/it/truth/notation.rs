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

mod seen;

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::scene::{PARTIES, Place, Scene, party_of, token_of};
use crate::harness::Answer;
use crate::harness::data::{declaration, fresh_id};
use crate::harness::raw::Raw;

use seen::customs_and_flow;
pub use seen::extra;

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
