//! Is a declaration good enough to be sent? A table of rules, what each asks for, and how strict each destination is.
//!
//! Sources: the published advice of posts and customs on data quality; each rule of the table says what it asks. Drafts are
//! only warned about. Nothing is changed or stored here, and whether something can be stored at all is the business of
//! the structure rules.

mod context;
mod dates;
mod fillers;
mod finding;
mod goods;
mod item;
mod noise;
mod party;
mod posts;
mod print;
mod table;
mod totals;
mod typed;
mod vague;

use std::collections::BTreeSet;

use crate::contract::{DeclarationData, MailObject};
use crate::domain::Level;

use finding::Checks;

pub use context::{Context, Override, Posts, Screening};
pub use finding::{QualityFinding, Subject};
pub use table::{FOREIGN_ID, RESERVED_MEMBER, RULES, Rule, TOTAL_DIFFERS, Where, rule};
pub use vague::StopWords;

/// The judgement on a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub findings: Vec<QualityFinding>,
    /// 100 without findings; every finding takes 5 off and every rule that rejects 20 more. Drafts are scored as if they
    /// were final.
    pub score: u8,
}

/// Judges a declaration.
pub fn check<'a>(object: &MailObject, data: &DeclarationData, context: &'a Context<'a>) -> Report {
    let mut checks = Checks { context, findings: Vec::new() };
    item::check(object, data, &mut checks);
    posts::check(&mut checks);
    party::check(data, &mut checks);
    dates::check(object, data, &mut checks);
    print::check(&mut checks);
    goods::check(data, &mut checks);
    totals::check(data, &mut checks);
    let score = score(&checks.findings);
    let mut findings = checks.findings;
    if !context.is_final {
        findings.iter_mut().for_each(|finding| finding.level = Level::Warn);
    }
    Report { findings, score }
}

fn score(findings: &[QualityFinding]) -> u8 {
    let rejecting = findings.iter().filter(|finding| finding.level == Level::Reject);
    let rejecting: BTreeSet<&str> = rejecting.map(|finding| finding.rule).collect();
    let lost = 20 * rejecting.len() + 5 * findings.len();
    u8::try_from(100_usize.saturating_sub(lost)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
