//! What happens to items and to other records, as their histories call it.

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
        /// A mark that counts for it was set or cleared.
        MarkSet = "watchdog.set",
        /// A mark that counted for it ended by itself.
        MarkExpired = "watchdog.expired",
        /// A list, a setting or the time changed its light.
        LightJudged = "light.judged",
        /// A partner refused a message about it.
        MessageRefused = "message.refused",
        /// A message about it cannot be sent, and was set aside.
        MessageQuarantined = "message.quarantined",
        /// A referral waits although its answer was to be reminded of, or is due.
        ReferralOverdue = "referral.overdue",
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

    /// Whether customs may see the item from then on, if it could not before.
    pub fn shows_to_customs(self) -> bool {
        use EventKind::*;
        matches!(
            self,
            DeclarationFinal
                | DeclarationToCustoms
                | DeclarationReceived
                | ObjectMoved
                | ResponseFinal
                | ResponseToCustoms
                | ResponseToPost
                | ResponseReceived
                | ResponseAutomatic
        )
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

    /// Whether a judgement may go by it: a move past an office, a printed form, a mark, trouble with a message and the
    /// passing of time are nothing of that kind.
    pub fn says_anything(self) -> bool {
        use EventKind::*;
        !matches!(
            self,
            ObjectMoved
                | ObjectChanged
                | DeclarationPrinted
                | MarkSet
                | MarkExpired
                | LightJudged
                | ReferralOverdue
                | MessageRefused
                | MessageQuarantined
        )
    }

    /// Whether earlier versions wrote it and this one does not.
    pub fn is_retired(self) -> bool {
        self == Self::ObjectChanged
    }
}

stored_enum! {
    /// What has a history besides items.
    pub enum RecordKind: text in "record_history.kind, record_head.kind, record_seal_entry.kind" {
        Good = "good",
        Service = "service",
        /// A sender profile, by its reference.
        Sender = "sender",
        /// An anonymous declaration.
        Anonymous = "anonymous",
        /// A mark on an item id; its id is item id and origin: `EE123456785AU/ZZZ`.
        Mark = "mark",
        Organization = "organization",
        /// A setting of an organization, by its name.
        Setting = "setting",
        /// A token, by the first eight hexadecimal digits of its digest.
        Token = "token",
        /// An OAuth2 client with its secrets, by its id.
        Client = "client",
        Office = "office",
        User = "user",
        /// How a partner is reached and what was agreed with it.
        Partner = "partner",
        /// Where events are sent, by its id.
        Subscription = "subscription",
        /// An imported list, by its name; one of several editions by name and edition: `rates/0a1b2c3d4e5f6071`.
        List = "list",
        /// `rule/NAME`: an automatic answer; `quality/NAME`, `quality/NAME@COUNTRY`: how strict a quality rule is.
        Rule = "rule",
    }
}

impl RecordKind {
    /// Whether earlier versions wrote rows of it too, which are in no chain.
    pub fn is_older_than_chains(self) -> bool {
        matches!(self, Self::Good | Self::Service | Self::Anonymous | Self::Mark)
    }

    /// Those that decide who may call, who is reached, and by which lists and rules.
    pub fn about_access() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|kind| !kind.is_older_than_chains() && *kind != Self::Sender)
    }
}

stored_enum! {
    /// Something that happened to a record.
    pub enum RecordEventKind: text in "record_history.event" {
        Stored = "stored",
        Changed = "changed",
        /// Taken away; of an anonymous declaration: erased at its end.
        Removed = "removed",
        /// Of an anonymous declaration: became an item.
        Converted = "converted",
        /// Of a mark.
        Cleared = "cleared",
        /// Of a token.
        Issued = "issued",
        /// Of a token.
        Revoked = "revoked",
        /// Of a user: at a browser.
        SignedIn = "signed-in",
    }
}
