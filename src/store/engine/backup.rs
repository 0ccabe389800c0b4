//! A consistent copy of a running SQLite database.

use std::path::Path;

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::conn::AnyConn;
use super::fault::Fault;
use super::pool::{self, Manager};
use super::store::Store;
use crate::error::{Error, Result};

impl Store {
    /// Writes a consistent copy to `file` while the server runs; the file must not exist.
    ///
    /// # Errors
    /// On PostgreSQL (use its own tools), when the file exists, or when it cannot be written.
    pub fn backup(&self, file: &Path) -> Result<()> {
        if file.exists() {
            return Err(Error::invalid("posts", "FILE", "the file exists; a backup never overwrites"));
        }
        // A fresh connection: the pool's are closed to statements that write.
        let AnyConn::Sqlite(mut conn) = pool::open_one(&Manager { pooled: false, ..self.inner.manager.clone() })?
        else {
            return Err(Error::invalid("posts", "database-url", "back up PostgreSQL with pg_dump or pg_basebackup"));
        };
        // SQLite takes an empty file for none.
        pool::make_private(file);
        diesel::sql_query("VACUUM INTO ?")
            .bind::<Text, _>(file.to_string_lossy().into_owned())
            .execute(&mut conn)
            .map_err(Fault::told)?;
        Ok(())
    }
}
