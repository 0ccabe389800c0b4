//! Starts the real server on a free port with a database of its own, and speaks to it like a client.

pub mod data;
pub mod postgres;
pub mod server;

pub use server::{Answer, Engine, Server};

/// Runs a test body once on each engine: `fn name(server: Server) { … }`. Where PostgreSQL is absent the test says so,
/// and fails when `CI` is set.
#[macro_export]
macro_rules! on_both_engines {
    ($($(#[$meta:meta])* fn $name:ident($server:ident) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            fn body($server: &$crate::harness::Server) $body

            $(#[$meta])*
            #[test]
            fn sqlite() {
                body(&$crate::harness::Server::start($crate::harness::Engine::Sqlite));
            }

            $(#[$meta])*
            #[test]
            fn postgres() {
                if $crate::harness::postgres::is_there() {
                    body(&$crate::harness::Server::start($crate::harness::Engine::Postgres));
                }
            }
        }
    )*};
}
