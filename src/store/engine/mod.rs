//! Two engines behind one interface: connections, transactions, the write path, the schema's versions.
//!
//! Knows no table but those of its own upkeep.

mod advice;
mod backup;
mod condition;
pub(super) mod conn;
mod fault;
mod file_lock;
pub(super) mod kept;
mod line;
mod migrate;
mod options;
mod planner;
mod pool;
mod server_url;
mod store;
mod tx;
mod watch;
mod writer;

pub use advice::advice;
pub use fault::Fault;
pub(super) use fault::in_full;
pub use file_lock::FileLock;
pub use migrate::Migrations;
pub use options::{Database, GroupRules, StoreOptions, Waits};
pub use store::Store;
pub use tx::{Tx, WriteJob};
