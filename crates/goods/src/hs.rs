//! From a description of goods to HS codes.
//!
//! One index for each language; a description is asked in all of them, and the language that knows most of its words
//! counts most. A code that collects what others leave over comes after one that names the goods. What is found but
//! hardly certain is not proposed: no code is better than a wrong one.

use std::collections::HashMap;

use bytes::Bytes;

use crate::MOST_WORDS;
use crate::certainty::{Features, certainty};
use crate::flat::{Floats, Lists, Numbers, Reader, Texts};
use crate::index::{Match, Question, TextIndex, Understood};
use crate::materials::in_english;
use crate::text::{Analyzer, plain_words, read_part};
use crate::tongue::Tongue;
use crate::trade::TradeNames;
use crate::words::TEXTS;

/// Share of a score that depends on how much of the description was found.
const COVERAGE: f32 = 0.65;
/// Weight of an everyday phrase against the texts, and of each further code it leads to against the one before.
const PHRASE: f32 = 1.2;
const LATER_CODE: f32 = 0.9;
/// Gain of the codes of a phrase that are for the material asked for.
const MADE_OF_IT: f32 = 1.3;
/// Trust in a language, by what it knows of the description, below which it is not asked.
const LEAST_TRUST: f32 = 0.5;
/// Trust from which on a language knows as much of the description as any.
const SAME_TRUST: f32 = 0.8;
/// How surely the main noun of a description is understood where it is to tell what the goods are.
const SURELY_MAIN: f32 = 0.8;
/// Share from which on a text or phrase, or a description, counts as whole.
const WHOLE: f32 = 0.99;
/// Proposals that a certainty is worked out among.
const CANDIDATES: usize = 10;
/// Certainty of the best proposal below which none is made, and of the others below which they are left out.
const FLOOR: f32 = 0.3;
const FLOOR_OF_OTHERS: f32 = 0.05;
/// Certainty from which on a part of a description names goods of its own.
const NAMES_GOODS: f32 = 0.4;
/// Parts of a description that are looked at.
const PARTS: usize = 6;
/// Certainty of the first code of the kind that a trade name stands for, and what remains of it for each further one.
const TRADE_NAME: f32 = 0.85;
const LATER_TRADE: f32 = 0.6;
/// Certainty from which on the words beside a trade name say what the goods are.
const BESIDE_TRADE: f32 = 0.6;
/// Letters beside a trade name from which on they may be words of another language than English.
const TELLING: usize = 5;

/// A code that fits a description.
#[derive(Clone, Debug, PartialEq)]
pub struct HsHit {
    /// Six digits or more: as long as what is known, never padded.
    pub code: String,
    /// How often a proposal like this is right, 0 to 1; see [`super::certainty`].
    pub certainty: f32,
    /// Its heading of four digits with its text.
    pub heading: String,
    /// The words, phrase or trade name it was found by.
    pub found_by: String,
    /// What the code covers and by which words it was found.
    pub observations: String,
    /// What the certainty was worked out from.
    pub features: Features,
}

/// The search over a nomenclature.
pub struct HsIndex {
    /// All codes, in order, and their texts by code and language.
    codes: Texts,
    texts: Texts,
    /// By the number of a code that can be found: its place among all.
    places: Numbers,
    /// By the same: what of a score remains for its standing.
    standings: Floats,
    /// Words that goods are called by in three languages, in plain small letters.
    vocabulary: Texts,
    trade_names: TradeNames,
    /// What kinds of goods are called in English.
    kinds: Texts,
    tongues: Vec<TongueIndex>,
}

/// The index of one language: documents are the codes that can be found, after them the everyday phrases.
struct TongueIndex {
    index: TextIndex,
    /// By phrase: the codes it leads to, the likeliest first, and the number of its kind.
    leads: Lists,
    kinds: Numbers,
}

/// A name of goods that stands in a description.
pub struct Name<'a> {
    pub tongue: Tongue,
    /// As described.
    pub words: Vec<String>,
    pub codes: Vec<&'a str>,
    /// What goods of its kind are called in English, where that is known.
    pub kind: Option<&'a str>,
}

/// What speaks for a code: its texts, and the phrase that leads to it.
#[derive(Clone, Copy, Debug, Default)]
struct Evidence {
    by_text: Support,
    by_phrase: Support,
    phrase: Option<u32>,
    /// Its place among the codes of the phrase.
    place: usize,
    tongue: usize,
}

