//! Organizations, tokens and offices; users and sessions are in [`super::account`].
//!
//! Tokens come in as digests only. Decides nothing about who may do what. Every change is recorded in the history of records;
//! what changes nothing is neither stored nor recorded.

use chrono::SecondsFormat;
use diesel::prelude::*;
use serde_json::{Value, json};

use super::columns::{Attested, Columns, columns_digest, text_digest};
use super::engine::conn::on_engine;
use super::item::Stamp;
use super::record_history::{RecordEvent, stored_or_changed};
use super::schema::{office, organization, security_token};
use super::types::At;
use super::{Fault, Tx};
use crate::contract::canonical::hex;
use crate::domain::{OrganizationKind, RecordEventKind, RecordKind};
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
    /// What it may be used for, names separated by blanks; everything of the organization's kind when absent.
    pub scopes: Option<String>,
    pub last_used_at: Option<At>,
}

/// An office of exchange or customs office.
#[derive(Clone, Debug, Queryable, Insertable)]
#[diesel(table_name = office)]
pub struct OfficeRow {
    pub code: String,
    pub org: String,
    pub name: String,
}

impl OrganizationRow {
    /// What is set of it, as its history keeps what stood before.
    pub(super) fn content(&self) -> String {
        Value::Object(self.members()).to_string()
    }

    fn members(&self) -> serde_json::Map<String, Value> {
        let members = json!({
            "Country": self.country,
            "CreatedAt": self.created_at.0.to_rfc3339_opts(SecondsFormat::Micros, true),
            "CreatesUsers": self.creates_users,
            "Customs": self.customs,
            "Kind": self.kind.name(),
            "Name": self.name,
            "Remote": self.remote,
            "TimeZone": self.time_zone,
        });
        members.as_object().cloned().unwrap_or_default()
    }

    /// Names of the members that are not as they were.
    fn changed_since(&self, old: &Self) -> Vec<String> {
        let old = old.members();
        self.members().into_iter().filter(|(name, value)| old.get(name) != Some(value)).map(|(name, _)| name).collect()
    }
}

impl TokenRow {
    /// How it is named: the first eight hexadecimal digits of its digest.
    pub fn name(&self) -> String {
        hex(self.digest.get(..4).unwrap_or_default())
    }
}

impl Attested for TokenRow {
    fn columns(&self, to: &mut Columns) {
        to.bytes(&self.digest).text(&self.org).text(&self.label);
        to.times(&[Some(self.created_at), self.expires_at, self.revoked_at]);
        // Of tokens issued before there were scopes the digest is as it was; when one was last used is no part of it.
        if let Some(scopes) = &self.scopes {
            to.text(scopes);
        }
    }
}

impl Attested for OfficeRow {
    fn columns(&self, to: &mut Columns) {
        to.text(&self.code).text(&self.org).text(&self.name);
    }
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
    pub fn put_organization(&mut self, row: &OrganizationRow, by: &Stamp) -> Done {
        let old = self.organization(&row.code)?;
        let since = old.as_ref().map_or(row.created_at, |old| old.created_at);
        let row = OrganizationRow { created_at: since, ..row.clone() };
        match &old {
            None => {
                diesel::insert_into(organization::table).values(&row).execute(self.conn)?;
            }
            Some(old) if old.kind != row.kind => {
                return Err(Error::invalid("posts", "kind", "an organization cannot change its kind").into());
            }
            Some(old) if *old == row => return Ok(()),
            Some(_) => {
                diesel::update(organization::table.find(&row.code)).set(&row).execute(self.conn)?;
            }
        }
        let event = RecordEvent {
            org: &row.code,
            kind: RecordKind::Organization,
            id: &row.code,
            event: stored_or_changed(old.is_some()),
            detail: old.as_ref().map(|old| json!({ "Changed": row.changed_since(old) })),
            digest: Some(text_digest(&row.content())),
            replaced: old.map(|old| old.content()),
        };
        self.record(event, by)
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

    /// Every post, hosted or not: items of a post elsewhere are here when its customs is.
    pub fn posts(&mut self) -> Done<Vec<String>> {
        let posts = organization::table.filter(organization::kind.eq(OrganizationKind::Post));
        Ok(posts.order(organization::code).select(organization::code).load(self.conn)?)
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
    pub fn add_token(&mut self, row: &TokenRow, by: &Stamp) -> Done {
        diesel::insert_into(security_token::table).values(row).execute(self.conn)?;
        self.record_token(row, RecordEventKind::Issued, by)
    }

    fn record_token(&mut self, row: &TokenRow, event: RecordEventKind, by: &Stamp) -> Done {
        let mut detail = json!({ "Label": row.label, "ExpiresAt": row.expires_at.map(|at| at.0) });
        if let Some(scopes) = &row.scopes {
            detail["Scopes"] = json!(scopes);
        }
        let event = RecordEvent {
            org: &row.org,
            kind: RecordKind::Token,
            id: &row.name(),
            event,
            detail: Some(detail),
            digest: Some(columns_digest(row)),
            replaced: None,
        };
        self.record(event, by)
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
    pub fn revoke_token(&mut self, digest: &[u8], by: &Stamp) -> Done<bool> {
        let Some(row) = self.token(digest)?.filter(|row| row.revoked_at.is_none()) else { return Ok(false) };
        let row = TokenRow { revoked_at: Some(At(self.now)), ..row };
        diesel::update(security_token::table.find(digest))
            .set(security_token::revoked_at.eq(row.revoked_at))
            .execute(self.conn)?;
        self.record_token(&row, RecordEventKind::Revoked, by)?;
        Ok(true)
    }

    /// Notes when a token was last used.
    pub fn note_token_use(&mut self, digest: &[u8], at: At) -> Done {
        diesel::update(security_token::table.find(digest))
            .set(security_token::last_used_at.eq(Some(at)))
            .execute(self.conn)?;
        Ok(())
    }

    /// Adds or renames an office.
    ///
    /// # Errors
    /// An office of another organization is not taken over.
    pub fn put_office(&mut self, row: &OfficeRow, by: &Stamp) -> Done {
        let old = self.office(&row.code)?;
        match &old {
            Some(old) if old.org != row.org => {
                return Err(Error::invalid("posts", "org", "the office belongs to another organization").into());
            }
            Some(old) if old.name == row.name => return Ok(()),
            Some(_) => {
                diesel::update(office::table.find(&row.code)).set(office::name.eq(&row.name)).execute(self.conn)?;
            }
            None => {
                diesel::insert_into(office::table).values(row).execute(self.conn)?;
            }
        }
        let event = RecordEvent {
            org: &row.org,
            kind: RecordKind::Office,
            id: &row.code,
            event: stored_or_changed(old.is_some()),
            detail: Some(json!({ "Name": row.name })),
            digest: Some(columns_digest(row)),
            replaced: None,
        };
        self.record(event, by)
    }

    /// The office with this code.
    pub fn office(&mut self, code: &str) -> Done<Option<OfficeRow>> {
        Ok(office::table.find(code).get_result(self.conn).optional()?)
    }

    /// Every office, by code.
    pub fn offices(&mut self) -> Done<Vec<OfficeRow>> {
        Ok(office::table.order(office::code).load(self.conn)?)
    }
}
