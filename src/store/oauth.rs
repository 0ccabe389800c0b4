//! OAuth2 clients, their secrets and access tokens, by digest. Decides nothing about who may do what.
//!
//! Every change of a client and its secrets is recorded in the history of records; access tokens come and go by the hour and
//! are not.

use chrono::SecondsFormat;
use diesel::prelude::*;
use serde_json::json;

use super::columns::{Attested, Columns, columns_digest};
use super::engine::conn::on_engine;
use super::item::Stamp;
use super::record_history::RecordEvent;
use super::schema::{access_token, oauth_client, oauth_secret};
use super::types::At;
use super::{Fault, Tx};
use crate::contract::canonical::hex;
use crate::domain::{RecordEventKind, RecordKind};

type Done<T = ()> = Result<T, Fault>;

/// A client: a system that acts for an organization.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = oauth_client, primary_key(id), treat_none_as_null = true)]
pub struct ClientRow {
    pub id: String,
    pub org: String,
    pub label: String,
    pub source_system: Option<String>,
    /// Names of scopes, separated by blanks.
    pub scopes: String,
    /// The offices it may act for, separated by blanks; all when absent.
    pub offices: Option<String>,
    /// Who acts when a call does not say.
    pub user_cd: Option<String>,
    pub office_cd: Option<String>,
    /// How long its access tokens live.
    pub token_seconds: i32,
    pub created_at: At,
    pub expires_at: Option<At>,
    pub disabled_at: Option<At>,
    /// At the courier door, faults have the status that means them.
    pub real_status: bool,
    /// At the courier door, answers have links to documents.
    pub document_links: bool,
}

/// A secret of a client, by its SHA-256.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable)]
#[diesel(table_name = oauth_secret)]
pub struct SecretRow {
    pub digest: Vec<u8>,
    pub client: String,
    pub created_at: At,
    pub expires_at: Option<At>,
    pub revoked_at: Option<At>,
    pub last_used_at: Option<At>,
    /// How many notices there were that it ends.
    pub warned: i32,
}

/// An access token, by its SHA-256.
#[derive(Clone, Debug, Queryable, Insertable)]
#[diesel(table_name = access_token)]
pub struct AccessTokenRow {
    pub digest: Vec<u8>,
    pub client: String,
    pub org: String,
    pub scopes: String,
    pub created_at: At,
    pub expires_at: At,
}

impl SecretRow {
    /// How it is named: the first eight hexadecimal digits of its digest.
    pub fn name(&self) -> String {
        hex(self.digest.get(..4).unwrap_or_default())
    }

    /// Whether it opens anything at `now`.
    pub fn is_live(&self, now: At) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| end > now)
    }
}

/// A client with its secrets.
pub(super) struct ClientOfSecrets<'r> {
    pub client: &'r ClientRow,
    pub secrets: &'r [SecretRow],
}

impl Attested for ClientOfSecrets<'_> {
    /// When a secret was last used is no part of it.
    fn columns(&self, to: &mut Columns) {
        let Self { client, secrets } = self;
        to.text(&client.id).text(&client.org).text(&client.label);
        to.texts(&[&client.source_system, &client.offices, &client.user_cd, &client.office_cd]);
        to.text(&client.scopes).text(&client.token_seconds.to_string());
        to.times(&[Some(client.created_at), client.expires_at, client.disabled_at]);
        // What clients of before 000604 do not have does not change what they are.
        for (name, is_set) in [("real_status", client.real_status), ("document_links", client.document_links)] {
            if is_set {
                to.text(name);
            }
        }
        for secret in *secrets {
            to.bytes(&secret.digest).times(&[Some(secret.created_at), secret.expires_at, secret.revoked_at]);
        }
    }
}

