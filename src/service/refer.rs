//! Raising referrals and answering them: CreateReferral, CreateReferralResp, and what customs decisions raise by
//! themselves.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::batch::Outcome;
use super::catalogue::Catalogue;
use super::idempotency::once;
use super::item::visible::sees;
use super::item::which::Row;
use super::item::{identity, messages, save};
use super::rights::UseCase;
use super::{Actor, Answer, Part, RequestKey, Services};
use crate::contract::canonical::{digest, hex, to_canonical};
use crate::contract::open::{OtherMembers, size_of};
use crate::contract::{MailObject, Referral, ReferralResponse, ResponseData, WcfDate};
use crate::domain::{EventKind, Flow, ResponseState, SecurityState, Side};
use crate::error::{Error, Findings, Result};
use crate::limits;
use crate::rules::precedence;
use crate::rules::referral as rules;
use crate::rules::structure::{self, UNKNOWN_POST, given};
use crate::store::columns::text_digest;
use crate::store::item::{AnswerRow, Detail, Event, Item, Parts, ReferralRow, attest};
use crate::store::types::{At, Id};
use crate::store::{Fault, Tx};

/// The item that a referral or an answer is about, as named by the request.
#[derive(Clone, Debug)]
pub struct About {
    pub item_id: String,
    /// The calling post, or the post whose customs calls.
    pub post: String,
    /// The post at the other end.
    pub partner: String,
}

/// A referral ready to be put on an item.
#[derive(Clone, Debug)]
struct NewReferral {
    code: String,
    reference: Option<String>,
    event_at: Option<At>,
    digest: Vec<u8>,
    content: Referral,
}

impl NewReferral {
    fn of(content: Referral) -> Self {
        Self {
            code: given(&content.known.referral_cd).unwrap_or_default().to_owned(),
            reference: given(&content.known.referral_id).map(str::to_owned),
            event_at: content.known.event_dt.map(|date| At(date.instant())),
            digest: digest(&to_canonical(&content)),
            content,
        }
    }
}

/// An answer ready to be put on an item.
#[derive(Clone, Debug)]
struct NewAnswer {
    code: String,
    reference: Option<String>,
    event_at: Option<At>,
    digest: Vec<u8>,
    content: ReferralResponse,
}

