//! From a token or session key to an actor; Login and Logout.
//!
//! Tokens are looked up by their SHA-256 and the answer is kept for [`limits::TOKEN_CACHE_MS`]; sessions are looked
//! up every time, with the token that opened them, so that Logout and a token's end work at once.

use std::sync::Arc;

use argon2::password_hash::PasswordVerifier;
use argon2::{Argon2, PasswordHasher};
use chrono::TimeDelta;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Actor, Services};
use crate::domain::OrganizationKind;
use crate::error::{Error, Result};
use crate::limits;
use crate::store::types::At;
use crate::store::who::{OrganizationRow, SessionRow, UserRow};
use crate::store::{Fault, Tx};

/// What Login answers.
#[derive(Clone, Debug)]
pub struct LoggedIn {
    pub security_key: Uuid,
    pub office: String,
    pub allowed_offices: Vec<String>,
}

/// SHA-256 of a token or session key, in its written form.
pub fn digest(token: &Uuid) -> [u8; 32] {
    Sha256::digest(token.hyphenated().to_string().as_bytes()).into()
}

/// argon2id hash of a password, in PHC form.
///
/// # Errors
/// When the password is empty or too long.
pub fn hash_password(password: &str) -> Result<String> {
    if password.is_empty() || password.chars().count() > limits::PASSWORD_CHARS {
        let message = format!("a password has 1 to {} characters", limits::PASSWORD_CHARS);
        return Err(Error::invalid("too_long", "password", message));
    }
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|error| Error::Internal(format!("argon2: {error}")))
}

fn password_fits(password: &str, hash: &str) -> bool {
    password.chars().count() <= limits::PASSWORD_CHARS
        && Argon2::default().verify_password(password.as_bytes(), hash).is_ok()
}

/// A hash that no password fits, so that unknown users take as long as known ones.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The actor of an organization, before user and office are known.
fn actor_of(tx: &mut Tx<'_>, org: &OrganizationRow) -> Result<Actor, Fault> {
    let kind = org.kind;
    let (posts, customs) = match kind {
        OrganizationKind::Post => (vec![org.code.clone()], tx.customs_of(org)?),
        OrganizationKind::Customs => (tx.posts_of_customs(org)?, Some(org.code.clone())),
    };
    Ok(Actor {
        org: org.code.clone(),
        kind,
        country: org.country.clone(),
        zone: org.time_zone.parse().unwrap_or(chrono_tz::Tz::UTC),
        posts,
        customs,
        creates_users: org.creates_users,
        user_cd: None,
        office_cd: None,
        token: None,
        session: None,
    })
}

fn by_token(tx: &mut Tx<'_>, digest: &[u8]) -> Result<Option<Actor>, Fault> {
    let Some(token) = tx.token(digest)? else { return Ok(None) };
    let expired = token.expires_at.is_some_and(|At(at)| at <= tx.now);
    if expired || token.revoked_at.is_some() {
        return Ok(None);
    }
    match tx.organization(&token.org)? {
        Some(org) if !org.remote => Ok(Some(Actor { token: Some(token.digest), ..actor_of(tx, &org)? })),
        _ => Ok(None),
    }
}

impl Services {
    /// The actor a token or session key stands for.
    ///
    /// # Errors
    /// 401 when it stands for nobody.
    pub async fn authenticate(&self, token: &Uuid) -> Result<Arc<Actor>> {
        let digest = digest(token);
        if let Some(actor) = self.actors.get(&digest) {
            return Ok(actor);
        }
        let found = self.store.read(move |tx| by_token(tx, &digest)).await?;
        let actor = match found {
            Some(actor) => {
                let actor = Arc::new(actor);
                self.actors.insert(digest, Arc::clone(&actor));
                actor
            }
            None => Arc::new(self.by_session(digest).await?),
        };
        self.met.insert(digest, ());
        Ok(actor)
    }

    /// Whether somebody came with this token or session key lately, so that it is not one that is being tried out.
    pub fn has_met(&self, token: &Uuid) -> bool {
        self.met.contains_key(&digest(token))
    }

    /// The actor of a hosted organization, for the command line.
    ///
    /// # Errors
    /// 400 when there is no such organization here.
    pub async fn actor_for(&self, org: &str) -> Result<Actor> {
        let code = org.to_owned();
        let actor = self.store.read(move |tx| match tx.organization(&code)? {
            Some(org) if !org.remote => Ok(Some(actor_of(tx, &org)?)),
            _ => Ok(None),
        });
        actor.await?.ok_or_else(|| Error::invalid("absent", "post", "there is no such organization on this server"))
    }

