//! What is said and found about items: whose word it is, how strict it is, where it leaves the item.

use super::stored::stored_enum;

stored_enum! {
    /// Whose word a decision is, the weakest first.
    pub enum Author: int in "decision.author_rank" {
        /// A post on behalf of customs.
        Post = 0,
        /// A rule that customs has set up.
        Rule = 1,
        /// Customs itself: its token, its server's message; at the origin, the post the item goes to.
        Customs = 2,
    }
}

stored_enum! {
    /// What a decision does to the item.
    pub enum Category: text in "decision.category" {
        /// Says something, decides nothing.
        Information = "Information",
        Clearance = "Clearance",
        Hold = "Hold",
        Prohibition = "Prohibition",
    }
}

stored_enum! {
    /// Where an item stands with customs. The words travel.
    pub enum FiscalState: text in "response.fiscal_state, decision.fiscal_state" {
        NotSent = "NOT_SENT",
        Sent = "SENT",
        Acked = "ACKED",
        Hold = "HOLD",
        Cleared = "CLEARED",
        ClearedDue = "CLEARED_DUE",
        Refused = "REFUSED",
        Detained = "DETAINED",
    }
}

stored_enum! {
    /// Where an item stands in the eyes of security. The words travel.
    pub enum SecurityState: text in "mail_object.security_state" {
        /// No declaration.
        None = "NONE",
        /// Declared; customs has not seen it yet.
        Declared = "DECLARED",
        /// Customs may assess it.
        Assessing = "ASSESSING",
        /// A question about the data is open.
        ReferredData = "REFERRED_DATA",
        /// Screening is asked for and open.
        ReferredScreen = "REFERRED_SCREEN",
        /// The assessment is complete and nothing was asked since.
        OkToLoad = "OK_TO_LOAD",
        /// Must not be loaded.
        Stopped = "STOPPED",
        /// Left the office of exchange.
        Despatched = "DESPATCHED",
        /// Withdrawn.
        Cancelled = "CANCELLED",
    }
}

stored_enum! {
    /// What a mark on an item id says. The numbers travel.
    pub enum MarkOperation: int in "mark.operation" {
        Clear = 2 => "Clear",
        MarkAsBlocked = 4 => "MarkAsBlocked",
        MarkWithWarning = 5 => "MarkWithWarning",
    }
}

stored_enum! {
    /// How strictly data is judged, the mildest first.
    pub enum Level: text in "partner.agreement, declaration.quality_findings, reference_list.body" {
        /// Taken.
        Off = "off",
        /// Taken, and remarked upon.
        Warn = "warn",
        /// A warning, and the item is at best Amber.
        Amber = "amber",
        /// Refused: the declaration cannot become final, the item of a message is not taken or sent.
        Reject = "reject",
    }
}
