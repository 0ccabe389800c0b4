//! The customs status of one item: GetCustomsStatus.

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
        self.store.read(move |tx| status(tx, &actor, &posts, &id, flow)).await
    }
}

/// The view of the newest item with this id that the caller may see.
fn status(tx: &mut Tx<'_>, actor: &Actor, posts: &[String], id: &str, flow: Option<Flow>) -> Result<String, Fault> {
    let mut items = Vec::new();
    for post in posts {
        items.extend(tx.items_by_id(post, &[id], Parts::All)?);
    }
    items.retain(|item| actor.kind == Kind::Post || item.object.customs_visible);
    if items.is_empty() {
        return Ok("null".into());
    }
    items.retain(|item| flow.is_none_or(|flow| item.object.flow == flow.code()));
    match (newest(&items), flow) {
        (Some(item), _) => Ok(view(item, actor)),
        (None, Some(flow)) => Err(flow_contradicted(flow)),
        (None, None) => Ok("null".into()),
    }
}

/// The item posted last, by posting date, life and age.
fn newest(items: &[Item]) -> Option<&Item> {
    items.iter().max_by_key(|item| (item.object.posting_dt, item.object.life_no, item.object.pid))
}

pub(super) fn flow_contradicted(flow: Flow) -> Fault {
    let message =
        format!("the item is not {flow} at this post; leave the flow to be derived from the posts, or correct it");
    Error::invalid("flow", "flow", message).into()
}
