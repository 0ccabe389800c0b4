//! EDIFACT → contracts: the groups of an item – parties, lines, taxes, pointers.

use super::notes;
use super::pointer;
use super::read::Reader;
use super::read_item::{ItemReader, Scope, int, number, set, weight};
use super::tape::Segment;
use crate::edi::profile::table::{Home, Role, Row};
use crate::edi::profile::value::{Members, parse_int};
use crate::edi::{Finding, Kind};

impl ItemReader {
    pub(super) fn nad(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) {
        self.end_entry();
        if self.kind == Kind::Refrsp && segment.is(1, 0, "AG") {
            self.scope = Scope::Agent;
            return;
        }
        let Some(role) = Role::from_code(&segment.text(1, 0)) else {
            self.scope = Scope::Head;
            return reader.unexpected(segment);
        };
        self.scope = Scope::Party(role);
        if !segment.raw(3, 0).is_empty() || !segment.raw(4, 4).is_empty() {
            let text = "an unstructured address or a fifth name is not taken over";
            reader.found(segment, Finding::warning("segment", "", text));
        }
        let state = if segment.raw(7, 0).is_empty() { segment.text(7, 3) } else { segment.text(7, 0) };
        let values = [
            notes::join(segment, 4, 0, 2, 35),
            segment.text(4, 2),
            segment.text(4, 3),
            notes::join(segment, 5, 0, 2, 35),
            notes::join(segment, 5, 2, 4, 35),
            segment.text(6, 0),
            state,
            segment.text(8, 0),
            segment.text(9, 0),
        ];
        for (row, value) in role.rows().iter().zip(values) {
            self.set_party(row, &value);
        }
    }

    pub(super) fn set_party(&mut self, row: &'static Row, value: &str) {
        if value.is_empty() {
        } else if row.is_extra() {
            self.draft.extras_mut(Home::DeclarationData, 0).set(row.member, value);
        } else if let Some(member) = self.draft.data.value_mut(row.member) {
            let _ = member.set(value);
        }
    }

    pub(super) fn party(&mut self, reader: &mut Reader<'_>, role: Role, segment: &Segment<'_>) {
        let wanted = match segment.tag() {
            b"RFF" => format!("RFF {}", segment.text(1, 0)),
            b"COM" => format!("COM {}", segment.text(1, 1)),
            _ => "CTA IC".to_owned(),
        };
        let value = match segment.tag() {
            b"RFF" => segment.text(1, 1),
            b"COM" => segment.text(1, 0),
            _ => segment.text(2, 1),
        };
        match role.rows().iter().find(|row| row.edifact == wanted) {
            Some(row) => self.set_party(row, &value),
            None => reader.unexpected(segment),
        }
    }

    pub(super) fn gid(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) {
        self.end_entry();
        let number = segment.text(1, 0);
        if self.kind == Kind::Cusrsp {
            self.scope = Scope::Revised;
            self.entry = vec![Some(number.into_owned()), None, None, None];
            return;
        }
        let at = self.draft.add_piece();
        self.pieces.push(segment.number());
        self.scope = Scope::Piece(at);
        match parse_int(&number) {
            Ok(index) => self.draft.data.content_pieces[at].index = Some(index),
            Err(_) if number.is_empty() => {}
            Err(_) => {
                let path = Home::Piece.member_path(at, "Index");
                reader.found(segment, Finding::error("format", path, "a line number is a whole number"));
            }
        }
    }

