//! What the Microsoft reader tolerates and existing clients rely on: quoted numbers and booleans, `null` for a
//! list, an empty text or all zeros for "no GUID".

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use uuid::Uuid;

use super::number::raw_scalar;

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
        text => {
            let refused = |_| D::Error::custom("not a whole number between -2147483648 and 2147483647");
            text.parse().map(Some).map_err(refused)
        }
    }
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
