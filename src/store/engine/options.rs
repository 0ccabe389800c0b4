//! Which database, and how it is opened.

use std::path::PathBuf;
use std::time::Duration;

use crate::limits;

/// Where the data lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    Sqlite(PathBuf),
    Postgres(String),
}

impl Database {
    /// Reads a database URL: `sqlite:PATH` or `postgres://…`.
    ///
    /// # Errors
    /// Any other scheme is refused, so that a slip never makes an empty database.
    pub fn parse(url: &str) -> Result<Self, String> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path == ":memory:" {
                return Err("name a file, for example sqlite:entrepost.db".into());
            }
            return Ok(Self::Sqlite(path.into()));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        Err("the scheme must be sqlite: or postgres:, for example sqlite:entrepost.db or postgres://user@host/name"
            .into())
    }
}

/// How a store is opened.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    pub database: Database,
    /// Connections for reading (SQLite) or for everything (PostgreSQL).
    pub pool_size: u32,
    /// Writes that may wait for the SQLite writer.
    pub write_queue: usize,
    pub group: GroupRules,
    /// Keep prepared statements; off behind a transaction-mode connection pooler.
    pub statement_cache: bool,
    /// Remember the text of every query run ([`Store::queries_seen`](super::store::Store::queries_seen)), for tests of their plans.
    pub remember_queries: bool,
    pub waits: Waits,
}

/// How long PostgreSQL is waited for, where its URL does not say so itself.
#[derive(Clone, Copy, Debug)]
pub struct Waits {
    /// For each host, until a connection stands.
    pub connect: Duration,
    /// Until a connection that gives no sign of life is closed.
    pub silent: Duration,
}

impl Default for Waits {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { connect: seconds(limits::DATABASE_CONNECT_S), silent: seconds(limits::DATABASE_SILENT_S) }
    }
}

impl StoreOptions {
    pub fn new(database: Database) -> Self {
        Self {
            database,
            pool_size: 8,
            write_queue: limits::WRITE_QUEUE,
            group: GroupRules::default(),
            statement_cache: true,
            remember_queries: false,
            waits: Waits::default(),
        }
    }
}

/// How groups are formed.
#[derive(Clone, Copy, Debug)]
pub struct GroupRules {
    /// Most writes in one commit; 1 is one commit per write.
    pub jobs: usize,
    /// A group takes no more writes after this long.
    pub time: Duration,
    /// Added before each commit: what the benches use to play a slower disk.
    pub commit_delay: Duration,
}

impl Default for GroupRules {
    fn default() -> Self {
        Self { jobs: limits::GROUP_JOBS, time: Duration::from_millis(limits::GROUP_MS), commit_delay: Duration::ZERO }
    }
}
