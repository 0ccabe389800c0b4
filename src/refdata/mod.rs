//! Reference data: code lists, nomenclature, restrictions and rates, and the text search over goods.
//!
//! Knows what the lists say and in which edition; the embedded ones come from `refdata/*.csv`. Knows no
//! organization, no database and no clock: lists imported at run time are handed in as rows, dates as values.

pub mod cocktail;
pub mod hs;
pub mod lists;
pub mod rates;
pub mod restrictions;
pub mod search;
pub mod table;
