//! Signing in at a browser, step by step: password, second factor, office. Each step ends the session of the step before and makes
//! one with a new key, so that no key known before opens more than it did.

use uuid::Uuid;

use super::Services;
use super::auth::digest;
use super::person::{INSTANCE, Person, end_of};
use crate::domain::{RecordEventKind, Role, SessionKind};
use crate::error::{Error, Result};
use crate::limits;
use crate::store::account::{UserRow, WebSessionRow};
use crate::store::item::Stamp;
use crate::store::types::At;
use crate::store::{Fault, Tx};
use crate::vault::{Place, totp};

/// What somebody signs in with.
#[derive(Clone, Debug)]
pub struct SignIn {
    pub org: String,
    pub user_cd: String,
    pub password: String,
    /// One of the user's; asked for later where there are several and none is given.
    pub office: Option<String>,
    pub browser: Browser,
}

/// What is kept of a browser, so that people know their sessions by it.
#[derive(Clone, Debug, Default)]
pub struct Browser {
    pub agent: Option<String>,
    pub address: Option<String>,
}

/// A session that was made.
#[derive(Clone, Copy, Debug)]
pub struct Opened {
    pub key: Uuid,
    /// What it is for: a page, or the next step.
    pub kind: SessionKind,
}

/// What a session is made from.
pub(super) struct Opening<'o> {
    pub user: &'o UserRow,
    pub office: Option<String>,
    /// A code was given, or is not needed any more.
    pub factor_done: bool,
    pub browser: &'o Browser,
    /// The session of the step before.
    pub ends: Option<&'o [u8]>,
}

impl Services {
    /// The first step. Nobody learns what was wrong: organization, user, password, lock or roles.
    ///
    /// # Errors
    /// 401 when it opens nothing; 400 when the office is none of the user's.
    pub async fn login_web(&self, sign_in: SignIn) -> Result<Opened> {
        let (user, offices) =
            self.account_by_password(&sign_in.org, &sign_in.user_cd, sign_in.password.clone()).await?;
        let office = match sign_in.office.as_deref().map(str::trim).filter(|office| !office.is_empty()) {
            Some(office) if offices.iter().any(|own| own == office) => Some(office.to_owned()),
            Some(_) => return Err(Error::invalid("unknown_code", "office", "choose one of your offices")),
            None => None,
        };
        let services = self.clone();
        let key = Uuid::new_v4();
        let opened = self.store.write(move |tx| {
            if !signs_in_here(tx, &user)? {
                return Err(Error::Unauthorized.into());
            }
            let opening = Opening {
                user: &user,
                office: office.clone(),
                factor_done: false,
                browser: &sign_in.browser,
                ends: None,
            };
            services.open(tx, &key, opening)
        });
        opened.await
    }

    /// The step of the second factor: a code of the device, or a recovery code, which is used up.
    ///
    /// # Errors
    /// 401 for a code that is none, is another's, or was used before.
    pub async fn enter_code(&self, pending: &Person, code: &str, browser: Browser) -> Result<Opened> {
        if pending.kind != SessionKind::Factor {
            return Err(Error::Unauthorized);
        }
        let (services, pending, code) = (self.clone(), pending.clone(), code.to_owned());
        let (key, now) = (Uuid::new_v4(), self.clock.now());
        self.store
            .write(move |tx| {
                let Some(user) = tx.user(&pending.org, &pending.user_cd)? else {
                    return Err(Error::Unauthorized.into());
                };
                if !services.takes_code(tx, &user, &code, now.timestamp())? {
                    return Err(Error::Unauthorized.into());
                }
                let opening = Opening {
                    user: &user,
                    office: pending.office.clone(),
                    factor_done: true,
                    browser: &browser,
                    ends: Some(&pending.session),
                };
                services.open(tx, &key, opening)
            })
            .await
    }

    /// Whether a code is one of the user's that was not used yet; it is used from now on.
    fn takes_code(&self, tx: &mut Tx<'_>, user: &UserRow, code: &str, unix_s: i64) -> Result<bool, Fault> {
        if let Some(digest) = totp::recovery_digest(code) {
            return tx.take_recovery_code(&user.org, &user.user_cd, &digest);
        }
        let Some(secret) = self.factor_of(user)? else { return Ok(false) };
        match totp::step_of(&secret, code, unix_s) {
            Some(step) => tx.use_factor_step(&user.org, &user.user_cd, step),
            None => Ok(false),
        }
    }

