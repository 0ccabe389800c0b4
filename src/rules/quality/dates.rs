//! Dates that no item can have: of clocks and fields never set, of seconds taken for milliseconds, of years mistyped.

use chrono::{Datelike, Days};

use super::finding::{Checks, Subject};
use crate::contract::{DeclarationData, MailObject, WcfDate};
use crate::rules::precedence::{BEFORE_FIRST_YEAR, FIRST_YEAR};

/// How far ahead an item may be posted or carried, in days.
const AHEAD: u64 = 366;

pub(super) fn check(object: &MailObject, data: &DeclarationData, checks: &mut Checks<'_>) {
    date("posting_date", Subject::MailObject, "PostingDt", object.posting_dt, checks);
    date("transport_date", Subject::Data, "TransportDate", data.transport_date, checks);
}

fn date(rule: &'static str, subject: Subject, path: &str, said: Option<WcfDate>, checks: &mut Checks<'_>) {
    let Some(day) = said.map(|said| said.instant().date_naive()) else { return };
    let latest = checks.context.today.and_then(|today| today.checked_add_days(Days::new(AHEAD)));
    if day.year() < FIRST_YEAR {
        checks.found(rule, subject, path, BEFORE_FIRST_YEAR);
    } else if latest.is_some_and(|latest| day > latest) {
        checks.found(rule, subject, path, "dated more than a year ahead; give the day");
    }
}
