//! EDIFACT → contracts: the segments of one item, by the group they stand in.
//!
//! Within a group the order of segments does not matter when reading. A value that cannot be read is reported and
//! left out; a segment the profile does not have is reported too. What is said twice is `once.rs`'s business.

use std::borrow::Cow;
use std::collections::HashMap;

use super::lexer::Segment;
use super::name_value::{self, Reading};
use super::once::{self, Once, Statement};
use super::reader::Reader;
use super::{lists, pointer};
use crate::contract::{Number, WcfDate};
use crate::edi::amount::Counted;
use crate::edi::finding::Finding;
use crate::edi::item_builder::ItemBuilder;
use crate::edi::message::{Function, Item, Kind};
use crate::edi::profile::extras::Entry;
use crate::edi::profile::table::{self, Home, Role};
use crate::edi::profile::value::{date_text, parse_int, parse_number};

/// The group the last segments belonged to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    Head,
    Party(Role),
    /// The person who answers.
    Agent,
    /// A party that was named before; nothing of it is taken over.
    Again,
    /// A party the profile does not have.
    Stranger,
    Piece(usize),
    /// A line of a response: revised data.
    Revised,
    Tax(usize),
    Pointer,
    /// Beyond what an item may hold; the item is refused, so nothing of it is taken over.
    Beyond,
}

/// Segments of one party that are looked at; the profile has four.
const PARTY_SEGMENTS: usize = 32;

/// Whose statement a segment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    Item,
    /// The group that is being read.
    Group,
}

/// An item that is being read.
pub(super) struct ItemReader {
    pub kind: Kind,
    pub scope: Scope,
    pub builder: ItemBuilder,
    pub note: Option<Reading>,
    /// Segment numbers of the lines.
    pub pieces: Vec<usize>,
    /// The family entry that is being filled: pointer or revised line.
    pub entry: Entry,
    /// Line a pointer names by number.
    pub pointed_line: String,
    /// What the item has said, and what the group that is being read.
    said: [Once; 2],
    /// Segments of the party that is being read: a party is compared, and taken, as a whole.
    pub party: Vec<usize>,
    /// Segments of the parties named, by role.
    pub parties: HashMap<Vec<u8>, Vec<usize>>,
    /// Whether the message says it; otherwise it follows from the taxes.
    pub dutiable_said: bool,
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

/// A free text goes on in further segments.
pub(super) fn go_on(member: &mut Option<String>, text: Cow<'_, str>) {
    match member {
        Some(before) if !text.is_empty() => {
            before.push(' ');
            before.push_str(&text);
        }
        _ => set(member, text),
    }
}

impl ItemReader {
    pub fn new(kind: Kind, id: &str) -> Self {
        let mut builder = ItemBuilder::default();
        set(&mut builder.mail_object.id, Cow::Borrowed(id));
        Self {
            kind,
            scope: Scope::Head,
            builder,
            note: None,
            pieces: Vec::new(),
            entry: Vec::new(),
            pointed_line: String::new(),
            said: Default::default(),
            party: Vec::new(),
            parties: HashMap::new(),
            dutiable_said: false,
            reasoned: false,
            reason_text: None,
        }
    }

    /// Puts the item together; also gives the segment numbers of its lines. `last` is its last segment.
    pub fn finish(mut self, reader: &mut Reader<'_>, last: &Segment<'_>, function: Function) -> (Item, Vec<usize>) {
        self.end_note(reader, last);
        self.end_group(reader);
        let charset = reader.lexer.charset;
        for path in self.builder.contradicted(|text| text.chars().all(|c| charset.holds(c))) {
            reader.found(last, Finding::twice(path));
        }
        if let Some(finding) = self.builder.left_behind(self.kind, function) {
            reader.found(last, finding);
        }
        let data = &mut self.builder.response_data;
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
        (self.builder.finish(self.kind, function), self.pieces)
    }

