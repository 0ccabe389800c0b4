//! Who sees an item, and what of it: the only answer, whatever form the row was read in.
//!
//! Reading many at once is narrowed by the same rule in the store ([`crate::store::load::ItemFilter::as_customs`]).

use crate::domain::{OrganizationKind, ResponseState, Side};
use crate::service::Actor;
use crate::store::item::{DeclarationRow, Item, ResponseRow};
use crate::store::item_status::StatusRow;

/// A post sees its items. Its customs sees those it may know of, and those on which it keeps a draft response.
pub(in crate::service) fn sees(reader: &Actor, item: &Item) -> bool {
    let own_draft = |row: &&ResponseRow| row.state_cd == ResponseState::Draft && row.author_org == reader.org;
    may_know_of(reader, item.object.customs_visible) || item.response(Side::Own).filter(own_draft).is_some()
}

/// The same by a row that tells of no drafts.
pub(in crate::service) fn sees_row(reader: &Actor, row: &StatusRow) -> bool {
    may_know_of(reader, row.customs_visible)
}

fn may_know_of(reader: &Actor, customs_visible: bool) -> bool {
    reader.kind == OrganizationKind::Post || customs_visible
}

/// The declaration, as far as the reader sees it: customs does once it was passed on.
pub(in crate::service) fn declaration_for<'i>(reader: &Actor, item: &'i Item) -> Option<&'i DeclarationRow> {
    item.declaration().filter(|row| row.seen || reader.kind == OrganizationKind::Post)
}

/// The response of a side, as far as the reader sees it: a draft only if it is its own.
pub(in crate::service) fn response_for<'i>(reader: &Actor, item: &'i Item, side: Side) -> Option<&'i ResponseRow> {
    item.response(side).filter(|row| row.state_cd != ResponseState::Draft || row.author_org == reader.org)
}
