//! Keyboard noise: letters that somebody struck to get past a field.
//!
//! A word is noise by its look alone: no vowels, one part over and over, neighbours on a keyboard, or letters that do not
//! follow each other in the vocabulary of goods. What the vocabulary knows never is. Knows no list.

use crate::refdata::vocabulary::{Vocabulary, vocabulary};

/// Rows of English, French and German keyboards.
const ROWS: [&str; 8] = [
    "qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn", "qwertzuiop", "yxcvbnm",
];
/// Neighbouring keys struck in one go.
const RUN: usize = 3;
/// A pair of letters is rare in fewer words of the vocabulary than this.
const RARE: u16 = 4;
/// A word with rare pairs only here and there is a name or foreign: noise has this share of them.
const RARE_IN: usize = 2;
/// Shortest word whose pairs tell anything.
const TELLING: usize = 5;

/// Whether `word`, in plain small letters, is no word of any language.
pub(super) fn is_noise(word: &str) -> bool {
    let vocabulary = vocabulary();
    if word.len() < RUN || !word.bytes().all(|b| b.is_ascii_lowercase()) || vocabulary.knows(word) {
        return false;
    }
    let has_vowel = word.bytes().any(|b| b"aeiouy".contains(&b));
    !has_vowel || repeats(word) || is_struck_along(word) || is_unlikely(word, vocabulary)
}

/// One letter three times and nothing else, or up to three letters over and over.
fn repeats(word: &str) -> bool {
    let bytes = word.as_bytes();
    (1..=RUN).any(|part| bytes.len() >= part * 3 && bytes.iter().skip(part).zip(bytes).all(|(later, first)| later == first))
}

/// Made of runs along the rows of a keyboard, to either side; one key more may follow a long run.
fn is_struck_along(word: &str) -> bool {
    let mut rest = word;
    let mut longest = 0;
    while let Some(run) = (RUN..=rest.len()).rev().find(|length| is_run(&rest[..*length])) {
        longest = longest.max(run);
        rest = &rest[run..];
    }
    longest > RUN && rest.len() <= 1 || longest == RUN && rest.is_empty() && word.len() > RUN
}

fn is_run(keys: &str) -> bool {
    let backwards: String = keys.chars().rev().collect();
    ROWS.iter().any(|row| row.contains(keys) || row.contains(&backwards))
}

fn is_unlikely(word: &str, vocabulary: &Vocabulary) -> bool {
    let rare = vocabulary.how_usual(word).filter(|words| *words < RARE).count();
    word.len() >= TELLING && rare > 1 && rare * RARE_IN >= word.len() - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn struck_letters_are_no_word() {
        for noise in [
            "asdfgh", "asdf", "qwertyuiop", "qwertz", "azerty", "poiuyt", "lkjlkj", "asdasd", "xxx", "aaaa", "tetetetete",
            "lololo", "jkjkjk", "sdfsdf", "dfgdfgdfg", "hjkhkj", "fdgdfg", "aslkdjf", "jfkdla", "zxcvb", "yxcvb", "wxcvbn",
        ] {
            assert!(is_noise(noise), "{noise}");
        }
    }

    #[test]
    fn words_codes_and_names_are_no_noise() {
        for word in [
            "led", "pvc", "usb", "dvd", "ssd", "hdmi", "pcb", "tea", "were", "poire", "couscous", "bonbon", "pompom", "yoyo", "banana",
            "schnittlauch", "angstschweiss", "strumpfhose", "szczotka", "rhythm", "knjiga", "fietsje", "wollknauel", "quilt",
            "stroopwafels", "jojoba", "tsatsiki", "mwalimu", "hjemmestrikket", "gjetost",
        ] {
            assert!(!is_noise(word), "{word}");
        }
    }
}
