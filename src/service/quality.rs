//! Data quality at the door: the rules run on every declaration that comes in.

use super::Services;
use super::catalogue::Catalogue;
use super::judgement::Judgement;
use crate::contract::{DeclarationData, MailObject};
use crate::domain::Level;
use crate::error::Findings;
use crate::refdata::lists::{Country, List, lists};
use crate::refdata::search::restriction::Route;
use crate::rules::quality::{Context, Posts, QualityFinding, Subject, check};
use crate::rules::structure::{UNKNOWN_POST, given};

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
        Judgement::of(&report)
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
