//! What owners do with their subscriptions. Another's is as if it were not there.

use std::sync::Arc;

use super::filter;
use super::keys::new_secret;
use super::line_up::{Source, begin_now};
use super::notifier::Notifier;
use super::owner::{SubscriptionId, count_within, is_for, of_actor, signature_kind, word};
use super::receiver::{ReceiverAuth, open_auth, seal_auth};
use super::replay::event_of;
use super::view::Shown;
use crate::contract::canonical::to_canonical;
use crate::contract::subscription::{
    GoOn, NewSubscription, ReceiverOauth, SubscriptionChanges, SubscriptionMade, SubscriptionView,
};
use crate::domain::{Ordering, ReceiverMode, RecordEventKind, SignatureKind, SubscriptionKind, SubscriptionState};
use crate::error::{Error, Result};
use crate::limits;
use crate::service::Actor;
use crate::service::rights::UseCase;
use crate::store::subscription::SubscriptionRow;
use crate::store::types::At;
use crate::store::{Fault, Tx};

fn ordering(text: &str) -> Result<Ordering> {
    word("ordering", text, |text| Ordering::from_stored(text).ok(), "item, all or none")
}

fn mode(text: &str) -> Result<ReceiverMode> {
    word("mode", text, |text| ReceiverMode::from_stored(text).ok(), "standard or xpress")
}

fn check_concurrency(calls: i32) -> Result<i32> {
    let most = limits::HOOK_CONCURRENCY_MOST;
    if (1..=most).contains(&calls) {
        return Ok(calls);
    }
    Err(Error::invalid("out_of_range", "concurrency", format!("1 to {most} calls at once")))
}

fn check_label(label: &str) -> Result<()> {
    if label.chars().count() > limits::HOOK_LABEL_CHARS || label.chars().any(char::is_control) {
        let message = format!("at most {} characters, none of them control characters", limits::HOOK_LABEL_CHARS);
        return Err(Error::invalid("too_long", "label", message));
    }
    Ok(())
}

impl Notifier {
    /// # Errors
    /// 400 for an address that is none, or cannot be reached from here: the same for all of these.
    async fn check_url(&self, url: &str, path: &str) -> Result<()> {
        let named = |code, message: String| Err(Error::invalid(code, path, message));
        if url.is_empty() {
            return named(
                "required",
                "write where events are to be sent, for example https://hooks.example/entrepost".into(),
            );
        }
        let is_plain = url.bytes().all(|byte| (b'!'..=b'~').contains(&byte)) && !url.contains('#');
        if !is_plain || url.len() > limits::HOOK_URL_CHARS {
            let most = limits::HOOK_URL_CHARS;
            return named("format", format!("at most {most} printable ASCII characters, without blanks and fragment"));
        }
        let (net, asked) = (Arc::clone(&self.net), url.to_owned());
        let checking = tokio::task::spawn_blocking(move || net.may_reach(&asked)).await;
        if checking.is_ok_and(|may| may) {
            return Ok(());
        }
        named(
            "format",
            "nothing can be sent there: it must be https with a name that leads to public addresses, at port 443 or 8443, \
             without a user in it; the operator may allow other networks (notify-allow-nets)"
                .into(),
        )
    }

    /// # Errors
    /// 429 when its host was challenged often enough.
    fn count_challenge(&self, url: &str) -> Result<()> {
        let host = url.split('/').nth(2).unwrap_or_default().to_ascii_lowercase();
        let refused = Error::TooManyRequests { retry_after_s: 3_600, what: "challenges to this host" };
        count_within(&self.challenges, host, limits::HOOK_VERIFICATIONS_H, refused)
    }

    pub(super) async fn shown_now(&self, actor: &Actor, id: SubscriptionId) -> Result<SubscriptionView> {
        let actor = actor.clone();
        let shown = self.store.read(move |tx| {
            let row = of_actor(tx, &actor, id)?;
            Shown::of(tx, row)
        });
        shown.await?.view(self)
    }

