//! Seals: once a minute the heads of all items and records changed since the last one, in one global chain.
//!
//! A sealed head cannot be taken back unnoticed: not by altering, removing or inserting history rows, nor by
//! removing whole items or records. [`Tx::verify_history`] names the first row that does not fit. Only who keeps number and hash of a
//! seal elsewhere notices that the newest seals were removed with everything sealed by them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::result::Error as DbError;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::engine::in_full;
use super::insert::{insert_all, inserted_rows};
use super::item::HistoryRow;
use super::record_history::HeadRow;
use super::record_verify::{RecordEntryRow, Walked};
use super::schema::{item_history, mail_object, record_head, record_seal_entry, seal, seal_entry};
use super::types::{At, Id};
use super::{Fault, Tx};
use crate::domain::DocumentKind;
use crate::limits;

type Done<T = ()> = Result<T, Fault>;

/// One link of the global chain.
#[derive(Clone, Debug, Queryable, Insertable)]
#[diesel(table_name = seal)]
pub struct SealRow {
    pub seal_no: i64,
    pub sealed_at: At,
    /// Every change up to this number is sealed.
    pub through_change_no: i64,
    /// How many items and records.
    pub entries: i32,
    pub hash: Vec<u8>,
}

/// What one seal holds.
struct Sealed {
    items: Vec<SealEntryRow>,
    /// In order of organization, kind and id.
    records: Vec<RecordEntryRow>,
}

impl Sealed {
    fn len(&self) -> usize {
        self.items.len() + self.records.len()
    }
}

/// How much was sealed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SealCount {
    pub items: usize,
    pub records: usize,
}

impl SealCount {
    /// Whether there may be more that one seal could not hold.
    pub fn is_full(self) -> bool {
        self.items >= limits::SEAL_ENTRIES || self.records >= limits::SEAL_RECORDS
    }
}

/// The head of one item's chain at the time of a seal.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable)]
#[diesel(table_name = seal_entry)]
pub struct SealEntryRow {
    pub seal_no: i64,
    pub post_org: String,
    pub object_pid: Id,
    pub head_seq: i32,
    pub head_hash: Vec<u8>,
}

/// Items read at a time while verifying.
const HEADS_PER_PAGE: i64 = 1_000;

fn seal_hash(previous: &[u8], no: i64, at: DateTime<Utc>, through: i64, sealed: &Sealed) -> Vec<u8> {
    let mut hasher = Sha256::new();
    hasher.update(previous);
    hasher.update(no.to_be_bytes());
    hasher.update(at.timestamp_micros().to_be_bytes());
    hasher.update(through.to_be_bytes());
    let text = |hasher: &mut Sha256, text: &str| {
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text.as_bytes());
    };
    for entry in &sealed.items {
        text(&mut hasher, &entry.post_org);
        hasher.update(entry.object_pid.0.as_bytes());
        hasher.update(entry.head_seq.to_be_bytes());
        hasher.update(&entry.head_hash);
    }
    // Seals of before hold none, and their hashes end here.
    if !sealed.records.is_empty() {
        text(&mut hasher, "records");
    }
    for entry in &sealed.records {
        [&entry.org, entry.kind.stored(), &entry.id].into_iter().for_each(|name| text(&mut hasher, name));
        hasher.update(entry.head_seq.to_be_bytes());
        hasher.update(&entry.head_hash);
    }
    hasher.finalize().to_vec()
}

inserted_rows!(SealEntryRow => seal_entry, RecordEntryRow => record_seal_entry);

