//! How well goods are understood: descriptions in nine languages with the codes that are right for them, unknown words,
//! goods that meet a rule of a destination, and harmless ones that look like such.
//!
//! A third of each set is held aside: nothing was tuned on it. Which third, a hash of the description says. To see the
//! figures: `cargo test --test it goods::figures -- --nocapture`; with `GOODS=` and the name of a group, also what is
//! answered wrongly in the part that is not held aside.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use entrepost::refdata::restrictions::Restriction;
use entrepost::refdata::search::restriction::Route;
use entrepost::refdata::search::{goods, restrictions};
use entrepost::refdata::table::{Cell, FromRow, Row, read};

/// Codes of an answer that count.
const FIRST: usize = 5;
/// The group of descriptions that mean no goods.
const NOTHING: &str = "nothing";
/// The group of goods without a rule.
const HARMLESS: &str = "harmless";

/// A description and the codes that are right for it; none where it means no goods.
struct Described {
    group: String,
    description: String,
    codes: Vec<String>,
}

impl FromRow for Described {
    const COLUMNS: &'static [&'static str] = &["group", "description", "codes"];
    fn from_row(row: &Row<'_>) -> Cell<Self> {
        Ok(Self {
            group: row.needed("group")?.to_owned(),
            description: row.needed("description")?.to_owned(),
            codes: row.text("codes").split_whitespace().map(str::to_owned).collect(),
        })
    }
}

/// A description, where the goods go, and words of the rule they meet; none where they are harmless.
struct Ruled {
    group: String,
    destination: String,
    description: String,
    rule: String,
}

impl FromRow for Ruled {
    const COLUMNS: &'static [&'static str] = &["group", "destination", "description", "rule"];
    fn from_row(row: &Row<'_>) -> Cell<Self> {
        Ok(Self {
            group: row.needed("group")?.to_owned(),
            destination: row.needed("destination")?.to_owned(),
            description: row.needed("description")?.to_owned(),
            rule: row.text("rule").to_lowercase(),
        })
    }
}

/// A description of several goods, and the codes that are right for each.
struct Several {
    description: String,
    kinds: Vec<Vec<String>>,
}

impl FromRow for Several {
    const COLUMNS: &'static [&'static str] = &["description", "codes"];
    fn from_row(row: &Row<'_>) -> Cell<Self> {
        let codes = |kind: &str| kind.split_whitespace().map(str::to_owned).collect();
        let kinds = row.needed("codes")?.split('/').map(codes).collect();
        Ok(Self { description: row.needed("description")?.to_owned(), kinds })
    }
}

fn rows<R: FromRow>(text: &str) -> Vec<R> {
    let parsed = read::<R>(text.as_bytes());
    assert!(parsed.faults.is_empty(), "{:?}", parsed.faults);
    parsed.rows
}

/// Whether a description is held aside: a third of them, by their FNV-1a hash.
fn is_held(description: &str) -> bool {
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    description.bytes().fold(0xcbf2_9ce4_8422_2325, mix) % 3 == 0
}

fn on() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 21).expect("a date")
}

/// Asked, right in first place, right among the first.
#[derive(Clone, Copy, Default)]
struct Tally([f64; 3]);

impl Tally {
    fn add(&mut self, place: Option<usize>) {
        self.0[0] += 1.0;
        self.0[1] += f64::from(u8::from(place == Some(0)));
        self.0[2] += f64::from(u8::from(place.is_some_and(|place| place < FIRST)));
    }

    fn first(self) -> f64 {
        100.0 * self.0[1] / self.0[0]
    }

    fn in_first(self) -> f64 {
        100.0 * self.0[2] / self.0[0]
    }
}

type Tallies = BTreeMap<(String, bool), Tally>;

/// Prints what is wrong in the group asked for, as far as it is not held aside.
fn tell(group: &str, description: &str, answer: impl Fn() -> String) {
    if !is_held(description) && std::env::var("GOODS").is_ok_and(|asked| asked == group) {
        println!("{group}: {description}: {}", answer());
    }
}

fn codes() -> Tallies {
    let mut tallies = Tallies::new();
    for case in rows::<Described>(include_str!("data/goods/codes.csv")) {
        let hits = goods().search(&case.description, 10);
        let place = match case.group.as_str() {
            NOTHING => hits.is_empty().then_some(0),
            _ => hits.iter().position(|hit| case.codes.contains(&hit.code)),
        };
        if place != Some(0) {
            tell(&case.group, &case.description, || {
                format!("{:?}", hits.iter().map(|hit| &hit.code).collect::<Vec<_>>())
            });
        }
        tallies.entry((case.group.clone(), is_held(&case.description))).or_default().add(place);
    }
    tallies
}

fn rules() -> Tallies {
    let mut tallies = Tallies::new();
    for case in rows::<Ruled>(include_str!("data/goods/rules.csv")) {
        let route = Route { destination: &case.destination, sending: "CN", on: on() };
        let hits = restrictions().by_description(&case.description, route, goods());
        let names = |rule: &Restriction| {
            rule.description.to_lowercase().contains(&case.rule) || rule.note.to_lowercase().contains(&case.rule)
        };
        let is_right = match case.group.as_str() {
            HARMLESS => hits.is_empty(),
            _ => hits.iter().any(|hit| names(hit.rule)),
        };
        if !is_right {
            tell(&case.group, &case.description, || {
                format!("{:?}", hits.iter().map(|hit| &hit.reason).collect::<Vec<_>>())
            });
        }
        tallies.entry((case.group.clone(), is_held(&case.description))).or_default().add(is_right.then_some(0));
    }
    tallies
}

