//! How much of requests may be in memory at the same time.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, Result};
use crate::limits;

/// Bytes of one permit.
const UNIT_BYTES: usize = 1024;

/// One budget for the bodies of callers who are known, and a smaller one for those whose token is in the body itself.
pub struct Budget {
    known: Arc<Semaphore>,
    unknown: Arc<Semaphore>,
}

/// What a body holds of the budget, until it is dropped.
#[derive(Debug, Default)]
pub(super) struct Held {
    permit: Option<OwnedSemaphorePermit>,
    bytes: usize,
}

impl Default for Budget {
    fn default() -> Self {
        let of = |bytes: usize| Arc::new(Semaphore::new(bytes / UNIT_BYTES));
        Self { known: of(limits::BODIES_BYTES), unknown: of(limits::UNKNOWN_BODIES_BYTES) }
    }
}

impl Budget {
    /// Makes `held` cover `bytes` in all. What is below [`limits::FREE_BODY_BYTES`] is bounded by the number of
    /// connections and held of no budget, so that large bodies never stand in the way of ordinary calls.
    ///
    /// # Errors
    /// 503 when there is no room for long.
    pub(super) async fn cover(&self, held: &mut Held, bytes: usize, is_known: bool) -> Result<()> {
        let beyond = bytes.saturating_sub(limits::FREE_BODY_BYTES).div_ceil(UNIT_BYTES) * UNIT_BYTES;
        if beyond <= held.bytes {
            return Ok(());
        }
        let budget = if is_known { &self.known } else { &self.unknown };
        let more = u32::try_from((beyond - held.bytes) / UNIT_BYTES).unwrap_or(u32::MAX);
        let waiting = Arc::clone(budget).acquire_many_owned(more);
        let permit = match tokio::time::timeout(Duration::from_millis(limits::BODY_ROOM_WAIT_MS), waiting).await {
            Ok(Ok(permit)) => permit,
            _ => return Err(no_room(is_known)),
        };
        match &mut held.permit {
            Some(held) => held.merge(permit),
            none => *none = Some(permit),
        }
        held.bytes = beyond;
        Ok(())
    }

    /// What a body held as an unknown caller's, held as that of a known one.
    ///
    /// # Errors
    /// 503 when there is no room for long.
    pub(super) async fn of_known(&self, held: Held, bytes: usize) -> Result<Held> {
        if held.permit.is_none() {
            return Ok(held);
        }
        let mut known = Held::default();
        self.cover(&mut known, bytes, true).await?;
        Ok(known)
    }
}

fn no_room(is_known: bool) -> Error {
    let remedy = if is_known { "" } else { " (a call with an Authorization header is read before those without)" };
    Error::unavailable(format!("Too many large requests at the moment{remedy}"))
}
