//! Replays: what is to be sent once more is lined up some at a time, behind what is new.
//!
//! What was sent before keeps its number and its log; what a subscription never had gets the next number.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::line_up::{Source, number};
use super::notifier::Key;
use crate::contract::subscription::NewReplay;
use crate::domain::{DeliveryState, SubscriptionKind};
use crate::error::{Error, Result};
use crate::limits;
use crate::service::events::parts_of;
use crate::store::delivery::{DeliveryQuery, DeliveryRow, ReplayRow};
use crate::store::event::EventRow;
use crate::store::subscription::SubscriptionRow;
use crate::store::types::At;
use crate::store::{Fault, Tx};

/// How far a replay was worked off.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Place {
    /// The next of the events that were named.
    #[serde(default)]
    next: usize,
    /// The last event of each organization that was looked at.
    #[serde(default)]
    numbers: BTreeMap<String, i64>,
    /// The last delivery that was looked at.
    #[serde(default)]
    seq_no: i64,
}

/// What was asked for, understood.
pub(super) enum Selection {
    Events(Vec<String>),
    Span { from: DateTime<Utc>, to: DateTime<Utc> },
    Failed,
}

impl Selection {
    /// # Errors
    /// 400 for what is no selection.
    pub(super) fn of(asked: &NewReplay) -> Result<Self> {
        let time = |name: &str, text: &Option<String>| match text {
            None => Err(Error::invalid("required", name, "write a time, for example 2026-11-27T08:30:00Z")),
            Some(text) => DateTime::parse_from_rfc3339(text).map(|time| time.to_utc()).map_err(|_| {
                Error::invalid("format", name, "write a time with its zone, for example 2026-11-27T08:30:00Z")
            }),
        };
        let kinds = [!asked.events.is_empty(), asked.from.is_some() || asked.to.is_some(), asked.state.is_some()];
        if kinds.into_iter().filter(|is_given| *is_given).count() != 1 {
            let message = "say what to send once more: events (ids), from and to, or state failed; one of them";
            return Err(Error::invalid("required", "events", message));
        }
        if let Some(state) = &asked.state {
            return match state.as_str() {
                "failed" => Ok(Self::Failed),
                _ => Err(Error::invalid("unknown_code", "state", "write failed")),
            };
        }
        if !asked.events.is_empty() {
            if asked.events.len() > limits::REPLAY_EVENTS {
                return Err(Error::invalid("limit", "events", format!("at most {} ids", limits::REPLAY_EVENTS)));
            }
            return Ok(Self::Events(asked.events.clone()));
        }
        let (from, to) = (time("from", &asked.from)?, time("to", &asked.to)?);
        if to <= from || to - from > TimeDelta::days(limits::REPLAY_DAYS) {
            let message = format!("it must be after `from`, by at most {} days", limits::REPLAY_DAYS);
            return Err(Error::invalid("out_of_range", "to", message));
        }
        Ok(Self::Span { from, to })
    }
}

/// The event with an id, as far as a subscription may send it.
pub(super) fn event_of(tx: &mut Tx<'_>, source: &Source, id: &str) -> Result<Option<EventRow>, Fault> {
    let Some((pid, seq, part)) = parts_of(id) else { return Ok(None) };
    for stream in source.streams() {
        if let Some(event) = tx.event(&stream, pid, seq, part)? {
            return Ok(Some(event).filter(|event| source.may_hear(event)));
        }
    }
    Ok(None)
}

