//! Items: mail object, current declaration and responses, as one unit of work.
//!
//! A service loads [`Item`]s, changes them in memory and hands them back to [`Tx::save_items`], which writes what
//! changed, the superseded versions, the history rows and the change number, in as few statements as the engine
//! allows.

mod decisions;
mod versions;

use std::collections::BTreeMap;

use diesel::prelude::*;
use uuid::Uuid;

use super::conn::on_engine;
use super::detail::Told;
use super::history::{Event, HistoryRow, Stamp};
use super::imprint::{GONE, Vouched, decision_key, imprint, vouch};
use super::insert::insert_all;
use super::schema::{decision, declaration, document_version, mail_object, response};
use super::types::{At, Id};
use super::{Fault, Tx};
use crate::domain::{DeclarationState, DocumentKind, EventKind, FiscalState, Flow, ResponseState, SecurityState, Side};

pub use decisions::DecisionRow;

type Done<T = ()> = Result<T, Fault>;

/// A mail object as one post sees it.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = mail_object, primary_key(post_org, pid), treat_none_as_null = true)]
#[diesel(treat_none_as_default_value = false)]
pub struct ObjectRow {
    pub post_org: String,
    pub pid: Id,
    pub item_id: String,
    pub orig_post: String,
    pub dest_post: String,
    /// Counts the uses of one item id, which may be used again after twelve months.
    pub life_no: i32,
    /// Seen from `post_org`.
    pub flow: Flow,
    pub partner_country: Option<String>,
    pub mail_class: Option<String>,
    pub mail_category: Option<String>,
    pub type_cd: Option<String>,
    pub local_id: Option<String>,
    pub local_id2: Option<String>,
    pub mail_state: Option<i32>,
    pub mail_state_remarks: Option<String>,
    pub posting_dt: Option<At>,
    /// Postal code that Load filters by: the sender's outbound, else the recipient's; upper case, no blanks.
    pub zip: Option<String>,
    /// Whether the own customs may know of the item. Only grows.
    pub customs_visible: bool,
    /// The own customs has answered, and its answer is not to be looked at again: what it has to work on is the rest.
    pub has_response: bool,
    /// A final response of the customs of the destination exists: of where the item goes now.
    pub has_dc_response: bool,
    pub head_seq: i32,
    pub head_hash: Vec<u8>,
    /// Place in the change feed; absent while a change waits for its number (PostgreSQL).
    pub change_no: Option<i64>,
    pub created_at: At,
    pub changed_at: At,
    /// When a declaration was first sent to the destination, or received; absent when it was withdrawn.
    pub declared_at: Option<At>,
    /// Security state leaving departure aside; present once a referral was raised, and while the item is withdrawn.
    pub security_state: Option<SecurityState>,
    /// Own customs may see the declaration.
    pub declaration_seen: bool,
    /// What else is true of the item, as bits: see `rules::item_facts`.
    pub facts: i32,
}

/// The current declaration of an item.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = declaration, primary_key(post_org, object_pid), treat_none_as_null = true)]
#[diesel(treat_none_as_default_value = false)]
pub struct DeclarationRow {
    pub post_org: String,
    pub object_pid: Id,
    pub pid: Id,
    pub state_cd: DeclarationState,
    pub customs_org: Option<String>,
    /// Own customs may see it. Only grows.
    pub seen: bool,
    /// Went to the destination post. Only grows.
    pub sent: bool,
    pub version_no: i32,
    /// SHA-256 of the value form of `body`.
    pub digest: Vec<u8>,
    /// Canonical text of `Declaration.Data`.
    pub body: String,
    /// 0 to 100, by the quality rules.
    pub quality_score: Option<i32>,
    /// What they found, as a JSON list; absent when nothing.
    pub quality_findings: Option<String>,
    /// The post whose data this is; absent for what was stored before that was kept.
    pub declared_by: Option<String>,
    /// The post that handed the item over, where that is not its origin.
    pub handed_over_by: Option<String>,
}

