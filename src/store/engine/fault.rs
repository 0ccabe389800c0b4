//! What a transaction can fail with, and what that means for the caller.

use diesel::result::{DatabaseErrorKind, Error as DbError};

use crate::error::{Error, Finding, Findings};

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
    pub(super) fn cure(&self) -> Cure {
        match self {
            Self::App(_) => Cure::None,
            Self::Db(error) => cure(error),
        }
    }

    /// The error the caller of the store sees. Database texts go to the log, not to users.
    pub(super) fn into_error(self) -> Error {
        match self {
            Self::App(error) => error,
            Self::Db(error) => match cure(&error) {
                Cure::None => Error::Internal(format!("database: {}", in_full(&error))),
                // A writer that was in the way is seen at the next attempt: what stays taken is no matter of time.
                Cure::Repeat if is_unique_violation(&error) => {
                    Error::Internal(format!("database: {}", in_full(&error)))
                }
                Cure::Repeat => Error::unavailable("Too many writers at the same item"),
                Cure::Reconnect | Cure::Unavailable => {
                    tracing::warn!(%error, "database unavailable");
                    Error::unavailable("The database cannot be reached or written")
                }
            },
        }
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

fn cure(error: &DbError) -> Cure {
    match error {
        DbError::DatabaseError(kind, info) => {
            let text = info.message();
            match kind {
                DatabaseErrorKind::SerializationFailure | DatabaseErrorKind::UniqueViolation => Cure::Repeat,
                DatabaseErrorKind::ClosedConnection => Cure::Reconnect,
                DatabaseErrorKind::UnableToSendCommand => Cure::Reconnect,
                DatabaseErrorKind::ReadOnlyTransaction => Cure::Unavailable,
                _ if text.contains("deadlock detected") => Cure::Repeat,
                _ if SIGNS_OF_A_LOST_CONNECTION.iter().any(|sign| text.contains(sign)) => Cure::Reconnect,
                _ if SIGNS_OF_A_STUCK_DATABASE.iter().any(|sign| text.contains(sign)) => Cure::Unavailable,
                _ => Cure::None,
            }
        }
        DbError::BrokenTransactionManager => Cure::Reconnect,
        _ => Cure::None,
    }
}

const SIGNS_OF_A_LOST_CONNECTION: [&str; 6] = [
    "server closed the connection",
    "terminating connection",
    "connection to server",
    "no connection to the server",
    "could not receive data",
    "SSL SYSCALL",
];

const SIGNS_OF_A_STUCK_DATABASE: [&str; 9] = [
    "canceling statement due to",
    "database is locked",
    "disk I/O error",
    "database or disk is full",
    "unable to open database file",
    "attempt to write a readonly database",
    "the database system is",
    "too many clients",
    "No space left",
];

/// Whether the error ended the whole SQLite transaction, not just the statement.
pub(super) fn ends_transaction(error: &DbError) -> bool {
    matches!(cure(error), Cure::Unavailable) || matches!(error, DbError::BrokenTransactionManager)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_try_cannot_cure_is_not_to_be_tried_again() {
        let status = |kind| {
            let fault = Fault::Db(DbError::DatabaseError(kind, Box::new("told".to_owned())));
            (fault.cure(), fault.into_error().status())
        };
        assert_eq!(status(DatabaseErrorKind::SerializationFailure), (Cure::Repeat, 503));
        assert_eq!(status(DatabaseErrorKind::UniqueViolation), (Cure::Repeat, 500), "still taken at the last attempt");
        assert_eq!(status(DatabaseErrorKind::ReadOnlyTransaction), (Cure::Unavailable, 503));
        assert_eq!(status(DatabaseErrorKind::NotNullViolation), (Cure::None, 500));
    }
}
