//! Notes of what customs was handed, in memory: written down a little later and many at once.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use moka::sync::Cache;
use uuid::Uuid;

use super::version::SHOWN_BYTES;
use crate::limits;
use crate::store::handed::HandedRow;
use crate::store::types::{At, Id};

/// How an administration came to a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::service) enum Reading {
    /// Among others.
    Passing,
    /// It asked for this item, or for what waits for its answer.
    Asked,
}

/// One version of one item.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::service) struct VersionKey {
    pub post: String,
    pub pid: Uuid,
    pub customs: String,
    pub version: [u8; SHOWN_BYTES],
}

/// Since when it was handed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::service) struct Note {
    first_at: At,
    asked_at: Option<At>,
}

/// A note, and when it was written down, if it was.
#[derive(Clone, Debug)]
struct Kept {
    key: VersionKey,
    note: Note,
    written_at: Option<At>,
}

/// What is noted: by item, and in the order in which it is to be written down and forgotten.
#[derive(Debug, Default)]
pub(in crate::service) struct Book {
    by_item: HashMap<Uuid, Vec<Kept>>,
    to_write: VecDeque<VersionKey>,
    to_forget: VecDeque<(At, VersionKey)>,
}

impl Book {
    fn find(&mut self, key: &VersionKey) -> Option<&mut Kept> {
        self.by_item.get_mut(&key.pid)?.iter_mut().find(|kept| kept.key == *key)
    }

    pub(in crate::service) fn add(&mut self, key: VersionKey, note: Note) {
        let known = self.find(&key).map(|kept| {
            let is_new = kept.note.asked_at.is_none() && note.asked_at.is_some();
            kept.note.asked_at = kept.note.asked_at.or(note.asked_at);
            is_new && kept.written_at.take().is_some()
        });
        match known {
            Some(true) => self.to_write.push_back(key),
            Some(false) => {}
            // Beyond the limit it is as if it had not been handed.
            None if self.to_write.len() >= limits::NOTES_WAITING => {}
            None => {
                self.to_write.push_back(key.clone());
                self.by_item.entry(key.pid).or_default().push(Kept { key, note, written_at: None });
            }
        }
    }

    /// The next notes to write down.
    pub(in crate::service) fn next(&mut self) -> Vec<(VersionKey, Note)> {
        let keys: Vec<VersionKey> = self.to_write.iter().take(limits::NOTES_PER_WRITE).cloned().collect();
        keys.into_iter().filter_map(|key| self.find(&key).map(|kept| (key.clone(), kept.note))).collect()
    }

    /// Keeps what was written down a little longer: a transaction that began before does not see it in the database.
    pub(in crate::service) fn settle(&mut self, done: &[(VersionKey, Note)], now: At) {
        self.to_write.drain(..done.len().min(self.to_write.len()));
        for (key, note) in done {
            let Some(kept) = self.find(key) else { continue };
            if kept.note == *note {
                kept.written_at = Some(now);
                self.to_forget.push_back((now, key.clone()));
            } else {
                self.to_write.push_back(key.clone());
            }
        }
    }

    pub(in crate::service) fn forget(&mut self, before: At) {
        while let Some((at, key)) = self.to_forget.pop_front_if(|(at, _)| *at < before) {
            let Some(kept) = self.by_item.get_mut(&key.pid) else { continue };
            kept.retain(|kept| kept.key != key || kept.written_at != Some(at));
            if kept.is_empty() {
                self.by_item.remove(&key.pid);
            }
        }
    }
}

/// The notes that wait, and those written down lately.
#[derive(Clone)]
pub(in crate::service) struct HandedNotes {
    book: Arc<Mutex<Book>>,
    written: Cache<(Uuid, [u8; SHOWN_BYTES]), Reading>,
    /// Held while notes are written down.
    pub writing: Arc<tokio::sync::Mutex<()>>,
}

impl Default for HandedNotes {
    fn default() -> Self {
        let written = Cache::builder().max_capacity(limits::NOTES_REMEMBERED).build();
        Self { book: Arc::default(), written, writing: Arc::default() }
    }
}

impl HandedNotes {
    pub(in crate::service) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(in crate::service) fn add(&self, key: VersionKey, at: At, reading: Reading) {
        if self.written.get(&(key.pid, key.version)).is_some_and(|written| written >= reading) {
            return;
        }
        let asked_at = (reading == Reading::Asked).then_some(at);
        self.book().add(key, Note { first_at: at, asked_at });
    }

    /// The notes about an item, written down or not.
    pub(in crate::service) fn about(&self, post: &str, pid: Uuid) -> Vec<HandedRow> {
        let book = self.book();
        let of_item = book.by_item.get(&pid).map_or(&[][..], Vec::as_slice);
        of_item.iter().filter(|kept| kept.key.post == post).map(|kept| row(&kept.key, kept.note)).collect()
    }

    pub(in crate::service) fn settle(&self, done: &[(VersionKey, Note)], now: At) {
        for (key, note) in done {
            let reading = if note.asked_at.is_some() { Reading::Asked } else { Reading::Passing };
            self.written.insert((key.pid, key.version), reading);
        }
        self.book().settle(done, now);
    }
}

pub(in crate::service) fn row(key: &VersionKey, note: Note) -> HandedRow {
    HandedRow {
        post_org: key.post.clone(),
        object_pid: Id(key.pid),
        customs_org: key.customs.clone(),
        version: key.version.to_vec(),
        first_at: note.first_at,
        asked_at: note.asked_at,
    }
}
