//! One index over short texts of one language: words weighted by rarity (BM25 over weighted fields), misspelt words
//! widened to similar ones.
//!
//! Knows words and documents by number; what a document is, the caller knows.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::similar::Vocabulary;
use super::text::{Analyzer, Word, singular};
use crate::refdata::lists::Language;

/// How fast a repeated word stops counting (BM25's k1).
const SATURATION: f32 = 1.2;
/// How much long fields are discounted (BM25's b).
const LENGTH_DISCOUNT: f32 = 0.4;
/// Length of a usual field in words; only its order of magnitude matters.
const USUAL_LENGTH: f32 = 8.0;
/// Taken off for a word that the text says the goods are not, as a share of its worth.
const CONTRADICTION: f32 = 0.5;
/// Worth of a word that shares only its stem with the one asked for.
const SAME_STEM: f32 = 0.85;
/// How sure a word is understood when only its stem is known, and when it was corrected.
const SURE_BY_STEM: f32 = 0.4;
const SURE_BY_LIKENESS: f32 = 0.8;
/// Rarity that a word counts with that is not known at all.
const UNKNOWN_RARITY: f32 = 6.0;
/// Likeness from which on a word differs by one slip only.
const ONE_SLIP: f32 = 0.8;
/// Likeness up to which a word is too unlike to be the main noun.
const DOUBTFUL: f32 = 0.6;
/// What remains of a document that lacks the main noun of the description.
const WITHOUT_MAIN_NOUN: f32 = 0.8;

/// A part of a document with its weight.
pub struct Field<'a> {
    pub text: &'a str,
    pub weight: f32,
    /// The document's own words, by which the rarity of a word is counted; false for texts that many documents share.
    pub own: bool,
}

/// A description that is looked for, with what all languages together know of it.
#[derive(Clone, Debug, Default)]
pub struct Question {
    pub text: String,
    /// Its words in plain letters.
    pub words: Vec<String>,
    /// Those written in some index, or small words of its language: not to be taken for misspelt in another.
    pub written: Vec<String>,
}

/// A question as one index understands it.
pub struct Understood {
    /// Terms for each word that means something here.
    groups: Vec<Group>,
    /// How many of its words are understood: words written in the texts and small words count 1, others less.
    pub knowledge: f32,
    /// Worth of the words that mean nothing here.
    unknown: f32,
}

impl Understood {
    /// Drops the words that `is_small` says are small words of the language that the question is in.
    pub fn without(&mut self, is_small: impl Fn(&str) -> bool) {
        self.groups.retain(|group| !is_small(&group.asked));
    }
}

struct Group {
    /// The word as asked.
    asked: String,
    weight: f32,
    is_main: bool,
    /// Worth of the word by rarity, for the share of the question that is covered.
    rarity: f32,
    /// Likeness of its best alternative.
    likeness: f32,
    alternatives: Vec<Alternative>,
    contradicted_by: Option<u32>,
}

struct Alternative {
    term: u32,
    /// 1 for the word itself, less for a similar one.
    likeness: f32,
    surface: String,
}

/// A word of the question and the word of the text it was found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    pub asked: String,
    pub found: String,
}

/// A document that fits.
#[derive(Clone, Copy, Debug)]
pub struct Scored {
    pub document: u32,
    pub score: f32,
    /// Share of the question's worth that was found, 0 to 1.
    pub coverage: f32,
    /// The same with the words that are not understood counted in.
    pub certainty: f32,
    /// Share of the document's own words that were asked for, 0 to 1.
    pub exhaustion: f32,
}

#[derive(Clone, Copy, Debug)]
struct Posting {
    document: u32,
    /// What this word adds to the score of the document.
    worth: f32,
}

/// The index. Documents are numbered from 0 in the order given.
pub struct TextIndex {
    analyzer: Analyzer,
    /// Stems (`knit`, `-knit` when negated) and written words in the singular (`=shirt`).
    terms: HashMap<String, u32>,
    postings: Vec<Vec<Posting>>,
    rarities: Vec<f32>,
    /// By document: the rarities of its own words together.
    totals: Vec<f32>,
    vocabulary: Vocabulary,
}

