//! One index over short texts of one language: words weighted by rarity (BM25 over weighted fields), misspelt words
//! widened to similar ones.
//!
//! Knows words and documents by number; what a document is, the caller knows.

use std::ops::Range;

use bytes::Bytes;

use crate::flat::{Floats, Numbers, Reader, Texts, take_short};
use crate::similar::Vocabulary;
use crate::text::{Analyzer, Role, Word, singular};
use crate::tongue::{Head, Tongue};

/// Taken off for a word that the text says the goods are not, as a share of its worth.
const CONTRADICTION: f32 = 0.5;
/// Worth of a word that shares only its stem with the one asked for.
const SAME_STEM: f32 = 0.85;
/// How sure a word is understood when only its stem is known, and when it was corrected.
const SURE_BY_STEM: f32 = 0.4;
const SURE_BY_LIKENESS: f32 = 0.8;
/// Rarity that a word counts with that is not known at all.
const UNKNOWN_RARITY: f32 = 6.0;
/// The same of an amount or size: `1000`, `50ml`.
const AMOUNT_RARITY: f32 = 1.0;
/// Likeness from which on a word differs by one slip only.
const ONE_SLIP: f32 = 0.8;
/// Letters from which on a word with one slip is safely corrected where nothing else is known.
const SAFELY_CORRECTED: usize = 8;
/// Likeness up to which a word is too unlike to be the main noun.
const DOUBTFUL: f32 = 0.6;
/// What remains of a document that lacks the main noun of the description.
const WITHOUT_MAIN_NOUN: f32 = 0.6;
/// Share of a name's words from which on it is asked for as a whole, and what that is worth beside the main noun.
const WHOLE: f32 = 0.99;
const WHOLE_NAME: f32 = 0.6;
/// Weight of the main noun.
const MAIN_NOUN: f32 = 1.4;
/// Worth of the noun at the end of a compound, and of what stands before it.
const COMPOUND_HEAD: f32 = 0.85;
/// Worth of the noun at the end of a compound whose beginning is not known.
const COMPOUND_HEAD_ALONE: f32 = 0.75;
/// What a compound counts among the words that are known.
const KNOWN_COMPOUND: f32 = 0.7;
/// Letters that a noun behind an unknown beginning has at least.
const SHORTEST_HEAD: usize = 5;
const COMPOUND_SIDE: f32 = 0.5;
/// Letters that a part of a compound has at least.
const SHORTEST_PART: usize = 3;

/// A description that is looked for, with what all languages together know of it.
#[derive(Clone, Debug, Default)]
pub struct Question {
    pub text: String,
    /// Its words in plain letters.
    pub words: Vec<String>,
    /// Those written in an index that knows much of it, or small words of its language: not to be taken for misspelt in
    /// another.
    pub written: Vec<String>,
}

/// A question as one index understands it.
#[derive(Default)]
pub struct Understood {
    /// Terms for each word that means something here.
    groups: Vec<Group>,
    /// How many of its words are understood: words written in the texts and small words count 1, others less.
    pub knowledge: f32,
    /// Worth of the words that mean nothing here.
    unknown: f32,
    /// How surely the main noun is understood; 0 where there is none.
    pub main: f32,
    /// A word that may name the goods is not known.
    pub in_doubt: bool,
    /// Share of its words that are known as written.
    pub known: f32,
    /// All that is understood is one word that was corrected, and that not safely.
    pub is_guess: bool,
}

impl Understood {
    /// Whether a word of the question may name goods, and not only say what they are made of or look like.
    pub fn names_goods(&self) -> bool {
        self.groups.iter().any(|group| group.is_main && group.role == Role::Name)
    }

    /// Its words, each as asked and as what it may stand for, with its share of the question's worth.
    pub fn readings(&self) -> impl Iterator<Item = (&str, f32)> {
        let worth = |group: &Group| group.weight * group.rarity;
        let total = self.groups.iter().map(worth).sum::<f32>() + self.unknown;
        self.groups.iter().flat_map(move |group| {
            let read = group.alternatives.iter().map(|alternative| alternative.surface.as_str());
            std::iter::once(group.asked.as_str()).chain(read).map(move |word| (word, worth(group) / total))
        })
    }

    /// Drops the words that `is_small` says are small words of the language that the question is in.
    pub fn without(&mut self, is_small: impl Fn(&str) -> bool) {
        self.groups.retain(|group| !is_small(&group.asked));
    }
}

