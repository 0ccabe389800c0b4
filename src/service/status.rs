//! The customs status of one item: GetCustomsStatus.

use super::automatic;
use super::views::view;
use super::{Actor, Kind, Services};
use crate::error::{Error, Result};
use crate::rules::flow::Flow;
use crate::store::items::{Item, Parts};
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
        let posts = actor.posts_meant(post)?;
        let (actor, id) = (actor.clone(), id.to_owned());
        self.store
            .read(move |tx| Ok(item(tx, &actor, &posts, &id, flow)?.map_or("null".into(), |item| view(&item, &actor))))
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
        let posts = actor.posts_meant(post)?;
        let (services, actor, id) = (self.clone(), actor.clone(), id.to_owned());
        let (reader, read_posts, read_id) = (actor.clone(), posts.clone(), id.clone());
        let unanswered = self.store.read(move |tx| {
            let item = item(tx, &reader, &read_posts, &read_id, flow)?;
            Ok(item.is_some_and(|item| !item.object.has_response))
        });
        if !unanswered.await? {
            return self.customs_status(&actor, post, &id, flow).await;
        }
        self.store
            .write(move |tx| {
                let Some(mut item) = item(tx, &actor, &posts, &id, flow)? else { return Ok("null".into()) };
                services.ensure_user(tx, &actor)?;
                automatic::answer(tx, &services.catalogue(), &mut item, &actor.stamp())?;
                Ok(view(&item, &actor))
            })
            .await
    }
}

/// The newest item with this id that the caller may see.
fn item(tx: &mut Tx<'_>, actor: &Actor, posts: &[String], id: &str, flow: Option<Flow>) -> Result<Option<Item>, Fault> {
    let mut items = Vec::new();
    for post in posts {
        items.extend(tx.items_by_id(post, &[id], Parts::All)?);
    }
    items.retain(|item| actor.kind == Kind::Post || item.object.customs_visible);
    if items.is_empty() {
        return Ok(None);
    }
    items.retain(|item| flow.is_none_or(|flow| item.object.flow == flow.code()));
    let newest = items.into_iter().max_by_key(|item| (item.object.posting_dt, item.object.life_no, item.object.pid));
    match (newest, flow) {
        (None, Some(flow)) => Err(flow_contradicted(flow)),
        (newest, _) => Ok(newest),
    }
}

pub(super) fn flow_contradicted(flow: Flow) -> Fault {
    let message =
        format!("the item is not {flow} at this post; leave the flow to be derived from the posts, or correct it");
    Error::invalid("flow", "flow", message).into()
}
