//! Does a description say what the goods are?
//!
//! Numbers, codes, addresses and single letters are passed over. Words of the list of vague words are taken off; what is left
//! names goods, in whatever language. If nothing is left, the description says nothing. Which words are vague is in
//! the list, how they are compared is here; knows no codes of goods.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use deunicode::deunicode;
use moka::sync::Cache;

use super::noise::is_noise;
use super::typed::{BREAKS, LETTERS, Word, clean, is_address, spellings, weight, words};
use crate::limits;
use crate::refdata::lists::{Language, StopWord, WordKind, lists};
use crate::refdata::search::goods;

/// Other words that a description needs beside a vague one.
const EXPLAINED_BY: usize = 2;
/// Letters of an unlisted word within a code (`X0012KABEL`), and of a listed one within a longer word.
const IN_CODE: usize = 5;
const IN_COMPOUND: usize = 4;
/// Longer words are not taken apart.
const COMPOUND: usize = 40;
/// Languages that put words together, and what may join the parts.
const COMPOUNDING: [&str; 2] = ["DE", "NL"];
const LINKS: [&str; 6] = ["", "s", "n", "en", "e", "es"];

/// What is wrong with a description that hardly says what the goods are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Vague {
    /// There is no word in it: numbers, codes, addresses, single letters.
    Wordless,
    /// It holds words that name no goods, or letters that are no words; holds what to write instead, where the list says it
    /// in English.
    Nothing(Option<String>),
    /// It holds a class of goods and no more; holds what to write instead likewise.
    Class(Option<String>),
    /// It holds a vague word and hardly more; holds the vague word.
    Inside(String),
}

/// The list of vague words, ready for comparison.
#[derive(Clone, Debug)]
pub struct StopWords {
    rows: Vec<StopWord>,
    /// Rows by the keys of their words; of goods by their words as written.
    vague: HashMap<Vec<String>, usize>,
    /// Of each language that puts words together, rows by their only word.
    parts: [HashMap<String, usize>; COMPOUNDING.len()],
    goods: HashSet<Vec<String>>,
    /// By the first word, as written or its key: how many words the longest that begins so has.
    longest: HashMap<String, usize>,
    /// What descriptions were found to be: the same goods are declared again and again.
    judged: Cache<String, Option<Vague>>,
}

/// What a description is read as.
enum Piece {
    Word(Word),
    /// Here another description begins.
    Break,
}

/// What is found in one description, as far as it is read.
#[derive(Default)]
struct Found<'l> {
    /// Letters of its words.
    letters: usize,
    /// Words that are on no list.
    others: usize,
    names_goods: bool,
    /// Classes since the last break: two together may name goods.
    classes: usize,
    class: Option<&'l StopWord>,
    nothing: Option<&'l StopWord>,
}

