//! What came from partners: the bytes, what they were answered with, and what became of each item.
//!
//! An interchange is known by its sender and reference for ever, so that no repeat is ever applied again.

use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::insert::{ROWS_PER_STATEMENT, insert_all, inserted_rows};
use super::outbox::Backlog;
use super::schema::{interchange_in, item_in, link_hour, mail_object, organization};
use super::types::At;
use super::{Fault, Tx};
use crate::domain::{ItemOutcome, MessageKind, OrganizationKind, ReceivedState};

type Done<T = ()> = Result<T, Fault>;

/// An interchange as it came.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = interchange_in, primary_key(sender, reference), treat_none_as_null = true)]
#[diesel(treat_none_as_default_value = false)]
pub struct ReceivedRow {
    pub sender: String,
    pub reference: String,
    /// Who handed it over.
    pub partner: String,
    pub recipient: String,
    pub bytes: Vec<u8>,
    /// SHA-256 of `bytes`.
    pub digest: Vec<u8>,
    pub items: i32,
    pub state: ReceivedState,
    /// What was found, for people.
    pub findings: Option<String>,
    /// The CONTRL given, repeated to each repeat.
    pub answer: Option<Vec<u8>>,
    /// How often it came again.
    pub repeats: i32,
    pub received_at: At,
}

/// An interchange as it comes, its bytes where they are.
#[derive(Clone, Copy, Debug, Insertable)]
#[diesel(table_name = interchange_in, treat_none_as_default_value = false)]
pub struct NewReceived<'r> {
    pub sender: &'r str,
    pub reference: &'r str,
    pub partner: &'r str,
    pub recipient: &'r str,
    pub bytes: &'r [u8],
    pub digest: &'r [u8],
    pub items: i32,
    pub state: ReceivedState,
    pub findings: Option<&'r str>,
    pub answer: Option<&'r [u8]>,
    pub repeats: i32,
    pub received_at: At,
}

/// One item of an interchange received.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable)]
#[diesel(table_name = item_in, treat_none_as_default_value = false)]
pub struct ItemInRow {
    pub recipient: String,
    pub sender: String,
    pub reference: String,
    /// Place of its message in the interchange, and of the item in the message, from 0.
    pub message_no: i32,
    pub item_no: i32,
    pub kind: MessageKind,
    pub item_id: String,
    /// When the message was made, by its sender.
    pub made_at: At,
    pub fate: ItemOutcome,
    pub note: Option<String>,
    /// When it was settled; of a parked item, when to look at it next.
    pub at: At,
    /// The post the item is from, where the message says so: several may have one id.
    pub orig_post: Option<String>,
}

/// A message that counted for an item.
#[derive(Clone, Debug, Queryable)]
pub struct MadeRow {
    pub item_id: String,
    pub orig_post: Option<String>,
    pub made_at: At,
    /// The interchange it came in.
    pub reference: String,
}

/// What came over a link in one hour.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable)]
#[diesel(table_name = link_hour)]
pub struct HourRow {
    pub partner: String,
    pub hour: At,
    pub items: i32,
    /// Declarations that came later than the posting date allows.
    pub late: i32,
    /// Declarations with recommended fields left blank.
    pub blank: i32,
}

inserted_rows!(ItemInRow => item_in);

