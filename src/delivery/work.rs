//! Who works for which receiver, and until when.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, Result};

/// What one step for a receiver came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Something was done; there may be more.
    Done,
    /// Nothing to do, or no way to do it.
    Idle,
    /// The receiver is in trouble; it is to rest.
    Resting,
}

/// Who sends to many receivers.
pub trait Deliverer: Clone + Send + Sync + 'static {
    /// What names a receiver.
    type Key: Clone + Debug + Eq + Hash + Send + Sync + 'static;

    fn turns(&self) -> &Turns<Self::Key>;

    /// The receivers to whom something can be sent now.
    fn due(&self) -> impl Future<Output = Result<Vec<Self::Key>>> + Send;

    /// Takes the lease of a receiver, or keeps it; says whether it did.
    fn lease(&self, key: &Self::Key) -> impl Future<Output = Result<bool>> + Send;

    /// Sends the next.
    fn step(&self, key: &Self::Key) -> impl Future<Output = Result<Step>> + Send;

    /// Lets a receiver rest to whom nothing can be sent: what is stored for it is wrong.
    fn rest(&self, key: &Self::Key, why: String) -> impl Future<Output = Result<()>> + Send;

    /// Gives the lease back.
    fn release(&self, key: &Self::Key) -> impl Future<Output = Result<()>> + Send;
}

/// One worker a receiver within this process.
#[derive(Clone, Debug)]
pub struct Turns<K>(Arc<Mutex<HashMap<K, Turn>>>);

/// The place of a receiver's worker.
pub type Turn = Arc<tokio::sync::Mutex<()>>;

impl<K> Default for Turns<K> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K: Clone + Eq + Hash> Turns<K> {
    /// The place at which one worker at a time works for a receiver.
    pub fn of(&self, key: &K) -> Turn {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(key.clone()).or_default())
    }

    /// Forgets a receiver that nobody works for.
    fn forget(&self, key: &K, turn: Turn) {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        drop(turn);
        if turns.get(key).is_some_and(|turn| Arc::strong_count(turn) == 1) {
            turns.remove(key);
        }
    }
}

/// Sets a worker to work for each receiver that something can be sent to now and that has none; waits for none.
///
/// # Errors
/// When the database is away.
pub async fn dispatch<D: Deliverer>(deliverer: &D) -> Result<()> {
    for key in deliverer.due().await? {
        if deliverer.turns().of(&key).try_lock().is_err() {
            continue; // its worker looks for more before it ends
        }
        let deliverer = deliverer.clone();
        tokio::spawn(async move {
            if let Err(error) = serve(&deliverer, &key).await {
                tracing::warn!(%error, "sending was interrupted; it will be tried again");
            }
        });
    }
    Ok(())
}

/// Sends what waits for one receiver until nothing is left or it has to rest; gives how many steps that took.
///
/// # Errors
/// When the database is away.
pub async fn serve<D: Deliverer>(deliverer: &D, key: &D::Key) -> Result<usize> {
    let turn = deliverer.turns().of(key);
    let served = {
        let _held = turn.lock().await;
        work(deliverer, key).await
    };
    deliverer.turns().forget(key, turn);
    served
}

async fn work<D: Deliverer>(deliverer: &D, key: &D::Key) -> Result<usize> {
    let mut done = 0;
    loop {
        if !deliverer.lease(key).await? {
            return Ok(done);
        }
        match deliverer.step(key).await {
            Ok(Step::Done) => done += 1,
            Ok(Step::Idle | Step::Resting) => break,
            // What is wrong with the rows of one receiver keeps no other waiting.
            Err(Error::Internal(why)) => {
                tracing::error!(receiver = ?key, why, "nothing can be sent to a receiver");
                deliverer.rest(key, why).await?;
                break;
            }
            Err(error) => {
                deliverer.release(key).await?;
                return Err(error);
            }
        }
    }
    deliverer.release(key).await?;
    Ok(done)
}