    /// The secret of a user's second factor.
    pub(super) fn factor_of(&self, user: &UserRow) -> Result<Option<String>, Fault> {
        let row = row_name(&user.org, &user.user_cd);
        let open = |sealed: &String| self.vault.open(factor_place(&row), sealed);
        Ok(user.factor.as_ref().map(open).transpose()?)
    }

    /// The office somebody acts for from now on: the last step of signing in, or a change of it later.
    ///
    /// # Errors
    /// 400 when it is none of the user's; 401 before the steps that come first.
    pub async fn choose_office(&self, person: &Person, office: &str, browser: Browser) -> Result<Opened> {
        if !matches!(person.kind, SessionKind::Office | SessionKind::Web) {
            return Err(Error::Unauthorized);
        }
        if !person.offices.iter().any(|own| own == office) {
            return Err(Error::invalid("unknown_code", "office", "choose one of your offices"));
        }
        let (services, person, office) = (self.clone(), person.clone(), office.to_owned());
        self.renew(person, Some(office), browser, services).await
    }

    /// A new session in the place of one whose second factor was dealt with.
    pub(super) async fn renew(
        &self,
        person: Person,
        office: Option<String>,
        browser: Browser,
        services: Self,
    ) -> Result<Opened> {
        let key = Uuid::new_v4();
        self.store
            .write(move |tx| {
                let Some(user) = tx.user(&person.org, &person.user_cd)? else { return Err(Error::Unauthorized.into()) };
                let opening = Opening {
                    user: &user,
                    office: office.clone(),
                    factor_done: true,
                    browser: &browser,
                    ends: Some(&person.session),
                };
                services.open(tx, &key, opening)
            })
            .await
    }

    /// Makes the session of the step that comes next.
    pub(super) fn open(&self, tx: &mut Tx<'_>, key: &Uuid, opening: Opening<'_>) -> Result<Opened, Fault> {
        let Opening { user, office, factor_done, browser, ends } = opening;
        if let Some(before) = ends
            && !tx.end_session(before)?
        {
            // Ended meanwhile, or used twice.
            return Err(Error::Unauthorized.into());
        }
        let offices = tx.offices_of_user(&user.org, &user.user_cd)?;
        let kind = if user.factor.is_some() && !factor_done {
            SessionKind::Factor
        } else if user.factor.is_none() && self.demands_factor(user)? {
            SessionKind::Enrol
        } else if office.is_none() && offices.len() > 1 {
            SessionKind::Office
        } else {
            SessionKind::Web
        };
        let office = office.or_else(|| offices.first().filter(|_| offices.len() == 1).cloned());
        tx.add_web_session(&WebSessionRow {
            digest: digest(key).to_vec(),
            kind,
            org: user.org.clone(),
            user_cd: user.user_cd.clone(),
            office: office.clone(),
            created_at: At(tx.now),
            seen_at: At(tx.now),
            expires_at: At(end_of(kind, tx.now, self.terms.session)),
            agent: browser.agent.as_ref().map(|agent| agent.chars().take(limits::AGENT_CHARS).collect()),
            address: browser.address.clone(),
        })?;
        if kind == SessionKind::Web {
            let by = Stamp {
                actor_org: user.org.clone(),
                user_cd: Some(user.user_cd.clone()),
                office_cd: office,
                client: None,
            };
            let detail = serde_json::json!({ "SecondFactor": user.factor.is_some() });
            tx.note_user(user, RecordEventKind::SignedIn, detail, &by)?;
        }
        Ok(Opened { key: *key, kind })
    }

    /// Ends the session.
    ///
    /// # Errors
    /// 503 when the database is away.
    pub async fn sign_out(&self, person: &Person) -> Result<()> {
        let digest = person.session.clone();
        self.store.write(move |tx| tx.end_session(&digest)).await.map(drop)
    }
}

/// Whether users of this organization sign in at this server: it is hosted, or they run the server.
fn signs_in_here(tx: &mut Tx<'_>, user: &UserRow) -> Result<bool, Fault> {
    if user.org == INSTANCE {
        return Ok(user.roles()?.hold(Role::Operator));
    }
    Ok(tx.organization(&user.org)?.is_some_and(|org| !org.remote))
}

/// How a user's row is named where a secret is sealed for it.
pub(super) fn row_name(org: &str, user_cd: &str) -> String {
    format!("{org}\u{1f}{user_cd}")
}

/// Where the secret of a second factor stands.
pub(super) fn factor_place(row: &str) -> Place<'_> {
    Place { table: "user_account", row, column: "factor" }
}
