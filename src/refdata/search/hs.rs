//! From a description of goods to HS codes.
//!
//! One index for each language; a description is asked in all of them, and the language that knows most of its words
//! counts most. A code that collects what others leave over comes after one that names the goods.

use std::collections::HashMap;

use super::index::{Field, Match, Question, TextIndex, Understood};
use super::synonyms::Synonym;
use super::text::plain_words;
use crate::contract::HSLookupInfo;
use crate::limits;
use crate::refdata::hs::{HsEntry, Nomenclature};
use crate::refdata::lists::Language;

const LANGUAGES: [Language; 3] = [Language::En, Language::Fr, Language::Es];
/// Weights of the texts of the codes above, the nearest first; the own text has 1.
const ABOVE: [f32; 3] = [0.4, 0.15, 0.1];
/// What remains of the score of a code that collects leftovers.
const CATCH_ALL: f32 = 0.92;
/// Gain of a code that consumers send: those have texts in every language.
const CONSUMER: f32 = 1.15;
/// Share of a score that depends on how much of the description was found.
const COVERAGE: f32 = 0.65;
/// Weight of an everyday phrase against the texts, and of each further code it leads to against the one before.
const PHRASE: f32 = 1.2;
const LATER_CODE: f32 = 0.9;

/// A code that fits a description.
#[derive(Clone, Debug, PartialEq)]
pub struct HsHit {
    /// As long as what is known, never padded.
    pub code: String,
    /// Higher is better; comparable within one answer only.
    pub score: f32,
    /// How much of the description the code answers to, 0 to 1.
    pub certainty: f32,
    /// What the code covers and by which words it was found.
    pub observations: String,
}

impl HsHit {
    /// The proposal as it travels.
    pub fn to_contract(&self) -> HSLookupInfo {
        HSLookupInfo { hs_code: Some(self.code.clone()), observations: Some(self.observations.clone()) }
    }
}

/// The search over a nomenclature.
pub struct HsIndex {
    codes: Vec<Code>,
    tongues: Vec<Tongue>,
}

/// A code that can be found.
struct Code {
    entry: HsEntry,
    /// What of a score remains for its standing: codes for leftovers stand back, consumer goods come first.
    standing: f32,
}

/// The index of one language: documents are the codes, after them the everyday phrases.
struct Tongue {
    language: Language,
    index: TextIndex,
    /// By phrase: the codes it leads to, the likeliest first.
    leads: Vec<Vec<u32>>,
}

/// What speaks for a code.
#[derive(Clone, Copy, Debug, Default)]
struct Evidence {
    by_text: f32,
    by_phrase: f32,
    certainty: f32,
    /// The phrase that speaks most for it.
    phrase: Option<u32>,
    tongue: usize,
}

impl Evidence {
    fn score(&self) -> f32 {
        self.by_text + self.by_phrase
    }
}

impl HsIndex {
    /// Builds the indexes; about 100 ms for HS 2022. `synonyms` may go beyond the built-in ones, for example by choices
    /// that an organization confirmed.
    pub fn new(nomenclature: &Nomenclature, synonyms: &[Synonym]) -> Self {
        let entries = nomenclature.entries().iter().filter(|entry| entry.code.len() > 2);
        let codes: Vec<Code> = entries.map(|entry| Code { standing: standing(entry), entry: entry.clone() }).collect();
        let tongues = LANGUAGES.map(|language| Tongue::new(nomenclature, &codes, synonyms, language)).into();
        Self { codes, tongues }
    }

    /// The best `limit` codes for `text`, best first; empty when no word is known.
    pub fn search(&self, text: &str, limit: usize) -> Vec<HsHit> {
        let indexes: Vec<&TextIndex> = self.tongues.iter().map(|tongue| &tongue.index).collect();
        let understood = ask(&indexes, text, |_| false);
        let mut best: HashMap<u32, Evidence> = HashMap::new();
        for (at, (tongue, (question, trust))) in self.tongues.iter().zip(&understood).enumerate() {
            for (code, evidence) in tongue.search(question, *trust, self.codes.len()) {
                let known = best.entry(code).or_default();
                if evidence.score() > known.score() {
                    *known = Evidence { tongue: at, ..evidence };
                }
            }
        }
        let standing = |code: &u32| self.codes.get(*code as usize).map_or(0.0, |code| code.standing);
        let mut ranked: Vec<(u32, f32)> =
            best.iter().map(|(code, evidence)| (*code, evidence.score() * standing(code))).collect();
        let by_score = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        if ranked.len() > limit {
            ranked.select_nth_unstable_by(limit, by_score);
            ranked.truncate(limit);
        }
        ranked.sort_by(by_score);
        ranked.into_iter().filter_map(|(code, score)| self.hit(&understood, code, best.get(&code)?, score)).collect()
    }

