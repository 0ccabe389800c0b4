//! What two partners agree on: the settings of a link and the profile's table of members.

pub mod docs;
pub mod extras;
pub mod table;
pub mod value;

use std::collections::HashMap;
use std::sync::LazyLock;

use super::finding::Severity;

/// Character sets of EDIFACT that we write. Others are read as far as ASCII goes, with a finding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Charset {
    /// Capital letters, digits and some marks. Syntax version 3.
    Unoa,
    /// Letters, digits and some marks of ASCII. Syntax version 3.
    Unob,
    /// ISO 8859-1. Syntax version 3.
    #[default]
    Unoc,
    /// UTF-8. Syntax version 4.
    Unow,
}

impl Charset {
    pub const ALL: [Self; 4] = [Self::Unoa, Self::Unob, Self::Unoc, Self::Unow];

    /// Syntax identifier (data element 0001).
    pub fn name(self) -> &'static str {
        match self {
            Self::Unoa => "UNOA",
            Self::Unob => "UNOB",
            Self::Unoc => "UNOC",
            Self::Unow => "UNOW",
        }
    }

    /// Syntax version (data element 0002) it is written with.
    pub fn syntax_version(self) -> u8 {
        if self == Self::Unow { 4 } else { 3 }
    }

    /// The set with that identifier.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|charset| charset.name() == name)
    }
}

/// The settings of one partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    pub charset: Charset,
    /// `UNH` data element 0051: `UP`, or `AD` as in the list of the UN.
    pub agency: String,
    /// `UNH` data element 0057.
    pub association: String,
    /// A line break after each segment, for people.
    pub line_breaks: bool,
    /// What it means that a member the profile needs is absent, or that a number has more decimals than are sent:
    /// refused, or sent with a warning.
    pub required: Severity,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            charset: Charset::default(),
            agency: "UP".into(),
            association: ASSOCIATION.into(),
            line_breaks: false,
            required: Severity::Error,
        }
    }
}

/// Our association code.
pub const ASSOCIATION: &str = "PCX100";
/// Controlling agencies accepted in `UNH`.
pub const AGENCIES: [&str; 4] = ["UP", "AD", "UN", "ZZZ"];
/// Most decimals of a weight in kilograms.
pub const WEIGHT_DECIMALS: u32 = 3;

/// Minor units of a currency by ISO 4217; `None` for unknown codes and currencies without minor units.
pub fn currency_decimals(code: &str) -> Option<u32> {
    static LIST: LazyLock<HashMap<&str, u32>> = LazyLock::new(|| {
        let lines = include_str!("../../../refdata/currencies.csv").lines().filter(|line| !line.starts_with('#'));
        let mut lines = lines.map(|line| line.split(',').collect::<Vec<_>>());
        let header = lines.next().unwrap_or_default();
        let column = header.iter().position(|name| *name == "minor_units").unwrap_or(usize::MAX);
        lines.filter_map(|cells| Some((*cells.first()?, cells.get(column)?.parse().ok()?))).collect()
    });
    LIST.get(code).copied()
}
