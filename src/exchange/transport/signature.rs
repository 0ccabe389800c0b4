//! Signatures over bodies, by the scheme of Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::limits;

pub const ID: &str = "webhook-id";
pub const TIMESTAMP: &str = "webhook-timestamp";
pub const SIGNATURE: &str = "webhook-signature";

fn mac(key: &str, id: &str, timestamp: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).ok()?;
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        mac.update(part);
    }
    Some(mac)
}

/// The headers that sign `body`.
pub fn headers(key: &str, id: &str, now: DateTime<Utc>, body: &[u8]) -> Vec<(&'static str, String)> {
    let timestamp = now.timestamp().to_string();
    let signed = mac(key, id, &timestamp, body).map(|mac| STANDARD.encode(mac.finalize().into_bytes()));
    let mut headers = vec![(ID, id.to_owned()), (TIMESTAMP, timestamp)];
    headers.extend(signed.map(|signed| (SIGNATURE, format!("v1,{signed}"))));
    headers
}

/// The signature headers of a request, as received.
#[derive(Clone, Debug, Default)]
pub struct Signed {
    pub id: String,
    pub timestamp: String,
    pub signature: String,
}

impl Signed {
    /// Whether one of the signatures is right and its time near `now` (within [`limits::EXCHANGE_SKEW_S`]).
    pub fn fits(&self, key: &str, now: DateTime<Utc>, body: &[u8]) -> bool {
        let near = self.timestamp.parse::<i64>().is_ok_and(|at| {
            now.timestamp().checked_sub(at).and_then(i64::checked_abs).is_some_and(|off| off <= limits::EXCHANGE_SKEW_S)
        });
        near && self.signature.split(' ').filter_map(|one| one.strip_prefix("v1,")).any(|one| {
            let given = STANDARD.decode(one);
            let mac = mac(key, &self.id, &self.timestamp, body);
            given.is_ok_and(|given| mac.is_some_and(|mac| mac.verify_slice(&given).is_ok()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(key: &str, now: DateTime<Utc>, body: &[u8]) -> Signed {
        let mut signed = Signed::default();
        for (name, value) in headers(key, "0ABC", now, body) {
            match name {
                ID => signed.id = value,
                TIMESTAMP => signed.timestamp = value,
                _ => signed.signature = value,
            }
        }
        signed
    }

    #[test]
    fn a_signature_holds_for_its_body_key_and_time_only() {
        let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let one = signed("a key of the link", now, b"UNB");
        assert!(one.fits("a key of the link", now, b"UNB"));
        assert!(!one.fits("a key of the link", now, b"UNA"));
        assert!(!one.fits("another key", now, b"UNB"));
        let day = chrono::TimeDelta::seconds(limits::EXCHANGE_SKEW_S);
        assert!(one.fits("a key of the link", now + day, b"UNB"));
        assert!(!one.fits("a key of the link", now + day + chrono::TimeDelta::seconds(1), b"UNB"));
        let moved = Signed { timestamp: "1790000001".into(), ..one.clone() };
        assert!(!moved.fits("a key of the link", now, b"UNB"));
        let rotating = Signed { signature: format!("v1,AAAA {}", one.signature), ..one };
        assert!(rotating.fits("a key of the link", now, b"UNB"));
    }

    #[test]
    fn the_signed_text_is_id_time_and_body_with_dots() {
        let mac = mac("key", "msg_1", "1674087231", b"{}").unwrap();
        let mut by_hand = Hmac::<Sha256>::new_from_slice(b"key").unwrap();
        by_hand.update(b"msg_1.1674087231.{}");
        assert_eq!(mac.finalize().into_bytes(), by_hand.finalize().into_bytes());
    }
}
