//! An item as one unit of storage: all its rows, loaded together, changed in memory, saved at once.
//!
//! At the ground are the [rows](ObjectRow) and what the history tells of them ([`Event`], [`Detail`], digests of rows); over
//! them [`Item`], which [`crate::store::Tx`] loads and saves; on top the proof that rows and history agree.

mod decisions;
mod detail;
mod event;
mod history;
mod load;
mod place;
mod referrals;
mod row_digest;
mod rows;
mod save;
mod unit;
mod verify;
mod versions;

pub use detail::{Attestation, Detail, LightChange, Overdue};
pub use event::{Document, Event, HistoryRow, Recorded, Stamp};
pub use load::Parts;
pub(super) use place::is_despatch;
pub use place::{Callback, ItemPlace, ItemReference};
pub use row_digest::attest;
pub use rows::{AnswerRow, DecisionRow, DeclarationRow, MessageRow, ObjectRow, ReferralRow, ResponseRow, VersionRow};
pub use unit::Item;
pub(super) use verify::Evidence;
