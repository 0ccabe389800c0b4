//! How much of what a partner sends is taken in or kept: without an end, one token could fill the disk.
//!
//! What is beyond is answered 429 and not kept; its sender tries again later, as with any trouble.

use chrono::{DateTime, TimeDelta, Utc};

use super::partner;
use super::reading::ParsedInterchange;
use crate::error::Error;
use crate::limits;
use crate::store::types::At;
use crate::store::{Fault, Tx};

/// The hour that a time is in.
pub(super) fn hour_of(time: DateTime<Utc>) -> DateTime<Utc> {
    let seconds = time.timestamp();
    DateTime::from_timestamp(seconds - seconds.rem_euclid(HOUR_S), 0).unwrap_or(time)
}

const HOUR_S: i64 = 3_600;

/// Whether a partner may leave so many more bytes in quarantine.
pub(super) fn room_in_quarantine(tx: &mut Tx<'_>, from: &str, bytes: usize) -> Result<(), Fault> {
    let (count, size) = tx.quarantined_size(from)?;
    if count < limits::EXCHANGE_QUARANTINED && size + bytes as i64 <= limits::EXCHANGE_QUARANTINED_BYTES {
        return Ok(());
    }
    tracing::warn!(partner = from, count, size, "quarantine is full; `admin exchange discard` makes room");
    Err(refused("interchanges of yours wait in quarantine", HOUR_S))
}

/// Whether a partner may send so many more items now.
pub(super) fn room_for_items(tx: &mut Tx<'_>, from: &str, reading: &ParsedInterchange) -> Result<(), Fault> {
    let items: usize = reading.messages.iter().flatten().map(|message| message.items.len()).sum();
    let Some(partner) = partner::find(tx, from)?.filter(|_| items > 0) else { return Ok(()) };
    let hour = hour_of(tx.now);
    let so_far: i32 = tx.hours_since(from, At(hour))?.iter().map(|row| row.items).sum();
    if i64::from(so_far) + items as i64 > i64::from(partner.agreement.items_per_hour) {
        let next = hour + TimeDelta::seconds(HOUR_S) - tx.now;
        return Err(refused("items in this hour", next.num_seconds() + 1));
    }
    if tx.parked_at(&reading.interchange.recipient.id, from)? >= limits::EXCHANGE_PARKED {
        return Err(refused("items of yours wait for their declarations", HOUR_S));
    }
    Ok(())
}

fn refused(what: &'static str, wait_s: i64) -> Fault {
    Error::TooManyRequests { retry_after_s: wait_s.clamp(1, HOUR_S).unsigned_abs(), what }.into()
}