impl Tx<'_> {
    /// The interchange received from `sender` under this reference.
    pub fn received(&mut self, sender: &str, reference: &str) -> Done<Option<ReceivedRow>> {
        Ok(interchange_in::table.find((sender, reference)).first(self.conn).optional()?)
    }

    /// What these bytes of `sender` were stored under, when they came before.
    pub fn received_bytes(&mut self, sender: &str, digest: &[u8]) -> Done<Option<String>> {
        let same = interchange_in::sender.eq(sender).and(interchange_in::digest.eq(digest));
        Ok(interchange_in::table.filter(same).select(interchange_in::reference).first(self.conn).optional()?)
    }

    /// Interchanges received under this reference, whoever sent them.
    pub fn received_named(&mut self, reference: &str) -> Done<Vec<ReceivedRow>> {
        Ok(interchange_in::table.filter(interchange_in::reference.eq(reference)).load(self.conn)?)
    }

    /// Stores an interchange received.
    pub fn add_received(&mut self, row: NewReceived<'_>) -> Done {
        diesel::insert_into(interchange_in::table).values(row).execute(self.conn)?;
        Ok(())
    }

    /// Writes an interchange again after it was applied from quarantine.
    pub fn change_received(&mut self, row: &ReceivedRow) -> Done {
        let stored = interchange_in::table.find((&row.sender, &row.reference));
        diesel::update(stored).set(row).execute(self.conn)?;
        Ok(())
    }

    /// Notes that an interchange came again.
    pub fn count_repeat(&mut self, sender: &str, reference: &str) -> Done {
        diesel::update(interchange_in::table.find((sender, reference)))
            .set(interchange_in::repeats.eq(interchange_in::repeats + 1))
            .execute(self.conn)?;
        Ok(())
    }

    /// Interchanges of a partner in quarantine.
    pub fn received_pile(&mut self, partner: &str) -> Done<Backlog> {
        let (count, oldest) = interchange_in::table
            .filter(interchange_in::partner.eq(partner))
            .filter(is_quarantined())
            .select((diesel::dsl::count_star(), diesel::dsl::min(interchange_in::received_at)))
            .first(self.conn)?;
        Ok(Backlog { count, oldest })
    }

    /// How many interchanges of a partner are in quarantine, and how many bytes they have.
    pub fn quarantined_size(&mut self, partner: &str) -> Done<(i64, i64)> {
        Ok(interchange_in::table
            .filter(interchange_in::sender.eq(partner).and(interchange_in::partner.eq(partner)))
            .filter(is_quarantined())
            .select((
                diesel::dsl::count_star(),
                diesel::dsl::sql::<diesel::sql_types::BigInt>("coalesce(sum(length(bytes)), 0)"),
            ))
            .first(self.conn)?)
    }

    /// Forgets interchanges of a partner that are in quarantine, one or all; gives how many.
    pub fn discard_quarantined(&mut self, partner: &str, reference: Option<&str>) -> Done<usize> {
        let of_partner = interchange_in::table
            .filter(interchange_in::sender.eq(partner).and(interchange_in::partner.eq(partner)))
            .filter(is_quarantined());
        Ok(match reference {
            None => diesel::delete(of_partner).execute(self.conn)?,
            Some(one) => diesel::delete(of_partner.filter(interchange_in::reference.eq(one))).execute(self.conn)?,
        })
    }

    /// Quarantined interchanges, oldest first, at most `limit`.
    pub fn quarantined_received(&mut self, limit: usize) -> Done<Vec<ReceivedRow>> {
        Ok(interchange_in::table
            .filter(is_quarantined())
            .order(interchange_in::received_at)
            .limit(limit as i64)
            .load(self.conn)?)
    }

    /// Stores what became of items received.
    pub fn add_items_in(&mut self, rows: &[ItemInRow]) -> Done {
        Ok(insert_all(self.conn, rows)?)
    }

    /// The messages of this kind from `sender` that counted for some items, the oldest first.
    pub fn made(&mut self, recipient: &str, sender: &str, kind: MessageKind, item_ids: &[&str]) -> Done<Vec<MadeRow>> {
        let mut made = Vec::new();
        for some in item_ids.chunks(ROWS_PER_STATEMENT) {
            let found: Vec<MadeRow> = item_in::table
                .filter(item_in::recipient.eq(recipient).and(item_in::item_id.eq_any(some.to_vec())))
                .filter(item_in::sender.eq(sender).and(item_in::kind.eq(kind)))
                .filter(item_in::fate.le(ItemOutcome::Unchanged))
                .order((item_in::made_at, item_in::reference))
                .select((item_in::item_id, item_in::orig_post, item_in::made_at, item_in::reference))
                .load(self.conn)?;
            made.extend(found);
        }
        Ok(made)
    }

    /// Parked items to look at whose object exists by now, those that waited longest first, at most `limit`.
    pub fn parked_with_object(&mut self, limit: usize) -> Done<Vec<ItemInRow>> {
        // A post is told about its own items, a customs about those of the post that tells it.
        let to_customs =
            diesel::dsl::exists(organization::table.filter(
                organization::code.eq(item_in::recipient).and(organization::kind.eq(OrganizationKind::Customs)),
            ));
        let is_about =
            mail_object::post_org.eq(item_in::recipient).or(mail_object::post_org.eq(item_in::sender).and(to_customs));
        let of_item = mail_object::table.filter(is_about).filter(mail_object::item_id.eq(item_in::item_id));
        let has_object = diesel::dsl::exists(of_item);
        Ok(item_in::table
            .filter(is_parked())
            .filter(has_object)
            .filter(item_in::at.le(At(self.now)))
            .order(item_in::at)
            .limit(limit as i64)
            .select(item_in::all_columns)
            .load(self.conn)?)
    }

    /// Parked items of messages made before `before`, oldest first.
    pub fn parked_before(&mut self, before: At, limit: usize) -> Done<Vec<ItemInRow>> {
        Ok(item_in::table
            .filter(is_parked())
            .filter(item_in::made_at.le(before))
            .order(item_in::made_at)
            .limit(limit as i64)
            .load(self.conn)?)
    }

    /// How many items of a sender are parked at one recipient.
    pub fn parked_at(&mut self, recipient: &str, sender: &str) -> Done<i64> {
        let of_both = item_in::recipient.eq(recipient).and(item_in::sender.eq(sender));
        Ok(item_in::table.filter(is_parked()).filter(of_both).count().get_result(self.conn)?)
    }

    /// How many items of a sender are parked.
    pub fn parked_pile(&mut self, sender: &str) -> Done<Backlog> {
        let (count, oldest) = item_in::table
            .filter(is_parked())
            .filter(item_in::sender.eq(sender))
            .select((diesel::dsl::count_star(), diesel::dsl::min(item_in::made_at)))
            .first(self.conn)?;
        Ok(Backlog { count, oldest })
    }

    /// What became of an item after all.
    pub fn set_fate(&mut self, row: &ItemInRow, fate: ItemOutcome, note: Option<&str>) -> Done {
        let key = (&row.recipient, &row.sender, &row.reference, row.message_no, row.item_no);
        diesel::update(item_in::table.find(key))
            .set((item_in::fate.eq(fate), item_in::note.eq(note), item_in::at.eq(At(self.now))))
            .execute(self.conn)?;
        Ok(())
    }

    /// Leaves an item parked, to be looked at again at `next`.
    pub fn look_again(&mut self, row: &ItemInRow, next: At) -> Done {
        let key = (&row.recipient, &row.sender, &row.reference, row.message_no, row.item_no);
        diesel::update(item_in::table.find(key)).set(item_in::at.eq(next)).execute(self.conn)?;
        Ok(())
    }

    /// What an organization was told about an item, oldest first.
    pub fn items_in_named(&mut self, recipient: &str, item_id: &str) -> Done<Vec<ItemInRow>> {
        Ok(item_in::table
            .filter(item_in::recipient.eq(recipient).and(item_in::item_id.eq(item_id)))
            .order((item_in::at, item_in::message_no, item_in::item_no))
            .load(self.conn)?)
    }

    /// Adds to what came over a link this hour.
    pub fn count_hour(&mut self, row: &HourRow) -> Done {
        let stored = link_hour::table.find((&row.partner, row.hour));
        let changed = diesel::update(stored)
            .set((
                link_hour::items.eq(link_hour::items + row.items),
                link_hour::late.eq(link_hour::late + row.late),
                link_hour::blank.eq(link_hour::blank + row.blank),
            ))
            .execute(self.conn)?;
        if changed == 0 {
            diesel::insert_into(link_hour::table).values(row).execute(self.conn)?;
        }
        Ok(())
    }

    /// The hours of a link from `from` on.
    pub fn hours_since(&mut self, partner: &str, from: At) -> Done<Vec<HourRow>> {
        Ok(link_hour::table
            .filter(link_hour::partner.eq(partner).and(link_hour::hour.ge(from)))
            .order(link_hour::hour)
            .load(self.conn)?)
    }
}

/// The condition of the index of parked items. Written out, for a planner does not use it for bound values.
fn is_parked() -> SqlLiteral<Bool> {
    diesel::dsl::sql(&format!("item_in.fate = {}", ItemOutcome::Parked.stored()))
}

/// The condition of the index of quarantined interchanges.
fn is_quarantined() -> SqlLiteral<Bool> {
    diesel::dsl::sql(&format!("interchange_in.state = {}", ReceivedState::Quarantined.stored()))
}