/// The current response of one side.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = response, primary_key(post_org, object_pid, side), treat_none_as_null = true)]
#[diesel(treat_none_as_default_value = false)]
pub struct ResponseRow {
    pub post_org: String,
    pub object_pid: Id,
    pub side: Side,
    pub pid: Id,
    pub state_cd: ResponseState,
    pub customs_org: Option<String>,
    /// Who entered it: the only one to see a draft.
    pub author_org: String,
    pub sent: bool,
    pub decision_cd: Option<String>,
    /// `ClearanceDt`, or the time of receipt.
    pub decided_at: At,
    pub version_no: i32,
    pub digest: Vec<u8>,
    pub body: String,
    /// What all responses of this side amount to; absent for drafts.
    pub fiscal_state: Option<FiscalState>,
    /// A clearance of something else than what is declared now: first half of the digest of the version it was about.
    pub lapsed: Option<Vec<u8>>,
}

/// A version that is not current (any more).
#[derive(Clone, Debug, Queryable, Insertable)]
#[diesel(table_name = document_version, treat_none_as_default_value = false)]
pub struct VersionRow {
    pub post_org: String,
    pub object_pid: Id,
    pub kind: DocumentKind,
    pub version_no: i32,
    pub digest: Vec<u8>,
    /// Absent once erased by retention.
    pub body: Option<String>,
}

/// What is to be done with a row when the item is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Keep,
    Insert,
    Update,
    Delete,
}

#[derive(Clone, Debug)]
struct Slot<T> {
    row: T,
    fate: Fate,
}

/// Puts `row` in place of what was there.
fn put<T>(slot: &mut Option<Slot<T>>, row: T) {
    let fate = match slot {
        None => Fate::Insert,
        Some(old) if old.fate == Fate::Insert => Fate::Insert,
        Some(_) => Fate::Update,
    };
    *slot = Some(Slot { row, fate });
}

/// The row, unless it is to be deleted.
fn row<T>(slot: &Option<Slot<T>>) -> Option<&T> {
    slot.as_ref().filter(|slot| slot.fate != Fate::Delete).map(|slot| &slot.row)
}

/// An item with its documents, and what a transaction does to it.
#[derive(Clone, Debug)]
pub struct Item {
    pub object: ObjectRow,
    is_new: bool,
    declaration: Option<Slot<DeclarationRow>>,
    own: Option<Slot<ResponseRow>>,
    destination: Option<Slot<ResponseRow>>,
    has_responses: bool,
    decisions: Vec<Slot<DecisionRow>>,
    has_decisions: bool,
    superseded: Vec<VersionRow>,
    /// Versions taken back out of the archive: kind and number.
    restored: Vec<(DocumentKind, i32)>,
    events: Vec<Event>,
}

impl Item {
    /// An item not stored yet.
    pub fn new(object: ObjectRow) -> Self {
        Self { is_new: true, has_responses: true, has_decisions: true, ..Self::stored(object) }
    }

