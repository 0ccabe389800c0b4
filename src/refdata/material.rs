//! The list of material members: whose change ends a customs decision, and how much a number may change before it does.
//!
//! Knows names and tolerances. How two versions are compared is the business of the rules.

use rust_decimal::Decimal;

use super::table::{Cell, FromRow, Row, shown};

/// Which part of the item data a member belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MaterialGroup {
    /// Of the sender, the recipient and the importer alike.
    Party,
    /// An identifier of a party: it may be added, but not changed or removed.
    Reference,
    Line,
    Item,
    Document,
}

/// Names of the groups in the list, with the members each may have. References are named freely: extra fields.
const GROUPS: [(&str, MaterialGroup, &[&str]); 5] = [
    ("party", MaterialGroup::Party, &["Name", "AddressLines", "City", "ZIP", "CountryCd"]),
    ("reference", MaterialGroup::Reference, &[]),
    (
        "line",
        MaterialGroup::Line,
        &["Description", "HS", "OrigCountryCd", "Number", "CurrencyCd", "Amount", "NetWeight"],
    ),
    ("item", MaterialGroup::Item, &["GrossWeight", "InsuredValue", "NatureTypeCd", "Destination"]),
    ("document", MaterialGroup::Document, &["DocumentId", "DocumentType"]),
];

/// How much a number may change. `allowed` is the larger of `least` and `percent`, but never more than `most`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tolerance {
    /// In the unit of the member.
    pub least: Decimal,
    /// Of the value judged.
    pub percent: Decimal,
    /// In the unit of the member.
    pub most: Option<Decimal>,
}

/// One row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaterialRow {
    pub group: MaterialGroup,
    /// Name as in the contract, or of an extra field.
    pub member: String,
    /// False: a change of this member is never material.
    pub counts: bool,
    pub tolerance: Tolerance,
}

impl FromRow for MaterialRow {
    const COLUMNS: &'static [&'static str] = &["group", "member", "counts", "least", "percent", "most"];
    fn from_row(row: &Row<'_>) -> Cell<Self> {
        let named = row.needed("group")?;
        let (_, group, members) = GROUPS.into_iter().find(|(name, ..)| *name == named).ok_or_else(|| {
            ("group", format!("`{}` is no group; write party, reference, line, item or document", shown(named)))
        })?;
        let member = row.needed("member")?;
        if group != MaterialGroup::Reference && !members.contains(&member) {
            let problem = format!("`{}` is no member of the group; write one of {}", shown(member), members.join(", "));
            return Err(("member", problem));
        }
        let tolerance = Tolerance {
            least: amount(row, "least")?.unwrap_or_default(),
            percent: amount(row, "percent")?.unwrap_or_default(),
            most: amount(row, "most")?,
        };
        Ok(Self { group, member: member.to_owned(), counts: row.flag("counts")?, tolerance })
    }
}

/// A number of 0 or more; empty is `None`.
fn amount(row: &Row<'_>, column: &'static str) -> Cell<Option<Decimal>> {
    match row.text(column) {
        "" => Ok(None),
        "0" => Ok(Some(Decimal::ZERO)),
        _ => row.positive(column).map(Some),
    }
}
