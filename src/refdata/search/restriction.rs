//! From goods, by description or by code, to the rules against them.
//!
//! A description fits a rule that names its goods: all words of the name stand in it, and no other goods are named in
//! their place (`camera lens` is no camera). What is said besides, as colour, amount, brand or purpose, changes nothing.
//! A description in another language fits by what its goods are called in English, and over the HS codes it surely
//! means. Rules of the UPU hold for every destination.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::hs::{HsIndex, parts};
use super::text::{Analyzer, Role, Word, read_part, singular};
use super::tongue::{Head, Tongue};
use crate::contract::RestrictionProhibition;
use crate::limits;
use crate::refdata::restrictions::{HsCode, HsFit, Restriction};

/// Certainty of a proposed code from which on its rules are given.
const SURE_OF_CODE: f32 = 0.45;

/// Words that name no goods by themselves, so that a rule is not found by them alone.
const GENERIC: &str = "part parts accessory accessories article articles good goods product products item items equipment \
    device devices substance substances material materials thing things vehicle vehicles machine machines tool tools \
    image images picture pictures film films book books bag bags copy copies kind kinds live inert replica raw carved \
    used retreaded inlaid fresh sample samples sent outside food other public gift gifts letter letters matter paper \
    papers software single piece pieces private use strong weak such similar specimen patient species trade data edible \
    edibles remedy remedies box boxes set sets ready made kit";
/// Behind the name of goods these say in which form they come.
const FORMS: &str = "spray powder liquid gel foam tablet tablets pill pills capsule capsules pellets crystals granules \
    concentrate refill refills roll rolls leaf leaves loose slice sliced slices bar bars can cans tin tins jar box boxes pack packs tube bottle \
    bottles bundle carton cartons device devices product products online";
/// Beside the name of goods these say that they are not what they are named after.
const ONLY_IN_NAME: &str = "artificial fake faux imitation toy plush print printed pattern patterned shape shaped coloured \
    colored colour color themed theme style costume free empty font symbol dummy model simulated drawing manga album \
    poster costume sticker band movie book manual print prints inspired";

/// Endings of English words that share their stem with goods and are none.
const PARTICIPLES: [&str; 2] = ["ed", "ing"];
/// Of the words that otherwise only say how goods are packed, those that name goods of their own.
const CARRIERS: &str = "bag bags box boxes case sac sacs bolsa bolsas saco sacos borsa";

/// A rule that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct RestrictionHit<'a> {
    pub rule: &'a Restriction,
    /// Why it was found, for people.
    pub reason: String,
    /// The rule speaks of a part of the goods named only (the code given is short).
    pub partly: bool,
    /// Higher is better; comparable within one answer only.
    pub score: f32,
}

impl RestrictionHit<'_> {
    /// The rule as it travels, the reason in its note.
    pub fn to_contract(&self) -> RestrictionProhibition {
        self.rule.to_contract(&self.reason)
    }
}

/// What stands against goods, in one word for each category.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Screened<'a> {
    pub prohibited: Against<'a>,
    pub restricted: Against<'a>,
}

/// What rules of one category say.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Against<'a> {
    /// The best fitting rule against the goods as a whole.
    pub whole: Option<&'a Restriction>,
    /// There is a rule, if only against a part of what the code stands for.
    pub any: bool,
}

impl<'a> Screened<'a> {
    /// Out of hits, best first.
    pub fn of(hits: &[RestrictionHit<'a>]) -> Self {
        let against = |category: &str| {
            let of_category = || hits.iter().filter(|hit| hit.rule.category == category);
            let whole = of_category().find(|hit| !hit.partly).map(|hit| hit.rule);
            Against { whole, any: of_category().next().is_some() }
        };
        Self { prohibited: against("P"), restricted: against("R") }
    }
}

/// Where an item goes, where it comes from, and when.
#[derive(Clone, Copy, Debug)]
pub struct Route<'a> {
    /// ISO country of destination.
    pub destination: &'a str,
    /// ISO country it is sent from; empty when not known.
    pub sending: &'a str,
    pub on: NaiveDate,
}

/// The search over a list of rules.
pub struct RestrictionIndex {
    rules: Vec<Restriction>,
    tongues: Vec<Terms>,
    small: Small,
}

/// Words with a meaning of their own for rules.
struct Small {
    generic: HashSet<&'static str>,
    forms: HashSet<&'static str>,
    only_in_name: HashSet<&'static str>,
    carriers: HashSet<&'static str>,
}

/// What the rules written in one language name.
struct Terms {
    analyzer: Analyzer,
    /// By the stem of the main word.
    by_head: HashMap<String, Vec<Term>>,
}

