//! How many declarations come in at once, and how far they are.

use super::stored::stored_enum;

stored_enum! {
    /// What an ingestion holds.
    pub enum IngestionKind: text in "ingestion.kind" {
        Declarations = "declarations",
        Goods = "goods",
        /// Sender profiles.
        Senders = "senders",
        Movements = "movements",
    }
}

stored_enum! {
    /// The form of what was sent.
    pub enum IngestionMedia: text in "ingestion.media" {
        /// A workbook or CSV, told apart by its bytes.
        Sheet = "sheet",
        /// A list.
        Json = "json",
        /// An object a line.
        Lines = "ndjson",
    }
}

stored_enum! {
    /// How far an ingestion is.
    pub enum IngestionState: int in "ingestion.state" {
        Waiting = 0 => "waiting",
        Running = 1 => "running",
        Done = 2 => "done",
        /// Nothing of it was taken.
        Failed = 3 => "failed",
    }
}
