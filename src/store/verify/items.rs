//! Items of a post, page by page in the order of their last changes: whether each is what its history records.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{ITEMS_PER_PART, Looked, Part, Verdict};
use crate::store::Tx;
use crate::store::item::Evidence;
use crate::store::schema::{change, item_history, mail_object, seal_entry};
use crate::store::types::Id;

/// How far the histories of items had come when they were sealed last.
pub(super) type SealedHeads = HashMap<Id, i32>;

impl Tx<'_> {
    /// Looks at the next items with a place after the first and up to the second number, which a seal holds, or none does;
    /// gives how far it came unless these were the last.
    pub(super) fn look_at_numbered(
        &mut self,
        post: &str,
        (after, through): (i64, i64),
        sealed: Option<&SealedHeads>,
        verdict: &mut Verdict,
    ) -> Looked<Option<i64>> {
        let places = self.changes_between(post, after, through, ITEMS_PER_PART)?;
        let pids: Vec<Id> = places.iter().map(|place| place.1).collect();
        self.look_at_items(post, &pids, sealed, verdict)?;
        Ok(places.last().filter(|_| places.len() == ITEMS_PER_PART).map(|place| place.0))
    }

    fn look_at_items(
        &mut self,
        post: &str,
        pids: &[Id],
        sealed: Option<&SealedHeads>,
        verdict: &mut Verdict,
    ) -> Looked {
        for item in self.evidence(post, pids)? {
            verdict.items += 1;
            verdict.rows += item.history.len() as u64;
            item.chain()?;
            if let Some(sealed) = sealed {
                is_sealed(&item, sealed)?;
            }
            item.documents()?;
            item.rows()?;
        }
        Ok(())
    }

    /// The next items that earlier versions sealed together with those of other posts, and that have not changed since.
    pub(super) fn look_at_together(&mut self, post: &str, after: i64, verdict: &mut Verdict) -> Looked<Part> {
        let through = self.sealed_together()?;
        let places = self.changes_between(post, after, through, ITEMS_PER_PART)?;
        let pids: Vec<Id> = places.iter().map(|place| place.1).collect();
        let entries: Vec<(Id, i32)> = seal_entry::table
            .filter(seal_entry::post_org.eq(post))
            .filter(seal_entry::object_pid.eq_any(&pids))
            .order(seal_entry::head_seq)
            .select((seal_entry::object_pid, seal_entry::head_seq))
            .load(self.conn)?;
        // Of several entries of an item the last.
        let sealed: SealedHeads = entries.into_iter().collect();
        self.look_at_items(post, &pids, Some(&sealed), verdict)?;
        Ok(match places.last() {
            Some(last) if places.len() == ITEMS_PER_PART => Part::Together { after: last.0 },
            _ => Part::Sealed { seal_no: 1 },
        })
    }

    /// The next items that no seal holds yet.
    pub(super) fn look_at_open(&mut self, post: &str, after: i64, verdict: &mut Verdict) -> Looked<Part> {
        let reached = self.look_at_numbered(post, (after, i64::MAX), None, verdict)?;
        Ok(reached.map_or(Part::Rest, |after| Part::Open { after }))
    }

    /// The next items whose change waits for its number.
    pub(super) fn look_at_unnumbered(
        &mut self,
        post: &str,
        after: Id,
        sealed_through: i64,
        verdict: &mut Verdict,
    ) -> Looked<Part> {
        let waiting = change::table.filter(change::post_org.eq(post)).filter(change::number.is_null());
        let pids: Vec<Id> = waiting
            .filter(change::pid.gt(after))
            .order(change::pid)
            .limit(ITEMS_PER_PART as i64)
            .select(change::pid)
            .load(self.conn)?;
        self.look_at_items(post, &pids, None, verdict)?;
        Ok(match pids.last() {
            Some(last) if pids.len() == ITEMS_PER_PART => Part::Unnumbered { after: *last, sealed_through },
            _ => Part::Open { after: sealed_through },
        })
    }

    /// Items without a place in the feed, which nothing above has met, and history of items that are no longer there.
    pub(super) fn look_at_rest(&mut self, post: &str) -> Looked {
        let of_item = change::post_org.eq(mail_object::post_org).and(change::pid.eq(mail_object::pid));
        let unplaced: Option<Id> = mail_object::table
            .left_join(change::table.on(of_item))
            .filter(mail_object::post_org.eq(post))
            .filter(change::post_org.nullable().is_null())
            .select(mail_object::pid)
            .first(self.conn)
            .optional()?;
        if let Some(pid) = unplaced {
            let items = self.evidence(post, &[pid])?;
            let name = items.first().map(Evidence::name).unwrap_or_default();
            return Err(format!("the place of {name} among the changes of its post was removed").into());
        }
        let of_history =
            mail_object::post_org.eq(item_history::post_org).and(mail_object::pid.eq(item_history::object_pid));
        let gone: Option<Id> = item_history::table
            .left_join(mail_object::table.on(of_history))
            .filter(item_history::post_org.eq(post))
            .filter(item_history::seq.eq(1))
            .filter(mail_object::item_id.nullable().is_null())
            .select(item_history::object_pid)
            .first(self.conn)
            .optional()?;
        match gone {
            Some(pid) => Err(format!("item {} of {post} was removed", pid.0).into()),
            None => Ok(()),
        }
    }
}

fn is_sealed(item: &Evidence, sealed: &SealedHeads) -> Result<(), String> {
    let head_seq = item.object.head_seq;
    if sealed.get(&item.object.pid) == Some(&head_seq) {
        return Ok(());
    }
    Err(format!("history row {head_seq} of {} was inserted behind a seal", item.name()))
}
