//! What waits for the people of a post to be put right: drafts with what was found in them, and what did not get through to others.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::judgement::{Found, found_in};
use super::rights::UseCase;
use super::{Actor, Services};
use crate::error::Result;
use crate::limits;
use crate::store::attention::DraftRow;
use crate::store::item::MessageRow;

/// A draft, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Draft {
    pub pid: Uuid,
    pub item_id: String,
    pub dest_post: String,
    pub changed_at: DateTime<Utc>,
    pub found: Vec<Found>,
}

impl From<DraftRow> for Draft {
    fn from(row: DraftRow) -> Self {
        Self {
            pid: row.pid.0,
            item_id: row.item_id,
            dest_post: row.dest_post,
            changed_at: row.changed_at.0,
            found: found_in(row.findings.as_deref()),
        }
    }
}

/// Something that was said and did not get through.
#[derive(Clone, Debug)]
pub struct Refused {
    pub pid: Uuid,
    pub item_id: String,
    pub partner: String,
    /// For example `ITMATT`.
    pub kind: String,
    /// `refused` or `quarantined`.
    pub state: String,
    /// Why.
    pub note: String,
    pub at: DateTime<Utc>,
}

impl From<MessageRow> for Refused {
    fn from(row: MessageRow) -> Self {
        Self {
            pid: row.object_pid.0,
            item_id: row.item_id,
            partner: row.partner,
            kind: row.kind.to_string(),
            state: row.state.to_string(),
            note: row.note.unwrap_or_default(),
            at: row.created_at.0,
        }
    }
}

/// What is to be put right.
#[derive(Clone, Debug, Default)]
pub struct Attention {
    pub drafts: Vec<Draft>,
    pub refused: Vec<Refused>,
}

impl Services {
    /// What is to be put right at the caller's own post, the newest first; at most [`limits::ATTENTION_LISTED`] of each kind.
    ///
    /// # Errors
    /// 401 for customs.
    pub async fn attention(&self, actor: &Actor) -> Result<Attention> {
        actor.check(UseCase::SeeItems)?;
        let post = actor.own_post(None)?.to_owned();
        self.store
            .read(move |tx| {
                let drafts = tx.drafts(&post, limits::ATTENTION_LISTED)?;
                let refused = tx.failed_messages(&post, limits::ATTENTION_LISTED)?;
                Ok(Attention {
                    drafts: drafts.into_iter().map(Draft::from).collect(),
                    refused: refused.into_iter().map(Refused::from).collect(),
                })
            })
            .await
    }
}
