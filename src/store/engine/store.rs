//! The database, shared by everything in one server: reading, writing, and repeating what can be repeated.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::condition::Condition;
use super::fault::{Cure, Fault};
use super::line::{Use, lost_while_committing};
use super::options::{Database, StoreOptions};
use super::pool::{self, Manager, Pool, Pooled, Seen};
use super::tx::Tx;
use super::watch::Watch;
use super::writer::Writer;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::limits;

pub(super) struct Inner {
    pool: Pool,
    writer: Option<Writer>,
    /// Of a SQLite file.
    condition: Option<Arc<Condition>>,
    /// Over uses of connections that wait for somebody else.
    watch: Option<Watch>,
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
        let pool_size = options.pool_size;
        let manager = Manager { seen: seen.clone(), ..Manager::new(&options) };
        let (writer, condition) = match &manager.database {
            Database::Sqlite(path) => {
                let conn = pool::open_one(&Manager { pooled: false, ..manager.clone() })?;
                let condition = Arc::new(Condition::new(path));
                let shared = Arc::clone(&condition);
                let writer = Writer::start(conn, options.write_queue, options.group, clock.clone(), shared)
                    .map_err(|error| Error::Internal(format!("cannot start the writer thread: {error}")))?;
                (Some(writer), Some(condition))
            }
            Database::Postgres(_) => (None, None),
        };
        let inner = Inner {
            pool: Pool::new(manager.clone(), pool_size),
            watch: match &manager.database {
                Database::Sqlite(_) => None,
                Database::Postgres(url) => Some(Watch::new(url.clone())),
            },
            writer,
            condition,
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
        self.on_pool(move |work| work.run(|tx| job(tx), Mode::Read)).await
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
        self.on_pool(move |work| work.run(|tx| job(tx), Mode::Snapshot)).await
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
            None => self.on_pool(move |work| work.run(|tx| job(tx), Mode::Write)).await,
        }
    }

    async fn on_pool<T, W>(&self, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: FnOnce(&Work<'_>) -> Result<T> + Send + 'static,
    {
        let until = wait_from_now();
        let usage = Arc::new(Use::new(until, self.permit(until).await?));
        let (inner, used) = (Arc::clone(&self.inner), Arc::clone(&usage));
        // What is logged on the other thread belongs to the same request.
        let span = tracing::Span::current();
        let callers = span.clone();
        let run = tokio::task::spawn_blocking(move || {
            callers.in_scope(|| work(&Work { inner: &inner, usage: &used, until }))
        });
        let ended = |run: Result<Result<T>, tokio::task::JoinError>| {
            run.unwrap_or_else(|error| Err(Error::Internal(format!("a database closure panicked: {error}"))))
        };
        if self.inner.watch.is_none() {
            return ended(run.await);
        }
        // Goes on when the caller is gone: the place of a use that is stuck has to be freed all the same.
        let inner = Arc::clone(&self.inner);
        let watched = tokio::spawn(async move {
            let Some(watch) = &inner.watch else { return ended(run.await) };
            tokio::select! {
                run = run => ended(run),
                error = watch.gives_up(&usage) => {
                    span.in_scope(|| tracing::warn!(%error, "a use of the database was given up"));
                    inner.pool.distrust();
                    Err(error)
                }
            }
        });
        ended(watched.await)
    }

    /// Leave to use a connection.
    async fn permit(&self, until: Instant) -> Result<OwnedSemaphorePermit> {
        let permits = Arc::clone(&self.inner.permits);
        if let Ok(permit) = Arc::clone(&permits).try_acquire_owned() {
            return Ok(permit);
        }
        let Ok(_place) = self.inner.places.try_acquire() else {
            return Err(Error::unavailable("Too many requests wait for a database connection"));
        };
        match tokio::time::timeout_at(until.into(), permits.acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(Error::unavailable("No database connection came free in time")),
        }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        self.read(|tx| Ok(tx.conn.batch_execute("SELECT 1")?)).await
    }

    /// What stands in the way of writing to a SQLite file: a full or read-only disk, a file that was deleted or replaced, a
    /// page that could not be read.
    pub fn fault(&self) -> Option<String> {
        self.inner.condition.as_ref().and_then(|condition| condition.fault())
    }

    /// Tries whether the disk of a SQLite file takes more, for [`Self::fault`].
    ///
    /// # Errors
    /// None so far.
    pub async fn look_at_disk(&self) -> Result<()> {
        let Some(condition) = self.inner.condition.clone() else { return Ok(()) };
        let looked = tokio::task::spawn_blocking(move || condition.try_disk()).await;
        looked.map_err(|error| Error::Internal(format!("looking at the disk: {error}")))
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

/// What is done on connections of the pool, one after the other.
struct Work<'w> {
    inner: &'w Inner,
    usage: &'w Use,
    /// When the first connection must be there.
    until: Instant,
}

/// The end of a wait for a connection that begins now.
fn wait_from_now() -> Instant {
    Instant::now() + Duration::from_millis(limits::POOL_WAIT_MS)
}

impl Work<'_> {
    /// Runs `job` on a pooled connection, in a transaction where the mode asks for one, and repeats it when that can
    /// help.
    fn run<T>(&self, job: impl Fn(&mut Tx<'_>) -> Result<T, Fault>, mode: Mode) -> Result<T> {
        let Self { inner, usage, mut until } = *self;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let mut pooled = inner.pool.take(until, usage)?;
            if !usage.working(&pooled.line) {
                // It took too long to get, but others have use for it.
                inner.pool.put(pooled);
                return Err(Error::unavailable("The database connection came too late"));
            }
            let now = inner.clock.now();
            let outcome = match inner.begin(mode) {
                None => job(&mut Tx { conn: &mut pooled.conn, now }),
                Some(begin) => transaction(&mut pooled, &begin, now, &job, usage),
            };
            let fault = match outcome {
                Ok(value) => {
                    inner.pool.put(pooled);
                    return Ok(value);
                }
                Err(fault) => fault,
            };
            if let (Some(condition), Fault::Db(error)) = (&inner.condition, &fault) {
                condition.failed(error);
            }
            let cure = fault.cure(pooled.line.waited());
            if cure == Cure::Reconnect || pooled.lost {
                inner.pool.distrust();
            } else {
                inner.pool.put(pooled);
            }
            let again = match cure {
                Cure::Repeat => mode == Mode::Write && attempt < limits::WRITE_ATTEMPTS,
                Cure::Reconnect => attempt <= limits::RECONNECTS,
                Cure::Unavailable | Cure::None => false,
            };
            until = wait_from_now();
            if !again || !usage.connecting(until) {
                return Err(fault.into_error(cure));
            }
            metrics::counter!("entrepost_transaction_repeats_total").increment(1);
            if cure == Cure::Repeat {
                std::thread::sleep(back_off(attempt));
            }
        }
    }
}

impl Inner {
    /// How a transaction begins, where there is to be one.
    fn begin(&self, mode: Mode) -> Option<String> {
        if let Database::Sqlite(_) = self.manager.database {
            return (mode == Mode::Snapshot).then(|| "BEGIN".to_owned());
        }
        let begin = match mode {
            Mode::Write => "BEGIN ISOLATION LEVEL REPEATABLE READ",
            Mode::Snapshot => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            // What the session was told is lost behind a pooler; without one, two ways to the server are saved.
            Mode::Read if !self.manager.statement_cache => "BEGIN READ ONLY",
            Mode::Read => return None,
        };
        Some(pool::begin_bounded(begin))
    }
}

/// Growing, and different for each waiter, so that two writers do not meet again.
fn back_off(attempt: u32) -> Duration {
    let spread = u64::from(uuid::Uuid::new_v4().as_bytes()[0]);
    Duration::from_micros((500u64 << attempt.min(7)) + spread * 40)
}

fn transaction<T>(
    pooled: &mut Pooled,
    begin: &str,
    now: DateTime<Utc>,
    job: &impl Fn(&mut Tx<'_>) -> Result<T, Fault>,
    usage: &Use,
) -> Result<T, Fault> {
    pooled.conn.batch_execute(begin)?;
    let value = match job(&mut Tx { conn: &mut pooled.conn, now }) {
        Ok(value) => value,
        Err(fault) => {
            pooled.roll_back();
            return Err(fault);
        }
    };
    if !usage.committing(&pooled.line) {
        // Its caller was told that nothing was stored.
        pooled.roll_back();
        return Err(Error::unavailable("The database does not answer").into());
    }
    pooled.conn.batch_execute("COMMIT").map(|()| value).map_err(|error| {
        pooled.roll_back();
        commit_fault(error, pooled)
    })
}

/// A commit whose answer was lost may have happened: never repeat it blindly.
fn commit_fault(error: diesel::result::Error, pooled: &Pooled) -> Fault {
    let fault = Fault::Db(error);
    if !pooled.lost && fault.cure(pooled.line.waited()) == Cure::Repeat {
        return fault;
    }
    tracing::warn!("commit without answer");
    Fault::App(lost_while_committing())
}
