//! Ingestions: what was sent, how far it was taken, what was found and what became of its items.

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::engine::conn::on_engine;
use super::insert::{insert_all, inserted_rows};
use super::lease::leases;
use super::schema::{ingestion, ingestion_bytes, ingestion_finding, ingestion_item};
use super::types::{At, Id};
use super::{Fault, Tx};
use crate::domain::{IngestionKind, IngestionMedia, IngestionState};

type Done<T = ()> = Result<T, Fault>;

/// An ingestion without its bytes.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = ingestion, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct IngestionRow {
    pub org: String,
    pub id: Id,
    pub client: Option<String>,
    pub user_cd: Option<String>,
    pub office_cd: Option<String>,
    pub kind: IngestionKind,
    pub media: IngestionMedia,
    /// JSON: what is to be done.
    pub options: String,
    /// Of its bytes.
    pub sha256: Vec<u8>,
    /// Of client, options and bytes.
    pub request_digest: Vec<u8>,
    pub dry_run: bool,
    pub state: IngestionState,
    /// Items that were taken.
    pub next_index: i32,
    pub rows_read: i32,
    pub created: i32,
    pub changed: i32,
    pub unchanged: i32,
    pub refused: i32,
    /// Findings that refuse nothing.
    pub warnings: i32,
    /// All there are, also those that are not kept.
    pub findings: i32,
    /// JSON: what the file turned out to be.
    pub about: Option<String>,
    pub received_at: At,
    pub done_at: Option<At>,
    pub lease_owner: Option<Id>,
    pub lease_until: Option<At>,
    /// What the file is called by who sent it.
    pub file_name: Option<String>,
}

#[derive(Clone, Debug, Queryable, Insertable)]
#[diesel(table_name = ingestion_finding)]
pub struct FindingRow {
    pub org: String,
    pub ingestion: Id,
    pub number: i32,
    /// JSON.
    pub body: String,
}

/// An item that was refused or changed.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable)]
#[diesel(table_name = ingestion_item, treat_none_as_default_value = false)]
pub struct IngestedRow {
    pub org: String,
    pub ingestion: Id,
    /// In what was sent, from 0.
    pub number: i32,
    pub item_id: Option<String>,
    pub first_row: Option<i32>,
    pub last_row: Option<i32>,
    /// `new`, `changed` or `refused`.
    pub outcome: String,
    /// JSON: names of members that changed.
    pub members: String,
}

inserted_rows!(FindingRow => ingestion_finding, IngestedRow => ingestion_item);

leases!(ingestion by (org: &str, id: Id): take_ingestion, release_ingestion);

