//! Is a declaration good enough to be sent? A table of rules, what each asks for, and how strict each destination is.
//!
//! Sources: the published advice of posts and customs on data quality; each rule of the table says what it asks. Drafts are
//! only warned about. Nothing is changed or stored here, and whether something can be stored at all is the business of
//! the structure rules.

mod dates;
mod fillers;
mod goods;
mod item;
mod noise;
mod party;
mod posts;
mod print;
mod totals;
mod typed;
mod vague;

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::contract::{DeclarationData, MailObject};
use crate::domain::Level;
use crate::error::Finding;
use crate::refdata::lists::{Country, List, lists};
use crate::refdata::search::restriction::Screened;

pub use self::vague::StopWords;

/// A destination that asks for more than the default.
#[derive(Clone, Copy, Debug)]
pub enum Where {
    /// Countries of the EU customs territory.
    Eu,
    Country(&'static str),
}

/// One rule: its name, how strict it is, and what it asks for.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub id: &'static str,
    pub level: Level,
    pub stricter: &'static [(Where, Level)],
    /// What the rule asks for, for the documentation.
    pub asks: &'static str,
}

const EU: &[(Where, Level)] = &[(Where::Eu, Level::Reject)];
const EU_NO_CH: &[(Where, Level)] =
    &[(Where::Eu, Level::Reject), (Where::Country("NO"), Level::Reject), (Where::Country("CH"), Level::Reject)];
const INDIA: &[(Where, Level)] = &[(Where::Country("IN"), Level::Reject)];
const USA: &[(Where, Level)] = &[(Where::Country("US"), Level::Reject)];

macro_rules! rules {
    ($($id:ident $level:ident $stricter:expr, $asks:literal;)*) => {
        /// Every rule.
        pub const RULES: &[Rule] = &[
            $(Rule { id: stringify!($id), level: Level::$level, stricter: $stricter, asks: $asks },)*
        ];
    };
}

rules! {
    required Reject &[], "Everything a customs form needs: names, addresses, weights, values, postage, nature.";
    size Reject &[], "No text is longer than the message to the partner can carry.";
    decimals Reject &[], "Weights have at most 3 decimals, amounts at most those of their currency.";
    item_id_form Reject &[], "The item id has S10 form, or is the id of a declaration made before acceptance.";
    item_id_class Reject &[], "The first two letters of the item id belong to the mail class.";
    item_id_country Warn &[], "The last two letters of the item id are a country or territory of the list.";
    item_id_check_digit Warn &[], "The check digit of the item id is right.";
    late Warn &[], "The declaration is final before the item leaves the outward office of exchange.";
    country_known Reject &[], "In messages of partners, countries are in the list (a call that names another is a 400).";
    currency_known Reject &[], "Currencies are codes of ISO 4217.";
    code_known Warn INDIA, "Mail class, category, handling class, nature and transport mode are listed codes.";
    weight_zero Reject &[], "Gross and net weights are above 0.";
    weight_over_limit Warn &[], "The item weighs no more than any item of its class may; weights are in kg.";
    net_over_gross Reject &[], "The net weights together do not exceed the gross weight.";
    value_zero Reject &[], "Every line has a value above 0 (documents excepted).";
    value_one Warn INDIA, "Values are real; 1 is a usual filler.";
    postage_zero Warn INDIA, "The postage paid is given.";
    currencies_mixed Warn &[], "All lines have the same currency.";
    total_differs Warn &[], "A total value given beside the lines is their sum, give or take what rounding makes.";
    postage_currency Off &[], "Postage and goods have the same currency.";
    description_vague Reject &[], "Descriptions hold words, not numbers and codes alone, and are not just the category.";
    description_short Warn INDIA, "Descriptions have at least five characters.";
    stop_word_alone Warn EU, "A description names the goods, not a class of goods, and is not made of words that say nothing.";
    stop_word_inside Warn &[], "A vague word is explained by others.";
    hs_absent Warn EU_NO_CH, "Sold goods, returned goods and samples have an HS code.";
    hs_form Warn EU_NO_CH, "An HS code has six to fourteen digits.";
    hs_unknown Warn &[], "The first six digits are a code of HS 2022.";
    origin_absent Warn USA, "Sold goods have a country of origin.";
    gift_commercial Warn &[], "A gift comes from a person and has not more than 20 of one thing.";
    nature_unexplained Reject &[], "Nature 999 (other) is explained.";
    contact_absent Warn EU, "The recipient has a telephone number or an e-mail address.";
    placeholder Warn &[], "Names, addresses and contacts are real, not typed to get past a field.";
    name_short Off INDIA, "Names have at least five characters.";
    address_short Off INDIA, "Address lines have at least five characters.";
    zip_short Off INDIA, "Postcodes have at least five characters.";
    prohibited_goods Warn &[], "The destination or the UPU forbids none of the goods.";
    restricted_goods Warn &[], "The destination or the UPU restricts none of the goods.";
    foreign_id Amber &[], "The item id is one that posts of the origin's country may use.";
    unknown_post Warn &[], "Origin and destination are posts of the list of operators.";
    posting_date Warn &[], "The posting date lies after 1999 and not more than a year ahead.";
    transport_date Warn &[], "The date of transport lies after 1999 and not more than a year ahead.";
    recipient_country Warn &[], "The recipient lives in a country that the destination post delivers in.";
    sender_is_recipient Warn &[], "Sender and recipient differ in name or address.";
    not_printable Warn &[], "The forms can show every character of what is printed on them.";
    reserved_member Warn &[], "Revised codes and import restrictions are left to the destination and its customs.";
}

