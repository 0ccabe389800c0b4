//! Secrets: the text forms of those we make, how they are told from what is none, and how those that are needed in clear are kept, and
//! signatures over what is sent.
//!
//! Pure: knows no table, no clock and no network. What a secret stands for is known elsewhere, by its digest.

pub mod seal;
pub mod signature;
mod text;
pub mod totp;

pub use seal::{Place, Vault};
pub use text::{Secret, SecretKind, challenge, client_id, random_bytes};