    /// Whether `word` (plain small letters) is written in the texts or phrases of some language.
    pub fn knows(&self, word: &str) -> bool {
        self.tongues.iter().any(|tongue| tongue.index.has(word))
    }

    fn hit(&self, understood: &[(Understood, f32)], code: u32, evidence: &Evidence, score: f32) -> Option<HsHit> {
        let tongue = self.tongues.get(evidence.tongue)?;
        let (question, _) = understood.get(evidence.tongue)?;
        let entry = &self.codes.get(code as usize)?.entry;
        let mut matches = tongue.index.matches(question, code);
        for of_phrase in evidence.phrase.into_iter().flat_map(|phrase| tongue.index.matches(question, phrase)) {
            if !matches.iter().any(|known| known.asked == of_phrase.asked) {
                matches.push(of_phrase);
            }
        }
        let observations = format!("{} [{}]", entry.text(tongue.language), reason(&matches));
        Some(HsHit { code: entry.code.clone(), score, certainty: evidence.certainty, observations })
    }
}

impl Tongue {
    fn new(nomenclature: &Nomenclature, codes: &[Code], synonyms: &[Synonym], language: Language) -> Self {
        let by_code: HashMap<&str, u32> = codes.iter().map(|code| code.entry.code.as_str()).zip(0..).collect();
        let phrases: Vec<&Synonym> = synonyms.iter().filter(|synonym| synonym.language == language).collect();
        let lead =
            |synonym: &&Synonym| synonym.codes.iter().filter_map(|code| by_code.get(code.as_str()).copied()).collect();
        let leads = phrases.iter().map(lead).collect();
        let of_codes = codes.iter().map(|code| fields(nomenclature, &code.entry, language));
        let of_phrases = phrases.iter().map(|synonym| vec![Field { text: &synonym.words, weight: 1.0, own: true }]);
        Self { language, index: TextIndex::build(language, of_codes.chain(of_phrases)), leads }
    }

    /// What speaks for each code in this language.
    fn search(&self, question: &Understood, trust: f32, codes: usize) -> HashMap<u32, Evidence> {
        let mut found: HashMap<u32, Evidence> = HashMap::new();
        for hit in self.index.search(question) {
            let score = hit.score * (1.0 - COVERAGE + COVERAGE * hit.coverage) * trust;
            let Some(phrase) = (hit.document as usize).checked_sub(codes) else {
                let evidence = found.entry(hit.document).or_default();
                evidence.by_text = score;
                evidence.certainty = evidence.certainty.max(hit.certainty * trust);
                continue;
            };
            let mut by_phrase = score * hit.exhaustion.powi(2) * PHRASE;
            for code in self.leads.get(phrase).into_iter().flatten() {
                let evidence = found.entry(*code).or_default();
                if evidence.by_phrase < by_phrase {
                    evidence.by_phrase = by_phrase;
                    evidence.certainty = evidence.certainty.max(hit.certainty * hit.exhaustion * trust);
                    evidence.phrase = Some(hit.document);
                }
                by_phrase *= LATER_CODE;
            }
        }
        found
    }
}

/// The texts a code is found by: its own and those of the codes above. A code that has others below is only found
/// where those have no text of their own.
fn fields<'a>(nomenclature: &'a Nomenclature, entry: &'a HsEntry, language: Language) -> Vec<Field<'a>> {
    let below = nomenclature.below(&entry.code);
    if !below.is_empty() && below.iter().all(|child| !child.own_text(language).is_empty()) {
        return Vec::new();
    }
    let own = Field { text: entry.own_text(language), weight: 1.0, own: true };
    let above = nomenclature.ancestors(&entry.code).zip(ABOVE);
    let above = above.map(|(above, weight)| Field { text: above.own_text(language), weight, own: false });
    std::iter::once(own).chain(above).collect()
}

fn standing(entry: &HsEntry) -> f32 {
    let catch_all = if is_catch_all(&entry.en) { CATCH_ALL } else { 1.0 };
    if entry.fr.is_empty() { catch_all } else { catch_all * CONSUMER }
}

