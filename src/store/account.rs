//! Users, their sessions, and what stands in for a password or a second factor that is lost.
//!
//! Session keys, reset links and recovery codes come in as digests only, passwords as argon2id hashes, the secret of a second
//! factor sealed. Decides nothing about who may do what. What decides about access is recorded in the history of records;
//! language, theme and name of a user are not.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::{Value, json};

use super::columns::{Attested, Columns, columns_digest};
use super::item::Stamp;
use super::record_history::RecordEvent;
use super::schema::{recovery_code, reset_link, session, user_account, user_office, web_session};
use super::types::At;
use super::{Fault, Tx};
use crate::domain::{RecordEventKind, RecordKind, Roles, SessionKind};

type Done<T = ()> = Result<T, Fault>;

/// A person or system that acts for an organization; who runs the server acts for none (`-`).
#[derive(Clone, Debug, PartialEq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = user_account, primary_key(org, user_cd), treat_none_as_null = true)]
#[diesel(treat_none_as_default_value = false)]
pub struct UserRow {
    pub org: String,
    pub user_cd: String,
    /// argon2id, absent for users that cannot log in.
    pub password_hash: Option<String>,
    /// `admin`, or `call` when a method call named a code that was not known.
    pub created_by: String,
    pub created_at: At,
    /// Names of [`Roles`]; none for who has no page but the own one.
    pub roles: String,
    pub display_name: String,
    /// Of the pages; that of the browser when absent.
    pub language: Option<String>,
    /// `light` or `dark`; that of the browser when absent.
    pub theme: Option<String>,
    /// Since when signing in is refused.
    pub locked_at: Option<At>,
    pub password_changed_at: Option<At>,
    /// Secret of the second factor, sealed.
    pub factor: Option<String>,
    pub factor_at: Option<At>,
    /// The step of the code used last: none is taken twice.
    pub factor_step: Option<i64>,
}

/// A session of a system, made by Login, by the SHA-256 of its key.
#[derive(Clone, Debug, Queryable, Insertable)]
#[diesel(table_name = session)]
pub struct SessionRow {
    pub digest: Vec<u8>,
    pub org: String,
    pub user_cd: String,
    pub office: String,
    pub created_at: At,
    pub seen_at: At,
    pub expires_at: At,
    /// Digest of the token that opened it.
    pub token: Vec<u8>,
}

/// A session at a browser, by the SHA-256 of its key.
#[derive(Clone, Debug, Queryable, Insertable)]
#[diesel(table_name = web_session)]
pub struct WebSessionRow {
    pub digest: Vec<u8>,
    pub kind: SessionKind,
    pub org: String,
    pub user_cd: String,
    pub office: Option<String>,
    pub created_at: At,
    pub seen_at: At,
    pub expires_at: At,
    /// The browser, as it names itself.
    pub agent: Option<String>,
    pub address: Option<String>,
}

/// A session of either kind, as far as both are alike.
#[derive(Clone, Debug)]
pub struct OpenSession {
    pub digest: Vec<u8>,
    /// Of a system.
    pub is_api: bool,
    pub user_cd: String,
    pub office: Option<String>,
    pub created_at: At,
    pub seen_at: At,
    pub expires_at: At,
    pub agent: Option<String>,
    pub address: Option<String>,
}

impl From<SessionRow> for OpenSession {
    fn from(row: SessionRow) -> Self {
        Self {
            digest: row.digest,
            is_api: true,
            user_cd: row.user_cd,
            office: Some(row.office),
            created_at: row.created_at,
            seen_at: row.seen_at,
            expires_at: row.expires_at,
            agent: None,
            address: None,
        }
    }
}

impl From<WebSessionRow> for OpenSession {
    fn from(row: WebSessionRow) -> Self {
        Self {
            digest: row.digest,
            is_api: false,
            user_cd: row.user_cd,
            office: row.office,
            created_at: row.created_at,
            seen_at: row.seen_at,
            expires_at: row.expires_at,
            agent: row.agent,
            address: row.address,
        }
    }
}

/// The sessions of both kinds that fit a condition.
macro_rules! sessions {
    ($tx:ident, |$table:ident| $query:expr) => {{
        let of_systems: Vec<SessionRow> = {
            use super::schema::session as $table;
            $query.load($tx.conn)?
        };
        let at_browsers: Vec<WebSessionRow> = {
            use super::schema::web_session as $table;
            $query.load($tx.conn)?
        };
        let of_systems = of_systems.into_iter().map(OpenSession::from);
        of_systems.chain(at_browsers.into_iter().map(OpenSession::from)).collect::<Vec<_>>()
    }};
}