struct Group {
    /// The word as asked.
    asked: String,
    weight: f32,
    role: Role,
    is_purpose: bool,
    clause: usize,
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
    /// How likely the main noun stands for a word of the document; 0 where it does not, and something where all words of
    /// a longer name are asked for.
    pub main: f32,
    /// The main noun is one of its words, and none of them is what the goods are for or go with.
    pub names_main: bool,
}

/// Documents one after the other that a word says the same of.
struct Run {
    documents: Range<u32>,
    /// Number of the factor that the rarity of the word is taken by.
    factor: u32,
}

/// Where a word stands, in the order of the documents.
struct Runs<'i> {
    bytes: &'i [u8],
    next: u32,
}

impl Iterator for Runs<'_> {
    type Item = Run;
    fn next(&mut self) -> Option<Run> {
        let mut number = || take_short(&mut self.bytes);
        let (gap, count, factor) = (number()?, number()?, number()?);
        let first = self.next.saturating_add(gap);
        self.next = first.saturating_add(count);
        Some(Run { documents: first..self.next, factor })
    }
}

/// The index. Documents are numbered from 0 in the order given.
pub struct TextIndex {
    analyzer: Analyzer,
    /// Stems (`knit`, `-knit` when negated) and written words in the singular (`=shirt`), in order.
    pub(crate) terms: Texts,
    pub(crate) rarities: Floats,
    /// By term: where its runs end.
    pub(crate) ends: Numbers,
    /// Of each run: how many documents lie between it and the one before, how many it has, and its factor.
    pub(crate) runs: Bytes,
    pub(crate) factors: Floats,
    /// By document: the rarities of its own words together.
    pub(crate) totals: Floats,
    /// Terms of words that name goods: the main words of names.
    pub(crate) heads: Numbers,
    /// Those of them that are mostly the main word where they stand in a name: `mouse`, not `optical`.
    nouns: Numbers,
    vocabulary: Vocabulary,
}

impl TextIndex {
    /// Reads an index that [`crate::building`] wrote.
    pub(crate) fn read(tongue: Tongue, reader: &mut Reader) -> Self {
        Self {
            analyzer: Analyzer::new(tongue, reader.texts()),
            terms: reader.texts(),
            rarities: reader.floats(),
            ends: reader.numbers(),
            runs: reader.section(),
            factors: reader.floats(),
            totals: reader.floats(),
            heads: reader.numbers(),
            nouns: reader.numbers(),
            vocabulary: Vocabulary::read(reader),
        }
    }

    /// What takes the texts of this language apart.
    pub fn analyzer(&self) -> Analyzer {
        self.analyzer.again()
    }

    /// The number of a stem or written word.
    fn number(&self, term: &str) -> Option<u32> {
        self.terms.find(term).and_then(|at| u32::try_from(at).ok())
    }

    fn is_head_term(&self, term: u32) -> bool {
        self.heads.find(term).is_some()
    }

    /// Whether `surface` is written in these texts or is a word of the language that says nothing of goods.
    pub fn has(&self, surface: &str) -> bool {
        self.is_small_word(surface) || self.analyzer.is_side_word(surface) || self.has_word(surface)
    }

    /// Whether `surface` is a small word of the language, or one that says nothing of the kind of goods and that no name
    /// of goods turns on.
    pub fn is_side_word(&self, surface: &str) -> bool {
        self.is_small_word(surface) || self.analyzer.says_nothing(surface) && !self.is_head(surface)
    }

    /// Whether all that `words` say is listed as saying nothing.
    pub fn is_all_vague(&self, words: &[String]) -> bool {
        self.analyzer.is_all_vague(words)
    }

    /// Whether `surface` is a small word of the language.
    pub fn is_small_word(&self, surface: &str) -> bool {
        self.analyzer.is_function_word(surface)
    }

    /// The word is written in these texts, in the singular or plural.
    fn has_word(&self, surface: &str) -> bool {
        self.number(&written(surface)).is_some()
    }

    /// The language.
    pub fn tongue(&self) -> Tongue {
        self.analyzer.tongue()
    }

    /// Whether names of goods turn on `surface`.
    pub fn is_head(&self, surface: &str) -> bool {
        self.number(&written(surface)).is_some_and(|term| self.is_head_term(term))
    }

