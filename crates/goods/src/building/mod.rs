//! How the lists become the bytes that are searched.

mod texts;

use std::collections::{BTreeSet, HashMap};

use bytes::Bytes;
use deunicode::deunicode;

use self::texts::Field;
use crate::flat::Writer;
use crate::tongue::Tongue;
use crate::trade::TradeNames;
use crate::words::{Code, Lists, Phrase};

/// Digits of a code that can be declared.
const DECLARED: usize = 6;
/// Weights of the texts of the codes above, the nearest first; the own text has 1.
const ABOVE: [f32; 3] = [0.4, 0.15, 0.1];
/// Weight of the nearest text above for a code without a text of its own in the language.
const INSTEAD: f32 = 0.8;
/// What remains of the score of a code that collects leftovers.
const CATCH_ALL: f32 = 0.92;
/// Gain of a code that consumers send: those have texts in every language.
const CONSUMER: f32 = 1.15;

impl Lists {
    /// The index over these lists, for [`crate::hs::HsIndex::read`].
    pub fn index(&self) -> Bytes {
        let mut writer = Writer::default();
        let declared: Vec<(u32, &Code)> =
            (0..).zip(&self.codes).filter(|(_, code)| code.code.len() >= DECLARED).collect();
        let numbers: HashMap<&str, u32> = declared.iter().map(|(_, code)| code.code.as_str()).zip(0..).collect();
        let number = |code: &str| numbers.get(code).copied();
        writer.texts(self.codes.iter().map(|code| code.code.as_str()));
        writer.texts(self.codes.iter().flat_map(|code| code.texts.iter().map(String::as_str)));
        writer.numbers(declared.iter().map(|(entry, _)| *entry));
        writer.floats(declared.iter().map(|(_, code)| standing(code)));
        let vocabulary = self.vocabulary();
        writer.texts(vocabulary.iter().map(String::as_str));
        TradeNames::write(&self.trade_names, number, &mut writer);
        let kinds: BTreeSet<&str> = self.phrases.iter().filter_map(|phrase| phrase.kind.as_deref()).collect();
        writer.texts(kinds.iter().copied());
        let kinds: HashMap<&str, u32> = kinds.into_iter().zip(0..).collect();
        for tongue in Tongue::ALL {
            let phrases: Vec<&Phrase> = self.phrases.iter().filter(|phrase| phrase.tongue == tongue).collect();
            writer.lists(phrases.iter().map(|phrase| phrase.codes.iter().filter_map(|code| number(code)).collect()));
            let kind = |phrase: &&Phrase| phrase.kind.as_deref().and_then(|kind| kinds.get(kind)).copied();
            writer.numbers(phrases.iter().map(|phrase| kind(phrase).unwrap_or(u32::MAX)));
            let of_codes = declared.iter().map(|(_, code)| self.fields(code, tongue));
            let of_phrases =
                phrases.iter().map(|phrase| vec![Field { text: &phrase.words, weight: 1.0, own: true, name: true }]);
            let vague = self.vague.iter().filter(|(of, _)| *of == tongue).map(|(_, word)| word.as_str());
            texts::write(tongue, vague, of_codes.chain(of_phrases), &mut writer);
        }
        writer.finish()
    }

    /// Words that goods are called by in the nomenclature and everyday phrases of three languages, in plain small letters.
    fn vocabulary(&self) -> BTreeSet<String> {
        let texts = self.codes.iter().flat_map(|code| [Tongue::En, Tongue::Fr, Tongue::Es].map(|of| code.text_in(of)));
        let phrases = self.phrases.iter().filter(|phrase| phrase.kind.is_none()).map(|phrase| phrase.words.as_str());
        texts.chain(phrases).flat_map(lettered).collect()
    }

    fn get(&self, code: &str) -> Option<&Code> {
        let at = self.codes.binary_search_by(|known| known.code.as_str().cmp(code)).ok()?;
        self.codes.get(at)
    }

    /// The codes below `code`, its own not among them.
    fn below(&self, code: &str) -> impl Iterator<Item = &Code> {
        let first = self.codes.partition_point(|known| known.code.as_str() <= code);
        self.codes.iter().skip(first).take_while(move |below| below.code.starts_with(code))
    }

    /// The texts a code is found by: its own and those of the codes above. A code that has others below is only found
    /// where those have no text of their own.
    fn fields<'a>(&'a self, code: &'a Code, tongue: Tongue) -> Vec<Field<'a>> {
        let mut below = self.below(&code.code).peekable();
        if below.peek().is_some() && below.all(|child| !child.text_in(tongue).is_empty()) {
            return Vec::new();
        }
        let field = |text, weight, own| Field { text, weight, own, name: false };
        let own = code.text_in(tongue);
        let nearest = if own.is_empty() { INSTEAD } else { ABOVE[0] };
        let weights = std::iter::once(nearest).chain(ABOVE.into_iter().skip(1));
        let lengths = [8, 6, 4, 2].into_iter().filter(|length| *length < code.code.len());
        let above = lengths.filter_map(|length| self.get(code.code.get(..length)?));
        let above = above.zip(weights).map(|(above, weight)| field(above.text_in(tongue), weight, false));
        std::iter::once(field(own, 1.0, true)).chain(above).collect()
    }
}

/// The words of a text that have letters.
fn lettered(text: &str) -> Vec<String> {
    let plain = deunicode(text).to_ascii_lowercase();
    let words = plain.split(|c: char| !c.is_ascii_alphanumeric());
    words.filter(|word| word.len() > 1 && word.bytes().any(|b| b.is_ascii_lowercase())).map(str::to_owned).collect()
}

/// What of a score remains for the standing of a code: those for leftovers stand back, consumer goods come first.
fn standing(code: &Code) -> f32 {
    let catch_all = if is_catch_all(code.text_in(Tongue::En)) { CATCH_ALL } else { 1.0 };
    if code.text_in(Tongue::Fr).is_empty() { catch_all } else { catch_all * CONSUMER }
}

fn is_catch_all(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.contains("not elsewhere listed") || text.starts_with("other ") || text.contains(" other than ")
}
