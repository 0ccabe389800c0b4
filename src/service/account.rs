//! What people do with their own account: password, second factor, sessions, language. And the link that sets a password once.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::Services;
use super::auth::new_password_hash;
use super::person::Person;
use super::sign_in::{Browser, Opened, factor_place, row_name};
use crate::contract::canonical::hex;
use crate::domain::{RecordEventKind, SessionKind};
use crate::error::{Error, Result};
use crate::limits;
use crate::rules::password;
use crate::store::account::{OpenSession, UserRow};
use crate::store::item::Stamp;
use crate::store::types::At;
use crate::store::{Fault, Tx};
use crate::vault::{Secret, SecretKind, totp};

/// A session, as it is shown.
#[derive(Clone, Debug)]
pub struct SessionView {
    /// The first digits of its digest: names it, and opens nothing.
    pub name: String,
    pub user_cd: String,
    /// Of a system, made by Login.
    pub is_api: bool,
    pub office: Option<String>,
    pub created_at: DateTime<Utc>,
    pub seen_at: DateTime<Utc>,
    pub agent: Option<String>,
    pub address: Option<String>,
}

/// How pages look to somebody; what is absent follows the browser.
#[derive(Clone, Debug, Default)]
pub struct Preferences {
    pub display_name: String,
    pub language: Option<String>,
    pub theme: Option<String>,
}

/// A second factor that was set up.
#[derive(Debug)]
pub struct Enrolled {
    /// Shown once.
    pub recovery_codes: Vec<String>,
    /// The session that takes the place of the one it was set up in.
    pub opened: Opened,
}

/// How a session is named.
pub(super) fn session_name(row: &OpenSession) -> String {
    hex(row.digest.get(..8).unwrap_or_default())
}

impl From<OpenSession> for SessionView {
    fn from(row: OpenSession) -> Self {
        Self {
            name: session_name(&row),
            user_cd: row.user_cd,
            is_api: row.is_api,
            office: row.office,
            created_at: row.created_at.0,
            seen_at: row.seen_at.0,
            agent: row.agent,
            address: row.address,
        }
    }
}

/// # Errors
/// 400 with what to do about the password.
pub(super) fn check_password(path: &str, password: &str, user_cd: &str) -> Result<()> {
    match password::fault(password, user_cd) {
        Some(fault) => Err(Error::invalid(fault.code(), path, fault.remedy())),
        None => Ok(()),
    }
}

/// A user whose session was just looked up.
pub(super) fn own(tx: &mut Tx<'_>, person: &Person) -> Result<UserRow, Fault> {
    tx.user(&person.org, &person.user_cd)?.ok_or_else(|| Error::Unauthorized.into())
}

impl Person {
    /// # Errors
    /// 401 for who is still signing in.
    pub(super) fn is_in(&self) -> Result<()> {
        if self.kind == SessionKind::Web { Ok(()) } else { Err(Error::Unauthorized) }
    }
}

impl Services {
    /// Sets another password; every other session of the user ends, and this one gets a new key.
    ///
    /// # Errors
    /// 400 when the old one is wrong, or the new one is none to have.
    pub async fn change_password(&self, person: &Person, old: String, new: String, browser: Browser) -> Result<Opened> {
        person.is_in()?;
        let known = self.account_by_password(&person.org, &person.user_cd, old).await;
        known.map_err(|error| match error {
            Error::Unauthorized => Error::invalid("password_wrong", "old", "this is not your password"),
            other => other,
        })?;
        check_password("new", &new, &person.user_cd)?;
        let hash = new_password_hash(new).await?;
        let (whose, by) = (person.clone(), person.stamp());
        self.store
            .write(move |tx| {
                let user = own(tx, &whose)?;
                let changed = UserRow {
                    password_hash: Some(hash.clone()),
                    password_changed_at: Some(At(tx.now)),
                    ..user.clone()
                };
                tx.change_user(&user, &changed, None, &by)?;
                tx.drop_reset(&whose.org, &whose.user_cd)?;
                end_others(tx, &whose)
            })
            .await?;
        self.renew(person.clone(), person.office.clone(), browser, self.clone()).await
    }

