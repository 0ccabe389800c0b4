//! What is seen in a course: lights and reasons, members of views, rows, worklists, messages.

use super::*;

impl Course {
    /// `DEA Amber HOLD !CHANGED Response=null`, `DEA(FR) Red`, `AUA.I Response=2`.
    pub(super) fn look(&mut self, subject: &str, words: &[&str]) {
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

    pub(super) fn ask(&self, org: &str, post: &str, flow: &str) -> Answer {
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
    pub(super) fn worklist(&mut self, said: &str) {
        let (worklist, sign) = said.split_once(')').expect("a sign");
        let expected = sign == "+";
        let (customs, flow) = customs_and_flow(worklist);
        let post = PARTIES.iter().find(|party| is_post(party.code) && party.country == customs).expect("a post");
        self.is_in_worklist(customs, post.code, flow, expected);
        self.worklists.push((worklist.to_owned(), expected));
    }

    pub(super) fn is_in_worklist(&mut self, customs: &str, asked_by: &str, flow: Option<&str>, expected: bool) {
        let mut body = json!({ "id": self.id, "onlyWithoutResponse": true, "token": token_of(asked_by) });
        if let Some(flow) = flow {
            body["flow"] = json!(flow);
        }
        let found = !self.scene.server(asked_by).load(asked_by, body).is_empty();
        let is = |there: bool| if there { "in" } else { "not in" };
        self.expect(found == expected, || format!("{} the worklist of {customs} as {asked_by} sees it", is(found)));
    }

    pub(super) fn count(&mut self) {
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

pub(super) fn customs_and_flow(worklist: &str) -> (&str, Option<&str>) {
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
