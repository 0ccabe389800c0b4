//! Conversion of amounts between currencies with dated rates.
//!
//! The rates of the organization go before the snapshot built into the program. Within each, a direct rate goes before
//! an inverse one, and both before a way over the euro; only as a last resort the two legs over the euro come from
//! different books. Of the rates of a pair the newest one on or before the day counts.
//!
//! Results are not rounded to cents: ten decimals are kept, for results below 1 ten significant digits, half away
//! from zero. Every step is decimal; division carries 28 digits.

use std::collections::HashMap;

use chrono::NaiveDate;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::error::Finding;
use crate::refdata::lists::lists;
use crate::refdata::rates::Rate;

/// Decimals kept in a result of 1 or more; significant digits kept in a smaller one.
pub const KEPT_DECIMALS: u32 = 10;

/// The currency that others are reached over.
const PIVOT: &str = "EUR";

/// Rates by pair, oldest first.
#[derive(Clone, Debug, Default)]
pub struct RateBook(HashMap<(String, String), Vec<(NaiveDate, Decimal)>>);

impl RateBook {
    /// Of two rates of one pair and day the later row counts.
    pub fn new<'a>(rates: impl IntoIterator<Item = &'a Rate>) -> Self {
        let mut pairs: HashMap<(String, String), Vec<(NaiveDate, Decimal)>> = HashMap::new();
        for rate in rates.into_iter().filter(|rate| rate.rate > Decimal::ZERO) {
            pairs.entry((rate.base.clone(), rate.quote.clone())).or_default().push((rate.date, rate.rate));
        }
        pairs.values_mut().for_each(|dated| dated.sort_by_key(|(date, _)| *date));
        Self(pairs)
    }

    fn stated(&self, base: &str, quote: &str, on: NaiveDate) -> Option<(NaiveDate, Decimal)> {
        let dated = self.0.get(&(base.to_owned(), quote.to_owned()))?;
        let after = dated.partition_point(|(date, _)| *date <= on);
        dated.get(after.checked_sub(1)?).copied()
    }

    /// The factor from `from` to `to` without a way round.
    fn leg(&self, from: &str, to: &str, on: NaiveDate) -> Option<Factor> {
        if from == to {
            return Some(Factor { times: Decimal::ONE, per: Decimal::ONE, date: on });
        }
        let direct = self.stated(from, to, on).map(|(date, rate)| Factor { times: rate, per: Decimal::ONE, date });
        direct.or_else(|| {
            let (date, rate) = self.stated(to, from, on)?;
            Some(Factor { times: Decimal::ONE, per: rate, date })
        })
    }
}

/// Multiply by `times`, divide by `per`; kept apart so that one division is the only inexact step.
#[derive(Clone, Copy, Debug)]
struct Factor {
    times: Decimal,
    per: Decimal,
    date: NaiveDate,
}

impl Factor {
    fn then(self, next: Self) -> Option<Self> {
        Some(Self {
            times: self.times.checked_mul(next.times)?,
            per: self.per.checked_mul(next.per)?,
            date: self.date.min(next.date),
        })
    }
}

/// An amount in another currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conversion {
    pub amount: Decimal,
    /// Day of the oldest rate used.
    pub rate_date: NaiveDate,
}

/// Converts `amount` with the newest rates on or before `on`; `books` in the order they count (own rates, snapshot).
///
/// # Errors
/// `unknown_code` at `fromCurrencyCd` or `toCurrencyCd`, `no_rate` naming the pair, `out_of_range` when the result has
/// more than 28 digits.
pub fn convert(
    books: &[&RateBook],
    amount: Decimal,
    from: &str,
    to: &str,
    on: NaiveDate,
) -> Result<Conversion, Finding> {
    for (code, path) in [(from, "fromCurrencyCd"), (to, "toCurrencyCd")] {
        if !lists().currencies.contains(code) {
            let shown: String = code.chars().take(10).collect();
            let message = format!("`{shown}` is not a currency of ISO 4217; write three capital letters like USD");
            return Err(Finding::new("unknown_code", path, message));
        }
    }
    if from == to {
        return Ok(Conversion { amount, rate_date: on });
    }
    let factor = find_factor(books, from, to, on).ok_or_else(|| {
        let message = format!("there is no rate from {from} to {to} on or before {on}; load one for this pair");
        Finding::new("no_rate", "toCurrencyCd", message)
    })?;
    let exact = amount.checked_mul(factor.times).and_then(|product| product.checked_div(factor.per));
    let too_large = || Finding::new("out_of_range", "amount", "the converted amount has more than 28 digits");
    Ok(Conversion { amount: rounded(exact.ok_or_else(too_large)?), rate_date: factor.date })
}

