//! The columns of sheets: a table of keys for each kind, what a cell under each may hold, and the member it goes to.
//!
//! Keys are what counts in a file; names and notes in four languages stand beside it in `columns.csv`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use crate::domain::IngestionKind;
use crate::refdata::lists::Language;

/// What a cell holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Free text.
    Text,
    /// Text that is made of digits as a rule, such as a telephone number.
    Digits,
    /// A code of the harmonized system.
    Hs,
    /// A postal code.
    Zip,
    /// A code of a list, in capitals.
    Code(Choice),
    /// A post of three characters, or a country of two.
    Post,
    /// A day, or a time with its zone.
    Day,
    Kilograms,
    Centimetres,
    Money,
    Whole,
    /// True or false.
    Flag,
    /// Codes one after the other.
    Codes,
}

/// The list that a code is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Choice {
    MailClasses,
    MailCategories,
    Handling,
    Natures,
    TransportModes,
    NonDelivery,
    MailSubclasses,
    Countries,
    Currencies,
    DocumentTypes,
    /// Of the contract, without names of its own.
    Free,
}

/// Where the member of a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Home {
    /// In the mail object.
    Object,
    /// In the data of the declaration.
    Data,
    /// An extra field of the declaration.
    Extra,
    /// In the content piece of the row.
    Piece,
    /// In a document; the key has its number.
    Document,
    /// In the sale that the content piece belongs to.
    Sale,
    /// Beside the documents.
    Reference,
    /// Shown by exports; nothing is taken from it.
    Shown,
    /// In the entry that the row is; the member is a path.
    Entry,
}

/// When a column is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Use {
    /// In templates and exports.
    Usual,
    /// In exports alone, where an item has something for it.
    Rare,
}

/// A column.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Key {
    pub key: &'static str,
    pub home: Home,
    /// Name of the member, or of the extra field.
    pub member: &'static str,
    pub kind: Kind,
    pub usage: Use,
}

const fn usual(key: &'static str, home: Home, member: &'static str, kind: Kind) -> Key {
    Key { key, home, member, kind, usage: Use::Usual }
}

const fn rare(key: &'static str, home: Home, member: &'static str, kind: Kind) -> Key {
    Key { key, home, member, kind, usage: Use::Rare }
}

const fn shown(key: &'static str) -> Key {
    Key { key, home: Home::Shown, member: "", kind: Kind::Text, usage: Use::Usual }
}

const fn of_entry(key: &'static str, member: &'static str, kind: Kind) -> Key {
    Key { key, home: Home::Entry, member, kind, usage: Use::Usual }
}

use Choice::*;
use Home::{Data, Document, Extra, Object, Piece, Reference, Sale};
use Kind::{Centimetres, Code, Codes, Day, Digits, Flag, Hs, Kilograms, Money, Post, Text, Whole, Zip};

