//! Requests with an idempotency key: done once, answered alike for a day.
//!
//! The answer is saved in the transaction of the work itself. A twin that runs at the same time either finds the
//! saved answer or is repeated by the store until it does.

use super::{Actor, Answer};
use crate::error::Error;
use crate::limits;
use crate::store::requests::SavedAnswer;
use crate::store::types::At;
use crate::store::{Fault, Tx};

/// The key a client gave to a request.
#[derive(Clone, Debug)]
pub struct RequestKey {
    pub key: String,
    /// SHA-256 of method, kind of answer wanted and body, tokens left out.
    pub fingerprint: Vec<u8>,
}

/// Begins what is kept of an answer that is too large to be kept. No JSON begins so.
const BRIEF: &str = "brief:";

fn kept(answer: &Answer) -> String {
    match &answer.brief {
        Some(brief) if answer.value.len() > limits::SAVED_ANSWER_BYTES => format!("{BRIEF}{brief}"),
        _ => answer.value.clone(),
    }
}

/// Runs `work` unless the key was used before; then gives the answer of that time.
///
/// # Errors
/// 422 when the key was used with another request.
pub fn once(
    tx: &mut Tx<'_>,
    actor: &Actor,
    key: Option<&RequestKey>,
    work: impl FnOnce(&mut Tx<'_>) -> Result<Answer, Fault>,
) -> Result<Answer, Fault> {
    let Some(key) = key else { return work(tx) };
    if let Some(saved) = tx.saved_answer(&actor.org, &key.key)? {
        if saved.fingerprint != key.fingerprint {
            return Err(Error::KeyReused.into());
        }
        let (value, brief) = match saved.answer.strip_prefix(BRIEF) {
            Some(brief) => (String::new(), Some(brief.to_owned())),
            None => (saved.answer, None),
        };
        return Ok(Answer { value, warnings: saved.warnings.unsigned_abs(), brief });
    }
    let answer = work(tx)?;
    tx.save_answer(&SavedAnswer {
        org: actor.org.clone(),
        request_key: key.key.clone(),
        fingerprint: key.fingerprint.clone(),
        answer: kept(&answer),
        warnings: i32::try_from(answer.warnings).unwrap_or(i32::MAX),
        created_at: At(tx.now),
    })?;
    Ok(answer)
}
