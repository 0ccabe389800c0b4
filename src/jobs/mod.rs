//! Background work: a table of jobs, each with its schedule, and a board that tells how each of them fares.
//!
//! Knows nothing of what the jobs do. A round that fails or panics is followed by the next one; a round that does not end shows on
//! the board, which is read from other threads.

mod board;
mod run;

pub use board::{Board, JobState};
pub use run::{Job, Running, Schedule, start};
