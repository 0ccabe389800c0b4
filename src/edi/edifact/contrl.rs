//! CONTRL in EDIFACT: `UCI`, `UCM`, `UCS`.

use super::read::Reader;
use super::tape::Segment;
use super::write::Writer;
use crate::edi::Finding;
use crate::edi::contrl::{Action, Control, MessageControl, SegmentControl};

/// The body of the message.
pub(super) fn write(writer: &mut Writer<'_>, control: &Control) {
    let error = control.error.as_deref().unwrap_or_default();
    writer.emit.segment(
        "UCI",
        &[
            &[&control.reference],
            &[&control.sender.id, &control.sender.qualifier],
            &[&control.recipient.id, &control.recipient.qualifier],
            &[control.action.code()],
            &[error],
        ],
    );
    for message in &control.messages {
        let identifier: [&str; 5] = std::array::from_fn(|at| message.identifier[at].as_str());
        let error = message.error.as_deref().unwrap_or_default();
        writer.emit.segment("UCM", &[&[&message.number], &identifier, &[message.action.code()], &[error]]);
        for segment in &message.segments {
            writer.emit.segment("UCS", &[&[&segment.position.to_string()], &[&segment.error]]);
        }
    }
}

/// Reads one segment of the body.
pub(super) fn read(reader: &mut Reader<'_>, control: &mut Control, segment: &Segment<'_>) {
    let text = |element, component| super::read::id(segment, element, component);
    let error = |element| Some(text(element, 0)).filter(|error| !error.is_empty());
    match segment.tag() {
        b"UCI" => {
            control.reference = text(1, 0);
            control.sender = super::read::mailbox(segment, 2);
            control.recipient = super::read::mailbox(segment, 3);
            control.action = action(reader, segment, 4);
            control.error = error(5);
        }
        b"UCM" => control.messages.push(MessageControl {
            number: text(1, 0),
            identifier: std::array::from_fn(|at| text(2, at)),
            action: action(reader, segment, 3),
            error: error(4),
            segments: Vec::new(),
        }),
        b"UCS" => match control.messages.last_mut() {
            Some(message) => {
                let position = segment.text(1, 0).parse().unwrap_or(0);
                message.segments.push(SegmentControl { position, error: text(2, 0) });
            }
            None => reader.found(segment, Finding::error("segment", "", "UCS needs a UCM before it")),
        },
        b"UCD" => {}
        _ => reader.unexpected(segment),
    }
}

fn action(reader: &mut Reader<'_>, segment: &Segment<'_>, element: usize) -> Action {
    Action::from_code(&segment.text(element, 0)).unwrap_or_else(|| {
        reader.found(segment, Finding::error("unknown_code", "Action", "4, 7 or 8 is expected"));
        Action::Received
    })
}
