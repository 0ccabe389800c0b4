//! Telling the sender that one of its items was refused: a referral of kind ERR with pointers to what is wrong.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::reading::PreparedMessage;
use crate::contract::canonical::hex;
use crate::contract::{Referral, WcfDate};
use crate::domain::MessageKind;
use crate::error::Finding;
use crate::limits;
use crate::rules::data_error::DataError;
use crate::service::incoming::{CheckedItem, REFUSAL};
use crate::service::item::messages;
use crate::store::{Fault, Tx};

/// Where an item stood in what was received.
pub(super) struct Place<'p> {
    pub interchange: &'p str,
    pub message_no: usize,
    pub item_no: usize,
}

/// Tells the sender that an item was refused; what is itself a refusal is not answered by another.
pub(super) fn refuse(
    tx: &mut Tx<'_>,
    message: &PreparedMessage,
    place: &Place<'_>,
    item_id: &str,
    findings: &[Finding],
) -> Result<(), Fault> {
    let checked = message.items.get(place.item_no).and_then(|judged| judged.checked.as_ref().ok());
    let ends_here = message.kind == MessageKind::Itmref && checked.is_none_or(CheckedItem::is_refusal);
    if ends_here || item_id.is_empty() {
        return Ok(());
    }
    let route = &message.route;
    let Place { interchange, message_no, item_no } = place;
    let known_by = Sha256::digest(format!("{} {interchange} {message_no} {item_no}", route.from));
    let reference = format!("E{}", short(&known_by));
    let referral = refusal(findings, &reference, WcfDate::new(tx.now));
    messages::refusal(tx, &route.to, &route.from, item_id, &reference, &referral)
}

/// A referral of kind ERR that points at what is wrong.
fn refusal(findings: &[Finding], reference: &str, now: WcfDate) -> Referral {
    let mut referral = Referral::default();
    let known = &mut referral.known;
    known.referral_cd = Some(REFUSAL.into());
    known.referral_id = Some(reference.to_owned());
    known.event_dt = Some(now);
    known.remarks = findings.first().map(|finding| cut(&finding.message, limits::EXCHANGE_REMARK_CHARS));
    let mut add = |name: String, value: String| {
        known.extra_field_names.push(Some(name));
        known.extra_field_values.push(Some(value));
    };
    let errors: BTreeSet<DataError> = findings.iter().map(DataError::of).collect();
    for (at, error) in errors.into_iter().enumerate() {
        add(format!("EP.Reasons[{at}].Code"), error.code().to_owned());
    }
    for (at, finding) in findings.iter().take(limits::FINDINGS_SHOWN).enumerate() {
        add(format!("EP.Pointers[{at}].Path"), finding.path.clone());
        add(format!("EP.Pointers[{at}].Code"), DataError::of(finding).code().to_owned());
        add(format!("EP.Pointers[{at}].Text"), cut(&finding.message, limits::EXCHANGE_REMARK_CHARS));
    }
    referral
}

fn cut(text: &str, chars: usize) -> String {
    text.chars().take(chars).collect()
}

/// Findings for a person, in one line each.
pub(super) fn told(findings: &[Finding]) -> String {
    let lines: Vec<String> = findings.iter().map(|f| format!("[{}] {}: {}", f.code, f.path, f.message)).collect();
    lines.join("\n")
}

pub(super) fn short(digest: &[u8]) -> String {
    hex(digest.get(..6).unwrap_or(digest))
}
