//! Settings of organizations: names and texts. What they mean is not known here.

use diesel::prelude::*;

use super::schema::organization_setting;
use super::{Fault, Tx};

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

    /// Sets one, in the place of what was set before. Servers read it with their lists.
    pub fn put_setting(&mut self, row: &SettingRow) -> Done {
        diesel::delete(organization_setting::table.find((&row.org, &row.name))).execute(self.conn)?;
        diesel::insert_into(organization_setting::table).values(row).execute(self.conn)?;
        self.bump_reference()
    }
}
