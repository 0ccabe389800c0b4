//! Statements that every write on SQLite runs, kept prepared: parsing them takes longer than running them, and the query
//! builder keeps neither updates nor plain SQL.

use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::BigInt;
use diesel::sqlite::Sqlite;
use diesel::{QueryResult, RunQueryDsl, SqliteConnection};

/// One statement without values, known by its text.
pub(in crate::store) struct Kept(pub &'static str);

impl QueryId for Kept {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Sqlite> for Kept {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(self.0);
        Ok(())
    }
}

impl RunQueryDsl<SqliteConnection> for Kept {}

/// Takes so many change numbers; gives the last of them.
#[derive(QueryId)]
pub(in crate::store) struct TakeNumbers(pub i64);

impl QueryFragment<Sqlite> for TakeNumbers {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("UPDATE change_counter SET last_no = last_no + ");
        out.push_bind_param::<BigInt, _>(&self.0)?;
        out.push_sql(" WHERE id = 1 RETURNING last_no");
        Ok(())
    }
}

impl Query for TakeNumbers {
    type SqlType = BigInt;
}

impl RunQueryDsl<SqliteConnection> for TakeNumbers {}
