//! Automatic answers of customs: rules as data, the first that fits answers.
//!
//! A rule has conditions that must all hold and the answer it gives. Rules are tried by priority, then in the order of
//! the file. Two things are not left to the author of a rule: an item blocked by a watchdog is never cleared, and a rule
//! whose value or tax cannot be computed (no amount, no rate) does not fit.

mod condition;
mod facts;
mod parse;
mod rule;

pub use condition::{Condition, Presence, QualityState, RestrictionState};
pub use facts::{Facts, Watchdog};
pub use parse::{RuleFault, parse};
pub use rule::{Answer, AutoRule, Charge, DryRun, RuleSet, TaxRule};

#[cfg(test)]
mod tests;
