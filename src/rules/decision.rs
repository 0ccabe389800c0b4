//! What a decision code of customs means.
//!
//! The table is data: rows for everyone and rows of one customs administration that go before them. A code that is
//! well-formed but not in the table is kept, holds the item and is flagged; it never counts as clearance.

use std::collections::HashMap;

use crate::domain::Category;
use crate::error::{Error, Result};
use crate::refdata::lists::{DecisionRow, Language, Names, lists};

/// The meaning of one code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub code: String,
    names: Names,
    pub category: Category,
    /// No further decision is expected.
    pub is_final: bool,
    pub opens_hold: bool,
    /// False: the code is in no table; an operator should look at it.
    pub known: bool,
}

impl Decision {
    /// The name in `language`; the code itself when it is not known.
    pub fn name(&self, language: Language) -> &str {
        if self.known { self.names.in_language(language) } else { &self.code }
    }
}

/// The decision table, looked up by customs administration and code.
#[derive(Clone, Debug)]
pub struct DecisionTable(HashMap<(String, String), DecisionRow>);

impl Default for DecisionTable {
    /// The table built into the program.
    fn default() -> Self {
        Self(HashMap::new()).overlaid(lists().decisions.rows.iter().cloned())
    }
}

impl DecisionTable {
    /// With `rows` in place of those for the same customs and code.
    #[must_use]
    pub fn overlaid(mut self, rows: impl IntoIterator<Item = DecisionRow>) -> Self {
        self.0.extend(rows.into_iter().map(|row| ((row.customs.clone(), row.code.clone()), row)));
        self
    }

    /// What `code` means when `customs` (may be empty) says it.
    ///
    /// # Errors
    /// `format` when the code is not one to three digits.
    pub fn decide(&self, customs: &str, code: &str) -> Result<Decision> {
        let code = code.trim();
        if !(1..=3).contains(&code.len()) || !code.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Error::invalid("format", "decisionCode", "a decision code has one to three digits, like 2"));
        }
        let find = |customs: &str| self.0.get(&(customs.to_owned(), code.to_owned()));
        let overlay = if customs.is_empty() { None } else { find(customs) };
        Ok(overlay.or_else(|| find("")).map_or_else(|| unknown(code), known))
    }
}

fn known(row: &DecisionRow) -> Decision {
    Decision {
        code: row.code.clone(),
        names: row.names.clone(),
        // What is not known holds the item.
        category: Category::from_stored(&row.category).unwrap_or(Category::Hold),
        is_final: row.is_final,
        opens_hold: row.opens_hold,
        known: true,
    }
}

fn unknown(code: &str) -> Decision {
    Decision {
        code: code.to_owned(),
        names: Names::default(),
        category: Category::Hold,
        is_final: false,
        opens_hold: true,
        known: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn category(customs: &str, code: &str) -> Category {
        DecisionTable::default().decide(customs, code).unwrap().category
    }

    #[test]
    fn the_published_codes_have_their_meaning() {
        assert_eq!(category("", "1"), Category::Hold);
        assert_eq!(category("AU", "2"), Category::Clearance);
        assert_eq!(category("DE", "7"), Category::Prohibition);
        let cleared = DecisionTable::default().decide("", "2").unwrap();
        assert_eq!((cleared.name(Language::En), cleared.name(Language::Fr)), ("Cleared", "Dédouané"));
        assert!(cleared.is_final && cleared.known && !cleared.opens_hold);
    }

    #[test]
    fn a_customs_administration_has_its_own_codes() {
        assert_eq!(category("IN", "99"), Category::Information);
        assert_eq!(category("IN", "105"), Category::Information);
        assert_eq!(category("AU", "105"), Category::Hold);
        assert_eq!(category("IN", "2"), Category::Clearance);
        let withdrawn = DecisionTable::default().decide("IN", "12").unwrap();
        assert_eq!(withdrawn.name(Language::En), "Earlier decision withdrawn, wait");
    }

    #[test]
    fn an_acknowledgement_informs_whoever_says_it() {
        for customs in ["", "AU", "DE", "IN"] {
            let received = DecisionTable::default().decide(customs, "99").unwrap();
            assert_eq!(received.category, Category::Information, "{customs}");
            assert!(received.known && !received.is_final && !received.opens_hold);
        }
    }

    #[test]
    fn an_unlisted_code_is_kept_held_and_flagged() {
        for code in ["0", "02", "11", "999"] {
            let decision = DecisionTable::default().decide("AU", code).unwrap();
            assert_eq!((decision.name(Language::En), decision.category.stored()), (code, "Hold"));
            assert!(!decision.known && decision.opens_hold && !decision.is_final, "{code}");
        }
    }

    #[test]
    fn a_malformed_code_is_an_error() {
        for code in ["", " ", "A", "1234", "-1", "2x", "٢"] {
            let Err(Error::Invalid(findings)) = DecisionTable::default().decide("", code) else { panic!("{code}") };
            assert_eq!(findings.into_vec()[0].code, "format");
        }
    }

    #[test]
    fn an_overlay_goes_before_the_table_of_everyone() {
        let mut row = lists().decisions.rows[0].clone();
        row.customs = "AU".into();
        row.category = "Clearance".into();
        let table = DecisionTable::default().overlaid([row]);
        assert_eq!(table.decide("AU", "1").unwrap().category, Category::Clearance);
        assert_eq!(table.decide("DE", "1").unwrap().category, Category::Hold);
    }
}