    /// The words of a text that may name goods or say what they are made of.
    pub fn core(&self, text: &str) -> Vec<String> {
        let words = self.analyzer.query(text, |word| self.has_word(word));
        let mut words: Vec<_> = words.into_iter().filter(|word| word.role > Role::Side || word.may_hold()).collect();
        words.retain(|word| self.has_word(&word.surface) || word.surface.len() > 3);
        words.into_iter().map(|word| word.surface).collect()
    }

    /// What the question means in this language. Words that are not known are taken for misspelt only where it `may_guess`.
    pub fn understand(&self, question: &Question, may_guess: bool) -> Understood {
        let mut groups: Vec<Group> = Vec::new();
        let mut understood = Understood::default();
        let words = self.analyzer.query(&question.text, |word| self.has_word(word));
        for word in self.joined(words) {
            if groups.iter().any(|group| group.asked == word.surface) {
                continue;
            }
            let (likeness, alternatives) = self.alternatives(&word, question, may_guess);
            if alternatives.is_empty() {
                let is_amount = word.surface.starts_with(|c: char| c.is_ascii_digit());
                understood.unknown += word.weight * if is_amount { AMOUNT_RARITY } else { UNKNOWN_RARITY };
                understood.in_doubt |= word.role == Role::Name;
                continue;
            }
            understood.knowledge += likeness * word.parts as f32;
            let rarity = alternatives.iter().map(|a| self.rarity(a.term)).fold(0.0, f32::max);
            let likeness = alternatives.iter().map(|a| a.likeness).fold(0.0, f32::max);
            groups.push(Group {
                weight: word.weight,
                role: word.role,
                is_purpose: word.is_purpose,
                clause: word.clause,
                is_main: false,
                rarity,
                likeness,
                alternatives,
                contradicted_by: self.number(&format!("-{}", word.stem)),
                asked: word.surface,
            });
        }
        let small = question.words.iter().filter(|word| self.is_small_word(word)).count();
        understood.knowledge += small as f32;
        let compounds = if may_guess { self.compounds_of(question) } else { 0 };
        let known: f32 = question.words.iter().map(|word| self.known_share(word)).sum();
        understood.known = (known + KNOWN_COMPOUND * compounds as f32) / question.words.len().max(1) as f32;
        if let Some(main) = self.main_noun(&groups) {
            let noun = &mut groups[main];
            noun.weight *= MAIN_NOUN;
            noun.is_main = true;
            understood.main = noun.likeness;
        }
        let is_unsafe = |group: &Group| group.likeness < ONE_SLIP || group.asked.len() < SAFELY_CORRECTED;
        understood.is_guess = understood.known == 0.0
            && groups.iter().filter(|group| group.role > Role::Side).count() < 2
            && groups.iter().any(|group| group.likeness <= SAME_STEM && is_unsafe(group));
        understood.groups = groups;
        understood
    }

    /// How much of a word is known: a run of a script without blanks by the words it is cut into.
    fn known_share(&self, word: &str) -> f32 {
        let parts = self.analyzer.segments(word, &|part: &str| self.has_word(part));
        parts.iter().filter(|part| self.has(part)).count() as f32 / parts.len().max(1) as f32
    }

    /// How many unknown words of a question end in a known noun, in languages that write nouns together.
    fn compounds_of(&self, question: &Question) -> usize {
        let is_compound = |word: &&String| !self.has(word) && !self.split(word).is_empty();
        if self.tongue().compounds() { question.words.iter().filter(is_compound).count() } else { 0 }
    }

    /// Which word names the goods: of the first clause that has one, the last in languages that put it there, else the
    /// first; rather one that names of goods end in than another, and what goods are made of only where nothing is named.
    fn main_noun(&self, groups: &[Group]) -> Option<usize> {
        let is_any = |group: &Group, of: &Numbers| group.alternatives.iter().any(|a| of.find(a.term).is_some());
        let fits = |group: &Group, role: Role, of: Option<&Numbers>| {
            let is_meant = group.role == role && !group.is_purpose && group.likeness > DOUBTFUL;
            is_meant && of.is_none_or(|of| is_any(group, of))
        };
        let choices = [
            (Role::Name, Some(&self.nouns)),
            (Role::Name, Some(&self.heads)),
            (Role::Name, None),
            (Role::Material, Some(&self.heads)),
            (Role::Side, Some(&self.heads)),
        ];
        choices.into_iter().find_map(|(role, of)| {
            let clause = groups.iter().find(|group| fits(group, role, of))?.clause;
            let mut fitting = (0..groups.len())
                .filter(|at| groups.get(*at).is_some_and(|group| group.clause == clause && fits(group, role, of)));
            match self.tongue().head() {
                Head::First => fitting.next(),
                Head::Last => fitting.next_back(),
            }
        })
    }

