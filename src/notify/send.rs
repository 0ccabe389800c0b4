//! One call of a receiver: the bytes, their signatures, and what the answer means.

use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;
use serde_json::json;

use super::health::{Attempt, Outcome, retry_after};
use super::notifier::{Key, Notifier};
use super::receiver::{ReceiverAuth, open_auth, open_secret};
use crate::contract::event::EventView;
use crate::domain::ReceiverMode;
use crate::error::Result;
use crate::net::{Answered, Outbound, Reach, Unanswered};
use crate::store::subscription::{SubscriptionRow, SubscriptionSecretRow};
use crate::store::types::At;
use crate::vault::signature::{self, Key as SignKey};

/// A receiver, with what it is called with.
pub(super) struct Receiver {
    pub key: Key,
    pub url: String,
    pub mode: ReceiverMode,
    keys: Vec<SignKey>,
    auth: ReceiverAuth,
}

impl Receiver {
    /// # Errors
    /// When its secrets cannot be opened.
    pub(super) fn of(notifier: &Notifier, row: &SubscriptionRow, secrets: &[SubscriptionSecretRow]) -> Result<Self> {
        let (vault, now) = (&notifier.services.vault, At(notifier.clock.now()));
        let live = secrets.iter().filter(|secret| secret.is_live(now));
        Ok(Self {
            key: (row.org.clone(), row.id),
            url: row.url.clone(),
            mode: row.mode,
            keys: live.map(|secret| open_secret(vault, secret)).collect::<Result<_>>()?,
            auth: open_auth(vault, row)?,
        })
    }
}

