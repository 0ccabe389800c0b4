//! The SQLite write path: one thread, group commit.
//!
//! Writes arrive as closures on a bounded queue. The thread takes as many as are waiting, runs each in its own
//! savepoint inside one IMMEDIATE transaction, commits once and only then answers all of them. What fails in its
//! savepoint fails alone; an error that ends the outer transaction (full disk, I/O) is answered 503 to every member.
//!
//! A group is closed when it has worked for a few times what the last commit took: waiting longer for company saves next to
//! nothing of the sync, and lets those who are done wait, whose next requests would come meanwhile.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use tokio::sync::oneshot;
use tracing::Span;

use super::condition::Condition;
use super::conn::AnyConn;
use super::fault::{Fault, ends_transaction};
use super::kept::Kept;
use super::options::GroupRules;
use super::tx::{Tx, WriteJob};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::limits;

/// A write in the queue, its result type hidden.
trait Queued: Send {
    /// Runs the closure and keeps its result. `Err` when the outer transaction is lost.
    fn run(&mut self, tx: &mut Tx<'_>, condition: &Condition) -> std::result::Result<(), ()>;
    /// The caller's.
    fn span(&self) -> &Span;
    /// Answers the caller: with the kept result, or with `failure` of the commit.
    fn answer(self: Box<Self>, failure: Option<Error>);
}

struct Entry<T> {
    job: WriteJob<T>,
    /// The caller's, for what is logged while its job runs.
    span: Span,
    result: Option<Result<T>>,
    reply: oneshot::Sender<Result<T>>,
}

impl<T: Send> Queued for Entry<T> {
    fn run(&mut self, tx: &mut Tx<'_>, condition: &Condition) -> std::result::Result<(), ()> {
        let _span = self.span.enter();
        if run(tx.conn, "SAVEPOINT entry").is_err() {
            return Err(());
        }
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.job)(tx)))
            .unwrap_or_else(|_| Err(Fault::App(Error::Internal("a write closure panicked".into()))));
        if let Err(Fault::Db(error)) = &outcome {
            condition.failed(error);
        }
        let lost = matches!(&outcome, Err(Fault::Db(error)) if ends_transaction(error));
        let undone = if outcome.is_ok() { Ok(()) } else { run(tx.conn, "ROLLBACK TO entry") };
        let ended = undone.and_then(|()| run(tx.conn, "RELEASE entry"));
        self.result = Some(outcome.map_err(Fault::told));
        if lost || ended.is_err() { Err(()) } else { Ok(()) }
    }

    fn span(&self) -> &Span {
        &self.span
    }

    fn answer(self: Box<Self>, failure: Option<Error>) {
        let result = match (failure, self.result) {
            // What was refused on its own merits stays refused; what succeeded did not happen after all.
            (Some(failure), Some(Ok(_)) | None) => Err(failure),
            (_, Some(result)) => result,
            (None, None) => Err(Error::Internal("a queued write was not run".into())),
        };
        // The caller may have gone away; the write stands all the same.
        let _ = self.reply.send(result);
    }
}

/// The queue's sending side.
pub(super) struct Writer {
    queue: Option<SyncSender<Box<dyn Queued>>>,
    /// Writes in the queue, those at work not counted.
    depth: Arc<AtomicUsize>,
    capacity: usize,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the writer thread on `conn`. `queue_len` writes may wait.
    pub(super) fn start(
        conn: AnyConn,
        queue_len: usize,
        rules: GroupRules,
        clock: Clock,
        condition: Arc<Condition>,
    ) -> std::io::Result<Self> {
        let (queue, waiting) = sync_channel(queue_len);
        let depth = Arc::new(AtomicUsize::new(0));
        let shared = Arc::clone(&depth);
        let thread = std::thread::Builder::new().name("sqlite-writer".into()).spawn(move || {
            WriterThread { conn, waiting, rules, last_sync: Duration::ZERO, clock, depth: shared, condition }.run();
        })?;
        Ok(Self { queue: Some(queue), depth, capacity: queue_len, thread: Some(thread) })
    }

