//! Receptacles and despatches: what lies in them, and whether all of it may go on.

use uuid::Uuid;

use super::cursor::{Cursor, binding, cut};
use super::item::visible::sees;
use super::one::{self, Named};
use super::rights::UseCase;
use super::{Actor, Services};
use crate::contract::item_status::CheckItemStatusRequest;
use crate::contract::own::ManyLights;
use crate::error::{Error, Findings, Result};
use crate::limits;
use crate::store::item::ItemPlace;
use crate::store::types::Id;
use crate::store::{Fault, Tx};

/// What is asked about a container.
#[derive(Clone, Debug, Default)]
pub struct ContainerQuery {
    pub id: String,
    /// Green, Amber or Red: items of this colour only.
    pub light: Option<String>,
    pub cursor: Option<String>,
}

/// The lights of some items of a container, and where the next ones begin.
pub struct ContainerLights {
    pub lights: ManyLights,
    pub next_cursor: Option<String>,
}

impl Services {
    /// Says that items of the caller lie in a receptacle or despatch from now on; those that lay in it before stay.
    ///
    /// # Errors
    /// 400 for an id that is none; 404 naming the first item that the caller does not have, 409 where several fit.
    pub async fn put_into_container(&self, actor: &Actor, id: &str, items: Vec<Named>) -> Result<()> {
        actor.check(UseCase::MoveItems)?;
        check_container(id)?;
        let (services, actor, id) = (self.clone(), actor.clone(), id.to_owned());
        let write = self.store.write(move |tx| {
            let place = ItemPlace::in_container(&id);
            for named in &items {
                let item = one::find(tx, &services.catalogue(), &actor, &actor.posts, named)?;
                tx.put_place(&item.object.post_org, item.object.pid, &place)?;
            }
            Ok(())
        });
        write.await
    }

    /// The lights of what lies in a receptacle or despatch, as far as the caller sees it.
    ///
    /// # Errors
    /// 404 where nothing of the caller's lies in it; 400 for a cursor that does not fit.
    pub async fn container_lights(&self, actor: &Actor, query: ContainerQuery) -> Result<ContainerLights> {
        actor.check(UseCase::SeeItems)?;
        let ContainerQuery { id, light, cursor } = query;
        check_container(&id)?;
        let bound = binding(&format!("container {} {:?} {id}", actor.org, actor.posts));
        let after = match cursor.as_deref().map(|text| Cursor::read(text, bound)).transpose()? {
            None => Uuid::nil(),
            Some(Cursor::AfterItem(pid)) => pid,
            Some(Cursor::AfterChanges(_)) => {
                return Err(Error::invalid("cursor", "cursor", "not a cursor of this list"));
            }
        };
        let is_first = after.is_nil();
        let (mut after, mut items) = (Some(after), Vec::new());
        // A stretch that the caller may not see is passed over rather than answered empty.
        while let (Some(from), true) = (after, items.is_empty()) {
            let (reader, id) = (actor.clone(), id.clone());
            let Contents { asked, next } = self.store.read(move |tx| contents(tx, &reader, &id, Id(from))).await?;
            after = next;
            items = self.lights_of(actor, asked).await?;
            // What is at other offices is as if it were not there.
            items.retain(|item| actor.offices.is_none() || item.p_id.is_some());
        }
        if items.is_empty() && is_first {
            return Err(Error::Absent { what: "receptacle or despatch" });
        }
        let mut lights = ManyLights::of(items);
        lights.items.retain(|item| light.as_ref().is_none_or(|wanted| wanted == item.light.light));
        Ok(ContainerLights { lights, next_cursor: after.map(|pid| Cursor::AfterItem(pid).write(bound)) })
    }
}

/// A stretch of what lies in a container.
struct Contents {
    /// What the caller sees of it, each item once.
    asked: Vec<CheckItemStatusRequest>,
    /// After which item the rest begins; none when there is no more.
    next: Option<Uuid>,
}

fn contents(tx: &mut Tx<'_>, reader: &Actor, id: &str, after: Id) -> Result<Contents, Fault> {
    let most = limits::CONTAINER_PAGE;
    let mut found: Vec<(Id, String)> = Vec::new();
    for post in &reader.posts {
        found.extend(tx.items_in(post, id, after, most + 1)?.into_iter().map(|pid| (pid, post.clone())));
    }
    found.sort_unstable();
    let next = cut(&mut found, usize::try_from(most).unwrap_or(usize::MAX)).map(|(pid, _)| pid.0);
    let mut seen: Vec<(String, String)> = Vec::new();
    for post in &reader.posts {
        let pids: Vec<Id> = found.iter().filter(|(_, of)| of == post).map(|(pid, _)| *pid).collect();
        let items = tx.items_by_pids(post, &pids)?.into_iter().filter(|item| sees(reader, item));
        seen.extend(items.map(|item| (item.object.item_id, item.object.orig_post)));
    }
    seen.sort_unstable();
    seen.dedup();
    let asked = seen.into_iter().map(|(item_id, origin)| CheckItemStatusRequest {
        item_id: Some(item_id),
        origin_postal_org_cd: Some(origin),
        ..CheckItemStatusRequest::default()
    });
    Ok(Contents { asked: asked.collect(), next })
}

/// # Errors
/// 400 for what cannot be such an id.
fn check_container(id: &str) -> Result<()> {
    let mut findings = Findings::default();
    let fits = !id.is_empty() && id.len() <= 35 && id.bytes().all(|byte| byte.is_ascii_graphic());
    if !fits {
        let message =
            "write the id of a receptacle (S9, 29 characters) or of a despatch (S8, 20), at most 35 characters";
        findings.add("format", "id", message);
    }
    findings.into_result()
}
