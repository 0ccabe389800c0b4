//! What all readers of segments share: where they are, and what they have found.

use std::borrow::Cow;

use super::lexer::{Element, Lexer, Segment};
use super::lists::List;
use crate::edi::amount::{Amount, Counted};
use crate::edi::finding::{Finding, Findings, Position};
use crate::edi::message::Outline;

/// Where the items of a message begin: segment numbers (from 0) of each `CNI` and of its `GID`s.
#[derive(Clone, Debug, Default)]
pub struct Places {
    pub items: Vec<(usize, Vec<usize>)>,
}

/// The state of reading one interchange.
pub(super) struct Reader<'t> {
    pub lexer: &'t Lexer<'t>,
    pub findings: Findings,
    pub message: Option<usize>,
    /// Segment number of `UNH`.
    pub message_start: usize,
    pub item: Option<(usize, Option<String>)>,
    pub outline: Vec<Outline>,
    pub places: Vec<Places>,
    pub amount: Amount,
}

impl<'t> Reader<'t> {
    /// A finding at a segment.
    pub fn found(&mut self, segment: &Segment<'_>, mut finding: Finding) {
        let mut position = position_of(segment);
        if self.message.is_some() {
            position.in_message = segment.number() - self.message_start + 1;
        }
        finding.message = self.message;
        if let Some((index, id)) = &self.item {
            finding.fault.index = Some(*index);
            finding.fault.item_id.clone_from(id);
        }
        self.findings.push(finding.at(position));
    }

    /// Counts one more of what begins at a segment; whether it may be read.
    pub fn one_more(&mut self, of: Counted, segment: &Segment<'_>) -> bool {
        if let Some(finding) = self.amount.one_more(of) {
            self.findings.push(finding.at(position_of(segment)));
        }
        !self.amount.stopped()
    }

    /// A segment, or qualifier, that has no place here: what it says is not taken over.
    pub fn unexpected(&mut self, segment: &Segment<'_>) {
        let qualifier = segment.text(1, 0);
        let shown: String = qualifier.chars().filter(char::is_ascii_alphanumeric).take(3).collect();
        let text = match (segment.tag(), shown.is_empty()) {
            (b"", _) => "an empty segment".to_owned(),
            (_, true) => "the profile has no such segment here; it is not taken over".to_owned(),
            (_, false) => format!("the profile has no such segment with `{shown}` here; it is not taken over"),
        };
        self.found(segment, Finding::warning("segment", "", text));
    }

    /// A code, when it stands in this list or none is named; reports one of another list, which is left out.
    pub fn coded<'s>(
        &mut self,
        segment: &Segment<'s>,
        element: Element<'s>,
        component: usize,
        list: List,
        path: &str,
    ) -> Cow<'s, str> {
        let named = [element.raw(component + 1), element.raw(component + 2)];
        let fits = |(named, own): (&[u8], &str)| named.is_empty() || named == own.as_bytes();
        if element.raw(component).is_empty() || named.into_iter().zip(list).all(fits) {
            return element.text(component);
        }
        let [qualifier, agency] = list;
        let text = match qualifier {
            "" => "a code of another list than that of the directory; it is left out".to_owned(),
            _ => format!("a code of another list than {qualifier}:{agency}; it is left out"),
        };
        self.found(segment, Finding::error("unknown_code", path, text));
        Cow::Borrowed("")
    }
}

/// The place of a segment outside messages.
pub(super) fn position_of(segment: &Segment<'_>) -> Position {
    let tag = segment.tag().iter().take(3).map(|byte| char::from(*byte)).collect();
    Position { byte: segment.byte(), tag, number: segment.number() + 1, in_message: 0 }
}
