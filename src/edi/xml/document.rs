//! What every document has in common: namespace, version, and the characters it can hold.

use crate::edi::edifact::charset::is_c1;

/// The namespace of the schema `refdata/xsd/postal-customs-1.xsd`.
pub const NAMESPACE: &str = "urn:x-pcx:postal-customs:1";
/// Version of the schema.
pub const VERSION: &str = "1.0";

/// Whether XML 1.0 has this character.
pub(super) fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r') || !(c < ' ' || matches!(c, '\u{FFFE}' | '\u{FFFF}'))
}

/// Whether a text can hold this character: control characters beyond ASCII are read as what Windows-1252 has there.
pub(super) fn carries(c: char) -> bool {
    is_char(c) && !is_c1(c)
}
