//! The customs status of one item: GetCustomsStatus.

use super::automatic;
use super::catalogue::Catalogue;
use super::item::handed::Reading;
use super::item::visible::sees;
use super::item_status;
use super::rights::UseCase;
use super::views::view;
use super::{Actor, Services};
use crate::domain::Flow;
use crate::error::{Error, Result};
use crate::store::item::{Item, Parts};
use crate::store::{Fault, Tx};

impl Services {
    /// The view of an item of one post, as JSON; `null` when the caller has no such item.
    ///
    /// # Errors
    /// 400 when the flow given contradicts the item's, 401 for a post that is not the caller's.
    pub async fn customs_status(
        &self,
        actor: &Actor,
        post: Option<&str>,
        id: &str,
        flow: Option<Flow>,
    ) -> Result<String> {
        actor.check(UseCase::SeeItems)?;
        let posts = actor.posts_meant(post)?;
        let (services, actor, id) = (self.clone(), actor.clone(), id.to_owned());
        self.store
            .read(move |tx| {
                let item = item(tx, &services.catalogue(), &actor, &posts, &id, flow)?;
                services.note_handed(&actor, &item, Reading::Asked);
                Ok(item.map_or("null".into(), |item| view(&item, &actor)))
            })
            .await
    }

    /// The same; where the own customs has not answered, its auto-response rules may.
    ///
    /// # Errors
    /// As [`Self::customs_status`].
    pub async fn customs_status_or_answer(
        &self,
        actor: &Actor,
        post: Option<&str>,
        id: &str,
        flow: Option<Flow>,
    ) -> Result<String> {
        actor.check(UseCase::SeeItems)?;
        let posts = actor.posts_meant(post)?;
        let (services, actor, id) = (self.clone(), actor.clone(), id.to_owned());
        let (reader, read_posts, read_id) = (actor.clone(), posts.clone(), id.clone());
        let catalogue = self.catalogue();
        let unanswered = self.store.read(move |tx| {
            let item = item(tx, &catalogue, &reader, &read_posts, &read_id, flow)?;
            Ok(item.is_some_and(|item| !item.object.has_response))
        });
        if !unanswered.await? {
            return self.customs_status(&actor, post, &id, flow).await;
        }
        self.store
            .write(move |tx| {
                let catalogue = services.catalogue();
                let Some(mut item) = item(tx, &catalogue, &actor, &posts, &id, flow)? else {
                    return Ok("null".into());
                };
                services.ensure_user(tx, &actor)?;
                automatic::answer(tx, &catalogue, &mut item, &actor.stamp())?;
                services.note_handed(&actor, [&item], Reading::Asked);
                Ok(view(&item, &actor))
            })
            .await
    }
}

/// The item with this id that the caller may see: of several the gravest, then the newest.
fn item(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    actor: &Actor,
    posts: &[String],
    id: &str,
    flow: Option<Flow>,
) -> Result<Option<Item>, Fault> {
    let mut items = Vec::new();
    for post in posts {
        items.extend(tx.items_by_id(post, &[id], Parts::All)?);
    }
    items.retain(|item| sees(actor, item));
    if items.is_empty() {
        return Ok(None);
    }
    items.retain(|item| flow.is_none_or(|flow| item.object.flow == flow));
    if let (true, Some(flow)) = (items.is_empty(), flow) {
        return Err(flow_contradicted(flow));
    }
    if items.len() > 1 {
        let Some(gravest) = item_status::gravest_of(tx, catalogue, actor, &items)? else { return Ok(None) };
        items.retain(|item| item.object.pid == gravest);
    }
    Ok(items.pop())
}

pub(super) fn flow_contradicted(flow: Flow) -> Fault {
    let message =
        format!("the item is not {flow} at this post; leave the flow to be derived from the posts, or correct it");
    Error::invalid("flow", "flow", message).into()
}
