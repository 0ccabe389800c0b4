//! Declarations of couriers: their kinds, and the letters by which couriers are told how one stands.

use super::stored::stored_enum;

stored_enum! {
    /// A kind of declaration.
    pub enum CourierKind: text in "courier_declaration.kind" {
        /// Line by line.
        Normal = "N",
        /// As a whole, with addresses.
        Vip = "C",
    }
}

/// How a declaration stands. Couriers know two letters more, for drafts and for cancellations asked for: there are none here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CourierStatus {
    Cancelled,
    Rejected,
    Approved,
    /// It goes to no customs: sent within a country.
    NotRequired,
    /// Somebody asked something, or has it in hand.
    Referred,
    Saved,
}

impl CourierStatus {
    pub fn letter(self) -> &'static str {
        match self {
            Self::Cancelled => "C",
            Self::Rejected => "R",
            Self::Approved | Self::NotRequired => "A",
            Self::Referred => "F",
            Self::Saved => "S",
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Cancelled => "CANCELLED",
            Self::Rejected => "REJECTED",
            Self::Approved => "APPROVED",
            Self::NotRequired => "NOT_REQUIRED",
            Self::Referred => "REFERRED",
            Self::Saved => "SAVED",
        }
    }
}
