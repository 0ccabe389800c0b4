//! EDIFACT → contracts: the segments of one item, by the group they stand in.
//!
//! Within a group the order of segments does not matter when reading. A value that cannot be read is reported and
//! left out; a segment the profile does not have is reported too.

use std::borrow::Cow;

use super::notes::{self, Note, Reading, Topic};
use super::pointer;
use super::read::Reader;
use super::tape::Segment;
use crate::contract::{Number, WcfDate};
use crate::edi::draft::Draft;
use crate::edi::profile::extras::Entry;
use crate::edi::profile::table::{Home, Role};
use crate::edi::profile::value::{date_text, parse_int, parse_number};
use crate::edi::{Finding, Function, Item, Kind};

/// The group the last segments belonged to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    Head,
    Party(Role),
    /// The person who answers.
    Agent,
    Piece(usize),
    /// A line of a response: revised data.
    Revised,
    Tax(usize),
    Pointer,
}

/// An item that is being read.
pub(super) struct ItemReader {
    pub kind: Kind,
    pub scope: Scope,
    pub draft: Draft,
    note: Option<Reading>,
    /// Segment numbers of the lines.
    pub pieces: Vec<usize>,
    /// The family entry that is being filled: pointer or revised line.
    pub entry: Entry,
    /// Line a pointer names by number.
    pub pointed_line: String,
    /// Whether the message says it; otherwise it follows from the taxes.
    dutiable_said: bool,
    /// Whether the contract's reason has been met.
    reasoned: bool,
    /// A reason too long for its place in the status.
    reason_text: Option<String>,
}

pub(super) fn set(member: &mut Option<String>, text: Cow<'_, str>) {
    if !text.is_empty() {
        *member = Some(text.into_owned());
    }
}

impl ItemReader {
    pub fn new(kind: Kind, id: &str) -> Self {
        let mut draft = Draft::default();
        set(&mut draft.mail_object.id, Cow::Borrowed(id));
        Self {
            kind,
            scope: Scope::Head,
            draft,
            note: None,
            pieces: Vec::new(),
            entry: Vec::new(),
            pointed_line: String::new(),
            dutiable_said: false,
            reasoned: false,
            reason_text: None,
        }
    }

