//! Trade names: what people call goods by the name of who makes them.

use std::collections::HashMap;

use super::synonyms::{TRADE_EMBEDDED, TradeName};
use super::text::plain;
use crate::refdata::table::read;

/// The trade names, by their first word.
pub struct TradeNames(HashMap<String, Vec<Spelt>>);

/// A trade name with its words in plain letters.
struct Spelt {
    words: Vec<String>,
    name: TradeName,
}

/// A trade name in a description, and what stands beside it.
pub struct Found<'a> {
    pub name: &'a TradeName,
    pub beside: String,
}

impl TradeNames {
    /// Those built into the program.
    pub fn built_in() -> Self {
        let mut names: HashMap<String, Vec<Spelt>> = HashMap::new();
        for name in read::<TradeName>(TRADE_EMBEDDED.1.as_bytes()).rows {
            let spelt = Spelt { words: words(&plain(&name.name)).map(str::to_owned).collect(), name };
            if let Some(first) = spelt.words.first() {
                names.entry(first.clone()).or_default().push(spelt);
            }
        }
        names.values_mut().for_each(|names| names.sort_by_key(|name| std::cmp::Reverse(name.words.len())));
        Self(names)
    }

    /// The first trade name in `text`, the longest that begins there, and what stands beside it and all others.
    pub fn find(&self, text: &str) -> Option<Found<'_>> {
        let text = plain(text);
        let asked: Vec<&str> = words(&text).collect();
        let (mut name, mut beside, mut at) = (None, Vec::new(), 0);
        while let Some(word) = asked.get(at) {
            match self.starting(asked.get(at..).unwrap_or_default()) {
                Some(found) => {
                    name = name.or(Some(&found.name));
                    at += found.words.len();
                }
                None => {
                    beside.push(*word);
                    at += 1;
                }
            }
        }
        Some(Found { name: name?, beside: beside.join(" ") })
    }

    /// The longest trade name that `words` begin with.
    fn starting(&self, words: &[&str]) -> Option<&Spelt> {
        let fits =
            |name: &&Spelt| name.words.iter().map(String::as_str).eq(words.iter().copied().take(name.words.len()));
        self.0.get(*words.first()?)?.iter().find(fits)
    }
}

fn words(plain: &str) -> impl Iterator<Item = &str> {
    plain.split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
}
