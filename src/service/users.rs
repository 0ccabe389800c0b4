//! Administration of users: who there is, with which roles and offices, locked or not; links that set a password, and sessions that
//! are ended. Everything that is done has an actor in the history.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::Services;
use super::account::{SessionView, check_display_name, check_password, link_end, live, session_name, without_factor};
use super::auth::new_password_hash;
use super::person::{INSTANCE, Person};
use super::rights::UseCase;
use crate::domain::{OrganizationKind, RecordEventKind, Role, Roles};
use crate::error::{Error, Findings, Result};
use crate::limits;
use crate::rules::forms;
use crate::store::account::{ResetRow, UserRow};
use crate::store::item::Stamp;
use crate::store::types::At;
use crate::store::{Fault, Tx};
use crate::vault::{Secret, SecretKind};

/// Who administers users, and whose.
#[derive(Clone, Debug)]
pub struct Administrator {
    by: Stamp,
    /// The one organization it may; every one, and the server's own, when absent.
    org: Option<String>,
    /// Who signed in as it, and so must not lock itself out.
    user_cd: Option<String>,
}

/// What is to be set of a user; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct AccountChanges {
    pub display_name: Option<String>,
    pub password: Option<String>,
    pub roles: Option<Roles>,
    pub offices: Option<Vec<String>>,
    pub is_locked: Option<bool>,
    /// Has the user set up another second factor, when the device and the codes are lost.
    pub drops_factor: bool,
}

/// Whether the user to be set is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    New,
    Known,
    Either,
}

/// A user, as administrators see it.
#[derive(Clone, Debug)]
pub struct AccountView {
    pub user_cd: String,
    pub display_name: String,
    pub roles: Roles,
    pub offices: Vec<String>,
    pub is_locked: bool,
    pub has_password: bool,
    pub has_factor: bool,
    pub created_by: String,
    pub created_at: DateTime<Utc>,
    pub sessions: usize,
    /// Of the sessions there are.
    pub seen_at: Option<DateTime<Utc>>,
}

impl Administrator {
    /// Who may run the program's commands may do everything.
    pub fn command_line() -> Self {
        Self { by: Stamp::command_line(), org: None, user_cd: None }
    }

    /// # Errors
    /// 404 for the users of others: it looks as if there were none.
    fn of(&self, org: &str) -> Result<()> {
        match &self.org {
            Some(own) if own != org => Err(Error::Absent { what: "organization" }),
            _ => Ok(()),
        }
    }

    /// # Errors
    /// 400 when it is about itself: nobody is left then to undo it.
    fn not_itself(&self, user_cd: &str) -> Result<()> {
        if self.user_cd.as_deref() == Some(user_cd) {
            let message = "this is your own account; have another administrator do it";
            return Err(Error::invalid("state", "user", message));
        }
        Ok(())
    }
}

impl Person {
    /// This person as administrator of the own organization.
    ///
    /// # Errors
    /// 403 without the role, 401 for who is still signing in.
    pub fn administrator(&self) -> Result<Administrator> {
        self.is_in()?;
        UseCase::ManageUsers.check(self.roles)?;
        Ok(Administrator { by: self.stamp(), org: Some(self.org.clone()), user_cd: Some(self.user_cd.clone()) })
    }
}

/// The kind of an organization that has users here; none for the server's own.
fn kind_of(tx: &mut Tx<'_>, org: &str) -> Result<Option<OrganizationKind>, Fault> {
    if org == INSTANCE {
        return Ok(None);
    }
    let absent = || Error::invalid("absent", "org", "there is no such organization; add it first");
    Ok(Some(tx.organization(org)?.ok_or_else(absent)?.kind))
}

fn known(tx: &mut Tx<'_>, org: &str, user_cd: &str) -> Result<UserRow, Fault> {
    tx.user(org, user_cd)?.ok_or_else(|| Error::Absent { what: "user" }.into())
}

