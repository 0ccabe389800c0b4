//! Reading referrals and answers: GetReferralAndReferralResponse, page by page, and what is due.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::cursor::{Cursor, binding, cut, page_size};
use super::item::state;
use super::rights::UseCase;
use super::views::mail_object;
use super::{Actor, Services};
use crate::contract::canonical::to_canonical;
use crate::contract::{Referral, ReferralResponse};
use crate::contract::{ReferralDialogue, WcfDate};
use crate::domain::{Flow, OrganizationKind};
use crate::error::{Error, Result};
use crate::limits;
use crate::store::item::{AnswerRow, Item, ReferralRow};
pub use crate::store::referred::ReferralFilter;
use crate::store::referred::Waiting;
use crate::store::types::{At, Id};
use crate::store::{Fault, Tx};

/// What to read.
#[derive(Clone, Debug, Default)]
pub struct Query {
    pub post: String,
    pub filter: ReferralFilter,
    /// Only items with a referral past its deadline.
    pub overdue: bool,
    /// Only items with a referral past half its time.
    pub reminder_due: bool,
    /// Zero or less: the default.
    pub limit: Option<i32>,
    pub cursor: Option<String>,
}

/// One page: dialogues as JSON, and where the next one starts.
#[derive(Clone, Debug, Default)]
pub struct Page {
    pub dialogues: Vec<String>,
    pub next_cursor: Option<String>,
}

/// A referral that waits for its answer, with the item that it is about.
#[derive(Clone, Debug)]
pub struct WaitingReferral {
    pub reference: String,
    pub code: String,
    pub raised_by: String,
    /// What is wanted, in words.
    pub remarks: Option<String>,
    pub due_at: Option<DateTime<Utc>>,
    pub pid: Uuid,
    pub item_id: String,
    pub flow: Flow,
    pub orig_post: String,
    pub dest_post: String,
}

impl From<Waiting> for WaitingReferral {
    fn from(waiting: Waiting) -> Self {
        let Waiting { referral: row, item_id, flow, orig_post, dest_post } = waiting;
        let sent: Option<Referral> = row.body.as_deref().and_then(|body| serde_json::from_str(body).ok());
        Self {
            remarks: sent.and_then(|sent| sent.known.remarks),
            reference: row.reference,
            code: row.code,
            raised_by: row.raised_by,
            due_at: row.due_at.map(|at| at.0),
            pid: row.object_pid.0,
            item_id,
            flow,
            orig_post,
            dest_post,
        }
    }
}

impl Services {
    /// The referrals on items of the caller's own post that wait for their answer, those due first first; at most
    /// [`limits::WAITING_LISTED`].
    ///
    /// # Errors
    /// 401 for customs.
    pub async fn waiting_referrals(&self, actor: &Actor) -> Result<Vec<WaitingReferral>> {
        actor.check(UseCase::SeeItems)?;
        let post = actor.own_post(None)?.to_owned();
        let found = self.store.read(move |tx| tx.waiting_referrals(&post, limits::WAITING_LISTED)).await?;
        Ok(found.into_iter().map(WaitingReferral::from).collect())
    }

    /// Items with referrals, as far as the caller may see them.
    ///
    /// # Errors
    /// 400 for a cursor that does not fit, 401 for a post that is not the caller's.
    pub async fn referrals(&self, actor: &Actor, query: Query) -> Result<Page> {
        actor.check(UseCase::SeeItems)?;
        let posts = actor.posts_meant(Some(&query.post))?;
        let mut filter = query.filter;
        filter.items.as_customs = actor.kind == OrganizationKind::Customs;
        let asked = format!("{} {posts:?} {filter:?} {} {}", actor.org, query.overdue, query.reminder_due);
        let bound = binding(&asked);
        let after = match query.cursor.as_deref().map(|text| Cursor::read(text, bound)).transpose()? {
            None => None,
            Some(Cursor::AfterItem(pid)) => Some(pid),
            Some(Cursor::AfterChanges(_)) => {
                return Err(Error::invalid("cursor", "cursor", "a cursor of the change feed does not fit here"));
            }
        };
        let limit = page_size(query.limit, limits::LOAD_DEFAULT, limits::LOAD_MAX);
        self.store
            .read(move |tx| {
                let mut filter = filter.clone();
                filter.due_before = query.overdue.then_some(At(tx.now));
                filter.remind_before = query.reminder_due.then_some(At(tx.now));
                let post = posts.first().map(String::as_str).unwrap_or_default();
                let mut items = tx.referred_items(post, &filter, after, limit + 1)?;
                let last = cut(&mut items, limit).map(|item| item.object.pid.0);
                Ok(Page {
                    dialogues: dialogues(tx, post, &items, &filter)?,
                    next_cursor: last.map(|pid| Cursor::AfterItem(pid).write(bound)),
                })
            })
            .await
    }
}