/// Keys of declarations: all but those of documents beyond the third and of extra fields of the caller's own.
pub static KEYS: &[Key] = &[
    usual("item_id", Object, "Id", Code(Free)),
    usual("origin", Object, "OrigPostOrgCd", Code(Free)),
    usual("destination", Object, "DestPostOrgCd", Post),
    usual("local_id", Object, "LocalId", Digits),
    usual("local_id2", Object, "LocalId2", Digits),
    usual("external_reference", Reference, "", Digits),
    usual("posted_on", Object, "PostingDt", Day),
    usual("mail_class", Object, "MailClassCd", Code(MailClasses)),
    usual("mail_category", Object, "MailCategoryCd", Code(MailCategories)),
    usual("item_type", Object, "TypeCd", Code(Free)),
    usual("handling", Data, "HandlingClassCd", Code(Handling)),
    usual("nature", Data, "NatureTypeCd", Code(Natures)),
    usual("transport_mode", Data, "TransportMode", Code(TransportModes)),
    rare("transport_date", Data, "TransportDate", Day),
    usual("nature_explained", Extra, "EP.NatureExplanation", Text),
    usual("non_delivery", Extra, "EP.NonDeliveryCd", Code(NonDelivery)),
    usual("mail_subclass", Extra, "EP.MailSubclassCd", Code(MailSubclasses)),
    usual("comments", Extra, "EP.Comments", Text),
    usual("gross_kg", Data, "GrossWeight", Kilograms),
    usual("postage", Data, "Postage", Money),
    usual("postage_currency", Data, "PostageCurrencyCd", Code(Currencies)),
    usual("insured", Data, "InsuredValue", Money),
    usual("insured_currency", Data, "InsuredValueCurrencyCd", Code(Currencies)),
    rare("max_index", Data, "MaxIndex", Whole),
    rare("image_path", Data, "PackageImageLocalPath", Text),
    rare("image_source", Data, "PackageImageSourceInfo", Text),
    usual("sender_name", Data, "SenderName", Text),
    usual("sender_first_name", Data, "SenderFirstName", Text),
    usual("sender_last_name", Data, "SenderLastName", Text),
    usual("sender_id_ref", Data, "SenderIdRef", Digits),
    usual("sender_address1", Data, "SenderAddressLine1", Text),
    usual("sender_address2", Data, "SenderAddressLine2", Text),
    usual("sender_city", Data, "SenderCity", Text),
    usual("sender_state", Data, "SenderState", Text),
    usual("sender_zip", Data, "SenderZIP", Zip),
    usual("sender_country", Data, "SenderCountryCd", Code(Countries)),
    usual("sender_phone", Data, "SenderTelephone", Digits),
    usual("sender_email", Data, "SenderEmail", Text),
    usual("recipient_name", Data, "RecipientName", Text),
    usual("recipient_first_name", Data, "RecipientFirstName", Text),
    usual("recipient_last_name", Data, "RecipientLastName", Text),
    usual("recipient_id_ref", Data, "RecipientIdRef", Digits),
    usual("recipient_address1", Data, "RecipientAddressLine1", Text),
    usual("recipient_address2", Data, "RecipientAddressLine2", Text),
    usual("recipient_city", Data, "RecipientCity", Text),
    usual("recipient_state", Data, "RecipientState", Text),
    usual("recipient_zip", Data, "RecipientZIP", Zip),
    usual("recipient_country", Data, "RecipientCountryCd", Code(Countries)),
    usual("recipient_phone", Data, "RecipientTelephone", Digits),
    usual("recipient_fax", Data, "RecipientFax", Digits),
    usual("recipient_email", Data, "RecipientEmail", Text),
    usual("piece_index", Piece, "Index", Whole),
    usual("piece_goods_reference", Piece, "goodsReference", Whole),
    usual("piece_description", Piece, "Description", Text),
    usual("piece_hs", Piece, "HS", Hs),
    usual("piece_origin", Piece, "OrigCountryCd", Code(Countries)),
    usual("piece_quantity", Piece, "Number", Whole),
    usual("piece_net_kg", Piece, "NetWeight", Kilograms),
    usual("piece_value", Piece, "Amount", Money),
    usual("piece_currency", Piece, "CurrencyCd", Code(Currencies)),
    rare("piece_restrictions", Piece, "ImportRestrictions", Text),
    rare("piece_restriction_notes", Piece, "ImportRestrictionsNotes", Text),
    usual("doc1_type", Document, "DocumentType", Code(DocumentTypes)),
    usual("doc1_id", Document, "DocumentId", Digits),
    usual("doc1_name", Document, "DocumentName", Text),
    usual("doc2_type", Document, "DocumentType", Code(DocumentTypes)),
    usual("doc2_id", Document, "DocumentId", Digits),
    usual("doc2_name", Document, "DocumentName", Text),
    usual("doc3_type", Document, "DocumentType", Code(DocumentTypes)),
    usual("doc3_id", Document, "DocumentId", Digits),
    usual("doc3_name", Document, "DocumentName", Text),
    usual("market_id", Sale, "MarketPlaceId", Digits),
    usual("market_url", Sale, "MarketPlaceUrl", Text),
    usual("purchase_order", Sale, "PurchaseOrderNumber", Digits),
    usual("sales_order", Sale, "SalesOrderNumber", Digits),
    shown("light"),
    shown("state"),
    shown("decision"),
    shown("decision_name"),
    shown("decided_at"),
    shown("referrals_open"),
    shown("mail_state"),
    shown("revised_hs"),
    shown("revised_description"),
    shown("changed_at"),
    shown("version"),
];

