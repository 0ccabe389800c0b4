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

use super::oauth::{by_access_token, by_client_secret, scopes_of};
use super::{Actor, CourierTerms, Services};
use crate::domain::OrganizationKind;
use crate::error::{Error, Result};
use crate::limits;
use crate::store::account::{SessionRow, UserRow};
use crate::store::types::At;
use crate::store::who::OrganizationRow;
use crate::store::{Fault, Tx};
use crate::vault::{Secret, SecretKind};

/// What Login answers.
#[derive(Clone, Debug)]
pub struct LoggedIn {
    pub security_key: Uuid,
    pub office: String,
    pub allowed_offices: Vec<String>,
}

/// What somebody comes with, by its digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// An organization's token, or the key of a session.
    Token([u8; 32]),
    /// An access token of an OAuth2 client.
    Access([u8; 32]),
    /// Id and secret of an OAuth2 client, where every call says both: the secret, and the pair.
    Client { secret: [u8; 32], pair: [u8; 32] },
}

impl Credential {
    /// The credential in a text: a GUID, or an access token.
    ///
    /// # Errors
    /// 401 for what cannot be any, without looking anything up.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        if Secret::is_named(SecretKind::AccessToken, text) {
            let token = Secret::parse(SecretKind::AccessToken, text).ok_or(Error::Unauthorized)?;
            return Ok(Self::Access(token.digest()));
        }
        let token = Uuid::try_parse(text).ok().filter(|token| !token.is_nil());
        token.map(|token| Self::Token(digest(&token))).ok_or(Error::Unauthorized)
    }

    /// The credential in the id and the secret of a client.
    ///
    /// # Errors
    /// 401 for what cannot be any, without looking anything up.
    pub fn of_client(id: &str, secret: &str) -> Result<Self> {
        let secret = Secret::parse(SecretKind::ClientSecret, secret).ok_or(Error::Unauthorized)?.digest();
        Ok(Self::Client { secret, pair: pair(id, &secret) })
    }

    fn digest(&self) -> &[u8; 32] {
        match self {
            Self::Token(digest) | Self::Access(digest) | Self::Client { pair: digest, .. } => digest,
        }
    }
}

/// Stands for the id of a client with the digest of its secret.
fn pair(id: &str, secret: &[u8; 32]) -> [u8; 32] {
    Sha256::new().chain_update(secret).chain_update(id).finalize().into()
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

/// The same on a thread of its own, for it takes long.
///
/// # Errors
/// Those of [`hash_password`].
pub(super) async fn new_password_hash(password: String) -> Result<String> {
    let hashing = tokio::task::spawn_blocking(move || hash_password(&password));
    hashing.await.map_err(|error| Error::Internal(error.to_string()))?
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
        client: None,
        is_client_itself: false,
        courier: CourierTerms::default(),
        source_system: None,
        scopes: None,
        offices: None,
        roles: None,
        ends_at: None,
    })
}

fn by_token(tx: &mut Tx<'_>, digest: &[u8]) -> Result<Option<Actor>, Fault> {
    let Some(token) = tx.token(digest)? else { return Ok(None) };
    let expired = token.expires_at.is_some_and(|At(at)| at <= tx.now);
    if expired || token.revoked_at.is_some() {
        return Ok(None);
    }
    match tx.organization(&token.org)? {
        Some(org) if !org.remote => Ok(Some(Actor {
            scopes: token.scopes.as_deref().map(scopes_of).transpose()?,
            ends_at: token.expires_at.map(|At(end)| end),
            token: Some(token.digest),
            ..actor_of(tx, &org)?
        })),
        _ => Ok(None),
    }
}

/// The actor of an organization that is served here; none where there is none.
///
/// # Errors
/// When the database is away.
pub fn hosted_actor(tx: &mut Tx<'_>, org: &str) -> Result<Option<Actor>, Fault> {
    match tx.organization(org)? {
        Some(org) if !org.remote => actor_of(tx, &org).map(Some),
        _ => Ok(None),
    }
}

