//! What a referral and an answer to one must hold, when an answer is due, and which referrals customs decisions bring
//! about by themselves.

use chrono::{DateTime, TimeDelta, Utc};

use super::forms::{check_extra_fields, check_length, given};
use crate::contract::{Referral, ReferralResponse};
use crate::error::Findings;
use crate::limits;
use crate::refdata::lists::lists;
use crate::refdata::table::{Cell, FromRow, Row};
use crate::rules::reserved;

/// The version that a referral says it is about.
pub fn stated_version(referral: &Referral) -> Option<String> {
    let mut known = referral.known.clone();
    reserved::take(&mut known.extra_field_names, &mut known.extra_field_values).version
}

/// Checks a referral as sent.
pub fn referral(referral: &Referral) -> Findings {
    let mut findings = Findings::default();
    let known = &referral.known;
    match given(&known.referral_cd) {
        None => findings.add("required", "ReferralCd", format!("give the kind of referral: {}", codes())),
        Some(code) if !lists().referral_codes.contains(code) => {
            findings.add("unknown_code", "ReferralCd", format!("the kinds of referral are {}", codes()));
        }
        Some(_) => {}
    }
    check_reference(&mut findings, &known.referral_id);
    check_length(&mut findings, "Remarks", &known.remarks, limits::TEXT_CHARS);
    check_extra_fields(&mut findings, &known.extra_field_names, &known.extra_field_values);
    if known.content_pieces_indexes.len() > limits::CONTENT_PIECES {
        findings.add("too_long", "ContentPiecesIndexes", format!("at most {} lines", limits::CONTENT_PIECES));
    }
    if known.content_pieces_indexes.iter().any(|index| *index < 1) {
        findings.add("out_of_range", "ContentPiecesIndexes", "line indexes start at 1");
    }
    findings
}

/// Checks an answer as sent. Codes of the form R and two digits are taken even when they are not listed.
pub fn response(response: &ReferralResponse) -> Findings {
    let mut findings = Findings::default();
    let known = &response.known;
    match given(&known.referral_response_cd) {
        None => findings.add("required", "ReferralResponseCd", "give the code of the answer, for example R12"),
        Some(code) if !is_response_code(code) => {
            findings.add("format", "ReferralResponseCd", "an answer is R and two digits, for example R12");
        }
        Some(_) => {}
    }
    check_reference(&mut findings, &known.referral_id);
    check_length(&mut findings, "ActionTaken", &known.action_taken, limits::TEXT_CHARS);
    check_length(&mut findings, "Information", &known.information, limits::TEXT_CHARS);
    check_extra_fields(&mut findings, &known.extra_field_names, &known.extra_field_values);
    findings
}

/// `R` and two digits.
pub fn is_response_code(code: &str) -> bool {
    code.len() == 3 && code.starts_with('R') && code.bytes().skip(1).all(|b| b.is_ascii_digit())
}

fn codes() -> String {
    let codes: Vec<&str> = lists().referral_codes.rows().iter().map(|row| row.code.as_str()).collect();
    codes.join(", ")
}

fn check_reference(findings: &mut Findings, reference: &Option<String>) {
    let fits = |text: &str| text.len() <= limits::ITEM_ID_CHARS && text.bytes().all(|b| b.is_ascii_graphic());
    if given(reference).is_some_and(|text| !fits(text)) {
        let message = format!("a reference has at most {} visible characters without blanks", limits::ITEM_ID_CHARS);
        findings.add("format", "ReferralId", message);
    }
}

/// When an answer is wanted, and when to remind of it: half way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    pub remind_at: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
}

/// The deadline of a referral raised at `raised_at`; `own_hours` goes before the hours of the list. `None` when no
/// answer is expected.
pub fn deadline(referral_cd: &str, raised_at: DateTime<Utc>, own_hours: Option<u32>) -> Option<Deadline> {
    if !super::security::needs_answer(referral_cd) {
        return None;
    }
    let listed = lists().referral_codes.get(referral_cd).map_or(UNLISTED_HOURS, |row| row.reply_hours);
    let minutes = i64::from(own_hours.unwrap_or(listed)) * 60;
    let after = |minutes| raised_at.checked_add_signed(TimeDelta::minutes(minutes)).unwrap_or(raised_at);
    Some(Deadline { remind_at: after(minutes / 2), due_at: after(minutes) })
}

/// Time to answer a referral that is not listed.
const UNLISTED_HOURS: u32 = 24;

