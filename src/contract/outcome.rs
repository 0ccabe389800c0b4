//! What became of the entries of a batch.

use serde::{Deserialize, Serialize};

/// What became of one entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Outcome {
    /// Position in the list sent.
    pub index: usize,
    pub item_id: Option<String>,
    /// `stored`, `unchanged` or `refused`.
    pub outcome: String,
    pub errors: Vec<OutcomeError>,
    /// Errors beyond those listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more_errors: Option<usize>,
}

/// One reason why an entry was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OutcomeError {
    pub code: String,
    pub path: String,
    pub message: String,
}
