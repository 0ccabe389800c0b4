//! Lists, codes of goods, restrictions, and what a lane asks for.

use serde_json::Value;

use super::ask::Ask;
use super::reply::Reply;
use crate::contract::canonical::to_canonical;
use crate::contract::hs_code;
use crate::contract::own::{ListName, ListNames};
use crate::error::{Error, Findings, Result};
use crate::limits;
use crate::refdata::lists::Language;
use crate::rules::places;
use crate::service::lookup::Destination;

/// Languages by code.
pub(super) const LANGUAGES: &[&str] = &["EN", "FR", "ES", "PT"];

/// Each list with the member that has it among all.
const LISTS: &[(&str, &str)] = &[
    ("cds-states", "CDSStates"),
    ("countries", "Countries"),
    ("currencies", "Currencies"),
    ("decisions", "Decisions"),
    ("document-types", "DocumentTypes"),
    ("handling-classes", "HandlingClasses"),
    ("mail-categories", "MailCategories"),
    ("mail-classes", "MailClasses"),
    ("mail-states", "MailStates"),
    ("nature-types", "NatureTypes"),
    ("offices", "Offices"),
    ("organizations", "Organizations"),
    ("reasons", "Reasons"),
    ("referral-codes", "ReferralCodes"),
    ("referral-response-codes", "ReferralResponseCodes"),
    ("tax-types", "TaxTypes"),
    ("transport-modes", "TransportModes"),
];

pub(super) async fn lists(_: Ask<'_>) -> Result<Reply> {
    let named = |(name, _): &(&str, &str)| ListName { name: (*name).to_owned(), href: format!("/v1/reference/{name}") };
    Ok(Reply::ok(to_canonical(&ListNames { lists: LISTS.iter().map(named).collect() })))
}

pub(super) async fn list(ask: Ask<'_>) -> Result<Reply> {
    let wanted = LISTS.iter().find(|(name, _)| *name == ask.path("list"));
    let (name, member) = wanted.ok_or(Error::Absent { what: "list" })?;
    let language = ask.text("language").and_then(Language::parse).unwrap_or(Language::En);
    let cocktail = ask.services.cocktail(&ask.actor, language);
    let tag = format!("{name}.{}", &cocktail.hash[..cocktail.hash.len().min(16)]);
    if ask.has_version(&format!("\"{tag}\"")) {
        return Ok(Reply::nothing().tagged(&tag).unless_known(true));
    }
    let all = serde_json::to_value(&cocktail).map_err(|error| Error::Internal(error.to_string()))?;
    let entries = all.get(*member).cloned().unwrap_or(Value::Null);
    Ok(Reply::ok(format!(r#"{{"name":"{name}","entries":{entries}}}"#)).tagged(&tag))
}

pub(super) async fn hs_codes(ask: Ask<'_>) -> Result<Reply> {
    let mut findings = Findings::default();
    let text = needed_text(&mut findings, "q", ask.text("q"), "say what the goods are");
    findings.into_result()?;
    let found = ask.services.hs_codes(text);
    Ok(Reply::ok(format!(r#"{{"codes":{}}}"#, to_canonical(&found))))
}

fn needed_text<'t>(findings: &mut Findings, name: &str, text: Option<&'t str>, remedy: &str) -> &'t str {
    let Some(text) = text else {
        findings.add("required", name, remedy);
        return "";
    };
    if text.chars().count() > limits::TEXT_CHARS {
        findings.add("too_long", name, format!("at most {} characters fit here", limits::TEXT_CHARS));
    }
    text
}

/// The countries that a lane joins.
fn lane<'a>(ask: &'a Ask<'_>, findings: &mut Findings) -> (&'a str, &'a str) {
    let from = needed_text(findings, "from", ask.text("from"), "say which country the goods are sent from");
    let to = needed_text(findings, "to", ask.text("to"), "say which country the goods go to");
    let catalogue = ask.services.catalogue();
    for (name, code) in [("from", from), ("to", to)] {
        places::check_country(findings, name, Some(code).filter(|code| !code.is_empty()), catalogue.countries());
    }
    (from, to)
}

pub(super) async fn restrictions(ask: Ask<'_>) -> Result<Reply> {
    let mut findings = Findings::default();
    let (from, to) = lane(&ask, &mut findings);
    let (code, text) = (ask.text("hs"), ask.text("description"));
    if code.is_none() && text.is_none() {
        findings.add("required", "hs", "name the goods, by hs or by description");
    }
    let digits = code.map(|code| hs_code::digits(code).unwrap_or_default());
    if digits.as_ref().is_some_and(|digits| !(2..=14).contains(&digits.len())) {
        findings.add("format", "hs", "an HS code has 2 to 14 digits, for example 240210");
    }
    if let Some(text) = text {
        needed_text(&mut findings, "description", Some(text), "");
    }
    findings.into_result()?;
    let there = || Destination::Country(to.to_owned());
    let mut found = match &digits {
        Some(digits) => ask.services.restrictions_by_hs(there(), from, digits).await?,
        None => Vec::new(),
    };
    if let Some(text) = text {
        found.extend(ask.services.restrictions_by_description(there(), from, &[text.to_owned()]).await?);
    }
    Ok(Reply::ok(format!(r#"{{"restrictions":{}}}"#, to_canonical(&found))))
}

pub(super) async fn requirements(ask: Ask<'_>) -> Result<Reply> {
    let mut findings = Findings::default();
    let (from, to) = lane(&ask, &mut findings);
    findings.into_result()?;
    let asked = ask.services.requirements(&ask.actor, from, to, ask.text("class"))?;
    Ok(Reply::ok(to_canonical(&asked)))
}
