//! Stores of single declarations that wait for the database at the same time: decided together and written together.
//!
//! On PostgreSQL most of what a store takes are its ways to the server and back; on SQLite the one writer runs a dozen
//! statements for each. So what comes in while a store of the same post and user is under way is gathered, loaded at once,
//! decided call by call in memory, and written by one set of statements. Each call keeps its own outcome: one that is refused
//! writes nothing and disturbs no other. Where the whole cannot be written, the calls are stored one by one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::oneshot;
use tracing::{Instrument, Span};

use super::batch::BatchMode;
use super::declare::{store_all, store_each};
use super::groups::{Call, Groups, Writer};
use super::idempotency::once;
use super::{Actor, Answer, Services};
use crate::error::{Error, Result};
use crate::limits;

/// Serves a writer; when that ends early, those it serves learn it by the loss of their channels.
struct Serving<'g> {
    groups: &'g Groups,
    writer: Writer,
    /// What the group at hand is about.
    names: Vec<String>,
    is_done: bool,
}

impl Drop for Serving<'_> {
    fn drop(&mut self) {
        if !self.is_done {
            self.groups.give_up(&self.writer, &self.names);
        }
    }
}

impl Services {
    /// Stores one declaration, together with what else waits.
    ///
    /// # Errors
    /// Every finding; 503 when too much waits, or the database does not answer.
    pub(super) async fn store_grouped(&self, call: Call) -> Result<Answer> {
        let Actor { org, user_cd, office_cd, session, client, .. } = &call.actor;
        let writer: Writer = (org.clone(), user_cd.clone(), office_cd.clone(), session.is_some(), client.clone());
        let (answered, answer) = oneshot::channel();
        if self.groups.put(&writer, (call, answered))? {
            // On its own: whoever made the call may be gone before the others are served.
            tokio::spawn(self.clone().serve(writer));
        }
        let lost = "The server is stopping; the same request may be repeated safely";
        answer.await.unwrap_or_else(|_| Err(Error::Unavailable { retry_after_s: 1, reason: lost.into() }))
    }

    async fn serve(self, writer: Writer) {
        let mut serving = Serving { groups: &self.groups, writer, names: Vec::new(), is_done: false };
        loop {
            let group = self.groups.next(&serving.writer, &serving.names);
            if group.calls.is_empty() {
                serving.is_done = true;
                return;
            }
            serving.names = group.names;
            let (calls, waiting): (Vec<Call>, Vec<_>) = group.calls.into_iter().unzip();
            // What is logged of a group has the id of the request that came first.
            let span = calls.first().map_or_else(Span::none, |call| call.span.clone());
            let answers = self.store_together(Arc::new(calls)).instrument(span).await;
            for (waiting, answer) in waiting.into_iter().zip(answers) {
                // Who does not listen any more finds the answer by its key.
                let _ = waiting.send(answer);
            }
        }
    }

    /// The answers to some calls of one writer, in their order.
    async fn store_together(&self, calls: Arc<Vec<Call>>) -> Vec<Result<Answer>> {
        if calls.len() > 1 {
            let (services, group, attempts) = (self.clone(), Arc::clone(&calls), AtomicU32::new(0));
            let written = self.store.write(move |tx| {
                if attempts.fetch_add(1, Ordering::Relaxed) >= limits::GROUP_ATTEMPTS {
                    return Err(Error::Internal("a group of stores met other writers again and again".into()).into());
                }
                store_each(&services, tx, &group)
            });
            match written.await {
                Ok(answers) => return answers,
                Err(error @ Error::Unavailable { .. }) => {
                    for call in calls.iter().skip(1) {
                        call.span.in_scope(|| tracing::warn!(%error, "not stored, together with others"));
                    }
                    return calls.iter().map(|_| Err(error.clone())).collect();
                }
                Err(error) => tracing::debug!(%error, "stores are made one by one"),
            }
        }
        let mut answers = Vec::with_capacity(calls.len());
        for at in 0..calls.len() {
            let span = calls[at].span.clone();
            answers.push(self.store_alone(Arc::clone(&calls), at).instrument(span).await);
        }
        answers
    }

    async fn store_alone(&self, calls: Arc<Vec<Call>>, at: usize) -> Result<Answer> {
        let services = self.clone();
        let write = self.store.write(move |tx| {
            let Call { actor, entry, key, .. } = &calls[at];
            let entries = std::slice::from_ref(entry);
            once(tx, actor, key.as_ref(), |tx| store_all(&services, tx, actor, entries, BatchMode::AllOrNothing))
        });
        write.await
    }
}
