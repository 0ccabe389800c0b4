//! One server to a SQLite file: the writer orders its writes, and what it holds in memory is all there is.
//!
//! Commands that read or change a little (`admin`, `print`, `backup`) go through SQLite's own locks and take none.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use super::options::Database;
use crate::error::{Error, Result};

/// Held as long as the server serves; let go by the system however it ends.
pub struct FileLock(#[allow(dead_code, reason = "held, not used")] Option<File>);

impl FileLock {
    /// Takes the lock of a SQLite file; PostgreSQL takes any number of servers.
    ///
    /// # Errors
    /// When another server has it, or the file beside the database cannot be made.
    pub fn take(database: &Database) -> Result<Self> {
        let Database::Sqlite(path) = database else { return Ok(Self(None)) };
        // By whatever name it is reached.
        let path = path.canonicalize().unwrap_or_else(|_| path.clone());
        let lock = PathBuf::from(format!("{}-lock", path.display()));
        let told = |why: String| Error::Internal(format!("the lock {} cannot be taken: {why}", lock.display()));
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&lock);
        let file = file.map_err(|error| told(error.to_string()))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(Some(file))),
            Err(TryLockError::WouldBlock) => Err(Error::Internal(format!(
                "another server serves {} already; a SQLite file has one server, PostgreSQL takes several",
                path.display()
            ))),
            Err(TryLockError::Error(error)) => Err(told(error.to_string())),
        }
    }
}
