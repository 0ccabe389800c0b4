//! Words that a misspelt one may stand for.

use bytes::Bytes;
use strsim::osa_distance;

use crate::flat::{Numbers, Reader, Writer, number};

/// Most words proposed for one.
const PROPOSALS: usize = 4;
/// Longest words that are compared, in bytes; longer ones are no words of goods.
const LONGEST: usize = 30;

/// The written words of an index: those of one length together, in order.
pub(crate) struct Vocabulary {
    /// By length: how many words there are up to it.
    up_to: Numbers,
    /// By length: where its words end among the letters.
    ends: Numbers,
    letters: Bytes,
    /// Three numbers a word: its [`Traits`].
    traits: Numbers,
}

/// Quick tests before a distance is computed: the letters and the pairs of neighbouring letters of a word as sets.
#[derive(Clone, Copy)]
struct Traits {
    letters: u32,
    pairs: u64,
}

impl Traits {
    fn of(word: &str) -> Self {
        let letters = word.bytes().fold(0, |set, b| set | 1 << (b % 32));
        let pair = |pair: &[u8]| match pair {
            [a, b] => 1 << (u32::from(*a).wrapping_mul(31).wrapping_add(u32::from(*b)) % 64),
            _ => 0,
        };
        let pairs = word.as_bytes().windows(2).fold(0, |set, two| set | pair(two));
        Self { letters, pairs }
    }

    fn written(self) -> [u32; 3] {
        [self.letters, self.pairs as u32, (self.pairs >> 32) as u32]
    }

    fn read(numbers: &Numbers, word: usize) -> Option<Self> {
        let at = |part| numbers.get(3 * word + part);
        Some(Self { letters: at(0)?, pairs: u64::from(at(1)?) | u64::from(at(2)?) << 32 })
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

/// The words of one length.
#[derive(Clone, Copy)]
struct Bucket<'v> {
    length: usize,
    /// Number of its first word.
    first: usize,
    letters: &'v [u8],
}

impl<'v> Bucket<'v> {
    fn count(self) -> usize {
        self.letters.len() / self.length
    }

    fn word(self, at: usize) -> &'v str {
        let letters = self.letters.get(at * self.length..(at + 1) * self.length).unwrap_or_default();
        std::str::from_utf8(letters).unwrap_or_default()
    }

    /// Its words from `start` on.
    fn starting_at(self, start: &str) -> impl Iterator<Item = &'v str> {
        let (mut from, mut to) = (0, self.count());
        while from < to {
            let middle = from.midpoint(to);
            if self.word(middle) < start { from = middle + 1 } else { to = middle }
        }
        (from..self.count()).map(move |at| self.word(at))
    }
}

impl Vocabulary {
    /// Writes words down, each once.
    pub(crate) fn write<'w>(words: impl Iterator<Item = &'w str>, writer: &mut Writer) {
        let mut words: Vec<&str> = words.filter(|word| (1..=LONGEST).contains(&word.len())).collect();
        words.sort_unstable_by_key(|word| (word.len(), *word));
        words.dedup();
        let up_to = |length| words.partition_point(|word| word.len() <= length);
        let end = |length| words.iter().take(up_to(length)).map(|word| word.len()).sum();
        writer.numbers((0..=LONGEST).map(|length| number(up_to(length))));
        writer.numbers((0..=LONGEST).map(|length| number(end(length))));
        writer.section(words.concat().as_bytes());
        writer.numbers(words.iter().flat_map(|word| Traits::of(word).written()));
    }

    pub(crate) fn read(reader: &mut Reader) -> Self {
        Self { up_to: reader.numbers(), ends: reader.numbers(), letters: reader.section(), traits: reader.numbers() }
    }

    /// The words of the lengths from `from` to `to`.
    fn of_lengths(&self, from: usize, to: usize) -> impl Iterator<Item = Bucket<'_>> {
        (from.max(1)..=to.min(LONGEST)).filter_map(|length| {
            let first = self.up_to.get(length - 1)? as usize;
            Some(Bucket { length, first, letters: self.letters.get(self.ends.piece(length)?)? })
        })
    }

    /// Words that differ by a letter or two or begin alike, with their likeness (below 1), the best first. One error is
    /// allowed from four letters on, two from seven; swapped neighbours are one error.
    pub(crate) fn similar(&self, word: &str) -> Vec<(&str, f32)> {
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

    fn misspelt<'v>(&'v self, word: &str, errors: u32) -> Vec<(&'v str, f32)> {
        let traits = Traits::of(word);
        let reach = errors as usize;
        let buckets = self.of_lengths(word.len() - reach, word.len() + reach);
        let near = buckets.flat_map(|bucket| {
            let is_near = move |at: &usize| {
                Traits::read(&self.traits, bucket.first + at).is_some_and(|known| traits.may_differ_by(known, errors))
            };
            (0..bucket.count()).filter(is_near).map(move |at| bucket.word(at))
        });
        near.filter_map(|known| {
            let distance = osa_distance(word, known);
            let other_start = word.as_bytes().first() != known.as_bytes().first();
            let likeness = 1.0
                - 0.15 * distance as f32
                - match other_start {
                    true if word.len() < 8 => 0.35,
                    true => 0.2,
                    false => 0.0,
                };
            (distance <= reach).then_some((known, likeness))
        })
        .collect()
    }

    /// Words that start with `word`, and words of five letters or more that `word` starts with.
    fn beginning_alike<'v>(&'v self, word: &str) -> Vec<(&'v str, f32)> {
        let length = word.len();
        let longer = self.of_lengths(length + 1, LONGEST).flat_map(move |bucket| {
            let alike = bucket.starting_at(word).take_while(move |known| known.starts_with(word)).take(PROPOSALS);
            alike.map(move |known| (known, 0.6 * length as f32 / bucket.length as f32))
        });
        let shorter = self.of_lengths(5, length - 1).filter_map(move |bucket| {
            let start = word.get(..bucket.length)?;
            let known = bucket.starting_at(start).next().filter(|known| *known == start)?;
            Some((known, 0.6 * bucket.length as f32 / length as f32))
        });
        longer.take(4 * PROPOSALS).chain(shorter).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn first(words: &[&str], asked: &str) -> Option<String> {
        let mut writer = Writer::default();
        Vocabulary::write(words.iter().copied(), &mut writer);
        let vocabulary = Vocabulary::read(&mut Reader::new(writer.finish()));
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
