//! What administrators do: organizations, tokens, offices, users, checking histories.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Services;
use super::auth::digest;
use super::oauth::hosted;
use super::settings::SettingChanges;
use super::users::{AccountChanges, Administrator, Expected};
use crate::domain::{DocumentKind, OrganizationKind, RecordKind, Scopes};
use crate::error::{Error, Findings, Result};
use crate::limits;
use crate::refdata::lists::{Country, List};
use crate::rules::places;
use crate::rules::structure::{self, is_customs_code, is_post_code};
use crate::store::item::{HistoryRow, Parts, Stamp};
use crate::store::record_history::RecordRow;
use crate::store::seal::SealProof;
use crate::store::settings::SettingRow;
use crate::store::text::StoredText;
use crate::store::types::{At, Id};
use crate::store::who::{OfficeRow, OrganizationRow, TokenRow};
use crate::store::{Fault, Tx};

/// An organization to add or change.
#[derive(Clone, Debug)]
pub struct NewOrganization {
    pub code: String,
    pub kind: OrganizationKind,
    pub country: String,
    pub name: String,
    pub customs: Option<String>,
    pub remote: bool,
    pub time_zone: String,
    pub creates_users: bool,
}

impl NewOrganization {
    fn check(&self, countries: &List<Country>) -> Result<()> {
        let mut findings = Findings::default();
        let fits = match self.kind {
            OrganizationKind::Post => is_post_code(&self.code),
            OrganizationKind::Customs => is_customs_code(&self.code),
        };
        if !fits {
            findings.add("format", "CODE", "a post has three, customs two to ten capital letters or digits");
        }
        places::check_country(&mut findings, "country", Some(&self.country), countries);
        if self.name.trim().is_empty() || self.name.chars().count() > limits::TEXT_CHARS {
            findings.add("required", "name", "give the name of the organization");
        }
        if self.time_zone.parse::<chrono_tz::Tz>().is_err() {
            findings.add("unknown_code", "time-zone", "write an IANA time zone, for example Europe/Berlin");
        }
        structure::check_customs(&mut findings, "customs", self.customs.as_deref());
        if self.customs.is_some() && self.kind == OrganizationKind::Customs {
            findings.add("posts", "customs", "only a post has a customs administration");
        }
        findings.into_result()
    }
}

impl Services {
    /// Adds an organization, or changes the one with this code. Sessions end when it is remote from now on.
    ///
    /// # Errors
    /// 400 with what is wrong.
    pub async fn put_organization(&self, new: NewOrganization) -> Result<()> {
        new.check(self.catalogue().countries())?;
        self.store
            .write(move |tx| {
                let row = OrganizationRow {
                    code: new.code.clone(),
                    kind: new.kind,
                    country: new.country.clone(),
                    name: new.name.trim().into(),
                    customs: new.customs.clone(),
                    remote: new.remote,
                    time_zone: new.time_zone.clone(),
                    creates_users: new.creates_users,
                    created_at: At(tx.now),
                };
                tx.put_organization(&row, &Stamp::command_line())?;
                if new.remote { tx.end_sessions_in(&new.code) } else { Ok(()) }
            })
            .await
    }

    pub async fn organizations(&self) -> Result<Vec<OrganizationRow>> {
        self.store.read(|tx| tx.organizations()).await
    }

    /// Issues a token (a new one unless `token` is given); only its digest is kept.
    ///
    /// # Errors
    /// 400 when the organization is unknown or remote, or the token is in use.
    pub async fn issue_token(
        &self,
        org: &str,
        label: &str,
        token: Option<Uuid>,
        expires_at: Option<DateTime<Utc>>,
        scopes: Option<Scopes>,
    ) -> Result<Uuid> {
        let token = token.unwrap_or_else(Uuid::new_v4);
        if token.is_nil() {
            return Err(Error::invalid("format", "token", "the all-zero GUID means no token"));
        }
        let (org, label, digest) = (org.to_owned(), label.to_owned(), digest(&token).to_vec());
        self.store
            .write(move |tx| {
                hosted(tx, &org)?;
                if tx.token(&digest)?.is_some() {
                    return Err(Error::invalid("posts", "token", "this token was issued before; choose another").into());
                }
                let row = TokenRow {
                    digest: digest.clone(),
                    org: org.clone(),
                    label: label.clone(),
                    created_at: At(tx.now),
                    expires_at: expires_at.map(At),
                    revoked_at: None,
                    scopes: scopes.map(|scopes| scopes.to_string()),
                    last_used_at: None,
                };
                tx.add_token(&row, &Stamp::command_line())
            })
            .await?;
        Ok(token)
    }

