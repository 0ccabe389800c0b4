//! Which versions of declarations were handed to customs administrations, and since when.

use diesel::prelude::*;

use super::schema::{decision, handed};
use super::types::{At, Id};
use super::{Fault, Tx};

type Done<T = ()> = Result<T, Fault>;

/// One version handed to one administration.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = handed, treat_none_as_default_value = false)]
pub struct HandedRow {
    pub post_org: String,
    pub object_pid: Id,
    pub customs_org: String,
    /// First half of the version's digest.
    pub version: Vec<u8>,
    pub first_at: At,
    /// First time that somebody asked for this very item, or for what waits for an answer.
    pub asked_at: Option<At>,
}

impl Tx<'_> {
    /// Notes that a version was handed; the earliest times stay. Says whether that was new.
    pub fn note_handed(&mut self, row: &HandedRow) -> Done<bool> {
        let key = (&row.post_org, row.object_pid, &row.customs_org, &row.version);
        let known: Option<HandedRow> = handed::table.find(key).first(self.conn).optional()?;
        let Some(known) = known else {
            diesel::insert_into(handed::table).values(row).execute(self.conn)?;
            return Ok(true);
        };
        let first_at = known.first_at.min(row.first_at);
        let asked_at = match (known.asked_at, row.asked_at) {
            (Some(known), Some(new)) => Some(known.min(new)),
            (known, new) => known.or(new),
        };
        if (first_at, asked_at) == (known.first_at, known.asked_at) {
            return Ok(false);
        }
        diesel::update(handed::table.find(key))
            .set((handed::first_at.eq(first_at), handed::asked_at.eq(asked_at)))
            .execute(self.conn)?;
        Ok(true)
    }

    /// What of an item was handed to an administration, the earliest first.
    pub fn handed(&mut self, post: &str, pid: Id, customs: &str) -> Done<Vec<HandedRow>> {
        Ok(handed::table
            .filter(handed::post_org.eq(post))
            .filter(handed::object_pid.eq(pid))
            .filter(handed::customs_org.eq(customs))
            .order((handed::first_at, handed::version))
            .load(self.conn)?)
    }

    /// Whether anything of `post` was ever handed to `customs`.
    pub fn was_handed_any(&mut self, post: &str, customs: &str) -> Done<bool> {
        let any: Option<Id> = handed::table
            .filter(handed::post_org.eq(post))
            .filter(handed::customs_org.eq(customs))
            .select(handed::object_pid)
            .first(self.conn)
            .optional()?;
        Ok(any.is_some())
    }

    /// Whether `customs` decided about an item at or after `since`: a note of what it was handed before comes late then.
    pub fn decided_since(&mut self, post: &str, pid: Id, customs: &str, since: At) -> Done<bool> {
        let any: Option<i32> = decision::table
            .filter(decision::post_org.eq(post))
            .filter(decision::object_pid.eq(pid))
            .filter(decision::author_org.eq(customs))
            .filter(decision::received_at.ge(since))
            .select(decision::version_no)
            .first(self.conn)
            .optional()?;
        Ok(any.is_some())
    }
}
