//! Imprints: digests of rows, told in the history, so that its chain covers the columns that decide and not only texts.
//!
//! An event's detail names the rows it made by their imprints. A row whose columns no longer give the imprint told last
//! was altered behind the server's back. Rows told of by no event (made before there were imprints) are passed over.
//! Marks stood on mail objects once: an imprint told then is compared with the mark that is kept for it.

use std::collections::BTreeMap;

use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::detail::{Detail, Told};
use super::history::HistoryRow;
use super::items::{DecisionRow, DeclarationRow, ObjectRow, ResponseRow};
use super::referral::{AnswerRow, ReferralRow};
use super::schema::{decision, declaration, mail_object, referral, referral_response, response, retired_mark};
use super::types::{At, Id};
use super::{Fault, Tx};
use crate::contract::canonical::hex;
use crate::domain::{Category, FiscalState, SecurityState, Side};

type Done<T = ()> = Result<T, Fault>;

/// A row that the history vouches for.
pub trait Vouched {
    /// Adds every column that decides. A column of a later version goes under a member of its own, so that imprints
    /// made before stay right.
    fn columns(&self, to: &mut Columns);
}

/// Half of the SHA-256 over the columns of a row, hexadecimal.
pub fn imprint(row: &impl Vouched) -> String {
    let mut columns = Columns(Sha256::new());
    row.columns(&mut columns);
    hex(&columns.0.finalize()[..16])
}

/// What the event says that made or changed `row`.
pub fn vouch(row: &impl Vouched) -> Told {
    Some(Some(imprint(row)))
}

/// What the event says that took a row away.
pub const GONE: Told = Some(None);

/// Under what the imprint of a decision is told.
pub(super) fn decision_key(row: &DecisionRow) -> String {
    format!("{}{}", row.side, row.version_no)
}

/// What a row's columns are written into.
pub struct Columns(Sha256);

impl Columns {
    /// The length first, so that no two different rows give the same bytes.
    fn bytes(&mut self, column: &[u8]) -> &mut Self {
        self.0.update((column.len() as u64).to_be_bytes());
        self.0.update(column);
        self
    }

    fn text(&mut self, column: &str) -> &mut Self {
        self.bytes(column.as_bytes())
    }

    fn texts(&mut self, columns: &[&Option<String>]) -> &mut Self {
        columns.iter().fold(self, |to, column| to.words(&[column.as_deref()]))
    }

    fn words(&mut self, columns: &[Option<&str>]) -> &mut Self {
        for column in columns {
            match column {
                Some(text) => self.bytes(&[1]).text(text),
                None => self.bytes(&[0]),
            };
        }
        self
    }

    fn id(&mut self, column: Id) -> &mut Self {
        self.bytes(column.0.as_bytes())
    }

    fn number(&mut self, column: i32) -> &mut Self {
        self.bytes(&column.to_be_bytes())
    }

    fn numbers(&mut self, columns: &[Option<i32>]) -> &mut Self {
        for column in columns {
            match column {
                Some(number) => self.number(*number),
                None => self.bytes(&[]),
            };
        }
        self
    }

    fn flags(&mut self, columns: &[bool]) -> &mut Self {
        for column in columns {
            self.bytes(&[u8::from(*column)]);
        }
        self
    }

    fn times(&mut self, columns: &[Option<At>]) -> &mut Self {
        for column in columns {
            match column {
                Some(at) => self.bytes(&at.0.timestamp_micros().to_be_bytes()),
                None => self.bytes(&[]),
            };
        }
        self
    }
}

impl Vouched for ObjectRow {
    fn columns(&self, to: &mut Columns) {
        MarkedRow { object: self, mark: &RetiredMark::default() }.columns(to);
    }
}

/// What stood on an item as long as marks did.
#[derive(Clone, Debug, Default, Queryable)]
struct RetiredMark {
    operation: Option<i32>,
    remarks: Option<String>,
    until: Option<At>,
}

/// A mail object as it was with a mark on it.
struct MarkedRow<'r> {
    object: &'r ObjectRow,
    mark: &'r RetiredMark,
}

impl Vouched for MarkedRow<'_> {
    /// Everything but the head of the history, which is its own proof, and the place in the change feed.
    fn columns(&self, to: &mut Columns) {
        let Self { object: row, mark } = self;
        to.text(&row.post_org).id(row.pid).text(&row.item_id).text(&row.orig_post).text(&row.dest_post);
        to.number(row.life_no).text(row.flow.stored());
        to.texts(&[&row.partner_country, &row.mail_class, &row.mail_category, &row.type_cd, &row.local_id]);
        to.texts(&[&row.local_id2, &row.mail_state_remarks, &row.zip]);
        to.words(&[row.security_state.map(SecurityState::stored), mark.remarks.as_deref()]);
        to.numbers(&[row.mail_state, mark.operation]);
        to.flags(&[row.customs_visible, row.has_response, row.has_dc_response, row.declaration_seen]);
        to.times(&[Some(row.created_at), row.posting_dt, row.declared_at, mark.until]);
        // Rows told of before there were facts have none.
        if row.facts != 0 {
            to.number(row.facts);
        }
    }
}