    /// `sun glasses` becomes `sunglasses` where that is a word here.
    fn joined(&self, words: Vec<Word>) -> Vec<Word> {
        let mut out: Vec<Word> = Vec::with_capacity(words.len());
        for word in words {
            if let Some(last) = out.last_mut().filter(|last| last.clause == word.clause) {
                let both = format!("{}{}", last.surface, word.surface);
                if both.len() > 4 && self.has_word(&both) {
                    last.weight = last.weight.max(word.weight);
                    last.role = last.role.max(word.role);
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
        self.rarities.get(term as usize).unwrap_or_default()
    }

    /// What `word` may stand for here, and how sure that is.
    fn alternatives(&self, word: &Word, question: &Question, may_guess: bool) -> (f32, Vec<Alternative>) {
        let surface = word.surface.as_str();
        let same = self.word(surface, 1.0);
        let has_digit = surface.bytes().any(|b| b.is_ascii_digit());
        if word.stem.starts_with('-') {
            (1.0, self.term(&word.stem, 1.0, surface).into_iter().collect())
        } else if surface.bytes().all(|b| b.is_ascii_digit()) {
            (0.0, Vec::new())
        } else if self.has_word(surface) {
            (1.0, same)
        } else if has_digit || !may_guess || question.written.iter().any(|written| written == surface) {
            (SURE_BY_STEM, same)
        } else {
            // Where only a relative is written (`calendering` for `calender`), it may as well be a slip.
            let (likeness, similar) = self.similar(surface);
            let parts = if same.is_empty() && likeness < ONE_SLIP { self.split(surface) } else { Vec::new() };
            match (same.is_empty(), parts.is_empty()) {
                (false, _) => (SURE_BY_STEM, same.into_iter().chain(similar).collect()),
                (true, false) => (parts.iter().map(|a| a.likeness).fold(0.0, f32::max) * SURE_BY_LIKENESS, parts),
                (true, true) => (likeness * SURE_BY_LIKENESS, similar),
            }
        }
    }

    fn term(&self, term: &str, likeness: f32, surface: &str) -> Option<Alternative> {
        self.number(term).map(|term| Alternative { term, likeness, surface: surface.to_owned() })
    }

    /// The word as written, and at less worth the others of its stem.
    fn word(&self, surface: &str, likeness: f32) -> Vec<Alternative> {
        let exactly = self.term(&written(surface), likeness, surface);
        let stem = self.analyzer.stem(surface);
        exactly.into_iter().chain(self.term(&stem, likeness * SAME_STEM, surface)).collect()
    }

    /// `waterbottle` as two known words, `Gewehrmunition` and, where nouns are written together, also a known word behind
    /// an unknown one; the last part names the goods.
    fn split(&self, surface: &str) -> Vec<Alternative> {
        let cuts = SHORTEST_PART..surface.len().saturating_sub(SHORTEST_PART - 1);
        let halves = cuts.filter_map(|at| Some((surface.get(..at)?, surface.get(at..)?)));
        let compounds = self.tongue().compounds();
        let mut best: Option<(f32, &str, Option<String>)> = None;
        for (left, right) in halves.filter(|(_, right)| self.has_word(right)) {
            let left_known = self.known_part(left);
            let names = self.is_head(right);
            if left_known.is_none() && !(compounds && names && right.len() >= SHORTEST_HEAD) {
                continue;
            }
            let worth = left.len().min(right.len()) as f32
                + if left_known.is_some() { 4.0 } else { 0.0 }
                + if compounds && names { 4.0 } else { 0.0 };
            if best.as_ref().is_none_or(|(known, ..)| worth > *known) {
                best = Some((worth, right, left_known));
            }
        }
        let Some((_, right, left)) = best else { return Vec::new() };
        let side = if compounds { COMPOUND_SIDE } else { COMPOUND_HEAD };
        let head = if left.is_some() { COMPOUND_HEAD } else { COMPOUND_HEAD_ALONE };
        let left = left.iter().flat_map(|left| self.word(left, side));
        self.word(right, head).into_iter().chain(left).collect()
    }

    /// The first part of a compound as the word it is: `Kinder`, `Arbeits` without its `s`, `Woll` with its `e`.
    fn known_part(&self, part: &str) -> Option<String> {
        let bare = ["", "s", "n", "en", "e"].into_iter().filter_map(|link| part.strip_suffix(link));
        let bare = bare.filter(|part| part.len() >= SHORTEST_PART).map(str::to_owned);
        let compounds = self.tongue().compounds();
        // `Baumwoll-` of `Baumwolle`.
        let elided = (compounds && part.len() >= SHORTEST_PART).then(|| format!("{part}e"));
        bare.chain(elided).find(|part| self.has_word(part) || compounds && self.analyzer.is_side_word(part))
    }

    fn similar(&self, surface: &str) -> (f32, Vec<Alternative>) {
        let found = self.vocabulary.similar(surface);
        let best = found.first().map_or(0.0, |(_, likeness)| *likeness);
        (best, found.into_iter().flat_map(|(word, likeness)| self.word(word, likeness)).collect())
    }

    fn runs(&self, term: u32) -> Runs<'_> {
        let bytes = self.ends.piece(term as usize).and_then(|piece| self.runs.get(piece));
        Runs { bytes: bytes.unwrap_or_default(), next: 0 }
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
            let own = self.totals.get(sum.document as usize).unwrap_or_default();
            let exhaustion = if own > 0.0 { (sum.rarity / own).min(1.0) } else { 0.0 };
            // All words of a longer name say what the goods are, wherever they stand.
            let main = if exhaustion > WHOLE && sum.words > 1 { sum.main.max(WHOLE_NAME) } else { sum.main };
            Scored {
                document: sum.document,
                score: if main > 0.0 || !has_main { sum.score } else { sum.score * WITHOUT_MAIN_NOUN },
                main,
                names_main: sum.main > 0.0 && !sum.has_purpose,
                coverage: sum.covered / total,
                certainty: sum.covered / (total + question.unknown),
                exhaustion,
            }
        });
        scored.collect()
    }

