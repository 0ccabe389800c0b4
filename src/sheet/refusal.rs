//! Why a file cannot be read as a table at all.

use std::fmt;

/// A file that is refused as a whole: nothing of it was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Something is beyond its limit.
    Limit { what: &'static str, most: usize },
    /// It is damaged; says what of it.
    Broken { what: &'static str },
    /// A part has a document type, which no spreadsheet program writes.
    DocumentType,
    /// A workbook of another kind; says which.
    OtherKind { kind: &'static str },
    /// Neither text nor workbook.
    NoText,
    /// A quotation mark that is opened in this row is never closed.
    OpenQuote { row: usize },
    /// Text in UTF-8 that has a fault in this row.
    DamagedText { row: usize },
    /// No sheet of it, or not the one named, has a row with the keys of columns, of which this one is needed.
    NoKeys { sheet: Option<String>, needed: &'static str },
    /// A key stands above two columns.
    KeyTwice { key: String },
}

impl Refusal {
    pub(super) fn limit(what: &'static str, most: usize) -> Self {
        Self::Limit { what, most }
    }

    pub(super) fn broken(what: &'static str) -> Self {
        Self::Broken { what }
    }

    /// The code that reports have for it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Limit { .. } => "limit",
            Self::Broken { .. } | Self::DocumentType | Self::OpenQuote { .. } | Self::DamagedText { .. } => "damaged",
            Self::OtherKind { .. } | Self::NoText => "file_kind",
            Self::NoKeys { .. } | Self::KeyTwice { .. } => "keys",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Limit { what, most } => write!(f, "the file has more than {most} {what}; split it"),
            Self::Broken { what } => {
                write!(f, "the file is damaged: {what}; open it in a spreadsheet program, save it and send it again")
            }
            Self::DocumentType => {
                write!(f, "a part of the file has a document type, which is refused; save it again as .xlsx")
            }
            Self::OtherKind { kind } => write!(f, "the file is {kind}; save it as .xlsx (Excel workbook) or CSV UTF-8"),
            Self::OpenQuote { row } => write!(
                f,
                "a quotation mark is opened in row {row} and never closed, so all that follows would be one text; close it, or write it twice"
            ),
            Self::DamagedText { row } => {
                write!(
                    f,
                    "row {row} has bytes that are no UTF-8, unlike the rest of the file; put them right, or save it as CSV UTF-8"
                )
            }
            Self::NoText => write!(f, "the file is neither a workbook nor text; save it as .xlsx or CSV UTF-8"),
            Self::NoKeys { sheet, needed } => {
                let sheet = sheet.as_ref().map(|name| format!("sheet {name}")).unwrap_or_else(|| "sheet".into());
                write!(
                    f,
                    "no {sheet} has a first row with the keys of columns, such as {needed}; start from the template"
                )
            }
            Self::KeyTwice { key } => write!(f, "the key {key} stands above two columns; take one of them away"),
        }
    }
}

impl std::error::Error for Refusal {}
