//! The words that items are searched by: small Latin letters and digits, so that a name is found however it is typed.
//!
//! Knows nothing of items, nor of where their words are kept.

use deunicode::deunicode;

use crate::limits;

/// The words of a text, each once, in their order: `Zoë Müller-Weiß` gives `zoe`, `muller` and `weiss`. Letters of other scripts
/// are written in Latin ones.
pub fn words_of(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in deunicode(text).split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        let word: String = word.to_ascii_lowercase().chars().take(limits::ITEM_WORD_CHARS).collect();
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

/// What a searched word may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A word that is too short to be the beginning of another.
    Whole(String),
    Beginning(String),
}

/// What a text asks for: each of its words, as the beginning of one of an item's.
pub fn wanted(text: &str) -> Vec<Wanted> {
    let is_short = |word: &String| word.len() < limits::ITEM_WORD_BEGINNING_CHARS;
    let words = words_of(text).into_iter();
    words.map(|word| if is_short(&word) { Wanted::Whole(word) } else { Wanted::Beginning(word) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_however_it_is_typed() {
        assert_eq!(words_of("Zoë  Müller-Weiß"), ["zoe", "muller", "weiss"]);
        assert_eq!(words_of("ZOE MULLER WEISS"), ["zoe", "muller", "weiss"]);
        assert_eq!(words_of("北京, Beijing"), ["bei", "jing", "beijing"]);
        assert_eq!(words_of("EE 1234 EE"), ["ee", "1234"]);
        assert_eq!(words_of(" -–! "), [""; 0]);
        assert_eq!(words_of(&"x".repeat(1_000)), ["x".repeat(limits::ITEM_WORD_CHARS)]);
    }

    #[test]
    fn short_words_are_whole_ones() {
        assert_eq!(wanted("Li mül"), [Wanted::Whole("li".into()), Wanted::Beginning("mul".into())]);
    }
}
