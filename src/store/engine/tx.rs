//! A transaction as the rest of the room sees it.

use chrono::{DateTime, Utc};

use super::conn::AnyConn;
use super::fault::Fault;

/// A write: run possibly more than once, so it must have no effect outside its transaction.
pub type WriteJob<T> = Box<dyn Fn(&mut Tx<'_>) -> Result<T, Fault> + Send>;

/// One transaction (or one reading) and its time.
pub struct Tx<'a> {
    pub(in crate::store) conn: &'a mut AnyConn,
    /// The time of everything that happens in it.
    pub now: DateTime<Utc>,
}
