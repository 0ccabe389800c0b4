//! What happens to items and to what is traded, as their histories call it.

use super::stored::stored_enum;

stored_enum! {
    /// Something that happened to an item.
    pub enum EventKind: text in "item_history.event" {
        DeclarationDraft = "declaration.draft",
        DeclarationFinal = "declaration.final",
        DeclarationToCustoms = "declaration.to-customs",
        DeclarationToPost = "declaration.to-post",
        /// Item data came from a partner.
        DeclarationReceived = "declaration.received",
        /// Item data was taken back.
        DeclarationWithdrawn = "declaration.withdrawn",
        /// A draft was deleted.
        DeclarationDeleted = "declaration.deleted",
        DeclarationPrinted = "declaration.printed",
        ObjectMoved = "object.moved",
        /// The origin was not known before.
        ObjectOriginKnown = "object.origin-known",
        /// It goes to another post than was known before; the detail tells both.
        ObjectRedirected = "object.redirected",
        /// A member of the mail object was set; written by earlier versions only.
        ObjectChanged = "object.changed",
        ResponseDraft = "response.draft",
        ResponseFinal = "response.final",
        /// The own customs keeps it to itself and its post.
        ResponseToCustoms = "response.to-customs",
        ResponseToPost = "response.to-post",
        /// A decision came from a partner.
        ResponseReceived = "response.received",
        /// A rule of customs answered.
        ResponseAutomatic = "response.automatic",
        /// A decision came that another one goes before.
        ResponseOvertaken = "response.overtaken",
        /// A draft was deleted.
        ResponseDeleted = "response.deleted",
        ReferralRaised = "referral.raised",
        /// A referral came from a partner.
        ReferralReceived = "referral.received",
        ReferralAnswered = "referral.answered",
        /// An answer came from a partner.
        ReferralResponseReceived = "referral.response-received",
        /// The decisions of before were given what they judged.
        Judged = "item.judged",
        /// The decisions were judged by other notes, settings or lists than before.
        JudgedAnew = "item.judged-anew",
        /// A mark was set; written by earlier versions only.
        MarkSet = "watchdog.set",
    }
}

impl EventKind {
    /// Whether it is about which version of the item data stands.
    pub fn is_about_versions(self) -> bool {
        self.is_about_declaration() || self.is_about_object()
    }

    fn is_about_declaration(self) -> bool {
        use EventKind::*;
        matches!(
            self,
            DeclarationDraft
                | DeclarationFinal
                | DeclarationToCustoms
                | DeclarationToPost
                | DeclarationReceived
                | DeclarationWithdrawn
                | DeclarationDeleted
        )
    }

    fn is_about_object(self) -> bool {
        matches!(self, Self::ObjectMoved | Self::ObjectOriginKnown | Self::ObjectRedirected | Self::ObjectChanged)
    }

    /// Whether it is about what customs says.
    pub fn is_about_response(self) -> bool {
        use EventKind::*;
        matches!(
            self,
            ResponseDraft
                | ResponseFinal
                | ResponseToCustoms
                | ResponseToPost
                | ResponseReceived
                | ResponseAutomatic
                | ResponseOvertaken
                | ResponseDeleted
        )
    }

    /// Whether a response that it names is more than a draft.
    pub fn decides(self) -> bool {
        self != Self::ResponseDraft
    }

    /// Whether it passed a declaration on; then, whether to customs.
    pub fn passes_on(self) -> Option<bool> {
        match self {
            Self::DeclarationFinal | Self::DeclarationToCustoms | Self::DeclarationReceived => Some(true),
            Self::DeclarationToPost => Some(false),
            _ => None,
        }
    }

    /// Whether no declaration stands after it.
    pub fn takes_declaration_away(self) -> bool {
        matches!(self, Self::DeclarationWithdrawn | Self::DeclarationDeleted)
    }

    /// Whether a judgement may go by it: a move past an office and a printed form are nothing of that kind.
    pub fn says_anything(self) -> bool {
        !matches!(self, Self::ObjectMoved | Self::ObjectChanged | Self::DeclarationPrinted)
    }

    /// Whether earlier versions wrote it and this one does not.
    pub fn is_retired(self) -> bool {
        matches!(self, Self::ObjectChanged | Self::MarkSet)
    }
}

stored_enum! {
    /// What has a history besides items.
    pub enum TradeKind: text in "trade_history.kind" {
        Good = "good",
        Service = "service",
        /// An anonymous declaration.
        Anonymous = "anonymous",
        /// A mark on an item id; its id is item id and origin: `EE123456785AU/ZZZ`.
        Mark = "mark",
    }
}

stored_enum! {
    /// Something that happened to goods, a service, an anonymous declaration or a mark.
    pub enum TradeEventKind: text in "trade_history.event" {
        Stored = "stored",
        Changed = "changed",
        /// Of an anonymous declaration: became an item.
        Converted = "converted",
        /// Of a mark.
        Cleared = "cleared",
    }
}
