//! Saving items: whatever follows from what was said is brought up to date ([`judging`], [`stored_light`]), and partners are
//! notified ([`messages`]), in the transaction of the change.

use super::stored_light::{self, Cause};
use super::{judging, messages, version};
use crate::contract::canonical::hex;
use crate::domain::{EventKind, Flow};
use crate::rules::structure::UNKNOWN_POST;
use crate::service::catalogue::Catalogue;
use crate::store::item::{Item, Stamp};
use crate::store::types::At;
use crate::store::{Fault, Tx};

/// Saves items, what follows from what was said brought up to date, and puts the messages to partners that follow into
/// the outbox.
pub(in crate::service) fn save(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    items: &mut [Item],
    stamp: &Stamp,
) -> Result<(), Fault> {
    for item in items.iter_mut().filter(|item| !item.events().is_empty()) {
        note_declaration(item, At(tx.now));
        name_version(item);
        judging::settle(tx, catalogue, item, stamp)?;
    }
    messages::notify_partners(tx, items)?;
    let others = stored_light::update(tx, catalogue, items)?;
    tx.save_items(items, stamp)?;
    for (post, item_id) in others {
        stored_light::judge_id(tx, catalogue, &post, &item_id, (&Cause::Others, &Stamp::server()))?;
    }
    Ok(())
}

/// Notes in the history which version stands after what happened to a declared item.
fn name_version(item: &mut Item) {
    if !item.has_event(EventKind::is_about_versions) {
        return;
    }
    let name = version::current_name(item).map(|name| hex(&name));
    if let Some(event) = item.last_event(EventKind::is_about_versions) {
        event.detail.version = name;
    }
}

/// Keeps in columns whether item data was sent or received, and whether customs may see it.
fn note_declaration(item: &mut Item, now: At) {
    let Some(row) = item.declaration() else {
        item.object.declared_at = None;
        item.object.declaration_seen = false;
        return;
    };
    let sent =
        if item.object.flow == Flow::Inbound { row.seen } else { row.sent && item.object.dest_post != UNKNOWN_POST };
    let received = item.has_event(|kind| kind == EventKind::DeclarationReceived);
    item.object.declaration_seen = row.seen;
    if sent || received {
        item.object.declared_at.get_or_insert(now);
    }
}
