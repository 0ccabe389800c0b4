//! What mailbox programs put into our folders is taken in.
//!
//! Folders may lie on drives that do not answer: everything about them is done on threads of their own and waited for a while.
//! A folder that does not answer is left alone until its thread comes back, so that it holds one thread and nobody else.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use sha2::{Digest, Sha256};

use super::handle::Exchange;
use super::inbox::{self, ReceiveOutcome};
use super::transport::{Incoming, Waiting};
use crate::domain::{InterchangeState, TransportKind};
use crate::edi;
use crate::error::{Error, Result};
use crate::store::outbox::SendingRow;
use crate::store::partner::PartnerRow;
use crate::store::types::At;
use crate::store::{Fault, Tx};

impl Exchange {
    /// Takes what lies in the folders of all partners; gives how many files.
    pub(super) async fn collect_from_folders(&self) -> Result<usize> {
        let partners = self.store.read(|tx| tx.partners()).await?;
        let with_folder = partners.into_iter().filter(|row| row.transport == TransportKind::Directory);
        let taken = join_all(with_folder.map(|row| self.collect_from(row))).await;
        Ok(taken.into_iter().sum())
    }

    /// Takes what lies in the folder of one partner.
    async fn collect_from(&self, row: PartnerRow) -> usize {
        let code = row.code;
        let turn = self.turns.of(&format!("{code}/in"));
        let _held = turn.lock().await;
        let folder = PathBuf::from(&row.endpoint);
        let files = match self.in_folder(&code, move || Waiting::list(&folder)).await {
            Ok(files) => files,
            Err(error) => {
                tracing::warn!(partner = code, %error, "a folder was not looked into");
                return 0;
            }
        };
        let mut taken = 0;
        for file in files {
            match self.collect(&code, &file).await {
                Ok(()) => taken += 1,
                Err(error @ (Error::Internal(_) | Error::TooManyRequests { .. })) => {
                    // Tried again it would fail again, and hold up those behind it.
                    let put = self.put_away(&code, &file, false).await;
                    tracing::error!(partner = code, %error, ?put, "a file cannot be taken; it is put aside");
                }
                Err(error) => tracing::warn!(partner = code, %error, "a file was not taken; it stays"),
            }
        }
        taken
    }

    /// Takes one file: its effect is stored before it is moved, so a repeat after a crash finds it applied.
    async fn collect(&self, partner: &str, file: &Waiting) -> Result<()> {
        let waiting = file.clone();
        let read = move || match waiting.read()? {
            Incoming::TooLarge => Ok(None),
            Incoming::Bytes(bytes) => {
                let answer_wanted = inbox::envelope_of(&bytes).ack_wanted;
                Ok(Some((bytes, answer_wanted)))
            }
        };
        let Some((bytes, answer_wanted)) = self.in_folder(partner, read).await?.map_err(Error::Internal)? else {
            tracing::warn!(partner, "a file is larger than an interchange may be; it is put aside");
            return self.put_away(partner, file, false).await;
        };
        let receipt = self.receive(partner, bytes.into()).await?;
        if answer_wanted && !receipt.control.is_empty() {
            let control = control_row(partner, receipt.control.clone(), self.clock.now());
            self.store.write(move |tx| send_control(tx, &control)).await?;
        }
        let taken = matches!(receipt.outcome, ReceiveOutcome::Taken | ReceiveOutcome::Repeated);
        self.put_away(partner, file, taken).await
    }

    async fn put_away(&self, partner: &str, file: &Waiting, taken: bool) -> Result<()> {
        let file = file.clone();
        self.in_folder(partner, move || file.put_away(taken)).await?.map_err(Error::Internal)
    }
}

/// A CONTRL as an interchange to be sent.
fn control_row(partner: &str, bytes: Vec<u8>, now: DateTime<Utc>) -> SendingRow {
    let interchange = edi::read(&bytes).interchange;
    let form = if edi::Form::of(&bytes) == edi::Form::Xml { "xml" } else { "edifact" };
    SendingRow {
        sender: interchange.sender.id,
        reference: interchange.reference,
        partner: partner.to_owned(),
        form: form.into(),
        digest: Sha256::digest(&bytes).to_vec(),
        bytes,
        items: 0,
        state: InterchangeState::ToSend,
        attempts: 0,
        note: None,
        answer: None,
        created_at: At(now),
        sent_at: None,
        answered_at: None,
    }
}

/// Puts a CONTRL among what is to be sent, unless it is there: its reference was given once.
fn send_control(tx: &mut Tx<'_>, control: &SendingRow) -> Result<(), Fault> {
    match tx.sending(&control.sender, &control.reference)? {
        Some(_) => Ok(()),
        None => tx.add_sending(control),
    }
}
