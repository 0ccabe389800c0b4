//! Secrets as texts: a prefix that says what it is, 256 random bits, and a checksum, so that what is none is refused without
//! looking it up, and scanners of sources find one that was left lying.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// What a secret text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind {
    /// An OAuth2 client's secret.
    ClientSecret,
    /// An access token.
    AccessToken,
    /// A link that sets a password once.
    ResetLink,
}

impl SecretKind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::ClientSecret => "eps_",
            Self::AccessToken => "epa_",
            Self::ResetLink => "epr_",
        }
    }
}

/// Random bytes of a secret.
const RANDOM_BYTES: usize = 32;
/// Characters of these in base64.
const BODY_CHARS: usize = 43;
/// Characters of the checksum.
const CHECK_CHARS: usize = 6;
/// Random bytes of a public id.
const ID_BYTES: usize = 16;

/// A secret whose form is right. It is shown as its kind only.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    kind: SecretKind,
    text: String,
}

impl Secret {
    /// A new secret.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn new(kind: SecretKind) -> Result<Self> {
        let body = random_text::<RANDOM_BYTES>()?;
        let check = checksum(kind, &body);
        Ok(Self { kind, text: format!("{}{body}{check}", kind.prefix()) })
    }

    /// The secret in a text, if it has the form of one of this kind.
    pub fn parse(kind: SecretKind, text: &str) -> Option<Self> {
        let rest = text.strip_prefix(kind.prefix())?;
        if rest.len() != BODY_CHARS + CHECK_CHARS || !rest.is_ascii() {
            return None;
        }
        let (body, check) = rest.split_at(BODY_CHARS);
        (checksum(kind, body) == check).then(|| Self { kind, text: text.to_owned() })
    }

    /// Whether a text claims to be one of this kind.
    pub fn is_named(kind: SecretKind, text: &str) -> bool {
        text.starts_with(kind.prefix())
    }

    /// What is stored of it: SHA-256, of which 256 random bits cannot be found.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.text.as_bytes()).into()
    }

    /// The text, to be shown once to who it is for.
    pub fn expose(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}…", self.kind.prefix())
    }
}

/// A new public id of a client: `epc_` and 22 characters.
///
/// # Errors
/// When the system gives no random bytes.
pub fn client_id() -> Result<String> {
    Ok(format!("epc_{}", random_text::<ID_BYTES>()?))
}

fn random_text<const BYTES: usize>() -> Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(random_bytes::<BYTES>()?))
}

/// Random bytes of the system.
///
/// # Errors
/// When it gives none.
pub fn random_bytes<const BYTES: usize>() -> Result<[u8; BYTES]> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(|error| Error::Internal(format!("no random bytes: {error}")))?;
    Ok(bytes)
}

/// A new challenge: a text that nobody can know before.
///
/// # Errors
/// When the system gives no random bytes.
pub fn challenge() -> Result<String> {
    random_text::<RANDOM_BYTES>()
}

fn checksum(kind: SecretKind, body: &str) -> String {
    let hash = Sha256::new().chain_update(kind.prefix()).chain_update(body).finalize();
    URL_SAFE_NO_PAD.encode(hash).chars().take(CHECK_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_its_form_and_no_other_text_is_one() {
        let secret = Secret::new(SecretKind::AccessToken).expect("random bytes");
        let text = secret.expose();
        assert_eq!((text.len(), &text[..4]), (53, "epa_"));
        assert_eq!(Secret::parse(SecretKind::AccessToken, text).as_ref(), Some(&secret));
        assert_eq!(Secret::parse(SecretKind::ClientSecret, text), None);
        assert_eq!(format!("{secret:?}"), "epa_…");
        for at in 4..text.len() {
            let mut other = text.as_bytes().to_vec();
            other[at] = if other[at] == b'A' { b'B' } else { b'A' };
            let other = String::from_utf8(other).expect("ASCII");
            assert_eq!(Secret::parse(SecretKind::AccessToken, &other), None, "{at}");
        }
        for wrong in
            ["", "epa_", &text[..52], &format!("{text}A"), "epa_ääääääääääääääääääääääääääääääääääääääääääääääääää"]
        {
            assert_eq!(Secret::parse(SecretKind::AccessToken, wrong), None, "{wrong}");
        }
        assert_ne!(secret.digest(), Secret::new(SecretKind::AccessToken).expect("random bytes").digest());
    }
}
