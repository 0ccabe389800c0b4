//! Statements that every write on SQLite runs, kept prepared: parsing them takes longer than running them, and the query
//! builder keeps neither updates nor plain SQL.

use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Text};
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

/// Takes so many change numbers of a post; gives the last of them. A post without any begins with those of all.
pub(in crate::store) struct TakeNumbers<'p> {
    pub post: &'p str,
    pub count: i64,
}

impl QueryId for TakeNumbers<'_> {
    type QueryId = TakeNumbers<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Sqlite> for TakeNumbers<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("INSERT INTO change_counter (post_org, last_no) SELECT ");
        out.push_bind_param::<Text, _>(self.post)?;
        out.push_sql(", last_no + ");
        out.push_bind_param::<BigInt, _>(&self.count)?;
        out.push_sql(" FROM change_counter WHERE post_org = '' ON CONFLICT (post_org) DO UPDATE SET last_no = change_counter.last_no + ");
        out.push_bind_param::<BigInt, _>(&self.count)?;
        out.push_sql(" RETURNING last_no");
        Ok(())
    }
}

impl Query for TakeNumbers<'_> {
    type SqlType = BigInt;
}

impl RunQueryDsl<SqliteConnection> for TakeNumbers<'_> {}
