//! Messages between partners, and how far they have come.

use super::stored::stored_enum;

stored_enum! {
    /// The message types that speak of items.
    pub enum MessageKind: text in "message_out.kind, item_in.kind, partner.agreement" {
        /// Item data, post to post.
        Itmatt = "ITMATT",
        /// Item data, post to customs.
        Cusitm = "CUSITM",
        /// Decision of customs.
        Cusrsp = "CUSRSP",
        /// Referral: a question or order about an item.
        Itmref = "ITMREF",
        /// Answer to a referral.
        Refrsp = "REFRSP",
    }
}

impl MessageKind {
    /// Whether the message is there to carry a declaration.
    pub fn declares(self) -> bool {
        matches!(self, Self::Itmatt | Self::Cusitm)
    }
}

stored_enum! {
    /// How interchanges get to a partner that lives elsewhere.
    pub enum TransportKind: text in "partner.transport" {
        /// The endpoint is the URL of its inbox.
        Http = "http",
        /// The endpoint is a folder.
        Directory = "directory",
    }
}

stored_enum! {
    /// How far a message to a partner has come.
    pub enum MessageState: int in "message_out.state" {
        Waiting = 0 => "waiting",
        /// In an interchange that the partner has not answered yet.
        UnderWay = 1 => "under way",
        Accepted = 2 => "accepted",
        /// The partner refused the message.
        Refused = 3 => "refused",
        /// Could not be written or sent; waits for a person.
        Quarantined = 4 => "quarantined",
        /// A newer one of the same item went first.
        Overtaken = 5 => "overtaken",
    }
}

stored_enum! {
    /// How far an interchange to a partner has come.
    pub enum InterchangeState: int in "interchange_out.state" {
        ToSend = 0 => "to be sent",
        /// Sent; the partner has not acknowledged it.
        Unanswered = 1 => "unanswered",
        Accepted = 2 => "accepted",
        /// Refused, at least in part.
        Refused = 3 => "refused",
        Quarantined = 4 => "quarantined",
    }
}

stored_enum! {
    /// How an interchange was received.
    pub enum ReceivedState: int in "interchange_in.state" {
        Applied = 0 => "applied",
        /// Could not be read, or contradicts an earlier one; had no effect.
        Quarantined = 1 => "quarantined",
        /// Marked as a test by its sender; had no effect.
        Test = 2 => "test",
    }
}

stored_enum! {
    /// What became of one item received. What counted for the item comes first.
    pub enum ItemOutcome: int in "item_in.fate" {
        Applied = 0 => "applied",
        /// Said nothing new.
        Unchanged = 1 => "unchanged",
        /// Something newer about the item had come before.
        Overtaken = 2 => "overtaken",
        /// Waits for its object.
        Parked = 3 => "parked",
        Refused = 4 => "refused",
    }
}
