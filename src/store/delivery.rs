//! Deliveries of a subscription: what was lined up to be sent, in order and without gaps, each attempt at it, and replays.
//!
//! A delivery names its event; the bytes are made of that when they are sent.

use std::collections::HashMap;

use diesel::prelude::*;

use super::engine::conn::on_engine;
use super::event::EventRow;
use super::insert::{insert_all, inserted_rows};
use super::schema::{delivery, delivery_attempt, event, replay};
use super::types::{At, Id};
use super::{Fault, Tx};
use crate::domain::{AttemptCause, DeliveryState};

type Done<T = ()> = Result<T, Fault>;

/// Something to be sent.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable)]
#[diesel(table_name = delivery, treat_none_as_default_value = false)]
pub struct DeliveryRow {
    pub org: String,
    pub subscription: Id,
    pub seq_no: i64,
    pub post_org: String,
    pub event_no: i64,
    pub object_pid: Id,
    pub item_id: Option<String>,
    /// Where it goes, if elsewhere than the subscription says.
    pub url: Option<String>,
    pub state: DeliveryState,
    pub is_replay: bool,
    /// Rises with every replay.
    pub run: i32,
    /// Attempts of this run that its schedule counts.
    pub attempts: i32,
    /// All attempts of this run, those of pilots as well.
    pub tries: i32,
    pub next_at: At,
    pub lined_up_at: At,
    pub done_at: Option<At>,
}

impl DeliveryRow {
    /// The delivery of an event by a subscription of an organization, under a number; it may be sent from `at` on.
    pub fn new((org, subscription, seq_no): (&str, Id, i64), event: &EventRow, at: At) -> Self {
        Self {
            org: org.to_owned(),
            subscription,
            seq_no,
            post_org: event.post_org.clone(),
            event_no: event.event_no,
            object_pid: event.object_pid,
            item_id: event.item_id.clone(),
            url: None,
            state: DeliveryState::Waiting,
            is_replay: false,
            run: 0,
            attempts: 0,
            tries: 0,
            next_at: at,
            lined_up_at: at,
            done_at: None,
        }
    }
}

/// One attempt at a delivery.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable)]
#[diesel(table_name = delivery_attempt, treat_none_as_default_value = false)]
pub struct AttemptRow {
    pub org: String,
    pub subscription: Id,
    pub seq_no: i64,
    pub run: i32,
    pub attempt_no: i32,
    pub at: At,
    pub cause: AttemptCause,
    /// What the receiver answered.
    pub status: Option<i32>,
    pub ms: i32,
    /// Why it was no success: a code.
    pub error: Option<String>,
    /// The beginning of the answer.
    pub head: Option<String>,
}

/// What is to be sent once more.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable)]
#[diesel(table_name = replay, treat_none_as_default_value = false)]
pub struct ReplayRow {
    pub org: String,
    pub subscription: Id,
    pub id: Id,
    /// JSON: what was asked for.
    pub selection: String,
    /// JSON: how far it was worked off.
    pub place: String,
    pub lined_up: i64,
    pub created_at: At,
    pub done_at: Option<At>,
}

inserted_rows!(DeliveryRow => delivery, AttemptRow => delivery_attempt);

/// Which deliveries to list.
#[derive(Clone, Debug, Default)]
pub struct DeliveryQuery {
    pub state: Option<DeliveryState>,
    pub item_id: Option<String>,
    pub since: Option<At>,
    /// Numbers above this one.
    pub after: i64,
    pub limit: i64,
}