/// How well a text or phrase answers to a description.
#[derive(Clone, Copy, Debug, Default)]
struct Support {
    score: f32,
    /// The share of the description that was found, of its own words that were asked for, and how surely it holds the
    /// main noun.
    coverage: f32,
    exhaustion: f32,
    main: f32,
}

impl Evidence {
    fn score(&self) -> f32 {
        self.by_text.score + self.by_phrase.score
    }
}

/// What a description, or a part of it, leads to.
#[derive(Default)]
struct Answer {
    hits: Vec<HsHit>,
    /// The language that knows most of it.
    tongue: Option<Tongue>,
    /// A phrase says all of it.
    is_phrase: bool,
    /// A name of goods stands in it as a whole, with its main noun.
    is_name: bool,
    /// It has a noun that may name goods.
    names: bool,
}

impl Answer {
    fn certainty(&self) -> f32 {
        self.hits.first().map_or(0.0, |hit| hit.certainty)
    }

    fn heading(&self) -> &str {
        self.hits.first().and_then(|hit| hit.code.get(..4)).unwrap_or_default()
    }
}

impl HsIndex {
    /// Reads what [`crate::words::Lists::index`] wrote.
    pub fn read(run: Bytes) -> Self {
        let mut reader = Reader::new(run);
        let reader = &mut reader;
        Self {
            codes: reader.texts(),
            texts: reader.texts(),
            places: reader.numbers(),
            standings: reader.floats(),
            vocabulary: reader.texts(),
            trade_names: TradeNames::read(reader),
            kinds: reader.texts(),
            tongues: Tongue::ALL.map(|tongue| TongueIndex::read(tongue, reader)).into(),
        }
    }

    /// Whether the nomenclature has this code.
    pub fn has_code(&self, code: &str) -> bool {
        self.codes.find(code).is_some()
    }

    /// Whether `word`, in plain small letters, is written in the nomenclature or an everyday phrase in English, French or
    /// Spanish: what it means does not matter.
    pub fn calls_goods(&self, word: &str) -> bool {
        self.vocabulary.find(word).is_some()
    }

    /// What takes the texts of a language apart.
    pub fn analyzer(&self, tongue: Tongue) -> Option<Analyzer> {
        self.tongues.get(tongue as usize).map(|tongue| tongue.index.analyzer())
    }

    /// The code with a number.
    fn code(&self, number: u32) -> Option<&str> {
        self.places.get(number as usize).map(|place| self.codes.get(place as usize))
    }

    /// What a code covers, in a language; empty where there is no text in it.
    fn text_in(&self, place: usize, tongue: Tongue) -> &str {
        let column = tongue as usize;
        if column < TEXTS { self.texts.get(place * TEXTS + column) } else { "" }
    }

    /// The places of a code and of those it lies in, the nearest first.
    fn path(&self, code: &str) -> impl Iterator<Item = usize> {
        let lengths = [10, 8, 6, 4, 2].into_iter().filter(|length| *length <= code.len());
        lengths.filter_map(|length| self.codes.find(code.get(..length)?))
    }

    /// A proposal: what the code covers in the language of the answer as far as there is a text in it.
    fn hit(&self, code: &str, tongue: Tongue, certainty: f32, found_by: String) -> HsHit {
        let in_english = |place: usize| self.text_in(place, Tongue::En);
        let texts = self.path(code).map(|place| self.text_in(place, tongue));
        let text = texts.chain(self.path(code).map(in_english)).find(|text| !text.is_empty()).unwrap_or_default();
        let heading = code.get(..4).and_then(|heading| Some((heading, self.codes.find(heading)?)));
        let heading = heading.map(|(heading, place)| match self.text_in(place, tongue) {
            "" => format!("{heading} {}", in_english(place)),
            text => format!("{heading} {text}"),
        });
        HsHit {
            code: code.to_owned(),
            certainty,
            heading: heading.unwrap_or_default(),
            observations: format!("{text} [found by: {found_by}]"),
            found_by,
            features: Features::default(),
        }
    }

