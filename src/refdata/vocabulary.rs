//! The words that goods are called by: those of the nomenclature and of the everyday phrases, in three languages, and how
//! letters follow each other in them.
//!
//! Knows no meanings: which codes a word leads to is the business of the search, which words are vague that of a list.

use std::collections::HashSet;
use std::sync::LazyLock;

use deunicode::deunicode;

use super::hs::nomenclature;
use super::search::synonyms::{EMBEDDED, Synonym};
use super::table::read;

/// Letters of the plain alphabet.
const LETTERS: usize = 26;

/// Words that goods are called by, in plain small letters.
pub struct Vocabulary {
    words: HashSet<String>,
    /// In how many of the words one letter follows another.
    pairs: [[u16; LETTERS]; LETTERS],
}

/// The vocabulary built into the program; gathered at the first call.
pub fn vocabulary() -> &'static Vocabulary {
    static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
        let phrases = read::<Synonym>(EMBEDDED.1.as_bytes()).rows;
        let entries = nomenclature().entries().iter();
        let texts = entries.flat_map(|entry| [&entry.en, &entry.fr, &entry.es]).map(String::as_str);
        Vocabulary::of(texts.chain(phrases.iter().map(|phrase| phrase.words.as_str())))
    });
    &VOCABULARY
}

impl Vocabulary {
    fn of<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let mut words = HashSet::new();
        for text in texts {
            let plain = deunicode(text).to_ascii_lowercase();
            let parts = plain.split(|c: char| !c.is_ascii_alphanumeric());
            let lettered = parts.filter(|word| word.len() > 1 && word.bytes().any(|b| b.is_ascii_lowercase()));
            words.extend(lettered.map(str::to_owned));
        }
        let mut pairs = [[0_u16; LETTERS]; LETTERS];
        for (first, second) in words.iter().flat_map(|word| letter_pairs(word)) {
            pairs[first][second] = pairs[first][second].saturating_add(1);
        }
        Self { words, pairs }
    }

    /// Whether goods are called by this word, given in plain small letters.
    pub fn knows(&self, word: &str) -> bool {
        self.words.contains(word)
    }

    /// In how many words each letter of `word` follows the one before.
    pub fn how_usual<'w>(&'w self, word: &'w str) -> impl Iterator<Item = u16> + 'w {
        letter_pairs(word).map(|(first, second)| self.pairs[first][second])
    }

    /// Every word, in no order.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }
}

/// Neighbouring letters, as places in the alphabet.
fn letter_pairs(word: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let place = |byte: u8| byte.is_ascii_lowercase().then(|| usize::from(byte - b'a'));
    let places = word.bytes().map(place);
    places.clone().zip(places.skip(1)).filter_map(|(first, second)| first.zip(second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_nomenclature_and_phrases_are_known() {
        for word in ["shirt", "ecouteurs", "camiseta", "ssd", "cr2032", "tea"] {
            assert!(vocabulary().knows(word), "{word}");
        }
        for word in ["asdfgh", "geschenk", "1", "2000"] {
            assert!(!vocabulary().knows(word), "{word}");
        }
    }

    #[test]
    fn pairs_of_letters_are_counted_by_word() {
        let small = Vocabulary::of(["Tea, tea", "Steam 20"].into_iter());
        assert_eq!(small.how_usual("teak").collect::<Vec<_>>(), [2, 2, 0]);
        assert_eq!(small.how_usual("t2e").count(), 0);
    }
}
