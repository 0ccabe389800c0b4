//! CONTRL in EDIFACT: `UCI`, `UCM`, `UCS`.

use std::collections::HashMap;

use super::lexer::Segment;
use super::once::{Once, Statement};
use super::reader::Reader;
use super::values;
use super::writer::Writer;
use crate::edi::amount::Counted;
use crate::edi::finding::Finding;
use crate::edi::message::{Action, Control, MessageControl, SegmentControl};

/// The body of the message.
pub(super) fn write(writer: &mut Writer<'_>, control: &Control) {
    let error = control.error.as_deref().unwrap_or_default();
    writer.segments.segment(
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
        writer.segments.segment("UCM", &[&[&message.number], &identifier, &[message.action.code()], &[error]]);
        for segment in &message.segments {
            writer.segments.segment("UCS", &[&[&segment.position.to_string()], &[&segment.error]]);
        }
    }
}

/// A body that is being read.
#[derive(Default)]
pub(super) struct Body {
    control: Control,
    head: Once,
    /// Segment numbers of each `UCM`.
    messages: Vec<usize>,
}

impl Body {
    /// Reads one segment.
    pub fn read(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) {
        let text = |element, component| values::id(segment, element, component);
        let error = |element| Some(text(element, 0)).filter(|error| !error.is_empty());
        match segment.tag() {
            b"UCI" => match self.head.agrees(b"UCI", Statement::whole(segment), reader.lexer) {
                Some(true) => {}
                Some(false) => reader.found(segment, Finding::twice("Reference")),
                None => {
                    self.head.note(b"UCI".to_vec(), Statement::whole(segment));
                    self.control.reference = text(1, 0);
                    self.control.sender = values::mailbox(segment, 2);
                    self.control.recipient = values::mailbox(segment, 3);
                    self.control.action = action(reader, segment, 4);
                    self.control.error = error(5);
                }
            },
            b"UCM" if !reader.one_more(Counted::Status, segment) => {}
            b"UCM" => {
                self.messages.push(segment.number());
                self.control.messages.push(MessageControl {
                    number: text(1, 0),
                    identifier: std::array::from_fn(|at| text(2, at)),
                    action: action(reader, segment, 3),
                    error: error(4),
                    segments: Vec::new(),
                });
            }
            b"UCS" => match self.control.messages.last_mut() {
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

    /// The answer; of two about one message the first counts.
    pub fn finish(mut self, reader: &mut Reader<'_>) -> Control {
        let mut first: HashMap<String, MessageControl> = HashMap::new();
        let mut kept = Vec::new();
        for (message, number) in std::mem::take(&mut self.control.messages).into_iter().zip(self.messages) {
            match first.get(&message.number) {
                Some(before) if *before == message => {}
                Some(_) => {
                    if let Some(segment) = reader.lexer.segment(number) {
                        reader.found(&segment, Finding::twice("MessageStatus"));
                    }
                }
                None => {
                    first.insert(message.number.clone(), message.clone());
                    kept.push(message);
                }
            }
        }
        Control { messages: kept, ..self.control }
    }
}

fn action(reader: &mut Reader<'_>, segment: &Segment<'_>, element: usize) -> Action {
    Action::from_code(&segment.text(element, 0)).unwrap_or_else(|| {
        reader.found(segment, Finding::error("unknown_code", "Action", "4, 7 or 8 is expected"));
        Action::Received
    })
}
