//! Numbers and texts as one run of bytes, read where they lie.
//!
//! A run is a row of sections, each behind its length. What is not there reads as absent or empty: a wrong run gives wrong
//! answers, never a panic.

use bytes::Bytes;

const WIDTH: usize = size_of::<u32>();

/// Puts sections together.
#[derive(Default)]
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    /// # Panics
    /// Never in what is built here: no section comes near 4 GiB.
    pub(crate) fn section(&mut self, bytes: &[u8]) {
        self.0.extend(number(bytes.len()).to_le_bytes());
        self.0.extend(bytes);
    }

    pub(crate) fn numbers(&mut self, numbers: impl IntoIterator<Item = u32>) {
        let bytes: Vec<u8> = numbers.into_iter().flat_map(u32::to_le_bytes).collect();
        self.section(&bytes);
    }

    pub(crate) fn floats(&mut self, floats: impl IntoIterator<Item = f32>) {
        self.numbers(floats.into_iter().map(f32::to_bits));
    }

    pub(crate) fn texts<'t>(&mut self, texts: impl IntoIterator<Item = &'t str>) {
        let (mut ends, mut letters) = (Vec::new(), Vec::new());
        for text in texts {
            letters.extend(text.as_bytes());
            ends.push(number(letters.len()));
        }
        self.numbers(ends);
        self.section(&letters);
    }

    /// Lists of numbers, one behind the other.
    pub(crate) fn lists(&mut self, lists: impl IntoIterator<Item = Vec<u32>>) {
        let (mut ends, mut all) = (Vec::new(), Vec::new());
        for list in lists {
            all.extend(list);
            ends.push(number(all.len()));
        }
        self.numbers(ends);
        self.numbers(all);
    }

    pub(crate) fn finish(self) -> Bytes {
        Bytes::from(self.0)
    }
}

/// A place or length as it is written.
pub(crate) fn number(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Takes the sections of a run in the order they were put in.
pub(crate) struct Reader(Bytes);

impl Reader {
    pub(crate) fn new(run: Bytes) -> Self {
        Self(run)
    }

    pub(crate) fn section(&mut self) -> Bytes {
        let length = Numbers(self.0.clone()).get(0).map_or(0, |length| length as usize);
        if self.0.len() < WIDTH + length {
            return Bytes::new();
        }
        let section = self.0.slice(WIDTH..WIDTH + length);
        self.0 = self.0.slice(WIDTH + length..);
        section
    }

    pub(crate) fn numbers(&mut self) -> Numbers {
        Numbers(self.section())
    }

    pub(crate) fn floats(&mut self) -> Floats {
        Floats(self.numbers())
    }

    pub(crate) fn texts(&mut self) -> Texts {
        Texts { ends: self.numbers(), letters: self.section() }
    }

    pub(crate) fn lists(&mut self) -> Lists {
        Lists { ends: self.numbers(), all: self.numbers() }
    }
}

/// A row of numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbers(Bytes);

impl Numbers {
    pub(crate) fn get(&self, at: usize) -> Option<u32> {
        let from = at.checked_mul(WIDTH)?;
        Some(u32::from_le_bytes(self.0.get(from..from + WIDTH)?.try_into().ok()?))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len() / WIDTH
    }

    /// From where to where the piece numbered `at` reaches, these numbers being where each ends.
    pub(crate) fn piece(&self, at: usize) -> Option<std::ops::Range<usize>> {
        let from = at.checked_sub(1).map_or(Some(0), |before| self.get(before))?;
        Some(from as usize..self.get(at)? as usize)
    }

    /// Where `number` stands among these, which ascend.
    pub(crate) fn find(&self, number: u32) -> Option<usize> {
        search(self.len(), |at| self.get(at).map(|known| known.cmp(&number)))
    }
}

/// A row of fractions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Floats(Numbers);

impl Floats {
    pub(crate) fn get(&self, at: usize) -> Option<f32> {
        self.0.get(at).map(f32::from_bits)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

/// A row of lists of numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lists {
    ends: Numbers,
    all: Numbers,
}

impl Lists {
    /// The list numbered `at`, empty where there is none.
    pub(crate) fn get(&self, at: usize) -> impl Iterator<Item = u32> {
        let piece = self.ends.piece(at).unwrap_or_default();
        piece.filter_map(|at| self.all.get(at))
    }
}

/// A row of texts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    ends: Numbers,
    letters: Bytes,
}

impl Texts {
    /// The texts in order, none twice.
    pub(crate) fn sorted<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let sorted: std::collections::BTreeSet<&str> = texts.into_iter().collect();
        let mut writer = Writer::default();
        writer.texts(sorted);
        Reader::new(writer.finish()).texts()
    }

    /// The text numbered `at`, empty where there is none.
    pub(crate) fn get(&self, at: usize) -> &str {
        std::str::from_utf8(self.bytes(at).unwrap_or_default()).unwrap_or_default()
    }

    fn bytes(&self, at: usize) -> Option<&[u8]> {
        self.letters.get(self.ends.piece(at)?)
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|at| self.get(at))
    }

    /// Where `text` stands among these, which are in order.
    pub(crate) fn find(&self, text: &str) -> Option<usize> {
        search(self.len(), |at| self.bytes(at).map(|known| known.cmp(text.as_bytes())))
    }
}

