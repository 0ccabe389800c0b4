//! Finding items by their referrals and the answers to them.

use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use uuid::Uuid;

use super::item::{Item, Parts};
use super::load::{ItemFilter, matching};
use super::schema::{mail_object, referral, referral_response};
use super::types::{At, Id};
use super::{Fault, Tx};

type Done<T> = Result<T, Fault>;

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

/// The answers to the referral at hand, which is one of `post`.
#[diesel::dsl::auto_type]
fn answers(post: &str) -> _ {
    let post: String = post.to_owned();
    referral_response::table
        .filter(referral_response::post_org.eq(post))
        .filter(referral_response::object_pid.eq(referral::object_pid))
        .filter(referral_response::reference.eq(referral::reference))
}

impl Tx<'_> {
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
            let given = exists(answers(post).filter(referral_response::code.eq_any(filter.answer_codes.clone())));
            let in_time = exists(answers(post).filter(referral_response::event_at.between(from, to)));
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
}
