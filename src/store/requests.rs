//! Saved answers to requests with an idempotency key, and when each part of the service was last used.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::engine::conn::on_engine;
use super::schema::{heartbeat, idempotency, request_use};
use super::types::At;
use super::{Fault, Tx};
use crate::limits;

type Done<T = ()> = Result<T, Fault>;

/// The answer that was given to a key.
#[derive(Clone, Debug, Queryable, Insertable)]
#[diesel(table_name = idempotency)]
pub struct SavedAnswer {
    pub org: String,
    pub request_key: String,
    /// SHA-256 of what is the same in a repeat.
    pub fingerprint: Vec<u8>,
    pub answer: String,
    pub created_at: At,
    pub warnings: i32,
}

/// What one server process let through of an organization's requests.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = request_use)]
pub struct RequestUse {
    pub org: String,
    /// The process.
    pub server: String,
    /// Since it began: who reads now and then misses nothing and counts nothing twice.
    pub total: i64,
    /// Within [`limits::SHARED_USE_MS`]: all that counts for who hears of the process for the first time.
    pub recent: i64,
    pub at: At,
}

impl Tx<'_> {
    /// Notes what this process took, and gives what others took of the same organizations since `since`.
    pub fn share_use(&mut self, own: &[RequestUse], since: At) -> Done<Vec<RequestUse>> {
        let Some(first) = own.first() else { return Ok(Vec::new()) };
        for row in own {
            let key = (request_use::org, request_use::server);
            let put = diesel::insert_into(request_use::table).values(row).on_conflict(key).do_update().set(row);
            on_engine!(self.conn, |conn| put.execute(conn))?;
        }
        let orgs: Vec<&str> = own.iter().map(|row| row.org.as_str()).collect();
        let others = request_use::table
            .filter(request_use::org.eq_any(orgs))
            .filter(request_use::server.ne(&first.server))
            .filter(request_use::at.gt(since));
        Ok(others.load(self.conn)?)
    }

    /// Drops what processes took before `before`.
    pub fn drop_old_use(&mut self, before: At) -> Done<usize> {
        let orgs: Vec<String> = self.organizations()?.into_iter().map(|row| row.code).collect();
        let old = request_use::table.filter(request_use::org.eq_any(orgs)).filter(request_use::at.lt(before));
        Ok(diesel::delete(old).execute(self.conn)?)
    }

    /// The answer saved for this key, unless it is older than a day.
    pub fn saved_answer(&mut self, org: &str, key: &str) -> Done<Option<SavedAnswer>> {
        let oldest = At(self.now - TimeDelta::hours(limits::IDEMPOTENCY_HOURS));
        let saved: Option<SavedAnswer> = idempotency::table.find((org, key)).get_result(self.conn).optional()?;
        match saved {
            Some(saved) if saved.created_at < oldest => {
                diesel::delete(idempotency::table.find((org, key))).execute(self.conn)?;
                Ok(None)
            }
            saved => Ok(saved),
        }
    }

    /// Keeps the answer to a key.
    pub fn save_answer(&mut self, answer: &SavedAnswer) -> Done {
        diesel::insert_into(idempotency::table).values(answer).execute(self.conn)?;
        Ok(())
    }

    /// Drops answers older than a day.
    pub fn drop_old_answers(&mut self) -> Done<usize> {
        let oldest = At(self.now - TimeDelta::hours(limits::IDEMPOTENCY_HOURS));
        let orgs: Vec<String> = self.organizations()?.into_iter().map(|row| row.code).collect();
        let old = idempotency::table.filter(idempotency::org.eq_any(orgs)).filter(idempotency::created_at.lt(oldest));
        Ok(diesel::delete(old).execute(self.conn)?)
    }

    /// When each component was last used.
    pub fn heartbeats(&mut self) -> Done<Vec<(String, At)>> {
        Ok(heartbeat::table.order(heartbeat::component).load(self.conn)?)
    }

    /// Notes a component's last use; an earlier time than the one known changes nothing.
    pub fn beat(&mut self, component: &str, last_at: DateTime<Utc>) -> Done {
        let known: Option<At> =
            heartbeat::table.find(component).select(heartbeat::last_at).get_result(self.conn).optional()?;
        let row = (heartbeat::component.eq(component), heartbeat::last_at.eq(At(last_at)));
        match known {
            None => {
                diesel::insert_into(heartbeat::table).values(row).execute(self.conn)?;
            }
            Some(At(known)) if known < last_at => {
                diesel::update(heartbeat::table.find(component))
                    .set(heartbeat::last_at.eq(At(last_at)))
                    .execute(self.conn)?;
            }
            Some(_) => {}
        }
        Ok(())
    }
}
