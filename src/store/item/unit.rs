//! An item in memory: what is stored of it, and what a transaction makes of it.
//!
//! Loaded, changed here, and handed back to be saved ([`Tx::save_items`](crate::store::Tx::save_items)): rows, superseded
//! versions, history and messages to partners are written together or not at all.

use std::collections::BTreeMap;

use super::detail::Attestation;
use super::event::Event;
use super::place::{ItemPlace, ItemReference};
use super::row_digest::{GONE, attest, decision_key, row_digest};
use super::rows::{
    AnswerRow, DecisionRow, DeclarationRow, MessageRow, ObjectRow, ReferralRow, ResponseRow, VersionRow,
};
use crate::domain::{DocumentKind, EventKind, Side};
use crate::store::columns::Attested;
use crate::store::text::StoredText;

/// What is to be done with a row when the item is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WriteAction {
    Keep,
    Insert,
    Update,
    Delete,
}

#[derive(Clone, Debug)]
pub(super) struct Slot<T> {
    pub row: T,
    pub action: WriteAction,
}

impl<T> Slot<T> {
    /// As it is stored.
    pub(super) fn stored(row: T) -> Self {
        Self { row, action: WriteAction::Keep }
    }

    fn new(row: T) -> Self {
        Self { row, action: WriteAction::Insert }
    }
}

/// Puts `row` in place of what was there.
fn put<T>(slot: &mut Option<Slot<T>>, row: T) {
    let action = match slot {
        None => WriteAction::Insert,
        Some(old) if old.action == WriteAction::Insert => WriteAction::Insert,
        Some(_) => WriteAction::Update,
    };
    *slot = Some(Slot { row, action });
}

/// The row, unless it is to be deleted.
fn row<T>(slot: &Option<Slot<T>>) -> Option<&T> {
    slot.as_ref().filter(|slot| slot.action != WriteAction::Delete).map(|slot| &slot.row)
}

/// An item with its documents, and what a transaction does to it.
#[derive(Clone, Debug)]
pub struct Item {
    pub object: ObjectRow,
    pub(super) is_new: bool,
    pub(super) declaration: Option<Slot<DeclarationRow>>,
    pub(super) own: Option<Slot<ResponseRow>>,
    pub(super) destination: Option<Slot<ResponseRow>>,
    pub(super) has_responses: bool,
    pub(super) decisions: Vec<Slot<DecisionRow>>,
    pub(super) has_decisions: bool,
    pub(super) referrals: Vec<Slot<ReferralRow>>,
    pub(super) answers: Vec<Slot<AnswerRow>>,
    pub(super) has_referrals: bool,
    pub(super) superseded: Vec<VersionRow>,
    /// Versions taken back out of the archive: kind and number.
    pub(super) restored: Vec<(DocumentKind, i32)>,
    pub(super) events: Vec<Event>,
    pub(super) messages: Vec<MessageRow>,
    /// Where it lies, where that was said.
    pub(super) place: Option<ItemPlace>,
    /// What its declarer calls it and the ingestion it came with, where that was said.
    pub(super) reference: Option<ItemReference>,
}

impl Item {
    /// An item not stored yet.
    pub fn new(object: ObjectRow) -> Self {
        Self { is_new: true, has_responses: true, has_decisions: true, has_referrals: true, ..Self::stored(object) }
    }

    pub(super) fn stored(object: ObjectRow) -> Self {
        Self {
            object,
            is_new: false,
            declaration: None,
            own: None,
            destination: None,
            has_responses: false,
            decisions: Vec::new(),
            has_decisions: false,
            referrals: Vec::new(),
            answers: Vec::new(),
            has_referrals: false,
            superseded: Vec::new(),
            restored: Vec::new(),
            events: Vec::new(),
            messages: Vec::new(),
            place: None,
            reference: None,
        }
    }

    /// Says where it lies.
    pub fn put_place(&mut self, place: ItemPlace) {
        self.place = Some(place);
    }

    /// Says what its declarer calls it, and the ingestion it comes with.
    pub fn put_reference(&mut self, reference: ItemReference) {
        self.reference = Some(reference);
    }

    pub fn is_new(&self) -> bool {
        self.is_new
    }

    pub fn declaration(&self) -> Option<&DeclarationRow> {
        row(&self.declaration)
    }