impl StopWords {
    /// The list built into the program. Countries say where the goods come from, not what they are.
    pub fn built_in() -> &'static Self {
        static BUILT_IN: LazyLock<StopWords> = LazyLock::new(|| {
            let mut list = StopWords {
                rows: Vec::new(),
                vague: HashMap::new(),
                parts: [HashMap::new(), HashMap::new()],
                goods: HashSet::new(),
                longest: HashMap::new(),
                judged: Cache::new(limits::SCREENED_KEPT),
            };
            countries().chain(lists().stop_words.rows.iter().cloned()).for_each(|row| list.add(row, false));
            list
        });
        &BUILT_IN
    }

    /// The same with `own` rows in the place of equal ones, or added.
    #[must_use]
    pub fn overlaid(&self, own: Vec<StopWord>) -> Self {
        let mut list = Self { judged: Cache::new(limits::SCREENED_KEPT), ..self.clone() };
        own.into_iter().for_each(|row| list.add(row, true));
        list
    }

    /// Of rows with equal words one that `goes_before` takes the place of those there; else a class goes before what names
    /// nothing, and English, which advice is given in, before other languages.
    fn add(&mut self, row: StopWord, goes_before: bool) {
        let at = self.rows.len();
        for words in spellings(&row.word).map(|spelling| words(&spelling)) {
            let (written, keys): (Vec<_>, Vec<_>) = words.into_iter().map(|word| (word.written, word.key)).unzip();
            for first in [written.first(), keys.first()].into_iter().flatten() {
                let longest = self.longest.entry(first.clone()).or_default();
                *longest = keys.len().max(*longest);
            }
            if row.kind == WordKind::Goods {
                self.goods.insert(written);
                continue;
            }
            if goes_before {
                self.goods.remove(&written);
            }
            let language = COMPOUNDING.iter().position(|language| *language == row.language);
            if let ([key], Some(parts)) = (keys.as_slice(), language.and_then(|of| self.parts.get_mut(of))) {
                parts.insert(key.clone(), at);
            }
            let known = self.listed(&keys).map(StopWord::rank);
            if goes_before || known.is_none_or(|known| known <= row.rank()) {
                self.vague.insert(keys, at);
            }
        }
        self.rows.push(row);
    }

    /// Whether `description` is vague, and how.
    pub(super) fn judge(&self, description: &str) -> Option<Vague> {
        self.judged.get_with_by_ref(description, || self.judge_anew(description))
    }

    fn judge_anew(&self, description: &str) -> Option<Vague> {
        let pieces = self.read(description);
        let mut found = Found::default();
        let mut rest = pieces.as_slice();
        while let Some((first, after)) = rest.split_first() {
            rest = match first {
                Piece::Break => {
                    found.classes = 0;
                    after
                }
                Piece::Word(word) => {
                    let taken = self.take_phrase(rest, &mut found).unwrap_or_else(|| {
                        self.take_word(word, &mut found);
                        1
                    });
                    rest.get(taken..).unwrap_or_default()
                }
            };
        }
        found.verdict()
    }

    fn listed(&self, words: &[String]) -> Option<&StopWord> {
        self.vague.get(words).and_then(|at| self.rows.get(*at))
    }

    /// Takes the longest phrase of the list that `pieces` begin with; how many words it has.
    fn take_phrase<'l>(&'l self, pieces: &[Piece], found: &mut Found<'l>) -> Option<usize> {
        let Some(Piece::Word(first)) = pieces.first() else { return None };
        let longest = [&first.written, &first.key].into_iter().filter_map(|first| self.longest.get(first)).max()?;
        let words = pieces.iter().take(*longest).map_while(|piece| match piece {
            Piece::Word(word) => Some(word),
            Piece::Break => None,
        });
        let (mut written, mut keys): (Vec<_>, Vec<_>) =
            words.map(|word| (word.written.clone(), word.key.clone())).unzip();
        while !keys.is_empty() {
            let letters: usize = written.iter().map(|word| weight(word)).sum();
            if self.goods.contains(&written) {
                found.letters += letters;
                found.others += EXPLAINED_BY;
                found.names_goods = true;
                return Some(written.len());
            }
            if let Some(row) = self.listed(&keys) {
                found.letters += if row.kind == WordKind::Joins { 0 } else { letters };
                found.take(row);
                return Some(keys.len());
            }
            written.pop();
            keys.pop();
        }
        None
    }

    /// Takes one word that is not listed.
    fn take_word<'l>(&'l self, word: &Word, found: &mut Found<'l>) {
        if word.plain.len() < LETTERS {
            return;
        }
        found.letters += weight(&word.written);
        if let Some(parts) = self.parts(word) {
            parts.into_iter().for_each(|row| found.take(row));
        } else if !is_noise(&word.plain) {
            found.others += 1;
            found.names_goods = true;
        }
    }

    /// The listed words that a word which goods are not called by is put together of: `Geburtstagsgeschenk`.
    fn parts(&self, word: &Word) -> Option<Vec<&StopWord>> {
        let fits = (2 * IN_COMPOUND..=COMPOUND).contains(&word.key.len()) && word.key.is_ascii();
        if !fits || goods().calls_goods(&word.plain) {
            return None;
        }
        let places = self.parts.iter().find_map(|parts| split(&word.key, parts))?;
        Some(places.into_iter().filter_map(|at| self.rows.get(at)).collect())
    }

    /// The words of a description and where it breaks.
    fn read(&self, description: &str) -> Vec<Piece> {
        let clean = clean(description);
        let mut pieces = Vec::new();
        for token in clean.split_whitespace().filter(|token| !is_address(token)) {
            for part in token.split_inclusive(|c| BREAKS.contains(c)) {
                let has_digits = part.chars().any(char::is_numeric);
                if has_digits {
                    self.read_code(part, &mut pieces)
                } else {
                    pieces.extend(words(part).into_iter().map(Piece::Word))
                }
                if part.ends_with(|c| BREAKS.contains(c)) {
                    pieces.push(Piece::Break);
                }
            }
        }
        pieces
    }

    /// Of what holds digits only that counts which is a word all the same: `ps5`, `2 kg`, `cr2032`, `vitamin-b12`.
    fn read_code(&self, code: &str, pieces: &mut Vec<Piece>) {
        let whole = Word::new(code.trim_matches(|c: char| !c.is_alphanumeric()));
        let is_named = whole.plain.len() >= LETTERS && goods().calls_goods(&whole.plain);
        if is_named || self.goods.contains(std::slice::from_ref(&whole.written)) {
            pieces.push(Piece::Word(whole));
            return;
        }
        let parts = code.split(char::is_numeric).flat_map(words);
        pieces.extend(parts.filter(|word| self.is_word_in_code(word)).map(Piece::Word));
    }

    /// Single letters may belong to a listed phrase: `vitamin D3`.
    fn is_word_in_code(&self, word: &Word) -> bool {
        let known = || word.plain.len() >= LETTERS && goods().calls_goods(&word.plain);
        let listed = || self.listed(std::slice::from_ref(&word.key)).is_some();
        word.written.chars().count() == 1
            || listed()
            || known()
            || word.plain.len() >= IN_CODE && !is_noise(&word.plain)
    }
}

