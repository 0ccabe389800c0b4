//! The connections: opened of the right engine, prepared each once, lent out, and dropped when they are not to be trusted.
//!
//! One that turns out to be gone takes all that were opened before with it: what ended one (a restart, a failover) has mostly
//! ended the others, and nobody else is to find that out.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use diesel::connection::{Connection, InstrumentationEvent, SimpleConnection};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::{PgConnection, SqliteConnection};

use super::conn::AnyConn;
use super::fault::Fault;
use super::line::{Line, NAME, Use};
use super::options::{Database, StoreOptions};
use super::server_url;
use crate::error::{Error, Result};
use crate::limits;

/// The text of every query run, for tests of their plans.
pub(super) type Seen = Arc<Mutex<BTreeSet<String>>>;

/// Opens connections. The derived enum would try one engine after the other, and SQLite takes any text for a file
/// name, so the engine is chosen here.
#[derive(Clone, Debug)]
pub(super) struct Manager {
    /// With the limits of waiting in its URL.
    pub database: Database,
    pub statement_cache: bool,
    pub seen: Option<Seen>,
    /// A connection of the pool: on SQLite it only reads (the writer writes), on PostgreSQL it does not wait for ever.
    pub pooled: bool,
}

/// Why a connection cannot be opened.
pub(super) enum OpenError {
    Connection(diesel::ConnectionError),
    Query(diesel::result::Error),
}

impl From<diesel::ConnectionError> for OpenError {
    fn from(error: diesel::ConnectionError) -> Self {
        Self::Connection(error)
    }
}

impl From<diesel::result::Error> for OpenError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Query(error)
    }
}

impl std::fmt::Display for OpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Connection(error) => error.fmt(f),
            Self::Query(error) => error.fmt(f),
        }
    }
}

impl Manager {
    /// Opens connections of the pool.
    pub(super) fn new(options: &StoreOptions) -> Self {
        let database = match &options.database {
            Database::Postgres(url) => Database::Postgres(server_url::with_waits(url, options.waits)),
            file => file.clone(),
        };
        Self { database, statement_cache: options.statement_cache, seen: None, pooled: true }
    }

    pub(super) fn open(&self) -> Result<AnyConn, OpenError> {
        self.open_line().map(|(conn, _)| conn)
    }

    fn open_line(&self) -> Result<(AnyConn, Arc<Line>), OpenError> {
        match &self.database {
            Database::Sqlite(path) => {
                make_private(path);
                let mut conn = SqliteConnection::establish(&path.to_string_lossy())?;
                prepare_sqlite(&mut conn, self.pooled)?;
                let line = Arc::new(Line::new(String::new(), false));
                self.listen(&mut conn, None);
                Ok((AnyConn::Sqlite(conn), line))
            }
            Database::Postgres(url) => {
                let mut conn = PgConnection::establish(url)?;
                if !self.statement_cache {
                    conn.set_prepared_statement_cache_size(diesel::connection::CacheSize::Disabled);
                }
                let name = format!("{NAME}{}", uuid::Uuid::new_v4().simple());
                // Refused to most users; then the server goes on in its own language.
                let _ = conn.batch_execute(OUR_LANGUAGE);
                conn.batch_execute(&format!("SET application_name = '{name}'; {}", session_settings(self.pooled)))?;
                let line = Arc::new(Line::new(name, !speaks_english(&mut conn)?));
                self.listen(&mut conn, Some(Arc::clone(&line)));
                Ok((AnyConn::Postgres(conn), line))
            }
        }
    }

    /// Has the connection say what it asks and when it is answered.
    fn listen(&self, conn: &mut impl Connection, line: Option<Arc<Line>>) {
        let seen = self.seen.clone();
        if line.is_none() && seen.is_none() {
            return;
        }
        conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if let Some(line) = &line {
                line.note(&event);
            }
            if let InstrumentationEvent::StartQuery { query, .. } = event
                && let Some(Ok(mut seen)) = seen.as_ref().map(|seen| seen.lock())
            {
                seen.insert(query.to_string());
            }
        });
    }
}

/// A connection that is lent out.
pub(super) struct Pooled {
    pub conn: AnyConn,
    pub line: Arc<Line>,
    /// It could not be brought back to where it was.
    pub lost: bool,
    opened: Instant,
    generation: u64,
}

impl Pooled {
    /// Undoes the transaction. A connection that is gone cannot and need not.
    pub(super) fn roll_back(&mut self) {
        self.lost = self.conn.batch_execute("ROLLBACK").is_err();
    }
}

#[derive(Default)]
struct Idle {
    connections: Vec<Pooled>,
    /// Connections of earlier ones are not to be trusted.
    generation: u64,
}

/// The connections of one store. How many are lent at a time is decided where permits are given.
pub(super) struct Pool {
    manager: Manager,
    size: usize,
    idle: Mutex<Idle>,
    returned: Condvar,
}