impl TextIndex {
    /// Builds the index; each document is a list of fields.
    pub fn build<'a>(language: Language, documents: impl Iterator<Item = Vec<Field<'a>>>) -> Self {
        let mut builder = Builder::new(language);
        for (number, fields) in documents.enumerate() {
            builder.add(u32::try_from(number).unwrap_or(u32::MAX), &fields);
        }
        builder.finish()
    }

    /// Whether `surface` is written in these texts or is a small word of the language.
    pub fn has(&self, surface: &str) -> bool {
        self.is_small_word(surface) || self.has_word(surface)
    }

    /// Whether `surface` is a small word of the language.
    pub fn is_small_word(&self, surface: &str) -> bool {
        self.analyzer.is_function_word(surface)
    }

    /// The word is written in these texts, in the singular or plural.
    fn has_word(&self, surface: &str) -> bool {
        self.terms.contains_key(&written(surface))
    }

    /// What the question means in this language.
    pub fn understand(&self, question: &Question) -> Understood {
        let mut groups: Vec<Group> = Vec::new();
        let (mut knowledge, mut unknown) = (0.0, 0.0);
        for word in self.joined(self.analyzer.query(&question.text)) {
            let (likeness, alternatives) = self.alternatives(&word, question);
            let repeated = groups.iter().any(|group| group.asked == word.surface);
            if repeated {
                continue;
            }
            if alternatives.is_empty() {
                unknown += word.weight * UNKNOWN_RARITY;
                continue;
            }
            knowledge += likeness * word.parts as f32;
            let rarity = alternatives.iter().map(|a| self.rarity(a.term)).fold(0.0, f32::max);
            let likeness = alternatives.iter().map(|a| a.likeness).fold(0.0, f32::max);
            groups.push(Group {
                weight: word.weight,
                is_main: word.is_main && likeness > DOUBTFUL,
                rarity,
                likeness,
                alternatives,
                contradicted_by: self.terms.get(&format!("-{}", word.stem)).copied(),
                asked: word.surface,
            });
        }
        let small = question.words.iter().filter(|word| self.is_small_word(word)).count();
        Understood { groups, knowledge: knowledge + small as f32, unknown }
    }

    /// `sun glasses` becomes `sunglasses` where that is a word here.
    fn joined(&self, words: Vec<Word>) -> Vec<Word> {
        let mut out: Vec<Word> = Vec::with_capacity(words.len());
        for word in words {
            if let Some(last) = out.last_mut() {
                let both = format!("{}{}", last.surface, word.surface);
                if both.len() > 4 && self.has_word(&both) {
                    last.weight = last.weight.max(word.weight);
                    last.is_main |= word.is_main;
                    last.parts += word.parts;
                    last.stem = self.analyzer.stem(&both);
                    last.surface = both;
                    continue;
                }
            }
            out.push(word);
        }
        out.retain(|word| word.surface.len() > 1);
        out
    }

    fn rarity(&self, term: u32) -> f32 {
        self.rarities.get(term as usize).copied().unwrap_or_default()
    }

    /// What `word` may stand for here, and how sure that is.
    fn alternatives(&self, word: &Word, question: &Question) -> (f32, Vec<Alternative>) {
        let surface = word.surface.as_str();
        let same = self.word(surface, 1.0);
        let has_digit = surface.bytes().any(|b| b.is_ascii_digit());
        if word.stem.starts_with('-') {
            (1.0, self.term(&word.stem, 1.0, surface).into_iter().collect())
        } else if surface.bytes().all(|b| b.is_ascii_digit()) {
            (0.0, Vec::new())
        } else if self.has_word(surface) {
            (1.0, same)
        } else if has_digit || question.written.iter().any(|written| written == surface) {
            (SURE_BY_STEM, same)
        } else {
            // Where only a relative is written (`calendering` for `calender`), it may as well be a slip.
            let (likeness, similar) = self.similar(surface);
            let parts = if same.is_empty() && likeness < ONE_SLIP { self.split(surface) } else { Vec::new() };
            match (same.is_empty(), parts.is_empty()) {
                (false, _) => (SURE_BY_STEM, same.into_iter().chain(similar).collect()),
                (true, false) => (SURE_BY_LIKENESS, parts),
                (true, true) => (likeness * SURE_BY_LIKENESS, similar),
            }
        }
    }

    fn term(&self, term: &str, likeness: f32, surface: &str) -> Option<Alternative> {
        self.terms.get(term).map(|term| Alternative { term: *term, likeness, surface: surface.to_owned() })
    }

    /// The word as written, and at less worth the others of its stem.
    fn word(&self, surface: &str, likeness: f32) -> Vec<Alternative> {
        let exactly = self.term(&written(surface), likeness, surface);
        let stem = self.analyzer.stem(surface);
        exactly.into_iter().chain(self.term(&stem, likeness * SAME_STEM, surface)).collect()
    }

    /// `waterbottle` as two known words.
    fn split(&self, surface: &str) -> Vec<Alternative> {
        let cuts = 3..surface.len().saturating_sub(2);
        let halves = cuts.filter_map(|at| Some((surface.get(..at)?, surface.get(at..)?)));
        let known = halves.filter(|(left, right)| self.has_word(left) && self.has_word(right));
        let Some((left, right)) = known.max_by_key(|(left, right)| left.len().min(right.len())) else {
            return Vec::new();
        };
        [left, right].into_iter().flat_map(|part| self.word(part, 0.8)).collect()
    }

    fn similar(&self, surface: &str) -> (f32, Vec<Alternative>) {
        let found = self.vocabulary.similar(surface);
        let best = found.first().map_or(0.0, |(_, likeness)| *likeness);
        (best, found.into_iter().flat_map(|(word, likeness)| self.word(word, likeness)).collect())
    }

    fn list(&self, term: u32) -> &[Posting] {
        self.postings.get(term as usize).map_or(&[], Vec::as_slice)
    }

    /// The documents that fit, in no order.
    pub fn search(&self, question: &Understood) -> Vec<Scored> {
        let total: f32 = question.groups.iter().map(|group| group.weight * group.rarity).sum();
        let has_main = question.groups.iter().any(|group| group.is_main);
        let mut sums: Vec<Sum> = Vec::new();
        let mut slots = vec![u32::MAX; self.totals.len()];
        let mut best = vec![0.0_f32; self.totals.len()];
        let mut touched = Vec::new();
        for group in &question.groups {
            self.best_worths(group, &mut best, &mut touched);
            for document in touched.drain(..) {
                let at = document as usize;
                let (Some(slot), Some(worth)) = (slots.get_mut(at), best.get_mut(at)) else { continue };
                if *slot == u32::MAX {
                    *slot = u32::try_from(sums.len()).unwrap_or(u32::MAX);
                    sums.push(Sum { document, ..Sum::default() });
                }
                if let Some(sum) = sums.get_mut(*slot as usize) {
                    sum.add(group, std::mem::take(worth));
                }
            }
        }
        let scored = sums.into_iter().filter(|sum| sum.score > 0.0).map(|sum| {
            let own = self.totals.get(sum.document as usize).copied().unwrap_or_default();
            Scored {
                document: sum.document,
                score: if sum.has_main || !has_main { sum.score } else { sum.score * WITHOUT_MAIN_NOUN },
                coverage: sum.covered / total,
                certainty: sum.covered / (total + question.unknown),
                exhaustion: (sum.rarity / own.max(f32::MIN_POSITIVE)).min(1.0),
            }
        });
        scored.collect()
    }

    /// Writes what each document gains by one word of the question, the best of its alternatives, and lists the
    /// documents.
    fn best_worths(&self, group: &Group, best: &mut [f32], touched: &mut Vec<u32>) {
        for alternative in &group.alternatives {
            for posting in self.list(alternative.term) {
                let Some(worth) = best.get_mut(posting.document as usize) else { continue };
                if *worth == 0.0 {
                    touched.push(posting.document);
                }
                *worth = worth.max(posting.worth * alternative.likeness);
            }
        }
        for posting in group.contradicted_by.into_iter().flat_map(|term| self.list(term)) {
            let Some(worth) = best.get_mut(posting.document as usize) else { continue };
            if *worth == 0.0 {
                touched.push(posting.document);
            }
            *worth -= group.rarity * CONTRADICTION;
        }
    }

    /// By which words `document` was found.
    pub fn matches(&self, question: &Understood, document: u32) -> Vec<Match> {
        let holds = |term| self.list(term).binary_search_by_key(&document, |posting| posting.document).is_ok();
        let matched = |group: &Group| {
            let found = group.alternatives.iter().find(|alternative| holds(alternative.term))?;
            Some(Match { asked: group.asked.clone(), found: found.surface.clone() })
        };
        question.groups.iter().filter_map(matched).collect()
    }
}