impl Vouched for DeclarationRow {
    /// The text is in the digest, which the history holds.
    fn columns(&self, to: &mut Columns) {
        to.text(&self.post_org).id(self.object_pid).id(self.pid).number(self.state_cd.stored());
        to.texts(&[&self.customs_org]);
        to.flags(&[self.seen, self.sent]).number(self.version_no).bytes(&self.digest);
        to.numbers(&[self.quality_score]).texts(&[&self.quality_findings]);
        if self.declared_by.is_some() || self.handed_over_by.is_some() {
            to.texts(&[&self.declared_by, &self.handed_over_by]);
        }
    }
}

impl Vouched for ResponseRow {
    /// The text is in the digest, which the history holds.
    fn columns(&self, to: &mut Columns) {
        to.text(&self.post_org).id(self.object_pid).text(self.side.stored()).id(self.pid);
        to.number(self.state_cd.stored()).texts(&[&self.customs_org, &self.decision_cd]);
        to.words(&[self.fiscal_state.map(FiscalState::stored)]).text(&self.author_org);
        to.flags(&[self.sent]).times(&[Some(self.decided_at)]).number(self.version_no).bytes(&self.digest);
        if let Some(lapsed) = &self.lapsed {
            to.bytes(lapsed);
        }
    }
}

impl Vouched for DecisionRow {
    fn columns(&self, to: &mut Columns) {
        to.text(&self.post_org).id(self.object_pid).text(self.side.stored()).number(self.version_no);
        to.text(&self.author_org).number(self.author_rank.stored()).text(self.fiscal_state.stored());
        to.bytes(&self.place.to_be_bytes()).texts(&[&self.customs_org, &self.decision_cd]);
        to.words(&[self.category.map(Category::stored)]).texts(&[&self.stated_version, &self.judged_dest]);
        to.times(&[Some(self.decided_at), Some(self.received_at)]).bytes(&self.digest);
        to.numbers(&[self.judged_no, Some(self.state_cd.stored())])
            .bytes(self.judged_name.as_deref().unwrap_or_default());
        to.flags(&[self.beside_customs, self.sent]);
    }
}

impl Vouched for ReferralRow {
    /// Everything but whether it still waits, which follows from the answers and changes with them.
    fn columns(&self, to: &mut Columns) {
        to.text(&self.post_org).id(self.object_pid).text(&self.reference).text(&self.code).text(&self.raised_by);
        to.times(&[Some(self.event_at), self.remind_at, self.due_at, Some(self.created_at)]);
        to.bytes(&self.digest).text(&self.body);
    }
}

impl Vouched for AnswerRow {
    fn columns(&self, to: &mut Columns) {
        to.text(&self.post_org).id(self.object_pid).id(self.pid).text(&self.reference).text(&self.code);
        to.text(&self.answered_by).times(&[Some(self.event_at), Some(self.created_at)]);
        to.bytes(&self.digest).text(&self.body);
    }
}

/// What the details of an item's history tell of its rows, the latest word of each.
#[derive(Default)]
struct Word {
    object: Told,
    declaration: Told,
    own_response: Told,
    destination_response: Told,
    /// Imprints of decisions by side and number.
    decisions: BTreeMap<String, String>,
    /// Imprints of referrals and answers, with the reference; no imprint where the event holds none.
    referrals: Vec<(String, Option<String>)>,
    answers: Vec<(String, Option<String>)>,
}

impl Word {
    /// # Errors
    /// A detail that cannot be read, in words.
    fn of(history: &[HistoryRow]) -> Result<Self, String> {
        let mut word = Self::default();
        for row in history {
            let detail = Detail::parse(&row.detail).map_err(|why| format!("history row {}: {why}", row.seq))?;
            let latest = |member: &mut Told, told: Told| *member = told.or(member.take());
            latest(&mut word.object, detail.object_row);
            latest(&mut word.declaration, detail.declaration_row);
            latest(&mut word.own_response, detail.own_response_row);
            latest(&mut word.destination_response, detail.destination_response_row);
            word.decisions.extend(detail.decision_rows.into_iter().flatten());
            let reference = detail.referral_id.unwrap_or_default();
            if detail.referral_cd.is_some() {
                word.referrals.push((reference, detail.referral_row.flatten()));
            } else if detail.referral_response_cd.is_some() {
                word.answers.push((reference, detail.answer_row.flatten()));
            }
        }
        Ok(word)
    }
}

