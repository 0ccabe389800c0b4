//! The fiscal state of an item: what customs decided about duty and release.
//!
//! What one decision alone leads to; which of several counts is in [`super::authority`].
//!
#![doc = include_str!("fiscal.md")]

use super::decision::Decision;
use crate::domain::{Category, FiscalState};

/// The table above, as Markdown, for the documentation.
pub const TABLE: &str = include_str!("fiscal.md");

/// The state that one decision alone leads to. `dutiable`: an amount is due.
pub fn after(decision: &Decision, dutiable: bool) -> FiscalState {
    match decision.category {
        Category::Information => FiscalState::Acked,
        Category::Hold if decision.opens_hold => FiscalState::Hold,
        Category::Hold => FiscalState::Acked,
        Category::Clearance if dutiable || decision.code == AMOUNT_DUE => FiscalState::ClearedDue,
        Category::Clearance => FiscalState::Cleared,
        Category::Prohibition if decision.opens_hold => FiscalState::Detained,
        Category::Prohibition => FiscalState::Refused,
    }
}

/// "Cleared, amount due on delivery" says so whether or not the response repeats it.
const AMOUNT_DUE: &str = "4";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::decision::DecisionTable;

    #[test]
    fn every_row_of_the_table() {
        let alone = |code: &str, dutiable: bool| {
            let decision = DecisionTable::default().decide("IN", code).unwrap();
            after(&decision, dutiable).stored()
        };
        let rows = [("99", "ACKED"), ("8", "ACKED"), ("1", "HOLD"), ("2", "CLEARED"), ("4", "CLEARED_DUE")];
        for (code, expected) in rows.into_iter().chain([("6", "REFUSED"), ("7", "DETAINED"), ("55", "HOLD")]) {
            assert_eq!(alone(code, false), expected, "{code}");
        }
        assert_eq!(alone("2", true), "CLEARED_DUE");
    }
}
