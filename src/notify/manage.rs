//! What owners do with their subscriptions. Another's is as if it were not there.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering as Counting};

use chrono::{DateTime, TimeDelta, Utc};
use moka::sync::Cache;
use uuid::Uuid;

use super::filter;
use super::line_up::{Source, begin_now, offices_of};
use super::notifier::Notifier;
use super::receiver::{ReceiverAuth, open_auth, seal_auth, seal_secret};
use super::replay::{Selection, event_of};
use super::send::{Receiver, body_of};
use super::view::{Shown, delivery_view, name_of, replay_view, time};
use crate::contract::canonical::to_canonical;
use crate::contract::event::{EventContent, EventData, EventLight, EventLinks, EventView};
use crate::contract::subscription::{
    DeliveryList, DeliveryView, GoOn, KeyMade, NewKey, NewReplay, NewSubscription, ReplayView, SubscriptionChanges,
    SubscriptionMade, SubscriptionView, TestResult,
};
use crate::domain::{
    DeliveryState, Notification, Ordering, ReceiverMode, RecordEventKind, SignatureKind, SubscriptionKind,
    SubscriptionState,
};
use crate::error::{Error, Result};
use crate::limits;
use crate::net::is_under;
use crate::service::Actor;
use crate::store::delivery::{DeliveryQuery, ReplayRow};
use crate::store::item::Callback;
use crate::store::subscription::{SubscriptionRow, SubscriptionSecretRow};
use crate::store::types::{At, Id};
use crate::store::{Fault, Tx};
use crate::vault::signature::Key as SignKey;

/// A subscription that was made.
pub type Made = SubscriptionMade;

/// The id of a subscription, as it is shown: `sub_` and 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubscriptionId(Id);

impl SubscriptionId {
    /// # Errors
    /// 404 for a text that is none.
    pub fn parse(text: &str) -> Result<Self> {
        let digits = text.strip_prefix("sub_").filter(|digits| digits.len() == 32);
        let id = digits.and_then(|digits| Uuid::parse_str(digits).ok());
        id.map(|id| Self(Id(id))).ok_or(ABSENT)
    }
}

const ABSENT: Error = Error::Absent { what: "subscription" };

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

/// Whose subscription it is.
fn of_actor(tx: &mut Tx<'_>, actor: &Actor, id: SubscriptionId) -> Result<SubscriptionRow, Fault> {
    let row = tx.subscription(&actor.org, id.0)?.filter(|row| is_for(actor, row));
    row.ok_or_else(|| ABSENT.into())
}

/// Who acts for some offices alone sees no subscription that has more.
fn is_for(actor: &Actor, row: &SubscriptionRow) -> bool {
    let Some(own) = &actor.offices else { return true };
    offices_of(row).is_some_and(|offices| offices.iter().all(|office| own.contains(office)))
}

fn word<T>(name: &str, text: &str, of: impl Fn(&str) -> Option<T>, known: &str) -> Result<T> {
    of(text).ok_or_else(|| Error::invalid("unknown_code", name, format!("write {known}")))
}

fn ordering(text: &str) -> Result<Ordering> {
    word("ordering", text, |text| Ordering::from_stored(text).ok(), "item, all or none")
}

fn mode(text: &str) -> Result<ReceiverMode> {
    word("mode", text, |text| ReceiverMode::from_stored(text).ok(), "standard or xpress")
}

