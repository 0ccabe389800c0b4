//! The only room that knows Diesel: two engines behind one interface.
//!
//! `store.read(|tx| …).await` and `store.write(|tx| …).await`; inside, a [`Tx`] offers what the families of tables
//! can do. Takes and gives contracts and plain rows. Knows no HTTP and no rule of the domain beyond identity,
//! versions and chains.

pub mod account;
pub mod anonymous;
pub mod attention;
pub mod columns;
pub mod courier;
pub mod delivery;
mod engine;
pub mod event;
pub mod feed;
pub mod handed;
pub mod inbox;
pub mod incident;
pub mod ingestion;
mod insert;
pub mod item;
pub mod item_status;
mod lease;
pub mod light;
pub mod load;
pub mod mark;
pub mod oauth;
pub mod outbox;
pub mod partner;
pub mod record_history;
mod record_verify;
pub mod reference;
pub mod referred;
pub mod requests;
mod schema;
pub mod seal;
pub mod sender;
pub mod settings;
pub mod subscription;
pub mod template;
pub mod text;
pub mod trade;
pub mod types;
mod unpack;
pub mod verify;
pub mod who;
pub mod word;

pub use engine::{Database, Fault, FileLock, GroupRules, Migrations, Store, StoreOptions, Tx, Waits, WriteJob, advice};
