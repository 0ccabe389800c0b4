//! The forms of members one by one: codes, lengths, numbers, parallel lists. What a code stands for is looked up elsewhere.
//!
//! Paths are relative to the object that the member belongs to.

use rust_decimal::Decimal;

use crate::contract::Number;
use crate::error::Findings;
use crate::limits;

/// Origin or destination that is not known yet.
pub const UNKNOWN_POST: &str = "ZZZ";

/// Three characters, capital letters and digits: the code of a post.
pub fn is_post_code(code: &str) -> bool {
    code.len() == 3 && is_code(code)
}

/// Two to ten capital letters and digits: the code of a customs administration.
pub fn is_customs_code(code: &str) -> bool {
    (2..=10).contains(&code.len()) && is_code(code)
}

/// Six characters, capital letters and digits, the first two letters: IMPC form.
pub fn is_office_code(code: &str) -> bool {
    code.len() == 6 && is_code(code) && code.bytes().take(2).all(|b| b.is_ascii_uppercase())
}

/// Two capital letters: ISO 3166-1 alpha-2 form.
pub fn is_country_code(code: &str) -> bool {
    code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase())
}

/// An item id: 1 to 35 visible ASCII characters without blanks.
pub fn is_item_id(id: &str) -> bool {
    (1..=limits::ITEM_ID_CHARS).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic())
}

fn is_code(code: &str) -> bool {
    code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// Three capital letters: ISO 4217 form.
pub fn is_currency_code(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase())
}

/// An empty or blank text is no value.
pub fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

pub fn check_item_id(findings: &mut Findings, path: &str, id: Option<&str>) {
    if id.is_some_and(|id| !is_item_id(id)) {
        findings.add("format", path, "an item id has 1 to 35 letters, digits or signs and no blanks");
    }
}

pub fn check_post(findings: &mut Findings, path: &str, code: Option<&str>) {
    if code.is_some_and(|code| !is_post_code(code)) {
        findings.add("format", path, "a post has three capital letters or digits, for example AUA");
    }
}

pub fn check_customs(findings: &mut Findings, path: &str, code: Option<&str>) {
    if code.is_some_and(|code| !is_customs_code(code)) {
        findings.add("format", path, "a customs administration has two to ten capital letters or digits");
    }
}

pub fn check_office(findings: &mut Findings, path: &str, code: Option<&str>) {
    if code.is_some_and(|code| !is_office_code(code)) {
        let form = "an office has six capital letters or digits (IMPC form), for example DEAAAA";
        findings.add("format", path, form);
    }
}

/// One capital letter: the code of a mail class.
pub fn is_mail_class(code: &str) -> bool {
    code.len() == 1 && code.bytes().all(|b| b.is_ascii_uppercase())
}

pub fn check_mail_class(findings: &mut Findings, path: &str, code: Option<&str>) {
    if code.is_some_and(|code| !is_mail_class(code)) {
        findings.add("format", path, "write one capital letter, for example U, C or E");
    }
}

/// Of a user's code only the length matters.
pub fn check_user(findings: &mut Findings, path: &str, code: Option<&str>) {
    if code.is_some_and(|code| code.chars().count() > limits::USER_CD_CHARS) {
        findings.add("too_long", path, format!("a user code has at most {} characters", limits::USER_CD_CHARS));
    }
}

/// Finds a text that is longer than its member may be.
pub fn check_length(findings: &mut Findings, path: &str, text: &Option<String>, most: usize) {
    if text.as_ref().is_some_and(|text| text.len() > most && text.chars().count() > most) {
        findings.add("too_long", path, format!("at most {most} characters fit here; shorten the text"));
    }
}

/// A code: capital letters, digits, at most `most` characters.
pub(super) fn check_code(findings: &mut Findings, path: &str, code: &Option<String>, most: usize, form: &str) {
    if given(code).is_some_and(|code| code.len() > most || !is_code(code)) {
        findings.add("format", path, format!("write {form}"));
    }
}

pub(super) fn check_currency(findings: &mut Findings, path: &str, code: &Option<String>) {
    if given(code).is_some_and(|code| !is_currency_code(code)) {
        findings.add("format", path, "write the three-letter ISO currency code in capitals, for example EUR");
    }
}

pub(super) fn check_hs(findings: &mut Findings, path: &str, code: &Option<String>) {
    let fits = |code: &str| code.len() <= 20 && code.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b' ');
    if given(code).is_some_and(|code| !fits(code)) {
        findings.add("format", path, "write the HS code in digits, six or more, for example 610910");
    }
}

pub(super) fn check_not_negative(findings: &mut Findings, path: &str, number: &Option<Number>) {
    if number.as_ref().is_some_and(|number| number.value() < Decimal::ZERO) {
        findings.add("out_of_range", path, "a negative number makes no sense here");
    }
}

pub(super) fn check_list(findings: &mut Findings, path: &str, len: usize, most: usize) {
    if len > most {
        findings.add("too_long", path, format!("at most {most} entries fit here"));
    }
}

pub(super) fn check_extra_fields(findings: &mut Findings, names: &[Option<String>], values: &[Option<String>]) {
    if names.len() != values.len() {
        findings.add(
            "unequal_length",
            "ExtraFieldValues",
            "ExtraFieldNames and ExtraFieldValues need the same number of entries",
        );
    }
    for (path, list) in [("ExtraFieldNames", names), ("ExtraFieldValues", values)] {
        check_list(findings, path, list.len(), limits::CONTENT_PIECES);
        for (at, text) in list.iter().enumerate() {
            check_length(findings, &format!("{path}[{at}]"), text, limits::TEXT_CHARS);
        }
    }
}
