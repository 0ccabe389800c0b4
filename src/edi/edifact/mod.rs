//! EDIFACT: ISO 9735 syntax 3 and 4, one interchange at a time, no functional groups.
//!
//! `layout` takes off what transport added, `tape` cuts bytes into segments, `emit` puts segments into bytes; `read*` and `write*` know the messages.

pub mod charset;
mod contrl;
mod emit;
pub mod layout;
mod lists;
mod notes;
mod once;
pub mod pointer;
mod read;
mod read_group;
mod read_head;
mod read_item;
mod read_note;
mod reader;
pub mod tape;
mod values;
mod write;
mod write_cusrsp;
mod write_item;
mod write_referral;
mod writer;

pub use read::{read, read_with_places};
pub use reader::Places;
pub use write::write;
