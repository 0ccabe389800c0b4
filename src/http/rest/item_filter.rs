//! What the query of a list of items or of an export lets through, and the names that it uses.

use super::ask::Ask;
use crate::contract::ingestion::DeclarationEvent;
use crate::domain::{DeclarationState, Flow, Light};
use crate::error::Result;
use crate::service::load::{ItemFilter, moment};
use crate::service::search::searched;

fn state_of(name: &str) -> Option<DeclarationState> {
    Some(match DeclarationEvent::named(name)? {
        DeclarationEvent::Draft => DeclarationState::Draft,
        DeclarationEvent::Final => DeclarationState::Final,
        DeclarationEvent::ToCustoms => DeclarationState::ToCustoms,
        DeclarationEvent::ToPost => DeclarationState::ToPost,
    })
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