impl Services {
    /// Whether the caller answered a referral with this request key lately.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn was_answered(&self, actor: &Actor, key: &str) -> Result<bool> {
        actor.check(UseCase::AnswerReferrals)?;
        let (org, key) = (actor.org.clone(), key.to_owned());
        self.store.write(move |tx| Ok(tx.saved_answer(&org, &key)?.is_some())).await
    }

    /// Raises a referral on an inbound item; its origin post is notified.
    ///
    /// # Errors
    /// 400 with findings, or when there is no such inbound item; 401 for a post that is not the caller's.
    pub async fn create_referral(
        &self,
        actor: &Actor,
        about: About,
        referral: Referral,
        key: Option<RequestKey>,
    ) -> Result<Answer> {
        actor.check(UseCase::Ask)?;
        actor.posts_meant(Some(&about.post))?;
        let mut findings = check(&about);
        findings.extend_under("referral", rules::referral(&referral));
        precedence::check_date(&mut findings, "referral.EventDt", referral.known.event_dt, self.clock.now());
        check_other(&mut findings, "referral", &referral.other);
        findings.into_result()?;
        let (services, actor, asked) = (self.clone(), actor.clone(), NewReferral::of(referral));
        let answer = self.store.write(move |tx| {
            once(tx, &actor, key.as_ref(), |tx| {
                let catalogue = services.catalogue();
                let stop = given(&asked.content.known.lifts);
                let mut item = find(tx, &catalogue, &actor, &about, Wanted { flow: Flow::Inbound, stop })?;
                services.bring_notes(tx, &item.object.post_org, item.object.pid)?;
                raise(tx, &catalogue, &mut item, &asked, &actor.org)?;
                save::save(tx, &catalogue, std::slice::from_mut(&mut item), &actor.stamp())?;
                Ok(Answer::void())
            })
        });
        let answer = answer.await?;
        self.notify_outbox();
        self.note_activity(Part::Referral);
        Ok(answer)
    }

    /// Answers a referral on an outbound item; the destination post is notified.
    ///
    /// # Errors
    /// 400 with findings, when there is no such outbound item or referral, or several wait and none is named; 401 for
    /// customs and for a post that is not the caller.
    pub async fn answer_referral(
        &self,
        actor: &Actor,
        about: About,
        response: ReferralResponse,
        key: Option<RequestKey>,
    ) -> Result<Answer> {
        actor.check(UseCase::AnswerReferrals)?;
        actor.own_post(Some(&about.post))?;
        let mut findings = check(&about);
        findings.extend_under("referralResponse", rules::response(&response));
        let event_dt = response.known.event_dt;
        precedence::check_date(&mut findings, "referralResponse.EventDt", event_dt, self.clock.now());
        check_other(&mut findings, "referralResponse", &response.other);
        findings.into_result()?;
        let given_answer = NewAnswer {
            code: given(&response.known.referral_response_cd).unwrap_or_default().to_owned(),
            reference: given(&response.known.referral_id).map(str::to_owned),
            event_at: response.known.event_dt.map(|date| At(date.instant())),
            digest: digest(&to_canonical(&response)),
            content: response,
        };
        let (services, actor) = (self.clone(), actor.clone());
        let answer = self.store.write(move |tx| {
            once(tx, &actor, key.as_ref(), |tx| {
                let catalogue = services.catalogue();
                let mut item = find(tx, &catalogue, &actor, &about, Wanted { flow: Flow::Outbound, stop: None })?;
                answer_on(tx, &mut item, &given_answer, &actor.org)?;
                save::save(tx, &catalogue, std::slice::from_mut(&mut item), &actor.stamp())?;
                Ok(Answer::void())
            })
        });
        let answer = answer.await?;
        self.notify_outbox();
        self.note_activity(Part::Referral);
        Ok(answer)
    }
}

fn check(about: &About) -> Findings {
    let mut findings = Findings::default();
    if !structure::is_item_id(&about.item_id) {
        findings.add("format", "id", "an item id has 1 to 35 letters, digits or signs and no blanks");
    }
    if !structure::is_post_code(&about.partner) {
        let message = "a post has three capital letters or digits, for example AUA";
        findings.add("format", "partnerPostOrgCd", message);
    } else if about.partner == about.post {
        findings.add("posts", "partnerPostOrgCd", "the partner is another post than the item's own");
    }
    findings
}

/// Bounds what is kept without being understood.
pub(super) fn check_other(findings: &mut Findings, path: &str, other: &OtherMembers) {
    if size_of(other) > limits::OTHER_MEMBERS_BYTES {
        let most = limits::OTHER_MEMBERS_BYTES;
        findings.add("too_long", path, format!("members beyond the documented ones may take {most} bytes in all"));
    }
}

/// Which of the items with an id a referral or an answer is about.
struct Wanted<'w> {
    flow: Flow,
    /// The stop that is to be lifted: whatever use of the id holds it.
    stop: Option<&'w str>,
}

