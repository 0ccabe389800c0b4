//! What owners see of deliveries, and what they have sent once more.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::line_up::Source;
use super::notifier::Notifier;
use super::owner::{SubscriptionId, of_actor, word};
use super::replay::{Selection, event_of};
use super::view::{delivery_view, name_of, replay_view};
use crate::contract::canonical::to_canonical;
use crate::contract::event::EventView;
use crate::contract::subscription::{DeliveryList, DeliveryView, NewReplay, ReplayView};
use crate::domain::{DeliveryState, SubscriptionState};
use crate::error::{Error, Result};
use crate::service::Actor;
use crate::store::Tx;
use crate::store::delivery::{DeliveryQuery, ReplayRow};
use crate::store::types::{At, Id};
/// Which deliveries to list; what is absent lets all through.
#[derive(Clone, Debug, Default)]
pub struct DeliveryFilter {
    /// `waiting`, `delivered`, `given-up` or `skipped`.
    pub state: Option<String>,
    pub item_id: Option<String>,
    /// The id of an event, whose delivery alone is meant.
    pub event: Option<String>,
    pub since: Option<DateTime<Utc>>,
    /// Numbers above this one.
    pub after: i64,
    pub limit: i64,
}

impl Notifier {
    /// Deliveries in order, after a number.
    ///
    /// # Errors
    /// 404.
    pub async fn deliveries(&self, actor: &Actor, id: SubscriptionId, filter: DeliveryFilter) -> Result<DeliveryList> {
        let (by, limit, event) = (actor.clone(), filter.limit, filter.event);
        let query = DeliveryQuery {
            state: filter.state.as_deref().map(delivery_state).transpose()?,
            item_id: filter.item_id,
            since: filter.since.map(At),
            after: filter.after,
            limit,
        };
        let found = self.store.read(move |tx| {
            let row = of_actor(tx, &by, id)?;
            let mut rows = match &event {
                None => tx.deliveries(&row.org, row.id, &query)?,
                Some(event) => {
                    let source = Source::of(tx, &row)?;
                    let event = source.map_or(Ok(None), |source| event_of(tx, &source, event))?;
                    let found = event.map(|event| tx.delivery_of(&row.org, row.id, &event.post_org, event.event_no));
                    found.transpose()?.flatten().into_iter().collect()
                }
            };
            let has_more = rows.len() as i64 == query.limit;
            rows.truncate(usize::try_from(limit).unwrap_or(0));
            let events = tx.events_of(&rows)?;
            Ok((rows, events, has_more))
        });
        let (rows, events, has_more) = found.await?;
        let next = rows.last().map(|row| row.seq_no).filter(|_| has_more);
        let view = |row: crate::store::delivery::DeliveryRow| {
            let event = events.get(&(row.post_org.clone(), row.event_no));
            delivery_view(&self.services, row, event, Vec::new())
        };
        Ok(DeliveryList { deliveries: rows.into_iter().map(view).collect(), next })
    }

    /// One delivery with every attempt at it.
    ///
    /// # Errors
    /// 404.
    pub async fn delivery(&self, actor: &Actor, id: SubscriptionId, seq_no: i64) -> Result<DeliveryView> {
        let by = actor.clone();
        let found = self.store.read(move |tx| {
            let row = of_actor(tx, &by, id)?;
            let Some(delivery) = tx.delivery(&row.org, row.id, seq_no)? else {
                return Err(Error::Absent { what: "delivery" }.into());
            };
            let events = tx.events_of(std::slice::from_ref(&delivery))?;
            let log = tx.attempts(&row.org, row.id, seq_no)?;
            Ok((delivery, events, log))
        });
        let (row, events, log) = found.await?;
        let event = events.get(&(row.post_org.clone(), row.event_no)).cloned();
        Ok(delivery_view(&self.services, row, event.as_ref(), log))
    }

    /// What was lined up, as it is or was sent, after a number: what a receiver gets, to be read.
    ///
    /// # Errors
    /// 404.
    pub async fn sent_events(
        &self,
        actor: &Actor,
        id: SubscriptionId,
        (after, limit): (i64, i64),
        base: &str,
    ) -> Result<Vec<EventView>> {
        let by = actor.clone();
        let query = DeliveryQuery { after, limit, ..DeliveryQuery::default() };
        let found = self.store.read(move |tx| {
            let row = of_actor(tx, &by, id)?;
            let rows = tx.deliveries(&row.org, row.id, &query)?;
            let events = tx.events_of(&rows)?;
            Ok((rows, events))
        });
        let (rows, events) = found.await?;
        let view = |row: crate::store::delivery::DeliveryRow| {
            let event = events.get(&(row.post_org.clone(), row.event_no))?.clone();
            let subscription = Some(name_of(row.subscription));
            Some(EventView { subscription, sequence: Some(row.seq_no), ..self.services.shown(event, base) })
        };
        Ok(rows.into_iter().filter_map(view).collect())
    }

    /// Has something sent once more.
    ///
    /// # Errors
    /// 404, also for an event that is not there or not the caller's; 400; 409 while another one is running.
    pub async fn replay(&self, actor: &Actor, id: SubscriptionId, asked: NewReplay) -> Result<ReplayView> {
        let selection = Selection::of(&asked)?;
        let by = actor.clone();
        let make = move |tx: &mut Tx<'_>| {
            let row = of_actor(tx, &by, id)?;
            if row.state == SubscriptionState::Unverified {
                let message = "the receiver has not answered the challenge yet; verify it first";
                return Err(Error::invalid("state", "id", message).into());
            }
            if tx.running_replay(&row.org, row.id)?.is_some() {
                return Err(Error::invalid("state", "id", "another replay is being lined up; wait until it is").into());
            }
            if let (Selection::Events(ids), Some(source)) = (&selection, Source::of(tx, &row)?) {
                for event in ids {
                    if event_of(tx, &source, event)?.is_none() {
                        return Err(Error::Absent { what: "event" }.into());
                    }
                }
            }
            let replay = ReplayRow {
                org: row.org.clone(),
                subscription: row.id,
                id: Id(Uuid::now_v7()),
                selection: to_canonical(&asked),
                place: "{}".into(),
                lined_up: 0,
                created_at: At(tx.now),
                done_at: None,
            };
            tx.put_replay(&replay)?;
            tx.set_due(&row.org, row.id, Some(At(tx.now)))?;
            Ok(replay)
        };
        let made = self.store.write(make).await?;
        self.signal.notify_one();
        Ok(replay_view(made))
    }

    /// The replays of a subscription, the newest first.
    ///
    /// # Errors
    /// 404.
    pub async fn replays(&self, actor: &Actor, id: SubscriptionId) -> Result<Vec<ReplayView>> {
        let by = actor.clone();
        let found = self.store.read(move |tx| {
            let row = of_actor(tx, &by, id)?;
            tx.replays(&row.org, row.id, REPLAYS_SHOWN)
        });
        Ok(found.await?.into_iter().map(replay_view).collect())
    }
}

const REPLAYS_SHOWN: i64 = 100;

/// # Errors
/// 400 for a word that is no state.
fn delivery_state(text: &str) -> Result<DeliveryState> {
    word("state", text, |text| DeliveryState::from_stored(text).ok(), "waiting, delivered, given-up or skipped")
}
