//! The item as one unit: found, chosen, seen, changed, judged and saved, partners notified of it.
//!
//! A use case loads a `unit_of_work`, changes items in memory, and has them saved by `save`: what follows from what
//! was said is brought up to date (`judging`), partners are notified (`messages`), all in the transaction of the change. Knows
//! what an item is and who may see it (`visible`); not what the use cases do with it.

pub(super) mod handed;
pub(super) mod identity;
pub(super) mod judging;
pub(super) mod light;
pub mod messages;
pub(super) mod save;
pub(super) mod state;
pub(super) mod stored_light;
pub(super) mod unit_of_work;
pub(super) mod version;
pub(super) mod visible;
pub(super) mod which;