/// Lines up the next of a replay; says whether there is one.
pub(super) fn line_up(tx: &mut Tx<'_>, (org, id): &Key) -> Result<bool, Fault> {
    let Some(replay) = tx.running_replay(org, *id)? else { return Ok(false) };
    let Some(row) = tx.subscription(org, *id)? else { return Ok(false) };
    let Some(source) = Source::of(tx, &row)? else { return Ok(false) };
    let unreadable = |error: serde_json::Error| Fault::from(Error::Internal(format!("a replay: {error}")));
    let asked: NewReplay = serde_json::from_str(&replay.selection).map_err(unreadable)?;
    let mut place: Place = serde_json::from_str(&replay.place).map_err(unreadable)?;
    let mut lines = Lines { row: &row, new: Vec::new(), again: 0 };
    let is_done = match Selection::of(&asked)? {
        Selection::Events(ids) => named(tx, &source, &ids, &mut place, &mut lines)?,
        Selection::Span { from, to } => span(tx, &source, (from, to), &mut place, &mut lines)?,
        Selection::Failed => failed(tx, &mut place, &mut lines)?,
    };
    let lined_up = replay.lined_up + (lines.again + lines.new.len()) as i64;
    number(tx, &row, &lines.new)?;
    let place = serde_json::to_string(&place).map_err(unreadable)?;
    let done_at = is_done.then_some(At(tx.now));
    tx.put_replay(&ReplayRow { place, lined_up, done_at, ..replay })?;
    Ok(true)
}

/// What a step lined up.
struct Lines<'r> {
    row: &'r SubscriptionRow,
    new: Vec<DeliveryRow>,
    again: usize,
}

impl Lines<'_> {
    /// Sends a delivery once more, unless it waits anyway.
    fn again(&mut self, tx: &mut Tx<'_>, delivery: DeliveryRow) -> Result<(), Fault> {
        if delivery.state == DeliveryState::Waiting {
            return Ok(());
        }
        self.again += 1;
        tx.put_delivery(&DeliveryRow {
            state: DeliveryState::Waiting,
            is_replay: true,
            run: delivery.run + 1,
            attempts: 0,
            tries: 0,
            next_at: At(tx.now),
            done_at: None,
            ..delivery
        })
    }

    fn event(&mut self, tx: &mut Tx<'_>, event: &EventRow) -> Result<(), Fault> {
        match tx.delivery_of(&self.row.org, self.row.id, &event.post_org, event.event_no)? {
            Some(delivery) => self.again(tx, delivery),
            // What goes to a callback host is settled when it is lined up.
            None if self.row.kind == SubscriptionKind::CallbackHost => Ok(()),
            None => {
                let seq_no = self.row.last_seq + 1 + self.new.len() as i64;
                let row = DeliveryRow::new((&self.row.org, self.row.id, seq_no), event, At(tx.now));
                self.new.push(DeliveryRow { is_replay: true, ..row });
                Ok(())
            }
        }
    }
}

/// Whether everything is lined up now.
type IsDone = bool;

fn named(
    tx: &mut Tx<'_>,
    source: &Source,
    ids: &[String],
    place: &mut Place,
    lines: &mut Lines<'_>,
) -> Result<IsDone, Fault> {
    let some = limits::HOOK_REFILL as usize;
    for id in ids.iter().skip(place.next).take(some) {
        if let Some(event) = event_of(tx, source, id)? {
            lines.event(tx, &event)?;
        }
    }
    place.next += some;
    Ok(place.next >= ids.len())
}

fn span(
    tx: &mut Tx<'_>,
    source: &Source,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    place: &mut Place,
    lines: &mut Lines<'_>,
) -> Result<IsDone, Fault> {
    for stream in source.streams() {
        let after = place.numbers.get(&stream).copied().unwrap_or(0);
        let events = tx.events_after(&stream, after, limits::HOOK_REFILL)?;
        let Some(last) = events.last() else { continue };
        place.numbers.insert(stream, last.event_no);
        for event in &events {
            if (from..to).contains(&event.at.0) && source.lets_through(event) {
                lines.event(tx, event)?;
            }
        }
        return Ok(false);
    }
    Ok(true)
}

fn failed(tx: &mut Tx<'_>, place: &mut Place, lines: &mut Lines<'_>) -> Result<IsDone, Fault> {
    let state = Some(DeliveryState::GivenUp);
    let query = DeliveryQuery { state, after: place.seq_no, limit: limits::HOOK_REFILL, ..DeliveryQuery::default() };
    let deliveries = tx.deliveries(&lines.row.org, lines.row.id, &query)?;
    let Some(last) = deliveries.last() else { return Ok(true) };
    place.seq_no = last.seq_no;
    for delivery in deliveries {
        lines.again(tx, delivery)?;
    }
    Ok(false)
}
