//! How a receiver fares, and what follows: when a delivery is tried again, when the receiver is left alone, when its subscription is
//! blocked, warned of and disabled. Pure.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use crate::delivery::pause::{spread, spread_up};
use crate::domain::{DeliveryState, Notification, ReceiverMode, SubscriptionState};
use crate::limits;
use crate::store::delivery::DeliveryRow;
use crate::store::subscription::SubscriptionRow;
use crate::store::types::At;

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Taken,
    /// It will take nothing any more: 410.
    Gone,
    /// It is asked too much, or is too slow: 429, 502, 504, no answer in time.
    Slow,
    /// Not now: 503.
    Unavailable,
    /// The address may not be reached from here.
    NotAllowed,
    Failed,
}

/// An attempt, as far as it matters here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    pub outcome: Outcome,
    pub now: DateTime<Utc>,
    /// What the receiver asked for.
    pub retry_after: Option<TimeDelta>,
    /// Pauses are divided by it.
    pub scale: i32,
}

/// An event for the owner.
pub(super) type Notice = (Notification, Option<&'static str>);

/// Seconds between one attempt and the next.
const PAUSES_S: [i64; limits::HOOK_ATTEMPTS - 1] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
const XPRESS_PAUSES_S: [i64; limits::HOOK_ATTEMPTS + 1] =
    [30, 30, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400, 86_400];
/// An address that may not be reached is not tried by the fast steps.
const FIRST_SLOW_STEP: usize = 2;
/// Longer than this beyond its schedule nothing waits at a receiver's wish.
const RETRY_AFTER_MOST_H: i64 = 2;
/// A receiver is not blocked before it failed for this long.
const BLOCKED_AFTER_S: i64 = 60;

impl Attempt {
    fn scaled(&self, pause: TimeDelta) -> TimeDelta {
        pause / self.scale.max(1)
    }

    fn after(&self, pause: TimeDelta) -> At {
        At(self.now + pause)
    }

    /// Notes an attempt at a delivery; `is_pilot` counts in the log alone.
    pub(super) fn note_delivery(&self, row: &mut DeliveryRow, mode: ReceiverMode, is_pilot: bool) {
        if self.outcome == Outcome::Taken {
            (row.state, row.done_at) = (DeliveryState::Delivered, Some(At(self.now)));
            return;
        }
        if is_pilot {
            return;
        }
        let pauses: &[i64] = match mode {
            ReceiverMode::Standard => &PAUSES_S,
            ReceiverMode::Xpress => &XPRESS_PAUSES_S,
        };
        let step = usize::try_from(row.attempts).unwrap_or(0);
        let step = if self.outcome == Outcome::NotAllowed { step.max(FIRST_SLOW_STEP) } else { step };
        row.attempts += 1;
        let Some(pause) = pauses.get(step) else {
            (row.state, row.done_at) = (DeliveryState::GivenUp, Some(At(self.now)));
            return;
        };
        let pause = TimeDelta::seconds(*pause);
        let usual = spread(self.scaled(pause), 10);
        let most = self.scaled(pause + TimeDelta::hours(RETRY_AFTER_MOST_H));
        let wished = self.retry_after.map(|wish| spread_up(wish.min(most), 10));
        row.next_at = self.after(wished.map_or(usual, |wish| wish.max(usual)));
    }

    /// Notes how the receiver fares; gives the event that its owner gets.
    pub(super) fn note_receiver(&self, row: &mut SubscriptionRow, why: &str) -> Option<Notice> {
        match self.outcome {
            Outcome::Taken => self.note_success(row),
            Outcome::Gone => {
                self.note_failure(row, why);
                Some(disable(row, "gone"))
            }
            outcome => {
                self.note_failure(row, why);
                let rest = match outcome {
                    Outcome::Slow => {
                        row.pace = (row.pace / 2).max(1);
                        Some(self.wished().max(self.scaled(TimeDelta::seconds(limits::HOOK_REST_S))))
                    }
                    Outcome::Unavailable => self.retry_after.map(|_| self.wished()),
                    _ => None,
                };
                if let Some(rest) = rest {
                    row.rests_until = Some(self.after(rest));
                }
                self.note_trouble(row)
            }
        }
    }

    fn wished(&self) -> TimeDelta {
        let most = self.scaled(TimeDelta::hours(RETRY_AFTER_MOST_H));
        self.retry_after.unwrap_or_default().min(most)
    }

    fn note_success(&self, row: &mut SubscriptionRow) -> Option<Notice> {
        let was_blocked = row.state == SubscriptionState::Blocked;
        let was_in_trouble = was_blocked || row.warned > 0;
        if row.state == SubscriptionState::Blocked {
            row.state = SubscriptionState::Active;
        }
        row.pace = if was_blocked { 1 } else { (row.pace + 1).min(row.concurrency) };
        (row.failures, row.warned, row.first_failure_at, row.rests_until, row.reason) = (0, 0, None, None, None);
        row.last_success_at = Some(At(self.now));
        was_in_trouble.then_some((Notification::SubscriptionResumed, None))
    }

    fn note_failure(&self, row: &mut SubscriptionRow, why: &str) {
        row.failures = row.failures.saturating_add(1);
        row.first_failure_at.get_or_insert(At(self.now));
        row.reason = Some(why.to_owned());
    }

    /// What follows from failing for so long.
    fn note_trouble(&self, row: &mut SubscriptionRow) -> Option<Notice> {
        let since = row.first_failure_at.map_or(self.now, |at| at.0);
        let (failing, last) = (self.now - since, row.last_success_at.map_or(since, |at| at.0));
        let for_hours = |hours| failing >= self.scaled(TimeDelta::hours(hours));
        if for_hours(limits::HOOK_DISABLED_H) {
            return Some(disable(row, "failing"));
        }
        let is_blocked = row.failures >= limits::HOOK_BLOCKED_AFTER
            && self.now - last >= self.scaled(TimeDelta::seconds(BLOCKED_AFTER_S));
        let was_blocked = row.state == SubscriptionState::Blocked;
        if is_blocked || was_blocked {
            row.state = SubscriptionState::Blocked;
            let pilot = self.after(spread(self.scaled(TimeDelta::seconds(limits::HOOK_PILOT_S)), 10));
            row.rests_until = Some(row.rests_until.map_or(pilot, |at| at.max(pilot)));
        }
        let warnings = [limits::HOOK_FAILING_H, limits::HOOK_FAILING_AGAIN_H];
        let due = warnings.into_iter().filter(|hours| for_hours(*hours)).count() as i32;
        if due > row.warned {
            row.warned = due;
            return Some((Notification::SubscriptionFailing, Some(if due == 1 { "first" } else { "last" })));
        }
        (is_blocked && !was_blocked).then_some((Notification::SubscriptionBlocked, None))
    }
}

fn disable(row: &mut SubscriptionRow, why: &'static str) -> Notice {
    row.state = SubscriptionState::Disabled;
    (Notification::SubscriptionDisabled, Some(why))
}

/// When a subscription that fails will be disabled.
pub(super) fn disabled_at(row: &SubscriptionRow) -> Option<DateTime<Utc>> {
    row.first_failure_at.map(|at| at.0 + TimeDelta::hours(limits::HOOK_DISABLED_H))
}

/// What a Retry-After header asks for: seconds, or a date.
pub(super) fn retry_after(header: &str, now: DateTime<Utc>) -> Option<TimeDelta> {
    let header = header.trim();
    if !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit()) {
        // Longer than anybody waits.
        return Some(TimeDelta::seconds(header.parse::<u32>().unwrap_or(u32::MAX).into()));
    }
    // The name of the day says nothing that the date does not.
    let (_, date) = header.split_once(", ")?;
    let date = NaiveDateTime::parse_from_str(date, "%d %b %Y %H:%M:%S GMT").ok()?;
    Some((date.and_utc() - now).max(TimeDelta::zero()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SubscriptionKind;
    use crate::store::event::EventRow;

    fn start() -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).expect("a time")
    }

    fn receiver() -> SubscriptionRow {
        let new = SubscriptionRow::new("DEA", SubscriptionKind::Webhook, String::new(), 8, At(start()));
        SubscriptionRow { state: SubscriptionState::Active, ..new }
    }

    fn delivery() -> DeliveryRow {
        let event = EventRow::notice("DEA", 1, Notification::SecretExpiring, None, ("{}".into(), At(start())));
        DeliveryRow::new(("DEA", event.object_pid, 1), &event, At(start()))
    }

    fn attempt(outcome: Outcome, now: DateTime<Utc>) -> Attempt {
        Attempt { outcome, now, retry_after: None, scale: 1 }
    }

    #[test]
    fn a_delivery_is_tried_ten_times_in_three_days_and_given_up() {
        let (mut row, mut now, mut all) = (delivery(), start(), TimeDelta::zero());
        for pause in PAUSES_S {
            attempt(Outcome::Failed, now).note_delivery(&mut row, ReceiverMode::Standard, false);
            let waits = row.next_at.0 - now;
            let (least, most) = (pause * 900 - 1, pause * 1_100 + 1);
            assert!((least..=most).contains(&waits.num_milliseconds()), "{pause}: {waits}");
            assert_eq!(row.state, DeliveryState::Waiting);
            (now, all) = (row.next_at.0, all + waits);
        }
        attempt(Outcome::Failed, now).note_delivery(&mut row, ReceiverMode::Standard, false);
        assert_eq!((row.state, row.attempts), (DeliveryState::GivenUp, 10));
        assert!((68..=83).contains(&all.num_hours()), "{all}");
    }

    #[test]
    fn a_courier_s_receiver_is_tried_after_thirty_and_sixty_seconds_first() {
        let (mut row, mut now) = (delivery(), start());
        let mut waits = Vec::new();
        for _ in 0..4 {
            attempt(Outcome::Failed, now).note_delivery(&mut row, ReceiverMode::Xpress, false);
            waits.push((row.next_at.0 - now).num_seconds());
            now = row.next_at.0;
        }
        for (waited, pause) in waits.into_iter().zip([30, 30, 300, 1_800]) {
            assert!((pause * 9 / 10 - 1..=pause * 11 / 10 + 1).contains(&waited), "{pause}: {waited}");
        }
    }

    #[test]
    fn what_a_receiver_asks_for_is_a_floor_with_a_ceiling() {
        let wait = |outcome, seconds| {
            let (mut row, mut to) = (delivery(), receiver());
            let attempt = Attempt { retry_after: Some(TimeDelta::seconds(seconds)), ..attempt(outcome, start()) };
            attempt.note_delivery(&mut row, ReceiverMode::Standard, false);
            attempt.note_receiver(&mut to, "");
            ((row.next_at.0 - start()).num_seconds(), to.rests_until.map(|at| (at.0 - start()).num_seconds()))
        };
        for _ in 0..100 {
            let (waits, rests) = wait(Outcome::Slow, 120);
            assert!((120..=132).contains(&waits) && rests == Some(120), "{waits} {rests:?}");
            let (waits, rests) = wait(Outcome::Unavailable, 120);
            assert!((120..=132).contains(&waits) && rests == Some(120), "{waits} {rests:?}");
            let (waits, rests) = wait(Outcome::Failed, 120);
            assert!((120..=132).contains(&waits) && rests.is_none(), "{waits} {rests:?}");
            let (waits, rests) = wait(Outcome::Slow, 86_400);
            assert!((7_205..=7_926).contains(&waits) && rests == Some(7_200), "{waits} {rests:?}");
            assert_eq!(wait(Outcome::Slow, 1).1, Some(60));
        }
    }

    #[test]
    fn an_address_that_may_not_be_reached_is_not_tried_soon() {
        let mut row = delivery();
        attempt(Outcome::NotAllowed, start()).note_delivery(&mut row, ReceiverMode::Standard, false);
        assert!(row.next_at.0 - start() > TimeDelta::minutes(26));
    }

    #[test]
    fn a_slow_receiver_is_called_less_and_a_well_one_more() {
        let mut to = receiver();
        for pace in [4, 2, 1, 1] {
            attempt(Outcome::Slow, start()).note_receiver(&mut to, "too slow");
            assert_eq!(to.pace, pace);
        }
        for pace in [2, 3, 4, 5, 6, 7, 8, 8] {
            attempt(Outcome::Taken, start()).note_receiver(&mut to, "");
            assert_eq!(to.pace, pace);
        }
    }

    /// One attempt every half hour, from a time on, until its owner gets an event; gives that and after how many hours.
    fn next_notice(to: &mut SubscriptionRow, from: &mut DateTime<Utc>) -> (Notice, i64) {
        for _ in 0..1_000 {
            *from += TimeDelta::minutes(30);
            if let Some(notice) = attempt(Outcome::Failed, *from).note_receiver(to, "500") {
                return (notice, (*from - start()).num_hours());
            }
        }
        panic!("no event")
    }

    #[test]
    fn who_fails_for_days_is_told_three_times_and_disabled_and_a_success_starts_anew() {
        use Notification::{SubscriptionBlocked, SubscriptionDisabled, SubscriptionFailing, SubscriptionResumed};
        let (mut to, mut now) = (receiver(), start());
        assert_eq!(next_notice(&mut to, &mut now), ((SubscriptionBlocked, None), 2));
        assert!(to.rests_until.is_some_and(|at| (27..=33).contains(&(at.0 - now).num_seconds())));
        assert_eq!(next_notice(&mut to, &mut now), ((SubscriptionFailing, Some("first")), 24));
        assert_eq!(next_notice(&mut to, &mut now), ((SubscriptionFailing, Some("last")), 96));
        let mut other = to.clone();
        let at = now + TimeDelta::hours(23);
        assert_eq!(attempt(Outcome::Taken, at).note_receiver(&mut other, ""), Some((SubscriptionResumed, None)));
        assert_eq!((other.state, other.pace, other.warned, other.failures), (SubscriptionState::Active, 1, 0, 0));
        assert_eq!(next_notice(&mut to, &mut now), ((SubscriptionDisabled, Some("failing")), 120));
        assert_eq!(to.state, SubscriptionState::Disabled);
        let mut gone = receiver();
        assert_eq!(
            attempt(Outcome::Gone, start()).note_receiver(&mut gone, "410"),
            Some((SubscriptionDisabled, Some("gone")))
        );
    }

    #[test]
    fn a_retry_after_is_seconds_or_a_date() {
        let now = start();
        assert_eq!(retry_after(" 120 ", now), Some(TimeDelta::seconds(120)));
        let later = (now + TimeDelta::seconds(90)).format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        assert_eq!(retry_after(&later, now), Some(TimeDelta::seconds(90)));
        assert_eq!(retry_after("Fri, 31 Dec 1999 23:59:59 GMT", now), Some(TimeDelta::zero()));
        for far in ["5000000000", "99999999999999999999", "Sat, 28 Nov 9999 00:00:00 GMT"] {
            assert!(retry_after(far, now).is_some_and(|wish| wish > TimeDelta::days(30_000)), "{far}");
        }
        for wrong in ["", "soon", "-1", "1.5"] {
            assert_eq!(retry_after(wrong, now), None, "{wrong}");
        }
    }
}