    /// Makes a subscription. It is challenged at once, and sends nothing before its receiver has answered.
    ///
    /// # Errors
    /// 400 for what it cannot be, or one too many, or without a key to seal secrets with.
    pub async fn create(&self, actor: &Actor, new: NewSubscription) -> Result<SubscriptionMade> {
        self.make(actor, SubscriptionKind::Webhook, new).await
    }

    pub(super) async fn make(
        &self,
        actor: &Actor,
        kind: SubscriptionKind,
        new: NewSubscription,
    ) -> Result<SubscriptionMade> {
        actor.check(UseCase::Subscribe)?;
        filter::check(&new.filter)?;
        let label = new.label.unwrap_or_default();
        check_label(&label)?;
        let signature = new.signature.as_deref().map_or(Ok(SignatureKind::Shared), signature_kind)?;
        let auth = ReceiverAuth { headers: new.headers.unwrap_or_default(), oauth: new.oauth };
        auth.check()?;
        self.check_url(&new.url, "url").await?;
        if let Some(oauth) = &auth.oauth {
            self.check_url(&oauth.token_url, "oauth.tokenUrl").await?;
        }
        let concurrency = new.concurrency.map_or(Ok(limits::HOOK_CONCURRENCY), check_concurrency)?;
        let now = At(self.clock.now());
        let mut row = SubscriptionRow {
            mode: new.mode.as_deref().map_or(Ok(ReceiverMode::Standard), mode)?,
            label,
            filter: to_canonical(&new.filter),
            offices: actor.offices.as_ref().map(|offices| offices.join(" ")),
            ordering: new.ordering.as_deref().map_or(Ok(Ordering::Item), ordering)?,
            created_by: actor.user_cd.clone().unwrap_or_default(),
            reason: Some(UNANSWERED.into()),
            ..SubscriptionRow::new(&actor.org, kind, new.url, concurrency, now)
        };
        row.auth = seal_auth(&self.services.vault, &row, &auth)?;
        let (secret_row, secret) = new_secret(self, (&row.org, row.id), signature)?;
        if kind == SubscriptionKind::CallbackHost && self.is_operator() {
            (row.state, row.reason, row.verified_at, row.due_at) = (SubscriptionState::Active, None, Some(now), None);
        } else {
            self.count_challenge(&row.url)?;
        }
        let (id, by, stamp) = (SubscriptionId(row.id), actor.clone(), self.stamp(actor));
        let make = move |tx: &mut Tx<'_>| {
            if tx.subscriptions_of(&row.org)?.len() >= limits::SUBSCRIPTIONS {
                let message = format!("an organization has at most {} subscriptions", limits::SUBSCRIPTIONS);
                return Err(Error::invalid("limit", "url", message).into());
            }
            begin_now(tx, &by, row.id)?;
            tx.add_subscription_secret(&secret_row)?;
            tx.put_subscription(&row, RecordEventKind::Stored, &stamp)
        };
        self.store.write(make).await?;
        self.signal.notify_one();
        Ok(SubscriptionMade { secret, subscription: self.shown_now(actor, id).await? })
    }

    /// The subscriptions of the caller's organization, the oldest first; callback hosts are among them.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<SubscriptionView>> {
        actor.check(UseCase::Subscribe)?;
        let actor = actor.clone();
        let shown = self.store.read(move |tx| {
            let rows = tx.subscriptions_of(&actor.org)?.into_iter().filter(|row| is_for(&actor, row));
            rows.collect::<Vec<_>>().into_iter().map(|row| Shown::of(tx, row)).collect::<Result<Vec<_>, _>>()
        });
        shown.await?.into_iter().map(|shown| shown.view(self)).collect()
    }

    /// One subscription.
    ///
    /// # Errors
    /// 404 when it is not there, or not the caller's.
    pub async fn show(&self, actor: &Actor, id: SubscriptionId) -> Result<SubscriptionView> {
        self.shown_now(actor, id).await
    }

    /// Changes the row of a subscription, and shows it.
    async fn altered(
        &self,
        actor: &Actor,
        id: SubscriptionId,
        alter: impl Fn(&mut Tx<'_>, &mut SubscriptionRow) -> Result<(), Fault> + Send + Sync + 'static,
    ) -> Result<SubscriptionView> {
        self.alter(actor, id, alter).await?;
        self.shown_now(actor, id).await
    }

    /// Changes the row of a subscription.
    pub(super) async fn alter(
        &self,
        actor: &Actor,
        id: SubscriptionId,
        alter: impl Fn(&mut Tx<'_>, &mut SubscriptionRow) -> Result<(), Fault> + Send + Sync + 'static,
    ) -> Result<()> {
        let (by, stamp) = (actor.clone(), self.stamp(actor));
        let change = move |tx: &mut Tx<'_>| {
            let mut row = of_actor(tx, &by, id)?;
            alter(tx, &mut row)?;
            row.revision += 1;
            row.pace = row.pace.clamp(1, row.concurrency);
            let event = match row.state {
                SubscriptionState::Removed => RecordEventKind::Removed,
                _ => RecordEventKind::Changed,
            };
            tx.put_subscription(&row, event, &stamp)
        };
        self.store.write(change).await?;
        self.signal.notify_one();
        Ok(())
    }

    /// Changes what is stated. Another address has to answer a challenge first.
    ///
    /// # Errors
    /// 404; 400 for what it cannot be.
    pub async fn change(
        &self,
        actor: &Actor,
        id: SubscriptionId,
        changes: SubscriptionChanges,
    ) -> Result<SubscriptionView> {
        let now = self.show(actor, id).await?;
        if let Some(filter) = &changes.filter {
            filter::check(filter)?;
        }
        if let Some(label) = &changes.label {
            check_label(label)?;
        }
        let ordering = changes.ordering.as_deref().map(ordering).transpose()?;
        let mode = changes.mode.as_deref().map(mode).transpose()?;
        let concurrency = changes.concurrency.map(check_concurrency).transpose()?;
        let url = changes.url.filter(|url| *url != now.url);
        if let Some(url) = &url {
            self.check_url(url, "url").await?;
            self.count_challenge(url)?;
        }
        if let Some(oauth) = changes.oauth.as_ref().filter(|oauth| !is_none(oauth)) {
            self.check_url(&oauth.token_url, "oauth.tokenUrl").await?;
        }
        let (vault, filter, label) = (self.services.vault.clone(), changes.filter, changes.label);
        let (headers, oauth) = (changes.headers, changes.oauth);
        self.tokens.invalidate(&(actor.org.clone(), id.0));
        let alter = move |tx: &mut Tx<'_>, row: &mut SubscriptionRow| {
            if let Some(filter) = &filter {
                row.filter = to_canonical(filter);
            }
            row.label = label.clone().unwrap_or_else(|| row.label.clone());
            row.ordering = ordering.unwrap_or(row.ordering);
            row.mode = mode.unwrap_or(row.mode);
            if let Some(calls) = concurrency {
                (row.concurrency, row.pace) = (calls, calls);
            }
            if headers.is_some() || oauth.is_some() {
                let mut auth = open_auth(&vault, row)?;
                auth.oauth = oauth.clone().or(auth.oauth).filter(|oauth| !is_none(oauth));
                auth.headers = headers.clone().unwrap_or(auth.headers);
                auth.check()?;
                row.auth = seal_auth(&vault, row, &auth)?;
            }
            if let Some(url) = &url {
                row.url.clone_from(url);
                unverify(row, At(tx.now));
            }
            Ok(())
        };
        self.altered(actor, id, alter).await
    }

    /// Challenges the receiver again.
    ///
    /// # Errors
    /// 404; 409 where it is verified already; 429 where its host was challenged often.
    pub async fn verify(&self, actor: &Actor, id: SubscriptionId) -> Result<SubscriptionView> {
        let now = self.show(actor, id).await?;
        if now.state != SubscriptionState::Unverified.stored() {
            let message = format!("it is {}; only what is unverified is challenged", now.state);
            return Err(Error::invalid("state", "id", message));
        }
        self.count_challenge(&now.url)?;
        let alter = |tx: &mut Tx<'_>, row: &mut SubscriptionRow| {
            unverify(row, At(tx.now));
            Ok(())
        };
        self.altered(actor, id, alter).await
    }

    /// Sends nothing until it is enabled again.
    ///
    /// # Errors
    /// 404; 409 where it sends nothing anyway.
    pub async fn pause(&self, actor: &Actor, id: SubscriptionId) -> Result<SubscriptionView> {
        let alter = |_: &mut Tx<'_>, row: &mut SubscriptionRow| match row.state {
            SubscriptionState::Active | SubscriptionState::Blocked => {
                row.state = SubscriptionState::Paused;
                row.reason = Some("at its owner's wish".into());
                Ok(())
            }
            SubscriptionState::Paused => Ok(()),
            state => {
                let message = format!("it is {state}; only what is active or blocked can be paused");
                Err(Error::invalid("state", "id", message).into())
            }
        };
        self.altered(actor, id, alter).await
    }

    /// Goes on sending: everything that waits, or leaving out what came before now or an event.
    ///
    /// # Errors
    /// 404; 409 where it was never verified.
    pub async fn enable(&self, actor: &Actor, id: SubscriptionId, go_on: GoOn) -> Result<SubscriptionView> {
        let by = actor.clone();
        let alter = move |tx: &mut Tx<'_>, row: &mut SubscriptionRow| {
            if row.state == SubscriptionState::Unverified {
                let message = "the receiver has not answered the challenge yet; verify it first";
                return Err(Error::invalid("state", "id", message).into());
            }
            match go_on.from.as_deref().unwrap_or("waiting") {
                "waiting" => {}
                "now" => {
                    tx.skip_waiting(&row.org, row.id, None)?;
                    begin_now(tx, &by, row.id)?;
                }
                event => leave_out_before(tx, row, event)?,
            }
            (row.state, row.reason, row.rests_until) = (SubscriptionState::Active, None, None);
            (row.failures, row.first_failure_at, row.warned, row.pace) = (0, None, 0, 1);
            row.due_at = Some(At(tx.now));
            Ok(())
        };
        self.altered(actor, id, alter).await
    }

    /// Ends a subscription; what it delivered is dropped by and by.
    ///
    /// # Errors
    /// 404.
    pub async fn remove(&self, actor: &Actor, id: SubscriptionId) -> Result<()> {
        let alter = |tx: &mut Tx<'_>, row: &mut SubscriptionRow| {
            (row.state, row.auth) = (SubscriptionState::Removed, None);
            tx.drop_subscription_secrets(&row.org, row.id)
        };
        self.alter(actor, id, alter).await
    }
}

