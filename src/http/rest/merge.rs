//! JSON merge patch (RFC 7396) on JSON texts, so that numbers keep the digits they were sent with.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::error::{Error, Result};

/// Members of an object, each as it stands in the text.
pub(super) type Members<'t> = BTreeMap<String, &'t RawValue>;

/// Reads the members of a JSON object.
///
/// # Errors
/// 400 for what is no object.
pub(super) fn members(text: &str) -> Result<Members<'_>> {
    let refused = || Error::invalid("json", "", "the body must be one JSON object");
    if !text.trim_start().starts_with('{') {
        return Err(refused());
    }
    serde_json::from_str(text).map_err(|_| refused())
}

/// What a patch makes of a value. Nesting is bounded where the request is read.
pub(super) fn merged(target: &str, patch: &str) -> String {
    let Ok(changes) = members(patch) else { return patch.to_owned() };
    let mut result: BTreeMap<String, String> =
        members(target).unwrap_or_default().into_iter().map(|(name, value)| (name, value.get().to_owned())).collect();
    for (name, change) in changes {
        if change.get() == "null" {
            result.remove(&name);
        } else {
            let before = result.get(&name).map_or("null", String::as_str);
            let after = merged(before, change.get());
            result.insert(name, after);
        }
    }
    let written: Vec<String> = result.into_iter().map(|(name, value)| format!("{}:{value}", quoted(&name))).collect();
    format!("{{{}}}", written.join(","))
}

fn quoted(name: &str) -> String {
    serde_json::to_string(name).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::merged;

    #[test]
    fn the_examples_of_the_standard() {
        for (target, patch, expected) in [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"a":null}"#, "{}"),
            (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"c"}"#, r#"{"a":["b"]}"#, r#"{"a":["b"]}"#),
            (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
            (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
            (r#"["a","b"]"#, r#"["c","d"]"#, r#"["c","d"]"#),
            (r#"{"a":"foo"}"#, "null", "null"),
            (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"a":1,"e":null}"#),
            ("[1,2]", r#"{"a":"b","c":null}"#, r#"{"a":"b"}"#),
            ("{}", r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ] {
            assert_eq!(merged(target, patch), expected, "{target} {patch}");
        }
    }

    #[test]
    fn numbers_keep_their_digits() {
        assert_eq!(
            merged(r#"{"a":1.500}"#, r#"{"b":0.12345678901234567890}"#),
            r#"{"a":1.500,"b":0.12345678901234567890}"#
        );
    }
}
