//! The only reader of time. Tests turn it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// The time of day, shared by everything in one server.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// Where it stands; absent: it runs.
    stands_at: Option<DateTime<Utc>>,
    offset_us: Arc<AtomicI64>,
}

impl Clock {
    /// A clock that moves only when it is turned, for tests whose course is to repeat exactly.
    pub fn standing_at(at: DateTime<Utc>) -> Self {
        Self { stands_at: Some(at), ..Self::default() }
    }

    /// Now, cut to microseconds (what both engines keep).
    pub fn now(&self) -> DateTime<Utc> {
        let now = self.stands_at.unwrap_or_else(Utc::now);
        let now = now + TimeDelta::microseconds(self.offset_us.load(Ordering::Relaxed));
        DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
    }

    /// Turns the clock forward, for tests of expiry and deadlines.
    pub fn advance(&self, by: Duration) {
        let us = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.offset_us.fetch_add(us, Ordering::Relaxed);
    }
}
