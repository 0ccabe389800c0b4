//! Published events: what happened to items, for those who have to know at once.
//!
//! They are derived from the histories, not written beside them (`deriving`): a store pays nothing for them, none is lost between
//! commit and event, and they can be derived anew. What is about no item (a subscription, a secret) is noted as it happens. Read as a feed by cursor or under a reader's name (`feed`).

mod deriving;
mod feed;
mod long_poll;
mod view;

pub use feed::{EventPage, EventQuery, StoredEvents, check_types, is_wanted, may_hear, parts_of, streams};
pub(super) use long_poll::LongPolls;
