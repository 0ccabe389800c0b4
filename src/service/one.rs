//! One item as a whole, as the own surface shows it: found by its persistent id or its item id, with the tag that says which
//! version was read.
//!
//! The contract's documents are spliced as they are; what stands around them has names of ours.

use std::fmt::Write;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::catalogue::Catalogue;
use super::item::handed::Reading;
use super::item::visible::{declaration_for, sees};
use super::item::which::{Candidates, Row};
use super::rights::UseCase;
use super::views::{Documents, documents, mail_object};
use super::{Actor, Services, item_status, referrals};
use crate::contract::canonical::{hex, to_canonical};
use crate::contract::item_status::CheckItemStatusResult;
use crate::contract::own::LightView;
use crate::error::{Error, Result};
use crate::rules::which::{self, Purpose};
use crate::store::item::{DeclarationRow, Item, ItemReference, ObjectRow, Parts};
use crate::store::{Fault, Tx};

/// How a request names an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    Pid(Uuid),
    ItemId(String),
}

impl Named {
    /// A GUID with its dashes is a persistent id, everything else an item id.
    pub fn read(text: &str) -> Self {
        let pid = if text.len() == GUID_CHARS { Uuid::parse_str(text).ok() } else { None };
        pid.map_or_else(|| Self::ItemId(text.to_owned()), Self::Pid)
    }
}

const GUID_CHARS: usize = 36;

/// An item as JSON.
#[derive(Clone, Debug)]
pub struct Shown {
    pub pid: Uuid,
    pub item_id: String,
    pub text: String,
    /// Stands for everything that is shown; begins with what stands for what can be changed.
    pub tag: String,
}

/// The versions that a change may be of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IfVersion {
    Any,
    /// Tags, as far as they stand for what can be changed.
    These(Vec<String>),
}

impl IfVersion {
    /// What an If-Match header says. A weak tag is no version.
    pub fn of_header(text: &str) -> Self {
        if text.trim() == "*" {
            return Self::Any;
        }
        let tags = text.split(',').filter_map(|tag| tag.trim().strip_prefix('"')?.strip_suffix('"'));
        Self::These(tags.map(|tag| tag.split('-').next().unwrap_or(tag).to_owned()).collect())
    }

    /// Whether a tag is one of these.
    pub(super) fn is(&self, tag: &str) -> bool {
        match self {
            Self::Any => true,
            Self::These(tags) => tags.iter().any(|one| one == tag),
        }
    }

    /// # Errors
    /// 412 when the item is another than was read.
    pub(super) fn check(&self, item: &Item) -> Result<(), Fault> {
        let is_it = *self == Self::Any || self.is(&version_tag(&item.object, item.declaration()));
        if is_it { Ok(()) } else { Err(Error::Changed.into()) }
    }
}

/// Stands for what can be changed of an item: number and state of the declaration, and eight digits of the digest over it and
/// the mail object.
pub(super) fn version_tag(object: &ObjectRow, declaration: Option<&DeclarationRow>) -> String {
    let mut hasher = Sha256::new();
    hasher.update(declaration.map_or(&b""[..], |row| &row.digest));
    hasher.update(to_canonical(&mail_object(object)));
    let (version, state) = declaration.map_or((0, 0), |row| (row.version_no, row.state_cd.stored()));
    format!("{version}.{state}.{}", hex(&hasher.finalize()[..4]))
}

/// What an item is called, whose it is, and where it goes.
#[derive(Clone, Debug)]
pub struct End {
    pub pid: Uuid,
    pub item_id: String,
    pub post: String,
    pub origin: String,
    pub destination: String,
}

impl Services {
    /// What the item named is called, whose it is, and where it goes.
    ///
    /// # Errors
    /// 404 when the caller has none, 409 when several different ones fit.
    pub async fn end_of(&self, actor: &Actor, named: Named) -> Result<End> {
        actor.check(UseCase::SeeItems)?;
        let (catalogue, actor) = (self.catalogue(), actor.clone());
        self.store
            .read(move |tx| {
                let object = find(tx, &catalogue, &actor, &actor.posts, &named)?.object;
                Ok(End {
                    pid: object.pid.0,
                    item_id: object.item_id,
                    post: object.post_org,
                    origin: object.orig_post,
                    destination: object.dest_post,
                })
            })
            .await
    }

    /// The status of the item named.
    ///
    /// # Errors
    /// 404 when the caller has none, 409 when several different ones fit.
    pub async fn status_of_one(&self, actor: &Actor, named: Named) -> Result<CheckItemStatusResult> {
        actor.check(UseCase::SeeItems)?;
        let (catalogue, actor) = (self.catalogue(), actor.clone());
        self.store
            .read(move |tx| {
                let item = find(tx, &catalogue, &actor, &actor.posts, &named)?;
                item_status::status_of(tx, &catalogue, &actor, &item)
            })
            .await
    }

