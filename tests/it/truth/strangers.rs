//! Random courses: what organizations without a say in an item do improves nobody's light, takes nothing from a
//! worklist, and ends no mark; and an item that fits and holds data of its origin does not change at all. Nor does the
//! origin improve a light by what it sends after a decision.
//!
//! `EPTEST_TRUTH_SEEDS` says how many courses are played (default 20), `EPTEST_TRUTH_SEED` which is the first,
//! `EPTEST_TRUTH_SECONDS` after how long no other one is begun (default 60).

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::messages;
use super::notation::Course;
use super::scene::{Place, Scene};
use crate::harness::Engine;
use crate::harness::data::fresh_id;
use crate::simulation::dice::Dice;
use crate::stored_light::stale_lights;

const STEPS: usize = 14;

/// What those with a say do. None of it gives a say to a stranger.
const INSIDERS: &[&str] = &[
    "AUA:D AUA>DEA v1",
    "AUA:D AUA>DEA v1t",
    "AUA:D AUA>DEA v2",
    "AUA:D AUA>DEA v1 PD-20d",
    "DEA:D AUA>DEA v1b",
    "DE:L",
    "DE:L open",
    "DE:R 2 AUA>DEA",
    "DE:R 2 AUA>DEA",
    "DE:R 5 AUA>DEA",
    "DE:R 7 AUA>DEA",
    "DE:R 2 FRA>DEA",
    "AU:R 2 AUA>DEA",
    "DEA:RFI AUA>DEA",
    "DEA:DNL AUA>DEA",
    "DEA:ASC AUA>DEA",
    "DEA:M I 50 AUA",
    "AUA:M O 10 DEA",
    "DE:block",
    "DEA:warn",
    "AUA:block",
    "days 150",
];

/// What strangers do.
const STRANGERS: &[&str] = &[
    "FRA:D FRA>DEA v1",
    "FRA:D FRA>DEA v1 PD+1d",
    "FRA:D FRA>DEA v2 PD+390d",
    "FRA:D FRA>AUA v1 PD+1d",
    "FRA:D AUA>DEA v1",
    "FRA:D AUA>DEA v1t PD+399d",
    "FRA:D AUA>DEA v2 PD-390d",
    "FRA:D AUA>FRA v1",
    "FRA:D DEA>AUA v1 PD+1d",
    "FRA:D DEA>AUA v1",
    "FRA:M T 50 AUA",
    "FRA:M I 50 AUA",
    "FRA:M O 10 DEA",
    "FRA:ASC AUA>FRA",
    "FRA:ASC AUA>DEA",
    "FRA:RFI AUA>FRA",
    "FRA:Rfr 2 AUA>FRA",
    "FRA:Rde 2 FRA>DEA",
    "FRA:block",
    "FRA:clear",
    "FRA:clear originPostalOrgCd=AUA",
    "FR:R 2 AUA>FRA",
    "FR:R 2 AUA>DEA",
    "FR:R 2 FRA>DEA",
    "FR:L",
    "FR:clear",
    "FR:block",
    "PTA:D PTA>DEA v1 PD+2d",
    "PTA:D AUA>DEA v1 PD+399d",
    "PTA:D DEA>AUA v2",
    "PTA:M I 50 AUA",
    "PTA:ASC AUA>PTA",
    "AUB:D AUB>DEA v1",
    "AUB:D AUB>DEA v1 PD+390d",
    "AUB:D AUA>DEA v1 PD+1d",
    "AUB:Rau 2 AUB>DEA",
    "AUB:clear",
    CLEARS,
    ASSESSES,
];

/// Messages of FRA to AUA, by hand, where there are two servers.
const CLEARS: &str = "a CUSRSP of FRA";
const ASSESSES: &str = "an ITMREF of FRA";

/// Who is shown lights, keeps marks, and has worklists.
const PARTIES: [&str; 4] = ["AUA", "AU", "DEA", "DE"];
const WORKLISTS: [(&str, &str); 2] = [("AUA", "O"), ("DEA", "I")];

/// What the parties see of an item.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    entries: [Value; 4],
    waits: [bool; 2],
    marks: [i64; 4],
    /// AUA's item as it and the destination hold it.
    held: [Value; 2],
}

