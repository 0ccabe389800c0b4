//! What must hold once everything is quiet.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::site::{PLANS, database_url};
use super::work::Story;
use crate::harness::raw::{Raw, stored_text};

/// An item as one organization has it. What is compared between servers is compared as text.
#[derive(Clone, Debug, PartialEq)]
struct Held {
    declaration: String,
    amount: String,
    response: String,
    decision: String,
    fiscal: String,
    security: String,
    referrals: Vec<String>,
    answers: Vec<String>,
}

/// The databases of all servers, and what was found to be wrong.
struct Audit {
    raws: BTreeMap<&'static str, Raw>,
    wrong: Vec<String>,
}

/// Everything that is wrong, and how often an interchange came again.
pub fn verdict(folder: &Path, stories: &[Story]) -> (Vec<String>, i64) {
    let raws = PLANS.iter().map(|plan| (plan.name, Raw::open(&database_url(folder, plan.name)))).collect();
    let mut audit = Audit { raws, wrong: Vec::new() };
    audit.agreement(stories);
    audit.nothing_left();
    audit.nothing_twice();
    let repeats =
        PLANS.iter().map(|plan| audit.number(plan.name, "SELECT COALESCE(sum(repeats), 0) AS n FROM interchange_in"));
    let repeats = repeats.sum();
    (audit.wrong, repeats)
}

impl Audit {
    fn raw(&mut self, site: &str) -> &mut Raw {
        self.raws.get_mut(site).expect("a server")
    }

    fn number(&mut self, site: &str, sql: &str) -> i64 {
        self.raw(site).number(sql)
    }

    fn texts(&mut self, site: &str, sql: &str) -> Vec<String> {
        self.raw(site).texts(sql)
    }

    /// No row may be found.
    fn none(&mut self, site: &str, what: &str, sql: &str) {
        for found in self.texts(site, sql) {
            self.wrong.push(format!("{site}: {what}: {found}"));
        }
    }

    /// The items in the rows of `post`, with the response of one side.
    fn held(&mut self, site: &str, post: &str, side: &str) -> BTreeMap<String, Held> {
        let lines = self.texts(site, &held_sql(post, side));
        let read = |line: &String| {
            let row: Value = serde_json::from_str(line).expect("JSON");
            let text = |name: &str| row[name].as_str().unwrap_or("none").to_owned();
            let list = |name: &str, member: &str| {
                let lines = row[name].as_str().unwrap_or_default().lines();
                lines.map(|line| with_member(line, member)).collect()
            };
            let amount = |stored: &str| member_of(stored, "/ContentPieces/0/Amount");
            let held = Held {
                declaration: text("declaration"),
                amount: row["amount"].as_str().map_or("none".into(), amount),
                response: text("response"),
                decision: text("decision"),
                fiscal: text("fiscal"),
                security: text("security"),
                referrals: list("referrals", "/Remarks"),
                answers: list("answers", "/Information"),
            };
            (text("id"), held)
        };
        lines.iter().map(read).collect()
    }

    /// Both posts have every item alike, and as it was acknowledged; the customs elsewhere has it too.
    fn agreement(&mut self, stories: &[Story]) {
        let origin = self.held("a", "AUA", "D");
        let destination = self.held("b", "DEA", "O");
        let customs = self.held("c", "DEA", "O");
        for (place, held) in [("AUA", &origin), ("DEA", &destination), ("DE", &customs)] {
            if held.len() != stories.len() {
                self.wrong.push(format!("{place} has {} items, not {}", held.len(), stories.len()));
            }
        }
        for story in stories {
            let id = &story.id;
            let (Some(a), Some(b), Some(c)) = (origin.get(id), destination.get(id), customs.get(id)) else {
                self.wrong.push(format!("{id} is not everywhere"));
                continue;
            };
            let asked = lines(a.referrals.iter(), 0);
            let replied = lines(a.answers.iter(), 0);
            let checks = [
                ("AUA has what was acknowledged", a.amount.clone(), format!("{}.5", story.declared)),
                ("a decision was made", (a.decision != "none").to_string(), (!story.decided.is_empty()).to_string()),
                ("referrals asked", asked, story.asked.keys().cloned().collect::<Vec<_>>().join(" ")),
                ("answers given", replied, story.replied.iter().cloned().collect::<Vec<_>>().join(" ")),
                ("AUA and DEA: declaration", a.declaration.clone(), b.declaration.clone()),
                ("DE and DEA: declaration", c.declaration.clone(), b.declaration.clone()),
                ("AUA and DEA: response", a.response.clone(), b.response.clone()),
                ("AUA and DEA: decision", a.decision.clone(), b.decision.clone()),
                ("DE and DEA: decision", c.decision.clone(), b.decision.clone()),
                ("AUA and DEA: fiscal state", a.fiscal.clone(), b.fiscal.clone()),
                ("DE and DEA: fiscal state", c.fiscal.clone(), b.fiscal.clone()),
                ("AUA and DEA: security state", a.security.clone(), b.security.clone()),
                ("AUA and DEA: referrals", a.referrals.join(" "), b.referrals.join(" ")),
                ("AUA and DEA: answers", a.answers.join(" "), b.answers.join(" ")),
                ("DE and DEA: referrals of DE", c.referrals.join(" "), of_customs(story, &b.referrals)),
                ("DE and DEA: answers to DE", c.answers.join(" "), of_customs(story, &b.answers)),
            ];
            for (what, one, other) in checks {
                if one != other {
                    self.wrong.push(format!("{id}: {what}: {one} | {other}"));
                }
            }
        }
    }