/// Stands for no client at all, where one is to be taken away.
fn is_none(oauth: &ReceiverOauth) -> bool {
    oauth.token_url.is_empty() && oauth.client_id.is_empty()
}

/// Why nothing is sent at first.
const UNANSWERED: &str = "the receiver has not answered the challenge yet";

/// Has the receiver challenged.
fn unverify(row: &mut SubscriptionRow, now: At) {
    row.state = SubscriptionState::Unverified;
    row.reason = Some(UNANSWERED.into());
    (row.due_at, row.rests_until) = (Some(now), None);
}

/// Leaves out what waits of events before one.
fn leave_out_before(tx: &mut Tx<'_>, row: &SubscriptionRow, event: &str) -> Result<(), Fault> {
    let source = Source::of(tx, row)?;
    let event = source.map_or(Ok(None), |source| event_of(tx, &source, event))?;
    let Some(event) = event else { return Err(Error::Absent { what: "event" }.into()) };
    let before = event.event_no - 1;
    tx.skip_waiting(&row.org, row.id, Some((&event.post_org, before)))?;
    let cursors = tx.subscription_cursors(&row.org, row.id)?;
    if cursors.iter().any(|(stream, number)| *stream == event.post_org && *number < before) {
        tx.put_subscription_cursor(&row.org, row.id, &event.post_org, before)?;
    }
    Ok(())
}
