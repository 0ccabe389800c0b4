//! Compares the rows of an item with what its history tells of them.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::detail::{Attestation, Detail};
use super::event::HistoryRow;
use super::row_digest::{MarkedRow, RetiredMark, decision_key, row_digest};
use super::rows::{AnswerRow, DecisionRow, DeclarationRow, ObjectRow, ReferralRow, ResponseRow};
use crate::domain::Side;
use crate::store::columns::{Attested, text_digest};
use crate::store::schema::{decision, declaration, mail_object, referral, referral_response, response, retired_mark};
use crate::store::types::Id;
use crate::store::{Fault, Tx};

type Done<T = ()> = Result<T, Fault>;

/// What the details of an item's history tell of its rows, the latest attested of each.
#[derive(Default)]
struct Attestations {
    object: Attestation,
    declaration: Attestation,
    own_response: Attestation,
    destination_response: Attestation,
    /// Digests of decisions by side and number.
    decisions: BTreeMap<String, String>,
    /// Digests of referrals and answers, with the reference; no digest where the event holds none.
    referrals: Vec<(String, Option<String>)>,
    answers: Vec<(String, Option<String>)>,
    /// References of the referrals that wait; nothing where no event tells.
    waiting: Option<Vec<String>>,
}

impl Attestations {
    /// # Errors
    /// A detail that cannot be read, in words.
    fn of(history: &[HistoryRow]) -> Result<Self, String> {
        let mut attested = Self::default();
        for row in history {
            let detail = Detail::parse(&row.detail).map_err(|why| format!("history row {}: {why}", row.seq))?;
            let latest = |member: &mut Attestation, recorded: Attestation| *member = recorded.or(member.take());
            latest(&mut attested.object, detail.object_row);
            latest(&mut attested.declaration, detail.declaration_row);
            latest(&mut attested.own_response, detail.own_response_row);
            latest(&mut attested.destination_response, detail.destination_response_row);
            attested.decisions.extend(detail.decision_rows.into_iter().flatten());
            attested.waiting = detail.waiting.or(attested.waiting);
            let reference = detail.referral_id.unwrap_or_default();
            if detail.referral_cd.is_some() {
                attested.referrals.push((reference, detail.referral_row.flatten()));
            } else if detail.referral_response_cd.is_some() {
                attested.answers.push((reference, detail.answer_row.flatten()));
            }
        }
        Ok(attested)
    }
}

/// What is wrong with a row of which an item has one at most.
fn judge(recorded: &Attestation, row: Option<&impl Attested>) -> Option<&'static str> {
    match (recorded.as_ref()?, row) {
        (Some(recorded), Some(row)) => (*recorded != row_digest(row)).then_some("altered"),
        (Some(_), None) => Some("removed"),
        (None, Some(_)) => Some("inserted"),
        (None, None) => None,
    }
}

/// What is wrong with one of several rows: its reference, and how it was tampered with.
fn judge_all<R: Attested>(
    recorded: &[(String, Option<String>)],
    rows: &[R],
    reference: impl Fn(&R) -> &str,
) -> Option<(String, &'static str)> {
    let mut open: Vec<&(String, Option<String>)> = recorded.iter().collect();
    let mut unknown: Vec<&R> = Vec::new();
    for row in rows {
        let digest = row_digest(row);
        match open.iter().position(|(_, recorded)| recorded.as_ref() == Some(&digest)) {
            Some(at) => {
                open.swap_remove(at);
            }
            None => unknown.push(row),
        }
    }
    for row in unknown {
        let of_reference = |(recorded, _): &&(String, Option<String>)| recorded == reference(row);
        match open.iter().position(of_reference).map(|at| open.swap_remove(at)) {
            Some((_, None)) => {}
            Some((reference, Some(_))) => return Some((reference.clone(), "altered")),
            None => return Some((reference(row).to_owned(), "altered or inserted")),
        }
    }
    open.first().map(|(reference, _)| (reference.clone(), "removed"))
}

/// Whether a text, unless it was erased, is the one whose digest was kept.
fn fits(text: Option<&str>, digest: Option<&[u8]>) -> bool {
    match (text, digest) {
        (Some(text), Some(digest)) => text_digest(text) == digest,
        _ => true,
    }
}

