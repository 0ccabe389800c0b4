//! Finding items by their referrals and the answers to them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use uuid::Uuid;

use super::item::{Item, Parts, ReferralRow};
use super::load::{ItemFilter, matching};
use super::schema::{mail_object, referral, referral_response};
use super::types::{At, Id};
use super::{Fault, Tx};
use crate::domain::Flow;

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

/// A referral that waits for its answer, and the item that it is about.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub referral: ReferralRow,
    pub item_id: String,
    pub flow: Flow,
    pub orig_post: String,
    pub dest_post: String,
}

impl Tx<'_> {
    /// Referrals on items of `post` that wait for their answer, those due first first, at most `limit`.
    pub fn waiting_referrals(&mut self, post: &str, limit: usize) -> Done<Vec<Waiting>> {
        let rows: Vec<ReferralRow> = referral::table
            .filter(referral::post_org.eq(post))
            .filter(referral::pending)
            .order((referral::due_at, referral::object_pid))
            .limit(limit as i64)
            .load(self.conn)?;
        let pids: Vec<Id> = rows.iter().map(|row| row.object_pid).collect();
        let items: Vec<(Id, String, Flow, String, String)> = mail_object::table
            .filter(mail_object::post_org.eq(post))
            .filter(mail_object::pid.eq_any(pids))
            .select((
                mail_object::pid,
                mail_object::item_id,
                mail_object::flow,
                mail_object::orig_post,
                mail_object::dest_post,
            ))
            .load(self.conn)?;
        let items: HashMap<Id, _> =
            items.into_iter().map(|(pid, id, flow, from, to)| (pid, (id, flow, from, to))).collect();
        let named = |referral: ReferralRow| {
            let (item_id, flow, orig_post, dest_post) = items.get(&referral.object_pid)?.clone();
            Some(Waiting { referral, item_id, flow, orig_post, dest_post })
        };
        Ok(rows.into_iter().filter_map(named).collect())
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