    pub fn segment(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) {
        let tag = segment.tag();
        if tag == b"FTX" && segment.is(1, 0, "ZZZ") {
            return self.note_segment(reader, segment);
        }
        self.end_note(reader, segment);
        if matches!(tag, b"GID" | b"TAX" | b"ERP" | b"DOC" | b"STS") && !reader.one_more(Counted::Part, segment) {
            return;
        }
        if segment.has_repetitions() && !matches!(tag, b"COM" | b"PIA" | b"STS") {
            let text = "the profile repeats segments here, not elements; only the first is taken over";
            reader.found(segment, Finding::warning("segment", "", text));
        }
        match tag {
            b"NAD" => self.nad(reader, segment),
            b"GID" => self.gid(reader, segment),
            b"TAX" => self.tax_begins(reader, segment),
            b"ERP" => self.erp(reader, segment),
            _ => self.in_scope(reader, segment),
        }
    }

    fn in_scope(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) {
        let tag = segment.tag();
        let of_party = matches!(tag, b"RFF" | b"CTA" | b"COM");
        match self.scope {
            Scope::Beyond => {}
            Scope::Party(_) | Scope::Agent | Scope::Again if of_party && self.party.len() >= PARTY_SEGMENTS => {
                reader.unexpected(segment);
            }
            Scope::Party(role) if of_party => {
                self.party.push(segment.number());
                self.take(reader, segment, Of::Group, |item, reader| item.party(reader, role, segment));
            }
            Scope::Agent if tag == b"CTA" => {
                self.party.push(segment.number());
                self.take(reader, segment, Of::Group, |item, _| item.agent(segment));
            }
            Scope::Again if of_party => self.party.push(segment.number()),
            Scope::Stranger if of_party => reader.unexpected(segment),
            Scope::Piece(at) => {
                self.take(reader, segment, Of::Group, |item, reader| item.piece(reader, at, segment));
            }
            Scope::Revised if Self::is_revised(segment) => {
                self.take(reader, segment, Of::Group, |item, reader| item.revised(reader, segment));
            }
            Scope::Tax(at) if !segment.is(1, 0, "176") => {
                self.take(reader, segment, Of::Group, |item, reader| item.tax(reader, at, segment));
            }
            Scope::Pointer if matches!(tag, b"ERC" | b"FTX") => {
                self.take(reader, segment, Of::Group, |item, reader| item.pointer(reader, segment));
            }
            _ => self.take(reader, segment, Of::Item, |item, reader| item.head(reader, segment)),
        }
    }

