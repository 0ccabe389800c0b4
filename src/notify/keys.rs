//! Keys of subscriptions: made, changed without a gap, ended.

use chrono::TimeDelta;
use uuid::Uuid;

use super::notifier::Notifier;
use super::owner::{SubscriptionId, signature_kind};
use super::receiver::seal_secret;
use crate::contract::subscription::{KeyMade, NewKey};
use crate::domain::SignatureKind;
use crate::error::{Error, Result};
use crate::limits;
use crate::service::Actor;
use crate::store::Tx;
use crate::store::subscription::{SubscriptionRow, SubscriptionSecretRow};
use crate::store::types::{At, Id};
use crate::vault::signature::Key as SignKey;

/// A new key with what is stored of it; the text is for the receiver.
pub(super) fn new_secret(
    notifier: &Notifier,
    (org, subscription): (&str, Id),
    kind: SignatureKind,
) -> Result<(SubscriptionSecretRow, String)> {
    let (kept, public_key) = match kind {
        SignatureKind::Shared => (SignKey::new_shared()?, None),
        SignatureKind::Own => SignKey::new_own().map(|(kept, public)| (kept, Some(public)))?,
    };
    let mut row = SubscriptionSecretRow {
        org: org.to_owned(),
        subscription,
        key_id: Id(Uuid::now_v7()),
        kind,
        sealed: String::new(),
        public_key: public_key.clone(),
        created_at: At(notifier.clock.now()),
        expires_at: None,
    };
    row.sealed = seal_secret(&notifier.services.vault, &row, &kept)?;
    Ok((row, public_key.unwrap_or(kept)))
}

impl Notifier {
    /// Makes another key; the others sign along for some hours.
    ///
    /// # Errors
    /// 404; 400; 409 where two of this kind sign already.
    pub async fn add_key(&self, actor: &Actor, id: SubscriptionId, new: NewKey) -> Result<KeyMade> {
        let grace = new.grace_hours.unwrap_or(24);
        if !(0..=limits::HOOK_GRACE_H).contains(&grace) {
            let message = format!("0 to {} hours", limits::HOOK_GRACE_H);
            return Err(Error::invalid("out_of_range", "graceHours", message));
        }
        let now = self.show(actor, id).await?;
        let usual = now.keys.first().map_or(Ok(SignatureKind::Shared), |key| signature_kind(key.signature))?;
        let kind = new.signature.as_deref().map_or(Ok(usual), signature_kind)?;
        let (made, secret) = new_secret(self, (&actor.org, id.0), kind)?;
        let key = made.key_id.0.simple().to_string();
        let alter = move |tx: &mut Tx<'_>, row: &mut SubscriptionRow| {
            let (now, end) = (At(tx.now), At(tx.now + TimeDelta::hours(grace)));
            let live: Vec<_> =
                tx.subscription_secrets(&row.org, row.id)?.into_iter().filter(|secret| secret.is_live(now)).collect();
            if live.iter().filter(|secret| secret.kind == kind).count() >= limits::HOOK_SECRETS {
                let message = "two keys of this kind sign already; end one, or wait until the older one ends";
                return Err(Error::invalid("state", "signature", message).into());
            }
            for secret in live.iter().filter(|secret| secret.expires_at.is_none_or(|at| at > end)) {
                tx.end_subscription_secret(secret, end)?;
            }
            tx.add_subscription_secret(&made)
        };
        self.alter(actor, id, alter).await?;
        Ok(KeyMade { id: key, secret })
    }

    /// Ends a key at once.
    ///
    /// # Errors
    /// 404; 409 for the only one that signs.
    pub async fn end_key(&self, actor: &Actor, id: SubscriptionId, key: &str) -> Result<()> {
        let key = Uuid::parse_str(key).map_err(|_| Error::Absent { what: "key" })?;
        let alter = move |tx: &mut Tx<'_>, row: &mut SubscriptionRow| {
            let now = At(tx.now);
            let secrets = tx.subscription_secrets(&row.org, row.id)?;
            let live: Vec<_> = secrets.iter().filter(|secret| secret.is_live(now)).collect();
            let Some(one) = live.iter().find(|secret| secret.key_id.0 == key) else {
                return Err(Error::Absent { what: "key" }.into());
            };
            if live.len() == 1 {
                let message = "it is the only key that signs; make another one first";
                return Err(Error::invalid("state", "key", message).into());
            }
            tx.end_subscription_secret(one, now)
        };
        self.alter(actor, id, alter).await
    }
}
