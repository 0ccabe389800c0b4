//! OAuth2 clients of organizations and their access tokens: client credentials only, opaque tokens.
//!
//! A token is looked up like an organization's own, so it ends within a second wherever it is ended. Knows nothing of HTTP: how a
//! client says who it is, and how a refusal is told, is the door's business.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use super::{Actor, CourierTerms, Services};
use crate::contract::canonical::to_canonical;
use crate::contract::event::NoticeData;
use crate::domain::{Notification, Scopes};
use crate::error::{Error, Findings, Result};
use crate::limits;
use crate::store::item::Stamp;
use crate::store::oauth::{AccessTokenRow, ClientRow, SecretRow};
use crate::store::types::At;
use crate::store::{Fault, Tx};
use crate::vault::{Secret, SecretKind, client_id};

/// A client to be added.
#[derive(Clone, Debug)]
pub struct NewClient {
    pub org: String,
    /// What it is, for people; at most [`limits::CLIENT_LABEL_CHARS`].
    pub label: String,
    /// The name of the system in the client's own house.
    pub source_system: Option<String>,
    pub scopes: Scopes,
    /// Who acts when a call does not say; `client:LABEL` when absent.
    pub user_cd: Option<String>,
    pub office_cd: Option<String>,
    /// The offices it may act for; all when empty.
    pub only_offices: Vec<String>,
    pub token_seconds: Option<u32>,
    pub expires_at: Option<DateTime<Utc>>,
    /// How it is answered at the courier door.
    pub courier: CourierTerms,
}

/// What is to be changed of a client; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct ClientChanges {
    pub label: Option<String>,
    pub scopes: Option<Scopes>,
    pub only_offices: Option<Vec<String>>,
    pub token_seconds: Option<u32>,
    pub expires_at: Option<DateTime<Utc>>,
    /// Ends it now, or lets it go on.
    pub is_disabled: Option<bool>,
    /// At the courier door, faults have the status that means them.
    pub real_status: Option<bool>,
    /// At the courier door, answers have links to documents.
    pub document_links: Option<bool>,
}

/// A client that proved who it is.
#[derive(Clone, Debug)]
pub struct KnownClient {
    row: ClientRow,
}

/// Why a client gets no token.
#[derive(Clone, Debug)]
pub enum GrantError {
    /// Unknown, ended, or the secret is not its: never said which.
    InvalidClient,
    /// It may not have the scope it asks for, or there is no such scope.
    InvalidScope,
    /// What is no answer to the request.
    Other(Error),
}