    /// Takes over what a segment states, unless that was stated before. `read` says whether the profile has the segment.
    fn take(
        &mut self,
        reader: &mut Reader<'_>,
        segment: &Segment<'_>,
        of: Of,
        read: impl FnOnce(&mut Self, &mut Reader<'_>) -> bool,
    ) {
        let subject = once::subject(segment);
        let agrees =
            |subject: &Vec<u8>| self.said[of as usize].agrees(subject, Statement::whole(segment), reader.lexer);
        if let Some(agrees) = subject.as_ref().and_then(agrees) {
            if !agrees {
                reader.found(segment, Finding::twice(self.path_of(segment)));
            }
        } else if !read(self, reader) {
            reader.unexpected(segment);
        } else if let Some(subject) = subject {
            self.said[of as usize].note(subject, Statement::whole(segment));
        }
    }

    /// Whether an element of a segment of this group is the first statement about a subject; reports one that says
    /// something else than the first.
    pub(super) fn is_first(
        &mut self,
        reader: &mut Reader<'_>,
        segment: &Segment<'_>,
        subject: String,
        statement: Statement,
        path: String,
    ) -> bool {
        let said = &mut self.said[Of::Group as usize];
        let agrees = said.agrees(subject.as_bytes(), statement, reader.lexer);
        match agrees {
            None => said.note(subject.into_bytes(), statement),
            Some(true) => {}
            Some(false) => reader.found(segment, Finding::twice(path)),
        }
        agrees.is_none()
    }

    /// Another group begins.
    pub(super) fn end_group(&mut self, reader: &mut Reader<'_>) {
        self.end_entry();
        self.end_party(reader);
        self.said[Of::Group as usize].clear();
    }

    /// The member that a segment carries, for findings; empty when the table does not say.
    fn path_of(&self, segment: &Segment<'_>) -> String {
        let tag = String::from_utf8_lossy(segment.tag());
        let place = format!("{tag} {}", segment.text(1, 0));
        let fits = |row: &&table::Row| row.edifact == place || row.edifact == tag;
        let homes: &[Home] = match (self.scope, self.kind) {
            (Scope::Party(role), _) => {
                return role
                    .rows()
                    .iter()
                    .find(fits)
                    .map_or_else(String::new, |row| row.home.member_path(0, row.member));
            }
            (Scope::Piece(_), _) => &[Home::Piece],
            (Scope::Tax(_), _) => &[Home::Tax],
            (_, Kind::Cusrsp) => &[Home::ResponseData, Home::MailObject, Home::DeclarationData],
            (_, Kind::Itmref) => &[Home::Referral, Home::MailObject, Home::DeclarationData],
            (_, Kind::Refrsp) => &[Home::Answer, Home::MailObject, Home::DeclarationData],
            _ => &[Home::MailObject, Home::DeclarationData],
        };
        let index = match self.scope {
            Scope::Piece(at) | Scope::Tax(at) => at,
            _ => 0,
        };
        let row = homes.iter().find_map(|home| table::rows().filter(|row| row.home == *home).find(fits));
        row.map_or_else(String::new, |row| row.home.member_path(index, row.member))
    }

    /// A segment of the item itself.
    fn head(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) -> bool {
        match segment.tag() {
            b"RFF" => return self.rff(segment),
            b"DTM" => return self.dtm(reader, segment),
            b"LOC" => return self.loc(reader, segment),
            b"TSR" => self.tsr(reader, segment),
            b"TDT" if segment.is(1, 0, "20") => {
                let mode = if segment.raw(3, 0).is_empty() { segment.text(3, 1) } else { segment.text(3, 0) };
                set(&mut self.builder.data.transport_mode, mode);
                self.extra(Home::DeclarationData, "EP.FlightNumber", &segment.text(2, 0));
            }
            b"STS" => return self.sts(reader, segment),
            b"MEA" => return self.mea(reader, segment),
            b"MOA" => return self.moa(reader, segment),
            b"FTX" => return self.ftx(reader, segment),
            b"DOC" => self.doc(reader, segment),
            _ => return false,
        }
        true
    }

    fn extra(&mut self, home: Home, name: &str, value: &str) {
        if !value.is_empty() {
            self.builder.extras_mut(home, 0).set(name, value);
        }
    }

    /// A free text of the profile's extra fields; it goes on in further segments.
    fn extra_text(&mut self, home: Home, name: &str, text: Cow<'_, str>) {
        let mut whole = self.builder.extras_of(home, 0).get(name).map(str::to_owned);
        go_on(&mut whole, text);
        self.extra(home, name, &whole.unwrap_or_default());
    }

    fn rff(&mut self, segment: &Segment<'_>) -> bool {
        let value = segment.text(1, 1);
        let data = Home::DeclarationData;
        let second = segment.is(1, 2, "2");
        let (home, name) = match (segment.raw(1, 0), self.kind) {
            (b"AAE", Kind::Cusrsp) => (Home::ResponseData, "EP.DeclarationId"),
            (b"AAE", Kind::Itmref) => (Home::Referral, "EP.DeclarationId"),
            (b"AAE", _) => (data, "EP.DeclarationId"),
            (b"ABO", Kind::Itmatt | Kind::Cusitm) => {
                let mail = &mut self.builder.mail_object;
                set(if second { &mut mail.local_id2 } else { &mut mail.local_id }, value);
                return second || segment.raw(1, 2).is_empty() || segment.is(1, 2, "1");
            }
            (b"ABO", Kind::Itmref) => {
                set(&mut self.builder.referral.known.referral_id, value);
                return true;
            }
            (b"ABO", Kind::Refrsp) => (Home::Answer, "EP.Reference"),
            (b"AGO", Kind::Refrsp) => {
                set(&mut self.builder.answer.known.referral_id, value);
                return true;
            }
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
            _ => return false,
        };
        self.extra(home, name, &value);
        true
    }

    fn dtm(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) -> bool {
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
            return true;
        }
        let member: &mut Option<WcfDate> = match (segment.raw(1, 0), self.kind) {
            (b"143", _) => &mut self.builder.mail_object.posting_dt,
            (b"133", _) => &mut self.builder.data.transport_date,
            (b"9", Kind::Cusrsp) => &mut self.builder.response_data.clearance_dt,
            (b"9", Kind::Itmref) => &mut self.builder.referral.known.event_dt,
            (b"9", Kind::Refrsp) => &mut self.builder.answer.known.event_dt,
            _ => return false,
        };
        if let Some(date) = reader.date(segment, "DTM") {
            *member = Some(date);
        }
        true
    }