    fn stored(object: ObjectRow) -> Self {
        Self {
            object,
            is_new: false,
            declaration: None,
            own: None,
            destination: None,
            has_responses: false,
            decisions: Vec::new(),
            has_decisions: false,
            superseded: Vec::new(),
            restored: Vec::new(),
            events: Vec::new(),
        }
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

    fn put_loaded(&mut self, row: ResponseRow) {
        let slot = match row.side {
            Side::Own => &mut self.own,
            Side::Destination => &mut self.destination,
        };
        if slot.is_none() {
            *slot = Some(Slot { row, fate: Fate::Keep });
        }
    }

    /// The text of a version that this transaction put into the archive.
    pub fn superseded_text(&self, kind: DocumentKind, version_no: i32) -> Option<&str> {
        let is_it = |version: &&VersionRow| version.kind == kind && version.version_no == version_no;
        self.superseded.iter().find(is_it).and_then(|version| version.body.as_deref())
    }

    /// Keeps a version that never was (or no longer is) the current one.
    pub fn archive(&mut self, kind: DocumentKind, version_no: i32, digest: Vec<u8>, body: String) {
        let (post_org, object_pid) = (self.object.post_org.clone(), self.object.pid);
        self.superseded.push(VersionRow { post_org, object_pid, kind, version_no, digest, body: Some(body) });
    }

    /// Takes a draft declaration away; its text stays in the archive.
    pub fn delete_declaration(&mut self) {
        let Some(slot) = &mut self.declaration else { return };
        slot.fate = Fate::Delete;
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
        slot.fate = Fate::Delete;
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

    /// Has the last event vouch for every row that is about to be written or deleted.
    fn vouch_for_documents(&mut self) {
        let Some(Event { detail, .. }) = self.events.last_mut() else { return };
        detail.declaration_row = told_of(self.declaration.as_ref());
        detail.own_response_row = told_of(self.own.as_ref());
        detail.destination_response_row = told_of(self.destination.as_ref());
        let changed = self.decisions.iter().filter(|slot| slot.fate != Fate::Keep).map(|slot| &slot.row);
        let told: BTreeMap<String, String> = changed.map(|row| (decision_key(row), imprint(row))).collect();
        detail.decision_rows = Some(told).filter(|told| !told.is_empty());
    }
}

fn told_of<T: Vouched>(slot: Option<&Slot<T>>) -> Told {
    let slot = slot?;
    match slot.fate {
        Fate::Keep => None,
        Fate::Insert | Fate::Update => vouch(&slot.row),
        Fate::Delete => GONE,
    }
}

/// Which documents to load with the items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parts {
    Declaration,
    All,
}

impl Tx<'_> {
    /// Every life of the items named, in one post.
    pub fn items_by_id(&mut self, post_org: &str, item_ids: &[&str], parts: Parts) -> Done<Vec<Item>> {
        let of_post = mail_object::table.filter(mail_object::post_org.eq(post_org));
        let objects: Vec<ObjectRow> = match item_ids {
            [] => return Ok(Vec::new()),
            [one] => on_engine!(self.conn, |conn| of_post.filter(mail_object::item_id.eq(*one)).load(conn))?,
            many => of_post.filter(mail_object::item_id.eq_any(many.to_vec())).load(self.conn)?,
        };
        self.with_documents(post_org, objects, parts)
    }

    /// The item with this persistent id, in one post.
    pub fn item_by_pid(&mut self, post_org: &str, pid: Uuid, parts: Parts) -> Done<Option<Item>> {
        let object = mail_object::table.find((post_org, Id(pid))).get_result(self.conn).optional()?;
        Ok(self.with_documents(post_org, object.into_iter().collect(), parts)?.pop())
    }

    /// The current response of one side of an item.
    pub fn response_of(&mut self, object: &ObjectRow, side: Side) -> Done<Option<ResponseRow>> {
        let found = response::table.find((&object.post_org, object.pid, side));
        Ok(found.get_result(self.conn).optional()?)
    }

    /// Loads the documents of `objects`, which all belong to `post_org`.
    pub(super) fn with_documents(&mut self, post_org: &str, objects: Vec<ObjectRow>, parts: Parts) -> Done<Vec<Item>> {
        if objects.is_empty() {
            return Ok(Vec::new());
        }
        let pids: Vec<Id> = objects.iter().map(|object| object.pid).collect();
        let mut items: Vec<Item> = objects.into_iter().map(Item::stored).collect();
        let place: std::collections::HashMap<Id, usize> = pids.iter().enumerate().map(|(at, pid)| (*pid, at)).collect();
        for row in self.declarations(post_org, &pids)? {
            if let Some(&at) = place.get(&row.object_pid) {
                items[at].declaration = Some(Slot { row, fate: Fate::Keep });
            }
        }
        if parts == Parts::All {
            for row in self.responses(post_org, &pids)? {
                if let Some(&at) = place.get(&row.object_pid) {
                    items[at].put_loaded(row);
                }
            }
            items.iter_mut().for_each(|item| item.has_responses = true);
        }
        Ok(items)
    }

    fn declarations(&mut self, post_org: &str, pids: &[Id]) -> Done<Vec<DeclarationRow>> {
        let of_post = declaration::table.filter(declaration::post_org.eq(post_org));
        Ok(match pids {
            [one] => on_engine!(self.conn, |conn| of_post.filter(declaration::object_pid.eq(*one)).load(conn))?,
            many => of_post.filter(declaration::object_pid.eq_any(many.to_vec())).load(self.conn)?,
        })
    }

    fn responses(&mut self, post_org: &str, pids: &[Id]) -> Done<Vec<ResponseRow>> {
        let of_post = response::table.filter(response::post_org.eq(post_org));
        Ok(match pids {
            [one] => on_engine!(self.conn, |conn| of_post.filter(response::object_pid.eq(*one)).load(conn))?,
            many => of_post.filter(response::object_pid.eq_any(many.to_vec())).load(self.conn)?,
        })
    }

