//! EDIFACT → contracts: the head of a message about items, its control totals, and where each item begins.

use super::lexer::Segment;
use super::lists::{self, List};
use super::once::{self, Once, Statement};
use super::read_item::ItemReader;
use super::reader::{Places, Reader};
use super::values::{date_in, id};
use crate::contract::WcfDate;
use crate::edi::amount::Counted;
use crate::edi::finding::Finding;
use crate::edi::message::{Function, ItemMessage, Kind, Organization};
use crate::edi::profile::value::parse_int;
use crate::edi::{names, normalize};
use crate::limits;

impl<'t> Reader<'t> {
    pub(super) fn item_message(
        &mut self,
        kind: Kind,
        unh: &Segment<'t>,
        segments: std::ops::Range<usize>,
    ) -> (ItemMessage, Places) {
        let nobody = || Organization::Operator(String::new());
        let mut message = ItemMessage::new(kind, "", nobody(), nobody());
        let mut parties = Parties::default();
        let mut said = Once::default();
        let mut at = segments.start;
        while let Some(segment) = self.lexer.segment(at).filter(|_| at < segments.end) {
            if matches!(segment.tag(), b"CNI" | b"CNT") {
                break;
            }
            let statement = Statement::whole(&segment);
            let subject = once::subject(&segment).unwrap_or_default();
            match said.agrees(&subject, statement, self.lexer) {
                Some(true) => {}
                Some(false) => self.found(&segment, Finding::twice("Header")),
                None if self.head_segment(&segment, &mut message, &mut parties) => said.note(subject, statement),
                None => self.unexpected(&segment),
            }
            at += 1;
        }
        for customs in parties.settle(&mut message) {
            let text = format!("sender and recipient are named already; {customs} is not taken over");
            self.found(unh, Finding::warning("segment", "Header", text));
        }
        self.check_head(unh, &message);
        let mut places = Places::default();
        let mut totals = Vec::new();
        while let Some(segment) = self.lexer.segment(at).filter(|_| at < segments.end && !self.amount.stopped()) {
            match segment.tag() {
                b"CNI" if message.items.len() >= limits::EDI_ITEMS => {
                    let text = format!("at most {} items in one message; those after are not read", limits::EDI_ITEMS);
                    self.found(&segment, Finding::error("limit", "Items", text));
                    return (message, places);
                }
                b"CNI" if !self.one_more(Counted::Item, &segment) => {}
                b"CNI" => {
                    let (next, pieces) = self.one_item(&segment, &mut message, segments.end);
                    places.items.push((at, pieces));
                    at = next;
                }
                b"CNT" => {
                    totals.push(segment);
                    at += 1;
                }
                _ => {
                    self.unexpected(&segment);
                    at += 1;
                }
            }
        }
        if self.amount.stopped() {
            return (message, places);
        }
        for index in message.said_twice() {
            let cni = places.items.get(index).and_then(|(cni, _)| self.lexer.segment(*cni));
            self.item = Some((index, message.items[index].mail_object.id.clone()));
            self.found(&cni.unwrap_or(*unh), Finding::twice("MailObject.Id"));
        }
        self.item = None;
        self.check_totals(unh, &message, &totals);
        (message, places)
    }

    /// Takes over a segment of the head; `false` when the profile does not have it.
    fn head_segment(&mut self, segment: &Segment<'t>, message: &mut ItemMessage, parties: &mut Parties) -> bool {
        match (segment.tag(), segment.raw(1, 0)) {
            (b"BGM", _) => {
                message.reference = id(segment, 2, 0);
                match Function::from_code(&id(segment, 3, 0)) {
                    Some(function) => message.function = function,
                    None => self.found(segment, Finding::error("unknown_code", "Function", "9, 5 or 1 is expected")),
                }
                let name = id(segment, 1, 3);
                if !name.is_empty() && name != message.kind.stored() {
                    self.found(segment, Finding::error("profile", "", "BGM and UNH name different messages"));
                }
            }
            (b"DTM", b"137") => message.created = self.date(segment, "Header.Created"),
            (b"RFF", b"ACW") => {
                message.previous_reference = Some(id(segment, 1, 1)).filter(|reference| !reference.is_empty());
            }
            (b"NAD", b"MS") => parties.sender = Some(self.party(segment, lists::OPERATOR, "Header.Sender")),
            (b"NAD", b"MR") => parties.recipient = Some(self.party(segment, lists::OPERATOR, "Header.Recipient")),
            (b"NAD", b"CM") => parties.customs.push(self.party(segment, lists::CUSTOMS, "Header")),
            _ => return false,
        }
        true
    }

