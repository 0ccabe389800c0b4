//! The states of an item as they are shown, from the columns that keep them.

use crate::domain::{FiscalState, SecurityState};
use crate::rules::decision::DecisionTable;
use crate::rules::fiscal::{self};
use crate::rules::security::{self, Effect};
use crate::store::item::{AnswerRow, ObjectRow, ReferralRow};

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