/// The dialogues of some items, of the referrals and answers the filter lets through.
fn dialogues(tx: &mut Tx<'_>, post: &str, items: &[Item], filter: &ReferralFilter) -> Result<Vec<String>, Fault> {
    let mut referrals: HashMap<Id, Vec<ReferralRow>> = HashMap::new();
    let mut answers: HashMap<Id, Vec<AnswerRow>> = HashMap::new();
    let pids: Vec<Id> = items.iter().map(|item| item.object.pid).collect();
    for some in pids.chunks(ITEMS_PER_QUERY) {
        for row in tx.referrals_of_items(post, some)? {
            referrals.entry(row.object_pid).or_default().push(row);
        }
        for row in tx.answers_of_items(post, some)? {
            answers.entry(row.object_pid).or_default().push(row);
        }
    }
    let none = (Vec::new(), Vec::new());
    // A withdrawn item has a state of its own without anyone having asked.
    let asked = items.iter().filter(|item| referrals.contains_key(&item.object.pid));
    let each = asked.map(|item| {
        let pid = &item.object.pid;
        let referrals = referrals.get(pid).unwrap_or(&none.0);
        to_canonical(&dialogue(item, referrals, answers.get(pid).unwrap_or(&none.1), filter, tx.now))
    });
    Ok(each.collect())
}

/// The dialogue about one item; nothing where nobody asked.
pub(super) fn dialogues_of(tx: &mut Tx<'_>, item: &Item) -> Result<Option<String>, Fault> {
    let mut found = dialogues(tx, &item.object.post_org, std::slice::from_ref(item), &ReferralFilter::default())?;
    Ok(found.pop())
}

/// Items whose referrals are fetched by one statement.
const ITEMS_PER_QUERY: usize = 1_000;

fn dialogue(
    item: &Item,
    referrals: &[ReferralRow],
    answers: &[AnswerRow],
    filter: &ReferralFilter,
    now: DateTime<Utc>,
) -> ReferralDialogue {
    let in_window =
        |at: At| filter.event_from.is_none_or(|from| at >= from) && filter.event_to.is_none_or(|to| at <= to);
    let listed: Vec<&ReferralRow> = referrals
        .iter()
        .filter(|row| filter.codes.is_empty() || filter.codes.contains(&row.code))
        .filter(|row| {
            in_window(row.event_at)
                || answers.iter().any(|answer| answer.reference == row.reference && in_window(answer.event_at))
        })
        .filter(|row| {
            let said = |answer: &AnswerRow| filter.answer_codes.contains(&answer.code);
            let answered = || answers.iter().any(|answer| answer.reference == row.reference && said(answer));
            filter.answer_codes.is_empty() || answered()
        })
        .collect();
    let given = answers
        .iter()
        .filter(|row| filter.answer_codes.is_empty() || filter.answer_codes.contains(&row.code))
        .filter(|row| listed.iter().any(|referral| referral.reference == row.reference));
    ReferralDialogue {
        declaration_p_id: item.declaration().map(|row| row.pid.0),
        has_pending_referral: referrals.iter().any(|row| row.pending),
        mail_object: mail_object(&item.object),
        referral_responses: given.filter_map(answer_json).collect(),
        referrals: listed.iter().filter_map(|row| referral_json(row, now)).collect(),
        security_state: state::shown_state(&item.object).stored(),
    }
}

fn referral_json(row: &ReferralRow, now: DateTime<Utc>) -> Option<Box<RawValue>> {
    let date = |at: Option<At>| to_canonical(&at.map(|at| WcfDate::new(at.0)));
    let has_come = |at: Option<At>| row.pending && at.is_some_and(|at| at.0 <= now);
    let added = format!(
        r#""DueDt":{},"Overdue":{},"RaisedByOrgCd":{},"ReminderDt":{},"ReminderDue":{},"ResponsePending":{}"#,
        date(row.due_at),
        has_come(row.due_at),
        to_canonical(&row.raised_by),
        date(row.remind_at),
        has_come(row.remind_at),
        row.pending,
    );
    with_members(row.body.as_deref().unwrap_or(&erased_referral(row)), &added)
}

/// What is left of a referral whose text was erased.
fn erased_referral(row: &ReferralRow) -> String {
    let mut referral = Referral::default();
    referral.known.referral_cd = Some(row.code.clone());
    referral.known.referral_id = Some(row.reference.clone());
    referral.known.event_dt = Some(WcfDate::new(row.event_at.0));
    referral.known.lifts = row.lifts.clone();
    to_canonical(&referral)
}

/// What is left of an answer whose text was erased.
fn erased_answer(row: &AnswerRow) -> String {
    let mut answer = ReferralResponse::default();
    answer.known.referral_response_cd = Some(row.code.clone());
    answer.known.referral_id = Some(row.reference.clone());
    answer.known.event_dt = Some(WcfDate::new(row.event_at.0));
    to_canonical(&answer)
}

fn answer_json(row: &AnswerRow) -> Option<Box<RawValue>> {
    with_members(
        row.body.as_deref().unwrap_or(&erased_answer(row)),
        &format!(r#""AnsweredByOrgCd":{}"#, to_canonical(&row.answered_by)),
    )
}

/// A stored object, which has members, with more of them.
fn with_members(body: &str, added: &str) -> Option<Box<RawValue>> {
    let open = body.strip_suffix('}')?;
    RawValue::from_string(format!("{open},{added}}}")).ok()
}
