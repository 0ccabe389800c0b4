//! Which of several customs responses to an item counts.
//!
//! The newest decision time wins; at the same time the graver decision, then the digest: never the order of arrival,
//! so that every server that has the same responses shows the same one.

use chrono::{DateTime, Utc};

use super::decision::Category;

/// What a response is ranked by; the greatest counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    /// `ClearanceDt`, or the time of receipt.
    pub decided_at: DateTime<Utc>,
    pub category: Option<Category>,
    pub digest: Vec<u8>,
}
