//! The work for one subscription: a challenge, or lining up and sending what may be sent.
//!
//! As many calls at once as the receiver bears. The next one is made only when what came of one before is stored: a process that dies
//! repeats at most as many as were under way.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{SecondsFormat, TimeDelta};
use uuid::Uuid;

use super::choose::{Chain, choose};
use super::health::{Attempt, Notice, Outcome, disabled_at};
use super::notifier::{Key, Notifier};
use super::send::{Called, Receiver, body_of, challenge_body, repeats};
use super::shipment::{News, Notified};
use super::view::notice_of;
use super::{line_up, replay};
use crate::contract::event::EventView;
use crate::delivery::{Deliverer, Step, Turns};
use crate::domain::{AttemptCause, DeliveryState, Notification, SubscriptionState};
use crate::error::{Error, Result};
use crate::limits;
use crate::store::delivery::{AttemptRow, DeliveryRow};
use crate::store::event::EventRow;
use crate::store::subscription::{SubscriptionRow, SubscriptionSecretRow};
use crate::store::types::At;
use crate::store::{Fault, Tx};
use crate::vault;

impl Deliverer for Notifier {
    type Key = Key;

    fn turns(&self) -> &Turns<Key> {
        &self.turns
    }

    async fn due(&self) -> Result<Vec<Key>> {
        self.store.read(due_subscriptions).await
    }

    async fn lease(&self, key: &Key) -> Result<bool> {
        let ((org, id), owner) = (key.clone(), self.owner);
        let lease = move |tx: &mut Tx<'_>| {
            let taken = tx.lease_subscription(&org, id, owner, tx.now + TimeDelta::seconds(limits::HOOK_LEASE_S))?;
            if taken {
                // Whoever comes after one that died looks for what it left.
                tx.keep_due(&org, id)?;
            }
            Ok(taken)
        };
        self.store.write(lease).await
    }

    async fn step(&self, key: &Key) -> Result<Step> {
        let of = key.clone();
        let Some(work) = self.store.read(move |tx| Work::find(tx, &of)).await? else { return Ok(Step::Idle) };
        if work.row.state == SubscriptionState::Unverified {
            return self.challenge(work).await;
        }
        if work.has_news {
            let of = key.clone();
            self.store.write(move |tx| line_up::line_up(tx, &of)).await?;
        }
        if work.has_replay {
            let of = key.clone();
            self.store.write(move |tx| replay::line_up(tx, &of)).await?;
        }
        let (of, has_more) = (key.clone(), work.has_news || work.has_replay);
        let batch = self.store.read(move |tx| Batch::choose(tx, &of)).await?;
        match batch {
            Some(batch) => self.send(batch).await,
            None if has_more => Ok(Step::Done),
            None => Ok(Step::Idle),
        }
    }

    async fn rest(&self, (org, id): &Key, why: String) -> Result<()> {
        let (org, id) = (org.clone(), *id);
        let rest = move |tx: &mut Tx<'_>| {
            let Some(row) = tx.subscription(&org, id)? else { return Ok(()) };
            let rests_until = Some(At(tx.now + TimeDelta::seconds(limits::HOOK_REST_S)));
            tx.put_health(&SubscriptionRow { reason: Some(why.clone()), rests_until, ..row }).map(drop)
        };
        self.store.write(rest).await
    }

    async fn release(&self, (org, id): &Key) -> Result<()> {
        let (org, id, owner) = (org.clone(), *id, self.owner);
        let release = move |tx: &mut Tx<'_>| {
            let due_at = next_due(tx, &(org.clone(), id))?;
            tx.set_due(&org, id, due_at)?;
            tx.release_subscription(&org, id, owner)
        };
        self.store.write(release).await
    }
}

/// The subscriptions for which something can be done now.
fn due_subscriptions(tx: &mut Tx<'_>) -> Result<Vec<Key>, Fault> {
    let rows = tx.subscriptions()?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let cursors = tx.all_subscription_cursors()?;
    let mut last = std::collections::HashMap::new();
    for stream in tx.followed_posts()? {
        let number = tx.follow(&stream)?.map_or(0, |follow| follow.last_event_no);
        last.insert(stream, number);
    }
    let mut behind = std::collections::HashSet::new();
    for (org, id, stream, number) in cursors {
        if last.get(&stream).is_some_and(|last| *last > number) {
            behind.insert((org, id));
        }
    }
    let now = At(tx.now);
    let is_due = |row: &SubscriptionRow| {
        let rests = row.rests_until.is_some_and(|until| until > now);
        let sends = matches!(row.state, SubscriptionState::Active | SubscriptionState::Blocked);
        let has_work = row.due_at.is_some_and(|at| at <= now);
        let key = (row.org.clone(), row.id);
        !rests
            && ((sends && (has_work || behind.contains(&key)))
                || (row.state == SubscriptionState::Unverified && has_work))
    };
    Ok(rows.iter().filter(|row| is_due(row)).map(|row| (row.org.clone(), row.id)).collect())
}