/// The rule whose levels include amber.
pub const FOREIGN_ID: &str = "foreign_id";
/// The rule on what a message says of itself: its total against its lines.
pub const TOTAL_DIFFERS: &str = "total_differs";
/// The rule on members that are dropped: there is nothing left to refuse.
pub const RESERVED_MEMBER: &str = "reserved_member";

impl Rule {
    /// The levels it can be set to, strictest first.
    pub fn levels(&self) -> &'static [Level] {
        match self.id {
            FOREIGN_ID => &[Level::Reject, Level::Amber, Level::Warn, Level::Off],
            RESERVED_MEMBER => &[Level::Warn, Level::Off],
            _ => &[Level::Reject, Level::Warn, Level::Off],
        }
    }
}

/// The rule named `id`.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

/// An organization's own strictness for a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    pub rule: String,
    /// For this destination only; `None` for all. The one for the destination goes before the one for all.
    pub destination: Option<String>,
    pub level: Level,
}

/// Looks up the restrictions on goods with a code (may be empty) and a description, on the way that the item takes.
pub type Screening<'a> = &'a dyn Fn(&str, &str) -> Screened<'a>;

/// What a declaration is judged by.
#[derive(Clone, Copy, Default)]
pub struct Context<'a> {
    /// ISO country of destination; empty when not known.
    pub destination: &'a str,
    /// False: a draft, only warned about.
    pub is_final: bool,
    /// `None`: those of the list built in.
    pub countries: Option<&'a List<Country>>,
    /// `None`: those of the list built in.
    pub stop_words: Option<&'a StopWords>,
    /// Of the organization that declares.
    pub overrides: &'a [Override],
    /// `None`: restrictions are not looked up.
    pub screening: Option<Screening<'a>>,
    pub posts: Posts,
    /// A partner sent it. What the caller of a method sends is refused for its countries before.
    pub is_partner: bool,
    /// What a form cannot show, as found by who prints.
    pub not_printable: &'a [Finding],
    /// `None`: only what no date can be is found.
    pub today: Option<NaiveDate>,
}

/// What the lists say of the posts that an item names, and of its id.
#[derive(Clone, Copy, Debug, Default)]
pub struct Posts {
    pub origin_unlisted: bool,
    pub destination_unlisted: bool,
    /// The origin may not use the id, and the item is not on its way back.
    pub foreign_id: bool,
    /// The recipient's country is one that the destination post does not deliver in.
    pub recipient_elsewhere: bool,
}

