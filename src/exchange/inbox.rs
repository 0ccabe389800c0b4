//! The inbox: one interchange at a time, kept as it came, applied once, answered with a CONTRL.
//!
//! Everything an interchange brings about, its items' fates and the answer included, is one transaction, so a repeat
//! finds either nothing or all of it. What cannot be read waits in quarantine and can be applied after a fix.

use std::collections::HashSet;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::partner::{self, Level, Partner, Way};
use super::transport::signature::Signed;
use super::{Exchange, reference};
use crate::contract::{DeclarationData, Referral, WcfDate};
use crate::edi::contrl::Control;
use crate::edi::{self, Action, Function, Interchange, Item as Entry, ItemMessage, Kind, Message, Organization, Read};
use crate::error::{Error, Finding, Result};
use crate::rules::structure::given;
use crate::service::incoming::{Reception, Route, Said, Told, Weighed};
use crate::service::outgoing;
use crate::store::inbox::{Fate, HourRow, ItemInRow, ReceivedRow, ReceivedState};
use crate::store::outbox::{MessageState, SendingState};
use crate::store::types::At;
use crate::store::{Fault, Tx};

/// What became of an interchange that was handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
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
    pub verdict: Verdict,
    /// CONTRL in the form of what came in.
    pub control: Vec<u8>,
    /// The sender asked for an answer.
    pub wanted: bool,
}

/// One message ready to be applied.
struct Ready {
    route: Route,
    kind: Kind,
    made_at: At,
    items: Vec<Judged>,
}

/// One item ready to be applied, or refused already.
struct Judged {
    item_id: String,
    weighed: Result<Weighed, Vec<Finding>>,
}

/// An interchange read and judged, outside the transaction.
struct Reading {
    interchange: Interchange,
    /// By place in the interchange; absent for refused messages and CONTRLs.
    messages: Vec<Option<Ready>>,
    controls: Vec<Control>,
    findings: String,
    answer: Vec<u8>,
    state: ReceivedState,
    digest: Vec<u8>,
    late: i32,
    blank: i32,
}

/// What became of an item, and why when it was refused.
type Outcome = (Fate, Option<Vec<Finding>>);

/// Where an item stood in what was received.
struct Place<'p> {
    interchange: &'p str,
    message_no: usize,
    item_no: usize,
}

/// What the receiving side has to know before an interchange can be judged.
struct Ground {
    sender: Option<Partner>,
    recipient: Option<crate::store::who::OrganizationRow>,
}

impl Exchange {
    /// The partner that a call of the inbox comes from. Organizations behind one gateway share a token: then it is the
    /// one that the interchange names, if it is among them.
    ///
    /// # Errors
    /// 401 for an unknown token, and when the link is signed and the signature does not fit.
    pub async fn caller(&self, token: &str, signed: Signed, body: &[u8]) -> Result<String> {
        let token = Uuid::try_parse(token).map_err(|_| Error::Unauthorized)?;
        let digest = partner::token_digest(&token);
        let rows = self.store.read(move |tx| tx.partners_by_token(&digest)).await?;
        let named = if rows.len() > 1 { edi::read(body).interchange.sender.id } else { String::new() };
        let row = rows.iter().find(|row| row.code == named).or(rows.first()).ok_or(Error::Unauthorized)?;
        match &row.sign_key {
            Some(key) if !signed.fits(key, self.clock.now(), body) => Err(Error::Unauthorized),
            _ => Ok(row.code.clone()),
        }
    }

    /// Takes an interchange that `from` handed over.
    ///
    /// # Errors
    /// 503 and the like: nothing happened, and the same bytes may come again. What is wrong with the interchange is no
    /// error; the receipt says it.
    pub async fn receive(&self, from: &str, bytes: &[u8]) -> Result<Receipt> {
        let reading = Arc::new(self.read(from, bytes).await?);
        let (exchange, from, bytes) = (self.clone(), from.to_owned(), Arc::new(bytes.to_vec()));
        let work = Arc::clone(&reading);
        let receipt = self.store.write(move |tx| exchange.take(tx, &from, &bytes, &work)).await?;
        self.services.ring();
        Ok(receipt)
    }

