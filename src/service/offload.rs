//! Work that holds a core for long is done off the threads that serve requests, a few pieces at a time on the whole server:
//! checks of batches, printing, imports.

use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::error::{Error, Result};
use crate::limits;

/// The places for such work, one a core.
#[derive(Clone)]
pub(super) struct Places(Arc<Semaphore>);

impl Default for Places {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(available_parallelism().map_or(1, usize::from))))
    }
}

impl Places {
    /// Does `work` on another thread, once there is a place.
    ///
    /// # Errors
    /// 503 when there is none within [`limits::OFFLOAD_WAIT_S`].
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let place = Arc::clone(&self.0).acquire_owned();
        let waiting = tokio::time::timeout(Duration::from_secs(limits::OFFLOAD_WAIT_S), place);
        let Ok(Ok(place)) = waiting.await else {
            return Err(Error::unavailable("Too many batches and print jobs are being worked on"));
        };
        let working = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(place);
            done
        });
        working.await.map_err(|error| Error::Internal(format!("work on another thread: {error}")))
    }
}
