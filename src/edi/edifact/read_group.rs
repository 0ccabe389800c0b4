//! EDIFACT → contracts: the groups of an item – parties, lines, taxes, pointers.

use super::lexer::Segment;
use super::once::{Statement, agree};
use super::read_item::{ItemReader, Scope, go_on, number, pieces, set, weight};
use super::reader::Reader;
use super::{lists, name_value, pointer};
use crate::edi::finding::Finding;
use crate::edi::message::Kind;
use crate::edi::profile::table::{Home, Role, Row};
use crate::edi::profile::value::{Members, parse_int};
use crate::limits;

impl ItemReader {
    pub(super) fn nad(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) {
        self.end_group(reader);
        let role = Role::from_code(&segment.text(1, 0));
        let is_agent = self.kind == Kind::Refrsp && segment.is(1, 0, "AG");
        self.scope = match role {
            _ if self.parties.contains_key(segment.raw(1, 0)) => Scope::Again,
            Some(role) => Scope::Party(role),
            None if is_agent => Scope::Agent,
            None => Scope::Stranger,
        };
        match self.scope {
            Scope::Stranger => return reader.unexpected(segment),
            _ => self.party.push(segment.number()),
        }
        let Scope::Party(role) = self.scope else { return };
        if [(2, 0), (3, 0), (4, 4)].iter().any(|(element, part)| !segment.raw(*element, *part).is_empty()) {
            let text = "a code of a party, an unstructured address or a fifth name is not taken over";
            reader.found(segment, Finding::warning("segment", "", text));
        }
        let state = if segment.raw(7, 0).is_empty() { segment.text(7, 3) } else { segment.text(7, 0) };
        let values = [
            name_value::join(segment, 4, 0, 2, 35),
            segment.text(4, 2),
            segment.text(4, 3),
            name_value::join(segment, 5, 0, 2, 35),
            name_value::join(segment, 5, 2, 4, 35),
            segment.text(6, 0),
            state,
            segment.text(8, 0),
            segment.text(9, 0),
        ];
        for (row, value) in role.rows().iter().zip(values) {
            self.set_party(row, &value);
        }
    }

    /// A party that was read is complete; one that was named before has to be the same.
    pub(super) fn end_party(&mut self, reader: &mut Reader<'_>) {
        let party = std::mem::take(&mut self.party);
        let Some(first) = party.first().and_then(|first| reader.lexer.segment(*first)) else { return };
        let role = first.raw(1, 0).to_vec();
        match self.parties.get(&role) {
            None => drop(self.parties.insert(role, party)),
            Some(before) if agree(reader.lexer, before, &party) => {}
            Some(_) => {
                let name = Role::from_code(&first.text(1, 0)).map(|role| &role.rows()[0]);
                let path = name.map_or("ReferralResponse.EP.Person".into(), |row| row.home.member_path(0, row.member));
                reader.found(&first, Finding::twice(path));
            }
        }
    }

    pub(super) fn set_party(&mut self, row: &'static Row, value: &str) {
        if value.is_empty() {
        } else if row.is_extra() {
            self.builder.extras_mut(Home::DeclarationData, 0).set(row.member, value);
        } else if let Some(member) = self.builder.data.value_mut(row.member) {
            let _ = member.set(value);
        }
    }

    /// A reference, the name or the channels of contact of a party.
    pub(super) fn party(&mut self, reader: &mut Reader<'_>, role: Role, segment: &Segment<'_>) -> bool {
        let at = |place: &str| role.rows().iter().find(|row| row.edifact == place);
        if segment.tag() == b"COM" {
            self.channels(reader, role, segment);
            return true;
        }
        let (tag, element) = if segment.tag() == b"RFF" { ("RFF", 1) } else { ("CTA", 2) };
        let Some(row) = at(&format!("{tag} {}", segment.text(1, 0))) else { return false };
        if element == 2 && !segment.raw(2, 0).is_empty() {
            let text = "a code of a contact is not taken over";
            reader.found(segment, Finding::warning("segment", "", text));
        }
        self.set_party(row, &segment.text(element, 1));
        true
    }

    /// `COM` holds up to three numbers and addresses, each with its channel.
    fn channels(&mut self, reader: &mut Reader<'_>, role: Role, segment: &Segment<'_>) {
        for (at, channel) in segment.elements_from(1).enumerate().filter(|(_, channel)| !channel.raw(0).is_empty()) {
            let place = format!("COM {}", channel.text(1));
            match role.rows().iter().find(|row| row.edifact == place) {
                None => reader.unexpected(segment),
                Some(row) => {
                    let statement = Statement::part(segment, at + 1, at + 2);
                    if self.is_first(reader, segment, place, statement, row.home.member_path(0, row.member)) {
                        self.set_party(row, &channel.text(0));
                    }
                }
            }
        }
    }

