//! What the belt asks for: a few columns of many items, in a fixed small number of indexed queries.

use diesel::prelude::*;

use super::conn::on_engine;
use super::schema::{mail_object, referral, response};
use super::types::{At, Id};
use super::{Fault, Tx};

type Done<T> = Result<T, Fault>;

/// The columns of an item that its status is made of.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = mail_object)]
pub struct StatusRow {
    pub post_org: String,
    pub pid: Id,
    pub item_id: String,
    pub orig_post: String,
    pub dest_post: String,
    pub life_no: i32,
    pub flow: String,
    pub mail_state: Option<i32>,
    pub posting_dt: Option<At>,
    pub customs_visible: bool,
    pub declaration_seen: bool,
    pub has_response: bool,
    pub has_dc_response: bool,
    pub declared_at: Option<At>,
    pub security_state: Option<String>,
    pub watchdog: Option<i32>,
    pub watchdog_remarks: Option<String>,
    pub watchdog_until: Option<At>,
}

/// A current response without its text.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = response)]
pub struct DecisionFact {
    pub object_pid: Id,
    pub side: String,
    pub state_cd: i32,
    pub customs_org: Option<String>,
    pub decision_cd: Option<String>,
    pub fiscal_state: Option<String>,
}

/// A referral without its text.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = referral)]
pub struct ReferralFact {
    pub object_pid: Id,
    pub code: String,
    pub event_at: At,
    pub pending: bool,
}

impl Tx<'_> {
    /// Every life of the items named, in the posts named.
    pub fn status_rows(&mut self, posts: &[String], item_ids: &[&str]) -> Done<Vec<StatusRow>> {
        let rows = mail_object::table.select(StatusRow::as_select());
        Ok(match (posts, item_ids) {
            ([post], [id]) => {
                let of_item = mail_object::post_org.eq(post).and(mail_object::item_id.eq(*id));
                on_engine!(self.conn, |conn| mail_object::table
                    .filter(of_item)
                    .select(StatusRow::as_select())
                    .load(conn))?
            }
            ([post], ids) => {
                let ids = mail_object::item_id.eq_any(ids.to_vec());
                rows.filter(mail_object::post_org.eq(post)).filter(ids).load(self.conn)?
            }
            (posts, ids) => {
                let ids = mail_object::item_id.eq_any(ids.to_vec());
                rows.filter(mail_object::post_org.eq_any(posts.to_vec())).filter(ids).load(self.conn)?
            }
        })
    }

    /// The responses of some items.
    pub fn decision_facts(&mut self, posts: &[String], pids: &[Id]) -> Done<Vec<DecisionFact>> {
        let rows = response::table.select(DecisionFact::as_select());
        Ok(match (posts, pids) {
            (_, []) => Vec::new(),
            ([post], [pid]) => {
                let of_item = response::post_org.eq(post).and(response::object_pid.eq(*pid));
                on_engine!(self.conn, |conn| response::table
                    .filter(of_item)
                    .select(DecisionFact::as_select())
                    .load(conn))?
            }
            (posts, pids) => {
                let pids = response::object_pid.eq_any(pids.to_vec());
                rows.filter(response::post_org.eq_any(posts.to_vec())).filter(pids).load(self.conn)?
            }
        })
    }

    /// The referrals of some items, by date and reference.
    pub fn referral_facts(&mut self, posts: &[String], pids: &[Id]) -> Done<Vec<ReferralFact>> {
        let rows = referral::table.select(ReferralFact::as_select()).order((referral::event_at, referral::reference));
        Ok(match (posts, pids) {
            (_, []) => Vec::new(),
            ([post], [pid]) => {
                let of_item = referral::post_org.eq(post).and(referral::object_pid.eq(*pid));
                on_engine!(self.conn, |conn| referral::table
                    .filter(of_item)
                    .select(ReferralFact::as_select())
                    .order((referral::event_at, referral::reference))
                    .load(conn))?
            }
            (posts, pids) => {
                let pids = referral::object_pid.eq_any(pids.to_vec());
                rows.filter(referral::post_org.eq_any(posts.to_vec())).filter(pids).load(self.conn)?
            }
        })
    }
}
