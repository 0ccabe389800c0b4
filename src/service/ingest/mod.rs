//! Many declarations, goods, senders or moves at once: kept as they came, worked off some at a time, and reported in one form,
//! whatever their form.
//!
//! `reading` makes entries of what was sent, `storing` puts some of them in their places (the same code for a dry run, up to
//! saving), `work` goes from one to the next and can be taken up where a crash left it, `report` is what is shown of it.

mod options;
mod reading;
mod report;
mod storing;
mod work;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::idempotency::once;
use super::rights::UseCase;
use super::{Actor, Answer, RequestKey, Services};
use crate::contract::canonical::to_canonical;
use crate::domain::{IngestionKind, IngestionMedia, IngestionState};
use crate::error::{Error, Result};
use crate::limits;
use crate::sheet::SheetFile;
use crate::store::Tx;
use crate::store::ingestion::IngestionRow;
use crate::store::types::{At, Id};

use options::unreadable;

pub use options::IngestOptions;
pub use report::{Taken, links_of};
pub use work::Progress;

/// Entries that come in at once.
#[derive(Clone, Debug)]
pub struct NewIngestion {
    pub kind: IngestionKind,
    pub media: IngestionMedia,
    /// What the file is called, where it has a name; no part of what makes two of them the same.
    pub file_name: Option<String>,
    pub bytes: Vec<u8>,
    pub dry_run: bool,
    pub options: IngestOptions,
    /// Who sent it waits for its end, if it is short: nobody else works it off meanwhile.
    pub waits: bool,
    /// Taken anew, even if the same was sent within a day.
    pub again: bool,
}

/// An ingestion that was taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ingestion {
    pub id: Uuid,
    /// The same was sent within the last day.
    pub repeated: bool,
    /// It is short enough to be waited for.
    pub is_short: bool,
}

impl Services {
    /// Keeps what was sent, to be worked off. The same bytes with the same options are the same ingestion for a day.
    ///
    /// # Errors
    /// 422 for what cannot be read at all, 401 for customs, 422 for a key that was used otherwise.
    pub async fn ingest(&self, actor: &Actor, new: NewIngestion, key: Option<RequestKey>) -> Result<Ingestion> {
        actor.check(use_case(new.kind))?;
        let org = actor.own_post(None)?.to_owned();
        let (new, is_short) = self.offload(move || looked_at(new)).await??;
        let options = to_canonical(&new.options);
        let mut hasher = Sha256::new();
        for part in [actor.client.as_deref().unwrap_or_default(), &options, new.kind.stored(), new.media.stored()] {
            hasher.update(part);
            hasher.update([0, u8::from(new.dry_run)]);
        }
        hasher.update(&new.bytes);
        let row = IngestionRow {
            org,
            id: Id(Uuid::now_v7()),
            client: actor.client.clone(),
            user_cd: actor.user_cd.clone(),
            office_cd: actor.office_cd.clone(),
            kind: new.kind,
            media: new.media,
            options,
            sha256: Sha256::digest(&new.bytes).to_vec(),
            request_digest: hasher.finalize().to_vec(),
            dry_run: new.dry_run,
            state: IngestionState::Waiting,
            next_index: 0,
            rows_read: 0,
            created: 0,
            changed: 0,
            unchanged: 0,
            refused: 0,
            warnings: 0,
            findings: 0,
            about: None,
            received_at: At(self.clock.now()),
            done_at: None,
            lease_owner: None,
            lease_until: None,
            file_name: new.file_name.as_deref().and_then(last_part),
        };
        let mut row = row;
        if new.waits && is_short {
            let until = self.clock.now() + TimeDelta::seconds(limits::INGESTION_LEASE_S);
            (row.lease_owner, row.lease_until) = (Some(row.id), Some(At(until)));
        }
        let (actor, again) = (actor.clone(), new.again);
        let keep = move |tx: &mut Tx<'_>| {
            once(tx, &actor, key.as_ref(), |tx| {
                let since = At(tx.now - TimeDelta::hours(limits::INGESTION_REPEAT_H));
                let before = if again { None } else { tx.ingestion_like(&row.org, &row.request_digest, since)? };
                // What failed may go well now.
                let before = before.filter(|row| row.state != IngestionState::Failed);
                // An item may move there and back: of moves only the last ones sent can be the same.
                let last = if row.kind == IngestionKind::Movements { tx.last_moves(&row.org)? } else { None };
                let before = before.filter(|row| last.is_none_or(|last| row.dry_run || last == row.id));
                let repeated = before.is_some();
                let id = before.map_or(row.id, |row| row.id).0;
                if !repeated {
                    tx.add_ingestion(&row, &new.bytes)?;
                }
                Ok(Answer::of(to_canonical(&Ingestion { id, repeated, is_short })))
            })
        };
        let answer = self.store.write(keep).await?;
        self.ingestion_signal.notify_one();
        serde_json::from_str(&answer.value)
            .map_err(|error| Error::Internal(format!("the answer of an ingestion cannot be read: {error}")))
    }
}

impl Services {
    /// Takes in what was checked before in a dry run, with the same options.
    ///
    /// # Errors
    /// 404 where there is no such dry run of the caller; 410 when what was sent is not kept any more.
    pub async fn ingest_checked(&self, actor: &Actor, id: Uuid) -> Result<Ingestion> {
        actor.check(UseCase::SeeItems)?;
        let org = actor.own_post(None)?.to_owned();
        let read = self.store.read(move |tx| {
            let row = tx.ingestion(&org, Id(id))?.filter(|row| row.dry_run);
            let row = row.ok_or(Error::Absent { what: "ingestion" })?;
            let bytes = tx.ingestion_bytes(&org, Id(id))?.ok_or(Error::Erased)?;
            Ok((row, bytes))
        });
        let (row, bytes) = read.await?;
        let options = serde_json::from_str(&row.options)
            .map_err(|error| Error::Internal(format!("options of an ingestion cannot be read: {error}")))?;
        let new = NewIngestion {
            kind: row.kind,
            media: row.media,
            file_name: row.file_name,
            bytes,
            dry_run: false,
            options,
            waits: true,
            again: false,
        };
        self.ingest(actor, new, None).await
    }
}

/// The name of a file without the folders before it and without what cannot be shown; none where nothing is left.
fn last_part(name: &str) -> Option<String> {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).take(limits::FILE_NAME_CHARS).collect();
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// What somebody must be entitled to who sends entries of a kind.
pub fn use_case(kind: IngestionKind) -> UseCase {
    match kind {
        IngestionKind::Declarations => UseCase::Declare,
        IngestionKind::Goods | IngestionKind::Senders => UseCase::Offer,
        IngestionKind::Movements => UseCase::MoveItems,
    }
}

/// Looks whether a file can be read, and whether it is short.
fn looked_at(new: NewIngestion) -> Result<(NewIngestion, bool)> {
    let is_short = match new.media {
        IngestionMedia::Sheet => {
            let most = limits::INGESTION_AT_ONCE;
            let rows = SheetFile::open(&new.bytes, new.options.sheet.as_deref(), new.kind)
                .and_then(|mut file| file.count(most + 1));
            rows.map_err(unreadable)? <= most
        }
        IngestionMedia::Json | IngestionMedia::Lines => {
            let text = std::str::from_utf8(&new.bytes);
            let text = text.map_err(|_| Error::invalid("json", "", "the body is not UTF-8"))?;
            reading::count((new.kind, new.media), text)? <= limits::INGESTION_AT_ONCE
        }
    };
    Ok((new, is_short))
}
