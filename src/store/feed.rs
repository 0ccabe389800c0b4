//! Change numbers: the order in which committed changes of a post's items became visible.
//!
//! Each post has a counter of its own. `change` holds one row an item, with the number of its last change. SQLite: the one
//! writer takes numbers inside its transaction. PostgreSQL: transactions commit in another order than they began, so a
//! sequence or a clock would let a number appear behind a reader. There a change is written without a number, and
//! [`Tx::number_changes`] numbers committed changes of one post in short transactions that exclude each other through
//! the counter's row: every number at or below the counter is visible together with it.
//!
//! Numbers belong to an epoch. A new one begins when numbers that readers have seen may have been lost: when a standby was
//! promoted, or when an administrator says so after a database was restored.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::engine::conn::{AnyConn, on_engine};
use super::engine::kept::TakeNumbers;
use super::insert::{insert_all, inserted_rows};
use super::item::Item;
use super::schema::{change, change_counter, feed_epoch};
use super::types::Id;
use super::{Fault, Tx};
use crate::limits;

type Done<T = ()> = Result<T, Fault>;

/// Place of an item in its post's feed.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable)]
#[diesel(table_name = change, treat_none_as_default_value = false)]
pub(super) struct ChangeRow {
    post_org: String,
    pid: Id,
    /// Absent while a change waits for its number (PostgreSQL).
    number: Option<i64>,
}

inserted_rows!(ChangeRow => change);

/// The base that counters of posts without numbers begin with.
const BASE: &str = "";

