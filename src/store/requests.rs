//! Saved answers to requests with an idempotency key, and when each part of the service was last used.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::schema::{heartbeat, idempotency};
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

impl Tx<'_> {
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
