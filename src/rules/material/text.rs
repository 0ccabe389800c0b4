//! When two texts say the same: names and addresses as people write them, codes and identifiers as machines do.

use std::sync::LazyLock;

use icu_normalizer::DecomposingNormalizerBorrowed;

/// Marks that make another letter of a Japanese one, while most marks only say how a letter is spoken.
const VOICING: [char; 2] = ['\u{3099}', '\u{309a}'];

/// A text reduced to what tells it from others: letters and digits of any script in small letters, without accents,
/// punctuation and blanks, and with the usual ways of writing umlauts made one (`Müller` and `MUELLER,` both give
/// `muller`). Vowel signs that are letters in their script stay.
pub fn normalized(text: &str) -> String {
    static DECOMPOSED: LazyLock<DecomposingNormalizerBorrowed<'static>> =
        LazyLock::new(DecomposingNormalizerBorrowed::new_nfkd);
    let letters = DECOMPOSED.normalize_iter(text.chars()).flat_map(char::to_lowercase);
    let letters = letters.filter(|letter| letter.is_alphanumeric() || VOICING.contains(letter));
    let mut plain = String::with_capacity(text.len());
    letters.for_each(|letter| match letter {
        'ß' => plain.push_str("ss"),
        'æ' => plain.push_str("ae"),
        'ø' => plain.push('o'),
        'ł' => plain.push('l'),
        letter => plain.push(letter),
    });
    plain.replace("ae", "a").replace("oe", "o").replace("ue", "u")
}

/// An identifier or the name of one: letters and digits, in capitals.
pub(super) fn reference(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// Whether two texts that people wrote say the same. Nothing and an empty text are one.
pub(super) fn is_same_text(one: &str, other: &str) -> bool {
    one == other || normalized(one) == normalized(other)
}

/// Whether two codes are the same. Nothing and an empty text are one.
pub(super) fn is_same_code(one: Option<&str>, other: Option<&str>) -> bool {
    let code = |code: Option<&str>| code.map(str::trim).unwrap_or_default().to_ascii_uppercase();
    one == other || code(one) == code(other)
}

/// The ways in which a party is named. Two parties have the same name when each way of the one is a way of the other;
/// first and last name may stand in either order.
#[derive(Debug)]
pub(super) struct Names(Vec<[String; 2]>);

impl Names {
    pub fn of(full: Option<&str>, first: Option<&str>, last: Option<&str>) -> Self {
        let full = normalized(full.unwrap_or_default());
        let (first, last) = (first.unwrap_or_default(), last.unwrap_or_default());
        let parts = [normalized(&[first, last].concat()), normalized(&[last, first].concat())];
        Self([[full.clone(), full], parts].into_iter().filter(|way| !way.concat().is_empty()).collect())
    }

    fn are_all_in(&self, other: &Self) -> bool {
        let is_in = |way: &[String; 2]| other.0.iter().any(|known| way.iter().any(|name| known.contains(name)));
        self.0.iter().all(is_in)
    }
}

impl PartialEq for Names {
    fn eq(&self, other: &Self) -> bool {
        self.are_all_in(other) && other.are_all_in(self)
    }
}