    fn loc(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) -> bool {
        let data = Home::DeclarationData;
        let (home, name, list) = match (segment.raw(1, 0), self.kind) {
            (b"35", _) => (data, "EP.ExportCountryCd", lists::COUNTRY),
            (b"28", _) => (data, "EP.DestCountryCd", lists::COUNTRY),
            (b"5", _) => (data, "EP.OrigOfficeCd", lists::OFFICE),
            (b"8", _) => (data, "EP.DestOfficeCd", lists::OFFICE),
            (b"22" | b"41", Kind::Cusrsp) => (Home::ResponseData, "EP.OfficeCd", lists::CUSTOMS),
            (b"22" | b"41", _) => (data, "EP.CustomsOfficeCd", lists::CUSTOMS),
            (b"14", Kind::Refrsp) => (Home::Answer, "EP.Facility", lists::OFFICE),
            _ => return false,
        };
        let place = reader.coded(segment, segment.element(2), 0, list, name);
        self.extra(home, name, &place);
        if matches!(segment.raw(1, 0), b"5" | b"8") {
            let (member, path) = match segment.is(1, 0, "5") {
                true => (&mut self.builder.mail_object.orig_post_org_cd, "MailObject.OrigPostOrgCd"),
                false => (&mut self.builder.mail_object.dest_post_org_cd, "MailObject.DestPostOrgCd"),
            };
            set(member, reader.coded(segment, segment.element(3), 0, lists::OPERATOR, path));
        }
        true
    }

    fn tsr(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) {
        let mut coded =
            |element, component, list, path| reader.coded(segment, segment.element(element), component, list, path);
        let (data, mail) = (&mut self.builder.data, &mut self.builder.mail_object);
        set(&mut data.handling_class_cd, coded(1, 0, lists::HANDLING_CLASS, "Declaration.Data.HandlingClassCd"));
        set(&mut mail.mail_class_cd, coded(2, 0, lists::MAIL_CLASS, "MailObject.MailClassCd"));
        set(&mut mail.mail_category_cd, coded(3, 0, lists::MAIL_CATEGORY, "MailObject.MailCategoryCd"));
        set(&mut data.nature_type_cd, coded(4, 0, lists::NATURE, "Declaration.Data.NatureTypeCd"));
        let subclass = coded(2, 3, lists::MAIL_SUBCLASS, "Declaration.Data.EP.MailSubclassCd");
        self.extra(Home::DeclarationData, "EP.MailSubclassCd", &subclass);
    }

