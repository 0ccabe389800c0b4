//! Imported lists and rules, kept as text, and the number that says whether they changed.

use diesel::prelude::*;

use super::schema::{reference_list, reference_state};
use super::types::At;
use super::{Fault, Tx};

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

impl Tx<'_> {
    /// Changes whenever a list or rule does.
    pub fn reference_version(&mut self) -> Done<i64> {
        Ok(reference_state::table.find(1).select(reference_state::version_no).get_result(self.conn)?)
    }

    /// Every list and rule, oldest first.
    pub fn reference_lists(&mut self) -> Done<Vec<ListRow>> {
        Ok(reference_list::table.order((reference_list::imported_at, reference_list::edition)).load(self.conn)?)
    }

    /// Adds an edition, or replaces the one of the same name.
    pub fn put_reference(&mut self, row: &ListRow) -> Done {
        let key = (&row.kind, &row.org, &row.edition);
        diesel::delete(reference_list::table.find(key)).execute(self.conn)?;
        diesel::insert_into(reference_list::table).values(row).execute(self.conn)?;
        self.bump_reference()
    }

    /// Drops all editions of a list; gives how many there were.
    pub fn drop_references(&mut self, kind: &str, org: &str) -> Done<usize> {
        let of_list = reference_list::table.filter(reference_list::kind.eq(kind)).filter(reference_list::org.eq(org));
        let dropped = diesel::delete(of_list).execute(self.conn)?;
        self.bump_reference()?;
        Ok(dropped)
    }

    /// Drops one edition or rule; says whether it was there.
    pub fn drop_reference(&mut self, kind: &str, org: &str, edition: &str) -> Done<bool> {
        let dropped = diesel::delete(reference_list::table.find((kind, org, edition))).execute(self.conn)?;
        self.bump_reference()?;
        Ok(dropped > 0)
    }

    /// Says that servers are to read lists and settings anew.
    pub(super) fn bump_reference(&mut self) -> Done {
        diesel::update(reference_state::table.find(1))
            .set(reference_state::version_no.eq(reference_state::version_no + 1))
            .execute(self.conn)?;
        Ok(())
    }
}
