//! Starts the real server on a free port with a database of its own, and speaks to it like a client.

pub mod browser;
pub mod data;
pub mod outside;
pub mod postgres;
pub mod process;
pub mod proxy;
pub mod raw;
pub mod receiver;
pub mod server;
pub mod tls;
pub mod visitor;

pub use server::{Answer, Engine, Server};

/// Runs a test body once on each engine: `fn name(server) { … }`. Where PostgreSQL is absent the test says so, and fails when
/// `CI` is set.
#[macro_export]
macro_rules! on_both_engines {
    ($($body:tt)*) => { $crate::on_both_engines_with! { []; $($body)* } };
}

/// The same with settings of its own: `[("name", "value")]; fn name(server) { … }`.
#[macro_export]
macro_rules! on_both_engines_with {
    ($settings:expr; $($body:tt)*) => {
        $crate::on_servers! { |engine| $crate::harness::Server::start_with(engine, &$settings); $($body)* }
    };
}

/// The same on servers whose quality rules are as strict as they are by default.
#[macro_export]
macro_rules! on_strict_servers {
    ($($body:tt)*) => { $crate::on_servers! { $crate::harness::Server::start_strict; $($body)* } };
}

/// The same on servers that are started by a function of the engine.
#[macro_export]
macro_rules! on_servers {
    ($start:expr; $($(#[$meta:meta])* fn $name:ident($server:ident) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            fn test_body($server: &$crate::harness::Server) $body

            fn test_on(engine: $crate::harness::Engine) {
                let start: fn($crate::harness::Engine) -> $crate::harness::Server = $start;
                test_body(&start(engine));
            }

            $crate::tests_of_engines! { $(#[$meta])* test_on }
        }
    )*};
}

/// Makes two tests of a function of the engine, `name::sqlite` and `name::postgres`: `on_engines! { name => function }`.
#[macro_export]
macro_rules! on_engines {
    ($name:ident => $test:ident) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            $crate::tests_of_engines! { $test }
        }
    };
}

/// The tests `sqlite` and `postgres` of a function of the engine.
#[macro_export]
macro_rules! tests_of_engines {
    ($(#[$meta:meta])* $test:path) => {
        $(#[$meta])*
        #[test]
        fn sqlite() {
            $test($crate::harness::Engine::Sqlite);
        }

        $(#[$meta])*
        #[test]
        fn postgres() {
            if $crate::harness::postgres::is_there() {
                $test($crate::harness::Engine::Postgres);
            }
        }
    };
}
