//! The list of material members in a form that is quick to ask.

use std::collections::HashSet;

use rust_decimal::Decimal;

use super::text::reference;
use crate::contract::Number;
use crate::refdata::lists::lists;
use crate::refdata::material::{MaterialGroup, MaterialRow, Tolerance};

/// Which members count, and how much numbers may change.
#[derive(Clone, Debug, Default)]
pub struct MaterialTable {
    pub(super) party: PartyMembers,
    /// Names of identifiers, in the form they are compared in.
    pub(super) references: HashSet<String>,
    pub(super) line: LineMembers,
    pub(super) item: ItemMembers,
    pub(super) document: DocumentMembers,
}

#[derive(Clone, Debug, Default)]
pub(super) struct PartyMembers {
    pub name: bool,
    pub address: bool,
    pub city: bool,
    pub zip: bool,
    pub country: bool,
}

/// A tolerance that is `None` does not count at all.
#[derive(Clone, Debug, Default)]
pub(super) struct LineMembers {
    pub description: bool,
    pub hs: bool,
    pub origin: bool,
    pub number: bool,
    pub currency: bool,
    pub amount: Option<Tolerance>,
    pub net_weight: Option<Tolerance>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct ItemMembers {
    pub gross_weight: Option<Tolerance>,
    pub insured_value: Option<Tolerance>,
    pub nature: bool,
    pub destination: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct DocumentMembers {
    pub id: bool,
    pub kind: bool,
}

impl MaterialTable {
    /// The list built into the program.
    pub fn built_in() -> Self {
        Self::default().overlaid(&lists().material.rows)
    }

    /// With `rows` over those there: of two rows of one member the later counts.
    #[must_use]
    pub fn overlaid(mut self, rows: &[MaterialRow]) -> Self {
        rows.iter().for_each(|row| self.put(row));
        self
    }

    fn put(&mut self, row: &MaterialRow) {
        let number = row.counts.then_some(row.tolerance);
        match (row.group, row.member.as_str()) {
            (MaterialGroup::Reference, name) if row.counts => drop(self.references.insert(reference(name))),
            (MaterialGroup::Reference, name) => drop(self.references.remove(&reference(name))),
            (MaterialGroup::Line, "Amount") => self.line.amount = number,
            (MaterialGroup::Line, "NetWeight") => self.line.net_weight = number,
            (MaterialGroup::Item, "GrossWeight") => self.item.gross_weight = number,
            (MaterialGroup::Item, "InsuredValue") => self.item.insured_value = number,
            (group, member) => {
                if let Some(flag) = self.flag(group, member) {
                    *flag = row.counts;
                }
            }
        }
    }

    fn flag(&mut self, group: MaterialGroup, member: &str) -> Option<&mut bool> {
        Some(match (group, member) {
            (MaterialGroup::Party, "Name") => &mut self.party.name,
            (MaterialGroup::Party, "AddressLines") => &mut self.party.address,
            (MaterialGroup::Party, "City") => &mut self.party.city,
            (MaterialGroup::Party, "ZIP") => &mut self.party.zip,
            (MaterialGroup::Party, "CountryCd") => &mut self.party.country,
            (MaterialGroup::Line, "Description") => &mut self.line.description,
            (MaterialGroup::Line, "HS") => &mut self.line.hs,
            (MaterialGroup::Line, "OrigCountryCd") => &mut self.line.origin,
            (MaterialGroup::Line, "Number") => &mut self.line.number,
            (MaterialGroup::Line, "CurrencyCd") => &mut self.line.currency,
            (MaterialGroup::Item, "NatureTypeCd") => &mut self.item.nature,
            (MaterialGroup::Item, "Destination") => &mut self.item.destination,
            (MaterialGroup::Document, "DocumentId") => &mut self.document.id,
            (MaterialGroup::Document, "DocumentType") => &mut self.document.kind,
            _ => return None,
        })
    }
}

/// The number of a member.
pub(super) fn value(number: &Option<Number>) -> Option<Decimal> {
    number.as_ref().map(Number::value)
}

/// Whether a number may have become another; the limits themselves are allowed. Numbers too large to reckon with
/// differ.
pub(super) fn is_within(tolerance: &Tolerance, judged: Decimal, current: Decimal) -> bool {
    let within = || {
        let difference = judged.checked_sub(current)?.abs();
        let share = judged.abs().checked_mul(tolerance.percent)?.checked_div(Decimal::ONE_HUNDRED)?;
        let allowed = tolerance.least.max(share);
        Some(difference <= tolerance.most.map_or(allowed, |most| allowed.min(most)))
    };
    judged == current || within().unwrap_or(false)
}
