//! Everyday words for goods and the codes they mean.

use crate::refdata::hs::is_code;
use crate::refdata::lists::Language;
use crate::refdata::table::{Cell, FromRow, Row, shown};

/// Words people use for goods that the nomenclature calls otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Synonym {
    pub language: Language,
    pub words: String,
    /// The likeliest first.
    pub codes: Vec<String>,
}

impl FromRow for Synonym {
    const COLUMNS: &'static [&'static str] = &["language", "phrase", "codes"];
    fn from_row(row: &Row<'_>) -> Cell<Self> {
        let language = Language::parse(row.text("language")).ok_or(("language", "expected EN, FR or ES".to_owned()))?;
        let codes: Vec<String> = row.needed("codes")?.split_whitespace().map(str::to_owned).collect();
        if let Some(bad) = codes.iter().find(|code| !is_code(code)) {
            return Err(("codes", format!("`{}` is not an HS code", shown(bad))));
        }
        Ok(Self { language, words: row.needed("phrase")?.to_owned(), codes })
    }
}

/// The text of the everyday words built into the program.
pub const EMBEDDED: (&str, &str) = ("synonyms.csv", include_str!("../../../refdata/synonyms.csv"));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refdata::hs::nomenclature;
    use crate::refdata::table::read;

    #[test]
    fn every_everyday_word_leads_to_codes_of_the_edition() {
        let parsed = read::<Synonym>(EMBEDDED.1.as_bytes());
        assert_eq!(parsed.faults, []);
        let unknown: Vec<(&String, &String)> = parsed
            .rows
            .iter()
            .flat_map(|synonym| synonym.codes.iter().map(move |code| (&synonym.words, code)))
            .filter(|(_, code)| nomenclature().get(code).is_none())
            .collect();
        assert!(unknown.is_empty(), "{unknown:?}");
        for language in [Language::En, Language::Fr, Language::Es] {
            assert!(parsed.rows.iter().filter(|synonym| synonym.language == language).count() > 500);
        }
    }
}
