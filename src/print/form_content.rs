//! From a customs data view to the texts that go into the boxes.
//!
//! Decides what stands in which box and finds what cannot be printed; knows nothing of geometry. Texts are cleaned:
//! control characters become blanks, runs of blanks become one, marks that reorder text are dropped, and for a character
//! that no font has stands a mark that everybody sees. Amounts have the decimals of their currency, or more where more
//! were declared: what was declared is never rounded.

use std::collections::HashMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use rust_decimal::Decimal;

use super::fonts::Fonts;
use super::labels::{Label, Languages};
use super::names;
use crate::contract::{CdsView, ContentPiece, DeclarationData, Document, MailObject, Number, WcfDate};
use crate::error::Findings;
use crate::limits;
use crate::refdata::lists::{LocalNames, lists};

/// Extra fields of the message profile that have a box.
const NON_DELIVERY: &str = "EP.NonDeliveryCd";
const REDIRECT: &str = "EP.RedirectAddress";
const COMMENTS: &str = "EP.Comments";
const NATURE_TEXT: &str = "EP.NatureExplanation";
const ORIGIN_OFFICE: &str = "EP.OrigOfficeCd";
/// Tax and registration numbers beside the `IdRef` members.
const SENDER_REFERENCES: [&str; 2] = ["EP.SenderVatId", "EP.SenderTaxId"];
const IMPORTER_REFERENCES: [&str; 6] = [
    "EP.ImporterName",
    "EP.ImporterIdRef",
    "EP.ImporterVatId",
    "EP.ImporterTaxId",
    "EP.RecipientVatId",
    "EP.RecipientTaxId",
];
const IMPORTER_CONTACTS: [&str; 3] = ["EP.ImporterTelephone", "EP.ImporterFax", "EP.ImporterEmail"];

/// Everything a form shows of one item.
#[derive(Debug, Default)]
pub(super) struct FormContent {
    pub item_id: String,
    pub operator: String,
    pub nature: Option<Label>,
    pub nature_text: String,
    pub sender: Party,
    pub recipient: Party,
    pub sender_reference: String,
    pub importer_reference: String,
    pub importer_contact: String,
    pub pieces: Vec<Piece>,
    pub gross_weight: String,
    pub total_value: String,
    pub postage: String,
    pub insured: String,
    pub comments: String,
    pub licences: String,
    pub certificates: String,
    pub invoices: String,
    pub non_delivery: String,
    pub office_and_date: String,
    /// Date beside the signature.
    pub signed_on: String,
}

#[derive(Debug, Default)]
pub(super) struct Party {
    pub name: String,
    pub business: String,
    pub street: String,
    pub postcode: String,
    pub city: String,
    pub country: String,
    pub contact: String,
}

/// One line of the table.
#[derive(Debug, Default)]
pub(super) struct Piece {
    pub description: String,
    pub quantity: String,
    pub net_weight: String,
    pub value: String,
    pub tariff: String,
    pub origin: String,
}

/// What reading needs besides the view.
#[derive(Clone, Copy)]
pub(super) struct Setting<'a> {
    pub fonts: &'a Fonts,
    pub languages: Languages,
    pub names: &'a LocalNames,
    pub zone: Tz,
    pub printed_on: NaiveDate,
}

/// Reads `view`; a view without declaration data is a finding, every other gap is an empty box.
pub(super) fn read(view: &CdsView, setting: Setting<'_>, notes: &mut Notes) -> FormContent {
    let none = MailObject::default();
    let mail = view.mail_object.as_ref().unwrap_or(&none);
    let Some(data) = view.declaration.as_ref().and_then(|declaration| declaration.data.as_ref()) else {
        notes.faults.add("required", "Declaration.Data", "there is nothing to print without the declaration's data");
        return FormContent::default();
    };
    if data.content_pieces.len() > limits::CONTENT_PIECES {
        notes.faults.add(
            "too_long",
            "Declaration.Data.ContentPieces",
            format!("a declaration has at most {} lines", limits::CONTENT_PIECES),
        );
        return FormContent::default();
    }
    Reader::new(setting, notes).facts(mail, data)
}

