//! What couriers submitted, under numbers of their own. Decides nothing about what may be submitted.

use diesel::prelude::*;

use super::engine::conn::on_engine;
use super::schema::{courier_block, courier_declaration};
use super::text::StoredText;
use super::types::{At, Id};
use super::{Fault, Tx};
use crate::domain::CourierKind;

type Done<T = ()> = Result<T, Fault>;

/// A declaration that a courier submitted.
#[derive(Clone, Debug, Queryable, Insertable)]
#[diesel(table_name = courier_declaration, treat_none_as_default_value = false)]
pub struct CourierRow {
    pub org: String,
    /// Its number within the organization.
    pub id: i64,
    pub consignment_note: String,
    /// The item that it became; none where it goes to no customs.
    pub object_pid: Option<Id>,
    pub kind: CourierKind,
    /// The client that submitted it.
    pub client: Option<String>,
    /// What was submitted, as canonical JSON.
    pub request: StoredText,
    /// Of that text.
    pub digest: Vec<u8>,
    /// Digest of what the courier was told last of how it stands.
    pub notified: Option<Vec<u8>>,
    pub created_at: At,
}

impl Tx<'_> {
    /// The declaration with this number.
    pub fn courier_declaration(&mut self, org: &str, id: i64) -> Done<Option<CourierRow>> {
        let found = courier_declaration::table.find((org, id));
        Ok(on_engine!(self.conn, |conn| found.first(conn)).optional()?)
    }

    /// The declaration with this consignment note.
    pub fn courier_declaration_noted(&mut self, org: &str, note: &str) -> Done<Option<CourierRow>> {
        let named = courier_declaration::org.eq(org).and(courier_declaration::consignment_note.eq(note));
        let found = courier_declaration::table.filter(named);
        Ok(on_engine!(self.conn, |conn| found.first(conn)).optional()?)
    }

    /// The declaration that became this item.
    pub fn courier_declaration_of(&mut self, org: &str, pid: Id) -> Done<Option<CourierRow>> {
        let of_item = courier_declaration::org.eq(org).and(courier_declaration::object_pid.eq(pid));
        let found = courier_declaration::table.filter(of_item);
        Ok(on_engine!(self.conn, |conn| found.first(conn)).optional()?)
    }

    /// Adds a declaration.
    pub fn add_courier_declaration(&mut self, row: &CourierRow) -> Done {
        let add = diesel::insert_into(courier_declaration::table).values(row);
        on_engine!(self.conn, |conn| add.execute(conn))?;
        Ok(())
    }

    /// Notes what the courier was told last.
    pub fn note_courier_notified(&mut self, org: &str, id: i64, notified: &[u8]) -> Done {
        diesel::update(courier_declaration::table.find((org, id)))
            .set(courier_declaration::notified.eq(notified))
            .execute(self.conn)?;
        Ok(())
    }

    /// Takes `count` numbers that nobody has; gives the first of them. The first of an organization is 1.
    pub fn take_courier_ids(&mut self, org: &str, count: i64) -> Done<i64> {
        let block = courier_block::table.find(org);
        // Two that read the same number cannot both write: the other one begins anew.
        let next: Option<i64> = block.select(courier_block::next_id).first(self.conn).optional()?;
        let first = next.unwrap_or(1);
        let row = (courier_block::org.eq(org), courier_block::next_id.eq(first + count));
        match next {
            Some(_) => diesel::update(block).set(courier_block::next_id.eq(first + count)).execute(self.conn)?,
            None => diesel::insert_into(courier_block::table).values(row).execute(self.conn)?,
        };
        Ok(first)
    }
}
