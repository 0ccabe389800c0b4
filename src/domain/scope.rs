//! What a credential may be used for.

use super::stored::{stored_enum, word_set};

stored_enum! {
    /// A kind of use.
    pub enum Scope: text in "oauth_client.scopes, access_token.scopes, security_token.scopes" {
        CreateMessages = "create:messages",
        ReadDeclarations = "read:declarations",
        ReadItems = "read:items",
        /// The light alone, nothing else of an item: for terminals and handlers.
        ReadLight = "read:light",
        WriteResponses = "write:responses",
        ReadReferrals = "read:referrals",
        WriteReferrals = "write:referrals",
        WriteMovements = "write:movements",
        WriteWatchdog = "write:watchdog",
        WriteCatalogue = "write:catalogue",
        ReadReference = "read:reference",
        ReadDocuments = "read:documents",
        CreateSubscriptions = "create:subscriptions",
        ReadSubscriptions = "read:subscriptions",
        DeleteSubscriptions = "delete:subscriptions",
        ReadEvents = "read:events",
        SubmitCourier = "submit:courier",
        LoginUsers = "login:users",
        IntrospectTokens = "introspect:tokens",
    }
}

word_set! {
    /// Several kinds of use.
    pub struct Scopes(u32) of Scope
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_read_back_as_they_were_written() {
        let some: Scopes = "read:items  create:messages".parse().expect("scopes");
        assert_eq!(some.to_string(), "create:messages read:items");
        assert!(some.hold(Scope::ReadItems) && !some.hold(Scope::ReadLight));
        assert!(
            some.hold_all("read:items".parse().expect("a scope"))
                && !some.hold_all("read:light".parse().expect("a scope"))
        );
        assert!("read:item".parse::<Scopes>().is_err());
        assert!("".parse::<Scopes>().expect("none").is_empty());
        let all: Scopes = Scope::ALL.into_iter().collect();
        assert_eq!(all.to_string().parse(), Ok(all));
    }
}