impl Services {
    /// Adds a user, or changes what is given of one. A change of what decides about access ends the user's sessions.
    ///
    /// # Errors
    /// 400 with what is wrong, 404 for users of others.
    pub async fn put_account(
        &self,
        admin: &Administrator,
        org: &str,
        user_cd: &str,
        changes: AccountChanges,
        expected: Expected,
    ) -> Result<()> {
        let mut findings = Findings::default();
        let user_cd = user_cd.trim().to_owned();
        check_user_code(&mut findings, &user_cd);
        if let Err(Error::Invalid(found)) = changes.display_name.as_deref().map_or(Ok(()), check_display_name) {
            found.into_vec().into_iter().for_each(|finding| findings.push(finding));
        }
        if let Some(password) = &changes.password
            && let Err(Error::Invalid(found)) = check_password("password", password, &user_cd)
        {
            found.into_vec().into_iter().for_each(|finding| findings.push(finding));
        }
        self.store_account(admin, org, &user_cd, changes, expected, findings).await
    }

    /// The same without the rule of what a password has to be: for fixtures, whose passwords are published. What was `found`
    /// before is reported with what else is wrong.
    pub(super) async fn store_account(
        &self,
        admin: &Administrator,
        org: &str,
        user_cd: &str,
        changes: AccountChanges,
        expected: Expected,
        found: Findings,
    ) -> Result<()> {
        admin.of(org)?;
        if changes.is_locked == Some(true) || changes.roles.is_some_and(|roles| !roles.hold(Role::Admin)) {
            admin.not_itself(user_cd)?;
        }
        let hash = match changes.password.clone().filter(|_| found.is_empty()) {
            Some(password) => Some(new_password_hash(password).await?),
            None => None,
        };
        let (admin, org, user_cd) = (admin.clone(), org.to_owned(), user_cd.to_owned());
        let offices = changes.offices.clone().map(|named| named.into_iter().collect::<BTreeSet<_>>());
        let offices: Option<Vec<String>> = offices.map(|named| named.into_iter().collect());
        self.store
            .write(move |tx| {
                let kind = kind_of(tx, &org)?;
                let mut findings = found.clone();
                check_roles(&mut findings, changes.roles.unwrap_or_default(), kind, &admin);
                for code in offices.iter().flatten() {
                    // Who administers an organization knows its own; the operator may say otherwise on the command line.
                    let is_known = |office: &crate::store::who::OfficeRow| admin.org.is_none() || office.org == org;
                    if tx.office(code)?.filter(is_known).is_none() {
                        findings.add("absent", "office", format!("there is no office {code}; add it first"));
                    } else if kind.is_none() {
                        findings.add("posts", "office", "who runs the server acts for no office");
                    }
                }
                let old = tx.user(&org, &user_cd)?;
                match (&old, expected) {
                    (Some(_), Expected::New) => {
                        findings.add("posts", "user", "there is a user with this code; choose another")
                    }
                    (None, Expected::Known) => return Err(Error::Absent { what: "user" }.into()),
                    _ => {}
                }
                findings.into_result()?;
                let before = old.clone().unwrap_or_else(|| UserRow::new(&org, &user_cd, "admin", tx.now));
                let after = changed(before, &changes, hash.as_ref(), tx.now);
                match old {
                    None => tx.add_user(&after, offices.as_deref().unwrap_or_default(), &admin.by),
                    Some(old) => {
                        if changes.drops_factor {
                            tx.set_recovery_codes(&org, &user_cd, &[])?;
                        }
                        if tx.change_user(&old, &after, offices.as_deref(), &admin.by)? {
                            tx.end_sessions_of(&org, &user_cd)?;
                        }
                        Ok(())
                    }
                }
            })
            .await
    }

