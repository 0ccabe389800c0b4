//! Data quality at the door: the rules run on every declaration that comes in.

use serde::{Deserialize, Serialize};

use super::Services;
use super::catalogue::Catalogue;
use crate::contract::canonical::to_canonical;
use crate::contract::{DeclarationData, MailObject};
use crate::domain::Level;
use crate::error::Findings;
use crate::refdata::lists::{Country, List, lists};
use crate::refdata::search::restriction::Route;
use crate::rules::quality::{Context, Posts, QualityFinding, RESERVED_MEMBER, Subject, check};
use crate::rules::structure::{UNKNOWN_POST, given};
use crate::store::text::StoredText;

/// What a finding takes off the score.
const FINDING_COST: i32 = 5;

/// Whose declaration is judged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Declarer<'d> {
    /// Whose strictness counts.
    pub org: &'d str,
    /// The country it is sent from.
    pub country: &'d str,
    /// It came in a message: countries that are not in the list are found, and refuse by their level only.
    pub is_partner: bool,
}

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
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Found {
    rule: String,
    path: String,
    message: String,
    /// `warn`, `amber` or `reject`; the latter stands in data that a partner sent and that came in all the same.
    #[serde(default)]
    level: String,
}

impl Services {
    /// Judges a declaration; what rejects it is added to `findings`.
    pub(super) fn judge(
        &self,
        declarer: Declarer<'_>,
        object: &MailObject,
        data: &DeclarationData,
        is_final: bool,
        paths: (&str, &str),
        findings: &mut Findings,
    ) -> Judgement {
        let catalogue = self.catalogue();
        let destination =
            destination(|post| catalogue.country_of_post(post), catalogue.countries(), object, data).to_owned();
        let route = Route { destination: &destination, sending: declarer.country, on: self.today() };
        let screening = |code: &str, text: &str| catalogue.screened(code, text, route);
        let not_printable = self.proofread(object, data);
        let context = Context {
            destination: &destination,
            is_final,
            countries: Some(catalogue.countries()),
            stop_words: Some(catalogue.stop_words()),
            overrides: catalogue.overrides(declarer.org),
            screening: Some(&screening),
            posts: posts(&catalogue, object, data),
            is_partner: declarer.is_partner,
            not_printable: &not_printable,
            today: Some(self.today()),
        };
        let report = check(object, data, &context);
        let located = |found: &QualityFinding| match found.subject {
            Subject::MailObject => found.to_finding().under(paths.0),
            Subject::Data => found.to_finding().under(&format!("{}.Data", paths.1)),
        };
        for found in report.findings.iter().filter(|found| found.level == Level::Reject) {
            findings.push(located(found));
        }
        let kept: Vec<Found> = report.findings.iter().map(travelling).collect();
        Judgement {
            score: i32::from(report.score),
            warnings: kept.len() as u32,
            findings: (!kept.is_empty()).then(|| to_canonical(&kept).into()),
        }
    }
}

/// What the lists say of the posts of an item. An unknown post is no fault: it may become known. An id of the country of
/// the destination is none either: the item may be on its way back, which only what is stored can tell.
fn posts(catalogue: &Catalogue, object: &MailObject, data: &DeclarationData) -> Posts {
    let named = |post| given(post).filter(|post| *post != UNKNOWN_POST);
    let (origin, destination) = (named(&object.orig_post_org_cd), named(&object.dest_post_org_cd));
    let id = given(&object.id).unwrap_or_default();
    let there = destination.and_then(|post| catalogue.country_of_post(post));
    let recipient = given(&data.recipient_country_cd);
    Posts {
        recipient_elsewhere: there
            .zip(recipient)
            .is_some_and(|(there, country)| !catalogue.delivers_in(there, country)),
        origin_unlisted: origin.is_some_and(|post| !catalogue.is_listed(post)),
        destination_unlisted: destination.is_some_and(|post| !catalogue.is_listed(post)),
        foreign_id: [origin, destination].into_iter().flatten().all(|post| !catalogue.fits(id, post))
            && origin.is_some(),
    }
}

/// The name of the finding that a declaration says again what it said before, and another version has replaced since.
const OLDER_VERSION: &str = "older_version";
/// The name of the finding that a partner calls two versions alike.
const VERSION_NAME_REUSED: &str = "version_name_reused";

impl Judgement {
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

fn found_in(findings: Option<&str>) -> Vec<Found> {
    findings.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// The country of the destination post, else of the recipient; empty when neither is known.
fn destination<'d>(
    country_of_post: impl FnOnce(&str) -> Option<&'d str>,
    countries: &List<Country>,
    object: &MailObject,
    data: &'d DeclarationData,
) -> &'d str {
    let of_post = given(&object.dest_post_org_cd).and_then(country_of_post);
    let of_recipient = || given(&data.recipient_country_cd).filter(|code| countries.contains(code));
    of_post.or_else(of_recipient).unwrap_or_default()
}

/// Judges item data of a message where nobody has set or imported anything: by the lists built in, and without looking up
/// restrictions.
pub fn judge_as_delivered(object: &MailObject, data: &DeclarationData) -> Vec<QualityFinding> {
    let (operators, countries) = (&lists().operators, &lists().countries);
    let country = |post: &str| operators.get(post).map(|operator| operator.country.as_str());
    let destination = destination(country, countries, object, data);
    let context = Context { destination, is_final: true, is_partner: true, ..Context::default() };
    check(object, data, &context).findings
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
