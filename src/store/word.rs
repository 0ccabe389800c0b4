//! The words that items are searched by, and how far the changes of each post were looked at for them.

use std::collections::HashMap;

use diesel::dsl::{exists, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::engine::conn::on_engine;
use super::insert::{insert_all, inserted_rows};
use super::schema::{change_counter, declaration, item_word, mail_object, user_account, word_follow};
use super::text::StoredText;
use super::types::Id;
use super::{Fault, Tx};

type Done<T = ()> = Result<T, Fault>;

/// A word of an item.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = item_word)]
pub struct WordRow {
    pub post_org: String,
    pub word: String,
    pub object_pid: Id,
    /// Of a declaration that customs does not see yet.
    pub hidden: bool,
}

inserted_rows!(WordRow => item_word);

/// What an item is searched by.
#[derive(Clone, Debug)]
pub struct Searched {
    pub pid: Id,
    pub item_id: String,
    pub local_ids: [Option<String>; 2],
    /// What its declarer calls it.
    pub external_reference: Option<String>,
    /// Text of the declaration, where there is one, and whether customs sees it.
    pub declaration: Option<(StoredText, bool)>,
}

/// A stretch of the changes of a post.
#[derive(Clone, Debug)]
pub struct SearchedPage {
    pub items: Vec<Searched>,
    /// Changes after this number were looked at.
    pub after: i64,
    /// And up to this one.
    pub reached: i64,
}

impl Tx<'_> {
    /// Whether words are kept of items: where there are people who sign in.
    pub fn keeps_words(&mut self) -> Done<bool> {
        // From the first one on, along the index of people.
        let people =
            user_account::table.filter(user_account::org.gt("")).filter(sql::<Bool>("user_account.roles <> ''"));
        Ok(diesel::select(exists(people)).get_result(self.conn)?)
    }

    /// The posts with changes that were not looked at for words.
    pub fn posts_without_words(&mut self, posts: &[String]) -> Done<Vec<String>> {
        if !self.keeps_words()? {
            return Ok(Vec::new());
        }
        let of_posts = word_follow::table.filter(word_follow::post_org.eq_any(posts.to_vec()));
        let reached: Vec<(String, i64)> =
            of_posts.select((word_follow::post_org, word_follow::change_no)).load(self.conn)?;
        let reached: HashMap<String, i64> = reached.into_iter().collect();
        let last: Vec<(String, i64)> = change_counter::table
            .filter(change_counter::post_org.eq_any(posts.to_vec()))
            .select((change_counter::post_org, change_counter::last_no))
            .load(self.conn)?;
        let is_behind = |(post, last): &(String, i64)| reached.get(post).copied().unwrap_or(0) < *last;
        Ok(last.into_iter().filter(is_behind).map(|(post, _)| post).collect())
    }

    /// The next changed items of a post, at most `limit`.
    pub fn searched_items(&mut self, post: &str, limit: usize) -> Done<SearchedPage> {
        let after = word_follow::table.find(post).select(word_follow::change_no).first(self.conn).optional()?;
        let after: i64 = after.unwrap_or(0);
        // The counter first: what it covers is there to be read.
        let last = self.last_change_no(post)?;
        let changes = self.changes_between(post, after, last, limit)?;
        let reached = if changes.len() < limit { last } else { changes.last().map_or(last, |(number, _)| *number) };
        let pids: Vec<Id> = changes.into_iter().map(|(_, pid)| pid).collect();
        Ok(SearchedPage { items: self.searched(post, &pids)?, after, reached })
    }

    fn searched(&mut self, post: &str, pids: &[Id]) -> Done<Vec<Searched>> {
        if pids.is_empty() {
            return Ok(Vec::new());
        }
        let declarations: Vec<(Id, Option<StoredText>, bool)> = declaration::table
            .filter(declaration::post_org.eq(post).and(declaration::object_pid.eq_any(pids.to_vec())))
            .select((declaration::object_pid, declaration::body, declaration::seen))
            .load(self.conn)?;
        let declared = declarations.into_iter().filter_map(|(pid, body, seen)| Some((pid, (body?, seen))));
        let mut declarations: HashMap<Id, (StoredText, bool)> = declared.collect();
        let references = self.references(post, pids)?.into_iter();
        let mut references: HashMap<Id, String> =
            references.filter_map(|(pid, reference)| Some((pid, reference.external?))).collect();
        let objects: Vec<(Id, String, Option<String>, Option<String>)> = mail_object::table
            .filter(mail_object::post_org.eq(post).and(mail_object::pid.eq_any(pids.to_vec())))
            .select((mail_object::pid, mail_object::item_id, mail_object::local_id, mail_object::local_id2))
            .load(self.conn)?;
        let searched = objects.into_iter().map(|(pid, item_id, local_id, local_id2)| Searched {
            pid,
            item_id,
            local_ids: [local_id, local_id2],
            external_reference: references.remove(&pid),
            declaration: declarations.remove(&pid),
        });
        Ok(searched.collect())
    }

    /// Puts words in the place of those that some items had. Nothing where another server was faster: `false`.
    pub fn put_words(&mut self, post: &str, page: &SearchedPage, words: &[WordRow]) -> Done<bool> {
        let row = (word_follow::post_org.eq(post), word_follow::change_no.eq(0));
        let put = diesel::insert_into(word_follow::table).values(row).on_conflict_do_nothing();
        on_engine!(self.conn, |conn| put.execute(conn))?;
        let at = word_follow::table.find(post).filter(word_follow::change_no.eq(page.after));
        if diesel::update(at).set(word_follow::change_no.eq(page.reached)).execute(self.conn)? == 0 {
            return Ok(false);
        }
        let pids: Vec<Id> = page.items.iter().map(|item| item.pid).collect();
        let old = item_word::table.filter(item_word::post_org.eq(post).and(item_word::object_pid.eq_any(pids)));
        diesel::delete(old).execute(self.conn)?;
        insert_all(self.conn, words)?;
        Ok(true)
    }
}