    /// Revokes a token: it stops working on every server within [`limits::TOKEN_CACHE_MS`], the sessions it opened at
    /// once.
    ///
    /// # Errors
    /// 400 when no such token is in force.
    pub async fn revoke_token(&self, token: Uuid) -> Result<()> {
        let key = digest(&token);
        let revoked = self.store.write(move |tx| tx.revoke_token(&key, &Stamp::command_line())).await?;
        self.actors.invalidate(&key);
        if revoked { Ok(()) } else { Err(Error::invalid("absent", "TOKEN", "no such token is in force")) }
    }

    pub async fn tokens(&self, org: &str) -> Result<Vec<TokenRow>> {
        let org = org.to_owned();
        self.store.read(move |tx| tx.tokens_of(&org)).await
    }

    /// Adds an office to an organization, or renames it.
    ///
    /// # Errors
    /// 400 with what is wrong.
    pub async fn put_office(&self, code: &str, org: &str, name: &str) -> Result<()> {
        let mut findings = Findings::default();
        structure::check_office(&mut findings, "CODE", Some(code));
        findings.into_result()?;
        let row = OfficeRow { code: code.to_owned(), org: org.to_owned(), name: name.to_owned() };
        self.store
            .write(move |tx| {
                if tx.organization(&row.org)?.is_none() {
                    return Err(Error::invalid("absent", "org", "there is no such organization; add it first").into());
                }
                tx.put_office(&row, &Stamp::command_line())
            })
            .await
    }

    pub async fn offices(&self) -> Result<Vec<OfficeRow>> {
        self.store.read(|tx| tx.offices()).await
    }

    /// Adds a user who may log in for the offices named (of any organization), or changes what is given of password and
    /// offices; a change ends the user's sessions. For fixtures, whose passwords are published: it asks nothing of them.
    ///
    /// # Errors
    /// 400 with what is wrong.
    pub async fn put_user(
        &self,
        org: &str,
        user_cd: &str,
        password: Option<String>,
        offices: Option<Vec<String>>,
    ) -> Result<()> {
        let changes = AccountChanges { password, offices, ..AccountChanges::default() };
        self.store_account(&Administrator::command_line(), org, user_cd, changes, Expected::Either, Findings::default())
            .await
    }

    /// What happened to organizations, settings, tokens, offices, users, partners, lists and rules since `since`, oldest
    /// first: the newest [`limits::RECORDS_LISTED`], and whether there were more.
    pub async fn access_history(&self, since: DateTime<Utc>) -> Result<(Vec<RecordRow>, bool)> {
        let limit = limits::RECORDS_LISTED + 1;
        let mut rows = self.store.read(move |tx| tx.records_since(RecordKind::about_access(), since, limit)).await?;
        let more = rows.len() == limit;
        rows.drain(..usize::from(more));
        Ok((rows, more))
    }

    /// The history of what is no item: of an organization, or of everyone (`-`).
    ///
    /// # Errors
    /// 400 when there is none.
    pub async fn record_history(&self, org: &str, kind: RecordKind, id: &str) -> Result<Vec<RecordRow>> {
        let (org, id) = (org.to_owned(), id.to_owned());
        match self.store.read(move |tx| tx.record_history(&org, kind, &id)).await? {
            rows if rows.is_empty() => {
                Err(Error::invalid("absent", "ID", "this organization has nothing of this kind with this id"))
            }
            rows => Ok(rows),
        }
    }