fn signature_kind(text: &str) -> Result<SignatureKind> {
    word("signature", text, |text| SignatureKind::from_stored(text).ok(), "v1 or v1a")
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

/// A new key with what is stored of it; the text is for the receiver.
fn new_secret(
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

/// Counts within the time that a cache keeps what is in it.
fn count_within<K: std::hash::Hash + Eq + Send + Sync + 'static>(
    counts: &Cache<K, Arc<AtomicU32>>,
    key: K,
    most: u32,
    refused: Error,
) -> Result<()> {
    let count = counts.get_with(key, Arc::default);
    if count.fetch_add(1, Counting::Relaxed) < most { Ok(()) } else { Err(refused) }
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

    async fn shown_now(&self, actor: &Actor, id: SubscriptionId) -> Result<SubscriptionView> {
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
    pub async fn create(&self, actor: &Actor, new: NewSubscription) -> Result<Made> {
        self.make(actor, SubscriptionKind::Webhook, new).await
    }

    /// Makes a callback host: declarations may name addresses under its own, to which the events of their items are sent. One that the
    /// operator makes is taken for verified, for not every receiver can answer a challenge.
    ///
    /// # Errors
    /// As of a subscription; 400 for an address that does not end with a slash.
    pub async fn create_callback_host(&self, actor: &Actor, new: NewSubscription) -> Result<Made> {
        if !new.url.ends_with('/') || new.url.contains('?') {
            let message = "write a prefix that ends with a slash, for example https://hooks.example/entrepost/";
            return Err(Error::invalid("format", "url", message));
        }
        self.make(actor, SubscriptionKind::CallbackHost, new).await
    }

    /// The callback host that an address lies under.
    ///
    /// # Errors
    /// 400 where it lies under none of the caller's organization.
    pub async fn callback(&self, actor: &Actor, url: &str) -> Result<Callback> {
        let org = actor.org.clone();
        let rows = self.store.read(move |tx| tx.subscriptions_of(&org)).await?;
        let is_host = |row: &&SubscriptionRow| {
            row.kind == SubscriptionKind::CallbackHost && row.verified_at.is_some() && is_under(url, &row.url)
        };
        match rows.iter().find(is_host).filter(|_| url.len() <= limits::HOOK_URL_CHARS) {
            Some(row) => Ok(Callback { host: row.id, url: url.to_owned() }),
            None => {
                let message = "it lies under no callback host of yours; add one at /v1/callback-hosts, or have the operator do so";
                Err(Error::invalid("callback_host", "callbackUrl", message))
            }
        }
    }

    async fn make(&self, actor: &Actor, kind: SubscriptionKind, new: NewSubscription) -> Result<Made> {
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
            org: actor.org.clone(),
            id: Id(Uuid::now_v7()),
            revision: 0,
            kind,
            mode: new.mode.as_deref().map_or(Ok(ReceiverMode::Standard), mode)?,
            label,
            url: new.url,
            filter: to_canonical(&new.filter),
            offices: actor.offices.as_ref().map(|offices| offices.join(" ")),
            ordering: new.ordering.as_deref().map_or(Ok(Ordering::Item), ordering)?,
            concurrency,
            auth: None,
            created_at: now,
            created_by: actor.user_cd.clone().unwrap_or_default(),
            state: SubscriptionState::Unverified,
            reason: Some("the receiver has not answered the challenge yet".into()),
            verified_at: None,
            pace: concurrency,
            failures: 0,
            first_failure_at: None,
            last_success_at: None,
            rests_until: None,
            warned: 0,
            last_seq: 0,
            due_at: Some(now),
            lease_owner: None,
            lease_until: None,
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
        Ok(Made { secret, subscription: self.shown_now(actor, id).await? })
    }

    /// The callback hosts of the caller's organization, the oldest first.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn callback_hosts(&self, actor: &Actor) -> Result<Vec<SubscriptionView>> {
        let all = self.list(actor).await?;
        Ok(all.into_iter().filter(|one| one.kind == SubscriptionKind::CallbackHost.stored()).collect())
    }

    /// The subscriptions of the caller's organization, the oldest first; callback hosts are among them.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<SubscriptionView>> {
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

    async fn alter(
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
        if let Some(oauth) = &changes.oauth {
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
                auth.oauth = oauth.clone().or(auth.oauth.filter(|_| headers.is_none()));
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

    /// Sends a sample and waits for the answer.
    ///
    /// # Errors
    /// 404; 400 for a type that there is none of; 429.
    pub async fn test(&self, actor: &Actor, id: SubscriptionId, event_type: Option<&str>) -> Result<TestResult> {
        let event_type = match event_type {
            None => Notification::LightChanged,
            Some(text) => {
                let known = Notification::ALL.map(Notification::stored).join(", ");
                word("type", text, |text| Notification::from_stored(text).ok(), &known)?
            }
        };
        let by = actor.clone();
        let found = self.store.read(move |tx| {
            let row = of_actor(tx, &by, id)?;
            let secrets = tx.subscription_secrets(&row.org, row.id)?;
            Ok((row, secrets))
        });
        let (row, secrets) = found.await?;
        if row.state == SubscriptionState::Unverified {
            let message = "the receiver has not answered the challenge yet; verify it first";
            return Err(Error::invalid("state", "id", message));
        }
        let refused = Error::TooManyRequests { retry_after_s: 60, what: "tests of this subscription" };
        count_within(&self.tests, (row.org.clone(), row.id), limits::HOOK_TESTS_MIN, refused)?;
        let event = self.sample(&row, event_type);
        let receiver = Receiver::of(self, &row, &secrets)?;
        let called = self.call(&receiver, None, &event.id, body_of(&event)).await;
        Ok(TestResult {
            delivered: called.trouble.is_none(),
            status: called.status,
            milliseconds: called.ms,
            error: called.trouble.map(|(code, _)| code.to_owned()),
            event,
        })
    }

    fn sample(&self, row: &SubscriptionRow, event_type: Notification) -> EventView {
        let (id, pid) = (Uuid::now_v7(), Uuid::nil());
        let light =
            EventLight { is: "Green", was: Some("Amber"), reasons: vec!["CLEARED"], may_proceed: true, binding: false };
        let base = &self.base;
        EventView {
            id: format!("evt_{}_1t", id.simple()),
            r#type: event_type.stored(),
            subtype: (event_type == Notification::LightChanged).then(|| "green".to_owned()),
            timestamp: time(self.clock.now()),
            organization: row.org.clone(),
            subscription: Some(name_of(row.id)),
            sequence: None,
            replay: None,
            test: Some(true),
            data: EventContent::Item(Box::new(EventData {
                item_id: "EE123456785AU".into(),
                p_id: pid,
                item_sequence: 1,
                flow: "I",
                orig_post: "AUA".into(),
                dest_post: "DEA".into(),
                partner_country: Some("AU".into()),
                mail_class: Some("E".into()),
                office: None,
                version: None,
                light: (event_type == Notification::LightChanged).then_some(light),
                links: EventLinks {
                    this: format!("{base}/v1/events/evt_{}_1t", id.simple()),
                    declaration: format!("{base}/v1/declarations/{pid}"),
                    light: format!("{base}/v1/items/EE123456785AU/light"),
                },
            })),
        }
    }

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

/// Has the receiver challenged.
fn unverify(row: &mut SubscriptionRow, now: At) {
    row.state = SubscriptionState::Unverified;
    row.reason = Some("the receiver has not answered the challenge yet".into());
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

/// # Errors
/// 400 for a word that is no state.
fn delivery_state(text: &str) -> Result<DeliveryState> {
    word("state", text, |text| DeliveryState::from_stored(text).ok(), "waiting, delivered, given-up or skipped")
}
