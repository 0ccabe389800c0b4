//! Whose subscription it is, and how what owners say is read.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use moka::sync::Cache;
use uuid::Uuid;

use super::line_up::offices_of;
use crate::domain::SignatureKind;
use crate::error::{Error, Result};
use crate::service::Actor;
use crate::service::rights::UseCase;
use crate::store::subscription::SubscriptionRow;
use crate::store::types::Id;
use crate::store::{Fault, Tx};

/// The id of a subscription, as it is shown: `sub_` and 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubscriptionId(pub(super) Id);

impl SubscriptionId {
    /// # Errors
    /// 404 for a text that is none.
    pub fn parse(text: &str) -> Result<Self> {
        let digits = text.strip_prefix("sub_").filter(|digits| digits.len() == 32);
        let id = digits.and_then(|digits| Uuid::parse_str(digits).ok());
        id.map(|id| Self(Id(id))).ok_or(ABSENT)
    }
}

pub(super) const ABSENT: Error = Error::Absent { what: "subscription" };

/// Whose subscription it is.
pub(super) fn of_actor(tx: &mut Tx<'_>, actor: &Actor, id: SubscriptionId) -> Result<SubscriptionRow, Fault> {
    actor.check(UseCase::Subscribe)?;
    let row = tx.subscription(&actor.org, id.0)?.filter(|row| is_for(actor, row));
    row.ok_or_else(|| ABSENT.into())
}

/// Who acts for some offices alone sees no subscription that has more.
pub(super) fn is_for(actor: &Actor, row: &SubscriptionRow) -> bool {
    let Some(own) = &actor.offices else { return true };
    offices_of(row).is_some_and(|offices| offices.iter().all(|office| own.contains(office)))
}

pub(super) fn word<T>(name: &str, text: &str, of: impl Fn(&str) -> Option<T>, known: &str) -> Result<T> {
    of(text).ok_or_else(|| Error::invalid("unknown_code", name, format!("write {known}")))
}

pub(super) fn signature_kind(text: &str) -> Result<SignatureKind> {
    word("signature", text, |text| SignatureKind::from_stored(text).ok(), "v1 or v1a")
}

/// Counts within the time that a cache keeps what is in it.
pub(super) fn count_within<K: std::hash::Hash + Eq + Send + Sync + 'static>(
    counts: &Cache<K, Arc<AtomicU32>>,
    key: K,
    most: u32,
    refused: Error,
) -> Result<()> {
    let count = counts.get_with(key, Arc::default);
    if count.fetch_add(1, Ordering::Relaxed) < most { Ok(()) } else { Err(refused) }
}
