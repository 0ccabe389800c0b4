//! Links to documents: an address that says what it leads to and until when, signed under the server's key, so that it needs no
//! other permission.

use chrono::{DateTime, TimeDelta, Utc};

use crate::limits;
use crate::vault::Vault;

/// Where links lead; what is signed follows.
const PATH: &str = "/api/declaration/documents/";

/// The path of a link to the document of a declaration; none without a key.
pub(super) fn link(vault: &Vault, org: &str, id: i64, now: DateTime<Utc>) -> Option<String> {
    let until = (now + TimeDelta::seconds(limits::COURIER_LINK_S)).timestamp();
    let text = format!("{org}.{id}.{until}");
    let signature = vault.sign_link(&text)?;
    Some(format!("{PATH}{text}.{signature}"))
}

/// The organization and the declaration that a link leads to, while it lasts.
pub(super) fn linked(vault: &Vault, link: &str, now: DateTime<Utc>) -> Option<(String, i64)> {
    let (text, signature) = link.rsplit_once('.')?;
    if !vault.has_signed_link(text, signature) {
        return None;
    }
    let mut parts = text.split('.');
    let (org, id, until) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?.parse::<i64>().ok()?);
    (now.timestamp() < until).then(|| (org.to_owned(), id))
}