impl Tx<'_> {
    /// Gives changed items their new places in the feeds of their posts, or notes that they wait for one.
    pub(super) fn place_changes(&mut self, items: &[&mut Item]) -> Done {
        let mut next = self.take_numbers(items)?;
        let mut new: Vec<ChangeRow> = Vec::new();
        let mut moved: Vec<ChangeRow> = Vec::new();
        for item in items {
            let (post_org, pid) = (item.object.post_org.clone(), item.object.pid);
            let number = next.get_mut(&post_org).map(|next| std::mem::replace(next, *next + 1));
            if item.is_new() { &mut new } else { &mut moved }.push(ChangeRow { post_org, pid, number });
        }
        insert_all(self.conn, &new)?;
        for row in moved {
            let place = change::table.find((&row.post_org, row.pid));
            on_engine!(self.conn, |conn| diesel::update(place).set(change::number.eq(row.number)).execute(conn))?;
        }
        Ok(())
    }

    /// Takes a number for each item on SQLite; gives the first of each post.
    fn take_numbers(&mut self, items: &[&mut Item]) -> Done<BTreeMap<String, i64>> {
        let AnyConn::Sqlite(conn) = self.conn else { return Ok(BTreeMap::new()) };
        let mut numbers: BTreeMap<String, i64> = BTreeMap::new();
        for item in items {
            match numbers.get_mut(&item.object.post_org) {
                Some(count) => *count += 1,
                None => drop(numbers.insert(item.object.post_org.clone(), 1)),
            }
        }
        for (post, number) in &mut numbers {
            let count = *number;
            let last: i64 = TakeNumbers { post, count }.get_result(conn)?;
            *number = last - count + 1;
        }
        Ok(numbers)
    }

    /// The last number given out to changes of a post: a reader has everything up to it.
    pub fn last_change_no(&mut self, post: &str) -> Done<i64> {
        let counter = |post: &str| change_counter::table.find(post.to_owned()).select(change_counter::last_no);
        let last: Option<i64> = counter(post).first(self.conn).optional()?;
        match last {
            Some(last) => Ok(last),
            None => Ok(counter(BASE).first(self.conn)?),
        }
    }

    /// Which of these posts have changes that wait for their numbers (none on SQLite).
    pub fn unnumbered_posts(&mut self, posts: &[String]) -> Done<Vec<String>> {
        let AnyConn::Postgres(conn) = self.conn else { return Ok(Vec::new()) };
        let waiting = change::table.filter(change::post_org.eq_any(posts)).filter(change::number.is_null());
        Ok(waiting.select(change::post_org).distinct().load(conn)?)
    }

    /// Numbers committed changes of a post that have none; gives how many (0 on SQLite). Call it in a transaction
    /// of its own, again while it gives [`limits::NUMBERING_ROWS`]. An item that is being changed again is left out: it
    /// gets its number after that, and nobody waits for it.
    pub fn number_changes(&mut self, post: &str) -> Done<usize> {
        self.begin_epoch_of_timeline()?;
        let AnyConn::Postgres(conn) = self.conn else { return Ok(0) };
        // The lock on the counter's row makes numbering jobs of several servers take turns until commit.
        diesel::sql_query(
            "INSERT INTO change_counter (post_org, last_no) SELECT $1, last_no FROM change_counter WHERE post_org = ''
             ON CONFLICT (post_org) DO UPDATE SET last_no = change_counter.last_no",
        )
        .bind::<Text, _>(post)
        .execute(conn)?;
        let numbered = diesel::sql_query(
            "WITH unnumbered AS (
                 SELECT pid FROM change WHERE post_org = $1 AND number IS NULL LIMIT $2 FOR UPDATE SKIP LOCKED
             ), placed AS (
                 SELECT pid, row_number() OVER (ORDER BY pid) AS place FROM unnumbered
             ), counter AS (SELECT last_no FROM change_counter WHERE post_org = $1)
             UPDATE change SET number = counter.last_no + placed.place FROM placed, counter
             WHERE change.post_org = $1 AND change.pid = placed.pid",
        )
        .bind::<Text, _>(post)
        .bind::<BigInt, _>(limits::NUMBERING_ROWS)
        .execute(conn)?;
        if numbered > 0 {
            diesel::update(change_counter::table.find(post))
                .set(change_counter::last_no.eq(change_counter::last_no + numbered as i64))
                .execute(conn)?;
        }
        Ok(numbered)
    }

    /// Begins a new epoch where the database goes on in another timeline than numbers were given in before.
    fn begin_epoch_of_timeline(&mut self) -> Done {
        let AnyConn::Postgres(conn) = self.conn else { return Ok(()) };
        let asked = "SELECT (SELECT timeline FROM feed_timeline WHERE id = 1) AS known,
             substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) AS present";
        let Timelines { known, present } = diesel::sql_query(asked).get_result(conn)?;
        if known.as_ref() == Some(&present) {
            return Ok(());
        }
        diesel::sql_query(
            "INSERT INTO feed_timeline (id, timeline) VALUES (1, $1)
             ON CONFLICT (id) DO UPDATE SET timeline = excluded.timeline",
        )
        .bind::<Text, _>(present)
        .execute(conn)?;
        if known.is_some() {
            self.begin_epoch()?;
        }
        Ok(())
    }

    /// Begins a new epoch of every post's numbers: cursors made before go on before the first number of it at the latest.
    /// Gives its number.
    pub fn begin_epoch(&mut self) -> Done<i32> {
        let epoch = self.last_epoch()? + 1;
        let counters: Vec<(String, i64)> =
            change_counter::table.select((change_counter::post_org, change_counter::last_no)).load(self.conn)?;
        for (post, last_no) in counters {
            let row =
                (feed_epoch::post_org.eq(post), feed_epoch::epoch.eq(epoch), feed_epoch::first_no.eq(last_no + 1));
            diesel::insert_into(feed_epoch::table).values(row).execute(self.conn)?;
        }
        Ok(epoch)
    }

    /// The present epoch; 0 before any began.
    pub fn last_epoch(&mut self) -> Done<i32> {
        let last = feed_epoch::table.filter(feed_epoch::post_org.eq(BASE)).select(diesel::dsl::max(feed_epoch::epoch));
        Ok(last.first::<Option<i32>>(self.conn)?.unwrap_or(0))
    }

    /// Epochs of a post's numbers with the first number of each, oldest first. Those of a post that had no numbers yet are
    /// the epochs of all.
    pub fn epochs(&mut self, post: &str) -> Done<Vec<(i32, i64)>> {
        let of =
            |post: &str| feed_epoch::table.filter(feed_epoch::post_org.eq(post.to_owned())).order(feed_epoch::epoch);
        let columns = (feed_epoch::epoch, feed_epoch::first_no);
        let mut epochs: Vec<(i32, i64)> = of(BASE).select(columns).load(self.conn)?;
        let own: Vec<(i32, i64)> = of(post).select(columns).load(self.conn)?;
        epochs.retain(|(epoch, _)| !own.iter().any(|(known, _)| known == epoch));
        epochs.extend(own);
        epochs.sort_unstable();
        Ok(epochs)
    }
}

/// The timeline that numbers were given in, and the one that the database is in.
#[derive(QueryableByName)]
struct Timelines {
    #[diesel(sql_type = Nullable<Text>)]
    known: Option<String>,
    #[diesel(sql_type = Text)]
    present: String,
}
