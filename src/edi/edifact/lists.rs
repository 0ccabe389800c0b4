//! The lists that codes of the profile stand in: code list qualifier (data element 1131) and agency (3055).
//!
//! A code is taken from its place only where the list named there is the profile's, or none is named.

/// Qualifier and agency of a list.
pub type List = [&'static str; 2];

/// ISO 3166-1.
pub const COUNTRY: List = ["162", "5"];
/// Offices of exchange, IMPC.
pub const OFFICE: List = ["108", "139"];
/// Operators.
pub const OPERATOR: List = ["206", "139"];
/// Customs administrations and their offices.
pub const CUSTOMS: List = ["ZCO", "ZZZ"];
pub const HANDLING_CLASS: List = ["121", "139"];
pub const MAIL_CLASS: List = ["ZMC", "ZZZ"];
pub const MAIL_SUBCLASS: List = ["117", "139"];
pub const MAIL_CATEGORY: List = ["115", "139"];
pub const NATURE: List = ["136", "139"];
pub const FLOW: List = ["ZFL", "ZZZ"];
pub const NON_DELIVERY: List = ["ZND", "ZZZ"];
pub const ATTACHMENT: List = ["ZAT", "ZZZ"];
/// Document names of the directory itself, which needs no list.
pub const DOCUMENT: List = ["", "6"];
pub const DECISION: List = ["ZDC", "ZZZ"];
pub const DECISION_REASON: List = ["ZDR", "ZZZ"];
pub const REFERRAL: List = ["ZRT", "ZZZ"];
pub const DATA_ERROR: List = ["ZEC", "ZZZ"];
pub const ANSWER: List = ["ZRR", "ZZZ"];
pub const SCREENING: List = ["ZSM", "ZZZ"];
pub const SCREENING_RESULT: List = ["ZSR", "ZZZ"];
pub const TAX: List = ["ZTX", "ZZZ"];
pub const NOTE: List = ["ZXF", "ZZZ"];

/// A code with the list it stands in; nothing where there is no code.
pub fn coded(code: &str, list: List) -> [&str; 3] {
    if code.is_empty() { [""; 3] } else { [code, list[0], list[1]] }
}

/// What kind of number an article number is that is an HS code (data element 7143).
pub const HS: &str = "HS";
/// Units of a number of pieces (data element 6411): piece, each, one, as directories of different years call it.
pub const PIECES: [&str; 4] = ["PCE", "H87", "EA", "C62"];
