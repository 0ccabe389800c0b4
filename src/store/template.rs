//! Templates of forms: what a person keeps to begin a declaration with, by organization, owner and name.

use diesel::prelude::*;

use super::schema::template;
use super::types::At;
use super::{Fault, Tx};

type Done<T = ()> = Result<T, Fault>;

/// A template.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = template)]
pub struct TemplateRow {
    pub org: String,
    /// Code of the user.
    pub owner: String,
    pub name: String,
    /// Everybody of the organization may use it.
    pub shared: bool,
    /// The fields of the form as JSON.
    pub body: String,
    pub changed_at: At,
}

impl Tx<'_> {
    /// The templates of an organization that a user may use: the own ones and those that others share, by name.
    pub fn templates(&mut self, org: &str, user: &str) -> Done<Vec<TemplateRow>> {
        Ok(template::table
            .filter(template::org.eq(org))
            .filter(template::owner.eq(user).or(template::shared))
            .order((template::name, template::owner))
            .load(self.conn)?)
    }

    /// One template, whoever may use it.
    pub fn template(&mut self, org: &str, owner: &str, name: &str) -> Done<Option<TemplateRow>> {
        Ok(template::table.find((org, owner, name)).first(self.conn).optional()?)
    }

    /// How many a user has.
    pub fn count_templates(&mut self, org: &str, owner: &str) -> Done<i64> {
        let own = template::table.filter(template::org.eq(org)).filter(template::owner.eq(owner));
        Ok(own.count().get_result(self.conn)?)
    }

    /// Keeps one, in the place of what had its name.
    pub fn put_template(&mut self, row: &TemplateRow) -> Done {
        self.drop_template(&row.org, &row.owner, &row.name)?;
        diesel::insert_into(template::table).values(row).execute(self.conn)?;
        Ok(())
    }

    /// Whether there was one to drop.
    pub fn drop_template(&mut self, org: &str, owner: &str, name: &str) -> Done<bool> {
        Ok(diesel::delete(template::table.find((org, owner, name))).execute(self.conn)? > 0)
    }
}
