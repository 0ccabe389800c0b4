//! What partners tell: item data, decisions, referrals and answers, put into the items of the post they are for.
//!
//! The same whether the partner lives here or elsewhere. Each item stands alone: it is applied, says nothing new, is
//! parked because its object is not here yet, or is refused. Knows no bytes; the exchange reads them.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Services;
use super::catalogue::Catalogue;
use super::desk::Desk;
use super::entry::Outcome;
use super::identity::{self, Key};
use super::quality::{Declarer, Judgement};
use super::refer;
use super::respond::{self, Incoming as Decision};
use super::standing;
use crate::contract::canonical::{digest, to_canonical};
use crate::contract::{DeclarationData, MailObject, Referral, ReferralResponse, ResponseData, WcfDate};
use crate::error::{Error, Finding, Findings};
use crate::rules::flow::Flow;
use crate::rules::life_cycle::{self, Standing, StoreEvent};
use crate::rules::referral as rules;
use crate::rules::structure::{self, UNKNOWN_POST, given};
use crate::store::history::{Event, Stamp};
use crate::store::imprint::{vouch, vouch_gone};
use crate::store::items::{DeclarationRow, Item, Parts, Side};
use crate::store::referral::{AnswerRow, ReferralRow};
use crate::store::types::{At, Id};
use crate::store::{Fault, Tx};

/// Between whom a message travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    pub from: String,
    /// The sender is a customs administration.
    pub from_customs: bool,
    /// An organization that lives here.
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
        Stamp { actor_org: self.from.clone(), user_cd: None, office_cd: None }
    }
}

/// What is said about one item.
#[derive(Clone, Debug)]
pub enum Said {
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

/// One item of a message.
#[derive(Clone, Debug)]
pub struct Told {
    pub object: MailObject,
    pub said: Said,
    /// When the message was made, by its sender.
    pub made_at: DateTime<Utc>,
}

/// An item checked and written canonically, outside the transaction.
#[derive(Clone, Debug)]
pub struct Weighed {
    key: Key,
    told: Told,
    body: String,
    digest: Vec<u8>,
    judgement: Judgement,
    refused: Vec<Finding>,
}

/// What became of one item.
#[derive(Clone, Debug, PartialEq)]
pub enum Reception {
    Applied,
    Unchanged,
    /// The object it is about is not here yet.
    Parked,
    Refused(Vec<Finding>),
}

impl Services {
    /// Checks what is said about an item, and writes it canonically.
    pub fn weigh(&self, route: &Route, mut told: Told) -> Weighed {
        let mut findings = Findings::default();
        match &told.said {
            Said::Declared(_) => findings.extend_under("MailObject", structure::mail_object(&told.object)),
            // Only item data says more of an item than its id.
            _ if given(&told.object.id).is_some_and(structure::is_item_id) => {}
            _ => {
                findings.add("format", "MailObject.Id", "an item id has 1 to 35 letters, digits or signs and no blanks")
            }
        }
        let mut judgement = Judgement::default();
        let body = match &mut told.said {
            Said::Declared(data) => {
                findings.extend_under("Declaration.Data", structure::declaration_data(data));
                let mut rejected = Findings::default();
                let country = given(&data.sender_country_cd).unwrap_or_default().to_owned();
                let declarer = Declarer { org: route.post(), country: &country };
                let paths = ("MailObject", "Declaration");
                judgement = self.judge(declarer, &told.object, data, true, paths, &mut rejected);
                if route.strict {
                    findings.extend_under("", rejected);
                }
                to_canonical(data)
            }
            Said::Withdrawn => String::new(),
            Said::Decided(_, data) => {
                findings.extend_under("Response.Data", structure::response_data(data));
                to_canonical(data)
            }
            Said::Referred(referral) => {
                findings.extend_under("Referral", rules::referral(referral));
                to_canonical(referral)
            }
            Said::Answered(answer, _) => {
                findings.extend_under("ReferralResponse", rules::response(answer));
                to_canonical(answer)
            }
        };
        let digest = digest(&body);
        Weighed { key: Key::of(&told.object), told, body, digest, judgement, refused: findings.into_vec() }
    }

