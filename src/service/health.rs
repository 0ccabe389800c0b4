//! Whether the service can work now and how busy it is, for operators.

use super::Services;
use crate::jobs::JobState;

/// What the readiness of a server depends on.
#[derive(Clone, Debug)]
pub struct Health {
    /// The database answers.
    pub database: bool,
    /// What stands in the way of writing: a full disk, a file that was replaced, a page that cannot be read.
    pub fault: Option<String>,
    /// One more write would be taken.
    pub write_queue: bool,
    pub writes_waiting: usize,
    /// How background work fares; for people, it makes nothing ready or unready.
    pub jobs: Vec<JobState>,
}

impl Health {
    /// Requests can be served.
    pub fn is_ready(&self) -> bool {
        self.database && self.fault.is_none() && self.write_queue
    }
}

impl Services {
    /// Asks the database and looks at the write queue.
    pub async fn health(&self) -> Health {
        let database = self.store.ping().await.is_ok();
        let writer = self.store.writer_state();
        Health {
            database,
            fault: self.store.fault(),
            write_queue: writer.alive && writer.has_room,
            writes_waiting: writer.waiting,
            jobs: self.jobs().states(),
        }
    }

    /// What stands in the way of writing.
    pub fn store_fault(&self) -> Option<String> {
        self.store.fault()
    }

    /// Writes that wait now.
    pub fn writes_waiting(&self) -> usize {
        self.store.writer_state().waiting
    }

    /// (database connections in use, connections allowed).
    pub fn connections(&self) -> (usize, usize) {
        self.store.pool_use()
    }
}
