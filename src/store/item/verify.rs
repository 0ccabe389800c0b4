//! What there is of an item, to be compared with what its history records of it: read for many items at once, judged without
//! the database.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;

use super::detail::{Attestation, Detail, LightChange};
use super::event::HistoryRow;
use super::row_digest::{MarkedRow, RetiredMark, decision_key, row_digest};
use super::rows::{AnswerRow, DecisionRow, DeclarationRow, ObjectRow, ReferralRow, ResponseRow, VersionRow};
use crate::contract::canonical;
use crate::domain::{DocumentKind, PackedLight, Side};
use crate::store::columns::{Attested, text_digest};
use crate::store::schema::{
    decision, declaration, document_version, item_history, mail_object, referral, referral_response, response,
    retired_mark,
};
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
    light: Option<LightChange>,
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
            attested.light = detail.light.or(attested.light);
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

/// Everything there is of one item.
pub(in crate::store) struct Evidence {
    pub object: ObjectRow,
    /// Oldest first.
    pub history: Vec<HistoryRow>,
    declaration: Option<DeclarationRow>,
    responses: Vec<ResponseRow>,
    versions: Vec<VersionRow>,
    decisions: Vec<DecisionRow>,
    referrals: Vec<ReferralRow>,
    answers: Vec<AnswerRow>,
    mark: Option<RetiredMark>,
}

type Judged = Result<(), String>;

impl Evidence {
    fn of(object: ObjectRow) -> Self {
        Self {
            object,
            history: Vec::new(),
            declaration: None,
            responses: Vec::new(),
            versions: Vec::new(),
            decisions: Vec::new(),
            referrals: Vec::new(),
            answers: Vec::new(),
            mark: None,
        }
    }

    /// How the item is named to people.
    pub fn name(&self) -> String {
        name_of(&self.object)
    }

    /// Recomputes the chain up to the item's head.
    ///
    /// # Errors
    /// The first row that does not fit, in words. So of the following.
    pub fn chain(&self) -> Judged {
        let broken = |seq: i32, how: &str| Err(format!("history row {seq} of {} was {how}", self.name()));
        let mut previous: &[u8] = &[];
        for (row, expected) in self.history.iter().zip(1..) {
            if row.seq != expected {
                return broken(expected, "removed");
            }
            if row.hash_after(previous) != row.hash {
                return broken(expected, "altered or inserted");
            }
            previous = &row.hash;
        }
        let last = self.history.last().map_or(0, |row| row.seq);
        if last < self.object.head_seq {
            return broken(last + 1, "removed");
        }
        if last > self.object.head_seq || previous != self.object.head_hash {
            return broken(last, "inserted, or the item's head altered");
        }
        Ok(())
    }