/// What a document has gathered so far.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    document: u32,
    score: f32,
    covered: f32,
    rarity: f32,
    has_main: bool,
}

impl Sum {
    fn add(&mut self, group: &Group, worth: f32) {
        self.score += worth * group.weight;
        if worth > 0.0 {
            self.covered += group.weight * group.rarity * group.likeness;
            self.rarity += group.rarity;
            self.has_main |= group.is_main;
        }
    }
}

/// The term of a written word.
fn written(surface: &str) -> String {
    format!("={}", singular(surface))
}

fn rarity(documents: usize, holding: usize) -> f32 {
    let (n, df) = (documents as f32, holding as f32);
    (1.0 + (n - df + 0.5) / (df + 0.5)).ln()
}

/// Gathers word counts by field, then turns them into worths.
struct Builder {
    analyzer: Analyzer,
    documents: usize,
    terms: HashMap<String, u32>,
    /// By document: the written words of its own texts.
    own_words: Vec<Vec<u32>>,
    counts: Vec<Counts>,
    /// Written words with their own term and that of their stem.
    words: HashMap<String, (u32, u32)>,
    /// The terms of texts that several documents share, and their number of words.
    shared: HashMap<String, Rc<Analyzed>>,
}

/// The terms of a text.
struct Analyzed {
    terms: Vec<u32>,
    /// Those of the terms that are written words.
    written: Vec<u32>,
    words: usize,
}

