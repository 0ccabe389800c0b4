//! The proof that records and their histories agree: every chain is recomputed, what was replaced has the digest of the row
//! before, and what stands now has the digest recorded last.

use diesel::prelude::*;
use uuid::Uuid;

use super::account::UserOfOffices;
use super::columns::{columns_digest, text_digest};
use super::mark;
use super::record_history::{HeadRow, RecordRow};
use super::schema::{record_head, record_history as history, record_seal_entry};
use super::trade;
use super::types::Id;
use super::who::TokenRow;
use super::{Fault, Tx};
use crate::contract::canonical::{digest, to_canonical};
use crate::domain::RecordKind;

type Done<T = ()> = Result<T, Fault>;

/// Chains read at a time.
const HEADS_PER_PAGE: i64 = 1_000;

/// The head of one record's chain at the time of a seal.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable)]
#[diesel(table_name = record_seal_entry)]
pub(super) struct RecordEntryRow {
    pub seal_no: i64,
    pub org: String,
    pub kind: RecordKind,
    pub id: String,
    pub head_seq: i32,
    pub head_hash: Vec<u8>,
}

/// What was looked at.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Walked {
    pub records: u64,
    pub rows: u64,
}

/// What stands now of a record.
enum Present {
    Nothing,
    /// Its content has this digest.
    Digest(Vec<u8>),
    /// Its content was erased.
    Erased,
}

/// How a record is named to people.
fn name_of(org: &str, kind: RecordKind, id: &str) -> String {
    if org == id { format!("{kind} {id}") } else { format!("{kind} {id} of {org}") }
}

fn row_fault(row: &RecordRow, seq: i32, how: &str) -> String {
    format!("record history row {seq} of {} was {how}", name_of(&row.org, row.kind, &row.id))
}

/// Digest of a content that was replaced, as the row before recorded it.
fn replaced_digest(row: &RecordRow, replaced: &str) -> Vec<u8> {
    match row.kind {
        RecordKind::Good | RecordKind::Service => trade::content_digest(replaced, &row.id),
        RecordKind::Anonymous => digest(replaced),
        RecordKind::Mark => mark::content_digest(replaced).unwrap_or_default(),
        _ => text_digest(replaced),
    }
}

/// The first row of a history that does not follow from those before it; the hash of the last one where all do.
fn chained(rows: &[RecordRow]) -> Result<Vec<u8>, String> {
    let mut previous: Vec<u8> = Vec::new();
    for (row, expected) in rows.iter().zip(1..) {
        if row.seq != expected {
            return Err(row_fault(row, expected, "removed"));
        }
        match &row.hash {
            // Written by an earlier version.
            None if previous.is_empty() && row.kind.is_older_than_chains() => {}
            Some(hash) if *hash == row.hash_after(&previous) => previous.clone_from(hash),
            _ => return Err(row_fault(row, row.seq, "altered or inserted")),
        }
    }
    Ok(previous)
}

/// The first row whose replaced content is not what the row before recorded.
fn wrongly_replaced(rows: &[RecordRow]) -> Option<String> {
    rows.windows(2).find_map(|pair| {
        let [before, row] = pair else { return None };
        let replaced = row.replaced.as_deref().filter(|_| before.hash.is_some())?;
        let fits = before.digest.as_ref() == Some(&replaced_digest(row, replaced));
        (!fits).then(|| row_fault(row, row.seq, "altered: what it replaced is not what the row before recorded"))
    })
}