impl Services {
    /// The actor that a credential stands for.
    ///
    /// # Errors
    /// 401 when it stands for nobody.
    pub async fn authenticate(&self, credential: Credential) -> Result<Arc<Actor>> {
        let digest = *credential.digest();
        if let Some(actor) = self.actors.get(&digest) {
            let is_over = actor.ends_at.is_some_and(|end| end <= self.clock.now());
            return if is_over { Err(Error::Unauthorized) } else { Ok(actor) };
        }
        metrics::counter!("entrepost_authentications_looked_up_total").increment(1);
        let found = self.store.read(move |tx| match credential {
            Credential::Token(digest) => by_token(tx, &digest),
            Credential::Access(digest) => by_access_token(tx, &digest, hosted_actor),
            Credential::Client { secret, pair: said } => {
                by_client_secret(tx, &secret, |id| pair(id, &secret) == said, hosted_actor)
            }
        });
        let found = found.await?;
        let actor = match found {
            Some(actor) => {
                let actor = Arc::new(actor);
                self.actors.insert(digest, Arc::clone(&actor));
                actor
            }
            None if !matches!(credential, Credential::Token(_)) => return Err(Error::Unauthorized),
            None => Arc::new(self.by_session(digest).await?),
        };
        if let Credential::Client { secret, .. } = credential {
            self.note_client_secret(secret).await?;
        }
        if let Some(token) = &actor.token {
            self.tokens_used.note(token, self.clock.now());
        }
        self.met.insert(digest, ());
        Ok(actor)
    }

    /// Whether somebody came with this credential lately, so that it is not one that is being tried out.
    pub fn has_met(&self, credential: &Credential) -> bool {
        self.met.contains_key(credential.digest())
    }

    /// The actor of a hosted organization, for the command line.
    ///
    /// # Errors
    /// 400 when there is no such organization here.
    pub async fn actor_for(&self, org: &str) -> Result<Actor> {
        let code = org.to_owned();
        self.store
            .read(move |tx| hosted_actor(tx, &code))
            .await?
            .ok_or_else(|| Error::invalid("absent", "post", "there is no such organization on this server"))
    }

    async fn by_session(&self, digest: [u8; 32]) -> Result<Actor> {
        let terms = self.terms;
        let found = self.store.read(move |tx| {
            let Some(session) = tx.session(&digest)? else { return Ok(None) };
            let idle = tx.now.signed_duration_since(session.seen_at.0).to_std().unwrap_or_default();
            if idle > terms.session_idle || session.expires_at.0 <= tx.now {
                return Ok(None);
            }
            let opened_by = match by_token(tx, &session.token)? {
                Some(actor) => Some(actor),
                None => by_access_token(tx, &session.token, hosted_actor)?,
            };
            let Some(actor) = opened_by else { return Ok(None) };
            let actor = Actor {
                is_client_itself: false,
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
        let (_, offices) = self.account_by_password(&actor.org, user_cd, password).await?;
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

    /// The user that a password is right for, and its offices. Who is unknown or locked takes as long as who is known.
    ///
    /// # Errors
    /// 401 when it is right for nobody.
    pub(super) async fn account_by_password(
        &self,
        org: &str,
        user_cd: &str,
        password: String,
    ) -> Result<(UserRow, Vec<String>)> {
        let (org, user) = (org.to_owned(), user_cd.to_owned());
        let (account, offices) =
            self.store.read(move |tx| Ok((tx.user(&org, &user)?, tx.offices_of_user(&org, &user)?))).await?;
        let hash = account.as_ref().and_then(|account| account.password_hash.clone());
        let checked = tokio::task::spawn_blocking(move || match hash {
            Some(hash) => password_fits(&password, &hash),
            None => {
                password_fits(&password, NOBODY);
                false
            }
        });
        let fits = checked.await.unwrap_or(false);
        let account = account.filter(|account| fits && account.locked_at.is_none());
        Ok((account.ok_or(Error::Unauthorized)?, offices))
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
                Some(digest) => tx.end_session(digest).map(drop),
                None if tx.user(&org, &user)?.is_none() => Err(Error::Unauthorized.into()),
                None => tx.end_sessions_of(&org, &user).map(|_| ()),
            })
            .await
    }

    /// Makes sure the user named by a call exists, inside the call's transaction; says whether it was created.
    pub(super) fn ensure_user(&self, tx: &mut Tx<'_>, actor: &Actor) -> Result<bool, Fault> {
        // Of a client that states nobody there is no user.
        let states_user = actor.session.is_none() && !actor.is_client_itself;
        let Some(user_cd) = actor.user_cd.clone().filter(|_| states_user) else { return Ok(false) };
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
        let user = UserRow::new(&actor.org, &user_cd, "call", tx.now);
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
