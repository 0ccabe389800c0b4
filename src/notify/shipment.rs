//! What a courier is sent in place of an event: the declaration that it is about, as it stands.
//!
//! Events only say that there may be something to tell. What the courier was told already is not sent again, unless it is replayed.

use super::notifier::Notifier;
use crate::contract::canonical::to_canonical;
use crate::domain::ReceiverMode;
use crate::error::Result;
use crate::service::courier::CourierUpdate;
use crate::store::delivery::DeliveryRow;
use crate::store::{Fault, Tx};

/// What a courier was told, to be noted with the delivery.
pub(super) struct Notified {
    org: String,
    id: i64,
    digest: Vec<u8>,
}

impl Notified {
    pub(super) fn note(&self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        tx.note_courier_notified(&self.org, self.id, &self.digest)
    }
}

/// Bytes for a courier, and what it will have been told by them.
pub(super) struct News {
    pub body: Vec<u8>,
    pub notified: Notified,
    /// It was told this last, so that there is nothing to send.
    pub is_known: bool,
}

impl Notifier {
    /// What a delivery tells a courier; none where its receiver is no courier's, or its item is none that a courier submitted.
    pub(super) async fn news(&self, mode: ReceiverMode, delivery: &DeliveryRow) -> Result<Option<News>> {
        if mode != ReceiverMode::Xpress || delivery.url.is_none() {
            return Ok(None);
        }
        let actor = self.services.actor_for(&delivery.post_org).await?;
        let update = self.services.courier_update(&actor, delivery.object_pid, &self.base).await?;
        Ok(update.map(|CourierUpdate { declaration, digest, is_known }| News {
            body: to_canonical(&declaration).into_bytes(),
            notified: Notified { org: delivery.post_org.clone(), id: declaration.id, digest },
            is_known: is_known && !delivery.is_replay,
        }))
    }
}
