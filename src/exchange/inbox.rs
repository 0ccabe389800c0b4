//! The inbox: one interchange at a time, kept as it came, applied once, answered with a CONTRL.
//!
//! Everything an interchange brings about, its items' fates and the answer included, is one transaction, so a repeat
//! finds either nothing or all of it. What cannot be read waits in quarantine and can be applied after a fix.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use chrono::TimeDelta;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::handle::Exchange;
use super::reading::{ParsedInterchange, PreparedItem, PreparedMessage, conflict, named};
use super::refusal::{Place, refuse, short, told};
use super::secrets::Kept;
use super::{partner, quota, reference};
use crate::domain::{InterchangeState, ItemOutcome, MessageKind, MessageState, ReceivedState};
use crate::edi::contrl::Control;
use crate::edi::{self, Action};
use crate::error::{Error, Finding, Result};
use crate::limits;
use crate::service::Part;
use crate::service::incoming::{CheckedItem, InboundOutcome};
use crate::store::inbox::{HourRow, ItemInRow, NewReceived, ReceivedRow};
use crate::store::partner::PartnerRow;
use crate::store::types::At;
use crate::store::{Fault, Tx};
use crate::vault::signature::Signed;

/// What became of an interchange that was handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiveOutcome {
    /// Applied (a test: understood).
    Taken,
    /// It had come before; the answer is that of the first time.
    Repeated,
    /// Another interchange came under this reference; this one is in quarantine.
    Conflict,
    /// It cannot be read or is not for us; in quarantine.
    Unreadable,
}

/// The answer to an interchange.
#[derive(Clone, Debug)]
pub struct Receipt {
    pub outcome: ReceiveOutcome,
    /// CONTRL in the form of what came in.
    pub control: Vec<u8>,
}

/// What became of an item, and why when it was refused.
type Outcome = (ItemOutcome, Option<Vec<Finding>>);

impl Exchange {
    /// Whether there is a partner with this token, so that its interchange is worth reading.
    ///
    /// # Errors
    /// 401 when there is none.
    pub async fn expects(&self, token: &str) -> Result<()> {
        self.partners_with(token).await.map(drop)
    }

    async fn partners_with(&self, token: &str) -> Result<Vec<PartnerRow>> {
        let token = Uuid::try_parse(token).map_err(|_| Error::Unauthorized)?;
        let digest = partner::token_digest(&token);
        let rows = self.store.read(move |tx| tx.partners_by_token(&digest)).await?;
        if rows.is_empty() { Err(Error::Unauthorized) } else { Ok(rows) }
    }

    /// The partner that a call of the inbox comes from. Organizations behind one gateway share a token: then it is the
    /// one that the interchange names, if it is among them.
    ///
    /// # Errors
    /// 401 for an unknown token, and when the link is signed and the signature does not fit.
    pub async fn caller(&self, token: &str, signed: Signed, body: &[u8]) -> Result<String> {
        let rows = self.partners_with(token).await?;
        let named = if rows.len() > 1 { envelope_of(body).sender.id } else { String::new() };
        let row = rows.iter().find(|row| row.code == named).or(rows.first()).ok_or(Error::Unauthorized)?;
        let Some(stored) = &row.sign_key else { return Ok(row.code.clone()) };
        let key = Kept::SignKey.open(&self.services.vault, &row.code, stored)?;
        if signed.fits(&key, self.clock.now(), body) { Ok(row.code.clone()) } else { Err(Error::Unauthorized) }
    }

    /// Takes an interchange that `from` handed over.
    ///
    /// # Errors
    /// 503 and the like: nothing happened, and the same bytes may come again. What is wrong with the interchange is no
    /// error; the receipt says it.
    pub async fn receive(&self, from: &str, bytes: Bytes) -> Result<Receipt> {
        if let Some(receipt) = self.repeated(from, &bytes).await? {
            return Ok(receipt);
        }
        let mut reading = Arc::new(self.read(from, bytes.clone()).await?);
        let receipt = match self.store_received(from, &bytes, &reading).await {
            Err(Error::Internal(why)) => {
                // No outage, so it would fail again whenever it comes: it waits here for a fix, and its sender is answered.
                tracing::error!(partner = from, why, "an interchange cannot be stored; it is in quarantine");
                reading = Arc::new(reading.refused(&bytes, self.clock.now()));
                self.store_received(from, &bytes, &reading).await?
            }
            stored => stored?,
        };
        self.services.notify_outbox();
        if receipt.outcome == ReceiveOutcome::Taken {
            self.note_received(&reading);
        }
        Ok(receipt)
    }

