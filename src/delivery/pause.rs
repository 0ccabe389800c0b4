//! How long to wait before trying again, spread so that many senders do not come at once.

use chrono::TimeDelta;
use uuid::Uuid;

/// From one second on twice as long with each failure, up to `most_s`; a fifth more or less.
pub fn growing(failures: i32, most_s: u64) -> TimeDelta {
    let pause_ms = (1_000u64 << failures.clamp(0, 20)).min(most_s.saturating_mul(1_000));
    spread(TimeDelta::milliseconds(i64::try_from(pause_ms).unwrap_or(i64::MAX)), 20)
}

/// So many percent more or less, by chance.
pub fn spread(pause: TimeDelta, percent: i64) -> TimeDelta {
    let ms = pause.num_milliseconds();
    let most = ms / 100 * percent;
    TimeDelta::milliseconds(ms - most + 2 * most / 255 * i64::from(Uuid::new_v4().as_bytes()[0]))
}

/// Up to so many percent more, by chance.
pub fn spread_up(pause: TimeDelta, percent: i64) -> TimeDelta {
    let ms = pause.num_milliseconds();
    TimeDelta::milliseconds(ms + ms / 100 * percent / 255 * i64::from(Uuid::new_v4().as_bytes()[0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_quarter_of_an_hour() {
        let pause = |failures| growing(failures, 900).num_milliseconds();
        assert!((800..=1_200).contains(&pause(0)), "{}", pause(0));
        assert!((6_400..=9_600).contains(&pause(3)), "{}", pause(3));
        for failures in [10, 31, i32::MAX] {
            assert!((720_000..=1_080_000).contains(&pause(failures)), "{failures}");
        }
    }

    #[test]
    fn chance_stays_within_its_share() {
        for _ in 0..1_000 {
            let hour = TimeDelta::hours(1);
            assert!((3_240_000..=3_960_000).contains(&spread(hour, 10).num_milliseconds()));
            assert!((3_600_000..=3_960_000).contains(&spread_up(hour, 10).num_milliseconds()));
        }
    }
}
