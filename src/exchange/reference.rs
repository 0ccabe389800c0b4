//! Interchange references: 14 characters that no server gives twice.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Crockford's base 32: sorts like the numbers it stands for.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A new reference: 40 bits of time in milliseconds (thirty-four years) and 30 of randomness.
pub(super) fn new(now: DateTime<Utc>) -> String {
    let ms = now.timestamp_millis().unsigned_abs() & 0xFF_FFFF_FFFF;
    let noise = Uuid::new_v4().as_u128() & 0x3FFF_FFFF;
    let bits = u128::from(ms) << 30 | noise;
    (0..14).rev().map(|at| ALPHABET[(bits >> (at * 5) & 31) as usize] as char).collect()
}

/// Whether one interchange was made after another. References tell it only where both look like ours.
pub(super) fn is_after(one: &str, other: &str) -> bool {
    let is_like_ours = |text: &str| text.len() == 14 && text.bytes().all(|byte| ALPHABET.contains(&byte));
    is_like_ours(one) && is_like_ours(other) && one > other
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_have_fourteen_characters_and_sort_by_time() {
        let at = |s| DateTime::from_timestamp(s, 0).unwrap();
        let (early, late) = (new(at(1_790_000_000)), new(at(1_790_000_001)));
        assert!(early.len() == 14 && early < late, "{early} {late}");
        assert_ne!(new(at(0)), new(at(0)));
        assert!(is_after(&late, &early) && !is_after(&early, &late) && !is_after(&late, "000017"));
    }
}