    fn sts(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) -> bool {
        let category = segment.raw(1, 0);
        let (list, path) = match (category, self.kind) {
            (b"FLW", _) => (lists::FLOW, "Declaration.Data.EP.FlowCd"),
            (b"DEC", Kind::Cusrsp) => (lists::DECISION, "Response.Data.DecisionCd"),
            (b"REF", Kind::Itmref) => (lists::REFERRAL, "Referral.ReferralCd"),
            (b"RSP", Kind::Refrsp) => (lists::ANSWER, "ReferralResponse.ReferralResponseCd"),
            (b"SCM", Kind::Itmref | Kind::Refrsp) => (lists::SCREENING, "EP.Screenings"),
            _ => return false,
        };
        // Further reasons of a decision or referral stand in further segments with the same status.
        let is_reasoned = matches!(category, b"DEC" | b"REF");
        let said = &mut self.said[Of::Item as usize];
        let (subject, statement) = (segment.tag(), Statement::part(segment, 1, 3));
        let agrees = if is_reasoned { said.agrees(subject, statement, reader.lexer) } else { None };
        if agrees == Some(false) {
            reader.found(segment, Finding::twice(path));
            return true;
        }
        let is_first = agrees.is_none();
        if is_reasoned && is_first {
            said.note(subject.to_vec(), statement);
        }
        let name = segment.text(2, 3);
        let code = reader.coded(segment, segment.element(2), 0, list, path);
        let status = if segment.raw(2, 0).is_empty() { name.clone() } else { code.clone() };
        match category {
            b"FLW" => self.extra(Home::DeclarationData, "EP.FlowCd", &status),
            b"DEC" if is_first => {
                set(&mut self.builder.response_data.decision_cd, code);
                self.extra(Home::ResponseData, "EP.DecisionNm", &name);
            }
            b"REF" if is_first => set(&mut self.builder.referral.known.referral_cd, status),
            b"RSP" => set(&mut self.builder.answer.known.referral_response_cd, status),
            b"SCM" => self.screening(reader, segment, status),
            _ => {}
        }
        if is_reasoned {
            self.reasons(reader, segment);
        }
        true
    }

    fn screening(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>, method: Cow<'_, str>) {
        let method = Some(method.into_owned());
        if self.kind == Kind::Itmref {
            return self.builder.extras_mut(Home::Referral, 0).push_entry("Methods", vec![method]);
        }
        let result = reader.coded(segment, segment.element(3), 0, lists::SCREENING_RESULT, "EP.Screenings");
        self.builder.extras_mut(Home::Answer, 0).push_entry("Screenings", vec![method, Some(result.into_owned())]);
    }

    fn reasons(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) {
        let list = if self.kind == Kind::Itmref { lists::DATA_ERROR } else { lists::DECISION_REASON };
        for element in segment.elements_from(3) {
            let mut code = reader.coded(segment, element, 0, list, "EP.Reasons").into_owned();
            if self.kind == Kind::Itmref {
                code = pointer::lengthen(&code);
            }
            let text = element.text(3).into_owned();
            // An empty first reason keeps the place of one that stands elsewhere.
            let first = self.kind == Kind::Cusrsp && !std::mem::replace(&mut self.reasoned, true);
            let data = &mut self.builder.response_data;
            if first {
                set(&mut data.decision_reason_cd, Cow::Owned(code));
                set(&mut data.decision_reason_nm, Cow::Owned(text));
            } else {
                self.builder.add_reason(self.kind, vec![Some(code), Some(text)]);
            }
        }
    }

    fn mea(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) -> bool {
        match (segment.raw(1, 0), segment.raw(2, 0)) {
            (b"WT", b"AAD") => {
                self.builder.data.gross_weight = weight(reader, segment, "Declaration.Data.GrossWeight");
            }
            (b"PD", b"LN") => self.length(reader, segment, "EP.LengthCm"),
            (b"PD", b"WD") => self.length(reader, segment, "EP.WidthCm"),
            (b"PD", b"HT") => self.length(reader, segment, "EP.HeightCm"),
            _ => return false,
        }
        true
    }

    fn length(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>, name: &str) {
        if !segment.is(3, 0, "CMT") {
            return reader.found(segment, Finding::error("unknown_code", name, "lengths are in CMT"));
        }
        if let Some(length) = number(reader, segment, 3, 1, name) {
            self.extra(Home::DeclarationData, name, length.digits());
        }
    }

