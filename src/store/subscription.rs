//! Subscriptions: where events are sent, the keys they are signed with, and how far events were looked at for them.
//!
//! What an owner sets and how the receiver fares stand in one row; the first has a revision, so that neither overwrites the other.
//! Knows rows; what a filter lets through and when a receiver is tried is decided by who delivers.

use diesel::prelude::*;
use serde_json::json;

use super::columns::{Attested, Columns, columns_digest};
use super::engine::conn::on_engine;
use super::item::Stamp;
use super::lease::leases;
use super::record_history::RecordEvent;
use super::schema::{subscription, subscription_cursor, subscription_secret};
use super::types::{At, Id};
use super::{Fault, Tx};
use crate::domain::{
    Ordering, ReceiverMode, RecordEventKind, RecordKind, SignatureKind, SubscriptionKind, SubscriptionState,
};

type Done<T = ()> = Result<T, Fault>;

/// A subscription.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = subscription, primary_key(org, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct SubscriptionRow {
    pub org: String,
    pub id: Id,
    /// Rises with every change by its owner.
    pub revision: i32,
    pub kind: SubscriptionKind,
    pub mode: ReceiverMode,
    pub label: String,
    pub url: String,
    /// JSON: which events.
    pub filter: String,
    /// The offices whose events these are, separated by blanks; all when absent.
    pub offices: Option<String>,
    pub ordering: Ordering,
    /// Calls at once.
    pub concurrency: i32,
    /// Sealed JSON: what the receiver wants to be called with.
    pub auth: Option<String>,
    pub created_at: At,
    pub created_by: String,
    pub state: SubscriptionState,
    /// Why it stands so, in words.
    pub reason: Option<String>,
    pub verified_at: Option<At>,
    /// Calls at once as the receiver bears them now.
    pub pace: i32,
    /// In a row.
    pub failures: i32,
    pub first_failure_at: Option<At>,
    pub last_success_at: Option<At>,
    /// The receiver is left alone until then.
    pub rests_until: Option<At>,
    /// How many notices of failing there were.
    pub warned: i32,
    pub last_seq: i64,
    /// When something is to be done for it, besides new events.
    pub due_at: Option<At>,
    pub lease_owner: Option<Id>,
    pub lease_until: Option<At>,
}

impl SubscriptionRow {
    /// A subscription as it begins: to everything, and to be challenged at once.
    pub fn new(org: &str, kind: SubscriptionKind, url: String, concurrency: i32, now: At) -> Self {
        Self {
            org: org.to_owned(),
            id: Id(uuid::Uuid::now_v7()),
            revision: 0,
            kind,
            mode: ReceiverMode::Standard,
            label: String::new(),
            url,
            filter: "{}".to_owned(),
            offices: None,
            ordering: Ordering::Item,
            concurrency,
            auth: None,
            created_at: now,
            created_by: String::new(),
            state: SubscriptionState::Unverified,
            reason: None,
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
        }
    }
}

/// A key that signs what is sent.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable)]
#[diesel(table_name = subscription_secret, treat_none_as_default_value = false)]
pub struct SubscriptionSecretRow {
    pub org: String,
    pub subscription: Id,
    pub key_id: Id,
    pub kind: SignatureKind,
    pub sealed: String,
    /// Of a key of ours: what the receiver verifies by.
    pub public_key: Option<String>,
    pub created_at: At,
    pub expires_at: Option<At>,
}

impl SubscriptionSecretRow {
    /// Whether it signs at `now`.
    pub fn is_live(&self, now: At) -> bool {
        self.expires_at.is_none_or(|end| end > now)
    }
}

struct WithSecrets<'r> {
    row: &'r SubscriptionRow,
    secrets: &'r [SubscriptionSecretRow],
}

impl Attested for WithSecrets<'_> {
    /// What its owner sets; secrets in no form, only that they are there.
    fn columns(&self, to: &mut Columns) {
        let Self { row, secrets } = self;
        to.text(&row.org).text(&row.id.0.to_string()).text(row.kind.stored()).text(row.mode.stored());
        to.text(&row.label).text(&row.url).text(&row.filter).texts(&[&row.offices]);
        to.text(row.ordering.stored()).number(row.concurrency).times(&[Some(row.created_at)]).text(&row.created_by);
        for secret in *secrets {
            to.text(&secret.key_id.0.to_string()).text(secret.kind.stored()).texts(&[&secret.public_key]);
            to.times(&[Some(secret.created_at), secret.expires_at]);
        }
    }
}

