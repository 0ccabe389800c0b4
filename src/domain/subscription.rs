//! Subscriptions to events and what is delivered by them.

use super::stored::stored_enum;

stored_enum! {
    /// What a subscription is for.
    pub enum SubscriptionKind: text in "subscription.kind" {
        /// Events by a filter, at one address.
        Webhook = "webhook",
        /// A host at which declarations may name addresses of their own.
        CallbackHost = "callback-host",
    }
}

stored_enum! {
    /// What a receiver answers, and how soon it is tried again.
    pub enum ReceiverMode: text in "subscription.mode" {
        /// Any 2xx is a receipt.
        Standard = "standard",
        /// Only a 2xx with `{"status":"OK"}` is; tried again after 30 and 60 seconds first.
        Xpress = "xpress",
    }
}

stored_enum! {
    /// What has to wait for what.
    pub enum Ordering: text in "subscription.ordering" {
        /// What concerns an item for what concerned it before.
        Item = "item",
        /// Everything for everything before.
        All = "all",
        /// Nothing.
        None = "none",
    }
}

stored_enum! {
    /// How a subscription stands.
    pub enum SubscriptionState: text in "subscription.state" {
        /// The receiver has not answered the challenge yet.
        Unverified = "unverified",
        Active = "active",
        /// The receiver takes nothing: it is tried with one delivery now and then.
        Blocked = "blocked",
        /// At its owner's wish.
        Paused = "paused",
        /// After days without success, or since the receiver said that it is gone.
        Disabled = "disabled",
        /// What was delivered by it is being dropped.
        Removed = "removed",
    }
}

stored_enum! {
    /// How a delivery stands.
    pub enum DeliveryState: text in "delivery.state" {
        Waiting = "waiting",
        Delivered = "delivered",
        GivenUp = "given-up",
        /// Left out at its owner's wish, since its event is kept no more, or since a courier knows already what it would be told.
        Skipped = "skipped",
    }
}

stored_enum! {
    /// Why something was sent.
    pub enum AttemptCause: text in "delivery_attempt.cause" {
        New = "new",
        Retry = "retry",
        /// One of those that find out whether a receiver takes something again.
        Pilot = "pilot",
        Replay = "replay",
    }
}

stored_enum! {
    /// How a key signs.
    pub enum SignatureKind: text in "subscription_secret.kind" {
        /// HMAC-SHA256 with a key that both sides have.
        Shared = "v1",
        /// Ed25519.
        Own = "v1a",
    }
}
