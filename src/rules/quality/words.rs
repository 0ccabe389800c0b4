//! Vague words and fillers: comparing what was typed with the lists.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::refdata::lists::{Language, StopWord, lists};
use crate::refdata::search::text::{plain_words, singular};

/// How a description stands to the list of vague words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Vague {
    /// It says no more than the vague word; holds what to write instead, where the list says it in English.
    Alone(Option<&'static str>),
    /// It holds a vague word and hardly more; holds the vague word.
    Inside(&'static str),
}

/// Words that make a vague word no clearer.
const EMPTY_WORDS: &str = "a an and the of for with my some various assorted different new used old small big other many few \
     de des du la le les et pour avec divers un une el los las y para con varios um uma e o os as";

/// Other words a description needs beside a vague one.
const EXPLAINED_BY: usize = 2;

/// The list of vague words, ready for comparison.
struct StopWords {
    /// By their words in the singular; of the same words in several languages the English ones.
    by_words: HashMap<Vec<String>, &'static StopWord>,
    /// Words of the longest.
    longest: usize,
}

fn stop_words() -> &'static StopWords {
    static STOP_WORDS: LazyLock<StopWords> = LazyLock::new(|| {
        // Of equal words the last is kept.
        let (english, others): (Vec<_>, Vec<_>) =
            lists().stop_words.rows.iter().partition(|stop| stop.language == Language::En);
        let words = others.into_iter().chain(english).map(|stop| (content_words(&stop.word), stop));
        let by_words: HashMap<_, _> = words.filter(|(words, _)| !words.is_empty()).collect();
        StopWords { longest: by_words.keys().map(Vec::len).max().unwrap_or_default(), by_words }
    });
    &STOP_WORDS
}

/// The words that say something, in plain letters and the singular.
fn content_words(text: &str) -> Vec<String> {
    static EMPTY: LazyLock<HashSet<&str>> = LazyLock::new(|| EMPTY_WORDS.split_whitespace().collect());
    let words = plain_words(text).into_iter();
    words.filter(|word| !EMPTY.contains(word.as_str())).map(|word| singular(&word).to_owned()).collect()
}

/// Whether `description` is vague.
pub(super) fn vague(description: &str) -> Option<Vague> {
    let words = content_words(description);
    let StopWords { by_words, longest } = stop_words();
    if let Some(stop) = by_words.get(&words) {
        return Some(Vague::Alone(advice(stop)));
    }
    // A shorter part leaves words enough to explain it.
    let shortest = (words.len() + 1).saturating_sub(EXPLAINED_BY).max(1);
    for length in (shortest..=words.len().min(*longest)).rev() {
        if let Some(stop) = words.windows(length).find_map(|part| by_words.get(part)) {
            return Some(Vague::Inside(&stop.word));
        }
    }
    None
}

/// What to write instead. Findings are in English whatever language the goods are described in.
fn advice(stop: &'static StopWord) -> Option<&'static str> {
    let advice = stop.use_instead.as_str();
    (stop.language == Language::En && !advice.is_empty()).then_some(advice)
}

/// Whether `value` only fills a required field of `kind`; holds the reason.
pub(super) fn filler(kind: &str, value: &str) -> Option<&'static str> {
    /// By kind: patterns in small letters, and reasons.
    static LISTED: LazyLock<HashMap<&str, Vec<(String, &str)>>> = LazyLock::new(|| {
        let mut listed: HashMap<&str, Vec<(String, &str)>> = HashMap::new();
        for filler in &lists().fillers.rows {
            listed.entry(&filler.kind).or_default().push((filler.pattern.to_lowercase(), &filler.note));
        }
        listed
    });
    let value = value.trim().to_lowercase();
    let listed = LISTED.get(kind).map_or(&[][..], Vec::as_slice);
    if let Some((_, reason)) = listed.iter().find(|(pattern, _)| covers(pattern, &value)) {
        return Some(reason);
    }
    let mut letters = value.chars().filter(|c| c.is_alphanumeric());
    let first = letters.next();
    let repeated = letters.clone().nth(1).is_some() && letters.all(|c| Some(c) == first);
    match kind {
        _ if repeated => Some("one character repeated"),
        "phone" if !value.chars().any(|c| c.is_ascii_digit()) => Some("a telephone number without digits"),
        "email" if !is_address(&value) => Some("not an e-mail address"),
        _ => None,
    }
}

/// Something before one `@`, and a domain with a dot after it.
fn is_address(value: &str) -> bool {
    let parts = value.split_once('@').filter(|(mailbox, domain)| !mailbox.is_empty() && !domain.contains('@'));
    parts.and_then(|(_, domain)| domain.rsplit_once('.')).is_some_and(|(name, top)| !name.is_empty() && top.len() > 1)
}

/// Whether `pattern` covers the whole `value`; `*` stands for any run of characters.
fn covers(pattern: &str, value: &str) -> bool {
    if !pattern.contains('*') {
        return pattern == value;
    }
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = value.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.len() >= last.len() && rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vague_words_alone_inside_and_explained() {
        for text in ["Gift", "GIFTS", "various gifts", "clothes", "vêtements", "ropa", "spare parts"] {
            assert!(matches!(vague(text), Some(Vague::Alone(_))), "{text}: {:?}", vague(text));
        }
        for text in ["blue clothes", "nice gift", "garden tools"] {
            assert!(matches!(vague(text), Some(Vague::Inside(_))), "{text}: {:?}", vague(text));
        }
        for text in
            ["cotton t-shirt for men", "ceramic coffee mug", "leather shoes with rubber sole", "wooden toy cars"]
        {
            assert_eq!(vague(text), None, "{text}");
        }
    }

    #[test]
    fn advice_is_given_in_english_only() {
        for text in ["Machine", "machines", "6 CARTONS", "carton"] {
            let Some(Vague::Alone(Some(advice))) = vague(text) else { panic!("{text}: {:?}", vague(text)) };
            let of_word = lists().stop_words.rows.iter().find(|stop| stop.use_instead == advice);
            assert_eq!(of_word.map(|stop| stop.language), Some(Language::En), "{text}: {advice}");
        }
        assert_eq!(vague("vêtements"), Some(Vague::Alone(None)));
        for stop in &lists().stop_words.rows {
            if let Some(Vague::Alone(Some(advice))) = vague(&stop.word) {
                let english = |row: &&StopWord| row.language == Language::En && row.use_instead == advice;
                assert!(lists().stop_words.rows.iter().any(|row| english(&row)), "{}: {advice}", stop.word);
            }
        }
    }

    #[test]
    fn fillers_are_known_by_pattern_and_by_look() {
        for (kind, value) in [
            ("name", "Test"),
            ("name", "xxxx"),
            ("email", "noreply@shop.de"),
            ("email", "alex@localhost"),
            ("email", "alex"),
            ("phone", "none"),
            ("phone", "0000000"),
            ("zip", "00000"),
        ] {
            assert!(filler(kind, value).is_some(), "{kind} {value}");
        }
        for (kind, value) in [
            ("name", "Anna Testarossa"),
            ("email", "post@shop.de"),
            ("phone", "+31 30 2345678"),
            ("zip", "3511 AB"),
            ("address", "Voorbeeldstraat 12"),
        ] {
            assert_eq!(filler(kind, value), None, "{kind} {value}");
        }
    }

    #[test]
    fn a_star_stands_for_any_run() {
        assert!(covers("a*c", "abc") && covers("a*c", "ac") && covers("*", "") && covers("a*b*c", "axxbyyc"));
        assert!(!covers("a*c", "abcd") && !covers("a*a", "a") && !covers("a", "ab"));
    }
}