impl Tx<'_> {
    /// The client with this id.
    pub fn client(&mut self, id: &str) -> Done<Option<ClientRow>> {
        Ok(on_engine!(self.conn, |conn| oauth_client::table.find(id).get_result(conn)).optional()?)
    }

    /// The clients of an organization, by age.
    pub fn clients_of(&mut self, org: &str) -> Done<Vec<ClientRow>> {
        let of_org = oauth_client::table.filter(oauth_client::org.eq(org));
        Ok(of_org.order((oauth_client::created_at, oauth_client::id)).load(self.conn)?)
    }

    /// Adds a client, or changes the one with the same id.
    pub fn put_client(&mut self, row: &ClientRow, by: &Stamp) -> Done {
        let event = match self.client(&row.id)? {
            Some(old) if old == *row => return Ok(()),
            Some(_) => {
                diesel::update(oauth_client::table.find(&row.id)).set(row).execute(self.conn)?;
                RecordEventKind::Changed
            }
            None => {
                diesel::insert_into(oauth_client::table).values(row).execute(self.conn)?;
                RecordEventKind::Stored
            }
        };
        self.record_client(row, event, by)
    }

    fn record_client(&mut self, row: &ClientRow, event: RecordEventKind, by: &Stamp) -> Done {
        let secrets = self.secrets_of(&row.id)?;
        let time = |at: Option<At>| at.map(|at| at.0.to_rfc3339_opts(SecondsFormat::Micros, true));
        let live: Vec<String> =
            secrets.iter().filter(|secret| secret.is_live(At(self.now))).map(SecretRow::name).collect();
        let detail = json!({
            "Label": row.label,
            "Scopes": row.scopes,
            "ExpiresAt": time(row.expires_at),
            "DisabledAt": time(row.disabled_at),
            "RealStatus": row.real_status,
            "DocumentLinks": row.document_links,
            "Secrets": live,
        });
        let event = RecordEvent {
            org: &row.org,
            kind: RecordKind::Client,
            id: &row.id,
            event,
            detail: Some(detail),
            digest: Some(columns_digest(&ClientOfSecrets { client: row, secrets: &secrets })),
            replaced: None,
        };
        self.record(event, by)
    }

    /// What stands now of a client, for its history.
    pub(super) fn present_client(&mut self, id: &str) -> Done<Option<Vec<u8>>> {
        let Some(client) = self.client(id)? else { return Ok(None) };
        let secrets = self.secrets_of(id)?;
        Ok(Some(columns_digest(&ClientOfSecrets { client: &client, secrets: &secrets })))
    }

    /// The secrets of a client, by age.
    pub fn secrets_of(&mut self, client: &str) -> Done<Vec<SecretRow>> {
        let of_client = oauth_secret::table.filter(oauth_secret::client.eq(client));
        Ok(of_client.order((oauth_secret::created_at, oauth_secret::digest)).load(self.conn)?)
    }

    /// The secret with this digest, whether or not it is in force.
    pub fn secret(&mut self, digest: &[u8]) -> Done<Option<SecretRow>> {
        Ok(on_engine!(self.conn, |conn| oauth_secret::table.find(digest).get_result(conn)).optional()?)
    }

    /// Adds a secret.
    pub fn add_secret(&mut self, client: &ClientRow, row: &SecretRow, by: &Stamp) -> Done {
        diesel::insert_into(oauth_secret::table).values(row).execute(self.conn)?;
        self.record_client(client, RecordEventKind::Issued, by)
    }

    /// Sets when secrets of a client end: with `revoked`, now.
    pub fn end_secret(&mut self, client: &ClientRow, secret: &SecretRow, by: &Stamp) -> Done {
        diesel::update(oauth_secret::table.find(&secret.digest))
            .set((oauth_secret::expires_at.eq(secret.expires_at), oauth_secret::revoked_at.eq(secret.revoked_at)))
            .execute(self.conn)?;
        let event = if secret.revoked_at.is_some() { RecordEventKind::Revoked } else { RecordEventKind::Changed };
        self.record_client(client, event, by)
    }

    /// Secrets in force that end by a time, with fewer notices of that than so many.
    pub fn ending_secrets(&mut self, by: At, fewer: i32) -> Done<Vec<SecretRow>> {
        Ok(oauth_secret::table
            .filter(oauth_secret::revoked_at.is_null())
            .filter(oauth_secret::expires_at.gt(At(self.now)).and(oauth_secret::expires_at.le(by)))
            .filter(oauth_secret::warned.lt(fewer))
            .load(self.conn)?)
    }

    /// Notes how many notices there were that a secret ends.
    pub fn note_warning(&mut self, digest: &[u8], warned: i32) -> Done {
        diesel::update(oauth_secret::table.find(digest)).set(oauth_secret::warned.eq(warned)).execute(self.conn)?;
        Ok(())
    }

    /// Notes when a secret was last used.
    pub fn note_secret_use(&mut self, digest: &[u8]) -> Done {
        diesel::update(oauth_secret::table.find(digest))
            .set(oauth_secret::last_used_at.eq(Some(At(self.now))))
            .execute(self.conn)?;
        Ok(())
    }

    /// The access token with this digest, whether or not it is in force.
    pub fn access_token(&mut self, digest: &[u8]) -> Done<Option<AccessTokenRow>> {
        Ok(on_engine!(self.conn, |conn| access_token::table.find(digest).get_result(conn)).optional()?)
    }

    /// Stores an access token; of a client with `most` live ones already the oldest ends.
    pub fn add_access_token(&mut self, row: &AccessTokenRow, most: usize) -> Done {
        let of_client = access_token::table.filter(access_token::client.eq(&row.client));
        let live: Vec<Vec<u8>> = of_client
            .filter(access_token::expires_at.gt(At(self.now)))
            .order((access_token::created_at.desc(), access_token::digest))
            .offset(i64::try_from(most.saturating_sub(1)).unwrap_or(i64::MAX))
            .limit(1_000)
            .select(access_token::digest)
            .load(self.conn)?;
        for digest in live {
            self.end_access_token(&digest)?;
        }
        diesel::insert_into(access_token::table).values(row).execute(self.conn)?;
        Ok(())
    }

    /// Ends an access token.
    pub fn end_access_token(&mut self, digest: &[u8]) -> Done {
        diesel::delete(access_token::table.find(digest)).execute(self.conn)?;
        Ok(())
    }

    /// Drops access tokens that have ended.
    pub fn drop_ended_access_tokens(&mut self) -> Done<usize> {
        let ended = access_token::table.filter(access_token::expires_at.le(At(self.now)));
        Ok(diesel::delete(ended).execute(self.conn)?)
    }
}