    /// Nothing waits, is parked, in quarantine or refused; and everybody knows whose the data is.
    fn nothing_left(&mut self) {
        for plan in &PLANS {
            self.none(
                plan.name,
                "whose data it is",
                "SELECT o.post_org || ' ' || o.item_id || ' ' || COALESCE(d.declared_by, '') AS t
                 FROM mail_object o JOIN declaration d ON d.post_org = o.post_org AND d.object_pid = o.pid
                 WHERE o.orig_post = 'AUA' AND o.post_org <> 'FRA' AND COALESCE(d.declared_by, '') <> 'AUA'",
            );
            self.none(
                plan.name,
                "a message did not get through",
                "SELECT partner || ' ' || kind || ' ' || item_id || ' state ' || state || ' ' || COALESCE(note, '') AS t
                 FROM message_out WHERE state NOT IN (2, 5)",
            );
            self.none(
                plan.name,
                "an item was not taken",
                "SELECT sender || ' ' || kind || ' ' || item_id || ' fate ' || fate || ' ' || COALESCE(note, '') AS t
                 FROM item_in WHERE fate IN (3, 4)",
            );
            self.none(
                plan.name,
                "an interchange was not taken",
                "SELECT sender || ' ' || reference || ' ' || COALESCE(findings, '') AS t
                 FROM interchange_in WHERE state <> 0",
            );
            self.none(
                plan.name,
                "an interchange is still to be sent or was refused",
                "SELECT partner || ' ' || reference || ' state ' || state || ' ' || COALESCE(note, '') AS t
                 FROM interchange_out WHERE state IN (0, 1, 3)",
            );
        }
    }