/// What cannot be shown of a declaration.
pub(super) fn proofread(mail: &MailObject, data: &DeclarationData, setting: Setting<'_>) -> Findings {
    let mut notes = Notes::default();
    Reader::new(setting, &mut notes).facts(mail, data);
    notes.advice
}

/// What reading found: faults that refuse the form, and advice about what is printed otherwise than declared.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub faults: Findings,
    pub advice: Findings,
}

/// Stands for a character that no font has.
const MARK: char = '\u{FFFD}';
/// Characters that one piece of advice names.
const NAMED: usize = 8;

/// Reads texts, noting what is too long or has no glyph.
pub(super) struct Reader<'a, 'f> {
    pub setting: Setting<'a>,
    pub notes: &'f mut Notes,
    /// Characters looked up so far, and whether a font has them.
    drawable: HashMap<char, bool>,
}

impl<'a, 'f> Reader<'a, 'f> {
    pub fn new(setting: Setting<'a>, notes: &'f mut Notes) -> Self {
        Self { setting, notes, drawable: HashMap::new() }
    }

    fn facts(&mut self, mail: &MailObject, data: &DeclarationData) -> FormContent {
        let (nature, nature_text) = self.nature(data);
        let documents = self.documents(data);
        let operator = self.text("MailObject.OrigPostOrgCd", mail.orig_post_org_cd.as_ref());
        FormContent {
            item_id: self.text("MailObject.Id", mail.id.as_ref()),
            operator: names::operator(self.setting.names, &operator).map(str::to_owned).unwrap_or(operator),
            nature,
            nature_text,
            sender: self.sender(data),
            recipient: self.recipient(data),
            sender_reference: self.sender_reference(data),
            importer_reference: self.importer_reference(data),
            importer_contact: self.importer_contact(data),
            pieces: data.content_pieces.iter().enumerate().map(|(at, piece)| self.piece(at, piece)).collect(),
            gross_weight: weight(data.gross_weight.as_ref()),
            total_value: self.total_value(&data.content_pieces),
            postage: self.money("Postage", data.postage.as_ref(), data.postage_currency_cd.as_ref()),
            insured: self.money("InsuredValue", data.insured_value.as_ref(), data.insured_value_currency_cd.as_ref()),
            comments: joined("; ", [self.extra(data, COMMENTS), documents.others]),
            licences: documents.licences,
            certificates: documents.certificates,
            invoices: documents.invoices,
            non_delivery: self.non_delivery(data),
            office_and_date: self.office_and_date(mail, data),
            signed_on: self.setting.printed_on.to_string(),
        }
    }

    /// The text at `path`, cleaned.
    pub fn text(&mut self, path: &str, text: Option<&String>) -> String {
        let Some(text) = text else { return String::new() };
        let text = clean(text);
        if text.chars().count() > limits::PRINT_TEXT_CHARS {
            let message = format!("at most {} characters can be printed here", limits::PRINT_TEXT_CHARS);
            self.notes.faults.add("too_long", path, message);
            return String::new();
        }
        let mut missing: Vec<String> = Vec::new();
        let shown: String = text.chars().map(|c| if self.is_drawable(c) { c } else { MARK }).collect();
        for character in text.chars().zip(shown.chars()).filter_map(|(own, shown)| (own != shown).then_some(own)) {
            let named = format!("U+{:04X}", u32::from(character));
            if missing.len() < NAMED && !missing.contains(&named) {
                missing.push(named);
            }
        }
        if !missing.is_empty() {
            let message = format!(
                "no font at hand can draw {}, and the form shows {MARK} instead; write it in Latin, Greek, Cyrillic or \
                 Arabic letters, or put a font for this script into the server's font folder",
                missing.join(", ")
            );
            self.notes.advice.add("glyph", path, message);
        }
        shown
    }

    fn is_drawable(&mut self, character: char) -> bool {
        if character.is_ascii() || is_invisible(character) {
            return true;
        }
        let fonts = self.setting.fonts;
        *self.drawable.entry(character).or_insert_with(|| fonts.covers(character))
    }

    fn data(&mut self, member: &str, text: Option<&String>) -> String {
        self.text(&format!("Declaration.Data.{member}"), text)
    }