/// Where among `length` ascending things the one stands that is equal; `compare` tells how one of them stands to it.
fn search(length: usize, compare: impl Fn(usize) -> Option<std::cmp::Ordering>) -> Option<usize> {
    let (mut from, mut to) = (0, length);
    while from < to {
        let middle = from.midpoint(to);
        match compare(middle)? {
            std::cmp::Ordering::Less => from = middle + 1,
            std::cmp::Ordering::Equal => return Some(middle),
            std::cmp::Ordering::Greater => to = middle,
        }
    }
    None
}

/// Appends a number in as few bytes as it needs, seven bits in each.
pub(crate) fn put_short(bytes: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Takes a number off the front that [`put_short`] has written.
pub(crate) fn take_short(bytes: &mut &[u8]) -> Option<u32> {
    let (mut number, mut shift) = (0_u32, 0);
    loop {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u32::from(first & 0x7f).checked_shl(shift)?;
        if first & 0x80 == 0 {
            return Some(number);
        }
        shift += 7;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(numbers: Vec<u32>, words in proptest::collection::vec("\\PC{0,6}", 0..20)) {
            let mut writer = Writer::default();
            writer.numbers(numbers.iter().copied());
            writer.lists([numbers.clone(), Vec::new(), numbers.clone()]);
            writer.texts(words.iter().map(String::as_str));
            let mut short = Vec::new();
            numbers.iter().for_each(|number| put_short(&mut short, *number));
            writer.section(&short);
            let mut reader = Reader::new(writer.finish());
            let read = reader.numbers();
            prop_assert_eq!((0..read.len()).filter_map(|at| read.get(at)).collect::<Vec<_>>(), numbers.clone());
            let lists = reader.lists();
            prop_assert_eq!(lists.get(1).count(), 0);
            prop_assert_eq!(lists.get(2).collect::<Vec<_>>(), numbers.clone());
            let texts = reader.texts();
            prop_assert_eq!(texts.iter().collect::<Vec<_>>(), words.clone());
            let section = reader.section();
            let mut rest = &section[..];
            prop_assert_eq!(std::iter::from_fn(|| take_short(&mut rest)).collect::<Vec<_>>(), numbers);
            let sorted = Texts::sorted(words.iter().map(String::as_str));
            for word in &words {
                prop_assert_eq!(sorted.find(word).map(|at| sorted.get(at)), Some(word.as_str()));
            }
            prop_assert_eq!(sorted.find("\u{10ffff}"), None);
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
            let mut reader = Reader::new(bytes.clone().into());
            let (texts, lists) = (reader.texts(), reader.lists());
            let _ = (texts.iter().count(), texts.find("a"), lists.get(0).count());
            let _ = take_short(&mut bytes.as_slice());
        }
    }
}
