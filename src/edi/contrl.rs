//! CONTRL: the answer that says what became of an interchange, and how it follows from the findings.

use crate::contract::WcfDate;

use super::finding::{Finding, Severity};
use super::message::{Interchange, Message, Read};

pub use super::message::{Action, Control, MessageControl, SegmentControl};

/// Errors told for one message; what is wrong beyond them shows once these are corrected.
const SEGMENTS_TOLD: usize = 99;

/// Syntax error code (data element 0085) of a finding code.
pub fn error_code(code: &str) -> &'static str {
    match code {
        "required" => "13",
        "too_long" => "39",
        "format" | "type" | "out_of_range" | "unknown_code" => "12",
        "charset" => "21",
        "segment" => "15",
        "limit" | "twice" => "35",
        "count" => "29",
        "profile" => "14",
        _ => "18",
    }
}

/// Meaning of a syntax error code, for people.
pub fn error_meaning(code: &str) -> &'static str {
    match code {
        "2" => "syntax version or level not supported",
        "12" => "invalid value",
        "13" => "missing",
        "14" => "value not supported here",
        "15" => "not supported here",
        "18" => "unspecified error",
        "21" => "invalid character",
        "26" => "duplicate",
        "28" => "references do not match",
        "29" => "control count does not match",
        "35" => "too many repetitions",
        "39" => "data element too long",
        _ => "see data element 0085",
    }
}

/// Builds the answer to an interchange that was read: messages with errors in their head or totals are refused, the
/// others accepted, since items stand alone (one that is refused is answered by a referral); errors of the envelope
/// refuse the whole. `sender` of the answer is the recipient of what was read.
pub fn acknowledge(read: &Read, reference: impl Into<String>, created: WcfDate) -> Interchange {
    let received = &read.interchange;
    let mut control = Control {
        reference: received.reference.clone(),
        sender: received.sender.clone(),
        recipient: received.recipient.clone(),
        ..Control::default()
    };
    let errors = || read.findings.list().iter().filter(|finding| finding.severity == Severity::Error);
    if let Some(envelope) = errors().find(|finding| finding.message.is_none()) {
        control.action = Action::Rejected;
        control.error = Some(error_code(envelope.fault.code).into());
    } else {
        control.messages = (read.outline.iter().enumerate())
            .map(|(at, outline)| {
                let of_message = |finding: &&Finding| finding.message == Some(at) && finding.fault.index.is_none();
                let found: Vec<_> = errors().filter(of_message).collect();
                message_control(outline.number.clone(), outline.identifier.clone(), &found)
            })
            .collect();
    }
    Interchange {
        sender: received.recipient.clone(),
        recipient: received.sender.clone(),
        reference: reference.into(),
        test: received.test,
        ack_wanted: false,
        created: Some(created),
        messages: vec![Message::Control(control)],
    }
}

fn message_control(number: String, identifier: [String; 5], errors: &[&Finding]) -> MessageControl {
    let placed = errors.iter().filter_map(|finding| {
        let position = finding.position.as_ref().filter(|position| position.in_message > 0)?;
        let position = u32::try_from(position.in_message).ok()?;
        Some(SegmentControl { position, error: error_code(finding.fault.code).into() })
    });
    let segments: Vec<_> = placed.take(SEGMENTS_TOLD).collect();
    MessageControl {
        number,
        identifier,
        action: if errors.is_empty() { Action::Acknowledged } else { Action::Rejected },
        error: errors.first().filter(|_| segments.is_empty()).map(|finding| error_code(finding.fault.code).into()),
        segments,
    }
}
