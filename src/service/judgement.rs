//! What is kept of the judgement on a declaration's quality: a score, and what was found.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::catalogue::Catalogue;
use crate::contract::canonical::to_canonical;
use crate::domain::Level;
use crate::limits;
use crate::rules::quality::{QualityFinding, RESERVED_MEMBER, Report, Subject};
use crate::store::text::StoredText;

/// What a finding takes off the score.
const FINDING_COST: i32 = 5;

/// What is kept of the judgement on a declaration.
#[derive(Clone, Debug, Default)]
pub(super) struct Judgement {
    pub score: i32,
    /// JSON list of what was found; absent when nothing.
    pub findings: Option<StoredText>,
    /// How many findings are warnings.
    pub warnings: u32,
}

/// One finding as it travels in `Quality.Findings`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Found {
    pub rule: String,
    /// In the data of the declaration, or in `MailObject`.
    pub path: String,
    pub message: String,
    /// `warn`, `amber` or `reject`; the latter stands in data that a partner sent and that came in all the same.
    #[serde(default)]
    pub level: String,
}

/// The name of the finding that a declaration says again what it said before, and another version has replaced since.
const OLDER_VERSION: &str = "older_version";
/// The name of the finding that a partner calls two versions alike.
const VERSION_NAME_REUSED: &str = "version_name_reused";

impl Judgement {
    /// What a report says, to be kept.
    pub(super) fn of(report: &Report) -> Self {
        let kept = shown(&report.findings);
        Self {
            score: i32::from(report.score),
            warnings: u32::try_from(report.findings.len()).unwrap_or(u32::MAX),
            findings: (!kept.is_empty()).then(|| to_canonical(&kept).into()),
        }
    }

    /// The same with the warning that this is an earlier version again.
    pub(super) fn of_older_version(&self) -> Self {
        let message = "an earlier version of this declaration again; if that was not meant, send the newest once more";
        self.with(OLDER_VERSION, "", message)
    }

    fn with(&self, rule: &str, path: &str, message: &str) -> Self {
        let (rule, path, message) = (rule.to_owned(), path.to_owned(), message.to_owned());
        let mut all = found_in(self.findings.as_deref());
        all.push(Found { rule, path, message, level: Level::Warn.to_string() });
        Self { findings: Some(to_canonical(&all).into()), warnings: self.warnings + 1, score: self.score }
    }
}

/// Whether stored findings say that the declaration is an earlier version again.
pub(super) fn is_older_version(findings: Option<&str>) -> bool {
    found_in(findings).iter().any(|found| found.rule == OLDER_VERSION)
}

/// Stored findings, one by one.
pub(super) fn found_in(findings: Option<&str>) -> Vec<Found> {
    findings.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

impl Judgement {
    /// Notes that revised members were sent by who has no say in them, and dropped.
    pub(super) fn note_overlay(&mut self, catalogue: &Catalogue, org: &str) {
        let message = "revised codes, descriptions and import restrictions are those of the destination and its customs; \
                       they were dropped";
        self.note(catalogue, org, RESERVED_MEMBER, "ContentPieces", message);
    }

    /// The same with the remark that the sender's name for the version is one that it gave to another before.
    pub(super) fn of_reused_name(&self, message: &str) -> Self {
        self.with(VERSION_NAME_REUSED, "ExtraFieldValues", message)
    }

    /// Adds what was found outside the table of checks, at the level that an organization gives the rule; nothing where
    /// that is off. What is found so does not refuse.
    pub(super) fn note(&mut self, catalogue: &Catalogue, org: &str, rule: &'static str, path: &str, message: &str) {
        let level = catalogue.quality_level(org, rule).min(Level::Amber);
        if level == Level::Off {
            return;
        }
        let mut kept: Vec<Found> =
            self.findings.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let level = level.to_string();
        kept.push(Found { rule: rule.to_owned(), path: path.to_owned(), message: message.to_owned(), level });
        self.findings = Some(to_canonical(&kept).into());
        self.warnings += 1;
        self.score = (self.score - FINDING_COST).max(0);
    }
}

/// What is kept of many findings: those of each rule are as many as there is room for, the last of them says how many more
/// there are.
fn shown(findings: &[QualityFinding]) -> Vec<Found> {
    if findings.len() <= limits::FINDINGS_SHOWN {
        return findings.iter().map(travelling).collect();
    }
    let mut of_rule: BTreeMap<&str, usize> = BTreeMap::new();
    for found in findings {
        *of_rule.entry(found.rule).or_default() += 1;
    }
    let most = (limits::FINDINGS_SHOWN / of_rule.len()).max(1);
    let mut left: BTreeMap<&str, usize> = of_rule.keys().map(|rule| (*rule, most)).collect();
    let mut kept = Vec::with_capacity(limits::FINDINGS_SHOWN);
    for found in findings {
        let Some(left @ 1..) = left.get_mut(found.rule) else { continue };
        *left -= 1;
        let mut shown = travelling(found);
        let more = of_rule.get(found.rule).map_or(0, |all| all.saturating_sub(most));
        if *left == 0 && more > 0 {
            shown.message.push_str(&format!(" (and {more} more of the kind)"));
        }
        kept.push(shown);
    }
    kept
}

fn travelling(found: &QualityFinding) -> Found {
    let path = match found.subject {
        Subject::MailObject => format!("MailObject.{}", found.path),
        Subject::Data => found.path.clone(),
    };
    let level = found.level.to_string();
    Found { rule: found.rule.to_owned(), path, message: found.message.clone(), level }
}

/// Names of the rules in a stored list of findings, and whether one of them rejects.
pub(super) fn rules_in(findings: Option<&str>) -> (Vec<String>, bool) {
    let found = found_in(findings);
    let rejected = found.iter().any(|found| found.level == Level::Reject.stored());
    (found.into_iter().map(|found| found.rule).collect(), rejected)
}
