//! The proof that nothing was altered: every chain of hashes is recomputed, every text and row compared with what was recorded
//! of it, and every seal looked for.
//!
//! Goes part by part ([`Part`]), each in a transaction of its own, so that a database of any size is looked at without
//! holding it up, on several connections, and again from where one stopped. An item is met by the number of its last change:
//! one that changes meanwhile gets a later number and is met again.

mod chain;
mod items;
mod post_seals;

use chrono::{DateTime, Utc};
use diesel::result::Error as DbError;

use super::engine::in_full;
use super::types::Id;
use super::{Fault, Tx};

type Done<T = ()> = Result<T, Fault>;

/// Items looked at in one transaction.
const ITEMS_PER_PART: usize = 1_000;

/// What ends a part early.
enum Found {
    /// In words: the first thing that was altered, removed or inserted.
    Tampering(String),
    Fault(Fault),
}

impl From<Fault> for Found {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<DbError> for Found {
    fn from(error: DbError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<String> for Found {
    fn from(fault: String) -> Self {
        Self::Tampering(fault)
    }
}

type Looked<T = ()> = Result<T, Found>;

/// A part of a post's items and seals, small enough for one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Items sealed together with those of other posts by an earlier version, after this number.
    Together { after: i64 },
    /// The seal with this number, and the items that have not changed since.
    Sealed { seal_no: i64 },
    /// Changed items that wait for their number, after this id; and where the last seal ends.
    Unnumbered { after: Id, sealed_through: i64 },
    /// Items changed since the last seal, after this number.
    Open { after: i64 },
    /// What has a place nowhere: rows without items, items without places, seals that are gone.
    Rest,
}

/// What a verification looked at, and what it found.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Links of the chains of posts, and of the chain over all.
    pub seals: u64,
    pub items: u64,
    /// What has a history besides items.
    pub records: u64,
    /// History rows of both.
    pub rows: u64,
    pub sealed_at: Option<DateTime<Utc>>,
    /// Number and hash of the last link of the chain over all: noted elsewhere, they show later that it is still there.
    pub last_seal: Option<(i64, Vec<u8>)>,
    /// The first row that was altered, removed or inserted.
    pub fault: Option<String>,
}

impl Verdict {
    /// Adds what another part looked at; the first fault stays.
    pub fn add(&mut self, part: Self) {
        self.seals += part.seals;
        self.items += part.items;
        self.records += part.records;
        self.rows += part.rows;
        self.sealed_at = self.sealed_at.max(part.sealed_at);
        self.last_seal = self.last_seal.take().or(part.last_seal);
        self.fault = self.fault.take().or(part.fault);
    }
}

/// What was looked at, with what was found wrong in words.
fn verdict<T>(
    tx: &mut Tx<'_>,
    look: impl FnOnce(&mut Tx<'_>, &mut Verdict) -> Looked<Option<T>>,
) -> Done<(Verdict, Option<T>)> {
    let mut verdict = Verdict::default();
    let next = match look(tx, &mut verdict) {
        Ok(next) => next,
        Err(Found::Tampering(fault)) => {
            verdict.fault = Some(fault);
            None
        }
        // A value that nothing here writes.
        Err(Found::Fault(Fault::Db(error @ DbError::DeserializationError(_)))) => {
            verdict.fault = Some(format!("a row was altered: {}", in_full(&error)));
            None
        }
        Err(Found::Fault(fault)) => return Err(fault),
    };
    Ok((verdict, next))
}

impl Tx<'_> {
    /// Looks at the chain over all, and at what the links behind `since` hold.
    pub fn verify_chain(&mut self, since: i64) -> Done<Verdict> {
        Ok(verdict(self, |tx, verdict| tx.look_at_chain(since, verdict).map(|()| None::<()>))?.0)
    }

    /// Looks at every record's history and at what stands of it now.
    pub fn verify_every_record(&mut self) -> Done<Verdict> {
        let look = |tx: &mut Tx<'_>, verdict: &mut Verdict| {
            let mut walked = super::record_verify::Walked::default();
            let fault = tx.verify_records(&mut walked);
            verdict.records += walked.records;
            verdict.rows += walked.rows;
            match fault? {
                Some(fault) => Err(Found::Tampering(fault)),
                None => Ok(None::<()>),
            }
        };
        Ok(verdict(self, look)?.0)
    }

    /// Looks at one part of a post; gives the part that follows.
    pub fn verify_part(&mut self, post: &str, part: &Part) -> Done<(Verdict, Option<Part>)> {
        verdict(self, |tx, verdict| match part {
            Part::Together { after } => tx.look_at_together(post, *after, verdict).map(Some),
            Part::Sealed { seal_no } => tx.look_at_sealed(post, *seal_no, verdict).map(Some),
            Part::Unnumbered { after, sealed_through } => {
                tx.look_at_unnumbered(post, *after, *sealed_through, verdict).map(Some)
            }
            Part::Open { after } => tx.look_at_open(post, *after, verdict).map(Some),
            Part::Rest => tx.look_at_rest(post).map(|()| None),
        })
    }
}
