//! Receptacles and despatches: what lies in them, and whether all of it may go on.

use uuid::Uuid;

use super::cursor::{Cursor, binding};
use super::one::{self, Named};
use super::{Actor, Services};
use crate::contract::item_status::CheckItemStatusRequest;
use crate::contract::own::ManyLights;
use crate::error::{Error, Findings, Result};
use crate::limits;
use crate::store::item::ItemPlace;
use crate::store::types::Id;

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
        check_container(id)?;
        let (services, actor, id) = (self.clone(), actor.clone(), id.to_owned());
        let write = self.store.write(move |tx| {
            let is_despatch = id.len() <= DESPATCH_CHARS;
            let place = if is_despatch { ItemPlace::new(None, Some(&id)) } else { ItemPlace::new(Some(&id), None) };
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
        let (reader, most) = (actor.clone(), limits::CONTAINER_PAGE);
        let read = self.store.read(move |tx| {
            let mut found = Vec::new();
            for post in &reader.posts {
                let pids = tx.items_in(post, &id, Id(after), most + 1)?;
                let items = tx.items_by_pids(post, &pids)?;
                found.extend(items.into_iter().filter(|item| super::item::visible::sees(&reader, item)));
            }
            found.sort_by_key(|item| item.object.pid);
            Ok(found)
        });
        let mut items = read.await?;
        if items.is_empty() && after.is_nil() {
            return Err(Error::Absent { what: "receptacle or despatch" });
        }
        let more = items.len() as i64 > most;
        items.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        let last = items.last().filter(|_| more).map(|item| Cursor::AfterItem(item.object.pid.0).write(bound));
        let asked = items.into_iter().map(|item| CheckItemStatusRequest {
            item_id: Some(item.object.item_id),
            origin_postal_org_cd: Some(item.object.orig_post),
            ..CheckItemStatusRequest::default()
        });
        let mut lights = self.lights(actor, asked.collect()).await?;
        if actor.offices.is_some() {
            // What is at other offices is as if it were not there.
            lights.items.retain(|item| item.p_id.is_some());
            if lights.items.is_empty() && !more {
                return Err(Error::Absent { what: "receptacle or despatch" });
            }
        }
        lights.items.retain(|item| light.as_ref().is_none_or(|wanted| wanted == item.light.light));
        Ok(ContainerLights { lights, next_cursor: last })
    }
}

/// Characters of the id of a despatch (S8); that of a receptacle (S9) has more.
const DESPATCH_CHARS: usize = 20;

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
