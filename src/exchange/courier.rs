//! The courier: takes what waits for a partner, makes interchanges, sends them one after another, and tries again.
//!
//! One interchange to a partner is under way at a time, so that messages arrive in their order. Its bytes are stored
//! before they are sent and never change. Each partner has a lease of its own: trouble with one slows no other, and
//! any number of server processes may work on one database. A lease that runs out too early does no harm: messages
//! are taken once, and the receiver recognises what comes again.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::compose::{self, Composed};
use super::handle::Exchange;
use super::partner::{self, Partner};
use super::transport::{Delivery, DeliveryError};
use super::{inbox, reference};
use crate::delivery::{self, Deliverer, Step, Turns, pause};
use crate::domain::{InterchangeState, MessageKind, MessageState};
use crate::edi::contrl::Control;
use crate::edi::{self, Message};
use crate::error::{Error, Result};
use crate::limits;
use crate::service::Part;
use crate::store::outbox::SendingRow;
use crate::store::types::At;
use crate::store::{Fault, Tx};

impl Exchange {
    /// Sets a courier to work for each partner that something can be sent to now and that has none; waits for none.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn dispatch(&self) -> Result<()> {
        delivery::dispatch(self).await
    }

    /// Takes in what lies in folders, and looks at parked items again; gives how much was done.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn take_in(&self) -> Result<usize> {
        let files = self.collect_from_folders().await?;
        Ok(files + self.revisit_parked().await?)
    }

    /// Works off everything that can be done now, for one partner after the other; gives how much that was.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn round(&self) -> Result<usize> {
        let mut done = 0;
        for code in self.due().await? {
            done += delivery::serve(self, &code).await?;
        }
        Ok(done + self.take_in().await?)
    }

    /// Works until nothing can be sent any more, waiting for leases that a server left behind.
    ///
    /// # Errors
    /// When the database is away, or somebody else keeps a lease.
    pub async fn run_out(&self) -> Result<()> {
        let pause = Duration::from_millis(100);
        let attempts = (limits::EXCHANGE_LEASE_S + 5) * 10;
        for _ in 0..attempts {
            self.drain().await?;
            if self.due().await?.is_empty() {
                return Ok(());
            }
            tokio::time::sleep(pause).await;
        }
        Err(Error::unavailable("A running server is sending; leave it to it"))
    }

    /// Works until nothing is left that can be done now.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn drain(&self) -> Result<()> {
        while self.round().await? > 0 {}
        Ok(())
    }

    /// Makes the interchange that follows; it is found among those to be sent.
    async fn make_next(&self, partner: &Partner) -> Result<()> {
        let (to, services) = (partner.clone(), self.services.clone());
        if let Some(batch) = self.store.read(move |tx| compose::load(tx, &services, &to)).await? {
            self.make(partner, batch).await?;
        }
        Ok(())
    }

    /// Makes an interchange and stores its bytes; nothing when all messages were overtaken or cannot be sent.
    async fn make(&self, partner: &Partner, batch: compose::Batch) -> Result<Option<SendingRow>> {
        let now = self.clock.now();
        let to = partner.clone();
        let composed =
            tokio::task::spawn_blocking(move || compose::compose(batch, &to, reference::new(now), now)).await;
        let composed = composed.map_err(|error| Error::Internal(format!("composing: {error}")))?;
        let (partner, composed) = (partner.clone(), std::sync::Arc::new(composed));
        self.store.write(move |tx| keep(tx, &partner, &composed)).await
    }

    /// Sends an interchange and notes what came of it.
    async fn send(&self, partner: &Partner, sending: SendingRow) -> Result<Step> {
        let delivered = self.deliver(partner, &sending).await;
        let trouble = match delivered {
            Ok(delivery) => {
                let awaited = partner.agreement.control && !is_control(&sending);
                let answer = answer_in(delivery, &sending.reference).await?;
                let kinds = self.store.write(move |tx| arrived(tx, &sending, answer.as_ref(), awaited)).await?;
                self.beat_sent(&kinds);
                return Ok(Step::Done);
            }
            Err(trouble) => trouble,
        };
        let (why, refused) = match &trouble {
            DeliveryError::Later(why) => (why.clone(), false),
            DeliveryError::Refused(why) => (why.clone(), true),
        };
        tracing::warn!(partner = partner.code, reference = sending.reference, why, "an interchange was not delivered");
        metrics::counter!("entrepost_exchange_failures_total", "partner" => partner.code.clone()).increment(1);
        self.store.write(move |tx| failed(tx, &sending, &why, refused)).await
    }

    /// Notes that messages of these types have gone out.
    fn beat_sent(&self, kinds: &[MessageKind]) {
        for (kind, part) in [(MessageKind::Itmatt, Part::ItmattSent), (MessageKind::Cusitm, Part::CusitmSent)] {
            if kinds.contains(&kind) {
                self.services.note_activity(part);
            }
        }
    }
}