    /// The best `limit` codes for `text`, best first; empty where none is certain enough. Where the text names several
    /// kinds of goods there are codes for each, in turns.
    pub fn search(&self, text: &str, limit: usize) -> Vec<HsHit> {
        let text = read_part(text);
        if self.says_nothing(text) {
            return Vec::new();
        }
        let whole = self.answer(text, limit);
        let parts = match whole.tongue {
            Some(tongue) if !whole.is_phrase => parts(text, tongue),
            _ => Vec::new(),
        };
        let mut named: Vec<Answer> = Vec::new();
        for part in parts.iter().take(PARTS).filter(|_| parts.len() > 1) {
            let answer = self.answer(part, limit);
            let is_new = named.iter().all(|known| known.heading() != answer.heading());
            if answer.names && answer.certainty() >= NAMES_GOODS && is_new {
                named.push(answer);
            }
        }
        let mut hits = if named.len() > 1 { in_turns(named) } else { whole.hits };
        let best = hits.iter().map(|hit| hit.certainty).fold(0.0, f32::max);
        hits.retain(|hit| best >= FLOOR && hit.certainty >= FLOOR_OF_OTHERS);
        hits.truncate(limit);
        hits
    }

    /// Whether a text is put together of words and phrases that say nothing of goods in a language. A single word must not
    /// name goods in another.
    fn says_nothing(&self, text: &str) -> bool {
        let words = plain_words(text);
        let names = |tongue: &TongueIndex| words.len() == 1 && words.iter().any(|word| tongue.index.is_head(word));
        let others_name = |at| self.tongues.iter().enumerate().any(|(other, tongue)| other != at && names(tongue));
        let vague = self.tongues.iter().position(|tongue| tongue.index.is_all_vague(&words));
        vague.is_some_and(|at| !others_name(at)) && self.trade_names.find(text).is_none()
    }

    /// The best `limit` candidates by the words alone, however uncertain: what the certainty is fitted on.
    pub fn candidates(&self, text: &str, limit: usize) -> Vec<HsHit> {
        let text = read_part(text);
        self.by_words(text, limit).hits
    }

    /// The codes that a text about one kind of goods surely means: that of its words, and that of what remains of them
    /// without the words beside the goods, so that saying more takes none away.
    pub fn sure_codes(&self, text: &str, sure: f32) -> Vec<String> {
        let text = read_part(text);
        let core = self.tongue_of(text).map(|tongue| self.core(text, tongue));
        let texts = std::iter::once(text.to_owned()).chain(core);
        let mut codes: Vec<String> = texts
            .filter_map(|text| self.answer(&text, CANDIDATES).hits.into_iter().next())
            .filter(|hit| hit.certainty >= sure && hit.features.main >= SURELY_MAIN)
            .map(|hit| hit.code)
            .collect();
        codes.dedup();
        codes
    }

    /// The words of a text that may name goods or what they are made of.
    fn core(&self, text: &str, tongue: Tongue) -> String {
        let Some(index) = self.tongues.get(tongue as usize).map(|tongue| &tongue.index) else { return String::new() };
        index.core(text).join(" ")
    }

    /// The language that knows most of a text; `None` where none knows any of it.
    pub fn tongue_of(&self, text: &str) -> Option<Tongue> {
        self.tongues_of(text).into_iter().next()
    }

    /// The languages that know most of a text.
    pub fn tongues_of(&self, text: &str) -> Vec<Tongue> {
        let text = read_part(text);
        let words = plain_words(text);
        let known = |tongue: &TongueIndex| words.iter().filter(|word| tongue.index.has(word)).count();
        let known: Vec<(usize, Tongue)> =
            self.tongues.iter().map(|tongue| (known(tongue), tongue.index.tongue())).collect();
        let most = known.iter().map(|(known, _)| *known).max().unwrap_or_default();
        known.into_iter().filter(|(known, _)| *known == most && most > 0).map(|(_, tongue)| tongue).collect()
    }

    /// Whether names of goods turn on `word` (plain small letters) in a language.
    pub fn is_head(&self, word: &str, tongue: Tongue) -> bool {
        self.tongues.get(tongue as usize).is_some_and(|tongue| tongue.index.is_head(word))
    }

