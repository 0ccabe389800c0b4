//! An item under construction: what both readers fill in and what both writers take apart.
//!
//! Taking an item apart and finishing it again gives its normal form, so "what is the same" is decided here alone.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use crate::contract::declaration::{CommercialTransaction, ContentPiece, DeclarationData, Document};
use crate::contract::response::{ResponseData, Tax};
use crate::contract::{Declaration, MailObject, Referral, ReferralResponse, Response, hs_code};

use super::finding::Finding;
use super::message::{Function, Item, Kind};
use super::profile::extras::{Entry as FamilyEntry, Extras, is_currency};
use super::profile::table::{self, Home};
use super::profile::value::{Members, Value, ValueMut, parse_number};

/// The parts of an item, lists of extra fields taken apart.
#[derive(Clone, Debug)]
pub struct ItemBuilder {
    pub mail_object: MailObject,
    pub declaration: Declaration,
    pub data: DeclarationData,
    pub response: Response,
    pub response_data: ResponseData,
    pub referral: Referral,
    pub answer: ReferralResponse,
    /// Extra fields of declaration, response, referral and answer.
    pub extras: [Extras; 4],
    /// Extra fields of the content pieces, in their order.
    pub piece_extras: Vec<Extras>,
    /// Extra fields of the taxes, in their order.
    pub tax_extras: Vec<Extras>,
    /// Declared totals as received, number and currency.
    pub totals: Vec<(String, String)>,
    /// Members that travelled as name and value, by place; they win over what stood in a segment.
    notes: BTreeMap<(Home, usize, String), String>,
}

impl Default for ItemBuilder {
    fn default() -> Self {
        Self {
            mail_object: MailObject::default(),
            declaration: Declaration::default(),
            data: DeclarationData::default(),
            response: Response::default(),
            response_data: ResponseData::default(),
            referral: Referral::default(),
            answer: ReferralResponse::default(),
            extras: [Home::DeclarationData, Home::ResponseData, Home::Referral, Home::Answer].map(Extras::new),
            piece_extras: Vec::new(),
            tax_extras: Vec::new(),
            totals: Vec::new(),
            notes: BTreeMap::new(),
        }
    }
}

impl ItemBuilder {
    /// Extra fields of an object; objects without any share those of the declaration. `index` counts for pieces and
    /// taxes, which must have been added.
    pub fn extras_mut(&mut self, home: Home, index: usize) -> &mut Extras {
        let slot = Self::slot(home);
        match home {
            Home::Piece if index < self.piece_extras.len() => &mut self.piece_extras[index],
            Home::Tax if index < self.tax_extras.len() => &mut self.tax_extras[index],
            _ => &mut self.extras[slot],
        }
    }

    /// See [`ItemBuilder::extras_mut`].
    pub fn extras_of(&self, home: Home, index: usize) -> &Extras {
        match home {
            Home::Piece if index < self.piece_extras.len() => &self.piece_extras[index],
            Home::Tax if index < self.tax_extras.len() => &self.tax_extras[index],
            _ => &self.extras[Self::slot(home)],
        }
    }

    fn slot(home: Home) -> usize {
        match home {
            Home::Response | Home::ResponseData | Home::Tax => 1,
            Home::Referral => 2,
            Home::Answer => 3,
            _ => 0,
        }
    }

    /// Adds an empty content piece and gives its index.
    pub fn add_piece(&mut self) -> usize {
        self.data.content_pieces.push(ContentPiece::default());
        self.piece_extras.push(Extras::new(Home::Piece));
        self.data.content_pieces.len() - 1
    }

    /// Adds an empty tax and gives its index.
    pub fn add_tax(&mut self) -> usize {
        self.response_data.taxes.push(Tax::default());
        self.tax_extras.push(Extras::new(Home::Tax));
        self.response_data.taxes.len() - 1
    }

