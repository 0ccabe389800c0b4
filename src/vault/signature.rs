//! Signatures over bodies, by the scheme of Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`.
//!
//! A key is text that both sides know. By the scheme it is `whsec_` and base64, and its bytes are what that decodes to;
//! the bytes of any other key are those of the text.

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::limits;

pub const ID: &str = "webhook-id";
pub const TIMESTAMP: &str = "webhook-timestamp";
pub const SIGNATURE: &str = "webhook-signature";

/// What a key of the scheme begins with.
const ENCODED: &str = "whsec_";

/// Fewest bytes of a key.
const KEY_BYTES: usize = 16;

/// Reads base64 whether or not `=` was left off at its end.
const KEY_BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The bytes of a key.
///
/// # Errors
/// Says how to write it when it cannot be read or is too short.
pub fn key_bytes(key: &str) -> Result<Vec<u8>, String> {
    let bytes = match key.strip_prefix(ENCODED) {
        Some(encoded) => KEY_BASE64
            .decode(encoded)
            .map_err(|_| format!("after {ENCODED} a key is base64 (letters, digits, + and /), as its maker gave it"))?,
        None => key.as_bytes().to_vec(),
    };
    if bytes.len() < KEY_BYTES {
        return Err(format!("a key has {KEY_BYTES} characters or more, after {ENCODED} base64 of as many bytes"));
    }
    Ok(bytes)
}

fn mac(key: &str, id: &str, timestamp: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&key_bytes(key).ok()?).ok()?;
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        mac.update(part);
    }
    Some(mac)
}

/// The headers that sign `body`; none with a key that cannot be read.
pub fn headers(key: &str, id: &str, now: DateTime<Utc>, body: &[u8]) -> Option<[(&'static str, String); 3]> {
    let timestamp = now.timestamp().to_string();
    let signed = STANDARD.encode(mac(key, id, &timestamp, body)?.finalize().into_bytes());
    Some([(ID, id.to_owned()), (TIMESTAMP, timestamp), (SIGNATURE, format!("v1,{signed}"))])
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
        for (name, value) in headers(key, "0ABC", now, body).unwrap() {
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
        let mac = mac("a key of both sides", "msg_1", "1674087231", b"{}").unwrap();
        let mut by_hand = Hmac::<Sha256>::new_from_slice(b"a key of both sides").unwrap();
        by_hand.update(b"msg_1.1674087231.{}");
        assert_eq!(mac.finalize().into_bytes(), by_hand.finalize().into_bytes());
    }

    #[test]
    fn a_key_of_the_scheme_is_decoded() {
        let plain = key_bytes("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        assert_eq!(plain, b"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let decoded = key_bytes("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        assert_eq!(decoded, STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap());
        assert_eq!(key_bytes("whsec_QUJDREVGR0hJSktMTU5PUA"), key_bytes("whsec_QUJDREVGR0hJSktMTU5PUA=="));
        for bad in
            ["", "short", "whsec_", "whsec_QUJD", "whsec_not base64 at all", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2La-_Sw"]
        {
            assert!(key_bytes(bad).is_err(), "{bad}");
        }
        // The example of the scheme's own documentation.
        let at = DateTime::from_timestamp(1_614_265_330, 0).unwrap();
        let signed = headers(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            at,
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(signed.unwrap()[2].1, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
