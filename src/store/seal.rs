//! Seals: once a minute the heads of all items of a post changed since, in one chain a post; and the chain over all.
//!
//! A sealed head cannot be taken back unnoticed: not by altering, removing or inserting history rows, nor by removing whole
//! items. A post's seal holds the root of a tree over its leaves: each an item, how far its history had come, and the hash
//! there. Kept of the leaves is what finds them again in the histories (which item, how far, the first bytes of the hash); a leaf is proven by the hashes beside its
//! way to the root. Every hour, and with every record changed, the newest seals of all posts are put into one chain
//! (`seal`), which goes on from the seals of versions that sealed all posts together. Only who keeps number and hash of a
//! link of that chain elsewhere notices that the newest seals were removed with everything sealed by them.
//! [`super::verify`] looks whether all fits.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::insert::{ROWS_PER_STATEMENT, insert_all, inserted_rows};
use super::record_history::HeadRow;
use super::record_verify::RecordEntryRow;
use super::schema::{
    change, item_history, mail_object, post_seal, record_head, record_seal_entry, seal, seal_entry, seal_head,
};
use super::types::{At, Id};
use super::{Fault, Tx};
use crate::limits;

type Done<T = ()> = Result<T, Fault>;

/// One link of the chain over all.
#[derive(Clone, Debug, Queryable, Insertable)]
#[diesel(table_name = seal)]
pub(super) struct SealRow {
    pub seal_no: i64,
    pub sealed_at: At,
    /// Every change up to this number is sealed by links up to this one: of versions that numbered all posts together.
    pub through_change_no: i64,
    /// How many items, records and seals of posts.
    pub entries: i32,
    pub hash: Vec<u8>,
}

/// One link of a post's chain.
#[derive(Clone, Debug, Queryable, Insertable)]
#[diesel(table_name = post_seal)]
pub(super) struct PostSealRow {
    pub post_org: String,
    pub seal_no: i64,
    pub sealed_at: At,
    /// Every change up to this number is sealed by links up to this one.
    pub through_no: i64,
    pub items: i32,
    /// [`Leaf`]s in the order of their ids.
    pub leaves: Vec<u8>,
    pub root: Vec<u8>,
    pub hash: Vec<u8>,
}

impl PostSealRow {
    /// The hash of this link behind `previous` (empty for the first).
    pub(super) fn hash_after(&self, previous: &[u8]) -> Vec<u8> {
        let mut hasher = Sha256::new();
        hasher.update(previous);
        hash_text(&mut hasher, &self.post_org);
        hasher.update(self.seal_no.to_be_bytes());
        hasher.update(self.sealed_at.0.timestamp_micros().to_be_bytes());
        hasher.update(self.through_no.to_be_bytes());
        hasher.update(self.items.to_be_bytes());
        hasher.update(Sha256::digest(&self.leaves));
        hasher.update(&self.root);
        hasher.finalize().to_vec()
    }
}

/// A sealed item: what is kept of it beside the root, 28 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    pub pid: Id,
    pub head_seq: i32,
    /// The first bytes of the hash there: they tell which item is not as it was.
    pub hash_start: [u8; 8],
}

impl Leaf {
    const BYTES: usize = 28;

    fn of(head: &SealedHead) -> Self {
        let mut hash_start = [0; 8];
        hash_start.iter_mut().zip(&head.head_hash).for_each(|(to, from)| *to = *from);
        Self { pid: head.pid, head_seq: head.head_seq, hash_start }
    }

    fn write(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(self.pid.0.as_bytes());
        to.extend_from_slice(&self.head_seq.to_be_bytes());
        to.extend_from_slice(&self.hash_start);
    }

    /// All leaves of a seal; none when these are not the bytes of leaves.
    pub(super) fn read_all(bytes: &[u8]) -> Option<Vec<Self>> {
        let (leaves, rest) = bytes.as_chunks::<{ Self::BYTES }>();
        let read = |leaf: &[u8; Self::BYTES]| {
            let (pid, rest) = leaf.split_first_chunk::<16>()?;
            let (seq, rest) = rest.split_first_chunk::<4>()?;
            Some(Self {
                pid: Id(Uuid::from_bytes(*pid)),
                head_seq: i32::from_be_bytes(*seq),
                hash_start: rest.try_into().ok()?,
            })
        };
        if rest.is_empty() { leaves.iter().map(read).collect() } else { None }
    }
}

