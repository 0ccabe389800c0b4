//! Marks set by hand on item ids: which of them count for a use of the id, and which is the gravest.
//!
//! Who may see whose marks is not known here: the marks handed in are those of authors who have a say in the item.

use chrono::{DateTime, Months, TimeDelta, Utc};

use super::forms::UNKNOWN_POST;
use crate::domain::MarkOperation;

/// S10 ids may be used again after this long: a mark counts for uses posted no further from it.
const LASTS: Months = Months::new(12);

/// The same said again after this long is a new mark, which lasts from then on.
const RENEWED_AFTER: TimeDelta = TimeDelta::days(1);

/// What an author says of the items with one id.
#[derive(Clone, Copy, Debug)]
pub struct Mark<'m> {
    /// Whose items are meant; `ZZZ`: those of any post.
    pub origin: &'m str,
    pub operation: MarkOperation,
    pub until: Option<DateTime<Utc>>,
    pub set_at: DateTime<Utc>,
    /// When the item meant was posted, as far as its author said.
    pub posted_at: Option<DateTime<Utc>>,
}

/// One use of an item id.
#[derive(Clone, Copy, Debug)]
pub struct Usage<'u> {
    /// `ZZZ`: not known; marks on any origin count.
    pub origin: &'u str,
    /// Posting date or first receipt, whichever is earlier.
    pub effective: DateTime<Utc>,
}

impl<'u> Usage<'u> {
    /// The use that a stored item is.
    pub fn new(origin: &'u str, posting: Option<DateTime<Utc>>, received: DateTime<Utc>) -> Self {
        Self { origin, effective: posting.map_or(received, |posting| posting.min(received)) }
    }
}

impl Mark<'_> {
    /// Whether it says anything at this time.
    pub fn is_in_force(&self, now: DateTime<Utc>) -> bool {
        self.operation != MarkOperation::Clear && self.until.is_none_or(|until| until > now)
    }

    /// Whether it is meant for a use of its id: of its origin, and posted within twelve months of the mark, or of the date
    /// given with it.
    pub fn counts_for(&self, usage: &Usage<'_>) -> bool {
        let of_origin = self.origin == usage.origin || [self.origin, usage.origin].contains(&UNKNOWN_POST);
        of_origin
            && (is_same_use(self.set_at, usage.effective)
                || self.posted_at.is_some_and(|at| is_same_use(at, usage.effective)))
    }
}

/// Whether two dates may be of one use of an id: they are no more than twelve months apart.
pub fn is_same_use(one: DateTime<Utc>, other: DateTime<Utc>) -> bool {
    one.min(other).checked_add_months(LASTS).is_none_or(|end| one.max(other) <= end)
}

/// Whether the same mark set again is a new one.
pub fn is_renewed(set_at: DateTime<Utc>, again: DateTime<Utc>) -> bool {
    again - set_at >= RENEWED_AFTER
}

