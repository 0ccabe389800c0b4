//! From the bytes of an interchange to what can be applied: read, judged and checked, all that needs no transaction; and
//! the CONTRL that answers it.

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::handle::Exchange;
use super::partner::{self, Partner, Transport};
use super::reference;
use crate::contract::{DeclarationData, ResponseData, WcfDate};
use crate::domain::{Level, MessageKind, OrganizationKind, ReceivedState};
use crate::edi::contrl::Control;
use crate::edi::{self, Action, Function, Interchange, Item as Entry, ItemMessage, Message, Organization, Read};
use crate::error::{Error, Finding, Result};
use crate::limits;
use crate::rules::forms::{UNKNOWN_POST, given};
use crate::rules::precedence;
use crate::service::incoming::{CheckedItem, InboundContent, InboundItem, Route};
use crate::store::types::At;
use crate::store::who::OrganizationRow;

/// One message ready to be applied.
pub(super) struct PreparedMessage {
    pub route: Route,
    pub kind: MessageKind,
    pub made_at: At,
    /// Its date lies ahead of its receipt, so that it tells nothing about what came before.
    pub dated_ahead: bool,
    pub items: Vec<PreparedItem>,
}

/// One item ready to be applied, or refused already.
pub(super) struct PreparedItem {
    pub item_id: String,
    /// The post it is from, where the message says so.
    pub origin: Option<String>,
    pub checked: Result<CheckedItem, Vec<Finding>>,
}

/// An interchange read and judged, outside the transaction.
pub(super) struct ParsedInterchange {
    pub interchange: Interchange,
    /// By place in the interchange; absent for refused messages and CONTRLs.
    pub messages: Vec<Option<PreparedMessage>>,
    pub controls: Vec<Control>,
    pub findings: String,
    pub answer: Vec<u8>,
    pub state: ReceivedState,
    pub digest: Vec<u8>,
    pub late: i32,
    pub blank: i32,
}

impl ParsedInterchange {
    /// The same, refused: it can be read, but not be stored.
    pub(super) fn refused(&self, bytes: &[u8], now: chrono::DateTime<chrono::Utc>) -> Self {
        Self {
            interchange: self.interchange.clone(),
            messages: Vec::new(),
            controls: Vec::new(),
            digest: self.digest.clone(),
            late: 0,
            blank: 0,
            findings: "this interchange could not be stored; the log says why".into(),
            answer: rejection(&self.interchange, bytes, UNSPECIFIED, now),
            state: ReceivedState::Quarantined,
        }
    }
}

/// What the receiving side has to know before an interchange can be judged.
pub(super) struct LinkContext {
    pub sender: Option<Partner>,
    pub recipient: Option<OrganizationRow>,
}

