//! Two engines behind one interface: connections, transactions, the write path, the schema's versions.
//!
//! Knows no table but those of its own upkeep.

mod backup;
pub(super) mod conn;
mod fault;
pub(super) mod kept;
mod migrate;
mod options;
mod planner;
mod pool;
mod store;
mod tx;
mod writer;

pub use fault::Fault;
pub(super) use fault::in_full;
pub use migrate::Migrations;
pub use options::{Database, GroupRules, StoreOptions};
pub use store::Store;
pub use tx::{Tx, WriteJob};
