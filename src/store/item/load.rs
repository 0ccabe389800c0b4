//! Loading items with their documents.

use std::collections::HashMap;

use diesel::prelude::*;
use uuid::Uuid;

use super::rows::{DecisionRow, DeclarationRow, ObjectRow, ResponseRow};
use super::unit::{Item, Slot};
use crate::domain::Side;
use crate::store::engine::conn::on_engine;
use crate::store::schema::{decision, declaration, mail_object, response};
use crate::store::types::Id;
use crate::store::{Fault, Tx};

type Done<T = ()> = Result<T, Fault>;

/// Which documents to load with the items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parts {
    Declaration,
    All,
}

impl Tx<'_> {
    /// Every life of the items named, in one post.
    pub fn items_by_id(&mut self, post_org: &str, item_ids: &[&str], parts: Parts) -> Done<Vec<Item>> {
        let of_post = mail_object::table.filter(mail_object::post_org.eq(post_org));
        let objects: Vec<ObjectRow> = match item_ids {
            [] => return Ok(Vec::new()),
            [one] => on_engine!(self.conn, |conn| of_post.filter(mail_object::item_id.eq(*one)).load(conn))?,
            many => of_post.filter(mail_object::item_id.eq_any(many.to_vec())).load(self.conn)?,
        };
        self.with_documents(post_org, objects, parts)
    }

    /// The item with this persistent id, in one post.
    pub fn item_by_pid(&mut self, post_org: &str, pid: Uuid, parts: Parts) -> Done<Option<Item>> {
        let object = mail_object::table.find((post_org, Id(pid))).get_result(self.conn).optional()?;
        Ok(self.with_documents(post_org, object.into_iter().collect(), parts)?.pop())
    }

    /// The current response of one side of an item.
    pub fn response_of(&mut self, object: &ObjectRow, side: Side) -> Done<Option<ResponseRow>> {
        let found = response::table.find((&object.post_org, object.pid, side));
        Ok(found.get_result(self.conn).optional()?)
    }

    /// Loads the documents of `objects`, which all belong to `post_org`.
    pub(in crate::store) fn with_documents(
        &mut self,
        post_org: &str,
        objects: Vec<ObjectRow>,
        parts: Parts,
    ) -> Done<Vec<Item>> {
        if objects.is_empty() {
            return Ok(Vec::new());
        }
        let pids: Vec<Id> = objects.iter().map(|object| object.pid).collect();
        let mut items: Vec<Item> = objects.into_iter().map(Item::stored).collect();
        let place: HashMap<Id, usize> = pids.iter().enumerate().map(|(at, pid)| (*pid, at)).collect();
        for row in self.declarations(post_org, &pids)? {
            if let Some(&at) = place.get(&row.object_pid) {
                items[at].declaration = Some(Slot::stored(row));
            }
        }
        if parts == Parts::All {
            for row in self.responses(post_org, &pids)? {
                if let Some(&at) = place.get(&row.object_pid) {
                    items[at].put_loaded(row);
                }
            }
            items.iter_mut().for_each(|item| item.has_responses = true);
        }
        Ok(items)
    }

    fn declarations(&mut self, post_org: &str, pids: &[Id]) -> Done<Vec<DeclarationRow>> {
        let of_post = declaration::table.filter(declaration::post_org.eq(post_org));
        Ok(match pids {
            [one] => on_engine!(self.conn, |conn| of_post.filter(declaration::object_pid.eq(*one)).load(conn))?,
            many => of_post.filter(declaration::object_pid.eq_any(many.to_vec())).load(self.conn)?,
        })
    }

    fn responses(&mut self, post_org: &str, pids: &[Id]) -> Done<Vec<ResponseRow>> {
        let of_post = response::table.filter(response::post_org.eq(post_org));
        Ok(match pids {
            [one] => on_engine!(self.conn, |conn| of_post.filter(response::object_pid.eq(*one)).load(conn))?,
            many => of_post.filter(response::object_pid.eq_any(many.to_vec())).load(self.conn)?,
        })
    }

    /// Loads what is not at hand of an item: responses, decisions, referrals and answers.
    pub fn complete(&mut self, item: &mut Item) -> Done {
        self.complete_responses(item)?;
        if !item.has_decisions {
            let rows: Vec<DecisionRow> = decision::table
                .filter(decision::post_org.eq(&item.object.post_org))
                .filter(decision::object_pid.eq(item.object.pid))
                .order((decision::side, decision::version_no))
                .load(self.conn)?;
            item.decisions.splice(0..0, rows.into_iter().map(Slot::stored));
            item.has_decisions = true;
        }
        self.complete_referrals(item)
    }

    /// Loads the responses about an item, unless they are at hand.
    pub fn complete_responses(&mut self, item: &mut Item) -> Done {
        if !item.has_responses {
            for row in self.responses(&item.object.post_org, &[item.object.pid])? {
                item.put_loaded(row);
            }
            item.has_responses = true;
        }
        Ok(())
    }

    /// Items of a post in the order of their persistent ids, after one of them.
    pub fn items_after(&mut self, post_org: &str, after: Id, limit: i64) -> Done<Vec<Item>> {
        let objects = mail_object::table
            .filter(mail_object::post_org.eq(post_org))
            .filter(mail_object::pid.gt(after))
            .order(mail_object::pid)
            .limit(limit)
            .load(self.conn)?;
        self.with_documents(post_org, objects, Parts::All)
    }

    /// Loads the referrals and answers of an item, unless they are at hand.
    pub fn complete_referrals(&mut self, item: &mut Item) -> Done {
        if !item.has_referrals {
            let referrals = self.stored_referrals(&item.object)?;
            item.referrals.splice(0..0, referrals.into_iter().map(Slot::stored));
            let answers = if item.referrals.is_empty() { Vec::new() } else { self.stored_answers(&item.object)? };
            item.answers.splice(0..0, answers.into_iter().map(Slot::stored));
            item.has_referrals = true;
        }
        Ok(())
    }
}