/// The hash of a leaf: behind a 0, so that none is taken for a branch.
fn leaf_hash(pid: Id, head_seq: i32, head_hash: &[u8]) -> Vec<u8> {
    let mut hasher = Sha256::new();
    hasher.update([0]);
    hasher.update(pid.0.as_bytes());
    hasher.update(head_seq.to_be_bytes());
    hasher.update(head_hash);
    hasher.finalize().to_vec()
}

/// The level above one of a tree: two are hashed together behind a 1, and one that is left over goes up as it is.
fn above(level: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let branch = |pair: &[Vec<u8>]| match pair {
        [one, other] => {
            let mut hasher = Sha256::new();
            hasher.update([1]);
            hasher.update(one);
            hasher.update(other);
            hasher.finalize().to_vec()
        }
        alone => alone.concat(),
    };
    level.chunks(2).map(branch).collect()
}

/// The root of the tree over these heads, in the order of their ids.
pub(super) fn root<'h>(heads: impl Iterator<Item = (Id, i32, &'h [u8])>) -> Vec<u8> {
    let mut level: Vec<Vec<u8>> = heads.map(|(pid, seq, hash)| leaf_hash(pid, seq, hash)).collect();
    while level.len() > 1 {
        level = above(&level);
    }
    level.pop().unwrap_or_default()
}

/// A hash beside the way from a leaf to the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Beside {
    Left(Vec<u8>),
    Right(Vec<u8>),
}

/// The hashes beside the way from the leaf at a place to the root.
fn beside(mut level: Vec<Vec<u8>>, mut at: usize) -> Vec<Beside> {
    let mut path = Vec::new();
    while level.len() > 1 {
        match at % 2 {
            1 => path.push(Beside::Left(level[at - 1].clone())),
            _ => path.extend(level.get(at + 1).cloned().map(Beside::Right)),
        }
        level = above(&level);
        at /= 2;
    }
    path
}

/// What shows that the head of an item's history was sealed: hashes, and nothing of any other item.
#[derive(Clone, Debug)]
pub struct SealProof {
    pub pid: Id,
    pub head_seq: i32,
    pub head_hash: Vec<u8>,
    /// From the leaf on.
    pub path: Vec<Beside>,
    pub root: Vec<u8>,
    pub seal_no: i64,
    pub sealed_at: DateTime<Utc>,
    pub through_no: i64,
    pub items: i32,
    /// SHA-256 of the leaves, as they are kept.
    pub leaves_digest: Vec<u8>,
    pub previous: Vec<u8>,
    pub hash: Vec<u8>,
    /// The first link of the chain over all that holds this seal or one behind it, and which.
    pub chained: Option<(i64, i64)>,
}

/// The seal of a post in the chain over all.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable)]
#[diesel(table_name = seal_head)]
pub(super) struct SealHeadRow {
    pub seal_no: i64,
    pub post_org: String,
    pub post_seal_no: i64,
    pub hash: Vec<u8>,
}

/// The head of one item's chain, sealed together with those of other posts by an earlier version.
#[derive(Clone, Debug, PartialEq, Queryable)]
pub(super) struct SealEntryRow {
    pub seal_no: i64,
    pub post_org: String,
    pub object_pid: Id,
    pub head_seq: i32,
    pub head_hash: Vec<u8>,
}

/// What one link of the chain over all holds.
pub(super) struct Sealed {
    /// Of earlier versions.
    pub items: Vec<SealEntryRow>,
    /// In order of organization, kind and id.
    pub records: Vec<RecordEntryRow>,
    /// In order of post.
    pub heads: Vec<SealHeadRow>,
}

impl Sealed {
    pub(super) fn len(&self) -> usize {
        self.items.len() + self.records.len() + self.heads.len()
    }

