//! Words that a misspelt one may stand for.

use strsim::osa_distance;

/// Most words proposed for one.
const PROPOSALS: usize = 4;
/// Longest words that are compared; longer ones are no words of goods.
const LONGEST: usize = 30;

/// The written words of an index, by length.
pub struct Vocabulary {
    by_length: Vec<Vec<Entry>>,
    sorted: Vec<String>,
}

struct Entry {
    word: String,
    traits: Traits,
}

/// Quick tests before a distance is computed: the letters and the pairs of neighbouring letters of a word as sets.
#[derive(Clone, Copy)]
struct Traits {
    letters: u32,
    pairs: u128,
}

impl Traits {
    fn of(word: &str) -> Self {
        let letters = word.bytes().fold(0, |set, b| set | 1 << (b % 32));
        let pair = |pair: &[u8]| match pair {
            [a, b] => 1 << (u32::from(*a).wrapping_mul(31).wrapping_add(u32::from(*b)) % 128),
            _ => 0,
        };
        let pairs = word.as_bytes().windows(2).fold(0, |set, two| set | pair(two));
        Self { letters, pairs }
    }

    /// False only where more than `errors` slips lie between the words. A slip changes at most two letters and two
    /// pairs; swapped neighbours change three pairs, which is allowed for once.
    fn may_differ_by(self, other: Self, errors: u32) -> bool {
        let pairs = 2 * errors + 1;
        (self.letters ^ other.letters).count_ones() <= 2 * errors
            && (self.pairs & !other.pairs).count_ones() <= pairs
            && (other.pairs & !self.pairs).count_ones() <= pairs
    }
}

impl Vocabulary {
    pub fn new(words: impl Iterator<Item = String>) -> Self {
        let mut sorted: Vec<String> = words.filter(|word| word.len() <= LONGEST).collect();
        sorted.sort();
        let mut by_length: Vec<Vec<Entry>> = (0..=LONGEST).map(|_| Vec::new()).collect();
        for word in &sorted {
            if let Some(bucket) = by_length.get_mut(word.len()) {
                bucket.push(Entry { word: word.clone(), traits: Traits::of(word) });
            }
        }
        Self { by_length, sorted }
    }

    /// Words that differ by a letter or two or begin alike, with their likeness (below 1), the best first. One error is
    /// allowed from four letters on, two from seven; swapped neighbours are one error.
    pub fn similar(&self, word: &str) -> Vec<(&str, f32)> {
        let allowed = match word.len() {
            _ if !word.is_ascii() => return Vec::new(),
            ..4 => return Vec::new(),
            4..7 => 1,
            7..=LONGEST => 2,
            _ => return Vec::new(),
        };
        let mut found = Vec::new();
        for errors in 1..=allowed {
            if found.is_empty() {
                found = self.misspelt(word, errors);
            }
        }
        if found.is_empty() {
            found = self.beginning_alike(word);
        }
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        let best = found.first().map_or(0.0, |(_, likeness)| *likeness);
        found.retain(|(_, likeness)| *likeness > best - 0.1);
        found.truncate(PROPOSALS);
        found
    }

    fn misspelt(&self, word: &str, errors: u32) -> Vec<(&str, f32)> {
        let traits = Traits::of(word);
        let reach = errors as usize;
        let buckets = self.by_length.iter().skip(word.len() - reach).take(2 * reach + 1);
        let near = buckets.flatten().filter(|entry| traits.may_differ_by(entry.traits, errors));
        near.filter_map(|entry| {
            let distance = osa_distance(word, &entry.word);
            let other_start = word.as_bytes().first() != entry.word.as_bytes().first();
            let likeness = 1.0
                - 0.15 * distance as f32
                - match other_start {
                    true if word.len() < 8 => 0.35,
                    true => 0.2,
                    false => 0.0,
                };
            (distance <= reach).then_some((entry.word.as_str(), likeness))
        })
        .collect()
    }

    /// Words that start with `word`, and words of five letters or more that `word` starts with.
    fn beginning_alike(&self, word: &str) -> Vec<(&str, f32)> {
        let length = word.len();
        let from = self.sorted.partition_point(|entry| entry.as_str() < word);
        let longer = self.sorted.iter().skip(from).map_while(move |entry| {
            let rest = entry.strip_prefix(word)?;
            Some((entry.as_str(), 0.6 * length as f32 / (length + rest.len()) as f32))
        });
        let shorter = (5..length).filter_map(move |end| {
            let start = word.get(..end)?;
            let at = self.sorted.binary_search_by(|entry| entry.as_str().cmp(start)).ok()?;
            Some((self.sorted.get(at)?.as_str(), 0.6 * end as f32 / length as f32))
        });
        longer.take(4 * PROPOSALS).chain(shorter).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn first(words: &[&str], asked: &str) -> Option<String> {
        let vocabulary = Vocabulary::new(words.iter().map(|word| (*word).to_owned()));
        vocabulary.similar(asked).first().map(|(word, _)| (*word).to_owned())
    }

    #[test]
    fn slips_of_the_pen_are_corrected() {
        assert_eq!(first(&["bottle", "battle"], "botle").unwrap(), "bottle");
        assert_eq!(first(&["headphones", "telephones"], "headfones").unwrap(), "headphones");
        assert_eq!(first(&["calendar", "cylinder"], "calender").unwrap(), "calendar");
        assert_eq!(first(&["binoculars"], "binocul").unwrap(), "binoculars");
        assert_eq!(first(&["bluetooth"], "blootooth").unwrap(), "bluetooth");
    }

    #[test]
    fn short_words_and_strangers_are_left_alone() {
        assert_eq!(first(&["pan", "can"], "pon"), None);
        assert_eq!(first(&["violin", "drum"], "camera"), None);
        assert_eq!(first(&["violin"], &"violin".repeat(20)), None);
    }

    proptest! {
        #[test]
        fn one_slip_is_always_found(word in "[a-z]{4,12}", at in 0usize..11, letter in "[a-z]") {
            let at = at % (word.len() - 1);
            let mut swapped = word.clone().into_bytes();
            swapped.swap(at, at + 1);
            let swapped = String::from_utf8(swapped).unwrap();
            let added = format!("{}{letter}{}", &word[..at], &word[at..]);
            let replaced = format!("{}{letter}{}", &word[..at], &word[at + 1..]);
            for slip in [swapped, added, replaced] {
                prop_assert_eq!(first(&[&word], &slip), Some(word.clone()), "{}", slip);
            }
        }
    }
}
