//! The beginning of a sender's form: its key and its time travel in the form itself, signed, since nothing is stored of who gives up.
//! A form that was not begun here, at this post and lately is none: each is counted when it is begun, and lodges once.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

use super::Services;
use crate::error::{Error, Result};
use crate::limits;

/// A form that was begun here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BegunForm {
    /// Makes it one, however often it is sent.
    pub key: Uuid,
    /// To the second.
    pub begun_at: DateTime<Utc>,
}

impl BegunForm {
    /// Key, seconds since 1970 and signature, with dots between them. The post is signed with them and stands in the address.
    fn signed(&self, post: &str, server_key: &[u8]) -> Result<String> {
        let text = format!("{}.{}", self.key.simple(), self.begun_at.timestamp());
        let signature = URL_SAFE_NO_PAD.encode(mac(server_key, post, &text)?.finalize().into_bytes());
        Ok(format!("{text}.{signature}"))
    }

    /// Nothing for a text that was not signed with this key for this post.
    fn read(signed: &str, post: &str, server_key: &[u8]) -> Result<Option<Self>> {
        let Some((text, signature)) = signed.rsplit_once('.') else { return Ok(None) };
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
        if mac(server_key, post, text)?.verify_slice(&signature).is_err() {
            return Ok(None);
        }
        Ok(text.split_once('.').and_then(|(key, seconds)| {
            let begun_at = DateTime::from_timestamp(seconds.parse().ok()?, 0)?;
            Some(Self { key: Uuid::try_parse(key).ok()?, begun_at })
        }))
    }
}

fn mac(server_key: &[u8], post: &str, text: &str) -> Result<Hmac<Sha256>> {
    let mac = Hmac::<Sha256>::new_from_slice(server_key);
    let mac = mac.map_err(|_| Error::Internal("the key of forms has a length of none".into()))?;
    Ok(mac.chain_update(post).chain_update(".").chain_update(text))
}

impl Services {
    /// Begins a form at a post; gives the text that says so.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn begin_form(&self, post: &str) -> Result<String> {
        let begun = BegunForm { key: Uuid::new_v4(), begun_at: self.clock.now() };
        begun.signed(post, &self.lodging_key().await?)
    }

    /// The form that such a text is of; nothing for one that was not begun at this post, or longer ago than its key is known: it
    /// could lodge a second time.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn begun_form(&self, post: &str, signed: &str) -> Result<Option<BegunForm>> {
        let begun = BegunForm::read(signed, post, &self.lodging_key().await?)?;
        let earliest = self.clock.now() - TimeDelta::hours(limits::LODGING_FORM_H);
        Ok(begun.filter(|begun| begun.begun_at >= earliest))
    }

    async fn lodging_key(&self) -> Result<Vec<u8>> {
        self.store.read(|tx| tx.lodging_key()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_signed_is_read() {
        let begun = BegunForm { key: Uuid::from_u128(7), begun_at: DateTime::UNIX_EPOCH };
        let signed = begun.signed("AUA", b"one").unwrap();
        assert_eq!(BegunForm::read(&signed, "AUA", b"one").unwrap(), Some(begun));
        assert_eq!(BegunForm::read(&signed, "AUA", b"another").unwrap(), None);
        assert_eq!(BegunForm::read(&signed, "DEA", b"one").unwrap(), None);
        let earlier = signed.replacen(".0.", ".-9.", 1);
        for text in ["", ".", "..", &earlier, &signed[1..], &signed[..signed.len() - 1]] {
            assert_eq!(BegunForm::read(text, "AUA", b"one").unwrap(), None, "{text}");
        }
    }
}
