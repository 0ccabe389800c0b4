//! Tests that talk to the running server over HTTP, on SQLite and on PostgreSQL.

// Helpers of tests may do what tests may; clippy knows only functions marked as tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod harness;

mod admin;
mod crash;
mod fuzz;
mod history;
mod journey;
mod plans;
mod rooms;
mod two_servers;
mod unavailable;
