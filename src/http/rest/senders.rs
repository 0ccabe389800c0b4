//! Sender profiles.

use super::ask::Ask;
use super::offers::stored;
use super::reply::Reply;
use crate::contract::SenderProfile;
use crate::contract::canonical::to_canonical;
use crate::contract::sender::SenderPage;
use crate::error::{Error, Result};
use crate::service::senders::tag_of;

/// Profiles of a page where the request does not say how many.
const USUAL_PAGE: i32 = 100;

pub(super) async fn list(ask: Ask<'_>) -> Result<Reply> {
    let limit = Some(ask.number("limit").unwrap_or(USUAL_PAGE));
    let found = ask.services.senders(&ask.actor, limit, ask.own("cursor")).await?;
    let next = found.next_cursor.as_deref().map(|cursor| ask.next_page(cursor));
    Ok(Reply::ok(to_canonical(&SenderPage { senders: found.senders, next_cursor: found.next_cursor })).next(next))
}

pub(super) async fn read(ask: Ask<'_>) -> Result<Reply> {
    let profile = ask.services.sender(&ask.actor, ask.path("reference")).await?;
    let tag = tag_of(&profile);
    let is_known = ask.has_version(&format!("\"{tag}\""));
    Ok(Reply::ok(to_canonical(&profile)).tagged(&tag).unless_known(is_known))
}

pub(super) async fn create(ask: Ask<'_>) -> Result<Reply> {
    let profile: SenderProfile = ask.body()?;
    let (actor, key) = (ask.acting()?, ask.key()?);
    stored(&ask.services.add_sender(&actor, profile, key).await?, "senders")
}

pub(super) async fn replace(ask: Ask<'_>) -> Result<Reply> {
    let if_version = ask.if_match()?;
    let mut profile: SenderProfile = ask.body()?;
    let reference = ask.path("reference");
    if !profile.reference.is_empty() && profile.reference != reference {
        let message = "a sender keeps its reference; leave it out, or keep another sender under the other one";
        return Err(Error::invalid("read_only", "reference", message));
    }
    reference.clone_into(&mut profile.reference);
    let (actor, key) = (ask.acting()?, ask.key()?);
    stored(&ask.services.change_sender(&actor, profile, if_version, key).await?, "senders")
}

pub(super) async fn remove(ask: Ask<'_>) -> Result<Reply> {
    ask.services.drop_sender(&ask.acting()?, ask.path("reference"), ask.if_match_given()).await?;
    Ok(Reply::nothing())
}
