//! The database, shared by everything in one server: reading, writing, and repeating what can be repeated.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection;
use tokio::sync::Semaphore;

use super::conn::AnyConn;
use super::fault::{Cure, Fault};
use super::options::{Database, StoreOptions};
use super::pool::{self, Manager, Seen};
use super::tx::Tx;
use super::writer::Writer;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::limits;

pub(super) struct Inner {
    pool: r2d2::Pool<Manager>,
    writer: Option<Writer>,
    permits: Arc<Semaphore>,
    /// Places to wait for a permit in.
    places: Semaphore,
    pool_size: u32,
    clock: Clock,
    seen: Option<Seen>,
    pub(super) manager: Manager,
}

/// The database, shared by everything in one server.
#[derive(Clone)]
pub struct Store {
    pub(super) inner: Arc<Inner>,
}

impl Store {
    /// Opens the database (SQLite: makes the file) without changing its schema.
    ///
    /// # Errors
    /// When it cannot be opened; the text holds no password.
    pub fn open(options: StoreOptions, clock: Clock) -> Result<Self> {
        let seen: Option<Seen> = options.remember_queries.then(Seen::default);
        let StoreOptions { database, pool_size, statement_cache, .. } = options;
        let manager = Manager { database, statement_cache, seen: seen.clone(), pooled: true };
        let writer = match &manager.database {
            Database::Sqlite(_) => {
                let conn = pool::open_one(&Manager { pooled: false, ..manager.clone() })?;
                let writer = Writer::start(conn, options.write_queue, options.group, clock.clone())
                    .map_err(|error| Error::Internal(format!("cannot start the writer thread: {error}")))?;
                Some(writer)
            }
            Database::Postgres(_) => None,
        };
        let inner = Inner {
            pool: pool::build(manager.clone(), pool_size),
            writer,
            permits: Arc::new(Semaphore::new(pool_size as usize)),
            places: Semaphore::new(limits::PENDING_READS),
            pool_size,
            clock,
            seen,
            manager,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Reads; each query of `job` sees what is committed by then. `job` may run more than once when connections are
    /// lost.
    ///
    /// # Errors
    /// What `job` answers; 503 when no connection is free in time or the database is away.
    pub async fn read<T, F>(&self, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
    {
        self.on_pool(move |inner| inner.run(|tx| job(tx), Mode::Read)).await
    }

    /// Reads from one state of the database, however many queries `job` makes and whatever is written meanwhile.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub async fn read_snapshot<T, F>(&self, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
    {
        self.on_pool(move |inner| inner.run(|tx| job(tx), Mode::Snapshot)).await
    }

    /// Writes: all of `job` or nothing, durable when this answers.
    ///
    /// # Errors
    /// What `job` answers; 503 when the queue is full, no connection is free in time or the database is away.
    pub async fn write<T, F>(&self, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
    {
        match &self.inner.writer {
            Some(writer) => writer.submit(Box::new(job)).await,
            None => self.on_pool(move |inner| inner.run(|tx| job(tx), Mode::Write)).await,
        }
    }

    async fn on_pool<T: Send + 'static>(&self, work: impl FnOnce(&Inner) -> Result<T> + Send + 'static) -> Result<T> {
        let wait = Duration::from_millis(limits::POOL_WAIT_MS);
        let permits = Arc::clone(&self.inner.permits);
        let permit = match Arc::clone(&permits).try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => {
                let Ok(_place) = self.inner.places.try_acquire() else {
                    return Err(Error::unavailable("Too many requests wait for a database connection"));
                };
                match tokio::time::timeout(wait, permits.acquire_owned()).await {
                    Ok(Ok(permit)) => permit,
                    _ => return Err(Error::unavailable("No database connection came free in time")),
                }
            }
        };
        let inner = Arc::clone(&self.inner);
        // What is logged on the other thread belongs to the same request.
        let span = tracing::Span::current();
        let run = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            span.in_scope(|| work(&inner))
        });
        run.await.unwrap_or_else(|error| Err(Error::Internal(format!("a database closure panicked: {error}"))))
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        self.read(|tx| Ok(tx.conn.batch_execute("SELECT 1")?)).await
    }

