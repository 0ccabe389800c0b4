//! Subscriptions, deliveries and replays as they are shown, and the events about them.

use chrono::{DateTime, SecondsFormat, Utc};

use super::health::Notice;
use super::line_up::{filter_of, offices_of};
use super::notifier::Notifier;
use super::receiver::open_auth;
use crate::contract::canonical::to_canonical;
use crate::contract::event::NoticeData;
use crate::contract::subscription::{AttemptView, DeliveryView, ReplayView, SubscriptionKey, SubscriptionView};
use crate::domain::DeliveryState;
use crate::error::Result;
use crate::service::Services;
use crate::store::delivery::{AttemptRow, DeliveryRow, ReplayRow};
use crate::store::event::EventRow;
use crate::store::subscription::{SubscriptionRow, SubscriptionSecretRow};
use crate::store::types::{At, Id};
use crate::store::{Fault, Tx};

pub(super) fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

fn optional(at: Option<At>) -> Option<String> {
    at.map(|at| time(at.0))
}

/// How a subscription is named.
pub(super) fn name_of(id: Id) -> String {
    format!("sub_{}", id.0.simple())
}

/// Adds an event about a subscription to those of its owner.
pub(super) fn notice_of(
    tx: &mut Tx<'_>,
    row: &SubscriptionRow,
    (event_type, subtype): Notice,
    until: Option<DateTime<Utc>>,
) -> Result<(), Fault> {
    let since = optional(row.first_failure_at);
    let until = until.filter(|_| since.is_some()).map(time);
    let data = NoticeData {
        subscription: Some(name_of(row.id)),
        label: Some(row.label.clone()),
        reason: row.reason.clone(),
        since,
        until,
        ..NoticeData::default()
    };
    tx.add_notice(&row.org, event_type, subtype, to_canonical(&data))
}

/// A subscription with what is shown of it.
pub(super) struct Shown {
    pub row: SubscriptionRow,
    pub secrets: Vec<SubscriptionSecretRow>,
    pub waiting: i64,
}

impl Shown {
    pub(super) fn of(tx: &mut Tx<'_>, row: SubscriptionRow) -> Result<Self, Fault> {
        let secrets = tx.subscription_secrets(&row.org, row.id)?;
        let waiting = tx.count_waiting(&row.org, row.id)?;
        Ok(Self { row, secrets, waiting })
    }

    /// # Errors
    /// When its secrets cannot be opened.
    pub(super) fn view(self, notifier: &Notifier) -> Result<SubscriptionView> {
        let auth = open_auth(&notifier.services.vault, &self.row)?;
        let (filter, offices) = (filter_of(&self.row)?, offices_of(&self.row));
        let (row, now) = (self.row, At(notifier.clock.now()));
        let key = |secret: SubscriptionSecretRow| SubscriptionKey {
            id: secret.key_id.0.simple().to_string(),
            signature: secret.kind.stored(),
            public_key: secret.public_key,
            created_at: time(secret.created_at.0),
            expires_at: optional(secret.expires_at),
        };
        Ok(SubscriptionView {
            id: name_of(row.id),
            kind: row.kind.stored(),
            label: row.label,
            url: row.url,
            filter,
            offices,
            ordering: row.ordering.stored(),
            concurrency: row.concurrency,
            mode: row.mode.stored(),
            state: row.state.stored(),
            reason: row.reason,
            headers: auth.headers.into_keys().collect(),
            oauth: auth.oauth.is_some(),
            waiting: self.waiting,
            last_sequence: row.last_seq,
            failures: row.failures,
            failing_since: optional(row.first_failure_at),
            last_success_at: optional(row.last_success_at),
            rests_until: optional(row.rests_until.filter(|until| *until > now)),
            created_at: time(row.created_at.0),
            verified_at: optional(row.verified_at),
            keys: self.secrets.into_iter().filter(|secret| secret.is_live(now)).map(key).collect(),
        })
    }
}

pub(super) fn delivery_view(
    services: &Services,
    row: DeliveryRow,
    event: Option<&EventRow>,
    log: Vec<AttemptRow>,
) -> DeliveryView {
    let waits = row.state == DeliveryState::Waiting;
    DeliveryView {
        sequence: row.seq_no,
        event: event.map(|event| services.shown(event.clone(), "").id),
        r#type: event.map(|event| event.event_type.stored()),
        item_id: row.item_id,
        state: row.state.stored(),
        replay: row.is_replay,
        attempts: row.tries,
        lined_up_at: time(row.lined_up_at.0),
        next_at: Some(row.next_at.0).filter(|at| waits && *at > services.clock.now()).map(time),
        done_at: optional(row.done_at),
        log: log.into_iter().map(attempt_view).collect(),
    }
}

fn attempt_view(row: AttemptRow) -> AttemptView {
    AttemptView {
        run: row.run,
        attempt: row.attempt_no,
        at: time(row.at.0),
        cause: row.cause.stored(),
        status: row.status,
        milliseconds: row.ms,
        error: row.error,
        answer: row.head,
    }
}

pub(super) fn replay_view(row: ReplayRow) -> ReplayView {
    ReplayView {
        id: format!("rep_{}", row.id.0.simple()),
        selection: serde_json::from_str(&row.selection).unwrap_or_default(),
        state: if row.done_at.is_some() { "done" } else { "running" },
        lined_up: row.lined_up,
        created_at: time(row.created_at.0),
        done_at: optional(row.done_at),
    }
}
