//! The proof of all histories, part by part, on several connections.

use std::collections::VecDeque;

use tokio::task::JoinHandle;

use super::Services;
use crate::error::{Error, Result};
use crate::store::verify::{Part, Verdict};

/// What to look at.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Items and seals of this post alone; of all, when absent, and everything else.
    pub post: Option<String>,
    /// Nothing that this link of the chain over all holds already; 0: everything.
    pub since: i64,
}

/// Seals that one task looks at.
const SEALS_PER_TASK: i64 = 8;
/// Tasks at a time: half of the smallest pool, so that those who work meanwhile find connections.
const TASKS: usize = 4;

/// A stretch of a post's parts, to be looked at by one task.
struct Stretch {
    post: String,
    from: Part,
    /// The part before which it ends.
    to: Option<Part>,
}

impl Services {
    /// Checks all seals and histories; the verdict names the first thing that does not fit.
    ///
    /// # Errors
    /// 503 when the store does not answer.
    pub async fn verify_history(&self) -> Result<Verdict> {
        self.verify_history_of(Scope::default()).await
    }

    /// Checks the seals and histories of a scope.
    ///
    /// # Errors
    /// 400 for a post that has nothing here, 503 when the store does not answer.
    pub async fn verify_history_of(&self, scope: Scope) -> Result<Verdict> {
        let since = scope.since;
        let mut verdict = self.store.read_snapshot(move |tx| tx.verify_chain(since)).await?;
        let mut posts = self.store.read(|tx| tx.posts_to_verify()).await?;
        if let Some(post) = &scope.post {
            posts.retain(|known| known == post);
            if posts.is_empty() {
                return Err(Error::invalid("absent", "post", "there is no such post"));
            }
        }
        for post in posts {
            if verdict.fault.is_none() {
                verdict.add(self.verify_post(post, since).await?);
            }
        }
        if scope.post.is_none() && verdict.fault.is_none() {
            verdict.add(self.store.read_snapshot(|tx| tx.verify_every_record()).await?);
        }
        Ok(verdict)
    }

    /// Looks at all parts of a post, several stretches at a time; what is wrong first is reported.
    async fn verify_post(&self, post: String, since: i64) -> Result<Verdict> {
        let mut waiting = self.stretches(post, since).await?;
        let mut running: VecDeque<JoinHandle<Result<Verdict>>> = VecDeque::new();
        let mut verdict = Verdict::default();
        loop {
            while running.len() < TASKS
                && let Some(stretch) = waiting.pop_front()
            {
                running.push_back(tokio::spawn(self.clone().verify_stretch(stretch)));
            }
            let Some(first) = running.pop_front() else { return Ok(verdict) };
            let stopped = |error| Error::Internal(format!("a verification stopped: {error}"));
            verdict.add(first.await.map_err(stopped)??);
            if verdict.fault.is_some() {
                running.iter().for_each(JoinHandle::abort);
                return Ok(verdict);
            }
        }
    }

    async fn stretches(&self, post: String, since: i64) -> Result<VecDeque<Stretch>> {
        let of_post = post.clone();
        let (newest, chained) = self.store.read(move |tx| tx.post_seals(&of_post, since)).await?;
        let mut from = if since == 0 { Part::Together { after: 0 } } else { Part::Sealed { seal_no: chained + 1 } };
        let mut stretches = VecDeque::new();
        let mut seal_no = chained + 1;
        while seal_no <= newest {
            let to = Part::Sealed { seal_no };
            if from != to {
                stretches.push_back(Stretch { post: post.clone(), from, to: Some(to.clone()) });
            }
            from = to;
            seal_no += SEALS_PER_TASK;
        }
        stretches.push_back(Stretch { post, from, to: None });
        Ok(stretches)
    }

    async fn verify_stretch(self, stretch: Stretch) -> Result<Verdict> {
        let Stretch { post, from, to } = stretch;
        let (mut verdict, mut next) = (Verdict::default(), Some(from));
        while let Some(part) = next.filter(|part| Some(part) != to.as_ref()) {
            let of_post = post.clone();
            let (of_part, following) = self.store.read_snapshot(move |tx| tx.verify_part(&of_post, &part)).await?;
            verdict.add(of_part);
            next = following;
        }
        Ok(verdict)
    }
}
