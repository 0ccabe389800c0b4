//! Calls that wait to be stored together, by who makes them.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;
use tracing::Span;

use super::Actor;
use super::batch::{Answer, Entry};
use super::idempotency::RequestKey;
use super::prepared::Ready;
use crate::error::{Error, Result};
use crate::limits;

/// One store: a declaration, who stores it, and the key of the request.
pub(super) struct Call {
    pub actor: Actor,
    pub entry: Entry<Ready>,
    pub key: Option<RequestKey>,
    /// The request that it came with, for the log.
    pub span: Span,
}

impl Call {
    /// What no two calls of a group may have in common: one has to see what the other did.
    fn names(&self) -> impl Iterator<Item = String> {
        let item = self.entry.content.as_ref().ok().map(|ready| match ready.key.pid {
            Some(pid) => format!("pid {pid}"),
            None => format!("item {}", ready.key.item_id),
        });
        item.into_iter().chain(self.key.as_ref().map(|key| format!("key {}", key.key)))
    }
}

/// Organization, user and office that calls are recorded under, whether these are bound to a session, and the client.
pub(super) type Writer = (String, Option<String>, Option<String>, bool, Option<String>);

pub(super) type Waiting = (Call, oneshot::Sender<Result<Answer>>);

/// Calls of one writer.
#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    /// What the groups that are being stored are about.
    under_way: HashSet<String>,
    /// How many groups are being stored, or looked for.
    servers: usize,
}

impl Queue {
    fn release(&mut self, names: &[String]) {
        for name in names {
            self.under_way.remove(name);
        }
    }
}

/// A group of calls to be stored together.
#[derive(Default)]
pub(super) struct Group {
    pub calls: Vec<Waiting>,
    /// What they are about, to be handed back when they are stored.
    pub names: Vec<String>,
}

/// The calls that wait, by who makes them. A writer that is there is being served.
#[derive(Clone, Default)]
pub(super) struct Groups(Arc<Mutex<HashMap<Writer, Queue>>>);

impl Groups {
    /// Runs `f` on what waits. Nothing leaves it half changed, so a panic elsewhere does no harm to it.
    fn with<T>(&self, f: impl FnOnce(&mut HashMap<Writer, Queue>) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Lets a call wait; says whether one more is to serve its writer.
    pub(super) fn put(&self, writer: &Writer, call: Waiting) -> Result<bool> {
        self.with(|all| {
            let queue = all.entry(writer.clone()).or_default();
            if queue.waiting.len() >= limits::PENDING_READS {
                return Err(Error::unavailable("Too many stores wait for the database"));
            }
            queue.waiting.push_back(call);
            let is_worth_it = queue.waiting.len() >= limits::GROUP_WORTH_A_CONNECTION;
            let more = queue.servers == 0 || queue.servers < limits::GROUPS_AT_ONCE && is_worth_it;
            queue.servers += usize::from(more);
            Ok(more)
        })
    }

    /// The next calls to be stored together, in the place of a group that is stored; none: there is one less to serve the
    /// writer. What is about something under way waits until that is stored, and what came after it as well.
    pub(super) fn next(&self, writer: &Writer, stored: &[String]) -> Group {
        self.with(|all| {
            let Some(queue) = all.get_mut(writer) else { return Group::default() };
            queue.release(stored);
            let mut group = Group::default();
            while group.calls.len() < limits::GROUPED_STORES
                && let Some((call, _)) = queue.waiting.front()
            {
                let names: Vec<String> = call.names().collect();
                if names.iter().any(|name| queue.under_way.contains(name)) {
                    break;
                }
                queue.under_way.extend(names.iter().cloned());
                group.names.extend(names);
                group.calls.extend(queue.waiting.pop_front());
            }
            if group.calls.is_empty() {
                Self::leave(all, writer);
            }
            group
        })
    }

    /// One that served ends without having stored its group.
    pub(super) fn give_up(&self, writer: &Writer, names: &[String]) {
        self.with(|all| {
            if let Some(queue) = all.get_mut(writer) {
                queue.release(names);
                Self::leave(all, writer);
            }
        });
    }

    /// With the last one that serves a writer goes what still waits: it learns it by the loss of its channels.
    fn leave(all: &mut HashMap<Writer, Queue>, writer: &Writer) {
        let Some(queue) = all.get_mut(writer) else { return };
        queue.servers -= 1;
        if queue.servers == 0 {
            all.remove(writer);
        }
    }
}
