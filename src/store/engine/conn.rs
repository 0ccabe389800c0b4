//! One connection type for both engines.

/// A connection to either engine; the URL's scheme decides which.
#[derive(diesel::MultiConnection)]
pub enum AnyConn {
    Postgres(diesel::PgConnection),
    Sqlite(diesel::SqliteConnection),
}

/// Runs a query on the connection of the engine in use, for queries that every call makes: there the text of the query is
/// known by its type, while [`AnyConn`] writes it out each time it runs.
macro_rules! on_engine {
    ($any:expr, |$conn:ident| $run:expr) => {
        match $any {
            $crate::store::engine::conn::AnyConn::Sqlite($conn) => $run,
            $crate::store::engine::conn::AnyConn::Postgres($conn) => $run,
        }
    };
}
pub(in crate::store) use on_engine;
