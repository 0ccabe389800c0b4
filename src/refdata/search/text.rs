//! From a text to the words that are searched: plain letters, split, stemmed, with the words that follow a
//! negation marked.
//!
//! Knows the small words of four languages; knows nothing of goods.

use std::collections::HashSet;

use deunicode::deunicode;
use rust_stemmers::{Algorithm, Stemmer};

use crate::limits;
use crate::refdata::lists::Language;

/// One word of a text that is searched in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// As written, in small plain letters and digits.
    pub surface: String,
    /// It stands after a negation: what the goods are not.
    pub negated: bool,
}

/// One word of a description that is looked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// As written, in small plain letters and digits.
    pub surface: String,
    /// What is compared; starts with `-` after a negation (`not knitted`).
    pub stem: String,
    /// How much it says about the goods, 0 to 1 and a little more for the main noun.
    pub weight: f32,
    /// The main noun of its clause.
    pub is_main: bool,
    /// How many written words it was joined from.
    pub parts: u32,
}

/// Small words that say nothing about goods.
const FUNCTION_WORDS: [&str; 4] = [
    "a an and any are as at be by eg etc ex for from has have in including into is it its kind kinds like more \
     my of off on or other others per similar such than that the their them these this those to type up used \
     various which whose with",
    "a au aux avec ce ces d dans de des dont du en entre et etc ex genre l la le les leur leurs mais ou p par \
     plus pour qu que qui sa ses similaires son sous sur tels telles type un une y autre autres divers \
     diverses mon ma mes jusqu",
    "a al como con de del demas e ej el en entre es esta etc hasta la las lo los mas mi mis o otra otras otro \
     otros p para pero por que se similares sobre su sus tipo tipos u un una unas unos varios varias y",
    "a ao aos as com como da das de demais do dos e em entre etc ex mas na nas no nos o os ou outra outras outro \
     outros para pela pelo por que se sem seu sob sobre sua tipo um uma uns umas varios varias",
];

/// After these the rest of the clause says what the goods are not.
const NEGATIONS: [&str; 4] = [
    "not non except excluding without excl",
    "non sans sauf hors ni pas excepte exclus",
    "no sin excepto salvo ni distinto distinta distintos distintas",
    "nao sem exceto salvo nem",
];

/// In a description, what follows these is what the goods are for or go with: `oil filter for car`.
const PURPOSES: [&str; 4] =
    ["for with in from on to", "pour avec sur dans", "para con sobre por", "para com sobre por"];

/// Words that describe the single piece and not the kind of goods.
const WEAK_WORDS: [&str; 4] = [
    "new old used second hand secondhand vintage original style styled size small big large medium mini set \
     sets kit pack packet pair pairs piece pieces pcs pc lot lots box boxes bag bags bottle bottles tube jar \
     tin tablet tablets capsules pills quality red blue green black white yellow pink purple grey gray brown \
     orange colour color handmade homemade made assorted mixed brand model personal own gift cheap inch inches \
     cm mm ml cl kg gram grams litre liter volt watt luxury digital portable nice collection collectible \
     design designer premium professional",
    "neuf neuve neufs neuves occasion usage usages usagee usagees ancien ancienne anciens anciennes vieux \
     vieille petit petite petits petites grand grande grands taille lot jeu boite boites paquet paire paires \
     piece pieces sac sachet pot bouteille tube tablette qualite rouge bleu bleue vert verte noir noire blanc \
     blanche jaune rose gris grise marron couleur artisanal artisanale fait faits main maison marque modele \
     cadeau personnel litre gramme grammes numerique portable collection luxe original originale",
    "nuevo nueva nuevos nuevas usado usada usados usadas viejo vieja antiguo antigua segunda mano pequeno \
     pequena grande grandes talla juego lote caja cajas paquete par pares pieza piezas bolsa bolsas bote \
     botella frasco tableta tubo calidad rojo roja azul verde negro negra blanco blanca amarillo amarilla rosa \
     gris marron color artesanal hecho hechos casero casera marca modelo regalo personal litro gramos digital \
     portatil coleccion lujo original",
    "novo nova usado usada antigo antiga pequeno pequena grande tamanho jogo conjunto lote caixa pacote par peca \
     saco frasco garrafa cor marca modelo presente pessoal artesanal caseiro colecao",
];