    /// Reads and judges the bytes, all that needs no transaction.
    async fn read(&self, from: &str, bytes: &[u8]) -> Result<Reading> {
        let owned = bytes.to_vec();
        let (read, digest) = tokio::task::spawn_blocking(move || {
            let digest = Sha256::digest(&owned).to_vec();
            (edi::read(&owned), digest)
        })
        .await
        .map_err(|error| Error::Internal(format!("reading an interchange: {error}")))?;
        let (sender, recipient) = (from.to_owned(), read.interchange.recipient.id.clone());
        let ground = self.store.read(move |tx| {
            Ok(Ground {
                sender: partner::find(tx, &sender)?,
                recipient: tx.organization(&recipient)?.filter(|org| !org.remote),
            })
        });
        let ground = ground.await?;
        let exchange = self.clone();
        let from = from.to_owned();
        let judged = tokio::task::spawn_blocking(move || exchange.judge(&from, read, digest, &ground)).await;
        judged.map_err(|error| Error::Internal(format!("judging an interchange: {error}")))
    }

    fn judge(&self, from: &str, mut read: Read, digest: Vec<u8>, ground: &Ground) -> Reading {
        let now = self.clock.now();
        for problem in envelope_problems(from, &read.interchange, ground) {
            read.findings.push(problem);
        }
        let mut messages = Vec::with_capacity(read.interchange.messages.len());
        let mut controls = Vec::new();
        let (mut late, mut blank) = (0, 0);
        let level = ground.sender.as_ref().map_or(Level::Warn, |partner| partner.agreement.level);
        let contents = std::mem::take(&mut read.interchange.messages);
        for (at, message) in contents.iter().enumerate() {
            let ready = match message {
                Message::Control(control) => {
                    controls.push(control.clone());
                    None
                }
                Message::Items(message) => {
                    let problems = message_problems(&read.interchange, message, ground);
                    let readable = problems.is_empty() && !is_refused(&read, at);
                    for mut problem in problems {
                        problem.message = Some(at);
                        read.findings.push(problem);
                    }
                    readable.then(|| {
                        late += count(message, |item| is_late(item, now));
                        blank += count(message, is_blank);
                        self.ready(message, ground, level, At(now), &item_errors(&read, at))
                    })
                }
            };
            messages.push(ready);
        }
        read.interchange.messages = contents;
        let whole = read.findings.list().iter().any(|f| f.message.is_none() && f.severity == edi::Severity::Error);
        let state = match (whole, read.interchange.test) {
            (true, _) => ReceivedState::Quarantined,
            (false, true) => ReceivedState::Test,
            (false, false) if messages.iter().all(Option::is_none) && controls.is_empty() => ReceivedState::Quarantined,
            (false, false) => ReceivedState::Applied,
        };
        if state != ReceivedState::Applied {
            messages.iter_mut().for_each(|message| *message = None);
            controls.clear();
        }
        let answer = answer(&read, &reference::new(now), WcfDate::new(now));
        let findings = read.findings.to_string();
        Reading { interchange: read.interchange, messages, controls, findings, answer, state, digest, late, blank }
    }

    fn ready(
        &self,
        message: &ItemMessage,
        ground: &Ground,
        level: Level,
        now: At,
        faulty: &[(usize, Finding)],
    ) -> Ready {
        let route = Route {
            from: message.sender.code().to_owned(),
            from_customs: ground.sender.as_ref().is_some_and(|partner| partner.customs),
            to: message.recipient.code().to_owned(),
            to_customs: ground.recipient.as_ref().is_some_and(|org| org.kind == "C"),
            strict: level == Level::Reject,
        };
        let made_at = At(message.created.map_or(now.0, WcfDate::instant));
        let items = message.items.iter().enumerate().map(|(at, entry)| {
            let mut faults: Vec<Finding> = faulty.iter().filter(|f| f.0 == at).map(|f| f.1.clone()).collect();
            if level == Level::Reject {
                let profile = ground.sender.as_ref().map(|p| p.agreement.edi_profile()).unwrap_or_default();
                faults.extend(edi::check::item(message.kind, message.function, entry, &profile).into_faults());
            }
            let item_id = given(&entry.mail_object.id).unwrap_or_default().to_owned();
            let refuses = !faults.is_empty() && (level == Level::Reject || item_id.is_empty());
            let weighed = match said(message.kind, message.function, entry, made_at.0) {
                _ if refuses => Err(faults),
                Err(finding) => Err(vec![finding]),
                Ok(said) => {
                    let object = entry.mail_object.clone();
                    Ok(self.services.weigh(&route, Told { object, said, made_at: made_at.0 }))
                }
            };
            Judged { item_id, weighed }
        });
        let items = items.collect();
        Ready { route, kind: message.kind, made_at, items }
    }