/// Goods as a rule names them.
struct Term {
    rule: usize,
    /// Stems of all its words, that of the main word among them.
    stems: Vec<String>,
    /// Its main word as written.
    head: String,
    how: How,
}

/// How goods meet the words of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    /// They are called so.
    Named,
    /// They are made of it: `of ivory`.
    MadeOf,
    /// They have it in them: `with lithium battery`.
    With,
}

impl RestrictionIndex {
    /// Builds the indexes, one for each language the rules are written in; `goods` takes their texts apart.
    pub fn new(rules: Vec<Restriction>, goods: &HsIndex) -> Self {
        let set = |words: &'static str| words.split_whitespace().collect();
        let small = Small {
            generic: set(GENERIC),
            forms: set(FORMS),
            only_in_name: set(ONLY_IN_NAME),
            carriers: set(CARRIERS),
        };
        let tongues = [Tongue::En, Tongue::Fr, Tongue::Es, Tongue::Pt];
        let tongues = tongues.into_iter().filter_map(|tongue| goods.analyzer(tongue));
        let tongues = tongues.map(|analyzer| Terms::new(&rules, analyzer, &small)).collect();
        Self { rules, tongues, small }
    }

    /// The rules whose codes cover `code` or a part of what it stands for; full covers first.
    pub fn by_hs(&self, code: &str, route: Route<'_>) -> Vec<RestrictionHit<'_>> {
        let Some(code) = HsCode::parse(code) else { return Vec::new() };
        let rules = self.rules.iter().filter(|rule| rule.holds(route.destination, route.sending, route.on));
        let mut hits: Vec<RestrictionHit<'_>> = rules.filter_map(|rule| hit_by_code(rule, &code)).collect();
        rank(&mut hits);
        hits
    }

    /// The rules that fit a description of goods; `goods` knows what it is called and which codes it surely means.
    pub fn by_description(&self, text: &str, route: Route<'_>, goods: &HsIndex) -> Vec<RestrictionHit<'_>> {
        let (text, mut hits) = (read_part(text), Vec::new());
        for part in kinds_of_goods(text, goods) {
            self.naming(&part, route, goods, &mut hits);
            for code in goods.sure_codes(&part, SURE_OF_CODE) {
                for mut hit in self.by_hs(&code, route).into_iter().filter(|hit| !hit.partly) {
                    hit.reason = format!("{}, the code that the description most likely means", hit.reason);
                    add(&mut hits, hit);
                }
            }
        }
        rank(&mut hits);
        hits
    }

    /// The rules that speak against goods with a code and a description: those whose codes cover the code, those that
    /// cover a part of it where the description says that it is this part, and those whose goods the description names.
    /// The reason says which of the two led to the rule.
    pub fn screen(&self, code: &str, text: &str, route: Route<'_>, goods: &HsIndex) -> Vec<RestrictionHit<'_>> {
        let text = read_part(text);
        if code.trim().is_empty() {
            return self.by_description(text, route, goods);
        }
        let by_code = self.by_hs(code, route);
        let in_doubt = by_code.iter().any(|hit| hit.partly);
        let described = if in_doubt { self.by_description(text, route, goods) } else { Vec::new() };
        let mut hits: Vec<RestrictionHit<'_>> =
            by_code.into_iter().filter_map(|hit| settled(hit, &described)).collect();
        for hit in self.by_words(text, route, goods) {
            add(&mut hits, hit);
        }
        rank(&mut hits);
        hits
    }

    /// The rules that name what the text names, as a whole or in one of its parts.
    fn by_words(&self, text: &str, route: Route<'_>, goods: &HsIndex) -> Vec<RestrictionHit<'_>> {
        let mut hits = Vec::new();
        for part in kinds_of_goods(text, goods) {
            self.naming(&part, route, goods, &mut hits);
        }
        hits
    }

    fn naming<'a>(&'a self, text: &str, route: Route<'_>, goods: &HsIndex, hits: &mut Vec<RestrictionHit<'a>>) {
        let names = goods.names(text);
        let spoken = goods.tongues_of(text);
        let is_spoken = |tongue| match spoken.first() {
            None => true,
            Some(Tongue::En) => tongue == Tongue::En,
            Some(_) => spoken.contains(&tongue),
        };
        for terms in self.tongues.iter().filter(|terms| is_spoken(terms.analyzer.tongue())) {
            let words = terms.analyzer.query(text, |_| false);
            self.fitting(
                terms,
                &words,
                goods,
                |rule, said| {
                    // A longer name of goods around the words of the rule says what the goods are: `glue gun`.
                    let longer = names.iter().any(|name| {
                        let is_telling = |word: &&String| {
                            !terms.analyzer.is_side_word(word) || self.small.carriers.contains(word.as_str())
                        };
                        let telling = name.words.iter().filter(is_telling);
                        telling.count() > said.len()
                            && said.iter().any(|word| name.words.iter().any(|known| singular(known) == singular(word)))
                            && rule.has_codes()
                            && !name.codes.iter().any(|code| covers(rule, code))
                    });
                    let here = rule.holds(route.destination, route.sending, route.on);
                    (here && !longer).then(|| format!("found by: {}", said.join(", ")))
                },
                hits,
            );
        }
        for name in names.iter().filter(|name| name.tongue != Tongue::En) {
            let (Some(kind), Some(terms)) = (name.kind, self.tongues.first()) else { continue };
            let words = terms.analyzer.query(kind, |_| false);
            self.fitting(
                terms,
                &words,
                goods,
                |rule, said| {
                    let here = rule.holds(route.destination, route.sending, route.on);
                    here.then(|| format!("found by: {} (for {})", said.join(", "), name.words.join(" ")))
                },
                hits,
            );
        }
    }

    /// Adds the rules with a term that fits the words; `reason` may turn one down.
    fn fitting<'a>(
        &'a self,
        terms: &Terms,
        words: &[Word],
        goods: &HsIndex,
        reason: impl Fn(&Restriction, &[&str]) -> Option<String>,
        hits: &mut Vec<RestrictionHit<'a>>,
    ) {
        for head in words {
            for term in terms.by_head.get(&head.stem).into_iter().flatten() {
                let Some(rule) = self.rules.get(term.rule) else { continue };
                let Some(said) = self.said(term, head, words, terms.analyzer.tongue(), goods) else { continue };
                if let Some(reason) = reason(rule, &said) {
                    let score = 0.5 + 0.1 * said.len().min(4) as f32;
                    add(hits, RestrictionHit { rule, reason, partly: false, score });
                }
            }
        }
    }

    /// The words of a description that say what `term` says, `head` being its main word; `None` where it does not fit.
    fn said<'w>(
        &self,
        term: &Term,
        head: &'w Word,
        words: &'w [Word],
        tongue: Tongue,
        goods: &HsIndex,
    ) -> Option<Vec<&'w str>> {
        let clause = || words.iter().filter(|word| word.clause == head.clause);
        if head.is_purpose && term.how != How::With {
            return None;
        }
        // What is `painted` is no paint.
        if head.surface != term.head && PARTICIPLES.iter().any(|ending| head.surface.ends_with(ending)) {
            return None;
        }
        let word_of =
            |stem: &String| clause().find(|word| word.stem == *stem && (!word.is_purpose || term.how == How::With));
        let said: Vec<&Word> = term.stems.iter().map(word_of).collect::<Option<_>>()?;
        let is_said = |word: &Word| term.stems.contains(&word.stem);
        let is_other = term.how != How::With;
        if is_other && clause().any(|word| !is_said(word) && self.small.only_in_name.contains(word.surface.as_str())) {
            return None;
        }
        let names_others = |word: &&Word| {
            !is_said(word)
                && !word.is_purpose
                && !self.small.forms.contains(word.surface.as_str())
                && (word.role > Role::Side || self.small.carriers.contains(word.surface.as_str()))
                && goods.is_head(&word.surface, tongue)
        };
        let place = words.iter().position(|word| std::ptr::eq(word, head))?;
        let displaced = match (term.how, tongue.head()) {
            (How::With, _) => false,
            (How::MadeOf, _) => !self.is_made_of(words, place, &is_said, goods),
            (How::Named, Head::Last) => {
                words.iter().skip(place + 1).filter(|w| w.clause == head.clause).any(|w| names_others(&w))
            }
            (How::Named, Head::First) => {
                words.iter().take(place).filter(|w| w.clause == head.clause).any(|w| names_others(&w))
            }
        };
        (!displaced).then(|| said.into_iter().map(|word| word.surface.as_str()).collect())
    }