/// Keys of goods that a post offers; a row is one of them.
static GOODS: &[Key] = &[
    of_entry("number", "ReferenceId", Whole),
    of_entry("description", "Description", Text),
    of_entry("hs", "Details.HSCode", Hs),
    of_entry("made_in", "Details.OrigCountryCd", Code(Countries)),
    of_entry("weight_kg", "Details.WeightKg", Kilograms),
    of_entry("length_cm", "Details.LengthCm", Centimetres),
    of_entry("width_cm", "Details.WidthCm", Centimetres),
    of_entry("height_cm", "Details.HeightCm", Centimetres),
    of_entry("price", "Details.Price.Amount", Money),
    of_entry("price_currency", "Details.Price.Currency", Code(Currencies)),
    of_entry("stock", "Details.Stock", Whole),
    of_entry("buyers", "Details.BuyerOrganizations", Codes),
    of_entry("valid_from", "ValidFrom", Day),
    of_entry("valid_to", "ValidTo", Day),
    of_entry("good_details", "Details.GoodDetails", Text),
    of_entry("service_description", "Details.ServiceDescription", Text),
    of_entry("free_return", "Details.FreeOfChargeReturn", Flag),
    of_entry("picture", "Details.Picture", Text),
    of_entry("seller_ref", "Details.SellerRefId", Digits),
    of_entry("seller_name", "Details.SellerName", Text),
    of_entry("seller_address", "Details.SellerAddress", Text),
    of_entry("seller_city", "Details.SellerCity", Text),
    of_entry("seller_zip", "Details.SellerZip", Zip),
    of_entry("seller_country", "Details.SellerCountry", Code(Countries)),
    of_entry("seller_phone", "Details.SellerPhone", Digits),
];

/// Keys of sender profiles; a row is one of them.
static SENDERS: &[Key] = &[
    of_entry("reference", "reference", Digits),
    of_entry("sender_name", "sender.SenderName", Text),
    of_entry("sender_first_name", "sender.SenderFirstName", Text),
    of_entry("sender_last_name", "sender.SenderLastName", Text),
    of_entry("sender_id_ref", "sender.SenderIdRef", Digits),
    of_entry("sender_address1", "sender.SenderAddressLine1", Text),
    of_entry("sender_address2", "sender.SenderAddressLine2", Text),
    of_entry("sender_city", "sender.SenderCity", Text),
    of_entry("sender_state", "sender.SenderState", Text),
    of_entry("sender_zip", "sender.SenderZIP", Zip),
    of_entry("sender_country", "sender.SenderCountryCd", Code(Countries)),
    of_entry("sender_phone", "sender.SenderTelephone", Digits),
    of_entry("sender_email", "sender.SenderEmail", Text),
    of_entry("is_default", "isDefault", Flag),
    of_entry("clients", "clients", Codes),
];

/// Keys of moves of items; a row is one of them.
static MOVEMENTS: &[Key] = &[
    of_entry("item_id", "itemId", Code(Free)),
    of_entry("flow", "flow", Text),
    of_entry("partner", "partner", Post),
    of_entry("mail_state", "mailState", Whole),
    of_entry("destination", "destination", Post),
];

/// The keys of a kind of sheet, in the order of its columns.
pub fn keys_of(kind: IngestionKind) -> &'static [Key] {
    match kind {
        IngestionKind::Declarations => KEYS,
        IngestionKind::Goods => GOODS,
        IngestionKind::Senders => SENDERS,
        IngestionKind::Movements => MOVEMENTS,
    }
}

/// The key without which a sheet is none of its kind.
pub fn first_key(kind: IngestionKind) -> &'static str {
    match kind {
        IngestionKind::Declarations | IngestionKind::Movements => "item_id",
        IngestionKind::Goods => "description",
        IngestionKind::Senders => "reference",
    }
}

/// The key that says what an entry of a kind is called.
pub(super) fn own_key(kind: IngestionKind) -> &'static str {
    match kind {
        IngestionKind::Declarations | IngestionKind::Movements => "item_id",
        IngestionKind::Goods => "number",
        IngestionKind::Senders => "reference",
    }
}

/// Which version of an item an export showed.
pub const VERSION: &str = "version";
/// Begins the keys of extra fields.
pub const EXTRA: &str = "extra:";
/// Documents that a sheet has columns for.
const DOCUMENTS: usize = 30;