    /// The names of goods that stand in a text as a whole, its main noun among them.
    pub fn names(&self, text: &str) -> Vec<Name<'_>> {
        let text = read_part(text);
        let indexes: Vec<&TextIndex> = self.tongues.iter().map(|tongue| &tongue.index).collect();
        let understood = ask(&indexes, text, |_| false);
        let spoken = self.tongues_of(text);
        let mut names = Vec::new();
        for (tongue, (question, trust)) in self.tongues.iter().zip(&understood) {
            if *trust < SAME_TRUST || spoken.first() == Some(&Tongue::En) && tongue.index.tongue() != Tongue::En {
                continue;
            }
            let whole = tongue
                .index
                .search(question)
                .into_iter()
                .filter(|hit| hit.exhaustion > 0.99 && hit.names_main && hit.main >= SURELY_MAIN);
            for hit in whole {
                let Some(phrase) = (hit.document as usize).checked_sub(self.places.len()) else { continue };
                let kind = tongue.kinds.get(phrase).filter(|kind| *kind != u32::MAX);
                let matches = tongue.index.matches(question, hit.document);
                names.push(Name {
                    tongue: tongue.index.tongue(),
                    words: matches.into_iter().map(|found| found.asked).collect(),
                    codes: tongue.leads.get(phrase).filter_map(|code| self.code(code)).collect(),
                    kind: kind.map(|kind| self.kinds.get(kind as usize)),
                });
            }
        }
        names
    }

    /// What one kind of goods leads to: by what its words say, else by its trade name.
    fn answer(&self, text: &str, limit: usize) -> Answer {
        let Some(found) = self.trade_names.find(text) else { return self.by_words(text, limit) };
        let mut beside = self.by_words(&found.beside, limit);
        let is_telling = beside.tongue == Some(Tongue::En) || found.beside.len() >= TELLING;
        if beside.names && beside.is_name && is_telling && beside.certainty() >= BESIDE_TRADE {
            let is_of_kind = |hit: &HsHit| found.codes.iter().any(|code| self.code(*code) == Some(&hit.code));
            beside.hits.sort_by_key(|hit| !is_of_kind(hit));
            return beside;
        }
        let tongue = beside.tongue.unwrap_or(Tongue::En);
        let mut certainty = TRADE_NAME;
        let mut hits = Vec::new();
        for code in found.codes.iter().filter_map(|code| self.code(*code)) {
            let found_by = format!("trade name {}, {}", found.name, found.kind);
            let features = Features { main: 1.0, ..Features::default() };
            hits.push(HsHit { features, ..self.hit(code, tongue, certainty, found_by) });
            certainty *= LATER_TRADE;
        }
        Answer { hits, tongue: Some(tongue), is_phrase: false, is_name: true, names: true }
    }

    fn by_words(&self, text: &str, limit: usize) -> Answer {
        let indexes: Vec<&TextIndex> = self.tongues.iter().map(|tongue| &tongue.index).collect();
        let understood = ask(&indexes, text, |_| false);
        let mut best: HashMap<u32, Evidence> = HashMap::new();
        let trusted =
            self.tongues.iter().zip(&understood).enumerate().filter(|(_, (_, (_, trust)))| *trust >= LEAST_TRUST);
        for (at, (tongue, (question, trust))) in trusted {
            for (code, evidence) in tongue.search(question, *trust, self.places.len()) {
                let known = best.entry(code).or_default();
                if evidence.score() > known.score() {
                    *known = Evidence { tongue: at, ..evidence };
                }
            }
        }
        self.prefer_material(&understood, &mut best);
        let ranked = self.ranked(&best, limit);
        let Some((first, _)) = ranked.first() else { return Answer::default() };
        let Some(strongest) = best.get(first) else { return Answer::default() };
        let Some((question, _)) = understood.get(strongest.tongue) else { return Answer::default() };
        let tongue = self.tongues.get(strongest.tongue).map(|tongue| tongue.index.tongue());
        let top = ranked.first().map_or(0.0, |(_, score)| *score);
        let total: f32 = ranked.iter().map(|(_, score)| score).sum();
        let of_heading = |code: u32| {
            let same = ranked.iter().filter(|(other, _)| self.heading_of(*other) == self.heading_of(code));
            same.map(|(_, score)| score).sum::<f32>() / total
        };
        let hit = |(code, score): &(u32, f32)| {
            let evidence = best.get(code)?;
            let (question, trust) = understood.get(evidence.tongue)?;
            let features = |(support, by_phrase): (&Support, bool)| Features {
                coverage: support.coverage * trust,
                exhaustion: support.exhaustion,
                main: support.main,
                // A text that is asked for as a whole is as good as a phrase.
                by_phrase: by_phrase || support.exhaustion > WHOLE && support.coverage > WHOLE,
                share_of_best: score / top,
                share_of_heading: of_heading(*code),
                place: evidence.place,
                in_doubt: question.in_doubt,
                understood: question.main,
                known: question.known,
                is_guess: question.is_guess,
            };
            let supports = [(&evidence.by_text, false), (&evidence.by_phrase, true)];
            let all = supports.into_iter().filter(|(support, _)| support.score > 0.0).map(features);
            let features = all.max_by(|a, b| certainty(a).total_cmp(&certainty(b)))?;
            let found_by = self.found_by(&understood, *code, evidence)?;
            let tongue = tongue.unwrap_or(Tongue::En);
            Some(HsHit { features, ..self.hit(self.code(*code)?, tongue, certainty(&features), found_by) })
        };
        let mut hits: Vec<HsHit> = ranked.iter().filter_map(hit).collect();
        hits.sort_by_key(|hit| std::cmp::Reverse((hit.certainty * 10.0).round() as u32));
        Answer {
            hits,
            tongue,
            is_phrase: strongest.by_phrase.exhaustion > 0.99 && strongest.by_phrase.coverage > 0.9,
            is_name: strongest.by_phrase.exhaustion > 0.99 && strongest.by_phrase.main >= 0.9,
            names: question.names_goods(),
        }
    }

    /// Of the codes that a phrase leads to, those that are for what the goods are made of come first, and answer to that
    /// word too: in English, and where the nomenclature has a text of its own, that text says so already.
    fn prefer_material(&self, understood: &[(Understood, f32)], found: &mut HashMap<u32, Evidence>) {
        let Some(english) = self.tongues.first().map(|tongue| &tongue.index) else { return };
        for (at, (tongue, (question, _))) in self.tongues.iter().zip(understood).enumerate().skip(1) {
            let mut of_it: HashMap<u32, f32> = HashMap::new();
            for (word, share) in question.readings() {
                let codes = in_english(word, tongue.index.tongue()).flat_map(|material| english.documents(material));
                codes.for_each(|code| _ = of_it.insert(code, share));
            }
            for (code, evidence) in found.iter_mut().filter(|(_, evidence)| evidence.tongue == at) {
                let Some(share) = of_it.get(code) else { continue };
                evidence.by_phrase.score *= MADE_OF_IT;
                evidence.by_phrase.coverage = (evidence.by_phrase.coverage + share).min(1.0);
            }
        }
    }

    fn heading_of(&self, code: u32) -> Option<&str> {
        self.code(code)?.get(..4)
    }

    /// The best `limit` codes with their scores, best first.
    fn ranked(&self, found: &HashMap<u32, Evidence>, limit: usize) -> Vec<(u32, f32)> {
        let standing = |code: &u32| self.standings.get(*code as usize).unwrap_or_default();
        let mut ranked: Vec<(u32, f32)> =
            found.iter().map(|(code, evidence)| (*code, evidence.score() * standing(code))).collect();
        let by_score = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        if ranked.len() > limit {
            ranked.select_nth_unstable_by(limit, by_score);
            ranked.truncate(limit);
        }
        ranked.sort_by(by_score);
        ranked
    }

    fn found_by(&self, understood: &[(Understood, f32)], code: u32, evidence: &Evidence) -> Option<String> {
        let tongue = self.tongues.get(evidence.tongue)?;
        let (question, _) = understood.get(evidence.tongue)?;
        let mut matches = tongue.index.matches(question, code);
        for of_phrase in evidence.phrase.into_iter().flat_map(|phrase| tongue.index.matches(question, phrase)) {
            if !matches.iter().any(|known| known.asked == of_phrase.asked) {
                matches.push(of_phrase);
            }
        }
        Some(words_of(&matches))
    }
}