    /// The histories of the items of `post` with this id.
    ///
    /// # Errors
    /// 400 when there is none.
    pub async fn item_history(&self, post: &str, item_id: &str) -> Result<Vec<HistoryRow>> {
        let mut findings = Findings::default();
        structure::check_item_id(&mut findings, "ITEM", Some(item_id));
        findings.into_result()?;
        let (post, item_id) = (post.to_owned(), item_id.to_owned());
        let rows = self.store.read(move |tx| {
            let mut rows = Vec::new();
            for item in tx.items_by_id(&post, &[&item_id], Parts::Declaration)? {
                rows.extend(tx.history_of(&item.object)?);
            }
            Ok(rows)
        });
        match rows.await? {
            rows if rows.is_empty() => Err(Error::invalid("absent", "ITEM", "there is no such item at this post")),
            rows => Ok(rows),
        }
    }

    /// What shows that the histories of the items of `post` with this id were sealed, as they are now.
    ///
    /// # Errors
    /// 400 when there is no such item, or none of them is sealed yet.
    pub async fn seal_proofs(&self, post: &str, item_id: &str) -> Result<Vec<SealProof>> {
        let rows = self.item_history(post, item_id).await?;
        let mut pids: Vec<Id> = rows.iter().map(|row| row.object_pid).collect();
        pids.dedup();
        let post = post.to_owned();
        let found = self.store.read_snapshot(move |tx| {
            let proofs = pids.iter().map(|pid| tx.seal_proof(&post, *pid)).collect::<Result<Vec<_>, Fault>>()?;
            Ok(proofs.into_iter().flatten().collect::<Vec<_>>())
        });
        match found.await? {
            proofs if proofs.is_empty() => {
                let message = "not sealed yet as it is now, which happens once a minute; or sealed by an earlier version, \
                               of which `admin history verify` is the proof";
                Err(Error::invalid("absent", "ITEM", message))
            }
            proofs => Ok(proofs),
        }
    }

    /// The texts of the versions that rows of a history name; none for a row that names none, or one that was erased.
    ///
    /// # Errors
    /// 503 when the store does not answer.
    pub async fn version_texts(&self, rows: Vec<HistoryRow>) -> Result<Vec<Option<StoredText>>> {
        let text_of = |tx: &mut Tx<'_>, row: &HistoryRow| -> Result<Option<StoredText>, Fault> {
            let (Some(kind), Some(version_no)) = (&row.doc_kind, row.doc_version) else { return Ok(None) };
            let Ok(kind) = DocumentKind::from_stored(kind) else { return Ok(None) };
            Ok(tx.version_text(&row.post_org, row.object_pid, kind, version_no)?.flatten())
        };
        self.store.read(move |tx| rows.iter().map(|row| text_of(tx, row)).collect()).await
    }
}

impl Services {
    /// Changes settings of an organization; in force on every server within seconds. What was decided and declared before
    /// is judged anew by them.
    ///
    /// # Errors
    /// 400 when the organization is not there or has no such setting.
    pub async fn set_organization(&self, org: &str, changes: SettingChanges) -> Result<()> {
        let (code, speaks) = (org.to_owned(), changes.speaks_for.is_some());
        let org = org.to_owned();
        self.store
            .write(move |tx| {
                let Some(row) = tx.organization(&org)? else {
                    let message = "there is no such organization; add it first";
                    return Err(Error::invalid("absent", "CODE", message).into());
                };
                changes.check(&org, row.kind)?;
                for (name, value, _) in changes.rows() {
                    let row = SettingRow { org: org.clone(), name: name.to_owned(), value };
                    tx.put_setting(&row, &Stamp::command_line())?;
                }
                Ok(())
            })
            .await?;
        self.refresh_catalogue().await?;
        if speaks {
            self.judge_data_of(&code).await?
        } else {
            self.judge_all_anew(Some(&code)).await?
        };
        Ok(())
    }
}
