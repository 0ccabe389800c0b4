//! Whether the service can work now and how busy it is, for operators.

use super::Services;

/// What the readiness of a server depends on.
#[derive(Clone, Copy, Debug)]
pub struct Health {
    /// The database answers.
    pub database: bool,
    /// One more write would be taken.
    pub write_queue: bool,
    pub writes_waiting: usize,
}

impl Services {
    /// Asks the database and looks at the write queue.
    pub async fn health(&self) -> Health {
        let database = self.store.ping().await.is_ok();
        let writer = self.store.writer_state();
        Health { database, write_queue: writer.alive && writer.has_room, writes_waiting: writer.waiting }
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
