//! A connection and its uses as they are known from outside: what is waited for and since when, and whether anybody still waits.
//!
//! Holds no connection and decides nothing: `watch` gives uses up.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use diesel::connection::InstrumentationEvent;
use tokio::sync::OwnedSemaphorePermit;

use crate::error::Error;

/// What `application_name` begins with.
pub(super) const NAME: &str = "entrepost ";

/// A lock whose holder never leaves anything half done.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A connection as it is known from outside: its name at the server, and what it waits for.
#[derive(Debug)]
pub(super) struct Line {
    /// Its `application_name`, which poolers pass on; process numbers they do not.
    pub name: String,
    /// The server says what went wrong in a language that is not ours.
    pub foreign: bool,
    statement: Mutex<Statement>,
}

#[derive(Clone, Copy, Debug)]
struct Statement {
    asked: Instant,
    /// How long the answer took, when it is there.
    took: Option<Duration>,
}

impl Line {
    pub(super) fn new(name: String, foreign: bool) -> Self {
        let statement = Mutex::new(Statement { asked: Instant::now(), took: Some(Duration::ZERO) });
        Self { name, foreign, statement }
    }

    /// Notes that a statement goes out or that its answer is there.
    pub(super) fn note(&self, event: &InstrumentationEvent<'_>) {
        let mut statement = locked(&self.statement);
        match event {
            InstrumentationEvent::StartQuery { .. } => *statement = Statement { asked: Instant::now(), took: None },
            InstrumentationEvent::FinishQuery { .. } => statement.took = Some(statement.asked.elapsed()),
            _ => {}
        }
    }

    /// Since when an answer is waited for.
    pub(super) fn asked(&self) -> Option<Instant> {
        let statement = locked(&self.statement);
        statement.took.is_none().then_some(statement.asked)
    }

    /// How long the last statement took, where only that tells why it failed.
    pub(super) fn waited(&self) -> Option<Duration> {
        let statement = *locked(&self.statement);
        self.foreign.then(|| statement.took.unwrap_or_else(|| statement.asked.elapsed()))
    }
}

/// One use of a connection, shared by the thread that works and who waits for it.
#[derive(Debug)]
pub(super) struct Use {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    /// Who uses a connection holds one of these; who is given up does not.
    permit: Option<OwnedSemaphorePermit>,
}

#[derive(Clone, Debug)]
pub(super) enum Phase {
    /// A connection must have been found by then.
    Connecting(Instant),
    Working(Arc<Line>),
    Committing(Arc<Line>),
    GivenUp,
}

impl Use {
    pub(super) fn new(until: Instant, permit: OwnedSemaphorePermit) -> Self {
        Self { state: Mutex::new(State { phase: Phase::Connecting(until), permit: Some(permit) }) }
    }

    /// Goes on to another phase; `false` when nobody waits for it any more.
    fn go_on(&self, next: Phase) -> bool {
        let mut state = locked(&self.state);
        let wanted = !matches!(state.phase, Phase::GivenUp);
        if wanted {
            state.phase = next;
        }
        wanted
    }

    /// Another connection is looked for.
    pub(super) fn connecting(&self, until: Instant) -> bool {
        self.go_on(Phase::Connecting(until))
    }

    pub(super) fn is_wanted(&self) -> bool {
        !matches!(self.phase(), Phase::GivenUp)
    }

    pub(super) fn working(&self, line: &Arc<Line>) -> bool {
        self.go_on(Phase::Working(Arc::clone(line)))
    }

    pub(super) fn committing(&self, line: &Arc<Line>) -> bool {
        self.go_on(Phase::Committing(Arc::clone(line)))
    }

    pub(super) fn phase(&self) -> Phase {
        locked(&self.state).phase.clone()
    }

    /// The statement whose answer is waited for.
    pub(super) fn statement(&self) -> Option<Instant> {
        match self.phase() {
            Phase::Working(line) | Phase::Committing(line) => line.asked(),
            Phase::Connecting(_) | Phase::GivenUp => None,
        }
    }

    /// Frees its place and says what its caller is to be answered.
    pub(super) fn give_up(&self) -> Error {
        let mut state = locked(&self.state);
        state.permit = None;
        match std::mem::replace(&mut state.phase, Phase::GivenUp) {
            Phase::Connecting(_) | Phase::GivenUp => Error::unavailable("No database connection came free in time"),
            Phase::Working(_) => Error::unavailable("The database does not answer"),
            Phase::Committing(_) => lost_while_committing(),
        }
    }
}

/// What is done may be done: only who asked can tell, by asking again.
pub(super) fn lost_while_committing() -> Error {
    Error::Unavailable {
        retry_after_s: 1,
        reason: "The connection was lost while committing; the same request may be repeated safely".into(),
    }
}
