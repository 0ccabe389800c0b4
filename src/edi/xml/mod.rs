//! XML: the same contracts in the namespace `urn:x-pcx:postal-customs:1`, driven by the member table.
//!
//! UTF-8 only; a document type declaration is refused unread, so nothing is ever expanded or fetched. Elements that
//! are not known are reported and passed over: they may come from a newer minor version.

mod read;
pub mod tree;
mod write;

pub use read::read;
pub use write::write;

/// The namespace of the schema `refdata/xsd/postal-customs-1.xsd`.
pub const NAMESPACE: &str = "urn:x-pcx:postal-customs:1";
/// Version of the schema.
pub const VERSION: &str = "1.0";

/// Whether XML 1.0 can carry this character.
pub(super) fn carries(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r') || !(c < ' ' || matches!(c, '\u{FFFE}' | '\u{FFFF}'))
}