/// The newest item with this id, flow and partner that the caller may see; or the one that holds the stop to be lifted.
fn find(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    actor: &Actor,
    about: &About,
    wanted: Wanted<'_>,
) -> Result<Item, Fault> {
    let Wanted { flow, stop } = wanted;
    let mut items = tx.items_by_id(&about.post, &[about.item_id.as_str()], Parts::All)?;
    items.retain(|item| sees(actor, item));
    let inbound = flow == Flow::Inbound;
    let way = flow.name();
    let may_be = |item: &Item| item.object.orig_post == UNKNOWN_POST && catalogue.fits(&about.item_id, &about.partner);
    let partner_fits = |item: &Item| {
        let partner = if inbound { &item.object.orig_post } else { &item.object.dest_post };
        partner == &about.partner || (inbound && may_be(item))
    };
    if items.iter().any(|item| item.object.flow == flow) || items.is_empty() {
        items.retain(|item| item.object.flow == flow && partner_fits(item));
    } else {
        let message =
            format!("the item is not {way} at {}; referrals go to the origin, answers come from it", about.post);
        return Err(Error::invalid("flow", "id", message).into());
    }
    if let Some(stop) = stop {
        for item in &items {
            if tx.referrals_of(item)?.iter().any(|row| row.reference == stop) {
                return Ok(item.clone());
            }
        }
    }
    let newest = items.into_iter().max_by_key(|item| {
        let known = if inbound { item.object.orig_post != UNKNOWN_POST } else { true };
        (known, Row::from(&item.object).effective(), item.object.life_no, item.object.pid)
    });
    let Some(mut item) = newest else {
        let message = format!("{} has no such {way} item with {}", about.post, about.partner);
        return Err(Error::invalid("absent", "id", message).into());
    };
    if inbound {
        let origin = Some(about.partner.clone());
        identity::merge(catalogue, &mut item, &MailObject { orig_post_org_cd: origin, ..MailObject::default() });
    }
    Ok(item)
}

/// Puts a referral on an item, unless it was there before.
fn raise(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    item: &mut Item,
    asked: &NewReferral,
    author: &str,
) -> Result<(), Fault> {
    let rows = tx.referrals_of(item)?;
    if is_repeated(tx, item, &rows, asked)? {
        return Ok(());
    }
    if rows.len() >= limits::REFERRALS_PER_ITEM {
        return Err(Error::invalid("limit", "referral", too_many("referrals")).into());
    }
    let event_at = event_at(asked.event_at, tx.now);
    let reference = asked.reference.clone().unwrap_or_else(new_reference);
    let mut content = asked.content.clone();
    content.known.referral_cd = Some(asked.code.clone());
    content.known.referral_id = Some(reference.clone());
    content.known.event_dt = Some(WcfDate::new(event_at.0));
    let own_hours = catalogue.reply_hours(&item.object.post_org, &asked.code);
    let deadline = rules::deadline(&asked.code, event_at.0, own_hours);
    let body = to_canonical(&content);
    let row = ReferralRow {
        post_org: item.object.post_org.clone(),
        object_pid: item.object.pid,
        reference,
        code: asked.code.clone(),
        raised_by: author.to_owned(),
        event_at,
        remind_at: deadline.map(|deadline| At(deadline.remind_at)),
        due_at: deadline.map(|deadline| At(deadline.due_at)),
        pending: deadline.is_some(),
        created_at: At(tx.now),
        digest: asked.digest.clone(),
        text_digest: Some(text_digest(&body)),
        body: Some(body.into()),
        stated_version: rules::stated_version(&content),
        lifts: given(&content.known.lifts).map(str::to_owned),
    };
    put_referral(tx, item, row, EventKind::ReferralRaised)
}

/// When a referral or an answer counts from: its date, or its receipt when it has none or lies ahead.
fn event_at(said: Option<At>, now: DateTime<Utc>) -> At {
    At(said.map_or_else(|| WcfDate::new(now).instant(), |said| precedence::counts_from(said.0, now)))
}

/// What to say of an item that has as many referrals or answers as fit.
pub(super) fn too_many(what: &str) -> String {
    format!("an item has at most {} {what}", limits::REFERRALS_PER_ITEM)
}

