//! Tests of the room as a whole.

mod bounds;
mod broken;
mod cases;
mod documents;
mod generate;
mod peers;
mod round_trip;
mod samples;
