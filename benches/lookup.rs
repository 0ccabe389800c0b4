//! The search for HS codes against other ways to search the same texts and everyday phrases: SQLite FTS5 with porter
//! stemming, FTS5 with trigrams, and strsim over whole texts. The others are told the language, ours is not.
//!
//! Prints for each language and set how often the right code comes first and among the first five, and the median time
//! of a question; then the ratio to FTS5 porter, and the rate of GetHSCodes over HTTP beside that of an empty handler.
//! `cargo bench --bench lookup`. Settings: EPBENCH_ROUNDS, EPBENCH_SECONDS, EPBENCH_CLIENTS.

mod common;

use std::collections::BTreeMap;
use std::error::Error;
use std::hint::black_box;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use common::client::drive;
use common::plain::{Plain, empty};
use common::server::{Wish, sqlite_url, start};
use common::{folder, median as middle, payload, setting, verdict};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use entrepost::refdata::hs::nomenclature;
use entrepost::refdata::lists::Language;
use entrepost::refdata::search::hs::HsIndex;
use entrepost::refdata::search::tongue::Tongue;
use entrepost::refdata::search::words::Phrase;
use entrepost::refdata::search::{goods, goods_of, lists};
use entrepost::refdata::table::{Cell, FromRow, Row, read};

type Outcome<T> = Result<T, Box<dyn Error>>;

const LANGUAGES: [Language; 3] = [Language::En, Language::Fr, Language::Es];
/// Codes looked at in an answer.
const FIRST: usize = 5;

/// A description with the codes that are right for it.
struct Case {
    set: String,
    language: Language,
    description: String,
    codes: Vec<String>,
}

impl FromRow for Case {
    const COLUMNS: &'static [&'static str] = &["set", "language", "description", "codes"];
    fn from_row(row: &Row<'_>) -> Cell<Self> {
        Ok(Self {
            set: row.needed("set")?.to_owned(),
            language: Language::parse(row.text("language")).ok_or(("language", "unknown".to_owned()))?,
            description: row.needed("description")?.to_owned(),
            codes: row.needed("codes")?.split_whitespace().map(str::to_owned).collect(),
        })
    }
}

/// What a six-digit code is found by in one language.
struct Entry {
    code: &'static str,
    text: &'static str,
    heading: &'static str,
    phrases: Vec<String>,
}

fn entries(language: Language, phrases: &[Phrase]) -> Vec<Entry> {
    let mut by_code: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for phrase in phrases.iter().filter(|phrase| phrase.tongue == Tongue::from(language)) {
        for code in &phrase.codes {
            by_code.entry(code).or_default().push(phrase.words.clone());
        }
    }
    let codes = nomenclature().entries().iter().filter(|entry| entry.code.len() == 6);
    let entry = |entry: &'static entrepost::refdata::hs::HsEntry| Entry {
        code: &entry.code,
        text: entry.text(language),
        heading: nomenclature().ancestors(&entry.code).next().map_or("", |heading| heading.text(language)),
        phrases: by_code.remove(entry.code.as_str()).unwrap_or_default(),
    };
    codes.map(entry).collect()
}

/// One way to search.
trait Searcher {
    fn name(&self) -> &'static str;
    fn search(&mut self, language: Language, text: &str) -> Outcome<Vec<String>>;
}

struct Ours(&'static HsIndex);

impl Searcher for Ours {
    fn name(&self) -> &'static str {
        "entrepost"
    }
    fn search(&mut self, _told: Language, text: &str) -> Outcome<Vec<String>> {
        Ok(self.0.search(text, 10).into_iter().map(|hit| hit.code).collect())
    }
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    code: String,
}

struct Fts {
    connection: SqliteConnection,
    trigrams: bool,
}

