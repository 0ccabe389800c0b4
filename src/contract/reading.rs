//! Contracts read from JSON text, with the place of what cannot be read.

use chrono_tz::Tz;
use serde::de::DeserializeOwned;

use super::date::with_zone;
use crate::error::{Finding, Result};

/// Reads JSON text with `zone` as the meaning of dates without one. Following the path costs more than reading, so it
/// is done only for a text that cannot be read.
///
/// # Errors
/// What cannot be read, and where.
pub fn parse<T: DeserializeOwned>(zone: Tz, text: &str) -> Result<T, Finding> {
    with_zone(zone, || {
        if let Ok(read) = serde_json::from_str(text) {
            return Ok(read);
        }
        let mut reader = serde_json::Deserializer::from_str(text);
        serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let path = error.path().to_string();
            let path = if path == "." { String::new() } else { path };
            Finding::new("type", path, without_value(&error.into_inner().to_string()))
        })
    })
}

/// The parser's message without the value it met, which may be somebody's name or number, and without the place in
/// the text, which the path says better.
fn without_value(message: &str) -> String {
    let message = message.rfind(" at line ").map_or(message, |end| &message[..end]);
    match (message.find(['"', '`']), message.rfind(", expected ")) {
        (Some(start), Some(end)) if start < end => format!("{}{}", message[..start].trim_end(), &message[end..]),
        _ => message.to_owned(),
    }
}
