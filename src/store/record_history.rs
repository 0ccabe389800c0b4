//! The history of everything besides items: who changed what when, each record's rows in a chain of hashes.
//!
//! A record is named by organization, kind and id. Rows are added and never changed, but for `replaced`, which may be erased:
//! no hash covers it, it is proven by the digest of the row before. [`crate::store::seal`] fixes the heads of the chains.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::{Value, json};

use super::columns::Columns;
use super::item::Stamp;
use super::schema::{record_head, record_history as table};
use super::types::At;
use super::{Fault, Tx};
use crate::domain::{RecordEventKind, RecordKind};

type Done<T = ()> = Result<T, Fault>;

/// Whose the records are that are nobody's or everyone's, such as a list that counts for all.
pub const EVERYONE: &str = "-";

/// Something that happened to a record.
#[derive(Clone, Debug)]
pub struct RecordEvent<'e> {
    pub org: &'e str,
    pub kind: RecordKind,
    pub id: &'e str,
    pub event: RecordEventKind,
    /// What else is recorded, an object: no secret, nothing of a person.
    pub detail: Option<Value>,
    /// Digest of what stands now; none where nothing does.
    pub digest: Option<Vec<u8>>,
    /// The content that it took the place of, where that is kept.
    pub replaced: Option<String>,
}

/// One row of the history.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable)]
#[diesel(table_name = table, treat_none_as_default_value = false)]
pub struct RecordRow {
    pub org: String,
    pub kind: RecordKind,
    pub id: String,
    pub seq: i32,
    pub at: At,
    pub actor_org: String,
    pub user_cd: Option<String>,
    pub office_cd: Option<String>,
    pub event: RecordEventKind,
    pub detail: Option<String>,
    pub digest: Option<Vec<u8>>,
    pub replaced: Option<String>,
    /// None for rows that earlier versions wrote: they are in no chain.
    pub hash: Option<Vec<u8>>,
}

/// Where the chain of a record ends.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = record_head, primary_key(org, kind, id), treat_none_as_null = true)]
#[diesel(treat_none_as_default_value = false)]
pub(super) struct HeadRow {
    pub org: String,
    pub kind: RecordKind,
    pub id: String,
    pub seq: i32,
    pub hash: Vec<u8>,
    /// The seal that holds it; none yet.
    pub seal_no: Option<i64>,
}

/// The event of a record that is put where perhaps one stood.
pub(super) fn stored_or_changed(stood: bool) -> RecordEventKind {
    if stood { RecordEventKind::Changed } else { RecordEventKind::Stored }
}

impl RecordRow {
    /// The hash this row must have when it follows a row with hash `previous` (empty for the first of the chain).
    pub fn hash_after(&self, previous: &[u8]) -> Vec<u8> {
        let mut columns = Columns::after(previous);
        columns.text(&self.org).text(self.kind.stored()).text(&self.id).number(self.seq).times(&[Some(self.at)]);
        columns.text(&self.actor_org).texts(&[&self.user_cd, &self.office_cd]);
        columns.text(self.event.stored()).texts(&[&self.detail]).bytes(self.digest.as_deref().unwrap_or_default());
        columns.hash()
    }
}

/// What an event says, with the OAuth2 client that did it.
fn with_client(detail: Option<Value>, stamp: &Stamp) -> Option<Value> {
    let Some(client) = &stamp.client else { return detail };
    let mut detail = detail.unwrap_or_else(|| json!({}));
    detail["Client"] = json!(client);
    Some(detail)
}

impl Tx<'_> {
    /// Adds a row at the end of the record's chain.
    pub fn record(&mut self, event: RecordEvent<'_>, stamp: &Stamp) -> Done {
        let head: Option<HeadRow> =
            record_head::table.find((event.org, event.kind, event.id)).first(self.conn).optional()?;
        let (last, previous) = match head {
            Some(head) => (head.seq, head.hash),
            None => (self.last_without_hash(&event)?, Vec::new()),
        };
        let mut row = RecordRow {
            org: event.org.to_owned(),
            kind: event.kind,
            id: event.id.to_owned(),
            seq: last + 1,
            at: At(self.now),
            actor_org: stamp.actor_org.clone(),
            user_cd: stamp.user_cd.clone(),
            office_cd: stamp.office_cd.clone(),
            event: event.event,
            detail: with_client(event.detail, stamp).map(|detail| detail.to_string()),
            digest: event.digest,
            replaced: event.replaced,
            hash: None,
        };
        let hash = row.hash_after(&previous);
        row.hash = Some(hash.clone());
        diesel::insert_into(table::table).values(&row).execute(self.conn)?;
        self.put_head(HeadRow { org: row.org, kind: row.kind, id: row.id, seq: row.seq, hash, seal_no: None })
    }

    /// Number of the last row that an earlier version wrote of it; 0 when there is none.
    fn last_without_hash(&mut self, event: &RecordEvent<'_>) -> Done<i32> {
        if !event.kind.is_older_than_chains() {
            return Ok(0);
        }
        let key = table::org.eq(event.org).and(table::kind.eq(event.kind)).and(table::id.eq(event.id));
        let last: Option<i32> = table::table.filter(key).select(diesel::dsl::max(table::seq)).first(self.conn)?;
        Ok(last.unwrap_or(0))
    }

    fn put_head(&mut self, head: HeadRow) -> Done {
        let old = record_head::table.find((&head.org, head.kind, &head.id));
        if diesel::update(old).set(&head).execute(self.conn)? == 0 {
            diesel::insert_into(record_head::table).values(&head).execute(self.conn)?;
        }
        Ok(())
    }

    /// The history of a record, oldest first.
    pub fn record_history(&mut self, org: &str, kind: RecordKind, id: &str) -> Done<Vec<RecordRow>> {
        let key = table::org.eq(org).and(table::kind.eq(kind)).and(table::id.eq(id));
        Ok(table::table.filter(key).order(table::seq).load(self.conn)?)
    }

    /// What happened to records of some kinds since `since`, oldest first: the newest `limit` rows.
    pub fn records_since(
        &mut self,
        kinds: impl Iterator<Item = RecordKind>,
        since: DateTime<Utc>,
        limit: usize,
    ) -> Done<Vec<RecordRow>> {
        let mut rows: Vec<RecordRow> = Vec::new();
        for kind in kinds {
            let of_kind = table::table.filter(table::kind.eq(kind)).filter(table::at.ge(At(since)));
            rows.extend(of_kind.order(table::at.desc()).limit(limit as i64).load::<RecordRow>(self.conn)?);
        }
        rows.sort_by(|a, b| (a.at, &a.org, a.kind, &a.id, a.seq).cmp(&(b.at, &b.org, b.kind, &b.id, b.seq)));
        let too_many = rows.len().saturating_sub(limit);
        Ok(rows.split_off(too_many))
    }

    /// Takes what was replaced out of the history of a record.
    pub(super) fn erase_replaced(&mut self, org: &str, kind: RecordKind, id: &str) -> Done {
        let key = table::org.eq(org).and(table::kind.eq(kind)).and(table::id.eq(id));
        diesel::update(table::table.filter(key)).set(table::replaced.eq(None::<String>)).execute(self.conn)?;
        Ok(())
    }
}
