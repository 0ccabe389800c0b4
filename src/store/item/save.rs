//! Saving items: all that a transaction made of them, in as few statements as the engine allows.

use diesel::prelude::*;

use super::event::{HistoryRow, Stamp};
use super::unit::{Item, Slot, WriteAction};
use crate::store::insert::insert_all;
use crate::store::schema::{decision, declaration, document_version, mail_object, referral, response};
use crate::store::types::At;
use crate::store::{Fault, Tx};

type Done<T = ()> = Result<T, Fault>;

impl Tx<'_> {
    /// Writes what changed in `items`: rows, superseded versions, history, change numbers and messages.
    pub fn save_items(&mut self, items: &mut [Item], stamp: &Stamp) -> Done {
        // What an item is called is no part of its history, and may change without anything else.
        for item in items.iter_mut().filter(|item| !item.is_new() || !item.events().is_empty()) {
            if let Some(reference) = item.reference.take() {
                self.put_item_reference(&item.object.post_org, item.object.pid, &reference)?;
            }
        }
        let mut items: Vec<&mut Item> = items.iter_mut().filter(|item| !item.events().is_empty()).collect();
        if items.is_empty() {
            return Ok(());
        }
        let mut history: Vec<HistoryRow> = Vec::with_capacity(items.len());
        for item in &mut items {
            item.object.changed_at = At(self.now);
            item.attest_documents();
            let events = std::mem::take(&mut item.events);
            history.extend(events.into_iter().map(|event| event.chain(&mut item.object, self.now, stamp)));
        }
        self.write_objects(&items)?;
        self.place_changes(&items)?;
        self.write_documents(&items)?;
        self.write_referrals(&items)?;
        self.write_places(&items)?;
        insert_all(self.conn, &history)?;
        self.write_messages(&mut items)?;
        for item in items {
            item.settle();
        }
        Ok(())
    }

    fn write_referrals(&mut self, items: &[&mut Item]) -> Done {
        let referrals = items.iter().flat_map(|item| &item.referrals);
        insert_all(self.conn, with_action(referrals.clone(), WriteAction::Insert))?;
        for row in with_action(referrals, WriteAction::Update) {
            // Nothing else of a referral ever changes.
            diesel::update(referral::table.find((&row.post_org, row.object_pid, &row.reference)))
                .set(referral::pending.eq(row.pending))
                .execute(self.conn)?;
        }
        insert_all(self.conn, with_action(items.iter().flat_map(|item| &item.answers), WriteAction::Insert))?;
        Ok(())
    }

    /// Where items lie, as far as that was said.
    fn write_places(&mut self, items: &[&mut Item]) -> Done {
        for item in items {
            if let Some(place) = item.place.as_ref().filter(|place| !item.is_new() || !place.is_nowhere()) {
                self.put_place(&item.object.post_org, item.object.pid, place)?;
            }
        }
        Ok(())
    }

    /// A message says how far the history had come that it tells of.
    fn write_messages(&mut self, items: &mut [&mut Item]) -> Done {
        for item in items.iter_mut() {
            let item_seq = item.object.head_seq;
            item.messages.iter_mut().for_each(|message| message.item_seq = item_seq);
        }
        Ok(insert_all(self.conn, items.iter().flat_map(|item| &item.messages))?)
    }

    fn write_objects(&mut self, items: &[&mut Item]) -> Done {
        insert_all(self.conn, items.iter().filter(|item| item.is_new).map(|item| &item.object))?;
        for item in items.iter().filter(|item| !item.is_new) {
            let object = &item.object;
            diesel::update(mail_object::table.find((&object.post_org, object.pid))).set(object).execute(self.conn)?;
        }
        Ok(())
    }

    fn write_documents(&mut self, items: &[&mut Item]) -> Done {
        for item in items {
            for (kind, version_no) in &item.restored {
                let key = (&item.object.post_org, item.object.pid, *kind, *version_no);
                diesel::delete(document_version::table.find(key)).execute(self.conn)?;
            }
        }
        insert_all(self.conn, items.iter().flat_map(|item| &item.superseded))?;
        let declarations = items.iter().filter_map(|item| item.declaration.as_ref());
        insert_all(self.conn, with_action(declarations.clone(), WriteAction::Insert))?;
        for row in with_action(declarations.clone(), WriteAction::Update) {
            diesel::update(declaration::table.find((&row.post_org, row.object_pid))).set(row).execute(self.conn)?;
        }
        for row in with_action(declarations, WriteAction::Delete) {
            diesel::delete(declaration::table.find((&row.post_org, row.object_pid))).execute(self.conn)?;
        }
        let responses = items.iter().flat_map(|item| [item.own.as_ref(), item.destination.as_ref()]).flatten();
        insert_all(self.conn, with_action(responses.clone(), WriteAction::Insert))?;
        for row in with_action(responses.clone(), WriteAction::Update) {
            let key = (&row.post_org, row.object_pid, row.side);
            diesel::update(response::table.find(key)).set(row).execute(self.conn)?;
        }
        for row in with_action(responses, WriteAction::Delete) {
            diesel::delete(response::table.find((&row.post_org, row.object_pid, row.side))).execute(self.conn)?;
        }
        let decisions = items.iter().flat_map(|item| &item.decisions);
        insert_all(self.conn, with_action(decisions.clone(), WriteAction::Insert))?;
        for row in with_action(decisions, WriteAction::Update) {
            let key = (&row.post_org, row.object_pid, &row.side, row.version_no);
            diesel::update(decision::table.find(key)).set(row).execute(self.conn)?;
        }
        Ok(())
    }
}

fn with_action<'a, T: 'a>(slots: impl Iterator<Item = &'a Slot<T>>, action: WriteAction) -> Vec<&'a T> {
    slots.filter(|slot| slot.action == action).map(|slot| &slot.row).collect()
}