    /// The answer to bytes that came before, which are not read again.
    async fn repeated(&self, from: &str, bytes: &[u8]) -> Result<Option<Receipt>> {
        let (from, digest) = (from.to_owned(), Sha256::digest(bytes).to_vec());
        let (sender, known) = (from.clone(), digest.clone());
        let Some(before) = self.store.read(move |tx| tx.received_bytes(&sender, &known)).await? else {
            return Ok(None);
        };
        self.store
            .write(move |tx| match tx.received(&from, &before)? {
                Some(row) => {
                    tx.count_repeat(&from, &before)?;
                    Ok(Some(again(row)))
                }
                None => Ok(None),
            })
            .await
    }

    async fn store_received(&self, from: &str, bytes: &Bytes, reading: &Arc<ParsedInterchange>) -> Result<Receipt> {
        let (exchange, from) = (self.clone(), from.to_owned());
        let (bytes, work) = (bytes.clone(), Arc::clone(reading));
        self.store.write(move |tx| exchange.take(tx, &from, &bytes, &work)).await
    }

    /// Notes that messages of these types were taken in.
    fn note_received(&self, reading: &ParsedInterchange) {
        for (kind, part) in [(MessageKind::Itmatt, Part::ItmattReceived), (MessageKind::Cusrsp, Part::CusrspReceived)] {
            if reading.messages.iter().flatten().any(|message| message.kind == kind) {
                self.services.note_activity(part);
            }
        }
    }

    /// Applies what was read, in one transaction, unless it came before.
    fn take(&self, tx: &mut Tx<'_>, from: &str, bytes: &[u8], reading: &ParsedInterchange) -> Result<Receipt, Fault> {
        let interchange = &reading.interchange;
        let sender = if interchange.sender.id == from { from } else { "" };
        let mut key = named(&interchange.reference);
        let mut state = reading.state;
        let mut outcome =
            if state == ReceivedState::Quarantined { ReceiveOutcome::Unreadable } else { ReceiveOutcome::Taken };
        if key.is_empty() || key != interchange.reference || sender.is_empty() {
            // Nothing to know it by but its bytes; nor may it take the place of what its alleged sender sends.
            key = format!("?{}", short(&reading.digest));
        }
        if let Some(before) = tx.received(from, &key)? {
            // Only what came at the same moment; else it was met before it was read.
            if before.digest == reading.digest {
                tx.count_repeat(from, &key)?;
                return Ok(again(before));
            }
            key = conflicting_key(&key, &reading.digest);
            outcome = ReceiveOutcome::Conflict;
            state = ReceivedState::Quarantined;
            if let Some(before) = tx.received(from, &key)? {
                tx.count_repeat(from, &key)?;
                return Ok(again(before));
            }
        }
        match state {
            ReceivedState::Quarantined => quota::room_in_quarantine(tx, from, bytes.len())?,
            _ => quota::room_for_items(tx, from, reading)?,
        }
        let control = match outcome {
            ReceiveOutcome::Conflict => conflict(interchange, bytes, tx.now),
            _ => reading.answer.clone(),
        };
        let items =
            if outcome == ReceiveOutcome::Taken { self.put_into_effect(tx, from, &key, bytes, reading)? } else { 0 };
        let conflicting = "another interchange came under this reference before; this one was not applied";
        let findings =
            if outcome == ReceiveOutcome::Conflict { conflicting.to_owned() } else { reading.findings.clone() };
        tx.add_received(NewReceived {
            sender: from,
            reference: &key,
            partner: from,
            recipient: &named(&interchange.recipient.id),
            bytes,
            digest: &reading.digest,
            items: items as i32,
            state,
            findings: Some(findings.as_str()).filter(|text| !text.is_empty()),
            answer: Some(&control),
            repeats: 0,
            received_at: At(tx.now),
        })?;
        Ok(Receipt { outcome, control })
    }

