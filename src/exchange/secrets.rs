//! Secrets of partners: sealed where they are stored, opened where they are used.

use super::handle::Exchange;
use crate::error::{Error, Result};
use crate::store::partner::PartnerRow;
use crate::vault::{Place, Vault, seal};

/// Which secret of a partner.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kept {
    /// The token it is called with.
    TokenOut,
    /// The key of the signatures.
    SignKey,
}

impl Kept {
    fn place(self, partner: &str) -> Place<'_> {
        let column = match self {
            Self::TokenOut => "token-out",
            Self::SignKey => "sign-key",
        };
        Place { table: "partner", row: partner, column }
    }

    /// The secret in what is stored of it.
    ///
    /// # Errors
    /// When the key is missing or another, or what is stored was altered.
    pub(super) fn open(self, vault: &Vault, partner: &str, stored: &str) -> Result<String> {
        vault.open(self.place(partner), stored)
    }

    /// What is to be stored of a secret that is `given`: nothing for an empty one, and what was stored where none is given
    /// or it is the same.
    ///
    /// # Errors
    /// 400 without a key to seal with.
    pub(super) fn seal(
        self,
        vault: &Vault,
        partner: &str,
        given: Option<String>,
        stored: Option<String>,
    ) -> Result<Option<String>> {
        let Some(secret) = given else { return Ok(stored) };
        if secret.is_empty() {
            return Ok(None);
        }
        if let Some(stored) = stored
            && !vault.is_to_be_sealed(&stored)
            && self.open(vault, partner, &stored).is_ok_and(|old| old == secret)
        {
            return Ok(Some(stored));
        }
        vault.seal(self.place(partner), &secret).map(Some)
    }

    /// The same secret sealed with the key that seals now.
    fn seal_anew(self, vault: &Vault, partner: &str, stored: Option<&String>) -> Result<Option<String>> {
        let Some(stored) = stored else { return Ok(None) };
        if !vault.is_to_be_sealed(stored) {
            return Ok(Some(stored.clone()));
        }
        let secret = self.open(vault, partner, stored)?;
        vault.seal(self.place(partner), &secret).map(Some)
    }
}

/// The row with its secrets sealed with the key that seals now.
fn sealed_anew(vault: &Vault, row: &PartnerRow) -> Result<PartnerRow> {
    Ok(PartnerRow {
        token_out: Kept::TokenOut.seal_anew(vault, &row.code, row.token_out.as_ref())?,
        sign_key: Kept::SignKey.seal_anew(vault, &row.code, row.sign_key.as_ref())?,
        ..row.clone()
    })
}

impl Exchange {
    /// Seals the secrets of partners that stand in clear, or under the key before; gives of how many partners.
    ///
    /// # Errors
    /// When there is such a secret and no key to seal with, or not the one it was sealed with.
    pub async fn seal_secrets(&self) -> Result<usize> {
        let vault = self.services.vault.clone();
        let rows = self.store.read(|tx| tx.partners()).await?;
        let has_secrets = rows.iter().any(|row| row.token_out.is_some() || row.sign_key.is_some());
        if has_secrets && !vault.has_key() {
            return Err(Error::Internal(format!("there are partners with secrets; {}", seal::NO_KEY)));
        }
        self.store
            .write(move |tx| {
                let mut count = 0;
                for row in tx.partners()? {
                    let sealed = sealed_anew(&vault, &row)?;
                    if sealed != row {
                        tx.keep_sealed(&sealed)?;
                        count += 1;
                    }
                }
                Ok(count)
            })
            .await
    }
}