/// What came of a call.
pub(super) struct Called {
    pub attempt: Attempt,
    pub status: Option<u16>,
    pub ms: i64,
    /// Why it was no success: a code, and in words.
    pub trouble: Option<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Called {
    /// The beginning of the answer, as it may be shown.
    pub(super) fn head(&self) -> Option<String> {
        let printable = |byte: &u8| match byte {
            b' '..=b'~' => char::from(*byte),
            b'\r' | b'\n' | b'\t' => ' ',
            _ => '?',
        };
        let head: String = self.body.iter().take(HEAD_CHARS).map(printable).collect();
        Some(head.trim().to_owned()).filter(|head| !head.is_empty())
    }
}

/// What is logged of an answer.
const HEAD_CHARS: usize = 512;

/// Names a challenge.
pub(super) const CHALLENGE: &str = "endpoint.verification";

/// The bytes of an event.
pub(super) fn body_of(event: &EventView) -> Vec<u8> {
    serde_json::to_vec(event).unwrap_or_default()
}

/// The bytes of a challenge.
pub(super) fn challenge_body(challenge: &str, now: &str) -> Vec<u8> {
    #[derive(Serialize)]
    struct Body<'b> {
        r#type: &'b str,
        timestamp: &'b str,
        data: serde_json::Value,
    }
    let body = Body { r#type: CHALLENGE, timestamp: now, data: json!({ "challenge": challenge }) };
    serde_json::to_vec(&body).unwrap_or_default()
}

/// Whether an answer repeats a challenge.
pub(super) fn repeats(body: &[u8], challenge: &str) -> bool {
    let answer = serde_json::from_slice::<serde_json::Value>(body).ok();
    answer.is_some_and(|answer| answer["challenge"].as_str() == Some(challenge))
}

fn says_ok(body: &[u8]) -> bool {
    let answer = serde_json::from_slice::<serde_json::Value>(body).ok();
    answer.is_some_and(|answer| answer["status"].as_str().is_some_and(|status| status.eq_ignore_ascii_case("ok")))
}

/// What an answer means: a code and words where it is no success.
fn judge(answered: &Result<Answered, Unanswered>, mode: ReceiverMode) -> (Outcome, Option<(&'static str, String)>) {
    let answered = match answered {
        Ok(answered) => answered,
        Err(error @ Unanswered::NotAllowed) => {
            return (Outcome::NotAllowed, Some(("address_refused", error.to_string())));
        }
        Err(error @ Unanswered::TimedOut) => return (Outcome::Slow, Some(("timeout", error.to_string()))),
        Err(error @ Unanswered::Failed(_)) => return (Outcome::Failed, Some(("connection", error.to_string()))),
    };
    let said = format!("the receiver answered {}", answered.status);
    match answered.status {
        200..=299 if mode == ReceiverMode::Xpress && !says_ok(&answered.body) => {
            (Outcome::Failed, Some(("not_ok", format!("{said} without {{\"status\":\"OK\"}}"))))
        }
        200..=299 => (Outcome::Taken, None),
        300..=399 => (Outcome::Failed, Some(("redirect", format!("{said}; redirects are not followed")))),
        410 => (Outcome::Gone, Some(("gone", said))),
        429 | 502 | 504 => (Outcome::Slow, Some(("slow", said))),
        503 => (Outcome::Unavailable, Some(("unavailable", said))),
        _ => (Outcome::Failed, Some(("status", said))),
    }
}

impl Notifier {
    /// Sends without blocking.
    pub(super) async fn post(&self, request: Outbound) -> Result<Answered, Unanswered> {
        let net = Arc::clone(&self.net);
        let posting = tokio::task::spawn_blocking(move || net.post(request)).await;
        posting.map_err(|error| Unanswered::Failed(error.to_string()))?
    }

    /// Calls a receiver with a signed body; `url`: elsewhere than its subscription says.
    pub(super) async fn call(&self, to: &Receiver, url: Option<&str>, id: &str, body: Vec<u8>) -> Called {
        let began = Instant::now();
        let answered = self.answer(to, url, id, body).await;
        let (outcome, trouble) = judge(&answered, to.mode);
        let now = self.clock.now();
        let (status, wish, body) = match answered {
            Ok(Answered { status, retry_after, body }) => (Some(status), retry_after, body),
            Err(_) => (None, None, Vec::new()),
        };
        let retry_after = wish.and_then(|header| retry_after(&header, now));
        let attempt = Attempt { outcome, now, retry_after, scale: self.time_scale };
        let ms = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
        Called { attempt, status, ms, trouble, body }
    }

    async fn answer(&self, to: &Receiver, url: Option<&str>, id: &str, body: Vec<u8>) -> Result<Answered, Unanswered> {
        let mut headers = vec![("content-type".into(), "application/json".to_owned())];
        let signed = signature::headers(&to.keys, id, self.clock.now(), &body);
        headers.extend(signed.map(|(name, value)| (name.into(), value)));
        let wanted = self.receiver_headers(&to.key, &to.auth).await?;
        headers.extend(wanted.into_iter().map(|(name, value)| (name.into(), value)));
        let url = url.unwrap_or(&to.url).to_owned();
        let answered = self.post(Outbound { url, reach: Reach::Guarded, headers, body }).await?;
        if answered.status == 401 {
            self.tokens.invalidate(&to.key);
        }
        Ok(answered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(status: u16, body: &str, mode: ReceiverMode) -> (Outcome, Option<&'static str>) {
        let answered = Answered { status, retry_after: None, body: body.as_bytes().to_vec() };
        let (outcome, trouble) = judge(&Ok(answered), mode);
        (outcome, trouble.map(|(code, _)| code))
    }

    #[test]
    fn what_an_answer_means() {
        use ReceiverMode::{Standard, Xpress};
        for (status, body, mode, expected) in [
            (200, "", Standard, (Outcome::Taken, None)),
            (204, "", Standard, (Outcome::Taken, None)),
            (200, r#"{"status":"OK"}"#, Xpress, (Outcome::Taken, None)),
            (200, r#"{"status":"ok"}"#, Xpress, (Outcome::Taken, None)),
            (200, "", Xpress, (Outcome::Failed, Some("not_ok"))),
            (200, r#"{"status":"ERROR"}"#, Xpress, (Outcome::Failed, Some("not_ok"))),
            (302, "", Standard, (Outcome::Failed, Some("redirect"))),
            (404, "", Standard, (Outcome::Failed, Some("status"))),
            (410, "", Standard, (Outcome::Gone, Some("gone"))),
            (429, "", Standard, (Outcome::Slow, Some("slow"))),
            (500, "", Standard, (Outcome::Failed, Some("status"))),
            (502, "", Standard, (Outcome::Slow, Some("slow"))),
            (503, "", Standard, (Outcome::Unavailable, Some("unavailable"))),
            (504, "", Standard, (Outcome::Slow, Some("slow"))),
        ] {
            assert_eq!(outcome(status, body, mode), expected, "{status} {body}");
        }
        assert_eq!(judge(&Err(Unanswered::TimedOut), Standard).0, Outcome::Slow);
        assert_eq!(judge(&Err(Unanswered::NotAllowed), Standard).0, Outcome::NotAllowed);
    }

    #[test]
    fn a_challenge_is_repeated_or_it_is_not() {
        assert!(repeats(br#"{"challenge":"abc","more":1}"#, "abc"));
        for wrong in [&b"abc"[..], b"", br#"{"challenge":"abcd"}"#, br#"{"challenge":1}"#, br#"["abc"]"#] {
            assert!(!repeats(wrong, "abc"));
        }
    }
}
