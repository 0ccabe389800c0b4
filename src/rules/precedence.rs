//! Which of several customs responses to an item counts (`decisions.md` section 4).
//!
//! The newest decision time wins; at the same time the graver decision, then the digest: never the order of arrival,
//! so that every server that has the same responses shows the same one.

use chrono::{DateTime, Utc};

/// What a response is ranked by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    /// `ClearanceDt`, or the time of receipt.
    pub decided_at: DateTime<Utc>,
    /// 3 Prohibition, 2 Hold, 1 Clearance, 0 anything else.
    pub gravity: u8,
    pub digest: Vec<u8>,
}

/// How grave a decision category is.
pub fn gravity(category: &str) -> u8 {
    match category {
        "Prohibition" => 3,
        "Hold" => 2,
        "Clearance" => 1,
        _ => 0,
    }
}
