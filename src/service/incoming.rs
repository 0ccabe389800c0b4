//! What partners tell: item data, decisions, referrals and answers, put into the items of the post they are for.
//!
//! The same whether the partner is hosted here or elsewhere. Each item stands alone: it is applied, says nothing new, is
//! parked because its object is not here yet, or is refused. Knows no bytes; the exchange reads them.

mod item_data;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Services;
use super::batch::Outcome;
use super::catalogue::Catalogue;
use super::item::identity::{self, Key};
use super::item::unit_of_work::UnitOfWork;
use super::placing::{self, Incoming as Decision, Placing};
use super::prepared::Content;
use super::quality::Declarer;
use super::refer;
use crate::contract::canonical::{digest, to_canonical};
use crate::contract::{DeclarationData, MailObject, Referral, ReferralResponse, ResponseData, WcfDate};
use crate::domain::{Author, EventKind, Flow, Side};
use crate::error::{Error, Finding, Findings};
use crate::limits;
use crate::rules::life_cycle::StoreEvent;
use crate::rules::overlay;
use crate::rules::precedence;
use crate::rules::referral as rules;
use crate::rules::reserved::{self, Stated};
use crate::rules::structure::{self, UNKNOWN_POST, given};
use crate::store::columns::text_digest;
use crate::store::item::{AnswerRow, Detail, Item, Parts, ReferralRow, Stamp};
use crate::store::text::StoredText;
use crate::store::types::{At, Id};
use crate::store::{Fault, Tx};

/// Between whom a message travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    pub from: String,
    /// The sender is a customs administration.
    pub from_customs: bool,
    /// An organization hosted here.
    pub to: String,
    pub to_customs: bool,
    /// Data against the quality rules is refused, not only remarked upon.
    pub strict: bool,
}

impl Route {
    /// The post whose item a message is about.
    fn post(&self) -> &str {
        if self.to_customs { &self.from } else { &self.to }
    }

    fn stamp(&self) -> Stamp {
        Stamp::of_organization(&self.from)
    }
}

/// What is said about one item.
#[derive(Clone, Debug)]
pub enum InboundContent {
    /// Item data, new or in the place of what was said before.
    Declared(Box<DeclarationData>),
    /// Item data is taken back.
    Withdrawn,
    /// A decision, and the customs administration that made it.
    Decided(Option<String>, Box<ResponseData>),
    Referred(Box<Referral>),
    /// An answer, and item data when it changed.
    Answered(Box<ReferralResponse>, Option<Box<DeclarationData>>),
}

impl InboundContent {
    /// Takes out of item data what is not its sender's to say: names of the server (of the version, and whose it is), and
    /// what the destination and its customs lay over the lines; the flag says whether there was any of the latter.
    fn take_out(&mut self) -> (Stated, bool) {
        match self {
            Self::Declared(data) | Self::Answered(_, Some(data)) => {
                (reserved::take(&mut data.extra_field_names, &mut data.extra_field_values), overlay::remove(data))
            }
            Self::Withdrawn | Self::Decided(..) | Self::Referred(_) | Self::Answered(_, None) => Default::default(),
        }
    }
}

/// Why what is said of an item would be refused whatever is stored, and whoever says it.
pub fn refused_always(object: &MailObject, mut said: InboundContent) -> Vec<Finding> {
    said.take_out();
    faults(object, &said).into_vec()
}

/// What is wrong with the form of what is said of an item.
fn faults(object: &MailObject, said: &InboundContent) -> Findings {
    let mut findings = Findings::default();
    match said {
        InboundContent::Declared(_) => findings.extend_under("MailObject", structure::mail_object(object)),
        // Only item data says more of an item than its id.
        _ if given(&object.id).is_some_and(structure::is_item_id) => {}
        _ => findings.add("format", "MailObject.Id", "an item id has 1 to 35 letters, digits or signs and no blanks"),
    }
    match said {
        InboundContent::Declared(_) | InboundContent::Withdrawn => {}
        InboundContent::Decided(_, data) => findings.extend_under("Response.Data", structure::response_data(data)),
        InboundContent::Referred(referral) => findings.extend_under("Referral", rules::referral(referral)),
        InboundContent::Answered(answer, _) => findings.extend_under("ReferralResponse", rules::response(answer)),
    }
    if let InboundContent::Declared(data) | InboundContent::Answered(_, Some(data)) = said {
        findings.extend_under("Declaration.Data", structure::declaration_data(data));
    }
    findings
}

