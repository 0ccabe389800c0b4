//! How long an answer of PostgreSQL is waited for: a server that works on a statement is given the time the statement may take,
//! one that is silent is not.
//!
//! A thread that waits for libpq cannot be called off. So each use of a connection is looked at from outside: when no answer
//! came for half a second, the server is asked over a connection of its own whether it works for this one; when it does not say
//! so within two, the use is given up. Its caller is answered, its permit is free, and whatever its thread still
//! brings about is bounded: nothing is committed any more.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl};

use super::line::{NAME, Phase, Use};
use crate::error::Error;
use crate::limits;

const LOOK: Duration = Duration::from_millis(limits::DATABASE_LOOK_MS);
const SILENCE: Duration = Duration::from_millis(limits::POOL_WAIT_MS);
/// Longer than any statement may take by the bounds of its transaction.
const LONGEST: Duration = Duration::from_secs(limits::STATEMENT_S + 5);

/// Looks at the uses of one store's connections.
pub(super) struct Watch {
    /// With the limits of waiting in it.
    url: String,
    /// One question at a time, for all.
    answer: Arc<tokio::sync::Mutex<Answer>>,
}

/// What the server said last.
#[derive(Default)]
struct Answer {
    at: Option<Instant>,
    /// The connections that it worked for.
    names: HashSet<String>,
    /// Kept for the next question; one that does not answer is not put back.
    conn: Option<PgConnection>,
}

#[derive(QueryableByName)]
struct Working {
    #[diesel(sql_type = Text)]
    name: String,
}

impl Watch {
    pub(super) fn new(url: String) -> Self {
        Self { url, answer: Arc::default() }
    }

    /// Returns when a use is to be given up, with the answer to its caller.
    pub(super) async fn gives_up(&self, usage: &Use) -> Error {
        let mut confirmed = None;
        loop {
            let Some(asked) = usage.statement() else {
                let mut next = Instant::now() + LOOK;
                if let Phase::Connecting(until) = usage.phase() {
                    if Instant::now() >= until {
                        break;
                    }
                    next = next.min(until);
                }
                // Not longer: a statement that goes out meanwhile is asked about while there is time.
                tokio::time::sleep_until(next.into()).await;
                continue;
            };
            let heard = confirmed.filter(|at| *at > asked).unwrap_or(asked);
            tokio::time::sleep_until((heard + LOOK).into()).await;
            if usage.statement() != Some(asked) {
                continue;
            }
            let deadline = heard + SILENCE;
            if asked.elapsed() < LONGEST
                && let Ok(true) = tokio::time::timeout_at(deadline.into(), self.is_at_work(usage)).await
            {
                confirmed = Some(Instant::now());
                continue;
            }
            tokio::time::sleep_until(deadline.into()).await;
            if usage.statement() == Some(asked) {
                break;
            }
        }
        metrics::counter!("entrepost_database_given_up_total").increment(1);
        usage.give_up()
    }

    /// Whether the server says that it works on what this use waits for.
    async fn is_at_work(&self, usage: &Use) -> bool {
        let (Phase::Working(line) | Phase::Committing(line)) = usage.phase() else { return false };
        loop {
            let mut answer = Arc::clone(&self.answer).lock_owned().await;
            if answer.at.is_some_and(|at| at.elapsed() <= LOOK / 2) {
                return answer.names.contains(&line.name);
            }
            let (url, conn) = (self.url.clone(), answer.conn.take());
            // An answer that comes too late for this one is in time for the next.
            let asking = tokio::spawn(async move {
                let asked = tokio::task::spawn_blocking(move || ask(&url, conn));
                let asked = tokio::time::timeout(SILENCE, asked).await;
                *answer = Answer { at: Some(Instant::now()), ..asked.ok().and_then(Result::ok).unwrap_or_default() };
            });
            if asking.await.is_err() {
                return false;
            }
        }
    }
}

/// Asks the server which of our connections it works for; none when it cannot be asked.
fn ask(url: &str, conn: Option<PgConnection>) -> Answer {
    let Some(mut conn) = conn.or_else(|| PgConnection::establish(url).ok()) else { return Answer::default() };
    let query =
        "SELECT application_name AS name FROM pg_stat_activity WHERE state = 'active' AND application_name LIKE $1";
    match diesel::sql_query(query).bind::<Text, _>(format!("{NAME}%")).load::<Working>(&mut conn) {
        Ok(rows) => {
            let names = rows.into_iter().map(|row| row.name).collect();
            Answer { at: None, names, conn: Some(conn) }
        }
        Err(_) => Answer::default(),
    }
}