    /// Writes what each document gains by one word of the question, the best of its alternatives, and lists the
    /// documents.
    fn best_worths(&self, group: &Group, best: &mut [f32], touched: &mut Vec<u32>) {
        for alternative in &group.alternatives {
            let share = self.rarity(alternative.term) * alternative.likeness;
            for run in self.runs(alternative.term) {
                let worth = share * self.factors.get(run.factor as usize).unwrap_or_default();
                change(run.documents, best, touched, |known| known.max(worth));
            }
        }
        for run in group.contradicted_by.into_iter().flat_map(|term| self.runs(term)) {
            change(run.documents, best, touched, |known| known - group.rarity * CONTRADICTION);
        }
    }

    /// The documents that a written word stands in.
    pub fn documents(&self, surface: &str) -> impl Iterator<Item = u32> {
        let term = self.number(&written(surface));
        term.into_iter().flat_map(|term| self.runs(term)).flat_map(|run| run.documents)
    }

    /// By which words `document` was found.
    pub fn matches(&self, question: &Understood, document: u32) -> Vec<Match> {
        let holds = |term| self.runs(term).any(|run| run.documents.contains(&document));
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
    main: f32,
    words: u32,
    has_purpose: bool,
}

impl Sum {
    fn add(&mut self, group: &Group, worth: f32) {
        self.score += worth * group.weight;
        if worth > 0.0 {
            self.covered += group.weight * group.rarity * group.likeness;
            self.rarity += group.rarity;
            self.words += 1;
            self.has_purpose |= group.is_purpose;
            if group.is_main {
                self.main = group.likeness;
            }
        }
    }
}

/// Changes the worths of some documents and lists those that had none.
fn change(documents: Range<u32>, worths: &mut [f32], touched: &mut Vec<u32>, changed: impl Fn(f32) -> f32) {
    let range = documents.start as usize..documents.end as usize;
    for (document, worth) in documents.zip(worths.get_mut(range).into_iter().flatten()) {
        if *worth == 0.0 {
            touched.push(document);
        }
        *worth = changed(*worth);
    }
}

/// The term of a written word.
pub(crate) fn written(surface: &str) -> String {
    format!("={}", singular(surface))
}
