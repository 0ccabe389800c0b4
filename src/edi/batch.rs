//! Cutting a long message into several: at most 999 items or 1 MiB each, whichever comes first.

use std::ops::Range;

use super::{Findings, Form, Interchange, ItemMessage, Mailbox, Message, Profile, write};
use crate::contract::WcfDate;
use crate::limits;

/// Which items of `message` go into one message each. An item that is too large alone still gets a message of its
/// own. The caller gives every message its own reference.
///
/// # Errors
/// What [`write`] would say about the message.
pub fn ranges(message: &ItemMessage, form: Form, profile: &Profile) -> Result<Vec<Range<usize>>, Findings> {
    let mut ranges = Vec::new();
    let all = 0..message.items.len();
    let mut open = Vec::from([all]);
    while let Some(range) = open.pop() {
        if range.is_empty() {
            continue;
        }
        let most = range.end.min(range.start + limits::EDI_ITEMS);
        if most < range.end {
            open.push(most..range.end);
            open.push(range.start..most);
            continue;
        }
        if range.len() > 1 && size(message, &range, form, profile)? > limits::EDI_BATCH_BYTES {
            let middle = range.start + range.len() / 2;
            open.push(middle..range.end);
            open.push(range.start..middle);
            continue;
        }
        ranges.push(range);
    }
    Ok(ranges)
}

/// Bytes of an interchange with just these items.
fn size(message: &ItemMessage, range: &Range<usize>, form: Form, profile: &Profile) -> Result<usize, Findings> {
    let items = message.items[range.clone()].to_vec();
    let part = ItemMessage { items, ..head_of(message) };
    let interchange = Interchange {
        sender: Mailbox::upu("X".repeat(35)),
        recipient: Mailbox::upu("X".repeat(35)),
        reference: "X".repeat(14),
        created: part.created.or_else(|| WcfDate::parse("2026-01-01T00:00:00Z").ok().flatten()),
        messages: vec![Message::Items(part)],
        ..Interchange::default()
    };
    write(&interchange, form, profile).map(|written| written.bytes.len())
}

fn head_of(message: &ItemMessage) -> ItemMessage {
    ItemMessage {
        kind: message.kind,
        reference: message.reference.clone(),
        function: message.function,
        previous_reference: message.previous_reference.clone(),
        created: message.created,
        sender: message.sender.clone(),
        recipient: message.recipient.clone(),
        items: Vec::new(),
    }
}