impl Tx<'_> {
    /// Whether the history tells of a mail object as it was when a mark stood on it, and not of a change since.
    fn is_attested_with_mark(&mut self, recorded: &Attestation, object: Option<&ObjectRow>) -> Done<bool> {
        let Some(object) = object else { return Ok(false) };
        let mark: Option<RetiredMark> = retired_mark::table
            .find((&object.post_org, object.pid))
            .select((retired_mark::operation, retired_mark::remarks, retired_mark::until))
            .first(self.conn)
            .optional()?;
        Ok(mark.is_some_and(|mark| judge(recorded, Some(&MarkedRow { object, mark: &mark })).is_none()))
    }

    /// Compares an item's rows with what its history (whole, as stored) tells of them; says which does not fit.
    pub(in crate::store) fn verify_rows(
        &mut self,
        name: &str,
        post_org: &str,
        pid: Id,
        history: &[HistoryRow],
    ) -> Done<Option<String>> {
        let attested = match Attestations::of(history) {
            Ok(attested) => attested,
            Err(why) => return Ok(Some(format!("{name}: {why}"))),
        };
        let fault = |what: &str, how: &str| Ok(Some(format!("{what} of {name} was {how}")));
        let object: Option<ObjectRow> = mail_object::table.find((post_org, pid)).first(self.conn).optional()?;
        if let Some(how) = judge(&attested.object, object.as_ref())
            && !self.is_attested_with_mark(&attested.object, object.as_ref())?
        {
            return fault("the mail object", how);
        }
        let declaration: Option<DeclarationRow> =
            declaration::table.find((post_org, pid)).first(self.conn).optional()?;
        if let Some(how) = judge(&attested.declaration, declaration.as_ref()) {
            return fault("the declaration", how);
        }
        for (side, recorded, what) in [
            (Side::Own, &attested.own_response, "the response of its own customs"),
            (Side::Destination, &attested.destination_response, "the response of the destination's customs"),
        ] {
            let row: Option<ResponseRow> = response::table.find((post_org, pid, side)).first(self.conn).optional()?;
            if let Some(how) = judge(recorded, row.as_ref()) {
                return fault(what, how);
            }
        }
        let decisions = decision::table.filter(decision::post_org.eq(post_org)).filter(decision::object_pid.eq(pid));
        let decisions: Vec<DecisionRow> = decisions.load(self.conn)?;
        let mut unmatched = attested.decisions;
        for row in &decisions {
            match unmatched.remove(&decision_key(row)) {
                Some(recorded) if recorded == row_digest(row) => {}
                Some(_) => return fault(&format!("decision {}", decision_key(row)), "altered"),
                None => return fault(&format!("decision {}", decision_key(row)), "inserted"),
            }
        }
        if let Some(key) = unmatched.keys().next() {
            return fault(&format!("decision {key}"), "removed");
        }
        let referrals = referral::table.filter(referral::post_org.eq(post_org)).filter(referral::object_pid.eq(pid));
        let referrals: Vec<ReferralRow> = referrals.load(self.conn)?;
        if let Some((reference, how)) = judge_all(&attested.referrals, &referrals, |row| &row.reference) {
            return fault(&format!("referral {reference}"), how);
        }
        let waits = |row: &ReferralRow| attested.waiting.as_ref().map(|waiting| waiting.contains(&row.reference));
        if let Some(row) = referrals.iter().find(|row| waits(row).is_some_and(|waits| waits != row.pending)) {
            return fault(&format!("whether referral {} waits", row.reference), "altered");
        }
        if let Some(row) = referrals.iter().find(|row| !fits(row.body.as_deref(), row.text_digest.as_deref())) {
            return fault(&format!("the text of referral {}", row.reference), "altered");
        }
        let answers = referral_response::table
            .filter(referral_response::post_org.eq(post_org))
            .filter(referral_response::object_pid.eq(pid));
        let answers: Vec<AnswerRow> = answers.load(self.conn)?;
        if let Some((reference, how)) = judge_all(&attested.answers, &answers, |row| &row.reference) {
            return fault(&format!("the answer to referral {reference}"), how);
        }
        if let Some(row) = answers.iter().find(|row| !fits(row.body.as_deref(), row.text_digest.as_deref())) {
            return fault(&format!("the text of the answer to referral {}", row.reference), "altered");
        }
        Ok(None)
    }
}
