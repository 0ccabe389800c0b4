//! Tests of the room as a whole.

mod batches;
mod broken;
mod documents;
mod generate;
mod peers;
mod round_trip;
mod samples;
