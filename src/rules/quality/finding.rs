//! What is found in a declaration, gathered at the level that counts.

use super::context::Context;
use super::table::rule;
use crate::domain::Level;
use crate::error::Finding;

/// Which object a path belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    MailObject,
    /// The data of the declaration.
    Data,
}

/// One fault in a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QualityFinding {
    /// Name of the rule, one of [`RULES`](super::RULES).
    pub rule: &'static str,
    pub subject: Subject,
    /// Path within the subject, for example `ContentPieces[0].Amount`.
    pub path: String,
    /// What is wrong and how to correct it; never a value of the declaration.
    pub message: String,
    /// Never `Off`.
    pub level: Level,
}

impl QualityFinding {
    /// As a finding of the error catalogue; its code is the name of the rule.
    pub fn to_finding(&self) -> Finding {
        let (path, message) = (self.path.clone(), self.message.clone());
        Finding { code: self.rule, path, index: None, item_id: None, message }
    }
}

/// Gathers findings at the level that counts.
pub(super) struct Checks<'a> {
    pub context: &'a Context<'a>,
    pub findings: Vec<QualityFinding>,
}

impl Checks<'_> {
    pub fn found(&mut self, id: &'static str, subject: Subject, path: impl Into<String>, message: impl Into<String>) {
        debug_assert!(rule(id).is_some(), "unlisted rule {id}");
        let level = rule(id).map_or(Level::Warn, |rule| self.context.level(rule));
        if level > Level::Off {
            self.findings.push(QualityFinding { rule: id, subject, path: path.into(), message: message.into(), level });
        }
    }

    pub fn data(&mut self, id: &'static str, path: impl Into<String>, message: impl Into<String>) {
        self.found(id, Subject::Data, path, message);
    }
}
