//! EDIFACT → contracts: names and values, which members and extra fields without a segment of their own travel as.

use std::borrow::Cow;

use super::lexer::Segment;
use super::name_value::{NameValue, Reading, Topic};
use super::read_item::{ItemReader, Scope, set};
use super::reader::Reader;
use crate::edi::finding::Finding;
use crate::edi::message::Kind;
use crate::edi::profile::table::Home;

impl ItemReader {
    pub(super) fn note_segment(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) {
        if matches!(self.scope, Scope::Party(_) | Scope::Agent | Scope::Again) {
            self.party.push(segment.number());
        }
        if segment.is(3, 0, "CON") {
            return match &mut self.note {
                Some(note) => note.go_on(segment),
                None => reader.unexpected(segment),
            };
        }
        self.end_note(reader, segment);
        self.note = Reading::begin(segment);
        if self.note.is_none() {
            reader.unexpected(segment);
        }
    }

    /// Takes over the name and value that was being read. `next` is the segment after it, for the finding.
    pub(super) fn end_note(&mut self, reader: &mut Reader<'_>, next: &Segment<'_>) {
        let Some(note) = self.note.take().filter(|_| self.scope != Scope::Again) else { return };
        let fault = match note.finish() {
            Some(note) => self.take_note(note),
            None => Some(unreadable()),
        };
        if let Some(finding) = fault {
            reader.found(next, finding);
        }
    }

    /// What is wrong with it, when it cannot be taken over.
    fn take_note(&mut self, note: NameValue) -> Option<Finding> {
        let NameValue { topic, name, value } = note;
        match topic {
            Topic::ExtraField => {
                let (home, index) = self.extras_here();
                self.builder.extras_mut(home, index).add(&name, &value);
            }
            Topic::DeclarationField => self.builder.extras_mut(Home::DeclarationData, 0).add(&name, &value),
            Topic::Member => {
                if name == "Response.Data.Dutiable" {
                    self.dutiable_said = true;
                }
                let Some(place) = Home::parse(&name) else { return Some(unreadable()) };
                if !self.builder.note(place, value) {
                    return Some(Finding::twice(name));
                }
            }
            Topic::OtherMember => {
                let Ok(json) = serde_json::value::RawValue::from_string(value) else { return Some(unreadable()) };
                if !self.builder.note_other(self.kind, &name, json) {
                    return Some(Finding::twice(name));
                }
            }
            Topic::Path => match self.entry.first_mut().filter(|_| self.scope == Scope::Pointer) {
                Some(path @ None) => set(path, Cow::Owned(value)),
                Some(Some(path)) if *path == value => {}
                Some(Some(_)) => return Some(Finding::twice("Path")),
                None => return Some(unreadable()),
            },
        }
        None
    }

    /// Whose extra fields a note in this place belongs to.
    fn extras_here(&self) -> (Home, usize) {
        match (self.scope, self.kind) {
            (Scope::Piece(at), _) => (Home::Piece, at),
            (Scope::Tax(at), _) => (Home::Tax, at),
            (_, Kind::Cusrsp) => (Home::ResponseData, 0),
            (_, Kind::Itmref) => (Home::Referral, 0),
            (_, Kind::Refrsp) => (Home::Answer, 0),
            _ => (Home::DeclarationData, 0),
        }
    }
}

fn unreadable() -> Finding {
    Finding::error("format", "FTX", "a name with its value could not be read")
}