impl Deliverer for Exchange {
    /// The partner's code.
    type Key = String;

    fn turns(&self) -> &Turns<String> {
        &self.turns
    }

    async fn due(&self) -> Result<Vec<String>> {
        self.store.read(due_partners).await
    }

    async fn lease(&self, code: &String) -> Result<bool> {
        let (code, owner) = (code.clone(), self.owner);
        let lease = move |tx: &mut Tx<'_>| {
            let elsewhere = tx.partner(&code)?.is_some();
            let seconds = if elsewhere { limits::EXCHANGE_LEASE_S } else { limits::EXCHANGE_HOSTED_LEASE_S };
            tx.lease_link(&code, owner, tx.now + TimeDelta::seconds(seconds))
        };
        self.store.write(lease).await
    }

    /// Sends the next interchange to a partner, made now unless it was made before.
    async fn step(&self, code: &String) -> Result<Step> {
        let (name, services) = (code.clone(), self.services.clone());
        let found = self
            .store
            .read(move |tx| match partner::find(tx, &name)? {
                None => Ok(None),
                Some(partner) => match tx.next_sending(&name)? {
                    Some(sending) => Ok(Some((partner, Some(sending), None))),
                    None => {
                        let batch = compose::load(tx, &services, &partner)?;
                        Ok(Some((partner, None, batch)))
                    }
                },
            })
            .await?;
        let Some((partner, sending, batch)) = found else { return Ok(Step::Idle) };
        let sending = match (sending, batch) {
            (Some(sending), _) => sending,
            (None, None) => return Ok(Step::Idle),
            (None, Some(batch)) => {
                let more = batch.more;
                match self.make(&partner, batch).await? {
                    // While the partner works on a full one, the next is made.
                    Some(sending) if more => {
                        let (sent, made) = tokio::join!(self.send(&partner, sending), self.make_next(&partner));
                        return made.and(sent);
                    }
                    Some(sending) => sending,
                    None => return Ok(Step::Done),
                }
            }
        };
        self.send(&partner, sending).await
    }

    async fn rest(&self, code: &String, why: String) -> Result<()> {
        let code = code.clone();
        self.store
            .write(move |tx| {
                let failures = tx.link(&code)?.map_or(0, |link| link.failures);
                tx.link_failed(&code, &why, next_attempt(tx.now, failures))
            })
            .await
    }

    async fn release(&self, code: &String) -> Result<()> {
        let (code, owner) = (code.clone(), self.owner);
        self.store.write(move |tx| tx.release_link(&code, owner)).await
    }
}

/// Partners to whom something can be sent now: there is a way, and the link does not rest.
fn due_partners(tx: &mut Tx<'_>) -> Result<Vec<String>, Fault> {
    let mut due = Vec::new();
    for code in tx.partners_with_work()? {
        let rests = tx.link(&code)?.and_then(|link| link.next_attempt_at).is_some_and(|at| at.0 > tx.now);
        if !rests && partner::way_to(tx, &code)?.is_some() {
            due.push(code);
        }
    }
    Ok(due)
}