    /// Does what a readable interchange says; gives how many items it is about.
    fn put_into_effect(
        &self,
        tx: &mut Tx<'_>,
        from: &str,
        key: &str,
        bytes: &[u8],
        reading: &ParsedInterchange,
    ) -> Result<usize, Fault> {
        let mut items = 0;
        for control in &reading.controls {
            settle(tx, &reading.interchange.recipient.id, from, control, bytes)?;
        }
        for (at, message) in reading.messages.iter().enumerate() {
            if let Some(message) = message {
                items += message.items.len();
                self.apply(tx, from, key, at, message)?;
            }
        }
        self.note_traffic(tx, from, items, reading)?;
        Ok(items)
    }

    fn note_traffic(
        &self,
        tx: &mut Tx<'_>,
        from: &str,
        items: usize,
        reading: &ParsedInterchange,
    ) -> Result<(), Fault> {
        tx.link_received(from)?;
        if items == 0 {
            return Ok(());
        }
        let hour = quota::hour_of(tx.now);
        let (late, blank) = (reading.late, reading.blank);
        tx.count_hour(&HourRow { partner: from.to_owned(), hour: At(hour), items: items as i32, late, blank })
    }

    /// Applies the items of one message and records what became of each.
    fn apply(&self, tx: &mut Tx<'_>, from: &str, key: &str, at: usize, message: &PreparedMessage) -> Result<(), Fault> {
        let outcomes = self.outcomes(tx, key, message)?;
        let mut rows = Vec::with_capacity(outcomes.len());
        for (item_no, (judged, (fate, note))) in message.items.iter().zip(outcomes).enumerate() {
            if let (ItemOutcome::Refused, Some(findings)) = (fate, &note) {
                let place = Place { interchange: key, message_no: at, item_no };
                refuse(tx, message, &place, &judged.item_id, findings)?;
            }
            rows.push(ItemInRow {
                recipient: message.route.to.clone(),
                sender: from.to_owned(),
                reference: key.to_owned(),
                message_no: at as i32,
                item_no: item_no as i32,
                kind: message.kind,
                item_id: judged.item_id.clone(),
                orig_post: judged.origin.clone(),
                made_at: message.made_at,
                fate,
                note: note.map(|findings| told(&findings)),
                at: At(tx.now),
            });
        }
        tx.add_items_in(&rows)
    }

    /// What becomes of each item of a message.
    fn outcomes(&self, tx: &mut Tx<'_>, key: &str, message: &PreparedMessage) -> Result<Vec<Outcome>, Fault> {
        let overtaken = self.overtaken(tx, key, message)?;
        let each = || message.items.iter().zip(&overtaken);
        let applied: Vec<&CheckedItem> = each()
            .filter(|(_, overtaken)| !**overtaken)
            .filter_map(|(judged, _)| judged.checked.as_ref().ok())
            .collect();
        let mut outcomes = self.services.receive(tx, &message.route, &applied)?.into_iter();
        let mut outcome = |(judged, overtaken): (&PreparedItem, &bool)| match &judged.checked {
            Err(findings) => (ItemOutcome::Refused, Some(findings.clone())),
            Ok(_) if *overtaken => (ItemOutcome::Overtaken, None),
            Ok(_) => match outcomes.next() {
                Some(InboundOutcome::Applied) => (ItemOutcome::Applied, None),
                Some(InboundOutcome::Parked) => (ItemOutcome::Parked, None),
                Some(InboundOutcome::Overtaken) => (ItemOutcome::Overtaken, None),
                Some(InboundOutcome::Refused(findings)) => (ItemOutcome::Refused, Some(findings)),
                Some(InboundOutcome::Unchanged) | None => (ItemOutcome::Unchanged, None),
            },
        };
        Ok(each().map(&mut outcome).collect())
    }