    /// Puts the item together; also gives the segment numbers of its lines.
    pub fn finish(mut self, reader: &mut Reader<'_>, function: Function) -> (Item, Vec<usize>) {
        self.end_note(reader, None);
        self.end_entry();
        let data = &mut self.draft.response_data;
        if !self.dutiable_said {
            data.dutiable = !data.taxes.is_empty();
        }
        if let Some(more) = self.reason_text.take() {
            let text = data.decision_reason_nm.get_or_insert_default();
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&more);
        }
        (self.draft.finish(self.kind, function), self.pieces)
    }

    pub fn segment(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) {
        let tag = segment.tag();
        if tag == b"FTX" && segment.is(1, 0, "ZZZ") {
            return self.note_segment(reader, segment);
        }
        self.end_note(reader, Some(segment));
        if segment.has_repetitions() {
            let text = "the profile repeats segments, not elements; only the first is taken over";
            reader.found(segment, Finding::warning("segment", "", text));
        }
        match tag {
            b"NAD" => self.nad(reader, segment),
            b"GID" => self.gid(reader, segment),
            b"TAX" => self.tax_begins(reader, segment),
            b"ERP" => self.erp(segment),
            _ => self.in_scope(reader, segment),
        }
    }

    fn in_scope(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) {
        let tag = segment.tag();
        match self.scope {
            Scope::Party(role) if matches!(tag, b"RFF" | b"CTA" | b"COM") => self.party(reader, role, segment),
            Scope::Agent if tag == b"CTA" => {
                let person = segment.text(2, 1);
                self.draft.extras_mut(Home::Answer, 0).set("EP.Person", &person);
            }
            Scope::Piece(at) => self.piece(reader, at, segment),
            Scope::Revised => self.revised(reader, segment),
            Scope::Tax(at) if !segment.is(1, 0, "176") => self.tax(reader, at, segment),
            Scope::Pointer if matches!(tag, b"ERC" | b"FTX") => self.pointer(reader, segment),
            _ => self.head(reader, segment),
        }
    }

    /// A segment of the item itself.
    pub(super) fn head(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) {
        match segment.tag() {
            b"RFF" => self.rff(reader, segment),
            b"DTM" => self.dtm(reader, segment),
            b"LOC" => self.loc(reader, segment),
            b"TSR" => self.tsr(segment),
            b"TDT" => {
                let mode = if segment.raw(3, 0).is_empty() { segment.text(3, 1) } else { segment.text(3, 0) };
                set(&mut self.draft.data.transport_mode, mode);
                self.extra(Home::DeclarationData, "EP.FlightNumber", &segment.text(2, 0));
            }
            b"STS" => self.sts(reader, segment),
            b"MEA" => self.mea(reader, segment),
            b"MOA" => self.moa(reader, segment),
            b"FTX" => self.ftx(reader, segment),
            b"DOC" => self.doc(segment),
            _ => reader.unexpected(segment),
        }
    }

    fn extra(&mut self, home: Home, name: &str, value: &str) {
        if !value.is_empty() {
            self.draft.extras_mut(home, 0).set(name, value);
        }
    }

    fn rff(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) {
        let value = segment.text(1, 1);
        let data = Home::DeclarationData;
        let (home, name) = match (segment.raw(1, 0), self.kind) {
            (b"AAE", Kind::Cusrsp) => (Home::ResponseData, "EP.DeclarationId"),
            (b"AAE", Kind::Itmref) => (Home::Referral, "EP.DeclarationId"),
            (b"AAE", _) => (data, "EP.DeclarationId"),
            (b"ABO", Kind::Itmatt | Kind::Cusitm) if segment.is(1, 2, "2") => {
                return set(&mut self.draft.mail_object.local_id2, value);
            }
            (b"ABO", Kind::Itmatt | Kind::Cusitm) => return set(&mut self.draft.mail_object.local_id, value),
            (b"ABO", Kind::Itmref) => return set(&mut self.draft.referral.known.referral_id, value),
            (b"ABO", Kind::Refrsp) => (Home::Answer, "EP.Reference"),
            (b"AGO", Kind::Refrsp) => return set(&mut self.draft.answer.known.referral_id, value),
            (b"ABT", Kind::Cusrsp) => (Home::ResponseData, "EP.EntryNumber"),
            (b"ABT", Kind::Itmref) => (Home::Referral, "EP.Mrn"),
            (b"AES", Kind::Itmref) => (Home::Referral, "EP.CaseReference"),
            (b"ACD", Kind::Cusrsp) => (Home::ResponseData, "EP.ExtraReference"),
            (b"ACD", Kind::Itmref) => (Home::Referral, "EP.RelayedReference"),
            (b"ACD", Kind::Refrsp) => (Home::Answer, "EP.RelayedReference"),
            (b"ACC", _) => (data, "EP.ReceptacleId"),
            (b"AAK", _) => (data, "EP.DespatchId"),
            (b"AAS", _) => (data, "EP.ConsignmentId"),
            (b"UCN", _) => (data, "EP.OrderReference"),
            _ => return reader.unexpected(segment),
        };
        self.extra(home, name, &value);
    }

    fn dtm(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) {
        let extra = match (segment.raw(1, 0), self.kind) {
            (b"132", _) => Some((Home::DeclarationData, "EP.PlannedArrivalDt")),
            (b"186", _) => Some((Home::DeclarationData, "EP.ActualDepartureDt")),
            (b"58", Kind::Cusrsp) => Some((Home::ResponseData, "EP.ClearedDt")),
            (b"317", Kind::Itmref) => Some((Home::Referral, "EP.ReplyBy")),
            _ => None,
        };
        if let Some((home, name)) = extra {
            if let Some(date) = reader.date(segment, name) {
                self.extra(home, name, &date_text(date));
            }
            return;
        }
        let member: &mut Option<WcfDate> = match (segment.raw(1, 0), self.kind) {
            (b"143", _) => &mut self.draft.mail_object.posting_dt,
            (b"133", _) => &mut self.draft.data.transport_date,
            (b"9", Kind::Cusrsp) => &mut self.draft.response_data.clearance_dt,
            (b"9", Kind::Itmref) => &mut self.draft.referral.known.event_dt,
            (b"9", Kind::Refrsp) => &mut self.draft.answer.known.event_dt,
            _ => return reader.unexpected(segment),
        };
        if let Some(date) = reader.date(segment, "DTM") {
            *member = Some(date);
        }
    }

    fn loc(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) {
        let place = segment.text(2, 0);
        let data = Home::DeclarationData;
        match segment.raw(1, 0) {
            b"35" => self.extra(data, "EP.ExportCountryCd", &place),
            b"28" => self.extra(data, "EP.DestCountryCd", &place),
            b"5" => {
                self.extra(data, "EP.OrigOfficeCd", &place);
                set(&mut self.draft.mail_object.orig_post_org_cd, segment.text(3, 0));
            }
            b"8" => {
                self.extra(data, "EP.DestOfficeCd", &place);
                set(&mut self.draft.mail_object.dest_post_org_cd, segment.text(3, 0));
            }
            b"22" | b"41" if self.kind == Kind::Cusrsp => self.extra(Home::ResponseData, "EP.OfficeCd", &place),
            b"22" | b"41" => self.extra(data, "EP.CustomsOfficeCd", &place),
            b"14" if self.kind == Kind::Refrsp => self.extra(Home::Answer, "EP.Facility", &place),
            _ => reader.unexpected(segment),
        }
    }

    fn tsr(&mut self, segment: &Segment<'_>) {
        set(&mut self.draft.data.handling_class_cd, segment.text(1, 0));
        set(&mut self.draft.mail_object.mail_class_cd, segment.text(2, 0));
        self.extra(Home::DeclarationData, "EP.MailSubclassCd", &segment.text(2, 3));
        set(&mut self.draft.mail_object.mail_category_cd, segment.text(3, 0));
        set(&mut self.draft.data.nature_type_cd, segment.text(4, 0));
    }

    fn sts(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) {
        let code = if segment.raw(2, 0).is_empty() { segment.text(2, 3) } else { segment.text(2, 0) };
        match (segment.raw(1, 0), self.kind) {
            (b"FLW", _) => self.extra(Home::DeclarationData, "EP.FlowCd", &code),
            (b"DEC", Kind::Cusrsp) => {
                set(&mut self.draft.response_data.decision_cd, segment.text(2, 0));
                self.extra(Home::ResponseData, "EP.DecisionNm", &segment.text(2, 3));
                self.reasons(segment);
            }
            (b"REF", Kind::Itmref) => {
                set(&mut self.draft.referral.known.referral_cd, code);
                self.reasons(segment);
            }
            (b"RSP", Kind::Refrsp) => set(&mut self.draft.answer.known.referral_response_cd, code),
            (b"SCM", Kind::Itmref) => {
                self.draft.extras_mut(Home::Referral, 0).push_entry("Methods", vec![Some(code.into_owned())]);
            }
            (b"SCM", Kind::Refrsp) => {
                let entry = vec![Some(code.into_owned()), Some(segment.text(3, 0).into_owned())];
                self.draft.extras_mut(Home::Answer, 0).push_entry("Screenings", entry);
            }
            _ => reader.unexpected(segment),
        }
    }

    fn reasons(&mut self, segment: &Segment<'_>) {
        for element in 3..segment.element_count() {
            let mut code = segment.text(element, 0).into_owned();
            if self.kind == Kind::Itmref {
                code = pointer::lengthen(&code);
            }
            let text = segment.text(element, 3).into_owned();
            // An empty first reason keeps the place of one that stands elsewhere.
            let first = self.kind == Kind::Cusrsp && !std::mem::replace(&mut self.reasoned, true);
            let data = &mut self.draft.response_data;
            if first {
                set(&mut data.decision_reason_cd, Cow::Owned(code));
                set(&mut data.decision_reason_nm, Cow::Owned(text));
            } else {
                self.draft.add_reason(self.kind, vec![Some(code), Some(text)]);
            }
        }
    }

    fn mea(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) {
        match (segment.raw(1, 0), segment.raw(2, 0)) {
            (b"WT", b"AAD") => {
                let weight = weight(reader, segment, "Declaration.Data.GrossWeight");
                self.draft.data.gross_weight = weight.or(self.draft.data.gross_weight.take());
            }
            (b"PD", b"LN") => self.length(reader, segment, "EP.LengthCm"),
            (b"PD", b"WD") => self.length(reader, segment, "EP.WidthCm"),
            (b"PD", b"HT") => self.length(reader, segment, "EP.HeightCm"),
            _ => reader.unexpected(segment),
        }
    }

    fn length(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>, name: &str) {
        if !segment.is(3, 0, "CMT") {
            reader.found(segment, Finding::error("unknown_code", name, "lengths are in CMT"));
        }
        if let Some(length) = number(reader, segment, 3, 1, name) {
            self.extra(Home::DeclarationData, name, length.digits());
        }
    }

    fn moa(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) {
        let currency = segment.text(1, 2);
        let (value, name) = match segment.raw(1, 0) {
            b"43" => {
                if let Some(total) = number(reader, segment, 1, 1, "EP.TotalValue") {
                    self.draft.totals.push((total.digits().to_owned(), currency.into_owned()));
                }
                return;
            }
            b"64" => (&mut self.draft.data.postage, &mut self.draft.data.postage_currency_cd),
            b"67" => (&mut self.draft.data.insured_value, &mut self.draft.data.insured_value_currency_cd),
            b"176" if self.kind == Kind::Cusrsp => {
                let data = &mut self.draft.response_data;
                (&mut data.total_fee, &mut data.total_fee_currency_cd)
            }
            _ => return reader.unexpected(segment),
        };
        *value = number(reader, segment, 1, 1, "MOA");
        set(name, currency);
    }

    fn ftx(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) {
        let data = Home::DeclarationData;
        let text = || notes::join(segment, 4, 0, 5, notes::TEXT);
        match (segment.raw(1, 0), self.kind) {
            (b"DEL", _) => self.extra(data, "EP.NonDeliveryCd", &segment.text(3, 0)),
            (b"CUS", _) => self.extra(data, "EP.Comments", &text()),
            (b"ACB", _) => self.extra(data, "EP.NatureExplanation", &text()),
            (b"SIN", Kind::Itmref) => self.extra(Home::Referral, "EP.Instruction", &text()),
            (b"SIN", _) => self.extra(data, "EP.RedirectAddress", &text()),
            (b"AAI", Kind::Itmref) => set(&mut self.draft.referral.known.remarks, text()),
            (b"AAI", Kind::Refrsp) => set(&mut self.draft.answer.known.information, text()),
            (b"REG", Kind::Itmref) => self.extra(Home::Referral, "EP.Legal", &text()),
            (b"ACD", Kind::Cusrsp) => set(&mut self.reason_text, text()),
            (b"CCI", Kind::Cusrsp) => self.extra(Home::ResponseData, "EP.Instruction", &text()),
            (b"AAO", Kind::Cusrsp) => self.extra(Home::ResponseData, "EP.ErrorText", &text()),
            _ => reader.unexpected(segment),
        }
    }

    fn doc(&mut self, segment: &Segment<'_>) {
        let id = segment.text(2, 0);
        if self.kind == Kind::Refrsp && segment.is(1, 1, "ZAT") {
            return self.draft.extras_mut(Home::Answer, 0).push_entry("Attachments", vec![Some(id.into_owned())]);
        }
        let mut document = crate::contract::Document::default();
        set(&mut document.document_type, segment.text(1, 0));
        set(&mut document.document_name, segment.text(1, 3));
        set(&mut document.document_id, id);
        self.draft.data.documents.push(document);
    }

    fn note_segment(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) {
        if segment.is(3, 0, "CON") {
            return match &mut self.note {
                Some(note) => note.go_on(segment),
                None => reader.unexpected(segment),
            };
        }
        self.end_note(reader, Some(segment));
        self.note = Reading::begin(segment);
        if self.note.is_none() {
            reader.unexpected(segment);
        }
    }

    /// Takes over the name and value that was being read. `next` is the segment after it, for the finding.
    fn end_note(&mut self, reader: &mut Reader<'_>, next: Option<&Segment<'_>>) {
        let Some(note) = self.note.take() else { return };
        let done = note.finish().is_some_and(|note| self.take_note(note));
        if !done {
            let finding = Finding::error("format", "FTX", "a name with its value could not be read");
            match next {
                Some(segment) => reader.found(segment, finding),
                None => reader.findings.push(finding),
            }
        }
    }

    fn take_note(&mut self, note: Note) -> bool {
        let Note { topic, name, value } = note;
        match topic {
            Topic::ExtraField => {
                let (home, index) = self.extras_here();
                self.draft.extras_mut(home, index).add(&name, &value);
            }
            Topic::DeclarationField => self.draft.extras_mut(Home::DeclarationData, 0).add(&name, &value),
            Topic::Member => {
                if name == "Response.Data.Dutiable" {
                    self.dutiable_said = true;
                }
                if Home::parse(&name).is_none() {
                    return false;
                }
                self.draft.notes.push((name, value));
            }
            Topic::OtherMember => {
                let Ok(json) = serde_json::value::RawValue::from_string(value) else { return false };
                let others = match self.kind {
                    Kind::Itmref => &mut self.draft.referral.other,
                    _ => &mut self.draft.answer.other,
                };
                others.insert(name, json);
            }
            Topic::Path => match self.entry.first_mut() {
                Some(path) if self.scope == Scope::Pointer => set(path, Cow::Owned(value)),
                _ => return false,
            },
        }
        true
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

pub(super) fn number(
    reader: &mut Reader<'_>,
    segment: &Segment<'_>,
    element: usize,
    component: usize,
    path: &str,
) -> Option<Number> {
    let text = segment.text(element, component);
    if text.is_empty() {
        return None;
    }
    parse_number(&text)
        .map_err(|form| reader.found(segment, Finding::error("type", path, format!("{form} is expected"))))
        .ok()
}

pub(super) fn int(
    reader: &mut Reader<'_>,
    segment: &Segment<'_>,
    element: usize,
    component: usize,
    path: String,
) -> Option<i32> {
    let text = segment.text(element, component);
    if text.is_empty() {
        return None;
    }
    parse_int(&text)
        .map_err(|form| reader.found(segment, Finding::error("type", path, format!("{form} is expected"))))
        .ok()
}

/// A weight in kilograms; other units are not converted.
pub(super) fn weight(reader: &mut Reader<'_>, segment: &Segment<'_>, path: &str) -> Option<Number> {
    if !segment.is(3, 0, "KGM") {
        reader.found(segment, Finding::error("unknown_code", path, "weights are in KGM"));
        return None;
    }
    number(reader, segment, 3, 1, path)
}