impl Exchange {
    /// Reads and judges the bytes, all that needs no transaction.
    pub(super) async fn read(&self, from: &str, bytes: Bytes) -> Result<ParsedInterchange> {
        let (read, digest) = tokio::task::spawn_blocking(move || {
            let digest = Sha256::digest(&bytes).to_vec();
            (edi::read(&bytes), digest)
        })
        .await
        .map_err(|error| Error::Internal(format!("reading an interchange: {error}")))?;
        let (sender, recipient) = (from.to_owned(), read.interchange.recipient.id.clone());
        let ground = self.store.read(move |tx| {
            Ok(LinkContext {
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

    fn judge(&self, from: &str, mut read: Read, digest: Vec<u8>, ground: &LinkContext) -> ParsedInterchange {
        let now = self.clock.now();
        for problem in envelope_problems(from, &read.interchange, ground) {
            read.findings.push(problem);
        }
        let mut messages = Vec::with_capacity(read.interchange.messages.len());
        let mut controls = Vec::new();
        let (mut late, mut blank) = (0, 0);
        let level = ground.sender.as_ref().map_or(Level::Warn, |partner| partner.agreement.level);
        let contents = std::mem::take(&mut read.interchange.messages);
        for (at, message) in contents.into_iter().enumerate() {
            let ready = match message {
                Message::Control(control) => {
                    controls.push(control);
                    None
                }
                Message::Items(message) => {
                    let problems = message_problems(&read.interchange, &message, ground);
                    let readable = problems.is_empty() && !is_refused(&read, at);
                    let outline = read.outline.iter().position(|outline| outline.message == Some(at));
                    for mut problem in problems {
                        problem.message = outline;
                        read.findings.push(problem);
                    }
                    readable.then(|| {
                        late += count(&message, |item| is_late(item, now));
                        blank += count(&message, is_blank);
                        self.ready(message, ground, level, At(now), &item_errors(&read, at))
                    })
                }
            };
            messages.push(ready);
        }
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
        ParsedInterchange {
            interchange: read.interchange,
            messages,
            controls,
            findings,
            answer,
            state,
            digest,
            late,
            blank,
        }
    }

    fn ready(
        &self,
        message: ItemMessage,
        ground: &LinkContext,
        level: Level,
        now: At,
        faulty: &[(usize, Finding)],
    ) -> PreparedMessage {
        let route = Route {
            from: message.sender.code().to_owned(),
            from_customs: ground.sender.as_ref().is_some_and(|partner| partner.customs),
            to: message.recipient.code().to_owned(),
            to_customs: ground.recipient.as_ref().is_some_and(|org| org.kind == OrganizationKind::Customs),
            strict: level == Level::Reject,
        };
        let said_at = message.created.map_or(now.0, WcfDate::instant);
        let made_at = At(precedence::made_at(said_at, now.0));
        let dated_ahead = precedence::is_ahead(said_at, now.0);
        let (kind, function) = (message.kind, message.function);
        let items = in_parallel(message.items, |at, entry| {
            let mut faults: Vec<Finding> = faulty.iter().filter(|f| f.0 == at).map(|f| f.1.clone()).collect();
            if level == Level::Reject {
                let profile = ground.sender.as_ref().map(|p| p.agreement.edi_profile()).unwrap_or_default();
                faults.extend(edi::check::item(kind, function, &entry, &profile).into_faults());
            }
            let item_id = named(given(&entry.mail_object.id).unwrap_or_default());
            // Of two items about one mail item the first counts, whatever the partners agreed to.
            let is_second = faults.iter().any(|fault| fault.code == "twice" && fault.path == "MailObject.Id");
            // Of an item that is too large not all was read.
            let is_cut = faults.iter().any(|fault| fault.code == "limit");
            let refuses = !faults.is_empty() && (level == Level::Reject || item_id.is_empty() || is_second || is_cut);
            let origin = given(&entry.mail_object.orig_post_org_cd).filter(|post| *post != UNKNOWN_POST);
            let origin = origin.map(str::to_owned);
            let object = entry.mail_object.clone();
            let checked = match said(kind, function, entry, made_at.0) {
                _ if refuses => Err(faults),
                Err(finding) => Err(vec![finding]),
                Ok(said) => Ok(self.services.check_inbound(&route, InboundItem { object, said, made_at: made_at.0 })),
            };
            PreparedItem { item_id, origin, checked }
        });
        PreparedMessage { route, kind, made_at, dated_ahead, items }
    }
}

/// Works on many items with all processors, keeping their order.
fn in_parallel<T: Send, U: Send>(items: Vec<T>, work: impl Fn(usize, T) -> U + Sync) -> Vec<U> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    if workers == 1 || items.len() < FEW_ITEMS {
        return items.into_iter().enumerate().map(|(at, item)| work(at, item)).collect();
    }
    let size = items.len().div_ceil(workers);
    let mut rest = items.into_iter();
    let mut first = 0;
    std::thread::scope(|scope| {
        let mut running = Vec::new();
        while rest.len() > 0 {
            let (some, from, work): (Vec<T>, usize, _) = (rest.by_ref().take(size).collect(), first, &work);
            first += some.len();
            let each = move || some.into_iter().enumerate().map(|(at, item)| work(from + at, item)).collect::<Vec<U>>();
            running.push(scope.spawn(each));
        }
        let done = running.into_iter().map(|worker| worker.join());
        done.flat_map(|items| items.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

/// A name as it is kept: as much as the profile allows, so that it fits an index of either database. Longer ones are
/// refused for what they are.
pub(super) fn named(name: &str) -> String {
    name.chars().take(limits::ITEM_ID_CHARS).collect()
}

/// So few are done sooner by one alone.
const FEW_ITEMS: usize = 64;

/// Why an interchange is not for us, or not from whom it says.
fn envelope_problems(from: &str, interchange: &Interchange, ground: &LinkContext) -> Vec<edi::Finding> {
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
fn message_problems(interchange: &Interchange, message: &ItemMessage, ground: &LinkContext) -> Vec<edi::Finding> {
    let mut problems: Vec<edi::Finding> = other_parties(interchange, message).into_iter().collect();
    let Some(partner) = &ground.sender else { return problems };
    if !partner.agreement.takes(message.kind) {
        let text = format!("{} is not agreed with {}", message.kind, partner.code);
        problems.push(edi::Finding::error("profile", "Header", text));
    }
    if partner.way != Transport::Hosted && !partner.agreement.serves(message.recipient.code()) {
        let text = format!("{} does not use the link to {}", message.recipient.code(), partner.code);
        problems.push(edi::Finding::error("profile", "Header.Recipient", text));
    }
    let to_customs = ground.recipient.as_ref().is_some_and(|org| org.kind == OrganizationKind::Customs);
    let fits = match message.kind {
        MessageKind::Itmatt => !partner.customs && !to_customs,
        MessageKind::Cusitm => !partner.customs && to_customs,
        MessageKind::Cusrsp | MessageKind::Itmref => !to_customs,
        MessageKind::Refrsp => !partner.customs,
    };
    if !fits {
        let text = format!("{} does not travel between these organizations", message.kind);
        problems.push(edi::Finding::error("profile", "Header", text));
    }
    problems
}

/// Sender and recipient of a message are those of its interchange.
pub(super) fn other_parties(interchange: &Interchange, message: &ItemMessage) -> Option<edi::Finding> {
    let agrees = |party: &Organization, mailbox: &str| party.code() == mailbox;
    let agree =
        agrees(&message.sender, &interchange.sender.id) && agrees(&message.recipient, &interchange.recipient.id);
    let text = "sender and recipient of a message are those of its interchange";
    (!agree).then(|| edi::Finding::error("posts", "Header.Sender", text))
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
pub(super) fn said(
    kind: MessageKind,
    function: Function,
    entry: Entry,
    made_at: chrono::DateTime<chrono::Utc>,
) -> Result<InboundContent, Finding> {
    let missing = |path: &str| Finding::new("required", path, "the message has nothing about this item");
    let data = entry.declaration.and_then(|declaration| declaration.data);
    match (kind, function) {
        (MessageKind::Itmatt | MessageKind::Cusitm, Function::Cancellation) => Ok(InboundContent::Withdrawn),
        (MessageKind::Itmatt | MessageKind::Cusitm, _) => {
            data.map(|data| InboundContent::Declared(Box::new(data))).ok_or_else(|| missing("Declaration"))
        }
        (MessageKind::Cusrsp, Function::Cancellation) => {
            // What was decided counts no more: the decision that says so.
            let withdrawn = ResponseData {
                decision_cd: Some(DECISION_WITHDRAWN.into()),
                clearance_dt: Some(WcfDate::new(made_at)),
                ..Default::default()
            };
            Ok(InboundContent::Decided(None, Box::new(withdrawn)))
        }
        (MessageKind::Cusrsp, _) => {
            let response = entry.response.ok_or_else(|| missing("Response"))?;
            let data = response.data.ok_or_else(|| missing("Response.Data"))?;
            Ok(InboundContent::Decided(response.cust_organization_cd, Box::new(data)))
        }
        (MessageKind::Itmref | MessageKind::Refrsp, Function::Cancellation) => {
            let text =
                "referrals and answers are not withdrawn; a newer one (ASC ends an assessment) takes their place";
            Err(Finding::new("profile", "Function", text))
        }
        (MessageKind::Itmref, _) => entry.referral.map(InboundContent::Referred).ok_or_else(|| missing("Referral")),
        (MessageKind::Refrsp, _) => {
            let answer = entry.referral_response.ok_or_else(|| missing("ReferralResponse"))?;
            Ok(InboundContent::Answered(answer, data.map(Box::new)))
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
pub(super) fn conflict(interchange: &Interchange, bytes: &[u8], now: chrono::DateTime<chrono::Utc>) -> Vec<u8> {
    rejection(interchange, bytes, DUPLICATE, now)
}

/// A CONTRL that refuses the whole.
fn rejection(interchange: &Interchange, bytes: &[u8], error: &str, now: chrono::DateTime<chrono::Utc>) -> Vec<u8> {
    let control = Control {
        reference: interchange.reference.clone(),
        sender: interchange.sender.clone(),
        recipient: interchange.recipient.clone(),
        action: Action::Rejected,
        error: Some(error.into()),
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

/// Syntax errors "duplicate" and "unspecified" (data element 0085).
const DUPLICATE: &str = "26";
const UNSPECIFIED: &str = "18";

/// An answer that cannot be written (its interchange named nobody) is left out.
fn written(answer: &Interchange, form: edi::Form, profile: &edi::Profile) -> Vec<u8> {
    edi::write(answer, form, profile).map(|written| written.bytes).unwrap_or_default()
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