impl Pool {
    pub(super) fn new(manager: Manager, size: u32) -> Self {
        Self { manager, size: size as usize, idle: Mutex::default(), returned: Condvar::new() }
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One connection by `until`, or 503. Where none can be opened (there are too many), one that comes back is waited for.
    pub(super) fn take(&self, until: Instant, usage: &Use) -> Result<Pooled> {
        loop {
            let generation = match self.newest() {
                Ok(pooled) => return Ok(pooled),
                Err(generation) => generation,
            };
            let error = match self.manager.open_line() {
                Ok((conn, line)) => return Ok(Pooled { conn, line, lost: false, opened: Instant::now(), generation }),
                Err(error) => error,
            };
            if Instant::now() >= until || !usage.is_wanted() {
                tracing::warn!(error = error.to_string().trim_end(), "no database connection");
                return Err(Error::unavailable("The database cannot be reached"));
            }
            let pause = Duration::from_millis(limits::CONNECT_AGAIN_MS);
            drop(self.returned.wait_timeout_while(self.idle(), pause, |idle| idle.connections.is_empty()));
        }
    }

    /// The connection that came back last, or the generation of one opened now.
    fn newest(&self) -> Result<Pooled, u64> {
        loop {
            let mut idle = self.idle();
            let Some(pooled) = idle.connections.pop() else { return Err(idle.generation) };
            // Closing takes a moment, in which others need the lock.
            drop(idle);
            if pooled.opened.elapsed() < Duration::from_secs(limits::CONNECTION_LIFE_S) {
                return Ok(pooled);
            }
        }
    }

    /// Takes a connection back.
    pub(super) fn put(&self, pooled: Pooled) {
        let mut idle = self.idle();
        if pooled.generation != idle.generation || idle.connections.len() >= self.size {
            drop(idle);
            return drop(pooled);
        }
        idle.connections.push(pooled);
        drop(idle);
        self.returned.notify_one();
    }

    /// From now on no connection is used that was opened before.
    pub(super) fn distrust(&self) {
        let mut idle = self.idle();
        idle.generation += 1;
        let gone = std::mem::take(&mut idle.connections);
        drop(idle);
        drop(gone);
    }
}

/// So that what went wrong is understood. Where only the administrator of the server may choose, it says nothing.
const OUR_LANGUAGE: &str = "DO $$ BEGIN PERFORM set_config('lc_messages', 'C', false); \
     EXCEPTION WHEN insufficient_privilege THEN NULL; END $$";

#[derive(QueryableByName)]
struct Shown {
    #[diesel(sql_type = Text)]
    shown: String,
}

/// A setting of the server as it is for this connection.
pub(super) fn server_setting(conn: &mut PgConnection, name: &str) -> QueryResult<String> {
    let query = diesel::sql_query("SELECT coalesce(current_setting($1, true), '') AS shown");
    query.bind::<Text, _>(name).get_result::<Shown>(conn).map(|row| row.shown)
}

/// Whether the server's messages are English.
pub(super) fn speaks_english(conn: &mut PgConnection) -> QueryResult<bool> {
    let language = server_setting(conn, "lc_messages")?;
    Ok(matches!(language.as_str(), "" | "C" | "POSIX") || language.starts_with("C.") || language.starts_with("en"))
}

/// A lock that somebody keeps, or a statement that does not end, must not keep the connection with it. And a table that is small
/// when a statement is planned is not read whole: the plan stays while the table grows. Compiling plans pays for none of these.
fn bounds(set: &str) -> String {
    let (lock_s, statement_s) = (limits::LOCK_WAIT_S, limits::STATEMENT_S);
    format!(
        "{set} lock_timeout = '{lock_s}s'; {set} statement_timeout = '{statement_s}s'; {set} enable_seqscan = off; {set} jit = off"
    )
}

fn session_settings(pooled: bool) -> String {
    if pooled { bounds("SET") } else { String::new() }
}

/// The same for one transaction, said with its beginning: behind a pooler the session is another's.
pub(super) fn begin_bounded(begin: &str) -> String {
    format!("{begin}; {}", bounds("SET LOCAL"))
}

/// Makes a file that only its owner reads, unless there is one; SQLite gives what it puts beside it the same rights. Where it
/// cannot be made, opening it says why.
pub(super) fn make_private(path: &Path) {
    let _ = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
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
        // Of a file SQLite says only now what is wrong with it.
        OpenError::Query(error) if matches!(manager.database, Database::Sqlite(_)) => {
            cannot_open(&manager.database, &error.to_string())
        }
        OpenError::Query(error) => Fault::told(error),
        OpenError::Connection(error) => cannot_open(&manager.database, &error.to_string()),
    })
}

/// Says which file or why, but never more of a URL than host and port: libpq repeats what it cannot read.
fn cannot_open(database: &Database, why: &str) -> Error {
    Error::Internal(match database {
        Database::Sqlite(path) => {
            // What the system has against it says more than SQLite does.
            let refused = OpenOptions::new().write(true).open(path).err().map(|error| error.to_string());
            let why = refused.unwrap_or_else(|| why.to_owned());
            format!("the database {} cannot be opened: {why}", path.display())
        }
        Database::Postgres(_) if why.starts_with("connection to server") => {
            format!("the database cannot be opened: {}", why.trim_end())
        }
        Database::Postgres(_) => "the database cannot be opened: check the database URL".into(),
    })
}
