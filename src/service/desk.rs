//! The items of one post that a transaction works on: loaded at once, changed in memory, saved at once.

use super::entry::Outcome;
use super::identity::{self, Key};
use super::standing;
use crate::error::Error;
use crate::store::history::Stamp;
use crate::store::items::{Item, Parts};
use crate::store::{Fault, Tx};

pub(super) struct Desk {
    post: String,
    items: Vec<Item>,
}

impl Desk {
    /// Loads everything that `keys` may mean.
    pub(super) fn open<'k>(
        tx: &mut Tx<'_>,
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
        let mut items = Vec::new();
        for some in ids.chunks(KEYS_PER_QUERY) {
            items.extend(tx.items_by_id(post, some, parts)?);
        }
        for pid in pids {
            if !items.iter().any(|item: &Item| item.object.pid.0 == pid) {
                items.extend(tx.item_by_pid(post, pid, parts)?);
            }
        }
        Ok(Self { post: post.to_owned(), items })
    }

    /// Changes the item that `key` means, or a new one. Nothing of the change is kept when `work` refuses.
    pub(super) fn work_on(
        &mut self,
        tx: &mut Tx<'_>,
        key: &Key,
        work: impl FnOnce(&mut Tx<'_>, &mut Item) -> Result<Outcome, Fault>,
    ) -> Result<Outcome, Fault> {
        match identity::find(&self.items, key) {
            Ok(at) => {
                let mut item = self.items[at].clone();
                let outcome = work(tx, &mut item)?;
                self.items[at] = item;
                Ok(outcome)
            }
            Err(_) if key.item_id.is_empty() => {
                let message = "there is no item of yours with this PId; give Id and both posts to create one";
                Err(Error::invalid("absent", "PId", message).into())
            }
            Err(life_no) => {
                let mut item = Item::new(identity::new_object(&self.post, key, life_no, tx.now));
                let outcome = work(tx, &mut item)?;
                self.items.push(item);
                Ok(outcome)
            }
        }
    }

    /// Whether `key` means an item that is there.
    pub(super) fn has(&self, key: &Key) -> bool {
        identity::find(&self.items, key).is_ok()
    }

    /// The item that `key` means, taken out.
    pub(super) fn take(&mut self, key: &Key) -> Option<Item> {
        identity::find(&self.items, key).ok().map(|at| self.items.swap_remove(at))
    }

    /// Writes what changed.
    pub(super) fn save(&mut self, tx: &mut Tx<'_>, stamp: &Stamp) -> Result<(), Fault> {
        standing::save(tx, &mut self.items, stamp)
    }
}

/// Item ids asked for in one statement.
const KEYS_PER_QUERY: usize = 1_000;