/// A repeat is the same content under the same reference or date. Without either, it repeats what still waits for its
/// answer, or what was said last.
fn is_repeated(tx: &mut Tx<'_>, item: &Item, rows: &[ReferralRow], asked: &NewReferral) -> Result<bool, Fault> {
    if let Some(reference) = &asked.reference {
        let Some(same) = rows.iter().find(|row| &row.reference == reference) else { return Ok(false) };
        if same.digest != asked.digest {
            let message = "the item has a referral with this id and other content; use a new id for a new referral";
            return Err(Error::invalid("state", "referral.ReferralId", message).into());
        }
        return Ok(true);
    }
    let same: Vec<&ReferralRow> = rows.iter().filter(|row| row.digest == asked.digest).collect();
    if same.is_empty() || asked.event_at.is_some() {
        return Ok(!same.is_empty());
    }
    if same.iter().any(|row| row.pending) {
        return Ok(true);
    }
    let last_answer = tx.answers_of(item)?.iter().map(|row| row.created_at).max();
    let last_referral = rows.iter().map(|row| row.created_at).max();
    Ok(same.iter().any(|row| Some(row.created_at) == last_referral && last_answer < Some(row.created_at)))
}

/// Puts a referral and its event on an item; its partner is notified. What follows from it is settled when the item is saved.
pub(super) fn put_referral(tx: &mut Tx<'_>, item: &mut Item, row: ReferralRow, event: EventKind) -> Result<(), Fault> {
    messages::notify_of_referral(tx, item, &row)?;
    item.object.security_state.get_or_insert(SecurityState::None);
    let detail = Detail {
        referral_cd: Some(row.code.clone()),
        referral_id: Some(row.reference.clone()),
        digest: Some(hex(&row.digest)),
        referral_row: attest(&row),
        ..Detail::default()
    };
    item.record(Event { detail, ..Event::of(event) });
    item.add_referral(row);
    Ok(())
}

/// Puts an answer on an item, unless it was there before.
fn answer_on(tx: &mut Tx<'_>, item: &mut Item, given_answer: &NewAnswer, author: &str) -> Result<(), Fault> {
    let referrals = tx.referrals_of(item)?;
    let answers = tx.answers_of(item)?;
    let same = answers.iter().filter(|row| row.digest == given_answer.digest);
    let newest = answers.iter().map(|row| row.created_at).max();
    for row in same {
        let by_date = given_answer.event_at.is_some();
        let still = !referrals.iter().any(|referral| referral.pending && Some(referral.created_at) > newest);
        if by_date || (Some(row.created_at) == newest && still) {
            return Ok(());
        }
    }
    if answers.len() >= limits::REFERRALS_PER_ITEM {
        return Err(Error::invalid("limit", "referralResponse", too_many("answers")).into());
    }
    let target = target(&referrals, given_answer)?;
    let event_at = event_at(given_answer.event_at, tx.now);
    let mut content = given_answer.content.clone();
    content.known.referral_response_cd = Some(given_answer.code.clone());
    content.known.referral_id = Some(target.reference.clone());
    content.known.event_dt = Some(WcfDate::new(event_at.0));
    let body = to_canonical(&content);
    let row = AnswerRow {
        post_org: item.object.post_org.clone(),
        object_pid: item.object.pid,
        pid: Id(Uuid::now_v7()),
        reference: target.reference.clone(),
        code: given_answer.code.clone(),
        answered_by: author.to_owned(),
        event_at,
        created_at: At(tx.now),
        digest: given_answer.digest.clone(),
        text_digest: Some(text_digest(&body)),
        body: Some(body.into()),
    };
    put_answer(tx, item, row, EventKind::ReferralAnswered)
}

/// Puts an answer and its event on an item; whoever asked is notified.
pub(super) fn put_answer(tx: &mut Tx<'_>, item: &mut Item, row: AnswerRow, event: EventKind) -> Result<(), Fault> {
    messages::notify_of_answer(tx, item, &row)?;
    let detail = Detail {
        referral_response_cd: Some(row.code.clone()),
        referral_id: Some(row.reference.clone()),
        digest: Some(hex(&row.digest)),
        answer_row: attest(&row),
        ..Detail::default()
    };
    item.record(Event { detail, ..Event::of(event) });
    item.add_answer(row);
    Ok(())
}

