//! From a text to the words that are searched: plain letters, split, stemmed, with the words that follow a
//! negation marked.
//!
//! Which word names the goods is told by its place and by what words are known; knows nothing of goods.

use deunicode::deunicode_char;
use rust_stemmers::Stemmer;

use crate::MOST_WORDS;
use crate::flat::Texts;
use crate::tongue::{SmallWords, Tongue};

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
    /// How much it says about the goods, 0 to 1.
    pub weight: f32,
    /// It may be the noun that names the goods.
    pub role: Role,
    /// It says what the goods are for, go with or are made of.
    pub is_purpose: bool,
    /// Which clause it stands in, counted from 0.
    pub clause: usize,
    /// How many written words it was joined from.
    pub parts: u32,
}

/// What a word may say of the goods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Nothing, wherever it stands: a word of the list of vague words.
    Nothing,
    /// Nothing by itself: a colour, a container, an amount; or what the goods are for.
    Side,
    /// What they are made of; names them where nothing else does.
    Material,
    /// It may name them.
    Name,
}

/// English plurals that the stemmer does not bring together.
const IRREGULAR: &[(&str, &str)] = &[
    ("men", "man"),
    ("mens", "man"),
    ("women", "woman"),
    ("womens", "woman"),
    ("ladies", "woman"),
    ("lady", "woman"),
    ("gents", "man"),
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
    tongue: Tongue,
    stemmer: Option<Stemmer>,
    small: &'static SmallWords,
    /// Words and phrases that say nothing of goods wherever they stand, in plain letters, and again without plural endings.
    vague: Texts,
}

impl Analyzer {
    pub(crate) fn new(tongue: Tongue, vague: Texts) -> Self {
        Self { tongue, stemmer: tongue.stemmer().map(Stemmer::create), small: tongue.words(), vague }
    }

    /// Another one for the same language.
    pub(crate) fn again(&self) -> Self {
        Self::new(self.tongue, self.vague.clone())
    }

    fn is_vague(&self, word: &str) -> bool {
        self.vague.find(word).is_some()
    }

    /// Whether all that `words` (in plain small letters) say is listed as saying nothing.
    pub fn is_all_vague(&self, words: &[String]) -> bool {
        let words: Vec<&str> = words.iter().map(|word| singular(word)).collect();
        let mut rest = words.as_slice();
        while let Some(first) = rest.first() {
            let longest = (1..=rest.len().min(LONGEST_PHRASE)).rev();
            let phrase = longest.into_iter().find(|length| self.vague.find(&rest[..*length].join(" ")).is_some());
            let Some(length) = phrase.or(self.is_function_word(first).then_some(1)) else { return false };
            rest = &rest[length..];
        }
        !words.is_empty()
    }

    /// The language.
    pub fn tongue(&self) -> Tongue {
        self.tongue
    }

    /// Whether `word` is a small word of this language.
    pub fn is_function_word(&self, word: &str) -> bool {
        self.small.function.contains(word)
    }

    /// Whether `word` says nothing of goods, nor what they are made of.
    pub fn says_nothing(&self, word: &str) -> bool {
        self.is_vague(word) || self.small.weak.contains(word)
    }

    /// Whether `word` says nothing of the kind of goods by itself.
    pub fn is_side_word(&self, word: &str) -> bool {
        let small = [&self.small.weak, &self.small.materials, &self.small.purposes, &self.small.negations];
        self.is_vague(word) || small.iter().any(|words| words.contains(word))
    }

    /// The stem of a plain word.
    pub fn stem(&self, surface: &str) -> String {
        if self.tongue == Tongue::En
            && let Some((_, singular)) = IRREGULAR.iter().find(|(plural, _)| *plural == surface)
        {
            return (*singular).to_owned();
        }
        self.stemmer.as_ref().map_or_else(|| surface.to_owned(), |stemmer| stemmer.stem(surface).into_owned())
    }

