//! Texts that a spreadsheet program would take for formulas, made harmless and taken back.

use std::borrow::Cow;

/// Signs that begin a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];
/// Keeps a text from being one.
const KEEPS_TEXT: char = '\'';

/// Whether a text, behind the signs that keep it from being one, is a formula.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches(KEEPS_TEXT).starts_with(FORMULA)
}

/// A text that no spreadsheet program takes for a formula.
pub fn harmless(text: &str) -> Cow<'_, str> {
    if is_formula(text) { format!("{KEEPS_TEXT}{text}").into() } else { text.into() }
}

/// A text without the sign that [`harmless`] put before it.
pub fn taken_back(text: &str) -> &str {
    match text.strip_prefix(KEEPS_TEXT) {
        Some(rest) if is_formula(rest) => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_harmless_is_taken_back() {
        for text in ["=1+1", "+49 30", "-5", "@x", "\tx", "\rx", "'=x", "''=x", "'x", "", "plain", "'"] {
            let written = harmless(text);
            assert!(!written.starts_with(FORMULA), "{text}");
            assert_eq!(taken_back(&written), text);
        }
        assert_eq!(harmless("=1"), "'=1");
        assert_eq!(harmless("O'Neill"), "O'Neill");
    }
}