/// What is wrong with a row of which an item has one at most.
fn judge(told: &Told, row: Option<&impl Vouched>) -> Option<&'static str> {
    match (told.as_ref()?, row) {
        (Some(told), Some(row)) => (*told != imprint(row)).then_some("altered"),
        (Some(_), None) => Some("removed"),
        (None, Some(_)) => Some("inserted"),
        (None, None) => None,
    }
}

/// What is wrong with one of several rows: its reference, and how it was tampered with.
fn judge_all<R: Vouched>(
    told: &[(String, Option<String>)],
    rows: &[R],
    reference: impl Fn(&R) -> &str,
) -> Option<(String, &'static str)> {
    let mut open: Vec<&(String, Option<String>)> = told.iter().collect();
    let mut unknown: Vec<&R> = Vec::new();
    for row in rows {
        let imprint = imprint(row);
        match open.iter().position(|(_, told)| told.as_ref() == Some(&imprint)) {
            Some(at) => {
                open.swap_remove(at);
            }
            None => unknown.push(row),
        }
    }
    for row in unknown {
        let of_reference = |(told, _): &&(String, Option<String>)| told == reference(row);
        match open.iter().position(of_reference).map(|at| open.swap_remove(at)) {
            Some((_, None)) => {}
            Some((reference, Some(_))) => return Some((reference.clone(), "altered")),
            None => return Some((reference(row).to_owned(), "altered or inserted")),
        }
    }
    open.first().map(|(reference, _)| (reference.clone(), "removed"))
}

impl Tx<'_> {
    /// Whether the history tells of a mail object as it was when a mark stood on it, and not of a change since.
    fn is_told_with_mark(&mut self, told: &Told, object: Option<&ObjectRow>) -> Done<bool> {
        let Some(object) = object else { return Ok(false) };
        let mark: Option<RetiredMark> = retired_mark::table
            .find((&object.post_org, object.pid))
            .select((retired_mark::operation, retired_mark::remarks, retired_mark::until))
            .first(self.conn)
            .optional()?;
        Ok(mark.is_some_and(|mark| judge(told, Some(&MarkedRow { object, mark: &mark })).is_none()))
    }

    /// Compares an item's rows with what its history (whole, as stored) tells of them; says which does not fit.
    pub(super) fn verify_rows(
        &mut self,
        name: &str,
        post_org: &str,
        pid: Id,
        history: &[HistoryRow],
    ) -> Done<Option<String>> {
        let word = match Word::of(history) {
            Ok(word) => word,
            Err(why) => return Ok(Some(format!("{name}: {why}"))),
        };
        let fault = |what: &str, how: &str| Ok(Some(format!("{what} of {name} was {how}")));
        let object: Option<ObjectRow> = mail_object::table.find((post_org, pid)).first(self.conn).optional()?;
        if let Some(how) = judge(&word.object, object.as_ref())
            && !self.is_told_with_mark(&word.object, object.as_ref())?
        {
            return fault("the mail object", how);
        }
        let declaration: Option<DeclarationRow> =
            declaration::table.find((post_org, pid)).first(self.conn).optional()?;
        if let Some(how) = judge(&word.declaration, declaration.as_ref()) {
            return fault("the declaration", how);
        }
        for (side, told, what) in [
            (Side::Own, &word.own_response, "the response of its own customs"),
            (Side::Destination, &word.destination_response, "the response of the destination's customs"),
        ] {
            let row: Option<ResponseRow> = response::table.find((post_org, pid, side)).first(self.conn).optional()?;
            if let Some(how) = judge(told, row.as_ref()) {
                return fault(what, how);
            }
        }
        let decisions = decision::table.filter(decision::post_org.eq(post_org)).filter(decision::object_pid.eq(pid));
        let decisions: Vec<DecisionRow> = decisions.load(self.conn)?;
        let mut untold = word.decisions;
        for row in &decisions {
            match untold.remove(&decision_key(row)) {
                Some(told) if told == imprint(row) => {}
                Some(_) => return fault(&format!("decision {}", decision_key(row)), "altered"),
                None => return fault(&format!("decision {}", decision_key(row)), "inserted"),
            }
        }
        if let Some(key) = untold.keys().next() {
            return fault(&format!("decision {key}"), "removed");
        }
        let referrals = referral::table.filter(referral::post_org.eq(post_org)).filter(referral::object_pid.eq(pid));
        let referrals: Vec<ReferralRow> = referrals.load(self.conn)?;
        if let Some((reference, how)) = judge_all(&word.referrals, &referrals, |row| &row.reference) {
            return fault(&format!("referral {reference}"), how);
        }
        let answers = referral_response::table
            .filter(referral_response::post_org.eq(post_org))
            .filter(referral_response::object_pid.eq(pid));
        let answers: Vec<AnswerRow> = answers.load(self.conn)?;
        if let Some((reference, how)) = judge_all(&word.answers, &answers, |row| &row.reference) {
            return fault(&format!("the answer to referral {reference}"), how);
        }
        Ok(None)
    }
}