impl Seen {
    fn of(course: &Course) -> Self {
        let marks = PARTIES.map(|org| {
            let answer = course.scene.call(org, "GetWatchdogItemInfo", &json!({ "itemId": course.id }));
            if answer.status == 200 {
                answer.json()["GetWatchdogItemInfoResult"]["Operation"].as_i64().unwrap_or(0)
            } else {
                0
            }
        });
        Self {
            entries: PARTIES.map(|org| course.entry(org)),
            waits: WORKLISTS.map(|(post, flow)| waits(course, post, flow)),
            marks,
            held: ["AUA", "DEA"].map(|post| held(course, post)),
        }
    }

    /// What became better, or changed although it must not, from `self` to `after`; nothing when all is well. Where
    /// `may_use_id`, the stranger is a post of the country whose id it is: there may be several items then.
    fn wrongs(&self, after: &Self, may_use_id: bool) -> Vec<String> {
        let mut wrongs = Vec::new();
        for (at, org) in PARTIES.iter().enumerate() {
            let (before, now) = (&self.entries[at], &after.entries[at]);
            let improved = gravity(now) < gravity(before);
            // Where AUA's item is not, a stranger's own is shown, in which it has a say; but never Green under this id.
            let counts = !self.held[at / 2].is_null() || (gravity(now) == 0 && !may_use_id);
            if improved && counts {
                wrongs.push(format!("{org}: {} became {}", shown(before), shown(now)));
            }
            let (mark, marked) = (self.marks[at], after.marks[at]);
            if (mark == BLOCKED || mark == WARNED) && marked != mark && marked != BLOCKED {
                wrongs.push(format!("{org}: mark {mark} became {marked}"));
            }
        }
        for (at, (post, _)) in WORKLISTS.iter().enumerate() {
            // Of data that strangers said one after the other, customs may have judged just what is said again now.
            let judged_before =
                !self.is_the_origin_s(at) && !after.is_the_origin_s(at) && !after.held[at]["Response"].is_null();
            if self.waits[at] && !after.waits[at] && !judged_before {
                wrongs.push(format!("left the worklist at {post}"));
            }
        }
        if may_use_id {
            return wrongs;
        }
        for (at, post) in ["AUA", "DEA"].iter().enumerate().filter(|(at, _)| self.is_the_origin_s(*at)) {
            if self.held[at] != after.held[at] {
                wrongs.push(format!("the item of {post} changed: {}", difference(&self.held[at], &after.held[at])));
            }
            if self.entries[at * 2] != after.entries[at * 2] {
                let (before, now) = (&self.entries[at * 2], &after.entries[at * 2]);
                wrongs.push(format!("the status at {post} changed: {}", difference(before, now)));
            }
        }
        wrongs
    }

    /// Whether a post holds data of the origin, or what it captured itself.
    fn is_the_origin_s(&self, at: usize) -> bool {
        let by = super::notation::extra(&self.held[at]["Declaration"]["Data"], "EP.DeclaredBy");
        by == "AUA" || by == "DEA"
    }
}

/// The numbers of MarkAsBlocked, the gravest mark, and MarkWithWarning.
const BLOCKED: i64 = 4;
const WARNED: i64 = 5;

fn gravity(entry: &Value) -> usize {
    ["Green", "Amber", "Red"].iter().position(|light| entry["Light"] == *light).expect("a colour")
}

/// The members that differ, innermost.
fn difference(before: &Value, after: &Value) -> String {
    let (Some(one), Some(other)) = (before.as_object(), after.as_object()) else {
        return format!("{before} → {after}");
    };
    let names = one.keys().chain(other.keys().filter(|name| !one.contains_key(*name)));
    let differ = names.filter(|name| before[*name] != after[*name]);
    differ.map(|name| format!("{name}: {}", difference(&before[name], &after[name]))).collect::<Vec<_>>().join("; ")
}

fn shown(entry: &Value) -> String {
    format!("{} {}", entry["Light"], entry["Reasons"])
}

/// Whether AUA's item is in the worklist of the customs of `post`.
fn waits(course: &Course, post: &str, flow: &str) -> bool {
    let body = json!({ "postalOrgCd": post, "id": course.id, "flow": flow, "onlyWithoutResponse": true });
    let found = course.scene.call(post, "Load", &body).ok().json();
    found["LoadResult"].as_array().expect("a list").iter().any(is_of_aua)
}

fn is_of_aua(view: &Value) -> bool {
    view["MailObject"]["OrigPostOrgCd"] == "AUA"
}

/// AUA's item as a post holds it.
fn held(course: &Course, post: &str) -> Value {
    course.rows(post).into_iter().find(is_of_aua).unwrap_or(Value::Null)
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().expect("a number"))
}