    pub fn response(&self, side: Side) -> Option<&ResponseRow> {
        match side {
            Side::Own => row(&self.own),
            Side::Destination => row(&self.destination),
        }
    }

    /// Stores `new` as the current declaration; a changed version keeps the old one in the archive.
    pub fn put_declaration(&mut self, new: DeclarationRow) {
        if let Some(old) = self.declaration().filter(|old| old.version_no != new.version_no) {
            let (no, digest, body) = (old.version_no, old.digest.clone(), old.body.clone());
            self.archive(DocumentKind::Declaration, no, digest, body);
        }
        put(&mut self.declaration, new);
    }

    /// Stores `new` as the current response of `side`.
    pub fn put_response(&mut self, side: Side, new: ResponseRow) {
        if let Some(old) = self.response(side).filter(|old| old.version_no != new.version_no) {
            let (no, digest, body) = (old.version_no, old.digest.clone(), old.body.clone());
            self.archive(side.document(), no, digest, body);
        }
        match side {
            Side::Own => put(&mut self.own, new),
            Side::Destination => put(&mut self.destination, new),
        }
    }

    /// Puts a response out of the archive in the place of the current one of its side.
    pub fn restore_response(&mut self, side: Side, row: ResponseRow) {
        self.restored.push((side.document(), row.version_no));
        self.put_response(side, row);
    }

    pub(super) fn put_loaded(&mut self, row: ResponseRow) {
        let slot = match row.side {
            Side::Own => &mut self.own,
            Side::Destination => &mut self.destination,
        };
        if slot.is_none() {
            *slot = Some(Slot::stored(row));
        }
    }

    /// The text of a version that this transaction put into the archive.
    pub fn superseded_text(&self, kind: DocumentKind, version_no: i32) -> Option<&str> {
        let is_it = |version: &&VersionRow| version.kind == kind && version.version_no == version_no;
        self.superseded.iter().find(is_it).and_then(|version| version.body.as_deref())
    }

    /// Keeps a version that never was (or no longer is) the current one.
    pub fn archive(&mut self, kind: DocumentKind, version_no: i32, digest: Vec<u8>, body: Option<StoredText>) {
        let (post_org, object_pid) = (self.object.post_org.clone(), self.object.pid);
        self.superseded.push(VersionRow { post_org, object_pid, kind, version_no, digest, body });
    }

    /// Takes a draft declaration away; its text stays in the archive.
    pub fn delete_declaration(&mut self) {
        let Some(slot) = &mut self.declaration else { return };
        slot.action = WriteAction::Delete;
        let (no, digest, body) = (slot.row.version_no, slot.row.digest.clone(), slot.row.body.clone());
        self.archive(DocumentKind::Declaration, no, digest, body);
    }

    /// Takes a draft response away; its text stays in the archive.
    pub fn delete_response(&mut self, side: Side) {
        let slot = match side {
            Side::Own => &mut self.own,
            Side::Destination => &mut self.destination,
        };
        let Some(slot) = slot else { return };
        slot.action = WriteAction::Delete;
        let (no, digest, body) = (slot.row.version_no, slot.row.digest.clone(), slot.row.body.clone());
        self.archive(side.document(), no, digest, body);
    }

    /// Adds to the item's history. An item without events is not written at all.
    pub fn record(&mut self, event: Event) {
        self.events.push(event);
    }

    /// What was recorded and is not saved yet; nothing means that saving writes nothing.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Whether nothing of what is stored of the two differs.
    pub fn is_like(&self, other: &Self) -> bool {
        let rows = |item: &Self| item.decisions.iter().map(|slot| slot.row.clone()).collect::<Vec<_>>();
        self.object == other.object
            && (self.declaration(), self.response(Side::Own)) == (other.declaration(), other.response(Side::Own))
            && self.response(Side::Destination) == other.response(Side::Destination)
            && rows(self) == rows(other)
    }

    /// Whether something of this kind was recorded.
    pub fn has_event(&self, is_it: impl Fn(EventKind) -> bool) -> bool {
        self.events.iter().any(|event| is_it(event.kind))
    }