    /// Applies what was read, in one transaction, unless it came before.
    fn take(&self, tx: &mut Tx<'_>, from: &str, bytes: &[u8], reading: &Reading) -> Result<Receipt, Fault> {
        let interchange = &reading.interchange;
        let wanted = interchange.ack_wanted;
        let sender = if interchange.sender.id == from { from } else { "" };
        let mut key = interchange.reference.clone();
        let mut state = reading.state;
        let mut verdict = if state == ReceivedState::Quarantined { Verdict::Unreadable } else { Verdict::Taken };
        if key.is_empty() || sender.is_empty() {
            // Nothing to know it by but its bytes; nor may it take the place of what its alleged sender sends.
            key = format!("?{}", short(&reading.digest));
        }
        if let Some(before) = tx.received(from, &key)? {
            if before.digest == reading.digest {
                tx.count_repeat(from, &key)?;
                let verdict = match ReceivedState::from_code(before.state) {
                    Some(ReceivedState::Quarantined) => Verdict::Unreadable,
                    _ => Verdict::Repeated,
                };
                return Ok(Receipt { verdict, control: before.answer.unwrap_or_default(), wanted });
            }
            key = format!("{key}#{}", short(&reading.digest));
            verdict = Verdict::Conflict;
            state = ReceivedState::Quarantined;
            if let Some(before) = tx.received(from, &key)? {
                tx.count_repeat(from, &key)?;
                return Ok(Receipt { verdict, control: before.answer.unwrap_or_default(), wanted });
            }
        }
        let control = match verdict {
            Verdict::Conflict => conflict(interchange, bytes, tx.now),
            _ => reading.answer.clone(),
        };
        let mut items = 0;
        if verdict == Verdict::Taken {
            for control in &reading.controls {
                settle(tx, &interchange.recipient.id, from, control, bytes)?;
            }
            for (at, message) in reading.messages.iter().enumerate() {
                if let Some(message) = message {
                    items += message.items.len();
                    self.apply(tx, from, &key, at, message)?;
                }
            }
            self.note_traffic(tx, from, items, reading)?;
        }
        let conflicting = "another interchange came under this reference before; this one was not applied";
        let findings = if verdict == Verdict::Conflict { conflicting.to_owned() } else { reading.findings.clone() };
        tx.add_received(&ReceivedRow {
            sender: from.to_owned(),
            reference: key,
            partner: from.to_owned(),
            recipient: interchange.recipient.id.clone(),
            bytes: bytes.to_vec(),
            digest: reading.digest.clone(),
            items: items as i32,
            state: state.code(),
            findings: Some(findings).filter(|text| !text.is_empty()),
            answer: Some(control.clone()),
            repeats: 0,
            received_at: At(tx.now),
        })?;
        Ok(Receipt { verdict, control, wanted })
    }

    fn note_traffic(&self, tx: &mut Tx<'_>, from: &str, items: usize, reading: &Reading) -> Result<(), Fault> {
        tx.link_received(from)?;
        if items == 0 {
            return Ok(());
        }
        let seconds = tx.now.timestamp();
        let hour = chrono::DateTime::from_timestamp(seconds - seconds.rem_euclid(3600), 0).unwrap_or(tx.now);
        let (late, blank) = (reading.late, reading.blank);
        tx.count_hour(&HourRow { partner: from.to_owned(), hour: At(hour), items: items as i32, late, blank })
    }

    /// Applies the items of one message and records what became of each.
    fn apply(&self, tx: &mut Tx<'_>, from: &str, key: &str, at: usize, message: &Ready) -> Result<(), Fault> {
        let outcomes = self.outcomes(tx, key, message)?;
        let mut rows = Vec::with_capacity(outcomes.len());
        for (item_no, (judged, (fate, note))) in message.items.iter().zip(outcomes).enumerate() {
            if let (Fate::Refused, Some(findings)) = (fate, &note) {
                let place = Place { interchange: key, message_no: at, item_no };
                refuse(tx, message, &place, &judged.item_id, findings)?;
            }
            rows.push(ItemInRow {
                recipient: message.route.to.clone(),
                sender: from.to_owned(),
                reference: key.to_owned(),
                message_no: at as i32,
                item_no: item_no as i32,
                kind: message.kind.name().to_owned(),
                item_id: judged.item_id.clone(),
                made_at: message.made_at,
                fate: fate.code(),
                note: note.map(|findings| told(&findings)),
                at: At(tx.now),
            });
        }
        tx.add_items_in(&rows)
    }