    /// The code of an organization.
    fn party(&mut self, segment: &Segment<'_>, list: List, path: &str) -> String {
        self.coded(segment, segment.element(2), 0, list, path).trim().to_owned()
    }

    fn check_head(&mut self, unh: &Segment<'t>, message: &ItemMessage) {
        let missing = [
            ("Header.Reference", message.reference.is_empty()),
            ("Header.Created", message.created.is_none()),
            ("Header.Sender", message.sender.code().is_empty()),
            ("Header.Recipient", message.recipient.code().is_empty()),
        ];
        for (member, _) in missing.into_iter().filter(|(_, missing)| *missing) {
            self.found(unh, Finding::error("required", member, "the head of the message does not name it"));
        }
    }

    /// Reads from `CNI` to the next one; gives the segment to go on with and where the lines begin.
    fn one_item(&mut self, cni: &Segment<'t>, message: &mut ItemMessage, end: usize) -> (usize, Vec<usize>) {
        let index = message.items.len();
        let id = id(cni, 2, 0);
        self.item = Some((index, names::shown(&id)));
        if cni.text(1, 0).trim().parse() != Ok(index + 1) {
            let text = format!("the items are not numbered in order; this is number {}", index + 1);
            self.found(cni, Finding::warning("count", "", text));
        }
        let mut item = ItemReader::new(message.kind, &id);
        let mut at = cni.number() + 1;
        while let Some(segment) = self.lexer.segment(at).filter(|_| at < end) {
            if matches!(segment.tag(), b"CNI" | b"CNT") {
                break;
            }
            if at - cni.number() == limits::EDI_ITEM_SEGMENTS {
                let text = format!(
                    "at most {at} segments in one item; those after are not read",
                    at = limits::EDI_ITEM_SEGMENTS
                );
                self.found(&segment, Finding::error("limit", "", text));
            } else if at - cni.number() < limits::EDI_ITEM_SEGMENTS {
                item.segment(self, &segment);
            }
            at += 1;
        }
        let last = self.lexer.segment(at - 1).unwrap_or(*cni);
        let (mut item, pieces) = item.finish(self, &last, message.function);
        normalize::complete(&mut item, message);
        message.items.push(item);
        self.item = None;
        (at, pieces)
    }

    fn check_totals(&mut self, unh: &Segment<'t>, message: &ItemMessage, totals: &[Segment<'t>]) {
        let pieces = |item: &crate::edi::Item| {
            let data = item.declaration.as_ref().and_then(|declaration| declaration.data.as_ref());
            data.map_or(0, |data| data.content_pieces.len())
        };
        let lines: usize = message.items.iter().map(pieces).sum();
        let mut items_counted = false;
        for total in totals {
            let counted = match id(total, 1, 0).as_str() {
                "10" => {
                    items_counted = true;
                    message.items.len()
                }
                "2" => lines,
                _ => {
                    self.unexpected(total);
                    continue;
                }
            };
            if parse_int(&total.text(1, 1)).ok().and_then(|total| usize::try_from(total).ok()) != Some(counted) {
                let text = format!("the control total does not agree with the {counted} there are");
                self.found(total, Finding::error("count", "", text));
            }
        }
        if !items_counted {
            self.found(unh, Finding::error("required", "", "the control total of items (CNT 10) is missing"));
        }
    }

    /// The instant of a `DTM`; reports one that cannot be read.
    pub(super) fn date(&mut self, segment: &Segment<'_>, path: &str) -> Option<WcfDate> {
        if segment.raw(1, 1).is_empty() {
            return None;
        }
        let date = date_in(segment);
        if date.is_none() {
            let text = "a date is CCYYMMDDHHMMSS with format 204, in UTC";
            self.found(segment, Finding::error("format", path, text));
        }
        date
    }
}

/// The organizations of the head, as named.
#[derive(Default)]
struct Parties {
    sender: Option<String>,
    recipient: Option<String>,
    customs: Vec<String>,
}

impl Parties {
    /// A customs organization is the side that no operator is named for. Gives those that are left over.
    fn settle(self, message: &mut ItemMessage) -> Vec<String> {
        let mut customs = self.customs.into_iter();
        let mut side = |operator: Option<String>| match operator {
            Some(code) => Some(Organization::Operator(code)),
            None => customs.next().map(Organization::Customs),
        };
        if let Some(sender) = side(self.sender) {
            message.sender = sender;
        }
        if let Some(recipient) = side(self.recipient) {
            message.recipient = recipient;
        }
        customs.collect()
    }
}