/// Stores an interchange and moves its messages into it; sets aside those it leaves out.
fn keep(tx: &mut Tx<'_>, partner: &Partner, composed: &Composed) -> Result<Option<SendingRow>, Fault> {
    tx.mark_messages(&composed.overtaken, MessageState::Overtaken, None)?;
    for (key, why) in &composed.undeliverable {
        tx.mark_messages(std::slice::from_ref(key), MessageState::Quarantined, Some(why))?;
    }
    if composed.bytes.is_empty() {
        return Ok(None);
    }
    for (message_ref, keys) in &composed.messages {
        if tx.take_messages(keys, &composed.reference, message_ref)? != keys.len() {
            // A lease that ran out: the other courier goes on with them.
            return Err(Error::unavailable("Another server took these messages").into());
        }
    }
    let row = SendingRow {
        sender: composed.sender.clone(),
        reference: composed.reference.clone(),
        partner: partner.code.clone(),
        form: partner.agreement.syntax.clone(),
        bytes: composed.bytes.clone(),
        digest: Sha256::digest(&composed.bytes).to_vec(),
        items: composed.items as i32,
        state: InterchangeState::ToSend,
        attempts: 0,
        note: None,
        answer: None,
        created_at: At(tx.now),
        sent_at: None,
        answered_at: None,
    };
    tx.add_sending(&row)?;
    Ok(Some(row))
}

/// What a partner answered about an interchange of ours.
struct Answer {
    control: Control,
    /// As it came.
    bytes: Vec<u8>,
}

/// The answer about the interchange with this reference, if there is one. A partner decides how long reading takes, so
/// that is done before the transaction.
async fn answer_in(delivery: Delivery, reference: &str) -> Result<Option<Answer>> {
    let Delivery::Answered(bytes) = delivery else { return Ok(None) };
    let reference = reference.to_owned();
    let read = tokio::task::spawn_blocking(move || {
        let control = edi::read(&bytes).interchange.messages.into_iter().find_map(|message| match message {
            Message::Control(control) if control.reference == reference => Some(control),
            _ => None,
        });
        control.map(|control| Answer { control, bytes })
    });
    read.await.map_err(|error| Error::Internal(format!("reading an answer: {error}")))
}

/// Notes that an interchange arrived, and what the partner answered (`awaited`: an answer comes, now or later); gives the
/// types of its messages.
fn arrived(
    tx: &mut Tx<'_>,
    sending: &SendingRow,
    answer: Option<&Answer>,
    awaited: bool,
) -> Result<Vec<MessageKind>, Fault> {
    let (sender, reference) = (&sending.sender, &sending.reference);
    tx.link_sent(&sending.partner)?;
    let settled = match answer {
        Some(Answer { control, bytes }) => inbox::settle(tx, sender, &sending.partner, control, bytes)?,
        None => false,
    };
    if !settled && awaited {
        tx.set_sending(sender, reference, InterchangeState::Unanswered, None, None)?;
    } else if !settled {
        tx.settle_messages(sender, reference, None, MessageState::Accepted, None)?;
        tx.set_sending(sender, reference, InterchangeState::Accepted, None, None)?;
    }
    tx.kinds_in(sender, reference)
}

/// A CONTRL of ours: nothing is answered to it.
fn is_control(sending: &SendingRow) -> bool {
    sending.items == 0
}

/// Notes a failure: the link rests, or the interchange goes to quarantine.
fn failed(tx: &mut Tx<'_>, sending: &SendingRow, why: &str, refused: bool) -> Result<Step, Fault> {
    let (sender, reference) = (&sending.sender, &sending.reference);
    tx.sending_failed(sender, reference, why)?;
    let began = sending.sent_at.map_or(tx.now, |at| at.0);
    let too_long = tx.now - began >= TimeDelta::hours(limits::EXCHANGE_GIVE_UP_H);
    if too_long || (refused && sending.attempts + 1 >= limits::EXCHANGE_REFUSALS) {
        tx.set_sending(sender, reference, InterchangeState::Quarantined, Some(why), None)?;
        tx.settle_messages(sender, reference, None, MessageState::Quarantined, Some(why))?;
        return Ok(Step::Done);
    }
    let failures = tx.link(&sending.partner)?.map_or(0, |link| link.failures);
    let next = if refused { tx.now + TimeDelta::milliseconds(250) } else { next_attempt(tx.now, failures) };
    tx.link_failed(&sending.partner, why, next)?;
    Ok(Step::Resting)
}

fn next_attempt(now: DateTime<Utc>, failures: i32) -> DateTime<Utc> {
    now + pause::growing(failures, limits::EXCHANGE_PAUSE_S)
}
