//! Numbers of courier declarations: small ones, which this process has taken some of at a time, so that submitting meets no row that
//! all others write to.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// Numbers that this process took and has not used, by organization.
#[derive(Debug, Default)]
pub(in crate::service) struct CourierIds(Mutex<HashMap<String, Range<i64>>>);

impl CourierIds {
    /// The next number; none where all are used.
    pub(in crate::service) fn next(&self, org: &str) -> Option<i64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(org)?.next()
    }

    /// Keeps numbers that were taken. Those that somebody else put here meanwhile are never used.
    pub(in crate::service) fn put(&self, org: &str, taken: Range<i64>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(org.to_owned(), taken);
    }
}
