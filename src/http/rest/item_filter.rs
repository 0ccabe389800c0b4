//! What the query of a list of items or of an export lets through, and the names that it uses.

use super::ask::Ask;
use crate::contract::ingestion::DeclarationEvent;
use crate::domain::{DeclarationState, Flow, Light};
use crate::error::Result;
use crate::service::load::{ItemFilter, moment};
use crate::service::search::searched;

/// The names of [`DeclarationEvent`] and of the states they lead to.
pub(super) const STATES: &[&str] = &["draft", "final", "toCustoms", "toPost"];

/// What a name stands for.
pub(super) fn state_named(name: &str) -> Option<DeclarationEvent> {
    let events =
        [DeclarationEvent::Draft, DeclarationEvent::Final, DeclarationEvent::ToCustoms, DeclarationEvent::ToPost];
    STATES.iter().position(|known| *known == name).map(|at| events[at])
}

fn state_of(name: &str) -> Option<DeclarationState> {
    let states =
        [DeclarationState::Draft, DeclarationState::Final, DeclarationState::ToCustoms, DeclarationState::ToPost];
    STATES.iter().position(|known| *known == name).map(|at| states[at])
}

/// The filters that a list and an export have in common.
///
/// # Errors
/// 400 for words that nothing can be searched by.
pub(super) fn filter(ask: &Ask<'_>) -> Result<ItemFilter> {
    Ok(ItemFilter {
        item_id: ask.own("itemId"),
        external_ref: ask.own("externalReference"),
        flow: ask.text("flow").and_then(Flow::named),
        orig_post: ask.own("origPost"),
        dest_post: ask.own("destPost"),
        partner_country: ask.own("partnerCountry"),
        mail_class: ask.own("mailClass"),
        mail_state: ask.number("mailState"),
        declaration_state: ask.text("state").and_then(state_of),
        decision: ask.own("decision"),
        posting_from: ask.from("postedFrom").map(moment),
        posting_to: ask.to("postedTo").map(moment),
        light: ask.text("light").and_then(Light::named),
        receptacle: ask.own("receptacle"),
        words: ask.text("q").map(searched).transpose()?.unwrap_or_default(),
        ..ItemFilter::default()
    })
}
