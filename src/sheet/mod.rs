//! Sheets of declarations, as workbooks and as CSV: bytes to rows to contracts, and back.
//!
//! `xlsx` and `csv_text` make cells of bytes, within limits whatever a file says of itself; `table` finds the columns; `keys` is
//! the one place of what stands under them; `values` reads cells and `row` a row of them; `items` puts rows together to declarations,
//! `entries` takes each for goods, a sender or a move; `out`, `write` and `template` go the other way; `filled` is a sheet of one
//! item in a form. Knows no organization, no database and no clock; what an entry may say is judged elsewhere.

pub mod cell;
mod csv_text;
pub mod entries;
pub mod filled;
pub mod finding;
mod harmless;
pub mod items;
pub mod keys;
pub mod list;
mod looks;
pub mod out;
pub mod refusal;
mod row;
pub mod table;
pub mod template;
mod values;
pub mod write;
pub mod xlsx;

pub use entries::SheetEntry;
pub use finding::{SHEET_CODES, SheetFinding, Weight};
pub use items::{Columns, Kept, Outline, Reading, SheetFile, SheetItem, is_refused};
pub use refusal::Refusal;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