    /// The stem of a plain word, with a minus sign in front when it is negated.
    pub fn signed_stem(&self, surface: &str, negated: bool) -> String {
        let stem = self.stem(surface);
        if negated { format!("-{stem}") } else { stem }
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
        let starts_negated = parts.first().is_some_and(|part| self.small.negations.contains(part));
        if parts.len() > 1 && !starts_negated {
            words.push(Written { surface: parts.concat(), negated: *negated });
        }
        for part in parts {
            if self.small.negations.contains(part) {
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

    /// The words of a description that is looked for. `known` tells which words of a script without blanks there are.
    pub fn query(&self, text: &str, known: impl Fn(&str) -> bool) -> Vec<Word> {
        let clauses = clauses(text);
        let is_emptied = clauses.iter().flat_map(|clause| clause.split(' ')).any(|word| EMPTY.contains(&word));
        let mut words: Vec<Word> = Vec::new();
        for (number, clause) in clauses.iter().enumerate() {
            let first = words.len();
            let (mut negated, mut purpose) = (false, false);
            for part in clause.split([' ', '-']).filter(|part| !part.is_empty()) {
                for part in self.segments(part, &known) {
                    if self.small.negations.contains(part) {
                        negated = true;
                    } else if words.len() > first && self.small.purposes.contains(part) {
                        purpose = true;
                    } else if words.len() < MOST_WORDS && !self.is_function_word(part) {
                        let word = self.word(part, negated, purpose, number);
                        words.push(if is_emptied { word.emptied() } else { word });
                        negated = false;
                    }
                }
            }
        }
        words
    }

    fn word(&self, surface: &str, negated: bool, purpose: bool, clause: usize) -> Word {
        let (weight, role) = match surface {
            vague if self.is_vague(vague) => (0.35, Role::Nothing),
            weak if self.small.weak.contains(weak) => (0.35, Role::Side),
            material if self.small.materials.contains(material) => (1.0, Role::Material),
            number if number.bytes().any(|b| b.is_ascii_digit()) => (1.0, Role::Side),
            _ => (1.0, Role::Name),
        };
        let (weight, role) = if purpose { (weight * 0.6, Role::Side) } else { (weight, role) };
        let role = if negated { Role::Side } else { role };
        let stem = self.signed_stem(surface, negated);
        Word { surface: surface.to_owned(), stem, weight, role, is_purpose: purpose, clause, parts: 1 }
    }

    /// A run of Chinese or Japanese writing cut into the longest known words, from the left; what is not known stays in
    /// one piece. Other words as they are.
    pub(crate) fn segments<'t>(&self, part: &'t str, known: &impl Fn(&str) -> bool) -> Vec<&'t str> {
        if !matches!(self.tongue, Tongue::Zh | Tongue::Ja) || !part.chars().any(is_wordless_script) {
            return vec![part];
        }
        let ends: Vec<usize> = part.char_indices().map(|(at, _)| at).chain([part.len()]).collect();
        let is_word = |word: &str| known(word) || self.is_function_word(word) || self.is_side_word(word);
        let (mut words, mut unknown, mut at) = (Vec::new(), 0, 0);
        while at + 1 < ends.len() {
            let longest = (at + 1..ends.len().min(at + 1 + LONGEST_SEGMENT)).rev();
            let word = longest.filter_map(|end| Some((end, part.get(ends[at]..ends[end])?))).find(|(_, w)| is_word(w));
            let Some((end, word)) = word else {
                at += 1;
                continue;
            };
            words.extend(part.get(ends[unknown]..ends[at]).filter(|gap| !gap.is_empty()));
            words.push(word);
            (at, unknown) = (end, end);
        }
        words.extend(part.get(ends[unknown]..).filter(|gap| !gap.is_empty()));
        words
    }
}

/// With one of these a container is what is sent, not what would be in it.
const EMPTY: [&str; 17] = [
    "empty", "vide", "vides", "vacio", "vacia", "vacios", "vacias", "vazio", "vazia", "vazios", "vazias", "leer",
    "leere", "leeres", "vuoto", "vuota", "leeg",
];
/// Containers, in all languages.
const CONTAINERS: [&str; 33] = [
    "box",
    "boxes",
    "bottle",
    "bottles",
    "jar",
    "tin",
    "tube",
    "bag",
    "bags",
    "boite",
    "boites",
    "pot",
    "bouteille",
    "sac",
    "bocal",
    "caja",
    "cajas",
    "frasco",
    "botella",
    "bote",
    "caixa",
    "garrafa",
    "lata",
    "schachtel",
    "dose",
    "flasche",
    "kiste",
    "beutel",
    "scatola",
    "barattolo",
    "bottiglia",
    "doos",
    "fles",
];

impl Word {
    /// Whether it is a container, or says that one is empty: beside other words it may be what is sent.
    pub fn may_hold(&self) -> bool {
        let word = self.surface.as_str();
        !self.is_purpose && (EMPTY.contains(&word) || CONTAINERS.contains(&word))
    }