impl<'a> Context<'a> {
    fn stop_words(&self) -> &'a StopWords {
        self.stop_words.unwrap_or_else(|| StopWords::built_in())
    }

    fn countries(&self) -> &List<Country> {
        self.countries.unwrap_or(&lists().countries)
    }

    /// How strict `rule` is here, drafts not considered: own for the destination, own for all, table.
    pub fn level(&self, rule: &Rule) -> Level {
        let own = |destination: Option<&str>| {
            let fits = |o: &&Override| o.rule == rule.id && o.destination.as_deref() == destination;
            self.overrides.iter().find(fits).map(|o| o.level)
        };
        let is_eu = || self.countries().get(self.destination).is_some_and(|country| country.eu);
        let there = |place: &Where| match place {
            Where::Eu => is_eu(),
            Where::Country(country) => *country == self.destination,
        };
        let stricter = || rule.stricter.iter().find(|(place, _)| there(place)).map(|(_, level)| *level);
        own(Some(self.destination)).or_else(|| own(None)).or_else(stricter).unwrap_or(rule.level)
    }
}

/// Which object a path belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    MailObject,
    /// The data of the declaration.
    Data,
}

/// One fault in a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QualityFinding {
    /// Name of the rule, one of [`RULES`].
    pub rule: &'static str,
    pub subject: Subject,
    /// Path within the subject, for example `ContentPieces[0].Amount`.
    pub path: String,
    /// What is wrong and how to correct it; never a value of the declaration.
    pub message: String,
    /// Never `Off`.
    pub level: Level,
}

impl QualityFinding {
    /// As a finding of the error catalogue; its code is the name of the rule.
    pub fn to_finding(&self) -> Finding {
        let (path, message) = (self.path.clone(), self.message.clone());
        Finding { code: self.rule, path, index: None, item_id: None, message }
    }
}

/// The judgement on a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub findings: Vec<QualityFinding>,
    /// 100 without findings; every finding takes 5 off and every rule that rejects 20 more. Drafts are scored as if they
    /// were final.
    pub score: u8,
}

/// Gathers findings at the level that counts.
struct Checks<'a> {
    context: &'a Context<'a>,
    findings: Vec<QualityFinding>,
}

impl Checks<'_> {
    fn found(&mut self, id: &'static str, subject: Subject, path: impl Into<String>, message: impl Into<String>) {
        debug_assert!(rule(id).is_some(), "unlisted rule {id}");
        let level = rule(id).map_or(Level::Warn, |rule| self.context.level(rule));
        if level > Level::Off {
            self.findings.push(QualityFinding { rule: id, subject, path: path.into(), message: message.into(), level });
        }
    }

    fn data(&mut self, id: &'static str, path: impl Into<String>, message: impl Into<String>) {
        self.found(id, Subject::Data, path, message);
    }
}

/// Judges a declaration.
pub fn check<'a>(object: &MailObject, data: &DeclarationData, context: &'a Context<'a>) -> Report {
    let mut checks = Checks { context, findings: Vec::new() };
    item::check(object, data, &mut checks);
    posts::check(&mut checks);
    party::check(data, &mut checks);
    dates::check(object, data, &mut checks);
    print::check(&mut checks);
    goods::check(data, &mut checks);
    totals::check(data, &mut checks);
    let score = score(&checks.findings);
    let mut findings = checks.findings;
    if !context.is_final {
        findings.iter_mut().for_each(|finding| finding.level = Level::Warn);
    }
    Report { findings, score }
}

fn score(findings: &[QualityFinding]) -> u8 {
    let rejecting = findings.iter().filter(|finding| finding.level == Level::Reject);
    let rejecting: BTreeSet<&str> = rejecting.map(|finding| finding.rule).collect();
    let lost = 20 * rejecting.len() + 5 * findings.len();
    u8::try_from(100_usize.saturating_sub(lost)).unwrap_or_default()
}

/// An empty or blank text is no value.
fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests;
