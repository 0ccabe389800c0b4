//! Contracts → EDIFACT: the decision of customs with its taxes (CUSRSP).

use super::lists::{self, coded};
use super::name_value::STATUS_TEXT;
use super::writer::{Writer, text};
use crate::contract::response::Tax;
use crate::contract::{Number, ResponseData};
use crate::edi::message::Item;
use crate::edi::profile::WEIGHT_DECIMALS;
use crate::edi::profile::extras::{Entry, Extras};
use crate::edi::profile::table::Home;

impl Writer<'_> {
    /// CUSRSP.
    pub(super) fn decided(&mut self, sequence: usize, item: &Item) {
        const HOME: Home = Home::ResponseData;
        let Some(response) = &item.response else { return };
        let unset = ResponseData::default();
        let data = response.data.as_ref().unwrap_or(&unset);
        let mut extras = Extras::split(HOME, &data.extra_field_names, &data.extra_field_values);
        let unreasoned = text(&data.decision_reason_cd).is_empty() && text(&data.decision_reason_nm).is_empty();
        let first = if unreasoned { extras.take_first("Reasons") } else { None };
        let mut first = first.unwrap_or_else(|| vec![data.decision_reason_cd.clone(), data.decision_reason_nm.clone()]);
        first.resize(2, None);
        self.declaration_id(HOME, &extras, &item.mail_object);
        self.reference_extras(HOME, &extras, &[("ABT", "EP.EntryNumber"), ("ACD", "EP.ExtraReference")]);
        if let Some(decided) = data.clearance_dt {
            self.date("9", decided);
        }
        self.date_extras(&extras, &[("58", "EP.ClearedDt")]);
        if let Some(office) = extras.get("EP.OfficeCd") {
            let office = self.member(HOME, 0, "EP.OfficeCd", office, 25);
            self.segments.segment("LOC", &[&["22"], &coded(&office, lists::CUSTOMS)]);
        }
        self.mail_object(item);
        self.decision(data, &first, &extras);
        let currency = self.member(HOME, 0, "TotalFeeCurrencyCd", text(&data.total_fee_currency_cd), 3);
        self.amount("176", data.total_fee.as_ref(), &currency);
        if !self.fits(text(&first[1]), STATUS_TEXT) {
            self.text_member("ACD", HOME, "DecisionReasonNm", text(&first[1]));
        }
        self.text_extras(HOME, &extras, &[("CCI", "EP.Instruction"), ("AAO", "EP.ErrorText")]);
        self.note_mail_object(&item.mail_object);
        self.note_members(Home::Response, 0, &**response);
        if data.dutiable == data.taxes.is_empty() {
            self.note_member(HOME, 0, "Dutiable", if data.dutiable { "true" } else { "false" });
        }
        self.note_extras(HOME, &extras);
        self.flush_notes();
        for (at, tax) in data.taxes.iter().enumerate() {
            self.tax(at, tax);
        }
        for (at, entry) in extras.entries("RevisedPieces").iter().enumerate() {
            self.revised_piece(at, entry);
        }
        for (at, entry) in extras.entries("Errors").iter().enumerate() {
            self.pointer(HOME, "Errors", at, sequence, entry);
        }
    }

    /// `STS+DEC`: the decision with up to five reasons, more in further segments. `first` is the contract's reason.
    fn decision(&mut self, data: &ResponseData, first: &Entry, extras: &Extras) {
        const HOME: Home = Home::ResponseData;
        let code = self.member(HOME, 0, "DecisionCd", text(&data.decision_cd), 3);
        let name = self.member(HOME, 0, "EP.DecisionNm", extras.get("EP.DecisionNm").unwrap_or_default(), 35);
        let mut reason = text(&first[0]);
        if !self.fits(reason, 3) {
            self.note_member(HOME, 0, "DecisionReasonCd", std::mem::take(&mut reason));
        }
        let reason_text = Some(text(&first[1])).filter(|text| self.fits(text, STATUS_TEXT)).unwrap_or_default();
        let reason = self.member(HOME, 0, "DecisionReasonCd", reason, 3).into_owned();
        let reason_text = self.member(HOME, 0, "DecisionReasonNm", reason_text, STATUS_TEXT).into_owned();
        let mut reasons = Vec::new();
        if !(reason.is_empty() && reason_text.is_empty() && extras.entries("Reasons").is_empty()) {
            reasons.push((reason, reason_text));
        }
        self.more_reasons(HOME, extras, &mut reasons);
        self.status("DEC", [lists::DECISION, lists::DECISION_REASON], (&code, &name), &reasons);
    }

    fn tax(&mut self, at: usize, tax: &Tax) {
        const HOME: Home = Home::Tax;
        let extras = Extras::split(HOME, &tax.extra_field_names, &tax.extra_field_values);
        let (mut kind, mut name) = (text(&tax.tax_type), text(&tax.description));
        if !self.fits(kind, 3) {
            self.note_member(HOME, at, "Type", std::mem::take(&mut kind));
        }
        if !self.fits(name, 35) {
            self.note_member(HOME, at, "Description", std::mem::take(&mut name));
        }
        let kind = self.member(HOME, at, "Type", kind, 3);
        let name = self.member(HOME, at, "Description", name, 35);
        let basis = self.member(HOME, at, "EP.Basis", extras.get("EP.Basis").unwrap_or_default(), 15);
        let rate = tax.rate.as_ref().map_or("", Number::digits);
        let rate = self.member(HOME, at, "Rate", rate, 17);
        let function = if extras.get("EP.PieceIndex").is_some() { "1" } else { "3" };
        let kind = [&coded(&kind, lists::TAX)[..], &[&name]].concat();
        self.segments.segment("TAX", &[&[function], &kind, &[], &[&basis], &["", "", "", &rate]]);
        let currency = self.member(HOME, at, "CurrencyCd", text(&tax.currency_cd), 3);
        self.amount("161", tax.amount.as_ref(), &currency);
        let hs = self.member(HOME, at, "HS", text(&tax.hs), 35);
        if !hs.is_empty() {
            self.segments.segment("PIA", &[&["5"], &[&hs, lists::HS]]);
        }
        self.quantity(tax.number);
        let path = || HOME.member_path(at, "NetWeight");
        self.measure(["WT", "AAL", "KGM"], tax.net_weight.as_ref(), WEIGHT_DECIMALS, path);
        self.note_extras(HOME, &extras);
        self.flush_notes();
    }

    fn revised_piece(&mut self, at: usize, entry: &Entry) {
        const HOME: Home = Home::ResponseData;
        let mut field = |name, slot: usize, size| self.field(HOME, "RevisedPieces", at, name, &entry[slot], size);
        let (index, description) = (field("Index", 0, 5), field("Description", 1, 2560));
        let (hs, restrictions) = (field("HS", 2, 35), field("Restrictions", 3, 2560));
        self.segments.segment("GID", &[&[&index]]);
        self.free_text("AAA", &description);
        if !hs.is_empty() {
            self.segments.segment("PIA", &[&["5"], &[&hs, lists::HS]]);
        }
        self.free_text("SIN", &restrictions);
        self.flush_notes();
    }
}
