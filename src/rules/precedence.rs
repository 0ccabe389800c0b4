//! When something counts from that is dated by who says it: never from later than its receipt.

use chrono::{DateTime, Datelike, TimeDelta, Utc};

use crate::contract::WcfDate;
use crate::error::Findings;
use crate::limits;

/// Whether something is dated further ahead of its receipt than two clocks may differ. It then counts from its receipt:
/// otherwise it would go before everything said until that date, and a decision for ever.
pub fn is_ahead(said: DateTime<Utc>, received: DateTime<Utc>) -> bool {
    said - received > TimeDelta::seconds(limits::CLOCK_SKEW_S)
}

/// When something counts from that is dated `said`; whole seconds, as dates travel.
pub fn counts_from(said: DateTime<Utc>, received: DateTime<Utc>) -> DateTime<Utc> {
    if is_ahead(said, received) { WcfDate::new(received).instant() } else { said }
}

/// When a message counts as made: as it says; one that is dated ahead, in the second before it came, so that what is made
/// from then on goes before it.
pub fn made_at(said: DateTime<Utc>, received: DateTime<Utc>) -> DateTime<Utc> {
    if is_ahead(said, received) { counts_from(said, received) - TimeDelta::seconds(1) } else { said }
}

/// Nothing that customs or posts say is from a year before this one: such dates come from clocks and fields never set.
pub const FIRST_YEAR: i32 = 2000;

/// Refuses a date that is no mistake of a clock or a time zone any more.
pub fn check_date(findings: &mut Findings, path: &str, said: Option<WcfDate>, now: DateTime<Utc>) {
    let Some(said) = said.map(WcfDate::instant) else { return };
    let most = limits::DATE_AHEAD_H;
    if said - now > TimeDelta::hours(most) {
        findings.add("out_of_range", path, format!("dated more than {most} hours ahead; give the time it was made"));
    }
    if said.year() < FIRST_YEAR {
        findings.add("out_of_range", path, BEFORE_FIRST_YEAR);
    }
}

/// What is wrong with a date before [`FIRST_YEAR`], and how to correct it.
pub(super) const BEFORE_FIRST_YEAR: &str =
    "dated before the year 2000; give the date, in /Date(…)/ as milliseconds since 1970 and not as seconds";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_counts_from_later_than_its_receipt_but_for_clocks() {
        let now = DateTime::from_timestamp(1_790_000_000, 250_000_000).unwrap();
        let from = |seconds: i64| counts_from(now + TimeDelta::seconds(seconds), now) - now;
        assert_eq!(from(-60), TimeDelta::seconds(-60));
        assert_eq!(from(limits::CLOCK_SKEW_S), TimeDelta::seconds(limits::CLOCK_SKEW_S));
        assert_eq!(from(limits::CLOCK_SKEW_S + 1), TimeDelta::milliseconds(-250));
        assert_eq!(made_at(now + TimeDelta::days(365), now) - now, TimeDelta::milliseconds(-1_250));
        assert_eq!(made_at(now + TimeDelta::seconds(9), now) - now, TimeDelta::seconds(9));
        let refused = |hours: i64| {
            let mut findings = Findings::default();
            check_date(&mut findings, "EventDt", Some(WcfDate::new(now + TimeDelta::hours(hours))), now);
            !findings.into_vec().is_empty()
        };
        assert_eq!([refused(24), refused(25), refused(-200_000), refused(-1_000_000)], [false, true, false, true]);
    }
}
