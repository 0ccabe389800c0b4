//! Organizations, tokens, offices, users and sessions.
//!
//! Tokens and session keys come in as digests only; passwords as argon2id hashes. Decides nothing about who may do
//! what.

use diesel::prelude::*;

use super::engine::conn::on_engine;
use super::schema::{office, organization, security_token, session, user_account, user_office};
use super::types::At;
use super::{Fault, Tx};
use crate::domain::OrganizationKind;
use crate::error::Error;

type Done<T = ()> = Result<T, Fault>;

/// A post or a customs administration.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = organization, primary_key(code), treat_none_as_null = true)]
pub struct OrganizationRow {
    pub code: String,
    pub kind: OrganizationKind,
    pub country: String,
    pub name: String,
    /// The customs administration of a post, when it is not simply that of its country.
    pub customs: Option<String>,
    /// Reached through the exchange; not hosted here.
    pub remote: bool,
    /// IANA name; the meaning of dates sent without a zone.
    pub time_zone: String,
    /// Whether an unknown `userCd` is created on the fly.
    pub creates_users: bool,
    pub created_at: At,
}

/// A token of an organization, by its SHA-256.
#[derive(Clone, Debug, Queryable, Insertable)]
#[diesel(table_name = security_token)]
pub struct TokenRow {
    pub digest: Vec<u8>,
    pub org: String,
    pub label: String,
    pub created_at: At,
    pub expires_at: Option<At>,
    pub revoked_at: Option<At>,
}

/// An office of exchange or customs office.
#[derive(Clone, Debug, Queryable, Insertable)]
#[diesel(table_name = office)]
pub struct OfficeRow {
    pub code: String,
    pub org: String,
    pub name: String,
}

/// A person or system that acts for an organization.
#[derive(Clone, Debug, Queryable, Insertable)]
#[diesel(table_name = user_account)]
pub struct UserRow {
    pub org: String,
    pub user_cd: String,
    /// argon2id, absent for users that cannot log in.
    pub password_hash: Option<String>,
    /// `admin`, or `call` when a method call named a code that was not known.
    pub created_by: String,
    pub created_at: At,
}

/// A session made by Login, by the SHA-256 of its key.
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