    /// Each version named by the history must still have the text it was recorded with, unless it was erased.
    pub fn documents(&self) -> Judged {
        for row in &self.history {
            let (Some(kind), Some(version), Some(digest)) = (&row.doc_kind, row.doc_version, &row.doc_digest) else {
                continue;
            };
            let read = DocumentKind::from_stored(kind);
            let read = read.map_err(|unknown| format!("history row {} of {}: {unknown}", row.seq, self.name()))?;
            let fault = |how: &str| Err(format!("version {version} of kind {kind} of {} was {how}", self.name()));
            match self.version_text(read, version) {
                None => return fault("removed"),
                Some(Some(body)) if &canonical::digest(body) != digest => return fault("altered"),
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// The text of a version: `Some(None)` when it was erased.
    fn version_text(&self, kind: DocumentKind, version_no: i32) -> Option<Option<&str>> {
        let current = match kind.side() {
            None => self.declaration.as_ref().map(|row| (row.version_no, row.body.as_deref())),
            Some(side) => self.response(side).map(|row| (row.version_no, row.body.as_deref())),
        };
        let archived = || self.versions.iter().find(|row| row.kind == kind && row.version_no == version_no);
        let current = current.filter(|(no, _)| *no == version_no).map(|(_, body)| body);
        current.or_else(|| archived().map(|row| row.body.as_deref()))
    }

    fn response(&self, side: Side) -> Option<&ResponseRow> {
        self.responses.iter().find(|row| row.side == side)
    }

    /// Compares the rows with what the history records of them.
    pub fn rows(&self) -> Judged {
        let name = self.name();
        let attested = Attestations::of(&self.history).map_err(|why| format!("{name}: {why}"))?;
        let fault = |what: &str, how: &str| Err(format!("{what} of {name} was {how}"));
        if let Some(how) = judge(&attested.object, Some(&self.object))
            && !self.is_attested_with_mark(&attested.object)
        {
            return fault("the mail object", how);
        }
        if let Some(told) = &attested.light
            && self.object.light.is_some_and(|light| told.packed() != Some(PackedLight::from_stored(light)))
        {
            return fault("the light", "altered");
        }
        if let Some(how) = judge(&attested.declaration, self.declaration.as_ref()) {
            return fault("the declaration", how);
        }
        for (side, recorded, what) in [
            (Side::Own, &attested.own_response, "the response of its own customs"),
            (Side::Destination, &attested.destination_response, "the response of the destination's customs"),
        ] {
            if let Some(how) = judge(recorded, self.response(side)) {
                return fault(what, how);
            }
        }
        self.decisions_fit(attested.decisions)?;
        self.referrals_fit(&attested.referrals, attested.waiting.as_deref())?;
        self.answers_fit(&attested.answers)
    }

    /// Whether the history records the mail object as it was when a mark stood on it, and not of a change since.
    fn is_attested_with_mark(&self, recorded: &Attestation) -> bool {
        let marked = self.mark.as_ref().map(|mark| MarkedRow { object: &self.object, mark });
        marked.is_some_and(|marked| judge(recorded, Some(&marked)).is_none())
    }

    fn decisions_fit(&self, mut recorded: BTreeMap<String, String>) -> Judged {
        let fault = |key: &str, how: &str| Err(format!("decision {key} of {} was {how}", self.name()));
        for row in &self.decisions {
            let key = decision_key(row);
            match recorded.remove(&key) {
                Some(digest) if digest == row_digest(row) => {}
                Some(_) => return fault(&key, "altered"),
                None => return fault(&key, "inserted"),
            }
        }
        recorded.keys().next().map_or(Ok(()), |key| fault(key, "removed"))
    }

    fn referrals_fit(&self, recorded: &[(String, Option<String>)], waiting: Option<&[String]>) -> Judged {
        let name = self.name();
        if let Some((reference, how)) = judge_all(recorded, &self.referrals, |row| &row.reference) {
            return Err(format!("referral {reference} of {name} was {how}"));
        }
        let waits = |row: &ReferralRow| waiting.map(|waiting| waiting.contains(&row.reference));
        if let Some(row) = self.referrals.iter().find(|row| waits(row).is_some_and(|waits| waits != row.pending)) {
            return Err(format!("whether referral {} waits of {name} was altered", row.reference));
        }
        match self.referrals.iter().find(|row| !fits(row.body.as_deref(), row.text_digest.as_deref())) {
            Some(row) => Err(format!("the text of referral {} of {name} was altered", row.reference)),
            None => Ok(()),
        }
    }

    fn answers_fit(&self, recorded: &[(String, Option<String>)]) -> Judged {
        let name = self.name();
        if let Some((reference, how)) = judge_all(recorded, &self.answers, |row| &row.reference) {
            return Err(format!("the answer to referral {reference} of {name} was {how}"));
        }
        match self.answers.iter().find(|row| !fits(row.body.as_deref(), row.text_digest.as_deref())) {
            Some(row) => Err(format!("the text of the answer to referral {} of {name} was altered", row.reference)),
            None => Ok(()),
        }
    }
}

/// How an item is named to people.
pub(in crate::store) fn name_of(object: &ObjectRow) -> String {
    format!("item {} of {} ({})", object.pid.0, object.post_org, object.item_id)
}

/// Reads the rows of a table that belong to some items of a post, and gives each to its item.
macro_rules! gather {
    ($tx:ident, $post:ident, $pids:ident, $found:ident, $table:ident, $row:ty, $order:expr, |$evidence:ident, $one:ident| $put:expr) => {{
        let rows = $table::table.filter($table::post_org.eq($post)).filter($table::object_pid.eq_any($pids));
        for $one in rows.order($order).load::<$row>($tx.conn)? {
            if let Some($evidence) = $found.get_mut(&$one.object_pid) {
                $put;
            }
        }
    }};
}

impl Tx<'_> {
    /// Everything there is of some items of a post, in the order given; of those that are there.
    pub(in crate::store) fn evidence(&mut self, post: &str, pids: &[Id]) -> Done<Vec<Evidence>> {
        let of_post = mail_object::table.filter(mail_object::post_org.eq(post));
        let objects: Vec<ObjectRow> = of_post.filter(mail_object::pid.eq_any(pids)).load(self.conn)?;
        let mut found: HashMap<Id, Evidence> =
            objects.into_iter().map(|object| (object.pid, Evidence::of(object))).collect();
        gather!(
            self,
            post,
            pids,
            found,
            item_history,
            HistoryRow,
            (item_history::object_pid, item_history::seq),
            |item, row| item.history.push(row)
        );
        gather!(self, post, pids, found, declaration, DeclarationRow, declaration::object_pid, |item, row| item
            .declaration =
            Some(row));
        gather!(self, post, pids, found, response, ResponseRow, response::object_pid, |item, row| item
            .responses
            .push(row));
        gather!(self, post, pids, found, document_version, VersionRow, document_version::object_pid, |item, row| item
            .versions
            .push(row));
        gather!(
            self,
            post,
            pids,
            found,
            decision,
            DecisionRow,
            (decision::object_pid, decision::side, decision::version_no),
            |item, row| item.decisions.push(row)
        );
        gather!(
            self,
            post,
            pids,
            found,
            referral,
            ReferralRow,
            (referral::object_pid, referral::reference),
            |item, row| item.referrals.push(row)
        );
        gather!(
            self,
            post,
            pids,
            found,
            referral_response,
            AnswerRow,
            (referral_response::object_pid, referral_response::pid),
            |item, row| item.answers.push(row)
        );
        let marks =
            retired_mark::table.filter(retired_mark::post_org.eq(post)).filter(retired_mark::object_pid.eq_any(pids));
        let mark = (retired_mark::operation, retired_mark::remarks, retired_mark::until);
        for (pid, mark) in marks.select((retired_mark::object_pid, mark)).load::<(Id, RetiredMark)>(self.conn)? {
            if let Some(item) = found.get_mut(&pid) {
                item.mark = Some(mark);
            }
        }
        Ok(pids.iter().filter_map(|pid| found.remove(pid)).collect())
    }
}