/// How many deliveries can wait at most.
const WAITING_MOST: usize = limits::HOOK_WAITING + limits::REPLAY_WAITING + 2 * limits::HOOK_REFILL as usize;

/// When something is to be done for a subscription besides new events.
fn next_due(tx: &mut Tx<'_>, (org, id): &Key) -> Result<Option<At>, Fault> {
    let Some(row) = tx.subscription(org, *id)? else { return Ok(None) };
    let due = match row.state {
        SubscriptionState::Active => {
            let waiting = tx.waiting_deliveries(org, *id, WAITING_MOST)?;
            let choice = choose(waiting, row.ordering, At(tx.now), usize::MAX);
            if choice.chains.is_empty() { choice.next_at } else { Some(At(tx.now)) }
        }
        SubscriptionState::Blocked => (tx.count_waiting(org, *id)? > 0).then_some(At(tx.now)),
        _ => return Ok(None),
    };
    let has_replay = tx.running_replay(org, *id)?.is_some();
    let due = if has_replay { Some(At(tx.now)) } else { due };
    Ok(due.map(|at| row.rests_until.map_or(at, |until| at.max(until))))
}

/// What there is to do.
struct Work {
    row: SubscriptionRow,
    secrets: Vec<SubscriptionSecretRow>,
    has_news: bool,
    has_replay: bool,
}

impl Work {
    fn find(tx: &mut Tx<'_>, (org, id): &Key) -> Result<Option<Self>, Fault> {
        let Some(row) = tx.subscription(org, *id)? else { return Ok(None) };
        let rests = row.rests_until.is_some_and(|until| until.0 > tx.now);
        let is_at_work =
            matches!(row.state, SubscriptionState::Active | SubscriptionState::Blocked | SubscriptionState::Unverified);
        let is_challenged = row.state != SubscriptionState::Unverified || row.due_at.is_some_and(|at| at.0 <= tx.now);
        if rests || !is_at_work || !is_challenged {
            return Ok(None);
        }
        let Some(source) = line_up::Source::of(tx, &row)? else { return Ok(None) };
        let waiting = usize::try_from(tx.count_waiting(org, *id)?).unwrap_or(usize::MAX);
        let has_news = waiting < limits::HOOK_WAITING && line_up::has_news(tx, &source, &row)?;
        let has_replay =
            waiting < limits::HOOK_WAITING + limits::REPLAY_WAITING && tx.running_replay(org, *id)?.is_some();
        let secrets = tx.subscription_secrets(org, *id)?;
        Ok(Some(Self { row, secrets, has_news, has_replay }))
    }
}

/// Deliveries that are sent now.
struct Batch {
    row: SubscriptionRow,
    secrets: Vec<SubscriptionSecretRow>,
    chains: VecDeque<Chain>,
    events: std::collections::HashMap<(String, i64), EventRow>,
    /// It finds out whether the receiver takes something again.
    is_pilot: bool,
}

impl Batch {
    fn choose(tx: &mut Tx<'_>, (org, id): &Key) -> Result<Option<Self>, Fault> {
        let Some(row) = tx.subscription(org, *id)? else { return Ok(None) };
        let is_pilot = row.state == SubscriptionState::Blocked;
        if !is_pilot && row.state != SubscriptionState::Active {
            return Ok(None);
        }
        let chains = if is_pilot {
            // The oldest, whenever it would be tried.
            tx.waiting_deliveries(org, *id, 1)?.into_iter().map(|first| vec![first]).collect()
        } else {
            let waiting = tx.waiting_deliveries(org, *id, WAITING_MOST)?;
            // Where a receiver has just come back it gets little at a time.
            let some = if row.pace < row.concurrency { row.pace as usize * 4 } else { limits::HOOK_BATCH };
            choose(waiting, row.ordering, At(tx.now), some).chains
        };
        if chains.is_empty() {
            return Ok(None);
        }
        let all: Vec<DeliveryRow> = chains.iter().flatten().cloned().collect();
        let events = tx.events_of(&all)?;
        let secrets = tx.subscription_secrets(org, *id)?;
        Ok(Some(Self { row, secrets, chains: chains.into(), events, is_pilot }))
    }
}

