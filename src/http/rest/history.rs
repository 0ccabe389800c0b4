//! What happened to an item, and what its declaration said before.

use super::ask::Ask;
use super::reply::Reply;
use crate::contract::canonical::to_canonical;
use crate::error::{Error, Result};
use crate::service::one::Named;

pub(super) async fn history(ask: Ask<'_>) -> Result<Reply> {
    let view = ask.services.history_view(&ask.actor, Named::read(ask.path("id"))).await?;
    Ok(Reply::ok(to_canonical(&view)))
}

pub(super) async fn version(ask: Ask<'_>) -> Result<Reply> {
    let number: i32 = ask.path("version").parse().map_err(|_| Error::Absent { what: "version" })?;
    Ok(Reply::ok(ask.services.version_view(&ask.actor, Named::read(ask.path("id")), number).await?))
}