    /// For each item of a message whether a newer one of the same kind was applied before. Item data replaces as a whole,
    /// so an old one must not; decisions and referrals have an order of their own. Within a second the interchanges tell.
    fn overtaken(&self, tx: &mut Tx<'_>, key: &str, message: &PreparedMessage) -> Result<Vec<bool>, Fault> {
        if !message.kind.declares() || message.dated_ahead {
            return Ok(vec![false; message.items.len()]);
        }
        let ids: Vec<&str> = message.items.iter().map(|judged| judged.item_id.as_str()).collect();
        let route = &message.route;
        let mut newer: HashMap<String, Vec<Option<String>>> = HashMap::new();
        for made in tx.made(&route.to, &route.from, message.kind, &ids)? {
            let same_second = made.made_at == message.made_at && reference::is_after(&made.reference, key);
            if made.made_at > message.made_at || same_second {
                newer.entry(made.item_id).or_default().push(made.orig_post);
            }
        }
        // What does not say where the item is from may be about any that has the id.
        let may_be = |one: &Option<String>, other: &Option<String>| one.is_none() || other.is_none() || one == other;
        let is_overtaken = |judged: &PreparedItem| {
            let of_id = newer.get(&judged.item_id);
            of_id.is_some_and(|origins| origins.iter().any(|origin| may_be(origin, &judged.origin)))
        };
        Ok(message.items.iter().map(is_overtaken).collect())
    }

    /// Looks again at parked items whose object is here by now; gives how many were settled.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn revisit_parked(&self) -> Result<usize> {
        let rows = self.store.read(|tx| tx.parked_with_object(limits::EXCHANGE_REVISIT)).await?;
        let mut settled = 0;
        for of_one in rows.chunk_by(|a, b| (&a.sender, &a.reference) == (&b.sender, &b.reference)) {
            settled += self.revisit(of_one.to_vec()).await?;
        }
        if settled > 0 {
            self.services.notify_outbox();
        }
        Ok(settled)
    }

    /// Applies parked items of one interchange, read again from the bytes kept.
    async fn revisit(&self, rows: Vec<ItemInRow>) -> Result<usize> {
        let Some(first) = rows.first() else { return Ok(0) };
        let (sender, reference) = (first.sender.clone(), first.reference.clone());
        let stored = self.store.read(move |tx| tx.received(&sender, &reference)).await?;
        let Some(stored) = stored else { return Ok(0) };
        let reading = Arc::new(self.read(&stored.partner, Bytes::copy_from_slice(&stored.bytes)).await?);
        let exchange = self.clone();
        self.store
            .write(move |tx| {
                let mut settled = 0;
                for row in &rows {
                    let message = reading.messages.get(row.message_no as usize).and_then(Option::as_ref);
                    let judged = message.and_then(|message| message.items.get(row.item_no as usize));
                    let Some((message, Ok(checked))) = message.zip(judged.map(|judged| &judged.checked)) else {
                        tx.set_fate(row, ItemOutcome::Refused, Some("cannot be read any more"))?;
                        continue;
                    };
                    let received = exchange.services.receive(tx, &message.route, &[checked])?;
                    match received.into_iter().next() {
                        Some(InboundOutcome::Parked) | None => {
                            let next = tx.now + TimeDelta::seconds(limits::EXCHANGE_LOOK_AGAIN_S);
                            tx.look_again(row, At(next))?;
                            continue;
                        }
                        Some(InboundOutcome::Applied) => tx.set_fate(row, ItemOutcome::Applied, None)?,
                        Some(InboundOutcome::Unchanged) => tx.set_fate(row, ItemOutcome::Unchanged, None)?,
                        Some(InboundOutcome::Overtaken) => tx.set_fate(row, ItemOutcome::Overtaken, None)?,
                        Some(InboundOutcome::Refused(findings)) => {
                            tx.set_fate(row, ItemOutcome::Refused, Some(&told(&findings)))?;
                            let (message_no, item_no) = (row.message_no as usize, row.item_no as usize);
                            let place = Place { interchange: &row.reference, message_no, item_no };
                            refuse(tx, message, &place, &row.item_id, &findings)?;
                        }
                    }
                    settled += 1;
                }
                Ok(settled)
            })
            .await
    }

    /// Reads a quarantined interchange again, after a fix, and applies it when it can be.
    ///
    /// # Errors
    /// 400 when there is no such interchange in quarantine.
    pub async fn rerun(&self, from: &str, reference: &str) -> Result<ReceiveOutcome> {
        let key = (from.to_owned(), reference.to_owned());
        let stored = self.store.read(move |tx| quarantined(tx, &key.0, &key.1)).await?;
        let reading = Arc::new(self.read(&stored.partner, Bytes::copy_from_slice(&stored.bytes)).await?);
        if reading.state == ReceivedState::Quarantined {
            return Ok(ReceiveOutcome::Unreadable);
        }
        let (exchange, again) = (self.clone(), Arc::clone(&reading));
        self.store
            .write(move |tx| {
                // Somebody else may have been quicker.
                let stored = quarantined(tx, &stored.sender, &stored.reference)?;
                let items = exchange.put_into_effect(tx, &stored.sender, &stored.reference, &stored.bytes, &reading)?;
                tx.change_received(&ReceivedRow {
                    items: items as i32,
                    state: reading.state,
                    findings: Some(reading.findings.clone()).filter(|text| !text.is_empty()),
                    answer: Some(reading.answer.clone()),
                    ..stored
                })
            })
            .await?;
        self.services.notify_outbox();
        self.note_received(&again);
        Ok(ReceiveOutcome::Taken)
    }
}

