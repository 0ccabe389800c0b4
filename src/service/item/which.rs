//! Which item an id means: the stored rows as the rules of `which` see them.
//!
//! The only chooser. Whoever asks by id, or writes by one, comes through here.

use chrono::{DateTime, Utc};

use crate::domain::Flow;
use crate::rules::item_facts::{Fact, Facts};
use crate::rules::structure::UNKNOWN_POST;
use crate::rules::which::{self, Candidate};
use crate::service::catalogue::Catalogue;
use crate::store::item::ObjectRow;
use crate::store::item_status::StatusRow;
use crate::store::types::{At, Id};
use crate::store::{Fault, Tx};

/// What choosing needs of a row, whatever else was read of it.
#[derive(Clone, Debug)]
pub(in crate::service) struct Row<'r> {
    pub post: &'r str,
    pub pid: Id,
    pub item_id: &'r str,
    pub origin: &'r str,
    pub destination: &'r str,
    pub flow: Flow,
    pub life_no: i32,
    pub posting: Option<At>,
    pub created_at: At,
    pub mail_state: Option<i32>,
    pub facts: i32,
}

/// Both stored forms of an item have these columns.
macro_rules! row_from {
    ($($stored:ty),*) => {$(
        impl<'r> From<&'r $stored> for Row<'r> {
            fn from(row: &'r $stored) -> Self {
                Self {
                    post: &row.post_org,
                    pid: row.pid,
                    item_id: &row.item_id,
                    origin: &row.orig_post,
                    destination: &row.dest_post,
                    flow: row.flow,
                    life_no: row.life_no,
                    posting: row.posting_dt,
                    created_at: row.created_at,
                    mail_state: row.mail_state,
                    facts: row.facts,
                }
            }
        }
    )*};
}
row_from!(ObjectRow, StatusRow);

impl Row<'_> {
    /// When this use of the id began. What a stranger says of the posting does not count.
    pub(in crate::service) fn effective(&self) -> DateTime<Utc> {
        let is_strangers = Facts(self.facts).has(Fact::DataNotOfOrigin);
        which::effective(self.posting.filter(|_| !is_strangers).map(|at| at.0), self.created_at.0)
    }

    /// Whether its origin may use the id. Of an unknown origin it may be what its post captured itself.
    pub(in crate::service) fn fits(&self, catalogue: &Catalogue) -> bool {
        if self.origin == UNKNOWN_POST {
            return Facts(self.facts).has(Fact::OwnCapture);
        }
        catalogue.fits(self.item_id, self.origin)
    }
}

/// The rows with one id that a question is about, ready to be chosen among.
pub(in crate::service) struct Candidates<'r> {
    rows: Vec<Row<'r>>,
    bound_before: Vec<Vec<String>>,
}

impl<'r> Candidates<'r> {
    /// Reads what choosing needs besides the rows: where items that were redirected went before.
    pub(in crate::service) fn of(tx: &mut Tx<'_>, rows: impl Iterator<Item = Row<'r>>) -> Result<Self, Fault> {
        let rows: Vec<Row<'r>> = rows.collect();
        let mut bound_before = vec![Vec::new(); rows.len()];
        if rows.len() > 1 {
            for (row, before) in rows.iter().zip(&mut bound_before) {
                if Facts(row.facts).has(Fact::WasBoundElsewhere) {
                    *before = tx.bound_before(row.post, row.pid)?;
                }
            }
        }
        Ok(Self { rows, bound_before })
    }

    /// As the rules see them, in the same order.
    pub(in crate::service) fn see(&self, catalogue: &Catalogue) -> Vec<Candidate<'_>> {
        let each = self.rows.iter().zip(&self.bound_before).map(|(row, bound_before)| Candidate {
            post: row.post,
            origin: row.origin,
            destination: row.destination,
            bound_before,
            flow: row.flow,
            life_no: row.life_no,
            effective: row.effective(),
            pid: row.pid.0,
            mail_state: row.mail_state,
            facts: Facts(row.facts),
            fits: row.fits(catalogue),
        });
        each.collect()
    }
}