    async fn by_session(&self, digest: [u8; 32]) -> Result<Actor> {
        let terms = self.terms;
        let found = self.store.read(move |tx| {
            let Some(session) = tx.session(&digest)? else { return Ok(None) };
            let idle = tx.now.signed_duration_since(session.seen_at.0).to_std().unwrap_or_default();
            if idle > terms.session_idle || session.expires_at.0 <= tx.now {
                return Ok(None);
            }
            let Some(actor) = by_token(tx, &session.token)? else { return Ok(None) };
            let actor = Actor {
                user_cd: Some(session.user_cd),
                office_cd: Some(session.office),
                session: Some(session.digest),
                ..actor
            };
            // The time of last use is noted at most once in a tenth of the idle time.
            Ok(Some((actor, idle > terms.session_idle / 10)))
        });
        let (actor, stale) = found.await?.ok_or(Error::Unauthorized)?;
        if stale {
            self.store.write(move |tx| tx.touch_session(&digest)).await?;
        }
        Ok(actor)
    }

    /// Checks the password and opens a session for one of the user's offices. It ends with the token, the user, and when
    /// the organization is not hosted here any more.
    ///
    /// # Errors
    /// 401 when user or password are wrong, 400 when the office is not one of the user's.
    pub async fn login(
        &self,
        actor: &Actor,
        user_cd: &str,
        password: String,
        office: Option<&str>,
    ) -> Result<LoggedIn> {
        let (org, user) = (actor.org.clone(), user_cd.to_owned());
        let (account, offices) =
            self.store.read(move |tx| Ok((tx.user(&org, &user)?, tx.offices_of_user(&org, &user)?))).await?;
        let hash = account.and_then(|account| account.password_hash);
        let checked = tokio::task::spawn_blocking(move || match hash {
            Some(hash) => password_fits(&password, &hash),
            None => {
                password_fits(&password, NOBODY);
                false
            }
        });
        if !checked.await.unwrap_or(false) {
            return Err(Error::Unauthorized);
        }
        let office = choose_office(office, &offices)?;
        let token = actor.token.clone().ok_or(Error::Unauthorized)?;
        let key = Uuid::new_v4();
        let (org, user, digest, absolute) = (actor.org.clone(), user_cd.to_owned(), digest(&key), self.terms.session);
        let opened = office.clone();
        self.store
            .write(move |tx| {
                let lasts = TimeDelta::from_std(absolute).unwrap_or(TimeDelta::hours(1));
                tx.add_session(&SessionRow {
                    digest: digest.to_vec(),
                    org: org.clone(),
                    user_cd: user.clone(),
                    office: opened.clone(),
                    created_at: At(tx.now),
                    seen_at: At(tx.now),
                    expires_at: At(tx.now + lasts),
                    token: token.clone(),
                })
            })
            .await?;
        Ok(LoggedIn { security_key: key, office, allowed_offices: offices })
    }

    /// Ends the session of the key that was sent, or, called with the organization's token, all of the user's.
    ///
    /// # Errors
    /// 401 for a user that the session does not belong to, or that there is none of.
    pub async fn logout(&self, actor: &Actor, user_cd: &str) -> Result<()> {
        if actor.session.is_some() && actor.user_cd.as_deref() != Some(user_cd) {
            return Err(Error::Unauthorized);
        }
        let (org, user, session) = (actor.org.clone(), user_cd.to_owned(), actor.session.clone());
        self.store
            .write(move |tx| match &session {
                Some(digest) => tx.end_session(digest),
                None if tx.user(&org, &user)?.is_none() => Err(Error::Unauthorized.into()),
                None => tx.end_sessions_of(&org, &user).map(|_| ()),
            })
            .await
    }

    /// Makes sure the user named by a call exists, inside the call's transaction; says whether it was created.
    pub(super) fn ensure_user(&self, tx: &mut Tx<'_>, actor: &Actor) -> Result<bool, Fault> {
        let Some(user_cd) = actor.user_cd.clone().filter(|_| actor.session.is_none()) else { return Ok(false) };
        if self.known_users.contains_key(&(actor.org.clone(), user_cd.clone())) {
            return Ok(false);
        }
        if tx.user(&actor.org, &user_cd)?.is_some() {
            // Read, so it was committed: safe to remember.
            self.known_users.insert((actor.org.clone(), user_cd), ());
            return Ok(false);
        }
        if !actor.creates_users {
            let message = "this user is not known here and the organization does not create users on the fly; \
                           have it added by the administrator";
            return Err(Error::invalid("absent", "userCd", message).into());
        }
        let user = UserRow {
            org: actor.org.clone(),
            user_cd,
            password_hash: None,
            created_by: "call".into(),
            created_at: At(tx.now),
        };
        tx.add_user(&user, &[], &actor.stamp())?;
        Ok(true)
    }
}

fn choose_office(asked: Option<&str>, allowed: &[String]) -> Result<String> {
    match asked {
        None => allowed.first().cloned().ok_or_else(|| {
            Error::invalid(
                "absent",
                "officeCd",
                "the user may act for no office; have one assigned by the administrator",
            )
        }),
        Some(office) if allowed.iter().any(|one| one == office) => Ok(office.to_owned()),
        Some(_) => {
            let message = format!(
                "the user may act for {}",
                if allowed.is_empty() { "no office".into() } else { allowed.join(", ") }
            );
            Err(Error::invalid("unknown_code", "officeCd", message))
        }
    }
}
