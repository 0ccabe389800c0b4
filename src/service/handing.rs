//! What customs was handed: noted when it is answered, written down a little later and many at once.
//!
//! A decision is about the version that its author had been handed, so every answer with a declaration leaves a note. Notes
//! wait in memory and cost the answer nothing; one that is lost with the process means that nothing was handed, which never
//! makes a light better.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;
use moka::sync::Cache;
use uuid::Uuid;

use super::item::judging;
use super::item::version::{self, SHOWN_BYTES};
use super::{Actor, Services};
use crate::domain::OrganizationKind;
use crate::error::Result;
use crate::limits;
use crate::store::handed::HandedRow;
use crate::store::item::Stamp;
use crate::store::item::{Item, Parts};
use crate::store::types::{At, Id};
use crate::store::{Fault, Tx};

/// How an administration came to a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reading {
    /// Among others.
    Passing,
    /// It asked for this item, or for what waits for its answer.
    Asked,
}

/// One version of one item.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    post: String,
    pid: Uuid,
    customs: String,
    version: [u8; SHOWN_BYTES],
}

/// Since when it was handed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Note {
    first_at: At,
    asked_at: Option<At>,
}

/// A note, and when it was written down, if it was.
#[derive(Clone, Debug)]
struct Kept {
    key: Key,
    note: Note,
    written_at: Option<At>,
}

/// What is noted: by item, and in the order in which it is to be written down and forgotten.
#[derive(Debug, Default)]
struct Book {
    by_item: HashMap<Uuid, Vec<Kept>>,
    to_write: VecDeque<Key>,
    to_forget: VecDeque<(At, Key)>,
}

impl Book {
    fn find(&mut self, key: &Key) -> Option<&mut Kept> {
        self.by_item.get_mut(&key.pid)?.iter_mut().find(|kept| kept.key == *key)
    }

