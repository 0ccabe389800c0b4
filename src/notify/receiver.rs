//! What a receiver wants to be called with: headers, or an access token that it gives out itself. Kept sealed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::notifier::{Key, Notifier};
use crate::contract::subscription::ReceiverOauth;
use crate::error::{Error, Findings, Result};
use crate::limits;
use crate::net::{Outbound, Reach, Unanswered};
use crate::store::subscription::{SubscriptionRow, SubscriptionSecretRow};
use crate::vault::signature::Key as SignKey;
use crate::vault::{Place, Vault};

/// What a receiver wants to be called with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ReceiverAuth {
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    #[serde(default)]
    pub oauth: Option<ReceiverOauth>,
}

/// Headers that are ours to set.
const OURS: [&str; 8] = [
    "host",
    "content-length",
    "content-type",
    "content-encoding",
    "transfer-encoding",
    "connection",
    "user-agent",
    "expect",
];

impl ReceiverAuth {
    pub(super) fn is_empty(&self) -> bool {
        self.headers.is_empty() && self.oauth.is_none()
    }

    /// # Errors
    /// 400 naming each header that cannot be sent.
    pub(super) fn check(&self) -> Result<()> {
        let mut findings = Findings::default();
        if self.headers.len() > limits::HOOK_HEADERS {
            findings.add("limit", "headers", format!("at most {}", limits::HOOK_HEADERS));
        }
        for (name, value) in &self.headers {
            let lower = name.to_ascii_lowercase();
            let is_token = !name.is_empty()
                && name.len() <= 100
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
            let path = format!("headers.{}", name.chars().take(40).collect::<String>());
            if !is_token {
                findings.add("format", &path, "a name has letters, digits, hyphens and underscores");
            } else if OURS.contains(&lower.as_str()) || lower.starts_with("webhook-") {
                findings.add("format", &path, "this header is set by the server");
            }
            let is_plain = value.bytes().all(|byte| (b' '..=b'~').contains(&byte));
            if !is_plain || value.len() > limits::HOOK_HEADER_CHARS {
                let message = format!("a value has at most {} printable ASCII characters", limits::HOOK_HEADER_CHARS);
                findings.add("format", &path, message);
            }
        }
        if let Some(oauth) = &self.oauth {
            if self.headers.keys().any(|name| name.eq_ignore_ascii_case("authorization")) {
                findings.add("format", "oauth", "give oauth, or a header authorization");
            }
            let texts = [&oauth.client_id, &oauth.client_secret, oauth.scope.as_ref().unwrap_or(&oauth.client_id)];
            if texts.iter().any(|text| text.is_empty() || text.len() > limits::HOOK_HEADER_CHARS) {
                let message = format!("each text has 1 to {} characters", limits::HOOK_HEADER_CHARS);
                findings.add("format", "oauth", message);
            }
        }
        findings.into_result()
    }
}

/// Where something sealed of a subscription stands.
fn place<'p>(row: &'p str, column: &'p str) -> Place<'p> {
    Place { table: "subscription", row, column }
}

/// Sealed for its place.
///
/// # Errors
/// 400 without a key to seal with.
pub(super) fn seal_auth(vault: &Vault, row: &SubscriptionRow, auth: &ReceiverAuth) -> Result<Option<String>> {
    if auth.is_empty() {
        return Ok(None);
    }
    let text = serde_json::to_string(auth).map_err(|error| Error::Internal(format!("sealing: {error}")))?;
    vault.seal(place(&row.id.0.to_string(), "auth"), &text).map(Some)
}

/// # Errors
/// When the key is missing or another, or what is stored was altered.
pub(super) fn open_auth(vault: &Vault, row: &SubscriptionRow) -> Result<ReceiverAuth> {
    let Some(stored) = &row.auth else { return Ok(ReceiverAuth::default()) };
    let text = vault.open(place(&row.id.0.to_string(), "auth"), stored)?;
    serde_json::from_str(&text).map_err(|error| Error::Internal(format!("auth of a subscription: {error}")))
}

