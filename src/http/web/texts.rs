//! The texts of the pages in four languages: `texts.csv`, read once. Places in braces are filled by who asks.

use std::collections::HashMap;
use std::sync::LazyLock;

use chrono::{DateTime, Datelike, Timelike};
use chrono_tz::Tz;

use crate::refdata::lists::Language;

const TABLE: &str = include_str!("texts.csv");

/// Key, and the text in each language in the order of [`Language::ALL`].
fn table() -> &'static HashMap<String, [String; 4]> {
    static TEXTS: LazyLock<HashMap<String, [String; 4]>> = LazyLock::new(|| {
        let mut reader = csv::Reader::from_reader(TABLE.as_bytes());
        let rows = reader.records().flatten().filter(|row| row.len() == 5);
        rows.map(|row| (row[0].to_owned(), [1, 2, 3, 4].map(|at| row[at].to_owned()))).collect()
    });
    &TEXTS
}

/// The texts of one language.
#[derive(Clone, Copy, Debug)]
pub(super) struct Texts(pub Language);

/// A language by ISO 639, as pages name it.
pub(super) fn code(language: Language) -> &'static str {
    match language {
        Language::En => "en",
        Language::Fr => "fr",
        Language::Es => "es",
        Language::Pt => "pt",
    }
}

/// The language of a code; none for another one.
pub(super) fn language(text: &str) -> Option<Language> {
    Language::ALL.into_iter().find(|language| code(*language) == text)
}

impl Texts {
    /// The text of a key; the key itself where there is none, which a test rules out.
    pub fn get(self, key: &'static str) -> &'static str {
        self.find(key).unwrap_or(key)
    }

    /// The text of a key that may be none.
    pub fn find(self, key: &str) -> Option<&'static str> {
        table().get(key).map(|row| row[self.0 as usize].as_str())
    }

    /// The text of a key with its places filled.
    pub fn with(self, key: &'static str, places: &[(&str, &str)]) -> String {
        places.iter().fold(self.get(key).to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    /// `26 Nov 2026, 09:00 AEDT`.
    pub fn time(self, at: DateTime<Tz>) -> String {
        let months = self.get("months");
        let month = months.split(' ').nth(at.month0() as usize).unwrap_or_default();
        format!("{} {month} {}, {:02}:{:02} {}", at.day(), at.year(), at.hour(), at.minute(), at.format("%Z"))
    }
}

/// The language that a browser asks for first of those there are (`Accept-Language`).
pub(super) fn accepted(header: &str) -> Option<Language> {
    let mut asked: Vec<(f32, Language)> = header
        .split(',')
        .filter_map(|entry| {
            let (tag, rest) = entry.split_once(';').unwrap_or((entry, ""));
            let quality = rest.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.trim().parse().ok())?;
            let tongue = Language::parse(tag)?;
            (quality > 0.0).then_some((quality, tongue))
        })
        .collect();
    // Stable: of equal ones the first.
    asked.sort_by(|a, b| b.0.total_cmp(&a.0));
    asked.first().map(|(_, tongue)| *tongue)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::domain::{EventKind, Light};

    fn places(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
    }

    #[test]
    fn every_text_is_there_in_every_language_with_the_same_places() {
        let mut reader = csv::Reader::from_reader(TABLE.as_bytes());
        let rows: Vec<_> = reader.records().map(|row| row.expect("a row of five")).collect();
        assert_eq!(rows.len(), table().len(), "no key comes twice");
        let keys: Vec<&str> = rows.iter().map(|row| row.get(0).unwrap_or_default()).collect();
        assert!(keys.is_sorted(), "in the order of the keys");
        for row in &rows {
            for column in 1..5 {
                assert!(!row[column].trim().is_empty(), "{}: {column}", &row[0]);
                assert_eq!(places(&row[1]), places(&row[column]), "{}: {column}", &row[0]);
            }
        }
        for tongue in Language::ALL {
            assert_eq!(Texts(tongue).get("months").split(' ').count(), 12);
        }
    }

    /// What stands in quotes in a source.
    fn quoted(text: &str) -> BTreeSet<String> {
        text.split('"').skip(1).step_by(2).map(str::to_owned).collect()
    }

    #[test]
    fn every_text_is_used_and_every_key_that_is_asked_for_is_there() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/web");
        let mut used = BTreeSet::new();
        for entry in std::fs::read_dir(folder).expect("the room").flatten() {
            if entry.path().extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(entry.path()).expect("text");
                used.extend(quoted(text.split("#[cfg(test)]").next().unwrap_or_default()));
            }
        }
        for key in table().keys() {
            let is_made = ["fault.", "found.", "role.", "hint.role.", "event.", "reason."]
                .iter()
                .any(|start| key.starts_with(start));
            assert!(is_made || used.contains(key), "nobody asks for {key}");
        }
        let starts: BTreeSet<&str> =
            table().keys().filter_map(|key| key.split_once('.')).map(|(start, _)| start).collect();
        for text in &used {
            let is_key = text.split_once('.').is_some_and(|(start, rest)| {
                starts.contains(start)
                    && !rest.is_empty()
                    && rest.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c == '.')
            });
            let is_file = [".css", ".js", ".svg", ".csv"].iter().any(|end| text.ends_with(end));
            assert!(
                !is_key || is_file || text.ends_with('.') || table().contains_key(text.as_str()),
                "there is no text {text}"
            );
        }
    }

    #[test]
    fn what_happens_to_items_and_every_reason_of_a_light_has_words() {
        for kind in EventKind::ALL {
            assert!(table().contains_key(&format!("event.{kind}")), "{kind}");
        }
        // Those that name what they found are shown as they come.
        let as_they_come = ["REFERRAL_OPEN", "DECISION_UNKNOWN", "WATCHDOG_WARNING", "WATCHDOG_BLOCKED"];
        for (code, _) in Light::REASONS {
            assert!(as_they_come.contains(&code) != table().contains_key(&format!("reason.{code}")), "{code}");
        }
    }

    #[test]
    fn the_language_is_the_one_asked_for_first() {
        for (header, expected) in [
            ("fr-CH, fr;q=0.9, en;q=0.8", Some(Language::Fr)),
            ("de, en;q=0.5, es;q=0.7", Some(Language::Es)),
            ("en;q=0, pt", Some(Language::Pt)),
            ("de", None),
            ("", None),
            (";;;,q=,fr;q=x", None),
        ] {
            assert_eq!(accepted(header), expected, "{header}");
        }
    }

    #[test]
    fn a_time_is_told_in_its_zone() {
        let at = DateTime::from_timestamp(1_795_644_000, 0).expect("a time").with_timezone(&Tz::Australia__Sydney);
        assert_eq!(Texts(Language::En).time(at), "26 Nov 2026, 09:00 AEDT");
        assert_eq!(Texts(Language::Es).time(at), "26 nov 2026, 09:00 AEDT");
    }
}