/// What several calls at once share.
struct Shared {
    row: SubscriptionRow,
    chains: VecDeque<Chain>,
    /// What is to be stored.
    results: Vec<Stored>,
    /// How many results there have been, and of how many it was said that they are stored.
    results_made: u64,
    results_stored: u64,
    /// Nothing more is sent.
    is_over: bool,
}

/// What came of an attempt, as it is stored.
struct Stored {
    delivery: DeliveryRow,
    /// None where nothing was sent.
    attempt: Option<AttemptRow>,
    notice: Option<Notice>,
    /// What a courier knows by it.
    notified: Option<Notified>,
}

impl Stored {
    /// Of what is not sent.
    fn skipped(delivery: DeliveryRow, now: chrono::DateTime<chrono::Utc>) -> Self {
        let delivery = DeliveryRow { state: DeliveryState::Skipped, done_at: Some(At(now)), ..delivery };
        Self { delivery, attempt: None, notice: None, notified: None }
    }
}

impl Notifier {
    async fn send(&self, batch: Batch) -> Result<Step> {
        let receiver = Receiver::of(self, &batch.row, &batch.secrets)?;
        let slots = if batch.is_pilot { 1 } else { batch.row.pace.clamp(1, limits::HOOK_CONCURRENCY_MOST) };
        let slots = if batch.row.ordering == crate::domain::Ordering::All { 1 } else { slots };
        let sending = Sending {
            notifier: self,
            receiver,
            events: batch.events,
            is_pilot: batch.is_pilot,
            shared: Mutex::new(Shared {
                row: batch.row,
                chains: batch.chains,
                results: Vec::new(),
                results_made: 0,
                results_stored: 0,
                is_over: false,
            }),
            writer: tokio::sync::Mutex::new(()),
        };
        let calls = (0..slots).map(|slot| sending.slot(slot == 0 || slot * 2 < slots));
        let mut calls = std::pin::pin!(futures_util::future::try_join_all(calls));
        let pause = Duration::from_secs(limits::HOOK_RENEWAL_S);
        // A call may take longer than the lease.
        loop {
            match tokio::time::timeout(pause, &mut calls).await {
                Ok(done) => {
                    done?;
                    break;
                }
                // Another process took over while this one stood still: it goes on from what is stored.
                Err(_) => {
                    if !self.lease(&sending.receiver.key).await? {
                        sending.shared().is_over = true;
                    }
                }
            }
        }
        let row = &sending.shared.lock().unwrap_or_else(PoisonError::into_inner).row;
        let rests = row.rests_until.is_some_and(|until| until.0 > self.clock.now());
        Ok(if rests || row.state != SubscriptionState::Active { Step::Resting } else { Step::Done })
    }

    async fn challenge(&self, work: Work) -> Result<Step> {
        let challenge = vault::challenge()?;
        let receiver = Receiver::of(self, &work.row, &work.secrets)?;
        let id = format!("msg_{}", Uuid::now_v7().simple());
        let now = self.clock.now().to_rfc3339_opts(SecondsFormat::Micros, true);
        let called = self.call(&receiver, None, &id, challenge_body(&challenge, &now)).await;
        let is_taken = matches!(called.status, Some(200..=299)) && repeats(&called.body, &challenge);
        let reason = match (is_taken, &called.trouble) {
            (true, _) => None,
            (false, Some((_, why))) => Some(format!("the challenge was not answered: {why}")),
            (false, None) => Some("the challenge was not repeated in the answer".to_owned()),
        };
        let row = work.row;
        let store = move |tx: &mut Tx<'_>| {
            let verified = SubscriptionRow {
                state: if is_taken { SubscriptionState::Active } else { SubscriptionState::Unverified },
                reason: reason.clone(),
                verified_at: is_taken.then_some(At(tx.now)).or(row.verified_at),
                ..row.clone()
            };
            tx.set_due(&row.org, row.id, None)?;
            if tx.put_health(&verified)? && is_taken {
                notice_of(tx, &verified, (Notification::SubscriptionVerified, None), None)?;
            }
            Ok(())
        };
        self.store.write(store).await?;
        Ok(if is_taken { Step::Done } else { Step::Idle })
    }
}