impl Tx<'_> {
    /// The newest seal.
    pub fn last_seal(&mut self) -> Done<Option<SealRow>> {
        Ok(seal::table.order(seal::seal_no.desc()).first(self.conn).optional()?)
    }

    /// The newest seal made at or before `at`: a change after `at` has a higher number than it covers.
    pub fn seal_before(&mut self, at: DateTime<Utc>) -> Done<Option<SealRow>> {
        Ok(seal::table.filter(seal::sealed_at.le(At(at))).order(seal::sealed_at.desc()).first(self.conn).optional()?)
    }

    /// Seals what changed since the last seal, at most [`limits::SEAL_ENTRIES`] items and [`limits::SEAL_RECORDS`] records;
    /// gives how many (none: no seal is made). Two servers that seal at once: the second repeats and finds nothing left.
    pub fn seal(&mut self) -> Done<SealCount> {
        let last = self.last_seal()?;
        let (last_no, sealed_through, previous) =
            last.map_or((0, 0, Vec::new()), |last| (last.seal_no, last.through_change_no, last.hash));
        let seal_no = last_no + 1;
        let (items, through) = self.items_to_seal(seal_no, sealed_through)?;
        let sealed = Sealed { items, records: self.records_to_seal(seal_no)? };
        if sealed.len() == 0 {
            return Ok(SealCount::default());
        }
        let row = SealRow {
            seal_no,
            sealed_at: At(self.now),
            through_change_no: through,
            entries: sealed.len() as i32,
            hash: seal_hash(&previous, seal_no, self.now, through, &sealed),
        };
        diesel::insert_into(seal::table).values(&row).execute(self.conn)?;
        insert_all(self.conn, &sealed.items)?;
        insert_all(self.conn, &sealed.records)?;
        for entry in &sealed.records {
            let head = record_head::table.find((&entry.org, entry.kind, &entry.id));
            diesel::update(head).set(record_head::seal_no.eq(seal_no)).execute(self.conn)?;
        }
        Ok(SealCount { items: sealed.items.len(), records: sealed.records.len() })
    }

    /// The items changed after `sealed_through`, and the number of the last change that is sealed with them.
    fn items_to_seal(&mut self, seal_no: i64, sealed_through: i64) -> Done<(Vec<SealEntryRow>, i64)> {
        let changed: Vec<ChangedHead> = mail_object::table
            .filter(mail_object::change_no.gt(sealed_through))
            .order(mail_object::change_no)
            .limit(limits::SEAL_ENTRIES as i64)
            .select((
                mail_object::post_org,
                mail_object::pid,
                mail_object::head_seq,
                mail_object::head_hash,
                mail_object::change_no,
            ))
            .load(self.conn)?;
        let through = changed.last().and_then(|row| row.4).unwrap_or(sealed_through);
        let mut entries: Vec<SealEntryRow> = changed
            .into_iter()
            .map(|(post_org, object_pid, head_seq, head_hash, _)| SealEntryRow {
                seal_no,
                post_org,
                object_pid,
                head_seq,
                head_hash,
            })
            .collect();
        entries.sort_by(|a, b| (&a.post_org, a.object_pid).cmp(&(&b.post_org, b.object_pid)));
        Ok((entries, through))
    }

    /// The records whose heads no seal holds.
    fn records_to_seal(&mut self, seal_no: i64) -> Done<Vec<RecordEntryRow>> {
        let open: Vec<HeadRow> = record_head::table
            .filter(record_head::seal_no.is_null())
            .limit(limits::SEAL_RECORDS as i64)
            .load(self.conn)?;
        let entry = |HeadRow { org, kind, id, seq, hash, .. }| RecordEntryRow {
            seal_no,
            org,
            kind,
            id,
            head_seq: seq,
            head_hash: hash,
        };
        let mut entries: Vec<RecordEntryRow> = open.into_iter().map(entry).collect();
        sort(&mut entries);
        Ok(entries)
    }

    /// The hash of a seal; none when there is no such seal.
    pub fn seal_hash(&mut self, seal_no: i64) -> Done<Option<Vec<u8>>> {
        Ok(seal::table.find(seal_no).select(seal::hash).first(self.conn).optional()?)
    }

    fn entries_of(&mut self, seal_no: i64) -> Done<Sealed> {
        let items = seal_entry::table
            .filter(seal_entry::seal_no.eq(seal_no))
            .order((seal_entry::post_org, seal_entry::object_pid))
            .load(self.conn)?;
        let mut records: Vec<RecordEntryRow> =
            record_seal_entry::table.filter(record_seal_entry::seal_no.eq(seal_no)).load(self.conn)?;
        sort(&mut records);
        Ok(Sealed { items, records })
    }

    /// Checks all seals and all histories; gives the first thing that does not fit.
    pub fn verify_history(&mut self) -> Done<Verdict> {
        let mut verdict = Verdict::default();
        let found = self.verify_everything(&mut verdict);
        verdict.fault = match found {
            // A value that nothing here writes.
            Err(Fault::Db(error @ DbError::DeserializationError(_))) => {
                Some(format!("a row was altered: {}", in_full(&error)))
            }
            found => found?,
        };
        Ok(verdict)
    }

    fn verify_everything(&mut self, verdict: &mut Verdict) -> Done<Option<String>> {
        if let Some(fault) = self.verify_seals(verdict)? {
            return Ok(Some(fault));
        }
        if let Some(fault) = self.verify_items(verdict)? {
            return Ok(Some(fault));
        }
        let mut walked = Walked::default();
        let found = self.verify_records(&mut walked)?;
        verdict.records = walked.records;
        verdict.rows += walked.rows;
        Ok(found)
    }

    /// Walks the global chain and checks that each sealed head is still in its item's or record's history.
    fn verify_seals(&mut self, verdict: &mut Verdict) -> Done<Option<String>> {
        let mut previous: Vec<u8> = Vec::new();
        let mut expected_no = 1;
        let mut last_no = 0;
        loop {
            let next: Option<SealRow> =
                seal::table.filter(seal::seal_no.gt(last_no)).order(seal::seal_no).first(self.conn).optional()?;
            let Some(link) = next else { return self.entries_after(last_no) };
            if link.seal_no != expected_no {
                return Ok(Some(format!("seal {expected_no} was removed")));
            }
            let sealed = self.entries_of(link.seal_no)?;
            let hash = seal_hash(&previous, link.seal_no, link.sealed_at.0, link.through_change_no, &sealed);
            if hash != link.hash || sealed.len() as i32 != link.entries {
                return Ok(Some(format!("seal {} or one of its entries was altered", link.seal_no)));
            }
            if let Some(fault) = self.verify_entries(&sealed)? {
                return Ok(Some(fault));
            }
            verdict.seals += 1;
            verdict.sealed_at = Some(link.sealed_at.0);
            verdict.last_seal = Some((link.seal_no, link.hash.clone()));
            verdict.through_change_no = link.through_change_no;
            previous = link.hash;
            last_no = link.seal_no;
            expected_no += 1;
        }
    }

    /// Entries of a seal that is not there (any more), behind the last one that is.
    fn entries_after(&mut self, last_no: i64) -> Done<Option<String>> {
        let of_items = seal_entry::table.filter(seal_entry::seal_no.gt(last_no)).order(seal_entry::seal_no);
        let of_items: Option<i64> = of_items.select(seal_entry::seal_no).first(self.conn).optional()?;
        let of_records =
            record_seal_entry::table.filter(record_seal_entry::seal_no.gt(last_no)).order(record_seal_entry::seal_no);
        let of_records: Option<i64> = of_records.select(record_seal_entry::seal_no).first(self.conn).optional()?;
        Ok(of_items.or(of_records).map(|no| format!("seal {no} was removed")))
    }

    fn verify_entries(&mut self, sealed: &Sealed) -> Done<Option<String>> {
        for entry in &sealed.items {
            if let Some(fault) = self.verify_entry(entry)? {
                return Ok(Some(fault));
            }
        }
        for entry in &sealed.records {
            if let Some(fault) = self.verify_record_entry(entry)? {
                return Ok(Some(fault));
            }
        }
        Ok(None)
    }

    fn verify_entry(&mut self, entry: &SealEntryRow) -> Done<Option<String>> {
        let name = format!("item {} of {}", entry.object_pid.0, entry.post_org);
        let object: Option<String> = mail_object::table
            .find((&entry.post_org, entry.object_pid))
            .select(mail_object::item_id)
            .first(self.conn)
            .optional()?;
        let Some(item_id) = object else {
            return Ok(Some(format!("{name} was removed (sealed in seal {})", entry.seal_no)));
        };
        let hash: Option<Vec<u8>> = item_history::table
            .find((&entry.post_org, entry.object_pid, entry.head_seq))
            .select(item_history::hash)
            .first(self.conn)
            .optional()?;
        let done = match hash {
            Some(hash) if hash == entry.head_hash => return Ok(None),
            Some(_) => "altered",
            None => "removed",
        };
        // The item's own chain may break at an earlier row.
        let head =
            heads().filter(mail_object::post_org.eq(&entry.post_org)).filter(mail_object::pid.eq(entry.object_pid));
        let head: Option<Head> = head.first(self.conn).optional()?;
        if let Some(head) = head
            && let Chain::Broken(earlier) = self.verify_chain(&head)?
        {
            return Ok(Some(earlier));
        }
        Ok(Some(format!("history row {} of {name} ({item_id}) was {done}", entry.head_seq)))
    }

    /// Recomputes every item's chain and compares it with the item and its documents.
    fn verify_items(&mut self, verdict: &mut Verdict) -> Done<Option<String>> {
        let mut post = String::new();
        while let Some(next) = self.post_after(&post)? {
            if let Some(fault) = self.verify_items_of(&next, verdict)? {
                return Ok(Some(fault));
            }
            post = next;
        }
        self.orphans()
    }

    /// The next post that has items.
    fn post_after(&mut self, post: &str) -> Done<Option<String>> {
        let later = mail_object::table.filter(mail_object::post_org.gt(post)).order(mail_object::post_org);
        Ok(later.select(mail_object::post_org).first(self.conn).optional()?)
    }

    fn verify_items_of(&mut self, post: &str, verdict: &mut Verdict) -> Done<Option<String>> {
        let mut after = Id(Uuid::nil());
        loop {
            let page = heads().filter(mail_object::post_org.eq(post)).filter(mail_object::pid.gt(after));
            let page: Vec<Head> = page.order(mail_object::pid).limit(HEADS_PER_PAGE).load(self.conn)?;
            let Some(last) = page.last() else { return Ok(None) };
            after = last.1;
            for head in &page {
                verdict.items += 1;
                if let Some(fault) = self.verify_item(head, verdict)? {
                    return Ok(Some(fault));
                }
            }
        }
    }

    fn verify_item(&mut self, head: &Head, verdict: &mut Verdict) -> Done<Option<String>> {
        let (post_org, pid, _, head_seq, _, change_no) = head;
        let rows = match self.verify_chain(head)? {
            Chain::Whole(rows) => rows,
            Chain::Broken(fault) => return Ok(Some(fault)),
        };
        verdict.rows += rows.len() as u64;
        let is_sealed = change_no.is_some_and(|no| no <= verdict.through_change_no);
        if is_sealed && !self.is_head_sealed(post_org, *pid, *head_seq)? {
            return Ok(Some(format!("history row {head_seq} of {} was inserted behind a seal", name_of(head))));
        }
        let name = name_of(head);
        match self.verify_documents(&name, post_org, *pid, &rows)? {
            None => self.verify_rows(&name, post_org, *pid, &rows),
            fault => Ok(fault),
        }
    }

    /// Recomputes the chain of one item up to its head.
    fn verify_chain(&mut self, head: &Head) -> Done<Chain> {
        let (post_org, pid, _, head_seq, head_hash, _) = head;
        let rows: Vec<HistoryRow> = item_history::table
            .filter(item_history::post_org.eq(post_org))
            .filter(item_history::object_pid.eq(*pid))
            .order(item_history::seq)
            .load(self.conn)?;
        let broken =
            |seq: i32, how: &str| Ok(Chain::Broken(format!("history row {seq} of {} was {how}", name_of(head))));
        let mut previous: Vec<u8> = Vec::new();
        for (row, expected) in rows.iter().zip(1..) {
            if row.seq != expected {
                return broken(expected, "removed");
            }
            if row.hash_after(&previous) != row.hash {
                return broken(expected, "altered or inserted");
            }
            previous.clone_from(&row.hash);
        }
        let last = rows.last().map_or(0, |row| row.seq);
        if last < *head_seq {
            return broken(last + 1, "removed");
        }
        if last > *head_seq || &previous != head_hash {
            return broken(last, "inserted, or the item's head altered");
        }
        Ok(Chain::Whole(rows))
    }

    fn is_head_sealed(&mut self, post_org: &str, pid: Id, head_seq: i32) -> Done<bool> {
        let sealed: Option<i32> = seal_entry::table
            .filter(seal_entry::post_org.eq(post_org))
            .filter(seal_entry::object_pid.eq(pid))
            .order(seal_entry::head_seq.desc())
            .select(seal_entry::head_seq)
            .first(self.conn)
            .optional()?;
        Ok(sealed == Some(head_seq))
    }

    /// Each version named by the history must still have the text it was recorded with, unless it was erased.
    fn verify_documents(&mut self, name: &str, post_org: &str, pid: Id, rows: &[HistoryRow]) -> Done<Option<String>> {
        for row in rows {
            let (Some(kind), Some(version), Some(digest)) = (&row.doc_kind, row.doc_version, &row.doc_digest) else {
                continue;
            };
            let text = match DocumentKind::from_stored(kind) {
                Ok(kind) => self.version_text(post_org, pid, kind, version)?,
                Err(unknown) => return Ok(Some(format!("history row {} of {name}: {unknown}", row.seq))),
            };
            match text {
                None => return Ok(Some(format!("version {version} of kind {kind} of {name} was removed"))),
                Some(Some(body)) if &crate::contract::canonical::digest(&body) != digest => {
                    return Ok(Some(format!("version {version} of kind {kind} of {name} was altered")));
                }
                Some(_) => {}
            }
        }
        Ok(None)
    }

    /// History of items that are no longer there.
    fn orphans(&mut self) -> Done<Option<String>> {
        let gone: Option<(String, Id)> = item_history::table
            .left_join(mail_object::table.on(
                mail_object::post_org.eq(item_history::post_org).and(mail_object::pid.eq(item_history::object_pid)),
            ))
            .filter(item_history::seq.eq(1))
            .filter(mail_object::item_id.nullable().is_null())
            .select((item_history::post_org, item_history::object_pid))
            .first(self.conn)
            .optional()?;
        Ok(gone.map(|(post, pid)| format!("item {} of {post} was removed", pid.0)))
    }
}

