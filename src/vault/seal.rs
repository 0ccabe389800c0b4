//! Sealing: secrets that are needed in clear, such as the token a partner is called with, stand in the database under a key that
//! does not (XChaCha20-Poly1305). A sealed text fits one place only: moved to another row or column it does not open.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use super::text::random_bytes;
use crate::error::{Error, Result};

/// Begins a sealed text of this form.
const MARK: &str = "sealed1:";
const KEY_BYTES: usize = 32;
const KEY_ID_BYTES: usize = 4;
const NONCE_BYTES: usize = 24;

/// What the key of links is made for.
const LINKS: &str = "entrepost links";

/// What to do where there is no key.
pub const NO_KEY: &str = "secrets of partners and second factors are kept under a key: make one with `entrepost admin secrets new-key FILE` and name \
                          it as secret-key-file (or give its text as ENTREPOST_SECRET_KEY)";

/// Where a sealed text stands: table, row, column.
#[derive(Clone, Copy, Debug)]
pub struct Place<'p> {
    pub table: &'p str,
    pub row: &'p str,
    pub column: &'p str,
}

impl Place<'_> {
    /// The same bytes for no two places.
    fn bytes(self) -> Vec<u8> {
        [self.table, self.row, self.column].join("\0").into_bytes()
    }
}

/// A key that seals.
#[derive(Clone)]
struct SealKey {
    /// Tells which key a text was sealed with, and nothing of the key.
    id: [u8; KEY_ID_BYTES],
    cipher: XChaCha20Poly1305,
    /// Signs links: another key, made of the same.
    links: [u8; KEY_BYTES],
}

impl SealKey {
    fn parse(text: &str) -> Result<Self, String> {
        let wrong = "a key is 32 bytes in base64, as `entrepost admin secrets new-key FILE` makes them";
        let bytes = STANDARD.decode(text.trim()).map_err(|_| wrong.to_owned())?;
        let bytes: [u8; KEY_BYTES] = bytes.try_into().map_err(|_| wrong.to_owned())?;
        let hash = Sha256::digest(bytes);
        let mut id = [0; KEY_ID_BYTES];
        id.copy_from_slice(&hash[..KEY_ID_BYTES]);
        let links = mac(&bytes, LINKS).finalize().into_bytes().into();
        Ok(Self { id, cipher: XChaCha20Poly1305::new(&Key::from(bytes)), links })
    }
}

fn mac(key: &[u8; KEY_BYTES], text: &str) -> Hmac<Sha256> {
    // A key of this length always fits.
    let mut mac =
        <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).unwrap_or_else(|_| Hmac::new(&Default::default()));
    mac.update(text.as_bytes());
    mac
}

/// A new key, as the text of its file.
///
/// # Errors
/// When the system gives no random bytes.
pub fn new_key() -> Result<String> {
    Ok(STANDARD.encode(random_bytes::<KEY_BYTES>()?))
}

/// The keys of a server: the one it seals with, and one that it may still have to open with.
#[derive(Clone, Default)]
pub struct Vault {
    key: Option<SealKey>,
    old: Option<SealKey>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault {{ key: {}, old: {} }}", self.key.is_some(), self.old.is_some())
    }
}

impl Vault {
    /// The vault of these keys, each as the text of its file.
    ///
    /// # Errors
    /// What is wrong with a key.
    pub fn new(key: Option<&str>, old: Option<&str>) -> Result<Self, String> {
        Ok(Self { key: key.map(SealKey::parse).transpose()?, old: old.map(SealKey::parse).transpose()? })
    }

    /// Whether it can seal.
    pub fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// A secret sealed for its place.
    ///
    /// # Errors
    /// 400 `unconfigured` without a key.
    pub fn seal(&self, place: Place<'_>, secret: &str) -> Result<String> {
        let Some(key) = &self.key else { return Err(Error::invalid("unconfigured", place.column, NO_KEY)) };
        let nonce = random_bytes::<NONCE_BYTES>()?;
        let bound = Payload { msg: secret.as_bytes(), aad: &place.bytes() };
        let sealed = key.cipher.encrypt(&XNonce::from(nonce), bound);
        let sealed = sealed.map_err(|_| Error::Internal("a secret cannot be sealed".into()))?;
        let parts = [key.id.as_slice(), &nonce, &sealed].concat();
        Ok(format!("{MARK}{}", URL_SAFE_NO_PAD.encode(parts)))
    }