    fn extra(&mut self, data: &DeclarationData, name: &str) -> String {
        let at = data.extra_field_names.iter().position(|known| known.as_deref() == Some(name));
        let value = at.and_then(|at| data.extra_field_values.get(at)).and_then(Option::as_ref);
        let path = format!("Declaration.Data.ExtraFieldValues[{}]", at.unwrap_or_default());
        self.text(&path, value)
    }

    fn money(&mut self, member: &str, amount: Option<&Number>, currency: Option<&String>) -> String {
        self.amount(&format!("Declaration.Data.{member}"), amount, currency)
    }

    /// An amount with its currency; nothing without an amount.
    pub fn amount(&mut self, path: &str, amount: Option<&Number>, currency: Option<&String>) -> String {
        let currency = self.text(&format!("{path}CurrencyCd"), currency);
        match amount {
            Some(amount) => money(amount.value(), &currency),
            None => String::new(),
        }
    }

    /// The box to tick and what to write beside it. A nature without a box is ticked as "other" and named.
    fn nature(&mut self, data: &DeclarationData) -> (Option<Label>, String) {
        let code = self.data("NatureTypeCd", data.nature_type_cd.as_ref());
        let explanation = self.extra(data, NATURE_TEXT);
        let tick = match code.as_str() {
            "" => None,
            "11" => Some(Label::Sale),
            "21" => Some(Label::Returned),
            "31" => Some(Label::Gift),
            "32" => Some(Label::Sample),
            "91" => Some(Label::Documents),
            _ => Some(Label::Other),
        };
        let named = match code.as_str() {
            "999" => String::new(),
            other if tick == Some(Label::Other) => {
                names::nature(other, self.setting.languages).unwrap_or_else(|| other.to_owned())
            }
            _ => String::new(),
        };
        (tick, joined(": ", [named, explanation]))
    }

    fn sender(&mut self, data: &DeclarationData) -> Party {
        let first = self.data("SenderFirstName", data.sender_first_name.as_ref());
        let last = self.data("SenderLastName", data.sender_last_name.as_ref());
        let full = self.data("SenderName", data.sender_name.as_ref());
        let line1 = self.data("SenderAddressLine1", data.sender_address_line1.as_ref());
        let line2 = self.data("SenderAddressLine2", data.sender_address_line2.as_ref());
        let city = self.data("SenderCity", data.sender_city.as_ref());
        let state = self.data("SenderState", data.sender_state.as_ref());
        let phone = self.data("SenderTelephone", data.sender_telephone.as_ref());
        let email = self.data("SenderEmail", data.sender_email.as_ref());
        let (name, business) = name_and_business(joined(" ", [first, last]), full);
        Party {
            name,
            business,
            street: joined(", ", [line1, line2]),
            postcode: self.data("SenderZIP", data.sender_zip.as_ref()),
            city: joined(", ", [city, state]),
            country: self.country("SenderCountryCd", data.sender_country_cd.as_ref()),
            contact: joined(", ", [phone, email]),
        }
    }

    fn recipient(&mut self, data: &DeclarationData) -> Party {
        let first = self.data("RecipientFirstName", data.recipient_first_name.as_ref());
        let last = self.data("RecipientLastName", data.recipient_last_name.as_ref());
        let full = self.data("RecipientName", data.recipient_name.as_ref());
        let line1 = self.data("RecipientAddressLine1", data.recipient_address_line1.as_ref());
        let line2 = self.data("RecipientAddressLine2", data.recipient_address_line2.as_ref());
        let city = self.data("RecipientCity", data.recipient_city.as_ref());
        let state = self.data("RecipientState", data.recipient_state.as_ref());
        let (name, business) = name_and_business(joined(" ", [first, last]), full);
        Party {
            name,
            business,
            street: joined(", ", [line1, line2]),
            postcode: self.data("RecipientZIP", data.recipient_zip.as_ref()),
            city: joined(", ", [city, state]),
            country: self.country("RecipientCountryCd", data.recipient_country_cd.as_ref()),
            contact: String::new(),
        }
    }

    fn country(&mut self, member: &str, code: Option<&String>) -> String {
        let code = self.data(member, code);
        names::country(self.setting.names, &code, self.setting.languages).unwrap_or(code)
    }