impl From<Error> for GrantError {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// An access token that was made.
#[derive(Debug)]
pub struct Grant {
    pub token: Secret,
    pub scopes: Scopes,
    pub seconds: u32,
}

/// What is told of an access token in force.
#[derive(Clone, Debug)]
pub struct Introspection {
    pub client: String,
    pub org: String,
    pub scopes: Scopes,
    pub issued_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// Scopes as they are stored.
pub(super) fn scopes_of(stored: &str) -> Result<Scopes> {
    stored.parse().map_err(|unknown| Error::Internal(format!("{unknown}")))
}

/// Who acts for a client when a call does not say.
pub(super) fn user_of(client: &ClientRow) -> String {
    client.user_cd.clone().unwrap_or_else(|| format!("client:{}", client.label))
}

/// The offices a client may act for; all when absent.
pub(super) fn offices_of(client: &ClientRow) -> Option<Vec<String>> {
    client.offices.as_ref().map(|offices| offices.split(' ').map(str::to_owned).collect())
}

impl ClientRow {
    /// Whether it may have tokens at `now`.
    pub(super) fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.disabled_at.is_none() && self.expires_at.is_none_or(|At(end)| end > now)
    }
}

impl Services {
    /// Tells organizations which secrets of their clients end soon, as events: two weeks before, and two days.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn warn_of_ending_secrets(&self) -> Result<()> {
        let warn = |tx: &mut Tx<'_>| {
            for (nth, days) in (1..).zip(limits::SECRET_WARNING_D) {
                for secret in tx.ending_secrets(At(tx.now + TimeDelta::days(days)), nth)? {
                    let Some(client) = tx.client(&secret.client)?.filter(|client| client.is_live(tx.now)) else {
                        continue;
                    };
                    let until = secret.expires_at.map(|At(at)| at.to_rfc3339_opts(SecondsFormat::Secs, true));
                    let data = NoticeData {
                        client: Some(client.id),
                        label: Some(client.label),
                        reason: Some(format!("secret {} ends; add another one in time", secret.name())),
                        until,
                        ..NoticeData::default()
                    };
                    tx.add_notice(&client.org, Notification::SecretExpiring, None, to_canonical(&data))?;
                    tx.note_warning(&secret.digest, nth)?;
                }
            }
            Ok(())
        };
        self.store.write(warn).await?;
        self.notify_events();
        Ok(())
    }

    /// Adds a client; gives its id, and its secret, which is kept nowhere.
    ///
    /// # Errors
    /// 400 for what the client cannot be.
    pub async fn add_client(&self, new: NewClient) -> Result<(String, Secret)> {
        let token_seconds = new.token_seconds.unwrap_or(limits::ACCESS_TOKEN_S);
        check(&new.label, new.scopes, &new.only_offices, token_seconds)?;
        let (id, secret) = (client_id()?, Secret::new(SecretKind::ClientSecret)?);
        let digest = secret.digest().to_vec();
        let made = id.clone();
        self.store
            .write(move |tx| {
                hosted(tx, &new.org)?;
                let row = ClientRow {
                    id: made.clone(),
                    org: new.org.clone(),
                    label: new.label.clone(),
                    source_system: new.source_system.clone(),
                    scopes: new.scopes.to_string(),
                    offices: joined(&new.only_offices),
                    user_cd: new.user_cd.clone(),
                    office_cd: new.office_cd.clone(),
                    token_seconds: token_seconds as i32,
                    created_at: At(tx.now),
                    expires_at: new.expires_at.map(At),
                    disabled_at: None,
                    real_status: new.courier.real_status,
                    document_links: new.courier.document_links,
                };
                tx.put_client(&row, &Stamp::command_line())?;
                tx.add_secret(&row, &new_secret(tx, &row.id, &digest), &Stamp::command_line())
            })
            .await?;
        Ok((id, secret))
    }

    /// The clients of an organization with their secrets.
    pub async fn clients(&self, org: &str) -> Result<Vec<(ClientRow, Vec<SecretRow>)>> {
        let org = org.to_owned();
        self.store
            .read(move |tx| {
                let clients = tx.clients_of(&org)?;
                clients
                    .into_iter()
                    .map(|client| {
                        let secrets = tx.secrets_of(&client.id)?;
                        Ok((client, secrets))
                    })
                    .collect()
            })
            .await
    }

    /// Changes a client.
    ///
    /// # Errors
    /// 400 when there is no such client, or it cannot be so.
    pub async fn change_client(&self, id: &str, changes: ClientChanges) -> Result<()> {
        let id = id.to_owned();
        self.store
            .write(move |tx| {
                let old = known(tx, &id)?;
                let row = ClientRow {
                    label: changes.label.clone().unwrap_or_else(|| old.label.clone()),
                    scopes: changes.scopes.map_or_else(|| old.scopes.clone(), |scopes| scopes.to_string()),
                    offices: changes.only_offices.as_ref().map_or_else(|| old.offices.clone(), |some| joined(some)),
                    token_seconds: changes.token_seconds.map_or(old.token_seconds, |seconds| seconds as i32),
                    expires_at: changes.expires_at.map(At).or(old.expires_at),
                    disabled_at: match changes.is_disabled {
                        Some(true) => old.disabled_at.or(Some(At(tx.now))),
                        Some(false) => None,
                        None => old.disabled_at,
                    },
                    real_status: changes.real_status.unwrap_or(old.real_status),
                    document_links: changes.document_links.unwrap_or(old.document_links),
                    ..old
                };
                check(&row.label, scopes_of(&row.scopes)?, &[], row.token_seconds.unsigned_abs())?;
                tx.put_client(&row, &Stamp::command_line())
            })
            .await
    }

    /// Gives a client a second secret; the first goes on until `old_ends`.
    ///
    /// # Errors
    /// 400 when there is no such client, or it has two already.
    pub async fn add_client_secret(&self, id: &str, old_ends: Option<DateTime<Utc>>) -> Result<Secret> {
        let secret = Secret::new(SecretKind::ClientSecret)?;
        let (id, digest) = (id.to_owned(), secret.digest().to_vec());
        self.store
            .write(move |tx| {
                let client = known(tx, &id)?;
                let mut live = tx.secrets_of(&id)?;
                live.retain(|secret| secret.is_live(At(tx.now)));
                if live.len() >= limits::CLIENT_SECRETS {
                    return Err(Error::invalid("limit", "secret", too_many(&live)).into());
                }
                let ends = old_ends.unwrap_or(tx.now + TimeDelta::days(limits::OLD_SECRET_DAYS));
                for old in live {
                    let until = old.expires_at.map_or(ends, |At(end)| end.min(ends));
                    tx.end_secret(&client, &SecretRow { expires_at: Some(At(until)), ..old }, &Stamp::command_line())?;
                }
                tx.add_secret(&client, &new_secret(tx, &id, &digest), &Stamp::command_line())
            })
            .await?;
        Ok(secret)
    }

    /// Ends a secret of a client now. It is named by the first digits of its digest.
    ///
    /// # Errors
    /// 400 when there is none of this name in force.
    pub async fn revoke_client_secret(&self, id: &str, name: &str) -> Result<()> {
        let (id, name) = (id.to_owned(), name.to_owned());
        self.store
            .write(move |tx| {
                let client = known(tx, &id)?;
                let secrets = tx.secrets_of(&id)?;
                let named = secrets.into_iter().find(|secret| secret.name() == name && secret.revoked_at.is_none());
                let Some(secret) = named else {
                    let message = "the client has no secret in force of this name; `admin client list` shows them";
                    return Err(Error::invalid("absent", "secret", message).into());
                };
                let now = Some(At(tx.now));
                tx.end_secret(&client, &SecretRow { revoked_at: now, ..secret }, &Stamp::command_line())
            })
            .await
    }

    /// The client that proves itself with a secret. Who is unknown and who has the wrong secret are told alike, after the same
    /// work; what has no secret's form is not looked up.
    ///
    /// # Errors
    /// [`GrantError::InvalidClient`] when it is none.
    pub async fn client_by_secret(&self, id: &str, secret: &str) -> Result<KnownClient, GrantError> {
        let Some(secret) = Secret::parse(SecretKind::ClientSecret, secret) else {
            return Err(GrantError::InvalidClient);
        };
        let (id, digest) = (id.to_owned(), secret.digest());
        let found = self.store.read(move |tx| {
            let secret = tx.secret(&digest)?;
            let client = tx.client(&id)?;
            let fits = |(secret, client): &(SecretRow, ClientRow)| {
                secret.client == client.id && secret.is_live(At(tx.now)) && client.is_live(tx.now)
            };
            let found = secret.zip(client).filter(fits);
            let hosted = match &found {
                Some((_, client)) => tx.organization(&client.org)?.is_some_and(|org| !org.remote),
                None => false,
            };
            Ok(found.filter(|_| hosted))
        });
        let (secret, row) = found.await?.ok_or(GrantError::InvalidClient)?;
        if self.is_use_to_be_noted(&secret) {
            self.store.write(move |tx| tx.note_secret_use(&digest)).await?;
        }
        Ok(KnownClient { row })
    }

    fn is_use_to_be_noted(&self, secret: &SecretRow) -> bool {
        let now = self.clock.now();
        secret.last_used_at.is_none_or(|At(at)| now - at >= TimeDelta::seconds(limits::USE_NOTED_S))
    }

    /// Notes that a secret was used, at most once a minute.
    pub(super) async fn note_client_secret(&self, digest: [u8; 32]) -> Result<()> {
        let secret = self.store.read(move |tx| tx.secret(&digest)).await?;
        if secret.is_some_and(|secret| self.is_use_to_be_noted(&secret)) {
            self.store.write(move |tx| tx.note_secret_use(&digest)).await?;
        }
        Ok(())
    }

    /// Gives a client an access token for the scopes it asks for; for all of its own when it asks for none.
    ///
    /// # Errors
    /// [`GrantError::InvalidScope`] for a scope that it may not have.
    pub async fn grant(&self, client: &KnownClient, asked: Option<&str>) -> Result<Grant, GrantError> {
        let own = scopes_of(&client.row.scopes)?;
        let scopes = match asked.map(str::trim).filter(|asked| !asked.is_empty()) {
            Some(asked) => asked.parse::<Scopes>().map_err(|_| GrantError::InvalidScope)?,
            None => own,
        };
        if !own.hold_all(scopes) {
            return Err(GrantError::InvalidScope);
        }
        let token = Secret::new(SecretKind::AccessToken)?;
        let (digest, row) = (token.digest().to_vec(), client.row.clone());
        let seconds = row.token_seconds.unsigned_abs();
        self.store
            .write(move |tx| {
                let token = AccessTokenRow {
                    digest: digest.clone(),
                    client: row.id.clone(),
                    org: row.org.clone(),
                    scopes: scopes.to_string(),
                    created_at: At(tx.now),
                    expires_at: At(tx.now + TimeDelta::seconds(i64::from(seconds))),
                };
                tx.add_access_token(&token, limits::ACCESS_TOKENS)
            })
            .await?;
        Ok(Grant { token, scopes, seconds })
    }

    /// Ends an access token of the client; one that is not its own, or none, is left alone.
    ///
    /// # Errors
    /// 503 when the database is away.
    pub async fn revoke_access_token(&self, client: &KnownClient, token: &str) -> Result<()> {
        let Some(token) = Secret::parse(SecretKind::AccessToken, token) else { return Ok(()) };
        let (digest, client) = (token.digest(), client.row.id.clone());
        let end = move |tx: &mut Tx<'_>| match tx.access_token(&digest)? {
            Some(row) if row.client == client => tx.end_access_token(&digest),
            _ => Ok(()),
        };
        self.store.write(end).await?;
        self.actors.invalidate(&digest);
        Ok(())
    }

    /// What an access token of an organization stands for; nothing of one that is not in force, or another's.
    ///
    /// # Errors
    /// 503 when the database is away.
    pub async fn introspect(&self, org: &str, token: &str) -> Result<Option<Introspection>> {
        let Some(token) = Secret::parse(SecretKind::AccessToken, token) else { return Ok(None) };
        let (org, digest) = (org.to_owned(), token.digest());
        let found = self.store.read(move |tx| {
            let Some(row) = tx.access_token(&digest)?.filter(|row| row.org == org && row.expires_at.0 > tx.now) else {
                return Ok(None);
            };
            let is_live = tx.client(&row.client)?.is_some_and(|client| client.is_live(tx.now));
            Ok(Some(row).filter(|_| is_live))
        });
        let Some(row) = found.await? else { return Ok(None) };
        Ok(Some(Introspection {
            client: row.client,
            org: row.org,
            scopes: scopes_of(&row.scopes)?,
            issued_at: row.created_at.0,
            expires_at: row.expires_at.0,
        }))
    }
}