    /// The hash of the link that holds this.
    pub(super) fn hash_of(&self, link: &SealRow, previous: &[u8]) -> Vec<u8> {
        let mut hasher = Sha256::new();
        hasher.update(previous);
        hasher.update(link.seal_no.to_be_bytes());
        hasher.update(link.sealed_at.0.timestamp_micros().to_be_bytes());
        hasher.update(link.through_change_no.to_be_bytes());
        for entry in &self.items {
            hash_text(&mut hasher, &entry.post_org);
            hasher.update(entry.object_pid.0.as_bytes());
            hasher.update(entry.head_seq.to_be_bytes());
            hasher.update(&entry.head_hash);
        }
        // Seals of before hold none, and their hashes end here.
        if !self.records.is_empty() {
            hash_text(&mut hasher, "records");
        }
        for entry in &self.records {
            [&entry.org, entry.kind.stored(), &entry.id].into_iter().for_each(|name| hash_text(&mut hasher, name));
            hasher.update(entry.head_seq.to_be_bytes());
            hasher.update(&entry.head_hash);
        }
        if !self.heads.is_empty() {
            hash_text(&mut hasher, "posts");
        }
        for head in &self.heads {
            hash_text(&mut hasher, &head.post_org);
            hasher.update(head.post_seal_no.to_be_bytes());
            hasher.update(&head.hash);
        }
        hasher.finalize().to_vec()
    }
}

/// The length first, so that no two different texts give the same bytes.
fn hash_text(hasher: &mut Sha256, text: &str) {
    hasher.update((text.len() as u64).to_be_bytes());
    hasher.update(text.as_bytes());
}

inserted_rows!(RecordEntryRow => record_seal_entry, SealHeadRow => seal_head);

/// The head of an item that is to be sealed.
#[derive(Queryable)]
struct SealedHead {
    pid: Id,
    head_seq: i32,
    head_hash: Vec<u8>,
    number: Option<i64>,
}

/// A seal of a post that is to be put.
#[derive(Clone, Debug)]
pub struct SealDraft {
    row: PostSealRow,
    previous: Vec<u8>,
}

impl SealDraft {
    /// How many items it seals.
    pub fn items(&self) -> usize {
        usize::try_from(self.row.items).unwrap_or_default()
    }
}

/// When seals of posts are put into the chain over all. Records that changed are sealed at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// An hour after the last time.
    HeadsOfAnHour,
    Now,
}

/// How long seals of posts wait at most for being chained with those of others.
const CHAINED_EVERY: TimeDelta = TimeDelta::hours(1);