/// Where a term stands.
#[derive(Default)]
struct Counts {
    /// Document and weighted count, in the order of the documents.
    weighted: Vec<(u32, f32)>,
    /// Documents that hold it in a field of their own, and the last of them.
    owners: usize,
    last_owner: Option<u32>,
}

impl Builder {
    fn new(language: Language) -> Self {
        Self {
            analyzer: Analyzer::new(language),
            documents: 0,
            terms: HashMap::new(),
            own_words: Vec::new(),
            counts: Vec::new(),
            words: HashMap::new(),
            shared: HashMap::new(),
        }
    }

    fn add(&mut self, document: u32, fields: &[Field<'_>]) {
        self.documents += 1;
        let mut own_words = Vec::new();
        for field in fields.iter().filter(|field| !field.text.is_empty()) {
            let text = if field.own { Rc::new(self.analyze(field.text)) } else { self.analyze_shared(field.text) };
            let discount = 1.0 - LENGTH_DISCOUNT + LENGTH_DISCOUNT * text.words as f32 / USUAL_LENGTH;
            for term in &text.terms {
                self.count(document, *term, field.weight / discount, field.own);
            }
            if field.own {
                own_words.extend(&text.written);
            }
        }
        self.own_words.push(own_words);
    }

    fn analyze_shared(&mut self, text: &str) -> Rc<Analyzed> {
        if let Some(known) = self.shared.get(text) {
            return Rc::clone(known);
        }
        let analyzed = Rc::new(self.analyze(text));
        self.shared.insert(text.to_owned(), Rc::clone(&analyzed));
        analyzed
    }

    fn analyze(&mut self, text: &str) -> Analyzed {
        let words = self.analyzer.document(text);
        let mut analyzed =
            Analyzed { terms: Vec::with_capacity(2 * words.len()), written: Vec::new(), words: words.len() };
        for word in words {
            if word.negated {
                let stem = self.analyzer.signed_stem(&word.surface, true);
                analyzed.terms.push(self.term(stem));
                continue;
            }
            let (term, stem) = self.word(word.surface);
            analyzed.terms.extend([term, stem]);
            analyzed.written.push(term);
        }
        analyzed
    }

    /// The terms of a written word and of its stem.
    fn word(&mut self, surface: String) -> (u32, u32) {
        if let Some(known) = self.words.get(&surface) {
            return *known;
        }
        let terms = (self.term(written(&surface)), self.term(self.analyzer.stem(&surface)));
        self.words.insert(surface, terms);
        terms
    }

    fn term(&mut self, term: String) -> u32 {
        let next = u32::try_from(self.counts.len()).unwrap_or(u32::MAX);
        let term = *self.terms.entry(term).or_insert(next);
        if term == next {
            self.counts.push(Counts::default());
        }
        term
    }

    fn count(&mut self, document: u32, term: u32, weight: f32, own: bool) {
        let Some(counts) = self.counts.get_mut(term as usize) else { return };
        if own && counts.last_owner != Some(document) {
            counts.owners += 1;
            counts.last_owner = Some(document);
        }
        match counts.weighted.last_mut() {
            Some((last, count)) if *last == document => *count += weight,
            _ => counts.weighted.push((document, weight)),
        }
    }

    fn finish(self) -> TextIndex {
        // A word that only shared texts hold counts as rare as those texts are, about six documents each.
        let holders = |counts: &Counts| counts.owners.max(counts.weighted.len() / 6).max(1);
        let rarities: Vec<f32> = self.counts.iter().map(|counts| rarity(self.documents, holders(counts))).collect();
        let total = |terms: &Vec<u32>| terms.iter().filter_map(|term| rarities.get(*term as usize)).sum();
        let totals = self.own_words.iter().map(total).collect();
        let worth = |count: f32, rarity: f32| rarity * count * (SATURATION + 1.0) / (SATURATION + count);
        let list = |(counts, rarity): (Counts, &f32)| {
            let posting = |(document, count)| Posting { document, worth: worth(count, *rarity) };
            counts.weighted.into_iter().map(posting).collect()
        };
        let postings = self.counts.into_iter().zip(&rarities).map(list).collect();
        let words: HashSet<String> =
            self.words.into_keys().flat_map(|word| [singular(&word).to_owned(), word]).collect();
        TextIndex {
            analyzer: self.analyzer,
            terms: self.terms,
            postings,
            rarities,
            totals,
            vocabulary: Vocabulary::new(words.into_iter()),
        }
    }
}