struct Sending<'n> {
    notifier: &'n Notifier,
    receiver: Receiver,
    events: std::collections::HashMap<(String, i64), EventRow>,
    is_pilot: bool,
    shared: Mutex<Shared>,
    /// Held by who stores results.
    writer: tokio::sync::Mutex<()>,
}

impl Sending<'_> {
    fn shared(&self) -> std::sync::MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes one chain after the other; replays only where it may.
    async fn slot(&self, takes_replays: bool) -> Result<()> {
        loop {
            let chain = {
                let mut shared = self.shared();
                let fits = |chain: &Chain| takes_replays || chain.first().is_some_and(|row| !row.is_replay);
                match shared.chains.front() {
                    Some(first) if !shared.is_over && fits(first) => shared.chains.pop_front(),
                    _ => None,
                }
            };
            let Some(chain) = chain else { return Ok(()) };
            for delivery in chain {
                if self.shared().is_over || !self.deliver(delivery).await? {
                    break;
                }
            }
        }
    }

    /// Sends one; says whether what waits for it may go.
    async fn deliver(&self, delivery: DeliveryRow) -> Result<bool> {
        let event = self.events.get(&(delivery.post_org.clone(), delivery.event_no));
        let Some(event) = event.cloned() else {
            // Its event is kept no more.
            self.store(Stored::skipped(delivery, self.notifier.clock.now())).await?;
            return Ok(true);
        };
        let news = match self.notifier.news(self.receiver.mode, &delivery).await {
            Err(Error::Internal(reason)) => {
                // A fault of ours about this one alone: it is tried again, and given up in the end, while others go.
                tracing::error!(reason, delivery = delivery.seq_no, "a notification cannot be made");
                let stored = self.not_made(delivery);
                let is_taken = stored.delivery.state != DeliveryState::Waiting;
                self.store(stored).await?;
                return Ok(is_taken);
            }
            news => news?,
        };
        if news.as_ref().is_some_and(|news| news.is_known) {
            self.store(Stored::skipped(delivery, self.notifier.clock.now())).await?;
            return Ok(true);
        }
        let event = EventView {
            subscription: Some(format!("sub_{}", delivery.subscription.0.simple())),
            sequence: Some(delivery.seq_no),
            replay: Some(delivery.is_replay),
            ..self.notifier.services.shown(event, &self.notifier.base)
        };
        let calls = match self.shared().row.failures {
            0 => &self.notifier.calls,
            _ => &self.notifier.calls_in_trouble,
        };
        let _place = calls.acquire().await;
        let (body, notified) = match news {
            Some(News { body, notified, .. }) => (body, Some(notified)),
            None => (body_of(&event), None),
        };
        let called = self.notifier.call(&self.receiver, delivery.url.as_deref(), &event.id, body).await;
        let mut stored = self.note(delivery, &called);
        stored.notified = notified.filter(|_| stored.delivery.state == DeliveryState::Delivered);
        let is_taken = stored.delivery.state != DeliveryState::Waiting;
        self.store(stored).await?;
        Ok(is_taken)
    }

    /// Notes what came of a call in what is shared.
    fn note(&self, delivery: DeliveryRow, called: &Called) -> Stored {
        let mut shared = self.shared();
        let why = called.trouble.as_ref().map_or("", |(_, why)| why);
        let notice = called.attempt.note_receiver(&mut shared.row, why);
        let rests = shared.row.rests_until.is_some_and(|until| until.0 > called.attempt.now);
        shared.is_over |= rests || shared.row.state != SubscriptionState::Active;
        drop(shared);
        Stored { notice, ..self.attempted(delivery, called) }
    }

    /// Notes that there was nothing that could be sent, which is no fault of the receiver.
    fn not_made(&self, delivery: DeliveryRow) -> Stored {
        let (outcome, now, scale) = (Outcome::Failed, self.notifier.clock.now(), self.notifier.time_scale);
        let attempt = Attempt { outcome, now, retry_after: None, scale };
        let trouble = Some(("not_made", "a fault of the server".to_owned()));
        self.attempted(delivery, &Called { attempt, status: None, ms: 0, trouble, body: Vec::new() })
    }

    /// An attempt, with what becomes of the delivery.
    fn attempted(&self, mut delivery: DeliveryRow, called: &Called) -> Stored {
        let cause = match (self.is_pilot, delivery.is_replay, delivery.attempts) {
            (true, ..) => AttemptCause::Pilot,
            (_, _, 1..) => AttemptCause::Retry,
            (_, true, _) => AttemptCause::Replay,
            _ => AttemptCause::New,
        };
        delivery.tries += 1;
        called.attempt.note_delivery(&mut delivery, self.receiver.mode, self.is_pilot);
        let attempt = AttemptRow {
            org: delivery.org.clone(),
            subscription: delivery.subscription,
            seq_no: delivery.seq_no,
            run: delivery.run,
            attempt_no: delivery.tries,
            at: At(called.attempt.now),
            cause,
            status: called.status.map(i32::from),
            ms: i32::try_from(called.ms).unwrap_or(i32::MAX),
            error: called.trouble.as_ref().map(|(code, _)| (*code).to_owned()),
            head: called.head(),
        };
        Stored { delivery, attempt: Some(attempt), notice: None, notified: None }
    }

    /// Stores a result with all that came while others were stored.
    async fn store(&self, stored: Stored) -> Result<()> {
        let number = {
            let mut shared = self.shared();
            shared.results.push(stored);
            shared.results_made += 1;
            shared.results_made
        };
        let _writing = self.writer.lock().await;
        let (results, row, through) = {
            let mut shared = self.shared();
            // Who wrote before took it along. What came since is written by who brought it, with all that comes until then: else
            // everybody who waits would write the one result that came last.
            if shared.results_stored >= number || shared.results.is_empty() {
                return Ok(());
            }
            (std::mem::take(&mut shared.results), shared.row.clone(), shared.results_made)
        };
        let store = move |tx: &mut Tx<'_>| store_results(tx, &row, &results);
        match self.notifier.store.write(store).await {
            Ok(counts) => {
                let mut shared = self.shared();
                shared.results_stored = through;
                // Its owner changed something: what is under way ends, and the next step goes by that.
                shared.is_over |= !counts;
                Ok(())
            }
            Err(error) => {
                self.shared().is_over = true;
                Err(error)
            }
        }
    }
}

