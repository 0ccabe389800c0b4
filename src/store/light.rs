//! When items are to be judged anew, and how far the items of a post were judged by the lists and settings of now.

use chrono::TimeDelta;
use diesel::prelude::*;

use super::engine::conn::{AnyConn, on_engine};
use super::schema::{item_history, light_due, light_walk, mail_object};
use super::types::{At, Id};
use super::{Fault, Tx};
use crate::domain::EventKind;
use crate::limits;

type Done<T = ()> = Result<T, Fault>;

/// Items with one id that are judged anew at a time.
#[derive(Clone, Debug, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = light_due, treat_none_as_default_value = false)]
pub struct DueRow {
    pub post_org: String,
    pub item_id: String,
    pub at: At,
}

/// How far the items of a post were judged.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = light_walk, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct WalkRow {
    pub post_org: String,
    /// Digest of the lists and settings that it goes by.
    pub basis: Vec<u8>,
    /// The item judged last; absent when all were.
    pub after_pid: Option<Id>,
}

/// What is shown beside the light of an item.
#[derive(Clone, Debug)]
pub struct LightRow {
    pub post_org: String,
    pub pid: Id,
    pub head_seq: i32,
    /// The office that it was moved at last, where that was asked for.
    pub office: Option<String>,
}

impl Tx<'_> {
    /// What is shown beside the lights of some items; their offices where these are asked for.
    pub fn light_rows(&mut self, items: &[(String, Id)], with_office: bool) -> Done<Vec<LightRow>> {
        let mut posts: Vec<&String> = items.iter().map(|(post, _)| post).collect();
        posts.sort_unstable();
        posts.dedup();
        let mut found = Vec::with_capacity(items.len());
        for post in posts {
            let pids: Vec<Id> = items.iter().filter(|(of, _)| of == post).map(|(_, pid)| *pid).collect();
            let rows: Vec<(Id, i32)> = mail_object::table
                .filter(mail_object::post_org.eq(post).and(mail_object::pid.eq_any(pids)))
                .select((mail_object::pid, mail_object::head_seq))
                .load(self.conn)?;
            for (pid, head_seq) in rows {
                let office = if with_office { self.last_office(post, pid)? } else { None };
                found.push(LightRow { post_org: post.clone(), pid, head_seq, office });
            }
        }
        Ok(found)
    }

    /// The office that an item was moved at last.
    pub fn last_office(&mut self, post: &str, pid: Id) -> Done<Option<String>> {
        let moves = item_history::table
            .filter(item_history::post_org.eq(post).and(item_history::object_pid.eq(pid)))
            .filter(item_history::event.eq(EventKind::ObjectMoved.stored()))
            .filter(item_history::office_cd.is_not_null())
            .order(item_history::seq.desc())
            .select(item_history::office_cd);
        Ok(moves.first::<Option<String>>(self.conn).optional()?.flatten())
    }

    /// Has the items with an id judged anew at this time, unless they are sooner.
    pub fn judge_at(&mut self, post: &str, item_id: &str, at: At) -> Done {
        let row = DueRow { post_org: post.to_owned(), item_id: item_id.to_owned(), at };
        let place = light_due::table.find((post, item_id));
        let known: Option<At> = place.select(light_due::at).first(self.conn).optional()?;
        match known {
            Some(known) if known <= at => {}
            Some(_) => drop(diesel::update(place).set(&row).execute(self.conn)?),
            None => {
                let put = diesel::insert_into(light_due::table).values(&row).on_conflict_do_nothing();
                on_engine!(self.conn, |conn| put.execute(conn))?;
            }
        }
        Ok(())
    }

    /// Has the items with an id judged anew soon, where another transaction may be storing one without seeing this one
    /// (PostgreSQL).
    pub fn judge_soon(&mut self, post: &str, item_id: &str) -> Done {
        match self.conn {
            AnyConn::Sqlite(_) => Ok(()),
            AnyConn::Postgres(_) => {
                self.judge_at(post, item_id, At(self.now + TimeDelta::seconds(limits::JUDGED_AGAIN_S)))
            }
        }
    }

    /// The ids of a post that are due, the longest due first.
    pub fn due(&mut self, post: &str, limit: i64) -> Done<Vec<DueRow>> {
        let due = light_due::table.filter(light_due::post_org.eq(post)).filter(light_due::at.le(At(self.now)));
        Ok(due.order(light_due::at).limit(limit).load(self.conn)?)
    }

    /// Takes away what was due, unless it was put off meanwhile.
    pub fn settle_due(&mut self, row: &DueRow) -> Done {
        let place = light_due::table.find((&row.post_org, &row.item_id));
        diesel::delete(place.filter(light_due::at.eq(row.at))).execute(self.conn)?;
        Ok(())
    }

    /// How far the items of a post were judged.
    pub fn walk(&mut self, post: &str) -> Done<Option<WalkRow>> {
        Ok(light_walk::table.find(post).first(self.conn).optional()?)
    }

    /// Notes how far they were judged.
    pub fn put_walk(&mut self, row: &WalkRow) -> Done {
        if diesel::update(light_walk::table.find(&row.post_org)).set(row).execute(self.conn)? == 0 {
            diesel::insert_into(light_walk::table).values(row).execute(self.conn)?;
        }
        Ok(())
    }

    /// Stores the light of an item that has none yet: nothing changed, so that its history records nothing.
    pub fn put_first_light(&mut self, post: &str, pid: Id, light: i64) -> Done {
        let item = mail_object::table.find((post, pid)).filter(mail_object::light.is_null());
        diesel::update(item).set(mail_object::light.eq(light)).execute(self.conn)?;
        Ok(())
    }
}