impl Tx<'_> {
    /// The newest link of the chain over all.
    pub(super) fn last_seal(&mut self) -> Done<Option<SealRow>> {
        Ok(seal::table.order(seal::seal_no.desc()).first(self.conn).optional()?)
    }

    /// Every change up to this number, of whatever post, was sealed by a version that numbered all posts together.
    pub(super) fn sealed_together(&mut self) -> Done<i64> {
        Ok(self.last_seal()?.map_or(0, |last| last.through_change_no))
    }

    /// Number, end and hash of the newest seal of a post; where it has none, where its first one begins.
    pub(super) fn last_post_seal(&mut self, post: &str) -> Done<(i64, i64, Vec<u8>)> {
        let newest = post_seal::table.filter(post_seal::post_org.eq(post)).order(post_seal::seal_no.desc());
        let columns = (post_seal::seal_no, post_seal::through_no, post_seal::hash);
        match newest.select(columns).first(self.conn).optional()? {
            Some(last) => Ok(last),
            None => Ok((0, self.sealed_together()?, Vec::new())),
        }
    }

    /// A change of a post after `at` has a higher number than this: the last that was sealed by then.
    pub fn sealed_before(&mut self, post: &str, at: DateTime<Utc>) -> Done<i64> {
        let by_then = post_seal::table.filter(post_seal::post_org.eq(post)).filter(post_seal::sealed_at.le(At(at)));
        let own: Option<i64> =
            by_then.order(post_seal::sealed_at.desc()).select(post_seal::through_no).first(self.conn).optional()?;
        if let Some(through) = own {
            return Ok(through);
        }
        let together = seal::table.filter(seal::sealed_at.le(At(at))).order(seal::sealed_at.desc());
        let together: Option<i64> = together.select(seal::through_change_no).first(self.conn).optional()?;
        Ok(together.unwrap_or(0))
    }

    /// The next seal of a post, of at most [`limits::SEAL_ENTRIES`] items; none when nothing changed since the last one.
    pub fn seal_draft(&mut self, post: &str) -> Done<Option<SealDraft>> {
        let (last_no, sealed_through, previous) = self.last_post_seal(post)?;
        let of_item = mail_object::post_org.eq(change::post_org).and(mail_object::pid.eq(change::pid));
        let mut heads: Vec<SealedHead> = change::table
            .inner_join(mail_object::table.on(of_item))
            .filter(change::post_org.eq(post))
            .filter(mail_object::post_org.eq(post))
            .filter(change::number.gt(sealed_through))
            .order(change::number)
            .limit(limits::SEAL_ENTRIES as i64)
            .select((change::pid, mail_object::head_seq, mail_object::head_hash, change::number))
            .load(self.conn)?;
        let Some(through_no) = heads.last().and_then(|head| head.number) else { return Ok(None) };
        heads.sort_unstable_by_key(|head| head.pid);
        let mut leaves = Vec::with_capacity(heads.len() * Leaf::BYTES);
        heads.iter().for_each(|head| Leaf::of(head).write(&mut leaves));
        let mut row = PostSealRow {
            post_org: post.to_owned(),
            seal_no: last_no + 1,
            sealed_at: At(self.now),
            through_no,
            items: heads.len() as i32,
            leaves,
            root: root(heads.iter().map(|head| (head.pid, head.head_seq, head.head_hash.as_slice()))),
            hash: Vec::new(),
        };
        row.hash = row.hash_after(&previous);
        Ok(Some(SealDraft { row, previous }))
    }

    /// Puts a seal at the end of its post's chain; says whether it did: not when another server was first.
    pub fn put_seal(&mut self, draft: &SealDraft) -> Done<bool> {
        let (last_no, _, hash) = self.last_post_seal(&draft.row.post_org)?;
        if last_no + 1 != draft.row.seal_no || hash != draft.previous {
            return Ok(false);
        }
        diesel::insert_into(post_seal::table).values(&draft.row).execute(self.conn)?;
        Ok(true)
    }

    /// What shows that the present head of an item's history was sealed; none while it waits for a seal, or where an earlier
    /// version sealed it together with items of other posts.
    pub fn seal_proof(&mut self, post: &str, pid: Id) -> Done<Option<SealProof>> {
        let number: Option<Option<i64>> =
            change::table.find((post, pid)).select(change::number).first(self.conn).optional()?;
        let Some(number) = number.flatten() else { return Ok(None) };
        if number <= self.sealed_together()? {
            return Ok(None);
        }
        let holding = post_seal::table.filter(post_seal::post_org.eq(post)).filter(post_seal::through_no.ge(number));
        let link: Option<PostSealRow> = holding.order(post_seal::seal_no).first(self.conn).optional()?;
        let Some(link) = link else { return Ok(None) };
        let leaves = Leaf::read_all(&link.leaves).unwrap_or_default();
        let Some(at) = leaves.iter().position(|leaf| leaf.pid == pid) else { return Ok(None) };
        let mut hashes = Vec::with_capacity(leaves.len());
        for some in leaves.chunks(ROWS_PER_STATEMENT) {
            let pids: Vec<Id> = some.iter().map(|leaf| leaf.pid).collect();
            let rows: Vec<(Id, i32, Vec<u8>)> = item_history::table
                .filter(item_history::post_org.eq(post))
                .filter(item_history::object_pid.eq_any(&pids))
                .select((item_history::object_pid, item_history::seq, item_history::hash))
                .load(self.conn)?;
            let known: HashMap<(Id, i32), Vec<u8>> =
                rows.into_iter().map(|(pid, seq, hash)| ((pid, seq), hash)).collect();
            hashes.extend(some.iter().map(|leaf| known.get(&(leaf.pid, leaf.head_seq)).cloned().unwrap_or_default()));
        }
        let level = leaves.iter().zip(&hashes).map(|(leaf, hash)| leaf_hash(leaf.pid, leaf.head_seq, hash)).collect();
        let before = post_seal::table.find((post, link.seal_no - 1)).select(post_seal::hash);
        let chained =
            seal_head::table.filter(seal_head::post_org.eq(post)).filter(seal_head::post_seal_no.ge(link.seal_no));
        let chained = chained.order(seal_head::post_seal_no).select((seal_head::seal_no, seal_head::post_seal_no));
        Ok(Some(SealProof {
            pid,
            head_seq: leaves[at].head_seq,
            head_hash: hashes.swap_remove(at),
            path: beside(level, at),
            root: link.root,
            seal_no: link.seal_no,
            sealed_at: link.sealed_at.0,
            through_no: link.through_no,
            items: link.items,
            leaves_digest: Sha256::digest(&link.leaves).to_vec(),
            previous: before.first(self.conn).optional()?.unwrap_or_default(),
            hash: link.hash,
            chained: chained.first(self.conn).optional()?,
        }))
    }

    /// Puts what is due into the chain over all: records that changed, at most [`limits::SEAL_RECORDS`], and the newest seals
    /// of posts; gives how many records. Two servers that do it at once: the second repeats and finds nothing left.
    pub fn chain_seals(&mut self, due: Due) -> Done<usize> {
        let last = self.last_seal()?;
        let waited = last.as_ref().is_none_or(|last| self.now - last.sealed_at.0 >= CHAINED_EVERY);
        let (last_no, through_change_no, previous) =
            last.map_or((0, 0, Vec::new()), |last| (last.seal_no, last.through_change_no, last.hash));
        let seal_no = last_no + 1;
        let records = self.records_to_seal(seal_no)?;
        let heads =
            if waited || due == Due::Now || !records.is_empty() { self.heads_to_chain(seal_no)? } else { Vec::new() };
        let sealed = Sealed { items: Vec::new(), records, heads };
        if sealed.len() == 0 {
            return Ok(0);
        }
        let entries = sealed.len() as i32;
        let mut row = SealRow { seal_no, sealed_at: At(self.now), through_change_no, entries, hash: Vec::new() };
        row.hash = sealed.hash_of(&row, &previous);
        diesel::insert_into(seal::table).values(&row).execute(self.conn)?;
        insert_all(self.conn, &sealed.heads)?;
        insert_all(self.conn, &sealed.records)?;
        for entry in &sealed.records {
            let head = record_head::table.find((&entry.org, entry.kind, &entry.id));
            diesel::update(head).set(record_head::seal_no.eq(seal_no)).execute(self.conn)?;
        }
        Ok(sealed.records.len())
    }

    /// The newest seals of posts that the chain over all does not hold.
    fn heads_to_chain(&mut self, seal_no: i64) -> Done<Vec<SealHeadRow>> {
        let mut heads = Vec::new();
        for post_org in self.posts()? {
            let (post_seal_no, _, hash) = self.last_post_seal(&post_org)?;
            if post_seal_no > self.last_chained(&post_org)? {
                heads.push(SealHeadRow { seal_no, post_org, post_seal_no, hash });
            }
        }
        Ok(heads)
    }

    /// The newest seal of a post that the chain over all holds; 0 when it holds none.
    pub(super) fn last_chained(&mut self, post: &str) -> Done<i64> {
        let chained = seal_head::table.filter(seal_head::post_org.eq(post)).order(seal_head::post_seal_no.desc());
        Ok(chained.select(seal_head::post_seal_no).first(self.conn).optional()?.unwrap_or(0))
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

    /// The hash of a link of the chain over all; none when there is no such link.
    pub fn seal_hash(&mut self, seal_no: i64) -> Done<Option<Vec<u8>>> {
        Ok(seal::table.find(seal_no).select(seal::hash).first(self.conn).optional()?)
    }

    /// What a link of the chain over all holds.
    pub(super) fn entries_of(&mut self, seal_no: i64) -> Done<Sealed> {
        let items = seal_entry::table
            .filter(seal_entry::seal_no.eq(seal_no))
            .order((seal_entry::post_org, seal_entry::object_pid))
            .load(self.conn)?;
        let mut records: Vec<RecordEntryRow> =
            record_seal_entry::table.filter(record_seal_entry::seal_no.eq(seal_no)).load(self.conn)?;
        sort(&mut records);
        let mut heads: Vec<SealHeadRow> = seal_head::table.filter(seal_head::seal_no.eq(seal_no)).load(self.conn)?;
        heads.sort_unstable_by(|one, other| one.post_org.cmp(&other.post_org));
        Ok(Sealed { items, records, heads })
    }
}

/// The order in which records are sealed, whatever that of the database is.
fn sort(entries: &mut [RecordEntryRow]) {
    entries.sort_by(|a, b| (&a.org, a.kind.stored(), &a.id).cmp(&(&b.org, b.kind.stored(), &b.id)));
}