    fn sender_reference(&mut self, data: &DeclarationData) -> String {
        let own = self.data("SenderIdRef", data.sender_id_ref.as_ref());
        self.with_extras(data, &SENDER_REFERENCES, vec![own])
    }

    fn importer_reference(&mut self, data: &DeclarationData) -> String {
        let own = self.data("RecipientIdRef", data.recipient_id_ref.as_ref());
        self.with_extras(data, &IMPORTER_REFERENCES, vec![own])
    }

    fn importer_contact(&mut self, data: &DeclarationData) -> String {
        let own = vec![
            self.data("RecipientTelephone", data.recipient_telephone.as_ref()),
            self.data("RecipientFax", data.recipient_fax.as_ref()),
            self.data("RecipientEmail", data.recipient_email.as_ref()),
        ];
        self.with_extras(data, &IMPORTER_CONTACTS, own)
    }

    /// The extra fields named, then `own`, each different text once.
    fn with_extras(&mut self, data: &DeclarationData, names: &[&str], own: Vec<String>) -> String {
        let mut texts: Vec<String> = Vec::new();
        for text in names.iter().map(|name| self.extra(data, name)).collect::<Vec<_>>().into_iter().chain(own) {
            if !text.is_empty() && !texts.contains(&text) {
                texts.push(text);
            }
        }
        texts.join(", ")
    }

    fn piece(&mut self, at: usize, piece: &ContentPiece) -> Piece {
        let path = |member: &str| format!("Declaration.Data.ContentPieces[{at}].{member}");
        let declared = self.text(&path("Description"), piece.description.as_ref());
        let tariff = self.text(&path("HS"), piece.hs.as_ref());
        let currency = self.text(&path("CurrencyCd"), piece.currency_cd.as_ref());
        let value = piece.amount.as_ref().map(|amount| money(amount.value(), &currency));
        Piece {
            description: declared,
            quantity: piece.number.map(|number| number.to_string()).unwrap_or_default(),
            net_weight: piece.net_weight.as_ref().map(|w| w.digits().to_owned()).unwrap_or_default(),
            value: value.unwrap_or_default(),
            tariff,
            origin: self.text(&path("OrigCountryCd"), piece.orig_country_cd.as_ref()),
        }
    }

    /// The sum for each currency, in the order they first appear. Empty when a line has no value.
    fn total_value(&mut self, pieces: &[ContentPiece]) -> String {
        let mut sums: Vec<(String, Decimal)> = Vec::new();
        for (at, piece) in pieces.iter().enumerate() {
            let Some(amount) = &piece.amount else { return String::new() };
            let currency = clean(piece.currency_cd.as_deref().unwrap_or_default());
            let Some((_, sum)) = sums.iter_mut().find(|(known, _)| *known == currency) else {
                sums.push((currency, amount.value()));
                continue;
            };
            let Some(more) = sum.checked_add(amount.value()) else {
                let path = format!("Declaration.Data.ContentPieces[{at}].Amount");
                let message = "the lines add up to more than 28 digits can hold; the form shows no total";
                self.notes.advice.add("out_of_range", path, message);
                return String::new();
            };
            *sum = more;
        }
        let sums = sums.into_iter().map(|(currency, sum)| money(sum, &currency));
        sums.collect::<Vec<_>>().join(" + ")
    }

    fn documents(&mut self, data: &DeclarationData) -> Documents {
        let mut found = Documents::default();
        for (at, document) in data.documents.iter().enumerate() {
            let path = |member: &str| format!("Declaration.Data.Documents[{at}].{member}");
            let number = self.text(&path("DocumentId"), document.document_id.as_ref());
            let title = self.text(&path("DocumentName"), document.document_name.as_ref());
            let kind = self.text(&path("DocumentType"), document.document_type.as_ref());
            let (place, named) = match box_of(document) {
                Some(DocumentBox::Licence) => (&mut found.licences, false),
                Some(DocumentBox::Certificate) => (&mut found.certificates, false),
                Some(DocumentBox::Invoice) => (&mut found.invoices, false),
                None => (&mut found.others, true),
            };
            let kind = names::document_type(&kind, self.setting.languages).unwrap_or(kind);
            let text = joined(" ", [if named { joined(", ", [kind, title]) } else { title }, number]);
            *place = joined(", ", [std::mem::take(place), text]);
        }
        found
    }