/// # Errors
/// 400 without a key to seal with.
pub(super) fn seal_secret(vault: &Vault, row: &SubscriptionSecretRow, secret: &str) -> Result<String> {
    vault.seal(place(&row.subscription.0.to_string(), &row.key_id.0.to_string()), secret)
}

fn open_text(vault: &Vault, row: &SubscriptionSecretRow) -> Result<String> {
    vault.open(place(&row.subscription.0.to_string(), &row.key_id.0.to_string()), &row.sealed)
}

/// # Errors
/// When the key is missing or another, or what is stored was altered.
pub(super) fn open_secret(vault: &Vault, row: &SubscriptionSecretRow) -> Result<SignKey> {
    SignKey::parse(&open_text(vault, row)?).map_err(|why| Error::Internal(format!("key of a subscription: {why}")))
}

impl Notifier {
    /// Seals what receivers are called with and signed by with the key that seals now; gives of how many subscriptions.
    ///
    /// # Errors
    /// When there is such a secret and no key to seal with, or not the one it was sealed with.
    pub async fn seal_secrets(&self) -> Result<usize> {
        let vault = self.services.vault.clone();
        let reseal = move |tx: &mut crate::store::Tx<'_>| {
            let mut count = 0;
            for row in tx.subscriptions()? {
                let mut secrets = tx.subscription_secrets(&row.org, row.id)?;
                let is_old = |stored: &String| vault.is_to_be_sealed(stored);
                if !row.auth.as_ref().is_some_and(is_old) && !secrets.iter().any(|secret| is_old(&secret.sealed)) {
                    continue;
                }
                let auth = seal_auth(&vault, &row, &open_auth(&vault, &row)?)?;
                for secret in &mut secrets {
                    secret.sealed = seal_secret(&vault, secret, &open_text(&vault, secret)?)?;
                }
                tx.keep_subscription_sealed(&SubscriptionRow { auth, ..row }, &secrets)?;
                count += 1;
            }
            Ok(count)
        };
        self.store.write(reseal).await
    }

    /// The headers that a receiver wants to be called with.
    ///
    /// # Errors
    /// Why its token cannot be had.
    pub(super) async fn receiver_headers(
        &self,
        key: &Key,
        auth: &ReceiverAuth,
    ) -> Result<Vec<(String, String)>, Unanswered> {
        let mut headers: Vec<_> = auth.headers.clone().into_iter().collect();
        if let Some(oauth) = &auth.oauth {
            let token = match self.tokens.get(key) {
                Some(token) => token,
                None => self.fetch_token(key, oauth).await?,
            };
            headers.push(("authorization".to_owned(), format!("Bearer {token}")));
        }
        Ok(headers)
    }

    async fn fetch_token(&self, key: &Key, oauth: &ReceiverOauth) -> Result<String, Unanswered> {
        let mut form = vec![
            ("grant_type", "client_credentials"),
            ("client_id", &oauth.client_id),
            ("client_secret", &oauth.client_secret),
        ];
        form.extend(oauth.scope.as_deref().map(|scope| ("scope", scope)));
        let body = serde_urlencoded::to_string(form).unwrap_or_default().into_bytes();
        let headers = vec![("content-type".into(), "application/x-www-form-urlencoded".to_owned())];
        let request = Outbound { url: oauth.token_url.clone(), reach: Reach::Guarded, headers, body };
        let answered = self.post(request).await?;
        let token = serde_json::from_slice::<serde_json::Value>(&answered.body).ok();
        let token = token.as_ref().and_then(|answer| answer["access_token"].as_str());
        let is_plain = |token: &&str| !token.is_empty() && token.bytes().all(|byte| (b'!'..=b'~').contains(&byte));
        match token.filter(is_plain).filter(|_| answered.status == 200) {
            Some(token) => {
                self.tokens.insert(key.clone(), token.to_owned());
                Ok(token.to_owned())
            }
            None => Err(Unanswered::Failed(format!("its token address answered {} without a token", answered.status))),
        }
    }
}
