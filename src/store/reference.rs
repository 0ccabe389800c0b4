//! Imported lists and rules, kept as text, and the number that says whether they changed.

use diesel::prelude::*;
use serde_json::{Value, json};

use super::columns::text_digest;
use super::item::Stamp;
use super::record_history::{EVERYONE, RecordEvent, stored_or_changed};
use super::schema::{reference_list, reference_state};
use super::types::At;
use super::{Fault, Tx};
use crate::domain::{RecordEventKind, RecordKind};

type Done<T = ()> = Result<T, Fault>;

/// One edition of a list, or one rule.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable)]
#[diesel(table_name = reference_list)]
pub struct ListRow {
    /// Name of a list as it is imported under (`hs`, `operators` …), or `rule` or `quality`.
    pub kind: String,
    /// The organization it counts for; empty for everyone.
    pub org: String,
    /// What tells editions of one list apart; the name of a rule.
    pub edition: String,
    pub imported_at: At,
    pub body: String,
}

/// The list whose editions stand beside each other, the later ones over those before.
const RATES: &str = "rates";

/// Kinds of rows that are rules and no imported lists.
const RULES: [&str; 2] = ["rule", "quality"];

/// The edition of a list of which there is one at a time.
pub const CURRENT: &str = "current";

impl ListRow {
    /// Organization, kind and id of its history.
    fn record(&self) -> (&str, RecordKind, String) {
        let org = if self.org.is_empty() { EVERYONE } else { &self.org };
        let kind = if RULES.contains(&self.kind.as_str()) { RecordKind::Rule } else { RecordKind::List };
        let id = if self.edition == CURRENT { self.kind.clone() } else { format!("{}/{}", self.kind, self.edition) };
        (org, kind, id)
    }
}

impl Tx<'_> {
    /// Changes whenever a list or rule does.
    pub fn reference_version(&mut self) -> Done<i64> {
        Ok(reference_state::table.find(1).select(reference_state::version_no).get_result(self.conn)?)
    }

    /// Every list and rule, oldest first.
    pub fn reference_lists(&mut self) -> Done<Vec<ListRow>> {
        Ok(reference_list::table.order((reference_list::imported_at, reference_list::edition)).load(self.conn)?)
    }

    /// The row that a history of this organization and id is about.
    pub(super) fn recorded_list(&mut self, org: &str, id: &str) -> Done<Option<ListRow>> {
        let org = if org == EVERYONE { "" } else { org };
        let (kind, edition) = id.split_once('/').unwrap_or((id, CURRENT));
        Ok(reference_list::table.find((kind, org, edition)).first(self.conn).optional()?)
    }

    /// Adds an edition, or replaces the one of the same name. The history tells `detail` with it; of an imported list it does
    /// not keep the text.
    pub fn put_reference(&mut self, row: &ListRow, detail: Value, by: &Stamp) -> Done {
        let key = (&row.kind, &row.org, &row.edition);
        let old: Option<ListRow> = reference_list::table.find(key).first(self.conn).optional()?;
        if let Some(old) = &old
            && old.body == row.body
            && !self.is_overlaid(old)?
        {
            return Ok(());
        }
        diesel::delete(reference_list::table.find(key)).execute(self.conn)?;
        diesel::insert_into(reference_list::table).values(row).execute(self.conn)?;
        self.record_list(row, old.map(|old| old.body), detail, by)?;
        self.bump_reference()
    }

    /// Whether an edition imported later goes before this one: of rates, which are added to each other.
    fn is_overlaid(&mut self, row: &ListRow) -> Done<bool> {
        let later = reference_list::table
            .filter(reference_list::kind.eq(&row.kind))
            .filter(reference_list::org.eq(&row.org))
            .filter(reference_list::imported_at.gt(row.imported_at));
        Ok(row.kind == RATES && later.count().get_result::<i64>(self.conn)? > 0)
    }

    fn record_list(&mut self, row: &ListRow, old: Option<String>, detail: Value, by: &Stamp) -> Done {
        let (org, kind, id) = row.record();
        let event = RecordEvent {
            org,
            kind,
            id: &id,
            event: stored_or_changed(old.is_some()),
            detail: Some(detail),
            digest: Some(text_digest(&row.body)),
            replaced: old.filter(|_| kind == RecordKind::Rule),
        };
        self.record(event, by)
    }

    fn record_removal(&mut self, row: ListRow, by: &Stamp) -> Done {
        let (org, kind, id) = row.record();
        let event = RecordEvent {
            org,
            kind,
            id: &id,
            event: RecordEventKind::Removed,
            detail: None,
            digest: None,
            replaced: Some(row.body.clone()).filter(|_| kind == RecordKind::Rule),
        };
        self.record(event, by)
    }

    /// Puts rules, in their order, in the place of all that an organization has of this kind.
    pub fn replace_references(&mut self, kind: &str, org: &str, rows: &[ListRow], by: &Stamp) -> Done {
        let of_list = reference_list::table.filter(reference_list::kind.eq(kind)).filter(reference_list::org.eq(org));
        let in_order = of_list.order((reference_list::imported_at, reference_list::edition));
        let old: Vec<ListRow> = in_order.load(self.conn)?;
        let said = |row: &ListRow| (row.edition.clone(), row.body.clone());
        if old.iter().map(said).eq(rows.iter().map(said)) {
            return Ok(());
        }
        diesel::delete(of_list).execute(self.conn)?;
        for row in rows {
            diesel::insert_into(reference_list::table).values(row).execute(self.conn)?;
        }
        let place_of = |name: &str| old.iter().position(|old| old.edition == name);
        for (place, row) in rows.iter().enumerate() {
            let before = place_of(&row.edition);
            if before.is_none_or(|before| before != place || old[before].body != row.body) {
                let before = before.map(|before| old[before].body.clone());
                self.record_list(row, before, json!({ "Place": place + 1 }), by)?;
            }
        }
        for gone in old.into_iter().filter(|old| rows.iter().all(|row| row.edition != old.edition)) {
            self.record_removal(gone, by)?;
        }
        self.bump_reference()
    }

    /// Drops one edition or rule; says whether it was there.
    pub fn drop_reference(&mut self, kind: &str, org: &str, edition: &str, by: &Stamp) -> Done<bool> {
        let row = reference_list::table.find((kind, org, edition));
        let Some(old) = row.first::<ListRow>(self.conn).optional()? else { return Ok(false) };
        diesel::delete(row).execute(self.conn)?;
        self.record_removal(old, by)?;
        self.bump_reference()?;
        Ok(true)
    }

    /// Says that servers are to read lists and settings anew.
    pub(super) fn bump_reference(&mut self) -> Done {
        diesel::update(reference_state::table.find(1))
            .set(reference_state::version_no.eq(reference_state::version_no + 1))
            .execute(self.conn)?;
        Ok(())
    }
}
