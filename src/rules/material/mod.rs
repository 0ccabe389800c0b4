//! What differs materially between the version of item data that customs judged and the current one.
//!
//! Always compares with the version judged, never with the one before, and keeps nothing: back to the content judged,
//! nothing differs. Which version was judged, and what follows from a difference, is decided elsewhere. What counts,
//! and how much a number may change, stands in `refdata/material.csv`; the thresholds are this project's own.
#![doc = include_str!("table.md")]

mod lines;
mod table;
mod text;

use rust_decimal::Decimal;

pub use table::MaterialTable;
pub use text::normalized;

pub(super) use lines::six_digits;

use crate::contract::DeclarationData;
use crate::rules::forms::given;
use table::value;
use text::{Names, is_same_code, is_same_text};

/// What counts by the list built in, for the documentation.
pub const TABLE: &str = include_str!("table.md");

/// A version of an item: its data, and where it goes.
#[derive(Clone, Copy, Debug)]
pub struct Version<'a> {
    pub data: &'a DeclarationData,
    pub dest_post: &'a str,
    /// ISO country of the destination, where it is known.
    pub dest_country: Option<&'a str>,
}

/// A part of an item in which something material differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    Sender,
    Recipient,
    Importer,
    /// Identifiers of the parties.
    References,
    Lines,
    GrossWeight,
    InsuredValue,
    Nature,
    Destination,
    Documents,
}

impl Part {
    pub const ALL: [Self; 10] = [
        Self::Sender,
        Self::Recipient,
        Self::Importer,
        Self::References,
        Self::Lines,
        Self::GrossWeight,
        Self::InsuredValue,
        Self::Nature,
        Self::Destination,
        Self::Documents,
    ];

    /// For people and for histories.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sender => "Sender",
            Self::Recipient => "Recipient",
            Self::Importer => "Importer",
            Self::References => "References",
            Self::Lines => "ContentPieces",
            Self::GrossWeight => "GrossWeight",
            Self::InsuredValue => "InsuredValue",
            Self::Nature => "NatureTypeCd",
            Self::Destination => "Destination",
            Self::Documents => "Documents",
        }
    }
}

/// How the current version differs from the one judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// What differs materially, each part once, in the order of [`Part`].
    pub material: Vec<Part>,
    /// There is a document that was not there. Never material in itself, but an answer to a question.
    pub document_added: bool,
    /// A revised code or description, or restrictions, differ on goods that are the same. Material when the owner post
    /// set them after the decision, not when its customs did: the caller knows who.
    pub overlay_changed: bool,
}

impl Difference {
    /// Whether a decision on the judged version no longer stands.
    pub fn is_material(&self) -> bool {
        !self.material.is_empty()
    }
}

/// Compares the current version with the one judged.
pub fn compare(judged: &Version<'_>, current: &Version<'_>, table: &MaterialTable) -> Difference {
    let (was, is) = (judged.data, current.data);
    let lines = lines::compare(&was.content_pieces, &is.content_pieces, table);
    let differs = |part: &Part| match part {
        Part::Sender => party_differs(&Party::sender(was), &Party::sender(is), table),
        Part::Recipient => party_differs(&Party::recipient(was), &Party::recipient(is), table),
        Part::Importer => party_differs(&Party::importer(was), &Party::importer(is), table),
        Part::References => reference_lost(was, is, table),
        Part::Lines => lines.differ,
        Part::GrossWeight => weight_differs(was, is, table),
        Part::InsuredValue => insured_value_differs(was, is, table),
        Part::Nature => table.item.nature && !is_same_code(given(&was.nature_type_cd), given(&is.nature_type_cd)),
        Part::Destination => table.item.destination && destination_differs(judged, current),
        Part::Documents => !holds_all(&documents(is, table), &documents(was, table)),
    };
    Difference {
        material: Part::ALL.into_iter().filter(differs).collect(),
        document_added: !holds_all(&documents(was, table), &documents(is, table)),
        overlay_changed: lines.overlay_changed,
    }
}

/// Who sends, receives or imports.
struct Party<'a> {
    name: Option<&'a str>,
    first: Option<&'a str>,
    last: Option<&'a str>,
    lines: [Option<&'a str>; 2],
    city: Option<&'a str>,
    zip: Option<&'a str>,
    country: Option<&'a str>,
}

impl<'a> Party<'a> {
    fn sender(data: &'a DeclarationData) -> Self {
        Self {
            name: data.sender_name.as_deref(),
            first: data.sender_first_name.as_deref(),
            last: data.sender_last_name.as_deref(),
            lines: [data.sender_address_line1.as_deref(), data.sender_address_line2.as_deref()],
            city: data.sender_city.as_deref(),
            zip: data.sender_zip.as_deref(),
            country: data.sender_country_cd.as_deref(),
        }
    }

    fn recipient(data: &'a DeclarationData) -> Self {
        Self {
            name: data.recipient_name.as_deref(),
            first: data.recipient_first_name.as_deref(),
            last: data.recipient_last_name.as_deref(),
            lines: [data.recipient_address_line1.as_deref(), data.recipient_address_line2.as_deref()],
            city: data.recipient_city.as_deref(),
            zip: data.recipient_zip.as_deref(),
            country: data.recipient_country_cd.as_deref(),
        }
    }

    /// Stands in extra fields.
    fn importer(data: &'a DeclarationData) -> Self {
        let extra = |name: &str| extras(data).find(|(known, _)| *known == name).map(|(_, value)| value);
        Self {
            name: extra("EP.ImporterName"),
            first: extra("EP.ImporterFirstName"),
            last: extra("EP.ImporterLastName"),
            lines: [extra("EP.ImporterAddressLine1"), extra("EP.ImporterAddressLine2")],
            city: extra("EP.ImporterCity"),
            zip: extra("EP.ImporterZIP"),
            country: extra("EP.ImporterCountryCd"),
        }
    }