    /// How pages look from now on.
    ///
    /// # Errors
    /// 400 for a name that is too long.
    pub async fn set_preferences(&self, person: &Person, wanted: Preferences) -> Result<()> {
        person.is_in()?;
        check_display_name(&wanted.display_name)?;
        let (whose, by) = (person.clone(), person.stamp());
        self.store
            .write(move |tx| {
                let user = own(tx, &whose)?;
                let changed = UserRow {
                    display_name: wanted.display_name.trim().to_owned(),
                    language: wanted.language.clone(),
                    theme: wanted.theme.clone(),
                    ..user.clone()
                };
                tx.change_user(&user, &changed, None, &by).map(drop)
            })
            .await
    }

    /// A secret for a second factor, which counts once a code of it was given; and what an app reads it from.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn new_factor(&self, person: &Person) -> Result<(String, String)> {
        let secret = totp::new_secret()?;
        let address = self.factor_address(person, &secret);
        Ok((secret, address))
    }

    /// What an app reads a secret from.
    pub fn factor_address(&self, person: &Person, secret: &str) -> String {
        totp::address("Entrepost", &format!("{} {}", person.org, person.user_cd), secret)
    }

    /// Sets up a second factor, once its first code was given; every other session of the user ends.
    ///
    /// # Errors
    /// 400 for a code that is not one of the secret, 401 for who has not come so far.
    pub async fn set_factor(&self, person: &Person, secret: String, code: &str, browser: Browser) -> Result<Enrolled> {
        if !matches!(person.kind, SessionKind::Web | SessionKind::Enrol) || person.has_factor {
            return Err(Error::Unauthorized);
        }
        let step = totp::step_of(&secret, code, self.clock.now().timestamp());
        let step = step.filter(|_| secret.len() == NEW_SECRET_CHARS).ok_or_else(wrong_code)?;
        let codes = totp::recovery_codes()?;
        let digests: Vec<Vec<u8>> =
            codes.iter().filter_map(|code| totp::recovery_digest(code)).map(|digest| digest.to_vec()).collect();
        let row = row_name(&person.org, &person.user_cd);
        let sealed = self.vault.seal(factor_place(&row), &secret)?;
        let (whose, by) = (person.clone(), person.stamp());
        self.store
            .write(move |tx| {
                let user = own(tx, &whose)?;
                if user.factor.is_some() {
                    return Err(Error::Unauthorized.into());
                }
                let changed = UserRow {
                    factor: Some(sealed.clone()),
                    factor_at: Some(At(tx.now)),
                    factor_step: Some(step),
                    ..user.clone()
                };
                tx.change_user(&user, &changed, None, &by)?;
                tx.set_recovery_codes(&whose.org, &whose.user_cd, &digests)?;
                end_others(tx, &whose)
            })
            .await?;
        let opened = self.renew(person.clone(), person.office.clone(), browser, self.clone()).await?;
        Ok(Enrolled { recovery_codes: codes, opened })
    }

    /// Other recovery codes in the place of those there are.
    ///
    /// # Errors
    /// 400 when the password is wrong, 401 without a second factor.
    pub async fn new_recovery_codes(&self, person: &Person, password: String) -> Result<Vec<String>> {
        person.is_in()?;
        if !person.has_factor {
            return Err(Error::Unauthorized);
        }
        self.confirm(person, password).await?;
        let codes = totp::recovery_codes()?;
        let digests: Vec<Vec<u8>> =
            codes.iter().filter_map(|code| totp::recovery_digest(code)).map(|digest| digest.to_vec()).collect();
        let (whose, by) = (person.clone(), person.stamp());
        self.store
            .write(move |tx| {
                let user = own(tx, &whose)?;
                tx.set_recovery_codes(&whose.org, &whose.user_cd, &digests)?;
                tx.note_user(&user, RecordEventKind::Changed, json!({ "Changed": ["recovery-codes"] }), &by)
            })
            .await?;
        Ok(codes)
    }

    /// Takes the second factor away.
    ///
    /// # Errors
    /// 400 when the password is wrong, 409 where it is demanded.
    pub async fn drop_factor(&self, person: &Person, password: String) -> Result<()> {
        person.is_in()?;
        self.confirm(person, password).await?;
        let (services, whose, by) = (self.clone(), person.clone(), person.stamp());
        self.store
            .write(move |tx| {
                let user = own(tx, &whose)?;
                if services.demands_factor(&user)? {
                    let message = "your role demands a second factor; an administrator can have you set up another one";
                    return Err(Error::invalid("state", "password", message).into());
                }
                without_factor(tx, &user, &by).map(drop)
            })
            .await
    }

    /// Whether the second factor may be taken away by its owner.
    ///
    /// # Errors
    /// 503 when the database is away.
    pub async fn factor_state(&self, person: &Person) -> Result<FactorState> {
        let (services, whose) = (self.clone(), person.clone());
        self.store
            .read(move |tx| {
                let user = own(tx, &whose)?;
                Ok(FactorState {
                    set_up_at: user.factor_at.map(|at| at.0),
                    is_demanded: services.demands_factor(&user)?,
                    recovery_codes_left: tx.recovery_codes_left(&whose.org, &whose.user_cd)?,
                })
            })
            .await
    }

    /// That who is signed in knows the password.
    async fn confirm(&self, person: &Person, password: String) -> Result<()> {
        let known = self.account_by_password(&person.org, &person.user_cd, password).await;
        known.map(drop).map_err(|error| match error {
            Error::Unauthorized => Error::invalid("password_wrong", "password", "this is not your password"),
            other => other,
        })
    }

    /// The user's sessions, the newest first, and whether each is this one.
    ///
    /// # Errors
    /// 503 when the database is away.
    pub async fn own_sessions(&self, person: &Person) -> Result<Vec<(SessionView, bool)>> {
        person.is_in()?;
        let whose = person.clone();
        let rows = self.store.read(move |tx| live(tx.now, tx.sessions_of(&whose.org, &whose.user_cd)?)).await?;
        let mut rows: Vec<OpenSession> = rows;
        rows.sort_by_key(|row| std::cmp::Reverse(row.created_at));
        let is_this = |row: &OpenSession| row.digest == person.session;
        Ok(rows.into_iter().map(|row| (is_this(&row), row)).map(|(this, row)| (row.into(), this)).collect())
    }

    /// Ends one of the user's sessions by its name.
    ///
    /// # Errors
    /// 404 when there is none of this name.
    pub async fn end_own_session(&self, person: &Person, name: &str) -> Result<()> {
        person.is_in()?;
        let (whose, name) = (person.clone(), name.to_owned());
        let ended = self.store.write(move |tx| {
            let sessions = tx.sessions_of(&whose.org, &whose.user_cd)?;
            match sessions.iter().find(|row| session_name(row) == name) {
                Some(row) => tx.end_session(&row.digest),
                None => Ok(false),
            }
        });
        if ended.await? { Ok(()) } else { Err(Error::Absent { what: "session" }) }
    }

    /// Ends every other session of the user.
    ///
    /// # Errors
    /// 503 when the database is away.
    pub async fn end_other_sessions(&self, person: &Person) -> Result<()> {
        person.is_in()?;
        let whose = person.clone();
        self.store.write(move |tx| end_others(tx, &whose)).await
    }

    /// Whether a link still sets a password; gives whose.
    ///
    /// # Errors
    /// 401 when it does not.
    pub async fn reset_link(&self, link: &str) -> Result<(String, String)> {
        let link = Secret::parse(SecretKind::ResetLink, link).ok_or(Error::Unauthorized)?;
        let digest = link.digest();
        let found = self.store.read(move |tx| Ok(tx.reset(&digest)?.filter(|row| row.expires_at.0 > tx.now))).await?;
        found.map(|row| (row.org, row.user_cd)).ok_or(Error::Unauthorized)
    }

    /// Sets a password by a link, which is used up; every session of the user ends.
    ///
    /// # Errors
    /// 401 when the link is none, was used or is over; 400 for a password nobody may have.
    pub async fn reset_password(&self, link: &str, new: String) -> Result<()> {
        let (_, user_cd) = self.reset_link(link).await?;
        check_password("new", &new, &user_cd)?;
        let hash = new_password_hash(new).await?;
        let digest = Secret::parse(SecretKind::ResetLink, link).ok_or(Error::Unauthorized)?.digest();
        self.store
            .write(move |tx| {
                let Some(row) = tx.reset(&digest)?.filter(|row| row.expires_at.0 > tx.now) else {
                    return Err(Error::Unauthorized.into());
                };
                let Some(user) = tx.user(&row.org, &row.user_cd)? else { return Err(Error::Unauthorized.into()) };
                let changed = UserRow {
                    password_hash: Some(hash.clone()),
                    password_changed_at: Some(At(tx.now)),
                    ..user.clone()
                };
                let by = Stamp {
                    actor_org: row.org.clone(),
                    user_cd: Some(row.user_cd.clone()),
                    office_cd: None,
                    client: None,
                };
                tx.change_user(&user, &changed, None, &by)?;
                tx.drop_reset(&row.org, &row.user_cd)?;
                tx.end_sessions_of(&row.org, &row.user_cd).map(drop)
            })
            .await
    }
}