    /// What becomes of each item of a message.
    fn outcomes(&self, tx: &mut Tx<'_>, key: &str, message: &Ready) -> Result<Vec<Outcome>, Fault> {
        let newer = self.overtaken(tx, key, message)?;
        let goes_on = |judged: &Judged| judged.weighed.is_ok() && !newer.contains(&judged.item_id);
        let applied: Vec<Weighed> =
            message.items.iter().filter(|j| goes_on(j)).filter_map(|j| j.weighed.as_ref().ok().cloned()).collect();
        let mut receptions = self.services.receive(tx, &message.route, &applied)?.into_iter();
        let mut outcome = |judged: &Judged| match &judged.weighed {
            Err(findings) => (Fate::Refused, Some(findings.clone())),
            Ok(_) if newer.contains(&judged.item_id) => (Fate::Overtaken, None),
            Ok(_) => match receptions.next() {
                Some(Reception::Applied) => (Fate::Applied, None),
                Some(Reception::Parked) => (Fate::Parked, None),
                Some(Reception::Refused(findings)) => (Fate::Refused, Some(findings)),
                Some(Reception::Unchanged) | None => (Fate::Unchanged, None),
            },
        };
        Ok(message.items.iter().map(&mut outcome).collect())
    }

    /// Items about which a newer message of the same kind was applied before. Item data replaces as a whole, so an
    /// old one must not; decisions and referrals have an order of their own. Within a second the interchanges tell.
    fn overtaken(&self, tx: &mut Tx<'_>, key: &str, message: &Ready) -> Result<HashSet<String>, Fault> {
        if !message.kind.declares() {
            return Ok(HashSet::new());
        }
        let ids: Vec<&str> = message.items.iter().map(|judged| judged.item_id.as_str()).collect();
        let route = &message.route;
        let newest = tx.last_made(&route.to, &route.from, message.kind.name(), &ids)?;
        let is_newer = |made: At, interchange: &str| {
            made > message.made_at || (made == message.made_at && reference::is_after(interchange, key))
        };
        let newer = newest.into_iter().filter(|(_, (made, interchange))| is_newer(*made, interchange));
        Ok(newer.map(|(id, _)| id).collect())
    }