    /// The person who answers.
    pub(super) fn agent(&mut self, segment: &Segment<'_>) -> bool {
        let is_contact = segment.is(1, 0, "IC");
        if is_contact {
            self.builder.extras_mut(Home::Answer, 0).set("EP.Person", &segment.text(2, 1));
        }
        is_contact
    }

    /// The HS code among the article numbers of a `PIA`, which holds up to five of any kind. Others are reported.
    fn hs_code(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>, path: &str) -> Option<String> {
        let mut code = None;
        for (at, number) in segment.elements_from(2).enumerate().filter(|(_, number)| !number.raw(0).is_empty()) {
            if number.raw(1) == lists::HS.as_bytes() {
                let subject = format!("PIA {}", segment.text(1, 0));
                let statement = Statement::part(segment, at + 2, at + 3);
                if self.is_first(reader, segment, subject, statement, path.to_owned()) {
                    code = Some(number.text(0).into_owned());
                }
                continue;
            }
            let kind: String = number.text(1).chars().filter(char::is_ascii_alphanumeric).take(3).collect();
            let text = match kind.is_empty() {
                true => "an article number that does not say that it is an HS code (HS) is left out".to_owned(),
                false => format!("an article number of kind {kind} is no HS code; it is left out"),
            };
            reader.found(segment, Finding::warning("unknown_code", path, text));
        }
        code
    }

    pub(super) fn gid(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) {
        self.end_group(reader);
        let number = segment.text(1, 0);
        if self.kind == Kind::Cusrsp {
            self.scope = Scope::Revised;
            self.entry = vec![Some(number.into_owned()), None, None, None];
            return;
        }
        if self.pieces.len() >= limits::CONTENT_PIECES {
            return self.beyond(reader, segment, "Declaration.Data.ContentPieces", "lines");
        }
        let at = self.builder.add_piece();
        self.pieces.push(segment.number());
        self.scope = Scope::Piece(at);
        match parse_int(&number) {
            Ok(index) => self.builder.data.content_pieces[at].index = Some(index),
            Err(_) if number.is_empty() => {}
            Err(_) => {
                let path = Home::Piece.member_path(at, "Index");
                reader.found(segment, Finding::error("format", path, "a line number is a whole number"));
            }
        }
    }

    /// More of something than an item may hold: said once, for the item is refused.
    fn beyond(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>, path: &str, what: &str) {
        if self.scope != Scope::Beyond {
            let text = format!("at most {} {what} in one item", limits::CONTENT_PIECES);
            reader.found(segment, Finding::error("limit", path, text));
        }
        self.scope = Scope::Beyond;
    }

    pub(super) fn piece(&mut self, reader: &mut Reader<'_>, at: usize, segment: &Segment<'_>) -> bool {
        let path = |member| Home::Piece.member_path(at, member);
        if let (b"PIA", function @ (b"5" | b"3")) = (segment.tag(), segment.raw(1, 0)) {
            let member = if function == b"5" { "HS" } else { "RevisedHS" };
            let code = self.hs_code(reader, segment, &path(member)).unwrap_or_default();
            let piece = &mut self.builder.data.content_pieces[at];
            set(if function == b"5" { &mut piece.hs } else { &mut piece.revised_hs }, code.into());
            return true;
        }
        let piece = &mut self.builder.data.content_pieces[at];
        match (segment.tag(), segment.raw(1, 0)) {
            (b"FTX", b"AAA") => go_on(&mut piece.description, name_value::join(segment, 4, 0, 5, name_value::TEXT)),
            (b"LOC", b"27") => {
                let country = reader.coded(segment, segment.element(2), 0, lists::COUNTRY, &path("OrigCountryCd"));
                set(&mut piece.orig_country_cd, country);
            }
            (b"QTY", b"1") => piece.number = pieces(reader, segment, path("Number")),
            (b"MEA", b"WT") if segment.is(2, 0, "AAL") => {
                piece.net_weight = weight(reader, segment, &path("NetWeight"));
            }
            (b"MOA", b"40") => {
                piece.amount = number(reader, segment, 1, 1, &path("Amount"));
                set(&mut piece.currency_cd, segment.text(1, 2));
            }
            _ => return false,
        }
        true
    }

