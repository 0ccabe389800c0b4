//! What a credential may be used for.

use std::fmt;
use std::str::FromStr;

use super::stored::stored_enum;

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

/// Several kinds of use. As text their names, separated by blanks, in the order of the vocabulary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes(u32);

impl Scopes {
    /// Whether `scope` is among them.
    pub fn hold(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u32) != 0
    }

    /// Whether all of `others` are among them.
    pub fn hold_all(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// Those that are among both.
    #[must_use]
    pub fn both(self, others: Self) -> Self {
        Self(self.0 & others.0)
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn each(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.hold(*scope))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |all, scope| all | 1 << scope as u32))
    }
}

impl FromStr for Scopes {
    type Err = super::UnknownValue;

    /// # Errors
    /// A word that names no scope.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.split_ascii_whitespace().map(Scope::from_stored).collect()
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, scope) in self.each().enumerate() {
            write!(f, "{}{scope}", if at > 0 { " " } else { "" })?;
        }
        Ok(())
    }
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