fn find_factor(books: &[&RateBook], from: &str, to: &str, on: NaiveDate) -> Option<Factor> {
    let within = books
        .iter()
        .find_map(|book| book.leg(from, to, on).or_else(|| book.leg(from, PIVOT, on)?.then(book.leg(PIVOT, to, on)?)));
    within.or_else(|| {
        let leg = |from, to| books.iter().find_map(|book| book.leg(from, to, on));
        leg(from, PIVOT)?.then(leg(PIVOT, to)?)
    })
}

fn rounded(value: Decimal) -> Decimal {
    let mut decimals = KEPT_DECIMALS;
    let tenth = Decimal::new(1, 1);
    let mut size = value.abs();
    while !size.is_zero() && size < tenth && decimals < Decimal::MAX_SCALE {
        size *= Decimal::TEN;
        decimals += 1;
    }
    value.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero).normalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refdata::rates::snapshot;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn book(rates: &[(&str, &str, &str, &str)]) -> RateBook {
        let rates: Vec<Rate> = rates
            .iter()
            .map(|(date, base, quote, rate)| Rate {
                date: day(date),
                base: (*base).into(),
                quote: (*quote).into(),
                rate: rate.parse().unwrap(),
                source: String::new(),
            })
            .collect();
        RateBook::new(&rates)
    }

    fn converted(books: &[&RateBook], amount: &str, from: &str, to: &str) -> String {
        convert(books, amount.parse().unwrap(), from, to, day("2026-11-21")).unwrap().amount.to_string()
    }

    #[test]
    fn direct_inverse_and_over_the_euro() {
        let rates = book(&[("2026-10-30", "EUR", "USD", "1.1172"), ("2026-10-30", "EUR", "AUD", "1.5904")]);
        assert_eq!(converted(&[&rates], "10", "EUR", "USD"), "11.172");
        assert_eq!(converted(&[&rates], "10", "USD", "EUR"), "8.9509488006");
        assert_eq!(converted(&[&rates], "10", "USD", "AUD"), "14.2355889724");
        assert_eq!(converted(&[], "10.50", "AUD", "AUD"), "10.50");
    }

    #[test]
    fn own_rates_go_before_the_snapshot_even_on_a_longer_way() {
        let own = book(&[("2026-01-01", "USD", "AUD", "2"), ("2026-01-01", "EUR", "CHF", "3")]);
        let shared = book(&[
            ("2026-10-30", "USD", "AUD", "1.5"),
            ("2026-10-30", "USD", "CHF", "0.9"),
            ("2026-10-30", "EUR", "SEK", "12"),
        ]);
        assert_eq!(converted(&[&own, &shared], "1", "USD", "AUD"), "2");
        assert_eq!(converted(&[&own, &shared], "1", "USD", "CHF"), "0.9", "a stated rate before legs of two books");
        assert_eq!(converted(&[&own, &shared], "1", "CHF", "SEK"), "4", "one leg from each book");
    }

    #[test]
    fn the_newest_rate_on_or_before_the_day_counts() {
        let rates = book(&[("2026-11-01", "EUR", "USD", "2"), ("2026-10-01", "EUR", "USD", "1")]);
        let on = |date| convert(&[&rates], Decimal::ONE, "EUR", "USD", day(date));
        assert_eq!(on("2026-10-31").unwrap(), Conversion { amount: Decimal::ONE, rate_date: day("2026-10-01") });
        assert_eq!(on("2026-11-01").unwrap().amount, Decimal::TWO);
        let finding = on("2026-09-30").unwrap_err();
        assert_eq!(finding.code, "no_rate");
        assert!(finding.message.contains("EUR") && finding.message.contains("USD"), "{}", finding.message);
    }

    #[test]
    fn small_results_keep_ten_significant_digits() {
        let rates = book(&[("2026-10-30", "EUR", "IDR", "20275.17")]);
        assert_eq!(converted(&[&rates], "0.01", "IDR", "EUR"), "0.0000004932141136");
    }

    #[test]
    fn what_cannot_be_converted_is_named() {
        let rates = RateBook::new(&snapshot().rows);
        let code = |from, to| convert(&[&rates], Decimal::ONE, from, to, day("2026-11-21")).unwrap_err();
        assert_eq!(code("QQQ", "EUR").path, "fromCurrencyCd");
        assert_eq!(code("EUR", "usd").code, "unknown_code");
        assert!(code("EUR", "KPW").message.contains("KPW"));
        let huge = convert(&[&rates], Decimal::MAX, "EUR", "IDR", day("2026-11-21")).unwrap_err();
        assert_eq!(huge.code, "out_of_range");
    }

    proptest! {
        #[test]
        fn there_and_back_is_nearly_the_same(cents in 1i64..10_000_000) {
            let rates = RateBook::new(&snapshot().rows);
            let amount = Decimal::new(cents, 2);
            let on = day("2026-11-21");
            let there = convert(&[&rates], amount, "JPY", "USD", on).unwrap().amount;
            let back = convert(&[&rates], there, "USD", "JPY", on).unwrap().amount;
            prop_assert!((back - amount).abs() < Decimal::new(1, 5), "{} {}", amount, back);
        }
    }
}
