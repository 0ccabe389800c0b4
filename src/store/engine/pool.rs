//! The connection pool: opens connections of the right engine, prepares each once, discards broken ones.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use diesel::connection::{Connection, InstrumentationEvent, SimpleConnection};
use diesel::r2d2::R2D2Connection;
use diesel::{PgConnection, SqliteConnection};

use super::conn::AnyConn;
use super::fault::Fault;
use super::options::Database;
use crate::error::{Error, Result};
use crate::limits;

/// The text of every query run, for tests of their plans.
pub(super) type Seen = Arc<Mutex<BTreeSet<String>>>;

/// Opens connections. The derived enum would try one engine after the other, and SQLite takes any text for a file
/// name, so the engine is chosen here.
#[derive(Clone, Debug)]
pub(super) struct Manager {
    pub database: Database,
    pub statement_cache: bool,
    pub seen: Option<Seen>,
    /// A connection of the pool: on SQLite it only reads (the writer writes), on PostgreSQL it does not wait for ever.
    pub pooled: bool,
}

impl Manager {
    pub(super) fn open(&self) -> Result<AnyConn, diesel::r2d2::Error> {
        use diesel::r2d2::Error::{ConnectionError, QueryError};
        match &self.database {
            Database::Sqlite(path) => {
                let mut conn = SqliteConnection::establish(&path.to_string_lossy()).map_err(ConnectionError)?;
                prepare_sqlite(&mut conn, self.pooled).map_err(QueryError)?;
                remember(&mut conn, self.seen.as_ref());
                Ok(AnyConn::Sqlite(conn))
            }
            Database::Postgres(url) => {
                let mut conn = PgConnection::establish(url).map_err(ConnectionError)?;
                if !self.statement_cache {
                    conn.set_prepared_statement_cache_size(diesel::connection::CacheSize::Disabled);
                }
                conn.batch_execute("SET TIME ZONE 'UTC'").map_err(QueryError)?;
                if self.pooled {
                    conn.batch_execute(&session_settings()).map_err(QueryError)?;
                }
                remember(&mut conn, self.seen.as_ref());
                Ok(AnyConn::Postgres(conn))
            }
        }
    }
}

impl r2d2::ManageConnection for Manager {
    type Connection = AnyConn;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<AnyConn, diesel::r2d2::Error> {
        self.open()
    }

    fn is_valid(&self, conn: &mut AnyConn) -> Result<(), diesel::r2d2::Error> {
        conn.batch_execute("SELECT 1").map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, conn: &mut AnyConn) -> bool {
        match conn {
            AnyConn::Postgres(conn) => conn.is_broken(),
            AnyConn::Sqlite(conn) => conn.is_broken(),
        }
    }
}

/// A pool of at most `size` connections; none is opened before it is asked for.
pub(super) fn build(manager: Manager, size: u32) -> r2d2::Pool<Manager> {
    r2d2::Pool::builder()
        .max_size(size)
        .min_idle(Some(0))
        // A round trip saved: a connection that turns out to be gone is replaced and the work repeated.
        .test_on_check_out(false)
        .connection_timeout(Duration::from_millis(limits::POOL_WAIT_MS))
        .build_unchecked(manager)
}

/// One connection, or 503.
pub(super) fn get(pool: &r2d2::Pool<Manager>) -> Result<r2d2::PooledConnection<Manager>> {
    pool.get().map_err(|error| {
        tracing::warn!(%error, "no database connection");
        Error::unavailable("The database cannot be reached")
    })
}

fn remember(conn: &mut impl Connection, seen: Option<&Seen>) {
    let Some(seen) = seen.cloned() else { return };
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event
            && let Ok(mut seen) = seen.lock()
        {
            seen.insert(query.to_string());
        }
    });
}

/// A lock that somebody keeps, or a statement that does not end, must not keep the connection with it. And a table that is small
/// when a statement is planned is not read whole: the plan stays while the table grows. Compiling plans pays for none of these.
fn session_settings() -> String {
    format!(
        "SET lock_timeout = '{}s'; SET statement_timeout = '{}s'; SET enable_seqscan = off; SET jit = off",
        limits::LOCK_WAIT_S,
        limits::STATEMENT_S
    )
}

fn prepare_sqlite(conn: &mut SqliteConnection, read_only: bool) -> diesel::QueryResult<()> {
    // The busy timeout first: everything after it may meet another process's lock. Nothing is mapped: SQLite gives a mapping
    // up whenever somebody else has committed, and making it anew costs more than reading the pages.
    conn.batch_execute(
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
         PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 4000;",
    )?;
    if read_only { conn.batch_execute("PRAGMA query_only = ON") } else { Ok(()) }
}

/// Opens one connection outside the pool.
pub(super) fn open_one(manager: &Manager) -> Result<AnyConn> {
    manager.open().map_err(|error| match error {
        diesel::r2d2::Error::QueryError(error) => Fault::Db(error).into_error(),
        diesel::r2d2::Error::ConnectionError(error) => cannot_open(&manager.database, &error.to_string()),
    })
}

/// Says which file or why, but never more of a URL than host and port: libpq repeats what it cannot read.
fn cannot_open(database: &Database, why: &str) -> Error {
    Error::Internal(match database {
        Database::Sqlite(path) => format!("the database {} cannot be opened: {why}", path.display()),
        Database::Postgres(_) if why.starts_with("connection to server") => {
            format!("the database cannot be opened: {}", why.trim_end())
        }
        Database::Postgres(_) => "the database cannot be opened: check the database URL".into(),
    })
}
