//! Tests that talk to the running server over HTTP, on SQLite and on PostgreSQL.

mod harness;

mod journey;