/// The order in which records are sealed, whatever that of the database is.
fn sort(entries: &mut [RecordEntryRow]) {
    entries.sort_by(|a, b| (&a.org, a.kind.stored(), &a.id).cmp(&(&b.org, b.kind.stored(), &b.id)));
}

/// What is sealed of an item: post, persistent id, head of the chain, change number.
type ChangedHead = (String, Id, i32, Vec<u8>, Option<i64>);

/// What is compared of an item: post, persistent id, item id, head of the chain, change number.
type Head = (String, Id, String, i32, Vec<u8>, Option<i64>);

/// Whether the history of one item fits together: its rows, or the first one that does not fit.
enum Chain {
    Whole(Vec<HistoryRow>),
    Broken(String),
}

fn name_of(head: &Head) -> String {
    let (post_org, pid, item_id, ..) = head;
    format!("item {} of {post_org} ({item_id})", pid.0)
}

type HeadColumns = (
    mail_object::post_org,
    mail_object::pid,
    mail_object::item_id,
    mail_object::head_seq,
    mail_object::head_hash,
    mail_object::change_no,
);

/// The heads of items.
fn heads() -> diesel::dsl::Select<mail_object::table, HeadColumns> {
    mail_object::table.select((
        mail_object::post_org,
        mail_object::pid,
        mail_object::item_id,
        mail_object::head_seq,
        mail_object::head_hash,
        mail_object::change_no,
    ))
}

/// What a verification looked at, and what it found.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    pub seals: u64,
    pub items: u64,
    /// What has a history besides items.
    pub records: u64,
    /// History rows of both.
    pub rows: u64,
    pub sealed_at: Option<DateTime<Utc>>,
    /// Number and hash of the last seal: noted elsewhere, they show later that it is still there.
    pub last_seal: Option<(i64, Vec<u8>)>,
    through_change_no: i64,
    /// The first row that was altered, removed or inserted.
    pub fault: Option<String>,
}
