//! How the index over short texts of one language is made.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::flat::{Texts, Writer, number, put_short};
use crate::index::written;
use crate::similar::Vocabulary;
use crate::text::{Analyzer, singular};
use crate::tongue::{Head, Tongue};

/// How fast a repeated word stops counting (BM25's k1).
const SATURATION: f32 = 1.2;
/// How much long fields are discounted (BM25's b).
const LENGTH_DISCOUNT: f32 = 0.4;
/// Length of a usual field in words; only its order of magnitude matters.
const USUAL_LENGTH: f32 = 8.0;
/// A word is a noun that is the main word of this share of the names it stands in, in per cent: `tea`, not `optical`.
const NOUN: u32 = 40;

/// A part of a document with its weight.
pub(super) struct Field<'a> {
    pub(super) text: &'a str,
    pub(super) weight: f32,
    /// The document's own words, by which the rarity of a word is counted; false for texts that many documents share.
    pub(super) own: bool,
    /// It is a name of goods, not a text about them: its main word names goods wherever it is main.
    pub(super) name: bool,
}

/// Writes the index over `documents`, each a list of fields, behind the words that are vague in the language.
pub(super) fn write<'a>(
    tongue: Tongue,
    vague: impl Iterator<Item = &'a str>,
    documents: impl Iterator<Item = Vec<Field<'a>>>,
    writer: &mut Writer,
) {
    let vague = Texts::sorted(vague);
    writer.texts(vague.iter());
    let mut builder = Builder::new(Analyzer::new(tongue, vague));
    for (document, fields) in documents.enumerate() {
        builder.add(number(document), &fields);
    }
    builder.finish(writer);
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
    /// By written term: in how many names it stands, and in how many as the main word.
    names: HashMap<u32, (u32, u32)>,
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
    /// Those of the written words that may name goods.
    names: Vec<u32>,
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
    fn new(analyzer: Analyzer) -> Self {
        Self {
            analyzer,
            documents: 0,
            terms: HashMap::new(),
            own_words: Vec::new(),
            counts: Vec::new(),
            names: HashMap::new(),
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
            if field.name {
                self.count_name(&text);
            }
        }
        self.own_words.push(own_words);
    }

    fn count_name(&mut self, text: &Analyzed) {
        let words: HashSet<u32> = text.written.iter().copied().collect();
        for word in words {
            self.names.entry(word).or_default().0 += 1;
        }
        if let Some(main) = self.main_word(text) {
            self.names.entry(main).or_default().1 += 1;
        }
    }

    /// The main word of a name: its last or first by the language, small words aside.
    fn main_word(&self, text: &Analyzed) -> Option<u32> {
        match self.analyzer.tongue().head() {
            Head::First => text.names.first().or(text.written.first()),
            Head::Last => text.written.last(),
        }
        .copied()
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
        let mut analyzed = Analyzed {
            terms: Vec::with_capacity(2 * words.len()),
            written: Vec::new(),
            names: Vec::new(),
            words: words.len(),
        };
        for word in words {
            if word.negated {
                let stem = self.analyzer.signed_stem(&word.surface, true);
                analyzed.terms.push(self.term(stem));
                continue;
            }
            let is_name = !self.analyzer.is_side_word(&word.surface);
            let (term, stem) = self.word(word.surface);
            analyzed.terms.extend([term, stem]);
            analyzed.written.push(term);
            if is_name {
                analyzed.names.push(term);
            }
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

    /// Writes the index down, its terms in order.
    fn finish(self, writer: &mut Writer) {
        // A word that only shared texts hold counts as rare as those texts are, about six documents each.
        let holders = |counts: &Counts| counts.owners.max(counts.weighted.len() / 6).max(1);
        let rarities: Vec<f32> = self.counts.iter().map(|counts| rarity(self.documents, holders(counts))).collect();
        let total = |terms: &Vec<u32>| terms.iter().filter_map(|term| rarities.get(*term as usize)).sum::<f32>();
        let mut terms: Vec<(&str, usize)> = self.terms.iter().map(|(text, at)| (text.as_str(), *at as usize)).collect();
        terms.sort_unstable();
        let counts = || terms.iter().filter_map(|(_, at)| self.counts.get(*at));
        let factors = Factors::of(counts());

        writer.texts(terms.iter().map(|(text, _)| *text));
        writer.floats(terms.iter().filter_map(|(_, at)| rarities.get(*at).copied()));
        let (mut ends, mut runs) = (Vec::new(), Vec::new());
        for counts in counts() {
            counts.write(&factors, &mut runs);
            ends.push(number(runs.len()));
        }
        writer.numbers(ends);
        writer.section(&runs);
        writer.floats(factors.inner.iter().map(|count| count * (SATURATION + 1.0) / (SATURATION + count)));
        writer.floats(self.own_words.iter().map(total));
        let uses = |at: usize| self.names.get(&number(at)).copied().unwrap_or_default();
        let placed = || (0..).zip(&terms).map(|(place, (_, at))| (place, uses(*at)));
        writer.numbers(placed().filter(|(_, (_, as_main))| *as_main > 0).map(|(place, _)| place));
        writer.numbers(
            placed()
                .filter(|(_, (names, as_main))| *as_main > 0 && as_main * 100 >= names * NOUN)
                .map(|(place, _)| place),
        );
        let words = self.words.keys().flat_map(|word| [singular(word), word.as_str()]);
        Vocabulary::write(words, writer);
    }
}

/// The different weighted counts, the commonest first, so that it has the shortest number.
struct Factors {
    inner: Vec<f32>,
    numbers: HashMap<u32, u32>,
}

impl Factors {
    fn of<'c>(counts: impl Iterator<Item = &'c Counts>) -> Self {
        let mut uses: HashMap<u32, usize> = HashMap::new();
        for (_, count) in counts.flat_map(|counts| &counts.weighted) {
            *uses.entry(count.to_bits()).or_default() += 1;
        }
        let mut by_use: Vec<(u32, usize)> = uses.into_iter().collect();
        by_use.sort_unstable_by_key(|(bits, uses)| (std::cmp::Reverse(*uses), *bits));
        Self {
            inner: by_use.iter().map(|(bits, _)| f32::from_bits(*bits)).collect(),
            numbers: by_use.iter().map(|(bits, _)| *bits).zip(0..).collect(),
        }
    }

    fn number(&self, count: f32) -> u32 {
        self.numbers.get(&count.to_bits()).copied().unwrap_or_default()
    }
}

impl Counts {
    /// Writes where the term stands, documents in a row with the same count as one run.
    fn write(&self, factors: &Factors, runs: &mut Vec<u8>) {
        let mut next = 0;
        for run in self.weighted.chunk_by(|(a, count), (b, same)| a + 1 == *b && count == same) {
            let Some((first, count)) = run.first() else { continue };
            put_short(runs, first - next);
            put_short(runs, number(run.len()));
            put_short(runs, factors.number(*count));
            next = first + number(run.len());
        }
    }
}
