//! Whose word counts, which item an id means, what a decision judged: the test vectors and the attempts that must fail.
//!
//! Each is a course in the notation of [`notation`], played on servers of its own: all on one server, on either engine,
//! and on two servers that exchange messages (SQLite; PostgreSQL with `EPTEST_TRUTH_TWO=postgres`). Where a course needs messages that no server of ours would write
//! ([`messages`]), it is played on two only. [`strangers`] plays random courses.

mod attempts;
mod flows;
mod handing;
mod messages;
mod notation;
mod scene;
mod strangers;
mod vectors;

/// Plays courses on one server, on each engine, and on two: `fn name(place) { … }`.
macro_rules! everywhere {
    ($($(#[$meta:meta])* fn $name:ident($place:ident) $body:block)*) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            fn course($place: $crate::truth::scene::Place) $body

            #[test]
            fn one_server_sqlite() {
                course($crate::truth::scene::Place::OneServer($crate::harness::Engine::Sqlite));
            }

            #[test]
            fn one_server_postgres() {
                if $crate::harness::postgres::is_there() {
                    course($crate::truth::scene::Place::OneServer($crate::harness::Engine::Postgres));
                }
            }

            #[test]
            fn two_servers() {
                course($crate::truth::scene::Place::TwoServers);
            }
        }
    )*};
}

/// Plays courses on two servers only: `fn name(place) { … }`.
macro_rules! between_two {
    ($($(#[$meta:meta])* fn $name:ident($place:ident) $body:block)*) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            #[test]
            fn two_servers() {
                let $place = $crate::truth::scene::Place::TwoServers;
                $body
            }
        }
    )*};
}

pub(crate) use {between_two, everywhere};
