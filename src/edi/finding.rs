//! What is wrong with a message, how bad it is and where it stands.

use std::fmt;

use crate::{error, limits};

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The value was taken over; somebody should know.
    Warning,
    /// Something is missing, unreadable or against the profile.
    Error,
}

/// A place in the bytes of an interchange.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Offset of the first byte of the segment or element, from 0.
    pub byte: usize,
    /// Segment tag, or name of the XML element.
    pub tag: String,
    /// Number of the segment (or element) in the interchange, from 1.
    pub number: usize,
    /// Number of the segment in its message, `UNH` being 1; 0 outside messages and in XML.
    pub in_message: usize,
}

/// One finding. `fault.path` names the contract member, `fault.index` the item's place in its message (from 0).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub severity: Severity,
    /// Absent when the finding concerns a value that has not been written yet.
    pub position: Option<Position>,
    /// Which message of the interchange, from 0.
    pub message: Option<usize>,
    pub fault: error::Finding,
}

impl Finding {
    /// An error without a place; `code` is one of [`error::FINDING_CODES`].
    pub fn error(code: &'static str, path: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, path, text)
    }

    /// A warning without a place.
    pub fn warning(code: &'static str, path: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, path, text)
    }

    /// Something is given twice, with different content.
    pub fn twice(path: impl Into<String>) -> Self {
        let text = "given before with other content; what was given first stands, of this nothing is taken over";
        Self::error("twice", path, text)
    }

    /// A finding without a place.
    pub fn new(severity: Severity, code: &'static str, path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { severity, position: None, message: None, fault: error::Finding::new(code, path, text) }
    }

    /// The same finding at `position`.
    #[must_use]
    pub fn at(mut self, position: Position) -> Self {
        self.position = Some(position);
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.severity {
            Severity::Warning => "warning",
            Severity::Error => "error",
        })?;
        if let Some(at) = &self.position {
            write!(f, " at {} {}, byte {}", at.tag, at.number, at.byte)?;
        }
        if let Some(message) = self.message {
            write!(f, ", message {}", message + 1)?;
        }
        if let Some(item) = self.fault.index {
            write!(f, ", item {}", item + 1)?;
        }
        if let Some(id) = &self.fault.item_id {
            write!(f, " ({id})")?;
        }
        write!(f, ": [{}] ", self.fault.code)?;
        if !self.fault.path.is_empty() {
            write!(f, "{}: ", self.fault.path)?;
        }
        f.write_str(&self.fault.message)
    }
}

/// The findings of one interchange, at most [`limits::EDI_FINDINGS`]; the rest is only counted. But the first error of an item,
/// of a message's head or of the envelope is always kept: it decides what becomes of it, whatever was found before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    list: Vec<Finding>,
    /// Where the last error was found: message and item.
    last_error: Option<(Option<usize>, Option<usize>)>,
    uncounted_errors: usize,
    more: usize,
}

impl Findings {
    /// Adds one finding, or counts it when the list is full.
    pub fn push(&mut self, finding: Finding) {
        let is_error = finding.severity == Severity::Error;
        let place = Some((finding.message, finding.fault.index));
        let decides = is_error && self.last_error != place;
        if is_error {
            self.last_error = place;
        }
        if decides || self.list.len() < limits::EDI_FINDINGS {
            self.list.push(finding);
        } else {
            self.more += 1;
            self.uncounted_errors += usize::from(finding.severity == Severity::Error);
        }
    }

    /// Takes over what `others` found.
    pub fn append(&mut self, others: Self) {
        let Self { list, uncounted_errors, more, .. } = others;
        for finding in list {
            self.push(finding);
        }
        self.more += more;
        self.uncounted_errors += uncounted_errors;
    }

    /// Counts what `others` only counted.
    pub fn append_uncounted(&mut self, others: &Self) {
        self.more += others.more;
        self.uncounted_errors += others.uncounted_errors;
    }

    /// The findings kept, in the order found.
    pub fn list(&self) -> &[Finding] {
        &self.list
    }

    /// Changes every finding kept.
    pub fn for_each_mut(&mut self, change: impl FnMut(&mut Finding)) {
        self.list.iter_mut().for_each(change);
    }

    /// How many were found beyond those kept.
    pub fn more(&self) -> usize {
        self.more
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether any finding is an error.
    pub fn has_errors(&self) -> bool {
        self.uncounted_errors > 0 || self.list.iter().any(|finding| finding.severity == Severity::Error)
    }

    /// As faults of a request, errors only; for surfaces that answer with the catalogue of [`error`].
    pub fn into_faults(self) -> Vec<error::Finding> {
        self.list.into_iter().filter(|found| found.severity == Severity::Error).map(|found| found.fault).collect()
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in self.list.iter().take(limits::EDI_FINDINGS) {
            writeln!(f, "{finding}")?;
        }
        let more = self.more + self.list.len().saturating_sub(limits::EDI_FINDINGS);
        if more > 0 {
            writeln!(f, "and {more} more")?;
        }
        Ok(())
    }
}
