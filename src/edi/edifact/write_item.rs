//! Contracts → EDIFACT: the bodies of the items, segment by segment in the order of the profile.

use super::lists::{self, List, coded};
use super::name_value::{self, NameValue, Topic};
use super::writer::{Writer, text};
use crate::contract::declaration::{ContentPiece, DeclarationData};
use crate::contract::{MailObject, Number, WcfDate};
use crate::edi::item_builder::{line_numbers, line_totals};
use crate::edi::message::{Function, Item, Kind};
use crate::edi::profile::WEIGHT_DECIMALS;
use crate::edi::profile::extras::{Entry, Extras, amounts};
use crate::edi::profile::table::{Home, Role};
use crate::edi::profile::value::Members;

const DATA: Home = Home::DeclarationData;

impl Writer<'_> {
    /// One item with everything that belongs to it.
    pub(super) fn item(&mut self, sequence: usize, item: &Item, function: Function) {
        let id = self.member(Home::MailObject, 0, "Id", text(&item.mail_object.id), 35);
        self.segments.segment("CNI", &[&[&sequence.to_string()], &[&id]]);
        if function == Function::Cancellation {
            self.cancelled(item);
            return self.flush_notes();
        }
        match self.kind {
            Kind::Itmatt | Kind::Cusitm => self.declared(item),
            Kind::Cusrsp => self.decided(sequence, item),
            Kind::Itmref => self.referred(sequence, item),
            Kind::Refrsp => self.answered(item),
        }
    }

    pub(super) fn cancelled(&mut self, item: &Item) {
        if self.kind.declares() {
            self.note_member(Home::MailObject, 0, "OrigPostOrgCd", text(&item.mail_object.orig_post_org_cd));
            self.note_member(Home::MailObject, 0, "DestPostOrgCd", text(&item.mail_object.dest_post_org_cd));
        }
        if let Some(referral) = item.referral.as_ref().filter(|_| self.kind == Kind::Itmref) {
            self.reference_member("ABO", Home::Referral, "ReferralId", text(&referral.known.referral_id));
        }
        if let Some(answer) = item.referral_response.as_ref().filter(|_| self.kind == Kind::Refrsp) {
            self.reference_member("AGO", Home::Answer, "ReferralId", text(&answer.known.referral_id));
        }
    }

    /// The item body of ITMATT and CUSITM, and of a REFRSP that brings data.
    pub(super) fn declared(&mut self, item: &Item) {
        let unset = DeclarationData::default();
        let declaration = item.declaration.as_ref();
        let data = declaration.and_then(|declaration| declaration.data.as_ref()).unwrap_or(&unset);
        let extras = Extras::split(DATA, &data.extra_field_names, &data.extra_field_values);
        self.references(&item.mail_object, &extras);
        self.dates(&item.mail_object, Some(data), &extras);
        self.places(&item.mail_object, Some(data), &extras);
        self.service(&item.mail_object, Some(data), &extras);
        self.transport(data, &extras);
        if let Some(flow) = extras.get("EP.FlowCd") {
            let flow = self.member(DATA, 0, "EP.FlowCd", flow, 3);
            self.segments.segment("STS", &[&["FLW"], &coded(&flow, lists::FLOW)]);
        }
        self.measures(data, &extras);
        self.amounts(data, &extras);
        self.instructions(&extras);
        self.documents(data);
        self.note_mail_object(&item.mail_object);
        if let Some(declaration) = declaration {
            self.note_members(Home::Declaration, 0, &**declaration);
        }
        self.note_members(DATA, 0, data);
        for (at, sale) in data.commercial_transactions.iter().enumerate() {
            self.note_members(Home::Transaction, at, sale);
        }
        self.note_extras(DATA, &extras);
        self.flush_notes();
        for role in Role::ALL {
            self.party(role, data, &extras);
        }
        let numbers = line_numbers(&data.content_pieces);
        for (at, (piece, number)) in data.content_pieces.iter().zip(numbers).enumerate() {
            self.piece(at, number, piece);
        }
    }

    pub(super) fn reference_member(&mut self, qualifier: &str, home: Home, member: &str, value: &str) {
        let value = self.member(home, 0, member, value, 35);
        self.reference(qualifier, &value);
    }

    /// References by extra field: qualifier and name.
    pub(super) fn reference_extras(&mut self, home: Home, extras: &Extras, names: &[(&str, &str)]) {
        for (qualifier, name) in names {
            if let Some(value) = extras.get(name) {
                self.reference_member(qualifier, home, name, value);
            }
        }
    }

    /// The declaration id customs knows the item by; the item's id unless another is given.
    pub(super) fn declaration_id(&mut self, home: Home, extras: &Extras, mail: &MailObject) {
        let needed = matches!(self.kind, Kind::Cusitm | Kind::Cusrsp);
        match extras.get("EP.DeclarationId") {
            Some(id) => self.reference_member("AAE", home, "EP.DeclarationId", id),
            None if needed => self.reference_member("AAE", Home::MailObject, "Id", text(&mail.id)),
            None => {}
        }
    }

    pub(super) fn references(&mut self, mail: &MailObject, extras: &Extras) {
        self.declaration_id(DATA, extras, mail);
        if self.kind.declares() {
            self.reference_member("ABO", Home::MailObject, "LocalId", text(&mail.local_id));
            let second = self.member(Home::MailObject, 0, "LocalId2", text(&mail.local_id2), 35);
            if !second.is_empty() {
                self.segments.segment("RFF", &[&["ABO", &second, "2"]]);
            }
        }
        let names = [
            ("ACC", "EP.ReceptacleId"),
            ("AAK", "EP.DespatchId"),
            ("AAS", "EP.ConsignmentId"),
            ("UCN", "EP.OrderReference"),
        ];
        self.reference_extras(DATA, extras, &names);
    }

    pub(super) fn dates(&mut self, mail: &MailObject, data: Option<&DeclarationData>, extras: &Extras) {
        if let Some(posted) = mail.posting_dt {
            self.date("143", posted);
        }
        if let Some(transported) = data.and_then(|data| data.transport_date) {
            self.date("133", transported);
        }
        self.date_extras(extras, &[("132", "EP.PlannedArrivalDt"), ("186", "EP.ActualDepartureDt")]);
    }

    pub(super) fn date_extras(&mut self, extras: &Extras, names: &[(&str, &str)]) {
        for (qualifier, name) in names {
            let date = extras.get(name).and_then(|text| WcfDate::parse(text).ok().flatten());
            if let Some(date) = date {
                self.date(qualifier, date);
            }
        }
    }

    pub(super) fn places(&mut self, mail: &MailObject, data: Option<&DeclarationData>, extras: &Extras) {
        if let Some(data) = data {
            for (qualifier, name, country, own) in [
                ("35", "EP.ExportCountryCd", text(&data.sender_country_cd), "SenderCountryCd"),
                ("28", "EP.DestCountryCd", text(&data.recipient_country_cd), "RecipientCountryCd"),
            ] {
                let (member, value) = extras.get(name).map_or((own, country), |value| (name, value));
                let value = self.member(DATA, 0, member, value, 25);
                if !value.is_empty() {
                    self.segments.segment("LOC", &[&[qualifier], &coded(&value, lists::COUNTRY)]);
                }
            }
        }
        for (qualifier, office, member, post) in [
            ("5", "EP.OrigOfficeCd", "OrigPostOrgCd", text(&mail.orig_post_org_cd)),
            ("8", "EP.DestOfficeCd", "DestPostOrgCd", text(&mail.dest_post_org_cd)),
        ] {
            let office = self.member(DATA, 0, office, extras.get(office).unwrap_or_default(), 25);
            let post = self.member(Home::MailObject, 0, member, post, 25);
            if post.is_empty() && office.is_empty() {
                continue;
            }
            let (place, related) = (coded(&office, lists::OFFICE), coded(&post, lists::OPERATOR));
            self.segments.segment("LOC", &[&[qualifier], &place, &related]);
        }
        if let Some(office) = extras.get("EP.CustomsOfficeCd") {
            let office = self.member(DATA, 0, "EP.CustomsOfficeCd", office, 25);
            self.segments.segment("LOC", &[&["22"], &coded(&office, lists::CUSTOMS)]);
        }
    }

    /// `TSR`: handling, class and sub-class, category, nature.
    pub(super) fn service(&mut self, mail: &MailObject, data: Option<&DeclarationData>, extras: &Extras) {
        let unset = None;
        let handling = data.map_or(&unset, |data| &data.handling_class_cd);
        let nature = data.map_or(&unset, |data| &data.nature_type_cd);
        let handling = self.member(DATA, 0, "HandlingClassCd", text(handling), 3);
        let class = self.member(Home::MailObject, 0, "MailClassCd", text(&mail.mail_class_cd), 3);
        let subclass = extras.get("EP.MailSubclassCd").unwrap_or_default();
        let subclass = self.member(DATA, 0, "EP.MailSubclassCd", subclass, 3);
        let category = self.member(Home::MailObject, 0, "MailCategoryCd", text(&mail.mail_category_cd), 3);
        let nature = self.member(DATA, 0, "NatureTypeCd", text(nature), 3);
        if [&handling, &class, &subclass, &category, &nature].iter().all(|code| code.is_empty()) {
            return;
        }
        self.segments.segment(
            "TSR",
            &[
                &coded(&handling, lists::HANDLING_CLASS),
                &[coded(&class, lists::MAIL_CLASS), coded(&subclass, lists::MAIL_SUBCLASS)].concat(),
                &coded(&category, lists::MAIL_CATEGORY),
                &coded(&nature, lists::NATURE),
            ],
        );
    }

    pub(super) fn transport(&mut self, data: &DeclarationData, extras: &Extras) {
        let flight = self.member(DATA, 0, "EP.FlightNumber", extras.get("EP.FlightNumber").unwrap_or_default(), 17);
        let mode = self.member(DATA, 0, "TransportMode", text(&data.transport_mode), 17);
        let mode: [&str; 2] = if mode.chars().count() <= 3 { [&mode, ""] } else { ["", &mode] };
        if !flight.is_empty() || mode != ["", ""] {
            self.segments.segment("TDT", &[&["20"], &[&flight], &mode]);
        }
    }

    pub(super) fn measures(&mut self, data: &DeclarationData, extras: &Extras) {
        let path = || DATA.member_path(0, "GrossWeight");
        self.measure(["WT", "AAD", "KGM"], data.gross_weight.as_ref(), WEIGHT_DECIMALS, path);
        for (attribute, name) in [("LN", "EP.LengthCm"), ("WD", "EP.WidthCm"), ("HT", "EP.HeightCm")] {
            if let Some(value) = extras.get(name) {
                self.segments.segment("MEA", &[&["PD"], &[attribute], &["CMT", value]]);
            }
        }
    }

    pub(super) fn amounts(&mut self, data: &DeclarationData, extras: &Extras) {
        match extras.get("EP.TotalValue").and_then(amounts) {
            Some(declared) => {
                for (number, currency) in declared {
                    self.segments.segment("MOA", &[&["43", number, currency]]);
                }
            }
            None => {
                for (sum, currency) in line_totals(data) {
                    self.amount("43", Some(&Number::from(sum)), currency);
                }
            }
        }
        let currency = self.member(DATA, 0, "PostageCurrencyCd", text(&data.postage_currency_cd), 3);
        self.amount("64", data.postage.as_ref(), &currency);
        let currency = text(&data.insured_value_currency_cd);
        let currency = self.member(DATA, 0, "InsuredValueCurrencyCd", currency, 3);
        self.amount("67", data.insured_value.as_ref(), &currency);
    }

    pub(super) fn instructions(&mut self, extras: &Extras) {
        if let Some(code) = extras.get("EP.NonDeliveryCd") {
            let code = self.member(DATA, 0, "EP.NonDeliveryCd", code, 17);
            self.segments.segment("FTX", &[&["DEL"], &[], &coded(&code, lists::NON_DELIVERY)]);
        }
        let names = [("CUS", "EP.Comments"), ("ACB", "EP.NatureExplanation"), ("SIN", "EP.RedirectAddress")];
        self.text_extras(DATA, extras, &names);
    }

    pub(super) fn text_extras(&mut self, home: Home, extras: &Extras, names: &[(&str, &str)]) {
        for (subject, name) in names {
            self.text_member(subject, home, name, extras.get(name).unwrap_or_default());
        }
    }

    pub(super) fn text_member(&mut self, subject: &str, home: Home, member: &str, value: &str) {
        let value = self.member(home, 0, member, value, 5 * name_value::TEXT);
        self.free_text(subject, &value);
    }

    pub(super) fn documents(&mut self, data: &DeclarationData) {
        for (at, document) in data.documents.iter().enumerate() {
            let (mut kind, mut name) = (text(&document.document_type), text(&document.document_name));
            if !self.fits(kind, 3) {
                self.note_member(Home::Document, at, "DocumentType", std::mem::take(&mut kind));
            }
            if !self.fits(name, 35) {
                self.note_member(Home::Document, at, "DocumentName", std::mem::take(&mut name));
            }
            let kind = self.member(Home::Document, at, "DocumentType", kind, 3);
            let name = self.member(Home::Document, at, "DocumentName", name, 35);
            let id = self.member(Home::Document, at, "DocumentId", text(&document.document_id), 35);
            self.segments.segment("DOC", &[&[&kind, "", "", &name], &[&id]]);
        }
    }

    pub(super) fn note_mail_object(&mut self, mail: &MailObject) {
        if !self.kind.declares() {
            self.note_member(Home::MailObject, 0, "LocalId", text(&mail.local_id));
            self.note_member(Home::MailObject, 0, "LocalId2", text(&mail.local_id2));
        }
        self.note_members(Home::MailObject, 0, mail);
    }

    /// A party, when anything is known of it. The values stand in the order of the table.
    pub(super) fn party(&mut self, role: Role, data: &DeclarationData, extras: &Extras) {
        let rows = role.rows();
        let values = rows.each_ref().map(|row| match row.is_extra() {
            true => extras.get(row.member).unwrap_or_default(),
            false => data.value(row.member).map_or("", |value| match value {
                crate::edi::profile::value::Value::Text(member) => text(member),
                _ => "",
            }),
        });
        if values.iter().all(|value| value.is_empty()) {
            return;
        }
        let fitting: [_; 16] =
            std::array::from_fn(|at| self.member(DATA, 0, rows[at].member, values[at], rows[at].size));
        let [name, first, last, line1, line2, city, state, zip, country, id, vat, tax, contact, phone, email, fax] =
            fitting.each_ref().map(|value| &**value);
        let pair = |value| name_value::split::<2>(value, 35).unwrap_or_default();
        let (name, line1, line2) = (pair(name), pair(line1), pair(line2));
        let state: [&str; 4] = if state.chars().count() <= 9 { [state, "", "", ""] } else { ["", "", "", state] };
        self.segments.segment(
            "NAD",
            &[
                &[role.code()],
                &[],
                &[],
                &[name[0], name[1], first, last],
                &[line1[0], line1[1], line2[0], line2[1]],
                &[city],
                &state,
                &[zip],
                &[country],
            ],
        );
        for (qualifier, value) in [("ABE", id), ("VA", vat), ("AHP", tax)] {
            self.reference(qualifier, value);
        }
        let channels = [("TE", phone), ("EM", email), ("FX", fax)];
        if !contact.is_empty() || channels.iter().any(|(_, value)| !value.is_empty()) {
            self.segments.segment("CTA", &[&["IC"], &["", contact]]);
        }
        for (channel, value) in channels.into_iter().filter(|(_, value)| !value.is_empty()) {
            self.segments.segment("COM", &[&[value, channel]]);
        }
        self.flush_notes();
    }

    pub(super) fn piece(&mut self, at: usize, number: i32, piece: &ContentPiece) {
        const HOME: Home = Home::Piece;
        self.segments.segment("GID", &[&[&number.to_string()]]);
        let description = self.member(HOME, at, "Description", text(&piece.description), 5 * name_value::TEXT);
        self.free_text("AAA", &description);
        for (function, member, value) in [("5", "HS", &piece.hs), ("3", "RevisedHS", &piece.revised_hs)] {
            let code = self.member(HOME, at, member, text(value), 35);
            if !code.is_empty() {
                self.segments.segment("PIA", &[&[function], &[&code, lists::HS]]);
            }
        }
        let country = self.member(HOME, at, "OrigCountryCd", text(&piece.orig_country_cd), 25);
        if !country.is_empty() {
            self.segments.segment("LOC", &[&["27"], &coded(&country, lists::COUNTRY)]);
        }
        self.quantity(piece.number);
        let path = || HOME.member_path(at, "NetWeight");
        self.measure(["WT", "AAL", "KGM"], piece.net_weight.as_ref(), WEIGHT_DECIMALS, path);
        let currency = self.member(HOME, at, "CurrencyCd", text(&piece.currency_cd), 3);
        self.amount("40", piece.amount.as_ref(), &currency);
        self.note_members(HOME, at, piece);
        let extras = Extras::split(HOME, &piece.extra_field_names, &piece.extra_field_values);
        self.note_extras(HOME, &extras);
        self.flush_notes();
    }

    pub(super) fn quantity(&mut self, number: Option<i32>) {
        if let Some(number) = number {
            self.segments.segment("QTY", &[&["1", &number.to_string()]]);
        }
    }

    /// Dates, posts and service of an item that is only referred to.
    pub(super) fn mail_object(&mut self, item: &Item) {
        let none = Extras::new(DATA);
        self.dates(&item.mail_object, None, &none);
        self.places(&item.mail_object, None, &none);
        self.service(&item.mail_object, None, &none);
    }

    pub(super) fn more_reasons(&mut self, home: Home, extras: &Extras, reasons: &mut Vec<(String, String)>) {
        for (at, entry) in extras.entries("Reasons").iter().enumerate() {
            let code = self.field(home, "Reasons", at, "Code", &entry[0], 4);
            let text = self.field(home, "Reasons", at, "Text", &entry[1], name_value::STATUS_TEXT);
            reasons.push((code, text));
        }
    }

    /// `STS`: category and lists, status code and name, reasons.
    pub(super) fn status(
        &mut self,
        category: &str,
        [list, reason_list]: [List; 2],
        status: (&str, &str),
        reasons: &[(String, String)],
    ) {
        let list_of = |there: bool, list: List| if there { list } else { [""; 2] };
        let [code_list, agency] = list_of(status != ("", ""), list);
        let first = [status.0, code_list, agency, status.1];
        let mut rest = reasons;
        loop {
            let (now, after) = rest.split_at(rest.len().min(5));
            let reasons: Vec<[&str; 4]> = now
                .iter()
                .map(|(code, text)| {
                    let [list, agency] = list_of(!code.is_empty(), reason_list);
                    [code.as_str(), list, agency, text.as_str()]
                })
                .collect();
            let mut elements: Vec<&[&str]> = vec![std::slice::from_ref(&category), &first];
            elements.extend(reasons.iter().map(|reason| reason.as_slice()));
            self.segments.segment("STS", &elements);
            if after.is_empty() {
                return;
            }
            rest = after;
        }
    }

    /// One field of a family's entry, fitting the character set.
    pub(super) fn field(
        &mut self,
        home: Home,
        list: &str,
        at: usize,
        field: &str,
        value: &Option<String>,
        size: usize,
    ) -> String {
        let member = format!("EP.{list}[{}].{field}", at + 1);
        self.member(home, 0, &member, text(value), size).into_owned()
    }

    /// `ERP`, `ERC`, `FTX`: an element of the declaration in question.
    pub(super) fn pointer(&mut self, home: Home, list: &str, at: usize, sequence: usize, entry: &Entry) {
        let path = text(&entry[0]);
        let (line, tag) = super::pointer::place_of(path);
        let line = line.map(|line| line.to_string()).unwrap_or_default();
        self.segments.segment("ERP", &[&["2", &sequence.to_string(), &line], &[tag]]);
        let code = self.field(home, list, at, "Code", &entry[1], 8);
        if !code.is_empty() {
            self.segments.segment("ERC", &[&coded(&code, lists::DATA_ERROR)]);
        }
        let remark = self.field(home, list, at, "Text", &entry[2], 2560);
        self.free_text("AAO", &remark);
        if !path.is_empty() {
            self.notes.push(NameValue { topic: Topic::Path, name: String::new(), value: path.to_owned() });
        }
        self.flush_notes();
    }
}
