//! Who stored and changed goods, services, anonymous declarations and marks: rows are added and never changed, texts of
//! anonymous declarations aside, which are erased with them.

use diesel::prelude::*;

use super::item::Stamp;
use super::schema::trade_history as table;
use super::types::At;
use super::{Fault, Tx};
use crate::domain::{TradeEventKind, TradeKind};

type Done<T = ()> = Result<T, Fault>;

/// Something that happened to one of them.
#[derive(Clone, Debug)]
pub struct TradeEvent<'e> {
    pub org: &'e str,
    pub kind: TradeKind,
    pub id: &'e str,
    pub event: TradeEventKind,
    /// Digest of the content that came.
    pub digest: Vec<u8>,
    /// The content that it took the place of.
    pub replaced: Option<String>,
}

/// One row of the history.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable)]
#[diesel(table_name = table, treat_none_as_default_value = false)]
pub struct TradeRow {
    pub org: String,
    pub kind: TradeKind,
    pub id: String,
    pub seq: i32,
    pub at: At,
    pub actor_org: String,
    pub user_cd: Option<String>,
    pub office_cd: Option<String>,
    pub event: TradeEventKind,
    pub digest: Vec<u8>,
    pub replaced: Option<String>,
}

impl Tx<'_> {
    /// Adds a row after those there are.
    pub fn record_trade(&mut self, event: TradeEvent<'_>, stamp: &Stamp) -> Done {
        let key = table::org.eq(event.org).and(table::kind.eq(event.kind)).and(table::id.eq(event.id));
        let last: Option<i32> = table::table.filter(key).select(diesel::dsl::max(table::seq)).first(self.conn)?;
        let row = TradeRow {
            org: event.org.to_owned(),
            kind: event.kind,
            id: event.id.to_owned(),
            seq: last.unwrap_or(0) + 1,
            at: At(self.now),
            actor_org: stamp.actor_org.clone(),
            user_cd: stamp.user_cd.clone(),
            office_cd: stamp.office_cd.clone(),
            event: event.event,
            digest: event.digest,
            replaced: event.replaced,
        };
        diesel::insert_into(table::table).values(&row).execute(self.conn)?;
        Ok(())
    }

    /// The history of one of them, oldest first.
    pub fn trade_history(&mut self, org: &str, kind: TradeKind, id: &str) -> Done<Vec<TradeRow>> {
        let key = table::org.eq(org).and(table::kind.eq(kind)).and(table::id.eq(id));
        Ok(table::table.filter(key).order(table::seq).load(self.conn)?)
    }

    /// Takes the texts out of the history of an anonymous declaration.
    pub(super) fn erase_texts(&mut self, org: &str, id: &str) -> Done {
        let key = table::org.eq(org).and(table::kind.eq(TradeKind::Anonymous)).and(table::id.eq(id));
        diesel::update(table::table.filter(key)).set(table::replaced.eq(None::<String>)).execute(self.conn)?;
        Ok(())
    }
}