    fn add(&mut self, key: Key, note: Note) {
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
    fn next(&mut self) -> Vec<(Key, Note)> {
        let keys: Vec<Key> = self.to_write.iter().take(limits::NOTES_PER_WRITE).cloned().collect();
        keys.into_iter().filter_map(|key| self.find(&key).map(|kept| (key.clone(), kept.note))).collect()
    }

    /// Keeps what was written down a little longer: a transaction that began before does not see it in the database.
    fn settle(&mut self, done: &[(Key, Note)], now: At) {
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

    fn forget(&mut self, before: At) {
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
pub(super) struct Notes {
    book: Arc<Mutex<Book>>,
    written: Cache<(Uuid, [u8; SHOWN_BYTES]), Reading>,
    /// Held while notes are written down.
    writing: Arc<tokio::sync::Mutex<()>>,
}

impl Default for Notes {
    fn default() -> Self {
        let written = Cache::builder().max_capacity(limits::NOTES_REMEMBERED).build();
        Self { book: Arc::default(), written, writing: Arc::default() }
    }
}

impl Notes {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, key: Key, at: At, reading: Reading) {
        if self.written.get(&(key.pid, key.version)).is_some_and(|written| written >= reading) {
            return;
        }
        let asked_at = (reading == Reading::Asked).then_some(at);
        self.book().add(key, Note { first_at: at, asked_at });
    }

    /// The notes about an item, written down or not.
    fn about(&self, post: &str, pid: Uuid) -> Vec<HandedRow> {
        let book = self.book();
        let of_item = book.by_item.get(&pid).map_or(&[][..], Vec::as_slice);
        of_item.iter().filter(|kept| kept.key.post == post).map(|kept| row(&kept.key, kept.note)).collect()
    }

    fn settle(&self, done: &[(Key, Note)], now: At) {
        for (key, note) in done {
            let reading = if note.asked_at.is_some() { Reading::Asked } else { Reading::Passing };
            self.written.insert((key.pid, key.version), reading);
        }
        self.book().settle(done, now);
    }
}

fn row(key: &Key, note: Note) -> HandedRow {
    HandedRow {
        post_org: key.post.clone(),
        object_pid: Id(key.pid),
        customs_org: key.customs.clone(),
        version: key.version.to_vec(),
        first_at: note.first_at,
        asked_at: note.asked_at,
    }
}

impl Services {
    /// Notes that `reader` was handed the declarations of `items`, where it is a customs administration.
    pub(super) fn note_handed<'i>(&self, reader: &Actor, items: impl IntoIterator<Item = &'i Item>, reading: Reading) {
        if reader.kind != OrganizationKind::Customs {
            return;
        }
        let at = At(self.clock.now());
        for item in items {
            let Some(name) = version::current_name(item).filter(|_| item.declaration().is_some_and(|row| row.seen))
            else {
                continue;
            };
            let mut version = [0; SHOWN_BYTES];
            version.copy_from_slice(&name[..SHOWN_BYTES]);
            let post = item.object.post_org.clone();
            self.notes.add(Key { post, pid: item.object.pid.0, customs: reader.org.clone(), version }, at, reading);
        }
    }

    /// Writes down the notes about an item that this process still holds, in the transaction of a decision about it.
    pub(super) fn bring_notes(&self, tx: &mut Tx<'_>, post: &str, pid: Id) -> Result<(), Fault> {
        for row in self.notes.about(post, pid.0) {
            tx.note_handed(&row)?;
        }
        Ok(())
    }

    /// Writes down what was noted since; gives how many notes. Decisions that came before such a note, made by another
    /// server, are judged anew.
    ///
    /// # Errors
    /// When the database is away; the notes stay.
    pub async fn write_notes(&self) -> Result<usize> {
        let _alone = self.notes.writing.lock().await;
        let mut written = 0;
        loop {
            let now = At(self.clock.now());
            self.notes.book().forget(At(now.0 - TimeDelta::milliseconds(limits::NOTES_KEPT_MS)));
            let some = Arc::new(self.notes.book().next());
            if some.is_empty() {
                return Ok(written);
            }
            let (services, rows) = (self.clone(), Arc::clone(&some));
            let write = self
                .store
                .write(move |tx| rows.iter().try_for_each(|(key, note)| services.write_note(tx, &row(key, *note))));
            write.await?;
            written += some.len();
            self.notes.settle(&some, now);
        }
    }

    fn write_note(&self, tx: &mut Tx<'_>, note: &HandedRow) -> Result<(), Fault> {
        let is_new = tx.note_handed(note)?;
        if is_new && tx.decided_since(&note.post_org, note.object_pid, &note.customs_org, note.first_at)? {
            judge_anew(tx, &self.catalogue(), &note.post_org, note.object_pid)?;
        }
        Ok(())
    }

    /// Judges every item with decisions of a customs administration (of everybody, when none is named) anew; gives how
    /// many there were. To be called after a setting or a list changed that the judgement goes by.
    ///
    /// # Errors
    /// When the database is away. What was done stays.
    pub async fn judge_all_anew(&self, customs: Option<&str>) -> Result<usize> {
        let named = customs.map(str::to_owned);
        let posts = self.store.read(move |tx| match &named {
            None => posts(tx),
            Some(customs) => match tx.organization(customs)? {
                Some(organization) => tx.posts_of_customs(&organization),
                None => Ok(Vec::new()),
            },
        });
        let mut judged = 0;
        for post in posts.await? {
            let next = |tx: &mut Tx<'_>, post: &str, after| tx.decided_items(post, after, limits::JUDGED_PER_WRITE);
            judged += self.judge_each_anew(&post, next).await?;
        }
        self.ring();
        Ok(judged)
    }

    /// Judges every item anew whose data is of `declarer`; gives how many there were. To be called after it was settled for
    /// whom it speaks.
    ///
    /// # Errors
    /// When the database is away. What was done stays.
    pub async fn judge_data_of(&self, declarer: &str) -> Result<usize> {
        let mut judged = 0;
        for post in self.store.read(posts).await? {
            let declarer = declarer.to_owned();
            let next = move |tx: &mut Tx<'_>, post: &str, after| {
                tx.items_declared_by(post, &declarer, after, limits::JUDGED_PER_WRITE)
            };
            judged += self.judge_each_anew(&post, next).await?;
        }
        self.ring();
        Ok(judged)
    }

    async fn judge_each_anew(
        &self,
        post: &str,
        next: impl Fn(&mut Tx<'_>, &str, Id) -> Result<Vec<Id>, Fault> + Clone + Send + 'static,
    ) -> Result<usize> {
        let (mut after, mut judged) = (Id(Uuid::nil()), 0);
        loop {
            let (services, of_post, next) = (self.clone(), post.to_owned(), next.clone());
            let some = self.store.write(move |tx| {
                let some = next(tx, &of_post, after)?;
                let catalogue = services.catalogue();
                some.iter().try_for_each(|pid| judge_anew(tx, &catalogue, &of_post, *pid))?;
                Ok(some)
            });
            let some = some.await?;
            let Some(last) = some.last() else { return Ok(judged) };
            (after, judged) = (*last, judged + some.len());
        }
    }
}

/// Every post, hosted or not: items of a post elsewhere are here when its customs is.
fn posts(tx: &mut Tx<'_>) -> Result<Vec<String>, Fault> {
    Ok(tx.organizations()?.into_iter().filter(|org| org.kind == OrganizationKind::Post).map(|org| org.code).collect())
}

/// Finds again what the decisions of an item judged, and what they amount to. Nothing is written where nothing changes.
fn judge_anew(tx: &mut Tx<'_>, catalogue: &super::catalogue::Catalogue, post: &str, pid: Id) -> Result<(), Fault> {
    let Some(mut item) = tx.item_by_pid(post, pid.0, Parts::All)? else { return Ok(()) };
    let stamp = Stamp { actor_org: post.to_owned(), user_cd: None, office_cd: None };
    if judging::judge_again(tx, catalogue, &mut item, &stamp)? {
        super::item::state::save(tx, catalogue, std::slice::from_mut(&mut item), &stamp)?;
    }
    Ok(())
}
