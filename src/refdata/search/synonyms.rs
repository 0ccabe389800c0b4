//! Everyday words for goods, kinds of goods in many languages and trade names, and the codes they mean.

use std::sync::LazyLock;

use super::tongue::Tongue;
use crate::refdata::hs::is_code;
use crate::refdata::table::{Cell, FromRow, Row, read, shown};

/// Words people use for goods that the nomenclature calls otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Synonym {
    pub language: Tongue,
    pub words: String,
    /// The likeliest first.
    pub codes: Vec<String>,
    /// What goods of its kind are called in English, where that is known.
    pub kind: Option<String>,
}

impl FromRow for Synonym {
    const COLUMNS: &'static [&'static str] = &["language", "phrase", "codes"];
    fn from_row(row: &Row<'_>) -> Cell<Self> {
        let language = Tongue::parse(row.text("language"))
            .ok_or(("language", "not a language that goods are searched in".to_owned()))?;
        let codes = codes(row)?;
        Ok(Self { language, words: row.needed("phrase")?.to_owned(), codes, kind: None })
    }
}

/// A kind of goods with the codes it leads to and what it is called in the languages besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// In English.
    pub name: String,
    /// The likeliest first.
    pub codes: Vec<String>,
    /// In the other languages.
    pub called: Vec<(Tongue, String)>,
}

impl FromRow for Kind {
    const COLUMNS: &'static [&'static str] = &["name", "codes", "fr", "es", "pt", "de", "it", "nl", "zh", "ja"];
    fn from_row(row: &Row<'_>) -> Cell<Self> {
        let mut called = Vec::new();
        for (tongue, column) in Tongue::ALL.into_iter().skip(1).zip(&Self::COLUMNS[2..]) {
            let names = row.text(column).split(';').map(str::trim).filter(|name| !name.is_empty());
            called.extend(names.map(|name| (tongue, name.to_owned())));
        }
        Ok(Self { name: row.needed("name")?.to_owned(), codes: codes(row)?, called })
    }
}

impl Kind {
    /// What it is called, as phrases that lead to its codes.
    pub fn phrases(&self) -> impl Iterator<Item = Synonym> {
        let own = std::iter::once((Tongue::En, &self.name));
        let all = own.chain(self.called.iter().map(|(tongue, name)| (*tongue, name)));
        all.map(|(language, words)| Synonym {
            language,
            words: words.clone(),
            codes: self.codes.clone(),
            kind: Some(self.name.clone()),
        })
    }
}

/// A trade name and the kind of goods it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TradeName {
    pub name: String,
    /// In English.
    pub kind: String,
    /// The likeliest first.
    pub codes: Vec<String>,
}

impl FromRow for TradeName {
    const COLUMNS: &'static [&'static str] = &["name", "kind", "codes"];
    fn from_row(row: &Row<'_>) -> Cell<Self> {
        let text = |column| row.needed(column).map(str::to_owned);
        Ok(Self { name: text("name")?, kind: text("kind")?, codes: codes(row)? })
    }
}

/// The codes of a row, with blanks between them.
fn codes(row: &Row<'_>) -> Cell<Vec<String>> {
    let codes: Vec<String> = row.needed("codes")?.split_whitespace().map(str::to_owned).collect();
    match codes.iter().find(|code| !is_code(code)) {
        Some(bad) => Err(("codes", format!("`{}` is not an HS code", shown(bad)))),
        None => Ok(codes),
    }
}

/// The kinds of goods built into the program.
pub fn kinds() -> &'static [Kind] {
    static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| read(KINDS_EMBEDDED.1.as_bytes()).rows);
    &KINDS
}

/// The phrases built into the program: everyday words, and the names of kinds of goods.
pub fn built_in() -> Vec<Synonym> {
    let words = read::<Synonym>(EMBEDDED.1.as_bytes()).rows;
    words.into_iter().chain(kinds().iter().flat_map(Kind::phrases)).collect()
}

/// The text of the kinds of goods built into the program.
pub const KINDS_EMBEDDED: (&str, &str) = ("goods.csv", include_str!("../../../refdata/goods.csv"));

/// The text of the trade names built into the program.
pub const TRADE_EMBEDDED: (&str, &str) = ("trade_names.csv", include_str!("../../../refdata/trade_names.csv"));

/// The text of the everyday words built into the program.
pub const EMBEDDED: (&str, &str) = ("synonyms.csv", include_str!("../../../refdata/synonyms.csv"));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refdata::hs::nomenclature;

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
        for language in [Tongue::En, Tongue::Fr, Tongue::Es] {
            assert!(parsed.rows.iter().filter(|synonym| synonym.language == language).count() > 500);
        }
    }
}
