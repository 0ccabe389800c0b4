//! Codes of the harmonized system as they are kept and sent: digits alone, however they were typed.

use serde::{Deserialize, Deserializer};

/// Dashes that stand between the digits of a code.
pub const DASHES: [char; 8] = ['-', '\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}', '\u{2212}', '\u{FF0D}'];

/// The digits of a code that was typed with dots, blanks or dashes between them. `None` when it holds anything else, or
/// looks like a range: two parts of equal length around one dash.
pub fn digits(typed: &str) -> Option<String> {
    let is_between = |c: char| c == '.' || c.is_whitespace() || DASHES.contains(&c);
    let digits: String = typed.chars().filter(|c| !is_between(*c)).collect();
    let is_code = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    (is_code && !is_range(typed)).then_some(digits)
}

fn is_range(typed: &str) -> bool {
    let count = |part: &str| part.chars().filter(char::is_ascii_digit).count();
    let parts: Vec<usize> = typed.split(DASHES).map(count).collect();
    matches!(parts.as_slice(), [from, to] if from == to)
}

/// Takes a code as digits; what is none stays as it was typed, for the rules to tell.
pub fn taken(typed: String) -> String {
    digits(&typed).unwrap_or(typed)
}

/// Reads a member that holds a code.
pub fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(taken))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_its_digits_however_it_is_typed() {
        for typed in [
            "0901210090",
            "0901.21.00.90",
            "0901 21 00 90",
            " 0901.21.0090 ",
            "0901.21-0090",
            "0901-21-00-90",
            "0901\u{2013}21\u{2013}00\u{2013}90",
            "0901\u{A0}21\u{202F}00 90",
        ] {
            assert_eq!(digits(typed).as_deref(), Some("0901210090"), "{typed}");
        }
    }

    #[test]
    fn what_is_no_code_stays_as_it_is() {
        for typed in ["", " ", ".", "HS 0901", "0901/0902", "0601\u{2013}0604", "090121-090122", "9.01E+05", "n/a"] {
            assert_eq!(taken(typed.into()), typed);
        }
    }
}