/// The proposals of several kinds of goods in turns, the best of each first; none twice.
fn in_turns(answers: Vec<Answer>) -> Vec<HsHit> {
    let longest = answers.iter().map(|answer| answer.hits.len()).max().unwrap_or_default();
    let mut hits: Vec<HsHit> = Vec::new();
    for turn in 0..longest {
        for hit in answers.iter().filter_map(|answer| answer.hits.get(turn)) {
            if !hits.iter().any(|known| known.code == hit.code) {
                hits.push(hit.clone());
            }
        }
    }
    hits
}

/// The parts of a text that may each name goods: between commas and the like, and at words like `and`.
pub fn parts(text: &str, tongue: Tongue) -> Vec<String> {
    let joins = &tongue.words().joins;
    let mut parts = Vec::new();
    for clause in text.split([',', ';', '+', '&', '/', '\n', '\u{3001}', '\u{ff0c}']) {
        let mut part: Vec<&str> = Vec::new();
        for word in clause.split_whitespace() {
            if joins.contains(word.to_lowercase().as_str()) {
                parts.push(std::mem::take(&mut part).join(" "));
            } else {
                part.push(word);
            }
        }
        parts.push(part.join(" "));
    }
    parts.retain(|part| !part.is_empty());
    parts
}

impl TongueIndex {
    fn read(tongue: Tongue, reader: &mut Reader) -> Self {
        Self { leads: reader.lists(), kinds: reader.numbers(), index: TextIndex::read(tongue, reader) }
    }