    fn moa(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) -> bool {
        let currency = segment.text(1, 2);
        let (value, name) = match segment.raw(1, 0) {
            b"43" => {
                if let Some(total) = number(reader, segment, 1, 1, "EP.TotalValue") {
                    self.builder.totals.push((total.digits().to_owned(), currency.into_owned()));
                }
                return true;
            }
            b"64" => (&mut self.builder.data.postage, &mut self.builder.data.postage_currency_cd),
            b"67" => (&mut self.builder.data.insured_value, &mut self.builder.data.insured_value_currency_cd),
            b"176" if self.kind == Kind::Cusrsp => {
                let data = &mut self.builder.response_data;
                (&mut data.total_fee, &mut data.total_fee_currency_cd)
            }
            _ => return false,
        };
        *value = number(reader, segment, 1, 1, "MOA");
        set(name, currency);
        true
    }

    fn ftx(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) -> bool {
        let data = Home::DeclarationData;
        let text = || name_value::join(segment, 4, 0, 5, name_value::TEXT);
        match (segment.raw(1, 0), self.kind) {
            (b"DEL", _) => {
                let path = "Declaration.Data.EP.NonDeliveryCd";
                let code = reader.coded(segment, segment.element(3), 0, lists::NON_DELIVERY, path);
                self.extra(data, "EP.NonDeliveryCd", &code);
            }
            (b"CUS", _) => self.extra_text(data, "EP.Comments", text()),
            (b"ACB", _) => self.extra_text(data, "EP.NatureExplanation", text()),
            (b"SIN", Kind::Itmref) => self.extra_text(Home::Referral, "EP.Instruction", text()),
            (b"SIN", _) => self.extra_text(data, "EP.RedirectAddress", text()),
            (b"AAI", Kind::Itmref) => go_on(&mut self.builder.referral.known.remarks, text()),
            (b"AAI", Kind::Refrsp) => go_on(&mut self.builder.answer.known.information, text()),
            (b"REG", Kind::Itmref) => self.extra_text(Home::Referral, "EP.Legal", text()),
            (b"ACD", Kind::Cusrsp) => go_on(&mut self.reason_text, text()),
            (b"CCI", Kind::Cusrsp) => self.extra_text(Home::ResponseData, "EP.Instruction", text()),
            (b"AAO", Kind::Cusrsp) => self.extra_text(Home::ResponseData, "EP.ErrorText", text()),
            _ => return false,
        }
        true
    }

    fn doc(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) {
        let id = segment.text(2, 0);
        if self.kind == Kind::Refrsp && segment.is(1, 1, lists::ATTACHMENT[0]) {
            return self.builder.extras_mut(Home::Answer, 0).push_entry("Attachments", vec![Some(id.into_owned())]);
        }
        let mut document = crate::contract::Document::default();
        let path = Home::Document.member_path(self.builder.data.documents.len(), "DocumentType");
        set(&mut document.document_type, reader.coded(segment, segment.element(1), 0, lists::DOCUMENT, &path));
        set(&mut document.document_name, segment.text(1, 3));
        set(&mut document.document_id, id);
        self.builder.data.documents.push(document);
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

fn int(reader: &mut Reader<'_>, segment: &Segment<'_>, element: usize, component: usize, path: String) -> Option<i32> {
    let text = segment.text(element, component);
    if text.is_empty() {
        return None;
    }
    parse_int(&text)
        .map_err(|form| reader.found(segment, Finding::error("type", path, format!("{form} is expected"))))
        .ok()
}

/// A number of pieces; other units are not converted.
pub(super) fn pieces(reader: &mut Reader<'_>, segment: &Segment<'_>, path: String) -> Option<i32> {
    let unit = segment.text(1, 2);
    if !unit.is_empty() && !lists::PIECES.contains(&&*unit) {
        reader.found(segment, Finding::error("unknown_code", path, "quantities are numbers of pieces (PCE)"));
        return None;
    }
    int(reader, segment, 1, 1, path)
}

/// A weight in kilograms; other units are not converted.
pub(super) fn weight(reader: &mut Reader<'_>, segment: &Segment<'_>, path: &str) -> Option<Number> {
    if !segment.is(3, 0, "KGM") {
        reader.found(segment, Finding::error("unknown_code", path, "weights are in KGM"));
        return None;
    }
    number(reader, segment, 3, 1, path)
}