    /// Removes a user; what it did stays in the histories under its code.
    ///
    /// # Errors
    /// 404 when there is no such user, 400 for the own account.
    pub async fn remove_account(&self, admin: &Administrator, org: &str, user_cd: &str) -> Result<()> {
        admin.of(org)?;
        admin.not_itself(user_cd)?;
        let (admin, org, user_cd) = (admin.clone(), org.to_owned(), user_cd.to_owned());
        self.known_users.invalidate(&(org.clone(), user_cd.clone()));
        self.store
            .write(move |tx| {
                let user = known(tx, &org, &user_cd)?;
                tx.end_sessions_of(&org, &user_cd)?;
                tx.set_recovery_codes(&org, &user_cd, &[])?;
                tx.drop_reset(&org, &user_cd)?;
                tx.remove_user(&user, &admin.by)
            })
            .await
    }

    /// Takes a user's second factor away, so that another one can be set up.
    ///
    /// # Errors
    /// 404 when there is no such user.
    pub async fn reset_factor(&self, admin: &Administrator, org: &str, user_cd: &str) -> Result<()> {
        admin.of(org)?;
        let (admin, org, user_cd) = (admin.clone(), org.to_owned(), user_cd.to_owned());
        self.store
            .write(move |tx| {
                let user = known(tx, &org, &user_cd)?;
                without_factor(tx, &user, &admin.by)?;
                tx.end_sessions_of(&org, &user_cd).map(drop)
            })
            .await
    }

    /// A link that sets the user's password once, within an hour; the one there was ends.
    ///
    /// # Errors
    /// 404 when there is no such user.
    pub async fn make_reset_link(&self, admin: &Administrator, org: &str, user_cd: &str) -> Result<Secret> {
        admin.of(org)?;
        let link = Secret::new(SecretKind::ResetLink)?;
        let (admin, org, user_cd, digest) = (admin.clone(), org.to_owned(), user_cd.to_owned(), link.digest());
        self.store
            .write(move |tx| {
                let user = known(tx, &org, &user_cd)?;
                tx.put_reset(&ResetRow {
                    org: org.clone(),
                    user_cd: user_cd.clone(),
                    digest: digest.to_vec(),
                    expires_at: link_end(tx.now),
                })?;
                tx.note_user(&user, RecordEventKind::Changed, json!({ "Changed": ["reset-link"] }), &admin.by)
            })
            .await?;
        Ok(link)
    }

    /// The users of an organization, by code.
    ///
    /// # Errors
    /// 404 for those of others.
    pub async fn accounts(&self, admin: &Administrator, org: &str) -> Result<Vec<AccountView>> {
        admin.of(org)?;
        let org = org.to_owned();
        self.store
            .read(move |tx| {
                let sessions = live(tx.now, tx.sessions_in(&org, limits::SESSIONS_LISTED)?)?;
                let mut accounts = Vec::new();
                for user in tx.users_of(&org)? {
                    let own = sessions.iter().filter(|session| session.user_cd == user.user_cd);
                    accounts.push(AccountView {
                        roles: user.roles()?,
                        offices: tx.offices_of_user(&org, &user.user_cd)?,
                        is_locked: user.locked_at.is_some(),
                        has_password: user.password_hash.is_some(),
                        has_factor: user.factor.is_some(),
                        sessions: own.clone().count(),
                        seen_at: own.map(|session| session.seen_at.0).max(),
                        user_cd: user.user_cd,
                        display_name: user.display_name,
                        created_by: user.created_by,
                        created_at: user.created_at.0,
                    });
                }
                Ok(accounts)
            })
            .await
    }

    /// The sessions of an organization's users: those of a user stand together.
    ///
    /// # Errors
    /// 404 for those of others.
    pub async fn sessions(&self, admin: &Administrator, org: &str) -> Result<Vec<SessionView>> {
        admin.of(org)?;
        let org = org.to_owned();
        let rows = self.store.read(move |tx| live(tx.now, tx.sessions_in(&org, limits::SESSIONS_LISTED)?)).await?;
        Ok(rows.into_iter().map(SessionView::from).collect())
    }

