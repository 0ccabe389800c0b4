//! The normal form: what "the same message" means when it has travelled.
//!
//! Left behind by travelling: empty texts (they mean "not given"), list entries without any member, `XMLData`, the
//! order of `EP.*` fields, extra fields that repeat what can be derived (total of the lines, countries of sender and
//! recipient, the item's id as declaration id), and everything but the id and, of item data, the posts in a
//! cancellation. Content pieces
//! without an index get the smallest free number. The time of an interchange is cut to whole minutes.

use crate::contract::WcfDate;

use super::item_builder::ItemBuilder;
use super::message::{Function, Interchange, Item, ItemMessage, Kind, Message};

/// The normal form of an interchange: `read(write(x)) == interchange(x)`.
pub fn interchange(mut interchange: Interchange) -> Interchange {
    interchange.created = minutes_of(interchange.created);
    interchange.messages = interchange.messages.into_iter().map(message).collect();
    interchange
}

fn message(message: Message) -> Message {
    match message {
        Message::Items(message) => Message::Items(item_message(message)),
        Message::Control(control) => Message::Control(control),
    }
}

/// The normal form of a message about items.
pub fn item_message(mut message: ItemMessage) -> ItemMessage {
    let items = std::mem::take(&mut message.items);
    message.previous_reference = message.previous_reference.filter(|reference| !reference.is_empty());
    message.items = items
        .into_iter()
        .map(|item| {
            let mut item = self::item(message.kind, message.function, item);
            complete(&mut item, &message);
            item
        })
        .collect();
    message
}

/// The normal form of an item.
pub fn item(kind: Kind, function: Function, item: Item) -> Item {
    ItemBuilder::from_item(item).finish(kind, function)
}

/// Posts that an ITMATT does not name are its sender and recipient.
pub(super) fn complete(item: &mut Item, message: &ItemMessage) {
    if message.kind != Kind::Itmatt || message.function == Function::Cancellation {
        return;
    }
    let fill = |member: &mut Option<String>, code: &str| {
        if member.is_none() && !code.is_empty() {
            *member = Some(code.to_owned());
        }
    };
    fill(&mut item.mail_object.orig_post_org_cd, message.sender.code());
    fill(&mut item.mail_object.dest_post_org_cd, message.recipient.code());
}

/// The time of an envelope: cut to whole minutes.
pub(super) fn minutes_of(date: Option<WcfDate>) -> Option<WcfDate> {
    date.and_then(minutes)
}

fn minutes(date: WcfDate) -> Option<WcfDate> {
    let seconds = date.instant().timestamp();
    chrono::DateTime::from_timestamp(seconds - seconds.rem_euclid(60), 0).map(WcfDate::new)
}
