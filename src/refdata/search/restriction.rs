//! From goods, by description or by code, to the rules against them.
//!
//! A description finds a rule by the rule's own words, and over the HS code it most likely means; so French or
//! Portuguese words find English rules. Rules of the UPU hold for every destination.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::hs::{HsIndex, ask, reason};
use super::index::{Field, TextIndex};
use super::tongue::Tongue;
use crate::contract::RestrictionProhibition;
use crate::limits;
use crate::refdata::lists::Language;
use crate::refdata::restrictions::{HsCode, HsFit, Restriction};

/// From what strength on a rule is given that the words of a description fit: the share of the description that is
/// found, times the root of the share of the rule's own words for the goods.
const ENOUGH: f32 = 0.36;
/// Certainty of a proposed code from which on its rules are given.
const SURE_OF_CODE: f32 = 0.45;

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
    /// The rule that each kind of goods belongs to; kinds are the documents of the indexes.
    rule_of: Vec<usize>,
    indexes: Vec<TextIndex>,
}

impl RestrictionIndex {
    /// Builds the indexes, one for each language the rules are written in.
    pub fn new(rules: Vec<Restriction>) -> Self {
        let kinds: Vec<(usize, &str)> =
            rules.iter().enumerate().flat_map(|(at, rule)| kinds(rule).map(move |kind| (at, kind))).collect();
        let index = |language: Language| {
            TextIndex::build(Tongue::from(language), kinds.iter().map(|(at, kind)| fields(&rules, *at, kind, language)))
        };
        let indexes = Language::ALL.map(index).into();
        let rule_of = kinds.iter().map(|(at, _)| *at).collect();
        Self { rules, rule_of, indexes }
    }

    /// The rules whose codes cover `code` or a part of what it stands for; full covers first.
    pub fn by_hs(&self, code: &str, route: Route<'_>) -> Vec<RestrictionHit<'_>> {
        let Some(code) = HsCode::parse(code) else { return Vec::new() };
        let rules = self.rules.iter().filter(|rule| rule.holds(route.destination, route.sending, route.on));
        let mut hits: Vec<RestrictionHit<'_>> = rules.filter_map(|rule| hit_by_code(rule, &code)).collect();
        rank(&mut hits);
        hits
    }

    /// The rules that fit a description of goods; `goods` proposes the code it most likely means.
    pub fn by_description(&self, text: &str, route: Route<'_>, goods: &HsIndex) -> Vec<RestrictionHit<'_>> {
        let mut hits = self.by_words(text, route, goods);
        if let Some(likely) = goods.search(text, 1).into_iter().find(|hit| hit.certainty >= SURE_OF_CODE) {
            for mut hit in self.by_hs(&likely.code, route).into_iter().filter(|hit| !hit.partly) {
                hit.reason = format!("{}, the code that the description most likely means", hit.reason);
                add(&mut hits, hit);
            }
        }
        rank(&mut hits);
        hits
    }

    /// The rules that speak against goods with a code and a description: those whose codes cover the code, those that
    /// cover a part of it where the description says that it is this part, and by words those that name no codes.
    pub fn screen(&self, code: &str, text: &str, route: Route<'_>, goods: &HsIndex) -> Vec<RestrictionHit<'_>> {
        if code.trim().is_empty() {
            return self.by_description(text, route, goods);
        }
        let by_code = self.by_hs(code, route);
        let in_doubt = by_code.iter().any(|hit| hit.partly);
        let described =
            if in_doubt { self.by_description(text, route, goods) } else { self.by_words(text, route, goods) };
        let mut hits: Vec<RestrictionHit<'_>> =
            by_code.into_iter().filter_map(|hit| settled(hit, &described)).collect();
        for hit in described.into_iter().filter(|hit| !hit.rule.has_codes()) {
            add(&mut hits, hit);
        }
        rank(&mut hits);
        hits
    }

    fn by_words(&self, text: &str, route: Route<'_>, goods: &HsIndex) -> Vec<RestrictionHit<'_>> {
        let indexes: Vec<&TextIndex> = self.indexes.iter().collect();
        let mut found: HashMap<usize, RestrictionHit<'_>> = HashMap::new();
        for (index, (question, trust)) in self.indexes.iter().zip(ask(&indexes, text, |word| goods.knows(word))) {
            for kind in index.search(&question) {
                let score = kind.certainty * kind.exhaustion.sqrt() * trust;
                let Some(at) = self.rule_of.get(kind.document as usize).filter(|_| score >= ENOUGH) else { continue };
                let Some(rule) = self.rules.get(*at) else { continue };
                if !rule.holds(route.destination, route.sending, route.on) {
                    continue;
                }
                let better = found.get(at).is_none_or(|known| known.score < score);
                if better {
                    let reason = reason(&index.matches(&question, kind.document));
                    found.insert(*at, RestrictionHit { rule, reason, partly: false, score });
                }
            }
        }
        found.into_values().collect()
    }

    /// The rules, in the order given.
    pub fn rules(&self) -> &[Restriction] {
        &self.rules
    }
}

/// The kinds of goods that the description of a rule lists, one by one.
fn kinds(rule: &Restriction) -> impl Iterator<Item = &str> {
    let conjunctions: &[&str] = match rule.text_language() {
        Language::En => &[" and ", " or "],
        Language::Fr => &[" et ", " ou "],
        Language::Es => &[" y ", " o "],
        Language::Pt => &[" e ", " ou "],
    };
    let listed = rule.description.split([',', ';', ':', '(', ')']);
    let split = move |part| {
        conjunctions.iter().fold(vec![part], |parts: Vec<&str>, c| parts.iter().flat_map(|p| p.split(c)).collect())
    };
    listed.flat_map(split)
}

fn fields<'a>(rules: &[Restriction], at: usize, kind: &'a str, language: Language) -> Vec<Field<'a>> {
    let speaks = rules.get(at).is_some_and(|rule| rule.text_language() == language);
    if speaks { vec![Field { text: kind, weight: 1.0, own: true, name: true }] } else { Vec::new() }
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
