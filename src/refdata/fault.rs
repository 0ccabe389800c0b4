//! A fault of a file that is read as a list, and how what stands there is told.

use std::fmt;

/// One fault of a file: where it stands and what is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Line in the file, counted from 1; 0 when the file as a whole is meant.
    pub line: u64,
    /// Name of the column; empty when the whole line is meant.
    pub column: String,
    /// What is wrong and what is expected, for a person.
    pub problem: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column.as_str()) {
            (0, _) => f.write_str(&self.problem),
            (line, "") => write!(f, "line {line}: {}", self.problem),
            (line, column) => write!(f, "line {line}, column {column}: {}", self.problem),
        }
    }
}

/// The first characters of a foreign text, fit for a message.
pub fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}
