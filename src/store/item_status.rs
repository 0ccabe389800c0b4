//! What a scan at the office of exchange asks for: a few columns of many items, in a fixed small number of indexed queries.

use diesel::prelude::*;

use super::engine::conn::on_engine;
use super::item::{ObjectRow, ReferralRow, ResponseRow};
use super::schema::{mail_object, referral, response};
use super::types::{At, Id};
use super::{Fault, Tx};
use crate::domain::{FiscalState, Flow, ResponseState, SecurityState, Side};

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
    pub flow: Flow,
    pub mail_state: Option<i32>,
    pub posting_dt: Option<At>,
    pub customs_visible: bool,
    pub declaration_seen: bool,
    pub has_response: bool,
    pub has_dc_response: bool,
    pub declared_at: Option<At>,
    pub security_state: Option<SecurityState>,
    pub facts: i32,
    pub created_at: At,
}

/// A current response without its text.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = response)]
pub struct DecisionFact {
    pub object_pid: Id,
    pub side: Side,
    pub state_cd: ResponseState,
    pub customs_org: Option<String>,
    pub decision_cd: Option<String>,
    pub fiscal_state: Option<FiscalState>,
    pub decided_at: At,
    pub lapsed: Option<Vec<u8>>,
}

/// A referral without its text.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = referral)]
pub struct ReferralFact {
    pub object_pid: Id,
    pub code: String,
    pub event_at: At,
    pub pending: bool,
    pub reference: String,
    pub raised_by: String,
    pub created_at: At,
}

impl From<&ObjectRow> for StatusRow {
    fn from(row: &ObjectRow) -> Self {
        Self {
            post_org: row.post_org.clone(),
            pid: row.pid,
            item_id: row.item_id.clone(),
            orig_post: row.orig_post.clone(),
            dest_post: row.dest_post.clone(),
            life_no: row.life_no,
            flow: row.flow,
            mail_state: row.mail_state,
            posting_dt: row.posting_dt,
            customs_visible: row.customs_visible,
            declaration_seen: row.declaration_seen,
            has_response: row.has_response,
            has_dc_response: row.has_dc_response,
            declared_at: row.declared_at,
            security_state: row.security_state,
            facts: row.facts,
            created_at: row.created_at,
        }
    }
}

impl From<&ResponseRow> for DecisionFact {
    fn from(row: &ResponseRow) -> Self {
        Self {
            object_pid: row.object_pid,
            side: row.side,
            state_cd: row.state_cd,
            customs_org: row.customs_org.clone(),
            decision_cd: row.decision_cd.clone(),
            fiscal_state: row.fiscal_state,
            decided_at: row.decided_at,
            lapsed: row.lapsed.clone(),
        }
    }
}

impl From<&ReferralRow> for ReferralFact {
    fn from(row: &ReferralRow) -> Self {
        Self {
            object_pid: row.object_pid,
            code: row.code.clone(),
            event_at: row.event_at,
            pending: row.pending,
            reference: row.reference.clone(),
            raised_by: row.raised_by.clone(),
            created_at: row.created_at,
        }
    }
}

/// The rows of a table that belong to the things named, post by post: one is asked for by equality, so that its statement
/// stays prepared.
macro_rules! rows_of {
    ($tx:expr, $posts:expr, $named:expr, $table:ident . $column:ident, $rows:expr) => {{
        let mut found = Vec::new();
        for post in $posts {
            let of_post = $table::post_org.eq(post);
            found.extend(match $named {
                [] => Vec::new(),
                [one] => on_engine!($tx.conn, |conn| $rows.filter(of_post.and($table::$column.eq(one))).load(conn))?,
                many => {
                    on_engine!($tx.conn, |conn| $rows.filter(of_post.and($table::$column.eq_any(many))).load(conn))?
                }
            });
        }
        Ok(found)
    }};
}

impl Tx<'_> {
    /// Every life of the items named, in the posts named.
    pub fn status_rows(&mut self, posts: &[String], item_ids: &[&str]) -> Done<Vec<StatusRow>> {
        rows_of!(self, posts, item_ids, mail_object.item_id, mail_object::table.select(StatusRow::as_select()))
    }

    /// The responses of some items.
    pub fn decision_facts(&mut self, posts: &[String], pids: &[Id]) -> Done<Vec<DecisionFact>> {
        rows_of!(self, posts, pids, response.object_pid, response::table.select(DecisionFact::as_select()))
    }

    /// The referrals of some items; those of each by date and reference.
    pub fn referral_facts(&mut self, posts: &[String], pids: &[Id]) -> Done<Vec<ReferralFact>> {
        let by_date = (referral::event_at, referral::reference);
        rows_of!(self, posts, pids, referral.object_pid, {
            referral::table.select(ReferralFact::as_select()).order(by_date)
        })
    }
}