    /// Puts the items of one message into the rows of the post they are for; gives what became of each.
    ///
    /// # Errors
    /// What concerns the whole (the database); an item that cannot be applied is no error.
    pub fn receive(&self, tx: &mut Tx<'_>, route: &Route, items: &[&Weighed]) -> Result<Vec<Reception>, Fault> {
        let post = route.post();
        let Some(owner) = tx.organization(post)? else {
            let message = format!("the post {post} is not known here; its customs must add it");
            return Ok(vec![Reception::Refused(vec![Finding::new("absent", "MailObject", message)]); items.len()]);
        };
        let catalogue = self.catalogue();
        let own_customs = if route.to_customs { Some(route.to.clone()) } else { tx.customs_of(&owner)? };
        let mut desk = Desk::open(tx, post, items.iter().map(|item| &item.key), Parts::All)?;
        let mut receptions = Vec::with_capacity(items.len());
        for weighed in items {
            if !weighed.refused.is_empty() {
                receptions.push(Reception::Refused(weighed.refused.clone()));
                continue;
            }
            let mut reception = Reception::Applied;
            let outcome = desk.work_on(tx, &weighed.key, |tx, item| {
                let bench = Bench { route, catalogue: &catalogue, own_customs: own_customs.as_deref() };
                reception = bench.put(tx, item, weighed)?;
                Ok(if reception == Reception::Applied { Outcome::Stored } else { Outcome::Unchanged })
            });
            receptions.push(match outcome {
                Ok(_) => reception,
                Err(Fault::App(Error::Invalid(findings))) => Reception::Refused(findings),
                Err(fault) => return Err(fault),
            });
        }
        desk.save(tx, &route.stamp())?;
        Ok(receptions)
    }
}

/// What is at hand while one message is applied.
struct Bench<'b> {
    route: &'b Route,
    catalogue: &'b Catalogue,
    own_customs: Option<&'b str>,
}

impl Bench<'_> {
    fn put(&self, tx: &mut Tx<'_>, item: &mut Item, weighed: &Weighed) -> Result<Reception, Fault> {
        match &weighed.told.said {
            Said::Declared(data) => {
                let changed = merge(item, &weighed.told.object)?;
                self.declare(tx, item, data, weighed, changed)
            }
            Said::Withdrawn => Ok(withdraw(item)),
            _ if item.is_new() => Ok(Reception::Parked),
            Said::Decided(customs, data) => self.decide(tx, item, customs.as_deref(), data, weighed),
            Said::Referred(referral) => self.refer(tx, item, referral, weighed),
            Said::Answered(answer, data) => {
                let reception = self.answer(tx, item, answer, weighed)?;
                match (&reception, data) {
                    (Reception::Applied, Some(data)) => {
                        let body = to_canonical(data);
                        let changed = Weighed { digest: digest(&body), body, ..weighed.clone() };
                        self.declare(tx, item, data, &changed, false)?;
                        Ok(reception)
                    }
                    _ => Ok(reception),
                }
            }
        }
    }

    /// Item data: final at a post, and visible to its customs; for customs, that of a post elsewhere.
    fn declare(
        &self,
        tx: &mut Tx<'_>,
        item: &mut Item,
        data: &DeclarationData,
        weighed: &Weighed,
        object_changed: bool,
    ) -> Result<Reception, Fault> {
        let flow = Flow::parse(&item.object.flow).unwrap_or(Flow::Inbound);
        if flow == Flow::Outbound && !self.route.to_customs {
            let message = "the item leaves from the post it was sent to; item data comes from the origin";
            return Ok(refused("flow", "MailObject.OrigPostOrgCd", message));
        }
        let old = item.declaration().cloned();
        let same_text = old.as_ref().is_some_and(|old| old.digest == weighed.digest);
        let now = old.as_ref().map(|old| Standing { state_cd: old.state_cd, seen: old.seen, sent: old.sent });
        let event = if self.route.to_customs { StoreEvent::ToCustoms } else { StoreEvent::Final };
        let standing = match life_cycle::declaration(now, event, flow) {
            Ok(standing) => standing,
            Err(illegal) => return Ok(refused("state", "Declaration", &illegal.0)),
        };
        item.object.customs_visible = true;
        let address = if flow == Flow::Outbound { &data.sender_zip } else { &data.recipient_zip };
        item.object.zip = given(address).map(identity::comparable_zip);
        let partner_address = if flow == Flow::Outbound { &data.recipient_country_cd } else { &data.sender_country_cd };
        item.object.partner_country = identity::partner_country(&item.object, given(partner_address));
        if same_text && !object_changed {
            return Ok(Reception::Unchanged);
        }
        let version_no = match &old {
            Some(old) if same_text => old.version_no,
            Some(old) => old.version_no + 1,
            None => tx.last_version(item, "D", None)? + 1,
        };
        let row = DeclarationRow {
            post_org: item.object.post_org.clone(),
            object_pid: item.object.pid,
            pid: old.map_or_else(|| Id(Uuid::now_v7()), |old| old.pid),
            state_cd: standing.state_cd,
            customs_org: self.own_customs.map(str::to_owned),
            seen: standing.seen,
            sent: standing.sent,
            version_no,
            digest: weighed.digest.clone(),
            body: weighed.body.clone(),
            quality_score: Some(weighed.judgement.score),
            quality_findings: weighed.judgement.findings.clone(),
        };
        let document = (!same_text).then(|| ("D", version_no, weighed.digest.clone()));
        let detail = vouch(&standing::issued_at(weighed.told.made_at.min(tx.now)), &row);
        item.put_declaration(row);
        item.record(Event { name: standing::RECEIVED, detail, document });
        Ok(Reception::Applied)
    }

    /// A decision of the own customs, or of the destination's on an item that left from here.
    fn decide(
        &self,
        tx: &mut Tx<'_>,
        item: &mut Item,
        customs: Option<&str>,
        data: &ResponseData,
        weighed: &Weighed,
    ) -> Result<Reception, Fault> {
        let own = self.route.from_customs && self.own_customs == Some(self.route.from.as_str());
        if !own && item.object.flow == "I" {
            let message = "on an inbound item its own customs decides, which is not the sender";
            return Ok(refused("unknown_code", "Response.CustOrganizationCd", message));
        }
        let side = if own { Side::Own } else { Side::Destination };
        let customs = if self.route.from_customs { Some(self.route.from.as_str()) } else { customs };
        let decision = Decision {
            event: StoreEvent::Final,
            customs: customs.map(str::to_owned),
            author: self.route.from.clone(),
            decision_cd: given(&data.decision_cd).map(str::to_owned),
            decided_at: Some(At(data.clearance_dt.map_or(weighed.told.made_at, WcfDate::instant))),
            digest: weighed.digest.clone(),
            body: weighed.body.clone(),
        };
        let decisions = &self.catalogue.decisions;
        let outcome = respond::place(tx, decisions, item, side, &decision, "response.received", "{}")?;
        if own {
            refer::automatic(tx, self.catalogue, item, outcome)?;
        }
        Ok(if outcome == Outcome::Stored { Reception::Applied } else { Reception::Unchanged })
    }

    fn refer(
        &self,
        tx: &mut Tx<'_>,
        item: &mut Item,
        referral: &Referral,
        weighed: &Weighed,
    ) -> Result<Reception, Fault> {
        let known = &referral.known;
        let reference = given(&known.referral_id).unwrap_or_default();
        let code = given(&known.referral_cd).unwrap_or_default();
        if tx.referrals_of(&item.object)?.iter().any(|row| row.reference == reference) {
            return Ok(Reception::Unchanged);
        }
        let event_at = known.event_dt.map_or(weighed.told.made_at, WcfDate::instant);
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
            digest: weighed.digest.clone(),
            body: weighed.body.clone(),
        };
        refer::put_referral(tx, item, &row, "referral.received")?;
        Ok(Reception::Applied)
    }

    fn answer(
        &self,
        tx: &mut Tx<'_>,
        item: &mut Item,
        answer: &ReferralResponse,
        weighed: &Weighed,
    ) -> Result<Reception, Fault> {
        let known = &answer.known;
        let reference = given(&known.referral_id).unwrap_or_default();
        if tx.referrals_of(&item.object)?.iter().all(|row| row.reference != reference) {
            return Ok(Reception::Parked);
        }
        if tx.answers_of(&item.object)?.iter().any(|row| row.reference == reference && row.digest == weighed.digest) {
            return Ok(Reception::Unchanged);
        }
        let row = AnswerRow {
            post_org: item.object.post_org.clone(),
            object_pid: item.object.pid,
            pid: Id(Uuid::now_v7()),
            reference: reference.to_owned(),
            code: given(&known.referral_response_cd).unwrap_or_default().to_owned(),
            answered_by: self.route.from.clone(),
            event_at: At(known.event_dt.map_or(weighed.told.made_at, WcfDate::instant)),
            created_at: At(tx.now),
            digest: weighed.digest.clone(),
            body: weighed.body.clone(),
        };
        refer::put_answer(tx, item, &row, "referral.response-received")?;
        Ok(Reception::Applied)
    }
}

