//! Each item's history: who did what when, in a chain of hashes.
//!
//! The hash of a row covers the row and the hash before it, so that no row can be altered, removed or inserted
//! without breaking the chain; [`super::seal`] fixes the heads of the chains.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::imprint::vouch;
use super::items::ObjectRow;
use super::schema::item_history;
use super::types::{At, Id};
use super::{Fault, Tx};

/// Who acts, as far as the caller said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stamp {
    pub actor_org: String,
    pub user_cd: Option<String>,
    pub office_cd: Option<String>,
}

/// The event of a response that is not final yet.
pub const RESPONSE_DRAFT_EVENT: &str = "response.draft";
/// The event of a response that the own customs keeps to itself and its post.
pub const RESPONSE_TO_CUSTOMS_EVENT: &str = "response.to-customs";

/// The event of an item that goes to another post than was known before; its detail tells both.
pub const REDIRECTED_EVENT: &str = "object.redirected";

/// Something that happened to an item.
#[derive(Clone, Debug)]
pub struct Event {
    /// Dotted name, for example `declaration.final`.
    pub name: &'static str,
    /// JSON object that says more: names of members that changed, never personal data.
    pub detail: String,
    /// Kind, number and digest of the version it made, or made final.
    pub document: Option<(&'static str, i32, Vec<u8>)>,
}

/// One row of the history.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable)]
#[diesel(table_name = item_history, treat_none_as_default_value = false)]
pub struct HistoryRow {
    pub post_org: String,
    pub object_pid: Id,
    pub seq: i32,
    pub at: At,
    pub actor_org: String,
    pub user_cd: Option<String>,
    pub office_cd: Option<String>,
    pub event: String,
    pub detail: String,
    pub doc_kind: Option<String>,
    pub doc_version: Option<i32>,
    pub doc_digest: Option<Vec<u8>>,
    pub hash: Vec<u8>,
}

impl Event {
    /// The history row of this event, put at the head of the item's chain. It vouches for the object as it is now.
    pub(super) fn chain(self, object: &mut ObjectRow, now: DateTime<Utc>, stamp: &Stamp) -> HistoryRow {
        let (doc_kind, doc_version, doc_digest) = match self.document {
            Some((kind, version, digest)) => (Some(kind.to_owned()), Some(version), Some(digest)),
            None => (None, None, None),
        };
        let mut row = HistoryRow {
            post_org: object.post_org.clone(),
            object_pid: object.pid,
            seq: object.head_seq + 1,
            at: At(now),
            actor_org: stamp.actor_org.clone(),
            user_cd: stamp.user_cd.clone(),
            office_cd: stamp.office_cd.clone(),
            event: self.name.to_owned(),
            detail: vouch(&self.detail, object),
            doc_kind,
            doc_version,
            doc_digest,
            hash: Vec::new(),
        };
        row.hash = row.hash_after(&object.head_hash);
        object.head_seq = row.seq;
        object.head_hash.clone_from(&row.hash);
        row
    }
}

impl HistoryRow {
    /// The hash this row must have when it follows a row with hash `previous` (empty for the first).
    pub fn hash_after(&self, previous: &[u8]) -> Vec<u8> {
        let mut hasher = Sha256::new();
        // The length first, so that no two different rows give the same bytes.
        let mut add = |field: &[u8]| {
            hasher.update((field.len() as u64).to_be_bytes());
            hasher.update(field);
        };
        let or_absent = |value: &Option<String>| value.clone().unwrap_or_else(|| "\0".to_owned());
        add(previous);
        add(self.post_org.as_bytes());
        add(self.object_pid.0.as_bytes());
        add(&self.seq.to_be_bytes());
        add(&self.at.0.timestamp_micros().to_be_bytes());
        add(self.actor_org.as_bytes());
        add(or_absent(&self.user_cd).as_bytes());
        add(or_absent(&self.office_cd).as_bytes());
        add(self.event.as_bytes());
        add(self.detail.as_bytes());
        add(or_absent(&self.doc_kind).as_bytes());
        add(&self.doc_version.unwrap_or(0).to_be_bytes());
        add(self.doc_digest.as_deref().unwrap_or_default());
        hasher.finalize().to_vec()
    }
}

impl Tx<'_> {
    /// Digest of the item data that an organization said last.
    pub fn last_said(&mut self, object: &ObjectRow, org: &str) -> Result<Option<Vec<u8>>, Fault> {
        let found: Option<Option<Vec<u8>>> = item_history::table
            .filter(item_history::post_org.eq(&object.post_org))
            .filter(item_history::object_pid.eq(object.pid))
            .filter(item_history::actor_org.eq(org))
            .filter(item_history::doc_kind.eq("D"))
            .order(item_history::seq.desc())
            .select(item_history::doc_digest)
            .first(self.conn)
            .optional()?;
        Ok(found.flatten())
    }

    /// Digest of a version of a document, as the history has it.
    pub fn digest_of(&mut self, object: &ObjectRow, kind: &str, version_no: i32) -> Result<Option<Vec<u8>>, Fault> {
        let found: Option<Option<Vec<u8>>> = item_history::table
            .filter(item_history::post_org.eq(&object.post_org))
            .filter(item_history::object_pid.eq(object.pid))
            .filter(item_history::doc_kind.eq(kind))
            .filter(item_history::doc_version.eq(version_no))
            .select(item_history::doc_digest)
            .first(self.conn)
            .optional()?;
        Ok(found.flatten())
    }

    /// Where an item was bound for before it was redirected.
    pub fn bound_before(&mut self, post: &str, pid: Id) -> Result<Vec<String>, Fault> {
        let details: Vec<String> = item_history::table
            .filter(item_history::post_org.eq(post))
            .filter(item_history::object_pid.eq(pid))
            .filter(item_history::event.eq(REDIRECTED_EVENT))
            .select(item_history::detail)
            .load(self.conn)?;
        let from = |detail: &String| {
            let detail: serde_json::Value = serde_json::from_str(detail).ok()?;
            detail.get("From")?.as_str().map(str::to_owned)
        };
        Ok(details.iter().filter_map(from).collect())
    }

    /// The history of one item, oldest first.
    pub fn history_of(&mut self, object: &ObjectRow) -> Result<Vec<HistoryRow>, Fault> {
        Ok(item_history::table
            .filter(item_history::post_org.eq(&object.post_org))
            .filter(item_history::object_pid.eq(object.pid))
            .order(item_history::seq)
            .load(self.conn)?)
    }
}
