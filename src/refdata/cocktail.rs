//! All code lists at once, in one language, as clients load them at start.

use std::collections::BTreeMap;

use crate::contract::{CodeName, CodeNameCategory, SimpleRefDataCocktail};

use super::lists::{Coded, DecisionRow, Language, List, lists};

/// The lists built into the program, named in `language`. Decisions are those of everyone with the ones of
/// `customs` (may be empty) in their place. The hash is left to whoever changes the lists last.
pub fn cocktail(language: Language, customs: &str) -> SimpleRefDataCocktail {
    let lists = lists();
    SimpleRefDataCocktail {
        cds_states: named(&lists.cds_states, language),
        countries: named(&lists.countries, language),
        currencies: named(&lists.currencies, language),
        decisions: decisions(&lists.decisions.rows, customs, language),
        document_types: named(&lists.document_types, language),
        handling_classes: named(&lists.handling_classes, language),
        hash: String::new(),
        language_cd: language.code().to_owned(),
        mail_categories: named(&lists.mail_categories, language),
        mail_classes: named(&lists.mail_classes, language),
        mail_states: named(&lists.mail_states, language),
        nature_types: named(&lists.nature_types, language),
        offices: named(&lists.offices, language),
        organizations: named(&lists.operators, language),
        reasons: reasons(language),
        referral_codes: named(&lists.referral_codes, language),
        referral_response_codes: named(&lists.referral_response_codes, language),
        tax_types: named(&lists.tax_types, language),
        transport_modes: named(&lists.transport_modes, language),
        version: super::edition().to_owned(),
    }
}

fn named<R: Coded>(list: &List<R>, language: Language) -> Vec<CodeName> {
    let entry = |row: &R| CodeName { code: row.code().to_owned(), name: row.names().in_language(language).to_owned() };
    list.rows().iter().map(entry).collect()
}

fn reasons(language: Language) -> Vec<CodeNameCategory> {
    let entry = |row: &super::lists::DecisionReason| CodeNameCategory {
        category: row.category.clone(),
        code: row.code.clone(),
        name: row.names.in_language(language).to_owned(),
    };
    lists().decision_reasons.rows().iter().map(entry).collect()
}

/// The decisions that count for `customs`, in the order of the codes. Of rows with the same code the one of `customs`
/// goes before the one of everyone, and a later one before an earlier one.
pub fn decisions(rows: &[DecisionRow], customs: &str, language: Language) -> Vec<CodeNameCategory> {
    let mut by_code: BTreeMap<(u32, &str), &DecisionRow> = BTreeMap::new();
    for owner in ["", customs] {
        let owned = rows.iter().filter(|row| row.customs == owner);
        by_code.extend(owned.map(|row| ((number(&row.code), row.code.as_str()), row)));
    }
    let entry = |row: &DecisionRow| CodeNameCategory {
        category: row.category.clone(),
        code: row.code.clone(),
        name: row.names.in_language(language).to_owned(),
    };
    by_code.into_values().map(entry).collect()
}

fn number(code: &str) -> u32 {
    code.parse().unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_is_filled_in_every_language() {
        for language in Language::ALL {
            let json = serde_json::to_value(cocktail(language, "")).unwrap();
            for (member, value) in json.as_object().unwrap() {
                match member.as_str() {
                    "LanguageCd" => assert_eq!(value, language.code()),
                    "Hash" => assert_eq!(value, ""),
                    "Version" => assert!(value.as_str().unwrap() >= "2026-11-21", "{value}"),
                    _ => continue,
                }
            }
            for (member, value) in json.as_object().unwrap().iter().filter(|(_, value)| !value.is_string()) {
                let entries = value.as_array().unwrap();
                assert!(!entries.is_empty(), "{member} is empty");
                assert!(entries.iter().all(|entry| !entry["Name"].as_str().unwrap().is_empty()), "{member}");
            }
        }
    }

    #[test]
    fn decisions_carry_their_category_and_the_codes_of_the_customs_asked_for() {
        let india = cocktail(Language::Fr, "IN").decisions;
        assert!(india.iter().any(|d| d.code == "105" && d.category == "Information"));
        assert_eq!(india.iter().filter(|d| d.code == "99").count(), 1, "its own name for it");
        let cleared = india.iter().find(|d| d.code == "2").unwrap();
        assert_eq!((cleared.name.as_str(), cleared.category.as_str()), ("Dédouané", "Clearance"));
        assert!(!cocktail(Language::En, "AU").decisions.iter().any(|d| d.code == "105"));
        assert!(cocktail(Language::En, "AU").reasons.iter().all(|r| !r.category.is_empty()));
    }
}