    /// Whether writes can be taken: the writer lives and its queue has room.
    pub fn writer_state(&self) -> WriterState {
        match &self.inner.writer {
            None => WriterState { alive: true, has_room: true, waiting: 0 },
            Some(writer) => {
                WriterState { alive: writer.is_alive(), has_room: writer.has_room(), waiting: writer.depth() }
            }
        }
    }

    /// (connections in use, connections allowed).
    pub fn pool_use(&self) -> (usize, usize) {
        let size = self.inner.pool_size as usize;
        (size - self.inner.permits.available_permits(), size)
    }

    /// Whether other processes may serve the same database.
    pub fn is_shared(&self) -> bool {
        self.inner.writer.is_none()
    }

    /// Whether changes get their numbers from a job ([`crate::store::feed`]) rather than from the writer.
    pub fn numbers_changes_later(&self) -> bool {
        self.inner.writer.is_none()
    }

    /// The text of every query run so far, when the store was opened to remember them.
    pub fn queries_seen(&self) -> Vec<String> {
        let seen = self.inner.seen.as_ref();
        seen.and_then(|seen| seen.lock().ok()).map(|seen| seen.iter().cloned().collect()).unwrap_or_default()
    }
}

/// State of the write path.
#[derive(Clone, Copy, Debug)]
pub struct WriterState {
    pub alive: bool,
    /// One more write would be taken.
    pub has_room: bool,
    pub waiting: usize,
}

/// What a job needs of its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Read,
    Snapshot,
    Write,
}

impl Inner {
    /// Runs `job` on a pooled connection, in a transaction where the mode asks for one, and repeats it when that can
    /// help.
    fn run<T>(&self, job: impl Fn(&mut Tx<'_>) -> Result<T, Fault>, mode: Mode) -> Result<T> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            let mut pooled = pool::get(&self.pool)?;
            let conn: &mut AnyConn = &mut pooled;
            let now = self.clock.now();
            let outcome = match mode {
                Mode::Read => job(&mut Tx { conn, now }),
                Mode::Snapshot => transaction(conn, snapshot(&self.manager.database), now, &job),
                Mode::Write => transaction(conn, "BEGIN ISOLATION LEVEL REPEATABLE READ", now, &job),
            };
            let fault = match outcome {
                Ok(value) => return Ok(value),
                Err(fault) => fault,
            };
            drop(pooled);
            let again = match fault.cure() {
                Cure::Repeat => mode == Mode::Write && attempt < limits::WRITE_ATTEMPTS,
                Cure::Reconnect => attempt <= self.pool_size + 1,
                Cure::Unavailable | Cure::None => false,
            };
            if !again {
                return Err(fault.into_error());
            }
            metrics::counter!("entrepost_transaction_repeats_total").increment(1);
            if fault.cure() == Cure::Repeat {
                std::thread::sleep(back_off(attempt));
            }
        }
    }
}

/// Growing, and different for each waiter, so that two writers do not meet again.
fn back_off(attempt: u32) -> Duration {
    let spread = u64::from(uuid::Uuid::new_v4().as_bytes()[0]);
    Duration::from_micros((500u64 << attempt.min(7)) + spread * 40)
}

/// Begins a transaction that sees one state of the database.
fn snapshot(database: &Database) -> &'static str {
    match database {
        Database::Sqlite(_) => "BEGIN",
        Database::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    }
}

fn transaction<T>(
    conn: &mut AnyConn,
    begin: &str,
    now: DateTime<Utc>,
    job: &impl Fn(&mut Tx<'_>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    conn.batch_execute(begin)?;
    match job(&mut Tx { conn, now }) {
        Ok(value) => match conn.batch_execute("COMMIT") {
            Ok(()) => Ok(value),
            Err(error) => Err(commit_fault(conn, error)),
        },
        Err(fault) => {
            // A lost connection cannot roll back and need not.
            let _ = conn.batch_execute("ROLLBACK");
            Err(fault)
        }
    }
}

/// A commit whose answer was lost may have happened: never repeat it blindly.
fn commit_fault(conn: &mut AnyConn, error: diesel::result::Error) -> Fault {
    let fault = Fault::Db(error);
    if fault.cure() == Cure::Repeat {
        let _ = conn.batch_execute("ROLLBACK");
        return fault;
    }
    tracing::warn!("commit without answer");
    Fault::App(Error::Unavailable {
        retry_after_s: 1,
        reason: "The connection was lost while committing; the same request may be repeated safely".into(),
    })
}
