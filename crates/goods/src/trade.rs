//! Trade names: what people call goods by the name of who makes them.

use std::collections::BTreeMap;

use crate::flat::{Lists, Reader, Texts, Writer};
use crate::text::plain;
use crate::words::TradeName;

/// Words of the longest trade name.
const LONGEST: usize = 6;

/// The trade names.
pub(crate) struct TradeNames {
    /// In plain letters with single blanks, in order.
    spelt: Texts,
    names: Texts,
    kinds: Texts,
    codes: Lists,
}

/// A trade name in a description, and what stands beside it.
pub(crate) struct Found<'a> {
    pub(crate) name: &'a str,
    /// The kind of goods it stands for.
    pub(crate) kind: &'a str,
    /// Numbers of its codes.
    pub(crate) codes: Vec<u32>,
    pub(crate) beside: String,
}

impl TradeNames {
    /// Writes trade names down; of two that are spelt alike the first counts. `number` knows the numbers of codes.
    pub(crate) fn write(names: &[TradeName], number: impl Fn(&str) -> Option<u32>, writer: &mut Writer) {
        let mut spelt: BTreeMap<String, &TradeName> = BTreeMap::new();
        for name in names {
            let plain = plain(&name.name);
            spelt.entry(words(&plain).collect::<Vec<&str>>().join(" ")).or_insert(name);
        }
        writer.texts(spelt.keys().map(String::as_str));
        writer.texts(spelt.values().map(|name| name.name.as_str()));
        writer.texts(spelt.values().map(|name| name.kind.as_str()));
        writer.lists(spelt.values().map(|name| name.codes.iter().filter_map(|code| number(code)).collect()));
    }

    pub(crate) fn read(reader: &mut Reader) -> Self {
        Self { spelt: reader.texts(), names: reader.texts(), kinds: reader.texts(), codes: reader.lists() }
    }

    /// The first trade name in `text`, the longest that begins there, and what stands beside it and all others.
    pub(crate) fn find(&self, text: &str) -> Option<Found<'_>> {
        let text = plain(text);
        let asked: Vec<&str> = words(&text).collect();
        let (mut first, mut beside, mut at) = (None, Vec::new(), 0);
        while let Some(word) = asked.get(at) {
            match self.starting(asked.get(at..).unwrap_or_default()) {
                Some((name, length)) => {
                    first = first.or(Some(name));
                    at += length;
                }
                None => {
                    beside.push(*word);
                    at += 1;
                }
            }
        }
        let name = first?;
        Some(Found {
            name: self.names.get(name),
            kind: self.kinds.get(name),
            codes: self.codes.get(name).collect(),
            beside: beside.join(" "),
        })
    }

    /// The longest trade name that `words` begin with, and how many words it has.
    fn starting(&self, words: &[&str]) -> Option<(usize, usize)> {
        let lengths = (1..=words.len().min(LONGEST)).rev();
        lengths.filter_map(|length| Some((self.spelt.find(&words.get(..length)?.join(" "))?, length))).next()
    }
}

fn words(plain: &str) -> impl Iterator<Item = &str> {
    plain.split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
}
