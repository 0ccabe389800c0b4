//! How descriptions are typed: from a text to its words, however a keyboard or a form has spelt them.
//!
//! Knows letters, signs and addresses; knows no language and no list.

use deunicode::deunicode;

use crate::refdata::search::text::singular;

/// Fewer letters are no word, unless listed; nor do fewer say anything all together.
pub(super) const LETTERS: usize = 3;
/// Between these signs stand descriptions of their own.
pub(super) const BREAKS: &str = ",;:/+&|()[]\u{3001}\u{3002}";

/// One word of a description; a Chinese or Japanese sign counts as one.
#[derive(Debug)]
pub(super) struct Word {
    /// In small letters.
    pub written: String,
    /// The same in plain letters; other alphabets stay as they are.
    pub plain: String,
    /// As compared with the list: in the singular.
    pub key: String,
}

impl Word {
    pub fn new(written: &str) -> Self {
        let is_latin = written.chars().all(|c| c < '\u{250}' || ('\u{1e00}'..'\u{1f00}').contains(&c));
        let plain = if is_latin { deunicode(written).to_ascii_lowercase() } else { written.to_owned() };
        Self { written: written.to_owned(), key: singular(&plain).to_owned(), plain }
    }
}

/// A word as it is spelt, and with umlauts typed as two letters where it has any.
pub(super) fn spellings(word: &str) -> impl Iterator<Item = String> {
    let small = clean(word);
    let typed = small.replace('ä', "ae").replace('ö', "oe").replace('ü', "ue");
    let other = (typed != small).then_some(typed);
    std::iter::once(small).chain(other)
}

/// Small letters, those of full width as plain ones, without marks of their own and what is not seen.
pub(super) fn clean(text: &str) -> String {
    let is_mark = |c: &char| matches!(c, '\u{300}'..='\u{36f}' | '\u{fe00}'..='\u{fe0f}');
    let is_unseen = |c: &char| matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    };
    text.chars().filter(|c| !is_mark(c) && !is_unseen(c)).map(narrow).flat_map(char::to_lowercase).collect()
}

/// The words of a text that was cleaned, and each Chinese, Japanese or Korean sign.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    for run in text.split(|c: char| !c.is_alphanumeric()) {
        let signs = run.split_inclusive(is_sign).flat_map(|part| match part.char_indices().last() {
            Some((at, last)) if is_sign(last) => [&part[..at], &part[at..]],
            _ => [part, ""],
        });
        words.extend(signs.filter(|word| !word.is_empty()).map(Word::new));
    }
    words
}

/// A sign that is a word, or nearly.
pub(super) fn is_sign(c: char) -> bool {
    ('\u{3040}'..='\u{9fff}').contains(&c) || ('\u{ac00}'..='\u{d7af}').contains(&c)
}

/// How many letters a word counts for; a sign says as much as a word.
pub(super) fn weight(word: &str) -> usize {
    word.chars().map(|c| if is_sign(c) { LETTERS } else { 1 }).sum()
}

/// An e-mail address or one of the web.
pub(super) fn is_address(token: &str) -> bool {
    let is_mail = token.split_once('@').is_some_and(|(mailbox, domain)| !mailbox.is_empty() && domain.contains('.'));
    is_mail || token.contains("://") || token.starts_with("www.")
}