    /// The contract object with that index; transactions and documents come into being when first named.
    pub fn object_mut(&mut self, home: Home, index: usize) -> Option<&mut dyn Members> {
        fn grown<T: Default>(list: &mut Vec<T>, index: usize) -> Option<&mut T> {
            if index < 999 && list.len() <= index {
                list.resize_with(index + 1, T::default);
            }
            list.get_mut(index)
        }
        Some(match home {
            Home::MailObject => &mut self.mail_object,
            Home::Declaration => &mut self.declaration,
            Home::DeclarationData => &mut self.data,
            Home::Response => &mut self.response,
            Home::ResponseData => &mut self.response_data,
            Home::Referral => &mut self.referral.known,
            Home::Answer => &mut self.answer.known,
            Home::Piece => self.data.content_pieces.get_mut(index)?,
            Home::Tax => self.response_data.taxes.get_mut(index)?,
            Home::Document => grown::<Document>(&mut self.data.documents, index)?,
            Home::Transaction => grown::<CommercialTransaction>(&mut self.data.commercial_transactions, index)?,
        })
    }

    /// The contract object with that index.
    pub fn object(&self, home: Home, index: usize) -> Option<&dyn Members> {
        Some(match home {
            Home::MailObject => &self.mail_object,
            Home::Declaration => &self.declaration,
            Home::DeclarationData => &self.data,
            Home::Response => &self.response,
            Home::ResponseData => &self.response_data,
            Home::Referral => &self.referral.known,
            Home::Answer => &self.answer.known,
            Home::Piece => self.data.content_pieces.get(index)?,
            Home::Tax => self.response_data.taxes.get(index)?,
            Home::Document => self.data.documents.get(index)?,
            Home::Transaction => self.data.commercial_transactions.get(index)?,
        })
    }

