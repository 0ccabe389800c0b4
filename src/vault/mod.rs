//! Secrets: the text forms of those we make, and how they are told from what is none.
//!
//! Pure: knows no table, no clock and no network. What a secret stands for is known elsewhere, by its digest.

mod text;

pub use text::{Secret, SecretKind, client_id};