impl Tx<'_> {
    /// Keeps what was sent.
    pub fn add_ingestion(&mut self, row: &IngestionRow, bytes: &[u8]) -> Done {
        diesel::insert_into(ingestion::table).values(row).execute(self.conn)?;
        let (org, id) = (ingestion_bytes::org.eq(&row.org), ingestion_bytes::id.eq(row.id));
        diesel::insert_into(ingestion_bytes::table)
            .values((org, id, ingestion_bytes::bytes.eq(bytes)))
            .execute(self.conn)?;
        Ok(())
    }

    pub fn ingestion(&mut self, org: &str, id: Id) -> Done<Option<IngestionRow>> {
        Ok(ingestion::table.find((org, id)).first(self.conn).optional()?)
    }

    /// What was sent; none when its time is over.
    pub fn ingestion_bytes(&mut self, org: &str, id: Id) -> Done<Option<Vec<u8>>> {
        Ok(ingestion_bytes::table.find((org, id)).select(ingestion_bytes::bytes).first(self.conn).optional()?)
    }

    /// The newest ingestion of just this since a time.
    pub fn ingestion_like(&mut self, org: &str, request_digest: &[u8], since: At) -> Done<Option<IngestionRow>> {
        Ok(ingestion::table
            .filter(ingestion::org.eq(org).and(ingestion::request_digest.eq(request_digest)))
            .filter(ingestion::received_at.ge(since))
            .order(ingestion::received_at.desc())
            .first(self.conn)
            .optional()?)
    }

    /// The ingestion of moves that an organization sent last, dry runs aside.
    pub fn last_moves(&mut self, org: &str) -> Done<Option<Id>> {
        let of_org = ingestion::table.filter(ingestion::org.eq(org));
        Ok(of_org
            .filter(ingestion::kind.eq(IngestionKind::Movements).and(ingestion::dry_run.eq(false)))
            .order(ingestion::id.desc())
            .select(ingestion::id)
            .first(self.conn)
            .optional()?)
    }

    /// The newest ingestions of an organization; ids rise with time.
    pub fn ingestions(&mut self, org: &str, limit: i64) -> Done<Vec<IngestionRow>> {
        let of_org = ingestion::table.filter(ingestion::org.eq(org));
        Ok(of_org.order(ingestion::id.desc()).limit(limit).load(self.conn)?)
    }

    /// Takes the oldest ingestion of an organization that waits and that nobody works at.
    pub fn lease_ingestion(&mut self, org: &str, owner: Id, until: DateTime<Utc>) -> Done<Option<IngestionRow>> {
        let open = ingestion::table
            .filter(ingestion::org.eq(org))
            // As the index of these rows says it.
            .filter(sql::<Bool>("state < 2"))
            .order(ingestion::received_at)
            .limit(OPEN_LOOKED_AT);
        let rows: Vec<IngestionRow> = open.load(self.conn)?;
        for row in rows {
            let begun = self.begin_ingestion(row, owner, until)?;
            if begun.is_some() {
                return Ok(begun);
            }
        }
        Ok(None)
    }

    /// Takes an ingestion that is not over, unless somebody else works at it.
    fn begin_ingestion(&mut self, row: IngestionRow, owner: Id, until: DateTime<Utc>) -> Done<Option<IngestionRow>> {
        let is_open = matches!(row.state, IngestionState::Waiting | IngestionState::Running);
        if !is_open || !self.take_ingestion(&row.org, row.id, owner, until)? {
            return Ok(None);
        }
        let (lease_owner, lease_until) = (Some(owner), Some(At(until)));
        let row = IngestionRow { state: IngestionState::Running, lease_owner, lease_until, ..row };
        self.put_ingestion(&row)?;
        Ok(Some(row))
    }

    /// Whether anything of an organization waits or is under way.
    pub fn has_open_ingestion(&mut self, org: &str) -> Done<bool> {
        let open = ingestion::table.filter(ingestion::org.eq(org)).filter(sql::<Bool>("state < 2"));
        let first: Option<Id> = open.order(ingestion::received_at).select(ingestion::id).first(self.conn).optional()?;
        Ok(first.is_some())
    }

    /// Takes one ingestion, unless it is over or somebody works at it.
    pub fn lease_one_ingestion(
        &mut self,
        org: &str,
        id: Id,
        owner: Id,
        until: DateTime<Utc>,
    ) -> Done<Option<IngestionRow>> {
        match self.ingestion(org, id)? {
            Some(row) => self.begin_ingestion(row, owner, until),
            None => Ok(None),
        }
    }

    /// Writes how far an ingestion is.
    pub fn put_ingestion(&mut self, row: &IngestionRow) -> Done {
        diesel::update(ingestion::table.find((&row.org, row.id))).set(row).execute(self.conn)?;
        Ok(())
    }

    /// Adds what was found, and what became of items.
    pub fn add_ingested(&mut self, findings: &[FindingRow], items: &[IngestedRow]) -> Done {
        insert_all(self.conn, findings)?;
        Ok(insert_all(self.conn, items)?)
    }

    /// Findings of an ingestion after a number.
    pub fn ingestion_findings(&mut self, org: &str, id: Id, after: i32, limit: i64) -> Done<Vec<FindingRow>> {
        Ok(ingestion_finding::table
            .filter(ingestion_finding::org.eq(org).and(ingestion_finding::ingestion.eq(id)))
            .filter(ingestion_finding::number.gt(after))
            .order(ingestion_finding::number)
            .limit(limit)
            .load(self.conn)?)
    }

    /// Items of an ingestion that were refused or changed, in its order.
    pub fn ingested_items(&mut self, org: &str, id: Id, limit: i64) -> Done<Vec<IngestedRow>> {
        Ok(ingestion_item::table
            .filter(ingestion_item::org.eq(org).and(ingestion_item::ingestion.eq(id)))
            .order(ingestion_item::number)
            .limit(limit)
            .load(self.conn)?)
    }

    /// Drops the bytes of ingestions of an organization that were received before one time, and everything of those received
    /// before an earlier one; some at a time, gives how many.
    pub fn drop_old_ingestions(&mut self, org: &str, bytes_before: Id, before: Id, limit: i64) -> Done<usize> {
        let old: Vec<Id> = ingestion_bytes::table
            .filter(ingestion_bytes::org.eq(org).and(ingestion_bytes::id.lt(bytes_before)))
            .order(ingestion_bytes::id)
            .limit(limit)
            .select(ingestion_bytes::id)
            .load(self.conn)?;
        let mut dropped = 0;
        for id in old {
            let of_org = ingestion_bytes::table.find((org, id));
            dropped += on_engine!(self.conn, |conn| diesel::delete(of_org).execute(conn))?;
        }
        let ended: Vec<Id> = ingestion::table
            .filter(ingestion::org.eq(org).and(ingestion::id.lt(before)))
            .order(ingestion::id)
            .limit(limit)
            .select(ingestion::id)
            .load(self.conn)?;
        for id in ended {
            let of_findings = ingestion_finding::org.eq(org).and(ingestion_finding::ingestion.eq(id));
            diesel::delete(ingestion_finding::table.filter(of_findings)).execute(self.conn)?;
            let of_items = ingestion_item::org.eq(org).and(ingestion_item::ingestion.eq(id));
            diesel::delete(ingestion_item::table.filter(of_items)).execute(self.conn)?;
            dropped += diesel::delete(ingestion::table.find((org, id))).execute(self.conn)?;
        }
        Ok(dropped)
    }
}

/// Open ingestions looked at for one that nobody works at.
const OPEN_LOOKED_AT: i64 = 100;