/// Stores results and how the receiver fares; says whether the latter still counts.
fn store_results(tx: &mut Tx<'_>, row: &SubscriptionRow, results: &[Stored]) -> Result<bool, Fault> {
    let is_plain = |one: &&Stored| {
        one.delivery.state == DeliveryState::Delivered && one.delivery.tries == 1 && one.delivery.run == 0
    };
    let (plain, others): (Vec<_>, Vec<_>) = results.iter().partition(is_plain);
    let numbers: Vec<i64> = plain.iter().map(|one| one.delivery.seq_no).collect();
    if !numbers.is_empty() {
        tx.put_taken(&row.org, row.id, &numbers)?;
    }
    for one in others {
        tx.put_delivery(&one.delivery)?;
    }
    for notified in results.iter().filter_map(|one| one.notified.as_ref()) {
        notified.note(tx)?;
    }
    let attempts: Vec<AttemptRow> = results.iter().filter_map(|one| one.attempt.clone()).collect();
    tx.add_attempts(&attempts)?;
    let counts = tx.put_health(row)?;
    if counts {
        for notice in results.iter().filter_map(|result| result.notice) {
            notice_of(tx, row, notice, disabled_at(row))?;
        }
    }
    Ok(counts)
}

impl Notifier {
    /// Drops what was delivered long ago, and everything of removed subscriptions.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn drop_old_deliveries(&self) -> Result<()> {
        let kept = TimeDelta::from_std(self.services.terms.events).unwrap_or(TimeDelta::MAX);
        let before = At(self.clock.now() - kept);
        for row in self.store.read(|tx| tx.subscriptions()).await? {
            let is_removed = row.state == SubscriptionState::Removed;
            let before = Some(before).filter(|_| !is_removed);
            let (org, id) = (row.org.clone(), row.id);
            loop {
                let of = org.clone();
                let drop_some = move |tx: &mut Tx<'_>| tx.drop_deliveries(&of, id, before, limits::EVENTS_DROPPED);
                if !self.store.write(drop_some).await? {
                    break;
                }
            }
            if is_removed {
                let forget = move |tx: &mut Tx<'_>| {
                    tx.drop_replays(&org, id)?;
                    tx.forget_subscription(&org, id)
                };
                self.store.write(forget).await?;
            }
        }
        Ok(())
    }
}
