//! What is asked for with an ingestion, and the error for a file that cannot be read.

use serde::{Deserialize, Serialize};

use crate::contract::ingestion::{Counts, DeclarationEvent};
use crate::error::Error;
use crate::sheet::Refusal;
use crate::store::ingestion::IngestionRow;

/// What is to be done with what was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IngestOptions {
    /// All or none.
    pub all: bool,
    /// For declarations that do not say themselves.
    pub event: DeclarationEvent,
    /// Of a workbook, the sheet that is meant.
    pub sheet: Option<String>,
}

/// A file that cannot be read, as the catalogue of errors has it.
pub(super) fn unreadable(refusal: Refusal) -> Error {
    Error::Unreadable { code: refusal.code(), reason: refusal.to_string() }
}

/// What became of the items of an ingestion.
pub(super) fn counts(row: &IngestionRow) -> Counts {
    let count = |count: i32| u32::try_from(count).unwrap_or_default();
    Counts {
        new: count(row.created),
        changed: count(row.changed),
        unchanged: count(row.unchanged),
        refused: count(row.refused),
        warnings: count(row.warnings),
    }
}
