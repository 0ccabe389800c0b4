//! How bytes get to a partner and back.

mod directory;

use super::handle::Exchange;
use super::partner::{Partner, Transport};
use super::secrets::Kept;
use crate::net::{Outbound, Reach};
use crate::store::outbox::SendingRow;
use crate::vault::signature::{self, Key};

pub(super) use directory::{Incoming, Waiting};

/// What became of an interchange that was handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Delivery {
    /// The partner answered at once.
    Answered(Vec<u8>),
    /// Taken; an answer may follow.
    Taken,
}

/// Why it was not handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum DeliveryError {
    /// The partner cannot be reached or does not serve us now.
    Later(String),
    /// The partner will not have these bytes.
    Refused(String),
}

impl Exchange {
    /// Hands the bytes of an interchange to its partner.
    pub(super) async fn deliver(&self, partner: &Partner, sending: &SendingRow) -> Result<Delivery, DeliveryError> {
        match &partner.way {
            Transport::Hosted => {
                let received = self.receive(&sending.sender, sending.bytes.clone().into()).await;
                received
                    .map(|receipt| Delivery::Answered(receipt.control))
                    .map_err(|error| DeliveryError::Later(error.to_string()))
            }
            Transport::Http { url, token, sign_key } => {
                let open = |kept: Kept, stored: &Option<String>| {
                    let opened = stored.as_deref().map(|stored| kept.open(&self.services.vault, &partner.code, stored));
                    opened.transpose().map_err(|error| DeliveryError::Later(error.to_string()))
                };
                let (token, key) = (open(Kept::TokenOut, token)?, open(Kept::SignKey, sign_key)?);
                let request = request(url, token.as_deref(), key.as_deref(), sending, self.clock.now())?;
                let net = std::sync::Arc::clone(&self.net);
                let answered = tokio::task::spawn_blocking(move || net.post(request)).await;
                let answered = answered
                    .map_err(|error| DeliveryError::Later(error.to_string()))?
                    .map_err(|error| DeliveryError::Later(error.to_string()))?;
                judge(answered.status, answered.body)
            }
            Transport::Directory(folder) => {
                let (folder, name, bytes) = (folder.clone(), directory::file_name(sending), sending.bytes.clone());
                let put = self.in_folder(&partner.code, move || directory::put(&folder, &name, &bytes)).await;
                put.map_err(|error| DeliveryError::Later(error.to_string()))?.map_err(DeliveryError::Later)?;
                Ok(Delivery::Taken)
            }
        }
    }
}

fn request(
    url: &str,
    token: Option<&str>,
    sign_key: Option<&str>,
    sending: &SendingRow,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Outbound, DeliveryError> {
    let content_type = if sending.form == "xml" { "application/xml" } else { "application/edifact" };
    let mut headers = vec![("content-type".into(), content_type.to_owned())];
    if let Some(token) = token {
        headers.push(("authorization".into(), format!("Bearer {token}")));
    }
    if let Some(key) = sign_key {
        let key = Key::parse(key)
            .map_err(|_| DeliveryError::Later("the key of the link cannot be read; set sign-key anew".into()))?;
        let signed = signature::headers(&[key], &sending.reference, now, &sending.bytes);
        headers.extend(signed.map(|(name, value)| (name.into(), value)));
    }
    Ok(Outbound { url: url.to_owned(), reach: Reach::Any, headers, body: sending.bytes.clone() })
}

/// A body that comes with success or with a refusal of the bytes is the partner's answer; anything else is trouble.
fn judge(status: u16, body: Vec<u8>) -> Result<Delivery, DeliveryError> {
    let is_message = matches!(body.iter().find(|byte| !byte.is_ascii_whitespace()), Some(b'<' | b'U'));
    match status {
        200..=299 if is_message => Ok(Delivery::Answered(body)),
        200..=299 => Ok(Delivery::Taken),
        400 | 409 | 422 if is_message => Ok(Delivery::Answered(body)),
        400 | 406 | 413 | 415 | 422 => Err(DeliveryError::Refused(format!("the partner answered {status}"))),
        _ => Err(DeliveryError::Later(format!("the partner answered {status}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_answer_means() {
        let message = b"UNB+UNOC:3".to_vec();
        assert_eq!(judge(200, message.clone()), Ok(Delivery::Answered(message.clone())));
        assert_eq!(judge(202, Vec::new()), Ok(Delivery::Taken));
        assert_eq!(judge(409, message.clone()), Ok(Delivery::Answered(message)));
        assert!(matches!(judge(400, b"{}".to_vec()), Err(DeliveryError::Refused(_))));
        for status in [301, 401, 403, 404, 408, 429, 500, 503] {
            assert!(matches!(judge(status, Vec::new()), Err(DeliveryError::Later(_))), "{status}");
        }
    }
}