    /// The secret in a stored text; one of the time before there were keys stands there in clear.
    ///
    /// # Errors
    /// When the key is missing or another, or the text was altered or moved.
    pub fn open(&self, place: Place<'_>, stored: &str) -> Result<String> {
        let Some(text) = stored.strip_prefix(MARK) else { return Ok(stored.to_owned()) };
        let named = |why: &str| Error::Internal(format!("{} of {} {}: {why}", place.column, place.table, place.row));
        let parts = URL_SAFE_NO_PAD.decode(text).map_err(|_| named("is no sealed text"))?;
        let (id, rest) = parts.split_at_checked(KEY_ID_BYTES).ok_or_else(|| named("is no sealed text"))?;
        let (nonce, sealed) = rest.split_at_checked(NONCE_BYTES).ok_or_else(|| named("is no sealed text"))?;
        let mut keys = [&self.key, &self.old].into_iter().flatten();
        let key = keys.find(|key| key.id == id);
        let key = key.ok_or_else(|| named(&format!("is sealed with a key that is not here; {NO_KEY}")))?;
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| named("is no sealed text"))?;
        let bound = Payload { msg: sealed, aad: &place.bytes() };
        let secret =
            key.cipher.decrypt(&XNonce::from(nonce), bound).map_err(|_| named("was altered, or belongs elsewhere"))?;
        String::from_utf8(secret).map_err(|_| named("is no text"))
    }

    /// A signature over what a link says, in base64url; none without a key.
    pub fn sign_link(&self, text: &str) -> Option<String> {
        let key = self.key.as_ref()?;
        Some(URL_SAFE_NO_PAD.encode(mac(&key.links, text).finalize().into_bytes()))
    }

    /// Whether this or the key before it signed what a link says.
    pub fn has_signed_link(&self, text: &str, signature: &str) -> bool {
        let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else { return false };
        let mut keys = [&self.key, &self.old].into_iter().flatten();
        keys.any(|key| mac(&key.links, text).verify_slice(&signature).is_ok())
    }

    /// Whether a stored text is not sealed with the key that seals now.
    pub fn is_to_be_sealed(&self, stored: &str) -> bool {
        let parts = stored.strip_prefix(MARK).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        let id = parts.as_deref().and_then(|parts| parts.get(..KEY_ID_BYTES));
        id.is_none() || id != self.key.as_ref().map(|key| key.id.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place<'_> = Place { table: "partner", row: "DEA", column: "token-out" };

    fn vault(key: &str, old: Option<&str>) -> Vault {
        Vault::new(Some(key), old).expect("keys")
    }

    #[test]
    fn a_sealed_secret_opens_where_it_belongs_and_nowhere_else() {
        let key = new_key().expect("a key");
        let vault = vault(&key, None);
        let sealed = vault.seal(PLACE, "the secret").expect("seals");
        assert!(!sealed.contains("secret") && sealed.starts_with(MARK));
        assert_ne!(sealed, vault.seal(PLACE, "the secret").expect("seals"), "no two are alike");
        assert_eq!(vault.open(PLACE, &sealed).expect("opens"), "the secret");
        for elsewhere in
            [Place { row: "DE", ..PLACE }, Place { column: "sign-key", ..PLACE }, Place { table: "x", ..PLACE }]
        {
            assert!(vault.open(elsewhere, &sealed).is_err(), "{elsewhere:?}");
        }
        for at in MARK.len()..sealed.len() {
            let mut other = sealed.clone().into_bytes();
            other[at] = if other[at] == b'A' { b'B' } else { b'A' };
            assert!(vault.open(PLACE, &String::from_utf8(other).expect("ASCII")).is_err(), "{at}");
        }
        for wrong in ["", "AAAA", "?"] {
            assert!(vault.open(PLACE, &format!("{MARK}{wrong}")).is_err());
        }
    }

    #[test]
    fn keys_are_changed_with_the_old_one_at_hand() {
        let (old, new) = (new_key().expect("a key"), new_key().expect("a key"));
        let sealed = vault(&old, None).seal(PLACE, "x").expect("seals");
        assert!(vault(&new, None).open(PLACE, &sealed).is_err());
        let both = vault(&new, Some(&old));
        assert_eq!(both.open(PLACE, &sealed).expect("opens"), "x");
        assert!(both.is_to_be_sealed(&sealed) && both.is_to_be_sealed("in clear"));
        let again = both.seal(PLACE, "x").expect("seals");
        assert!(!both.is_to_be_sealed(&again));
        assert_eq!(vault(&new, None).open(PLACE, &again).expect("opens"), "x");
    }

    #[test]
    fn a_signed_link_is_known_by_both_keys_and_altered_by_none() {
        let (old, new) = (new_key().expect("a key"), new_key().expect("a key"));
        let signature = vault(&old, None).sign_link("AUA.17.1").expect("signs");
        assert!(vault(&old, None).has_signed_link("AUA.17.1", &signature));
        assert!(vault(&new, Some(&old)).has_signed_link("AUA.17.1", &signature));
        assert!(!vault(&new, None).has_signed_link("AUA.17.1", &signature));
        assert!(!vault(&old, None).has_signed_link("AUA.18.1", &signature));
        for wrong in ["", "?", &signature[1..]] {
            assert!(!vault(&old, None).has_signed_link("AUA.17.1", wrong));
        }
        assert_eq!(Vault::default().sign_link("x"), None);
    }

    #[test]
    fn without_a_key_nothing_is_sealed_and_what_is_in_clear_is_read() {
        let vault = Vault::default();
        assert!(vault.seal(PLACE, "x").expect_err("no key").to_string().contains("secret-key-file"));
        assert_eq!(vault.open(PLACE, "in clear").expect("reads"), "in clear");
        for wrong in ["", "short", "AAAA", &STANDARD.encode([0; 31])] {
            assert!(Vault::new(Some(wrong), None).is_err(), "{wrong}");
        }
    }
}
