//! Referrals and the answers to them.
//!
//! Rows are added and never changed, but for `pending`, which says whether an answer is still awaited.

use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use uuid::Uuid;

use super::items::{Item, ObjectRow, Parts};
use super::load::{ItemFilter, matching};
use super::schema::{mail_object, referral, referral_response};
use super::types::{At, Id};
use super::{Fault, Tx};

type Done<T = ()> = Result<T, Fault>;

/// A referral on one post's item.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable)]
#[diesel(table_name = referral, treat_none_as_default_value = false)]
pub struct ReferralRow {
    pub post_org: String,
    pub object_pid: Id,
    /// Unique within the item; the same at both posts.
    pub reference: String,
    pub code: String,
    pub raised_by: String,
    /// When it was raised, by its issuer; whole seconds.
    pub event_at: At,
    pub remind_at: Option<At>,
    /// When the answer is due; absent when none is expected.
    pub due_at: Option<At>,
    /// An answer is awaited.
    pub pending: bool,
    pub created_at: At,
    /// SHA-256 of the value form of what was sent.
    pub digest: Vec<u8>,
    /// The referral as JSON, reference and date filled in.
    pub body: String,
}

/// An answer to a referral.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable)]
#[diesel(table_name = referral_response, treat_none_as_default_value = false)]
pub struct AnswerRow {
    pub post_org: String,
    pub object_pid: Id,
    pub pid: Id,
    /// The referral answered.
    pub reference: String,
    pub code: String,
    pub answered_by: String,
    pub event_at: At,
    pub created_at: At,
    pub digest: Vec<u8>,
    pub body: String,
}

/// Which items with referrals to find. Everything that is set must hold.
#[derive(Clone, Debug, Default)]
pub struct ReferralFilter {
    pub items: ItemFilter,
    /// Kinds of referrals, any of them; empty for all.
    pub codes: Vec<String>,
    pub answer_codes: Vec<String>,
    /// A referral or an answer happened in this window, ends included.
    pub event_from: Option<At>,
    pub event_to: Option<At>,
    /// A referral waits for its answer.
    pub pending: bool,
    /// A pending referral was due before.
    pub due_before: Option<At>,
    /// A pending referral was to be reminded of before.
    pub remind_before: Option<At>,
}

impl ReferralFilter {
    fn asks_for_dialogues(&self) -> bool {
        let in_time = self.event_from.is_some() || self.event_to.is_some();
        in_time || !self.codes.is_empty() || !self.answer_codes.is_empty()
    }
}

/// The answers to the referral at hand.
#[diesel::dsl::auto_type]
fn answers() -> _ {
    referral_response::table
        .filter(referral_response::post_org.eq(referral::post_org))
        .filter(referral_response::object_pid.eq(referral::object_pid))
        .filter(referral_response::reference.eq(referral::reference))
}

impl Tx<'_> {
    /// The referrals of an item, by date and reference.
    pub fn referrals_of(&mut self, object: &ObjectRow) -> Done<Vec<ReferralRow>> {
        Ok(referral::table
            .filter(referral::post_org.eq(&object.post_org))
            .filter(referral::object_pid.eq(object.pid))
            .order((referral::event_at, referral::reference))
            .load(self.conn)?)
    }

    /// The answers given on an item, by date.
    pub fn answers_of(&mut self, object: &ObjectRow) -> Done<Vec<AnswerRow>> {
        Ok(referral_response::table
            .filter(referral_response::post_org.eq(&object.post_org))
            .filter(referral_response::object_pid.eq(object.pid))
            .order((referral_response::event_at, referral_response::pid))
            .load(self.conn)?)
    }

    /// Stores a referral.
    pub fn add_referral(&mut self, row: &ReferralRow) -> Done {
        diesel::insert_into(referral::table).values(row).execute(self.conn)?;
        Ok(())
    }

    /// Stores an answer.
    pub fn add_answer(&mut self, row: &AnswerRow) -> Done {
        diesel::insert_into(referral_response::table).values(row).execute(self.conn)?;
        Ok(())
    }

    /// Notes whether an answer is still awaited.
    pub fn set_pending(&mut self, row: &ReferralRow, pending: bool) -> Done {
        diesel::update(referral::table.find((&row.post_org, row.object_pid, &row.reference)))
            .set(referral::pending.eq(pending))
            .execute(self.conn)?;
        Ok(())
    }

    /// Items of `post` with referrals, after `after` in order of persistent id, at most `limit`.
    pub fn referred_items(
        &mut self,
        post: &str,
        filter: &ReferralFilter,
        after: Option<Uuid>,
        limit: usize,
    ) -> Done<Vec<Item>> {
        let mut query = matching(post, &filter.items)
            .filter(mail_object::security_state.is_not_null())
            .filter(mail_object::pid.gt(Id(after.unwrap_or(Uuid::nil()))));
        if filter.asks_for_dialogues() {
            // One referral has to fit by code, time and answer at once.
            let from = filter.event_from.unwrap_or(At(DateTime::<Utc>::UNIX_EPOCH));
            let to = filter.event_to.unwrap_or(At(self.now + chrono::TimeDelta::days(36_500)));
            let (any_code, any_answer) = (filter.codes.is_empty(), filter.answer_codes.is_empty());
            let by_code = referral::code.eq_any(filter.codes.clone()).or(any_code.into_sql::<Bool>());
            let given = exists(answers().filter(referral_response::code.eq_any(filter.answer_codes.clone())));
            let in_time = exists(answers().filter(referral_response::event_at.between(from, to)));
            let fitting = referral::table
                .filter(referral::post_org.eq(post.to_owned()))
                .filter(by_code)
                .filter(given.or(any_answer.into_sql::<Bool>()))
                .filter(referral::event_at.between(from, to).or(in_time));
            query = query.filter(mail_object::pid.eq_any(fitting.select(referral::object_pid)));
        }
        let waiting = || referral::table.filter(referral::post_org.eq(post.to_owned())).filter(referral::pending);
        if filter.pending {
            query = query.filter(mail_object::pid.eq_any(waiting().select(referral::object_pid)));
        }
        if let Some(before) = filter.due_before {
            let overdue = waiting().filter(referral::due_at.le(before));
            query = query.filter(mail_object::pid.eq_any(overdue.select(referral::object_pid)));
        }
        if let Some(before) = filter.remind_before {
            let reminded = waiting().filter(referral::remind_at.le(before));
            query = query.filter(mail_object::pid.eq_any(reminded.select(referral::object_pid)));
        }
        let objects = query.order(mail_object::pid).limit(limit as i64).load(self.conn)?;
        self.with_documents(post, objects, Parts::Declaration)
    }

    /// Referrals of some items of a post, by item, date and reference.
    pub fn referrals_of_items(&mut self, post: &str, pids: &[Id]) -> Done<Vec<ReferralRow>> {
        Ok(referral::table
            .filter(referral::post_org.eq(post))
            .filter(referral::object_pid.eq_any(pids.to_vec()))
            .order((referral::object_pid, referral::event_at, referral::reference))
            .load(self.conn)?)
    }

    /// Answers given on some items of a post, by item and date.
    pub fn answers_of_items(&mut self, post: &str, pids: &[Id]) -> Done<Vec<AnswerRow>> {
        Ok(referral_response::table
            .filter(referral_response::post_org.eq(post))
            .filter(referral_response::object_pid.eq_any(pids.to_vec()))
            .order((referral_response::object_pid, referral_response::event_at, referral_response::pid))
            .load(self.conn)?)
    }
}