    /// Whether a material stands right before goods that are made of it, and no colour (`ivory white`), nor with another
    /// material in the same breath (`tortoiseshell comb, plastic`).
    fn is_made_of(&self, words: &[Word], place: usize, is_said: &impl Fn(&Word) -> bool, goods: &HsIndex) -> bool {
        let others = || words.iter().filter(|word| !is_said(word));
        let next = words.get(place + 1);
        let names = |word: &Word| word.role == Role::Name && goods.is_head(&word.surface, Tongue::En);
        !others().any(|word| word.role == Role::Material)
            && next.is_none_or(|next| next.clause != words[place].clause || next.is_purpose || names(next))
    }

    /// The rules, in the order given.
    pub fn rules(&self) -> &[Restriction] {
        &self.rules
    }
}

impl Terms {
    fn new(rules: &[Restriction], analyzer: Analyzer, small: &Small) -> Self {
        let tongue = analyzer.tongue();
        let mut by_head: HashMap<String, Vec<Term>> = HashMap::new();
        let ours = rules.iter().enumerate().filter(|(_, rule)| Tongue::from(rule.text_language()) == tongue);
        for (at, rule) in ours {
            for named in named(rule) {
                if let Some((head, term)) = Term::new(&analyzer, at, named, small) {
                    by_head.entry(head).or_default().push(term);
                }
            }
        }
        Self { analyzer, by_head }
    }
}

