//! How the components of this server were seen lately, in memory: it is told also while the database is away.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use crate::domain::Component;

/// What was seen.
#[derive(Debug, Default)]
pub(super) struct ProbeLog(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    /// Whether each component works, and since when.
    states: BTreeMap<Component, (bool, DateTime<Utc>)>,
    /// Probes and failures of days that are not written down yet.
    pending: BTreeMap<(Component, i32), (i32, i32)>,
}

impl ProbeLog {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes how a component is; gives since when it is so.
    pub(super) fn note(&self, component: Component, works: bool, now: DateTime<Utc>) -> DateTime<Utc> {
        let mut seen = self.seen();
        let state = seen.states.entry(component).or_insert((works, now));
        if state.0 != works {
            *state = (works, now);
        }
        state.1
    }

    /// Counts probes and failures of a component on a day, to be written down.
    pub(super) fn count(&self, day: (Component, i32), (probes, failed): (i32, i32)) {
        let mut seen = self.seen();
        let counted = seen.pending.entry(day).or_default();
        *counted = (counted.0 + probes, counted.1 + failed);
    }

    /// What is to be written down; it is counted no more.
    pub(super) fn take_counts(&self) -> BTreeMap<(Component, i32), (i32, i32)> {
        std::mem::take(&mut self.seen().pending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_told_since_it_is_so() {
        let log = ProbeLog::default();
        let at = |second: i64| DateTime::from_timestamp(second, 0).expect("a time");
        assert_eq!(log.note(Component::Items, true, at(1)), at(1));
        assert_eq!(log.note(Component::Items, true, at(2)), at(1));
        assert_eq!(log.note(Component::Items, false, at(3)), at(3));
        assert_eq!(log.note(Component::Items, false, at(9)), at(3));
        assert_eq!(log.note(Component::Files, false, at(9)), at(9));
    }

    #[test]
    fn what_could_not_be_written_down_is_counted_again() {
        let log = ProbeLog::default();
        log.count((Component::Items, 1), (1, 0));
        let taken = log.take_counts();
        log.count((Component::Items, 1), (1, 1));
        taken.into_iter().for_each(|(day, counted)| log.count(day, counted));
        assert_eq!(log.take_counts().get(&(Component::Items, 1)), Some(&(2, 1)));
        assert!(log.take_counts().is_empty());
    }
}
