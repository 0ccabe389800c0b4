//! Dates of the contract as everything but the CDS surfaces writes them: RFC 3339.
//!
//! Documents are spliced from stored texts in which dates have the form of the CDS surface. They are rewritten by the names
//! of the members they stand in; a text that merely looks like a date stays. Reading takes both forms everywhere.

use std::borrow::Cow;

use chrono::{DateTime, SecondsFormat, Utc};

/// Every member of the contract that is a date, in order.
const MEMBERS: [&str; 25] = [
    "ClearanceDt",
    "CreatedDt",
    "CreatedFrom",
    "CreatedTo",
    "DueDt",
    "EarliestEventDT",
    "EventDT",
    "EventDt",
    "ExpiryDt",
    "LastApiCallDt",
    "LastCusitmSentDt",
    "LastCusrspReceivedDt",
    "LastDeclarationDt",
    "LastItmattReceivedDt",
    "LastItmattSentDt",
    "LastLoginDt",
    "LastPrintDt",
    "LastReferralDt",
    "LastResponseDt",
    "PostingDt",
    "ReminderDt",
    "ServerDt",
    "TransportDate",
    "ValidFrom",
    "ValidTo",
];

/// What stands between the name of a member and the number of its date. No text of a value can hold it, for quotes in it
/// are escaped.
const BEGINS: &str = "\":\"/Date(";

/// An instant as it is written there.
pub fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The JSON text with every date of the contract in RFC 3339.
pub fn in_rfc3339(text: String) -> String {
    let mut places = text.match_indices(BEGINS).filter_map(|(at, _)| place(&text, at)).peekable();
    if places.peek().is_none() {
        drop(places);
        return text;
    }
    let mut written = String::with_capacity(text.len());
    let mut from = 0;
    for (start, end, date) in places {
        written.push_str(&text[from..start]);
        written.push_str(&date);
        from = end;
    }
    written.push_str(&text[from..]);
    written
}

/// The date of a member whose name ends at `at`: where its text begins and ends, and what stands there instead.
fn place(text: &str, at: usize) -> Option<(usize, usize, Cow<'static, str>)> {
    let name = &text[text[..at].rfind('"')? + 1..at];
    if MEMBERS.binary_search(&name).is_err() {
        return None;
    }
    let number_at = at + BEGINS.len();
    let rest = &text[number_at..];
    let inner = &rest[..rest.find(")/\"")?];
    let digits = &inner[..inner.rfind('+').unwrap_or(inner.len())];
    let ms: i64 = digits.parse().ok()?;
    let date = DateTime::from_timestamp_millis(ms)?;
    let start = number_at - "/Date(".len();
    Some((start, number_at + inner.len() + ")/".len(), written(date).into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_rewritten_by_the_name_of_their_member_alone() {
        let text = r#"{"PostingDt":"/Date(1562748420000+0000)/","MailStateRemarks":"/Date(0)/","X":[{"ClearanceDt":"/Date(-1000+0000)/"}],"ValidTo":null,"Other":"/Date(0)/","Comments":"a \"PostingDt\":\"/Date(0)/\" b"}"#;
        let expected = r#"{"PostingDt":"2019-07-10T08:47:00Z","MailStateRemarks":"/Date(0)/","X":[{"ClearanceDt":"1969-12-31T23:59:59Z"}],"ValidTo":null,"Other":"/Date(0)/","Comments":"a \"PostingDt\":\"/Date(0)/\" b"}"#;
        assert_eq!(in_rfc3339(text.to_owned()), expected);
        for unchanged in ["", "{}", r#"{"PostingDt":"/Date(x)/"}"#, r#"{"PostingDt":"/Date("#, r#"":"/Date(1)/""#] {
            assert_eq!(in_rfc3339(unchanged.to_owned()), unchanged);
        }
    }

    #[test]
    fn the_list_can_be_searched() {
        assert!(MEMBERS.is_sorted());
    }
}
