//! Signatures over bodies, by the scheme of Standard Webhooks: HMAC-SHA256 or Ed25519 over `id.timestamp.body`.
//!
//! A key is text that both sides know. By the scheme it is `whsec_` and base64, and its bytes are what that decodes to;
//! the bytes of any other key are those of the text.

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use chrono::{DateTime, Utc};
use ed25519_dalek::{Signer, SigningKey};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::text::random_bytes;
use crate::limits;

pub const ID: &str = "webhook-id";
pub const TIMESTAMP: &str = "webhook-timestamp";
pub const SIGNATURE: &str = "webhook-signature";

/// What a key of the scheme begins with.
const ENCODED: &str = "whsec_";
/// The same of a key of ours, and of its public one.
const OWN: &str = "whsk_";
const PUBLIC: &str = "whpk_";

/// Fewest bytes of a key.
const KEY_BYTES: usize = 16;

/// Reads base64 whether or not `=` was left off at its end.
const KEY_BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What a body is signed with.
#[derive(Clone)]
pub enum Key {
    /// Known to both sides: `v1`, HMAC-SHA256.
    Shared(Vec<u8>),
    /// Ours alone, the other side has the public key: `v1a`, Ed25519.
    Own(Box<SigningKey>),
}

impl Key {
    /// The key in a text.
    ///
    /// # Errors
    /// Says how to write it when it cannot be read or is too short.
    pub fn parse(text: &str) -> Result<Self, String> {
        let Some(encoded) = text.strip_prefix(OWN) else { return key_bytes(text).map(Self::Shared) };
        let seed = KEY_BASE64.decode(encoded).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        let seed = seed.ok_or_else(|| format!("after {OWN} a key is 32 bytes in base64"))?;
        Ok(Self::Own(Box::new(SigningKey::from_bytes(&seed))))
    }

    /// A new key for both sides, as its text.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn new_shared() -> crate::error::Result<String> {
        Ok(format!("{ENCODED}{}", STANDARD.encode(random_bytes::<32>()?)))
    }

    /// A new key of ours, as its text and that of its public key.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn new_own() -> crate::error::Result<(String, String)> {
        let seed = random_bytes::<32>()?;
        let public = SigningKey::from_bytes(&seed).verifying_key().to_bytes();
        Ok((format!("{OWN}{}", STANDARD.encode(seed)), format!("{PUBLIC}{}", STANDARD.encode(public))))
    }

    fn sign(&self, id: &str, timestamp: &str, body: &[u8]) -> String {
        match self {
            Self::Shared(key) => {
                format!("v1,{}", STANDARD.encode(mac(key, id, timestamp, body).finalize().into_bytes()))
            }
            Self::Own(key) => {
                let signed = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat();
                format!("v1a,{}", STANDARD.encode(key.sign(&signed).to_bytes()))
            }
        }
    }
}

/// The bytes of a key that both sides know.
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

fn mac(key: &[u8], id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
    // Keys of every length are taken.
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).unwrap_or_else(|_| Hmac::new(&Default::default()));
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        mac.update(part);
    }
    mac
}

/// The headers that sign `body` with each of the keys.
pub fn headers(keys: &[Key], id: &str, now: DateTime<Utc>, body: &[u8]) -> [(&'static str, String); 3] {
    let timestamp = now.timestamp().to_string();
    let signatures: Vec<String> = keys.iter().map(|key| key.sign(id, &timestamp, body)).collect();
    [(ID, id.to_owned()), (TIMESTAMP, timestamp), (SIGNATURE, signatures.join(" "))]
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
            let (given, key) = (STANDARD.decode(one), key_bytes(key));
            given.is_ok_and(|given| {
                key.is_ok_and(|key| mac(&key, &self.id, &self.timestamp, body).verify_slice(&given).is_ok())
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(key: &str, now: DateTime<Utc>, body: &[u8]) -> Signed {
        let mut signed = Signed::default();
        for (name, value) in headers(&[Key::parse(key).unwrap()], "0ABC", now, body) {
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
        let mac = mac(b"a key of both sides", "msg_1", "1674087231", b"{}");
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
            &[Key::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap()],
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            at,
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(signed[2].1, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn every_key_signs_and_the_public_one_verifies() {
        use ed25519_dalek::{Signature, VerifyingKey};
        let (own, public) = Key::new_own().unwrap();
        let shared = Key::new_shared().unwrap();
        let keys = [Key::parse(&own).unwrap(), Key::parse(&shared).unwrap()];
        let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let signed = headers(&keys, "evt_1", now, b"{}");
        let (first, second) = signed[2].1.split_once(' ').unwrap();
        assert!(second.starts_with("v1,"));
        let bytes = |text: &str| STANDARD.decode(text).unwrap();
        let signature = Signature::from_slice(&bytes(first.strip_prefix("v1a,").unwrap())).unwrap();
        let public: [u8; 32] = bytes(public.strip_prefix("whpk_").unwrap()).try_into().unwrap();
        let public = VerifyingKey::from_bytes(&public).unwrap();
        assert!(public.verify_strict(b"evt_1.1790000000.{}", &signature).is_ok());
        assert!(public.verify_strict(b"evt_1.1790000001.{}", &signature).is_err());
        for bad in ["whsk_", "whsk_AAAA", "whsk_?"] {
            assert!(Key::parse(bad).is_err(), "{bad}");
        }
    }
}
