//! Who calls: an organization, and the user and office it states.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domain::{OrganizationKind, Roles, Scopes};
use crate::error::{Error, Result};
use crate::store::item::Stamp;

/// How a client is answered at the courier door.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CourierTerms {
    /// Faults have the status that means them.
    pub real_status: bool,
    /// Answers have links to documents.
    pub document_links: bool,
}

/// The caller of a method. Everything that touches tenant data takes one.
#[derive(Clone, Debug)]
pub struct Actor {
    pub org: String,
    pub kind: OrganizationKind,
    pub country: String,
    /// Meaning of dates sent without a zone.
    pub zone: Tz,
    /// The posts whose rows it may see: itself, or the posts it is the customs of.
    pub posts: Vec<String>,
    /// The customs administration of a post; of customs, itself.
    pub customs: Option<String>,
    /// Whether unknown users are created on the fly.
    pub creates_users: bool,
    pub user_cd: Option<String>,
    pub office_cd: Option<String>,
    /// Digest of the token it came with, or that opened its session; none for the command line.
    pub token: Option<Vec<u8>>,
    /// The call came with a session key: user and office are bound to it.
    pub session: Option<Vec<u8>>,
    /// The OAuth2 client it came with; user and office are the client's where a call states no others.
    pub client: Option<String>,
    /// No user was stated: the client itself acts.
    pub is_client_itself: bool,
    /// How that client is answered at the courier door.
    pub courier: CourierTerms,
    /// What that client's own house calls it.
    pub source_system: Option<String>,
    /// What it may do; everything of its kind when absent.
    pub scopes: Option<Scopes>,
    /// The offices it may act for; all when absent.
    pub offices: Option<Vec<String>>,
    /// Of who signed in at a browser; systems have none and need none.
    pub roles: Option<Roles>,
    /// When what it came with ends by itself.
    pub ends_at: Option<DateTime<Utc>>,
}

impl Actor {
    /// The posts meant by a request that may name one.
    ///
    /// # Errors
    /// 401 for a post whose rows the caller may not see.
    pub fn posts_meant(&self, named: Option<&str>) -> Result<Vec<String>> {
        match named {
            None => Ok(self.posts.clone()),
            Some(post) if self.posts.iter().any(|own| own == post) => Ok(vec![post.to_owned()]),
            Some(_) => Err(Error::Unauthorized),
        }
    }

    /// The one post a writing post means: itself.
    ///
    /// # Errors
    /// 401 for customs, and for a post that names another.
    pub fn own_post(&self, named: Option<&str>) -> Result<&str> {
        match (self.kind, named) {
            (OrganizationKind::Post, None) => Ok(&self.org),
            (OrganizationKind::Post, Some(post)) if post == self.org => Ok(&self.org),
            _ => Err(Error::Unauthorized),
        }
    }

    /// The customs administration of the caller's own documents: the one named, else its own when that is known.
    ///
    /// # Errors
    /// 401 when another than its own is named.
    pub fn own_customs(&self, named: Option<&str>) -> Result<Option<String>> {
        match (named, &self.customs) {
            (Some(named), Some(own)) if named != own => Err(Error::Unauthorized),
            (named, own) => Ok(named.map(str::to_owned).or_else(|| own.clone())),
        }
    }

    /// Whether it may do what needs `scopes`.
    pub fn may(&self, scopes: Scopes) -> bool {
        self.scopes.is_none_or(|own| own.hold_all(scopes))
    }

    /// Whether it may act for what is at an office; where it may for some only, what is at none is not among them.
    pub fn acts_at(&self, office: Option<&str>) -> bool {
        let Some(own) = &self.offices else { return true };
        office.is_some_and(|office| own.iter().any(|known| known == office))
    }

    /// Who goes into the history.
    pub fn stamp(&self) -> Stamp {
        Stamp {
            actor_org: self.org.clone(),
            user_cd: self.user_cd.clone(),
            office_cd: self.office_cd.clone(),
            client: self.client.clone(),
        }
    }
}
