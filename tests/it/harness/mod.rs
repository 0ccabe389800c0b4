//! Starts the real server on a free port with a database of its own, and speaks to it like a client.

pub mod data;
pub mod outside;
pub mod postgres;
pub mod process;
pub mod raw;
pub mod server;

pub use server::{Answer, Engine, Server};

/// Runs a test body once on each engine: `fn name(server: Server) { … }`. Where PostgreSQL is absent the test says so,
/// and fails when `CI` is set.
#[macro_export]
macro_rules! on_both_engines {
    ($($body:tt)*) => { $crate::on_both_engines_with! { []; $($body)* } };
}

/// The same with settings of its own: `[("name", "value")]; fn name(server) { … }`.
#[macro_export]
macro_rules! on_both_engines_with {
    ($settings:expr; $($(#[$meta:meta])* fn $name:ident($server:ident) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            const SETTINGS: &[(&str, &str)] = &$settings;

            fn test_body($server: &$crate::harness::Server) $body

            fn test_on(engine: $crate::harness::Engine) {
                test_body(&$crate::harness::Server::start_with(engine, SETTINGS));
            }

            $(#[$meta])*
            #[test]
            fn sqlite() {
                test_on($crate::harness::Engine::Sqlite);
            }

            $(#[$meta])*
            #[test]
            fn postgres() {
                if $crate::harness::postgres::is_there() {
                    test_on($crate::harness::Engine::Postgres);
                }
            }
        }
    )*};
}