/// What stands above a column.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Head {
    Key(&'static Key),
    /// Of a document, with its number from 0.
    Document(usize, &'static Key),
    /// An extra field of the caller's own.
    Extra(String),
}

impl Head {
    /// The column of a kind of sheet that a text names.
    pub fn read_in(kind: IngestionKind, text: &str) -> Option<Self> {
        match kind {
            IngestionKind::Declarations => Self::read(text),
            _ => {
                let key = text.trim().to_ascii_lowercase();
                keys_of(kind).iter().find(|known| known.key == key).map(Self::Key)
            }
        }
    }

    /// The column of a sheet of declarations that a text names, as a person may have typed it.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(name) = text.strip_prefix(EXTRA) {
            let name = name.trim();
            return (!name.is_empty()).then(|| Self::Extra(name.to_owned()));
        }
        let key = text.to_ascii_lowercase();
        if let Some((number, part)) = key.strip_prefix("doc").and_then(|rest| rest.split_once('_')) {
            let number = number.parse::<usize>().ok().filter(|number| (1..=DOCUMENTS).contains(number))?;
            let like = named(&format!("doc1_{part}"))?;
            return Some(Self::Document(number - 1, like));
        }
        named(&key).map(Self::Key)
    }

    /// What stands in the first row.
    pub fn text(&self) -> Cow<'static, str> {
        match self {
            Self::Key(key) => key.key.into(),
            Self::Document(number, key) => key.key.replacen('1', &(number + 1).to_string(), 1).into(),
            Self::Extra(name) => format!("{EXTRA}{name}").into(),
        }
    }

    /// Where its member stands.
    pub fn home(&self) -> Home {
        match self {
            Self::Key(key) | Self::Document(_, key) => key.home,
            Self::Extra(_) => Home::Extra,
        }
    }

    /// Name of its member, or of its extra field.
    pub fn member(&self) -> &str {
        match self {
            Self::Key(key) | Self::Document(_, key) => key.member,
            Self::Extra(name) => name,
        }
    }

    pub fn kind(&self) -> Kind {
        match self {
            Self::Key(key) | Self::Document(_, key) => key.kind,
            Self::Extra(_) => Kind::Text,
        }
    }

    /// Whether it is the column of this key.
    pub fn is(&self, key: &str) -> bool {
        matches!(self, Self::Key(known) if known.key == key)
    }

    /// Whether every sheet of declarations has the column.
    pub fn is_usual(&self) -> bool {
        matches!(self, Self::Key(key) if key.usage == Use::Usual)
    }

    /// Whether each row has a value of its own.
    pub fn is_of_piece(&self) -> bool {
        matches!(self.home(), Home::Piece | Home::Sale)
    }
}

fn named(key: &str) -> Option<&'static Key> {
    static BY_KEY: LazyLock<HashMap<&str, &Key>> = LazyLock::new(|| KEYS.iter().map(|key| (key.key, key)).collect());
    BY_KEY.get(key).copied()
}

/// The key that a path of a finding leads to, and the place of the content piece in it: `declaration.Data.ContentPieces[1].HS`
/// leads to `piece_hs` of the second.
pub fn column_of_path(path: &str) -> Option<(String, Option<usize>)> {
    let mut steps = path.split('.').rev();
    let member = steps.next()?;
    let (list, place) = steps.next().map_or(("", None), indexed);
    let home = match (list, place) {
        ("ContentPieces", _) => Home::Piece,
        ("Documents", _) => Home::Document,
        ("CommercialTransactions", _) => Home::Sale,
        ("mailObject" | "MailObject", _) => Home::Object,
        _ => Home::Data,
    };
    let found = KEYS.iter().find(|key| key.home == home && key.member == member)?;
    Some(match home {
        Home::Document => (Head::Document(place.unwrap_or_default(), found).text().into_owned(), None),
        Home::Piece => (found.key.to_owned(), place),
        _ => (found.key.to_owned(), None),
    })
}

/// The key that a path in an entry of a kind leads to: `Details.Price` leads to `price`.
pub fn column_of_member(kind: IngestionKind, path: &str) -> Option<&'static str> {
    let path = path.split('[').next().filter(|path| !path.is_empty())?;
    let is_of = |key: &&Key| key.member.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    keys_of(kind).iter().find(is_of).map(|key| key.key)
}

/// A step of a path, and its place in a list.
fn indexed(step: &str) -> (&str, Option<usize>) {
    match step.split_once('[') {
        Some((name, place)) => (name, place.trim_end_matches(']').parse().ok()),
        None => (step, None),
    }
}

/// The name of a column, and what the template says of it.
#[derive(Clone, Debug, Default)]
pub struct Label {
    names: [String; 4],
    notes: [String; 4],
}

impl Label {
    /// In a language, else in English.
    pub fn name(&self, language: Language) -> &str {
        in_language(&self.names, language)
    }

    /// In a language, else in English; may be empty.
    pub fn note(&self, language: Language) -> &str {
        in_language(&self.notes, language)
    }

