//! Marks on item ids. Knows who set them on what; which of them count for an item is decided elsewhere.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;

use super::engine::conn::AnyConn;
use super::schema::mark;
use super::types::At;
use super::{Fault, Tx};
use crate::domain::MarkOperation;

type Done<T = ()> = Result<T, Fault>;

/// What an author says of the items with an id that one post, or any, is the origin of.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = mark, primary_key(author_org, item_id, orig_post), treat_none_as_null = true)]
#[diesel(treat_none_as_default_value = false)]
pub struct MarkRow {
    pub author_org: String,
    pub item_id: String,
    /// `ZZZ`: any.
    pub orig_post: String,
    pub operation: MarkOperation,
    pub remarks: Option<String>,
    /// The mark ends by itself.
    pub until: Option<At>,
    /// When the item meant was posted, as far as the author said.
    pub posted_at: Option<At>,
    pub set_at: At,
    pub user_cd: Option<String>,
    pub office_cd: Option<String>,
}

/// Marks by some authors on some item ids, both given as a JSON list: so the text of the statement is one for any number of
/// them, and it stays prepared on SQLite.
#[derive(QueryId)]
struct MarksOn {
    authors: String,
    item_ids: String,
}

impl QueryFragment<Sqlite> for MarksOn {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(
            "SELECT author_org, item_id, orig_post, operation, remarks, until, posted_at, set_at, user_cd, office_cd \
             FROM mark WHERE author_org IN (SELECT value FROM json_each(",
        );
        out.push_bind_param::<Text, _>(&self.authors)?;
        out.push_sql(")) AND item_id IN (SELECT value FROM json_each(");
        out.push_bind_param::<Text, _>(&self.item_ids)?;
        out.push_sql("))");
        Ok(())
    }
}

impl Query for MarksOn {
    type SqlType = mark::SqlType;
}

impl RunQueryDsl<SqliteConnection> for MarksOn {}

impl Tx<'_> {
    /// The marks of some authors on some item ids, cleared ones included: one statement, which stays prepared.
    pub fn marks(&mut self, authors: &[&str], item_ids: &[&str]) -> Done<Vec<MarkRow>> {
        Ok(match (&mut *self.conn, authors, item_ids) {
            (_, [], _) | (_, _, []) => Vec::new(),
            (AnyConn::Sqlite(conn), [one] | [one, _], [id]) => {
                let by_them = mark::author_org.eq(*one).or(mark::author_org.eq(*authors.last().unwrap_or(one)));
                mark::table.filter(by_them.and(mark::item_id.eq(*id))).load(conn)?
            }
            (AnyConn::Sqlite(conn), ..) => {
                let list = |names: &[&str]| serde_json::json!(names).to_string();
                MarksOn { authors: list(authors), item_ids: list(item_ids) }.load(conn)?
            }
            (AnyConn::Postgres(conn), ..) => {
                let theirs = mark::author_org.eq_any(authors).and(mark::item_id.eq_any(item_ids));
                mark::table.filter(theirs).load(conn)?
            }
        })
    }

    /// Stores a mark in place of what its author said of these items before.
    pub fn put_mark(&mut self, row: &MarkRow) -> Done {
        let old = mark::table.find((&row.author_org, &row.item_id, &row.orig_post));
        if diesel::update(old).set(row).execute(self.conn)? == 0 {
            diesel::insert_into(mark::table).values(row).execute(self.conn)?;
        }
        Ok(())
    }
}