    /// The item named, as the caller may see it.
    ///
    /// # Errors
    /// 404 when the caller has none, 409 when several different ones fit, 401 for a post that is not the caller's.
    pub async fn view_one(&self, actor: &Actor, named: Named, post: Option<&str>) -> Result<Shown> {
        actor.check(UseCase::SeeItems)?;
        let posts = actor.posts_meant(post)?;
        let (services, actor) = (self.clone(), actor.clone());
        self.store
            .read(move |tx| {
                let catalogue = services.catalogue();
                let item = find(tx, &catalogue, &actor, &posts, &named)?;
                services.note_handed(&actor, [&item], Reading::Asked);
                show(tx, &catalogue, &item, &actor)
            })
            .await
    }
}

/// The item named among those of `posts` that the caller sees: of several the one that its id means.
///
/// # Errors
/// 404 for none, 409 for several different ones.
pub(super) fn find(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    actor: &Actor,
    posts: &[String],
    named: &Named,
) -> Result<Item, Fault> {
    let mut items = Vec::new();
    for post in posts {
        match named {
            Named::Pid(pid) => items.extend(tx.item_by_pid(post, *pid, Parts::All)?),
            Named::ItemId(id) => items.extend(tx.items_by_id(post, &[id.as_str()], Parts::All)?),
        }
    }
    items.retain(|item| sees(actor, item));
    let at = match items.len() {
        0 => return Err(Error::Absent { what: "item" }.into()),
        1 => 0,
        _ => meant(tx, catalogue, &items)?,
    };
    Ok(items.swap_remove(at))
}

/// Place of the item that the id of all these means.
fn meant(tx: &mut Tx<'_>, catalogue: &Catalogue, items: &[Item]) -> Result<usize, Fault> {
    let candidates = Candidates::of(tx, items.iter().map(|item| Row::from(&item.object)))?;
    let rows = candidates.see(catalogue);
    let counting = which::choose(&rows, None, Purpose::Naming).counting;
    if which::several(&rows, &counting) {
        let address = |at: &usize| format!("/v1/declarations/{}", items[*at].object.pid.0);
        return Err(Error::Ambiguous { candidates: counting.iter().map(address).collect() }.into());
    }
    let newest = counting.into_iter().max_by_key(|at| rows[*at].age());
    Ok(newest.or_else(|| (0..rows.len()).max_by_key(|at| rows[*at].age())).unwrap_or(0))
}

/// The whole of an item for a reader.
pub(super) fn show(tx: &mut Tx<'_>, catalogue: &Catalogue, item: &Item, reader: &Actor) -> Result<Shown, Fault> {
    let status = item_status::status_of(tx, catalogue, reader, item)?;
    let dialogues = referrals::dialogues_of(tx, item)?;
    let (pid, item_id) = (item.object.pid.0, item.object.item_id.clone());
    let reference = tx.references(&item.object.post_org, &[item.object.pid])?.pop().map(|(_, reference)| reference);
    let mut text = opening(item, reader, reference.as_ref());
    // Writing into a string cannot fail.
    let _ = write!(
        text,
        r#","states":{{"declaration":{},"mail":{},"fiscal":{},"security":{}}},"light":{},"referrals":{},"links":{{"self":"/v1/declarations/{pid}","history":"/v1/declarations/{pid}/history","documents":"/v1/declarations/{pid}/documents"}}}}"#,
        to_canonical(&declaration_for(reader, item).map(|row| row.state_cd.stored())),
        to_canonical(&status.mail_state_cd),
        to_canonical(&status.fiscal_state),
        to_canonical(&status.security_state),
        to_canonical(&LightView::of(&status, catalogue.settings(&item.object.post_org).light_binding)),
        dialogues.unwrap_or_else(|| "null".into()),
    );
    let version = version_tag(&item.object, declaration_for(reader, item));
    let tag = format!("{version}-{}", hex(&Sha256::digest(&text)[..4]));
    Ok(Shown { pid, item_id, text, tag })
}

/// An item in a list: the same without what has to be judged.
pub(super) fn in_list(item: &Item, reader: &Actor, reference: Option<&ItemReference>) -> String {
    let state = to_canonical(&declaration_for(reader, item).map(|row| row.state_cd.stored()));
    let (pid, mail) = (item.object.pid.0, to_canonical(&item.object.mail_state));
    format!(
        r#"{},"states":{{"declaration":{state},"mail":{mail}}},"links":{{"self":"/v1/declarations/{pid}"}}}}"#,
        opening(item, reader, reference)
    )
}

/// Ids, version and documents; the object stays open.
fn opening(item: &Item, reader: &Actor, reference: Option<&ItemReference>) -> String {
    let external = reference.filter(|_| reader.org == item.object.post_org).and_then(|known| known.external.as_deref());
    let Documents { mail_object, declaration, response, dc_response } = documents(item, reader);
    let version = declaration_for(reader, item).map_or(0, |row| row.version_no);
    format!(
        r#"{{"pId":"{}","itemId":{},"post":{},"version":{version},"externalReference":{},"mailObject":{mail_object},"declaration":{declaration},"response":{response},"dcResponse":{dc_response}"#,
        item.object.pid.0,
        to_canonical(&item.object.item_id),
        to_canonical(&item.object.post_org),
        to_canonical(&external),
    )
}