    /// Ends a session by its name, or all of a user; gives how many.
    ///
    /// # Errors
    /// 404 when there is none.
    pub async fn end_sessions(&self, admin: &Administrator, org: &str, which: WhichSessions) -> Result<usize> {
        admin.of(org)?;
        let (admin, org) = (admin.clone(), org.to_owned());
        self.store
            .write(move |tx| {
                let found = match &which {
                    WhichSessions::OfUser(user_cd) => {
                        known(tx, &org, user_cd)?;
                        tx.sessions_of(&org, user_cd)?
                    }
                    WhichSessions::Named(name) => {
                        let mut all = tx.sessions_in(&org, limits::SESSIONS_LISTED)?;
                        all.retain(|row| session_name(row) == *name);
                        all
                    }
                };
                let Some(first) = found.first() else {
                    return match which {
                        WhichSessions::OfUser(_) => Ok(0),
                        WhichSessions::Named(_) => Err(Error::Absent { what: "session" }.into()),
                    };
                };
                let user = known(tx, &org, &first.user_cd)?;
                for row in &found {
                    tx.end_session(&row.digest)?;
                }
                let detail = json!({ "Changed": ["sessions"], "Ended": found.len() });
                tx.note_user(&user, RecordEventKind::Changed, detail, &admin.by)?;
                Ok(found.len())
            })
            .await
    }

    /// Seals the secrets of second factors with the key that seals now; gives how many were not.
    ///
    /// # Errors
    /// When one was sealed with a key that is not here.
    pub async fn seal_factors(&self) -> Result<usize> {
        let services = self.clone();
        self.store
            .write(move |tx| {
                let mut count = 0;
                for user in tx.users_with_factor()? {
                    let Some(sealed) = user.factor.as_deref().filter(|sealed| services.vault.is_to_be_sealed(sealed))
                    else {
                        continue;
                    };
                    let row = super::sign_in::row_name(&user.org, &user.user_cd);
                    let place = super::sign_in::factor_place(&row);
                    let secret = services.vault.open(place, sealed)?;
                    tx.keep_sealed_factor(&user.org, &user.user_cd, &services.vault.seal(place, &secret)?)?;
                    count += 1;
                }
                Ok(count)
            })
            .await
    }
}

/// Which sessions are to end.
#[derive(Clone, Debug)]
pub enum WhichSessions {
    OfUser(String),
    Named(String),
}

fn check_user_code(findings: &mut Findings, user_cd: &str) {
    if user_cd.is_empty() || user_cd.chars().any(char::is_control) {
        findings.add(
            "format",
            "USER",
            format!("a user code has 1 to {} characters, none of them control characters", limits::USER_CD_CHARS),
        );
    }
    forms::check_user(findings, "USER", Some(user_cd));
}

fn check_roles(findings: &mut Findings, roles: Roles, kind: Option<OrganizationKind>, admin: &Administrator) {
    for role in roles.each() {
        if !role.exists_in(kind) {
            let there: Vec<&str> = Role::of_kind(kind).map(Role::stored).collect();
            let message = format!("there is no {role} here; the roles are {}", there.join(", "));
            findings.add("unknown_code", "role", message);
        } else if role == Role::Operator && admin.org.is_some() {
            findings.add("unknown_code", "role", "operators are added on the command line alone");
        }
    }
}

/// The user with what is to be set.
fn changed(user: UserRow, changes: &AccountChanges, hash: Option<&String>, now: DateTime<Utc>) -> UserRow {
    let mut user = user;
    if let Some(hash) = hash {
        user.password_hash = Some(hash.clone());
        user.password_changed_at = Some(At(now));
    }
    if let Some(name) = &changes.display_name {
        name.trim().clone_into(&mut user.display_name);
    }
    if let Some(roles) = changes.roles {
        user.roles = roles.to_string();
    }
    match changes.is_locked {
        Some(true) => user.locked_at = user.locked_at.or(Some(At(now))),
        Some(false) => user.locked_at = None,
        None => {}
    }
    if changes.drops_factor {
        (user.factor, user.factor_at, user.factor_step) = (None, None, None);
    }
    user
}
