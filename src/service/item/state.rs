//! Saving items: whatever follows from what was said is brought up to date (`judging`), and partners are told
//! (`outgoing`), in the transaction of the change.

use super::{judging, messages, version};
use crate::contract::canonical::hex;
use crate::domain::{EventKind, FiscalState, Flow, SecurityState};
use crate::rules::decision::DecisionTable;
use crate::rules::fiscal::{self};
use crate::rules::security::{self, Effect};
use crate::rules::structure::UNKNOWN_POST;
use crate::service::catalogue::Catalogue;
use crate::store::item::Stamp;
use crate::store::item::{AnswerRow, ReferralRow};
use crate::store::item::{Item, ObjectRow};
use crate::store::types::At;
use crate::store::{Fault, Tx};

/// Saves items, what follows from what was said brought up to date, and puts what partners are to be told of into the
/// outbox.
pub(in crate::service) fn save(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    items: &mut [Item],
    stamp: &Stamp,
) -> Result<(), Fault> {
    for item in items.iter_mut().filter(|item| !item.events().is_empty()) {
        note_declaration(item, At(tx.now));
        name_version(item);
        judging::settle(tx, catalogue, item, stamp)?;
    }
    messages::tell(tx, items)?;
    tx.save_items(items, stamp)
}

/// Notes in the history which version stands after what happened to a declared item.
fn name_version(item: &mut Item) {
    if !item.has_event(EventKind::is_about_versions) {
        return;
    }
    let name = version::current_name(item).map(|name| hex(&name));
    if let Some(event) = item.last_event(EventKind::is_about_versions) {
        event.detail.version = name;
    }
}

/// Keeps in columns whether item data was sent or received, and whether customs may see it.
fn note_declaration(item: &mut Item, now: At) {
    let Some(row) = item.declaration() else {
        item.object.declared_at = None;
        item.object.declaration_seen = false;
        return;
    };
    let sent =
        if item.object.flow == Flow::Inbound { row.seen } else { row.sent && item.object.dest_post != UNKNOWN_POST };
    let received = item.has_event(|kind| kind == EventKind::DeclarationReceived);
    item.object.declaration_seen = row.seen;
    if sent || received {
        item.object.declared_at.get_or_insert(now);
    }
}

/// The security state of a stored item, leaving departure aside. `sent`: its declaration was sent or received; `seen`:
/// customs may see it.
pub(in crate::service) fn security_state(sent: bool, seen: bool, stored: Option<SecurityState>) -> SecurityState {
    stored.unwrap_or_else(|| security::unquestioned(sent, seen))
}

/// The security state to show for an item.
pub(in crate::service) fn shown_state(object: &ObjectRow) -> SecurityState {
    let sent = object.declared_at.is_some();
    let state = security_state(sent, object.declaration_seen, object.security_state);
    if security::has_departed(object.mail_state) { security::departed(state) } else { state }
}

/// Whether a referral waits for its answer. "More time wanted" is no answer.
pub(in crate::service) fn waits(referral: &ReferralRow, answers: &[AnswerRow]) -> bool {
    let answered = answers
        .iter()
        .any(|row| row.reference == referral.reference && Effect::of(&row.code, &referral.code) != Effect::Waits);
    security::needs_answer(&referral.code) && !answered
}

/// The state that a stored response alone leads to, for rows written before states were kept.
pub(in crate::service) fn fiscal_of(
    decisions: &DecisionTable,
    customs: Option<&str>,
    decision_cd: Option<&str>,
) -> FiscalState {
    let decision = decision_cd.and_then(|code| decisions.decide(customs.unwrap_or_default(), code).ok());
    decision.map_or(FiscalState::Sent, |decision| fiscal::after(&decision, false))
}