impl Term {
    /// The stem of the main word, and the term. `None` for words that name no goods.
    fn new(analyzer: &Analyzer, rule: usize, named: &str, small: &Small) -> Option<(String, Self)> {
        let (how, named) = match named.split_once(' ') {
            Some(("of", material)) => (How::MadeOf, material),
            Some(("with", inside)) => (How::With, inside),
            _ => (How::Named, named),
        };
        let words = analyzer.query(named, |_| false);
        let said: Vec<&Word> = words.iter().filter(|word| !word.is_purpose).collect();
        if said.iter().all(|word| small.generic.contains(word.surface.as_str())) {
            return None;
        }
        let head = match analyzer.tongue().head() {
            Head::First => said.first(),
            Head::Last => said.last(),
        };
        let stems = said.iter().map(|word| word.stem.clone()).collect();
        let head = head?;
        Some((head.stem.clone(), Self { rule, stems, head: head.surface.clone(), how }))
    }
}

/// A text about goods as a whole, and each of its parts where it may be about several kinds.
fn kinds_of_goods(text: &str, goods: &HsIndex) -> Vec<String> {
    let tongue = goods.tongue_of(text).unwrap_or(Tongue::En);
    let mut kinds = parts(text, tongue);
    kinds.truncate(limits::SEARCH_WORDS);
    if kinds.len() != 1 {
        kinds.insert(0, text.to_owned());
    }
    kinds
}

/// What a rule names, one by one: its goods where they are listed, else the kinds in its description.
fn named(rule: &Restriction) -> Vec<&str> {
    let listed = rule.goods.split(';').map(str::trim).filter(|goods| !goods.is_empty());
    let listed: Vec<&str> = listed.collect();
    if listed.is_empty() { kinds(rule).map(str::trim).collect() } else { listed }
}

/// The kinds of goods that the description of a rule lists, one by one.
fn kinds(rule: &Restriction) -> impl Iterator<Item = &str> {
    let conjunctions: &[&str] = match Tongue::from(rule.text_language()) {
        Tongue::Fr => &[" et ", " ou ", " achetés à distance"],
        Tongue::Es => &[" y ", " o ", " comprados a distancia"],
        Tongue::Pt => &[" e ", " ou ", " comprados à distância"],
        _ => &[
            " and ",
            " or ",
            " such as ",
            " bought ",
            " from ",
            " made of ",
            " without ",
            " above ",
            " stronger than ",
        ],
    };
    let listed = rule.description.split([',', ';', ':', '(', ')']);
    let split = move |part| {
        conjunctions.iter().fold(vec![part], |parts: Vec<&str>, c| parts.iter().flat_map(|p| p.split(c)).collect())
    };
    listed.flat_map(split)
}

fn covers(rule: &Restriction, code: &str) -> bool {
    HsCode::parse(code).and_then(|code| rule.fit(&code)).is_some()
}

fn hit_by_code<'a>(rule: &'a Restriction, code: &HsCode) -> Option<RestrictionHit<'a>> {
    let digits = &code.digits;
    let (partly, reason) = match rule.fit(code)? {
        HsFit::Covered(span) if span == *digits => (false, format!("found by: HS {digits}")),
        HsFit::Covered(span) => (false, format!("found by: HS {digits} lies in {span}")),
        HsFit::Partly(span) => (true, format!("found by: a part of HS {digits} lies in {span}")),
    };
    Some(RestrictionHit { rule, reason, partly, score: if partly { 0.5 } else { 1.0 } })
}

