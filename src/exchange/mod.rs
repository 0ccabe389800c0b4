//! The exchange: what waits in the outbox goes to its partners, what partners send is taken in.
//!
//! `courier` takes waiting messages, makes interchanges of them and sends them over a [`transport`]; `inbox` reads
//! what arrives and has the services apply it. An organization that lives on this server gets the same bytes through
//! the same inbox. `examine` asks what an inbox asks of a file. Knows message types and links; what a message means for an item is the services' business.

mod compose;
mod courier;
pub mod examine;
mod folders;
mod handle;
pub mod inbox;
pub mod monitor;
pub mod operate;
pub mod partner;
mod quota;
mod reading;
mod reference;
mod refusal;
mod secrets;
pub mod transport;

pub use handle::Exchange;
pub use inbox::{Receipt, ReceiveOutcome};
