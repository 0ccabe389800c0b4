//! The items of one post that a transaction works on: loaded at once, changed in memory, saved at once.

use std::collections::HashMap;

use uuid::Uuid;

use super::identity::{self, Found, Key};
use super::save;
use crate::error::Error;
use crate::rules::structure::UNKNOWN_POST;
use crate::service::batch::Outcome;
use crate::service::catalogue::Catalogue;
use crate::store::item::{Item, ObjectRow, Parts, Stamp};
use crate::store::{Fault, Tx};

pub(in crate::service) struct UnitOfWork<'c> {
    catalogue: &'c Catalogue,
    post: String,
    items: Vec<Item>,
    /// Places of the items: batches are long, so none is looked for one by one.
    by_id: HashMap<String, Vec<usize>>,
    by_pid: HashMap<Uuid, usize>,
}

impl<'c> UnitOfWork<'c> {
    /// Loads everything that `keys` may mean.
    pub(in crate::service) fn load<'k>(
        tx: &mut Tx<'_>,
        catalogue: &'c Catalogue,
        post: &str,
        keys: impl Iterator<Item = &'k Key>,
        parts: Parts,
    ) -> Result<Self, Fault> {
        let (mut ids, mut pids) = (Vec::new(), Vec::new());
        for key in keys {
            if !key.item_id.is_empty() {
                ids.push(key.item_id.as_str());
            }
            pids.extend(key.pid);
        }
        ids.sort_unstable();
        ids.dedup();
        let (post, items) = (post.to_owned(), Vec::new());
        let mut unit = Self { catalogue, post, items, by_id: HashMap::new(), by_pid: HashMap::new() };
        for some in ids.chunks(KEYS_PER_QUERY) {
            tx.items_by_id(&unit.post, some, parts)?.into_iter().for_each(|item| unit.put(item));
        }
        for pid in pids {
            if !unit.by_pid.contains_key(&pid) {
                tx.item_by_pid(&unit.post, pid, parts)?.into_iter().for_each(|item| unit.put(item));
            }
        }
        Ok(unit)
    }

    fn put(&mut self, item: Item) {
        let at = self.items.len();
        self.by_id.entry(item.object.item_id.clone()).or_default().push(at);
        self.by_pid.insert(item.object.pid.0, at);
        self.items.push(item);
    }

    /// What `key` means.
    fn find(&self, tx: &mut Tx<'_>, key: &Key) -> Result<Found, Fault> {
        if let Some(at) = key.pid.and_then(|pid| self.by_pid.get(&pid)) {
            return Ok(Found::At(*at));
        }
        identity::find(tx, self.catalogue, &self.with_id(&key.item_id), key)
    }

    /// The items at hand with this id, each with its place.
    fn with_id(&self, item_id: &str) -> Vec<(usize, &Item)> {
        let places = self.by_id.get(item_id).map_or(&[][..], Vec::as_slice);
        places.iter().map(|at| (*at, &self.items[*at])).collect()
    }

    /// The items at hand with this id.
    pub(in crate::service) fn items_with_id(&self, item_id: &str) -> Vec<&Item> {
        self.with_id(item_id).into_iter().map(|(_, item)| item).collect()
    }

    /// Changes the item that `key` means, or a new one. Nothing of the change is kept when `work` refuses.
    pub(in crate::service) fn change(
        &mut self,
        tx: &mut Tx<'_>,
        key: &Key,
        work: impl FnOnce(&mut Tx<'_>, &mut Item) -> Result<Outcome, Fault>,
    ) -> Result<Outcome, Fault> {
        match self.find(tx, key)? {
            Found::At(at) => {
                Self::check_named(&self.items[at].object, key)?;
                let mut item = self.items[at].clone();
                let outcome = work(tx, &mut item)?;
                self.items[at] = item;
                Ok(outcome)
            }
            Found::Several(places) => {
                Err(identity::ambiguous("mailObject", places.into_iter().map(|at| &self.items[at])).into())
            }
            Found::New(_) if key.item_id.is_empty() => {
                let message = "there is no item of yours with this PId; give Id and both posts to create one";
                Err(Error::invalid("absent", "PId", message).into())
            }
            Found::New(life_no) => {
                let mut item = Item::new(identity::new_object(&self.post, key, life_no, tx.now));
                let outcome = work(tx, &mut item)?;
                self.put(item);
                Ok(outcome)
            }
        }
    }

    /// PId goes before Id and origin, which must not name another item: neither of these two ever changes, an origin
    /// that is not known yet aside.
    fn check_named(found: &ObjectRow, key: &Key) -> Result<(), Fault> {
        if key.pid != Some(found.pid.0) {
            return Ok(());
        }
        let other_id = !key.item_id.is_empty() && key.item_id != found.item_id;
        let other_origin = key.origin != UNKNOWN_POST && key.origin != found.orig_post;
        if other_id || (other_origin && found.orig_post != UNKNOWN_POST) {
            let message = "PId and Id (with OrigPostOrgCd) name different items; leave out PId, or send the Id and origin \
                           of the item that has it";
            return Err(Error::invalid("ambiguous", "PId", message).into());
        }
        Ok(())
    }

    /// Whether `key` means an item that is there, or several.
    pub(in crate::service) fn has(&self, tx: &mut Tx<'_>, key: &Key) -> Result<bool, Fault> {
        Ok(!matches!(self.find(tx, key)?, Found::New(_)))
    }

    /// The item that `key` means, when the work is done.
    pub(in crate::service) fn into_item(mut self, tx: &mut Tx<'_>, key: &Key) -> Result<Option<Item>, Fault> {
        Ok(match self.find(tx, key)? {
            Found::At(at) => Some(self.items.swap_remove(at)),
            Found::New(_) | Found::Several(_) => None,
        })
    }

    /// Writes what changed.
    pub(in crate::service) fn save(&mut self, tx: &mut Tx<'_>, stamp: &Stamp) -> Result<(), Fault> {
        save::save(tx, self.catalogue, &mut self.items, stamp)
    }
}

/// Item ids asked for in one statement.
const KEYS_PER_QUERY: usize = 1_000;
