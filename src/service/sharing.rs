//! Limits of organizations over several server processes: each tells the others through the database what it let through.
//!
//! Knows nothing of limiters: who has them says what was taken, and is told what others took.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::Services;
use crate::error::Result;
use crate::limits;
use crate::store::requests::RequestUse;
use crate::store::types::At;

/// This process among those that share limits.
pub struct Sharing {
    server: String,
    counts: Mutex<Counts>,
}

impl Default for Sharing {
    fn default() -> Self {
        Self { server: Uuid::new_v4().to_string(), counts: Mutex::default() }
    }
}

#[derive(Default)]
struct Counts {
    /// What this process let through, by organization.
    own: HashMap<String, Own>,
    /// The total that was heard of last, by organization and process.
    heard: HashMap<(String, String), i64>,
}

#[derive(Default)]
struct Own {
    total: i64,
    recent: VecDeque<(DateTime<Utc>, i64)>,
}

impl Own {
    fn add(&mut self, count: u32, now: DateTime<Utc>) {
        self.total += i64::from(count);
        self.recent.push_back((now, i64::from(count)));
        self.recent.retain(|(at, _)| *at > still_counts(now));
    }
}

/// What is no older counts.
fn still_counts(now: DateTime<Utc>) -> DateTime<Utc> {
    now - TimeDelta::milliseconds(limits::SHARED_USE_MS)
}

impl Counts {
    /// The row to tell others after `count` more were let through.
    fn tell(&mut self, server: &str, org: &str, count: u32, now: DateTime<Utc>) -> RequestUse {
        let own = self.own.entry(org.to_owned()).or_default();
        own.add(count, now);
        RequestUse {
            org: org.to_owned(),
            server: server.to_owned(),
            total: own.total,
            recent: own.recent.iter().map(|(_, count)| count).sum(),
            at: At(now),
        }
    }

    /// What another process let through since it was heard of last.
    fn hear(&mut self, row: &RequestUse) -> u32 {
        let before = self.heard.insert((row.org.clone(), row.server.clone()), row.total);
        // A total that fell began again.
        let count = before.filter(|before| *before <= row.total).map_or(row.recent, |before| row.total - before);
        u32::try_from(count).unwrap_or_default()
    }

    /// Processes and organizations come and go.
    fn forget(&mut self, now: DateTime<Utc>) {
        self.own.retain(|_, own| own.recent.back().is_some_and(|(at, _)| *at > still_counts(now)));
        // Who is heard of again is new, and counts with what is recent.
        if self.heard.len() > limits::SHARED_USE_HEARD {
            self.heard.clear();
        }
    }
}

impl Sharing {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells others what was `taken` of each organization since the last time, and gives what they took of the same ones.
    /// Nothing is written where there is one process alone (SQLite).
    ///
    /// # Errors
    /// 503 when the database is away.
    pub async fn share(&self, services: &Services, taken: Vec<(String, u32)>) -> Result<Vec<(String, u32)>> {
        if taken.is_empty() || !services.store.is_shared() {
            return Ok(Vec::new());
        }
        let now = services.clock.now();
        let own: Vec<_> = {
            let mut counts = self.counts();
            taken.iter().map(|(org, count)| counts.tell(&self.server, org, *count, now)).collect()
        };
        let others = services.store.write(move |tx| tx.share_use(&own, At(still_counts(tx.now)))).await?;
        let mut counts = self.counts();
        let heard = others.into_iter().map(|row| (row.org.clone(), counts.hear(&row))).collect();
        counts.forget(now);
        Ok(heard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_hears_now_and_then_counts_everything_once() {
        let (mut one, mut two, now) = (Counts::default(), Counts::default(), Utc::now());
        let after = |ms| now + TimeDelta::milliseconds(ms);
        let first = one.tell("one", "AUA", 150, now);
        let second = one.tell("one", "AUA", 50, after(1_000));
        assert_eq!(two.hear(&second), 200, "what was not read before it was written again counts");
        assert_eq!(two.hear(&second), 0);
        assert_eq!(Counts::default().hear(&first), 150);
        let much_later = one.tell("one", "AUA", 7, after(60_000));
        assert_eq!(
            (two.hear(&much_later), Counts::default().hear(&much_later)),
            (7, 7),
            "a newcomer counts what is recent"
        );
        one.forget(after(120_000));
        assert!(one.own.is_empty());
        assert_eq!(two.hear(&one.tell("one", "AUA", 9, after(121_000))), 9, "what began again counts");
    }
}
