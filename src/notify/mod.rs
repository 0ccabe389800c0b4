//! Notifications: events are sent to those who subscribed to them, signed, in order, until they were taken.
//!
//! What is to be sent is lined up from the events of an organization (`line_up`), chosen in order (`choose`), sent and signed (`send`),
//! and what came of it decides when it goes on (`health`). The engine underneath, leases and turns, is [`crate::delivery`]; who may be
//! reached is [`crate::net`]'s to say. Knows no table beyond rows, and of items only their published events.

mod callback_host;
mod choose;
mod deliveries;
mod filter;
mod health;
mod keys;
mod line_up;
mod manage;
mod notifier;
mod owner;
mod receiver;
mod replay;
mod sample;
mod send;
mod shipment;
mod view;
mod work;

pub use callback_host::CallbackHosts;
pub use deliveries::DeliveryFilter;
pub use notifier::Notifier;
pub use owner::SubscriptionId;
