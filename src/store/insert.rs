//! Rows put into tables, many at once: one statement a row on SQLite, where prepared statements beat long ones and cost no
//! round trip; many rows a statement on PostgreSQL.

use diesel::prelude::*;

use super::engine::conn::AnyConn;

/// Most rows or ids in one statement; PostgreSQL takes 65,535 values.
pub(super) const ROWS_PER_STATEMENT: usize = 1_000;

/// A row that comes in numbers.
pub(super) trait Row: Sized {
    /// Puts `rows` into their table.
    fn insert(conn: &mut AnyConn, rows: &[&Self]) -> QueryResult<()>;
}

/// Puts `rows` into their table.
pub(super) fn insert_all<'r, T: Row + 'r>(
    conn: &mut AnyConn,
    rows: impl IntoIterator<Item = &'r T>,
) -> QueryResult<()> {
    T::insert(conn, &rows.into_iter().collect::<Vec<_>>())
}

/// Makes rows come in numbers: `Row type => table`.
macro_rules! inserted_rows {
    ($($row:ty => $table:ident),* $(,)?) => {$(
        impl $crate::store::insert::Row for $row {
            fn insert(conn: &mut $crate::store::engine::conn::AnyConn, rows: &[&Self]) -> diesel::QueryResult<()> {
                use $crate::store::engine::conn::AnyConn;
                match conn {
                    AnyConn::Sqlite(conn) => {
                        for row in rows {
                            diesel::insert_into($table::table).values(*row).execute(conn)?;
                        }
                    }
                    AnyConn::Postgres(conn) => match rows {
                        // The text of one row is known by its type, so that its statement stays prepared.
                        [one] => {
                            diesel::insert_into($table::table).values(*one).execute(conn)?;
                        }
                        many => {
                            for some in many.chunks($crate::store::insert::ROWS_PER_STATEMENT) {
                                diesel::insert_into($table::table).values(some.to_vec()).execute(conn)?;
                            }
                        }
                    },
                }
                Ok(())
            }
        }
    )*};
}
pub(super) use inserted_rows;
