//! Limits of organizations over several server processes: each tells the others through the database what it let through.
//!
//! Knows nothing of limiters: who has them says what was taken, and is told what others took.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::TimeDelta;
use uuid::Uuid;

use super::Services;
use crate::error::Result;
use crate::limits;
use crate::store::requests::RequestUse;
use crate::store::types::At;

/// This process among those that share limits.
pub struct Sharing {
    server: String,
    turns: Mutex<Turns>,
}

#[derive(Default)]
struct Turns {
    own: i64,
    /// The turn of each process that was heard of last, by organization and process.
    heard: HashMap<(String, String), i64>,
}

impl Default for Sharing {
    fn default() -> Self {
        Self { server: Uuid::new_v4().to_string(), turns: Mutex::default() }
    }
}

impl Sharing {
    /// Tells others what was `taken` of each organization since the last time, and gives what they took of the same ones.
    /// Nothing is written where there is one process alone (SQLite).
    ///
    /// # Errors
    /// 503 when the database is away.
    pub async fn share(&self, services: &Services, taken: Vec<(String, u32)>) -> Result<Vec<(String, u32)>> {
        if taken.is_empty() || !services.store.is_shared() {
            return Ok(Vec::new());
        }
        let turn = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            turns.own += 1;
            turns.own
        };
        let server = self.server.clone();
        let others = services.store.write(move |tx| {
            let row = |(org, used): &(String, u32)| RequestUse {
                org: org.clone(),
                server: server.clone(),
                turn,
                used: i32::try_from(*used).unwrap_or(i32::MAX),
                at: At(tx.now),
            };
            let own: Vec<_> = taken.iter().map(row).collect();
            tx.share_use(&own, At(tx.now - TimeDelta::milliseconds(limits::SHARED_USE_MS)))
        });
        let others = others.await?;
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let new = others
            .into_iter()
            .filter(|row| turns.heard.insert((row.org.clone(), row.server.clone()), row.turn) != Some(row.turn));
        let new: Vec<_> = new.map(|row| (row.org, row.used.unsigned_abs())).collect();
        // Processes come and go; what was heard of long ago is not asked for.
        if turns.heard.len() > limits::SHARED_USE_HEARD {
            turns.heard.clear();
        }
        Ok(new)
    }
}