/// One item of a message.
#[derive(Clone, Debug)]
pub struct InboundItem {
    pub object: MailObject,
    pub said: InboundContent,
    /// When the message was made, by its sender.
    pub made_at: DateTime<Utc>,
}

/// An item checked and written canonically, outside the transaction.
#[derive(Clone, Debug)]
pub struct CheckedItem {
    key: Key,
    told: InboundItem,
    /// What is said other than item data.
    body: StoredText,
    digest: Vec<u8>,
    declared: Option<Content>,
    /// The sender's name for the version of the item data, and whose that is.
    stated: Stated,
    refused: Vec<Finding>,
}

impl CheckedItem {
    /// When a referral or an answer counts from.
    fn event_at(&self, said: Option<WcfDate>, now: DateTime<Utc>) -> DateTime<Utc> {
        precedence::counts_from(said.map_or(self.told.made_at, WcfDate::instant), now)
    }

    /// It says itself that something was refused.
    pub fn is_refusal(&self) -> bool {
        matches!(&self.told.said, InboundContent::Referred(referral) if given(&referral.known.referral_cd) == Some(REFUSAL))
    }
}

/// What became of one item.
#[derive(Clone, Debug, PartialEq)]
pub enum InboundOutcome {
    Applied,
    Unchanged,
    /// The object it is about is not here yet.
    Parked,
    /// What stands goes before it.
    Overtaken,
    Refused(Vec<Finding>),
}

impl Services {
    /// Checks what is said about an item, and writes it canonically.
    pub fn check_inbound(&self, route: &Route, mut told: InboundItem) -> CheckedItem {
        let (stated, has_overlay) = told.said.take_out();
        let mut findings = faults(&told.object, &told.said);
        let data = match &told.said {
            InboundContent::Declared(data) | InboundContent::Answered(_, Some(data)) => Some(data),
            InboundContent::Withdrawn
            | InboundContent::Decided(..)
            | InboundContent::Referred(_)
            | InboundContent::Answered(_, None) => None,
        };
        let declared = data.map(|data| self.content(route, &told.object, data, has_overlay, &mut findings));
        let body = match &told.said {
            InboundContent::Declared(_) | InboundContent::Withdrawn => String::new(),
            InboundContent::Decided(_, data) => to_canonical(data),
            InboundContent::Referred(referral) => to_canonical(referral),
            InboundContent::Answered(answer, _) => to_canonical(answer),
        };
        let digest = digest(&body);
        // Persistent ids are each one's own.
        let key = Key { pid: None, ..Key::of(&told.object) };
        CheckedItem { key, told, body: body.into(), digest, declared, stated, refused: findings.into_vec() }
    }

    /// Item data judged and written canonically.
    fn content(
        &self,
        route: &Route,
        object: &MailObject,
        data: &DeclarationData,
        has_overlay: bool,
        findings: &mut Findings,
    ) -> Content {
        let mut rejected = Findings::default();
        let country = given(&data.sender_country_cd).unwrap_or_default();
        let declarer = Declarer { org: route.post(), country, is_partner: true };
        let mut judgement = self.judge(declarer, object, data, true, ("MailObject", "Declaration"), &mut rejected);
        if route.strict {
            findings.extend_under("", rejected);
        }
        if has_overlay {
            judgement.note_overlay(&self.catalogue(), route.post());
        }
        Content::of(data, judgement)
    }