impl Fts {
    fn new(trigrams: bool, phrases: &[Phrase]) -> Outcome<Self> {
        let mut connection = SqliteConnection::establish(":memory:")?;
        let tokenizer = if trigrams { "trigram" } else { "porter unicode61 remove_diacritics 2" };
        for language in LANGUAGES {
            let table = language.code();
            connection.batch_execute(&format!(
                "BEGIN; CREATE VIRTUAL TABLE {table} USING fts5(code UNINDEXED, text, heading, phrases, tokenize='{tokenizer}')"
            ))?;
            for entry in entries(language, phrases) {
                diesel::sql_query(format!("INSERT INTO {table} VALUES (?, ?, ?, ?)"))
                    .bind::<Text, _>(entry.code)
                    .bind::<Text, _>(entry.text)
                    .bind::<Text, _>(entry.heading)
                    .bind::<Text, _>(entry.phrases.join(", "))
                    .execute(&mut connection)?;
            }
            connection.batch_execute("COMMIT")?;
        }
        Ok(Self { connection, trigrams })
    }

    /// The words, or their trigrams, any of which may match.
    fn expression(&self, text: &str) -> String {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let terms: Vec<String> = if self.trigrams {
            let letters: Vec<Vec<char>> = words.map(|word| word.to_lowercase().chars().collect()).collect();
            letters.iter().flat_map(|word| word.windows(3).map(|three| three.iter().collect())).collect()
        } else {
            words.map(str::to_owned).collect()
        };
        terms.iter().map(|term| format!("\"{term}\"")).collect::<Vec<_>>().join(" OR ")
    }
}

impl Searcher for Fts {
    fn name(&self) -> &'static str {
        if self.trigrams { "FTS5 trigram" } else { "FTS5 porter" }
    }
    fn search(&mut self, language: Language, text: &str) -> Outcome<Vec<String>> {
        let expression = self.expression(text);
        if expression.is_empty() {
            return Ok(Vec::new());
        }
        let table = language.code();
        let statement =
            format!("SELECT code FROM {table} WHERE {table} MATCH ? ORDER BY bm25({table}, 0, 1.0, 0.4, 1.6) LIMIT 10");
        let found: Vec<Found> = diesel::sql_query(statement).bind::<Text, _>(expression).load(&mut self.connection)?;
        Ok(found.into_iter().map(|row| row.code).collect())
    }
}

struct WholeTexts {
    entries: BTreeMap<&'static str, Vec<Entry>>,
    compare: fn(&str, &str) -> f64,
    name: &'static str,
}

impl Searcher for WholeTexts {
    fn name(&self) -> &'static str {
        self.name
    }
    fn search(&mut self, language: Language, text: &str) -> Outcome<Vec<String>> {
        let asked = text.to_lowercase();
        let entries = self.entries.get(language.code()).map_or(&[][..], Vec::as_slice);
        let likeness = |entry: &Entry| {
            let texts = entry.phrases.iter().map(String::as_str).chain([entry.text]);
            texts.map(|text| (self.compare)(&asked, &text.to_lowercase())).fold(0.0, f64::max)
        };
        let mut ranked: Vec<(f64, &str)> = entries.iter().map(|entry| (likeness(entry), entry.code)).collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        Ok(ranked.into_iter().take(10).map(|(_, code)| code.to_owned()).collect())
    }
}

#[derive(Default)]
struct Tally {
    asked: usize,
    first: usize,
    in_five: usize,
}

impl Tally {
    fn add(&mut self, found: &[String], right: &[String]) {
        let place = found.iter().position(|code| right.contains(code));
        self.asked += 1;
        self.first += usize::from(place == Some(0));
        self.in_five += usize::from(place.is_some_and(|place| place < FIRST));
    }

    fn per_cent(&self, count: usize) -> usize {
        (100 * count + self.asked / 2) / self.asked.max(1)
    }
}

/// Asks everything once, prints the accuracy and gives the median time and the number of right answers in five.
fn run(searcher: &mut dyn Searcher, cases: &[Case]) -> Outcome<(Duration, usize)> {
    let mut tallies: BTreeMap<(&str, &str), Tally> = BTreeMap::new();
    let mut times = Vec::with_capacity(cases.len());
    for case in cases {
        let start = Instant::now();
        let found = black_box(searcher.search(case.language, black_box(&case.description))?);
        times.push(start.elapsed());
        tallies.entry((case.language.code(), case.set.as_str())).or_default().add(&found, &case.codes);
    }
    times.sort_unstable();
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    print!("{:22} {:>9.1} µs", searcher.name(), median.as_secs_f64() * 1e6);
    for tally in tallies.values() {
        print!("  {:3} {:3}", tally.per_cent(tally.first), tally.per_cent(tally.in_five));
    }
    println!();
    Ok((median, tallies.values().map(|tally| tally.in_five).sum()))
}

