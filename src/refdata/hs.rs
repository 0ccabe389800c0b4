//! The nomenclature of goods: codes of chapters, headings and subheadings with their texts.
//!
//! Texts come in English, for chapters and headings also in French, Spanish, Portuguese and German, and for consumer goods
//! in French and Spanish. Edition and source stand in the list's meta; a code is taken as written, never padded.

use std::collections::HashMap;
use std::sync::LazyLock;

use entrepost_goods::words::Code;
pub use entrepost_goods::words::is_code;

use super::lists::Language;
use super::table::{Cell, FromRow, Meta, Parsed, Row, read, shown};

/// One code with its texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HsEntry {
    /// 2, 4, 6, 8 or 10 digits.
    pub code: String,
    pub en: String,
    /// Empty where there is none.
    pub fr: String,
    pub es: String,
    pub pt: String,
    pub de: String,
}

impl HsEntry {
    /// The text in `language` itself, empty where there is none.
    pub fn own_text(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Fr => &self.fr,
            Language::Es => &self.es,
            Language::Pt => &self.pt,
        }
    }

    /// The text in `language`, in English where there is none.
    pub fn text(&self, language: Language) -> &str {
        match self.own_text(language) {
            "" => &self.en,
            text => text,
        }
    }
}

impl FromRow for HsEntry {
    const COLUMNS: &'static [&'static str] = &["code", "en", "fr", "es"];
    fn from_row(row: &Row<'_>) -> Cell<Self> {
        let code = row.needed("code")?;
        if !is_code(code) {
            return Err(("code", format!("`{}` is not an HS code of 2, 4, 6, 8 or 10 digits", shown(code))));
        }
        Ok(Self {
            code: code.to_owned(),
            en: row.needed("en")?.to_owned(),
            fr: row.text("fr").to_owned(),
            es: row.text("es").to_owned(),
            pt: row.text("pt").to_owned(),
            de: row.text("de").to_owned(),
        })
    }
}

impl From<&HsEntry> for Code {
    fn from(entry: &HsEntry) -> Self {
        let HsEntry { code, en, fr, es, pt, de } = entry.clone();
        Self { code, texts: [en, fr, es, pt, de] }
    }
}

/// A whole nomenclature.
#[derive(Clone, Debug)]
pub struct Nomenclature {
    pub meta: Meta,
    entries: Vec<HsEntry>,
    by_code: HashMap<String, usize>,
}

impl Nomenclature {
    /// Sorts by code; of two rows with the same code the later one counts.
    pub fn new(parsed: Parsed<HsEntry>) -> Self {
        let mut latest: HashMap<String, HsEntry> = HashMap::with_capacity(parsed.rows.len());
        latest.extend(parsed.rows.into_iter().map(|entry| (entry.code.clone(), entry)));
        let mut entries: Vec<HsEntry> = latest.into_values().collect();
        entries.sort_by(|a, b| a.code.cmp(&b.code));
        let by_code = entries.iter().enumerate().map(|(at, entry)| (entry.code.clone(), at)).collect();
        Self { meta: parsed.meta, entries, by_code }
    }

    /// In the order of the codes.
    pub fn entries(&self) -> &[HsEntry] {
        &self.entries
    }

    /// The entry of exactly this code.
    pub fn get(&self, code: &str) -> Option<&HsEntry> {
        self.by_code.get(code).and_then(|at| self.entries.get(*at))
    }

    /// The longest code of the list that `code` lies in; national digits beyond the edition do not matter.
    pub fn nearest(&self, code: &str) -> Option<&HsEntry> {
        [10, 8, 6, 4, 2].into_iter().filter_map(|length| code.get(..length)).find_map(|prefix| self.get(prefix))
    }

    /// The codes that `code` lies in, nearest first.
    pub fn ancestors<'a>(&'a self, code: &'a str) -> impl Iterator<Item = &'a HsEntry> {
        [8, 6, 4, 2]
            .into_iter()
            .filter(|length| *length < code.len())
            .filter_map(|length| self.get(code.get(..length)?))
    }

    /// The codes below `code`, its own not among them.
    pub fn below(&self, code: &str) -> &[HsEntry] {
        let first = self.entries.partition_point(|entry| entry.code.as_str() <= code);
        let count = self.entries[first..].iter().take_while(|entry| entry.code.starts_with(code)).count();
        &self.entries[first..first + count]
    }
}

/// The text of the nomenclature built into the program.
pub const EMBEDDED: (&str, &str) = ("hs2022.csv", include_str!("../../refdata/hs2022.csv"));

/// The nomenclature built into the program: HS 2022.
pub fn nomenclature() -> &'static Nomenclature {
    static NOMENCLATURE: LazyLock<Nomenclature> = LazyLock::new(|| Nomenclature::new(read(EMBEDDED.1.as_bytes())));
    &NOMENCLATURE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refdata::import::hs::harmonized_system;

    #[test]
    fn the_edition_is_complete_and_without_fault() {
        let parsed = read::<HsEntry>(EMBEDDED.1.as_bytes());
        assert_eq!(parsed.faults, []);
        let count = |length| parsed.rows.iter().filter(|entry| entry.code.len() == length).count();
        assert_eq!((count(2), count(4), count(6)), (96, 1228, 5612));
        assert_eq!(nomenclature().entries().len(), parsed.rows.len(), "no code stands twice");
    }

    #[test]
    fn every_code_has_its_heading_and_every_heading_all_languages() {
        for entry in nomenclature().entries() {
            let expected = entry.code.len() / 2 - 1;
            assert_eq!(nomenclature().ancestors(&entry.code).count(), expected, "{}", entry.code);
            if entry.code.len() < 6 {
                let texts = [&entry.fr, &entry.es, &entry.pt, &entry.de];
                assert!(texts.iter().all(|text| !text.is_empty()), "{}", entry.code);
            }
        }
    }

    #[test]
    fn codes_are_found_at_every_length() {
        let nomenclature = nomenclature();
        assert_eq!(nomenclature.nearest("8471300090").unwrap().code, "847130");
        assert_eq!(nomenclature.nearest("84719").unwrap().code, "8471");
        assert!(nomenclature.nearest("99").is_none() && nomenclature.nearest("é").is_none());
        let below: Vec<&str> = nomenclature.below("0409").iter().map(|entry| entry.code.as_str()).collect();
        assert_eq!(below, ["040900"]);
        assert_eq!(nomenclature.get("847130").unwrap().text(Language::Pt), nomenclature.get("847130").unwrap().en);
        assert_eq!(nomenclature.get("0409").unwrap().de, "Natürlicher Honig");
    }

    /// One chapter of the public list, whole.
    #[test]
    fn codes_are_exactly_those_of_the_public_list() {
        let public = harmonized_system(include_bytes!("import/samples/harmonized-system.csv"));
        assert_eq!(public.faults, []);
        let mut public: Vec<&str> = public.rows.iter().map(|entry| entry.code.as_str()).collect();
        public.sort_unstable();
        let chapter = nomenclature().entries().iter().map(|entry| entry.code.as_str());
        let ours: Vec<&str> = chapter.filter(|code| code.starts_with("46")).collect();
        assert_eq!(ours, public);
    }
}