    /// Whether a segment says something of a revised line.
    pub(super) fn is_revised(segment: &Segment<'_>) -> bool {
        matches!((segment.tag(), segment.raw(1, 0)), (b"FTX", b"AAA" | b"SIN") | (b"PIA", b"5"))
    }

    pub(super) fn revised(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) -> bool {
        let field = match (segment.tag(), segment.raw(1, 0)) {
            (b"PIA", _) => 2,
            (_, b"AAA") => 1,
            _ => 3,
        };
        let text = match field {
            2 => self.hs_code(reader, segment, "Response.Data.EP.RevisedPieces").unwrap_or_default().into(),
            _ => name_value::join(segment, 4, 0, 5, name_value::TEXT),
        };
        if let Some(member) = self.entry.get_mut(field) {
            go_on(member, text);
        }
        true
    }

    pub(super) fn tax_begins(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) {
        if self.kind != Kind::Cusrsp {
            return reader.unexpected(segment);
        }
        let line = match self.scope {
            Scope::Revised => self.entry.first().cloned().flatten(),
            _ => None,
        };
        self.end_group(reader);
        if self.builder.response_data.taxes.len() >= limits::CONTENT_PIECES {
            return self.beyond(reader, segment, "Response.Data.Taxes", "taxes");
        }
        let at = self.builder.add_tax();
        self.scope = Scope::Tax(at);
        let tax = &mut self.builder.response_data.taxes[at];
        let path = Home::Tax.member_path(at, "Type");
        set(&mut tax.tax_type, reader.coded(segment, segment.element(2), 0, lists::TAX, &path));
        set(&mut tax.description, segment.text(2, 3));
        if !segment.raw(5, 3).is_empty() {
            tax.rate = number(reader, segment, 5, 3, &Home::Tax.member_path(at, "Rate"));
        }
        let extras = self.builder.extras_mut(Home::Tax, at);
        extras.set("EP.Basis", &segment.text(4, 0));
        extras.set("EP.PieceIndex", line.as_deref().unwrap_or_default());
    }

    pub(super) fn tax(&mut self, reader: &mut Reader<'_>, at: usize, segment: &Segment<'_>) -> bool {
        let path = |member| Home::Tax.member_path(at, member);
        if segment.tag() == b"PIA" && segment.is(1, 0, "5") {
            let code = self.hs_code(reader, segment, &path("HS")).unwrap_or_default();
            set(&mut self.builder.response_data.taxes[at].hs, code.into());
            return true;
        }
        let tax = &mut self.builder.response_data.taxes[at];
        match (segment.tag(), segment.raw(1, 0)) {
            (b"MOA", b"161") => {
                tax.amount = number(reader, segment, 1, 1, &path("Amount"));
                set(&mut tax.currency_cd, segment.text(1, 2));
            }
            (b"QTY", b"1") => tax.number = pieces(reader, segment, path("Number")),
            (b"MEA", b"WT") if segment.is(2, 0, "AAL") => {
                tax.net_weight = weight(reader, segment, &path("NetWeight"));
            }
            _ => return false,
        }
        true
    }

    pub(super) fn erp(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) {
        self.end_group(reader);
        self.scope = Scope::Pointer;
        self.entry = vec![None; 3];
        self.pointed_line = segment.text(1, 2).into_owned();
    }

    pub(super) fn pointer(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) -> bool {
        let (field, text) = match (segment.tag(), segment.raw(1, 0)) {
            (b"ERC", _) => {
                let path = "EP.Pointers";
                (1, reader.coded(segment, segment.element(1), 0, lists::DATA_ERROR, path))
            }
            (b"FTX", b"AAO") => (2, name_value::join(segment, 4, 0, 5, name_value::TEXT)),
            _ => return false,
        };
        if let Some(member) = self.entry.get_mut(field) {
            go_on(member, text);
        }
        true
    }

    /// Hands over the pointer or revised line that was being filled.
    pub(super) fn end_entry(&mut self) {
        let mut entry = std::mem::take(&mut self.entry);
        match self.scope {
            Scope::Pointer if !entry.is_empty() => {
                if let Some(path @ None) = entry.first_mut() {
                    *path = pointer::path_of_line(&self.pointed_line);
                }
                let (home, list) = match self.kind {
                    Kind::Itmref => (Home::Referral, "Pointers"),
                    _ => (Home::ResponseData, "Errors"),
                };
                self.builder.extras_mut(home, 0).push_entry(list, entry);
            }
            Scope::Revised if !entry.is_empty() => {
                self.builder.extras_mut(Home::ResponseData, 0).push_entry("RevisedPieces", entry);
            }
            _ => {}
        }
    }
}
