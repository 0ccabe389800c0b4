//! Digests of rows, recorded in the history, so that its chain covers the columns that decide and not only texts.
//!
//! An event's detail names the rows it made by their digests. A row whose columns no longer give the digest recorded last
//! was altered behind the server's back. Rows that no event names (made before rows had digests) are passed over.
//! Marks stood on mail objects once: a digest recorded then is compared with the mark that is kept for it.

use diesel::prelude::*;

use super::detail::Attestation;
use super::rows::{AnswerRow, DecisionRow, DeclarationRow, ObjectRow, ReferralRow, ResponseRow};
use crate::contract::canonical::hex;
use crate::domain::{Category, FiscalState, SecurityState};
use crate::store::columns::{Attested, Columns, columns_digest};
use crate::store::types::At;

/// Half of the SHA-256 over the columns of a row, hexadecimal.
pub fn row_digest(row: &impl Attested) -> String {
    hex(&columns_digest(row)[..16])
}

/// What the event says that made or changed `row`.
pub fn attest(row: &impl Attested) -> Attestation {
    Some(Some(row_digest(row)))
}

/// What the event says that took a row away.
pub const GONE: Attestation = Some(None);

/// Under what the digest of a decision is recorded.
pub(super) fn decision_key(row: &DecisionRow) -> String {
    format!("{}{}", row.side, row.version_no)
}

impl Attested for ObjectRow {
    fn columns(&self, to: &mut Columns) {
        MarkedRow { object: self, mark: &RetiredMark::default() }.columns(to);
    }
}

/// What stood on an item as long as marks did.
#[derive(Clone, Debug, Default, Queryable)]
pub(super) struct RetiredMark {
    operation: Option<i32>,
    remarks: Option<String>,
    until: Option<At>,
}

/// A mail object as it was with a mark on it.
pub(super) struct MarkedRow<'r> {
    pub object: &'r ObjectRow,
    pub mark: &'r RetiredMark,
}

impl Attested for MarkedRow<'_> {
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

impl Attested for DeclarationRow {
    /// The text is in the digest, which the history holds.
    fn columns(&self, to: &mut Columns) {
        to.text(&self.post_org).id(self.object_pid).id(self.pid).number(self.state_cd.stored());
        to.texts(&[&self.customs_org]);
        to.flags(&[self.seen, self.sent]).number(self.version_no).bytes(&self.digest);
        to.numbers(&[self.quality_score]).words(&[self.quality_findings.as_deref()]);
        if self.declared_by.is_some() || self.handed_over_by.is_some() {
            to.texts(&[&self.declared_by, &self.handed_over_by]);
        }
    }
}

impl Attested for ResponseRow {
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

impl Attested for DecisionRow {
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

impl Attested for ReferralRow {
    /// Everything but whether it still waits, which follows from the answers and changes with them.
    fn columns(&self, to: &mut Columns) {
        to.text(&self.post_org).id(self.object_pid).text(&self.reference).text(&self.code).text(&self.raised_by);
        to.times(&[Some(self.event_at), self.remind_at, self.due_at, Some(self.created_at)]);
        to.bytes(&self.digest).free_text(self.text_digest.as_deref(), self.body.as_deref());
        if self.text_digest.is_some() {
            to.texts(&[&self.stated_version, &self.lifts]);
        }
    }
}

impl Attested for AnswerRow {
    fn columns(&self, to: &mut Columns) {
        to.text(&self.post_org).id(self.object_pid).id(self.pid).text(&self.reference).text(&self.code);
        to.text(&self.answered_by).times(&[Some(self.event_at), Some(self.created_at)]);
        to.bytes(&self.digest).free_text(self.text_digest.as_deref(), self.body.as_deref());
    }
}
