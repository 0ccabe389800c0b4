//! Finding items by the decisions about them.

use diesel::prelude::*;

use crate::domain::ResponseState;
use crate::store::schema::{decision, declaration, mail_object, response, unjudged_post};
use crate::store::types::Id;
use crate::store::{Fault, Tx};

type Done<T = ()> = Result<T, Fault>;

impl Tx<'_> {
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
