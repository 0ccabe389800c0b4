//! Marks on item ids. Knows who set them on what; which of them count for an item is decided elsewhere.

use diesel::prelude::*;

use super::conn::on_engine;
use super::schema::mark;
use super::types::At;
use super::{Fault, Tx};

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
    /// 2 cleared, 4 blocked, 5 warning.
    pub operation: i32,
    pub remarks: Option<String>,
    /// The mark ends by itself.
    pub until: Option<At>,
    /// When the item meant was posted, as far as the author said.
    pub posted_at: Option<At>,
    pub set_at: At,
    pub user_cd: Option<String>,
    pub office_cd: Option<String>,
}

impl Tx<'_> {
    /// The marks of some authors on some item ids, cleared ones included: one statement, which stays prepared for the
    /// one id that a post, or the customs of one post, asks about.
    pub fn marks(&mut self, authors: &[&str], item_ids: &[&str]) -> Done<Vec<MarkRow>> {
        Ok(match (authors, item_ids) {
            ([], _) | (_, []) => Vec::new(),
            ([one] | [one, _], [id]) => {
                let other = authors.last().unwrap_or(one);
                let by_them = mark::author_org.eq(*one).or(mark::author_org.eq(*other));
                on_engine!(self.conn, |conn| mark::table.filter(by_them.and(mark::item_id.eq(*id))).load(conn))?
            }
            _ => {
                let theirs = mark::author_org.eq_any(authors).and(mark::item_id.eq_any(item_ids));
                on_engine!(self.conn, |conn| mark::table.filter(theirs).load(conn))?
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
