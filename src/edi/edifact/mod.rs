//! EDIFACT: ISO 9735 syntax 3 and 4, one interchange at a time, no functional groups.
//!
//! `layout` takes off what transport added, `lexer` cuts bytes into segments, `segment_writer` puts segments into
//! bytes; `reader`, `writer` and `values` are what `read*` and `write*`, which know the messages, have in common.

pub mod charset;
mod contrl;
pub mod layout;
pub mod lexer;
mod lists;
mod name_value;
mod once;
pub mod pointer;
mod read;
mod read_group;
mod read_head;
mod read_item;
mod read_name_value;
mod reader;
mod segment_writer;
mod values;
mod write;
mod write_cusrsp;
mod write_item;
mod write_referral;
mod writer;

pub use read::{read, read_with_places};
pub use reader::Places;
pub use write::write;