fn place(dice: &mut Dice) -> Place {
    if dice.chance(60) { Place::OneServer(Engine::Sqlite) } else { Place::TwoServers }
}

/// Plays a step that may be refused.
fn say(course: &mut Course, step: &str) {
    match step {
        CLEARS | ASSESSES if !course.scene.is_two() => {}
        CLEARS => messages::hand_in_bytes(course, &messages::clears(course, "FRA")),
        ASSESSES => messages::hand_in_bytes(course, &messages::assesses(course, "FRA")),
        _ if step.contains(':') => {
            course.go(&format!("{step} ?"));
        }
        _ => {
            course.go(step);
        }
    }
}

/// Plays the courses of `EPTEST_TRUTH_SEEDS`, and tells what went wrong in each.
#[track_caller]
fn each_seed(play: impl Fn(&mut Dice) -> Vec<String>) {
    let (first, seeds) = (setting("EPTEST_TRUTH_SEED", 1), setting("EPTEST_TRUTH_SEEDS", 20));
    let (began, limit) = (Instant::now(), Duration::from_secs(setting("EPTEST_TRUTH_SECONDS", 60)));
    let (mut wrongs, mut played) = (Vec::new(), 0);
    for seed in (first..first + seeds).take_while(|seed| *seed == first || began.elapsed() < limit) {
        let found = play(&mut Dice::new(seed));
        played += 1;
        wrongs.extend(found.into_iter().map(|wrong| format!("seed {seed} (EPTEST_TRUTH_SEED={seed}): {wrong}")));
    }
    println!("{played} courses from seed {first} on in {} s", began.elapsed().as_secs());
    assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
}

#[test]
fn v53_strangers_improve_nothing_and_spoil_nothing() {
    each_seed(|dice| {
        let mut course = Course::new(Scene::at(place(dice)), &fresh_id("AU"));
        if dice.chance(25) {
            course.pause = Duration::ZERO;
        }
        let mut played: Vec<&str> = Vec::new();
        for _ in 0..STEPS {
            if dice.chance(50) {
                played.push(dice.pick(INSIDERS));
                say(&mut course, played[played.len() - 1]);
                continue;
            }
            let before = Seen::of(&course);
            let step = dice.pick(STRANGERS);
            played.push(step);
            say(&mut course, step);
            // A post of the origin's own country may use its ids: there may be several items then.
            let wrongs = before.wrongs(&Seen::of(&course), step.starts_with("AUB"));
            if !wrongs.is_empty() {
                return vec![format!("{}\n  {}", played.join("; "), wrongs.join("\n  "))];
            }
        }
        match course.scene.servers().map(stale_lights).sum() {
            0 => Vec::new(),
            stale => vec![format!("{}\n  {stale} lights are not those that are stored", played.join("; "))],
        }
    });
}

#[test]
fn v53_the_origin_improves_nothing_after_a_decision() {
    const SENT: &[(&str, bool)] = &[
        ("AUA:D v1", true),
        ("AUA:D v1t", true),
        ("AUA:D v1 PD-30d", true),
        ("AUA:D v1 GrossWeight=1.570", true),
        ("AUA:D v2", false),
        ("AUA:D v1c", false),
        ("AUA:D v1 GrossWeight=1.600", false),
        ("AUA:D v2 PD+9d", false),
        ("AUA:D v1c MailStateCd=1", false),
    ];
    each_seed(|dice| {
        let mut course = Course::new(Scene::at(place(dice)), &fresh_id("AU"));
        if dice.chance(25) {
            course.pause = Duration::ZERO;
        }
        let decision = dice.pick(&["2", "4", "5", "6", "7"]);
        course.go(&format!("AUA:D v1; DE:L; DE:R {decision}"));
        let mut played = vec![format!("decided {decision}")];
        let decided = ["AUA", "DEA"].map(|org| gravity(&course.entry(org)));
        for _ in 0..STEPS / 2 {
            let (step, is_what_was_judged) = dice.pick(SENT);
            course.go(step);
            played.push(step.to_owned());
            for (at, org) in ["AUA", "DEA"].iter().enumerate() {
                let entry = course.entry(org);
                let improved = gravity(&entry) < decided[at] || (!is_what_was_judged && gravity(&entry) == 0);
                if improved {
                    return vec![format!("{}: {org} {}", played.join("; "), shown(&entry))];
                }
            }
        }
        Vec::new()
    });
}
