//! Decimal numbers as they travel: the digits of the sender and their value.
//!
//! Weights and amounts never pass through binary floating point, and come back digit for digit (`10.10` stays
//! `10.10`). Two numbers are equal when their values are (`10.10 == 10.1`). Knows nothing of units or currencies.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// A JSON number kept with the digits it was sent with. At most 28 significant digits.
#[derive(Clone, Debug)]
pub struct Number {
    digits: Box<str>,
    value: Decimal,
}

impl Number {
    /// Reads a decimal number: JSON's grammar, also with an exponent (then rewritten without one).
    ///
    /// # Errors
    /// Says what is wrong with `text`, for a person.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let value = exact_value(text).ok_or(NOT_A_NUMBER)?;
        let digits = if is_plain_json_number(text) { text.into() } else { value.to_string().into() };
        Ok(Self { digits, value })
    }

    /// The exact value.
    pub fn value(&self) -> Decimal {
        self.value
    }

    /// The digits as sent, always valid as a JSON number without exponent.
    pub fn digits(&self) -> &str {
        &self.digits
    }

    /// How many decimals the value needs (`10.10` needs one).
    pub fn decimals(&self) -> u32 {
        self.value.normalize().scale()
    }
}

/// What was sent is not repeated: it may be somebody's name in the wrong place.
const NOT_A_NUMBER: &str = "not a decimal number of at most 28 digits; write for example 12.50";

/// The value, unless digits would be lost or there are signs that no JSON or XML number has.
fn exact_value(text: &str) -> Option<Decimal> {
    if text.contains('_') {
        return None;
    }
    match text.split_once(['e', 'E']) {
        None => Decimal::from_str_exact(text).ok(),
        Some((mantissa, _)) => {
            Decimal::from_str_exact(mantissa).ok()?;
            Decimal::from_scientific(text).ok()
        }
    }
}

/// JSON's number grammar without exponent: `-?(0|[1-9][0-9]*)(\.[0-9]+)?`.
fn is_plain_json_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    let all_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    all_digits(whole) && (whole == "0" || !whole.starts_with('0')) && fraction.is_none_or(all_digits)
}

impl From<Decimal> for Number {
    fn from(value: Decimal) -> Self {
        Self { digits: value.to_string().into(), value }
    }
}

impl FromStr for Number {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(text)
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}
impl Eq for Number {}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.digits)
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.digits.to_string()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = raw_scalar(deserializer)?;
        Self::parse(&raw).map_err(D::Error::custom)
    }
}

/// The text of a number or of a quoted number (the Microsoft reader takes both, so we do).
pub(super) fn raw_scalar<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cow<'de, str>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?.get();
    if raw.starts_with('"') {
        let text: String = serde_json::from_str(raw).map_err(D::Error::custom)?;
        return Ok(Cow::Owned(text));
    }
    Ok(Cow::Borrowed(raw))
}

impl utoipa::PartialSchema for Number {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Number)
            .description(Some(
                "Decimal of at most 28 digits, kept digit for digit; a quoted number is accepted on input",
            ))
            .into()
    }
}
impl utoipa::ToSchema for Number {}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(text: &str) -> String {
        serde_json::to_string(&serde_json::from_str::<Number>(text).unwrap()).unwrap()
    }

    #[test]
    fn digits_come_back_as_sent() {
        for digits in ["10.10", "0", "-0.50", "1234567890123456789.123456789", "0.000"] {
            assert_eq!(round_trip(digits), digits);
        }
    }

    #[test]
    fn quoted_and_scientific_numbers_are_rewritten_plainly() {
        assert_eq!(round_trip("\"12.30\""), "12.30");
        assert_eq!(round_trip("1.5e2"), "150");
        assert_eq!(round_trip("\"007\""), "7");
    }

    #[test]
    fn equal_by_value() {
        assert_eq!(Number::parse("10.10"), Number::parse("10.1"));
        assert_ne!(Number::parse("10.10"), Number::parse("10.11"));
        assert_eq!(Number::parse("10.10").unwrap().decimals(), 1);
    }

    #[test]
    fn anything_else_is_refused() {
        for bad in [
            "true",
            "\"\"",
            "\"12,5\"",
            "[]",
            "99999999999999999999999999999999",
            "\"NaN\"",
            "\"1_000\"",
            "1.23456789012345678901234567890e1",
        ] {
            assert!(serde_json::from_str::<Number>(bad).is_err(), "{bad}");
        }
    }
}
