//! How much of requests may be in memory at the same time.

use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpRequest;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::connections::Pause;
use crate::error::{Error, Result};
use crate::limits;

/// Bytes of one permit.
const UNIT_BYTES: usize = 1024;

/// One budget for the bodies of callers who are known, and a smaller one for those whose token is in the body itself.
pub struct Budget {
    known: Arc<Semaphore>,
    unknown: Arc<Semaphore>,
}

/// A place in the budget for one buffer, until it is dropped. Small buffers need none.
pub(super) type Held = Option<OwnedSemaphorePermit>;

impl Default for Budget {
    fn default() -> Self {
        let of = |bytes: usize| Arc::new(Semaphore::new(bytes / UNIT_BYTES));
        Self { known: of(limits::BODIES_BYTES), unknown: of(limits::UNKNOWN_BODIES_BYTES) }
    }
}

impl Budget {
    /// Room for the body of `request`, as one of a known caller's or another's.
    pub(super) fn of<'r>(&'r self, request: &'r HttpRequest, is_known: bool) -> Room<'r> {
        Room { request, budget: if is_known { &self.known } else { &self.unknown }, is_known }
    }
}

/// Where the buffers of one body find their places.
pub(super) struct Room<'r> {
    request: &'r HttpRequest,
    budget: &'r Arc<Semaphore>,
    is_known: bool,
}

impl Room<'_> {
    /// Whether it is a known caller's.
    pub(super) fn is_known(&self) -> bool {
        self.is_known
    }

    /// A place for a buffer; nothing is read from the connection while it is waited for. What is below
    /// [`limits::FREE_BODY_BYTES`] is bounded by the number of connections and held of no budget, so that large bodies never
    /// stand in the way of ordinary calls.
    ///
    /// # Errors
    /// 503 when there is no room for long.
    pub(super) async fn hold(&self, bytes: usize) -> Result<Held> {
        if bytes <= limits::FREE_BODY_BYTES {
            return Ok(None);
        }
        let units = u32::try_from(bytes.div_ceil(UNIT_BYTES)).unwrap_or(u32::MAX);
        if let Ok(place) = Arc::clone(self.budget).try_acquire_many_owned(units) {
            return Ok(Some(place));
        }
        let _pause = Pause::new(self.request);
        let waiting = Arc::clone(self.budget).acquire_many_owned(units);
        match tokio::time::timeout(Duration::from_millis(limits::BODY_ROOM_WAIT_MS), waiting).await {
            Ok(Ok(place)) => Ok(Some(place)),
            _ => Err(self.none()),
        }
    }

    fn none(&self) -> Error {
        let remedy =
            if self.is_known { "" } else { " (a call with an Authorization header is read before those without)" };
        Error::unavailable(format!("Too many large requests at the moment{remedy}"))
    }
}
