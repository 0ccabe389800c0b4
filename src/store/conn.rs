//! One connection type for both engines.

/// A connection to either engine; the URL's scheme decides which.
#[derive(diesel::MultiConnection)]
pub enum AnyConn {
    Postgres(diesel::PgConnection),
    Sqlite(diesel::SqliteConnection),
}
