//! The delivery engine: whoever has something to be sent elsewhere has it sent here, receiver by receiver.
//!
//! One worker a receiver within a process, one process a receiver by lease; a receiver in trouble rests and keeps no other waiting.
//! Knows nothing of what is sent, how, or what is stored of it: the exchange sends interchanges to partners, `notify` events to
//! subscribers.

pub mod pause;
mod work;

pub use work::{Deliverer, Step, Turns, dispatch, serve};
