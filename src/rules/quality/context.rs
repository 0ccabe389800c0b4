//! What a declaration is judged by: destination, lists, and how strict its organization is.

use chrono::NaiveDate;

use super::table::{Rule, Where};
use super::vague::StopWords;
use crate::domain::Level;
use crate::error::Finding;
use crate::refdata::lists::{Country, List, lists};
use crate::refdata::search::restriction::Screened;

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
    pub(super) fn stop_words(&self) -> &'a StopWords {
        self.stop_words.unwrap_or_else(|| StopWords::built_in())
    }

    pub(super) fn countries(&self) -> &List<Country> {
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
