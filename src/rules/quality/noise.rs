//! Keyboard noise: letters that somebody struck to get past a field.
//!
//! A word is noise by its look alone: no vowels, one part over and over, or neighbours on a keyboard. What the vocabulary of
//! goods knows never is. Knows no list. Letters struck all over the keyboard that happen to look like a word of some
//! language (`oiuwehf`) are taken for one: how often letters follow each other does not tell them from Polish or
//! Hungarian words.

use crate::refdata::search::goods;

/// Rows of English, French and German keyboards.
const ROWS: [&str; 8] =
    ["qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn", "qwertzuiop", "yxcvbnm"];
/// Keys of the longest row, and the fewest that are struck along it.
const ROW: usize = 10;
const RUN: usize = 3;
/// So many consonants in a row, all from one row of keys, are struck and not written.
const CONSONANTS: usize = 4;

/// Whether `word`, in plain small letters, is no word of any language.
pub(super) fn is_noise(word: &str) -> bool {
    let is_plain = word.len() >= RUN && word.bytes().all(|b| b.is_ascii_lowercase());
    is_plain && looks_struck(word) && !goods().calls_goods(word)
}

fn looks_struck(word: &str) -> bool {
    !word.bytes().any(is_vowel) || repeats(word) || is_struck_along(word) || is_struck_within_a_row(word)
}

fn is_vowel(letter: u8) -> bool {
    b"aeiouy".contains(&letter)
}

/// One letter three times and nothing else, or up to three letters over and over.
fn repeats(word: &str) -> bool {
    let bytes = word.as_bytes();
    let is_repeated = |part: usize| bytes.iter().skip(part).zip(bytes).all(|(later, before)| later == before);
    (1..=RUN).any(|part| bytes.len() >= part * 3 && is_repeated(part))
}

/// Made of runs along the rows of a keyboard, to either side; one key more may follow a long run.
fn is_struck_along(word: &str) -> bool {
    let (mut rest, mut longest) = (word, 0);
    while let Some(end) = (RUN..=rest.len().min(ROW)).rev().find(|end| is_run(&rest[..*end])) {
        longest = longest.max(end);
        rest = &rest[end..];
    }
    match rest.len() {
        0 => word.len() > RUN,
        1 => longest > RUN,
        _ => false,
    }
}

fn is_run(keys: &str) -> bool {
    let backwards: String = keys.chars().rev().collect();
    ROWS.iter().any(|row| row.contains(keys) || row.contains(&backwards))
}

fn is_struck_within_a_row(word: &str) -> bool {
    let is_in_a_row = ROWS.iter().any(|row| word.chars().all(|letter| row.contains(letter)));
    is_in_a_row && word.as_bytes().split(|letter| is_vowel(*letter)).any(|run| run.len() >= CONSONANTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn struck_letters_are_no_word() {
        for noise in [
            "asdfgh",
            "asdf",
            "qwertyuiop",
            "qwertz",
            "azerty",
            "poiuyt",
            "lkjlkj",
            "asdasd",
            "xxx",
            "aaaa",
            "tetetetete",
            "lololo",
            "jkjkjk",
            "sdfsdf",
            "dfgdfgdfg",
            "hjkhkj",
            "fdgdfg",
            "fjdksla",
            "aslkdjf",
            "asdjkl",
            "kajsdh",
            "kjhgfd",
            "zxcvb",
            "yxcvb",
            "wxcvbn",
        ] {
            assert!(is_noise(noise), "{noise}");
        }
    }

    #[test]
    fn words_codes_and_names_are_no_noise() {
        for word in [
            "led",
            "pvc",
            "usb",
            "dvd",
            "ssd",
            "hdmi",
            "pcb",
            "tea",
            "were",
            "poire",
            "couscous",
            "bonbon",
            "pompom",
            "yoyo",
            "banana",
            "schnittlauch",
            "angstschweiss",
            "strumpfhose",
            "szczotka",
            "knjiga",
            "fietsje",
            "wollknauel",
            "quilt",
            "stroopwafels",
            "jojoba",
            "tsatsiki",
            "mwalimu",
            "hjemmestrikket",
            "gjetost",
            "jalkka",
            "glas",
            "pyyhe",
            "typewriter",
            "trottola",
        ] {
            assert!(!is_noise(word), "{word}");
        }
    }
}