impl Tx<'_> {
    /// The organization with this code, hosted or remote.
    pub fn organization(&mut self, code: &str) -> Done<Option<OrganizationRow>> {
        Ok(on_engine!(self.conn, |conn| organization::table.find(code).get_result(conn)).optional()?)
    }

    /// Every organization, by code.
    pub fn organizations(&mut self) -> Done<Vec<OrganizationRow>> {
        Ok(organization::table.order(organization::code).load(self.conn)?)
    }

    /// Adds an organization, or changes the one with the same code.
    ///
    /// # Errors
    /// A change of kind is refused: rows exist that depend on it.
    pub fn put_organization(&mut self, row: &OrganizationRow) -> Done {
        match self.organization(&row.code)? {
            None => {
                diesel::insert_into(organization::table).values(row).execute(self.conn)?;
            }
            Some(old) if old.kind != row.kind => {
                return Err(Error::invalid("posts", "kind", "an organization cannot change its kind").into());
            }
            Some(old) => {
                let row = OrganizationRow { created_at: old.created_at, ..row.clone() };
                diesel::update(organization::table.find(&row.code)).set(&row).execute(self.conn)?;
            }
        }
        Ok(())
    }

    /// The customs administration of a post, by the post's code; nothing for a post that is not known.
    pub fn own_customs(&mut self, post: &str) -> Done<Option<String>> {
        match self.organization(post)? {
            Some(post) => self.customs_of(&post),
            None => Ok(None),
        }
    }

    /// The customs administration of a post: its own, or the customs organization of its country when there is
    /// exactly one to choose (the first by code otherwise).
    pub fn customs_of(&mut self, post: &OrganizationRow) -> Done<Option<String>> {
        if let Some(customs) = &post.customs {
            return Ok(Some(customs.clone()));
        }
        let of_country = organization::table
            .filter(organization::country.eq(&post.country).and(organization::kind.eq(OrganizationKind::Customs)))
            .order(organization::code)
            .select(organization::code)
            .first(self.conn)
            .optional()?;
        Ok(of_country)
    }

    /// The posts whose customs administration is `customs`, by code; those that live elsewhere included.
    pub fn posts_of_customs(&mut self, customs: &OrganizationRow) -> Done<Vec<String>> {
        let named =
            organization::table.filter(organization::customs.eq(&customs.code)).load::<OrganizationRow>(self.conn)?;
        let of_country = organization::table
            .filter(organization::country.eq(&customs.country).and(organization::kind.eq(OrganizationKind::Post)))
            .load::<OrganizationRow>(self.conn)?;
        let mut posts = Vec::new();
        for post in named.into_iter().chain(of_country) {
            if post.kind == OrganizationKind::Post && self.customs_of(&post)?.as_deref() == Some(&customs.code) {
                posts.push(post.code);
            }
        }
        posts.sort();
        posts.dedup();
        Ok(posts)
    }

    /// Stores a token.
    pub fn add_token(&mut self, row: &TokenRow) -> Done {
        diesel::insert_into(security_token::table).values(row).execute(self.conn)?;
        Ok(())
    }

    /// The token with this digest, whether or not it is in force.
    pub fn token(&mut self, digest: &[u8]) -> Done<Option<TokenRow>> {
        Ok(security_token::table.find(digest).get_result(self.conn).optional()?)
    }

    /// Every token of an organization, revoked and expired ones included.
    pub fn tokens_of(&mut self, org: &str) -> Done<Vec<TokenRow>> {
        Ok(security_token::table.filter(security_token::org.eq(org)).load(self.conn)?)
    }

    /// Revokes a token; says whether there was one in force.
    pub fn revoke_token(&mut self, digest: &[u8]) -> Done<bool> {
        let in_force = security_token::table.find(digest).filter(security_token::revoked_at.is_null());
        let changed =
            diesel::update(in_force).set(security_token::revoked_at.eq(Some(At(self.now)))).execute(self.conn)?;
        Ok(changed > 0)
    }

    /// Adds or renames an office.
    ///
    /// # Errors
    /// An office of another organization is not taken over.
    pub fn put_office(&mut self, row: &OfficeRow) -> Done {
        match self.office(&row.code)? {
            Some(old) if old.org != row.org => {
                Err(Error::invalid("posts", "org", "the office belongs to another organization").into())
            }
            Some(_) => {
                diesel::update(office::table.find(&row.code)).set(office::name.eq(&row.name)).execute(self.conn)?;
                Ok(())
            }
            None => {
                diesel::insert_into(office::table).values(row).execute(self.conn)?;
                Ok(())
            }
        }
    }

    /// The office with this code.
    pub fn office(&mut self, code: &str) -> Done<Option<OfficeRow>> {
        Ok(office::table.find(code).get_result(self.conn).optional()?)
    }

    /// Every office, by code.
    pub fn offices(&mut self) -> Done<Vec<OfficeRow>> {
        Ok(office::table.order(office::code).load(self.conn)?)
    }

    /// A user of an organization.
    pub fn user(&mut self, org: &str, user_cd: &str) -> Done<Option<UserRow>> {
        Ok(user_account::table.find((org, user_cd)).get_result(self.conn).optional()?)
    }

    /// Every user of an organization, by code.
    pub fn users_of(&mut self, org: &str) -> Done<Vec<UserRow>> {
        Ok(user_account::table.filter(user_account::org.eq(org)).order(user_account::user_cd).load(self.conn)?)
    }

    /// Stores a user.
    pub fn add_user(&mut self, row: &UserRow) -> Done {
        diesel::insert_into(user_account::table).values(row).execute(self.conn)?;
        Ok(())
    }

    /// Changes the password; without one the user cannot log in.
    pub fn set_password(&mut self, org: &str, user_cd: &str, hash: Option<&str>) -> Done {
        diesel::update(user_account::table.find((org, user_cd)))
            .set(user_account::password_hash.eq(hash))
            .execute(self.conn)?;
        Ok(())
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
    pub fn set_offices_of_user(&mut self, org: &str, user_cd: &str, offices: &[String]) -> Done {
        diesel::delete(user_office::table.filter(user_office::org.eq(org).and(user_office::user_cd.eq(user_cd))))
            .execute(self.conn)?;
        for code in offices {
            let row = (user_office::org.eq(org), user_office::user_cd.eq(user_cd), user_office::office.eq(code));
            diesel::insert_into(user_office::table).values(row).execute(self.conn)?;
        }
        Ok(())
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

    /// Notes that a session was used now.
    pub fn touch_session(&mut self, digest: &[u8]) -> Done {
        diesel::update(session::table.find(digest)).set(session::seen_at.eq(At(self.now))).execute(self.conn)?;
        Ok(())
    }

    /// Ends a session; one that is not there is no fault.
    pub fn end_session(&mut self, digest: &[u8]) -> Done {
        diesel::delete(session::table.find(digest)).execute(self.conn)?;
        Ok(())
    }

    /// Ends every session of a user; gives how many there were.
    pub fn end_sessions_of(&mut self, org: &str, user_cd: &str) -> Done<usize> {
        let digests = session::table
            .filter(session::org.eq(org).and(session::user_cd.eq(user_cd)))
            .select(session::digest)
            .load::<Vec<u8>>(self.conn)?;
        for digest in &digests {
            self.end_session(digest)?;
        }
        Ok(digests.len())
    }

    /// Ends every session of an organization.
    pub fn end_sessions_in(&mut self, org: &str) -> Done {
        diesel::delete(session::table.filter(session::org.eq(org))).execute(self.conn)?;
        Ok(())
    }

    /// Drops sessions past their absolute expiry.
    pub fn drop_expired_sessions(&mut self) -> Done<usize> {
        Ok(diesel::delete(session::table.filter(session::expires_at.lt(At(self.now)))).execute(self.conn)?)
    }
}