    /// Sets a member or `EP.*` field from its text.
    ///
    /// # Errors
    /// Names the form expected, or says that there is no such member.
    pub fn set(&mut self, home: Home, index: usize, member: &str, text: &str) -> Result<(), &'static str> {
        if member.starts_with("EP.") {
            let extras = self.extras_mut(home, index);
            if member.contains('[') {
                extras.set_entry_field(member, text);
            } else {
                extras.set(member, text);
            }
            return Ok(());
        }
        let object = self.object_mut(home, index).ok_or("the number of something that is there")?;
        object.value_mut(member).ok_or("a member of the contract")?.set(text)
    }

    /// Notes a member that travels as name and value. `false`: another value was noted before, which stands.
    pub fn note(&mut self, (home, index, member): (Home, usize, &str), value: String) -> bool {
        match self.notes.entry((home, index, member.to_owned())) {
            Entry::Vacant(place) => {
                place.insert(value);
                true
            }
            Entry::Occupied(before) => *before.get() == value,
        }
    }

    /// Notes a member of a referral or answer that the contract does not know; see [`ItemBuilder::note`].
    pub fn note_other(&mut self, kind: Kind, name: &str, json: Box<serde_json::value::RawValue>) -> bool {
        let others = if kind == Kind::Itmref { &mut self.referral.other } else { &mut self.answer.other };
        match others.get(name) {
            Some(before) => before.get() == json.get(),
            None => {
                others.insert(name.to_owned(), json);
                true
            }
        }
    }

    /// Paths of the members that were given otherwise in a place of their own, and forgets these notes. A note may say in full
    /// what the place `holds` only transliterated; what the place holds as it is needs no note, and a note that says
    /// something else contradicts it.
    pub fn contradicted(&mut self, holds: impl Fn(&str) -> bool) -> Vec<String> {
        let is_contradicted = |((home, index, member), value): &(&(Home, usize, String), &String)| {
            holds(value) && !self.agrees(*home, *index, member, value)
        };
        let contradicted: BTreeSet<_> =
            self.notes.iter().filter(is_contradicted).map(|(place, _)| place.clone()).collect();
        self.notes.retain(|place, _| !contradicted.contains(place));
        contradicted.iter().map(|(home, index, member)| home.member_path(*index, member)).collect()
    }

    /// Whether a member is not set, or set to this value.
    fn agrees(&self, home: Home, index: usize, member: &str, value: &str) -> bool {
        if member.starts_with("EP.") {
            return self.extras_of(home, index).get(member).is_none_or(|before| before == value);
        }
        let Some(before) = self.object(home, index).and_then(|object| object.text(member)) else { return true };
        let numbers = [&before, value].map(parse_number);
        before == value || matches!(numbers, [Ok(one), Ok(other)] if one == other)
    }

    /// What a message of this kind has no place for, though it was given.
    pub fn left_behind(&self, kind: Kind, function: Function) -> Option<Finding> {
        let carries = kind.declares() || kind == Kind::Refrsp || function == Function::Cancellation;
        let is_declared = self.data != DeclarationData::default() || self.declaration != Declaration::default();
        let text = format!("item data has no place in {kind}; it is not taken over");
        (is_declared && !carries).then(|| Finding::warning("segment", "Declaration", text))
    }

    /// Takes an item apart. Empty texts, empty list entries and pairs without name and value are left behind.
    pub fn from_item(item: Item) -> Self {
        let mut builder = Self { mail_object: item.mail_object, ..Self::default() };
        if let Some(mut declaration) = item.declaration {
            builder.data = declaration.data.take().unwrap_or_default();
            builder.declaration = *declaration;
            builder.extras[0] = take_extras(
                Home::DeclarationData,
                &mut builder.data.extra_field_names,
                &mut builder.data.extra_field_values,
            );
        }
        if let Some(mut response) = item.response {
            builder.response_data = response.data.take().unwrap_or_default();
            builder.response = *response;
            builder.extras[1] = take_extras(
                Home::ResponseData,
                &mut builder.response_data.extra_field_names,
                &mut builder.response_data.extra_field_values,
            );
        }
        if let Some(referral) = item.referral {
            builder.referral = *referral;
            let known = &mut builder.referral.known;
            builder.extras[2] =
                take_extras(Home::Referral, &mut known.extra_field_names, &mut known.extra_field_values);
        }
        if let Some(answer) = item.referral_response {
            builder.answer = *answer;
            let known = &mut builder.answer.known;
            builder.extras[3] = take_extras(Home::Answer, &mut known.extra_field_names, &mut known.extra_field_values);
        }
        builder.piece_extras = (builder.data.content_pieces.iter_mut())
            .map(|piece| take_extras(Home::Piece, &mut piece.extra_field_names, &mut piece.extra_field_values))
            .collect();
        builder.tax_extras = (builder.response_data.taxes.iter_mut())
            .map(|tax| take_extras(Home::Tax, &mut tax.extra_field_names, &mut tax.extra_field_values))
            .collect();
        builder.clean();
        builder
    }

    /// Unsets empty texts.
    fn clean(&mut self) {
        for home in Home::ALL {
            let mut index = 0;
            while self.object(home, index).is_some() {
                if let Some(object) = self.object_mut(home, index) {
                    clean(object);
                }
                index += 1;
                if !home.is_list() {
                    break;
                }
            }
        }
        self.data.documents.retain(|document| *document != Document::default());
        self.data.commercial_transactions.retain(|sale| *sale != CommercialTransaction::default());
        self.declaration.xml_data = None;
        self.response.xml_data = None;
    }

    /// Puts the item together for a message of this kind and function.
    pub fn finish(mut self, kind: Kind, function: Function) -> Item {
        self.settle();
        if function == Function::Cancellation {
            return self.cancelled(kind);
        }
        self.merge_extras();
        let mut item = Item { mail_object: self.mail_object, ..Item::default() };
        let declared = self.declaration != Declaration::default() || self.data != DeclarationData::default();
        if kind.declares() || (kind == Kind::Refrsp && declared) {
            item.declaration = Some(Box::new(Declaration { data: Some(self.data), ..self.declaration }));
        }
        match kind {
            Kind::Cusrsp => {
                item.response = Some(Box::new(Response { data: Some(self.response_data), ..self.response }));
            }
            Kind::Itmref => item.referral = Some(Box::new(self.referral)),
            Kind::Refrsp => item.referral_response = Some(Box::new(self.answer)),
            Kind::Itmatt | Kind::Cusitm => {}
        }
        item
    }

    /// A cancelled item carries its id, and the reference of the referral it is about; item data that is taken back, which
    /// item that is (its origin), and where it goes now.
    fn cancelled(self, kind: Kind) -> Item {
        let id = self.mail_object.id.clone();
        let mail_object = match kind.declares() {
            true => MailObject {
                id,
                orig_post_org_cd: self.mail_object.orig_post_org_cd,
                dest_post_org_cd: self.mail_object.dest_post_org_cd,
                ..MailObject::default()
            },
            false => MailObject { id, ..MailObject::default() },
        };
        let mut item = Item { mail_object, ..Item::default() };
        match kind {
            Kind::Itmref => {
                let mut referral = Referral::default();
                referral.known.referral_id = self.referral.known.referral_id;
                item.referral = Some(Box::new(referral));
            }
            Kind::Refrsp => {
                let mut answer = ReferralResponse::default();
                answer.known.referral_id = self.answer.known.referral_id;
                item.referral_response = Some(Box::new(answer));
            }
            Kind::Itmatt | Kind::Cusitm | Kind::Cusrsp => {}
        }
        item
    }

    /// Applies the notes, drops what can be derived, numbers the lines.
    fn settle(&mut self) {
        for ((home, index, member), value) in std::mem::take(&mut self.notes) {
            // A path or value that makes no sense was reported when it was read.
            let _ = self.set(home, index, &member, &value);
        }
        self.take_codes();
        self.data.documents.retain(|document| *document != Document::default());
        self.data.commercial_transactions.retain(|sale| *sale != CommercialTransaction::default());
        self.settle_totals();
        for (extra, derived) in [
            ("EP.ExportCountryCd", self.data.sender_country_cd.as_deref()),
            ("EP.DestCountryCd", self.data.recipient_country_cd.as_deref()),
            ("EP.DeclarationId", self.mail_object.id.as_deref()),
        ] {
            if derived.is_some() && self.extras[0].get(extra) == derived {
                self.extras[0].set(extra, "");
            }
        }
        if self.mail_object.id.is_some() && self.extras[1].get("EP.DeclarationId") == self.mail_object.id.as_deref() {
            self.extras[1].set("EP.DeclarationId", "");
        }
        self.number_lines();
        self.settle_reasons();
    }

    /// Codes of goods are digits, however they were typed.
    fn take_codes(&mut self) {
        let pieces = self.data.content_pieces.iter_mut().flat_map(|piece| [&mut piece.hs, &mut piece.revised_hs]);
        for code in pieces.chain(self.response_data.taxes.iter_mut().map(|tax| &mut tax.hs)) {
            *code = code.take().map(hs_code::taken);
        }
    }

    /// The declared total is kept as an extra field only where it is not the sum of the lines.
    fn settle_totals(&mut self) {
        if !self.totals.is_empty() {
            let text: Vec<_> = self.totals.iter().map(|(number, currency)| format!("{number} {currency}")).collect();
            self.extras[0].set("EP.TotalValue", &text.join(", "));
        }
        if self.extras[0].get("EP.TotalValue").is_some_and(|text| totals_agree(text, &self.data)) {
            self.extras[0].set("EP.TotalValue", "");
        }
    }

    fn number_lines(&mut self) {
        let numbers = line_numbers(&self.data.content_pieces);
        for (piece, number) in self.data.content_pieces.iter_mut().zip(numbers) {
            piece.index = Some(number);
        }
    }

    /// The first reason of a decision is the contract's; the reasons of a referral are data error codes in full.
    fn settle_reasons(&mut self) {
        self.extras[2].change_field("Reasons", 0, crate::edi::edifact::pointer::lengthen);
        let data = &mut self.response_data;
        if data.decision_reason_cd.is_none()
            && data.decision_reason_nm.is_none()
            && let Some(first) = self.extras[1].take_first("Reasons")
        {
            let mut fields = first.into_iter();
            data.decision_reason_cd = fields.next().flatten();
            data.decision_reason_nm = fields.next().flatten();
        }
    }

    fn merge_extras(&mut self) {
        let [data, response, referral, answer] = &mut self.extras;
        let take = |extras: &mut Extras, home| std::mem::replace(extras, Extras::new(home)).into_lists();
        (self.data.extra_field_names, self.data.extra_field_values) = take(data, Home::DeclarationData);
        let lists = &mut self.response_data;
        (lists.extra_field_names, lists.extra_field_values) = take(response, Home::ResponseData);
        let lists = &mut self.referral.known;
        (lists.extra_field_names, lists.extra_field_values) = take(referral, Home::Referral);
        let lists = &mut self.answer.known;
        (lists.extra_field_names, lists.extra_field_values) = take(answer, Home::Answer);
        for (piece, extras) in self.data.content_pieces.iter_mut().zip(&mut self.piece_extras) {
            (piece.extra_field_names, piece.extra_field_values) = take(extras, Home::Piece);
        }
        for (tax, extras) in self.response_data.taxes.iter_mut().zip(&mut self.tax_extras) {
            (tax.extra_field_names, tax.extra_field_values) = take(extras, Home::Tax);
        }
    }

    /// Adds a reason, the first one to the contract's members.
    pub fn add_reason(&mut self, kind: Kind, entry: FamilyEntry) {
        let extras = if kind == Kind::Itmref { &mut self.extras[2] } else { &mut self.extras[1] };
        extras.push_entry("Reasons", entry);
    }
}

