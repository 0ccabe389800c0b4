//! The schema's versions, embedded for both engines under the same names.

use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::conn::AnyConn;
use super::fault::Fault;
use super::options::StoreOptions;
use super::planner;
use super::pool::{self, Manager};
use crate::error::{Error, Result};
use crate::store::unpack;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Before it there were no packed texts.
const PACKED_TEXTS: &str = "20261127000300";

/// Moves a database between schema versions. Used before a store is opened.
pub struct Migrations {
    conn: AnyConn,
    manager: Manager,
}

impl Migrations {
    /// Connects on its own, outside any pool.
    ///
    /// # Errors
    /// When the database cannot be opened.
    pub fn open(options: &StoreOptions) -> Result<Self> {
        let manager = Manager { pooled: false, ..Manager::new(options) };
        Ok(Self { conn: pool::open_one(&manager)?, manager })
    }

    /// Applies what is missing, and gives PostgreSQL's planner figures where it has none; gives the names applied. Safe when
    /// several servers start at once.
    ///
    /// # Errors
    /// Names the migration that failed.
    pub fn up(&mut self) -> Result<Vec<String>> {
        let _lock = self.lock()?;
        match &mut self.conn {
            AnyConn::Sqlite(conn) => without_foreign_keys(conn, |conn| names(conn.run_pending_migrations(SQLITE))),
            AnyConn::Postgres(conn) => {
                let applied = names(conn.run_pending_migrations(POSTGRES))?;
                planner::give_figures(conn).map_err(Fault::told)?;
                Ok(applied)
            }
        }
    }

    /// Takes back the newest migration; gives its name.
    ///
    /// # Errors
    /// When there is none, or it fails.
    pub fn down(&mut self) -> Result<String> {
        if self.newest()?.as_deref() == Some(PACKED_TEXTS) {
            unpack::unpack_texts(&mut self.conn).map_err(Fault::told)?;
        }
        match &mut self.conn {
            AnyConn::Sqlite(conn) => without_foreign_keys(conn, |conn| {
                conn.revert_last_migration(SQLITE).map(|name| name.to_string()).map_err(failed)
            }),
            AnyConn::Postgres(conn) => {
                conn.revert_last_migration(POSTGRES).map(|name| name.to_string()).map_err(failed)
            }
        }
    }

    /// Version of the newest migration applied.
    fn newest(&mut self) -> Result<Option<String>> {
        let applied = match &mut self.conn {
            AnyConn::Sqlite(conn) => conn.applied_migrations(),
            AnyConn::Postgres(conn) => conn.applied_migrations(),
        };
        Ok(applied.map_err(failed)?.into_iter().map(|version| version.to_string()).max())
    }

    /// Names of migrations that are not applied yet.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub fn pending(&mut self) -> Result<Vec<String>> {
        let pending = match &mut self.conn {
            AnyConn::Sqlite(conn) => {
                conn.pending_migrations(SQLITE).map(|list| list.iter().map(|m| m.name().to_string()).collect())
            }
            AnyConn::Postgres(conn) => {
                conn.pending_migrations(POSTGRES).map(|list| list.iter().map(|m| m.name().to_string()).collect())
            }
        };
        pending.map_err(failed)
    }

    /// Two servers that start together must not run the same migration twice: a table lock (not an advisory one)
    /// held on a connection of its own until that is dropped.
    fn lock(&self) -> Result<Option<AnyConn>> {
        let mut conn = pool::open_one(&self.manager)?;
        if let AnyConn::Sqlite(_) = conn {
            return Ok(None);
        }
        // Two first starts at once may both try to make the table; the loser finds it there.
        let _ = conn.batch_execute("CREATE TABLE IF NOT EXISTS migration_lock (id INTEGER NOT NULL PRIMARY KEY)");
        conn.batch_execute("BEGIN; LOCK TABLE migration_lock IN EXCLUSIVE MODE").map_err(Fault::told)?;
        Ok(Some(conn))
    }
}

type Boxed = Box<dyn std::error::Error + Send + Sync>;

fn names(applied: Result<Vec<diesel::migration::MigrationVersion<'_>>, Boxed>) -> Result<Vec<String>> {
    applied.map(|list| list.iter().map(ToString::to_string).collect()).map_err(failed)
}

fn failed(error: Boxed) -> Error {
    Error::Internal(format!("migration: {error}"))
}

fn without_foreign_keys<T>(
    conn: &mut SqliteConnection,
    run: impl FnOnce(&mut SqliteConnection) -> Result<T>,
) -> Result<T> {
    let switch = |conn: &mut SqliteConnection, sql| conn.batch_execute(sql).map_err(Fault::told);
    switch(conn, "PRAGMA foreign_keys = OFF")?;
    let outcome = run(conn);
    switch(conn, "PRAGMA foreign_keys = ON")?;
    outcome
}
