//! Somebody at a browser: from the key of a session to a person with roles.
//!
//! Sessions are looked up each time, so that one that is ended opens nothing any more. A session of this kind opens no method
//! and no resource, and one of a system no page.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

use super::auth::{digest, hosted_actor};
use super::rights::UseCase;
use super::{Actor, Services};
use crate::domain::{OrganizationKind, Roles, SessionKind};
use crate::error::{Error, Result};
use crate::store::account::{UserRow, WebSessionRow};
use crate::store::item::Stamp;
use crate::store::record_history::EVERYONE;
use crate::store::{Fault, Tx};

/// Whose the accounts are of those who run the server.
pub const INSTANCE: &str = EVERYONE;

/// Who holds the key of a session at a browser.
#[derive(Clone, Debug)]
pub struct Person {
    /// `-` for who runs the server.
    pub org: String,
    pub user_cd: String,
    pub display_name: String,
    pub roles: Roles,
    /// How far signing in has come.
    pub kind: SessionKind,
    pub office: Option<String>,
    /// The offices there are to choose from.
    pub offices: Vec<String>,
    pub language: Option<String>,
    pub theme: Option<String>,
    /// Of the organization; UTC for who belongs to none.
    pub zone: Tz,
    /// Whether there is a second factor.
    pub has_factor: bool,
    pub password_changed_at: Option<DateTime<Utc>>,
    /// Digest of the session's key.
    pub session: Vec<u8>,
    /// As whom it acts on items; none for who runs the server.
    actor: Option<Actor>,
}

impl Person {
    /// Whether a use case is open to this person.
    pub fn may(&self, case: UseCase) -> bool {
        case.is_open_to(self.roles)
    }

    /// Whether a use case of posts is open to this person.
    pub fn may_at_post(&self, case: UseCase) -> bool {
        self.may(case) && self.organization_kind() == Some(OrganizationKind::Post)
    }

    /// As whom this person acts on items.
    ///
    /// # Errors
    /// 403 for who belongs to no organization.
    pub fn actor(&self, case: UseCase) -> Result<&Actor> {
        case.check(self.roles)?;
        self.actor.as_ref().ok_or_else(|| Error::MissingRole { needed: case.roles().to_string() })
    }

    /// The kind of this person's organization; none at the server itself.
    pub fn organization_kind(&self) -> Option<OrganizationKind> {
        self.actor.as_ref().map(|actor| actor.kind)
    }

    /// Who goes into the history.
    pub fn stamp(&self) -> Stamp {
        Stamp {
            actor_org: self.org.clone(),
            user_cd: Some(self.user_cd.clone()),
            office_cd: self.office.clone(),
            client: None,
        }
    }
}

/// The person of a session that is in force and of a browser.
fn person(tx: &mut Tx<'_>, session: WebSessionRow) -> Result<Option<Person>, Fault> {
    let Some(user) = tx.user(&session.org, &session.user_cd)?.filter(|user| user.locked_at.is_none()) else {
        return Ok(None);
    };
    let roles = user.roles()?;
    let acting = if session.org == INSTANCE { None } else { hosted_actor(tx, &session.org)? };
    if acting.is_none() && session.org != INSTANCE {
        return Ok(None);
    }
    let offices = tx.offices_of_user(&session.org, &session.user_cd)?;
    let actor = acting.map(|actor| Actor {
        roles: Some(roles),
        user_cd: Some(session.user_cd.clone()),
        office_cd: session.office.clone(),
        session: Some(session.digest.clone()),
        ..actor
    });
    Ok(Some(Person {
        zone: actor.as_ref().map_or(Tz::UTC, |actor| actor.zone),
        has_factor: user.factor.is_some(),
        password_changed_at: user.password_changed_at.map(|at| at.0),
        org: session.org,
        user_cd: session.user_cd,
        display_name: user.display_name,
        roles,
        kind: session.kind,
        office: session.office,
        offices,
        language: user.language,
        theme: user.theme,
        session: session.digest,
        actor,
    }))
}

impl Services {
    /// Who holds this key; none when it opens nothing at a browser, or nothing any more.
    ///
    /// # Errors
    /// 503 when the database is away.
    pub async fn person(&self, key: &Uuid) -> Result<Option<Person>> {
        let (terms, digest) = (self.terms, digest(key));
        let found = self.store.read(move |tx| {
            let Some(session) = tx.web_session(&digest)? else { return Ok(None) };
            let idle = tx.now.signed_duration_since(session.seen_at.0).to_std().unwrap_or_default();
            if idle > terms.session_idle || session.expires_at.0 <= tx.now {
                return Ok(None);
            }
            // The time of last use is noted at most once in a tenth of the idle time.
            Ok(person(tx, session)?.map(|person| (person, idle > terms.session_idle / 10)))
        });
        let Some((person, stale)) = found.await? else { return Ok(None) };
        if stale {
            self.store.write(move |tx| tx.touch_web_session(&digest)).await?;
        }
        self.met.insert(digest, ());
        Ok(Some(person))
    }

    /// Whether somebody came with this key lately, so that it is not one that is being tried out.
    pub fn has_met_session(&self, key: &Uuid) -> bool {
        self.met.contains_key(&digest(key))
    }

    /// Whether the roles of this user demand a second factor: the operator's always, others as the organization says.
    pub(super) fn demands_factor(&self, user: &UserRow) -> Result<bool, Fault> {
        let demanding = if user.org == INSTANCE {
            self.terms.operator_factor_for
        } else {
            self.catalogue().settings(&user.org).second_factor_for
        };
        Ok(!demanding.both(user.roles()?).is_empty())
    }
}

/// When a session of this kind ends, whatever happens.
pub(super) fn end_of(kind: SessionKind, now: DateTime<Utc>, absolute: std::time::Duration) -> DateTime<Utc> {
    let lasts = match kind {
        SessionKind::Web => TimeDelta::from_std(absolute).unwrap_or(TimeDelta::hours(1)),
        SessionKind::Factor | SessionKind::Enrol | SessionKind::Office => {
            TimeDelta::seconds(crate::limits::SIGN_IN_STEP_S)
        }
    };
    now + lasts
}
