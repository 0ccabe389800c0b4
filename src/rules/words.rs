//! The words that items are searched by: small Latin letters and digits, so that a name is found however it is typed.
//!
//! Knows nothing of items, nor of where their words are kept.

use deunicode::deunicode;

use crate::limits;

/// The words of a text, each once, in their order: `Zoë Müller-Weiß` gives `zoe`, `muller` and `weiss`. Letters of other scripts
/// are written in Latin ones.
pub fn words_of(text: &str) -> Vec<String> {
    first_words(text, usize::MAX)
}

fn first_words(text: &str, most: usize) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in deunicode(text).split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        if words.len() >= most {
            break;
        }
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

/// What a text asks for: each of its words, at most `most`, as the beginning of one of an item's. A whole item id is one word,
/// with blanks as it is printed or without.
pub fn wanted(text: &str, most: usize) -> Vec<Wanted> {
    if let Some(id) = whole_id(text) {
        return vec![Wanted::Whole(id.to_ascii_lowercase())];
    }
    let is_short = |word: &String| word.len() < limits::ITEM_WORD_BEGINNING_CHARS;
    let words = first_words(text, most).into_iter();
    words.map(|word| if is_short(&word) { Wanted::Whole(word) } else { Wanted::Beginning(word) }).collect()
}

/// What was typed, where it is a whole item id (S10), with or without blanks: that item is meant, and no word.
pub fn whole_id(typed: &str) -> Option<String> {
    let id: String = typed.split_whitespace().collect::<String>().to_uppercase();
    let is_of =
        |part: Option<&str>, is_sign: fn(&u8) -> bool| part.is_some_and(|part| part.as_bytes().iter().all(is_sign));
    let letter = u8::is_ascii_uppercase;
    let fits = id.len() == 13
        && is_of(id.get(..2), letter)
        && is_of(id.get(2..11), u8::is_ascii_digit)
        && is_of(id.get(11..), letter);
    fits.then_some(id)
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
        assert_eq!(wanted("Li mül", 9), [Wanted::Whole("li".into()), Wanted::Beginning("mul".into())]);
        assert_eq!(wanted("one two three", 2).len(), 2);
    }

    #[test]
    fn an_item_id_is_one_word_as_it_is_printed() {
        for typed in ["EE530000055AU", " ee 530 000 055 au"] {
            assert_eq!(wanted(typed, 4), [Wanted::Whole("ee530000055au".into())], "{typed}");
        }
        assert_eq!(wanted("EE 530 000 05 AU", 9).len(), 5);
    }
}