/// The question as each of `indexes` understands it, and how far each is to be trusted with it: by the square of what
/// it knows of it against the one that knows most. A word known `elsewhere` is not taken for misspelt.
pub(super) fn ask(indexes: &[&TextIndex], text: &str, elsewhere: impl Fn(&str) -> bool) -> Vec<(Understood, f32)> {
    let mut words = plain_words(text);
    words.truncate(limits::SEARCH_WORDS);
    let written =
        words.iter().filter(|word| elsewhere(word) || indexes.iter().any(|index| index.has(word))).cloned().collect();
    let question = Question { text: text.to_owned(), words, written };
    let mut understood: Vec<Understood> = indexes.iter().map(|index| index.understand(&question)).collect();
    let most = understood.iter().map(|understood| understood.knowledge).fold(0.0, f32::max);
    let natives: Vec<usize> = (0..indexes.len()).filter(|at| understood[*at].knowledge >= most).collect();
    for (at, understood) in understood.iter_mut().enumerate() {
        let others = natives.iter().filter(|native| **native != at).filter_map(|native| indexes.get(*native));
        understood.without(|word| others.clone().any(|index| index.is_small_word(word)));
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

/// `found by: bottle, stainless (for stainles)`.
pub(super) fn reason(matches: &[Match]) -> String {
    let words: Vec<String> = matches
        .iter()
        .map(|m| if m.asked == m.found { m.found.clone() } else { format!("{} (for {})", m.found, m.asked) })
        .collect();
    format!("found by: {}", words.join(", "))
}

fn is_catch_all(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.contains("not elsewhere listed") || text.starts_with("other ") || text.contains(" other than ")
}

#[cfg(test)]
mod tests {
    use super::super::goods;
    use super::*;
    use crate::refdata::hs::nomenclature;
    use proptest::prelude::*;

    fn codes(text: &str) -> Vec<String> {
        goods().search(text, 5).into_iter().map(|hit| hit.code).collect()
    }

    #[test]
    fn everyday_goods_are_found_in_three_languages_without_being_told_which() {
        for (text, code) in [
            ("leather wallet for men", "420231"),
            ("portefeuille en cuir", "420231"),
            ("cartera de cuero", "420231"),
            ("thé vert", "090210"),
            ("jar of honey", "040900"),
            ("pot de miel", "040900"),
            ("miel de abeja", "040900"),
        ] {
            assert!(codes(text).contains(&code.to_owned()), "{text}: {:?}", codes(text));
        }
    }

    #[test]
    fn misspelt_words_are_corrected_and_the_hit_says_so() {
        let hits = goods().search("blootooth headfones", 5);
        let hit = hits.iter().find(|hit| hit.code == "851830").unwrap();
        assert!(hit.observations.contains("headphones (for headfones)"), "{}", hit.observations);
    }

    #[test]
    fn the_material_chooses_among_sisters() {
        assert_eq!(codes("polyester t-shirt")[0], "610990");
        assert_eq!(codes("cotton t-shirt")[0], "610910");
    }

    #[test]
    fn answers_are_limited_ranked_and_never_longer_than_the_edition() {
        let hits = goods().search("shoes", limits::HS_HITS);
        assert_eq!(hits.len(), limits::HS_HITS);
        assert_eq!(hits[0].to_contract().hs_code.as_ref(), Some(&hits[0].code));
        assert!(hits.windows(2).all(|pair| pair[0].score >= pair[1].score));
        assert!(goods().search("cotton", 10).iter().all(|hit| nomenclature().get(&hit.code).is_some()));
        assert!(goods().search("", 10).is_empty() && goods().search("7 % & 12", 10).is_empty());
        assert!(goods().search("shoes", 0).is_empty());
    }

    #[test]
    fn only_the_first_words_of_a_long_text_count() {
        let long = format!("leather wallet{}", " zyxwvu qwrtzp".repeat(500));
        assert_eq!(codes(&long)[0], "420231");
    }

    #[test]
    fn a_heading_is_the_answer_where_its_codes_have_no_text_in_the_language() {
        assert_eq!(codes("Alambrón de acero inoxidable")[0], "7221");
    }

    #[test]
    fn a_code_with_others_below_gives_way_to_them_when_national_codes_are_loaded() {
        let entry =
            |code: &str, en: &str| HsEntry { code: code.into(), en: en.into(), fr: String::new(), es: String::new() };
        let rows =
            vec![entry("0409", "Honey"), entry("040900", "Natural honey"), entry("04090010", "Honey in the comb")];
        let nomenclature = Nomenclature::new(crate::refdata::table::Parsed { rows, ..Default::default() });
        let index = HsIndex::new(&nomenclature, &[]);
        let found: Vec<String> = index.search("comb honey", 5).into_iter().map(|hit| hit.code).collect();
        assert_eq!(found, ["04090010"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn any_text_is_searched_without_panic(text in "\\PC{0,80}") {
            prop_assert!(goods().search(&text, 10).len() <= 10);
        }
    }
}