    /// Queues `job` and waits for its group's commit.
    pub(super) async fn submit<T: Send + 'static>(&self, job: WriteJob<T>) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        let Some(queue) = &self.queue else { return Err(Error::unavailable("The server is stopping")) };
        // Counted before it is there, so that the thread never takes out what was not counted.
        let depth = self.depth.fetch_add(1, Ordering::Relaxed) + 1;
        let span = Span::current();
        if let Err(refused) = queue.try_send(Box::new(Entry { job, span, result: None, reply })) {
            self.depth.fetch_sub(1, Ordering::Relaxed);
            return Err(Error::unavailable(match refused {
                TrySendError::Full(_) => "The write queue is full",
                TrySendError::Disconnected(_) => "The writer has stopped",
            }));
        }
        metrics::gauge!("entrepost_write_queue_depth").set(depth as f64);
        answer.await.unwrap_or_else(|_| Err(Error::unavailable("The writer has stopped")))
    }

    /// Writes waiting now.
    pub(super) fn depth(&self) -> usize {
        self.depth.load(Ordering::Relaxed)
    }

    /// Whether one more would be taken.
    pub(super) fn has_room(&self) -> bool {
        self.depth() < self.capacity
    }

    /// Whether the writer thread lives.
    pub(super) fn is_alive(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        // A closure may have held the last handle of the store: then this is the thread itself, which ends anyway.
        let current = std::thread::current().id();
        if let Some(thread) = self.thread.take().filter(|thread| thread.thread().id() != current) {
            let _ = thread.join();
        }
    }
}

/// Runs one statement that controls the transaction.
fn run(conn: &mut AnyConn, sql: &'static str) -> diesel::QueryResult<()> {
    match conn {
        AnyConn::Sqlite(conn) => Kept(sql).execute(conn).map(|_| ()),
        AnyConn::Postgres(conn) => conn.batch_execute(sql),
    }
}

/// What a group that cannot be begun or committed is answered; logged once, for its first write.
fn failure(group: &[Box<dyn Queued>], error: diesel::result::Error) -> Error {
    let to_error = || Fault::told(error);
    match group.first() {
        Some(first) => first.span().in_scope(to_error),
        None => to_error(),
    }
}

struct WriterThread {
    conn: AnyConn,
    waiting: Receiver<Box<dyn Queued>>,
    rules: GroupRules,
    /// How long the last commit took.
    last_sync: Duration,
    clock: Clock,
    depth: Arc<AtomicUsize>,
    condition: Arc<Condition>,
}

impl WriterThread {
    fn run(mut self) {
        while let Ok(first) = self.waiting.recv() {
            self.depth.fetch_sub(1, Ordering::Relaxed);
            let (group, failure) = self.run_group(first);
            metrics::histogram!("entrepost_group_commit_writes").record(group.len() as f64);
            metrics::gauge!("entrepost_write_queue_depth").set(self.depth.load(Ordering::Relaxed) as f64);
            for entry in group {
                entry.answer(failure.clone());
            }
        }
    }

    /// How long a group may take in further writes.
    fn group_time(&self) -> Duration {
        let by_sync = self.last_sync * limits::GROUP_SYNCS;
        by_sync.max(Duration::from_millis(limits::GROUP_LEAST_MS)).min(self.rules.time)
    }

    /// Runs `first` and what else is waiting in one transaction; says why when it could not be committed.
    fn run_group(&mut self, first: Box<dyn Queued>) -> (Vec<Box<dyn Queued>>, Option<Error>) {
        let mut group = vec![first];
        if let Err(error) = run(&mut self.conn, "BEGIN IMMEDIATE") {
            self.condition.failed(&error);
            let failure = failure(&group, error);
            return (group, Some(failure));
        }
        let (began, limit) = (Instant::now(), self.group_time());
        let mut tx = Tx { conn: &mut self.conn, now: self.clock.now() };
        let mut at = 0;
        while at < group.len() {
            // What is written was received by now: what the caller was answered while the group ran came before it.
            tx.now = self.clock.now();
            if group[at].run(&mut tx, &self.condition).is_err() {
                let _ = run(&mut self.conn, "ROLLBACK");
                return (group, Some(Error::unavailable("The database cannot be written")));
            }
            at += 1;
            if group.len() < self.rules.jobs
                && began.elapsed() < limit
                && let Ok(next) = self.waiting.try_recv()
            {
                self.depth.fetch_sub(1, Ordering::Relaxed);
                group.push(next);
            }
        }
        let worked = Instant::now();
        if !self.rules.commit_delay.is_zero() {
            std::thread::sleep(self.rules.commit_delay);
        }
        if let Some(why) = self.condition.replaced() {
            let _ = run(&mut self.conn, "ROLLBACK");
            return (group, Some(Error::unavailable(why)));
        }
        let committed = run(&mut self.conn, "COMMIT");
        self.last_sync = worked.elapsed();
        match committed {
            Ok(()) => {
                self.condition.written();
                (group, None)
            }
            Err(error) => {
                self.condition.failed(&error);
                let _ = run(&mut self.conn, "ROLLBACK");
                let failure = failure(&group, error);
                (group, Some(failure))
            }
        }
    }
}