fn print(tallies: &Tallies) {
    for ((group, held), tally) in tallies {
        let part = if *held { "held aside" } else { "tuned on" };
        println!(
            "{group:10} {part:10} {:4}  first {:5.1} %  first five {:5.1} %",
            tally.0[0],
            tally.first(),
            tally.in_first()
        );
    }
}

/// Of each group: right in first place and among the first five, tuned and held aside, in per cent, rounded down to what
/// must not be lost again.
const REACHED: [(&str, [f64; 4]); 13] = [
    ("en", [93.0, 96.0, 88.0, 92.0]),
    ("fr", [97.0, 98.0, 93.0, 95.0]),
    ("es", [96.0, 97.0, 97.0, 97.0]),
    ("pt", [95.0, 97.0, 97.0, 97.0]),
    ("de", [97.0, 98.0, 97.0, 97.0]),
    ("messy", [82.0, 90.0, 77.0, 82.0]),
    ("trade", [90.0, 93.0, 90.0, 90.0]),
    ("freight", [88.0, 95.0, 85.0, 90.0]),
    ("it", [95.0, 95.0, 97.0, 97.0]),
    ("nl", [97.0, 98.0, 93.0, 97.0]),
    ("zh", [95.0, 97.0, 97.0, 97.0]),
    ("ja", [92.0, 96.0, 97.0, 97.0]),
    (NOTHING, [93.0, 93.0, 88.0, 88.0]),
];

#[test]
fn figures_of_codes_are_kept() {
    let tallies = codes();
    print(&tallies);
    for (group, [first, five, held_first, held_five]) in REACHED {
        let of = |held| tallies.get(&(group.to_owned(), held)).copied().expect("both parts");
        let [tuned, held] = [of(false), of(true)];
        assert!(tuned.first() >= first && tuned.in_first() >= five, "{group}, tuned on");
        assert!(held.first() >= held_first && held.in_first() >= held_five, "{group}, held aside");
    }
}

#[test]
fn figures_of_rules_are_kept() {
    let tallies = rules();
    print(&tallies);
    for ((group, held), tally) in &tallies {
        let least = match (group.as_str(), held) {
            (HARMLESS, true) => 89.0,
            (HARMLESS, false) => 96.0,
            _ => 94.0,
        };
        assert!(tally.first() >= least, "{group}, held aside: {held}: {}", tally.first());
    }
}

/// Of proposals said to be so certain, about as many are right.
#[test]
fn certainty_is_what_it_says() {
    let mut bins: BTreeMap<(bool, u8), [f64; 3]> = BTreeMap::new();
    for case in rows::<Described>(include_str!("data/goods/codes.csv")) {
        for hit in goods().search(&case.description, FIRST) {
            let bin = bins.entry((is_held(&case.description), (hit.certainty * 5.0) as u8)).or_default();
            bin[0] += 1.0;
            bin[1] += f64::from(hit.certainty);
            bin[2] += f64::from(u8::from(case.codes.contains(&hit.code)));
        }
    }
    for ((held, _), [count, said, right]) in &bins {
        let (said, right) = (said / count, right / count);
        println!("{} {count:4} said {said:.2} right {right:.2}", if *held { "held aside" } else { "tuned on  " });
        assert!(*count < 40.0 || (said - right).abs() < 0.2, "said {said:.2}, right {right:.2}");
    }
}

#[test]
fn several_goods_in_one_text_get_codes_for_each() {
    for case in rows::<Several>(include_str!("data/goods/several.csv")) {
        let hits = goods().search(&case.description, 10);
        let first: Vec<&str> = hits.iter().take(6).map(|hit| hit.code.as_str()).collect();
        let missing =
            case.kinds.iter().filter(|codes| !codes.iter().any(|code| first.contains(&code.as_str()))).count();
        assert_eq!(missing, 0, "{}: {first:?}", case.description);
    }
}

/// What may be said of any goods without making others of them.
const HARMLESS_ADDITIONS: [&str; 14] = [
    "new {}",
    "2 x {}",
    "{} black",
    "large {}",
    "{}, 500 g",
    "{} for men",
    "{} with box",
    "{} (sample)",
    "handmade {} from Italy",
    "{} as a gift",
    "vintage {} in original packaging",
    "{} size L",
    "{} for my brother",
    "3 pcs {}",
];

/// A fuller description meets every rule that a shorter one meets: all goods that rules name, all harmless additions.
#[test]
fn saying_more_of_goods_loses_no_rule() {
    let mut lost = Vec::new();
    let mut tried = 0;
    // Rules of several countries name the same goods; each name is tried once.
    let mut seen = BTreeSet::new();
    let rules: Vec<&Restriction> = restrictions().rules().iter().filter(|rule| rule.language == "EN").collect();
    for rule in rules {
        let destination = if rule.destination.is_empty() { "US" } else { &rule.destination };
        let sending = rule.sending_countries.first().map_or("CN", String::as_str);
        let route = Route { destination, sending, on: on() };
        let meets = |text: &str| {
            restrictions().by_description(text, route, goods()).iter().any(|hit| std::ptr::eq(hit.rule, rule))
        };
        let listed =
            rule.goods.split(';').chain(rule.description.split([',', ':', ';']).filter(|_| rule.goods.is_empty()));
        let named = listed
            .map(str::trim)
            .filter(|name| !name.is_empty() && !name.starts_with("of ") && !name.starts_with("with "));
        for name in named.filter(|name| seen.insert((*name).to_owned()) && meets(name)) {
            for addition in HARMLESS_ADDITIONS {
                let fuller = addition.replace("{}", name);
                tried += 1;
                if !meets(&fuller) {
                    lost.push(fuller);
                }
            }
        }
    }
    println!("{} of {tried} lost", lost.len());
    assert!(tried > 4_000, "{tried}");
    assert!(lost.is_empty(), "{} of {tried}: {:?}", lost.len(), &lost[..lost.len().min(40)]);
}
