//! Marks on item ids. Knows who set them on what; which of them count for an item is decided elsewhere.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;
use serde_json::{Map, Value, json};

use super::columns::{Columns, text_digest};
use super::engine::conn::AnyConn;
use super::schema::mark;
use super::types::At;
use super::{Fault, Tx};
use crate::contract::WcfDate;
use crate::contract::canonical::hex;
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
    /// SHA-256 of the remarks, kept when they are erased; none where there never were any, and for marks of before.
    pub remarks_digest: Option<Vec<u8>>,
}

impl MarkRow {
    /// Under what id its history is kept.
    pub fn record_id(&self) -> String {
        format!("{}/{}", self.item_id, self.orig_post)
    }

    /// What it says, as its history keeps what stood before; of erased remarks the digest.
    pub fn content(&self) -> String {
        let date = |at: Option<At>| at.map(|at| WcfDate::new(at.0));
        json!({
            "ExpiryDt": date(self.until),
            "Operation": self.operation.to_string(),
            "PostingDt": date(self.posted_at),
            "Remarks": self.remarks,
            "RemarksDigest": self.remarks_digest.as_deref().filter(|_| self.remarks.is_none()).map(hex),
        })
        .to_string()
    }

    /// Digest of what it says, its remarks by their digest.
    pub fn digest(&self) -> Vec<u8> {
        content_digest(&self.content()).unwrap_or_default()
    }

    /// What [`MarkRow::remarks_digest`] is for these remarks.
    pub fn digest_of_remarks(remarks: Option<&str>) -> Option<Vec<u8>> {
        remarks.map(text_digest)
    }
}

/// Digest of the content of a mark, its remarks by their digest. None when it is no such content.
pub(super) fn content_digest(content: &str) -> Option<Vec<u8>> {
    let content: Map<String, Value> = serde_json::from_str(content).ok()?;
    let text = |name: &str| content.get(name).and_then(Value::as_str);
    let remarks = text("Remarks").map(|remarks| hex(&text_digest(remarks)));
    let remarks = remarks.as_deref().or(text("RemarksDigest")).unwrap_or_default();
    let mut columns = Columns::default();
    for name in ["ExpiryDt", "Operation", "PostingDt"] {
        columns.text(&content.get(name)?.to_string());
    }
    columns.text(remarks);
    Some(columns.hash())
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
            "SELECT author_org, item_id, orig_post, operation, remarks, until, posted_at, set_at, user_cd, office_cd, \
             remarks_digest FROM mark WHERE author_org IN (SELECT value FROM json_each(",
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

    /// The mark that a history of this author and id is about.
    pub(super) fn recorded_mark(&mut self, author: &str, id: &str) -> Done<Option<MarkRow>> {
        let Some((item_id, orig_post)) = id.split_once('/') else { return Ok(None) };
        Ok(mark::table.find((author, item_id, orig_post)).first(self.conn).optional()?)
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