fn refused(code: &'static str, path: &str, message: &str) -> Reception {
    Reception::Refused(vec![Finding::new(code, path, message)])
}

/// Takes what travels of a mail object into an item; says whether that changed it.
fn merge(item: &mut Item, object: &MailObject) -> Result<bool, Fault> {
    let changed = identity::merge(&mut item.object, &travelling(object));
    identity::check_posts(&item.object).map_err(|finding| Fault::from(vec![finding.under("MailObject")]))?;
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

fn withdraw(item: &mut Item) -> Reception {
    let Some(row) = item.declaration().filter(|_| !item.is_new()) else { return Reception::Unchanged };
    let detail = vouch_gone("{}", row);
    item.delete_declaration();
    item.record(Event { name: "declaration.withdrawn", detail, document: None });
    Reception::Applied
}

/// When the sender of a referral wants the answer.
fn wanted_by(referral: &Referral) -> Option<DateTime<Utc>> {
    let known = &referral.known;
    let names = known.extra_field_names.iter().position(|name| name.as_deref() == Some(REPLY_BY))?;
    let text = known.extra_field_values.get(names)?.as_deref()?;
    WcfDate::parse(text).ok().flatten().map(WcfDate::instant)
}

/// The extra field of a referral that says when the answer is wanted.
pub const REPLY_BY: &str = "EP.ReplyBy";
