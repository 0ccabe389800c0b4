//! The words that goods are called by: those of the nomenclature and of the everyday phrases, in three languages.
//!
//! Knows no meanings: which codes a word leads to is the business of the search, which words are vague that of a list.

use std::collections::HashSet;
use std::sync::LazyLock;

use deunicode::deunicode;

use super::hs::nomenclature;
use super::search::synonyms::{EMBEDDED, Synonym};
use super::table::read;

/// Words that goods are called by, in plain small letters.
pub struct Vocabulary(HashSet<String>);

/// The vocabulary built into the program; gathered at the first call.
pub fn vocabulary() -> &'static Vocabulary {
    static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
        let phrases = read::<Synonym>(EMBEDDED.1.as_bytes()).rows;
        let entries = nomenclature().entries().iter();
        let texts = entries.flat_map(|entry| [&entry.en, &entry.fr, &entry.es]).map(String::as_str);
        Vocabulary(texts.chain(phrases.iter().map(|phrase| phrase.words.as_str())).flat_map(words).collect())
    });
    &VOCABULARY
}

impl Vocabulary {
    /// Whether goods are called by this word, given in plain small letters.
    pub fn knows(&self, word: &str) -> bool {
        self.0.contains(word)
    }
}

/// The words of a text that have letters.
fn words(text: &str) -> Vec<String> {
    let plain = deunicode(text).to_ascii_lowercase();
    let words = plain.split(|c: char| !c.is_ascii_alphanumeric());
    words.filter(|word| word.len() > 1 && word.bytes().any(|b| b.is_ascii_lowercase())).map(str::to_owned).collect()
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
}
