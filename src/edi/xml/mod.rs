//! XML: the same contracts in the namespace `urn:x-pcx:postal-customs:1`, driven by the member table.
//!
//! UTF-8 only; a document type declaration is refused unread, so nothing is ever expanded or fetched. Elements that
//! are not known are reported and passed over: they may come from a newer minor version. `read` takes what the first
//! element of a name says; what the schema has against a document says `valid`.

mod document;
mod read;
pub mod schema;
pub mod tree;
pub mod valid;
mod write;

pub use document::{NAMESPACE, VERSION};
pub use read::read;
pub use write::write;
