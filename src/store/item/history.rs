//! Reading the histories of items.

use diesel::prelude::*;

use super::event::{HistoryRow, Recorded};
use super::rows::ObjectRow;
use crate::domain::{DocumentKind, EventKind};
use crate::store::schema::item_history;
use crate::store::types::Id;
use crate::store::{Fault, Tx};

impl Tx<'_> {
    /// Digest of the item data that an organization said last.
    pub fn last_said(&mut self, object: &ObjectRow, org: &str) -> Result<Option<Vec<u8>>, Fault> {
        let found: Option<Option<Vec<u8>>> = item_history::table
            .filter(item_history::post_org.eq(&object.post_org))
            .filter(item_history::object_pid.eq(object.pid))
            .filter(item_history::actor_org.eq(org))
            .filter(item_history::doc_kind.eq(DocumentKind::Declaration))
            .order(item_history::seq.desc())
            .select(item_history::doc_digest)
            .first(self.conn)
            .optional()?;
        Ok(found.flatten())
    }

    /// Digest of a version of a document, as the history has it.
    pub fn digest_of(
        &mut self,
        object: &ObjectRow,
        kind: DocumentKind,
        version_no: i32,
    ) -> Result<Option<Vec<u8>>, Fault> {
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
        let rows: Vec<HistoryRow> = item_history::table
            .filter(item_history::post_org.eq(post))
            .filter(item_history::object_pid.eq(pid))
            .filter(item_history::event.eq(EventKind::ObjectRedirected))
            .load(self.conn)?;
        let read = rows.into_iter().map(HistoryRow::read).collect::<Result<Vec<_>, _>>()?;
        Ok(read.into_iter().filter_map(|recorded| recorded.event.detail.from).collect())
    }

    /// What the history of one item says, oldest first.
    pub fn recorded(&mut self, object: &ObjectRow) -> Result<Vec<Recorded>, Fault> {
        self.history_of(object)?.into_iter().map(HistoryRow::read).collect()
    }

    /// The history of one item as it is stored, oldest first.
    pub fn history_of(&mut self, object: &ObjectRow) -> Result<Vec<HistoryRow>, Fault> {
        Ok(item_history::table
            .filter(item_history::post_org.eq(&object.post_org))
            .filter(item_history::object_pid.eq(object.pid))
            .order(item_history::seq)
            .load(self.conn)?)
    }
}