impl KnownClient {
    /// Whether it may ask what tokens stand for.
    ///
    /// # Errors
    /// When its stored scopes cannot be read.
    pub fn may(&self, scopes: Scopes) -> Result<bool> {
        Ok(scopes_of(&self.row.scopes)?.hold_all(scopes))
    }

    pub fn org(&self) -> &str {
        &self.row.org
    }

    pub fn id(&self) -> &str {
        &self.row.id
    }
}

/// The actor that an access token stands for, before the time it ends is looked at.
pub(super) fn by_access_token(
    tx: &mut Tx<'_>,
    digest: &[u8],
    actor_of: impl FnOnce(&mut Tx<'_>, &str) -> Result<Option<Actor>, Fault>,
) -> Result<Option<Actor>, Fault> {
    let Some(token) = tx.access_token(digest)?.filter(|token| token.expires_at.0 > tx.now) else { return Ok(None) };
    let Some(client) = tx.client(&token.client)?.filter(|client| client.is_live(tx.now)) else { return Ok(None) };
    let Some(actor) = actor_of(tx, &client.org)? else { return Ok(None) };
    // What the client may not have any more is taken from its tokens, too.
    let scopes = scopes_of(&token.scopes)?.both(scopes_of(&client.scopes)?);
    let ends = client.expires_at.map_or(token.expires_at.0, |At(end)| end.min(token.expires_at.0));
    let acting = acting(client, actor);
    Ok(Some(Actor { scopes: Some(scopes), ends_at: Some(ends), token: Some(token.digest), ..acting }))
}

/// The actor that a client is for who says the secret with this digest; `is_its`: whether the id is the one that was said.
pub(super) fn by_client_secret(
    tx: &mut Tx<'_>,
    digest: &[u8],
    is_its: impl FnOnce(&str) -> bool,
    actor_of: impl FnOnce(&mut Tx<'_>, &str) -> Result<Option<Actor>, Fault>,
) -> Result<Option<Actor>, Fault> {
    let now = At(tx.now);
    let Some(secret) = tx.secret(digest)?.filter(|secret| secret.is_live(now) && is_its(&secret.client)) else {
        return Ok(None);
    };
    let Some(client) = tx.client(&secret.client)?.filter(|client| client.is_live(tx.now)) else { return Ok(None) };
    let Some(actor) = actor_of(tx, &client.org)? else { return Ok(None) };
    let scopes = scopes_of(&client.scopes)?;
    let ends_at = [client.expires_at, secret.expires_at].into_iter().flatten().map(|At(end)| end).min();
    Ok(Some(Actor { scopes: Some(scopes), ends_at, ..acting(client, actor) }))
}

/// An organization's actor as one of its clients.
fn acting(client: ClientRow, actor: Actor) -> Actor {
    Actor {
        user_cd: Some(user_of(&client)),
        office_cd: client.office_cd.clone(),
        offices: offices_of(&client),
        courier: courier_terms(&client),
        source_system: client.source_system,
        client: Some(client.id),
        is_client_itself: true,
        ..actor
    }
}

/// How a client is answered at the courier door.
pub(super) fn courier_terms(client: &ClientRow) -> CourierTerms {
    CourierTerms { real_status: client.real_status, document_links: client.document_links }
}

fn check(label: &str, scopes: Scopes, offices: &[String], token_seconds: u32) -> Result<()> {
    let mut findings = Findings::default();
    let len = label.chars().count();
    if len == 0 || len > limits::CLIENT_LABEL_CHARS || label.chars().any(char::is_control) {
        let message = format!("a label has 1 to {} characters", limits::CLIENT_LABEL_CHARS);
        findings.add("too_long", "label", message);
    }
    if scopes.is_empty() {
        findings.add("required", "scope", "give at least one scope, for example read:items");
    }
    for office in offices {
        crate::rules::forms::check_office(&mut findings, "only-office", Some(office));
    }
    let (least, most) = (limits::ACCESS_TOKEN_LEAST_S, limits::ACCESS_TOKEN_MOST_S);
    if !(least..=most).contains(&token_seconds) {
        findings.add("out_of_range", "token-seconds", format!("a token lives {least} to {most} s"));
    }
    findings.into_result()
}

fn joined(offices: &[String]) -> Option<String> {
    Some(offices.join(" ")).filter(|offices| !offices.is_empty())
}

fn new_secret(tx: &Tx<'_>, client: &str, digest: &[u8]) -> SecretRow {
    SecretRow {
        digest: digest.to_vec(),
        client: client.to_owned(),
        created_at: At(tx.now),
        expires_at: None,
        revoked_at: None,
        last_used_at: None,
        warned: 0,
    }
}

fn known(tx: &mut Tx<'_>, id: &str) -> Result<ClientRow, Fault> {
    let absent = || Error::invalid("absent", "CLIENT", "there is no such client; `admin client list ORG` shows them");
    tx.client(id)?.ok_or_else(|| absent().into())
}

/// # Errors
/// 400 unless the organization is one of this server.
pub(super) fn hosted(tx: &mut Tx<'_>, org: &str) -> Result<(), Fault> {
    match tx.organization(org)? {
        None => Err(Error::invalid("absent", "CODE", "there is no such organization; add it first").into()),
        Some(org) if org.remote => {
            Err(Error::invalid("posts", "CODE", "a remote organization calls its own server").into())
        }
        Some(_) => Ok(()),
    }
}

fn too_many(live: &[SecretRow]) -> String {
    let ends = live.iter().filter_map(|secret| secret.expires_at).map(|At(at)| at).min();
    match ends {
        Some(end) => {
            format!("the client has two secrets; one ends {}, or revoke one", end.format("%Y-%m-%d %H:%M UTC"))
        }
        None => "the client has two secrets; revoke one".into(),
    }
}