/// English plurals that the stemmer does not bring together.
const IRREGULAR: &[(&str, &str)] = &[
    ("men", "man"),
    ("mens", "man"),
    ("women", "woman"),
    ("womens", "woman"),
    ("children", "child"),
    ("childrens", "child"),
    ("knives", "knife"),
    ("scarves", "scarf"),
    ("leaves", "leaf"),
    ("loaves", "loaf"),
    ("shelves", "shelf"),
    ("halves", "half"),
    ("hooves", "hoof"),
    ("wolves", "wolf"),
    ("calves", "calf"),
    ("feet", "foot"),
    ("teeth", "tooth"),
    ("mice", "mouse"),
    ("geese", "goose"),
    ("dice", "die"),
];

/// The words of one language.
pub struct Analyzer {
    language: Language,
    stemmer: Stemmer,
    function_words: WordSet,
    negations: WordSet,
    purposes: WordSet,
    weak_words: WordSet,
}

type WordSet = HashSet<&'static str>;

impl Analyzer {
    pub fn new(language: Language) -> Self {
        let (algorithm, at) = match language {
            Language::En => (Algorithm::English, 0),
            Language::Fr => (Algorithm::French, 1),
            Language::Es => (Algorithm::Spanish, 2),
            Language::Pt => (Algorithm::Portuguese, 3),
        };
        let set =
            |lists: [&'static str; 4]| lists.get(at).map(|list| list.split_whitespace().collect()).unwrap_or_default();
        Self {
            language,
            stemmer: Stemmer::create(algorithm),
            function_words: set(FUNCTION_WORDS),
            negations: set(NEGATIONS),
            purposes: set(PURPOSES),
            weak_words: set(WEAK_WORDS),
        }
    }

    /// Whether `word` is a small word of this language.
    pub fn is_function_word(&self, word: &str) -> bool {
        self.function_words.contains(word)
    }

    /// The stem of a plain word.
    pub fn stem(&self, surface: &str) -> String {
        if self.language == Language::En
            && let Some((_, singular)) = IRREGULAR.iter().find(|(plural, _)| *plural == surface)
        {
            return (*singular).to_owned();
        }
        self.stemmer.stem(surface).into_owned()
    }

    /// The stem of a plain word, with a minus sign in front when it is negated.
    pub fn signed_stem(&self, surface: &str, negated: bool) -> String {
        let stem = self.stem(surface);
        if negated { format!("-{stem}") } else { stem }
    }

    fn word(&self, surface: &str, negated: bool, weight: f32) -> Word {
        let stem = self.signed_stem(surface, negated);
        Word { surface: surface.to_owned(), stem, weight, is_main: false, parts: 1 }
    }

    /// The words of a text that is searched in. Parts of `t-shirt` also stand as one word.
    pub fn document(&self, text: &str) -> Vec<Written> {
        let mut words = Vec::new();
        for clause in clauses(text) {
            let mut negated = false;
            for compound in clause.split(' ').filter(|part| !part.is_empty()) {
                self.document_compound(compound, &mut negated, &mut words);
            }
        }
        words
    }

    fn document_compound(&self, compound: &str, negated: &mut bool, words: &mut Vec<Written>) {
        let parts: Vec<&str> = compound.split('-').filter(|part| !part.is_empty()).collect();
        let starts_negated = parts.first().is_some_and(|part| self.negations.contains(part));
        if parts.len() > 1 && !starts_negated {
            words.push(Written { surface: parts.concat(), negated: *negated });
        }
        for part in parts {
            if self.negations.contains(part) {
                *negated = true;
            } else if part.len() > 1 && !self.is_function_word(part) {
                words.push(Written { surface: part.to_owned(), negated: *negated });
            }
        }
        // `non-cotton textile`: the hyphen binds the negation to one word.
        if starts_negated && compound.contains('-') {
            *negated = false;
        }
    }

    /// The words of a description that is looked for, the main noun first in weight.
    pub fn query(&self, text: &str) -> Vec<Word> {
        let mut words: Vec<Word> = Vec::new();
        for clause in clauses(text) {
            let first = words.len();
            let (mut negate_next, mut purpose) = (false, false);
            for part in clause.split([' ', '-']).filter(|part| !part.is_empty()) {
                if self.negations.contains(part) {
                    negate_next = true;
                } else if words.len() > first && self.purposes.contains(part) {
                    purpose = true;
                } else if words.len() < limits::SEARCH_WORDS && !self.is_function_word(part) {
                    let weight = if self.weak_words.contains(part) { 0.35 } else { 1.0 };
                    words.push(self.word(part, negate_next, if purpose { weight * 0.6 } else { weight }));
                    negate_next = false;
                }
            }
            self.stress_main_noun(&mut words[first..]);
        }
        words
    }

    /// English has it last before `for` or `with`, French and Spanish first.
    fn stress_main_noun(&self, words: &mut [Word]) {
        let main = |word: &&mut Word| word.weight >= 1.0 && word.surface.bytes().all(|b| b.is_ascii_lowercase());
        let noun = match self.language {
            Language::En => words.iter_mut().rev().find(main),
            Language::Fr | Language::Es | Language::Pt => words.iter_mut().find(main),
        };
        if let Some(noun) = noun {
            noun.weight *= 1.25;
            noun.is_main = true;
        }
    }
}

/// A word without its plural ending, as far as that is plain to see.
pub fn singular(word: &str) -> &str {
    match word.strip_suffix('s').or_else(|| word.strip_suffix('x')) {
        Some(stripped) if stripped.len() > 2 && !stripped.ends_with('s') => stripped,
        _ => word,
    }
}

/// The words of a text in plain small letters, numbers and single letters left out.
pub fn plain_words(text: &str) -> Vec<String> {
    let plain = deunicode(text).to_ascii_lowercase();
    let words = plain.split(|c: char| !c.is_ascii_alphanumeric());
    words.filter(|word| word.len() > 1 && !word.bytes().any(|b| b.is_ascii_digit())).map(str::to_owned).collect()
}

/// Plain small letters, cut where a clause ends; words are separated by single spaces, hyphens stay.
fn clauses(text: &str) -> Vec<String> {
    let plain = deunicode(text).to_ascii_lowercase();
    let mut clauses = vec![String::new()];
    for c in plain.chars() {
        match c {
            ',' | ';' | ':' | '(' | ')' | '/' => clauses.push(String::new()),
            c => {
                if let Some(clause) = clauses.last_mut() {
                    clause.push(if c.is_ascii_alphanumeric() || c == '-' { c } else { ' ' });
                }
            }
        }
    }
    clauses
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stems(words: &[Word]) -> Vec<String> {
        words.iter().map(|word| word.stem.clone()).collect()
    }

    fn stems_of(analyzer: &Analyzer, text: &str) -> Vec<String> {
        let stem = |word: Written| analyzer.signed_stem(&word.surface, word.negated);
        analyzer.document(text).into_iter().map(stem).collect()
    }

    #[test]
    fn accents_case_and_endings_do_not_matter() {
        let french = Analyzer::new(Language::Fr);
        assert_eq!(stems_of(&french, "Téléphones portables"), stems_of(&french, "telephone PORTABLE"));
        let english = Analyzer::new(Language::En);
        assert_eq!(stems_of(&english, "Knives, children's"), stems_of(&english, "knife child"));
    }

    #[test]
    fn what_the_goods_are_not_is_marked() {
        let english = Analyzer::new(Language::En);
        assert_eq!(stems_of(&english, "Shirts, not knitted, of cotton"), ["shirt", "-knit", "cotton"]);
        assert_eq!(stems_of(&english, "T-shirts of non-cotton textile"), ["tshirt", "shirt", "-cotton", "textil"]);
        let french = Analyzer::new(Language::Fr);
        assert_eq!(stems(&french.query("écouteurs sans fil")), stems_of(&french, "Écouteurs sans fil"));
    }

    #[test]
    fn the_main_noun_weighs_most_and_the_purpose_less() {
        let words = Analyzer::new(Language::En).query("red oil filter for car");
        let weight = |surface: &str| words.iter().find(|word| word.surface == surface).unwrap().weight;
        assert!(weight("filter") > weight("oil") && weight("oil") > weight("car") && weight("oil") > weight("red"));
        let words = Analyzer::new(Language::Es).query("aceite de oliva");
        assert!(words[0].weight > words[1].weight);
    }
}
