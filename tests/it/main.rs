//! Tests that talk to the running server over HTTP, on SQLite and on PostgreSQL.

mod harness;

mod access;
mod batch;
mod journey;
mod life_cycle;
mod load;
mod openapi;
mod responses;
mod samples;
mod wire;