    /// Whether a text is the name in any language.
    pub fn is(&self, text: &str) -> bool {
        self.names.iter().any(|name| name.eq_ignore_ascii_case(text.trim()))
    }
}

fn in_language(texts: &[String; 4], language: Language) -> &str {
    let [english, ..] = texts;
    match texts.get(language as usize) {
        Some(text) if !text.is_empty() => text,
        _ => english,
    }
}

/// The labels of all keys.
pub fn labels() -> &'static HashMap<String, Label> {
    static LABELS: LazyLock<HashMap<String, Label>> = LazyLock::new(|| {
        let mut reader = csv::Reader::from_reader(include_str!("columns.csv").as_bytes());
        let rows = reader.records().filter_map(Result::ok).map(|row| {
            let texts = |from: usize| [0, 1, 2, 3].map(|at| row.get(from + at).unwrap_or_default().to_owned());
            (row.get(0).unwrap_or_default().to_owned(), Label { names: texts(1), notes: texts(5) })
        });
        rows.collect()
    });
    &LABELS
}

/// The label of a column; of an extra field its name.
pub fn label(head: &Head) -> Cow<'static, Label> {
    match labels().get(head.text().as_ref()) {
        Some(label) => Cow::Borrowed(label),
        None => {
            let name = head.text().into_owned();
            Cow::Owned(Label { names: [name, String::new(), String::new(), String::new()], ..Label::default() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_names_in_four_languages_and_every_name_a_key() {
        let kinds =
            [IngestionKind::Declarations, IngestionKind::Goods, IngestionKind::Senders, IngestionKind::Movements];
        let mut keys: Vec<&str> = kinds.into_iter().flat_map(keys_of).map(|key| key.key).collect();
        keys.sort_unstable();
        keys.dedup();
        let mut labelled: Vec<&str> = labels().keys().map(String::as_str).collect();
        labelled.sort_unstable();
        assert_eq!(keys, labelled);
        for (key, label) in labels() {
            assert!(label.names.iter().all(|name| !name.is_empty()), "{key}");
            let notes = label.notes.iter().filter(|note| !note.is_empty()).count();
            assert!(notes == 0 || notes == 4, "{key}: notes in {notes} languages");
        }
    }

    #[test]
    fn heads_are_read_as_they_are_written() {
        for key in KEYS {
            let head = Head::read(&format!(" {} ", key.key.to_uppercase())).expect("known");
            assert_eq!(head.text(), key.key);
        }
        for text in ["doc17_name", "extra:My field"] {
            assert_eq!(Head::read(text).expect("known").text(), text);
        }
        for text in ["", "doc0_id", "doc31_id", "doc1_x", "extra:", "recipient", "Item id"] {
            assert_eq!(Head::read(text), None, "{text}");
        }
    }

    #[test]
    fn paths_in_entries_lead_to_columns() {
        for (kind, path, expected) in [
            (IngestionKind::Goods, "Details.HSCode", Some("hs")),
            (IngestionKind::Goods, "Details.BuyerOrganizations[2]", Some("buyers")),
            (IngestionKind::Goods, "Details.Price", Some("price")),
            (IngestionKind::Goods, "Details.Pri", None),
            (IngestionKind::Senders, "sender.SenderZIP", Some("sender_zip")),
            (IngestionKind::Movements, "mailState", Some("mail_state")),
            (IngestionKind::Movements, "", None),
        ] {
            assert_eq!(column_of_member(kind, path), expected, "{path}");
        }
        for (kind, text, expected) in [
            (IngestionKind::Goods, " HS ", Some("hs")),
            (IngestionKind::Goods, "piece_hs", None),
            (IngestionKind::Movements, "item_id", Some("item_id")),
            (IngestionKind::Declarations, "doc4_id", Some("doc4_id")),
        ] {
            assert_eq!(Head::read_in(kind, text).map(|head| head.text()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn paths_of_findings_lead_to_columns() {
        for (path, expected) in [
            ("mailObject.Id", Some(("item_id", None))),
            ("MailObject.MailClassCd", Some(("mail_class", None))),
            ("declaration.Data.GrossWeight", Some(("gross_kg", None))),
            ("declaration.Data.ContentPieces[2].HS", Some(("piece_hs", Some(2)))),
            ("declaration.Data.Documents[4].DocumentId", Some(("doc5_id", None))),
            ("declaration.Data.ContentPieces", None),
        ] {
            let found = column_of_path(path);
            assert_eq!(found, expected.map(|(key, place)| (key.to_owned(), place)), "{path}");
        }
    }
}