    /// The word in a text about empty containers.
    fn emptied(self) -> Self {
        match CONTAINERS.contains(&self.surface.as_str()) {
            true => Self { weight: 1.0, role: Role::Name, ..self },
            false => self,
        }
    }
}

/// Words of the longest phrase that is looked for.
const LONGEST_PHRASE: usize = 5;
/// Most characters of a word in a script without blanks.
const LONGEST_SEGMENT: usize = 12;

/// Han, kana: written without blanks between words.
fn is_wordless_script(c: char) -> bool {
    matches!(c, '\u{3005}' | '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// Letters of the Latin script, those of full width among them.
fn is_latin(c: char) -> bool {
    matches!(c, ..'\u{250}' | '\u{1e00}'..'\u{1f00}' | '\u{ff21}'..'\u{ff5b}')
}

/// Of a text so many characters are read, as many as a description may have. What a question costs grows faster than its length.
pub const TEXT_CHARS: usize = 1_024;

/// The part of a text that is read.
pub fn read_part(text: &str) -> &str {
    text.char_indices().nth(TEXT_CHARS).map_or(text, |(end, _)| &text[..end])
}

/// A text in plain small letters: the Latin ones without accents, those of other scripts as they are.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_ascii() => plain.push(c.to_ascii_lowercase()),
            '\u{3001}' | '\u{ff0c}' => plain.push(','),
            '\u{30fb}' => plain.push(' '),
            c if is_wordless_script(c) || c.is_alphabetic() && !is_latin(c) => plain.extend(c.to_lowercase()),
            c => plain.push_str(&deunicode_char(c).unwrap_or(" ").to_ascii_lowercase()),
        }
    }
    plain
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
    let plain = plain(text);
    let words = plain.split(|c: char| !is_word_character(c));
    words.filter(|word| word.len() > 1 && !word.bytes().any(|b| b.is_ascii_digit())).map(str::to_owned).collect()
}

fn is_word_character(c: char) -> bool {
    c.is_alphanumeric()
}

/// Plain small letters, cut where a clause ends; words are separated by single spaces, hyphens stay.
fn clauses(text: &str) -> Vec<String> {
    let mut clauses = vec![String::new()];
    for c in plain(text).chars() {
        match c {
            ',' | ';' | ':' | '(' | ')' | '/' => clauses.push(String::new()),
            c => {
                if let Some(clause) = clauses.last_mut() {
                    clause.push(if is_word_character(c) || c == '-' { c } else { ' ' });
                }
            }
        }
    }
    clauses
}

#[cfg(test)]
mod tests {
    use super::*;

    fn analyzer(tongue: Tongue) -> Analyzer {
        Analyzer::new(tongue, Texts::default())
    }

    fn stems(words: &[Word]) -> Vec<String> {
        words.iter().map(|word| word.stem.clone()).collect()
    }

    fn stems_of(analyzer: &Analyzer, text: &str) -> Vec<String> {
        let stem = |word: Written| analyzer.signed_stem(&word.surface, word.negated);
        analyzer.document(text).into_iter().map(stem).collect()
    }

    #[test]
    fn accents_case_and_endings_do_not_matter() {
        let french = analyzer(Tongue::Fr);
        assert_eq!(stems_of(&french, "Téléphones portables"), stems_of(&french, "telephone PORTABLE"));
        let english = analyzer(Tongue::En);
        assert_eq!(stems_of(&english, "Knives, children's"), stems_of(&english, "knife child"));
    }

    #[test]
    fn what_the_goods_are_not_is_marked() {
        let english = analyzer(Tongue::En);
        assert_eq!(stems_of(&english, "Shirts, not knitted, of cotton"), ["shirt", "-knit", "cotton"]);
        assert_eq!(stems_of(&english, "T-shirts of non-cotton textile"), ["tshirt", "shirt", "-cotton", "textil"]);
        let french = analyzer(Tongue::Fr);
        assert_eq!(stems(&french.query("écouteurs sans fil", |_| false)), stems_of(&french, "Écouteurs sans fil"));
    }

    #[test]
    fn what_goods_are_for_and_made_of_names_no_goods() {
        let roles = |tongue, text| -> Vec<Role> {
            analyzer(tongue).query(text, |_| false).into_iter().map(|word| word.role).collect()
        };
        assert_eq!(roles(Tongue::En, "red oil filter for car"), [Role::Side, Role::Name, Role::Name, Role::Side]);
        assert_eq!(roles(Tongue::De, "Geldbörse aus Leder"), [Role::Name, Role::Side]);
        assert_eq!(roles(Tongue::Es, "aceite de oliva"), [Role::Name, Role::Name]);
    }

    #[test]
    fn writing_without_blanks_is_cut_into_known_words() {
        let words = |text: &str| -> Vec<String> {
            let known = |word: &str| ["手机壳", "手机", "硅胶"].contains(&word);
            analyzer(Tongue::Zh).query(text, known).into_iter().map(|word| word.surface).collect()
        };
        assert_eq!(words("硅胶手机壳"), ["硅胶", "手机壳"]);
        assert_eq!(words("外贸手机的甲乙"), ["外贸", "手机", "甲乙"]);
        assert_eq!(words("Phone 手机"), ["phone", "手机"]);
    }
}