/// How it stands with a user's second factor.
#[derive(Clone, Copy, Debug)]
pub struct FactorState {
    pub set_up_at: Option<DateTime<Utc>>,
    /// One of the user's roles demands it.
    pub is_demanded: bool,
    pub recovery_codes_left: usize,
}

/// Characters of a new secret.
const NEW_SECRET_CHARS: usize = 32;

fn wrong_code() -> Error {
    let message = "this is not the code that your app shows now; look whether the clock of the device is right";
    Error::invalid("code", "code", message)
}

pub(super) fn check_display_name(name: &str) -> Result<()> {
    if name.chars().count() > limits::DISPLAY_NAME_CHARS || name.chars().any(char::is_control) {
        let message = format!("a name has at most {} characters", limits::DISPLAY_NAME_CHARS);
        return Err(Error::invalid("too_long", "display-name", message));
    }
    Ok(())
}

/// Those that have not ended by themselves.
pub(super) fn live(now: DateTime<Utc>, mut rows: Vec<OpenSession>) -> Result<Vec<OpenSession>, Fault> {
    rows.retain(|row| row.expires_at.0 > now);
    Ok(rows)
}

/// Takes a user's second factor away; says whether there was one.
pub(super) fn without_factor(tx: &mut Tx<'_>, user: &UserRow, by: &Stamp) -> Result<bool, Fault> {
    tx.set_recovery_codes(&user.org, &user.user_cd, &[])?;
    let changed = UserRow { factor: None, factor_at: None, factor_step: None, ..user.clone() };
    tx.change_user(user, &changed, None, by)
}

fn end_others(tx: &mut Tx<'_>, person: &Person) -> Result<(), Fault> {
    for row in tx.sessions_of(&person.org, &person.user_cd)? {
        if row.digest != person.session {
            tx.end_session(&row.digest)?;
        }
    }
    Ok(())
}

/// When a link that is made now ends.
pub(super) fn link_end(now: DateTime<Utc>) -> At {
    At(now + TimeDelta::seconds(limits::RESET_LINK_S))
}
