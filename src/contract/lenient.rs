//! What the Microsoft reader tolerates and existing clients rely on: quoted numbers and booleans, `null` for a
//! list, an empty text or all zeros for "no GUID".

use rust_decimal::prelude::ToPrimitive;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::number::{Number, raw_scalar};

/// `null` reads as the default (an empty list, `false`, …).
pub fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// A whole number, quoted or not; `null` and an empty text read as `None`.
pub fn optional_int<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i32>, D::Error> {
    let raw = raw_scalar(deserializer)?;
    match raw.trim() {
        "" | "null" => Ok(None),
        text => whole(text).map(Some).ok_or_else(|| D::Error::custom(NOT_WHOLE)),
    }
}

const NOT_WHOLE: &str = "not a whole number between -2147483648 and 2147483647";

/// The whole number that `text` writes. JSON has one kind of number, so `2.0` and `2e0` are whole.
pub(super) fn whole(text: &str) -> Option<i32> {
    let by_value = || Number::parse(text).ok().map(|number| number.value()).filter(rust_decimal::Decimal::is_integer);
    text.parse().ok().or_else(|| by_value()?.to_i32())
}

/// A list of whole numbers, each quoted or not; `null` reads as an empty list.
pub fn whole_numbers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<i32>, D::Error> {
    let listed: Option<Vec<&RawValue>> = Option::deserialize(deserializer)?;
    let read = |raw: &RawValue| optional_int(raw).ok().flatten().ok_or_else(|| D::Error::custom(NOT_WHOLE));
    listed.unwrap_or_default().into_iter().map(read).collect()
}

/// `true` or `false`, quoted or not; `null` reads as false.
pub fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let raw = raw_scalar(deserializer)?;
    match raw.trim() {
        "true" | "True" => Ok(true),
        "false" | "False" | "" | "null" => Ok(false),
        _ => Err(D::Error::custom("not a boolean; write true or false")),
    }
}

/// A GUID; `null`, an empty text and the all-zero GUID read as `None`.
pub fn optional_guid<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Uuid>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let guid = Uuid::try_parse(text)
        .map_err(|_| D::Error::custom("not a GUID; write 8-4-4-4-12 hexadecimal digits with hyphens"))?;
    Ok((!guid.is_nil()).then_some(guid))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Held {
        #[serde(default, deserialize_with = "optional_int")]
        number: Option<i32>,
        #[serde(default, deserialize_with = "whole_numbers")]
        list: Vec<i32>,
    }

    fn read(text: &str) -> Result<Held, serde_json::Error> {
        serde_json::from_str(text)
    }

    #[test]
    fn whole_is_what_has_no_fraction_however_written() {
        for (text, number) in [
            ("2", Some(2)),
            ("2.0", Some(2)),
            ("2.000", Some(2)),
            ("2e0", Some(2)),
            ("1.5e1", Some(15)),
            ("-0.0", Some(0)),
            (r#""2""#, Some(2)),
            (r#""2.0""#, Some(2)),
            ("2147483647.0", Some(i32::MAX)),
            ("null", None),
            (r#""""#, None),
        ] {
            assert_eq!(read(&format!(r#"{{"number":{text}}}"#)).unwrap().number, number, "{text}");
        }
        for bad in ["2.5", "2147483648", "2147483648.0", "1e400", "true", r#""two""#, "[2]"] {
            assert!(read(&format!(r#"{{"number":{bad}}}"#)).is_err(), "{bad}");
        }
        assert_eq!(read(r#"{"list":[1,2.0,"3"]}"#).unwrap().list, [1, 2, 3]);
        assert!(read(r#"{"list":null}"#).unwrap().list.is_empty());
        for bad in ["[null]", "[1.5]", r#"[""]"#, "7"] {
            assert!(read(&format!(r#"{{"list":{bad}}}"#)).is_err(), "{bad}");
        }
    }
}
