//! What waits for the people of a post: its drafts, and what it said that did not get through.

use diesel::prelude::*;

use super::item::MessageRow;
use super::outbox::trouble;
use super::schema::{declaration, mail_object, message_out};
use super::text::StoredText;
use super::types::{At, Id};
use super::{Fault, Tx};
use crate::domain::DeclarationState;

type Done<T> = Result<T, Fault>;

/// A declaration that is a draft still.
#[derive(Clone, Debug, Queryable)]
pub struct DraftRow {
    pub pid: Id,
    pub item_id: String,
    pub dest_post: String,
    pub changed_at: At,
    /// What was found in it.
    pub findings: Option<StoredText>,
}

impl Tx<'_> {
    /// Drafts of `post`, the newest items first, at most `limit`.
    pub fn drafts(&mut self, post: &str, limit: usize) -> Done<Vec<DraftRow>> {
        // Written out, as the index of these rows says it.
        let is_draft = diesel::dsl::sql(&format!("declaration.state_cd = {}", DeclarationState::Draft.stored()));
        let rows: Vec<(Id, Option<StoredText>)> = declaration::table
            .filter(declaration::post_org.eq(post))
            .filter::<diesel::expression::SqlLiteral<diesel::sql_types::Bool>>(is_draft)
            .order(declaration::object_pid.desc())
            .limit(limit as i64)
            .select((declaration::object_pid, declaration::quality_findings))
            .load(self.conn)?;
        let pids: Vec<Id> = rows.iter().map(|(pid, _)| *pid).collect();
        let named: Vec<(Id, String, String, At)> = mail_object::table
            .filter(mail_object::post_org.eq(post))
            .filter(mail_object::pid.eq_any(pids))
            .select((mail_object::pid, mail_object::item_id, mail_object::dest_post, mail_object::changed_at))
            .load(self.conn)?;
        let with_name = |(pid, findings): (Id, Option<StoredText>)| {
            let (_, item_id, dest_post, changed_at) = named.iter().find(|(known, ..)| *known == pid)?.clone();
            Some(DraftRow { pid, item_id, dest_post, changed_at, findings })
        };
        Ok(rows.into_iter().filter_map(with_name).collect())
    }

    /// What `post` said of its items and did not get through, unless it was said anew since; the newest first, out of at most
    /// `limit` messages.
    pub fn failed_messages(&mut self, post: &str, limit: usize) -> Done<Vec<MessageRow>> {
        let rows: Vec<MessageRow> = message_out::table
            .filter(message_out::post_org.eq(post))
            .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(&trouble()))
            .order(message_out::id.desc())
            .limit(limit as i64)
            .load(self.conn)?;
        let about: Vec<(Id, Id, String, crate::domain::MessageKind)> = message_out::table
            .filter(message_out::post_org.eq(post))
            .filter(message_out::object_pid.eq_any(rows.iter().map(|row| row.object_pid).collect::<Vec<_>>()))
            .select((message_out::id, message_out::object_pid, message_out::partner, message_out::kind))
            .load(self.conn)?;
        let is_newest = |row: &MessageRow| {
            !about.iter().any(|(id, pid, partner, kind)| {
                *id > row.id && *pid == row.object_pid && *partner == row.partner && *kind == row.kind
            })
        };
        Ok(rows.into_iter().filter(|row| row.sender == post && is_newest(row)).collect())
    }
}