    fn address(&self) -> String {
        self.lines.into_iter().flatten().collect()
    }
}

/// Names and values of the extra fields that have both.
fn extras(data: &DeclarationData) -> impl Iterator<Item = (&str, &str)> {
    let pairs = data.extra_field_names.iter().zip(&data.extra_field_values);
    pairs.filter_map(|(name, value)| Some((given(name)?, given(value)?)))
}

/// Whether sender and recipient are one by name and address lines. Town and country do not count: who fills a form in
/// with the sender's own address often corrects no more than these.
pub(super) fn is_sent_to_sender(data: &DeclarationData) -> bool {
    let [sender, recipient] = [Party::sender(data), Party::recipient(data)];
    let is_named = |party: &Party<'_>| {
        let names = [party.name, party.first, party.last].into_iter().flatten();
        names.chain([party.address().as_str()]).map(normalized).filter(|text| !text.is_empty()).count() > 1
    };
    is_named(&sender)
        && !normalized(&sender.address()).is_empty()
        && Names::of(sender.name, sender.first, sender.last)
            == Names::of(recipient.name, recipient.first, recipient.last)
        && is_same_text(&sender.address(), &recipient.address())
}

fn party_differs(was: &Party<'_>, is: &Party<'_>, table: &MaterialTable) -> bool {
    let counts = &table.party;
    let text = |counts: bool, was: Option<&str>, is: Option<&str>| {
        counts && !is_same_text(was.unwrap_or_default(), is.unwrap_or_default())
    };
    counts.name && Names::of(was.name, was.first, was.last) != Names::of(is.name, is.first, is.last)
        || counts.address && was.lines != is.lines && !is_same_text(&was.address(), &is.address())
        || text(counts.city, was.city, is.city)
        || text(counts.zip, was.zip, is.zip)
        || counts.country && !is_same_code(was.country, is.country)
}

/// Whether an identifier that was there is not there any more, or reads otherwise.
fn reference_lost(was: &DeclarationData, is: &DeclarationData, table: &MaterialTable) -> bool {
    !holds_all(&references(is, table), &references(was, table))
}

/// Names and values of identifiers that count, both in a form to compare.
fn references(data: &DeclarationData, table: &MaterialTable) -> Vec<(String, String)> {
    let own = [("SenderIdRef", given(&data.sender_id_ref)), ("RecipientIdRef", given(&data.recipient_id_ref))];
    let own = own.into_iter().filter_map(|(name, value)| Some((name, value?)));
    own.chain(extras(data))
        .map(|(name, value)| (text::reference(name), text::reference(value)))
        .filter(|(name, _)| table.references.contains(name))
        .collect()
}

/// Whether everything in `wanted` stands in `held`, as often as there.
fn holds_all<T: PartialEq>(held: &[T], wanted: &[T]) -> bool {
    let mut left: Vec<&T> = held.iter().collect();
    wanted.iter().all(|one| {
        let place = left.iter().position(|held| *held == one);
        place.map(|place| left.swap_remove(place)).is_some()
    })
}

/// Id and type of each document, in a form to compare.
fn documents(data: &DeclarationData, table: &MaterialTable) -> Vec<[String; 2]> {
    let form =
        |counts: bool, text: &Option<String>| given(text).filter(|_| counts).map(text::reference).unwrap_or_default();
    let counts = &table.document;
    let of = |document: &crate::contract::Document| {
        [form(counts.id, &document.document_id), form(counts.kind, &document.document_type)]
    };
    data.documents.iter().map(of).collect()
}

/// A gross weight that was not there is one that was weighed: not material.
fn weight_differs(was: &DeclarationData, is: &DeclarationData, table: &MaterialTable) -> bool {
    let Some(tolerance) = &table.item.gross_weight else { return false };
    match (value(&was.gross_weight), value(&is.gross_weight)) {
        (Some(was), Some(is)) => !table::is_within(tolerance, was, is),
        (Some(_), None) => true,
        (None, _) => false,
    }
}

/// A new insured value is material above what the goods are worth, or where the two cannot be compared.
fn insured_value_differs(was: &DeclarationData, is: &DeclarationData, table: &MaterialTable) -> bool {
    let Some(tolerance) = &table.item.insured_value else { return false };
    match (value(&was.insured_value), value(&is.insured_value)) {
        (None, None) => false,
        (None, Some(new)) => worth(is).is_none_or(|worth| new > worth),
        (Some(was), None) => !table::is_within(tolerance, was, Decimal::ZERO),
        (Some(before), Some(now)) => {
            !is_same_code(given(&was.insured_value_currency_cd), given(&is.insured_value_currency_cd))
                || !table::is_within(tolerance, before, now)
        }
    }
}

/// The amounts of all lines together, where all are in the currency of the insured value.
fn worth(data: &DeclarationData) -> Option<Decimal> {
    let currency = given(&data.insured_value_currency_cd);
    data.content_pieces.iter().try_fold(Decimal::ZERO, |sum, piece| {
        let is_comparable = is_same_code(given(&piece.currency_cd), currency);
        sum.checked_add(value(&piece.amount).unwrap_or_default()).filter(|_| is_comparable)
    })
}

fn destination_differs(judged: &Version<'_>, current: &Version<'_>) -> bool {
    judged.dest_post != current.dest_post || !is_same_code(judged.dest_country, current.dest_country)
}

#[cfg(test)]
mod tests;