    /// Each interchange counts once, each content makes one version (of a decision: with what it judged) and is applied once.
    fn nothing_twice(&mut self) {
        let mut sent: BTreeMap<String, i64> = BTreeMap::new();
        let mut said: BTreeMap<String, i64> = BTreeMap::new();
        for plan in &PLANS {
            let names = self.texts(
                plan.name,
                "SELECT sender || ' ' || reference || ' ' || items AS t FROM interchange_out WHERE items > 0",
            );
            names.into_iter().for_each(|name| *sent.entry(name).or_default() += 1);
            add_counts(
                &mut said,
                self.texts(
                    plan.name,
                    "SELECT sender || ' ' || partner || ' ' || kind || ' ' || item_id || '=' || 
                         count(DISTINCT hex(digest) || CASE kind WHEN 'CUSRSP' THEN version_no ELSE '' END) AS t
                     FROM message_out GROUP BY sender, partner, kind, item_id",
                ),
            );
        }
        for plan in &PLANS {
            let received = self.texts(
                plan.name,
                "SELECT i.sender || ' ' || i.reference || ' ' || i.items AS t FROM interchange_in i
                 WHERE i.items = (SELECT count(*) FROM item_in x WHERE x.sender = i.sender AND x.reference = i.reference)",
            );
            let all = self.number(plan.name, "SELECT count(*) AS n FROM interchange_in");
            if received.len() as i64 != all {
                self.wrong.push(format!("{}: an interchange has other items than it says", plan.name));
            }
            let unknown: Vec<String> = received.into_iter().filter(|name| sent.get(name) != Some(&1)).collect();
            self.wrong.extend(unknown.iter().map(|name| format!("{}: nobody sent {name}", plan.name)));
            let mut applied = BTreeMap::new();
            add_counts(
                &mut applied,
                self.texts(
                    plan.name,
                    "SELECT sender || ' ' || recipient || ' ' || kind || ' ' || item_id || '=' || count(*) AS t
                     FROM item_in WHERE fate = 0 GROUP BY sender, recipient, kind, item_id",
                ),
            );
            for (what, times) in applied {
                let contents = said.get(&what).copied().unwrap_or_default();
                if times > contents {
                    let told = format!("{}: {what} was applied {times} times, of {contents} contents", plan.name);
                    self.wrong.push(told);
                }
            }
            self.none(
                plan.name,
                "one content is two versions",
                "SELECT hex(object_pid) || ' ' || doc_kind || ' ' || hex(doc_digest) AS t FROM item_history
                 WHERE doc_digest IS NOT NULL AND doc_kind = 'D' GROUP BY post_org, object_pid, doc_kind, doc_digest HAVING count(*) > 1",
            );
            // The same said of another version of the declaration is another decision.
            self.none(
                plan.name,
                "one decision counts twice",
                "SELECT hex(object_pid) || ' ' || side || ' ' || hex(digest) AS t FROM decision
                 GROUP BY post_org, object_pid, side, author_org, digest, judged_no, judged_dest, hex(judged_name)
                 HAVING count(*) > 1",
            );
        }
    }
}

/// `KEY=COUNT` into a map.
fn add_counts(counts: &mut BTreeMap<String, i64>, lines: Vec<String>) {
    for line in lines {
        let (key, count) = line.rsplit_once('=').expect("a count");
        *counts.entry(key.to_owned()).or_default() += count.parse::<i64>().expect("a number");
    }
}

/// A member of a text as it is stored.
fn member_of(stored: &str, path: &str) -> String {
    let text: Value = serde_json::from_str(&stored_text(stored)).expect("JSON");
    text.pointer(path).map_or("none".into(), |member| member.as_str().map_or(member.to_string(), str::to_owned))
}

/// A line that ends with a stored text, with a member of it instead.
fn with_member(line: &str, path: &str) -> String {
    let (rest, stored) = line.rsplit_once(' ').expect("a text at the end");
    format!("{rest} {}", member_of(stored, path))
}

/// One column of lines, in one text.
fn lines<'l>(lines: impl Iterator<Item = &'l String>, column: usize) -> String {
    lines.filter_map(|line| line.split(' ').nth(column)).collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// Of referrals or answers, those about what DE asked.
fn of_customs(story: &Story, lines: &[String]) -> String {
    let is_its = |line: &&String| line.split(' ').next().is_some_and(|name| story.asked.get(name) == Some(&"DE"));
    lines.iter().filter(is_its).cloned().collect::<Vec<_>>().join(" ")
}

fn held_sql(post: &str, side: &str) -> String {
    format!(
        "SELECT json_object('id', o.item_id,
            'declaration', hex(d.digest), 'amount', hex(d.body),
            'response', hex(r.digest), 'decision', r.decision_cd, 'fiscal', r.fiscal_state, 'security', o.security_state,
            'referrals', (SELECT group_concat(t, char(10)) FROM (SELECT reference || ' ' || code || ' ' || event_at || ' '
                || COALESCE(due_at, '') || ' ' || pending || ' ' || hex(body) AS t
                FROM referral q WHERE q.post_org = o.post_org AND q.object_pid = o.pid ORDER BY reference)),
            'answers', (SELECT group_concat(t, char(10)) FROM (SELECT reference || ' ' || code || ' ' || event_at || ' '
                || hex(body) AS t
                FROM referral_response q WHERE q.post_org = o.post_org AND q.object_pid = o.pid ORDER BY reference))
         ) AS t
         FROM mail_object o
         LEFT JOIN declaration d ON d.post_org = o.post_org AND d.object_pid = o.pid
         LEFT JOIN response r ON r.post_org = o.post_org AND r.object_pid = o.pid AND r.side = '{side}'
         WHERE o.post_org = '{post}' AND o.orig_post = 'AUA'"
    )
}