/// A link that sets a password once, by its SHA-256; a user has one at most.
#[derive(Clone, Debug, Queryable, Insertable)]
#[diesel(table_name = reset_link)]
pub struct ResetRow {
    pub org: String,
    pub user_cd: String,
    pub digest: Vec<u8>,
    pub expires_at: At,
}

impl UserRow {
    /// A user without anything, made now.
    pub fn new(org: &str, user_cd: &str, created_by: &str, now: DateTime<Utc>) -> Self {
        Self {
            org: org.to_owned(),
            user_cd: user_cd.to_owned(),
            password_hash: None,
            created_by: created_by.to_owned(),
            created_at: At(now),
            roles: String::new(),
            display_name: String::new(),
            language: None,
            theme: None,
            locked_at: None,
            password_changed_at: None,
            factor: None,
            factor_at: None,
            factor_step: None,
        }
    }

    /// The user's roles.
    ///
    /// # Errors
    /// A stored word that this version does not know.
    pub fn roles(&self) -> Done<Roles> {
        self.roles.parse().map_err(|unknown| crate::error::Error::Internal(format!("{unknown}")).into())
    }

    /// What is not as it was of what decides about access, in the words of the history.
    fn changed_since(&self, old: &Self) -> Vec<&'static str> {
        [
            ("password", self.password_hash != old.password_hash),
            ("roles", self.roles != old.roles),
            ("lock", self.locked_at != old.locked_at),
            ("second-factor", self.factor_at != old.factor_at),
        ]
        .into_iter()
        .filter_map(|(name, changed)| changed.then_some(name))
        .collect()
    }
}

/// A user with the offices it may act for.
pub(super) struct UserOfOffices<'r> {
    pub user: &'r UserRow,
    pub offices: &'r [String],
}

impl Attested for UserOfOffices<'_> {
    /// The password's hash as well, of which nothing can be learned by its digest.
    fn columns(&self, to: &mut Columns) {
        let Self { user, offices } = self;
        to.text(&user.org).text(&user.user_cd).texts(&[&user.password_hash]).text(&user.created_by);
        to.times(&[Some(user.created_at)]);
        for office in *offices {
            to.text(office);
        }
        // Of users from before there were roles the digest is as it was.
        if !user.roles.is_empty() {
            to.text("roles").text(&user.roles);
        }
        if let Some(at) = user.locked_at {
            to.text("lock").times(&[Some(at)]);
        }
        if let Some(at) = user.factor_at {
            to.text("second-factor").times(&[Some(at)]);
        }
    }
}

