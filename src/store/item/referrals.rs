//! Referrals and the answers to them: those of an item, and items by them.

use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use uuid::Uuid;

use super::load::Parts;
use super::rows::{AnswerRow, ObjectRow, ReferralRow};
use super::unit::Item;
use crate::store::load::{ItemFilter, matching};
use crate::store::schema::{mail_object, referral, referral_response};
use crate::store::types::{At, Id};
use crate::store::{Fault, Tx};

type Done<T = ()> = Result<T, Fault>;

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
    /// The referrals of an item, those not saved yet included, by date and reference.
    pub fn referrals_of(&mut self, item: &Item) -> Done<Vec<ReferralRow>> {
        let mut rows = if item.has_referrals { Vec::new() } else { self.stored_referrals(&item.object)? };
        rows.extend(item.referrals.iter().map(|slot| slot.row.clone()));
        rows.sort_by(|a, b| (a.event_at, &a.reference).cmp(&(b.event_at, &b.reference)));
        Ok(rows)
    }

    /// The answers given on an item, those not saved yet included, by date.
    pub fn answers_of(&mut self, item: &Item) -> Done<Vec<AnswerRow>> {
        let mut rows = if item.has_referrals { Vec::new() } else { self.stored_answers(&item.object)? };
        rows.extend(item.answers.iter().map(|slot| slot.row.clone()));
        rows.sort_by_key(|row| (row.event_at, row.pid));
        Ok(rows)
    }

    /// A security state stands on every item that anything was ever asked about.
    pub(super) fn stored_referrals(&mut self, object: &ObjectRow) -> Done<Vec<ReferralRow>> {
        if object.security_state.is_none() {
            return Ok(Vec::new());
        }
        Ok(referral::table
            .filter(referral::post_org.eq(&object.post_org))
            .filter(referral::object_pid.eq(object.pid))
            .load(self.conn)?)
    }

    pub(super) fn stored_answers(&mut self, object: &ObjectRow) -> Done<Vec<AnswerRow>> {
        Ok(referral_response::table
            .filter(referral_response::post_org.eq(&object.post_org))
            .filter(referral_response::object_pid.eq(object.pid))
            .load(self.conn)?)
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
