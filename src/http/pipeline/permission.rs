//! Who may call something, and with which scopes: part of each row of a registry.

use crate::domain::{OrganizationKind, Scope, Scopes};
use crate::error::{Error, Result};
use crate::service::Actor;

/// The organizations that may call something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callers {
    Posts,
    PostsAndCustoms,
}

impl Callers {
    /// Whether organizations of this kind are among them.
    pub fn admit(self, kind: OrganizationKind) -> bool {
        match self {
            Self::Posts => kind == OrganizationKind::Post,
            Self::PostsAndCustoms => true,
        }
    }
}

/// What is asked of a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission {
    pub callers: Callers,
    /// All of these are needed, of who has scopes.
    pub scopes: &'static [Scope],
}

impl Permission {
    /// # Errors
    /// 401 for organizations of another kind, 403 for a scope that is missing (a CDS client is told 401).
    pub(super) fn check(self, actor: &Actor) -> Result<()> {
        let needed: Scopes = self.scopes.iter().copied().collect();
        if !self.callers.admit(actor.kind) {
            return Err(Error::Unauthorized);
        }
        if actor.may(needed) { Ok(()) } else { Err(Error::MissingScope { needed: needed.to_string() }) }
    }
}
