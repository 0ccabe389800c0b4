//! Lights that change although nothing is said about their items: since time passes, or lists and settings are others.

use uuid::Uuid;

use super::Services;
use super::item::stored_light::{self, Cause};
use crate::error::Result;
use crate::limits;
use crate::store::item::Stamp;
use crate::store::light::WalkRow;
use crate::store::types::Id;

impl Services {
    /// Judges the items whose time has come: marks end, an earlier use of an id counts no longer, answers are overdue.
    /// Gives how many changed.
    ///
    /// # Errors
    /// When the database is away; what was done stays done.
    pub async fn judge_due(&self) -> Result<usize> {
        let mut changed = 0;
        for post in self.store.read(|tx| tx.posts()).await? {
            loop {
                let of_post = post.clone();
                let due = self.store.read(move |tx| tx.due(&of_post, limits::JUDGED_PER_ROUND)).await?;
                for row in &due {
                    let (row, catalogue) = (row.clone(), self.catalogue());
                    let judged = self.store.write(move |tx| {
                        tx.settle_due(&row)?;
                        let why = (&Cause::Time(&row), &Stamp::server());
                        stored_light::judge_id(tx, &catalogue, &row.post_org, &row.item_id, why)
                    });
                    changed += judged.await?;
                }
                if (due.len() as i64) < limits::JUDGED_PER_ROUND {
                    break;
                }
            }
        }
        Ok(changed)
    }

    /// Judges the items that were judged last by other lists and settings, or never; gives how many changed.
    ///
    /// # Errors
    /// When the database is away; what was done stays done, and is gone on from.
    pub async fn judge_by_lists(&self) -> Result<usize> {
        let mut changed = 0;
        for post in self.store.read(|tx| tx.posts()).await? {
            while let Some(some) = self.judge_some(&post).await? {
                changed += some;
            }
        }
        Ok(changed)
    }

    /// The next of them; nothing when all are judged.
    async fn judge_some(&self, post: &str) -> Result<Option<usize>> {
        let (of_post, catalogue) = (post.to_owned(), self.catalogue());
        let basis = catalogue.light_basis().to_vec();
        let looked = self.store.read(move |tx| {
            let walk = tx.walk(&of_post)?.filter(|walk| walk.basis == basis);
            let after = match walk {
                Some(WalkRow { after_pid: None, .. }) => return Ok(None),
                Some(WalkRow { after_pid: Some(after), .. }) => after,
                None => Id(Uuid::nil()),
            };
            let mut items = tx.items_after(&of_post, after, limits::JUDGED_PER_ROUND)?;
            let differ = stored_light::differ(tx, &catalogue, &mut items)?;
            let last = items.last().map(|item| item.object.pid);
            let differing: Vec<Id> =
                items.iter().zip(differ).filter(|(_, differs)| *differs).map(|(item, _)| item.object.pid).collect();
            Ok(Some((WalkRow { post_org: of_post.clone(), basis: basis.clone(), after_pid: last }, differing)))
        });
        let Some((walk, differing)) = looked.await? else { return Ok(None) };
        let catalogue = self.catalogue();
        let write = self.store.write(move |tx| {
            let mut items = tx.items_by_pids(&walk.post_org, &differing)?;
            let changed = stored_light::judge_items(tx, &catalogue, &mut items, (&Cause::Others, &Stamp::server()))?;
            tx.put_walk(&walk)?;
            Ok(Some(changed))
        });
        write.await
    }
}
