//! What happened to an item, and what its declaration said in earlier versions, as far as the reader may know of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::one::{self, Named};
use super::rights::UseCase;
use super::{Actor, Services};
use crate::contract::canonical::to_canonical;
use crate::contract::own::{HistoryEntry, HistoryView};
use crate::domain::{DocumentKind, EventKind, OrganizationKind};
use crate::error::{Error, Result};
use crate::limits;
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

/// What a version of a declaration says otherwise than the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Path in the data of the declaration.
    pub path: String,
    /// Empty where nothing was there.
    pub old: String,
    /// Empty where nothing is there any more.
    pub new: String,
}

impl Services {
    /// What the newest versions of the declaration of the item named changed, by their numbers; of a version whose text or the
    /// one before it was erased nothing is told.
    ///
    /// # Errors
    /// 404 when the caller has none, 409 when several fit.
    pub async fn changes_view(&self, actor: &Actor, named: Named) -> Result<BTreeMap<i32, Vec<Change>>> {
        actor.check(UseCase::SeeItems)?;
        self.read_one(actor, named, move |tx, actor, item| {
            let mut numbers = BTreeSet::new();
            for recorded in tx.recorded(&item.object)? {
                let made = recorded.event.document.filter(|document| document.kind == DocumentKind::Declaration);
                numbers.extend(made.map(|document| document.version_no));
            }
            let newest: Vec<i32> = numbers.into_iter().rev().take(limits::CHANGES_SHOWN + 1).collect();
            let mut texts = Vec::with_capacity(newest.len());
            for number in newest {
                let object = &item.object;
                let known = is_known(tx, actor, item, number)?;
                let text = tx.version_text(&object.post_org, object.pid, DocumentKind::Declaration, number)?;
                texts.push((number, text.flatten().filter(|_| known)));
            }
            let pairs = texts.iter().zip(texts.iter().skip(1));
            let both = pairs
                .filter_map(|((number, new), (_, old))| Some((*number, changes(old.as_deref()?, new.as_deref()?))));
            Ok(both.collect())
        })
        .await
    }

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

/// What a kind of document is called in the history that is shown.
fn name_of(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Declaration => "declaration",
        DocumentKind::OwnResponse => "response",
        DocumentKind::DestinationResponse => "dcresponse",
    }
}

/// Where two documents differ, by path.
fn changes(old: &str, new: &str) -> Vec<Change> {
    let leaves = |text: &str| {
        let mut found = BTreeMap::new();
        put_leaves(text, String::new(), &mut found);
        found
    };
    let (old, new) = (leaves(old), leaves(new));
    let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let text = |leaves: &BTreeMap<String, String>, path: &String| leaves.get(path).cloned().unwrap_or_default();
    let change = |path: &String| Change { path: path.clone(), old: text(&old, path), new: text(&new, path) };
    paths.into_iter().map(change).filter(|change| change.old != change.new).collect()
}

/// Notes each member of a JSON text by its path, numbers with the digits that were sent.
fn put_leaves(text: &str, path: String, found: &mut BTreeMap<String, String>) {
    match text.as_bytes().first() {
        Some(b'{') => {
            let members: BTreeMap<String, &RawValue> = serde_json::from_str(text).unwrap_or_default();
            for (name, value) in members {
                put_leaves(value.get(), if path.is_empty() { name } else { format!("{path}.{name}") }, found);
            }
        }
        Some(b'[') => {
            let entries: Vec<&RawValue> = serde_json::from_str(text).unwrap_or_default();
            entries.iter().enumerate().for_each(|(at, entry)| put_leaves(entry.get(), format!("{path}[{at}]"), found));
        }
        Some(b'"') => drop(found.insert(path, serde_json::from_str(text).unwrap_or_default())),
        _ if text == "null" => {}
        _ => drop(found.insert(path, text.to_owned())),
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
        document: document.as_ref().map(|document| name_of(document.kind).to_owned()),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_told_member_by_member_with_the_digits_that_were_sent() {
        let old = r#"{"GrossWeight":1.50,"ContentPieces":[{"HS":"1","Number":2}],"SenderZIP":"01067","Postage":null}"#;
        let new = r#"{"GrossWeight":1.70,"ContentPieces":[{"HS":"1","Number":3},{"HS":"2"}],"Postage":null}"#;
        let told: Vec<(String, String, String)> =
            changes(old, new).into_iter().map(|change| (change.path, change.old, change.new)).collect();
        let expected = [
            ("ContentPieces[0].Number", "2", "3"),
            ("ContentPieces[1].HS", "", "2"),
            ("GrossWeight", "1.50", "1.70"),
            ("SenderZIP", "01067", ""),
        ];
        assert_eq!(told, expected.map(|(path, old, new)| (path.to_owned(), old.to_owned(), new.to_owned())));
    }
}
