//! Our own surface under `/v1`: resources, verbs and problem details.
//!
//! `resources` has a row for each; a call becomes an `Ask`, its answer a `Reply`. `registry` has what is described in the
//! document of the CDS surface as well.

pub(super) mod ask;
mod authorization;
mod declarations;
mod dialogue;
mod documents;
mod events;
mod history;
mod ingestions;
mod item_filter;
mod items;
mod lights;
pub(super) mod limits;
mod merge;
mod offers;
mod reference;
pub(super) mod registry;
mod reply;
pub(super) mod resources;
mod senders;
pub(super) mod shapes;
mod subscriptions;
pub(super) mod xml;
