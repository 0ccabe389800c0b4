//! What customs was handed: noted when it is answered, written down a little later and many at once.
//!
//! A decision is about the version that its author had been handed, so every answer with a declaration leaves a note. Notes
//! wait in memory and cost the answer nothing; one that is lost with the process means that nothing was handed, which never
//! makes a light better.

use std::sync::Arc;

use chrono::TimeDelta;
use uuid::Uuid;

use super::catalogue::Catalogue;
use super::item::handed::{Reading, VersionKey, row};
use super::item::version::{self, SHOWN_BYTES};
use super::item::{judging, save};
use super::{Actor, Services};
use crate::domain::OrganizationKind;
use crate::error::Result;
use crate::limits;
use crate::store::handed::HandedRow;
use crate::store::item::{Item, Parts, Stamp};
use crate::store::types::{At, Id};
use crate::store::{Fault, Tx};

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
            self.handed.add(
                VersionKey { post, pid: item.object.pid.0, customs: reader.org.clone(), version },
                at,
                reading,
            );
        }
    }

    /// Writes down the notes about an item that this process still holds, in the transaction of a decision about it.
    pub(super) fn bring_notes(&self, tx: &mut Tx<'_>, post: &str, pid: Id) -> Result<(), Fault> {
        for row in self.handed.about(post, pid.0) {
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
        let _alone = self.handed.writing.lock().await;
        let mut written = 0;
        loop {
            let now = At(self.clock.now());
            self.handed.book().forget(At(now.0 - TimeDelta::milliseconds(limits::NOTES_KEPT_MS)));
            let some = Arc::new(self.handed.book().next());
            if some.is_empty() {
                return Ok(written);
            }
            let (services, rows) = (self.clone(), Arc::clone(&some));
            let write = self
                .store
                .write(move |tx| rows.iter().try_for_each(|(key, note)| services.write_note(tx, &row(key, *note))));
            write.await?;
            written += some.len();
            self.handed.settle(&some, now);
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
            None => tx.posts(),
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
        self.notify_outbox();
        Ok(judged)
    }

    /// Judges every item anew whose data is of `declarer`; gives how many there were. To be called after it was settled for
    /// whom it speaks.
    ///
    /// # Errors
    /// When the database is away. What was done stays.
    pub async fn judge_data_of(&self, declarer: &str) -> Result<usize> {
        let mut judged = 0;
        for post in self.store.read(|tx| tx.posts()).await? {
            let declarer = declarer.to_owned();
            let next = move |tx: &mut Tx<'_>, post: &str, after| {
                tx.items_declared_by(post, &declarer, after, limits::JUDGED_PER_WRITE)
            };
            judged += self.judge_each_anew(&post, next).await?;
        }
        self.notify_outbox();
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

/// Finds again what the decisions of an item judged, and what they amount to. Nothing is written where nothing changes.
fn judge_anew(tx: &mut Tx<'_>, catalogue: &Catalogue, post: &str, pid: Id) -> Result<(), Fault> {
    let Some(mut item) = tx.item_by_pid(post, pid.0, Parts::All)? else { return Ok(()) };
    let stamp = Stamp::of_organization(post);
    if judging::judge_again(tx, catalogue, &mut item, &stamp)? {
        save::save(tx, catalogue, std::slice::from_mut(&mut item), &stamp)?;
    }
    Ok(())
}