    /// What was recorded last of this kind, to be told more of.
    pub fn last_event(&mut self, is_it: impl Fn(EventKind) -> bool) -> Option<&mut Event> {
        self.events.iter_mut().rfind(|event| is_it(event.kind))
    }

    /// Has the last event attest for every row that is about to be written or deleted.
    pub(super) fn attest_documents(&mut self) {
        let Some(Event { detail, .. }) = self.events.last_mut() else { return };
        detail.declaration_row = attestation_of(self.declaration.as_ref());
        detail.own_response_row = attestation_of(self.own.as_ref());
        detail.destination_response_row = attestation_of(self.destination.as_ref());
        let changed = self.decisions.iter().filter(|slot| slot.action != WriteAction::Keep).map(|slot| &slot.row);
        let digests: BTreeMap<String, String> = changed.map(|row| (decision_key(row), row_digest(row))).collect();
        detail.decision_rows = Some(digests).filter(|digests| !digests.is_empty());
        if self.referrals.iter().any(|slot| slot.action != WriteAction::Keep) {
            let waiting = self.referrals.iter().filter(|slot| slot.row.pending);
            detail.waiting = Some(waiting.map(|slot| slot.row.reference.clone()).collect());
        }
    }
}

impl Item {
    /// The final decisions about the item; loaded with [`Tx::complete`](crate::store::Tx::complete).
    pub fn decisions(&self, side: Side) -> impl Iterator<Item = &DecisionRow> {
        self.decisions.iter().map(|slot| &slot.row).filter(move |row| row.side == side)
    }

    /// Adds a decision, or puts it in place of the one with its number.
    pub fn put_decision(&mut self, row: DecisionRow) {
        let key = |row: &DecisionRow| (row.side, row.version_no);
        match self.decisions.iter_mut().find(|slot| key(&slot.row) == key(&row)) {
            Some(slot) if slot.row == row => {}
            Some(slot) => {
                slot.row = row;
                if slot.action == WriteAction::Keep {
                    slot.action = WriteAction::Update;
                }
            }
            None => self.decisions.push(Slot::new(row)),
        }
    }

    /// Adds a referral.
    pub fn add_referral(&mut self, row: ReferralRow) {
        self.referrals.push(Slot::new(row));
    }

    /// Adds an answer to a referral.
    pub fn add_answer(&mut self, row: AnswerRow) {
        self.answers.push(Slot::new(row));
    }

    /// Notes whether the answer to a referral at hand is still awaited.
    pub fn set_pending(&mut self, reference: &str, pending: bool) {
        let changed = |slot: &&mut Slot<ReferralRow>| slot.row.reference == reference && slot.row.pending != pending;
        if let Some(slot) = self.referrals.iter_mut().find(changed) {
            slot.row.pending = pending;
            if slot.action == WriteAction::Keep {
                slot.action = WriteAction::Update;
            }
        }
    }

    /// The messages to partners that are not saved yet.
    pub fn messages(&self) -> &[MessageRow] {
        &self.messages
    }

    /// Adds a message to a partner, which waits once the item is saved.
    pub fn add_message(&mut self, message: MessageRow) {
        self.messages.push(message);
    }
}

fn attestation_of<T: Attested>(slot: Option<&Slot<T>>) -> Attestation {
    let slot = slot?;
    match slot.action {
        WriteAction::Keep => None,
        WriteAction::Insert | WriteAction::Update => attest(&slot.row),
        WriteAction::Delete => GONE,
    }
}

impl Item {
    /// After saving, everything is as stored.
    pub(super) fn settle(&mut self) {
        fn settled<T>(slot: &mut Option<Slot<T>>) {
            if slot.as_ref().is_some_and(|slot| slot.action == WriteAction::Delete) {
                *slot = None;
            } else if let Some(slot) = slot {
                slot.action = WriteAction::Keep;
            }
        }
        self.is_new = false;
        self.superseded.clear();
        self.restored.clear();
        self.decisions.iter_mut().for_each(|slot| slot.action = WriteAction::Keep);
        self.referrals.iter_mut().for_each(|slot| slot.action = WriteAction::Keep);
        self.answers.iter_mut().for_each(|slot| slot.action = WriteAction::Keep);
        self.messages.clear();
        self.place = None;
        settled(&mut self.declaration);
        settled(&mut self.own);
        settled(&mut self.destination);
    }
}
