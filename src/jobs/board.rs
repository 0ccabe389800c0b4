//! How each job fares, for whoever asks.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::limits;

/// The state of every job of one server. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Board(Arc<Mutex<BTreeMap<&'static str, Entry>>>);

#[derive(Clone, Copy, Debug)]
struct Entry {
    /// When its last round ended; at first, when it began to wait for one.
    ended: Instant,
    pause: Duration,
    panics: u64,
}

/// One job, as it is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobState {
    pub name: &'static str,
    /// How long ago its last round ended.
    pub age: Duration,
    /// Its rounds should have been many since.
    pub late: bool,
    /// Rounds that panicked; each was followed by another.
    pub panics: u64,
}

impl Board {
    fn entries(&self) -> MutexGuard<'_, BTreeMap<&'static str, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A job begins, with so long between its rounds.
    pub(super) fn begun(&self, name: &'static str, pause: Duration) {
        self.entries().insert(name, Entry { ended: Instant::now(), pause, panics: 0 });
    }

    /// A round has ended.
    pub(super) fn ended(&self, name: &'static str, panicked: bool) {
        if let Some(entry) = self.entries().get_mut(name) {
            entry.ended = Instant::now();
            entry.panics += u64::from(panicked);
        }
    }

    /// Every job, by name.
    pub fn states(&self) -> Vec<JobState> {
        let state = |(name, entry): (&&'static str, &Entry)| {
            let age = entry.ended.elapsed();
            let patience = Duration::from_secs(limits::JOB_LATE_S) + entry.pause * limits::JOB_LATE_ROUNDS;
            JobState { name, age, late: age > patience, panics: entry.panics }
        };
        self.entries().iter().map(state).collect()
    }
}