    /// Puts the items of one message into the rows of the post they are for; gives what became of each.
    ///
    /// # Errors
    /// What concerns the whole (the database); an item that cannot be applied is no error.
    pub fn receive(
        &self,
        tx: &mut Tx<'_>,
        route: &Route,
        items: &[&CheckedItem],
    ) -> Result<Vec<InboundOutcome>, Fault> {
        let post = route.post();
        let Some(owner) = tx.organization(post)? else {
            let message = format!("the post {post} is not known here; its customs must add it");
            return Ok(vec![InboundOutcome::Refused(vec![Finding::new("absent", "MailObject", message)]); items.len()]);
        };
        let catalogue = self.catalogue();
        let own_customs = if route.to_customs { Some(route.to.clone()) } else { tx.customs_of(&owner)? };
        let mut unit = UnitOfWork::load(tx, &catalogue, post, items.iter().map(|item| &item.key), Parts::All)?;
        let mut outcomes = Vec::with_capacity(items.len());
        for checked in items {
            if !checked.refused.is_empty() {
                outcomes.push(InboundOutcome::Refused(checked.refused.clone()));
                continue;
            }
            let mut outcome = InboundOutcome::Applied;
            let key = key_of(tx, &catalogue, route, &unit, checked)?;
            let changed = unit.change(tx, &key, |tx, item| {
                let applier = Applier { route, catalogue: &catalogue, own_customs: own_customs.as_deref() };
                match applier.put(tx, item, checked)? {
                    // Nothing of the item is kept.
                    InboundOutcome::Refused(findings) => return Err(Findings::from_iter(findings).into()),
                    InboundOutcome::Overtaken => {
                        outcome = InboundOutcome::Overtaken;
                        return Err(Findings::default().into());
                    }
                    said => outcome = said,
                }
                Ok(if outcome == InboundOutcome::Applied { Outcome::Stored } else { Outcome::Unchanged })
            });
            outcomes.push(match changed {
                Ok(_) => outcome,
                Err(Fault::App(Error::Invalid(findings))) if findings.is_empty() => outcome,
                Err(Fault::App(Error::Invalid(findings))) => InboundOutcome::Refused(findings.into_vec()),
                Err(fault) => return Err(fault),
            });
        }
        unit.save(tx, &route.stamp())?;
        Ok(outcomes)
    }
}

/// The item that is spoken of. An ASC that lifts a stop goes to the use of the id that holds the stop. When an item was
/// posted says its origin, or who speaks for it: by what others say of that there is no other use of its id.
fn key_of(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    route: &Route,
    unit: &UnitOfWork<'_>,
    checked: &CheckedItem,
) -> Result<Key, Fault> {
    let key = &checked.key;
    let lifted = match &checked.told.said {
        InboundContent::Referred(referral) => given(&referral.known.lifts),
        _ => None,
    };
    if let Some(lifted) = lifted {
        for item in unit.items_with_id(&key.item_id) {
            if tx.referrals_of(item)?.iter().any(|row| row.reference == lifted) {
                return Ok(Key { pid: Some(item.object.pid.0), ..key.clone() });
            }
        }
    }
    let speaks = || catalogue.settings(&route.from).speaks_for.contains(&key.origin);
    let is_strangers = !route.to_customs && !route.from_customs && route.from != key.origin && !speaks();
    let posting = key.posting.filter(|_| !(is_strangers && matches!(checked.told.said, InboundContent::Declared(_))));
    Ok(Key { posting, ..key.clone() })
}

/// What is at hand while one message is applied.
struct Applier<'b> {
    route: &'b Route,
    catalogue: &'b Catalogue,
    own_customs: Option<&'b str>,
}

