//! From what people call goods to the HS codes that they are declared with.
//!
//! The lists of words ([`words`]) are made into one run of bytes when the program is built; [`hs`] reads
//! them where they lie, so nothing is worked out at start and only what is asked for takes memory. A crate of its own
//! because the build and the program both need it. Knows no declarations, rules or organizations.

mod building;
pub mod certainty;
mod flat;
pub mod hs;
pub mod index;
mod materials;
mod similar;
pub mod text;
pub mod tongue;
pub mod trade;
pub mod words;

/// Words of a description that are looked at; the rest is not.
pub const MOST_WORDS: usize = 24;
