//! Change numbers: the order in which committed changes became visible.
//!
//! SQLite: the one writer takes numbers inside its transaction. PostgreSQL: transactions commit in another order
//! than they began, so a sequence or a clock would let a number appear behind a reader. There a change is written
//! without a number, and [`Tx::number_changes`] numbers committed changes in short transactions that exclude each
//! other through the counter's row: every number at or below the counter is visible together with it.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::engine::conn::AnyConn;
use super::engine::kept::TakeNumbers;
use super::schema::change_counter;
use super::{Fault, Tx};
use crate::limits;

impl Tx<'_> {
    /// Takes `count` numbers and gives the first, or `None` where numbers are given later.
    pub(super) fn take_change_numbers(&mut self, count: usize) -> Result<Option<i64>, Fault> {
        let AnyConn::Sqlite(conn) = self.conn else { return Ok(None) };
        let count = count as i64;
        let last: i64 = TakeNumbers(count).get_result(conn)?;
        Ok(Some(last - count + 1))
    }

    /// The last number given out: a reader has everything up to it.
    pub fn last_change_no(&mut self) -> Result<i64, Fault> {
        Ok(change_counter::table.find(1).select(change_counter::last_no).get_result(self.conn)?)
    }

    /// Numbers committed changes that have none, oldest first; gives how many (0 on SQLite). Call it in a transaction
    /// of its own, again while it gives [`limits::NUMBERING_ROWS`]. An item that is being changed again is left out: it
    /// gets its number after that, and nobody waits for it.
    pub fn number_changes(&mut self) -> Result<usize, Fault> {
        let AnyConn::Postgres(conn) = self.conn else { return Ok(0) };
        // The lock on the counter's row makes numbering jobs of several servers take turns until commit.
        diesel::update(change_counter::table.find(1))
            .set(change_counter::last_no.eq(change_counter::last_no))
            .execute(conn)?;
        let numbered = diesel::sql_query(
            "WITH unnumbered AS (
                 SELECT post_org, pid, changed_at FROM mail_object WHERE change_no IS NULL
                 ORDER BY changed_at LIMIT $1 FOR UPDATE SKIP LOCKED
             ), placed AS (
                 SELECT post_org, pid, row_number() OVER (ORDER BY changed_at, pid) AS place FROM unnumbered
             ), counter AS (SELECT last_no FROM change_counter WHERE id = 1)
             UPDATE mail_object SET change_no = counter.last_no + placed.place FROM placed, counter
             WHERE mail_object.post_org = placed.post_org AND mail_object.pid = placed.pid",
        )
        .bind::<BigInt, _>(limits::NUMBERING_ROWS)
        .execute(conn)?;
        if numbered > 0 {
            diesel::update(change_counter::table.find(1))
                .set(change_counter::last_no.eq(change_counter::last_no + numbered as i64))
                .execute(conn)?;
        }
        Ok(numbered)
    }
}
