//! What happened to an item, and what its declaration said in earlier versions, as far as the reader may know of it.

use serde::Serialize;
use uuid::Uuid;

use super::one::{self, Named};
use super::rights::UseCase;
use super::{Actor, Services};
use crate::contract::canonical::to_canonical;
use crate::contract::own::{HistoryEntry, HistoryView};
use crate::domain::{DocumentKind, EventKind, OrganizationKind};
use crate::error::{Error, Result};
use crate::store::item::{Detail, HistoryRow, Item};
use crate::store::{Fault, Tx};

/// A version of a declaration as JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VersionHead<'a> {
    p_id: Uuid,
    item_id: &'a str,
    version: i32,
    current: bool,
}

impl Services {
    /// The history of the item named, oldest first, as JSON.
    ///
    /// # Errors
    /// 404 when the caller has none, 409 when several fit.
    pub async fn history_view(&self, actor: &Actor, named: Named) -> Result<HistoryView> {
        actor.check(UseCase::SeeItems)?;
        self.read_one(actor, named, move |tx, actor, item| {
            let mut entries = Vec::new();
            for row in tx.history_of(&item.object)? {
                entries.extend(entry(actor, row)?);
            }
            Ok(HistoryView { p_id: item.object.pid.0, item_id: item.object.item_id.clone(), events: entries })
        })
        .await
    }

    /// What a version of the declaration of the item named says, as JSON.
    ///
    /// # Errors
    /// 404 when there is no such version to be seen, 410 when its text was erased.
    pub async fn version_view(&self, actor: &Actor, named: Named, version: i32) -> Result<String> {
        actor.check(UseCase::SeeItems)?;
        self.read_one(actor, named, move |tx, actor, item| {
            if !is_known(tx, actor, item, version)? {
                return Err(Error::Absent { what: "version" }.into());
            }
            let object = &item.object;
            let text = tx.version_text(&object.post_org, object.pid, DocumentKind::Declaration, version)?;
            let text = text.ok_or(Error::Absent { what: "version" })?.ok_or(Error::Erased)?;
            let current = item.declaration().is_some_and(|row| row.version_no == version);
            let head = VersionHead { p_id: object.pid.0, item_id: &object.item_id, version, current };
            let head = to_canonical(&head);
            let open = head.trim_end_matches('}');
            Ok(format!(r#"{open},"data":{}}}"#, &*text))
        })
        .await
    }

    async fn read_one<T: Send + 'static>(
        &self,
        actor: &Actor,
        named: Named,
        read: impl Fn(&mut Tx<'_>, &Actor, &Item) -> Result<T, Fault> + Send + Sync + 'static,
    ) -> Result<T> {
        let (services, actor) = (self.clone(), actor.clone());
        self.store
            .read(move |tx| {
                let item = one::find(tx, &services.catalogue(), &actor, &actor.posts, &named)?;
                read(tx, &actor, &item)
            })
            .await
    }
}

/// What happened, as the reader is told it; nothing of drafts of others. Of others' users nothing is told.
fn entry(reader: &Actor, row: HistoryRow) -> Result<Option<HistoryEntry>, Fault> {
    let (seq, user, office) = (row.seq, row.user_cd.clone(), row.office_cd.clone());
    let recorded = row.read()?;
    let (kind, document) = (recorded.event.kind, recorded.event.document);
    let is_own = recorded.actor_org == reader.org;
    if !is_own && !is_told(kind, reader.kind) {
        return Ok(None);
    }
    let Detail { client, data, mail_object, reason, from, to, rule, referral_cd, referral_id, .. } =
        recorded.event.detail;
    let members = mail_object.into_iter().flatten().map(|name| format!("mailObject.{name}"));
    let changed = members.chain(data.into_iter().flatten().map(|name| format!("declaration.{name}"))).collect();
    Ok(Some(HistoryEntry {
        seq,
        at: recorded.at.0.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        event: kind.to_string(),
        organization: recorded.actor_org,
        user: user.filter(|_| is_own),
        office: office.filter(|_| is_own),
        client: client.filter(|_| is_own),
        document: document.as_ref().map(|document| document.kind.to_string()),
        version: document.map(|document| document.version_no),
        changed,
        reason,
        from,
        to,
        rule,
        referral_cd,
        referral_id,
    }))
}

/// Whether a reader of this kind is told of what another did.
fn is_told(kind: EventKind, reader: OrganizationKind) -> bool {
    match kind {
        EventKind::ResponseDraft | EventKind::ResponseDeleted => false,
        EventKind::DeclarationDraft | EventKind::DeclarationDeleted | EventKind::DeclarationPrinted => {
            reader == OrganizationKind::Post
        }
        EventKind::DeclarationToPost => reader == OrganizationKind::Post,
        _ => true,
    }
}

/// Whether a reader may know of a version: customs of those that were passed on to it.
fn is_known(tx: &mut Tx<'_>, reader: &Actor, item: &Item, version: i32) -> Result<bool, Fault> {
    if reader.kind == OrganizationKind::Post {
        return Ok(true);
    }
    let (mut stands, mut is_seen) = (None, false);
    for recorded in tx.recorded(&item.object)? {
        let kind = recorded.event.kind;
        let made = recorded.event.document.filter(|document| document.kind == DocumentKind::Declaration);
        stands = made.map(|document| document.version_no).or(stands);
        is_seen |= kind.passes_on() == Some(true);
        is_seen &= !kind.takes_declaration_away();
        if is_seen && stands == Some(version) {
            return Ok(true);
        }
    }
    Ok(false)
}