impl Tx<'_> {
    /// What waits to be sent by a subscription, in order.
    pub fn waiting_deliveries(&mut self, org: &str, id: Id, limit: usize) -> Done<Vec<DeliveryRow>> {
        Ok(delivery::table
            .filter(delivery::org.eq(org).and(delivery::subscription.eq(id)))
            .filter(delivery::state.eq(DeliveryState::Waiting))
            .order(delivery::seq_no)
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .load(self.conn)?)
    }

    /// How many wait.
    pub fn count_waiting(&mut self, org: &str, id: Id) -> Done<i64> {
        Ok(delivery::table
            .filter(delivery::org.eq(org).and(delivery::subscription.eq(id)))
            .filter(delivery::state.eq(DeliveryState::Waiting))
            .count()
            .get_result(self.conn)?)
    }

    /// Lines deliveries up.
    pub fn add_deliveries(&mut self, rows: &[DeliveryRow]) -> Done {
        Ok(insert_all(self.conn, rows)?)
    }

    /// One delivery.
    pub fn delivery(&mut self, org: &str, id: Id, seq_no: i64) -> Done<Option<DeliveryRow>> {
        Ok(delivery::table.find((org, id, seq_no)).first(self.conn).optional()?)
    }

    /// The delivery of an event.
    pub fn delivery_of(&mut self, org: &str, id: Id, post: &str, event_no: i64) -> Done<Option<DeliveryRow>> {
        Ok(delivery::table
            .filter(delivery::org.eq(org).and(delivery::subscription.eq(id)))
            .filter(delivery::post_org.eq(post).and(delivery::event_no.eq(event_no)))
            .order(delivery::seq_no)
            .first(self.conn)
            .optional()?)
    }

    /// Deliveries of a subscription, in order.
    pub fn deliveries(&mut self, org: &str, id: Id, query: &DeliveryQuery) -> Done<Vec<DeliveryRow>> {
        let mut rows = delivery::table
            .filter(delivery::org.eq(org.to_owned()).and(delivery::subscription.eq(id)))
            .filter(delivery::seq_no.gt(query.after))
            .order(delivery::seq_no)
            .limit(query.limit)
            .into_boxed();
        if let Some(state) = query.state {
            rows = rows.filter(delivery::state.eq(state));
        }
        if let Some(item_id) = &query.item_id {
            rows = rows.filter(delivery::item_id.eq(item_id.clone()));
        }
        if let Some(since) = query.since {
            rows = rows.filter(delivery::lined_up_at.ge(since));
        }
        Ok(rows.load(self.conn)?)
    }

    /// The events of deliveries, by post and number.
    pub fn events_of(&mut self, rows: &[DeliveryRow]) -> Done<HashMap<(String, i64), EventRow>> {
        let mut by_post: HashMap<&str, Vec<i64>> = HashMap::new();
        for row in rows {
            by_post.entry(&row.post_org).or_default().push(row.event_no);
        }
        let mut found = HashMap::with_capacity(rows.len());
        for (post, numbers) in by_post {
            let events: Vec<EventRow> =
                event::table.filter(event::post_org.eq(post).and(event::event_no.eq_any(numbers))).load(self.conn)?;
            found.extend(events.into_iter().map(|event| ((event.post_org.clone(), event.event_no), event)));
        }
        Ok(found)
    }

    /// Notes how a delivery stands now.
    pub fn put_delivery(&mut self, row: &DeliveryRow) -> Done {
        let put = diesel::update(delivery::table.find((&row.org, row.subscription, row.seq_no))).set((
            delivery::state.eq(row.state),
            delivery::is_replay.eq(row.is_replay),
            delivery::run.eq(row.run),
            delivery::attempts.eq(row.attempts),
            delivery::tries.eq(row.tries),
            delivery::next_at.eq(row.next_at),
            delivery::done_at.eq(row.done_at),
        ));
        on_engine!(self.conn, |conn| put.execute(conn))?;
        Ok(())
    }

    /// Notes that deliveries of a subscription were taken at the first attempt.
    pub fn put_taken(&mut self, org: &str, id: Id, numbers: &[i64]) -> Done {
        let taken =
            (delivery::state.eq(DeliveryState::Delivered), delivery::tries.eq(1), delivery::done_at.eq(At(self.now)));
        let of_it = delivery::org.eq(org).and(delivery::subscription.eq(id));
        let put = diesel::update(delivery::table.filter(of_it.and(delivery::seq_no.eq_any(numbers)))).set(taken);
        on_engine!(self.conn, |conn| put.execute(conn))?;
        Ok(())
    }

    /// Leaves out what waits, all of it or what is of events of a post up to a number.
    pub fn skip_waiting(&mut self, org: &str, id: Id, through: Option<(&str, i64)>) -> Done<usize> {
        let waiting =
            delivery::org.eq(org).and(delivery::subscription.eq(id)).and(delivery::state.eq(DeliveryState::Waiting));
        let skipped = (delivery::state.eq(DeliveryState::Skipped), delivery::done_at.eq(At(self.now)));
        Ok(match through {
            None => diesel::update(delivery::table.filter(waiting)).set(skipped).execute(self.conn)?,
            Some((post, number)) => {
                let before = delivery::post_org.eq(post).and(delivery::event_no.le(number));
                diesel::update(delivery::table.filter(waiting.and(before))).set(skipped).execute(self.conn)?
            }
        })
    }

    /// Logs attempts.
    pub fn add_attempts(&mut self, rows: &[AttemptRow]) -> Done {
        Ok(insert_all(self.conn, rows)?)
    }

    /// The attempts at a delivery, in order.
    pub fn attempts(&mut self, org: &str, id: Id, seq_no: i64) -> Done<Vec<AttemptRow>> {
        Ok(delivery_attempt::table
            .filter(delivery_attempt::org.eq(org).and(delivery_attempt::subscription.eq(id)))
            .filter(delivery_attempt::seq_no.eq(seq_no))
            .order((delivery_attempt::run, delivery_attempt::attempt_no))
            .load(self.conn)?)
    }

    /// The replays of a subscription, the newest first.
    pub fn replays(&mut self, org: &str, id: Id, limit: i64) -> Done<Vec<ReplayRow>> {
        Ok(replay::table
            .filter(replay::org.eq(org).and(replay::subscription.eq(id)))
            .order(replay::id.desc())
            .limit(limit)
            .load(self.conn)?)
    }

    /// The replay of a subscription that is being worked off.
    pub fn running_replay(&mut self, org: &str, id: Id) -> Done<Option<ReplayRow>> {
        Ok(replay::table
            .filter(replay::org.eq(org).and(replay::subscription.eq(id)))
            .filter(replay::done_at.is_null())
            .first(self.conn)
            .optional()?)
    }

    /// Adds a replay, or notes how far it is.
    pub fn put_replay(&mut self, row: &ReplayRow) -> Done {
        let moved = diesel::update(replay::table.find((&row.org, row.subscription, row.id)))
            .set((replay::place.eq(&row.place), replay::lined_up.eq(row.lined_up), replay::done_at.eq(row.done_at)))
            .execute(self.conn)?;
        if moved == 0 {
            diesel::insert_into(replay::table).values(row).execute(self.conn)?;
        }
        Ok(())
    }

    /// Drops deliveries of a subscription that were lined up before a time (all of them where none is given) and wait no more, with
    /// their attempts, some at a time; says whether there were as many as that.
    pub fn drop_deliveries(&mut self, org: &str, id: Id, before: Option<At>, limit: i64) -> Done<bool> {
        let first: Vec<(i64, At, DeliveryState)> = delivery::table
            .filter(delivery::org.eq(org).and(delivery::subscription.eq(id)))
            .order(delivery::seq_no)
            .limit(limit)
            .select((delivery::seq_no, delivery::lined_up_at, delivery::state))
            .load(self.conn)?;
        let count = first.len() as i64;
        let is_over = |(_, at, state): &(i64, At, DeliveryState)| {
            before.is_none_or(|before| *at < before && *state != DeliveryState::Waiting)
        };
        let over: Vec<i64> = first.into_iter().take_while(is_over).map(|(seq_no, ..)| seq_no).collect();
        let Some(through) = over.last() else { return Ok(false) };
        let attempts = delivery_attempt::org
            .eq(org)
            .and(delivery_attempt::subscription.eq(id))
            .and(delivery_attempt::seq_no.le(*through));
        diesel::delete(delivery_attempt::table.filter(attempts)).execute(self.conn)?;
        let of_it = delivery::org.eq(org).and(delivery::subscription.eq(id)).and(delivery::seq_no.le(*through));
        diesel::delete(delivery::table.filter(of_it)).execute(self.conn)?;
        Ok(count == limit && over.len() as i64 == count)
    }

    /// Drops the replays of a subscription.
    pub fn drop_replays(&mut self, org: &str, id: Id) -> Done {
        let of_it = replay::org.eq(org).and(replay::subscription.eq(id));
        diesel::delete(replay::table.filter(of_it)).execute(self.conn)?;
        Ok(())
    }
}