/// The referral that an answer is for: the one named, else the only one that waits for such an answer.
fn target<'r>(referrals: &'r [ReferralRow], given_answer: &NewAnswer) -> Result<&'r ReferralRow, Fault> {
    let path = "referralResponse.ReferralId";
    if let Some(reference) = &given_answer.reference {
        let named = referrals.iter().find(|row| &row.reference == reference);
        let message = "the item has no referral with this id; GetReferralAndReferralResponse lists them";
        return named.ok_or_else(|| Error::invalid("absent", path, message).into());
    }
    let waiting: Vec<&ReferralRow> = referrals.iter().filter(|row| row.pending).collect();
    let fitting: Vec<&ReferralRow> =
        waiting.iter().copied().filter(|row| fits(&given_answer.code, &row.code)).collect();
    match (fitting.as_slice(), waiting.as_slice()) {
        ([only], _) | ([], [only]) => Ok(only),
        ([], []) => {
            let message = "no referral of the item waits for an answer; name the one to answer again";
            Err(Error::invalid("absent", path, message).into())
        }
        _ => {
            let message = "several referrals of the item wait for an answer; name the one that is meant";
            Err(Error::invalid("ambiguous", path, message).into())
        }
    }
}

/// Whether an answer is listed for a kind of referral.
fn fits(response_cd: &str, referral_cd: &str) -> bool {
    let row = crate::refdata::lists::lists().referral_response_codes.get(response_cd);
    row.is_some_and(|row| row.for_codes.iter().any(|code| code == referral_cd))
}

/// Raises the referral that the newest decision of the own customs on an inbound item calls for, by that
/// administration's table (none unless it was given one). The same decision never raises it twice, and an item that has
/// as many as fit gets no more: the decision stands without.
pub(super) fn automatic(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    item: &mut Item,
    outcome: Outcome,
) -> Result<(), Fault> {
    let Some(row) = item.response(Side::Own).filter(|row| row.state_cd != ResponseState::Draft).cloned() else {
        return Ok(());
    };
    if outcome != Outcome::Stored || item.object.flow != Flow::Inbound {
        return Ok(());
    }
    let customs = row.customs_org.clone().unwrap_or_default();
    let table = catalogue.auto_referrals(&customs);
    let (false, Some(decision)) = (table.is_empty(), row.decision_cd.as_deref()) else { return Ok(()) };
    let data: ResponseData = row.body.as_deref().and_then(|body| serde_json::from_str(body).ok()).unwrap_or_default();
    let Some(rule) = rules::automatic(table, decision, given(&data.decision_reason_cd)) else { return Ok(()) };
    let mut referral = Referral::default();
    referral.known.referral_cd = Some(rule.referral.clone());
    referral.known.remarks = Some(rule.remarks.clone()).filter(|remarks| !remarks.is_empty());
    referral.known.event_dt = Some(WcfDate::new(row.decided_at.0));
    referral.known.referral_id = Some(format!("A{}", &hex(&row.digest)[..16]));
    let author = if customs.is_empty() { item.object.post_org.clone() } else { customs };
    let asked = NewReferral::of(referral);
    let known = tx.referrals_of(item)?;
    if known.iter().any(|row| Some(&row.reference) == asked.reference.as_ref()) {
        return Ok(());
    }
    if known.len() >= limits::REFERRALS_PER_ITEM {
        tracing::warn!(post = item.object.post_org, "{}; a decision raised none", too_many("referrals"));
        return Ok(());
    }
    raise(tx, catalogue, item, &asked, &author)
}

/// A reference that no other server gives: time and randomness, 16 characters of Crockford's base 32.
fn new_reference() -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let id = Uuid::now_v7();
    let bytes = id.as_bytes();
    // 48 bits of time and 32 of randomness.
    let kept = bytes[..6].iter().chain(&bytes[12..]);
    let bits = kept.fold(0u128, |bits, byte| bits << 8 | u128::from(*byte));
    (0..16).rev().map(|at| ALPHABET[(bits >> (at * 5) & 31) as usize] as char).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_sixteen_characters_and_differ() {
        let (a, b) = (new_reference(), new_reference());
        assert!(a.len() == 16 && b.len() == 16 && a != b, "{a} {b}");
        assert!(a.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()));
    }
}
