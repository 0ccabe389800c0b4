//! What has to happen now and then: numbering changes, sealing, dropping what has expired.
//!
//! Each step may run on several servers at once. The app calls them on a schedule, tests when they like.

use chrono::TimeDelta;

use super::Services;
use crate::error::Result;
use crate::limits;
use crate::store::seal::Due;
use crate::store::types::At;

impl Services {
    /// Numbers committed changes until none waits; gives how many (none on SQLite).
    pub async fn number_changes(&self) -> Result<usize> {
        let mut total = 0;
        if !self.store.numbers_changes_later() {
            return Ok(0);
        }
        let waiting = self.store.read(|tx| {
            let posts = tx.posts()?;
            tx.unnumbered_posts(&posts)
        });
        for post in waiting.await? {
            loop {
                let of_post = post.clone();
                let numbered = self.store.write(move |tx| tx.number_changes(&of_post)).await?;
                total += numbered;
                if (numbered as i64) < limits::NUMBERING_ROWS {
                    break;
                }
            }
        }
        Ok(total)
    }

    /// Begins a new epoch of all feeds; gives its number.
    pub async fn begin_epoch(&self) -> Result<i32> {
        self.store.write(|tx| tx.begin_epoch()).await
    }

    /// Seals everything that changed since the last seals, post by post, and chains what is due; gives how many items and
    /// records were sealed.
    pub async fn seal(&self) -> Result<usize> {
        let mut total = 0;
        for post in self.store.read(|tx| tx.posts()).await? {
            total += self.seal_post(&post).await?;
        }
        loop {
            let records = self.store.write(|tx| tx.chain_seals(Due::HeadsOfAnHour)).await?;
            total += records;
            if records < limits::SEAL_RECORDS {
                return Ok(total);
            }
        }
    }

    /// What is sealed is read beside the writer, which is held for one row only.
    async fn seal_post(&self, post: &str) -> Result<usize> {
        let mut total = 0;
        loop {
            let of_post = post.to_owned();
            let draft = self.store.read(move |tx| tx.seal_draft(&of_post)).await?;
            let Some(draft) = draft else { return Ok(total) };
            let items = draft.items();
            if self.store.write(move |tx| tx.put_seal(&draft)).await? {
                total += items;
            }
            if items < limits::SEAL_ENTRIES {
                return Ok(total);
            }
        }
    }

    /// Chains the seals of all posts now, whether or not the last time was an hour ago.
    pub async fn chain_seals(&self) -> Result<()> {
        self.store.write(|tx| tx.chain_seals(Due::Now)).await.map(drop)
    }

    /// The hash of a seal; none when there is no such seal.
    pub async fn seal_hash(&self, seal_no: i64) -> Result<Option<Vec<u8>>> {
        self.store.read(move |tx| tx.seal_hash(seal_no)).await
    }

    /// Drops expired sessions, saved answers and anonymous declarations.
    pub async fn drop_expired(&self) -> Result<()> {
        self.store
            .write(|tx| {
                tx.drop_expired_sessions()?;
                tx.drop_expired_resets()?;
                tx.drop_old_answers()?;
                tx.drop_ended_access_tokens()?;
                tx.drop_old_use(At(tx.now - TimeDelta::minutes(1)))?;
                Ok(())
            })
            .await?;
        self.drop_old_events().await?;
        self.drop_old_ingestions().await?;
        while self.store.write(|tx| tx.drop_expired_anonymous(EXPIRED_AT_ONCE)).await? as i64 == EXPIRED_AT_ONCE {}
        Ok(())
    }
}

/// Rows dropped in one short transaction.
const EXPIRED_AT_ONCE: i64 = 1_000;