leases!(subscription by (org: &str, id: Id): lease_subscription, release_subscription);

impl Tx<'_> {
    /// The subscription of an organization with this id, unless it was removed.
    pub fn subscription(&mut self, org: &str, id: Id) -> Done<Option<SubscriptionRow>> {
        let found: Option<SubscriptionRow> = subscription::table.find((org, id)).first(self.conn).optional()?;
        Ok(found.filter(|row| row.state != SubscriptionState::Removed))
    }

    /// The subscriptions of an organization, the oldest first.
    pub fn subscriptions_of(&mut self, org: &str) -> Done<Vec<SubscriptionRow>> {
        Ok(subscription::table
            .filter(subscription::org.eq(org))
            .filter(subscription::state.ne(SubscriptionState::Removed))
            .order((subscription::created_at, subscription::id))
            .load(self.conn)?)
    }

    /// All subscriptions, removed ones as well.
    pub fn subscriptions(&mut self) -> Done<Vec<SubscriptionRow>> {
        Ok(subscription::table.order((subscription::org, subscription::id)).load(self.conn)?)
    }

    /// Adds a subscription, or changes the one with this id: what its owner sets.
    pub fn put_subscription(&mut self, row: &SubscriptionRow, event: RecordEventKind, by: &Stamp) -> Done {
        if diesel::update(subscription::table.find((&row.org, row.id))).set(row).execute(self.conn)? == 0 {
            diesel::insert_into(subscription::table).values(row).execute(self.conn)?;
        }
        self.record_subscription(row, event, by)
    }

    fn record_subscription(&mut self, row: &SubscriptionRow, event: RecordEventKind, by: &Stamp) -> Done {
        let secrets = self.subscription_secrets(&row.org, row.id)?;
        let is_there = row.state != SubscriptionState::Removed;
        let detail = json!({ "Label": row.label, "Url": row.url, "State": row.state });
        let event = RecordEvent {
            org: &row.org,
            kind: RecordKind::Subscription,
            id: &row.id.0.to_string(),
            event,
            detail: Some(detail),
            digest: is_there.then(|| columns_digest(&WithSecrets { row, secrets: &secrets })),
            replaced: None,
        };
        self.record(event, by)
    }

    /// What stands now of a subscription, for its history.
    pub(super) fn present_subscription(&mut self, org: &str, id: &str) -> Done<Option<Vec<u8>>> {
        let Ok(id) = uuid::Uuid::try_parse(id) else { return Ok(None) };
        let Some(row) = self.subscription(org, Id(id))? else { return Ok(None) };
        let secrets = self.subscription_secrets(org, row.id)?;
        Ok(Some(columns_digest(&WithSecrets { row: &row, secrets: &secrets })))
    }

    /// Notes how a receiver fares; says whether that was done: not when its owner changed something meanwhile.
    pub fn put_health(&mut self, row: &SubscriptionRow) -> Done<bool> {
        let known = subscription::table.find((&row.org, row.id)).filter(subscription::revision.eq(row.revision));
        let set = (
            subscription::state.eq(row.state),
            subscription::reason.eq(&row.reason),
            subscription::verified_at.eq(row.verified_at),
            subscription::pace.eq(row.pace),
            subscription::failures.eq(row.failures),
            subscription::first_failure_at.eq(row.first_failure_at),
            subscription::last_success_at.eq(row.last_success_at),
            subscription::rests_until.eq(row.rests_until),
            subscription::warned.eq(row.warned),
        );
        let put = diesel::update(known).set(set);
        Ok(on_engine!(self.conn, |conn| put.execute(conn))? > 0)
    }

    /// Notes up to which number deliveries are lined up; says whether that was done: not when somebody else did meanwhile.
    pub fn move_last_seq(&mut self, row: &SubscriptionRow, last_seq: i64) -> Done<bool> {
        let known = subscription::table.find((&row.org, row.id)).filter(subscription::last_seq.eq(row.last_seq));
        Ok(diesel::update(known).set(subscription::last_seq.eq(last_seq)).execute(self.conn)? > 0)
    }

    /// Notes when something is to be done for a subscription.
    pub fn set_due(&mut self, org: &str, id: Id, due_at: Option<At>) -> Done {
        diesel::update(subscription::table.find((org, id))).set(subscription::due_at.eq(due_at)).execute(self.conn)?;
        Ok(())
    }

    /// Has it looked at again by whoever comes, in case that what is begun now does not end.
    pub fn keep_due(&mut self, org: &str, id: Id) -> Done {
        diesel::update(subscription::table.find((org, id)))
            .filter(
                subscription::state.eq_any([SubscriptionState::Active.stored(), SubscriptionState::Blocked.stored()]),
            )
            .set(subscription::due_at.eq(At(self.now)))
            .execute(self.conn)?;
        Ok(())
    }

    /// Keeps the same secrets in another form. That is no change: nothing is recorded.
    pub fn keep_subscription_sealed(&mut self, row: &SubscriptionRow, secrets: &[SubscriptionSecretRow]) -> Done {
        let place = subscription::table.find((&row.org, row.id));
        diesel::update(place).set(subscription::auth.eq(&row.auth)).execute(self.conn)?;
        for secret in secrets {
            let place = subscription_secret::table.find((&row.org, row.id, secret.key_id));
            diesel::update(place).set(subscription_secret::sealed.eq(&secret.sealed)).execute(self.conn)?;
        }
        Ok(())
    }

    /// The keys of a subscription, the newest first.
    pub fn subscription_secrets(&mut self, org: &str, id: Id) -> Done<Vec<SubscriptionSecretRow>> {
        Ok(subscription_secret::table
            .filter(subscription_secret::org.eq(org).and(subscription_secret::subscription.eq(id)))
            .order((subscription_secret::created_at.desc(), subscription_secret::key_id.desc()))
            .load(self.conn)?)
    }

    /// Adds a key; to be followed by [`Tx::put_subscription`], which records it.
    pub fn add_subscription_secret(&mut self, row: &SubscriptionSecretRow) -> Done {
        diesel::insert_into(subscription_secret::table).values(row).execute(self.conn)?;
        Ok(())
    }

    /// Sets when a key ends; to be followed by [`Tx::put_subscription`], which records it.
    pub fn end_subscription_secret(&mut self, row: &SubscriptionSecretRow, at: At) -> Done {
        diesel::update(subscription_secret::table.find((&row.org, row.subscription, row.key_id)))
            .set(subscription_secret::expires_at.eq(at))
            .execute(self.conn)?;
        Ok(())
    }

    /// Drops all keys of a subscription.
    pub fn drop_subscription_secrets(&mut self, org: &str, id: Id) -> Done {
        let of_it = subscription_secret::org.eq(org).and(subscription_secret::subscription.eq(id));
        diesel::delete(subscription_secret::table.filter(of_it)).execute(self.conn)?;
        Ok(())
    }

    /// Up to which event of each organization it was looked for what is to be sent.
    pub fn subscription_cursors(&mut self, org: &str, id: Id) -> Done<Vec<(String, i64)>> {
        Ok(subscription_cursor::table
            .filter(subscription_cursor::org.eq(org).and(subscription_cursor::subscription.eq(id)))
            .order(subscription_cursor::post_org)
            .select((subscription_cursor::post_org, subscription_cursor::event_no))
            .load(self.conn)?)
    }

    /// The same of all subscriptions.
    pub fn all_subscription_cursors(&mut self) -> Done<Vec<(String, Id, String, i64)>> {
        Ok(subscription_cursor::table.load(self.conn)?)
    }

    /// Notes up to which event it was looked.
    pub fn put_subscription_cursor(&mut self, org: &str, id: Id, post: &str, event_no: i64) -> Done {
        let place = subscription_cursor::table.find((org, id, post));
        let moved = diesel::update(place).set(subscription_cursor::event_no.eq(event_no)).execute(self.conn)?;
        if moved == 0 {
            let row = (
                subscription_cursor::org.eq(org),
                subscription_cursor::subscription.eq(id),
                subscription_cursor::post_org.eq(post),
                subscription_cursor::event_no.eq(event_no),
            );
            diesel::insert_into(subscription_cursor::table).values(row).execute(self.conn)?;
        }
        Ok(())
    }

    /// Drops a removed subscription for good.
    pub fn forget_subscription(&mut self, org: &str, id: Id) -> Done {
        let cursors = subscription_cursor::org.eq(org).and(subscription_cursor::subscription.eq(id));
        diesel::delete(subscription_cursor::table.filter(cursors)).execute(self.conn)?;
        diesel::delete(subscription::table.find((org, id))).execute(self.conn)?;
        Ok(())
    }
}