impl Applier<'_> {
    fn put(&self, tx: &mut Tx<'_>, item: &mut Item, checked: &CheckedItem) -> Result<InboundOutcome, Fault> {
        if !matches!(checked.told.said, InboundContent::Declared(_) | InboundContent::Withdrawn) {
            if item.is_new() {
                return Ok(InboundOutcome::Parked);
            }
            if let Some(outcome) = self.outsider(tx, item)? {
                return Ok(outcome);
            }
        }
        match &checked.told.said {
            InboundContent::Declared(_) => match self.data_refused(tx, item, checked)? {
                Some(refusal) => Ok(refusal),
                None => {
                    let changed = merge(self.catalogue, item, &checked.told.object)?;
                    self.declare(tx, item, checked, changed)
                }
            },
            InboundContent::Withdrawn => self.withdraw(tx, item, &checked.told.object),
            InboundContent::Decided(customs, data) => self.decide(tx, item, customs.as_deref(), data, checked),
            InboundContent::Referred(referral) => self.refer(tx, item, referral, checked),
            InboundContent::Answered(answer, _) => {
                // Data that is refused takes its answer with it: the question stays open.
                if let Some(refusal) = self.data_refused(tx, item, checked)? {
                    return Ok(refusal);
                }
                let outcome = self.answer(tx, item, answer, checked)?;
                if outcome == InboundOutcome::Applied {
                    self.declare(tx, item, checked, false)?;
                }
                Ok(outcome)
            }
        }
    }

    fn is_own_customs(&self) -> bool {
        self.route.from_customs && self.own_customs == Some(self.route.from.as_str())
    }

    /// What becomes of decisions, referrals and answers of a sender that has no say in the item; nothing when it has.
    /// A say have the own customs, the post at the other end, and a post that was told of the item before it went
    /// elsewhere. While the other end is not known, what a post says waits.
    fn outsider(&self, tx: &mut Tx<'_>, item: &Item) -> Result<Option<InboundOutcome>, Fault> {
        let (object, from) = (&item.object, self.route.from.as_str());
        let other_end = if object.flow == Flow::Inbound { &object.orig_post } else { &object.dest_post };
        if self.route.to_customs || self.is_own_customs() || from == other_end {
            return Ok(None);
        }
        if !self.route.from_customs && other_end == UNKNOWN_POST {
            return Ok(Some(InboundOutcome::Parked));
        }
        if tx.messages_about(&object.post_org, object.pid)?.iter().any(|told| told.partner == from) {
            return Ok(None);
        }
        let message = format!("{} has no item with this id in which {from} has a say", object.post_org);
        Ok(Some(refused("absent", "MailObject.Id", &message)))
    }

    /// A decision of the own customs, or of the destination's on an item that left from here.
    fn decide(
        &self,
        tx: &mut Tx<'_>,
        item: &mut Item,
        customs: Option<&str>,
        data: &ResponseData,
        checked: &CheckedItem,
    ) -> Result<InboundOutcome, Fault> {
        let own = self.is_own_customs();
        if !own && item.object.flow == Flow::Inbound {
            let message = "on an inbound item its own customs decides, which is not the sender";
            return Ok(refused("unknown_code", "Response.CustOrganizationCd", message));
        }
        let side = if own { Side::Own } else { Side::Destination };
        let customs = if self.route.from_customs { Some(self.route.from.as_str()) } else { customs };
        let mut data = data.clone();
        if data.clearance_dt.is_none() {
            data.clearance_dt = Some(WcfDate::new(checked.told.made_at));
        }
        let decision = Decision::of(data, StoreEvent::Final, &self.route.from, Author::Customs);
        let decision = Decision { customs: customs.map(str::to_owned), from_partner: true, ..decision };
        let stamp = self.route.stamp();
        let (event, detail, path) = (EventKind::ResponseReceived, Detail::default(), "Response");
        let placing = Placing { catalogue: self.catalogue, stamp: &stamp, side, event, detail, path };
        let outcome = placing::place(tx, item, &placing, &decision)?;
        if own {
            refer::automatic(tx, self.catalogue, item, outcome)?;
        }
        Ok(if outcome == Outcome::Stored { InboundOutcome::Applied } else { InboundOutcome::Unchanged })
    }

    fn refer(
        &self,
        tx: &mut Tx<'_>,
        item: &mut Item,
        referral: &Referral,
        checked: &CheckedItem,
    ) -> Result<InboundOutcome, Fault> {
        let known = &referral.known;
        let reference = given(&known.referral_id).unwrap_or_default();
        let code = given(&known.referral_cd).unwrap_or_default();
        if item.object.flow == Flow::Inbound && !self.is_own_customs() && code != REFUSAL {
            let message = "an inbound item is questioned by its destination; its origin says what it could not take";
            return Ok(refused("flow", "Referral.ReferralCd", message));
        }
        let there = tx.referrals_of(item)?;
        if there.iter().any(|row| row.reference == reference) {
            return Ok(InboundOutcome::Unchanged);
        }
        if there.len() >= limits::REFERRALS_PER_ITEM {
            return Ok(refused("limit", "Referral", &refer::too_many("referrals")));
        }
        let event_at = checked.event_at(known.event_dt, tx.now);
        let own_hours = self.catalogue.reply_hours(&item.object.post_org, code);
        let deadline = rules::deadline(code, event_at, own_hours);
        let due_at = deadline.map(|deadline| wanted_by(referral).unwrap_or(deadline.due_at));
        let row = ReferralRow {
            post_org: item.object.post_org.clone(),
            object_pid: item.object.pid,
            reference: reference.to_owned(),
            code: code.to_owned(),
            raised_by: self.route.from.clone(),
            event_at: At(event_at),
            remind_at: due_at.map(|due| At(event_at + (due - event_at) / 2)),
            due_at: due_at.map(At),
            pending: deadline.is_some(),
            created_at: At(tx.now),
            digest: checked.digest.clone(),
            body: Some(checked.body.clone()),
            text_digest: Some(text_digest(&checked.body)),
            stated_version: rules::stated_version(referral),
            lifts: given(&known.lifts).map(str::to_owned),
        };
        refer::put_referral(tx, item, row, EventKind::ReferralReceived)?;
        Ok(InboundOutcome::Applied)
    }

    fn answer(
        &self,
        tx: &mut Tx<'_>,
        item: &mut Item,
        answer: &ReferralResponse,
        checked: &CheckedItem,
    ) -> Result<InboundOutcome, Fault> {
        let known = &answer.known;
        let reference = given(&known.referral_id).unwrap_or_default();
        if tx.referrals_of(item)?.iter().all(|row| row.reference != reference) {
            return Ok(InboundOutcome::Parked);
        }
        let there = tx.answers_of(item)?;
        if there.iter().any(|row| row.reference == reference && row.digest == checked.digest) {
            return Ok(InboundOutcome::Unchanged);
        }
        if there.len() >= limits::REFERRALS_PER_ITEM {
            return Ok(refused("limit", "ReferralResponse", &refer::too_many("answers")));
        }
        let row = AnswerRow {
            post_org: item.object.post_org.clone(),
            object_pid: item.object.pid,
            pid: Id(Uuid::now_v7()),
            reference: reference.to_owned(),
            code: given(&known.referral_response_cd).unwrap_or_default().to_owned(),
            answered_by: self.route.from.clone(),
            event_at: At(checked.event_at(known.event_dt, tx.now)),
            created_at: At(tx.now),
            digest: checked.digest.clone(),
            body: Some(checked.body.clone()),
            text_digest: Some(text_digest(&checked.body)),
        };
        refer::put_answer(tx, item, row, EventKind::ReferralResponseReceived)?;
        Ok(InboundOutcome::Applied)
    }
}

