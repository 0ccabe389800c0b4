//! Subscriptions and deliveries as the own surface shows them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::event::EventView;

/// Which events. Every list that is there must have the event's value; what is absent or empty lets everything through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct EventFilter {
    /// Types of events; `light.*` means all that begin so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subtypes: Vec<String>,
    /// I inbound, O outbound, T transit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flows: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub orig_posts: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dest_posts: Vec<String>,
    /// Countries at the other end, ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub partner_countries: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mail_classes: Vec<String>,
    /// Offices that the item was moved at last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub offices: Vec<String>,
    /// Of customs: posts whose items these are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub posts: Vec<String>,
    /// Of `light.changed`: Green, Amber, Red.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lights: Vec<String>,
}

/// A receiver that is called with a token it gave out itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReceiverOauth {
    /// Where the token is had, by client credentials.
    pub token_url: String,
    pub client_id: String,
    pub client_secret: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

/// A subscription to be made.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NewSubscription {
    /// Where events are sent: https, at a public address.
    #[schema(required = true)]
    pub url: String,
    /// What it is called.
    pub label: Option<String>,
    pub filter: EventFilter,
    /// `item` (an event waits for those of its item before it), `all` or `none`.
    pub ordering: Option<String>,
    /// Calls at once.
    pub concurrency: Option<i32>,
    /// `v1` (HMAC-SHA256) or `v1a` (Ed25519).
    pub signature: Option<String>,
    /// `standard`, or `xpress`: only `{"status":"OK"}` is a receipt.
    pub mode: Option<String>,
    /// Sent along with every call; kept sealed and not shown again.
    pub headers: Option<BTreeMap<String, String>>,
    /// The receiver wants a token of its own; kept sealed and not shown again.
    pub oauth: Option<ReceiverOauth>,
}

/// What is to be changed; what is absent stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SubscriptionChanges {
    /// Has to answer a challenge again.
    pub url: Option<String>,
    pub label: Option<String>,
    pub filter: Option<EventFilter>,
    pub ordering: Option<String>,
    pub concurrency: Option<i32>,
    pub mode: Option<String>,
    /// An empty object takes them away.
    pub headers: Option<BTreeMap<String, String>>,
    /// Null takes it away.
    pub oauth: Option<ReceiverOauth>,
}

/// A subscription.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionView {
    pub id: String,
    pub kind: &'static str,
    pub label: String,
    pub url: String,
    pub filter: EventFilter,
    /// The offices whose events these are, where its maker acts for some alone.
    pub offices: Option<Vec<String>>,
    pub ordering: &'static str,
    pub concurrency: i32,
    pub mode: &'static str,
    /// `unverified`, `active`, `blocked`, `paused` or `disabled`.
    pub state: &'static str,
    /// Why it stands so, in words.
    pub reason: Option<String>,
    /// Names of the headers sent along.
    pub headers: Vec<String>,
    /// Whether the receiver is called with a token of its own.
    pub oauth: bool,
    /// Deliveries that wait.
    pub waiting: i64,
    /// The number of the last one lined up.
    pub last_sequence: i64,
    /// Failures in a row.
    pub failures: i32,
    pub failing_since: Option<String>,
    pub last_success_at: Option<String>,
    /// The receiver is left alone until then.
    pub rests_until: Option<String>,
    pub created_at: String,
    pub verified_at: Option<String>,
    /// The keys that sign, the newest first.
    pub keys: Vec<SubscriptionKey>,
}

/// A key that signs.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionKey {
    pub id: String,
    /// `v1` or `v1a`.
    pub signature: &'static str,
    /// Of `v1a`: what signatures are verified by.
    pub public_key: Option<String>,
    pub created_at: String,
    pub expires_at: Option<String>,
}

/// A subscription that was made, with its secret.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionMade {
    /// What signatures are verified by: `whsec_…` (keep it secret) or `whpk_…`. Shown this once.
    pub secret: String,
    #[serde(flatten)]
    pub subscription: SubscriptionView,
}

/// Subscriptions.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionList {
    /// The oldest first.
    pub subscriptions: Vec<SubscriptionView>,
}

/// A new key that is to be made.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NewKey {
    /// `v1` or `v1a`; as the newest one when absent.
    pub signature: Option<String>,
    /// How long the others sign along; 24 when absent.
    pub grace_hours: Option<i64>,
}

/// A key that was made.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeyMade {
    pub id: String,
    /// Shown this once.
    pub secret: String,
}

/// From where a subscription goes on.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GoOn {
    /// `waiting` (everything that waits), `now`, or the id of an event: what came before it is left out.
    pub from: Option<String>,
}

/// A sample that is to be sent.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct TestCall {
    /// The type of event; `light.changed` when absent.
    pub r#type: Option<String>,
}

/// What a receiver made of a sample.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TestResult {
    pub delivered: bool,
    pub status: Option<u16>,
    pub milliseconds: i64,
    /// Why it was no success: a code.
    pub error: Option<String>,
    pub event: EventView,
}

/// A delivery.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryView {
    pub sequence: i64,
    /// The event, if it is still kept.
    pub event: Option<String>,
    pub r#type: Option<&'static str>,
    pub item_id: Option<String>,
    /// `waiting`, `delivered`, `given-up` or `skipped`.
    pub state: &'static str,
    pub replay: bool,
    pub attempts: i32,
    pub lined_up_at: String,
    /// When it is tried next; none where it is due, which is when its receiver has rested and what it waits for was taken.
    pub next_at: Option<String>,
    pub done_at: Option<String>,
    /// Of one delivery that is read by its number.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<AttemptView>,
}

/// One attempt at a delivery.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AttemptView {
    /// Rises with every replay.
    pub run: i32,
    pub attempt: i32,
    pub at: String,
    /// `new`, `retry`, `pilot` or `replay`.
    pub cause: &'static str,
    pub status: Option<i32>,
    pub milliseconds: i32,
    /// A code; none of a success.
    pub error: Option<String>,
    /// The beginning of the answer.
    pub answer: Option<String>,
}

/// Deliveries in order.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryList {
    pub deliveries: Vec<DeliveryView>,
    /// The number after which the next page begins.
    pub next: Option<i64>,
}

/// What is to be sent once more: events, a span of time, or all that was given up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NewReplay {
    /// Ids of events.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<String>,
    /// RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// `failed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}

/// A replay.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReplayView {
    pub id: String,
    pub selection: NewReplay,
    /// `running`, or `done` once everything is lined up.
    pub state: &'static str,
    pub lined_up: i64,
    pub created_at: String,
    pub done_at: Option<String>,
}

/// The replays of a subscription.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReplayList {
    /// The newest first.
    pub replays: Vec<ReplayView>,
}