/// A row of an organization's own deadlines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadlineRow {
    pub referral: String,
    pub hours: u32,
}

impl FromRow for DeadlineRow {
    const COLUMNS: &'static [&'static str] = &["referral", "hours"];
    fn from_row(row: &Row<'_>) -> Cell<Self> {
        let hours = row.whole("hours")?.ok_or(("hours", "a whole number of hours is needed".to_owned()))?;
        if !(1..=8_760).contains(&hours) {
            return Err(("hours", "expected 1 to 8760 hours".into()));
        }
        Ok(Self { referral: row.needed("referral")?.to_owned(), hours })
    }
}

/// A row of a customs administration's table: which decision raises which referral.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AutoReferral {
    pub decision: String,
    /// Empty: whatever the reason.
    pub reason: String,
    pub referral: String,
    /// What is wanted, for a person.
    pub remarks: String,
}

impl FromRow for AutoReferral {
    const COLUMNS: &'static [&'static str] = &["decision", "reason", "referral", "remarks"];
    fn from_row(row: &Row<'_>) -> Cell<Self> {
        let decision = row.needed("decision")?;
        if decision.len() > 3 || !decision.bytes().all(|b| b.is_ascii_digit()) {
            return Err(("decision", "a decision code has one to three digits".into()));
        }
        let referral = row.needed("referral")?;
        if !lists().referral_codes.contains(referral) {
            return Err(("referral", format!("the kinds of referral are {}", codes())));
        }
        Ok(Self {
            decision: decision.to_owned(),
            reason: row.text("reason").to_owned(),
            referral: referral.to_owned(),
            remarks: row.text("remarks").to_owned(),
        })
    }
}

/// The referral that a decision brings about: the row for its reason, else the row for any reason.
pub fn automatic<'t>(table: &'t [AutoReferral], decision: &str, reason: Option<&str>) -> Option<&'t AutoReferral> {
    let of_decision = || table.iter().filter(|row| row.decision == decision);
    let by_reason = reason.and_then(|reason| of_decision().find(|row| row.reason == reason));
    by_reason.or_else(|| of_decision().find(|row| row.reason.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refdata::table::read;

    #[test]
    fn deadlines_come_from_the_list_unless_an_organization_has_its_own() {
        let raised = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let hours = |code, own| deadline(code, raised, own).map(|deadline| (deadline.due_at - raised).num_hours());
        assert_eq!((hours("RFI", None), hours("RFS", None), hours("DNL", None)), (Some(24), Some(12), Some(1)));
        assert_eq!((hours("ASC", None), hours("RFI", Some(6)), hours("BCFS", None)), (None, Some(6), Some(24)));
        let dnl = deadline("DNL", raised, None).unwrap();
        assert_eq!((dnl.remind_at - raised).num_minutes(), 30);
    }

    #[test]
    fn a_row_for_the_reason_goes_before_a_row_for_any() {
        let table =
            read::<AutoReferral>(b"decision,reason,referral,remarks\n5,,RFI,Send documents\n5,112,AMD,Invoice\n");
        assert_eq!(table.faults, []);
        let found = |decision, reason| automatic(&table.rows, decision, reason).map(|row| row.referral.as_str());
        assert_eq!(found("5", Some("112")), Some("AMD"));
        assert_eq!((found("5", Some("999")), found("5", None)), (Some("RFI"), Some("RFI")));
        assert_eq!(found("2", None), None);
    }

    #[test]
    fn a_table_with_unknown_referrals_is_faulted() {
        let table = read::<AutoReferral>(b"decision,reason,referral,remarks\n5,,XYZ,\n1234,,RFI,\n");
        assert_eq!(table.faults.len(), 2);
    }

    #[test]
    fn every_fault_is_found_at_once() {
        let sent: Referral = serde_json::from_str(
            r#"{"ReferralCd":"XXX","ReferralId":"a b","ContentPiecesIndexes":[0],"ExtraFieldNames":["x"]}"#,
        )
        .unwrap();
        let paths: Vec<String> = referral(&sent).into_vec().into_iter().map(|finding| finding.path).collect();
        assert_eq!(paths, ["ReferralCd", "ReferralId", "ExtraFieldValues", "ContentPiecesIndexes"]);
        for (code, fits) in [("R20", true), ("R99", true), ("R1", false), ("X20", false), ("R2O", false)] {
            assert_eq!(is_response_code(code), fits, "{code}");
        }
    }
}
