//! Lines up what is to be sent by a subscription: the events after its cursors that its filter lets through, each under the next
//! number.

use std::collections::HashMap;

use super::filter::lets_through;
use super::notifier::Key;
use crate::contract::subscription::EventFilter;
use crate::domain::{SubscriptionKind, SubscriptionState};
use crate::error::Error;
use crate::limits;
use crate::service::Actor;
use crate::service::auth::hosted_actor;
use crate::service::events::{may_hear, streams};
use crate::store::delivery::DeliveryRow;
use crate::store::event::EventRow;
use crate::store::subscription::SubscriptionRow;
use crate::store::types::{At, Id};
use crate::store::{Fault, Tx};

/// Whose events a subscription may send, and which.
pub(super) struct Source {
    actor: Actor,
    filter: EventFilter,
}

impl Source {
    /// None where its organization is not served here any more.
    ///
    /// # Errors
    /// When its filter cannot be read.
    pub(super) fn of(tx: &mut Tx<'_>, row: &SubscriptionRow) -> Result<Option<Self>, Fault> {
        let Some(mut actor) = hosted_actor(tx, &row.org)? else { return Ok(None) };
        actor.offices = offices_of(row);
        Ok(Some(Self { actor, filter: filter_of(row)? }))
    }

    /// Organizations whose events may be sent.
    pub(super) fn streams(&self) -> Vec<String> {
        streams(&self.actor)
    }

    pub(super) fn may_hear(&self, event: &EventRow) -> bool {
        may_hear(&self.actor, event)
    }

    pub(super) fn lets_through(&self, event: &EventRow) -> bool {
        self.may_hear(event) && lets_through(&self.filter, event)
    }
}

/// The offices whose events a subscription may send; all when absent.
pub(super) fn offices_of(row: &SubscriptionRow) -> Option<Vec<String>> {
    row.offices.as_ref().map(|offices| offices.split(' ').map(str::to_owned).collect())
}

/// # Errors
/// When it cannot be read.
pub(super) fn filter_of(row: &SubscriptionRow) -> Result<EventFilter, Error> {
    serde_json::from_str(&row.filter).map_err(|error| Error::Internal(format!("filter of a subscription: {error}")))
}

/// Whether events came after the cursors of a subscription.
pub(super) fn has_news(tx: &mut Tx<'_>, source: &Source, row: &SubscriptionRow) -> Result<bool, Fault> {
    let cursors = tx.subscription_cursors(&row.org, row.id)?;
    for stream in source.streams() {
        let last = tx.follow(&stream)?.map_or(0, |follow| follow.last_event_no);
        if cursor(&cursors, &stream) < last {
            return Ok(true);
        }
    }
    Ok(false)
}

fn cursor(cursors: &[(String, i64)], stream: &str) -> i64 {
    cursors.iter().find(|(known, _)| known == stream).map_or(0, |(_, number)| *number)
}

/// Lines up the next events; says whether any were looked at.
pub(super) fn line_up(tx: &mut Tx<'_>, (org, id): &Key) -> Result<bool, Fault> {
    let Some(row) = tx.subscription(org, *id)? else { return Ok(false) };
    if !matches!(row.state, SubscriptionState::Active | SubscriptionState::Blocked) {
        return Ok(false);
    }
    let Some(source) = Source::of(tx, &row)? else { return Ok(false) };
    let cursors = tx.subscription_cursors(org, *id)?;
    let (mut room, mut new, mut looked) = (limits::HOOK_REFILL, Vec::new(), false);
    for stream in source.streams() {
        let after = cursor(&cursors, &stream);
        let events = if room > 0 { tx.events_after(&stream, after, room)? } else { Vec::new() };
        room -= events.len() as i64;
        let Some(last) = events.last().map(|event| event.event_no) else { continue };
        looked = true;
        let mut wanted: Vec<&EventRow> = events.iter().filter(|event| source.lets_through(event)).collect();
        let mut urls = HashMap::new();
        if row.kind == SubscriptionKind::CallbackHost {
            let pids: Vec<Id> = wanted.iter().map(|event| event.object_pid).collect();
            urls = tx.callbacks(&stream, &pids, *id)?;
            wanted.retain(|event| event.item_id.is_some() && urls.contains_key(&event.object_pid));
        }
        for event in wanted {
            let seq_no = row.last_seq + 1 + new.len() as i64;
            let url = urls.get(&event.object_pid).cloned();
            new.push(DeliveryRow { url, ..DeliveryRow::new((org, *id, seq_no), event, At(tx.now)) });
        }
        tx.put_subscription_cursor(org, *id, &stream, last)?;
    }
    number(tx, &row, &new)?;
    Ok(looked)
}

/// Stores new deliveries of a subscription.
///
/// # Errors
/// 503 when somebody else did at the same time.
pub(super) fn number(tx: &mut Tx<'_>, row: &SubscriptionRow, new: &[DeliveryRow]) -> Result<(), Fault> {
    let Some(last) = new.last() else { return Ok(()) };
    if !tx.move_last_seq(row, last.seq_no)? {
        return Err(Error::unavailable("Another server works for this subscription").into());
    }
    tx.add_deliveries(new)
}

/// Begins with what happens from now on.
pub(super) fn begin_now(tx: &mut Tx<'_>, actor: &Actor, id: Id) -> Result<(), Fault> {
    for stream in streams(actor) {
        tx.begin_to_follow(&stream)?;
        let last = tx.follow(&stream)?.map_or(0, |follow| follow.last_event_no);
        tx.put_subscription_cursor(&actor.org, id, &stream, last)?;
    }
    Ok(())
}
