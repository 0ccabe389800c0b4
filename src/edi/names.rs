//! The names by which interchanges, messages and items are known: bounded and clean before anybody keeps or looks for them, so
//! that no database has an opinion of its own.
//!
//! Which names there are is known elsewhere; here only what any of them may look like.

use super::finding::{Finding, Severity};
use super::message::{Interchange, ItemMessage, Message, Organization, Read};
use crate::limits;

/// Judges all names that were read. One that cannot be kept is left out, and told.
pub(super) fn judge(read: &mut Read) {
    let mut found = envelope(&mut read.interchange);
    for (at, outline) in read.outline.iter_mut().enumerate() {
        // Goes into the answer only.
        outline.identifier.iter_mut().chain([&mut outline.number]).for_each(cut);
        let message = outline.message.and_then(|message| read.interchange.messages.get_mut(message));
        let of_message = match message {
            Some(Message::Items(message)) => items(message),
            Some(Message::Control(control)) => {
                control.messages.iter_mut().for_each(|message| cut(&mut message.number));
                kept("Reference", &mut control.reference).into_iter().collect()
            }
            None => Vec::new(),
        };
        found.extend(of_message.into_iter().map(|finding| Finding { message: Some(at), ..finding }));
    }
    found.into_iter().for_each(|finding| read.findings.push(finding));
}

fn envelope(interchange: &mut Interchange) -> Vec<Finding> {
    let Interchange { sender, recipient, reference, .. } = interchange;
    cut(&mut sender.qualifier);
    cut(&mut recipient.qualifier);
    let names = [("Sender", &mut sender.id), ("Recipient", &mut recipient.id), ("Reference", reference)];
    names.into_iter().filter_map(|(path, name)| kept(path, name)).collect()
}

fn items(message: &mut ItemMessage) -> Vec<Finding> {
    let ItemMessage { reference, previous_reference, sender, recipient, items, .. } = message;
    let (Organization::Operator(sender) | Organization::Customs(sender)) = sender;
    let (Organization::Operator(recipient) | Organization::Customs(recipient)) = recipient;
    let names = [("Header.Reference", reference), ("Header.Sender", sender), ("Header.Recipient", recipient)];
    let previous = previous_reference.iter_mut().map(|name| ("Header.PreviousReference", name));
    let mut found: Vec<Finding> =
        names.into_iter().chain(previous).filter_map(|(path, name)| kept(path, name)).collect();
    for (index, item) in items.iter_mut().enumerate() {
        let mail = &mut item.mail_object;
        for (path, name) in [("MailObject.Id", &mut mail.id), ("MailObject.OrigPostOrgCd", &mut mail.orig_post_org_cd)]
        {
            let Some(mut finding) = name.as_mut().and_then(|name| kept(path, name)) else { continue };
            *name = None;
            finding.fault.index = Some(index);
            found.push(finding);
        }
    }
    found
}

/// What is wrong with a name, which is emptied then.
fn kept(path: &str, name: &mut String) -> Option<Finding> {
    let finding = if name.chars().any(char::is_control) {
        Finding::new(Severity::Error, "charset", path, "a name holds no control characters; it is left out")
    } else if name.chars().nth(limits::ITEM_ID_CHARS).is_some() {
        let text = format!("at most {} characters; it is left out", limits::ITEM_ID_CHARS);
        Finding::new(Severity::Error, "too_long", path, text)
    } else {
        return None;
    };
    name.clear();
    Some(finding)
}

/// A name as it is shown beside a finding; `None` when it is empty.
pub(super) fn shown(name: &str) -> Option<String> {
    let mut name: String = name.chars().filter(|c| !c.is_control()).take(limits::ITEM_ID_CHARS + 1).collect();
    cut(&mut name);
    (!name.is_empty()).then_some(name)
}

/// Shortens what is only repeated.
fn cut(name: &mut String) {
    if let Some((end, _)) = name.char_indices().nth(limits::ITEM_ID_CHARS) {
        name.truncate(end);
    }
}
