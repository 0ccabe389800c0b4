//! What a transaction can fail with, and what that means for the caller.

use std::time::Duration;

use diesel::result::{DatabaseErrorKind, Error as DbError};

use crate::error::{Error, Finding, Findings};
use crate::limits;

/// Failure inside a transaction: the application's own, or the database's.
#[derive(Debug)]
pub enum Fault {
    App(Error),
    Db(DbError),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::App(error)
    }
}

impl From<DbError> for Fault {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

impl From<Finding> for Fault {
    fn from(finding: Finding) -> Self {
        Findings::from(finding).into()
    }
}

impl From<Findings> for Fault {
    fn from(findings: Findings) -> Self {
        Self::App(Error::Invalid(findings))
    }
}

/// What to do about a failed transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cure {
    /// Another writer was in the way: run the closure again.
    Repeat,
    /// The connection is gone: take another one; nothing was committed.
    Reconnect,
    /// The database cannot work now (locked, full disk, shutting down).
    Unavailable,
    /// Final: the application's own answer, or a bug.
    None,
}

impl Fault {
    /// What can be done about it. `waited` is how long the statement took that failed, where the server's words are not
    /// understood.
    pub(super) fn cure(&self, waited: Option<Duration>) -> Cure {
        match self {
            Self::App(_) => Cure::None,
            Self::Db(error) => cure(error, waited),
        }
    }

    /// The error the caller of the store sees when `cure` did not help. Database texts go to the log, not to users.
    pub(super) fn into_error(self, cure: Cure) -> Error {
        let error = match self {
            Self::App(error) => return error,
            Self::Db(error) => error,
        };
        match cure {
            Cure::None => Error::Internal(format!("database: {}", in_full(&error))),
            // A writer that was in the way is seen at the next attempt: what stays taken is no matter of time.
            Cure::Repeat if is_unique_violation(&error) => Error::Internal(format!("database: {}", in_full(&error))),
            Cure::Repeat => Error::unavailable("Too many writers at the same item"),
            Cure::Reconnect | Cure::Unavailable => {
                tracing::warn!(%error, "database unavailable");
                Error::unavailable("The database cannot be reached or written")
            }
        }
    }

    /// The same for what is not tried again.
    pub(super) fn told(error: impl Into<Self>) -> Error {
        let fault = error.into();
        let cure = fault.cure(None);
        fault.into_error(cure)
    }
}

/// The error with its causes: what is wrong with a value is said by the last of them.
pub(in crate::store) fn in_full(error: &DbError) -> String {
    let mut told = error.to_string();
    let DbError::DeserializationError(first) = error else { return told };
    let mut cause = first.source();
    while let Some(next) = cause {
        told = format!("{told}: {next}");
        cause = next.source();
    }
    told
}

fn is_unique_violation(error: &DbError) -> bool {
    matches!(error, DbError::DatabaseError(DatabaseErrorKind::UniqueViolation, _))
}

fn cure(error: &DbError, waited: Option<Duration>) -> Cure {
    let (kind, info) = match error {
        DbError::DatabaseError(kind, info) => (kind, info),
        DbError::BrokenTransactionManager => return Cure::Reconnect,
        _ => return Cure::None,
    };
    match kind {
        DatabaseErrorKind::SerializationFailure | DatabaseErrorKind::UniqueViolation => Cure::Repeat,
        // Also when the server ended it with a word of farewell, whatever that was.
        DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => Cure::Reconnect,
        DatabaseErrorKind::ReadOnlyTransaction => Cure::Unavailable,
        DatabaseErrorKind::Unknown => by_words(info.message()).or(waited.and_then(by_time)).unwrap_or(Cure::None),
        _ => Cure::None,
    }
}

/// What a text says. SQLite has one language, and PostgreSQL is asked for it; what Diesel knows by SQLSTATE is not here.
fn by_words(text: &str) -> Option<Cure> {
    if text.contains("deadlock detected") {
        return Some(Cure::Repeat);
    }
    SIGNS_OF_A_STUCK_DATABASE.iter().any(|sign| text.contains(sign)).then_some(Cure::Unavailable)
}

/// What the time says that a statement took before it failed: what fails of itself fails at once; a deadlock is found after a
/// second, and a wait has its bound.
fn by_time(waited: Duration) -> Option<Cure> {
    match waited.as_secs() {
        limits::LOCK_WAIT_S.. => Some(Cure::Unavailable),
        limits::DEADLOCK_S.. => Some(Cure::Repeat),
        _ => None,
    }
}

const SIGNS_OF_A_STUCK_DATABASE: [&str; 8] = [
    "canceling statement due to",
    "database is locked",
    "disk I/O error",
    "database or disk is full",
    "unable to open database file",
    "attempt to write a readonly database",
    "No space left",
    "out of shared memory",
];

/// Whether the error ended the whole SQLite transaction, not just the statement.
pub(super) fn ends_transaction(error: &DbError) -> bool {
    cure(error, None) == Cure::Unavailable || matches!(error, DbError::BrokenTransactionManager)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_try_cannot_cure_is_not_to_be_tried_again() {
        let status = |kind| {
            let fault = Fault::Db(DbError::DatabaseError(kind, Box::new("told".to_owned())));
            let cure = fault.cure(None);
            (cure, fault.into_error(cure).status())
        };
        assert_eq!(status(DatabaseErrorKind::SerializationFailure), (Cure::Repeat, 503));
        assert_eq!(status(DatabaseErrorKind::UniqueViolation), (Cure::Repeat, 500), "still taken at the last attempt");
        assert_eq!(status(DatabaseErrorKind::ReadOnlyTransaction), (Cure::Unavailable, 503));
        assert_eq!(status(DatabaseErrorKind::NotNullViolation), (Cure::None, 500));
    }
    #[test]
    fn where_words_are_not_understood_the_time_tells() {
        let told = |waited| {
            let error = DbError::DatabaseError(DatabaseErrorKind::Unknown, Box::new("Verklemmung entdeckt".to_owned()));
            Fault::Db(error).cure(waited)
        };
        let seconds = |ms| Some(Duration::from_millis(ms));
        assert_eq!(told(None), Cure::None, "the words are understood: this is none we know");
        assert_eq!(told(seconds(40)), Cure::None, "what fails of itself fails at once");
        assert_eq!(told(seconds(1_010)), Cure::Repeat);
        assert_eq!(told(seconds(5_010)), Cure::Unavailable);
        assert_eq!(told(seconds(30_010)), Cure::Unavailable);
    }
}
