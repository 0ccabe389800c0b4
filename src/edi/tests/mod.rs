//! Tests of the room as a whole.

mod generate;
mod round_trip;
