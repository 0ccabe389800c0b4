//! Calls that wait to be stored together, by who makes them.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

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

/// Organization, user and office that calls are recorded under, and whether these are bound to a session.
pub(super) type Writer = (String, Option<String>, Option<String>, bool);

pub(super) type Waiting = (Call, oneshot::Sender<Result<Answer>>);

/// The calls that wait, by who makes them. A writer that is there is being served.
#[derive(Clone, Default)]
pub(super) struct Groups(Arc<Mutex<HashMap<Writer, VecDeque<Waiting>>>>);

impl Groups {
    /// Runs `f` on what waits. Nothing leaves it half changed, so a panic elsewhere does no harm to it.
    pub(super) fn with<T>(&self, f: impl FnOnce(&mut HashMap<Writer, VecDeque<Waiting>>) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Lets a call wait; says whether somebody has to be found who serves its writer.
    pub(super) fn put(&self, writer: &Writer, waiting: Waiting) -> Result<bool> {
        self.with(|all| match all.get_mut(writer) {
            Some(calls) if calls.len() >= limits::PENDING_READS => {
                Err(Error::unavailable("Too many stores wait for the database"))
            }
            Some(calls) => {
                calls.push_back(waiting);
                Ok(false)
            }
            None => {
                all.insert(writer.clone(), VecDeque::from([waiting]));
                Ok(true)
            }
        })
    }

    /// The next calls to be stored together; none: the writer is served no longer.
    pub(super) fn next(&self, writer: &Writer) -> Vec<Waiting> {
        self.with(|all| {
            let Some(calls) = all.get_mut(writer) else { return Vec::new() };
            let (mut group, mut named) = (Vec::new(), HashSet::new());
            while group.len() < limits::GROUPED_STORES
                && let Some((call, _)) = calls.front()
            {
                let names: Vec<String> = call.names().collect();
                if names.iter().any(|name| named.contains(name)) {
                    break;
                }
                named.extend(names);
                group.extend(calls.pop_front());
            }
            if group.is_empty() {
                all.remove(writer);
            }
            group
        })
    }
}