/// The gravest of the marks that are in force and count for one of the uses; of several alike the newest.
pub fn gravest<'m, T>(
    marks: impl IntoIterator<Item = (Mark<'m>, T)>,
    uses: &[Usage<'_>],
    now: DateTime<Utc>,
) -> Option<(Mark<'m>, T)> {
    let counting = |mark: &Mark<'_>| mark.is_in_force(now) && uses.iter().any(|usage| mark.counts_for(usage));
    let marks = marks.into_iter().filter(|(mark, _)| counting(mark));
    marks.max_by_key(|(mark, _)| (mark.operation == MarkOperation::MarkAsBlocked, mark.set_at))
}

#[cfg(test)]
mod tests {
    use chrono::{TimeDelta, TimeZone};

    use super::*;

    fn at(year: i32, month: u32, day: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(year, month, day, 12, 0, 0).unwrap()
    }

    fn mark() -> Mark<'static> {
        let operation = MarkOperation::MarkAsBlocked;
        Mark { origin: "ZZZ", operation, until: None, set_at: at(2026, 6, 1), posted_at: None }
    }

    fn usage(origin: &str, effective: DateTime<Utc>) -> Usage<'_> {
        Usage { origin, effective }
    }

    #[test]
    fn a_use_begins_with_posting_or_receipt() {
        let (june, july) = (at(2026, 6, 1), at(2026, 7, 1));
        for (posting, received, effective) in
            [(Some(june), july, june), (Some(july), june, june), (None, july, july), (Some(june), june, june)]
        {
            assert_eq!(Usage::new("AUA", posting, received).effective, effective);
        }
    }

    #[test]
    fn a_mark_is_meant_for_items_of_its_origin() {
        for (marked, origin, counts) in [
            ("ZZZ", "AUA", true),
            ("AUA", "AUA", true),
            ("AUA", "FRA", false),
            ("AUA", "ZZZ", true),
            ("ZZZ", "ZZZ", true),
        ] {
            let mark = Mark { origin: marked, ..mark() };
            assert_eq!(mark.counts_for(&usage(origin, at(2026, 6, 2))), counts, "{marked} {origin}");
        }
    }

    #[test]
    fn a_mark_is_meant_for_uses_within_twelve_months() {
        let second = TimeDelta::seconds(1);
        for (effective, counts) in [
            (at(2027, 6, 1), true),
            (at(2027, 6, 1) + second, false),
            (at(2025, 6, 1), true),
            (at(2025, 6, 1) - second, false),
        ] {
            assert_eq!(mark().counts_for(&usage("AUA", effective)), counts, "{effective}");
        }
    }

    #[test]
    fn the_date_given_with_a_mark_counts_beside_its_own() {
        let dated = Mark { posted_at: Some(at(2028, 1, 1)), ..mark() };
        for (effective, counts) in [
            (at(2026, 6, 1), true),
            (at(2027, 6, 1), true),
            (at(2028, 12, 31), true),
            (at(2029, 1, 2), false),
            (at(2025, 1, 1), false),
        ] {
            assert_eq!(dated.counts_for(&usage("AUA", effective)), counts, "{effective}");
        }
    }

    #[test]
    fn cleared_and_ended_marks_say_nothing() {
        let (now, later) = (at(2026, 6, 2), at(2026, 6, 3));
        assert!(mark().is_in_force(now));
        assert!(Mark { until: Some(later), ..mark() }.is_in_force(now));
        assert!(!Mark { until: Some(now), ..mark() }.is_in_force(now), "it ends at its date");
        assert!(!Mark { operation: MarkOperation::Clear, ..mark() }.is_in_force(now));
    }

    #[test]
    fn the_gravest_of_those_that_count_speaks() {
        let now = at(2026, 6, 10);
        let block = mark();
        let warning = Mark { operation: MarkOperation::MarkWithWarning, set_at: at(2026, 6, 5), ..block };
        let ended = Mark { until: Some(at(2026, 6, 9)), ..block };
        let foreign = Mark { origin: "FRA", ..block };
        let newer = Mark { set_at: at(2026, 6, 6), ..block };
        let here = [usage("AUA", now)];
        for (marks, speaks) in [
            (vec![warning, block], Some(1)),
            (vec![block, warning], Some(0)),
            (vec![warning, ended, foreign], Some(0)),
            (vec![block, newer], Some(1)),
            (vec![newer, block], Some(0)),
            (vec![ended, foreign], None),
            (vec![], None),
        ] {
            let marks = marks.into_iter().zip(0..);
            assert_eq!(gravest(marks, &here, now).map(|(_, place)| place), speaks);
        }
        let both = [usage("AUA", now), usage("FRA", now)];
        assert!(gravest([(foreign, ())], &both, now).is_some(), "for one of the uses");
        assert!(gravest([(block, ())], &[], now).is_none(), "for no use at all");
    }
}
