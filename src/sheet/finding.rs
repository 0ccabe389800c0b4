//! What is found in a file, with the cell it was found in.

pub use crate::contract::ingestion::{FileFinding as SheetFinding, Weight};

impl SheetFinding {
    /// A finding about a place that is still to be named.
    pub fn new(code: &str, level: Weight, message: impl Into<String>) -> Self {
        let (code, message) = (code.to_owned(), message.into());
        let (row, index, item) = (None, None, None);
        Self { row, column: None, cell: None, index, path: None, item, code, level, message, proposal: None }
    }

    pub fn error(code: &str, message: impl Into<String>) -> Self {
        Self::new(code, Weight::Error, message)
    }

    pub fn warning(code: &str, message: impl Into<String>) -> Self {
        Self::new(code, Weight::Warning, message)
    }

    pub fn note(code: &str, message: impl Into<String>) -> Self {
        Self::new(code, Weight::Note, message)
    }

    #[must_use]
    pub fn proposing(self, proposal: impl Into<String>) -> Self {
        Self { proposal: Some(proposal.into()), ..self }
    }

    /// Says where it is.
    #[must_use]
    pub fn at(self, row: u32, column: Option<(&str, String)>) -> Self {
        let (column, cell) = match column {
            Some((key, cell)) => (Some(key.to_owned()), Some(cell)),
            None => (None, None),
        };
        Self { row: Some(row), column, cell, ..self }
    }
}

/// Codes of findings about cells; what is found in the declaration itself has the codes of the error catalogue and the names
/// of the quality rules.
pub const SHEET_CODES: &[(&str, &str)] = &[
    ("number_as_text", "A number stands where text is meant, and a zero may be lost."),
    ("digits_lost", "The program that wrote the file kept 15 digits only."),
    ("number_form", "A text that is no number, or has thousands signs."),
    ("whole_number_form", "A text that is no whole number."),
    ("date_form", "A date that can be read in more than one way."),
    ("formula", "Values of formulas were taken."),
    ("formula_empty", "A formula that was never calculated."),
    ("cell_error", "The cell shows an error."),
    ("merged", "A cell is merged with others; only the first of them has the value."),
    ("sheet_conflict", "Rows of one item say different things of it."),
    ("twice", "The item stands in the file twice."),
    ("changed_since", "The item was changed since it was exported."),
    ("not_carried", "The item holds what a sheet cannot carry; change it by other means."),
    ("hidden_rows", "Rows are hidden or filtered out; they were read like the others."),
    ("columns_ignored", "Columns with other keys were passed over."),
    ("number_taken", "A number was taken as text."),
];
