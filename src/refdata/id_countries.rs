//! Which countries' posts may use item ids that end in two letters.
//!
//! The letters of an id name a member country of the UPU, or a territory whose posts share the numbers of another.

use super::table::{Cell, FromRow, Row, shown};

/// The countries for one pair of letters. Letters without a row are for posts of the country they name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdCountries {
    /// The last two letters of an id.
    pub letters: String,
    /// ISO 3166-1 alpha-2.
    pub countries: Vec<String>,
}

impl FromRow for IdCountries {
    const COLUMNS: &'static [&'static str] = &["letters", "countries"];
    fn from_row(row: &Row<'_>) -> Cell<Self> {
        let countries: Vec<String> = row.needed("countries")?.split_whitespace().map(str::to_owned).collect();
        if let Some(other) = countries.iter().find(|code| !is_pair(code)) {
            return Err(("countries", format!("`{}` is not 2 capital letters", shown(other))));
        }
        Ok(Self { letters: row.letters("letters", 2)?, countries })
    }
}

/// Letters that an origin may use although its country may not: `foreign_ids` of that origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignId {
    /// The last two letters of an id.
    pub letters: String,
}

impl FromRow for ForeignId {
    const COLUMNS: &'static [&'static str] = &["country"];
    fn from_row(row: &Row<'_>) -> Cell<Self> {
        Ok(Self { letters: row.letters("country", 2)? })
    }
}

fn is_pair(code: &str) -> bool {
    code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase())
}
