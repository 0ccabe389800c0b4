//! Passwords that are tried first, as they are counted in collections of leaked ones.

use std::collections::HashSet;
use std::sync::LazyLock;

pub(super) const EMBEDDED: (&str, &str) = ("common_passwords.csv", include_str!("../../refdata/common_passwords.csv"));

/// Whether a password, in small letters, is among them. The shortest have eight characters.
pub fn is_common(password: &str) -> bool {
    static COMMON: LazyLock<HashSet<&str>> =
        LazyLock::new(|| EMBEDDED.1.lines().filter(|line| !line.starts_with('#')).collect());
    COMMON.contains(password)
}