impl Tx<'_> {
    /// A user of an organization.
    pub fn user(&mut self, org: &str, user_cd: &str) -> Done<Option<UserRow>> {
        Ok(user_account::table.find((org, user_cd)).get_result(self.conn).optional()?)
    }

    /// Every user of an organization, by code.
    pub fn users_of(&mut self, org: &str) -> Done<Vec<UserRow>> {
        Ok(user_account::table.filter(user_account::org.eq(org)).order(user_account::user_cd).load(self.conn)?)
    }

    /// Adds a user who may act for `offices`.
    pub fn add_user(&mut self, row: &UserRow, offices: &[String], by: &Stamp) -> Done {
        diesel::insert_into(user_account::table).values(row).execute(self.conn)?;
        self.set_offices_of_user(&row.org, &row.user_cd, offices)?;
        let mut detail = json!({ "Offices": offices, "Password": row.password_hash.is_some() });
        if !row.roles.is_empty() {
            detail["Roles"] = json!(row.roles);
        }
        self.record_user(row, offices, RecordEventKind::Stored, detail, by)
    }

    /// Puts `new` in the place of `old`, and `offices` where they are given; says whether anything changed that decides about
    /// access. A password that is given is such a change: its hash is another one.
    pub fn change_user(&mut self, old: &UserRow, new: &UserRow, offices: Option<&[String]>, by: &Stamp) -> Done<bool> {
        let (org, user_cd) = (&new.org, &new.user_cd);
        let had = self.offices_of_user(org, user_cd)?;
        let offices = offices.filter(|offices| **offices != had);
        if new != old {
            diesel::update(user_account::table.find((org, user_cd))).set(new).execute(self.conn)?;
        }
        let mut changed = new.changed_since(old);
        if let Some(offices) = offices {
            self.set_offices_of_user(org, user_cd, offices)?;
            changed.push("offices");
        }
        if changed.is_empty() {
            return Ok(false);
        }
        let offices = offices.unwrap_or(&had);
        let mut detail = json!({ "Changed": changed, "Offices": offices });
        if changed.contains(&"roles") {
            detail["Roles"] = json!(new.roles);
        }
        if changed.contains(&"lock") {
            detail["Locked"] = json!(new.locked_at.is_some());
        }
        self.record_user(new, offices, RecordEventKind::Changed, detail, by)?;
        Ok(true)
    }

    /// Removes a user with sessions, links and codes.
    pub fn remove_user(&mut self, row: &UserRow, by: &Stamp) -> Done {
        self.set_offices_of_user(&row.org, &row.user_cd, &[])?;
        diesel::delete(user_account::table.find((&row.org, &row.user_cd))).execute(self.conn)?;
        let event = RecordEvent {
            org: &row.org,
            kind: RecordKind::User,
            id: &row.user_cd,
            event: RecordEventKind::Removed,
            detail: None,
            digest: None,
            replaced: None,
        };
        self.record(event, by)
    }

    /// Records what happened to a user besides a change of its row.
    pub fn note_user(&mut self, row: &UserRow, event: RecordEventKind, detail: Value, by: &Stamp) -> Done {
        let offices = self.offices_of_user(&row.org, &row.user_cd)?;
        self.record_user(row, &offices, event, detail, by)
    }

    fn record_user(
        &mut self,
        row: &UserRow,
        offices: &[String],
        event: RecordEventKind,
        detail: Value,
        by: &Stamp,
    ) -> Done {
        let event = RecordEvent {
            org: &row.org,
            kind: RecordKind::User,
            id: &row.user_cd,
            event,
            detail: Some(detail),
            digest: Some(columns_digest(&UserOfOffices { user: row, offices })),
            replaced: None,
        };
        self.record(event, by)
    }

    /// Offices the user may act for, by code.
    pub fn offices_of_user(&mut self, org: &str, user_cd: &str) -> Done<Vec<String>> {
        Ok(user_office::table
            .filter(user_office::org.eq(org).and(user_office::user_cd.eq(user_cd)))
            .order(user_office::office)
            .select(user_office::office)
            .load(self.conn)?)
    }

    /// Replaces the offices the user may act for.
    fn set_offices_of_user(&mut self, org: &str, user_cd: &str, offices: &[String]) -> Done {
        diesel::delete(user_office::table.filter(user_office::org.eq(org).and(user_office::user_cd.eq(user_cd))))
            .execute(self.conn)?;
        for code in offices {
            let row = (user_office::org.eq(org), user_office::user_cd.eq(user_cd), user_office::office.eq(code));
            diesel::insert_into(user_office::table).values(row).execute(self.conn)?;
        }
        Ok(())
    }

    /// Takes a code of the second factor as used; says whether it was the first time, and none after it was used.
    pub fn use_factor_step(&mut self, org: &str, user_cd: &str, step: i64) -> Done<bool> {
        let unused = user_account::factor_step.is_null().or(user_account::factor_step.lt(step));
        let taken = diesel::update(user_account::table.find((org, user_cd)).filter(unused))
            .set(user_account::factor_step.eq(Some(step)))
            .execute(self.conn)?;
        Ok(taken == 1)
    }

    /// Puts the same secret, sealed anew, in its place.
    pub fn keep_sealed_factor(&mut self, org: &str, user_cd: &str, sealed: &str) -> Done {
        diesel::update(user_account::table.find((org, user_cd)))
            .set(user_account::factor.eq(Some(sealed)))
            .execute(self.conn)?;
        Ok(())
    }

    /// Users with a second factor, of every organization.
    pub fn users_with_factor(&mut self) -> Done<Vec<UserRow>> {
        let with = user_account::table.filter(user_account::factor.is_not_null());
        Ok(with.order((user_account::org, user_account::user_cd)).load(self.conn)?)
    }

    /// Puts recovery codes, by their digests, in the place of those there are.
    pub fn set_recovery_codes(&mut self, org: &str, user_cd: &str, digests: &[Vec<u8>]) -> Done {
        let of_user = recovery_code::org.eq(org).and(recovery_code::user_cd.eq(user_cd));
        diesel::delete(recovery_code::table.filter(of_user)).execute(self.conn)?;
        for digest in digests {
            let row =
                (recovery_code::org.eq(org), recovery_code::user_cd.eq(user_cd), recovery_code::digest.eq(digest));
            diesel::insert_into(recovery_code::table).values(row).execute(self.conn)?;
        }
        Ok(())
    }

    /// Uses a recovery code up; says whether it was one.
    pub fn take_recovery_code(&mut self, org: &str, user_cd: &str, digest: &[u8]) -> Done<bool> {
        Ok(diesel::delete(recovery_code::table.find((org, user_cd, digest))).execute(self.conn)? == 1)
    }

    /// How many recovery codes a user has left.
    pub fn recovery_codes_left(&mut self, org: &str, user_cd: &str) -> Done<usize> {
        let of_user = recovery_code::org.eq(org).and(recovery_code::user_cd.eq(user_cd));
        let digests = recovery_code::table.filter(of_user).select(recovery_code::digest);
        Ok(digests.load::<Vec<u8>>(self.conn)?.len())
    }

    /// Keeps a link in the place of the one there was.
    pub fn put_reset(&mut self, row: &ResetRow) -> Done {
        self.drop_reset(&row.org, &row.user_cd)?;
        diesel::insert_into(reset_link::table).values(row).execute(self.conn)?;
        Ok(())
    }

    /// The link with this digest, whether or not its time is over.
    pub fn reset(&mut self, digest: &[u8]) -> Done<Option<ResetRow>> {
        Ok(reset_link::table.filter(reset_link::digest.eq(digest)).first(self.conn).optional()?)
    }

    /// Takes a user's link away.
    pub fn drop_reset(&mut self, org: &str, user_cd: &str) -> Done {
        diesel::delete(reset_link::table.find((org, user_cd))).execute(self.conn)?;
        Ok(())
    }

    /// Drops links whose time is over.
    pub fn drop_expired_resets(&mut self) -> Done<usize> {
        Ok(diesel::delete(reset_link::table.filter(reset_link::expires_at.lt(At(self.now)))).execute(self.conn)?)
    }

    /// Stores a session.
    pub fn add_session(&mut self, row: &SessionRow) -> Done {
        diesel::insert_into(session::table).values(row).execute(self.conn)?;
        Ok(())
    }

    /// The session whose key has this digest, whether or not it has ended.
    pub fn session(&mut self, digest: &[u8]) -> Done<Option<SessionRow>> {
        Ok(session::table.find(digest).get_result(self.conn).optional()?)
    }

    /// Stores a session at a browser.
    pub fn add_web_session(&mut self, row: &WebSessionRow) -> Done {
        diesel::insert_into(web_session::table).values(row).execute(self.conn)?;
        Ok(())
    }

    /// The session at a browser whose key has this digest, whether or not it has ended.
    pub fn web_session(&mut self, digest: &[u8]) -> Done<Option<WebSessionRow>> {
        Ok(web_session::table.find(digest).get_result(self.conn).optional()?)
    }

    /// The sessions of a user, of either kind.
    pub fn sessions_of(&mut self, org: &str, user_cd: &str) -> Done<Vec<OpenSession>> {
        Ok(sessions!(self, |table| table::table.filter(table::org.eq(org).and(table::user_cd.eq(user_cd)))))
    }

    /// The sessions of an organization, of either kind, by user: at most `limit` of each kind.
    pub fn sessions_in(&mut self, org: &str, limit: usize) -> Done<Vec<OpenSession>> {
        let mut all = sessions!(self, |table| {
            let of_org = table::table.filter(table::org.eq(org)).order((table::org, table::user_cd));
            of_org.limit(limit as i64)
        });
        all.sort_by(|a, b| (&a.user_cd, b.created_at).cmp(&(&b.user_cd, a.created_at)));
        Ok(all)
    }

    /// Notes that a session was used now.
    pub fn touch_session(&mut self, digest: &[u8]) -> Done {
        diesel::update(session::table.find(digest)).set(session::seen_at.eq(At(self.now))).execute(self.conn)?;
        Ok(())
    }

    /// The same of a session at a browser.
    pub fn touch_web_session(&mut self, digest: &[u8]) -> Done {
        diesel::update(web_session::table.find(digest))
            .set(web_session::seen_at.eq(At(self.now)))
            .execute(self.conn)?;
        Ok(())
    }

    /// Ends a session of either kind; says whether it was there.
    pub fn end_session(&mut self, digest: &[u8]) -> Done<bool> {
        let of_systems = diesel::delete(session::table.find(digest)).execute(self.conn)?;
        Ok(of_systems + diesel::delete(web_session::table.find(digest)).execute(self.conn)? > 0)
    }

    /// Ends every session of a user; gives how many there were.
    pub fn end_sessions_of(&mut self, org: &str, user_cd: &str) -> Done<usize> {
        let sessions = self.sessions_of(org, user_cd)?;
        for session in &sessions {
            self.end_session(&session.digest)?;
        }
        Ok(sessions.len())
    }

    /// Ends every session of an organization.
    pub fn end_sessions_in(&mut self, org: &str) -> Done {
        diesel::delete(session::table.filter(session::org.eq(org))).execute(self.conn)?;
        diesel::delete(web_session::table.filter(web_session::org.eq(org))).execute(self.conn)?;
        Ok(())
    }

    /// Drops sessions past their absolute expiry.
    pub fn drop_expired_sessions(&mut self) -> Done<usize> {
        let now = At(self.now);
        let of_systems = diesel::delete(session::table.filter(session::expires_at.lt(now))).execute(self.conn)?;
        let at_browsers = diesel::delete(web_session::table.filter(web_session::expires_at.lt(now)));
        Ok(of_systems + at_browsers.execute(self.conn)?)
    }
}
