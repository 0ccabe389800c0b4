//! The published names of events, and who may hear of them.

use super::stored::stored_enum;

stored_enum! {
    /// The type of a published event.
    pub enum Notification: text in "event.event_type" {
        DeclarationStored = "declaration.stored",
        ResponseStored = "response.stored",
        ReferralRaised = "referral.raised",
        ReferralAnswered = "referral.answered",
        ReferralOverdue = "referral.overdue",
        ItemMoved = "item.moved",
        ItemChanged = "item.changed",
        ItemRedirected = "item.redirected",
        LightChanged = "light.changed",
        WatchdogChanged = "watchdog.changed",
        DocumentPrinted = "document.printed",
        MessageRefused = "message.refused",
        MessageQuarantined = "message.quarantined",
        SubscriptionVerified = "subscription.verified",
        /// Without success for a day, or for four.
        SubscriptionFailing = "subscription.failing",
        SubscriptionBlocked = "subscription.blocked",
        SubscriptionDisabled = "subscription.disabled",
        SubscriptionResumed = "subscription.resumed",
        /// A secret of a client ends soon.
        SecretExpiring = "secret.expiring",
    }
}

stored_enum! {
    /// Who hears of an event.
    pub enum EventAudience: text in "event.audience" {
        /// The post whose item it is.
        Post = "P",
        /// Its customs, too.
        PostAndCustoms = "A",
    }
}

stored_enum! {
    /// Which of the events that one row of a history makes, or that none does.
    pub enum EventPart: text in "event.part" {
        /// What the row says.
        Cause = "c",
        /// The light that it changed.
        Light = "l",
        /// It is about no item, and stands in no history.
        Notice = "n",
    }
}
