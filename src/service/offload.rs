//! Work that holds a core for long is done off the threads that serve requests, a few pieces at a time on the whole server:
//! checks of batches, printing, imports. Exports have places of their own, for each takes room on a disk.

use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, Result};
use crate::limits;

/// The places for such work.
#[derive(Clone)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    /// Who takes them.
    what: &'static str,
}

/// A place that is taken.
pub(super) type Place = OwnedSemaphorePermit;

impl Places {
    pub fn of(count: usize, what: &'static str) -> Self {
        Self { free: Arc::new(Semaphore::new(count)), what }
    }

    /// One a core.
    pub fn of_cores(what: &'static str) -> Self {
        Self::of(available_parallelism().map_or(1, usize::from), what)
    }

    /// A place, once there is one.
    ///
    /// # Errors
    /// 503 when there is none within [`limits::OFFLOAD_WAIT_S`].
    pub async fn take(&self) -> Result<Place> {
        let place = Arc::clone(&self.free).acquire_owned();
        let waiting = tokio::time::timeout(Duration::from_secs(limits::OFFLOAD_WAIT_S), place);
        let Ok(Ok(place)) = waiting.await else {
            return Err(Error::unavailable(format!("Too many {} are being worked on", self.what)));
        };
        Ok(place)
    }

    /// Does `work` on another thread, once there is a place.
    ///
    /// # Errors
    /// 503 when there is none for long.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let place = self.take().await?;
        let working = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(place);
            done
        });
        working.await.map_err(|error| Error::Internal(format!("work on another thread: {error}")))
    }
}
