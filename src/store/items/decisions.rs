//! Final decisions about an item, each with the version of its declaration that it judged.

use diesel::prelude::*;

use super::Item;
use crate::domain::{Author, Category, FiscalState, ResponseState, Side};
use crate::store::schema::{decision, declaration, mail_object, response, unjudged_post};
use crate::store::types::{At, Id};
use crate::store::{Fault, Tx};

type Done<T = ()> = Result<T, Fault>;

/// One final decision, current or not.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = decision, primary_key(post_org, object_pid, side, version_no), treat_none_as_null = true)]
#[diesel(treat_none_as_default_value = false)]
pub struct DecisionRow {
    pub post_org: String,
    pub object_pid: Id,
    pub side: Side,
    /// That of the response which holds its text.
    pub version_no: i32,
    pub author_org: String,
    /// Whose word it is.
    pub author_rank: Author,
    pub customs_org: Option<String>,
    pub decision_cd: Option<String>,
    /// What it does, as the decision table had it when it came; absent for an unreadable code.
    pub category: Option<Category>,
    /// The fiscal state that it alone leads to.
    pub fiscal_state: FiscalState,
    /// Its place among the decisions of its author, given once: the greater counts later. Thousandths of the second that
    /// it counts from.
    pub place: i64,
    /// `ClearanceDt`, or the time of receipt.
    pub decided_at: At,
    pub received_at: At,
    pub digest: Vec<u8>,
    /// The version that its author named, as named.
    pub stated_version: Option<String>,
    /// The version of the declaration's text that it judged. Together with `judged_dest`; a destination alone: the goods
    /// themselves, a name alone: a version that is not known here; none of the three: nothing was there to judge.
    pub judged_no: Option<i32>,
    pub judged_dest: Option<String>,
    pub judged_name: Option<Vec<u8>>,
    /// Entered by a post although the administration itself works here.
    pub beside_customs: bool,
    pub state_cd: ResponseState,
    pub sent: bool,
}

impl Item {
    /// The final decisions about the item; loaded with [`Tx::complete`].
    pub fn decisions(&self, side: Side) -> impl Iterator<Item = &DecisionRow> {
        self.decisions.iter().map(|slot| &slot.row).filter(move |row| row.side == side)
    }

    /// Adds a decision, or puts it in place of the one with its number.
    pub fn put_decision(&mut self, row: DecisionRow) {
        let key = |row: &DecisionRow| (row.side, row.version_no);
        match self.decisions.iter_mut().find(|slot| key(&slot.row) == key(&row)) {
            Some(slot) if slot.row == row => {}
            Some(slot) => {
                slot.row = row;
                if slot.fate == super::Fate::Keep {
                    slot.fate = super::Fate::Update;
                }
            }
            None => self.decisions.push(super::Slot { row, fate: super::Fate::Insert }),
        }
    }
}

impl Tx<'_> {
    /// Loads responses and decisions of an item, unless they are at hand.
    pub fn complete(&mut self, item: &mut Item) -> Done {
        if !item.has_responses {
            let pid = item.object.pid;
            for row in self.responses(&item.object.post_org.clone(), &[pid])? {
                item.put_loaded(row);
            }
            item.has_responses = true;
        }
        if !item.has_decisions {
            let rows: Vec<DecisionRow> = decision::table
                .filter(decision::post_org.eq(&item.object.post_org))
                .filter(decision::object_pid.eq(item.object.pid))
                .order((decision::side, decision::version_no))
                .load(self.conn)?;
            let stored = rows.into_iter().map(|row| super::Slot { row, fate: super::Fate::Keep });
            item.decisions.splice(0..0, stored);
            item.has_decisions = true;
        }
        Ok(())
    }

    /// Whether `customs` has decided anything itself about items of `post`.
    pub fn has_decided(&mut self, post: &str, customs: &str) -> Done<bool> {
        let any: Option<i32> = decision::table
            .filter(decision::post_org.eq(post))
            .filter(decision::author_org.eq(customs))
            .select(decision::version_no)
            .first(self.conn)
            .optional()?;
        Ok(any.is_some())
    }

    /// Items of `post` about which there are decisions, after `after`, by persistent id.
    pub fn decided_items(&mut self, post: &str, after: Id, limit: usize) -> Done<Vec<Id>> {
        Ok(decision::table
            .filter(decision::post_org.eq(post))
            .filter(decision::object_pid.gt(after))
            .select(decision::object_pid)
            .distinct()
            .order(decision::object_pid)
            .limit(limit as i64)
            .load(self.conn)?)
    }

    /// Items of `post` whose data is of `declarer`, after `after`, by persistent id.
    pub fn items_declared_by(&mut self, post: &str, declarer: &str, after: Id, limit: usize) -> Done<Vec<Id>> {
        Ok(declaration::table
            .filter(declaration::post_org.eq(post))
            .filter(declaration::object_pid.gt(after))
            .filter(declaration::declared_by.eq(declarer))
            .select(declaration::object_pid)
            .order(declaration::object_pid)
            .limit(limit as i64)
            .load(self.conn)?)
    }

    /// Posts with decisions made before it was kept what they judged.
    pub fn unjudged_posts(&mut self) -> Done<Vec<String>> {
        Ok(unjudged_post::table.order(unjudged_post::post_org).select(unjudged_post::post_org).load(self.conn)?)
    }

    /// The next items of such a post that there are final responses or referrals about.
    pub fn unjudged_items(&mut self, post: &str, limit: usize) -> Done<Vec<Id>> {
        let after: Option<Option<Id>> =
            unjudged_post::table.find(post).select(unjudged_post::after_pid).first(self.conn).optional()?;
        let Some(after) = after else { return Ok(Vec::new()) };
        let answered = response::table
            .filter(response::post_org.eq(mail_object::post_org))
            .filter(response::object_pid.eq(mail_object::pid))
            .filter(response::state_cd.ne(ResponseState::Draft));
        Ok(mail_object::table
            .filter(mail_object::post_org.eq(post))
            .filter(mail_object::pid.gt(after.unwrap_or(Id(uuid::Uuid::nil()))))
            .filter(mail_object::security_state.is_not_null().or(diesel::dsl::exists(answered)))
            .select(mail_object::pid)
            .order(mail_object::pid)
            .limit(limit as i64)
            .load(self.conn)?)
    }

    /// Notes how far the items of such a post were looked through; without a last one, that there are no more.
    pub fn note_judged(&mut self, post: &str, last: Option<Id>) -> Done {
        match last {
            Some(last) => diesel::update(unjudged_post::table.find(post))
                .set(unjudged_post::after_pid.eq(Some(last)))
                .execute(self.conn)?,
            None => diesel::delete(unjudged_post::table.find(post)).execute(self.conn)?,
        };
        Ok(())
    }
}
