//! Settings of organizations: names and texts. What they mean is not known here.

use diesel::prelude::*;
use serde_json::json;

use super::columns::text_digest;
use super::item::Stamp;
use super::record_history::{RecordEvent, stored_or_changed};
use super::schema::organization_setting;
use super::{Fault, Tx};
use crate::domain::RecordKind;

type Done<T = ()> = Result<T, Fault>;

/// One setting of one organization.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = organization_setting)]
pub struct SettingRow {
    pub org: String,
    pub name: String,
    pub value: String,
}

impl Tx<'_> {
    /// Every setting of every organization.
    pub fn settings(&mut self) -> Done<Vec<SettingRow>> {
        Ok(organization_setting::table.load(self.conn)?)
    }

    /// One setting of an organization; none when it was never set.
    pub(super) fn setting(&mut self, org: &str, name: &str) -> Done<Option<SettingRow>> {
        Ok(organization_setting::table.find((org, name)).first(self.conn).optional()?)
    }

    /// Sets one, in the place of what was set before. Servers read it with their lists.
    pub fn put_setting(&mut self, row: &SettingRow, by: &Stamp) -> Done {
        let old = self.setting(&row.org, &row.name)?;
        if old.as_ref() == Some(row) {
            return Ok(());
        }
        diesel::delete(organization_setting::table.find((&row.org, &row.name))).execute(self.conn)?;
        diesel::insert_into(organization_setting::table).values(row).execute(self.conn)?;
        let event = RecordEvent {
            org: &row.org,
            kind: RecordKind::Setting,
            id: &row.name,
            event: stored_or_changed(old.is_some()),
            detail: Some(json!({ "Value": row.value })),
            digest: Some(text_digest(&row.value)),
            replaced: old.map(|old| old.value),
        };
        self.record(event, by)?;
        self.bump_reference()
    }
}