    /// Writes what changed in `items`: rows, superseded versions, history and change numbers.
    pub fn save_items(&mut self, items: &mut [Item], stamp: &Stamp) -> Done {
        let mut items: Vec<&mut Item> = items.iter_mut().filter(|item| !item.events().is_empty()).collect();
        if items.is_empty() {
            return Ok(());
        }
        let first_no = self.take_change_numbers(items.len())?;
        let mut history: Vec<HistoryRow> = Vec::with_capacity(items.len());
        for (at, item) in items.iter_mut().enumerate() {
            item.object.change_no = first_no.map(|first| first + at as i64);
            item.object.changed_at = At(self.now);
            item.vouch_for_documents();
            let events = std::mem::take(&mut item.events);
            history.extend(events.into_iter().map(|event| event.chain(&mut item.object, self.now, stamp)));
        }
        self.write_objects(&items)?;
        self.write_documents(&items)?;
        insert_all(self.conn, &history)?;
        for item in items {
            item.settle();
        }
        Ok(())
    }

    fn write_objects(&mut self, items: &[&mut Item]) -> Done {
        insert_all(self.conn, items.iter().filter(|item| item.is_new).map(|item| &item.object))?;
        for item in items.iter().filter(|item| !item.is_new) {
            let object = &item.object;
            diesel::update(mail_object::table.find((&object.post_org, object.pid))).set(object).execute(self.conn)?;
        }
        Ok(())
    }

    fn write_documents(&mut self, items: &[&mut Item]) -> Done {
        for item in items {
            for (kind, version_no) in &item.restored {
                let key = (&item.object.post_org, item.object.pid, *kind, *version_no);
                diesel::delete(document_version::table.find(key)).execute(self.conn)?;
            }
        }
        insert_all(self.conn, items.iter().flat_map(|item| &item.superseded))?;
        let declarations = items.iter().filter_map(|item| item.declaration.as_ref());
        insert_all(self.conn, with_fate(declarations.clone(), Fate::Insert))?;
        for row in with_fate(declarations.clone(), Fate::Update) {
            diesel::update(declaration::table.find((&row.post_org, row.object_pid))).set(row).execute(self.conn)?;
        }
        for row in with_fate(declarations, Fate::Delete) {
            diesel::delete(declaration::table.find((&row.post_org, row.object_pid))).execute(self.conn)?;
        }
        let responses = items.iter().flat_map(|item| [item.own.as_ref(), item.destination.as_ref()]).flatten();
        insert_all(self.conn, with_fate(responses.clone(), Fate::Insert))?;
        for row in with_fate(responses.clone(), Fate::Update) {
            let key = (&row.post_org, row.object_pid, row.side);
            diesel::update(response::table.find(key)).set(row).execute(self.conn)?;
        }
        for row in with_fate(responses, Fate::Delete) {
            diesel::delete(response::table.find((&row.post_org, row.object_pid, row.side))).execute(self.conn)?;
        }
        let decisions = items.iter().flat_map(|item| &item.decisions);
        insert_all(self.conn, with_fate(decisions.clone(), Fate::Insert))?;
        for row in with_fate(decisions, Fate::Update) {
            let key = (&row.post_org, row.object_pid, &row.side, row.version_no);
            diesel::update(decision::table.find(key)).set(row).execute(self.conn)?;
        }
        Ok(())
    }
}

impl Item {
    /// After saving, everything is as stored.
    fn settle(&mut self) {
        fn settled<T>(slot: &mut Option<Slot<T>>) {
            if slot.as_ref().is_some_and(|slot| slot.fate == Fate::Delete) {
                *slot = None;
            } else if let Some(slot) = slot {
                slot.fate = Fate::Keep;
            }
        }
        self.is_new = false;
        self.superseded.clear();
        self.restored.clear();
        self.decisions.iter_mut().for_each(|slot| slot.fate = Fate::Keep);
        settled(&mut self.declaration);
        settled(&mut self.own);
        settled(&mut self.destination);
    }
}

fn with_fate<'a, T: 'a>(slots: impl Iterator<Item = &'a Slot<T>>, fate: Fate) -> Vec<&'a T> {
    slots.filter(|slot| slot.fate == fate).map(|slot| &slot.row).collect()
}