impl Tx<'_> {
    /// Checks every record; gives the first thing that does not fit.
    pub(super) fn verify_records(&mut self, walked: &mut Walked) -> Done<Option<String>> {
        let mut org = String::new();
        while let Some(next) = self.org_after(&org)? {
            for kind in RecordKind::ALL {
                if let Some(fault) = self.verify_records_of(&next, kind, walked)? {
                    return Ok(Some(fault));
                }
            }
            org = next;
        }
        self.rows_without_head()
    }

    /// The next organization that has records.
    fn org_after(&mut self, org: &str) -> Done<Option<String>> {
        let later = record_head::table.filter(record_head::org.gt(org)).order(record_head::org);
        Ok(later.select(record_head::org).first(self.conn).optional()?)
    }

    fn verify_records_of(&mut self, org: &str, kind: RecordKind, walked: &mut Walked) -> Done<Option<String>> {
        let mut after = String::new();
        loop {
            let page = record_head::table
                .filter(record_head::org.eq(org))
                .filter(record_head::kind.eq(kind))
                .filter(record_head::id.gt(&after));
            let page: Vec<HeadRow> = page.order(record_head::id).limit(HEADS_PER_PAGE).load(self.conn)?;
            let Some(last) = page.last() else { return Ok(None) };
            after.clone_from(&last.id);
            for head in &page {
                walked.records += 1;
                if let Some(fault) = self.verify_record(head, walked)? {
                    return Ok(Some(fault));
                }
            }
        }
    }

    fn verify_record(&mut self, head: &HeadRow, walked: &mut Walked) -> Done<Option<String>> {
        let name = name_of(&head.org, head.kind, &head.id);
        let rows = self.record_history(&head.org, head.kind, &head.id)?;
        walked.rows += rows.len() as u64;
        let hash = match chained(&rows) {
            Ok(hash) => hash,
            Err(fault) => return Ok(Some(fault)),
        };
        let Some(last) = rows.last().filter(|last| last.seq >= head.seq) else {
            let missing = rows.len() + 1;
            return Ok(Some(format!("record history row {missing} of {name} was removed")));
        };
        if last.seq > head.seq || hash != head.hash {
            return Ok(Some(row_fault(last, last.seq, "inserted, or the record's head altered")));
        }
        if !self.is_sealed_as_said(head)? {
            return Ok(Some(row_fault(last, last.seq, "inserted behind a seal")));
        }
        match wrongly_replaced(&rows) {
            None => self.verify_present(&name, last),
            fault => Ok(fault),
        }
    }

    /// Whether the seal that is said to hold a head does.
    fn is_sealed_as_said(&mut self, head: &HeadRow) -> Done<bool> {
        let Some(seal_no) = head.seal_no else { return Ok(true) };
        let entry: Option<RecordEntryRow> =
            record_seal_entry::table.find((seal_no, &head.org, head.kind, &head.id)).first(self.conn).optional()?;
        Ok(entry.is_some_and(|entry| entry.head_seq == head.seq && entry.head_hash == head.hash))
    }

    /// Compares what stands now with what was recorded last.
    fn verify_present(&mut self, name: &str, last: &RecordRow) -> Done<Option<String>> {
        let how = match (self.present(last)?, &last.digest) {
            (Present::Nothing, None) | (Present::Erased, Some(_)) => return Ok(None),
            (Present::Digest(now), Some(recorded)) if now == *recorded => return Ok(None),
            (Present::Nothing, Some(_)) => "removed",
            (_, None) => "inserted",
            (_, Some(_)) => "altered",
        };
        Ok(Some(format!("{name} was {how}")))
    }

    fn present(&mut self, last: &RecordRow) -> Done<Present> {
        let (org, id) = (last.org.as_str(), last.id.as_str());
        let recorded = last.digest.as_deref();
        let digest = match last.kind {
            RecordKind::Good => self.present_good(org, id)?,
            RecordKind::Service => self.present_service(org, id)?,
            RecordKind::Sender => self.sender_profile(org, id)?.map(|profile| text_digest(&to_canonical(&profile))),
            RecordKind::Anonymous => match self.anonymous(org, id)? {
                Some(row) if row.body.is_empty() => return Ok(Present::Erased),
                row => row.map(|row| digest(&row.body)),
            },
            RecordKind::Mark => self.recorded_mark(org, id)?.map(|row| row.digest()),
            RecordKind::Organization => self.organization(id)?.map(|row| text_digest(&row.content())),
            RecordKind::Setting => self.setting(org, id)?.map(|row| text_digest(&row.value)),
            RecordKind::Token => self.present_token(org, id, recorded)?,
            RecordKind::Client => self.present_client(id)?,
            RecordKind::Office => self.office(id)?.map(|row| columns_digest(&row)),
            RecordKind::User => self.present_user(org, id)?,
            RecordKind::Subscription => self.present_subscription(org, id)?,
            RecordKind::Partner => self.partner(id)?.map(|row| columns_digest(&row)),
            RecordKind::List | RecordKind::Rule => self.recorded_list(org, id)?.map(|row| text_digest(&row.body)),
        };
        Ok(digest.map_or(Present::Nothing, Present::Digest))
    }

    /// By column and by content, which must agree.
    fn present_good(&mut self, seller: &str, number: &str) -> Done<Option<Vec<u8>>> {
        let Ok(reference_id) = number.parse() else { return Ok(None) };
        let row = self.good(seller, reference_id)?;
        Ok(row.map(|row| agreed(row.digest, trade::content_digest(&row.body, number))))
    }

    fn present_service(&mut self, origin: &str, id: &str) -> Done<Option<Vec<u8>>> {
        let Ok(service_id) = Uuid::try_parse(id) else { return Ok(None) };
        let row = self.postal_service(origin, Id(service_id))?;
        Ok(row.map(|row| agreed(row.digest, trade::content_digest(&row.body, id))))
    }

    /// Of several tokens with these first digits the one that was recorded.
    fn present_token(&mut self, org: &str, name: &str, recorded: Option<&[u8]>) -> Done<Option<Vec<u8>>> {
        let mut rows = self.tokens_of(org)?;
        rows.retain(|row: &TokenRow| row.name() == name);
        let mut digests = rows.iter().map(columns_digest);
        let first = digests.next();
        let other = digests.find(|digest| Some(digest.as_slice()) == recorded);
        Ok(other.or(first))
    }

    fn present_user(&mut self, org: &str, user_cd: &str) -> Done<Option<Vec<u8>>> {
        let Some(user) = self.user(org, user_cd)? else { return Ok(None) };
        let offices = self.offices_of_user(org, user_cd)?;
        Ok(Some(columns_digest(&UserOfOffices { user: &user, offices: &offices })))
    }

    /// Rows that no chain holds, and that no earlier version can have written.
    fn rows_without_head(&mut self) -> Done<Option<String>> {
        let of_record = record_head::org
            .eq(history::org)
            .and(record_head::kind.eq(history::kind))
            .and(record_head::id.eq(history::id));
        let unchained = RecordKind::ALL.into_iter().filter(|kind| kind.is_older_than_chains());
        let found: Option<RecordRow> = history::table
            .left_join(record_head::table.on(of_record))
            .filter(record_head::seq.nullable().is_null())
            .filter(history::hash.is_not_null().or(history::kind.ne_all(unchained.map(RecordKind::stored))))
            .select(history::all_columns)
            .first(self.conn)
            .optional()?;
        Ok(found.map(|row| row_fault(&row, row.seq, "inserted, or the record's head removed")))
    }

    /// Whether a head that was sealed is still in its record's history; says what is wrong with it.
    pub(super) fn verify_record_entry(&mut self, entry: &RecordEntryRow) -> Done<Option<String>> {
        let rows = self.record_history(&entry.org, entry.kind, &entry.id)?;
        let name = name_of(&entry.org, entry.kind, &entry.id);
        let at_head = rows.iter().find(|row| row.seq == entry.head_seq);
        let how = match at_head {
            Some(row) if row.hash.as_ref() == Some(&entry.head_hash) => return Ok(None),
            Some(_) => "altered",
            None if rows.is_empty() => {
                return Ok(Some(format!("the history of {name} was removed (sealed in seal {})", entry.seal_no)));
            }
            None => "removed",
        };
        // The chain may break at an earlier row.
        let fault = chained(&rows).err();
        Ok(fault.or_else(|| Some(format!("record history row {} of {name} was {how}", entry.head_seq))))
    }
}

/// A digest that two things give; nothing that could be recorded where they differ.
fn agreed(one: Vec<u8>, other: Vec<u8>) -> Vec<u8> {
    if one == other { one } else { Vec::new() }
}
