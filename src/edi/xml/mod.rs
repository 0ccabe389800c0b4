//! XML: the same contracts in the namespace `urn:x-pcx:postal-customs:1`, driven by the member table.
//!
//! UTF-8 only; a document type declaration is refused unread, so nothing is ever expanded or fetched. Elements that
//! are not known are reported and passed over: they may come from a newer minor version. `read` takes what the first
//! element of a name says; what the schema has against a document says `valid`.

mod read;
pub mod schema;
pub mod tree;
pub mod valid;
mod write;

use super::edifact::charset::is_c1;

pub use read::read;
pub use write::write;

/// The namespace of the schema `refdata/xsd/postal-customs-1.xsd`.
pub const NAMESPACE: &str = "urn:x-pcx:postal-customs:1";
/// Version of the schema.
pub const VERSION: &str = "1.0";

/// Whether XML 1.0 has this character.
fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r') || !(c < ' ' || matches!(c, '\u{FFFE}' | '\u{FFFF}'))
}

/// Whether a text can hold this character: control characters beyond ASCII are read as what Windows-1252 has there.
fn carries(c: char) -> bool {
    is_char(c) && !is_c1(c)
}