    /// What speaks for each code in this language.
    fn search(&self, question: &Understood, trust: f32, codes: usize) -> HashMap<u32, Evidence> {
        let mut found: HashMap<u32, Evidence> = HashMap::new();
        for hit in self.index.search(question) {
            let score = hit.score * (1.0 - COVERAGE + COVERAGE * hit.coverage) * trust;
            let support = Support { score, coverage: hit.certainty, exhaustion: hit.exhaustion, main: hit.main };
            let Some(phrase) = (hit.document as usize).checked_sub(codes) else {
                found.entry(hit.document).or_default().by_text = support;
                continue;
            };
            let mut by_phrase = score * hit.exhaustion.powi(2) * PHRASE;
            for (place, code) in self.leads.get(phrase).enumerate() {
                let evidence = found.entry(code).or_default();
                if evidence.by_phrase.score < by_phrase {
                    evidence.by_phrase = Support { score: by_phrase, ..support };
                    evidence.phrase = Some(hit.document);
                    evidence.place = place;
                }
                by_phrase *= LATER_CODE;
            }
        }
        found
    }
}

/// The question as each of `indexes` understands it, and how far each is to be trusted with it: by the square of what
/// it knows of it against the one that knows most. A word known `elsewhere` is not taken for misspelt.
fn ask(indexes: &[&TextIndex], text: &str, elsewhere: impl Fn(&str) -> bool) -> Vec<(Understood, f32)> {
    let mut words = plain_words(text);
    words.truncate(MOST_WORDS);
    // A word that only a language knows which knows little else may be misspelt in another.
    let known: Vec<usize> = indexes.iter().map(|index| words.iter().filter(|word| index.has(word)).count()).collect();
    let most = known.iter().copied().max().unwrap_or_default();
    let plausible: Vec<&&TextIndex> =
        indexes.iter().zip(&known).filter(|(_, known)| **known * 4 >= most * 3).map(|(index, _)| index).collect();
    let is_written = |word: &&String| elsewhere(word) || plausible.iter().any(|index| index.has(word));
    let written = words.iter().filter(is_written).cloned().collect();
    let question = Question { text: text.to_owned(), words, written };
    // What knows less than half as many words would not be trusted with what it made of them.
    let understand = |(index, known): (&&TextIndex, &usize)| match *known * 2 >= most {
        true => index.understand(&question, *known * 4 >= most * 3),
        false => Understood::default(),
    };
    let mut understood: Vec<Understood> = indexes.iter().zip(&known).map(understand).collect();
    let most = understood.iter().map(|understood| understood.knowledge).fold(0.0, f32::max);
    let natives: Vec<usize> = (0..indexes.len()).filter(|at| understood[*at].knowledge >= most).collect();
    for (at, understood) in understood.iter_mut().enumerate() {
        let others = natives.iter().filter(|native| **native != at).filter_map(|native| indexes.get(*native));
        understood.without(|word| others.clone().any(|index| index.is_side_word(word)));
    }
    let trust = |knowledge: f32| if most > 0.0 { (knowledge / most).powi(2) } else { 0.0 };
    understood
        .into_iter()
        .map(|understood| {
            let trust = trust(understood.knowledge);
            (understood, trust)
        })
        .collect()
}

/// `bottle, stainless (for stainles)`.
fn words_of(matches: &[Match]) -> String {
    let words: Vec<String> = matches
        .iter()
        .map(|m| if m.asked == m.found { m.found.clone() } else { format!("{} (for {})", m.found, m.asked) })
        .collect();
    words.join(", ")
}