impl StopWord {
    fn rank(&self) -> (bool, bool) {
        (self.kind == WordKind::Class, advice(self).is_some())
    }
}

impl<'l> Found<'l> {
    fn take(&mut self, row: &'l StopWord) {
        match row.kind {
            WordKind::Joins => self.classes = 0,
            WordKind::Class => {
                self.classes += 1;
                self.names_goods |= self.classes > 1;
                self.class.get_or_insert(row);
            }
            WordKind::Nothing | WordKind::Goods => {
                let better = self.nothing.is_none_or(|known| known.use_instead.is_empty());
                self.nothing = if better { Some(row) } else { self.nothing };
            }
        }
    }

    fn verdict(self) -> Option<Vague> {
        let asked = [self.class, self.nothing].into_iter().flatten().find(|row| !row.use_instead.is_empty());
        match (self.names_goods, self.class) {
            (true, _) if self.others < EXPLAINED_BY => asked.map(|row| Vague::Inside(row.word.clone())),
            (true, _) => None,
            _ if self.letters < LETTERS => Some(Vague::Wordless),
            (_, Some(class)) => Some(Vague::Class(advice(class))),
            _ => Some(Vague::Nothing(self.nothing.and_then(advice))),
        }
    }
}

/// The names of countries, but for those that goods are called by (`china`, `jersey`).
fn countries() -> impl Iterator<Item = StopWord> {
    let names = lists().countries.rows().iter().flat_map(|country| {
        Language::ALL.map(|language| (language.code().to_owned(), country.names.in_language(language).to_owned()))
    });
    let is_goods = |name: &str| goods().calls_goods(&deunicode(name).to_ascii_lowercase());
    let row = |(language, word)| StopWord { language, word, kind: WordKind::Nothing, use_instead: String::new() };
    names.filter(move |(_, name)| !is_goods(name)).map(row)
}

