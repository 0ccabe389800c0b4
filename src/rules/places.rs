//! Whether a code names a country or a post of the lists, and what to write where it does not.
//!
//! A code that is not in the list is refused where an answer or a new declaration hangs on it: to a destination that nobody
//! knows nothing is forbidden, and that is no answer. What was meant is told and never taken: `UK` may be GB or a slip.
//! Which lists count is the caller's business, and so is whether a finding refuses.

use super::forms::{given, is_country_code};
use crate::contract::DeclarationData;
use crate::error::Findings;
use crate::refdata::lists::{Coded, Country, CountryAlias, Language, List, Operator, lists};

/// Most posts of a country that are proposed.
const PROPOSED: usize = 3;

/// Refuses what is no country of `countries`.
pub fn check_country(findings: &mut Findings, path: &str, code: Option<&str>, countries: &List<Country>) {
    match code {
        Some(code) if !is_country_code(code) => check_country_form(findings, path, Some(code)),
        Some(code) if !countries.contains(code) => {
            findings.add("unknown_code", path, unlisted_country(code, countries));
        }
        _ => {}
    }
}

/// Of a country's code only the form matters; [`check_country`] looks into the list.
pub(super) fn check_country_form(findings: &mut Findings, path: &str, code: Option<&str>) {
    if let Some(code) = code.filter(|code| !is_country_code(code)) {
        let advice = country_advice(code, &lists().countries);
        findings.add("format", path, format!("not the two-letter code of a country; {advice}"));
    }
}

/// Refuses the countries of a declaration that are well written and not in the list; those that are not are refused for
/// their form.
pub fn check_declared(data: &DeclarationData, countries: &List<Country>) -> Findings {
    let mut findings = Findings::default();
    for (path, code) in declared(data).into_iter().filter(|(_, code)| is_country_code(code)) {
        check_country(&mut findings, &path, Some(code), countries);
    }
    findings
}

/// The countries that a declaration names, with the paths of their members.
pub(super) fn declared(data: &DeclarationData) -> Vec<(String, &str)> {
    let parties = [("RecipientCountryCd", &data.recipient_country_cd), ("SenderCountryCd", &data.sender_country_cd)];
    let parties = parties.into_iter().map(|(path, code)| (path.to_owned(), code));
    let lines = data.content_pieces.iter().enumerate();
    let lines = lines.map(|(at, piece)| (format!("ContentPieces[{at}].OrigCountryCd"), &piece.orig_country_cd));
    parties.chain(lines).filter_map(|(path, code)| Some((path, given(code)?))).collect()
}

/// What is wrong with a code that is in no list of countries, and what to write.
pub fn unlisted_country(code: &str, countries: &List<Country>) -> String {
    format!("not in the list of countries; {}", country_advice(code, countries))
}

/// What to write for a country.
pub(super) fn country_advice(text: &str, countries: &List<Country>) -> String {
    let named = |code: &str| {
        let name = countries.name(code, Language::En).unwrap_or_default();
        format!("{code} ({name})")
    };
    if let Some(code) = listed(text, countries) {
        return format!("write {}", named(&code));
    }
    match alias(text) {
        Some(alias) if alias.instead.is_empty() => alias.note.clone(),
        Some(alias) => {
            let why = if alias.note.is_empty() { String::new() } else { format!("{}; ", alias.note) };
            let codes: Vec<String> = alias.instead.iter().map(|code| named(code)).collect();
            format!("{why}write {}", codes.join(" or "))
        }
        None => "write a two-letter code of ISO 3166-1 in capitals, for example DE".to_owned(),
    }
}

/// The code of a listed country that is written in small letters, or by its name.
fn listed(text: &str, countries: &List<Country>) -> Option<String> {
    let code = text.trim().to_uppercase();
    if countries.contains(&code) {
        return Some(code);
    }
    let is_named =
        |row: &&Country| Language::ALL.iter().any(|language| row.names.in_language(*language).to_uppercase() == code);
    countries.rows().iter().find(is_named).map(|row| row.code().to_owned())
}

fn alias(text: &str) -> Option<&'static CountryAlias> {
    let code = text.trim().to_uppercase();
    lists().country_aliases.rows.iter().find(|alias| alias.code == code)
}

/// What is wrong with a code that is in no list of posts, and what to write.
pub fn unlisted_post(text: &str, operators: &[Operator], countries: &List<Country>) -> String {
    let code = text.trim().to_uppercase();
    let advice = if operators.iter().any(|post| post.code == code) {
        format!("write {code}")
    } else {
        let country = listed(text, countries).or_else(|| Some(alias(text)?.instead.first()?.clone()));
        let there = operators.iter().filter(|post| Some(&post.country) == country.as_ref());
        let there: Vec<&str> = there.map(|post| post.code.as_str()).take(PROPOSED).collect();
        match there.is_empty() {
            true => "correct the code, or have the list of operators with it imported".to_owned(),
            false => format!("this is a country; a post there is {}", there.join(" or ")),
        }
    };
    format!("not a post of the list of operators; {advice}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(code: &str) -> Option<(&'static str, String)> {
        let mut findings = Findings::default();
        check_country(&mut findings, "destinationCountryCd", Some(code), &lists().countries);
        findings.into_vec().pop().map(|finding| (finding.code, finding.message))
    }

    #[test]
    fn what_was_meant_is_told_and_never_taken() {
        for code in ["DE", "GB", "XK", "AX"] {
            assert_eq!(found(code), None, "{code}");
        }
        for (code, kind, advice) in [
            ("UK", "unknown_code", "write GB (United Kingdom)"),
            ("EL", "unknown_code", "write GR (Greece)"),
            ("EU", "unknown_code", "name the member state"),
            ("AN", "unknown_code", "write CW (Curaçao) or SX ("),
            ("QQ", "unknown_code", "for example DE"),
            ("ZZ", "unknown_code", "for example DE"),
            ("de", "format", "write DE (Germany)"),
            ("uk", "format", "write GB (United Kingdom)"),
            ("DEU", "format", "write DE (Germany)"),
            ("Allemagne", "format", "write DE (Germany)"),
            ("276", "format", "for example DE"),
            ("D", "format", "for example DE"),
            ("\u{0130}", "format", "for example DE"),
        ] {
            let (found, message) = found(code).expect(code);
            assert_eq!(found, kind, "{code}");
            assert!(message.contains(advice), "{code}: {message}");
        }
    }

    #[test]
    fn a_country_in_the_place_of_a_post_is_told_its_posts() {
        let told = |text: &str| unlisted_post(text, lists().operators.rows(), &lists().countries);
        assert!(told("dea").ends_with("write DEA"));
        assert!(told("DE").ends_with("a post there is DEA"), "{}", told("DE"));
        assert!(told("UK").contains("a post there is GBA"), "{}", told("UK"));
        assert!(told("QQQ").contains("imported"));
    }

    #[test]
    fn every_country_of_a_declaration_is_looked_at() {
        let data: DeclarationData = serde_json::from_str(
            r#"{"SenderCountryCd":"UK","RecipientCountryCd":"EU","ContentPieces":[{"OrigCountryCd":"DE"},
            {"OrigCountryCd":"SU"},{"OrigCountryCd":"cn"},{"OrigCountryCd":" "}]}"#,
        )
        .unwrap();
        let paths: Vec<String> =
            check_declared(&data, &lists().countries).into_vec().into_iter().map(|finding| finding.path).collect();
        assert_eq!(paths, ["RecipientCountryCd", "SenderCountryCd", "ContentPieces[1].OrigCountryCd"]);
    }
}