    pub(super) fn piece(&mut self, reader: &mut Reader<'_>, at: usize, segment: &Segment<'_>) {
        let path = |member| Home::Piece.member_path(at, member);
        let piece = &mut self.draft.data.content_pieces[at];
        match (segment.tag(), segment.raw(1, 0)) {
            (b"FTX", b"AAA") => set(&mut piece.description, notes::join(segment, 4, 0, 5, notes::TEXT)),
            (b"PIA", b"5") => set(&mut piece.hs, segment.text(2, 0)),
            (b"PIA", b"3") => set(&mut piece.revised_hs, segment.text(2, 0)),
            (b"LOC", b"27") => set(&mut piece.orig_country_cd, segment.text(2, 0)),
            (b"QTY", b"1") => piece.number = int(reader, segment, 1, 1, path("Number")),
            (b"MEA", b"WT") => piece.net_weight = weight(reader, segment, &path("NetWeight")),
            (b"MOA", b"40") => {
                piece.amount = number(reader, segment, 1, 1, &path("Amount"));
                set(&mut piece.currency_cd, segment.text(1, 2));
            }
            _ => reader.unexpected(segment),
        }
    }

    pub(super) fn revised(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) {
        let field = match (segment.tag(), segment.raw(1, 0)) {
            (b"FTX", b"AAA") => 1,
            (b"FTX", b"SIN") => 3,
            (b"PIA", b"5") => 2,
            _ => return self.head(reader, segment),
        };
        let text = if field == 2 { segment.text(2, 0) } else { notes::join(segment, 4, 0, 5, notes::TEXT) };
        if let Some(member) = self.entry.get_mut(field) {
            set(member, text);
        }
    }

    pub(super) fn tax_begins(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) {
        if self.kind != Kind::Cusrsp {
            return reader.unexpected(segment);
        }
        let line = match self.scope {
            Scope::Revised => self.entry.first().cloned().flatten(),
            _ => None,
        };
        self.end_entry();
        let at = self.draft.add_tax();
        self.scope = Scope::Tax(at);
        let tax = &mut self.draft.response_data.taxes[at];
        set(&mut tax.tax_type, segment.text(2, 0));
        set(&mut tax.description, segment.text(2, 3));
        if !segment.raw(5, 3).is_empty() {
            tax.rate = number(reader, segment, 5, 3, &Home::Tax.member_path(at, "Rate"));
        }
        let extras = self.draft.extras_mut(Home::Tax, at);
        extras.set("EP.Basis", &segment.text(4, 0));
        extras.set("EP.PieceIndex", line.as_deref().unwrap_or_default());
    }

    pub(super) fn tax(&mut self, reader: &mut Reader<'_>, at: usize, segment: &Segment<'_>) {
        let path = |member| Home::Tax.member_path(at, member);
        let tax = &mut self.draft.response_data.taxes[at];
        match (segment.tag(), segment.raw(1, 0)) {
            (b"MOA", b"161") => {
                tax.amount = number(reader, segment, 1, 1, &path("Amount"));
                set(&mut tax.currency_cd, segment.text(1, 2));
            }
            (b"PIA", b"5") => set(&mut tax.hs, segment.text(2, 0)),
            (b"QTY", b"1") => tax.number = int(reader, segment, 1, 1, path("Number")),
            (b"MEA", b"WT") => tax.net_weight = weight(reader, segment, &path("NetWeight")),
            _ => reader.unexpected(segment),
        }
    }

    pub(super) fn erp(&mut self, segment: &Segment<'_>) {
        self.end_entry();
        self.scope = Scope::Pointer;
        self.entry = vec![None; 3];
        self.pointed_line = segment.text(1, 2).into_owned();
    }

    pub(super) fn pointer(&mut self, reader: &mut Reader<'_>, segment: &Segment<'_>) {
        let (field, text) = match (segment.tag(), segment.raw(1, 0)) {
            (b"ERC", _) => (1, segment.text(1, 0)),
            (b"FTX", b"AAO") => (2, notes::join(segment, 4, 0, 5, notes::TEXT)),
            _ => return reader.unexpected(segment),
        };
        if let Some(member) = self.entry.get_mut(field) {
            set(member, text);
        }
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
                self.draft.extras_mut(home, 0).push_entry(list, entry);
            }
            Scope::Revised if !entry.is_empty() => {
                self.draft.extras_mut(Home::ResponseData, 0).push_entry("RevisedPieces", entry);
            }
            _ => {}
        }
    }
}
