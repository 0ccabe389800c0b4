//! Referrals of items, and the answers to them.

use diesel::prelude::*;

use super::rows::{AnswerRow, ObjectRow, ReferralRow};
use super::unit::Item;
use crate::store::schema::{referral, referral_response};
use crate::store::types::Id;
use crate::store::{Fault, Tx};

type Done<T = ()> = Result<T, Fault>;

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
