//! What has to happen now and then: numbering changes, sealing, dropping what has expired.
//!
//! Each step may run on several servers at once. The app calls them on a schedule, tests when they like.

use super::Services;
use crate::error::Result;
use crate::limits;

impl Services {
    /// Numbers committed changes until none waits; gives how many (none on SQLite).
    pub async fn number_changes(&self) -> Result<usize> {
        let mut total = 0;
        if !self.store.numbers_changes_later() {
            return Ok(0);
        }
        loop {
            let numbered = self.store.write(|tx| tx.number_changes()).await?;
            total += numbered;
            if (numbered as i64) < limits::NUMBERING_ROWS {
                return Ok(total);
            }
        }
    }

    /// Seals everything that changed since the last seal; gives how many items and records.
    pub async fn seal(&self) -> Result<usize> {
        let mut total = 0;
        loop {
            let sealed = self.store.write(|tx| tx.seal()).await?;
            total += sealed.items + sealed.records;
            if !sealed.is_full() {
                return Ok(total);
            }
        }
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
                tx.drop_old_answers()?;
                Ok(())
            })
            .await?;
        while self.store.write(|tx| tx.drop_expired_anonymous(EXPIRED_AT_ONCE)).await? as i64 == EXPIRED_AT_ONCE {}
        Ok(())
    }
}

/// Rows dropped in one short transaction.
const EXPIRED_AT_ONCE: i64 = 1_000;
