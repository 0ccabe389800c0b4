//! Long polls: calls that wait for what is not there yet, so many of an organization and so many in all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::error::{Error, Result};
use crate::limits;

/// Calls that wait for events or another light.
#[derive(Clone, Default)]
pub(in crate::service) struct LongPolls(Arc<Inner>);

#[derive(Default)]
struct Inner {
    news: Notify,
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    all: usize,
    of_org: HashMap<String, usize>,
}

/// One that waits and counts, until it is dropped.
struct OpenPoll {
    all: LongPolls,
    org: String,
}

impl LongPolls {
    /// Says that there is news.
    pub(in crate::service) fn wake(&self) {
        self.0.news.notify_waiters();
    }

    /// A call of an organization that waits for so long at most; it counts once it has to wait.
    pub(in crate::service) fn begin(&self, org: &str, wait: Duration) -> LongPoll {
        LongPoll { all: self.clone(), org: org.to_owned(), until: Instant::now() + wait, open: None }
    }

    /// # Errors
    /// 429 when too many wait already.
    fn join(&self, org: &str) -> Result<OpenPoll> {
        let mut counts = self.0.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let own = counts.of_org.get(org).copied().unwrap_or_default();
        if counts.all >= limits::WAITERS || own >= limits::WAITERS_PER_ORG {
            return Err(Error::TooManyRequests {
                retry_after_s: 1,
                what: "calls of this organization that wait for news",
            });
        }
        counts.all += 1;
        *counts.of_org.entry(org.to_owned()).or_default() += 1;
        Ok(OpenPoll { all: self.clone(), org: org.to_owned() })
    }
}

/// A call that may wait.
pub(in crate::service) struct LongPoll {
    all: LongPolls,
    org: String,
    until: Instant,
    open: Option<OpenPoll>,
}

impl LongPoll {
    /// Waits for news, but no longer than it takes to look for what other servers did. Says whether to look again.
    ///
    /// # Errors
    /// 429 when too many wait already.
    pub(in crate::service) async fn wait(&mut self) -> Result<bool> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(false);
        }
        if self.open.is_none() {
            self.open = Some(self.all.join(&self.org)?);
        }
        let look = Duration::from_millis(limits::NEWS_LOOK_MS).min(left);
        let _ = tokio::time::timeout(look, self.all.0.news.notified()).await;
        Ok(true)
    }
}

impl Drop for OpenPoll {
    fn drop(&mut self) {
        let mut counts = self.all.0.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.all -= 1;
        if let Some(own) = counts.of_org.get_mut(&self.org) {
            *own -= 1;
            if *own == 0 {
                counts.of_org.remove(&self.org);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_wait_and_no_more() {
        let all = LongPolls::default();
        let some: Vec<_> = (0..limits::WAITERS_PER_ORG).map(|_| all.join("AUA").expect("a place")).collect();
        assert!(all.join("AUA").is_err());
        let other = all.join("DEA").expect("others have their own");
        drop(some);
        assert!(all.join("AUA").is_ok());
        drop(other);
        assert!(all.0.counts.lock().expect("counts").of_org.is_empty());
    }
}