/// A rule that covers a part of a code counts when the description fits it too: a chapter or heading alone says nothing
/// about the goods.
fn settled<'a>(hit: RestrictionHit<'a>, described: &[RestrictionHit<'a>]) -> Option<RestrictionHit<'a>> {
    if !hit.partly {
        return Some(hit);
    }
    let fits = described.iter().any(|said| std::ptr::eq(said.rule, hit.rule));
    fits.then(|| RestrictionHit {
        reason: format!("{}, and so does the description", hit.reason),
        partly: false,
        ..hit
    })
}

fn add<'a>(hits: &mut Vec<RestrictionHit<'a>>, hit: RestrictionHit<'a>) {
    if !hits.iter().any(|known| std::ptr::eq(known.rule, hit.rule)) {
        hits.push(hit);
    }
}

/// Best first; among equals the destination's own rule before that of the UPU, prohibition before restriction.
fn rank(hits: &mut Vec<RestrictionHit<'_>>) {
    let key = |hit: &RestrictionHit<'_>| (hit.rule.destination.is_empty(), hit.rule.category != "P");
    hits.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then_with(|| key(a).cmp(&key(b)))
            .then_with(|| a.rule.description.cmp(&b.rule.description))
    });
    hits.truncate(limits::RESTRICTION_HITS);
}

#[cfg(test)]
mod tests {
    use super::super::{goods, restrictions};
    use super::*;

    fn route<'a>(destination: &'a str, sending: &'a str) -> Route<'a> {
        Route { destination, sending, on: "2026-11-21".parse().unwrap() }
    }

    fn described(text: &str, destination: &str) -> Vec<(String, String)> {
        let hits = restrictions().by_description(text, route(destination, "CN"), goods());
        hits.into_iter().map(|hit| (hit.rule.description.clone(), hit.reason)).collect()
    }

    fn names(text: &str, destination: &str, word: &str) -> bool {
        described(text, destination).iter().any(|(description, _)| description.to_lowercase().contains(word))
    }

    #[test]
    fn short_words_and_phrases_find_the_rules_of_the_destination_and_of_the_upu() {
        assert!(names("cigarettes", "AU", "tobacco"));
        assert!(names("firework", "AU", "fireworks"));
        assert!(names("chewing gum", "SG", "chewing gum"));
        assert!(!names("chewing gum", "AU", "chewing gum"));
        assert!(names("power bank", "NZ", "lithium"));
    }

    #[test]
    fn french_and_misspelt_words_find_english_rules() {
        assert!(names("bouteille de vin rouge", "AE", "alcohol"), "{:?}", described("bouteille de vin rouge", "AE"));
        assert!(names("cigaretes", "AU", "tobacco"));
    }

    #[test]
    fn harmless_goods_find_nothing() {
        for text in ["cotton t-shirt", "paperback novel", "wall clock", "leather wallet"] {
            assert_eq!(described(text, "AU"), [], "{text}");
        }
    }

    #[test]
    fn codes_are_screened_with_route_and_reason() {
        let hits = restrictions().by_hs("2402.20", route("AU", "CN"));
        assert!(hits.iter().any(|hit| hit.rule.destination == "AU" && hit.reason.contains("240220")), "{hits:?}");
        let gold = |sending| {
            let hits = restrictions().by_hs("7108", route("PT", sending));
            hits.into_iter().any(|hit| hit.rule.sending_countries == ["RU"])
        };
        assert!(gold("RU") && gold("") && !gold("BR"));
        assert!(restrictions().by_hs("610910", route("AU", "CN")).is_empty());
        assert!(restrictions().by_hs("", route("AU", "CN")).is_empty());
    }

    #[test]
    fn a_declared_code_goes_before_the_words() {
        let screened = |code: &str, text: &str| restrictions().screen(code, text, route("SG", "CN"), goods()).len();
        assert!(screened("170410", "gum") > 0);
        assert_eq!(screened("490199", "novel about whisky"), 0);
        assert!(screened("", "chewing gum") > 0);
        let route = route("AU", "CN");
        let tobacco = |text| restrictions().screen("24", text, route, goods());
        assert!(restrictions().by_hs("24", route).iter().all(|hit| hit.partly), "a look-up shows what may be meant");
        assert_eq!(tobacco("parts"), [], "a chapter alone says nothing about the goods");
        let hits = tobacco("cigarettes");
        assert!(
            !hits.is_empty() && hits.iter().all(|hit| !hit.partly && hit.reason.contains("description")),
            "{hits:?}"
        );
        assert!(
            screened("", "replica grenade") > 0 && screened("830629", "replica grenade") > 0,
            "rules without codes"
        );
    }
}
