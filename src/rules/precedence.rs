//! When something counts from that is dated by who says it: never from later than its receipt.

use chrono::{DateTime, TimeDelta, Utc};

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

/// Refuses a date that is no mistake of a clock or a time zone any more.
pub fn check_date(findings: &mut Findings, path: &str, said: Option<WcfDate>, now: DateTime<Utc>) {
    let most = limits::DATE_AHEAD_H;
    if said.is_some_and(|said| said.instant() - now > TimeDelta::hours(most)) {
        findings.add("out_of_range", path, format!("dated more than {most} hours ahead; give the time it was made"));
    }
}

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
        assert_eq!([refused(24), refused(25), refused(-1_000_000)], [false, true, false]);
    }
}
