//! A total that is given beside the lines it sums up.

use rust_decimal::Decimal;

use super::finding::Checks;
use super::table::TOTAL_DIFFERS;
use crate::contract::{ContentPiece, DeclarationData, Number};
use crate::refdata::lists::lists;
use crate::rules::forms::given;

/// The extra fields that give the value of all lines: `48.50 EUR`, or a number alone.
const TOTALS: [&str; 2] = ["EP.TotalValue", "TotalValue"];

/// Compares the total with the lines. Nothing is said where lines differ in currency or have no value, nor of a total in
/// another currency or in several.
pub(super) fn check(data: &DeclarationData, checks: &mut Checks<'_>) {
    let Some((sum, currency)) = sum_of(&data.content_pieces) else { return };
    for (at, (name, value)) in data.extra_field_names.iter().zip(&data.extra_field_values).enumerate() {
        let Some(text) = given(value).filter(|_| given(name).is_some_and(|name| TOTALS.contains(&name))) else {
            continue;
        };
        let Some((total, of)) = amount(text) else { continue };
        let difference = total.checked_sub(sum).unwrap_or(Decimal::MAX).abs();
        if of.is_none_or(|of| of == currency) && difference > rounding(currency, data.content_pieces.len()) {
            let message = "not the sum of the lines, and more than rounding makes; correct the lines or the total, or leave the \
                           total out";
            checks.data(TOTAL_DIFFERS, format!("ExtraFieldValues[{at}]"), message);
        }
    }
}

/// The value of all lines together, and their currency.
fn sum_of(pieces: &[ContentPiece]) -> Option<(Decimal, &str)> {
    let currency = given(&pieces.first()?.currency_cd)?;
    let mut sum = Decimal::ZERO;
    for piece in pieces {
        given(&piece.currency_cd).filter(|of| *of == currency)?;
        sum = sum.checked_add(piece.amount.as_ref()?.value())?;
    }
    Some((sum, currency))
}

/// What rounding can make: half the smallest unit of the currency for each line and for the total.
fn rounding(currency: &str, lines: usize) -> Decimal {
    let units = self::lists().currencies.get(currency).and_then(|currency| currency.minor_units).unwrap_or(2);
    Decimal::new(5, units + 1).saturating_mul(Decimal::from(lines + 1))
}

/// A number with or without a currency before or behind it.
fn amount(text: &str) -> Option<(Decimal, Option<&str>)> {
    let number = |text: &str| Number::parse(&text.replace(',', ".")).ok().map(|number| number.value());
    match text.split_whitespace().collect::<Vec<_>>()[..] {
        [total] => Some((number(total)?, None)),
        [total, currency] if number(total).is_some() => Some((number(total)?, Some(currency))),
        [currency, total] => Some((number(total)?, Some(currency))),
        _ => None,
    }
}
