//! Each item's history: who did what when, in a chain of hashes.
//!
//! The hash of a row covers the row and the hash before it, so that no row can be altered, removed or inserted
//! without breaking the chain; [`crate::store::seal`] fixes the heads of the chains.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::detail::Detail;
use super::row_digest::attest;
use super::rows::ObjectRow;
use crate::domain::{DocumentKind, EventKind};
use crate::error::Error;
use crate::store::Fault;
use crate::store::columns::Columns;
use crate::store::insert::inserted_rows;
use crate::store::schema::item_history;
use crate::store::types::{At, Id};

/// Who acts, as far as the caller said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stamp {
    pub actor_org: String,
    pub user_cd: Option<String>,
    pub office_cd: Option<String>,
    /// The OAuth2 client that acts.
    pub client: Option<String>,
}

impl Stamp {
    /// An organization, without a user.
    pub fn of_organization(org: &str) -> Self {
        Self { actor_org: org.to_owned(), user_cd: None, office_cd: None, client: None }
    }

    /// The command line. Who ran it is not recorded: the name of an account is personal data.
    pub fn command_line() -> Self {
        Self { actor_org: NOBODY.into(), user_cd: Some("admin".into()), office_cd: None, client: None }
    }

    /// The server itself, by its schedule.
    pub fn server() -> Self {
        Self { actor_org: NOBODY.into(), user_cd: Some("server".into()), office_cd: None, client: None }
    }
}

/// Stands for the organization where none acts.
const NOBODY: &str = "-";

/// Something that happened to an item.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub kind: EventKind,
    pub detail: Detail,
    /// The version it made, or made final.
    pub document: Option<Document>,
}

/// A version of a document, as the history names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub kind: DocumentKind,
    pub version_no: i32,
    pub digest: Vec<u8>,
}

/// An event that is stored, and who did it when.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    pub event: Event,
    pub actor_org: String,
    pub at: At,
}

/// One row of the history, as it is stored: the chain covers what is written, whether or not it can be read.
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
    /// An event with nothing more to say.
    pub fn of(kind: EventKind) -> Self {
        Self { kind, detail: Detail::default(), document: None }
    }

    /// The history row of this event, put at the head of the item's chain. It vouches for the object as it is now.
    pub(super) fn chain(mut self, object: &mut ObjectRow, now: DateTime<Utc>, stamp: &Stamp) -> HistoryRow {
        self.detail.client.clone_from(&stamp.client);
        self.detail.object_row = attest(object);
        let (doc_kind, doc_version, doc_digest) = match self.document {
            Some(Document { kind, version_no, digest }) => (Some(kind), Some(version_no), Some(digest)),
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
            event: self.kind.to_string(),
            detail: self.detail.to_text(),
            doc_kind: doc_kind.map(|kind| kind.to_string()),
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
        let or_absent = |value: &Option<String>| value.clone().unwrap_or_else(|| "\0".to_owned());
        let mut columns = Columns::after(previous);
        columns.text(&self.post_org).id(self.object_pid).number(self.seq).times(&[Some(self.at)]);
        columns.text(&self.actor_org).text(&or_absent(&self.user_cd)).text(&or_absent(&self.office_cd));
        columns.text(&self.event).text(&self.detail).text(&or_absent(&self.doc_kind));
        columns.number(self.doc_version.unwrap_or(0)).bytes(self.doc_digest.as_deref().unwrap_or_default());
        columns.hash()
    }
}

impl HistoryRow {
    /// What the row says.
    ///
    /// # Errors
    /// An event, a kind of document or a detail that this version does not know.
    pub fn read(self) -> Result<Recorded, Fault> {
        let name = format!("history row {} of item {} of {}", self.seq, self.object_pid.0, self.post_org);
        let fault = |why: String| Fault::App(Error::Internal(format!("{name}: {why}")));
        let kind = EventKind::from_stored(&self.event).map_err(|unknown| fault(unknown.to_string()))?;
        let doc_kind = self.doc_kind.as_deref().map(DocumentKind::from_stored).transpose();
        let document = match (doc_kind.map_err(|unknown| fault(unknown.to_string()))?, self.doc_version) {
            (Some(kind), Some(version_no)) => {
                Some(Document { kind, version_no, digest: self.doc_digest.unwrap_or_default() })
            }
            _ => None,
        };
        let detail = Detail::parse(&self.detail).map_err(fault)?;
        Ok(Recorded { event: Event { kind, detail, document }, actor_org: self.actor_org, at: self.at })
    }
}

inserted_rows!(HistoryRow => item_history);