fn refused(code: &'static str, path: &str, message: &str) -> InboundOutcome {
    InboundOutcome::Refused(vec![Finding::new(code, path, message)])
}

/// Takes what travels of a mail object into an item; says whether that changed it.
fn merge(catalogue: &Catalogue, item: &mut Item, object: &MailObject) -> Result<bool, Fault> {
    let changed = identity::merge(catalogue, item, &travelling(object));
    identity::check_posts(&item.object).map_err(|finding| Fault::from(finding.under("MailObject")))?;
    Ok(item.is_new() || !changed.is_empty())
}

/// The members that travel between organizations: not persistent ids, local ids and states, which are each one's own.
fn travelling(object: &MailObject) -> MailObject {
    MailObject {
        id: object.id.clone(),
        orig_post_org_cd: object.orig_post_org_cd.clone().filter(|post| post != UNKNOWN_POST),
        dest_post_org_cd: object.dest_post_org_cd.clone().filter(|post| post != UNKNOWN_POST),
        mail_class_cd: object.mail_class_cd.clone(),
        mail_category_cd: object.mail_category_cd.clone(),
        type_cd: object.type_cd.clone(),
        posting_dt: object.posting_dt,
        ..MailObject::default()
    }
}

/// When the sender of a referral wants the answer.
fn wanted_by(referral: &Referral) -> Option<DateTime<Utc>> {
    let known = &referral.known;
    let names = known.extra_field_names.iter().position(|name| name.as_deref() == Some(REPLY_BY))?;
    let text = known.extra_field_values.get(names)?.as_deref()?;
    WcfDate::parse(text).ok().flatten().map(WcfDate::instant)
}

/// The kind of referral that says that something was refused.
pub const REFUSAL: &str = "ERR";

/// The extra field of a referral that says when the answer is wanted.
pub const REPLY_BY: &str = "EP.ReplyBy";
