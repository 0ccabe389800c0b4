//! Whether an origin may use an item id: the last two letters of an S10 id name the country it was issued in.
//!
//! Source: S10 has one organization of each member country issue the ids of all its operators; which letters share
//! posts is a list (`refdata/id_countries.csv`), which posts are of which country another. The code of a post says
//! nothing of its country. What an owner captured itself, and what comes back, is judged elsewhere.
#![doc = include_str!("fits.md")]

use std::collections::{HashMap, HashSet};

use super::forms::UNKNOWN_POST;
use super::item_id::S10;
use crate::refdata::id_countries::{ForeignId, IdCountries};

/// Which letters are shared by the list built in, for the documentation.
pub const TABLE: &str = include_str!("fits.md");

/// Which countries' posts may use which letters, and which origins may use foreign ones.
#[derive(Clone, Debug, Default)]
pub struct IdRules {
    /// By the last two letters; of two rows the later counts.
    countries: HashMap<String, Vec<String>>,
    /// By origin: letters this installation lets it use.
    foreign: HashMap<String, HashSet<String>>,
}

impl IdRules {
    /// `foreign` has the rows of each origin.
    pub fn new(
        countries: impl IntoIterator<Item = IdCountries>,
        foreign: impl IntoIterator<Item = (String, Vec<ForeignId>)>,
    ) -> Self {
        let letters = |rows: Vec<ForeignId>| rows.into_iter().map(|row| row.letters).collect();
        Self {
            countries: countries.into_iter().map(|row| (row.letters, row.countries)).collect(),
            foreign: foreign.into_iter().map(|(origin, rows)| (origin, letters(rows))).collect(),
        }
    }

    /// Whether `origin` may use `item_id`. `country` is that of the origin by the list of operators, `None` for a post
    /// that is not listed. Ids that are not of S10 form are everyone's; of the others a post that is not listed may use
    /// none.
    pub fn fits(&self, item_id: &str, origin: &str, country: Option<&str>) -> bool {
        let Some(id) = S10::parse(item_id) else { return true };
        let Some(country) = country.filter(|_| origin != UNKNOWN_POST) else { return false };
        self.may_use(id.country(), country) || self.foreign.get(origin).is_some_and(|own| own.contains(id.country()))
    }

    /// Whether posts of `country` may use ids that end in `letters`.
    pub fn may_use(&self, letters: &str, country: &str) -> bool {
        match self.countries.get(letters) {
            Some(countries) => countries.iter().any(|one| one == country),
            None => letters == country,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refdata::lists::lists;

    fn rules(foreign: &[(&str, &str)]) -> IdRules {
        let foreign = foreign.iter().map(|(origin, letters)| {
            let row = ForeignId { letters: (*letters).to_owned() };
            ((*origin).to_owned(), vec![row])
        });
        IdRules::new(lists().id_countries.rows.iter().cloned(), foreign)
    }

    fn fits(rules: &IdRules, letters: &str, origin: &str) -> bool {
        let country = lists().operators.get(origin).map(|row| row.country.as_str());
        rules.fits(&format!("RR123456785{letters}"), origin, country)
    }

    #[test]
    fn a_post_uses_the_letters_of_its_country_and_of_those_that_share_its_posts() {
        let rules = rules(&[]);
        for (letters, origin) in
            [("AU", "AUA"), ("GG", "GBA"), ("RE", "FRA"), ("PR", "USA"), ("GB", "NPT"), ("GB", "ONR"), ("AE", "AEA")]
        {
            assert!(fits(&rules, letters, origin), "{letters} {origin}");
        }
        for (letters, origin) in [("HK", "CNA"), ("AU", "FRA"), ("AE", "AUA"), ("AU", "ZZZ"), ("AU", "QQQ")] {
            assert!(!fits(&rules, letters, origin), "{letters} {origin}");
        }
    }

    #[test]
    fn ids_of_other_forms_are_everyones() {
        for origin in ["AUA", "QQQ", "ZZZ", ""] {
            assert!(rules(&[]).fits("9384748", origin, None), "{origin}");
        }
    }

    #[test]
    fn an_installation_may_let_an_origin_use_other_letters() {
        let rules = rules(&[("FRA", "AU"), ("QQQ", "AU")]);
        assert!(fits(&rules, "AU", "FRA") && fits(&rules, "FR", "FRA"));
        assert!(!fits(&rules, "NZ", "FRA"));
        assert!(!fits(&rules, "AU", "QQQ"), "a post that is not listed fits no id");
    }

    #[test]
    fn the_documentation_says_what_the_list_says() {
        let rows = TABLE.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "));
        let sorted = |cell: &str| cell.split(", ").map(str::to_owned).collect::<std::collections::BTreeSet<_>>();
        let told: HashMap<String, _> = rows
            .flat_map(|(letters, countries)| sorted(letters).into_iter().map(move |one| (one, sorted(countries))))
            .collect();
        for row in &lists().id_countries.rows {
            let own = [row.letters.clone()].into();
            let countries: std::collections::BTreeSet<String> = row.countries.iter().cloned().collect();
            assert_eq!(told.get(&row.letters).unwrap_or(&own), &countries, "{}", row.letters);
        }
    }

    #[test]
    fn every_country_of_the_list_is_one() {
        for row in &lists().id_countries.rows {
            let unknown = |code: &&String| !lists().countries.contains(code);
            assert_eq!(row.countries.iter().chain([&row.letters]).find(unknown), None);
        }
    }
}
