//! Dated exchange rates: the row type, and the snapshot built into the program.
//!
//! A rate says how many units of `quote` one unit of `base` costs on a day. How to convert is not decided here.

use std::sync::LazyLock;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::table::{Cell, FromRow, Parsed, Row, read};

/// One unit of `base` costs `rate` units of `quote`, from `date` until the next rate of the pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    pub date: NaiveDate,
    pub base: String,
    pub quote: String,
    /// Above zero.
    pub rate: Decimal,
    pub source: String,
}

impl FromRow for Rate {
    const COLUMNS: &'static [&'static str] = &["date", "base", "quote", "rate"];
    fn from_row(row: &Row<'_>) -> Cell<Self> {
        let base = row.letters("base", 3)?;
        let quote = row.letters("quote", 3)?;
        if base == quote {
            return Err(("quote", "the same currency as the base".into()));
        }
        Ok(Self {
            date: row.date("date")?.ok_or(("date", "empty, but a value is needed".to_owned()))?,
            base,
            quote,
            rate: row.positive("rate")?,
            source: row.text("source").to_owned(),
        })
    }
}

/// The text of the snapshot built into the program.
pub const EMBEDDED: (&str, &str) = ("exchange_rates.csv", include_str!("../../refdata/exchange_rates.csv"));

/// The rates built into the program: a dated snapshot for demonstrations and as a last resort.
pub fn snapshot() -> &'static Parsed<Rate> {
    static SNAPSHOT: LazyLock<Parsed<Rate>> = LazyLock::new(|| read(EMBEDDED.1.as_bytes()));
    &SNAPSHOT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refdata::lists::lists;

    #[test]
    fn the_snapshot_is_without_fault_and_names_its_source() {
        assert_eq!(snapshot().faults, []);
        assert!(snapshot().rows.len() >= 30);
        for rate in &snapshot().rows {
            assert!(lists().currencies.contains(&rate.quote), "{}", rate.quote);
            assert!(!rate.source.is_empty());
        }
    }

    #[test]
    fn a_rate_that_cannot_be_used_is_a_fault() {
        let text =
            "date,base,quote,rate\n2026-01-01,EUR,EUR,1\n2026-01-01,EUR,USD,0\n,EUR,USD,1\n2026-01-01,eur,USD,1\n";
        let parsed = read::<Rate>(text.as_bytes());
        assert!(parsed.rows.is_empty());
        let columns: Vec<&str> = parsed.faults.iter().map(|fault| fault.column.as_str()).collect();
        assert_eq!(columns, ["quote", "rate", "date", "base"]);
    }
}
