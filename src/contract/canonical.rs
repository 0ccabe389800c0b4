//! The canonical text of a document, and when two documents are the same.
//!
//! Canonical: every member written (`null` or `[]` where unset), members in the order of the contract, numbers with
//! the digits sent, dates as `/Date(ms+0000)/`, Unicode unescaped. It is what is stored and spliced into answers.

use serde::Serialize;
use sha2::{Digest, Sha256};

/// Writes `document` in canonical form. The contracts hold nothing that JSON cannot carry, so this cannot fail.
pub fn to_canonical<T: Serialize>(document: &T) -> String {
    serde_json::to_string(document).unwrap_or_else(|error| unreachable!("a contract always serialises: {error}"))
}

/// The canonical text with numbers reduced to their value (`10.10` and `10.1` both read `10.1`): two documents are
/// the same exactly when these texts are equal. `canonical` must come from [`to_canonical`].
pub fn value_form(canonical: &str) -> String {
    let mut out = String::with_capacity(canonical.len());
    let mut rest = canonical;
    while let Some(at) = rest.find(|c: char| c == '"' || c == '-' || c.is_ascii_digit()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let token_len = if rest.starts_with('"') { string_len(rest) } else { number_len(rest) };
        let (token, after) = rest.split_at(token_len);
        out.push_str(if token.starts_with('"') { token } else { reduced(token) });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// SHA-256 of the value form: equal digests mean the same document.
pub fn digest(canonical: &str) -> Vec<u8> {
    Sha256::digest(value_form(canonical).as_bytes()).to_vec()
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// Length of the JSON string at the start of `text`, quotes included.
fn string_len(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn number_len(text: &str) -> usize {
    text.bytes().position(|b| !matches!(b, b'-' | b'.' | b'0'..=b'9')).unwrap_or(text.len())
}

fn reduced(number: &str) -> &str {
    let short = if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number };
    if short == "-0" { "0" } else { short }
}

#[cfg(test)]
mod tests {
    use super::value_form;

    #[test]
    fn numbers_are_reduced_and_strings_left_alone() {
        let canonical = r#"{"a":10.10,"b":"10.10 \"-0.0\" \\","c":[-0.0,100,0.50],"d":null}"#;
        assert_eq!(value_form(canonical), r#"{"a":10.1,"b":"10.10 \"-0.0\" \\","c":[0,100,0.5],"d":null}"#);
    }
}