    fn non_delivery(&mut self, data: &DeclarationData) -> String {
        let code = self.extra(data, NON_DELIVERY);
        let address = self.extra(data, REDIRECT);
        let name = names::non_delivery(&code, self.setting.languages).unwrap_or(code);
        joined(": ", [name, address])
    }

    fn office_and_date(&mut self, mail: &MailObject, data: &DeclarationData) -> String {
        let office = self.extra(data, ORIGIN_OFFICE);
        joined(", ", [office, mail.posting_dt.map(|at| day(at, self.setting.zone)).unwrap_or_default()])
    }
}

#[derive(Debug, Default)]
struct Documents {
    licences: String,
    certificates: String,
    invoices: String,
    others: String,
}

enum DocumentBox {
    Licence,
    Certificate,
    Invoice,
}

/// The box of a document by its type: a code of `document_types.csv`, or a word that begins like one of the boxes.
fn box_of(document: &Document) -> Option<DocumentBox> {
    let kind = document.document_type.as_deref().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        "811" | "911" => Some(DocumentBox::Licence),
        "1" | "2" | "3" | "851" | "852" | "853" | "861" => Some(DocumentBox::Certificate),
        "325" | "380" => Some(DocumentBox::Invoice),
        word if word.starts_with("lic") => Some(DocumentBox::Licence),
        word if word.starts_with("cert") => Some(DocumentBox::Certificate),
        word if ["inv", "fact", "fatura"].iter().any(|start| word.starts_with(start)) => Some(DocumentBox::Invoice),
        _ => None,
    }
}

/// The person on the first line; the full name is the business when both are given and differ.
fn name_and_business(person: String, full: String) -> (String, String) {
    match (person.is_empty(), full.is_empty()) {
        (true, _) => (full, String::new()),
        (_, true) => (person, String::new()),
        _ if person == full => (person, String::new()),
        _ => (person, full),
    }
}

/// The day of `at` in `zone`, as ISO 8601.
pub(super) fn day(at: WcfDate, zone: Tz) -> String {
    at.instant().with_timezone(&zone).format("%Y-%m-%d").to_string()
}

/// An amount with the decimals of its currency (ISO 4217), or more where more were declared; as it is where the currency has
/// none or is not known.
pub(super) fn money(amount: Decimal, currency: &str) -> String {
    let digits = match lists().currencies.get(currency).and_then(|listed| listed.minor_units) {
        Some(decimals) => {
            let amount = amount.normalize();
            format!("{amount:.*}", decimals.max(amount.scale()) as usize)
        }
        None => amount.to_string(),
    };
    joined(" ", [digits, currency.to_owned()])
}

fn weight(number: Option<&Number>) -> String {
    number.map(|number| format!("{number} kg")).unwrap_or_default()
}

/// The parts that are not empty, with `between` between them.
pub(super) fn joined<const N: usize>(between: &str, parts: [String; N]) -> String {
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(between)
}

/// One line of text without control characters, doubled blanks and marks that override the direction of writing.
fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let reorders = |c: char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}');
    for character in text.chars().filter(|c| !reorders(*c)) {
        if character.is_control() || character.is_whitespace() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else {
            out.push(character);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Characters that shape their neighbours and leave no mark of their own.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FE00}'..='\u{FE0F}'
            | '\u{E0100}'..='\u{E01EF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_one_clean_line() {
        assert_eq!(clean("  a\r\n\tb\u{202E}c  "), "a bc");
        assert_eq!(clean("\u{7}"), "");
    }

    #[test]
    fn a_business_is_the_name_that_is_not_the_person() {
        let both = |a: &str, b: &str| name_and_business(a.into(), b.into());
        assert_eq!(both("Ana Diaz", "Ana Diaz"), ("Ana Diaz".into(), String::new()));
        assert_eq!(both("Ana Diaz", "Diaz SA"), ("Ana Diaz".into(), "Diaz SA".into()));
        assert_eq!(both("", "Diaz SA"), ("Diaz SA".into(), String::new()));
    }
}