/// What another interchange under a reference is kept as.
fn conflicting_key(reference: &str, digest: &[u8]) -> String {
    format!("{reference}#{}", short(digest))
}

/// The answer to what came before: the one of the first time.
fn again(before: ReceivedRow) -> Receipt {
    let conflicts = before.reference.ends_with(&conflicting_key("", &before.digest));
    let outcome = match before.state {
        ReceivedState::Quarantined if conflicts => ReceiveOutcome::Conflict,
        ReceivedState::Quarantined => ReceiveOutcome::Unreadable,
        _ => ReceiveOutcome::Repeated,
    };
    Receipt { outcome, control: before.answer.unwrap_or_default() }
}

/// The interchange of a partner that is in quarantine under this reference.
fn quarantined(tx: &mut Tx<'_>, from: &str, reference: &str) -> Result<ReceivedRow, Fault> {
    let stored = tx.received(from, reference)?.filter(|row| row.state == ReceivedState::Quarantined);
    let message = "there is no such interchange of this partner in quarantine";
    stored.ok_or_else(|| Error::invalid("absent", "REFERENCE", message).into())
}

/// The envelope of an interchange. It stands in front; where that is not enough, all is read.
pub(super) fn envelope_of(bytes: &[u8]) -> edi::Interchange {
    let envelope = edi::read(&bytes[..bytes.len().min(ENVELOPE_BYTES)]).interchange;
    if envelope.sender.id.is_empty() { edi::read(bytes).interchange } else { envelope }
}

/// Room for the service segments at the head of an interchange.
const ENVELOPE_BYTES: usize = 512;

/// Takes what a partner says became of an interchange of ours.
pub(super) fn settle(
    tx: &mut Tx<'_>,
    sender: &str,
    partner: &str,
    control: &Control,
    bytes: &[u8],
) -> Result<bool, Fault> {
    let Some(row) = tx.sending(sender, &control.reference)?.filter(|row| row.partner == partner) else {
        return Ok(false);
    };
    if row.state == InterchangeState::Accepted || row.state == InterchangeState::Refused {
        return Ok(true);
    }
    if control.action == Action::Received {
        tx.set_sending(sender, &row.reference, InterchangeState::Unanswered, None, Some(bytes))?;
        return Ok(true);
    }
    let why = |code: &Option<String>| {
        let code = code.as_deref().unwrap_or("18");
        format!("the partner refused it: {} ({code})", edi::contrl::error_meaning(code))
    };
    let refused = control.action == Action::Rejected;
    let note = refused.then(|| why(&control.error));
    let all = if refused { MessageState::Refused } else { MessageState::Accepted };
    tx.settle_messages(sender, &row.reference, None, all, note.as_deref())?;
    for message in control.messages.iter().filter(|message| message.action == Action::Rejected) {
        let Ok(number) = message.number.parse() else { continue };
        let message_ref = super::compose::message_ref(&row.reference, number);
        let segments: Vec<String> = (message.segments.iter())
            .map(|s| format!("segment {}: {} ({})", s.position, edi::contrl::error_meaning(&s.error), s.error))
            .collect();
        let note = if segments.is_empty() { why(&message.error) } else { segments.join("; ") };
        tx.settle_messages(sender, &row.reference, Some(&message_ref), MessageState::Refused, Some(&note))?;
    }
    let state = if control.is_rejection() { InterchangeState::Refused } else { InterchangeState::Accepted };
    tx.set_sending(sender, &row.reference, state, note.as_deref(), Some(bytes))?;
    Ok(true)
}