/// The parts that `word` is put together of.
fn split(word: &str, parts: &HashMap<String, usize>) -> Option<Vec<usize>> {
    if word.len() < IN_COMPOUND {
        return None;
    }
    if let Some(at) = parts.get(word) {
        return Some(vec![*at]);
    }
    (IN_COMPOUND..word.len()).find_map(|end| {
        let (head, rest) = word.split_at(end);
        let first = *parts.get(head)?;
        let mut tails = LINKS.iter().filter_map(|link| rest.strip_prefix(link));
        let others = tails.find_map(|tail| split(tail, parts))?;
        Some([vec![first], others].concat())
    })
}

/// What to write instead. Findings are in English whatever language the goods are described in.
fn advice(row: &StopWord) -> Option<String> {
    (row.language == "EN" && !row.use_instead.is_empty()).then(|| row.use_instead.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refdata::search;

    fn judge(text: &str) -> Option<Vague> {
        StopWords::built_in().judge(text)
    }

    fn says_nothing(text: &str) -> bool {
        matches!(judge(text), Some(Vague::Nothing(_) | Vague::Class(_)))
    }

    #[test]
    fn vague_words_alone_inside_and_explained() {
        for text in [
            "clothes",
            "vêtements",
            "ropa",
            "box",
            "used shoes",
            "ladies' shoes",
            "clothes and shoes",
            "Kinderkleidung",
        ] {
            assert!(matches!(judge(text), Some(Vague::Class(_))), "{text}: {:?}", judge(text));
        }
        for text in [
            "Gift",
            "GIFTS",
            "various gifts",
            "nice gift",
            "spare parts",
            "fragile",
            "2 pcs misc.",
            "gift parts",
            "asdfgh",
        ] {
            assert!(matches!(judge(text), Some(Vague::Nothing(_))), "{text}: {:?}", judge(text));
        }
        for text in ["blue clothes", "wooden gift", "garden tools", "jewellery box", "souvenir mug"] {
            assert!(matches!(judge(text), Some(Vague::Inside(_))), "{text}: {:?}", judge(text));
        }
        for text in [
            "cotton t-shirt for men",
            "ceramic coffee mug",
            "leather shoes with rubber sole",
            "wooden toy cars",
            "gift: wooden toy car",
            "USB-C cable",
            "Vitamin D3 1000 IE",
            "vitamin C tablets",
            "Lego set",
            "Auto\u{ad}teile: Bremsbeläge",
        ] {
            assert_eq!(judge(text), None, "{text}");
        }
    }

    #[test]
    fn what_holds_no_word_says_nothing() {
        for text in [
            "1",
            "12345 ab",
            "008-979 x 1, 1256 x 1, SG-01 x 1",
            "X0012KQLP9",
            "KX29-B, KX30-B",
            "…",
            "🎁🎁",
            "x",
            "n.v.t.",
            "seller@shop.example",
            "https://shop.example/wooden-train",
            "www.shop.example",
            "１２３",
            "of",
        ] {
            assert_eq!(judge(text), Some(Vague::Wordless), "{text}");
        }
        for text in [
            "CR2032",
            "PS5",
            "iPhone13",
            "2xShirt",
            "N95 masks",
            "M4 Schrauben",
            "LP",
            "CD",
            "TV",
            "té",
            "Ei",
            "书",
            "茶",
            "чай",
            "本",
        ] {
            assert_eq!(judge(text), None, "{text}");
        }
    }

    #[test]
    fn words_are_found_however_they_are_typed() {
        for text in [
            "ZUBEHÖR",
            "Zubehoer",
            "Zubeho\u{308}r",
            "zubehor",
            "ｇｉｆｔ",
            "gi\u{200b}ft",
            "Cadeau d’anniversaire",
            "cadeau-surprise",
            "Geburtstagsgeschenk",
            "Haushaltsartikel",
            "Verjaardagscadeautje",
            "送给妈妈的礼物",
            "礼物 2件",
            "gift/present",
            "1x gift",
        ] {
            assert!(says_nothing(text), "{text}: {:?}", judge(text));
        }
        for text in ["thé", "Tee", "Geschenkband", "Hausschuhe", "Werkzeugkasten", "briefs", "玩具车", "面包", "mes"]
        {
            assert!(!says_nothing(text), "{text}: {:?}", judge(text));
        }
    }

    #[test]
    fn where_goods_come_from_does_not_say_what_they_are() {
        assert!(says_nothing("Souvenirs from Thailand") && says_nothing("Recuerdo de España"));
        assert!(!says_nothing("china") && !says_nothing("jersey"));
    }

    #[test]
    fn advice_is_given_in_english_only() {
        for text in ["Machine", "machines", "6 CARTONS", "carton"] {
            let Some(Vague::Class(Some(advice))) = judge(text) else { panic!("{text}: {:?}", judge(text)) };
            let of_word = lists().stop_words.rows.iter().find(|stop| stop.use_instead == advice);
            assert_eq!(of_word.map(|stop| stop.language.as_str()), Some("EN"), "{text}: {advice}");
        }
        assert_eq!(judge("vêtements"), Some(Vague::Class(None)));
        for stop in &lists().stop_words.rows {
            if let Some(Vague::Nothing(Some(advice)) | Vague::Class(Some(advice))) = judge(&stop.word) {
                let english = |row: &&StopWord| row.language == "EN" && row.use_instead == advice;
                assert!(lists().stop_words.rows.iter().any(|row| english(&row)), "{}: {advice}", stop.word);
            }
        }
    }

    #[test]
    fn every_word_of_the_list_says_nothing_and_what_names_goods_does() {
        for stop in &lists().stop_words.rows {
            let judged = judge(&stop.word);
            let is_as_listed = match stop.kind {
                WordKind::Goods => judged.is_none(),
                WordKind::Joins => true,
                // Two classes in one phrase are told apart by the phrase.
                WordKind::Nothing | WordKind::Class => judged.is_some(),
            };
            assert!(is_as_listed, "{} {}: {judged:?}", stop.language, stop.word);
        }
    }

    #[test]
    fn own_rows_go_before_those_built_in() {
        let row =
            |word: &str, kind| StopWord { language: "CS".into(), word: word.into(), kind, use_instead: String::new() };
        let own = [
            ("dárek", WordKind::Nothing),
            ("toys", WordKind::Goods),
            ("bh", WordKind::Nothing),
            ("books", WordKind::Class),
        ];
        let list = StopWords::built_in().overlaid(own.map(|(word, kind)| row(word, kind)).into());
        assert_eq!(judge("darek"), None);
        assert_eq!(list.judge("Dárek"), Some(Vague::Nothing(None)));
        assert_eq!((list.judge("toys"), list.judge("BH")), (None, Some(Vague::Wordless)));
        assert_eq!(list.judge("book"), Some(Vague::Class(None)));
    }

    #[test]
    fn everyday_phrases_are_vague_only_where_they_name_a_class() {
        let phrases: Vec<_> = search::lists().phrases.into_iter().filter(|phrase| phrase.kind.is_none()).collect();
        let vague: Vec<_> = phrases.iter().filter(|phrase| says_nothing(&phrase.words)).collect();
        assert!(vague.len() * 50 < phrases.len(), "{} of {}: {vague:?}", vague.len(), phrases.len());
        let of_no_words: Vec<_> =
            phrases.iter().filter(|phrase| judge(&phrase.words) == Some(Vague::Wordless)).collect();
        assert!(of_no_words.is_empty(), "{of_no_words:?}");
    }

    #[test]
    fn long_words_are_taken_apart_in_time() {
        for text in
            ["test".repeat(2000), "geschenk".repeat(5), "a ".repeat(5000), "gift ".repeat(2000), "礼物".repeat(2000)]
        {
            judge(&text);
        }
    }
}