fn main() -> Outcome<()> {
    let phrases = lists().phrases;
    let cases = read::<Case>(include_bytes!("data/descriptions.csv"));
    if let Some(fault) = cases.faults.first() {
        return Err(format!("descriptions.csv: {fault}").into());
    }
    let cases = cases.rows;
    let start = Instant::now();
    black_box(goods().search("leather wallet", 10));
    println!("the first question takes {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
    let start = Instant::now();
    black_box(goods_of(nomenclature()));
    println!("the index over another nomenclature is built in {:.0} ms", start.elapsed().as_secs_f64() * 1e3);
    let whole = |name, compare| -> WholeTexts {
        let entries = LANGUAGES.map(|language| (language.code(), entries(language, &phrases))).into();
        WholeTexts { entries, compare, name }
    };
    let mut ours = Ours(goods());
    let mut porter = Fts::new(false, &phrases)?;
    let mut others: Vec<Box<dyn Searcher>> = vec![
        Box::new(Fts::new(true, &phrases)?),
        Box::new(whole("strsim Jaro-Winkler", strsim::jaro_winkler)),
        Box::new(whole("strsim Sørensen-Dice", strsim::sorensen_dice)),
    ];
    println!("right code in first place, and among the first five, in per cent of {} descriptions:", cases.len());
    let sets = LANGUAGES.map(|language| ["report", "tune"].map(|set| format!("{} {set}", language.code())));
    let mut columns: Vec<String> = sets.into_iter().flatten().collect();
    columns.sort();
    println!("{:22} {:>12}  {}", "", "median", columns.iter().map(|name| format!("{name:9}")).collect::<String>());
    run(&mut ours, &cases)?;
    let (our_time, our_right) = run(&mut ours, &cases)?;
    let (porter_time, porter_right) = run(&mut porter, &cases)?;
    let mut best_other = porter_right;
    for other in &mut others {
        best_other = best_other.max(run(other.as_mut(), &cases)?.1);
    }
    let ratio = porter_time.as_secs_f64() / our_time.as_secs_f64().max(f64::MIN_POSITIVE);
    println!("against FTS5 porter: {ratio:.1} times as fast, {our_right} right in five against {porter_right}");
    println!("against the best of the others: {our_right} right in five against {best_other}");
    over_http(&cases)
}

/// The rate of GetHSCodes, the whole way through the server, beside that of a handler that does nothing, in turns.
fn over_http(cases: &[Case]) -> Outcome<()> {
    let folder = folder()?;
    let running = start(&sqlite_url(folder.path(), "lookup"), &Wish::default())?;
    let plain = Plain::start(&running.services, 2)?;
    let questions: Vec<Vec<u8>> = cases.iter().map(|case| payload::hs_codes(&case.description)).collect();
    let ask = |number: u64, buffer: &mut Vec<u8>| buffer.extend(&questions[number as usize % questions.len()]);
    let nothing = |_, buffer: &mut Vec<u8>| buffer.extend(empty());
    let clients = setting("CLIENTS", 16) as usize;
    let time = Duration::from_secs(setting("SECONDS", 2));
    let numbers = AtomicU64::new(0);
    let (mut ours, mut empties, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..setting("ROUNDS", 5) {
        let our = drive(running.address, clients, time, &numbers, ask)?.rate();
        let empty = drive(plain.address, clients, time, &numbers, nothing)?.rate();
        ours.push(our);
        empties.push(empty);
        ratios.push(our / empty);
    }
    println!("over HTTP, calls a second: GetHSCodes {:.0}, empty handler {:.0}", middle(&ours), middle(&empties));
    let ratio = middle(&ratios);
    verdict("GetHSCodes / empty handler", ratio, ratio >= 0.15, "0.15 or more");
    plain.stop()?;
    Ok(running.stop()?)
}