fn take_extras(home: Home, names: &mut Vec<Option<String>>, values: &mut Vec<Option<String>>) -> Extras {
    Extras::split(home, &std::mem::take(names), &std::mem::take(values))
}

fn clean(object: &mut dyn Members) {
    for name in object.names() {
        let empty = matches!(object.value(name), Some(Value::Text(Some(text))) if text.is_empty());
        if empty && let Some(ValueMut::Text(member)) = object.value_mut(name) {
            *member = None;
        }
    }
}

/// The index of each line; lines without one get the smallest free numbers, in order.
pub fn line_numbers(pieces: &[ContentPiece]) -> Vec<i32> {
    let taken: std::collections::BTreeSet<i32> = pieces.iter().filter_map(|piece| piece.index).collect();
    let mut free = (1..i32::MAX).filter(|number| !taken.contains(number));
    pieces.iter().map(|piece| piece.index.or_else(|| free.next()).unwrap_or(0)).collect()
}

/// Sums of the line values by currency, in the order the currencies first occur. Lines without amount or
/// well-formed currency do not count; a sum that would overflow is left out.
pub fn line_totals(data: &DeclarationData) -> Vec<(rust_decimal::Decimal, &str)> {
    let mut sums: Vec<(rust_decimal::Decimal, &str)> = Vec::new();
    for piece in &data.content_pieces {
        let (Some(amount), Some(currency)) = (&piece.amount, piece.currency_cd.as_deref()) else { continue };
        if !is_currency(currency) {
            continue;
        }
        match sums.iter_mut().find(|(_, known)| *known == currency) {
            Some((sum, _)) => *sum = sum.checked_add(amount.value()).unwrap_or(*sum),
            None => sums.push((amount.value(), currency)),
        }
    }
    sums
}

/// Whether a declared total (`48.50 EUR, 3 USD`) says just what the lines say.
fn totals_agree(text: &str, data: &DeclarationData) -> bool {
    let Some(declared) = super::profile::extras::amounts(text) else { return false };
    let sums = line_totals(data);
    declared.len() == sums.len()
        && declared.iter().all(|(number, currency)| {
            let value = super::profile::value::parse_number(number).map(|number| number.value());
            sums.iter().any(|(sum, known)| known == currency && value == Ok(*sum))
        })
}

/// All rows of one home that travel as name and value in EDIFACT.
pub fn name_value_rows(home: Home) -> impl Iterator<Item = &'static table::Row> {
    table::rows().filter(move |row| row.home == home && row.edifact == table::NAME_VALUE && !row.is_extra())
}