    /// Looks again at parked items whose object is here by now; gives how many came to rest.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn revisit_parked(&self) -> Result<usize> {
        let rows = self.store.read(|tx| tx.parked_with_object(crate::limits::EXCHANGE_REVISIT)).await?;
        let mut settled = 0;
        for of_one in rows.chunk_by(|a, b| (&a.sender, &a.reference) == (&b.sender, &b.reference)) {
            settled += self.revisit(of_one.to_vec()).await?;
        }
        if settled > 0 {
            self.services.ring();
        }
        Ok(settled)
    }

    /// Applies parked items of one interchange, read again from the bytes kept.
    async fn revisit(&self, rows: Vec<ItemInRow>) -> Result<usize> {
        let Some(first) = rows.first() else { return Ok(0) };
        let (sender, reference) = (first.sender.clone(), first.reference.clone());
        let stored = self.store.read(move |tx| tx.received(&sender, &reference)).await?;
        let Some(stored) = stored else { return Ok(0) };
        let reading = Arc::new(self.read(&stored.partner, &stored.bytes).await?);
        let exchange = self.clone();
        self.store
            .write(move |tx| {
                let mut settled = 0;
                for row in &rows {
                    let message = reading.messages.get(row.message_no as usize).and_then(Option::as_ref);
                    let judged = message.and_then(|message| message.items.get(row.item_no as usize));
                    let Some((message, Ok(weighed))) = message.zip(judged.map(|judged| &judged.weighed)) else {
                        tx.set_fate(row, Fate::Refused, Some("cannot be read any more"))?;
                        continue;
                    };
                    let received = exchange.services.receive(tx, &message.route, std::slice::from_ref(weighed))?;
                    match received.into_iter().next() {
                        Some(Reception::Parked) | None => continue,
                        Some(Reception::Applied) => tx.set_fate(row, Fate::Applied, None)?,
                        Some(Reception::Unchanged) => tx.set_fate(row, Fate::Unchanged, None)?,
                        Some(Reception::Refused(findings)) => {
                            tx.set_fate(row, Fate::Refused, Some(&told(&findings)))?;
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
    pub async fn rerun(&self, from: &str, reference: &str) -> Result<Verdict> {
        let key = (from.to_owned(), reference.to_owned());
        let stored = self.store.read(move |tx| tx.received(&key.0, &key.1)).await?;
        let quarantined = ReceivedState::Quarantined.code();
        let stored = stored.filter(|row| row.state == quarantined).ok_or_else(|| {
            Error::invalid("absent", "REFERENCE", "there is no such interchange of this partner in quarantine")
        })?;
        let reading = Arc::new(self.read(&stored.partner, &stored.bytes).await?);
        if reading.state == ReceivedState::Quarantined {
            return Ok(Verdict::Unreadable);
        }
        let exchange = self.clone();
        self.store
            .write(move |tx| {
                let mut items = 0;
                for (at, message) in reading.messages.iter().enumerate() {
                    if let Some(message) = message {
                        items += message.items.len();
                        exchange.apply(tx, &stored.sender, &stored.reference, at, message)?;
                    }
                }
                tx.change_received(&ReceivedRow {
                    items: items as i32,
                    state: reading.state.code(),
                    findings: Some(reading.findings.clone()).filter(|text| !text.is_empty()),
                    ..stored.clone()
                })
            })
            .await?;
        self.services.ring();
        Ok(Verdict::Taken)
    }
}

/// Why an interchange is not for us, or not from whom it says.
fn envelope_problems(from: &str, interchange: &Interchange, ground: &Ground) -> Vec<edi::Finding> {
    let mut problems = Vec::new();
    if ground.sender.is_none() {
        problems.push(edi::Finding::error("unknown_code", "Sender", format!("{from} is no partner here")));
    }
    if interchange.sender.id != from {
        let text = format!("the interchange names another sender than {from}, who handed it over");
        problems.push(edi::Finding::error("posts", "Sender", text));
    }
    if ground.recipient.is_none() {
        let text = "the recipient does not live on this server";
        problems.push(edi::Finding::error("posts", "Recipient", text));
    }
    problems
}

/// Why a message is refused although it can be read.
fn message_problems(interchange: &Interchange, message: &ItemMessage, ground: &Ground) -> Vec<edi::Finding> {
    let mut problems = Vec::new();
    let agrees = |party: &Organization, mailbox: &str| party.code() == mailbox;
    if !agrees(&message.sender, &interchange.sender.id) || !agrees(&message.recipient, &interchange.recipient.id) {
        let text = "sender and recipient of a message are those of its interchange";
        problems.push(edi::Finding::error("posts", "Header.Sender", text));
    }
    let Some(partner) = &ground.sender else { return problems };
    if !partner.agreement.takes(message.kind.name()) {
        let text = format!("{} is not agreed with {}", message.kind, partner.code);
        problems.push(edi::Finding::error("profile", "Header", text));
    }
    if partner.way != Way::Hosted && !partner.agreement.serves(message.recipient.code()) {
        let text = format!("{} does not use the link to {}", message.recipient.code(), partner.code);
        problems.push(edi::Finding::error("profile", "Header.Recipient", text));
    }
    let to_customs = ground.recipient.as_ref().is_some_and(|org| org.kind == "C");
    let fits = match message.kind {
        Kind::Itmatt => !partner.customs && !to_customs,
        Kind::Cusitm => !partner.customs && to_customs,
        Kind::Cusrsp | Kind::Itmref => !to_customs,
        Kind::Refrsp => !partner.customs,
    };
    if !fits {
        let text = format!("{} does not travel between these organizations", message.kind);
        problems.push(edi::Finding::error("profile", "Header", text));
    }
    problems
}

fn is_refused(read: &Read, message: usize) -> bool {
    read.findings.list().iter().any(|finding| {
        finding.severity == edi::Severity::Error
            && finding.fault.index.is_none()
            && finding
                .message
                .is_none_or(|outline| read.outline.get(outline).and_then(|outline| outline.message) == Some(message))
    })
}

/// Errors of single items of a message.
fn item_errors(read: &Read, message: usize) -> Vec<(usize, Finding)> {
    let of_message = |outline: usize| read.outline.get(outline).and_then(|o| o.message) == Some(message);
    let errors = read.findings.list().iter().filter(|finding| finding.severity == edi::Severity::Error);
    let of_items = errors.filter(|finding| finding.message.is_some_and(of_message));
    of_items.filter_map(|finding| Some((finding.fault.index?, finding.fault.clone()))).collect()
}

/// What an item of a message says, in the words of the services.
fn said(
    kind: Kind,
    function: Function,
    entry: &Entry,
    made_at: chrono::DateTime<chrono::Utc>,
) -> Result<Said, Finding> {
    let missing = |path: &str| Finding::new("required", path, "the message has nothing about this item");
    let data = || entry.declaration.as_ref().and_then(|declaration| declaration.data.clone());
    match (kind, function) {
        (Kind::Itmatt | Kind::Cusitm, Function::Cancellation) => Ok(Said::Withdrawn),
        (Kind::Itmatt | Kind::Cusitm, _) => {
            data().map(|data| Said::Declared(Box::new(data))).ok_or_else(|| missing("Declaration"))
        }
        (Kind::Cusrsp, Function::Cancellation) => {
            // What was decided counts no more: the decision that says so.
            let withdrawn = crate::contract::ResponseData {
                decision_cd: Some(DECISION_WITHDRAWN.into()),
                clearance_dt: Some(WcfDate::new(made_at)),
                ..Default::default()
            };
            Ok(Said::Decided(None, Box::new(withdrawn)))
        }
        (Kind::Cusrsp, _) => {
            let response = entry.response.clone().ok_or_else(|| missing("Response"))?;
            let data = response.data.ok_or_else(|| missing("Response.Data"))?;
            Ok(Said::Decided(response.cust_organization_cd, Box::new(data)))
        }
        (Kind::Itmref | Kind::Refrsp, Function::Cancellation) => {
            let text =
                "referrals and answers are not withdrawn; a newer one (ASC ends an assessment) takes their place";
            Err(Finding::new("profile", "Function", text))
        }
        (Kind::Itmref, _) => {
            entry.referral.clone().map(|referral| Said::Referred(Box::new(referral))).ok_or_else(|| missing("Referral"))
        }
        (Kind::Refrsp, _) => {
            let answer = entry.referral_response.clone().ok_or_else(|| missing("ReferralResponse"))?;
            Ok(Said::Answered(Box::new(answer), data().map(Box::new)))
        }
    }
}

/// Decision code 3: an earlier decision is withdrawn, wait (`refdata/decisions.csv`).
const DECISION_WITHDRAWN: &str = "3";

/// The CONTRL, in the form of what was read.
fn answer(read: &Read, reference: &str, now: WcfDate) -> Vec<u8> {
    let control = edi::acknowledge(read, reference, now);
    let charset = read.charset.unwrap_or_default();
    let profile = edi::Profile { charset, required: edi::Severity::Warning, ..edi::Profile::default() };
    written(&control, read.form, &profile)
}

/// The CONTRL to an interchange whose reference was used before.
fn conflict(interchange: &Interchange, bytes: &[u8], now: chrono::DateTime<chrono::Utc>) -> Vec<u8> {
    let control = Control {
        reference: interchange.reference.clone(),
        sender: interchange.sender.clone(),
        recipient: interchange.recipient.clone(),
        action: Action::Rejected,
        error: Some(DUPLICATE.into()),
        messages: Vec::new(),
    };
    let answer = Interchange {
        sender: interchange.recipient.clone(),
        recipient: interchange.sender.clone(),
        reference: reference::new(now),
        created: Some(WcfDate::new(now)),
        messages: vec![Message::Control(control)],
        ..Interchange::default()
    };
    written(&answer, edi::Form::of(bytes), &edi::Profile::default())
}

/// Syntax error "duplicate" (data element 0085).
const DUPLICATE: &str = "26";

/// An answer that cannot be written (its interchange named nobody) is left out.
fn written(answer: &Interchange, form: edi::Form, profile: &edi::Profile) -> Vec<u8> {
    edi::write(answer, form, profile).map(|written| written.bytes).unwrap_or_default()
}

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
    if row.state == SendingState::Accepted.code() || row.state == SendingState::Refused.code() {
        return Ok(true);
    }
    if control.action == Action::Received {
        tx.set_sending(sender, &row.reference, SendingState::Unanswered, None, Some(bytes))?;
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
    let state = if control.is_rejection() { SendingState::Refused } else { SendingState::Accepted };
    tx.set_sending(sender, &row.reference, state, note.as_deref(), Some(bytes))?;
    Ok(true)
}

/// Tells the sender that an item was refused, unless it was itself about a referral.
fn refuse(
    tx: &mut Tx<'_>,
    message: &Ready,
    place: &Place<'_>,
    item_id: &str,
    findings: &[Finding],
) -> Result<(), Fault> {
    if matches!(message.kind, Kind::Itmref | Kind::Refrsp) || item_id.is_empty() {
        return Ok(());
    }
    let route = &message.route;
    let Place { interchange, message_no, item_no } = place;
    let known_by = Sha256::digest(format!("{} {interchange} {message_no} {item_no}", route.from));
    let reference = format!("E{}", short(&known_by));
    let referral = refusal(findings, &reference, WcfDate::new(tx.now));
    outgoing::refusal(tx, &route.to, &route.from, item_id, &reference, &referral)
}

/// A referral of kind ERR that points at what is wrong.
fn refusal(findings: &[Finding], reference: &str, now: WcfDate) -> Referral {
    let mut referral = Referral::default();
    let known = &mut referral.known;
    known.referral_cd = Some("ERR".into());
    known.referral_id = Some(reference.to_owned());
    known.event_dt = Some(now);
    known.remarks = findings.first().map(|finding| cut(&finding.message, REMARK_CHARS));
    let mut add = |name: String, value: String| {
        known.extra_field_names.push(Some(name));
        known.extra_field_values.push(Some(value));
    };
    let mut codes: Vec<&str> = findings.iter().map(|finding| data_error(finding.code)).collect();
    codes.sort_unstable();
    codes.dedup();
    for (at, code) in codes.iter().enumerate() {
        add(format!("EP.Reasons[{at}].Code"), (*code).to_owned());
    }
    for (at, finding) in findings.iter().take(crate::limits::FINDINGS_SHOWN).enumerate() {
        add(format!("EP.Pointers[{at}].Path"), finding.path.clone());
        add(format!("EP.Pointers[{at}].Code"), data_error(finding.code).to_owned());
        add(format!("EP.Pointers[{at}].Text"), cut(&finding.message, REMARK_CHARS));
    }
    referral
}

/// Longest text of a refusal.
const REMARK_CHARS: usize = 500;

fn cut(text: &str, chars: usize) -> String {
    text.chars().take(chars).collect()
}

/// The data error (list ZEC of the profile) of a finding.
fn data_error(code: &str) -> &'static str {
    match code {
        "required" => "E001",
        "unknown_code" => "E003",
        "stop_word" | "vague" => "E004",
        "sum" | "posts" | "flow" | "state" => "E005",
        "absent" => "E008",
        _ => "E002",
    }
}

/// Findings for a person, in one line each.
fn told(findings: &[Finding]) -> String {
    let lines: Vec<String> = findings.iter().map(|f| format!("[{}] {}: {}", f.code, f.path, f.message)).collect();
    lines.join("\n")
}

fn short(digest: &[u8]) -> String {
    digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

fn count(message: &ItemMessage, fits: impl Fn(&Entry) -> bool) -> i32 {
    if message.kind.declares() && message.function != Function::Cancellation {
        message.items.iter().filter(|item| fits(item)).count() as i32
    } else {
        0
    }
}

/// Item data is late when it comes more than a day after posting.
fn is_late(item: &Entry, now: chrono::DateTime<chrono::Utc>) -> bool {
    let posted = item.mail_object.posting_dt.map(WcfDate::instant);
    posted.is_some_and(|posted| now - posted > chrono::TimeDelta::days(1))
}

/// Item data is blank where destinations look first: codes of goods, and a way to reach the recipient.
fn is_blank(item: &Entry) -> bool {
    let Some(data) = item.declaration.as_ref().and_then(|declaration| declaration.data.as_ref()) else { return true };
    let unreachable =
        |data: &DeclarationData| given(&data.recipient_telephone).is_none() && given(&data.recipient_email).is_none();
    unreachable(data) || data.content_pieces.iter().any(|piece| given(&piece.hs).is_none())
}
